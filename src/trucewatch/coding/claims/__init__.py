"""Who says what: attribution relations linked from the tagger's spans and from rules, with sources resolved and stances read.

In: an :class:`~trucewatch.language.analysis.Analysis`. Out: :class:`~trucewatch.model.Claim` records, and for each sentence
whether the report's own voice states, judges or predicts. This package must not decide whether a claim is true.
"""

from trucewatch.coding.claims.find import find_claims
from trucewatch.coding.claims.kinds import sentence_kinds

__all__ = ["find_claims", "sentence_kinds"]
