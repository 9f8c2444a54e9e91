"""Whether a relation's source is anybody: hearsay, subjects of "is believed", names in quotation marks.

Mends the tagger's relations and the rules' alike, after they are joined; word classes are in ``data/phrases.tsv``. This module
must not find relations, and must not decide who a source is: ``sources`` does.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from trucewatch.coding.claims.grammar import Grammar
from trucewatch.coding.claims.lexicon import cues, words
from trucewatch.coding.claims.spans import QUOTES, Layout, Relation, Run, overlap

if TYPE_CHECKING:
    from collections.abc import Iterable

_DEFINITE = frozenset({"the", "this", "that", "these", "those", "such", "both"})
_OWNING = frozenset({"by", "from", "of", "in"})
_SPEAKERS = frozenset({"person", "organisation", "group"})
_BETWEEN = frozenset({"AUX", "ADV", "PART", "PUNCT"})
_UNCOUNTED = frozenset({"word", "talk", "speculation", "hearsay", "gossip"})
_EMPTY = frozenset({"have", "be", "do", "of", "in", "on", "at"})
_NOBODY = frozenset({"nobody", "none", "no", "neither"})


class Voices(Grammar):
    """The relations of one text, each with a source that speaks, or none."""

    def __init__(self, layout: Layout) -> None:
        super().__init__(layout)
        self.phrases = words("phrases.tsv")
        self.people = words("people.tsv")

    def heard(self, relations: Iterable[Relation]) -> list[Relation]:
        """Those of ``relations`` that are claims, in the same order, their sources set right."""
        mended = (self._mended(relation) for relation in relations)
        return [relation for relation in mended if relation.content and self._is_claim(relation)]

    def _mended(self, relation: Relation) -> Relation:
        source = tuple(self._bare(run) for run in relation.source)
        relation = self._spoken_of(replace(relation, source=source))
        relation = self._hearsay(relation)
        content = tuple(run for run in relation.content if not self._is_expletive(run))
        return relation if content == relation.content else replace(relation, content=content)

    def _is_claim(self, relation: Relation) -> bool:
        silent = self._said_by_nobody(relation) or self._empty_cue(relation) or self._is_mute(relation)
        return not (silent or self._only_names(relation) or self._answers(relation) or self._stays_unnamed(relation))

    # --- sources that do not speak -----------------------------------------------------------------------------------

    def _bare(self, run: Run) -> Run:
        """A source without punctuation at its ends and without the "by" of a passive."""
        trimmed = self.layout.trim(run) or run
        if not self._is_balanced(trimmed):
            ends = range(trimmed[1] + 1, min(max(run[1], trimmed[1] + 1), len(self.tokens)) + 1)
            trimmed = next(((trimmed[0], end) for end in ends if self._is_balanced((trimmed[0], end))), trimmed)
        by = self.tokens[trimmed[0]].text.lower() == "by" and trimmed[1] - trimmed[0] > 1
        return (trimmed[0] + 1, trimmed[1]) if by else trimmed

    def _is_balanced(self, run: Run) -> bool:
        """Whether each quotation mark and bracket of a run is closed in it."""
        texts = [self.tokens[i].text for i in range(*run)]
        return sum(text in QUOTES for text in texts) % 2 == 0 and texts.count("(") == texts.count(")")

    def _spoken_of(self, relation: Relation) -> Relation:
        """Of "The army is understood to be preparing ...", "It was claimed that ...": the subject is spoken of, it does not speak."""
        if not relation.source:
            return relation
        run = relation.source[0]
        head = self.tokens[self.layout.head(run)]
        expletive = self._is_expletive(run)
        spoken_of = head.deprel == "nsubj:pass" and any(self._reports(head.head, cue) for cue in relation.cue)
        if not (spoken_of or (expletive and any(self._reports(head.head, cue) for cue in relation.cue))):
            return relation
        infinitive = any(
            self.tokens[c].deprel == "xcomp" and any(first <= c < last for first, last in relation.content)
            for c in self.analysis.children(head.head)
        )
        content = tuple(sorted((run, *relation.content))) if infinitive and not expletive else relation.content
        return replace(relation, source=self._by_whom(head.head), content=content)

    def _by_whom(self, verb: int) -> tuple[Run, ...]:
        """Who does a passive verb: "It is claimed by residents that"."""
        agent = self._agent(verb)
        return () if agent is None else self.layout.runs_of(self._subtree(agent) - set(self.kids(agent, "case")))[:1]

    def _reports(self, verb: int, cue: Run) -> bool:
        """Whether ``verb``, in the cue, is a passive whose subject is what is said ("is believed to", "is accused of")."""
        if not cue[0] <= verb < cue[1] or not cues().get("passive", self.tokens[verb].lemma.lower()):
            return False
        return any(self.tokens[c].deprel in {"aux:pass", "nsubj:pass"} for c in self.analysis.children(verb))

    def _is_expletive(self, run: Run) -> bool:
        """Whether a run is the "it" of "it was claimed that"."""
        token = self.tokens[run[0]]
        if run[1] - run[0] > 1 or token.text.lower() != "it" or token.head < 0:
            return False
        clause = any(
            self.tokens[c].deprel in {"ccomp", "csubj", "csubj:pass", "advcl"} for c in self.analysis.children(token.head)
        )
        passive = bool(cues().get("passive", self.tokens[token.head].lemma.lower()))
        return token.deprel in {"expl", "nsubj:pass"} and clause and passive

    def _hearsay(self, relation: Relation) -> Relation:
        """Of "unconfirmed reports say", "according to reports": nobody in particular speaks, the words are part of the cue."""
        if not relation.source or not self._is_hearsay(relation.source[0]):
            return relation
        cue = list(relation.cue)
        for run in relation.source:
            cue = self._joined(run, cue)
        return replace(relation, source=(), cue=tuple(sorted(cue)))

    def _joined(self, run: Run, cue: list[Run]) -> list[Run]:
        for k, other in enumerate(cue):
            low, high = sorted((run, other))
            if overlap(run, other) or all(self.tokens[i].upos in _BETWEEN for i in range(low[1], high[0])):
                return [*cue[:k], (low[0], max(low[1], high[1])), *cue[k + 1 :]]
        return [*cue, run]

    def _is_hearsay(self, run: Run) -> bool:
        """Whether the words name no author: "some reports", "rumours"; not "the report", "police reports", "reports by the UN"."""
        head = self.tokens[self.layout.head(run)]
        lemma = head.lemma.lower()
        if lemma not in self.phrases["hearsay"]:
            return False
        if lemma not in _UNCOUNTED and head.feature("Number") != "Plur":
            return False
        below = [self.tokens[c] for c in self.analysis.children(head.i) if run[0] <= c < run[1]]
        return not any(self._names_author(token.i) for token in below)

    def _names_author(self, i: int) -> bool:
        token = self.tokens[i]
        relation = token.deprel.split(":")[0]
        if token.deprel == "nmod:poss" or (relation == "det" and token.text.lower() in _DEFINITE):
            return True
        known = self.people["person"] | self.people["body"] | self.phrases["medium"]
        speaker = any(s.first <= i < s.last and s.label in _SPEAKERS for s in self.analysis.entities)
        if relation == "nmod":
            case = {self.tokens[c].text.lower() for c in self.analysis.children(i) if self.tokens[c].deprel == "case"}
            return bool(case & _OWNING) and (speaker or token.lemma.lower() in known)
        if relation in {"compound", "amod"}:
            capital = token.text[:1].isupper() and i != self.analysis.sentences[token.sentence].first
            return capital or token.lemma.lower() in known
        return False

    # --- relations that are no claim ---------------------------------------------------------------------------------

    def _empty_cue(self, relation: Relation) -> bool:
        """A cue of the tagger that says nothing: "has", "easily"; the rules' own cues come from the lexicon."""
        if not relation.rule.startswith("tagger") or "rule" in relation.rule:
            return False
        inside = [self.tokens[i] for first, last in relation.cue for i in range(first, last)]
        open_class = {"VERB", "NOUN", "PROPN", "ADJ", "SCONJ", "ADP"}
        if any(w.upos in open_class and w.lemma.lower() not in _EMPTY for w in inside):
            return False
        return not any(w.text.lower().endswith("edly") or not w.text[0].isalnum() for w in inside)

    def _said_by_nobody(self, relation: Relation) -> bool:
        """As in "Nobody has claimed responsibility" is nobody's claim."""
        return bool(relation.source) and self.tokens[relation.source[0][0]].text.lower() in _NOBODY

    def _is_mute(self, relation: Relation) -> bool:
        """As in "The coming weeks will show whether ..." is nobody's claim either."""
        if not relation.source:
            return False
        head = self.tokens[self.layout.head(relation.source[0])]
        return head.lemma.lower() in self.phrases["mute"]

    def _only_names(self, relation: Relation) -> bool:
        """A name in quotation marks: 'the so-called "government"', 'known as the "Dorun protocol"', 'the "liberation"'."""
        inside = [i for run in relation.content for i in range(*run)]
        said = [self.tokens[i] for i in inside if self.tokens[i].upos not in {"PUNCT", "DET"}]
        if not said or any(token.upos in {"VERB", "AUX"} for token in said):
            return False
        cue = " ".join(self.layout.text(run).lower() for run in relation.cue)
        if any(cue == name or cue.endswith(f" {name}") for name in self.phrases["naming"]):
            return True
        hedged = any(cues().get("adverb", token.text.lower()) for run in relation.cue for token in self.tokens[run[0] : run[1]])
        return not relation.source and not hedged and all(self.layout.quoted[token.i] for token in said)

    def _answers(self, relation: Relation) -> bool:
        """Of "Asked about the strike, the minister said ...", "He was asked about the strike": he does not ask."""
        verb = self.tokens[self.layout.head(relation.cue[0])]
        below = {self.tokens[c].deprel for c in self.analysis.children(verb.i)}
        if verb.lemma.lower() in self.phrases["asked"] and "aux:pass" in below and not below & {"xcomp", "ccomp"}:
            return True
        if verb.lemma.lower() not in self.phrases["asked"] or verb.deprel.split(":")[0] != "advcl" or not relation.source:
            return False
        participle = verb.text.lower().endswith("ed") and not any(
            self.tokens[c].deprel in {"nsubj", "aux", "obj"} for c in self.analysis.children(verb.i)
        )
        return participle and verb.i < relation.source[0][0] and not self._agent_of(verb.i, relation.source[0])

    def _stays_unnamed(self, relation: Relation) -> bool:
        """Of "an official who asked not to be named": that is no demand of the report's."""
        verb = self.tokens[self.layout.head(relation.cue[0])]
        content = " ".join(self.layout.text(run).lower() for run in relation.content)
        return verb.lemma.lower() in self.phrases["asked"] and any(phrase in content for phrase in self.phrases["unnamed"])

    def _agent_of(self, verb: int, run: Run) -> bool:
        return self.layout.head(run) in self.analysis.children(verb)
