"""An account as it is compared: its family, places, days, numbers and words, each with how firmly it is known.

Made once an account; everything in it follows from the account alone. This module must not weigh anything.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from trucewatch.ledger import tables
from trucewatch.ledger.accounts import role
from trucewatch.ledger.geo import Span, ordinal, span, wide
from trucewatch.ledger.words import BESIDE, REFERS, bare, stem

if TYPE_CHECKING:
    from collections.abc import Iterable

    from trucewatch.ledger.accounts import Role
    from trucewatch.model import Harm
    from trucewatch.model.incident import Account, Party, Spot, When

_PLAIN = re.compile(r"^(?:the|a|an|its|their|his|her|some|several|two|three|four|five)\s+", re.IGNORECASE)
_ANYBODY = {
    "people", "person", "civilian", "other", "soldier", "fighter", "troop", "of", "the", "a", "an", "and", "at", "least", "about",
    "more", "than",
}  # fmt: skip
_CAPITAL = re.compile(r"\b[A-ZÀ-Þ][\w'’-]+")
_LEADS = 3
SHARP = 7
"""A stretch of more days than this does not tell one occurrence from the next."""
_TOKEN = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Profile:
    """What is compared.

    ``spots`` and ``spans`` are stated by the strand, ``near`` and ``then`` stand beside it; ``around`` are its words and names with those of
    the sentences that say more of it.
    """

    account: Account
    role: Role
    family: str
    denied: bool
    spots: tuple[Spot, ...]
    near: tuple[Spot, ...]
    spans: tuple[Span, ...]
    then: tuple[Span, ...]
    published: int | None
    actors: frozenset[str]
    recipients: frozenset[str]
    named: frozenset[str]
    voices: frozenset[str]
    numbers: tuple[tuple[str, int], ...]
    harmed: frozenset[str]
    sites: frozenset[str]
    names: frozenset[str]
    words: frozenset[str]
    around: frozenset[str]
    tokens: frozenset[str]
    strand: str
    titled: frozenset[str]
    counts: frozenset[str]
    refers: bool

    @property
    def vague(self) -> bool:
        """Whether it states no place that is a point, or no day: it may join a cluster, and must not tie two."""
        return not any(not wide(s) for s in self.spots) or not any(s.days <= SHARP for s in self.spans)


def profile(account: Account) -> Profile:
    """The profile of an account."""
    scene = account.scene
    signs = scene.words if scene else ()
    harm = dict.fromkeys((*account.harm, *(scene.harm if scene else ())))
    spans = _spans(scene.times if scene else ((account.time,) if account.time else ()))
    spots = scene.places if scene else ((account.place,) if account.place else ())
    names, words = _of("name", signs), _of("word", signs)
    return Profile(
        account=account,
        role=role(account),
        family=tables.family(account.type, account.mode, account.truce).name,
        denied=account.status == "denied",
        spots=spots,
        near=account.near,
        spans=spans,
        then=_spans(account.then),
        published=ordinal(account.published),
        actors=_parties(account.actor),
        recipients=_parties(account.recipient),
        named=frozenset(p.id for p in (*account.actor, *account.recipient) if p.id and specific(p)),
        voices=frozenset(x for x in (account.voice.id, account.voice.country) if x),
        numbers=tuple(sorted({(h.kind, n) for h in harm if (n := _number(h)) is not None})),
        harmed=frozenset(stem(w) for h in harm for w in _TOKEN.findall((h.who or "").lower())) - _ANYBODY - tables.stopwords(),
        sites=_of("object", signs),
        names=names,
        words=words,
        around=names | words | _of(BESIDE, signs),
        tokens=frozenset(_TOKEN.findall(account.quote.lower())),
        strand=scene.strand if scene else account.key,
        counts=_of("count", signs),
        refers=REFERS in signs,
        titled=frozenset(bare(m) for m in _CAPITAL.findall(account.title or "")),
    )


def beside(a: Profile, b: Profile) -> frozenset[str]:
    """The words and names that two have in common only with the sentences that say more of them."""
    return (a.around & b.around) - (a.words & b.words) - (a.names & b.names)


def leads(members: Iterable[Profile]) -> tuple[Profile, ...]:
    """Those that stand for a strand when strands are compared: of each family of acts the surest account, told ones before others."""
    found = sorted(members, key=lambda p: p.account.key)
    told = [p for p in found if p.role == "told"]
    chosen = sorted(told or found, key=lambda p: (p.vague, -p.account.confidence, p.account.key))
    best = {(p.strand, p.family): p for p in reversed(chosen)}
    return tuple(sorted(best.values(), key=chosen.index)[:_LEADS])


def place_names(spots: Iterable[Spot]) -> frozenset[str]:
    """The words of places' names, as ``names`` and ``titled`` hold them; kinds of places ("road", "camp") are left out."""
    found = (bare(word) for spot in spots for text in {spot.name or spot.text, spot.text} for word in _CAPITAL.findall(text))
    return frozenset(word for word in found if len(word) > 1)


def specific(party: Party) -> bool:
    """Whether an entry of the actor file names somebody, and not only a kind ("military", whose id is its role code)."""
    return party.country is not None or party.id != party.code


def _parties(found: Iterable[Party]) -> frozenset[str]:
    return frozenset(p.id if p.id and specific(p) else _PLAIN.sub("", p.text.casefold()) for p in found)


def _number(harm: Harm) -> int | None:
    return harm.best if harm.best is not None else harm.low


def _of(kind: str, signs: Iterable[str]) -> frozenset[str]:
    return frozenset(sign.partition(" ")[2] for sign in signs if sign.startswith(f"{kind} "))


def _spans(times: Iterable[When]) -> tuple[Span, ...]:
    return tuple(dict.fromkeys(s for time in times if (s := span(time)) is not None))
