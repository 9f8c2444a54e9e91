"""Who can act in a report: which noun phrases name people or bodies, whom the actor file takes them for, what pronouns mean.

Built once a report. Says nothing about events; never invents an actor: what the actor file does not know stays a phrase.
"""

from __future__ import annotations

from bisect import bisect_left
from typing import TYPE_CHECKING

from trucewatch.coding.tree import NOMINAL

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from trucewatch.coding.lexicon import Lexicon
    from trucewatch.coding.tree import Tree
    from trucewatch.knowledge.actors import ActorFile
    from trucewatch.model import ActorRef, Time

AGENT_CLASSES = frozenset(
    {
        "PERSON", "COALITION", "CIVILIAN", "FORCE", "REBEL", "POLICE", "OFFICIAL", "LEADER", "POLITICAL_ACTOR",
        "OPPOSITION", "ORGANISATION", "DIPLOMAT", "AMBASSADOR", "DELEGATION", "PEACEKEEPER", "MONITOR", "INSPECTOR",
        "AID_WORKER", "JOURNALIST", "MEDIA", "PROTESTER", "REFUGEE", "PRISONER", "DETAINEE", "RECRUIT", "RESERVE",
        "EMPLOYEE", "BUSINESS", "COURT", "CONVOY", "PATROL",
    }
)  # fmt: skip
_AGENT_LABELS = frozenset({"person", "organisation", "group"})
_PRONOUNS = frozenset({"he", "she", "they", "it", "him", "her", "them", "his", "their", "its", "we", "us", "our", "i", "you"})
_PLURAL = frozenset({"they", "them", "their"})
_PERSONAL = frozenset({"he", "she", "him", "her", "his"})
_THING = frozenset({"it", "its"})
_SPEAKER = frozenset({"we", "us", "our", "i", "you"})
_BOTH = frozenset({"both", "sides", "side", "parties", "party"})
_LOOK_BACK = 3
_SHORT = 3


class Cast:
    """The report's people and bodies, by token index."""

    def __init__(
        self, tree: Tree, lexicon: Lexicon, actors: ActorFile, date: str | None = None, times: Sequence[Time] = ()
    ) -> None:
        self.tree = tree
        self.lexicon = lexicon
        self.actors = actors
        self.date = date
        self.mentions = actors.find(tree.analysis, date=date)
        self._setting = actors.setting(tree.analysis, date)
        self._actor_at = {j: m.ref for m in self.mentions for j in range(m.first, m.last)}
        self._label_at: dict[int, str] = {}
        for span in tree.analysis.entities:
            for j in range(span.first, span.last):
                self._label_at[j] = span.label
        for j in _covered(tree, times):
            self._label_at[j] = "time"
        self._refs: dict[tuple[int, int], tuple[ActorRef, ...]] = {}

    def label(self, i: int) -> str:
        """The entity label that covers token ``i``, or ""."""
        return self._label_at.get(i, "")

    def known(self, i: int) -> ActorRef | None:
        """The actor-file entry mentioned at token ``i``."""
        return self._actor_at.get(i)

    def in_agent_class(self, i: int) -> bool:
        """Whether the noun names people or a body, by the lexicon's word classes."""
        return self.lexicon.in_any(self.tree.lemma(i), AGENT_CLASSES)

    def agentive(self, i: int) -> bool:
        """Whether nominal ``i`` names someone who can act: people, a body, a state; or a pronoun for one."""
        token = self.tree.token(i)
        if token.upos not in NOMINAL and token.upos not in {"ADJ", "DET"}:
            return False
        if token.text.lower() in _PRONOUNS:
            return True
        if self.label(i) == "time":
            return False
        if token.upos in {"ADJ", "DET"}:
            return self.known(i) is not None
        if self.known(i) is not None or self.label(i) in _AGENT_LABELS:
            return True
        if self.in_agent_class(i):
            return True
        return token.upos == "PROPN" and self.label(i) not in {
            "place",
            "weapon",
            "vehicle",
            "time",
            "document",
            "money",
            "quantity",
        }

    def state_like(self, i: int) -> bool:
        """Whether token ``i`` (a name or a demonym) stands for a state, government, group or body."""
        return self.known(i) is not None or self.label(i) in _AGENT_LABELS

    def refs(self, first: int, last: int) -> tuple[ActorRef, ...]:
        """Actor-file entries for the words ``tokens[first:last]``: name, or demonym and role ("Turkish soldiers")."""
        key = (first, last)
        if key not in self._refs:
            self._refs[key] = self.actors.resolve_all(self.tree.tokens[first:last], date=self.date, setting=self._setting)
        return self._refs[key]

    def ref(self, first: int, last: int) -> ActorRef | None:
        """The first of ``refs``, or None; "the ministry" after "the Varenian Defence Ministry" is that ministry."""
        found = self.refs(first, last)
        if not found:
            return None
        return self._earlier(first, last, found[0]) or found[0]

    def _earlier(self, first: int, last: int, ref: ActorRef) -> ActorRef | None:
        """What a definite, countryless phrase points back to: the last named actor with the same head word and code family."""
        words = self.tree.tokens[first:last]
        if ref.country is not None or len(words) > _SHORT or words[0].lemma.lower() not in {"the", "its", "their"}:
            return None
        head = self.tree.lemma(last - 1)
        for m in reversed(self.mentions):
            if m.first < first and m.ref.country and m.ref.type == ref.type and self.tree.lemma(m.last - 1) == head:
                return m.ref
        return None

    def is_pronoun(self, i: int) -> bool:
        """Whether token ``i`` is a personal pronoun that may stand for an actor."""
        token = self.tree.token(i)
        return token.upos in {"PRON", "DET"} and token.text.lower() in _PRONOUNS

    def antecedent(self, i: int) -> int | None:
        """The noun a pronoun stands for: the nearest fitting subject before it, within a few sentences; None when unsure."""
        word = self.tree.token(i).text.lower()
        if word in _SPEAKER:
            return None
        fits = self._fit(word)
        return next((j for j in self._before(i) if fits(j)), None)

    def _fit(self, word: str) -> Callable[[int], bool]:
        def plural(j: int) -> bool:
            return self.tree.token(j).feature("Number") == "Plur" or bool(self.tree.kids(j, "conj"))

        def fits(j: int) -> bool:
            if not self.agentive(j) or self.is_pronoun(j):
                return False
            if word in _PERSONAL:
                return self.label(j) == "person" or (
                    self.tree.token(j).upos == "NOUN" and not plural(j) and self.in_agent_class(j)
                )
            if word in _PLURAL:
                return plural(j) or self.label(j) in {"organisation", "group"}
            return word in _THING and not plural(j) and self.label(j) != "person"

        return fits

    def _before(self, i: int) -> list[int]:
        """Candidate antecedents: subjects first, then other nominals, nearest sentence first."""
        here = self.tree.token(i).sentence
        ranked: list[tuple[int, int, int]] = []
        for k in range(here, max(-1, here - _LOOK_BACK), -1):
            for token in self.tree.analysis.sentence_tokens(k):
                if token.i >= i or token.upos not in NOMINAL:
                    continue
                base = self.tree.rel(token.i)
                if base in {"compound", "flat", "case", "nummod", "conj"}:
                    continue
                ranked.append((here - k, 0 if base == "nsubj" else 1, -token.i if base != "nsubj" else token.i))
        return [abs(rank[2]) for rank in sorted(ranked)]

    def is_both_sides(self, i: int) -> bool:
        """Whether the phrase at ``i`` says "both sides", "the two sides", "the parties"."""
        if self.tree.lemma(i) not in _BOTH or self.tree.rel(i) in {"compound", "flat"}:
            return False
        if self.tree.token(i).feature("Number") != "Plur" and self.tree.token(i).text.lower() != "both":
            return False
        return not any(self.state_like(c) for c in self.tree.kids(i))

    def the_sides(self, i: int) -> tuple[int, ...]:
        """The two named actors "both sides" stands for: the last two distinct state-like nominals before it."""
        seen: list[int] = []
        keys: set[str] = set()
        here = self.tree.token(i).sentence
        for j in range(i - 1, -1, -1):
            if here - self.tree.token(j).sentence > _LOOK_BACK:
                break
            ref = self.known(j)
            if ref is None or ref.type in {"media", "person"}:
                continue
            key = ref.country or ref.id
            if key not in keys:
                keys.add(key)
                seen.append(j)
            if len(seen) == 2:  # noqa: PLR2004 - two sides
                return tuple(reversed(seen))
        return ()


def _covered(tree: Tree, times: Sequence[Time]) -> Iterator[int]:
    """Tokens that start inside a time expression."""
    starts = [token.start for token in tree.tokens]
    for time in times:
        yield from range(bisect_left(starts, time.start), bisect_left(starts, time.end))
