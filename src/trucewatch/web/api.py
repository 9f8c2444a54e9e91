"""The interface for programs under ``/api/v1``: reading only, in parts, with an ETag, under the protection policy.

Every answer rests on the chain's head, so that an unchanged dossier answers 304. The OpenAPI document is at
``/api/v1/openapi.json``. This module must not write, but for overrides of the policy, which go on record.
"""

from __future__ import annotations

import json
import re
import secrets
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import TYPE_CHECKING, Annotated, Any, TypeAlias
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, HTTPException, Path, Query, Request
from fastapi.responses import JSONResponse, Response
from sqlalchemy import select

from trucewatch.dossier import browse
from trucewatch.dossier.browse import Filter
from trucewatch.dossier.standing import standing
from trucewatch.dossier.store.tables import claims, current, events
from trucewatch.ledger.accounts import to_json as account_json
from trucewatch.ledger.incidents import to_json as incident_json
from trucewatch.model import TrucewatchError
from trucewatch.model.contract import to_dict
from trucewatch.model.plain import plain
from trucewatch.reading.dates import iso_date
from trucewatch.web.agreement import book_of
from trucewatch.web.models import (
    ClaimItem,
    EventItem,
    FindingItem,
    HitItem,
    IncidentItem,
    IncidentRecord,
    Part,
    ReportItem,
    ReportRecord,
    Status,
)
from trucewatch.web.problems import TYPE, Problem
from trucewatch.web.security import User, api_user
from trucewatch.web.view import Listed, View, view_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from sqlalchemy import Connection, Select

    from trucewatch.model import Coded
    from trucewatch.model.agreement import Finding

DESCRIPTION = """What a dossier holds, for programs. Reading only.

Without a token, or with the role *reader*, names and places are masked by the dossier's protection policy. Send
`Authorization: Bearer <token>` (made by `trucewatch serve --add-token`); with the role *reviewer* all is given as it is.

Lists come in parts: follow `next`. Send `If-None-Match` with the last `ETag`: an unchanged dossier answers 304. Errors are problem+json."""
_ERRORS: dict[int | str, dict[str, Any]] = {
    status: {"model": Problem, "content": {TYPE: {}}} for status in (400, 401, 403, 404, 413, 421, 422, 429, 500, 503)
}
_ERRORS[304] = {"description": "Nothing has changed"}
#: Of one run: settings and templates may have changed with the next.
_RUN = secrets.token_hex(8)
_MOST = 1 << 31
_BOX = r"^-?\d{1,3}(\.\d{1,9})?(,-?\d{1,3}(\.\d{1,9})?){3}$"
_PLAIN = r"^[^\x00-\x1f\x7f]*$"
router = APIRouter(prefix="/api/v1", tags=["dossier"], responses=_ERRORS)

Text: TypeAlias = Annotated[str | None, Query(max_length=300, pattern=_PLAIN)]
Id: TypeAlias = Annotated[str, Path(max_length=90, pattern=r"^[A-Za-z0-9/#._-]+$")]
Limit: TypeAlias = Annotated[int, Query(ge=1, le=500)]
Offset: TypeAlias = Annotated[int, Query(ge=0, lt=_MOST)]
Day: TypeAlias = Annotated[str | None, Query(max_length=40, description="ISO 8601 date, inclusive")]


@dataclass(frozen=True, slots=True)
class Asked:
    """A request, and the dossier as whoever sent it may see it."""

    request: Request
    view: View

    def answer(self, make: Callable[[], Any]) -> Response:
        """What ``make`` gives, as JSON; 304 where the client has it."""
        tag = self._tag()
        headers = {"ETag": tag, "Cache-Control": "private, no-cache", "Vary": "Cookie, Authorization"}
        known = {part.strip().removeprefix("W/") for part in self.request.headers.get("if-none-match", "").split(",")}
        if tag in known:
            return Response(status_code=304, headers=headers)
        return _Json(make(), headers=headers)

    def part(self, make: Callable[[Connection], Listed], limit: int, offset: int) -> Response:
        """Part of a list."""

        def made() -> dict[str, Any]:
            found = self.view.read(make)
            rest = self._rest(limit, offset) if found.more else None
            return {"items": plain(found.items), "limit": limit, "offset": offset, "total": found.total, "next": rest}

        return self.answer(made)

    def _tag(self) -> str:
        seen = f"{_RUN}\n{self.view.house.head()}\n{self.view.whole}\n{self.request.url.path}\n{self.request.url.query}"
        return f'"{sha256(seen.encode("utf-8", "replace")).hexdigest()[:32]}"'

    def _rest(self, limit: int, offset: int) -> str:
        query = {**self.request.query_params, "limit": str(limit), "offset": str(offset + limit)}
        return f"{self.request.url.path}?{urlencode(query)}"


class _Json(JSONResponse):
    """JSON in UTF-8, also of texts that are none."""

    def render(self, content: Any) -> bytes:
        return json.dumps(content, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode("utf-8", "replace")


async def _asked(request: Request, user: Annotated[User, Depends(api_user)]) -> Asked:
    return Asked(request, view_of(request, user))


Question: TypeAlias = Annotated[Asked, Depends(_asked)]


async def _wanted(  # noqa: PLR0917 - FastAPI gives them by name
    begin: Annotated[Day, Query(alias="from")] = None,
    until: Day = None,
    truce: Text = None,
    type: Text = None,  # noqa: A002 - the field's name
    grade: Text = None,
    country: Text = None,
    place: Text = None,
    disputed: Annotated[bool | None, Query()] = None,
    text: Text = None,
    publisher: Text = None,
    voice: Annotated[
        Text, Query(description="who says so: an actor's id, the words of a source, or - for the report itself")
    ] = None,
    box: Annotated[str | None, Query(pattern=_BOX, description="west,south,east,north in degrees")] = None,
) -> Filter:
    return Filter(
        begin=_day("from", begin), until=_day("until", until), truce=truce, type=type, grade=grade, country=country, place=place,
        disputed=disputed, text=text, publisher=publisher, box=_box(box), voice=voice,
    )  # fmt: skip


Wanted: TypeAlias = Annotated[Filter, Depends(_wanted)]


@router.get("/status", response_model=Status)
def status(asked: Question) -> Response:
    """How the dossier stands."""

    def made() -> dict[str, Any]:
        stands = standing(asked.view.house.dossier())
        numbers = {name: getattr(stands, name) for name in Status.model_fields if hasattr(stands, name)}
        more = {"head": asked.view.house.head(), "protected": not asked.view.whole}
        return {**numbers, "grades": dict(stands.grades), "coders": dict(stands.coders), **more}

    return asked.answer(made)


@router.get("/reports", response_model=Part[ReportItem])
def list_reports(asked: Question, publisher: Text = None, limit: Limit = 50, offset: Offset = 0) -> Response:
    """Reports, the last published first."""
    return asked.part(lambda conn: asked.view.reports(conn, publisher=publisher, limit=limit, offset=offset), limit, offset)


@router.get("/reports/{report}", response_model=ReportRecord)
def one_report(report: Id, asked: Question) -> Response:
    """A report's record: text, sentences, claims, events, places, times, as offsets into the text."""

    def work(conn: Connection) -> dict[str, Any]:
        coded = asked.view.record(conn, report)
        if coded is None:
            raise TrucewatchError("no-report", "there is no such report")
        return {**to_dict(coded), "id": report, "provenance": _provenance(conn, report, whole=asked.view.whole)}

    return asked.answer(lambda: asked.view.read(work))


@router.get("/claims", response_model=Part[ClaimItem])
def list_claims(  # noqa: PLR0917 - FastAPI gives them by name
    asked: Question, report: Text = None, stance: Text = None, claimant: Text = None, limit: Limit = 50, offset: Offset = 0
) -> Response:
    """Claims: who says what, with which stance. ``claimant`` is an actor's id."""
    wanted = {claims.c.report: report, claims.c.stance: stance, claims.c.claimant: claimant}
    query = select(claims.c.report, claims.c.id).join(current, current.c.coding == claims.c.coding)

    def item(coded: Coded, id_: str, at: str) -> Iterator[dict[str, Any]]:
        for claim in coded.claims:
            if claim.id == id_ and (claimant is None or (claim.claimant and claim.claimant.id == claimant)):
                yield {"report": at, **plain(claim)}

    return _from_records(asked, _filtered(query, wanted), (limit, offset), item)


@router.get("/events", response_model=Part[EventItem])
def list_events(  # noqa: PLR0917 - FastAPI gives them by name
    asked: Question,
    report: Text = None,
    type: Text = None,  # noqa: A002 - the field's name
    truce: Text = None,
    status: Text = None,
    country: Text = None,
    begin: Annotated[Day, Query(alias="from")] = None,
    until: Day = None,
    limit: Limit = 50,
    offset: Offset = 0,
) -> Response:
    """Events as the machine has them: who did what to whom, where, when, with what harm, and who says so."""
    c = events.c
    query: Select[Any] = select(c.report, c.id).join(current, current.c.coding == c.coding)
    query = _filtered(query, {c.report: report, c.type: type, c.truce: truce, c.status: status, c.country: country})
    if first := _day("from", begin):
        query = query.where(c.begin >= first)
    if last := _day("until", until):
        query = query.where(c.begin < f"{last}~")
    return _from_records(asked, query, (limit, offset), _event)


@router.get("/incidents", response_model=Part[IncidentItem])
def list_incidents(asked: Question, wanted: Wanted, limit: Limit = 50, offset: Offset = 0) -> Response:
    """Incidents, the latest first."""
    return asked.part(lambda conn: asked.view.rows(conn, wanted, limit=limit, offset=offset), limit, offset)


@router.get("/incidents/{incident}", response_model=IncidentRecord)
def one_incident(incident: Id, asked: Question) -> Response:
    """An incident: who asserts, who denies, who says otherwise, how many origins stand behind it. Former ids lead to it too."""

    def work(conn: Connection) -> dict[str, Any]:
        found = asked.view.incident(conn, incident)
        if found is None:
            raise TrucewatchError("no-incident", "there is no such incident")
        told = [json.loads(account_json(account)) for _, account in sorted(found[1].items())]
        return {**json.loads(incident_json(found[0])), "accounts": told}

    return asked.answer(lambda: asked.view.read(work))


@router.get("/findings", response_model=Part[FindingItem])
def list_findings(  # noqa: PLR0917 - FastAPI gives them by name
    asked: Question, wanted: Wanted, term: Text = None, bearing: Text = None, limit: Limit = 50, offset: Offset = 0
) -> Response:
    """Incidents held against the dossier's agreement: what bears on which term, and why. Parts count incidents, not findings."""
    book = book_of(asked.request)

    def work(conn: Connection) -> Listed:
        rows = asked.view.rows(conn, wanted, limit=limit, offset=offset)
        found: list[Finding] = []
        for row in rows.items:
            found += asked.view.findings(conn, book, row.id)  # type: ignore[attr-defined]
        kept = tuple(f for f in found if term in {None, f.term} and bearing in {None, f.bearing})
        return replace(rows, items=kept, total=None)

    return asked.part(work, limit, offset)


@router.get("/search", response_model=Part[HitItem])
def search(
    asked: Question, q: Annotated[str, Query(max_length=1000, pattern=_PLAIN)], limit: Limit = 20, offset: Offset = 0
) -> Response:
    """Reports by their words: all must be there; "phrases", -not, OR, prefix*."""
    return asked.part(lambda conn: asked.view.hits(conn, q, limit=limit, offset=offset), limit, offset)


def _from_records(
    asked: Asked,
    query: Select[Any],
    part: tuple[int, int],
    item: Callable[[Coded, str, str], Iterable[dict[str, Any]]],
) -> Response:
    """Items out of the records of their reports, so that the policy applies to each."""
    limit, offset = part

    def work(conn: Connection) -> Listed:
        keys = conn.execute(query.order_by(*query.selected_columns).limit(limit + 1).offset(offset)).all()
        known: dict[str, Coded | None] = {}
        found: list[dict[str, Any]] = []
        for report, id_ in keys[:limit]:
            if report not in known:
                known = {report: asked.view.record(conn, report)}
            coded = known[report]
            found += item(coded, id_, report) if coded is not None else ()
        return Listed(tuple(found), None, len(keys) > limit)

    return asked.part(work, limit, offset)


def _event(coded: Coded, id_: str, at: str) -> Iterator[dict[str, Any]]:
    for event in coded.events:
        if event.id == id_:
            place = coded.places[event.place] if event.place is not None else None
            time = coded.times[event.time] if event.time is not None else None
            yield {**plain(event), "key": f"{at}/{id_}", "report": at, "place": plain(place), "time": plain(time)}


def _filtered(query: Select[Any], wanted: dict[Any, str | None]) -> Select[Any]:
    for column, value in wanted.items():
        if value is not None:
            query = query.where(column == value)
    return query


def _provenance(conn: Connection, report: str, *, whole: bool) -> list[dict[str, Any]]:
    return [
        {"capture": p.capture, "sha256": p.sha256, "size": p.size, "retrieved": p.retrieved, "uri": p.uri if whole else None}
        for p in browse.provenance(conn, report)
    ]


def _day(name: str, value: str | None) -> str | None:
    made = iso_date(value) if value is not None else None
    if value is not None and made is None:
        raise HTTPException(422, f"{name} is not an ISO 8601 date; write it like 2031-05-14")
    return made


def _box(value: str | None) -> tuple[float, float, float, float] | None:
    if value is None:
        return None
    west, south, east, north = (float(part) for part in re.split(",", value))
    if not (-180 <= west <= 180 and -180 <= east <= 180 and -90 <= south <= north <= 90):  # noqa: PLR2004 - the globe
        raise HTTPException(422, "box is west,south,east,north in degrees")
    return west, south, east, north
