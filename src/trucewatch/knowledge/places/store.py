"""The gazetteer file: its schema, and reading it.

Opened read-only and immutable, one connection a thread and process, so that it can be shared freely and costs nothing until
the first look-up. This module must not rank, guess or write.
"""

from __future__ import annotations

import os
import sqlite3
import struct
import threading
from dataclasses import dataclass
from enum import IntEnum, IntFlag
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from trucewatch.model import TrucewatchError

if TYPE_CHECKING:
    from pathlib import Path

SCHEMA = """
CREATE TABLE meta(key TEXT PRIMARY KEY, value TEXT) WITHOUT ROWID;
CREATE TABLE place(id INTEGER PRIMARY KEY, name TEXT, kind INTEGER, country TEXT, division INTEGER,
                   latitude INTEGER, longitude INTEGER, population INTEGER, precision INTEGER, flags INTEGER);
CREATE TABLE division(id INTEGER PRIMARY KEY, name TEXT);
CREATE TABLE name(key TEXT PRIMARY KEY, places BLOB) WITHOUT ROWID;
CREATE TABLE skeleton(key TEXT PRIMARY KEY, places BLOB) WITHOUT ROWID;
CREATE TABLE country(iso3 TEXT PRIMARY KEY, place INTEGER, divisions BLOB) WITHOUT ROWID;
CREATE TABLE demonym(key TEXT PRIMARY KEY, country TEXT, kind TEXT, note TEXT) WITHOUT ROWID;
"""


#: Id of the first place of a user's own tables; the next ones count down.
FIRST_OWN = -1_000_000


class Kind(IntEnum):
    """What a place is, as stored; the lower-case name is the record's ``kind``."""

    COUNTRY = 0
    ADMIN1 = 1
    ADMIN2 = 2
    CITY = 3
    TOWN = 4
    VILLAGE = 5
    REGION = 6
    ROAD = 7
    CROSSING = 8
    CAMP = 9
    WATER = 10
    SITE = 11
    LINE = 12
    CONTINENT = 13
    AIRPORT = 14
    HISTORICAL = 15


class Flag(IntFlag):
    """Marks of a place."""

    DISPUTED = 1
    HISTORICAL = 2
    SUPPLEMENT = 4
    CAPITAL = 8


class PlaceRow(NamedTuple):
    """A stored place. Coordinates are ten-thousandths of a degree."""

    id: int
    name: str
    kind: int
    country: str | None
    division: int | None
    latitude: int | None
    longitude: int | None
    population: int
    precision: int
    flags: int


@dataclass(frozen=True, slots=True)
class Entry:
    """A place of the gazetteer.

    ``country`` is ISO 3166-1 alpha-3; ``latitude`` and ``longitude`` WGS 84 degrees; ``precision`` the UCDP-style
    ``where_prec`` of a mention of just this place; ``id`` the GeoNames id, or a negative number of our own.
    """

    id: int
    name: str
    kind: str
    country: str | None
    admin1: str | None
    latitude: float | None
    longitude: float | None
    population: int
    precision: int
    disputed: bool
    supplement: bool
    capital: bool = False

    @property
    def own(self) -> bool:
        """Whether the place is of a table of the user's own."""
        return self.id <= FIRST_OWN

    @property
    def geonameid(self) -> int | None:
        """The GeoNames id, or None for a place of our own tables."""
        return self.id if self.id > 0 else None


@dataclass(frozen=True, slots=True)
class Demonym:
    """A country adjective or noun. ``kind``: "", ambiguous, historical, region, group, international."""

    country: str | None
    kind: str


def pack(ids: list[int]) -> bytes:
    """Place ids as little-endian 32-bit integers."""
    return struct.pack(f"<{len(ids)}i", *ids)


def unpack(blob: bytes) -> tuple[int, ...]:
    """The reverse of :func:`pack`."""
    return struct.unpack(f"<{len(blob) // 4}i", blob)


class Store:
    """Read access to one gazetteer file.

    Args:
        path: The SQLite file.

    Raises:
        TrucewatchError: ``no-gazetteer`` when the file is missing or is no gazetteer.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._local = threading.local()
        self.entry = lru_cache(maxsize=20_000)(self._entry)
        self.ids = lru_cache(maxsize=20_000)(self._ids)
        if not path.is_file():
            raise self._missing("the file does not exist")

    def __reduce__(self) -> tuple[type[Store], tuple[Path]]:
        return Store, (self._path,)

    def _missing(self, why: str) -> TrucewatchError:
        return TrucewatchError(
            "no-gazetteer",
            "the gazetteer cannot be read",
            where=str(self._path),
            why=why,
            next_step="reinstall trucewatch or run python -m trucewatch.knowledge.places.build",
        )

    def _base(self) -> sqlite3.Connection:
        base: sqlite3.Connection | None = getattr(self._local, "base", None)
        if base is None or self._local.pid != os.getpid():
            base = sqlite3.connect(f"{self._path.resolve().as_uri()}?mode=ro&immutable=1", uri=True)
            base.execute("PRAGMA cache_size=-2048")
            self._local.base, self._local.pid = base, os.getpid()
        return base

    def _one(self, query: str, value: str | int) -> tuple[object, ...] | None:
        try:
            row: tuple[object, ...] | None = self._base().execute(query, (value,)).fetchone()
        except sqlite3.DatabaseError as error:
            raise self._missing(str(error)) from error
        return row

    def meta(self, name: str) -> str:
        """A fact about the file: ``digest`` (of its content) or ``source``."""
        row = self._one("SELECT value FROM meta WHERE key=?", name)
        return str(row[0]) if row else ""

    def _ids(self, exact: str) -> tuple[int, ...]:
        """Ids of the places with this exact key."""
        row = self._one("SELECT places FROM name WHERE key=?", exact)
        return unpack(row[0]) if row and isinstance(row[0], bytes) else ()

    def skeleton_ids(self, bones: str) -> tuple[int, ...]:
        """Ids of the places with this skeleton key."""
        row = self._one("SELECT places FROM skeleton WHERE key=?", bones)
        return unpack(row[0]) if row and isinstance(row[0], bytes) else ()

    def demonym(self, exact: str) -> Demonym | None:
        """The country a demonym's exact key points to, or None for a word that is none."""
        row = self._one("SELECT country, kind FROM demonym WHERE key=?", exact)
        return Demonym(str(row[0]) if row[0] else None, str(row[1])) if row else None

    def country(self, iso3: str) -> int | None:
        """Id of a country by its ISO 3166-1 alpha-3 code."""
        row = self._one("SELECT place FROM country WHERE iso3=?", iso3)
        return row[0] if row and isinstance(row[0], int) else None

    def divisions(self, iso3: str) -> tuple[int, ...]:
        """Ids of a country's admin-1 units."""
        row = self._one("SELECT divisions FROM country WHERE iso3=?", iso3)
        return unpack(row[0]) if row and isinstance(row[0], bytes) else ()

    def _division(self, number: int | None) -> str | None:
        row = self._one("SELECT name FROM division WHERE id=?", number) if number else None
        return str(row[0]) if row else None

    def _entry(self, number: int) -> Entry:
        """The place with this id."""
        found = self._one("SELECT * FROM place WHERE id=?", number)
        if found is None:
            raise self._missing(f"no place {number}")
        row = PlaceRow(*found)  # type: ignore[arg-type]
        return Entry(
            id=row.id,
            name=row.name,
            kind=Kind(row.kind).name.lower(),
            country=row.country,
            admin1=self._division(row.division),
            latitude=None if row.latitude is None else row.latitude / 10_000,
            longitude=None if row.longitude is None else row.longitude / 10_000,
            population=row.population,
            precision=row.precision,
            disputed=bool(row.flags & Flag.DISPUTED),
            supplement=bool(row.flags & Flag.SUPPLEMENT),
            capital=bool(row.flags & Flag.CAPITAL),
        )
