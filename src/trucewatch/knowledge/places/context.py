"""What the words around a place mention say of it: its kind, how near, which side, what it lies in.

Reads characters and a few closed word lists only. This module must not know any place.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from trucewatch.knowledge.places.records import PlaceMention

Side = Literal["north", "south", "east", "west", "northeast", "northwest", "southeast", "southwest", "centre"]

SETTLEMENT = frozenset({"city", "town", "village"})
_KINDS_OF_WORD: dict[str, frozenset[str]] = {
    **dict.fromkeys(("city", "town", "village", "suburb", "hamlet", "settlement", "neighbourhood", "capital"), SETTLEMENT),
    **dict.fromkeys(
        ("province", "governorate", "oblast", "state", "region", "territory", "republic", "krai", "voivodeship"),
        frozenset({"admin1", "region"}),
    ),
    **dict.fromkeys(
        ("district", "county", "raion", "municipality", "subdistrict", "department", "parish"), frozenset({"admin2"})
    ),
    **dict.fromkeys(("river", "lake", "sea", "gulf", "strait", "bay", "dam", "ocean", "canal"), frozenset({"water"})),
    **dict.fromkeys(("highway", "motorway", "road", "route"), frozenset({"road"})),
    **dict.fromkeys(("crossing", "checkpoint"), frozenset({"crossing"})),
    **dict.fromkeys(("camp", "camps"), frozenset({"camp"})),
    **dict.fromkeys(("airport", "airbase", "airfield"), frozenset({"airport", "site"})),
}
_SIDES: dict[str, Side] = {
    "central": "centre", "northern": "north", "southern": "south", "eastern": "east", "western": "west",
    "northeastern": "northeast", "northwestern": "northwest", "southeastern": "southeast", "southwestern": "southwest",
    "north": "north", "south": "south", "east": "east", "west": "west", "northeast": "northeast", "northwest": "northwest",
    "southeast": "southeast", "southwest": "southwest",
}  # fmt: skip
_SIDE_WORDS = "|".join(sorted(_SIDES, key=len, reverse=True))
#: "Northern" in any case, "north" in lower case only: "South Front" is no part of a Front.
_PART = (
    r"(?P<side>(?i:(?:north|south)[ -]?(?:east|west)ern|(?:north|south|east|west)ern|central)"
    r"|(?:north|south)-?(?:east|west)|north|south|east|west)"
)
_SIDE = re.compile(rf"(?:^|\W){_PART}\s+$")
_LEADING_SIDE = re.compile(rf"^{_PART}\s+(?=\w)")
_SIDE_OF = re.compile(
    rf"(?:^|\W)(?:{_SIDE_WORDS})\s+(?:of|from)\s+(?:the\s+)?(?:[\w'’-]+\s+){{0,4}}?(?:of\s+)?$", re.IGNORECASE
)
_NEAR = re.compile(
    r"(?:^|\W)(?:near|nearby|close to|outside(?: of)?|around|outskirts of|suburbs? of|vicinity of|surrounding"
    r"|(?:miles|km|kilomet(?:er|re)s)"
    r"(?: \w+){0,3} (?:of|from)|countryside of|approaches to|towards?)\s+(?:the\s+)?(?:[\w'’-]+\s+){0,3}?(?:of\s+)?$",
    re.IGNORECASE,
)
_AFTER_NEAR = re.compile(
    r"^(?:'s|’s)?\s+(?:countryside|outskirts|suburbs?|surroundings|axis|front|hinterland)\b", re.IGNORECASE
)
_WORD_OF = re.compile(r"(?:^|\W)(?P<word>[a-z]+)\s+of\s+$", re.IGNORECASE)
_WORD_BEFORE = re.compile(r"(?:^|\W)(?P<word>[a-z]+)\s+$", re.IGNORECASE)
_WORD_AFTER = re.compile(r"^\s+(?:border\s+|refugee\s+)?(?P<word>[a-z]+)\b", re.IGNORECASE)
_TYPE_TAIL = re.compile(
    r"\s+(?P<word>province|governorate|oblast|state|region|district|county|raion|municipality|city|town|village|river|camp|crossing)$",
    re.IGNORECASE,
)
_WITHIN = re.compile(r"^(?:,\s+(?:in\s+)?|\s+\(|,?\s+in\s+(?:the\s+)?)(?:[a-z-]+\s+){0,2}$")
_POSSESSIVE = re.compile(r"^(?:'s|’s)\s+(?:[a-z-]+\s+){0,3}(?:of\s+)?$")
_WINDOW = 60


@dataclass(frozen=True, slots=True)
class Clue:
    """What the surroundings of a mention say.

    ``name`` is the mention without direction and type words; ``kinds`` the kinds that the words around ask for (empty: none);
    ``side`` the part of the place that is meant; ``near`` that the spot lies by the place, not in it.
    """

    name: str
    kinds: frozenset[str] = frozenset()
    side: Side | None = None
    side_text: str = ""
    near: bool = False


def _side_name(word: str) -> Side:
    return _SIDES[word.lower().replace("-", "").replace(" ", "")]


def _kinds(left: str, right: str) -> frozenset[str]:
    if (of := _WORD_OF.search(left)) and (kinds := _KINDS_OF_WORD.get(of["word"].lower())):
        return kinds
    if (after := _WORD_AFTER.match(right)) and (kinds := _KINDS_OF_WORD.get(after["word"].lower())):
        return kinds
    if (before := _WORD_BEFORE.search(left)) and before["word"].lower() in {"river", "lake", "camp", "village", "town"}:
        return _KINDS_OF_WORD[before["word"].lower()]
    return frozenset()


def clue(mention: PlaceMention, text: str) -> Clue:
    """Read the words around a mention."""
    left = text[max(0, mention.start - _WINDOW) : mention.start]
    right = text[mention.end : mention.end + _WINDOW]
    name, side, side_text = mention.text.strip(), None, ""
    if inside := _LEADING_SIDE.match(name):
        side, side_text, name = _side_name(inside["side"]), inside["side"], name[inside.end() :]
    elif outside := _SIDE.search(left):
        side, side_text = _side_name(outside["side"]), outside["side"]
    kinds = _kinds(left, right)
    if tail := _TYPE_TAIL.search(name):
        kinds, name = _KINDS_OF_WORD[tail["word"].lower()], name[: tail.start()]
    near = bool(_SIDE_OF.search(left) or _NEAR.search(left) or _AFTER_NEAR.match(right))
    return Clue(name, kinds, side, side_text, near)


def contains(first: PlaceMention, second: PlaceMention, text: str) -> bool:
    """Whether the text says that ``first`` lies in ``second``, which follows it: "Homs, Syria", "Douma in Syria"."""
    return bool(_WITHIN.match(text[first.end : second.start]))


def possesses(first: PlaceMention, second: PlaceMention, text: str) -> bool:
    """Whether the text says that ``second`` belongs to ``first``: "Syria's Idlib", "Ukraine's eastern city of Avdiivka"."""
    between = text[first.end : second.start]
    return bool(_POSSESSIVE.match(between)) or (first.is_adjective and bool(_ADJECTIVE_OF.match(between)))


_ADJECTIVE_OF = re.compile(r"^\s+(?:[a-z-]+\s+){0,3}(?:of\s+)?$")
