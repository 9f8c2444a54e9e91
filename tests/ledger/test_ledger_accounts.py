"""A report as accounts: what is told of one occurrence is one strand; places and days that only pass through are not its own."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

import trucewatch
from trucewatch.ledger.accounts import accounts_of, from_json, role, to_json, told
from trucewatch.model import Report, TrucewatchError

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "benchmarks"))
DEV = Path(__file__).parent / "dev"


@pytest.fixture(scope="module")
def coder():
    return trucewatch.load(actors=[DEV / "states.tsv", DEV / "groups.tsv"], gazetteers=[DEV / "places.tsv"])


def accounts(coder, text, published="2033-05-04", **more):
    return accounts_of(coder.code(Report("r", text, published=published, language="en", **more)))


def strand(found, predicate):
    return next(a.scene.strand for a in found if a.predicate.text.startswith(predicate) and a.scene)


def test_every_event_is_an_account_and_comes_back_from_its_line(coder):
    coded = coder.code(Report("r", (DEV / "reports.txt").read_text("utf-8")[:6000], published="2033-05-06", language="en"))
    found = accounts_of(coded)
    assert [a.event for a in found] == [e.id for e in coded.events]
    assert all(a.key == f"r/{a.event}" for a in found)
    assert all(from_json(to_json(a)) == a for a in found)
    assert all("\n" not in to_json(a) for a in found)


def test_a_line_that_is_none_is_refused():
    with pytest.raises(TrucewatchError, match="not a stored Account"):
        from_json('{"key": 1')


def test_act_and_results_are_one_strand_and_two_villages_are_two(coder):
    found = accounts(
        coder,
        "The army shelled the village of Imra on Tuesday. A woman was killed and two houses were destroyed.\n\n"
        "The Hill Brigades shelled the village of Nolt on Tuesday evening.",
    )
    imra, nolt = (a.scene.strand for a in found if a.predicate.text == "shelled")
    assert imra != nolt
    assert strand(found, "killed") == strand(found, "destroyed") == imra


def test_a_denial_of_the_act_told_before_is_of_its_strand(coder):
    found = accounts(
        coder, "Army mortars shelled the village of Imra on Tuesday. The army denied that it had shelled the village."
    )
    assert [a.status for a in found if a.predicate.text == "shelled"] == ["happened", "denied"]
    assert len({a.scene.strand for a in found if a.predicate.text == "shelled"}) == 1


def test_a_statement_about_an_act_is_no_act_but_knows_its_strand(coder):
    found = accounts(coder, "Mortars hit the village of Imra on Tuesday. Luthia condemned the shelling.")
    condemned = next(a for a in found if a.predicate.text == "condemned")
    assert role(condemned) == "word"
    assert not told(condemned)
    assert condemned.scene is not None
    assert condemned.scene.strand == strand(found, "hit")


def test_a_plan_is_a_mention(coder):
    found = accounts(coder, "Luthia and Brennmark will carry out a joint patrol on the R9 road on 10 May.")
    assert [role(a) for a in found if a.truce == "patrol held" and a.type == "COOPERATE"] == ["mention"]


def test_the_dateline_is_not_where_it_happened(coder):
    found = accounts(coder, "SORRIN, 4 May - Army mortars shelled the village of Imra on Tuesday.")
    shelled = next(a for a in found if a.predicate.text == "shelled")
    assert [s.name for s in shelled.scene.places] == ["Imra"]


def test_the_day_it_was_said_is_not_the_day_of_the_act(coder):
    found = accounts(coder, "The army shelled the village of Imra, the mayor said on Wednesday.")
    assert all(a.scene.times == () for a in found if a.predicate.text == "shelled")


def test_late_on_a_day_is_kept_in_words(coder):
    found = accounts(coder, "Gunmen ambushed an army column near Tamsin late on Tuesday.")
    assert [t.text for a in found for t in a.scene.times][:1] == ["late on Tuesday"]


def test_who_rejects_a_claim_is_who_denies(coder):
    found = accounts(
        coder, "The Defence Ministry rejected claims by rebel media that government forces had bombarded Nolt on Tuesday."
    )
    denied = next(a for a in found if a.status == "denied")
    assert denied.voice.words == "The Defence Ministry"
    assert denied.voice.stance == "denies"


def test_a_scene_is_never_written_into_the_event(coder):
    found = accounts(coder, "The army shelled the village of Imra on Tuesday. A woman was killed.")
    killed = next(a for a in found if a.predicate.text == "killed")
    assert killed.time is None
    assert [t.begin for t in killed.scene.times] == ["2033-05-03"]


def test_a_place_named_again_in_its_sentence_is_where_it_was(coder):
    found = accounts(
        coder, "On 3 May shells hit Dovrel. A bomb exploded at the bus station of Dovrel on 4 May.", published="2033-05-05"
    )
    blast = next(a for a in found if a.predicate.text.startswith("explo"))
    assert [p.name for p in blast.scene.places] == ["Dovrel"]


def test_a_district_is_not_the_town_of_its_name(coder):
    (found,) = [a for a in accounts(coder, "The army shelled a village in the Dovrel district on Tuesday.") if told(a)]
    assert [p.kind for p in found.scene.places] == ["admin2"]


def test_a_day_before_another_is_reckoned(coder):
    found = accounts(coder, "The army shelled Imra on Tuesday, a day after an attack on Nolt.", published="2033-05-04")
    days = {a.predicate.text: [t.begin for t in a.scene.times] for a in found if a.scene}
    assert days["shelled"] == ["2033-05-03"]
    assert days.get("attack", ["2033-05-02"]) == ["2033-05-02"]


def test_the_village_is_the_one_named_last(coder):
    found = accounts(
        coder, "The Hill Brigades shelled Imra on Monday. The village was shelled again on Tuesday.", published="2033-05-04"
    )
    assert [[p.name for p in a.scene.places] for a in found if told(a)] == [["Imra"], ["Imra"]]
