"""The open dossier behind the pages: one reader that all requests share, one writer at a time, the jobs that add reports.

What pages have worked out of late is kept here too, for one state of the dossier. The writer stays open for a while after a request, as
closing it seals the dossier; readers never wait for that. This module must not know what a page shows.
"""

from __future__ import annotations

import logging
import time
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from threading import Lock, RLock, Timer
from typing import TYPE_CHECKING, TypeVar, cast

from fastapi import Request  # noqa: TC002 - FastAPI reads the annotation

from trucewatch.dossier import chain_rows
from trucewatch.dossier.desk import DossierDesk
from trucewatch.dossier.project import Dossier, open_dossier
from trucewatch.dossier.store import tally
from trucewatch.model import TrucewatchError
from trucewatch.web.jobs import Jobs
from trucewatch.web.kept import Kept, Lately

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from sqlalchemy import Connection

Result = TypeVar("Result")
_log = logging.getLogger(__name__)


@dataclass(slots=True)
class House:
    """The dossier in a folder, as long as the application runs.

    ``writer_idle``: seconds that an unused writer stays open; ``costly``: seconds from which on something is not worked out anew at every
    change.
    """

    folder: Path
    writer_idle: float = 20.0
    costly: float = 0.3
    jobs: Jobs = field(init=False)
    kept: Kept[tuple[object, ...], object] = field(default_factory=lambda: Kept(512))
    _settled: Kept[tuple[object, ...], tuple[str, float]] = field(default_factory=lambda: Kept(256))
    texts: Kept[tuple[object, ...], str] = field(default_factory=lambda: Kept(24))
    lately: Lately[tuple[object, ...], object] = field(default_factory=lambda: Lately(8))
    _reading: ExitStack | None = None
    _reader: Dossier | None = None
    _opening: Lock = field(default_factory=Lock)
    _writing: RLock = field(default_factory=RLock)
    _written: ExitStack | None = None
    _writer: Dossier | None = None
    _timer: Timer | None = None

    def __post_init__(self) -> None:
        self.jobs = Jobs(self.folder)

    def dossier(self) -> Dossier:
        """The dossier, open for reading; opened at the first call and shared by all threads."""
        with self._opening:
            if self._reader is None:
                self._reading = ExitStack()
                self._reader = self._reading.enter_context(open_dossier(self.folder))
            return self._reader

    def read(self, work: Callable[[Connection], Result]) -> Result:
        """Run ``work`` on one consistent state."""
        return self.dossier().read(work)

    def remembered(self, key: tuple[object, ...], tables: Iterable[str], make: Callable[[Connection], Result]) -> Result:
        """What ``make`` gave for this key while these tables hold what they hold; one works it out, others who ask wait for it."""
        rests = tuple(tables)
        found = self.kept.get((*key, self.read(lambda conn: tally.state(conn, rests))))
        if found is not None:
            return cast("Result", found)
        with self.kept.turn(key):  # nobody who waits holds a connection
            return self.read(lambda conn: self._remembered(conn, key, rests, make))

    def _remembered(
        self, conn: Connection, key: tuple[object, ...], rests: tuple[str, ...], make: Callable[[Connection], Result]
    ) -> Result:
        full = (*key, tally.state(conn, rests))
        found = self.kept.get(full)
        return cast("Result", self.kept.put(full, make(conn)) if found is None else found)

    def settled(self, key: tuple[object, ...]) -> str:
        """The state that something costly is shown of for a while after it was worked out; empty where that is the latest."""
        found = self._settled.get(key)
        return found[0] if found and time.monotonic() < found[1] else ""

    def settle(self, key: tuple[object, ...], state: str, took: float) -> None:
        """Stay at this state for as long as makes working it out a tenth of the time; not at all where it takes no time."""
        if took > self.costly:
            self._settled.put(key, (state, time.monotonic() + 9 * took))

    def head(self) -> str:
        """The hash of the last entry of the chain of custody: it changes with whatever changes in the dossier."""
        entry = self.read(chain_rows.head)
        return entry.hash if entry else ""

    @contextmanager
    def write(self) -> Iterator[Dossier]:
        """The dossier, open for writing, for the length of the block; others wait."""
        with self._writing:
            self._rest()
            try:
                yield self._open_writer()
            finally:
                self._timer = Timer(self.writer_idle, self._idle)
                self._timer.daemon = True
                self._timer.start()

    @contextmanager
    def desk(self) -> Iterator[DossierDesk]:
        """The reviewers' desk, for giving verdicts."""
        with self.write() as dossier:
            yield DossierDesk(dossier)

    def reading_desk(self) -> DossierDesk:
        """The desk for looking: queue, items, verdicts. It cannot record."""
        return DossierDesk(self.dossier())

    def close(self) -> None:
        """End the jobs, seal, and close everything."""
        self.jobs.close()
        self.lately.close()
        with self._writing:
            self._rest()
            self._close_writer()
        with self._opening:
            stack, self._reading, self._reader = self._reading, None, None
        if stack is not None:
            stack.close()

    def _open_writer(self) -> Dossier:
        if self._writer is None:
            stack = ExitStack()
            self._writer = stack.enter_context(open_dossier(self.folder, write=True))
            self._written = stack
        return self._writer

    def _rest(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _idle(self) -> None:
        if not self._writing.acquire(blocking=False):
            return  # somebody writes, and sets the clock anew
        try:
            self._close_writer()
        except TrucewatchError as error:
            _log.warning("the dossier could not be sealed: %s", error)
        finally:
            self._writing.release()

    def _close_writer(self) -> None:
        stack, self._written, self._writer = self._written, None, None
        if stack is not None:
            stack.close()


async def house(request: Request) -> House:
    """The house of the application that a request came to; a dependency for pages."""
    found: House = request.app.state.house
    return found
