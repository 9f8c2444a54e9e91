"""PLOVER's JSON fields, one event a line, as the manual suggests: ``id``, ``date``, ``source``, ``recipient``, ``event``, ``mode`` ...

An event whose day is not known has ``date`` null: the manual asks for one, and none is made up. What PLOVER has no field for (status, claim)
stands in ``trucewatch``. The text is left out: the manual asks for it only from who holds its rights. This module must not make up a field
beside PLOVER's own.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from trucewatch.publishing.exports import Written

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from trucewatch.dossier.handover import Handover
    from trucewatch.model import ActorRef, Coded, Event, Harm, Participant, Place, Report

_ENCODE = json.JSONEncoder(ensure_ascii=False, separators=(", ", ": ")).encode
_DAY = 10
_COUNTRY = 3
_SIZES = {"killed": "dead", "injured": "injured", "detained": "arrested"}


@dataclass(frozen=True, slots=True)
class Plover:
    """The format ``plover``."""

    name: str = "plover"
    line: str = "events in PLOVER's JSON fields, a line an event"
    suffix: str = ".jsonl"
    text: bool = True

    def write(self, given: Handover, out: Path) -> Written:
        """Write the events."""
        written = Written()
        with out.open("w", encoding="utf-8", newline="\n") as stream:
            for report, coded in given.records():
                for event in coded.events:
                    if given.takes(report, event.id):
                        incident = given.homes.get(f"{report}/{event.id}")
                        stream.write(line(record(report, coded, event, incident)) + "\n")
                        written.rows["events"] += 1
        return written


def line(made: dict[str, Any]) -> str:
    """One record as a line that no reader of lines splits."""
    text = _ENCODE(made).encode("utf-8", "backslashreplace").decode()
    return text.replace("\u2028", "\\u2028").replace("\u2029", "\\u2029").replace("\u0085", "\\u0085")


def record(report: str, coded: Coded, event: Event, incident: str | None) -> dict[str, Any]:
    """An event as PLOVER's record; optional fields that are not known are left out."""
    time = coded.times[event.time] if event.time is not None else None
    begin, until = (time.begin, time.until) if time else (None, None)
    place = coded.places[event.place] if event.place is not None else None
    made: dict[str, Any] = {
        "id": f"{report}/{event.id}",
        "has_event": True,
        "date": _date(begin),
        "time": _clock(begin),
        "enddate": _date(until) if _date(until) != _date(begin) else None,
        "source": [_actor(party) for party in event.actor],
        "recipient": [_actor(party) for party in event.recipient] or None,
        "event": [event.type],
        "event_loc": _location(place) if place else None,
        "event_text": [event.predicate.text],
        "quad_code": event.quad,
        "mode": event.mode,
        "context": list(event.context) or None,
        "link": incident,
        "text_info": {"sequence": event.sentence, "start": event.start, "end": event.end},
        "size_info": _sizes(event.harm) or None,
        "cite_info": _cited(coded.report, coded) if coded.report else None,
        "coder": f"Trucewatch {coded.coder.version}, {coded.coder.model}" if coded.coder else None,
        "trucewatch": _ours(coded, event),
    }
    required = {"date", "source"}
    return {name: value for name, value in made.items() if value is not None or name in required}


def _date(written: str | None) -> str | None:
    return written[:_DAY] if written and len(written) >= _DAY else None


def _clock(written: str | None) -> str | None:
    return written[_DAY + 1 :] or None if written and written[_DAY : _DAY + 1] == "T" else None


def _actor(party: Participant) -> dict[str, Any]:
    made: dict[str, Any] = {"actor_text": party.text}
    if party.actor is None:
        return made
    return {**_code(party.actor), **made, "identifier_id": party.actor.id, "identifier_text": party.actor.name}


def _code(ref: ActorRef) -> dict[str, Any]:
    """Country and sector of a CAMEO-style code, which has three letters for each."""
    if not ref.code:
        return {}
    country = ref.code[:_COUNTRY]
    sector = ref.code[_COUNTRY : 3 * _COUNTRY]
    return {"code": country, "sector": sector} if sector else {"code": country}


def _location(place: Place) -> dict[str, Any]:
    """GeoNames' field names, with ``cc3`` for the alpha-3 code."""
    found = {
        "geonameid": place.geonameid, "name": place.name or place.text, "latitude": place.latitude, "longitude": place.longitude,
        "cc3": place.country, "admin1": place.admin1, "where_prec": place.precision,
    }  # fmt: skip
    return {name: value for name, value in found.items() if value is not None}


def _sizes(found: Iterable[Harm]) -> dict[str, int]:
    """Numbers of people; of a kind that is told twice in one event, none: they may be the same people."""
    known = [harm for harm in found if harm.kind in _SIZES and harm.best is not None]
    kinds = [harm.kind for harm in known]
    return {_SIZES[harm.kind]: harm.best for harm in known if kinds.count(harm.kind) == 1 and harm.best is not None}


def _cited(report: Report, coded: Coded) -> dict[str, Any]:
    ontology = f"plover, Trucewatch's tables {coded.coder.ontology}" if coded.coder else None
    found = {
        "url": report.url, "title": report.title, "language": report.language, "publication": report.publisher, "codebook": ontology,
        "published": report.published,
    }  # fmt: skip
    return {name: value for name, value in found.items() if value is not None}


def _ours(coded: Coded, event: Event) -> dict[str, Any]:
    claim = next((claim for claim in coded.claims if claim.id == event.claim), None)
    found = {
        "status": event.status, "truce": event.truce, "cameo": event.cameo, "confidence": event.confidence,
        "instrument": [m.text for m in event.instrument] or None,
        "claim": None if claim is None else {
            "source": [m.text for m in claim.source], "stance": claim.stance,
            "claimant": claim.claimant.id if claim.claimant else None,
        },
        "harm": [{"kind": h.kind, "low": h.low, "best": h.best, "high": h.high, "who": h.who, "side": h.side} for h in event.harm] or None,
    }  # fmt: skip
    return {name: value for name, value in found.items() if value is not None}
