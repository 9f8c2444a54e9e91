"""What the place room hands around: mentions, candidates and what else is known of the report. Frozen, no I/O."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence

    from trucewatch.knowledge.places.store import Demonym, Entry

#: How a name was found: by its exact key, by a near spelling of it, or by the skeleton key for transliterations.
Match = Literal["exact", "variant", "skeleton"]


@dataclass(frozen=True, slots=True)
class PlaceMention:
    """Words of a text that name a place: ``text[start:end]``. ``is_adjective`` marks "Syrian" in "the Syrian town"."""

    start: int
    end: int
    text: str
    is_adjective: bool = False


@dataclass(frozen=True, slots=True)
class Candidate:
    """A place that a name may stand for. ``primary``: the name is the place's own, not another spelling or an alias."""

    entry: Entry
    match: Match
    primary: bool

    def label(self) -> str:
        """Name, admin-1 unit, country and GeoNames id in one line, for people."""
        entry = self.entry
        where = ", ".join(part for part in (entry.name, entry.admin1, entry.country) if part)
        return f"{where} ({entry.geonameid})" if entry.geonameid else f"{where} ({entry.kind})"


@dataclass(frozen=True, slots=True)
class Hints:
    """What is known of the report beside its text: weak evidence for countries, never a default.

    ``countries`` are ISO 3166-1 alpha-3 codes; ``names`` are place names from datelines, region tags or feeds.
    """

    countries: tuple[str, ...] = ()
    names: tuple[str, ...] = ()


class Source(Protocol):
    """What finding needs of a gazetteer."""

    def lookup(self, name: str) -> Sequence[Candidate]:
        """Candidates of a name."""

    def knows(self, exact: str) -> bool:
        """Whether any place bears this exact key."""

    def demonym(self, word: str) -> Demonym | None:
        """Country of a demonym."""
