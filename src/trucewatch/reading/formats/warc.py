"""WARC archives -> a report a captured page. Streams record by record; a broken one costs itself, not the file."""

from __future__ import annotations

import re
import zlib
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, BinaryIO

from warcio.archiveiterator import ArchiveIterator
from warcio.exceptions import ArchiveLoadFailed

from trucewatch.model import Reason, Report, TrucewatchError, Unread
from trucewatch.reading.reasons import Code, error, note, unread
from trucewatch.reading.source import read_up_to

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from trucewatch.reading.source import Source

_KINDS = ("response", "resource", "conversion")
_TYPES = re.compile(r"^(?:text/html|application/xhtml\+xml|text/plain|text/markdown|application/pdf)\b", re.IGNORECASE)
_NO_PAGE = re.compile(r"/(?:robots|ads|security|humans)\.txt$", re.IGNORECASE)
_BROKEN = (ArchiveLoadFailed, zlib.error, EOFError, ValueError, UnicodeError, AttributeError)
_REDIRECT, _ERROR_STATUS = 300, 400
#: Bytes after the last record that mean nothing (blank lines, padding).
_TRAILING = 8


class WarcReader:
    """Reads ``.warc`` and ``.warc.gz``."""

    name = "warc"

    def sniff(self, head: bytes, name: str, content_type: str | None) -> float:
        """By the first record's first line, packed or not."""
        if head.startswith(b"WARC/") or unpacked_head(head).startswith(b"WARC/"):
            return 0.95
        kind = (content_type or "").lower()
        return 0.6 if name.lower().endswith((".warc", ".warc.gz")) or kind.startswith("application/warc") else 0.0

    def read(self, source: Source) -> Iterator[Report | Unread]:
        """A report or ``Unread`` a captured page, in the file's order."""
        with source.open() as stream:
            yield from read_pages(stream, source)


@dataclass(slots=True)
class _Counter:
    count: int = 0

    def next_id(self, source: Source) -> str:
        self.count += 1
        return f"{source.id}#{self.count}"


def unpacked_head(head: bytes) -> bytes:
    """The first unpacked bytes of a gzip stream's first bytes."""
    try:
        return zlib.decompressobj(31).decompress(head, 64)
    except zlib.error:
        return b""


class _Quiet(ArchiveIterator):  # type: ignore[misc]
    """warcio's iterator without its own talk on standard error; ``err_count`` still counts."""

    INC_RECORD = ""


class _Counted:
    """A stream that counts what was read of it."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self.count = 0

    def read(self, size: int = -1) -> bytes:
        data = self._stream.read(size)
        self.count += len(data)
        return data

    def tell(self) -> int:
        return self.count

    def close(self) -> None:
        """Left to the owner."""


def read_pages(
    stream: BinaryIO, source: Source, wanted: Callable[[str], bool] = lambda _url: True, start: int = 0
) -> Iterator[Report | Unread]:
    """The pages of a WARC stream whose URL is ``wanted``, numbered from ``start`` + 1."""
    counter = _Counter(start)
    counted = _Counted(stream)
    records = _Quiet(counted, arc2warc=True)
    while True:
        try:
            record = next(records, None)
        except _BROKEN as problem:
            yield unread(counter.next_id(source), Code.BAD_WARC_RECORD, f"the file is broken from here on: {problem}")
            return
        if record is None:
            break
        if record.rec_headers.get_header("Content-Length") is None:
            yield unread(counter.next_id(source), Code.TRUNCATED, "the file ends inside a record's header")
            return
        if _is_page(record) and wanted(record.rec_headers.get_header("WARC-Target-URI") or ""):
            yield from _page(record, source, counter)
        _drain(record)
        if missing := _missing(record):
            if not _is_page(record):
                message = f"the file ends inside a {record.rec_type} record; {missing:,} bytes are missing"
                yield unread(counter.next_id(source), Code.TRUNCATED, message)
            return
    yield from _leftover(counted.count - records.offset, records.err_count, counter, source)


def _leftover(left: int, wrong: int, counter: _Counter, source: Source) -> Iterator[Unread]:
    """What the end of the file tells: bytes that make no record, records of a wrong length."""
    if left > _TRAILING:
        yield unread(
            counter.next_id(source), Code.TRUNCATED, f"the last {left:,} bytes make no whole record; the file seems cut"
        )
    elif wrong:
        yield unread(counter.next_id(source), Code.BAD_WARC_RECORD, f"{wrong} record(s) state a wrong length")


def _is_page(record: Any) -> bool:
    if record.rec_type not in _KINDS:
        return False
    url = record.rec_headers.get_header("WARC-Target-URI") or ""
    return (
        bool(_TYPES.match(_content_type(record)))
        and not _NO_PAGE.search(url)
        and not _REDIRECT <= _status(record) < _ERROR_STATUS
    )


def _content_type(record: Any) -> str:
    headers = record.http_headers or record.rec_headers
    return (headers.get_header("Content-Type") or "").strip()


def _status(record: Any) -> int:
    code = record.http_headers.get_statuscode() if record.http_headers else "200"
    return int(code) if str(code).isdigit() else 200


def _page(record: Any, source: Source, counter: _Counter) -> Iterator[Report | Unread]:
    url = (record.rec_headers.get_header("WARC-Target-URI") or "").strip("<>") or None
    id_ = counter.next_id(source)
    if _status(record) >= _ERROR_STATUS:
        yield unread(id_, Code.FETCH_STATUS, f"{url}: captured with status {_status(record)}", status="skipped")
        return
    try:
        body = _body(record, source.options.max_text_bytes)
    except TrucewatchError as problem:
        yield Unread(id_, "failed", (Reason(problem.code, f"{url}: {problem.line()}"),))
        return
    missing = _missing(record)
    if not body.strip():
        code, what = (
            (Code.TRUNCATED, "the file ends inside this record") if missing else (Code.EMPTY, "captured without a body")
        )
        yield unread(id_, code, f"{url}: {what}", status="failed" if missing else "skipped")
        return
    part = replace(
        source.part(id_, url or id_, body, content_type=_content_type(record), url=url),
        retrieved=record.rec_headers.get_header("WARC-Date"),
    )
    for result in source.dispatch(part):
        yield _cut(result, missing) if missing else _mild(result)


def _body(record: Any, limit: int) -> bytes:
    try:
        return read_up_to(record.content_stream(), limit)
    except _BROKEN as problem:
        raise error(Code.BAD_WARC_RECORD, "the record's body is broken", why=str(problem)) from problem


def _missing(record: Any) -> int:
    """Bytes that the record's header promises and the file does not hold, after its body was read."""
    left = getattr(record.raw_stream, "limit", 0)
    return int(left) if isinstance(left, int) and left > 0 else 0


def _drain(record: Any) -> None:
    """Read past what is left of a record."""
    try:
        while record.raw_stream.read(1 << 16):
            pass
    except _BROKEN:
        return


def _cut(result: Report | Unread, missing: int) -> Unread:
    """A page whose record is cut: failed, with what was read of it."""
    reason = note(Code.TRUNCATED, f"the file ends inside this record; {missing:,} bytes are missing")
    report = result if isinstance(result, Report) else result.report
    return Unread(result.id, "failed", (reason,), report)


def _mild(result: Report | Unread) -> Report | Unread:
    """A captured page without an article (a front page, a list) is no failure of the archive."""
    if isinstance(result, Unread) and result.reasons[0].code == Code.NO_TEXT:
        return replace(result, status="skipped")
    return result
