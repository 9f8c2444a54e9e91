"""Origins in the database: a new report meets the texts it may be a copy of, and the groups it touches are worked out anew.

Called inside a write transaction. This module must not decide what a copy is: that is the ledger's.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from hashlib import blake2b
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, func, or_, select

from trucewatch.dossier import keeping
from trucewatch.dossier.sql import canonical, short_id, table
from trucewatch.dossier.store import rows
from trucewatch.dossier.store.prepared import Prepared, within
from trucewatch.dossier.store.tables import bands, current, events, links, origins
from trucewatch.ledger.origins import (
    MOST_HELD,
    Block,
    Change,
    Link,
    Signature,
    align,
    ghost_of,
    ghosts,
    groups,
    known_as,
    plausible,
    relation,
    signature,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from sqlalchemy import Connection

    from trucewatch.model import Report


def keys_of(report: Report) -> tuple[int, ...]:
    """Every key under which a report is met: those of its text, its very words, the names it goes by, the origin it declares."""
    return _keys(report, signature(report.text))


def _keys(report: Report, found: Signature) -> tuple[int, ...]:
    names = [*map(_known, known_as(report)), *map(_declared, filter(None, [ghost_of(report)]))]
    return tuple(dict.fromkeys((*found.bands, *_exact(found), *names)))


def _exact(found: Signature) -> tuple[int, ...]:
    return (_number(f"exact {found.exact}"),) if found.words else ()


def _known(name: str) -> int:
    """The key of a report that goes by a name."""
    return _number(f"known {name}")


def _declared(name: str) -> int:
    """The key of a report that declares this to be its origin."""
    return _number(f"declared {name}")


def _number(name: str) -> int:
    return int.from_bytes(blake2b(name.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "big", signed=True)


_ORIGIN = Prepared(select(origins.c.origin).where(origins.c.report == bindparam("report")))
_sparse = (
    select(bands.c.band).where(within(bands.c.band, "bands")).group_by(bands.c.band).having(func.count() <= MOST_HELD)
).subquery()
_SHARED = Prepared(select(bands.c.report, func.count()).where(bands.c.band == _sparse.c.band).group_by(bands.c.report))
_HOLDERS = Prepared(select(bands.c.report).where(bands.c.band == bindparam("band")).order_by(bands.c.report).limit(MOST_HELD))
_JOINED = Prepared(
    select(links.c.report, links.c.other).where(
        links.c.joins, or_(within(links.c.report, "reports"), within(links.c.other, "reports"))
    )
)
_LINKS = Prepared(
    select(links.c.id, links.c.detail).where(or_(within(links.c.report, "reports"), within(links.c.other, "reports")))
)
_GROUPS = Prepared(select(origins.c.report, origins.c.origin, origins.c.publisher).where(within(origins.c.report, "reports")))
_EVENTS = Prepared(
    select(events.c.key)
    .select_from(events.join(current, current.c.coding == events.c.coding))
    .where(within(events.c.report, "reports"))
)


def connect(conn: Connection, report: Report) -> set[str]:
    """Link a report that is new here and work out the groups it touches.

    Returns:
        Keys of the current events of *other* reports whose group has changed.
    """
    if _ORIGIN.first(conn, report=report.id) is not None:
        return set()
    own = signature(report.text)
    alike, named = _met(conn, report, own)
    rows.insert(conn, bands, [{"band": key, "report": report.id} for key in _keys(report, own)])
    found = list(ghosts(report))
    for other in _loaded(conn, sorted(alike | named)):
        if other.id in named or plausible(report.text, other.text):
            link = relation(report, other, align(report.text, other.text))
            found += [link] if link is not None else []
    rows.upsert(conn, links, [_row(link) for link in found])
    return _regroup(conn, report, alone=not any(link.joins and link.other for link in found))


def _met(conn: Connection, report: Report, own: Signature) -> tuple[set[str], set[str]]:
    """Ids of reports that share enough keys with a new one for a cheap look at both; and of those that are to be aligned whatever that says.

    The second have the very words of the new one, or one declares the other by a name. Two reports of one publisher and day are not held
    against each other for that alone: one of them must say so.
    """
    least = min(max(1.0, _SCREENED * len(own.bands)), _ENOUGH)
    alike = {id_ for id_, count in _SHARED.all(conn, bands=list(own.bands)) if count >= least} if own.bands else set()
    ghost = ghost_of(report)
    names = [_declared(name) for name in known_as(report)] + ([_known(ghost), _declared(ghost)] if ghost else [])
    named: set[str] = set()
    for key in dict.fromkeys((*_exact(own), *names)):
        named |= set(_HOLDERS.column(conn, band=key))
    return alike - {report.id}, named - {report.id}


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


def _plain_link(detail: str) -> Link:
    """A link without its passages, for grouping: a report that a hundred papers print has thousands of links."""
    return Link(**{**json.loads(detail), "blocks": (), "changes": ()})


def _regroup(conn: Connection, report: Report, *, alone: bool) -> set[str]:
    """Work out the group of a report and of all that hangs together with it; ``alone``: nothing does."""
    component = {report.id} if alone else _component(conn, report.id)
    members = [report, *_loaded(conn, sorted(component - {report.id}))]
    held = [] if alone else _LINKS.all(conn, reports=sorted(component))
    before = {} if alone else _groups_of(conn, component)
    after = {name: group for group in groups(members, map(_plain_link, table(held).values())) for name in group.members}
    changed = [
        {"report": name, "origin": group.key, "publisher": group.publisher}
        for name, group in sorted(after.items())
        if before.get(name) != (group.key, group.publisher)
    ]
    rows.upsert(conn, origins, changed)
    others = sorted({str(row["report"]) for row in changed} - {report.id})
    return set(_EVENTS.column(conn, reports=others)) if others else set()


def _component(conn: Connection, id_: str) -> set[str]:
    """Every report that joining links lead to, there and back."""
    found, front = {id_}, {id_}
    while front:
        near = {name for pair in _JOINED.all(conn, reports=sorted(front)) for name in pair if name}
        front = near - found
        found |= front
    return found


def _groups_of(conn: Connection, ids: Collection[str]) -> dict[str, tuple[str, str | None]]:
    return {report: (origin, publisher) for report, origin, publisher in _GROUPS.all(conn, reports=sorted(ids))}


def why(conn: Connection, report: str) -> tuple[str, ...]:
    """Why a report is of the origin it is of: one sentence for each link that holds its group together."""
    component = _component(conn, report)
    members = _loaded(conn, sorted(component))
    held = [
        _plain_link(d)
        for d in conn.scalars(select(links.c.detail).where(links.c.report.in_(component) | links.c.other.in_(component)))
    ]
    return next((group.why for group in groups(members, held) if report in group.members), ())
