"""People and things of an incident join the attack they belong to: the nearest of their sentence, else of a neighbouring one."""

from __future__ import annotations

from dataclasses import replace

import pytest
from trees import LEXICON, actors, analysis

from trucewatch import ontology
from trucewatch.coding.cast import Cast
from trucewatch.coding.drafts import Drafter
from trucewatch.coding.incidents import HOW, with_incidents
from trucewatch.coding.tree import Tree
from trucewatch.language.analysis import Analysis, Span


def span(of: Analysis, label: str, first: int, last: int, score: float = 0.9) -> Span:
    return Span(label, of.tokens[first].start, of.tokens[last - 1].end, first, last, score)


def joined(id_: str, *spans: tuple[str, int, int, float]):
    plain = analysis(id_)
    marked = replace(plain, incidents=tuple(span(plain, *s) for s in spans))
    tree = Tree(marked, LEXICON.forms)
    cast = Cast(tree, LEXICON, actors(), None, ())
    truces = {t.id: frozenset(t.types) for t in ontology.load().truces}
    return with_incidents(Drafter(tree, LEXICON, cast, truces).drafts(), tree)


def test_a_perpetrator_a_clause_away_becomes_the_actor():
    (draft,) = joined("bomb-went-off", ("perpetrator", 0, 2, 0.9))
    assert [(r.head, r.how) for r in draft.roles.actors] == [(1, HOW)]


def test_a_weapon_becomes_an_instrument():
    (draft,) = joined("bomb-went-off", ("weapon", 12, 13, 0.9))
    assert draft.roles.instruments == (12,)


@pytest.mark.parametrize("label", ["victim", "target"])
def test_victims_and_targets_are_recipients_once(label):
    (draft,) = joined("clean-active", (label, 3, 5, 0.9))
    assert [r.head for r in draft.roles.recipients] == [4]


def test_an_unsure_span_is_left_alone():
    (draft,) = joined("bomb-went-off", ("perpetrator", 0, 2, 0.2))
    assert draft.roles.actors == ()


def test_without_an_attack_there_is_nothing_to_join():
    assert all(r.how != HOW for d in joined("agreed-to", ("victim", 0, 2, 0.9)) for r in (*d.roles.actors, *d.roles.recipients))
