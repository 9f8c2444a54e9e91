"""Runs of tokens, and where they stand: paragraphs, quotation marks, heads.

The claims package works on ranges of token indices (``Run``); this module makes them from spans and back into mentions.
It must not know what an attribution is beyond the shape of one (:class:`Relation`).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from trucewatch.model import Mention

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from trucewatch.language.analysis import Analysis

Run = tuple[int, int]
"""``tokens[first:last]``."""

OPENING = frozenset({"“", "«", "„", "``"})
CLOSING = frozenset({"”", "»", "''"})
STRAIGHT = frozenset({'"', "＂"})
QUOTES = OPENING | CLOSING | STRAIGHT
_LOOSE = frozenset({",", ".", ";", ":", "-", "–", "—", "--", "(", ")", "?", "!", "…", "...", "/", "[", "]"}) | QUOTES
_SENTENCE_END = frozenset({".", "?", "!"})


@dataclass(frozen=True, slots=True)
class Relation:
    """An attribution relation over token runs; ``rule`` says who found it, ``score`` how sure (0 to 1)."""

    source: tuple[Run, ...]
    cue: tuple[Run, ...]
    content: tuple[Run, ...]
    rule: str
    score: float = 1.0


class Layout:
    """An analysis with what the linker asks of each token: its paragraph, and whether it stands in quotation marks."""

    def __init__(self, analysis: Analysis) -> None:
        self.analysis = analysis
        self.tokens = analysis.tokens

    @cached_property
    def paragraph(self) -> tuple[int, ...]:
        """Paragraph number of each token: a new one after a line break."""
        numbers: list[int] = []
        number = end = 0
        for token in self.tokens:
            number += "\n" in self.analysis.text[end : token.start]
            numbers.append(number)
            end = token.end
        return tuple(numbers)

    @cached_property
    def quoted(self) -> tuple[bool, ...]:
        """Whether each token stands inside double quotation marks; an unclosed quotation ends with its paragraph."""
        flags: list[bool] = []
        inside, paragraph = False, -1
        for token in self.tokens:
            if self.paragraph[token.i] != paragraph:
                inside, paragraph = False, self.paragraph[token.i]
            if token.text in STRAIGHT:
                inside = not inside
            elif token.text in QUOTES:
                inside = token.text in OPENING
            flags.append(inside and token.text not in QUOTES)
        return tuple(flags)

    def head(self, run: Run) -> int:
        """The token of the run that its other tokens hang from: the first whose head lies outside, punctuation last."""
        first, last = run
        outer = [i for i in range(first, last) if not first <= self.tokens[i].head < last]
        words = [i for i in outer if self.tokens[i].upos not in {"PUNCT", "CCONJ", "SCONJ", "ADP"}]
        return (words or outer or [first])[0]

    def trim(self, run: Run, *, keep_quotes: bool = False) -> Run | None:
        """The run without punctuation at its ends (paired quotation marks stay if asked), or None if nothing is left."""
        first, last = run
        while (
            first < last
            and self.tokens[first].text in _LOOSE
            and not (keep_quotes and self.tokens[first].text in OPENING | STRAIGHT)
        ):
            first += 1
        while (
            first < last
            and self.tokens[last - 1].text in _LOOSE
            and not (keep_quotes and self.tokens[last - 1].text in CLOSING | STRAIGHT)
        ):
            last -= 1
        return (first, last) if first < last else None

    def mention(self, run: Run) -> Mention:
        """The run as words of the report."""
        start, end = self.tokens[run[0]].start, self.tokens[run[1] - 1].end
        return Mention(start, end, self.analysis.text[start:end])

    def text(self, run: Run) -> str:
        """The words of the run."""
        return self.analysis.text_of(*run)

    def gap_is_loose(self, left: int, right: int) -> bool:
        """Whether only punctuation stands in ``tokens[left:right]``."""
        return all(self.tokens[i].text in _LOOSE for i in range(left, right))

    def runs_of(self, indices: Iterable[int]) -> tuple[Run, ...]:
        """Token indices as maximal runs; punctuation between two kept tokens does not break a run."""
        runs: list[Run] = []
        for i in sorted(indices):
            if runs and (i <= runs[-1][1] or self.gap_is_loose(runs[-1][1], i)):
                runs[-1] = (runs[-1][0], max(runs[-1][1], i + 1))
            else:
                runs.append((i, i + 1))
        trimmed = (self.trim(run, keep_quotes=True) for run in runs)
        return tuple(run for run in trimmed if run)


def hull(runs: Sequence[Run]) -> Run:
    """First to last token of all ``runs``."""
    if len(runs) == 1:
        return runs[0]
    return min(r[0] for r in runs), max(r[1] for r in runs)


def overlap(a: Run, b: Run) -> bool:
    """Whether two runs share a token."""
    return a[0] < b[1] and b[0] < a[1]


def inside(a: Run, b: Run) -> bool:
    """Whether ``a`` lies in ``b``."""
    return b[0] <= a[0] and a[1] <= b[1]


def subtract(run: Run, holes: Iterable[Run]) -> tuple[Run, ...]:
    """``run`` without the tokens of ``holes``."""
    pieces = [run]
    for first, last in sorted(holes):
        pieces = [part for a, b in pieces for part in ((a, min(b, first)), (max(a, last), b)) if part[0] < part[1]]
    return tuple(pieces)
