"""The ontology's entries, frozen: what one row of each table becomes.

Plain records; the lookups are in :mod:`trucewatch.ontology.ontology`. This module must not do I/O.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

#: How a ceasefire category bears on the obligations once it has happened.
Bearing = Literal["breach", "keeping", "open"]


@dataclass(frozen=True, slots=True)
class EventType:
    """A PLOVER event type. ``quad``: 1 verbal cooperation, 2 material cooperation, 3 verbal conflict, 4 material conflict."""

    name: str
    quad: int
    definition: str
    boundary: str


@dataclass(frozen=True, slots=True)
class Mode:
    """A PLOVER mode of one type. ``older``: names of the same mode in earlier drafts and other data."""

    type: str
    name: str
    source: str
    older: tuple[str, ...]
    definition: str


@dataclass(frozen=True, slots=True)
class Context:
    """A PLOVER context: what an event is about."""

    name: str
    older: tuple[str, ...]
    definition: str


@dataclass(frozen=True, slots=True)
class Cameo:
    """A CAMEO code and its PLOVER reading.

    ``type`` is None where PLOVER codes nothing (root 01). ``quad`` is the class CAMEO data carries by root; an event
    takes that of its type. ``basis``: table, manual, ours, dropped (see the table's header).
    """

    code: str
    label: str
    quad: int
    type: str | None
    mode: str | None
    context: str | None
    basis: str

    @property
    def root(self) -> str:
        """The two-digit root code."""
        return self.code[:2]


@dataclass(frozen=True, slots=True)
class AcledEntry:
    """An ACLED sub-event type with its event type, disorder type and a short definition of our own."""

    event_type: str
    sub_event_type: str
    disorder_type: str
    definition: str


@dataclass(frozen=True, slots=True)
class Obligation:
    """A kind of obligation that ceasefire agreements lay on the parties."""

    id: str
    label: str
    description: str


@dataclass(frozen=True, slots=True)
class Truce:
    """A ceasefire-monitoring category. ``types``: the PLOVER types it comes with, the usual one first."""

    id: str
    group: str
    bearing: Bearing
    types: tuple[str, ...]
    obligations: tuple[str, ...]
    label: str
    description: str

    @property
    def slug(self) -> str:
        """The id for places that take no blanks: a CSS class, a file name, an anchor."""
        return self.id.replace(" ", "-")


@dataclass(frozen=True, slots=True)
class Degree:
    """One value of a UCDP scale: ``type_of_violence``, ``where_prec``, ``date_prec``, ``event_clarity``."""

    scale: str
    code: int
    label: str
    definition: str


@dataclass(frozen=True, slots=True)
class Crossing:
    """A row of the crosswalk; ``mode`` and ``truce`` may be ``*``. Cells are as in the file."""

    type: str
    mode: str
    truce: str
    cameo: str
    acled: str
    acled_government: str
    acled_nonstate: str
    acled_civilians: str
