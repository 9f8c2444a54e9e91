"""A dossier of the demonstration's reports and a hostile one, and browsers on it: one at the machine, some of a team."""

from __future__ import annotations

import json
import re
import shutil
from dataclasses import replace
from importlib.resources import files
from pathlib import Path

import pytest
from tests.web.browser import browser as real_browser
from tests.web.live import Visitor, served

import trucewatch
from trucewatch.dossier.adding import Adding
from trucewatch.dossier.keeping import coder_json
from trucewatch.dossier.project import init, open_dossier

DEMO = Path(str(files("trucewatch").joinpath("demo")))
REPORTS = sorted((DEMO / "reports").glob("*.*"))
SCRIPT = '<script>alert("x")</script>'
PASSWORDS = {
    "rhea": ("reader", "a reader's word"),
    "vera": ("reviewer", "a reviewer's word"),
    "ada": ("admin", "an admin's word"),
}
HOSTILE = {
    "id": f"hostile {SCRIPT}",
    "title": f"{SCRIPT} shelling",
    "publisher": f'"><img src=x onerror=alert(1)> {SCRIPT}',
    "url": "https://example.org/<script>",
    "published": "2031-05-20",
    "text": f"Rebels shelled the town of Tessin on 18 May 2031, the army said. {SCRIPT} Resident Ysolde Tarn was wounded in the attack.",
}


@pytest.fixture(scope="session")
def coder():
    return trucewatch.load(actors=[DEMO / "states.tsv", DEMO / "groups.tsv"], gazetteers=[DEMO / "places.tsv"])


@pytest.fixture(scope="session")
def code(coder):
    """The coder as the dossier takes it; each text is coded once."""
    known = {}

    def coding(items):
        for item in items:
            text = getattr(item, "text", None)
            if text is None:
                yield coder.code(item)
                continue
            if text not in known:
                known[text] = coder.code(item)
            yield replace(known[text], id=item.id, report=item)

    return coder_json(coder.facts), coding


@pytest.fixture(scope="session")
def made(tmp_path_factory, code):
    pytest.importorskip("fastapi", reason="the web application is not installed")
    from trucewatch.web.users import Users  # noqa: PLC0415 - may be missing

    folder = tmp_path_factory.mktemp("web") / "karsh"
    init(folder, name="Karsh")
    lines = folder.parent / "hostile.jsonl"
    lines.write_text(json.dumps(HOSTILE) + "\n", "utf-8")
    with open_dossier(folder, write=True) as dossier:
        adding = Adding(dossier, *code, dossier.reading())
        outcomes = [added.outcome for added in adding.run([str(path) for path in (*REPORTS, lines)])]
    assert outcomes == ["added"] * 6
    for name, (role, password) in PASSWORDS.items():
        Users(folder).add(name, role, password)
    return folder


@pytest.fixture
def folder(made, tmp_path):
    shutil.copytree(made, tmp_path / "karsh")
    return tmp_path / "karsh"


@pytest.fixture
def app(folder, code):
    yield from serving(folder, code, team=False)


@pytest.fixture
def team(folder, code):
    yield from serving(folder, code, team=True)


def serving(folder, code, **options):
    from trucewatch.web.app import create  # noqa: PLC0415 - may be missing
    from trucewatch.web.kept import Lately  # noqa: PLC0415

    app = create(folder, **options)
    house = app.state.house
    house.jobs.load = lambda _: code
    # On a busy machine everything takes long; what then rests has tests of its own, and all others want the latest.
    house.costly, house.lately = float("inf"), Lately(8, patience=60.0, clock=lambda: 0.0)
    yield app
    app.state.house.close()


def browser(app, host="localhost"):
    from starlette.testclient import TestClient  # noqa: PLC0415 - may be missing

    return TestClient(app, base_url=f"http://{host}", follow_redirects=False, raise_server_exceptions=False)


def token(client, path="/add"):
    """The token of this browser's forms."""
    return re.search(r'name="csrf" value="([^"]+)"', client.get(path).text).group(1)


def logged_in(app, name):
    client = browser(app)
    answer = client.post("/login", data={"csrf": token(client, "/login"), "name": name, "password": PASSWORDS[name][1]})
    assert answer.status_code == 303
    return client


@pytest.fixture
def client(app):
    return browser(app)


# In a real browser

#: Logins that fail before somebody is told to wait.
ATTEMPTS = 5


@pytest.fixture(scope="package")
def chromium():
    """One browser for all tests of this folder."""
    with real_browser() as found:
        yield found


RTL = {
    "id": "rtl",
    "title": "هدنة كارش: قصف سوق ألدون (An invented report)",
    "publisher": "وكالة وادي كارش للأنباء",
    "url": "https://example.org/rtl",
    "published": "2031-05-21",
    "text": "On 20 May 2031 Varenian forces shelled the market of Aldun (سوق ألدون), the mayor said. Two people were killed.\n\n"
    "قال رئيس البلدية إن شخصين قتلا في القصف. Rebels denied on Wednesday that they had fired on the town.",
}


@pytest.fixture(scope="package")
def whole(made, code, tmp_path_factory):
    """The dossier with an agreement, and a report whose title and publisher run from right to left."""
    folder = Path(shutil.copytree(made, tmp_path_factory.mktemp("seen") / "karsh"))
    toml = folder / "dossier.toml"
    text = toml.read_text("utf-8").replace('agreement = ""', 'agreement = "karsh-2031"')
    text = text.replace("actors = []", f'actors = ["{DEMO / "states.tsv"}", "{DEMO / "groups.tsv"}"]')
    toml.write_text(text.replace("gazetteers = []", f'gazetteers = ["{DEMO / "places.tsv"}"]'), "utf-8")
    lines = folder.parent / "rtl.jsonl"
    lines.write_text(json.dumps(RTL, ensure_ascii=False) + "\n", "utf-8")
    with open_dossier(folder, write=True) as dossier:
        assert [added.outcome for added in Adding(dossier, *code, dossier.reading()).run([str(lines)])] == ["added"]
    return folder


@pytest.fixture(scope="package")
def site(whole, code):
    """The address of the application for one who sits at the machine."""
    yield from _site(whole, code, team=False)


@pytest.fixture(scope="package")
def team_site(whole, code, tmp_path_factory):
    """The address of a team's application."""
    from trucewatch.web.settings import Settings  # noqa: PLC0415 - may be missing

    folder = Path(shutil.copytree(whole, tmp_path_factory.mktemp("team") / "karsh"))
    yield from _site(folder, code, team=True, settings=Settings(logins=ATTEMPTS))


def _site(folder, code, **options):
    for app in serving(folder, code, **options):
        with served(app) as base:
            yield base


@pytest.fixture
def visitor(chromium, request):
    """Makes visitors; at the end none of them may have met a complaint or asked anybody else."""
    made = []

    def visiting(base, **options):
        made.append(Visitor(chromium, base, **options))
        return made[-1]

    yield visiting
    for one in made:
        one.context.close()
    for one in made:
        one.quiet()
