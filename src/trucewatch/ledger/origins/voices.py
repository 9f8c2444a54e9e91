"""Who speaks: one key for a claimant, whether a paper names the ministry, its spokesman or its minister.

A person in office speaks for the body the office belongs to, on the report's date; a state by itself, its capital or its presidency speaks
as its government. Offices come from the actor file's persons, bodies of states from ``data/bodies.tsv``. Whom the file does not know is known
by the words that are left when words that name nobody are taken away. This module must not resolve names anew: it goes by what the coder
found.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import as_file, files
from typing import TYPE_CHECKING

from trucewatch.knowledge.actors import ActorFile
from trucewatch.knowledge.actors.tables import read_table
from trucewatch.ledger.origins.tables import table
from trucewatch.ledger.origins.wording import fold
from trucewatch.model import ActorRef

if TYPE_CHECKING:
    from trucewatch.model import Claim, Coded

#: Composed actors that speak as a body; residents, journalists, doctors of a country do not.
_BODIES = frozenset({"GOV", "MIL", "COP", "SPY", "JUD", "LEG", "REB"})
_STATE = _BODIES - {"REB"}
_COMPOSED = re.compile(r"^(?P<country>[A-Z]{3})(?:-(?P<role>[A-Z]{3}))?$")
_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
_BARE = re.compile(r"(?:^|\b(?:the|a|its|their|this)\s)minist", re.IGNORECASE)
_SECRET = frozenset({"source", "sources", "anonymity", "anonymous", "unnamed", "unidentified"})


@dataclass(frozen=True, slots=True)
class Voice:
    """Whom words stand for: ``key`` is the actor id of the body or person, or "name:" and the words; ``name`` is for reading."""

    key: str
    name: str


@dataclass(frozen=True, slots=True)
class _Office:
    since: str
    until: str
    office: str


def voice(coded: Coded, claim: Claim) -> Voice | None:
    """Whose claim it is, or None where nobody is named."""
    claim = _fuller(coded, claim)
    words = source_words(claim)
    ref = claim.claimant if claim.claimant and specific(claim.claimant) else _meant(coded, claim)
    if hidden(words) or (ref and ref.type == "media"):
        return None
    date = (coded.report.published if coded.report else None) or ""
    if ref:
        return _of_actor(ref, f"{words} {_ministry(coded, ref, words)}", date[:10])
    left = name_words(words)
    return Voice(f"name:{left.replace(' ', '')}", words) if left and _proper(words) else None


def source_words(claim: Claim) -> str:
    """The words of a source; a pronoun gives way to what it stands for."""
    if claim.resolved:
        return " ".join(claim.resolved.text.split())
    return " ".join(" ".join(mention.text for mention in claim.source).split())


def specific(ref: ActorRef) -> bool:
    """Whether an entry names somebody and not only a kind ("military", whose id is its role code)."""
    return ref.country is not None or ref.id != ref.code


def hidden(words: str) -> bool:
    """Whether words keep their speaker unnamed, even where they tell the side: "a Turkish official", "army sources"; or there are none."""
    found = [fold(word) for word in _WORD.findall(words)]
    if not found or _SECRET & set(found):
        return True
    uses = _uses()
    return (
        uses.get(found[0]) == "open"
        and any(uses.get(word) == "hidden" for word in found[1:])
        and len(name_words(words).split()) <= 1
    )


def name_words(words: str) -> str:
    """What is left of a source's words without those that name nobody, folded: "ministry spokeswoman Ilva Renn" gives "ilva renn".

    Where a proper name is left, it alone counts; an office is kept with the place that it is named by: "the governor of Donetsk" gives
    "governor donetsk".
    """
    written, uses = _WORD.findall(words), _uses()
    left = [word for word in written if fold(word) not in uses and not word.isdigit()]
    if left and "of" in written:
        left = [
            word for word in written if uses.get(fold(word)) not in {"open", "small"} and not fold(word).startswith("spokes")
        ]
    else:
        left = [word for word in left if word[0].isupper()] or left
    return " ".join(map(fold, left))


@cache
def _uses() -> dict[str, str]:
    return {fold(row["word"]): row["use"] for row in table("unnamed")}


def _proper(words: str) -> bool:
    return any(word[0].isupper() and fold(word) not in _uses() for word in _WORD.findall(words))


def _fuller(coded: Coded, claim: Claim) -> Claim:
    """For a surname alone the claim of the report that names its bearer in full, where there is just one such name."""
    left = name_words(source_words(claim))
    if not left or " " in left or (claim.claimant and specific(claim.claimant)):
        return claim
    longer = {name_words(source_words(other)): other for other in reversed(coded.claims)}
    found = [other for name, other in longer.items() if name.endswith(f" {left}")]
    return found[0] if len(found) == 1 else claim


def _meant(coded: Coded, claim: Claim) -> ActorRef | None:
    """The one actor of its kind that the report names, for "the army", "the police", "ministry spokeswoman Ilva Renn"."""
    ref, words = claim.claimant, source_words(claim).casefold()
    if (
        ref is None
        or ref.code not in _BODIES
        or not (words.startswith("the ") or (" spokes" in words and not words.startswith("a ")))
    ):
        return None
    known = {actor.id: actor for actor in coded.actors if actor.type == ref.type and actor.id != ref.id and actor.country}
    if len(known) != 1:
        return None
    (actor,) = known.values()
    return ActorRef(actor.id, actor.name, actor.type, actor.country, actor.code)


def _ministry(coded: Coded, ref: ActorRef, words: str) -> str:
    """A ministry's full name, for "the ministry", "ministry spokeswoman Ilva Renn", where the report names one ministry of that state."""
    if not _BARE.search(words) or _body(words):
        return ""
    named = [source_words(other) for other in coded.claims if other.claimant and other.claimant.id == ref.id]
    bodies = {_body(other): other for other in named if "minist" in other.casefold() and not _BARE.search(other)}
    return next(iter(bodies.values())) if len(bodies) == 1 else ""


def _of_actor(ref: ActorRef, words: str, date: str) -> Voice | None:
    """The body or person that an actor speaks for."""
    if ref.type == "person":
        return _of_person(ref, words, date)
    composed = _COMPOSED.match(ref.id.removesuffix("-UNK"))
    return (
        _of_state(ref.name, composed["country"], _body(words) or composed["role"] or "GOV")
        if composed
        else Voice(ref.id, ref.name)
    )


def _of_person(ref: ActorRef, words: str, date: str) -> Voice:
    """The body a person holds office in on that day; the person where that is none the actor file knows."""
    office = office_on(ref.id, date)
    role = (ref.code or "").removeprefix(ref.country or "-")
    if ref.country and role in _STATE:
        state = ActorFile.load().entry(ref.country)
        return _of_state(state.name if state else ref.country, ref.country, _body(f"{office} {words}") or role) or Voice(
            ref.id, ref.name
        )
    led = _resolved(office, ref.country, date) if office else None
    return Voice(led.id, led.name) if led and led.id != ref.country else Voice(ref.id, ref.name)


def _of_state(name: str, country: str, role: str) -> Voice | None:
    return Voice(f"{country}-{role}", f"{name.partition(':')[0]} ({_NAMES[role]})") if role in _BODIES else None


_NAMES = {
    "GOV": "government", "MIL": "defence ministry and armed forces", "COP": "interior ministry and police", "SPY": "intelligence",
    "JUD": "judiciary", "LEG": "parliament", "REB": "rebels",
}  # fmt: skip


def _body(words: str) -> str:
    """The role of the body of a state that words name, or the empty string."""
    folded = f" {' '.join(fold(word) for word in _WORD.findall(words.replace('-', ' ')))} "
    return next((row["role"] for row in table("bodies") if f" {row['phrase'].replace('-', ' ')} " in folded), "")


@lru_cache(maxsize=2048)
def _resolved(office: str, country: str | None, date: str) -> ActorRef | None:
    return ActorFile.load().resolve(office, country_context=country, date=date or None)


@lru_cache(maxsize=4096)
def office_on(person: str, date: str) -> str:
    """The office that a person of the actor file held on a day (an ISO date or its beginning); the last one where no date is known."""
    held = _offices().get(person, ())
    if not date:
        return held[-1].office if held else ""
    return next((row.office for row in held if _holds(row, date)), "")


def _holds(row: _Office, date: str) -> bool:
    return (not row.since or date >= row.since[: len(date)]) and (not row.until or date[: len(row.until)] <= row.until)


@cache
def _offices() -> dict[str, tuple[_Office, ...]]:
    found: dict[str, list[_Office]] = {}
    with as_file(files("trucewatch.knowledge.actors").joinpath("data", "persons.tsv")) as path:
        for row in read_table(path).rows:
            found.setdefault(row["id"], []).append(_Office(row["since"], row["until"], row["office"]))
    return {person: tuple(rows) for person, rows in found.items()}
