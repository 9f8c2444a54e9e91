"""Plain words for what a record holds: acts, statuses, dates, sides, sources. Shared by everything that people read.

The words come from the record and the ontology; nothing is guessed here. This module must not lay anything out.
"""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

from trucewatch import ontology
from trucewatch.model import TrucewatchError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from trucewatch.model import ActorRef, Claim, Coded, Event, Harm, Mention, Origin, Participant, Place, Time

TYPES = {
    "AGREE": "Agreement to do",
    "CONSULT": "Meeting or talks",
    "SUPPORT": "Support in words",
    "CONCEDE": "Concession",
    "COOPERATE": "Cooperation",
    "AID": "Material aid",
    "RETREAT": "Retreat or release",
    "REQUEST": "Demand or appeal",
    "ACCUSE": "Accusation",
    "REJECT": "Refusal",
    "THREATEN": "Threat",
    "PROTEST": "Protest",
    "SANCTION": "Relations cut back",
    "MOBILIZE": "Forces moved or readied",
    "COERCE": "Coercion",
    "ASSAULT": "Assault",
}
STATUSES = {
    "happened": "told as having happened",
    "ongoing": "told as going on",
    "denied": "said not to have happened",
    "planned": "said to be intended",
    "threatened": "threatened, not told as done",
    "demanded": "asked for, not told as done",
    "conditional": "only if something else happens",
    "predicted": "expected, not told as done",
}
STANCES = {
    "asserts": "says",
    "denies": "denies",
    "admits": "admits",
    "accuses": "accuses",
    "vows": "vows",
    "threatens": "threatens",
    "demands": "demands",
    "doubts": "doubts",
    "predicts": "predicts",
    "believes": "believes",
}
RELATIONS = {"republished": "republished from", "translated": "translated from", "quoted": "quoting"}
OWN_VOICE = "the report itself"
UNNAMED = "a source it does not name"
_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December",
)  # fmt: skip
_ISO = re.compile(r"^(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?(?=$|T|\s)")
_BIDI = {*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0x200E, 0x200F, 0x061C}


def clean(text: str) -> str:
    """One line that is safe on a terminal: no control codes, no direction overrides, single blanks, no lone surrogates."""
    plain = text.isascii() and text.isprintable()
    kept = text if plain else "".join(" " if _unsafe(char) else char for char in text)
    return " ".join(kept.split())


def _unsafe(char: str) -> bool:
    if char.isascii():
        return not char.isprintable()
    return ord(char) in _BIDI or unicodedata.category(char) in {"Cc", "Cs", "Zl", "Zp"}


def act(event: Event) -> str:
    """What was done, in plain words: the ceasefire category where there is one, else the type."""
    if event.truce:
        try:
            return ontology.load().truce(event.truce).label
        except TrucewatchError:  # a record of a newer ontology
            return clean(event.truce).capitalize()
    return TYPES.get(event.type, clean(event.type).capitalize())


def type_of(event: Event) -> str:
    """PLOVER's name for it: "ASSAULT, artillery"."""
    return clean(f"{event.type}, {event.mode}" if event.mode else event.type)


def day(iso: str | None) -> str:
    """A date as people write it, as precise as it is known: "16 March 2020", "March 2020", "2020"."""
    match = _ISO.match(iso or "")
    if not match:
        return clean(iso or "")
    year, month, date = match.groups()
    if month is None or not 1 <= int(month) <= len(_MONTHS):
        return year
    return " ".join(part for part in (str(int(date)) if date else "", _MONTHS[int(month) - 1], year) if part)


def when(time: Time | None) -> str:
    """The date of an event: its value in plain words, or the report's words where no date can be known."""
    if time is None:
        return ""
    if time.value and _ISO.match(time.value):
        clock = re.search(r"T(\d{2}:\d{2})", time.value)
        return day(time.value) + (f", {clock[1]}" if clock else "")
    if time.begin and time.until and time.begin != time.until:
        return f"{day(time.begin)} to {day(time.until)}"
    return day(time.begin) if time.begin and time.until else f"“{clean(time.text)}”"


def where(place: Place | None) -> str:
    """A place in plain words: "Saraqib, Idlib, SYR"; the report's word alone where the gazetteer does not know it."""
    if place is None:
        return ""
    if not place.name:
        return clean(place.text)
    parts = [place.name, place.admin1, place.country if place.kind != "country" else None]
    return ", ".join(dict.fromkeys(clean(part) for part in parts if part))


def side(participants: Iterable[Participant]) -> str:
    """Actors or recipients, as the report words them, with the actor file's name where it says more."""
    return "; ".join(dict.fromkeys(participant(p) for p in participants))


def participant(found: Participant) -> str:
    """One participant: "Ankara (Turkey)", "Russian forces"."""
    text = clean(found.text)
    name = clean(found.actor.name) if found.actor and specific(found.actor) else ""
    return f"{text} ({name})" if name and name.casefold() not in text.casefold() else text


def specific(actor: ActorRef) -> bool:
    """Whether an entry names somebody ("Army of Karsia") and not only a kind ("military", whose id is its role code)."""
    return actor.country is not None or actor.id != actor.code


def count(low: int | None, best: int | None, high: int | None) -> str:
    """A number of people: "3", "2 to 5", "at least 2", "up to 9", "a number" where none can be read."""
    if best is not None:
        return f"{best:,}"
    if low is not None and high is not None:
        return f"{low:,}" if low == high else f"{low:,} to {high:,}"
    if low is not None:
        return f"at least {low:,}"
    return f"up to {high:,}" if high is not None else "a number not stated"


def harm(items: Sequence[Harm]) -> str:
    """Harm to people: "3 killed (militants), 2 killed (Turkish soldiers)"."""
    return ", ".join(
        f"{count(item.low, item.best, item.high)} {clean(item.kind)}" + (f" ({clean(item.who)})" if item.who else "")
        for item in items
    )


def source(claim: Claim) -> str:
    """Who makes a claim, in the report's words; a pronoun gives way to the words it stands for."""
    if claim.resolved:
        return clean(claim.resolved.text)
    if claim.source:
        return clean(" … ".join(m.text for m in claim.source))
    return clean(claim.claimant.name) if claim.claimant else UNNAMED


def chain(coded: Coded, claim_id: str | None) -> tuple[Claim, ...]:
    """The claim an event stands in and those around it, innermost first."""
    table = {claim.id: claim for claim in coded.claims}
    found: list[Claim] = []
    while claim_id and claim_id in table and table[claim_id] not in found:
        found.append(table[claim_id])
        claim_id = found[-1].within
    return tuple(found)


def claimant(coded: Coded, event: Event) -> str:
    """Who says so: the source, with whoever relays it; the report itself in its own voice."""
    around = chain(coded, event.claim)
    names = list(dict.fromkeys(source(claim) for claim in around))
    if not names:
        return OWN_VOICE
    return names[0] + "".join(f", according to {name}" for name in names[1:]) + carried(around[0], besides=names)


def carried(claim: Claim, *, besides: Sequence[str] = ()) -> str:
    """The media that carry a claim, as words after its source: ", via Reuters"; without those already named in ``besides``."""
    media = [clean(mention.text) for mention in claim.conduit]
    return "".join(f", via {name}" for name in dict.fromkeys(media) if name not in besides)


def stance(coded: Coded, event: Event) -> str:
    """The stance of the claim an event stands in, or the empty string for the report's own voice."""
    found = chain(coded, event.claim)
    return clean(found[0].stance) if found else ""


def content(claim: Claim) -> str:
    """What is claimed, in one line."""
    return clean(" … ".join(m.text for m in claim.content))


def origin(found: Origin | None) -> str:
    """Where a report came from: "republished from South Front, 16 March 2020"."""
    if found is None:
        return ""
    name = clean(found.publisher or found.url or "another publisher")
    date = day(found.published)
    return f"{RELATIONS.get(found.relation) or clean(found.relation)} {name}" + (f", {date}" if date else "")


def title(coded: Coded) -> str:
    """The report's title, or the id where it has none."""
    return clean((coded.report.title if coded.report else None) or "") or clean(coded.id) or "untitled report"


def publisher(coded: Coded) -> str:
    """Who published the report, or the empty string."""
    return clean((coded.report.publisher if coded.report else None) or "")


def excerpt(text: str, start: int, end: int, focus: Mention, width: int = 160) -> tuple[str, str, str]:
    """The words of ``text[start:end]`` shortened to about ``width`` code points around ``focus``.

    Returns:
        What stands before the focus, the focus, what stands after; "…" where words are left out. Each is one clean line.
    """
    start, end = min(start, focus.start), max(end, focus.end)
    room = max(width - (focus.end - focus.start), 0)
    left = min(focus.start - start, max(room // 2, room - (end - focus.end)))
    right = min(end - focus.end, room - left)
    first = _word_border(text, focus.start - left, start, focus.start)
    last = _word_border_back(text, focus.end + right, focus.end, end)
    before = ("… " if first > start else "") + clean(text[first : focus.start])
    after = clean(text[focus.end : last]) + (" …" if last < end else "")
    return before, clean(text[focus.start : focus.end]), after


def _word_border(text: str, at: int, start: int, limit: int) -> int:
    """The first beginning of a word at or after ``at``, so that no word is cut."""
    if at <= start:
        return start
    while at < limit and not text[at - 1].isspace():
        at += 1
    return at


def _word_border_back(text: str, at: int, limit: int, end: int) -> int:
    if at >= end:
        return end
    while at > limit and not text[at].isspace():
        at -= 1
    return at
