"""Areas of an agreement file: from their parts to ``Area``, with every fault of their geometry named by line.

Checks rings, ranges and swapped coordinates; what is sound becomes an area. Asks the gazetteer for names; knows no term.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely
from shapely.geometry import Polygon as Flat
from shapely.validation import explain_validity

from trucewatch.ledger.agreements.problems import Report, near
from trucewatch.ledger.agreements.sites import known_unit, resolve, unit
from trucewatch.ledger.areas import STEP, middle
from trucewatch.ledger.sphere import Plane, centre, densified, haversine
from trucewatch.model.agreement import Area, Polygon, Position, Site, Unit

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from trucewatch.knowledge.places import Gazetteer
    from trucewatch.ledger.agreements.shaping import Item

_FEWEST = 4
_MOST_NESTED = 6
#: An area that reaches further than this from its middle is a slip of the pen; shapes are not made for half a globe.
_FURTHEST = 4000.0
#: Swapped coordinates are suspected where they would be this near the units named, and as written are this far from them.
_NEAR, _FAR = 700.0, 1500.0
_NEEDS: dict[str, tuple[str, ...]] = {
    "Polygon": ("coordinates",),
    "MultiPolygon": ("coordinates",),
    "Point": ("coordinates", "radius_km"),
    "LineString": ("coordinates", "width_km"),
    "Place": ("place", "radius_km"),
    "Admin1": ("country", "admin1"),
    "Country": ("country",),
    "Union": ("of",),
    "Difference": ("of",),
}
_ALWAYS = frozenset({"type", "label", "lies_in", "holds", "crosses", "accuracy_km", "note", "certainty", "why"})
_MAY: dict[str, frozenset[str]] = {"Place": frozenset({"country", "kind", "geonameid"})}


@dataclass(frozen=True, slots=True)
class Surveyor:
    """Makes areas; ``known`` are the file's named areas, as parts."""

    gazetteer: Gazetteer
    report: Report
    known: Mapping[str, Item]

    def named(self) -> dict[str, Area]:
        """Every named area that is sound."""
        made = {name: self.area(item, name, (name,)) for name, item in self.known.items()}
        return {name: area for name, area in made.items() if area is not None}

    def area(self, item: Item, ident: str, seen: tuple[str, ...] = (), *, quiet: bool = False) -> Area | None:
        """The area of a part, or the named one that its text names."""
        if item.short is not None:
            return self._by_name(item, seen)
        kind = item.text("type")
        if kind is None:
            return None
        report = Report("") if quiet else self.report
        worker = Surveyor(self.gazetteer, report, self.known)
        return worker._make(item, kind, ident, seen)

    def _by_name(self, item: Item, seen: tuple[str, ...]) -> Area | None:
        name = item.short or ""
        if name not in self.known:
            self.report.error(item.line, f"no area {name!r} under 'areas'{near(name, self.known)}")
            return None
        if name in seen or len(seen) > _MOST_NESTED:
            self.report.error(item.line, f"the area {name!r} is made of itself")
            return None
        return self.area(self.known[name], name, (*seen, name), quiet=True)  # its own faults are told where it stands

    def _make(self, item: Item, kind: str, ident: str, seen: tuple[str, ...]) -> Area | None:
        before = self.report.errors
        self._keys(item, kind)
        self._certainty(item)
        fields: dict[str, Any] = {
            "id": ident,
            "label": item.text("label") or "",
            "lies_in": self._units(item),
            "holds": self._sites(item, "holds"),
            "crosses": self._sites(item, "crosses"),
            "accuracy_km": float(item.value("accuracy_km", 0.0)),
            "certainty": item.value("certainty", "sure"),
            "note": " ".join(part for part in (item.text("note"), item.text("why")) if part),
        }
        made = self._shape(item, kind, fields, seen)
        if made is None or self.report.errors > before:
            return None
        self._extent(item, made)
        return made

    def _keys(self, item: Item, kind: str) -> None:
        missing = {
            "width_km": "a corridor needs a width: 'width_km' to each side",
            "radius_km": "a radius is needed: 'radius_km'",
        }
        for key in _NEEDS[kind]:
            if key not in item.lines:
                self.report.error(
                    item.line,
                    f"this {kind} has no {key!r}: {missing[key]}" if key in missing else f"this {kind} has no {key!r}",
                )
        for key in item.lines.keys() - _ALWAYS - set(_NEEDS[kind]) - _MAY.get(kind, frozenset()):
            self.report.error(item.at(key), f"{key!r} says nothing of a {kind}")

    def _certainty(self, item: Item) -> None:
        if item.value("certainty", "sure") != "sure" and "why" not in item.cells:
            self.report.error(item.at("certainty"), "say under 'why' what is not sure")

    def _units(self, item: Item) -> tuple[Unit, ...]:
        found = (unit(str(cell.value), cell.line, self.gazetteer, self.report) for cell in item.lists.get("lies_in", ()))
        return tuple(made for made in found if made is not None)

    def _sites(self, item: Item, key: str) -> tuple[Site, ...]:
        found = (resolve(part, self.gazetteer, self.report) for part in item.parts.get(key, ()))
        return tuple(made for made in found if made is not None)

    def _shape(self, item: Item, kind: str, fields: dict[str, Any], seen: tuple[str, ...]) -> Area | None:
        if kind in {"Polygon", "MultiPolygon"}:
            return self._polygons(item, kind, fields)
        if kind in {"Point", "LineString"}:
            return self._line(item, kind, fields)
        if kind == "Place":
            return self._place(item, fields)
        if kind in {"Admin1", "Country"}:
            country, name = item.text("country"), item.text("admin1")
            made = (
                known_unit(country, name, item.at("admin1" if name else "country"), self.gazetteer, self.report)
                if country
                else None
            )
            return Area(form="unit" if kind == "Admin1" else "country", unit=made, **fields) if made else None
        return self._put_together(item, kind, fields, seen)

    def _place(self, item: Item, fields: dict[str, Any]) -> Area | None:
        site = resolve(item, self.gazetteer, self.report)
        if site is None:
            return None
        if site.longitude is None or site.latitude is None:
            self.report.error(item.at("place"), f"the gazetteer has no coordinates of {site.name!r}")
            return None
        units = fields.pop("lies_in") or ((Unit(site.country, site.admin1),) if site.country else ())
        holds = (site, *fields.pop("holds"))
        radius = item.value("radius_km")
        return Area(form="circle", line=((site.longitude, site.latitude),), km=radius, lies_in=units, holds=holds, **fields)

    def _put_together(self, item: Item, kind: str, fields: dict[str, Any], seen: tuple[str, ...]) -> Area | None:
        parts = [self.area(part, f"{fields['id']}.{n}", seen) for n, part in enumerate(item.parts.get("of", ()), 1)]
        if len(parts) < 2 and "of" in item.lines:  # noqa: PLR2004 - one is no union
            self.report.error(item.at("of"), f"a {kind} is made of two areas at least")
        sound = tuple(part for part in parts if part is not None)
        if len(sound) < len(parts) or not sound:
            return None
        if kind == "Union":  # what is told of the whole holds for each part
            for key in ("lies_in", "holds", "crosses"):
                fields[key] = tuple(dict.fromkeys((*fields[key], *(value for part in sound for value in getattr(part, key)))))
        elif not fields["lies_in"]:
            fields["lies_in"] = sound[0].lies_in or ((sound[0].unit,) if sound[0].unit else ())
        fields["accuracy_km"] = fields["accuracy_km"] or max(part.accuracy_km for part in sound)
        return Area(form="union" if kind == "Union" else "difference", parts=sound, **fields)

    def _line(self, item: Item, kind: str, fields: dict[str, Any]) -> Area | None:
        cell = item.cells.get("coordinates")
        if cell is None:
            return None
        given = (cell.value,) if kind == "Point" else cell.value
        points = self._positions(given, cell.line, f"coordinates of a {kind}")
        if points is None:
            return None
        if kind == "LineString" and len(set(points)) < 2:  # noqa: PLR2004 - a line has two ends
            self.report.error(cell.line, "a LineString has two different points at least")
            return None
        self._swapped(points, cell.line, fields["lies_in"])
        km = item.value("radius_km" if kind == "Point" else "width_km")
        return Area(form="circle" if kind == "Point" else "corridor", line=points, km=km, **fields)

    def _polygons(self, item: Item, kind: str, fields: dict[str, Any]) -> Area | None:
        cell = item.cells.get("coordinates")
        if cell is None:
            return None
        given = (cell.value,) if kind == "Polygon" else cell.value
        if not isinstance(given, tuple) or not given:
            self.report.error(cell.line, f"coordinates of a {kind} are lists of rings")
            return None
        made = [self._polygon(rings, cell.line) for rings in given]
        sound = tuple(polygon for polygon in made if polygon is not None)
        self._swapped([point for polygon in sound for ring in polygon for point in ring], cell.line, fields["lies_in"])
        return Area(form="polygon", polygons=sound, **fields) if sound and len(sound) == len(made) else None

    def _polygon(self, given: Any, line: int) -> Polygon | None:
        if not isinstance(given, tuple) or not given:
            self.report.error(line, "a polygon is a list of rings: [[[longitude, latitude], ...]]")
            return None
        rings = [self._ring(ring, n, line) for n, ring in enumerate(given)]
        sound = tuple(ring for ring in rings if ring is not None)
        if len(sound) < len(rings):
            return None
        flaw = _flaw(sound)
        if flaw:
            self.report.error(line, flaw)
            return None
        return sound

    def _ring(self, given: Any, number: int, line: int) -> tuple[Position, ...] | None:
        name = f"hole {number}" if number else "the outer ring"
        points = self._positions(given, line, name)
        if points is None:
            return None
        if points[0] != points[-1]:
            self.report.error(
                line,
                f"{name} is not closed: it starts at {_at(points[0])} and ends at {_at(points[-1])}; repeat the first point",
            )
            return None
        if len(points) < _FEWEST:
            self.report.error(line, f"{name} has {len(points)} points; a triangle has {_FEWEST}, the first twice")
            return None
        return points

    def _positions(self, given: Any, line: int, what: str) -> tuple[Position, ...] | None:
        if not isinstance(given, tuple) or not given or not all(_is_position(point) for point in given):
            self.report.error(line, f"{what}: a list of [longitude, latitude] is expected")
            return None
        points: tuple[Position, ...] = tuple((point[0], point[1]) for point in given)
        wrong = next((point for point in points if not (-180 <= point[0] <= 180 and -90 <= point[1] <= 90)), None)  # noqa: PLR2004 - degrees
        if wrong is None:
            return points
        lon, lat = wrong
        swapped = abs(lon) <= 90 < abs(lat) <= 180  # noqa: PLR2004
        hint = (
            "latitude and longitude look swapped: GeoJSON writes longitude first"
            if swapped
            else "degrees are -180 to 180 and -90 to 90"
        )
        self.report.error(line, f"{what}: {_at(wrong)} is not on the globe; {hint}")
        return None

    def _swapped(self, points: list[Position] | tuple[Position, ...], line: int, units: tuple[Unit, ...]) -> None:
        """Far from every unit named, and near one when turned round: most likely swapped."""
        marks = [mark for named in units if (mark := self._mark(named)) is not None]
        turned = [(lat, lon) for lon, lat in points]
        if not points or not marks or any(abs(lat) > 90 for _, lat in turned):  # noqa: PLR2004 - degrees
            return
        as_is = min(haversine(centre(points), mark) for mark in marks)
        other = min(haversine(centre(turned), mark) for mark in marks)
        if as_is > _FAR and other < _NEAR:
            where = units[0].admin1 or units[0].country
            hint = f"as written it is {as_is:,.0f} km from {where}, turned round {other:,.0f} km"
            self.report.error(line, f"latitude and longitude look swapped: {hint}")

    def _mark(self, named: Unit) -> Position | None:
        """A point of a unit: the gazetteer's."""
        entries = (
            [entry for entry in self.gazetteer.divisions(named.country) if entry.name == named.admin1] if named.admin1 else []
        )
        entry = entries[0] if entries else self.gazetteer.country(named.country)
        return None if entry is None or entry.longitude is None or entry.latitude is None else (entry.longitude, entry.latitude)

    def _extent(self, item: Item, area: Area) -> None:
        found = middle(area)
        if found and found[1] > _FURTHEST:
            self.report.error(
                item.at("coordinates"), f"the area reaches {found[1]:,.0f} km from its middle; {_FURTHEST:,.0f} is the most"
            )
        elif found and not area.lies_in:
            self.report.warning(
                item.line,
                "say under 'lies_in' in which country or province it lies, or places known only so far cannot be told apart from it",
            )


def _is_position(point: Any) -> bool:
    # a third number, the height, is GeoJSON's and says nothing here
    return isinstance(point, tuple) and len(point) in {2, 3} and all(isinstance(value, float) for value in point)


def _at(point: Position) -> str:
    return f"[{point[0]:g}, {point[1]:g}]"


def _flaw(rings: Polygon) -> str | None:
    """What is wrong with a polygon's rings together, with where, or None."""
    plane = Plane(*centre(rings[0]))
    outer, *holes = [plane.flat(densified(ring, STEP)) for ring in rings]
    flat = Flat(outer, holes)
    if flat.is_valid and flat.area > 0:
        return None
    reason, _, spot = explain_validity(flat).partition("[")
    where = f" near {_at(next(_spots(spot, plane)))}" if spot else ""
    if "Self-intersection" in reason or "crosses itself" in reason:
        return f"the polygon crosses itself{where}"
    if "Hole" in reason or "hole" in reason:
        return f"a hole lies outside the polygon{where}"
    if flat.area == 0 or shapely.is_empty(flat):
        return "the polygon has no area"
    return f"the polygon is not sound: {reason.strip().lower()}{where}"


def _spots(text: str, plane: Plane) -> Iterator[Position]:
    x, y = (float(value) for value in text.rstrip("]").split()[:2])
    lon, lat = plane.degrees(np.array([(x, y)]))[0]
    yield round(float(lon), 3), round(float(lat), 3)
