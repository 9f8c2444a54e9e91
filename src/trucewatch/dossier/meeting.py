"""Accounts meet in the database: who shares a block is compared, and whoever likely tells of one occurrence is tied.

Of what one report tells of one occurrence, its leads meet others for all. Whether two accounts are tied follows from the accounts and from how
many share their blocks, never from the order in which they came: a block that fills up takes back the ties that rest on it alone, and one that
empties again gives them. This module must not cluster.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from itertools import combinations
from typing import TYPE_CHECKING

from sqlalchemy import and_, bindparam, func, or_, select

from trucewatch.dossier.sql import short_id, table
from trucewatch.dossier.store import rows
from trucewatch.dossier.store.prepared import Prepared, within
from trucewatch.dossier.store.tables import blocks, current, edges, events
from trucewatch.ledger.blocking import blocks_of, crowded
from trucewatch.ledger.compare import score
from trucewatch.ledger.profile import leads

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from sqlalchemy import Connection

    from trucewatch.dossier.accounts import Accounts
    from trucewatch.ledger.profile import Profile

Pair = tuple[str, str]
_LONGEST = 120

_SIBLINGS = Prepared(
    select(events.c.key)
    .select_from(events.join(current, current.c.coding == events.c.coding))
    .where(within(events.c.report, "reports"))
)
_SIZES = Prepared(select(blocks.c.block, func.count()).where(within(blocks.c.block, "blocks")).group_by(blocks.c.block))
_HOLDERS = Prepared(select(blocks.c.block, blocks.c.event).where(within(blocks.c.block, "blocks")))
_HELD = Prepared(select(blocks.c.event, blocks.c.block).where(within(blocks.c.event, "keys")))
_SCORED = Prepared(select(edges.c.one, edges.c.other).where(within(edges.c.one, "keys"), edges.c.score > 0))
_at = or_(within(edges.c.one, "keys"), within(edges.c.other, "keys"))
_AT = Prepared(select(edges.c.one, edges.c.other).where(_at))
_TIED = Prepared(select(edges.c.one, edges.c.other).where(_at, edges.c.score == 0))
_NO_BLOCKS = rows.removal(blocks, within(blocks.c.event, "keys"))
_NO_EDGES = rows.removal(edges, and_(_at, edges.c.score > 0))
_NO_EDGE = rows.removal(edges, and_(edges.c.one == bindparam("a"), edges.c.other == bindparam("b")))


def block_keys(found: Iterable[Profile]) -> dict[str, list[str]]:
    """The blocks of the leads among some accounts, which hold all of every strand, as the table keeps them: a long one by its hash."""
    return {item.account.key: sorted(map(_short, blocks_of(item))) for strand in strands(found) for item in leads(strand)}


def _short(block: str) -> str:
    return block if len(block) <= _LONGEST else short_id("b", block, size=64)


def ties_of(found: Iterable[Profile]) -> list[Pair]:
    """Pairs that hold together what one report tells of one occurrence."""
    return [(strand[0].account.key, other.account.key) for strand in strands(found) for other in strand[1:]]


def strands(found: Iterable[Profile]) -> Iterator[list[Profile]]:
    """Accounts by the occurrence of which their report tells, each in the order of their keys."""
    made: defaultdict[str, list[Profile]] = defaultdict(list)
    for item in sorted(found, key=lambda item: item.account.key):
        made[item.strand].append(item)
    yield from made.values()


@dataclass(slots=True)
class Meeting:
    """Accounts that come in, change or go, in one transaction."""

    conn: Connection
    accounts: Accounts
    regained: set[str] = field(default_factory=set)
    """Accounts that have got ties back which a full block had taken."""

    def bring_up(self, keys: Collection[str]) -> set[str]:
        """Put right the blocks and ties of accounts that are new, have changed or are gone, and of those beside them in their reports.

        Returns:
            Accounts that are or were tied to one of them, or whose ties among themselves have changed.
        """
        reports = sorted({key.partition("/")[0] for key in keys})
        found = self.accounts.profiles(_SIBLINGS.column(self.conn, reports=reports))
        wanted = block_keys(found.values())
        held: defaultdict[str, set[str]] = defaultdict(set)
        for key, block in _HELD.all(self.conn, keys=sorted({*found, *keys})):
            held[key].add(block)
        out = {key for key, there in held.items() if key in keys or there != set(wanted.get(key, ()))}
        touched = self._part(out, held) if out else set()
        new = {key: mine for key, mine in wanted.items() if key in keys or key in out or key not in held}
        touched |= self._meet(new) | out | new.keys()
        return touched | self._tie({*found, *keys}, ties_of(found.values()))

    def _part(self, out: Collection[str], held: Mapping[str, Collection[str]]) -> set[str]:
        """Remove the blocks and edges of some accounts. A block that is no longer too full gives back what it took."""
        gone = sorted(out)
        touched = {key for pair in _AT.all(self.conn, keys=gone) for key in pair}
        _NO_EDGES.run(self.conn, keys=gone)
        _NO_BLOCKS.run(self.conn, keys=gone)
        lost = Counter(block for key in gone for block in held[key])
        left = self._sizes(lost)
        thinned = {block for block, count in left.items() if crowded(block, count + lost[block]) and not crowded(block, count)}
        self.regained |= self._compare_all(thinned) if thinned else set()
        return touched | self.regained

    def _meet(self, new: Mapping[str, Collection[str]]) -> set[str]:
        """Write accounts' blocks, and the edges to whom they meet in them."""
        came = Counter(block for mine in new.values() for block in mine)
        before = self._sizes(came)
        after = {block: before.get(block, 0) + count for block, count in came.items()}
        rows.insert(self.conn, blocks, [{"block": block, "event": key} for key, mine in new.items() for block in mine])
        self._compare(new, {block for block, count in after.items() if not crowded(block, count)})
        full = [block for block, count in after.items() if crowded(block, count) and not crowded(block, before.get(block, 0))]
        return self._crowded(sorted(full)) if full else set()

    def _tie(self, keys: Collection[str], wanted: Collection[Pair]) -> set[str]:
        """Tie together what each report tells of one occurrence: edges without a score."""
        there = {(one, other) for one, other in _TIED.all(self.conn, keys=sorted(keys))}
        for one, other in sorted(there - set(wanted)):
            _NO_EDGE.run(self.conn, a=one, b=other)
        rows.insert(self.conn, edges, [_edge(pair, 0.0) for pair in wanted if pair not in there])
        return {key for pair in there for key in pair}

    def _sizes(self, held: Iterable[str]) -> dict[str, int]:
        return table(_SIZES.all(self.conn, blocks=sorted(held)))

    def _holders(self, held: Iterable[str]) -> dict[str, set[str]]:
        found: defaultdict[str, set[str]] = defaultdict(set)
        for block, event in _HOLDERS.all(self.conn, blocks=sorted(held)):
            found[block].add(event)
        return found

    def _compare(self, held: Mapping[str, Collection[str]], wide: Collection[str]) -> None:
        """Compare accounts with everybody in those of their blocks that are not too full."""
        holders = self._holders(wide)
        pairs: set[Pair] = set()
        for key, mine in held.items():
            others = set().union(*(holders[block] for block in mine if block in wide)) - {key}
            pairs |= {(key, other) if key < other else (other, key) for other in others}
        self._score(pairs)

    def _compare_all(self, held: Collection[str]) -> set[str]:
        """Compare everybody in some blocks with everybody there who is not tied to them yet."""
        inside = self._holders(held)
        pairs = {pair for keys in inside.values() for pair in combinations(sorted(keys), 2)}
        there = {(one, other) for one, other in _SCORED.all(self.conn, keys=sorted({one for one, _ in pairs}))}
        return {key for pair in self._score(pairs - there) for key in pair}

    def _score(self, pairs: Collection[Pair]) -> list[Pair]:
        """Tie those pairs that speak for one occurrence; returns them."""
        found = self.accounts.profiles({key for pair in pairs for key in pair})
        made: dict[Pair, float] = {}
        for one, other in sorted(pairs):
            a, b = found.get(one), found.get(other)
            if a is None or b is None or a.strand == b.strand:
                continue
            points = score(a, b)
            if points is not None and points > 0:
                made[one, other] = points
        rows.insert(self.conn, edges, [_edge(pair, points) for pair, points in made.items()])
        return list(made)

    def _crowded(self, full: Collection[str]) -> set[str]:
        """Blocks have become too full: ties that rest on them alone go, as if they had never been."""
        inside = sorted(set().union(*self._holders(full).values()))
        held: defaultdict[str, set[str]] = defaultdict(set)
        for event, block in _HELD.all(self.conn, keys=inside):
            held[event].add(block)
        sizes = self._sizes(set().union(*held.values()))
        loose = [
            (one, other)
            for one, other in _SCORED.all(self.conn, keys=inside)
            if other in held and all(crowded(block, sizes[block]) for block in held[one] & held[other])
        ]
        for one, other in loose:
            _NO_EDGE.run(self.conn, a=one, b=other)
        return {key for pair in loose for key in pair}


def _edge(pair: Pair, points: float) -> dict[str, object]:
    return {"one": pair[0], "other": pair[1], "score": points}
