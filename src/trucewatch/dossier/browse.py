"""What a dossier holds, for whoever looks: lists with filters, one incident with its accounts, one report with its history.

The command line and the web application read through here, so both show the same. This module must not write.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, func, or_, select

from trucewatch.dossier.incident_graph import load_accounts
from trucewatch.dossier.store.tables import (
    aliases,
    captures,
    claims,
    codings,
    current,
    events,
    incidents,
    links,
    members,
    origins,
    records,
    reports,
    sightings,
)
from trucewatch.ledger.incidents import from_json

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import ColumnElement, Connection, Select

    from trucewatch.model.incident import Account, Incident


#: In a filter: what reports tell in their own voice.
OWN = "-"


@dataclass(frozen=True, slots=True)
class Filter:
    """Which incidents: dates are ISO and inclusive; ``text`` is looked for in headline and place; None does not matter."""

    begin: str | None = None
    until: str | None = None
    truce: str | None = None
    type: str | None = None
    grade: str | None = None
    country: str | None = None
    place: str | None = None
    disputed: bool | None = None
    text: str | None = None
    publisher: str | None = None
    box: tuple[float, float, float, float] | None = None
    """West, south, east, north in degrees; west may be greater than east across the antimeridian."""
    voice: str | None = None
    """Who says so in one of its accounts: an actor's id, the words for a source that is no known actor, or :data:`OWN`."""


@dataclass(frozen=True, slots=True)
class Row:
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


@dataclass(frozen=True, slots=True)
class Provenance:
    """Where a report's bytes are: what was received, when, and the WARC record that holds it."""

    capture: str
    member: str
    uri: str
    retrieved: str
    sha256: str
    size: int
    segment: str
    offset: int


@dataclass(frozen=True, slots=True)
class ReportRow:
    """A report in a list."""

    id: str
    title: str | None
    publisher: str | None
    published: str | None
    url: str | None
    status: str
    origin: str | None
    events: int


_COLUMNS = tuple(incidents.c[name] for name in Row.__dataclass_fields__)


def incident_rows(conn: Connection, wanted: Filter, *, limit: int = 50, offset: int = 0) -> list[Row]:
    """Incidents, the latest first."""
    query = _latest(_where(select(*_COLUMNS), wanted), limit, offset)
    return [Row(*row) for row in conn.execute(query)]


def incident_ids(conn: Connection, wanted: Filter, *, limit: int | None = None, offset: int | None = None) -> list[str]:
    """The same by their ids alone."""
    return list(conn.scalars(_latest(incident_query(wanted), limit, offset)))


def _latest(query: Select[Any], limit: int | None, offset: int | None) -> Select[Any]:
    return query.order_by(incidents.c.begin.desc().nulls_last(), incidents.c.id).limit(limit).offset(offset)


def incident_order(conn: Connection, wanted: Filter) -> list[str]:
    """Ids of the incidents, the earliest first, undated ones last."""
    query = _where(select(incidents.c.id), wanted).order_by(incidents.c.begin.asc().nulls_last(), incidents.c.id)
    return list(conn.scalars(query))


def incident_count(conn: Connection, wanted: Filter) -> int:
    """How many incidents there are."""
    return int(conn.scalar(_where(select(func.count()).select_from(incidents), wanted)) or 0)


def incident_query(wanted: Filter) -> Select[tuple[str]]:
    """The ids of the incidents, as a query to look inside."""
    return _where(select(incidents.c.id), wanted)


def counts(conn: Connection, wanted: Filter, column: str) -> list[tuple[str | None, int]]:
    """Incidents counted by a column (truce, grade, type, country, begin), the most first."""
    which = incidents.c[column]
    query = _where(select(which, func.count()), wanted).group_by(which).order_by(func.count().desc(), which)
    return [(value, count) for value, count in conn.execute(query)]


def _where(query: Select[Any], wanted: Filter) -> Select[Any]:
    c = incidents.c
    for column, value in ((c.truce, wanted.truce), (c.type, wanted.type), (c.grade, wanted.grade), (c.country, wanted.country),
                          (c.place, wanted.place), (c.disputed, wanted.disputed)):  # fmt: skip
        if value is not None:
            query = query.where(column == value)
    if wanted.begin:
        query = query.where(func.coalesce(c.until, c.begin) >= wanted.begin)
    if wanted.until:
        query = query.where(c.begin < _after(wanted.until))
    if wanted.text:
        like = f"%{_escaped(wanted.text)}%"
        query = query.where(or_(c.headline.ilike(like, escape="\\"), c.place.ilike(like, escape="\\")))
    if wanted.publisher:
        inside = (
            select(members.c.incident)
            .join(events, events.c.key == members.c.event)
            .join(reports, reports.c.id == events.c.report)
            .where(reports.c.publisher == wanted.publisher)
        )
        query = query.where(c.id.in_(inside))
    if wanted.voice:
        said = claims.c.id.is_(None) if wanted.voice == OWN else _voice() == wanted.voice
        query = query.where(c.id.in_(_voiced(members.c.incident).where(said)))
    if wanted.box:
        west, south, east, north = wanted.box
        lon = and_(c.longitude >= west, c.longitude <= east) if west <= east else or_(c.longitude >= west, c.longitude <= east)
        query = query.where(c.latitude >= south, c.latitude <= north, lon)
    return query


def _voice() -> ColumnElement[str]:
    return func.coalesce(claims.c.claimant, claims.c.source)


def _voiced(*columns: ColumnElement[Any]) -> Select[Any]:
    """Accounts of incidents, each with the claim that holds it."""
    claim = and_(claims.c.coding == events.c.coding, claims.c.id == events.c.claim)
    of_today = events.join(current, current.c.coding == events.c.coding)
    return select(*columns).select_from(
        members.join(of_today, events.c.key == members.c.event).join(claims, claim, isouter=True)
    )


def voices(conn: Connection, wanted: Filter, limit: int) -> list[tuple[str, int, str]]:
    """Incidents counted by who says so, the most first: the value for :attr:`Filter.voice`, the number, words for it ("" for the own voice)."""
    number, several = func.count(func.distinct(members.c.incident)), func.count(func.distinct(claims.c.source)) > 1
    query = (
        _voiced(_voice(), number, func.min(claims.c.source), several)
        .where(members.c.incident.in_(incident_query(wanted)))
        .group_by(_voice())
        .order_by(number.desc(), _voice())
    )
    found = conn.execute(query.limit(limit))
    return [(value or OWN, count, f"{words} and others" if more else words or "") for value, count, words, more in found]


def _after(date: str) -> str:
    """A string greater than every date or time of that day (or month, or year)."""
    return date + "~"


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def resolve(conn: Connection, id_: str) -> str | None:
    """An incident's id of today, from one it has or had; None where there is none."""
    seen: set[str] = set()
    while id_ not in seen:
        seen.add(id_)
        if conn.scalar(select(incidents.c.id).where(incidents.c.id == id_)) is not None:
            return id_
        id_ = conn.scalar(select(aliases.c.incident).where(aliases.c.id == id_)) or id_
    return None


def incident(conn: Connection, id_: str) -> tuple[Incident, dict[str, Account]] | None:
    """An incident and its accounts by event key; also by a former id."""
    found = resolve(conn, id_)
    if found is None:
        return None
    summary = conn.scalar(select(incidents.c.summary).where(incidents.c.id == found))
    keys = conn.scalars(select(members.c.event).where(members.c.incident == found))
    return from_json(summary or ""), load_accounts(conn, keys)


def incident_of(conn: Connection, event: str) -> str | None:
    """The incident that an event of the ledger belongs to."""
    return conn.scalar(select(members.c.incident).where(members.c.event == event))


_EVENTS = (
    select(func.count())
    .select_from(events.join(current, current.c.coding == events.c.coding))
    .where(events.c.report == reports.c.id)
    .scalar_subquery()
)


def report_rows(conn: Connection, *, publisher: str | None = None, limit: int = 50, offset: int = 0) -> list[ReportRow]:
    """Reports, the last published first."""
    latest = (reports.c.published.desc().nulls_last(), reports.c.seq.desc())
    part = select(reports.c.id).order_by(*latest).limit(limit).offset(offset)
    if publisher is not None:
        part = part.where(reports.c.publisher == publisher)
    c = reports.c
    query = (
        select(c.id, c.title, c.publisher, c.published, c.url, c.status, origins.c.origin, _EVENTS)
        .join(origins, origins.c.report == c.id, isouter=True)
        .where(c.id.in_(part.subquery().select()))  # only these are counted, and not all that come before them
        .order_by(*latest)
    )
    return [ReportRow(*row) for row in conn.execute(query)]


def provenance(conn: Connection, report: str) -> list[Provenance]:
    """Every capture in which a report was met, the first first."""
    query = (
        select(
            captures.c.id, sightings.c.member, captures.c.uri, captures.c.retrieved, captures.c.sha256, captures.c.size,
            records.c.segment, records.c.offset,
        )
        .join(captures, captures.c.id == sightings.c.capture)
        .join(records, and_(records.c.capture == captures.c.id, records.c.type.in_(("response", "resource"))))
        .where(sightings.c.report == report)
        .order_by(captures.c.seq, records.c.segment, records.c.offset)
    )  # fmt: skip
    return [Provenance(*row) for row in conn.execute(query)]


def history(conn: Connection, report: str) -> list[Mapping[str, Any]]:
    """The codings of a report: id, coder, when, status, whether it is the current one; the first first."""
    query = (
        select(codings.c.id, codings.c.coder, codings.c.made, codings.c.status, current.c.coding.is_not(None).label("current"))
        .join(current, current.c.coding == codings.c.id, isouter=True)
        .where(codings.c.report == report)
        .order_by(codings.c.made, codings.c.id)
    )
    return [{**row, "coder": json.loads(row["coder"])} for row in conn.execute(query).mappings()]


def reasons(conn: Connection, report: str) -> list[Mapping[str, Any]]:
    """Why a report is of the origin it is of: its links, either way."""
    query = select(links).where(or_(links.c.report == report, links.c.other == report)).order_by(links.c.id)
    return [{**row, "detail": json.loads(row["detail"])} for row in conn.execute(query).mappings()]


def same_origin(conn: Connection, report: str) -> list[str]:
    """The reports of one report's origin group, itself included, in order of arrival."""
    mine = select(origins.c.origin).where(origins.c.report == report).scalar_subquery()
    query = (
        select(origins.c.report)
        .join(reports, reports.c.id == origins.c.report)
        .where(origins.c.origin == mine)
        .order_by(reports.c.seq)
    )
    return list(conn.scalars(query))
