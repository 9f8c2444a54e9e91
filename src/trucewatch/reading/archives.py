"""Streams out of gzip and zip that stop before they fill the disk: bounded in size and in ratio. Reads, interprets nothing."""

from __future__ import annotations

import gzip
import io
import zipfile
import zlib
from typing import TYPE_CHECKING, BinaryIO, cast

from trucewatch.reading.reasons import Code, error

if TYPE_CHECKING:
    from collections.abc import Callable

    from trucewatch.reading.options import ReadOptions

#: Below this many unpacked bytes no ratio is suspicious: a short text of blanks packs very well.
_HARMLESS = 10_000_000


class Bounded(io.RawIOBase):
    """The unpacked bytes of ``inner``; ``packed`` tells how many packed bytes were used, ``outer`` is closed along.

    Raises while reading:
        TrucewatchError: ``bomb``, ``truncated`` or ``bad-archive``.
    """

    def __init__(self, inner: BinaryIO, outer: BinaryIO | None, options: ReadOptions, packed: Callable[[], int]) -> None:
        self._inner = inner
        self._outer = outer
        self._packed = packed
        self._options = options
        self._size = 0

    def readable(self) -> bool:
        """Always."""
        return True

    def readinto(self, buffer: bytearray) -> int:  # type: ignore[override]
        """Fill ``buffer``; 0 at the end."""
        try:
            data = self._inner.read(len(buffer))
        except EOFError as problem:
            raise error(Code.TRUNCATED, "the archive ends in the middle") from problem
        except (gzip.BadGzipFile, zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError) as problem:
            raise error(Code.BAD_ARCHIVE, "the archive is damaged", why=str(problem)) from problem
        self._size += len(data)
        check_bomb(self._size, self._packed(), self._options)
        buffer[: len(data)] = data
        return len(data)

    def close(self) -> None:
        """Close both streams."""
        self._inner.close()
        if self._outer:
            self._outer.close()
        super().close()


def check_bomb(unpacked: int, packed: int, options: ReadOptions) -> None:
    """Raise ``bomb`` where so many unpacked bytes out of so few packed ones can be no report."""
    if unpacked > options.max_archive_bytes:
        raise error(Code.BOMB, f"the archive unpacks to more than {options.max_archive_bytes / 1e6:g} MB")
    if unpacked > _HARMLESS and unpacked > options.max_ratio * max(packed, 1):
        raise error(Code.BOMB, f"the archive unpacks to more than {options.max_ratio} times its size")


class _Counted(io.RawIOBase):
    """Counts the packed bytes read; cannot be sought in, which gzip does not need for reading on."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self.count = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray) -> int:  # type: ignore[override]
        data = self._stream.read(len(buffer))
        buffer[: len(data)] = data
        self.count += len(data)
        return len(data)


def open_gzip(outer: BinaryIO, options: ReadOptions) -> BinaryIO:
    """The bounded, unpacked stream of a gzip stream."""
    counted = _Counted(outer)
    inner = gzip.GzipFile(fileobj=cast("BinaryIO", counted))
    return cast("BinaryIO", io.BufferedReader(Bounded(cast("BinaryIO", inner), outer, options, lambda: counted.count)))
