"""`trucewatch search`: full-text search in a dossier."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from trucewatch.cli.dossiers import FOLDER, opened, utf8

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from trucewatch.dossier.store.search import Hit


@click.command(
    name="search",
    epilog="""\b
Examples:
  trucewatch search karsh patrol
  trucewatch search karsh '"heavy weapons" withdraw* -drill'
  trucewatch search karsh 'Aldun OR Orl' --json""",
)
@FOLDER
@click.argument("words", nargs=-1, required=True)
@click.option("--limit", type=click.IntRange(1, 1000), default=20, show_default=True, help="How many reports.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
def command(folder: Path, words: tuple[str, ...], limit: int, as_json: bool) -> None:
    """Find reports by their words: all of them, "a phrase", -without, one OR another, beginnings*.

    The best match comes first; the words found are shown between [[ and ]].
    """
    from trucewatch.dossier.store.search import search  # noqa: PLC0415 - --help must be quick

    with opened(folder) as dossier:
        hits = dossier.read(lambda conn: search(conn, " ".join(words), limit=limit))
    utf8()
    for hit in hits:
        click.echo(json.dumps(asdict(hit), ensure_ascii=False) if as_json else "\n".join(_lines(hit)))
    if not hits:
        click.echo("trucewatch: no report has these words", err=True)


def _lines(hit: Hit) -> Iterator[str]:
    from trucewatch.publishing.words import clean, day  # noqa: PLC0415

    head = " · ".join(part for part in (clean(hit.publisher or ""), day(hit.published)) if part)
    yield f"{hit.report}  {clean(hit.title or '(untitled)')}" + (f"  ({head})" if head else "")
    yield f"    {clean(marked(hit.snippet, hit.marks))}"


def marked(text: str, ranges: tuple[tuple[int, int], ...]) -> str:
    """A text with ranges of it between [[ and ]]."""
    made, last = "", 0
    for start, end in ranges:
        made += f"{text[last:start]}[[{text[start:end]}]]"
        last = end
    return made + text[last:]
