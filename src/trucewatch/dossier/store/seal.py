"""The seal over an SQLite file: hashes of all its bytes, so that a change anywhere, in free space too, has a name.

``seal.json`` beside the database holds a SHA-256 of every MiB and one over all (its root). A row of ``meta`` says how the file stands
to its seal, in words that no stray change can write:

- ``open:`` and a hash of the root: a command has written since that seal;
- ``shut:`` and a hash of the root: that seal was being followed by a new one. The new one names the root that it follows, so that
  the file is sealed if the row speaks of the root before this seal's, and a command was interrupted while it sealed if it speaks
  of this seal's own.

The first seal follows an opening one, of no bytes and a root of chance. A change that is found when a command begins to write is
written into the seal as a doubt and stays there, so that sealing anew never blesses it. Who can compute a hash can make a new seal;
against him stands the chain's head, kept elsewhere. PostgreSQL has no such file. This module must not write to a
database other than that row.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import secrets
import sqlite3
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from trucewatch.dossier.store import rows, tables
from trucewatch.dossier.store.engine import DATABASE, alone, log_size, open_engine, place
from trucewatch.dossier.store.errors import DISK_FULL, READ_ONLY, told
from trucewatch.model.errors import TrucewatchError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path

    from sqlalchemy import Connection

#: The seal's file, and the row of ``meta``.
NAME = "seal.json"
ROW = "unsealed"
CHUNK = 1 << 20
FORMAT = 1
#: How often a check begins anew because a command wrote meanwhile.
TRIES = 5
_FRAME = 24  # bytes of a frame's header in the log


@dataclass(frozen=True, slots=True)
class Seal:
    """What a file was: when, its size, the SHA-256 of each chunk, the root over them, the root it follows, the chain's head."""

    file: str
    made: str
    size: int
    chunk: int
    chunks: tuple[str, ...]
    root: str
    after: str
    head: str
    doubts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Trouble:
    """Something that a check found: a code, where it is, what it is; ``grave`` unless it is only to be known."""

    code: str
    where: str
    what: str
    grave: bool = True


@dataclass(frozen=True, slots=True)
class Sealed:
    """An SQLite file and its seal."""

    path: Path

    @property
    def seal_path(self) -> Path:
        """Where the seal lies."""
        return self.path.with_name(NAME)


# Checking


def check_seal(folder: Path, name: str = DATABASE) -> Iterator[Trouble]:
    """What is wrong with the file of a dossier and its seal; nothing where every byte is as it was.

    Takes no lock and changes nothing; begins anew when a command writes meanwhile. Where a command was interrupted, or is at
    work, the seal tells of an earlier state: that is a note (not ``grave``), the file's structure is checked, and the digests of
    the rows (``rows.check``) are what remains. Codes: ``missing``, ``size``, ``bytes``, ``seal-missing``, ``seal-changed``,
    ``row-changed``, ``doubt``, ``written-outside``, ``structure``; notes: ``unsealed``, ``never-sealed``, ``log``, ``in-use``.
    """
    sealed = Sealed(folder.resolve() / name)
    for _ in range(TRIES):
        before = _fingerprint(sealed)
        found = list(_examined(sealed))
        if not any(trouble.grave for trouble in found) or before == _fingerprint(sealed):
            yield from found
            return
        time.sleep(0.1)
    yield Trouble("in-use", str(sealed.path), "a command is writing; check again when it has ended", grave=False)


def _fingerprint(sealed: Sealed) -> object:
    def stamp(path: Path) -> object:
        try:
            stat = path.stat()
        except OSError:
            return None
        return stat.st_mtime_ns, stat.st_size

    log = sealed.path.with_name(sealed.path.name + "-wal")
    return stamp(sealed.path), stamp(log) if log_size(sealed.path) else None, stamp(sealed.seal_path)


def _examined(sealed: Sealed) -> Iterator[Trouble]:
    if not sealed.path.exists():
        yield Trouble("missing", str(sealed.path), "the database is not there")
        return
    seal, trouble = read_seal(sealed)
    if trouble is not None:
        yield trouble
    if seal is None:
        yield from _without_seal(sealed, trouble)
        return
    for doubt in seal.doubts:
        yield Trouble("doubt", str(sealed.path), f"found before a command wrote: {doubt}")
    changed = list(_changed(sealed, seal)) if seal.chunks else []
    if seal.chunks and not changed and not log_size(sealed.path):
        return
    yield from _open_or_changed(sealed, seal, changed)


def _open_or_changed(sealed: Sealed, seal: Seal, changed: Sequence[Trouble]) -> Iterator[Trouble]:
    """The bytes are not those of the seal: because a command wrote, or because somebody else did."""
    row = _read_row(sealed.path)
    if row in {_word("open", seal.root), _word("shut", seal.root)} or (row is None and not seal.chunks):
        code = "unsealed" if seal.chunks else "never-sealed"
        what = "a command was interrupted, or is at work, since the seal: only the digests of rows tell of changes"
        yield Trouble(code, str(sealed.path), what, grave=False)
        yield from _structure(sealed.path)
        return
    yield from changed
    if not seal.chunks:
        yield Trouble("row-changed", str(sealed.path), f"the row {ROW} of meta is not what was written")
    elif not changed:
        yield from _log(sealed.path)


def _without_seal(sealed: Sealed, trouble: Trouble | None) -> Iterator[Trouble]:
    if trouble is None and _read_row(sealed.path) is None:
        yield Trouble("never-sealed", str(sealed.path), "no command that makes a seal has written yet", grave=False)
    elif trouble is None:
        yield Trouble("seal-missing", str(sealed.seal_path), "the seal is gone")
    yield from _structure(sealed.path)


def _log(path: Path) -> Iterator[Trouble]:
    """A log beside a sealed file: what another program wrote, or what was left of a transaction that never ended."""
    log = path.with_name(path.name + "-wal")
    with contextlib.suppress(sqlite3.Error, OSError), contextlib.closing(_look_only(path)) as conn:
        conn.execute("SELECT count(*) FROM sqlite_schema").fetchone()
        if _frames(path):
            yield Trouble("written-outside", str(log), "another program wrote to the database")
            return
    if _ended(log):
        what = "the log holds a transaction that is not whole, so that it counts for nothing: a machine was lost, or the log was changed"
        yield Trouble("log", str(log), f"{what}; compare the chain of custody", grave=False)


def _frames(path: Path) -> int:
    """How many frames of the log count, as SQLite found when it last read it: ``mxFrame`` of the index beside it."""
    return int.from_bytes(_reader(path.with_name(path.name + "-shm"))(16, 4), sys.byteorder)


def _changed(sealed: Sealed, seal: Seal) -> Iterator[Trouble]:
    size = sealed.path.stat().st_size
    if size != seal.size:
        yield Trouble("size", str(sealed.path), f"the file has {size} bytes, sealed were {seal.size}")
    chunks = hash_chunks(sealed.path, seal.chunk)
    for number, sealed_as in enumerate(seal.chunks):
        if number >= len(chunks) or chunks[number] != sealed_as:
            first = number * seal.chunk
            last = min(first + seal.chunk, seal.size)
            yield Trouble("bytes", f"{sealed.path}@{first}", f"bytes {first} to {last} are not those that were sealed")


def _structure(path: Path) -> Iterator[Trouble]:
    """What SQLite itself finds wrong with the file."""
    try:
        with contextlib.closing(_look_only(path)) as conn:
            said = [str(row[0]) for row in conn.execute("PRAGMA integrity_check(20)")]
    except (sqlite3.Error, UnicodeError) as error:
        said = [str(error)]
    for line in said:
        if line != "ok":
            yield Trouble("structure", str(path), line)


def _read_row(path: Path) -> str | None:
    """The row that says how the file stands to its seal; ``None`` where there is none, empty where it cannot be read."""
    try:
        with contextlib.closing(_look_only(path)) as conn:
            found = conn.execute("SELECT value FROM meta WHERE key = ?", (ROW,)).fetchone()
    except (sqlite3.Error, UnicodeError) as error:
        return None if "no such table" in str(error) else ""
    return None if found is None else str(found[0])


def _look_only(path: Path) -> sqlite3.Connection:
    """A connection that changes no byte: not of the file, and, without a log, not beside it."""
    immutable = "" if log_size(path) else "&immutable=1"
    return sqlite3.connect(f"{path.as_uri()}?mode=ro{immutable}", uri=True, timeout=10.0)


def _ended(log: Path) -> bool:
    """Whether a log says that it holds a finished transaction: a frame of its own generation that ends one, whole or not."""
    with log.open("rb") as file:
        header = file.read(32)
        page = int.from_bytes(header[8:12], "big")
        while len(frame := file.read(_FRAME)) == _FRAME:
            if frame[8:16] != header[16:24]:
                return False
            if frame[4:8] != b"\0\0\0\0":
                return True
            file.seek(page, os.SEEK_CUR)
    return False


# Hashing and the seal's file


def hash_chunks(path: Path, size: int = CHUNK) -> list[str]:
    """The SHA-256 of each chunk of a file, on two threads; about a gigabyte a second."""
    count = -(-path.stat().st_size // size)
    read = _reader(path)
    with ThreadPoolExecutor(2) as pool:
        return list(pool.map(lambda number: hashlib.sha256(read(number * size, size)).hexdigest(), range(count)))


#: Handles of database files, by device and inode; kept open on purpose.
_HANDLES: dict[tuple[int, int], int] = {}


def _reader(path: Path) -> Callable[[int, int], bytes]:
    """Reads a database's file, from a byte and so many, without harm to who has it open in this process.

    On POSIX systems the closing of *any* handle of a file gives up every lock that the process has on it, SQLite's too: another process would then
    take the file for its own alone, and writes would be lost. So the handle stays open, one for each file.
    """
    if os.name != "posix":
        return lambda start, size: _read_anew(path, start, size)
    found = path.stat()
    key = (found.st_dev, found.st_ino)
    if key not in _HANDLES:
        _HANDLES[key] = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    return lambda start, size: os.pread(_HANDLES[key], size, start)


def _read_anew(path: Path, start: int, size: int) -> bytes:
    with path.open("rb", buffering=0) as file:
        file.seek(start)
        return file.read(size)


def _root(size: int, chunks: Iterable[str]) -> str:
    return hashlib.sha256("\n".join([str(size), *chunks]).encode()).hexdigest()


def _word(state: str, root: str) -> str:
    return f"{state}:{hashlib.sha256(f'{state}:{root}'.encode()).hexdigest()}"


def _line(seal: Seal) -> bytes:
    """The seal's file: canonical JSON with a hash over the rest, so that any other bytes are not a seal."""
    body: dict[str, Any] = {"format": FORMAT, **asdict(seal)}
    body["self"] = hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()
    return (json.dumps(body, sort_keys=True, indent=1) + "\n").encode()


def read_seal(sealed: Sealed) -> tuple[Seal | None, Trouble | None]:
    """The seal, or what is wrong with its file; neither where there is no such file."""
    try:
        raw = sealed.seal_path.read_bytes()
    except FileNotFoundError:
        return None, None
    try:
        body = json.loads(raw)
        body.pop("format"), body.pop("self")
        seal = Seal(**{**body, "chunks": tuple(body["chunks"]), "doubts": tuple(body["doubts"])})
        if _line(seal) == raw:
            return seal, None
    except (ValueError, TypeError, KeyError, AttributeError):
        pass
    return None, Trouble("seal-changed", str(sealed.seal_path), "the seal itself was changed")


def write_seal(sealed: Sealed, seal: Seal) -> None:
    """Puts the seal's file in place whole: a reader finds the old one or the new one."""
    partial = sealed.seal_path.with_name(f".{NAME}.{os.getpid()}")
    try:
        with partial.open("wb") as file:
            file.write(_line(seal))
            file.flush()
            os.fsync(file.fileno())
        partial.replace(sealed.seal_path)
        _sync_folder(sealed.path.parent)
    except OSError as error:
        partial.unlink(missing_ok=True)
        trouble = DISK_FULL if error.errno in {28, 122} else READ_ONLY  # ENOSPC, EDQUOT
        raise TrucewatchError(
            trouble.code,
            "the seal could not be written; what was written to the database is kept",
            where=str(sealed.seal_path),
            why=str(error),
            next_step="mend that; the next command that writes makes the seal",
        ) from error


def _sync_folder(folder: Path) -> None:
    if os.name != "posix":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


# Breaking and making the seal


def break_seal(sealed: Sealed) -> Callable[[Connection], None]:
    """What a store calls at the start of its first write: says in the database that it is open, having looked whether it was whole."""

    def prepare(conn: Connection) -> None:
        seal, trouble = read_seal(sealed)
        root = "" if seal is None else seal.root
        row = _row(conn)
        if row == _word("open", root) and trouble is None:
            return
        if row != _word("shut", root):  # else a command was interrupted while it sealed
            root = _doubt(sealed, seal, trouble, row)
        _set_row(conn, _word("open", root))

    return prepare


def _doubt(sealed: Sealed, seal: Seal | None, trouble: Trouble | None, row: str | None) -> str:
    """Writes what a check finds now into the seal, before it is lost in what the command writes; gives the seal's root."""
    found = [] if trouble is None else [trouble]
    if seal is not None and seal.chunks:
        found = list(_changed(sealed, seal))
    if seal is None and trouble is None and row is not None:
        found = [Trouble("seal-missing", str(sealed.seal_path), "the seal is gone")]
    if seal is not None and not found and row != (_word("shut", seal.after) if seal.chunks else None):
        found = [Trouble("row-changed", str(sealed.path), f"the row {ROW} of meta is not what was written")]
    begun = seal or _opening(sealed)
    new = [f"{one.what} (seal of {begun.made})" for one in found[:20]]
    if new or seal is None:
        write_seal(sealed, replace(begun, doubts=(*begun.doubts, *(doubt for doubt in new if doubt not in begun.doubts))))
    return begun.root


def _opening(sealed: Sealed) -> Seal:
    """A seal of no bytes, for the first to follow: without it, a seal that was taken away would look like one never made."""
    return Seal(sealed.path.name, _now(), 0, CHUNK, (), secrets.token_hex(32), "", "")


def needs_seal(sealed: Sealed) -> bool:
    """Whether a command has written since the seal, or none was made yet. A file that fits neither is left for a check to name."""
    seal, trouble = read_seal(sealed)
    row = _read_row(sealed.path)
    if seal is None or trouble is not None:
        return trouble is None and row is None
    return row in {_word("open", seal.root), _word("shut", seal.root)} or (row is None and not seal.chunks)


def make_seal(sealed: Sealed, *, forget_doubts: bool = False) -> Seal | None:
    """Seals the file as it is; the caller holds the folder's lock alone and has closed his connections.

    Gives nothing where a reader holds on to an older state, so that the log cannot be emptied: the file stays unsealed, and the
    next command that writes seals it. ``forget_doubts`` is for who has looked into them, or restored a copy.
    """
    old, _ = read_seal(sealed)
    if old is None:
        old = _opening(sealed)
        write_seal(sealed, old)
    engine = open_engine(f"sqlite:///{sealed.path}", sealed.path.parent, busy=2.0)
    try:
        with told(place(engine)), engine.connect() as conn:
            with alone(conn):
                _set_row(conn, _word("shut", old.root))
                head = conn.execute(select(tables.custody.c.hash).order_by(tables.custody.c.seq.desc()).limit(1)).scalar()
            driver: Any = conn.connection.driver_connection
            busy = driver.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
    finally:
        engine.dispose()
    if busy or log_size(sealed.path):
        return None
    size, chunks = sealed.path.stat().st_size, tuple(hash_chunks(sealed.path))
    doubts = () if forget_doubts else old.doubts
    seal = Seal(sealed.path.name, _now(), size, CHUNK, chunks, _root(size, chunks), old.root, head or "", doubts)
    write_seal(sealed, seal)
    return seal


def _row(conn: Connection) -> str | None:
    found = conn.execute(select(tables.meta.c.value).where(tables.meta.c.key == ROW)).scalar()
    return None if found is None else str(found)


def _set_row(conn: Connection, value: str) -> None:
    rows.upsert(conn, tables.meta, [{"key": ROW, "value": value}])


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
