"""What the rules ask of the tree: children, cues with their particles, subjects, agents, noun phrases.

This module must not know the lexicon: it reads grammar, not words.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from trucewatch.coding.claims.spans import Layout, Run

_SUBJECTS = ("nsubj", "nsubj:pass")
_DEPENDENT = frozenset({"advcl", "acl", "xcomp"})
_LONG_SOURCE = 40
_RELATIVE = frozenset({"who", "which", "that", "whom", "whose"})


class Grammar:
    """The trees of one text."""

    def __init__(self, layout: Layout) -> None:
        self.layout = layout
        self.analysis = layout.analysis
        self.tokens = layout.tokens

    def kids(self, i: int, *rels: str) -> list[int]:
        """Children of ``i`` with one of ``rels``, subtypes told apart."""
        return [c for c in self.analysis.children(i) if self.tokens[c].deprel in rels]

    def _subtree(self, i: int, without: Iterable[int] = ()) -> set[int]:
        found = set(self.analysis.subtree(i))
        for j in without:
            found.difference_update(self.analysis.subtree(j))
        return found

    def _clean(self, runs: Iterable[Run]) -> tuple[Run, ...]:
        trimmed = (self.layout.trim(run, keep_quotes=True) for run in runs)
        return tuple(run for run in trimmed if run and any(self.tokens[i].upos != "PUNCT" for i in range(*run)))

    def lemma(self, i: int) -> str:
        """Lower-case lemma with its verb particle ("point out")."""
        particle = self.kids(i, "compound:prt")
        base = self.tokens[i].lemma.lower()
        return f"{base} {self.tokens[particle[0]].text.lower()}" if particle else base

    def _cue(self, i: int, preposition: str = "") -> tuple[Run, ...]:
        """The cue word with its auxiliaries, negation, particle and ``preposition`` where they stand next to it."""
        keep = {i}
        if preposition in {"of", "for"} and i + 1 < len(self.tokens) and self.tokens[i + 1].text.lower() == preposition:
            keep.add(i + 1)
        for c in self.analysis.children(i):
            token = self.tokens[c]
            particle = token.deprel in {"aux", "aux:pass", "compound:prt"}
            if particle or token.text.lower() in {"not", "n't", "never"}:
                keep.add(c)
        first = last = i
        while first - 1 in keep:
            first -= 1
        while last + 1 in keep:
            last += 1
        return ((first, last + 1),)

    def _source(self, head: int | None) -> tuple[Run, ...]:
        """The noun phrase of ``head`` with its appositions; its clauses too unless that makes it very long."""
        if head is None:
            return ()
        drop = self.kids(head, "case", "conj", "cc", "parataxis", "cop", "mark")
        drop = [c for c in drop if self.tokens[c].deprel not in {"conj", "cc"} or self._is_clause(c)]
        inside = self._subtree(head, drop) | self._same_name(head)
        if len(inside) > _LONG_SOURCE:
            inside = self._subtree(head, [*drop, *self.kids(head, "acl:relcl", "acl", "advcl")])
        runs = [run for run in self.layout.runs_of(inside) if run[0] <= head < run[1]]
        trimmed = self.layout.trim(runs[0]) if runs else None
        return (trimmed,) if trimmed else ()

    def _same_name(self, head: int) -> set[int]:
        """Proper nouns right beside ``head`` that hang from the same word: one name parsed as two phrases."""
        found: set[int] = set()
        governor = self.tokens[head].head
        for step in (-1, 1):
            i = head + step
            while 0 <= i < len(self.tokens) and self.tokens[i].upos == "PROPN" and self.tokens[i].head == governor >= 0:
                found |= self._subtree(i)
                i += step
        return found

    def _is_clause(self, i: int) -> bool:
        return self.tokens[i].upos in {"VERB", "AUX"} or bool(self.kids(i, "nsubj", "cop", "nsubj:pass"))

    def subject(self, i: int) -> int | None:
        """Head of the subject of verb ``i``, looked up through participles, infinitives, relatives and coordination."""
        seen: set[int] = set()
        while i >= 0 and i not in seen:
            seen.add(i)
            own = self.kids(i, *_SUBJECTS) or self._hung_from_participle(i)
            token = self.tokens[i]
            if own:
                return self._antecedent(i, own[0])
            relation = token.deprel.split(":")[0]
            if relation == "acl":
                return token.head
            if relation not in _DEPENDENT | {"conj", "parataxis"}:
                return None
            i = token.head
        return None

    def _hung_from_participle(self, i: int) -> list[int]:
        """The subject of "Officials speaking to the paper said ..." where the parse gave it to the participle."""
        participles = [c for c in self.kids(i, "advcl", "acl") if c < i and self.tokens[c].text.lower().endswith("ing")]
        return [s for c in participles if not self.kids(c, "mark") for s in self.kids(c, "nsubj") if s == c - 1]

    def _antecedent(self, verb: int, subject: int) -> int:
        token = self.tokens[verb]
        if self.tokens[subject].text.lower() in _RELATIVE and token.deprel.startswith("acl"):
            return token.head
        return subject

    def _passive(self, i: int) -> bool:
        return bool(self.kids(i, "nsubj:pass", "aux:pass", "csubj:pass"))

    def _agent(self, i: int) -> int | None:
        by = [
            c
            for c in self.analysis.children(i)
            if self.tokens[c].deprel == "obl:agent" or (self.tokens[c].deprel == "obl" and self._case(c) == "by")
        ]
        return by[0] if by else None

    def _case(self, i: int) -> str:
        return " ".join(self.tokens[c].text.lower() for c in self.kids(i, "case", "mark")[:1])

    def _by_case(self, i: int, preposition: str) -> int | None:
        rels = ("obl", "nmod", "advcl", "acl", "obl:agent")
        return next((c for c in self.kids(i, *rels) if self._case(c) == preposition and c > i), None)

    def _target(self, i: int, preposition: str) -> int | None:
        """What verb ``i`` accuses someone *of* or calls *for*, also where it was hung from the object."""
        own = self._by_case(i, preposition)
        if own is not None or preposition != "of":
            return own
        below = (self._by_case(c, preposition) for c in self.kids(i, "obj", "nsubj:pass"))
        return next((c for c in below if c is not None and self._is_clause(c)), None)
