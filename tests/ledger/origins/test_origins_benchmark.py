"""The benchmark of reprints: its reckoning, its material, and a floor that only rises."""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path

import pytest

from trucewatch.ledger.origins import find, groups

sys.path.insert(0, str(Path(__file__).resolve().parents[3] / "benchmarks"))

from common import rates
from make_reprints import SYNONYMS, bank, make, skeletons
from reprints import adjusted_rand, pairs


def test_adjusted_rand_index():
    gold = dict(zip("abcdef", "112233", strict=True))
    assert adjusted_rand(gold, gold) == 100
    assert adjusted_rand(gold, dict.fromkeys("abcdef", "x")) == 0
    assert adjusted_rand(gold, dict(zip("abcdef", "112345", strict=True))) == pytest.approx(
        100 * (1 - 0.2) / (2 - 0.2), abs=0.01
    )
    assert adjusted_rand(dict.fromkeys("ab", "1"), dict.fromkeys("ab", "2")) == 100


def test_adjusted_rand_index_as_in_the_textbook():
    """Hubert and Arabie: rows 1,1,0 / 1,2,1 / 0,0,4 give 0.313."""
    gold = {str(k): part for k, part in enumerate("uuvvvvwwww")}
    found = {str(k): part for k, part in enumerate("ababbccccc")}
    assert adjusted_rand(gold, found) == pytest.approx(31.3, abs=0.1)


def test_pairs_of_a_partition():
    assert pairs({"a": "1", "b": "1", "c": "2"}) == {("a", "b")}


def test_the_material_is_the_same_for_a_seed_and_another_for_another():
    assert make(5, 60) == make(5, 60)
    assert make(5, 60) != make(6, 60)
    assert len(make(5, 60)) == 60


def test_there_are_sixty_different_skeletons_and_every_kind_of_copy():
    assert len({body for _, body in skeletons()}) == len(skeletons()) == 60
    assert len({lead for lead, _ in skeletons()}) == 60
    kinds = Counter(made.kind for made in make(1, 1200))
    wanted = {
        "original",
        "verbatim",
        "retitled",
        "trimmed",
        "edited",
        "excerpted",
        "wrapped",
        "near look-alike",
        "series",
        "round-up",
    }
    assert wanted <= set(kinds)
    assert all(text for kinds_of in bank().values() for texts in kinds_of.values() for text in texts)
    assert all(word == word.lower() for word in SYNONYMS)


def test_a_small_collection_reaches_the_floor():
    made = make(1, 300)
    reports = [item.report for item in made]
    found = {member: group.key for group in groups(reports, find(reports)) for member in group.members}
    wanted, got = pairs({item.report.id: item.family for item in made}), pairs(found)
    assert rates(len(wanted & got), len(got), len(wanted))[2] >= 97.0
