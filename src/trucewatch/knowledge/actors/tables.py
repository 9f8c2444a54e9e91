"""Reading the actor file's TSV tables: '#' header lines, one line of column names, then one row an entry.

Reads bytes into rows and nothing more. A broken table is an error with its file and line, never skipped.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from trucewatch.model import TrucewatchError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class Table:
    """One table: its comment header, its column names and its rows (column name to cell)."""

    path: Path
    header: tuple[str, ...]
    columns: tuple[str, ...]
    rows: tuple[dict[str, str], ...]


def _fault(path: Path, line: int, why: str) -> TrucewatchError:
    return TrucewatchError(
        "actor-file-broken",
        "the actor table cannot be read",
        where=f"{path.name}:{line}",
        why=why,
        next_step="see docs/actors.md for the columns of each table",
    )


def _rows(path: Path, lines: list[str], first: int, columns: tuple[str, ...]) -> Iterator[dict[str, str]]:
    for number, line in enumerate(lines[first + 1 :], first + 2):
        if not line:
            continue
        cells = line.split("\t")
        if len(cells) != len(columns):
            raise _fault(path, number, f"{len(cells)} cells, {len(columns)} columns")
        yield dict(zip(columns, cells, strict=True))


def read_table(path: Path) -> Table:
    """Read one UTF-8 TSV table.

    Raises:
        TrucewatchError: ``actor-file-broken`` when the file is missing, not UTF-8 or a row has the wrong number of cells.
    """
    try:
        lines = path.read_text(encoding="utf-8").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise _fault(path, 0, str(error)) from error
    first = next((k for k, line in enumerate(lines) if line and not line.startswith("#")), None)
    if first is None:
        raise _fault(path, 1, "no column names")
    columns = tuple(lines[first].split("\t"))
    return Table(path, tuple(lines[:first]), columns, tuple(_rows(path, lines, first, columns)))


def cells(value: str) -> tuple[str, ...]:
    """The values of a cell that holds several, parted by '|'."""
    return tuple(value.split("|")) if value else ()
