"""What a source does with its content: asserts, denies, admits, vows ... from the cue's word, its negation and the wording.

All knowledge is in ``data/cues.tsv`` and ``data/modality.tsv``. This module must not judge whether the content is true.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from trucewatch.coding.claims.lexicon import CueEntry, cues, modality

if TYPE_CHECKING:
    from collections.abc import Iterator

    from trucewatch.coding.claims.spans import Layout, Relation, Run
    from trucewatch.model import Stance

_NEGATIONS = frozenset({"not", "n't", "never", "no", "nor", "neither", "n’t", "without"})
_REFUSALS = frozenset({"refuse", "decline", "fail"})
_KINDS = {"VERB": "verb", "AUX": "verb", "NOUN": "noun", "PROPN": "noun", "ADV": "adverb"}
_FUTURE = frozenset({"will", "shall", "would", "'ll", "’ll", "wo"})
_OBLIGATION = frozenset({"must", "should", "ought"})
_FIRST_PERSON = frozenset({"i", "we", "our", "my", "ours"})
_THIRD_PERSON = frozenset({"it", "he", "she", "they", "its", "his", "her", "their"})


def frame_of(layout: Layout, relation: Relation) -> str:
    """The grammar of the content as far as it decides the stance: clause, infinitive, of, for, naming or object."""
    if not relation.content:
        return "object"
    first = relation.content[0][0]
    token = layout.tokens[first]
    word = token.text.lower()
    if word in {"to", "of", "for"} and relation.cue and first >= relation.cue[-1][1]:
        return {"to": "infinitive"}.get(word, word)
    if relation.rule.endswith("rule:naming") or _names(layout, relation):
        return "naming"
    head = layout.tokens[layout.head(relation.content[0])]
    if head.deprel == "xcomp" and head.feature("VerbForm") == "Inf":
        return "infinitive"
    return "clause" if head.upos in {"VERB", "AUX"} or head.deprel in {"ccomp", "root", "parataxis"} else "object"


def _names(layout: Layout, relation: Relation) -> bool:
    """Whether the content is a name given to something: "(called) the raid a provocation", "(calls) a 'buffer zone'"."""
    verbs = {i for run in relation.cue for i in range(*run) if layout.tokens[i].upos == "VERB"}
    inside = [i for run in relation.content for i in range(*run)]
    nominal = [
        i for i in inside if layout.tokens[i].upos in {"NOUN", "PROPN", "ADJ", "PRON"} and layout.tokens[i].head in verbs
    ]
    named = {layout.tokens[i].deprel for i in nominal}
    if {"obj", "xcomp"} <= named:
        return True
    spoken = any(layout.tokens[i].upos in {"VERB", "AUX"} for i in inside)
    follows = relation.cue[-1][1] <= relation.content[0][0] if relation.cue else False
    return follows and not spoken and all(layout.quoted[i] for i in inside if layout.tokens[i].upos not in {"PUNCT", "DET"})


def _entries(layout: Layout, relation: Relation) -> Iterator[tuple[int, tuple[CueEntry, ...]]]:
    """Lexicon entries of the cue's words: verbs first, then nouns, then the rest."""
    lexicon = cues()
    order = {"VERB": 0, "AUX": 0, "NOUN": 1, "PROPN": 1}
    inside = [layout.tokens[i] for run in relation.cue for i in range(*run)]
    passive = relation.rule == "rule:passive" or not relation.source
    for token in sorted(inside, key=lambda t: (order.get(t.upos, 2), t.i)):
        lemma = token.lemma.lower()
        particles = [layout.tokens[c].text.lower() for c in layout.analysis.children(token.i)]
        longer = [f"{lemma} {p}" for p in particles]
        for name in [*longer, lemma, token.text.lower()]:
            kind = _KINDS.get(token.upos, "verb")
            found = (passive and kind == "verb" and lexicon.get("passive", name)) or lexicon.get(kind, name)
            if found:
                yield token.i, found
                break


def _negated(layout: Layout, i: int) -> bool:
    """Whether word ``i`` is negated ("did not confirm", "no confirmation", "declined to confirm")."""
    if any(layout.tokens[c].text.lower() in _NEGATIONS for c in layout.analysis.children(i)):
        return True
    head = layout.tokens[i].head
    if layout.tokens[i].deprel == "xcomp" and head >= 0:
        return layout.tokens[head].lemma.lower() in _REFUSALS or _negated(layout, head)
    return False


def _chosen(layout: Layout, relation: Relation) -> tuple[int, CueEntry] | None:
    frame = frame_of(layout, relation)
    all_entries = list(_entries(layout, relation))
    lemmas = {layout.tokens[i].lemma.lower() for i, _ in all_entries}
    for i, entries in all_entries:
        if layout.tokens[i].lemma.lower() in _REFUSALS and len(lemmas) > 1:
            continue
        return i, next((entry for entry in entries if frame in entry.frames), entries[0])
    return None


def stance_of(layout: Layout, relation: Relation) -> Stance:
    """The stance of a relation; an unknown cue asserts."""
    chosen = _chosen(layout, relation)
    base: Stance = "asserts"
    if chosen is not None:
        i, entry = chosen
        base = entry.negated if _negated(layout, i) else entry.stance
    signs = _signs(layout, relation)
    for row in modality():
        if row.stance == base and row.sign in signs and (row.subject == "any" or "self" in signs):
            return row.becomes
    return base


def _signs(layout: Layout, relation: Relation) -> frozenset[str]:
    """How the content's main clause is worded: future, obligation, negated, self."""
    if not relation.content:
        return frozenset()
    head = _main_verb(layout, relation.content[0])
    children = [layout.tokens[c] for c in layout.analysis.children(head)]
    aux = {t.text.lower() for t in children if t.deprel.startswith("aux")}
    lemma = layout.tokens[head].lemma.lower()
    to_do = any(t.deprel == "xcomp" for t in children)
    found = set()
    if aux & _FUTURE or (lemma == "go" and to_do and layout.tokens[head].text.lower() == "going"):
        found.add("future")
    if aux & _OBLIGATION or (lemma in {"need", "have"} and to_do):
        found.add("obligation")
    if any(t.text.lower() in {"not", "n't", "never", "n’t"} for t in children):
        found.add("negated")
    if _own_subject(layout, relation, head):
        found.add("self")
    return frozenset(found)


def _main_verb(layout: Layout, run: Run) -> int:
    return layout.head(run)


def _own_subject(layout: Layout, relation: Relation, head: int) -> bool:
    """Whether the content speaks of the source itself: "we", "its forces", or "it" for a source that is no pronoun's rival."""
    subjects = [c for c in layout.analysis.children(head) if layout.tokens[c].deprel.startswith("nsubj")]
    if not subjects or not relation.source:
        return False
    subject = subjects[0]
    owners = [c for c in layout.analysis.children(subject) if layout.tokens[c].deprel == "nmod:poss"]
    word = layout.tokens[owners[0] if owners else subject].text.lower()
    return word in _FIRST_PERSON or word in _THIRD_PERSON
