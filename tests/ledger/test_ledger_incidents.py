"""An incident as people read it: who says what, harm with its sources, contradictions in plain English, grades."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.ledger.account_samples import ARMY, DISTRICT, FRONT, MERN, MINISTRY, SPOKESMAN, account, dead

from trucewatch.ledger.incidents import from_json, summarise, to_json
from trucewatch.model import Mention, TrucewatchError
from trucewatch.model.incident import Voice

BLAMED = account("r1", publisher="State News", voice=MINISTRY, actor=(FRONT,), harm=(dead(4),))
ANSWER = account(
    "r2", 1, strand=1, publisher="Northern Voice", voice=SPOKESMAN, actor=(ARMY,), harm=(dead(5),), published="2032-05-14"
)
DENIAL = account("r2", 2, strand=1, publisher="Northern Voice", voice=replace(SPOKESMAN, stance="denies"), actor=(FRONT,), status="denied",
                 published="2032-05-14")  # fmt: skip
MISSION = account("r3", publisher="Mission", harm=(dead(4),), published="2032-05-14")


def matters(*accounts, **more):
    return {c.matter: c.sentence for c in summarise("i", accounts, **more).contradictions}


def test_headline_place_and_days():
    found = summarise("i1", [account("r1", place=DISTRICT, day=None), account("r2"), account("r3")])
    assert found.headline == "Shelling in Orl, 12 May 2032"
    assert (found.begin, found.until) == ("2032-05-12", "2032-05-12")
    assert found.place is not None
    assert found.place.name == "Orl"
    assert found.truce == "shelling"


def test_an_incident_comes_back_from_its_line():
    found = summarise("i1", [BLAMED, ANSWER, DENIAL, MISSION])
    assert from_json(to_json(found)) == found


def test_who_did_it_is_told_from_whether_it_happened():
    found = matters(BLAMED, ANSWER, DENIAL)
    assert found["who"] == (
        "The Front's spokesman says that Varenia's military did it; the ministry says that the Northern Front did it; "
        "the Front's spokesman denies it."
    )
    assert "whether" not in found


def test_a_plain_denial_disputes_whether():
    denial = account("r2", publisher="Northern Voice", voice=replace(SPOKESMAN, stance="denies"), status="denied")
    assert matters(BLAMED, denial)["whether"] == "The ministry tells of it; the Front's spokesman denies it."


def test_numbers_disagree_by_teller():
    found = matters(BLAMED, MISSION, ANSWER)
    assert found["how many"] == "The ministry and Mission speak of four dead; the Front's spokesman speaks of five dead."


def test_villages_and_days_disagree():
    found = matters(BLAMED, account("r2", place=MERN, day="2032-05-13", publisher="Courier", published="2032-05-14"))
    assert found["where"] == "The ministry names Orl; Courier names Mern."
    assert found["when"] == "The ministry gives 12 May 2032; Courier gives 13 May 2032."


def test_weapons_disagree_only_where_origins_tell_different_ones():
    drone = {"mode": "drone", "truce": "drone strike", "publisher": "Courier", "published": "2032-05-14"}
    assert (
        matters(BLAMED, account("r2", **drone))["what"]
        == "The ministry speaks of shelling; Courier speaks of an attack from the air."
    )
    assert "what" not in matters(BLAMED, account("r2", 1, strand=1, **drone), account("r2", 2, strand=1, publisher="Courier"))


def test_what_one_origin_says_twice_is_no_contradiction():
    assert matters(BLAMED, account("r1", 2, harm=(dead(9),))) == {}


def test_the_latest_number_of_an_origin_counts_and_the_earlier_is_kept():
    late = account("r4", publisher="State News", harm=(dead(6),), published="2032-05-15")
    toll = summarise("i", [BLAMED, late], origins={"r1": "State News", "r4": "State News"}).tolls[0]
    assert (toll.low, toll.best, toll.high) == (6, 6, 6)
    assert [(f.best, f.superseded) for f in toll.figures] == [(4, True), (6, False)]


def test_the_number_most_origins_give_is_best_and_the_range_is_kept():
    toll = summarise("i", [BLAMED, ANSWER, MISSION]).tolls[0]
    assert (toll.low, toll.best, toll.high) == (4, 4, 5)
    assert [f.who for f in toll.figures] == [
        "The ministry (in State News)",
        "The Front's spokesman (in Northern Voice)",
        "Mission",
    ]


def test_four_children_among_nine_dead_are_nine():
    found = account("r1", harm=(dead(9), dead(4, "children")), sentence="Nine people were killed, among them four children.")
    assert summarise("i", [found]).tolls[0].best == 9
    apart = account("r1", harm=(dead(2, "soldiers"), dead(3, "farmers")))
    assert summarise("i", [apart]).tolls[0].best == 5


def test_what_is_denied_or_planned_harms_nobody():
    assert summarise("i", [account("r1"), account("r2", status="denied", harm=(dead(4),))]).tolls == ()


@pytest.mark.parametrize(
    ("accounts", "origins", "grade", "reason"),
    [
        ([BLAMED], {}, "single origin", "Only State News tells of it."),
        (
            [BLAMED, account("r5", publisher="Mirror")],
            {"r1": "a", "r5": "a"},
            "several dependent",
            "Two reports tell of it (Mirror), but all go back to State News: one origin, not 2.",
        ),
        ([BLAMED, MISSION], {}, "independent", "Two independent origins in two reports. It is told by State News and Mission."),
        (
            [BLAMED, ANSWER, DENIAL],
            {},
            "opposed sides agree",
            "Opposed sides say that it happened: the ministry and the Front's spokesman. Two independent origins in two reports.",
        ),
        ([DENIAL], {}, "single origin", "Nobody says that it happened; it is only denied."),
    ],
)
def test_grades(accounts, origins, grade, reason):
    found = summarise("i", accounts, origins=origins).corroboration
    assert (found.grade, found.reason) == (grade, reason)


def test_publishers_sides_are_taken_from_the_caller():
    one, other = account("r1", publisher="State News"), account("r2", publisher="Northern Voice")
    assert summarise("i", [one, other]).corroboration.grade == "independent"
    sides = {"State News": "XVA-GOV", "Northern Voice": "xva.nf"}
    assert summarise("i", [one, other], sides=sides).corroboration.grade == "opposed sides agree"


def test_an_admission_by_the_side_that_acted_counts_as_the_other_side():
    admits = account(
        "r2", publisher="Courier", voice=Voice("the army", "XVA-MIL", "Varenia: military", "XVA", "admits"), actor=(ARMY,)
    )
    victim = account("r1", voice=SPOKESMAN, actor=(ARMY,), recipient=(FRONT,))
    assert summarise("i", [victim, admits]).corroboration.grade == "opposed sides agree"


def test_a_report_that_tells_and_is_reprinted_is_one_origin():
    copy = account("r5", publisher="Mirror", group="g1")
    assert summarise("i", [replace(BLAMED, group="g1"), copy]).corroboration.origins == 1


def test_positions_and_how_they_read():
    word = account(
        "r4", type="ACCUSE", mode="disapprove", truce=None, predicate=Mention(0, 9, "condemned"), publisher="Courier"
    )
    plan = account("r6", status="planned", publisher="Herald")
    tellers = summarise("i", [BLAMED, DENIAL, MISSION, word, plan]).tellers
    assert {t.account: f"{t.position}: {t.who} {t.says}" for t in tellers} == {
        "r1/e1": "asserts: The ministry (in State News) says that it happened",
        "r2/e2": "denies: The Front's spokesman (in Northern Voice) denies it",
        "r3/e1": "asserts: Mission reports it, without saying who did it",
        "r4/e1": "mentions: Courier speaks of it",
        "r6/e1": "mentions: Herald speaks of it as planned",
    }


def test_residents_say_and_a_ministry_says():
    many = account("r1", voice=Voice("Residents of Orl", stance="asserts"), actor=(ARMY,))
    assert summarise("i", [many]).tellers[0].says == "say that it happened"


def test_nothing_told_is_no_incident():
    with pytest.raises(TrucewatchError, match="nothing in the cluster is told"):
        summarise("i", [account("r1", status="planned")])
