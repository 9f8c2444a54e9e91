"""A running sum over the rows of each table, so that a row which was taken out or put in behind the program's back is missed.

A row's digest tells of a row that was changed; one that is gone tells nothing, and where a table only follows from others nobody else may know
of it. So every write transaction adds the digests of the rows it writes to the table's sum (modulo 2**256, in any order) and takes off those of
the rows it replaces or removes; the sums are rows of ``meta``. This module must not write any other row.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import select

from trucewatch.dossier.store.prepared import Prepared, within
from trucewatch.dossier.store.tables import custody, meta, metadata

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from sqlalchemy import Connection

_INFO = "trucewatch_tally"
PREFIX = "rows of "
_SUM = 2**256
#: ``custody`` is a chain of its own, ``meta`` holds the sums.
TALLIED = tuple(table for table in metadata.sorted_tables if table not in {meta, custody})


_NAMES = [f"{PREFIX}{table.name}" for table in TALLIED]
_KEPT = Prepared(select(meta.c.key, meta.c.value).where(within(meta.c.key, "names")))


@dataclass(slots=True)
class Tally:
    """The number of rows, and the sum of their digests."""

    count: int = 0
    total: int = 0

    def add(self, digest: str, times: int = 1) -> None:
        """A row more (or less, ``times`` -1)."""
        self.count += times
        self.total = (self.total + times * int(digest, 16)) % _SUM

    def __str__(self) -> str:
        return f"{self.count} {self.total:064x}"


def parse(text: str) -> Tally:
    """What ``str`` wrote; ValueError for anything else."""
    count, _, total = text.partition(" ")
    return Tally(int(count), int(total, 16))


@contextmanager
def counted(conn: Connection) -> Iterator[None]:
    """Notes what is written in a transaction, and brings the sums up at its end."""
    changes: dict[str, Tally] = {}
    conn.info[_INFO] = changes
    try:
        yield
        if changes:
            _bring_up(conn, changes)
    finally:
        conn.info.pop(_INFO, None)


def note(conn: Connection, table: str, digests: Iterable[str], times: int = 1) -> None:
    """Rows that were written (or, ``times`` -1, replaced or removed). Does nothing outside of :func:`counted`."""
    changes: dict[str, Tally] | None = conn.info.get(_INFO)
    if changes is None or table == meta.name:
        return
    mine = changes.setdefault(table, Tally())
    for digest in digests:
        mine.add(digest, times)


def is_counting(conn: Connection) -> bool:
    """Whether the transaction's rows are noted."""
    return _INFO in conn.info


def kept(conn: Connection) -> dict[str, str]:
    """The sums as they are written, by table."""
    return {key.removeprefix(PREFIX): value for key, value in _KEPT.all(conn, names=_NAMES)}


def state(conn: Connection, tables: Iterable[str]) -> str:
    """What some tables hold, as a mark that is another when any of their rows is; not inside a write transaction, which sums at its end."""
    found = dict(_KEPT.all(conn, names=[f"{PREFIX}{name}" for name in tables]))
    return "\n".join(f"{name} {value}" for name, value in sorted(found.items()))


def _bring_up(conn: Connection, changes: dict[str, Tally]) -> None:
    from trucewatch.dossier.store import rows  # noqa: PLC0415 - rows calls note

    before = kept(conn)
    made = []
    for name, change in sorted(changes.items()):
        old = parse(before[name]) if name in before else Tally()
        new = Tally(old.count + change.count, (old.total + change.total) % _SUM)
        made.append({"key": f"{PREFIX}{name}", "value": str(new)})
    rows.upsert(conn, meta, made)
