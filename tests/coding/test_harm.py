"""Counting harm: number words, bounds, sides. Expected values are the codebook's table."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from trees import events, harms, rows

from trucewatch.coding.harm import bounded, harm_words, number_words, read_number

KNOWN: dict[str, str] = {}


def _cases(ids):
    return [pytest.param(i, marks=pytest.mark.xfail(reason=KNOWN[i], strict=False)) if i in KNOWN else i for i in ids]


KINDS = {"killed", "injured", "missing", "detained", "displaced"}


@pytest.mark.parametrize(
    ("words", "best"),
    [
        (["three"], 3), (["12"], 12), (["1,200"], 1200), (["twenty", "three"], 23), (["two", "dozen"], 24), (["a", "dozen"], 12),
        (["five", "hundred"], 500), (["two", "thousand"], 2000), (["no"], 0), (["both"], 2), (["One"], 1), (["3", "million"], 3_000_000),
    ],
)  # fmt: skip
def test_numbers_are_read(words, best):
    assert read_number(words) == (best, best, best)


@pytest.mark.parametrize(
    ("words", "bounds"),
    [
        (["several"], (2, None, None)), (["dozens"], (24, None, None)), (["hundreds"], (200, None, None)), (["3-5"], (3, None, 5)),
        (["3–5"], (3, None, 5)),
    ],
)  # fmt: skip
def test_vague_words_have_only_a_floor_and_ranges_have_no_best(words, bounds):
    assert read_number(words) == bounds


@pytest.mark.parametrize("words", [[], ["soldiers"], ["5-3"], ["99999999999"]])
def test_what_is_no_number(words):
    assert read_number(words) is None


@given(st.lists(st.text(max_size=6), max_size=4))
def test_reading_never_raises_and_bounds_are_ordered(words):
    found = read_number(words)
    if found is not None:
        low, best, high = found
        known = [n for n in (low, best, high) if n is not None]
        assert known == sorted(known)
        assert all(n >= 0 for n in known)


@given(st.integers(0, 9_999))
def test_digits_are_read_as_they_stand(n):
    assert read_number([str(n)]) == (n, n, n)
    assert read_number([f"{n:,}"]) == (n, n, n)


BOUNDS = {
    "at least": (7, 7, None),
    "more than": (7, 7, None),
    "up to": (None, 7, 7),
    "about": (7, 7, 7),
    "the": (7, 7, 7),
    "": (7, 7, 7),
}


@pytest.mark.parametrize("before", _cases(BOUNDS))
def test_words_before_a_number_bound_it(before):
    assert bounded((7, 7, 7), before) == BOUNDS[before]


HARMS = {
    "harm-two-sides": [("killed", 3, 3, 3), ("killed", 2, 2, 2)],
    "harm-killing": [("killed", 3, 3, 3), ("injured", 8, 8, 8)],
    "harm-at-least": [("killed", 9, 9, None)],
    "harm-up-to": [("killed", None, 10, 10)],
    "harm-several": [("injured", 2, None, None)],
    "harm-nobody": [("injured", 0, 0, 0)],
    "harm-plural": [("killed", 2, None, None)],
    "harm-dead-wounded": [("killed", 4, 4, 4), ("injured", 11, 11, 11)],
    "harm-about": [("killed", 20, 20, 20)],
    "harm-between": [("injured", 5, None, 8)],
    "harm-two-dozen": [("injured", 24, 24, 24)],
    "harm-thousand": [("displaced", 2000, 2000, None)],
    "harm-one": [("killed", 1, 1, 1)],
    "harm-to-death": [("killed", 3, 3, 3)],
    "harm-shot-dead": [("killed", 2, 2, 2)],
    "weapon-subject": [("killed", 2, 2, 2)],
    "harm-tank": [],
    "simple-past": [],
}


@pytest.mark.parametrize("id_", _cases(HARMS))
def test_harm_on_trees(id_):
    assert [(h.kind, h.low, h.best, h.high) for h in harms(id_)] == HARMS[id_]


def test_each_side_is_a_harm_of_its_own():
    militants, soldiers = harms("harm-two-sides")
    assert (militants.who, soldiers.who) == ("Three militants", "two Turkish soldiers")
    assert soldiers.side is not None
    assert soldiers.side.startswith("TUR")
    assert militants.side != soldiers.side


def test_civilians_are_a_side():
    assert [h.side for h in harms("harm-two-dozen")] == ["civilians"]


@pytest.mark.parametrize("id_", ["harm-plural", "harm-several", "harm-one", *_cases(["harm-up-to", "harm-between"])])
def test_soldiers_and_guards_are_no_civilians(id_):
    assert [h.side for h in harms(id_)] != ["civilians"]


def test_harm_belongs_to_the_act_that_caused_it():
    assault = next(e for e in events("harm-killing") if e.truce == "shelling")
    assert ("killed", 3) in [(h.kind, h.best) for h in assault.harm]


@pytest.mark.parametrize("id_", sorted(HARMS))
def test_harm_words_round_trip(id_):
    for event in events(id_):
        for harm in event.harm:
            assert harm.start < harm.end


# --- tables -----------------------------------------------------------------------------------------------------------------


def test_harm_table():
    header, *body = rows("harm.tsv")
    assert header == ["lemma", "pos", "kind", "role"]
    assert {r[1] for r in body} <= {"V", "N", "A"}
    assert {r[2] for r in body} == KINDS
    assert {r[3] for r in body} <= {"obj", "subj", "of", "number", "mod"}
    assert len(harm_words()) == len(body), "a word stands twice"


def test_number_table():
    header, *body = rows("numbers.tsv")
    assert header == ["word", "kind", "low", "best", "high"]
    kinds = {"number", "scale", "vague", "lower", "above", "upper", "below", "about"}
    for row in body:
        assert row[1] in kinds, row
        numbers = [int(c) for c in row[2:] if c]
        assert numbers == sorted(numbers), row
        assert bool(numbers) == (row[1] in {"number", "scale", "vague"}), row
    assert set(number_words()) == {row[0] for row in body}
