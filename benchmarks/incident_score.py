"""How well a partition of tellings fits the marked one: B-cubed, pairs, adjusted Rand index, hard pairs. Pure reckoning."""

from __future__ import annotations

from collections import Counter
from itertools import combinations
from math import comb
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


def b_cubed(gold: Sequence[str], system: Sequence[str]) -> tuple[float, float, float]:
    """Precision, recall and F1 in percent; the two lists name the cluster of each item."""
    both, one, other = Counter(zip(gold, system, strict=True)), Counter(gold), Counter(system)
    n = max(1, len(gold))
    precision = sum(both[g, s] / other[s] for g, s in zip(gold, system, strict=True)) / n
    recall = sum(both[g, s] / one[g] for g, s in zip(gold, system, strict=True)) / n
    return _percent(precision, recall)


def pairs(gold: Sequence[str], system: Sequence[str]) -> tuple[float, float, float]:
    """Precision, recall and F1 in percent over pairs of items in one cluster."""
    right = sum(comb(k, 2) for k in Counter(zip(gold, system, strict=True)).values())
    found = sum(comb(k, 2) for k in Counter(system).values())
    asked = sum(comb(k, 2) for k in Counter(gold).values())
    return _percent(right / max(1, found), right / max(1, asked))


def rand(gold: Sequence[str], system: Sequence[str]) -> float:
    """Adjusted Rand index in percent."""
    right = sum(comb(k, 2) for k in Counter(zip(gold, system, strict=True)).values())
    a = sum(comb(k, 2) for k in Counter(gold).values())
    b = sum(comb(k, 2) for k in Counter(system).values())
    every = max(1, comb(len(gold), 2))
    expected, most = a * b / every, (a + b) / 2
    return round(100 * (right - expected) / (most - expected), 1) if most != expected else 100.0


def false_merges(gold: Sequence[str], system: Sequence[str], hard: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    """Hard pairs of incidents of which some system cluster holds tellings of both."""
    held: Mapping[str, set[str]] = {s: set() for s in system}
    for g, s in zip(gold, system, strict=True):
        held[s].add(g)
    merged = {frozenset(pair) for found in held.values() for pair in combinations(sorted(found), 2)}
    return [pair for pair in hard if frozenset(pair) in merged]


def _percent(precision: float, recall: float) -> tuple[float, float, float]:
    f1 = 2 * precision * recall / (precision + recall) if precision + recall else 0.0
    return round(100 * precision, 1), round(100 * recall, 1), round(100 * f1, 1)
