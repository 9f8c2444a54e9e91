"""Finds place mentions in an analysed text: names that the gazetteer knows, and unknown ones that the encoder marked.

Every mention is anchored in capitalised proper-name words. How much has to speak for a name depends on what it is and on what the
encoder says of it (table :data:`_NEEDED`): a country's name is a place wherever it stands free, a village's name only after a
word of place, a name nobody knows only where the encoder marked a place and a word of place precedes. A name inside a longer name
("Bank of Lebanon") or before an actor ("US employers") is none. Demonyms are no places. This module must not decide which place is
meant.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from trucewatch.knowledge.places import evidence
from trucewatch.knowledge.places.evidence import SIDES, TYPE_TAILS
from trucewatch.knowledge.places.normalise import key
from trucewatch.knowledge.places.records import PlaceMention
from trucewatch.knowledge.places.tables import DATA, read, words

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from trucewatch.knowledge.places.evidence import Label, Weight
    from trucewatch.knowledge.places.records import Source
    from trucewatch.language.analysis import Analysis, Span, Token

_CONNECTORS = words(
    "al el as ar ad az ash an at ez es er de del di da do dos du la las le les los of the and upon bin - – ' ’ . sur"
)
#: Lower-case words that belong to an unknown name when capitalised words stand on both sides.
_INNER = words("al el as ar ad az ash an at ez es er de del di da do dos du la las le les los upon bin sur - – ' ’")
#: Words of a kind of place that may end a name in small letters ("Cairn bridge"), where the gazetteer knows the whole.
_NAME_TAILS = words(
    "highway motorway road crossing camp corridor line zone bridge dam reservoir lake river canal channel tunnel pass hill hills ridge"
    " heights mountain mountains valley plain forest wood island islands peninsula point cape bay delta coast port harbour harbor airport"
    " airfield base barracks station depot mine mill quarry refinery plant junction ferry lock square market quarter district checkpoint"
)
_WITHIN_NAMES = _CONNECTORS | _NAME_TAILS
_ROAD = re.compile(r"\b(?:[A-Z]{1,2}-?\d{1,4}\s+(?:[Hh]ighway|[Mm]otorway|[Rr]oad)|(?:Highway|Route|Motorway)\s+\d{1,3}\b)")
_LINE = re.compile(r"\b(?:[Ll]ine of (?:[Aa]ctual )?[Cc]ont(?:act|rol)|[Cc]ontact line|Blue Line|Durand Line)\b")
#: "al-Ayn", "ez-Zor": an article written into its noun.
_ARTICLED = re.compile(r"^[ae](?:l|[tds]?h|[rsztdn])-['’‘`]?[A-Z]")
_HARD_STOPS = frozenset({"function word", "month or day", "institution", "direction", "outlet or organisation"})
_NEVER = 3
#: Least :func:`~trucewatch.knowledge.places.evidence.place_words` by weight of the name and by the encoder's label.
_NEEDED: dict[Weight, dict[Label, int]] = {
    "wide": {"place": 0, "none": 0, "thing": 0, "person": 2},
    "large": {"place": 0, "none": 0, "thing": 0, "person": 2},
    "medium": {"place": 1, "none": 1, "thing": 1, "person": 2},
    "small": {"place": 1, "none": 2, "thing": 2, "person": _NEVER},
    "unknown": {"place": 2, "none": _NEVER, "thing": _NEVER, "person": _NEVER},
}
_SURE = 0.5
_LONGEST = 8
Range = tuple[int, int]


@dataclass(frozen=True, slots=True)
class _Name:
    """A name that may be a place: ``tokens[first:last]``."""

    first: int
    last: int
    known: bool


@lru_cache(maxsize=1)
def stop_names() -> dict[str, str]:
    """Names that mean something else in most texts, as exact keys, and why, from ``data/stopnames.tsv``."""
    return {key(row["word"]): row["reason"] for row in read(DATA / "stopnames.tsv")}


def _overlaps(start: int, end: int, ranges: Sequence[Range]) -> bool:
    return any(start < last and first < end for first, last in ranges)


def _begins_name(token: Token, after: Token | None) -> bool:
    if token.text[:1].isupper() or _ARTICLED.match(token.text):
        return True
    return token.text.lower() in {"al", "el"} and after is not None and after.start == token.end


def _name_end(tokens: Sequence[Token], first: int) -> int:
    """Index after the last token that a name starting at ``first`` could take in."""
    last = first + 1
    while last < len(tokens) and last - first < _LONGEST:
        word = tokens[last].text
        proper = word[:1].isupper() or word.isdigit() or _ARTICLED.match(word)
        if not proper and word.lower() not in _WITHIN_NAMES:
            break
        last += 1
    return last


def _known_name(source: Source, text: str, tokens: Sequence[Token], first: int, last: int) -> bool:
    word = tokens[last - 1].text
    if word.lower() in _CONNECTORS:
        return False
    exact = key(text[tokens[first].start : tokens[last - 1].end])
    if source.knows(exact):
        return True
    stem, _, tail = exact.rpartition(" ")
    return bool(stem) and word[:1].isupper() and tail in TYPE_TAILS and source.knows(stem)


def _longest_names(source: Source, analysis: Analysis, index: int) -> Iterator[_Name]:
    """The longest gazetteer names in a sentence, left to right."""
    tokens = analysis.sentence_tokens(index)
    first = 0
    while first < len(tokens):
        after = tokens[first + 1] if first + 1 < len(tokens) else None
        begins = _begins_name(tokens[first], after) and tokens[first].text not in {"The", "And"}
        last = _name_end(tokens, first) if begins else first
        while last > first and not _known_name(source, analysis.text, tokens, first, last):
            last -= 1
        if last > first:
            yield _Name(tokens[first].i, tokens[last - 1].i + 1, known=True)
        first = max(last, first + 1)


def _chunks(analysis: Analysis, span: Span) -> Iterator[Range]:
    """Token ranges of the proper names in a marked span: no articles, adjectives or type words around them."""
    tokens = analysis.tokens
    first = None
    last = span.first
    for i in range(span.first, span.last):
        word = tokens[i].text
        if (word[:1].isupper() and tokens[i].upos not in {"DET", "ADP", "PRON"}) or _ARTICLED.match(word):
            first, last = (i if first is None else first), i + 1
        elif first is not None and word.lower() not in _INNER:
            yield first, last
            first = None
    if first is not None:
        yield first, last


def _unknown_names(source: Source, analysis: Analysis, known: Sequence[_Name]) -> Iterator[_Name]:
    """Names in spans marked as places of which the gazetteer knows no part, or only a part."""
    taken = {(name.first, name.last) for name in known}
    for span in analysis.entities:
        if span.label != "place" or span.score < _SURE:
            continue
        for first, last in _chunks(analysis, span):
            inner = [name for name in known if first < name.last and name.first < last]
            if (first, last) in taken or any(n.first <= first and last <= n.last for n in inner):
                continue
            if any(n.first == first or n.last == last for n in inner) and not evidence.inside_longer_name(
                source, analysis, inner[-1].first, inner[-1].last
            ):
                continue
            yield _Name(first, last, known=False)


def _is_demonym(source: Source, said: str) -> bool:
    """Whether words are for people and things of a country and not the country's own name ("Vatican")."""
    return source.demonym(said) is not None and not any(c.primary and c.entry.kind == "country" for c in source.lookup(said))


def _stopped(said: str) -> int:
    """Least place words that a name of another usual sense needs; none for an acronym ("US" is not "us")."""
    if evidence.acronym(said):
        return 0
    reason = stop_names().get(key(said))
    if reason is None:
        return 0
    return _NEVER if reason in _HARD_STOPS else 2


def _needed(source: Source, analysis: Analysis, name: _Name, people: frozenset[str]) -> int:
    """Least place words that a name needs; 3 where none are enough."""
    tokens = analysis.tokens[name.first : name.last]
    said = analysis.text_of(name.first, name.last)
    label = evidence.label(analysis.entities, tokens[0].start, tokens[-1].end)
    proper = any(token.upos == "PROPN" for token in tokens)
    if label is None or not proper or _is_demonym(source, said):
        return _NEVER
    weight = evidence.weight(source.lookup(said), said) if name.known else "unknown"
    if weight == "unknown" and name.known and tokens[-1].text.lower() in TYPE_TAILS:
        stem = analysis.text_of(name.first, name.last - 1)
        weight = evidence.weight(source.lookup(stem), stem)
    if weight == "unknown" and not all(token.upos == "PROPN" or not token.text.isalpha() for token in tokens):
        return _NEVER
    least = max(_NEEDED[weight][label], _stopped(said), int(label == "thing" and evidence.may_be_government(source, said)))
    if len(tokens) == 1 and weight != "wide" and said in people:
        return max(least, 2)
    return least


def _is_place(source: Source, analysis: Analysis, name: _Name, people: frozenset[str], after_place: bool) -> bool:
    if name.known and evidence.division_after_place(source, analysis, name.first, name.last):
        return True
    needed = _needed(source, analysis, name, people)
    if needed == _NEVER:
        return False
    if evidence.inside_longer_name(source, analysis, name.first, name.last):
        return False
    if evidence.qualifies_actor(analysis, analysis.entities, name.last):
        return False
    if needed == 0:
        return True
    said = evidence.place_words(source, analysis, name.first, name.last)
    return max(said, 2 if after_place else 0) >= needed


def _follows(analysis: Analysis, last: int, first: int) -> bool:
    """Whether a name follows another in a list: "Homs, Hama and Aleppo"."""
    between = analysis.text[analysis.tokens[last - 1].end : analysis.tokens[first].start].strip()
    return between in {",", "and", ", and", "or", "&"}


def _names(source: Source, analysis: Analysis) -> Iterator[Range]:
    """Character ranges of the names that are places."""
    known = [name for s in analysis.sentences for name in _longest_names(source, analysis, s.index)]
    names = sorted([*known, *_unknown_names(source, analysis, known)], key=lambda name: (name.first, -name.last))
    people = evidence.surnames(analysis.entities, analysis.text)
    last, located = 0, False
    for name in names:
        listed = located and last > 0 and _follows(analysis, last, name.first)
        if _is_place(source, analysis, name, people, listed):
            start, end = analysis.tokens[name.first].start, analysis.tokens[name.last - 1].end
            located = listed or evidence.place_words(source, analysis, name.first, name.last) > 1
            last = name.last
            yield _trim(source, analysis.text, start, end)


def _trim(source: Source, text: str, start: int, end: int) -> Range:
    """A range without a possessive or comma at its end, and with the full stop of an abbreviation ("Md.")."""
    said = text[start:end]
    bare = re.sub(r"(?:['’]s?|[,;:])$", "", said)
    if 1 < len(bare) <= 5 and text[end : end + 1] == "." and re.search(r"[,(] ?$", text[:start]):  # noqa: PLR2004
        exact = [c for c in source.lookup(bare) if c.entry.kind == "admin1" and not c.primary]
        return (start, end + 1) if exact else (start, end)
    return start, start + len(bare)


def _patterns(text: str) -> Iterator[Range]:
    for pattern in (_ROAD, _LINE):
        for found in pattern.finditer(text):
            yield found.start(), found.end()


def _with_side(text: str, start: int) -> int:
    """Start of the direction word before a name ("southern" in "southern Idlib"), or the name's own."""
    before = re.search(r"([A-Za-z-]+)\s$", text[max(0, start - 20) : start])
    side = before is not None and before[1].lower() in SIDES and (before[1].endswith("ern") or before[1].lower() == "central")
    return start - len(before.group()) if before is not None and side else start


def find(source: Source, analysis: Analysis, exclude: Sequence[Range] = ()) -> list[PlaceMention]:
    """Place mentions of a text, in text order, none overlapping another.

    Args:
        source: The gazetteer.
        analysis: The text with tokens and entities; without entities the gazetteer works alone.
        exclude: Character ranges in which nothing is to be found (bylines, names of known actors).

    Returns:
        Mentions with exact offsets; a direction word before the name belongs to the mention ("northern Syria").
    """
    found = [*_patterns(analysis.text), *_names(source, analysis)]
    taken: list[Range] = list(exclude)
    mentions: list[PlaceMention] = []
    for first, end in sorted(found, key=lambda item: (item[0] - item[1], item[0])):
        if end <= first or _overlaps(first, end, taken):
            continue
        start = _with_side(analysis.text, first)
        start = first if _overlaps(start, end, taken) else start
        taken.append((start, end))
        mentions.append(PlaceMention(start, end, analysis.text[start:end]))
    return sorted(mentions, key=lambda mention: mention.start)
