"""Coding many reports: in order, on several processes, resumably, never losing one.

``code_all`` keeps the order of its input and holds only a bounded number of reports at a time; ``Resume`` continues an
interrupted output file. This module must not know formats other than the contract's JSON lines.
"""

from __future__ import annotations

import json
import multiprocessing
import signal
from collections import Counter, deque
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

from trucewatch.model import Coded, Reason, Report, TrucewatchError, Unread

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path

    from trucewatch.coder import Coder

    Item = Report | Unread
    Code = Callable[[Item], Coded]

_IN_FLIGHT_PER_JOB = 4
_worker: Coder | None = None


def code_all(
    items: Iterable[Report | Unread],
    *,
    jobs: int = 1,
    coder: Coder | None = None,
    actors: Sequence[Path] = (),
    gazetteers: Sequence[Path] = (),
) -> Iterator[Coded]:
    """Code every item, in input order.

    Args:
        items: what the reading room yields.
        jobs: processes; 1 codes in this one.
        coder: the coder to use with one job; loaded when None.
        actors: more actor files, as for ``trucewatch.load``.
        gazetteers: more gazetteers, likewise.

    Yields:
        One record an item, always: a report whose process dies is tried once more alone, then reported as failed.
    """
    if jobs <= 1:
        yield from (coder or _load(actors, gazetteers)).stream(items)
        return
    yield from spread(items, jobs, code=_code, start=partial(_start, tuple(actors), tuple(gazetteers)))


def spread(items: Iterable[Report | Unread], jobs: int, *, code: Code, start: Callable[[], None]) -> Iterator[Coded]:
    """Run ``code`` on every item in ``jobs`` processes, in input order. Both functions must be importable by name."""
    pool = _Pool(jobs, code, start)
    waiting: deque[tuple[Item, Future[Coded] | None]] = deque()
    try:
        for item in items:
            waiting.append((item, pool.submit(item)))
            if len(waiting) >= jobs * _IN_FLIGHT_PER_JOB:
                yield _next(waiting, pool)
        while waiting:
            yield _next(waiting, pool)
    finally:
        pool.stop()


def _next(waiting: deque[tuple[Item, Future[Coded] | None]], pool: _Pool) -> Coded:
    """The first record that is due. Where a process has died, all that wait are given to fresh ones, the first of them alone."""
    item, future = waiting.popleft()
    try:
        if future is not None:
            return future.result()
    except BrokenProcessPool:
        pass
    pool.restart()
    coded = pool.alone(item)
    rest = [(other, None if result is None or _lost(result) else result) for other, result in waiting]
    waiting.clear()
    waiting.extend((other, result or pool.submit(other)) for other, result in rest)
    return coded


def _lost(future: Future[Coded]) -> bool:
    """Whether a future of a broken pool holds no record."""
    return not future.done() or future.cancelled() or future.exception() is not None


class _Pool:
    """Processes that can be started afresh when one of them dies."""

    def __init__(self, jobs: int, code: Code, start: Callable[[], None]) -> None:
        self.jobs, self.code, self.start = jobs, code, start
        self.pool = self._fresh()

    def _fresh(self) -> ProcessPoolExecutor:
        return ProcessPoolExecutor(
            self.jobs, mp_context=multiprocessing.get_context("spawn"), initializer=_begin, initargs=(self.start,)
        )

    def submit(self, item: Item) -> Future[Coded] | None:
        """A future, or None where the pool is broken (``_next`` sees to it)."""
        try:
            return self.pool.submit(self.code, item)
        except BrokenProcessPool:
            return None

    def alone(self, item: Item) -> Coded:
        """Code one item with nothing beside it, so that it is known which one ends a process."""
        try:
            return self.pool.submit(self.code, item).result()
        except BrokenProcessPool:
            self.restart()
            reason = Reason(
                "worker-died", "the process that coded this report ended early, twice (memory?) - code it alone, with --jobs 1"
            )
            return Coded(item.id, "failed", (reason,), item if isinstance(item, Report) else item.report)

    def restart(self) -> None:
        """End what is left of the processes and start others."""
        self.stop()
        self.pool = self._fresh()

    def stop(self) -> None:
        """Start nothing more; what runs comes to its end."""
        self.pool.shutdown(wait=True, cancel_futures=True)


def _begin(start: Callable[[], None]) -> None:
    """A worker leaves Ctrl-C to its parent, which ends the run with whole lines."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    start()


def _start(actors: Sequence[Path] = (), gazetteers: Sequence[Path] = ()) -> None:
    global _worker  # noqa: PLW0603 - one coder a worker process
    _worker = _load(actors, gazetteers)


def _load(actors: Sequence[Path], gazetteers: Sequence[Path]) -> Coder:
    from trucewatch.coder import load  # noqa: PLC0415 - the process that only hands out work needs no coder

    return load(actors=actors, gazetteers=gazetteers)


def _code(item: Report | Unread) -> Coded:
    if _worker is None:
        _start()
    assert _worker is not None  # noqa: S101 - set by _start
    return _worker.code(item)


@dataclass
class Resume:
    """An interrupted output file: which ids it holds, in order, and their outcomes. A half-written last line is cut off."""

    path: Path
    ids: deque[str]
    outcomes: Counter[str] = field(default_factory=Counter)

    @classmethod
    def open(cls, path: Path) -> Resume:
        """Read the ids of the whole lines and cut the file behind them; a file that is not there holds none.

        Raises:
            TrucewatchError: ``bad-resume``, when the file is not an output of this program; it is left as it was.
        """
        ids: deque[str] = deque()
        outcomes: Counter[str] = Counter()
        good = 0
        if not path.exists():
            return cls(path, ids, outcomes)
        with path.open("rb") as lines:
            for line in lines:
                if not line.endswith(b"\n"):
                    break
                name, status = _whole_line(line, path, len(ids) + 1)
                ids.append(name)
                outcomes[status] += 1
                good += len(line)
        with path.open("r+b") as file:
            file.truncate(good)
        return cls(path, ids, outcomes)

    def remaining(self, items: Iterable[Report | Unread]) -> Iterator[Report | Unread]:
        """The items whose line is not there yet.

        Raises:
            TrucewatchError: ``bad-resume``, when the inputs are not those of the interrupted run.
        """
        for item in items:
            if not self.ids:
                yield item
                continue
            done = self.ids.popleft()
            if done != item.id:
                raise self._mismatch(f"the output goes on with {done!r}, the input with {item.id!r}")
        if self.ids:
            raise self._mismatch(f"the output holds {len(self.ids)} reports more than the input, first {self.ids[0]!r}")

    def _mismatch(self, what: str) -> TrucewatchError:
        step = "give the same inputs in the same order, or another --out"
        return TrucewatchError("bad-resume", what, where=str(self.path), next_step=step)


def _whole_line(line: bytes, path: Path, number: int) -> tuple[str, str]:
    """Id and status of a coded line."""
    try:
        record = json.loads(line)
    except ValueError:
        record = None
    if isinstance(record, dict) and "events" in record and isinstance(record.get("id"), str):
        return record["id"], str(record.get("status"))
    raise TrucewatchError(
        "bad-resume", f"line {number} is not a coded record", where=str(path),
        next_step="give the file that the interrupted run wrote, or another --out",
    )  # fmt: skip
