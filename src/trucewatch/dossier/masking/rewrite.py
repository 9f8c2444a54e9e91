"""A record with some words of its text replaced: every offset follows, every other string is masked by a function that is given.

It goes by the record's types alone and knows nothing of why words are replaced.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass, replace
from functools import cache
from itertools import accumulate
from typing import Any, TypeVar

T = TypeVar("T")
#: Fields that hold a vocabulary's words, a code or a date: never a name.
_FIXED = frozenset(
    """
    status stance kind relation role type mode context cameo event_type sub_event_type truce code country language precision rule type_rule
    status_rule version model ontology gazetteer published retrieved begin until
    """.split()  # noqa: SIM905  (reads better)
)


@dataclass(frozen=True, slots=True)
class Edit:
    """``text[start:end]`` becomes ``words``."""

    start: int
    end: int
    words: str


class Rewriter:
    """Rewrites records of one text.

    Args:
        text: the old text.
        edits: what is replaced, in order, none overlapping.
        mask: what becomes of strings that are no part of the text.
    """

    def __init__(self, text: str, edits: Sequence[Edit], mask: Callable[[str], str]) -> None:
        self._edits = tuple(edits)
        self._starts = [edit.start for edit in edits]
        self._ends = [edit.end for edit in edits]
        self._shifts = [0, *accumulate(len(edit.words) - (edit.end - edit.start) for edit in edits)]
        self._mask = mask
        self.text = self._rewritten(text)

    def _rewritten(self, text: str) -> str:
        parts, at = [], 0
        for edit in self._edits:
            parts += [text[at : edit.start], edit.words]
            at = edit.end
        return "".join((*parts, text[at:]))

    def start(self, at: int) -> int:
        """Where a span that begins at ``at`` begins now: inside a replacement, at its beginning."""
        done = bisect_right(self._ends, at)
        inside = done < len(self._edits) and self._starts[done] < at
        return (self._starts[done] if inside else at) + self._shifts[done]

    def end(self, at: int) -> int:
        """Where a span that ends at ``at`` ends now: inside a replacement, at its end."""
        begun = bisect_left(self._starts, at)
        inside = begun > 0 and at < self._ends[begun - 1]
        return (self._ends[begun - 1] if inside else at) + self._shifts[begun]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Both ends of a span; an empty one stays empty unless a replacement swallows it."""
        first = self.start(start)
        return first, max(self.end(end), first)

    def record(self, value: T) -> T:
        """A frozen record, or a tuple of them, rewritten throughout."""
        made: T = self._value(value, "")
        return made

    def _value(self, value: Any, name: str) -> Any:
        if is_dataclass(value) and not isinstance(value, type):
            return self._dataclass(value)
        if isinstance(value, tuple):
            return tuple(self._value(item, name) for item in value)
        if isinstance(value, Mapping):
            return {self._value(key, name): self._value(item, name) for key, item in value.items()}
        return self._mask(value) if isinstance(value, str) and name not in _FIXED else value

    def _dataclass(self, value: Any) -> Any:
        kind: type = type(value)
        start, end = getattr(value, "start", None), getattr(value, "end", None)
        own: dict[str, Any] = {}
        if isinstance(start, int) and isinstance(end, int):
            own["start"], own["end"] = first, last = self.span(start, end)
            if "text" in _names(kind):
                own["text"] = self.text[first:last]
        others = {name: self._value(getattr(value, name), name) for name in _names(kind) if name not in own}
        return replace(value, **others, **own)


@cache
def _names(kind: type) -> tuple[str, ...]:
    return tuple(field.name for field in fields(kind))
