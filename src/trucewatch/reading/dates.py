"""Publication dates as pages and headers print them, to ISO 8601. Never a guess: an ambiguous date is no date.

Only for dates of publication; the dates of events are the knowledge room's. No I/O.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime
from email.utils import parsedate_to_datetime

_MONTHS = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
]
_NAMES = {name[:3]: number for number, name in enumerate(_MONTHS, 1)}
_MONTH = (
    r"(?P<month>jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?"
    r"|nov(?:ember)?|dec(?:ember)?)\.?"
)
_DAY = r"(?P<day>[0-3]?\d)(?:st|nd|rd|th)?"
_YEAR = r"(?P<year>(?:19|20)\d\d)"
_WEEKDAY = r"(?:(?:mon|tue(?:s)?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?\.?,?\s+)?"
_ZONE = r"(?:\s*\(?(?:gmt|utc|est|edt|cet|cest|eet|eest|msk|bst|pst|pdt|ist|local time|z)\b(?:\s*[+-]\d{1,2}(?::?\d\d)?)?\)?)?"
_CLOCK = rf"(?:,?\s+(?:at\s+|[-–—|]\s*)?\d{{1,2}}[:.h]\d\d(?::\d\d)?(?:\s*[ap]\.?m\.?)?{_ZONE})?"
_ISO = re.compile(r"\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:[.,]\d+)?)?\s?(?:Z|[+-]\d\d:?\d\d)?)?")
_FORMS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"\b{_WEEKDAY}{_DAY}(?:\s+of)?[\s.-]+{_MONTH},?[\s-]+{_YEAR}\b{_CLOCK}",
        rf"\b{_WEEKDAY}{_MONTH}\s+{_DAY},?\s+{_YEAR}\b{_CLOCK}",
        rf"\b{_YEAR}[/.](?P<month>[01]?\d)[/.](?P<day>[0-3]?\d)\b{_CLOCK}",
        rf"\b(?P<day>[0-3]?\d)\.(?P<month>[01]?\d)\.{_YEAR}\b{_CLOCK}",
        rf"\b(?P<first>[0-3]?\d)/(?P<second>[0-3]?\d)/{_YEAR}\b{_CLOCK}",
    )
)
_IN_URL = re.compile(r"/((?:19|20)\d\d)[/-](0?[1-9]|1[0-2])[/-](0?[1-9]|[12]\d|3[01])(?=[/_-]|$)")
_FIRST_YEAR, _LAST_YEAR = 1900, 2100
_MONTHS_A_YEAR = 12


@dataclass(frozen=True, slots=True)
class Found:
    """A date printed in a line: its characters and its ISO value."""

    start: int
    end: int
    value: str


def _iso(year: int, month: int, day: int) -> str | None:
    try:
        return date(year, month, day).isoformat() if _FIRST_YEAR <= year <= _LAST_YEAR else None
    except ValueError:
        return None


def _numbers(match: re.Match[str]) -> tuple[int, int] | None:
    """(month, day) of a match; None where 03/04 may be either."""
    groups = match.groupdict()
    if "first" in groups:
        first, second = int(groups["first"]), int(groups["second"])
        if first > _MONTHS_A_YEAR or first == second:
            return second, first
        return (first, second) if second > _MONTHS_A_YEAR else None
    month = groups["month"].lower()
    return (int(month) if month.isdigit() else _NAMES[month[:3]]), int(groups["day"])


def _value(match: re.Match[str]) -> str | None:
    pair = _numbers(match)
    return _iso(int(match["year"]), *pair) if pair else None


def find_date(text: str) -> Found | None:
    """The first full date (day, month, year) in ``text``, or None."""
    found = [Found(m.start(), m.end(), value) for m in _ISO.finditer(text) if (value := iso_date(m.group()))]
    for form in _FORMS:
        found += [Found(m.start(), m.end(), value) for m in form.finditer(text) if (value := _value(m))]
    return min(found, key=lambda item: (item.start, -item.end)) if found else None


def iso_date(value: str) -> str | None:
    """``value`` if it is an ISO 8601 date or datetime (normalised where written without hyphens), else None."""
    value = value.strip().replace(",", ".")
    try:
        return date.fromisoformat(value).isoformat()
    except ValueError:
        pass
    try:
        moment = datetime.fromisoformat(value.replace(" +", "+").replace(" Z", "Z"))
    except ValueError:
        return None
    return value.replace(" ", "T", 1) if _ISO.fullmatch(value) else moment.isoformat()


def parse_date(value: str) -> str | None:
    """A date as metadata give it (ISO 8601, mail and feed dates, dates in words), as ISO 8601; None where it is none."""
    value = " ".join(value.split())[:100]
    if exact := iso_date(value):
        return exact
    try:
        return parsedate_to_datetime(value).isoformat()
    except (ValueError, TypeError, IndexError, OverflowError):
        found = find_date(value)
        return found.value if found else None


def date_in_url(url: str) -> str | None:
    """The date in a path such as ``/2020/03/17/title``, or None."""
    match = _IN_URL.search(url)
    return _iso(int(match[1]), int(match[2]), int(match[3])) if match else None
