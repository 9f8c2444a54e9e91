"""Checks the evidence: every stored byte against the database's records, and the custody log against its entries.

What a command that was killed leaves is a note: the beginning of a record at a segment's end, a few entries that the log lacks at its end.

One flipped bit anywhere in a segment or in the custody log is named, and so is what is missing, what is too much and what changed
places. Everything is read in pieces. This module changes nothing.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from itertools import groupby
from typing import TYPE_CHECKING, BinaryIO, cast

from trucewatch.dossier.evidence.chain import Follower, from_line, to_line
from trucewatch.dossier.evidence.disk import CHUNK, size_of
from trucewatch.dossier.evidence.members import Member, is_beginning
from trucewatch.dossier.evidence.trouble import Trouble
from trucewatch.model import TrucewatchError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from trucewatch.dossier.evidence.archive import Archive
    from trucewatch.dossier.evidence.chain import Entry
    from trucewatch.dossier.evidence.log import CustodyLog
    from trucewatch.dossier.evidence.records import StoredRecord


def verify(archive: Archive, records: Iterable[StoredRecord], entries: Iterable[Entry], log: CustodyLog) -> Iterator[Trouble]:
    """Everything that is wrong, segments first, then the chain and its log; nothing for a sound dossier.

    ``records`` are all that the database knows, ordered by segment and offset; ``entries`` all of the chain, by ``seq``. What
    another command is writing now is left out.

    Raises:
        TrucewatchError: ``records-unsorted``.
    """
    yield from verify_segments(archive, records)
    yield from verify_log(log, entries)


def verify_segments(archive: Archive, records: Iterable[StoredRecord]) -> Iterator[Trouble]:
    """What is wrong with the segments."""
    seen: set[str] = set()
    for segment, group in groupby(records, key=lambda record: record.segment):
        if segment in seen:
            raise TrucewatchError("records-unsorted", "the records are not ordered by segment", where=segment)
        seen.add(segment)
        yield from _Segment(archive, segment).check(group)
    for name in archive.names():
        if name not in seen and not _in_use(archive, name):
            cut_off = _is_cut_off(archive, name)
            yield Trouble("segment-unknown", f"segments/{name}", f"no record accounts for this file{cut_off}", bool(cut_off))


def _is_cut_off(archive: Archive, name: str) -> str:
    """Words on it where a file holds nothing but what an interrupted write leaves."""
    try:
        with archive.open_segment(name) as stream:
            return _CUT_OFF if is_beginning(stream) else ""
    except (OSError, TrucewatchError):
        return ""


#: How a finding ends that is a note.
_CUT_OFF = ": an interrupted write, which the next command that writes removes"
#: Entries that the log may lack at its end where commands were killed between the database and the log.
_LAG = 16


def _in_use(archive: Archive, name: str) -> bool:
    try:
        return archive.is_busy(name)
    except TrucewatchError:
        return False


@dataclass(slots=True)
class _Segment:
    archive: Archive
    name: str
    _at: int = 0

    def check(self, records: Iterable[StoredRecord]) -> Iterator[Trouble]:
        try:
            with self.archive.open_segment(self.name) as stream:
                yield from self._check(stream, records)
        except FileNotFoundError:
            yield self._trouble("segment-missing", "the file is not there")
        except OSError as problem:
            yield self._trouble("unreadable", f"the disk refused: {problem.strerror}", self._at)
        except TrucewatchError as problem:
            if problem.code == "records-unsorted":
                raise
            yield self._trouble(problem.code, problem.what)
        for _ in records:  # so that the next segment's come next
            pass

    def _check(self, stream: BinaryIO, records: Iterable[StoredRecord]) -> Iterator[Trouble]:
        begun = -1
        for record in records:
            if record.offset <= begun:
                raise TrucewatchError("records-unsorted", "the records are not ordered by offset", where=self.name)
            begun = record.offset
            yield from self._place(record)
            yield from self._record(stream, record)
            self._at = max(self._at, record.offset + record.length)
        yield from self._end(stream)

    def _place(self, record: StoredRecord) -> Iterator[Trouble]:
        if record.offset > self._at:
            yield self._trouble("bytes-unaccounted", f"no record accounts for {record.offset - self._at:,} bytes", self._at)
        elif record.offset < self._at:
            yield self._trouble("records-overlap", f"{record.record_id} begins inside another record", record.offset)

    def _end(self, stream: BinaryIO) -> Iterator[Trouble]:
        size = size_of(stream)
        if size < self._at:
            yield self._trouble("segment-cut", f"the last {self._at - size:,} bytes are missing", size)
        elif size > self._at and not self.archive.is_busy(self.name):
            stream.seek(self._at)
            cut_off = _CUT_OFF if is_beginning(stream) else ""
            what = f"no record accounts for the last {size - self._at:,} bytes{cut_off}"
            yield self._trouble("bytes-unaccounted", what, self._at, note=bool(cut_off))

    def _record(self, stream: BinaryIO, record: StoredRecord) -> Iterator[Trouble]:
        stream.seek(record.offset)
        window = _Window(stream, record.length)
        wrong = list(_faults(window, record))
        window.drain()
        if window.missing:
            yield self._trouble("record-cut", f"{window.missing:,} bytes of {record.record_id} are missing", record.offset)
        elif window.digest.hexdigest() != record.stored_sha256:
            why = f": {wrong[0]}" if wrong else ""
            yield self._trouble(
                "bytes-changed", f"the bytes of {record.record_id} are not those that were stored{why}", record.offset
            )
        else:
            yield from (self._trouble("record-wrong", f"{record.record_id}: {what}", record.offset) for what in wrong)

    def _trouble(self, code: str, what: str, at: int | None = None, *, note: bool = False) -> Trouble:
        return Trouble(code, f"segments/{self.name}" + ("" if at is None else f" at byte {at}"), what, note)


def _faults(window: _Window, record: StoredRecord) -> Iterator[str]:
    """How a member differs from its record in the database, or from its own headers."""
    try:
        member = Member(cast("BinaryIO", window))
        member.finish()
    except TrucewatchError as problem:
        yield problem.why
        return
    if member.packed != record.length:
        yield f"the record is {member.packed:,} bytes long, not {record.length:,}"
    if member.record_id != record.record_id:
        yield f"the record there is {member.record_id}"
    if member.type != record.type:
        yield f"it is a {member.type}, not a {record.type}"
    for name in member.wrong_digests():
        yield f"its {name} digest does not hold"
    if (member.payload_sha256, member.payload_size) != (record.payload_sha256, record.payload_size):
        yield "its payload is not the one that was received"


@dataclass(slots=True)
class _Window:
    """So many bytes of a file from where it stands; all that is read is hashed."""

    stream: BinaryIO
    missing: int
    digest: hashlib._Hash = field(default_factory=hashlib.sha256)

    def read(self, size: int) -> bytes:
        data = self.stream.read(min(size, self.missing))
        self.missing -= len(data)
        self.digest.update(data)
        return data

    def drain(self) -> None:
        while self.read(CHUNK):
            pass


def verify_log(log: CustodyLog, entries: Iterable[Entry]) -> Iterator[Trouble]:
    """What is wrong with the chain, and where the log's file is not just its entries, line by line."""
    chain, lines = Follower(), _Lines(log)
    for entry in entries:
        yield from chain.see(entry)
        yield from lines.compare(entry)
    yield from lines.rest()


class _Lines:
    """The log's lines beside the entries that they should be."""

    def __init__(self, log: CustodyLog) -> None:
        self._name = log.path.name
        self._lines = log.lines()
        self._number = 0
        self._line = b""
        self._problem = ""
        self._due: Entry | None = None
        self._last = 0
        self._step()

    def compare(self, entry: Entry) -> Iterator[Trouble]:
        """Hold the next entry against the line at hand."""
        self._last = entry.seq
        while True:
            if not self._line or (self._is_half() and to_line(entry).startswith(self._line)):
                self._due = self._due or entry
                return
            if self._line == to_line(entry):
                self._step()
                return
            seq = _seq(self._line)
            if seq is None or seq == entry.seq:
                yield self._trouble("log-line-changed", f"the line is not entry {entry.seq} as it was written")
                self._step()
                return
            if seq > entry.seq:
                yield self._trouble("log-line-missing", f"entry {entry.seq} is not where it belongs, before entry {seq}")
                return
            yield self._trouble("log-line-out-of-order", f"entry {seq} stands where entry {entry.seq} belongs")
            self._step()

    def _is_half(self) -> bool:
        return not self._line.endswith(b"\n")

    def _missing(self, first: Entry) -> Iterator[Trouble]:
        """The entries at the end that the file lacks: told once."""
        half = ", in the middle of it" if self._line else ""
        late = self._last - first.seq < _LAG and (first.seq > 1 or self._last == 1)
        what = f"the file ends before entry {first.seq} of {self._last}{half}"
        if late:
            what += ": an interrupted command, which the next one that writes makes good"
        yield self._trouble("log-line-missing", what, note=late)
        self._line = b""

    def rest(self) -> Iterator[Trouble]:
        """What the file holds beyond the last entry."""
        if self._problem:
            yield self._trouble("unreadable", self._problem)
        elif self._due:
            yield from self._missing(self._due)
        while self._line:
            seq = _seq(self._line)
            if seq is not None and seq <= self._last:
                yield self._trouble("log-line-out-of-order", f"entry {seq} stands after the last entry")
            else:
                half = "" if self._line.endswith(b"\n") else ", half-written"
                yield self._trouble("log-line-unknown", f"a line that is no entry of the database{half}")
            self._step()

    def _step(self) -> None:
        self._number += 1
        try:
            self._line = next(self._lines, b"")
        except TrucewatchError as problem:
            self._line, self._problem = b"", problem.why or problem.what

    def _trouble(self, code: str, what: str, *, note: bool = False) -> Trouble:
        return Trouble(code, f"{self._name}:{self._number}", what, note)


def _seq(line: bytes) -> int | None:
    """The number of a line that is a whole, unchanged entry."""
    try:
        entry = from_line(line)
    except TrucewatchError:
        return None
    return entry.seq if entry.is_whole() else None
