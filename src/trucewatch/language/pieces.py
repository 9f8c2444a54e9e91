"""Words -> word pieces and casing classes: what the encoder reads.

The word pieces are uncased, so how a word is written in capitals goes in beside them, as one of twelve classes. The
same function serves training and running; a change here makes trained weights worthless.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from tokenizers import Tokenizer

CASINGS = 12
CLS, SEP, UNKNOWN = 101, 102, 100
#: Pieces beyond this many of one word are dropped (a hash, a base64 blob).
MAX_PIECES = 12


@lru_cache(maxsize=50_000)
def casing(word: str) -> int:
    """How a word is written: lower, Capitalised, UPPER, U.P., 12, 12th, MiXed ... as a number below ``CASINGS``."""
    letters = any(c.isalpha() for c in word)
    if any(c.isdigit() for c in word):
        if not letters:
            return 6
        return 7 if word.islower() else 8
    if not letters:
        return 9
    if word.islower():
        return 1
    if len(word) == 1:
        return 5 if word.isupper() else 1
    if word.isupper():
        return 10 if "." in word else 3
    if word[0].isupper() and word[1:].islower():
        return 2
    return 11 if word.istitle() else 4


@dataclass(frozen=True, slots=True)
class Pieces:
    """Piece ids of each of some words, and the casing class of each word."""

    ids: tuple[tuple[int, ...], ...]
    casings: tuple[int, ...]


class Splitter:
    """Cuts words into the encoder's word pieces."""

    def __init__(self, tokenizer: Tokenizer) -> None:
        tokenizer.no_truncation()
        tokenizer.no_padding()
        self._tokenizer = tokenizer

    @classmethod
    def from_file(cls, path: Path) -> Splitter:
        """Load a ``tokenizer.json``."""
        from tokenizers import Tokenizer  # noqa: PLC0415  (the analysis types must import without it)

        return cls(Tokenizer.from_file(str(path)))

    def __call__(self, words: Sequence[str]) -> Pieces:
        """Pieces of ``words``; every word has at least one."""
        encoding = self._tokenizer.encode(list(words), is_pretokenized=True, add_special_tokens=False)
        ids: list[list[int]] = [[] for _ in words]
        for piece, word in zip(encoding.ids, encoding.word_ids, strict=True):
            if word is not None:
                ids[word].append(piece)
        kept = tuple(tuple(found[:MAX_PIECES]) or (UNKNOWN,) for found in ids)
        return Pieces(kept, tuple(casing(word) for word in words))

    def vocabulary(self) -> frozenset[str]:
        """Whole words of three letters or more among the pieces: common words of English, in lower case."""
        pieces = self._tokenizer.get_vocab()
        return frozenset(p for p in pieces if len(p) > 2 and p.isalpha() and p.isascii())  # noqa: PLR2004
