"""Two accounts held against each other: what ties, what parts, and that the words for it are true."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.ledger.account_samples import ARMY, DISTRICT, FRONT, MERN, MINISTRY, NEAR_ORL, ORL, SPOKESMAN, account, dead, on

from trucewatch.ledger import tables
from trucewatch.ledger.blocking import MOST, blocks
from trucewatch.ledger.compare import compare
from trucewatch.model.incident import Voice


def same(a, b):
    found = compare(a, b)
    return found.score > 0 and not found.barred


def test_same_act_place_and_day_are_one():
    assert same(account("r1"), account("r2"))


def test_order_does_not_matter():
    a, b = account("r1", harm=(dead(4),)), account("r2", harm=(dead(5),), published="2032-05-15")
    assert compare(a, b) == compare(b, a)


def test_villages_six_kilometres_apart_are_two_whoever_fired():
    a = account("r1", actor=(FRONT,), recipient=(ARMY,))
    b = account("r2", place=MERN, actor=(ARMY,), recipient=(FRONT,))
    assert compare(a, b).barred
    assert compare(a, b).reasons[0] == "different places, Orl and Mern"


def test_a_village_within_the_district_may_be_it():
    found = compare(account("r1"), account("r2", place=DISTRICT))
    assert not found.barred
    assert "one place lies in the other" in found.reasons


def test_consecutive_days_are_two():
    found = compare(account("r1"), account("r2", day="2032-05-13"))
    assert found.barred
    assert "different days, 12 May 2032 and 13 May 2032" in found.reasons


def test_a_day_wrong_by_one_does_not_part_what_agrees_in_everything_else():
    words = ("object market", "name holm", "word stall")
    a = account("r1", harm=(dead(4, "traders"),), words=words)
    b = account("r2", day="2032-05-13", harm=(dead(4, "traders"),), words=words, published="2032-05-14")
    assert same(a, b)


def test_a_night_touches_two_days():
    a = account("r1", time=on("2032-05-12", "late on 12 May"))
    b = account("r2", time=on("2032-05-13", "the early hours of 13 May"), published="2032-05-14")
    assert not compare(a, b).barred


def test_two_days_apart_are_two_even_at_night():
    a = account("r1", time=on("2032-05-12", "late on 12 May"))
    assert compare(a, account("r2", time=on("2032-05-14", "overnight"), published="2032-05-15")).barred


def test_who_did_it_may_be_disputed():
    a = account("r1", actor=(FRONT,), voice=MINISTRY)
    b = account("r2", actor=(ARMY,), voice=SPOKESMAN)
    found = compare(a, b)
    assert same(a, b)
    assert "who did it is disputed between the sides" in found.reasons


def test_a_denial_meets_what_it_denies():
    assert same(account("r1", actor=(FRONT,)), account("r2", status="denied", actor=(FRONT,)))


def test_a_rising_toll_is_no_contradiction():
    a = account("r1", harm=(dead(4),))
    late = compare(a, account("r2", harm=(dead(6),), published="2032-05-15"))
    far = compare(a, account("r2", harm=(dead(60),), published="2032-05-15"))
    assert late.score > far.score
    assert "four dead, later six" in late.reasons


def test_the_same_number_is_evidence():
    a = account("r1", harm=(dead(4),))
    assert compare(a, account("r2", harm=(dead(4),))).score > compare(a, account("r2")).score
    assert "four dead in both" in compare(a, account("r2", harm=(dead(4),))).reasons


def test_market_and_bus_station_of_one_town_speak_against_one():
    a = account("r1", words=("object market",))
    other, like = account("r2", words=("object bus station",)), account("r2", words=("object market",))
    assert compare(a, other).score < compare(a, account("r2")).score < compare(a, like).score
    assert "both name the market" in compare(a, like).reasons


def test_acts_of_different_kinds_are_not_one():
    held = account("r2", type="CONSULT", mode=None, truce="talks held")
    assert not same(account("r1"), held)


def test_published_before_the_day_is_not_it():
    assert compare(account("r1"), account("r2", day=None, published="2032-05-10")).barred


def test_a_plan_published_before_the_day_is_not_barred():
    assert not compare(account("r1"), account("r2", status="planned", published="2032-05-10")).barred


def test_the_report_itself_says_what_is_one():
    one, same_strand, other = account("r1", 1, strand=1), account("r1", 2, strand=1), account("r1", 3, strand=2)
    assert same(one, same_strand)
    assert compare(one, other).score < compare(one, same_strand).score
    assert "told apart in one report" in compare(one, other).reasons


def test_near_a_village_is_not_the_next_one():
    assert not same(account("r1", place=NEAR_ORL), account("r2", place=MERN))


def test_a_place_that_only_its_words_name_is_met():
    unplaced = account("r2", place=None, words=("name orl",))
    assert "the place of one is named in the other" in compare(account("r1"), unplaced).reasons
    assert blocks(account("r1")) & blocks(unplaced)


@pytest.mark.parametrize(
    "other",
    [
        account("r2"),
        account("r2", day=None),
        account("r2", day="2032-05-11"),
        account("r2", place=DISTRICT),
        account("r2", status="denied"),
    ],
)
def test_what_may_be_one_shares_a_block(other):
    assert blocks(account("r1")) & blocks(other)


def test_blocks_are_few_and_none_for_words():
    rich = account(
        "r1",
        harm=(dead(4), dead(5, "soldiers")),
        words=("name holm", "name stern", "object market"),
        type="PROTEST",
        truce=None,
    )
    assert 0 < len(blocks(rich)) <= MOST
    assert not blocks(account("r1", type="ACCUSE", mode="disapprove", truce=None))


def test_vague_accounts_of_other_months_do_not_meet():
    a = account("r1", place=None, day=None, published="2032-05-13")
    assert not blocks(a) & blocks(replace(account("r2", place=None, day=None), published="2032-08-01"))


def test_a_voice_of_no_side_disputes_nothing():
    a = account("r1", actor=(FRONT,), voice=Voice("a doctor"))
    b = account("r2", actor=(ARMY,), voice=Voice("a nurse"))
    assert "different sides are said to have done it" in compare(a, b).reasons
    assert compare(a, b).score < compare(account("r1", actor=(FRONT,)), account("r2", actor=(FRONT,))).score
    assert ORL.name in " ".join(compare(a, b).reasons)


def test_a_day_told_as_its_beginning_does_not_touch_the_next():
    early = account("r1", time=on("2032-05-12", "early on Tuesday"))
    assert compare(early, account("r2", day="2032-05-13", published="2032-05-14")).barred
    assert not compare(early, account("r2", day="2032-05-11")).barred


def test_a_place_and_what_bears_its_name_may_be_one():
    crossing = replace(ORL, text="Orl crossing", name="Orl crossing", kind="crossing", latitude=30.5)
    assert not compare(account("r1"), account("r2", place=crossing)).barred


def test_who_strikes_and_is_struck_in_turn_speaks_against_one():
    ours = {"actor": (ARMY,), "recipient": (FRONT,)}
    theirs = {"actor": (FRONT,), "recipient": (ARMY,)}
    found = compare(account("r1", place=None, **ours), account("r2", place=None, **theirs))
    assert found.score < compare(account("r1", place=None, **ours), account("r2", place=None, **ours)).score - 2


def test_common_words_tell_less_than_rare_ones():
    assert tables.rarity("national") < tables.rarity("saucepan") == 1.0
    rare = compare(account("r1", words=("word saucepan",)), account("r2", words=("word saucepan",))).score
    common = compare(account("r1", words=("word national",)), account("r2", words=("word national",))).score
    assert rare > common


def test_a_victim_named_weeks_later_shares_a_block():
    later = account("r2", place=None, day=None, published="2032-06-20", words=("name voss",))
    assert blocks(account("r1", words=("name voss",))) & blocks(later)
