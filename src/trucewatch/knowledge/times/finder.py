"""Find the time expressions of a text and say what they mean.

One pass over the words: a word that can begin an expression is looked up, its few rules are tried there, and the longest
reading stays. Open bounds ("since"), clock times and their days are settled here, in document order.
"""

from __future__ import annotations

import re
import string
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from trucewatch.knowledge.times import absolute, relative
from trucewatch.knowledge.times.context import Context
from trucewatch.knowledge.times.rules import index, openers
from trucewatch.model.record import Time

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import date

    from trucewatch.knowledge.times.rules import Rule
    from trucewatch.knowledge.times.spans import Value

ARTICLES = ("the", "that")
LOWER = str.maketrans(string.ascii_uppercase, string.ascii_lowercase)
WORD = re.compile(r"(?<![\w$€£#@/])(?:q[1-4]|[a-z]+|[0-9]+)")
SLASH = re.compile(r"(?<![\d/.])(\d{1,2})/(\d{1,2})/(?:1[5-9]|20)\d\d(?!\d)")
JOIN = re.compile(r"(?:[ \n]|,? on )")
STOP = re.compile(r"[.!?]\s|\n\n")
NEXT = re.compile(r"[ \n\xa0]{1,2}(?:([0-9])|([a-z]+))")
OPEN = re.compile(r"\b(since|until|till|by)\s(?:the\s|late\s|at\sleast\s)?$")

HANDLERS: dict[str, Callable[[re.Match[str], Context], Value | None]] = {
    "iso": absolute.iso,
    "slash": absolute.slash,
    "day": absolute.day,
    "range": absolute.day_range,
    "between": absolute.between,
    "month": absolute.month,
    "season": absolute.season,
    "quarter": absolute.quarter,
    "decade": absolute.decade,
    "year": absolute.year,
    "weekday": absolute.weekday,
    "days": absolute.weekdays,
    "holiday": absolute.holiday,
    "deictic": relative.deictic,
    "part_today": relative.part_today,
    "unit": relative.unit,
    "reference": relative.reference,
    "day_before": relative.day_before,
    "ago": relative.ago,
    "window": relative.window,
    "duration": relative.duration,
    "every": relative.every,
    "times_per": relative.times_per,
    "set": relative.named_set,
    "clock": relative.clock,
    "named_clock": relative.named_clock,
    "daypart": relative.daypart,
    "vague": relative.vague,
}


@dataclass(frozen=True, slots=True)
class Found:
    """A span and its value."""

    start: int
    end: int
    value: Value


def find(text: str, *, anchor: date | None) -> tuple[Time, ...]:
    """Time expressions of a text, sorted, never overlapping, the longest reading at each place.

    Args:
        text: any text; offsets are in Unicode code points of it.
        anchor: day of publication (a datetime counts as its day). None: what leans on it gets ``value`` None, and a day
            without a year keeps ``XXXX``.

    Returns:
        Times with TIMEX3 values (ISO-TimeML, ISO 24617-1). ``begin`` and ``until`` are ISO dates, inclusive.
    """
    day = anchor.date() if isinstance(anchor, datetime) else anchor
    low = text.translate(LOWER)
    found = _dated(low, _joined(low, list(_scan(text, low, day))))
    return tuple(_time(text, low, f) for f in found)


def _scan(text: str, low: str, anchor: date | None) -> Iterator[Found]:
    rules = index()
    digits = rules["#"]
    context = Context(text, low, 0, 0, anchor, None, _order(low))
    position = 0
    while (word := WORD.search(low, position)) is not None:
        token = word[0]
        position = word.end()
        here = digits if token[0].isdigit() else rules.get(token)
        if token in ARTICLES and not _goes_on(low, position):
            continue
        if here is None or (best := _best(here, word.start(), context)) is None:
            continue
        position = best.end
        if best.value.day is not None and best.value.type in {"DATE", "TIME"}:
            context.reference = best.value.day
        yield best


def _goes_on(low: str, position: int) -> bool:
    """Whether the word after an article can begin or be a time: spares the commonest word its dozen rules."""
    word = NEXT.match(low, position)
    return word is not None and (word[1] is not None or word[2] in openers())


def _best(rules: tuple[Rule, ...], start: int, context: Context) -> Found | None:
    """The longest match at a place that one of the rules can read."""
    matches = [(m.end(), r.handler, m) for r in rules if (m := r.pattern.match(context.low, start)) is not None]
    matches.sort(key=lambda found: -found[0])
    for end, handler, match in matches:
        context.start, context.end = start, end
        try:
            value = HANDLERS[handler](match, context)
        except (OverflowError, ValueError):  # beyond the calendar: no date there, the words stay unread
            value = None
        if value is not None:
            return Found(start, end, value)
    return None


def _order(low: str) -> bool | None:
    """Whether the text's clear slash dates put the day first; None where there are none or they disagree."""
    pairs = [(int(a), int(b)) for a, b in SLASH.findall(low)]
    first = any(a > 12 >= b for a, b in pairs)  # noqa: PLR2004
    second = any(b > 12 >= a for a, b in pairs)  # noqa: PLR2004
    return None if first == second else first


def _is_clock(found: Found) -> bool:
    return found.value.type == "TIME" and (found.value.value or "").startswith("T")


def _joined(low: str, found: list[Found]) -> list[Found]:
    """Clock time and day side by side ("9 a.m. Tuesday", "3 p.m. on 5 March") become one."""
    made: list[Found] = []
    for f in found:
        last = made[-1] if made else None
        if last and _is_clock(last) and f.value.type == "DATE" and f.value.day and JOIN.fullmatch(low[last.end : f.start]):
            made[-1] = Found(last.start, f.end, _on(last.value, f.value.day))
        else:
            made.append(f)
    return made


def _on(value: Value, day: date) -> Value:
    return replace(value, value=f"{day.isoformat()}{value.value}", begin=day, until=day)


def _dated(low: str, found: list[Found]) -> list[Found]:
    """Clock times take the day told before them in their sentence; else the day stays unknown."""
    made: list[Found] = []
    for k, f in enumerate(found):
        if not _is_clock(f):
            made.append(f)
            continue
        days = (g.value.day for g in reversed(made) if not STOP.search(low, g.end, f.start))
        day = next((d for d in days if d is not None), None) or _after(low, f, found[k + 1 : k + 2])
        made.append(Found(f.start, f.end, _on(f.value, day) if day else replace(f.value, value=f"XXXX-XX-XX{f.value.value}")))
    return made


def _after(low: str, f: Found, following: list[Found]) -> date | None:
    near = [g for g in following if g.start - f.end < 12 and not re.search(r"[.;\n]", low[f.end : g.start])]  # noqa: PLR2004
    return near[0].value.day if near else None


def _time(text: str, low: str, found: Found) -> Time:
    value = found.value
    begin, until = (d.isoformat() if d else None for d in (value.begin, value.until))
    lead = OPEN.search(low[max(0, found.start - 20) : found.start])
    if lead and value.type in {"DATE", "TIME"}:
        begin, until = _opened(lead[1], begin, until)
    return Time(found.start, found.end, text[found.start : found.end], value.type, value.value, value.precision, begin, until)


def _opened(word: str, begin: str | None, until: str | None) -> tuple[str | None, str | None]:
    """The bounds after "since" (open end) and "until", "by" (open start)."""
    if word == "since":
        return begin, None
    return (None, until) if word in {"until", "till", "by"} else (begin, until)
