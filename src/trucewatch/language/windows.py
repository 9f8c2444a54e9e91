"""Words -> the windows that the encoder reads, one at a time.

A window holds whole blocks (paragraphs) as long as they fit. A longer block is cut where a sentence plainly ends, else at a
semicolon or comma, else anywhere: no text can make a window longer than the limit.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from trucewatch.language.sentences import likely_end

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

#: Word pieces of the longest window; what training used.
LIMIT = 192


@dataclass(frozen=True, slots=True)
class Window:
    """Words ``first`` to ``last`` (exclusive); ``breaks`` are the indices at which a sentence must begin."""

    first: int
    last: int
    breaks: tuple[int, ...]


def cut(words: Sequence[str], sizes: Sequence[int], limit: int = LIMIT) -> Iterator[tuple[int, int]]:
    """Cut one block into parts of at most ``limit`` pieces; ``sizes`` are the pieces of each word."""
    first = 0
    while first < len(words):
        last, total = first, 0
        while last < len(words) and total + sizes[last] <= limit:
            total += sizes[last]
            last += 1
        if last < len(words):
            last = _good_cut(words, first, last)
        yield first, last
        first = last


def _good_cut(words: Sequence[str], first: int, last: int) -> int:
    """The best place to cut ``words[first:last]`` short; anywhere from a quarter of its length on."""
    least = first + max(1, (last - first) // 4)
    for k in range(last, least, -1):
        if likely_end(words, k):
            return k
    for marks in (".!?…", ";:—–", ",)"):
        for k in range(last, least, -1):
            if words[k - 1] in marks:
                return k
    return max(last, first + 1)


def windows(
    words: Sequence[str], sizes: Sequence[int], blocks: Sequence[tuple[int, int]], limit: int = LIMIT
) -> Iterator[Window]:
    """Windows over all words: whole blocks together while they fit."""
    first, total = 0, 0
    breaks: list[int] = []
    for begin, end in blocks:
        for a, b in cut(words[begin:end], sizes[begin:end], limit):
            size = sum(sizes[begin + a : begin + b])
            if breaks and total + size > limit:
                yield Window(first, begin + a, tuple(breaks))
                breaks, total = [], 0
            if not breaks:
                first = begin + a
            breaks.append(begin + a)
            total += size
    if breaks:
        yield Window(first, blocks[-1][1], tuple(breaks))
