"""What was agreed, and what a report's incident means for it: agreements, their terms, and findings.

An *agreement* is data: who bound himself to what, where and until when, in our own words and with its sources. A *term* is one duty. A
*finding* holds one incident against one term and says why. What an agreement means in law is not decided here. Frozen, typed; this
module must not do I/O.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, get_args

from trucewatch.model.incident import Grade, Party  # noqa: TC001 - read at run time by the (de)serialiser
from trucewatch.model.record import EventStatus  # noqa: TC001 - likewise

if TYPE_CHECKING:
    from collections.abc import Iterable

Stage = Literal["Pre", "SubPar", "SubComp", "Imp", "Ren", "Cea", "Other"]
"""PA-X's stages. Pre: pre-negotiation, about how to talk. SubPar: substantive, on part of the issues. SubComp: substantive,
comprehensive. Imp: implements or renegotiates an earlier one. Ren: renews an earlier commitment. Cea: a ceasefire or what belongs to
one. Other: none of these."""
Kind = Literal["Inter", "InterIntra", "Intra", "IntraLocal"]
"""PA-X's agreement and conflict level. Inter: between states, on their conflict. InterIntra: with states on both sides, on a conflict
inside one. Intra: on a conflict inside a state, between its parties. IntraLocal: on a part of such a conflict, with local parties."""
Certainty = Literal["sure", "approximate", "to be verified"]
State = Literal["signed", "in force", "suspended", "superseded", "ended", "contested"]

Bearing = Literal["fulfils", "fulfils in part", "breaches", "obstructs", "prevents verification", "no bearing"]
"""How an incident bears on a term. Fulfils, in part or whole: a bearer does what it asks. Breaches: a bearer does what it forbids, or
has not done what it asks. Obstructs: somebody, bearer or not, makes keeping it hard. Prevents verification: nobody can see."""
Status = Literal["alleged", "corroborated", "contested", "admitted", "withdrawn"]
"""How a finding stands: said by one origin; by independent ones; denied by somebody; granted by whom it burdens; taken back."""
Who = Literal["bearer", "other", "anyone"]
"""Who must have acted. Bearer: a duty bearer or who belongs to one. Other: somebody known who is no bearer. An actor that no report
names fits *bearer* and *anyone*, and the finding says that nobody is named."""
Teller = Literal["anyone", "monitors"]
Against = Literal["anyone", "civilians"]
"""Who must say so. Monitors: the agreement's monitors or the report's own eyes; a party's denial is no observation."""
Side = Literal["actor", "target", "either"]
AreaForm = Literal["polygon", "circle", "corridor", "unit", "country", "union", "difference"]
AreaKind = Literal["inside", "partly", "outside", "unknown"]
PeriodKind = Literal["before", "within", "partly", "after", "unknown"]
DeadlineKind = Literal["none", "before", "partly", "after", "unknown"]

BEARINGS: tuple[Bearing, ...] = get_args(Bearing)
Position = tuple[float, float]
"""Longitude and latitude, WGS 84 degrees, in GeoJSON's order."""
Ring = tuple[Position, ...]
Polygon = tuple[Ring, ...]
"""The outer ring, then the holes; the last point of a ring is its first."""


@dataclass(frozen=True, slots=True)
class Source:
    """Where a fact of the agreement is from."""

    title: str
    publisher: str
    date: str | None = None
    url: str | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Involved:
    """An actor with its part in the agreement. ``actor`` is an id of the actor file, ``role`` our words for the part."""

    actor: str
    name: str
    role: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Spell:
    """A stretch of time in which the agreement stood so; ISO dates, inclusive, None open."""

    state: State
    begin: str
    until: str | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Site:
    """A place of the gazetteer that an area or a map names."""

    name: str
    kind: str
    country: str | None
    admin1: str | None
    latitude: float | None
    longitude: float | None
    geonameid: int | None = None


@dataclass(frozen=True, slots=True)
class Unit:
    """A country (``admin1`` None) or a first-order unit of one, as the gazetteer writes them."""

    country: str
    admin1: str | None = None


@dataclass(frozen=True, slots=True)
class Area:
    """Where a term holds.

    Fields used: *polygon* ``polygons``; *circle* ``line`` (its one point) and ``km`` (radius); *corridor* ``line`` and ``km`` (width to
    each side); *unit* and *country* ``unit``; *union* and *difference* ``parts`` (the first less the others). Edges run the shortest
    way. ``lies_in``: the units it lies in, for places that only a unit is known of. ``holds``: places that are inside by name;
    ``crosses``: places such as roads that lie in it with a part of theirs. ``accuracy_km``: how far off the border may be.
    """

    id: str
    form: AreaForm
    label: str = ""
    polygons: tuple[Polygon, ...] = ()
    line: tuple[Position, ...] = ()
    km: float | None = None
    unit: Unit | None = None
    parts: tuple[Area, ...] = ()
    lies_in: tuple[Unit, ...] = ()
    holds: tuple[Site, ...] = ()
    crosses: tuple[Site, ...] = ()
    accuracy_km: float = 0.0
    certainty: Certainty = "sure"
    note: str = ""


@dataclass(frozen=True, slots=True)
class Period:
    """When a term holds.

    ``begin``, ``until`` and ``deadline`` are ISO dates or local date-times without zone, inclusive. ``deadline``: by when a thing is to be
    done; before it, not having done it is no breach. ``standing``: a duty of every day from ``begin``, or from the deadline where there
    is one, on.
    """

    begin: str | None = None
    until: str | None = None
    deadline: str | None = None
    standing: bool = True


@dataclass(frozen=True, slots=True)
class Carve:
    """What a term does not cover, in words, and what it matches: actors on a side, ceasefire categories. Empty matches nothing.

    ``contested``: the parties read it differently, so that it explains but does not excuse.
    """

    text: str
    actors: tuple[str, ...] = ()
    side: Side = "either"
    categories: tuple[str, ...] = ()
    contested: bool = False


@dataclass(frozen=True, slots=True)
class Match:
    """An event that bears on a term: every field that is given must fit.

    ``category``: ceasefire category; ``type`` and ``mode``: PLOVER's; ``status``: any of these; ``words``: one of them stands among the
    event's objects (recipient, instrument) or in its clause, whole words, whatever the case; ``against``: whom it befell.
    """

    bearing: Bearing
    category: str | None = None
    type: str | None = None
    mode: str | None = None
    status: tuple[EventStatus, ...] = ("happened", "ongoing")
    who: Who = "bearer"
    told_by: Teller = "anyone"
    against: Against = "anyone"
    words: tuple[str, ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class Term:
    """One duty. ``text`` is our own short wording; ``origin`` the agreement it comes from, where it is carried over."""

    id: str
    label: str
    text: str
    obligations: tuple[str, ...]
    bearers: tuple[str, ...]
    beneficiaries: tuple[str, ...] = ()
    area: Area | None = None
    period: Period = Period()
    exceptions: tuple[Carve, ...] = ()
    matches: tuple[Match, ...] = ()
    sources: tuple[int, ...] = ()
    beside: tuple[str, ...] = ()
    origin: str = ""
    certainty: Certainty = "sure"
    why: str = ""
    clause: str = ""

    def of(self, bearing: Bearing) -> tuple[Match, ...]:
        """The matches that make this bearing."""
        return tuple(match for match in self.matches if match.bearing == bearing)


@dataclass(frozen=True, slots=True)
class Basis:
    """An earlier agreement that this one builds on, and which of its terms are carried over."""

    agreement: str
    terms: tuple[str, ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class Agreement:
    """An agreement as data. ``bound``: actors that the text binds though they did not sign; ``places``: named on its map."""

    id: str
    title: str
    date: str
    place: str
    kind: Kind
    stage: Stage
    parties: tuple[Involved, ...]
    sources: tuple[Source, ...]
    terms: tuple[Term, ...]
    guarantors: tuple[Involved, ...] = ()
    witnesses: tuple[Involved, ...] = ()
    monitors: tuple[Involved, ...] = ()
    bound: tuple[Involved, ...] = ()
    status: tuple[Spell, ...] = ()
    builds_on: tuple[Basis, ...] = ()
    areas: tuple[Area, ...] = ()
    places: tuple[Site, ...] = ()
    pax: int | None = None
    coded_by: str = ""
    fictional: bool = False
    note: str = ""

    def term(self, wanted: str) -> Term | None:
        """The term of this id, or None."""
        return next((term for term in self.terms if term.id == wanted), None)

    @property
    def involved(self) -> tuple[Involved, ...]:
        """Everybody that the agreement names, in the order of the file."""
        return (*self.parties, *self.guarantors, *self.witnesses, *self.monitors, *self.bound)


_OF_STATE = frozenset({"state", "government", "military", "police", "intelligence", "legislature", "judiciary"})
_SEATS = frozenset({"", "GOV", "MIL"})
_CODE = 3


def belongs_to(party: Party, bearer: str) -> bool:
    """Whether an act of this participant is the bearer's: it is the bearer, a part of it by its id, or an organ of that state.

    "TUR-MIL" and "syr.hts.red-bands" belong to "TUR" and "syr.hts"; a named unit ("syr.tiger") that is a military of SYR belongs to "SYR",
    "SYR-GOV" and "SYR-MIL". A rebel group or the civilians of a country do not belong to its state.
    """
    if party.id is None:
        return False
    country, _, role = bearer.partition("-")
    of_state = len(country) == _CODE and country.isupper()
    if party.id == bearer or (party.id.startswith((f"{bearer}-", f"{bearer}.")) and not of_state):
        return True
    if not of_state or party.country != country or role not in _SEATS:
        return False
    return party.type == "military" if role == "MIL" else party.type in _OF_STATE  # a state answers for its organs


def bearers_among(parties: Iterable[Party], bearers: Iterable[str]) -> tuple[str, ...]:
    """Which of the bearers the participants belong to, in the bearers' order."""
    found = tuple(parties)
    return tuple(bearer for bearer in bearers if any(belongs_to(party, bearer) for party in found))


@dataclass(frozen=True, slots=True)
class AreaRelation:
    """Where a spot lies to an area.

    ``share``: part of the spot's uncertainty that is inside, 0 to 1, None where it cannot be told. ``km``: from the spot's point to the
    border, None where there is none; ``point_inside``: on which side the point is. ``reach_km``: radius of the uncertainty;
    ``accuracy_km``: how far off the border itself may be. ``by``: what was compared: "disc", "name", "unit", "" (nothing).
    """

    kind: AreaKind
    share: float | None = None
    km: float | None = None
    point_inside: bool | None = None
    reach_km: float | None = None
    accuracy_km: float = 0.0
    by: Literal["disc", "name", "unit", ""] = ""
    why: str = ""

    @property
    def doubtful(self) -> bool:
        """Whether the border may run on the other side of the point."""
        return self.km is not None and self.km < self.accuracy_km

    @property
    def words(self) -> str:
        """The relation in one sentence, for the finding's reasons."""
        doubt = f"; the border itself is only known to about {_km(self.accuracy_km)}" if self.doubtful else ""
        return f"{self._place()}{doubt}"

    def _place(self) -> str:
        if self.by != "disc" or self.km is None or self.reach_km is None:
            return f"{self.kind} the area: {self.why}" if self.kind in {"inside", "outside"} else f"{self.kind}: {self.why}"
        side = "inside" if self.point_inside else "outside"
        known = f"the place is known to within {_km(self.reach_km)}"
        if self.kind == "partly":
            share = max(1, min(99, round((self.share or 0) * 100)))
            return f"partly inside the area: its point is {_km(self.km)} {side} the border and {known}, so {share}% of it is inside"
        return f"{self.kind} the area, {_km(self.km)} from its border; {known}"


@dataclass(frozen=True, slots=True)
class PeriodRelation:
    """Where a time lies to a term's period. ``share``: part of the time within, None where either is open or unknown."""

    kind: PeriodKind
    deadline: DeadlineKind = "none"
    share: float | None = None
    why: str = ""

    @property
    def words(self) -> str:
        """The relation in one sentence, for the finding's reasons."""
        return self.why


def _km(value: float) -> str:
    return f"{value:,.1f} km" if value < 10 else f"{value:,.0f} km"  # noqa: PLR2004 - tenths only where they mean something


@dataclass(frozen=True, slots=True)
class Quote:
    """Words of a report that a finding rests on. ``key`` is the account's: "<report>/<event>"."""

    key: str
    text: str


@dataclass(frozen=True, slots=True)
class Finding:
    """One incident held against one term.

    ``reasons``: sentences, the decisive one first. ``bearers``: the duty bearers who are said to have acted. ``alleged_by`` and
    ``denied_by``: voices, as the reports name them. ``grade``: how the incident is corroborated. ``deed``: the act that bears on the term, in
    words; the incident may be named after another.
    """

    incident: str
    agreement: str
    term: str
    bearing: Bearing
    status: Status
    reasons: tuple[str, ...]
    words: tuple[Quote, ...]
    area: AreaRelation
    period: PeriodRelation
    grade: Grade
    bearers: tuple[str, ...] = ()
    alleged_by: tuple[str, ...] = ()
    denied_by: tuple[str, ...] = ()
    deed: str = ""
