"""What each incident rests on, as a mark that changes when what is told of it may have changed.

All incidents are marked at once, as map and ledger need them all, and a table is read again only where it has changed: a verdict changes few
of them. This module must not know what is masked.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from hashlib import sha256
from threading import Lock
from typing import TYPE_CHECKING

from sqlalchemy import select

from trucewatch.dossier.judgements import all_verdicts
from trucewatch.dossier.store import tally
from trucewatch.dossier.store.prepared import Prepared
from trucewatch.dossier.store.tables import current, incidents, members

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from sqlalchemy import Connection

    from trucewatch.dossier.verdicts.kinds import Verdict

_TOLD = Prepared(select(incidents.c.id, incidents.c.digest))
_HOMES = Prepared(select(members.c.event, members.c.incident))
_CODED = Prepared(select(current.c.report, current.c.coding))


@dataclass(slots=True)
class Bases:
    """The marks at the state that was asked for last."""

    _read: dict[str, tuple[str, dict[str, str]]] = field(default_factory=dict)
    _state: str | None = None
    _made: Mapping[str, str] = field(default_factory=dict)
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
        told = self._once(conn, ("incidents",), lambda: dict(_TOLD.all(conn)))
        homes = self._once(conn, ("members",), lambda: dict(_HOMES.all(conn)))
        coded = self._once(conn, ("current", "members"), lambda: _coded(homes, dict(_CODED.all(conn))))
        judged = _judged(homes, all_verdicts(conn))
        rests = [(id_, digest, coded.get(id_, ""), judged.get(id_, "")) for id_, digest in told.items()]
        self._known = {parts: self._known.get(parts) or _digest(parts) for parts in rests}
        return dict(zip(told, self._known.values(), strict=True))

    def _once(self, conn: Connection, tables: tuple[str, ...], make: Callable[[], dict[str, str]]) -> dict[str, str]:
        """What was made of some tables last, while they hold what they held."""
        state = tally.state(conn, tables)
        known = self._read.get(tables[0])
        if known is None or known[0] != state:
            known = self._read[tables[0]] = (state, make())
        return known[1]


def _coded(homes: Mapping[str, str], codings: Mapping[str, str]) -> dict[str, str]:
    """The codings of each incident's accounts."""
    found: dict[str, set[str]] = {}
    for event, home in homes.items():
        found.setdefault(home, set()).add(codings.get(event.rpartition("/")[0], ""))
    return {home: " ".join(sorted(several)) for home, several in found.items()}


def _judged(homes: Mapping[str, str], verdicts: Sequence[Verdict]) -> dict[str, str]:
    """The verdicts on each incident's accounts."""
    by_id = {verdict.id: verdict for verdict in verdicts}
    found: dict[str, set[str]] = {}
    for verdict in verdicts:
        for one in (verdict, by_id.get(verdict.undoes or "", verdict)):
            for key in homes.keys() & {one.event, one.other}:
                found.setdefault(homes[key], set()).add(verdict.id)
    return {home: " ".join(sorted(several)) for home, several in found.items()}


def _digest(parts: Sequence[str]) -> str:
    return sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()
