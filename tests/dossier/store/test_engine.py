from __future__ import annotations

import os
import shutil
import socket
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.engine import make_url
from tests.dossier.store.sample import CAPTURE, add_reports, report

from trucewatch.dossier.store import rows
from trucewatch.dossier.store.engine import Store, database_path, open_engine, place
from trucewatch.dossier.store.migrate import migrate
from trucewatch.dossier.store.tables import captures, meta, progress, reports
from trucewatch.model.errors import TrucewatchError


def facts(number):
    return [{"key": f"k{number}", "value": "v"}]


def count(conn):
    return conn.execute(select(func.count()).select_from(meta)).scalar_one()


def total(store):
    with store.read() as conn:
        return count(conn)


def test_a_write_is_kept_whole_or_not_at_all(store):
    store.in_write(lambda conn: rows.insert(conn, meta, facts(1)))

    def failing(conn):
        rows.insert(conn, meta, facts(2))
        raise KeyError("the caller's own error")

    with pytest.raises(KeyError):
        store.in_write(failing)
    assert total(store) == 1


def test_a_read_sees_one_state_whatever_is_written_meanwhile(store):
    store.in_write(lambda conn: rows.insert(conn, meta, facts(1)))
    with store.read() as conn:
        before = count(conn)
        store.in_write(lambda other: rows.insert(other, meta, facts(2)))
        assert count(conn) == before == 1
    assert total(store) == 2


def test_a_read_cannot_write(store):
    with pytest.raises(TrucewatchError) as caught, store.read() as conn:
        rows.insert(conn, meta, facts(1))
    assert caught.value.code == "read-only"
    store.in_write(lambda conn: rows.insert(conn, meta, facts(2)))
    assert total(store) == 1


def test_tables_are_made_inside_a_transaction(store):
    def failing(conn):
        conn.execute(text("CREATE TABLE passing (a integer)"))
        raise KeyError

    with pytest.raises(KeyError):
        store.in_write(failing)
    with pytest.raises(TrucewatchError), store.read() as conn:
        conn.execute(text("SELECT * FROM passing"))


def test_eight_writers_at_once_lose_nothing_and_meet_no_lock(store):
    """Each reads a number and writes it back one higher: any interleaving would lose some."""
    store.in_write(lambda conn: rows.insert(conn, meta, [{"key": "n", "value": "0"}]))
    failures = []

    def one_more(conn):
        now = int(conn.execute(select(meta.c.value).where(meta.c.key == "n")).scalar_one())
        rows.update_row(conn, meta, {"key": "n"}, {"value": str(now + 1)})

    def work():
        try:
            for _ in range(15):
                store.in_write(one_more)
        except Exception as error:  # noqa: BLE001  # whatever a thread raised is told by the test
            failures.append(error)

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures
    with store.read() as conn:
        assert conn.execute(select(meta.c.value)).scalar_one() == "120"
        assert not list(rows.check(conn, meta))


def test_a_writer_who_waits_too_long_is_told_so(store, tmp_path):
    url = store.engine.url.render_as_string(hide_password=False)
    impatient = Store(open_engine(url, tmp_path, busy=0.1))
    with store.write(), pytest.raises(TrucewatchError) as caught:
        impatient.in_write(lambda conn: rows.insert(conn, meta, facts(1)), patience=0.5)
    assert caught.value.code == "locked"
    assert "another command" in caught.value.line()
    impatient.in_write(lambda conn: rows.insert(conn, meta, facts(1)))
    impatient.close()


def test_a_lock_that_goes_away_is_waited_for(store, tmp_path):
    url = store.engine.url.render_as_string(hide_password=False)
    impatient = Store(open_engine(url, tmp_path, busy=0.1))
    held = threading.Event()

    def hold():
        with store.write():
            held.set()
            time.sleep(0.7)

    thread = threading.Thread(target=hold)
    thread.start()
    held.wait()
    impatient.in_write(lambda conn: rows.insert(conn, meta, facts(1)))
    thread.join()
    assert total(store) == 1
    impatient.close()


def test_a_row_that_points_nowhere_is_refused(store):
    with pytest.raises(TrucewatchError) as caught:
        store.in_write(lambda conn: rows.insert(conn, progress, [{"capture": "nowhere", "status": "reading"}]))
    assert caught.value.code == "broken-rule"


def test_a_key_twice_is_refused_and_the_first_row_stays(store):
    store.in_write(lambda conn: rows.insert(conn, meta, facts(1)))
    with pytest.raises(TrucewatchError) as caught:
        store.in_write(lambda conn: rows.insert(conn, meta, [{"key": "k0", "value": "new"}, {"key": "k1", "value": "other"}]))
    assert caught.value.code == "broken-rule"
    assert total(store) == 1


def test_sqlite_is_set_up_for_evidence(tmp_path):
    engine = open_engine("", tmp_path)
    migrate(engine)
    with engine.connect() as conn:
        settings = {
            name: conn.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout", "cache_size")
        }
    assert settings == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 60000, "cache_size": -32768}
    engine.dispose()


def test_a_relative_path_starts_at_the_folder(tmp_path):
    assert database_path("", tmp_path) == tmp_path / "dossier.sqlite"
    assert database_path("sqlite:///other.sqlite", tmp_path) == tmp_path / "other.sqlite"
    assert database_path("postgresql://host/name", tmp_path) is None


@pytest.mark.parametrize(
    "url", ["mysql://host/name", "nonsense", "sqlite:///:memory:", "://", "postgresql+asyncpg://host/name"]
)
def test_another_kind_of_database_is_refused(url, tmp_path):
    with pytest.raises(TrucewatchError) as caught:
        open_engine(url, tmp_path)
    assert caught.value.code == "bad-url"


def test_a_folder_that_is_not_there(tmp_path):
    with pytest.raises(TrucewatchError) as caught:
        open_engine("", tmp_path / "nowhere")
    assert caught.value.code == "cannot-open"
    assert str(tmp_path / "nowhere") in caught.value.line()


def test_reading_makes_no_database(tmp_path):
    with pytest.raises(TrucewatchError) as caught:
        open_engine("", tmp_path, read_only=True)
    assert caught.value.code == "cannot-open"
    assert not list(tmp_path.iterdir())


def test_a_file_that_is_no_database_is_left_alone(tmp_path):
    path = tmp_path / "dossier.sqlite"
    path.write_text("Not a database, but somebody's notes of the day. " * 40, encoding="utf-8")
    before = path.read_bytes()
    with pytest.raises(TrucewatchError) as caught:
        open_engine("", tmp_path)
    assert caught.value.code == "damaged"
    assert path.read_bytes() == before


def test_a_damaged_page_is_said_to_be_one(tmp_path):
    store = Store(open_engine("", tmp_path))
    migrate(store.engine)
    add_reports(store, [report(n, "words " * 300) for n in range(1, 200)])
    with store.read() as conn:
        page = conn.exec_driver_sql("SELECT rootpage FROM sqlite_schema WHERE name = 'reports'").scalar_one()
    store.close()
    path = tmp_path / "dossier.sqlite"
    content = bytearray(path.read_bytes())
    content[(page - 1) * 4096 : page * 4096] = b"\xff" * 4096
    path.write_bytes(content)
    store = Store(open_engine("", tmp_path))
    with pytest.raises(TrucewatchError) as caught, store.read() as conn:
        conn.execute(select(reports)).all()
    assert caught.value.code == "damaged"
    assert "dossier.sqlite" in caught.value.where
    assert "restore a backup" in caught.value.next_step
    store.close()


def test_bytes_that_are_no_text_are_damage(tmp_path):
    store = Store(open_engine("", tmp_path))
    migrate(store.engine)
    store.in_write(lambda conn: rows.insert(conn, meta, [{"key": "k", "value": "plain"}]))
    store.in_write(lambda conn: conn.exec_driver_sql("UPDATE meta SET value = CAST(X'70ff' AS TEXT)"))
    with pytest.raises(TrucewatchError) as caught, store.read() as conn:
        conn.execute(select(meta)).all()
    assert caught.value.code == "damaged"
    store.close()


def test_a_full_disk_leaves_the_database_as_it_was(tmp_path):
    store = Store(open_engine("", tmp_path))
    migrate(store.engine)
    store.in_write(lambda conn: rows.insert(conn, captures, [CAPTURE]))

    def fill(conn):
        pages = conn.exec_driver_sql("PRAGMA page_count").scalar_one()
        conn.exec_driver_sql(f"PRAGMA max_page_count={pages + 40}")
        rows.insert(conn, reports, [report(n, "words " * 3000) for n in range(1, 100)])

    with pytest.raises(TrucewatchError) as caught:
        store.in_write(fill)
    assert caught.value.code == "disk-full"
    assert "make room" in caught.value.line()
    store.close()
    store = Store(open_engine("", tmp_path))
    with store.read() as conn:
        assert conn.execute(select(func.count()).select_from(reports)).scalar_one() == 0
    store.in_write(lambda conn: rows.insert(conn, reports, [report(1, "Words.")]))
    store.close()


READS_ONLY = """
import os, sys, tempfile
from pathlib import Path
from trucewatch.dossier.store import rows
from trucewatch.dossier.store.engine import open_engine, Store
from trucewatch.dossier.store.session import open_store
from trucewatch.dossier.store.tables import meta
from trucewatch.model.errors import TrucewatchError
with tempfile.TemporaryDirectory() as warm, open_store("", Path(warm)) as store, store.write() as conn:
    rows.insert(conn, meta, [{"key": "x", "value": "y"}])  # loads what an ordinary user may not be able to read
if int(sys.argv[2]):
    os.setgroups([]); os.setgid(65534); os.setuid(65534)
folder = Path(sys.argv[1])
with open_store("", folder, read_only=True) as store, store.read() as conn:
    print(len(list(conn.execute(meta.select()))), len(list(rows.check(conn, meta))))
try:
    with open_store("", folder) as store:
        print("opened")
except TrucewatchError as error:
    print(error.code)
try:
    Store(open_engine("", folder)).in_write(lambda conn: rows.insert(conn, meta, [{"key": "x", "value": "y"}]))
    print("written")
except TrucewatchError as error:
    print(error.code)
"""


@pytest.fixture
def reachable(tmp_path_factory):
    """A folder that an ordinary user may enter; pytest's own are closed to others."""
    folder = Path(tempfile.mkdtemp(prefix="tw-store-"))
    folder.chmod(0o755)
    yield folder
    folder.chmod(0o755)
    shutil.rmtree(folder)


@pytest.mark.skipif(os.name != "posix", reason="rights of POSIX")
def test_a_folder_that_may_only_be_read_can_be_read_and_says_so_to_writers(reachable):
    store = Store(open_engine("", reachable))
    migrate(store.engine)
    store.in_write(lambda conn: rows.insert(conn, meta, facts(1)))
    store.close()
    (reachable / "dossier.sqlite").chmod(0o444)
    reachable.chmod(0o555)
    root = os.geteuid() == 0
    done = subprocess.run(
        [sys.executable, "-c", READS_ONLY, str(reachable), str(int(root))], capture_output=True, text=True, check=False, cwd="/",
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )  # fmt: skip
    assert done.stdout.split() == ["1", "0", "read-only", "read-only"], done.stderr


# PostgreSQL


def test_a_plain_url_of_postgresql_is_taken(postgres, tmp_path):
    engine = open_engine(postgres.url.replace("postgresql+psycopg", "postgresql"), tmp_path)
    assert engine.dialect.driver == "psycopg"
    engine.dispose()


def refused(url, tmp_path):
    with pytest.raises(TrucewatchError) as caught:
        open_engine(url.render_as_string(hide_password=False), tmp_path)
    return caught.value


def test_a_wrong_password_is_said_and_not_repeated(postgres, tmp_path):
    url = make_url(postgres.url)
    if os.environ.get("TRUCEWATCH_TEST_POSTGRES"):
        pytest.skip("the given server may ask for no password")
    error = refused(url.set(password="my-secret-word"), tmp_path)  # noqa: S106
    assert error.code == "refused"
    assert "my-secret-word" not in error.line()
    assert url.password not in error.line()


def test_a_database_that_is_not_there(postgres, tmp_path):
    error = refused(make_url(postgres.url).set(database="no_such_dossier"), tmp_path)
    assert error.code == "no-database"
    assert make_url(postgres.url).password not in error.line()
    assert "createdb" in error.next_step


def test_a_server_that_does_not_answer(tmp_path):
    pytest.importorskip("psycopg")
    with socket.socket() as taken:  # bound and not listening: nobody answers
        taken.bind(("127.0.0.1", 0))
        error = refused(make_url(f"postgresql://me:my-secret-word@127.0.0.1:{taken.getsockname()[1]}/name"), tmp_path)
    assert error.code == "unreachable"
    assert "my-secret-word" not in error.line()
    assert "me@127.0.0.1" in error.where


def test_without_psycopg_the_extra_is_named(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "psycopg", None)
    error = refused(make_url("postgresql://me:my-secret-word@host/name"), tmp_path)
    assert error.code == "no-psycopg"
    assert "trucewatch[postgres]" in error.line()
    assert "my-secret-word" not in error.line()


def test_another_encoding_is_refused(postgres, tmp_path):
    postgres.run("CREATE DATABASE tw_latin TEMPLATE template0 ENCODING 'LATIN1' LC_COLLATE 'C' LC_CTYPE 'C'")
    try:
        assert refused(make_url(postgres.url).set(database="tw_latin"), tmp_path).code == "wrong-encoding"
    finally:
        postgres.run("DROP DATABASE tw_latin WITH (FORCE)")


def test_a_lost_connection_is_said(postgres, tmp_path):
    url = postgres.create(postgres.template)
    store = Store(open_engine(url, tmp_path))

    def cut_off(conn):
        rows.insert(conn, meta, facts(1))
        postgres.run(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{make_url(url).database}'")  # noqa: S608
        rows.insert(conn, meta, facts(2))

    with pytest.raises(TrucewatchError) as caught:
        store.in_write(cut_off)
    assert caught.value.code == "connection-lost"
    assert total(store) == 0  # a new connection is made, and nothing was half-written
    store.close()
    postgres.drop(url)


def test_no_message_names_the_password(postgres):
    url = make_url(postgres.url)
    engine = open_engine(postgres.url, Path())
    assert url.password not in place(engine)
    assert url.password not in repr(engine)
    engine.dispose()


def test_a_killed_writer_leaves_nothing_half_written(tmp_path):
    """SIGKILL in the middle of a transaction, after rows were written."""
    store = Store(open_engine("", tmp_path))
    migrate(store.engine)
    code = (
        "import os, sys, signal; from pathlib import Path\n"
        "from trucewatch.dossier.store.engine import *; from trucewatch.dossier.store import rows; from trucewatch.dossier.store.tables import meta\n"
        "s = Store(open_engine(sys.argv[1], Path()))\n"
        "with s.write() as c:\n"
        "    rows.insert(c, meta, [{'key': str(n), 'value': 'v' * 2000} for n in range(40000)])\n"
        "    os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(store.engine.url)],
        check=False,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    assert done.returncode == -9
    assert total(store) == 0
    with sqlite3.connect(store.engine.url.database) as raw:
        assert raw.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    raw.close()
