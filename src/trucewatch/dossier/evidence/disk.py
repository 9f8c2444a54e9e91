"""Files that must survive a crash: locks, whole writes, cutting back, and the disk's errors said plainly.

This module knows nothing of what is in the files.
"""

from __future__ import annotations

import errno
import hashlib
import io
import os
import time
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, BinaryIO

import portalocker

from trucewatch.model import TrucewatchError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

#: Bytes read at a time.
CHUNK = 1 << 16
_READ_ONLY = frozenset((errno.EROFS, errno.EACCES, errno.EPERM))
_FULL = frozenset((errno.ENOSPC, errno.EDQUOT, errno.EFBIG))
_FLAGS = os.O_RDWR | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
_PAUSE = 0.02


def plain(problem: OSError, where: Path | str) -> TrucewatchError:
    """The error for a write that failed: ``read-only``, ``disk-full`` or ``disk-failed``."""
    why = problem.strerror or type(problem).__name__
    if problem.errno in _READ_ONLY:
        return TrucewatchError("read-only", "cannot be written", where=str(where), why=why, next_step="allow writing there")
    if problem.errno in _FULL:
        return TrucewatchError("disk-full", "the disk has no room", where=str(where), why=why, next_step="make room, try again")
    return TrucewatchError("disk-failed", "the disk refused", where=str(where), why=why, next_step="check the disk")


@contextmanager
def said_plainly(where: Path | str) -> Iterator[None]:
    """Turn the disk's errors into the room's own."""
    try:
        yield
    except OSError as problem:
        raise plain(problem, where) from problem


@contextmanager
def read_plainly(where: Path | str) -> Iterator[None]:
    """Turn what stands in the way of reading into ``unreadable``. A missing file stays a ``FileNotFoundError``."""
    try:
        yield
    except FileNotFoundError:
        raise
    except OSError as problem:
        why = problem.strerror or type(problem).__name__
        raise TrucewatchError(
            "unreadable", "cannot be read", where=str(where), why=why, next_step="allow reading it"
        ) from problem


def take(path: Path, *, new: bool = False, patience: float = 0.0) -> io.FileIO | None:
    """The file, open for reading and writing and locked for this handle alone; closing it gives the lock back.

    ``new`` makes the file, which must not be there yet. ``patience`` is how many seconds to wait for the lock.

    Returns:
        None where another holds the lock, or where the file was removed meanwhile.

    Raises:
        OSError: as the system says (``FileNotFoundError`` for no such file, ``FileExistsError`` for a ``new`` one).
    """
    handle = io.FileIO(os.open(path, _FLAGS | (os.O_CREAT | os.O_EXCL if new else 0), 0o666), "r+b")
    try:
        if _locked(handle, patience) and _is_at(handle, path):
            return handle
    except BaseException:
        handle.close()
        raise
    handle.close()
    return None


def _locked(handle: io.FileIO, patience: float) -> bool:
    last = time.monotonic() + patience
    while True:
        try:
            portalocker.lock(handle, portalocker.LOCK_EX | portalocker.LOCK_NB)
        except portalocker.AlreadyLocked:
            if time.monotonic() >= last:
                return False
            time.sleep(_PAUSE)
        except portalocker.LockException as problem:
            raise OSError(errno.ENOLCK, f"no lock can be had: {problem}") from problem
        else:
            return True


def _is_at(handle: io.FileIO, path: Path) -> bool:
    """Whether the open file is still the one of that name: it may have been removed while its lock was awaited."""
    try:
        return os.path.samestat(os.fstat(handle.fileno()), path.lstat())
    except FileNotFoundError:
        return False


def write_all(handle: io.FileIO, data: bytes) -> None:
    """Write every byte: an unbuffered write may take only some."""
    view = memoryview(data)
    while view:
        view = view[handle.write(view) or 0 :]


def sync_folder(folder: Path) -> None:
    """Make a folder's new names last. Windows has no such call and needs none."""
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def make_folder(folder: Path) -> None:
    """Make a folder, and those above it, to last."""
    if not folder.is_dir():
        folder.mkdir(parents=True, exist_ok=True)
        sync_folder(folder.parent)


def cut_back(handle: io.FileIO, length: int) -> None:
    """After a failed write: put the file back to its old length as far as the disk allows. Never raises."""
    with suppress(OSError):
        handle.truncate(length)
        os.fsync(handle.fileno())


def size_of(handle: BinaryIO | io.FileIO) -> int:
    """The open file's length in bytes."""
    return os.fstat(handle.fileno()).st_size


def hash_range(handle: BinaryIO | io.FileIO, start: int, end: int) -> str:
    """SHA-256 (hex) of the bytes from ``start`` to ``end``."""
    handle.seek(start)
    digest = hashlib.sha256()
    while start < end and (data := handle.read(min(CHUNK, end - start))):
        digest.update(data)
        start += len(data)
    return digest.hexdigest()
