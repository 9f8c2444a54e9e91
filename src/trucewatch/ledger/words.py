"""The words by which one occurrence is told from another: things, names and particular words of a clause.

A sign is its kind and its word: ``object market``, ``name holm``, ``word flour``, ``count 48``. This module must not weigh them.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from trucewatch.ledger import tables

if TYPE_CHECKING:
    from collections.abc import Iterable

    from trucewatch.model import Coded

_WORD = re.compile(r"[A-Za-zÀ-ÿ][A-Za-zÀ-ÿ'’-]*|\d{2,}")
RESULT = re.compile(
    r"\b(?:kill|wound|injur|die|dead|death|hurt|destroy|damag|burn|burnt|lost|los[et]|collaps|casualt|lasted|ended)\w*",
    re.IGNORECASE,
)
"""Predicates that tell what came of an act, not how it was done."""
_SHORT = 4
_RARE = 0.5
REFERS = "refers back"
"""The sign of a strand that only refers to what was told before ("since the attack")."""
BESIDE = "beside"
"""The kind of signs of the sentences that say more of a strand ("beside pump")."""
_COUNTED = 3
_MOST = 4
_UNITS = (
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve", "thirteen", "fourteen",
    "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
)  # fmt: skip
_TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_VALUES = {word: n for n, word in enumerate(_UNITS)} | {word: 10 * n for n, word in enumerate(_TENS, 2)}
_FIGURES = r"\d{1,3}(?:,\d{3})+|\d{1,5}"
_WORDS = "|".join([f"(?:{'|'.join(_TENS)})-(?:{'|'.join(_UNITS[1:10])})", *sorted(_VALUES, key=len, reverse=True)])
_MEASURES = (
    r"o'clock|am|pm|a\.m|p\.m|per cent|percent|mm|kilometres?|km|metres?|miles?|hours?|minutes?|days?|weeks?|months?|years?"
)
_COUNT = re.compile(rf"(?<![\w.,:-])(?:{_FIGURES}|{_WORDS})(?![\w.:%-]|,\d)(?!\s*(?:{_MEASURES})\b)", re.IGNORECASE)
"""A number of things or people, as figures or words; no measure of time or way."""
_IRREGULAR = {
    "children": "child", "men": "man", "women": "woman", "policemen": "policeman", "fishermen": "fisherman", "wives": "wife", "bodies": "body",
}  # fmt: skip
_TITLES = {
    "the",
    "colonel",
    "general",
    "minister",
    "president",
    "governor",
    "mayor",
    "major",
    "captain",
    "commander",
    "dr",
    "mr",
    "mrs",
}


def stem(word: str) -> str:
    """A word without its commonest endings, so that "farmers" meets "farmer"."""
    word = re.sub(r"['’]s?$", "", word.lower())
    if word in _IRREGULAR:
        return _IRREGULAR[word]
    for ending, rest in (("ies", "y"), ("ing", ""), ("ed", ""), ("es", ""), ("s", "")):
        if word.endswith(ending) and len(word) - len(ending) >= _SHORT - 1:
            return word[: -len(ending)] + rest
    return word


def bare(word: str) -> str:
    """A name in small letters, without the possessive."""
    return re.sub(r"['’]s?$", "", word.lower())


def signs(coded: Coded, start: int, end: int) -> frozenset[str]:
    """The signs of a stretch of a record's text, without what names its places, actors and times."""
    taken = [(p.start, p.end) for p in coded.places] + [(t.start, t.end) for t in coded.times]
    taken += [(m.start, m.end) for actor in coded.actors for m in actor.mentions]
    taken = [(a, b) for a, b in taken if a < end and b > start]
    text = coded.text[start:end]
    found = {f"object {thing.name}" for thing in tables.things(text) if thing.site}
    found |= {f"word {thing.name}" for thing in tables.things(text) if not thing.site}
    found |= {f"count {n}" for n in counts(text, [(a - start, b - start) for a, b in taken])}
    begins = {s.start for s in coded.sentences} | {start}
    for match in _WORD.finditer(text):
        at = start + match.start()
        if not any(a <= at < b for a, b in taken):
            sign = _sign(match[0], first=at in begins)
            if sign:
                found.add(sign)
    return frozenset(found)


def beside(coded: Coded, start: int, end: int) -> frozenset[str]:
    """The names and rare words of a stretch as signs of what stands beside an occurrence."""
    found = (sign.partition(" ") for sign in signs(coded, start, end))
    kept = {word for kind, _, word in found if kind == "name" or (kind == "word" and tables.rarity(word) >= _RARE)}
    return frozenset(f"{BESIDE} {word}" for word in kept)


def _sign(word: str, *, first: bool) -> str:
    plain = stem(word)
    if word.lower() in tables.stopwords() or plain in tables.stopwords() or word.lower() in _TITLES:
        return ""
    if word[0].isupper() and not first:
        return f"name {bare(word)}"
    if word[0].isdigit():
        return ""
    return f"word {plain}" if len(word) >= _SHORT and not tables.things(word) else ""


def counts(text: str, taken: Iterable[tuple[int, int]] = ()) -> list[int]:
    """Numbers of things or people in a text, from three on, first ones first; those in ``taken`` stretches (times, places) are left out."""
    spans = list(taken)
    found = (_value(m[0]) for m in _COUNT.finditer(text) if not any(a <= m.start() < b for a, b in spans))
    return list(dict.fromkeys(n for n in found if n >= _COUNTED))[:_MOST]


def _value(number: str) -> int:
    """The value of a number in figures or words ("1,200", "forty-eight")."""
    plain = number.lower().replace(",", "")
    return int(plain) if plain.isdigit() else sum(_VALUES[word] for word in plain.split("-"))
