"""The learned head beside the rules: who is heard, and that what lost stays on record. The head here is a stand-in that says what a test wants."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
import pytest
from trees import LEXICON, actors, analysis, rows

from trucewatch import ontology
from trucewatch.coding.cast import Cast
from trucewatch.coding.events import Context, find_events
from trucewatch.coding.judge import NO_ACT, Settings, settings, weigh
from trucewatch.coding.tree import Tree
from trucewatch.language.acts import ActChances

TYPES = [NO_ACT, *(t.name for t in ontology.load().types)]


@dataclass
class Head:
    """Says the same of every act."""

    type: dict[str, float] = field(default_factory=dict)
    status: dict[str, float] = field(default_factory=lambda: {"happened": 0.97})
    acled: dict[str, float] = field(default_factory=dict)
    mode: dict[str, float] = field(default_factory=dict)
    actor: dict[int, float] = field(default_factory=dict)
    recipient: dict[int, float] = field(default_factory=dict)
    certain: bool = False

    def people(self, vectors, predicate):
        assert all(0 <= i < len(vectors) for i in predicate)
        chances = np.full((2, len(vectors)), 0.0 if self.certain else 0.3, np.float32)
        for row, given in enumerate((self.actor, self.recipient)):
            for word, chance in given.items():
                chances[row, word] = chance
        return chances

    def __call__(self, vectors, predicate, actor, recipient):
        assert all(0 <= i < len(vectors) for i in (*predicate, *actor, *recipient))
        kinds = dict.fromkeys(TYPES, 0.001) | self.type
        statuses = dict.fromkeys(
            ("happened", "ongoing", "denied", "planned", "threatened", "demanded", "conditional", "predicted"), 0.001
        )
        return ActChances(kinds, {NO_ACT: 0.01} | self.mode, statuses | self.status, {NO_ACT: 0.01} | self.acled)


def judged(id_, head, triggers=()):
    plain = analysis(id_)
    chances = np.full(len(plain.tokens), 0.2, np.float16)
    chances[list(triggers)] = 0.99
    made = Tree(replace(plain, vectors=np.zeros((len(plain.tokens), 4), np.float16), triggers=chances), LEXICON.forms)
    cast = Cast(made, LEXICON, actors(), None, ())
    return find_events(Context(made, LEXICON, ontology.load(), cast, (), (), (), head))


def test_head_and_rule_agree():
    (event,) = judged("clean-active", Head(type={"ASSAULT": 0.95}))
    assert event.type == "ASSAULT"
    assert event.basis.type_rule.startswith("lexicon:")
    assert not any(a.field == "type" and a.by == "head" for a in event.basis.alternatives)


def test_a_sure_head_overrules_the_rule_and_the_rule_stays_on_record():
    (event,) = judged("clean-active", Head(type={"MOBILIZE": 0.999, "ASSAULT": 1e-6}))
    assert event.type == "MOBILIZE"
    assert event.basis.type_rule.startswith("head:MOBILIZE")
    lost = event.basis.alternatives[0]
    assert (lost.field, lost.value) == ("type", "ASSAULT")
    assert lost.by.startswith("lexicon:")
    assert event.quad == ontology.load().quad("MOBILIZE")
    assert event.truce is None or event.truce in {t.id for t in ontology.load().truces if "MOBILIZE" in t.types}


def test_an_unsure_head_is_an_alternative():
    (event,) = judged("clean-active", Head(type={"MOBILIZE": 0.45, "ASSAULT": 0.40}))
    assert event.type == "ASSAULT"
    assert next((a.value, a.by) for a in event.basis.alternatives if a.field == "type") == ("MOBILIZE", "head")


def test_a_rule_with_a_frame_stays_though_the_head_takes_it_for_no_act():
    (event,) = judged("clean-active", Head(type={NO_ACT: 0.9999, "ASSAULT": 1e-6}))
    assert event.type == "ASSAULT"


def test_a_bare_word_that_the_head_surely_takes_for_no_act_is_dropped():
    assert [e.type for e in judged("bare-word", Head(type={"ASSAULT": 0.95}))] == ["ASSAULT"]
    assert judged("bare-word", Head(type={NO_ACT: 0.9999, "ASSAULT": 1e-6})) == ()


@pytest.mark.parametrize(("id_", "status"), [("began-to", "ongoing"), ("no-signs-of", "denied")])
def test_a_status_that_the_words_around_an_act_make_stands_against_the_head(id_, status):
    events = judged(id_, Head(type={"RETREAT": 0.95}, status={"happened": 0.9, status: 0.03}))
    (event,) = [e for e in events if e.type == "RETREAT"]
    assert event.status == status
    assert ("status", "happened") in {(a.field, a.value) for a in event.basis.alternatives}


def test_status_of_the_head_over_the_rule():
    (event,) = judged("clean-active", Head(type={"ASSAULT": 0.95}, status={"denied": 0.999, "happened": 1e-5}))
    assert event.status == "denied"
    assert event.basis.status_rule.startswith("head:denied")
    assert any(a.field == "status" and a.value == "happened" for a in event.basis.alternatives)


def test_an_act_that_no_rule_knows_is_the_heads_alone():
    plain = analysis("unknown-verb")
    word = next(t.i for t in plain.tokens if t.upos == "VERB")
    assert judged("unknown-verb", Head(type={"AID": 0.9})) == ()
    (event,) = judged("unknown-verb", Head(type={"AID": 0.9}), triggers=[word])
    assert event.type == "AID"
    assert event.predicate.text == plain.tokens[word].text
    assert event.actor


def test_a_participant_the_head_rules_out_goes_and_one_it_is_sure_of_comes():
    plain = analysis("clean-active")
    (bare,) = judged("clean-active", Head(type={"ASSAULT": 0.95}))
    assert bare.actor
    (alone,) = judged("clean-active", Head(type={"ASSAULT": 0.95}, certain=True))
    assert alone.actor == alone.recipient == ()  # nobody is left in it
    subject = next(t.i for t in plain.tokens if t.deprel == "nsubj")
    (again,) = judged("clean-active", Head(type={"ASSAULT": 0.95}, certain=True, actor={subject: 0.99}))
    assert again.actor == bare.actor


@pytest.mark.parametrize(("weight", "best"), [(0.0, "b"), (0.5, "b"), (1.0, "a")])
def test_weighing(weight, best):
    assert weigh({"a": 0.3, "b": 0.6}, "a", weight) == best


def test_the_table_names_every_setting_once():
    header, *body = rows("judge.tsv")
    assert header == ["name", "value"]
    names = [r[0] for r in body]
    assert sorted(names) == sorted(Settings.__dataclass_fields__)
    assert all(value >= 0 for value in (getattr(settings(), n) for n in names))
