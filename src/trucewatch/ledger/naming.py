"""Whom a loaded word names: the noun phrase around it and the actor it resolves to.

It goes by the words and by what the record resolved already; where neither tells, nobody is named. A backer ("Turkish-backed") is never
whom the words name.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from trucewatch.model import ActorRef, Mention

if TYPE_CHECKING:
    from trucewatch.ledger.forms import Token
    from trucewatch.ledger.loaded import Found, Term
    from trucewatch.model import Coded, Event, Participant

#: Kinds whose words stand for somebody.
LABELS = frozenset({"person", "government", "dehumanising", "glorifying"})
_DEEDS = frozenset({"killing", "act", "charge"})
_BACKED = frozenset(
    """
    affiliated aligned allied appointed backed controlled dominated funded held imposed installed led linked loyal occupied run
    sponsored supported trained
    """.split()  # noqa: SIM905  (reads better)
)

_FUNCTION = frozenset(
    """
    a an the and or but nor for of in on at by to from with as that this these those its their his her our your my no not it they he
    she we i you all both some many most several few any each every if when while where after before since until because although
    however earlier later meanwhile yesterday today then there here who whom which what is are was were be been has have had will
    would said says according monday tuesday wednesday thursday friday saturday sunday january february march april may june july
    august september october november december one two three four five six seven eight nine ten dozens hundreds thousands another
    other
    """.split()  # noqa: SIM905  (reads better)
)

_MODIFIERS = frozenset(
    """
    armed foreign local separatist islamist islamic pro anti so called former new illegal criminal fascist nazi
    """.split()  # noqa: SIM905  (reads better)
)
_NAMING = re.compile(
    r"\b(?:call(?:s|ed|ing)?|brand(?:s|ed|ing)?|label(?:s|led|ed|ling|ing)?|dub(?:s|bed)?|describ(?:e|es|ed|ing)|denounc(?:e|es|ed|ing)|"
    r"regard(?:s|ed)?|consider(?:s|ed)?|designat(?:e|es|ed|ing)|term(?:s|ed)|declar(?:e|es|ed|ing)|view(?:s|ed)?|treat(?:s|ed)?)\s+(?:the\s+)?$"
)
_CALLED = re.compile(r"\s*(?:(?:as|to be)\s+)?(?:an?\s+|the\s+)?[\"“‘']?$")
_EQUATED = re.compile(
    r"\s+(?:is|are|was|were)\s+(?:(?:an?|the|mere|just|only|all|nothing but)\s+){0,2}(?:[\w-]+\s+)?[\"“‘']?$"
    r"|\s*,\s+an?\s+(?:[\w-]+\s+)?[\"“‘']?$"
)
#: Share of capitalised words above which a title is written in capitals throughout.
_HEADLINE = 0.6
_PARTICLES = frozenset({"al", "of", "the", "for", "e"})


@dataclass(frozen=True, slots=True)
class Named:
    """Whom words name: the actor where known, and the words that tell (None: the term alone)."""

    actor: ActorRef | None = None
    words: Mention | None = None


@dataclass(frozen=True, slots=True)
class Scene:
    """A text with its tokens and the actors it mentions, as (mention, actor)."""

    text: str
    tokens: tuple[Token, ...]
    actors: tuple[tuple[Mention, ActorRef], ...]
    proper: frozenset[int]
    """Indices of the tokens that are part of a name, as far as capitals tell."""
    events: tuple[Event, ...] = ()

    @classmethod
    def of_text(cls, coded: Coded, words: tuple[Token, ...]) -> Scene:
        """The scene of the report's text."""
        proper = frozenset(k for k, word in enumerate(words) if _capital(word))
        return cls(coded.text, words, _mentions(coded), proper, coded.events)

    @classmethod
    def of_title(cls, coded: Coded, title: str, words: tuple[Token, ...]) -> Scene:
        """The scene of the title: actors are those whose words in the text stand in the title too."""
        known = {mention.text.casefold(): ref for mention, ref in _mentions(coded)}
        found: list[tuple[Mention, ActorRef]] = []
        for text, ref in sorted(known.items(), key=lambda item: -len(item[0])):
            for match in re.finditer(rf"(?<!\w){re.escape(text)}(?!\w)", title, re.IGNORECASE):
                if not any(m.start < match.end() and match.start() < m.end for m, _ in found):
                    found.append((Mention(match.start(), match.end(), match[0]), ref))
        capitals = [k for k, word in enumerate(words) if _capital(word)]
        if len(capitals) > _HEADLINE * len(words):
            capitals = [k for k, word in enumerate(words) if any(m.start <= word.start < m.end for m, _ in found)]
        return cls(title, words, tuple(found), frozenset(capitals))


def specific(actor: ActorRef) -> bool:
    """Whether an entry names somebody and not only a kind ("military")."""
    return actor.country is not None or actor.id != actor.code


def _mentions(coded: Coded) -> tuple[tuple[Mention, ActorRef], ...]:
    refs = [(mention, ActorRef(a.id, a.name, a.type, a.country, a.code)) for a in coded.actors for mention in a.mentions]
    return tuple((mention, ref) for mention, ref in refs if specific(ref))


def named(found: Found, scene: Scene) -> Named:
    """Whom a term names in its place."""
    if found.term.kind in _DEEDS:
        return _by_event(found, scene)
    first, last = phrase(found, scene)
    start, end = scene.tokens[first].start, scene.tokens[last - 1].end
    words = Mention(start, end, scene.text[start:end]) if (first, last) != (found.first, found.last) else None
    if found.term.kind not in LABELS:
        return Named(None, words)
    actor = _overlapping(found, scene, start, end) or _participant(found, scene, end)
    if actor:
        return Named(actor, words)
    return _equated(scene, start) or Named(None, words)


def phrase(found: Found, scene: Scene) -> tuple[int, int]:
    """First and last (exclusive) token of the term with its modifiers and its owner: "Turkish-backed terrorists", "regime of Assad"."""
    return _leftwards(found, scene), _after_prefix(found.last, scene) if found.term.kind == "prefix" else _rightwards(
        found.last, scene
    )


def _leftwards(found: Found, scene: Scene) -> int:
    words = scene.tokens
    first = found.first
    while first > 0 and _joins(words[first]) and _modifies(found, scene, first - 1):
        first -= 1
    while first < found.first and words[first].key == "'s":
        first += 1
    return first


def _modifies(found: Found, scene: Scene, at: int) -> bool:
    """Whether the word before belongs to the phrase: a name, a compound, a known modifier, the owner of a government."""
    word, after = scene.tokens[at], scene.tokens[at + 1]
    if word.key == "'s":
        return found.term.kind in {"government", "territory"} and at > 0 and at - 1 in scene.proper
    return at in scene.proper or _hyphened(after) or word.key in _MODIFIERS or (word.key in _BACKED and _hyphened(word))


def _rightwards(last: int, scene: Scene) -> int:
    """With the name after it: "the terrorist group Hayat Tahrir al-Sham", "the regime of Bashar al-Assad"."""
    words, at = scene.tokens, last
    if at < len(words) and _joins(words[at]) and words[at].key in {"of", "from"}:
        at += 2 if at + 1 < len(words) and words[at + 1].key == "the" else 1
    end = at
    while (
        end < len(words)
        and words[end].joined is not None
        and (end in scene.proper or (end > at and words[end].key in _PARTICLES))
    ):
        end += 1
    while end > at and end - 1 not in scene.proper:
        end -= 1
    return end if end > at else last


def _after_prefix(last: int, scene: Scene) -> int:
    """What a prefix doubts: the name after it, quoted or not, else up to two words."""
    words, end = scene.tokens, last
    name = last in scene.proper
    while end < len(words) and end < last + (6 if name else 2):
        gap = scene.text[words[end - 1].end : words[end].start]
        wanted = (end in scene.proper or words[end].key == "of") if name else words[end].key not in _FUNCTION
        if not wanted or not re.fullmatch(r"[\s-]*[\"“‘']?", gap):
            break
        end += 1
    return end - 1 if end > last and words[end - 1].key == "of" else end


def _capital(word: Token) -> bool:
    return word.text[0].isupper() and word.key not in _FUNCTION


def _joins(word: Token) -> bool:
    """Whether a blank or hyphen, and no line break, parts a word from the one before."""
    return word.joined is not None and "\n" not in word.joined


def _hyphened(word: Token) -> bool:
    return word.joined is not None and word.joined in {"-", "‐", "‑"}


def _overlapping(found: Found, scene: Scene, start: int, end: int) -> ActorRef | None:
    """The actor mentioned in the phrase: over the term itself, else after it, else before it; backers left out."""
    own = (scene.tokens[found.first].start, scene.tokens[found.last - 1].end)
    inside = [(m, ref) for m, ref in scene.actors if m.start < end and start < m.end and not _is_backer(m, scene)]
    for place in (
        [ref for m, ref in inside if m.start < own[1] and own[0] < m.end],
        [ref for m, ref in inside if m.start >= own[1]],
        [ref for m, ref in inside if m.end <= own[0]],
    ):
        if place:
            return place[0] if len({ref.id for ref in place}) == 1 else None
    return None


def _is_backer(mention: Mention, scene: Scene) -> bool:
    """Whether a mention only says who backs, leads or holds ("Turkish-backed")."""
    after = next((word for word in scene.tokens if word.start >= mention.end), None)
    inner = [word for word in scene.tokens if mention.start <= word.start < mention.end]
    backed = after is not None and _hyphened(after) and after.key in _BACKED
    return backed or any(word.key in _BACKED and _hyphened(word) for word in inner)


def _participant(found: Found, scene: Scene, end: int) -> ActorRef | None:
    start = scene.tokens[found.first].start
    refs = {
        p.actor.id: p.actor
        for event in scene.events
        for p in (*event.actor, *event.recipient)
        if p.actor and specific(p.actor) and p.start <= start < p.end <= end
    }
    return next(iter(refs.values())) if len(refs) == 1 else None


def _equated(scene: Scene, start: int) -> Named | None:
    """As in "Hamas is a terrorist group", "X, a terrorist group", "called Israel an occupier"."""
    before = [(m, ref) for m, ref in scene.actors if m.end <= start]
    if not before:
        return None
    mention, ref = max(before, key=lambda item: item[0].end)
    gap = scene.text[mention.end : start]
    called = _CALLED.fullmatch(gap) and _NAMING.search(scene.text[: mention.start])
    return Named(ref, mention) if called or _EQUATED.fullmatch(gap) else None


def _by_event(found: Found, scene: Scene) -> Named:
    """Of a killing the killed, of another deed its doer, where an event's predicate is the term."""
    start, end = scene.tokens[found.first].start, scene.tokens[found.last - 1].end
    for event in scene.events:
        if not (event.predicate.start < end and start < event.predicate.end):
            continue
        side = _side(found.term, event)
        if len({(p.start, p.end) for p in side}) == 1:
            refs = {p.actor.id: p.actor for p in side if p.actor and specific(p.actor)}
            mention = Mention(side[0].start, side[0].end, side[0].text)
            return Named(next(iter(refs.values())) if len(refs) == 1 else None, mention)
    return Named()


def _side(term: Term, event: Event) -> tuple[Participant, ...]:
    return event.recipient if term.kind == "killing" else event.actor
