"""Where a text stands in quotation marks. It pairs marks and knows nothing of who speaks."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

#: Code points, words in marks of at most so many words are a fragment, not a sentence that somebody said.
SHORT = 4
_PARAGRAPH = re.compile(r"[^\n]+(?:\n(?!\s*\n)[^\n]+)*")
_DOUBLE = re.compile(r"[“„«\"‟](?P<inner>[^“”„«»\"‟]*)(?:[”»\"“]|\Z)")
_SINGLE = re.compile(r"(?<!\w)[‘'](?=\w)(?P<inner>(?:[^‘’'\n]|(?<=\w)[’'](?=\w)){1,160})[’'](?!\w)")


def quotations(text: str) -> tuple[tuple[int, int], ...]:
    """Start and end offsets of what stands inside quotation marks, in text order.

    A double quotation that its paragraph does not close runs to the paragraph's end, as newspapers print long quotations.
    """
    return tuple(sorted(_found(text)))


def _found(text: str) -> Iterator[tuple[int, int]]:
    for paragraph in _PARAGRAPH.finditer(text):
        for pattern in (_DOUBLE, _SINGLE):
            for match in pattern.finditer(paragraph[0]):
                start, end = match.span("inner")
                if start < end:
                    yield paragraph.start() + start, paragraph.start() + end


def around(spans: tuple[tuple[int, int], ...], start: int, end: int) -> tuple[int, int] | None:
    """The narrowest quotation that holds ``text[start:end]``, or None."""
    holding = [span for span in spans if span[0] <= start and end <= span[1]]
    return min(holding, key=lambda span: span[1] - span[0], default=None)


def is_short(text: str) -> bool:
    """Whether quoted words are a fragment ("radicals") and no sentence."""
    return len(text.split()) <= SHORT and not re.search(r"[.!?,]['’]?\s*$", text)
