"""Reads one stored record from its first byte: a gzip member that holds a WARC record. Strict, and never whole in memory.

Our own segments are read here and nothing else, so what deviates is damage. (Foreign WARCs are the reading room's.)
"""

from __future__ import annotations

import hashlib
import io
import re
import zlib
from typing import TYPE_CHECKING, BinaryIO

from trucewatch.dossier.evidence.disk import CHUNK
from trucewatch.model import TrucewatchError

if TYPE_CHECKING:
    from collections.abc import Mapping

_END = b"\r\n\r\n"
_MOST_HEADER = 1 << 20
_STATUS = re.compile(rb"HTTP/[0-9.]+ +([0-9]{3})\b")


def damaged(why: str) -> TrucewatchError:
    """The error for stored bytes that are no record."""
    return TrucewatchError("evidence-damaged", "a stored record cannot be read", why=why, next_step="check the dossier")


class Member:
    """A record: ``headers`` (names in lower case), ``head`` (its HTTP headers, or nothing), then :meth:`read` for the payload.

    ``raw`` stands at the member's first byte. ``finish`` reads what is left and checks the end; then ``packed`` is the member's
    length, ``block_sha256`` and ``payload_sha256`` are those of the bytes read.

    Raises while reading:
        TrucewatchError: ``evidence-damaged``.
    """

    def __init__(self, raw: BinaryIO) -> None:
        self._raw = raw
        self._unpack = zlib.decompressobj(31)
        self._ahead = b""
        self._fed = 0
        self._block, self._payload = hashlib.sha256(), hashlib.sha256()
        self.headers = _parsed(self._until_blank(_MOST_HEADER))
        self._left = self._length()
        self.payload_size = 0
        self.head = b""
        if self.type in {"response", "request"}:
            self.head = self._until_blank(min(self._left, _MOST_HEADER))
            self._left -= len(self.head)
            self._block.update(self.head)

    @property
    def type(self) -> str:
        """``response``, ``request``, ``resource`` or ``metadata``."""
        return self.headers.get("warc-type", "")

    @property
    def record_id(self) -> str:
        """``urn:uuid:...``."""
        return self.headers.get("warc-record-id", "").strip("<>")

    @property
    def packed(self) -> int:
        """Bytes of the member, once it was read to its end."""
        return self._fed - len(self._unpack.unused_data)

    @property
    def block_sha256(self) -> str:
        """SHA-256 (hex) of the block read so far."""
        return self._block.hexdigest()

    @property
    def payload_sha256(self) -> str:
        """SHA-256 (hex) of the payload read so far."""
        return self._payload.hexdigest()

    def media_type(self) -> str:
        """What the payload is by its headers, without parameters."""
        value = self.http_headers().get("content-type", "") if self.head else self.headers.get("content-type", "")
        return value.split(";")[0].strip().lower()

    def http_headers(self) -> Mapping[str, str]:
        """The HTTP headers, names in lower case, the first of each name."""
        return _fields(self.head.decode("utf-8", "replace").split("\r\n")[1:])

    def status(self) -> int | None:
        """The HTTP status of a response."""
        found = _STATUS.match(self.head)
        return int(found.group(1)) if found else None

    def read(self, size: int = CHUNK) -> bytes:
        """The payload's next bytes; nothing at its end."""
        if not self._left or not size:
            return b""
        data = self._next(min(size, self._left))
        if not data:
            raise damaged("the record ends before its length")
        self._left -= len(data)
        self.payload_size += len(data)
        self._block.update(data)
        self._payload.update(data)
        return data

    def finish(self) -> None:
        """Read the rest, and check the end: two line ends, the gzip checksum, nothing more."""
        while self.read():
            pass
        end = b""
        while data := self._next(CHUNK):
            end += data
            if len(end) > len(_END):
                break
        if end != _END:
            raise damaged("the record does not end with two line ends")

    def wrong_digests(self) -> list[str]:
        """Which of the record's own digests do not hold, after :meth:`finish`."""
        wrong = []
        if self.headers.get("warc-block-digest") != f"sha256:{self.block_sha256}":
            wrong.append("block")
        if self.headers.get("warc-payload-digest") != f"sha256:{self.payload_sha256}":
            wrong.append("payload")
        return wrong

    def _length(self) -> int:
        text = self.headers.get("content-length", "")
        if not (text.isascii() and text.isdigit()):
            raise damaged("the record states no length")
        return int(text)

    def _until_blank(self, most: int) -> bytes:
        """Up to and with the first blank line."""
        data = b""
        while _END not in data:
            if len(data) > most:
                raise damaged("the headers have no end")
            more = self._next(CHUNK)
            if not more:
                raise damaged("the headers have no end")
            data += more
        end = data.index(_END) + len(_END)
        if end > most:
            raise damaged("the headers have no end")
        self._ahead = data[end:] + self._ahead
        return data[:end]

    def _next(self, size: int) -> bytes:
        """At most ``size`` unpacked bytes; nothing at the member's end."""
        if self._ahead:
            data, self._ahead = self._ahead[:size], self._ahead[size:]
            return data
        while not self._unpack.eof:
            packed = self._unpack.unconsumed_tail or self._feed()
            try:
                data = self._unpack.decompress(packed, size)
            except zlib.error as problem:
                raise damaged(str(problem)) from problem
            if data:
                return data
            if not packed and not self._unpack.eof:
                raise damaged("the file ends inside the record")
        return b""

    def _feed(self) -> bytes:
        packed = self._raw.read(CHUNK)
        self._fed += len(packed)
        return packed


class PayloadStream(io.RawIOBase):
    """A record's payload as a stream. At its end the record's own digests must hold; closing it closes the segment."""

    def __init__(self, raw: BinaryIO) -> None:
        self._raw = raw
        self._member = Member(raw)
        self._done = False

    def readable(self) -> bool:
        """Always."""
        return True

    def readinto(self, buffer: bytearray) -> int:  # type: ignore[override]
        """Fill ``buffer``; 0 at the end."""
        data = self._member.read(len(buffer))
        if not data and not self._done and len(buffer):
            self._end()
        buffer[: len(data)] = data
        return len(data)

    def _end(self) -> None:
        self._done = True
        self._member.finish()
        if wrong := self._member.wrong_digests():
            raise damaged(f"the {wrong[0]} is not that of its digest")

    def close(self) -> None:
        """Close the segment too."""
        self._raw.close()
        super().close()


def is_beginning(raw: BinaryIO) -> bool:
    """Whether the rest of a file is records as far as it goes: what an interrupted write leaves. Nothing at all is, too."""
    ahead = raw.read(CHUNK)
    while ahead:
        unpack, start = zlib.decompressobj(31), b""
        while ahead and not unpack.eof:
            try:
                start = (start + unpack.decompress(ahead, CHUNK))[: len(_FIRST)]
            except zlib.error:
                return False
            ahead = b"" if unpack.eof else unpack.unconsumed_tail or raw.read(CHUNK)
        if not _FIRST.startswith(start):
            return False
        ahead = unpack.unused_data or raw.read(CHUNK)
    return True


_FIRST = b"WARC/1.1\r\n"


def _parsed(head: bytes) -> Mapping[str, str]:
    lines = head.decode("utf-8", "replace").split("\r\n")
    if lines[0] != "WARC/1.1":
        raise damaged("not a WARC/1.1 record")
    return _fields(lines[1:])


def _fields(lines: list[str]) -> Mapping[str, str]:
    fields: dict[str, str] = {}
    for line in lines:
        name, colon, value = line.partition(":")
        if colon:
            fields.setdefault(name.strip().lower(), value.strip())
    return fields
