"""Reports: their list and search, and one with all that was coded from it, where it came from and why it is of its origin.

A report's text is hostile: it goes into the page as text, cut into pieces, and never as markup.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Depends, HTTPException, Path, Query, Request
from fastapi.responses import Response  # noqa: TC002 - FastAPI reads the annotation
from sqlalchemy import select

from trucewatch.dossier import browse, judgements, origin_graph
from trucewatch.dossier.store.tables import members, reports
from trucewatch.publishing.page import ReportView, report_view
from trucewatch.web.asked import PAGE
from trucewatch.web.render import page
from trucewatch.web.security import User, reader
from trucewatch.web.view import View, view_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy import Connection

    from trucewatch.dossier.browse import Provenance
    from trucewatch.dossier.store.search import Hit
    from trucewatch.dossier.verdicts.kinds import Verdict

router = APIRouter()
_MOST_PAGES = 2_000
#: Of one origin: more reports than this are only counted.
_MOST_KIN = 40


@dataclass(frozen=True, slots=True)
class Kin:
    """A report of the same origin."""

    id: str
    title: str | None
    publisher: str | None
    published: str | None


@dataclass(frozen=True, slots=True)
class Shown:
    """All that the page shows of a report. ``homes``: event id to its incident."""

    view: ReportView
    provenance: Sequence[Provenance]
    history: Sequence[Mapping[str, Any]]
    why: Sequence[str]
    kin: Sequence[Kin]
    kin_count: int
    homes: Mapping[str, str]
    verdicts: Sequence[Verdict]


@router.get("/reports")
def index(
    request: Request,
    user: Annotated[User, Depends(reader)],
    q: Annotated[str, Query(max_length=1000)] = "",
    publisher: Annotated[str, Query(max_length=500)] = "",
    page_: Annotated[int, Query(alias="page", ge=1, le=_MOST_PAGES)] = 1,
) -> Response:
    """The reports, the last published first; with ``q`` those that hold the words, the best first."""
    view, offset, words = view_of(request, user), (page_ - 1) * PAGE, q.strip()
    if words:
        listed = view.read(lambda conn: view.hits(conn, words, limit=PAGE, offset=offset))
    else:
        listed = view.read(lambda conn: view.reports(conn, publisher=publisher or None, limit=PAGE, offset=offset))
    context: dict[str, Any] = {"listed": listed, "q": words, "publisher": publisher, "page": page_, "pieces": pieces}
    return page(request, "reports.html.j2", **context)


def pieces(hit: Hit) -> list[tuple[str, bool]]:
    """A hit's snippet in runs of text, each with whether it is one of the words looked for."""
    made, at = [], 0
    for start, end in hit.marks:
        made += [(hit.snippet[at:start], False), (hit.snippet[start:end], True)]
        at = end
    return [run for run in (*made, (hit.snippet[at:], False)) if run[0]]


@router.get("/reports/{id_}")
def show(id_: Annotated[str, Path(max_length=40)], request: Request, user: Annotated[User, Depends(reader)]) -> Response:
    """The page of one report."""
    view = view_of(request, user)
    shown = view.read(lambda conn: _shown(conn, view, id_))
    if shown is None:
        raise HTTPException(404, "There is no such report.")
    ids = [event.id for event in shown.view.coded.events]
    return page(request, "report.html.j2", shown=shown, report=shown.view, ids=ids, claims=_claim_ids(shown.view))


def _claim_ids(view: ReportView) -> list[str]:
    return [claim.id for claim in view.coded.claims]


def _shown(conn: Connection, view: View, id_: str) -> Shown | None:
    coded = view.record(conn, id_)
    if coded is None:
        return None
    kin = [one for one in browse.same_origin(conn, id_) if one != id_]
    homes = {
        event.rpartition("/")[2]: incident
        for event, incident in conn.execute(
            select(members.c.event, members.c.incident).where(
                members.c.event.in_([f"{id_}/{event.id}" for event in coded.events])
            )
        )
    }
    return Shown(
        view=report_view(1, coded),
        provenance=browse.provenance(conn, id_),
        history=browse.history(conn, id_),
        why=origin_graph.why(conn, id_) if view.whole and kin else (),
        kin=_kin(conn, view, kin[:_MOST_KIN]),
        kin_count=len(kin),
        homes=homes,
        verdicts=[v for v in judgements.all_verdicts(conn) if v.report == id_] if view.whole else (),
    )


def _kin(conn: Connection, view: View, ids: Sequence[str]) -> list[Kin]:
    if view.whole:
        columns = (reports.c.id, reports.c.title, reports.c.publisher, reports.c.published)
        return [Kin(*row) for row in conn.execute(select(*columns).where(reports.c.id.in_(ids)).order_by(reports.c.seq))]
    days = dict(list(row) for row in conn.execute(select(reports.c.id, reports.c.published).where(reports.c.id.in_(ids))))
    shown = view.shown(conn, ids)
    return [Kin(one, shown[one].title, shown[one].publisher, days.get(one)) for one in ids if one in shown]
