"""Whether an account is about one of some things: heavy weapons, monitors, relief on its way. They stand among its objects or in its clause.

Where the clause leaves them out ("the handover", "and the army moved none") the rest of the sentence says what is meant; whoever speaks is no
object. This module must not say what an act bears on.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from trucewatch.model.incident import Account

_ATOM = re.compile(r"\w+")
#: What stands for the thing meant, which is named elsewhere in the sentence: "withdrew some guns, the army none".
_STANDS_IN = re.compile(r"\b(?:none|any|them|theirs|its own|the rest|all of it|the others)\b", re.IGNORECASE)
_BARE = 2
_MOVES = frozenset({"RETREAT", "COOPERATE", "REJECT"})


def single_words(account: Account) -> frozenset[str]:
    """The single words of its clause and objects: most lists of words are told absent by them, without a search."""
    said = (account.sentence if _elided(account) else account.quote, *_objects(account))
    return frozenset(_ATOM.findall(" ".join(said).lower()))


def has_words(account: Account, words: tuple[str, ...], said: frozenset[str]) -> bool:
    """Whether one of the words stands among the objects or in the clause.

    Args:
        account: the account.
        words: the list of a match.
        said: its ``single_words``.
    """
    if _of_presence(words):
        return _pattern(words).search(account.sentence) is not None
    return not _atoms(words).isdisjoint(said) and _stand(account, words)


@lru_cache(maxsize=512)
def _of_presence(words: tuple[str, ...]) -> bool:
    """Whether they are phrases that say that monitors were there, anywhere in the sentence."""
    return for_monitors(words) and all(" " in word for word in words)


@lru_cache(maxsize=512)
def for_monitors(words: tuple[str, ...]) -> bool:
    """Whether the act counts for the monitors in it alone: they were there, however much was done."""
    return any("monitors" in word for word in words)


def _stand(account: Account, words: tuple[str, ...]) -> bool:
    pattern = _pattern(words)
    clause = account.sentence if _elided(account) else account.quote
    clause = clause.replace(account.voice.words, "") if account.voice.words else clause  # who speaks is no object
    return bool(pattern.search(clause) or any(pattern.search(text) for text in _objects(account)))


def _elided(account: Account) -> bool:
    """Whether what was moved or handed over is named in the rest of the sentence: "the handover", "and the army moved none"."""
    if account.type not in _MOVES:
        return False
    return account.quote.count(" ") < _BARE or _STANDS_IN.search(account.quote) is not None


def _objects(account: Account) -> tuple[str, ...]:
    return (*(party.text for party in account.recipient), *account.instrument)


@lru_cache(maxsize=512)
def _atoms(words: tuple[str, ...]) -> frozenset[str]:
    """The first single word of each: without it the whole cannot stand there."""
    return frozenset(_ATOM.findall(word.lower())[0] for word in words)


@lru_cache(maxsize=512)
def _pattern(words: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{'|'.join(re.escape(word) for word in words)})\b", re.IGNORECASE)
