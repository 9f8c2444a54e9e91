"""Finds place mentions in an analysed text: what the encoder marked, and what the gazetteer recognises besides.

The encoder's entity head knows news style but misses villages; the gazetteer knows villages but not people. So a gazetteer name
alone counts only where it is a proper noun, stands free of a person's or organisation's name, and is either a sizeable place or
follows a word of place ("in", "near", "town of"). Demonyms are no places. This module must not decide which place is meant.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Protocol

from trucewatch.knowledge.places.normalise import key
from trucewatch.knowledge.places.records import PlaceMention
from trucewatch.knowledge.places.tables import DATA, read, words

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from trucewatch.knowledge.places.records import Candidate
    from trucewatch.knowledge.places.store import Demonym
    from trucewatch.language.analysis import Analysis, Span, Token

_CONNECTORS = words(
    "al el as ar ad az ash an at ez es er de del di da do dos du la las le les los of the and upon bin - – ' ’ . sur"
)
_NAME_TAILS = words("highway motorway road crossing camp corridor line zone")
_TYPE_TAILS = words(
    "province governorate oblast region district county raion municipality city village town state department republic"
)
_SIDE = re.compile(
    r"^(?:(?:north|south|east|west|northeast|northwest|southeast|southwest|north-?west|north-?east)-?ern|central)$",
    re.IGNORECASE,
)
_LOCATIVE = words("in near at from to outside around inside toward towards into through across over against of")
_ROAD = re.compile(r"\b(?:[A-Z]{1,2}-?\d{1,4}\s+(?:[Hh]ighway|[Mm]otorway|[Rr]oad)|(?:Highway|Route|Motorway)\s+\d{1,3}\b)")
_LINE = re.compile(r"\b(?:[Ll]ine of (?:[Aa]ctual )?[Cc]ont(?:act|rol)|[Cc]ontact line|Blue Line|Durand Line)\b")
_SPLIT = re.compile(r",\s+|\s+\(")
#: "al-Ayn", "ez-Zor": an article written into its noun.
_ARTICLED = re.compile(r"^[ae](?:l|[tds]?h|[rsztdn])-['’‘`]?[A-Z]")
_HARD_STOPS = frozenset({"function word", "month or day", "institution", "direction", "outlet or organisation"})
#: "the government-controlled town of" before the name itself.
_TYPE_OF = re.compile(
    r"^.*\b(?:town|city|village|province|district|area|region|governorate|capital|suburb|camp|outskirt|countryside|part|side"
    r"|north|south|east|west)s? of (?:the )?(?=\w)"
)
_LONGEST = 8
_SIZEABLE = 15_000
_MIN_LETTERS = 3
_WIDE_KINDS = frozenset({"country", "admin1", "region", "continent", "water", "road", "line", "historical"})
_NAMED_SITES = frozenset({"crossing", "camp", "site", "airport"})
Range = tuple[int, int]


class Source(Protocol):
    """What finding needs of a gazetteer."""

    def lookup(self, name: str) -> Sequence[Candidate]:
        """Candidates of a name."""

    def knows(self, exact: str) -> bool:
        """Whether any place bears this exact key."""

    def demonym(self, word: str) -> Demonym | None:
        """Country of a demonym."""


@dataclass(frozen=True, slots=True)
class _Found:
    start: int
    end: int
    marked: bool


@lru_cache(maxsize=1)
def stop_names() -> dict[str, str]:
    """Names that mean something else in most texts, as exact keys, and why, from ``data/stopnames.tsv``."""
    return {key(row["word"]): row["reason"] for row in read(DATA / "stopnames.tsv")}


def _overlaps(start: int, end: int, ranges: Sequence[Range]) -> bool:
    return any(start < last and first < end for first, last in ranges)


def _never(words: str) -> bool:
    """Whether words are no place whoever marks them: "The", "March", "South"."""
    return stop_names().get(key(words)) in _HARD_STOPS


def _trim(text: str, start: int, end: int) -> Range:
    """A span without a leading article and a trailing possessive, comma or full stop."""
    words = text[start:end]
    bare = re.sub(r"^(?:the|The)\s+", "", words)
    start += len(words) - len(bare)
    tail = re.sub(r"(?:['’]s?|[,;:])$", "", bare)
    return start, start + len(tail)


def _pieces(source: Source, text: str, start: int, end: int) -> Iterator[Range]:
    """A marked span, or its parts where it holds a place and the place it lies in: "Homs, Syria"."""
    if source.knows(key(text[start:end])) or not _SPLIT.search(text[start:end]):
        yield start, end
        return
    position = start
    for gap in _SPLIT.finditer(text[start:end]):
        yield position, start + gap.start()
        position = start + gap.end()
    yield position, end


def _is_demonym(source: Source, words: str) -> bool:
    return source.demonym(words) is not None


def _marked(source: Source, analysis: Analysis) -> Iterator[_Found]:
    """What the encoder marked as a place, and facilities that the gazetteer knows."""
    text = analysis.text
    for span in analysis.entities:
        if span.label not in {"place", "facility"}:
            continue
        for first, last in _pieces(source, text, span.start, span.end):
            start, end = _trim(text, first, last)
            start += _type_words(source, text[start:end])
            if _may_be_place(source, text[start:end], span.label):
                yield _Found(start, end, marked=True)


def _type_words(source: Source, words: str) -> int:
    """Length of the words before the name in a span that is not a name as it stands."""
    found = None if source.knows(key(words)) else _TYPE_OF.match(words)
    return found.end() if found else 0


def _may_be_place(source: Source, words: str, label: str) -> bool:
    if not any(char.isupper() for char in words) or _is_demonym(source, words) or _never(words):
        return False
    return label != "facility" or source.knows(key(words))


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
        if not proper and word.lower() not in _CONNECTORS | _NAME_TAILS:
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
    return bool(stem) and word[:1].isupper() and tail in _TYPE_TAILS and source.knows(stem)


def _longest_names(source: Source, analysis: Analysis, index: int) -> Iterator[Range]:
    """Token ranges of the longest gazetteer names in a sentence, left to right."""
    tokens = analysis.sentence_tokens(index)
    first = 0
    while first < len(tokens):
        after = tokens[first + 1] if first + 1 < len(tokens) else None
        last = _name_end(tokens, first) if _begins_name(tokens[first], after) else first
        while last > first and not _known_name(source, analysis.text, tokens, first, last):
            last -= 1
        if last > first:
            yield tokens[first].i, tokens[last - 1].i + 1
        first = max(last, first + 1)


def _joined(one: Token, two: Token) -> bool:
    """Whether two neighbouring tokens read as one name: both proper nouns, nothing but a blank between them."""
    return one.sentence == two.sentence and one.upos == two.upos == "PROPN" and 0 <= two.start - one.end <= 1


def _stands_free(source: Source, analysis: Analysis, first: int, last: int) -> bool:
    """Whether a name is not a part of a longer one ("Jordan Peele", "Washington Post")."""
    tokens = analysis.tokens
    if first and _joined(tokens[first - 1], tokens[first]):
        before = tokens[first - 1].text
        if not (_SIDE.match(before) or source.knows(key(before)) or before.lower() in {"lake", "mount", "camp", "port"}):
            return False
    if last < len(tokens) and _joined(tokens[last - 1], tokens[last]) and not tokens[last - 1].text.isupper():
        return tokens[last].text.lower() in _TYPE_TAILS | _NAME_TAILS
    return True


def _in_other_name(analysis: Analysis, start: int, end: int, others: Sequence[Span]) -> bool:
    """Whether a span lies in a person's, organisation's or thing's name, unless it only qualifies it ("Ukraine's ministry")."""
    for span in others:
        if not (start < span.end and span.start < end):
            continue
        if span.label == "person":
            return True
        rest = analysis.text[end : span.end]
        if span.label in {"organisation", "document", "weapon", "vehicle"} and not rest.startswith(("'s", "’s")):
            return True
        if span.label == "group" and (start > span.start or any(char.isupper() for char in rest)):
            return True
    return False


def _whole_country(source: Source, analysis: Analysis, start: int, end: int, others: Sequence[Span]) -> bool:
    """Whether a span that was marked as an organisation is just a country ("Turkey was given more time")."""
    same = any(span.label in {"organisation", "group"} and (span.start, span.end) == (start, end) for span in others)
    return same and any(c.entry.kind == "country" for c in source.lookup(analysis.text[start:end]))


def _located(analysis: Analysis, first: int) -> bool:
    """Whether the words before say that a place follows."""
    before = [token.text.lower() for token in analysis.tokens[max(0, first - 2) : first]]
    return bool(before) and (
        before[-1] in _LOCATIVE or (before[-1] in {"the", ","} and len(before) > 1 and before[0] in _LOCATIVE)
    )


def _weighty(candidates: Sequence[Candidate]) -> bool:
    return any(
        c.entry.kind in _WIDE_KINDS | _NAMED_SITES or c.entry.population >= _SIZEABLE or c.entry.supplement for c in candidates
    )


def _credible(source: Source, analysis: Analysis, first: int, last: int) -> bool:
    """Whether a gazetteer name that nothing else marks may be called a place."""
    tokens = analysis.tokens[first:last]
    words = analysis.text_of(first, last)
    if _is_demonym(source, words) or key(words) in stop_names() or not _stands_free(source, analysis, first, last):
        return False
    if len(tokens) == 1:
        short = len(words) < _MIN_LETTERS and not words.isupper()
        if tokens[0].upos != "PROPN" or short:
            return False
    elif not any(token.upos == "PROPN" for token in tokens):
        return False
    return _weighty(source.lookup(words)) or (_located(analysis, first) and not words.isupper())


def _recognised(source: Source, analysis: Analysis) -> Iterator[_Found]:
    others = [span for span in analysis.entities if span.label not in {"place", "facility", "time", "quantity", "money"}]
    for sentence in analysis.sentences:
        for first, last in _longest_names(source, analysis, sentence.index):
            start, end = analysis.tokens[first].start, analysis.tokens[last - 1].end
            free = _whole_country(source, analysis, start, end, others) or not _in_other_name(analysis, start, end, others)
            if free and _credible(source, analysis, first, last):
                yield _Found(*_trim(analysis.text, start, end), marked=False)


def _patterns(text: str) -> Iterator[_Found]:
    for pattern in (_ROAD, _LINE):
        for found in pattern.finditer(text):
            yield _Found(found.start(), found.end(), marked=True)


def _with_side(text: str, start: int) -> int:
    """Start of the direction word before a name ("southern" in "southern Idlib"), or the name's own."""
    before = re.search(r"([A-Za-z-]+)\s$", text[max(0, start - 20) : start])
    return start - len(before.group()) if before and _SIDE.match(before[1]) else start


def find(source: Source, analysis: Analysis, exclude: Sequence[Range] = ()) -> list[PlaceMention]:
    """Place mentions of a text, in text order, none overlapping another.

    Args:
        source: The gazetteer.
        analysis: The text with tokens and entities; without entities the gazetteer works alone.
        exclude: Character ranges in which nothing is to be found (bylines, names of known actors).

    Returns:
        Mentions with exact offsets; a direction word before the name belongs to the mention ("northern Syria").
    """
    found = [*_patterns(analysis.text), *_marked(source, analysis), *_recognised(source, analysis)]
    taken: list[Range] = list(exclude)
    mentions: list[PlaceMention] = []
    for item in sorted(found, key=lambda f: (f.start - f.end, not f.marked, f.start)):
        if item.end <= item.start or _overlaps(item.start, item.end, taken):
            continue
        start = _with_side(analysis.text, item.start)
        start = item.start if _overlaps(start, item.end, taken) else start
        taken.append((start, item.end))
        mentions.append(PlaceMention(start, item.end, analysis.text[start : item.end]))
    return sorted(mentions, key=lambda mention: mention.start)
