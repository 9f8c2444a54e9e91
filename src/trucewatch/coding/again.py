"""Nouns that name again what the report told before: "the bombardment", "Tuesday's patrol", "their release".

They have nobody and no place in them, so that no rule would keep them as acts of their own; yet who stresses, welcomes or denies
"the exchange" speaks about one. Which noun can name which acts is data (``data/again.tsv``). This module must not decide who took part.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING

from trucewatch.coding.judge import REAL
from trucewatch.coding.tables import table_rows

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from trucewatch.coding.tree import Tree
    from trucewatch.model import Event

_DEFINITE = frozenset({"the", "this", "that", "these", "those"})
TOLD = REAL | {"denied"}  #: statuses of what a report tells of, also to deny it


@cache
def nouns() -> Mapping[str, frozenset[str]]:
    """Lemma to the ceasefire categories of the acts that it can name again."""
    groups: dict[str, frozenset[str]] = {}
    found: dict[str, frozenset[str]] = {}
    for words, cell, *_ in table_rows("again.tsv"):
        names = cell.split("|")
        categories = frozenset(c for name in names for c in (groups[name] if name.startswith("@") else {name}))
        for word in words.split("|"):
            table = groups if word.startswith("@") else found
            table[word] = table.get(word, frozenset()) | categories
    return MappingProxyType(found)


@dataclass(frozen=True, slots=True)
class Again:
    """A noun at token ``noun`` that names the act of ``event`` again."""

    noun: int
    event: Event


def named_again(tree: Tree, events: Sequence[Event]) -> Iterator[Again]:
    """Definite nouns outside the words of any event, each with the last event before it that it can name.

    Args:
        tree: the report's.
        events: those found so far, in text order.
    """
    taken = [(e.predicate.start, e.predicate.end) for e in events]
    told = [e for e in events if e.truce is not None and e.status in TOLD]
    for token in tree.tokens if told else ():
        categories = nouns().get(tree.lemma(token.i)) if token.upos == "NOUN" else None
        if categories is None or not _definite(tree, token.i) or any(a < token.end and token.start < b for a, b in taken):
            continue
        named = [e for e in told if e.predicate.end <= token.start and e.truce in categories]
        if named:
            yield Again(token.i, named[-1])


def _definite(tree: Tree, noun: int) -> bool:
    """Whether a noun speaks of something known, and stands for itself: "the attack", not "the attack helicopter"."""
    if tree.rel(noun) in {"compound", "flat", "fixed"}:
        return False
    return bool(tree.kids(noun, "nmod:poss")) or any(tree.lemma(c) in _DEFINITE for c in tree.kids(noun, "det"))
