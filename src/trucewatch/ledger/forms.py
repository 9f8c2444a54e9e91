"""Words and forms for tables of words: how a text is cut for them, how a form is written, where it counts.

A form writes its choices out: "organi[s/z]ation(s)". A context says where a form counts: "sanctions _". This module reads no file.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from itertools import product
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

#: A run of words in small letters.
Words = tuple[str, ...]

_CHOICE = re.compile(r"\(([^()]*)\)|\[([^\[\]]*)\]")
_WORD = re.compile(r"\w+(?:['’ʼ](?!s\b)\w+)*|['’ʼ]s\b")
_GAP = re.compile(r"['’ʼ]?(?:[^\S\n]*\n?[^\S\n]+|\n|[-‐‑/])|")
_HERE = "_"


@dataclass(frozen=True, slots=True)
class Context:
    """Words before and after a term ("sanctions _"), or anywhere in its sentence where ``anywhere``."""

    before: Words = ()
    after: Words = ()
    anywhere: Words = ()


@dataclass(frozen=True, slots=True)
class Token:
    """A word of a text. ``joined`` is the blank, hyphen or nothing between it and the word before, None for more."""

    start: int
    end: int
    text: str
    key: str
    joined: str | None


@lru_cache(maxsize=64)
def tokens(text: str) -> tuple[Token, ...]:
    """The words of a text; hyphens part words, a possessive 's is a word."""
    found: list[Token] = []
    for match in _WORD.finditer(text):
        gap = text[found[-1].end : match.start()] if found else None
        joined = gap if gap is not None and _GAP.fullmatch(gap) else None
        found.append(Token(match.start(), match.end(), match[0], _key(match[0]), joined))
    return tuple(found)


def _key(word: str) -> str:
    return word.casefold().replace("’", "'").replace("ʼ", "'")


def variants(form: str) -> tuple[str, ...]:
    """Every way to write a form of the table: "organi[s/z]ation(s)" gives four."""
    parts: list[tuple[str, ...]] = []
    at = 0
    for match in _CHOICE.finditer(form):
        choices = (
            tuple(("" if match[1] is not None else match[2]).split("/")) if match[1] is None else ("", *match[1].split("/"))
        )
        parts += [(form[at : match.start()],), choices]
        at = match.end()
    parts.append((form[at:],))
    return tuple(dict.fromkeys(" ".join("".join(chosen).split()) for chosen in product(*parts)))


def words_of(text: str) -> Words:
    """The keys of the words of a text."""
    return tuple(token.key for token in tokens(text))


def contexts(cell: str) -> Iterator[Context]:
    """The contexts of a cell, parted by '|'; '_' stands for the form itself."""
    for part in cell.split("|") if cell else ():
        for text in variants(part):
            before, here, after = text.partition(_HERE)
            yield Context(words_of(before), words_of(after)) if here else Context(anywhere=words_of(text.lstrip("=")))


def holds(context: Context, run: tuple[int, int], words: Sequence[Token], sentence: tuple[int, int]) -> bool:
    """Whether a context stands around ``words[run[0]:run[1]]``, or in the sentence with these offsets."""
    if context.anywhere:
        around = [word.key for word in words if sentence[0] <= word.start < sentence[1]]
        width = len(context.anywhere)
        return any(tuple(around[k : k + width]) == context.anywhere for k in range(len(around) - width + 1))
    first, last = run
    before = tuple(word.key for word in words[max(first - len(context.before), 0) : first])
    after = tuple(word.key for word in words[last : last + len(context.after)])
    return before == context.before and after == context.after
