"""Opens a dossier's database and runs its transactions: SQLite in the dossier's folder, or PostgreSQL by URL.

A write is one transaction, and the writers of one dossier come one after another (BEGIN IMMEDIATE; an advisory lock), so that the
ledger never sees half of another's work. A read is one consistent snapshot and cannot write. Nothing here knows what the tables
mean. This module must not let an error of a driver, or a password, through to a user.
"""

from __future__ import annotations

import os
import random
import sqlite3
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeVar
from urllib.parse import quote

from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from trucewatch.dossier.store import tally
from trucewatch.dossier.store.errors import LOCKED, safe_url, told
from trucewatch.model.errors import TrucewatchError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

T = TypeVar("T")

#: The file of a dossier whose URL names none.
DATABASE = "dossier.sqlite"
#: Seconds that one attempt waits for another writer, and that all attempts of ``in_write`` may take together.
BUSY = 60.0
PATIENCE = 600.0
#: The execution options by which a transaction says what it is.
WRITE = "trucewatch_write"
READ = "trucewatch_read"
#: One number for "writes to a dossier"; advisory locks of PostgreSQL are of one database each. The letters of TRUCE.
ADVISORY = 0x5452554345
#: 32 MiB of pages a connection, whatever the size of the database.
CACHE_KIB = 32 * 1024

_SQLITE_SETTINGS = (
    "PRAGMA foreign_keys=ON",
    "PRAGMA synchronous=FULL",
    f"PRAGMA cache_size=-{CACHE_KIB}",
    "PRAGMA cell_size_check=ON",
    "PRAGMA journal_size_limit=67108864",
    "PRAGMA wal_autocheckpoint=8000",  # 32 MiB: pages that change with every report are written back once for many
)


def database_path(url: str, folder: Path) -> Path | None:
    """The file of an SQLite dossier, absolute; ``None`` for a server. A relative path in the URL starts at the folder."""
    parsed = _parse(url)
    if parsed.get_backend_name() != "sqlite":
        return None
    name = parsed.database or DATABASE
    if name == ":memory:" or name.startswith("file:"):
        raise TrucewatchError(
            "bad-url", "a dossier lies in a file", where=url, next_step="name a path: sqlite:///dossier.sqlite"
        )
    return (folder / name).resolve()


def open_engine(url: str, folder: Path, *, read_only: bool = False, busy: float = BUSY) -> Engine:
    """An engine for the dossier in ``folder``, tried once so that what is wrong is said here.

    ``url`` is empty (SQLite, ``dossier.sqlite``), ``sqlite:///path``, or ``postgresql://user:password@host/name``. A read-only
    engine makes no file and changes none. Raises ``TrucewatchError`` (``bad-url``, ``cannot-open``, ``damaged``, ``no-psycopg``,
    ``unreachable``, ``refused``, ``no-database``, ``wrong-encoding``).
    """
    path = database_path(url, folder)
    engine = _postgres(_parse(url), read_only, busy) if path is None else _sqlite(path, read_only, busy)
    try:
        patiently(lambda: _try(engine), busy)
    except BaseException:
        engine.dispose()
        raise
    return engine


def place(engine: Engine) -> str:
    """Where a database lies, for messages; never with a password."""
    return safe_url(engine.url)


def is_sqlite(bind: Engine | Connection) -> bool:
    """Whether the database is a file of SQLite."""
    return bind.dialect.name == "sqlite"


def _parse(url: str) -> URL:
    try:
        parsed = make_url(url or f"sqlite:///{DATABASE}")
    except (ArgumentError, ValueError):
        raise TrucewatchError(  # the URL itself is not repeated: it may hold a password
            "bad-url", "the database's URL cannot be read", next_step="write sqlite:///path or postgresql://user@host/name"
        ) from None
    if parsed.drivername in {"postgresql", "postgres", "postgresql+psycopg"}:
        return parsed.set(drivername="postgresql+psycopg")
    if parsed.drivername in {"sqlite", "sqlite+pysqlite"}:
        return parsed.set(drivername="sqlite")
    raise TrucewatchError(
        "bad-url",
        f"no such kind of database: {parsed.drivername}",
        next_step="use sqlite:///path or postgresql://user@host/name",
    )


def _try(engine: Engine) -> None:
    with told(place(engine), engine.url.password), engine.connect() as conn:
        asked = "PRAGMA schema_version" if is_sqlite(conn) else "SHOW server_encoding"
        answer = conn.exec_driver_sql(asked).scalar()
    if not is_sqlite(engine) and answer != "UTF8":
        raise TrucewatchError(
            "wrong-encoding",
            f"the database's encoding is {answer}",
            where=place(engine),
            next_step="create it with createdb --encoding UTF8",
        )


# SQLite


def _sqlite(path: Path, read_only: bool, busy: float) -> Engine:
    if read_only and not path.exists():
        raise TrucewatchError("cannot-open", "there is no database", where=str(path), next_step="check the folder's name")
    engine = create_engine(
        URL.create("sqlite", database=str(path)),
        creator=lambda: connect_file(path, read_only=read_only, busy=busy),
        execution_options={READ: True} if read_only else {},
    )
    event.listen(engine, "begin", _begin)
    return engine


def connect_file(path: Path, *, read_only: bool = False, busy: float = BUSY) -> sqlite3.Connection:
    """A connection of the driver in autocommit: transactions begin only where we say so, and hold DDL as well."""
    uri = f"file:{quote(str(path))}?{_mode(path, read_only)}"
    conn = sqlite3.connect(uri, uri=True, timeout=busy, isolation_level=None, check_same_thread=False)
    try:
        for setting in _SQLITE_SETTINGS:
            conn.execute(setting)
        if read_only:
            conn.execute("PRAGMA query_only=ON")
    except BaseException:
        conn.close()
        raise
    return conn


def _mode(path: Path, read_only: bool) -> str:
    """How to open a file so that reading it changes no byte of it, wherever it lies.

    A reader of a database in WAL mode needs ``-shm`` beside it. Where it may be made, the file is opened as usual and
    ``query_only`` forbids writes. Where the folder is read-only nobody writes, so ``immutable`` is true; unless a log is left.
    """
    if not read_only:
        return "mode=rwc"
    if os.access(path.parent, os.W_OK) and os.access(path, os.W_OK):
        return "mode=rw"
    return "mode=ro" if log_size(path) else "mode=ro&immutable=1"


def log_size(path: Path) -> int:
    """Bytes in the write-ahead log beside a database; 0 where there is none."""
    log = path.with_name(path.name + "-wal")
    return log.stat().st_size if log.exists() else 0


def _begin(conn: Connection) -> None:
    options = conn.get_execution_options()
    conn.exec_driver_sql(f"PRAGMA query_only={'ON' if options.get(READ) else 'OFF'}")
    conn.exec_driver_sql("BEGIN IMMEDIATE" if options.get(WRITE) else "BEGIN")


# PostgreSQL


def _postgres(url: URL, read_only: bool, busy: float) -> Engine:
    settings = {
        "application_name": "trucewatch",
        "client_encoding": "utf8",
        "connect_timeout": "10",
        "options": f"-c lock_timeout={int(busy * 1000)} -c timezone=UTC -c synchronous_commit=on"
        + (" -c default_transaction_read_only=on" if read_only else ""),
    }
    try:
        return create_engine(url, pool_pre_ping=True, pool_timeout=busy, connect_args=settings)
    except ImportError as error:
        raise TrucewatchError(
            "no-psycopg",
            "a dossier on PostgreSQL needs psycopg",
            where=safe_url(url),
            why=str(error),
            next_step="pip install 'trucewatch[postgres]'",
        ) from error


# Transactions


def patiently(once: Callable[[], T], patience: float = PATIENCE) -> T:
    """Calls again what met a lock, after a pause, until it went through or ``patience`` seconds are over."""
    deadline = time.monotonic() + patience
    pause = 0.02
    while True:
        try:
            return once()
        except TrucewatchError as error:
            if error.code != LOCKED.code or time.monotonic() + pause > deadline:
                raise
        time.sleep(pause * random.uniform(0.5, 1.0))  # noqa: S311
        pause = min(pause * 2, 1.0)


@contextmanager
def alone(conn: Connection) -> Iterator[None]:
    """A transaction on this connection that no other writer of the dossier shares; committed at the end, or as if it had never been."""
    conn.execution_options(**{WRITE: True})
    with conn.begin():
        if not is_sqlite(conn):
            conn.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": ADVISORY})
        yield


class Store:
    """A dossier's database: ``read()`` a snapshot, ``write()`` one transaction, ``in_write(fn)`` the same, retried.

    ``prepare`` is called with the connection at the start of every write transaction until one that held it has committed.
    """

    __slots__ = ("_prepare", "engine", "where")

    def __init__(self, engine: Engine, *, prepare: Callable[[Connection], None] | None = None) -> None:
        self.engine = engine
        self.where = place(engine)
        self._prepare = prepare

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A connection that sees one state of the database, whatever others write, and cannot write itself."""
        with told(self.where, self.engine.url.password), self.engine.connect() as conn:
            if is_sqlite(conn):
                conn.execution_options(**{READ: True})
            else:
                conn.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
            with conn.begin():
                yield conn

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """One transaction, alone among the writers: all of it is kept, or nothing.

        Waits for other writers up to a minute, then raises ``locked``; ``in_write`` waits longer.
        """
        with told(self.where, self.engine.url.password), self.engine.connect() as conn:
            with alone(conn):
                if self._prepare is not None:
                    self._prepare(conn)
                with tally.counted(conn):
                    yield conn
            self._prepare = None

    def in_write(self, fn: Callable[[Connection], T], *, patience: float = PATIENCE) -> T:
        """Calls ``fn`` in a write transaction and gives what it returns; begins anew when the database was locked.

        ``fn`` may run several times: it must do nothing that cannot be done twice, except through its connection.
        """

        def once() -> T:
            with self.write() as conn:
                return fn(conn)

        return patiently(once, patience)

    def close(self) -> None:
        """Gives all connections back to the system."""
        self.engine.dispose()
