"""Hostile reports and hostile addresses, by the way a user would bring them in: the page for adding. Every test here fails if its guard goes."""

from __future__ import annotations

import io
import json
import re
import threading
import time
import zipfile
from html.parser import HTMLParser
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

pytest.importorskip("fastapi", reason="the web application is not installed")

from tests.web.conftest import browser, logged_in, token
from tests.web.test_add import sent

from trucewatch.reading.fetching import Fetcher
from trucewatch.reading.fetching import fetcher as fetching

FIELDS = ("id", "title", "publisher", "byline", "url", "published", "language", "text")
WAYS = (
    "<script>alert('{0}')</script>",
    "\"'><img src=x onerror=alert('{0}')>",
    "javascript:alert('{0}')",
    "</textarea></title></style></script><svg onload=alert('{0}')>",
    "{{{{7*7}}}} ${{7*7}} <!-- {0} --><a href=\"javascript:alert('{0}')\">",
)
TEXT = "On 18 May 2031 {0} forces shelled the market of Aldun {0}, the mayor {0} said. Three people {0} were killed in Tessin."


class Seen(HTMLParser):
    """What a page is made of that could run or load something."""

    def __init__(self, page):
        super().__init__()
        self.bad = []
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        names = [name for name in given if name.startswith(("on", "hx-on")) or name in {"style", "srcdoc", "srcset"}]
        source = given.get("src") or ""
        if names or tag in {"img", "iframe", "object", "embed", "style", "base", "audio", "video"}:
            self.bad.append((tag, attrs))
        if tag == "script" and not source.startswith("/static/"):
            self.bad.append((tag, attrs))
        if tag == "svg" and "onload" in given:
            self.bad.append((tag, attrs))
        for name in ("href", "src", "action", "formaction"):
            if re.match(r"\s*(javascript|data|vbscript):", given.get(name) or "", re.IGNORECASE):
                self.bad.append((tag, attrs))


def hostile(way):
    made = {name: way.format(name) for name in FIELDS}
    return made | {"published": f"2031-05-19 {way.format('published')}", "text": TEXT.format(way.format("text"))}


def test_no_field_of_a_report_becomes_part_of_a_page(client):
    """Stored scripts: every field, five ways, on every page that shows any of it."""
    lines = "\n".join(json.dumps(hostile(way)) for way in WAYS)
    job_page, job = sent(client, files=[("files", ("<img src=x onerror=alert(1)>.jsonl", lines.encode(), "application/jsonl"))])
    assert [item.outcome for item in job.results] == ["partial"] * len(WAYS), "added, with notes on fields that are none"
    pages = {"job": job_page}
    reports = [item.report for item in job.results]
    incidents = set()
    for path in ("/", "/reports", "/reports?q=alert", "/reports?q=%3Cscript%3E", "/sources", "/review", "/review?seen=1", "/add",
                 "/review/find?q=alert&event=%22%3E%3Cimg%3E", "/?text=%3Cscript%3E", "/reports?publisher=%22%3E%3Cimg+src%3Dx%3E",
                 *(f"/reports/{report}" for report in reports)):  # fmt: skip
        pages[path] = client.get(path).text
        incidents |= set(re.findall(r"/incidents/(i-[\w-]+)", pages[path]))
    pages |= {f"/incidents/{id_}": client.get(f"/incidents/{id_}").text for id_ in incidents}
    assert sum("alert(" in page for page in pages.values()) > len(WAYS), "the hostile words are nowhere to be seen"
    assert {path: found for path, page in pages.items() if (found := Seen(page).bad)} == {}
    assert "49" not in re.findall(r"\d+ \$\d+", pages[f"/reports/{reports[4]}"]), "a template ran a report's words"


def test_the_test_for_scripts_can_fail():
    for way in WAYS:
        page = f'<p>{way.format("x")}</p><a href="{way.format("x")}">'
        assert Seen(page).bad, way


def test_what_a_reviewer_writes_is_no_part_of_a_page(client):
    csrf = token(client, "/review")
    page = client.get("/review").text
    event = re.search(r'name="event" value="([^"]+)"', page)[1]
    for way in WAYS:
        form = {"csrf": csrf, "event": event, "kind": "note", "text": way.format("note")}
        assert client.post("/review/verdict", data=form).status_code == 303
    pages = [client.get(f"/review?event={event}&seen=1").text, client.get(f"/reports/{event.partition('/')[0]}").text]
    assert all("alert(" in page for page in pages)
    assert [Seen(page).bad for page in pages] == [[], []]


def every_route(app):
    """The routes of all routers; newer versions of FastAPI keep those of an included one inside it."""
    for route in app.routes:
        yield from [route] if hasattr(route, "methods") else route.original_router.routes


def test_every_change_asks_for_the_sessions_token(team):
    """CSRF: each route that changes anything, also one that is added later."""
    routes = sorted({route.path for route in every_route(team) if "POST" in route.methods})
    assert {"/login", "/logout", "/add", "/review/verdict", "/review/undo", "/account", "/users", "/users/change"} <= set(
        routes
    )
    client = logged_in(team, "ada")
    for path in routes:
        form = {
            "name": "eve",
            "role": "admin",
            "password": "a long pass phrase",
            "kind": "accept",
            "text": "x",
            "do": "removed",
        }
        assert client.post(path, data=form).status_code == 403, path
        assert client.post(path, data={**form, "csrf": "guessed"}).status_code == 403, path
    assert {method for route in every_route(team) for method in route.methods} <= {"GET", "HEAD", "POST"}


def test_no_answer_is_a_table_for_spreadsheets(app, client):
    """Formulas in cells: nothing here is CSV, so that nothing opens in a spreadsheet by itself; values that begin with = stay JSON."""
    report = {"id": "f", "title": '=HYPERLINK("http://x")', "publisher": "@SUM(1)", "text": TEXT.format("=1+1")}
    sent(client, files=[("files", ("f.jsonl", json.dumps(report).encode(), "application/jsonl"))])
    kinds = {"text/html", "application/json", "application/problem+json", "application/geo+json", "text/css", "text/javascript"}
    for path in ("/", "/reports", "/sources", "/ledger", "/review", "/incidents.json", "/api/v1/reports", "/api/v1/events",
                 "/api/v1/openapi.json", "/static/app.css", "/static/add.js"):  # fmt: skip
        for accept in ("text/csv", "*/*"):
            assert client.get(path, headers={"accept": accept}).headers["content-type"].partition(";")[0] in kinds, path
    assert '=HYPERLINK("http://x")' in [item["title"] for item in client.get("/api/v1/reports").json()["items"]]


# Addresses


class Handler(BaseHTTPRequestHandler):
    """Answers with where ``leads`` says, or with a secret."""

    seen: list[str] = []  # noqa: RUF012 - the server's own
    leads: dict[str, str] = {}  # noqa: RUF012

    def do_GET(self):
        self.seen.append(self.path)
        self.send_response(302 if self.path in self.leads else 200)
        if self.path in self.leads:
            self.send_header("Location", self.leads[self.path])
        self.send_header("Content-Length", "6")
        self.end_headers()
        self.wfile.write(b"secret")

    def log_message(self, *_):
        """Quiet."""


@pytest.fixture
def inside():
    """A server that nobody outside should reach; its port."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    Handler.seen.clear()
    Handler.leads.clear()
    yield server.server_port
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "2130706433", "0x7f000001", "0177.0.0.1", "127.1",
     "0.0.0.0", "[::]", "localhost.", "127.0.0.1.", "user@127.0.0.1", "①②⑦.0.0.1"],  # noqa: S104 - addresses to refuse
)  # fmt: skip
def test_no_way_to_write_an_address_leads_inside(client, inside, host):
    page, job = sent(client, urls=f"http://{host}:{inside}/secret")
    assert [item.outcome for item in job.results] == ["failed"]
    assert "secret" not in page.replace("/secret", "")
    assert Handler.seen == []


@pytest.mark.parametrize("word", ["file:///etc/passwd", "FILE:///etc/passwd", "gopher://127.0.0.1:70/x", "dict://127.0.0.1/", "data:text/html,x",
                                  "jar:http://x!/", "//127.0.0.1/", "http:127.0.0.1", "http:///etc/passwd"])  # fmt: skip
def test_other_schemes_are_no_addresses(client, word):
    answer = client.post("/add", data={"csrf": token(client), "urls": word})
    assert answer.status_code == 400
    assert client.app.state.house.jobs.recent() == []


def resolving(monkeypatch, answers):
    """Names are looked up here; ``answers`` gives the addresses of a name, one list a look-up, the last one for all that follow."""
    asked = []

    def resolver(host, _port):
        asked.append(host)
        found = answers.get(host, [["127.0.0.1"]])
        return found[min(asked.count(host), len(found)) - 1]

    plain = Fetcher.__init__

    def made(self, *given, **named):
        plain(self, *given, **(named | {"resolver": resolver}))

    monkeypatch.setattr(fetching.Fetcher, "__init__", made)
    return asked


def test_a_name_that_turns_to_this_machine_is_refused(client, inside, monkeypatch):
    """DNS rebinding: the first answer is public, the next is not."""
    asked = resolving(monkeypatch, {"rebind.example": [["93.184.215.14"], ["127.0.0.1"]], "inside.example": [["127.0.0.1"]]})
    for name in ("inside.example", "rebind.example"):
        _, job = sent(client, urls=f"http://{name}:{inside}/secret")
        assert [item.outcome for item in job.results] == ["failed"]
    assert set(asked) == {"inside.example", "rebind.example"}, "the names were never looked up here"
    assert Handler.seen == []


def test_a_redirect_does_not_lead_inside(client, inside, monkeypatch):
    """The first address may be fetched (as a private host of the dossier), what it leads to may not."""
    toml = client.app.state.house.folder / "dossier.toml"
    text = toml.read_text("utf-8")
    toml.write_text(text.replace("private_hosts = []", f'private_hosts = ["127.0.0.1:{inside}"]'), "utf-8")
    Handler.leads |= {
        "/a": f"http://localhost:{inside}/secret",
        "/b": "file:///etc/passwd",
        "/c": f"http://[::ffff:127.0.0.1]:{inside}/secret",
    }
    assert "private_hosts" in text
    for path in Handler.leads:
        page, job = sent(client, urls=f"http://127.0.0.1:{inside}{path}")
        assert [item.outcome for item in job.results] == ["failed"]
        assert "root:" not in page
    assert "/secret" not in Handler.seen
    assert {"/a", "/b", "/c"} <= set(Handler.seen), "the first address was never fetched"


# Bombs


def zipped(size, name="archive/data.warc.gz"):
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        archive.writestr("datapackage.json", '{"profile": "data-package", "resources": []}')
        with archive.open(name, "w") as entry:
            for _ in range(size >> 20):
                entry.write(bytes(1 << 20))
    return made.getvalue()


def test_a_zip_bomb_is_stopped_soon(client):
    bomb = zipped(400 << 20)
    assert len(bomb) < 1 << 20
    begun = time.process_time()
    _, job = sent(client, files=[("files", ("bomb.wacz", bomb, "application/wacz"))])
    assert [item.outcome for item in job.results] == ["failed"]
    assert time.process_time() - begun < 10
    assert client.get("/api/v1/status").status_code == 200


def test_nothing_here_outlives_a_hostile_upload(team):
    """Broken forms, names and lengths: refused with a word, never a failure of the program."""
    client = logged_in(team, "vera")
    csrf = token(client)
    kind = {"content-type": "multipart/form-data; boundary=b"}
    bodies = [b"", b"--b", b"--b\r\n\r\n", b"--b\r\nContent-Disposition: form-data\r\n\r\nx\r\n--b--\r\n",
              b'--b\r\nContent-Disposition: form-data; name="csrf"\r\n\r\n\xff\xfe\r\n--b--\r\n']  # fmt: skip
    for body in bodies:
        assert 400 <= client.post("/add", content=body, headers=kind).status_code < 500
    many = "&".join(f"f{n}=x" for n in range(3000))
    assert (
        400
        <= client.post(
            "/login", content=f"csrf={csrf}&{many}", headers={"content-type": "application/x-www-form-urlencoded"}
        ).status_code
        < 500
    )
    assert browser(team).get("/login").status_code == 200
