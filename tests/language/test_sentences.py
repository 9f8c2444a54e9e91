"""Blocks, sentence starts and windows."""

from hypothesis import given
from hypothesis import strategies as st

from trucewatch.language.sentences import blocks, is_wrapped, likely_end, starts
from trucewatch.language.windows import cut, windows
from trucewatch.language.words import words


def block_texts(text: str) -> list[str]:
    """Text of each block."""
    offsets = words(text)
    return [text[offsets[a][0] : offsets[b - 1][1]] for a, b in blocks(text, offsets)]


def test_a_blank_line_always_ends_a_block() -> None:
    assert block_texts("Shelling in\n\nthe east") == ["Shelling in", "the east"]


def test_a_line_break_ends_a_block_unless_the_sentence_goes_on() -> None:
    assert block_texts("Headline without stop\nThe army said") == ["Headline without stop", "The army said"]
    assert block_texts("The army said on\nmonday that") == ["The army said on\nmonday that"]


def test_line_breaks_of_a_wrapped_page_end_nothing() -> None:
    page = "The army said on Monday that its\nforces had left the town of\nSarmin after the talks between\nthe two sides and\nthe mission."
    assert is_wrapped(page)
    assert len(block_texts(page)) == 1


def test_abbreviations_do_not_end_sentences() -> None:
    forms = ["Gen.", "Ali", "spoke", "."]
    assert starts(forms, [0.9, 0.9, 0.1, 0.1]) == [0]


def test_likely_end_sees_through_closing_quotes() -> None:
    forms = ["He", "left", ".", '"', "They", "stayed"]
    assert likely_end(forms, 4)
    assert not likely_end(forms, 2)


@given(st.lists(st.integers(1, 12), max_size=300), st.integers(12, 60))
def test_windows_hold_every_word_once_and_keep_the_limit(sizes: list[int], limit: int) -> None:
    forms = ["."] * len(sizes)
    middle = len(sizes) // 2
    parts = [p for p in ((0, middle), (middle, len(sizes))) if p[0] < p[1]]
    at = 0
    for window in windows(forms, sizes, parts, limit):
        assert window.first == at
        assert window.first < window.last
        assert sum(sizes[window.first : window.last]) <= limit
        assert window.breaks[0] == window.first
        at = window.last
    assert at == len(sizes)


def test_a_long_sentence_is_cut_at_a_comma() -> None:
    forms = ["a"] * 30 + [","] + ["b"] * 30
    assert next(cut(forms, [1] * 61, 40)) == (0, 31)
