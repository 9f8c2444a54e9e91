"""One page by its URL: robots asked, redirects followed by hand and checked, bytes counted, time kept.

No cookies, no proxies from the environment, no credentials in URLs. A caller that knows a page's ``ETag`` or ``Last-Modified`` may ask
for it only if it has changed.
"""

from __future__ import annotations

import time
import zlib
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit, urlunsplit

import httpx

from trucewatch.reading.fetching.network import Deadline, Guard, GuardedTransport, resolve, said_plainly
from trucewatch.reading.fetching.robots import Robots
from trucewatch.reading.reasons import Code, error

if TYPE_CHECKING:
    from collections.abc import Callable

    from trucewatch.reading.fetching.network import Resolver
    from trucewatch.reading.options import FetchOptions

_REDIRECTS = frozenset((301, 302, 303, 307, 308))
_OK, _NOT_OK, _UNCHANGED = 200, 300, 304
_ACCEPT = "text/html,application/xhtml+xml,application/rss+xml,application/atom+xml,application/pdf,text/plain;q=0.8,*/*;q=0.5"
_ROBOTS_BYTES = 600_000


@dataclass(frozen=True, slots=True)
class Fetched:
    """An answer: the URL it came from after redirects, its type and bytes, and when it came (ISO 8601, UTC).

    ``headers`` and ``request`` are the header fields of the answer and of what was asked, ``phrase`` the words after the status, ``hops``
    the URLs that redirected here. ``body`` is decoded; the header fields are as they came.
    """

    url: str
    status: int
    content_type: str | None
    body: bytes
    retrieved: str
    headers: tuple[tuple[str, str], ...] = ()
    request: tuple[tuple[str, str], ...] = ()
    phrase: str = ""
    hops: tuple[str, ...] = ()

    @property
    def unchanged(self) -> bool:
        """Whether the server said that the page is as the caller knows it; there is no body then."""
        return self.status == _UNCHANGED

    def header(self, name: str) -> str | None:
        """A header field's value, by its name in any case."""
        return next((value for key, value in self.headers if key.lower() == name.lower()), None)


@dataclass(frozen=True, slots=True)
class Known:
    """What a caller knows of a page it has: its ``ETag`` and ``Last-Modified``, as they came."""

    etag: str | None = None
    modified: str | None = None

    def fields(self) -> dict[str, str]:
        """The header fields of a conditional request."""
        both = {"If-None-Match": self.etag, "If-Modified-Since": self.modified}
        return {name: value for name, value in both.items() if value}


@dataclass(slots=True)
class Fetcher:
    """Fetches pages one after the other. ``resolver``, ``clock`` and ``sleep`` are passed in by tests."""

    options: FetchOptions
    resolver: Resolver = resolve
    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    _deadline: Deadline = field(init=False)
    _client: httpx.Client | None = None
    _robots: Robots = field(init=False)
    _last: dict[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._deadline = Deadline(self.clock)
        self._robots = Robots(self.options.user_agent, self._robots_txt)

    def get(self, url: str, *, known: Known | None = None) -> Fetched:
        """The page at ``url``; with ``known``, only if it has changed (else ``unchanged`` is true and there is no body).

        Raises:
            TrucewatchError: a ``fetch-...`` code for whatever stands in the way.
        """
        here = checked_url(url)
        hops: list[str] = []
        self._deadline.start(self.options.total_timeout)
        for _ in range(self.options.max_redirects + 1):
            self._ask_robots(here)
            answer, target = self._one(here, self.options.max_bytes, fields=known.fields() if known else None)
            if target is None:
                return replace(answer if answer.unchanged and known else self._whole(answer), hops=tuple(hops))
            hops.append(here)
            here = target
        raise error(Code.FETCH_REDIRECTS, f"more than {self.options.max_redirects} redirects")

    def close(self) -> None:
        """Close the connections."""
        if self._client:
            self._client.close()

    def _whole(self, answer: Fetched) -> Fetched:
        if not _OK <= answer.status < _NOT_OK:
            raise error(Code.FETCH_STATUS, f"the server answered with status {answer.status}")
        if not answer.body.strip():
            raise error(Code.EMPTY, "the server answered with an empty page")
        return answer

    def _ask_robots(self, url: str) -> None:
        """Ask robots.txt, then wait as long as the site wants; neither counts against the page's own deadline."""
        site = _site(url)
        wanted = self._robots.check(site, url) if self.options.obey_robots else 0.0
        delay = min(max(wanted, self.options.min_delay), self.options.max_delay)
        if site in self._last:
            waited = self.clock() - self._last[site]
            if waited < delay:
                self.sleep(delay - waited)
                self._deadline.at += delay - waited
        self._last[site] = self.clock()

    def _robots_txt(self, url: str) -> tuple[int, bytes]:
        here = url
        for _ in range(self.options.max_redirects + 1):
            answer, target = self._one(here, _ROBOTS_BYTES, cut=True)
            if target is None:
                return answer.status, answer.body
            here = target
        return 404, b""

    def _one(
        self, url: str, limit: int, *, cut: bool = False, fields: dict[str, str] | None = None
    ) -> tuple[Fetched, str | None]:
        """One request: the answer, and the address it redirects to."""
        with said_plainly(), self._http().stream("GET", url, headers=fields) as response:
            target = self._target(url, response) if response.status_code in _REDIRECTS else None
            whole = target is None and _OK <= response.status_code < _NOT_OK
            body = self._body(response, limit, cut=cut) if whole else b""
            return _answer(url, response, body), target

    def _target(self, url: str, response: httpx.Response) -> str:
        target = response.headers.get("location")
        if not target:
            raise error(Code.FETCH_REDIRECTS, "a redirect without a target")
        try:
            return checked_url(urljoin(url, target))
        except ValueError as problem:
            raise error(Code.FETCH_REDIRECTS, "a redirect to no valid address") from problem

    def _body(self, response: httpx.Response, limit: int, *, cut: bool) -> bytes:
        """The decoded body, never more than ``limit`` bytes whatever the compression."""
        declared = response.headers.get("content-length", "")
        if declared.isdigit() and int(declared) > limit and not cut:
            raise error(Code.FETCH_TOO_LARGE, f"the server announces {int(declared):,} bytes; the limit is {limit:,}")
        unpack = _unpacker(response.headers.get("content-encoding", ""))
        chunks: list[bytes] = []
        size = 0
        for raw in response.iter_raw():
            self._deadline.left()
            chunk = unpack(raw, limit + 1 - size)
            size += len(chunk)
            chunks.append(chunk)
            if size > limit:
                if cut:
                    break
                raise error(Code.FETCH_TOO_LARGE, f"the answer is bigger than the limit of {limit:,} bytes")
        return b"".join(chunks)[:limit]

    def _http(self) -> httpx.Client:
        if self._client is None:
            options = self.options
            self._client = httpx.Client(
                transport=GuardedTransport(Guard(options, self.resolver), self._deadline),
                timeout=httpx.Timeout(options.read_timeout, connect=options.connect_timeout),
                headers={"User-Agent": options.user_agent, "Accept": _ACCEPT, "Accept-Encoding": "gzip, deflate"},
                follow_redirects=False,
                trust_env=False,
            )
        self._client.cookies.clear()
        return self._client


def _answer(url: str, response: httpx.Response, body: bytes) -> Fetched:
    return Fetched(
        url=url,
        status=response.status_code,
        content_type=response.headers.get("content-type"),
        body=body,
        retrieved=_now(),
        headers=_fields(response.headers),
        request=_fields(response.request.headers),
        phrase=response.reason_phrase,
    )


def _fields(headers: httpx.Headers) -> tuple[tuple[str, str], ...]:
    """Header fields in their order, names in title case, values as text."""
    return tuple((name.decode("latin-1").title(), value.decode("latin-1")) for name, value in headers.raw)


def _unpacker(encoding: str) -> Callable[[bytes, int], bytes]:
    """A function (bytes, most) -> decoded bytes, at most ``most`` of them."""
    names = encoding.strip().lower()
    if names in {"", "identity"}:
        return lambda raw, _most: raw
    if names not in {"gzip", "x-gzip", "deflate"}:
        raise error(Code.FETCH_FAILED, f"the server answered in an encoding not asked for: {names[:40]}")
    stream = zlib.decompressobj(47)

    def unpack(raw: bytes, most: int) -> bytes:
        try:
            return stream.decompress(stream.unconsumed_tail + raw, max(most, 1))
        except zlib.error as problem:
            raise error(Code.FETCH_FAILED, "the answer's compression is broken", why=str(problem)) from problem

    return unpack


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


def _site(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def checked_url(url: str) -> str:
    """``url`` without fragment and credentials.

    Raises:
        TrucewatchError: ``fetch-scheme`` where it is not an http or https URL with a host.
    """
    try:
        parts = urlsplit(url.strip())
        host, port = parts.hostname, parts.port
    except ValueError as problem:
        raise error(Code.FETCH_SCHEME, "not a valid URL", why=str(problem)) from problem
    if parts.scheme.lower() not in {"http", "https"} or not host:
        raise error(Code.FETCH_SCHEME, "only http and https URLs with a host are fetched")
    shown = f"[{host}]" if ":" in host else host
    made = urlunsplit((parts.scheme.lower(), f"{shown}:{port}" if port else shown, parts.path or "/", parts.query, ""))
    try:
        httpx.URL(made)
    except (httpx.InvalidURL, ValueError) as problem:  # "0177.0.0.1" is no IPv4 address to it, and no name either
        raise error(Code.FETCH_SCHEME, "not a valid URL", why=str(problem)) from problem
    return made
