"""How far to trust an event: a small logistic model over what the coder saw.

The weights lie in ``data/confidence.tsv`` and are fitted by ``benchmarks/fit_confidence.py`` on training data (never on a test set), so
that a confidence of 0.7 is right about seven times in ten. This module must not look at the text.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from functools import cache
from math import exp

from trucewatch.coding.tables import table_rows


@dataclass(frozen=True, slots=True)
class Evidence:
    """What the coder saw of an event, each between 0 and 1."""

    framed: float = 0.0
    """The lexicon entry had a frame that held."""
    ambiguous: float = 0.0
    """Entries of another type matched as well."""
    nominal: float = 0.0
    """The act is named by a noun without a support verb."""
    supported: float = 0.0
    """... with a support verb."""
    composed: float = 0.0
    """The type comes from a governor."""
    embedded: float = 0.0
    """The act is what a governor speaks of, not what the report asserts."""
    actor: float = 0.0
    """There is an actor."""
    actor_known: float = 0.0
    """... whom the actor file knows."""
    recipient: float = 0.0
    """There is a recipient."""
    recipient_known: float = 0.0
    """... whom the actor file knows."""
    weak_role: float = 0.0
    """A participant was found by a fallback."""
    head: float = 0.5
    """The learned head's chance of the type."""
    overruled: float = 0.0
    """The head spoke against the rule, or without one."""
    long_sentence: float = 0.0
    """Sentence length over 60 words, as a share."""


@cache
def weights() -> dict[str, float]:
    """Feature name to weight, ``bias`` included."""
    rows = table_rows("confidence.tsv")
    return {row[0]: float(row[1]) for row in rows}


def confidence(evidence: Evidence) -> float:
    """Probability that the event's type is right, 0 to 1, to three digits."""
    table = weights()
    total = table.get("bias", 0.0)
    for f in fields(evidence):
        total += table.get(f.name, 0.0) * getattr(evidence, f.name)
    return round(1.0 / (1.0 + exp(-total)), 3)
