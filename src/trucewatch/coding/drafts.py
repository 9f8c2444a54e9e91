"""From predicates to drafts of events: composition applied, governors turned into acts, repeated mentions merged.

A draft is an event by token indices; ``events`` turns drafts into records. This module decides which acts there are, not where,
when or with what confidence.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING

from trucewatch.coding.harm import harm_words
from trucewatch.coding.lexicon import Entry
from trucewatch.coding.participants import Role, RoleFinder, Roles
from trucewatch.coding.predicates import Finder, Predicate
from trucewatch.coding.status import Raised, StatusAlgebra
from trucewatch.coding.tables import table_rows

if TYPE_CHECKING:
    from trucewatch.coding.cast import Cast
    from trucewatch.coding.lexicon import Lexicon, Pos
    from trucewatch.coding.status import Composition
    from trucewatch.coding.tree import Tree
    from trucewatch.model import Alternative, EventStatus

_RESULT_LINKS = frozenset({"advcl", "acl", "conj"})
_SAY = "SAY"
THREAT_TO_PERSONS = "threat to persons"
_CLOSE = 4
#: Categories that say whom an attack befell: more telling than the means that its noun names.
_OF_WHOM = frozenset({"attack on a protected site", "attack on monitors"})
_MODAL = frozenset({"WILL", "MUST"})


@dataclass(frozen=True, slots=True)
class Draft:
    """An event by token indices. ``words`` are its predicate's tokens; ``embedded`` the head it governs, where composed."""

    predicate: Predicate
    type: str
    mode: str | None
    cameo: str | None
    truce: str | None
    status: EventStatus
    status_rule: str
    type_rule: str
    roles: Roles
    words: tuple[int, ...]
    composed: bool = False
    embedded: bool = False
    others: tuple[tuple[str, str], ...] = ()
    merged: tuple[int, ...] = ()
    chance: float | None = None
    """The head's chance of the type; None where it was not asked."""
    acled: tuple[tuple[str, float], ...] = ()
    """The head's likeliest ACLED sub-events ("-": none), best first; none where the act did not take place."""
    considered: tuple[Alternative, ...] = ()
    """Readings that lost when rules and head were weighed."""


@cache
def raised_truces() -> dict[tuple[str, str], str]:
    """``(type that a governor makes, inner category)`` to the category of the made act, from ``data/raised_truce.tsv``."""
    return {(row[0], row[1]): row[2] for row in table_rows("raised_truce.tsv")}


class Drafter:
    """Drafts the events of one report."""

    def __init__(self, tree: Tree, lexicon: Lexicon, cast: Cast, truce_types: dict[str, frozenset[str]]) -> None:
        self.tree = tree
        self.lexicon = lexicon
        self.cast = cast
        self.truce_types = truce_types
        self.finder = Finder(tree, lexicon, cast)
        self.algebra = StatusAlgebra(tree, lexicon)
        self.role_finder = RoleFinder(tree, lexicon, cast)

    def drafts(self, *, unlisted: float | None = None) -> tuple[Draft, ...]:
        """All drafts of the report, in text order; an act made by a governor stands before what it governs.

        With ``unlisted``, also words without a type that the encoder takes for acts with that chance, which only a head can decide.
        """
        predicates = self.finder.predicates()
        composed = [(p, self.algebra.compose(p)) for p in predicates]
        governed = self._governed(composed)
        found: list[Draft] = []
        for predicate, composition in composed:
            made = governed.pop((predicate.head, predicate.verb), None)
            if made is None and composition.instead is not None:
                made = (composition.instead, predicate, composition)
            found.append(self._draft(predicate, composition, made))
        for raised, inner, _ in governed.values():
            found.extend(self._raised_draft(raised, inner))
        found.extend(self._bare_demands({d.predicate.head for d in found}))
        if unlisted is not None:
            found.extend(self._unlisted({i for d in found for i in (d.predicate.head, d.predicate.verb)}, unlisted))
        return self._ordered(self._aimed(self._merged(found)))

    def _bare_demands(self, coded: set[int]) -> list[Draft]:
        """As in "A said that B must ...": a demand, also where the lexicon has no entry for what is demanded."""
        found: list[Draft] = []
        for token in self.tree.tokens:
            if token.upos not in {"VERB", "ADJ", "NOUN"} or token.i in coded or not self.algebra.must(token.i):
                continue
            speaker = self._speaker(token.i)
            duty = [f.head for f in self.tree.subjects(token.i) if f.how == "nsubj"]
            if speaker is None or not duty or duty[0] == speaker or not self.cast.agentive(duty[0]):
                continue
            made = Raised(token.i, "REQUEST", None, "composition:must", "MUST")
            entry = Entry(made.rule, self.tree.lemma(token.i), "V", (), "REQUEST", None, None, None, (), (), "", -1)
            roles = Roles((Role(speaker, "speaker"),), tuple(Role(j, "duty") for j in self.tree.conjuncts(duty[0])), ())
            found.append(_governor_draft(Predicate(token.i, entry), made, roles, (token.i,)))
        return found

    def _unlisted(self, coded: set[int], least: float) -> list[Draft]:
        """Acts that no rule proposes: drafts without a type, for the head alone to decide."""
        found: list[Draft] = []
        for predicate in self.finder.unlisted(coded, least):
            roles = self.role_finder.roles(predicate)
            composition = self.algebra.compose(predicate)
            words = tuple(sorted({predicate.head, *self.tree.kids(predicate.head, "compound:prt")}))
            found.append(
                Draft(predicate, "", None, None, None, composition.status, composition.rule, predicate.entry.id, roles, words)
            )
        return found

    def _aimed(self, drafts: list[Draft]) -> list[Draft]:
        """A bounty or a threat to persons is aimed at those it would harm: the recipients of the assault it speaks of."""
        for k, draft in enumerate(drafts):
            if draft.truce != THREAT_TO_PERSONS:
                continue
            below = set(self.tree.analysis.subtree(draft.predicate.verb))
            aims = [
                j
                for j, d in enumerate(drafts)
                if d.type in {"ASSAULT", "COERCE"} and not d.composed and d.predicate.head in below
            ]
            people = tuple(r for j in aims for r in drafts[j].roles.recipients)
            for j in aims:
                drafts[j] = replace(drafts[j], status="threatened", status_rule=f"{drafts[j].status_rule}>{THREAT_TO_PERSONS}")
            if people:
                drafts[k] = replace(draft, roles=replace(draft.roles, recipients=people))
        return drafts

    def _governed(
        self, composed: list[tuple[Predicate, Composition]]
    ) -> dict[tuple[int, int], tuple[Raised, Predicate, Composition]]:
        """Acts made by governors, keyed by the predicate they belong to, or by their own token where no predicate was found."""
        own = {h: (p.head, p.verb) for p, _ in composed for h in (p.head, p.verb)}
        found: dict[tuple[int, int], tuple[Raised, Predicate, Composition]] = {}
        for predicate, composition in composed:
            spoken = {made.type for made in composition.raised if made.trigger not in _MODAL}
            for made in composition.raised:
                modal = made.trigger in _MODAL
                if modal and made.type in spoken:
                    continue  # "warned that it would attack" is one threat
                key = (made.head, -1) if modal or made.head not in own else own[made.head]
                if not modal and key == (predicate.head, predicate.verb):
                    continue
                found.setdefault(key, (made, predicate, composition))
        return found

    def _draft(self, p: Predicate, composition: Composition, made: tuple[Raised, Predicate, Composition] | None) -> Draft:
        entry = p.entry
        words = tuple(sorted({p.head, p.verb, *self.tree.kids(p.verb, "compound:prt")}))
        others = tuple((o.type, f"lexicon:{o.id}") for o in p.others)
        base = Draft(
            p, entry.type, entry.mode, entry.cameo, entry.truce, composition.status, composition.rule, f"lexicon:{entry.id}",
            self.role_finder.roles(p), words, embedded=bool(composition.raised), others=others,
        )  # fmt: skip
        if made is None:
            return base
        raised, inner, _ = made
        same = raised.type == entry.type
        truce = self._truce(inner.entry.truce, raised.type)
        return replace(
            base,
            type=raised.type,
            mode=entry.mode if same else raised.mode,
            cameo=entry.cameo if same else None,
            truce=(entry.truce or truce) if same else truce,
            status="happened" if not same and composition.status == "denied" else composition.status,
            type_rule=f"{base.type_rule}+{raised.rule}" if same else raised.rule,
            composed=True,
            words=self._joined(words, inner),
            roles=self._with_inner(base.roles, inner, raised.type),
            others=others if same else ((entry.type, f"lexicon:{entry.id}"), *others),
        )

    def _joined(self, words: tuple[int, ...], inner: Predicate) -> tuple[int, ...]:
        """A governor's words, with the act it governs where that stands close by ("refused to withdraw")."""
        return (
            tuple(sorted({*words, inner.head})) if abs(words[0] - inner.head) <= _CLOSE and inner.head not in words else words
        )

    def _truce(self, truce: str | None, type_: str) -> str | None:
        if truce is None or type_ in self.truce_types.get(truce, frozenset()):
            return truce
        return raised_truces().get((type_, truce))

    def _with_inner(self, roles: Roles, inner: Predicate, type_: str) -> Roles:
        """A governor's recipients, from the act it governs where it has none of its own; a demand is aimed at who is to act."""
        own = [r for r in roles.recipients if r.how != "complement" and not r.how.endswith("/inside")]
        if own or (roles.recipients and type_ != "REQUEST"):
            return roles
        found = self._inner_people(inner, {r.head for r in roles.actors}, doers_first=type_ == "REQUEST")
        return replace(roles, recipients=found or roles.recipients)

    def _inner_people(self, inner: Predicate, taken: set[int], *, doers_first: bool) -> tuple[Role, ...]:
        found = self.role_finder.roles(inner)
        for group in (found.actors, found.recipients) if doers_first else (found.recipients, found.actors):
            people = tuple(Role(r.head, "complement") for r in group if r.head not in taken)
            if people:
                return people
        return ()

    def _raised_draft(self, made: Raised, inner: Predicate) -> list[Draft]:
        """The act of a governor that the lexicon has no entry for, or of the predicate's own modality."""
        token = self.tree.token(made.head)
        pos: Pos = "N" if token.upos in {"NOUN", "PROPN"} else "V"
        entry = Entry(made.rule, token.lemma.lower(), pos, (), made.type, made.mode, None, None, (), (), "", -1)
        predicate = Predicate(made.head, entry)
        roles = (
            self._modal_roles(made, inner)
            if made.trigger in _MODAL
            else self._with_inner(self.role_finder.roles(predicate), inner, made.type)
        )
        if roles is None or not roles.actors:
            return []
        words = self._joined((made.head,), inner)
        truce = self._truce(inner.entry.truce, made.type)
        others = ((inner.entry.type, f"lexicon:{inner.entry.id}"),)
        return [replace(_governor_draft(predicate, made, roles, words), truce=truce, others=others)]

    def _modal_roles(self, made: Raised, inner: Predicate) -> Roles | None:
        """Who undertakes ("will") or who demands of whom ("must")."""
        roles = self.role_finder.roles(inner)
        if made.trigger == "WILL":
            return roles
        speaker = self._speaker(made.head)
        if speaker is None:
            return None
        duty = roles.actors or roles.recipients
        return Roles((Role(speaker, "speaker"),), tuple(r for r in duty if r.head != speaker), ())

    def _speaker(self, i: int) -> int | None:
        """The subject of the speech verb around token ``i``."""
        for j in self.tree.analysis.ancestors(i):
            governor = self.lexicon.governor(self.tree.lemma(j), "V")
            if governor is not None and governor.effect in {_SAY, "REQUEST"}:
                subjects = self.tree.subjects(j)
                return subjects[0].head if subjects else None
        for c in self.tree.kids(i, "parataxis"):
            governor = self.lexicon.governor(self.tree.lemma(c), "V")
            if governor is not None and governor.effect == _SAY and self.tree.subjects(c):
                return self.tree.subjects(c)[0].head
        return None

    # --- merging ------------------------------------------------------------------------------------------------------------

    def _merged(self, drafts: list[Draft]) -> list[Draft]:
        """Result clauses join the act they result from ("attacked ..., killing two"); an event noun joins the verb it causes."""
        by_head = {d.predicate.head: k for k, d in enumerate(drafts) if not d.composed}
        moved: dict[int, int] = {}
        for k, draft in enumerate(drafts):
            target = self._result_of(draft, by_head)
            target = moved.get(target, target) if target is not None else None
            if target is not None and target != k:
                drafts[target] = self._join(drafts[target], draft)
                moved[k] = target
                continue
            source = self._cause_of(draft, by_head)
            if source is not None and source != k and source not in moved:
                drafts[k] = self._join(draft, drafts[source])
                moved[source] = k
        return [d for k, d in enumerate(drafts) if k not in moved]

    def _is_result(self, draft: Draft) -> bool:
        token = self.tree.token(draft.predicate.head)
        word = harm_words().get((token.lemma.lower(), "V"))
        return draft.type == "ASSAULT" and token.upos == "VERB" and word is not None and word.kind in {"killed", "injured"}

    def _result_of(self, draft: Draft, by_head: dict[int, int]) -> int | None:
        """The ASSAULT a killing or wounding clause is the result of."""
        if not self._is_result(draft):
            return None
        token = self.tree.token(draft.predicate.head)
        if self.tree.rel(token.i) not in _RESULT_LINKS or token.head < 0:
            return None
        if self.tree.rel(token.i) in {"conj", "acl"} and self.tree.kids(token.i, "nsubj", "nsubj:pass"):
            return None
        if self.tree.rel(token.i) == "conj" and not self._same_harm(token.i, token.head):
            return None
        return by_head.get(token.head)

    def _same_harm(self, i: int, j: int) -> bool:
        """Whether two coordinated verbs tell of one blow ("killed ... and wounded ...")."""
        return (self.tree.lemma(j), "V") in harm_words() and (self.tree.lemma(i), "V") in harm_words()

    def _cause_of(self, draft: Draft, by_head: dict[int, int]) -> int | None:
        """The event noun that is the subject of a killing verb ("the attack killed three") or of a hitting one."""
        token = self.tree.token(draft.predicate.head)
        if draft.type != "ASSAULT" or token.upos != "VERB":
            return None
        heads = (
            self.tree.agents(token.i) if self.tree.is_passive(token.i) else tuple(f.head for f in self.tree.subjects(token.i))
        )
        return next((by_head[h] for h in heads if h in by_head and by_head[h] is not None and self._nominal_assault(h)), None)

    def _nominal_assault(self, h: int) -> bool:
        entries = self.lexicon.entries_for(self.tree.lemma(h), "N")
        return any(e.type == "ASSAULT" for e in entries)

    def _join(self, main: Draft, other: Draft) -> Draft:
        """One draft with the participants of both; the main one's words come first, the more telling means and category win."""
        taken = {r.head for r in main.roles.recipients} | {r.head for r in main.roles.actors}
        recipients = main.roles.recipients + tuple(
            r for r in other.roles.recipients if r.head not in taken and r.how != "territory"
        )
        actors = main.roles.actors or other.roles.actors
        actor_heads = {r.head for r in actors}
        instruments = tuple(dict.fromkeys((*main.roles.instruments, *other.roles.instruments)))
        telling = other.type == main.type and other.mode and (not main.mode or other.predicate.nominal)
        specific = other if telling else main
        return replace(
            main, roles=Roles(actors, tuple(r for r in recipients if r.head not in actor_heads), instruments), mode=specific.mode or main.mode,
            truce=main.truce if main.truce in _OF_WHOM else specific.truce or main.truce, cameo=specific.cameo or main.cameo,
            merged=(*main.merged, other.predicate.head, other.predicate.verb, *other.merged),
        )  # fmt: skip

    def _ordered(self, drafts: list[Draft]) -> tuple[Draft, ...]:
        return tuple(sorted(drafts, key=lambda d: (d.words[0], not d.composed, d.words)))


def _governor_draft(predicate: Predicate, made: Raised, roles: Roles, words: tuple[int, ...]) -> Draft:
    """The draft of an act that a governor makes: it happened when the words were said."""
    return Draft(predicate, made.type, made.mode, None, None, "happened", "governor", made.rule, roles, words, composed=True)
