"""The overview: which incidents there are, by filters that stand in the address; and the same as data for map and timeline."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import JSONResponse, Response
from sqlalchemy import func, select

from trucewatch.dossier import browse
from trucewatch.dossier.store.tables import events, incidents, members, reports
from trucewatch.publishing import plain
from trucewatch.publishing.basemap import layers
from trucewatch.publishing.basemap.palette import MARKS, OTHER
from trucewatch.web.asked import PAGE, Asked
from trucewatch.web.render import page
from trucewatch.web.security import User, reader
from trucewatch.web.view import Listed, View, view_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy import Connection

    from trucewatch.dossier.browse import Filter, Row

router = APIRouter()
#: What one map shows at most (masking each takes its time), and values a count lists.
MOST_SHOWN, MOST_MASKED = 20_000, 2_000
MOST_VALUES = 12
GRADES = ("opposed sides agree", "independent", "several dependent", "single origin")
Counted = list[tuple[str | None, int]]


@router.get("/")
def show(request: Request, user: Annotated[User, Depends(reader)]) -> Response:
    """The page."""
    asked, view = Asked.of(request.query_params), view_of(request, user)
    wanted = asked.filter
    listed = view.read(lambda conn: view.rows(conn, wanted, limit=PAGE, offset=asked.offset))
    counted = view.read(lambda conn: _counts(conn, view, wanted))
    context: dict[str, Any] = {
        "asked": asked,
        "listed": listed,
        "counted": counted,
        "choices": view.read(lambda conn: _choices(conn, view)),
        "marks": (*MARKS, OTHER),
        "grades": GRADES,
        "plain": plain,
        "page_size": PAGE,
    }
    return page(request, "overview.html.j2", **context)


@router.get("/incidents.json")
def data(request: Request, user: Annotated[User, Depends(reader)]) -> JSONResponse:
    """The incidents of the same filter as GeoJSON; ``apart`` are id and day of those that no point can be given."""
    view, wanted = view_of(request, user), Asked.of(request.query_params).filter
    most = MOST_SHOWN if view.whole else MOST_MASKED
    listed = view.read(lambda conn: view.rows(conn, wanted, limit=most))
    return JSONResponse(_drawn(listed), headers={"Cache-Control": "no-store"})


def _drawn(listed: Listed) -> dict[str, Any]:
    rows: list[Row] = list(listed.items)  # type: ignore[arg-type]
    placed = [row for row in rows if _has_point(row)]
    apart = [[row.id, (row.begin or "")[:10], row.disputed] for row in rows if not _has_point(row)]
    return {"incidents": layers.collection(_feature(row) for row in placed), "apart": apart, "more": listed.more}


def _has_point(row: Row) -> bool:
    return row.latitude is not None and row.longitude is not None and (row.precision or 0) < layers.COUNTRY


def _feature(row: Row) -> dict[str, Any]:
    assert row.latitude is not None  # noqa: S101 - asked before
    assert row.longitude is not None  # noqa: S101
    return layers.incident(
        row.id, row.headline, row.longitude, row.latitude, group=plain.group(row.truce), disputed=row.disputed,
        radius=layers.RADIUS.get(row.precision or 0), day=(row.begin or "")[:10],
    )  # fmt: skip


def _counts(conn: Connection, view: View, wanted: Filter) -> dict[str, Counted]:
    """Counts by category, grade and publisher; empty where counting would tell what is masked."""
    if not view.whole and (wanted.text or wanted.place or wanted.box or wanted.publisher):
        return {}
    found = {name: browse.counts(conn, wanted, name)[:MOST_VALUES] for name in ("truce", "grade")}
    return {**found, "publisher": _by_publisher(conn, wanted)} if view.whole else found


def _by_publisher(conn: Connection, wanted: Filter) -> Counted:
    """Incidents that a publisher has an account of."""
    inside = browse.incident_query(wanted)
    query = (
        select(reports.c.publisher, func.count(func.distinct(members.c.incident)).label("n"))
        .select_from(members.join(events, events.c.key == members.c.event).join(reports, reports.c.id == events.c.report))
        .where(members.c.incident.in_(inside))
        .group_by(reports.c.publisher)
        .order_by(func.count(func.distinct(members.c.incident)).desc(), reports.c.publisher)
    )
    return [(name, number) for name, number in conn.execute(query.limit(MOST_VALUES))]


def _choices(conn: Connection, view: View) -> dict[str, list[str]]:
    """What the form offers."""
    categories = conn.scalars(select(incidents.c.truce).where(incidents.c.truce.is_not(None)).distinct())
    countries = conn.scalars(select(incidents.c.country).where(incidents.c.country.is_not(None)).distinct())
    named: Iterable[str] = ()
    if view.whole:
        named = conn.scalars(select(reports.c.publisher).where(reports.c.publisher.is_not(None)).distinct())
    return {"truce": sorted(categories), "country": sorted(countries), "publisher": sorted(named)}
