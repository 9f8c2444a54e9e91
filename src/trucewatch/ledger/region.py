"""The part of the ledger that a change can reach, clustered as if all of it were.

Vague accounts tie together what is told of a whole province and month, so that a component may be most of a large ledger. But what is told
exactly does not listen to them; a vague strand listens to the exact clusters it is tied to, and to those of its like that it is barred from;
what fits no cluster listens to its crowd; plans listen to all they are tied to. So a change is followed along what listens to it, and everybody
else stays where he stands. The outcome is that of ``cluster`` over everything, while nobody's verdict ties or parts anything here: who has
such verdicts near must cluster the whole component. This module must not read a database or keep anything.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Protocol

from trucewatch.ledger.crowds import Crowds
from trucewatch.ledger.linkage import Linkage, Unit

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping

    from trucewatch.ledger.profile import Profile

Units = frozenset[str]
Offer = tuple[float, str, tuple[int, str], Units]
"""A place for a unit: how little it fits there, the unit, the cluster's place in the order of clusters, the cluster."""
NOWHERE: Units = frozenset()
_AT_ONCE = 8


class Standing(Protocol):
    """The ledger as it is kept: ties as of now, incidents as of before the change."""

    def profiles(self, keys: Collection[str]) -> Mapping[str, Profile]:
        """Accounts; those that are gone are left out."""

    def ties(self, keys: Collection[str]) -> Iterable[tuple[str, str, float]]:
        """Every tie of some accounts, the smaller key first, with its score, which is 0 where it holds a strand together."""

    def homes(self, keys: Collection[str]) -> Mapping[str, str]:
        """The incidents in which accounts stand."""

    def held(self, ids: Collection[str]) -> Mapping[str, Collection[str]]:
        """The accounts that incidents hold."""


@dataclass(slots=True)
class Region:
    """One change, and what it reaches. Units go by their keys, clusters by sets of them."""

    standing: Standing
    changed: set[str] = field(default_factory=set)
    """Units that are new or others now."""
    tied_anew: set[str] = field(default_factory=set)
    """Those, and units whose ties are others now."""
    grown: set[str] = field(default_factory=set)
    """Units that have ties now that they had not."""
    moving: set[str] = field(default_factory=set)
    """Units that are placed anew; grows until nobody else listens."""
    loose: set[str] = field(default_factory=set)
    """Vague units that fit no exact cluster and are clustered anew among themselves."""
    seen: set[str] = field(default_factory=set)
    """Accounts that were looked at."""
    _home: dict[str, str] = field(default_factory=dict)
    _beside: defaultdict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    _stands: dict[str, set[str]] = field(default_factory=dict)
    _kinds: dict[str, str] = field(default_factory=dict)
    _now: set[Units] = field(default_factory=set)
    _next: dict[str, set[str]] = field(default_factory=dict)
    _surest: dict[str, list[tuple[float, str]]] = field(default_factory=dict)
    _offers: dict[str, list[Offer]] = field(default_factory=dict)
    _core_in: dict[str, Units] = field(default_factory=dict)
    _stood_in: dict[str, Units] = field(default_factory=dict)
    _held: dict[str, Units] = field(default_factory=dict)
    _cores: dict[str, Units] = field(default_factory=dict)
    _heard: set[Units] = field(default_factory=set)
    _linkage: Linkage = field(default_factory=lambda: Linkage((), (), {}))

    def settle(
        self, changed: Collection[str], around: Collection[str] = (), regained: Collection[str] = ()
    ) -> tuple[list[frozenset[str]], set[str]]:
        """Work out every cluster that a change reaches.

        Args:
            changed: accounts that are new, are others now, or are gone.
            around: accounts whose ties alone have changed.
            regained: those of them that have got ties back.

        Returns:
            The clusters as sets of accounts, and every account that stood in one of them before, or is in none now.
        """
        keys = {*changed, *around}
        self._load(keys)
        self.changed = self._of(changed)
        former = set(self.standing.homes(list(keys)).values())
        self.tied_anew, self.grown = self._of(keys), self.changed | self._of(regained)
        self.moving = self.tied_anew.union(*(self._held_by(id_) for id_ in former))
        for id_ in set(self.standing.homes(list(changed)).values()):
            self._listen(self._core_of(id_))
            self.moving |= self._tied(self._held_by(id_), "plan")
        while True:
            size = len(self.moving)
            self._exact()
            placed = self._attach(self._moving("leaf"), self._offers_of, self._stays_at)
            self._compete(placed, "leaf")
            self._loose(placed)
            if len(self.moving) > size:
                continue
            clusters = self._clusters(placed)
            self._unsettle_plans(clusters)
            plans = self._attach(self._moving("plan"), partial(self._plan_offers, clusters), self._plans_of)
            self._compete(plans, "plan")
            if len(self.moving) == size:
                return self._outcome(clusters, plans, keys)

    # what is known of units

    def _load(self, keys: Iterable[str]) -> None:
        """Read accounts, with all of their strands and everybody's ties."""
        todo, new = set(keys) - self.seen, set[str]()
        if not todo:
            return
        scores: dict[tuple[str, str], float] = self._linkage.edges  # type: ignore[assignment]  # ours
        while todo:
            self.seen |= todo
            new |= todo
            more: set[str] = set()
            for one, other, score in self.standing.ties(sorted(todo)):
                self._beside[one].add(other)
                self._beside[other].add(one)
                if score > 0:
                    scores[one, other] = score
                else:
                    more |= {one, other}
            todo = more - self.seen
        homes = self.standing.homes(sorted(new))
        strands: defaultdict[str, list[Profile]] = defaultdict(list)
        for _, found in sorted(self.standing.profiles(new).items()):
            strands[found.strand].append(found)
        for members in strands.values():
            unit = Unit.of(members)
            self._linkage.units[unit.key] = unit
            self._kinds[unit.key] = "plan" if not unit.told else "leaf" if unit.leaf else "exact"
            self._home |= dict.fromkeys(unit.keys, unit.key)
            self._stands[unit.key] = {homes[key] for key in unit.keys if key in homes}

    def _of(self, keys: Iterable[str]) -> set[str]:
        return {self._home[key] for key in keys if key in self._home}

    def _kind(self, unit: str) -> str:
        return self._kinds[unit]

    def _moving(self, kind: str) -> list[str]:
        return sorted(unit for unit in self.moving if self._kinds[unit] == kind)

    def _tied(self, units: Iterable[str], *kinds: str) -> set[str]:
        """Units of some kinds that are tied to one of some units."""
        mine = set(units)
        new = {
            unit: {key for own in self._linkage.units[unit].keys for key in self._beside[own]}
            for unit in mine - self._next.keys()
        }
        self._load(set().union(*new.values()))
        self._next |= {unit: self._of(near) for unit, near in new.items()}
        return {unit for unit in set().union(*(self._next[one] for one in mine)) - mine if self._kinds[unit] in kinds}

    def _ids(self, unit: str) -> set[str]:
        """The incidents in which a unit stands: one, but where its strand was told otherwise."""
        return self._stands[unit]

    def _held_by(self, id_: str) -> Units:
        """The units that stand in an incident."""
        if id_ not in self._held:
            self._look([id_])
        return self._held[id_]

    def _look(self, ids: Iterable[str]) -> None:
        """Read incidents."""
        new = sorted(set(ids) - self._held.keys())
        if new:
            held = self.standing.held(new)
            self._load(key for keys in held.values() for key in keys)
            self._held |= {id_: frozenset(self._of(held.get(id_, ()))) for id_ in new}

    def _core_of(self, id_: str) -> Units:
        """The exact units that stand in an incident; none where vague ones are among themselves."""
        if id_ not in self._core_in:
            self._core_in[id_] = frozenset(unit for unit in self._held_by(id_) if self._kinds[unit] == "exact")
        return self._core_in[id_]

    def _stood(self, unit: str) -> Units:
        """The exact cluster in which a unit stands; empty where there is none."""
        if unit not in self._stood_in:
            self._stood_in[unit] = frozenset().union(*(self._core_of(id_) for id_ in self._ids(unit)))
        return self._stood_in[unit]

    def _listen(self, units: Iterable[str]) -> None:
        """Vague units and plans that are tied to some units are placed anew."""
        self.moving |= self._tied(units, "leaf", "plan")

    # exact units

    def _core(self, unit: str) -> Units:
        """The cluster of an exact unit among exact ones; works out all that hangs together with it by exact ones."""
        if unit not in self._cores:
            found, front = {unit}, {unit}
            while front:
                front = self._tied(front, "exact") - found
                found |= front
            pairs = [(one, other) for one in found for other in self._tied([one], "exact") if one < other]
            for members in self._linkage.merge(found, pairs):
                self._cores |= dict.fromkeys(members, frozenset(members))
        return self._cores[unit]

    def _exact(self) -> None:
        """A cluster of exact units that is another one now moves as a whole, and whoever is tied to it."""
        exact = self._moving("exact")
        self._tied(exact, "exact")
        for unit in exact:
            self._core(unit)
        for core in set(self._cores.values()) - self._heard:
            if core & self.changed or any(self._stood(unit) != core for unit in core):
                self._heard.add(core)
                self.moving |= core
                self._listen(core)
                self.moving |= {other for unit in core for id_ in self._ids(unit) for other in self._held_by(id_)}

    # vague units, and plans after them

    def _offers_of(self, unit: str) -> list[Offer]:
        """How well a vague unit fits the exact clusters to which it is tied."""
        if unit not in self._offers:
            found = {self._core(other) for other in self._tied([unit], "exact")}
            self._offers[unit] = self._fits(unit, {(0, min(core)): core for core in found})
        return self._offers[unit]

    def _fits(self, unit: str, near: Mapping[tuple[int, str], Units]) -> list[Offer]:
        means = ((order, cluster, self._linkage.fit(unit, cluster)) for order, cluster in near.items())
        return [(-mean, unit, order, cluster) for order, cluster, mean in means if mean is not None and mean > 0]

    def _stays_at(self, core: Units) -> set[str]:
        """Vague units that stand at an exact cluster and do not move."""
        ids = set().union(*(self._ids(unit) for unit in core))
        found = [id_ for id_ in ids if self._core_of(id_) == core]
        return {unit for id_ in found for unit in self._held_by(id_) if self._kind(unit) == "leaf" and unit not in self.moving}

    def _attach(
        self,
        units: Iterable[str],
        fits: Callable[[str], list[Offer]],
        staying: Callable[[Units], Collection[str]],
    ) -> dict[str, Units]:
        """Where units are placed: each in the cluster that fits it best, unless one who fits there better bars it."""
        mine = list(units)
        self._look(id_ for unit in {*mine, *self._tied(mine, "exact", "leaf")} for id_ in self._ids(unit))
        offers = [offer for unit in mine for offer in fits(unit)]
        placed: dict[str, Units] = {}
        inside: defaultdict[Units, set[str]] = defaultdict(set)
        for rank, unit, _, cluster in sorted(offers, key=lambda offer: offer[:3]):
            if unit in placed:
                continue
            before = inside[cluster] | {other for other in staying(cluster) if self._rank(other, cluster) < (rank, unit)}
            if all(self._linkage.between(unit, other) is not None for other in before):
                placed[unit] = cluster
                inside[cluster].add(unit)
        return placed

    def _rank(self, unit: str, cluster: Units) -> tuple[float, str]:
        mean = self._linkage.fit(unit, cluster)
        return (0.0 if mean is None else -mean, unit)

    def _compete(self, placed: Mapping[str, Units], kind: str) -> None:
        """Whoever is barred from a unit that came or went is placed anew."""
        for unit in self._moving(kind):
            now, then = placed.get(unit, NOWHERE), self._stood_at(unit, kind)
            if now == then and unit not in self.changed:
                continue
            for cluster in {now, then} - {NOWHERE}:
                rivals = self._tied(cluster, kind) - self.moving
                self.moving |= {other for other in rivals if self._linkage.between(unit, other) is None}

    def _stood_at(self, unit: str, kind: str) -> Units:
        if kind == "leaf":
            return self._stood(unit)
        ids = self._ids(unit)
        return frozenset(other for id_ in ids for other in self._held_by(id_) if self._kind(other) != "plan")

    def _loose(self, placed: Mapping[str, Units]) -> None:
        """Vague units that fit no exact cluster, or did not, hang together with their like.

        Somebody's crowd is another now only if the one that he has without those who came, or whose ties grew, holds somebody who is or was
        tied to one of them, or who lost a tie: by more ties it can only be reached there, by fewer only be grown there.
        """
        leaves = self._moving("leaf")
        turned = {unit for unit in leaves if unit in self.grown or (unit in placed) != bool(self._stood(unit))}
        loose = {unit for unit in leaves if unit not in placed}
        near = self._tied(turned, "leaf")
        self._look(id_ for unit in near for id_ in self._ids(unit))
        ends = turned.union(self.tied_anew & loose, (unit for unit in near if self._is_loose(unit, placed)))
        former, now = self._crowds(placed, turned), self._crowds(placed)
        found = loose.union(*map(former.of, ends - turned - placed.keys()), self._with(leaves, placed))
        self.loose = set()
        while found != self.loose:
            self.loose = found
            found = found.union(*map(now.of, found), self._with(found, placed))
        self._now = {now.of(unit) for unit in found}

    def _with(self, units: Iterable[str], placed: Mapping[str, Units]) -> set[str]:
        """The loose ones among those with whom some units stood without an exact one."""
        ids = {id_ for unit in units if not self._stood(unit) for id_ in self._ids(unit)}
        return {
            unit for id_ in ids for unit in self._held_by(id_) if self._kinds[unit] == "leaf" and self._is_loose(unit, placed)
        }

    def _is_loose(self, unit: str, placed: Mapping[str, Units]) -> bool:
        return unit not in placed if unit in self.moving else not self._stood(unit)

    def _crowds(self, placed: Mapping[str, Units], without: Collection[str] = ()) -> Crowds:
        """The crowds of loose units, as they are or as they would be without some."""

        def who(key: str) -> str | None:
            self._load([key])
            unit = self._home.get(key)
            mine = unit is not None and self._kinds[unit] == "leaf" and unit not in without and self._is_loose(unit, placed)
            return unit if mine else None

        return Crowds(self._scores, who)

    def _scores(self, unit: str) -> list[tuple[float, str]]:
        """The scores of a unit's ties with the accounts at their other ends, which need not be read yet; the surest are read at once."""
        if unit not in self._surest:
            pairs = {(min(a, b), max(a, b)): b for a in self._linkage.units[unit].keys for b in self._beside[a]}
            found = [(points, other) for pair, other in pairs.items() if (points := self._linkage.edges.get(pair))]
            self._surest[unit] = sorted(found, reverse=True)
            self._load(other for _, other in self._surest[unit][:_AT_ONCE])
        return self._surest[unit]

    def _clusters(self, placed: Mapping[str, Units]) -> dict[Units, tuple[int, str]]:
        """Every cluster that moving units are or were in, without plans, and its place in the order of clusters."""
        inside: defaultdict[Units, set[str]] = defaultdict(set)
        for unit, core in placed.items():
            inside[core].add(unit)
        cores = {*inside, *(self._core(unit) for unit in self._moving("exact"))}
        cores |= {self._core(other) for unit in self.moving for other in self._stood(unit)}
        found = {core | inside[core] | self._stays_at(core): (0, min(core)) for core in cores}
        for crowd in self._now:
            ends = ((one, self._home.get(key)) for one in crowd for _, key in self._scores(one))
            pairs = {(one, other) for one, other in ends if other is not None and other in crowd and one < other}
            found |= {frozenset(members): (1, min(members)) for members in self._linkage.merge(crowd, pairs)}
        return found

    def _plan_offers(self, clusters: Mapping[Units, tuple[int, str]], plan: str) -> list[Offer]:
        at = {unit: (order, members) for members, order in clusters.items() for unit in members}
        found: dict[tuple[int, str], Units] = {}
        for unit in self._tied([plan], "exact", "leaf"):
            order, members = at[unit] if unit in at else self._standing_still(unit)
            found[order] = members
        return self._fits(plan, found)

    def _standing_still(self, unit: str) -> tuple[tuple[int, str], Units]:
        """The cluster of a unit that nothing has reached."""
        members = self._stood_at(unit, "plan") or frozenset([unit])
        core = frozenset(other for other in members if self._kind(other) == "exact")
        return ((0, min(core)) if core else (1, min(members))), members

    def _unsettle_plans(self, clusters: Iterable[Units]) -> None:
        """Plans that are tied to a cluster that is another one now are placed anew."""
        for members in clusters:
            if members & self.changed or any(self._stood_at(unit, "plan") != members for unit in members):
                self.moving |= self._tied(members, "plan")
                for unit in members:
                    for id_ in self._ids(unit):
                        self.moving |= {other for other in self._held_by(id_) if self._kind(other) == "plan"}

    def _plans_of(self, members: Units) -> set[str]:
        """Plans that stand in a cluster and do not move."""
        ids = set().union(*(self._ids(unit) for unit in members))
        held = {unit for id_ in ids for unit in self._held_by(id_) if self._stood_at(unit, "plan") == members}
        return {unit for unit in held if self._kind(unit) == "plan" and unit not in self.moving}

    def _outcome(
        self, clusters: Iterable[Units], plans: Mapping[str, Units], keys: set[str]
    ) -> tuple[list[frozenset[str]], set[str]]:
        found = {members: set(members) | self._plans_of(members) for members in {*clusters, *plans.values()}}
        for plan, members in plans.items():
            found[members].add(plan)
        for plan in self._moving("plan"):  # the cluster that it left, and that nothing else has reached
            members = self._stood_at(plan, "plan")
            if members and not any(members & other for other in found):
                found[members] = set(members) | self._plans_of(members)
        units = self._linkage.units
        made = [frozenset(key for unit in members for key in units[unit].keys) for members in found.values()]
        ids = {id_ for unit in {*self.moving, *(u for members in found for u in members)} for id_ in self._ids(unit)}
        former = {key for found_in in self.standing.held(sorted(ids)).values() for key in found_in} if ids else set()
        return sorted(made, key=min), keys.union(former, *made) | {key for unit in self.moving for key in units[unit].keys}
