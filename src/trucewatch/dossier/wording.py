"""Who calls whom what, over the reports of a dossier. Reads; the words and their meaning are the ledger's."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from trucewatch.dossier import keeping
from trucewatch.dossier.store.tables import current, reports
from trucewatch.ledger.framing import framing, tally

if TYPE_CHECKING:
    from collections.abc import Iterator

    from trucewatch.dossier.project import Dossier
    from trucewatch.ledger.framing import Naming, Row


def wording(dossier: Dossier, *, publisher: str | None = None) -> tuple[Row, ...]:
    """Rows by publisher, speaker, named and term."""
    return tally(_namings(dossier, publisher)).rows


def _namings(dossier: Dossier, publisher: str | None) -> Iterator[tuple[Naming, ...]]:
    query = select(reports.c.id).join(current, current.c.report == reports.c.id).order_by(reports.c.seq)
    if publisher is not None:
        query = query.where(reports.c.publisher == publisher)
    for id_ in dossier.read(lambda conn: list(conn.scalars(query))):
        coded = dossier.read(lambda conn, id_=id_: keeping.load(conn, id_))  # type: ignore[misc]
        if coded is not None:
            yield framing(coded)
