"""What a name and its surroundings say for and against its being a place: weight, label, place words, and longer names.

:mod:`trucewatch.knowledge.places.find` decides with it. This module must not decide anything and must not know any place.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal

from trucewatch.knowledge.places.normalise import key, skeleton
from trucewatch.knowledge.places.tables import words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from trucewatch.knowledge.places.records import Candidate, Source
    from trucewatch.language.analysis import Analysis, Span, Token

#: How much a name is worth by itself: a country or the like; a large town; a middling one; a village or an alias; not known.
Weight = Literal["wide", "large", "medium", "small", "unknown"]
#: What the encoder says of the words: a place; nothing; an organisation, group or thing; a person.
Label = Literal["place", "none", "thing", "person"]
#: Words of a kind of place, lower case, before ("town of X") or after ("X district") a name.
TYPE_TAILS = words("province governorate oblast region district county raion municipality city village town state")
TYPE_WORDS = TYPE_TAILS | words(
    "department republic area areas suburb suburbs neighbourhood neighborhood countryside outskirts capital camp crossing coast border"
    " island islands peninsula valley governorates provinces districts cities towns villages settlement hamlet port airport"
)
SIDES = words(
    "north south east west northern southern eastern western northeast northwest southeast southwest northeastern northwestern"
    " southeastern southwestern central north-east north-west south-east south-west north-eastern north-western south-eastern"
    " south-western"
)
_SKIPPED = SIDES | {"the", "’s", "'s"}
_ABOUT = SIDES | words("downtown nearby rural greater inner outer upper lower mainland")
_STRONG = words("in near inside outside throughout across around within into toward towards outskirts via")
_WEAK = words("from to at of through over against between on visited visits")
#: Verbs whose bare object is a place in reports of this kind.
_TAKEN = words(
    "left leave leaving entered enter entering reached captured capture seized seize recaptured retaken shelled shelling bombed"
    " bombarded hit hitting struck striking besieged besieging stormed retook"
)
#: With a capital these are a part of the name: "Thames Valley", "Fire Island".
_LANDFORMS = words("coast island islands peninsula valley port")
_PLAIN_TYPES = TYPE_WORDS - _LANDFORMS
_NOUNS = frozenset({"PROPN", "NOUN", "ADJ", "X"})
_OF = frozenset({"of", "for"})
_ALIAS_POPULATION = 500_000
_LARGE = 100_000
_MEDIUM = 15_000
_SHORT = 4
_WIDE = frozenset({"country", "continent", "region", "water", "road", "line", "historical"})
_SITES = frozenset({"crossing", "camp", "site", "airport"})
_STATES = frozenset({"country", "continent", "region"})
_DATELINE = re.compile(r"^(?:, [A-Z][\w. ]+)? ?(?:\(|,|--|—|–|-|:)")
_TIDY = re.compile(r" (?:city|county|province|governorate|district|oblast|region)$|^province of ")


def own_name(candidate: Candidate, exact: str) -> bool:
    """Whether a name is the place's own, with or without its type, or a near spelling of it ("Saraqeb", "Sacramento")."""
    bare = _TIDY.sub("", key(candidate.entry.name))
    if candidate.primary or candidate.entry.supplement or bare == exact:
        return True
    bones = skeleton(exact)
    return bool(bones) and bones == skeleton(bare)


def acronym(name: str) -> bool:
    """Whether a name is a short run of capitals ("U.S.", "EU")."""
    letters = name.replace(".", "")
    return letters.isupper() and len(letters) <= _SHORT


def _single_weight(candidate: Candidate, exact: str) -> Weight:
    entry = candidate.entry
    own = own_name(candidate, exact)
    if candidate.match != "exact":
        return "unknown"
    if entry.kind in _WIDE or (entry.kind == "admin1" and own):
        return "wide"
    if entry.own:  # whoever writes a table of places means them
        return "large"
    if len(exact) < _SHORT and not entry.capital:
        return "small"
    if (own and (entry.population >= _LARGE or entry.kind in _SITES)) or entry.capital:
        return "large"
    if own and entry.population >= _MEDIUM:
        return "medium"
    return "medium" if entry.population >= _ALIAS_POPULATION and len(exact) > _SHORT else "small"


_ORDER: tuple[Weight, ...] = ("wide", "large", "medium", "small", "unknown")


def weight(candidates: Sequence[Candidate], name: str) -> Weight:
    """The greatest weight of what a name can stand for; an acronym can only be a country or region ("U.S.", "EU")."""
    exact = key(name)
    if acronym(name):
        return "wide" if any(c.match == "exact" and c.entry.kind in _STATES for c in candidates) else "unknown"
    return min((_single_weight(c, exact) for c in candidates), key=_ORDER.index, default="unknown")


def may_be_government(source: Source, name: str) -> bool:
    """Whether a name is that of a capital and of no country, and may stand for a government ("supported by Ankara")."""
    entries = [c.entry for c in source.lookup(name) if c.match == "exact"]
    return any(entry.capital for entry in entries) and all(entry.kind != "country" for entry in entries)


def label(entities: Sequence[Span], start: int, end: int) -> Label | None:
    """What the encoder says of a range; None where it is a part of a time, a quantity or a sum."""
    found: Label = "none"
    for span in entities:
        if not (start < span.end and span.start < end):
            continue
        if span.label == "place":
            return "place"
        if span.label in {"time", "quantity", "money"}:
            return None
        if span.label != "facility":
            found = "person" if span.label == "person" else "thing"
    return found


def surnames(entities: Sequence[Span], text: str) -> frozenset[str]:
    """Last words of the full names of people in a text ("Keir" never, "Starmer" always)."""
    names = (text[span.start : span.end].split() for span in entities if span.label == "person")
    return frozenset(
        re.sub(r"['’]s?$", "", name[-1])
        for name in names
        if len(name) > 1 and name[-2][:1].isupper() and name[-1][:1].isupper() and "of" not in name
    )


def _adjacent(one: Token, two: Token, text: str) -> bool:
    return one.sentence == two.sentence and text[one.end : two.start] in {"", " "}


def _nameable(analysis: Analysis, i: int) -> bool:
    """Whether a token could be a part of a proper name."""
    token = analysis.tokens[i]
    if not token.text[:1].isupper() or token.upos not in _NOUNS:
        return False
    return token.upos == "PROPN" or i != analysis.sentences[token.sentence].first


def _big(source: Source, name: str) -> bool:
    return source.knows(key(name)) and weight(source.lookup(name), name) in {"wide", "large"}


def _extends_left(source: Source, analysis: Analysis, first: int, name: str) -> bool:
    tokens, text = analysis.tokens, analysis.text
    i = first - 1
    if i < 0 or not _adjacent(tokens[i], tokens[first], text):
        return False
    if tokens[i].text.lower() == "the":
        i -= 1
    if i > 0 and tokens[i].text in _OF and tokens[i].sentence == tokens[first].sentence:
        head = tokens[i - 1].text
        return _nameable(analysis, i - 1) and head.lower() not in TYPE_WORDS | SIDES and not _big(source, head)
    if i != first - 1:
        return False
    if tokens[i].text in {"-", "/", "&"}:
        return i > 0 and tokens[i - 1].end == tokens[i].start and not _big(source, tokens[i - 1].text)
    word = tokens[i].text
    if not _nameable(analysis, i) or word.lower() in _ABOUT:
        return False
    qualified = word.lower() in TYPE_WORDS or source.demonym(word) is not None or _big(source, word)
    return not (qualified and _big(source, name))


def _extends_right(source: Source, analysis: Analysis, last: int, name: str) -> bool:
    tokens, text = analysis.tokens, analysis.text
    if last >= len(tokens) or not _adjacent(tokens[last - 1], tokens[last], text):
        return False
    word = tokens[last].text
    if word in {"'s", "’s"}:
        return not _big(source, name) and last + 1 < len(tokens) and _nameable(analysis, last + 1)
    if word in {"-", "/", "&"} and last + 1 < len(tokens) and tokens[last].start == tokens[last - 1].end:
        after = tokens[last + 1].text
        return after[:1].isupper() and not _big(source, after)
    if not _nameable(analysis, last):
        return False
    if word.lower() in _PLAIN_TYPES:
        return word[0].isupper() and last + 1 < len(tokens) and _nameable(analysis, last + 1)
    return not _big(source, word)


def inside_longer_name(source: Source, analysis: Analysis, first: int, last: int) -> bool:
    """Whether the name of tokens ``first:last`` is a part of a longer one ("Bank of Lebanon", "US Army", "Jordan Peele")."""
    name = analysis.text_of(first, last)
    return _extends_left(source, analysis, first, name) or _extends_right(source, analysis, last, name)


def qualifies_actor(analysis: Analysis, entities: Sequence[Span], last: int) -> bool:
    """Whether the name ending before token ``last`` only says whose the actor is that follows: "US employers"."""
    if last >= len(analysis.tokens):
        return False
    token, before = analysis.tokens[last], analysis.tokens[last - 1]
    if token.start != before.end + 1 or token.upos not in {"NOUN", "ADJ"} or token.lemma in TYPE_WORDS:
        return False
    return any(
        span.first < last < span.last and span.label in {"organisation", "group", "person"}
        for span in entities
        if span.start <= before.start
    )


def _dateline(analysis: Analysis, first: int, last: int) -> bool:
    name = analysis.text_of(first, last)
    opening = analysis.text[: analysis.tokens[first].start].rstrip(" ")
    begins = not opening or opening.endswith("\n")
    return begins and name.isupper() and bool(_DATELINE.match(analysis.text[analysis.tokens[last - 1].end :]))


def division_after_place(source: Source, analysis: Analysis, first: int, last: int) -> bool:
    """Whether a short form of an admin-1 unit follows a place and a comma: "Norfolk, Va."."""
    if first < 2 or analysis.tokens[first - 1].text != ",":  # noqa: PLR2004 - a name and a comma
        return False
    name = analysis.text_of(first, last)
    before = analysis.tokens[first - 2]
    short = len(key(name)) <= _SHORT + 1 and any(c.entry.kind == "admin1" and not c.primary for c in source.lookup(name))
    return short and before.upos == "PROPN" and before.sentence == analysis.tokens[first].sentence


def _words_before(analysis: Analysis, first: int) -> list[str]:
    """The lower-case words before a name in its sentence, nearest first, without the article and direction words."""
    found = []
    for token in reversed(analysis.tokens[max(analysis.sentences[analysis.tokens[first].sentence].first, first - 4) : first]):
        word = token.text.lower()
        if word not in _SKIPPED:
            found.append(word)
    return found


def place_words(source: Source, analysis: Analysis, first: int, last: int) -> int:
    """How plainly the words around say that a place is named: 2 "in X", "town of X", "X, Syria"; 1 "from X"; 0 nothing."""
    tokens, text = analysis.tokens, analysis.text
    before = _words_before(analysis, first)
    direct = tokens[first - 1].text.lower() if first else ""
    after = tokens[last] if last < len(tokens) else None
    if _dateline(analysis, first, last) or (before and (before[0] in _STRONG | _TAKEN or before[0] in TYPE_WORDS)):
        return 2
    if before[:1] == ["of"] and len(before) > 1 and before[1] in TYPE_WORDS:
        return 2
    if direct in _ABOUT or (after is not None and after.text.lower() in TYPE_WORDS and after.start == tokens[last - 1].end + 1):
        return 2
    if after is not None and after.text == "," and last + 1 < len(tokens):
        end = min(last + 3, len(tokens))
        following = [analysis.text_of(last + 1, stop) for stop in range(last + 2, end + 1)]
        if any(weight(source.lookup(name), name) == "wide" for name in following if name[:1].isupper()):
            return 2
    possessive = text[tokens[last - 1].end :][:2] in {"'s", "’s"}
    return 1 if possessive or (before and before[0] in _WEAK) else 0
