"""One incident: its accounts side by side, what they contradict each other on, whose numbers, and how well it is founded."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Depends, HTTPException, Path, Request
from fastapi.responses import RedirectResponse, Response

from trucewatch.dossier import browse, judgements
from trucewatch.publishing import plain
from trucewatch.publishing.side_by_side import LETTERS, beside
from trucewatch.web.render import page
from trucewatch.web.security import User, reader
from trucewatch.web.view import View, view_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy import Connection

    from trucewatch.dossier.verdicts.kinds import Verdict
    from trucewatch.model.incident import Account, Incident, Teller

router = APIRouter()
#: Letters of a quotation that stands for a version.
AT_A_GLANCE = 180


@dataclass(frozen=True, slots=True)
class Told:
    """All that the page shows of an incident."""

    incident: Incident
    accounts: Mapping[str, Account]
    verdicts: tuple[Verdict, ...]


@router.get("/incidents/{id_}")
def show(id_: Annotated[str, Path(max_length=40)], request: Request, user: Annotated[User, Depends(reader)]) -> Response:
    """The page; a former id leads to the id of today."""
    view = view_of(request, user)
    here = view.read(lambda conn: browse.resolve(conn, id_))
    if here is None:
        raise HTTPException(404, "There is no such incident.")
    if here != id_:
        return RedirectResponse(f"{request.scope.get('root_path', '').rstrip('/')}/incidents/{here}", 308)
    told = view.read(lambda conn: _told(conn, view, here))
    if told is None:
        raise HTTPException(404, "There is no such incident.")
    return page(request, "incident.html.j2", **_context(told))


def _told(conn: Connection, view: View, id_: str) -> Told | None:
    found = view.incident(conn, id_)
    if found is None:
        return None
    keys = set(found[1])
    said = judgements.all_verdicts(conn) if view.whole else []  # reviewers' words may hold what the policy masks
    mine = tuple(v for v in said if v.event in keys or v.other in keys or v.incident == id_)
    return Told(*found, mine)


def _context(told: Told) -> dict[str, Any]:
    incident, found = told.incident, beside(told.incident, told.accounts)
    tellers = {teller.account: teller for teller in incident.tellers}
    return {
        "incident": incident,
        "sides": found.sides,
        "accounts": told.accounts,
        "origins": found.origins,
        "letters": LETTERS,
        "tellers": tellers,
        "spoken": partial(_spoken, tellers),
        "compared": found.compared,
        "lines": found.lines,
        "tolls": found.tolls,
        "verdicts": told.verdicts,
        "plain": plain,
    }


def _spoken(tellers: Mapping[str, Teller], keys: Sequence[str]) -> list[Teller]:
    """Who tells these accounts, the one whose words say most first, as long as they can be taken in at a glance."""
    found = [tellers[key] for key in keys if key in tellers]
    return sorted(found, key=lambda teller: -len(teller.quote) if len(teller.quote) <= AT_A_GLANCE else 0)
