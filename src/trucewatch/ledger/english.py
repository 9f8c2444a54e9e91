"""Small pieces of English for the ledger's sentences: numbers, days, places, lists, acts.

This module must not know what is compared.
"""

from __future__ import annotations

import re
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING

from trucewatch import ontology
from trucewatch.model import TrucewatchError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from trucewatch.model.incident import Spot

_NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December",
)  # fmt: skip
_ARTICLES = {
    "the",
    "a",
    "an",
    "its",
    "their",
    "his",
    "her",
    "our",
    "each",
    "both",
    "some",
    "many",
    "several",
    "two",
    "three",
    "four",
    "local",
}
_COMMON = {
    "residents", "witnesses", "villagers", "neighbours", "neighbors", "observers", "monitors", "officials", "doctors", "nurses",
    "medics", "police", "soldiers", "fighters", "rebels", "relatives", "survivors", "locals", "activists", "diplomats",
    "investigators", "volunteers", "workers", "staff", "farmers", "fishermen", "teachers", "reporters", "elders", "drivers", "they",
    "authorities", "protesters", "people",
}  # fmt: skip
_PLURALS = {"people", "police", "staff", "men", "women", "children", "they", "fishermen"}
_SPOKEN = {"REQUEST": "Demand", "REJECT": "Refusal", "AGREE": "Promise"}
_BY_WORDS = {"access denied", "aid obstructed", "talks refused", "ceasefire declared", "agreement signed", "commitment"}
_TYPES = {
    "AGREE": "Promise",
    "CONSULT": "Meeting",
    "SUPPORT": "Support",
    "CONCEDE": "Concession",
    "COOPERATE": "Joint act",
    "AID": "Aid",
    "RETREAT": "Retreat or release",
    "REQUEST": "Demand",
    "ACCUSE": "Accusation",
    "REJECT": "Refusal",
    "THREATEN": "Threat",
    "PROTEST": "Protest",
    "SANCTION": "Relations cut back",
    "MOBILIZE": "Movement of forces",
    "COERCE": "Coercion",
    "ASSAULT": "Attack",
}


def number_words(number: int) -> str:
    """A number as people write it: words to twelve, then figures."""
    return _NUMBERS[number] if 0 <= number < len(_NUMBERS) else f"{number:,}"


def day_words(day: int) -> str:
    """The day of an ordinal: "12 May 2032"."""
    found = date.fromordinal(day)
    return f"{found.day} {_MONTHS[found.month - 1]} {found.year}"


def iso_words(iso: str | None) -> str:
    """An ISO date in words; the empty string for none."""
    try:
        return day_words(date.fromisoformat((iso or "")[:10]).toordinal())
    except ValueError:
        return ""


def place_words(spot: Spot) -> str:
    """A place by its name, or in the report's word."""
    return spot.name or spot.text


def listed(parts: Iterable[str], *, word: str = "and") -> str:
    """Parts as English lists them: "a, b and c"; more than four are counted."""
    found = list(dict.fromkeys(part for part in parts if part))
    if len(found) > 4:  # noqa: PLR2004 - a list of five reads as a table
        found = [*found[:3], f"{number_words(len(found) - 3)} others"]
    return found[0] if len(found) == 1 else f"{', '.join(found[:-1])} {word} {found[-1]}" if found else ""


def plural(words: str) -> bool:
    """Whether the head of a phrase takes a plural verb: "residents of Orl", "the Hill Brigades", "police"; a paper's name does not."""
    head = re.split(r" (?:of|in|at|from|near|on) ", words)[0].split(" ")[-1].lower()
    if head in _PLURALS:
        return True
    common = words[:1].islower() or head in _COMMON
    return common and head.endswith("s") and not head.endswith(("ss", "news", "times"))


def lowered(words: str) -> str:
    """A phrase for the middle of a sentence: its article or common noun in small letters, names as they are."""
    first, _, rest = words.partition(" ")
    small = first.lower() in _ARTICLES or (first.lower() in _COMMON and not rest[:1].isupper())
    return f"{first.lower()}{' ' if rest else ''}{rest}" if small else words


def opened(text: str) -> str:
    """Words with a capital at their beginning."""
    return text[:1].upper() + text[1:]


def counted(number: int, noun: str) -> str:
    """A number with its noun: "one report", "three reports"."""
    return f"{number_words(number)} {noun}" if number == 1 else f"{number_words(number)} {noun}s"


@lru_cache(maxsize=1_000)
def act_words(type_: str, truce: str | None) -> str:
    """What was done: the ceasefire category's label, else the type; an act of words about a category says so ("Demand: withdrawal")."""
    if truce and type_ in _SPOKEN and truce not in _BY_WORDS:
        return f"{_SPOKEN[type_]}: {act_words('', truce).lower()}"
    if truce:
        try:
            return ontology.load().truce(truce).label
        except TrucewatchError:  # a record of a newer ontology
            return truce.capitalize()
    return _TYPES.get(type_, type_.capitalize())
