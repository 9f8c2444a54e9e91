"""What each incident rests on, as a mark that changes when what is told of it may have changed.

All incidents are marked at once, as map and ledger need them all, and only those that changed are looked into again. This module must not know
what is masked.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from hashlib import sha256
from threading import Lock
from typing import TYPE_CHECKING

from sqlalchemy import select

from trucewatch.dossier.judgements import all_verdicts
from trucewatch.dossier.store import tally
from trucewatch.dossier.store.prepared import Prepared, within
from trucewatch.dossier.store.tables import current, events, incidents, members

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy import Connection

_TOLD = Prepared(select(incidents.c.id, incidents.c.digest))
_CODINGS = Prepared(
    select(members.c.incident, events.c.coding)
    .join(events, members.c.event == events.c.key)
    .join(current, current.c.coding == events.c.coding)
    .where(within(members.c.incident, "ids"))
    .distinct()
)
_HOMES = Prepared(select(members.c.event, members.c.incident).where(within(members.c.event, "keys")))


@dataclass(slots=True)
class Bases:
    """The marks at the state that was asked for last. An incident's summary names its accounts: with them it is another."""

    _state: str | None = None
    _made: Mapping[str, str] = field(default_factory=dict)
    _read: tuple[str, str] | None = None
    _coded: dict[str, tuple[str, str]] = field(default_factory=dict)
    _known: dict[tuple[str, ...], str] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def at(self, conn: Connection) -> Mapping[str, str]:
        """The mark of every incident, by its id: it rests on its summary, the codings of its accounts, the verdicts on them."""
        with self._lock:
            state = tally.state(conn, ("current", "incidents", "members", "verdicts"))
            if self._state != state:
                self._made, self._state = self._marked(conn), state
            return self._made

    def _marked(self, conn: Connection) -> Mapping[str, str]:
        self._bring_up(conn)
        judged = _judged(conn)
        rests = [(id_, *coded, judged.get(id_, "")) for id_, coded in self._coded.items()]
        self._known = {parts: self._known.get(parts) or _digest(parts) for parts in rests}
        return dict(zip(self._coded, self._known.values(), strict=True))

    def _bring_up(self, conn: Connection) -> None:
        """Look again into the incidents that are told otherwise than before, into all of them where a report was coded anew."""
        state = tally.state(conn, ("current",)), tally.state(conn, ("incidents",))
        if state == self._read:
            return
        known = self._coded if self._read and self._read[0] == state[0] else {}
        told = dict(_TOLD.all(conn))
        fresh = [id_ for id_, digest in told.items() if id_ not in known or known[id_][0] != digest]
        found: dict[str, list[str]] = {id_: [] for id_ in fresh}
        for id_, coding in _CODINGS.all(conn, ids=fresh):
            found[id_].append(coding)
        made = {id_: (told[id_], " ".join(sorted(several))) for id_, several in found.items()}
        self._coded, self._read = {id_: made.get(id_) or known[id_] for id_ in told}, state


def _judged(conn: Connection) -> dict[str, str]:
    """The verdicts on each incident's accounts."""
    by_id = {verdict.id: verdict for verdict in all_verdicts(conn)}
    given = [
        (key, verdict.id)
        for verdict in by_id.values()
        for one in (verdict, by_id.get(verdict.undoes or "", verdict))
        for key in (one.event, one.other)
        if key
    ]
    found: dict[str, set[str]] = {}
    homes = dict(_HOMES.all(conn, keys=sorted(dict(given))))
    for key, id_ in given:
        if key in homes:
            found.setdefault(homes[key], set()).add(id_)
    return {home: " ".join(sorted(several)) for home, several in found.items()}


def _digest(parts: Sequence[str]) -> str:
    return sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()
