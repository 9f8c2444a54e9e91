"""Crowds: who hangs together with whom among vague strands that fit no exact cluster, and would hang together without end.

A crowd is everybody with whom a strand hangs together by ties, where they are few; else by as weak ties as leave them few. Where many do by
sure ties alone (``limits.tsv``), those do. Whoever is in a crowd has the same one: it follows from the ties, not from any order. This module
must not know where ties come from.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from heapq import heapify, heappop, heappush
from math import inf
from typing import TYPE_CHECKING

from trucewatch.ledger import tables

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable


@dataclass(slots=True)
class Crowds:
    """The crowds of one state of the ties."""

    ties: Callable[[str], Iterable[tuple[float, str]]]
    """The scores of a unit's ties, each with the name of what is at its other end."""
    who: Callable[[str], str | None]
    """The unit of that name, None where it is not among them; asked only for ties that are followed."""
    known: dict[str, frozenset[str]] = field(default_factory=dict)
    _floor: dict[str, float] = field(default_factory=dict)
    """By ties of this score units are known to hang together with too many."""

    def of(self, unit: str) -> frozenset[str]:
        """The crowd of a unit."""
        if unit not in self.known:
            found = self._found(unit)
            self.known |= dict.fromkeys(found, found)
        return self.known[unit]

    def _found(self, start: str) -> frozenset[str]:
        most, sure = tables.limits()["crowd of vague strands"], float(tables.limits()["sure ties of vague strands"])
        found, kept, level, floor = {start}, frozenset[str](), sure, self._floor.get(start, -inf)
        heap = [(-points, name) for points, name in self.ties(start)]
        heapify(heap)
        while heap:
            points = -heap[0][0]
            if points < level:  # all that hangs together by ties above is found
                if len(found) > most or points <= floor:
                    return frozenset(found)
                kept, level = frozenset(found), points
            other = self.who(heappop(heap)[1])
            if other is None or other in found:
                continue
            found.add(other)
            if level < sure and len(found) > most:
                self._floor |= {one: max(level, self._floor.get(one, level)) for one in found}
                return kept
            for points, name in self.ties(other):
                heappush(heap, (-points, name))
        return frozenset(found)
