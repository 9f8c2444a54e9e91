"""What two accounts have in common and where they differ: kind, place, day, people, harm, words. Each finding is a named feature.

Features are named as in ``compare.tsv``; "bar ..." is no feature but a bar. This module must not weigh what it finds.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from trucewatch.ledger import tables
from trucewatch.ledger.geo import days_apart, meet, moving, one_night, wide
from trucewatch.ledger.profile import beside, place_names

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from trucewatch.ledger.geo import Span
    from trucewatch.ledger.profile import Profile

Seen = dict[str, float]
SPOKEN = frozenset({"threat", "demand", "promise", "refusal", "talks refused"})
"""Families of acts done by words: many are alike, and only the same words tell that they are one."""
_WEEK = 7
_FRESH = 3
_LATE = 10
_MANY = 2
_ALIKE = 0.6
_MOST = 2.0
_BESIDE = 4.0


def kind(a: Profile, b: Profile) -> Seen:
    """How their families of acts stand to each other, and whether it is one that is told of every day."""
    level = tables.level(a.family, b.family)
    seen = {f"kind {'apart' if level == 'barred' else level}": 1.0}
    return seen | {"kind everyday": 1.0} if level == "same" and a.family in tables.everyday() else seen


def place(a: Profile, b: Profile) -> str:
    """How their places stand to each other."""
    if a.spots and b.spots:
        found = meet(a.spots, b.spots)
        if found == "apart":
            return "place moving" if moving(a.family, b.family) else "bar place"
        points = any(not wide(s) for s in a.spots) and any(not wide(s) for s in b.spots)
        return f"place {found}" if points or found != "same" else "place area"
    if _by_name(a, b) or _by_name(b, a):
        return "place named"
    hints = [p.spots or p.near for p in (a, b)]
    if not hints[0] or not hints[1]:
        return "place titled" if place_names(hints[0]) & b.titled or place_names(hints[1]) & a.titled else "place unknown"
    found = meet(hints[0][:2], hints[1][:2])
    return {"same": "place hinted", "apart": "place elsewhere"}.get(found, "place unknown")


def _by_name(a: Profile, b: Profile) -> bool:
    """Whether the words of one name a place of the other's, which was not found as a place there."""
    return bool(a.spots) and not b.spots and bool(place_names(s for s in a.spots if not wide(s)) & b.names)


def day(a: Profile, b: Profile) -> str:
    """How their days stand to each other."""
    if a.spans and b.spans:
        return _stated(a.spans, b.spans)
    if a.spans or b.spans:
        return _one_stated(a, b) if a.spans else _one_stated(b, a)
    if a.then and b.then and _gap(a.then, b.then) == 0:
        return "day hinted"
    return _published(a, b)


def _stated(ones: Iterable[Span], others: Iterable[Span]) -> str:
    pairs = [(one, other) for one in ones for other in others]
    one, other = min(pairs, key=lambda pair: (days_apart(*pair) or 0, pair[0].days + pair[1].days, pair[0][:3], pair[1][:3]))
    gap = days_apart(one, other) or 0
    if gap == 0:
        return (
            "day same" if one.days == other.days == 1 else ("day around" if max(one.days, other.days) <= _WEEK else "day wide")
        )
    if gap == 1 and any(one_night(a, b) for a, b in pairs):
        return "day night"
    return "day next" if gap == 1 else "bar day"


def _one_stated(a: Profile, b: Profile) -> str:
    """``a`` states its day, ``b`` does not."""
    if b.then and (_gap(a.spans, b.then) or 0) == 0:
        return "day hinted"
    if b.published is None:
        return "day unknown"
    age = b.published - max(s.until for s in a.spans)
    if b.refers and age >= 0:
        return "day referred"
    if b.published < min(s.begin for s in a.spans):
        return "bar day" if b.role == "told" else "day unknown"
    return "day fits" if age <= _FRESH else ("day old" if age <= _LATE else "day long past")


def _published(a: Profile, b: Profile) -> str:
    if a.published is None or b.published is None:
        return "day unknown"
    gap = abs(a.published - b.published)
    late = a if a.published > b.published else b
    if gap > 1 and late.refers:
        return "day referred"
    return "day fits" if gap <= 1 else ("day old" if gap <= _LATE else "day long past")


def _gap(ones: Iterable[Span], others: Iterable[Span]) -> int | None:
    gaps = [days_apart(one, other) for one in ones for other in others]
    return min((g for g in gaps if g is not None), default=None)


def people(a: Profile, b: Profile) -> Seen:
    """Who did it to whom: the same, another, turned round, or disputed between those it concerns."""
    seen: Seen = {}
    if a.actors and b.actors:
        if a.actors & b.actors:
            seen["actor same"] = 1.0
        elif a.named and b.named:
            seen["actor disputed" if _disputed(a, b) else "actor other"] = 1.0
    if a.recipients and b.recipients:
        seen["recipient same" if a.recipients & b.recipients else "recipient other"] = 1.0
    if "actor other" in seen and "recipient other" in seen:
        seen["both other"] = 1.0
    if (a.actors & b.recipients) or (a.recipients & b.actors):
        seen["sides turned"] = 1.0
        if (a.actors & b.recipients) and (a.recipients & b.actors) and not _disputed(a, b):
            seen["sides swapped"] = 1.0
    return seen


def _disputed(a: Profile, b: Profile) -> bool:
    return a.denied != b.denied or bool(a.voices & b.named) or bool(b.voices & a.named)


def harm(a: Profile, b: Profile) -> Seen:
    """Numbers of dead and hurt, and who they are."""
    seen: Seen = {}
    for kind_, name in (("killed", "killed"), ("injured", "hurt"), ("detained", "held")):
        ones, others = _numbers(a, kind_), _numbers(b, kind_)
        if ones and others:
            seen[f"{name} {_numbers_meet(a, b, ones, others)}"] = 1.0
    if a.harmed and b.harmed:
        seen["harmed same" if a.harmed & b.harmed else "harmed other"] = 1.0
    return seen


def _numbers(p: Profile, kind_: str) -> set[int]:
    return {n for k, n in p.numbers if k == kind_}


def _numbers_meet(a: Profile, b: Profile, ones: set[int], others: set[int]) -> str:
    common = ones & others
    if common:
        return "same" if max(common) >= _MANY else "one"
    low, high = max(ones), max(others)
    if a.published is not None and b.published is not None and a.published != b.published:
        early, late = (low, high) if a.published < b.published else (high, low)
        if early < late <= 3 * early:
            return "risen"
    return "close" if abs(low - high) <= max(1, min(low, high) // 2) else "other"


def words(a: Profile, b: Profile) -> Seen:
    """Things, names and particular words."""
    seen: Seen = {}
    if a.sites and b.sites:
        seen["thing same" if a.sites & b.sites else "thing other"] = 1.0
    names, common = len(a.names & b.names), sum(map(tables.rarity, sorted(a.words & b.words)))
    if names:
        seen["names"] = float(min(names, _MANY))
    if common:
        seen["words"] = round(min(common, _MOST), 2)
    elif a.words and b.words:
        seen["no word"] = 1.0
    said_more = sum(map(tables.rarity, sorted(beside(a, b))))
    if said_more:
        seen["words beside"] = round(min(said_more, _BESIDE), 2)
    if a.counts and b.counts:
        seen["count same" if a.counts & b.counts else "count other"] = 1.0
    if len(a.tokens & b.tokens) >= _ALIKE * max(len(a.tokens | b.tokens), 5):
        seen["words alike"] = 1.0
    return seen


def about(a: Profile, b: Profile) -> Seen:
    """Weapon, hour, publication, origin, denial."""
    one, other = a.account, b.account
    checks = {
        "mode same": bool(one.mode) and one.mode == other.mode,
        "mode other": bool(one.mode and other.mode) and one.mode != other.mode,
        "hour same": _hours(a, b) is True,
        "hour other": _hours(a, b) is False,
        "one origin": bool(one.group) and one.group == other.group,
        "one denies": a.denied != b.denied,
        "published far": not (a.refers or b.refers)
        and a.published is not None
        and b.published is not None
        and abs(a.published - b.published) > _LATE,
        "spoken": bool({a.family, b.family} & SPOKEN),
        "mention": "mention" in {a.role, b.role},
    }
    return {name: 1.0 for name, holds in checks.items() if holds}


def _hours(a: Profile, b: Profile) -> bool | None:
    """Whether parts of the day agree; None where one is not told, or not of one day."""
    found = [
        one.hours[0] <= other.hours[1] and other.hours[0] <= one.hours[1]
        for one in a.spans
        for other in b.spans
        if one.hours and other.hours and days_apart(one, other) == 0
    ]
    return any(found) if found else None


def alike(seen: Mapping[str, float]) -> bool:
    """Whether two strands of neighbouring days agree in so much that one of them must have the day wrong."""
    points = sum(name in seen for name in ("killed same", "hurt same", "harmed same", "thing same", "names"))
    points += seen.get("words", 0.0) >= _MANY
    against = any(name in seen for name in ("killed other", "hurt other", "harmed other", "thing other"))
    return ("place same" in seen or "place within" in seen) and not against and points >= _MANY
