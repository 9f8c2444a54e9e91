"""The chain of custody in the database: entries are made in the same transaction as what they describe.

The file ``evidence/custody.jsonl`` follows after each transaction. This module must not write the file.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from trucewatch.dossier.evidence import Entry, link
from trucewatch.dossier.sql import canonical, now, storable
from trucewatch.dossier.store.tables import custody

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sqlalchemy import Connection, Row


def enter(conn: Connection, action: str, detail: Mapping[str, Any]) -> int:
    """Add an entry; returns its number. Only inside a write transaction, which keeps other writers out."""
    made = link(head(conn), now(), action, detail)
    conn.execute(
        custody.insert().values(
            seq=made.seq,
            at=made.at,
            action=made.action,
            detail=storable(canonical(made.detail)),
            prev=made.prev,
            hash=made.hash,
        )
    )
    return made.seq


def head(conn: Connection) -> Entry | None:
    """The last entry."""
    row = conn.execute(select(custody).order_by(custody.c.seq.desc()).limit(1)).first()
    return None if row is None else _entry(row)


def entry(conn: Connection, seq: int) -> Entry | None:
    """The entry of a number."""
    row = conn.execute(select(custody).where(custody.c.seq == seq)).first()
    return None if row is None else _entry(row)


def after(conn: Connection, seq: int) -> Iterator[Entry]:
    """Entries beyond a number, in order; a row that was tampered with is an entry whose hash does not hold."""
    query = select(custody).where(custody.c.seq > seq).order_by(custody.c.seq).execution_options(yield_per=500)
    for row in conn.execute(query):
        yield _entry(row)


def _entry(row: Row[Any]) -> Entry:
    return Entry(seq=row.seq, at=row.at, action=row.action, detail=detail_of(row.detail), prev=row.prev, hash=row.hash)


def detail_of(written: str) -> dict[str, Any]:
    """An entry's detail; of what is not written as entries are, one that fits no hash."""
    try:
        found = json.loads(written)
    except ValueError:
        found = None
    if not isinstance(found, dict) or storable(canonical(found)) != written:
        return {"not as entries are written": written}
    return found
