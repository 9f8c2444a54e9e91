"""Sources: who publishes, who reprints whom, whom they quote, and what they call whom. It describes; nobody is scored.

The words of sources are shown to reviewers alone, as they may hold what the protection policy masks.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import Response  # noqa: TC002 - FastAPI reads the annotation
from sqlalchemy import case, func, select

from trucewatch.dossier.store.tables import claims, current, links, origins, reports
from trucewatch.dossier.wording import wording
from trucewatch.web.house import House, house
from trucewatch.web.render import page
from trucewatch.web.security import User, reader

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import Connection

    from trucewatch.ledger.framing import Row

router = APIRouter()
#: The tables that the page rests on: no verdict changes them.
_RESTS = ("claims", "codings", "current", "links", "origins", "reports")
MOST_PUBLISHERS, MOST_PAIRS, MOST_QUOTED, MOST_NAMINGS = 200, 200, 100, 300


@dataclass(frozen=True, slots=True)
class Publisher:
    """A publisher in numbers. ``first``: reports that are the first of their origin here."""

    name: str | None
    reports: int
    first: int
    begin: str | None
    until: str | None
    side: str


@dataclass(frozen=True, slots=True)
class Pair:
    """One publisher's reports that copy another's, by kind; ``outside``: the other's report is not in the dossier."""

    one: str | None
    other: str | None
    kind: str
    number: int
    outside: bool
    example: str


@dataclass(frozen=True, slots=True)
class Quoted:
    """Whom a publisher's reports quote: the actor's id where it is known, words for it, and how often with which stance."""

    publisher: str | None
    id: str | None
    words: str
    stance: str
    number: int


@router.get("/sources")
def show(
    request: Request,
    user: Annotated[User, Depends(reader)],
    home: Annotated[House, Depends(house)],
    publisher: Annotated[str, Query(max_length=500)] = "",
) -> Response:
    """The page; ``publisher`` narrows whom it quotes and what it calls whom."""
    whole = user.may("reviewer")
    sides = home.dossier().config.publishers
    context: dict[str, Any] = {
        "publishers": home.remembered(("publishers",), _RESTS, lambda conn: _publishers(conn, sides)) if whole else [],
        "pairs": home.remembered(("pairs",), _RESTS, _pairs) if whole else [],
        "quoted": home.remembered(("quoted", publisher), _RESTS, lambda conn: _quoted(conn, publisher)) if whole else [],
        "namings": _namings(home, publisher)[:MOST_NAMINGS] if whole and publisher else (),
        "publisher": publisher,
        "whole": whole,
    }
    return page(request, "sources.html.j2", **context)


def _publishers(conn: Connection, sides: Mapping[str, str]) -> list[Publisher]:
    first = func.sum(case((origins.c.origin == reports.c.id, 1), else_=0))
    query = (
        select(reports.c.publisher, func.count(), first, func.min(reports.c.published), func.max(reports.c.published))
        .join(origins, origins.c.report == reports.c.id, isouter=True)
        .where(reports.c.status == "read")
        .group_by(reports.c.publisher)
        .order_by(func.count().desc(), reports.c.publisher)
        .limit(MOST_PUBLISHERS)
    )
    return [
        Publisher(name, number, firsts, begin, until, sides.get(name or "", ""))
        for name, number, firsts, begin, until in conn.execute(query)
    ]


def _pairs(conn: Connection) -> list[Pair]:
    """Copies, as the links between reports have them."""
    one, other = reports.alias("one"), reports.alias("other")
    number = func.count()
    query = (
        select(
            one.c.publisher, func.coalesce(other.c.publisher, links.c.ghost), links.c.kind, number,
            links.c.other.is_(None), func.min(links.c.report),
        )
        .join(one, one.c.id == links.c.report)
        .join(other, other.c.id == links.c.other, isouter=True)
        .where(links.c.joins)
        .group_by(one.c.publisher, func.coalesce(other.c.publisher, links.c.ghost), links.c.kind, links.c.other.is_(None))
        .order_by(number.desc(), one.c.publisher)
        .limit(MOST_PAIRS)
    )  # fmt: skip
    return [Pair(*row) for row in conn.execute(query)]


def _quoted(conn: Connection, publisher: str) -> list[Quoted]:
    who = func.coalesce(claims.c.claimant, claims.c.source)
    query = (
        select(reports.c.publisher, func.min(claims.c.claimant), func.max(claims.c.source), claims.c.stance, func.count())
        .join(current, current.c.coding == claims.c.coding)
        .join(reports, reports.c.id == claims.c.report)
        .where(who != "")
        .group_by(reports.c.publisher, who, claims.c.stance)
        .order_by(func.count().desc(), reports.c.publisher, who)
        .limit(MOST_QUOTED)
    )
    if publisher:
        query = query.where(reports.c.publisher == publisher)
    return [Quoted(*row) for row in conn.execute(query)]


def _namings(home: House, publisher: str) -> tuple[Row, ...]:
    """Who calls whom what, worked out once for each state of the dossier: every record is read for it."""
    return home.remembered(("namings", publisher), _RESTS, lambda _: wording(home.dossier(), publisher=publisher))
