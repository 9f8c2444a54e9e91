"""To whom statements go back, and how many independent origins there are. Records are made by hand; nothing told here took place."""

from __future__ import annotations

from itertools import permutations

import pytest

from trucewatch.ledger.origins import independent, statement_origin
from trucewatch.ledger.origins.voices import hidden, name_words, office_on
from trucewatch.model import Actor, ActorRef, Basis, Claim, Coded, Event, Mention, Origin, Report

TUR_GOV = ActorRef("TUR-GOV", "Turkey: government", "government", "TUR", "TURGOV")
TUR_MIL = ActorRef("TUR-MIL", "Turkey: military", "military", "TUR", "TURMIL")
RUS_GOV = ActorRef("RUS-GOV", "Russia: government", "government", "RUS", "RUSGOV")
TURKEY = ActorRef("TUR", "Turkey", "state", "TUR", "TUR")
AKAR = ActorRef("person.tur.hulusi-akar", "Hulusi Akar", "person", "TUR", "TURGOV")
SHOIGU = ActorRef("person.rus.sergei-shoigu", "Sergei Shoigu", "person", "RUS", "RUSGOV")
KONASHENKOV = ActorRef("person.rus.igor-konashenkov", "Igor Konashenkov", "person", "RUS", "RUSMIL")
NASRALLAH = ActorRef("person.lbn.hassan-nasrallah", "Hassan Nasrallah", "person", "LBN", "LBNREB")
HEZBOLLAH = ActorRef("lbn.hezbollah", "Hezbollah", "militia", "LBN", "LBNREB")
ARMY = ActorRef("MIL", "military", "military", None, "MIL")
GOV = ActorRef("GOV", "government", "government", None, "GOV")
POLICE = ActorRef("COP", "police", "police", None, "COP")
SYRIANS = ActorRef("SYR-CVL", "Syria: civilians", "civilian", "SYR", "SYRCVL")
REUTERS = ActorRef("media.reuters", "Reuters", "media", "GBR", "GBRMED")


def said(source, claimant=None, *, name="c1", within=None, conduit=()):
    words = (Mention(0, len(source), source),) if source else ()
    carried = tuple(Mention(0, len(medium), medium) for medium in conduit)
    return Claim(name, words, (), (), "asserts", claimant, within, conduit=carried)


def told(*claims, publisher="Kestrian Courier", report="r1", origin=None, actors=(), published="2020-03-16"):
    """A record with one event, held by the first claim if there is any."""
    word = Mention(0, 7, "shelled")
    event = Event(
        "e1", "ASSAULT", None, (), None, 4, None, None, word, (), (), (), "happened", claims[0].id if claims else None,
        None, None, (), 0, 0, 7, 1.0, Basis("", ""),
    )  # fmt: skip
    about = Report(report, "shelled", published, publisher=publisher, origin=origin)
    return Coded(report, "coded", (), about, claims=tuple(claims), events=(event,), actors=tuple(actors))


def origin_of(*claims, group="g1", first=None, **about):
    coded = told(*claims, **about)
    return statement_origin(coded, coded.events[0], group, first=first)


# --- named claimants --------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("source", "ref"),
    [
        ("The Turkish defence ministry", TUR_GOV),
        ("A spokesman for the Turkish Ministry of National Defense", TUR_GOV),
        ("Turkey's Defence Minister Hulusi Akar", AKAR),
        ("Akar", AKAR),
        ("The Turkish army", TUR_MIL),
    ],
)
def test_a_ministry_its_spokesman_and_its_minister_are_one(source, ref):
    assert (origin_of(said(source, ref)).key, origin_of(said(source, ref)).kind) == ("TUR-MIL", "claimant")


def test_a_minister_speaks_for_the_office_he_holds_that_day():
    assert origin_of(said("Shoigu", SHOIGU), published="2020-03-16").key == "RUS-MIL"
    assert origin_of(said("Shoigu", SHOIGU), published="2024-09-01").key == "RUS-GOV"
    assert origin_of(said("Igor Konashenkov", KONASHENKOV)).key == "RUS-MIL"
    assert office_on("person.tur.hulusi-akar", "1990-01-01") == ""


def test_other_ministries_and_the_capital_speak_as_the_government():
    for source, ref in (("Ankara", TURKEY), ("The Turkish foreign ministry", TUR_GOV), ("Turkish officials", TUR_GOV)):
        assert origin_of(said(source, ref)).key == "TUR-GOV"


def test_the_leader_of_a_movement_speaks_for_it():
    assert origin_of(said("Hassan Nasrallah", NASRALLAH)).key == origin_of(said("Hezbollah", HEZBOLLAH)).key == "lbn.hezbollah"


def test_two_states_are_two():
    assert origin_of(said("Moscow", RUS_GOV)).key != origin_of(said("Ankara", TUR_GOV)).key


def test_a_named_source_that_the_actor_file_lacks_is_known_by_its_name():
    full = origin_of(said("hospital director Ilva Renn"), publisher="A")
    assert full.key == origin_of(said("Ilva Renn"), publisher="B", group="g2").key == "name:ilvarenn"
    assert origin_of(said("the mayor of Aldun")).key != origin_of(said("the council of Aldun")).key
    assert origin_of(said("a spokesman of the Karsh Mission")).key == origin_of(said("The Karsh Mission")).key


def test_a_surname_alone_is_the_person_named_in_full_before():
    first, second = said("Renn", name="c2"), said("hospital director Ilva Renn", name="c1")
    assert origin_of(first, second).key == "name:ilvarenn"
    third = said("teacher Ola Renn", name="c3")
    assert origin_of(first, second, third).key == "name:renn"


def test_the_army_is_the_one_army_that_the_report_names():
    turks = Actor("TUR-MIL", "Turkey: military", "military", "TUR", "TURMIL", ())
    russians = Actor("RUS-MIL", "Russia: military", "military", "RUS", "RUSMIL", ())
    assert origin_of(said("The army", ARMY), actors=[turks]).key == "TUR-MIL"
    assert origin_of(said("The army", ARMY), actors=[turks, russians]).key == "group:g1"


def test_a_ministrys_spokeswoman_speaks_for_the_ministry_that_the_report_names():
    spokeswoman = said("ministry spokeswoman Ilva Renn", TUR_GOV, name="c1")
    ministry, other = said("the Turkish Defence Ministry", TUR_GOV, name="c2"), said("the Foreign Ministry", TUR_GOV, name="c3")
    assert origin_of(spokeswoman, ministry).key == "TUR-MIL"
    assert origin_of(spokeswoman, ministry, other).key == "TUR-GOV"


# --- unnamed sources, agencies, own voice -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("source", "ref"),
    [
        ("", None), ("a spokesman", GOV), ("residents", None), ("The governor", GOV), ("a police source", POLICE), ("Syrian residents", SYRIANS),
        ("a senior Turkish official", TUR_GOV), ("Turkish military sources", TUR_MIL), ("an official who spoke on condition of anonymity", TUR_GOV),
    ],
)  # fmt: skip
def test_an_unnamed_source_of_two_papers_is_not_one(source, ref):
    one, other = origin_of(said(source, ref), group="g1"), origin_of(said(source, ref), publisher="Other", group="g2")
    assert one.kind == "group"
    assert one.key != other.key
    assert one.words == "an unnamed source of Kestrian Courier"


def test_an_official_with_a_name_is_no_unnamed_one():
    assert not hidden("a Turkish official, Mehmet Kaya")
    assert hidden("")
    assert name_words("two senior officials") == ""


def test_an_unnamed_source_within_a_named_one_goes_back_to_the_named_one():
    inner, outer = said("villagers", None, within="c2"), said("the Turkish army", TUR_MIL, name="c2")
    assert origin_of(inner, outer).key == "TUR-MIL"


def test_a_source_known_by_its_kind_alone_belongs_to_its_report():
    council = said("protest organisers")
    assert origin_of(council).kind == "claimant"
    assert origin_of(council).key != origin_of(council, group="g2").key


def test_an_agency_carries_what_nobody_is_named_for():
    told_reuters = origin_of(said("a police spokesman", POLICE, conduit=["Reuters"]))
    reported = origin_of(said("Reuters", REUTERS), publisher="Other", group="g2")
    signed = origin_of(origin=Origin("Reuters", None, None, "republished", 7, 14), publisher="Third", group="g3")
    own = origin_of(publisher="Reuters", first="Reuters", group="g4")
    assert {told_reuters.key, reported.key, signed.key, own.key} == {"media.reuters"}
    assert [found.kind for found in (told_reuters, reported, signed, own)] == ["agency", "agency", "agency", "group"]


def test_a_named_claimant_comes_before_the_agency_that_carries_it():
    assert origin_of(said("The Turkish army", TUR_MIL, conduit=["Reuters"])).key == "TUR-MIL"


def test_a_paper_that_was_told_something_itself_is_no_agency():
    assert origin_of(said("a resident", None, conduit=["the Kestrian Courier"])).key == "group:g1"
    assert origin_of(said("Kestrian Courier")).key == "group:g1"


def test_the_reports_own_voice_goes_back_to_its_group():
    assert origin_of(group="g7").key == "group:g7"
    copy, first = (
        origin_of(first="Valley Post", publisher="Open Mirror"),
        origin_of(first="Valley Post", publisher="Valley Post", group="g9"),
    )
    assert copy.key == first.key == "name:valleypost"
    assert (copy.words, first.words) == ("Valley Post, as taken over by Open Mirror", "Valley Post, in its own voice")


def test_claims_that_enclose_each_other_in_a_ring_do_not_hang():
    assert origin_of(said("", within="c2"), said("", name="c2", within="c1")).kind == "group"


# --- counting -----------------------------------------------------------------------------------------------------------------------------


def test_three_papers_that_quote_one_ministry_are_one_origin():
    accounts = [
        origin_of(said("The Turkish army", TUR_MIL), publisher=name, report=name, group=name) for name in ("A", "B", "C")
    ]
    found = independent(accounts)
    assert found.number == 1
    assert found.origins[0].words == "Turkey (defence ministry and armed forces), as quoted by 3 papers (A, B and C)"
    assert found.words == f"1 independent origin in 3 reports: {found.origins[0].words}."
    assert found.origins[0].why[0] == "A: the claim names its source as “The Turkish army”"


def test_the_count_does_not_depend_on_the_order_and_says_why():
    accounts = [
        origin_of(said("The Turkish army", TUR_MIL), publisher="A", report="1", group="1"),
        origin_of(said("Hulusi Akar", AKAR), publisher="B", report="2", group="2"),
        origin_of(publisher="C", report="3", group="3"),
        origin_of(publisher="D", report="4", group="3"),
        origin_of(said("residents"), publisher="E", report="5", group="5"),
    ]
    expected = independent(accounts)
    assert expected.number == 3
    assert {found.reports for found in expected.origins} == {("1", "2"), ("3", "4"), ("5",)}
    assert all(independent(order) == expected for order in permutations(accounts))


def test_many_papers_are_counted_not_listed():
    accounts = [origin_of(said("Hezbollah", HEZBOLLAH), publisher=f"P{k}", report=f"{k}") for k in range(7)]
    assert independent(accounts).origins[0].words == "Hezbollah, as quoted by 7 papers (P0, P1, P2 and 4 more)"


def test_one_paper_twice():
    accounts = [origin_of(said("Hezbollah", HEZBOLLAH), report=str(k)) for k in range(2)]
    assert independent(accounts).origins[0].words == "Hezbollah, as quoted by Kestrian Courier in 2 reports"


def test_no_account_has_no_origin():
    assert (independent(()).number, independent(()).words) == (0, "No account, so no origin.")
