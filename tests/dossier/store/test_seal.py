from __future__ import annotations

import hashlib
import json
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from sqlalchemy import select
from tests.dossier.store.sample import fill

from trucewatch.dossier.store import rows, seal
from trucewatch.dossier.store.lock import FolderLock
from trucewatch.dossier.store.seal import CHUNK, Sealed, check_seal, read_seal
from trucewatch.dossier.store.session import open_store, reseal
from trucewatch.dossier.store.tables import SEALED, custody, meta
from trucewatch.model.errors import TrucewatchError


def fact(number, value="v"):
    return lambda conn: rows.insert(conn, meta, [{"key": f"k{number}", "value": value}])


def write(folder, number, value="v"):
    with open_store("", folder) as store:
        store.in_write(fact(number, value))


def codes(folder):
    return [trouble.code for trouble in check_seal(folder)]


def grave(folder):
    return [trouble for trouble in check_seal(folder) if trouble.grave]


def files(folder):
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.iterdir()}


def keys(folder):
    with open_store("", folder, read_only=True) as store, store.read() as conn:
        return set(conn.execute(select(meta.c.key)).scalars()) - {"unsealed"}


@pytest.fixture
def folder(tmp_path):
    """A dossier of several MiB, sealed."""
    with open_store("", tmp_path) as store:
        fill(store, 60)
        store.in_write(lambda conn: [fact(f"-long-{n}", random.Random(n).randbytes(30_000).hex())(conn) for n in range(60)])
    return tmp_path


def test_a_command_leaves_its_dossier_sealed_and_alone(folder):
    assert set(files(folder)) == {".lock", "dossier.sqlite", "seal.json"}
    assert list(check_seal(folder)) == []
    made, _ = read_seal(Sealed(folder / "dossier.sqlite"))
    content = (folder / "dossier.sqlite").read_bytes()
    assert made.size == len(content) > 3 * CHUNK
    assert list(made.chunks) == [hashlib.sha256(content[at : at + CHUNK]).hexdigest() for at in range(0, len(content), CHUNK)]
    with open_store("", folder, read_only=True) as store, store.read() as conn:
        assert made.head == conn.execute(select(custody.c.hash).order_by(custody.c.seq.desc()).limit(1)).scalar_one()
        assert [row for table in SEALED for row in rows.check(conn, table)] == []


def somewhere(content, number):
    """Where a stretch of the long value of this number lies in a file."""
    value = random.Random(number).randbytes(30_000).hex().encode()
    return next(at for start in range(5000, 9000, 100) if (at := content.find(value[start : start + 40])) >= 0)


def test_200_flipped_bytes_are_each_named(folder):
    """Anywhere in the file: headers, rows, indexes, the words of search, and free space."""
    path = folder / "dossier.sqlite"
    content = path.read_bytes()
    rng = random.Random(514)
    for number in range(200):
        at = rng.randrange(100) if number < 20 else rng.randrange(len(content))
        with path.open("r+b") as file:
            file.seek(at)
            file.write(bytes([content[at] ^ 1 << rng.randrange(8)]))
        found = list(check_seal(folder))
        first = at // CHUNK * CHUNK
        assert [(one.code, one.where) for one in found] == [("bytes", f"{path}@{first}")], at
        assert found[0].grave
        with path.open("r+b") as file:
            file.seek(at)
            file.write(content[at : at + 1])
    assert list(check_seal(folder)) == []


def test_a_flip_in_free_space_is_named_though_sqlite_sees_nothing(folder):
    with open_store("", folder) as store:
        store.in_write(lambda conn: conn.execute(meta.delete().where(meta.c.key.like("k-long-%"))))
    path = folder / "dossier.sqlite"
    with sqlite3.connect(f"{path.as_uri()}?mode=ro&immutable=1", uri=True) as raw:
        assert raw.execute("PRAGMA freelist_count").fetchone()[0] > 100
    raw.close()
    content = bytearray(path.read_bytes())
    trunk = int.from_bytes(content[32:36], "big")  # the first page that lists free ones; its end is unused
    content[trunk * 4096 - 20] ^= 1
    path.write_bytes(content)
    with sqlite3.connect(f"{path.as_uri()}?mode=ro&immutable=1", uri=True) as raw:
        assert raw.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    raw.close()
    assert [trouble.code for trouble in check_seal(folder)] == ["bytes"]


def test_every_byte_of_the_seal_counts(folder):
    path = folder / "seal.json"
    content = path.read_bytes()
    for at in range(0, len(content), max(1, len(content) // 150)):
        path.write_bytes(content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :])
        found = list(check_seal(folder))
        assert [(one.code, one.where) for one in found] == [("seal-changed", str(path))], at
    path.write_bytes(content[:-10])
    assert codes(folder) == ["seal-changed"]
    path.write_bytes(b"")
    assert codes(folder) == ["seal-changed"]


def test_a_seal_mended_by_hand_is_no_seal(folder):
    sealed = Sealed(folder / "dossier.sqlite")
    content = bytearray(sealed.path.read_bytes())
    content[somewhere(content, 3)] ^= 1
    sealed.path.write_bytes(content)
    body = json.loads(sealed.seal_path.read_text())
    body["chunks"] = seal.hash_chunks(sealed.path)
    sealed.seal_path.write_text(json.dumps(body, sort_keys=True, indent=1) + "\n")
    assert codes(folder) == ["seal-changed"]


def test_a_seal_that_is_gone(folder):
    (folder / "seal.json").unlink()
    assert codes(folder) == ["seal-missing"]
    write(folder, 1)
    assert codes(folder) == ["doubt"]


def test_a_database_that_is_gone_or_cut_or_longer(folder):
    path = folder / "dossier.sqlite"
    content = path.read_bytes()
    path.write_bytes(content[:-4096])
    assert codes(folder)[0] == "size"
    path.write_bytes(content + bytes(4096))
    assert codes(folder)[0] == "size"
    path.unlink()
    assert codes(folder) == ["missing"]


def test_reading_changes_no_byte(folder):
    before = files(folder)
    with open_store("", folder, read_only=True) as store:
        for _ in range(3):
            with store.read() as conn:
                assert list(rows.check(conn, meta)) == []
        assert grave(folder) == []
    assert files(folder) == before
    with open_store("", folder):
        pass  # a command that may write, and did not
    assert files(folder) == before


def test_checking_changes_no_byte(folder):
    path = folder / "dossier.sqlite"
    path.write_bytes(path.read_bytes()[:-1] + b"\xee")
    before = files(folder)
    assert codes(folder) == ["bytes"]
    assert files(folder) == before


def test_while_a_command_writes_the_seal_says_so(folder):
    with open_store("", folder) as store:
        assert codes(folder) == []  # nothing written yet
        store.in_write(fact(1))
        assert codes(folder) == ["unsealed"]
        assert grave(folder) == []
    assert codes(folder) == []


def test_the_last_to_leave_seals(folder):
    with open_store("", folder) as one:
        with open_store("", folder) as other:
            other.in_write(fact(1))
            one.in_write(fact(2))
        assert codes(folder) == ["unsealed"]
        one.in_write(fact(3))
    assert codes(folder) == []
    with open_store("", folder) as one, open_store("", folder) as other:
        other.in_write(fact(4))
    assert codes(folder) == []  # sealed by the one who wrote nothing
    assert keys(folder) >= {"k1", "k2", "k3", "k4"}


def test_who_leaves_on_an_error_seals_too(folder):

    def fail():
        with open_store("", folder) as store:
            store.in_write(fact(1))
            raise KeyError

    with pytest.raises(KeyError):
        fail()
    assert codes(folder) == []
    assert "k1" in keys(folder)


def test_many_commands_at_once_leave_it_sealed(folder):
    failures = []

    def work(name):
        try:
            for number in range(6):
                write(folder, f"{name}-{number}")
        except Exception as error:  # noqa: BLE001  # whatever a thread raised is told by the test
            failures.append(error)

    threads = [threading.Thread(target=work, args=(name,)) for name in range(6)]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        assert grave(folder) == []  # a check meanwhile raises no false alarm
    for thread in threads:
        thread.join()
    assert failures == []
    assert codes(folder) == []
    assert {f"k{name}-{number}" for name in range(6) for number in range(6)} <= keys(folder)


KILLED = """
import os, signal, sys
from pathlib import Path
from trucewatch.dossier.store import rows, seal
from trucewatch.dossier.store.session import open_store
from trucewatch.dossier.store.tables import meta
def die(*_): os.kill(os.getpid(), signal.SIGKILL)
folder, point = Path(sys.argv[1]), sys.argv[2]
if point == "hashing": seal.hash_chunks, checking = (lambda *a: die()), seal.hash_chunks
whole = seal.write_seal
if point == "before the seal": seal.write_seal = lambda sealed, made: die() if made.chunks else whole(sealed, made)
if point == "hashing": seal._changed = lambda *a: iter(())
with open_store("", folder) as store:
    def write(conn):
        rows.insert(conn, meta, [{"key": f"killed-{n}", "value": "v" * 5000} for n in range(150)])
        if point == "in the transaction": die()
    store.in_write(write)
    if point == "after the transaction": die()
"""


def kill(folder, point):
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run([sys.executable, "-c", KILLED, str(folder), point], check=False, env=environment, capture_output=True)
    assert done.returncode == -signal.SIGKILL, done.stderr.decode()


@pytest.mark.parametrize(
    ("point", "kept", "said"),
    [
        ("in the transaction", 0, []),
        ("after the transaction", 150, ["unsealed"]),
        ("hashing", 150, ["unsealed"]),
        ("before the seal", 150, ["unsealed"]),
    ],
)
def test_a_killed_command_raises_no_false_alarm(folder, point, kept, said):
    kill(folder, point)
    assert codes(folder) == said
    assert sum(key.startswith("killed") for key in keys(folder)) == kept
    assert grave(folder) == []
    with open_store("", folder):
        pass  # the next command seals, though it writes nothing
    assert codes(folder) == []
    write(folder, "next")
    assert codes(folder) == []


def test_a_flip_in_a_log_takes_its_transaction_whole_and_is_told(folder):
    kill(folder, "after the transaction")
    log = folder / "dossier.sqlite-wal"
    content = bytearray(log.read_bytes())
    content[content.index(b"vvvvvvvv")] ^= 1
    log.write_bytes(content)  # the sum of that frame is wrong, and SQLite reads no further
    assert codes(folder) == ["log"]
    with open_store("", folder, read_only=True) as store, store.read() as conn:
        assert list(rows.check(conn, meta)) == []
    assert not any(key.startswith("killed") for key in keys(folder))


def test_rows_tell_of_changes_in_an_unsealed_file(folder):
    kill(folder, "hashing")
    path = folder / "dossier.sqlite"
    content = bytearray(path.read_bytes())
    content[somewhere(content, 3)] ^= 1
    path.write_bytes(content)
    assert codes(folder) == ["unsealed"]
    with open_store("", folder, read_only=True) as store, store.read() as conn:
        assert [row.key for row in rows.check(conn, meta)] == ["key=k-long-3"]


def test_broken_structure_in_an_unsealed_file_is_named(folder):
    kill(folder, "hashing")
    path = folder / "dossier.sqlite"
    with sqlite3.connect(path) as raw:
        page = raw.execute("SELECT rootpage FROM sqlite_schema WHERE name = 'events'").fetchone()[0]
    raw.close()
    content = bytearray(path.read_bytes())
    content[(page - 1) * 4096 : (page - 1) * 4096 + 40] = b"\xff" * 40
    path.write_bytes(content)
    assert codes(folder)[:2] == ["unsealed", "structure"]


def test_sealing_anew_blesses_no_change(folder):
    """A change made while it was sealed stays a doubt, whatever is written after it."""
    path = folder / "dossier.sqlite"
    content = bytearray(path.read_bytes())
    at = somewhere(content, 3)
    content[at] = ord("0") if content[at] != ord("0") else ord("1")
    path.write_bytes(content)
    write(folder, 1)
    write(folder, 2)
    found = list(check_seal(folder))
    assert [trouble.code for trouble in found] == ["doubt"]
    assert f"bytes {at // CHUNK * CHUNK} to" in found[0].what
    with open_store("", folder, read_only=True) as store, store.read() as conn:
        assert [row.key for row in rows.check(conn, meta)] == ["key=k-long-3"]


def test_another_program_s_write_is_named(folder):
    path = folder / "dossier.sqlite"
    with sqlite3.connect(path) as raw:
        raw.execute("UPDATE meta SET value = 'other' WHERE key = 'k-long-1'")
        raw.commit()
        assert codes(folder) == ["written-outside"]  # still in the log
    raw.close()
    assert "bytes" in codes(folder)
    write(folder, 1)
    assert "doubt" in codes(folder)


def test_a_changed_row_of_the_seal_is_no_way_out(folder):
    path = folder / "dossier.sqlite"
    with sqlite3.connect(path) as raw:
        raw.execute("UPDATE meta SET value = 'open:' || lower(hex(randomblob(32))) WHERE key = 'unsealed'")
    raw.close()
    assert "bytes" in codes(folder)
    with sqlite3.connect(path) as raw:
        raw.execute("DELETE FROM meta WHERE key = 'unsealed'")
    raw.close()
    assert "bytes" in codes(folder)


def test_a_restored_copy_can_be_sealed_on_purpose(folder):
    path = folder / "dossier.sqlite"
    shutil.copy(path, folder / "kept")
    write(folder, 1)
    shutil.copy(folder / "kept", path)
    assert grave(folder)
    write(folder, 2)
    assert "doubt" in codes(folder)
    made = reseal(folder)
    assert made.doubts == ()
    assert codes(folder) == []


def test_nobody_reseals_under_a_writer(folder):
    with open_store("", folder), pytest.raises(TrucewatchError) as caught:
        reseal(folder)
    assert caught.value.code == "in-use"


def test_a_reader_who_stays_does_not_keep_the_writer_from_his_work(folder):
    """He holds an old state, so the log cannot be emptied: the file stays unsealed until the next command."""
    with open_store("", folder, read_only=True) as reader, reader.read() as conn:
        before = conn.execute(select(meta.c.key)).all()
        write(folder, 1)
        assert conn.execute(select(meta.c.key)).all() == before
        assert codes(folder) == ["unsealed"]
    write(folder, 2)
    assert codes(folder) == []


def test_a_reader_who_is_idle_does_not_keep_it_from_being_sealed(folder):
    with open_store("", folder, read_only=True) as reader:
        with reader.read() as conn:
            conn.execute(select(meta.c.key)).all()
        write(folder, 1)
        assert codes(folder) == []
    assert codes(folder) == []


def test_who_comes_while_another_seals_waits(folder):
    lock = FolderLock(folder)
    assert lock.own()
    done = []
    thread = threading.Thread(target=lambda: (write(folder, 1), done.append(time.monotonic())))
    thread.start()
    time.sleep(0.4)
    assert not done
    freed = time.monotonic()
    lock.release()
    thread.join()
    assert done[0] >= freed
    assert codes(folder) == []


def test_who_waits_too_long_for_a_sealer_is_told(folder):
    owner, other = FolderLock(folder), FolderLock(folder)
    assert owner.own()
    with pytest.raises(TrucewatchError) as caught:
        other.share(wait=0.1)
    assert caught.value.code == "locked"
    owner.release()
    other.share(wait=0.1)
    assert not owner.own()
    other.release()


def test_a_seal_that_cannot_be_written_is_said_and_nothing_is_lost(folder, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(seal.os, "fsync", full)
    with pytest.raises(TrucewatchError) as caught:
        write(folder, 1)
    monkeypatch.undo()
    assert caught.value.code == "disk-full"
    assert "is kept" in caught.value.line()
    assert "k1" in keys(folder)
    assert codes(folder) == ["unsealed"]
    write(folder, 2)
    assert codes(folder) == []
    assert set(files(folder)) == {".lock", "dossier.sqlite", "seal.json"}


def test_a_first_seal_that_is_gone_is_missed(tmp_path):
    write(tmp_path, 1)
    (tmp_path / "seal.json").unlink()
    assert codes(tmp_path) == ["seal-missing"]


@pytest.mark.parametrize("point", ["in the transaction", "after the transaction", "before the seal"])
def test_a_new_dossier_that_was_killed_before_its_first_seal(tmp_path, point):
    kill(tmp_path, point)
    assert codes(tmp_path) == ["never-sealed"]
    write(tmp_path, 1)
    assert codes(tmp_path) == []


def test_a_database_of_another_program_is_not_sealed(tmp_path):
    with sqlite3.connect(tmp_path / "dossier.sqlite") as raw:
        raw.execute("CREATE TABLE places (id integer)")
    raw.close()
    before = files(tmp_path)
    with pytest.raises(TrucewatchError) as caught, open_store("", tmp_path):
        pass
    assert caught.value.code == "foreign"
    assert {name: digest for name, digest in files(tmp_path).items() if name != ".lock"} == before


def test_hashing_is_quick_enough(tmp_path):
    """A floor well under what two threads do, so that a slow machine passes and a mistake does not."""
    path = tmp_path / "big"
    path.write_bytes(os.urandom(CHUNK) * 64)
    start = time.perf_counter()
    assert len(set(seal.hash_chunks(path))) == 1
    assert time.perf_counter() - start < 3.0


def test_postgresql_opens_without_lock_or_seal(postgres, tmp_path):
    url = postgres.create()
    with open_store(url, tmp_path) as store:
        store.in_write(fact(1))
        with store.read() as conn:
            assert set(conn.execute(select(meta.c.key)).scalars()) == {"k1"}
    with open_store(url, tmp_path, read_only=True) as store:
        with pytest.raises(TrucewatchError) as caught:
            store.in_write(fact(2))
        assert caught.value.code == "read-only"
    assert list(Path(tmp_path).iterdir()) == []
    postgres.drop(url)
