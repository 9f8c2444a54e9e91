"""The map's files and features: layers as they are served, small places from the gazetteer, incidents as GeoJSON.

Layers lie gzipped in `data/` and go out as they lie. Nothing here knows a web framework: :func:`answer` gives bytes and headers. What
an incident's place may show is decided before it comes here; this module must not look one up.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import math
import sqlite3
from array import array
from collections import defaultdict
from contextlib import closing
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from trucewatch.knowledge.places.tables import DATA as GAZETTEER
from trucewatch.publishing.basemap.palette import mark

if TYPE_CHECKING:
    from collections.abc import Iterable

Feature: TypeAlias = dict[str, Any]

DATA = Path(__file__).parent / "data"
LAYERS = tuple(sorted(path.name.removesuffix(".geojson.gz") for path in DATA.glob("*.geojson.gz")))
#: Edge, in degrees, of the cells small places come in, and how many of them a cell gives at most.
CELL = 2
MOST_VILLAGES = 1_500
#: The smallest population of a place in the layer `places`: smaller ones come by cell.
PLACES_FROM = 30_000
#: Metres within which a place of this where_prec lies; what is told to a country has no point on the map.
RADIUS = {2: 25_000.0, 3: 40_000.0, 4: 80_000.0}
COUNTRY = 6
#: Metres to a pixel at zoom 0 on the equator, with MapLibre's tiles of 512 pixels.
_METRES = 40_075_016.686 / 512
_KINDS = (3, 5)
_TYPE = "application/geo+json"


def answer(name: str, accept_encoding: str = "gzip") -> tuple[bytes, dict[str, str]] | None:
    """The file ``name`` under the map's address, with its headers; None where there is no such file.

    ``land-world.geojson`` is a layer, ``places/33/36.geojson`` the small places of the cell whose south-west corner is 33 N 36 E
    (both multiples of :data:`CELL`; south and west are negative).
    """
    stem, dot, ending = name.rpartition(".")
    if not dot or ending != "geojson":
        return None
    packed = _cell_of(stem.split("/")[1:]) if stem.startswith("places/") else layer(stem)
    return None if packed is None else _with_headers(packed, accept_encoding)


def _with_headers(packed: bytes, accept_encoding: str) -> tuple[bytes, dict[str, str]]:
    headers = {"Content-Type": _TYPE, "Vary": "Accept-Encoding", "Cache-Control": "no-cache", "ETag": f'"{_tag(packed)}"'}
    if "gzip" in accept_encoding:
        return packed, headers | {"Content-Encoding": "gzip"}
    return gzip.decompress(packed), headers


@lru_cache(maxsize=256)
def _tag(packed: bytes) -> str:
    return hashlib.sha256(packed).hexdigest()[:20]


@lru_cache(maxsize=16)
def layer(name: str) -> bytes | None:
    """A layer's gzipped GeoJSON; None where there is no such layer."""
    return (DATA / f"{name}.geojson.gz").read_bytes() if name in LAYERS else None


def _cell_of(parts: list[str]) -> bytes | None:
    try:
        latitude, longitude = map(int, parts)
    except ValueError:
        return None
    if latitude % CELL or longitude % CELL or not (-90 <= latitude < 90 and -180 <= longitude < 180):  # noqa: PLR2004 - the globe
        return None
    return villages(latitude, longitude)


@lru_cache(maxsize=256)
def villages(latitude: int, longitude: int) -> bytes:
    """The places of a cell that are too small for the layer `places`, the biggest first, as gzipped GeoJSON."""
    ids = _cells().get((latitude // CELL, longitude // CELL), array("i"))[:MOST_VILLAGES]
    query = "SELECT name, longitude, latitude, population FROM place WHERE id = ?"
    with closing(_store()) as store:
        found = [store.execute(query, (number,)).fetchone() for number in ids]
    return gzip.compress(json.dumps(collection(_village(*row) for row in found), ensure_ascii=False).encode(), 6, mtime=0)


@lru_cache(maxsize=1)
def _cells() -> dict[tuple[int, int], array[int]]:
    """Ids of the small places of each cell, the biggest first: one pass over the gazetteer, about a megabyte kept."""
    query = (
        "SELECT id, longitude, latitude FROM place WHERE kind BETWEEN ? AND ? AND population < ? ORDER BY population DESC, id"
    )
    cells: dict[tuple[int, int], array[int]] = defaultdict(lambda: array("i"))
    with closing(_store()) as store:
        for number, longitude, latitude in store.execute(query, (*_KINDS, PLACES_FROM)):
            cells[latitude // (CELL * 10_000), longitude // (CELL * 10_000)].append(number)
    return dict(cells)


def _store() -> sqlite3.Connection:
    return sqlite3.connect(f"file:{GAZETTEER / 'gazetteer.sqlite'}?mode=ro&immutable=1", uri=True)


def _village(name: str, longitude: int, latitude: int, population: int) -> Feature:
    zoom = 8 if population >= 5_000 else 9 if population >= 1_000 else 10  # noqa: PLR2004 - read off the map
    return _point(longitude / 1e4, latitude / 1e4, {"name": name, "zoom": zoom})


def _point(longitude: float, latitude: float, properties: dict[str, Any]) -> Feature:
    geometry = {"type": "Point", "coordinates": [round(longitude, 4), round(latitude, 4)]}
    return {"type": "Feature", "geometry": geometry, "properties": properties}


def collection(features: Iterable[Feature]) -> Feature:
    """A GeoJSON collection of features."""
    return {"type": "FeatureCollection", "features": list(features)}


def incident(
    name: str,
    title: str,
    longitude: float,
    latitude: float,
    *,
    group: str | None,
    disputed: bool = False,
    radius: float | None = None,
    **more: str | float | bool,
) -> Feature:
    """An incident as the source ``incidents`` takes it.

    Args:
        name: The incident's id.
        title: A line for the reader.
        longitude: WGS 84 degrees, as far as they may be shown.
        latitude: WGS 84 degrees, as far as they may be shown.
        group: The group of its ceasefire category (`fire`, `ground`, ...); None where it has none.
        disputed: Whether its accounts contradict each other.
        radius: Metres round the point within which it lies, where that is told or made coarse: drawn as a disc.
        more: Further properties of the page's own.
    """
    properties: dict[str, Any] = {"id": name, "title": title, "group": mark(group).group, "disputed": disputed, **more}
    if radius is not None:
        properties["disc"] = radius / (_METRES * math.cos(math.radians(latitude)))
        properties["radius"] = radius
    return _point(longitude, latitude, properties)
