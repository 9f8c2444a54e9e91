"""What may leave of what reviewers typed, how places of one incident are told together, and which number an origin has. Everything is invented."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.ledger.account_samples import ARMY, FRONT, MERN, ORL, account, dead, on

from trucewatch.dossier.passing import GIVEN, Overlaid, Passed, _parties, laid, together
from trucewatch.knowledge.actors import ActorFile
from trucewatch.model import Place
from trucewatch.model.incident import Party, Spot, Voice

TYPED = "Oskar Vendt"


@pytest.fixture(scope="module")
def actors():
    return ActorFile.load()


@pytest.fixture
def plain():
    """As the machine has it: a name that the policy masks, before everything else."""
    return account(
        "r1", actor=(FRONT, Party("Ana Marsh")), harm=(dead(2, "friends of Ana Marsh"),), near=(ORL,), origin="name:ana marsh"
    )


@pytest.fixture
def safe(plain):
    harm = replace(dead(2, "friends of [person 1]"), start=10, end=12)
    return replace(plain, actor=(FRONT, Party("[person 1]")), harm=(harm,), start=3, end=23, origin="")


def _passed(plain, safe, hidden=None):
    parties = {key: party for party in safe.actor for key in (party.id, party.text) if key}
    return {plain.report: Passed({plain.event: safe}, hidden or {}, parties)}


@pytest.fixture
def leave(plain, safe, actors):
    def leaving(**typed):
        return laid([Overlaid(plain, replace(plain, **typed))], _passed(plain, safe), actors)[0]

    return leaving


def test_what_nobody_corrected_is_told_in_the_words_of_the_protected_record(leave, safe):
    assert leave() == replace(safe, origin="origin 1")


def test_of_several_parties_those_that_stand_keep_the_records_words(leave):
    left = leave(actor=(Party("Ana Marsh"), Party(TYPED)))
    assert left.actor == (Party("[person 1]"), Party(GIVEN))


def test_a_party_is_named_by_an_id_that_the_record_or_the_actor_file_knows(leave):
    left = leave(actor=(Party("those men", "xva.nf"), Party("Ankara", "TUR"), Party("the Front")))
    assert left.actor[0] == FRONT
    assert (left.actor[1].id, left.actor[1].name) == ("TUR", left.actor[1].text)
    assert left.actor[2] == FRONT


def test_an_id_that_nobody_knows_is_a_reviewers_word_too(leave):
    left = leave(
        actor=(Party(TYPED, "oskar-vendt"),),
        recipient=(Party("the Front", "oskar-vendt"),),
        voice=Voice(TYPED, "oskar-vendt", TYPED, stance="denies", via=(TYPED,)),
        harm=(replace(dead(3, TYPED), side="oskar-vendt"),),
    )
    assert (left.actor, left.recipient, left.voice) == ((Party(GIVEN),), (Party(GIVEN),), Voice(GIVEN, stance="denies"))
    assert [(harm.best, harm.who, harm.side) for harm in left.harm] == [(3, None, None)]


def test_a_typed_number_stands_at_the_words_of_the_protected_text_and_keeps_a_side_that_is_known(leave):
    left = leave(harm=(replace(dead(3), side="xva.nf"), replace(dead(1), kind="injured", side="civilians")))
    assert [(harm.start, harm.end, harm.side) for harm in left.harm] == [(10, 12, "xva.nf"), (3, 23, "civilians")]


def test_a_typed_day_leaves_as_a_date(leave):
    left = leave(time=on("2032-05-14", f"the day {TYPED} died"))
    assert (left.time.begin, left.time.text) == ("2032-05-14", "2032-05-14")


def test_a_typed_place_is_the_records_or_no_more_than_its_country(leave):
    assert leave(place=Spot("Orl", "Orl", latitude=1.5, longitude=2.5)).place == ORL
    yard = Spot(f"{TYPED}'s yard", f"{TYPED}'s yard", None, "XVA", f"{TYPED} Province", 1.5, 2.5)
    assert leave(place=yard).place == Spot(GIVEN, country="XVA", precision=6)
    assert leave(place=None).place is None


def test_no_account_tells_a_place_more_exactly_than_another_of_its_incident(plain, safe, actors):
    rough = Place(0, 3, "Orl", "Orl", "village", "XVA", "North", 30.3, -40.2, None, 2, 0.9)
    other = account("r2", near=(MERN,))
    known = _passed(plain, safe, {(ORL.latitude, ORL.longitude): rough}) | _passed(other, other)
    told = together([Overlaid(plain, plain), Overlaid(other, other)], known, actors)
    assert {(one.place.latitude, one.place.precision) for one in told} == {(30.3, 2)}
    assert {spot.latitude for spot in told[1].scene.places} == {30.3}
    assert told[1].near == (MERN,)


def test_origins_are_numbered_as_their_incident_lists_them_and_keep_words_that_are_said_anyhow(actors):
    early = account(
        "r2", published="2032-05-12", origin="name:zora", origin_words="Zora, as quoted by Paper r2", group="r-zora"
    )
    late = account("r1", origin="name:ana", origin_words="Paper r1", group="r-ana")
    left = laid([Overlaid(late, late), Overlaid(early, early)], _passed(late, late) | _passed(early, early), actors)
    assert [(one.origin, one.group, one.origin_words) for one in left] == [
        ("origin 2", "group 2", "Paper r1"),
        ("origin 1", "group 1", "origin 1"),
    ]


def test_what_the_machine_does_not_have_any_more_does_not_leave(plain, safe, actors):
    assert laid([Overlaid(one, one) for one in (replace(plain, event="e9"), account("r9"))], _passed(plain, safe), actors) == []


def test_records_show_whom_they_know_by_ids_and_by_words():
    told = account(actor=(ARMY,), voice=Voice("the spokesman", "xva.nf", "Northern Front", "XVA", "asserts"))
    found = _parties([told])
    assert found["XVA-MIL"] == found["the army"] == ARMY
    assert found["xva.nf"].name == "Northern Front"
