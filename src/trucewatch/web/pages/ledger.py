"""The ledger: what the reports tell of each term of an agreement, by party and by day; each finding opens its reasons and words."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Annotated, Any, TypeAlias, cast

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response  # noqa: TC002 - FastAPI reads the annotation
from markupsafe import Markup

from trucewatch.dossier import browse
from trucewatch.dossier.book import agreement_of, leaves, leaving_leaves
from trucewatch.dossier.browse import Filter
from trucewatch.dossier.store import tally
from trucewatch.ledger.agreements import shipped
from trucewatch.ledger.over_time import over_time
from trucewatch.model import TrucewatchError
from trucewatch.publishing import charts
from trucewatch.publishing.ledger_text import CAVEAT, chosen, name_of
from trucewatch.web.asked import Asked
from trucewatch.web.house import House, house
from trucewatch.web.render import page, text_of
from trucewatch.web.security import User, reader
from trucewatch.web.view import LISTS, MASKS, View, view_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from trucewatch.ledger.over_time import Leaf, OverTime, Series
    from trucewatch.model.agreement import Agreement, Finding, Term

router = APIRouter()
Days: TypeAlias = tuple[str | None, str | None]
AGAINST = frozenset({"breaches", "obstructs", "prevents verification"})
#: Findings that one term lists at most; the rest by its own page.
MOST_LISTED = 60


@dataclass(frozen=True, slots=True)
class TermView:
    """A term with its chart, the chart's figures, and the findings on it."""

    term: Term
    chart: Markup | None
    rows: tuple[tuple[str, str, str], ...]
    series: Series | None
    bearing: tuple[tuple[Leaf, Finding], ...]
    rest: tuple[tuple[Leaf, Finding], ...]


@dataclass(frozen=True, slots=True)
class Told:
    """An agreement with everything that is told of it."""

    agreement: Agreement
    known: Mapping[str, Leaf]
    """By what each rests on, the earliest incident first."""
    over_time: OverTime
    mark: str = field(default_factory=lambda: secrets.token_hex(8))

    @property
    def leaves(self) -> tuple[Leaf, ...]:
        """One an incident."""
        return tuple(self.known.values())


@router.get("/ledger")
def show(request: Request, user: Annotated[User, Depends(reader)], home: Annotated[House, Depends(house)]) -> Response:
    """The page; without an agreement it says how to name one."""
    params = request.query_params
    wanted = Asked.of(params).filter
    named, term, party = (params.get(name, "")[:100] for name in ("agreement", "term", "party"))
    own = home.dossier().config.agreement
    if not (named or own) or (named and named not in shipped()):
        unknown = bool(named)
        shown = {"shipped": shipped(), "unknown": unknown, "waiting": False}
        return page(request, "ledger_none.html.j2", status=404 if unknown else 200, **shown)
    told, latest = _told(view_of(request, user), named, (wanted.begin, wanted.until))
    if told is None:
        waiting = page(request, "ledger_none.html.j2", shipped=(), unknown=False, waiting=True)
        waiting.headers["Refresh"] = "3"
        return waiting
    _check(told.agreement, term, party)
    asked = {"agreement": named, "term": term, "party": party, "from": wanted.begin or "", "until": wanted.until or ""}
    key = ("ledger", told.mark, *asked.values(), request.scope.get("root_path", ""))
    body = home.texts.of(key, lambda: text_of(request, "_ledger.html.j2", **_context(told, asked, own=bool(own))))
    return page(request, "ledger.html.j2", agreement=told.agreement, latest=latest, body=Markup(body))  # noqa: S704 - our template made it


def _context(told: Told, asked: Mapping[str, str], *, own: bool) -> dict[str, Any]:
    """All that the page shows; nothing of who asks for it."""
    term, party = asked["term"], asked["party"]
    name = name_of(told.agreement)
    grid = charts.matrix(told.agreement, told.over_time, name)
    found: dict[str, list[tuple[Leaf, Finding]]] = {each.id: [] for each in told.agreement.terms}
    for pair in chosen(told.leaves, None, party or None):
        found[pair[1].term].append(pair)
    return {
        "told": told,
        "agreement": told.agreement,
        "matrix": grid,
        "matrix_svg": charts.matrix_svg(grid),
        "kinds": charts.WORDS,
        "terms": [_view(told, each, party or None, found[each.id]) for each in told.agreement.terms if term in {"", each.id}],
        "coverage": [row for row in told.over_time.coverage if party in {"", row.accused}],
        "bearers": tuple(dict.fromkeys(bearer for each in told.agreement.terms for bearer in each.bearers)),
        "called": name,
        "asked": asked,
        "shipped": shipped(),
        "own": own,
        "caveat": CAVEAT,
        "against": AGAINST,
        "most": MOST_LISTED,
    }


def _check(agreement: Agreement, term: str, party: str) -> None:
    """Refuse a term or party that the agreement does not have."""
    if term and agreement.term(term) is None:
        raise TrucewatchError("no-term", f"{agreement.id} has no term {term!r}", next_step="the ledger's own page lists them")
    if party and not any(party in each.bearers for each in agreement.terms):
        raise TrucewatchError(
            "no-party", f"no term of {agreement.id} binds {party!r}", next_step="the ledger's own page lists them"
        )


def _told(view: View, named: str, days: Days) -> tuple[Told | None, bool]:
    """What is told, and whether it is of the dossier's latest state: the last one is shown while the next is worked out."""
    house, key = view.house, ("ledger", named, days, view.whole)
    state = house.read(lambda conn: tally.state(conn, (*LISTS, *MASKS)))
    found = house.lately.of(key, state, lambda last: _made(view, named, days, last))
    return cast("tuple[Told | None, bool]", found)


def _made(view: View, named: str, days: Days, last: object) -> Told:
    """The ledger; incidents that are as they were last time are not held against the agreement again."""
    dossier = view.house.dossier()
    agreement = agreement_of(dossier.config, named or None)
    bases = view.read(lambda conn: view.bases(conn, browse.incident_order(conn, Filter(begin=days[0], until=days[1]))))
    whole = view.house.lately.last(("ledger", named, (None, None), view.whole))  # of all days: it has what these days have
    told = [one for one in (whole, last) if isinstance(one, Told) and one.agreement == agreement]
    known = {base: leaf for one in told for base, leaf in one.known.items()}
    new = [id_ for id_, base in bases.items() if base not in known]
    seen = (
        leaves(dossier, agreement, only=new) if view.whole else leaving_leaves(dossier, agreement, only=new, log=view.gate.note)
    )
    found = {leaf.incident.id: leaf for leaf in seen}
    view.log()
    kept = {base: found.get(id_) or known.get(base) for id_, base in bases.items()}
    held = {base: leaf for base, leaf in kept.items() if leaf is not None}
    if isinstance(last, Told) and last.agreement == agreement and (*last.leaves,) == (*held.values(),):
        return replace(last, known=held)  # nobody has to lay out anew what has not changed
    series = over_time(agreement, tuple(held.values()), begin=days[0], until=days[1], sides=dossier.config.publishers)
    return Told(agreement, held, series)


def _view(told: Told, term: Term, party: str | None, found: Sequence[tuple[Leaf, Finding]]) -> TermView:
    bound = party if told.over_time.of(term.id, party) else None
    chart = charts.bars(told.agreement, told.over_time, term.id, bound)
    bearing = tuple(pair for pair in found if pair[1].bearing != "no bearing")
    rest = tuple(pair for pair in found if pair[1].bearing == "no bearing")
    drawn = charts.bars_svg(chart, f"t{told.agreement.terms.index(term)}") if bearing else None
    return TermView(term, drawn, tuple(charts.bars_rows(chart)), told.over_time.of(term.id, bound), bearing, rest)
