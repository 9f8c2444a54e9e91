"""Origins in the database: a new report meets the texts it may be a copy of, and the groups it touches are worked out anew.

Called inside a write transaction. This module must not decide what a copy is: that is the ledger's.
"""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import asdict
from hashlib import blake2b
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, or_, select

from trucewatch.dossier import keeping
from trucewatch.dossier.sql import canonical, chunks, short_id, table
from trucewatch.dossier.store import rows
from trucewatch.dossier.store.tables import bands, current, events, links, origins
from trucewatch.ledger.origins import (
    MOST_HELD,
    Block,
    Change,
    Link,
    align,
    ghost_of,
    ghosts,
    groups,
    known_as,
    relation,
    signature,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from sqlalchemy import Connection

    from trucewatch.model import Report


def keys_of(report: Report) -> tuple[int, ...]:
    """Every key under which a report is met: those of its text, its very words, and the names it goes by or declares."""
    found = signature(report.text)
    names = (_number(name) for name in (*known_as(report), ghost_of(report)) if name)
    exact = (_number(f"exact {found.exact}"),) if found.words else ()
    return tuple(dict.fromkeys((*found.bands, *exact, *names)))


def _number(name: str) -> int:
    return int.from_bytes(blake2b(name.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "big", signed=True)


def connect(conn: Connection, report: Report) -> set[str]:
    """Link a report that is new here and work out the groups it touches.

    Returns:
        Keys of the current events of *other* reports whose group has changed.
    """
    if conn.scalar(select(origins.c.origin).where(origins.c.report == report.id)) is not None:
        return set()
    met = _met(conn, report)
    rows.insert(conn, bands, [{"band": key, "report": report.id} for key in keys_of(report)])
    found = list(ghosts(report))
    for other in _loaded(conn, met):
        link = relation(report, other, align(report.text, other.text))
        if link is not None:
            found.append(link)
    rows.upsert(conn, links, [_row(link) for link in found])
    return _regroup(conn, report)


def _met(conn: Connection, report: Report) -> list[str]:
    """Ids of reports that share enough keys with a new one to be worth aligning."""
    own = signature(report.text)
    texts, others = list(own.bands), [key for key in keys_of(report) if key not in set(own.bands)]
    sizes = select(bands.c.band).where(bands.c.band.in_(texts)).group_by(bands.c.band).having(func.count() <= MOST_HELD)
    counted = select(bands.c.report, func.count()).where(bands.c.band.in_(sizes)).group_by(bands.c.report)
    least = max(1.0, _SCREENED * len(own.bands))
    found: Counter[str] = Counter(table(conn.execute(counted))) if texts else Counter()
    close = {id_ for id_, count in found.items() if count >= min(least, _ENOUGH)}
    for key in others:
        query = select(bands.c.report).where(bands.c.band == key).order_by(bands.c.report).limit(MOST_HELD)
        close |= set(conn.scalars(query))
    return sorted(close - {report.id})


#: The screen of ``Signature.worth`` without the other text's keys at hand: it may have fewer, so a few shared keys are enough to look.
_SCREENED = 0.12
_ENOUGH = 3


def _loaded(conn: Connection, ids: Iterable[str]) -> list[Report]:
    return [report for id_ in ids if (report := keeping.load_report(conn, id_)) is not None]


def _row(link: Link) -> dict[str, Any]:
    return {
        "id": short_id("l", link.one, link.other, link.ghost),
        "report": link.one,
        "other": link.other,
        "ghost": link.ghost,
        "kind": link.kind,
        "joins": link.joins,
        "score": link.score,
        "detail": canonical(asdict(link)),
    }


def link_of(detail: str) -> Link:
    """A link as it was stored."""
    data = json.loads(detail)
    made_blocks = tuple(Block(**block) for block in data.pop("blocks"))
    made_changes = tuple(Change(**change) for change in data.pop("changes"))
    return Link(**data, blocks=made_blocks, changes=made_changes)


def _regroup(conn: Connection, report: Report) -> set[str]:
    """Work out the group of a report and of all that hangs together with it."""
    component = _component(conn, report.id)
    members = [report, *_loaded(conn, sorted(component - {report.id}))]
    held: dict[str, Link] = {}
    for piece in chunks(sorted(component)):
        query = select(links.c.id, links.c.detail).where(links.c.report.in_(piece) | links.c.other.in_(piece))
        held.update({id_: link_of(detail) for id_, detail in conn.execute(query)})
    before = _groups_of(conn, component)
    after = {name: group for group in groups(members, held.values()) for name in group.members}
    changed = [
        {"report": name, "origin": group.key, "publisher": group.publisher}
        for name, group in sorted(after.items())
        if before.get(name) != (group.key, group.publisher)
    ]
    rows.upsert(conn, origins, changed)
    return _events_of(conn, {name for row in changed if (name := row["report"]) and name != report.id})


def _component(conn: Connection, id_: str) -> set[str]:
    """Every report that joining links lead to, there and back."""
    found, front = {id_}, {id_}
    while front:
        near: set[str] = set()
        for piece in chunks(sorted(front)):
            query = select(links.c.report, links.c.other).where(
                links.c.joins, or_(links.c.report.in_(piece), links.c.other.in_(piece))
            )
            near |= {name for pair in conn.execute(query) for name in pair if name}
        front = near - found
        found |= front
    return found


def _groups_of(conn: Connection, ids: Collection[str]) -> dict[str, tuple[str, str | None]]:
    found: dict[str, tuple[str, str | None]] = {}
    for piece in chunks(sorted(ids)):
        query = select(origins.c.report, origins.c.origin, origins.c.publisher).where(origins.c.report.in_(piece))
        found.update({report: (origin, publisher) for report, origin, publisher in conn.execute(query)})
    return found


def _events_of(conn: Connection, reports: Collection[str]) -> set[str]:
    found: set[str] = set()
    for piece in chunks(sorted(reports)):
        query = select(events.c.key).join(current, current.c.coding == events.c.coding).where(events.c.report.in_(piece))
        found |= set(conn.scalars(query))
    return found


def why(conn: Connection, report: str) -> tuple[str, ...]:
    """Why a report is of the origin it is of: one sentence for each link that holds its group together."""
    component = _component(conn, report)
    members = _loaded(conn, sorted(component))
    held = [
        link_of(d)
        for d in conn.scalars(select(links.c.detail).where(links.c.report.in_(component) | links.c.other.in_(component)))
    ]
    return next((group.why for group in groups(members, held) if report in group.members), ())
