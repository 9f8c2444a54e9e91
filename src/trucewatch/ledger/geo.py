"""Places and days held against each other: how far apart, how precisely known, whether one lies within the other.

Distances in kilometres on the sphere, days as numbers. This module must not guess what is not stated.
"""

from __future__ import annotations

import re
from datetime import date
from functools import cache
from math import asin, cos, radians, sin, sqrt
from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable

    from trucewatch.model.incident import Spot, When

Meeting = Literal["same", "within", "near", "apart"]
NAMED = "named"
"""Kind of a spot that stands for a capitalised name in a recipient's words, where no place of that name was found."""
WORDED = "worded"
"""Kind of a spot that the report words as a place ("in Orl"), where the gazetteer found none."""
MOVING = frozenset({"patrol", "convoy", "withdrawal", "release", "build-up", "talks", "agreement", "truce", "cooperation"})
"""Families of acts that have more than one place: those that move, and talks whose subject lies elsewhere."""
_RADIUS = 6371.0
_POINT = 2
_NEAR_KM = 3.0
_SAME_KM = 1.5
_WIDE = {"country": 6, "admin1": 4, "region": 5, "admin2": 3, "road": 5, "water": 5, "river": 5, "line": 5}
_AREA = re.compile(
    r"\b(?:district|province|region|county|valley|governorate|sector|zone|area|coast|north|south|east|west)\b", re.IGNORECASE
)
_KINDS = re.compile(
    r"\b(?:the|district|province|region|county|crossing|checkpoint|point|bridge|camp|road|highway|station|village|town|city|area|airport|port|hills?)\b"
)
_DAY = re.compile(r"^(\d{4})-(\d{2})-(\d{2})")
_HOUR = re.compile(r"T(\d{2}):")
_PARTS = {"MO": (5, 12), "MI": (11, 14), "AF": (12, 18), "EV": (17, 23), "NI": (20, 30), "DT": (6, 20)}
_LATE = re.compile(r"\b(?:night|midnight|overnight|evening|late|dusk)\b", re.IGNORECASE)
_EARLY = re.compile(r"\b(?:night|midnight|overnight|early|dawn|small hours)\b", re.IGNORECASE)
_DUSK = 17
_MIDNIGHT = 24
_DAWN = 6


def moving(*families: str) -> bool:
    """Whether other points may be one way: something moves, and nobody was kept out of a place of its own."""
    return bool(MOVING & set(families)) and "access" not in families


class Span(NamedTuple):
    """First and last day as ordinals, both inclusive; ``late`` and ``early``: said to be at its end or its beginning, where days touch."""

    begin: int
    until: int
    late: bool = False
    early: bool = False
    hours: tuple[int, int] | None = None

    @property
    def days(self) -> int:
        """How many days it covers."""
        return self.until - self.begin + 1


def wide(spot: Spot) -> bool:
    """Whether a place is an area or a line, not a point."""
    if spot.name is None and _AREA.search(spot.text):
        return True
    return (spot.precision or _WIDE.get(spot.kind or "", 1)) > _POINT or spot.kind in _WIDE


@cache
def distance(one: tuple[float, float], other: tuple[float, float]) -> float:
    """Kilometres between two points."""
    lat1, lon1, lat2, lon2 = map(radians, (*one, *other))
    a = sin((lat2 - lat1) / 2) ** 2 + cos(lat1) * cos(lat2) * sin((lon2 - lon1) / 2) ** 2
    return 2 * _RADIUS * asin(sqrt(a))


def apart(one: Spot, other: Spot) -> float | None:
    """Kilometres between two places; None where one has no point."""
    if one.latitude is None or one.longitude is None or other.latitude is None or other.longitude is None:
        return None
    return distance((one.latitude, one.longitude), (other.latitude, other.longitude))


def same_place(one: Spot, other: Spot) -> bool:
    """Whether two spots are one place."""
    if one.geonameid is not None and one.geonameid == other.geonameid:
        return True
    if one.country and other.country and one.country != other.country:
        return False
    return (one.name or one.text).casefold() == (other.name or other.text).casefold()


def meeting(one: Spot, other: Spot) -> Meeting:
    """How two places stand to each other: one place, one within the other, near by the report's own word, apart."""
    if same_place(one, other):
        return "same"
    if one.name is None or other.name is None:
        return _unknown(one, other)
    if _head(one) == _head(other):
        return "within"
    if one.country and other.country and one.country != other.country:
        return "apart"
    if wide(one) or wide(other):
        return _area(one, other)
    km = apart(one, other)
    if km is not None and km <= _SAME_KM:
        return "same"
    loose = _POINT in {one.precision, other.precision}
    return "near" if loose and km is not None and km <= _NEAR_KM else "apart"


def _unknown(one: Spot, other: Spot) -> Meeting:
    """A name that no gazetteer knows can be a site within a town; as what was shelled or seized it is a place of its own."""
    if _head(one) == _head(other):
        return "within"
    if wide(one) or wide(other):
        return "within"
    return "apart" if NAMED in {one.kind, other.kind} else ("near" if WORDED in {one.kind, other.kind} else "within")


@cache
def _head(spot: Spot) -> str:
    """A place's name without the word for what it is: "Zavet crossing" and "Zavet" have one."""
    return _KINDS.sub("", (spot.name or spot.text).casefold()).strip()


def _area(one: Spot, other: Spot) -> Meeting:
    if one.admin1 and other.admin1 and one.admin1 != other.admin1:
        return "apart"
    if wide(one) and wide(other) and one.kind == other.kind and one.kind != "road":
        return "apart"
    km = apart(one, other)
    reach = {3: 60.0, 4: 200.0, 5: 80.0}.get(max(one.precision or 1, other.precision or 1))
    return "apart" if km is not None and reach is not None and km > reach else "within"


def meet(ones: Iterable[Spot], others: Iterable[Spot]) -> Meeting:
    """The closest that any two of them come; a side's areas count only where it names no point."""
    order: tuple[Meeting, ...] = ("same", "near", "within")
    one, other = _sharpest(ones), _sharpest(others)
    found = {meeting(a, b) for a in one for b in other}
    return next((m for m in order if m in found), "apart")


def _sharpest(spots: Iterable[Spot]) -> list[Spot]:
    every = list(spots)
    return [s for s in every if not wide(s)] or every


@cache
def ordinal(iso: str | None) -> int | None:
    """The day of an ISO date as a number; None where it has no day."""
    match = _DAY.match(iso or "")
    try:
        return date(int(match[1]), int(match[2]), int(match[3])).toordinal() if match else None
    except ValueError:
        return None


@cache
def span(time: When) -> Span | None:
    """The days of a time expression; None where they are not known."""
    begin, until = ordinal(time.begin), ordinal(time.until or time.begin)
    if begin is None or until is None:
        return None
    hours = _hours(time.value or "")
    late = bool(_LATE.search(time.text)) or (hours is not None and hours[1] > _DUSK + 3)
    early = bool(_EARLY.search(time.text)) or (hours is not None and (hours[0] < _DAWN or hours[1] > _MIDNIGHT))
    return Span(begin, until, late, early, hours)


def one_night(one: Span, other: Span) -> bool:
    """Whether two spans can be the two days of one night: the first late, or the second early."""
    first, second = sorted((one, other), key=lambda s: s.begin)
    return days_apart(one, other) == 1 and (first.late or second.early)


def _hours(value: str) -> tuple[int, int] | None:
    clock = _HOUR.search(value)
    if clock:
        return int(clock[1]), int(clock[1]) + 1
    return next((hours for part, hours in _PARTS.items() if value.endswith(f"T{part}")), None)


def days_apart(one: Span | None, other: Span | None) -> int | None:
    """Days between two spans, 0 where they overlap; None where one is not known."""
    if one is None or other is None:
        return None
    return max(one.begin - other.until, other.begin - one.until, 0)
