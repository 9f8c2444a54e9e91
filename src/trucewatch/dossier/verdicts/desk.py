"""The desk: what a reviewing terminal or page asks of a dossier, and the making of a verdict from what a reviewer asked for.

``Desk`` is a protocol; the dossier implements it over its database and clock. ``drawn`` is the pure part that every implementation shares.
This module must not open a dossier.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from trucewatch.dossier.verdicts.fields import Values
from trucewatch.dossier.verdicts.kinds import Payload, make
from trucewatch.ledger.predictions import foretold
from trucewatch.model import TrucewatchError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from trucewatch.dossier.verdicts.fields import Field, Value
    from trucewatch.dossier.verdicts.kinds import Kind, Outcome, Verdict
    from trucewatch.dossier.verdicts.queue import Case, Filter, Item, Subject
    from trucewatch.dossier.verdicts.state import Effective
    from trucewatch.model import Coded


@dataclass(frozen=True, slots=True)
class Request:
    """A verdict as a reviewer asks for it. ``event`` and ``other`` are names or ids of events as the desk knows them.

    ``saw``: the event's fields as the reviewer had them on the screen; the desk fills in today's where the reviewer saw none.
    """

    kind: Kind
    reviewer: str
    event: str | None = None
    other: str | None = None
    report: str | None = None
    incident: str | None = None
    field: Field | None = None
    value: Value = None
    saw: Values | None = None
    text: str = ""
    reliability: str | None = None
    credibility: int | None = None
    outcome: Outcome | None = None


@dataclass(frozen=True, slots=True)
class Told:
    """An incident and its accounts."""

    case: Case
    items: tuple[Item, ...]


class Desk(Protocol):
    """A dossier as a reviewer meets it. Every method raises TrucewatchError where something is unknown, and says what is known."""

    def items(self, wanted: Filter) -> Iterator[Item]:
        """The review queue."""
        ...

    def item(self, event: str) -> Item:
        """One event of today's coding by its name, or by its id where that is the only one; ``no-event`` where there is none."""
        ...

    def record(self, request: Request) -> Verdict:
        """Give a verdict; it is in the dossier when this returns."""
        ...

    def undo(self, wanted: str, reviewer: str) -> Verdict:
        """Take back the verdict with this id, or the reviewer's ``last``; returns the verdict ``undo``."""
        ...

    def verdicts(self, *, reviewer: str | None = None, event: str | None = None) -> Iterator[Verdict]:
        """The verdicts in their order, of one reviewer or on one event, or all; undone ones too."""
        ...

    def effective(self) -> Effective:
        """What all verdicts come to, settled to today's coding."""
        ...

    def incident(self, incident: str) -> Told:
        """An incident with its accounts; ``no-incident`` where there is none."""
        ...

    def search(self, text: str) -> Iterator[Item]:
        """Events whose words or codes hold the text, the nearest first."""
        ...

    def codings(self, reports: Iterable[str]) -> Iterator[tuple[str, Coded]]:
        """Today's codings of these reports, each with the dossier's id of the report."""
        ...


def drawn(
    request: Request,
    previous: Verdict | None,
    *,
    at: str,
    one: Subject | None = None,
    other: Subject | None = None,
    saw: Values | None = None,
) -> Verdict:
    """The verdict that a request comes to.

    Args:
        request: what the reviewer asked for.
        previous: the last verdict of the dossier.
        at: the time, ISO 8601 in UTC.
        one: the event that ``request.event`` names, ``other`` the one that ``request.other`` names.
        other: see ``one``.
        saw: the fields that stand now; the request's own go before them.

    Raises:
        TrucewatchError: ``verdict-...`` where the request is not whole or not allowed.
    """
    if request.kind == "undo":
        raise TrucewatchError("verdict-kind", "an undo names a verdict, not an event", next_step="call `undone`")
    if request.kind == "resolve" and one is not None and not foretold(one.account):
        raise TrucewatchError(
            "verdict-resolve", f"{one.account.key} is told as {one.account.status}, not as something to come",
            next_step="`trucewatch ledger DOSSIER --predictions` lists what can be resolved",
        )  # fmt: skip
    judged = request.kind in {"accept", "reject", "correct"}
    seen = (request.saw or saw or (Values.of(one.account) if one else None)) if judged else None
    paired = request.kind in {"merge", "split"}
    payload = Payload(
        anchor=one.anchor if one else None, other=other.anchor if other and paired else None, field=request.field, value=request.value,
        saw=seen, text=request.text.strip(), reliability=request.reliability, credibility=request.credibility,
        outcome=request.outcome,
    )  # fmt: skip
    return make(
        previous, at=at, reviewer=request.reviewer, kind=request.kind,
        report=one.account.report if one else request.report, event=one.account.key if one else None,
        other=other.account.key if other else None, incident=(one.incident if one else None) or request.incident, payload=payload,
    )  # fmt: skip


def undone(target: Verdict, previous: Verdict | None, *, at: str, reviewer: str, text: str = "") -> Verdict:
    """The verdict that takes back another; find the other with ``state.to_undo``."""
    return make(previous, at=at, reviewer=reviewer, kind="undo", undoes=target.id, payload=Payload(text=text.strip()))
