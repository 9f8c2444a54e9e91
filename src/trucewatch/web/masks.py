"""Masked incidents and lines of lists, kept on disk beside the dossier: masking a report takes some ten milliseconds, a page lists fifty.

``masked.sqlite`` holds nothing that a reader may not see. Each entry's key holds all that it rests on (coding, summary, policy, names at
risk, the program itself), so that an old one is never met again. The file may be removed at any time; where it cannot be written,
everything is kept in memory alone. This module must not mask anything.
"""

from __future__ import annotations

import json
import logging
import os
import sqlite3
import zlib
from hashlib import sha256
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any

import trucewatch

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

FILE = "masked.sqlite"
_BATCH = 500
_ROOMS = ("model", "ontology", "knowledge", "ledger", "dossier")
_log = logging.getLogger(__name__)


def program() -> str:
    """A mark of the program's own files that decide what is masked and told: what an older one masked is not taken from the store."""
    here = Path(trucewatch.__file__).parent
    made = sha256()
    own = [here / "web" / name for name in ("bases.py", "gate.py", "masks.py")]
    for path in sorted((*(path for room in _ROOMS for path in (here / room).rglob("*")), *own)):
        if path.suffix in {".py", ".tsv", ".toml", ".yaml"}:
            status = path.stat()
            made.update(f"{path.relative_to(here)} {status.st_size} {status.st_mtime_ns}\n".encode())
    return made.hexdigest()


class Masks:
    """The store of one dossier. ``stamp`` marks what all entries rest on; others are dropped when it is opened."""

    def __init__(self, folder: Path, stamp: str) -> None:
        self._lock = Lock()
        self._store = _opened(folder / FILE, stamp)

    def get(self, keys: Iterable[str]) -> dict[str, Any]:
        """What is kept under these keys."""
        wanted = list(keys)
        found: dict[str, bytes] = {}
        with self._lock:
            for at in range(0, len(wanted) if self._store else 0, _BATCH):
                part = wanted[at : at + _BATCH]
                marks = ",".join("?" * len(part))
                found |= dict(self._run(f"SELECT key, value FROM kept WHERE key IN ({marks})", part))  # noqa: S608 - question marks
        return {key: json.loads(zlib.decompress(value)) for key, value in found.items()}

    def put(self, values: Mapping[str, Any]) -> None:
        """Keep them."""
        rows = [(key, zlib.compress(json.dumps(value, separators=(",", ":")).encode(), 1)) for key, value in values.items()]
        with self._lock:
            if self._store and rows:
                try:
                    self._store.executemany("INSERT OR REPLACE INTO kept VALUES (?, ?)", rows)
                    self._store.commit()
                except sqlite3.Error as error:
                    self._give_up(error)

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            store, self._store = self._store, None
            if store:
                store.close()

    def _run(self, query: str, values: list[str]) -> list[tuple[str, bytes]]:
        try:
            return self._store.execute(query, values).fetchall() if self._store else []
        except sqlite3.Error as error:
            self._give_up(error)
            return []

    def _give_up(self, error: sqlite3.Error) -> None:
        _log.warning("masked lines are kept in memory alone: %s", error)
        self._store = None


def _opened(path: Path, stamp: str) -> sqlite3.Connection | None:
    """The store, emptied where it rests on something else; anew where it is damaged; None where it cannot be written."""
    for _ in range(2):
        try:
            os.close(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600))
            store = sqlite3.connect(path, check_same_thread=False, timeout=5)
            store.execute("PRAGMA journal_mode = WAL")
            store.execute("PRAGMA synchronous = OFF")
            store.execute("CREATE TABLE IF NOT EXISTS kept (key TEXT PRIMARY KEY, value BLOB NOT NULL)")
            if store.execute("SELECT value FROM kept WHERE key = ''").fetchone() != (stamp,):
                store.execute("DELETE FROM kept")
                store.execute("INSERT INTO kept VALUES ('', ?)", (stamp,))
            store.commit()
        except OSError:
            return None
        except sqlite3.Error as error:
            _log.warning("%s is made anew: %s", path.name, error)
            if not _removed(path):
                return None
        else:
            return store
    return None


def _removed(path: Path) -> bool:
    try:
        for name in (path.name, f"{path.name}-wal", f"{path.name}-shm"):
            path.with_name(name).unlink(missing_ok=True)
    except OSError:
        return False
    return True
