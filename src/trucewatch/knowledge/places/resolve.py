"""Which place each mention means, decided over the whole document.

Every candidate gets a score in natural-logarithm units: a prior (kind and population), how the name matched, what the words
around ask for, how much the rest of the document speaks of its country, and how near the other places are. The weights were set
by hand on GeoWebNews (see ``benchmarks/places.py``). A country comes from the gazetteer's entry, never from a polygon; a name
nobody knows stays without coordinates. This module must not find mentions.
"""

from __future__ import annotations

import itertools
import math
import re
from collections import Counter, defaultdict
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Protocol

from trucewatch.knowledge.places.context import SETTLEMENT, Clue, clue, contains, possesses
from trucewatch.knowledge.places.evidence import own_name
from trucewatch.knowledge.places.normalise import key
from trucewatch.model import Place

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from trucewatch.knowledge.places.records import Candidate, Hints, PlaceMention
    from trucewatch.knowledge.places.store import Demonym, Entry

#: Prior of a kind where no population decides.
_PRIOR = {
    "continent": 12.0, "historical": 10.0, "region": 9.0, "water": 9.0, "line": 7.0, "road": 6.5, "crossing": 6.5, "site": 6.0,
    "camp": 5.5, "airport": 5.5,
}  # fmt: skip
#: GeoNames' population 0 is "not known", mostly of district seats.
_UNCOUNTED = 5_000
_CAPITAL = 1.0
_MATCH = {"exact": 0.0, "variant": -0.8, "skeleton": -2.5}
_MATCH_TRUST = {"exact": 1.0, "variant": 0.9, "skeleton": 0.6}
_PRIMARY = 1.2
_SPOT_ASKED = 1.3
_SAME_SPOT_KM = 50.0
_KIND_ASKED = 4.0
_KIND_CLASH = 2.0
_CONTAINED = 5.0
_CONTAINER = 3.5
_SUPPORT = 2.2
_NEAR_KM = 200.0
_NEAR_DEGREES = 2.0  #: of latitude; more than ``_NEAR_KM``
_NEARBY = 1.2
_KM_PER_DEGREE = 111.2
_NEED_SUPPORT = frozenset({"road", "line"})
_LOCAL = frozenset({"admin2", "city", "town", "village"})
_SHORT = 4
_ROUNDS = 3
_RUNNERS_UP = 3
_CAPITALISED = re.compile(r"\b[A-Z][\w'’-]*(?: [A-Z][\w'’-]*)?")


class Source(Protocol):
    """What resolving needs of a gazetteer."""

    def lookup(self, name: str) -> Sequence[Candidate]:
        """Candidates of a name."""

    def demonym(self, word: str) -> Demonym | None:
        """Country of a demonym."""

    def country(self, iso3: str) -> Entry | None:
        """Entry of a country."""

    def divisions(self, iso3: str) -> Sequence[Entry]:
        """Admin-1 units of a country."""


@dataclass(slots=True)
class _Item:
    """A mention on its way to a place."""

    mention: PlaceMention
    clue: Clue
    key: str
    candidates: Sequence[Candidate]
    fixed: list[float]
    scores: list[float] = field(default_factory=list)

    @property
    def best(self) -> Candidate | None:
        """The candidate with the highest score so far."""
        if not self.candidates:
            return None
        return self.candidates[max(range(len(self.scores)), key=lambda n: (self.scores[n], -n))]


def _prior(entry: Entry) -> float:
    size = math.log10((entry.population or _UNCOUNTED) + 300)
    if entry.kind == "country":
        return 9.0 + 0.4 * size
    if entry.kind == "admin1":
        return 1.5 + 1.05 * size
    if entry.kind == "admin2":
        return 0.5 + 1.0 * size
    return _PRIOR.get(entry.kind, 1.35 * size + (_CAPITAL if entry.capital else 0.0))


def _kind_fit(entry: Entry, kinds: frozenset[str]) -> float:
    if not kinds:
        return 0.0
    if entry.kind in kinds:
        return _KIND_ASKED
    if kinds == SETTLEMENT and entry.kind in {"site", "camp", "admin2"}:
        return 0.0
    if "admin1" in kinds and entry.kind == "admin2":
        return 1.0
    if "admin2" in kinds and entry.kind == "admin1":
        return 2.0
    return -_KIND_CLASH


def _fixed_score(candidate: Candidate, seen: Clue) -> float:
    """The part of the score that the rest of the document does not change."""
    score = _prior(candidate.entry) + _MATCH[candidate.match] + _kind_fit(candidate.entry, seen.kinds)
    if candidate.primary or candidate.entry.supplement or key(candidate.entry.name) == f"{key(seen.name)} city":
        score += _PRIMARY
    if seen.near and candidate.entry.precision == 1:
        score += _SPOT_ASKED
    return score


def _names(source: Source, mention: PlaceMention, seen: Clue) -> Sequence[Candidate]:
    """Candidates of a mention as it stands ("South Sudan"), or else without its direction and type ("southern Idlib")."""
    whole = source.lookup(mention.text)
    if any(candidate.match == "exact" for candidate in whole):
        return whole
    if seen.name != mention.text:
        return source.lookup(seen.name) or whole
    return whole


def _item(source: Source, mention: PlaceMention, text: str) -> _Item:
    seen = clue(mention, text)
    demonym = source.demonym(mention.text)
    country = source.country(demonym.country) if demonym and demonym.country else None
    if demonym and not country:
        return _Item(mention, seen, key(mention.text), (), [])
    candidates = source.lookup(country.name) if country else _names(source, mention, seen)
    if candidates and seen.name != mention.text and source.lookup(mention.text) is candidates:
        seen = replace(seen, name=mention.text, side=None)
    if country:
        candidates = [c for c in candidates if c.entry.id == country.id]
    fixed = [_fixed_score(candidate, seen) for candidate in candidates]
    return _Item(mention, seen, key(seen.name), candidates, fixed, list(fixed))


def _inside(inner: Entry, outer: Entry) -> bool:
    if inner.id == outer.id or inner.country is None or inner.country != outer.country:
        return False
    if outer.kind == "country":
        return inner.kind != "country"
    return outer.kind == "admin1" and inner.kind not in {"country", "admin1"} and inner.admin1 == outer.admin1


def _link(inner: _Item, outer: _Item, bonus: dict[tuple[str, int], float]) -> None:
    """Raise the candidates of both for which ``inner`` does lie in ``outer``."""
    for small in inner.candidates:
        for big in outer.candidates:
            if _inside(small.entry, big.entry):
                worth = 1.0 if small.primary or small.entry.supplement else 0.6
                bonus[inner.key, small.entry.id] = max(bonus[inner.key, small.entry.id], worth * _CONTAINED)
                bonus[outer.key, big.entry.id] = max(bonus[outer.key, big.entry.id], worth * _CONTAINER)


def _structure(items: Sequence[_Item], text: str) -> dict[tuple[str, int], float]:
    """What "X, Y", "X in Y" and "Y's X" say, for every mention of the same names in the document."""
    bonus: dict[tuple[str, int], float] = defaultdict(float)
    for first, second in itertools.pairwise(items):
        if contains(first.mention, second.mention, text):
            _link(first, second, bonus)
        elif possesses(first.mention, second.mention, text):
            _link(second, first, bonus)
    return bonus


def _demonym_support(source: Source, text: str) -> Counter[str]:
    counts: Counter[str] = Counter()
    for found in _CAPITALISED.finditer(text):
        words = found.group().split()
        for word in ({found.group(), *words}) if len(words) > 1 else words:
            demonym = source.demonym(word)
            if demonym and demonym.country and demonym.kind != "historical":
                counts[demonym.country] += 1
    return counts


def _outside(source: Source, text: str, hints: Hints) -> dict[str, float]:
    """Countries that demonyms and hints speak for, with their weight."""
    weights: dict[str, float] = defaultdict(float)
    for country, count in sorted(_demonym_support(source, text).items()):
        weights[country] += 0.5 * min(count, 6)
    for country in hints.countries:
        weights[country] += 2.0
    for name in hints.names:
        for candidate in source.lookup(name):
            if candidate.entry.kind in {"country", "admin1"} and candidate.match == "exact" and candidate.entry.country:
                weights[candidate.entry.country] += 1.0
    return weights


def _inner_support(items: Sequence[_Item]) -> dict[str, dict[str, float]]:
    """Country weights by the name that gave them, so that a name does not support itself."""
    by_key: dict[str, dict[str, float]] = defaultdict(lambda: defaultdict(float))
    for item in items:
        best = item.best
        if best is None or best.entry.country is None or best.match != "exact" or best.entry.kind in _NEED_SUPPORT:
            continue
        sure = 1.0 if len(item.candidates) == 1 or best.entry.kind in {"country", "admin1"} else 0.5
        by_key[item.key][best.entry.country] = min(by_key[item.key][best.entry.country] + sure, 3.0)
    return by_key


def _distance(one: Entry, two: Entry) -> float:
    """Kilometres between two entries; infinite where one has no coordinates. A plane approximation, good below 1,000 km."""
    if one.latitude is None or one.longitude is None or two.latitude is None or two.longitude is None:
        return math.inf
    east = (one.longitude - two.longitude + 180) % 360 - 180
    east *= math.cos(math.radians((one.latitude + two.latitude) / 2))
    return _KM_PER_DEGREE * math.hypot(one.latitude - two.latitude, east)


def _is_near(one: Entry, two: Entry) -> bool:
    """Whether two entries lie within ``_NEAR_KM``; most pairs are told apart by their latitudes alone."""
    if one.latitude is None or two.latitude is None or abs(one.latitude - two.latitude) > _NEAR_DEGREES:
        return False
    return _distance(one, two) < _NEAR_KM


def _neighbours(items: Sequence[_Item]) -> list[tuple[str, Entry]]:
    found: dict[tuple[str, int], Entry] = {}
    for item in items:
        best = item.best
        if best is not None and best.match != "skeleton" and best.entry.precision <= 4:  # noqa: PLR2004 - admin-1 or finer
            found[item.key, best.entry.id] = best.entry
    return [(name, entry) for (name, _), entry in found.items()]


def _rescore(items: Sequence[_Item], outside: dict[str, float], bonus: dict[tuple[str, int], float]) -> None:
    by_key = _inner_support(items)
    total = _total(by_key, outside)
    whole = sum(total.values())
    neighbours = _neighbours(items)
    for item in items:
        own = by_key.get(item.key, {})
        rest = whole - sum(own.values())
        item.scores = [
            base
            + bonus.get((item.key, c.entry.id), 0.0)
            + _SUPPORT * _share(c.entry, own, total, rest)
            + _NEARBY * any(name != item.key and _is_near(c.entry, near) for name, near in neighbours)
            for base, c in zip(item.fixed, item.candidates, strict=True)
        ]


def _share(entry: Entry, own: dict[str, float], total: dict[str, float], rest: float) -> float:
    """0 to about 2: how much the rest of the document speaks of the entry's country, in all and against other countries."""
    if entry.country is None:
        return 1.0
    weight = max(0.0, total.get(entry.country, 0.0) - own.get(entry.country, 0.0))
    return 0.0 if weight <= 0 else min(1.0, weight / 3) + weight / (rest + 1)


def _trusted(item: _Item, support: dict[str, float]) -> bool:
    """Whether the best candidate may be said; doubtful matches and road numbers need their country to be spoken of.

    Args:
        item: The mention with its candidates.
        support: Weight of each country in the rest of the report, this name left out.
    """
    best = item.best
    if best is None:
        return False
    country = best.entry.country
    spoken_of = country is not None and support.get(country, 0.0) > 0
    if best.match == "skeleton":
        return spoken_of and len(item.key.replace(" ", "")) > _SHORT
    if best.entry.kind in _NEED_SUPPORT:
        return country is None or spoken_of
    return spoken_of or not _short_alias(item, best)


def _short_alias(item: _Item, best: Candidate) -> bool:
    """Whether a name of three or four letters is only another name of a town or district ("Orl" of Orlando)."""
    if len(item.key) > _SHORT or best.entry.supplement or best.entry.kind not in _LOCAL:
        return False
    return not own_name(best, item.key)


def _same_spot(one: Entry, two: Entry) -> bool:
    """Whether two readings put the mention in one spot: a city and its province are no contradiction."""
    return one.id == two.id or (one.country == two.country and _distance(one, two) < _SAME_SPOT_KM)


def _confidence(item: _Item) -> float:
    best = item.best
    if best is None:
        return 0.0
    top = max(item.scores)
    masses = [math.exp(score - top) for score in item.scores]
    agreeing = (mass for mass, c in zip(masses, item.candidates, strict=True) if _same_spot(c.entry, best.entry))
    share = sum(agreeing) / sum(masses)
    weight = 1.0 / (1.0 + math.exp(-(top - 4.0)))
    return round(share * weight * _MATCH_TRUST[best.match], 3)


def _runners_up(item: _Item, best: Candidate) -> tuple[str, ...]:
    order = sorted(range(len(item.candidates)), key=lambda n: (-item.scores[n], n))
    labels = (item.candidates[n].label() for n in order if item.candidates[n] is not best)
    return tuple(label for label, _ in zip(labels, range(_RUNNERS_UP), strict=False))


def _unknown(mention: PlaceMention, candidates: tuple[str, ...] = ()) -> Place:
    return Place(mention.start, mention.end, mention.text, None, None, None, None, None, None, None, None, 0.0, candidates)


def _part_point(source: Source, entry: Entry, side: str) -> tuple[float | None, float | None]:
    """The middle of a country's admin-1 units on one side: the representative point of "northern Syria"."""
    points = [(d.latitude, d.longitude) for d in source.divisions(entry.country or "") if d.latitude is not None]
    spots = [(lat, lon) for lat, lon in points if lat is not None and lon is not None]
    if not spots or side == "centre":
        return entry.latitude, entry.longitude
    middle = [sum(spot[axis] for spot in spots) / len(spots) for axis in (0, 1)]
    for axis, low, high in ((0, "south", "north"), (1, "west", "east")):
        if low in side or high in side:
            sign = 1 if high in side else -1
            spots = [spot for spot in spots if sign * (spot[axis] - middle[axis]) >= 0] or spots
    return tuple(round(sum(spot[axis] for spot in spots) / len(spots), 2) for axis in (0, 1))  # type: ignore[return-value]


def _precision(entry: Entry, seen: Clue) -> int:
    return 2 if seen.near and entry.precision == 1 else entry.precision


def _place(source: Source, item: _Item, support: dict[str, float]) -> Place:
    best = item.best
    if best is None or not _trusted(item, support):
        return _unknown(item.mention, tuple(c.label() for c in item.candidates[:_RUNNERS_UP]))
    entry, seen = best.entry, item.clue
    name, kind, geonameid, precision = entry.name, entry.kind, entry.geonameid, _precision(entry, seen)
    latitude, longitude = entry.latitude, entry.longitude
    if seen.side and entry.kind == "country":
        latitude, longitude = _part_point(source, entry, seen.side)
        name, kind, geonameid, precision = f"{seen.side_text.lower()} {entry.name}", "region", None, 5
    return Place(
        item.mention.start,
        item.mention.end,
        item.mention.text,
        name,
        kind,
        entry.country,
        entry.admin1,
        latitude,
        longitude,
        geonameid,
        precision,
        _confidence(item),
        _runners_up(item, best),
    )


def _supports(items: Sequence[_Item], outside: dict[str, float]) -> dict[str, dict[str, float]]:
    """For every name, how much the rest of the report speaks of each country."""
    by_key = _inner_support(items)
    total = _total(by_key, outside)
    return {
        item.key: {country: weight - by_key.get(item.key, {}).get(country, 0.0) for country, weight in total.items()}
        for item in items
    }


def _total(by_key: dict[str, dict[str, float]], outside: dict[str, float]) -> dict[str, float]:
    total: dict[str, float] = defaultdict(float, outside)
    for weights in by_key.values():
        for country, weight in weights.items():
            total[country] += weight
    return total


def _ordered(mentions: Sequence[PlaceMention]) -> Iterator[tuple[int, PlaceMention]]:
    return iter(sorted(enumerate(mentions), key=lambda pair: (pair[1].start, pair[1].end, pair[0])))


def resolve(source: Source, mentions: Sequence[PlaceMention], *, text: str, hints: Hints) -> tuple[Place, ...]:
    """Say which place each mention means.

    Args:
        source: The gazetteer.
        mentions: In any order; the answer has theirs.
        text: The whole report, which the mentions' offsets index.
        hints: What else is known of the report.

    Returns:
        One place a mention. A name that is not known, or known only by a doubtful transliteration, has ``name`` None, no
        coordinates and confidence 0.
    """
    order = list(_ordered(mentions))
    items = [_item(source, mention, text) for _, mention in order]
    bonus = _structure(items, text)
    outside = _outside(source, text, hints)
    for _ in range(_ROUNDS):
        before = [item.best for item in items]
        _rescore(items, outside, bonus)
        if all(item.best is best for item, best in zip(items, before, strict=True)):
            break  # the scores hang on the best candidates alone: another round would give the same
    support = _supports(items, outside)
    places = {number: _place(source, item, support[item.key]) for (number, _), item in zip(order, items, strict=True)}
    return tuple(places[number] for number in range(len(mentions)))
