"""The guarded way to a server: an address is resolved, checked and connected to in one step, under one deadline.

Because the connection goes to the very address that was checked, a name that changes its answer between check and use (DNS
rebinding) gains nothing. TLS still verifies the host's name. This module knows nothing of pages or robots.
"""

from __future__ import annotations

import ipaddress
import socket
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import httpcore
import httpx

from trucewatch.model import TrucewatchError
from trucewatch.reading.reasons import Code, error

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from ssl import SSLContext

    from trucewatch.reading.options import FetchOptions

    Resolver = Callable[[str, int], list[str]]

_NAT64 = ipaddress.ip_network("64:ff9b::/96")


def resolve(host: str, port: int) -> list[str]:
    """The host's addresses by the system's resolver, in its order, each once.

    Raises:
        OSError: where there are none.
    """
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def resolve_within(resolver: Resolver, host: str, port: int, seconds: float) -> list[str]:
    """``resolver``'s answer within a time: the system's call has no time-out of its own, so it runs in a thread left behind."""
    answer: list[list[str]] = []
    problem: list[OSError | UnicodeError] = []

    def ask() -> None:
        try:
            answer.append(resolver(host, port))
        except (OSError, UnicodeError) as raised:
            problem.append(raised)

    thread = threading.Thread(target=ask, daemon=True)
    thread.start()
    thread.join(seconds)
    if answer and answer[0]:
        return answer[0]
    why = str(problem[0]) if problem else "no answer in time" if thread.is_alive() else "no address"
    raise error(Code.FETCH_DNS, f"the host {host} cannot be found", why=why)


def is_public(address: str) -> bool:
    """Whether an IP address is one of the open internet; addresses that wrap an IPv4 address are judged by that."""
    ip = ipaddress.ip_address(address.split("%", 1)[0])
    if isinstance(ip, ipaddress.IPv6Address):
        inner = ip.ipv4_mapped or ip.sixtofour or (ip.teredo[1] if ip.teredo else None)
        if ip in _NAT64:
            inner = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
        if inner is not None:
            return is_public(str(inner))
        if ip.is_site_local:
            return False
    return ip.is_global and not (ip.is_multicast or ip.is_reserved or ip.is_unspecified or ip.is_loopback or ip.is_link_local)


@dataclass(slots=True)
class Guard:
    """Which addresses may be connected to."""

    options: FetchOptions
    resolver: Resolver = resolve

    def addresses(self, host: str, port: int, seconds: float) -> list[str]:
        """The checked addresses of a host. One private address among several is reason enough to refuse them all.

        Raises:
            TrucewatchError: ``fetch-dns`` or ``fetch-private-address``.
        """
        found = resolve_within(self.resolver, host.strip("[]"), port, min(seconds, self.options.dns_timeout))
        if self.options.allow_private or {host, f"{host}:{port}"} & set(self.options.private_hosts):
            return found
        for address in found:
            if not is_public(address):
                raise error(
                    Code.FETCH_ADDRESS,
                    f"{host} leads to {address}, which is not a public address",
                    next_step="allow private addresses if this is meant",
                )
        return found


@dataclass(slots=True)
class Deadline:
    """A moment after which nothing more is waited for; shared by every hop of one fetch."""

    clock: Callable[[], float] = time.monotonic
    at: float = field(default=float("inf"))

    def start(self, seconds: float) -> None:
        """Begin to count."""
        self.at = self.clock() + seconds

    def left(self, wanted: float | None = None) -> float:
        """Seconds left, at most ``wanted``.

        Raises:
            TrucewatchError: ``fetch-timeout`` where none is left.
        """
        left = self.at - self.clock()
        if left <= 0:
            raise error(Code.FETCH_TIMEOUT, "the server took longer than the deadline")
        return left if wanted is None else min(left, wanted)


class _Stream(httpcore.NetworkStream):
    """A connection each of whose steps ends at the deadline."""

    def __init__(self, inner: httpcore.NetworkStream, deadline: Deadline) -> None:
        self._inner = inner
        self._deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._inner.read(max_bytes, self._deadline.left(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._inner.write(buffer, self._deadline.left(timeout))

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self, ssl_context: SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        return _Stream(self._inner.start_tls(ssl_context, server_hostname, self._deadline.left(timeout)), self._deadline)

    def get_extra_info(self, info: str) -> object:
        return self._inner.get_extra_info(info)


class _Backend(httpcore.NetworkBackend):
    """Connects to checked addresses only."""

    def __init__(self, guard: Guard, deadline: Deadline) -> None:
        self._inner = httpcore.SyncBackend()
        self._guard = guard
        self._deadline = deadline

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        problem: Exception | None = None
        for address in self._guard.addresses(host, port, self._deadline.left()):
            try:
                stream = self._inner.connect_tcp(address, port, self._deadline.left(timeout), local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as raised:
                problem = raised
            else:
                return _Stream(stream, self._deadline)
        raise problem or httpcore.ConnectError("no address")

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds)


class GuardedTransport(httpx.BaseTransport):
    """An httpx transport over the guarded backend."""

    def __init__(self, guard: Guard, deadline: Deadline) -> None:
        self._pool = httpcore.ConnectionPool(
            ssl_context=httpx.create_ssl_context(trust_env=False),
            max_keepalive_connections=0,
            network_backend=_Backend(guard, deadline),
        )

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send one request; httpcore's errors come out as the room's own."""
        url = httpcore.URL(
            scheme=request.url.raw_scheme, host=request.url.raw_host, port=request.url.port, target=request.url.raw_path
        )
        inner = httpcore.Request(
            request.method, url, headers=request.headers.raw, content=request.read(), extensions=request.extensions
        )
        with said_plainly():
            answer = self._pool.handle_request(inner)
        return httpx.Response(answer.status, headers=answer.headers, stream=_Body(answer), extensions=answer.extensions)

    def close(self) -> None:
        """Close every connection."""
        self._pool.close()


class _Body(httpx.SyncByteStream):
    def __init__(self, answer: httpcore.Response) -> None:
        self._answer = answer

    def __iter__(self) -> Iterator[bytes]:
        with said_plainly():
            yield from self._answer.iter_stream()

    def close(self) -> None:
        self._answer.close()


@contextmanager
def said_plainly() -> Iterator[None]:
    """Turn connection errors into ``fetch-timeout`` and ``fetch-failed``."""
    try:
        yield
    except TrucewatchError:
        raise
    except httpcore.TimeoutException as problem:
        raise error(Code.FETCH_TIMEOUT, "the server took too long", why=type(problem).__name__) from problem
    except (httpcore.NetworkError, httpcore.ProtocolError, httpcore.UnsupportedProtocol, OSError) as problem:
        raise error(Code.FETCH_FAILED, "the connection failed", why=str(problem) or type(problem).__name__) from problem
