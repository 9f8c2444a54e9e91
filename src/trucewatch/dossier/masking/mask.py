"""What is written for which name, and where its names stand in a string. It does not decide whom to mask."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from trucewatch.dossier.masking.names import Folded, Hit, Name, covered, fold, has_capitals
from trucewatch.dossier.masking.rewrite import Edit

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

_JOINED = re.compile(r"[^\S\n]?|-|[^\S\n]\w\.?[^\S\n]")
_LEAST_IN_ADDRESS = 4


@dataclass(frozen=True, slots=True)
class Rule:
    """Names of one person or site, what is written for them, and why: ``kind`` person or site, ``reason`` in words without the name."""

    names: tuple[Name, ...]
    words: str
    kind: str
    reason: str


@dataclass(frozen=True, slots=True)
class _Found:
    hit: Hit
    rule: Rule


class Mask:
    """Replaces names in strings. Read-only.

    Args:
        rules: whom to mask.
        keep: names in which a lone part ("Hassan") is somebody or something else ("Hassan Nasrallah", a town).
    """

    def __init__(self, rules: Sequence[Rule], keep: Iterable[Name]) -> None:
        self.rules = tuple(rules)
        self._keep = tuple(dict.fromkeys(keep))
        self._done: dict[str, str] = {}

    def edits(self, text: str, sure: Iterable[tuple[int, int, Rule]] = ()) -> tuple[tuple[Edit, Rule], ...]:
        """What to replace in a text, in order, none overlapping.

        Args:
            text: the text.
            sure: spans that are known to be a name, whatever surrounds them.
        """
        folded = fold(text)
        found = [_Found(Hit(start, end, whole=True), rule) for start, end, rule in sure if start < end]
        found += self._found(text, folded, [(start, end) for start, end, _ in sure])
        found.sort(key=lambda item: (not item.hit.whole, item.hit.start - item.hit.end, item.hit.start))
        chosen: list[_Found] = []
        for item in found:
            if not any(other.hit.start < item.hit.end and item.hit.start < other.hit.end for other in chosen):
                chosen.append(item)
        chosen.sort(key=lambda item: item.hit.start)
        return tuple(_merged(text, chosen))

    def _found(self, text: str, folded: Folded, sure: Sequence[tuple[int, int]]) -> Iterator[_Found]:
        caseless = not has_capitals(text)
        hits = [(hit, rule) for rule in self.rules for name in rule.names for hit in name.find(text, folded, caseless=caseless)]
        lone = any(not hit.whole for hit, _ in hits)
        kept = [(hit.start, hit.end) for name in self._keep for hit in name.find(text, folded) if hit.whole] if lone else []
        for hit, rule in hits:
            if hit.whole or covered(sure, hit.start, hit.end) or not covered(kept, hit.start, hit.end):
                yield _Found(hit, rule)

    def string(self, text: str) -> str:
        """The string with names replaced."""
        if text not in self._done:
            parts, at = [], 0
            for edit, _ in self.edits(text):
                parts += [text[at : edit.start], edit.words]
                at = edit.end
            self._done[text] = "".join((*parts, text[at:]))
        return self._done[text]

    def carries(self, address: str) -> Rule | None:
        """The rule whose name an address or identifier carries, in any case: a full name or a surname of four letters."""
        folded = fold(address)
        for rule in self.rules:
            for name in rule.names:
                for hit in name.find(address, folded, caseless=True):
                    if hit.whole or (hit.surname and hit.end - hit.start >= _LEAST_IN_ADDRESS):
                        return rule
        return None


def _merged(text: str, chosen: Sequence[_Found]) -> Iterator[tuple[Edit, Rule]]:
    """Parts of one name side by side ("Lena K. Marsh") become one replacement."""
    runs: list[list[_Found]] = []
    for item in chosen:
        before = runs[-1][-1] if runs else None
        if (
            before
            and before.rule is item.rule
            and item.rule.kind == "person"
            and _JOINED.fullmatch(text, before.hit.end, item.hit.start)
        ):
            runs[-1].append(item)
        else:
            runs.append([item])
    for run in runs:
        yield Edit(run[0].hit.start, run[-1].hit.end, run[0].rule.words), run[0].rule
