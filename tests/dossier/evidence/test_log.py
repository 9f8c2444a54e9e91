from __future__ import annotations

import errno
import multiprocessing
import os
import threading

import pytest

from trucewatch.dossier.evidence import CustodyLog, disk, link, to_line
from trucewatch.dossier.evidence import log as log_module
from trucewatch.model import TrucewatchError

from .makers import WHEN, chain


@pytest.fixture
def log(tmp_path):
    return CustodyLog(tmp_path / "evidence" / "custody.jsonl", patience=5)


def after(entries):
    return lambda seq: [entry for entry in entries if entry.seq > seq]


def test_entries_come_back_in_order(log):
    entries = chain(7)
    assert log.append(entries[:3]) == 3
    assert log.append(entries[3:]) == 4
    assert list(log) == entries
    assert log.path.read_bytes() == b"".join(map(to_line, entries))


def test_no_file_is_an_empty_log(log):
    assert log.tail() is None
    assert list(log) == []


@pytest.mark.parametrize("width", [1, 3_000, 4_000, 5_000, 20_000])
def test_the_tail_is_found_whatever_the_length_of_lines(log, width):
    entries = []
    for number in range(5):
        entries.append(link(entries[-1] if entries else None, WHEN, "note", {"text": "x" * width, "number": number}))
        log.append(entries[-1:])
        assert log.tail() == entries[-1]


def test_the_tail_is_read_without_the_whole_file(log):
    log.append(chain(3))
    with log.path.open("r+b") as stream:
        stream.write(b"rubbish")
    assert log.tail() == chain(3)[-1]
    with pytest.raises(TrucewatchError) as caught:
        list(log)
    assert caught.value.code == "custody-log-damaged"
    assert "custody.jsonl:1" in str(caught.value)


@pytest.mark.parametrize("wrong", [slice(0, 3), slice(4, 6), slice(0, 1)])
def test_entries_that_do_not_follow_are_refused(log, wrong):
    entries = chain(6)
    log.append(entries[:3])
    before = log.path.read_bytes()
    with pytest.raises(TrucewatchError) as caught:
        log.append(entries[wrong])
    assert caught.value.code == "custody-log-forked"
    assert log.path.read_bytes() == before


def test_a_second_entry_that_does_not_follow_undoes_the_first(log):
    entries = chain(6)
    log.append(entries[:3])
    with pytest.raises(TrucewatchError):
        log.append([entries[3], entries[5]])
    assert list(log) == entries[:3]


@pytest.mark.parametrize("cut", [1, 2, 30, 100, 200])
def test_a_half_written_line_is_cut_and_written_anew(log, cut):
    entries = chain(6)
    log.append(entries[:4])
    whole = log.path.read_bytes()
    log.path.write_bytes(whole[:-cut])
    with pytest.raises(TrucewatchError, match="half-written"):
        log.append(entries[4:])
    done = log.catch_up(after(entries))
    assert list(log) == entries
    assert done.added == 3
    assert done.cut == len(to_line(entries[3])) - cut


def test_catching_up_from_nothing_and_with_nothing_to_do(log):
    entries = chain(4)
    assert log.catch_up(after(entries)).added == 4
    before = log.path.read_bytes()
    assert (log.catch_up(after(entries)).added, log.catch_up(after(entries)).cut) == (0, 0)
    assert log.path.read_bytes() == before


def test_a_database_older_than_the_log_is_told_from_one_that_is_behind(log):
    entries = chain(6)
    log.append(entries)
    with pytest.raises(TrucewatchError) as caught:
        log.catch_up(after(entries[:4]))
    assert caught.value.code == "custody-log-ahead"
    assert list(log) == entries


def test_a_database_that_tells_another_story_is_refused(log):
    entries = chain(4)
    log.append(entries)
    other = [*entries[:3], link(entries[2], WHEN, "capture", {"number": 44})]
    with pytest.raises(TrucewatchError) as caught:
        log.catch_up(after([*other, link(other[-1], WHEN, "capture", {})]))
    assert caught.value.code == "custody-log-forked"
    assert list(log) == entries


@pytest.mark.parametrize(
    ("number", "code"), [(errno.EROFS, "read-only"), (errno.EACCES, "read-only"), (errno.EIO, "disk-failed")]
)
def test_a_disk_that_cannot_be_written_is_said_plainly(log, monkeypatch, number, code):
    log.append(chain(2))

    def refuse(*_args):
        raise OSError(number, "no")

    before = log.path.read_bytes()
    monkeypatch.setattr(disk.os, "open", refuse)
    with pytest.raises(TrucewatchError) as caught:
        log.append(chain(3)[2:])
    monkeypatch.undo()
    assert caught.value.code == code
    assert log.path.read_bytes() == before


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="file permissions do not bind this user")
def test_a_file_that_may_not_be_written_is_read_only(log):
    log.append(chain(2))
    log.path.chmod(0o444)
    with pytest.raises(TrucewatchError) as caught:
        log.append(chain(3)[2:])
    assert caught.value.code == "read-only"


def test_a_full_disk_leaves_the_file_as_it_was(log, file_limit):
    entries = chain(6)
    log.append(entries[:3])
    before = log.path.read_bytes()
    with file_limit(len(before) + 100), pytest.raises(TrucewatchError) as caught:
        log.append(entries[3:])
    assert caught.value.code == "disk-full"
    assert log.path.read_bytes() == before
    log.append(entries[3:])
    assert list(log) == entries


def test_bytes_that_could_not_be_made_to_last_are_taken_back(log, monkeypatch):
    entries = chain(4)
    log.append(entries[:2])

    def fail(_handle):
        raise OSError(errno.ENOSPC, "full")

    monkeypatch.setattr(log_module.os, "fsync", fail)
    with pytest.raises(TrucewatchError) as caught:
        log.append(entries[2:])
    monkeypatch.undo()
    assert caught.value.code == "disk-full"
    assert list(log) == entries[:2]


def test_a_log_that_another_command_holds_is_waited_for(log):
    entries = chain(3)
    log.append(entries[:1])
    held = disk.take(log.path)
    with pytest.raises(TrucewatchError) as caught:
        CustodyLog(log.path, patience=0.05).append(entries[1:])
    assert caught.value.code == "locked"
    timer = threading.Timer(0.1, held.close)
    timer.start()
    assert log.append(entries[1:]) == 2
    timer.join()


def _catch_up(path, entries):
    CustodyLog(path).catch_up(after(entries))


def test_many_commands_catch_up_at_once_and_write_each_line_once(log):
    entries = chain(200)
    context = multiprocessing.get_context("fork" if os.name == "posix" else "spawn")
    commands = [context.Process(target=_catch_up, args=(log.path, entries[: 50 * (i % 4 + 1)])) for i in range(8)]
    for command in commands:
        command.start()
    for command in commands:
        command.join()
    log.catch_up(after(entries))
    assert list(log) == entries
