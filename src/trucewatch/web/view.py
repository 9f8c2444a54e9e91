"""A dossier as one user may see it: a reviewer all of it, anybody else what the protection policy lets through.

Pages and the interface for programs look through here, so that neither can forget the policy. A filter or search by words that are masked
finds nothing, and a rough place is compared as roughly as it is shown: a list must not tell by its length what it hides.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeVar

from trucewatch.dossier import browse, keeping
from trucewatch.dossier.book import findings_told
from trucewatch.dossier.store import search as words

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from fastapi import Request
    from sqlalchemy import Connection

    from trucewatch.dossier.browse import Filter, ReportRow, Row
    from trucewatch.dossier.store.search import Group, Hit
    from trucewatch.ledger.findings import Book
    from trucewatch.model import Coded
    from trucewatch.model.agreement import Finding
    from trucewatch.model.incident import Account, Incident
    from trucewatch.web.gate import Gate, Shown
    from trucewatch.web.house import House
    from trucewatch.web.settings import User

Result = TypeVar("Result")
#: Tables that lists and counts of incidents rest on. Masked lines rest on more: an accepted event, say, changes no list of a reviewer's.
LISTS = ("claims", "current", "events", "incidents", "members", "reports")
MASKS = ("attachments", "codings", "origins", "verdicts")
#: Degrees by which a box is widened before rough places are compared with it.
_MARGIN = 0.6


@dataclass(frozen=True, slots=True)
class Listed:
    """Part of a list. ``total`` is None where counting would tell what is masked; ``more``: whether there may be another part.

    ``late``: whether some of this part is still to be masked, and left out until then.
    """

    items: tuple[object, ...]
    total: int | None
    more: bool
    late: bool = False


@dataclass(frozen=True, slots=True)
class View:
    """The dossier for one user."""

    house: House
    gate: Gate
    user: User

    @property
    def whole(self) -> bool:
        """Whether this user sees everything."""
        return self.user.may("reviewer")

    def read(self, work: Callable[[Connection], Result]) -> Result:
        """Run ``work`` on one state, and put overrides on record after it."""
        made = self.house.read(work)
        self.log()
        return made

    @property
    def rests(self) -> tuple[str, ...]:
        """The tables that incidents rest on as this user sees them."""
        return LISTS if self.whole else (*LISTS, *MASKS)

    def remembered(self, key: tuple[object, ...], tables: Iterable[str], work: Callable[[Connection], Result]) -> Result:
        """As :meth:`read`; kept, while these tables hold what they hold, for all who see as much as this user."""
        made = self.house.remembered((self.whole, *key), tables, work)
        self.log()
        return made

    def log(self) -> None:
        """Put overrides of the policy that were used on record; not inside a transaction."""
        if not self.whole:
            self.gate.log()

    def bases(self, conn: Connection, ids: Sequence[str]) -> dict[str, str]:
        """What each incident rests on as this user sees it, by id, in the same order: it changes when what is told of it may have changed."""
        found = self.gate.bases(conn, ids) if self.whole else self.gate.masked_bases(conn, ids)
        return {id_: found[id_] for id_ in ids if id_ in found}

    def name_of(self, conn: Connection, actor: str) -> str:
        """The actor file's name of an actor; empty where it has none."""
        return self.gate.name_of(conn, actor)

    def shown(self, conn: Connection, ids: Sequence[str]) -> dict[str, Shown]:
        """What a masked list shows of reports."""
        return self.gate.reports(conn, ids)

    def record(self, conn: Connection, report: str) -> Coded | None:
        """A report's record."""
        if self.whole:
            return keeping.load(conn, report)
        return self.gate.record(conn, report)

    def incident(self, conn: Connection, id_: str) -> tuple[Incident, dict[str, Account]] | None:
        """An incident and its accounts by event key; also by a former id."""
        return browse.incident(conn, id_) if self.whole else self.gate.incident(conn, id_)

    def findings(self, conn: Connection, book: Book, id_: str) -> tuple[Finding, ...]:
        """What an incident means for each term: judged as the reviewers hold it, told in words that this user may read."""
        true, told = browse.incident(conn, id_), self.incident(conn, id_)
        if true is None or told is None:
            return ()
        held = book.hold(true[0], list(true[1].values()))
        return held if self.whole else findings_told(held, book.hold(told[0], list(told[1].values())))

    def rows(self, conn: Connection, wanted: Filter, *, limit: int = 50, offset: int = 0, most: int | None = None) -> Listed:
        """Incidents, the latest first. ``most``: how many are masked anew; those left over are left out, and ``late`` says so."""
        if self.whole:
            found = browse.incident_rows(conn, wanted, limit=limit, offset=offset)
            total = browse.incident_count(conn, wanted)
            return Listed(tuple(found), total, offset + len(found) < total)
        raw = browse.incident_ids(conn, _wider(wanted), limit=limit + 1, offset=offset)
        shown = self.gate.rows(conn, raw[:limit], most=most)
        hides = wanted.text or wanted.place or wanted.box or wanted.publisher or wanted.voice
        kept = tuple(row for row in shown if row is not None and (not hides or self._fits(conn, row, wanted)))
        late = most is not None and any(row is None for row in shown)
        return Listed(kept, None if hides else browse.incident_count(conn, wanted), len(raw) > limit, late)

    def reports(self, conn: Connection, *, publisher: str | None = None, limit: int = 50, offset: int = 0) -> Listed:
        """Reports, the last published first."""
        raw = browse.report_rows(conn, publisher=publisher, limit=limit + 1, offset=offset)
        rows = raw[:limit] if self.whole else self._masked(conn, raw[:limit])
        kept = tuple(row for row in rows if publisher is None or row.publisher == publisher)
        return Listed(kept, None, len(raw) > limit)

    def hits(self, conn: Connection, query: str, *, limit: int = 20, offset: int = 0) -> Listed:
        """Reports by their words."""
        if self.whole:
            found = words.search(conn, query, limit, offset)
            total = words.count(conn, query, at_most=10_000)
            return Listed(tuple(found), total, offset + len(found) < total)
        groups = words.read_query(query)
        raw = words.search(conn, _without_nots(groups), limit + 1, offset)
        shown = self.gate.reports(conn, [hit.report for hit in raw[:limit]])
        kept = tuple(hit for one in raw[:limit] if (hit := _hit(one, shown.get(one.report), groups)) is not None)
        return Listed(kept, None, len(raw) > limit)

    def _masked(self, conn: Connection, rows: Sequence[ReportRow]) -> list[ReportRow]:
        shown = self.gate.reports(conn, [row.id for row in rows])
        return [_masked(row, shown.get(row.id)) for row in rows]

    def _fits(self, conn: Connection, row: Row, wanted: Filter) -> bool:
        """Whether a masked row is one that was asked for, by what it shows."""
        shown = f"{row.headline}\n{row.place or ''}".casefold()
        if wanted.text and wanted.text.casefold() not in shown:
            return False
        if wanted.place is not None and row.place != wanted.place:
            return False
        if wanted.box and not _inside(row, wanted.box):
            return False
        if wanted.publisher or wanted.voice:
            found = self.gate.incident(conn, row.id)
            return found is not None and _tells(found[1].values(), wanted)
        return True


def _masked(row: ReportRow, shown: Shown | None) -> ReportRow:
    if shown is None:
        return replace(row, title=None, publisher=None, url=None, origin=None)
    return replace(row, title=shown.title, publisher=shown.publisher, url=shown.url, origin=_report_id(row.origin))


def _hit(hit: Hit, shown: Shown | None, groups: Sequence[Group]) -> Hit | None:
    """A hit as it may be seen; None where what was looked for is masked."""
    if shown is None or not words.fits(f"{shown.title or ''}\n{shown.publisher or ''}\n{shown.text}", groups):
        return None
    return words.shown(replace(hit, title=shown.title, publisher=shown.publisher), shown.text, groups)


def _tells(accounts: Iterable[Account], wanted: Filter) -> bool:
    """Whether what is shown of the accounts has the publisher and the voice that were asked for."""
    published: set[str | None] = set()
    voices: set[str | None] = set()
    for account in accounts:
        published.add(account.publisher)
        own = not account.voice.words and not account.voice.stance
        voices |= {browse.OWN} if own else {account.voice.id, account.voice.words}
    return wanted.publisher in {None, *published} and wanted.voice in {None, *voices}


def view_of(request: Request, user: User) -> View:
    """The dossier for the user of a request."""
    return View(request.app.state.house, request.app.state.gate, user)


def _wider(wanted: Filter) -> Filter:
    """What is asked of the database in place of a filter whose answer would tell where a masked place is."""
    if not wanted.box:
        return wanted
    west, south, east, north = wanted.box
    box = (max(-180.0, west - _MARGIN), south - _MARGIN, min(180.0, east + _MARGIN), north + _MARGIN)
    return replace(wanted, box=box)


def _inside(row: Row, box: tuple[float, float, float, float]) -> bool:
    west, south, east, north = box
    if row.latitude is None or row.longitude is None or not south <= row.latitude <= north:
        return False
    inside = west <= row.longitude, row.longitude <= east
    return all(inside) if west <= east else any(inside)


def _without_nots(groups: Sequence[Group]) -> str:
    """The query without what must not be there: that is asked of the masked text."""
    return " OR ".join(" ".join(_written(term.words, term.prefix) for term in group.wanted) for group in groups)


def _written(found: Sequence[str], prefix: bool) -> str:
    if prefix:
        return f"{''.join(found)}*" if len(found) == 1 else " ".join((*found[:-1], f"{found[-1]}*"))
    return f'"{" ".join(found)}"'


def _report_id(origin: str | None) -> str | None:
    """An origin's name where it is a report's id; other names may hold words."""
    return origin if origin is not None and origin.startswith("r-") else None
