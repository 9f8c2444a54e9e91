from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trucewatch.ledger.periods import days_late, deadline_relation, due, in_force, overlap, relation, span_of, span_of_when
from trucewatch.model.agreement import Period
from trucewatch.model.incident import When

DAYS = st.dates(date(1990, 1, 1), date(2040, 12, 31))


def iso(day):
    return day.isoformat()


def on(begin, until=None, **more):
    return When("x", None, more.pop("precision", "day"), begin, until or begin, **more)


@pytest.mark.parametrize(
    ("period", "when", "kind", "deadline"),
    [
        (Period("2020-03-06"), on("2020-03-05"), "before", "none"),
        (Period("2020-03-06"), on("2020-03-06"), "within", "none"),
        (Period("2020-03-06T00:01"), on("2020-03-06"), "within", "none"),
        (Period("2020-03-06T15:00"), on("2020-03-06"), "partly", "none"),
        (Period("2020-03-06", "2020-03-31"), on("2020-03-31"), "within", "none"),
        (Period("2020-03-06", "2020-03-31"), on("2020-04-01"), "after", "none"),
        (Period("2020-03-06"), on("2020-03-01", "2020-03-31", precision="month"), "partly", "none"),
        (Period("2020-03-06"), None, "unknown", "none"),
        (Period("2020-03-06", deadline="2020-03-12"), None, "unknown", "unknown"),
        (Period("2020-03-06"), When("recently"), "unknown", "none"),
        (Period("2020-03-06", deadline="2020-03-12"), on("2020-03-12"), "within", "before"),
        (Period("2020-03-06", deadline="2020-03-12"), on("2020-03-13"), "within", "after"),
        (Period("2020-03-06", deadline="2020-03-12"), on("2020-03-10", "2020-03-20"), "within", "partly"),
        (Period("2020-03-06", deadline="2020-03-12T12:00"), on("2020-03-12"), "within", "partly"),
        (Period("2020-03-06"), When("since", None, "day", "2020-03-13", None), "within", "none"),
        (Period("2020-03-06"), When("since", None, "day", "2020-03-01", None), "partly", "none"),
        (Period("2020-03-06"), When("until then", None, "day", None, "2020-03-05"), "before", "none"),
        (Period(), on("1820-03-05"), "within", "none"),
    ],
)
def test_where_a_time_lies(period, when, kind, deadline):
    found = relation(period, when)
    assert (found.kind, found.deadline) == (kind, deadline)
    assert found.words


def test_a_time_of_the_day_is_told_apart_from_the_day():
    period = Period("2020-03-06T15:00")
    early = When("at noon", "2020-03-06T12:00", "minute", "2020-03-06", "2020-03-06")
    late = When("at 3 pm", "2020-03-06T15", "hour", "2020-03-06", "2020-03-06")
    assert relation(period, early).kind == "before"
    assert relation(period, late).kind == "within"


def test_since_reaches_to_the_report_and_not_beyond():
    since = When("since 13 March", None, "day", "2020-03-13", None)
    period = Period("2020-03-01", "2020-03-20")
    assert relation(period, since).kind == "partly"
    assert relation(period, since, as_of="2020-03-17T10:00").kind == "within"
    assert span_of_when(since, as_of="2020-03-01").bounded is False


def test_until_the_deadline_not_having_done_it_is_no_breach():
    once = Period("2018-09-17", deadline="2018-10-10", standing=True)
    assert not due(once, "2018-10-10")
    assert due(once, "2018-10-11")
    assert not due(once, "2018-09-16")
    assert due(Period("2018-09-17"), "2018-09-17")
    assert (days_late(once, "2018-10-08"), days_late(once, "2018-10-11"), days_late(Period(), "2018-10-11")) == (-2, 1, None)


def test_the_words_name_the_time_and_the_dates():
    words = relation(
        Period("2018-09-17", deadline="2018-10-10"), When("March 15", None, "day", "2020-03-15", "2020-03-15")
    ).words
    assert words == "while the term was in force (from 2018-09-17 on) and after its deadline of 2018-10-10"


@settings(deadline=None)
@given(DAYS, DAYS, DAYS, DAYS)
def test_a_time_is_in_exactly_one_relation_and_shares_agree(a, b, c, d):
    begin, until = sorted((a, b))
    first, last = sorted((c, d))
    found = relation(Period(iso(begin), iso(until)), on(iso(first), iso(last)))
    days = [first + timedelta(days=n) for n in range((last - first).days + 1)] if (last - first).days < 60 else None
    expected = (
        "before" if last < begin else "after" if first > until else "within" if begin <= first and last <= until else "partly"
    )
    assert found.kind == expected or (found.kind == "within" and found.share >= 0.99)
    if days is not None:
        assert found.share == pytest.approx(sum(begin <= day <= until for day in days) / len(days))


@settings(deadline=None)
@given(DAYS, DAYS, st.integers(0, 500))
def test_a_longer_period_never_holds_less(begin, day, more):
    end = begin + timedelta(days=100)
    short, long = Period(iso(begin), iso(end)), Period(iso(begin), iso(end + timedelta(days=more)))
    assert relation(long, on(iso(day))).share >= relation(short, on(iso(day))).share
    assert in_force(short, iso(day)) <= in_force(long, iso(day))


@settings(deadline=None)
@given(DAYS, DAYS, DAYS, DAYS)
def test_overlap_is_symmetric_and_what_a_day_in_both_shows(a, b, c, d):
    one, other = Period(*map(iso, sorted((a, b)))), Period(*map(iso, sorted((c, d))))
    assert overlap(one, other) == overlap(other, one)
    assert overlap(one, other) == (max(min(a, b), min(c, d)) <= min(max(a, b), max(c, d)))
    assert overlap(one, one)
    assert overlap(one, Period())
    assert span_of(Period()).inside(span_of(Period())) > timedelta()


@settings(deadline=None)
@given(DAYS, DAYS)
def test_the_sides_of_a_deadline(day, deadline):
    period = Period(deadline=iso(deadline))
    assert deadline_relation(period, on(iso(day))) == ("before" if day <= deadline else "after")
    assert due(period, iso(day)) == (day > deadline)
    assert (days_late(period, iso(day)) > 0) == due(period, iso(day))
