"""The ledger over time and the day's situation, over incidents made by hand. Invented places and sides."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.ledger.account_samples import ARMY, FRONT, ORL, account, dead, on

from trucewatch.ledger.findings import Book
from trucewatch.ledger.incidents import summarise
from trucewatch.ledger.over_time import NOBODY, Leaf, over_time, told_days, window
from trucewatch.ledger.situation import situation, unheld
from trucewatch.model.agreement import Agreement, Area, Involved, Match, Period, Term
from trucewatch.model.incident import Voice

VALLEY = Area(
    "valley",
    "polygon",
    "the valley",
    polygons=((((-41.0, 30.0), (-39.5, 30.0), (-39.5, 31.0), (-41.0, 31.0), (-41.0, 30.0)),),),
)
MATCHES = (
    Match("breaches", category="shelling"),
    Match("fulfils", category="prisoner release", who="anyone"),
    Match("prevents verification", category="access denied", who="anyone"),
)
FIRE = Term(
    "fire", "Ceasefire", "No fire.", ("no fire",), ("XVA", "xva.nf"), area=VALLEY, period=Period("2032-05-01"), matches=MATCHES
)
DEAL = Agreement(
    "deal", "A deal", "2032-05-01", "Lumen", "Intra", "Cea", (Involved("XVA", "Varenia", "signed"), Involved("xva.nf", "the Front", "signed")),
    (), (FIRE, replace(FIRE, id="late", label="Later", period=Period("2032-05-10"))), fictional=True,
)  # fmt: skip
SIDES = {"Paper a": "XVA"}


def leaf(name, *accounts):
    incident = summarise(name, accounts)
    return Leaf.of(incident, accounts, Book(DEAL).hold(incident, accounts))


def shelled(report, day, **other):
    return account(report, day=day, **{"actor": (ARMY,), "published": "2032-05-13", **other})


LEAVES = (
    leaf("i-1", shelled("a", "2032-05-03")),
    leaf("i-2", shelled("a", "2032-05-12", harm=(dead(2),)), shelled("b", "2032-05-12", origin="o-b", harm=(dead(4),))),
    leaf("i-3", shelled("c", "2032-05-12", actor=(FRONT,))),
    leaf("i-4", shelled("d", "2032-05-11", truce="prisoner release", type="RETREAT", mode=None, actor=())),
    leaf("i-5", shelled("e", None)),
    leaf("i-6", shelled("f", "2032-05-12", truce="access denied", type="COERCE", mode=None, actor=())),
    leaf("i-7", shelled("g", None, time=replace(on("2032-05-11"), value="2032-05", precision="month", until="2032-05-12"))),
)


@pytest.fixture(scope="module")
def told():
    return over_time(DEAL, LEAVES, sides=SIDES)


def test_counts_stand_apart_by_day_bearing_status_and_grade(told):
    counts = told.of("fire").counts
    assert sum(count.number for count in counts) == 7
    assert {(c.day, c.number) for c in counts if c.bearing == "breaches"} == {
        ("2032-05-03", 1), ("2032-05-12", 1), ("2032-05-11", 1), (None, 1)
    }  # fmt: skip
    twelfth = [(c.status, c.grade, c.number) for c in counts if (c.day, c.bearing) == ("2032-05-12", "breaches")]
    assert ("corroborated", "independent", 1) in twelfth
    assert ("alleged", "single origin", 1) in twelfth


def test_a_party_answers_for_what_is_laid_to_it_alone(told):
    assert told.of("fire", "XVA").total("breaches") == 4
    assert told.of("fire", "xva.nf").total("breaches") == 1
    assert told.of("fire", NOBODY).total("fulfils", "prevents verification") == 2
    assert told.of("fire", NOBODY).total("breaches") == 0


def test_quiet_days_are_told_with_those_of_which_nothing_is_told(told):
    quiet = told.of("fire").quiet
    assert (told.begin, told.until) == ("2032-05-03", "2032-05-13")
    assert (quiet.in_force, quiet.without_breach, quiet.of_those_reported) == (11, 8, 0)
    assert "on 8 of those nothing at all is reported, which is not the same as calm" in quiet.words


def test_quiet_days_of_an_area_are_those_of_all_its_terms(told):
    (valley,) = told.areas
    assert (valley.area, valley.terms) == ("the valley", ("fire", "late"))
    assert valley.quiet == told.of("fire").quiet
    elsewhere = replace(
        VALLEY, id="hills", label="the hills", polygons=((((10.0, 10.0), (11.0, 10.0), (11.0, 11.0), (10.0, 10.0)),),)
    )
    two = replace(DEAL, terms=(FIRE, replace(FIRE, id="hills", area=elsewhere)))
    held = [Leaf(one.incident, Book(two).hold(one.incident, ()), one.voices) for one in LEAVES]
    assert [(area.area, area.quiet.without_breach) for area in over_time(two, held).areas] == [
        ("the valley", 11),
        ("the hills", 11),
    ]


def test_a_day_within_a_span_of_a_reported_breach_is_not_quiet(told):
    assert told_days(LEAVES[6].incident) == ("2032-05-11", "2032-05-12")
    assert told.of("late").quiet.without_breach == 2  # the 10th and the 13th


def test_the_week_stands_against_the_week_before_with_the_reports_of_both(told):
    trend = told.of("fire", "XVA").trend
    assert (trend.week, trend.before) == (("2032-05-07", "2032-05-13"), ("2032-04-30", "2032-05-06"))
    assert trend.counts == (("breaches", 2, 1),)
    assert trend.reports == (8 - 1 + 0, 0)
    assert "breaches: 2, the week before 1" in trend.words


def test_who_reports_on_whom_stands_beside_with_the_publishers_side(told):
    rows = {(row.accused, row.publisher): row for row in told.coverage}
    assert (rows["XVA", "Paper a"].breaches, rows["XVA", "Paper a"].side) == (2, "XVA")
    assert (rows["xva.nf", "Paper c"].breaches, rows["xva.nf", "Paper c"].side) == (1, None)
    assert (rows[None, "Paper d"].breaches, rows[None, "Paper d"].kept) == (0, 1)


def test_what_falls_outside_the_days_asked_for_is_not_counted():
    told = over_time(DEAL, LEAVES, begin="2032-05-12", until="2032-05-12")
    assert {count.day for count in told.of("fire").counts} == {"2032-05-12", None}
    assert told.of("fire").quiet.in_force == 1


def test_a_withdrawn_breach_does_not_break_the_quiet():
    first = shelled("a", "2032-05-03", origin="o", published="2032-05-03")
    back = shelled("b", "2032-05-03", origin="o", published="2032-05-04", status="denied")
    told = over_time(DEAL, [leaf("i", first, back)])
    assert [count.status for count in told.of("fire").counts] == ["withdrawn"]
    assert told.of("fire").quiet.without_breach == told.of("fire").quiet.in_force == 2


def test_nothing_told_makes_a_ledger_without_findings():
    told = over_time(DEAL, ())
    assert told.of("fire").total("breaches") == 0
    assert told.coverage == ()


def section(found, title):
    return next(section for section in found.sections if section.title == title)


def rows(found, title):
    return {row[0]: row[1:] for row in section(found, title).grid.rows}


def test_the_day_is_held_against_the_day_before():
    found = situation(DEAL, LEAVES, "2032-05-12")
    assert found.incidents == ("i-2", "i-3", "i-6")
    assert rows(found, "Overview")["told as a breach"] == ("2", "0")
    assert rows(found, "Overview")["told as keeping it, whole or in part"] == ("0", "1")
    assert rows(found, "By area")["the valley"] == ("3", "1")
    assert rows(found, "By category")["Shelling"] == ("2", "0")
    assert rows(found, "Harm to people")["killed"] == ("2 to 4", "none told")
    assert section(found, "How it is founded").sentences[0].startswith("2 of 3 incidents rest on one origin")


def test_the_day_says_what_nobody_saw_what_is_open_and_what_is_disputed():
    found = situation(DEAL, LEAVES, "2032-05-12")
    assert "[i-6]" in section(found, "What was not seen").sentences[0]
    assert "[i-7]" in section(found, "Told of several days, this one among them").sentences[0]
    denied = leaf(
        "i-8",
        shelled("a", "2032-05-12"),
        shelled("b", "2032-05-12", status="denied", voice=Voice("the army", "XVA-MIL", None, "XVA", "denies")),
    )
    assert "[i-8]" in section(situation(DEAL, [denied], "2032-05-12"), "What is disputed").sentences[0]
    kept = situation(DEAL, LEAVES, "2032-05-11")
    assert "“Ceasefire” is told as kept" in section(kept, "What was kept").sentences[0]


def test_where_nothing_is_held_against_the_day_is_told_by_province():
    found = unheld(LEAVES, "2032-05-12", "The valley")
    assert found.title == "The valley: 12 May 2032"
    assert found.incidents == ("i-2", "i-3", "i-6")
    assert sum(int(row[0]) for row in rows(found, "By area").values()) == 3
    assert rows(found, "By category")["Shelling"] == ("2", "0")
    assert {"What was not seen", "What was kept"}.isdisjoint(section.title for section in found.sections)
    assert (
        "That nothing is reported does not say that nothing happened."
        in section(unheld([], "2032-05-12", "x"), "Overview").sentences
    )


def test_a_day_without_reports_is_not_called_calm():
    found = situation(DEAL, LEAVES, "2032-05-09")
    assert "That nothing is reported does not say that nothing happened." in section(found, "Overview").sentences
    assert "neither kept nor broken" in section(found, "What was not seen").sentences[-1]


def test_an_incident_elsewhere_and_one_without_a_place_are_counted_as_such():
    far = leaf("i-9", shelled("a", "2032-05-12", place=replace(ORL, latitude=10.0)))
    lost = leaf("i-10", shelled("b", "2032-05-12", place=None))
    found = rows(situation(DEAL, [far, lost], "2032-05-12"), "By area")
    assert (found["the valley"][0], found["elsewhere"][0], found["place not told"][0]) == ("0", "1", "1")


def test_terms_that_share_their_matches_get_the_findings_they_get_alone():
    accounts = (shelled("a", "2032-05-12"), shelled("b", "2032-05-12", status="denied"))
    incident = summarise("i", accounts)
    both = Book(DEAL).hold(incident, accounts)
    alone = [finding for term in DEAL.terms for finding in Book(replace(DEAL, terms=(term,))).hold(incident, accounts)]
    assert list(both) == alone
    assert [finding.term for finding in both] == ["fire", "late"]


def test_a_far_year_and_a_bare_month_do_not_stretch_the_days():
    leaves = (
        *LEAVES,
        leaf("i-8", shelled("h", "2032-05-03", published="9999-12-31")),
        leaf("i-9", shelled("k", "2032-05-03", published="2032-07")),
    )
    assert window(DEAL, leaves, None, None) == ("2032-05-03", "2032-05-13")
