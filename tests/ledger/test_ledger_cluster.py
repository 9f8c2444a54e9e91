"""Clusters do not depend on any order; verdicts and bars are kept; what is added bit by bit ends as what is added at once."""

from __future__ import annotations

import time
from dataclasses import replace
from itertools import combinations
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.ledger.account_samples import DISTRICT, MERN, ORL, account, dead

from trucewatch.ledger import tables
from trucewatch.ledger.cluster import cluster, components
from trucewatch.ledger.compare import compare
from trucewatch.ledger.crowds import Crowds
from trucewatch.ledger.memory import Ledger

PLACES = (ORL, MERN, DISTRICT, None)
DAYS = ("2032-05-11", "2032-05-12", "2032-05-13", None)
KINDS = (
    {"type": "ASSAULT", "mode": "heavy-weapons", "truce": "shelling"},
    {"type": "ASSAULT", "mode": None, "truce": "attack on civilians"},
    {"type": "CONSULT", "mode": None, "truce": "talks held"},
    {"type": "ACCUSE", "mode": "disapprove", "truce": None},
)


@st.composite
def collections(draw, most=9):
    """Reports with one or two accounts each, of a few places, days and kinds; what a strand states is the same for its accounts."""
    made = []
    for n in range(draw(st.integers(2, most))):
        scenes = [
            {
                "place": draw(st.sampled_from(PLACES)),
                "day": draw(st.sampled_from(DAYS)),
                "harm": draw(st.sampled_from(((), (dead(4),), (dead(9),)))),
                "words": draw(st.sampled_from(((), ("object market",), ("object school", "word roof")))),
            }
            for _ in range(2)
        ]
        for k in range(draw(st.integers(1, 2))):
            strand = draw(st.integers(0, 1))
            status = draw(st.sampled_from(("happened", "denied", "planned")))
            made.append(account(f"r{n}", k, strand=strand, status=status, **scenes[strand], **draw(st.sampled_from(KINDS))))
    return made


def edges_of(accounts):
    found = {}
    for a, b in combinations(sorted(accounts, key=lambda x: x.key), 2):
        held = compare(a, b)
        if held.score > 0 and not held.barred and a.scene.strand != b.scene.strand:
            found[a.key, b.key] = held.score
    return found


@settings(max_examples=40, deadline=None)
@given(collections(), st.randoms(use_true_random=False))
def test_the_order_of_accounts_and_edges_does_not_matter(accounts, random):
    edges = edges_of(accounts)
    first = cluster(accounts, edges)
    shuffled, items = list(accounts), list(edges.items())
    random.shuffle(shuffled)
    random.shuffle(items)
    assert cluster(shuffled, dict(items)) == first
    assert sorted(key for found in first for key in found) == sorted(a.key for a in accounts)


@settings(max_examples=40, deadline=None)
@given(collections(), st.data())
def test_verdicts_are_kept(accounts, data):
    keys = sorted(a.key for a in accounts)
    pairs = st.tuples(st.sampled_from(keys), st.sampled_from(keys)).filter(lambda p: p[0] != p[1])
    must, cannot = data.draw(st.lists(pairs, max_size=3)), data.draw(st.lists(pairs, max_size=3))
    joined = components(keys, must)
    cannot = [p for p in cannot if not any(set(p) <= group for group in joined)]
    found = cluster(accounts, edges_of(accounts), must, cannot)
    home = {key: n for n, members in enumerate(found) for key in members}
    assert all(home[a] == home[b] for a, b in must)
    assert all(home[a] != home[b] for a, b in cannot)


@settings(max_examples=40, deadline=None)
@given(collections())
def test_what_is_barred_never_ends_in_one_cluster(accounts):
    by_key = {a.key: a for a in accounts}
    for members in cluster(accounts, edges_of(accounts)):
        told = [by_key[k] for k in members if by_key[k].type != "ACCUSE"]
        for a, b in combinations(told, 2):
            if a.scene.strand != b.scene.strand and {a.status, b.status} <= {"happened", "denied"}:
                assert not compare(a, b).barred, (a.key, b.key)


@settings(max_examples=40, deadline=None)
@given(collections(), st.randoms(use_true_random=False))
def test_bit_by_bit_is_the_same_as_at_once(accounts, random):
    reports = {}
    for a in accounts:
        reports.setdefault(a.report, []).append(a)

    def crowded(_block, held):
        return held > 6  # small enough to be met

    once, slowly = Ledger(crowded=crowded), Ledger(crowded=crowded)
    for found in reports.values():
        once.add_accounts(found)
    order = list(reports.values())
    random.shuffle(order)
    for found in order:
        slowly.add_accounts(found)
        slowly.clusters()
    assert slowly.clusters() == once.clusters()
    assert slowly.edges == once.edges
    assert cluster(accounts, once.edges) == once.clusters()


@settings(max_examples=30, deadline=None)
@given(collections(8), collections(8))
def test_a_component_is_not_changed_by_another(one, other):
    far = [
        replace(a, key=f"x{a.key}", report=f"x{a.report}", scene=replace(a.scene, strand=f"x{a.scene.strand}")) for a in other
    ]
    alone, both = cluster(one, edges_of(one)), cluster([*one, *far], {**edges_of(one), **edges_of(far)})
    assert [found for found in both if not min(found).startswith("x")] == list(alone)


def test_a_verdict_joins_against_a_bar_and_parts_what_a_report_tells_as_one():
    a, b = account("r1"), account("r2", place=MERN)
    assert cluster([a, b], {}, must=[(a.key, b.key)]) == (frozenset({a.key, b.key}),)
    one, two = account("r1", 1, strand=1), account("r1", 2, strand=1)
    assert cluster([one, two], {}) == (frozenset({one.key, two.key}),)
    assert len(cluster([one, two], {}, cannot=[(one.key, two.key)])) == 2


def test_a_vague_account_ties_nothing_together():
    a, b = account("r1", harm=(dead(4),)), account("r2", place=MERN, harm=(dead(4),))
    vague = account("r3", place=DISTRICT, harm=(dead(4),))
    found = cluster([a, b, vague], edges_of([a, b, vague]))
    assert len(found) == 2
    assert not any({a.key, b.key} <= members for members in found)


def crowds(scores, keys):
    """The crowds of units of which nothing is known but their ties; each by itself, and all in turn."""
    near = {key: [(found, b if a == key else a) for (a, b), found in scores.items() if key in (a, b)] for key in keys}
    single = {key: Crowds(near.__getitem__, str).of(key) for key in keys}
    made = Crowds(near.__getitem__, str)
    assert {key: made.of(key) for key in keys} == single
    return set(single.values())


def test_vague_strands_that_hang_together_without_end_part_at_their_weakest_ties(monkeypatch):
    limits = {**tables.limits(), "crowd of vague strands": 4, "sure ties of vague strands": 5}
    monkeypatch.setattr(tables, "limits", lambda: limits)
    chain = {("a", "b"): 2.0, ("b", "c"): 3.0, ("c", "d"): 1.0, ("d", "e"): 2.5}
    assert crowds({**chain, ("d", "e"): 0.5}, "abcde") == {frozenset("abcd"), frozenset("e")}
    assert crowds(chain, "abcde") == {frozenset("abc"), frozenset("de")}
    sure = dict.fromkeys(combinations("mnopqr", 2), 6.0)
    assert crowds({**chain, **sure, ("e", "m"): 2.2}, "abcdemnopqr") == {
        frozenset("abc"),
        frozenset("de"),
        frozenset("mnopqr"),
    }


@given(st.dictionaries(st.sampled_from(list(combinations("abcdefgh", 2))), st.sampled_from((0.5, 1.0, 2.0, 3.0, 6.0))))
def test_everybody_in_a_crowd_has_the_same(scores):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tables, "limits", lambda: {"crowd of vague strands": 3, "sure ties of vague strands": 5})
        found = crowds(scores, "abcdefgh")
    assert sorted(key for crowd in found for key in crowd) == list("abcdefgh")


def test_a_plan_joins_the_patrol_that_was_held():
    patrol = {"type": "COOPERATE", "mode": None, "truce": "patrol held", "words": ("word joint", "word patrol")}
    held = account("r1", **patrol)
    plan = account("r2", status="planned", published="2032-05-10", **patrol)
    ledger = Ledger()
    ledger.add_accounts([held])
    ledger.add_accounts([plan])
    assert ledger.incidents() == ((plan, held),)


def test_a_plan_alone_is_no_incident():
    ledger = Ledger()
    ledger.add_accounts([account("r2", status="planned")])
    assert ledger.incidents() == ()
    assert len(ledger.clusters()) == 1


def test_verdicts_reach_a_ledger_in_memory():
    a, b = account("r1"), account("r2", place=MERN)
    ledger = Ledger()
    ledger.add_accounts([a])
    ledger.add_accounts([b])
    assert len(ledger.clusters()) == 2
    ledger.join(a.key, b.key)
    assert len(ledger.clusters()) == 1


def test_a_component_of_two_thousand_accounts_is_clustered_in_bounded_time():
    random = Random(1)
    ledger = Ledger()
    for n in range(500):
        place, day = random.choice((ORL, MERN)), random.choice(("2032-05-12", "2032-05-13"))
        ledger.add_accounts([account(f"r{n}", k, strand=1, place=place, day=day, harm=(dead(n % 5 + 1),)) for k in range(4)])
    start = time.monotonic()
    found = ledger.clusters()
    assert time.monotonic() - start < 120
    assert sum(map(len, found)) == 2000
    assert all(len({(ledger.profiles[k].spots, ledger.profiles[k].spans) for k in members}) == 1 for members in found)
