"""The agglomeration inside one component: mean linkage over units, with bars, then leaves.

A unit is what is never taken apart (a report's strand, or what a reviewer joined). Sums of scores are kept between clusters and added
up when two merge, so that a component of a thousand units costs a million sums at most. This module must not know where units come from.
"""

from __future__ import annotations

from dataclasses import dataclass
from heapq import heapify, heappop, heappush
from typing import TYPE_CHECKING

from trucewatch.ledger.compare import score
from trucewatch.ledger.crowds import Crowds
from trucewatch.ledger.profile import leads

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from trucewatch.ledger.profile import Profile

_MOST, _LEAST = 8.0, -2.0
"""What one score counts at most, and at least: a lone account that fits badly must not outweigh those that fit.
Within one report, which tells its strands apart with every word at hand, a no counts in full."""


@dataclass(frozen=True, slots=True)
class Unit:
    """Accounts that stay together. ``leaf``: nothing told of it states both a point and a day; ``witnesses`` stand for it."""

    key: str
    keys: frozenset[str]
    witnesses: tuple[Profile, ...]
    leaf: bool
    told: bool

    @classmethod
    def of(cls, members: Sequence[Profile]) -> Unit:
        """A unit of profiles in the order of their keys."""
        told = [p for p in members if p.role == "told"]
        return cls(
            members[0].account.key,
            frozenset(p.account.key for p in members),
            leads(members),
            leaf=all(p.vague for p in told),
            told=bool(told),
        )


def link(one: Unit, other: Unit, edges: Mapping[tuple[str, str], float]) -> float | None:
    """The score between two units: half the mean, half the best of their witnesses' scores; None where barred."""
    scores: list[float] = []
    for a in one.witnesses:
        for b in other.witnesses:
            low, high = sorted((a.account.key, b.account.key))
            found = edges.get((low, high))
            found = score(a, b) if found is None else found
            if found is None:
                return None
            least = _LEAST if a.account.report != b.account.report else -_MOST
            scores.append(max(least, min(_MOST, found)))
    return (sum(scores) / len(scores) + max(scores)) / 2 if scores else _LEAST


class Linkage:
    """One component's units and what is known between them."""

    def __init__(
        self, units: Iterable[Unit], banned: Collection[frozenset[str]], edges: Mapping[tuple[str, str], float] | None = None
    ) -> None:
        self.edges = edges or {}
        self.units = {unit.key: unit for unit in units}
        self.banned = banned
        self._known: dict[tuple[str, str], float | None] = {}

    def clusters(self, ties: Collection[tuple[str, str]]) -> list[frozenset[str]]:
        """The partition of the component's accounts."""
        strong = {key for key, unit in self.units.items() if unit.told and not unit.leaf}
        made = self.merge(strong, [t for t in ties if t[0] in strong and t[1] in strong])
        left = self.attach(made, sorted(key for key, unit in self.units.items() if unit.told and unit.leaf), ties)
        loose = set(left)
        made += self.merge_loose(loose, [t for t in ties if t[0] in loose and t[1] in loose])
        plans = self.attach(made, sorted(key for key, unit in self.units.items() if not unit.told), ties)
        made += [{key} for key in plans]
        return [frozenset().union(*(self.units[key].keys for key in members)) for members in made]

    def between(self, one: str, other: str) -> float | None:
        """The score of two units; None where they are barred or parted."""
        pair = (one, other) if one < other else (other, one)
        if pair not in self._known:
            parted = frozenset(pair) in self.banned
            self._known[pair] = None if parted else link(self.units[pair[0]], self.units[pair[1]], self.edges)
        return self._known[pair]

    def merge(self, keys: Collection[str], ties: Iterable[tuple[str, str]]) -> list[set[str]]:
        """Join the two clusters with the highest mean score above 0, again and again; ties in score go by key."""
        members: dict[str, set[str]] = {key: {key} for key in keys}
        sums: dict[str, dict[str, float | None]] = {key: {} for key in keys}
        for a, b in ties:
            sums[a][b] = sums[b][a] = self.between(a, b)
        heap: list[tuple[float, str, str, int, int]] = [
            (-total, a, b, 1, 1) for a in sums for b, total in sums[a].items() if a < b and total is not None
        ]
        heapify(heap)
        while heap:
            negative, a, b, size_a, size_b = heappop(heap)
            if negative >= 0:
                break
            if a not in members or b not in members or (len(members[a]), len(members[b])) != (size_a, size_b):
                continue
            self._join(a, b, members, sums)
            for c, total in sums[a].items():
                if total is not None:
                    low, high = sorted((a, c))
                    mean = total / (len(members[a]) * len(members[c]))
                    heappush(heap, (-mean, low, high, len(members[low]), len(members[high])))
        return sorted(members.values(), key=min)

    def merge_loose(self, keys: Collection[str], ties: Collection[tuple[str, str]]) -> list[set[str]]:
        """The same for vague units, which may hang together without end: each crowd of them by itself (see ``crowds``)."""
        beside: dict[str, set[str]] = {key: set() for key in keys}
        for a, b in ties:
            beside[a].add(b)
            beside[b].add(a)
        crowds = Crowds(lambda one: [(self._tie(one, other), other) for other in beside[one]], str)
        found = {crowds.of(key) for key in keys}
        made = [self.merge(crowd, [(a, b) for a in crowd for b in beside[a] & crowd if a < b]) for crowd in found]
        return sorted((members for parts in made for members in parts), key=min)

    def _tie(self, one: str, other: str) -> float:
        """The score of the surest tie between two units."""
        pairs = ((min(a, b), max(a, b)) for a in self.units[one].keys for b in self.units[other].keys)
        return max(self.edges.get(pair, 0.0) for pair in pairs)

    def _join(self, a: str, b: str, members: dict[str, set[str]], sums: dict[str, dict[str, float | None]]) -> None:
        """Cluster ``b`` into ``a``; sums that were never asked for are made up now."""
        for c in sorted((set(sums[a]) | set(sums[b])) - {a, b}):
            parts = [self._total(x, c, members, sums) for x in (a, b)]
            total = None if parts[0] is None or parts[1] is None else parts[0] + parts[1]
            sums[a][c] = sums[c][a] = total
            sums[c].pop(b, None)
        members[a] |= members.pop(b)
        sums.pop(b)
        sums[a].pop(b, None)

    def _total(self, a: str, b: str, members: dict[str, set[str]], sums: dict[str, dict[str, float | None]]) -> float | None:
        if b in sums[a]:
            return sums[a][b]
        total = 0.0
        for x in sorted(members[a]):
            for y in sorted(members[b]):
                found = self.between(x, y)
                if found is None:
                    return None
                total += found
        return total

    def attach(self, clusters: list[set[str]], leaves: Sequence[str], ties: Iterable[tuple[str, str]]) -> list[str]:
        """Put each leaf into the cluster that fits it best; the best fits first. What fits none is handed back."""
        tied: dict[str, set[str]] = {}
        for a, b in ties:
            tied.setdefault(a, set()).add(b)
            tied.setdefault(b, set()).add(a)
        core = [frozenset(found) for found in clusters]
        home = {key: number for number, found in enumerate(core) for key in found}
        offers = [
            (-mean, leaf, number)
            for leaf in leaves
            for number in {home[other] for other in tied.get(leaf, ()) if other in home}
            if (mean := self.fit(leaf, core[number])) is not None and mean > 0
        ]
        placed: set[str] = set()
        for _, leaf, number in sorted(offers):
            if leaf not in placed and all(self.between(leaf, other) is not None for other in clusters[number] - core[number]):
                clusters[number].add(leaf)
                placed.add(leaf)
        return [leaf for leaf in leaves if leaf not in placed]

    def fit(self, leaf: str, found: frozenset[str]) -> float | None:
        """Half the mean, half the best of its scores: vague accounts of one occurrence need not fit each other. None where one bars it."""
        scores = [self.between(leaf, other) for other in sorted(found)]
        known = [s for s in scores if s is not None]
        return (sum(known) / len(known) + max(known)) / 2 if known and len(known) == len(scores) else None
