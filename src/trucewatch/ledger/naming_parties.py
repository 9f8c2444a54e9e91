"""Who is meant by a short name within one incident: "the Front" where another of its accounts names the Marsh People's Front, "our fighters".

A report that names a group in full elsewhere, or not at all, says "the Front", "a unit of the Movement", "the same Guards". Beside accounts of
the same incident that name one such group, that one is meant. Where two could be, nobody is. "Ours" are those of whoever speaks, else of the
side that the publisher stands on, where somebody has set that. This module must not look beyond the incident.
"""

from __future__ import annotations

import re
from dataclasses import replace
from functools import lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING

from trucewatch.model.incident import Party

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from trucewatch.model.incident import Account, Voice

#: "the Front", "the same Guards", "of the Movement": a word with a capital after an article.
_SHORT = re.compile(r"\b[Tt]h(?:e|ese|ose)\s+(?:same\s+|said\s+)?([A-Z][a-z]+)\b(?!\s+[A-Z])")
#: Words that name nobody in particular, though they are coded as civilians or criminals: whoever fires is somebody's man.
_ANYBODY = re.compile(r"\b(?:man|men|person|persons|individual|individuals|bandit|bandits)\b", re.IGNORECASE)
_LOOSE = frozenset({"civilian", "criminal"})
_OURS = re.compile(r"(?:our|we|us)\b", re.IGNORECASE)
_NO_SIDES: Mapping[str, str] = MappingProxyType({})


def anybody(party: Party) -> bool:
    """Whether a participant is only "men" or "persons", whom the actor tables take for civilians: anybody's, then."""
    return party.type in _LOOSE and party.id == party.code and _ANYBODY.search(party.text) is not None


def named_in_full(accounts: Sequence[Account], sides: Mapping[str, str] = _NO_SIDES) -> Sequence[Account]:
    """The accounts, with the actors that bear a short name as those that the others name in full.

    Args:
        accounts: those of one incident.
        sides: the actor id on whose side a publisher stands, by the publisher's name.
    """
    short = [number for number, account in enumerate(accounts) if account.actor and any(map(_short, account.actor))]
    if not short:
        return accounts
    known = _known(accounts)
    made = list(accounts)
    for number in short:
        own = _own(accounts[number], sides)
        actor = tuple(_full(party, known, own) for party in accounts[number].actor)
        if actor != accounts[number].actor:
            made[number] = replace(accounts[number], actor=actor)
    return made


@lru_cache(maxsize=20_000)
def _short(party: Party) -> bool:
    if party.id is not None and (party.id != party.code or party.country is not None):
        return False
    return _OURS.match(party.text) is not None or _SHORT.search(party.text) is not None


def _own(account: Account, sides: Mapping[str, str]) -> Party | None:
    """Whose "our" is: the voice's, or that of the side the publisher stands on."""
    voice = account.voice
    if voice.words:
        return _speaker(voice) if voice.id is not None and "." in voice.id else None
    side = sides.get(account.publisher or "")
    return Party(side, side) if side else None


def _speaker(voice: Voice) -> Party:
    return Party(voice.words, voice.id, voice.name, "rebel", voice.country)


def _full(party: Party, known: dict[str, Party | None], own: Party | None) -> Party:
    if not _short(party):
        return party
    if _OURS.match(party.text):
        return party if own is None else replace(own, text=party.text)
    meant = next((one for word in _SHORT.findall(party.text) if (one := known.get(word)) is not None), None)
    return party if meant is None else replace(meant, text=party.text)


def _known(accounts: Sequence[Account]) -> dict[str, Party | None]:
    """The parties with a name of their own, by each word of it; None for a word that two of them share."""
    found: dict[str, Party | None] = {}
    for party in _named(accounts):
        for word in re.findall(r"[A-Z][a-z]+", party.name or ""):
            other = found.setdefault(word, party)
            if other is not None and other.id != party.id:
                found[word] = None
    return found


def _named(accounts: Sequence[Account]) -> Iterator[Party]:
    for account in accounts:
        yield from (p for p in (*account.actor, *account.recipient) if p.id is not None and p.id != p.code and "." in p.id)
        voice = account.voice
        if voice.id is not None and "." in voice.id:
            yield _speaker(voice)
