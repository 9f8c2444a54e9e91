"""What goes into the archive and what comes back: captures, stored records, cuts. This module must not do I/O."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, BinaryIO, Literal
from urllib.parse import quote

from trucewatch.model import TrucewatchError

if TYPE_CHECKING:
    from pathlib import Path

    from trucewatch.dossier.evidence.chain import JSON

Kind = Literal["fetch", "file", "text", "stdin"]
RecordType = Literal["response", "request", "resource", "metadata"]
Headers = tuple[tuple[str, str], ...]

#: Where a segment ends as far as the database knows; None for a segment that it does not know. Asked under the segment's lock: it
#: must see all that was committed by then.
KnownEnd = Callable[[str], int | None]

_SEGMENT = re.compile(r"[0-9A-Za-z][0-9A-Za-z_-]{0,80}\.warc\.gz")
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:.")
_ALLOWED = "!#$%&'()*+,-./:;=?@[]_~"


@dataclass(frozen=True, slots=True)
class Capture:
    """Something received, to be kept.

    ``uri`` is the URL, or a name of :func:`local_uri`; ``payload`` its bytes, the path of a file, or a stream (both read in
    pieces); ``retrieved`` when it came (ISO 8601 with zone). With a ``status_line`` ("HTTP/1.1 200 OK") it becomes a ``response``
    record, without one a ``resource``; with a ``request_line`` ("GET /news HTTP/1.1") a ``request`` record goes along.
    ``metadata`` goes into a ``metadata`` record, one field a key.

    The payload of a fetch is the decoded body: headers that told how it was packed on the way are left out of the record and
    noted in the metadata as ``http-headers-dropped``.
    """

    uri: str
    kind: Kind
    payload: bytes | Path | BinaryIO
    content_type: str
    retrieved: str
    status_line: str = ""
    response_headers: Headers = ()
    request_line: str = ""
    request_headers: Headers = ()
    metadata: Mapping[str, JSON] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class StoredRecord:
    """One WARC record in the archive.

    ``record_id`` is ``urn:uuid:...``; ``offset`` and ``length`` are bytes of the segment, ``stored_sha256`` is of just these bytes;
    ``payload_sha256`` and ``payload_size`` are of what was received, unpacked. Digests are 64 hex digits.
    """

    type: RecordType
    record_id: str
    segment: str
    offset: int
    length: int
    stored_sha256: str
    payload_sha256: str
    payload_size: int


@dataclass(frozen=True, slots=True)
class Stored:
    """The records of one capture: first the ``response`` or ``resource``, then ``request`` and ``metadata``."""

    records: tuple[StoredRecord, ...]

    @property
    def main(self) -> StoredRecord:
        """The record that holds the payload."""
        return self.records[0]


@dataclass(frozen=True, slots=True)
class Cut:
    """Bytes of an interrupted write that were removed: from ``start`` on, ``length`` of them, with this SHA-256 (hex).

    A cut from 0 removed the whole segment.
    """

    segment: str
    start: int
    length: int
    sha256: str


def local_uri(kind: Kind, name: str) -> str:
    """The URI of what has no URL: ``urn:trucewatch:<kind>:<name, percent-encoded>``."""
    return f"urn:trucewatch:{kind}:{quote(name, safe='', errors='surrogateescape')}"


def checked_segment(name: str) -> str:
    """A segment's name, which is no path.

    Raises:
        TrucewatchError: ``bad-segment-name``.
    """
    if not _SEGMENT.fullmatch(name):
        raise TrucewatchError("bad-segment-name", f"{name!r} is not the name of a segment")
    return name


def checked_uri(uri: str) -> str:
    """A URI with all but its own signs percent-encoded.

    Raises:
        TrucewatchError: ``bad-capture`` where it has no scheme.
    """
    if not _SCHEME.match(uri):
        raise TrucewatchError("bad-capture", f"{uri!r} is not a URI")
    return quote(uri, safe=_ALLOWED, errors="surrogateescape")


def utc(moment: str) -> datetime:
    """An ISO 8601 time with zone, in UTC.

    Raises:
        TrucewatchError: ``bad-capture`` for anything else.
    """
    try:
        parsed = datetime.fromisoformat(moment)
    except ValueError as problem:
        raise TrucewatchError("bad-capture", f"{moment!r} is not an ISO 8601 time") from problem
    if parsed.tzinfo is None:
        raise TrucewatchError("bad-capture", f"{moment!r} names no time zone")
    return parsed.astimezone(UTC)


def iso(moment: datetime) -> str:
    """A UTC time as WARC/1.1 and WACZ write it: ``2031-05-14T08:15:00Z``, with the fraction it has."""
    return moment.replace(tzinfo=None).isoformat() + "Z"
