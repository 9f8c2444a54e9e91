"""Who speaks: one key for a claimant, whether a paper names the ministry, its spokesman or its minister.

A person in office speaks for the body the office belongs to, on the report's date; a state by itself, its capital or its presidency speaks as its
government. Offices come from the actor file's persons, bodies of states from ``data/bodies.tsv``. Whom the file does not know is known by the
words that are left when words that name nobody are taken away. This module must not resolve names anew: it goes by what the coder found.
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
_COMPOSED = re.compile(r"^(?P<country>[A-Z]{3})(?:-(?P<role>[A-Z]{3}))?$")
_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
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
    if ref and (found := _of_actor(ref, words, date[:10])):
        return found
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

    An office is kept with the place that it is named by: "the governor of Donetsk" gives "governor donetsk".
    """
    forms, uses = [fold(word) for word in _WORD.findall(words)], _uses()
    left = [form for form in forms if form not in uses and not form.isdigit()]
    if not left or "of" not in forms:
        return " ".join(left)
    return " ".join(form for form in forms if uses.get(form) not in {"open", "small"} and not form.startswith("spokes"))


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
    if ref is None or ref.code not in _BODIES or not (words.startswith("the ") or (" spokes" in words and not words.startswith("a "))):
        return None
    known = {actor.id: actor for actor in coded.actors if actor.type == ref.type and actor.id != ref.id and actor.country}
    if len(known) != 1:
        return None
    (actor,) = known.values()
    return ActorRef(actor.id, actor.name, actor.type, actor.country, actor.code)


def _of_actor(ref: ActorRef, words: str, date: str) -> Voice | None:
    """The body or person that an actor speaks for."""
    office = office_on(ref.id, date) if ref.type == "person" else ""
    spoken = (_resolved(office, ref.country, date) or ref) if office else ref
    composed = _COMPOSED.match(spoken.id.removesuffix("-UNK"))
    if composed is None:
        return Voice(spoken.id, spoken.name)
    role = _body(f"{office} {words}") or _role_of(ref, composed["country"]) or composed["role"] or "GOV"
    if role not in _BODIES:
        return None
    return Voice(f"{composed['country']}-{role}", f"{spoken.name.split(':')[0]} ({_NAMES[role]})")


_NAMES = {
    "GOV": "government", "MIL": "defence ministry and armed forces", "COP": "interior ministry and police", "SPY": "intelligence",
    "JUD": "judiciary", "LEG": "parliament", "REB": "rebels",
}  # fmt: skip


def _role_of(ref: ActorRef, country: str) -> str:
    """The role that a person's code adds to the country's: MIL of "RUSMIL"."""
    role = (ref.code or "").removeprefix(country) if ref.type == "person" else ""
    return role if role in _BODIES else ""


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
