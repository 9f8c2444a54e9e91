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
_POSSIBLE = frozenset({"may", "might", "could"})
_ASKING = frozenset({"who", "what", "which", "whether", "if", "how", "why", "when", "where", "whose"})
_LEAST_WORDS = 3


@lru_cache(maxsize=4)
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
    return any(_evaluates(analysis, token) or _exhorts(analysis, token) or _condemns(analysis, token) for token in own)


def _of_clause(analysis: Analysis, token: Token) -> bool:
    """Whether an adverb comments on a clause, rather than on an adjective or number ("surprisingly few")."""
    if token.head < 0:
        return True
    head = analysis.tokens[token.head]
    comma = token.i + 1 < len(analysis.tokens) and analysis.tokens[token.i + 1].text == ","
    return comma or head.upos in {"VERB", "AUX"} or head.deprel == "root"


def _evaluates(analysis: Analysis, token: Token) -> bool:
    """Whether ``token`` is an evaluating adjective that is the main predicate."""
    if token.lemma.lower() not in words("opinion.tsv")["evaluation"] or token.upos != "ADJ" or _open(analysis, token):
        return False
    return token.deprel in {"root", "conj", "ccomp", "parataxis"} and any(
        analysis.tokens[c].deprel == "cop" for c in analysis.children(token.i)
    )


def _open(analysis: Analysis, token: Token) -> bool:
    """Whether something is said to be not known: "it was not immediately clear who fired"."""
    below = [analysis.tokens[i] for i in analysis.subtree(token.i)]
    negated = any(t.text.lower() in {"not", "n't", "n’t"} and t.head == token.i for t in below)
    asked = any(t.text.lower() in _ASKING and t.i > token.i for t in below)
    return token.lemma.lower() in {"clear", "obvious"} and negated and asked


def _condemns(analysis: Analysis, token: Token) -> bool:
    """Whether ``token`` judges as the main predicate noun ("is a farce") or as its adjective ("is a shameful act")."""
    table = words("opinion.tsv")
    if token.upos == "NOUN" and token.lemma.lower() in table["verdict"]:
        return _predicate(analysis, token)
    if token.upos != "ADJ" or token.deprel != "amod" or token.lemma.lower() not in table["evaluation"] - table["plain"]:
        return False
    return token.head >= 0 and _predicate(analysis, analysis.tokens[token.head])


def _predicate(analysis: Analysis, token: Token) -> bool:
    """Whether ``token`` is the predicate of a main clause with "is" or "was"."""
    copula = any(analysis.tokens[c].deprel == "cop" for c in analysis.children(token.i))
    return copula and token.deprel in {"root", "conj", "parataxis"}


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
        if _may_come(analysis, token, text) or _is_likely(analysis, token):
            return True
    match = _pattern("foretelling").search(text)
    return match is not None and not _past(analysis, own)


def _may_come(analysis: Analysis, token: Token, text: str) -> bool:
    """Whether ``token`` is "may", "might" or "could" of what is to come; "the army may have fired first" is not."""
    word = token.text.lower()
    if word not in _POSSIBLE or not token.deprel.startswith("aux") or token.head < 0:
        return False
    verb, table = analysis.tokens[token.head], words("opinion.tsv")
    below = [analysis.tokens[c] for c in analysis.children(verb.i)]
    perfect = any(t.text.lower() in {"have", "'ve", "’ve"} and t.deprel.startswith("aux") for t in below)
    if perfect or not _main(analysis, verb) or verb.lemma.lower() in table["schedule"]:
        return False
    state = verb.upos == "VERB" and verb.lemma.lower() in table["state"]
    if _pattern("ahead").search(text):
        return word != "could" or not (state or any(t.text.lower() in {"not", "n't", "n’t"} for t in below))
    told = state or verb.upos != "VERB" or any(t.deprel in {"aux:pass", "cop"} for t in below)
    return word != "could" and not told


def _is_likely(analysis: Analysis, token: Token) -> bool:
    """Whether ``token`` is "likely" of what is to come: "more shelling is likely", "it is likely that the fighting will spread"."""
    if token.text.lower() not in {"likely", "unlikely", "probable"} or token.upos not in {"ADJ", "ADV"}:
        return False
    below = [analysis.tokens[c] for c in analysis.children(token.i)]
    subject = next((t for t in below if t.deprel.startswith(("nsubj", "expl"))), None)
    present = any(t.deprel == "cop" and t.feature("Tense") == "Pres" for t in below)
    if subject is None or not present:
        return False
    clauses = [t for t in below if t.deprel.split(":")[0] in {"ccomp", "csubj", "advcl"} and t.i > token.i]
    ahead = any(analysis.tokens[c].text.lower() in _FUTURE for clause in clauses for c in analysis.children(clause.i))
    return ahead if subject.text.lower() == "it" else not clauses


def _past(analysis: Analysis, own: list[Token]) -> bool:
    """Whether the sentence's own main verb (or its copula) is in the past: "was likely to" tells, it does not foretell."""
    roots = [t for t in own if t.deprel == "root"]
    for root in roots:
        verbs = [root, *(analysis.tokens[c] for c in analysis.children(root.i) if analysis.tokens[c].deprel in {"cop", "aux"})]
        return any(v.feature("Tense") == "Past" and v.feature("VerbForm") != "Part" for v in verbs)
    return False
