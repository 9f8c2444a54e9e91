"""A ledger in memory: records in, incidents out, whatever the order in which the records come.

For the demonstration, small collections and the benchmarks. A database does the same in four steps: ``accounts_of`` and ``blocks`` for
the leads of what is new; pairs that share a block which is not crowded; ``compare``, of which pairs above 0 are edges; ``cluster`` over
the components that changed. When a block becomes crowded, edges that have no other block in common go. This module must not write
anything.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from trucewatch.ledger.accounts import accounts_of
from trucewatch.ledger.blocking import blocks_of, crowded
from trucewatch.ledger.cluster import Pair, cluster_profiles, components
from trucewatch.ledger.compare import score
from trucewatch.ledger.profile import Profile, leads, profile
from trucewatch.model import TrucewatchError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from trucewatch.model import Coded
    from trucewatch.model.incident import Account


class Ledger:
    """Accounts, the blocks they meet in, and the pairs that are likely one occurrence."""

    def __init__(self, *, crowded: Callable[[str, int], bool] = crowded) -> None:
        self.crowded = crowded
        self.profiles: dict[str, Profile] = {}
        self.compared = 0
        self._blocks: dict[str, frozenset[str]] = {}
        self._held: dict[str, set[str]] = {}
        self._edges: dict[str, dict[str, float]] = {}
        self._strands: dict[str, set[str]] = {}
        self._known: dict[str, tuple[frozenset[str], ...]] = {}
        self._stale: set[str] = set()
        self.must: set[Pair] = set()
        self.cannot: set[Pair] = set()

    def add(self, records: Iterable[Coded]) -> None:
        """Take in coded records."""
        for coded in records:
            self.add_accounts(accounts_of(coded))

    def add_accounts(self, accounts: Iterable[Account]) -> None:
        """Take in accounts; each report's all at once.

        Raises:
            TrucewatchError: ``account-twice`` for a key that is there already.
        """
        strands: dict[str, list[Profile]] = {}
        for found in map(profile, accounts):
            strands.setdefault(found.strand, []).append(found)
        for members in strands.values():
            standing = {p.account.key for p in leads(members)}
            for found in members:
                self._take(found, lead=found.account.key in standing)

    def _take(self, new: Profile, *, lead: bool) -> None:
        key = new.account.key
        if key in self.profiles:
            raise TrucewatchError(
                "account-twice", f"the account {key} is in the ledger already", next_step="give reports their own ids"
            )
        self.profiles[key] = new
        self._edges[key] = {}
        self._stale.add(key)
        self._strands.setdefault(new.strand, set()).add(key)
        self._blocks[key] = blocks_of(new) if lead else frozenset()
        met: set[str] = set()
        for block in sorted(self._blocks[key]):
            held = self._held.setdefault(block, set())
            was = self.crowded(block, len(held))
            held.add(key)
            if not self.crowded(block, len(held)):
                met |= held
            elif not was:
                self._crowded(block)
        for other in sorted(met - {key}):
            self._compare(new, self.profiles[other])

    def _compare(self, new: Profile, other: Profile) -> None:
        key, known = new.account.key, other.account.key
        if new.strand == other.strand or not self._meet(key, known):
            return
        self.compared += 1
        found = score(new, other) or 0.0
        if found > 0:
            self._edges[key][known] = self._edges[known][key] = found

    def _meet(self, one: str, other: str) -> bool:
        return any(not self.crowded(block, len(self._held[block])) for block in self._blocks[one] & self._blocks[other])

    def _crowded(self, block: str) -> None:
        """A block has become too full: edges that rest on it alone are taken back, as if it had never been."""
        members = self._held[block]
        for one in members:
            for other in [o for o in self._edges[one] if o in members and not self._meet(one, o)]:
                self._edges[one].pop(other)
                self._edges[other].pop(one)
                self._stale |= {one, other}

    @property
    def edges(self) -> dict[Pair, float]:
        """Pairs of keys, the smaller first, whose score is above 0, with it."""
        return {(one, other): found for one, others in self._edges.items() for other, found in others.items() if one < other}

    def join(self, one: str, other: str) -> None:
        """A reviewer's verdict: one incident."""
        self.must.add((one, other))
        self._stale |= {one, other} & set(self.profiles)

    def part(self, one: str, other: str) -> None:
        """A reviewer's verdict: two incidents."""
        self.cannot.add((one, other))
        self._stale |= {one, other} & set(self.profiles)

    def clusters(self) -> tuple[frozenset[str], ...]:
        """The partition of all accounts; only components that changed since the last call are clustered anew."""
        ties = [*self.edges, *(p for p in self.must if set(p) <= set(self.profiles))]
        ties += [(min(keys), key) for keys in self._strands.values() for key in keys]
        fresh: dict[str, tuple[frozenset[str], ...]] = {}
        for members in components(self.profiles, ties):
            name = min(members)
            known = self._known.get(name)
            if known is None or members & self._stale or frozenset().union(*known) != members:
                known = self._cluster(members)
            fresh[name] = known
        self._known, self._stale = fresh, set()
        return tuple(sorted((c for found in fresh.values() for c in found), key=min))

    def _cluster(self, members: frozenset[str]) -> tuple[frozenset[str], ...]:
        inside = {key: self.profiles[key] for key in sorted(members)}
        edges = {(one, other): found for one in members for other, found in self._edges[one].items() if one < other}
        return cluster_profiles(inside, edges, self.must, self.cannot)

    def incidents(self) -> tuple[tuple[Account, ...], ...]:
        """Clusters that hold something told, as accounts in the order of publication."""
        found = []
        for members in self.clusters():
            profiles = [self.profiles[key] for key in members]
            if any(p.role == "told" for p in profiles):
                found.append(tuple(p.account for p in sorted(profiles, key=_order)))
        return tuple(sorted(found, key=lambda accounts: (accounts[0].published or "", accounts[0].key)))


def _order(p: Profile) -> tuple[str, str, int]:
    return p.account.published or "9", p.account.report, p.account.number
