"""The evidence archive: every byte received, in WARC segments that only grow.

A segment is written by one command at a time, under a lock of the file itself, and a store returns when the disk has the bytes.
What was stored is never changed; only the end of a write that was interrupted is cut off. This module knows no database: where a
segment ends by the database's reckoning is asked through a function.
"""

from __future__ import annotations

import hashlib
import io
import os
import secrets
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, BinaryIO, cast

from warcio.warcwriter import WARCWriter

from trucewatch.dossier.evidence.blocks import drafts, held
from trucewatch.dossier.evidence.disk import (
    cut_back,
    hash_range,
    make_folder,
    read_plainly,
    said_plainly,
    size_of,
    sync_folder,
    take,
    write_all,
)
from trucewatch.dossier.evidence.members import PayloadStream
from trucewatch.dossier.evidence.records import Cut, Stored, StoredRecord, checked_segment
from trucewatch.model import TrucewatchError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from trucewatch.dossier.evidence.blocks import Draft
    from trucewatch.dossier.evidence.records import Capture, KnownEnd

_SIZE_LIMIT = 1_000_000_000
_NAMES_TRIED = 20
_READ_FLAGS = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)


@dataclass(frozen=True, slots=True)
class Archive:
    """The archive below ``folder`` (a dossier's ``evidence``). A segment of ``size_limit`` bytes or more gets no more records."""

    folder: Path
    size_limit: int = _SIZE_LIMIT

    @property
    def segments_folder(self) -> Path:
        """Where the segments lie."""
        return self.folder / "segments"

    def names(self) -> list[str]:
        """Everything in the segments' folder, sorted; what is no segment too."""
        try:
            return sorted(path.name for path in self.segments_folder.iterdir())
        except FileNotFoundError:
            return []

    def path(self, segment: str) -> Path:
        """A segment's file.

        Raises:
            TrucewatchError: ``bad-segment-name`` for what would lead elsewhere.
        """
        return self.segments_folder / checked_segment(segment)

    def open_segment(self, segment: str) -> BinaryIO:
        """A segment for reading; a link is refused.

        Raises:
            TrucewatchError: ``bad-segment-name``, ``unreadable``.
            FileNotFoundError: where there is none.
        """
        path = self.path(segment)
        with read_plainly(path):
            return os.fdopen(os.open(path, _READ_FLAGS), "rb")

    def open_payload(self, segment: str, offset: int) -> BinaryIO:
        """What was received, as a stream, of the record that begins at ``offset``.

        Raises:
            TrucewatchError: ``evidence-damaged`` where there is no record, or, while reading, where it is not what was stored;
                ``evidence-missing`` without the segment; ``bad-segment-name``.
        """
        try:
            raw = self.open_segment(segment)
        except FileNotFoundError as problem:
            raise TrucewatchError(
                "evidence-missing", "no such segment", where=segment, next_step="check the dossier"
            ) from problem
        try:
            raw.seek(max(offset, 0))
            return cast("BinaryIO", io.BufferedReader(PayloadStream(raw)))
        except BaseException:
            raw.close()
            raise

    def is_busy(self, segment: str) -> bool:
        """Whether another command is writing to a segment now."""
        try:
            handle = take(self.path(segment))
        except OSError:
            return False
        if handle is None:
            return True
        handle.close()
        return False

    @contextmanager
    def writer(self, known_end: KnownEnd | None = None) -> Iterator[Writer]:
        """A writer, which holds what segments it writes to from its first store to its end.

        Commit each capture to the database before the next is stored, and all before the writer ends: until then nobody else may
        take the bytes for those of an interrupted write. A segment goes on only where ``known_end`` says that it ends just where
        its file does, so that what a failed transaction left never comes to lie between records; else another segment is begun.
        Without ``known_end`` a new one is begun, and nothing asked.
        """
        writer = Writer(self, known_end)
        try:
            yield writer
        finally:
            writer.close()

    def recover(self, known_end: KnownEnd) -> Iterator[Cut]:
        """Cut off what interrupted writes left: bytes beyond a segment's known end, and segments that the database does not know.

        Segments that another command holds are left alone. Missing bytes are damage and left alone too: ``verify`` names them.
        Where the database may be older than the archive (:meth:`CustodyLog.catch_up` says so), do not call this.

        Raises:
            TrucewatchError: ``read-only``, ``disk-failed``.
        """
        for name in self.names():
            with said_plainly(self.segments_folder / name):
                cut = self._recover_one(name, known_end)
            if cut:
                yield cut

    def _recover_one(self, name: str, known_end: KnownEnd) -> Cut | None:
        try:
            path = self.path(name)
            if not path.is_file() or path.is_symlink() or path.stat().st_size == known_end(name):
                return None  # nothing of ours, or nothing to cut: a dossier that cannot be written stays readable
            handle = take(path)
        except (TrucewatchError, FileNotFoundError):
            return None
        if handle is None:
            return None
        with handle:
            end, size = known_end(name), size_of(handle)
            if end is not None and size <= end:
                return None
            start = end or 0
            cut = Cut(name, start, size - start, hash_range(handle, start, size))
            if end is None:
                self.path(name).unlink()
                sync_folder(self.segments_folder)
            else:
                handle.truncate(start)
                os.fsync(handle.fileno())
            return cut


@dataclass(slots=True)
class Writer:
    """Stores captures one after the other; made by :meth:`Archive.writer`."""

    archive: Archive
    known_end: KnownEnd | None
    _handle: io.FileIO | None = None
    _held: list[io.FileIO] = field(default_factory=list)
    _name: str = ""
    _end: int = 0

    def store(self, capture: Capture) -> Stored:
        """Store a capture to last, whole or not at all.

        Raises:
            TrucewatchError: ``bad-capture``, ``unreadable`` for its file, ``read-only``, ``disk-full``, ``disk-failed``. The
                archive is then as it was.
        """
        folder = self.archive.segments_folder
        with said_plainly(folder):
            make_folder(folder)
        with held(capture.payload, self.archive.folder) as payload:
            records = drafts(capture, payload)
            with said_plainly(folder / self._name):
                handle = self._segment()
                return Stored(self._write(handle, records))

    def close(self) -> None:
        """Give the segments back."""
        for handle in (self._handle, *self._held):
            if handle:
                handle.close()
        self._handle = None
        self._held.clear()

    def _write(self, handle: io.FileIO, records: tuple[Draft, ...]) -> tuple[StoredRecord, ...]:
        try:
            handle.seek(self._end)
            stored, end = [], self._end
            for record in records:
                stored.append(self._write_one(handle, record, end))
                end += stored[-1].length
            os.fsync(handle.fileno())
        except BaseException:
            self._undo(handle)
            raise
        self._end = end
        return tuple(stored)

    def _write_one(self, handle: io.FileIO, draft: Draft, offset: int) -> StoredRecord:
        tap = _Tap(handle)
        WARCWriter(tap, gzip=True, warc_version="1.1").write_record(draft.record())
        payload = draft.payload
        return StoredRecord(
            draft.type, draft.record_id, self._name, offset, tap.count, tap.digest.hexdigest(), payload.sha256, payload.size
        )

    def _undo(self, handle: io.FileIO) -> None:
        cut_back(handle, self._end)
        if not self._end:
            self.archive.path(self._name).unlink(missing_ok=True)
            handle.close()
            self._handle = None

    def _segment(self) -> io.FileIO:
        """The segment at hand, another that is free and has room, or a new one."""
        if self._handle and self._end < self.archive.size_limit and self._is_committed():
            return self._handle
        if self._handle:
            self._held.append(self._handle)  # locked until all is committed
            self._handle = None
        self._handle = self._free() or self._new()
        return self._handle

    def _is_committed(self) -> bool:
        return self.known_end is None or self.known_end(self._name) == self._end

    def _free(self) -> io.FileIO | None:
        if not self.known_end:
            return None
        for name in self.archive.names():
            try:
                handle = take(self.archive.path(name))
            except (TrucewatchError, OSError):
                continue
            if handle and self._may_go_on(name, handle, self.known_end):
                return handle
            if handle:
                handle.close()
        return None

    def _may_go_on(self, name: str, handle: io.FileIO, known_end: KnownEnd) -> bool:
        size = size_of(handle)
        if not 0 < size < self.archive.size_limit or known_end(name) != size:
            return False
        self._name, self._end = name, size
        return True

    def _new(self) -> io.FileIO:
        for _ in range(_NAMES_TRIED):
            name = f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}-{secrets.token_hex(6)}.warc.gz"
            try:
                handle = take(self.archive.path(name), new=True)
            except FileExistsError:
                continue
            if handle:
                self._name, self._end = name, 0
                sync_folder(self.archive.segments_folder)
                return handle
        raise TrucewatchError(
            "locked", "no new segment can be begun", where=str(self.archive.segments_folder), next_step="try again"
        )


@dataclass(slots=True)
class _Tap:
    """Writes on to the segment, and counts and hashes what goes through."""

    handle: io.FileIO
    count: int = 0
    digest: hashlib._Hash = field(default_factory=hashlib.sha256)

    def write(self, data: bytes) -> None:
        write_all(self.handle, data)
        self.count += len(data)
        self.digest.update(data)

    def flush(self) -> None:
        """Nothing is held back here."""
