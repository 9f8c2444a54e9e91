"""Words and their offsets."""

import itertools
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trucewatch.language.words import MAX_WORD, words


def cut(text: str) -> list[str]:
    """The words of a text."""
    return [text[a:b] for a, b in words(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("They don't know.", ["They", "do", "n't", "know", "."]),
        ("Assad’s army can’t", ["Assad", "’s", "army", "ca", "n’t"]),
        ("He cannot go", ["He", "can", "not", "go"]),
        ("the soldiers' families", ["the", "soldiers", "'", "families"]),
        ("U.S. troops left.", ["U.S.", "troops", "left", "."]),
        ("Gen. Ali al-Hassan said", ["Gen.", "Ali", "al-Hassan", "said"]),
        ("Russian-backed separatists", ["Russian", "-", "backed", "separatists"]),
        ("re-elected anti-tank", ["re-elected", "anti-tank"]),
        ("1,200 people at 3.30pm", ["1,200", "people", "at", "3.30", "pm"]),
        ("$2.5m (about €2m)", ["$", "2.5", "m", "(", "about", "€", "2", "m", ")"]),
        ('"No," he said...', ['"', "No", ",", '"', "he", "said", "..."]),
        ("see https://example.org/a?b=1.", ["see", "https://example.org/a?b=1", "."]),
        ("write to a.b@example.org, now", ["write", "to", "a.b@example.org", ",", "now"]),
        ("O'Brien in Sana'a", ["O'Brien", "in", "Sana'a"]),
        ("the 3rd of May 2022", ["the", "3rd", "of", "May", "2022"]),
        ("He said no. Then", ["He", "said", "no", ".", "Then"]),
    ],
)
def test_cuts_as_universal_dependencies_does(text: str, expected: list[str]) -> None:
    assert cut(text) == expected


@given(st.text(max_size=300))
def test_words_cover_everything_but_white_space(text: str) -> None:
    found = words(text)
    at = 0
    for start, end in found:
        assert at <= start < end <= len(text)
        assert not text[at:start].strip()
        at = end
    assert not text[at:].strip()


@given(st.text(alphabet="ab'’.-1,@/ \n", max_size=200))
def test_words_never_overlap_in_awkward_text(text: str) -> None:
    found = words(text)
    assert all(b <= c for (_, b), (c, _) in itertools.pairwise(found))
    assert all(0 < b - a <= MAX_WORD for a, b in found)


@pytest.mark.parametrize("unit", ["a", "a.", "a-", "re-", "1,,", "a@", "www.", "a's", "!", ". ", "http://."])
def test_time_is_linear_in_length(unit: str) -> None:
    text = unit * (20_000 // len(unit))
    started = time.perf_counter()
    words(text)
    assert time.perf_counter() - started < 4
