"""Time expressions: what is found, what it means, what is left alone."""

import itertools
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trucewatch.knowledge.times import find

ANCHOR = date(2020, 3, 17)  # a Tuesday
WORDS = st.sampled_from(
    [
        "the",
        "15",
        "March",
        "3",
        "2020",
        "Friday",
        "two",
        "days",
        "later",
        "ago",
        "last",
        "week",
        "of",
        "-",
        ",",
        ".",
        "at",
        "3",
        "p.m.",
        "noon",
        "May",
        "early",
        "99999999999",
        "years",
        "Feb",
        "30",
        "0",
        "İ",
        "since",
        "1/2/2020",
    ]
)


def told(text, anchor=ANCHOR):
    return [(t.text, t.value, t.begin, t.until) for t in find(text, anchor=anchor)]


@pytest.mark.parametrize(
    ("text", "words", "value"),
    [
        ("on 15 March 2020", "15 March 2020", "2020-03-15"),
        ("on the 5th of March", "the 5th of March", "2020-03-05"),
        ("on Aug. 7", "Aug. 7", "2019-08-07"),
        ("on 5 June last year", "5 June last year", "2019-06-05"),
        ("since March last year", "March last year", "2019-03"),
        ("by May 3, next year", "May 3, next year", "2021-05-03"),
        ("15/03/2020", "15/03/2020", "2020-03-15"),
        ("03/04/2020", "03/04/2020", "2020-XX-XX"),
        ("shelled on Friday", "Friday", "2020-03-13"),
        ("It will withdraw on Monday", "Monday", "2020-03-23"),
        ("two days ago", "two days ago", "2020-03-15"),
        ("last week", "last week", "2020-W11"),
        ("in the 1990s", "the 1990s", "199X"),
        ("a 72-hour ceasefire", "72-hour", "PT72H"),
        ("for twenty-five years", "twenty-five years", "P25Y"),
        ("every Friday", "every Friday", "XXXX-WXX-5"),
        ("at 3 p.m. on Friday", "3 p.m. on Friday", "2020-03-13T15:00"),
        ("0600 GMT", "0600 GMT", "XXXX-XX-XXT06:00"),
        ("in the nearest future", "the nearest future", "FUTURE_REF"),
        ("Eid al-Fitr", "Eid al-Fitr", None),
        ("the night of 14-15 March", "the night of 14-15 March", "2020-03-14TNI"),
    ],
)
def test_value(text, words, value):
    assert [x[:2] for x in told(text)] == [(words, value)]


@pytest.mark.parametrize(
    "text",
    [
        "they march on",
        "March on Rome",
        "it may",
        "the second man",
        "he sat",
        "the sun",
        "the present",
        "1,200 people",
        "the M4",
        "2020 soldiers",
        "call +20 2012 3344",
        "D-day",
        "the fall of Aleppo",
        "34-year-old",
        "at the same time",
        "Feb 30",
        "",
    ],
)
def test_no_time(text):
    assert told(text) == []


def test_bounds():
    assert told("since March 13")[0][2:] == ("2020-03-13", None)
    assert told("until March 20")[0][2:] == (None, "2020-03-20")
    assert told("between 3 and 5 March")[0][2:] == ("2020-03-03", "2020-03-05")
    assert told("Earlier in March, they met")[0][2:] == ("2020-03-01", "2020-03-17")
    assert told("Over the month, they met")[0][1:] == ("P1M", "2020-02-17", "2020-03-17")


def test_document_order():
    assert told("On March 3 it began. Two days later it ended.")[1][1] == "2020-03-05"
    assert told("On March 3 it began. The next day it ended.")[1][1] == "2020-03-04"
    assert told("The following day it ended.")[0][1] is None


def test_without_an_anchor_relative_stays_missing():
    text = "On March 15, yesterday, Friday; 16 March 2020, last month"
    assert [x[1] for x in told(text, None)] == ["XXXX-03-15", None, None, "2020-03-16", None]


def test_slash_order_is_learned_from_the_document():
    assert told("15/03/2020 and 03/04/2020")[1][1] == "2020-04-03"
    assert told("03/25/2020 and 03/04/2020")[1][1] == "2020-03-04"


@settings(max_examples=60, deadline=None)
@given(st.one_of(st.text(), st.lists(WORDS, max_size=14).map(" ".join)), st.one_of(st.none(), st.dates()))
def test_any_text(text, anchor):
    found = find(text, anchor=anchor)
    assert all(t.text == text[t.start : t.end] and t.text for t in found)
    assert all(a.end <= b.start for a, b in itertools.pairwise(found))
    assert all(t.begin is None or t.until is None or t.begin <= t.until for t in found)
    assert found == find(text, anchor=anchor)
