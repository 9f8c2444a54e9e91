"""The interface for programs: what it gives, to whom, and how it says no."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings

pytest.importorskip("fastapi", reason="the web application is not installed")

from tests.web.conftest import HOSTILE, SCRIPT, browser, logged_in, token
from tests.web.test_add import sent

from trucewatch.dossier import chain_rows
from trucewatch.ledger.agreements import desks, find, load
from trucewatch.ledger.findings import Book
from trucewatch.web import agreement
from trucewatch.web.models import ClaimItem, EventItem, HitItem, IncidentRecord, Part, ReportItem, ReportRecord, Status
from trucewatch.web.users import Users

LISTS = ("reports", "claims", "events", "incidents", "search?q=shelled")


def sure(app):
    """A browser that has a page of ours open: it sees all."""
    client = browser(app)
    token(client)
    return client


@pytest.mark.parametrize("path", LISTS)
def test_lists_come_in_parts(app, path):
    client = sure(app)
    sign = "&" if "?" in path else "?"
    whole = client.get(f"/api/v1/{path}{sign}limit=500").json()["items"]
    assert whole
    parts, address = [], f"/api/v1/{path}{sign}limit=2"
    while address:
        part = client.get(address).json()
        parts += part["items"]
        address = part["next"]
    assert parts == whole


@pytest.mark.parametrize("path", [*LISTS, "status"])
def test_an_unchanged_dossier_answers_304(client, path):
    first = client.get(f"/api/v1/{path}")
    assert first.status_code == 200
    again = client.get(f"/api/v1/{path}", headers={"if-none-match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_a_changed_dossier_answers_anew(app, client):
    first = client.get("/api/v1/status").headers["etag"]
    with app.state.house.write() as dossier:
        dossier.write(lambda conn: chain_rows.enter(conn, "downloaded", {"capture": "k-test"}))
    assert client.get("/api/v1/status", headers={"if-none-match": first}).status_code == 200


def test_records_point_at_their_words(app):
    client = sure(app)
    for row in client.get("/api/v1/reports").json()["items"]:
        record = client.get(f"/api/v1/reports/{row['id']}").json()
        assert record["provenance"][0]["sha256"]
        for event in record["events"]:
            words = event["predicate"]
            assert record["text"][words["start"] : words["end"]] == words["text"]


def test_incidents_are_filtered(app):
    client = sure(app)
    every = client.get("/api/v1/incidents").json()
    disputed = client.get("/api/v1/incidents?disputed=true").json()
    assert every["total"] > disputed["total"]
    assert all(item["disputed"] for item in disputed["items"])
    some = next(item for item in every["items"] if item["latitude"])
    box = f"{some['longitude'] - 1},{some['latitude'] - 1},{some['longitude'] + 1},{some['latitude'] + 1}"
    assert some["id"] in [item["id"] for item in client.get(f"/api/v1/incidents?box={box}").json()["items"]]
    one = client.get(f"/api/v1/incidents/{some['id']}").json()
    assert len(one["accounts"]) == some["accounts"]


def test_names_are_masked_for_all_but_reviewers(app, folder):
    key = {"authorization": f"Bearer {Users(folder).add_token('notebook', 'reviewer')}"}
    low = {"authorization": f"Bearer {Users(folder).add_token('poster', 'reader')}"}
    client = browser(app)
    hostile = client.get("/api/v1/search?q=Ysolde", headers=key).json()["items"][0]["report"]
    assert "Ysolde Tarn" in client.get(f"/api/v1/reports/{hostile}", headers=key).text
    for headers in ({}, low):
        for path in ("reports", f"reports/{hostile}", "claims?limit=500", "events?limit=500", "incidents", "search?q=Tessin"):
            answer = client.get(f"/api/v1/{path}", headers=headers)
            assert answer.status_code == 200
            assert "Tarn" not in answer.text
        for item in client.get("/api/v1/incidents?limit=500", headers=headers).json()["items"]:
            assert "Tarn" not in client.get(f"/api/v1/incidents/{item['id']}", headers=headers).text


@pytest.mark.parametrize("query", ["Tarn", '"Ysolde Tarn"', "Ysold*", "Tessin Tarn", "tarn OR ysolde"])
def test_a_masked_name_finds_nothing(app, folder, query):
    assert browser(app).get("/api/v1/search", params={"q": query}).json()["items"] == []
    assert sure(app).get("/api/v1/search", params={"q": query}).json()["items"]


def test_a_filter_by_masked_words_of_a_source_finds_nothing(app):
    client = sure(app)
    sent(client, text="Rebels shelled the village of Aldun on 18 May 2031, Ysolde Tarn said. Tarn was wounded.")
    words = "Ysolde Tarn"
    assert client.get("/api/v1/incidents", params={"voice": words}).json()["items"]
    assert browser(app).get("/api/v1/incidents", params={"voice": words}).json()["items"] == []
    assert browser(app).get("/api/v1/incidents?voice=-").json()["items"]


def test_what_must_not_be_there_tells_nothing_of_masked_names(app):
    found = browser(app).get("/api/v1/search", params={"q": "Tessin -Tarn"}).json()["items"]
    assert len(found) == len(browser(app).get("/api/v1/search", params={"q": "Tessin"}).json()["items"])


def test_a_wrong_token_is_refused_also_where_none_is_needed(client):
    for value in ("Bearer tw_wrong", "Basic dmVyYTp2ZXJh", "Bearer"):
        answer = client.get("/api/v1/status", headers={"authorization": value})
        assert answer.status_code == 401
        assert answer.headers["content-type"] == "application/problem+json"


def test_roles_decide_what_a_session_sees(team):
    assert logged_in(team, "rhea").get("/api/v1/status").json()["protected"]
    assert not logged_in(team, "vera").get("/api/v1/status").json()["protected"]


def test_scripts_come_as_data(app):
    answer = sure(app).get("/api/v1/reports")
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert HOSTILE["title"] in [item["title"] for item in answer.json()["items"]]
    assert SCRIPT in answer.json()["items"][0]["publisher"] + SCRIPT


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("nothing", 404),
        ("reports/r-nothing", 404),
        ("incidents/i-nothing", 404),
        ("findings", 404),
        ("incidents?from=yesterday", 422),
        ("incidents?box=1,2,3", 422),
        ("incidents?box=999,2,3,4", 422),
        ("reports?limit=0", 422),
        ("reports?offset=99999999999999999999", 422),
        ("reports?publisher=%00", 422),
        ("search", 422),
        ("search?q=" + "a+" * 100, 400),
    ],
)
def test_errors_are_problems(client, path, status):
    answer = client.get(f"/api/v1/{path}")
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["status"] == status


def test_nothing_can_be_changed(client):
    for path in ("reports", "incidents", "status"):
        for method in ("post", "put", "patch", "delete"):
            assert getattr(client, method)(f"/api/v1/{path}").status_code == 405


def test_findings_of_the_dossiers_agreement(app, monkeypatch):
    monkeypatch.setattr(agreement, "_book", lambda _: _demo_book())
    found = sure(app).get("/api/v1/findings?limit=500").json()["items"]
    assert found
    assert {item["agreement"] for item in found} == {"karsh-2031"}
    kept = sure(app).get(f"/api/v1/findings?limit=500&term={found[0]['term']}").json()["items"]
    assert {item["term"] for item in kept} == {found[0]["term"]}


def _demo_book():
    path = find("karsh-2031")
    return Book(load(path, *desks(path)))


@pytest.mark.parametrize(("role", "examples"), [("reviewer", 6), ("reader", 2), (None, 2)])
def test_the_description_holds_against_what_it_gives(app, folder, role, examples):
    """Requests made up from the OpenAPI document, for every operation: none may crash it, every answer must be as described."""
    schemathesis = pytest.importorskip("schemathesis", reason="schemathesis is not installed")
    from schemathesis import checks  # noqa: PLC0415 - may be missing

    headers = {"host": "localhost"}
    if role:
        headers["authorization"] = f"Bearer {Users(folder).add_token('checker', role)}"
    schema = schemathesis.openapi.from_asgi("/api/v1/openapi.json", app, headers={"host": "localhost"})
    wanted = [checks.not_a_server_error, checks.response_schema_conformance, checks.status_code_conformance,
              checks.content_type_conformance]  # fmt: skip
    found = [operation.ok() for operation in schema.get_all_operations()]
    assert {(operation.method, operation.path) for operation in found} == {
        ("get", f"/api/v1/{path}")
        for path in (
            "status",
            "reports",
            "reports/{report}",
            "claims",
            "events",
            "incidents",
            "incidents/{incident}",
            "findings",
            "search",
        )
    }
    for operation in found:

        @settings(
            max_examples=examples, deadline=None, database=None, suppress_health_check=list(HealthCheck), derandomize=True
        )
        @given(case=operation.as_strategy())
        def check(case):
            case.validate_response(case.call(headers=headers), checks=wanted)

        check()


def test_what_it_gives_is_as_described(app):
    """Each kind of answer, against the models that the OpenAPI document is made from."""
    client = sure(app)
    for path, model in (("reports", ReportRecord), ("incidents", IncidentRecord)):
        for item in client.get(f"/api/v1/{path}").json()["items"]:
            model.model_validate(client.get(f"/api/v1/{path}/{item['id']}").json())
    for path, model in (("reports", ReportItem), ("claims", ClaimItem), ("events", EventItem), ("search?q=shelled", HitItem)):
        Part[model].model_validate(client.get(f"/api/v1/{path}").json())
    Status.model_validate(client.get("/api/v1/status").json())


def test_a_failure_tells_nothing_of_itself(app, client, monkeypatch):
    def broken():
        raise RuntimeError("a secret")

    monkeypatch.setattr(type(app.state.house), "head", lambda _: broken())
    answer = client.get("/api/v1/status")
    assert answer.status_code == 500
    assert "secret" not in answer.text
    assert "unsafe" not in answer.headers["content-security-policy"]
