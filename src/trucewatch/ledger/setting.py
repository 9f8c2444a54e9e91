"""What stands around an event in its report: the places and days its sentence states, those named beside it, and words that point back.

Places are sorted from those that only pass through a sentence (where somebody spoke, where a column came from, the dateline). This
module must not decide which events belong together.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from typing import TYPE_CHECKING, TypeVar

from trucewatch.ledger import tables
from trucewatch.ledger.geo import MOVING, NAMED, WORDED, ordinal, wide
from trucewatch.ledger.words import RESULT, bare, signs
from trucewatch.model.incident import Spot, When

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from trucewatch.model import Coded, Event, Mention, Place, Time

Found = TypeVar("Found")
_PASSING = re.compile(
    r"(?:\b(?:from|towards?|bound for|heading (?:for|to)|left|leaving|direction of|returned? to|back to|way to|residents? of|people of|"
    r"governor of|mayor of|capital of|truce of|accord of|agreement of|"
    r"(?:brought|taken|rushed|flown|carried|treated|died|dying|admitted|recovering|evacuated|doctors?|nurses?|staff|medics)\b.{0,30}\b"
    r"hospitals? (?:in|of|at)|doctors? in|by way of|via|"
    r"(?:officials?|leaders?|leadership|authorities|government|ministry|council|administration|court|press|newspapers?|analysts?|experts?|"
    r"offices?|positions?|monitors|observers|cameras?|headquarters|correspondent|staff|based|stationed) (?:in|at|near)|"
    r"(?:said|told reporters|announced|stated|speaking|spoke|meeting|met|warned|declared) (?:in|at|from)|told .{0,30} in|"
    r"brought .{0,30} to|fled to)(?:\s+(?:the|nearby|neighbouring))*(?:\s+(?:town|village|city)\s+of)?\s*)$",
    re.IGNORECASE,
)
_HEARD = re.compile(
    r"\b(?:heard|fire|explosions?|bursts?|shots?|rounds?|impacts?|blasts?)\b.{0,30}\bfrom the direction of (?:the )?$",
    re.IGNORECASE,
)
_DATELINE = re.compile(r"^\s*[A-Z][^.\n]{0,60}?\s(?:-|–|—)\s|^[A-Z][\w\s'’]{2,30}, \d{1,2} [A-Z][a-z]+\s*(?:-|–|—|:|\.)\s")
_POINTING = re.compile(r"\b(?:the|this|that|its|their|these|those|'s|’s)\s+(?:\w+\s+){0,2}$", re.IGNORECASE)
_FRESH = re.compile(
    r"\b(?:separate(?:ly)?|another|elsewhere|meanwhile|a second|the second|in a further|a further|in other|in addition|different|"
    r"(?:a|one|two|three|four|five|several|some|the) (?:hour|day|night|week|month)s? (?:earlier|later|before|after)|hours (?:later|earlier)|"
    r"(?:the|that) (?:next|following|previous|same) (?:day|morning|afternoon|evening|night)|later (?:that|the same|in the|on)|earlier|"
    r"also on|unrelated|other incidents?|as for)\b",
    re.IGNORECASE,
)
_FRESH_BEHIND = re.compile(
    r"\b(?:(?:the|that) (?:same|next|following|previous) (?:day|morning|afternoon|evening|night)|(?:a|one|the) day (?:before|earlier|later)|"
    r"(?:hours|days|weeks) (?:later|earlier)|across the)\b",
    re.IGNORECASE,
)
_TURN = re.compile(
    r"\b(?:for (?:its|their|his|her) part|in (?:turn|return|reply|response|retaliation|revenge|reprisal)|retaliat\w+|on the other side|"
    r"(?:other|opposite|far) (?:side|bank)|across the|likewise|as well as|while|whereas)\b",
    re.IGNORECASE,
)
_AGAIN = re.compile(r"\b(?:another|a second|the second|again|third|a further|second day)\b", re.IGNORECASE)
_WEAPON = re.compile(
    r"\b(?:shell|mortar|bomb|artillery|howitzer|rocket|missile|drone|round|grenade|bullet|impact)s?\b", re.IGNORECASE
)
_PART_OF_DAY = re.compile(
    r"\W*(?:in|during|on) the (?:morning|afternoon|evening|night)\b|\W*(?:at (?:noon|midnight|dawn|dusk|night)|hours later|an hour later)\b",
    re.IGNORECASE,
)
_DAY = re.compile(r"^\d{4}-\d{2}-\d{2}")
_IT_WAS = re.compile(r"^\W*(?:it|this|that)\s+(?:was|is|had been)\b", re.IGNORECASE)
_NAME = re.compile(r"\s+(?:the (?:village|town|city|hamlet|settlement) of )?([A-Z][a-z\w'’-]+)(?=[\s,.;])(?!\s+[A-Z])")
_WORDED = re.compile(
    r"\b(?:in|In|at|At|on|near|Near|outside|Outside|above|below|rob|shelled|bombed|attacked|raided|"
    r"(?:town|village|city|hamlet|market|school|hospital|streets|outskirts|centre) of)\s+([A-Z][a-z][\w'’-]+)\b(?!\s+[A-Z])"
)
_AGAIN_THERE = re.compile(
    r"\b(?:[Tt]he (?:same )?|[Tt]hat |[Tt]his )(?:village|town|city|hamlet|settlement|neighbourhood)\b(?! of\b)(?! (?:council|hall))|"
    r"(?<!was )(?<!were )(?<!is )(?<!are )\bthere\b(?! (?:was|were|is|are|has|have|had|would|will|can|could|be))"
)
_AREA_WORD = re.compile(r"\s+(district|province|region|county|governorate|oblast|sector|area)\b", re.IGNORECASE)
_BEFORE = re.compile(r"(?:['’]s?)?\s+(?:[\w-]+\s+){0,2}")
_BY = re.compile(r"\s+(?:by|in|during)\s+(?:the\s+)?")
_OTHERS = re.compile(
    r"\b(?:since|after|following|followed|before|in connection with|over the|because of|"
    r"(?:wounds?|injuries|injured?|burns) (?:received|suffered|sustained)?)\b|;",
    re.IGNORECASE,
)
_CAPITAL = re.compile(r"\b[A-Z][\w'’-]+")
_OWNED = re.compile(r"['’]s?\s")
_LAID = re.compile(r"\b(?:a|one|the) day (after|before|earlier|later)\b", re.IGNORECASE)
_AFTER = re.compile(
    r"\b(?:after|following|since|in connection with|over|(?:retaliation|revenge|reprisal) for|(?:response|reply) to|because of|"
    r"that followed|wake of|anniversary of|inquiry into|investigat\w+)\s+(?:[\w'’-]+\s+){0,4}$",
    re.IGNORECASE,
)
_STRUCK = {"shelling", "air", "seizure", "raid", "assault"}
_SINCE = re.compile(r"\b(?:since|who|which|whose)\b", re.IGNORECASE)
_TOGETHER = re.compile(r"(?:[\s,]|and|or|the|near|villages?|towns?|of)*")
_HEADING = re.compile(r"^([A-Z][\w'’-]+(?: [A-Z][\w'’-]+){0,2})(?: area| sector)?:\s", re.MULTILINE)
_AHEAD = 150
_QUALIFIED = re.compile(
    r"(?:\b(?:late|early|overnight|the (?:night|evening) (?:of|to)|the (?:small|early) hours of|at dawn|night)\b"
    r"(?:\s+(?:on|of))?\s*)$",
    re.IGNORECASE,
)
_BREAKS_OFF = re.compile(
    r"[,;:.()\"“”—–]|\b(?:is|are|was|were|has|have|had|be|been|who|which|that|when|while|after|before|and|but|to|will|would|\w+ed)\b",
    re.IGNORECASE,
)
_PHRASE = 45
_KILLED_IN = re.compile(
    r"\s+(?:in|by|during|as a result of|from)\s+(?:the|this|that|these|their|his|her|its|[\w’']+['’]s|last [\w’']+['’]s)\s+"
    r"(?:[\w’'-]+\s+){0,2}?([a-z]+)\b"
)
_AUXILIARY = re.compile(r"\b(?:was|were|been|be|is|are|being|had|have|has|got|who|which|that)\s+(?:[\w-]+\s+)?$", re.IGNORECASE)
_BEHIND = re.compile(
    r"\b(?:had|having)\s+(?:(?:been|already|earlier|just|also)\s+)*$|\b(?:since|after|following|whose|the day (?:that|when))\s[^,;:.]{0,60}$",
    re.IGNORECASE,
)
_FRONTED = 30
_AHEAD_OF = 30
_BESIDE = 4


@dataclass(frozen=True, slots=True)
class Setting:
    """What an event's sentence and its neighbours say of where and when; ``nouns`` are families that its clause points back to."""

    line: int
    paragraph: int
    places: tuple[Spot, ...]
    times: tuple[When, ...]
    near: tuple[Spot, ...]
    trail: tuple[tuple[int, Spot], ...]
    start: int
    end: int
    then: tuple[When, ...]
    words: frozenset[str]
    nouns: frozenset[str]
    points: bool
    fresh: bool
    fresh_at: int
    after: bool
    turn: bool
    again: bool
    result: bool
    weapon: bool
    clock: bool
    refers: bool


def spot(place: Place) -> Spot:
    """A record's place as the ledger keeps it."""
    return Spot(
        place.text, place.name, place.kind, place.country, place.admin1, place.latitude, place.longitude, place.geonameid,
        place.precision,
    )  # fmt: skip


def when(time: Time, text: str = "") -> When:
    """A record's time as the ledger keeps it; with the report's text, "late on" and the like are among its words."""
    qualified = _QUALIFIED.search(text[max(0, time.start - 30) : time.start])
    return When(f"{qualified[0]}{time.text}" if qualified else time.text, time.value, time.precision, time.begin, time.until)


def spot_in(place: Place, text: str) -> Spot:
    """The same, where the text may call it an area: "the Orl district" is not the town of Orl."""
    found = spot(place)
    area = _AREA_WORD.match(text, place.end)
    if area is None or wide(found):
        return found
    return replace(found, name=f"{found.name or found.text} {area[1].lower()}", kind="admin2", geonameid=None, precision=3)


class Scenery:
    """A report's places and times, sorted once for all its events."""

    def __init__(self, coded: Coded) -> None:
        self.coded = coded
        text = coded.text
        dateline = _DATELINE.match(text)
        self.head = dateline.end() if dateline else 0
        self.taken = [(p.start, p.end) for p in coded.places] + [(t.start, t.end) for t in coded.times]
        self.known = {p.text.casefold(): spot_in(p, coded.text) for p in coded.places}
        acts = [e.predicate.start for e in coded.events]
        sources = [(m.start, m.end) for claim in coded.claims for m in claim.source]
        spoken = [(start, end) for start, end in sources if not any(start <= at < end for at in acts)]
        kept = [p for p in coded.places if p.start >= self.head and not _inside(p.start, spoken)]
        self.firm = [p for p in kept if not _passes(text[max(0, p.start - 60) : p.start])]
        self.marks = sorted(
            [(p.start, spot_in(p, text)) for p in self.firm] + self._worded(text) + self._named_again(text, spoken),
            key=lambda mark: mark[0],
        )
        self.dated = [t for t in coded.times if _has_day(t)]
        self.breaks = [m.end() for m in re.finditer(r"\n\s*\n", text)]
        self.lead = self._lead()

    def of(self, event: Event) -> Setting:
        """The setting of one event."""
        text = self.coded.text
        sentence = self.coded.sentences[event.sentence]
        before = text[sentence.start : event.predicate.start]
        clause = text[event.start : event.end]
        parted = [m.start() for m in _FRESH.finditer(text, sentence.start, event.predicate.end)]
        if _FRESH_BEHIND.search(text, event.predicate.end, max(event.end, event.predicate.end)):
            parted.append(event.predicate.start)
        fresh = bool(parted)
        start, end = min(event.start, event.predicate.start), max(event.end, event.predicate.end)
        referring = self._referring(event)
        return Setting(
            line=event.sentence,
            paragraph=sum(at <= sentence.start for at in self.breaks),
            places=self._stated(event, start, end),
            times=self._times(event, start, end, referring),
            near=self._near(event),
            trail=tuple((at, place) for at, place in reversed(self.marks) if at < event.predicate.start)[:3],
            start=event.start,
            end=end,
            then=self._then(event),
            words=signs(self.coded, start, end) - self._passed(start, end),
            nouns=_nouns(clause),
            points=not fresh and (bool(_POINTING.search(before[-40:]) or _IT_WAS.match(before)) or _points_back(clause)),
            fresh=fresh,
            fresh_at=max(parted, default=-1),
            after=bool(_AFTER.search(before[-80:])),
            turn=bool(_TURN.search(text[sentence.start : event.predicate.end])),
            again=bool(_AGAIN.search(before)) and not _IT_WAS.match(before),
            result=bool(RESULT.search(event.predicate.text)),
            weapon=bool(_WEAPON.search(clause)),
            clock=self._clock(event),
            refers=referring is not None or self._earlier(event, before),
        )

    def _passed(self, start: int, end: int) -> frozenset[str]:
        """Names that only pass through a clause ("from the direction of Orl") and those of the report's places, as signs."""
        text = self.coded.text
        places = {bare(word) for p in self.coded.places for word in _CAPITAL.findall(p.text)}
        found = [(bare(m[0]), _passes(text[max(0, m.start() - 60) : m.start()])) for m in _CAPITAL.finditer(text, start, end)]
        return frozenset(f"name {name}" for name, passes in found if passes or name in places)

    def _clock(self, event: Event) -> bool:
        """Whether the sentence opens with an hour or a part of the day, but no day."""
        start = self.coded.sentences[event.sentence].start
        fronted = [t for t in self.coded.times if start <= t.start <= start + _FRONTED and t.type in {"DATE", "TIME"}]
        opening = self.coded.text[start : start + _FRONTED]
        return any(not _has_day(t) for t in fronted) or bool(_PART_OF_DAY.match(opening))

    def _worded(self, text: str) -> list[tuple[int, Spot]]:
        """Capitalised words behind "in", "near", "town of" that the gazetteer did not find: a place by the report's wording."""
        known = [(m.start, m.end) for actor in self.coded.actors for m in actor.mentions]
        known += self.taken
        found = [m for m in _WORDED.finditer(text) if m.start(1) >= self.head and not _inside(m.start(1), known)]
        places = [(p.start, p.end) for p in self.coded.places]
        heads = [m for m in _HEADING.finditer(text) if not _inside(m.start(1), places) and not _is_topic(m[1])]
        worded = [(m.start(1), m[1]) for m in (*found, *heads) if m[1].lower() not in tables.stopwords()]
        return [(at, self.known.get(name.casefold()) or Spot(name, None, WORDED)) for at, name in worded]

    def _named_again(self, text: str, spoken: Sequence[tuple[int, int]]) -> list[tuple[int, Spot]]:
        """Names of the report's own places where they stand again, and the coder took none up."""
        places = {p.text: spot(p) for p in reversed(self.coded.places) if p.text[:1].isupper()}
        if not places:
            return []
        taken = [*self.taken, *spoken, *((m.start, m.end) for actor in self.coded.actors for m in actor.mentions)]
        worded = {m.start(1) for m in _WORDED.finditer(text)} | {m.start(1) for m in _HEADING.finditer(text)}
        names = "|".join(sorted(map(re.escape, places), key=len, reverse=True))
        found = re.finditer(rf"\b({names})\b(?!['’]?\w| [A-Z])", text)
        return [
            (m.start(), places[m[1]])
            for m in found
            if m.start() >= self.head
            and m.start() not in worded
            and not _inside(m.start(), taken)
            and not _passes(text[max(0, m.start() - 60) : m.start()])
        ]

    def _named(self, event: Event) -> tuple[Spot, ...]:
        """A struck or taken place that no gazetteer knows: a capitalised word behind the verb that is no actor and no day."""
        if tables.family(event.type, event.mode, event.truce).name not in _STRUCK:
            return ()
        match = _NAME.match(self.coded.text, event.predicate.end)
        if match is None or match[1] in tables.stopwords():
            return ()
        at = match.start(1)
        known = [(m.start, m.end) for actor in self.coded.actors for m in actor.mentions]
        known += self.taken + [(h.start, h.end) for h in event.harm]
        return () if _inside(at, known) else (Spot(match[1], None, NAMED),)

    def _stated(self, event: Event, start: int, end: int) -> tuple[Spot, ...]:
        own = self.coded.places[event.place] if event.place is not None else None
        within = [(at, place) for at, place in self.marks if start <= at < end]
        if own is not None and own in self.firm:
            within = [(at, place) for at, place in within if at != own.start and self._beside(own, at, place, event)]
            within.insert(0, (own.start, spot_in(own, self.coded.text)))
        sentence = self.coded.sentences[event.sentence]
        fronted = [place for at, place in self.marks if sentence.start <= at <= min(sentence.start + _FRONTED, sentence.end)]
        areas = [p for _, p in within if wide(p)]
        struck = [*named, *areas] if (named := self._named(event)) else [p for _, p in within]
        stated = self._in_name(event) or _once(struck) or _once(fronted) or self._only(event) or self._same_place(event)
        return stated or _once(place for at, place in self._carried(event, self.marks))[:1]

    def _only(self, event: Event) -> tuple[Spot, ...]:
        """The one place that the event's sentence names, outside the clause."""
        sentence = self.coded.sentences[event.sentence]
        found = _once(place for at, place in self.marks if sentence.start <= at < sentence.end)
        return found if len(found) == 1 else ()

    def _same_place(self, event: Event) -> tuple[Spot, ...]:
        """The last place named before, where the sentence speaks of it again: "the village", "the same town", "there"."""
        sentence = self.coded.sentences[event.sentence]
        start, end = max(sentence.start, min(event.start, event.predicate.start) - 1), min(sentence.end, event.end)
        found = _AGAIN_THERE.search(self.coded.text, start, end)
        if found is None:
            return ()
        before = [place for at, place in self.marks if at < found.start() and not wide(place)]
        return tuple(before[-1:])

    def _in_name(self, event: Event) -> tuple[Spot, ...]:
        """A place in the very words of the act: "the Orl bombing"."""
        return _once(spot(p) for p in self.coded.places if re.search(rf"\b{re.escape(p.text)}\b", event.predicate.text))

    def _beside(self, own: Place, at: int, place: Spot, event: Event) -> bool:
        """Whether another place of the clause goes with the act's own: named together with it, around it, or passed on the way."""
        low, high = sorted((own.start, at))
        together = _TOGETHER.fullmatch(self.coded.text[low + len(own.text if low == own.start else place.text) : high])
        moving = tables.family(event.type, event.mode, event.truce).name in MOVING
        return bool(together) or wide(place) or moving

    def _carried(self, event: Event, marks: Sequence[tuple[int, Found]]) -> list[tuple[int, Found]]:
        """What the sentence before states, where no act was found in it: the event takes up its thread."""
        if event.sentence == 0 or any(e.sentence == event.sentence - 1 for e in self.coded.events):
            return []
        before = self.coded.sentences[event.sentence - 1]
        start = self.coded.sentences[event.sentence].start
        if any(before.start < at <= start for at in self.breaks):
            return []
        return [(at, found) for at, found in marks if before.start <= at < before.end]

    def _times(self, event: Event, start: int, end: int, referring: tuple[int, int] | None) -> tuple[When, ...]:
        own = self.coded.times[event.time] if event.time is not None else None
        sentence = self.coded.sentences[event.sentence]
        beside = self._before(event)
        if beside is not None:
            return (when(beside, self.coded.text),)
        laid = self._laid(event)
        if laid is not None:
            return (laid,)
        if referring is not None:
            return tuple(when(t, self.coded.text) for t in self._attached(*referring)[:1])
        dated = [t for t in self.dated if not self._of_another(t, event)]
        if own is not None and own in dated:
            return (when(own, self.coded.text),)
        inside = [t for t in dated if start <= t.start < end]
        fronted = [t for t in dated if sentence.start <= t.start <= min(sentence.start + _FRONTED, sentence.end)]
        around = [t for t in dated if sentence.start <= t.start < sentence.end]
        only = around if len({t.begin for t in around}) == 1 and self._nearest(around[0], event) else []
        carried = [t for _, t in self._carried(event, [(t.start, t) for t in self.dated])] if not self._clock(event) else []
        return tuple(when(t, self.coded.text) for t in (inside or fronted or only or carried)[:1])

    def _referring(self, event: Event) -> tuple[int, int] | None:
        """The noun by which an act is but referred to ("freed after the attack", "those killed in the attack"): its day is elsewhere."""
        text, act = self.coded.text, event.predicate
        start = self.coded.sentences[event.sentence].start
        word = act.text.split()[-1].lower() if act.text else ""
        if word in tables.nouns():
            pointed = _POINTING.search(text[max(start, act.start - 40) : act.end - len(word)])
            return (act.end - len(word), act.end) if pointed else None
        within = _KILLED_IN.match(text, act.end)
        if (
            within is None
            or within[1].lower() not in tables.nouns()
            or _AUXILIARY.search(text[max(start, act.start - 20) : act.start])
        ):
            return None
        return within.span(1)

    def _earlier(self, event: Event, before: str) -> bool:
        """Whether the act lies behind what the sentence tells: in the past perfect, or in a clause with "since", "after", "whose"."""
        return event.status in {"happened", "ongoing"} and bool(_BEHIND.search(before[-80:]))

    def _attached(self, start: int, end: int) -> list[Time]:
        """A time in a noun's own phrase: "last week's attack", "the attack on Orl last Monday"."""
        text = self.coded.text
        after = (t for t in self.dated if 0 <= t.start - end <= _PHRASE and not _BREAKS_OFF.search(text[end : t.start]))
        return self._qualifying(start) or list(after)

    def _qualifying(self, at: int) -> list[Time]:
        """Times right before a word, which they qualify: "Thursday's raid"."""
        return [t for t in self.dated if 0 < at - t.end <= _AHEAD_OF and _BEFORE.fullmatch(self.coded.text, t.end, at)]

    def _before(self, event: Event) -> Time | None:
        """A time that qualifies the act's own word: "Thursday's raid", "killed in last week's attack", "the March bombing"."""
        near = self._qualifying(event.predicate.start)
        if near:
            return near[-1]
        end = event.predicate.end
        return next(
            (t for t in self.dated if 0 < t.start - end <= _AHEAD_OF and _BY.fullmatch(self.coded.text, end, t.start)), None
        )

    def _laid(self, event: Event) -> When | None:
        """The day of an act that the sentence lays a day beside another: "on Tuesday, a day after an attack", "the attack a day before"."""
        text, sentence, act = self.coded.text, self.coded.sentences[event.sentence], event.predicate
        known = [t for t in self.dated if t.start < sentence.end]
        ahead = [m for m in _LAID.finditer(text, sentence.start, act.start) if m[1].lower() in {"after", "before"}]
        behind = _LAID.search(text, act.end, min(act.end + _AHEAD_OF, sentence.end))
        taken = [(t.start, t.end) for t in self.dated]
        if ahead and not _inside(ahead[-1].start(), taken):
            days = -1 if ahead[-1][1].lower() == "after" else 1
            said = [t for t in known if sentence.start <= t.start < ahead[-1].start()]
        elif behind and behind[1].lower() in {"before", "earlier"} and not _inside(behind.start(), taken):
            days, said = -1, [t for t in known if t.start < act.start]
        else:
            return None
        return _day_from(said[-1], days) if said else None

    def _nearest(self, time: Time, event: Event) -> bool:
        """Whether no other act of the sentence stands nearer to a time, and no semicolon between."""
        low, high = sorted((time.start, event.predicate.start))
        gap = min(abs(time.start - e.predicate.start) for e in self.coded.events if e.sentence == event.sentence)
        return high - low == gap and ";" not in self.coded.text[low:high]

    def _of_another(self, time: Time, event: Event) -> bool:
        """Whether a time is not the event's: the day it was said ("said on Friday"), or of another act ("the worst since ... on 3 May")."""
        cues = [m for c in self.coded.claims if _covers(c.content, event) for m in c.cue]
        spoken = any(0 <= time.start - m.end <= _BESIDE or 0 <= m.start - time.end <= 1 for m in cues)
        between = self.coded.text[event.predicate.end : time.start]
        ahead = self.coded.text[time.end : event.predicate.start]
        possessed = bool(_OWNED.match(self.coded.text, time.end)) and not 0 <= event.predicate.start - time.end <= _AHEAD_OF
        return spoken or possessed or bool(_SINCE.search(between)) or (bool(_OTHERS.search(ahead)) and "\n" not in ahead)

    def _near(self, event: Event) -> tuple[Spot, ...]:
        """Places before the event, nearest first, then the dateline's and the title's."""
        sentence = self.coded.sentences[event.sentence]
        before = [place for at, place in reversed(self.marks) if at < sentence.end]
        after = [place for at, place in self.marks if sentence.end <= at < sentence.end + _AHEAD]
        return _once([*before[:2], *(spot_in(p, self.coded.text) for p in self.lead[:1]), *after[: 0 if before else 1]])

    def _then(self, event: Event) -> tuple[When, ...]:
        sentence = self.coded.sentences[event.sentence]
        before = [t for t in reversed(self.coded.times) if t.start < sentence.start and _has_day(t)]
        after = [t for t in self.dated if sentence.end <= t.start < sentence.end + _AHEAD]
        return tuple(dict.fromkeys(when(t, self.coded.text) for t in (before[:2] or after[:1])))

    def _lead(self) -> list[Place]:
        """Places of the dateline, then those that the title names."""
        title = (self.coded.report.title if self.coded.report else None) or ""
        named = [p for p in self.coded.places if p.name and re.search(rf"\b{re.escape(p.text)}\b", title)]
        return [*[p for p in self.coded.places if p.start < self.head], *named]


def _day_from(time: Time, days: int) -> When | None:
    """The day so many days after a stated one; None where that is no one day."""
    known = ordinal(time.begin)
    if known is None or ordinal(time.until or time.begin) != known:
        return None
    iso = date.fromordinal(known + days).isoformat()
    return When(f"a day from {time.text}", iso, "day", iso, iso)


def _passes(before: str) -> bool:
    """Whether what stands before a place lets it pass by; fire heard from its direction was there."""
    return bool(_PASSING.search(before)) and not _HEARD.search(before)


def _covers(content: Iterable[Mention], event: Event) -> bool:
    return any(m.start <= event.predicate.start < m.end for m in content)


def _is_topic(heading: str) -> bool:
    """Whether a paragraph's heading names its subject ("Food security"), not where it was."""
    return all(word.lower() in tables.topics() for word in heading.split())


def _inside(at: int, spans: Iterable[tuple[int, int]]) -> bool:
    return any(start <= at < end for start, end in spans)


def _has_day(time: Time) -> bool:
    return bool(time.begin and _DAY.match(time.begin)) and time.type in {"DATE", "TIME"}


def _once(spots: Iterable[Spot]) -> tuple[Spot, ...]:
    """Spots of different names, in order."""
    return tuple({spot.name or spot.text: spot for spot in reversed(list(spots))}.values())[::-1]


@cache
def _noun_pattern() -> re.Pattern[str]:
    words = "|".join(sorted(map(re.escape, tables.nouns()), key=len, reverse=True))
    return re.compile(
        rf"\b(?:the|this|that|its|their|[A-Z]\w+day[’']s|second|first)\s+(?:[\w-]+\s+){{0,2}}({words})\b", re.IGNORECASE
    )


def _points_back(clause: str) -> bool:
    return bool(re.search(r"\b(?:the|this|that) (?:town|village|area|city|same)\b", clause))


def _nouns(clause: str) -> frozenset[str]:
    """Families that a definite noun of the clause can mean."""
    found = [tables.nouns()[m[1].lower()] for m in _noun_pattern().finditer(clause)]
    return frozenset().union(*found)


def settings(coded: Coded, events: Sequence[Event]) -> list[Setting]:
    """The setting of each event."""
    scenery = Scenery(coded)
    return [scenery.of(event) for event in events]
