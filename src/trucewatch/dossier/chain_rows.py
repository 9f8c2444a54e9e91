"""The chain of custody in the database: entries are made in the same transaction as what they describe.

The file ``evidence/custody.jsonl`` follows after each transaction. This module must not write the file.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from trucewatch.dossier.evidence import Entry, link
from trucewatch.dossier.sql import canonical, now, storable
from trucewatch.dossier.store.prepared import Prepared
from trucewatch.dossier.store.tables import custody

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sqlalchemy import Connection, Row


_HEAD = Prepared(select(custody).order_by(custody.c.seq.desc()).limit(1))
_ENTER = Prepared(custody.insert())
#: Under which a connection holds a transaction, the head that it found, and the entries that it has made.
_MADE = "trucewatch_entries"


def enter(conn: Connection, action: str, detail: Mapping[str, Any]) -> int:
    """Add an entry; returns its number. Only inside a write transaction, which keeps other writers out."""
    entries = made_in(conn)
    made = link(entries[-1], now(), action, detail)
    values = {"seq": made.seq, "at": made.at, "action": made.action, "prev": made.prev, "hash": made.hash}
    _ENTER.run(conn, **values, detail=storable(canonical(made.detail)))
    entries.append(made)
    return made.seq


def made_in(conn: Connection) -> list[Entry | None]:
    """The last entry before a connection's transaction (None: there was none), and those that it has made so far, in order."""
    entries: list[Entry | None]
    transaction, entries = conn.info.get(_MADE, (None, []))
    if transaction is not conn.get_transaction():
        entries = [head(conn)]
        conn.info[_MADE] = conn.get_transaction(), entries
    return entries


def head(conn: Connection) -> Entry | None:
    """The last entry."""
    row = _HEAD.first(conn)
    return None if row is None else Entry(row[0], row[1], row[2], detail_of(row[3]), row[4], row[5])


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
