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
class Scene:
    """What one report tells of the occurrence that an account belongs to, in all its sentences on it.

    ``strand`` names the occurrence within the report ("<report>#2"). ``words`` are kind and word ("object market", "name holm", "word flour").
    Places and times are those that the sentences state; a hint for comparing, never written into an event.
    """

    strand: str
    places: tuple[Spot, ...] = ()
    times: tuple[When, ...] = ()
    harm: tuple[Harm, ...] = ()
    words: tuple[str, ...] = ()
    denied: bool = False


@dataclass(frozen=True, slots=True)
class Account:
    """One event of one coded report as the ledger sees it.

    ``key`` is the dossier-wide name of the event ("<report>/<event>"). ``near`` are places named beside the event (its sentence, the one
    before, the dateline), ``about`` those of the whole report; both are hints, never its place. ``then`` are the days named beside it, nearest
    first, likewise. ``quote`` is the clause, ``sentence`` the whole sentence, ``line`` its number. ``scene`` is what the report tells of the
    same occurrence; None for an event that tells of none. ``group`` is the report's origin group, ``origin`` whom the statement goes back to
    (a key of the origins room).
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
    line: int = 0
    then: tuple[When, ...] = ()
    scene: Scene | None = None


@dataclass(frozen=True, slots=True)
class Teller:
    """One account in its incident: who tells it, how, in which words. ``origin`` is the statement's origin; ``says`` reads after ``who``."""

    account: str
    report: str
    publisher: str | None
    published: str | None
    origin: str
    position: Position
    who: str
    says: str
    quote: str


@dataclass(frozen=True, slots=True)
class Figure:
    """A number of people harmed, and whose number it is. ``superseded``: the same origin gave another one later."""

    kind: str
    low: int | None
    best: int | None
    high: int | None
    account: str
    who: str
    origin: str
    published: str | None
    harmed: str | None = None
    superseded: bool = False


@dataclass(frozen=True, slots=True)
class Toll:
    """The range of one kind of harm over the accounts: lowest, most often told, highest; and every figure behind it."""

    kind: str
    low: int | None
    best: int | None
    high: int | None
    figures: tuple[Figure, ...]


@dataclass(frozen=True, slots=True)
class Version:
    """One of the things told on a matter: in plain words, and the accounts that tell it."""

    says: str
    accounts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Contradiction:
    """A matter on which accounts of one incident do not agree; ``sentence`` says it in plain English."""

    matter: Matter
    versions: tuple[Version, ...]
    sentence: str


@dataclass(frozen=True, slots=True)
class Corroboration:
    """How many independent origins stand behind an incident. ``reason`` is a sentence."""

    grade: Grade
    origins: int
    reports: int
    reason: str


@dataclass(frozen=True, slots=True)
class Incident:
    """One occurrence as several accounts tell it. ``place`` is the most precise that is told, ``begin`` and ``until`` ISO dates."""

    id: str
    headline: str
    type: str
    truce: str | None
    place: Spot | None
    begin: str | None
    until: str | None
    tellers: tuple[Teller, ...]
    tolls: tuple[Toll, ...]
    contradictions: tuple[Contradiction, ...]
    corroboration: Corroboration
