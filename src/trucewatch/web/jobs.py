"""Adding reports in the background: one worker, the coder loaded once, progress to look at.

A job's inputs are addresses, or bytes that were handed over; never a path on this machine. This module must not decide who may add.
"""

from __future__ import annotations

import logging
import re
import secrets
from collections import OrderedDict
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from queue import Empty, Queue
from threading import Event, Lock, Thread
from typing import TYPE_CHECKING, Literal, TypeAlias

from trucewatch.model import TrucewatchError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path

    from trucewatch.dossier.adding import Added, Adding
    from trucewatch.dossier.project import Dossier
    from trucewatch.dossier.receiving import Received
    from trucewatch.model import Coded, Report, Unread

    Coder = tuple[str, Callable[[Iterable[Report | Unread]], Iterator[Coded]]]

State: TypeAlias = Literal["waiting", "running", "done", "failed"]
#: Jobs that may wait, and jobs that are remembered.
MOST_WAITING, MOST_KEPT = 20, 200
_URL = re.compile(r"https?://[^\s/]", re.IGNORECASE)
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Url:
    """A page or feed to be fetched."""

    address: str


@dataclass(frozen=True, slots=True)
class Handed:
    """Bytes that were handed over: an uploaded file, or pasted text. ``name`` is shown and kept, never opened."""

    name: str
    data: bytes
    content_type: str = "application/octet-stream"


Source: TypeAlias = Url | Handed


@dataclass(frozen=True, slots=True)
class AddOptions:
    """As the options of ``trucewatch add``."""

    published: str | None = None
    language: str | None = None
    follow_links: bool = False


@dataclass(frozen=True, slots=True)
class Progress:
    """How a job stands. ``results`` come as each report is safely in; ``error`` is why the whole job failed."""

    id: str
    state: State
    names: tuple[str, ...]
    begun: str
    by: str = ""
    results: tuple[Added, ...] = ()
    error: str = ""

    @property
    def over(self) -> bool:
        """Whether nothing more will come."""
        return self.state in {"done", "failed"}


@dataclass(slots=True)
class Jobs:
    """The jobs of one dossier. ``load`` gives the coder's versions and the function that codes; tests give their own."""

    folder: Path
    load: Callable[[Dossier], Coder] | None = None
    _known: OrderedDict[str, Progress] = field(default_factory=OrderedDict)
    _queue: Queue[tuple[str, tuple[Source, ...], AddOptions]] = field(default_factory=Queue)
    _lock: Lock = field(default_factory=Lock)
    _worker: Thread | None = None
    _ending: Event = field(default_factory=Event)
    _coder: Coder | None = None

    def add(self, sources: Sequence[Source], options: AddOptions | None = None, *, by: str = "") -> str:
        """Put a job in line; its id.

        Raises:
            TrucewatchError: ``nothing-to-add``, ``bad-address`` for what is no http(s) URL, ``too-many-jobs``.
        """
        _check(sources)
        id_ = secrets.token_hex(8)
        with self._lock:
            if self._queue.qsize() >= MOST_WAITING:
                raise TrucewatchError(
                    "too-many-jobs", "too much is waiting to be added", next_step="wait until some of it is in"
                )
            self._known[id_] = Progress(id_, "waiting", tuple(_name(s) for s in sources), _now(), by)
            self._forget()
            self._queue.put((id_, tuple(sources), options or AddOptions()))
            if self._worker is None:
                self._worker = Thread(target=self._work, name="trucewatch-add", daemon=True)
                self._worker.start()
        return id_

    def job(self, id_: str) -> Progress:
        """How a job stands. Raises ``TrucewatchError`` ``no-job``."""
        with self._lock:
            found = self._known.get(id_)
        if found is None:
            raise TrucewatchError("no-job", "there is no such job", next_step="add it again; what is there is not added twice")
        return found

    def recent(self) -> list[Progress]:
        """All jobs that are remembered, the last first."""
        with self._lock:
            return list(reversed(self._known.values()))

    def close(self) -> None:
        """No further job is begun; the report at hand is finished. What is left can be gone on with by ``trucewatch add``."""
        self._ending.set()
        if self._worker is not None:
            self._worker.join(60)

    def _forget(self) -> None:
        for id_ in [id_ for id_, job in self._known.items() if job.over][: max(0, len(self._known) - MOST_KEPT)]:
            del self._known[id_]

    def _note(self, id_: str, **changes: object) -> None:
        with self._lock:
            self._known[id_] = replace(self._known[id_], **changes)  # type: ignore[arg-type]

    def _work(self) -> None:
        while not self._ending.is_set():
            try:
                id_, sources, options = self._queue.get(timeout=0.2)
            except Empty:
                continue
            self._run(id_, sources, options)

    def _run(self, id_: str, sources: tuple[Source, ...], options: AddOptions) -> None:
        self._note(id_, state="running")
        try:
            results: tuple[Added, ...] = ()
            for added in self._added(sources, options):
                results = (*results, added)
                self._note(id_, results=results)
                if self._ending.is_set():
                    break
            self._note(id_, state="done")
        except TrucewatchError as error:
            self._note(id_, state="failed", error=error.line())
        except Exception:  # noqa: BLE001 - a worker must outlive what it works on
            _log.exception("adding failed")
            self._note(id_, state="failed", error="the program failed; its log says how")

    def _added(self, sources: tuple[Source, ...], options: AddOptions) -> Iterator[Added]:
        from trucewatch.dossier.adding import Adding  # noqa: PLC0415 - reading needs it only when something comes
        from trucewatch.dossier.project import open_dossier  # noqa: PLC0415

        with open_dossier(self.folder, write=True) as dossier:
            coder, code = self._loaded(dossier)
            reading = dossier.reading(language=options.language, follow_links=options.follow_links)
            for source in sources:
                adding = Adding(dossier, coder, code, reading, options.published)
                yield from _one(adding, source)

    def _loaded(self, dossier: Dossier) -> Coder:
        if self._coder is None:
            self._coder = (self.load or load_coder)(dossier)
        return self._coder


def load_coder(dossier: Dossier) -> Coder:
    """The dossier's coder, in this process."""
    from functools import partial  # noqa: PLC0415

    from trucewatch.coder import load  # noqa: PLC0415
    from trucewatch.dossier.keeping import coder_json  # noqa: PLC0415
    from trucewatch.run import code_all  # noqa: PLC0415

    config = dossier.config
    coder = load(actors=config.actors, gazetteers=config.gazetteers)
    return coder_json(coder.facts), partial(code_all, jobs=1, coder=coder, actors=config.actors, gazetteers=config.gazetteers)


def _one(adding: Adding, source: Source) -> Iterator[Added]:
    if isinstance(source, Url):
        yield from adding.run([source.address])
        return
    try:
        received: list[Received] = [adding.receiver.text(source.name, source.data, source.content_type)]
    except TrucewatchError as error:
        yield _refused(source.name, error)
        return
    yield from adding.unfinished(received)


def _refused(name: str, error: TrucewatchError) -> Added:
    from trucewatch.dossier.adding import Added  # noqa: PLC0415

    return Added(name, "failed", None, (error.reason(),))


def _check(sources: Sequence[Source]) -> None:
    if not sources:
        raise TrucewatchError("nothing-to-add", "there is nothing to add", next_step="choose a file, an address or some text")
    for source in sources:
        if isinstance(source, Url) and not _URL.match(source.address):
            raise TrucewatchError(
                "bad-address", "that is no address of the web", next_step="it begins with http:// or https://"
            )


def _name(source: Source) -> str:
    return source.address if isinstance(source, Url) else source.name


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
