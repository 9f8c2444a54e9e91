"""Locks of SQLite, which POSIX takes away from a process that closes any handle of the file."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys

import pytest

from trucewatch.dossier.store.seal import hash_chunks

pytestmark = pytest.mark.skipif(os.name != "posix", reason="locks of another kind")


def test_hashing_a_database_leaves_the_locks_of_who_has_it_open(tmp_path):
    """Two adds at once on SQLite lost writes, and said that the disk gave an error."""
    path = tmp_path / "dossier.sqlite"
    mine = sqlite3.connect(path, isolation_level=None)
    mine.execute("PRAGMA journal_mode=WAL")
    mine.execute("CREATE TABLE t (x)")
    mine.execute("INSERT INTO t VALUES (1)")
    assert hash_chunks(path) == hash_chunks(path)
    other = "import sqlite3, sys; conn = sqlite3.connect(sys.argv[1]); conn.execute('SELECT * FROM t').fetchall(); conn.close()"
    subprocess.run([sys.executable, "-c", other, str(path)], check=True)
    assert path.with_name("dossier.sqlite-wal").exists(), "another took the file for its own, and the log with what was written"
    mine.execute("INSERT INTO t VALUES (2)")
    mine.close()
    with sqlite3.connect(path) as again:
        assert again.execute("SELECT count(*) FROM t").fetchone() == (2,)
