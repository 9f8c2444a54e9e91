"""Claims found by the rules alone, in hand-checked trees of fictional sentences."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
from claimtrees import HERE, tagged, trees

from trucewatch.coding.claims import find_claims
from trucewatch.language.analysis import from_conllu
from trucewatch.model import ActorRef, Claim, Mention


def nobody(_start: int, _end: int) -> None:
    return None


def claims_of(name: str) -> tuple[Claim, ...]:
    return find_claims(trees()[name], resolve_actor=nobody)


def expected() -> list[list[str]]:
    lines = (HERE / "expected.tsv").read_text(encoding="utf-8").splitlines()
    return [line.split("\t") for line in lines if line and not line.startswith("#")][1:]


@pytest.mark.parametrize("row", expected(), ids=lambda row: f"{row[0]}-{row[2]}")
def test_the_expected_claim_is_found(row):
    name, source, cue, content, stance = row
    found = [(c.source[0].text if c.source else "", c.cue[0].text, c.content[0].text, c.stance) for c in claims_of(name)]
    assert any(s == source and cue in q and text.startswith(content) and kind == stance for s, q, text, kind in found), found


@pytest.mark.parametrize("name", sorted(trees()))
def test_no_more_claims_than_expected(name):
    assert len(claims_of(name)) == sum(1 for row in expected() if row[0] == name)


@pytest.mark.parametrize("name", sorted(trees()))
def test_every_mention_is_the_words_of_the_text(name):
    analysis = trees()[name]
    for claim in claims_of(name):
        mentions = (*claim.source, *claim.cue, *claim.content, *((claim.resolved,) if claim.resolved else ()))
        assert all(m.text == analysis.text[m.start : m.end] and m.text for m in mentions)
        assert claim.cue
        assert claim.content


def test_ids_are_content_hashes_and_differ():
    first, again = claims_of("nested"), claims_of("nested")
    assert first == again
    assert len({c.id for c in first}) == 2
    assert all(c.id.startswith("c-") and len(c.id) == 12 for c in first)


def test_a_claim_inside_a_content_is_nested():
    outer, inner = claims_of("nested")
    assert inner.within == outer.id
    assert outer.within is None


def test_an_agency_that_cites_a_source_encloses_its_claim():
    by_cue = {c.cue[0].text: c for c in claims_of("citing")}
    assert by_cue["citing"].within == by_cue["reported"].id
    assert by_cue["citing"].content == by_cue["reported"].content


def test_the_cited_source_is_found_where_citing_was_parsed_as_a_preposition():
    by_cue = {c.cue[0].text: c for c in claims_of("citing-as-preposition")}
    assert [m.text for m in by_cue["citing"].source] == ["a police source"]
    assert by_cue["citing"].within == by_cue["reported"].id


def test_a_denial_told_by_somebody_else_is_a_claim_of_its_own():
    by_cue = {c.cue[0].text: c for c in claims_of("denied-gerund")}
    assert by_cue["had denied"].stance == "denies"
    assert by_cue["had denied"].within == by_cue["said"].id


def test_an_agency_that_quotes_someone_as_saying_encloses_the_claim():
    by_cue = {c.cue[0].text: c for c in claims_of("quoted-as")}
    assert by_cue["saying"].within == by_cue["quoted"].id


def test_reportedly_has_no_source_and_a_content_broken_by_its_cue():
    (claim,) = claims_of("reportedly")
    assert claim.source == ()
    assert [m.text for m in claim.content] == ["Three militants and two soldiers were", "killed in the attack"]


def test_a_quotation_broken_by_its_cue_keeps_both_parts():
    (claim,) = claims_of("broken")
    assert len(claim.content) == 2
    assert claim.content[1].text.startswith("“and the hills")


def test_a_quotation_that_goes_on_after_its_cue_is_one_claim():
    (claim,) = claims_of("continued")
    assert [m.text for m in claim.content] == ["“We hold the road,”", "“The hills are ours, too.”"]


def test_a_pronoun_source_is_resolved_to_the_person_before():
    claim = claims_of("pronoun")[0]
    assert claim.resolved is not None
    assert claim.resolved.text.endswith("Dorn")


def test_the_ministry_is_the_ministry_named_before():
    claim = claims_of("ministry")[0]
    assert claim.resolved is not None
    assert claim.resolved.text == "The Norland Defence Ministry"


def test_according_to_the_released_statement_is_the_last_claimant():
    analysis = trees()["statement"]
    army = ActorRef("nor-army", "Norland Army", "military", None, None)

    def resolve(start: int, end: int) -> ActorRef | None:
        return army if "Norland military" in analysis.text[start:end] else None

    said, statement = find_claims(analysis, resolve_actor=resolve)
    assert statement.resolved is not None
    assert statement.resolved.text == "The Norland military"
    assert said.claimant == statement.claimant == army


def test_the_tagger_and_a_rule_that_see_one_claim_give_one_claim():
    analysis = tagged(
        trees()["said-that"],
        source="The Norland army",
        cue="said",
        content="that the patrol was cut short because of shelling near Karvel",
    )
    (claim,) = find_claims(analysis, resolve_actor=nobody)
    assert claim.rule.startswith("tagger")
    assert claim.content[0].text.startswith("that the patrol")


def test_a_rule_gives_the_content_that_the_tagger_missed():
    analysis = tagged(trees()["denied"], source="The Varden Front", cue="denied")
    (claim,) = find_claims(analysis, resolve_actor=nobody)
    assert claim.rule == "tagger+rule:clause"
    assert claim.content[0].text.startswith("that its fighters")


def test_a_cue_without_any_content_is_no_claim():
    analysis = tagged(trees()["none"], cue="left")
    assert find_claims(analysis, resolve_actor=nobody) == ()


def test_a_text_without_words_has_no_claims():
    assert find_claims(from_conllu(""), resolve_actor=nobody) == ()


def texts(mentions: tuple[Mention, ...]) -> list[str]:
    return [m.text for m in mentions]


def by_cue(claims: tuple[Claim, ...]) -> dict[str, Claim]:
    return {c.cue[0].text: c for c in claims}


# --- hedges: somebody says so, nobody is named -----------------------------------------------------------------------


@pytest.mark.parametrize(
    "name",
    [
        "reportedly", "allegedly", "purportedly", "supposedly", "it-is-believed", "said-to-have", "thought-to", "understood-to",
        "it-is-said", "according-to-reports", "reports-say", "reports-say-loose", "reports-from-kesh", "rumours-that",
        "claims-emerged", "reports-of", "fears",
    ],
)  # fmt: skip
def test_a_hedge_is_a_claim_with_an_unnamed_source(name):
    (claim,) = claims_of(name)
    assert claim.source == ()


@pytest.mark.parametrize(("name", "source"), [("media-reports", "local media reports"), ("the-report-said", "The report")])
def test_a_report_with_an_author_or_a_certain_report_is_a_source(name, source):
    (claim,) = claims_of(name)
    assert texts(claim.source) == [source]


def test_the_army_that_is_understood_to_do_something_is_not_the_source():
    analysis = tagged(trees()["understood-to"], source="The army", cue="is understood", content="to be preparing an offensive")
    (claim,) = find_claims(analysis, resolve_actor=nobody)
    assert claim.source == ()
    assert texts(claim.content) == ["The army", "to be preparing an offensive"]


def test_it_in_it_is_claimed_by_residents_gives_way_to_the_residents():
    analysis = tagged(trees()["claimed-by-residents"], source="It", cue="is claimed", content="that the wells were poisoned")
    (claim,) = find_claims(analysis, resolve_actor=nobody)
    assert texts(claim.source) == ["residents"]
    assert texts(claim.content) == ["that the wells were poisoned"]


def test_purportedly_in_a_longer_cue_is_the_whole_cue():
    analysis = tagged(trees()["purportedly"], content="The leaflet", cue="was purportedly written")
    (claim,) = find_claims(analysis, resolve_actor=nobody)
    assert texts(claim.cue) == ["purportedly"]
    assert claim.stance == "believes"
    assert texts(claim.content) == ["The leaflet was", "written by the Highland Front"]


def test_reportedly_told_is_a_claim_within_hearsay():
    analysis = tagged(
        trees()["reportedly-told"], source="The mission", cue="reportedly told", content="that the road was closed"
    )
    hearsay, told = find_claims(analysis, resolve_actor=nobody)
    assert hearsay.source == ()
    assert texts(told.source) == ["The mission"]
    assert told.within == hearsay.id


def test_denying_reports_is_one_claim_of_who_denies():
    (claim,) = claims_of("rejected-reports")
    assert texts(claim.source) == ["The ministry"]
    assert claim.stance == "denies"


def test_the_report_of_a_commission_is_no_report_of_something():
    assert claims_of("report-of-commission") == ()


def test_weeks_that_will_show_something_claim_nothing():
    assert claims_of("weeks-show") == ()


# --- conduits: the medium is not the source --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "source", "conduit"),
    [
        ("told-reuters", "A police source", ["Reuters"]),
        ("told-mission", "The ministry", []),
        ("quoted-passive", "Colonel Dorn", ["the Valley Post"]),
        ("quoted-after", "the governor", ["Interfax"]),
        ("cited-by", "Two officials, cited by Reuters", ["Reuters"]),
        ("interview", "the mayor", ["the Valley Post"]),
        ("remarks", "The governor", ["state television"]),
        ("speaking-to", "the mayor", ["the Valley Post"]),
        ("as-reported-by", "the Valley Post", []),
    ],
)
def test_a_medium_that_carries_a_claim_is_its_conduit(name, source, conduit):
    (claim,) = claims_of(name)
    assert texts(claim.source) == [source]
    assert texts(claim.conduit) == conduit


def test_the_agency_that_cites_is_the_conduit_of_the_source_it_cites():
    analysis = tagged(
        trees()["reported-citing"],
        source="Reuters",
        cue="reported, citing",
        content="a police source, that three soldiers were killed",
    )
    found = by_cue(find_claims(analysis, resolve_actor=nobody))
    assert texts(found["citing"].source) == ["a police source"]
    assert texts(found["citing"].conduit) == ["Reuters"]
    assert found["citing"].within == found["reported"].id
    assert found["reported"].conduit == ()


def test_an_agency_is_the_conduit_of_every_claim_inside_its_own():
    outer, ministry, governor = claims_of("agency-quoted")
    assert outer.conduit == ()
    assert texts(ministry.conduit) == texts(governor.conduit) == ["TASS"]
    assert governor.within == ministry.id


def test_a_name_of_the_actor_file_is_a_conduit_where_it_is_a_medium():
    analysis = trees()["told-mission"]
    medium = ActorRef("media.mission", "The Mission", "media", None, None)

    def resolve(start: int, end: int) -> ActorRef | None:
        return medium if "mission" in analysis.text[start:end] else None

    (claim,) = find_claims(analysis, resolve_actor=resolve)
    assert texts(claim.conduit) == ["the mission"]


def test_dorn_who_is_quoted_by_the_paper_is_the_source_and_no_content():
    analysis = tagged(
        trees()["quoted-passive"],
        content="Colonel Dorn|that the army would not leave Kesh",
        cue="was quoted by the Valley Post as saying",
    )
    (claim,) = find_claims(analysis, resolve_actor=nobody)
    assert texts(claim.source) == ["Colonel Dorn"]
    assert texts(claim.content) == ["that the army would not leave Kesh"]


# --- scare quotes ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["so-called", "liberation", "known-as", "commented", "calls-itself"])
def test_words_that_the_writer_puts_in_quotation_marks_are_no_claim(name):
    assert claims_of(name) == ()


@pytest.mark.parametrize(
    ("name", "spans"),
    [
        ("known-as", {"source": "The sides", "cue": "signed a document known as", "content": 'the "Dorun protocol"'}),
        ("so-called", {"source": "The Front", "cue": "so-called", "content": '"government"'}),
        ("liberation", {"cue": "left", "content": 'The "liberation"'}),
    ],
)
def test_the_tagger_that_takes_a_quoted_name_for_a_claim_is_not_believed(name, spans):
    assert find_claims(tagged(trees()[name], **spans), resolve_actor=nobody) == ()


@pytest.mark.parametrize(
    ("name", "source", "word"),
    [("provocation", "The army", "provocation"), ("bandits", "The minister", "bandits"), ("what-it-called", "it", "operation")],
)
def test_words_that_somebody_is_said_to_have_used_are_a_claim(name, source, word):
    (claim,) = claims_of(name)
    assert texts(claim.source) == [source]
    assert word in claim.content[-1].text
    assert claim.stance == "asserts"


# --- nested, and over sentences --------------------------------------------------------------------------------------


def test_a_said_b_claimed_c_vowed_is_three_claims_one_in_the_other():
    envoy, army, front = claims_of("three-deep")
    assert (envoy.within, army.within, front.within) == (None, envoy.id, army.id)


@pytest.mark.parametrize("cue", ["", "denied saying"])
def test_denied_saying_is_a_denial_around_what_is_said(cue):
    analysis = trees()["denied-saying"]
    if cue:
        analysis = tagged(analysis, source="Norreland", cue=cue, content="that the truce was over")
    denied, said = find_claims(analysis, resolve_actor=nobody)
    assert (denied.stance, said.stance) == ("denies", "asserts")
    assert said.within == denied.id


def test_said_it_was_believed_is_two_claims():
    analysis = tagged(
        trees()["said-believed"],
        source="The mayor",
        cue="said it was believed",
        content="that the shells came from the hill",
    )
    said, believed = find_claims(analysis, resolve_actor=nobody)
    assert believed.source == ()
    assert believed.stance == "believes"
    assert believed.within == said.id


def test_they_are_the_mayor_and_the_priest():
    (claim,) = claims_of("they-two")
    assert claim.resolved is not None
    assert claim.resolved.text == "The mayor and the priest"


def test_he_is_the_spokesman_of_the_front():
    (claim,) = claims_of("spokesman-for")
    assert claim.resolved is not None
    assert claim.resolved.text == "A spokesman for the Front"


def test_who_is_asked_about_something_does_not_ask():
    analysis = tagged(
        trees()["asked-about"],
        source="the minister",
        cue="Asked about|said",
        content="the strike|that he knew nothing",
    )
    (claim,) = find_claims(analysis, resolve_actor=nobody)
    assert texts(claim.cue) == ["said"]


def test_an_official_who_asks_not_to_be_named_demands_nothing():
    analysis = tagged(trees()["not-named"], source="An official who", cue="asked", content="not to be named")
    (claim,) = find_claims(analysis, resolve_actor=nobody)
    assert texts(claim.cue) == ["said"]


def test_a_label_before_a_colon_is_a_source_only_where_it_can_speak():
    assert texts(claims_of("label")[0].source) == ["Witnesses"]
    assert claims_of("label-place") == ()


@pytest.mark.parametrize(
    ("name", "owner"),
    [
        ("issued-statement", "The Front"),
        ("statement-it", "The Front"),
        ("report-by", "the mission"),
        ("television-it", "State television"),
    ],
)
def test_the_statement_is_of_who_issued_it_and_it_is_the_station(name, owner):
    claim = claims_of(name)[-1]
    assert claim.resolved is not None
    assert claim.resolved.text == owner


def test_its_spokesman_speaks_for_the_front():
    analysis = trees()["its-spokesman"]
    front = ActorRef("front", "The Front", "rebels", None, None)

    def resolve(start: int, end: int) -> ActorRef | None:
        return front if analysis.text[start:end].endswith("Front") else None

    *_, claim = find_claims(analysis, resolve_actor=resolve)
    assert texts(claim.source) == ["Its spokesman"]
    assert claim.claimant == front


def test_a_deed_that_the_tagger_takes_for_words_is_no_claim():
    marked = tagged(trees()["ratified"], source="Parliament", cue="ratified", content="the ceasefire agreement")
    assert find_claims(marked, resolve_actor=nobody) == ()


def test_the_tagger_is_heard_where_the_verb_says_something():
    marked = tagged(trees()["announced"], source="The coalition", cue="announced", content="the withdrawal of its artillery")
    assert [c.cue[0].text for c in find_claims(marked, resolve_actor=nobody)] == ["announced"]


def test_who_stands_inside_what_is_said_is_not_its_source():
    spans = {"source": "Iceland", "cue": "would back|said", "content": "the resolution"}
    (claim,) = find_claims(tagged(trees()["diplomat-said"], **spans), resolve_actor=nobody)
    assert [m.text for m in claim.source] == ["a diplomat"]
    assert [m.text for m in claim.content] == ["Iceland would back the resolution"]
