"""Which medium carries a claim without making it: "Reuters reported, citing a police source", "the mayor told the Valley Post".

A conduit is no source: the source is who says it, the conduit is where it was said or printed. Word classes are in
``data/phrases.tsv``; a name that the actor file knows as a medium is one, too. This module must not change a claim.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from trucewatch.coding.claims.grammar import Grammar
from trucewatch.coding.claims.lexicon import words
from trucewatch.coding.claims.spans import Layout, Relation, Run, hull, inside, overlap

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from trucewatch.coding.claims.sources import Sources

_RELAYING = frozenset({"rule:quoted-as", "rule:citing"})
_TO_A_MEDIUM = frozenset({"to", "with", "for", "on", "in", "by"})
_BY_A_MEDIUM = frozenset({"by", "on", "in"})


class Conduits(Grammar):
    """The media of one text's claims. ``sources`` tells what "the agency" stands for and what the actor file knows."""

    def __init__(self, layout: Layout, sources: Sources) -> None:
        super().__init__(layout)
        self.sources = sources
        self.phrases = words("phrases.tsv")

    def of(self, k: int, relations: Sequence[Relation], within: Sequence[int | None]) -> tuple[Run, ...]:
        """The media that carry relation ``k``, nearest first: those around it, and those its own words name."""
        relation = relations[k]
        found = [run for run in self._beside(relation) if not any(overlap(run, own) for own in relation.source)]
        found += self._citing(relation)
        seen, outer = {k}, within[k]
        while outer is not None and outer not in seen:
            seen.add(outer)
            relays = relation.rule in _RELAYING or relations[outer].rule in _RELAYING
            found += [run for run in relations[outer].source[:1] if self._is_medium(run, relays=relays)]
            outer = within[outer]
        return tuple(dict.fromkeys(found))

    def _is_medium(self, run: Run, *, relays: bool = False) -> bool:
        """Whether a phrase names a news medium; ``relays``: a bare "the agency" that quotes another is one as well."""
        if self._reads_medium(run, relays=relays):
            return True
        actor = self.sources.actor(run)
        return actor is not None and actor.type == "media"

    def _reads_medium(self, run: Run, *, relays: bool) -> bool:
        head = self.tokens[self.layout.head(run)]
        lowered = head.text.lower()
        if {lowered, head.lemma.lower()} & self.phrases["medium"]:
            return True
        before = self.tokens[head.i - 1].text.lower() if head.i > run[0] else ""
        if f"{before} {head.lemma.lower()}" in self.phrases["medium"]:
            return True
        named = lowered in self.phrases["masthead"] and head.text[:1].isupper() and head.i > run[0]
        if named and any(self.tokens[i].upos in {"PROPN", "ADJ", "NOUN"} for i in range(run[0], head.i)):
            return True
        return relays and lowered == "agency" and run[1] - run[0] <= len(("the", "agency"))

    # --- media that the claim's own sentence names -------------------------------------------------------------------

    def _beside(self, relation: Relation) -> Iterator[Run]:
        """Of the cue's verb: hearer, place of an interview, who quotes."""
        verbs = [i for run in relation.cue for i in range(*run) if self.tokens[i].upos == "VERB"]
        around = [hull(relation.content)] if len(relation.content) == 1 else list(relation.content)
        for verb in verbs:
            for c in self._near(verb):
                yield from self._checked(c, around)

    def _citing(self, relation: Relation) -> Iterator[Run]:
        """Of "Two officials, cited by Reuters, said ...": who cites the source, in the source's own words."""
        for i in (i for run in relation.source for i in range(*run)):
            if self.tokens[i].deprel.startswith("acl") and self.tokens[i].lemma.lower() in self.phrases["carry"]:
                yield from (found for c in self._by(i) for found in self._checked(c, ()))

    def _checked(self, i: int, around: Sequence[Run]) -> Iterator[Run]:
        run = self._phrase(i)
        if self._is_medium(run) and not any(inside(run, content) for content in around):
            yield run

    def _near(self, verb: int) -> Iterator[int]:
        """Nouns that may be a medium, by their grammar."""
        lemma = self.tokens[verb].lemma.lower()
        for c in self.analysis.children(verb):
            relation, case = self.tokens[c].deprel.split(":")[0], self._case(c)
            word = self.tokens[c].lemma.lower()
            if (
                lemma in self.phrases["address"]
                and c > self._mark(verb)
                and (relation in {"iobj", "obj"} or (relation == "obl" and case == "to"))
            ):
                yield c
            elif relation == "obl" and word in self.phrases["interview"]:
                yield from self._given_to(c, verb)
            elif relation == "advcl" and word in self.phrases["address"] and not self._subject(c):
                yield from (d for d in self.analysis.children(c) if self._case(d) in _TO_A_MEDIUM)
        if lemma in self.phrases["carry"]:
            yield from self._by(verb)
        elif self._case(verb) == "as" and self.tokens[verb].head >= 0:
            yield from self._by(self.tokens[verb].head)

    def _given_to(self, noun: int, verb: int) -> Iterator[int]:
        """Of "an interview with X", "remarks carried by X"; the participle may hang from the verb."""
        yield from (c for c in self.analysis.children(noun) if self._case(c) in _TO_A_MEDIUM)
        for c in (*self.analysis.children(noun), *self.analysis.children(verb)):
            participle = self.tokens[c].deprel.split(":")[0] in {"acl", "advcl"} and c > noun
            if participle and self.tokens[c].lemma.lower() in self.phrases["carry"]:
                yield from self._by(c)

    def _by(self, verb: int) -> Iterator[int]:
        """Who does a passive verb ("quoted by", "published in"), also where it was hung from "as saying"."""
        for c in self.analysis.children(verb):
            if self.tokens[c].deprel.split(":")[0] in {"obl", "nsubj"} and self._case(c) in _BY_A_MEDIUM:
                yield c
            elif self.tokens[c].deprel.split(":")[0] in {"advcl", "xcomp"} and self._case(c) == "as":
                yield from (
                    d
                    for d in self.analysis.children(c)
                    if self.tokens[d].deprel.split(":")[0] in {"obl", "nsubj"} and self._case(d) == "by"
                )

    def _mark(self, verb: int) -> int:
        """Where the clause of ``verb`` begins, as far as its "that" tells; -1 without one."""
        return next((c for c in self.analysis.children(verb) if self.tokens[c].deprel == "mark"), -1)

    def _subject(self, verb: int) -> bool:
        return any(self.tokens[c].deprel.startswith("nsubj") for c in self.analysis.children(verb))

    def _phrase(self, i: int) -> Run:
        """The noun phrase of ``i`` without its preposition and what follows it."""
        drop = {"case", "acl", "acl:relcl", "appos", "punct", "conj", "cc"}
        keep = {i}
        for c in self.analysis.children(i):
            if self.tokens[c].deprel not in drop and c < i:
                keep.update(self.analysis.subtree(c))
        first = i
        while first - 1 in keep:
            first -= 1
        return first, i + 1
