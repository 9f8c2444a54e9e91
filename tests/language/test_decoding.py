"""Viterbi over BIO tags, and best trees, each against trying everything."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trucewatch.language.analyser import SpanDecoder
from trucewatch.language.spans import log_softmax, spans, starts, transitions, viterbi
from trucewatch.language.trees import best_tree

TAGS = ("O", "B-source", "I-source", "B-cue", "I-cue")
scores_ = st.integers(1, 5).flatmap(
    lambda n: st.lists(st.lists(st.integers(-50, 50), min_size=n + 1, max_size=n + 1), min_size=n, max_size=n)
)


@given(st.lists(st.lists(st.integers(-30, 30), min_size=5, max_size=5), min_size=1, max_size=4))
def test_viterbi_finds_the_best_well_formed_sequence(rows: list[list[int]]) -> None:
    scores = np.array(rows, np.float32)
    between, first = transitions(TAGS), starts(TAGS)

    def total(path: tuple[int, ...]) -> float:
        inner = sum(between[a, b] for a, b in itertools.pairwise(path))
        return float(sum(scores[i, k] for i, k in enumerate(path)) + first[path[0]] + inner)

    best = max(total(p) for p in itertools.product(range(5), repeat=len(rows)))
    assert total(tuple(viterbi(scores, between, first))) == pytest.approx(best)


def test_no_inside_tag_without_its_begin() -> None:
    scores = np.array([[0, 0, 9, 0, 0], [0, 0, 9, 0, 0]], np.float32)
    path = viterbi(scores, transitions(TAGS), starts(TAGS))
    assert [TAGS[k] for k in path] == ["B-source", "I-source"]


def test_an_empty_sequence_has_no_tags() -> None:
    assert viterbi(np.zeros((0, 5), np.float32), transitions(TAGS), starts(TAGS)).shape == (0,)


def test_spans_of_tags() -> None:
    assert spans(["B-a", "I-a", "B-a", "O", "B-b"]) == [("a", 0, 2), ("a", 2, 3), ("b", 4, 5)]
    assert spans(["I-a", "I-b"]) == [("a", 0, 1), ("b", 1, 2)]


def test_log_softmax_sums_to_one() -> None:
    assert np.exp(log_softmax(np.array([[1.0, 2.0, 3.0]], np.float32))).sum() == pytest.approx(1)


def is_tree(heads: tuple[int, ...]) -> bool:
    """Exactly one root, and every word reaches it."""
    if heads.count(0) != 1:
        return False
    for i in range(len(heads)):
        node, steps = i + 1, 0
        while node and steps <= len(heads):
            node, steps = heads[node - 1], steps + 1
        if node:
            return False
    return True


@settings(deadline=None)
@given(scores_)
def test_best_tree_is_the_best_of_all_trees(rows: list[list[int]]) -> None:
    n = len(rows)
    table = np.array(rows, np.float32)

    def total(heads: tuple[int, ...]) -> float:
        return float(sum(table[i, h] for i, h in enumerate(heads)))

    trees = [h for h in itertools.product(range(n + 1), repeat=n) if is_tree(h)]
    found = tuple(best_tree(table).tolist())
    assert is_tree(found)
    roots = np.argsort(-table[:, 0], kind="stable")[:3]  # the three likeliest roots are tried
    assert total(found) == pytest.approx(max(total(h) for h in trees if h.index(0) in roots)) or total(found) == pytest.approx(
        max(map(total, trees))
    )


def test_a_long_sentence_of_cycles_neither_hangs_nor_overflows() -> None:
    n = 180
    table = np.zeros((n, n + 1), np.float32)
    for i in range(0, n - 1, 2):
        table[i, i + 2] = table[i + 1, i + 1] = 5
    assert is_tree(tuple(best_tree(table).tolist()))


def test_learned_steps_may_win_over_the_best_tags_of_the_words() -> None:
    between = transitions(TAGS) + 0.0
    scores = np.zeros((3, len(TAGS)), np.float32)
    scores[:, 0] = 0.4
    between[0, 1] = between[1, 2] = 1.0
    assert viterbi(scores, between, starts(TAGS)).tolist() == [0, 1, 2]


def test_a_lift_lets_a_shy_head_speak_and_a_sure_o_stand() -> None:
    scores = np.log(np.array([[0.6, 0.3, 0.05, 0.03, 0.02], [0.98, 0.01, 0.005, 0.003, 0.002]], np.float32))
    assert SpanDecoder(TAGS)(scores) == []
    ((label, first, last, chance),) = SpanDecoder(TAGS, lift=1.5)(scores)
    assert (label, first, last) == ("source", 0, 1)
    assert 0.5 < chance < 1
