"""The coded record: what a report says happened, who says so and in which words.

The names are the field's: PLOVER's *actor* and *recipient*, attribution research's *source*, *cue* and *content*, UCDP's
*best/high/low*. Everything is frozen and points into the report's text. This module must not do I/O.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

# the JSON Schema is derived from these types at run time, so their names must be there then
from trucewatch.model.errors import Reason, TrucewatchError
from trucewatch.model.report import Report  # noqa: TC001

Stance = Literal["asserts", "denies", "admits", "accuses", "vows", "threatens", "demands", "doubts", "predicts", "believes"]
EventStatus = Literal["happened", "ongoing", "denied", "planned", "threatened", "demanded", "conditional", "predicted"]
IncidentRoleName = Literal["perpetrator", "organisation", "target", "victim", "weapon"]
HarmKind = Literal["killed", "injured", "missing", "detained", "displaced"]
SentenceKind = Literal["statement", "opinion", "prediction"]
Outcome = Literal["coded", "partial", "skipped", "failed"]


@dataclass(frozen=True, slots=True)
class Mention:
    """Words of the report: ``text == report.text[start:end]``, always."""

    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class ActorRef:
    """An entry of the actor file. ``code`` is its CAMEO-style code ("TUR", "SYRREB"), ``country`` ISO 3166-1 alpha-3."""

    id: str
    name: str
    type: str
    country: str | None
    code: str | None


@dataclass(frozen=True, slots=True)
class Participant:
    """An actor or recipient of an event: its words, and whom the actor file takes them for (None: not known there).

    ``via`` holds the words that led here where the participant was resolved from a pronoun or "both sides".
    """

    start: int
    end: int
    text: str
    actor: ActorRef | None = None
    via: Mention | None = None


@dataclass(frozen=True, slots=True)
class Acled:
    """ACLED's own spelling of event and sub-event type (Codebook 2023 and later)."""

    event_type: str
    sub_event_type: str


@dataclass(frozen=True, slots=True)
class Harm:
    """Harm to people. ``low``, ``best``, ``high`` are UCDP's; None where no number can be read ("several" has only a low).

    ``who`` are the words for the harmed; ``side`` is the actor id of their side, "civilians", or None.
    """

    kind: HarmKind
    low: int | None
    best: int | None
    high: int | None
    who: str | None
    side: str | None
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Alternative:
    """Another reading the coder considered: which field, which value, what spoke for it."""

    field: str
    value: str
    by: str
    score: float | None = None


AGAIN = "names again "  #: begins the note of an event that names an earlier one again; that one's id follows


@dataclass(frozen=True, slots=True)
class Basis:
    """Which rule or head made the event's type and status, and what else was considered."""

    type_rule: str
    status_rule: str
    notes: tuple[str, ...] = ()
    alternatives: tuple[Alternative, ...] = ()

    @property
    def again(self) -> str | None:
        """The id of the earlier event that the words name again ("the bombardment"), as the notes have it."""
        found = (note.removeprefix(AGAIN) for note in self.notes if note.startswith(AGAIN))
        return next(found, None)


@dataclass(frozen=True, slots=True)
class Claim:
    """One attribution relation. ``source`` is empty for an unnamed source; ``within`` names the enclosing claim."""

    id: str
    source: tuple[Mention, ...]
    cue: tuple[Mention, ...]
    content: tuple[Mention, ...]
    stance: Stance
    claimant: ActorRef | None
    within: str | None
    rule: str = ""
    resolved: Mention | None = None
    """The words a pronoun source stands for, where it was resolved."""
    conduit: tuple[Mention, ...] = ()
    """The news media that carry the claim without making it ("the mayor told the Valley Post"), nearest first."""


@dataclass(frozen=True, slots=True)
class Event:
    """One event, PLOVER's record with its evidence. See the codebook for each field."""

    id: str
    type: str
    mode: str | None
    context: tuple[str, ...]
    cameo: str | None
    quad: int
    acled: Acled | None
    truce: str | None
    predicate: Mention
    actor: tuple[Participant, ...]
    recipient: tuple[Participant, ...]
    instrument: tuple[Mention, ...]
    status: EventStatus
    claim: str | None
    place: int | None
    time: int | None
    harm: tuple[Harm, ...]
    sentence: int
    start: int
    end: int
    confidence: float
    basis: Basis


@dataclass(frozen=True, slots=True)
class Actor:
    """An actor of the actor file that the report mentions."""

    id: str
    name: str
    type: str
    country: str | None
    code: str | None
    mentions: tuple[Mention, ...]


@dataclass(frozen=True, slots=True)
class Place:
    """A place mention and what the gazetteer takes it for. Coordinates are WGS 84 degrees; missing stays None.

    ``kind``: country, admin1, admin2, city, town, village, region, road, crossing, camp, water, site, ...;
    ``precision``: UCDP-style ``where_prec`` 1 (exact) to 7 (international); ``country`` ISO 3166-1 alpha-3;
    ``candidates`` are the runners-up, best first.
    """

    start: int
    end: int
    text: str
    name: str | None
    kind: str | None
    country: str | None
    admin1: str | None
    latitude: float | None
    longitude: float | None
    geonameid: int | None
    precision: int | None
    confidence: float
    candidates: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Time:
    """A time expression.

    ``type``: DATE, TIME, DURATION, SET (TIMEX3). ``value``: TIMEX3 value ("2020-03-15", "2020-03", "P3D", "FUTURE_REF"), None where it
    cannot be known. ``precision``: century, decade, year, season, quarter, month, week, day, hour, minute, second, vague.
    ``begin`` and ``until`` are the ISO dates that bound it, where known (both inclusive; None open).
    """

    start: int
    end: int
    text: str
    type: str
    value: str | None
    precision: str | None
    begin: str | None = None
    until: str | None = None


@dataclass(frozen=True, slots=True)
class SentenceSpan:
    """A sentence of the text; ``kind`` keeps the report's own opinions and predictions apart from what it states."""

    start: int
    end: int
    kind: SentenceKind = "statement"


@dataclass(frozen=True, slots=True)
class AtRisk:
    """A person named in a threat or bounty: shown to a reviewer, masked on the way out of a dossier."""

    start: int
    end: int
    text: str
    event: str


@dataclass(frozen=True, slots=True)
class IncidentRole:
    """Words that the encoder reads as having part in a violent incident, over the whole report: MUC-4's roles.

    ``event`` is the violent event they stand with, None where none is near; ``score`` is the mean chance of the words, 0 to 1. A
    role says what the report tells, as an event's participants do: a *perpetrator* is whom it names as one.
    """

    start: int
    end: int
    text: str
    role: IncidentRoleName
    event: str | None
    score: float


@dataclass(frozen=True, slots=True)
class CoderFacts:
    """What made the record: enough to make it again, byte for byte."""

    version: str
    model: str
    ontology: str
    gazetteer: str
    actors: str


@dataclass(frozen=True, slots=True)
class Coded:
    """A report and everything coded from it: one line of the contract."""

    id: str
    status: Outcome
    reasons: tuple[Reason, ...]
    report: Report | None
    sentences: tuple[SentenceSpan, ...] = ()
    claims: tuple[Claim, ...] = ()
    events: tuple[Event, ...] = ()
    actors: tuple[Actor, ...] = ()
    places: tuple[Place, ...] = ()
    times: tuple[Time, ...] = ()
    at_risk: tuple[AtRisk, ...] = ()
    incident_roles: tuple[IncidentRole, ...] = ()
    coder: CoderFacts | None = None
    persons: tuple[Mention, ...] = ()
    """Names of persons, for a dossier's protection policy. Not part of the published record."""

    @property
    def text(self) -> str:
        """The exact text that was coded."""
        return self.report.text if self.report else ""

    def to_pandas(self) -> Any:
        """The events as a pandas data frame: one row an event, columns as in ``trucewatch.model.rows.COLUMNS``.

        Raises:
            TrucewatchError: ``pandas-missing``, where pandas is not installed.
        """
        from trucewatch.model.rows import COLUMNS, event_rows  # noqa: PLC0415 - these views import this module

        try:
            import pandas  # noqa: PLC0415, ICN001 - optional
        except ImportError as error:
            raise TrucewatchError(
                "pandas-missing", "pandas is not installed", next_step="pip install 'trucewatch[pandas]'"
            ) from error
        return pandas.DataFrame(list(event_rows(self)), columns=list(COLUMNS))

    def _repr_html_(self) -> str:
        """The text with its events, sources, places and times marked, for notebooks."""
        from trucewatch.model.notebook import to_html  # noqa: PLC0415 - likewise

        return to_html(self)
