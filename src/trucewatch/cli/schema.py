"""`trucewatch schema`: the JSON Schema of the record."""

from __future__ import annotations

import json

import click


@click.command(
    name="schema",
    epilog="""\b
Examples:
  trucewatch schema > trucewatch.schema.json""",
)
def command() -> None:
    """Print the JSON Schema (2020-12) of one line of `trucewatch code --format jsonl`."""
    from trucewatch.model.contract import schema  # noqa: PLC0415 - --help must be quick

    click.echo(json.dumps(schema(), indent=2, ensure_ascii=False))
