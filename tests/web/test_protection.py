"""What a reader sees in the browser is what may leave: a dossier with a hospital that one report of an incident names and another does not."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

pytest.importorskip("fastapi", reason="the web application is not installed (pip install 'trucewatch[web]')")

from sqlalchemy import select
from tests.web.conftest import PASSWORDS, logged_in

from publishing import exports_dossier as sample
from trucewatch.dossier.desk import DossierDesk
from trucewatch.dossier.handover import Handover
from trucewatch.dossier.passing import GIVEN
from trucewatch.dossier.project import open_dossier
from trucewatch.dossier.store.tables import events, members
from trucewatch.dossier.verdicts.desk import Request
from trucewatch.dossier.verdicts.forms import parse
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


def test_what_reviewers_typed_is_laid_over_masked_accounts_as_in_an_export_and_gives_no_name_away(folder, tmp_path):
    own = Path(shutil.copytree(folder, tmp_path / "karsh"))
    typed = {
        "actor": f"{sample.TYPED} @oskar-vendt",
        "recipient": "drivers; a cousin of Oskar Vendt",
        "claimant": f"{sample.TYPED} @oskar-vendt [denies]",
        "harm": f"detained 4 (friends of {sample.TYPED}) @oskar-vendt",
        "place": f"{sample.TYPED}'s yard @46.3612,-8.7713 /1",
        "time": "2031-05-07",
    }
    with open_dossier(own, write=True) as dossier:
        query = select(events.c.key).where(events.c.truce == "detention")
        key = dossier.read(lambda conn: conn.scalar(query))  # a masked name stands before its verb
        for field, value in typed.items():
            DossierDesk(dossier).record(Request("correct", "Ana Reviewer", event=key, field=field, value=parse(field, value)))
    app = create(own, team=True)
    try:
        _as_exported(app, own)
        id_ = app.state.house.read(lambda conn: conn.scalar(select(members.c.incident).where(members.c.event == key)))
        masked, page = _everything(logged_in(app, "rhea")), logged_in(app, "rhea").get(f"/api/v1/incidents/{id_}").json()
    finally:
        app.state.house.close()
    assert [path for path, text in masked.items() if "vendt" in text.casefold()] == []
    (told,) = page["accounts"]
    assert [(harm["kind"], harm["best"]) for harm in told["harm"]] == [("detained", 4)]
    assert told["time"]["begin"] == "2031-05-07"
    assert [party["text"] for party in told["recipient"]] == ["drivers", GIVEN]
    assert told["place"]["text"] == told["voice"]["words"] == GIVEN
