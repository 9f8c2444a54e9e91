"""Small pieces of English for the ledger's sentences: numbers, days, places, lists, acts.

This module must not know what is compared.
"""

from __future__ import annotations

from datetime import date
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


def counted(number: int, noun: str) -> str:
    """A number with its noun: "one report", "three reports"."""
    return f"{number_words(number)} {noun}" if number == 1 else f"{number_words(number)} {noun}s"


def act_words(type_: str, truce: str | None) -> str:
    """What was done: the ceasefire category's label, else the type."""
    if truce:
        try:
            return ontology.load().truce(truce).label
        except TrucewatchError:  # a record of a newer ontology
            return truce.capitalize()
    return _TYPES.get(type_, type_.capitalize())
