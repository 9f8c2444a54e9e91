"""`trucewatch verify`: a dossier checked against its hashes."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from trucewatch.cli.dossiers import FOLDER, QUIET

if TYPE_CHECKING:
    from pathlib import Path


@click.command(
    name="verify",
    epilog="""\b
Examples:
  trucewatch verify karsh
  trucewatch verify karsh --json > troubles.jsonl""",
)
@FOLDER
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line on standard output.")
@QUIET
def command(folder: Path, as_json: bool, quiet: bool) -> int:
    """Check every hash, every offset, the chain of custody and every row of a dossier, and name what is wrong. Changes nothing.

    Exit code 2 if anything was changed, damaged or is missing. What an interrupted command left half done is noted, not an error.
    """
    from trucewatch.dossier.verifying import verify_folder  # noqa: PLC0415 - --help must be quick

    wrong = 0
    for found in verify_folder(folder, lambda what: None if quiet else click.echo(f"checking {what} ...", err=True)):
        wrong += not found.note
        if as_json:
            click.echo(json.dumps(asdict(found), ensure_ascii=False))
        elif not (quiet and found.note):
            click.echo(f"{'note' if found.note else 'WRONG'}: {found.where}: {found.what} [{found.code}]")
    if not quiet:
        click.echo(f"trucewatch: {'nothing is wrong' if not wrong else f'{wrong} wrong'} in {folder}", err=True)
    return 2 if wrong else 0
