"""The project's own training sentences: every line keeps the format, every label is known, and no text is one of the gold set's."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest
from training.own_events import LintError

from training import own_events
from trucewatch import ontology

ROOT = Path(__file__).resolve().parents[2]
BLOCK = "The army shelled Aldun, the army said.\n  ASSAULT/heavy-weapons | happened | Shelling/artillery/missile attack | shelled | The army | Aldun\n  none | said\n"


@pytest.fixture(scope="module")
def examples():
    return own_events.examples()


def test_every_line_keeps_the_format(examples):
    assert len(examples) > 2000


def test_every_type_status_and_sub_event_is_taught(examples):
    acts = [act for e in examples for act in e.acts if act.type]
    assert min(Counter(a.type for a in acts).values()) >= 50
    assert set(Counter(a.type for a in acts)) == {t.name for t in ontology.load().types}
    assert set(Counter(a.status for a in acts)) == set(own_events.STATUSES)
    assert {a.acled for a in acts} >= {e.sub_event_type for e in ontology.load().acled_entries}


def test_no_text_stands_in_the_gold_set(examples):
    lines = (ROOT / "tests" / "gold" / "sentences.jsonl").read_text("utf-8").splitlines()
    gold = {json.loads(line)["text"] for line in lines}
    assert gold.isdisjoint(e.text for e in examples)


def test_sub_events_belong_to_acts_that_took_place(examples):
    wrong = [e.where for e in examples for a in e.acts if a.acled and a.status not in {"happened", "ongoing"}]
    assert wrong == []


def test_a_block_is_read(tmp_path):
    (tmp_path / "a.txt").write_text(BLOCK, "utf-8")
    (example,) = own_events.examples(tmp_path)
    shelled, said = example.acts
    assert example.text[slice(*shelled.predicate)] == "shelled"
    assert (shelled.type, shelled.mode, shelled.status) == ("ASSAULT", "heavy-weapons", "happened")
    assert said.type == ""


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("| shelled |", "| shells |", "is not in the text"),
        ("ASSAULT/heavy-weapons", "ASSAULT/heavy", "no mode"),
        ("| happened |", "| happens |", "no status"),
        ("Shelling/artillery/missile attack", "Shelling", "no ACLED"),
        ("| The army |", "| army |", "stands 2 times"),
        (" | Aldun", "", "5 columns"),
        ("  none", "none", "set in by two blanks"),
    ],
)
def test_a_fault_is_named_with_its_place(tmp_path, old, new, says):
    (tmp_path / "a.txt").write_text(BLOCK.replace(old, new), "utf-8")
    with pytest.raises(LintError, match=says) as caught:
        own_events.examples(tmp_path)
    assert "a.txt:" in str(caught.value)
