"""What was worked out of late, shared by threads: whoever asks for the same thing at the same time waits for one to work it out.

Keys hold whatever the value rests on, as the chain's head, so that nothing here has to be told when something changes.
"""

from __future__ import annotations

from collections import OrderedDict
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from threading import Lock
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

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
        with self._lock:
            turn = self._making.setdefault(key, Lock())
        with turn:
            found = self.get(key)
            if found is None:
                found = self.put(key, make())
        with self._lock:
            self._making.pop(key, None)
        return found


@dataclass(slots=True)
class Lately(Generic[K, V]):
    """What takes long to work out: while the next version is made, the last one is given after ``patience`` seconds of waiting."""

    most: int
    patience: float = 1.0
    _kept: Kept[K, tuple[str, V]] = field(init=False)
    _coming: dict[K, Future[V]] = field(default_factory=dict)
    _pool: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(1, "trucewatch-lately"))
    _lock: Lock = field(default_factory=Lock)

    def __post_init__(self) -> None:
        self._kept = Kept(self.most)

    def of(self, key: K, version: str, make: Callable[[V | None], V]) -> tuple[V | None, bool]:
        """A value and whether it is of this version; None where the first is not there yet. ``make`` is given the last one."""
        last = self._kept.get(key)
        if last is not None and last[0] == version:
            return last[1], True
        with self._lock:
            coming = self._coming.get(key)
            if coming is None or coming.done():
                coming = self._coming[key] = self._pool.submit(self._made, key, version, make)
        try:
            return coming.result(self.patience if last else 10 * self.patience), True
        except TimeoutError:
            return (last[1], False) if last else (None, False)

    def _made(self, key: K, version: str, make: Callable[[V | None], V]) -> V:
        last = self._kept.get(key)
        return self._kept.put(key, (version, make(last[1] if last else None)))[1]

    def close(self) -> None:
        """Begin nothing more."""
        self._pool.shutdown(wait=False, cancel_futures=True)
