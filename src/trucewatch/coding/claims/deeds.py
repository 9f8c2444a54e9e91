"""Deeds that the tagger takes for words: who ratified an agreement, vetoed a resolution or refused to withdraw has claimed nothing.

PolNeAR marks such verbs as cues wherever somebody's view shows in them. A claim of the record says something that may be true or not, so
a relation that only the tagger found falls away where its cue is a verb of ``data/deeds.tsv`` and its content a noun phrase or an infinitive.
This module must not make relations.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from trucewatch.coding.claims.lexicon import read_rows
from trucewatch.coding.claims.merge import TAGGER
from trucewatch.coding.claims.spans import QUOTES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from trucewatch.coding.claims.spans import Layout, Relation, Run

_NOMINAL = frozenset({"NOUN", "PROPN", "PRON", "NUM", "DET", "SYM"})


@lru_cache(maxsize=1)
def verbs() -> frozenset[str]:
    """The lemmas of ``data/deeds.tsv``."""
    return frozenset(lemma for lemma, _ in read_rows("deeds.tsv", 2))


def said(layout: Layout, relations: Sequence[Relation]) -> list[Relation]:
    """The relations in which something is said."""
    return [r for r in relations if r.rule != TAGGER or not _deed(layout, r)]


def _deed(layout: Layout, relation: Relation) -> bool:
    cue, content = layout.tokens[layout.head(relation.cue[0])], relation.content[0]
    if cue.upos != "VERB" or cue.lemma.lower() not in verbs() or _quoted(layout, content):
        return False
    head = layout.tokens[layout.head(content)]
    return head.upos in _NOMINAL or head.feature("VerbForm") == "Inf"


def _quoted(layout: Layout, run: Run) -> bool:
    """Whether a quotation mark stands in a run or right beside it."""
    return any(token.text in QUOTES for token in layout.tokens[max(0, run[0] - 1) : run[1] + 1])
