"""The web application over a dossier of 10,000 incidents: each page's server time, the overview in a browser, and many users at once.

    python benchmarks/web_load.py                     # all of it: pages, browser, two minutes of 50 readers and 2 reviewers
    python benchmarks/web_load.py --only pages        # one part: pages, browser or load
    python benchmarks/web_load.py --seconds 20        # a shorter load

The dossier is made once (``made_reports``; some minutes) and kept under ``out/web``. The application runs as ``trucewatch serve --team`` in a
process of its own. Server time is that process's processor time, which a busy machine falsifies less than a clock; latencies of the load are
by the clock and mean something on a quiet machine only. A reader looks at a page for two seconds on average (half a second to four), a
reviewer takes two to four seconds for a verdict.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import random
import re
import subprocess
import sys
import threading
import time
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass, field
from html import unescape
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "src")]

from benchmarks.common import RESULTS, save  # noqa: E402
from benchmarks.made_reports import Maker  # noqa: E402
from sqlalchemy import func, select  # noqa: E402

from benchmarks import dossier_scale  # noqa: E402
from trucewatch.dossier.project import init, open_dossier  # noqa: E402
from trucewatch.dossier.store.tables import incidents, reports  # noqa: E402
from trucewatch.web.users import Users  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

WANTED = 10_000
STEP = 500
SECRET = "a pass phrase of the benchmark"  # noqa: S105 - of an invented dossier
PARTS = ("pages", "browser", "load")
READERS, REVIEWERS = 50, 2
AGREEMENT = "karsh-2031"
Page = tuple[str, str]


# --- the dossier and its server -------------------------------------------------------------------------------------------------------------


def prepared(folder: Path) -> None:
    """A dossier of so many incidents, with users."""
    if not (folder / "dossier.toml").exists():
        folder.parent.mkdir(parents=True, exist_ok=True)
        init(folder, name="Ten thousand incidents")
    dossier_scale.SINGLE = 0
    bench = dossier_scale.Bench(folder, Maker())
    with open_dossier(folder, write=True) as dossier:
        count = lambda table: int(dossier.read(lambda conn: conn.scalar(select(func.count()).select_from(table))) or 0)  # noqa: E731
        while count(incidents) < WANTED:
            bench.grow(dossier, count(reports) + STEP)
    users = Users(folder)
    for name, role in (("reader", "reader"), ("reviewer", "reviewer"), ("reviewer2", "reviewer")):
        if name not in users.roles():
            users.add(name, role, SECRET)  # type: ignore[arg-type]


@dataclass(slots=True)
class Server:
    """The application in its own process."""

    process: subprocess.Popen[str]
    port: int

    def processor(self) -> float:
        """Seconds of processor time it has taken."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text("ascii").rpartition(") ")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def memory(self) -> int:
        """Megabytes it holds."""
        return int(re.findall(r"VmRSS:\s+(\d+)", Path(f"/proc/{self.process.pid}/status").read_text("ascii"))[0]) // 1024


@contextmanager
def serving(folder: Path) -> Iterator[Server]:
    """Serve the dossier to a team."""
    words = [sys.executable, "-m", "trucewatch", "serve", str(folder), "--team", "--port", "0"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
    process = subprocess.Popen(words, stderr=subprocess.PIPE, text=True, env=environment)
    try:
        assert process.stderr is not None  # noqa: S101 - asked for
        said = ""
        while "http://" not in said:
            said = process.stderr.readline()
            if not said:
                raise SystemExit("the application did not start")
        threading.Thread(target=process.stderr.read, daemon=True).start()
        yield Server(process, int(re.findall(r":(\d+)/", said)[0]))
    finally:
        process.terminate()
        process.wait(30)


# --- a user's browser, without the browser --------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class Met:
    """One answer: what it was asked for, its status, and how long it took by the clock."""

    kind: str
    status: int
    seconds: float


@dataclass(slots=True)
class Client:
    """One user. It keeps its cookie and its connection as a browser does."""

    port: int
    met: list[Met] = field(default_factory=list)
    cookie: str = ""
    tags: dict[str, str] = field(default_factory=dict)
    line: http.client.HTTPConnection | None = None

    def ask(self, kind: str, path: str, form: dict[str, str] | None = None) -> tuple[int, str, str]:
        """Ask for a page: its status, text and the address it leads to."""
        headers = {"Cookie": self.cookie, "Accept-Encoding": "gzip" if path.startswith("/incidents.json") else "identity"}
        if form is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        elif path in self.tags:
            headers["If-None-Match"] = self.tags[path]
        begun = time.perf_counter()
        sent = ("GET" if form is None else "POST", path, urlencode(form) if form else None, headers)
        try:
            status, text, where = self._sent(*sent)
        except http.client.RemoteDisconnected:  # a connection that the server has let go of in between: a browser opens another
            self.line = None
            status, text, where = self._sent(*sent)
        except (OSError, http.client.HTTPException) as error:
            print(f"  {kind}: {error!r}", flush=True)
            self.line, status, text, where = None, 0, "", ""
        self.met.append(Met(kind, status, time.perf_counter() - begun))
        return status, text, where

    def _sent(self, method: str, path: str, body: str | None, headers: dict[str, str]) -> tuple[int, str, str]:
        if self.line is None:
            self.line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        self.line.request(method, path, body, headers)
        answer = self.line.getresponse()
        content = answer.read()
        if fresh := answer.headers.get("Set-Cookie"):
            self.cookie = fresh.partition(";")[0]
        if path.startswith("/incidents.json") and answer.headers.get("ETag"):
            self.tags[path] = answer.headers["ETag"]
        text = content.decode("utf-8", "replace") if answer.headers.get("Content-Encoding") != "gzip" else ""
        return answer.status, text, answer.headers.get("Location", "")

    def log_in(self, name: str) -> None:
        """Log in."""
        token = hidden(self.ask("login", "/login")[1], "csrf")
        status, _, _ = self.ask("login", "/login", {"csrf": token, "name": name, "password": SECRET})
        if status != http.HTTPStatus.SEE_OTHER:
            raise SystemExit(f"{name} could not log in: {status}")


def hidden(page: str, name: str) -> str:
    """A hidden field's value."""
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    return unescape(found[1]) if found else ""


# --- pages ----------------------------------------------------------------------------------------------------------------------------------


def listed(client: Client) -> tuple[list[str], list[str]]:
    """Ids of incidents and of reports."""
    found = [re.findall(r'data-id="([^"]+)"', client.ask("list", f"/?page={page}")[1]) for page in (1, 20, 90)]
    kept = [re.findall(r'/reports/(r-[^"]+)"', client.ask("list", f"/reports?page={page}")[1]) for page in (1, 20, 90)]
    return [id_ for part in found for id_ in part], [id_ for part in kept for id_ in part]


def page_list(ids: tuple[list[str], list[str]], *, whole: bool) -> list[Page]:
    """Every kind of page, by a name."""
    made = [
        ("overview", "/"),
        ("overview, page 40", "/?page=40"),
        ("overview, two months", "/?from=2032-01-01&until=2032-03-01"),
        ("overview, contradicted", "/?disputed=1"),
        ("overview, map view", "/?box=-41,40,-38,42"),
        ("overview, words", "/?text=shelling"),
        ("data of the map", "/incidents.json"),
        ("reports", "/reports"),
        ("reports, page 60", "/reports?page=60"),
        ("search", "/reports?q=soldiers"),
        ("incident", f"/incidents/{ids[0][3]}"),
        ("report", f"/reports/{ids[1][3]}"),
        ("ledger", f"/ledger?agreement={AGREEMENT}"),
        ("api incidents", "/api/v1/incidents"),
        ("api reports", "/api/v1/reports"),
        ("api search", "/api/v1/search?q=soldiers"),
    ]
    return (
        [*made, ("sources", "/sources"), ("review", "/review"), ("merge, search", "/review/find?q=soldiers")] if whole else made
    )


def pages(server: Server, repeats: int = 5) -> dict[str, Any]:
    """Milliseconds of the server's processor time for each page: the first time, and the median of the following."""
    made: dict[str, Any] = {}
    for name in ("reviewer", "reader"):
        client = Client(server.port)
        client.log_in(name)
        ids = listed(client)
        for kind, path in page_list(ids, whole=name != "reader"):
            times = []
            for _ in range(repeats + 1):
                client.tags.clear()
                begun = server.processor()
                status = client.ask(kind, path)[0]
                times.append(1000 * (server.processor() - begun))
            if status != http.HTTPStatus.OK:
                raise SystemExit(f"{path}: {status}")
            made.setdefault(name, {})[kind] = {"first": round(times[0]), "then": round(sum(times[1:]) / repeats)}
            print(f"  {name:9} {kind:24} {times[0]:6.0f} ms, then {sum(times[1:]) / repeats:5.0f} ms", flush=True)
    return made


def warmed(server: Server) -> float:
    """Seconds of processor time until what readers' lists show is masked (it is kept for later runs) and the ledger is worked out."""
    begun, client = server.processor(), Client(server.port)
    client.log_in("reader")
    late = True
    while late:
        client.tags.clear()
        late = not client.tags if client.ask("data of the map", "/incidents.json")[0] == http.HTTPStatus.OK else True
        time.sleep(3 if late else 0)
    for name in ("reader", "reviewer"):
        client = Client(server.port)
        client.log_in(name)
        while "looks again by itself" in client.ask("ledger", f"/ledger?agreement={AGREEMENT}")[1]:
            time.sleep(3)
    return round(server.processor() - begun, 1)


# --- the browser ----------------------------------------------------------------------------------------------------------------------------


def browser(server: Server) -> dict[str, Any]:
    """Milliseconds from the navigation's start until the list can be used and until the map is drawn; frames a second while it is panned."""
    from tests.web.browser import MISSING  # noqa: PLC0415 - only this part needs it
    from tests.web.browser import browser as chromium  # noqa: PLC0415

    if MISSING:
        return {"skipped": MISSING}
    with chromium() as found:
        page = found.new_page(base_url=f"http://localhost:{server.port}", viewport={"width": 1280, "height": 900})
        page.set_default_timeout(120_000)
        page.goto("/login")
        page.fill("#name", "reviewer")
        page.fill("#password", SECRET)
        page.press("#password", "Enter")
        page.wait_for_selector("#list")
        runs = [_opened(page) for _ in range(3)]
        panned = [_panned(page) for _ in range(3)]
        best = min(runs, key=lambda run: run["map drawn"])
        return {**best, "frames a second while panning": max(panned), "renderer": page.evaluate(_RENDERER)}


_RENDERER = """() => { const gl = document.createElement('canvas').getContext('webgl');
  const info = gl && gl.getExtension('WEBGL_debug_renderer_info'); return info ? gl.getParameter(info.UNMASKED_RENDERER_WEBGL) : 'none'; }"""
_FRAMES = """() => { window.frames_ = 0; window.begun_ = performance.now(); window.going_ = true;
  const step = () => { window.frames_ += 1; window.going_ && requestAnimationFrame(step); };
  requestAnimationFrame(step); }"""


def _opened(page: Any) -> dict[str, int]:
    page.goto("/")
    page.wait_for_function("() => document.getElementById('picture').dataset.ready === 'yes'")
    return {
        "list can be used": round(
            page.evaluate("() => performance.getEntriesByType('navigation')[0].domContentLoadedEventEnd")
        ),
        "map and timeline answer": round(
            page.evaluate("() => performance.getEntriesByName('interactive')[0]?.startTime ?? -1")
        ),
        "map drawn": round(page.evaluate("() => performance.getEntriesByName('drawn')[0]?.startTime ?? -1")),
    }


def _panned(page: Any, seconds: float = 3.0) -> float:
    """Frames a second while the map is dragged to and fro."""
    box = page.locator("#map").bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.evaluate(_FRAMES)
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        page.mouse.move(x + 150, y + 40, steps=12)
        page.mouse.move(x - 150, y - 40, steps=12)
    found = page.evaluate(
        "() => { window.going_ = false; return window.frames_ / (performance.now() - window.begun_) * 1000; }"
    )
    page.mouse.up()
    return round(float(found), 1)


# --- many at once ---------------------------------------------------------------------------------------------------------------------------


def reader(client: Client, ids: tuple[list[str], list[str]], chance: random.Random, end: float) -> None:
    """Looks at this and that until the end."""
    words = ("soldiers", "village", "convoy", "shelled", "market")
    while time.monotonic() < end:
        month = chance.randrange(1, 12)
        for kind, path in chance.choice(
            (
                (("overview", "/"), ("data of the map", "/incidents.json")),
                (("overview", f"/?page={chance.randrange(1, 100)}"),),
                (("overview, days", f"/?from=2032-{month:02}-01&until=2032-{month + 1:02}-01"),),
                (("overview, map view", f"/?box={-41 + chance.random():.4f},40,{-39 + chance.random():.4f},43"),),
                (("incident", f"/incidents/{chance.choice(ids[0])}"),),
                (("incident", f"/incidents/{chance.choice(ids[0])}"),),
                (("report", f"/reports/{chance.choice(ids[1])}"),),
                (("reports", f"/reports?page={chance.randrange(1, 60)}"),),
                (("search", f"/reports?q={chance.choice(words)}"),),
                (("ledger", f"/ledger?agreement={AGREEMENT}"),),
                (("api", f"/api/v1/incidents?limit=50&offset={50 * chance.randrange(100)}"),),
            )
        ):
            client.ask(kind, path)
        time.sleep(chance.uniform(0.5, 3.5))


def reviewer(client: Client, given: Counter[str], chance: random.Random, end: float) -> None:
    """Works through the queue: accepts, rejects, corrects, takes back."""
    where = "/review"
    while time.monotonic() < end:
        _, page, _ = client.ask("review", where)
        time.sleep(chance.uniform(2.0, 4.0))
        kind = chance.choice(("accept", "accept", "accept", "reject", "correct", "undo"))
        form = {name: hidden(page, name) for name in ("csrf", "event", "reason", "report", "incident", "seen", "saw")} | {
            "kind": kind
        }
        if kind == "correct":
            form |= {"field": "status", "value": chance.choice(("happened", "planned"))}
        if kind == "undo":
            if not given["to take back"]:
                continue
            given["to take back"] -= 1
        status, _, led = client.ask("verdict", "/review/undo" if kind == "undo" else "/review/verdict", form)
        if status == http.HTTPStatus.SEE_OTHER:
            given["given"] += 1
            given["to take back"] += kind != "undo"
        where = quote(led, safe="/?&=%") if led else "/review"


def load(server: Server, seconds: float) -> dict[str, Any]:
    """So many users at once."""
    clients = [Client(server.port) for _ in range(READERS + REVIEWERS)]
    for number, client in enumerate(clients):
        client.log_in("reader" if number < READERS else ("reviewer", "reviewer2")[number % 2])
    ids = listed(clients[-1])
    before = _verdicts(clients[-1])
    for client in clients:
        client.met.clear()
    end, given = time.monotonic() + seconds, [Counter[str]() for _ in range(REVIEWERS)]
    work: list[Callable[[], None]] = []
    for number, client in enumerate(clients):
        chance = random.Random(number)
        if number < READERS:
            work.append(lambda client=client, chance=chance: reader(client, ids, chance, end))  # type: ignore[misc]
        else:
            work.append(lambda c=client, chance=chance, n=number - READERS: reviewer(c, given[n], chance, end))  # type: ignore[misc]
    begun, wall = server.processor(), time.monotonic()
    threads = [threading.Thread(target=each) for each in work]
    for thread in threads:
        thread.start()
        time.sleep(0.02)
    for thread in threads:
        thread.join()
    taken = server.processor() - begun
    met = [one for client in clients for one in client.met]
    made = _told(met, time.monotonic() - wall, taken)
    made["verdicts given"], made["verdicts kept"] = sum(one["given"] for one in given), _verdicts(clients[-1]) - before
    made["memory, MB"] = server.memory()
    return made


def _verdicts(client: Client) -> int:
    found: int = json.loads(client.ask("status", "/api/v1/status")[1])["verdicts"]
    return found


def _told(met: list[Met], seconds: float, processor: float) -> dict[str, Any]:
    kinds: dict[str, list[float]] = {}
    for one in met:
        kinds.setdefault(one.kind, []).append(one.seconds)
    bad = Counter(f"{one.kind}: {one.status}" for one in met if one.status not in {200, 303, 304})
    return {
        "answers": len(met),
        "answers a second": round(len(met) / seconds, 1),
        "errors": dict(bad),
        "latency, ms": _spread([one.seconds for one in met]),
        "by kind, ms": {kind: _spread(times) for kind, times in sorted(kinds.items())},
        "server's processor time, of one processor": round(processor / seconds, 2),
    }


def _spread(values: list[float]) -> dict[str, int]:
    ordered = sorted(1000 * value for value in values)
    return {
        "median": round(median(ordered)),
        "p95": round(ordered[int(0.95 * (len(ordered) - 1))]),
        "most": round(ordered[-1]),
    }


def main() -> None:
    """Measure and keep what was found."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", choices=PARTS)
    parser.add_argument("--seconds", type=float, default=120.0)
    parser.add_argument("--out", type=Path, default=ROOT / "out" / "web" / "dossier", help="where the dossier is made")
    parser.add_argument("--dry", action="store_true", help="keep nothing")
    given = parser.parse_args()
    prepared(given.out)
    found: dict[str, Any] = {}
    path = RESULTS / "web_load.json"
    if path.exists():
        found = json.loads(path.read_text("utf-8"))
        found.pop("date", None)
    with serving(given.out) as server:
        found["processor time until all is masked, s"] = warmed(server)
        print(f"  ready after {found['processor time until all is masked, s']} s of processor time", flush=True)
        for part in (given.only,) if given.only else PARTS:
            made = {"pages": pages, "browser": browser, "load": lambda server: load(server, given.seconds)}[part](server)
            found[part] = {**made, "machine": {"processors": os.cpu_count(), "load": round(os.getloadavg()[0], 1)}}
            print(json.dumps({part: found[part]}, indent=1), flush=True)
    if not given.dry:
        save("web_load", found)


if __name__ == "__main__":
    main()
