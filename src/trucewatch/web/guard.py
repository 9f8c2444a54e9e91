"""What stands before every page: names it may be called by, limits, and the headers that every answer carries.

A request under a foreign name (DNS rebinding), a change asked for by a foreign page, a body that is too large and a client that asks too
often go no further. Plain ASGI, so that a body is counted as it comes. This module must not know who the user is.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from contextlib import suppress
from dataclasses import dataclass, field
from threading import Lock
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse

from trucewatch.web.settings import LOOPBACK

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from trucewatch.web.settings import Settings

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; worker-src 'self' blob:; "
    "img-src 'self' data: blob:; font-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; "
    "object-src 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
#: Clients that are remembered by a limit.
_MOST_CLIENTS = 10_000
_UPLOADS = ("/add",)
#: Clients that are not limited: this machine itself. Behind a proxy the client is the one that the proxy names.
_HERE = frozenset({"127.0.0.1", "::1"})


@dataclass(slots=True)
class Bucket:
    """A limit by client: ``burst`` at once, ``per_second`` in the long run."""

    per_second: float
    burst: float
    clock: Callable[[], float] = time.monotonic
    _left: OrderedDict[str, tuple[float, float]] = field(default_factory=OrderedDict)
    _lock: Lock = field(default_factory=Lock)

    def take(self, client: str) -> bool:
        """Whether the client may; it counts."""
        now = self.clock()
        with self._lock:
            left, at = self._left.pop(client, (self.burst, now))
            left = min(self.burst, left + (now - at) * self.per_second)
            self._left[client] = (left - 1 if left >= 1 else left, now)
            while len(self._left) > _MOST_CLIENTS:
                self._left.popitem(last=False)
            return left >= 1


class TooBigError(Exception):
    """A body has grown over its limit; the guard answers, whoever meets this lets it through."""


class Guard:
    """The middleware."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self.app = app
        self.settings = settings
        self.names = frozenset(name.lower().rstrip(".") for name in (*LOOPBACK, *settings.hosts))
        self.bucket = Bucket(settings.per_second, settings.burst)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or let through."""
        if scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})
            return
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        refused = self._refusal(scope)
        if refused is not None:
            await refused(scope, receive, _dressed(send))
            return
        await self._limited(scope, receive, _dressed(send))

    def _refusal(self, scope: Scope) -> PlainTextResponse | None:
        headers = Headers(scope=scope)
        hosts = headers.getlist("host")
        if len(hosts) != 1 or _name(hosts[0]) not in self.names:
            return PlainTextResponse("This application does not answer to that name.", 421)
        if scope["method"] not in _SAFE and not _is_ours(headers, hosts[0], scope["scheme"]):
            return PlainTextResponse("Another site asked for this change.", 403)
        client = _client(scope)
        if client not in _HERE and not self.bucket.take(client):
            return PlainTextResponse("Too many requests. Wait a little.", 429, {"Retry-After": "2"})
        length = headers.get("content-length", "0")
        if not length.isdigit() or int(length) > self._most(scope):
            return PlainTextResponse("That is too large.", 413)
        return None

    def _most(self, scope: Scope) -> int:
        return self.settings.max_upload if scope["path"] in _UPLOADS else self.settings.max_body

    async def _limited(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The body is counted as it comes; whatever the page makes of its sudden end, the answer is 413."""
        most, come, begun = self._most(scope), 0, False

        async def counted() -> Message:
            nonlocal come
            message = await receive()
            come += len(message.get("body", b""))
            if come > most:
                raise TooBigError
            return message

        async def sent(message: Message) -> None:
            nonlocal begun
            if come <= most or begun:
                begun = True
                await send(message)

        with suppress(TooBigError):
            await self.app(scope, counted, sent)
        if come > most and not begun:
            await PlainTextResponse("That is too large.", 413)(scope, receive, send)


def _dressed(send: Send) -> Send:
    async def dressed(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in HEADERS.items():
                headers.setdefault(name, value)
            headers.setdefault("Cache-Control", "no-store")
        await send(message)

    return dressed


def _name(host: str) -> str:
    """The name in a Host header, without its port; empty where it is none."""
    try:
        parts = urlsplit(f"//{host}")
        return (
            (parts.hostname or "").rstrip(".") if not (parts.username or parts.path or parts.query) and parts.port != 0 else ""
        )
    except ValueError:
        return ""


def _is_ours(headers: Headers, host: str, scheme: str) -> bool:
    """Whether a change is asked for by one of our pages, as far as the browser says; programs say nothing."""
    site = headers.get("sec-fetch-site")
    if site not in {None, "same-origin", "none"}:
        return False
    origin = headers.get("origin")
    if origin == "null" and site == "same-origin":  # a page under the policy "no-referrer"
        return True
    return origin is None or origin.lower() == f"{scheme}://{host}".lower()


def _client(scope: Scope) -> str:
    client = scope.get("client")
    return str(client[0]) if client else ""
