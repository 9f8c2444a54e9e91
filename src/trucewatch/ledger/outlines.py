"""Areas as outlines in degrees: GeoJSON for other programs, rings for a map.

Outlines that cross 180 degrees are cut there, as RFC 7946 asks; one around a pole runs along it. This module must not compare places
with areas, and writes no file.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import shapely
from shapely.affinity import translate
from shapely.geometry import MultiPolygon, Polygon, box, mapping

from trucewatch.ledger.areas import STEP, ground, middle
from trucewatch.ledger.sphere import Plane

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

    from trucewatch.model.agreement import Agreement, Area

_TURN = 360.0
_DECIMALS = 5


def outline(area: Area) -> BaseGeometry | None:
    """The area in degrees, longitude first; None for one that has no border of its own (a country or province)."""
    found = middle(area)
    if found is None:
        return None
    plane = Plane(*found[0])
    flat = shapely.segmentize(ground(area, plane), STEP)
    made = [_polygon(part, plane) for part in _polygons(flat)]
    if not made:
        return None
    whole = shapely.union_all([_within_bounds(part) for part in made])
    return shapely.set_precision(whole, 10**-_DECIMALS)


def _polygons(flat: BaseGeometry) -> Iterator[Polygon]:
    yield from (part for part in shapely.get_parts(flat) if isinstance(part, Polygon) and not part.is_empty)


def _polygon(flat: Polygon, plane: Plane) -> BaseGeometry:
    rings = [_unrolled(plane.degrees(np.asarray(ring.coords)), plane) for ring in (flat.exterior, *flat.interiors)]
    made = Polygon(rings[0], rings[1:])
    return made if made.is_valid else shapely.make_valid(made)


def _unrolled(ring: NDArray[np.float64], plane: Plane) -> NDArray[np.float64]:
    """A ring without leaps of 360 degrees; one that goes round a pole is closed along it."""
    longitudes = np.unwrap(ring[:, 0], period=_TURN)
    longitudes += _TURN * round((plane.longitude - float(longitudes.mean())) / _TURN)
    turned = longitudes[-1] - longitudes[0]
    made = np.column_stack((longitudes, ring[:, 1]))
    if abs(turned) < _TURN / 2:
        return made
    pole = 90.0 if plane.latitude > 0 else -90.0
    return np.vstack((made, [[longitudes[-1], pole], [longitudes[0], pole], made[0]]))


def _within_bounds(polygon: BaseGeometry) -> BaseGeometry:
    """What lies beyond 180 degrees moved to the other side."""
    parts = [translate(polygon.intersection(box(-180 + turn, -90, 180 + turn, 90)), -turn) for turn in (-_TURN, 0.0, _TURN)]
    return shapely.union_all([part for part in parts if not part.is_empty])


def feature(area: Area, **properties: Any) -> dict[str, Any]:
    """The area as a GeoJSON feature; a country or province has its codes and no geometry."""
    found = outline(area)
    facts = {
        "area": area.id,
        "label": area.label or None,
        "form": area.form,
        "certainty": area.certainty,
        "accuracy_km": area.accuracy_km or None,
        "lies_in": [f"{unit.country}/{unit.admin1}" if unit.admin1 else unit.country for unit in _units(area)],
        "note": area.note or None,
    }
    return {
        "type": "Feature",
        "geometry": None if found is None else _plain(mapping(_only_polygons(found))),
        "properties": {**properties, **{key: value for key, value in facts.items() if value not in (None, [])}},
    }


def _units(area: Area) -> tuple[Any, ...]:
    own = (area.unit,) if area.unit else area.lies_in
    return own or tuple(unit for part in area.parts for unit in _units(part))


def _only_polygons(found: BaseGeometry) -> BaseGeometry:
    parts = list(_polygons(found))
    return parts[0] if len(parts) == 1 else MultiPolygon(parts)


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return round(value, _DECIMALS) if isinstance(value, float) else value


def collection(agreement: Agreement) -> dict[str, Any]:
    """Every area of an agreement's terms as one GeoJSON collection: a feature an area, with the terms that hold there."""
    terms: dict[Area, list[str]] = {}
    for term in agreement.terms:
        if term.area is not None:
            terms.setdefault(term.area, []).append(term.id)
    features = [feature(area, agreement=agreement.id, terms=names) for area, names in terms.items()]
    return {"type": "FeatureCollection", "features": features}
