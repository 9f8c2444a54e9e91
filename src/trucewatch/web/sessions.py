"""Who has logged in, in memory: a signed cookie names a session, and everything else stays on this side.

A login always begins a new session, so that a cookie that somebody planted before it is worth nothing after. This module must not know
passwords.
"""

from __future__ import annotations

import secrets
import time
from collections import OrderedDict
from dataclasses import dataclass, field
from threading import Lock
from typing import TYPE_CHECKING

from itsdangerous import BadSignature, Signer

if TYPE_CHECKING:
    from collections.abc import Callable

#: Sessions that are kept; the least used go first.
MOST = 20_000


@dataclass(slots=True)
class Session:
    """One browser. ``user`` is empty until it has logged in; ``csrf`` is what its forms must show."""

    id: str
    csrf: str
    made: float
    seen: float
    user: str = ""


@dataclass(slots=True)
class Sessions:
    """The sessions of one run of the application. ``idle`` and ``life`` are seconds."""

    idle: float
    life: float
    clock: Callable[[], float] = time.monotonic
    _signer: Signer = field(default_factory=lambda: Signer(secrets.token_bytes(32), salt="trucewatch.session"))
    _known: OrderedDict[str, Session] = field(default_factory=OrderedDict)
    _lock: Lock = field(default_factory=Lock)

    def begin(self, user: str = "") -> Session:
        """A new session."""
        now = self.clock()
        made = Session(secrets.token_urlsafe(32), secrets.token_urlsafe(32), now, now, user)
        with self._lock:
            self._known[made.id] = made
            while len(self._known) > MOST:
                self._drop_one()
        return made

    def _drop_one(self) -> None:
        """The least used session of nobody; else the least used of all."""
        first = next((id_ for id_, session in self._known.items() if not session.user), None)
        del self._known[first or next(iter(self._known))]

    def cookie(self, session: Session) -> str:
        """What the browser is to send."""
        return self._signer.sign(session.id).decode()

    def of(self, cookie: str) -> Session | None:
        """The session that a cookie names; None where it is not ours, or over."""
        try:
            id_ = self._signer.unsign(cookie).decode()
        except (BadSignature, UnicodeError):
            return None
        now = self.clock()
        with self._lock:
            found = self._known.get(id_)
            if found is None:
                return None
            if now - found.seen > self.idle or now - found.made > self.life:
                del self._known[id_]
                return None
            found.seen = now
            self._known.move_to_end(id_)
            return found

    def end(self, session: Session) -> None:
        """Forget a session."""
        with self._lock:
            self._known.pop(session.id, None)

    def end_of(self, user: str) -> None:
        """Forget every session of a user."""
        with self._lock:
            for id_ in [id_ for id_, session in self._known.items() if session.user == user]:
                del self._known[id_]
