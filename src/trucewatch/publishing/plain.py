"""Plain words for what the pages show of accounts and incidents. This module must not read the dossier or make markup."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trucewatch import ontology
from trucewatch.model import TrucewatchError
from trucewatch.publishing.words import OWN_VOICE, TYPES, UNNAMED, clean, day, harm

if TYPE_CHECKING:
    from collections.abc import Iterable

    from trucewatch.model.incident import Account, Party, Spot, Voice, When

POSITIONS = {
    "asserts": "It happened",
    "denies": "It did not",
    "otherwise": "Something else did",
    "mentions": "Spoken of, not told as done",
}


def category(truce: str | None, type_: str) -> str:
    """A ceasefire category's label, or the type in words where there is none."""
    if truce:
        try:
            return ontology.load().truce(truce).label
        except TrucewatchError:  # a record of a newer ontology
            return clean(truce).capitalize()
    return TYPES.get(type_, clean(type_).capitalize())


def group(truce: str | None) -> str | None:
    """The group of a ceasefire category, which the map's marks go by."""
    try:
        return ontology.load().truce(truce).group if truce else None
    except TrucewatchError:
        return None


def parties(found: Iterable[Party]) -> str:
    """Actors or recipients in the report's words, with the actor file's name where it says more."""
    return "; ".join(dict.fromkeys(_party(party) for party in found))


def _party(party: Party) -> str:
    text, name = clean(party.text), clean(party.name or "")
    own = party.country is not None or party.id != party.code
    return f"{text} ({name})" if name and own and name.casefold() not in text.casefold() else text


def spot(place: Spot | None) -> str:
    """A place: "Saraqib, Idlib, SYR"; the report's word where the gazetteer does not know it."""
    if place is None:
        return ""
    if not place.name:
        return clean(place.text)
    return ", ".join(dict.fromkeys(clean(part) for part in (place.name, place.admin1, place.country) if part))


def when(time: When | None) -> str:
    """A time, as precise as it is known; the report's words where no date can be known."""
    if time is None:
        return ""
    return between(time.begin, time.until) or (f"“{clean(time.text)}”" if time.text else clean(time.value or ""))


def between(begin: str | None, until: str | None) -> str:
    """Days in words; empty where none is known."""
    if begin and until and begin[:10] != until[:10]:
        return f"{day(begin)} to {day(until)}"
    return day(begin or until)


def voice(found: Voice) -> str:
    """Who says so."""
    if not found.words and not found.stance:
        return OWN_VOICE
    said = clean(found.words or found.name or UNNAMED)
    return said + "".join(f", via {clean(name)}" for name in found.via)


def harmed(account: Account) -> str:
    """Harm to people."""
    return harm(account.harm)
