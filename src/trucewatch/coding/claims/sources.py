"""Who a source is: pronouns and definite nouns back to earlier words, and words to an entry of the actor file.

Works on the sources found so far in text order, on subjects and on tagged entities; what it cannot tell stays None. Word
classes are in ``data/people.tsv``. This module must not load the actor file: it is handed a resolver.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from trucewatch.coding.claims.lexicon import words
from trucewatch.coding.claims.spans import Layout, Run, overlap

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from trucewatch.language.analysis import Token
    from trucewatch.model import ActorRef

    ResolveActor = Callable[[int, int], ActorRef | None]

_REACH = 4
"""Sentences a pronoun looks back; a definite noun looks back over the whole text."""
_SURNAME = 2
"""A name of at most so many words is looked up in longer ones heard before."""
_RELATIVE = frozenset({"who", "which", "that"})
_DEFINITE = frozenset({"the", "this", "that", "these", "those"})
_PRONOUNS = {"he": "m", "him": "m", "she": "f", "her": "f", "it": "it", "they": "they", "them": "they"}
_OWNERS = {"its": "it", "their": "they"}
_ORGANISED = frozenset({"organisation", "group", "place", "facility"})
_PARTS = frozenset({"compound", "amod", "flat", "nmod:poss", "appos", "nummod", "name", "nmod:unmarked"})
_BEHALF = frozenset({"of", "for", "from", "at", "with", "in"})


@dataclass(frozen=True, slots=True)
class Candidate:
    """Words that a later source may stand for."""

    run: Run
    head: int
    role: int  #: 0 source of an earlier claim, 1 subject, 2 other person


class Sources:
    """The sources of one text, asked in text order."""

    def __init__(self, layout: Layout, resolve_actor: ResolveActor) -> None:
        self.layout = layout
        self.analysis = layout.analysis
        self.tokens = layout.tokens
        self.resolve_actor = resolve_actor
        self.people = words("people.tsv")
        self.phrases = words("phrases.tsv")
        self._spoken: list[Candidate] = []
        self._named = [
            span
            for span in self.analysis.entities
            if span.label in {"person", *_ORGANISED} and any(map(self._is_name, range(span.first, span.last)))
        ]

    @cached_property
    def _subjects(self) -> tuple[Candidate, ...]:
        nouns = (t.i for t in self.tokens if t.deprel.startswith("nsubj") and t.upos in {"NOUN", "PROPN"})
        return tuple(Candidate(self._whole_phrase(i), i, 1) for i in nouns if not self.layout.quoted[i])

    @cached_property
    def _persons(self) -> tuple[Candidate, ...]:
        runs = ((s.first, s.last) for s in self._named if s.label == "person")
        return tuple(Candidate(run, self.layout.head(run), 2) for run in runs)

    # --- antecedents ------------------------------------------------------------------------------------------------

    def antecedent(self, source: Run) -> Run | None:
        """The earlier words that ``source`` stands for, or None where it speaks for itself or nothing fits."""
        head = self.tokens[self.layout.head(source)]
        word = head.text.lower()
        if source[1] - source[0] == 1 and word in _RELATIVE:
            return self._relative(head)
        if source[1] - source[0] == 1 and word in _PRONOUNS:
            return self._author(self._nearest(source, _PRONOUNS[word]))
        if self.tokens[source[0]].text.lower() in _DEFINITE and not self._has_name(source):
            return self._definite(source, head)
        return None

    def _author(self, run: Run | None) -> Run | None:
        """Whose document it is that a pronoun stands for ("The statement said ... It added ..."), or the words as they are."""
        if run is None or not self._is_document(self.layout.head(run)) or self.tokens[run[0]].text.lower() not in _DEFINITE:
            return run
        return self._definite(run, self.tokens[self.layout.head(run)]) or run

    def heard(self, source: Run, stands_for: Run | None) -> None:
        """Remember a source (and what it stands for) for those that follow."""
        run = stands_for or source
        head = self.layout.head(run)
        if self.tokens[head].upos != "PRON":
            self._spoken.append(Candidate(run, head, 0))

    def _relative(self, head: Token) -> Run | None:
        for i in self.analysis.ancestors(head.i):
            if self.tokens[i].deprel.startswith("acl"):
                return self._phrase(self.tokens[i].head)
        return None

    def _is_name(self, i: int) -> bool:
        """Whether token ``i`` is part of a name: a proper noun or a capitalised adjective ("Turkish")."""
        token = self.tokens[i]
        opens = i == self.analysis.sentences[token.sentence].first
        return token.upos == "PROPN" or (token.upos == "ADJ" and token.text[:1].isupper() and not opens)

    def _has_name(self, run: Run) -> bool:
        return any(map(self._is_name, range(*run)))

    def _phrase(self, head: int) -> Run:
        """The words around ``head`` that name it: its parts, no clauses."""
        keep = {head}
        for c in self.analysis.children(head):
            relation = self.tokens[c].deprel
            if relation.split(":")[0] in {"det", "compound", "amod", "flat", "nummod"} or relation == "nmod:poss":
                keep.update(self.analysis.subtree(c))
        first = last = head
        while first - 1 in keep:
            first -= 1
        while last + 1 in keep:
            last += 1
        return first, last + 1

    def _whole_phrase(self, head: int) -> Run:
        """The phrase of ``head`` with those named beside it ("the mayor and the priest") and whom it speaks for."""
        run = self._phrase(head)
        for c in sorted(self.analysis.children(head)):
            token = self.tokens[c]
            case = next((self.tokens[d].text.lower() for d in self.analysis.children(c) if self.tokens[d].deprel == "case"), "")
            spoken_for = token.deprel == "nmod" and case in {"of", "for"} and self._speaks_for(head)
            beside = token.deprel == "conj" and token.upos in {"NOUN", "PROPN"}
            part = self._phrase(c)
            if (spoken_for or beside) and part[0] - run[1] in {1, 0}:
                run = (run[0], part[1])
        return run

    def _speaks_for(self, head: int) -> bool:
        return self.tokens[head].lemma.lower() in self.people["spokes"] | self.people["masculine"] | self.people["feminine"]

    def _candidates(self, before: int, reach: int) -> Iterator[Candidate]:
        """Earlier sources, subjects and persons before token ``before``: nearest sentence first, sources first in each."""
        here = self.tokens[before].sentence
        found = [c for c in self._spoken if c.run[1] <= before]
        found += [c for c in self._subjects if c.head < before]
        found += [c for c in self._persons if c.run[1] <= before]
        near = [c for c in found if here - self.tokens[c.head].sentence <= reach]
        yield from sorted(near, key=lambda c: (here - self.tokens[c.head].sentence, c.role, -c.head))

    def _nearest(self, source: Run, pronoun: str) -> Run | None:
        for candidate in self._candidates(source[0], _REACH):
            if self._agrees(candidate, pronoun):
                return candidate.run
        return None

    def _agrees(self, candidate: Candidate, pronoun: str) -> bool:
        person, plural = self._is_person(candidate), self._is_plural(candidate.head)
        if pronoun == "they":
            return plural or self._is_body(candidate)
        if plural:
            return False
        if pronoun == "it":
            return person is not True and (self._is_body(candidate) or self._is_document(candidate.head))
        gender = self._gender(candidate.run)
        return person is not False and gender in {None, pronoun}

    def _is_plural(self, i: int) -> bool:
        conjuncts = any(self.tokens[c].deprel == "conj" for c in self.analysis.children(i))
        return self.tokens[i].feature("Number") == "Plur" or conjuncts

    def _labels(self, run: Run) -> set[str]:
        head = self.layout.head(run)
        return {s.label for s in self._named if s.first <= head < s.last}

    def _is_person(self, candidate: Candidate) -> bool | None:
        """True, False, or None where nothing tells."""
        labels = self._labels(candidate.run)
        lemma = self.tokens[candidate.head].lemma.lower()
        if "person" in labels or lemma in self.people["person"] or self._gender(candidate.run):
            return True
        if labels & _ORGANISED or lemma in self.people["body"] | self.people["document"]:
            return False
        return None if self.tokens[candidate.head].upos == "PROPN" else False

    def _is_body(self, candidate: Candidate) -> bool:
        lemma = self.tokens[candidate.head].lemma.lower()
        return lemma in self.people["body"] | self.phrases["medium"] or bool(self._labels(candidate.run) & _ORGANISED)

    def _is_document(self, i: int) -> bool:
        return self.tokens[i].lemma.lower() in self.people["document"]

    def _gender(self, run: Run) -> str | None:
        """Gender (m, f) by title, noun or given name in the phrase and right before it."""
        inside = [self.tokens[i].text.lower() for i in range(max(0, run[0] - 1), run[1])]
        for gender, classes in (("f", ("feminine", "name-f")), ("m", ("masculine", "name-m"))):
            if any(word in self.people[name] for word in inside for name in classes):
                return gender
        return None

    def _definite(self, source: Run, head: Token) -> Run | None:
        """Antecedent of "the ministry", "the spokesman", "the released statement"."""
        lemma = head.lemma.lower()
        if lemma in self.people["document"]:
            return self._owner(head) or self._issuer(head) or self._last_speaker(source)
        if lemma in self.people["body"]:
            return self._same_noun(source, lemma)
        if lemma in self.people["person"] | self.people["masculine"] | self.people["feminine"]:
            return self._same_noun(source, lemma) or (
                self._last_person(source) if lemma in self.people["spokes"] and head.feature("Number") != "Plur" else None
            )
        return None

    def _owner(self, head: Token) -> Run | None:
        """Whose statement it is, where the words say so themselves."""
        for c in self.analysis.children(head.i):
            if self.tokens[c].deprel == "nmod:poss" and self.tokens[c].upos != "PRON":
                return self._phrase(c)
        return None

    def _issuer(self, head: Token) -> Run | None:
        """Whose "the statement" is where it was brought up: "The Front issued a statement", "a report by the mission"."""
        for i in range(head.i - 1, -1, -1):
            earlier = self.tokens[i]
            if head.sentence - earlier.sentence > _REACH:
                return None
            if earlier.upos == "NOUN" and earlier.lemma.lower() == head.lemma.lower():
                return self._owner(earlier) or self._maker(earlier)
        return None

    def _maker(self, document: Token) -> Run | None:
        """Who issues a document: its "by" phrase, or the subject of the verb whose object it is."""
        for c in self.analysis.children(document.i):
            case = {self.tokens[d].text.lower() for d in self.analysis.children(c) if self.tokens[d].deprel == "case"}
            if self.tokens[c].deprel == "nmod" and case & {"by", "from"}:
                return self._phrase(c)
        verb = document.head
        if document.deprel != "obj" or verb < 0 or self.tokens[verb].lemma.lower() not in self.phrases["utter"]:
            return None
        subject = next((c for c in self.analysis.children(verb) if self.tokens[c].deprel == "nsubj"), None)
        return None if subject is None or self.tokens[subject].upos == "PRON" else self._whole_phrase(subject)

    def _last_speaker(self, source: Run) -> Run | None:
        """The claimant nearest before a statement that is not itself a document."""
        for candidate in sorted(self._spoken, key=lambda c: -c.head):
            near = self.tokens[source[0]].sentence - self.tokens[candidate.head].sentence <= _REACH
            if candidate.run[1] <= source[0] and near and not self._is_document(candidate.head):
                return candidate.run
        return None

    def _last_person(self, source: Run) -> Run | None:
        for candidate in sorted(self._spoken, key=lambda c: -c.head):
            if candidate.run[1] <= source[0] and self._is_person(candidate) and self._has_name(candidate.run):
                return candidate.run
        return None

    def _same_noun(self, source: Run, lemma: str) -> Run | None:
        """The nearest earlier phrase with the same noun and more to it ("the Turkish Defence Ministry" for "the ministry")."""
        for i in range(source[0] - 1, -1, -1):
            token = self.tokens[i]
            if token.lemma.lower() != lemma or token.upos not in {"NOUN", "PROPN"}:
                continue
            run = self._phrase(i if token.deprel not in {"compound", "flat"} else token.head)
            if run[0] <= i < run[1] and self._has_name(run) and not overlap(run, source):
                return run
            if self._apposed(i):
                return self._apposed(i)
        return None

    def _apposed(self, i: int) -> Run | None:
        """The name that noun ``i`` is an apposition to ("Omar Haddad, a spokesman for ...")."""
        token = self.tokens[i]
        if token.deprel != "appos" or token.head < 0 or self.tokens[token.head].upos != "PROPN":
            return None
        return self._phrase(token.head)

    # --- actors -----------------------------------------------------------------------------------------------------

    def actor(self, run: Run) -> ActorRef | None:
        """The actor file's entry for a source: all of it, its core, its parts before the head, whom it speaks for."""
        for part in self._parts(run):
            found = self.resolve_actor(self.tokens[part[0]].start, self.tokens[part[1] - 1].end)
            if found is not None:
                return found
        return self._longer_name(run) or self._whose(run)

    def _whose(self, run: Run) -> ActorRef | None:
        """The actor that "its spokesman" speaks for."""
        head = self.layout.head(run)
        if not self._speaks_for(head):
            return None
        for c in self.analysis.children(head):
            word = self.tokens[c].text.lower()
            if self.tokens[c].deprel == "nmod:poss" and word in _OWNERS:
                owner = self._nearest((c, c + 1), _OWNERS[word])
                return self.actor(owner) if owner and owner != run else None
        return None

    def _parts(self, run: Run) -> Iterator[Run]:
        yield run
        first = run[0]
        if self.tokens[first].upos == "DET" and run[1] - first > 1:
            first += 1
            yield first, run[1]
        head = self.layout.head(run)
        core = self._phrase(head)
        yield core
        if self.tokens[core[0]].upos == "DET" and core[1] - core[0] > 1:
            yield core[0] + 1, core[1]
        spans = sorted((s for s in self._named if run[0] <= s.first and s.last <= run[1]), key=lambda s: s.first)
        order = [s for s in spans if self._speaks_through(head, s.first, s.last)]
        for span in sorted(order, key=lambda s: {"person": 0, "organisation": 1, "group": 2}.get(s.label, 3)):
            yield span.first, span.last
        yield from self._adjectives(head)

    def _speaks_through(self, head: int, first: int, last: int) -> bool:
        """Whether the name in ``tokens[first:last]`` is the head, a part of it, or whom a spokesman speaks for."""
        name = self.layout.head((first, last))
        if name == head or (self.tokens[name].head == head and self.tokens[name].deprel in _PARTS):
            return True
        above = self.tokens[name].head
        if above >= 0 and self.tokens[name].deprel in _PARTS | {"nmod", "conj"}:
            case = {self.tokens[c].text.lower() for c in self.analysis.children(name) if self.tokens[c].deprel == "case"}
            speaks = self.tokens[above].lemma.lower() in self.people["spokes"] | self.people["body"]
            tied = above == head or (self.tokens[above].head == head and self.tokens[above].deprel in _PARTS | {"nmod"})
            return tied and ((speaks and bool(case & _BEHALF)) or self.tokens[name].deprel in _PARTS)
        return False

    def _adjectives(self, head: int) -> Iterator[Run]:
        """Capitalised modifiers of the head one by one ("Turkish" officials)."""
        for c in self.analysis.children(head):
            if c < head and self.tokens[c].deprel in {"amod", "compound", "nmod:poss"} and self.tokens[c].text[:1].isupper():
                yield c, c + 1

    def _longer_name(self, run: Run) -> ActorRef | None:
        """A surname on its own: the actor of an earlier source that holds it ("Haddad" after "spokesman Omar Haddad")."""
        if run[1] - run[0] > _SURNAME or self.tokens[run[1] - 1].upos != "PROPN":
            return None
        name = self.tokens[run[1] - 1].text
        for candidate in reversed(self._spoken):
            inside = [self.tokens[i].text for i in range(*candidate.run)]
            if name in inside and len(inside) > run[1] - run[0]:
                return self.actor(candidate.run)
        return None
