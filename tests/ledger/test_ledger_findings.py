"""Findings: the demonstration's five reports against its own agreement, and what each part of a finding rests on. All invented."""

from __future__ import annotations

from dataclasses import replace

import pytest

from trucewatch.ledger.agreements import desks, find, load
from trucewatch.ledger.agreements.defaults import matches
from trucewatch.ledger.findings import Book
from trucewatch.ledger.findings import hold as hold_all
from trucewatch.ledger.incidents import summarise
from trucewatch.ledger.naming_parties import named_in_full
from trucewatch.ledger.over_time import Leaf
from trucewatch.ledger.together import together
from trucewatch.model import Mention
from trucewatch.model.agreement import Carve, Match
from trucewatch.model.incident import Account, Party, Scene, Spot, Voice, When

ARMY = Party("the army", "XVA-MIL", "Varenian army", "military", "XVA", "XVAMIL")
FRONT = Party("the Front", "xva.nf", "Northern Front", "rebel", "XVA", "XVAREB")
RESIDENTS = Party("residents", "CVL", "civilians", "civilian", None, "CVL")
ORL = Spot("Orl", "Orl", "village", "XVA", "North", 30.28, -40.15, None, 1)
FAR = Spot("Far", "Far", "village", "XVA", "South", 20.0, -20.0, None, 1)
DAY = When("12 May", "2031-05-12", "day", "2031-05-12", "2031-05-12")


@pytest.fixture(scope="module")
def agreement():
    path = find("karsh-2031")
    return load(path, *desks(path))


@pytest.fixture(scope="module")
def found(dossier, agreement):
    """Findings of the demonstration by term, with the headline of their incident."""
    made = together(dossier)
    book = Book(agreement)
    result = {}
    for incident in made.incidents:
        for finding in book.hold(incident, [made.accounts[teller.account] for teller in incident.tellers]):
            result.setdefault(finding.term, []).append((incident.headline, finding))
    return result


def account(
    key="r-1/e-1", *, truce="shelling", type_="ASSAULT", status="happened", actor=(FRONT,), place=ORL, time=DAY, **change
):
    words = "shelled the village"
    made = Account(
        key=key, report=key.partition("/")[0], event=key.partition("/")[2], number=1, published="2031-05-13", publisher="Valley Post",
        title=None, type=type_, mode=None, truce=truce, status=status, actor=tuple(actor), recipient=(), instrument=(), place=place,
        time=time, harm=(), voice=Voice(), predicate=Mention(0, 7, "shelled"), start=0, end=len(words), quote=words, sentence=words,
        confidence=0.9,
    )  # fmt: skip
    return replace(made, **change)


def hold(agreement, *accounts):
    told = [a for a in accounts if a.status != "planned"]
    return {f.term: f for f in Book(agreement).hold(summarise("i-1", told), accounts)}


def one(found, term, part):
    return next(finding for headline, finding in found[term] if part in headline)


def test_a_patrol_cut_short_fulfils_in_part(found):
    finding = next(f for _, f in found["joint-patrols"] if f.bearing == "fulfils in part")
    assert set(finding.bearers) == {"XVS", "XVK"}
    assert finding.area.kind in {"inside", "partly"}


def test_access_denied_breaches_and_keeps_others_from_seeing(found):
    assert one(found, "monitors", "Access denied").bearing == "breaches"
    assert one(found, "ceasefire", "Access denied").bearing == "prevents verification"


def test_blame_of_opposed_sides_is_contested(found):
    finding = one(found, "ceasefire", "protected site")
    assert (finding.bearing, finding.status) == ("breaches", "contested")
    assert finding.denied_by
    assert finding.alleged_by
    assert all(quote.text for quote in finding.words)


def test_what_was_agreed_before_the_term_began_has_no_bearing(found):
    finding = one(found, "talks", "Agreement signed")
    assert finding.bearing == "no bearing"
    assert "before" in finding.reasons[0]


def test_every_finding_has_reasons_and_words(found):
    every = [finding for findings in found.values() for _, finding in findings]
    assert len(every) > 10
    assert all(finding.reasons and finding.words and finding.alleged_by for finding in every)


def test_outside_the_area_has_no_bearing_and_says_by_how_much(agreement):
    finding = hold(agreement, account(place=FAR))["ceasefire"]
    assert finding.bearing == "no bearing"
    assert "outside the area" in finding.reasons[0]
    assert "km" in finding.reasons[0]


def test_who_is_not_bound_obstructs_and_does_not_breach(agreement):
    finding = hold(agreement, account(truce="road blocked", type_="COERCE", actor=(RESIDENTS,)))["open-road"]
    assert (finding.bearing, finding.bearers) == ("obstructs", ())
    assert "does not bind" in " ".join(finding.reasons)


def test_whom_no_report_names_may_be_a_bearer(agreement):
    finding = hold(agreement, account(actor=()))["ceasefire"]
    assert finding.bearing == "breaches"
    assert "No report says who did it." in finding.reasons


@pytest.mark.parametrize(("day", "bearing"), [("2031-05-08", "no bearing"), ("2031-05-12", "breaches")])
def test_not_having_withdrawn_is_a_breach_after_the_deadline_only(agreement, day, bearing):
    told = account(
        truce="withdrawal", type_="RETREAT", status="denied", actor=(ARMY,), quote="no signs of a withdrawal of heavy weapons",
        time=When(day, day, "day", day, day),
    )  # fmt: skip
    assert hold(agreement, told)["withdraw-weapons"].bearing == bearing


def test_a_denial_by_another_makes_it_contested_and_by_the_same_origin_later_withdrawn(agreement):
    says = account(origin="a", voice=Voice("the army", "XVA-MIL", None, "XVA", "asserts"))
    other = account("r-2/e-1", status="denied", origin="b", voice=Voice("the Front", "xva.nf", None, "XVA", "denies"))
    assert hold(agreement, says, other)["ceasefire"].status == "contested"
    later = account("r-3/e-1", status="denied", origin="a", published="2031-05-15")
    assert hold(agreement, says, later)["ceasefire"].status == "withdrawn"


def test_who_grants_his_own_breach_admits_it(agreement):
    told = account(voice=Voice("a spokesman of the Front", "xva.nf", None, "XVA", "admits"))
    assert hold(agreement, told)["ceasefire"].status == "admitted"


def test_two_origins_corroborate(agreement):
    one_, two = account(origin="a"), account("r-2/e-1", origin="b")
    assert hold(agreement, one_)["ceasefire"].status == "alleged"
    assert hold(agreement, one_, two)["ceasefire"].status == "corroborated"


def test_an_exception_excuses_unless_the_parties_differ_on_it(agreement):
    def carved(**change):
        terms = tuple(
            replace(t, exceptions=(Carve("fire at the Front is allowed", ("xva.nf",), "target", **change),))
            if t.id == "ceasefire"
            else t
            for t in agreement.terms
        )
        return replace(agreement, terms=terms)

    told = account(actor=(ARMY,), recipient=(FRONT,))
    assert hold(carved(), told)["ceasefire"].bearing == "no bearing"
    assert hold(carved(contested=True), told)["ceasefire"].bearing == "breaches"
    assert "read the term differently" in " ".join(hold(carved(contested=True), told)["ceasefire"].reasons)


def test_a_match_with_words_needs_them(agreement):
    match = Match("breaches", category="shelling", words=("rocket", "rockets"))
    terms = tuple(replace(t, matches=(match,)) if t.id == "ceasefire" else t for t in agreement.terms)
    only = replace(agreement, terms=terms)
    assert "ceasefire" not in hold(only, account())
    assert hold(only, account(quote="fired rockets at the village"))["ceasefire"].bearing == "breaches"


def test_the_headline_names_the_act_that_bears(agreement):
    fire = [account(f"r-{k}/e-1") for k in (1, 2)]
    shut = account("r-3/e-2", truce="road blocked", type_="COERCE")
    incident = summarise("i-1", [*fire, shut])
    found = {f.term: f for f in Book(agreement).hold(incident, [*fire, shut])}
    leaf = Leaf.of(incident, [*fire, shut], found.values())
    assert leaf.headline(found["ceasefire"]) == incident.headline
    assert leaf.headline(found["open-road"]).startswith("Road blocked")
    assert leaf.headline(found["open-road"]).partition(" in ")[2] == incident.headline.partition(" in ")[2]


def test_many_at_once_come_to_the_same_as_one_by_one(agreement):
    spots = [replace(ORL, text=f"P{n}", name=f"P{n}", latitude=30.2 + n / 50) for n in range(3)]
    told = [(account(f"r{n}-1/e-1", place=spot), account(f"r{n}-2/e-1", place=spot)) for n, spot in enumerate(spots)]
    cases = [(summarise(f"i-{n}", accounts), accounts) for n, accounts in enumerate(told)]
    one_by_one = [finding for incident, told in cases for finding in Book(agreement).hold(incident, told)]
    assert one_by_one
    assert list(hold_all(agreement, cases)) == one_by_one


def test_what_was_held_and_hindered_is_kept_in_part(agreement):
    held = account(
        truce="patrol held", type_="COOPERATE", actor=(Party("Sorland", "XVS", "Sorland", "state", "XVS", "XVS"),), origin="a"
    )
    hindered = account("r-2/e-1", truce="patrol obstructed", type_="PROTEST", actor=(RESIDENTS,), origin="b")
    assert hold(agreement, held)["joint-patrols"].bearing == "fulfils"
    assert hold(agreement, held, hindered)["joint-patrols"].bearing == "fulfils in part"


BAND = Party("the Red Band", "xva.rb", "Red Band", "rebel", "XVA", "XVAREB")


def test_who_names_nobody_goes_with_those_that_say_who_did_it(agreement):
    nobody = [account(f"r-{number}/e-1", actor=()) for number in (1, 2, 3)]
    named = account("r-4/e-1", actor=(BAND,))
    finding = hold(agreement, *nobody, named)["ceasefire"]
    assert finding.bearing == "obstructs"
    assert "the Red Band" in " ".join(finding.reasons)
    blamed = account("r-5/e-1")
    assert hold(agreement, *nobody, named, blamed)["ceasefire"].bearing == "breaches"


def test_men_of_whom_nothing_is_known_are_nobody_and_residents_are_somebody(agreement):
    men = Party("some men with rifles", "CVL", "civilians", "civilian", None, "CVL")
    assert hold(agreement, account(actor=(men,)))["ceasefire"].bearing == "breaches"
    assert hold(agreement, account(actor=(RESIDENTS,)))["ceasefire"].bearing == "obstructs"
    assert hold(agreement, account(truce="road blocked", type_="COERCE", actor=(men,)))["open-road"].bearing == "obstructs"


def test_a_short_name_is_the_one_that_another_account_gives_in_full(agreement):
    full = account("r-1/e-1", actor=(replace(FRONT, text="the Northern Front"),))
    short = account("r-2/e-1", actor=(Party("a unit of the Front"),))
    assert set(hold(agreement, short, full)["ceasefire"].bearers) == {"xva.nf"}
    assert hold(agreement, short)["ceasefire"].bearers == ()
    other = account("r-3/e-1", actor=(Party("the Salt Front", "xva.sf", "Salt Front", "rebel", "XVA", "XVAREB"),))
    told = [a.actor[0].id for a in named_in_full((full, short, other))]
    assert told == ["xva.nf", None, "xva.sf"]


def test_the_place_that_most_accounts_state_is_where_it_was_and_a_dateline_is_none(agreement):
    scene = Scene("r-1#1", (ORL,))
    written = account("r-1/e-1", place=replace(FAR, text="FAR"), sentence="FAR - Troops shelled Orl.", scene=scene)
    assert hold(agreement, written)["ceasefire"].bearing == "breaches"
    there = [account(f"r-{number}/e-1") for number in (2, 3)]
    assert hold(agreement, *there, account("r-4/e-1", place=FAR))["ceasefire"].bearing == "breaches"


@pytest.mark.parametrize(("quote", "bearing"), [("the patrol of the monitors", "fulfils"), ("the patrol of both armies", None)])
def test_a_patrol_without_monitors_tells_nothing_of_their_freedom(agreement, quote, bearing):
    told = account(truce="patrol held", type_="COOPERATE", actor=(ARMY,), quote=quote)
    finding = hold(agreement, told).get("monitors")
    assert (finding.bearing if finding else None) == bearing


@pytest.mark.parametrize(
    ("obligation", "change", "bearing"),
    [
        ("captives", {"truce": "abduction"}, "breaches"),
        ("captives", {"truce": "abduction", "actor": (BAND,)}, "obstructs"),
        ("humanitarian access", {"truce": "road opened", "type_": "RETREAT"}, "fulfils"),
        ("freedom of movement", {"truce": "aid obstructed", "type_": "COERCE"}, "obstructs"),
        ("freedom of movement", {"truce": "humanitarian passage", "type_": "RETREAT"}, "fulfils"),
        ("freedom of movement", {"quote": "shelled the ferry landing"}, "obstructs"),
        ("freedom of movement", {"quote": "shelled the village"}, None),
        ("civilians", {"truce": "explosive device", "recipient": (RESIDENTS,)}, "breaches"),
        ("protected sites", {"truce": "sabotage", "quote": "blew up the pumping station"}, "breaches"),
        ("protected sites", {"truce": "sabotage", "quote": "set fire to a fuel depot"}, None),
    ],
)
def test_what_bears_by_default(agreement, obligation, change, bearing):
    listed = tuple(match for (duty, _), some in matches().items() if duty == obligation for match in some)
    term = replace(agreement.terms[0], id="t", obligations=(obligation,), bearers=("XVA", "xva.nf"), matches=listed, area=None)
    finding = hold(replace(agreement, terms=(term,)), account(**change)).get("t")
    assert (finding.bearing if finding else None) == bearing


def test_ours_are_those_of_the_side_of_a_paper_or_of_whoever_speaks(agreement):
    ours = Party("our fighters", "UAF", "armed men", "unidentified_armed", None, "UAF")
    incident = summarise("i-1", [account(actor=(ours,))])
    sided = Book(agreement, {"Valley Post": "xva.nf"}).hold(incident, [account(actor=(ours,))])
    assert next(f for f in sided if f.term == "ceasefire").bearers == ("xva.nf",)
    assert hold(agreement, account(actor=(ours,)))["ceasefire"].bearers == ()
    said = account(actor=(ours,), voice=Voice("the Front", "xva.nf", "Northern Front", "XVA", "asserts"))
    assert hold(agreement, said)["ceasefire"].bearers == ("xva.nf",)


def test_who_speaks_is_no_object_of_the_act(agreement):
    match = Match("breaches", category="shelling", words=("aid workers",))
    terms = tuple(replace(t, matches=(match,)) if t.id == "ceasefire" else t for t in agreement.terms)
    told = account(quote="shelled the village, aid workers said", voice=Voice("aid workers", "NGO", None, None, "asserts"))
    assert "ceasefire" not in hold(replace(agreement, terms=terms), told)


def test_what_a_party_says_of_its_own_keeping_counts_once(agreement):
    move = {"truce": "withdrawal", "type_": "RETREAT", "actor": (ARMY,), "quote": "moved the howitzers away", "time": None}
    word = Voice("the army", "XVA-MIL", None, "XVA", "asserts")
    claims = [account(f"r-{number}/e-1", **{**move, "voice": word}) for number in (1, 2, 3)]
    seen = account("r-4/e-1", **{**move, "status": "denied", "quote": "moved no howitzers away"})
    assert hold(agreement, *claims, seen)["withdraw-weapons"].bearing == "breaches"
    others = [account(f"r-{number}/e-1", **move) for number in (5, 6)]
    assert hold(agreement, *claims, *others, seen)["withdraw-weapons"].bearing == "fulfils"


def test_a_bare_noun_or_a_stand_in_takes_its_objects_from_its_sentence(agreement):
    told = {"truce": "withdrawal", "type_": "RETREAT", "status": "denied", "actor": (ARMY,), "time": None}
    none = account(
        **told, quote="the army moved none at all that week", sentence="The Front drew guns back, the army moved none at all."
    )
    assert hold(agreement, none)["withdraw-weapons"].bearing == "breaches"
    troops = account(
        **told,
        quote="the army left no part of the town",
        sentence="The guns of the Front fell silent, the army left no part of it.",
    )
    assert "withdraw-weapons" not in hold(agreement, troops)


def test_monitors_who_were_there_were_there_however_much_was_done(agreement):
    words = "withdrew half of its guns"
    told = account(
        truce="withdrawal", type_="RETREAT", actor=(ARMY,), quote=words, sentence=f"It {words} while monitors watched."
    )
    found = hold(agreement, told)
    assert (found["monitors"].bearing, found["withdraw-weapons"].bearing) == ("fulfils", "fulfils in part")
