"""How often somebody may try to log in: by where they are and by the name they give."""

from __future__ import annotations

import time
from collections import OrderedDict
from dataclasses import dataclass, field
from threading import Lock
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from fastapi import Request

_MOST = 10_000


@dataclass(slots=True)
class Attempts:
    """At most ``most`` attempts in ``window`` seconds from one place at one name, five times that from one place, and at one name."""

    most: int
    window: float
    clock: Callable[[], float] = time.monotonic
    _tried: OrderedDict[tuple[str, str], list[float]] = field(default_factory=OrderedDict)
    _lock: Lock = field(default_factory=Lock)

    def take(self, client: str, name: str) -> bool:
        """Whether another attempt is allowed; it counts."""
        now = self.clock()
        keys = {(client, name): self.most, (client, ""): 5 * self.most, ("", name): 5 * self.most}
        with self._lock:
            recent = {key: [at for at in self._tried.get(key, ()) if now - at < self.window] for key in keys}
            allowed = all(len(recent[key]) < most for key, most in keys.items())
            for key, times in recent.items():
                self._tried[key] = [*times, now] if allowed else times
                self._tried.move_to_end(key)
            while len(self._tried) > _MOST:
                self._tried.popitem(last=False)
        return allowed

    def forget(self, client: str, name: str) -> None:
        """An attempt that was right clears those that were not, and does not count itself: a team behind one address may all log in."""
        with self._lock:
            self._tried.pop((client, name), None)
            for key in ((client, ""), ("", name)):
                if times := self._tried.get(key):
                    times.pop()


def logins_of(request: Request) -> Attempts:
    """The application's own."""
    found: Attempts = request.app.state.logins
    return found
