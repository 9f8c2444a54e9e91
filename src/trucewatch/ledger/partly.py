"""Whether what was done was done only in part: eleven of forty captives, half of the guns, a lorry let through after two days.

Read from the act's own words and, for plainer words, from its sentence (``data/partly.tsv``). This module must not say what a term asks.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache

from trucewatch.ledger import tables

_PLAIN = frozenset({"N", "the", "its", "their", "a", "not", "for", "on", "in"})
#: What is done by degrees; talks, inquiries and calm are not.
_BY_DEGREES = frozenset(
    {
        "withdrawal", "disarmament", "demining", "patrol held", "monitoring post", "prisoner release", "prisoner exchange",
        "remains returned", "return of displaced", "humanitarian passage", "aid delivery", "evacuation", "road opened",
    }
)  # fmt: skip
_NUMBER = (
    r"(?:\d[\d,]*|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|eighteen"
    r"|nineteen|(?:twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety)(?:-\w+)?|(?:a )?(?:hundred|dozen)|dozens|several)"
)


def in_part(category: str | None, clause: str, sentence: str) -> str:
    """The words that say that an act of this ceasefire category was done only in part; empty where none does."""
    if category not in _BY_DEGREES:
        return ""
    return _found("clause", clause) or _found("sentence", sentence)


@lru_cache(maxsize=20_000)
def _found(where: str, text: str) -> str:
    if _triggers(where).isdisjoint(text.lower().replace(",", " ").replace(":", " ").split()):
        return ""
    match = _pattern(where).search(text)
    return match.group() if match else ""


@cache
def _triggers(where: str) -> frozenset[str]:
    """The most telling word of each entry: a text without any of them needs no search."""
    listed = [row["words"].split() for row in tables.rows("partly.tsv") if row["where"] == where]
    return frozenset(max(words, key=lambda word: (word not in _PLAIN, len(word))) for words in listed)


@cache
def _pattern(where: str) -> re.Pattern[str]:
    listed = [row["words"] for row in tables.rows("partly.tsv") if row["where"] == where]
    made = (" ".join(_NUMBER if word == "N" else re.escape(word) for word in words.split()) for words in listed)
    return re.compile(rf"\b(?:{'|'.join(made)})\b", re.IGNORECASE)
