"""`trucewatch incidents`: what a dossier's reports tell, incident by incident."""

from __future__ import annotations

import json
from pathlib import Path  # noqa: TC003 - click reads it
from typing import TYPE_CHECKING, Any

import click

from trucewatch.cli.dossiers import FOLDER, opened, utf8
from trucewatch.model import TrucewatchError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from trucewatch.dossier.browse import Row
    from trucewatch.model.incident import Incident


@click.command(
    name="incidents",
    epilog="""\b
Examples:
  trucewatch incidents karsh                                the latest, a line each
  trucewatch incidents karsh --from 2031-05-01 --until 2031-05-07 --truce shelling
  trucewatch incidents karsh --disputed --place Aldun
  trucewatch incidents karsh i-0a1b2c3d4e5f                 one, with its accounts side by side""",
)
@FOLDER
@click.argument("incident", required=False)
@click.option("--from", "begin", metavar="DATE", help="On or after this day (ISO 8601).")
@click.option("--until", metavar="DATE", help="On or before this day.")
@click.option("--truce", metavar="CATEGORY", help='Ceasefire category ("shelling", "patrol cut short", ...).')
@click.option("--place", metavar="NAME", help="At this place.")
@click.option("--grade", metavar="GRADE", help='Corroboration ("single origin", "independent", ...).')
@click.option("--disputed", is_flag=True, help="Only those whose accounts contradict each other.")
@click.option("--text", metavar="WORDS", help="Words of the headline or place.")
@click.option("--limit", type=click.IntRange(1, 100_000), default=50, show_default=True, help="How many.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
def command(  # noqa: PLR0917 - click gives them by name
    folder: Path, incident: str | None, begin: str | None, until: str | None, truce: str | None, place: str | None,
    grade: str | None, disputed: bool, text: str | None, limit: int, as_json: bool,
) -> None:  # fmt: skip
    """List the incidents of a dossier, or show one: who asserts, who denies, who says otherwise, how many origins stand behind it."""
    from trucewatch.dossier import browse  # noqa: PLC0415 - --help must be quick

    for name, value in (("--from", begin), ("--until", until)):
        _check_date(name, value)
    wanted = browse.Filter(
        begin=begin, until=until, truce=truce, place=place, grade=grade, disputed=True if disputed else None, text=text
    )
    utf8()
    with opened(folder) as dossier:
        if incident is not None:
            found = dossier.read(lambda conn: browse.incident(conn, incident))
            if found is None:
                raise TrucewatchError(
                    "no-incident", f"there is no incident {incident!r}", where=str(folder),
                    next_step=f"trucewatch incidents {folder} lists them",
                )  # fmt: skip
            from trucewatch.ledger.incidents import to_json  # noqa: PLC0415

            click.echo(to_json(found[0]) if as_json else "\n".join(one(found[0])))
            return
        rows, total = dossier.read(
            lambda conn: (browse.incident_rows(conn, wanted, limit=limit), browse.incident_count(conn, wanted))
        )
    for row in rows:
        click.echo(json.dumps(_plain(row), ensure_ascii=False) if as_json else line(row))
    if not as_json:
        click.echo(f"trucewatch: {len(rows):,} of {total:,} incidents", err=True)


def _check_date(name: str, value: str | None) -> None:
    from trucewatch.reading.dates import iso_date  # noqa: PLC0415

    if value is not None and iso_date(value) is None:
        raise TrucewatchError("bad-date", f"{name} {value!r} is not an ISO 8601 date", next_step="write it like 2031-05-14")


def _plain(row: Row) -> dict[str, Any]:
    return {name: getattr(row, name) for name in row.__dataclass_fields__}


def line(row: Row) -> str:
    """An incident in one line."""
    from trucewatch.publishing.words import clean  # noqa: PLC0415

    disputed = "  DISPUTED" if row.disputed else ""
    reports = f"{row.reports} report{'s' if row.reports != 1 else ''}"
    return f"{row.id}  {(row.begin or '?')[:10]:10}  {clean(row.headline)}  ({reports}, {row.grade}){disputed}"


def one(found: Incident) -> Iterator[str]:
    """An incident with its accounts, for reading."""
    from trucewatch.publishing.words import clean, count  # noqa: PLC0415

    yield f"{clean(found.headline)}  [{found.id}]"
    yield f"  {clean(found.corroboration.reason)}"
    for toll in found.tolls:
        yield f"  {toll.kind}: {count(toll.low, toll.best, toll.high)}"
        for figure in toll.figures:
            late = "  (superseded by a later figure of the same origin)" if figure.superseded else ""
            yield f"      {count(figure.low, figure.best, figure.high)}: {clean(figure.who)}{late}"
    for item in found.contradictions:
        yield f"  contradiction on {item.matter}: {clean(item.sentence)}"
    yield ""
    for teller in found.tellers:
        sign = {"asserts": "+", "denies": "-", "otherwise": "~", "mentions": "."}[teller.position]
        yield f"  {sign} {clean(teller.who)} {clean(teller.says)}  [{teller.account}]"
        yield f"      “{clean(teller.quote)}”"
