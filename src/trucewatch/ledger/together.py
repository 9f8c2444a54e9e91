"""Origins and incidents of a few records at once, in memory: for a page, a demonstration, a small collection.

A dossier does the same one report at a time. This module must not lay anything out.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from trucewatch.ledger.accounts import accounts_of
from trucewatch.ledger.incidents import summarise
from trucewatch.ledger.memory import Ledger
from trucewatch.ledger.origins import find, groups
from trucewatch.ledger.origins.statements import statement_origin

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from trucewatch.ledger.origins import OriginGroup
    from trucewatch.model import Coded
    from trucewatch.model.incident import Account, Incident

#: More events than this are not put together here: a page of them is no longer read as a whole.
MOST_EVENTS = 20_000


@dataclass(frozen=True, slots=True)
class Together:
    """The incidents of some records, the earliest first, and the reports' origin groups; ids are those of the records."""

    incidents: tuple[Incident, ...]
    accounts: Mapping[str, Account]
    origins: tuple[OriginGroup, ...]


def together(records: Sequence[Coded], *, sides: Mapping[str, str] | None = None) -> Together:
    """Put the accounts of some records together.

    Args:
        records: with ids of their own; those without a report count as origins of nothing.
        sides: publisher to the side it speaks for (an actor id).

    Returns:
        No incidents for more than ``MOST_EVENTS`` events.
    """
    found = _groups(records)
    if sum(len(coded.events) for coded in records) > MOST_EVENTS:
        return Together((), {}, found)
    ledger = Ledger()
    accounts = {account.key: account for account in _placed(records, found)}
    ledger.add_accounts(accounts.values())
    made = [summarise(f"i-{number}", cluster, sides=sides) for number, cluster in enumerate(ledger.incidents(), 1)]
    return Together(tuple(made), accounts, found)


def _groups(records: Iterable[Coded]) -> tuple[OriginGroup, ...]:
    reports = [replace(coded.report, id=coded.id) for coded in records if coded.report is not None]
    return groups(reports, find(reports))


def _placed(records: Iterable[Coded], found: Iterable[OriginGroup]) -> Iterable[Account]:
    """Accounts with whom their statement goes back to."""
    home = {name: group for group in found for name in group.members}
    for coded in records:
        group = home.get(coded.id)
        for account in accounts_of(coded):
            key = group.key if group else coded.id
            goes = statement_origin(coded, coded.events[account.number - 1], key, first=group.publisher if group else None)
            yield replace(account, group=key, origin=goes.key, origin_words=goes.words)
