"""Whether whole reports give what they must: events with their parts, origin, persons at risk, opinions and predictions.

Expectations are YAML (``demo.yaml``, ``idlib.yaml``). An expected event is *found* when a coded event fits its type, status and words, and
*whole* when every other field asked for fits as well. This module runs no coder.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import yaml
from scorer import overlap

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from trucewatch.model import Claim, Coded, Event, Participant


@dataclass(frozen=True, slots=True)
class Check:
    """One expectation: its name, whether it was found, and what is wrong with it (empty: whole)."""

    name: str
    found: bool
    wrong: tuple[str, ...] = ()


def read_expectations(path: Path) -> dict[str, dict[str, Any]]:
    """Expectations by the report's id."""
    return dict(yaml.safe_load(path.read_text("utf-8")))


def checks(wanted: dict[str, Any], coded: Coded) -> tuple[Check, ...]:
    """Every expectation of one report against its record."""
    return (*(_event_check(e, coded) for e in wanted["events"]), *_report_checks(wanted, coded))


def _event_check(wanted: dict[str, Any], coded: Coded) -> Check:
    name = f"{wanted['type'][0]}/{wanted['status'][0]} {wanted['words'][0]}"
    fitting = [
        e for e in coded.events if e.type in wanted["type"] and e.status in wanted["status"] and _named(wanted["words"], e)
    ]
    if not fitting:
        near = [f"{e.type}/{e.status}" for e in coded.events if _named(wanted["words"], e)]
        return Check(name, found=False, wrong=("not found", *near))
    best = min((_wrong(wanted, e, coded) for e in fitting), key=len)
    return Check(name, found=True, wrong=best)


def _named(words: Sequence[str], event: Event) -> bool:
    return any(overlap(w, event.predicate.text) for w in words)


def _wrong(wanted: dict[str, Any], event: Event, coded: Coded) -> tuple[str, ...]:
    """Names of the fields that do not fit."""
    return tuple(key for key, fits in _fields(wanted, event, coded) if key in wanted and not fits)


def _fields(wanted: dict[str, Any], event: Event, coded: Coded) -> Iterator[tuple[str, bool]]:
    claim = next((c for c in coded.claims if c.id == event.claim), None)
    place = coded.places[event.place].text if event.place is not None else ""
    time = coded.times[event.time] if event.time is not None else None
    yield "truce", event.truce == wanted.get("truce")
    yield "actor", _people(wanted.get("actor", ()), event.actor)
    yield "recipient", _people(wanted.get("recipient", ()), event.recipient)
    yield "claimant", claim is not None and overlap(wanted.get("claimant") or "", _claimant(claim))
    yield "stance", claim is not None and claim.stance == wanted.get("stance")
    yield "place", bool(place) and overlap(place, wanted.get("place") or "")
    yield "time", time is not None and (time.value or time.begin or "").startswith(wanted.get("time", "-"))
    yield "harm", sorted([h.kind, h.best] for h in event.harm if h.best is not None) == sorted(wanted.get("harm", []))


def _people(words: Sequence[str], found: Sequence[Participant]) -> bool:
    return all(any(overlap(w, p.text) for p in found) for w in words)


def _claimant(claim: Claim) -> str:
    return claim.resolved.text if claim.resolved else " ".join(m.text for m in claim.source)


def _report_checks(wanted: dict[str, Any], coded: Coded) -> Iterator[Check]:
    origin = coded.report.origin if coded.report else None
    for key, value in wanted.get("origin", {}).items():
        found = (getattr(origin, key, None) or "") if origin else ""
        yield Check(f"origin {key}", found=found.startswith(value), wrong=() if found.startswith(value) else (found or "none",))
    for name in wanted.get("at_risk", ()):
        found = any(name in person.text for person in coded.at_risk)
        yield Check(f"at risk {name}", found, () if found else ("not found",))
    for kind in ("opinion", "prediction"):
        for words in wanted.get(kind, ()):
            kinds = [s.kind for s in coded.sentences if words in coded.text[s.start : s.end]]
            yield Check(f"{kind}: {words}", kind in kinds, () if kind in kinds else (kinds[0] if kinds else "no such words",))
