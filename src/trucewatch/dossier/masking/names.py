"""Finding a name in any spelling of its letters: case, accents, hyphens, blanks, Unicode forms.

It compares what is written and knows no other transliteration: "Evgeny" does not find "Yevgeny", the surname alone does. This module
must not decide whom to mask.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

#: Words within a name that are no name by themselves.
PARTICLES = frozenset(
    """
    abd abdel abdul abou abu al ar as ash at an az ben bin bint bou da de dei del den der di do dos du e el ibn ibne ould umm um van von
    y zu la le las los san st jr sr haj hajj mc mac
    """.split()  # noqa: SIM905  (reads better)
)
#: Particles that are English words too: they count only with a hyphen behind them ("at-Tall").
WEAK_PARTICLES = frozenset({"an", "as", "at", "ash", "do", "den", "e", "y", "los", "las", "san", "st"})
#: Names that are common words too: in small letters they are the words.
_COMMON = frozenset(
    """
    angel april art august baker bill bishop black blue brook brown butler carter chance chase christian cook dawn dean drew earl eve
    faith field fisher fox frank gene glory grace grant gray green guy hall heaven hill hope iris ivy jack joy june king lake law long
    love mark marsh martin mason may mercy mike miles miller moon noble norm north page pat patience pearl penny piper pope power
    price prince rain ray read reed rich rob rose ruby sage short shepherd smith snow song star stone storm sue summer sunny taylor tiger
    turner viola violet walker ward west white will winter wolf wood woods young
    """.split()  # noqa: SIM905
)
_LETTERS = str.maketrans({
    "ø": "o", "ł": "l", "đ": "d", "ı": "i", "æ": "ae", "œ": "oe", "þ": "th", "ð": "d", "ħ": "h", "ŧ": "t", "ə": "a",
    "’": "'", "‘": "'", "ʼ": "'", "ʻ": "'", "ʿ": "'", "ʾ": "'", "`": "'", "´": "'", "′": "'",
})  # fmt: skip
_PIECE = re.compile(r"[^\W_]+")
#: What may part the pieces of a name: no end of a sentence, but after an initial.
_BETWEEN = r"(?:(?![.!?]\s)[\W_]){0,4}"
_AFTER_INITIAL = r"[\W_]{0,4}"
_LEFT, _RIGHT = r"(?<![^\W\d_])", r"(?![^\W\d_])"
_LEAST_PART = 3
_SURE_JOINED = 8


@dataclass(frozen=True, slots=True)
class Folded:
    """A text in small plain letters; ``starts`` and ``ends`` lead from each of its characters back to the text's offsets."""

    text: str
    starts: tuple[int, ...]
    ends: tuple[int, ...]


@lru_cache(maxsize=256)
def fold(text: str) -> Folded:
    """The text without case, accents, invisible characters and kinds of hyphen, with the way back."""
    letters: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    for at, char in enumerate(text):
        plain = _fold_char(char)
        if not plain and ends:
            ends[-1] = at + 1  # a combining mark belongs to its letter
        for letter in plain:
            letters.append(letter)
            starts.append(at)
            ends.append(at + 1)
    return Folded("".join(letters), tuple(starts), tuple(ends))


@cache
def _fold_char(char: str) -> str:
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", char).casefold()).translate(_LETTERS)
    kept = [" " if c.isspace() else "-" if unicodedata.category(c) == "Pd" else c for c in plain]
    return "".join(c for c in kept if unicodedata.category(c) not in {"Mn", "Me", "Cf"})


def pieces(name: str) -> tuple[str, ...]:
    """The letter runs of a name, folded: "Jean-Pierre Évrard" gives jean, pierre, evrard."""
    return tuple(_PIECE.findall(fold(name).text.replace("'", "")))


@dataclass(frozen=True, slots=True)
class Hit:
    """A name at ``text[start:end]``; ``whole`` tells the full name from a part standing alone."""

    start: int
    end: int
    whole: bool
    surname: bool = False


@dataclass(frozen=True, slots=True)
class Name:
    """A name to look for. ``parts``: whether its surname or given name alone counts too."""

    pieces: tuple[str, ...]
    parts: bool = True

    @property
    def surname(self) -> str:
        """The last piece."""
        return self.pieces[-1]

    @property
    def lone(self) -> tuple[str, ...]:
        """The pieces that may stand for the name alone; the surname last."""
        return _lone(self.pieces) if self.parts else ()

    def find(self, text: str, folded: Folded, *, caseless: bool = False) -> Iterator[Hit]:
        """Where the name stands, in full or in part; may overlap.

        Args:
            text: where to look.
            folded: ``fold(text)``.
            caseless: whether small letters count for parts too, as in addresses and in texts without capitals.
        """
        if not self.pieces:
            return
        for match in _whole(self.pieces, caseless).finditer(folded.text):
            start, end = folded.starts[match.start()], folded.ends[match.end() - 1]
            if len(self.pieces) > 1 or caseless or self.surname not in _COMMON or _capital(text[start:end]):
                yield Hit(start, end, whole=True, surname=True)
        for piece in self.lone:
            for match in _whole((piece,), False).finditer(folded.text):  # noqa: FBT003 - a cached call
                start, end = folded.starts[match.start()], folded.ends[match.end() - 1]
                if caseless or _capital(text[start:end]):
                    yield Hit(start, end, whole=False, surname=piece == self.surname)


@cache
def _lone(parts: tuple[str, ...]) -> tuple[str, ...]:
    given = [p for p in parts[:-1] if len(p) >= _LEAST_PART and p not in PARTICLES]
    last = [parts[-1]] if parts and parts[-1] not in PARTICLES and len(parts[-1]) > 1 else []
    return tuple(dict.fromkeys((*given, *last))) if len(parts) > 1 else ()


@cache
def _whole(parts: tuple[str, ...], address: bool) -> re.Pattern[str]:
    """The pieces in a row, whatever parts them; in an address a long name also within a longer word."""
    letters = [r"'?".join(map(re.escape, part)) for part in parts]
    inside = address and len(parts) > 1 and sum(map(len, parts)) >= _SURE_JOINED
    gaps = [_AFTER_INITIAL if len(part) == 1 else _BETWEEN for part in parts[:-1]]
    body = "".join(letter + gap for letter, gap in zip(letters, [*gaps, ""], strict=True))
    return re.compile(body if inside else _LEFT + body + _RIGHT)


def _capital(text: str) -> bool:
    """Whether the first letter is a capital, or of a script that has none."""
    first = next((char for char in text if char.isalpha()), "")
    return bool(first) and first == first.upper()


def has_capitals(text: str) -> bool:
    """Whether any letter of the text is a capital: without one, capitals cannot tell names."""
    return any(char.isupper() for char in text)


def covered(spans: Sequence[tuple[int, int]], start: int, end: int) -> bool:
    """Whether one of the spans holds ``start`` to ``end``."""
    return any(a <= start and end <= b for a, b in spans)
