from __future__ import annotations

import builtins
import random
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from trucewatch.dossier.evidence import timestamp
from trucewatch.dossier.evidence.timestamp import HttpAuthority, Stamps, authority, check, query
from trucewatch.model import TrucewatchError
from trucewatch.reading import FetchOptions

from .makers import chain

parse_timestamp_request = pytest.importorskip("rfc3161_client._rust").parse_timestamp_request
LocalAuthority = pytest.importorskip(f"{__package__}.authority").LocalAuthority

DIGEST = bytes(range(32))


@pytest.fixture(scope="module")
def local():
    return LocalAuthority()


def test_a_token_says_when_and_by_whom(local):
    stamp = check(local.stamp(DIGEST), DIGEST, [local.root])
    assert stamp.trusted
    assert stamp.at.endswith("Z")
    assert (stamp.policy, stamp.serial) == ("1.2.3.4.1", 77)


def test_without_roots_nothing_is_said_of_trust(local):
    assert check(local.stamp(DIGEST), DIGEST).trusted is False


def test_a_token_of_another_digest_or_root_does_not_hold(local):
    token = local.stamp(DIGEST)
    for digest, roots in ((DIGEST[::-1], []), (DIGEST, [LocalAuthority("Other Time").root])):
        with pytest.raises(TrucewatchError) as caught:
            check(token, digest, roots)
        assert caught.value.code == "timestamp-wrong"


def test_a_refusal_is_said_in_the_authoritys_words(local):
    with pytest.raises(TrucewatchError, match="not today") as caught:
        check(local.refuse(), DIGEST)
    assert caught.value.code == "timestamp-refused"


def test_a_spoilt_token_never_says_another_time(local):
    token = local.stamp(DIGEST)
    sound = check(token, DIGEST, [local.root])
    chance = random.Random(5)
    refused = 0
    for _ in range(200):
        spoilt = bytearray(token)
        spoilt[chance.randrange(len(spoilt))] ^= chance.randrange(1, 256)
        try:
            assert check(bytes(spoilt), DIGEST, [local.root]) == sound
        except TrucewatchError:
            refused += 1
    assert refused > 150


def test_the_question_is_one_that_the_library_reads():
    for nonce in (0, 1, 127, 128, 255, 2**63 - 1):
        asked = parse_timestamp_request(query(DIGEST, nonce))
        assert asked.message_imprint.message == DIGEST
        assert asked.nonce == nonce
        assert asked.cert_req
    with pytest.raises(TrucewatchError):
        query(b"short", 1)


def test_tokens_lie_beside_their_entries(tmp_path, local):
    entries = chain(3)
    stamps = Stamps(tmp_path)
    path = stamps.add(entries[-1], local)
    assert path == tmp_path / "timestamps" / "3.tsr"
    assert local.asked[-1] == bytes.fromhex(entries[-1].hash)
    assert stamps.seqs() == [3]
    entry, token = stamps.read(3)
    assert entry == entries[-1]
    assert check(token, bytes.fromhex(entry.hash), [local.root]).trusted
    assert sorted(each.name for each in path.parent.iterdir()) == ["3.json", "3.tsr"]
    with pytest.raises(TrucewatchError) as caught:
        stamps.add(entries[-1], local)
    assert caught.value.code == "already-stamped"


def test_tokens_are_held_against_the_chain(tmp_path, local):
    entries = chain(3)
    stamps = Stamps(tmp_path)
    stamps.add(entries[1], local)
    known = {entry.seq: entry for entry in entries}
    assert list(stamps.check(known.get, [local.root])) == []
    assert [trouble.code for trouble in stamps.check({}.get, [local.root])] == ["timestamp-wrong"]
    (tmp_path / "timestamps" / "2.tsr").write_bytes(b"junk")
    assert [trouble.where for trouble in stamps.check(known.get)] == ["timestamps/2.tsr"]
    (tmp_path / "timestamps" / "2.json").unlink()
    assert [trouble.code for trouble in stamps.check(known.get)] == ["unreadable"]


def test_a_failed_stamp_leaves_nothing(tmp_path, local):
    class Refuses:
        def stamp(self, digest):
            return local.stamp(digest[::-1])

    with pytest.raises(TrucewatchError):
        Stamps(tmp_path).add(chain(1)[0], Refuses())
    assert list(tmp_path.iterdir()) == []


def test_without_the_library_the_way_out_is_named(monkeypatch, local):
    token = local.stamp(DIGEST)
    real = builtins.__import__

    def without(name, *rest):
        if name == "rfc3161_client":
            raise ImportError(name)
        return real(name, *rest)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(TrucewatchError, match=r"trucewatch\[timestamps\]") as caught:
        check(token, DIGEST)
    assert caught.value.code == "timestamps-not-installed"


def test_authorities_come_by_entry_point(monkeypatch):
    class Point:
        name = "http"

        def load(self):
            return HttpAuthority

    monkeypatch.setattr(timestamp, "entry_points", lambda group: [Point()] if group == "trucewatch.timestamps" else [])
    assert authority("http", "https://time.example") == HttpAuthority("https://time.example")
    with pytest.raises(TrucewatchError, match="choose: http"):
        authority("none", "")


@pytest.fixture
def server(local):
    """A time stamp server on this machine; ``mode`` says how it misbehaves."""

    class Handler(BaseHTTPRequestHandler):
        mode = "well"

        def do_POST(self):
            asked = parse_timestamp_request(self.rfile.read(int(self.headers["Content-Length"])))
            nonce = 1 if type(self).mode == "replays" else asked.nonce
            body = {
                "refuses": local.refuse(),
                "floods": b"x" * 300_000,
                "babbles": b"<html>hello</html>",
            }.get(type(self).mode) or local.stamp(asked.message_imprint.message, nonce)
            self.send_response(503 if type(self).mode == "fails" else 302 if type(self).mode == "redirects" else 200)
            self.send_header("Content-Type", "application/timestamp-reply")
            self.send_header("Location", "http://127.0.0.1:1/")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args):
            pass

    running = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=running.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{running.server_port}/tsa", Handler
    running.shutdown()
    running.server_close()
    thread.join()


def test_an_authority_over_http_is_asked_and_checked(server, local):
    token = HttpAuthority(server[0], FetchOptions(allow_private=True)).stamp(DIGEST)
    assert check(token, DIGEST, [local.root]).trusted


@pytest.mark.parametrize(
    ("mode", "code"),
    [
        ("refuses", "timestamp-refused"),
        ("fails", "timestamp-refused"),
        ("redirects", "timestamp-refused"),
        ("floods", "timestamp-refused"),
        ("replays", "timestamp-refused"),
        ("babbles", "timestamp-wrong"),
    ],
)
def test_an_authority_that_misbehaves_gives_no_stamp(server, mode, code):
    server[1].mode = mode
    with pytest.raises(TrucewatchError) as caught:
        HttpAuthority(server[0], FetchOptions(allow_private=True)).stamp(DIGEST)
    assert caught.value.code == code


def test_a_private_address_is_not_asked(server):
    with pytest.raises(TrucewatchError) as caught:
        HttpAuthority(server[0]).stamp(DIGEST)
    assert caught.value.code == "fetch-private-address"
