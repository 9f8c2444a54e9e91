"""A dossier's ledger: its incidents against an agreement, as reviewers see them and as they may leave. Reports are invented."""

from __future__ import annotations

import shutil
from dataclasses import replace
from importlib.resources import files
from pathlib import Path

import pytest
from sqlalchemy import select

from trucewatch.cli import run
from trucewatch.dossier import open_desk, passing
from trucewatch.dossier.book import agreement_of, findings, leaves, leaving_leaves, outlooks
from trucewatch.dossier.config import read
from trucewatch.dossier.project import open_dossier
from trucewatch.dossier.store.tables import custody, incidents
from trucewatch.dossier.verdicts.desk import Request
from trucewatch.dossier.verifying import verify
from trucewatch.model import TrucewatchError

DEMO = Path(str(files("trucewatch").joinpath("demo")))
THREATENED = "Lena Marsh"


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    folder = tmp_path_factory.mktemp("made") / "karsh"
    assert run(["init", str(folder)]) == 0
    toml = folder / "dossier.toml"
    text = toml.read_text("utf-8").replace('agreement = ""', 'agreement = "karsh-2031"')
    text = text.replace("actors = []", f'actors = ["{DEMO / "states.tsv"}", "{DEMO / "groups.tsv"}"]')
    toml.write_text(text.replace("gazetteers = []", f'gazetteers = ["{DEMO / "places.tsv"}"]'), "utf-8")
    assert run(["add", str(folder), str(DEMO / "reports"), "--quiet"]) == 0
    return folder


@pytest.fixture
def home(made, tmp_path):
    return Path(shutil.copytree(made, tmp_path / "karsh"))


@pytest.fixture(scope="module")
def held(made):
    return agreement_of(read(made))


def test_every_incident_is_held_and_the_ids_are_the_dossiers(made, held):
    with open_dossier(made) as dossier:
        found = findings(dossier, held)
        every = list(leaves(dossier, held))
        known = set(dossier.read(lambda conn: list(conn.scalars(select(incidents.c.id)))))
    assert {leaf.incident.id for leaf in every} == known
    assert [finding for leaf in every for finding in leaf.findings] == list(found)
    assert {"breaches", "obstructs", "prevents verification"} <= {finding.bearing for finding in found}


def test_small_batches_find_the_same(made, held, monkeypatch):
    with open_dossier(made) as dossier:
        whole = findings(dossier, held)
        monkeypatch.setattr(passing, "BATCH", 3)
        assert findings(dossier, held) == whole


def test_days_that_are_asked_for_are_those_that_come(made, held):
    with open_dossier(made) as dossier:
        days = {leaf.incident.begin for leaf in leaves(dossier, held, "2031-05-12", "2031-05-13")}
    assert days == {"2031-05-12", "2031-05-13"}


def key_of(found, words):
    """The breach told in these words."""
    return next(q.key for f in found for q in f.words if f.bearing == "breaches" and words in q.text)


def breaches(folder, held):
    with open_dossier(folder) as dossier:
        return [f for f in findings(dossier, held) if f.bearing == "breaches"]


def test_a_correction_changes_the_finding_and_a_rejection_takes_it_out(home, held):
    before = breaches(home, held)
    bomb, guns = key_of(before, "roadside bomb"), key_of(before, "two howitzers")
    with open_desk(home) as desk:
        desk.record(Request("correct", "Ana", event=bomb, field="status", value="planned"))
        desk.record(Request("reject", "Ana", event=guns))
    after = {quote.key for finding in breaches(home, held) for quote in finding.words}
    assert not {bomb, guns} & after
    assert after == {quote.key for finding in before for quote in finding.words} - {bomb, guns}


def test_no_name_of_a_threatened_person_leaves_and_the_findings_stay(home, held):
    with open_dossier(home, write=True) as dossier:
        plain, safe = list(leaves(dossier, held)), list(leaving_leaves(dossier, held))
        ahead = outlooks(dossier, leaving=True)
    assert THREATENED in repr(plain)
    assert "Marsh" not in repr(safe) + repr(ahead)
    for one, other in zip(plain, safe, strict=True):
        assert one.incident.id == other.incident.id
        standing = [(f.term, f.bearing, f.status, f.grade, f.bearers) for f in one.findings]
        assert standing == [(f.term, f.bearing, f.status, f.grade, f.bearers) for f in other.findings]


def test_a_reviewers_own_words_do_not_leave(home, held):
    with open_dossier(home) as dossier:
        key = next(f for f in findings(dossier, held) if f.bearing == "breaches" and not f.bearers).words[0].key
    with open_desk(home) as desk:
        from trucewatch.dossier.verdicts.forms import parse  # noqa: PLC0415

        desk.record(Request("correct", "Ana", event=key, field="actor", value=parse("actor", "Oskar Vendt @xva.nf")))
        desk.record(
            Request("correct", "Ana", event=key, field="place", value=parse("place", "Vendt's farm @30.337,-40.171 /1"))
        )
    with open_dossier(home, write=True) as dossier:
        assert "Vendt" in repr(list(leaves(dossier, held)))
        safe = repr(list(leaving_leaves(dossier, held)))
    assert "Vendt" not in safe
    assert "30.337" not in safe


def test_an_override_that_is_used_is_put_on_record(home, held):
    toml = home / "dossier.toml"
    allowed = f'\n[[protection.allow]]\nname = "{THREATENED}"\nreason = "asked to be named"\nby = "Ana"\nat = "2031-05-21"\n'
    toml.write_text(toml.read_text("utf-8") + allowed, "utf-8")
    with open_dossier(home, write=True) as dossier:
        assert list(leaving_leaves(dossier, held))
        actions = dossier.read(lambda conn: list(conn.scalars(select(custody.c.action).order_by(custody.c.seq))))
    assert actions[-1] == "override"


def test_the_agreement_is_the_one_named_or_that_of_the_settings(made, tmp_path):
    assert agreement_of(read(made)).id == "karsh-2031"
    assert agreement_of(read(made), "syr-moscow-2020").id == "syr-moscow-2020"
    with pytest.raises(TrucewatchError, match="no agreement is named") as told:
        agreement_of(replace(read(made), agreement=""))
    assert "karsh-2031" in told.value.next_step
    with pytest.raises(TrucewatchError, match="no such agreement"):
        agreement_of(read(made), str(tmp_path / "none.yaml"))


def test_a_setting_of_another_kind_is_one_clear_error(home):
    toml = home / "dossier.toml"
    toml.write_text(toml.read_text("utf-8").replace('agreement = "karsh-2031"', "agreement = 3"), "utf-8")
    with pytest.raises(TrucewatchError, match=r"ledger\.agreement is 3"):
        read(home)


def test_what_is_foretold_is_resolved_by_its_event_or_its_words(home):
    with open_dossier(home) as dossier:
        every = outlooks(dossier)
    event = next(item.foretold for item in every if item.foretold.is_event)
    sentence = next(item.foretold for item in every if item.foretold.words == "A new offensive seems inevitable.")
    with open_desk(home) as desk:
        desk.record(Request("resolve", "Ana", event=event.key, outcome="did not"))
        desk.record(Request("resolve", "Ana", event=sentence.key, outcome="came true", text="on 20 May, says Oskar Vendt"))
        with pytest.raises(TrucewatchError, match="there is no event"):
            desk.record(Request("resolve", "Ana", event=f"{sentence.report}/s999", outcome="did not"))
    with open_dossier(home, write=True) as dossier:
        said = {item.foretold.key: item.resolved for item in outlooks(dossier)}
        left = {item.foretold.key: item.resolved for item in outlooks(dossier, leaving=True)}
        assert [found for found in verify(dossier) if not found.note] == []
    assert said[event.key][0].outcome == left[event.key][0].outcome == "did not"
    assert (said[sentence.key][0].outcome, said[sentence.key][0].text) == ("came true", "on 20 May, says Oskar Vendt")
    assert (left[sentence.key][0].outcome, left[sentence.key][0].text) == ("came true", "")
