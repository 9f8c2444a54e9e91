"""Keys by which accounts meet: accounts that share a key are compared, all others are not.

A key joins a group of families with a pair of days and a place, an area, a number of dead, a name, or the clause itself. Days are
cut into pairs twice, one day apart, so that neighbouring days always share a key. A vague account meets others by its area, by the days
before its publication, by names, numbers and rare words, and by broad keys, which hold few accounts each and are skipped beyond that:
a small collection is compared whole, a big one is not. This module must not compare.
"""

from __future__ import annotations

from hashlib import blake2b
from itertools import islice
from typing import TYPE_CHECKING

from trucewatch.ledger import tables
from trucewatch.ledger.geo import wide
from trucewatch.ledger.profile import SHARP, Profile, place_names, profile

if TYPE_CHECKING:
    from collections.abc import Iterator

    from trucewatch.model.incident import Account, Spot

MOST = 40
_BACK = 7
_MONTH = 31
_SHORT = 4
_CLAUSE = 6
_DEAD = 2
_RARE = 0.8
_WORDS = 3
_FORTNIGHT = 14


def blocks(account: Account) -> frozenset[str]:
    """The keys of an account, at most ``MOST``; none for a word that belongs to no occurrence of its report."""
    return blocks_of(profile(account))


def blocks_of(found: Profile) -> frozenset[str]:
    """The same of a profile made before."""
    if found.role == "word":
        return frozenset()
    return frozenset(islice(dict.fromkeys(_keys(found)), MOST))


def crowded(block: str, held: int) -> bool:
    """Whether a block that so many accounts hold is skipped, whoever came first (``limits.tsv``)."""
    limit = "crowd of a broad block" if "|~" in block else "crowd at a place" if "|at " in block else "crowd"
    return held > tables.limits()[limit]


def _keys(found: Profile) -> Iterator[str]:
    groups = tables.groups(found.family)
    days = list(dict.fromkeys(_days(found)))
    for where in _points(found):
        for group in groups:
            yield from (f"{group}|{day}|{where}" for day in days)
    if len(found.tokens) >= _CLAUSE:
        yield f"clause|{_digest(' '.join(sorted(found.tokens)))}"
    yield from (f"|~word {word}" for word in _rare(found))
    for group in groups:
        yield from (f"{group}|{name}" for name in _people(found))
        yield from (
            f"{group}|{day}|dead {n}" for kind, n in found.numbers if kind == "killed" and n >= _DEAD for day in days[:1]
        )
    for area in _areas(found):
        for group in groups:
            yield from (f"{group}|{day}|{area}" for day in days)
    yield from (f"{group}|{key}" for group in groups for key in _broad(found))


def _broad(found: Profile) -> Iterator[str]:
    """Keys that hold much, for collections that are small or places seldom named: a place on any day, a fortnight."""
    yield from (f"~{where}" for where in _points(found)[:1])
    if found.published is not None:
        yield from (f"~fortnight {(found.published + shift) // _FORTNIGHT}" for shift in (0, _FORTNIGHT // 2))


def _days(found: Profile) -> Iterator[str]:
    """Pairs of days: those of the stated day in both cuts, else those of the days before publication, and of a day named beside."""
    sharp = [span for span in found.spans if span.days <= SHARP]
    for span in sharp[:1]:
        for day in range(span.begin, span.until + 1):
            yield f"a{day // 2}"
        for day in {span.begin, span.until}:
            yield f"b{(day + 1) // 2}"
    if sharp:
        return
    wide = [span for span in found.spans if span.days <= _MONTH]
    if wide:
        yield from (f"a{day // 2}" for day in range(wide[0].begin, wide[0].until + 1))
        return
    near = [span.begin for span in found.then[:1]]
    if found.published is not None:
        near += range(found.published, found.published - _BACK - 1, -1)
    yield from (f"a{day // 2}" for day in near)


def _points(found: Profile) -> list[str]:
    spots = [s for s in found.spots if not wide(s)] or ([] if found.spots else [s for s in found.near if not wide(s)][:1])
    if spots:
        return [f"at {min(place_names([s]) or {s.text.casefold()}, key=lambda n: (-len(n), n))}" for s in spots[:2]]
    return [f"at {name}" for name in sorted(found.names or found.titled, key=lambda n: (-len(n), n))[:2]]


def _areas(found: Profile) -> list[str]:
    spots = found.spots or found.near
    return list(dict.fromkeys(_area(s) for s in spots))[:1]


def _area(spot: Spot) -> str:
    return f"in {(spot.admin1 or spot.country or spot.name or spot.text).casefold()}"


def _people(found: Profile) -> Iterator[str]:
    """Names in its words, whatever the day: a victim is named again weeks later. Names that many accounts hold crowd their block."""
    yield from (f"name {name}" for name in sorted(found.names, key=lambda n: (-len(n), n))[:2] if len(name) >= _SHORT)


def _rare(found: Profile) -> list[str]:
    """The rarest words of its strand, whatever the act was called: "saucepan", "minibus"."""
    rare = (w for w in found.words if tables.rarity(w) >= _RARE)
    return sorted(rare, key=lambda w: (-tables.rarity(w), -len(w), w))[:_WORDS]


def _digest(words: str) -> str:
    return blake2b(words.encode(), digest_size=6).hexdigest()
