"""The ledger's tables held against the accounts they are made from: blocks, edges, incidents and who is in them.

Costs what is stored, and not what could be: every edge is compared again, pairs that have none are not (a missing row is missed by the tables'
sums). This module must not change anything.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import groupby
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from trucewatch.dossier.accounts import Accounts
from trucewatch.dossier.incident_graph import row_of
from trucewatch.dossier.judgements import Judgements
from trucewatch.dossier.meeting import block_keys, ties_of
from trucewatch.dossier.sql import chunks
from trucewatch.dossier.store.tables import blocks, current, edges, events, incidents, members
from trucewatch.dossier.trouble import Trouble
from trucewatch.ledger.compare import score
from trucewatch.ledger.incidents import summarise

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from sqlalchemy import Connection

    from trucewatch.ledger.profile import Profile

_AT_ONCE = 300


@dataclass(slots=True)
class GraphCheck:
    """One check. ``sides`` as the incidents' summaries use them."""

    conn: Connection
    sides: Mapping[str, str]
    judgements: Judgements = field(init=False)

    def __post_init__(self) -> None:
        self.judgements = Judgements(self.conn)

    def run(self) -> Iterator[Trouble]:
        """Everything that does not fit."""
        yield from self._accounts()
        yield from self._strangers()
        yield from self._edges()
        yield from self._incidents()

    def _profiles(self, keys: Collection[str]) -> dict[str, Profile]:
        return Accounts(self.conn, self.judgements).profiles(keys)

    def _accounts(self) -> Iterator[Trouble]:
        """Report by report: its blocks, its ties, and that every told account is in an incident."""
        query = select(events.c.report, events.c.key).join(current, current.c.coding == events.c.coding)
        rows = self.conn.execute(query.order_by(events.c.report)).all()
        by_report = [(report, [key for _, key in found]) for report, found in groupby(rows, lambda row: row[0])]
        for piece in chunks(by_report, 50):
            found = self._profiles([key for _, keys in piece for key in keys])
            for report, keys in piece:
                yield from self._report(report, {key: found[key] for key in keys if key in found}, keys)

    def _report(self, report: str, found: Mapping[str, Profile], keys: Collection[str]) -> Iterator[Trouble]:
        held = {(row.event, row.block) for row in self.conn.execute(select(blocks).where(blocks.c.event.in_(list(keys))))}
        for key, block in sorted({(key, block) for key, mine in block_keys(found.values()).items() for block in mine} ^ held):
            yield Trouble("row-changed", f"database: blocks of {key}", f"{block!r} is missing, or not the event's")
        query = select(edges.c.one, edges.c.other).where(edges.c.one.in_(list(keys)), edges.c.score == 0)
        tied = {(one, other) for one, other in self.conn.execute(query)}
        for one, other in sorted(tied ^ set(ties_of(found.values()))):
            yield _edge(
                one, other, f"it should {'not ' if (one, other) in tied else ''}tie what {report} tells of one occurrence"
            )
        home = set(self.conn.scalars(select(members.c.event).where(members.c.event.in_(list(keys)))))
        for key in keys:
            if key in found and found[key].role == "told" and key not in home:
                yield Trouble("row-missing", f"database: members event={key}", "what it tells is in no incident")
            if key not in found and key in home:
                yield Trouble("row-unknown", f"database: members event={key}", "the event was rejected by a reviewer")

    def _strangers(self) -> Iterator[Trouble]:
        """Rows of events that no current coding has."""
        alive = select(events.c.key).join(current, current.c.coding == events.c.coding)
        for table, column in (
            (blocks, blocks.c.event),
            (members, members.c.event),
            (edges, edges.c.one),
            (edges, edges.c.other),
        ):
            for key in self.conn.scalars(select(column).where(column.not_in(alive)).distinct()):
                yield Trouble("row-unknown", f"database: {table.name} {column.name}={key}", "no current coding has this event")

    def _edges(self) -> Iterator[Trouble]:
        query = (
            select(edges).where(edges.c.score != 0).order_by(edges.c.one, edges.c.other).execution_options(yield_per=_AT_ONCE)
        )
        for piece in chunks(self.conn.execute(query), _AT_ONCE):
            found = self._profiles({key for row in piece for key in (row.one, row.other)})
            for row in piece:
                one, other = found.get(row.one), found.get(row.other)
                if one is None or other is None or row.one > row.other:
                    yield _edge(row.one, row.other, "it ties what is not there to be tied")
                elif row.score != score(one, other):
                    yield _edge(row.one, row.other, "its score is not what comparing the two accounts gives")

    def _incidents(self) -> Iterator[Trouble]:
        rows = self.conn.execute(select(members.c.incident, members.c.event).order_by(members.c.incident)).all()
        homes = {id_: [key for _, key in found] for id_, found in groupby(rows, lambda row: row[0])}
        for piece in chunks(sorted({*homes, *self.conn.scalars(select(incidents.c.id))}), 100):
            there = {
                row["id"]: dict(row) for row in self.conn.execute(select(incidents).where(incidents.c.id.in_(piece))).mappings()
            }
            found = self._profiles([key for id_ in piece for key in homes.get(id_, ())])
            for id_ in piece:
                yield from self._incident(id_, there.get(id_), homes.get(id_, ()), found)

    def _incident(
        self, id_: str, row: dict[str, Any] | None, keys: Collection[str], found: Mapping[str, Profile]
    ) -> Iterator[Trouble]:
        where = f"database: incidents {id_}"
        if row is None or not keys:
            yield Trouble(
                "row-missing" if row is None else "row-unknown", where, "it has members and no row, or a row and no members"
            )
            return
        accounts = [found[key].account for key in sorted(keys) if key in found]
        if accounts and any(row[name] != value for name, value in row_of(summarise(id_, accounts, sides=self.sides)).items()):
            what = "it is not what its accounts give today: the settings or the program have changed since, or the row was"
            yield Trouble("incident-stale", where, what, note=True)


def _edge(one: str, other: str, what: str) -> Trouble:
    return Trouble("row-changed", f"database: edges one={one},other={other}", what)
