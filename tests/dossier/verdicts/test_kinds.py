"""Verdicts: what each must have, what is refused and in which words, and a chain that shows what was changed."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dossier.verdicts.samples import Chain, subjects
from trucewatch.dossier.verdicts.fields import Coding, Values
from trucewatch.dossier.verdicts.kinds import (
    KINDS,
    START,
    Anchor,
    Payload,
    check,
    from_row,
    make,
    parse_grade,
    parse_outcome,
    sealed,
    to_row,
)
from trucewatch.model import TrucewatchError

AT = "2031-06-01T08:00:00Z"
SHELLED, FIRED, _ = subjects()


def whole_chain():
    chain = Chain()
    chain.add("Ana", "accept", 1)
    wrong = chain.add("Ana", "correct", 2, field="status", value="happened", text="he admits it")
    chain.undo(wrong)
    chain.add("Ben", "reject", 3, text="no threat")
    chain.add("Ben", "merge", 1, 2)
    chain.add("Ben", "split", 1, 3)
    chain.add("Ben", "note", 1, text="ask the mission")
    chain.add("Ben", "grade", report="r-1", reliability="B", credibility=2)
    chain.add("Ben", "resolve", 3, outcome="did not", text="nobody came")
    return chain.verdicts


def test_a_chain_is_whole_and_every_kind_is_in_it():
    verdicts = whole_chain()
    assert {v.kind for v in verdicts} == set(KINDS)
    assert check(verdicts) == ()
    assert verdicts[0].prev == START
    assert [v.seq for v in verdicts] == list(range(1, 10))
    assert all(one.digest == other.prev for one, other in pairwise(verdicts))
    assert len({v.id for v in verdicts}) == 9


def test_the_same_word_makes_the_same_bytes():
    assert whole_chain() == whole_chain()


def test_a_verdict_goes_into_a_row_and_comes_back():
    for verdict in whole_chain():
        row = to_row(verdict)
        assert from_row(row) == verdict
        assert set(row) == {
            "seq", "id", "at", "reviewer", "kind", "report", "event", "other", "incident", "payload", "undoes", "prev", "digest",
        }  # fmt: skip


@pytest.mark.parametrize("name", ["reviewer", "at", "kind", "event", "payload", "incident"])
def test_a_row_changed_behind_the_back_is_named(name):
    verdicts = whole_chain()
    row = to_row(verdicts[1])
    row[name] = {"kind": "accept", "payload": row["payload"].replace("happened", "denied")}.get(name, "other")
    found = check([verdicts[0], from_row(row), *verdicts[2:]])
    assert {(b.seq, b.code) for b in found} == {(2, "content"), (2, "id")}


def test_a_verdict_taken_out_is_named():
    verdicts = whole_chain()
    found = check([*verdicts[:3], *verdicts[4:]])
    assert [(b.seq, b.code) for b in found] == [(5, "order")]


def test_a_verdict_put_in_with_a_fresh_digest_breaks_the_chain_after_it():
    verdicts = whole_chain()
    forged = replace(verdicts[3], reviewer="Mallory")
    forged = replace(forged, digest=sealed(forged))
    found = check([*verdicts[:3], forged, *verdicts[4:]])
    assert [(b.seq, b.code) for b in found] == [(4, "id"), (5, "chain")]


def test_an_undo_of_nothing_is_named():
    first = whole_chain()[0]
    lonely = make(first, at=AT, reviewer="Ana", kind="undo", undoes="v-000000000000")
    assert [(b.seq, b.code) for b in check([first, lonely])] == [(2, "undoes")]


@pytest.mark.parametrize(
    ("said", "code", "says"),
    [
        ({"kind": "accept", "report": "r-1", "event": "r-1/e", "payload": Payload(anchor=SHELLED.anchor)}, "verdict-incomplete", "lacks: saw"),
        ({"kind": "reject", "report": "r-1", "event": "r-1/e"}, "verdict-incomplete", "lacks: anchor"),
        ({"kind": "correct", "report": "r-1", "event": "r-1/e", "payload": Payload(anchor=SHELLED.anchor)}, "verdict-incomplete", "lacks: field"),
        ({"kind": "note", "report": "r-1"}, "verdict-incomplete", "lacks: text"),
        ({"kind": "note", "payload": Payload(text="words")}, "verdict-incomplete", "event or incident or report"),
        ({"kind": "note", "event": "r-1/e", "payload": Payload(text="words")}, "verdict-incomplete", "lacks: anchor"),
        ({"kind": "grade", "report": "r-1"}, "verdict-incomplete", "credibility or reliability"),
        ({"kind": "grade", "report": "r-1", "payload": Payload(reliability="G")}, "verdict-grade", "A completely reliable"),
        ({"kind": "grade", "report": "r-1", "payload": Payload(credibility=7)}, "verdict-grade", "1 confirmed by others"),
        ({"kind": "undo"}, "verdict-incomplete", "lacks: undoes"),
        ({"kind": "undo", "undoes": "v-1", "event": "e"}, "verdict-surplus", "has no event"),
        ({"kind": "merge", "event": "a", "other": "b", "payload": Payload(anchor=SHELLED.anchor)}, "verdict-incomplete", "lacks: other anchor"),
        ({"kind": "merge", "event": "a", "other": "b", "payload": Payload(anchor=SHELLED.anchor, other=SHELLED.anchor)}, "verdict-pair", "itself"),
        ({"kind": "reject", "report": "r-2", "event": "r-2/e", "payload": Payload(anchor=SHELLED.anchor)}, "verdict-anchor", "report r-1"),
        ({"kind": "reject", "report": "r-1", "event": "e", "payload": Payload(anchor=replace(SHELLED.anchor, end=3))}, "verdict-anchor", "no words"),
        ({"kind": "love", "report": "r-1"}, "verdict-kind", "one of accept"),
        ({"kind": "note", "report": "r-1", "at": "yesterday", "payload": Payload(text="x")}, "verdict-time", "ISO 8601"),
        ({"kind": "note", "report": "r-1", "at": "2031-06-01T08:00:00+02:00", "payload": Payload(text="x")}, "verdict-time", "UTC"),
        ({"kind": "note", "report": "r-1", "reviewer": " ", "payload": Payload(text="x")}, "verdict-reviewer", "--reviewer"),
        ({"kind": "note", "report": "r-1", "payload": Payload(text="x" * 10_001)}, "verdict-text", "10,000"),
        (
            {"kind": "correct", "report": "r-1", "event": "e", "payload": Payload(anchor=SHELLED.anchor, field="type", value=Coding("WAR"))},
            "verdict-value", "ASSAULT",
        ),
        (
            {"kind": "correct", "report": "r-1", "event": "e", "payload": Payload(anchor=SHELLED.anchor, field="colour", value="red")},
            "verdict-field", "one of type",
        ),
    ],
)  # fmt: skip
def test_a_verdict_that_is_not_whole_or_not_allowed_is_refused_and_says_why(said, code, says):
    with pytest.raises(TrucewatchError, match=says) as caught:
        make(None, **{"at": AT, "reviewer": "Ana", **said})
    assert caught.value.code == code


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("payload", "{"),
        ("payload", '{"field": "colour", "value": 1}'),
        ("kind", "love"),
        ("payload", '{"anchor": {"x": 1}}'),
        ("payload", "[]"),
    ],
)
def test_a_row_that_is_no_verdict_is_named(name, value):
    with pytest.raises(TrucewatchError, match="verdict 1: not a verdict") as caught:
        from_row({**to_row(whole_chain()[0]), name: value})
    assert caught.value.code == "verdict-broken"


def test_a_verdict_is_read_back_though_its_value_left_the_ontology():
    row = to_row(whole_chain()[1])
    row["payload"] = row["payload"].replace('"value":"happened"', '"value":"once upon a time"')
    assert from_row(row).payload.value == "once upon a time"


@pytest.mark.parametrize(("text", "grade"), [("B2", ("B", 2)), ("b", ("B", None)), (" 6 ", (None, 6)), ("a 1", ("A", 1))])
def test_a_grade_is_read(text, grade):
    assert parse_grade(text) == grade


@pytest.mark.parametrize("text", ["", "22", "BB", "good"])
def test_what_is_no_grade_is_refused(text):
    with pytest.raises(TrucewatchError, match="A to F"):
        parse_grade(text)


@given(st.text(min_size=1, max_size=40), st.text(max_size=80))
def test_words_of_any_script_survive_the_row(predicate, note):
    anchor = Anchor("r-1", "0" * 64, 0, len(predicate), predicate, 0, 99, "ASSAULT")
    payload = Payload(anchor=anchor, saw=Values.of(SHELLED.account), text=note)
    verdict = make(None, at=AT, reviewer="Ana", kind="reject", report="r-1", event="r-1/e-1", payload=payload)
    assert from_row(to_row(verdict)) == verdict
    assert check([verdict]) == ()


def test_only_what_is_foretold_can_be_resolved_and_only_by_a_known_outcome():
    chain = Chain()
    with pytest.raises(TrucewatchError, match="not as something to come") as told:
        chain.add("Ana", "resolve", 1, outcome="came true")
    assert told.value.code == "verdict-resolve"
    with pytest.raises(TrucewatchError, match="no outcome is called 'maybe'"):
        chain.add("Ana", "resolve", 3, outcome="maybe")
    with pytest.raises(TrucewatchError, match="lacks: outcome"):
        chain.add("Ana", "resolve", 3)
    with pytest.raises(TrucewatchError, match="has no outcome"):
        chain.add("Ana", "note", 3, text="x", outcome="partly")
    assert chain.verdicts == []
    assert parse_outcome(" Cannot  be told ") == "cannot be told"
