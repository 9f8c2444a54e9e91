"""Reading trees: subjects behind control and relatives, passives, noun phrases, prepositions, clauses."""

from __future__ import annotations

import pytest
from trees import blocks, tree


def _word(id_: str, text: str) -> int:
    return next(t.i for t in tree(id_).tokens if t.text == text)


@pytest.mark.parametrize(
    ("id_", "verb", "subject"),
    [
        ("simple-past", "shelled", "army"),
        ("refused-to", "withdraw", "army"),
        ("told-to", "release", "rebels"),
        ("ordered-to", "shell", "soldiers"),
        ("relative", "attacked", "soldiers"),
        ("after-ing", "shelling", "army"),
        ("coordinated", "took", "army"),
        ("denied-that", "attacked", "soldiers"),
        ("accused-of", "shelling", "army"),
        ("control", "release", "rebels"),
        ("appositive", "ordered", "Aro"),
    ],
)
def test_subjects(id_, verb, subject):
    t = tree(id_)
    assert [t.token(f.head).text for f in t.subjects(_word(id_, verb))] == [subject]


@pytest.mark.parametrize(
    ("id_", "verb", "passive"),
    [
        ("passive", "shelled", True),
        ("passive-by", "shelled", True),
        ("simple-past", "shelled", False),
        ("harm-two-sides", "killed", True),
        ("relative", "arrested", True),
        ("relative", "attacked", False),
        ("harm-killing", "killing", False),
    ],
)
def test_passives(id_, verb, passive):
    assert tree(id_).is_passive(_word(id_, verb)) is passive


def test_agents_of_a_passive():
    t = tree("passive-by")
    assert [t.token(a).text for a in t.agents(_word("passive-by", "shelled"))] == ["army"]
    assert tree("passive").agents(_word("passive", "shelled")) == ()


@pytest.mark.parametrize(
    ("id_", "head", "words"),
    [
        ("meeting", "ministers", "The ministers of Norway and Peru"),
        ("harm-two-sides", "soldiers", "two Turkish soldiers"),
        ("harm-two-sides", "militants", "Three militants"),
        ("appositive", "Aro", "General Aro"),
        ("place-in", "village", "the village of Helm"),
        ("harm-at-least", "people", "At least nine people"),
        ("relative", "soldiers", "The soldiers"),
        ("cancelled", "attack", "the attack"),
    ],
)
def test_noun_phrases(id_, head, words):
    t = tree(id_)
    first, last = t.np(_word(id_, head))
    assert t.analysis.text_of(first, last).startswith(words)


def test_objects_and_conjuncts():
    t = tree("two-recipients")
    (orvash,) = t.objects(_word("two-recipients", "shelled"))
    assert [t.token(j).text for j in t.conjuncts(orvash.head)] == ["Orvash", "Kesh"]
    assert t.first_conjunct(_word("two-recipients", "Kesh")) == orvash.head


def test_prepositions():
    t = tree("fire-from")
    assert [(case, t.token(i).text) for case, i in t.obliques(_word("fire-from", "came"))] == [
        ("under", "fire"),
        ("from", "rebels"),
    ]


def test_lemmas_keep_event_nouns_and_mend_guessed_ones():
    assert tree("no-shelling-recorded").lemma(1) == "shelling"
    assert tree("no-object").lemma(2) == "free"


@pytest.mark.parametrize("id_", sorted(blocks()))
def test_every_phrase_and_clause_is_a_range_of_the_text(id_):
    t = tree(id_)
    for token in t.tokens:
        first, last = t.np(token.i)
        assert first <= token.i < last
        start, end = t.clause(token.i)
        assert 0 <= start < end <= len(t.analysis.text)
        assert t.clause_head(token.i) >= 0
