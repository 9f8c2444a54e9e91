"""Where a place lies to an area: inside, partly, outside, or not to be told; by how much, given how exactly the place is known.

Areas with a border are laid on a flat map around their own middle. Where an area reaches further than ``NEAR`` kilometres from it, the
map is laid around each place instead, so that distances from the place stay right at any size, over the poles and over 180 degrees.
Error of a distance: the sphere's (see ``sphere``: 0.3% as a rule), and at most 0.1% of the map for areas within ``NEAR``. Edges run the
shortest way; one that is to follow a parallel needs points along it. Countries and provinces are compared by their codes, never by
polygons. Pure functions of records; this module must not read agreements.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache, lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING, Protocol

import numpy as np
import shapely
from shapely.geometry import LineString, Point, Polygon

from trucewatch.ledger.sphere import RADIUS, Plane, centre, densified, vectors
from trucewatch.model.agreement import Area, AreaRelation, Site, Unit
from trucewatch.ontology.tables import rows

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

    from trucewatch.model.agreement import AreaKind
    from trucewatch.model.incident import Spot

#: Kilometres from its middle within which an area is laid on one map.
NEAR = 500.0
#: Points at most this far apart along an edge, kilometres: the flat edge then keeps within 4 m of the shortest way.
STEP = 20.0
#: Shares beyond which a place counts as wholly inside or outside.
_ALL, _NOTHING = 0.999, 0.001
#: Segments of a quarter circle: the rim of a corridor is short by 0.03% of its width at most.
_ROUND = 32
#: The same for the discs of places, where a share is off by 0.3% at most.
_ROUND_DISC = 12


@dataclass(frozen=True, slots=True)
class Reach:
    """How a place of one precision is held against an area: ``how`` is disc, unit, country or none."""

    how: str
    radius: float
    words: str


@cache
def reaches() -> dict[int, Reach]:
    """The table of precisions (``data/where_prec.tsv``)."""
    data = files("trucewatch.ledger").joinpath("data", "where_prec.tsv").read_bytes()
    return {
        int(row["precision"]): Reach(row["how"], float(row["radius_km"] or 0), row["words"])
        for row in rows("where_prec.tsv", data)
    }


class Shape(Protocol):
    """An area made ready for many places."""

    def relation(self, spot: Spot) -> AreaRelation:
        """Where one place lies."""

    def relations(self, spots: Sequence[Spot]) -> tuple[AreaRelation, ...]:
        """The same for many, in their order; quicker than one by one."""


def relation(area: Area, spot: Spot) -> AreaRelation:
    """Where a place lies to an area.

    For many places take ``shape(area)`` once and ask it: the area is made ready when first asked for, and kept.
    """
    return shape(area).relation(spot)


@lru_cache(maxsize=512)
def shape(area: Area) -> Shape:
    """The area, ready for many places."""
    if area.form in {"unit", "country"}:
        return _Division(area)
    if not _bounded(area):
        return _Mixed(area)
    return _Ground(area)


def _bounded(area: Area) -> bool:
    """Whether the area has a border of its own all round."""
    return area.form not in {"unit", "country"} and all(_bounded(part) for part in area.parts)


def overlap(one: Area | None, other: Area | None) -> bool:
    """Whether two areas share ground. None is everywhere; what codes cannot tell apart counts as shared."""
    if one is None or other is None:
        return True
    if _bounded(one) and _bounded(other):
        plane = Plane(*centre(_points(one)))
        return bool(ground(one, plane).intersection(ground(other, plane)).area > 0)
    if one.parts and not _bounded(one):
        return any(overlap(part, other) for part in (one.parts if one.form == "union" else one.parts[:1]))
    if other.parts and not _bounded(other):
        return overlap(other, one)
    return any(_same(mine, theirs) for mine in _units(one) for theirs in _units(other)) or not (_units(one) and _units(other))


def _units(area: Area) -> tuple[Unit, ...]:
    return (area.unit,) if area.unit else (*area.lies_in, *(unit for part in area.parts for unit in _units(part)))


def _same(one: Unit, other: Unit) -> bool:
    """Whether two units may share ground: the same country, and the same province where both name one."""
    return one.country == other.country and (one.admin1 is None or other.admin1 is None or one.admin1 == other.admin1)


def ground(area: Area, plane: Plane) -> BaseGeometry:
    """The area on a flat map, kilometres; units have no ground of their own and give an empty geometry."""
    if area.form == "polygon":
        return shapely.union_all([_polygon(rings, plane) for rings in area.polygons])
    if area.form == "circle":
        return Point(plane.flat(area.line)[0]).buffer(area.km or 0, quad_segs=_ROUND)
    if area.form == "corridor":
        return LineString(plane.flat(densified(area.line, STEP))).buffer(area.km or 0, quad_segs=_ROUND)
    parts = [ground(part, plane) for part in area.parts]
    if area.form == "difference" and parts:
        return parts[0].difference(shapely.union_all(parts[1:]))
    return shapely.union_all(parts) if parts else Polygon()


def _polygon(rings: Sequence[Sequence[tuple[float, float]]], plane: Plane) -> Polygon:
    outer, *holes = [plane.flat(densified(ring, STEP)) for ring in rings]
    return Polygon(outer, holes)


def _points(area: Area) -> list[tuple[float, float]]:
    """Every point that the area is drawn from."""
    own = [point for polygon in area.polygons for ring in polygon for point in ring] + list(area.line)
    return own + [point for part in area.parts for point in _points(part)]


def middle(area: Area) -> tuple[tuple[float, float], float] | None:
    """Longitude and latitude of an area's middle and how far it reaches from there, kilometres; None without a border."""
    points = _points(area)
    if not points:
        return None
    at = centre(points)
    furthest = float(np.arccos(np.clip(vectors(points) @ vectors([at])[0], -1.0, 1.0)).max()) * RADIUS
    return at, furthest + _widest(area)


def _widest(area: Area) -> float:
    return max([area.km or 0.0, *(_widest(part) for part in area.parts)])


def _named(spot: Spot, sites: Sequence[Site]) -> Site | None:
    """The site that the spot is, by GeoNames id or by name and country."""
    for site in sites:
        if spot.geonameid is not None and site.geonameid is not None:
            if spot.geonameid == site.geonameid:
                return site
        elif spot.name == site.name and spot.country == site.country:
            return site
    return None


def _point(spot: Spot) -> tuple[float | None, float | None, int | None]:
    return spot.longitude, spot.latitude, spot.precision


def _unknown(why: str) -> AreaRelation:
    return AreaRelation("unknown", why=why)


def _coarse(area: Area, spot: Spot, reach: Reach) -> AreaRelation:
    """A bounded area and a place of which only a country or province is known."""
    where = spot.name or spot.text
    if not area.lies_in or spot.country is None:
        return _unknown(f"of {where} only {reach.words} is known, and where in it the area lies is not told")
    admin1 = spot.admin1 if reach.how == "unit" else None
    if not any(_same(unit, Unit(spot.country, admin1)) for unit in area.lies_in):
        return AreaRelation("outside", 0.0, by="unit", why=f"{where} is elsewhere: the area lies in {_listed(area.lies_in)}")
    return _unknown(f"{where} is {reach.words}, of which the area is only a part")


def _listed(units: Sequence[Unit]) -> str:
    return " and ".join(f"{unit.admin1} ({unit.country})" if unit.admin1 else unit.country for unit in units)


class _Ground:
    """An area with a border."""

    def __init__(self, area: Area) -> None:
        self._area = area
        found = middle(area)
        self._at, self._extent = found or ((0.0, 0.0), 0.0)
        self._plane = Plane(*self._at)
        self._one_map = self._extent <= NEAR
        if self._one_map:
            self._flat = ground(area, self._plane)
            shapely.prepare(self._flat)
            self._border = self._flat.boundary
            self._rim = vectors(self._plane.degrees(shapely.get_coordinates(shapely.segmentize(self._border, STEP))))
        self.relation = lru_cache(maxsize=50_000)(self._relation)

    def _relation(self, spot: Spot) -> AreaRelation:
        told = self._without_border(spot) or self._disc(spot)
        return self.relations((spot,))[0] if told is None else told

    def _disc(self, spot: Spot) -> AreaRelation | None:
        """One place against the border, without arrays; None where that takes more than the map."""
        if not self._one_map or spot.longitude is None or spot.latitude is None:
            return None
        point = Point(self._plane.flat([(spot.longitude, spot.latitude)])[0])
        away = shapely.distance(self._border, point)
        if away > NEAR:
            return None
        inside = shapely.intersects(self._flat, point)
        radius = reaches()[spot.precision or 0].radius
        share = np.float64(inside)
        if away < radius:
            disc = shapely.buffer(point, radius, quad_segs=_ROUND_DISC)
            share = np.clip(shapely.area(shapely.intersection(disc, self._flat)) / shapely.area(disc), 0.0, 1.0)
        return self._crossing(spot, self._told(inside, away, share, np.float64(radius)))

    def relations(self, spots: Sequence[Spot]) -> tuple[AreaRelation, ...]:
        """Where many places lie."""
        # many incidents, few places
        distinct = list(dict.fromkeys(spots))
        told = dict(zip(distinct, self._told_of(distinct), strict=True))
        return tuple([told[spot] for spot in spots])

    def _told_of(self, spots: Sequence[Spot]) -> Iterator[AreaRelation]:
        found: list[AreaRelation | None] = [self._without_border(spot) for spot in spots]
        open_ = [n for n, told in enumerate(found) if told is None]
        once = {_point(spots[n]): spots[n] for n in open_}
        measured = dict(zip(once, self._discs(list(once.values())), strict=True))
        for n in open_:
            found[n] = self._crossing(spots[n], measured[_point(spots[n])])
        return (told for told in found if told is not None)

    def _without_border(self, spot: Spot) -> AreaRelation | None:
        """What can be told without looking at the border, or None."""
        if site := _named(spot, self._area.holds):
            return AreaRelation("inside", 1.0, by="name", why=f"{site.name} is named as part of it")
        reach = reaches().get(spot.precision or 0)
        if reach is None:
            return _unknown("how exactly the place is known is not told")
        if reach.how == "none":
            return _unknown("no place is told")
        if reach.how != "disc":
            return _coarse(self._area, spot, reach)
        if spot.longitude is None or spot.latitude is None:
            return _unknown(f"{spot.name or spot.text} has no coordinates")
        return None

    def _crossing(self, spot: Spot, told: AreaRelation) -> AreaRelation:
        """A road or river that runs through the area is partly in it, wherever its point is set."""
        site = _named(spot, self._area.crosses)
        if site is None or told.kind == "inside":
            return told
        why = f"{site.name} runs through the area and beyond it; which part is meant is not told"
        return replace(told, kind="partly", share=told.share or None, by="name", why=why)

    def _discs(self, spots: Sequence[Spot]) -> Iterator[AreaRelation]:
        if not self._one_map:
            yield from (self._around(spot) for spot in spots)
            return
        degrees = np.array([(spot.longitude, spot.latitude) for spot in spots], dtype=np.float64).reshape(-1, 2)
        radii = np.array([reaches()[spot.precision or 0].radius for spot in spots])
        points = np.asarray(shapely.points(self._plane.flat(degrees)), dtype=np.object_)
        inside = np.asarray(shapely.intersects(self._flat, points), dtype=np.bool_)
        away = self._distances(degrees, points)
        share = _shares(self._flat, points, radii, away, inside)
        yield from map(self._told, inside, away, share, radii)

    def _distances(self, degrees: NDArray[np.float64], points: NDArray[np.object_]) -> NDArray[np.float64]:
        """Kilometres to the border: on the map near by; on the sphere, from point to point, far away."""
        away: NDArray[np.float64] = shapely.distance(self._border, points)
        for n in np.flatnonzero(away > NEAR):
            cosines = self._rim @ vectors(degrees[n : n + 1])[0]
            away[n] = float(np.arccos(np.clip(cosines.max(), -1.0, 1.0))) * RADIUS
        return away

    def _around(self, spot: Spot) -> AreaRelation:
        """The same on a map around the place, for areas too big for one map."""
        plane = Plane(spot.longitude or 0.0, spot.latitude or 0.0)
        flat = ground(self._area, plane)
        here = np.array([Point(0, 0)], dtype=np.object_)
        radius = np.array([reaches()[spot.precision or 0].radius])
        inside, away = shapely.intersects(flat, here), shapely.distance(flat.boundary, here)
        share = _shares(flat, here, radius, away, inside)
        return self._told(inside[0], away[0], share[0], radius[0])

    def _told(self, inside: np.bool_, away: np.float64, share: np.float64, radius: np.float64) -> AreaRelation:
        kind: AreaKind = "inside" if share >= _ALL else "outside" if share <= _NOTHING else "partly"
        return AreaRelation(
            kind,
            float(share),
            float(away),
            point_inside=bool(inside),
            reach_km=float(radius),
            accuracy_km=self._area.accuracy_km,
            by="disc",
        )


def _shares(
    flat: BaseGeometry,
    points: NDArray[np.object_],
    radii: NDArray[np.float64],
    away: NDArray[np.float64],
    inside: NDArray[np.bool_],
) -> NDArray[np.float64]:
    """The part of each place's disc that is inside; only discs that the border cuts are cut."""
    share = inside.astype(np.float64)
    cut = np.flatnonzero(away < radii)
    if cut.size:
        discs = shapely.buffer(points[cut], radii[cut], quad_segs=_ROUND_DISC)
        share[cut] = np.clip(shapely.area(shapely.intersection(discs, flat)) / shapely.area(discs), 0.0, 1.0)
    return share


class _Division:
    """A country or one of its first-order units, compared by codes."""

    def __init__(self, area: Area) -> None:
        self._area = area
        self._unit = area.unit or Unit("")
        self.relation = lru_cache(maxsize=50_000)(self._relation)

    def _relation(self, spot: Spot) -> AreaRelation:
        reach = reaches().get(spot.precision or 0)
        where, unit = spot.name or spot.text, self._unit
        if site := _named(spot, self._area.holds):
            return AreaRelation("inside", 1.0, by="name", why=f"{site.name} is named as part of it")
        if spot.country is None or reach is None or reach.how == "none":
            return _unknown(f"of {where or 'the place'} no country is known")
        if spot.country != unit.country:
            return AreaRelation("outside", 0.0, by="unit", why=f"{where} is in {spot.country}, the area in {_listed((unit,))}")
        if unit.admin1 is None:
            return AreaRelation("inside", 1.0, by="unit", why=f"{where} is in {unit.country}")
        return self._in_country(spot, reach, where)

    def _in_country(self, spot: Spot, reach: Reach, where: str) -> AreaRelation:
        name = self._unit.admin1
        if spot.admin1 is None or reach.how == "country":
            return _unknown(f"of {where} only {spot.country} is known, of which {name} is a part")
        loose = f", but it is known only to within {reach.radius:.0f} km, so it may be across the border of the unit"
        # "near" and roads reach over borders that no polygon here knows
        fuzzy = spot.precision in {2, 5}
        if spot.admin1 == name:
            kind: AreaKind = "partly" if fuzzy else "inside"
            return AreaRelation(kind, None if fuzzy else 1.0, by="unit", why=f"{where} is in {name}{loose if fuzzy else ''}")
        if fuzzy:
            return _unknown(f"{where} is in {spot.admin1}{loose}")
        return AreaRelation("outside", 0.0, by="unit", why=f"{where} is in {spot.admin1}, the area is {name}")

    def relations(self, spots: Sequence[Spot]) -> tuple[AreaRelation, ...]:
        """Where many places lie."""
        return tuple(map(self.relation, spots))


class _Mixed:
    """Areas put together of which one at least is a country or province: told part by part."""

    def __init__(self, area: Area) -> None:
        self._parts = tuple(shape(part) for part in area.parts)
        self._put = _joined if area.form == "union" else _less
        self.relation = lru_cache(maxsize=50_000)(self._relation)

    def _relation(self, spot: Spot) -> AreaRelation:
        return self._put([part.relation(spot) for part in self._parts])

    def relations(self, spots: Sequence[Spot]) -> tuple[AreaRelation, ...]:
        """Where many places lie."""
        return tuple(map(self.relation, spots))


_ORDER = {"inside": 0, "partly": 1, "unknown": 2, "outside": 3}


def _joined(found: list[AreaRelation]) -> AreaRelation:
    """In any of them: the best that can be told. Its share is what is inside at least."""
    return min(found, key=lambda told: (_ORDER[told.kind], -(told.share or 0.0), told.km or 0.0))


def _less(found: list[AreaRelation]) -> AreaRelation:
    """In the first and in none of the others."""
    base, *others = found
    if base.kind == "outside" or not others:
        return base
    worst = min(others, key=lambda told: _ORDER[told.kind])
    if worst.kind == "inside":
        return replace(
            worst, kind="outside", share=0.0, point_inside=False if worst.by == "disc" else None, why=f"left out: {worst.why}"
        )
    if worst.kind == "outside" or base.kind == "unknown":
        return base
    if worst.kind == "unknown":
        return _unknown(f"whether it is in a part that is left out cannot be told ({worst.why})")
    share = None if base.share is None or worst.share is None else max(0.0, base.share - worst.share)
    return replace(worst, kind="partly", share=share, point_inside=worst.point_inside is False)
