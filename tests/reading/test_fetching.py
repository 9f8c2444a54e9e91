"""Fetching from a server on this machine: politeness, limits, and the addresses that are refused."""

from __future__ import annotations

import gzip
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import ClassVar

import pytest

from trucewatch.model import Report, TrucewatchError, Unread
from trucewatch.reading import FetchOptions, ReadOptions, read
from trucewatch.reading.fetching import Fetcher
from trucewatch.reading.fetching.fetcher import checked_url
from trucewatch.reading.fetching.network import is_public

from .builders import BODY, article, rss

PAGE = article().encode()


class Handler(BaseHTTPRequestHandler):
    """Answers by path; ``seen`` collects what was asked."""

    seen: ClassVar[list[str]] = []
    pages: ClassVar[dict[str, tuple[int, dict[str, str], bytes]]] = {}
    stop = threading.Event()

    def do_GET(self):
        type(self).seen.append(self.path)
        if self.path == "/endless":
            return self._endless()
        if self.path == "/slow-header":
            return self._slow_header()
        status, headers, body = self.pages.get(self.path, (404, {}, b"no such page"))
        self.send_response(status)
        for name, value in {"Content-Type": "text/html", "Content-Length": str(len(body)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)
        return None

    def _endless(self):
        self.send_response(200)
        self.end_headers()
        self._drip(b"<p>and so on</p>")

    def _slow_header(self):
        self.wfile.write(b"HTTP/1.1 200 OK\r\nX: ")
        self._drip(b"y")

    def _drip(self, piece):
        try:
            while not self.stop.wait(0.05):
                self.wfile.write(piece)
                self.wfile.flush()
        except OSError:
            pass

    def log_message(self, *args):
        pass


@pytest.fixture
def server():
    Handler.seen, Handler.pages, Handler.stop = [], {}, threading.Event()
    httpd = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=httpd.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{httpd.server_port}"
    Handler.stop.set()
    httpd.shutdown()
    httpd.server_close()


def fetch_options(**kwargs):
    return FetchOptions(**{"allow_private": True, "min_delay": 0.0, **kwargs})


def read_url(*urls, follow_links=False, **kwargs):
    return list(read(urls, options=ReadOptions(fetch=fetch_options(**kwargs), follow_links=follow_links)))


def failed(item, code):
    assert isinstance(item, Unread), item
    assert (item.status, item.reasons[0].code) == ("failed", code), item.reasons


def test_a_page_is_fetched_with_its_url_and_time(server):
    Handler.pages["/a"] = (200, {}, PAGE)
    (report,) = read_url(f"{server}/a")
    assert isinstance(report, Report)
    assert (report.id, report.url, report.text) == (f"{server}/a", f"{server}/a", "\n\n".join(BODY))
    assert report.retrieved.endswith("+00:00")
    assert Handler.seen == ["/robots.txt", "/a"]


def test_robots_are_obeyed_and_asked_once(server):
    Handler.pages["/robots.txt"] = (
        200,
        {"Content-Type": "text/plain"},
        b"User-agent: *\nDisallow: /private\nDisallow: /*.php$\n",
    )
    Handler.pages["/open"] = (200, {}, PAGE)
    one, two, three = read_url(f"{server}/private/a", f"{server}/open", f"{server}/x.php")
    failed(one, "fetch-robots")
    assert isinstance(two, Report)
    failed(three, "fetch-robots")
    assert Handler.seen == ["/robots.txt", "/open"]


def test_robots_that_cannot_be_had_forbid_and_missing_ones_allow(server):
    Handler.pages["/robots.txt"] = (503, {}, b"")
    failed(read_url(f"{server}/a")[0], "fetch-robots")


def test_crawl_delay_is_kept_between_two_pages(server):
    Handler.pages["/robots.txt"] = (200, {}, b"User-agent: *\nCrawl-delay: 7\n")
    Handler.pages["/a"] = (200, {}, PAGE)
    slept = []
    fetcher = Fetcher(fetch_options(), sleep=slept.append)
    fetcher.get(f"{server}/a")
    fetcher.get(f"{server}/a")
    fetcher.close()
    assert len(slept) == 1
    assert 5 < slept[0] <= 7


def test_error_status_and_empty_page(server):
    Handler.pages["/empty"] = (200, {}, b"")
    one, two = read_url(f"{server}/none", f"{server}/empty")
    failed(one, "fetch-status")
    assert "404" in one.reasons[0].message
    failed(two, "empty")


def test_a_url_that_never_ends_is_given_up_at_the_deadline(server):
    started = time.monotonic()
    one, two = read_url(f"{server}/endless", f"{server}/slow-header", total_timeout=0.6)
    failed(one, "fetch-timeout")
    failed(two, "fetch-timeout")
    assert time.monotonic() - started < 30


def test_size_limit_holds_for_announced_streamed_and_packed_bytes(server):
    Handler.pages["/big"] = (200, {}, b"x" * 50_000)
    Handler.pages["/packed"] = (200, {"Content-Encoding": "gzip"}, gzip.compress(b"x" * 5_000_000))
    one, two, three = read_url(f"{server}/big", f"{server}/packed", f"{server}/endless", max_bytes=3000)
    failed(one, "fetch-too-large")
    failed(two, "fetch-too-large")
    failed(three, "fetch-too-large")


def test_packed_page_is_unpacked(server):
    Handler.pages["/a"] = (200, {"Content-Encoding": "gzip"}, gzip.compress(PAGE))
    (report,) = read_url(f"{server}/a")
    assert report.text == "\n\n".join(BODY)


def test_redirects_are_followed_to_the_final_url(server):
    Handler.pages["/a"] = (302, {"Location": "/b"}, b"")
    Handler.pages["/b"] = (301, {"Location": f"{server}/c"}, b"")
    Handler.pages["/c"] = (200, {}, PAGE)
    (report,) = read_url(f"{server}/a")
    assert (report.id, report.url) == (f"{server}/a", f"{server}/c")


def test_redirect_loop_and_bad_redirects(server):
    Handler.pages["/loop"] = (302, {"Location": "/loop"}, b"")
    Handler.pages["/bare"] = (302, {}, b"")
    Handler.pages["/file"] = (302, {"Location": "file:///etc/passwd"}, b"")
    one, two, three = read_url(f"{server}/loop", f"{server}/bare", f"{server}/file")
    failed(one, "fetch-too-many-redirects")
    failed(two, "fetch-too-many-redirects")
    failed(three, "fetch-scheme")


def test_private_addresses_are_refused_unless_asked_for(server):
    Handler.pages["/a"] = (200, {}, PAGE)
    for item in read(
        [f"{server}/a", "http://localhost:1/", "http://[::1]/", "http://0x7f000001/", "http://169.254.169.254/latest/"]
    ):
        failed(item, "fetch-private-address")
    assert Handler.seen == []


def test_redirect_to_loopback_is_refused(server):
    """A host that is allowed may not lead to one that is not."""
    port = server.rsplit(":", 1)[1]
    Handler.pages["/a"] = (302, {"Location": "http://127.0.0.1:9/secret"}, b"")
    Handler.pages["/b"] = (302, {"Location": f"http://localhost:{port}/secret"}, b"")
    options = fetch_options(allow_private=False, private_hosts=(f"127.0.0.1:{port}",))
    one, two = read([f"{server}/a", f"{server}/b"], options=ReadOptions(fetch=options))
    failed(one, "fetch-private-address")
    failed(two, "fetch-private-address")
    assert "/secret" not in Handler.seen


def test_a_name_that_changes_its_address_gains_nothing(server):
    """DNS rebinding: the connection goes to the address that was checked, and each connection is checked anew."""
    port = server.rsplit(":", 1)[1]
    answers = [["93.184.215.14"], ["127.0.0.1"]]
    asked = []

    def resolver(host, _port):
        asked.append(host)
        return answers[min(len(asked), 2) - 1]

    options = fetch_options(allow_private=False, connect_timeout=0.2, obey_robots=False)
    fetcher = Fetcher(options, resolver=resolver)
    with pytest.raises(TrucewatchError) as first:
        fetcher.get(f"http://rebind.example:{port}/a")
    with pytest.raises(TrucewatchError) as second:
        fetcher.get(f"http://rebind.example:{port}/a")
    fetcher.close()
    assert first.value.code in {"fetch-timeout", "fetch-failed"}
    assert second.value.code == "fetch-private-address"
    assert Handler.seen == []


def test_one_private_address_among_public_ones_is_refused(server):
    fetcher = Fetcher(fetch_options(allow_private=False), resolver=lambda _host, _port: ["93.184.215.14", "10.0.0.1"])
    with pytest.raises(TrucewatchError) as caught:
        fetcher.get("http://mixed.example/a")
    assert caught.value.code == "fetch-private-address"


def test_unknown_host_and_slow_resolver():
    def nobody(host, port):
        raise OSError("Name or service not known")

    def slow(host, port):
        time.sleep(1)
        return ["93.184.215.14"]

    for resolver in (nobody, slow):
        with pytest.raises(TrucewatchError) as caught:
            Fetcher(fetch_options(dns_timeout=0.1), resolver=resolver).get("http://nowhere.example/")
        assert caught.value.code == "fetch-dns"


def test_refused_connection(server):
    (item,) = read_url("http://127.0.0.1:1/")
    failed(item, "fetch-failed")


@pytest.mark.parametrize("url", ["ftp://host.example/a", "http://", "http://[bad/", "file:///etc/passwd", "gopher://x/"])
def test_other_schemes_are_refused(url):
    (item,) = read([url])
    failed(item, "fetch-scheme")


def test_credentials_and_fragments_do_not_travel():
    assert checked_url("HTTP://user:secret@Host.example:8080/a?b=c#d") == "http://host.example:8080/a?b=c"


@pytest.mark.parametrize(
    "address",
    ["127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1", "255.255.255.255",  # noqa: S104 - an address to refuse
     "::1", "::", "fe80::1", "fc00::1", "fec0::1", "ff02::1", "::ffff:127.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::", "192.0.2.1"],
)  # fmt: skip
def test_addresses_that_are_not_public(address):
    assert not is_public(address)


@pytest.mark.parametrize("address", ["93.184.215.14", "8.8.8.8", "2606:2800:21f:cb07:6820:80da:af6b:8b2c"])
def test_addresses_that_are_public(address):
    assert is_public(address)


def test_feed_links_are_followed_only_when_asked_for(server):
    items = [
        {"title": "One", "link": f"{server}/1", "description": "Short..."},
        {"title": "Two", "link": f"{server}/2", "description": "Short too..."},
    ]
    Handler.pages["/feed"] = (200, {"Content-Type": "application/rss+xml"}, rss(items))
    Handler.pages["/1"] = (200, {}, PAGE)
    one, two = read_url(f"{server}/feed")
    assert (one.text, two.text) == ("Short...", "Short too...") or {one.reasons[0].code} <= {"language-not-coded"}
    assert "/1" not in Handler.seen
    one, two = read_url(f"{server}/feed", follow_links=True)
    assert one.text == "\n\n".join(BODY)
    assert (one.id, one.url) == (f"{server}/feed#1", f"{server}/1")
    notes = [reason.code for reason in (two.notes if isinstance(two, Report) else two.report.notes)]
    assert "fetch-status" in notes
