"""`trucewatch status`: how a dossier stands."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from trucewatch.cli.dossiers import FOLDER, opened, utf8

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from trucewatch.dossier.standing import Standing


@click.command(
    name="status",
    epilog="""\b
Examples:
  trucewatch status karsh
  trucewatch status karsh --json""",
)
@FOLDER
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
def command(folder: Path, as_json: bool) -> None:
    """Show how a dossier stands: reports, origins, incidents, verdicts, inputs whose reading was cut off, feeds."""
    from trucewatch.dossier.standing import standing  # noqa: PLC0415 - --help must be quick

    with opened(folder) as dossier:
        found = standing(dossier)
    utf8()
    click.echo(json.dumps(asdict(found), indent=2, ensure_ascii=False) if as_json else "\n".join(lines(found)))


def lines(found: Standing) -> Iterator[str]:
    """The same for people."""
    from trucewatch.publishing.words import clean, day  # noqa: PLC0415

    yield f"{clean(found.name)}  ({found.id}, made {found.made[:10]}; {found.store})"
    yield ""
    span = f", published {day(found.first_published)} to {day(found.last_published)}" if found.first_published else ""
    unread = f", {found.unread_reports} of them could not be read" if found.unread_reports else ""
    yield f"  evidence    {found.captures:,} captures, {found.evidence_bytes / 1e6:,.1f} MB received"
    yield f"  reports     {found.reports:,} of {found.origins:,} origins{unread}{span}"
    coders = "; ".join(f"{count:,} by {coder}" for coder, count in found.coders)
    yield f"  codings     {found.codings:,}" + (f", current: {coders}" if coders else "")
    grades = ", ".join(f"{count:,} {grade}" for grade, count in found.grades)
    yield f"  incidents   {found.incidents:,} from {found.events:,} events" + (f" ({grades})" if grades else "")
    yield f"  disputed    {found.disputed:,}"
    lost = f", {found.lost_verdicts} lost their event in recoding: trucewatch review" if found.lost_verdicts else ""
    yield f"  verdicts    {found.verdicts:,}{lost}"
    for name in found.unread:
        yield f"  cut off     {clean(name)}: trucewatch add, to go on"
    for name, why in found.failed:
        yield f"  failed      {clean(name)}: {clean(why)}"
    for url, said, due in found.feeds:
        yield f"  feed        {clean(url)}: {clean(said)}; next {due}"
