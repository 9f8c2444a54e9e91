"""Verdicts on a new coding: which event an old verdict means now, and what the ledger sees once the reviewers' values are laid over it.

A verdict holds on to words, not to an event's id. Where the new coding has an event on the same words, it is that one; else the one that
overlaps them most within the sentence and is of a kind; else the verdict is *lost*: it is kept, and its event goes back to a reviewer. A
verdict is never put on an event that it may not have meant. The machine's values are not changed: an overlay is made anew each time.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal, cast

from trucewatch import ontology
from trucewatch.dossier.verdicts.fields import FIELDS, Coding, Toll, Values, agrees
from trucewatch.dossier.verdicts.kinds import Anchor, Key
from trucewatch.model import Harm, TrucewatchError
from trucewatch.model.incident import Voice

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from trucewatch.dossier.verdicts.fields import Field, Value
    from trucewatch.dossier.verdicts.state import Dispute, Effective, Held
    from trucewatch.model import Coded, Event
    from trucewatch.model.incident import Account

How = Literal["same", "moved", "lost"]


@dataclass(frozen=True, slots=True)
class Attached:
    """Where an anchor stands in a coding. ``event`` is the event's id there, ``now`` its anchor; both None where it is lost."""

    anchor: Anchor
    event: str | None
    how: How
    why: str
    now: Anchor | None = None


def attach(anchor: Anchor, coded: Coded) -> Attached:
    """The event of a coding that an anchor means."""
    return _attach(anchor, coded, frozenset())


def settle(anchors: Iterable[Anchor], coded: Coded) -> tuple[Attached, ...]:
    """Where the anchors of one report stand in its new coding.

    Those that keep their words go first, so that another that lost its own does not take theirs from beside them; two anchors whose
    words overlap may come to stand on one event.
    """
    given = tuple(anchors)
    first = {anchor.key: attach(anchor, coded) for anchor in given}
    taken = frozenset(found.event for found in first.values() if found.how == "same" and found.event)
    return tuple(found if (found := first[a.key]).how == "same" else _attach(a, coded, taken) for a in given)


def _attach(anchor: Anchor, coded: Coded, taken: frozenset[str]) -> Attached:
    if coded.report is None or coded.report.sha256 != anchor.sha256:
        return Attached(anchor, None, "lost", "the report has another text now, so that the words' places mean nothing")
    there = [e for e in coded.events if (e.predicate.start, e.predicate.end) == (anchor.start, anchor.end)]
    if there:
        return _same(anchor, coded, there)
    return _moved(anchor, coded, taken)


def _same(anchor: Anchor, coded: Coded, there: Sequence[Event]) -> Attached:
    alike = [event for event in there if event.type == anchor.type] or (list(there) if len(there) == 1 else [])
    if len(alike) != 1:
        return Attached(
            anchor, None, "lost", f"“{anchor.text}” carries {len(there)} acts now, and none or several are {anchor.type}"
        )
    event = alike[0]
    changed = f"; it was {anchor.type} and is {event.type}" if event.type != anchor.type else ""
    return _on(anchor, coded, event, "same", f"the same words{changed}")


def _on(anchor: Anchor, coded: Coded, event: Event, how: How, why: str) -> Attached:
    return Attached(anchor, event.id, how, why, Anchor.of(coded, event, anchor.report))


def _moved(anchor: Anchor, coded: Coded, taken: frozenset[str]) -> Attached:
    scored = [(score, event) for event in coded.events if (score := _score(anchor, event, taken)) is not None]
    best = max((score for score, _ in scored), default=None)
    found = [event for score, event in scored if score == best]
    if not found:
        return Attached(anchor, None, "lost", f"no event of a kind is coded from “{anchor.text}” or around it")
    if len(found) > 1:
        return Attached(anchor, None, "lost", f"{len(found)} events stand equally near “{anchor.text}”")
    return _on(anchor, coded, found[0], "moved", f"“{anchor.text}” is coded as “{found[0].predicate.text}” now")


def _score(anchor: Anchor, event: Event, taken: frozenset[str]) -> tuple[float, bool] | None:
    """How well an event fits: the share of the words in common, then the type; None where it cannot be the one.

    An event without a word in common fits only where its clause holds the anchor's words, its type is the same, and no other verdict
    stands on it.
    """
    same = event.type == anchor.type
    if not (anchor.sentence_start <= event.predicate.start < anchor.sentence_end) or not (
        same or _akin(anchor.type, event.type)
    ):
        return None
    common = min(anchor.end, event.predicate.end) - max(anchor.start, event.predicate.start)
    if common > 0:
        return common / (max(anchor.end, event.predicate.end) - min(anchor.start, event.predicate.start)), same
    around = event.start <= anchor.start and anchor.end <= event.end
    return (0.0, True) if around and same and event.id not in taken else None


def _akin(one: str, other: str) -> bool:
    """Whether two types are of one quad class, so that one may be the other read anew."""
    known = ontology.load()
    try:
        return known.quad(one) == known.quad(other)
    except TrucewatchError:  # a type of another ontology
        return False


# --- laid over the machine's values -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Mark:
    """A field that shows a reviewer's value: what the machine has there, and who said otherwise in which verdict."""

    field: Field
    machine: Value
    value: Value
    held: Held


@dataclass(frozen=True, slots=True)
class Overlaid:
    """An account with the reviewers' values laid over it. ``marks`` name each field that they changed."""

    account: Account
    marks: tuple[Mark, ...] = ()
    rejected: bool = False
    reviewers: tuple[str, ...] = ()
    disputes: tuple[Dispute, ...] = ()


def key_of(account: Account) -> Key:
    """What an anchor of this account points at. It must be the machine's account, not one that is laid over."""
    return Key(account.report, account.predicate.start, account.predicate.end, account.type)


def apply(account: Account, effective: Effective) -> Overlaid:
    """The account as the reviewers hold it. A value that agrees with the machine's leaves the machine's, which knows more, in place."""
    ruling = effective.rulings.get(key_of(account))
    if ruling is None:
        return Overlaid(account)
    machine = Values.of(account)
    marks = tuple(_marks(machine, ruling.fields[name], name) for name in FIELDS if name in ruling.fields)
    changed = tuple(mark for mark in marks if not agrees(mark.value, mark.machine))
    for mark in changed:
        account = _put(account, mark.field, mark.value)
    return Overlaid(account, changed, ruling.rejected, ruling.reviewers, ruling.disputes)


def _marks(machine: Values, held: Held, name: Field) -> Mark:
    return Mark(name, machine.get(name), held.value, held)


def _put(account: Account, name: Field, value: Value) -> Account:
    if isinstance(value, Coding):
        return replace(account, type=value.type, mode=value.mode)
    if isinstance(value, Voice):
        told = value.stance or account.voice.stance or "asserts"
        return replace(account, voice=replace(value, stance=told) if value.words or value.id else Voice())
    if name == "harm":
        tolls = cast("tuple[Toll, ...]", value)
        return replace(account, harm=tuple(_harm(account, toll) for toll in tolls))
    changed: dict[str, Value] = {name: value}
    return replace(account, **changed)  # type: ignore[arg-type]


def _harm(account: Account, toll: Toll) -> Harm:
    """A toll with the words that the machine read it from, where it read one of its kind; else with the clause."""
    words = next((h for h in account.harm if h.kind == toll.kind), None)
    start, end = (words.start, words.end) if words else (account.start, account.end)
    return Harm(toll.kind, toll.low, toll.best, toll.high, toll.who, toll.side, start, end)  # type: ignore[arg-type]
