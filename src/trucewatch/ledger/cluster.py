"""Accounts to incidents: a partition that does not depend on the order of anything.

Within a component of accounts tied by likely pairs, the strands of the reports are joined while the mean score between two clusters
is above 0. What is barred, or what a reviewer parted, never ends in one cluster; what a reviewer joined always does. Vague strands, plans
and demands are leaves: they join the cluster that fits them best and tie nothing together. Vague strands that fit none are joined crowd by
crowd (``crowds``). This module must not read or keep anything.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from trucewatch.ledger.linkage import Linkage, Unit
from trucewatch.ledger.profile import profile

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from trucewatch.ledger.profile import Profile
    from trucewatch.model.incident import Account

Pair = tuple[str, str]


def cluster(
    accounts: Iterable[Account], edges: Mapping[Pair, float], must: Iterable[Pair] = (), cannot: Iterable[Pair] = ()
) -> tuple[frozenset[str], ...]:
    """Partition accounts into incidents.

    Args:
        accounts: of any number of components; keys are unique.
        edges: pairs of keys, the smaller first, with their score, which is above 0 (see ``compare``); only between the ``leads`` of strands
            need it be known. Pairs with an unknown key are left out.
        must: pairs that a reviewer says are one incident, also against bars.
        cannot: pairs that a reviewer says are two; ``must`` wins over ``cannot`` where both bind one pair, and says so by the result.

    Returns:
        Clusters in the order of their smallest key. An account that nothing joins is a cluster of its own.
    """
    return cluster_profiles({a.key: profile(a) for a in accounts}, edges, must, cannot)


def cluster_profiles(
    profiles: Mapping[str, Profile], edges: Mapping[Pair, float], must: Iterable[Pair] = (), cannot: Iterable[Pair] = ()
) -> tuple[frozenset[str], ...]:
    """The same for profiles made before."""
    bound = [(a, b) for a, b in must if a in profiles and b in profiles]
    parted = [(a, b) for a, b in cannot if a in profiles and b in profiles]
    units = _units(profiles, bound, parted)
    home = {key: unit.key for unit in units for key in unit.keys}
    ties = {(home[a], home[b]) for a, b in edges if a in home and b in home and home[a] != home[b]}
    banned = {frozenset((home[a], home[b])) for a, b in parted if home[a] != home[b]}
    known = {unit.key: unit for unit in units}
    groups = components(known, ties)
    at = {key: number for number, members in enumerate(groups) for key in members}
    bound_in: defaultdict[int, list[Pair]] = defaultdict(list)
    for pair in ties:
        bound_in[at[pair[0]]].append(pair)
    found = [
        cluster
        for number, members in enumerate(groups)
        for cluster in Linkage([known[key] for key in sorted(members)], banned, edges).clusters(bound_in[number])
    ]
    return tuple(sorted(found, key=min))


def components(keys: Iterable[str], ties: Iterable[Pair]) -> list[frozenset[str]]:
    """Keys that ties connect, in the order of their smallest key."""
    root = {key: key for key in keys}

    def find(key: str) -> str:
        while root[key] != key:
            root[key] = root[root[key]]
            key = root[key]
        return key

    for a, b in ties:
        low, high = sorted((find(a), find(b)))
        root[high] = low
    found: dict[str, set[str]] = {}
    for key in root:
        found.setdefault(find(key), set()).add(key)
    return sorted(map(frozenset, found.values()), key=min)


def _units(profiles: Mapping[str, Profile], bound: Sequence[Pair], parted: Sequence[Pair]) -> list[Unit]:
    """What is never taken apart: strands, and what a reviewer joined; strands give way where a reviewer parted what they tie together."""
    broken: set[str] = set()
    while True:
        groups = components(sorted(profiles), [*bound, *_strand_ties(profiles, broken)])
        home = {key: number for number, keys in enumerate(groups) for key in keys}
        crossed = {home[a] for a, b in parted if home[a] == home[b]}
        more = {profiles[key].strand for number in crossed for key in groups[number]} - broken
        if not more:
            return [Unit.of([profiles[key] for key in sorted(keys)]) for keys in groups]
        broken |= more


def _strand_ties(profiles: Mapping[str, Profile], broken: set[str]) -> list[Pair]:
    first: dict[str, str] = {}
    return [(first.setdefault(p.strand, key), key) for key, p in sorted(profiles.items()) if p.strand not in broken]
