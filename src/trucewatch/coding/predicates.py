"""Finding the words that name an act: verbs, event nouns, support verbs with event nouns, predicative adjectives.

The lexicon (``data/lexicon.tsv``) says which frames mean which type; this module matches the frames on the tree. It does not
decide whether the act happened (``status``) nor who took part (``participants``).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, cast

from trucewatch.coding.judge import UNLISTED
from trucewatch.coding.lexicon import ASKED, Constraint, Entry, LightVerb
from trucewatch.coding.tables import table_rows

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from trucewatch.coding.cast import Cast
    from trucewatch.coding.lexicon import Aspect, Lexicon, Pos, Roles
    from trucewatch.coding.tree import Tree
    from trucewatch.language.analysis import Token

Occurs = tuple["Aspect", str]
"""The aspect a verb of occurrence gives, and the PLOVER type it is not read with."""
_GENERIC = frozenset({"EVENT_GENERIC", "PARTITIVE"})
_IDIOM = {"take": "place"}
"""Verbs whose object is a part of them."""
_POS: dict[str, Pos] = {"VERB": "V", "NOUN": "N", "PROPN": "N", "ADJ": "A"}
_TAKES_PLACE = frozenset(
    {"take_place", "happen", "occur", "start", "begin", "materialise", "materialize", "come_off", "go_ahead"}
)
_ROAD_NUMBER = re.compile(r"[A-Z]{1,3}-?\d{1,4}")  # "M4", "R-9": a road by its number


@cache
def occurrence_verbs() -> dict[tuple[str, str], tuple[Aspect, str]]:
    """``(verb, voice)`` to the aspect it gives its subject, and the type it is not read with (``data/occurrence.tsv``)."""
    rows = ((*row, "", "")[:4] for row in table_rows("occurrence.tsv"))
    return {(row[0], row[1]): (cast("Aspect", row[2]), row[3]) for row in rows}


@dataclass(frozen=True, slots=True)
class Predicate:
    """Words that name an act, and the lexicon entry they match.

    ``head`` is the token that carries the meaning (a verb or an event noun); ``support`` the light verb it leans on, if any;
    ``verb`` the token whose arguments hold the participants.
    """

    head: int
    entry: Entry
    support: int | None = None
    light: LightVerb | None = None
    others: tuple[Entry, ...] = ()

    @property
    def verb(self) -> int:
        """The token whose subject and objects are looked at."""
        return self.head if self.support is None else self.support

    @property
    def nominal(self) -> bool:
        """Whether the act is named by a noun."""
        return self.entry.pos == "N"


class Finder:
    """Finds the predicates of one report."""

    def __init__(self, tree: Tree, lexicon: Lexicon, cast: Cast) -> None:
        self.tree = tree
        self.lexicon = lexicon
        self.cast = cast
        self._used: set[int] = set()

    def predicates(self) -> tuple[Predicate, ...]:
        """All predicates in text order; a noun that a verb carries, or that its frame asks for, is found once, with its verb."""
        found: list[Predicate] = []
        for token in self.tree.tokens:
            if token.upos == "VERB":
                found.extend(self._verbal(token.i))
            elif self.tree.is_adjectival_passive(token.i):
                found.extend(self._participle(token.i))
        found.extend(self._participle_supported())
        found.extend(self._occurring())
        for token in self.tree.tokens:
            if token.i in self._used or token.upos not in _POS or token.upos == "VERB":
                continue
            predicate = self._plain(token.i)
            if predicate is not None:
                found.append(predicate)
        return tuple(sorted(found, key=lambda p: (self.tree.token(p.head).sentence, min(p.head, p.verb), p.head)))

    def unlisted(self, coded: set[int], least: float) -> Iterator[Predicate]:
        """Words that the encoder takes for acts, with a chance of ``least``, and no rule proposes; their entries have no type.

        Where the lexicon says that the words name no act ("the club fired its coach"), they are not proposed.
        """
        triggers = self.tree.analysis.triggers
        if triggers is None:
            return
        for i in (triggers >= least).nonzero()[0].tolist():
            token = self.tree.token(i)
            if token.upos not in _POS or i in coded or i in self._used:
                continue
            entry, _ = self._match(i, _POS[token.upos])
            if entry is None or not entry.blocks:
                yield Predicate(
                    i, Entry(UNLISTED, self.tree.lemma(i), _POS[token.upos], (), "", None, None, None, (), (), "", -1)
                )

    def _verbal(self, v: int) -> Iterator[Predicate]:
        """A verb: by an entry whose frame asks for its object, else as support of an event noun, else by any entry that fits."""
        plain = self._plain(v)
        asked = self._asked_objects(plain) if plain is not None else []
        if plain is not None and asked:
            self._used.update(asked)
            yield plain
            return
        carried = list(self._supported(v))
        if carried:
            yield from carried
        elif (plain is not None and self.tree.token(v).deprel not in {"acl", "amod"}) or (
            plain is not None and not self._carries_its_noun(v)
        ):
            yield plain

    def _participle(self, i: int) -> Iterator[Predicate]:
        """A passive that was parsed as an adjective ("has been unblocked"), where the lexicon knows its verb."""
        entry, others = self._match(i, "V")
        if entry is not None and entry.type != "-":
            self._used.add(i)
            yield Predicate(i, entry, None, None, others)

    def _carries_its_noun(self, v: int) -> bool:
        """Whether a participle is the support verb of the noun it modifies ("the agreement reached")."""
        noun = self.tree.token(v).head
        return noun >= 0 and self.lexicon.light(self._verb_key(v), self.tree.lemma(noun)) is not None

    def _asked_objects(self, plain: Predicate) -> list[int]:
        """The nouns that satisfy the object constraints of a verb's entry."""
        if plain.entry.pos != "V":
            return []
        slots = {"obj", "prep"} if plain.entry.type == "ASSAULT" else {"obj", "prep", "subj"}
        wanted = [c for c in plain.entry.frame if c.slot in slots and c.op in {"=", "~"} and not c.negated]
        return [f for c in wanted for f in self._fillers(c, plain.head, None) if self._fits(c, f)]

    def _supported(self, v: int) -> Iterator[Predicate]:
        """A light verb with an event noun: as object, as passive subject, or after a preposition ("came under attack")."""
        for noun in self._light_nouns(v):
            light = self._light(v, noun)
            if light is None:
                continue
            for n in self.tree.conjuncts(noun):
                entry, others = self._match(n, "N", support=v)
                if entry is not None and entry.type != "-":
                    self._used.update((v, n))
                    yield Predicate(n, entry, v, light, others)

    def _light(self, v: int, noun: int) -> LightVerb | None:
        """The light-verb entry: with the noun's preposition first ("come_under"), then bare where the noun is no oblique."""
        key, lemma = self._verb_key(v), self.tree.lemma(noun)
        case = self.tree.case(noun).replace(" ", "_")
        if case == "in" and key == "take" and any(self.tree.lemma(f.head) == "part" for f in self.tree.objects(v)):
            return self.lexicon.light("take_part_in", lemma)
        if case and self.tree.rel(noun) == "obl":
            return self.lexicon.light(f"{key}_{case}", lemma)
        return self.lexicon.light(key, lemma)

    def _light_nouns(self, v: int) -> list[int]:
        nouns = [f.head for f in self.tree.objects(v)]
        if self.tree.is_passive(v):
            nouns.extend(f.head for f in self.tree.subjects(v))
        nouns.extend(c for prep, c in self.tree.obliques(v) if prep in {"under", "to", "into", "in", "on", "out", "from"})
        return [self._event_noun(n) for n in nouns if self.tree.token(n).upos in {"NOUN", "PROPN"}]

    def _generic(self, n: int) -> bool:
        return self.lexicon.in_any(self.tree.lemma(n), _GENERIC)

    def _event_noun(self, n: int) -> int:
        """The noun that carries the event: "a series of attacks", "a patrol mission" lead to attacks and patrol."""
        if self._generic(n) and not self.lexicon.entries_for(self.tree.lemma(n), "N"):
            for prep, c in self.tree.obliques(n):
                if prep == "of" and self.lexicon.entries_for(self.tree.lemma(c), "N"):
                    return c
            for c in self.tree.kids(n, "compound"):
                if self.lexicon.entries_for(self.tree.lemma(c), "N"):
                    return c
        return n

    def _participle_supported(self) -> Iterator[Predicate]:
        """As in "the agreement reached in Moscow", "attacks carried out by X": the noun with the participle that carries it."""
        for token in self.tree.tokens:
            noun = self._noun_of_participle(token.i) if token.upos == "VERB" and token.i not in self._used else None
            if noun is None or noun in self._used:
                continue
            light = self.lexicon.light(self._verb_key(token.i), self.tree.lemma(noun))
            entry, others = self._match(noun, "N", support=token.i) if light else (None, ())
            if light and entry is not None and entry.type != "-":
                self._used.update((token.i, noun))
                yield Predicate(noun, entry, token.i, light, others)

    def _noun_of_participle(self, v: int) -> int | None:
        """The noun a participle belongs to: its head, or the noun right before it where the parse hung it higher."""
        token = self.tree.token(v)
        if token.deprel in {"acl", "amod"}:
            return token.head
        bare = not self.tree.kids(v, "nsubj", "aux", "obj", "mark")
        before = self.tree.token(v - 1) if v else None
        if bare and before is not None and self.tree.rel(v) in {"advcl", "parataxis"} and before.upos == "NOUN":
            return before.i
        return None

    def _occurring(self) -> Iterator[Predicate]:
        """As in "clashes broke out", "no shelling was reported": the event noun with the verb that says it occurs."""
        for token in self.tree.tokens:
            if token.upos != "NOUN" or token.i in self._used or token.head < 0 or token.head in self._used:
                continue
            occurs, roles = self._occurrence(token)
            noun = self._event_noun(token.i)
            entry, others = self._match(noun, "N", support=token.head) if occurs is not None else (None, ())
            if occurs is None or entry is None or entry.type in {"-", occurs[1]}:
                continue
            self._used.update((noun, token.head))
            light = LightVerb(self._verb_key(token.head), entry.lemma, roles, occurs[0], "occurrence.tsv", occurs=True)
            yield Predicate(noun, entry, token.head, light, others)

    def _occurrence(self, token: Token) -> tuple[Occurs | None, Roles]:
        """What the verb over a noun says of its occurring: its subject does, its object was seen or heard ("heard no shelling")."""
        verb, base = token.head, self.tree.rel(token.i)
        if base == "nsubj" and any(self._verb_key(c) in _TAKES_PLACE for c in self._failed(verb)):
            return ("fail", ""), "normal"
        if base == "nsubj":
            return self._occurs(verb, "passive" if token.deprel == "nsubj:pass" else "active"), "normal"
        if base == "obj" and self.tree.token(verb).upos == "VERB" and self._needs_sight(token.i):
            return self._occurs(verb, "seen"), "none"
        return None, "none"

    def _failed(self, v: int) -> tuple[int, ...]:
        """What a verb says did not come about: "failed to take place"."""
        return self.tree.kids(v, "xcomp") if self.tree.lemma(v) == "fail" else ()

    def _needs_sight(self, noun: int) -> bool:
        """Whether a noun does not name an act by itself here, or is said not to have been seen."""
        none = any(self.tree.token(c).text.lower() == "no" for c in self.tree.kids(noun, "det"))
        return none or self._match(self._event_noun(noun), "N")[0] is None

    def _occurs(self, v: int, voice: str) -> Occurs | None:
        """What a verb of occurrence gives its subject; its particle may be parsed as an adverb ("shots rang out")."""
        keys = [self._verb_key(v), *(f"{self.tree.lemma(v)}_{self.tree.lemma(c)}" for c in self.tree.kids(v, "advmod"))]
        return next((found for key in keys if (found := occurrence_verbs().get((key, voice))) is not None), None)

    def _verb_key(self, v: int) -> str:
        particles = [self.tree.lemma(c) for c in self.tree.kids(v, "compound:prt")]
        particles = particles or [
            self.tree.lemma(c) for c in self.tree.kids(v, "obj") if self.tree.lemma(c) == _IDIOM.get(self.tree.lemma(v))
        ]
        return "_".join([self.tree.lemma(v), *(particles or self._stray_particle(v))])

    def _stray_particle(self, v: int) -> list[str]:
        """The particle that the parse hung before the verb ("the exchange fell through"): no preposition stands after its noun."""
        after = self.tree.token(v + 1) if v + 1 < len(self.tree.tokens) else None
        stray = after is not None and after.upos == "ADP" and after.deprel == "case" and 0 <= after.head < v
        return [after.text.lower()] if after is not None and stray else []

    def _plain(self, i: int) -> Predicate | None:
        token = self.tree.token(i)
        pos = _POS[token.upos]
        if pos == "N" and not self._stands_alone(i):
            return None
        if pos == "A" and not self._predicative(i):
            return None
        if pos == "V" and token.deprel in {"case", "mark", "fixed", "compound", "compound:prt"}:
            return None
        entry, others = self._match(i, pos)
        if entry is None or entry.type == "-":
            return None
        return Predicate(i, entry, None, None, others)

    def _predicative(self, i: int) -> bool:
        return bool(self.tree.kids(i, "cop")) or self.tree.rel(i) in {"xcomp", "acl", "ccomp", "root", "conj", "parataxis"}

    def _stands_alone(self, i: int) -> bool:
        """Whether a noun names an act here: not a modifier ("attack helicopter"), unless of a generic noun ("patrol mission")."""
        base = self.tree.rel(i)
        if base in {"flat", "fixed"} or self.cast.label(i) in {"person", "place", "money"}:
            return False
        if base in {"compound", "amod", "nmod"} and self.tree.token(i).head > i:
            return base == "compound" and self._generic(self.tree.token(i).head)
        return True

    def _match(self, i: int, pos: str, support: int | None = None) -> tuple[Entry | None, tuple[Entry, ...]]:
        """The most specific entry whose frame holds, and the other types that matched too."""
        entries = self.lexicon.entries_for(self.tree.lemma(i), pos)
        if not entries and pos == "V" and self.tree.token(i).upos == "VERB":
            entries = self.lexicon.entries_for(self.tree.token(i).text.lower(), pos)
        matched = [e for e in entries if all(self.holds(c, i, support) for c in e.frame)]
        if not matched:
            return None, ()
        return matched[0], tuple(e for e in matched[1:] if e.type != matched[0].type)

    def holds(self, constraint: Constraint, i: int, support: int | None) -> bool:
        """Whether one frame constraint holds for predicate ``i`` (with the arguments of its support verb counted in)."""
        if constraint.slot == ASKED:
            return True
        fillers = self._fillers(constraint, i, support)
        if constraint.op == "":
            result = bool(fillers)
        elif constraint.op.startswith("!"):
            return bool(fillers) and not any(self._fits(constraint, f) for f in fillers)
        else:
            result = any(self._fits(constraint, f) for f in fillers)
        return result != constraint.negated

    def _fits(self, constraint: Constraint, f: int) -> bool:
        """Whether a filler fits; "part of the highway" fits as its part and as the highway, "six of ten guns" as the guns."""
        if self._fits_itself(constraint, f):
            return True
        if self.tree.token(f).upos != "NUM" and not self.lexicon.in_any(self.tree.lemma(f), _GENERIC):
            return False
        return any(self._fits_itself(constraint, c) for prep, c in self.tree.obliques(f) if prep == "of")

    def _fits_itself(self, constraint: Constraint, f: int) -> bool:
        lemma = self.tree.lemma(f)
        if constraint.op.endswith("="):
            return not self._names(f, lemma).isdisjoint(constraint.values)
        return any(self._in_class(f, lemma, c) for c in constraint.values)

    def _names(self, f: int, lemma: str) -> set[str]:
        """A filler's lemma and word, alone and with each modifier before it ("human_shield")."""
        names = {lemma, self.tree.token(f).text.lower()}
        return names | {f"{self.tree.lemma(c)}_{lemma}" for c in self.tree.kids(f, "compound", "amod", "flat")}

    def _in_class(self, f: int, lemma: str, name: str) -> bool:
        if self.lexicon.in_class(lemma, name, self.cast.label(f)):
            return True
        if name == "ROAD" and _ROAD_NUMBER.fullmatch(self.tree.token(f).text):
            return True
        return any(
            self.lexicon.in_class(f"{self.tree.lemma(c)}_{lemma}", name) for c in self.tree.kids(f, "compound", "amod", "flat")
        )

    def _fillers(self, constraint: Constraint, i: int, support: int | None) -> list[int]:
        tree = self.tree
        slot = constraint.slot
        if slot == "obj":
            own = (*tree.subjects(i), *tree.objects(i)) if tree.is_passive(i) else tree.objects(i)
            return [j for f in own for j in tree.conjuncts(f.head)]
        if slot == "subj":
            v = support if support is not None else i
            heads = tree.agents(v) if tree.is_passive(v) else tuple(f.head for f in tree.subjects(v))
            return [j for h in heads for j in tree.conjuncts(h)]
        if slot == "prep":
            around = [i] if support is None else [i, support]
            if support is None and tree.token(i).upos == "VERB":
                around += [o.head for o in tree.objects(i)]
            pairs = [(prep.replace(" ", "_"), c) for a in around for prep, c in tree.obliques(a)]
            named = [c for prep, c in pairs if prep in constraint.prep and self.cast.label(c) != "time"]
            return [j for c in named for j in tree.conjuncts(c)]
        if slot == "prt":
            particles = (
                *tree.kids(i, "compound:prt", "advmod"),
                *(c for c in tree.kids(i, "obl") if tree.token(c).upos == "ADP"),
            )
            return [c for c in particles if tree.token(c).text.lower() in constraint.prep]
        if slot == "light":
            return [] if support is None else [support]
        if slot == "comp":
            return list(tree.kids(i, "compound", "amod", "nmod:poss", "nummod", "nmod:unmarked"))
        if slot in {"xcomp", "ccomp", "iobj"}:
            return list(tree.kids(i, slot))
        return self._around(slot, i, support)

    def _around(self, slot: str, i: int, support: int | None) -> list[int]:
        """The word itself or its "no"; ``any``: subject, objects, obliques; ``under``: nouns below objects and obliques; ``clause``: all."""
        tree = self.tree
        if slot == "self":
            return [i] if support is None else [i, support]
        if slot == "no":
            return [c for c in tree.kids(i, "det", "advmod") if tree.token(c).text.lower() in {"no", "any", "neither", "not"}]
        top = i if support is None else support
        if slot == "clause":
            return self._nouns_below([top], i)
        if slot not in {"any", "under"}:
            return []
        kinds = ("obj", "subj", "iobj") if slot == "any" else ("obj", "iobj")
        named = [c for v in sorted({i, top}) for _, c in tree.obliques(v) if self.cast.label(c) != "time"]
        held = [f for kind in kinds for f in self._fillers(Constraint(kind), i, support)]
        tops = [*held, *(j for c in named for j in tree.conjuncts(c))]
        return tops if slot == "any" else self._nouns_below(tops, i)

    def _nouns_below(self, tops: Iterable[int], but: int) -> list[int]:
        below = dict.fromkeys(j for top in tops for j in self.tree.analysis.subtree(top))
        return [j for j in below if j != but and self.tree.token(j).upos in {"NOUN", "PROPN"}]
