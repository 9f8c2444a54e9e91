"""Verdicts on a new coding: the same words, words that moved, a verdict that is lost; and values laid over the machine's."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dossier.verdicts.samples import REPORT, Chain, account_of, recoded, subjects
from publishing import samples
from trucewatch.dossier.verdicts.attach import apply, attach, key_of, settle
from trucewatch.dossier.verdicts.fields import Coding
from trucewatch.dossier.verdicts.forms import parse
from trucewatch.dossier.verdicts.kinds import Anchor
from trucewatch.dossier.verdicts.state import anchors, effective
from trucewatch.model.incident import Voice

SHELLED, FIRED, BOUNTY = subjects()
CODED = samples.coded()


def effective_on(chain, coded):
    return effective(chain.verdicts, settle(anchors(chain.verdicts), coded))


def test_an_anchor_points_at_the_words_and_at_their_text():
    for subject, event in zip(subjects(), CODED.events, strict=True):
        anchor = subject.anchor
        assert CODED.text[anchor.start : anchor.end] == anchor.text == event.predicate.text
        assert anchor.sentence_start <= anchor.start < anchor.end <= anchor.sentence_end
        assert anchor.key == key_of(subject.account)
        assert attach(anchor, CODED).event == event.id


def test_a_new_id_on_the_same_words_is_the_same_event():
    found = attach(SHELLED.anchor, recoded())
    assert (found.event, found.how, found.now.key) == ("e-9999999999", "same", SHELLED.anchor.key)


def test_a_new_type_on_the_same_words_is_the_same_event_and_says_so():
    found = attach(SHELLED.anchor, recoded(type="COERCE"))
    assert (found.event, found.how) == ("e-9999999999", "same")
    assert "was ASSAULT and is COERCE" in found.why
    assert found.now.type == "COERCE"


def test_of_two_acts_on_one_word_the_one_of_the_type_is_meant():
    meet = replace(CODED.events[0], id="e-7", type="CONSULT", status="planned")
    both = replace(CODED, events=(meet, *CODED.events))
    assert attach(SHELLED.anchor, both).event == "e-1111111111"
    assert attach(replace(SHELLED.anchor, type="CONSULT"), both).event == "e-7"
    lost = attach(replace(SHELLED.anchor, type="AID"), both)
    assert lost.how == "lost"
    assert "carries 2 acts" in lost.why


def test_words_that_grew_are_the_moved_event():
    wider = samples.mention("gunners shelled")
    found = attach(SHELLED.anchor, recoded(predicate=wider))
    assert (found.event, found.how) == ("e-9999999999", "moved")
    assert "“shelled” is coded as “gunners shelled”" in found.why


def test_the_best_overlap_is_taken():
    near = replace(CODED.events[0], id="e-8", predicate=samples.mention("gunners shelled the village of Aldun"))
    coded = recoded(predicate=samples.mention("gunners shelled"))
    assert attach(SHELLED.anchor, replace(coded, events=(near, *coded.events))).event == "e-9999999999"


def test_another_word_of_the_same_clause_and_type_is_the_moved_event():
    found = attach(SHELLED.anchor, recoded(predicate=samples.mention("killing")))
    assert (found.event, found.how) == ("e-9999999999", "moved")


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"predicate": samples.mention("gunners shelled"), "type": "AID", "quad": 2}, "no event of a kind"),
        ({"predicate": samples.mention("killing"), "type": "COERCE"}, "no event of a kind"),
        ({"predicate": samples.mention("moved back")}, "no event of a kind"),
    ],
)
def test_what_it_may_not_have_meant_leaves_it_lost(changes, says):
    found = attach(SHELLED.anchor, recoded(**changes))
    assert (found.event, found.how, found.now) == (None, "lost", None)
    assert says in found.why


def test_two_events_equally_near_leave_it_lost():
    coded = recoded(predicate=samples.mention("killing"))
    twin = replace(coded.events[0], id="e-8", predicate=samples.mention("three"))
    found = attach(SHELLED.anchor, replace(coded, events=(twin, *coded.events)))
    assert (found.how, found.event) == ("lost", None)
    assert "equally near" in found.why


def test_another_text_leaves_every_verdict_lost():
    coded = replace(CODED, report=samples.report(text=samples.TEXT.replace("4 May", "5 May")))
    assert attach(SHELLED.anchor, coded).how == "lost"
    assert attach(SHELLED.anchor, samples.failed()).how == "lost"


def test_an_anchor_without_its_words_does_not_take_the_event_that_another_stands_on():
    gone = replace(SHELLED.anchor, start=samples.mention("killing").start, end=samples.mention("killing").end, text="killing")
    assert attach(gone, CODED).how == "moved"
    assert [found.how for found in settle([gone, SHELLED.anchor], CODED)] == ["lost", "same"]


def test_verdicts_before_and_after_a_new_coding_come_together():
    coded = recoded(predicate=samples.mention("gunners shelled"))
    chain = Chain()
    chain.add("Ana", "correct", 1, field="status", value="denied")
    chain.subjects = subjects(coded)
    chain.add("Ben", "accept", 1)
    found = effective_on(chain, coded)
    (ruling,) = found.rulings.values()
    assert ruling.reviewers == ("Ana", "Ben")
    assert ruling.event == "e-9999999999"
    assert [d.matter for d in found.disputes] == ["status"]
    assert apply(chain.subjects[0].account, found).account.status == "happened"


def test_a_lost_verdict_waits_and_a_lost_rejection_does_not():
    coded = replace(CODED, events=CODED.events[1:2])
    chain = Chain()
    chain.add("Ana", "accept", 1)
    chain.add("Ana", "reject", 3)
    found = effective_on(chain, coded)
    assert [ruling.anchor.text for ruling in found.lost] == ["shelled"]
    assert "no event of a kind" in found.lost[0].lost.why


def test_a_merge_of_two_that_are_one_event_now_asks_for_nothing():
    wide = samples.mention("fired on the village")
    coded = replace(CODED, events=(replace(CODED.events[1], predicate=wide),))
    chain = Chain()
    chain.subjects = [
        FIRED,
        replace(
            FIRED, anchor=replace(FIRED.anchor, end=wide.end, text=wide.text), account=replace(FIRED.account, key="r-1/e-5")
        ),
    ]
    chain.add("Ana", "merge", 1, 2)
    assert len(effective(chain.verdicts).merges) == 1
    assert effective_on(chain, coded).merges == ()


def test_links_move_with_their_events():
    chain = Chain()
    chain.add("Ana", "merge", 1, 2)
    coded = recoded(type="COERCE")
    (link,) = effective_on(chain, coded).merges
    assert link.one.key == key_of(account_of(coded, coded.events[0]))


# --- laid over --------------------------------------------------------------------------------------------------------------------------

CORRECTIONS = [
    ("type", "COERCE/arrest", lambda a: (a.type, a.mode), ("COERCE", "arrest")),
    ("truce", "-", lambda a: a.truce, None),
    ("status", "denied", lambda a: a.status, "denied"),
    ("actor", "-", lambda a: a.actor, ()),
    ("recipient", "three militants", lambda a: [p.text for p in a.recipient], ["three militants"]),
    ("place", "-", lambda a: a.place, None),
    ("place", "Aldun @36.9,36.2 /1", lambda a: (a.place.latitude, a.place.precision), (36.9, 1)),
    ("time", "2031-05-03", lambda a: (a.time.begin, a.time.until), ("2031-05-03", "2031-05-03")),
    ("harm", "killed 4", lambda a: [(h.best, samples.TEXT[h.start : h.end]) for h in a.harm], [(4, "three militants")]),
    ("harm", "injured 2", lambda a: [(h.kind, h.start, h.end) for h in a.harm], [("injured", SHELLED.account.start, SHELLED.account.end)]),
    ("claimant", "the mission @osce", lambda a: (a.voice.words, a.voice.id, a.voice.stance), ("the mission", "osce", "asserts")),
    ("claimant", "-", lambda a: a.voice, Voice()),
]  # fmt: skip


@pytest.mark.parametrize(("field", "text", "of", "expected"), CORRECTIONS)
def test_a_correction_is_laid_over_and_marked(field, text, of, expected):
    chain = Chain()
    verdict = chain.add("Ana", "correct", 1, field=field, value=parse(field, text))
    laid = apply(SHELLED.account, effective(chain.verdicts))
    assert of(laid.account) == expected
    (mark,) = laid.marks
    assert (mark.field, mark.held.reviewer, mark.held.verdict) == (field, "Ana", verdict.id)
    assert mark.machine != mark.value
    chain.undo(verdict)
    assert apply(SHELLED.account, effective(chain.verdicts)).account == SHELLED.account


def test_a_value_that_says_less_than_the_machine_leaves_the_machines_in_place():
    chain = Chain()
    chain.add("Ana", "correct", 1, field="place", value=parse("place", "Aldun"))
    laid = apply(SHELLED.account, effective(chain.verdicts))
    assert laid.account == SHELLED.account
    assert laid.marks == ()
    assert laid.reviewers == ("Ana",)


def test_what_was_accepted_holds_when_the_machine_changes_its_mind():
    chain = Chain()
    chain.add("Ana", "accept", 1)
    coded = recoded(status="planned", harm=(), type="COERCE")
    account = account_of(coded, coded.events[0])
    laid = apply(account, effective_on(chain, coded))
    assert (laid.account.status, laid.account.type) == ("happened", "ASSAULT")
    assert [(h.kind, h.best) for h in laid.account.harm] == [("killed", 3)]
    assert {mark.field for mark in laid.marks} == {"status", "harm", "type"}
    assert {mark.held.by for mark in laid.marks} == {"accept"}


def test_a_rejected_account_says_so_and_others_are_untouched():
    chain = Chain()
    chain.add("Ana", "reject", 3)
    found = effective(chain.verdicts)
    assert apply(BOUNTY.account, found).rejected
    assert not apply(FIRED.account, found).rejected
    assert apply(FIRED.account, found).account is FIRED.account


@given(st.sampled_from(["type", "truce", "status"]), st.data())
def test_a_correction_survives_any_new_coding_of_the_same_words(field, data):
    value = {"type": Coding("PROTEST"), "truce": "small arms", "status": "ongoing"}[field]
    chain = Chain()
    chain.add("Ana", "correct", 1, field=field, value=value)
    changes = data.draw(st.fixed_dictionaries({
        "type": st.sampled_from(["ASSAULT", "COERCE", "AID"]), "mode": st.none(), "status": st.sampled_from(["happened", "denied"]),
        "truce": st.sampled_from([None, "shelling"]),
    }))  # fmt: skip
    coded = recoded(**changes)
    laid = apply(account_of(coded, coded.events[0]), effective_on(chain, coded)).account
    assert {"type": Coding(laid.type, laid.mode), "truce": laid.truce, "status": laid.status}[field] == value


def test_the_dossiers_name_of_a_report_goes_before_the_records():
    assert Anchor.of(CODED, CODED.events[0]).report == "karsia/1.html"
    assert Anchor.of(CODED, CODED.events[0], REPORT).report == "r-1"
