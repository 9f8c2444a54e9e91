"""CAMEO as the Phoenix data have it: tab-separated, one row an event of a report, actors as CAMEO codes with their parts.

As in Phoenix a row has one source, one target and a day: an event with several actors is several rows under one ``tw_event``, one whose day
is not known has an empty date, and only what is told as happening or having happened is a row. This module must not invent a code.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING

from trucewatch.model.rows import joined
from trucewatch.publishing.exports import Written, cells

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from trucewatch.dossier.handover import Handover
    from trucewatch.model import Coded, Event, Participant, Time
    from trucewatch.model.rows import Cell

#: The columns of Phoenix, in their order; ``EventID`` is ours. The names are those of its documentation, as its files have no header.
OWN: tuple[str, ...] = (
    "EventID", "Date", "Year", "Month", "Day", "SourceActorFull", "SourceActorEntity", "SourceActorRole", "SourceActorAttribute",
    "TargetActorFull", "TargetActorEntity", "TargetActorRole", "TargetActorAttribute", "EventCode", "EventRootCode", "QuadClass",
    "GoldsteinScore", "Issues", "Lat", "Lon", "LocationName", "StateName", "CountryCode", "SentenceID", "URLs", "NewsSources",
)  # fmt: skip
OURS: tuple[str, ...] = ("tw_event", "tw_status", "tw_claimant", "tw_stance", "tw_truce", "tw_source_words", "tw_target_words")
_ROLES = frozenset("GOV MIL REB OPP PTY COP JUD SPY MED EDU BUS CRM CVL UAF REF LAB REL HLH LEG".split())  # noqa: SIM905 - reads better
_ENTITIES = frozenset({"IGO", "NGO", "IMG", "MNC"})
_PART = 3
_WHOLE = 10


@dataclass(frozen=True, slots=True)
class Phoenix:
    """The format ``cameo``."""

    name: str = "cameo"
    line: str = "events as CAMEO codes in the columns of Phoenix, tab-separated, a row an event"
    suffix: str = ".tsv"
    text: bool = True

    def write(self, given: Handover, out: Path) -> Written:
        """Write the events."""
        written = Written()
        with cells.table(out, (*OWN, *OURS), tabs=True) as add:
            for report, coded in given.records():
                for event in coded.events:
                    if given.takes(report, event.id):
                        self._event(report, coded, event, add, written)
        return written

    @staticmethod
    def _event(report: str, coded: Coded, event: Event, add: cells.Add, written: Written) -> None:
        why = "no CAMEO code" if not event.cameo else _LEFT.get(event.status)
        if why:
            written.left_out[why] += 1
            return
        for number, found in enumerate(rows(report, coded, event), 1):
            add({"EventID": f"{report}/{event.id}" + (f".{number}" if number > 1 else ""), **found})
            written.rows["rows"] += 1
        written.rows["events"] += 1


_LEFT = {
    status: f"told as {status}, not as happened"
    for status in ("denied", "planned", "threatened", "demanded", "conditional", "predicted")
}


def rows(report: str, coded: Coded, event: Event) -> Iterator[dict[str, Cell]]:
    """The rows of an event: one for each pair of a source and a target."""
    shared = _shared(report, coded, event)
    for source, target in product(event.actor or (None,), event.recipient or (None,)):
        yield {**shared, **_actor("Source", source), **_actor("Target", target)}


def _shared(report: str, coded: Coded, event: Event) -> dict[str, Cell]:
    code = event.cameo or ""
    place = coded.places[event.place] if event.place is not None else None
    claim = next((claim for claim in coded.claims if claim.id == event.claim), None)
    meta = coded.report
    return {
        **_day(coded.times[event.time] if event.time is not None else None),
        "EventCode": code,
        "EventRootCode": code[:2],
        "QuadClass": event.quad,
        "Issues": joined(event.context),
        "Lat": place.latitude if place else None,
        "Lon": place.longitude if place else None,
        "LocationName": (place.name or place.text) if place else None,
        "StateName": place.admin1 if place else None,
        "CountryCode": place.country if place else None,
        "SentenceID": f"{report}_{event.sentence}",
        "URLs": meta.url if meta else None,
        "NewsSources": meta.publisher if meta else None,
        "tw_event": event.id,
        "tw_status": event.status,
        "tw_claimant": (claim.claimant.name if claim.claimant else joined(m.text for m in claim.source)) if claim else None,
        "tw_stance": claim.stance if claim else None,
        "tw_truce": event.truce,
    }


def _day(time: Time | None) -> dict[str, Cell]:
    """The day, where the words tell it to the day: ``20310518``."""
    begin, until = (time.begin, time.until) if time else (None, None)
    if not begin or not until or begin[:_WHOLE] != until[:_WHOLE] or len(begin) < _WHOLE:
        return {}
    year, month, day = begin[:_WHOLE].split("-")
    return {"Date": f"{year}{month}{day}", "Year": int(year), "Month": int(month), "Day": int(day)}


def _actor(side: str, found: Participant | None) -> dict[str, Cell]:
    if found is None:
        return {}
    code = (found.actor.code if found.actor else None) or ""
    entity, role, rest = split(code)
    return {
        f"{side}ActorFull": code or None,
        f"{side}ActorEntity": entity or None,
        f"{side}ActorRole": role or None,
        f"{side}ActorAttribute": ";".join(rest) or None,
        f"tw_{side.lower()}_words": found.text,
    }


def split(code: str) -> tuple[str, str, Sequence[str]]:
    """A CAMEO actor code in its parts: country or kind of organisation, role, whatever follows."""
    parts = [code[at : at + _PART] for at in range(0, len(code), _PART)]
    entity = parts.pop(0) if parts and (parts[0] in _ENTITIES or parts[0] not in _ROLES) else ""
    role = parts.pop(0) if parts and parts[0] in _ROLES else ""
    return entity, role, parts
