"""The lock of a dossier's folder: writers share it while they are open, and who seals holds it alone.

The lock is of the operating system (``flock``), so that a killed command leaves none behind. This module must not know what is sealed.
"""

from __future__ import annotations

import time
from typing import IO, TYPE_CHECKING

import portalocker

from trucewatch.dossier.store.errors import LOCKED, READ_ONLY
from trucewatch.model.errors import TrucewatchError

if TYPE_CHECKING:
    from pathlib import Path

#: The file that is locked; it stays, empty.
NAME = ".lock"
#: Seconds a writer waits while another seals (a gigabyte takes about one).
WAIT = 300.0


class FolderLock:
    """One holder's lock on a folder."""

    __slots__ = ("_file", "path")

    def __init__(self, folder: Path) -> None:
        self.path = folder / NAME
        self._file: IO[bytes] | None = None

    def share(self, wait: float = WAIT) -> None:
        """Takes the lock together with other writers; waits for one who seals. ``TrucewatchError``: ``locked``, ``read-only``."""
        deadline = time.monotonic() + wait
        while not self._take(portalocker.LOCK_SH):
            if time.monotonic() > deadline:
                what = "another command has been sealing the dossier for a long time"
                raise TrucewatchError(LOCKED.code, what, where=str(self.path), next_step=LOCKED.next_step)
            time.sleep(0.02)

    def own(self) -> bool:
        """Takes the lock alone if nobody else has it, without waiting; says whether it did.

        The share is given back first: were it changed into the other kind, two who leave at once could each keep the other out, and
        none would seal. As it is, one of them comes last and finds the lock free.
        """
        self.release()
        return self._take(portalocker.LOCK_EX)

    def release(self) -> None:
        """Gives the lock back, if it is held."""
        if self._file is not None:
            portalocker.unlock(self._file)
            self._file.close()
            self._file = None

    def _take(self, kind: portalocker.LockFlags) -> bool:
        try:
            file = self.path.open("ab")
        except OSError as error:
            raise TrucewatchError(
                READ_ONLY.code, "the dossier's folder cannot be written to", where=str(self.path), why=str(error),
                next_step=READ_ONLY.next_step,
            ) from error  # fmt: skip
        try:
            portalocker.lock(file, kind | portalocker.LOCK_NB)
        except portalocker.LockException:
            file.close()
            return False
        except BaseException:
            file.close()
            raise
        self._file = file
        return True
