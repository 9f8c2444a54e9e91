"""When a thing happened against when a term holds: before, within, partly, after; and on which side of a deadline.

Times are local wall times without a zone, as agreements and reports give them. A deadline and a standing duty are two things: until the
deadline a duty may still be met, so not having met it is no breach; a standing duty holds on every day. This module must not guess a
date: what is not known is "unknown".
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache

from trucewatch.model.agreement import DeadlineKind, Period, PeriodKind, PeriodRelation
from trucewatch.model.incident import When

_DAY = timedelta(days=1)
_MINUTE = timedelta(minutes=1)
#: A time that sticks out of the period by less than this part of it is within: a day against "from 00:01".
_SLACK = 0.01
_DATE, _TO_MINUTE = 10, 16
_EXACT = frozenset({"hour", "minute", "second"})


def moment(text: str) -> datetime:
    """The beginning of an ISO date or local date-time; a zone is left off.

    Raises:
        ValueError: Where it is none.
    """
    return datetime.fromisoformat(text).replace(tzinfo=None)


def end_of(text: str) -> datetime:
    """The moment after an ISO date (midnight) or date-time (a minute later)."""
    try:
        return moment(text) + (_MINUTE if len(text) > _DATE else _DAY)
    except OverflowError:
        return datetime.max  # noqa: DTZ901 - wall times


@dataclass(frozen=True, slots=True)
class Span:
    """From ``start`` up to but not including ``end``."""

    start: datetime
    end: datetime

    @property
    def bounded(self) -> bool:
        """Whether both ends are known."""
        return self.start > datetime.min and self.end < datetime.max  # noqa: DTZ901

    def inside(self, other: Span) -> timedelta:
        """How much of it lies in the other."""
        return max(timedelta(), min(self.end, other.end) - max(self.start, other.start))


@lru_cache(maxsize=1_000)
def span_of(period: Period) -> Span:
    """The period as a span; open ends reach to the ends of time."""
    start = moment(period.begin) if period.begin else datetime.min  # noqa: DTZ901
    return Span(start, end_of(period.until) if period.until else datetime.max)  # noqa: DTZ901


def span_of_when(when: When | None, *, as_of: str | None = None) -> Span | None:
    """The time as a span, or None where it is not known.

    Args:
        when: The time as the report tells it.
        as_of: ISO date of the report's publication: "since 13 March" reaches to it, not beyond.
    """
    if when is None:
        return None
    if when.precision in _EXACT and (exact := _exact(when)):
        return exact
    if when.begin is None and when.until is None:
        return None
    start = moment(when.begin[:_DATE]) if when.begin else datetime.min  # noqa: DTZ901
    last = when.until or (as_of if as_of and when.begin and as_of[:_DATE] >= when.begin[:_DATE] else None)
    end = end_of(last[:_DATE]) if last else datetime.max  # noqa: DTZ901
    return Span(start, end) if start < end else None


def _exact(when: When) -> Span | None:
    """A time of the day, where the value tells one ("2020-03-06T00:30")."""
    text = (when.value or "")[:_TO_MINUTE]
    if len(text) <= _DATE:
        return None
    length = timedelta(hours=1) if when.precision == "hour" else _MINUTE
    try:
        start = moment(text)
    except ValueError:
        return None
    return Span(start, start + length)


def relation(period: Period, when: When | None, *, as_of: str | None = None) -> PeriodRelation:
    """Where a time lies to a term's period and its deadline."""
    if when is None:
        return _related(period, None)
    exact = when.value if when.precision in _EXACT else None
    return _relation(period, when.begin, when.until, exact, when.precision, as_of if when.until is None else None)


@lru_cache(maxsize=100_000)
def _relation(  # noqa: PLR0917 - the key under which many incidents share one answer
    period: Period, begin: str | None, until: str | None, value: str | None, precision: str | None, as_of: str | None
) -> PeriodRelation:
    return _related(period, span_of_when(When("", value, precision, begin, until), as_of=as_of))


def _related(period: Period, span: Span | None) -> PeriodRelation:
    if span is None:
        return PeriodRelation("unknown", "unknown" if period.deadline else "none", None, "when it happened is not known")
    kind, share = _kind(span, span_of(period))
    deadline = _deadline(span, period.deadline)
    return PeriodRelation(kind, deadline, share, _words(kind, deadline, period))


def deadline_relation(period: Period, when: When | None, *, as_of: str | None = None) -> DeadlineKind:
    """On which side of the term's deadline a time lies."""
    return relation(period, when, as_of=as_of).deadline


def in_force(period: Period, day: str) -> bool:
    """Whether the term holds at any time of this ISO date."""
    return Span(moment(day), end_of(day)).inside(span_of(period)) > timedelta()


def due(period: Period, day: str) -> bool:
    """Whether not having done what the term asks is a breach on this ISO date: the deadline is past, or there is none."""
    if not in_force(period, day):
        return False
    return period.deadline is None or moment(day) >= end_of(period.deadline)


def deadline_open(period: Period, published: str | None) -> bool:
    """Whether a report published then cannot tell of a deadline missed: it was out before the deadline was over."""
    if period.deadline is None or published is None:
        return False
    return moment(published[:_DATE]) < end_of(period.deadline)


def days_late(period: Period, day: str) -> int | None:
    """Days from the deadline to this ISO date, negative before it, None without one."""
    if period.deadline is None:
        return None
    return (date.fromisoformat(day[:_DATE]) - date.fromisoformat(period.deadline[:_DATE])).days


def overlap(one: Period, other: Period) -> bool:
    """Whether two periods share a time."""
    return span_of(one).inside(span_of(other)) > timedelta()


def _kind(span: Span, period: Span) -> tuple[PeriodKind, float | None]:
    shared = span.inside(period)
    if not shared:
        return ("before" if span.start < period.start else "after"), 0.0
    if not span.bounded:
        return ("within" if span.start >= period.start and span.end <= period.end else "partly"), None
    share = shared / (span.end - span.start)
    return ("within" if share >= 1 - _SLACK else "partly"), share


def _deadline(span: Span, deadline: str | None) -> DeadlineKind:
    if deadline is None:
        return "none"
    last = end_of(deadline)
    if span.end <= last:
        return "before"
    return "after" if span.start >= last else "partly"


_KIND_WORDS = {
    "before": "before the term came into force",
    "within": "while the term was in force",
    "partly": "partly while the term was in force",
    "after": "after the term had ended",
}
_DEADLINE_WORDS = {
    "before": "before its deadline",
    "partly": "before and after its deadline",
    "after": "after its deadline",
}


def _words(kind: PeriodKind, deadline: DeadlineKind, period: Period) -> str:
    held = f"{_KIND_WORDS[kind]} ({_extent(period)})"
    return held + (f" and {_DEADLINE_WORDS[deadline]} of {period.deadline}" if deadline in _DEADLINE_WORDS else "")


def _extent(period: Period) -> str:
    begin = f"from {period.begin.replace('T', ' ')}" if period.begin else "from the start"
    return f"{begin} to {period.until.replace('T', ' ')}" if period.until else f"{begin} on"
