"""What the ledger compares and finds: accounts of events, and the incidents they tell of.

An *account* is one event of one coded report, with everything that is needed to hold it against another. An *incident* is a cluster of
accounts from several reports: who asserts, who denies, who says otherwise, how many independent origins stand behind it, and what
they contradict each other on. Neither replaces the events it is made of. Frozen, typed; this module must not do I/O.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from trucewatch.model.record import Harm, Mention  # noqa: TC001 - read at run time by the (de)serialiser

Grade = Literal["single origin", "several dependent", "independent", "opposed sides agree"]
"""How well an incident is corroborated: told by one origin in one report; by several reports of one origin; by independent origins; by
origins of opposed sides."""
Position = Literal["asserts", "denies", "otherwise", "mentions"]
"""How an account stands to its incident: says that it happened, that it did not, that something else happened, or speaks of it as planned,
demanded or expected."""
Matter = Literal["whether", "who", "whom", "where", "when", "how many", "what"]


@dataclass(frozen=True, slots=True)
class Party:
    """A participant: its words, and whom the actor file takes them for (None: not known there)."""

    text: str
    id: str | None = None
    name: str | None = None
    type: str | None = None
    country: str | None = None
    code: str | None = None


@dataclass(frozen=True, slots=True)
class Spot:
    """Where: WGS 84 degrees, ``precision`` UCDP's where_prec (1 exact to 7)."""

    text: str
    name: str | None = None
    kind: str | None = None
    country: str | None = None
    admin1: str | None = None
    latitude: float | None = None
    longitude: float | None = None
    geonameid: int | None = None
    precision: int | None = None


@dataclass(frozen=True, slots=True)
class When:
    """When: ISO dates, both inclusive, None open; ``precision`` as in ``Time``."""

    text: str
    value: str | None = None
    precision: str | None = None
    begin: str | None = None
    until: str | None = None


@dataclass(frozen=True, slots=True)
class Voice:
    """Who says so: the innermost claim around the event. ``words`` empty for the report's own voice; ``via`` are conduits."""

    words: str = ""
    id: str | None = None
    name: str | None = None
    country: str | None = None
    stance: str | None = None
    via: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Account:
    """One event of one coded report as the ledger sees it.

    ``key`` is the dossier-wide name of the event ("<report>/<event>"). ``near`` are places named beside the event (its sentence, the one
    before, the dateline), ``about`` those of the whole report; both are hints, never its place. ``quote`` is the clause, ``sentence`` the whole
    sentence. ``group`` is the report's origin group, ``origin`` whom the statement goes back to (a key of the origins room).
    """

    key: str
    report: str
    event: str
    number: int
    published: str | None
    publisher: str | None
    title: str | None
    type: str
    mode: str | None
    truce: str | None
    status: str
    actor: tuple[Party, ...]
    recipient: tuple[Party, ...]
    instrument: tuple[str, ...]
    place: Spot | None
    time: When | None
    harm: tuple[Harm, ...]
    voice: Voice
    predicate: Mention
    start: int
    end: int
    quote: str
    sentence: str
    confidence: float
    near: tuple[Spot, ...] = ()
    about: tuple[Spot, ...] = ()
    group: str = ""
    origin: str = ""
    origin_words: str = ""
