"""How the benchmarks reckon: figures, folds, entities, and what mending a confusion would win. No corpus is read."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "benchmarks"))

from common import fold_of, macro_f1, micro_f1, one_to_one, rates, sample, weighted_f1  # noqa: E402
from errors import Confusion, Item, blamed, by_labels, confusions, groups_f1, roles_f1, verdict  # noqa: E402
from incidents import (  # noqa: E402
    Entity,
    Named,
    aligned,
    content,
    gold_entities,
    has_name,
    head,
    kind_of,
    merged,
    plain,
    same,
    verdicts,
    violent,
)
from snippets import NONE, main_event, sub_event  # noqa: E402
from trucewatch.model import ActorRef  # noqa: E402

MICRO = by_labels(micro_f1)


def entities(*sets: tuple[str, ...]) -> list[Entity]:
    return [Entity(list(phrases)) for phrases in sets]


def named(*phrases: str, key: str = "") -> list[Named]:
    return [Named(phrase, key, SimpleNamespace(id=phrase)) for phrase in phrases]


def event(**fields):
    return SimpleNamespace(**{"type": "ASSAULT", "mode": None, "status": "happened", "actor": ()} | fields)


def actor(kind: str, id_: str = "X"):
    return ActorRef(id_, "", kind, None, None)


# figures


def test_micro_f1_counts_what_is_missing_and_what_is_made_up():
    assert micro_f1(["a", "a", "-"], ["a", "-", "b"]) == pytest.approx(50)
    assert micro_f1(["a", "b"], ["a", "c"]) == pytest.approx(50)
    assert micro_f1(["-"], ["-"]) == 0


def test_weighted_f1_leaves_the_empty_label_out_of_the_mean_but_not_out_of_the_errors():
    overall, each = weighted_f1(["x", "x", "y", "-"], ["x", "y", "y", "y"], without="-")
    assert each["x"] == (pytest.approx(200 * 1 / 3), 2)
    assert each["y"] == (pytest.approx(50), 1)
    assert overall == pytest.approx((2 * 200 / 3 + 50) / 3)


def test_macro_f1_is_the_mean_of_the_labels():
    overall, each = macro_f1(["x", "y"], ["x", "x"], ["x", "y"])
    assert overall == pytest.approx(sum(each.values()) / 2)


def test_rates():
    assert rates(1, 2, 4) == (50, 25, 33.3)
    assert rates(0, 0, 0) == (0, 0, 0)


@pytest.mark.parametrize(("name", "fold"), [("plv-0", 0), ("plv-123", 3), ("cameo-9", 4), ("17", 2)])
def test_a_row_has_one_fold(name, fold):
    assert fold_of(name) == fold


def test_a_sample_is_spread_over_the_rows():
    assert sample(range(10), 3) == [0, 3, 6]
    assert sample("ab", 5) == ["a", "b"]
    assert sample("ab", 0) == []


# alignment


def test_pairs_are_one_to_one():
    assert one_to_one([[True, True], [True, True], [True, True]]) == [(0, 0), (1, 1)]
    assert one_to_one([]) == []
    assert one_to_one([[], []]) == []


def test_a_greedy_choice_is_taken_back_where_more_pairs_can_be_made():
    assert one_to_one([[True, True], [True, False]]) == [(0, 1), (1, 0)]


def test_a_gold_entity_is_found_once():
    gold = entities(("the mayor", "mayor lund"))
    assert len(aligned(entities(("mayor",), ("a mayor",)), gold)) == 1
    assert aligned(entities(("the judge",)), gold) == []


def test_exact_asks_for_a_whole_phrase_less_articles_and_punctuation():
    gold = entities(("the mayor", "mayor lund"))
    assert aligned(entities(('The "Mayor"',)), gold, exact=True) == [(0, 0)]
    assert aligned(entities(("mayor of Orvash",)), gold, exact=True) == []
    assert aligned(entities(("mayor of Orvash",)), gold) == [(0, 0)]


def test_what_is_missing_and_spurious():
    found, gold = entities(("a truck",), ("two men",)), entities(("men",), ("bridge",))
    pairs, missing, spurious = verdicts(found, gold)
    assert pairs == [(found[1], gold[0])]
    assert (missing, spurious) == ([gold[1]], [found[0]])


# entities


@pytest.mark.parametrize(
    ("phrase", "word"),
    [
        ("four members of the urban front", "members"),
        ("the dynamite", "dynamite"),
        ("a bus, the driver said", "bus"),
        ("two men", "men"),
        ("one of the soldiers", "soldiers"),
        ("a group of 11 men", "men"),
        ("the governor's house", "house"),
        ("1,172 casualties", "casualties"),
        ("three persons suspected of helping", "persons"),
        ("armed men", "men"),
        ("the house in which he slept", "house"),
    ],
)
def test_head_word(phrase, word):
    assert head(phrase) == word


def test_words_to_compare():
    assert plain('The "Lake" Alliance (LA)') == "lake alliance la"
    assert content("the two bridges of Orvash") == ["bridges", "orvash"]
    assert content("the") == ["the"]


def test_other_things_are_not_the_same():
    assert not same("the bridge", "the mayor")
    assert same("guerrillas", "the guerrillas who fled")
    assert same("lund", "mayor lund vesk")
    assert not same("lund orvash", "lund vesk orvash dam")


def test_phrases_of_one_entity_are_merged():
    found = merged(named("the mayor of Orvash", "mayor", "two bridges", "the mayor of Orvash"))
    assert [e.phrases for e in found] == [["the mayor of Orvash", "mayor"], ["two bridges"]]
    assert [e.id for e in found[0].events] == ["the mayor of Orvash", "mayor"]


def test_a_phrase_ties_together_what_stood_apart():
    found = merged(named("lund", "the mayor", "two bridges", "lund the mayor"))
    assert [sorted(e.phrases) for e in found] == [["lund", "lund the mayor", "the mayor"], ["two bridges"]]


def test_names_of_one_actor_are_merged():
    found = merged([*named("the Lake Alliance", key="lake"), *named("LA", key="lake"), *named("the Hill Guard", key="hill")])
    assert [e.phrases for e in found] == [["the Lake Alliance", "LA"], ["the Hill Guard"]]


def test_gold_entities_of_all_templates_stand_once():
    mayor, judge = [["the mayor", 3], ["mayor lund", 40]], [["judge", 9]]
    gold = gold_entities([{"Victim": [mayor]}, {"Victim": [mayor[::-1], judge]}], "Victim")
    assert [(e.phrases, e.start) for e in gold] == [(["mayor lund", "the mayor"], 3), (["judge"], 9)]


@pytest.mark.parametrize(
    ("phrase", "ref", "kind"),
    [
        ("the guerrillas", actor("rebel", "REB"), "people"),
        ("four policemen", None, "people"),
        ("the army", actor("military", "MIL"), "body"),
        ("the lake alliance", None, "body"),
        ("the rovani", actor("rebel", "var.rovani"), "body"),
        ("a bridge", None, "thing"),
        ("the president's house", actor("government", "GOV"), "thing"),
        ("colonel orvash", None, "people"),
        ("the town of helm", None, "ground"),
        ("orvash lund", None, "name"),
        ("the orvashis", None, "the name"),
        ("they", None, ""),
    ],
)
def test_people_bodies_and_things(phrase, ref, kind):
    assert kind_of(phrase, ref) == kind


def test_a_person_with_a_name():
    assert has_name(Entity(["the colonel", "colonel orvash"]))
    assert not has_name(Entity(["four policemen", "the villagers"]))


def test_what_is_an_incident():
    gang, state = SimpleNamespace(actor=actor("criminal")), SimpleNamespace(actor=actor("police"))
    assert violent(event())
    assert violent(event(mode="abduct", status="planned"))
    assert not violent(event(status="denied"))
    assert violent(event(type="COERCE", mode="seize", actor=(gang,)))
    assert not violent(event(type="COERCE", mode="seize", actor=(gang, state)))
    assert not violent(event(type="COERCE", mode="seize"))
    assert not violent(event(type="COERCE", mode="arrest", actor=(gang,)))


# the main event


def test_the_main_event_is_the_surest_of_those_acled_would_record():
    def made(name: str | None, confidence: float):
        return SimpleNamespace(acled=name and SimpleNamespace(sub_event_type=name), confidence=confidence)

    coded = SimpleNamespace(events=(made(None, 0.9), made("Attack", 0.4), made("Armed clash", 0.7), made("Grenade", 0.7)))
    assert sub_event(main_event(coded)) == "Armed clash"
    assert sub_event(main_event(coded, first=True)) == "Attack"
    assert sub_event(main_event(SimpleNamespace(events=(made(None, 0.9),)))) == NONE


# what mending would win


def test_the_confusion_that_wins_most_comes_first():
    items = [Item("a", "a", "r1", "")] * 5 + [Item("a", "b", "r1", "1")] * 3 + [Item("c", "a", "r2 0.91", "2")]
    found = confusions(items, MICRO)
    assert [(str(c), len(c.items)) for c in found] == [("a coded as b", 3), ("c coded as a", 1)]
    now = micro_f1(["a"] * 8 + ["c"], ["a"] * 5 + ["b"] * 3 + ["a"])
    assert found[0].gain == pytest.approx(micro_f1(["a"] * 8 + ["c"], ["a"] * 9) - now)


def test_few_errors_of_a_rare_label_win_more_in_a_macro_figure():
    items = [Item("a", "a", "", "")] * 90 + [Item("a", "-", "", "")] * 3 + [Item("b", "-", "", "")]
    found = confusions(items, by_labels(lambda gold, found: macro_f1(gold, found, ["a", "b"])[0]))
    assert [str(c) for c in found] == ["b missing", "a missing"]
    assert found[0].gain == pytest.approx(50)


def test_how_a_confusion_is_named():
    kinds = [("a", "b"), ("a", "-"), ("-", "a"), ("cue", "cue with wrong border")]
    names = ["a coded as b", "a missing", "a spurious", "cue with wrong border"]
    assert [str(Confusion(*kind, 0.0, ())) for kind in kinds] == names


def test_rules_are_summed_without_their_chances():
    items = [Item("a", "b", "head:X 0.91 over y", "", "hit"), Item("a", "a", "head:X 0.4 over y", "", "hit")]
    (rule,) = blamed(items, MICRO, lambda i: i.rule)
    assert (rule.name, rule.wrong, rule.made) == ("head:X over y", 1, 2)
    assert rule.gain == pytest.approx(50)
    assert blamed([i.mended() for i in items], MICRO, lambda i: i.word) == []


def test_marked_and_coded_spans_count_each_for_themselves():
    hit = Item("actor", "actor", "", "")
    items = [replace(hit, side="gold"), replace(hit, side="found"), replace(hit, side="found"), Item("actor", "-", "", "")]
    assert roles_f1(items) == pytest.approx(2 * 100 * 50 / 150)  # precision 2 of 2, recall 1 of 2
    assert roles_f1([i.mended() if i.wrong else i for i in items]) == pytest.approx(100)
    spurious = [*items[:3], Item("-", "actor", "", "")]
    assert roles_f1(spurious) == pytest.approx(200 * (2 / 3) / (5 / 3))
    assert roles_f1([i.mended() if i.wrong else i for i in spurious]) == pytest.approx(100)
    assert roles_f1([]) == 0


def test_a_relation_is_right_when_all_its_roles_are():
    one = [
        Item("cue", "cue", "", "", group="1"),
        Item("source", "-", "", "", group="1"),
        Item("-", "content", "", "", group="1"),
    ]
    lost = Item("relation", "-", "", "", group="2")
    made = Item("-", "relation", "", "", group="made 0")
    items = [*one, lost, made]
    assert groups_f1(items) == 0
    gains = {str(c): c.gain for c in confusions(items, groups_f1)}
    assert gains["source missing"] == 0  # its relation has another fault
    assert gains["relation missing"] == pytest.approx(200 / 5)
    assert groups_f1([i.mended() for i in items]) == pytest.approx(100)


@pytest.mark.parametrize(
    ("gold", "found", "labels"),
    [
        ({(1, 3)}, {(1, 3)}, ("cue", "cue")),
        ({(1, 3)}, {(2, 4)}, ("cue", "cue with wrong border")),
        ({(1, 3)}, {(3, 4)}, ("cue", "cue elsewhere")),
        ({(1, 3)}, set(), ("cue", "-")),
        (set(), {(1, 3)}, ("-", "cue")),
        (set(), set(), ("-", "-")),
    ],
)
def test_verdict_on_a_role(gold, found, labels):
    assert verdict("cue", frozenset(gold), frozenset(found)) == labels
