"""Whose word it is: the side that a party, a voice or a publisher stands on, and which sides an incident sets against each other.

A side is a state's authorities (government, army, police, whatever the word) or one armed group. Monitors, doctors, reporters and residents
stand on none. This module must not judge who is right.
"""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING

from trucewatch.ledger import tables

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from trucewatch.model.incident import Account, Party

STATE = "state"
_STATE_TYPES = {"state", "government", "military", "police", "intelligence", "judiciary", "legislature"}
_STATE_CODES = {"GOV", "MIL", "COP", "SPY", "JUD", "LEG"}
_NEUTRAL = {
    "igo", "ngo", "media", "civilian", "medical", "labour", "education", "person", "people", "religious", "business", "criminal", "refugee",
}  # fmt: skip
_HOSTILE = {
    "shelling", "gunfire", "air", "blast", "device", "assault", "damage", "violation", "raid", "seizure", "incursion", "ill-treatment",
    "displacement", "captive", "obstruct", "access", "mission", "services",
}  # fmt: skip
_CODE = 3
_GENERIC = {"military": "the army", "government": "the government", "police": "the police"}


def hostile(account: Account) -> bool:
    """Whether the act is one that somebody is to blame for."""
    return tables.family(account.type, account.mode, account.truce).name in _HOSTILE


def side_of(id_: str | None, country: str | None, type_: str | None = None) -> str | None:
    """The side of an entry of the actor file: ``state`` or ``state XQA``, a group's id, or None for those who stand on none."""
    if not id_ or type_ in _NEUTRAL:
        return None
    code = id_.rpartition("-")[2]
    if type_ in _STATE_TYPES or code in _STATE_CODES or (id_.isupper() and id_ == country):
        return f"{STATE} {country}" if country else STATE
    return None if id_.isupper() and len(code) == _CODE else id_


def party_sides(parties: Iterable[Party]) -> frozenset[str]:
    """The sides among participants."""
    return frozenset(s for p in parties if (s := side_of(p.id, p.country, p.type)))


def party_words(side: str, accounts: Iterable[Account]) -> str:
    """A side in plain words: a group by its name, a state's authorities by the state's, else by what they are."""
    parties = [p for a in accounts for p in a.actor if any(same_side(side, own) for own in party_sides([p]))]
    names = sorted({p.name for p in parties if p.name and p.country}) or sorted(
        {_GENERIC.get(p.type or "", p.text) for p in parties}
    )
    if not names:
        return side
    state, colon, part = names[0].partition(": ")
    if colon:
        return f"{state}'s {part}"
    return names[0] if names[0].startswith("the ") or not side.islower() else f"the {names[0]}"


def same_side(one: str, other: str) -> bool:
    """Whether two names are one side: "the army" without a country may be any state's."""
    return one == other or (STATE in {one, other} and one.startswith(STATE) and other.startswith(STATE))


class Camps:
    """The sides of one incident's tellers, and which of them face each other there."""

    def __init__(self, accounts: Iterable[Account], sides: Mapping[str, str]) -> None:
        found = list(accounts)
        self.publishers = sides
        self.types = {p.id: p.type for a in found for p in (*a.actor, *a.recipient) if p.id}
        self.facing = self._facing(found)

    def of(self, account: Account) -> str | None:
        """The side of whoever tells: of the voice, or of the publisher where the report speaks itself."""
        voice = account.voice
        if voice.words:
            return side_of(voice.id, voice.country, self.types.get(voice.id or ""))
        return self.publishers.get(account.publisher or "")

    def _facing(self, accounts: list[Account]) -> set[frozenset[str]]:
        found: set[frozenset[str]] = set()
        blamed: set[str] = set()
        for account in filter(hostile, accounts):
            actors = party_sides(account.actor)
            blamed |= actors
            for actor in actors:
                others = party_sides(account.recipient) | ({teller} if (teller := self.of(account)) else set())
                found |= {frozenset((actor, other)) for other in others if not same_side(actor, other)}
        found |= {frozenset(pair) for pair in combinations(sorted(blamed), 2) if not same_side(*pair)}
        labels = sorted(set(self.publishers.values()))
        return found | {frozenset(pair) for pair in combinations(labels, 2) if not same_side(*pair)}

    def opposed(self, one: str, other: str) -> bool:
        """Whether two sides face each other in this incident."""
        return any(
            (same_side(one, a) and same_side(other, b)) or (same_side(one, b) and same_side(other, a))
            for a, b in (tuple(sorted(pair)) for pair in self.facing if len(pair) > 1)
        )
