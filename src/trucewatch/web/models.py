"""What the interface for programs answers with: the shapes that its OpenAPI document describes."""

from __future__ import annotations

from typing import Any, Generic, TypeVar

from pydantic import BaseModel, ConfigDict, Field

Item = TypeVar("Item")


class Part(BaseModel, Generic[Item]):
    """Part of a list. ``total`` is null where it is not counted, or would tell what is masked; ``next`` is the address of the rest."""

    items: list[Item]
    limit: int
    offset: int
    total: int | None = None
    next: str | None = None


class Status(BaseModel):
    """The dossier in numbers. ``head``: the last hash of its chain of custody."""

    id: str
    name: str
    reports: int
    origins: int
    events: int
    incidents: int
    disputed: int
    verdicts: int
    grades: dict[str, int]
    coders: dict[str, int]
    first_published: str | None
    last_published: str | None
    head: str
    protected: bool = Field(description="Whether the protection policy applies to what you are given")


class ReportItem(BaseModel):
    """A report in a list. ``origin``: the first report of its origin group."""

    id: str
    title: str | None
    publisher: str | None
    published: str | None
    url: str | None
    status: str
    origin: str | None
    events: int


class CaptureItem(BaseModel):
    """Bytes in which a report was met. ``uri`` is null under the protection policy."""

    capture: str
    sha256: str
    size: int
    retrieved: str
    uri: str | None = None


class ReportRecord(BaseModel):
    """A line of the public record (`trucewatch schema`), and where the report was met."""

    model_config = ConfigDict(extra="allow")

    id: str
    status: str
    reasons: list[dict[str, Any]]
    report: dict[str, Any] | None
    text: str
    sentences: list[dict[str, Any]]
    claims: list[dict[str, Any]]
    events: list[dict[str, Any]]
    places: list[dict[str, Any]]
    times: list[dict[str, Any]]
    provenance: list[CaptureItem]


class ClaimItem(BaseModel):
    """A claim of the public record, with its report."""

    model_config = ConfigDict(extra="allow")

    report: str
    id: str


class EventItem(BaseModel):
    """An event of the public record, with its report; ``place`` and ``time`` are given in full."""

    model_config = ConfigDict(extra="allow")

    key: str
    report: str
    id: str
    type: str
    place: dict[str, Any] | None
    time: dict[str, Any] | None


class IncidentItem(BaseModel):
    """An incident in a list."""

    id: str
    headline: str
    type: str
    truce: str | None
    begin: str | None
    until: str | None
    place: str | None
    country: str | None
    latitude: float | None
    longitude: float | None
    precision: int | None
    accounts: int
    reports: int
    origins: int
    grade: str
    disputed: bool


class IncidentRecord(BaseModel):
    """An incident with who tells what, and the accounts it is made of."""

    model_config = ConfigDict(extra="allow")

    id: str
    headline: str
    type: str
    truce: str | None
    tellers: list[dict[str, Any]]
    tolls: list[dict[str, Any]]
    contradictions: list[dict[str, Any]]
    corroboration: dict[str, Any]
    accounts: list[dict[str, Any]]


class FindingItem(BaseModel):
    """An incident held against a term of the dossier's agreement, with reasons and words."""

    model_config = ConfigDict(extra="allow")

    incident: str
    agreement: str
    term: str
    bearing: str
    status: str
    reasons: list[str]


class HitItem(BaseModel):
    """A report found. ``marks``: offsets into ``snippet``, which is the text from ``start``."""

    report: str
    title: str | None
    publisher: str | None
    published: str | None
    snippet: str
    start: int
    marks: list[tuple[int, int]]
    score: float
