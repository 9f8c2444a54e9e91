from __future__ import annotations

import errno
import gzip
import hashlib
import io
import json
import multiprocessing
import os
import random
import tracemalloc
from dataclasses import replace

import pytest
from warcio.archiveiterator import ArchiveIterator

from trucewatch.dossier.evidence import Archive, Capture, local_uri
from trucewatch.dossier.evidence import archive as archive_module
from trucewatch.dossier.evidence.verify import verify_segments
from trucewatch.model import Report, TrucewatchError
from trucewatch.reading import read

from .makers import PAGE, WHEN, Known, dossier, fetched, from_file


@pytest.fixture
def archive(tmp_path):
    return Archive(tmp_path)


def store(archive, *captures):
    with archive.writer() as writer:
        return [writer.store(capture) for capture in captures]


def warcio_records(archive, segment):
    with archive.path(segment).open("rb") as stream:
        for record in ArchiveIterator(stream, check_digests=True):
            body = record.content_stream().read()
            assert record.digest_checker.passed is True, record.digest_checker.problems
            yield record, body


def test_a_fetch_is_kept_as_response_request_and_metadata(archive):
    stored = store(archive, fetched(7))[0]
    assert [record.type for record in stored.records] == ["response", "request", "metadata"]
    (response, body), (request, _), (metadata, fields) = warcio_records(archive, stored.main.segment)
    assert body == PAGE
    assert response.rec_headers.protocol == "WARC/1.1"
    assert response.rec_headers.get_header("WARC-Date") == WHEN
    assert response.rec_headers.get_header("WARC-Target-URI") == "https://herald.example/news/7"
    assert response.rec_headers.get_header("WARC-Payload-Digest") == "sha256:" + hashlib.sha256(PAGE).hexdigest()
    assert response.http_headers.get_statuscode() == "200"
    assert request.http_headers.get_header("Host") == "herald.example"
    main = f"<{stored.main.record_id}>"
    assert response.rec_headers.get_header("WARC-Record-ID") == main
    assert request.rec_headers.get_header("WARC-Concurrent-To") == main
    assert metadata.rec_headers.get_header("WARC-Refers-To") == main
    noted = dict(line.split(": ", 1) for line in fields.decode().splitlines())
    assert json.loads(noted["case"]) == "case 7"
    assert json.loads(noted["kind"]) == "fetch"


def test_headers_that_do_not_hold_for_the_decoded_body_are_noted_not_kept(archive):
    stored = store(archive, fetched())[0]
    (response, _), _, (_, fields) = warcio_records(archive, stored.main.segment)
    assert [name for name, _ in response.http_headers.headers] == ["Content-Type"]
    assert b'http-headers-dropped: [["Content-Encoding", "gzip"], ["Content-Length", "99"]]' in fields


def test_a_length_that_holds_stays(archive):
    capture = replace(fetched(), response_headers=(("Content-Length", str(len(PAGE))),))
    (response, _), *_ = warcio_records(archive, store(archive, capture)[0].main.segment)
    assert response.http_headers.get_header("Content-Length") == str(len(PAGE))


@pytest.mark.parametrize("kind", ["file", "text", "stdin"])
def test_what_has_no_url_is_kept_as_resource_and_metadata(archive, kind):
    stored = store(archive, from_file(b"Two shells.", "notes/day 1.txt", kind))[0]
    (resource, body), (metadata, _) = warcio_records(archive, stored.main.segment)
    assert (resource.rec_type, metadata.rec_type, body) == ("resource", "metadata", b"Two shells.")
    assert resource.rec_headers.get_header("WARC-Target-URI") == f"urn:trucewatch:{kind}:notes%2Fday%201.txt"
    assert resource.rec_headers.get_header("Content-Type") == "text/plain"


def test_each_record_is_a_gzip_member_of_its_own(archive):
    stored = store(archive, fetched(1), fetched(2))
    data = archive.path(stored[0].main.segment).read_bytes()
    at = 0
    for record in (record for one in stored for record in one.records):
        assert record.offset == at
        member = data[at : at + record.length]
        assert hashlib.sha256(member).hexdigest() == record.stored_sha256
        assert gzip.decompress(member).startswith(b"WARC/1.1\r\n")
        at += record.length
    assert at == len(data)


@pytest.mark.parametrize(
    "body", [b"", b"\r\n\r\n", b"\0" * 200_000, random.Random(3).randbytes(200_000), b"HTTP/1.1 404 no\r\n\r\nx"], ids=range(5)
)
@pytest.mark.parametrize("make", [lambda _body: fetched(), from_file], ids=["fetch", "file"])
def test_the_payload_comes_back_as_it_was(archive, body, make):
    capture = replace(make(b""), payload=body)
    stored = store(archive, fetched(0), capture)[1]
    with archive.open_payload(stored.main.segment, stored.main.offset) as stream:
        assert stream.read() == body
    assert (stored.main.payload_size, stored.main.payload_sha256) == (len(body), hashlib.sha256(body).hexdigest())


def test_a_file_of_type_http_is_still_a_file(archive):
    body = b"HTTP/1.1 200 OK\r\nA: b\r\n\r\nbody"
    stored = store(archive, from_file(body, content_type="application/http"))[0]
    assert archive.open_payload(stored.main.segment, stored.main.offset).read() == body


def test_paths_and_streams_are_read_in_pieces(archive, tmp_path):
    body = os.urandom(1 << 20) * 10
    path = tmp_path / "film.bin"
    path.write_bytes(body)
    sha256 = hashlib.sha256(body).hexdigest()
    del body
    tracemalloc.start()
    with path.open("rb") as stream, archive.writer() as writer:
        stored = [writer.store(from_file(path)), writer.store(from_file(stream, "-", "stdin"))]
    with archive.open_payload(stored[0].main.segment, stored[1].main.offset) as stream:
        digest = hashlib.sha256()
        while data := stream.read(1 << 16):
            digest.update(data)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 4_000_000
    assert digest.hexdigest() == sha256
    assert {one.main.payload_sha256 for one in stored} == {sha256}


def test_a_missing_file_stores_nothing(archive, tmp_path):
    with archive.writer() as writer:
        with pytest.raises(TrucewatchError) as caught:
            writer.store(from_file(tmp_path / "none.txt"))
        assert caught.value.code == "unreadable"
        assert archive.names() == []
        writer.store(fetched())


@pytest.mark.parametrize(
    "change",
    [
        {"uri": "no scheme"},
        {"retrieved": "yesterday"},
        {"retrieved": "2031-05-14T08:15:00"},
        {"metadata": {"a: b\r\nc": 1}},
        {"metadata": {"a": float("inf")}},
        {"metadata": {"a": object()}},
        {"status_line": "HTTP/1.1 200 \ud800"},
    ],
)
def test_what_cannot_stand_in_a_warc_is_refused(archive, change):
    with pytest.raises(TrucewatchError) as caught:
        store(archive, replace(fetched(), **change))
    assert caught.value.code == "bad-capture"
    assert archive.names() == []


def test_no_value_can_end_its_line(archive):
    capture = replace(
        fetched(),
        uri="https://herald.example/a\r\nWARC-Type: evil",
        response_headers=(("X-A", "b\r\nX-C: d"),),
        status_line="HTTP/1.1 200 OK\r\nX-E: f",
        metadata={"note": "a\r\nkind: evil"},
    )
    (response, body), _, (_, fields) = warcio_records(archive, store(archive, capture)[0].main.segment)
    assert response.rec_type == "response"
    assert [name for name, _ in response.http_headers.headers] == ["X-A", "Content-Type"]
    assert body == PAGE
    assert len(fields.splitlines()) == 2


def test_a_name_with_bytes_that_are_no_text_is_kept(archive):
    stored = store(archive, from_file(b"x", os.fsdecode(b"caf\xe9.txt")))[0]
    (resource, _), _ = warcio_records(archive, stored.main.segment)
    assert resource.rec_headers.get_header("WARC-Target-URI") == local_uri("file", os.fsdecode(b"caf\xe9.txt"))
    assert resource.rec_headers.get_header("WARC-Target-URI").endswith("caf%E9.txt")


def test_the_reading_room_reads_the_segments(archive):
    text = "Two shells landed near the village of Tel Amar on Friday, monitors said. Nobody was hurt. " * 5
    stored = store(archive, from_file(text.encode()))[0]
    (report,) = read([str(archive.path(stored.main.segment))])
    assert isinstance(report, Report)
    assert "Tel Amar" in report.text


@pytest.mark.parametrize(
    "name",
    ["../custody.jsonl", "/etc/passwd", "a/b.warc.gz", "..", "", "x.warc.gz/..", "a\\b.warc.gz", ".x.warc.gz", "x.warc.gz\n"],
)
def test_a_segment_name_that_leads_elsewhere_is_refused(archive, name):
    with pytest.raises(TrucewatchError) as caught:
        archive.open_payload(name, 0)
    assert caught.value.code == "bad-segment-name"


@pytest.mark.skipif(os.name != "posix", reason="links")
def test_a_link_in_the_place_of_a_segment_is_not_followed(archive, tmp_path):
    stored = store(archive, fetched())[0]
    elsewhere = tmp_path / "elsewhere"
    archive.path(stored.main.segment).rename(elsewhere)
    archive.path(stored.main.segment).symlink_to(elsewhere)
    with pytest.raises(TrucewatchError) as caught:
        archive.open_payload(stored.main.segment, 0)
    assert caught.value.code == "unreadable"
    assert list(archive.recover(lambda _name: None)) == []
    assert elsewhere.exists()


def test_a_wrong_place_is_no_record(archive):
    stored = store(archive, fetched())[0]
    for offset in (1, stored.main.length - 1, 10_000):
        with pytest.raises(TrucewatchError) as caught:
            archive.open_payload(stored.main.segment, offset)
        assert caught.value.code == "evidence-damaged"
    with pytest.raises(TrucewatchError) as caught:
        archive.open_payload("none.warc.gz", 0)
    assert caught.value.code == "evidence-missing"


def test_a_cut_record_is_told_while_reading(archive):
    stored = store(archive, from_file(os.urandom(300_000)))[0]
    path = archive.path(stored.main.segment)
    os.truncate(path, stored.main.length - 1000)
    with archive.open_payload(stored.main.segment, 0) as stream, pytest.raises(TrucewatchError) as caught:
        stream.read()
    assert caught.value.code == "evidence-damaged"


def test_a_segment_goes_on_where_the_database_agrees_with_its_end(archive):
    known = Known()
    for number in range(3):
        with archive.writer(known.end) as writer:
            known.add(writer.store(fetched(number)))
    assert len(archive.names()) == 1
    with archive.writer(known.end) as writer:
        writer.store(fetched(8))  # never told to the database
    with archive.writer(known.end) as writer:
        known.add(writer.store(fetched(9)))
    assert len(archive.names()) == 2


def test_what_a_failed_transaction_left_never_lies_between_records(archive):
    known = Known()
    with archive.writer(known.end) as writer:
        first = known.add(writer.store(fetched(1)))
        failed = writer.store(fetched(2))  # its transaction is rolled back, and the command goes on
        third = known.add(writer.store(fetched(3)))
        assert first.main.segment == failed.main.segment != third.main.segment
        assert list(archive.recover(known.end)) == []  # still held: the transaction may yet come
    (cut,) = archive.recover(known.end)
    assert (cut.segment, cut.start, cut.length) == (
        first.main.segment,
        failed.main.offset,
        sum(r.length for r in failed.records),
    )
    assert list(verify_segments(archive, known.sorted())) == []


def test_stores_that_are_committed_together_are_safe_until_then(archive):
    known = Known()
    with archive.writer(known.end) as writer:
        stored = [writer.store(fetched(number)) for number in range(3)]
        assert list(archive.recover(known.end)) == []
        for one in stored:
            known.add(one)
    assert list(archive.recover(known.end)) == []
    assert list(verify_segments(archive, known.sorted())) == []


def test_a_full_segment_is_followed_by_another(tmp_path):
    archive, known = Archive(tmp_path, size_limit=3000), Known()
    with archive.writer(known.end) as writer:
        for number in range(6):
            known.add(writer.store(replace(fetched(number), payload=os.urandom(1000))))
    assert len(archive.names()) == 3
    with archive.writer(known.end) as writer:
        known.add(writer.store(fetched(9)))
    assert len(archive.names()) == 4


def test_two_writers_never_share_a_segment(archive):
    known = Known()
    with archive.writer(known.end) as writer:
        first = known.add(writer.store(fetched(1)))
        with archive.writer(known.end) as other:
            second = known.add(other.store(fetched(2)))
            assert archive.is_busy(second.main.segment)
    assert first.main.segment != second.main.segment
    assert not archive.is_busy(second.main.segment)


def _write(folder, number):
    with Archive(folder).writer() as writer:
        for _ in range(5):
            writer.store(fetched(number))


def test_many_commands_write_at_once(archive):
    context = multiprocessing.get_context("fork" if os.name == "posix" else "spawn")
    commands = [context.Process(target=_write, args=(archive.folder, number)) for number in range(6)]
    for command in commands:
        command.start()
    for command in commands:
        command.join()
    assert [command.exitcode for command in commands] == [0] * 6
    assert sum(len(list(warcio_records(archive, name))) for name in archive.names()) == 6 * 5 * 3


def test_a_full_disk_leaves_the_segment_as_it_was(archive, file_limit):
    with archive.writer() as writer:
        stored = writer.store(fetched(1))
        path = archive.path(stored.main.segment)
        before = path.read_bytes()
        with file_limit(len(before) + 500), pytest.raises(TrucewatchError) as caught:
            writer.store(replace(fetched(2), payload=os.urandom(5000)))
        assert caught.value.code == "disk-full"
        assert path.read_bytes() == before
        assert writer.store(fetched(3)).main.offset == len(before)


def test_a_full_disk_leaves_no_empty_segment(archive, file_limit):
    with archive.writer() as writer:
        with file_limit(100), pytest.raises(TrucewatchError):
            writer.store(fetched(1))
        assert archive.names() == []
        assert writer.store(fetched(2)).main.offset == 0


@pytest.mark.parametrize("problem", [OSError(errno.EIO, "no"), KeyboardInterrupt()])
def test_bytes_that_were_not_made_to_last_are_cut(archive, monkeypatch, problem):
    with archive.writer() as writer:
        stored = writer.store(fetched(1))
        before = archive.path(stored.main.segment).read_bytes()

        def fail(_handle):
            raise problem

        monkeypatch.setattr(archive_module.os, "fsync", fail)
        with pytest.raises((TrucewatchError, KeyboardInterrupt)):
            writer.store(fetched(2))
        monkeypatch.undo()
        assert archive.path(stored.main.segment).read_bytes() == before


def test_a_disk_that_cannot_be_written_is_read_only(archive, monkeypatch):
    def refuse(*_args, **_more):
        raise OSError(errno.EROFS, "read-only file system")

    monkeypatch.setattr(archive_module, "take", refuse)
    with pytest.raises(TrucewatchError) as caught:
        store(archive, fetched())
    assert caught.value.code == "read-only"


def test_an_interrupted_write_is_cut_and_accounted_for(archive):
    _, known, *_ = dossier(archive.folder)
    name = archive.names()[0]
    whole = archive.path(name).read_bytes()
    with archive.path(name).open("ab") as stream:
        stream.write(b"half a record")
    with archive.writer() as writer:
        lost = writer.store(fetched(9))
    lost_bytes = archive.path(lost.main.segment).read_bytes()
    cuts = {cut.segment: cut for cut in archive.recover(known.end)}
    assert archive.names() == [name]
    assert archive.path(name).read_bytes() == whole
    half = cuts[name]
    assert (half.start, half.length, half.sha256) == (len(whole), 13, hashlib.sha256(b"half a record").hexdigest())
    gone = cuts[lost.main.segment]
    assert (gone.start, gone.length, gone.sha256) == (0, len(lost_bytes), hashlib.sha256(lost_bytes).hexdigest())
    assert list(archive.recover(known.end)) == []


def test_a_segment_that_is_being_written_is_not_taken_for_an_interrupted_write(archive):
    _, known, *_ = dossier(archive.folder)
    with archive.writer(known.end) as writer:
        stored = writer.store(fetched(9))
        assert list(archive.recover(known.end)) == []
        known.add(stored)
    assert list(archive.recover(known.end)) == []
    assert archive.open_payload(stored.main.segment, stored.main.offset).read() == PAGE


def test_what_another_committed_meanwhile_is_not_cut(archive):
    """The end is asked for under the lock: a commit between the question and the lock would else cost its bytes."""
    _, known, *_ = dossier(archive.folder)
    with archive.writer(known.end) as writer:
        known.add(writer.store(fetched(9)))
    answers = []

    def asked(name):
        answers.append(archive.is_busy(name))
        return known.end(name)

    with archive.path(archive.names()[0]).open("ab") as stream:
        stream.write(b"x")
    assert len(list(archive.recover(asked))) == 1
    assert answers[-1] is True


def test_missing_bytes_are_not_recovered(archive):
    _, known, *_ = dossier(archive.folder)
    path = archive.path(archive.names()[0])
    os.truncate(path, 100)
    assert list(archive.recover(known.end)) == []
    assert path.stat().st_size == 100


def test_a_stranger_in_the_folder_is_left_alone(archive):
    _, known, *_ = dossier(archive.folder)
    stranger = archive.segments_folder / "Thumbs.db"
    stranger.write_bytes(b"x")
    (archive.segments_folder / "folder.warc.gz").mkdir()
    assert list(archive.recover(known.end)) == []
    assert stranger.exists()


def test_no_spool_is_left_behind(archive):
    store(archive, from_file(io.BytesIO(os.urandom(2_000_000))))
    assert sorted(path.name for path in archive.folder.iterdir()) == ["segments"]


def test_a_fetch_without_its_answers_headers_is_a_resource(archive):
    capture = Capture("https://herald.example/a", "fetch", PAGE, "text/html", WHEN)
    assert [record.type for record in store(archive, capture)[0].records] == ["resource", "metadata"]
