"""What may be seen of a dossier by somebody who is no reviewer: records, incidents and lists under the protection policy.

An incident is told anew from protected records, so that no name, no exact place of a protected site and no origin's key comes through.
Overrides of the allow list go on record the first time one is used. This module must not decide what is masked: that is the policy's.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field, replace
from threading import Lock
from typing import TYPE_CHECKING, Generic, TypeVar

from sqlalchemy import select

from trucewatch.dossier import browse, chain_rows, keeping
from trucewatch.dossier.accounts import machine_accounts
from trucewatch.dossier.incident_graph import row_of
from trucewatch.dossier.judgements import Judgements
from trucewatch.dossier.leaving import Door, door, names_at_risk, persons
from trucewatch.dossier.passing import GIVEN
from trucewatch.dossier.store.tables import current, events, incidents, members
from trucewatch.ledger.accounts import accounts_of
from trucewatch.ledger.incidents import summarise
from trucewatch.model.incident import Party, Spot, Voice

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from sqlalchemy import Connection

    from trucewatch.dossier.protection import Protected
    from trucewatch.model import Coded
    from trucewatch.model.incident import Account, Incident
    from trucewatch.web.house import House

K = TypeVar("K")
V = TypeVar("V")
_RECORDS, _INCIDENTS = 512, 4096


@dataclass(slots=True)
class Kept(Generic[K, V]):
    """What was met last; threads share it."""

    most: int
    _known: OrderedDict[K, V] = field(default_factory=OrderedDict)
    _lock: Lock = field(default_factory=Lock)

    def get(self, key: K) -> V | None:
        """What is kept."""
        with self._lock:
            if key in self._known:
                self._known.move_to_end(key)
            return self._known.get(key)

    def put(self, key: K, value: V) -> V:
        """Keep it."""
        with self._lock:
            self._known[key] = value
            while len(self._known) > self.most:
                self._known.popitem(last=False)
        return value


@dataclass(frozen=True, slots=True)
class _Masked:
    """A protected record and the accounts in it."""

    protected: Protected
    accounts: tuple[Account, ...]


@dataclass(slots=True)
class Gate:
    """The policy at work for one application."""

    house: House
    _door: tuple[str, Door] | None = None
    _records: Kept[tuple[str, tuple[str, ...]], _Masked] = field(default_factory=lambda: Kept(_RECORDS))
    _incidents: Kept[tuple[object, ...], tuple[Incident, dict[str, Account]]] = field(default_factory=lambda: Kept(_INCIDENTS))
    _noted: set[tuple[str, str, str, str]] = field(default_factory=set)
    _used: set[tuple[str, str, str, str]] = field(default_factory=set)
    _lock: Lock = field(default_factory=Lock)

    def record(self, conn: Connection, report: str) -> Coded | None:
        """A report's record of its current coding, as it may be seen."""
        found = self._masked(conn, report)
        return found.protected.coded if found else None

    def _masked(self, conn: Connection, report: str) -> _Masked | None:
        coding = conn.scalar(select(current.c.coding).where(current.c.report == report))
        if coding is None:
            return None
        way = self._way(conn)
        key = (str(coding), way.at_risk)
        found = self._records.get(key)
        if found is None:
            coded = keeping.load(conn, report)
            if coded is None:
                return None
            made = way.let(coded, persons(conn, coded))
            found = self._records.put(key, _Masked(made, accounts_of(replace(made.coded, id=report))))
        self._use(found.protected)
        return found

    def incident(self, conn: Connection, id_: str) -> tuple[Incident, dict[str, Account]] | None:
        """An incident and its accounts; also by a former id."""
        here = browse.resolve(conn, id_)
        if here is None:
            return None
        told = conn.scalar(select(incidents.c.digest).where(incidents.c.id == here))
        query = select(events.c.coding).join(members, members.c.event == events.c.key)
        query = query.join(current, current.c.coding == events.c.coding).where(members.c.incident == here).distinct()
        key = (here, told, frozenset(conn.scalars(query)), self._way(conn).at_risk)
        found = self._incidents.get(key)
        return found or self._incidents.put(key, self._told(conn, here))

    def row(self, conn: Connection, id_: str) -> browse.Row | None:
        """The same as a line of a list."""
        found = self.incident(conn, id_)
        if found is None:
            return None
        columns = row_of(found[0])
        return browse.Row(**{name: columns[name] for name in browse.Row.__dataclass_fields__})  # type: ignore[arg-type]

    def log(self) -> None:
        """Put on record which overrides were used and are not on record yet; call it outside a transaction."""
        with self._lock:
            new = sorted(self._used - self._noted)
            self._noted |= self._used
        if new:
            with self.house.write() as dossier:
                dossier.write(lambda conn: chain_rows.enter(conn, "override", {"names": [list(item) for item in new]}))

    def _use(self, made: Protected) -> None:
        if made.overrides:
            with self._lock:
                self._used |= {(item.name, item.reason, item.by, item.at) for item in made.overrides}

    def _way(self, conn: Connection) -> Door:
        """The way out; known names at risk are read again when anything has changed."""
        entry = chain_rows.head(conn)
        head = entry.hash if entry else ""
        known = self._door
        if known is not None and known[0] == head:
            return known[1]
        made = door(self.house.dossier()) if known is None else replace(known[1], at_risk=names_at_risk(conn))
        self._door = (head, made)
        return made

    def _told(self, conn: Connection, id_: str) -> tuple[Incident, dict[str, Account]]:
        keys = list(conn.scalars(select(members.c.event).where(members.c.incident == id_)))
        machine = machine_accounts(conn, keys)
        masked = self._accounts(conn, machine)
        corrected = Judgements(conn).corrected(masked)
        accounts = {key: _given(masked[key], corrected[key]) for key in sorted(corrected)}
        sides = self.house.dossier().config.publishers
        return summarise(id_, accounts.values(), sides=sides), accounts

    def _accounts(self, conn: Connection, machine: Mapping[str, Account]) -> dict[str, Account]:
        """The accounts as protected records have them; origins are numbered, as their keys may hold names."""
        numbers = _numbered(account.origin for _, account in sorted(machine.items()))
        groups = _numbered(account.group for _, account in sorted(machine.items()))
        made: dict[str, Account] = {}
        for report in sorted({account.report for account in machine.values()}):
            masked = self._masked(conn, report)
            for account in masked.accounts if masked else ():
                key = f"{report}/{account.event}"
                if key in machine:
                    old = machine[key]
                    origin, group = numbers[old.origin], groups[old.group]
                    made[key] = replace(account, key=key, report=report, origin=origin, group=group, origin_words=origin)
        return made


def _numbered(names: Iterable[str]) -> dict[str, str]:
    return {name: f"origin {number}" for number, name in enumerate(dict.fromkeys(names), 1)}


def _given(machine: Account, now: Account) -> Account:
    """A corrected account without the words that a reviewer typed: what the actor file knows by name may stay."""
    return replace(
        now,
        actor=_parties(machine.actor, now.actor),
        recipient=_parties(machine.recipient, now.recipient),
        place=now.place if now.place == machine.place else _vague(now.place),
        voice=now.voice if now.voice == machine.voice else _nameless(now.voice),
    )


def _parties(machine: Sequence[Party], now: Sequence[Party]) -> tuple[Party, ...]:
    return tuple(party if party in machine else replace(party, text=party.name or GIVEN) for party in now)


def _vague(place: Spot | None) -> Spot | None:
    return None if place is None else Spot(GIVEN, country=place.country)


def _nameless(voice: Voice) -> Voice:
    return replace(voice, words=voice.name or (GIVEN if voice.words else ""), via=())
