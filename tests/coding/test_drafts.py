"""Which acts there are: one act told twice is one event, two verbs are two, an act of words stands before what it governs."""

from __future__ import annotations

import pytest
from trees import blocks, events, rows, told

from trucewatch import ontology
from trucewatch.model import EventStatus


def test_a_result_clause_joins_its_act():
    first = events("harm-killing")[0]
    assert (first.type, first.truce) == ("ASSAULT", "shelling")
    assert "killing" not in [e.predicate.text for e in events("harm-killing")]


def test_two_recipients_are_one_event():
    assert len(events("two-recipients")) == 1


def test_an_act_of_words_stands_before_the_act_it_governs():
    assert [e.type for e in events("agreed-to")] == ["AGREE", "RETREAT"]
    assert [e.type for e in events("threatened-to")] == ["THREATEN", "ASSAULT"]


def test_a_governor_shows_its_words_with_the_act():
    assert events("refused-to")[0].predicate.text == "refused to withdraw"


def test_a_noun_with_its_light_verb_is_one_event():
    assert told("joint-patrol") == [("COOPERATE", "happened")]
    assert told("recip-prep") == [("ASSAULT", "happened")]


def test_the_truce_category_of_a_governor_fits_its_type():
    fitting = {t.id: t.types for t in ontology.load().truces}
    for id_ in blocks():
        for event in events(id_):
            assert event.truce is None or event.type in fitting[event.truce], (id_, event.type, event.truce)


@pytest.mark.parametrize("id_", sorted(blocks()))
def test_ids_are_unique_and_events_in_text_order(id_):
    found = events(id_)
    assert len({e.id for e in found}) == len(found)
    assert [e.sentence for e in found] == sorted(e.sentence for e in found)
    assert found == events(id_)


# --- tables -----------------------------------------------------------------------------------------------------------------


def test_composition_table():
    header, *body = rows("composition.tsv")
    known = ontology.load()
    types = {t.name for t in known.types}
    effects = {r[2] for r in rows("governors.tsv")[1:]} | {"WILL", "MUST", "MAY"}
    assert header == ["trigger", "polarity", "embedded", "type", "mode"]
    for row in body:
        assert row[0] in effects, row
        assert row[1] in {"+", "-"}, row
        assert row[2] in {"coop", "hostile", "verbal", "*"} | types, row
        assert row[3] in types | {"-"}, row
        assert len(row) < 5 or not row[4] or row[4] in known.modes(row[3]), row
    assert len({tuple(r[:3]) for r in body}) == len(body), "a row stands twice"


def test_occurrence_table():
    header, *body = rows("occurrence.tsv")
    assert header == ["verb", "voice", "aspect", "but"]
    assert {r[1] for r in body} == {"active", "passive", "seen"}
    assert {r[2] for r in body if len(r) > 2} <= {"", "begin", "continue", "resume", "end", "fail", "plan"}
    assert all(ontology.load().type(r[3]) for r in body if len(r) > 3 and r[3])
    assert len({tuple(r[:2]) for r in body}) == len(body)


def test_statuses_of_the_contract_are_eight():
    assert len(EventStatus.__args__) == 8  # type: ignore[attr-defined]
