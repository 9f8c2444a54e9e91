"""People and things of an incident join the attack they belong to: the nearest of their sentence, else of a neighbouring one."""

from __future__ import annotations

from dataclasses import fields, replace

import pytest
from trees import LEXICON, actors, analysis

from trucewatch import ontology
from trucewatch.coding.cast import Cast
from trucewatch.coding.drafts import Drafter
from trucewatch.coding.incidents import HOW, incident_roles, with_incidents
from trucewatch.coding.tree import Tree
from trucewatch.language.analysis import Analysis, Span
from trucewatch.model import Event, Mention


def span(of: Analysis, label: str, first: int, last: int, score: float = 0.9) -> Span:
    return Span(label, of.tokens[first].start, of.tokens[last - 1].end, first, last, score)


def joined(id_: str, *spans: tuple[str, int, int, float]):
    plain = analysis(id_)
    marked = replace(plain, incidents=tuple(span(plain, *s) for s in spans))
    tree = Tree(marked, LEXICON.forms)
    cast = Cast(tree, LEXICON, actors(), None, ())
    truces = {t.id: frozenset(t.types) for t in ontology.load().truces}
    return with_incidents(Drafter(tree, LEXICON, cast, truces).drafts(), tree, 0.6)


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


def event(of: Analysis, id_: str, kind: str, word: int, mode: str | None = None) -> Event:
    """An event of one word, with nobody in it."""
    token = of.tokens[word]
    blank = {f.name: () if str(f.type).startswith("tuple") else None for f in fields(Event)}
    predicate = Mention(token.start, token.end, token.text)
    return Event(**(blank | {"id": id_, "type": kind, "mode": mode, "predicate": predicate, "sentence": token.sentence}))  # type: ignore[arg-type]


def roles(of: Analysis, spans: list[Span], *events: Event) -> list[tuple[str, str | None]]:
    return [(r.role, r.event) for r in incident_roles(replace(of, incidents=tuple(spans)), events)]


def test_a_role_stands_with_the_violent_event_nearest_to_it():
    plain = analysis("bomb-went-off")
    first, last = event(plain, "e-1", "ASSAULT", 1), event(plain, "e-2", "ASSAULT", len(plain.tokens) - 2)
    assert roles(plain, [span(plain, "perpetrator", 0, 2)], last, first) == [("perpetrator", "e-1")]


def test_a_role_whose_words_an_event_has_stands_with_that_event():
    plain = analysis("bomb-went-off")
    near, owner = event(plain, "e-1", "ASSAULT", 3), event(plain, "e-2", "ASSAULT", 12)
    has = replace(owner, instrument=(Mention(plain.tokens[0].start, plain.tokens[1].end, "x"),))
    assert roles(plain, [span(plain, "weapon", 0, 2)], near, has) == [("weapon", "e-2")]


@pytest.mark.parametrize(
    ("kind", "mode", "found"), [("ACCUSE", None, None), ("COERCE", "arrest", None), ("COERCE", "seize", "e-1")]
)
def test_a_role_stands_with_no_event_that_is_not_violent(kind, mode, found):
    plain = analysis("bomb-went-off")
    assert roles(plain, [span(plain, "victim", 0, 2)], event(plain, "e-1", kind, 3, mode)) == [("victim", found)]


def test_roles_keep_their_words_and_score():
    plain = analysis("bomb-went-off")
    (role,) = incident_roles(replace(plain, incidents=(span(plain, "target", 0, 2, 0.31),)), ())
    assert (role.text, role.score) == (plain.text[role.start : role.end], 0.31)
