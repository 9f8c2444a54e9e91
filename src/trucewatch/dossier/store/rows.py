"""Writes rows that carry a digest over themselves, and finds those whose digest no longer fits.

The digest of a row is the SHA-256 of canonical JSON of its table's name and all its other columns, the same on SQLite and PostgreSQL,
so that a value changed behind the program's back has a name. A row that was deleted leaves no digest: the chain of custody and
the seal tell of that. This module must not write a row of a sealed table without its digest, nor give a changed row a new one.
"""

from __future__ import annotations

import hashlib
import json
import math
import re
import sqlite3
from dataclasses import dataclass
from functools import cache, partial
from json.encoder import encode_basestring
from typing import TYPE_CHECKING, Any

from sqlalchemy import BigInteger, Boolean, Float, Integer, LargeBinary, String, and_, delete, select, type_coerce, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DBAPIError
from sqlalchemy.types import NullType

from trucewatch.dossier.store import tally, words
from trucewatch.dossier.store.engine import is_sqlite, place
from trucewatch.dossier.store.errors import DAMAGED
from trucewatch.dossier.store.prepared import Prepared, within
from trucewatch.model.errors import TrucewatchError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from sqlalchemy import Column, ColumnElement, Connection, RowMapping, Table

    Row = Mapping[str, Any]

#: Rows that a check holds in memory at once, and rows that one statement writes.
AT_ONCE = 200
_HEX = re.compile(r"[0-9a-f]{64}")
_ENCODE = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row that is not what was written: its ``table``, its ``key`` (``column=value``, several by comma), and ``what`` is wrong."""

    table: str
    key: str
    what: str


def digest(table: Table, row: Row) -> str:
    """The SHA-256, in hex, of a row's canonical JSON; ``row`` holds every column of the table, its digest or not."""
    head, names = _written(table)
    line = ",".join([f"{name}{_as_json(row[plain])}" for plain, name in names])
    return hashlib.sha256(f"{head}{line}}}]".encode("utf-8", "surrogateescape")).hexdigest()


@cache
def _written(table: Table) -> tuple[str, tuple[tuple[str, str], ...]]:
    """How the line that is hashed begins, and its columns in their order, each as it is written with its colon."""
    names = sorted(column.name for column in table.columns if column.name != "digest")
    return f"[{_ENCODE(table.name)},{{", tuple((name, f"{_ENCODE(name)}:") for name in names)


def _as_json(value: Any) -> str:
    """A value as the JSON library writes it; text and numbers, which are nearly all, without its detours."""
    kind = type(value)
    if kind is str:
        return encode_basestring(value)
    return int.__repr__(value) if kind is int else _ENCODE(_canonical(value))


def _canonical(value: Any) -> Any:
    """A value as JSON tells it: bytes by their hash, floats by ``repr`` (what json writes), booleans as numbers."""
    if isinstance(value, (bytes, memoryview)):
        return ["sha256", hashlib.sha256(value).hexdigest()]
    return int(value) if isinstance(value, bool) else value


def insert(conn: Connection, table: Table, rows: Iterable[Row]) -> int:
    """Adds rows, sets their digests, and gives their number. Columns left out take their default, or nothing where that may be.

    Raises ``TrucewatchError`` ``unstorable`` for a value that one of the databases cannot keep, ``broken-rule`` for a key that is there.
    """
    count = 0
    for some in _by(rows, AT_ONCE):
        full = [complete(table, row) for row in some]
        _inserting(table).many(conn, full)
        _keep(conn, table, full)
        count += len(full)
    return count


def insert_new(conn: Connection, table: Table, rows: Iterable[Row]) -> int:
    """Adds the rows whose key, or other unique columns, are not there yet; gives the number added."""
    count = 0
    for row in rows:
        full = complete(table, row)
        statement: Any = _insert(conn, table).values(full).on_conflict_do_nothing().returning(*table.primary_key)
        if conn.execute(statement).first() is not None:
            _keep(conn, table, [full])
            count += 1
    return count


def upsert(conn: Connection, table: Table, rows: Iterable[Row]) -> int:
    """Adds rows, or replaces the rows of the same primary key by them as wholes; gives their number."""
    count = 0
    for some in _by(rows, AT_ONCE):
        full = list({_key_values(table, row): complete(table, row) for row in some}.values())
        _let_go(conn, table, full)
        _upserting(table).many(conn, full)
        _keep(conn, table, full)
        count += len(some)
    return count


@dataclass(frozen=True, slots=True)
class Removal:
    """A statement that takes out rows, and one that finds them first, so that they come off their table's sum."""

    table: Table
    find: Prepared
    delete: Prepared

    def run(self, conn: Connection, **values: Any) -> None:
        """Take out the rows that the statement's named values mean."""
        _take_off(conn, self.table, self.find.all(conn, **values) if tally.is_counting(conn) else ())
        self.delete.run(conn, **values)


def removal(table: Table, which: ColumnElement[bool]) -> Removal:
    """Prepares to take out the rows for which ``which`` holds, with its named values (``prepared.within``, ``bindparam``)."""
    return Removal(table, Prepared(_raw(table).where(which)), Prepared(delete(table).where(which)))


def remove(conn: Connection, table: Table, which: ColumnElement[bool]) -> None:
    """Takes out the rows for which ``which`` holds, once; what is done for every report has a ``removal``."""
    if tally.is_counting(conn):
        _take_off(conn, table, [tuple(row) for row in conn.execute(_raw(table).where(which))])
    conn.execute(delete(table).where(which))


def _keep(conn: Connection, table: Table, full: Sequence[Row]) -> None:
    """What goes along with rows that were written: their place in the table's sum, their words."""
    tally.note(conn, table.name, (digest_of(table, row) for row in full))
    words.keep(conn, table, full)


def _let_go(conn: Connection, table: Table, full: Sequence[Row]) -> None:
    """Takes the rows that are about to be replaced off the table's sum."""
    if tally.is_counting(conn) and table.name != "meta":
        keys = {_key_values(table, row) for row in full}
        there = _finding(table).all(conn, keys=sorted({key[0] for key in keys}))
        _take_off(conn, table, (row for row in there if _key_values(table, _named(table, row)) in keys))


def _take_off(conn: Connection, table: Table, there: Iterable[tuple[Any, ...]]) -> None:
    tally.note(conn, table.name, (digest_of(table, _named(table, row)) for row in there), -1)


def _named(table: Table, row: tuple[Any, ...]) -> dict[str, Any]:
    return dict(zip(table.c.keys(), row, strict=True))


def _key_values(table: Table, row: Row) -> tuple[Any, ...]:
    return tuple(row[column.name] for column in table.primary_key)


@cache
def _finding(table: Table) -> Prepared:
    return Prepared(_raw(table).where(within(next(iter(table.primary_key)), "keys")))


def digest_of(table: Table, row: Row) -> str:
    """A row's digest as it stands in it, or, in a table without any, as it would."""
    found = str(row["digest"]) if "digest" in table.c else digest(table, row)
    return found if _HEX.fullmatch(found) else digest(table, row)


@cache
def _inserting(table: Table) -> Prepared:
    return Prepared(table.insert())


@cache
def _upserting(table: Table) -> Prepared:
    return Prepared(lambda kind: _upsert(table, kind.insert(table)))


def _upsert(table: Table, statement: Any) -> Any:
    keys = [column.name for column in table.primary_key]
    others = {column.name: statement.excluded[column.name] for column in table.columns if column.name not in keys}
    return statement.on_conflict_do_update(index_elements=keys, set_=others)


def update_row(conn: Connection, table: Table, key: Row, changes: Row) -> None:
    """Changes columns of the one row with this primary key and sets its digest anew.

    A row whose digest does not fit is left alone, so that no change is blessed in passing: ``TrucewatchError`` ``damaged``. A row
    that is not there is ``no-row``.
    """
    mine = _where(table, key)
    there = conn.execute(_raw(table).where(mine)).mappings().one_or_none()
    name = _key(table, key)
    if there is None:
        raise TrucewatchError(
            "no-row", f"no row {name} in {table.name}", where=place(conn.engine), next_step="report this as a bug"
        )
    found = _plain(there)
    if "digest" in table.c and found["digest"] != digest(table, found):
        raise TrucewatchError(
            DAMAGED.code,
            f"row {name} of {table.name} is not what was written; it is left as it is",
            where=place(conn.engine),
            next_step=DAMAGED.next_step,
        )
    full = complete(table, {**found, **changes})
    tally.note(conn, table.name, [digest_of(table, found)], -1)
    conn.execute(update(table).where(mine).values(full))
    _keep(conn, table, [full])


def check(conn: Connection, table: Table) -> Iterator[BadRow]:
    """Every row of a sealed table whose digest does not fit its columns, in no order; holds a few hundred rows at a time.

    A page of the file that cannot be read ends the check of its table with one ``BadRow`` without a key.
    """
    if "digest" not in table.c:
        raise TrucewatchError("not-sealed", f"rows of {table.name} carry no digest", next_step="report this as a bug")
    driver: Any = conn.connection.driver_connection
    if is_sqlite(conn):  # a flipped byte may leave no UTF-8: read it as it is, and let the digest tell
        driver.text_factory = lambda raw: raw.decode("utf-8", "surrogateescape")
    try:
        yield from _changed(conn, table)
    except (DBAPIError, sqlite3.Error) as error:
        why = error.orig if isinstance(error, DBAPIError) else error
        yield BadRow(table.name, "", f"rows cannot be read any further: {why}")
    finally:
        if is_sqlite(conn):
            driver.text_factory = str


def check_sum(conn: Connection, table: Table) -> Iterator[BadRow]:
    """Whether the table has the rows that were written to it, no more and no fewer; a row that was taken out leaves no key to name."""
    there = tally.Tally()
    driver: Any = conn.connection.driver_connection
    if is_sqlite(conn):
        driver.text_factory = lambda raw: raw.decode("utf-8", "surrogateescape")
    try:
        for row in conn.execute(_raw(table), execution_options={"yield_per": AT_ONCE}).mappings():
            there.add(digest_of(table, _plain(row)))
        kept = tally.kept(conn).get(table.name)
    finally:
        if is_sqlite(conn):
            driver.text_factory = str
    if kept is None and there.count:
        yield BadRow("meta", f"key={tally.PREFIX}{table.name}", "the sum over the table's rows is gone")
    elif (kept or str(tally.Tally())) != str(there):
        yield BadRow(table.name, "", _how_many(kept or str(tally.Tally()), there))


def _how_many(kept: str, there: tally.Tally) -> str:
    try:
        more = there.count - tally.parse(kept).count
    except ValueError:
        return "its sum in meta cannot be read"
    if more:
        return f"{abs(more)} {'row' if abs(more) == 1 else 'rows'} {'too many' if more > 0 else 'missing'}"
    return "a row is not one of those that were written"


def _changed(conn: Connection, table: Table) -> Iterator[BadRow]:
    for there in conn.execute(_raw(table), execution_options={"yield_per": AT_ONCE}).mappings():
        row = _plain(there)
        if row["digest"] != digest(table, row):
            yield BadRow(table.name, _key(table, row), "the row is not what was written")


def complete(table: Table, row: Row) -> dict[str, Any]:
    """A row with every column of its table, each value as both databases give it back, and its digest."""
    unknown = row.keys() - table.c.keys()
    if unknown:
        raise _unstorable(table, ", ".join(sorted(unknown)), "there is no such column")
    full: dict[str, Any] = {}
    name = ""
    try:
        for name, convert in _plan(table):
            value = row.get(name)
            full[name] = _absent(table, name, row) if value is None else convert(value)
    except (TypeError, ValueError) as error:
        raise _unstorable(table, name, str(error)) from error
    if "digest" in table.c:
        full["digest"] = digest(table, full)
    return full


@cache
def _plan(table: Table) -> tuple[tuple[str, Callable[[Any], Any]], ...]:
    return tuple((column.name, _converting(column)) for column in table.columns if column.name != "digest")


def _absent(table: Table, name: str, row: Row) -> Any:
    """What stands for a value that is not given: the column's default where it was left out, or nothing where that may be."""
    column = table.columns[name]
    if name not in row and column.default is not None and column.default.is_scalar:
        return _converting(column)(column.default.arg)  # type: ignore[attr-defined]  # a scalar default has one
    if not column.nullable:
        raise ValueError("it must have a value")
    return None


def _converting(column: Column[Any]) -> Callable[[Any], Any]:
    """What makes a value as its column's type keeps it; ValueError or TypeError where one of the databases could not."""
    kind = column.type
    if isinstance(kind, Boolean):
        return _truth
    if isinstance(kind, Integer):
        return partial(_whole, bits=63 if isinstance(kind, BigInteger) else 31)
    if isinstance(kind, Float):
        return _real
    if isinstance(kind, LargeBinary):
        return lambda value: bytes(_of((bytes, bytearray, memoryview), value))
    if isinstance(kind, String):
        return partial(_words, length=kind.length)
    return partial(_refused, kind=kind)


def _refused(value: Any, kind: Any) -> Any:
    raise TypeError(f"columns of type {kind} are not known here ({type(value).__name__})")


def _of(kind: Any, value: Any) -> Any:
    if not isinstance(value, kind):
        raise TypeError(f"it cannot hold a value of type {type(value).__name__}")
    return value


def _truth(value: Any) -> bool:
    if value not in (0, 1):  # SQLite's driver gives numbers
        raise ValueError("it must be true or false")
    return bool(_of(int, value))


def _whole(value: Any, bits: int) -> int:
    number = int(_of(int, value))
    if not -(2**bits) <= number < 2**bits:
        raise ValueError(f"{number} is too large")
    return number


def _real(value: Any) -> float:
    number = float(_of((int, float), value))
    if math.isnan(number):
        raise ValueError("it must be a number")
    return number + 0.0  # SQLite keeps no minus zero


def _words(value: Any, length: int | None) -> str:
    word = str(_of(str, value))
    if length is not None and len(word) > length:
        raise ValueError(f"{len(word)} characters are more than {length}")
    if "\0" in word:
        raise ValueError("it holds a NUL character")
    if not word.isascii():
        word.encode()  # a lone surrogate raises UnicodeEncodeError, a ValueError
    return word


def _unstorable(table: Table, column: str, why: str) -> TrucewatchError:
    what = f"{table.name}.{column} cannot be stored"
    return TrucewatchError("unstorable", what, why=why, next_step="report this as a bug, with the input that caused it")


def _insert(conn: Connection, table: Table) -> Any:
    return (sqlite if is_sqlite(conn) else postgresql).insert(table)


@cache
def _raw(table: Table) -> Any:
    """All columns as the driver gives them: a 2 in a column of truth values must not pass for "true"."""
    return select(*[type_coerce(column, NullType()).label(column.name) for column in table.columns])


def _plain(row: RowMapping) -> dict[str, Any]:
    return {str(name): value for name, value in row.items()}


def _where(table: Table, key: Row) -> ColumnElement[bool]:
    return and_(*[column == key[column.name] for column in table.primary_key])


def _key(table: Table, row: Row) -> str:
    return ",".join(f"{column.name}={_legible(row[column.name])}" for column in table.primary_key)


def _legible(value: Any) -> str:
    return str(value).encode("utf-8", "backslashreplace").decode()


def _by(rows: Iterable[Row], size: int) -> Iterator[Sequence[Row]]:
    some: list[Row] = []
    for row in rows:
        some.append(row)
        if len(some) == size:
            yield some
            some = []
    if some:
        yield some
