"""A capture as WARC records: their blocks, headers and digests, before anything is written.

HTTP headers go in as they came, but for those that no longer hold for the decoded, whole body. This module writes no segment.
"""

from __future__ import annotations

import hashlib
import io
import json
import re
import tempfile
import uuid
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, cast

from warcio.recordloader import ArcWarcRecord
from warcio.statusandheaders import StatusAndHeaders

from trucewatch.dossier.evidence.disk import CHUNK, read_plainly, said_plainly
from trucewatch.dossier.evidence.records import checked_uri, iso, utc
from trucewatch.model import TrucewatchError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from trucewatch.dossier.evidence.chain import JSON
    from trucewatch.dossier.evidence.records import Capture, Headers, RecordType

_ON_THE_WAY = frozenset(("content-encoding", "transfer-encoding", "trailer"))
_LINE_ENDS = re.compile(r"[\r\n\0]+")
_KEY = re.compile(r"[A-Za-z][A-Za-z0-9_-]*")
_IN_MEMORY = 1 << 20
_UNKNOWN_TYPE = "application/octet-stream"
_DROPPED = "http-headers-dropped"


@dataclass(frozen=True, slots=True)
class Payload:
    """Bytes in hand, with their number and SHA-256 (hex)."""

    stream: BinaryIO
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Draft:
    """A record to be written: ``head`` (HTTP headers, or nothing) and ``payload`` make its block."""

    type: RecordType
    record_id: str
    content_type: str
    head: bytes
    payload: Payload
    fields: tuple[tuple[str, str], ...]

    def record(self) -> Any:
        """The record as warcio writes it."""
        headers = [
            ("WARC-Type", self.type),
            ("WARC-Record-ID", f"<{self.record_id}>"),
            *self.fields,
            ("WARC-Block-Digest", f"sha256:{self._block_sha256()}"),
            ("WARC-Payload-Digest", f"sha256:{self.payload.sha256}"),
        ]
        self.payload.stream.seek(0)
        block = Joined(self.head, self.payload.stream)
        length = len(self.head) + self.payload.size
        return ArcWarcRecord(
            "warc", self.type, StatusAndHeaders("", headers, protocol="WARC/1.1"), block, None, self.content_type, length
        )

    def _block_sha256(self) -> str:
        if not self.head:
            return self.payload.sha256
        digest = hashlib.sha256(self.head)
        self.payload.stream.seek(0)
        while data := self.payload.stream.read(CHUNK):
            digest.update(data)
        return digest.hexdigest()


class Joined:
    """``head`` and then a stream, as one to be read."""

    def __init__(self, head: bytes, stream: BinaryIO) -> None:
        self._head = head
        self._stream = stream

    def read(self, size: int) -> bytes:
        """The next bytes."""
        if self._head:
            data, self._head = self._head[:size], self._head[size:]
            return data
        return self._stream.read(size)


@contextmanager
def held(payload: bytes | Path | BinaryIO, folder: Path) -> Iterator[Payload]:
    """The payload as it is read, once, into memory or into an unnamed file in ``folder``: what is hashed is what is stored.

    Raises:
        TrucewatchError: ``unreadable`` for a file, ``disk-full`` and the like for the folder.
    """
    with said_plainly(folder), tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY, dir=str(folder)) as spool:
        digest, size = hashlib.sha256(), 0
        for data in _pieces(payload):
            digest.update(data)
            size += len(data)
            spool.write(data)
        yield Payload(cast("BinaryIO", spool), size, digest.hexdigest())


def _pieces(payload: bytes | Path | BinaryIO) -> Iterator[bytes]:
    if isinstance(payload, bytes):
        yield payload
    elif isinstance(payload, Path):
        with _opened(payload) as stream:
            yield from _pieces(stream)
    else:
        with read_plainly(getattr(payload, "name", "the stream")):
            while data := payload.read(CHUNK):
                yield data


def _opened(path: Path) -> BinaryIO:
    try:
        with read_plainly(path):
            return path.open("rb")
    except FileNotFoundError as problem:
        raise TrucewatchError("unreadable", "no such file", where=str(path)) from problem


def drafts(capture: Capture, payload: Payload) -> tuple[Draft, ...]:
    """The capture's records: the main one first.

    Raises:
        TrucewatchError: ``bad-capture`` for a URI, a time or a metadata key that cannot stand in a WARC.
    """
    try:
        return _drafts(capture, payload)
    except UnicodeEncodeError as problem:
        raise TrucewatchError("bad-capture", "the URI or a header holds half characters", why=str(problem)) from problem


def _drafts(capture: Capture, payload: Payload) -> tuple[Draft, ...]:
    base = (("WARC-Target-URI", checked_uri(capture.uri)), ("WARC-Date", iso(utc(capture.retrieved))))
    kept, dropped = _kept(capture, payload.size)
    main = _main(capture, kept, payload, base)
    made = [main]
    beside = (*base, ("WARC-Concurrent-To", f"<{main.record_id}>"))
    if capture.status_line and capture.request_line:
        head = _http(capture.request_line, capture.request_headers)
        made.append(Draft("request", _new_id(), "application/http;msgtype=request", head, _payload(b""), beside))
    metadata: dict[str, JSON] = {"kind": capture.kind, **capture.metadata}
    if dropped:
        metadata[_DROPPED] = [list(pair) for pair in dropped]
    described = (*base, ("WARC-Refers-To", f"<{main.record_id}>"))
    made.append(Draft("metadata", _new_id(), "application/warc-fields", b"", _payload(_fields(metadata)), described))
    return tuple(made)


def _main(capture: Capture, headers: Headers, payload: Payload, base: tuple[tuple[str, str], ...]) -> Draft:
    if not capture.status_line:
        return Draft("resource", _new_id(), _one_line(capture.content_type) or _UNKNOWN_TYPE, b"", payload, base)
    head = _http(capture.status_line, headers)
    return Draft("response", _new_id(), "application/http;msgtype=response", head, payload, base)


def _kept(capture: Capture, size: int) -> tuple[Headers, Headers]:
    """The response headers that hold for the decoded body, and those that do not."""
    dropped = tuple(
        (name, value)
        for name, value in capture.response_headers
        if name.lower() in _ON_THE_WAY or (name.lower() == "content-length" and value.strip() != str(size))
    )
    kept = tuple(pair for pair in capture.response_headers if pair not in dropped)
    if capture.content_type and "content-type" not in {name.lower() for name, _ in kept}:
        kept = (*kept, ("Content-Type", capture.content_type))
    return kept, dropped


def _http(first: str, headers: Headers) -> bytes:
    lines = [_one_line(first), *(f"{_one_line(name)}: {_one_line(value)}" for name, value in headers), "", ""]
    return "\r\n".join(lines).encode("utf-8", "surrogateescape")


def _one_line(text: str) -> str:
    return _LINE_ENDS.sub(" ", text).strip()


def _fields(metadata: dict[str, JSON]) -> bytes:
    """``application/warc-fields``: one line a key, its value as JSON."""
    for key in metadata:
        if not _KEY.fullmatch(key):
            raise TrucewatchError("bad-capture", f"{key!r} cannot be the name of a metadata field")
    try:
        lines = [f"{key}: {json.dumps(value, ensure_ascii=False, allow_nan=False)}\r\n" for key, value in metadata.items()]
    except (TypeError, ValueError, RecursionError) as problem:
        raise TrucewatchError("bad-capture", "the metadata cannot be written as JSON", why=str(problem)) from problem
    return "".join(lines).encode("utf-8", "backslashreplace")


def _payload(data: bytes) -> Payload:
    return Payload(io.BytesIO(data), len(data), hashlib.sha256(data).hexdigest())


def _new_id() -> str:
    return uuid.uuid4().urn
