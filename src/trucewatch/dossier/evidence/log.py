"""The custody log: a file with one entry a line, which mirrors the entries that the database holds.

The database is the authority on order; this file is for whoever holds the dossier without our program. Lines are only ever added.
This module must not decide what goes in.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from trucewatch.dossier.evidence.chain import START, Entry, from_line, to_line
from trucewatch.dossier.evidence.disk import (
    cut_back,
    make_folder,
    read_plainly,
    said_plainly,
    size_of,
    sync_folder,
    take,
    write_all,
)
from trucewatch.model import TrucewatchError

if TYPE_CHECKING:
    import io
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path
    from typing import BinaryIO

_BLOCK = 4096
_BUFFER = 1 << 20
_PATIENCE = 60.0


@dataclass(frozen=True, slots=True)
class CaughtUp:
    """What catching up did: bytes of a half-written line ``cut``, entries ``added``."""

    cut: int
    added: int


@dataclass(frozen=True, slots=True)
class CustodyLog:
    """The log at ``path``; a file that is not there yet is an empty log. ``patience``: seconds to wait for the lock."""

    path: Path
    patience: float = _PATIENCE

    def __iter__(self) -> Iterator[Entry]:
        """Every whole line's entry, in the file's order.

        Raises:
            TrucewatchError: ``custody-log-damaged`` at a line that is no entry.
        """
        for number, line in enumerate(self.lines(), 1):
            if line.endswith(b"\n"):
                yield _parsed(line, f"{self.path}:{number}")

    def lines(self) -> Iterator[bytes]:
        """Every line as it stands, a half-written last one too.

        Raises:
            TrucewatchError: ``unreadable``.
        """
        try:
            with read_plainly(self.path), self.path.open("rb") as stream:
                yield from stream
        except FileNotFoundError:
            return

    def tail(self) -> Entry | None:
        """The last whole line's entry, read from the end of the file.

        Raises:
            TrucewatchError: ``custody-log-damaged`` where that line is no entry, ``unreadable``.
        """
        try:
            with read_plainly(self.path), self.path.open("rb") as stream:
                return self._tail(stream)
        except FileNotFoundError:
            return None

    def append(self, entries: Iterable[Entry]) -> int:
        """Add entries that follow the last one, to last; gives their number.

        Raises:
            TrucewatchError: ``custody-log-cut`` where the last line is half-written, ``custody-log-forked`` where an entry does
                not follow, ``read-only``, ``disk-full`` or ``locked``. The file is then as it was.
        """
        with said_plainly(self.path), self._taken() as handle:
            if _whole_end(handle) != size_of(handle):
                raise TrucewatchError(
                    "custody-log-cut", "the last line is half-written", where=str(self.path), next_step="catch up first"
                )
            return self._add(handle, self._tail(handle), entries)

    def catch_up(self, entries_after: Callable[[int], Iterable[Entry]]) -> CaughtUp:
        """Cut a half-written last line, then add what the authority has beyond the last whole one.

        ``entries_after`` gives the authority's entries with a ``seq`` above the one asked for, in order; it is asked under the
        log's lock and must see all that was committed.

        Raises:
            TrucewatchError: ``custody-log-ahead`` where the log has an entry that the authority lacks, ``custody-log-forked``
                where the two differ, and as :meth:`append`. Nothing is added then.
        """
        with said_plainly(self.path), self._taken() as handle:
            end, cut = _whole_end(handle), 0
            if size_of(handle) > end:
                cut = size_of(handle) - end
                handle.truncate(end)
                os.fsync(handle.fileno())
            tail = self._tail(handle)
            missing = iter(entries_after(tail.seq - 1 if tail else 0))
            if tail:
                self._agree(tail, next(missing, None))
            return CaughtUp(cut, self._add(handle, tail, missing))

    def _agree(self, tail: Entry, known: Entry | None) -> None:
        """The authority's entry of that number must be the log's own last one."""
        if known is None:
            raise TrucewatchError(
                "custody-log-ahead",
                f"the log goes on to entry {tail.seq}, which the database lacks",
                where=str(self.path),
                next_step="put back the database that belongs to this log; change nothing before",
            )
        if known != tail:
            raise self._forked(tail.seq)

    def _forked(self, seq: int) -> TrucewatchError:
        return TrucewatchError(
            "custody-log-forked",
            f"entry {seq} does not follow what the log holds",
            where=str(self.path),
            next_step="run the check, and keep both log and database as they are",
        )

    def _add(self, handle: io.FileIO, tail: Entry | None, entries: Iterable[Entry]) -> int:
        start = size_of(handle)
        handle.seek(start)
        count, buffer = 0, bytearray()
        try:
            for entry in entries:
                if (entry.seq, entry.prev) != ((tail.seq + 1, tail.hash) if tail else (1, START)) or not entry.is_whole():
                    raise self._forked(entry.seq)  # noqa: TRY301 - the one way out cuts the file back
                buffer += to_line(entry)
                tail, count = entry, count + 1
                if len(buffer) > _BUFFER:
                    write_all(handle, bytes(buffer))
                    buffer.clear()
            write_all(handle, bytes(buffer))
            os.fsync(handle.fileno())
        except BaseException:
            cut_back(handle, start)
            raise
        return count

    def _taken(self) -> io.FileIO:
        """The file, locked; made where it is missing."""
        make_folder(self.path.parent)
        for _ in range(3):
            try:
                handle = take(self.path, patience=self.patience)
            except FileNotFoundError:
                handle = self._made()
            if handle:
                return handle
        raise TrucewatchError(
            "locked", "another command holds the custody log", where=str(self.path), next_step="wait for it to end"
        )

    def _made(self) -> io.FileIO | None:
        try:
            handle = take(self.path, new=True, patience=self.patience)
        except FileExistsError:  # another was quicker
            return None
        sync_folder(self.path.parent)
        return handle

    def _tail(self, stream: BinaryIO | io.FileIO) -> Entry | None:
        end = _whole_end(stream)
        if not end:
            return None
        start = _newline_before(stream, end - 1)
        stream.seek(start)
        return _parsed(stream.read(end - start), f"{self.path}, last line")


def _whole_end(stream: BinaryIO | io.FileIO) -> int:
    """Where the last whole line ends."""
    return _newline_before(stream, size_of(stream))


def _newline_before(stream: BinaryIO | io.FileIO, end: int) -> int:
    """The place after the last line end before ``end``; 0 where there is none."""
    while end:
        start = max(0, end - _BLOCK)
        stream.seek(start)
        found = stream.read(end - start).rfind(b"\n")
        if found >= 0:
            return start + found + 1
        end = start
    return 0


def _parsed(line: bytes, where: str) -> Entry:
    try:
        entry = from_line(line)
    except TrucewatchError as problem:
        raise _damaged(where, problem.what) from problem
    if not entry.is_whole():
        raise _damaged(where, "its hash is not that of what it says")
    return entry


def _damaged(where: str, why: str) -> TrucewatchError:
    return TrucewatchError(
        "custody-log-damaged", "a line is not an entry", where=where, why=why, next_step="run the check; put back a copy"
    )
