"""The pages over a small invented dossier: they answer, hostile words stay words, filters and paging hold, verdicts are given and taken back."""

from __future__ import annotations

import re
import shutil
from importlib.resources import files
from pathlib import Path

import pytest

pytest.importorskip("fastapi", reason="the web application is not installed (pip install 'trucewatch[web]')")

from fastapi.testclient import TestClient
from sqlalchemy import select

from trucewatch.cli import run
from trucewatch.dossier.browse import incident_rows
from trucewatch.dossier.desk import DossierDesk
from trucewatch.dossier.project import open_dossier
from trucewatch.dossier.store import rows
from trucewatch.dossier.store.tables import aliases, events, incidents
from trucewatch.model import TrucewatchError
from trucewatch.web import asked
from trucewatch.web.app import create
from trucewatch.web.asked import Asked
from trucewatch.web.users import Users

DEMO = Path(str(files("trucewatch").joinpath("demo")))
HOSTILE = """<html><head><title>&lt;script&gt;alert(1)&lt;/script&gt; "onload=x &lt;img src=x onerror=alert(2)&gt;</title></head><body><article>
<h1>&lt;script&gt;alert(1)&lt;/script&gt; "onload=x &lt;img src=x onerror=alert(2)&gt;</h1><p>Published 12 May 2031</p>
<p>On 11 May 2031 Varenian forces shelled the market of Aldun &lt;script&gt;alert(3)&lt;/script&gt;, the mayor said. Three people were killed.</p>
<p>Northern Front fighters denied on Monday that they had shelled the school in Tessin, their spokesman told reporters in the town.</p>
</article></body></html>"""


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    folder = tmp_path_factory.mktemp("pages") / "karsh"
    assert run(["init", str(folder)]) == 0
    toml = folder / "dossier.toml"
    text = toml.read_text("utf-8").replace('agreement = ""', 'agreement = "karsh-2031"')
    text = text.replace("actors = []", f'actors = ["{DEMO / "states.tsv"}", "{DEMO / "groups.tsv"}"]')
    toml.write_text(text.replace("gazetteers = []", f'gazetteers = ["{DEMO / "places.tsv"}"]'), "utf-8")
    hostile = folder.parent / "hostile.html"
    hostile.write_text(HOSTILE, "utf-8")
    assert run(["add", str(folder), str(DEMO / "reports"), str(hostile), "--quiet"]) == 0
    return folder


def _client(folder):
    return TestClient(create(folder), base_url="http://127.0.0.1:8000", client=("127.0.0.1", 5000), follow_redirects=False)


@pytest.fixture(scope="module")
def client(made):
    with _client(made) as client:
        yield client


@pytest.fixture
def own(made, tmp_path):
    folder = Path(shutil.copytree(made, tmp_path / "karsh"))
    with _client(folder) as client:
        yield folder, client


@pytest.fixture(scope="module")
def known(made):
    """Every incident, and every report with the key of one of its events."""
    with open_dossier(made) as dossier:
        return dossier.read(
            lambda conn: (
                incident_rows(conn, Asked.of({}).filter, limit=500),
                dict(list(conn.execute(select(events.c.report, events.c.key)))),
            )
        )


def _text(page):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", page))


@pytest.mark.parametrize(
    "path",
    ["/", "/incidents.json", "/reports", "/reports?q=market", "/ledger", "/ledger?term=ceasefire", "/sources",
     "/sources?publisher=Northern+Voice", "/review", "/review?reason=disputed", "/review?incident=none", "/review/find?q=market"],
)  # fmt: skip
def test_every_page_answers(client, path):
    answer = client.get(path)
    assert answer.status_code == 200, _text(answer.text)[-300:]


def test_every_incident_and_report_has_a_page(client, known):
    rows_, reports = known
    for row in rows_:
        assert client.get(f"/incidents/{row.id}").status_code == 200
    for report, key in reports.items():
        page = client.get(f"/reports/{report}")
        assert page.status_code == 200
        assert f'id="{key.rpartition("/")[2]}"' in page.text, "an event's words have no anchor"


@pytest.mark.parametrize("path", ["/incidents/i-none", "/reports/r-none", "/ledger?agreement=../dossier.toml"])
def test_what_is_not_there_is_told(client, path):
    assert client.get(path).status_code == 404


@pytest.mark.parametrize(
    "path", ["/?from=soon", "/?box=1,2,3", "/?until=2031-13-45", "/ledger?term=none", "/review?event=none"]
)
def test_what_cannot_be_asked_is_told(client, path):
    assert 400 <= client.get(path).status_code < 500


def test_hostile_words_stay_words(client, known):
    pages = [client.get(path).text for path in ("/", "/reports", "/reports?q=alert", "/review", "/sources")]
    pages += [client.get(f"/reports/{report}").text for report in known[1]]
    pages += [client.get(f"/incidents/{row.id}").text for row in known[0]]
    assert any("&lt;script&gt;alert(1)" in page for page in pages), "the hostile title is nowhere to be seen"
    for page in pages:
        assert "<script>" not in page
        assert "<img" not in page
        assert not re.search(r"<[^>]*\son\w+\s*=", page), "a handler in a tag"
        assert not re.search(r"<[^>]*\sstyle\s*=|<style", page), "the content policy forbids inline style"


def test_the_addresss_filter_is_the_lists(client, known):
    rows_ = known[0]
    wanted = [row for row in rows_ if row.disputed]
    page = client.get("/?disputed=1").text
    assert set(re.findall(r'data-id="([^"]+)"', page)) == {row.id for row in wanted}
    day = next(row.begin[:10] for row in rows_ if row.begin)
    ids = set(re.findall(r'data-id="([^"]+)"', client.get(f"/?from={day}&until={day}").text))
    assert ids
    assert ids < {row.id for row in rows_}
    data = client.get(f"/incidents.json?from={day}&until={day}").json()
    assert {item["properties"]["id"] for item in data["incidents"]["features"]} | {one[0] for one in data["apart"]} == ids


def test_pages_follow_each_other_without_a_gap(client, known, monkeypatch):
    monkeypatch.setattr(asked, "PAGE", 4)
    monkeypatch.setattr("trucewatch.web.pages.overview.PAGE", 4)
    met, path = [], "/"
    while path:
        page = client.get(path).text
        met += re.findall(r'data-id="([^"]+)"', page)
        following = re.search(r'rel="next" href="([^"]+)"', page)
        path = "/" + following[1].replace("&amp;", "&") if following else ""
    assert met == [row.id for row in known[0]]


def test_an_address_asks_for_one_thing_less():
    view = Asked.of({"text": " market ", "grade": "independent", "page": "3", "other": "x", "truce": ""})
    assert view.offset == 2 * asked.PAGE
    assert view.address() == "?text=market&grade=independent"
    assert view.address(page=4) == "?text=market&grade=independent&page=4"
    assert [(name, rest) for name, _, rest in view.chips] == [("words", "?grade=independent"), ("grade", "?text=market")]
    assert Asked.of({"page": "-1"}).page == Asked.of({"page": "x"}).page == 1
    with pytest.raises(TrucewatchError):
        _ = Asked.of({"box": "a"}).filter


def test_a_former_id_leads_to_todays(own):
    folder, client = own
    with open_dossier(folder, write=True) as dossier:
        id_ = dossier.read(lambda conn: conn.scalar(select(incidents.c.id)))
        dossier.write(lambda conn: rows.insert(conn, aliases, [{"id": "i-former", "incident": id_}]))
    answer = client.get("/incidents/i-former")
    assert answer.status_code in {301, 308}
    assert answer.headers["location"] == f"/incidents/{id_}"


def _form(page, kind):
    """The hidden fields of a page's first form for a verdict of this kind."""
    for form in re.findall(r"<form method=\"post\".*?</form>", page, re.DOTALL):
        fields = dict(re.findall(r'name="(\w+)" value="([^"]*)"', form))
        if fields.get("kind") == kind:
            return {name: value.replace("&#34;", '"').replace("&amp;", "&") for name, value in fields.items()}
    raise AssertionError(kind)


def test_an_event_is_accepted_and_the_verdict_taken_back(own):
    folder, client = own
    form = _form(client.get("/review").text, "accept")
    answer = client.post("/review/verdict", data=form)
    assert answer.status_code == 303, _text(answer.text)[-400:]
    following = client.get(answer.headers["location"]).text
    assert "Accepted." in following
    assert _form(following, "accept")["event"] != form["event"]
    given = [(v.kind, v.event) for v in _verdicts(folder)]
    assert given == [("accept", form["event"])]
    answer = client.post("/review/undo", data=_form(following, "undo"))
    assert answer.status_code == 303
    assert _form(client.get(answer.headers["location"]).text, "accept")["event"] == form["event"]
    assert [v.kind for v in _verdicts(folder)] == ["accept", "undo"]


def test_a_field_is_corrected_and_a_wrong_value_refused(own):
    folder, client = own
    form = _form(client.get("/review").text, "correct")
    refused = client.post("/review/verdict", data={**form, "field": "status", "value": "perhaps"})
    assert refused.status_code == 422
    assert "there is no status" in _text(refused.text)
    answer = client.post("/review/verdict", data={**form, "field": "place", "value": "Tessin /3", "text": "see the map"})
    assert answer.status_code == 303, _text(answer.text)[-400:]
    assert form["event"].replace("/", "%2F") in answer.headers["location"], "a correction stays at its event"
    assert [(v.kind, v.payload.field, v.payload.text) for v in _verdicts(folder)] == [("correct", "place", "see the map")]


def test_a_verdict_without_the_sessions_token_is_refused(own):
    folder, client = own
    form = _form(client.get("/review").text, "reject")
    for token in ("", "x"):
        assert client.post("/review/verdict", data={**form, "csrf": token}).status_code == 403
    assert client.post("/review/verdict", data={**form, "kind": "resolve"}).status_code == 422
    assert _verdicts(folder) == []


def _verdicts(folder):

    with open_dossier(folder) as dossier:
        return list(DossierDesk(dossier).verdicts())


def test_a_reader_sees_every_page_but_no_threatened_name_and_no_review(own):
    folder, _ = own
    Users(folder).add("rea", "reader", "a long pass phrase")
    client = TestClient(
        create(folder, team=True), base_url="http://127.0.0.1:8000", client=("127.0.0.1", 5000), follow_redirects=False
    )
    token = re.search(r'name="csrf" value="([^"]+)"', client.get("/login").text)[1]
    assert client.post("/login", data={"csrf": token, "name": "rea", "password": "a long pass phrase"}).status_code == 303
    listed = client.get("/").text
    pages = ["/", "/reports", "/ledger", "/sources", "/incidents.json", "/reports?q=bounty", "/?text=Marsh"]
    pages += [f"/incidents/{id_}" for id_ in set(re.findall(r'data-id="([^"]+)"', listed))]
    pages += [f"/reports/{id_}" for id_ in set(re.findall(r'href="/reports/(r-[^"]+)"', client.get("/reports").text))]
    for path in pages:
        answer = client.get(path)
        assert answer.status_code == 200, path
        assert "Lena" not in answer.text, path
    assert client.get("/review").status_code == 403
    assert client.post("/review/verdict", data={"csrf": token, "kind": "accept"}).status_code in {401, 403}


def test_incidents_are_counted_by_who_says_so_and_each_count_is_a_filter(client):
    page = client.get("/").text
    counted = re.search(r"By who says so</h3>(.*?)</ul>", page, re.DOTALL)[1]
    links = re.findall(r'href="([^"]+)"><span class="name"><bdi>([^<]*)</bdi></span> <span class="number">(\d+)<', counted)
    assert len(links) > 3
    assert "the reports&#39; own voice" in [words for _, words, _ in links]
    for address, words, number in links:
        shown = client.get("/" + address.replace("&amp;", "&")).text
        assert len(set(re.findall(r'data-id="([^"]+)"', shown))) == int(number), words
        found = client.get("/api/v1/incidents?limit=500&" + address.replace("&amp;", "&").lstrip("?")).json()["items"]
        assert len(found) == int(number), words
