"""How well a coder does on the gold set: events, who did what to whom, status, harm, claims, places and times.

Gold events and coded events are paired inside one text, the best pair first: same type, then shared words of the predicate, then same
status. What the gold calls optional is neither asked for nor punished. This module reads JSON lines and records; it runs no coder.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from trucewatch.model import Claim, Coded, Event

_EMPTY_WORDS = frozenset(
    {
        "the",
        "a",
        "an",
        "of",
        "in",
        "at",
        "on",
        "to",
        "and",
        "its",
        "his",
        "her",
        "their",
        "near",
        "from",
        "some",
        "with",
        "by",
        "for",
    }
)
_REAL = frozenset({"happened", "ongoing"})
_RARE_HARM = frozenset({"detained", "displaced", "missing"})
Bounds = tuple[str, int | None, int | None, int | None]


@dataclass(frozen=True, slots=True)
class GoldEvent:
    """An event that must come out; several types, statuses or predicates are alternatives."""

    types: tuple[str, ...]
    statuses: tuple[str, ...]
    predicates: tuple[str, ...]
    actors: tuple[str, ...]
    recipients: tuple[str, ...]
    mode: str | None
    truce: str | None
    place: str | None
    time: str | None
    harm: tuple[Bounds, ...]
    embedded: bool
    optional: bool


@dataclass(frozen=True, slots=True)
class GoldClaim:
    """A claim that must come out; an empty source is an unnamed one."""

    source: str
    stances: tuple[str, ...]
    optional: bool


@dataclass(frozen=True, slots=True)
class GoldText:
    """One text of the gold set."""

    id: str
    text: str
    published: str
    events: tuple[GoldEvent, ...]
    claims: tuple[GoldClaim, ...]


@dataclass(slots=True)
class Counts:
    """True positives, false positives and false negatives."""

    tp: int = 0
    fp: int = 0
    fn: int = 0

    @property
    def precision(self) -> float:
        """In percent; 100 where nothing was given."""
        return 100.0 * self.tp / (self.tp + self.fp) if self.tp + self.fp else 100.0

    @property
    def recall(self) -> float:
        """In percent; 100 where nothing was asked for."""
        return 100.0 * self.tp / (self.tp + self.fn) if self.tp + self.fn else 100.0

    @property
    def f1(self) -> float:
        """Harmonic mean in percent."""
        return 200.0 * self.tp / (2 * self.tp + self.fp + self.fn) if self.tp + self.fp + self.fn else 100.0


@dataclass(slots=True)
class Score:
    """Everything counted over a set of texts."""

    type: Counts = field(default_factory=Counts)
    typed_status: Counts = field(default_factory=Counts)
    asserted: Counts = field(default_factory=Counts)
    embedded: Counts = field(default_factory=Counts)
    status: Counts = field(default_factory=Counts)
    mode: Counts = field(default_factory=Counts)
    truce: Counts = field(default_factory=Counts)
    actor: Counts = field(default_factory=Counts)
    recipient: Counts = field(default_factory=Counts)
    place: Counts = field(default_factory=Counts)
    time: Counts = field(default_factory=Counts)
    harm: Counts = field(default_factory=Counts)
    claim: Counts = field(default_factory=Counts)
    stance: Counts = field(default_factory=Counts)
    empty_texts: int = 0
    empty_with_real: list[str] = field(default_factory=list)
    empty_with_any: list[str] = field(default_factory=list)
    by_type: dict[str, Counts] = field(default_factory=dict)
    by_status: dict[str, Counts] = field(default_factory=dict)
    confusions: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    misses: list[tuple[str, str]] = field(default_factory=list)

    def figures(self) -> dict[str, float]:
        """The figures that are pinned, in percent with one digit."""
        f1s = {
            name: round(getattr(self, name).f1, 1) for name in ("type", "typed_status", "actor", "recipient", "harm", "claim")
        }
        shares = {
            f"{name}_accuracy": round(getattr(self, name).recall, 1)
            for name in ("status", "mode", "truce", "place", "time", "stance")
        }
        named = {f"{name}_f1": value for name, value in f1s.items()}
        return {
            **named,
            "type_precision": round(self.type.precision, 1),
            "type_recall": round(self.type.recall, 1),
            "asserted_recall": round(self.asserted.recall, 1),
            "embedded_recall": round(self.embedded.recall, 1),
            **shares,
            "false_event_rate": round(100.0 * len(self.empty_with_real) / max(1, self.empty_texts), 1),
            "any_event_rate": round(100.0 * len(self.empty_with_any) / max(1, self.empty_texts), 1),
        }


def read_gold(path: Path) -> tuple[GoldText, ...]:
    """The gold set of a JSON-lines file."""
    return tuple(_text(json.loads(line)) for line in path.read_text("utf-8").splitlines() if line.strip())


def _text(row: dict[str, Any]) -> GoldText:
    claims = tuple(GoldClaim(c["source"] or "", tuple(c["stance"]), c.get("optional", False)) for c in row.get("claims", ()))
    return GoldText(row["id"], row["text"], row["published"], tuple(_event(e) for e in row["events"]), claims)


def _event(row: dict[str, Any]) -> GoldEvent:
    return GoldEvent(
        types=tuple(row["type"]),
        statuses=tuple(row["status"]),
        predicates=tuple(row["predicate"]),
        actors=tuple(row["actor"]),
        recipients=tuple(row["recipient"]),
        mode=row.get("mode"),
        truce=row.get("truce"),
        place=row.get("place"),
        time=row.get("time"),
        harm=tuple((h["kind"], h["low"], h["best"], h["high"]) for h in row.get("harm", ())),
        embedded=row.get("embedded", False),
        optional=row.get("optional", False),
    )


def content_words(text: str) -> frozenset[str]:
    """Lower-case words of a phrase less articles and prepositions; all of them where nothing else is left."""
    words = frozenset(re.findall(r"[\w'-]+", text.lower()))
    return words - _EMPTY_WORDS or words


def overlap(a: str, b: str) -> bool:
    """Whether two phrases share a content word."""
    return bool(content_words(a) & content_words(b))


def score(gold: Sequence[GoldText], coded: Sequence[Coded]) -> Score:
    """Count over texts and their records, which stand in the same order."""
    total = Score()
    for text, record in zip(gold, coded, strict=True):
        _count_text(total, text, record)
    return total


def _count_text(total: Score, text: GoldText, record: Coded) -> None:
    if not text.events:
        total.empty_texts += 1
        if record.events:
            total.empty_with_any.append(text.id)
        if any(e.status in _REAL for e in record.events):
            total.empty_with_real.append(text.id)
    pairs = paired(text.events, record.events)
    used = {p for _, p in pairs}
    for k, gold in enumerate(text.events):
        found = next((record.events[p] for g, p in pairs if g == k), None)
        if gold.optional:
            if found is not None and found.type not in gold.types:
                _count_spurious(total, text, found)
        else:
            _count_event(total, text, gold, found)
            if found is not None and found.type in gold.types:
                _count_parts(total, gold, found, record)
    for p, event in enumerate(record.events):
        if p not in used:
            _count_spurious(total, text, event)
    _count_harm(total, text, record)
    _count_claims(total, text, record)


def paired(gold: Sequence[GoldEvent], events: Sequence[Event]) -> list[tuple[int, int]]:
    """Index pairs of gold and coded events, each used once, best first."""
    ranked = sorted(
        ((-_fit(g, e), g.optional, k, p) for k, g in enumerate(gold) for p, e in enumerate(events) if _fit(g, e) > 1),
    )
    taken_gold, taken_event = set[int](), set[int]()
    pairs: list[tuple[int, int]] = []
    for _, _, k, p in ranked:
        if k not in taken_gold and p not in taken_event:
            taken_gold.add(k)
            taken_event.add(p)
            pairs.append((k, p))
    return pairs


def _fit(gold: GoldEvent, event: Event) -> int:
    named = any(overlap(words, event.predicate.text) for words in gold.predicates)
    return 4 * (event.type in gold.types) + 2 * named + (event.status in gold.statuses)


def _count_event(total: Score, text: GoldText, gold: GoldEvent, found: Event | None) -> None:
    """One gold event against what it was paired with."""
    kind = total.embedded if gold.embedded else total.asserted
    per_type = total.by_type.setdefault(gold.types[0], Counts())
    if found is None or found.type not in gold.types:
        for counts in (total.type, total.typed_status, kind, per_type):
            counts.fn += 1
        if found is not None:
            total.type.fp += 1
            total.typed_status.fp += 1
            total.by_type.setdefault(found.type, Counts()).fp += 1
        total.confusions["type", gold.types[0], found.type if found else "(none)"] += 1
        total.misses.append((text.id, f"{'/'.join(gold.types)} {gold.predicates[0]!r}: {found.type if found else 'nothing'}"))
        return
    for counts in (total.type, kind, per_type):
        counts.tp += 1
    per_status = total.by_status.setdefault(gold.statuses[0], Counts())
    if found.status in gold.statuses:
        for counts in (total.typed_status, total.status, per_status):
            counts.tp += 1
        return
    total.typed_status.fp += 1
    for counts in (total.typed_status, total.status, per_status):
        counts.fn += 1
    total.confusions["status", gold.statuses[0], found.status] += 1
    total.misses.append((text.id, f"{found.type} {gold.predicates[0]!r}: {found.status} for {gold.statuses[0]}"))


def _count_spurious(total: Score, text: GoldText, event: Event) -> None:
    total.type.fp += 1
    total.typed_status.fp += 1
    total.by_type.setdefault(event.type, Counts()).fp += 1
    total.confusions["type", "(none)", event.type] += 1
    total.misses.append((text.id, f"spurious {event.type}/{event.status} {event.predicate.text!r}"))


def _count_parts(total: Score, gold: GoldEvent, found: Event, record: Coded) -> None:
    """Participants, mode, category, place and time of an event whose type is right."""
    around = gold.place or ""
    _count_words(total.actor, gold.actors, [p.text for p in found.actor], around)
    _count_words(total.recipient, gold.recipients, [p.text for p in found.recipient], around)
    place = record.places[found.place].text if found.place is not None else ""
    time = (record.times[found.time].value or "") if found.time is not None else ""
    for counts, asked, right in (
        (total.mode, gold.mode, found.mode == gold.mode),
        (total.truce, gold.truce, found.truce == gold.truce),
        (total.place, gold.place, bool(place) and overlap(place, around)),
        (total.time, gold.time, bool(gold.time) and time.startswith(gold.time or "-")),
    ):
        if asked:
            counts.tp += right
            counts.fn += not right


def _count_words(counts: Counts, gold: Sequence[str], found: Sequence[str], around: str) -> None:
    """Phrases by overlap; a place acted on may be told as place or as recipient."""
    for phrase in gold:
        if any(overlap(phrase, f) for f in found):
            counts.tp += 1
        else:
            counts.fn += 1
    counts.fp += sum(not any(overlap(f, phrase) for phrase in gold) and not (around and overlap(f, around)) for f in found)


def _count_harm(total: Score, text: GoldText, record: Coded) -> None:
    """Harm by kind and all three numbers; kinds that an act implies (an arrest) are asked for only where the gold has them."""
    gold = Counter[Bounds](h for e in text.events for h in e.harm)
    kinds = {h[0] for h in gold}
    found = Counter[Bounds](
        (h.kind, h.low, h.best, h.high) for e in record.events for h in e.harm if h.kind in kinds or h.kind not in _RARE_HARM
    )
    same = (gold & found).total()
    total.harm.tp += same
    total.harm.fn += gold.total() - same
    total.harm.fp += found.total() - same
    for kind, *numbers in (gold - found).elements():
        total.misses.append((text.id, f"harm {kind} {numbers}: {sorted(map(str, (found - gold).elements()))}"))


def _count_claims(total: Score, text: GoldText, record: Coded) -> None:
    left = list(record.claims)
    for gold in sorted(text.claims, key=lambda c: c.optional):
        found = _claim_of(gold, left)
        if found is not None:
            left.remove(found)
        if gold.optional:
            continue
        if found is None:
            total.claim.fn += 1
            total.misses.append((text.id, f"claim of {gold.source!r}: none"))
            continue
        total.claim.tp += 1
        total.stance.tp += found.stance in gold.stances
        total.stance.fn += found.stance not in gold.stances
        if found.stance not in gold.stances:
            total.confusions["stance", gold.stances[0], found.stance] += 1
            total.misses.append((text.id, f"claim of {gold.source!r}: {found.stance} for {gold.stances[0]}"))
    for claim in left:
        total.claim.fp += 1
        total.misses.append((text.id, f"spurious claim of {_source(claim)!r} {claim.stance}"))


def _claim_of(gold: GoldClaim, claims: Iterable[Claim]) -> Claim | None:
    fitting = [
        c for c in claims if (overlap(gold.source, _source(c)) if gold.source and _source(c) else gold.source == _source(c))
    ]
    return min(fitting, key=lambda c: c.stance not in gold.stances, default=None)


def _source(claim: Claim) -> str:
    return " ".join(m.text for m in claim.source)
