"""Brings a dossier's database to the tables of this version, or says in one line why not.

A new database is made, an older one copied and then upgraded, each in one transaction, so that a failure or a lost machine in the
middle leaves it as it was. A database of a newer Trucewatch, of another program, or one whose tables do not fit the revision it
names, is refused and not touched. This module must not change a row.
"""

from __future__ import annotations

import os
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from sqlalchemy import Connection, Engine, MetaData, create_engine, inspect, text

from trucewatch.dossier.store import tables
from trucewatch.dossier.store.engine import alone, connect_file, is_sqlite, patiently, place
from trucewatch.dossier.store.errors import told
from trucewatch.model.errors import TrucewatchError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from alembic.config import Config

    Columns = Mapping[str, frozenset[str]]

State = Literal["empty", "current", "older", "newer", "half-migrated", "foreign"]

#: Holds the revision. Its name is ours alone, so that a database that has it was made by Trucewatch.
VERSION_TABLE = "trucewatch_revision"
#: What search adds to the tables of ``tables.py``; SQLite's FTS5 keeps its own beside it under the same beginning.
WORDS_TABLE = "report_words"


@dataclass(frozen=True, slots=True)
class Schema:
    """Tables and their history: the folder of ``env.py`` and ``versions``, and the revision this version of the program ends at."""

    scripts: Path = Path(__file__).parent / "migrations"
    metadata: MetaData = field(default=tables.metadata)
    head: str = "0001"


SCHEMA = Schema()


@dataclass(frozen=True, slots=True)
class Migration:
    """What ``migrate`` did: the state it found, revisions before and after, the copy it kept, and a word on it for the user."""

    found: State
    before: str | None
    after: str
    copy: Path | None
    said: str


@dataclass(frozen=True, slots=True)
class _Found:
    state: State
    revision: str | None = None
    why: str = ""


def state(engine: Engine, schema: Schema = SCHEMA) -> State:
    """What a database is to this version of the program; changes nothing."""
    return _look_at(engine, schema).state


def require_current(engine: Engine, schema: Schema = SCHEMA) -> None:
    """Raises ``TrucewatchError`` unless the database can be used as it is; for those who only read."""
    found = _look_at(engine, schema)
    _refuse(found, place(engine), schema)
    if found.state == "empty":
        raise TrucewatchError("empty", "there is no dossier in this database", where=place(engine), next_step="make one first")
    if found.state == "older":
        what = f"the dossier was made by an older Trucewatch (revision {found.revision}); this one writes {schema.head}"
        next_step = "run a command that may write, which keeps a copy and upgrades it"
        raise TrucewatchError("older", what, where=place(engine), next_step=next_step)


def migrate(
    engine: Engine, *, backup: bool = True, schema: Schema = SCHEMA, prepare: Callable[[Connection], None] | None = None
) -> Migration:
    """Makes or upgrades the tables in one transaction, in which ``prepare`` is called at its end.

    Before an older SQLite database is upgraded, a copy is kept beside it, unless ``backup`` is false. Raises ``TrucewatchError``
    with the code ``newer``, ``half-migrated`` or ``foreign``, or ``migration-failed``; each leaves the database as it was.
    """
    return patiently(lambda: _migrate(engine, backup, schema, prepare))


def _migrate(engine: Engine, backup: bool, schema: Schema, prepare: Callable[[Connection], None] | None) -> Migration:
    where = place(engine)
    with told(where, engine.url.password):
        found = _look_at(engine, schema)
        _refuse(found, where, schema)
        _use_log(engine)
        if found.state == "current":
            return Migration("current", found.revision, schema.head, None, "")
        with _loose(engine) as conn, _all_or_nothing(conn) as kept:
            found = _look(conn, schema)
            _refuse(found, where, schema)
            if found.state != "current":
                if found.state == "older" and backup and is_sqlite(engine):
                    kept.append(_keep_copy(engine, found.revision or ""))
                _upgrade(conn, schema)
                _control(conn, schema)
                if prepare is not None:
                    prepare(conn)
    copy = kept[0] if kept else None
    return Migration(found.state, found.revision, schema.head, copy, _said(found, schema, copy, engine))


def _said(found: _Found, schema: Schema, copy: Path | None, engine: Engine) -> str:
    if found.state != "older":
        return ""
    said = f"upgraded the dossier from revision {found.revision} to {schema.head}"
    if copy is not None:
        return f"{said}; the dossier as it was is kept in {copy}"
    if is_sqlite(engine):
        return f"{said}; no copy was kept"
    return f"{said} in one transaction; no copy was kept, as PostgreSQL's are made with pg_dump"


def _refuse(found: _Found, where: str, schema: Schema) -> None:
    if found.state == "newer":
        raise TrucewatchError(
            "newer",
            f"the dossier was made by a newer Trucewatch (revision {found.revision}); this one knows up to {schema.head}",
            where=where,
            next_step="upgrade Trucewatch; nothing was changed",
        )
    if found.state == "half-migrated":
        raise TrucewatchError(
            "half-migrated",
            f"the dossier says it is at revision {found.revision}, but its tables are not",
            where=where,
            why=found.why,
            next_step="restore a backup; nothing was changed",
        )
    if found.state == "foreign":
        raise TrucewatchError(
            "foreign",
            "this database belongs to something else than Trucewatch",
            where=where,
            why=found.why,
            next_step="give the dossier a database of its own; nothing was changed",
        )


# What is there


def _look_at(engine: Engine, schema: Schema) -> _Found:
    with told(place(engine), engine.url.password), engine.connect() as conn:
        return _look(conn, schema)


def _look(conn: Connection, schema: Schema) -> _Found:
    here = _columns(conn)
    known = set(schema.metadata.tables)
    if VERSION_TABLE not in here:
        if not here:
            return _Found("empty")
        if {"meta", "custody", "captures", "reports"} <= set(here):
            return _Found("half-migrated", None, f"there is no table {VERSION_TABLE}")
        return _Found("foreign", None, f"it has the tables {', '.join(sorted(here)[:5])}")
    revisions = list(conn.execute(text(f"SELECT version_num FROM {VERSION_TABLE}")).scalars())  # noqa: S608  # a constant
    if len(revisions) != 1:
        return _Found("half-migrated", " and ".join(revisions) or None, f"{VERSION_TABLE} names {len(revisions)} revisions")
    revision = str(revisions[0])
    if revision == schema.head:
        why = _differs(here, {name: frozenset(schema.metadata.tables[name].columns.keys()) for name in known})
        return _Found("half-migrated" if why else "current", revision, why)
    if revision not in _revisions(schema):
        return _Found("newer", revision)
    why = _differs(here, _columns_at(schema, revision))
    return _Found("half-migrated" if why else "older", revision, why)


def _columns(conn: Connection) -> Columns:
    """The columns of every table, those of the index of words left out."""
    found = inspect(conn)
    names = [name for name in found.get_table_names() if not name.startswith("sqlite_")]
    if is_sqlite(conn):  # not those that hold a virtual table's data, and virtual tables even where FTS5 is missing
        names = [name for name in names if not name.startswith(f"{WORDS_TABLE}_")]
    return {
        name: frozenset(column["name"] for column in found.get_columns(name)) if name != WORDS_TABLE else frozenset()
        for name in names
    }


def _differs(here: Columns, wanted: Columns) -> str:
    for name in sorted({*wanted, WORDS_TABLE}):
        if name not in here:
            return f"there is no table {name}"
        missing = wanted.get(name, frozenset()) - here[name]
        if missing:
            return f"the table {name} lacks {', '.join(sorted(missing))}"
        extra = here[name] - wanted.get(name, frozenset()) if name != WORDS_TABLE else frozenset()
        if extra:
            return f"the table {name} has {', '.join(sorted(extra))}, which revision does not know"
    return ""


def _columns_at(schema: Schema, revision: str) -> Columns:
    """The columns at an older revision: its history is run in memory and looked at."""
    scratch = create_engine("sqlite://")
    try:
        with scratch.begin() as conn:
            _run(conn, schema, revision)
            return {name: columns for name, columns in _columns(conn).items() if name not in {VERSION_TABLE, WORDS_TABLE}}
    finally:
        scratch.dispose()


# Alembic, loaded only where there is something to upgrade


def _config(schema: Schema) -> Config:
    from alembic.config import Config  # noqa: PLC0415  # a command on a current dossier does without

    config = Config()
    config.set_main_option("script_location", str(schema.scripts).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config


def _revisions(schema: Schema) -> set[str]:
    from alembic.script import ScriptDirectory  # noqa: PLC0415

    return {script.revision for script in ScriptDirectory.from_config(_config(schema)).walk_revisions()}


def _run(conn: Connection, schema: Schema, revision: str) -> None:
    from alembic import command  # noqa: PLC0415

    config = _config(schema)
    config.attributes.update(connection=conn, metadata=schema.metadata, version_table=VERSION_TABLE)
    command.upgrade(config, revision)


# The upgrade


def _upgrade(conn: Connection, schema: Schema) -> None:
    where = place(conn.engine)
    try:
        with told(where, conn.engine.url.password):
            _run(conn, schema, schema.head)
    except TrucewatchError:
        raise
    except Exception as error:
        raise TrucewatchError(
            "migration-failed",
            "the tables could not be brought up to date; they are as they were",
            where=where,
            why=f"{type(error).__name__}: {error}",
            next_step="report this as a bug",
        ) from error


def _control(conn: Connection, schema: Schema) -> None:
    """Foreign keys, which were off, must hold, and the tables must be what this version of the program works with."""
    broken = conn.exec_driver_sql("PRAGMA foreign_key_check").first() if is_sqlite(conn) else None
    found = _look(conn, schema)
    if broken is not None or found.state != "current":
        raise TrucewatchError(
            "migration-failed",
            "the tables could not be brought up to date; they are as they were",
            where=place(conn.engine),
            why=f"a row of {broken[0]} points nowhere" if broken is not None else found.why,
            next_step="report this as a bug",
        )


@contextmanager
def _loose(engine: Engine) -> Iterator[Connection]:
    """A connection on which SQLite may make a table anew that others point to."""
    with engine.connect() as conn:
        driver: Any = conn.connection.driver_connection
        if is_sqlite(conn):
            driver.execute("PRAGMA foreign_keys=OFF")
        try:
            yield conn
        finally:
            if is_sqlite(conn):
                driver.execute("PRAGMA foreign_keys=ON")


@contextmanager
def _all_or_nothing(conn: Connection) -> Iterator[list[Path]]:
    """A transaction, and the copies kept in it, which go with it when it fails."""
    kept: list[Path] = []
    try:
        with alone(conn):
            yield kept
    except BaseException:
        for copy in kept:
            copy.unlink(missing_ok=True)
        raise


def _use_log(engine: Engine) -> None:
    """Write-ahead logging, which the file remembers; set here and not at opening, as another program's file is not ours to change."""
    if not is_sqlite(engine):
        return
    with engine.connect() as conn:
        driver: Any = conn.connection.driver_connection
        if driver.execute("PRAGMA journal_mode").fetchone()[0] != "wal":
            driver.execute("PRAGMA journal_mode=WAL")


def _keep_copy(engine: Engine, revision: str) -> Path:
    """A copy of the file, made while the caller holds writers off; whole on the disk when this returns."""
    path = Path(engine.url.database or "")
    copy = path.with_name(f"{path.stem}-before-upgrade-from-{revision}-{datetime.now(UTC):%Y%m%dT%H%M%S%fZ}{path.suffix}")
    conn = connect_file(path)
    try:
        conn.execute("VACUUM INTO ?", (str(copy),))
        _sync(copy)
        _sync(copy.parent)
    except BaseException:
        copy.unlink(missing_ok=True)
        raise
    finally:
        conn.close()
    return copy


def _sync(path: Path) -> None:
    with suppress(PermissionError):  # Windows opens no folder
        handle = os.open(path, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
