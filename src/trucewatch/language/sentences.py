"""Where sentences end: hard breaks from the layout, the encoder's boundary head between them, rules where both fail.

A *block* is a run of words in which a sentence may end only by its words: a paragraph. A blank line always ends a block. A
single line break ends it too, unless the text is wrapped at a fixed width or the sentence plainly goes on.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from trucewatch.language.words import ABBREVIATIONS

if TYPE_CHECKING:
    from collections.abc import Sequence

TERMINALS = frozenset({".", "!", "?", "…", "...", "!!", "??", "?!", "!?", "....", "。"})
_STOPS = frozenset({".", "!", "?"})
CLOSERS = frozenset({'"', "”", "’", "'", "''", ")", "]", "»", "’’"})
#: Words that cannot open a sentence.
_NO_START = frozenset({".", ",", ";", ":", "!", "?", "%", ")", "]", "”", "’", "''", "…", "...", "n't", "'s", "’s"})
_STOPPED = frozenset(f"{a}." for a in ABBREVIATIONS)
#: Abbreviations that seldom end a sentence.
_SELDOM_LAST = _STOPPED - {"etc.", "Inc.", "Corp.", "Ltd.", "Co.", "No.", "p.m.", "a.m."}
_MAY_END = TERMINALS | CLOSERS
_MAY_GO_ON = _MAY_END | {":"}
#: How sure the encoder must be, at the least, that a word begins a sentence.
_LEAST = 0.5
_PLAIN = 0.15  #: after a full stop, before a capital
_PLAINEST = 0.02  #: after a full stop, before a word of ``_OPENERS``
#: Words that, with a capital, seldom stand anywhere but at a sentence's beginning.
_OPENERS = frozenset(
    [
        "The",
        "There",
        "It",
        "He",
        "She",
        "They",
        "This",
        "That",
        "These",
        "Those",
        "We",
        "In",
        "On",
        "At",
        "But",
        "And",
        "However",
        "Meanwhile",
        "After",
        "Before",
        "When",
        "While",
        "If",
        "As",
        "For",
        "No",
        "Our",
        "His",
        "Her",
        "Their",
        "Its",
        "Some",
        "Many",
        "Most",
        "Several",
        "Both",
        "Earlier",
        "Later",
        "Since",
        "Although",
    ]
)
_BREAK = re.compile(r"[ \t\r\f\v\u00a0]*\n[ \t\r\f\v\u00a0]*(\n)?")
_WRAPPED_SHARE = 0.2
_WRAPPED_LEAST = 3


def is_wrapped(text: str) -> bool:
    """Whether single line breaks are only the width of the page: often a line goes on in lower case."""
    single = lower = 0
    for match in _BREAK.finditer(text, 0, 200_000):
        if match[1] or match.end() >= len(text):
            continue
        single += 1
        lower += text[match.end()].islower()
    return lower >= _WRAPPED_LEAST and lower > _WRAPPED_SHARE * single


def blocks(text: str, offsets: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Ranges (first, last exclusive) of word indices between hard breaks."""
    wrapped = is_wrapped(text)
    found = []
    first = 0
    for k in range(1, len(offsets)):
        gap = text[offsets[k - 1][1] : offsets[k][0]]
        if "\n" in gap and _ends_block(text, gap, offsets[k - 1], offsets[k], wrapped=wrapped):
            found.append((first, k))
            first = k
    if offsets:
        found.append((first, len(offsets)))
    return found


def _ends_block(text: str, gap: str, before: tuple[int, int], after: tuple[int, int], *, wrapped: bool) -> bool:
    if gap.count("\n") > 1:
        return True
    if wrapped:
        return False
    goes_on = text[after[0]].islower() and text[before[0] : before[1]] not in _MAY_GO_ON
    return not goes_on


def likely_end(words: Sequence[str], k: int) -> bool:
    """Whether, by the words alone, a sentence plainly ends before word ``k``."""
    if k <= 0 or k >= len(words):
        return True
    at = k - 1
    while at > 0 and words[at] in CLOSERS:
        at -= 1
    opens = words[k][0].isupper() or words[k][0].isdigit() or words[k][0] in "\"“‘'(["
    return words[at] in TERMINALS and opens


def starts(words: Sequence[str], chances: Sequence[float]) -> list[int]:
    """Indices in a block where sentences begin, the first included.

    ``chances[k]`` is the encoder's probability that word k begins a sentence.
    """
    return [k for k in range(len(words)) if k == 0 or (chances[k] > _PLAINEST and chances[k] > _threshold(words, k))]


def _threshold(words: Sequence[str], k: int) -> float:
    """How sure the encoder must be that word ``k`` begins a sentence."""
    word, before = words[k], words[k - 1]
    if word in _NO_START or before in _SELDOM_LAST or (before in CLOSERS and k > 1 and words[k - 2] == ","):
        return 0.95
    if word[0].islower() and before not in _MAY_END:
        return 0.8
    if before in _STOPS and word[0].isupper():
        return _PLAINEST if word in _OPENERS else _PLAIN
    return _LEAST
