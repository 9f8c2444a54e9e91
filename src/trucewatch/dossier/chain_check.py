"""What the chain of custody says was done, held against the tables: what it names must be there, as it was.

This module must not change anything.
"""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import dataclass, field
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from trucewatch.dossier.store.tables import (
    captures,
    codings,
    current,
    custody,
    meta,
    origins,
    progress,
    records,
    reports,
    sightings,
    verdicts,
)
from trucewatch.dossier.trouble import Trouble

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from sqlalchemy import Connection

_KEYS = {"kept": "report", "coded": "coding", "received": "capture", "verdict": "verdict", "made": "dossier"}
_HASHES = {"kept": "sha256", "coded": "sha256", "received": "sha256", "verdict": "digest"}


@dataclass(slots=True)
class Entered:
    """What the chain holds: hashes by what they are of, sightings, and the places of WARC records."""

    hashes: defaultdict[str, dict[str, str]] = field(default_factory=lambda: defaultdict(dict))
    sightings: set[tuple[str, str]] = field(default_factory=set)
    records: dict[str, tuple[Any, ...]] = field(default_factory=dict)

    def see(self, action: str, detail: Mapping[str, Any]) -> None:
        """Take in an entry."""
        if action in _KEYS:
            self.hashes[action][detail[_KEYS[action]]] = detail.get(_HASHES.get(action, ""), "")
        if action in {"kept", "met"}:
            self.sightings.add((detail["report"], detail["capture"]))
        for id_, *facts in detail.get("records", ()) if action.startswith("received") else ():
            self.records[id_] = (detail["capture"], *facts)


def entered(conn: Connection) -> Entered:
    """Everything that the chain says; entries that cannot be read say nothing here, and are named where the chain is checked."""
    found = Entered()
    query = select(custody.c.action, custody.c.detail).order_by(custody.c.seq).execution_options(yield_per=500)
    for action, detail in conn.execute(query):
        try:
            found.see(action, json.loads(detail))
        except (ValueError, KeyError, TypeError, AttributeError):
            continue
    return found


def check(conn: Connection) -> Iterator[Trouble]:
    """What is missing, or is not what the chain says."""
    known = entered(conn)
    yield from _made(conn, known)
    yield from _texts(conn, known)
    yield from _captured(conn, known)
    yield from _recorded(conn, known)
    yield from _sighted(conn, known)
    yield from _judged(conn, known)
    yield from _whole(conn)


def _made(conn: Connection, known: Entered) -> Iterator[Trouble]:
    facts = {key: value for key, value in conn.execute(select(meta.c.key, meta.c.value))}  # noqa: C416 - rows are no tuples
    for key in ("id", "made"):
        if key not in facts:
            yield _missing("meta", key)
    if "id" in facts and facts["id"] not in known.hashes["made"]:
        yield Trouble("row-changed", "database: meta key=id", "the chain of custody was begun for another dossier")


def _texts(conn: Connection, known: Entered) -> Iterator[Trouble]:
    left = dict(known.hashes["kept"])
    columns = (reports.c.id, reports.c.text, reports.c.sha256)
    for row in conn.execute(select(*columns).execution_options(yield_per=100)):
        mine = left.pop(row.id, None)
        if mine != row.sha256 or sha256(row.text.encode("utf-8", "surrogatepass")).hexdigest() != row.sha256:
            what = "the text is not the one the chain of custody holds the hash of"
            yield Trouble("text-changed", f"database: reports {row.id}", what)
    yield from _all_missing("reports", left)


def _captured(conn: Connection, known: Entered) -> Iterator[Trouble]:
    left = dict(known.hashes["received"])
    for row in conn.execute(select(captures.c.id, captures.c.sha256)):
        if left.pop(row.id, None) != row.sha256:
            yield Trouble("row-changed", f"database: captures {row.id}", "its hash is not the one in the chain of custody")
    yield from _all_missing("captures", left)


def _recorded(conn: Connection, known: Entered) -> Iterator[Trouble]:
    left = dict(known.records)
    names = ("capture", "type", "segment", "offset", "length", "stored_sha256")
    query = select(records.c.id, *(records.c[name] for name in names)).execution_options(yield_per=500)
    for id_, *facts in conn.execute(query):
        if left.pop(id_, None) != tuple(facts):
            yield Trouble("row-changed", f"database: records {id_}", "it is not what the chain of custody says of it")
    yield from _all_missing("records", left)


def _sighted(conn: Connection, known: Entered) -> Iterator[Trouble]:
    there = {(report, capture) for report, capture in conn.execute(select(sightings.c.report, sightings.c.capture))}
    for report, capture in sorted(known.sightings - there):
        yield _missing("sightings", f"report={report},capture={capture}")
    for report, capture in sorted(there - known.sightings):
        yield Trouble("row-unknown", f"database: sightings report={report},capture={capture}", "the chain of custody has none")


def _judged(conn: Connection, known: Entered) -> Iterator[Trouble]:
    left = dict(known.hashes["verdict"])
    for id_, digest in conn.execute(select(verdicts.c.id, verdicts.c.hash)):
        if left.pop(id_, None) != digest:
            yield Trouble("row-changed", f"database: verdicts {id_}", "it is not the one the chain of custody holds the hash of")
    yield from _all_missing("verdicts", left)


def _whole(conn: Connection) -> Iterator[Trouble]:
    """Rows that must have a row beside them."""
    for id_ in conn.scalars(select(captures.c.id).where(captures.c.id.not_in(select(progress.c.capture)))):
        yield _missing("progress", f"capture={id_}")
    coded = select(codings.c.report).where(codings.c.report.not_in(select(current.c.report))).distinct()
    for id_ in conn.scalars(coded):
        yield _missing("current", f"report={id_}")
    grouped = select(reports.c.id).where(reports.c.facts != "null", reports.c.text != "")
    for id_ in conn.scalars(grouped.where(reports.c.id.not_in(select(origins.c.report)))):
        yield _missing("origins", f"report={id_}")


def _all_missing(table: str, ids: Iterable[str]) -> Iterator[Trouble]:
    for id_ in sorted(ids):
        yield _missing(table, id_)


def _missing(table: str, key: str) -> Trouble:
    return Trouble("row-missing", f"database: {table} {key}", "it was here, by what else the dossier holds, and is gone")
