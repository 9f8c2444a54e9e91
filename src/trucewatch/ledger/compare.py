"""How likely two accounts tell of one occurrence: weights that add up, and what bars it.

The score is a log-odds: above 0 one occurrence is likelier than two. The weights are data (``compare.tsv``, fitted by
``benchmarks/fit_incidents.py``). Who did it may be disputed without parting accounts; another exact village or another exact day parts them.
This module is pure: two accounts in, one comparison out.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from trucewatch.ledger import evidence, tables
from trucewatch.ledger.explain import reasons
from trucewatch.ledger.profile import Profile, profile

if TYPE_CHECKING:
    from collections.abc import Mapping

    from trucewatch.model.incident import Account


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two accounts held against each other. ``barred``: they cannot be one occurrence, whatever the score; ``reasons`` are for people."""

    score: float
    barred: bool
    reasons: tuple[str, ...]


def compare(a: Account, b: Account) -> Comparison:
    """Hold two accounts against each other; the order does not matter."""
    return compare_profiles(profile(a), profile(b))


def compare_profiles(a: Profile, b: Profile) -> Comparison:
    """The same for profiles made before."""
    seen = features(a, b)
    return Comparison(round(_sum(seen, tables.weights("compare")), 4), _bars(seen), reasons(a, b, seen))


def score(a: Profile, b: Profile) -> float | None:
    """The score alone; None where barred. For those who compare many. Only places and days bar, so strands bar as a whole."""
    seen = features(a, b)
    return None if _bars(seen) else round(_sum(seen, tables.weights("compare")), 4)


def features(a: Profile, b: Profile) -> dict[str, float]:
    """Everything seen in a pair, by the names of ``compare.tsv``; names that begin with "bar" part the two."""
    if a.account.key > b.account.key:
        a, b = b, a
    kind = evidence.kind(a, b)
    if a.account.report == b.account.report:
        return _in_one_report(a, b, kind)
    where, on = evidence.place(a, b), evidence.day(a, b)
    seen = kind | {"bias": 1.0, where: 1.0, on: 1.0}
    if "bar place" in seen:
        return seen
    seen |= evidence.people(a, b) | evidence.harm(a, b) | evidence.words(a, b) | evidence.about(a, b)
    if on == "day next" and not evidence.alike(seen):
        seen["bar day"] = 1.0
    return seen


def _in_one_report(a: Profile, b: Profile, kind: dict[str, float]) -> dict[str, float]:
    """The report itself is the best judge: its strands were read with every word at hand."""
    if a.strand == b.strand:
        return {"one strand": 1.0}
    seen = kind | {"bias": 1.0, "two strands": 1.0, evidence.place(a, b): 1.0, evidence.day(a, b): 1.0}
    seen |= evidence.people(a, b) | evidence.harm(a, b) | evidence.words(a, b) | evidence.about(a, b)
    if "day next" in seen:
        seen["bar day"] = 1.0
    return seen


def _bars(seen: Mapping[str, float]) -> bool:
    return any(name.startswith("bar ") for name in seen)


def _sum(seen: Mapping[str, float], weights: Mapping[str, float]) -> float:
    return sum(weights.get(name, 0.0) * value for name, value in seen.items())
