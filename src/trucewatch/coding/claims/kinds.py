"""What the report's own voice does in each sentence: state, judge or foretell.

Only words outside every claim count: a minister's opinion is a claim, not the report's. The word lists are in
``data/opinion.tsv``. This module must not touch the claims.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from functools import lru_cache
from typing import TYPE_CHECKING

from trucewatch.coding.claims.lexicon import words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from trucewatch.language.analysis import Analysis, Token
    from trucewatch.model import Claim, SentenceKind

_FUTURE = frozenset({"will", "shall", "'ll", "’ll", "wo"})
_SILENT = frozenset({"apparently", "seemingly", "reportedly", "allegedly"})
_LEAST_WORDS = 3


@lru_cache(maxsize=2)
def _pattern(name: str) -> re.Pattern[str]:
    """The phrases of one class as one expression over blank-joined lower-case words, longest first."""
    phrases = sorted(words("opinion.tsv")[name], key=len, reverse=True)
    return re.compile(r"(?<![\w-])(?:" + "|".join(map(re.escape, phrases)) + r")(?![\w-])")


def _claimed(analysis: Analysis, claims: Sequence[Claim]) -> set[int]:
    """Tokens that stand in the source, cue or content of a claim with a named source."""
    ends = [token.end for token in analysis.tokens]
    found: set[int] = set()
    for claim in claims:
        spoken = claim.content if not claim.source else (*claim.source, *claim.cue, *claim.content)
        for mention in spoken:
            i = bisect_left(ends, mention.start + 1)
            while i < len(ends) and analysis.tokens[i].start < mention.end:
                found.add(i)
                i += 1
    return found


def sentence_kinds(analysis: Analysis, claims: Sequence[Claim]) -> tuple[SentenceKind, ...]:
    """One kind a sentence of ``analysis``, in order: of what is said outside all ``claims``."""
    claimed = _claimed(analysis, claims)
    return tuple(
        _kind(analysis, [t for t in analysis.sentence_tokens(s.index) if t.i not in claimed], s.first)
        for s in analysis.sentences
    )


def _kind(analysis: Analysis, own: list[Token], first: int) -> SentenceKind:
    """The kind of one sentence from its ``own`` words, those in no claim."""
    text = " ".join(token.text.lower().replace("’", "'") for token in own).replace(" n't", "n't").replace(" 's", "'s")
    if _judges(analysis, own, text, first):
        return "opinion"
    return "prediction" if _foretells(analysis, own, text) else "statement"


def _judges(analysis: Analysis, own: list[Token], text: str, first: int) -> bool:
    table = words("opinion.tsv")
    lowered = [token.text.lower() for token in own]
    if any(
        word in table["comment"] and own[k].upos == "ADV" and _of_clause(analysis, own[k]) for k, word in enumerate(lowered)
    ):
        return True
    if own and own[0].i == first and lowered[0] in table["opener"] and lowered[0] not in _SILENT:
        return True
    if len(own) < _LEAST_WORDS:
        return False
    if own[-1].text == "?" or _pattern("phrase").search(text):
        return True
    return any(_evaluates(analysis, token) or _exhorts(analysis, token) for token in own)


def _of_clause(analysis: Analysis, token: Token) -> bool:
    """Whether an adverb comments on a clause, rather than on an adjective or number ("surprisingly few")."""
    if token.head < 0:
        return True
    head = analysis.tokens[token.head]
    comma = token.i + 1 < len(analysis.tokens) and analysis.tokens[token.i + 1].text == ","
    return comma or head.upos in {"VERB", "AUX"} or head.deprel == "root"


def _evaluates(analysis: Analysis, token: Token) -> bool:
    """Whether ``token`` is an evaluating adjective that is the main predicate."""
    if token.lemma.lower() not in words("opinion.tsv")["evaluation"] or token.upos != "ADJ":
        return False
    return token.deprel in {"root", "conj", "ccomp", "parataxis"} and any(
        analysis.tokens[c].deprel == "cop" for c in analysis.children(token.i)
    )


def _exhorts(analysis: Analysis, token: Token) -> bool:
    """Whether ``token`` is "must" or "should" of a main clause, as what ought to be done."""
    if token.text.lower() not in words("opinion.tsv")["exhortation"] or token.head < 0:
        return False
    verb = analysis.tokens[token.head]
    perfect = any(analysis.tokens[c].text.lower() in {"have", "'ve"} for c in analysis.children(verb.i))
    return token.deprel.startswith("aux") and _main(analysis, verb) and not perfect


def _main(analysis: Analysis, verb: Token) -> bool:
    if verb.deprel == "conj":
        return verb.head >= 0 and _main(analysis, analysis.tokens[verb.head])
    return verb.deprel in {"root", "parataxis"}


def _foretells(analysis: Analysis, own: list[Token], text: str) -> bool:
    """Whether the report itself says what is to come, other than an appointment."""
    if len(own) < _LEAST_WORDS:
        return False
    schedule = words("opinion.tsv")["schedule"]
    for token in own:
        if token.text.lower() in _FUTURE and token.deprel.startswith("aux") and token.head >= 0:
            verb = analysis.tokens[token.head]
            negated = any(analysis.tokens[c].text.lower() in {"not", "n't"} for c in analysis.children(verb.i))
            passive = any(analysis.tokens[c].deprel == "aux:pass" for c in analysis.children(verb.i))
            if _main(analysis, verb) and not passive and (negated or verb.lemma.lower() not in schedule):
                return True
    match = _pattern("foretelling").search(text)
    return match is not None and not _past(analysis, own)


def _past(analysis: Analysis, own: list[Token]) -> bool:
    """Whether the sentence's own main verb (or its copula) is in the past: "was likely to" tells, it does not foretell."""
    roots = [t for t in own if t.deprel == "root"]
    for root in roots:
        verbs = [root, *(analysis.tokens[c] for c in analysis.children(root.i) if analysis.tokens[c].deprel in {"cop", "aux"})]
        return any(v.feature("Tense") == "Past" and v.feature("VerbForm") != "Part" for v in verbs)
    return False
