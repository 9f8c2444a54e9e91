"""What goes wrong outside of the program: one clear line, exit code 2, the dossier as it was, and a batch that goes on."""

from __future__ import annotations

import errno
import json
import os
import sqlite3
import subprocess
from contextlib import contextmanager, suppress
from hashlib import sha256

import pytest

import trucewatch.coder
from trucewatch.cli import run
from trucewatch.dossier.evidence import archive, log
from trucewatch.dossier.store import engine
from trucewatch.model import Coded, CoderFacts, Unread

FACTS = CoderFacts("0", "none", "0", "0", "0")


class Plain:
    """Codes nothing."""

    facts = FACTS

    def code(self, item):
        if isinstance(item, Unread):
            return Coded(item.id, item.status, item.reasons, item.report, coder=FACTS)
        return Coded(item.id, "coded", (), item, coder=FACTS)

    def stream(self, items):
        return map(self.code, items)


@pytest.fixture(autouse=True)
def coder(monkeypatch):
    monkeypatch.setattr(trucewatch.coder, "load", lambda **_: Plain())


@pytest.fixture
def report(tmp_path):
    path = tmp_path / "report.txt"
    path.write_text("The army shelled the village of Aldun on Tuesday, the mission said in its report.")
    return path


@pytest.fixture
def dossier(tmp_path, report, capsys):
    """A dossier with one report."""
    folder = tmp_path / "karsh"
    assert run(["init", str(folder)]) == 0
    assert run(["add", str(folder), str(report)]) == 0
    capsys.readouterr()
    return folder


@pytest.fixture
def another(tmp_path):
    path = tmp_path / "another.txt"
    path.write_text("Shells fell on the market of Pellow on Friday and killed two people, the ministry said.")
    return path


def bytes_of(folder):
    """Every file but those that SQLite and the lock need for themselves."""
    return {
        str(path.relative_to(folder)): sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not path.name.endswith(("-shm", "-wal", ".lock"))
    }


def said(capsys, *words):
    """The one line on standard error of a command that fails."""
    capsys.readouterr()
    assert run([str(word) for word in words]) == 2
    lines = [line for line in capsys.readouterr().err.splitlines() if not line.startswith("checking")]
    assert len(lines) == 1, lines
    assert "Traceback" not in lines[0]
    return lines[0]


def is_whole(folder, capsys):
    capsys.readouterr()
    code = run(["verify", str(folder), "--quiet"])
    assert (code, capsys.readouterr().out) == (0, "")


# A dossier that cannot be used


@pytest.mark.parametrize("verb", ["add", "status", "verify", "recode", "incidents", "watch"])
def test_a_dossier_of_a_newer_version(dossier, capsys, verb):
    path = dossier / "dossier.toml"
    path.write_text(path.read_text().replace("format = 1", "format = 2"))
    before = bytes_of(dossier)
    line = said(capsys, verb, dossier)
    assert "newer Trucewatch" in line
    assert "dossier.toml" in line
    assert "install the newer version" in line
    assert bytes_of(dossier) == before


@contextmanager
def database(folder):
    conn = sqlite3.connect(folder / "dossier.sqlite", isolation_level=None)
    yield conn
    conn.close()


@pytest.mark.parametrize("verb", ["add", "status", "recode"])
@pytest.mark.parametrize(
    ("change", "words"),
    [
        ("UPDATE trucewatch_revision SET version_num = '0099'", "newer Trucewatch"),
        ("ALTER TABLE incidents DROP COLUMN summary", "the table incidents lacks summary"),
        ("DROP TABLE members", "there is no table members"),
        ("DELETE FROM trucewatch_revision", "names 0 revisions"),
    ],
)
def test_a_newer_or_half_migrated_database(dossier, capsys, verb, change, words):
    with database(dossier) as conn:
        conn.execute(change)
    before = bytes_of(dossier)
    line = said(capsys, verb, dossier)
    assert words in line
    assert "dossier.sqlite" in line
    assert "nothing was changed" in line
    assert bytes_of(dossier) == before


@pytest.mark.parametrize("at", [0, 20, 100, 5000])
@pytest.mark.parametrize("verb", ["add", "status"])
def test_a_damaged_database(dossier, capsys, at, verb):
    path = dossier / "dossier.sqlite"
    data = bytearray(path.read_bytes())
    data[at : at + 3000] = b"\xa5" * 3000
    path.write_bytes(data)
    before = bytes_of(dossier)
    capsys.readouterr()
    code = run([verb, str(dossier)])
    said_ = capsys.readouterr().err.splitlines()
    if at < 5000:  # the header or the schema: nothing can be read at all
        assert code == 2
        assert len(said_) == 1
        assert "dossier.sqlite" in said_[0]
        assert bytes_of(dossier) == before
    assert run(["verify", str(dossier), "--quiet"]) == 2
    assert "dossier.sqlite" in capsys.readouterr().out


def test_a_database_that_is_no_database(dossier, capsys):
    (dossier / "dossier.sqlite").write_text("These are words.")
    assert "damaged" in said(capsys, "status", dossier)
    assert run(["verify", str(dossier), "--quiet"]) == 2
    assert "dossier.sqlite" in capsys.readouterr().out


def test_the_database_of_another_dossier(dossier, tmp_path, capsys):
    other = tmp_path / "other"
    other.mkdir()
    (other / "dossier.sqlite").write_bytes((dossier / "dossier.sqlite").read_bytes())
    assert "holds another dossier" in said(capsys, "init", other)
    assert sorted(path.name for path in other.iterdir() if path.name in {"dossier.toml", "dossier.sqlite"}) == [
        "dossier.sqlite"
    ]


def test_an_init_that_was_cut_off_goes_on(dossier, capsys):
    (dossier / "dossier.toml").rename(dossier / ".dossier.toml.new")
    with database(dossier) as conn:
        (dossier / ".dossier.id.new").write_text(conn.execute("SELECT value FROM meta WHERE key = 'id'").fetchone()[0])
    assert "trucewatch init" in said(capsys, "status", dossier)
    assert run(["init", str(dossier)]) == 0
    is_whole(dossier, capsys)
    assert [path.name for path in dossier.iterdir() if path.name.endswith(".new")] == []


def test_no_dossier_and_no_database(tmp_path, dossier, capsys):
    assert "trucewatch init" in said(capsys, "status", tmp_path / "nowhere")
    (dossier / "dossier.sqlite").unlink()
    assert "dossier.sqlite" in said(capsys, "status", dossier)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("name =", "name ==", "cannot be read"),
        ('url = "sqlite"', 'url = "mysql://x/y"', "no such kind of database: mysql"),
        ('url = "sqlite"', 'url = "postgresql://[x"', "the database server does not answer"),
        ('url = "sqlite"', "url = 7", "store.url is 7"),
        ("[store]", "[shop]", "there is no setting"),
        ("jobs = 1", "jobs = 0", "a number from 1 to 64"),
        ("jobs = 1", "jobs = true", "a number from 1 to 64"),
        ("jobs = 1", "job = 1", "there is no setting 'coder.job'"),
        ("feeds = []", 'feeds = ["ftp://x"]', "a list of http(s) URLs"),
        ("feeds = []", 'feeds = "http://x"', "a list of http(s) URLs"),
        ("follow_links = true", 'follow_links = "yes"', "true or false"),
        ("every = 900", "every = 1", "from 60 to a week"),
        ("private_hosts = []", "private_hosts = [1]", "a list of hosts"),
        ("obey_robots = true", "obey_robots = 1", "true or false"),
        ("segment_bytes = 1_000_000_000", "segment_bytes = 10", "from 1,000,000"),
        ('timestamp_authority = ""', "timestamp_authority = 1", "a URL"),
        ("actors = []", 'actors = ["none.tsv"]', "none.tsv"),
        ("actors = []", "actors = [3]", "a list of file names"),
        ("[publishers]", '[publishers]\n"A" = 1', "an actor id in quotes"),
        ("format = 1", "format = 0", "format is 0"),
        ("format = 1", 'format = "1"', "format is '1'"),
        ("[watch]", "[[watch]]", "a table"),
        ("mask_private_persons = true", "mask_private_persons = 3", "mask_private_persons"),
        ("coarse_degrees = 0.1", "coarse_degrees = -1", "coarse_degrees"),
        ("mask_private_persons = true", "mask_everybody = true", "mask_everybody"),
    ],
)
def test_mistakes_in_the_settings(dossier, another, capsys, monkeypatch, old, new, words):  # noqa: PLR0917 - fixtures
    monkeypatch.undo()  # the real loader says what it makes of files of actors
    path = dossier / "dossier.toml"
    assert old in path.read_text()
    path.write_text(path.read_text().replace(old, new, 1))
    before = bytes_of(dossier)
    line = said(capsys, "add", dossier, another)
    assert words in line
    assert bytes_of(dossier) == before


# A disk that gives no room, or lets nobody write


def mounted(*words):
    return subprocess.run(["mount", *map(str, words)], capture_output=True, check=False).returncode == 0


@pytest.fixture
def read_only(dossier):
    if not (mounted("--bind", dossier, dossier) and mounted("-o", "remount,ro,bind", dossier)):
        pytest.skip("no leave to mount here")
    yield dossier
    subprocess.run(["umount", "--lazy", str(dossier)], check=True)


def test_a_read_only_disk(read_only, another, capsys):
    before = bytes_of(read_only)
    for words in (["add", read_only, another], ["recode", read_only], ["review", read_only, "--accept", "e-1"]):
        line = said(capsys, *words)
        assert "cannot be written" in line
        assert str(read_only) in line
    for words in (["status"], ["verify"], ["incidents"], ["search", "shelled"]):
        assert run([words[0], str(read_only), *words[1:]]) == 0
    assert bytes_of(read_only) == before


def test_a_folder_that_lets_nobody_write(dossier, another, capsys, monkeypatch):
    """As above where nothing can be mounted: the system's own answer, given by hand."""
    plain = os.open

    def refuse(path, flags, *rest, **more):
        if flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT) and str(path).startswith(str(dossier)):
            raise OSError(errno.EROFS, os.strerror(errno.EROFS), str(path))
        return plain(path, flags, *rest, **more)

    before = bytes_of(dossier)
    monkeypatch.setattr(archive.os, "open", refuse)
    line = said(capsys, "add", dossier, another)
    assert "cannot be written" in line
    monkeypatch.setattr(archive.os, "open", plain)
    assert bytes_of(dossier) == before


@pytest.fixture
def small(tmp_path, report, capsys):
    """A dossier on a disk of three megabytes."""
    folder = tmp_path / "small"
    folder.mkdir()
    if not mounted("-t", "tmpfs", "-o", "size=3m", "none", folder):
        pytest.skip("no leave to mount here")
    try:
        assert run(["init", str(folder / "karsh")]) == 0
        assert run(["add", str(folder / "karsh"), str(report)]) == 0
        capsys.readouterr()
        yield folder / "karsh"
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def test_a_full_disk(small, tmp_path, capsys):
    inputs = tmp_path / "many.jsonl"
    words = ("village", "market", "bridge", "school", "patrol", "checkpoint")
    inputs.write_text(
        "".join(
            json.dumps(
                {"id": str(n), "text": " ".join(sha256(f"{n} {k} {w}".encode()).hexdigest() for k in range(40) for w in words)}
            )
            + "\n"
            for n in range(200)
        )
    )
    line = said(capsys, "add", small, inputs, "--language", "en")
    assert "disk" in line
    assert "room" in line
    with suppress(OSError):
        (small.parent / "filler").write_bytes(b"x" * 3_000_000)  # to the last byte
    if code := run(["status", str(small)]):  # SQLite reads no log of transactions without a byte of room
        told = capsys.readouterr().err.splitlines()
        assert (code, len(told)) == (2, 1)
        assert "disk" in told[0]
    assert "disk" in said(capsys, "add", small, inputs, "--language", "en")
    assert mounted("-o", "remount,size=200m", small.parent)
    assert run(["verify", str(small), "--quiet"]) == 0
    assert run(["status", str(small), "--json"]) == 0
    assert 1 <= json.loads(capsys.readouterr().out)["reports"] < 200
    assert run(["add", str(small), str(inputs), "--language", "en"]) == 0
    is_whole(small, capsys)
    assert run(["status", str(small), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["reports"] == 201


@pytest.mark.parametrize("where", [archive, log])
@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT])
def test_no_room_for_the_evidence_or_the_log(dossier, another, capsys, monkeypatch, where, number):  # noqa: PLR0917 - fixtures
    before = run(["status", str(dossier), "--json"]), capsys.readouterr().out

    def full(*_):
        raise OSError(number, os.strerror(number))

    with monkeypatch.context() as patch:
        patch.setattr(where, "write_all", full)
        line = said(capsys, "add", dossier, another)
    assert "no room" in line
    assert "make room" in line
    is_whole(dossier, capsys) if where is archive else run(["verify", str(dossier), "--quiet"])
    assert run(["add", str(dossier), str(another)]) == 0
    is_whole(dossier, capsys)
    after = run(["status", str(dossier), "--json"]), capsys.readouterr().out
    assert json.loads(after[1])["reports"] == json.loads(before[1])["reports"] + 1


def test_no_room_for_the_database(dossier, another, capsys, monkeypatch):
    plain = engine.connect_file

    def small_file(*words, **more):
        conn = plain(*words, **more)
        conn.execute("PRAGMA max_page_count = 1")  # as many as there are
        return conn

    with monkeypatch.context() as patch:
        patch.setattr(engine, "connect_file", small_file)
        another.write_text("Shells fell on Pellow. " * 3000)
        assert "the disk is full" in said(capsys, "add", dossier, another)
    assert run(["verify", str(dossier), "--quiet"]) == 0
    assert run(["add", str(dossier), str(another)]) == 0
    is_whole(dossier, capsys)


# Inputs


def test_inputs_that_cannot_be_read_are_named_and_the_others_are_in(dossier, tmp_path, capsys):
    folder = tmp_path / "inputs"
    folder.mkdir()
    (folder / "a-good.txt").write_text("The army shelled the town of Pellow on Monday, the ministry said.")
    (folder / "empty.txt").write_bytes(b"")
    (folder / "binary.txt").write_bytes(bytes(range(256)) * 50)
    (folder / "nul.txt").write_bytes(b"The army shelled\0 the town. " * 50)
    (folder / "big.txt").write_text("The army shelled the town of Holm. " * 30_000)
    lines = [
        {"id": "nul\0id", "text": "The patrol was stopped at the bridge.", "language": "en"},
        {"id": "nul", "text": "The patrol \0 was stopped.", "language": "en"},
        {"id": "half\ud800", "text": "Half a character \ud800 is here.", "publisher": "P\ud800", "language": "en"},
        {"id": "late", "text": "The last report of all was about a convoy.", "language": "en"},
    ]
    (folder / "lines.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines) + "no JSON\n")
    named = os.fsencode(folder) + b"/na\xffme.txt"
    with open(named, "wb") as file:  # noqa: PTH123 - a name that is no text
        file.write(b"The mission found the road closed by rebels on Sunday.")
    (folder / "z-good.txt").write_text("Two soldiers were killed near Aldun on Sunday, the rebels said.")
    assert run(["add", str(dossier), str(folder)]) == 2
    told = capsys.readouterr().err.splitlines()
    assert len([line for line in told if "empty.txt: empty" in line]) == 1
    assert len([line for line in told if "unstorable" in line]) == 1, told
    assert len([line for line in told if "bad-json" in line]) == 1
    assert not [line for line in told if "Traceback" in line]
    is_whole(dossier, capsys)
    assert run(["status", str(dossier), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["unread"] == []
    for words in ("convoy", "rebels", "ministry", "bridge", "Holm"):
        assert run(["search", str(dossier), words]) == 0
        assert capsys.readouterr().out, words
    assert run(["add", str(dossier), str(folder)]) == 2
    is_whole(dossier, capsys)


FIELDS = [
    {"publisher": "p" * 5000}, {"publisher": "п" * 500}, {"url": "https://x.example/" + "u" * 9000}, {"url": "x\0y"},
    {"title": "t" * 100_000}, {"title": "T\0"}, {"language": "x" * 500}, {"published": "2031-05-14T00:00:00." + "0" * 300},
    {"id": "i" * 5000}, {"publisher": "a\0b"},
]  # fmt: skip


def test_fields_that_are_longer_than_the_columns(store_url, tmp_path, capsys):
    folder = tmp_path / "karsh"
    url = store_url.replace("postgresql+psycopg:", "postgresql:") if store_url.startswith("postgres") else "sqlite"
    assert run(["init", str(folder), "--store", url]) == 0
    text = "The army shelled the village of Aldun on Tuesday and the mission said that two people were killed there."
    lines = [{"id": f"good{n}", "text": f"{text} Good {n}."} for n in range(len(FIELDS) + 1)]
    odd = [{"id": f"odd{n}", "text": f"{text} Odd {n}.", **field} for n, field in enumerate(FIELDS)]
    path = tmp_path / "lines.jsonl"
    mixed = [*(line for two in zip(lines, odd, strict=False) for line in two), lines[-1]]
    path.write_text("".join(json.dumps(line) + "\n" for line in mixed))
    capsys.readouterr()
    code = run(["add", str(folder), str(path)])
    told = capsys.readouterr().err.splitlines()
    assert not [line for line in told if "Traceback" in line]
    refused = [line for line in told if line.startswith(("failed", "skipped"))]
    assert code == (2 if refused else 0), told
    assert not [line for line in refused if "good" in line]
    is_whole(folder, capsys)
    assert run(["status", str(folder), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["reports"] == len(mixed)
    assert len(found["failed"]) == len(refused)
    assert found["unread"] == []
