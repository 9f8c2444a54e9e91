"""Entities from two heads and a short word list.

The first head was taught on conflict reports (re3d and sentences of our own), the second on names in GUM's twelve genres. The
first wins; the second fills what it leaves free. No corpus at hand marks facilities, so a place whose last noun is a kind
of building or site is called one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

#: Label, first word, last word (exclusive), mean probability.
Found = tuple[str, int, int, float]

#: Labels of the second head that fill gaps left by the first, and how sure it must be.
FILLING = frozenset({"person", "place", "organisation", "time"})
LEAST = 0.5

#: Kinds of sites, lemmas; checked against the last noun of a place.
FACILITIES = frozenset(
    """
    airbase airfield airport airstrip apartment armory armoury arsenal bakery barrack barracks base bridge
    building bunker cathedral checkpoint church clinic college compound consulate courthouse crossing dam depot dispensary dock
    dormitory embassy factory farm garrison gate granary hangar headquarters helipad hospital hostel hotel house jail
    kindergarten laboratory mall market marketplace mill mine ministry monastery mosque museum office outpost pipeline plant
    port post pharmacy prison refinery reactor runway school seminary shelter shop shrine
    stadium station store substation supermarket synagogue temple terminal theatre tower tunnel university warehouse
    workshop
    """.split()  # noqa: SIM905  (reads better)
)
_NOUNS = frozenset({"NOUN", "PROPN"})
_THINGS = frozenset({"weapon", "vehicle"})
_LEADING = frozenset({"DET", "ADP", "CCONJ", "SCONJ", "PUNCT", "PART"})
_NEVER_LAST = frozenset({"ADP", "CCONJ", "SCONJ", "DET"})
_NEVER_FIRST = frozenset({"CCONJ", "SCONJ"})


def merge(first: Sequence[Found], second: Sequence[Found]) -> list[Found]:
    """Spans of the first head, and those of the second that touch none of them, in text order.

    What the first takes for a weapon or vehicle and the second surely for a name of another kind is that ("OSCE").
    """
    names = {s[1:3]: s for s in second if s[0] in FILLING and s[3] >= LEAST}
    kept = [names.get(s[1:3], s) if s[0] in _THINGS else s for s in first]
    taken = {k for _, a, b, _ in kept for k in range(a, b)}
    filling = [s for s in names.values() if taken.isdisjoint(range(s[1], s[2]))]
    return sorted([*kept, *filling], key=lambda span: span[1])


def tidy(found: Sequence[Found], upos: Sequence[str]) -> list[Found]:
    """Mend borders: "a" + "Kornet missile" is one span, "women and" is "women", a span of function words is none."""
    whole: list[Found] = []
    for span in found:
        before = whole[-1] if whole else None
        if before and before[0] == span[0] and before[2] == span[1] and _only(upos[before[1] : before[2]], _LEADING):
            whole[-1] = (span[0], before[1], span[2], span[3])
        else:
            whole.append(span)
    trimmed = [_trim(span, upos) for span in whole]
    return [s for s in trimmed if s[1] < s[2] and not _only(upos[s[1] : s[2]], _LEADING)]


def _trim(span: Found, upos: Sequence[str]) -> Found:
    label, first, last, score = span
    while last > first and upos[last - 1] in _NEVER_LAST:
        last -= 1
    while first < last and upos[first] in _NEVER_FIRST:
        first += 1
    return label, first, last, score


def _only(tags: Sequence[str], allowed: frozenset[str]) -> bool:
    return allowed.issuperset(tags)


def with_facilities(found: Sequence[Found], lemmas: Sequence[str], upos: Sequence[str]) -> list[Found]:
    """The same spans, with places that are buildings or sites called facilities."""
    return [("facility", *s[1:]) if s[0] == "place" and _is_facility(s, lemmas, upos) else s for s in found]


def _is_facility(span: Found, lemmas: Sequence[str], upos: Sequence[str]) -> bool:
    """Whether the head noun (the last one before any "of" or "in") names a kind of site."""
    head = ""
    for k in range(span[1], span[2]):
        if upos[k] == "ADP" and head:
            break
        if upos[k] in _NOUNS:
            head = lemmas[k].lower()
    return head in FACILITIES
