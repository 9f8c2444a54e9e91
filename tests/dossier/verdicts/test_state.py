"""What verdicts come to: undo and its undoing, the latest word, disputes, links and grades."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dossier.verdicts.samples import Chain, subjects
from trucewatch.dossier.verdicts.forms import parse
from trucewatch.dossier.verdicts.state import anchors, effective, stand, to_undo
from trucewatch.model import TrucewatchError

ONE, TWO, THREE = (s.anchor.key for s in subjects())


def test_nothing_said_is_nothing_held():
    found = effective([])
    assert (found.standing, dict(found.rulings), found.merges, found.disputes) == ((), {}, (), ())


def test_an_undone_verdict_does_not_stand_and_the_undoing_of_its_undo_brings_it_back():
    chain = Chain()
    chain.add("Ana", "reject", 1)
    undo = chain.undo(chain.verdicts[0])
    assert effective(chain.verdicts).rulings == {}
    chain.undo(undo)
    assert effective(chain.verdicts).rulings[ONE].rejected
    chain.undo(chain.last)
    assert effective(chain.verdicts).rulings == {}


def test_the_order_is_that_of_seq_whatever_the_order_given():
    chain = Chain()
    chain.add("Ana", "accept", 1)
    chain.add("Ana", "reject", 1)
    assert effective(reversed(chain.verdicts)).rulings[ONE].rejected


def test_a_correction_after_another_counts_and_undoing_it_brings_the_first_back():
    chain = Chain()
    chain.add("Ana", "correct", 1, field="status", value="denied")
    chain.add("Ana", "correct", 1, field="status", value="planned")
    assert effective(chain.verdicts).rulings[ONE].fields["status"].value == "planned"
    chain.undo(chain.last)
    assert effective(chain.verdicts).rulings[ONE].fields["status"].value == "denied"


def test_accepting_holds_every_field_as_it_was_seen():
    chain = Chain()
    chain.add("Ana", "accept", 1)
    ruling = effective(chain.verdicts).rulings[ONE]
    assert set(ruling.fields) == {"type", "truce", "status", "actor", "recipient", "place", "time", "harm", "claimant"}
    assert ruling.fields["truce"].value == "shelling"
    assert ruling.fields["truce"].by == "accept"
    assert (ruling.rejected, ruling.reviewers, ruling.event) == (False, ("Ana",), "r-1/e-1111111111")


def test_a_rejection_drops_what_its_reviewer_held_and_a_later_correction_takes_it_back():
    chain = Chain()
    chain.add("Ana", "accept", 1)
    chain.add("Ana", "reject", 1)
    ruling = effective(chain.verdicts).rulings[ONE]
    assert ruling.rejected
    assert ruling.fields == {}
    assert effective(chain.verdicts).rejected == (ruling,)
    chain.add("Ana", "correct", 1, field="truce", value="small arms")
    ruling = effective(chain.verdicts).rulings[ONE]
    assert not ruling.rejected
    assert set(ruling.fields) == {"truce"}


def test_the_latest_reviewer_counts_and_the_difference_is_a_dispute():
    chain = Chain()
    chain.add("Ana", "correct", 1, field="status", value="denied")
    chain.add("Ben", "accept", 1)
    found = effective(chain.verdicts)
    assert found.rulings[ONE].fields["status"].value == "happened"
    (dispute,) = found.disputes
    assert (dispute.matter, dispute.sides) == ("status", (("Ana", "denied"), ("Ben", "happened")))


def test_reviewers_who_agree_in_other_words_do_not_differ():
    chain = Chain()
    chain.add("Ana", "accept", 1)
    chain.add("Ben", "correct", 1, field="place", value=parse("place", "aldun"))
    assert effective(chain.verdicts).disputes == ()


def test_whether_there_is_an_event_is_a_dispute_too():
    chain = Chain()
    chain.add("Ana", "accept", 3)
    chain.add("Ben", "reject", 3)
    found = effective(chain.verdicts)
    assert found.rulings[THREE].rejected
    assert [(d.matter, d.sides) for d in found.disputes] == [("event", (("Ana", "keeps"), ("Ben", "rejects")))]
    chain.add("Ana", "reject", 3)
    assert effective(chain.verdicts).disputes == ()


def test_a_later_split_of_the_same_pair_supersedes_the_merge_whichever_way_round():
    chain = Chain()
    chain.add("Ana", "merge", 1, 2)
    assert [(link.one.key, link.other.key) for link in effective(chain.verdicts).merges] == [(ONE, TWO)]
    chain.add("Ana", "split", 2, 1)
    found = effective(chain.verdicts)
    assert found.merges == ()
    assert [link.reviewer for link in found.splits] == ["Ana"]
    assert found.disputes == ()
    chain.undo(chain.last)
    assert len(effective(chain.verdicts).merges) == 1


def test_reviewers_who_link_and_part_one_pair_differ():
    chain = Chain()
    chain.add("Ana", "merge", 1, 2)
    chain.add("Ben", "split", 1, 2)
    found = effective(chain.verdicts)
    assert (len(found.merges), len(found.splits)) == (0, 1)
    assert [(d.matter, d.sides) for d in found.disputes] == [("link", (("Ana", "same"), ("Ben", "different")))]


def test_a_split_that_merges_go_round_is_a_knot():
    chain = Chain()
    chain.add("Ana", "merge", 1, 2)
    chain.add("Ana", "merge", 2, 3)
    assert effective(chain.verdicts).knots == ()
    chain.add("Ana", "split", 1, 3)
    (knot,) = effective(chain.verdicts).knots
    assert {knot.one.key, knot.other.key} == {ONE, THREE}


def test_notes_and_grades_stand_beside_and_a_letter_keeps_the_digit_before():
    chain = Chain()
    chain.add("Ana", "note", 1, text="ask the mission")
    chain.add("Ana", "grade", report="r-1", credibility=3)
    chain.add("Ana", "grade", report="r-1", reliability="C")
    chain.add("Ben", "grade", incident="i-1", reliability="A", credibility=1)
    found = effective(chain.verdicts)
    assert [v.payload.text for v in found.notes] == ["ask the mission"]
    assert found.rulings[ONE].notes == found.notes
    assert found.rulings[ONE].opinions == ()
    assert not found.rulings[ONE].rejected
    assert [(g.reviewer, g.report, g.incident, g.reliability, g.credibility) for g in found.grades] == [
        ("Ana", "r-1", None, "C", 3),
        ("Ben", None, "i-1", "A", 1),
    ]


def test_last_is_the_reviewers_own_and_no_undo():
    chain = Chain()
    first = chain.add("Ana", "accept", 1)
    second = chain.add("Ana", "accept", 2)
    other = chain.add("Ben", "accept", 1)
    assert to_undo(chain.verdicts, "last", "Ana") == second
    undo = chain.undo(second)
    assert to_undo(chain.verdicts, "last", "Ana") == first
    assert to_undo(chain.verdicts, undo.id, "Ana") == undo
    assert to_undo(chain.verdicts, other.id, "Ana") == other


def test_what_cannot_be_undone_is_named():
    chain = Chain()
    first = chain.add("Ana", "accept", 1)
    chain.undo(first)
    with pytest.raises(TrucewatchError, match="undone already"):
        to_undo(chain.verdicts, first.id, "Ana")
    with pytest.raises(TrucewatchError, match="no verdict of Ben stands"):
        to_undo(chain.verdicts, "last", "Ben")
    with pytest.raises(TrucewatchError, match="'v-x'"):
        to_undo(chain.verdicts, "v-x", "Ana")


def test_anchors_come_once_each():
    chain = Chain()
    chain.add("Ana", "accept", 1)
    chain.add("Ana", "merge", 1, 2)
    assert [a.key for a in anchors(chain.verdicts)] == [ONE, TWO]


@given(st.lists(st.integers(0, 30), max_size=20))
def test_undoing_again_and_again_is_parity(picks):
    """Undo always the latest that stands: an undo of a verdict, then of that undo, and so on."""
    chain = Chain()
    first = chain.add("Ana", "reject", 1)
    for _ in picks:
        chain.undo(chain.last)
    assert (first in stand(chain.verdicts)) is (len(picks) % 2 == 0)


@given(
    st.lists(st.tuples(st.sampled_from("ABC"), st.sampled_from(["accept", "reject", "undo"]), st.integers(1, 3)), max_size=12)
)
def test_of_any_chain_no_undone_verdict_stands_and_each_that_does_is_undone_by_none(steps):
    chain = Chain()
    for reviewer, kind, number in steps:
        if kind == "undo":
            standing = stand(chain.verdicts)
            if standing:
                chain.undo(standing[number % len(standing)], reviewer)
        else:
            chain.add(reviewer, kind, number)
    standing = stand(chain.verdicts)
    undone = {v.undoes for v in standing if v.undoes}
    assert not undone & {v.id for v in standing}
    assert all(v in standing or any(u.undoes == v.id for u in standing) for v in chain.verdicts)
    for ruling in effective(chain.verdicts).rulings.values():
        assert len(set(ruling.reviewers)) == len(ruling.reviewers)


def test_of_one_reviewer_the_latest_outcome_stands_and_another_reviewers_beside_it():
    chain = Chain()
    chain.add("Ana", "resolve", 3, outcome="did not")
    chain.add("Ben", "resolve", 3, outcome="partly", text="one gun")
    last = chain.add("Ana", "resolve", 3, outcome="came true")
    found = effective(chain.verdicts)
    assert [(r.reviewer, r.outcome, r.text) for r in found.resolved] == [("Ben", "partly", "one gun"), ("Ana", "came true", "")]
    assert found.rulings == {}  # what became of it says nothing of whether it was coded right
    chain.undo(last)
    assert [(r.reviewer, r.outcome) for r in effective(chain.verdicts).resolved] == [("Ana", "did not"), ("Ben", "partly")]
