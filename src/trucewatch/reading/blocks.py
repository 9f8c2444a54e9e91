"""Lines and blocks: the form in which every format hands its page to the rules for headers, furniture and origins.

A block is what stands between two blank lines or in one block element; its lines are what stands between line breaks. Links
are kept beside the words, for names and addresses. No I/O.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from trucewatch.model import Media, Origin, Reason

Kind = Literal["text", "heading", "item", "row"]

_SPACES = re.compile(r"[^\S\n]+")
_SENTENCE_END = re.compile(r"""[.!?…:;。؟۔]["'”’»)\]]*$""")
_LOWER_START = re.compile(r"^[a-z]+(?:[\s,;'’-]|$)")
_MIN_BROKEN = 60
_MIN_WRAPPED, _MAX_WRAPPED = 40, 110


@dataclass(frozen=True, slots=True)
class Link:
    """A link: ``line.text[start:end]`` are its words; ``href`` is empty where it leads nowhere ("#")."""

    start: int
    end: int
    text: str
    href: str


@dataclass(frozen=True, slots=True)
class Line:
    """One line of text without its markup, blanks normalised, and the links in it."""

    text: str
    links: tuple[Link, ...] = ()

    def link_at(self, start: int, end: int) -> Link | None:
        """The first link whose words touch ``text[start:end]``."""
        return next((link for link in self.links if link.start < end and link.end > start), None)


@dataclass(frozen=True, slots=True)
class Block:
    """Lines that stand together."""

    lines: tuple[Line, ...]
    kind: Kind = "text"

    @property
    def text(self) -> str:
        """The block's words on one line."""
        return " ".join(line.text for line in self.lines)


@dataclass(slots=True)
class Draft:
    """What a format found, before the rules common to all formats have been applied. Filled step by step, then finished."""

    blocks: list[Block]
    title: str | None = None
    publisher: str | None = None
    byline: tuple[str, ...] = ()
    published: str | None = None
    url: str | None = None
    language: str | None = None
    origins: list[Origin] = field(default_factory=list)
    media: list[Media] = field(default_factory=list)
    tags: dict[str, list[str]] = field(default_factory=dict)
    notes: list[Reason] = field(default_factory=list)

    def tag(self, key: str, values: Iterable[str]) -> None:
        """Add values to one tag, each once."""
        known = self.tags.setdefault(key, [])
        known += [value for value in dict.fromkeys(map(squeeze, values)) if value and value not in known]


def squeeze(text: str) -> str:
    """``text`` with every run of blanks (no-break ones too) as one blank, ends stripped."""
    return " ".join(text.split())


def plain(text: str) -> Line:
    """A line without links."""
    return Line(squeeze(text))


def is_hard_wrapped(blocks: Sequence[Block]) -> bool:
    """Whether a text's line ends are the work of a text width: hardly any of its words stand in long lines."""
    lengths = [len(line.text) for block in blocks for line in block.lines]
    return sum(length for length in lengths if length > _MAX_WRAPPED) <= 0.1 * sum(lengths)


def reflow(lines: Sequence[Line], *, hard_wrapped: bool) -> list[tuple[Line, ...]]:
    """Group a block's lines into paragraphs: those of one hard-wrapped paragraph together, lines for themselves apart."""
    if len(lines) > 1 and hard_wrapped and _is_wrapped(lines):
        return [tuple(lines)]
    return [(line,) for line in lines]


def _is_wrapped(lines: Sequence[Line]) -> bool:
    """Whether all lines but the last are long and alike, break where the next word would not fit, mostly in mid-sentence."""
    lengths = [len(line.text) for line in lines[:-1]]
    width = max(lengths)
    if width < _MIN_WRAPPED or min(lengths) < _MIN_WRAPPED * 0.75:
        return False
    tight = sum(len(line.text) + 1 + len(after.text.split(" ", 1)[0]) >= width - 3 for line, after in pairwise(lines))
    open_ends = sum(not _SENTENCE_END.search(line.text) for line in lines[:-1])
    return tight >= 0.7 * len(lengths) and 2 * open_ends >= len(lengths)


def rejoin(blocks: Sequence[Block]) -> list[Block]:
    """Join a paragraph cut in mid-sentence by a page break or a broken element ("... of Idlib" / "armed groups ...")."""
    joined: list[Block] = []
    for block in blocks:
        if joined and _continues(joined[-1], block):
            joined[-1] = Block(joined[-1].lines + block.lines)
        else:
            joined.append(block)
    return joined


def _continues(before: Block, after: Block) -> bool:
    if before.kind != "text" or after.kind != "text":
        return False
    text = before.text
    return len(text) >= _MIN_BROKEN and not _SENTENCE_END.search(text) and bool(_LOWER_START.match(after.text))


def split_blocks(text: str) -> Iterator[list[str]]:
    """The lines of each run of non-blank lines, stripped."""
    run: list[str] = []
    for raw in [*text.split("\n"), ""]:
        if line := squeeze(raw):
            run.append(line)
        elif run:
            yield run
            run = []
