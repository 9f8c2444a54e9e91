"""Accounts meet in the database: who shares a block is compared, and whoever likely tells of one occurrence is tied.

Whether two accounts are tied follows from the accounts and from how many share their blocks, never from the order in which they came: a block
that fills up takes back the ties that rest on it alone, and one that empties again gives them. This module must not cluster.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING

from sqlalchemy import bindparam, delete, func, or_, select

from trucewatch.dossier.sql import table
from trucewatch.dossier.store import rows
from trucewatch.dossier.store.prepared import Prepared, within
from trucewatch.dossier.store.tables import blocks, current, edges, events
from trucewatch.ledger import tables as bounds
from trucewatch.ledger.blocking import blocks_of
from trucewatch.ledger.compare import score

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from sqlalchemy import Connection

    from trucewatch.dossier.accounts import Accounts
    from trucewatch.ledger.profile import Profile

Pair = tuple[str, str]

_NO_BLOCKS = Prepared(delete(blocks).where(within(blocks.c.event, "keys")))
_NO_EDGES = Prepared(delete(edges).where(or_(within(edges.c.one, "keys"), within(edges.c.other, "keys"))))
_NO_EDGE = Prepared(delete(edges).where(edges.c.one == bindparam("a"), edges.c.other == bindparam("b")))
_SIZES = Prepared(select(blocks.c.block, func.count()).where(within(blocks.c.block, "blocks")).group_by(blocks.c.block))
_HOLDERS = Prepared(select(blocks.c.block, blocks.c.event).where(within(blocks.c.block, "blocks")))
_HELD = Prepared(select(blocks.c.event, blocks.c.block).where(within(blocks.c.event, "keys")))
_SCORED = Prepared(select(edges.c.one, edges.c.other).where(within(edges.c.one, "keys"), edges.c.score > 0))
_SIBLINGS = Prepared(
    select(events.c.key)
    .select_from(events.join(current, current.c.coding == events.c.coding))
    .where(within(events.c.report, "reports"))
)
_TIE = Prepared(lambda kind: kind.insert(edges).on_conflict_do_nothing())


@dataclass(slots=True)
class Meeting:
    """Accounts that come in or go, in one transaction."""

    conn: Connection
    accounts: Accounts

    @property
    def crowd(self) -> int:
        """A block that more accounts hold tells nothing."""
        return bounds.limits()["crowd"]

    def take_in(self, new: Mapping[str, Profile]) -> set[str]:
        """Write the accounts' blocks and ties, in place of those they may have; returns others whose ties have changed."""
        touched = self.take_out(new)
        held = {key: blocks_of(found) for key, found in sorted(new.items())}
        came = Counter(block for mine in held.values() for block in mine)
        before = self._sizes(came)
        rows.insert(self.conn, blocks, [{"block": block, "event": key} for key, mine in held.items() for block in sorted(mine)])
        self._compare(held, {block for block, count in came.items() if before.get(block, 0) + count <= self.crowd})
        full = [block for block, count in came.items() if before.get(block, 0) <= self.crowd < before.get(block, 0) + count]
        touched |= self._crowded(sorted(full)) if full else set()
        self.tie({found.account.report for found in new.values()})
        return touched - new.keys()

    def take_out(self, keys: Collection[str]) -> set[str]:
        """Remove the accounts' blocks and ties; returns others that are tied now because a block is no longer too full."""
        gone = sorted(keys)
        lost = Counter(block for _, block in _HELD.all(self.conn, keys=gone))
        for statement in (_NO_EDGES, _NO_BLOCKS):
            statement.run(self.conn, keys=gone)
        left = self._sizes(lost) if lost else {}
        thinned = {block for block, count in left.items() if count <= self.crowd < count + lost[block]}
        return self._compare_all(thinned) if thinned else set()

    def tie(self, reports: Iterable[str]) -> None:
        """Tie together what each report tells of one occurrence: edges without a score."""
        strands: defaultdict[str, list[str]] = defaultdict(list)
        siblings = self.accounts.profiles(_SIBLINGS.column(self.conn, reports=sorted(reports)))
        for key, found in sorted(siblings.items()):
            strands[found.strand].append(key)
        ties = [{"one": keys[0], "other": key, "score": 0.0} for keys in strands.values() for key in keys[1:]]
        _TIE.many(self.conn, ties)

    def _sizes(self, held: Iterable[str]) -> dict[str, int]:
        return table(_SIZES.all(self.conn, blocks=sorted(held)))

    def _holders(self, held: Iterable[str]) -> dict[str, set[str]]:
        found: defaultdict[str, set[str]] = defaultdict(set)
        for block, event in _HOLDERS.all(self.conn, blocks=sorted(held)):
            found[block].add(event)
        return found

    def _compare(self, held: Mapping[str, Collection[str]], open_: Collection[str]) -> None:
        """Compare accounts with everybody in their blocks that are open."""
        holders = self._holders(open_)
        pairs: set[Pair] = set()
        for key, mine in held.items():
            others = set().union(*(holders[block] for block in mine if block in open_)) - {key}
            pairs |= {(key, other) if key < other else (other, key) for other in others}
        self._score(pairs)

    def _compare_all(self, held: Collection[str]) -> set[str]:
        """Compare everybody in some blocks with everybody there."""
        holders = self._holders(held)
        self._score({pair for inside in holders.values() for pair in combinations(sorted(inside), 2)})
        return set().union(*holders.values())

    def _score(self, pairs: Collection[Pair]) -> None:
        found = self.accounts.profiles({key for pair in pairs for key in pair})
        made = []
        for one, other in sorted(pairs):
            a, b = found.get(one), found.get(other)
            if a is None or b is None or a.strand == b.strand:
                continue
            points = score(a, b)
            if points is not None and points > 0:
                made.append({"one": one, "other": other, "score": points})
        rows.upsert(self.conn, edges, made)

    def _crowded(self, full: Collection[str]) -> set[str]:
        """Blocks have become too full: ties that rest on them alone go, as if they had never been."""
        inside = sorted(set().union(*self._holders(full).values()))
        held: defaultdict[str, set[str]] = defaultdict(set)
        for event, block in _HELD.all(self.conn, keys=inside):
            held[event].add(block)
        sizes = self._sizes(set().union(*held.values()))
        loose = [
            {"a": one, "b": other}
            for one, other in _SCORED.all(self.conn, keys=inside)
            if not any(sizes[block] <= self.crowd for block in held[one] & held[other])
        ]
        _NO_EDGE.many(self.conn, loose)
        return {key for pair in loose for key in pair.values()}
