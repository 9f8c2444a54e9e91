"""Claims found by the rules alone, in hand-checked trees of fictional sentences."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
from claimtrees import HERE, tagged, trees

from trucewatch.coding.claims import find_claims
from trucewatch.language.analysis import from_conllu
from trucewatch.model import ActorRef, Claim


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
