"""What a database said, told so that the reader knows what to do.

Every error of a driver becomes one ``TrucewatchError`` whose code names the trouble: ``locked``, ``read-only``, ``disk-full``,
``damaged``, ``unreachable`` and so on. This module must not open a connection and must never repeat a password.
"""

from __future__ import annotations

import re
import sqlite3
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from trucewatch.model.errors import TrucewatchError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy.engine import URL


@dataclass(frozen=True, slots=True)
class Trouble:
    """A kind of database error: its code, what happened, and what to do."""

    code: str
    what: str
    next_step: str


LOCKED = Trouble(
    "locked",
    "another command has been writing for a long time",
    "wait until it has ended, or look for one that hangs, and try again",
)
READ_ONLY = Trouble(
    "read-only",
    "the database cannot be written to",
    "check the rights on the file and its folder, and whether the disk is mounted read-only; nothing was changed",
)
DISK_FULL = Trouble("disk-full", "the disk is full", "make room and run the command again; nothing was half-written")
DAMAGED = Trouble(
    "damaged",
    "the database is damaged",
    "make a copy of the folder as it is, then verify the dossier or restore a backup",
)
DISK_ERROR = Trouble(
    "disk-error",
    "the disk gave an error",
    "check the disk and the room on it, then verify the dossier; nothing was half-written",
)
CANNOT_OPEN = Trouble(
    "cannot-open", "the database cannot be opened", "check that the folder exists and that you may read and write in it"
)
BROKEN_RULE = Trouble("broken-rule", "the database refused a row that breaks a rule of its tables", "report this as a bug")
UNSTORABLE = Trouble("unstorable", "a value cannot be stored", "report this as a bug, with the input that caused it")
UNREACHABLE = Trouble(
    "unreachable", "the database server does not answer", "check that it runs and that host and port in the URL are right"
)
REFUSED = Trouble("refused", "the database server refused the user or the password", "check both in the URL, and pg_hba.conf")
NO_DATABASE = Trouble("no-database", "the server has no such database", "create it (createdb --encoding UTF8) or mend the URL")
CONNECTION_LOST = Trouble(
    "connection-lost", "the connection to the database was lost", "run the command again; nothing was half-written"
)
TOO_MANY = Trouble("too-many-connections", "the database server takes no more connections", "try again later")
NOT_ALLOWED = Trouble("not-allowed", "the database user lacks a right", "grant it, or use the owner of the database")
OTHER = Trouble("database-error", "the database gave an error", "report this as a bug, with the words in brackets")

#: Primary result codes of SQLite, https://sqlite.org/rescode.html
SQLITE = {
    3: READ_ONLY,  # PERM
    5: LOCKED,  # BUSY
    6: LOCKED,  # LOCKED
    8: READ_ONLY,
    10: DISK_ERROR,  # IOERR
    11: DAMAGED,  # CORRUPT
    13: DISK_FULL,
    14: CANNOT_OPEN,
    18: UNSTORABLE,  # TOOBIG
    19: BROKEN_RULE,  # CONSTRAINT
    20: UNSTORABLE,  # MISMATCH
    23: READ_ONLY,  # AUTH
    26: DAMAGED,  # NOTADB
}

#: SQLSTATEs of PostgreSQL, whole or by class, https://www.postgresql.org/docs/current/errcodes-appendix.html
POSTGRES = {
    "08": CONNECTION_LOST,
    "22": UNSTORABLE,
    "23": BROKEN_RULE,
    "25006": READ_ONLY,
    "28": REFUSED,
    "3D000": NO_DATABASE,
    "40": LOCKED,  # serialisation failure, deadlock
    "42501": NOT_ALLOWED,
    "53100": DISK_FULL,
    "53300": TOO_MANY,
    "54": UNSTORABLE,
    "55P03": LOCKED,
    "57P01": CONNECTION_LOST,
    "57P02": CONNECTION_LOST,
    "57P03": UNREACHABLE,
    "58030": DISK_ERROR,
    "XX001": DAMAGED,
    "XX002": DAMAGED,
}

#: A failed connection carries no SQLSTATE, only words (libpq); a server that speaks another language falls to ``UNREACHABLE``.
WORDS = (
    (re.compile(r"password authentication failed|no password supplied|no pg_hba\.conf entry|authentication failed"), REFUSED),
    (re.compile(r"role \S+ does not exist|is not permitted to log in"), REFUSED),
    (re.compile(r"database \S+ does not exist"), NO_DATABASE),
    (re.compile(r"too many clients|too many connections|remaining connection slots"), TOO_MANY),
    (re.compile(r"server closed the connection|connection already closed|the connection is (lost|closed)"), CONNECTION_LOST),
)


def safe_url(url: URL) -> str:
    """The place of a database without password or options: ``postgresql://user@host:5432/name`` or a path."""
    if url.get_backend_name() == "sqlite":
        return url.database or ":memory:"
    user = f"{url.username}@" if url.username else ""
    host = url.host or str(url.query.get("host", "localhost"))
    return f"postgresql://{user}{host}{f':{url.port}' if url.port else ''}/{url.database or ''}"


def explain(error: BaseException, where: str, secret: str | None = None) -> TrucewatchError:
    """The one error of the package that says what a driver's error means; ``secret`` is a password not to repeat."""
    cause = error.orig if isinstance(error, DBAPIError) and error.orig is not None else error
    trouble = LOCKED if isinstance(error, PoolTimeout) else _trouble(cause)
    why = " ".join(str(cause).split())
    if secret:
        why = why.replace(secret, "***")
    return TrucewatchError(trouble.code, trouble.what, where=where, why=why[:400], next_step=trouble.next_step)


def _trouble(cause: BaseException) -> Trouble:
    if isinstance(cause, sqlite3.Error):
        if "Could not decode to UTF-8" in str(cause):
            return DAMAGED
        return SQLITE.get(getattr(cause, "sqlite_errorcode", 0) & 0xFF, OTHER)
    if type(cause).__module__.startswith("psycopg"):
        return _of_postgres(cause)
    return UNSTORABLE if isinstance(cause, UnicodeError) else OTHER


def _of_postgres(cause: BaseException) -> Trouble:
    state = getattr(cause, "sqlstate", None)
    if state:
        return POSTGRES.get(state) or POSTGRES.get(state[:2], OTHER)
    for pattern, trouble in WORDS:
        if pattern.search(str(cause)):
            return trouble
    if "connection" in str(cause) or type(cause).__name__ in {"OperationalError", "ConnectionTimeout"}:
        return UNREACHABLE
    return UNSTORABLE if type(cause).__name__ == "DataError" else OTHER


@contextmanager
def told(where: str, secret: str | None = None) -> Iterator[None]:
    """Turns any error of a driver inside the block into a ``TrucewatchError``."""
    try:
        yield
    except (SQLAlchemyError, sqlite3.Error) as error:
        raise explain(error, where, secret) from error
    except Exception as error:
        if not type(error).__module__.startswith("psycopg"):
            raise
        raise explain(error, where, secret) from error
