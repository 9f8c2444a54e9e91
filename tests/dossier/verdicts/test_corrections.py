"""Verdicts as training data: JSON lines, and annotated texts that training's own reader takes."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dossier.verdicts.samples import REPORT, Chain, subjects
from publishing import samples
from training import own_events
from trucewatch.dossier.verdicts.corrections import Annotated, Correction, annotated, corrections
from trucewatch.dossier.verdicts.fields import Coding, Values
from trucewatch.dossier.verdicts.forms import parse
from trucewatch.dossier.verdicts.state import effective
from trucewatch.model import Mention, Participant, Report, SentenceSpan, TrucewatchError

CODED = samples.coded()


def exported(chain):
    return list(corrections(effective(chain.verdicts).standing, {REPORT: CODED.text}.get))


def annotate(chain, coded=CODED):
    return annotated([(REPORT, coded)], effective(chain.verdicts))


def read_back(tmp_path, made: Annotated):
    (tmp_path / "a.txt").write_text(made.text, "utf-8")
    return own_events.examples(tmp_path)


def test_a_correction_holds_the_event_before_and_after():
    chain = Chain()
    verdict = chain.add("Ana", "correct", 2, field="status", value="happened", text="the army admits it")
    (found,) = exported(chain)
    assert (found.verdict, found.reviewer, found.at, found.field, found.why) == (
        verdict.id, "Ana", verdict.at, "status", "the army admits it",
    )  # fmt: skip
    assert found.text == "The army denied that it had fired on the village."
    assert found.text[slice(*found.words)] == "fired"
    assert (found.before.status, found.after.status) == ("denied", "happened")
    assert found.before.put("status", "happened") == found.after
    assert found.before == Values.of(subjects()[1].account)


def test_what_was_accepted_stays_what_was_rejected_has_no_after_and_links_hold_both():
    chain = Chain()
    chain.add("Ana", "accept", 1)
    chain.add("Ana", "reject", 3)
    chain.add("Ana", "merge", 1, 2)
    chain.add("Ana", "note", 1, text="private")
    chain.add("Ana", "grade", report="r-1", reliability="B")
    chain.undo(chain.add("Ana", "reject", 2))
    accepted, rejected, merged = exported(chain)
    assert accepted.before == accepted.after is not None
    assert (rejected.before is not None, rejected.after) == (True, None)
    assert (merged.kind, merged.anchor.text, merged.other.text) == ("merge", "shelled", "fired")


def test_a_line_comes_back_and_stays_one_line():
    chain = Chain()
    chain.add("Ana", "accept", 1)
    chain.add("Ana", "correct", 1, field="place", value=None)
    chain.add("Ana", "reject", 3, text="a\nb\u2028c")
    chain.add("Ana", "merge", 1, 2)
    for found in exported(chain):
        assert "\n" not in found.to_json()
        assert Correction.from_json(found.to_json()) == found
        assert json.loads(found.to_json())["reviewer"] == "Ana"


@pytest.mark.parametrize("line", ["", "[]", "{}", '{"words": 1}'])
def test_another_line_is_refused(line):
    with pytest.raises(TrucewatchError, match="review --corrections"):
        Correction.from_json(line)


def test_a_report_that_is_gone_gives_nothing():
    chain = Chain()
    chain.add("Ana", "accept", 1)
    assert list(corrections(chain.verdicts, lambda _: None)) == []


def test_reviewed_sentences_are_read_by_trainings_own_reader(tmp_path):
    chain = Chain()
    chain.add("Ana", "accept", 1)
    chain.add("Ana", "correct", 1, field="type", value=Coding("ASSAULT", "heavy-weapons"))
    chain.add("Ana", "reject", 3)
    made = annotate(chain)
    assert made.left == ()
    shelled, bounty = read_back(tmp_path, made)
    (act,) = shelled.acts
    assert (act.type, act.mode, act.status, act.acled) == (
        "ASSAULT",
        "heavy-weapons",
        "happened",
        "Shelling/artillery/missile attack",
    )
    assert [shelled.text[slice(*span)] for span in (act.predicate, act.actor, act.recipient)] == [
        "shelled", "Karsian gunners", "the village of Aldun",
    ]  # fmt: skip
    assert [(bounty.text[slice(*a.predicate)], a.type) for a in bounty.acts] == [("offered a bounty", "")]


def test_a_corrected_status_takes_the_sub_event_away(tmp_path):
    chain = Chain()
    chain.add("Ana", "accept", 1)
    chain.add("Ana", "correct", 1, field="type", value=Coding("ASSAULT", "heavy-weapons"))
    chain.add("Ana", "correct", 1, field="status", value="threatened")
    (example,) = read_back(tmp_path, annotate(chain))
    assert [(a.status, a.acled) for a in example.acts] == [("threatened", "")]


@pytest.mark.parametrize(
    ("field", "text", "says"),
    [
        ("actor", "Karsian gunners; three militants", "one actor"),
        ("actor", "the mayor", "does not stand in the sentence once"),
        ("actor", "gunner", "not parted from the words around it"),
        ("recipient", "the reporter Mira Tolen", "does not stand in the sentence once"),
    ],
)
def test_a_sentence_that_the_format_cannot_say_is_left_out_with_the_reason(field, text, says):
    chain = Chain()
    chain.add("Ana", "accept", 1)
    chain.add("Ana", "correct", 1, field=field, value=parse(field, text))
    made = annotate(chain)
    assert made.blocks == ()
    assert [left.report for left in made.left] == [REPORT]
    assert says in made.left[0].why


def test_a_sentence_is_whole_or_not_there():
    second = replace(CODED.events[0], id="e-2", predicate=samples.mention("killing"), type="COERCE", actor=(), recipient=())
    coded = replace(CODED, events=(CODED.events[0], second))
    chain = Chain(subjects(coded))
    chain.add("Ana", "accept", 1)
    chain.add("Ana", "correct", 1, field="type", value=Coding("ASSAULT", "heavy-weapons"))
    assert "“killing” was not reviewed" in annotate(chain, coded).left[0].why
    chain.add("Ana", "correct", 2, field="status", value="happened")
    assert "nobody accepted or corrected type" in annotate(chain, coded).left[0].why
    chain.add("Ana", "reject", 2)
    made = annotate(chain, coded)
    assert made.left == ()
    assert "  none | killing" in made.blocks[0]


def test_sentences_that_nobody_reviewed_are_not_named():
    assert annotate(Chain()) == Annotated((), ())


SENTENCE = st.lists(
    st.sampled_from(["army", "Army", "the", "shelled", "hills", "d'Or", "Ñandú", "№", "-", "|", "#", "\u00a0", "\n", "3"]),
    min_size=3,
    max_size=12,
)


@given(SENTENCE, st.data())
def test_whatever_is_written_reads_back_as_it_was_meant(tokens, data):
    """Of any sentence and any words in it: the block names the very same places, or is left out."""
    text = " ".join(tokens)
    starts = [sum(len(t) + 1 for t in tokens[:n]) for n in range(len(tokens))]
    picks = data.draw(st.lists(st.integers(0, len(tokens) - 1), min_size=3, max_size=3))
    act, who, whom = (Mention(starts[n], starts[n] + len(tokens[n]), tokens[n]) for n in picks)
    event = replace(
        CODED.events[0], predicate=act, actor=(Participant(who.start, who.end, who.text),), start=0, end=len(text), mode="heavy-weapons",
        recipient=(Participant(whom.start, whom.end, whom.text),), claim=None, place=None, time=None, harm=(), sentence=0,
    )  # fmt: skip
    coded = replace(CODED, report=Report("x", text, published="2031"), sentences=(SentenceSpan(0, len(text)),), events=(event,))
    chain = Chain(subjects(replace(coded, claims=(), places=(), times=(), at_risk=()), "r-1"))
    chain.add("Ana", "accept", 1)
    made = annotate(chain, coded)
    assert len(made.blocks) + len(made.left) == 1
    if made.blocks:
        lines = made.text.splitlines()
        number, block = next(iter(blocks_of(lines)))
        found = own_events._act(block[0], block[1], str(number))
        lead = len(text) - len(text.lstrip())
        same = [(found.predicate, act), (found.actor, who), (found.recipient, whom)]
        for (start, end), meant in same:
            assert block[0][start:end] == meant.text
        assert found.predicate == (act.start - lead, act.end - lead)
        if who.text != whom.text:
            assert found.actor == (who.start - lead, who.end - lead)
            assert found.recipient == (whom.start - lead, whom.end - lead)


def blocks_of(lines):
    kept = [(n, line) for n, line in enumerate(lines) if not line.startswith("#") and line.strip()]
    yield kept[0][0], [line for _, line in kept]
