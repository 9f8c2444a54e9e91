"""Whether an act happened: a small algebra over the tree.

An act starts as a fact. Its own marks (negation, modality, aspect) and each word that governs it ("refused to", "no signs of",
"if") change its mood and polarity from the inside out; each step leaves its name in the rule. A governor may also make an act of
its own: "refused to withdraw" is a REJECT, and the withdrawal did not happen (``data/composition.tsv``).

This module must not look at who acts, only at grammar and at the lexicon's governors.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING

from trucewatch.coding.tables import table_rows

if TYPE_CHECKING:
    from trucewatch.coding.lexicon import Lexicon
    from trucewatch.coding.predicates import Predicate
    from trucewatch.coding.tree import Tree
    from trucewatch.language.analysis import Token
    from trucewatch.model import EventStatus

COOPERATIVE = frozenset({"AGREE", "CONSULT", "SUPPORT", "CONCEDE", "COOPERATE", "AID", "RETREAT"})
HOSTILE = frozenset({"THREATEN", "PROTEST", "SANCTION", "MOBILIZE", "COERCE", "ASSAULT"})

_MOOD_OF: dict[str, EventStatus] = {
    "AGREE": "planned", "REJECT": "planned", "THREATEN": "threatened", "REQUEST": "demanded", "PLAN": "planned", "VOW": "planned",
    "BEGIN": "ongoing", "CONTINUE": "ongoing", "PREDICT": "predicted", "DOUBT": "predicted", "POSSIBLE": "predicted",
    "CONDITION": "conditional", "PURPOSE": "planned", "EXPRESS_WILLINGNESS": "planned",
}  # fmt: skip
_NEGATIVE = frozenset({"REJECT", "FAIL", "STOP", "PREVENT", "DENY", "DOUBT"})
_IRREALIS = frozenset({"planned", "threatened", "demanded", "conditional", "predicted"})
_NEGATORS = frozenset({"not", "n't", "n’t", "never", "no", "neither", "nor", "hardly", "without", "nobody", "none", "cannot"})
_FUTURE = frozenset({"will", "shall", "'ll", "’ll", "wo", "gonna"})
_OBLIGATION = frozenset({"must", "should", "ought"})
_POSSIBLE = frozenset({"may", "might", "could", "can", "ca"})
_CONDITIONAL = frozenset({"if", "unless", "provided", "until", "till", "once"})
_PURPOSE = frozenset({"to"})
_LINKS = frozenset({"xcomp", "ccomp", "acl", "csubj", "obj", "nsubj:pass", "nmod", "obl", "csubj:pass", "advcl", "nsubj"})
_GOVERNED_BY = frozenset({"of", "for", "to", "on", "from", "with", "into", "upon", "toward", "towards", "about"})
_IS = frozenset({"is", "are", "was", "were", "am", "'s", "’s", "'re", "’re"})
_NOBODY = frozenset({"nobody", "none", "nothing", "no-one", "neither"})
_REPORTED = frozenset({"ccomp", "parataxis", "xcomp"})
_DUTY = frozenset({"have_to", "need", "must", "should", "ought"})
_NO_INTENT = frozenset({"HELP", "CAUSE", "SAY", "EVIDENCE", "BEGIN", "CONTINUE"})
_DEEP = 8


@dataclass(frozen=True, slots=True)
class Raised:
    """An act made by a governor: the token that makes it, its type and mode, and the rule."""

    head: int
    type: str
    mode: str | None
    rule: str
    trigger: str


@dataclass(frozen=True, slots=True)
class Mood:
    """Mood and polarity of an act, with the names of the steps that led here, innermost first."""

    mood: EventStatus = "happened"
    positive: bool = True
    steps: tuple[str, ...] = ()

    def step(self, name: str, mood: EventStatus | None = None, *, flip: bool = False) -> Mood:
        """One step outwards: an outer irrealis mood wins over an inner one, a fact keeps the inner mood."""
        new = mood if mood is not None and (mood in _IRREALIS or self.mood not in _IRREALIS) else self.mood
        return Mood(new, self.positive != flip, (*self.steps, name))

    @property
    def status(self) -> EventStatus:
        """The single word of the contract: whatever is said not to be so is ``denied``."""
        return self.mood if self.positive else "denied"

    @property
    def rule(self) -> str:
        """The steps joined, or "plain"."""
        return ">".join(self.steps) or "plain"


@dataclass(frozen=True, slots=True)
class Composition:
    """What grammar makes of a predicate: its status with the rule, and the acts its governors make."""

    status: EventStatus
    rule: str
    raised: tuple[Raised, ...] = ()
    attempted: bool = False
    instead: Raised | None = None
    """What the act itself becomes by its support verb ("lifted the blockade")."""


@dataclass(frozen=True, slots=True)
class Link:
    """One step outwards from an act: the governing token, its effect ("" to see through it), and its word."""

    head: int
    effect: str = ""
    word: str = ""
    noun: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """One row of ``composition.tsv``."""

    trigger: str
    positive: bool
    embedded: str
    type: str
    mode: str | None


@cache
def composition_table() -> tuple[Row, ...]:
    """The rows of ``data/composition.tsv``, in order."""
    rows = table_rows("composition.tsv")
    return tuple(Row(r[0], r[1] == "+", r[2], r[3], r[4] if len(r) > 4 and r[4] else None) for r in rows)  # noqa: PLR2004


def compose_type(trigger: str, embedded: str, *, positive: bool) -> Row | None:
    """The row for a trigger over an embedded type, or None where the trigger makes no act of its own."""
    kind = "coop" if embedded in COOPERATIVE else "hostile" if embedded in HOSTILE else "verbal"
    for row in composition_table():
        if row.trigger == trigger and row.positive == positive and row.embedded in {"*", kind, embedded}:
            return None if row.type == "-" else row
    return None


class StatusAlgebra:
    """Composes the status of predicates of one report."""

    def __init__(self, tree: Tree, lexicon: Lexicon) -> None:
        self.tree = tree
        self.lexicon = lexicon

    def compose(self, predicate: Predicate) -> Composition:
        """Status of a predicate and the acts its governors make."""
        raised: list[Raised] = []
        mood, type_ = Mood(), predicate.entry.type
        instead: Raised | None = None
        if predicate.support is not None:
            mood = self._noun_marks(predicate.head, mood)
            instead = self._ended(predicate)
            mood = mood if instead else self._aspect_of_light(predicate, mood)
            type_ = instead.type if instead else type_
        mood, own = self._marks(
            predicate.verb, mood, noun=predicate.nominal and predicate.support is None, carried=predicate.head
        )
        if own:
            type_ = self._raise(own, predicate.verb, type_, mood, raised)
            mood = self._hostile_intent(mood, type_)
        attempted = False
        i, depth = predicate.verb, 0
        while depth < _DEEP:
            link = self._link(i)
            if link is None:
                break
            depth += 1
            if link.effect:
                attempted = attempted or link.effect == "TRY"
                mood, type_ = self._govern(link, mood, type_, raised)
            i = link.head
        return Composition(mood.status, mood.rule, tuple(raised), attempted, instead)

    def _govern(self, link: Link, mood: Mood, type_: str, raised: list[Raised]) -> tuple[Mood, str]:
        """One governor: its effect on the act, its own marks, and the act it makes."""
        effect, g = link.effect, link.head
        name = f"{effect.lower()}:{link.word}"
        if effect in {"CONDITION", "PURPOSE"}:
            return mood.step(name, _MOOD_OF[effect]), type_
        marks, own = self._marks(g, Mood(), noun=link.noun)
        negated = not marks.positive
        inner = mood
        mood = mood.step(
            name, _MOOD_OF.get(effect), flip=(effect in _NEGATIVE) != (negated and effect not in {"SAY", "ACCUSE"})
        )
        if effect == "REJECT" and inner.mood == "happened":
            mood = replace(mood, mood="happened")
        if marks.mood in _IRREALIS and effect != "SAY":
            mood = mood.step(marks.rule, marks.mood)
        row = compose_type(effect, type_, positive=not negated) if inner.positive or effect == "VOW" else None
        if effect == "VOW" and not inner.positive:
            row = compose_type(effect, type_, positive=False)
        if row is not None:
            raised.append(Raised(g, row.type, row.mode, f"composition:{name}{'-' if negated else ''}+{type_}", effect))
            return self._hostile_intent(mood, row.type), row.type
        if own and effect != "SAY":
            type_ = self._raise(own, g, type_, marks, raised)
        return mood, type_

    def _hostile_intent(self, mood: Mood, type_: str) -> Mood:
        """An announced hostile act is threatened, not merely planned."""
        return replace(mood, mood="threatened") if type_ == "THREATEN" and mood.mood == "planned" else mood

    def _raise(self, trigger: str, head: int, type_: str, mood: Mood, raised: list[Raised]) -> str:
        row = compose_type(trigger, type_, positive=mood.positive) if self._speaks(head) else None
        if row is None:
            return type_
        raised.append(
            Raised(head, row.type, row.mode, f"composition:{trigger.lower()}{'' if mood.positive else '-'}+{type_}", trigger)
        )
        return row.type

    def _speaks(self, head: int) -> bool:
        """Whether a clause can be an undertaking or a demand: a main clause or a complement, not a relative or adverbial one."""
        clause = self.tree.first_conjunct(head)
        if self.tree.rel(clause) == "xcomp":
            clause = self.tree.first_conjunct(self.tree.token(clause).head)
        return self.tree.rel(clause) in {"root", "ccomp", "parataxis"}

    def _noun_marks(self, noun: int, mood: Mood) -> Mood:
        if any(self.tree.token(c).text.lower() in _NEGATORS for c in self.tree.kids(noun, "det", "advmod")):
            return mood.step("no", flip=True)
        if any(
            self.tree.lemma(c) in {"planned", "plan", "proposed", "propose", "upcoming", "scheduled", "future"}
            for c in self.tree.kids(noun, "amod")
        ):
            return mood.step("planned-noun", "planned")
        if any(
            self.tree.lemma(c) in {"possible", "potential", "likely", "imminent", "inevitable"}
            for c in self.tree.kids(noun, "amod")
        ):
            return mood.step("possible-noun", "predicted")
        return mood

    def _ended(self, predicate: Predicate) -> Raised | None:
        """The act that ending the noun's act makes ("lifted sanctions" is a RETREAT, "suspended aid" a SANCTION)."""
        if predicate.light is None or predicate.light.aspect != "end":
            return None
        row = compose_type("STOP", predicate.entry.type, positive=True)
        if row is None:
            return None
        return Raised(
            predicate.verb, row.type, row.mode, f"composition:stop:{predicate.light.verb}+{predicate.entry.type}", "STOP"
        )

    def _aspect_of_light(self, predicate: Predicate, mood: Mood) -> Mood:
        aspect = predicate.light.aspect if predicate.light else ""
        if aspect in {"begin", "continue", "resume"}:
            return mood.step(f"aspect:{aspect}", "ongoing")
        if aspect == "plan":
            return mood.step("aspect:plan", "planned")
        if aspect in {"end", "fail"}:
            return mood.step(f"aspect:{aspect}", flip=True)
        return mood

    def _marks(self, v: int, mood: Mood, *, noun: bool, carried: int = -1) -> tuple[Mood, str]:
        """The word's own negation, modality and aspect; and WILL or MUST where they may make an act of their own."""
        if noun:
            return self._noun_marks(v, mood), ""
        if self._negated(v, carried):
            mood = mood.step("not", flip=True)
        own = ""
        modals = self._modals(v)
        if modals & _FUTURE or self._going_to(v):
            conditional = self._has_if_clause(v)
            mood, own = mood.step("will", "conditional" if conditional else "planned"), "" if conditional else "WILL"
        elif "would" in modals:
            conditional = self._has_if_clause(v)
            mood, own = mood.step("would", "conditional" if conditional else "planned"), "" if conditional else "WILL"
        elif self._be_to(v):
            mood = mood.step("be to", "planned")
        elif modals & _OBLIGATION or self._have_to(v):
            mood, own = mood.step("must", "demanded"), "MUST"
        elif modals & _POSSIBLE:
            mood = mood.step("may", "predicted")
        elif self._progressive(v):
            mood = mood.step("progressive", "ongoing")
        return mood, own

    def _negated(self, v: int, carried: int) -> bool:
        kids = self.tree.kids(v, "advmod", "det", "aux", "cc:preconj", "cc", "mark")
        if any(self.tree.token(c).text.lower() in _NEGATORS for c in kids):
            return True
        return any(self._nobody(c) for c in self.tree.kids(v, "nsubj", "nsubj:pass", "obj") if c != carried)

    def _nobody(self, c: int) -> bool:
        """Whether a participant is said to be none: "no guns", "none of the prisoners", "not one of our guns"."""
        if self.tree.token(c).text.lower() in _NOBODY:
            return True
        words = [d for d in self.tree.kids(c, "det", "advmod") if d < c]
        return any(
            self.tree.token(d).text.lower() in {"no", "neither"}
            or (self.tree.token(d).text.lower() == "not" and self.tree.token(d + 1).text.lower() != "only")
            for d in words
        )

    def _modals(self, v: int) -> set[str]:
        found = {self.tree.token(c).text.lower() for c in self.tree.kids(v, "aux")}
        if not found and self.tree.rel(v) == "conj" and not self.tree.kids(v, "nsubj"):
            head = self.tree.token(v).head
            found = (
                {self.tree.token(c).text.lower() for c in self.tree.kids(head, "aux")} if self.tree.is_verbal(head) else set()
            )
        return found

    def _going_to(self, v: int) -> bool:
        token = self.tree.token(v)
        return token.deprel == "xcomp" and self.tree.token(token.head).text.lower() == "going"

    def _be_to(self, v: int) -> bool:
        """As in "are to be freed on Monday": an arrangement."""
        marks = [c for c in self.tree.kids(v, "mark") if self.tree.token(c).text.lower() == "to"]
        return bool(marks) and any(
            c < marks[0] and self.tree.token(c).text.lower() in _IS for c in self.tree.kids(v, "aux", "cop", "aux:pass")
        )

    def _have_to(self, v: int) -> bool:
        """Whether a verb hangs on "have to"; in a tale of the past what had to be done was done, in reported speech it is a demand."""
        token = self.tree.token(v)
        if token.deprel != "xcomp" or token.head < 0 or self.tree.lemma(token.head) not in {"have", "need"}:
            return False
        told = self.tree.token(token.head).text.lower() == "had" and self.tree.rel(token.head) not in _REPORTED
        return not told

    def must(self, v: int) -> bool:
        """Whether clause ``v`` says what somebody has to do."""
        return bool(self._modals(v) & {"must", "should"}) or self._have_to(v)

    def _has_if_clause(self, v: int) -> bool:
        clauses = self.tree.kids(v, "advcl")
        return any(self.tree.token(m).text.lower() in {"if", "unless"} for c in clauses for m in self.tree.kids(c, "mark"))

    def _progressive(self, v: int) -> bool:
        if not self.tree.token(v).text.lower().endswith("ing"):
            return False
        aux = [self.tree.token(c) for c in self.tree.kids(v, "aux")]
        if not any(t.lemma.lower() == "be" for t in aux):
            return False
        past = any(t.text.lower() in {"was", "were"} for t in aux)
        return not past

    def _link(self, i: int) -> Link | None:
        """The next word outwards and its effect; None when the chain ends."""
        token = self.tree.token(i)
        if token.head < 0:
            return None
        marks = {self.tree.token(c).text.lower() for c in self.tree.kids(i, "mark")}
        base = self.tree.rel(i)
        if token.deprel.endswith(":relcl"):
            return None
        if base == "advcl":
            return self._adverbial(i, marks)
        if base == "conj":
            return Link(token.head) if not self.tree.kids(i, "nsubj", "aux") else None
        if (
            (base == "acl" and not marks)
            or token.deprel == "acl:relcl"
            or base not in _LINKS
            or (base == "nsubj" and token.upos not in {"NOUN", "PROPN"})
        ):
            return None
        if base == "obl" and self.tree.case(i) not in _GOVERNED_BY:
            return None
        return self._governed(token, base, marks)

    def _governed(self, token: Token, base: str, marks: set[str]) -> Link | None:
        """The link to a governor by its effect on ``token``; a purpose, or a word to see through, where it has none."""
        link = self._effect(token.head, token.i)
        if base == "acl" and "to" in marks and (link is None or link.effect in _NO_INTENT):
            return Link(token.head, "PURPOSE", "to")
        if link is not None:
            failed = base == "nsubj" and link.effect == "FAIL"  # an attack that failed took place
            return None if failed else link
        if base in {"nmod", "acl"} and not (base == "acl" and "to" not in marks):
            return Link(token.head) if self.lexicon.in_class(self.tree.lemma(token.head), "PARTITIVE") else None
        return Link(token.head) if base == "xcomp" else None

    def _adverbial(self, i: int, marks: set[str]) -> Link | None:
        head = self.tree.token(i).head
        if marks & _CONDITIONAL:
            return Link(head, "CONDITION", min(marks & _CONDITIONAL))
        link = self._effect(head, i)
        if link is not None and (marks & {"to", "of", "from", "for", "into", "against", "with"} or not marks):
            return link
        return Link(head, "PURPOSE", "to") if marks & _PURPOSE else None

    def _effect(self, g: int, i: int) -> Link | None:
        """The governor entry of token ``g`` as head of ``i``: with its particle, with the preposition, then bare."""
        pos = {"VERB": "V", "NOUN": "N", "ADJ": "A", "AUX": "V", "PROPN": "N"}.get(self.tree.token(g).upos)
        if pos is None:
            return None
        lemma = self.tree.lemma(g)
        linkers = [self.tree.lemma(c) for c in self.tree.kids(g, "compound:prt")]
        linkers += self.tree.case(i).split()[:1]
        linkers += [self.tree.token(c).text.lower() for c in self.tree.kids(i, "mark")]
        if self.tree.is_verbal(i):
            linkers += [prep for prep, _ in self.tree.obliques(g) if prep in {"on", "upon", "to"}]
        for key in [*(f"{lemma}_{word}" for word in linkers), lemma]:
            found = self.lexicon.governor(key, pos)
            if found is not None and found.lemma not in _DUTY:
                spoken = found.lemma == "tell" and self.tree.rel(i) in {"ccomp", "parataxis"}
                return Link(g, "SAY" if spoken else found.effect, found.lemma, noun=pos == "N")
        return None
