"""The status algebra on small trees: what a negation, a modal, a governor or a clause makes of an act. Expected values are the codebook's."""

from __future__ import annotations

from typing import get_args

import pytest
from trees import blocks, events, told

from trucewatch.coding.status import COOPERATIVE, HOSTILE, Mood, compose_type
from trucewatch.model import EventStatus

EXPECTED = {
    "refused-to": [("REJECT", "happened"), ("RETREAT", "denied")],
    "not-agree": [("REJECT", "happened"), ("RETREAT", "denied")],
    "failed-to": [("REJECT", "happened"), ("RETREAT", "denied")],
    "unable": [("REJECT", "happened"), ("RETREAT", "denied")],
    "rejected-call": [("REJECT", "happened"), ("RETREAT", "denied")],
    "agreed-to": [("AGREE", "happened"), ("RETREAT", "planned")],
    "will-coop": [("AGREE", "happened"), ("RETREAT", "planned")],
    "going-to": [("AGREE", "happened"), ("RETREAT", "planned")],
    "is-due-to": [("AGREE", "happened"), ("RETREAT", "planned")],
    "plans-to": [("AGREE", "happened"), ("RETREAT", "planned")],
    "ready-to": [("AGREE", "happened"), ("RETREAT", "planned")],
    "vowed-coop": [("AGREE", "happened"), ("RETREAT", "planned")],
    "will-hostile": [("ASSAULT", "threatened"), ("THREATEN", "happened")],
    "threatened-to": [("ASSAULT", "threatened"), ("THREATEN", "happened")],
    "warned-would": [("ASSAULT", "threatened"), ("THREATEN", "happened")],
    "vowed-hostile": [("ASSAULT", "threatened"), ("THREATEN", "happened")],
    "must": [("REQUEST", "happened"), ("RETREAT", "demanded")],
    "have-to": [("REQUEST", "happened"), ("RETREAT", "demanded")],
    "demanded-that": [("REQUEST", "happened"), ("RETREAT", "demanded")],
    "urged-to": [("REQUEST", "happened"), ("RETREAT", "demanded")],
    "called-on": [("REQUEST", "happened"), ("RETREAT", "demanded")],
    "told-to": [("REQUEST", "happened"), ("RETREAT", "demanded")],
    "ordered-to": [("ASSAULT", "demanded"), ("REQUEST", "happened")],
    "appositive": [("ASSAULT", "demanded"), ("REQUEST", "happened")],
    "accused-of": [("ACCUSE", "happened"), ("ASSAULT", "happened")],
    "stopped-ing": [("ASSAULT", "denied"), ("RETREAT", "happened")],
    "cancelled": [("ASSAULT", "denied"), ("RETREAT", "happened")],
    "suspended-talks": [("SANCTION", "happened")],
    "no-signs-of": [("RETREAT", "denied")],
    "denied-that": [("ASSAULT", "denied")],
    "denied-ing": [("ASSAULT", "denied")],
    "not-deny": [("ASSAULT", "happened")],
    "prevented-from": [("COERCE", "denied")],
    "did-not": [("RETREAT", "denied")],
    "has-not": [("RETREAT", "denied")],
    "never": [("ASSAULT", "denied")],
    "no-object": [("RETREAT", "denied")],
    "passive-not": [("RETREAT", "denied")],
    "neither-nor": [("RETREAT", "denied")],
    "no-plan": [("RETREAT", "denied")],
    "no-shelling-recorded": [("ASSAULT", "denied")],
    "and-not": [("ASSAULT", "denied"), ("ASSAULT", "happened")],
    "began-to": [("RETREAT", "ongoing")],
    "continues-to": [("ASSAULT", "ongoing")],
    "have-been-ing": [("PROTEST", "ongoing")],
    "is-ing": [("ASSAULT", "ongoing")],
    "may": [("ASSAULT", "predicted")],
    "could": [("ASSAULT", "predicted")],
    "expected-to": [("ASSAULT", "predicted")],
    "likely-to": [("ASSAULT", "predicted")],
    "would-if": [("RETREAT", "conditional"), ("RETREAT", "conditional")],
    "if-then": [("RETREAT", "conditional"), ("RETREAT", "conditional")],
    "passive": [("ASSAULT", "happened")],
    "passive-by": [("ASSAULT", "happened")],
    "simple-past": [("ASSAULT", "happened")],
    "perfect": [("RETREAT", "happened")],
    "headline": [("ASSAULT", "happened")],
    "said-past": [("ASSAULT", "happened")],
    "attempt": [("ASSAULT", "happened")],
    "after-ing": [("ASSAULT", "happened"), ("RETREAT", "happened")],
    "relative": [("ASSAULT", "happened"), ("COERCE", "happened")],
    "clashes-broke-out": [("ASSAULT", "happened")],
    "coordinated": [("ASSAULT", "happened"), ("ASSAULT", "happened")],
    "question": [],
}
# at least these, among others that are a matter of reading
AMONG = {
    "if-clause": ("ASSAULT", "conditional"),
    "unless": ("RETREAT", "conditional"),
    "was-ing": ("ASSAULT", "happened"),
    "without": ("COERCE", "denied"),
    "allowed": ("CONCEDE", "happened"),
    "should-not": ("REQUEST", "happened"),
    "control": ("RETREAT", "planned"),
    "both-sides": ("RETREAT", "planned"),
}
# known to be wrong; a case that comes right is taken out of here
KNOWN: dict[str, str] = {
    "appositive": "ordering an attack is taken for the attack",
    "cancelled": "the act given up is not kept as denied",
    "coordinated": "taking a town has no entry without a gazetteer",
}


def _cases(ids):
    return [pytest.param(i, marks=pytest.mark.xfail(reason=KNOWN[i], strict=False)) if i in KNOWN else i for i in ids]


@pytest.mark.parametrize("id_", _cases(EXPECTED))
def test_status_on_trees(id_):
    assert told(id_) == EXPECTED[id_]


@pytest.mark.parametrize("id_", _cases(AMONG))
def test_status_among(id_):
    assert AMONG[id_] in told(id_)


def test_known_faults_are_cases():
    assert set(KNOWN) <= {*EXPECTED, *AMONG}


@pytest.mark.parametrize("id_", sorted(blocks()))
def test_every_event_has_a_status_a_rule_and_its_words(id_):
    for event in events(id_):
        assert event.status in get_args(EventStatus)
        assert event.basis.status_rule
        assert event.basis.type_rule
        assert event.start <= event.predicate.start < event.predicate.end


# --- the algebra itself -----------------------------------------------------------------------------------------------------


def test_a_fact_stays_a_fact():
    assert Mood().status == "happened"
    assert Mood().rule == "plain"


def test_two_negations_cancel():
    once = Mood().step("not", flip=True)
    assert once.status == "denied"
    assert once.step("deny", flip=True).status == "happened"


def test_an_outer_irrealis_wins_and_a_fact_keeps_the_inner():
    planned = Mood().step("will", "planned")
    assert planned.step("if", "conditional").status == "conditional"
    assert planned.step("say").status == "planned"
    assert planned.step("go on", "ongoing").status == "planned"


def test_rule_names_every_step_from_the_inside_out():
    assert Mood().step("not", flip=True).step("will", "planned").rule == "not>will"


@pytest.mark.parametrize(
    ("trigger", "embedded", "positive", "made"),
    [
        ("AGREE", "RETREAT", True, "AGREE"), ("AGREE", "RETREAT", False, "REJECT"), ("REJECT", "RETREAT", True, "REJECT"),
        ("VOW", "ASSAULT", True, "THREATEN"), ("VOW", "RETREAT", True, "AGREE"), ("WILL", "RETREAT", False, "REJECT"),
        ("STOP", "ASSAULT", True, "RETREAT"), ("STOP", "AID", True, "SANCTION"), ("REQUEST", "CONSULT", True, "REQUEST"),
        ("BEGIN", "RETREAT", True, None), ("DENY", "ASSAULT", True, None), ("SAY", "ASSAULT", True, None), ("MUST", "RETREAT", True, "REQUEST"),
    ],
)  # fmt: skip
def test_what_a_governor_makes(trigger, embedded, positive, made):
    row = compose_type(trigger, embedded, positive=positive)
    assert (row.type if row else None) == made


def test_types_are_either_cooperative_or_hostile_or_verbal():
    assert not COOPERATIVE & HOSTILE
