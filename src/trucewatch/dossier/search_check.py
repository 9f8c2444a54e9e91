"""The search index held against the reports that it is made of.

SQLite's file is sealed as a whole, and its own check reads every page and index; PostgreSQL's index is a table beside the reports, made
again here and compared. This module must not mend anything.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select, text

from trucewatch.dossier.store.engine import is_sqlite
from trucewatch.dossier.store.tables import reports
from trucewatch.dossier.store.words import indexed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Connection


def check(conn: Connection) -> Iterator[tuple[str, str]]:
    """What is wrong: where, and what."""
    yield from _sqlite(conn) if is_sqlite(conn) else _postgresql(conn)


def _sqlite(conn: Connection) -> Iterator[tuple[str, str]]:
    for (line,) in conn.exec_driver_sql("PRAGMA integrity_check(20)"):
        if line != "ok":
            yield "database", str(line)


def _postgresql(conn: Connection) -> Iterator[tuple[str, str]]:
    same = text(
        "SELECT words = CAST(:words AS tsvector) AND pairs = CAST(:pairs AS integer[]) "
        "AND folded IS NOT DISTINCT FROM :folded AND cut = :cut FROM report_words WHERE seq = :seq"
    )
    columns = (reports.c.id, reports.c.seq, reports.c.title, reports.c.publisher, reports.c.text)
    for row in conn.execute(select(*columns)).mappings():
        if conn.execute(same, {"seq": row["seq"], **indexed(dict(row))}).scalar() is not True:
            yield f"database: search index of {row['id']}", "it does not hold the report's words"
    extra = text("SELECT seq FROM report_words WHERE seq NOT IN (SELECT seq FROM reports)")
    for (seq,) in conn.execute(extra):
        yield f"database: search index {seq}", "there is no such report"
