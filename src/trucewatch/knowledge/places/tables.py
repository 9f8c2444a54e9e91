"""Reads the tab-separated data files of this room and says where one is wrong.

Lines that start with ``#`` are the header that cites the source; the first other line names the columns. Used by the build and
for user gazetteers. This module must not know what the rows mean beyond their columns.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from trucewatch.model import TrucewatchError

if TYPE_CHECKING:
    from collections.abc import Iterator

DATA = Path(__file__).parent / "data"

#: Columns of ``supplement.tsv`` and of a user's own gazetteer.
SUPPLEMENT_COLUMNS = (
    "name", "aliases", "kind", "country", "admin1", "latitude", "longitude", "precision", "flags", "source",
)  # fmt: skip
#: What a place can be.
KINDS = (
    "country", "admin1", "admin2", "city", "town", "village", "region", "road", "crossing", "camp", "water", "site", "line",
    "continent", "airport", "historical",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a table: its number in the file and its cells by column name."""

    line: int
    cells: dict[str, str]

    def __getitem__(self, column: str) -> str:
        return self.cells[column]

    def parts(self, column: str) -> tuple[str, ...]:
        """The ``|``-separated parts of a cell."""
        return tuple(part.strip() for part in self.cells[column].split("|") if part.strip())


@dataclass(frozen=True, slots=True)
class SupplementRow:
    """A place of the supplement or of a user's gazetteer. Coordinates WGS 84 degrees, None where the row has none."""

    name: str
    aliases: tuple[str, ...]
    kind: str
    country: str | None
    admin1: str | None
    latitude: float | None
    longitude: float | None
    precision: int
    flags: tuple[str, ...]
    source: str


def words(text: str) -> frozenset[str]:
    """A word list written as one string."""
    return frozenset(text.split())


def _fail(path: Path, line: int, why: str) -> TrucewatchError:
    return TrucewatchError(
        "bad-gazetteer-row",
        "this line of the place table cannot be read",
        where=f"{path}:{line}",
        why=why,
        next_step="mend the line; docs/places.md describes the columns",
    )


def read(path: Path, columns: tuple[str, ...] | None = None) -> Iterator[Row]:
    """Rows of a table.

    Args:
        path: The file, UTF-8, tab-separated.
        columns: What the column line must say; None takes any.

    Raises:
        TrucewatchError: ``bad-gazetteer-row`` for a line with too few or too many cells or the wrong column line.
    """
    names: list[str] = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        if not line.strip() or line.startswith("#"):
            continue
        cells = line.split("\t")
        if not names:
            names = cells
            if columns is not None and tuple(names) != columns:
                raise _fail(path, number, f"the columns must be {' '.join(columns)}")
            continue
        if len(cells) != len(names):
            raise _fail(path, number, f"{len(cells)} cells where {len(names)} columns are named")
        yield Row(number, dict(zip(names, cells, strict=True)))


def _degrees(path: Path, row: Row, column: str, limit: float) -> float | None:
    if not row[column]:
        return None
    try:
        value = float(row[column])
    except ValueError as error:
        raise _fail(path, row.line, f"{column} is not a number") from error
    if abs(value) > limit:
        raise _fail(path, row.line, f"{column} is beyond {limit:.0f}")
    return value


def supplement(path: Path) -> Iterator[SupplementRow]:
    """The rows of a supplement or user gazetteer, checked.

    Raises:
        TrucewatchError: ``bad-gazetteer-row`` with file and line for an unknown kind, a number out of range or no source.
    """
    for row in read(path, SUPPLEMENT_COLUMNS):
        if row["kind"] not in KINDS:
            raise _fail(path, row.line, f"unknown kind {row['kind']!r}")
        if row["precision"] not in {"1", "2", "3", "4", "5", "6", "7"}:
            raise _fail(path, row.line, "precision must be 1 to 7")
        if not row["source"] or not row["name"]:
            raise _fail(path, row.line, "name and source are required")
        yield SupplementRow(
            name=row["name"],
            aliases=row.parts("aliases"),
            kind=row["kind"],
            country=row["country"] or None,
            admin1=row["admin1"] or None,
            latitude=_degrees(path, row, "latitude", 90),
            longitude=_degrees(path, row, "longitude", 180),
            precision=int(row["precision"]),
            flags=row.parts("flags"),
            source=row["source"],
        )
