"""Which words of a report name a protected site, and which of its places lie at one. It masks nothing."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from trucewatch.dossier.masking.names import PARTICLES
from trucewatch.dossier.masking.persons import is_particle
from trucewatch.dossier.masking.tables import SiteKind, site_widths, sites
from trucewatch.ledger.forms import holds, tokens

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from trucewatch.ledger.forms import Token
    from trucewatch.model import Coded, Place

#: Kinds of places that are at least a town: their names stay.
TOWNS = frozenset(
    "country admin1 admin2 city town village region continent water road historical district airport".split()  # noqa: SIM905 - reads better
)
#: Kinds whose point stands for an area: nothing there is exact.
_AREAS = frozenset({"country", "admin1", "region", "continent", "water"})
#: Words before a site's noun that are no name of it.
_GENERIC = frozenset(
    """
    the a an this that of in on at by to from with and or but for near its their his her our no every each some many most all both one two
    three four five six seven eight nine ten main local field military civilian civil central national general public private state
    government surgical maternity children's children women's women men girls boys girls' boys' university teaching mobile makeshift
    underground primary secondary elementary middle high upper lower old new big small largest only last first second third refugee
    displacement displaced idp idps transit humanitarian emergency trauma eye cancer mental psychiatric veterinary regional provincial
    district city town village rural urban community islamic christian catholic orthodox coptic armenian greek jewish sunni shia shiite
    protestant great grand red cross crescent un unrwa unhcr msf turkish syrian russian american israeli palestinian jordanian lebanese
    iraqi ukrainian wounded monday tuesday wednesday thursday friday saturday sunday where when while after before yesterday today
    bombed shelled damaged destroyed northern southern eastern western north south east west
    """.split()  # noqa: SIM905
)
_SHELTERING = re.compile(
    r"\b(?:shelter\w*|displaced|refuge|refugees|hiding|taking cover|took cover|evacuees|sought safety|seeking safety|families (?:were )?stay\w*"
    r"|homeless|took in|housing civilians|housed civilians)\b",
    re.IGNORECASE,
)
#: What stands for a masked name.
PLACEHOLDER = re.compile(r"\[[^\[\]\n]*\]")
_LINK = re.compile(
    r"\s*\]?\s+(?:in|at|of|near|outside|inside|around|to|from|(?:north|south|east|west) of)\s+(?:the\s+)?"
    r"(?:(?:city|town|village|district) of\s+)?$"
)
_MOST_WORDS = 5


@dataclass(frozen=True, slots=True)
class Anchor:
    """Words that tell of a protected site: ``text[start:end]``, with its name where it has one of its own."""

    start: int
    end: int
    kind: SiteKind
    name: tuple[int, int] | None = None


def anchors(coded: Coded) -> tuple[Anchor, ...]:
    """Every protected site the text tells of, in text order: nouns of the table, and places that the gazetteer calls camps."""
    words = tokens(coded.text)
    found = list(_nouns(coded, words))
    camp = sites().get(("camp",))
    for place in coded.places:
        if (
            camp
            and place.kind == "camp"
            and place.start < place.end
            and not any(a.start < place.end and place.start < a.end for a in found)
        ):
            name = None if PLACEHOLDER.search(place.text) else (place.start, place.end)
            found.append(Anchor(place.start, place.end, camp, name))
    return tuple(sorted(found, key=lambda anchor: anchor.start))


def _nouns(coded: Coded, words: Sequence[Token]) -> Iterator[Anchor]:
    at = 0
    while at < len(words):
        widths = site_widths().get(words[at].key, ())
        width = next((w for w in widths if w <= len(words) - at and _kind(words, at, w)), 0)
        kind = _kind(words, at, width) if width else None
        if kind and _protected(coded, kind, words, at, width):
            yield _anchor(coded, kind, words, at, at + width)
        at += max(width, 1)


def _kind(words: Sequence[Token], at: int, width: int) -> SiteKind | None:
    run = words[at : at + width]
    kind = sites().get(tuple(word.key for word in run))
    return None if any(word.joined is None for word in run[1:]) else kind


def _protected(coded: Coded, kind: SiteKind, words: Sequence[Token], at: int, width: int) -> bool:
    start = words[at].start
    sentence = next(((s.start, s.end) for s in coded.sentences if s.start <= start < s.end), (start, start))
    if any(holds(context, (at, at + width), words, sentence) for context in kind.unless):
        return False
    return kind.when != "sheltering" or bool(_SHELTERING.search(PLACEHOLDER.sub(" ", coded.text[slice(*sentence)])))


def _anchor(coded: Coded, kind: SiteKind, words: Sequence[Token], first: int, last: int) -> Anchor:
    start, end = words[first].start, words[last - 1].end
    if kind.when == "coordinates":
        return Anchor(start, end, kind)
    before, after = _before(words, first), _after(words, last)
    own = _own(coded, words, before, first)
    if own:
        return Anchor(words[before].start, end, kind, (words[before].start, end))
    if words[first].text[0].isupper() and after > last and _own(coded, words, last, after):
        return Anchor(start, words[after - 1].end, kind, (start, words[after - 1].end))
    return Anchor(words[before].start, end, kind)


def _named(words: Sequence[Token], at: int) -> bool:
    return words[at].text[0].isupper() or words[at].key == "'s" or is_particle(words, at)


def _before(words: Sequence[Token], first: int) -> int:
    """The first token of the capitalised run before a noun; leading words that are no name left out."""
    at = first
    while at > 0 and first - at < _MOST_WORDS and _tight(words[at]) and _named(words, at - 1):
        at -= 1
    while at < first and (words[at].key in _GENERIC or words[at].key == "'s"):
        at += 1
    return at


def _after(words: Sequence[Token], last: int) -> int:
    """The end of the capitalised run after a noun ("Camp Hurriya", "Church of St Mary")."""
    at = last + 1 if last < len(words) and words[last].key == "of" and _tight(words[last]) else last
    end = at
    while end < len(words) and end - at < _MOST_WORDS and _tight(words[end]) and _named(words, end):
        end += 1
    while end > at and not words[end - 1].text[0].isupper():
        end -= 1
    return end if end > at else last


def _tight(word: Token) -> bool:
    return word.joined is not None and "\n" not in word.joined


def _own(coded: Coded, words: Sequence[Token], first: int, last: int) -> bool:
    """Whether a run is a name of the site's own: more than general words and towns."""
    for k in range(first, last):
        word = words[k]
        general = word.key in _GENERIC or word.key in PARTICLES or word.key == "'s"
        if not general and not any(p.start <= word.start and word.end <= p.end and is_town(p) for p in coded.places):
            return True
    return False


def is_town(place: Place) -> bool:
    """Whether a place is known to be a town or something larger."""
    return place.name is not None and place.kind in TOWNS


def town_in(coded: Coded, start: int, end: int) -> str | None:
    """The town named within the words of a site, or the division of its place; None where text goes on with "in X" or nothing is known."""
    for place in coded.places:
        if start <= place.start and place.end <= end and is_town(place) and (place.start, place.end) != (start, end):
            return place.text
    if re.match(r"['’]?s?\s*,?\s+(?:in|near|at|outside|of)\s", coded.text[end:]):
        return None
    return next((p.admin1 for p in coded.places if p.start < end and start < p.end and p.admin1), None)


def at_sites(coded: Coded, found: Sequence[Anchor]) -> frozenset[int]:
    """Indices of the places that are protected sites or lie at one: named with it, right beside it, or the place of an event at it."""
    hit = {k for k, place in enumerate(coded.places) if any(_touches(coded.text, anchor, place) for anchor in found)}
    for event in coded.events:
        if event.place is not None and any(event.start <= anchor.start < event.end for anchor in found):
            hit.add(event.place)
    hit = {k for k in hit if coded.places[k].kind not in _AREAS}
    points = {(p.latitude, p.longitude) for k, p in enumerate(coded.places) if k in hit and p.latitude is not None}
    return frozenset(hit | {k for k, p in enumerate(coded.places) if (p.latitude, p.longitude) in points})


def _touches(text: str, anchor: Anchor, place: Place) -> bool:
    if anchor.start < place.end and place.start < anchor.end:
        return True
    if place.end <= anchor.start:
        return re.fullmatch(r"(?:['’]s)?\s+", text[place.end : anchor.start]) is not None
    return _LINK.fullmatch(text[anchor.end : place.start]) is not None
