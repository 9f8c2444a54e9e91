"""A text as the words that are compared: folded, with their offsets, without furniture, notices and dateline.

Each word has a kind, because in two texts of one make-up the content is in the names, figures and dates. This module must not compare.
"""

from __future__ import annotations

import re
import unicodedata
from array import array
from dataclasses import dataclass
from enum import IntEnum
from functools import cache, lru_cache
from typing import TYPE_CHECKING

from trucewatch.ledger.origins.tables import table

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

#: Longer texts are compared by their first words only: a memory guard for bulletins of the size of a book.
MOST_WORDS = 8000
_WORD = re.compile(r"\d+(?:[.,:]\d+)+|[^\W_]+(?:['’ʼ][^\W\d_]+)*")
_PARAGRAPH = re.compile(r"[^\n]+")
_POSSESSIVE = re.compile(r"['’ʼ]s?$")
_STOP = re.compile(r"[.!?:\n•*–—\"“”„»«(\[]")
_END = re.compile(r"[.!?](?!\S*[a-z])")
_DATELINE = re.compile(
    r"^[^\W\d_][\w’'.,/ -]{0,60}?\s*(?:[(\[][^()\[\]\n]{2,60}[)\]]\s*(?:[-–—:]|--)+|/[A-Z][^/\n]{1,40}/\.?\s*[-–—:]*)\s*"
    r"|^[A-Z][A-Z’'., -]{2,40}(?:,\s*(?:[\w. ]{3,20}))?\s*[-–—]+\s+(?=[A-Z“\"])"
)
_STRAIGHT = str.maketrans({"’": "'", "‘": "'", "“": '"', "”": '"'})
_NOTICE = 40
_POINTER = 25
_SHOUTING = 0.5


class Kind(IntEnum):
    """What a word is to the comparison."""

    PLAIN = 0
    NAME = 1
    NUMBER = 2
    DATE = 3


@dataclass(frozen=True, slots=True)
class Wording:
    """The words of a text that are compared, as parallel sequences. ``starts`` and ``ends`` are offsets into the text."""

    forms: tuple[str, ...]
    kinds: bytes
    """The ``Kind`` of each word."""
    starts: array[int]
    ends: array[int]
    sentences: array[int]
    """The number of each word's sentence."""
    quoted: bytes
    """Whether each word stands in quotation marks: somebody's words, which the next paper may have from the same mouth."""
    content: frozenset[str]
    """The names, figures and dates, each once."""

    def __len__(self) -> int:
        """How many words are compared."""
        return len(self.forms)


@dataclass(slots=True)
class _Word:
    form: str
    raw: str
    start: int
    end: int
    opens: bool
    """Whether it opens a sentence or a quotation, so that its capital says nothing."""
    sentence: int
    quoted: bool


@lru_cache(maxsize=16384)  # about 10 kB each for a report of 200 words
def wording(text: str) -> Wording:
    """The words of ``text`` that are compared."""
    words = [word for start, end in body(text) for word in _words(text, start, end)][:MOST_WORDS]
    kinds = _kinds(words)
    return Wording(
        tuple([word.form for word in words]),
        bytes(kinds),
        array("I", [word.start for word in words]),
        array("I", [word.end for word in words]),
        array("I", [word.sentence for word in words]),
        bytes([word.quoted for word in words]),
        frozenset(word.form for word, kind in zip(words, kinds, strict=True) if kind),
    )


def body(text: str) -> Iterator[tuple[int, int]]:
    """The paragraphs that belong to the report, as offsets; the first without its dateline.

    Where everything looks like furniture the whole text counts: a report on cookies is a report.
    """
    spans = [match.span() for match in _PARAGRAPH.finditer(text)]
    kept = list(_kept(text, spans)) or spans
    for number, (start, end) in enumerate(kept):
        dateline = _DATELINE.match(text[start:end]) if number == 0 else None
        yield start + (dateline.end() if dateline else 0), end


def _kept(text: str, spans: Sequence[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """The paragraphs that are no furniture; a heading like "Related:" takes the short paragraphs after it along."""
    pointing = 0
    for start, end in spans:
        paragraph = _plain(text[start:end])
        if paragraph.strip(" :\"'*_#") in _headings():
            pointing = _POINTER
        elif len(paragraph.split()) > pointing:
            pointing = 0
            if not is_furniture(paragraph):
                yield start, end


def is_furniture(paragraph: str) -> bool:
    """Whether a paragraph is an outlet's furniture, or says no more than where the text comes from."""
    plain = _plain(paragraph)
    contains, starts, notices = _phrases()
    found = [most for phrase, most in contains if phrase in plain]
    found += [most for phrase, most in starts if plain.startswith(phrase)]
    found += [_NOTICE for phrase in notices if phrase in plain]
    return bool(found) and len(plain.split()) <= max(found)


def _plain(paragraph: str) -> str:
    return paragraph.translate(_STRAIGHT).casefold().lstrip(" \t([*_#>-")


@cache
def _headings() -> frozenset[str]:
    return frozenset(row["phrase"] for row in table("furniture") if row["how"] == "heads")


@cache
def _phrases() -> tuple[list[tuple[str, int]], list[tuple[str, int]], list[str]]:
    rows = table("furniture")
    contains, starts = (
        [(row["phrase"], int(row["most"])) for row in rows if row["how"] == how] for how in ("contains", "starts")
    )
    return contains, starts, [row["phrase"] for row in table("notices")]


def _words(text: str, start: int, end: int) -> Iterator[_Word]:
    before = start
    sentence = start  # the offset at which it begins numbers a sentence
    quoted = False
    for match in _WORD.finditer(text, start, end):
        first, last = match.span()
        between = text[before:first]
        opens = before == start or (between != " " and bool(_STOP.search(between)))
        if opens:
            sentence = first if _END.search(between) else sentence
            quoted = _inside(between, quoted=quoted)
        before = last
        if form := fold(match[0]):
            yield _Word(form, match[0], first, last, opens, sentence, quoted)


def _inside(between: str, *, quoted: bool) -> bool:
    """Whether the word after these marks stands in quotation marks, if the one before did or did not."""
    for mark in between:
        quoted = {'"': not quoted, "“": True, "„": True, "«": True, "”": False, "»": False}.get(mark, quoted)
    return quoted


@lru_cache(maxsize=65536)
def fold(word: str) -> str:
    """A word as it is compared: no case, accents, possessive or thousands marks; number words as figures."""
    if not word.isascii():
        word = "".join(c for c in unicodedata.normalize("NFKD", word) if not unicodedata.combining(c))
    word = _POSSESSIVE.sub("", word).casefold()
    if word[:1].isdigit():
        return re.sub(r",(?=\d{3}(?:\D|$))", "", word)
    return _figures().get(word, word)


@cache
def _figures() -> dict[str, str]:
    return {row["word"]: row["figure"] for row in table("quantities")}


@cache
def _calendar() -> dict[str, str]:
    return {row["word"]: row["kind"] for row in table("calendar")}


def _kinds(words: Sequence[_Word]) -> list[Kind]:
    capitals = sum(word.raw[0].isupper() for word in words)
    cased = capitals < _SHOUTING * len(words)
    named = {word.form for word in words if word.raw[0].isupper() and not word.opens}
    kinds = [_kind(word, cased=cased, known=word.form in named) for word in words]
    for at in range(len(words)):
        if kinds[at] == Kind.NUMBER and any(_is_month(words, near) for near in (at - 1, at + 1)):
            kinds[at] = Kind.DATE  # "13 May"
    return kinds


def _is_month(words: Sequence[_Word], at: int) -> bool:
    return 0 <= at < len(words) and _calendar().get(words[at].form) == "month" and words[at].raw[0].isupper()


def _kind(word: _Word, *, cased: bool, known: bool) -> Kind:
    if word.form[0].isdigit():
        return Kind.NUMBER
    if not word.raw[0].isupper():
        return Kind.PLAIN
    if word.form in _calendar():
        return Kind.DATE
    return Kind.NAME if cased and known else Kind.PLAIN
