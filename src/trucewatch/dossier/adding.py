"""``trucewatch add``: inputs in, evidence kept, reports coded, origins and incidents brought up to date.

Each input's bytes are kept first, then read from the kept copy; each report is one transaction. A line of the coding contract brings its own
coding, which is kept as that of the coder it names; such a report is read by today's coder for the names of persons only. Cut off at any
point, the dossier holds whole reports only, knows which inputs were not read to their end, and the same call goes on from there. This module
prints nothing.
"""

from __future__ import annotations

import sys
from collections import deque
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, BinaryIO, Literal

from sqlalchemy import select

from trucewatch.dossier import chain_rows, keeping
from trucewatch.dossier.given import given, own_id, text_of
from trucewatch.dossier.incident_graph import Graph
from trucewatch.dossier.origin_graph import connect
from trucewatch.dossier.receiving import Received, Receiver
from trucewatch.dossier.store import rows
from trucewatch.dossier.store.errors import UNSTORABLE
from trucewatch.dossier.store.tables import captures, progress, records
from trucewatch.model import Coded, Reason, Report, TrucewatchError, Unread
from trucewatch.reading import Code, expand, read_payload

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from sqlalchemy import Connection

    from trucewatch.dossier.project import Dossier
    from trucewatch.reading import Input, Payload, ReadOptions

    Coder = Callable[[Iterable[Report | Unread]], Iterator[Coded]]

Outcome = Literal["added", "known", "skipped", "failed", "partial"]


@dataclass(frozen=True, slots=True)
class Added:
    """What became of one report (or of an input that gave none). ``name`` is the caller's, ``report`` the dossier's id."""

    name: str
    outcome: Outcome
    report: str | None = None
    reasons: tuple[Reason, ...] = ()
    events: int = 0


@dataclass(slots=True)
class _Waiting:
    """A report on its way through the coder, and what is to be done with it."""

    received: Received | None
    member: str
    done: Added | None = None
    ends: bool = False
    given: Coded | None = None


@dataclass(slots=True)
class Adding:
    """One call of ``add``. ``coder`` is its versions as :func:`keeping.coder_json` writes them; ``code`` codes reports in order."""

    dossier: Dossier
    coder: str
    code: Coder
    options: ReadOptions
    published: str | None = None
    stdin: BinaryIO | None = None
    receiver: Receiver = field(init=False)

    def __post_init__(self) -> None:
        self.receiver = Receiver(self.dossier, self.options, self.published)

    def run(self, words: Iterable[str]) -> Iterator[Added]:
        """Add everything that ``words`` name; one result a report, as each is safely in."""
        yield from self._through(self._sources(words))

    def unfinished(self, captures: Iterable[Received]) -> Iterator[Added]:
        """Go on with captures whose reading was cut off."""
        yield from self._through(captures)

    def _sources(self, words: Iterable[str]) -> Iterator[Received | Added]:
        for item in expand(words):
            if isinstance(item, Unread):
                yield self._refused(item.id, item.reasons, item.status)
                continue
            try:
                yield self._receive(item)
            except TrucewatchError as error:
                if error.code not in _THEIRS:
                    raise
                yield self._refused(item.name, (error.reason(),), "failed")

    def _receive(self, item: Input) -> Received:
        if item.kind == "stdin":
            return self.receiver.stdin(self.stdin or sys.stdin.buffer)
        if item.kind == "url":
            page = self.receiver.page(item.name)
            assert page is not None  # noqa: S101 - None only where the caller knows the page
            return page
        return self.receiver.file(item.name, chosen=item.chosen)

    def _refused(self, name: str, reasons: tuple[Reason, ...], status: str) -> Added:
        """Nothing was received; the attempt is on record."""
        detail = {"input": name, "reasons": [[reason.code, reason.message] for reason in reasons]}
        self.dossier.write(lambda conn: chain_rows.enter(conn, "not received", detail))
        return Added(name, "skipped" if status == "skipped" else "failed", None, reasons)

    def _through(self, sources: Iterable[Received | Added]) -> Iterator[Added]:
        """Read, code and store, in order. The coder may run ahead of what is stored by a few reports."""
        waiting: deque[_Waiting] = deque()
        try:
            for coded in self.code(self._items(sources, waiting)):
                yield from self._settle_known(waiting)
                yield self._store(waiting.popleft(), coded)
            yield from self._settle_known(waiting)
        finally:
            self.receiver.close()

    def _settle_known(self, waiting: deque[_Waiting]) -> Iterator[Added]:
        while waiting and (waiting[0].done is not None or waiting[0].ends):
            step = waiting.popleft()
            if step.done is not None:
                yield step.done
            if step.ends and step.received is not None:
                self._finish(step.received.id)

    def _items(self, sources: Iterable[Received | Added], waiting: deque[_Waiting]) -> Iterator[Report | Unread]:
        """Reports for the coder, in order; what needs no coding is only put in line."""
        for source in sources:
            if isinstance(source, Added):
                waiting.append(_Waiting(None, source.name, done=source))
                continue
            if source.read:
                waiting.append(_Waiting(source, source.payload.id, done=Added(source.payload.id, "known")))
                continue
            options = replace(self.options, language=source.language or self.options.language)
            for read in read_payload(source.payload, options=options, fetch=self._page):
                item, coding = _with_coding(read)
                step = _Waiting(source, item.id)
                id_ = _id_of(item, coding, source.id)
                step.given = _named_record(coding, id_) if coding else None
                if self._is_here(id_):
                    step.done = self._again(id_, source, item.id, step.given)
                    waiting.append(step)
                else:
                    waiting.append(step)
                    yield _named(item, id_)
            waiting.append(_Waiting(source, "", ends=True))

    def _page(self, url: str) -> Payload:
        page = self.receiver.page(url)
        assert page is not None  # noqa: S101 - None only where the caller knows the page
        self._finish(page.id)
        return page.payload

    def _is_here(self, id_: str) -> bool:
        return self.dossier.read(lambda conn: keeping.known(conn, id_))

    def _again(self, id_: str, source: Received, member: str, coding: Coded | None) -> Added:
        def work(conn: Connection) -> None:
            keeping.sight(conn, id_, source.id, member)
            if coding is not None:
                keeping.add_former(conn, coding, capture=source.id)

        self.dossier.write(work)
        return Added(member, "known", id_)

    def _store(self, step: _Waiting, coded: Coded) -> Added:
        assert step.received is not None  # noqa: S101 - only what was received is coded
        capture = step.received.id
        if step.given is not None:
            coded = replace(step.given, persons=coded.persons)
        try:
            self.dossier.write(
                lambda conn: store(
                    conn, self.dossier, coded, capture=capture, member=step.member, received=step.given is not None
                )
            )
        except TrucewatchError as error:
            if error.code not in _THEIRS:
                raise
            return self._unkept(step, capture, error)
        outcome: Outcome = "added" if coded.status == "coded" else coded.status
        return Added(step.member, outcome, coded.id, coded.reasons, len(coded.events))

    def _unkept(self, step: _Waiting, capture: str, error: TrucewatchError) -> Added:
        """A report that the database cannot hold: its bytes are kept, and that it failed is on record."""
        why = f"{error.what} ({error.why}) - its bytes are kept as evidence; mend the report and add it again"
        reasons = (Reason(error.code, why),)
        id_ = keeping.report_id(Unread(step.member, "failed", reasons), capture)
        failed = Coded(id_, "failed", reasons, None)
        self.dossier.write(lambda conn: keeping.keep(conn, failed, capture=capture, member=step.member))
        return Added(step.member, "failed", id_, reasons)

    def _finish(self, capture: str) -> None:
        self.dossier.write(lambda conn: rows.update_row(conn, progress, {"capture": capture}, {"status": "read"}))


def cut_off(dossier: Dossier) -> list[Received]:
    """Captures whose reading was cut off, in the order in which they came."""
    query = (
        select(captures, progress.c.status, records.c.segment, records.c.offset)
        .join(progress, progress.c.capture == captures.c.id)
        .join(records, records.c.capture == captures.c.id)
        .where(progress.c.status == "reading", records.c.type.in_(("response", "resource")))
        .order_by(captures.c.seq, records.c.segment, records.c.offset)
    )
    found = dossier.read(lambda conn: [dict(row) for row in conn.execute(query).mappings()])
    first = {row["id"]: row for row in reversed(found)}
    return [
        Received(row["id"], dossier.payload(row), new=False, read=False, language=row["language"])
        for row in reversed(first.values())
    ]


#: Errors of an input. All others are the dossier's own and end the run, as no later input would fare better.
_THEIRS = {*map(str, Code), "bad-capture", UNSTORABLE.code}


def _named(item: Report | Unread, id_: str) -> Report | Unread:
    if isinstance(item, Report):
        return replace(item, id=id_)
    return replace(item, id=id_, report=replace(item.report, id=id_) if item.report else None)


def _with_coding(read: Report | Unread) -> tuple[Report | Unread, Coded | None]:
    """What is to be coded, and the coding that it came with; where that cannot be kept, a reason says so."""
    if read.line is None:
        return read, None
    bare = replace(read, line=None)
    try:
        found = given(read.line)
    except TrucewatchError as error:
        if isinstance(bare, Report):
            return replace(bare, notes=(*bare.notes, error.reason())), None
        return replace(bare, reasons=(*bare.reasons, error.reason())), None
    text = text_of(found)
    if text is not None:
        return replace(text, id=read.id, notes=()), found
    return Unread(read.id, "failed" if found.status == "failed" else "skipped", found.reasons, found.report), found


def _id_of(item: Report | Unread, coding: Coded | None, capture: str) -> str:
    """A report's id; a record without a text keeps the one that a dossier gave it."""
    if coding is not None and coding.text and coding.report:
        return keeping.report_id(coding.report, capture)
    return (own_id(coding) if coding else None) or keeping.report_id(item, capture)


def _named_record(coding: Coded, id_: str) -> Coded:
    return replace(coding, id=id_, report=replace(coding.report, id=id_) if coding.report else None)


def store(conn: Connection, dossier: Dossier, coded: Coded, *, capture: str, member: str, received: bool = False) -> None:
    """Everything that a coded report brings: its row, its coding, its origin, its place in the incidents."""
    keeping.keep(conn, coded, capture=capture, member=member)
    moved = connect(conn, coded.report) if coded.report is not None and coded.text else set()
    coding = keeping.add_coding(conn, coded, coded.persons, capture=capture if received else None)
    Graph(conn, dossier.config.publishers).bring_up({*(coding.keys if coding else ()), *moved})
