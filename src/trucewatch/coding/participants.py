"""Who did it to whom: the actor, recipient and instrument of a predicate, from the tree.

The lexicon entry says where to look ("recipient=prep:with"); defaults follow from the part of speech and the voice. Each
participant is a noun phrase of the report (or the phrase a pronoun stands for). Either list may be empty; nothing is invented.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from trucewatch.coding.tree import NOMINAL

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from trucewatch.coding.cast import Cast
    from trucewatch.coding.lexicon import Lexicon
    from trucewatch.coding.predicates import Predicate
    from trucewatch.coding.tree import Tree

INSTRUMENT_CLASSES = frozenset(
    {
        "WEAPON",
        "WEAPON_HEAVY",
        "WEAPON_SMALL",
        "WEAPON_COLD",
        "WEAPON_CHEMICAL",
        "WEAPON_CROWD",
        "SHELL",
        "EXPLOSIVE",
        "AIRCRAFT",
        "DRONE",
    }
)
TARGET_CLASSES = frozenset(
    {
        "PROTECTED_SITE",
        "PLACE_BUILT",
        "INFRASTRUCTURE",
        "ROAD",
        "CHECKPOINT",
        "BORDER",
        "AID_CONVOY",
        "VEHICLE",
        "EMBASSY",
        "MEDIA",
    }
)
_RECIPIENT_PREPS = (
    "against", "on", "upon", "with", "to", "toward", "towards", "at", "from", "for", "between", "among", "of", "over", "into", "about",
)  # fmt: skip
WHERE_PREPS = ("in", "inside", "within", "across", "through", "near", "throughout", "around", "along")
_LOW_ROLES = frozenset({"territory", "object"})
_RECIPROCAL = "both"
_OWNER = "owner"
MUTUAL = frozenset({"AGREE", "CONSULT", "COOPERATE"})


@dataclass(frozen=True, slots=True)
class Role:
    """One filler: the token that heads it and how it was found."""

    head: int
    how: str


@dataclass(frozen=True, slots=True)
class Roles:
    """The fillers of one predicate."""

    actors: tuple[Role, ...]
    recipients: tuple[Role, ...]
    instruments: tuple[int, ...]


class RoleFinder:
    """Finds participants in one report."""

    def __init__(self, tree: Tree, lexicon: Lexicon, cast: Cast) -> None:
        self.tree = tree
        self.lexicon = lexicon
        self.cast = cast

    def roles(self, predicate: Predicate) -> Roles:
        """Actor, recipient and instrument of a predicate."""
        entry = predicate.entry
        mutual = _RECIPROCAL in entry.actor or _RECIPROCAL in entry.recipient
        if mutual or (predicate.light is not None and predicate.light.roles == _RECIPROCAL):
            actors, recipients = self._both(predicate)
        else:
            actors = self._actors(predicate)
            recipients = self._recipients(predicate, actors)
            if entry.type in MUTUAL and not recipients and len(actors) > 1:
                actors, recipients = actors[:1], actors[1:]
        if predicate.light is not None and predicate.light.roles == "swap":
            actors, recipients = self._swapped(predicate, actors, recipients)
        return Roles(actors, recipients, self._instruments(predicate))

    # --- actors -------------------------------------------------------------------------------------------------------------

    def _actors(self, p: Predicate) -> tuple[Role, ...]:
        if "none" in p.entry.actor:
            return ()
        for slot in p.entry.actor:
            if slot in {"subj", _OWNER}:
                continue
            found = self._people(self._slot(slot, p), slot)
            if found:
                return found
        for heads, how in ((self._doers(p), "subject"), (self._noun_doers(p), "noun") if p.nominal else ((), "")):
            found = self._people(heads, how)
            if found:
                return found
        return self._owners(p) if _OWNER in p.entry.actor else ()

    def _owners(self, p: Predicate) -> tuple[Role, ...]:
        """Whose the thing is that was acted on, where nobody else is said to act: "the artillery of the Front was drawn back"."""
        things = [j for h in self._undergoer_heads(p) for j in self.tree.conjuncts(h)]
        owned = [c for j in things for c in self.tree.kids(j, "nmod:poss", "amod", "compound")]
        owned += [c for j in things for prep, c in self.tree.obliques(j) if prep == "of"]
        return tuple(Role(c, _OWNER) for c in dict.fromkeys(owned) if self.cast.agentive(c) or self.cast.state_like(c))

    def _doers(self, p: Predicate) -> tuple[int, ...]:
        v = p.verb
        if p.nominal and p.support is None:
            return ()
        if self.tree.is_passive(v):
            return self.tree.agents(v)
        if p.light is not None and p.light.roles == "none":  # who heard the shelling did not shell
            return ()
        return tuple(f.head for f in self.tree.subjects(v) if f.head != p.head)

    def _noun_doers(self, p: Predicate) -> tuple[int, ...]:
        """The doer of an event noun: by-phrase, possessor, demonym or compound, "between", else its support or light governor."""
        noun = p.head
        by = [c for prep, c in self.tree.obliques(noun) if prep in {"by", "between", "among"}]
        poss = list(self.tree.kids(noun, "nmod:poss"))
        mods = [
            c
            for c in self.tree.kids(noun, "amod", "compound", "nmod:unmarked")
            if self.cast.state_like(c) or self.cast.in_agent_class(c)
        ]
        if by or poss or mods:
            return tuple(by or poss or mods)
        of = [c for prep, c in self.tree.obliques(noun) if prep in {"of", "from"} and self.cast.agentive(c)]
        if of and p.entry.recipient and not any("of" in r for r in p.entry.recipient):
            return tuple(of)
        return self._lending_subject(noun)

    def _lending_subject(self, noun: int) -> tuple[int, ...]:
        """The subject of the verb an event noun is the object of ("X halted its attack"), when the noun has no doer of its own."""
        token = self.tree.token(noun)
        if token.deprel == "obj" and token.head >= 0:
            determiners = self.tree.kids(noun, "nmod:poss")
            if determiners and self.cast.is_pronoun(determiners[0]):
                return tuple(f.head for f in self.tree.subjects(token.head))
        return ()

    # --- recipients ---------------------------------------------------------------------------------------------------------

    def _recipients(self, p: Predicate, actors: tuple[Role, ...]) -> tuple[Role, ...]:
        taken = {r.head for r in actors}
        if "none" in p.entry.recipient:
            return ()
        for slot in p.entry.recipient:
            found = self._people(self._slot(slot, p), slot, taken, target=True)
            if found:
                return found
        for search in (
            self._undergoers,
            self._prepositional,
            self._inside_objects,
            self._of_noun,
            self._territory,
            self._complement,
            self._object_itself,
        ):
            found = tuple(r for r in search(p) if r.head not in taken)
            if found:
                return found
        return ()

    def _undergoers(self, p: Predicate) -> tuple[Role, ...]:
        v = p.verb
        if p.nominal and p.support is None:
            return ()
        heads: list[int] = list(self.tree.kids(v, "iobj"))
        heads += self._undergoer_heads(p)
        return self._people(heads, "object", descend=False, target=True)

    def _prepositional(self, p: Predicate) -> tuple[Role, ...]:
        around = [p.head] if p.support is None else [p.head, p.support]
        if not p.nominal:
            around += [f.head for f in self.tree.objects(p.verb)]
            if self.tree.is_passive(p.verb):
                around += [f.head for f in self.tree.subjects(p.verb) if not self.cast.agentive(f.head)]
        preps = (
            _RECIPIENT_PREPS
            if not p.nominal or p.support is not None
            else tuple(x for x in _RECIPIENT_PREPS if x not in {"of", "from"})
        )
        for prep in preps:
            heads = [c for a in around for case, c in self.tree.obliques(a) if case == prep]
            found = self._people(heads, f"prep:{prep}")
            if found:
                return found
        return ()

    def _inside_objects(self, p: Predicate) -> tuple[Role, ...]:
        """Whose decision, statement or land the object is: "condemned Israel's attack" is aimed at Israel."""
        if p.nominal and p.support is None:
            return ()
        return self._people(self._undergoer_heads(p), "object", at_top=False)

    def _of_noun(self, p: Predicate) -> tuple[Role, ...]:
        if not p.nominal:
            return ()
        heads = [c for prep, c in self.tree.obliques(p.head) if prep in {"of", "from"}]
        heads += [c for c in self.tree.kids(p.head, "compound", "amod", "nmod:poss") if self.cast.state_like(c)]
        return self._people(heads, "of")

    def _territory(self, p: Predicate) -> tuple[Role, ...]:
        """A country or body named only as the place ("strikes in Syria"): the field codes it as recipient, with less trust."""
        around = (
            [p.head, p.verb, *(f.head for f in self.tree.objects(p.verb))]
            if not (p.nominal and p.support is None)
            else [p.head]
        )
        heads = [c for a in dict.fromkeys(around) for case, c in self.tree.obliques(a) if case in WHERE_PREPS]
        return tuple(Role(h, "territory") for h in heads if self.cast.state_like(h))

    def _complement(self, p: Predicate) -> tuple[Role, ...]:
        """People inside the complement clause: "agreed to release the pilots" is aimed at the pilots."""
        for c in self.tree.kids(p.head, "xcomp", "ccomp", "advcl", "acl"):
            inner = [f.head for f in (self.tree.subjects(c) if self.tree.is_passive(c) else self.tree.objects(c))]
            inner += [x for case, x in self.tree.obliques(c) if case in _RECIPIENT_PREPS]
            inner += [x for o in self.tree.objects(c) for case, x in self.tree.obliques(o.head)]
            subjects = [] if self.tree.is_passive(c) else [f.head for f in self.tree.subjects(c) if f.how == "nsubj"]
            found = self._people([*subjects, *inner], "complement")
            if found:
                return found
        return ()

    def _object_itself(self, p: Predicate) -> tuple[Role, ...]:
        """The object as it stands, where it names no people: its words are still what was acted on."""
        if p.nominal and p.support is None:
            return ()
        heads = [h for h in self._undergoer_heads(p) if self.tree.token(h).upos in {"NOUN", "PROPN"}]
        return tuple(Role(j, "object-itself") for h in heads for j in self.tree.conjuncts(h))

    # --- reciprocal ---------------------------------------------------------------------------------------------------------

    def _both(self, p: Predicate) -> tuple[tuple[Role, ...], tuple[Role, ...]]:
        """Both sides of a meeting, clash or agreement: the first is actor, the rest recipients; a lone plural is both."""
        subject = self._people(self._doers(p), "subject")
        around = [p.head, p.verb]
        partners = [
            c
            for a in dict.fromkeys(around)
            for case, c in self.tree.obliques(a)
            if case in {"with", "between", "among", "against", "and"}
        ]
        if not (p.nominal and p.support is None) and not self.tree.is_passive(p.verb):
            partners = self._undergoer_heads(p) + partners
        others = tuple(r for r in self._people(partners, "partner") if r.head not in {s.head for s in subject})
        if p.nominal and not subject:
            mods = [
                c for c in self.tree.kids(p.head, "amod", "compound", "nmod:poss", "nmod:unmarked") if self.cast.state_like(c)
            ]
            subject = self._people([*self._noun_doers(p), *mods], "noun")
            others = tuple(r for r in others if r.head not in {s.head for s in subject})
        everyone = (*subject, *others)
        if len(everyone) < 2:  # noqa: PLR2004 - it takes two
            return subject, others
        if not subject or not others:
            return everyone[:1], everyone[1:]
        return subject, others

    def _swapped(
        self, p: Predicate, actors: tuple[Role, ...], recipients: tuple[Role, ...]
    ) -> tuple[tuple[Role, ...], tuple[Role, ...]]:
        """As in "came under fire from X": the support verb's subject suffers, the from- or by-phrase does it."""
        sufferers = self._people([f.head for f in self.tree.subjects(p.verb)], "swap")
        around = [p.head, p.verb]
        doers = self._people(
            [c for a in around for case, c in self.tree.obliques(a) if case in {"from", "by", "at the hands of"}], "swap"
        )
        del actors
        return doers or tuple(
            r for r in self._people(self._noun_doers(p), "noun") if r.head not in {s.head for s in sufferers}
        ), sufferers or recipients

    # --- shared -------------------------------------------------------------------------------------------------------------

    def _slot(self, slot: str, p: Predicate) -> list[int]:
        """The heads a slot of the lexicon names."""
        tree, v = self.tree, p.verb
        name, _, rest = slot.partition(":")
        if name == "of":
            name, rest = "prep", "of"
        if name == "prep":
            preps = [x.replace("_", " ") for x in rest.split("|")]
            around = [p.head, v, *(f.head for f in tree.objects(v))] if not (p.nominal and p.support is None) else [p.head]
            if not p.nominal and tree.is_passive(v):
                around += [f.head for f in tree.subjects(v)]
            return [c for prep in preps for a in dict.fromkeys(around) for case, c in tree.obliques(a) if case == prep]
        stem, _, part = name.partition(".")
        if stem in {"subj", "obj"}:
            heads = self._undergoer_heads(p) if stem == "obj" else list(self._doers(p))
            if not part:
                return heads
            rels = ("nmod:poss",) if part == "poss" else ("amod", "compound", "nmod:unmarked")
            return [c for h in heads for c in tree.kids(h, *rels)]
        if name in {"iobj", "xcomp", "ccomp"}:
            return list(tree.kids(v, name))
        if name in {"poss", "comp"}:
            return list(tree.kids(p.head, "nmod:poss", "amod", "compound"))
        return []

    def _undergoer_heads(self, p: Predicate) -> list[int]:
        """Heads of the direct object, or of the subject of a passive; never the event noun itself."""
        own = self.tree.subjects(p.verb) if self.tree.is_passive(p.verb) else self.tree.objects(p.verb)
        return [f.head for f in own if f.head != p.head and not self._is_the_act(p, f.head)]

    def _is_the_act(self, p: Predicate, j: int) -> bool:
        """Whether an object is the act itself ("conducted a patrol"): its own noun entry has the predicate's type."""
        if not any(c.slot == "obj" and c.op in {"=", "~"} for c in p.entry.frame):
            return False
        return any(e.type == p.entry.type for e in self.lexicon.entries_for(self.tree.lemma(j), "N"))

    def _people(
        self,
        heads: Iterable[int],
        how: str,
        taken: Iterable[int] = (),
        *,
        descend: bool = True,
        at_top: bool = True,
        target: bool = False,
    ) -> tuple[Role, ...]:
        """The acting people in noun phrases: their conjuncts where these can act, else who is named inside them."""
        found: dict[int, Role] = {}
        for head in heads:
            for j in self._spread(head):
                if at_top and (self._acts(j) or (target and self._is_target(j))):
                    found.setdefault(j, Role(j, how))
                elif descend:
                    for inner in self._inside(j):
                        found.setdefault(inner, Role(inner, f"{how}/inside"))
        return tuple(r for r in found.values() if r.head not in set(taken))

    def _spread(self, head: int) -> tuple[int, ...]:
        """The conjuncts of a noun phrase; "both sides" becomes the two sides."""
        if self.cast.is_both_sides(head):
            return self.cast.the_sides(head) or (head,)
        return tuple(
            j
            for j in self.tree.conjuncts(head)
            if self.tree.token(j).upos in NOMINAL or self.tree.token(j).upos in {"ADJ", "DET"}
        )

    def _acts(self, j: int) -> bool:
        return self.cast.agentive(j) and not self._is_instrument(j) and not self._names_an_act(j)

    def _is_target(self, j: int) -> bool:
        """Whether a thing can be acted on in its own right: a hospital, a road, a position."""
        return self.lexicon.in_any(self.tree.lemma(j), TARGET_CLASSES)

    def _names_an_act(self, j: int) -> bool:
        """Whether the noun is an event noun ("the attack") and not a body ("the patrol")."""
        if self.tree.token(j).upos != "NOUN" or self.cast.in_agent_class(j):
            return False
        return bool(self.lexicon.entries_for(self.tree.lemma(j), "N"))

    def _inside(self, j: int) -> tuple[int, ...]:
        """Who is named inside a noun phrase that names no people: possessor, by-phrase, demonym, of- or other phrase, in that order."""
        tests: tuple[Callable[[], list[int]], ...] = (
            lambda: list(self.tree.kids(j, "nmod:poss")),
            lambda: [c for prep, c in self.tree.obliques(j) if prep in {"by", "against"}],
            lambda: [
                c
                for c in self.tree.kids(j, "amod", "compound", "nmod:unmarked")
                if self.cast.state_like(c) or self.cast.in_agent_class(c)
            ],
            lambda: [a for c in self.tree.kids(j, "acl") for a in self.tree.agents(c)],
            lambda: [c for _, c in self.tree.obliques(j)],
        )
        for test in tests:
            hits = [
                x
                for c in test()
                for x in self.tree.conjuncts(c)
                if self._acts(x) or (self.cast.state_like(x) and not self._is_instrument(x))
            ]
            if hits:
                return tuple(hits)
        for _, c in self.tree.obliques(j):
            deeper = self._inside(c)
            if deeper:
                return deeper
        return ()

    def _is_instrument(self, j: int) -> bool:
        if self.cast.in_agent_class(j):
            return False
        if self.cast.label(j) in {"weapon", "vehicle"}:
            return True
        return self.lexicon.in_any(self.tree.lemma(j), INSTRUMENT_CLASSES)

    def _instruments(self, p: Predicate) -> tuple[int, ...]:
        """Weapons, devices and means: among the arguments of the predicate and the modifiers of an event noun."""
        around = dict.fromkeys([p.head, p.verb])
        places: list[int] = []
        for a in around:
            places += [c for case, c in self.tree.obliques(a) if case in {"with", "by", "using", "from", "of"}]
            places += list(self.tree.kids(a, "compound", "amod", "obj", "nsubj", "nmod:unmarked"))
            acts = [h for h in self.tree.kids(a, "nsubj", "obl:agent", "obl") if self._names_an_act(h)]
            places += [c for h in acts for c in self.tree.kids(h, "compound", "amod")]
            places += [f.head for c in self.tree.kids(a, "advcl") if self.tree.lemma(c) == "use" for f in self.tree.objects(c)]
        found = [j for h in places for j in self.tree.conjuncts(h) if self._is_instrument(j)]
        return tuple(dict.fromkeys(found))


def low_trust(how: str) -> bool:
    """Whether a role was found by a fallback that deserves less confidence."""
    return how.partition("/")[0] in _LOW_ROLES or how in {"object-itself", "complement"} or how.endswith("/inside")
