"""Accounts out of the database: as the machine has them, as reviewers hold them, and as they are compared.

What is made of an account is kept for the next transaction, by all that it is made from: its event, its coding and its report's origin.
Another coding or another origin is another entry, so that nothing kept can be out of date; verdicts are laid over it anew each time.
This module must not compare or write.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field, replace
from threading import Lock
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from sqlalchemy import select

from trucewatch.dossier import keeping
from trucewatch.dossier.judgements import Judgements
from trucewatch.dossier.store.prepared import Prepared, within
from trucewatch.dossier.store.tables import current, events, origins
from trucewatch.ledger.accounts import from_json
from trucewatch.ledger.origins.statements import outlet_key
from trucewatch.ledger.profile import Profile, profile

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from sqlalchemy import Connection, Engine

    from trucewatch.model.incident import Account

#: Event, coding, origin group, and the publisher of its first report.
Made = tuple[str, str, str | None, str | None]
#: Profiles kept for one database: some 12 kB each.
KEPT = 8192

_of_today = events.join(current, current.c.coding == events.c.coding)
_FACTS = Prepared(
    select(events.c.key, events.c.coding, origins.c.origin, origins.c.publisher)
    .select_from(_of_today.join(origins, origins.c.report == events.c.report, isouter=True))
    .where(within(events.c.key, "keys"))
)
_TEXTS = Prepared(select(events.c.key, events.c.account).select_from(_of_today).where(within(events.c.key, "keys")))


def machine_accounts(conn: Connection, keys: Iterable[str]) -> dict[str, Account]:
    """Accounts of current codings by event key, as the machine has them, with their report's origin group."""
    return {key: found.account for key, found in _machine(conn, set(keys)).items()}


def load_accounts(conn: Connection, keys: Iterable[str]) -> dict[str, Account]:
    """The same with the reviewers' corrections laid over."""
    return Judgements(conn).corrected(machine_accounts(conn, keys))


def plain_accounts(conn: Connection, keys: Collection[str]) -> dict[str, Account]:
    """Accounts as the machine has them, neither compared with anything nor kept: for reading many once."""
    wanted = sorted(keys)
    facts = {row[0]: (row[2] or "", row[3]) for row in _FACTS.all(conn, keys=wanted)}
    return {key: _placed(from_json(text), *facts[key]) for key, text in _TEXTS.all(conn, keys=wanted) if key in facts}


@dataclass(slots=True)
class Accounts:
    """Accounts for one transaction."""

    conn: Connection
    judgements: Judgements
    _known: dict[str, Profile | None] = field(default_factory=dict)

    def profiles(self, keys: Collection[str]) -> dict[str, Profile]:
        """Accounts as they are compared, with the reviewers' corrections and without those they reject."""
        fresh = set(keys) - self._known.keys()
        if fresh:
            self._known |= dict.fromkeys(fresh)
            self._known |= self._judged(_machine(self.conn, fresh))
        return {key: found for key in keys if (found := self._known[key]) is not None}

    def _judged(self, found: Mapping[str, Profile]) -> Mapping[str, Profile]:
        if self.judgements.none:
            return found
        machine = {key: item.account for key, item in found.items()}
        rejected = self.judgements.rejected(machine)
        laid = self.judgements.corrected({key: account for key, account in machine.items() if key not in rejected})
        return {key: found[key] if account is machine[key] else profile(account) for key, account in laid.items()}


@dataclass(slots=True)
class _Kept:
    """Profiles of one database that were met last; threads may share it."""

    made: OrderedDict[Made, Profile] = field(default_factory=OrderedDict)
    lock: Lock = field(default_factory=Lock)

    def known(self, wanted: Iterable[Made]) -> dict[Made, Profile]:
        with self.lock:
            found = {made: self.made[made] for made in wanted if made in self.made}
            for made in found:
                self.made.move_to_end(made)
        return found

    def add(self, new: Mapping[Made, Profile]) -> None:
        with self.lock:
            self.made.update(new)
            while len(self.made) > KEPT:
                self.made.popitem(last=False)


_kept: WeakKeyDictionary[Engine, _Kept] = WeakKeyDictionary()


def _machine(conn: Connection, keys: Collection[str]) -> dict[str, Profile]:
    """Profiles of accounts as the machine has them; only those that are not kept are read."""
    kept = _kept.setdefault(conn.engine, _Kept())
    facts: list[Made] = [(row[0], row[1], row[2], row[3]) for row in _FACTS.all(conn, keys=sorted(keys))]
    found = kept.known(facts)
    left = {made[0]: made for made in facts if made not in found}
    texts = _TEXTS.all(conn, keys=sorted(left)) if left else []
    new = {left[key]: profile(_placed(from_json(text), left[key][2] or "", left[key][3])) for key, text in texts}
    kept.add(new)
    return {made[0]: item for made, item in (found | new).items()}


def _placed(account: Account, group: str, publisher: str | None) -> Account:
    """An account with its report's origin group, on which the origin of its statement may rest."""
    if account.origin:
        return replace(account, group=group, origin=account.origin.replace(keeping.GROUP, group))
    words = account.origin_words.replace(keeping.GROUP, publisher or "") or publisher or ""
    return replace(account, group=group, origin=outlet_key(publisher) or f"group:{group}", origin_words=words)
