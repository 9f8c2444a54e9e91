from __future__ import annotations

import os
import random
import shutil
from dataclasses import replace

import pytest

from trucewatch.dossier.evidence import CustodyLog, link, to_line
from trucewatch.dossier.evidence.verify import verify, verify_log
from trucewatch.model import TrucewatchError

from .makers import WHEN, chain, dossier, fetched


@pytest.fixture
def parts(tmp_path):
    return dossier(tmp_path, segments=2)


def found(parts):
    archive, known, entries, log = parts
    return list(verify(archive, known.sorted(), entries, log))


def codes(parts):
    return {trouble.code for trouble in found(parts)}


def test_a_sound_dossier_has_no_trouble(parts):
    assert found(parts) == []


def test_an_empty_dossier_has_no_trouble(tmp_path):
    assert found(dossier(tmp_path, captures=0, entries=0, segments=0)) == []


def _flip(path, at, bit):
    data = bytearray(path.read_bytes())
    data[at] ^= bit
    path.write_bytes(data)


def test_every_flipped_byte_is_named_with_its_file(parts):
    archive, _, _, log = parts
    files = [archive.path(name) for name in archive.names()] + [log.path]
    chance = random.Random(20310514)
    for number in range(360):
        path = files[number % len(files)]
        at, bit = chance.randrange(path.stat().st_size), chance.randrange(1, 256)
        _flip(path, at, bit)
        told = found(parts)
        assert told, f"{path.name}, byte {at}, ^{bit}"
        assert any(path.name in trouble.where for trouble in told)
        assert not any(other.name in trouble.where for trouble in told for other in files if other != path)
        _flip(path, at, bit)
    assert found(parts) == []


def test_every_single_byte_of_a_small_record_counts(tmp_path):
    parts = dossier(tmp_path, captures=0)
    path = parts[0].path(parts[0].names()[0])
    for at in range(path.stat().st_size):
        _flip(path, at, 1)
        assert found(parts), at
        _flip(path, at, 1)


def test_every_truncation_is_named(parts):
    archive, _, _, log = parts
    chance = random.Random(7)
    for path in (archive.path(archive.names()[0]), log.path):
        whole = path.read_bytes()
        for size in [0, 1, len(whole) - 1, *(chance.randrange(len(whole)) for _ in range(30))]:
            path.write_bytes(whole[:size])
            assert any(path.name in trouble.where for trouble in found(parts)), (path.name, size)
        path.write_bytes(whole)


@pytest.mark.parametrize("extra", [b"x", b"\0", b"\n", b"\x1f\x8b"])
def test_bytes_too_many_are_named(parts, extra):
    archive, _, _, log = parts
    for path in (archive.path(archive.names()[0]), log.path):
        whole = path.read_bytes()
        path.write_bytes(whole + extra)
        (told,) = found(parts)
        assert path.name in told.where
        path.write_bytes(whole)


def test_a_missing_and_a_strange_file_are_named(parts):
    archive, *_ = parts
    name = archive.names()[0]
    shutil.move(archive.path(name), archive.segments_folder / "other.warc.gz")
    assert {(trouble.code, trouble.where) for trouble in found(parts)} == {
        ("segment-missing", f"segments/{name}"),
        ("segment-unknown", "segments/other.warc.gz"),
    }


def test_a_missing_log_is_named(parts):
    parts[3].path.unlink()
    assert [trouble.code for trouble in found(parts)] == ["log-line-missing"]


def test_a_whole_record_taken_out_or_put_elsewhere_is_named(parts):
    archive, known, *_ = parts
    first, second, *_ = known.sorted()
    path = archive.path(first.segment)
    whole = path.read_bytes()
    path.write_bytes(whole[first.length :])
    assert "segment-cut" in codes(parts)
    one, two = whole[: first.length], whole[first.length : first.length + second.length]
    path.write_bytes(two + one + whole[len(one) + len(two) :])
    assert "bytes-changed" in codes(parts)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"record_id": "urn:uuid:0"}, "record-wrong"),
        ({"type": "resource"}, "record-wrong"),
        ({"payload_sha256": "0" * 64}, "record-wrong"),
        ({"payload_size": 1}, "record-wrong"),
        ({"stored_sha256": "0" * 64}, "bytes-changed"),
        ({"length": 10}, "bytes-unaccounted"),
        ({"length": 10_000_000}, "record-cut"),
        ({"offset": 1}, "bytes-unaccounted"),
        ({"segment": "../x"}, "bad-segment-name"),
    ],
)
def test_a_record_changed_in_the_database_is_named(parts, change, code):
    archive, known, entries, log = parts
    first, *rest = known.sorted()
    assert code in {trouble.code for trouble in verify(archive, [replace(first, **change), *rest], entries, log)}


def test_a_record_lost_from_the_database_is_named(parts):
    archive, known, entries, log = parts
    records = known.sorted()
    for left_out in range(len(records)):
        told = list(verify(archive, records[:left_out] + records[left_out + 1 :], entries, log))
        assert [trouble.code for trouble in told] == ["bytes-unaccounted"]


def test_records_out_of_order_are_the_callers_mistake(parts):
    archive, known, entries, log = parts
    with pytest.raises(TrucewatchError) as caught:
        list(verify(archive, known.sorted()[::-1], entries, log))
    assert caught.value.code == "records-unsorted"


def test_two_entries_that_changed_places_are_named(parts):
    _, _, entries, log = parts
    lines = [to_line(entry) for entry in entries]
    for at in range(len(lines) - 1):
        swapped = [*lines[:at], lines[at + 1], lines[at], *lines[at + 2 :]]
        log.path.write_bytes(b"".join(swapped))
        told = found(parts)
        assert {trouble.code for trouble in told} == {"log-line-missing", "log-line-out-of-order"}
        assert len(told) == 2


def test_a_deleted_and_a_doubled_line_are_named_once(parts):
    _, _, entries, log = parts
    lines = [to_line(entry) for entry in entries]
    for at in range(len(lines)):
        log.path.write_bytes(b"".join(lines[:at] + lines[at + 1 :]))
        assert [trouble.code for trouble in found(parts)] == ["log-line-missing"]
        log.path.write_bytes(b"".join([*lines[: at + 1], *lines[at:]]))
        assert len(found(parts)) == 1


def test_a_history_written_anew_in_the_log_is_named(parts):
    _, _, entries, log = parts
    new = [*entries[:2]]
    for entry in entries[2:]:
        new.append(link(new[-1], WHEN, entry.action, {**entry.detail, "number": 0}))
    log.path.write_bytes(b"".join(map(to_line, new)))
    assert [trouble.where for trouble in found(parts)] == [f"custody.jsonl:{n}" for n in (3, 4, 5, 6)]


def test_a_history_written_anew_in_the_database_is_named(parts):
    archive, known, entries, log = parts
    spoilt = [*entries[:2], replace(entries[2], action="nothing"), *entries[3:]]
    assert {trouble.code for trouble in verify(archive, known.sorted(), spoilt, log)} == {"entry-changed", "log-line-changed"}


def test_what_is_being_written_now_is_no_trouble(parts):
    archive, known, *_ = parts
    with archive.writer(known.end) as writer, archive.writer() as other:
        writer.store(fetched(8))
        other.store(fetched(9))
        assert found(parts) == []
    assert len(found(parts)) == 2


@pytest.mark.skipif(os.name != "posix", reason="a folder can be opened elsewhere")
def test_a_log_that_cannot_be_read_is_named(parts):
    archive, known, entries, log = parts
    folder = log.path.parent / "folder"
    folder.mkdir()
    told = list(verify(archive, known.sorted(), entries, CustodyLog(folder)))
    assert [trouble.code for trouble in told if trouble.code != "file-unknown"] == ["unreadable"]


def test_a_long_log_is_compared_to_its_end(tmp_path):
    entries, log = chain(500), CustodyLog(tmp_path / "long.jsonl")
    log.append(entries)
    assert list(verify_log(log, entries)) == []
    assert len(list(verify_log(log, entries[:400]))) == 100
