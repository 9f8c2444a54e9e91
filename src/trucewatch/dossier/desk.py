"""The reviewer's desk over a dossier: the queue, and every verdict in one transaction with what follows from it.

Implements the protocol of ``dossier.verdicts.desk`` over the database; the terminal and the web application review through it. A verdict is
in the dossier, with its place in the chain of custody and the incidents it changes, when ``record`` returns. This module must not decide
what a verdict means.
"""

from __future__ import annotations

import json
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from trucewatch.dossier import browse, judgements, keeping
from trucewatch.dossier.choosing import chosen
from trucewatch.dossier.incident_graph import Graph, machine_accounts
from trucewatch.dossier.sql import now, table
from trucewatch.dossier.store.prepared import Prepared, within
from trucewatch.dossier.store.tables import current, events, incidents, members
from trucewatch.dossier.verdicts.desk import Told, drawn, undone
from trucewatch.dossier.verdicts.fields import Values
from trucewatch.dossier.verdicts.kinds import Anchor, Payload, make
from trucewatch.dossier.verdicts.queue import Case, Subject, heard, queue
from trucewatch.dossier.verdicts.queue import Filter as Wanted
from trucewatch.dossier.verdicts.state import effective, to_undo
from trucewatch.ledger.predictions import predictions
from trucewatch.model import TrucewatchError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from sqlalchemy import Connection, Select

    from trucewatch.dossier.project import Dossier
    from trucewatch.dossier.verdicts.desk import Request
    from trucewatch.dossier.verdicts.kinds import Verdict
    from trucewatch.dossier.verdicts.queue import Item
    from trucewatch.dossier.verdicts.state import Effective
    from trucewatch.ledger.predictions import Foretold
    from trucewatch.model import Coded


@contextmanager
def open_desk(folder: Path) -> Iterator[DossierDesk]:
    """The desk of the dossier in a folder."""
    from trucewatch.dossier.project import open_dossier  # noqa: PLC0415 - the desk of an open dossier needs no opening

    with open_dossier(folder, write=True) as dossier:
        yield DossierDesk(dossier)


@dataclass(slots=True)
class DossierDesk:
    """The desk of an open dossier."""

    dossier: Dossier

    def items(self, wanted: Wanted) -> Iterator[Item]:
        """The review queue."""
        yield from self.dossier.read(lambda conn: self._items(conn, wanted))

    def item(self, event: str) -> Item:
        """One event of today's coding, by its key or, where only one report has it, its id."""
        return self.dossier.read(lambda conn: self._item(conn, self._key(conn, event)))

    def record(self, request: Request) -> Verdict:
        """Give a verdict; it is in the dossier when this returns."""
        return self.dossier.write(lambda conn: self._record(conn, request))

    def undo(self, wanted: str, reviewer: str) -> Verdict:
        """Take back a verdict by its id, or the reviewer's ``last``."""
        return self.dossier.write(lambda conn: self._undo(conn, wanted, reviewer))

    def verdicts(self, *, reviewer: str | None = None, event: str | None = None) -> Iterator[Verdict]:
        """The verdicts in their order, of one reviewer or on one event, or all."""
        for verdict in self.dossier.read(judgements.all_verdicts):
            if reviewer in {None, verdict.reviewer} and (event is None or event in {verdict.event, verdict.other}):
                yield verdict

    def effective(self) -> Effective:
        """What all verdicts come to, settled to today's coding."""
        return self.dossier.read(judgements.current)

    def incident(self, incident: str) -> Told:
        """An incident with its accounts, also by a former id."""
        return self.dossier.read(lambda conn: self._told(conn, incident))

    def search(self, text: str) -> Iterator[Item]:
        """Events of the reports that hold the words, the best report first; those whose own words hold one come first in it."""
        yield from self.dossier.read(lambda conn: self._search(conn, text))

    def codings(self, reports: Iterable[str]) -> Iterator[tuple[str, Coded]]:
        """Today's codings of some reports."""
        for report in reports:
            coded = self.dossier.read(lambda conn, report=report: keeping.load(conn, report))  # type: ignore[misc]
            if coded is not None:
                yield report, coded

    def _items(self, conn: Connection, wanted: Wanted) -> list[Item]:
        attached = judgements.all_attached(conn)
        stands = effective(heard(judgements.all_verdicts(conn), wanted), attached)
        subjects = self._subjects(conn, chosen(conn, wanted, stands, attached))
        ids = {subject.incident for subject in subjects if subject.incident}
        return list(queue(subjects, self._cases(conn, ids), stands, wanted))

    def _item(self, conn: Connection, key: str) -> Item:
        subjects = self._subjects(conn, [key])
        cases = self._cases(conn, {s.incident for s in subjects if s.incident})
        return next(iter(queue(subjects, cases, judgements.current(conn), Wanted(seen=True))))

    def _subjects(self, conn: Connection, keys: list[str]) -> list[Subject]:
        """Events with their anchors and what only their record holds."""
        accounts = machine_accounts(conn, keys)
        homes = table(_HOMES.all(conn, keys=sorted(keys)))
        found: list[Subject] = []
        records: dict[str, Coded | None] = {}
        for key in sorted(accounts):
            account = accounts[key]
            if account.report not in records:
                records = {account.report: keeping.load(conn, account.report)}  # one at a time: keys are in order of reports
            coded = records[account.report]
            if coded is not None:
                found.append(_subject(account, coded, homes.get(key)))
        return found

    def _cases(self, conn: Connection, ids: Iterable[str]) -> list[Case]:
        return [
            Case(id_, headline, bool(disputed), _matters(summary) if disputed else ())
            for id_, headline, disputed, summary in _CASES.all(conn, ids=sorted(ids))
        ]

    def _key(self, conn: Connection, event: str) -> str:
        query = select(events.c.key).join(current, current.c.coding == events.c.coding)
        found = list(conn.scalars(query.where(events.c.key == event).limit(2))) or list(conn.scalars(_by_id(query, event)))
        if len(found) == 1:
            return str(found[0])
        if found:
            raise TrucewatchError(
                "no-event", f"{event} is an event of several reports", next_step=f"name one of them: {', '.join(found)}, ..."
            )
        raise TrucewatchError(
            "no-event", f"there is no event {event!r} in today's coding", next_step="--list shows what there is"
        )

    def _record(self, conn: Connection, request: Request) -> Verdict:
        if request.kind == "resolve" and request.event:
            foretold = self._foretold(conn, request.event)
            if foretold is not None:
                return self._resolved(conn, request, foretold)
        keys = [self._key(conn, name) for name in (request.event, request.other) if name]
        subjects = {subject.account.key: subject for subject in self._subjects(conn, keys)}
        one = subjects[keys[0]] if request.event else None
        other = subjects[keys[-1]] if request.other else None
        self._check_target(conn, request)
        laid = judgements.Judgements(conn).corrected({one.account.key: one.account}) if one else {}
        saw = Values.of(laid[one.account.key]) if one else None
        verdict = drawn(request, judgements.last(conn), at=_at(), one=one, other=other, saw=saw)
        self._add(conn, verdict)
        return verdict

    def _foretold(self, conn: Connection, name: str) -> tuple[Coded, Foretold] | None:
        """What a name of the list of predictions means, where no event was coded of it."""
        report, _, own = name.rpartition("/")
        coded = keeping.load(conn, report) if report and not own.startswith("e-") else None
        found = next((one for one in predictions(replace(coded, id=report)) if one.key == name), None) if coded else None
        return (coded, found) if coded and found and not found.is_event else None

    def _resolved(self, conn: Connection, request: Request, foretold: tuple[Coded, Foretold]) -> Verdict:
        """A resolution that holds on to the words of a claim or sentence."""
        coded, one = foretold
        span = next(((s.start, s.end) for s in coded.sentences if s.start <= one.start < s.end), (one.start, one.end))
        sha = coded.report.sha256 if coded.report else ""
        anchor = Anchor(one.report, sha, one.start, one.end, coded.text[one.start : one.end], *span, one.sort)
        payload = Payload(anchor=anchor, outcome=request.outcome, text=request.text.strip())
        verdict = make(
            judgements.last(conn),
            at=_at(),
            reviewer=request.reviewer,
            kind="resolve",
            report=one.report,
            event=one.key,
            payload=payload,
        )
        self._add(conn, verdict)
        return verdict

    def _check_target(self, conn: Connection, request: Request) -> None:
        if request.incident and browse.resolve(conn, request.incident) is None:
            raise TrucewatchError(
                "no-incident", f"there is no incident {request.incident!r}", next_step="trucewatch incidents lists them"
            )
        if request.report and not keeping.known(conn, request.report):
            raise TrucewatchError(
                "no-report", f"there is no report {request.report!r}", next_step="trucewatch search finds reports"
            )

    def _undo(self, conn: Connection, wanted: str, reviewer: str) -> Verdict:
        every = judgements.all_verdicts(conn)
        target = to_undo(every, wanted, reviewer)
        verdict = undone(target, every[-1], at=_at(), reviewer=reviewer)
        self._add(conn, verdict, about=_chain(target, {item.id: item for item in every}))
        return verdict

    def _add(self, conn: Connection, verdict: Verdict, about: Verdict | None = None) -> None:
        """Write a verdict and work out anew what it touches."""
        meant = about or verdict
        reports = sorted({anchor.report for anchor in (meant.payload.anchor, meant.payload.other) if anchor})
        coded = [record for report in reports if (record := keeping.load(conn, report)) is not None]
        judgements.add(conn, verdict, coded)
        keys = self._touched(conn, meant)
        graph = Graph(conn, self.dossier.config.publishers)
        if meant.kind in {"reject", "correct", "accept"}:
            graph.bring_up(keys)
        elif meant.kind in {"merge", "split"}:
            graph.refresh(keys)

    def _touched(self, conn: Connection, verdict: Verdict) -> list[str]:
        """The events of today that a verdict is about."""
        wanted = {anchor.key for anchor in (verdict.payload.anchor, verdict.payload.other) if anchor}
        reports = {anchor.report for anchor in (verdict.payload.anchor, verdict.payload.other) if anchor}
        found = judgements.all_attached(conn, reports) if reports else []
        return sorted({f"{item.anchor.report}/{item.event}" for item in found if item.anchor.key in wanted and item.event})

    def _told(self, conn: Connection, id_: str) -> Told:
        found = browse.resolve(conn, id_)
        if found is None:
            raise TrucewatchError("no-incident", f"there is no incident {id_!r}", next_step="trucewatch incidents lists them")
        keys = list(conn.scalars(select(members.c.event).where(members.c.incident == found)))
        cases = self._cases(conn, {found})
        items = queue(self._subjects(conn, keys), cases, judgements.current(conn), Wanted(seen=True))
        return Told(cases[0], tuple(items))

    def _search(self, conn: Connection, text: str) -> list[Item]:
        from trucewatch.dossier.store.search import search  # noqa: PLC0415

        found: list[Item] = []
        for hit in search(conn, text, limit=_REPORTS):
            keys = conn.scalars(
                select(events.c.key).join(current, current.c.coding == events.c.coding).where(events.c.report == hit.report)
            )
            subjects = self._subjects(conn, list(keys))
            cases = self._cases(conn, {s.incident for s in subjects if s.incident})
            items = queue(subjects, cases, judgements.current(conn), Wanted(seen=True))
            words = [word.strip('"*').casefold() for word in text.split()]
            found += sorted(items, key=lambda item: not any(word in "".join(item.quote).casefold() for word in words))
        return found


_REPORTS = 20
_HOMES = Prepared(select(members.c.event, members.c.incident).where(within(members.c.event, "keys")))
_CASES = Prepared(
    select(incidents.c.id, incidents.c.headline, incidents.c.disputed, incidents.c.summary)
    .where(within(incidents.c.id, "ids"))
    .order_by(incidents.c.id)
)


@lru_cache(maxsize=1024)
def _matters(summary: str) -> tuple[str, ...]:
    """What the accounts of an incident contradict each other on."""
    return tuple(dict.fromkeys(item["matter"] for item in json.loads(summary).get("contradictions", ())))


def _subject(account: Any, coded: Coded, incident: str | None) -> Subject:
    event = coded.events[account.number - 1]
    risk = tuple(dict.fromkeys(person.text for person in coded.at_risk if person.event == event.id))
    return Subject(
        account, Anchor.of(coded, event, account.report), event.basis.alternatives, event.basis.notes, risk, incident
    )


def _by_id(query: Select[Any], event: str) -> Select[Any]:
    """The first two events of an id; which codings have it an index tells, and not the long rows of the table."""
    having = select(events.c.coding).where(events.c.id == event)
    return query.where(events.c.coding.in_(having), events.c.id == event).limit(2)


def _chain(verdict: Verdict, every: dict[str, Verdict]) -> Verdict:
    """The verdict at the end of a chain of undoings: what an undoing is about."""
    while verdict.undoes:
        verdict = every[verdict.undoes]
    return verdict


def _at() -> str:
    return now()
