"""Which language a report is in. Careful with short texts: names alone decide nothing. No I/O.

English is told by its function words first (cheap and sure); py3langid is asked only where those leave a doubt, and is loaded
only then.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

_SAMPLE = 2000
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")
#: English words that are no words, or rare ones, in the languages nearest to it.
_ENGLISH = frozenset(
    [
        "the",
        "of",
        "and",
        "that",
        "was",
        "were",
        "is",
        "are",
        "has",
        "have",
        "had",
        "been",
        "be",
        "by",
        "with",
        "from",
        "for",
        "to",
        "which",
        "who",
        "said",
        "says",
        "this",
        "these",
        "those",
        "their",
        "they",
        "his",
        "her",
        "its",
        "it",
        "he",
        "she",
        "we",
        "you",
        "not",
        "but",
        "or",
        "as",
        "at",
        "an",
        "after",
        "before",
        "between",
        "into",
        "over",
        "during",
        "against",
        "about",
        "there",
        "when",
        "while",
        "would",
        "will",
        "could",
        "should",
        "more",
        "than",
        "two",
        "three",
        "several",
        "also",
        "on",
        "in",
        "a",
        "no",
        "against",
        "near",
        "told",
        "killed",
        "their",
        "both",
        "each",
        "other",
        "some",
        "any",
        "what",
        "where",
        "because",
        "under",
        "until",
        "since",
        "our",
        "my",
        "your",
        "than",
        "then",
        "them",
        "him",
        "out",
        "up",
        "all",
        "people",
    ]
)
_SURE = frozenset(
    [
        "the",
        "of",
        "and",
        "that",
        "was",
        "were",
        "with",
        "from",
        "which",
        "who",
        "said",
        "this",
        "their",
        "they",
        "has",
        "have",
        "had",
        "been",
        "would",
        "by",
    ]
)
_SCRIPT_LANGUAGES = (
    (re.compile("[\u0590-\u05ff]"), "he"),
    (re.compile("[\u0370-\u03ff]"), "el"),
    (re.compile("[\uac00-\ud7af]"), "ko"),
    (re.compile("[\u3040-\u30ff]"), "ja"),
    (re.compile("[\u4e00-\u9fff]"), "zh"),
)
_ENGLISH_SHARE = 0.22
_FEW_WORDS = 12
_SURE_WORDS = 3
_CONFIDENT = 0.85
_DOUBTFUL = 0.5
_LONGEST_CODE = 10
_HINT_OF_ENGLISH = 0.3


@dataclass(frozen=True, slots=True)
class Language:
    """An ISO 639-1 code (ISO 639-3 where there is none) or "und", and a confidence from 0 to 1."""

    code: str
    confidence: float


def detect(text: str, declared: str | None = None) -> Language:
    """The language of ``text``, by its first 2,000 characters. ``declared`` decides where the text is too short to tell."""
    sample = _sample(text)
    words = [word.lower() for word in _WORD.findall(sample)]
    hint = base_code(declared)
    if not words:
        return Language(hint or "und", 0.3 if hint else 0.0)
    english = _english(words)
    if english >= _CONFIDENT:
        return Language("en", round(english, 3))
    guess = _by_script(sample) or _by_model(sample)
    if len(words) < _FEW_WORDS or guess.confidence < _DOUBTFUL:
        return _short(words, hint, guess, english)
    return guess


def base_code(tag: str | None) -> str | None:
    """The first part of a language tag (en-US, en_GB.UTF-8) in lower case; None for no tag."""
    code = re.split(r"[-_.]", tag.strip().lower())[0] if tag else ""
    return _LONG_NAMES.get(code, code) if code.isalpha() and len(code) <= _LONGEST_CODE else None


_LONG_NAMES = {
    "eng": "en",
    "english": "en",
    "arabic": "ar",
    "ara": "ar",
    "russian": "ru",
    "rus": "ru",
    "french": "fr",
    "fra": "fr",
}


def _sample(text: str) -> str:
    """The beginning, and a stretch of the middle of a long text: a boilerplate first line may be in another language."""
    if len(text) <= _SAMPLE:
        return text
    middle = len(text) // 2
    return text[: _SAMPLE // 2] + "\n" + text[middle : middle + _SAMPLE // 2]


def _english(words: list[str]) -> float:
    """How sure the function words make it that this is English."""
    common = sum(word in _ENGLISH for word in words)
    sure = len(_SURE.intersection(words))
    share = common / len(words)
    if sure >= _SURE_WORDS and share >= _ENGLISH_SHARE:
        return min(0.99, 0.85 + share / 3)
    if sure >= _SURE_WORDS - 1 and share >= _HINT_OF_ENGLISH and len(words) >= _FEW_WORDS // 2:
        return 0.86
    return min(0.8, share + 0.1 * sure)


def _by_script(sample: str) -> Language | None:
    letters = sum(character.isalpha() for character in sample)
    for script, code in _SCRIPT_LANGUAGES:
        if letters and len(script.findall(sample)) > 0.3 * letters:
            return Language(code, 0.9)
    return None


def _by_model(sample: str) -> Language:
    import py3langid  # noqa: PLC0415 - loading its model takes most of a second, and English reports never need it

    ranked = py3langid.rank(sample)
    temperature = math.sqrt(len(sample.encode("utf-8", "replace")) or 1)
    best = ranked[0][1]
    total = sum(math.exp((score - best) / temperature) for _, score in ranked)
    code = ranked[0][0]
    return Language("en" if code == "pcm" else code, round(1 / total, 3))


def _short(words: list[str], hint: str | None, guess: Language, english: float) -> Language:
    """Too little text, or no clear answer: own signs of English, then the declaration, then the guess."""
    sample = " ".join(words)
    if not sample.isascii() and guess.confidence >= _DOUBTFUL and guess.code != hint:
        return guess
    if english >= _HINT_OF_ENGLISH or guess.code == "en":
        return Language("en", round(max(english, 0.4), 3))
    if hint:
        return Language(hint, 0.4)
    return guess
