"""Who does what to whom on small trees: active, passive, control, coordination, apposition, pronouns, weapons."""

from __future__ import annotations

import pytest
from trees import events

WHO = {
    "simple-past": ("ASSAULT", ["The army"], ["the village"]),
    "passive": ("ASSAULT", [], ["The village"]),
    "passive-by": ("ASSAULT", ["the army"], ["The village"]),
    "passive-not": ("RETREAT", [], ["The captives"]),
    "perfect": ("RETREAT", ["The rebels"], ["the captives"]),
    "two-recipients": ("ASSAULT", ["The army"], ["Orvash", "Kesh"]),
    "visit": ("CONSULT", ["The Norwegian minister"], ["Peru"]),
    "control": ("RETREAT", ["The rebels"], ["three captives"]),
    "agreed-to": ("RETREAT", ["The rebels"], ["the captives"]),
    "denied-that": ("ASSAULT", ["its soldiers"], ["the village"]),
    "accused-of": ("ASSAULT", ["the army"], ["the village"]),
    "ordered-to": ("ASSAULT", ["his soldiers"], ["the village"]),
    "told-to": ("RETREAT", ["the rebels"], ["the captives"]),
    "demanded-that": ("RETREAT", ["the army"], ["its troops"]),
    "called-on": ("RETREAT", ["the army"], ["the captives"]),
    "relative": ("ASSAULT", ["The soldiers"], ["the village"]),
    "after-ing": ("ASSAULT", ["the army"], ["the village"]),
    "without": ("COERCE", ["The soldiers"], ["anybody"]),
    "recip-prep": ("ASSAULT", ["Rebels"], ["a Turkish convoy"]),
    "fire-from": ("ASSAULT", ["the rebels"], ["The patrol"]),
    "weapon-subject": ("ASSAULT", [], ["two farmers"]),
    "harm-two-sides": ("ASSAULT", [], ["Three militants", "two Turkish soldiers"]),
    "was-ing": ("ASSAULT", ["The army"], ["the village"]),
    "unless": ("ASSAULT", ["the rebels"], ["the town"]),
}
KNOWN: dict[str, str] = {}


def _cases(ids):
    return [pytest.param(i, marks=pytest.mark.xfail(reason=KNOWN[i], strict=False)) if i in KNOWN else i for i in ids]


def _of_type(id_: str, type_: str):
    return next(e for e in events(id_) if e.type == type_)


@pytest.mark.parametrize("id_", _cases(WHO))
def test_who_to_whom(id_):
    type_, actors, recipients = WHO[id_]
    event = _of_type(id_, type_)
    assert ([p.text for p in event.actor], [p.text for p in event.recipient]) == (actors, recipients)


@pytest.mark.parametrize(
    ("id_", "type_", "named"),
    [
        ("clashes-broke-out", "ASSAULT", {"the army", "the rebels"}),
        ("passive-exchange", "RETREAT", {"Russia", "Ukraine"}),
        ("joint-patrol", "COOPERATE", {"Russian and Turkish troops"}),
        ("both-sides", "CONSULT", {"The army", "the rebels"}),
    ],
)
def test_everybody_in_a_mutual_act_is_named(id_, type_, named):
    event = _of_type(id_, type_)
    assert named <= {p.text for p in (*event.actor, *event.recipient)}


def test_joint_patrol_names_both_states():
    event = _of_type("joint-patrol", "COOPERATE")
    assert {p.actor.country for p in event.actor if p.actor} == {"RUS", "TUR"}


def test_a_weapon_is_the_instrument_and_does_not_act():
    event = _of_type("weapon-subject", "ASSAULT")
    assert [m.text for m in event.instrument] == ["A mine"]
    assert event.actor == ()


def test_a_pronoun_is_resolved_and_kept():
    shelled = next(e for e in events("pronoun") if e.truce == "shelling")
    assert [p.text for p in shelled.actor] == ["The army"]
    assert shelled.actor[0].via is not None
    assert shelled.actor[0].via.text == "It"


def test_both_sides_are_the_two_named_before():
    agreed = _of_type("both-sides", "AGREE")
    named = {p.text for p in (*agreed.actor, *agreed.recipient)}
    assert named & {"Both sides", "The army", "the rebels"}


@pytest.mark.parametrize("id_", sorted(WHO))
def test_nobody_is_actor_and_recipient_of_one_act(id_):
    for event in events(id_):
        assert not {(p.start, p.end) for p in event.actor} & {(p.start, p.end) for p in event.recipient}
