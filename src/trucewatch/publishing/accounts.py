"""Who says the same thing, who denies it, and which reports are copies of one, across the reports of a page or a screen.

The ledger puts accounts together and counts origins; here its incidents become what a reader of a few numbered reports needs. This module must
not change a record or decide what belongs together.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from trucewatch.ledger.together import MOST_EVENTS, together
from trucewatch.publishing.views import EventView

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from trucewatch.ledger.together import Together
    from trucewatch.model import Coded
    from trucewatch.model.incident import Account as Event
    from trucewatch.model.incident import Incident, Teller

__all__ = ["MOST_EVENTS", "Account", "OriginGroup", "Voice", "accounts", "origins"]


@dataclass(frozen=True, slots=True)
class Voice:
    """One who tells of it. ``copies`` counts the other reports of the same origin that carry the same words of theirs."""

    who: str
    verb: str
    denies: bool
    report: int
    event: int
    copies: int
    quote: str


@dataclass(frozen=True, slots=True)
class Account:
    """One thing told, and everybody who tells or denies it. ``contradictions`` and ``grade`` are sentences of the ledger."""

    headline: str
    voices: tuple[Voice, ...]
    origin_count: int
    report_count: int
    grade: str = ""
    contradictions: tuple[str, ...] = ()

    @property
    def disputed(self) -> bool:
        """Whether the accounts contradict each other."""
        return bool(self.contradictions)


@dataclass(frozen=True, slots=True)
class OriginGroup:
    """Reports that are one dispatch: the first published and its copies, by number from 1."""

    first: int
    copies: tuple[int, ...] = ()


def accounts(records: Sequence[Coded]) -> tuple[Account, ...]:
    """What several accounts tell, disputed things first, then by the number of origins.

    Returns:
        Nothing for more than ``MOST_EVENTS`` events.
    """
    numbered = _numbered(records)
    found = together(numbered)
    made = [_account(incident, found, records) for incident in found.incidents]
    told = [account for account in made if len(account.voices) > 1]
    return tuple(sorted(told, key=lambda account: (not account.disputed, -account.origin_count, -account.report_count)))


def origins(records: Sequence[Coded]) -> tuple[OriginGroup, ...]:
    """Reports grouped by dispatch: copies by their own word or by their text, each under the first published."""
    numbered = _numbered(records)
    known = {coded.id for coded in numbered if coded.report}
    found = together([replace(coded, events=()) for coded in numbered]).origins
    groups = [OriginGroup(int(g.key), tuple(sorted(int(name) for name in g.members if name != g.key))) for g in found]
    alone = [OriginGroup(int(coded.id)) for coded in numbered if coded.id not in known]
    return tuple(sorted((*groups, *alone), key=lambda group: group.first))


def _numbered(records: Sequence[Coded]) -> list[Coded]:
    """The records under their numbers: ids that callers give need not be unique."""
    return [
        replace(coded, id=str(number), report=replace(coded.report, id=str(number)) if coded.report else None)
        for number, coded in enumerate(records, 1)
    ]


def _account(incident: Incident, found: Together, records: Sequence[Coded]) -> Account:
    groups: dict[tuple[str, str, str], list[Teller]] = {}
    for teller in incident.tellers:
        groups.setdefault((teller.origin, found.accounts[teller.account].group, teller.position), []).append(teller)
    return Account(
        headline=incident.headline,
        voices=tuple(_voice(tellers, found.accounts, records) for tellers in groups.values()),
        origin_count=incident.corroboration.origins,
        report_count=incident.corroboration.reports,
        grade=incident.corroboration.reason,
        contradictions=tuple(item.sentence for item in incident.contradictions),
    )


def _voice(tellers: Sequence[Teller], known: Mapping[str, Event], records: Sequence[Coded]) -> Voice:
    first = next((t for t in tellers if t.report == known[t.account].group), tellers[0])
    event = known[first.account]
    number = int(first.report)
    return Voice(
        who=first.who,
        verb=first.says,
        denies=first.position == "denies",
        report=number,
        event=event.number,
        copies=len({t.report for t in tellers}) - 1,
        quote=EventView.of(records[number - 1], event.number, width=110).quote,
    )
