"""Attribution relations straight from the tree and the lexicon: the safety net under the tagger, and nested claims.

Each rule is named in what it returns ("rule:clause", "rule:according-to", ...). A rule fires only for a word that
``data/cues.tsv`` allows in that grammar. This module must not decide whether a relation is kept: ``merge`` does.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from trucewatch.coding.claims.grammar import Grammar
from trucewatch.coding.claims.lexicon import cues, prepositions, words
from trucewatch.coding.claims.spans import QUOTES, Layout, Relation, Run, subtract

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_MARKS = frozenset({"that", "whether", "if", "how", "why", "what"})
_SUBJECTS = ("nsubj", "nsubj:pass")
_RELATIVE = frozenset({"who", "which", "that", "whom", "whose"})
_HEADLINE_LABEL = 6
_LEAST_HEADLINE = 4
_CITED_WITHIN = 8


class Rules(Grammar):
    """The rules over one text. :meth:`find` runs them all."""

    def __init__(self, layout: Layout) -> None:
        super().__init__(layout)
        self.lexicon = cues()
        self.people = words("people.tsv")
        self.phrases = words("phrases.tsv")
        self.openings = prepositions()

    def find(self) -> list[Relation]:
        """Every relation the rules see, in text order of their cues."""
        found: list[Relation] = []
        for token in self.tokens:
            if token.upos in {"VERB", "AUX"}:
                found.extend(self._verb(token.i))
            elif token.upos in {"NOUN", "PROPN"}:
                found.extend(self._noun(token.i))
            elif token.upos == "ADV":
                found.extend(self._adverb(token.i))
            if token.text.lower() == "according":
                found.extend(self._according(token.i))
            found.extend(self._prepositional(token.i))
        found.extend(self._headline())
        found.extend(self._labels())
        return sorted(found, key=lambda r: (r.cue[0], r.rule))

    # --- verbs ------------------------------------------------------------------------------------------------------

    def _verb(self, i: int) -> Iterator[Relation]:
        lemma = self.lemma(i)
        if self._passive(i):
            yield from self._verb_passive(i, lemma)
            return
        if lemma in {"cite", "quote"}:
            cited = list(self._conduit(i))
            yield from cited
            if cited or self.tokens[i].deprel == "case":
                return
        if not self.lexicon.get("verb", lemma):
            return
        reporter = self._as_reported_by(i)
        source = self._reports_say(i) or self._source(self.subject(i) if reporter is None else reporter)
        if not source or self._own_thought(source, lemma):
            return
        for found, content in self._contents(i, lemma):
            rule = "rule:own-words" if self._own_words(i) else found
            cue = self._cue(i, rule.removeprefix("rule:"))
            cleaned = self._clean(subtract_all(content, [*source, *cue]))
            if cleaned:
                yield Relation(source, cue, cleaned, rule)
                return

    def _reports_say(self, i: int) -> tuple[Run, ...]:
        """The noun right before a finite "say" that was parsed as a clause of it ("Unconfirmed reports say ...")."""
        noun = self.tokens[i].head
        hearsay = noun == i - 1 and noun >= 0 and self.tokens[noun].lemma.lower() in self.phrases["hearsay"]
        finite = self.tokens[i].feature("VerbForm") not in {"Part", "Ger"} and not self.tokens[i].text.endswith("ing")
        return self._clean([(self._start(noun), i)]) if hearsay and finite else ()

    def _start(self, noun: int) -> int:
        return min([c for c in self.kids(noun, "amod", "det", "compound", "nmod:poss") if c < noun], default=noun)

    def _as_reported_by(self, i: int) -> int | None:
        """The agent of "as reported by the Valley Post"."""
        return self._agent(i) if self._case(i) == "as" and not self.kids(i, *_SUBJECTS, "obj") else None

    def _own_words(self, i: int) -> bool:
        """Whether verb ``i`` is what its speaker denies having done ("denied saying that ...", "denied having said")."""
        token = self.tokens[i]
        if token.head < 0 or token.deprel.split(":")[0] not in {"xcomp", "ccomp", "advcl"}:
            return False
        gerund = token.text.lower().endswith("ing") or any(self.tokens[c].text.lower() == "having" for c in self.kids(i, "aux"))
        above = self.lexicon.get("verb", self.lemma(token.head))
        return gerund and not self.kids(i, "nsubj") and bool(above) and above[0].stance == "denies"

    def _own_thought(self, source: tuple[Run, ...], lemma: str) -> bool:
        """Whether a quoted speaker only says "I think", "you know": no claim beside the one that quotes."""
        word = self.layout.text(source[0]).lower()
        mild = self.lexicon.get("verb", lemma)[0].stance in {"asserts", "believes", "doubts", "predicts"}
        return word in {"i", "we", "you"} and mild and self.layout.quoted[source[0][0]]

    def _contents(self, i: int, lemma: str) -> Iterator[tuple[str, tuple[Run, ...]]]:
        """``(rule, content)`` of verb ``i``, the most telling grammar first."""
        allows = self.lexicon.framed
        clause = [c for c in self.kids(i, "ccomp") if not self._hangs_loose(c, i)] or self._clause_elsewhere(i)
        if clause and allows("verb", lemma, "clause"):
            yield "rule:clause", self.layout.runs_of(self._from_mark(clause[0], i))
        if allows("verb", lemma, "quote"):
            yield from self._quotation(i)
        infinitive = [c for c in self.kids(i, "xcomp") if self._case(c) == "to"]
        if infinitive and allows("verb", lemma, "infinitive"):
            inside = self._subtree(infinitive[0])
            for c in self.kids(i, "obj"):
                inside |= self._subtree(c)
            for c in self.kids(i, "obl"):
                if self._case(c) in {"on", "upon"} and c < infinitive[0]:
                    inside |= self._subtree(c, self.kids(c, "case"))
            yield "rule:infinitive", self.layout.runs_of(inside)
        gerund = [
            c for c in self.kids(i, "xcomp", "ccomp") if self.tokens[c].text.lower().endswith("ing") and not self._case(c)
        ]
        if gerund and allows("verb", lemma, "object"):
            yield "rule:gerund", self.layout.runs_of(self._subtree(gerund[0]))
        yield from self._phrases_of(i, lemma)

    def _phrases_of(self, i: int, lemma: str) -> Iterator[tuple[str, tuple[Run, ...]]]:
        """Contents of verb ``i`` that are no clause: a name given, "of" and "for" phrases, an object."""
        allows = self.lexicon.framed
        named = self._named(i)
        if named and allows("verb", lemma, "naming"):
            yield "rule:naming", self.layout.runs_of(named)
        for preposition in ("of", "for"):
            target = self._target(i, preposition)
            if target is not None and allows("verb", lemma, preposition):
                inside = self._subtree(target, self.kids(target, "case", "mark")[:1])
                yield f"rule:{preposition}", self.layout.runs_of(inside)
        objects = self.kids(i, "obj")
        if objects and allows("verb", lemma, "object") and self.tokens[objects[0]].upos != "PRON":
            yield "rule:object", self.layout.runs_of(self._subtree(objects[0]))

    def _clause_elsewhere(self, i: int) -> list[int]:
        """The clause that the parse hung from the noun ("Reports say ...") or from "citing X" instead of from verb ``i``."""
        if self._reports_say(i):
            return [c for c in self.kids(i - 1, "appos", "ccomp", "parataxis") if c > i and self._is_clause(c)]
        citing = [c for c in self.kids(i, "advcl") if c > i and self.tokens[c].lemma.lower() in {"cite", "quote"}]
        return [clause for c in citing for clause in self.kids(c, "ccomp") if self._case(clause) == "that"]

    def _hangs_loose(self, clause: int, verb: int) -> bool:
        """Whether a "clause" before its verb is a participle of the subject ("The governor, quoted by Interfax, said ...")."""
        part = self.tokens[clause].feature("VerbForm") == "Part"
        return clause < verb and part and not self.kids(clause, *_SUBJECTS, "aux", "aux:pass", "mark", "expl")

    def _from_mark(self, clause: int, verb: int) -> set[int]:
        """The words of a clause from its "that" on: what stands before it was hung there by mistake ("told Reuters that")."""
        inside = self._subtree(clause)
        marks = [c for c in self.kids(clause, "mark") if verb < c < clause and self.tokens[c].text.lower() == "that"]
        return {j for j in inside if j >= marks[0]} if marks else inside

    def _named(self, i: int) -> set[int]:
        """Of "called the raid a provocation", "described the Front as bandits": the named and its name."""
        named = [c for c in self.kids(i, "obj") if self.tokens[c].feature("Reflex") != "Yes"]
        named = [c for c in named if not self.tokens[c].text.lower().endswith(("self", "selves"))]
        names = [c for c in self.kids(i, "xcomp") if not self._case(c) and self.tokens[c].upos != "VERB" and c > i]
        names += [c for c in self.kids(i, "obl", "xcomp") if self._case(c) == "as" and c not in names]
        token = self.tokens[i]
        what = token.deprel.startswith("acl") and token.head >= 0 and self.tokens[token.head].text.lower() == "what"
        if not names or not (named or what):
            return set()
        named = [c for c in named if self.tokens[c].text.lower() not in _RELATIVE]
        name = self._subtree(names[0], [] if named else self.kids(names[0], "case"))
        return name | (self._subtree(named[0]) if named else set())

    def _quotation(self, i: int) -> Iterator[tuple[str, tuple[Run, ...]]]:
        """What ``i`` interrupts or follows: "X, he said", where he said hangs from X, or X hangs loosely from said."""
        token = self.tokens[i]
        own = self._subtree(i, self.kids(i, "ccomp", "parataxis"))
        as_said = token.deprel.startswith("advcl") and self._case(i) == "as"
        if (token.deprel.startswith("parataxis") or as_said) and token.head >= 0:
            yield "rule:quote", self.layout.runs_of(self._subtree(token.head) - self._subtree(i))
            return
        loose = [c for c in self.kids(i, "parataxis", "dep") if any(self.layout.quoted[j] for j in self._subtree(c))]
        if loose:
            inside = set().union(*(self._subtree(c) for c in loose)) - own
            yield "rule:quote", self.layout.runs_of(inside)
            return
        yield from self._marked(i)

    def _marked(self, i: int) -> Iterator[tuple[str, tuple[Run, ...]]]:
        """The words in quotation marks of the same sentence, whatever the tree makes of them."""
        sentence = self.analysis.sentences[self.tokens[i].sentence]
        if self.layout.quoted[i]:
            return
        inside = [j for j in range(sentence.first, sentence.last) if self.layout.quoted[j] or self.tokens[j].text in QUOTES]
        runs = [run for run in self.layout.runs_of(inside) if run[1] - run[0] > _LEAST_HEADLINE and self._says(run)]
        if runs and not any(self.tokens[j].text.lower() in {"said", "says"} for j in inside):
            yield "rule:quote", tuple(runs)

    def _says(self, run: Run) -> bool:
        """Whether quoted words are speech, not a name that the writer puts in quotation marks: a clause, or after "," or ":"."""
        before = self.tokens[run[0] - 1].text if run[0] else ""
        return before in {",", ":"} or any(self.tokens[i].upos in {"VERB", "AUX"} for i in range(*run))

    def _verb_passive(self, i: int, lemma: str) -> Iterator[Relation]:
        """For "X is believed to ...", "it was reported that ...", "X was accused by Y of ..."."""
        agent = self._source(self._agent(i))
        of = self._target(i, "of")
        if of is not None and self.lexicon.framed("verb", lemma, "of"):
            content = self._clean(self.layout.runs_of(self._subtree(of, self.kids(of, "case", "mark")[:1])))
            if content:
                yield Relation(agent, self._cue(i), content, "rule:of")
            return
        if lemma in {"cite", "quote"}:
            yield from self._quoted_passive(i)
            return
        if not self.lexicon.framed("passive", lemma, "passive"):
            return
        inside = self._said_of(i)
        content = self._clean(subtract_all(self.layout.runs_of(inside), self._cue(i)))
        if content:
            yield Relation(agent, self._cue(i), content, "rule:passive")

    def _said_of(self, i: int) -> set[int]:
        """What passive verb ``i`` tells: its clause with the subject, or the clause it interrupts ("The convoy, it is said, ...")."""
        inside: set[int] = set()
        for c in self.kids(i, "ccomp", "xcomp", "csubj", "csubj:pass"):
            inside |= self._subtree(c)
        if self.tokens[i].deprel == "parataxis" and self.tokens[i].head >= 0:
            return inside or self._subtree(self.tokens[i].head, [i])
        for c in self.kids(i, "nsubj:pass") if inside else []:
            if self.tokens[c].text.lower() != "it" or not self.kids(i, "ccomp", "csubj", "csubj:pass"):
                inside |= self._subtree(c)
        return inside

    def _quoted_passive(self, i: int) -> Iterator[Relation]:
        """Of "the governor was quoted as saying that ...": the governor's claim, whoever quotes him."""
        saying = next((c for c in self.kids(i, "advcl", "xcomp", "ccomp") if self._case(c) == "as"), None)
        source = self._source(self.subject(i))
        if saying is None or not source:
            return
        clause = self.kids(saying, "ccomp", "obj", "parataxis")
        if clause:
            content = self.layout.runs_of(self._subtree(clause[0]))
        else:
            content = next((found for _, found in self._quotation(i)), ())
            content = content or self.layout.runs_of(set().union(*(self._subtree(c) for c in self.kids(i, "ccomp"))))
        mark = min(self.kids(saying, "mark", "case"), default=saying)
        cue = self.layout.runs_of([*range(*self._cue(i)[0]), *range(mark, saying + 1)])
        cleaned = self._clean(subtract_all(content, [*source, *cue]))
        if cleaned:
            yield Relation(source, cue, cleaned, "rule:quoted-as")

    def _conduit(self, i: int) -> Iterator[Relation]:
        """Of "Reuters reported, citing a police source, that ...": the source behind the one that reports."""
        if self._agent(i) is not None and not self.kids(i, "obj"):
            return
        objects = self.kids(i, "obj") or [c for c in self.kids(i, "obl", "nsubj") if c > i and not self._case(c)]
        objects = objects or self._cited_beside(i)
        if not objects:
            return
        saying = [c for c in self.kids(objects[0], "acl", "advcl") + self.kids(i, "advcl", "xcomp") if self._case(c) == "as"]
        if saying:
            yield from self._quoted_as(i, objects[0], saying[0])
            return
        governor = self._reporting(i)
        if governor is None:
            return
        lemma = self.lemma(governor)
        content = next((c for _, c in self._contents(governor, lemma)), ())
        source = self._source(objects[0])
        cleaned = self._clean(subtract_all(content, [*self._cue(governor), *self._cue(i), *source]))
        if cleaned and source and self.lexicon.get("verb", lemma):
            yield Relation(source, self._cue(i), cleaned, "rule:citing")

    def _cited_beside(self, i: int) -> list[int]:
        """Whom "citing" names where the parse took it for a preposition, or hung its object elsewhere."""
        if self.tokens[i].deprel == "case":
            return [self.tokens[i].head]
        for j in range(i + 1, min(i + _CITED_WITHIN, len(self.tokens))):
            if self.tokens[j].upos in {"PUNCT", "VERB", "AUX", "SCONJ"}:
                return []
            if self.tokens[j].upos in {"NOUN", "PROPN"} and self.tokens[j].deprel not in {"compound", "nmod:poss"}:
                return [j]
        return []

    def _reporting(self, i: int) -> int | None:
        """The verb of speech that a participle such as "citing" belongs to."""
        if self.tokens[i].deprel.split(":")[0] not in {"advcl", "acl", "conj", "case", "amod"}:
            return None
        return next((j for j in self.analysis.ancestors(i) if self.lexicon.get("verb", self.lemma(j))), None)

    def _quoted_as(self, i: int, person: int, saying: int) -> Iterator[Relation]:
        """Of "SANA quoted the minister as saying that ...": the agency's claim, and the minister's inside it."""
        inner_source = self._source(person)
        inner_source = self._clean(subtract_all(inner_source, self.layout.runs_of(self._subtree(saying))))
        clause = self.kids(saying, "ccomp", "obj", "parataxis")
        if not clause or not inner_source:
            return
        content = self._clean(self.layout.runs_of(self._subtree(clause[0])))
        outer = self._clean(self.layout.runs_of(self._subtree(person) | self._subtree(saying)))
        yield Relation(self._source(self.subject(i)), self._cue(i), outer, "rule:quoted-as")
        yield Relation(inner_source, self._cue(saying), content, "rule:quoted-as")

    # --- nouns, adverbs, prepositions -------------------------------------------------------------------------------

    def _noun(self, i: int) -> Iterator[Relation]:
        lemma = self.tokens[i].lemma.lower()
        if not self.lexicon.get("noun", lemma):
            return
        content = self._noun_content(i, lemma)
        owner = self._owner(i)
        if content and not (owner is None and self._is_turned_down(i)):
            yield Relation(self._source(owner), ((i, i + 1),), content, "rule:noun")

    def _is_turned_down(self, i: int) -> bool:
        """Whether hearsay is what somebody denies ("rejected reports that ..."): the denial is the one claim."""
        head = self.tokens[i].head
        if self.tokens[i].deprel not in {"obj", "nsubj:pass"} or head < 0:
            return False
        known = self.lexicon.get("verb", self.lemma(head))
        return bool(known) and known[0].stance in {"denies", "doubts"}

    def _noun_content(self, i: int, lemma: str) -> tuple[Run, ...]:
        for c in self.kids(i, "acl", "ccomp"):
            mark = self._case(c)
            if (mark in _MARKS and self.lexicon.framed("noun", lemma, "clause")) or (
                mark == "to" and self.lexicon.framed("noun", lemma, "infinitive")
            ):
                return self._clean(self.layout.runs_of(self._subtree(c)))
        if self.lexicon.framed("noun", lemma, "clause"):
            above = self._brought(i) or self._is_that(i)
            if above:
                return self._clean(self.layout.runs_of(above))
        matter = self._by_case(i, "of") if self.lexicon.framed("noun", lemma, "of") else None
        if matter is not None and not self._is_someone(matter):
            drop = [*self.kids(matter, "case", "mark")[:1], *(c for c in self.kids(matter, "nmod") if self._case(c) == "by")]
            return self._clean(self.layout.runs_of(self._subtree(matter, drop)))
        return ()

    def _brought(self, i: int) -> set[int]:
        """What hangs from the verb that brings a claim up: "Claims emerged that ...", "There were reports that ..."."""
        verb = self.tokens[i].head
        if self.tokens[i].deprel != "nsubj" or verb < 0:
            return set()
        lemma = self.tokens[verb].lemma.lower()
        if lemma not in self.phrases["arise"] and not (lemma == "be" and self.kids(verb, "expl")):
            return set()
        clauses = [c for c in self.kids(verb, "ccomp", "advcl", "acl", "csubj") if c > i and self._case(c) in _MARKS - {"if"}]
        return self._subtree(clauses[0]) if clauses else set()

    def _is_that(self, i: int) -> set[int]:
        """The clause of "The army's version is that the shells fell short"."""
        head = self.tokens[i].head
        if self.tokens[i].deprel not in {"nsubj:outer", "nsubj"} or head < 0 or not self.kids(i, "nmod:poss"):
            return set()
        clause = self.kids(head, "ccomp") if self.tokens[head].lemma.lower() == "be" else [head]
        marks = [m for c in clause for m in self.kids(c, "mark") if m > i and self.tokens[m].text.lower() == "that"]
        if not marks:
            return set()
        return {j for j in self._subtree(clause[0]) if j >= marks[0]}

    def _is_someone(self, i: int) -> bool:
        """Whether noun ``i`` is a person, a body or a name: "the report of the mission" is the mission's."""
        lemma = self.tokens[i].lemma.lower()
        if self.tokens[i].upos in {"PROPN", "PRON"} or lemma in self.people["person"] | self.people["body"]:
            return True
        labels = {"person", "organisation", "group", "place"}
        return any(s.first <= i < s.last and s.label in labels for s in self.analysis.entities)

    def _owner(self, i: int) -> int | None:
        """Whose claim it is: possessor, by-phrase, or the subject of the verb that governs it."""
        own = self.kids(i, "nmod:poss")
        if own:
            return own[0]
        matter = self._by_case(i, "of")
        for preposition in ("by", "from"):
            for noun in (i, matter):
                by = None if noun is None else self._by_case(noun, preposition)
                if by is not None and (noun == i or preposition == "by"):
                    return by
        head = self.tokens[i].head
        if self.tokens[i].deprel in {"obj", "obl"} and head >= 0 and not self._passive(head) and self._utters(head, i):
            return self.subject(head)
        return None

    def _utters(self, verb: int, noun: int) -> bool:
        """Whether who does ``verb`` makes the claim that ``noun`` is: "made the claim", not "rejected reports"."""
        lemma = self.lemma(verb)
        if self.tokens[noun].lemma.lower() in self.phrases["hearsay"]:
            return lemma in self.phrases["utter"]
        known = self.lexicon.get("verb", lemma)
        return not known or known[0].stance not in {"denies", "doubts", "accuses"}

    def _adverb(self, i: int) -> Iterator[Relation]:
        lemma = self.tokens[i].text.lower()
        head = self.tokens[i].head
        if head < 0 or not self.lexicon.framed("adverb", lemma, "adverb"):
            return
        loose = [c for c in self.analysis.children(head) if self.tokens[c].deprel in {"parataxis", "discourse", "cc"}]
        loose += [c for c in self.kids(head, "conj") if self._is_clause(c)]
        loose += self._according_phrases(head)
        inside = self._subtree(head, [i, *loose])
        content = self._clean(subtract_all(self.layout.runs_of(inside), [(i, i + 1)]))
        if content:
            yield Relation((), ((i, i + 1),), content, "rule:adverb")

    def _according_phrases(self, head: int) -> list[int]:
        return [
            c
            for c in self.analysis.children(head)
            if any(self.tokens[d].text.lower() == "according" for d in [c, *self.analysis.children(c)])
        ]

    def _according(self, i: int) -> Iterator[Relation]:
        """Of "According to X, S": the source is the phrase, the content the clause it is said of."""
        if i + 1 >= len(self.tokens) or self.tokens[i + 1].text.lower() != "to":
            return
        phrase = self.tokens[i].head if self.tokens[i].deprel in {"case", "mark", "fixed"} else self._by_to(i)
        if phrase is not None and 0 <= phrase < i:  # hung from the verb by mistake: the phrase is what stands after "to"
            phrase = self._after(i + 2)
        if phrase is None or phrase < 0:
            return
        cue = (i, i + 2)
        source = self._clean(subtract_all(self._source(phrase), [(0, i + 2)]))
        head = self.tokens[phrase].head if self.tokens[i].deprel in {"case", "mark", "fixed"} else self.tokens[i].head
        if head < 0 or not source:
            return
        clause = self._clause(head)
        last = self.analysis.sentences[self.tokens[i].sentence].last
        if self.tokens[i - 1].text == "," and self.layout.gap_is_loose(
            source[-1][1], last
        ):  # said of all that stands before it
            while self.tokens[clause].deprel.split(":")[0] in {"advcl", "acl"}:
                clause = self._clause(self.tokens[clause].head)
        inside = self._subtree(clause, [phrase])
        inside.difference_update(self.analysis.subtree(i))
        content = self._clean(subtract_all(self.layout.runs_of(inside), [cue, *source]))
        if content:
            yield Relation(source, (cue,), content, "rule:according-to")

    def _prepositional(self, i: int) -> Iterator[Relation]:
        """Of "In the words of X, S" and other phrases of the lexicon that end in "of": the source must be able to speak."""
        word = self.tokens[i].text.lower()
        phrase = next((p for p in self.openings if p[0] == word and self._reads(i, p)), None)
        if phrase is None:
            return
        cue = (i, i + len(phrase))
        person, top = self.tokens[cue[1] - 1].head, self.tokens[i].head
        if not cue[0] <= top < cue[1] or person < cue[1]:
            return
        source = self._clean(subtract_all(self._source(person), [cue]))
        head = self.tokens[top].head
        if head < 0 or not source or not self._speaks(source[0]):
            return
        inside = self._subtree(self._clause(head), [top])
        content = self._clean(subtract_all(self.layout.runs_of(inside), [cue, *source]))
        if content:
            yield Relation(source, (cue,), content, "rule:according-to")

    def _reads(self, i: int, phrase: tuple[str, ...]) -> bool:
        return tuple(t.text.lower() for t in self.tokens[i : i + len(phrase)]) == phrase

    def _after(self, i: int) -> int | None:
        """The head of the noun phrase that begins at ``i``."""
        while i < len(self.tokens) and self.tokens[i].head > i:
            i = self.tokens[i].head
        return i if i < len(self.tokens) and self.tokens[i].upos in {"NOUN", "PROPN", "PRON"} else None

    def _by_to(self, i: int) -> int | None:
        """The object where "according" was parsed as a verb of its own."""
        return next((c for c in self.analysis.children(i) if self.tokens[c].upos in {"NOUN", "PROPN", "PRON"}), None)

    def _clause(self, i: int) -> int:
        """The clause a phrase is said of: its head, or the nearest clause above a noun it was hung from by mistake."""
        while not self._is_clause(i) and self.tokens[i].head >= 0:
            i = self.tokens[i].head
        return i

    # --- headlines --------------------------------------------------------------------------------------------------

    def _headline(self) -> Iterator[Relation]:
        """Of "Two killed in shelling: officials" and "Ministry: no troops crossed": a first line without a full stop."""
        if not self.tokens:
            return
        last = next((i for i, p in enumerate(self.layout.paragraph) if p != self.layout.paragraph[0]), len(self.tokens))
        colons = [i for i in range(1, last - 1) if self.tokens[i].text == ":"]
        if len(colons) != 1 or self.tokens[last - 1].text == "." or last == len(self.tokens):
            return
        at = colons[0]
        before, after = (0, at), (at + 1, last)
        for source, content in ((after, before), (before, after)):
            short = source[1] - source[0] <= _HEADLINE_LABEL and content[1] - content[0] >= _LEAST_HEADLINE
            if short and self._speaks(source) and any(self.tokens[i].upos == "VERB" for i in range(*content)):
                yield Relation(self._clean([source]), ((at, at + 1),), self._clean([content]), "rule:headline")
                return

    def _labels(self) -> Iterator[Relation]:
        """Of "Local sources: gunmen kidnapped two teachers." in running text: a sentence that begins with its speaker."""
        for sentence in self.analysis.sentences:
            stop = min(sentence.last, sentence.first + _HEADLINE_LABEL + 1)
            at = next((i for i in range(sentence.first + 1, stop) if self.tokens[i].text == ":"), None)
            if at is None or sentence.last - at <= _LEAST_HEADLINE:
                continue
            label, said = (sentence.first, at), (at + 1, sentence.last)
            head = self.layout.head(label)
            someone = self.tokens[head].lemma.lower() in self.people["person"] | self.people["body"] | self.people["spokes"]
            someone = someone or any(
                s.first <= head < s.last and s.label in {"person", "organisation"} for s in self.analysis.entities
            )
            finite = any(t.feature("VerbForm") == "Fin" for t in self.tokens[said[0] : said[1]])
            if someone and finite and self._speaks(label):
                yield Relation(self._clean([label]), ((at, at + 1),), self._clean([said]), "rule:headline")

    def _speaks(self, run: Run) -> bool:
        """Whether a short phrase names someone who can speak: a person or body word, or a tagged person or organisation."""
        nouns = {self.tokens[i].lemma.lower() for i in range(*run)} | {self.tokens[i].text.lower() for i in range(*run)}
        if any(self.tokens[i].upos in {"VERB", "AUX"} for i in range(*run)):
            return False
        if nouns & (self.people["person"] | self.people["body"] | self.people["spokes"]):
            return True
        return any(
            run[0] <= span.first and span.last <= run[1] and span.label in {"person", "organisation"}
            for span in self.analysis.entities
        )


def subtract_all(runs: Iterable[Run], holes: Iterable[Run]) -> tuple[Run, ...]:
    """Every run without the tokens of ``holes``."""
    cut = tuple(holes)
    return tuple(piece for run in runs for piece in subtract(run, cut))
