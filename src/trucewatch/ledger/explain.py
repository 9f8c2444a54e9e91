"""Why two accounts are taken for one occurrence, or not: short plain words for the page.

Only what ``compare`` saw is said. This module must not decide.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from trucewatch.ledger import tables
from trucewatch.ledger.english import day_words, number_words, place_words
from trucewatch.ledger.geo import same_place, wide
from trucewatch.ledger.profile import beside

if TYPE_CHECKING:
    from collections.abc import Mapping

    from trucewatch.ledger.profile import Profile

_PLAIN = {
    "kind apart": "acts of different kinds",
    "bar place": "different places",
    "bar day": "different days",
    "day next": "days that follow each other",
    "one strand": "told as one occurrence in one report",
    "two strands": "told apart in one report",
    "kind close": "two words for one kind of act",
    "place within": "one place lies in the other",
    "place near": "near by the reports' own words",
    "place named": "the place of one is named in the other",
    "place titled": "the place of one is named in the other's title",
    "place hinted": "the same place named beside it",
    "place elsewhere": "other places named beside it",
    "place moving": "different points of one way",
    "day night": "the night between two days",
    "day around": "one day within the other's days",
    "day hinted": "the same day named beside it",
    "day fits": "published within days of it",
    "day referred": "the later report refers back",
    "count same": "the same number of things or people",
    "count other": "other numbers of things or people",
    "held same": "the same number detained",
    "actor same": "the same side is said to have done it",
    "actor disputed": "who did it is disputed between the sides",
    "both other": "another is said to have done it to another",
    "actor other": "different sides are said to have done it",
    "sides turned": "the one that acts here suffers there",
    "recipient same": "the same people or things were struck",
    "harmed same": "the same kind of people were harmed",
    "harmed other": "different people were harmed",
    "thing other": "different things were struck",
    "words alike": "nearly the same words",
    "one origin": "copies of one dispatch",
    "one denies": "one says that it did not happen",
    "mode same": "the same means",
    "hour same": "the same time of day",
    "hour other": "different times of day",
}
_LEFT_OUT = {"mode same", "kind close"}


def reasons(a: Profile, b: Profile, seen: Mapping[str, float]) -> tuple[str, ...]:
    """What was seen, in plain words, the bars first."""
    ordered = sorted(seen, key=lambda name: (not name.startswith("bar "), name == "day next"))
    said = [_say(a, b, name) for name in ordered if name not in _LEFT_OUT]
    return tuple(dict.fromkeys(text for text in said if text))


def _say(a: Profile, b: Profile, name: str) -> str:
    special = {
        "place same": _same_place,
        "place area": _same_place,
        "bar place": _two_places,
        "day same": _same_day,
        "bar day": _two_days,
        "killed same": _same_number,
        "killed one": _same_number,
        "killed risen": _risen,
        "thing same": _thing,
        "names": _names,
        "words": _words,
        "words beside": _words_beside,
    }
    found = special.get(name)
    return (found(a, b) if found else "") or _PLAIN.get(name, "")


def _same_place(a: Profile, b: Profile) -> str:
    shared = [s for s in a.spots if any(same_place(s, other) for other in b.spots)]
    best = min(shared, key=lambda s: (wide(s), s.name or s.text), default=None)
    return f"same {best.kind if best.kind and best.kind.isalpha() else 'place'}, {place_words(best)}" if best else "same place"


def _two_places(a: Profile, b: Profile) -> str:
    names = [place_words(min(p.spots, key=lambda s: (wide(s), s.name or s.text))) for p in (a, b)]
    return f"different places, {names[0]} and {names[1]}"


def _same_day(a: Profile, b: Profile) -> str:
    shared = sorted({one.begin for one in a.spans} & {other.begin for other in b.spans})
    return f"same day, {day_words(shared[0])}" if shared else "same day"


def _two_days(a: Profile, b: Profile) -> str:
    if not a.spans or not b.spans:
        return "published before it is said to have happened"
    return f"different days, {day_words(a.spans[0].begin)} and {day_words(b.spans[0].begin)}"


def _killed(p: Profile) -> set[int]:
    return {n for kind, n in p.numbers if kind == "killed"}


def _same_number(a: Profile, b: Profile) -> str:
    return f"{number_words(max(_killed(a) & _killed(b)))} dead in both"


def _risen(a: Profile, b: Profile) -> str:
    early, late = sorted((a, b), key=lambda p: p.published or 0)
    return f"{number_words(max(_killed(early)))} dead, later {number_words(max(_killed(late)))}"


def _thing(a: Profile, b: Profile) -> str:
    return f"both name the {min(a.sites & b.sites)}"


def _names(a: Profile, b: Profile) -> str:
    return f"both name {', '.join(n.capitalize() for n in sorted(a.names & b.names)[:2])}"


def _words(a: Profile, b: Profile) -> str:
    return f"words in common: {', '.join(sorted(a.words & b.words)[:3])}"


def _words_beside(a: Profile, b: Profile) -> str:
    shared = sorted(beside(a, b), key=lambda w: (-tables.rarity(w), w))
    return f"words in common beside it: {', '.join(shared[:3])}"
