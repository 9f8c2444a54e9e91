from __future__ import annotations

from dataclasses import replace
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publishing import samples
from trucewatch import ontology
from trucewatch.model import EventStatus, Mention, Stance
from trucewatch.publishing import words


def test_every_type_status_and_stance_has_words():
    assert set(words.TYPES) == {kind.name for kind in ontology.load().types}
    assert set(words.STATUSES) == set(get_args(EventStatus))
    assert set(words.STANCES) == set(get_args(Stance))


@pytest.mark.parametrize(("iso", "said"), [
    ("2020-03-16", "16 March 2020"), ("2020-03", "March 2020"), ("2020", "2020"), ("2020-03-16T10:00:00Z", "16 March 2020"), (None, ""),
    ("2020-13", "2020"), ("spring", "spring"),
])  # fmt: skip
def test_dates(iso, said):
    assert words.day(iso) == said


@pytest.mark.parametrize(("numbers", "said"), [
    ((3, 3, 3), "3"), ((2, None, 5), "2 to 5"), ((2, None, None), "at least 2"), ((None, None, 9), "up to 9"), ((None, None, None), "a number not stated"),
])  # fmt: skip
def test_numbers(numbers, said):
    assert words.count(*numbers) == said


def test_a_pronoun_source_gives_way_to_whom_it_stands_for():
    assert words.source(samples.claims()[1]) == "the Aldun Front"


def test_the_reports_own_voice_has_no_invented_source():
    assert words.claimant(samples.coded(), samples.events()[2]) == words.OWN_VOICE


def test_a_medium_that_carries_a_claim_is_named_apart_from_its_source():
    first, *rest = samples.claims()
    medium = Mention(0, 7, "Reuters")
    told = samples.coded(claims=(replace(first, conduit=(medium,)), *rest))
    assert words.claimant(told, told.events[0]) == "the Aldun Front, via Reuters"


def test_a_medium_that_encloses_a_claim_is_not_named_twice():
    first, second, third = samples.claims()
    medium = Mention(0, 7, "Reuters")
    outer = replace(second, id="c9", source=(medium,), resolved=None)
    told = samples.coded(claims=(replace(first, conduit=(medium,), within="c9"), outer, third))
    assert words.claimant(told, told.events[0]) == "the Aldun Front, according to Reuters"


def test_claims_that_enclose_each_other_do_not_loop():
    first, second, third = samples.claims()
    ring = samples.coded(claims=(replace(first, within="c2"), replace(second, within="c1"), third))
    assert words.claimant(ring, ring.events[0]) == "the Aldun Front"


@given(st.text(min_size=1, max_size=80), st.data())
def test_excerpts_hold_the_focus_and_cut_no_word(text, data):
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    before, focus, after = words.excerpt(text, 0, len(text), Mention(start, end, text[start:end]), 20)
    assert focus == words.clean(text[start:end])
    for part in (before, after):
        assert part.strip("… ") in words.clean(text)


def test_no_control_reaches_the_reader():
    assert words.clean("a\x1b[1m\u202eb\r\n c\ud800\u2028d") == "a [1m b c d"
