"""What the formats that are SQLite files share: a fresh file, a table for each frame, rows in order, and the same bytes each time.

The file is written in one transaction without a journal beside it, then vacuumed, so that it does not depend on how it grew. This module must
not know what the tables mean.
"""

from __future__ import annotations

import sqlite3
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from trucewatch.publishing.exports.frames import Column, Frame, Row

TYPES = {"string": "TEXT", "integer": "INTEGER", "number": "REAL", "boolean": "BOOLEAN", "date": "DATE"}


@contextmanager
def database(out: Path, *pragmas: str) -> Iterator[sqlite3.Connection]:
    """A new database; whole and vacuumed at the end."""
    conn = sqlite3.connect(out, isolation_level=None)
    try:
        for pragma in ("page_size = 4096", "journal_mode = OFF", "synchronous = OFF", "encoding = 'UTF-8'", *pragmas):
            conn.execute(f"PRAGMA {pragma}")
        conn.execute("BEGIN")
        yield conn
        conn.execute("COMMIT")
        conn.execute("VACUUM")
    finally:
        conn.close()


def create(conn: sqlite3.Connection, frame: Frame, *, key: str | None = None, extra: Sequence[str] = ()) -> None:
    """Make the table of a frame; ``key`` is a further integer key in place of the first column."""
    columns = [f"{key} INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL"] if key else []
    columns += [_column(column, first=number == 0, key=key) for number, column in enumerate(frame.columns)]
    columns += [*extra, *(_link(column) for column in frame.columns if column.to and not key)]
    conn.execute(f"CREATE TABLE {frame.name} ({', '.join(columns)})")


def _column(column: Column, *, first: bool, key: str | None) -> str:
    own = (" NOT NULL UNIQUE" if key else " PRIMARY KEY NOT NULL") if first else ""
    return f'"{column.name}" {TYPES[column.kind]}{own}'


def _link(column: Column) -> str:
    keys = {"incidents": "incident_id", "reports": "report_id"}
    return f'FOREIGN KEY ("{column.name}") REFERENCES {column.to} ("{keys[column.to or ""]}")'


def insert(conn: sqlite3.Connection, frame: Frame, rows: Iterable[Row], **extra: bytes | None) -> int:
    """Write rows, and count them; ``extra`` are columns beside the frame's, the same for each row."""
    names = [*frame.names, *extra]
    listed = ", ".join(f'"{name}"' for name in names)
    statement = f"INSERT INTO {frame.name} ({listed}) VALUES ({', '.join('?' * len(names))})"  # noqa: S608 - names are our own
    count = 0
    for row in rows:
        conn.execute(statement, [*(_value(row.get(name)) for name in frame.names), *extra.values()])
        count += 1
    return count


def _value(value: Any) -> Any:
    """Text that SQLite can hold: what is no Unicode, and NUL, at which readers stop, by escapes."""
    if isinstance(value, str):
        return value.replace("\0", "\\x00").encode("utf-8", "backslashreplace").decode()
    return value
