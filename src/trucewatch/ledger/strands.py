"""Which events of one report tell of one occurrence: the report's strands.

A report is read from the top. Each event joins the strand that fits it best - by kind of act, distance, place, day, things, people, and words
that point back - or begins one of its own. The weights are data (``strands.tsv``, fitted by ``benchmarks/fit_incidents.py``). This
module must not look beyond the report.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from trucewatch.ledger import tables
from trucewatch.ledger.geo import WORDED, days_apart, meet, moving, span

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from trucewatch.ledger.setting import Setting
    from trucewatch.model import Event
    from trucewatch.model.incident import Spot, When

NAMING = re.compile(r"(?:called|described|condemned|denounced|branded|hailed|praised|deplored)\b", re.IGNORECASE)
"""Predicates that pass judgement on an act, though they hold its noun."""
_TOLD = {"happened", "ongoing", "denied"}
_SPOKEN = {"threat", "demand"}
_FAR = 3


@dataclass(slots=True)
class Strand:
    """An occurrence as read so far: its events by index and what they state."""

    members: list[int] = field(default_factory=list)
    ids: set[str] = field(default_factory=set)
    families: list[str] = field(default_factory=list)
    places: list[Spot] = field(default_factory=list)
    times: list[When] = field(default_factory=list)
    words: set[str] = field(default_factory=set)
    parties: set[str] = field(default_factory=set)
    killed: set[tuple[str, int | None, str]] = field(default_factory=set)
    around: list[Spot] = field(default_factory=list)
    denied: bool = False
    line: int = 0
    paragraph: int = 0
    end: int = 0
    since: int = 0
    at: int = 0

    def add(self, index: int, event: Event, setting: Setting) -> None:
        """Take an event in."""
        self.members.append(index)
        self.families.append(tables.family(event.type, event.mode, event.truce).name)
        self.places += [p for p in setting.places if p not in self.places]
        self.times += [t for t in setting.times if t not in self.times]
        self.words |= setting.words
        self.parties |= parties(event)
        self.killed |= {(h.kind, h.best, h.who or "") for h in event.harm}
        self.around = self.around or [place for _, place in setting.trail[:1]]
        self.denied = event.status == "denied"
        self.at = event.predicate.start
        self.line, self.paragraph, self.end = setting.line, setting.paragraph, setting.end


def parties(event: Event) -> set[str]:
    """Role and name of each participant."""
    sides = (("actor", event.actor), ("recipient", event.recipient))
    return {f"{role} {p.actor.id if p.actor else p.text.casefold()}" for role, found in sides for p in found}


def strands(events: Sequence[Event], settings: Sequence[Setting]) -> tuple[tuple[int, ...], ...]:
    """Indices of events that tell of one occurrence, in reading order; events that only speak about one join or stay out."""
    found: list[Strand] = []
    for index, (event, setting) in enumerate(zip(events, settings, strict=True)):
        best = choose(event, setting, found, tables.weights("strands"))
        if best is None and is_act(event):
            best = Strand()
            found.append(best)
        if best is not None:
            join(best, index, event, setting, found)
    _govern(events, found)
    return tuple(tuple(sorted(strand.members)) for strand in found)


def join(strand: Strand, index: int, event: Event, setting: Setting, found: Iterable[Strand]) -> None:
    """Take an event into a strand; only acts say where and when it was. For the others found so far, something else was told since."""
    if is_act(event):
        strand.add(index, event, setting)
        for other in found:
            other.since = 0 if other is strand else other.since + 1
    else:
        strand.members.append(index)
    strand.ids.add(event.id)


def _govern(events: Sequence[Event], found: Sequence[Strand]) -> None:
    """A word that stands around an act in its sentence ("accused the army of shelling Orl") speaks about that act's occurrence."""
    home = {index: strand for strand in found for index in strand.members}
    for index, event in enumerate(events):
        if index in home:
            continue
        inside = [k for k, e in enumerate(events) if k in home and e.sentence == event.sentence and _within(e, event)]
        if inside:
            home[inside[0]].members.append(index)


def _within(act: Event, word: Event) -> bool:
    return is_act(act) and word.start <= act.predicate.start < word.end


def is_told(event: Event) -> bool:
    """Whether the event is an act told as happened, going on or denied."""
    return event.status in _TOLD and is_act(event)


def is_act(event: Event) -> bool:
    """Whether the event is something done, not a word about something else ("called the raid a crime")."""
    return not NAMING.match(event.predicate.text) and tables.family(event.type, event.mode, event.truce).standing == "act"


def choose(event: Event, setting: Setting, found: Sequence[Strand], weights: Mapping[str, float]) -> Strand | None:
    """The strand that fits an event best, if one is likelier than not; the nearer one of two that fit alike."""
    scored = [(score, strand) for strand in found if (score := fit(event, setting, strand, weights)) is not None and score > 0]
    return max(scored, key=lambda pair: (pair[0], pair[1].line), default=(0.0, None))[1]


def fit(event: Event, setting: Setting, strand: Strand, weights: Mapping[str, float]) -> float | None:
    """How well an event fits a strand, in log-odds; None where it cannot belong to it."""
    seen = features(event, setting, strand)
    return None if seen is None else sum(weights.get(name, 0.0) * value for name, value in seen.items())


def features(event: Event, setting: Setting, strand: Strand) -> dict[str, float] | None:
    """What speaks for and against an event's belonging to a strand; None where kind, place or day forbid it."""
    kind = _kind(event, setting, strand)
    if kind == "barred":
        return None
    where, on = _where(event, setting, strand), _on(setting, strand)
    if "barred" in {where, on}:
        return None
    gap = setting.line - strand.line
    seen: dict[str, float] = {"bias": 1.0, f"kind {kind}": 1.0, f"place {where}": 1.0, f"day {on}": 1.0}
    seen[f"lines {min(gap, _FAR)}"] = 1.0
    flags: dict[str, bool] = {
        "new paragraph": setting.paragraph != strand.paragraph,
        "points back": setting.points or bool(setting.nouns & set(strand.families)),
        "since": strand.since > 0,
        "fresh": setting.fresh and setting.fresh_at >= strand.at,
        "after": setting.after and gap == 0,
        "in turn": setting.turn and gap > 0,
        "again": setting.again and gap > 0,
        "result": setting.result and not setting.places and not setting.times,
        "word": not is_act(event),
        "clock": setting.clock and gap > 0,
        "counter": strand.denied and event.status != "denied" and gap <= 1,
        "denied": event.status == "denied",
        "named again": event.basis.again in strand.ids,
        "spoken": tables.family(event.type, event.mode, event.truce).name in _SPOKEN and is_act(event),
        "not told": event.status not in _TOLD,
    }
    seen |= {name: 1.0 for name, holds in flags.items() if holds}
    return seen | _shared(event, setting, strand)


def _kind(event: Event, setting: Setting, strand: Strand) -> str:
    if not is_act(event):
        return "noun" if setting.nouns & set(strand.families) else "barred"
    name = tables.family(event.type, event.mode, event.truce).name
    levels = {tables.level(name, other) for other in strand.families}
    if not strand.families or "barred" in levels:
        return "barred"
    return next(level for level in ("same", "close", "loose") if level in levels)


def _where(event: Event, setting: Setting, strand: Strand) -> str:
    known = strand.places or strand.around
    if not setting.places:
        trail = [place for at, place in setting.trail if at >= strand.end]
        found = meet(trail[:1], known) if trail and known else ""
        if found == "within" and trail[0].kind == WORDED:
            return "left"
        if found == "apart" and (setting.points or setting.result) and is_told(event):
            return "barred"
        return {"": "unsaid", "apart": "left", "near": "left", "same": "kept"}.get(found, "unsaid")
    if not known:
        return "new"
    found = meet(setting.places, known)
    if found not in {"apart", "near"}:
        return found if strand.places else "around"
    if not strand.places:
        return "off"
    family = tables.family(event.type, event.mode, event.truce).name
    return "moving" if moving(family, *strand.families) or not is_told(event) else "barred"


def _on(setting: Setting, strand: Strand) -> str:
    if not setting.times:
        return "unsaid"
    spans = [[s for time in times if (s := span(time))] for times in (setting.times, strand.times)]
    if not spans[0] or not spans[1]:
        return "new"
    sharp = [[s for s in found if s.days == 1] or found for found in spans]
    if min(days_apart(one, other) or 0 for one in sharp[0] for other in sharp[1]) > 0:
        return "barred"
    return "same" if any(one.days == other.days == 1 for one in sharp[0] for other in sharp[1]) else "around"


def _shared(event: Event, setting: Setting, strand: Strand) -> dict[str, float]:
    objects = [{w for w in words if w.startswith("object ")} for words in (setting.words, strand.words)]
    common = {w for w in setting.words & strand.words if not w.startswith("object ")}
    mine = parties(event)
    harm = {(h.kind, h.best) for h in event.harm}
    theirs = {(kind, best) for kind, best, _ in strand.killed}
    kinds = {kind for kind, _ in harm} & {kind for kind, _ in theirs}
    checks: dict[str, Callable[[], bool]] = {
        "thing shared": lambda: bool(objects[0] & objects[1]),
        "other thing": lambda: bool(objects[0] and objects[1]) and not objects[0] & objects[1],
        "word shared": lambda: bool(common),
        "party shared": lambda: bool(mine & strand.parties),
        "sides turned": lambda: bool(_turned(mine) & strand.parties),
        "other actor": lambda: _others(mine, strand.parties),
        "same number": lambda: bool(harm & theirs),
        "other number": lambda: bool(kinds) and not harm & theirs,
    }
    return {name: 1.0 for name, check in checks.items() if check()}


def _turned(mine: set[str]) -> set[str]:
    return {f"{'recipient' if role == 'actor' else 'actor'} {who}" for role, _, who in (m.partition(" ") for m in mine)}


def _others(mine: set[str], theirs: set[str]) -> bool:
    actors = [{p for p in found if p.startswith("actor ")} for found in (mine, theirs)]
    return bool(actors[0] and actors[1]) and not actors[0] & actors[1]
