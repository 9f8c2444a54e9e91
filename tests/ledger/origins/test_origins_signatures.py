"""Keys by which copies meet: the same everywhere, few, and shared by wholes and pieces."""

from __future__ import annotations

import random

from hypothesis import given, settings
from hypothesis import strategies as st

from trucewatch.ledger.origins import KEYS_VERSION, MOST_HELD, signature, worth
from trucewatch.ledger.origins.wording import wording

from .stories import LOOK_ALIKE, OTHER, STORY, text

WORDS = [f"word{number}" for number in range(4000)]


def long_text(words, seed=0):
    chance = random.Random(seed)
    found = [chance.choice(WORDS) for _ in range(words)]
    return "\n\n".join(" ".join(found[at : at + 60]) for at in range(0, words, 60)), found


def test_stored_keys_are_the_same_on_every_machine():
    """If this fails, keys stored by users no longer match: raise KEYS_VERSION and say so in the changelog."""
    found = signature(text(STORY))
    assert (KEYS_VERSION, found.exact, found.bands[0], found.bands[-1], len(found.bands)) == (
        1,
        98727932720241534,
        -1142938277560680383,
        4164031697246438163,
        40,
    )


def test_keys_fit_a_signed_64_bit_column_and_are_few():
    for words in (1, 5, 30, 200, 1000, 5000):
        found = signature(long_text(words)[0])
        assert 1 <= len(found.bands) <= 56
        assert len(set(found.bands)) == len(found.bands)
        assert all(-(2**63) <= key < 2**63 for key in (*found.bands, found.exact))


def test_case_punctuation_and_furniture_do_not_count():
    plain, dressed = text(STORY), text(STORY).upper().replace(",", " -") + "\n\nSubscribe to our newsletter!"
    assert signature(plain) == signature(dressed)


def test_three_paragraphs_of_twenty_meet_the_whole():
    whole, words = long_text(1200)
    for start in (0, 420, 1000):
        piece = " ".join(words[start : start + 180])
        assert signature(piece).shared(signature(whole)) >= 3


def test_a_lightly_edited_copy_meets_its_original():
    whole, words = long_text(400, seed=3)
    edited = [word if at % 9 else "changed" for at, word in enumerate(words)]
    one, other = signature(whole), signature(" ".join(edited))
    assert worth(one.shared(other), len(one.bands), len(other.bands))


def test_other_stories_do_not_meet():
    assert signature(text(STORY)).shared(signature(text(OTHER))) == 0


def test_a_text_without_words_has_no_keys():
    assert signature(" ... ") == signature("")
    assert signature("").bands == ()


def test_one_key_of_many_is_not_worth_a_look_and_one_of_few_is():
    assert not worth(1, 50, 50)
    assert worth(1, 5, 50)
    assert worth(3, 56, 56)
    assert MOST_HELD > 50  # a dispatch that fifty papers print must still be found


@settings(deadline=None)
@given(st.text(max_size=400))
def test_any_text_has_a_signature(content):
    found = signature(content)
    assert found.words == len(wording(content))
    assert bool(found.bands) == bool(found.words)


def test_look_alikes_meet_and_are_left_to_the_judge():
    assert signature(text(STORY)).shared(signature(text(LOOK_ALIKE))) > 0
