"""The overview: which incidents there are, by filters that stand in the address; and the same as data for map and timeline."""

from __future__ import annotations

import gzip
import json
import secrets
import time
from hashlib import sha256
from typing import TYPE_CHECKING, Annotated, Any, cast

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response
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
#: Of one run: settings may have changed with the next.
_RUN = secrets.token_hex(8)
#: What one map shows at most, how many of those are masked anew for one request, and values a count lists.
MOST_SHOWN, MOST_MASKED = 20_000, 100
MOST_VALUES = 12
GRADES = ("opposed sides agree", "independent", "several dependent", "single origin")
#: Value for the filter, number, words for it.
Counted = list[tuple[str | None, int, str]]


@router.get("/")
def show(request: Request, user: Annotated[User, Depends(reader)]) -> Response:
    """The page."""
    asked, view = Asked.of(request.query_params), view_of(request, user)
    wanted, remembered = asked.filter, view.house.remembered
    key = (view.whole, wanted)
    context: dict[str, Any] = {
        "asked": asked,
        "listed": remembered(
            ("rows", *key, asked.page), lambda: view.read(lambda conn: view.rows(conn, wanted, limit=PAGE, offset=asked.offset))
        ),
        "counted": remembered(("counts", *key), lambda: view.read(lambda conn: _counts(conn, view, wanted))),
        "choices": remembered(("choices", view.whole), lambda: view.read(lambda conn: _choices(conn, view))),
        "marks": (*MARKS, OTHER),
        "grades": GRADES,
        "plain": plain,
        "page_size": PAGE,
    }
    return page(request, "overview.html.j2", **context)


@router.get("/incidents.json")
def data(request: Request, user: Annotated[User, Depends(reader)]) -> Response:
    """The incidents of the same filter as GeoJSON; ``apart`` are id and day of those that no point can be given."""
    view, wanted = view_of(request, user), Asked.of(request.query_params).filter
    head = view.house.settled(("data", view.whole, wanted))
    tag = f'"{sha256(f"{_RUN} {head} {view.whole} {wanted}".encode("utf-8", "replace")).hexdigest()[:32]}"'
    headers = {"ETag": tag, "Cache-Control": "private, no-cache", "Vary": "Cookie, Accept-Encoding"}
    if tag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    body, late = _packed(view, wanted, head)
    if late:
        headers = {"Cache-Control": "no-store"}
    if "gzip" in request.headers.get("accept-encoding", ""):
        return Response(body, media_type="application/json", headers=headers | {"Content-Encoding": "gzip"})
    return Response(gzip.decompress(body), media_type="application/json", headers=headers)


def _packed(view: View, wanted: Filter, head: str) -> tuple[bytes, bool]:
    """The data, gzipped, and whether some of it is still to be masked: only what is all there is kept for the next who asks."""
    key = (head, "data", view.whole, wanted)
    made = cast("tuple[bytes, bool]", view.house.kept.of(key, lambda: _gathered(view, wanted, head)))
    if made[1]:
        view.house.kept.drop(key)
    return made


def _gathered(view: View, wanted: Filter, head: str) -> tuple[bytes, bool]:
    begun = time.monotonic()
    listed = view.read(lambda conn: view.rows(conn, wanted, limit=MOST_SHOWN, most=MOST_MASKED))
    text = json.dumps(_drawn(listed), ensure_ascii=False, separators=(",", ":"))
    body = gzip.compress(text.encode("utf-8", "replace"), 1, mtime=0)
    if not listed.late:
        view.house.settle(("data", view.whole, wanted), head, time.monotonic() - begun)
    return body, listed.late


def _drawn(listed: Listed) -> dict[str, Any]:
    rows: list[Row] = list(listed.items)  # type: ignore[arg-type]
    placed = [row for row in rows if _has_point(row)]
    apart = [[row.id, (row.begin or "")[:10], row.disputed] for row in rows if not _has_point(row)]
    return {
        "incidents": layers.collection(_feature(row) for row in placed),
        "apart": apart,
        "more": listed.more,
        "late": listed.late,
    }


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
    """Counts by category, grade, who says so and publisher; empty where counting would tell what is masked."""
    if not view.whole and (wanted.text or wanted.place or wanted.box or wanted.publisher or wanted.voice):
        return {}
    found: dict[str, Counted] = {
        name: [(value, number, value or "") for value, number in browse.counts(conn, wanted, name)[:MOST_VALUES]]
        for name in ("truce", "grade")
    }
    if view.whole:
        said = [
            (value, number, view.name_of(conn, value) or words)
            for value, number, words in browse.voices(conn, wanted, MOST_VALUES)
        ]
        found |= {"voice": [*said], "publisher": _by_publisher(conn, wanted)}
    return found


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
    return [(name, number, name or "") for name, number in conn.execute(query.limit(MOST_VALUES))]


def _choices(conn: Connection, view: View) -> dict[str, list[str]]:
    """What the form offers."""
    categories = conn.scalars(select(incidents.c.truce).where(incidents.c.truce.is_not(None)).distinct())
    countries = conn.scalars(select(incidents.c.country).where(incidents.c.country.is_not(None)).distinct())
    named: Iterable[str] = ()
    if view.whole:
        named = conn.scalars(select(reports.c.publisher).where(reports.c.publisher.is_not(None)).distinct())
    return {"truce": sorted(categories), "country": sorted(countries), "publisher": sorted(named)}
