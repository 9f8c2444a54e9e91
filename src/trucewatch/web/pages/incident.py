"""One incident: its accounts side by side, what they contradict each other on, whose numbers, and how well it is founded."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Depends, HTTPException, Path, Request
from fastapi.responses import RedirectResponse, Response

from trucewatch.dossier import browse, judgements
from trucewatch.web import plain
from trucewatch.web.render import page
from trucewatch.web.security import User, reader
from trucewatch.web.view import View, view_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from sqlalchemy import Connection

    from trucewatch.dossier.verdicts.kinds import Verdict
    from trucewatch.model.incident import Account, Contradiction, Incident, Teller, Toll

router = APIRouter()
#: Accounts that stand side by side in the comparison; the rest is in the columns above it.
MOST_COMPARED = 24
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
#: Label, the matter of a contradiction on it, and the words of an account.
_LINES: tuple[tuple[str, str, Callable[[Account], str]], ...] = (
    ("What", "what", lambda a: plain.category(a.truce, a.type)),
    ("Told as", "whether", lambda a: a.status),
    ("Who", "who", lambda a: plain.parties(a.actor)),
    ("To whom", "whom", lambda a: plain.parties(a.recipient)),
    ("Where", "where", lambda a: plain.spot(a.place)),
    ("When", "when", lambda a: plain.when(a.time)),
    ("Harm", "how many", plain.harmed),
    ("Says so", "", lambda a: plain.voice(a.voice)),
)


@dataclass(frozen=True, slots=True)
class Cell:
    """What one account has on a matter; ``letter`` names its version where accounts contradict each other."""

    text: str
    letter: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """A matter over all accounts."""

    label: str
    apart: bool
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Mark:
    """A number on the range of a toll, in pixels from its left edge. ``left``, ``at`` and ``right`` are low, best, high."""

    label: str
    left: float
    at: float | None
    right: float
    superseded: bool


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
    incident = told.incident
    numbers = _numbered([teller.origin for teller in incident.tellers])
    compared = [t for t in incident.tellers if t.account in told.accounts][:MOST_COMPARED]
    return {
        "incident": incident,
        "sides": [(name, label, mine) for name, label in plain.POSITIONS.items() if (mine := _of(incident.tellers, name))],
        "accounts": told.accounts,
        "origins": numbers,
        "letters": _LETTERS,
        "tellers": {teller.account: teller for teller in incident.tellers},
        "compared": compared,
        "lines": [_line(spec, compared, told.accounts, incident.contradictions) for spec in _LINES],
        "tolls": [(toll, _marks(toll), _most(toll)) for toll in incident.tolls],
        "verdicts": told.verdicts,
        "plain": plain,
    }


def _of(tellers: Sequence[Teller], position: str) -> list[Teller]:
    return [teller for teller in tellers if teller.position == position]


def _numbered(names: Sequence[str]) -> dict[str, int]:
    return {name: number for number, name in enumerate(dict.fromkeys(names), 1)}


def _line(
    spec: tuple[str, str, Callable[[Account], str]],
    compared: Sequence[Teller],
    accounts: Mapping[str, Account],
    contradictions: Sequence[Contradiction],
) -> Line:
    label, matter, words = spec
    letters: dict[str, str] = {}
    for item in contradictions:
        if item.matter == matter:
            for letter, version in zip(_LETTERS, item.versions, strict=False):
                letters |= dict.fromkeys(version.accounts, letter)
    cells = tuple(Cell(words(accounts[t.account]), letters.get(t.account, "")) for t in compared)
    return Line(label, bool(letters), cells)


#: Pixels from nought to the highest number.
_WIDTH = 300


def _most(toll: Toll) -> int:
    return max([n for f in toll.figures for n in (f.low, f.best, f.high) if n is not None], default=0)


def _marks(toll: Toll) -> list[Mark]:
    """The figures on a line from nought to the highest; one that is open upwards ("at least two") runs to the end."""
    most = _most(toll)
    scale = _WIDTH / (most or 1)
    marks = []
    for figure in toll.figures:
        known = [n for n in (figure.low, figure.best, figure.high) if n is not None]
        if known:
            is_open = figure.high is None and figure.best is None
            ends = min(known) * scale, (most if is_open else max(known)) * scale
            best = None if figure.best is None else round(figure.best * scale, 1)
            marks.append(Mark(figure.who, round(ends[0], 1), best, round(ends[1], 1), figure.superseded))
    return marks
