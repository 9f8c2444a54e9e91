"""Statements that run for every report, made into text once and handed to the driver as they are.

SQLAlchemy's own way costs a quarter of a millisecond a statement, mostly for making and looking up its text; an added report needs some
thirty. A list goes in as one value, so that the text is the same whatever its length. Errors come as the driver's own: the store's
``told`` knows them. This module must not know a table.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import Boolean, bindparam
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.expression import ColumnElement

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from sqlalchemy import Connection


_DIALECTS = {"sqlite": sqlite, "postgresql": postgresql}


class Within(ColumnElement[bool]):
    """Whether a column's value is in the list that is given under a name."""

    inherit_cache = False
    type = Boolean()

    def __init__(self, column: Any, name: str) -> None:
        self.column = column
        self.bind: Any = bindparam(name)

    def self_group(self, against: Any = None) -> Within:
        """Itself: it needs neither brackets nor SQLite's ``= 1``."""
        del against
        return self


@compiles(Within, "sqlite")
def _sqlite(element: Within, compiler: Any, **kwargs: Any) -> str:
    column, bind = compiler.process(element.column, **kwargs), compiler.process(element.bind, **kwargs)
    return f"{column} IN (SELECT value FROM json_each({bind}))"  # noqa: S608 - both are made by the compiler


@compiles(Within, "postgresql")
def _postgresql(element: Within, compiler: Any, **kwargs: Any) -> str:
    column, bind = compiler.process(element.column, **kwargs), compiler.process(element.bind, **kwargs)
    return f"{column} = ANY({bind})"


def within(column: Any, name: str) -> Any:
    """A condition: the column's value is in the list that is given under ``name`` when the statement runs."""
    return Within(column, name)


class Prepared:
    """A statement with named values, or what makes one from a dialect's module where SQLAlchemy has no form for both.

    What comes back is as the driver gives it: truth values of SQLite are numbers.
    """

    __slots__ = ("_made", "_statement")

    def __init__(self, statement: Any) -> None:
        self._statement = statement
        self._made: dict[str, _Text] = {}

    def all(self, conn: Connection, **values: Any) -> list[tuple[Any, ...]]:
        """Every row."""
        return list(self._run(conn, values).fetchall())

    def column(self, conn: Connection, **values: Any) -> list[Any]:
        """The first value of every row."""
        return [row[0] for row in self._run(conn, values)]

    def first(self, conn: Connection, **values: Any) -> tuple[Any, ...] | None:
        """The first row, or None."""
        row: tuple[Any, ...] | None = self._run(conn, values).fetchone()
        return row

    def value(self, conn: Connection, **values: Any) -> Any:
        """The first value of the first row, or None."""
        row = self.first(conn, **values)
        return None if row is None else row[0]

    def run(self, conn: Connection, **values: Any) -> None:
        """Run what gives no rows."""
        self._run(conn, values)

    def many(self, conn: Connection, items: Iterable[Mapping[str, Any]]) -> None:
        """Run what gives no rows once for each item's values."""
        made = self._text(conn)
        given = [made.given(item) for item in items]
        if given:
            _driver(conn).cursor().executemany(made.text, given)

    def _run(self, conn: Connection, values: Mapping[str, Any]) -> Any:
        made = self._text(conn)
        return _driver(conn).execute(made.text, made.given(values))

    def _text(self, conn: Connection) -> _Text:
        name = conn.dialect.name
        if name not in self._made:
            made = self._statement(_DIALECTS[name]) if callable(self._statement) else self._statement
            compiled = made.compile(dialect=conn.dialect)
            order = tuple(compiled.positiontup) if compiled.positional else None
            fixed = {name: value for name, value in compiled.params.items() if value is not None}
            self._made[name] = _Text(str(compiled), order, fixed)
        return self._made[name]


@dataclass(frozen=True, slots=True)
class _Text:
    """A statement as one database reads it: the order of its values (None: by name), and those that it brings along."""

    text: str
    order: Sequence[str] | None
    fixed: Mapping[str, Any]

    def given(self, values: Mapping[str, Any]) -> Any:
        """Values as the driver takes them."""
        full = {**self.fixed, **values} if self.fixed else values
        return full if self.order is None else [_packed(full[name]) for name in self.order]


def _driver(conn: Connection) -> Any:
    return conn.connection.driver_connection


def _packed(value: Any) -> Any:
    return json.dumps(value) if isinstance(value, list) else value
