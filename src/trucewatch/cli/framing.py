"""`trucewatch framing`: who calls whom what."""

from __future__ import annotations

import json
from pathlib import Path  # noqa: TC003 - click reads it
from typing import TYPE_CHECKING, Any

import click

from trucewatch.cli.dossiers import FOLDER, opened, utf8

if TYPE_CHECKING:
    from collections.abc import Iterator

    from trucewatch.ledger.framing import Row


@click.command(
    name="framing",
    epilog="""\b
Examples:
  trucewatch framing karsh
  trucewatch framing karsh --publisher "Northern Voice"
  trucewatch framing karsh --json > framing.jsonl""",
)
@FOLDER
@click.option("--publisher", metavar="NAME", help="Reports of this publisher only.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
def command(folder: Path, publisher: str | None, as_json: bool) -> None:
    """Show who calls whom what: loaded words and their plain counterparts, by publisher and by who speaks, with the words.

    It describes words. It gives no publisher and no person a score.
    """
    from trucewatch.dossier.wording import wording  # noqa: PLC0415 - --help must be quick

    with opened(folder) as dossier:
        rows = wording(dossier, publisher=publisher)
    utf8()
    for row in rows:
        click.echo(json.dumps(plain(row), ensure_ascii=False) if as_json else "\n".join(lines(row)))
    if not rows:
        click.echo("trucewatch: none of the lexicon's words was found", err=True)


def plain(row: Row) -> dict[str, Any]:
    """A row as JSON data."""
    return {
        "publisher": row.publisher, "speaker": row.speaker, "voice": row.voice, "named": row.named, "term": row.term.id,
        "valence": row.term.valence, "count": row.count, "reports": row.reports, "report": row.sample.report,
        "words": row.sample.words.text, "sentence": row.sample.evidence.text,
    }  # fmt: skip


def lines(row: Row) -> Iterator[str]:
    """A row for reading."""
    from trucewatch.publishing.words import clean  # noqa: PLC0415 - --help must be quick

    who = clean(row.publisher) if row.voice == "own" else f"{clean(row.speaker)} (in {clean(row.publisher)})"
    whom = f" of {clean(row.named)}" if row.named else ""
    times = f"{row.count} time{'s' if row.count != 1 else ''} in {row.reports} report{'s' if row.reports != 1 else ''}"
    yield f"{who}: “{clean(row.sample.words.text)}”{whom} - {clean(row.term.valence)}, {times}"
    yield f"      “{clean(row.sample.evidence.text)}”  [{row.sample.report}]"
