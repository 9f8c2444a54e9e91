"""The learned head's say: who takes part in an act, whether it is one, of which type, mode, status and ACLED sub-event.

The rules propose an act with its people and explain it; here the head is asked, the two are weighed (``data/judge.tsv``), and what
lost stays on record as an alternative. Acts that no rule proposes have the head alone to speak for them and need a surer one. Without
a head (an analysis built by hand) every proposal stands as it is. This module must not resolve actors or decide where and when.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from math import log, sqrt
from typing import TYPE_CHECKING, Protocol, cast

import numpy as np

from trucewatch.coding.participants import Role
from trucewatch.coding.tables import table_rows
from trucewatch.coding.tree import NOMINAL
from trucewatch.model import Alternative

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from numpy.typing import NDArray

    from trucewatch.coding.drafts import Draft
    from trucewatch.coding.tree import Tree
    from trucewatch.language.acts import ActChances
    from trucewatch.model import EventStatus

NO_ACT = "-"
REAL = frozenset({"happened", "ongoing"})  #: statuses of what ACLED records
UNLISTED = "unlisted"  #: type rule of an act whose word the lexicon does not know
_FLOOR = 1e-5
_WIDEST = 110
_NAMED_OBJECT = "obj"  #: how a recipient was found that the entry itself says is the object: the head has no veto over it
_MODAL_RULES = ("composition:will", "composition:must")


class ReadAct(Protocol):
    """The head: vectors of a stretch of words, and where predicate, actor and recipient stand in it."""

    def people(self, vectors: NDArray[np.floating], predicate: Iterable[int]) -> NDArray[np.float32]:
        """Chances, (2, words), of each word to belong to the actor and to the recipient."""
        ...

    def __call__(
        self, vectors: NDArray[np.floating], predicate: Iterable[int], actor: Iterable[int], recipient: Iterable[int]
    ) -> ActChances:
        """Chances of the act."""
        ...


@dataclass(frozen=True, slots=True)
class Settings:
    """How much a rule's word weighs against the head's, in nats, and how sure the head must be where it stands alone."""

    rule: float
    framed: float
    composed: float
    listed: float
    asked: float
    status: float
    governed: float
    trigger: float
    unlisted: float
    acled: float
    mode: float
    keep: float
    people: float
    whole: float
    incident: float


@cache
def settings() -> Settings:
    """The numbers of ``data/judge.tsv``."""
    rows = table_rows("judge.tsv")
    return Settings(**{row[0]: float(row[1]) for row in rows})


@cache
def mode_truces() -> dict[tuple[str, str | None], str]:
    """``(type, mode)`` to the ceasefire category it stands for, from ``data/mode_truce.tsv``."""
    return {(row[0], row[1]): row[2] for row in table_rows("mode_truce.tsv")}


def weigh(chances: Mapping[str, float], rule: str, weight: float) -> str:
    """The name with the best log chance, ``weight`` nats added to the rule's own."""
    return max(chances, key=lambda name: log(chances[name] + _FLOOR) + (weight if name == rule else 0.0))


class Judge:
    """Weighs the drafts of one report."""

    def __init__(
        self, tree: Tree, truce_types: Mapping[str, frozenset[str]], read_act: ReadAct | None, weights: Settings | None = None
    ) -> None:
        """``truce_types``: the PLOVER types that each ceasefire category comes with; ``weights``: default those of the table."""
        self.tree = tree
        self.settings = weights or settings()
        self.truce_types = truce_types
        vectors = tree.analysis.vectors
        self.read_act = read_act if vectors is not None else None
        self._words = None if vectors is None else vectors.astype(np.float32)  # the head's own precision, once for all acts
        self._whole: dict[tuple[int, int], Mapping[str, float]] = {}

    def judged(self, drafts: Sequence[Draft]) -> tuple[Draft, ...]:
        """The drafts that stand, each with what the head made of it."""
        found = (self._judged(draft) for draft in drafts)
        return tuple(draft for draft in found if draft is not None and draft.type)

    def _judged(self, draft: Draft) -> Draft | None:
        p = draft.predicate
        if self.read_act is None or draft.type_rule.startswith(_MODAL_RULES):
            return None if self.read_act is None and p.entry.asked else draft
        word = p.verb if draft.composed and p.support is not None else p.head
        telling = bool(draft.composed or ((p.entry.frame or draft.truce) and not p.entry.asked))
        least = 0.0 if telling else self.settings.asked if p.entry.asked else self.settings.listed
        if not self._may_stand(word, least if draft.type else self.settings.unlisted):
            return None
        first, last = self._stretch(word)
        draft = self._with_people(draft, word, first, last)
        chances = self._chances(draft, word, first, last)
        if not draft.type:
            found = self._unlisted(draft, word, chances)
            return found and self._with_outcome(found, chances, first, last)
        weight = self.settings.composed if draft.composed else self.settings.framed if telling else self.settings.rule
        likely = {k: v for k, v in chances.type.items() if k != NO_ACT}
        if self._act(word, chances) < least:
            return None
        best = weigh(likely, draft.type, weight)
        if best != draft.type:
            draft = self._retyped(draft, best, chances)
        else:
            draft = replace(draft, mode=draft.mode or self._mode(best, chances))
            draft = self._other_type(draft, max(likely, key=likely.__getitem__), chances)
        return self._with_outcome(replace(draft, chance=chances.type[draft.type]), chances, first, last)

    def _vectors(self, first: int, last: int) -> NDArray[np.float32]:
        assert self._words is not None  # noqa: S101 - judged() asks before
        return self._words[first:last]

    def _chances(self, draft: Draft, word: int, first: int, last: int) -> ActChances:
        """What the head says of an act with its people."""
        people = [
            [i - first for role in roles for i in range(*self.tree.np(role.head)) if first <= i < last]
            for roles in (draft.roles.actors, draft.roles.recipients)
        ]
        assert self.read_act is not None  # noqa: S101 - judged() asks before
        return self.read_act(self._vectors(first, last), [word - first], *people)

    def _with_people(self, draft: Draft, word: int, first: int, last: int) -> Draft:
        """The draft with the people that rules and head make of it together."""
        assert self.read_act is not None  # noqa: S101 - judged() asks before
        scores = self.read_act.people(self._vectors(first, last), [word - first])
        found = [
            self._weighed(roles, row, other, (first, last), self.tree.token(word).sentence)
            for roles, row, other in (
                (draft.roles.actors, scores[0], scores[1]),
                (draft.roles.recipients, scores[1], scores[0]),
            )
        ]
        actors = {role.head for role in found[0]}
        recipients = tuple(role for role in found[1] if role.head not in actors)
        return replace(draft, roles=replace(draft.roles, actors=found[0], recipients=recipients))

    def _weighed(
        self,
        roles: Sequence[Role],
        row: NDArray[np.float32],
        other: NDArray[np.float32],
        stretch: tuple[int, int],
        sentence: int,
    ) -> tuple[Role, ...]:
        """The fillers that the head does not contradict, and those that it is sure of and the rules have not.

        Another sentence is looked to only where this one has nobody.
        """
        first, last = stretch
        kept: list[Role] = []
        taken: set[int] = set()
        for role in roles:
            a, b = self.tree.np(role.head)
            inside = range(max(a, first) - first, min(b, last) - first)
            if inside and role.how != _NAMED_OBJECT and float(row[inside].max()) < self.settings.keep:
                continue
            kept.append(role)
            taken.update(range(a, b))
        sure = (row >= self.settings.people) & (row > other)
        heads = self._heads(sure, first)
        own = [i for i in heads if self.tree.token(i).sentence == sentence]
        for head in own or ([] if kept else heads):
            a, b = self.tree.np(head)
            if taken.isdisjoint(range(a, b)):
                kept.append(Role(head, "head"))
                taken.update(range(a, b))
        return tuple(kept)

    def _heads(self, sure: NDArray[np.bool_], first: int) -> list[int]:
        """The nominal heads of the runs of words that are sure."""
        inside = {i + first for i in sure.nonzero()[0].tolist()}
        tops = [i for i in sorted(inside) if self.tree.token(i).head not in inside]
        return [i for i in tops if self.tree.token(i).upos in NOMINAL]

    def _stretch(self, word: int) -> tuple[int, int]:
        """The tokens the head reads: the word's sentence with its neighbours where they are short, a part of it where it is long."""
        sentences, k = self.tree.analysis.sentences, self.tree.token(word).sentence
        first, last = max(sentences[k].first, word - _WIDEST), min(sentences[k].last, word + _WIDEST)
        for neighbour in (k - 1, k + 1):
            if 0 <= neighbour < len(sentences):
                a, b = min(first, sentences[neighbour].first), max(last, sentences[neighbour].last)
                if b - a <= _WIDEST:
                    first, last = a, b
        return first, last

    def _named(self, word: int) -> float:
        """The encoder's chance that a word names an act; 1 where it was not asked."""
        triggers = self.tree.analysis.triggers
        return 1.0 if triggers is None else float(triggers[word])

    def _act(self, word: int, chances: ActChances) -> float:
        """How likely a word names an act: what the encoder says of the word and the head of the act, as their geometric mean."""
        return sqrt(self._named(word) * (1 - chances.type[NO_ACT]))

    def _may_stand(self, word: int, least: float) -> bool:
        """Whether the head, however sure, could let a draft stand whose word must name an act with a chance of ``least``."""
        return sqrt(self._named(word)) >= least

    def _with_outcome(self, draft: Draft, chances: ActChances, first: int, last: int) -> Draft:
        """The draft with its status and, where ACLED would record it at all, its sub-events."""
        draft = self._with_status(draft, chances)
        return replace(draft, acled=self._acled(chances, first, last)) if draft.status in REAL else draft

    def _unlisted(self, draft: Draft, word: int, chances: ActChances) -> Draft | None:
        best = max(chances.type, key=chances.type.__getitem__)
        sure = self._act(word, chances) * chances.type[best] / (1 - chances.type[NO_ACT] + _FLOOR)
        if best == NO_ACT or sure < self.settings.unlisted:
            return None
        rule = f"head:{best} {chances.type[best]:.2f}, {UNLISTED}"
        mode = self._mode(best, chances)
        truce = mode_truces().get((best, mode))
        return replace(draft, type=best, mode=mode, truce=truce, type_rule=rule, chance=chances.type[best])

    def _retyped(self, draft: Draft, best: str, chances: ActChances) -> Draft:
        """The head's type against the rule's; what hung on the old type goes with it."""
        lost = Alternative("type", draft.type, draft.type_rule, round(chances.type[draft.type], 3))
        truce = draft.truce if draft.truce and best in self.truce_types.get(draft.truce, frozenset()) else None
        mode = self._mode(best, chances)
        return replace(
            draft, type=best, mode=mode, cameo=None, truce=truce or mode_truces().get((best, mode)),
            type_rule=f"head:{best} {chances.type[best]:.2f} over {draft.type_rule}", considered=(*draft.considered, lost),
        )  # fmt: skip

    def _other_type(self, draft: Draft, best: str, chances: ActChances) -> Draft:
        if best == draft.type:
            return draft
        other = Alternative("type", best, "head", round(chances.type[best], 3))
        return replace(draft, considered=(*draft.considered, other))

    def _mode(self, type_: str, chances: ActChances) -> str | None:
        """The head's mode among those of a type, where it is likelier than not."""
        own = {k.partition("/")[2]: p for k, p in chances.mode.items() if k.startswith(f"{type_}/")}
        if not own:
            return None
        best = max(own, key=own.__getitem__)
        share = own[best] / (sum(own.values()) + chances.mode[NO_ACT] + _FLOOR)
        return best if share >= self.settings.mode else None

    def _acled(self, chances: ActChances, first: int, last: int) -> tuple[tuple[str, float], ...]:
        """The likeliest sub-events of an act, read together with those of its stretch as a whole."""
        if (first, last) not in self._whole:
            assert self.read_act is not None  # noqa: S101 - judged() asks before
            self._whole[first, last] = self.read_act(self._vectors(first, last), (), (), ()).acled
        share = self.settings.whole
        mixed = {k: (1 - share) * p + share * self._whole[first, last][k] for k, p in chances.acled.items()}
        return tuple(sorted(mixed.items(), key=lambda item: -item[1])[:3])

    def _with_status(self, draft: Draft, chances: ActChances) -> Draft:
        weight = self.settings.status if draft.status == "happened" else self.settings.governed
        best = weigh(chances.status, draft.status, weight)
        if best != draft.status:
            lost = Alternative("status", draft.status, draft.status_rule, round(chances.status[draft.status], 3))
            rule = f"head:{best} {chances.status[best]:.2f} over {draft.status_rule}"
            return replace(draft, status=cast("EventStatus", best), status_rule=rule, considered=(*draft.considered, lost))
        likeliest = max(chances.status, key=chances.status.__getitem__)
        if likeliest != draft.status:
            other = Alternative("status", likeliest, "head", round(chances.status[likeliest], 3))
            return replace(draft, considered=(*draft.considered, other))
        return draft
