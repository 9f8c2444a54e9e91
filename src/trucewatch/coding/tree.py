"""Reading a dependency tree the way the coder needs it: noun phrases, subjects behind control, prepositions, clauses.

Everything works on token indices of one ``Analysis`` (Universal Dependencies, English). This module knows grammar only: no
politics, no lexicon, no I/O.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from trucewatch.language.analysis import Analysis, Token

NOMINAL = frozenset({"NOUN", "PROPN", "PRON", "NUM"})
_CLAUSAL = frozenset({"acl:relcl", "acl", "advcl", "ccomp", "parataxis", "csubj", "advcl:relcl", "discourse", "dislocated"})
_OUTSIDE_NP = _CLAUSAL | {"conj", "cc", "punct", "appos", "cop", "nsubj", "mark", "orphan", "aux", "expl", "nmod:unmarked"}
_RELATIVE = frozenset({"who", "which", "that", "whom"})
_APART = frozenset(
    {
        "near",
        "around",
        "outside",
        "inside",
        "at",
        "on",
        "along",
        "during",
        "after",
        "before",
        "since",
        "by",
        "with",
        "against",
        "over",
    }
)
_OF_OBJECT = frozenset({"of", "from", "into"})
_POS = {"VERB": "V", "AUX": "V", "NOUN": "N", "PROPN": "N"}
_LONG_NP = 30
_CLOSE_BY = 3


@dataclass(frozen=True, slots=True)
class Found:
    """A participant slot's filler: the head token and the grammar that led to it ("nsubj", "control", "obl:by", ...)."""

    head: int
    how: str


def _lemma(token: Token, forms: Mapping[tuple[str, str], str]) -> str:
    """The lemma to look words up by. An event noun in -ing keeps its form ("shelling", not "shell")."""
    word, pos = token.text.lower(), _POS.get(token.upos, "")
    if pos == "N" and word.endswith(("ing", "ings")):
        return word.removesuffix("s")
    if not pos:
        return token.lemma.lower()
    own = token.lemma.lower()
    if forms.get((own, pos)) == own and own != word:
        return own
    return forms.get((word, pos), own)


class Tree:
    """A view of one ``Analysis`` with the look-ups the coder makes, each by token index."""

    def __init__(self, analysis: Analysis, forms: Mapping[tuple[str, str], str] | None = None) -> None:
        self.analysis = analysis
        self.tokens = analysis.tokens
        self._children = tuple(analysis.children(token.i) for token in analysis.tokens)
        self._subjects = lru_cache(maxsize=4096)(self._find_subjects)
        self._obliques = lru_cache(maxsize=4096)(self._find_obliques)
        self._passive = lru_cache(maxsize=4096)(self._find_passive)
        self._forms = forms or {}
        self._lemmas = tuple(_lemma(token, self._forms) for token in analysis.tokens)
        self._base = tuple(token.deprel.split(":")[0] for token in analysis.tokens)

    def token(self, i: int) -> Token:
        """Token ``i``."""
        return self.tokens[i]

    def rel(self, i: int) -> str:
        """The relation of token ``i`` to its head, without subtype."""
        return self._base[i]

    def lemma(self, i: int) -> str:
        """Lower-case lemma of token ``i``: the lexicon's, where it knows the form; else the encoder's."""
        return self._lemmas[i]

    def kids(self, i: int, *rels: str) -> tuple[int, ...]:
        """Children of ``i`` whose relation (with or without subtype) is one of ``rels``; all children if none is given."""
        children = self._children[i]
        if not rels or not children:
            return children
        return tuple([c for c in children if self.tokens[c].deprel in rels or self._base[c] in rels])

    def case(self, i: int) -> str:
        """The preposition of nominal ``i``: its case markers and what is fixed to them ("out of"), or ""."""
        words: list[str] = []
        for c in self.kids(i, "case"):
            if self.tokens[c].text in {"'s", "’s", "'", "’"}:
                continue
            words.append(self.tokens[c].text.lower())
            words.extend(self.tokens[f].text.lower() for f in self.kids(c, "fixed"))
        return " ".join(words)

    def obliques(self, i: int) -> tuple[tuple[str, int], ...]:
        """``(preposition, head)`` of the prepositional dependents of ``i``, in text order."""
        return self._obliques(i)

    def _find_obliques(self, i: int) -> tuple[tuple[str, int], ...]:
        found = [c for c in self.kids(i, "obl", "nmod") if self.tokens[c].deprel != "nmod:poss"]
        found += [c for c in self.kids(i, "xcomp") if self.tokens[c].upos in NOMINAL and self.kids(c, "case")]
        return tuple((self.case(c), c) for c in sorted(found))

    def conjuncts(self, i: int) -> tuple[int, ...]:
        """``i`` and the nominals or verbs coordinated with it."""
        found = [i]
        for c in self.kids(i, "conj"):
            found.extend(self.conjuncts(c))
        return tuple(sorted(found))

    def first_conjunct(self, i: int) -> int:
        """The head of the coordination that ``i`` belongs to."""
        seen = {i}
        while self.rel(i) == "conj" and self.tokens[i].head not in seen:
            i = self.tokens[i].head
            seen.add(i)
        return i

    def is_verbal(self, i: int) -> bool:
        """Whether ``i`` heads a clause: a verb, or a predicate with a copula or a subject."""
        return self.tokens[i].upos in {"VERB", "AUX"} or bool(self.kids(i, "cop", "nsubj"))

    def is_passive(self, i: int) -> bool:
        """Whether verb ``i`` stands in the passive, reduced relatives included ("the men killed in ...")."""
        return self._passive(i)

    def _find_passive(self, i: int) -> bool:
        if self.kids(i, "nsubj:pass", "aux:pass", "csubj:pass"):
            return True
        if self.is_adjectival_passive(i):
            return True
        token = self.tokens[i]
        past = token.feature("VerbForm") == "Part" and token.feature("Tense") == "Past"
        if self.rel(i) == "acl" and token.deprel != "acl:relcl":
            return past or token.feature("Voice") == "Pass"
        if self.rel(i) == "conj" and past and not self.kids(i, "nsubj", "aux"):
            return self.is_passive(self.tokens[i].head)
        if self.rel(i) in {"advcl", "xcomp", "amod"} and past:
            return not self.kids(i, "obj", "nsubj")
        return False

    def is_adjectival_passive(self, i: int) -> bool:
        """Whether a word that was parsed as an adjective or adverb is a participle in the passive ("has been unblocked", "was cleared of")."""
        if self.tokens[i].upos not in {"ADJ", "ADV"}:
            return False
        if self.kids(i, "aux:pass"):
            return True
        word = self.tokens[i].text.lower()
        been = any(self.tokens[c].text.lower() in {"been", "being"} for c in self.kids(i, "cop", "aux"))
        return been and self._forms.get((word, "V"), word) != word

    def np(self, i: int) -> tuple[int, int]:
        """Token range ``(first, last)`` of the noun phrase headed by ``i``: modifiers and of-phrases, no clauses, no conjuncts.

        Prepositional modifiers other than "of" stay out unless they follow at once (within a few words), so that "the son of the
        former minister" is whole and "troops in the north after the attack" is not.
        """
        keep = {i}
        for c in self.kids(i):
            if self._base[c] == "appos" and c == i + 1:
                keep.update(self._np_tokens(c))
                continue
            if self.tokens[c].deprel in _OUTSIDE_NP or self._base[c] in _OUTSIDE_NP:
                continue
            if self._base[c] == "case" and c < i:
                continue
            if self._base[c] in {"nmod", "obl"} and c > i and not self._close_modifier(i, c):
                continue
            keep.update(self._np_tokens(c))
        return self._contiguous(i, keep)

    def _close_modifier(self, i: int, c: int) -> bool:
        if self.tokens[c].deprel == "nmod:poss" or self.case(c) == "of":
            return True
        return (
            self.tokens[i].upos == "NOUN"
            and min(self.analysis.subtree(c)) - i <= _CLOSE_BY
            and self.case(c) in {"in", "from", "for"}
        )

    def _np_tokens(self, c: int) -> set[int]:
        found = {c}
        for d in self.kids(c):
            if self._base[d] in {"acl", "advcl", "parataxis", "appos", "punct", "ccomp"} and d > c:
                continue
            if self._base[d] in {"nmod", "obl"} and d > c and self.case(d) in _APART:
                continue
            found.update(self._np_tokens(d))
        return found

    def _contiguous(self, i: int, keep: set[int]) -> tuple[int, int]:
        """Widest gap-free range around ``i`` inside ``keep``; commas and hyphens between kept words do not break it."""
        first = last = i
        while i - first < _LONG_NP:
            if first - 1 in keep:
                first -= 1
            elif first - 2 in keep and self._joiner(first - 1):
                first -= 2
            else:
                break
        while last - i < _LONG_NP:
            if last + 1 in keep:
                last += 1
            elif last + 2 in keep and self._joiner(last + 1):
                last += 2
            else:
                break
        return first, last + 1

    def _joiner(self, j: int) -> bool:
        token = self.tokens[j]
        return token.upos == "PUNCT" and token.text in {"-", "–", ",", '"', "“", "”", "'", "‘", "’", "."}

    def span(self, first: int, last: int) -> tuple[int, int]:
        """Character offsets of ``tokens[first:last]``."""
        return self.tokens[first].start, self.tokens[last - 1].end

    def clause(self, i: int, extra: Iterable[int] = ()) -> tuple[int, int]:
        """Character offsets of the clause of predicate ``i``: its subtree less coordinated clauses and speech around it."""
        inside = self._clause_tokens(i)
        inside.update(extra)
        tokens = [self.tokens[j] for j in inside]
        while tokens and len(tokens) > 1:
            edge = min(tokens, key=lambda t: t.i), max(tokens, key=lambda t: t.i)
            dropped = [t for t in edge if t.upos == "PUNCT" or (t is edge[0] and t.deprel == "cc")]
            if not dropped:
                break
            tokens = [t for t in tokens if t not in dropped]
        return min(t.start for t in tokens), max(t.end for t in tokens)

    def _clause_tokens(self, i: int) -> set[int]:
        found = {i}
        for c in self.kids(i):
            if self._base[c] in {"parataxis", "discourse"}:
                continue
            if self._base[c] == "conj" and self.is_verbal(c):
                continue
            found.update(self._clause_tokens(c))
        return found

    def clause_head(self, i: int) -> int:
        """The nearest verbal ancestor of ``i`` (or ``i``): the clause it stands in."""
        if self.is_verbal(i):
            return i
        return next((j for j in self.analysis.ancestors(i) if self.is_verbal(j)), i)

    def subjects(self, v: int) -> tuple[Found, ...]:
        """Who does verb ``v`` (its logical subject slot in active, the undergoer in passive), through grammar that hides it."""
        return self._subjects(v)

    def _find_subjects(self, v: int) -> tuple[Found, ...]:
        direct = [c for c in self.kids(v, "nsubj", "nsubj:pass") if self.tokens[c].deprel != "nsubj:outer"]
        if direct:
            return tuple(Found(self._antecedent(v, c), "nsubj") for c in direct[:1])
        return self._hidden_subjects(v)

    def _antecedent(self, v: int, c: int) -> int:
        """The noun a relative pronoun stands for, else ``c`` itself."""
        if self.tokens[c].upos in {"PRON", "DET"} and self.tokens[c].text.lower() in _RELATIVE:
            clause = self.first_conjunct(v)
            if self.tokens[clause].deprel in {"acl:relcl", "acl"}:
                return self.tokens[clause].head
            for j in self.analysis.ancestors(c):
                if self.tokens[j].deprel == "acl:relcl":
                    return self.tokens[j].head
        return c

    def _hidden_subjects(self, v: int) -> tuple[Found, ...]:
        token = self.tokens[v]
        head = token.head
        if head < 0:
            return ()
        if self._base[v] == "conj":
            return self.subjects(head) if self.is_verbal(head) else ()
        if token.deprel == "acl:relcl":
            return (
                () if self.kids(v, "obj") == () and self.tokens[v].feature("VerbForm") == "Fin" else (Found(head, "relative"),)
            )
        if self._base[v] == "acl":
            return self._acl_subject(v, head)
        if self._base[v] in {"xcomp", "ccomp"}:
            return self._controlled(head)
        if self._base[v] == "advcl":
            return self._adverbial_subject(v, head)
        return ()

    def _acl_subject(self, v: int, noun: int) -> tuple[Found, ...]:
        if any(self.tokens[m].text.lower() == "to" for m in self.kids(v, "mark")):
            return self._noun_owner(noun)
        return (Found(noun, "participle"),)

    def _noun_owner(self, noun: int) -> tuple[Found, ...]:
        """Whose plan, decision or agreement ``noun`` is: its possessor, else the subject of its verb."""
        owners = self.kids(noun, "nmod:poss")
        if owners:
            return (Found(owners[0], "owner"),)
        head = self.tokens[noun].head
        return self._swap_passive(head) if head >= 0 and self.is_verbal(head) else ()

    def _controlled(self, head: int) -> tuple[Found, ...]:
        if not self.is_verbal(head):
            return self._noun_owner(head)
        objects = self.kids(head, "obj", "iobj") or self._called_on(head)
        if objects and self.tokens[objects[0]].upos in NOMINAL:
            return (Found(objects[0], "object-control"),)
        return tuple(Found(f.head, "control") for f in self.subjects(head))

    def _adverbial_subject(self, v: int, head: int) -> tuple[Found, ...]:
        """The subject of the main clause; the object where the clause hangs on it ("accused the army of shelling")."""
        marks = {self.tokens[c].text.lower() for c in self.kids(v, "mark")}
        objects = self.kids(head, "obj", "iobj") or self._called_on(head)
        if objects and (marks & _OF_OBJECT or self._called_on(head)):
            return (Found(objects[0], "object-control"),)
        return self._swap_passive(head)

    def _called_on(self, head: int) -> tuple[int, ...]:
        """Whom "call on" or "call upon" calls on: they are to do what follows."""
        if self.tokens[head].lemma.lower() != "call":
            return ()
        return tuple(c for prep, c in self.obliques(head) if prep in {"on", "upon"})

    def _swap_passive(self, head: int) -> tuple[Found, ...]:
        if not self.is_verbal(head):
            return ()
        return tuple(Found(f.head, "control") for f in self.subjects(head))

    def agents(self, v: int) -> tuple[int, ...]:
        """Heads of the by-phrases of a passive verb or an event noun."""
        return tuple(c for prep, c in self.obliques(v) if prep == "by" or self.tokens[c].deprel == "obl:agent")

    def objects(self, v: int) -> tuple[Found, ...]:
        """Direct objects of an active verb (its own, or shared with a verb coordinated after it), relatives resolved."""
        own = self.kids(v, "obj")
        if own:
            return tuple(Found(self._antecedent(v, c), "obj") for c in own)
        if self.tokens[v].deprel == "acl:relcl" and self.kids(v, "nsubj") and not self.is_passive(v):
            subject = self.kids(v, "nsubj")[0]
            if self.tokens[subject].text.lower() not in _RELATIVE:
                return (Found(self.tokens[v].head, "relative-object"),)
        for c in self.kids(v, "conj"):
            if self.tokens[c].upos == "VERB" and c - v <= _CLOSE_BY and self.kids(c, "obj"):
                return tuple(Found(o, "shared") for o in self.kids(c, "obj"))
        bare = self._bare(v)
        return (Found(bare, "bare"),) if bare is not None else ()

    def _bare(self, v: int) -> int | None:
        """A noun phrase right after an active verb that the tree calls oblique though no preposition and no time is in it."""
        if self.is_passive(v):
            return None
        for c in self.kids(v, "obl"):
            token = self.tokens[c]
            if token.upos != "NOUN" or token.deprel != "obl" or self.kids(c, "case") or self.np(c)[0] != v + 1:
                continue
            if not any(s.label in {"time", "quantity"} and s.first <= c < s.last for s in self.analysis.entities):
                return c
        return None
