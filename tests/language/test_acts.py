"""The learned event head with the shipped weights: what it reads, and that an answer depends on nothing but the words asked of."""

import numpy as np

from trucewatch.language import load
from trucewatch.language.acts import EVENT_HEADS
from trucewatch.language.analyser import Analyser


def test_vectors_stand_beside_the_tokens(analyser: Analyser) -> None:
    analysis = analyser.analyse("The army shelled Aldun. Nobody was hurt.")
    assert analysis.vectors is not None
    assert analysis.triggers is not None
    assert len(analysis.vectors) == len(analysis.triggers) == len(analysis.tokens)
    assert ((analysis.triggers >= 0) & (analysis.triggers <= 1)).all()


def test_chances_are_chances(analyser: Analyser) -> None:
    analysis = analyser.analyse("The army shelled Aldun.")
    chances = analyser.read_act(analysis.vectors, [2], [0, 1], [3])
    for head, row in zip(EVENT_HEADS, (chances.type, chances.mode, chances.status, chances.acled), strict=True):
        assert tuple(row) == analyser.model_facts.labels[head]
        assert abs(sum(row.values()) - 1) < 1e-3
    people = analyser.read_act.people(analysis.vectors, [2])
    assert people.shape == (2, len(analysis.tokens))
    assert ((people >= 0) & (people <= 1)).all()


def test_a_plain_act_is_read_as_it_is(analyser: Analyser) -> None:
    analysis = analyser.analyse("The army shelled the village on Monday.")
    chances = analyser.read_act(analysis.vectors, [2], [0, 1], [3, 4])
    assert max(chances.type, key=chances.type.__getitem__) == "ASSAULT"
    assert max(chances.status, key=chances.status.__getitem__) == "happened"
    people = analyser.read_act.people(analysis.vectors, [2])
    assert people[0, 1] > 0.5 > people[1, 1]
    assert people[1, 4] > 0.5 > people[0, 4]


def test_the_same_words_get_the_same_answer(analyser: Analyser) -> None:
    analysis = analyser.analyse("The army shelled Aldun.")
    first = analyser.read_act(analysis.vectors, [2], [0, 1], [3])
    analyser.read_act(analysis.vectors, [1], [], [])
    assert analyser.read_act(analysis.vectors, [2], [0, 1], [3]) == first
    other = load()
    assert other.read_act(other.analyse("The army shelled Aldun.").vectors, [2], [0, 1], [3]) == first


def test_nothing_marked_is_answered_too(analyser: Analyser) -> None:
    analysis = analyser.analyse("Rain.")
    chances = analyser.read_act(np.asarray(analysis.vectors), [], [], [])
    assert set(chances.status) == set(analyser.model_facts.labels["event_status"])
