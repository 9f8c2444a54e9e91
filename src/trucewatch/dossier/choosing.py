"""Which events the review queue is made of: those that matter most, chosen in the database, so that a large dossier is never read whole.

In the order of the queue itself: events that threaten named persons, events of disputed incidents, events on which reviewers differ, then all
others, the least sure reading first; of each, those that nobody has reviewed unless reviewed ones are asked for. A call gets ``MOST`` events
(and those on which reviewers differ): what was reviewed leaves the queue, and the next call gets the next ones. Of one report or incident all
events are chosen. This module must not decide the order of what it chose: that is the queue's.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select

from trucewatch.dossier import browse
from trucewatch.dossier.store.tables import codings, current, events, incidents, members
from trucewatch.dossier.verdicts.queue import LOW

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from sqlalchemy import Connection, Select

    from trucewatch.dossier.verdicts.attach import Attached
    from trucewatch.dossier.verdicts.queue import Filter, Reason
    from trucewatch.dossier.verdicts.state import Effective

#: Events that one call considers.
MOST = 200
#: The ceasefire category whose events may name a person at risk.
THREAT = "threat to persons"

_today = events.join(current, current.c.coding == events.c.coding)
_told = _today.join(members, members.c.event == events.c.key, isouter=True)
#: The order within a reason, which is the queue's.
_ORDER = (events.c.confidence, func.coalesce(members.c.incident, ""), events.c.report, events.c.start, events.c.end)


def chosen(conn: Connection, wanted: Filter, stands: Effective, attached: Iterable[Attached]) -> list[str]:
    """Keys of the events that may be wanted, in no order. ``stands`` and ``attached`` are as the reviewer may know them."""
    if wanted.report or wanted.incident:
        return list(conn.scalars(_of_one(conn, wanted)))
    seen = _seen(stands, attached)
    found: dict[str, None] = dict.fromkeys(sorted(key for key, differ in seen.items() if differ))
    if _reviewed_too(wanted):  # they may be of another type by now than the coder's, which alone the database can ask for
        found |= dict.fromkeys(sorted(seen)[:MOST])
    most = min(wanted.limit or MOST, MOST) + len(found)
    for query in _tiers(wanted):
        for key in conn.scalars(query.execution_options(yield_per=MOST)):
            if len(found) >= most:
                break
            if key not in seen or _reviewed_too(wanted):
                found[key] = None
    return list(found)


def _of_one(conn: Connection, wanted: Filter) -> Select[Any]:
    query = select(events.c.key).select_from(_today)
    if wanted.report:
        query = query.where(events.c.report == wanted.report)
    if wanted.incident:
        home = browse.resolve(conn, wanted.incident) or wanted.incident
        query = query.join(members, members.c.event == events.c.key).where(members.c.incident == home)
    return query


def _seen(stands: Effective, attached: Iterable[Attached]) -> dict[str, bool]:
    """Keys of today's events that were reviewed, and whether the reviewers differ on them."""
    ruled = {key: bool(ruling.disputes) for key, ruling in stands.rulings.items() if ruling.opinions or ruling.disputes}
    return {f"{a.anchor.report}/{a.event}": ruled[a.now.key] for a in attached if a.event and a.now and a.now.key in ruled}


def _reviewed_too(wanted: Filter) -> bool:
    return wanted.seen or "seen" in wanted.reasons


def _tiers(wanted: Filter) -> Iterator[Select[Any]]:
    """Queries for one reason each, in the order of the reasons; each gives the least sure reading first."""
    asked = set(wanted.reasons)

    def for_(*reasons: Reason) -> bool:
        return not asked or not asked.isdisjoint(reasons)

    # that no confidence is negative makes SQLite walk the index, in its order, and stop after the first few
    plain = _coded_as(select(events.c.key).where(events.c.confidence >= 0), wanted).order_by(*_ORDER)
    if for_("at risk"):
        named = _told.join(codings, codings.c.id == events.c.coding)
        yield plain.select_from(named).where(events.c.truce == THREAT, codings.c.at_risk != "[]")
    if for_("disputed"):
        inside = _told.join(incidents, incidents.c.id == members.c.incident)
        yield plain.select_from(inside).where(incidents.c.disputed)
    if for_("unseen", "seen"):
        yield plain.select_from(_told)
    elif for_("low confidence"):
        yield plain.select_from(_told).where(events.c.confidence < LOW)


def _coded_as(query: Select[Any], wanted: Filter) -> Select[Any]:
    """Of the type and ceasefire category that are asked for."""
    for column, value in ((events.c.type, wanted.type), (events.c.truce, wanted.truce)):
        if value is not None:
            query = query.where(column == value)
    return query
