"""The overview: which incidents there are, by filters that stand in the address; and the same as data for map and timeline."""

from __future__ import annotations

import gzip
import json
import secrets
import time
from dataclasses import dataclass
from functools import lru_cache, partial
from hashlib import sha256
from typing import TYPE_CHECKING, Annotated, Any, TypeAlias, cast

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response
from sqlalchemy import func, select

from trucewatch.dossier import browse
from trucewatch.dossier.browse import Filter
from trucewatch.dossier.store import tally
from trucewatch.dossier.store.tables import events, incidents, members, reports
from trucewatch.publishing import plain
from trucewatch.publishing.basemap import layers
from trucewatch.publishing.basemap.palette import MARKS, OTHER
from trucewatch.publishing.words import clean
from trucewatch.web.asked import PAGE, Asked
from trucewatch.web.render import page, part, root_of
from trucewatch.web.security import User, reader
from trucewatch.web.view import LISTS, Listed, View, view_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from markupsafe import Markup
    from sqlalchemy import Connection

    from trucewatch.dossier.browse import Row

router = APIRouter()
#: Of one run: settings may have changed with the next.
_RUN = secrets.token_hex(8)
#: What one map shows at most, how many of those are masked anew for one request, and values a count lists.
MOST_SHOWN, MOST_MASKED = 20_000, 100
MOST_VALUES = 12
GRADES = ("opposed sides agree", "independent", "several dependent", "single origin")
_HEADERS = {"Cache-Control": "private, no-cache", "Vary": "Cookie, Accept-Encoding"}
#: Value for the filter, number, words for it.
Counted = list[tuple[str | None, int, str]]
_Key: TypeAlias = tuple[bool, str, Filter]


@dataclass(frozen=True, slots=True)
class _Packed:
    """The map's data, gzipped, of a state of the dossier. ``late``: whether some of it is still to be masked."""

    body: bytes
    state: str
    late: bool


@router.get("/")
def show(request: Request, user: Annotated[User, Depends(reader)]) -> Response:
    """The page."""
    asked, view = Asked.of(request.query_params), view_of(request, user)
    wanted = asked.filter
    context: dict[str, Any] = {
        "asked": asked,
        "listed": view.remembered(
            ("rows", wanted, asked.page), view.rests, lambda conn: view.rows(conn, wanted, limit=PAGE, offset=asked.offset)
        ),
        "counted": view.remembered(("counts", wanted), LISTS, lambda conn: _counts(conn, view, wanted)),
        "choices": view.remembered(("choices",), LISTS, lambda conn: _choices(conn, view)),
        "marks": (*MARKS, OTHER),
        "grades": [(grade, grade) for grade in GRADES],
        "line": partial(_line, root_of(request)),
        "page_size": PAGE,
    }
    return page(request, "overview.html.j2", **context)


@lru_cache(maxsize=MOST_SHOWN)
def _line(root: str, row: Row) -> Markup:
    return part(root, "_incident_row.html.j2", row=row, plain=plain)


@router.get("/incidents.json")
def data(request: Request, user: Annotated[User, Depends(reader)]) -> Response:
    """The incidents of the same filter as GeoJSON; ``apart`` are id and day of those that no point can be given."""
    view, wanted = view_of(request, user), Asked.of(request.query_params).filter
    key = (view.whole, "data", wanted)
    state = view.house.settled(key) or view.read(lambda conn: tally.state(conn, view.rests))
    if _tag(key, state) in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=_HEADERS | {"ETag": _tag(key, state)})
    made = cast("_Packed | None", view.house.kept.get((*key, state))) or _latest(view, key)
    headers = {"Cache-Control": "no-store"} if made.late else _HEADERS | {"ETag": _tag(key, made.state)}
    if "gzip" in request.headers.get("accept-encoding", ""):
        return Response(made.body, media_type="application/json", headers=headers | {"Content-Encoding": "gzip"})
    return Response(gzip.decompress(made.body), media_type="application/json", headers=headers)


def _tag(key: _Key, state: str) -> str:
    return f'"{sha256(f"{_RUN} {state} {key}".encode("utf-8", "replace")).hexdigest()[:32]}"'


def _latest(view: View, key: _Key) -> _Packed:
    """The data of the latest state; only what is all there is kept for the next who asks."""
    made = view.remembered(key[1:], view.rests, lambda conn: _packed(conn, view, key))
    if made.late:
        view.house.kept.drop((*key, made.state))
    return made


def _packed(conn: Connection, view: View, key: _Key) -> _Packed:
    begun = time.monotonic()
    listed = view.rows(conn, key[2], limit=MOST_SHOWN, most=MOST_MASKED)
    body = gzip.compress(_drawn(listed).encode("utf-8", "replace"), 1, mtime=0)
    made = _Packed(body, tally.state(conn, view.rests), listed.late)
    if not made.late:
        view.house.settle(key, made.state, time.monotonic() - begun)
    return made


def _drawn(listed: Listed) -> str:
    """The data as JSON; each incident's part is kept as text."""
    rows: list[Row] = list(listed.items)  # type: ignore[arg-type]
    features = ",".join([_feature(row) for row in rows if _has_point(row)])
    rest = {
        "apart": [[row.id, (row.begin or "")[:10], row.disputed] for row in rows if not _has_point(row)],
        "more": listed.more,
        "late": listed.late,
    }
    return f'{{"incidents":{{"type":"FeatureCollection","features":[{features}]}},{json.dumps(rest, separators=(",", ":"))[1:]}'


def _has_point(row: Row) -> bool:
    return row.latitude is not None and row.longitude is not None and (row.precision or 0) < layers.COUNTRY


@lru_cache(maxsize=2 * MOST_SHOWN)
def _feature(row: Row) -> str:
    assert row.latitude is not None  # noqa: S101 - asked before
    assert row.longitude is not None  # noqa: S101
    made = layers.incident(
        row.id, row.headline, row.longitude, row.latitude, group=plain.group(row.truce), disputed=row.disputed,
        radius=layers.RADIUS.get(row.precision or 0), day=(row.begin or "")[:10],
    )  # fmt: skip
    return json.dumps(made, ensure_ascii=False, separators=(",", ":"))


def _counts(conn: Connection, view: View, wanted: Filter) -> dict[str, Counted]:
    """Counts by category, grade, who says so and publisher; empty where counting would tell what is masked."""
    if not view.whole and (wanted.text or wanted.place or wanted.box or wanted.publisher or wanted.voice):
        return {}
    truces, grades = (browse.counts(conn, wanted, name)[:MOST_VALUES] for name in ("truce", "grade"))
    found: dict[str, Counted] = {
        "truce": [(value, number, plain.category(value, "") if value else "no category") for value, number in truces],
        "grade": [(value, number, value or "not known") for value, number in grades],
    }
    if view.whole:
        said = [
            (value, number, clean(view.name_of(conn, value) or words) or "the reports' own voice")
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
    return [(name, number, clean(name or "") or "not known") for name, number in conn.execute(query.limit(MOST_VALUES))]


def _choices(conn: Connection, view: View) -> dict[str, list[tuple[str, str]]]:
    """What the form offers: values, and words for them."""
    categories = conn.scalars(select(incidents.c.truce).where(incidents.c.truce.is_not(None)).distinct())
    countries = conn.scalars(select(incidents.c.country).where(incidents.c.country.is_not(None)).distinct())
    named: Iterable[str] = ()
    if view.whole:
        named = conn.scalars(select(reports.c.publisher).where(reports.c.publisher.is_not(None)).distinct())
    return {
        "truce": [(value, plain.category(value, "")) for value in sorted(categories)],
        "country": [(value, value) for value in sorted(countries)],
        "publisher": [(value, clean(value)) for value in sorted(named)],
    }
