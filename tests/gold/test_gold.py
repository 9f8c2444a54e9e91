"""The gold set holds what it should, and the coder stays above the pinned floors on it.

The floors (``floors.toml``) stand about two points below what was measured; a change that falls below one of them fails here by name.
"""

from __future__ import annotations

import tomllib
from collections import Counter
from hashlib import sha256
from pathlib import Path

import pytest
from expect import checks, read_expectations
from scorer import Score, overlap, read_gold, score

import trucewatch
from trucewatch import ontology
from trucewatch.cli.demo import code_dossier
from trucewatch.model import Coded, Report

HERE = Path(__file__).parent
GOLD = read_gold(HERE / "sentences.jsonl")
FLOORS = tomllib.loads((HERE / "floors.toml").read_text("utf-8"))
STATUSES = ("happened", "ongoing", "denied", "planned", "threatened", "demanded", "conditional", "predicted")


@pytest.fixture(scope="session")
def measured() -> Score:
    coder = trucewatch.load()
    records = [coder.code(Report(t.id, t.text, published=t.published, language="en")) for t in GOLD]
    return score(GOLD, records)


@pytest.fixture(scope="session")
def dossier() -> dict[str, Coded]:
    return {coded.id: coded for coded in code_dossier()}


# --- the set itself ---------------------------------------------------------------------------------------------------------


def test_set_is_frozen():
    """A change of the gold is a decision of its own: it must come with a new hash in floors.toml and a line in README.md."""
    assert sha256((HERE / "sentences.jsonl").read_bytes()).hexdigest() == FLOORS["frozen"]["sha256"]


def test_set_is_wide_enough():
    asked = [e for t in GOLD for e in t.events if not e.optional]
    types = Counter(e.types[0] for e in asked if len(e.types) == 1)
    statuses = Counter(e.statuses[0] for e in asked if len(e.statuses) == 1)
    assert len(GOLD) >= 200
    assert sum(not t.events for t in GOLD) * 3 >= len(GOLD)
    assert {t.name for t in ontology.load().types} == set(types)
    assert min(types.values()) >= 5
    assert all(statuses[s] >= 5 for s in STATUSES)


def test_ids_and_texts_are_unique():
    assert len({t.id for t in GOLD}) == len({t.text for t in GOLD}) == len(GOLD)


@pytest.mark.parametrize("text", GOLD, ids=lambda t: t.id)
def test_words_stand_in_the_text(text):
    for event in text.events:
        for words in (*event.predicates, *event.actors, *event.recipients, *filter(None, [event.place])):
            assert overlap(words, text.text)
    for claim in text.claims:
        assert claim.source in text.text


def test_codes_exist():
    known = ontology.load()
    truces = {t.id: t.types for t in known.truces}
    for text in GOLD:
        for event in text.events:
            assert set(event.statuses) <= set(STATUSES)
            assert event.mode is None or any(event.mode in known.modes(t) for t in event.types), text.id
            assert event.truce is None or set(event.types) & set(truces[event.truce]), text.id


# --- the coder on it --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", sorted(FLOORS["at_least"]))
def test_floor(measured, name):
    figure = measured.figures()[name]
    assert figure >= FLOORS["at_least"][name], f"{name} fell to {figure}"


@pytest.mark.parametrize("name", sorted(FLOORS["at_most"]))
def test_ceiling(measured, name):
    figure = measured.figures()[name]
    assert figure <= FLOORS["at_most"][name], f"{name} rose to {figure}"


def test_demo_floors(dossier):
    found = [c for id_, wanted in read_expectations(HERE / "demo.yaml").items() for c in checks(wanted, dossier[id_])]
    missing = [c for c in found if not c.found]
    assert 100.0 * (len(found) - len(missing)) / len(found) >= FLOORS["demo"]["found"], missing
    assert 100.0 * sum(c.found and not c.wrong for c in found) / len(found) >= FLOORS["demo"]["whole"]


# --- the scorer itself ------------------------------------------------------------------------------------------------------


def _empty(text) -> Coded:
    return Coded(text.id, "coded", (), Report(text.id, text.text, language="en"))


def test_a_coder_that_finds_nothing_scores_nothing():
    figures = score(GOLD, [_empty(t) for t in GOLD]).figures()
    assert figures["type_f1"] == figures["type_recall"] == figures["claim_f1"] == figures["harm_f1"] == 0.0
    assert figures["false_event_rate"] == 0.0
