"""Attribution relations straight from the tree and the lexicon: the safety net under the tagger, and nested claims.

Each rule is named in what it returns ("rule:clause", "rule:according-to", ...). A rule fires only for a word that
``data/cues.tsv`` allows in that grammar. This module must not decide whether a relation is kept: ``merge`` does.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from trucewatch.coding.claims.lexicon import cues, words
from trucewatch.coding.claims.spans import QUOTES, Layout, Relation, Run, subtract

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_MARKS = frozenset({"that", "whether", "if", "how", "why", "what"})
_SUBJECTS = ("nsubj", "nsubj:pass")
_DEPENDENT = frozenset({"advcl", "acl", "xcomp"})
_LONG_SOURCE = 40
_RELATIVE = frozenset({"who", "which", "that", "whom", "whose"})
_COMMA_CLAUSES = frozenset({"conj", "parataxis", "advcl", "discourse", "punct", "cc", "dislocated"})
_HEADLINE_LABEL = 6
_LEAST_HEADLINE = 4


class Rules:
    """The rules over one text. :meth:`find` runs them all."""

    def __init__(self, layout: Layout) -> None:
        self.layout = layout
        self.analysis = layout.analysis
        self.tokens = layout.tokens
        self.lexicon = cues()
        self.people = words("people.tsv")

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
        found.extend(self._headline())
        return sorted(found, key=lambda r: (r.cue[0], r.rule))

    # --- reading the tree -------------------------------------------------------------------------------------------

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
            own = self.kids(i, *_SUBJECTS)
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

    # --- verbs ------------------------------------------------------------------------------------------------------

    def _verb(self, i: int) -> Iterator[Relation]:
        lemma = self.lemma(i)
        if self._passive(i):
            yield from self._verb_passive(i, lemma)
            return
        if lemma in {"cite", "quote"}:
            yield from self._conduit(i)
        if not self.lexicon.get("verb", lemma):
            return
        source = self._source(self.subject(i))
        if not source or self._own_thought(source, lemma):
            return
        for rule, content in self._contents(i, lemma):
            cue = self._cue(i, rule.removeprefix("rule:"))
            cleaned = self._clean(subtract_all(content, [*source, *cue]))
            if cleaned:
                yield Relation(source, cue, cleaned, rule)
                return

    def _own_thought(self, source: tuple[Run, ...], lemma: str) -> bool:
        """Whether a quoted speaker only says "I think", "you know": no claim beside the one that quotes."""
        word = self.layout.text(source[0]).lower()
        mild = self.lexicon.get("verb", lemma)[0].stance in {"asserts", "believes", "doubts", "predicts"}
        return word in {"i", "we", "you"} and mild and self.layout.quoted[source[0][0]]

    def _contents(self, i: int, lemma: str) -> Iterator[tuple[str, tuple[Run, ...]]]:
        """``(rule, content)`` of verb ``i``, the most telling grammar first."""
        allows = self.lexicon.framed
        clause = self.kids(i, "ccomp")
        if clause and allows("verb", lemma, "clause"):
            yield "rule:clause", self.layout.runs_of(self._subtree(clause[0]))
        if allows("verb", lemma, "quote"):
            yield from self._quotation(i)
        infinitive = [c for c in self.kids(i, "xcomp") if self._case(c) == "to"]
        if infinitive and allows("verb", lemma, "infinitive"):
            inside = self._subtree(infinitive[0])
            for c in self.kids(i, "obj"):
                inside |= self._subtree(c)
            yield "rule:infinitive", self.layout.runs_of(inside)
        for preposition in ("of", "for"):
            target = self._target(i, preposition)
            if target is not None and allows("verb", lemma, preposition):
                inside = self._subtree(target, self.kids(target, "case", "mark")[:1])
                yield f"rule:{preposition}", self.layout.runs_of(inside)
        objects = self.kids(i, "obj")
        if objects and allows("verb", lemma, "object") and self.tokens[objects[0]].upos != "PRON":
            yield "rule:object", self.layout.runs_of(self._subtree(objects[0]))

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
        runs = [run for run in self.layout.runs_of(inside) if run[1] - run[0] > _LEAST_HEADLINE]
        if runs and not any(self.tokens[j].text.lower() in {"said", "says"} for j in inside):
            yield "rule:quote", tuple(runs)

    def _verb_passive(self, i: int, lemma: str) -> Iterator[Relation]:
        """For "X is believed to ...", "it was reported that ...", "X was accused by Y of ..."."""
        agent = self._source(self._agent(i))
        of = self._target(i, "of")
        if of is not None and self.lexicon.framed("verb", lemma, "of"):
            content = self._clean(self.layout.runs_of(self._subtree(of, self.kids(of, "case", "mark")[:1])))
            if content:
                yield Relation(agent, self._cue(i), content, "rule:of")
            return
        if not self.lexicon.framed("passive", lemma, "passive"):
            return
        inside: set[int] = set()
        for c in self.kids(i, "ccomp", "xcomp", "csubj", "csubj:pass"):
            inside |= self._subtree(c)
        if not inside:
            return
        for c in self.kids(i, "nsubj:pass"):
            if self.tokens[c].text.lower() != "it" or not self.kids(i, "ccomp", "csubj", "csubj:pass"):
                inside |= self._subtree(c)
        content = self._clean(subtract_all(self.layout.runs_of(inside), self._cue(i)))
        if content:
            yield Relation(agent, self._cue(i), content, "rule:passive")

    def _conduit(self, i: int) -> Iterator[Relation]:
        """Of "Reuters reported, citing a police source, that ...": the source behind the one that reports."""
        objects = self.kids(i, "obj") or [c for c in self.kids(i, "obl", "nsubj") if c > i and not self._case(c)]
        governor = self.tokens[i].head
        if not objects:
            return
        saying = [c for c in self.kids(objects[0], "acl", "advcl") + self.kids(i, "advcl", "xcomp") if self._case(c) == "as"]
        if saying:
            yield from self._quoted_as(i, objects[0], saying[0])
            return
        if governor < 0 or self.tokens[i].deprel.split(":")[0] not in {"advcl", "acl", "conj"}:
            return
        lemma = self.lemma(governor)
        content = next((c for _, c in self._contents(governor, lemma)), ())
        source = self._source(objects[0])
        cleaned = self._clean(subtract_all(content, [*self._cue(governor), *self._cue(i), *source]))
        if cleaned and source and self.lexicon.get("verb", lemma):
            yield Relation(source, self._cue(i), cleaned, "rule:citing")

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
        if content:
            yield Relation(self._source(self._owner(i)), ((i, i + 1),), content, "rule:noun")

    def _noun_content(self, i: int, lemma: str) -> tuple[Run, ...]:
        for c in self.kids(i, "acl", "ccomp"):
            mark = self._case(c)
            if (mark in _MARKS and self.lexicon.framed("noun", lemma, "clause")) or (
                mark == "to" and self.lexicon.framed("noun", lemma, "infinitive")
            ):
                return self._clean(self.layout.runs_of(self._subtree(c)))
        return ()

    def _owner(self, i: int) -> int | None:
        """Whose claim it is: possessor, by-phrase, or the subject of the verb that governs it."""
        own = self.kids(i, "nmod:poss")
        if own:
            return own[0]
        for preposition in ("by", "from"):
            by = self._by_case(i, preposition)
            if by is not None:
                return by
        head = self.tokens[i].head
        if self.tokens[i].deprel in {"obj", "obl"} and head >= 0 and not self._passive(head):
            return self.subject(head)
        return None

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
        if phrase is None or phrase < 0:
            return
        cue = (i, i + 2)
        source = self._clean(subtract_all(self._source(phrase), [(0, i + 2)]))
        head = self.tokens[phrase].head if self.tokens[i].deprel in {"case", "mark", "fixed"} else self.tokens[i].head
        if head < 0 or not source:
            return
        inside = self._subtree(self._clause(head), [phrase])
        inside.difference_update(self.analysis.subtree(i))
        content = self._clean(subtract_all(self.layout.runs_of(inside), [cue, *source]))
        if content:
            yield Relation(source, (cue,), content, "rule:according-to")

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
