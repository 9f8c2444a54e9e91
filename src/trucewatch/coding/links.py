"""Where and when: which place and which time of the report belong to an event.

By evidence in the event's own clause, nearest in the tree first; nothing is taken from another sentence, from the dateline or
from the date of publication. This module must not look up anything: places and times come in resolved.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from trucewatch.coding.tree import Tree
    from trucewatch.language.analysis import Token
    from trucewatch.model import Place, Time

_LOCATIVE = frozenset({
    "in", "at", "near", "on", "outside", "inside", "around", "along", "across", "into", "from", "to", "toward", "towards", "through",
    "within", "between", "over", "off", "of", "north of", "south of", "east of", "west of", "throughout", "by", "for", "",
})  # fmt: skip
_BARRIER = 3
_SPEECH = 4
_TOO_FAR = 5.0
_PARTICIPLE = 1.5


@dataclass(frozen=True, slots=True)
class Anchor:
    """A place or time of the report as tokens: its index and the token that heads it."""

    index: int
    head: int


class Linker:
    """Links events of one report to its places and times."""

    def __init__(self, tree: Tree, places: Sequence[Place], times: Sequence[Time]) -> None:
        self.tree = tree
        self.places = places
        self.times = times
        self._place_anchors = self._anchors([(p.start, p.end) for p in places])
        self._time_anchors = self._anchors([(t.start, t.end) for t in times])

    def _anchors(self, spans: Sequence[tuple[int, int]]) -> dict[int, list[Anchor]]:
        """Anchors by sentence."""
        starts = {t.start: t.i for t in self.tree.tokens}
        found: dict[int, list[Anchor]] = {}
        for index, (start, end) in enumerate(spans):
            inside = self._overlapping(start, end, starts)
            if not inside:
                continue
            head = next((t for t in inside if t.head < 0 or not (start <= self.tree.token(t.head).start < end)), inside[-1])
            found.setdefault(head.sentence, []).append(Anchor(index, head.i))
        return found

    def _overlapping(self, start: int, end: int, starts: dict[int, int]) -> list[Token]:
        i = starts.get(start)
        if i is None:
            return [t for t in self.tree.tokens if t.start < end and t.end > start]
        found: list[Token] = []
        while i < len(self.tree.tokens) and self.tree.token(i).start < end:
            found.append(self.tree.token(i))
            i += 1
        return found

    def place(self, heads: Sequence[int], taken: Sequence[int]) -> int | None:
        """Index of the place of the event whose predicate words are ``heads``; ``taken`` are tokens of its participants."""
        best: tuple[float, int] | None = None
        for anchor in self._place_anchors.get(self.tree.token(heads[0]).sentence, []):
            cost = self._cost(heads, anchor.head)
            if cost is None:
                continue
            place = self.places[anchor.index]
            cost += self._place_penalty(anchor, place, taken)
            if best is None or cost < best[0]:
                best = (cost, anchor.index)
        return best[1] if best is not None and best[0] <= _TOO_FAR else None

    def _place_penalty(self, anchor: Anchor, place: Place, taken: Sequence[int]) -> float:
        """Countries lose to finer places; what acts as a participant is hardly the place; an odd preposition counts against it."""
        penalty = 0.0
        if place.kind == "country":
            penalty += 1.5
        token = self.tree.token(anchor.head)
        if anchor.head in taken:
            penalty += 1.0 if token.deprel in {"obj", "obl", "nsubj:pass", "nmod"} else 3.0
        case = self.tree.case(anchor.head)
        base = self.tree.rel(anchor.head)
        if base == "nsubj" and token.deprel != "nsubj:pass":
            penalty += 3.0
        elif base in {"obl", "nmod"} and case not in _LOCATIVE and not any(c in _LOCATIVE for c in case.split()):
            penalty += 2.0
        if place.name is None:
            penalty += 0.5
        return penalty

    def time(self, heads: Sequence[int]) -> int | None:
        """Index of the time of the event whose predicate words are ``heads``."""
        best: tuple[float, int] | None = None
        for anchor in self._time_anchors.get(self.tree.token(heads[0]).sentence, []):
            time = self.times[anchor.index]
            if time.type not in {"DATE", "TIME"}:
                continue
            cost = self._cost(heads, anchor.head)
            if cost is None:
                continue
            cost += 0.5 if time.value is None else 0.0
            if best is None or cost < best[0]:
                best = (cost, anchor.index)
        return best[1] if best is not None and best[0] <= _TOO_FAR else None

    def _cost(self, heads: Sequence[int], target: int) -> float | None:
        """Length of the path in the tree from the nearest predicate word, with barriers for clauses crossed; None if unconnected."""
        costs = [c for h in heads if (c := self._path(h, target)) is not None]
        return min(costs) if costs else None

    def _path(self, start: int, target: int) -> float | None:
        up: dict[int, float] = {start: 0.0}
        cost, i = 0.0, start
        while self.tree.token(i).head >= 0:
            cost += self._edge_up(i)
            i = self.tree.token(i).head
            if i in up:
                break
            up[i] = cost
        down, j = 0.0, target
        for _ in range(len(self.tree.tokens)):
            if j in up:
                return up[j] + down
            if self.tree.token(j).head < 0:
                return None
            down += self._edge_down(j)
            j = self.tree.token(j).head
        return None

    def _edge_up(self, i: int) -> float:
        """Leaving a clause upwards: complements of speech keep their own place and time apart; light ones do not."""
        base = self.tree.rel(i)
        if base in {"ccomp", "parataxis"}:
            return _SPEECH
        return {"xcomp": 0.5, "conj": 0.8, "advcl": 2.0, "acl": 3.0, "nmod": 2.5}.get(base, 1.0)

    def _edge_down(self, i: int) -> float:
        """Entering a clause downwards costs more than a modifier."""
        base = self.tree.rel(i)
        if base == "acl" and self.tree.token(i).deprel != "acl:relcl":
            return _PARTICIPLE
        if self.tree.is_verbal(i) and base in {"ccomp", "parataxis", "advcl", "acl", "conj", "csubj"}:
            return _BARRIER
        return {"xcomp": 0.7, "conj": 0.8, "nmod": 0.9, "flat": 0.2, "compound": 0.5, "appos": 0.5}.get(base, 1.0)
