"""`trucewatch model`: what the coder is made of, and the model card. Every hash is checked before anything is printed."""

from __future__ import annotations

import json
from dataclasses import asdict
from importlib.resources import files
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from trucewatch.language import ModelFacts
    from trucewatch.model import CoderFacts

_WHAT = {
    "version": "Trucewatch",
    "model": "encoder",
    "ontology": "ontology and lexicon",
    "gazetteer": "gazetteer",
    "actors": "actor file",
}


@click.command(
    name="model",
    epilog="""\b
Examples:
  trucewatch model
  trucewatch model --json""",
)
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
def command(as_json: bool) -> None:
    """Print the facts of the model card: versions, hashes, labels, data, scores."""
    import trucewatch  # noqa: PLC0415 - --help must be quick

    coder = trucewatch.load()
    facts, encoder = coder.facts, coder.analyser.model_facts
    if as_json:
        click.echo(json.dumps(as_data(facts, encoder), indent=2, ensure_ascii=False))
        return
    click.echo("\n".join(lines(facts, encoder)))


def card() -> str:
    """The model card's text, or the empty string where the package carries none."""
    path = files("trucewatch").joinpath("language", "weights", "MODEL_CARD.md")
    return path.read_text("utf-8").strip() if path.is_file() else ""


def as_data(facts: CoderFacts, encoder: ModelFacts) -> dict[str, object]:
    """The facts for programs."""
    labels: Mapping[str, object] = {head: list(names) for head, names in encoder.labels.items()}
    return {
        **asdict(facts),
        "encoder": {"name": encoder.name, "version": encoder.version, "sha256": dict(encoder.sha256), "labels": labels},
    }


def lines(facts: CoderFacts, encoder: ModelFacts) -> Iterator[str]:
    """The facts for reading."""
    yield "What makes a record (it carries these versions, so that it can be made again):"
    for name, value in asdict(facts).items():
        yield f"  {_WHAT.get(name, name):22} {value}"
    yield ""
    yield "Files of the encoder, each checked against its sha256 just now:"
    for name, digest in encoder.sha256.items():
        size = files("trucewatch").joinpath("language", "weights", name)
        size_mb = f"{len(size.read_bytes()) / 1e6:6.2f} MB" if size.is_file() else ""
        yield f"  {name:22} {size_mb}  {digest}"
    yield ""
    yield "What its heads tell apart:"
    for head, names in encoder.labels.items():
        shown = ", ".join(names[:8])
        yield f"  {head:22} {len(names):4}  {shown}{', ...' if len(names) > 8 else ''}"  # noqa: PLR2004 - as many as fit a line
    if card():
        yield from ("", card())
