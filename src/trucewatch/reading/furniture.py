"""Tells a report's text from what stands around it: share bars, appeals for money, disclaimers, related links, comments.

The phrases are data (``data/furniture.tsv``); this module only applies them, and never to the words inside a block. No I/O.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import TYPE_CHECKING

from trucewatch.reading.rules import straight, table

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from trucewatch.reading.blocks import Block

_EDGES = " \t*_>•·|:;,.!-–—[]()\"'"
#: No rule looks at a longer block: set phrases stand in short ones, and a search must stay cheap.
_LONGEST = 1200
_CUT_AFTER = 0.25
_TAIL_SHARE = 0.6
_SHORT = 200
_MANY = 400
_SHORTEST_NAME = 4


@dataclass(frozen=True, slots=True)
class _Rule:
    how: str
    longest: int
    phrase: str

    def test(self) -> Callable[[str], bool]:
        pattern = re.compile(self.phrase, re.IGNORECASE)
        return lambda text: bool(pattern.search(text))


class _Rules:
    """The rules of one (where, action), gathered so that a block is matched against all of a kind at once."""

    def __init__(self, rows: Sequence[dict[str, str]]) -> None:
        self.whole = frozenset(_bare(row["phrase"]) for row in rows if row["how"] == "whole")
        self.symbols = frozenset(row["phrase"] for row in rows if row["how"] == "whole" and not _bare(row["phrase"]))
        self.starts = _alternatives(rows, "starts", "^[^\\w@©(]{0,4}")
        self.contains = _alternatives(rows, "contains", "")
        self.forms = _alternatives(rows, "regex", "", raw=True)

    def match(self, text: str) -> bool:
        """Whether one straightened line of text is furniture by any of these rules."""
        bare = _bare(text)
        if text in self.symbols or (bare and bare in self.whole):
            return True
        return any(
            len(text) <= longest and pattern.search(text) for longest, pattern in (*self.starts, *self.contains, *self.forms)
        )


def _bare(text: str) -> str:
    return straight(text).strip(_EDGES).lower()


def _alternatives(
    rows: Sequence[dict[str, str]], how: str, prefix: str, *, raw: bool = False
) -> tuple[tuple[int, re.Pattern[str]], ...]:
    """One compiled alternation for each length limit."""
    by_length: dict[int, list[str]] = {}
    for row in rows:
        if row["how"] == how:
            phrase = row["phrase"] if raw else re.escape(straight(row["phrase"]))
            by_length.setdefault(int(row["max"]) or _LONGEST, []).append(f"(?:{phrase})")
    return tuple(
        (longest, re.compile(prefix + f"(?:{'|'.join(parts)})", re.IGNORECASE)) for longest, parts in by_length.items()
    )


@cache
def _rules(where: str, action: str) -> _Rules:
    return _Rules([row for row in table("furniture") if row["where"] == where and row["action"] == action])


@lru_cache(maxsize=4096)
def is_furniture(text: str, *, tail: bool = False, head: bool = False) -> bool:
    """Whether a block of this text is furniture anywhere, or (``tail``, ``head``) at the end or the head of a page."""
    if len(text) > _LONGEST:
        return False
    text = straight(text)
    if _rules("any", "drop").match(text):
        return True
    return bool((tail and _rules("tail", "drop").match(text)) or (head and _rules("head", "drop").match(text)))


def _is_cut(text: str) -> bool:
    return len(text) <= _LONGEST and _rules("any", "cut").match(straight(text))


def strip_furniture(blocks: Sequence[Block], authors: Sequence[str] = ()) -> list[Block]:
    """The blocks without furniture; ``authors`` tell a note on the author at the end. Order and words are left as they are."""
    kept = list(blocks[: _cut_at(blocks)])
    kept = kept[: _tail_at(kept, authors)]
    return [block for block in kept if not is_furniture(block.text)]


def _cut_at(blocks: Sequence[Block]) -> int:
    """Index of the first heading such as "Comments" that stands late enough to end the report."""
    total = sum(len(block.text) for block in blocks)
    before = 0
    for index, block in enumerate(blocks):
        text = block.text
        if before >= _CUT_AFTER * total and before and len(text) <= _SHORT and _is_cut(text):
            return index
        before += len(text)
    return len(blocks)


def _tail_at(blocks: Sequence[Block], authors: Sequence[str]) -> int:
    """Index of the first block of the closing run in which most blocks are furniture and the others are short."""
    best = len(blocks)
    hits = 0
    for index in range(len(blocks) - 1, max(0, len(blocks) - _MANY) - 1, -1):
        text = blocks[index].text
        hit = is_furniture(text, tail=True) or _is_cut(text) or _about_author(text, authors)
        hits += hit
        if not hit and len(text) > _SHORT:
            break
        if hit and hits >= _TAIL_SHARE * (len(blocks) - index):
            best = index
    return best


def _about_author(text: str, authors: Sequence[str]) -> bool:
    """Whether a block introduces the author: "Ann Bell is a writer from ..."."""
    return len(text) <= _MANY and any(
        len(name) > _SHORTEST_NAME
        and text.startswith(name)
        and re.match(r",? (?:is|was|writes|covers|has|works|reports)\b", text[len(name) :])
        for name in authors
    )
