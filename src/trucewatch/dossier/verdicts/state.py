"""What follows from a chain of verdicts: which of them stand, what the reviewers hold of each event, and where they disagree.

A verdict stands until a standing ``undo`` names it; an undo may be undone. Of one reviewer the latest word counts, and of all reviewers the
latest of those; where reviewers differ, the dispute is listed and nothing is settled by count. This module must not know of a coding:
``attach`` tells it which anchors moved.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import combinations
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal

from trucewatch.dossier.verdicts.fields import FIELDS, agrees, show
from trucewatch.model import TrucewatchError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from trucewatch.dossier.verdicts.attach import Attached
    from trucewatch.dossier.verdicts.fields import Field, Value
    from trucewatch.dossier.verdicts.kinds import Anchor, Key, Outcome, Verdict

EVENT = "event"  #: the matter of a dispute on whether there is an event at all
LINK = "link"  #: the matter of a dispute on whether two accounts tell of one incident
LAST = "last"


@dataclass(frozen=True, slots=True)
class Held:
    """A value that a reviewer holds to be right. ``by``: whether they accepted the machine's or gave their own."""

    value: Value
    verdict: str
    seq: int
    reviewer: str
    at: str
    by: Literal["accept", "correct"]


@dataclass(frozen=True, slots=True)
class Opinion:
    """What one reviewer holds of one event: that it is one, and which values it has; or that it is none."""

    reviewer: str
    keeps: bool
    verdict: str
    seq: int
    fields: Mapping[Field, Held]


@dataclass(frozen=True, slots=True)
class Dispute:
    """Reviewers that differ. ``matter``: a field, ``event`` or ``link``; ``sides``: reviewer and what they hold, the latest last."""

    matter: str
    anchor: Anchor
    sides: tuple[tuple[str, str], ...]
    other: Anchor | None = None


@dataclass(frozen=True, slots=True)
class Ruling:
    """All that stands about one event. ``event`` is its name in the dossier when the last verdict was given."""

    anchor: Anchor
    event: str
    opinions: tuple[Opinion, ...]
    fields: Mapping[Field, Held]
    notes: tuple[Verdict, ...]
    verdicts: tuple[Verdict, ...]
    disputes: tuple[Dispute, ...]
    lost: Attached | None = None

    @property
    def rejected(self) -> bool:
        """Whether the latest word is that there is no such event."""
        return bool(self.opinions) and not max(self.opinions, key=lambda o: o.seq).keeps

    @property
    def reviewers(self) -> tuple[str, ...]:
        """Who accepted, corrected or rejected it."""
        return tuple(opinion.reviewer for opinion in self.opinions)


@dataclass(frozen=True, slots=True)
class Link:
    """That two accounts tell of one incident (``same``), or of two."""

    one: Anchor
    other: Anchor
    same: bool
    verdict: str
    reviewer: str
    at: str


@dataclass(frozen=True, slots=True)
class Graded:
    """One reviewer's grade of a report or incident."""

    report: str | None
    incident: str | None
    reviewer: str
    reliability: str | None
    credibility: int | None
    verdict: str
    at: str


@dataclass(frozen=True, slots=True)
class Resolved:
    """What one reviewer says became of a thing predicted, vowed or threatened. ``event`` is its name when the verdict was given."""

    anchor: Anchor
    event: str
    outcome: Outcome
    reviewer: str
    verdict: str
    at: str
    text: str = ""


@dataclass(frozen=True, slots=True)
class Effective:
    """What the verdicts come to. ``merges`` must be linked, ``splits`` must not; ``knots`` are splits that the merges go round."""

    standing: tuple[Verdict, ...] = ()
    rulings: Mapping[Key, Ruling] = field(default_factory=dict)
    merges: tuple[Link, ...] = ()
    splits: tuple[Link, ...] = ()
    opinions_on_links: tuple[Link, ...] = ()
    knots: tuple[Link, ...] = ()
    notes: tuple[Verdict, ...] = ()
    grades: tuple[Graded, ...] = ()
    resolved: tuple[Resolved, ...] = ()
    disputes: tuple[Dispute, ...] = ()

    @property
    def rejected(self) -> tuple[Ruling, ...]:
        """Events that are none, by the latest word."""
        return tuple(ruling for ruling in self.rulings.values() if ruling.rejected)

    @property
    def lost(self) -> tuple[Ruling, ...]:
        """Rulings on events that the coding no longer has; they wait for a reviewer.

        A rejection that the new coding agrees with is not among them.
        """
        return tuple(ruling for ruling in self.rulings.values() if ruling.lost and not ruling.rejected and ruling.opinions)


def stand(verdicts: Iterable[Verdict]) -> tuple[Verdict, ...]:
    """The verdicts that stand, in their order; an undo that stands is among them."""
    ordered = sorted(verdicts, key=lambda v: v.seq)
    undone: set[str] = set()
    kept: list[Verdict] = []
    for verdict in reversed(ordered):
        if verdict.id in undone:
            continue
        kept.append(verdict)
        if verdict.undoes:
            undone.add(verdict.undoes)
    return tuple(reversed(kept))


def to_undo(verdicts: Iterable[Verdict], wanted: str, reviewer: str) -> Verdict:
    """The standing verdict that ``wanted`` names: an id, or ``last`` for the reviewer's own latest that is no undo.

    Raises:
        TrucewatchError: ``no-verdict`` where there is none, or it is undone already.
    """
    every = list(verdicts)
    standing = stand(every)
    if wanted == LAST:
        mine = [v for v in standing if v.reviewer == reviewer and v.kind != "undo"]
        if mine:
            return mine[-1]
        raise TrucewatchError("no-verdict", f"no verdict of {reviewer} stands", next_step="`--list` shows all")
    for verdict in standing:
        if verdict.id == wanted:
            return verdict
    why = "it is undone already; undo the undoing to bring it back" if any(v.id == wanted for v in every) else ""
    raise TrucewatchError("no-verdict", f"no verdict {wanted!r} stands", why=why, next_step="`--list` shows all")


def anchors(verdicts: Iterable[Verdict]) -> tuple[Anchor, ...]:
    """Every anchor in some verdicts, once each."""
    found: dict[Key, Anchor] = {}
    for verdict in verdicts:
        for anchor in (verdict.payload.anchor, verdict.payload.other):
            if anchor:
                found.setdefault(anchor.key, anchor)
    return tuple(found.values())


def effective(verdicts: Iterable[Verdict], attached: Iterable[Attached] = ()) -> Effective:
    """What some verdicts come to.

    Args:
        verdicts: the whole chain, or that of some reviewers; the order of ``seq`` counts.
        attached: where the anchors stand in today's coding (``attach.settle``), so that verdicts on one event before and after a new
            coding come together. An anchor that is not named stays as it is.
    """
    places = {item.anchor.key: item for item in attached}
    standing = stand(verdicts)
    rulings = _rulings(standing, places)
    links = _links(standing, places)
    latest = _latest(links)
    disputes = [dispute for ruling in rulings.values() for dispute in ruling.disputes]
    return Effective(
        standing=standing,
        rulings=MappingProxyType(rulings),
        merges=tuple(link for link in latest if link.same),
        splits=tuple(link for link in latest if not link.same),
        opinions_on_links=tuple(links),
        knots=_knots(latest),
        notes=tuple(v for v in standing if v.kind == "note"),
        grades=_grades(standing),
        resolved=_resolved(standing, places),
        disputes=(*disputes, *_link_disputes(links)),
    )


def _now(anchor: Anchor, places: Mapping[Key, Attached]) -> Anchor:
    found = places.get(anchor.key)
    return found.now if found and found.now else anchor


# --- events -----------------------------------------------------------------------------------------------------------------------------


def _rulings(standing: Sequence[Verdict], places: Mapping[Key, Attached]) -> dict[Key, Ruling]:
    groups: dict[Key, list[Verdict]] = {}
    for verdict in standing:
        if verdict.kind in {"accept", "reject", "correct", "note"} and verdict.payload.anchor:
            groups.setdefault(_now(verdict.payload.anchor, places).key, []).append(verdict)
    return {key: _ruling(group, places) for key, group in groups.items()}


def _ruling(group: Sequence[Verdict], places: Mapping[Key, Attached]) -> Ruling:
    last = group[-1]
    anchor = last.payload.anchor
    if anchor is None:  # _rulings groups by anchor
        raise AssertionError
    found = places.get(anchor.key)
    now = _now(anchor, places)
    opinions = _opinions([v for v in group if v.kind != "note"])
    return Ruling(
        anchor=now,
        event=(found.event if found else None) or last.event or "",
        opinions=opinions,
        fields=MappingProxyType(_overall(opinions)),
        notes=tuple(v for v in group if v.kind == "note"),
        verdicts=tuple(group),
        disputes=tuple(_disputes(now, opinions)),
        lost=found if found and found.how == "lost" else None,
    )


def _opinions(group: Iterable[Verdict]) -> tuple[Opinion, ...]:
    """One opinion a reviewer; a rejection drops what they held of the fields before."""
    found: dict[str, Opinion] = {}
    for verdict in group:
        before = found.pop(verdict.reviewer, None)
        keeps = verdict.kind != "reject"
        held = {**(before.fields if before else {}), **_held(verdict)} if keeps else {}
        found[verdict.reviewer] = Opinion(verdict.reviewer, keeps, verdict.id, verdict.seq, MappingProxyType(held))
    return tuple(found.values())


def _held(verdict: Verdict) -> dict[Field, Held]:
    payload = verdict.payload

    def held(value: Value, by: Literal["accept", "correct"]) -> Held:
        return Held(value, verdict.id, verdict.seq, verdict.reviewer, verdict.at, by)

    if verdict.kind == "correct" and payload.field:
        return {payload.field: held(payload.value, "correct")}
    if verdict.kind == "accept" and payload.saw:
        return {name: held(payload.saw.get(name), "accept") for name in FIELDS}
    return {}


def _overall(opinions: Sequence[Opinion]) -> dict[Field, Held]:
    found: dict[Field, Held] = {}
    for opinion in opinions:
        for name, held in opinion.fields.items():
            if name not in found or held.seq > found[name].seq:
                found[name] = held
    return found


def _disputes(anchor: Anchor, opinions: Sequence[Opinion]) -> Iterator[Dispute]:
    if len({opinion.keeps for opinion in opinions}) > 1:
        yield Dispute(EVENT, anchor, tuple((o.reviewer, "keeps" if o.keeps else "rejects") for o in opinions))
    for name in FIELDS:
        held = sorted((o.fields[name] for o in opinions if name in o.fields), key=lambda h: h.seq)
        if any(
            not agrees(one.value, other.value) and not agrees(other.value, one.value) for one, other in combinations(held, 2)
        ):
            yield Dispute(name, anchor, tuple((h.reviewer, show(h.value)) for h in held))


# --- links ------------------------------------------------------------------------------------------------------------------------------


def _links(standing: Sequence[Verdict], places: Mapping[Key, Attached]) -> list[Link]:
    """The latest word of each reviewer on each pair, the latest last."""
    found: dict[tuple[frozenset[Key], str], Link] = {}
    for verdict in standing:
        one, other = verdict.payload.anchor, verdict.payload.other
        if verdict.kind not in {"merge", "split"} or not one or not other:
            continue
        link = Link(_now(one, places), _now(other, places), verdict.kind == "merge", verdict.id, verdict.reviewer, verdict.at)
        place = (_pair(link), verdict.reviewer)
        found.pop(place, None)
        if len(place[0]) > 1:  # a new coding may have made one event of the two
            found[place] = link
    return list(found.values())


def _pair(link: Link) -> frozenset[Key]:
    return frozenset({link.one.key, link.other.key})


def _latest(links: Iterable[Link]) -> list[Link]:
    return list({_pair(link): link for link in links}.values())


def _link_disputes(links: Iterable[Link]) -> Iterator[Dispute]:
    groups: dict[frozenset[Key], list[Link]] = {}
    for link in links:
        groups.setdefault(_pair(link), []).append(link)
    for group in groups.values():
        if len({link.same for link in group}) > 1:
            sides = tuple((link.reviewer, "same" if link.same else "different") for link in group)
            yield Dispute(LINK, group[-1].one, sides, group[-1].other)


def _knots(links: Sequence[Link]) -> tuple[Link, ...]:
    """Splits whose two accounts hang together by way of merges."""
    parent: dict[Key, Key] = {}

    def root(key: Key) -> Key:
        while parent.get(key, key) != key:
            key = parent[key]
        return key

    for link in links:
        if link.same:
            parent[root(link.one.key)] = root(link.other.key)
    return tuple(link for link in links if not link.same and root(link.one.key) == root(link.other.key))


# --- grades -----------------------------------------------------------------------------------------------------------------------------


def _grades(standing: Iterable[Verdict]) -> tuple[Graded, ...]:
    """The latest grade of each report or incident by each reviewer; a letter alone keeps the digit given before, and the reverse."""
    found: dict[tuple[str | None, str | None, str], Graded] = {}
    for verdict in standing:
        if verdict.kind != "grade":
            continue
        place = (verdict.report, verdict.incident, verdict.reviewer)
        before = found.pop(place, None)
        found[place] = Graded(
            verdict.report, verdict.incident, verdict.reviewer,
            verdict.payload.reliability or (before.reliability if before else None),
            verdict.payload.credibility or (before.credibility if before else None),
            verdict.id, verdict.at,
        )  # fmt: skip
    return tuple(found.values())


def _resolved(standing: Iterable[Verdict], places: Mapping[Key, Attached]) -> tuple[Resolved, ...]:
    """The latest word of each reviewer on each thing foretold, the latest last."""
    found: dict[tuple[Key, str], Resolved] = {}
    for verdict in standing:
        anchor, outcome = verdict.payload.anchor, verdict.payload.outcome
        if verdict.kind != "resolve" or anchor is None or outcome is None:
            continue
        now = _now(anchor, places)
        at = places.get(anchor.key)
        event = f"{anchor.report}/{at.event}" if at and at.event else verdict.event or ""
        found.pop((now.key, verdict.reviewer), None)
        found[now.key, verdict.reviewer] = Resolved(
            now, event, outcome, verdict.reviewer, verdict.id, verdict.at, verdict.payload.text
        )
    return tuple(found.values())
