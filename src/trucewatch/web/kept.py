"""What was worked out of late, shared by threads: whoever asks for the same thing at the same time waits for one to work it out.

Keys hold whatever the value rests on, as a mark of the tables it was read from, so that nothing here has to be told when something changes.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Lock
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

K = TypeVar("K")
V = TypeVar("V")


@dataclass(slots=True)
class Kept(Generic[K, V]):
    """What was met last, at most ``most`` of it. A value is never None."""

    most: int
    _known: OrderedDict[K, V] = field(default_factory=OrderedDict)
    _making: dict[K, Lock] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def get(self, key: K) -> V | None:
        """What is kept."""
        with self._lock:
            if key in self._known:
                self._known.move_to_end(key)
            return self._known.get(key)

    def put(self, key: K, value: V) -> V:
        """Keep it."""
        with self._lock:
            self._known[key] = value
            while len(self._known) > self.most:
                self._known.popitem(last=False)
        return value

    def drop(self, key: K) -> None:
        """Keep it no longer."""
        with self._lock:
            self._known.pop(key, None)

    def of(self, key: K, make: Callable[[], V]) -> V:
        """What is kept, or what ``make`` gives; it runs once, however many ask."""
        found = self.get(key)
        if found is not None:
            return found
        with self.turn(key):
            found = self.get(key)
            return self.put(key, make()) if found is None else found

    @contextmanager
    def turn(self, key: K) -> Iterator[None]:
        """One at a time for each key: others wait."""
        with self._lock:
            turn = self._making.setdefault(key, Lock())
        try:
            with turn:
                yield
        finally:
            with self._lock:
                self._making.pop(key, None)


#: What takes longer than so many seconds is worked out at most a tenth of the time.
_LONG, _REST = 1.0, 9.0
#: How many times longer than for a next version one waits for the first.
_FIRST = 10.0


@dataclass(frozen=True, slots=True)
class _Made(Generic[V]):
    """A value, its version, and the moment before which no next one is begun."""

    version: str
    value: V
    rest_until: float


@dataclass(slots=True)
class Lately(Generic[K, V]):
    """What takes long to work out: while the next version is made, the last one is given after ``patience`` seconds of waiting."""

    most: int
    patience: float = 0.3
    clock: Callable[[], float] = time.monotonic
    _kept: Kept[K, _Made[V]] = field(init=False)
    _coming: dict[K, Future[V]] = field(default_factory=dict)
    _pool: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(1, "trucewatch-lately"))
    _lock: Lock = field(default_factory=Lock)

    def __post_init__(self) -> None:
        self._kept = Kept(self.most)

    def of(self, key: K, version: str, make: Callable[[V | None], V]) -> tuple[V | None, bool]:
        """A value and whether it is of this version; None where the first is not there yet. ``make`` is given the last one."""
        last = self._kept.get(key)
        if last is not None and (last.version == version or self.clock() < last.rest_until):
            return last.value, last.version == version
        with self._lock:
            coming = self._coming.get(key)
            if coming is None or coming.done():
                coming = self._coming[key] = self._pool.submit(self._made, key, version, make)
        try:
            return coming.result(self.patience if last else _FIRST * self.patience), True
        except TimeoutError:
            return (last.value, False) if last else (None, False)

    def last(self, key: K) -> V | None:
        """The last version, whichever it is."""
        found = self._kept.get(key)
        return found.value if found else None

    def _made(self, key: K, version: str, make: Callable[[V | None], V]) -> V:
        last, begun = self._kept.get(key), self.clock()
        value = make(last.value if last else None)
        took = self.clock() - begun
        self._kept.put(key, _Made(version, value, self.clock() + (_REST * took if took > _LONG else 0.0)))
        return value

    def close(self) -> None:
        """Begin nothing more."""
        self._pool.shutdown(wait=False, cancel_futures=True)
