"""``trucewatch recode``: every report coded anew by the coder of today; old codings stay for comparison, verdicts are never lost.

A report whose current coding is of this very coder is left alone, so that a run that was cut off goes on where it stopped. Verdicts find
their event in the new coding by its words; one that finds none is kept and comes back to the reviewer. This module prints nothing.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from trucewatch.dossier import judgements, keeping
from trucewatch.dossier.incident_graph import Graph
from trucewatch.dossier.store.errors import UNSTORABLE
from trucewatch.dossier.store.tables import codings, current, reports
from trucewatch.model import TrucewatchError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from sqlalchemy import Connection

    from trucewatch.dossier.project import Dossier
    from trucewatch.model import Coded, Reason, Report, Unread

    Code = Callable[[Iterable[Report | Unread]], Iterator[Coded]]


@dataclass(frozen=True, slots=True)
class Recoded:
    """What became of one report. ``moved`` and ``lost`` count its verdicts that found another event, or none."""

    report: str
    status: str
    reasons: tuple[Reason, ...]
    before: int
    events: int
    moved: int = 0
    lost: int = 0


def stale(dossier: Dossier, coder: str) -> list[str]:
    """Ids of reports with text whose current coding is not of this coder, in order of arrival."""

    def work(conn: Connection) -> list[str]:
        fresh = select(current.c.report).join(codings, codings.c.id == current.c.coding).where(codings.c.coder == coder)
        query = select(reports.c.id).where(reports.c.status == "read", reports.c.id.not_in(fresh)).order_by(reports.c.seq)
        return list(conn.scalars(query))

    return dossier.read(work)


def recode(dossier: Dossier, code: Code, ids: Iterable[str]) -> Iterator[Recoded]:
    """Code reports anew, one transaction each."""
    for coded in code(_reports(dossier, ids)):
        try:
            yield dossier.write(lambda conn, coded=coded: _store(conn, dossier, coded))  # type: ignore[misc]
        except TrucewatchError as error:
            if error.code != UNSTORABLE.code:
                raise
            yield Recoded(coded.id, "failed", (error.reason(),), 0, 0)


def _reports(dossier: Dossier, ids: Iterable[str]) -> Iterator[Report]:
    for id_ in ids:
        report = dossier.read(lambda conn, id_=id_: keeping.load_report(conn, id_))  # type: ignore[misc]
        if report is not None:
            yield report


def _store(conn: Connection, dossier: Dossier, coded: Coded) -> Recoded:
    before = conn.scalar(select(func.count()).select_from(current).where(current.c.report == coded.id))
    coding = keeping.add_coding(conn, coded, coded.persons)
    if coding is None:
        return Recoded(coded.id, coded.status, coded.reasons, before or 0, len(coded.events))
    attached = Counter(judgements.reattach(conn, coded))
    Graph(conn, dossier.config.publishers).bring_up({*coding.gone, *coding.keys})
    return Recoded(
        coded.id, coded.status, coded.reasons, len(coding.gone), len(coded.events), attached["moved"], attached["lost"]
    )
