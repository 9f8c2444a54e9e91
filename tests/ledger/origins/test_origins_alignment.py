"""Two texts side by side."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trucewatch.ledger.origins import align
from trucewatch.ledger.origins.alignment import alike, common

from .stories import LOOK_ALIKE, OTHER, STORY, text

WORDS = st.lists(st.sampled_from("abcde"), max_size=24)


def longest(a, b):
    """The length of a longest common subsequence, by the textbook."""
    rows = [[0] * (len(b) + 1) for _ in range(len(a) + 1)]
    for i, left in enumerate(a):
        for j, right in enumerate(b):
            rows[i + 1][j + 1] = rows[i][j] + 1 if left == right else max(rows[i][j + 1], rows[i + 1][j])
    return rows[-1][-1]


@settings(deadline=None)
@given(WORDS, WORDS)
def test_the_subsequence_is_common_and_longest(a, b):
    pairs = common(a, b)
    assert all(a[i] == b[j] for i, j in pairs)
    assert all(one[0] < other[0] and one[1] < other[1] for one, other in pairwise(pairs))
    assert len(pairs) == longest(a, b)


def test_the_same_text_agrees_wholly():
    found = align(text(STORY), text(STORY, per=4).upper())
    assert (found.share_a, found.share_b, found.changes) == (1.0, 1.0, ())
    assert len(found.blocks) == 1


def test_other_texts_share_nothing_but_chance_words():
    found = align(text(STORY), text(OTHER))
    assert found.words == 0
    assert found.blocks == ()


def test_blocks_point_into_both_texts():
    a, b = text(STORY[:3]), "Our own lead goes first. " + text(STORY[1:3])
    (block,) = align(a, b).blocks
    assert a[block.start_a : block.end_a].startswith("Mayor Ola Brand")
    assert b[block.start_b : block.end_b].endswith("the power was out")
    assert block.words == align(a, b).words


def test_a_paragraph_that_moved_is_found():
    moved = (*STORY[4:], *STORY[:4])
    found = align(text(STORY), text(moved))
    assert found.share_a > 0.98
    assert len(found.blocks) == 2


def test_a_changed_toll_is_named():
    changed = text(STORY).replace("killing three traders", "killing 5 traders")
    found = align(text(STORY), changed)
    assert [(change.kind, change.a, change.b) for change in found.changes] == [("number", "three", "5")]
    (change,) = found.changes
    assert text(STORY)[change.start_a : change.end_a] == "three"
    assert changed[change.start_b : change.end_b] == "5"


def test_a_number_written_out_is_no_change():
    assert align(text(STORY), text(STORY).replace("eleven", "11")).changes == ()


def test_another_name_at_the_beginning_of_a_sentence_is_named():
    other = text(STORY).replace("Mayor Ola Brand", "Ivar Stolt")
    assert any(change.b == "Stolt" for change in align(text(STORY), other).changes)


def test_two_spellings_of_a_name_are_no_change():
    assert align(text(STORY), text(STORY).replace("Tessin", "Tesin")).changes == ()
    assert alike("saraqib", "saraqeb")
    assert not alike("aldun", "orsova")


def test_a_name_that_only_moved_is_no_change():
    one = "The Varenian army fired on the mill, and the Northern Front fired on the bridge that morning."
    other = "The Northern Front fired on the mill, and the Varenian army fired on the bridge that morning."
    assert [change for change in align(one, other).changes if change.kind == "name"] == []


def test_look_alikes_differ_in_all_that_matters():
    found = align(text(STORY), text(LOOK_ALIKE))
    assert found.share_a > 0.75
    assert {change.kind for change in found.changes} == {"name", "number", "date"}
    assert len(found.changes) >= 10


def test_words_quoted_in_both_are_counted():
    quote = "“We shall hold the road to Aldun as long as one of us can stand and carry a rifle up that hill.”"
    found = align(f"He spoke at noon in the square. {quote}", f"In the evening the radio had it from him. {quote}")
    assert found.quoted == found.words == 22


@pytest.mark.parametrize(("a", "b"), [("", ""), ("", "word"), ("...", "word"), ("\n\n", " ")])
def test_empty_texts_share_nothing(a, b):
    found = align(a, b)
    assert (found.words, found.share_a, found.share_b, found.blocks) == (0, 0.0, 0.0, ())


def test_a_short_line_that_is_the_same_is_the_same():
    assert align("Three dead.", "three dead").share_a == 1.0


@settings(deadline=None)
@given(st.text(max_size=200), st.text(max_size=200))
def test_turning_it_round_is_laying_the_texts_the_other_way_round(a, b):
    found = align(a, b)
    assert found.turned().turned() == found
    assert found.turned().share_a == found.share_b
    for block in found.blocks:
        assert 0 <= block.start_a < block.end_a <= len(a)
        assert 0 <= block.start_b < block.end_b <= len(b)
