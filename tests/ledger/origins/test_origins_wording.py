"""Which words of a text are compared, and what kind they are."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trucewatch.ledger.origins.wording import Kind, fold, wording


def of_kind(text, kind):
    found = wording(text)
    return [form for form, k in zip(found.forms, found.kinds, strict=True) if k == kind]


@pytest.mark.parametrize(
    ("one", "other"),
    [("Tessin’s", "TESSIN"), ("Orsová", "orsova"), ("1,200", "1200"), ("three", "3"), ("Third", "third"), ("U.S", "u.s")],
)
def test_words_that_differ_in_writing_alone_are_one(one, other):
    assert fold(one) == fold(other)


def test_names_figures_and_dates_are_told_apart():
    text = "Rebels shelled Aldun on 13 May, killing three. On Friday Mira Tolen counted 40 craters in Aldun. Aldun burned."
    assert of_kind(text, Kind.NAME) == ["aldun", "mira", "tolen", "aldun", "aldun"]
    assert of_kind(text, Kind.NUMBER) == ["3", "40"]
    assert of_kind(text, Kind.DATE) == ["13", "may", "friday"]


def test_a_modal_may_is_no_month():
    assert of_kind("It may rain and may 13 men march.", Kind.DATE) == []


def test_a_text_in_capitals_has_no_names():
    assert of_kind("REBELS SHELLED THE TOWN OF ALDUN AND LEFT IT IN RUINS", Kind.NAME) == []


@pytest.mark.parametrize(
    "dateline",
    ["KABUL (Reuters) - ", "TESSIN, May 13 (Meridian) -- ", "Lumen (AP) — ", "MOSCOW, March 17. /TASS/. ", "KARSH VALLEY — "],
)
def test_the_dateline_is_left_aside(dateline):
    assert wording(f"{dateline}Rebels shelled the town.").forms == ("rebels", "shelled", "the", "town")


def test_prose_in_brackets_is_no_dateline():
    assert wording("The rebels (who had fled) came back.").forms[0] == "the"


def test_furniture_and_notices_are_left_aside():
    text = (
        "Subscribe to our newsletter for more.\n\nRebels shelled the town.\n\nThis article was originally published by Hill Tribune.\n\n"
        "Related:\n\nFive things to know this morning\n\nThe baker who crossed the line"
    )
    assert " ".join(wording(text).forms) == "rebels shelled the town"


def test_pointers_end_where_prose_begins_again():
    text = "Rebels shelled the town.\n\nRead more:\n\nThe baker's story\n\n" + "The firing went on until the evening came. " * 4
    assert "firing" in wording(text).forms
    assert "baker" not in wording(text).forms


def test_a_text_that_is_all_furniture_counts_as_a_text():
    assert len(wording("This site uses cookies.")) == 4


def test_words_in_quotation_marks_are_marked():
    found = wording("He said: “We hold the road.” She left. \"Go,\" he said. 'No' it was not.")
    assert [form for form, quoted in zip(found.forms, found.quoted, strict=True) if quoted] == [
        "we",
        "hold",
        "the",
        "road",
        "go",
    ]


@settings(deadline=None)
@given(st.text(max_size=300))
def test_every_word_points_at_itself(text):
    found = wording(text)
    for form, start, end in zip(found.forms, found.starts, found.ends, strict=True):
        assert fold(text[start:end]) == form
    assert list(found.starts) == sorted(found.starts)
