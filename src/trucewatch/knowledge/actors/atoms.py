"""Words as the actor file compares them: folded, without accents, apostrophes, dots and hyphens.

"Hay'at Tahrir al-Sham", "Hayat Tahrir Al Sham" and "Hay’at Tahrir ash-Sham" give the same four atoms. Tokenisation is
taken as it comes: an atom knows its token and whether it opens or closes it. No actor knowledge here.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

_ARTICLE = re.compile(r"\b(?:el|as|ash|an|ar|at|ad|adh|az|ed|es|esh|et|ul|ud|ur|uz)[-‐](?=\w)", re.IGNORECASE)
_DOTS = re.compile(r"(?<=\b[^\W\d_])\.(?=[^\W\d_]?\b|$)")
_APOSTROPHES = re.compile(r"['’ʼʿʾ`‘]")
_POSSESSIVE = re.compile(r"['’ʼ](?:s\b|(?!\w))", re.IGNORECASE)
_ATOM = re.compile(r"[^\W_]+")


def _plain(text: str) -> str:
    if text.isascii():
        return text
    if "ı" in text or "ø" in text or "ł" in text or "Ł" in text or "đ" in text:
        text = text.translate(str.maketrans("ıøłŁđ", "iolLd"))
    return "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))


def pieces(text: str) -> list[str]:
    """The atoms of ``text``, in its own case ("U.S.-led" gives "US", "led"; "Assad's" gives "Assad")."""
    if text.isascii() and text.replace(" ", "").isalnum():
        return text.split()
    text = _POSSESSIVE.sub("", text)
    text = _APOSTROPHES.sub("", _DOTS.sub("", _plain(text)))
    return _ATOM.findall(_ARTICLE.sub("al ", text))


@lru_cache(maxsize=8192)
def _split(text: str) -> tuple[str, ...]:
    return tuple(pieces(text))


def key(text: str) -> str:
    """The look-up key of a name: its atoms, case-folded, parted by blanks."""
    return " ".join(pieces(text)).lower()


@dataclass(slots=True)
class Atoms:
    """The atoms of a run of tokens, as parallel lists."""

    forms: list[str]
    """Folded forms."""
    shapes: list[str]
    """The same in the text's own case."""
    owner: list[int]
    """Position of the atom's token in the run."""
    opens: list[bool]
    """Whether the atom is its token's first."""
    closes: list[bool]
    """Whether the atom is its token's last."""


def atomise(texts: Sequence[str]) -> Atoms:
    """The atoms of a run of tokens; punctuation and the possessive clitic have none."""
    forms: list[str] = []
    shapes: list[str] = []
    owner: list[int] = []
    opens: list[bool] = []
    closes: list[bool] = []
    for k, text in enumerate(texts):
        if text.isascii() and text.isalnum():
            forms.append(text.lower())
            shapes.append(text)
            owner.append(k)
            opens.append(True)
            closes.append(True)
            continue
        found = _split(text)
        last = len(found) - 1
        for n, piece in enumerate(found):
            forms.append(piece.lower())
            shapes.append(piece)
            owner.append(k)
            opens.append(n == 0)
            closes.append(n == last)
    return Atoms(forms, shapes, owner, opens, closes)
