"""Dates as TIMEX3 values with bounds: the arithmetic. This module reads no text and knows no English."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass, replace
from datetime import date, timedelta

SEASON_MONTH = {"SP": 3, "SU": 6, "FA": 9, "WI": 12}
PRECISION = {"D": "day", "W": "week", "M": "month", "Y": "year", "S": "second"}


@dataclass(frozen=True, slots=True)
class Value:
    """What an expression means. ``begin`` and ``until`` are inclusive; None is open or unknown."""

    type: str
    value: str | None
    precision: str | None
    begin: date | None = None
    until: date | None = None

    @property
    def day(self) -> date | None:
        """The one day it names, or None."""
        return self.begin if self.begin is not None and self.begin == self.until else None


UNKNOWN = Value("DATE", None, None)


def at_day(day: date) -> Value:
    """One day."""
    return Value("DATE", day.isoformat(), "day", day, day)


def at_month(year: int, month: int) -> Value:
    """One month."""
    last = monthrange(year, month)[1]
    return Value("DATE", f"{year:04}-{month:02}", "month", date(year, month, 1), date(year, month, last))


def at_year(year: int) -> Value:
    """One year."""
    return Value("DATE", f"{year:04}", "year", date(year, 1, 1), date(year, 12, 31))


def at_decade(year: int) -> Value:
    """The decade that holds a year ("199X")."""
    first = year // 10 * 10
    return Value("DATE", f"{first // 10:03}X", "decade", date(first, 1, 1), date(first + 9, 12, 31))


def at_week(day: date) -> Value:
    """The ISO week that holds a day."""
    year, week, weekday = day.isocalendar()
    monday = day - timedelta(days=weekday - 1)
    return Value("DATE", f"{year:04}-W{week:02}", "week", monday, monday + timedelta(days=6))


def at_weekend(day: date) -> Value:
    """Saturday and Sunday of the ISO week that holds a day."""
    year, week, weekday = day.isocalendar()
    saturday = day + timedelta(days=6 - weekday)
    return Value("DATE", f"{year:04}-W{week:02}-WE", "day", saturday, saturday + timedelta(days=1))


def at_season(year: int, code: str) -> Value:
    """A season by whole months in the northern hemisphere; winter is named after the year of its December."""
    first = date(year, SEASON_MONTH[code], 1)
    until = add_months(first, 3) - timedelta(days=1)
    return Value("DATE", f"{year:04}-{code}", "season", first, until)


def at_quarter(year: int, quarter: int) -> Value:
    """A quarter of a calendar year."""
    first = date(year, 3 * quarter - 2, 1)
    return Value("DATE", f"{year:04}-Q{quarter}", "quarter", first, add_months(first, 3) - timedelta(days=1))


def at_range(first: date, last: date) -> Value:
    """From one day to another, as an ISO 8601 interval."""
    return Value("DATE", f"{first.isoformat()}/{last.isoformat()}", "day", first, last)


def add_months(day: date, months: int) -> date:
    """The same day some months away, or the last of that month where there is no such day."""
    years, index = divmod(day.month - 1 + months, 12)
    year, month = day.year + years, index + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))


def unit_parts(letter: str) -> tuple[int, str]:
    """How many of which ISO unit: 10Y is ten of Y, TH one of TH."""
    digits = "".join(c for c in letter if c.isdigit())
    return int(digits or 1), letter[len(digits) :]


def shift(day: date, count: int, letter: str) -> date:
    """A day moved by a number of units; parts of a day move nothing unless they fill days."""
    times, unit = unit_parts(letter)
    steps = count * times
    if unit == "Y":
        return add_months(day, 12 * steps)
    if unit == "M":
        return add_months(day, steps)
    if unit == "W":
        return day + timedelta(weeks=steps)
    if unit == "D":
        return day + timedelta(days=steps)
    return day


def around(day: date, letter: str) -> Value:
    """The calendar unit of the given size that holds a day."""
    times, unit = unit_parts(letter)
    if unit == "Y":
        return {1: at_year, 10: at_decade}.get(times, _at_century)(day.year)
    if unit == "M":
        return at_month(day.year, day.month) if times == 1 else at_quarter(day.year, (day.month + 2) // 3)
    return at_week(day) if unit == "W" else at_day(day)


def _at_century(year: int) -> Value:
    first = year // 100 * 100
    return Value("DATE", f"{first // 100:02}XX", "century", date(max(first, 1), 1, 1), date(first + 99, 12, 31))


def duration(count: str, letter: str) -> Value:
    """A length of time; ``count`` is a number or "X"."""
    times, unit = unit_parts(letter)
    part, name = ("T", unit[1]) if unit.startswith("T") else ("", unit)
    size = count if count == "X" or times == 1 else f"{float(count) * times:g}"
    if part and name == "H" and size.endswith(".5"):
        return Value("DURATION", f"PT{size[:-2] if size != '0.5' else ''}{'H' if size != '0.5' else ''}30M", "minute")
    precision = {"TS": "second", "TM": "minute", "TH": "hour"}.get(unit) or PRECISION[name]
    return Value("DURATION", f"P{part}{size}{name}", precision)


def third(value: Value, part: int) -> Value:
    """The first, middle or last third of a span; the value stays as it is (TIMEX3 says it in ``mod``)."""
    if value.begin is None or value.until is None:
        return value
    days = (value.until - value.begin).days + 1
    begin = value.begin + timedelta(days=round(days * (part - 1) / 3))
    until = value.begin + timedelta(days=round(days * part / 3) - 1)
    return replace(value, begin=begin, until=until)


def easter(year: int) -> date:
    """Western Easter Sunday, by the anonymous Gregorian computus (Meeus, Astronomical Algorithms, ch. 8)."""
    a, b, c = year % 19, year // 100, year % 100
    d, e = divmod(b, 4)
    g = (8 * b + 13) // 25
    h = (19 * a + b - d - g + 15) % 30
    i, k = divmod(c, 4)
    m = (32 + 2 * e + 2 * i - h - k) % 7
    n = (a + 11 * h + 22 * m) // 451
    month, day = divmod(h + m - 7 * n + 114, 31)
    return date(year, month, day + 1)


def holiday(rule: str, year: int) -> date:
    """The day of a feast in a year, by the rule in the data file."""
    if rule.startswith("easter"):
        return easter(year) + timedelta(days=int(rule[6:]))
    if rule.startswith("nth"):
        nth, weekday, month = (int(x) for x in rule.split()[1:])
        first = date(year, month, 1)
        return first + timedelta(days=(weekday - first.isoweekday()) % 7 + 7 * (nth - 1))
    return date.fromisoformat(f"{year:04}-{rule}")
