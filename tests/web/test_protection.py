"""What a reader sees in the browser is what may leave: a dossier with a hospital that one report of an incident names and another does not."""

from __future__ import annotations

import json
import shutil
from dataclasses import asdict
from pathlib import Path

import pytest

pytest.importorskip("fastapi", reason="the web application is not installed (pip install 'trucewatch[web]')")

from sqlalchemy import select
from tests.web.conftest import PASSWORDS, logged_in

from publishing import exports_dossier as sample
from trucewatch.dossier.book import leaving_leaves
from trucewatch.dossier.desk import DossierDesk
from trucewatch.dossier.handover import Handover
from trucewatch.dossier.passing import GIVEN
from trucewatch.dossier.project import open_dossier
from trucewatch.dossier.store.tables import events, members
from trucewatch.dossier.verdicts.desk import Request
from trucewatch.dossier.verdicts.forms import parse
from trucewatch.ledger.agreements import desks, find, load
from trucewatch.ledger.findings import Book
from trucewatch.model.agreement import AreaRelation, Finding, PeriodRelation, Quote
from trucewatch.web.app import create
from trucewatch.web.users import Users

#: The latitude of the hospital's town, as its point is written; rounded as it may be told.
EXACT, ROUGH = str(sample.EXACT[0]), "46.4"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    made = sample.make(tmp_path_factory.mktemp("protection") / "karsh")
    for name, (role, password) in PASSWORDS.items():
        Users(made).add(name, role, password)
    return made


@pytest.fixture(scope="module")
def app(folder):
    app = create(folder, team=True)
    yield app
    app.state.house.close()


def _everything(client):
    """Every page and answer on incidents, reports and events, by its path."""
    lists = ("/api/v1/incidents?limit=500", "/api/v1/reports?limit=500", "/api/v1/events?limit=500")
    incidents, reports, _ = (client.get(path).json()["items"] for path in lists)
    paths = ["/", "/incidents.json", *lists]
    paths += [f"{root}/{item['id']}" for item in incidents for root in ("/incidents", "/api/v1/incidents")]
    paths += [f"{root}/{item['id']}" for item in reports for root in ("/reports", "/api/v1/reports")]
    found = {path: client.get(path) for path in paths}
    assert incidents
    assert {answer.status_code for answer in found.values()} == {200}
    return {path: answer.text for path, answer in found.items()}


def test_a_reader_finds_no_point_of_a_hospital_though_another_report_of_the_incident_names_the_town_alone(app):
    whole, masked = _everything(logged_in(app, "vera")), _everything(logged_in(app, "rhea"))
    assert any(EXACT in text for text in whole.values()), "the point is there, or this proves nothing"
    assert any(ROUGH in text for text in masked.values())
    assert [path for path, text in masked.items() if EXACT in text] == []


def _as_exported(app, folder):
    """Everything that a reader sees is what an export of that moment has."""
    with open_dossier(folder) as dossier:
        given = Handover(dossier)
        cases, records = list(given.cases()), dict(given.records())
    gate, house = app.state.gate, app.state.house
    assert cases
    for case in cases:
        incident, accounts = house.read(lambda conn, id_=case.incident.id: gate.incident(conn, id_))
        assert incident == case.incident
        assert tuple(accounts.values()) == case.accounts
    assert {id_: house.read(lambda conn, id_=id_: gate.record(conn, id_)) for id_ in records} == records


def test_what_a_reader_sees_is_what_an_export_has(app, folder):
    _as_exported(app, folder)


#: What a reviewer types on an event whose verb stands behind a masked name.
DETAINED = {
    "actor": f"{sample.TYPED} @oskar-vendt",
    "recipient": "drivers; a cousin of Oskar Vendt",
    "claimant": f"{sample.TYPED} @oskar-vendt [denies]",
    "harm": f"detained 4 (friends of {sample.TYPED}) @oskar-vendt",
    "place": f"{sample.TYPED}'s yard @46.3612,-8.7713 /1",
    "time": "2031-05-07",
}


_DETAINED = select(events.c.key).where(events.c.truce == "detention")


@pytest.fixture(scope="module")
def corrected(folder, tmp_path_factory):
    own = Path(shutil.copytree(folder, tmp_path_factory.mktemp("corrected") / "karsh"))
    with open_dossier(own, write=True) as dossier:
        key = dossier.read(lambda conn: conn.scalar(_DETAINED))
        for field, value in DETAINED.items():
            DossierDesk(dossier).record(Request("correct", "Ana Reviewer", event=key, field=field, value=parse(field, value)))
    app = create(own, team=True)
    yield app, own
    app.state.house.close()


def test_what_reviewers_typed_is_laid_over_masked_accounts_as_in_an_export_and_gives_no_name_away(corrected):
    app, folder = corrected
    _as_exported(app, folder)
    reader = logged_in(app, "rhea")
    assert [path for path, text in _everything(reader).items() if "vendt" in text.casefold()] == []
    id_ = app.state.house.read(lambda conn: conn.scalar(select(members.c.incident).where(members.c.event.in_(_DETAINED))))
    (told,) = reader.get(f"/api/v1/incidents/{id_}").json()["accounts"]
    assert [(harm["kind"], harm["best"]) for harm in told["harm"]] == [("detained", 4)]
    assert told["time"]["begin"] == "2031-05-07"
    assert [party["text"] for party in told["recipient"]] == ["drivers", GIVEN]
    assert told["place"]["text"] == told["voice"]["words"] == GIVEN


def test_findings_through_the_interface_are_those_of_a_ledger_that_leaves(corrected, monkeypatch):
    app, folder = corrected
    demo = find("karsh-2031")
    agreement = load(demo, *desks(demo))
    with open_dossier(folder) as dossier:
        leaves = leaving_leaves(dossier, agreement, log=lambda _: None)
        wanted = [asdict(finding) for leaf in leaves for finding in leaf.findings]
    items = _findings(app, Book(agreement), monkeypatch)
    assert items
    assert sorted(map(_plain, items)) == sorted(map(_plain, wanted))


def test_a_finding_through_the_interface_is_judged_by_what_reviewers_hold_and_told_without_the_words_that_decide_it(
    corrected, monkeypatch
):
    class Names:
        """Finds against whomever the reviewer named."""

        def hold(self, incident, accounts):
            against = any(sample.TYPED in party.text for account in accounts for party in account.actor)
            words = tuple(Quote(account.key, account.quote) for account in accounts)
            area, period = AreaRelation("everywhere"), PeriodRelation("in force")
            bearing = "breaches" if against else "no bearing"
            return (Finding(incident.id, "a", "t", bearing, "alleged", (bearing,), words, area, period, "single origin"),)

    app, _ = corrected
    found = {item["bearing"]: item for item in _findings(app, Names(), monkeypatch)}
    assert found["no bearing"]["reasons"] == ["no bearing"]
    assert found["breaches"]["reasons"] == ["The words that decide it are masked."]


def _findings(app, book, monkeypatch):
    monkeypatch.setattr("trucewatch.web.agreement._book", lambda _: book)
    monkeypatch.setattr(app.state, "book", None, raising=False)
    return logged_in(app, "rhea").get("/api/v1/findings?limit=500").json()["items"]


def _plain(found):
    return json.dumps(found, sort_keys=True)
