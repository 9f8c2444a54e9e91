"""The heart: from an analysis to PLOVER events, each with its words, its people, its place and time, its harm and its claim.

It joins what the other modules of this room find and gives each event its codes (by the ontology), its confidence and its id.
It never fills in what the report does not say.
"""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass, field, replace
from functools import cache
from hashlib import sha256
from typing import TYPE_CHECKING

from trucewatch.coding.again import TOLD, named_again
from trucewatch.coding.confidence import Evidence, confidence
from trucewatch.coding.drafts import THREAT_TO_PERSONS, Draft, Drafter
from trucewatch.coding.harm import FoundHarm, HarmFinder
from trucewatch.coding.incidents import with_incidents
from trucewatch.coding.judge import NO_ACT, REAL, Judge, Settings, settings
from trucewatch.coding.lexicon import Entry
from trucewatch.coding.links import Linker
from trucewatch.coding.participants import MUTUAL, WHERE_PREPS, Role, Roles, low_trust
from trucewatch.coding.predicates import Predicate
from trucewatch.coding.readings import read
from trucewatch.coding.tables import table_rows
from trucewatch.model import AGAIN, Alternative, AtRisk, Basis, Event, Mention, Participant

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from trucewatch.coding.again import Again
    from trucewatch.coding.cast import Cast
    from trucewatch.coding.judge import ReadAct
    from trucewatch.coding.lexicon import Lexicon
    from trucewatch.coding.tree import Tree
    from trucewatch.model import Acled, ActorRef, Claim, Place, Time
    from trucewatch.ontology import Ontology

_STATE = frozenset({"state", "government", "military", "police"})
_UNARMED = frozenset({"civilian", "media", "ngo", "igo", "refugee"})
_WIDE_PREDICATE = 6
_LONG = 60.0
_BACK = 2


@dataclass(frozen=True, slots=True)
class Context:
    """What is already known of the report when its events are coded."""

    tree: Tree
    lexicon: Lexicon
    ontology: Ontology
    cast: Cast
    places: Sequence[Place]
    times: Sequence[Time]
    claims: Sequence[Claim]
    read_act: ReadAct | None = None
    """The learned head; without it the rules stand alone."""
    weights: Settings = field(default_factory=settings)
    """How rules and head are weighed."""


def find_events(context: Context) -> tuple[Event, ...]:
    """The events of a report, in text order."""
    return _Builder(context).events()


def find_at_risk(context: Context, events: Iterable[Event]) -> tuple[AtRisk, ...]:
    """Persons named in a threat to persons or a bounty: for the reviewer's eyes, to be masked on the way out."""
    tree, cast = context.tree, context.cast
    people = [s for s in tree.analysis.entities if s.label == "person" and cast.known(s.first) is None]
    found: dict[tuple[int, int], AtRisk] = {}
    for event in events:
        if event.type != "THREATEN" or event.truce != THREAT_TO_PERSONS:
            continue
        actors = [(p.start, p.end) for p in event.actor]
        spans = [(s.start, s.end) for s in people if event.start <= s.start < event.end]
        spans += [(p.start, p.end) for p in event.recipient if p.actor is None and _is_name(tree, p)]
        for start, end in spans:
            if not any(a <= start < b for a, b in actors):
                found.setdefault((start, end), AtRisk(start, end, tree.analysis.text[start:end], event.id))
    return tuple(found[k] for k in sorted(found))


def _is_name(tree: Tree, p: Participant) -> bool:
    """Whether a participant's words are a proper name."""
    return all(t.upos == "PROPN" for t in tree.tokens if p.start <= t.start < p.end)


@cache
def _alone() -> frozenset[str]:
    """Categories whose acts are kept without anybody in them (``data/alone.tsv``)."""
    return frozenset(row[0] for row in table_rows("alone.tsv"))


class _Builder:
    def __init__(self, context: Context) -> None:
        self.c = context
        self.tree = context.tree
        self.text = context.tree.analysis.text
        self.starts = [token.start for token in self.tree.tokens]
        self.spots = {(p.start, p.end) for p in context.places}
        self.linker = Linker(context.tree, context.places, context.times)
        self.sha = sha256(self.text.encode("utf-8", "surrogatepass")).hexdigest()
        truce_types = {t.id: frozenset(t.types) for t in context.ontology.truces}
        self.drafter = Drafter(context.tree, context.lexicon, context.cast, truce_types)
        self.judge = Judge(context.tree, truce_types, context.read_act, context.weights)

    def events(self) -> tuple[Event, ...]:
        learned = self.c.read_act is not None
        weights = self.c.weights
        judged = self.judge.judged(self.drafter.drafts(unlisted=weights.trigger if learned else None))
        drafts = tuple(read(draft, self.drafter.finder) for draft in judged)
        if learned:
            drafts = with_incidents(drafts, self.tree, weights.incident)
        harms = self._harms_by_draft(drafts, HarmFinder(self.tree, self.c.lexicon, self.c.cast).all())
        found: list[Event] = []
        ids: set[str] = set()
        for k, draft in enumerate(drafts):
            event = self._event(draft, harms.get(k, ()))
            if event is None:
                continue
            event = self._inherited(event, draft, found)
            while event.id in ids:
                event = replace(event, id=f"{event.id}x")
            ids.add(event.id)
            found.append(event)
        for one in list(named_again(self.tree, found)):
            event = self._named_again(one)
            if event is not None:
                found.insert(
                    max((k + 1 for k, e in enumerate(found) if e.predicate.start < event.predicate.start), default=0), event
                )
        return tuple(found)

    def _inherited(self, event: Event, draft: Draft, before: Sequence[Event]) -> Event:
        """As in "were killed in the attack": what this event does not say, from the event that the definite noun points back to."""
        if event.type != "ASSAULT":
            return event
        sentence = event.sentence
        for prep, noun in self.tree.obliques(draft.predicate.verb):
            definite = any(self.tree.lemma(c) in {"the", "this", "that"} for c in self.tree.kids(noun, "det"))
            if prep not in {"in", "during", "by", "from", "after"} or not definite or not self._assault_noun(noun):
                continue
            for other in reversed(before):
                if other.type == "ASSAULT" and 0 < sentence - other.sentence <= _BACK:
                    return self._filled(event, other)
        return event

    def _assault_noun(self, noun: int) -> bool:
        return any(e.type == "ASSAULT" for e in self.c.lexicon.entries_for(self.tree.lemma(noun), "N"))

    def _filled(self, event: Event, other: Event) -> Event:
        basis = replace(event.basis, notes=(*event.basis.notes, f"inherited from {other.id}"))
        bare = event.truce in {None, "armed attack"}
        return replace(
            event, place=event.place if event.place is not None else other.place, time=event.time if event.time is not None else other.time,
            instrument=event.instrument or other.instrument, actor=event.actor or other.actor, basis=basis,
            mode=event.mode or (other.mode if bare else None), truce=other.truce if bare else event.truce,
            cameo=other.cameo if bare else event.cameo, acled=other.acled if bare and event.acled else event.acled,
        )  # fmt: skip

    # --- harm ---------------------------------------------------------------------------------------------------------------

    def _harms_by_draft(self, drafts: Sequence[Draft], harms: Sequence[FoundHarm]) -> dict[int, tuple[FoundHarm, ...]]:
        """Each harm goes to the event whose words say it, else to the nearest material event of its sentence."""
        owner: dict[int, int] = {}
        for k, draft in enumerate(drafts):
            for i in (*draft.words, *draft.merged):
                if not draft.composed:
                    owner.setdefault(i, k)
        found: dict[int, list[FoundHarm]] = {}
        for harm in harms:
            target = owner.get(harm.word, self._nearest_material(drafts, harm.word))
            if target is not None:
                found.setdefault(target, []).append(harm)
        return {k: tuple(v) for k, v in found.items()}

    def _nearest_material(self, drafts: Sequence[Draft], word: int) -> int | None:
        sentence = self.tree.token(word).sentence
        near = [
            (abs(d.predicate.head - word), k)
            for k, d in enumerate(drafts)
            if d.type in {"ASSAULT", "COERCE"} and not d.composed and self.tree.token(d.predicate.head).sentence == sentence
        ]
        return min(near)[1] if near else None

    # --- one event ----------------------------------------------------------------------------------------------------------

    def _event(self, draft: Draft, harms: Sequence[FoundHarm]) -> Event | None:
        made = self._made(draft, harms)
        return made if self._worth_keeping(draft, made, harms) else None

    def _made(self, draft: Draft, harms: Sequence[FoundHarm]) -> Event:
        actors = self._participants(draft.roles.actors)
        with_whom = [r for r in draft.roles.recipients if draft.type not in MUTUAL or not self._only_where(r)]
        recipients = tuple(
            p for p in self._participants(with_whom) if (p.start, p.end) not in {(a.start, a.end) for a in actors}
        )
        taken = [r.head for r in (*draft.roles.actors, *draft.roles.recipients) if r.how != "territory"]
        heads = (*draft.words, *draft.merged)
        place, time = self.linker.place(heads, taken), self.linker.time(heads)
        predicate = self._predicate(draft)
        start, end = self._clause(draft, (*actors, *recipients))
        acled = self._acled(draft, actors, recipients) if draft.status in REAL else None
        return Event(
            id=self._id(draft, predicate),
            type=draft.type,
            mode=draft.mode,
            context=self._contexts(start, end),
            cameo=draft.cameo or self.c.ontology.default_cameo(draft.type, draft.mode, draft.truce),
            quad=self.c.ontology.quad(draft.type),
            acled=acled,
            truce=draft.truce,
            predicate=predicate,
            actor=actors,
            recipient=recipients,
            instrument=tuple(self._mention(*self.tree.np(i)) for i in draft.roles.instruments),
            status=draft.status,
            claim=self._claim(draft),
            place=place,
            time=time,
            harm=tuple(h.harm for h in harms) if draft.status in REAL else (),
            sentence=self.tree.token(draft.predicate.head).sentence,
            start=start,
            end=end,
            confidence=confidence(self._evidence(draft, actors, recipients)),
            basis=Basis(draft.type_rule, draft.status_rule, self._notes(draft), self._alternatives(draft)),
        )

    def _named_again(self, again: Again) -> Event | None:
        """The event of a noun that names an earlier act again: of its kind, with nothing but what the noun phrase says itself."""
        noun, other = again.noun, again.event
        lemma = self.tree.lemma(noun)
        entry = Entry(f"again:{lemma}", lemma, "N", (), other.type, other.mode, other.cameo, other.truce, (), (), "", -1)
        predicate = Predicate(noun, entry)
        composition = self.drafter.algebra.compose(predicate)
        if composition.status not in TOLD:
            return None
        draft = Draft(
            predicate, other.type, other.mode, other.cameo, other.truce, composition.status, composition.rule, entry.id,
            Roles((), (), ()), (noun,),
        )  # fmt: skip
        made = self._made(draft, ())
        phrase = self.tree.analysis.subtree(noun)
        first, last = self.tree.span(min(phrase), max(phrase) + 1)
        verb = next((j for j in self.tree.analysis.ancestors(noun) if self.tree.token(j).upos == "VERB"), noun)
        start, end = self.tree.clause(verb, phrase)
        return replace(
            made,
            start=start,
            end=end,
            acled=other.acled if made.acled else None,
            place=made.place if made.place is not None and first <= self.c.places[made.place].start < last else None,
            time=made.time if made.time is not None and first <= self.c.times[made.time].start < last else None,
            basis=replace(made.basis, notes=(f"{AGAIN}{other.id}",)),
        )

    def _worth_keeping(self, draft: Draft, event: Event, harms: Sequence[FoundHarm]) -> bool:
        """An act without anybody in it is kept only where someone was harmed, or as a ceasefire matter: placed, heard, denied, of a patrol."""
        if self._asked(draft):
            return False
        told = not draft.predicate.nominal and draft.status in REAL and draft.truce in _alone()
        occurs = draft.predicate.light is not None and draft.predicate.light.occurs
        if harms or (draft.truce and (event.place is not None or draft.status == "denied" or told or occurs)):
            return True
        if draft.predicate.nominal and draft.predicate.support is None:
            return any(r.how != "territory" for r in (*draft.roles.actors, *draft.roles.recipients))
        return bool(event.actor or event.recipient)

    def _asked(self, draft: Draft) -> bool:
        """A question tells nothing."""
        sentence = self.tree.analysis.sentences[self.tree.token(draft.predicate.head).sentence]
        return self.text[sentence.start : sentence.end].rstrip("\"”’' ").endswith("?")

    def _acled(self, draft: Draft, actors: Sequence[Participant], recipients: Sequence[Participant]) -> Acled | None:
        """ACLED's types: the head's where it is sure, else the crosswalk's, which asks for a state's forces and civilians."""
        if draft.acled and draft.acled[0][1] >= self.c.weights.acled:
            best = draft.acled[0][0]
            return None if best == NO_ACT else self.c.ontology.acled(best)
        doers = {a.actor.type for a in actors if a.actor}
        sufferers = {r.actor.type for r in recipients if r.actor}
        government = bool(doers & _STATE) if doers else None
        return self.c.ontology.default_acled(
            draft.type, draft.mode, draft.truce, government=government, civilians=bool(sufferers) and sufferers <= _UNARMED
        )

    def _participants(self, roles: Sequence[Role]) -> tuple[Participant, ...]:
        """The participants of roles; a coordinated phrase ("Russian and Turkish forces") gives one for each actor it names."""
        found: dict[tuple[int, int, str], Participant] = {}
        for role in roles:
            for made in self._of_role(role):
                found.setdefault((made.start, made.end, made.actor.id if made.actor else ""), made)
        return tuple(found.values())

    def _only_where(self, role: Role) -> bool:
        """Whether the head took for a participant where it was ("a patrol in Upper Karsh"), and nobody of the actor file."""
        first, last = self.tree.np(role.head)
        named = self.c.cast.label(role.head) == "place" or self.tree.span(first, last) in self.spots
        return (
            role.how == "head" and named and self.tree.case(role.head) in WHERE_PREPS and not self._refs(role.head, first, last)
        )

    def _of_role(self, role: Role) -> list[Participant]:
        head, via = role.head, None
        if self.c.cast.is_pronoun(head):
            antecedent = self.c.cast.antecedent(head)
            if antecedent is not None:
                via = self._mention(head, head + 1)
                head = antecedent
        first, last = self.tree.np(head)
        start, end = self.tree.span(first, last)
        refs: Sequence[ActorRef | None] = self._refs(head, first, last) or (None,)
        return [Participant(start, end, self.text[start:end], ref, via) for ref in refs]

    def _refs(self, head: int, first: int, last: int) -> tuple[ActorRef, ...]:
        """The actor-file entries of a noun phrase; several only where its adjectives are coordinated."""
        if self.c.cast.is_both_sides(head):
            return ()
        refs = self.c.cast.refs(first, last)
        if not refs:
            known = self.c.cast.known(head)
            return (known,) if known else ()
        if len(refs) == 1 and refs[0].country is None:
            earlier = self.c.cast.ref(first, last)
            return (earlier,) if earlier else refs
        coordinated = any(self.tree.kids(c, "conj") for c in self.tree.kids(head, "amod", "compound"))
        return refs if coordinated else refs[:1]

    def _mention(self, first: int, last: int) -> Mention:
        start, end = self.tree.span(first, last)
        return Mention(start, end, self.text[start:end])

    def _predicate(self, draft: Draft) -> Mention:
        words = draft.words
        if words[-1] - words[0] >= _WIDE_PREDICATE:
            words = (draft.predicate.head,)
        return self._mention(words[0], words[-1] + 1)

    def _clause(self, draft: Draft, people: Sequence[Participant]) -> tuple[int, int]:
        start, end = self.tree.clause(draft.predicate.verb)
        inside = self.tree.analysis.sentences[self.tree.token(draft.predicate.head).sentence]
        for p in people:
            if inside.start <= p.start and p.end <= inside.end and p.via is None:
                start, end = min(start, p.start), max(end, p.end)
        return start, end

    def _contexts(self, start: int, end: int) -> tuple[str, ...]:
        found: list[str] = []
        for token in self.tree.tokens[bisect_left(self.starts, start) : bisect_left(self.starts, end)]:
            if token.upos in {"NOUN", "VERB", "ADJ", "PROPN"}:
                context = self.c.lexicon.context(token.lemma)
                if context and context not in found:
                    found.append(context)
        return tuple(sorted(found))

    def _claim(self, draft: Draft) -> str | None:
        """The innermost claim whose content holds the predicate."""
        at = self.tree.token(draft.predicate.head).start
        best: tuple[int, str] | None = None
        for claim in self.c.claims:
            for content in claim.content:
                if content.start <= at < content.end and not any(m.start <= at < m.end for m in claim.cue):
                    size = content.end - content.start
                    nested = best is not None and size == best[0] and claim.within == best[1]
                    if best is None or size < best[0] or nested:
                        best = (size, claim.id)
        return best[1] if best else None

    def _evidence(self, draft: Draft, actors: Sequence[Participant], recipients: Sequence[Participant]) -> Evidence:
        p = draft.predicate
        sentence = self.tree.analysis.sentences[self.tree.token(p.head).sentence]
        length = sentence.last - sentence.first
        roles = (*draft.roles.actors, *draft.roles.recipients)
        return Evidence(
            framed=float(bool(p.entry.frame)),
            ambiguous=float(bool(p.others)),
            nominal=float(p.nominal and p.support is None),
            supported=float(p.support is not None),
            composed=float(draft.composed),
            embedded=float(draft.embedded),
            actor=float(bool(actors)),
            actor_known=float(any(a.actor for a in actors)),
            recipient=float(bool(recipients)),
            recipient_known=float(any(r.actor for r in recipients)),
            weak_role=float(any(low_trust(r.how) for r in roles)),
            head=draft.chance if draft.chance is not None else 0.5,
            overruled=float(draft.type_rule.startswith("head:")),
            long_sentence=max(0.0, min(1.0, (length - _LONG) / _LONG)),
        )

    def _notes(self, draft: Draft) -> tuple[str, ...]:
        roles = [f"actor:{r.how}" for r in draft.roles.actors] + [f"recipient:{r.how}" for r in draft.roles.recipients]
        return tuple(dict.fromkeys(roles))

    def _alternatives(self, draft: Draft) -> tuple[Alternative, ...]:
        others = [Alternative("type", type_, by) for type_, by in dict.fromkeys(draft.others)]
        return (*draft.considered, *others)

    def _id(self, draft: Draft, predicate: Mention) -> str:
        key = f"{self.sha}|{draft.type}|{predicate.start}|{predicate.end}|{draft.status}"
        return "e-" + sha256(key.encode()).hexdigest()[:10]
