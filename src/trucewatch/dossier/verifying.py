"""``trucewatch verify``: every hash, every offset, the chain of custody and every row, checked again; what is wrong is named.

Four circles, from the outside in: the database file against its seal; the evidence against what the database says of it; the chain of custody,
in the database and as a file; the rows, against their own digests and against what they are derived from. Changes nothing.
"""

from __future__ import annotations

import json
import zlib
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from trucewatch.dossier import chain_rows, keeping, search_check
from trucewatch.dossier.evidence.records import StoredRecord
from trucewatch.dossier.evidence.timestamp import Stamps
from trucewatch.dossier.evidence.verify import verify as verify_evidence
from trucewatch.dossier.incident_graph import load_accounts
from trucewatch.dossier.judgements import all_verdicts
from trucewatch.dossier.origin_graph import keys_of
from trucewatch.dossier.store import rows, seal
from trucewatch.dossier.store.engine import database_path
from trucewatch.dossier.store.tables import (
    SEALED,
    bands,
    blocks,
    captures,
    claims,
    codings,
    current,
    custody,
    events,
    progress,
    records,
    reports,
    verdicts,
)
from trucewatch.dossier.verdicts.kinds import check as check_verdicts
from trucewatch.ledger.blocking import blocks as blocks_of
from trucewatch.model import TrucewatchError
from trucewatch.model.contract import from_dict

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sqlalchemy import Connection

    from trucewatch.dossier.project import Dossier
    from trucewatch.model import Coded

    Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Trouble:
    """Something that is not as it was left. ``where`` is a file, or a table and key. A ``note`` is no damage (an interrupted command)."""

    code: str
    where: str
    what: str
    note: bool = False


def verify(dossier: Dossier, tell: Tell = lambda _: None) -> Iterator[Trouble]:
    """Everything that is wrong with a dossier, as it is found. ``tell`` hears which circle is being checked."""
    tell("the database file against its seal")
    path = database_path("" if dossier.config.url == "sqlite" else dossier.config.url, dossier.folder)
    for found in seal.check_seal(path.parent, path.name) if path else ():
        yield Trouble(found.code, found.where, found.what, note=not found.grave)
    try:
        tell("rows against their digests")
        yield from _rows(dossier)
        tell("the chain of custody and the evidence")
        yield from _evidence(dossier)
        tell("codings against what is derived from them")
        yield from _derived(dossier)
        yield from _verdicts(dossier)
        tell("the search index")
        for where, what in dossier.read(lambda conn: list(search_check.check(conn))):
            yield Trouble("index-changed", where, what)
        yield from _unfinished(dossier)
    except TrucewatchError as error:
        yield Trouble(error.code, error.where or str(dossier.folder), error.what + (f" ({error.why})" if error.why else ""))


def _rows(dossier: Dossier) -> Iterator[Trouble]:
    for table in SEALED:
        for bad in dossier.read(lambda conn, table=table: list(rows.check(conn, table))):  # type: ignore[misc]
            yield Trouble("row-changed", f"database: {bad.table} {bad.key}", bad.what)


def _evidence(dossier: Dossier) -> Iterator[Trouble]:
    def work(conn: Connection) -> list[Trouble]:
        stored = (_stored(row) for row in conn.execute(select(records).order_by(records.c.segment, records.c.offset)))
        entries = chain_rows.after(conn, 0)
        found = verify_evidence(dossier.archive, stored, entries, dossier.log)
        return [Trouble(t.code, t.where, t.what) for t in found]

    yield from dossier.read(work)
    for stamp in Stamps(dossier.archive.folder).check(lambda seq: dossier.read(lambda conn: chain_rows.entry(conn, seq))):
        yield Trouble(stamp.code, stamp.where, stamp.what)


def _stored(row: Any) -> StoredRecord:
    return StoredRecord(
        type=row.type, record_id=row.id, segment=row.segment, offset=row.offset, length=row.length,
        stored_sha256=row.stored_sha256, payload_sha256=row.payload_sha256, payload_size=row.payload_size,
    )  # fmt: skip


def _derived(dossier: Dossier) -> Iterator[Trouble]:
    """Every entry of the chain has its row; every row of a coding is what its record says; every text has its hash."""
    entered = dossier.read(_entered)
    yield from dossier.read(lambda conn: list(_texts(conn, entered)))
    yield from dossier.read(lambda conn: list(_captured(conn, entered)))
    ids = dossier.read(lambda conn: list(conn.scalars(select(codings.c.id).order_by(codings.c.id))))
    for id_ in ids:
        yield from dossier.read(lambda conn, id_=id_: list(_coding(conn, id_, entered["coded"].pop(id_, None))))  # type: ignore[misc]
    for id_ in entered["coded"]:
        yield Trouble("row-missing", f"database: codings {id_}", "the chain of custody knows this coding, the table does not")


def _entered(conn: Connection) -> dict[str, dict[str, str]]:
    """Hashes that the chain holds, by what they are of."""
    found: dict[str, dict[str, str]] = {"kept": {}, "coded": {}, "received": {}}
    names = {"kept": "report", "coded": "coding", "received": "capture"}
    query = select(custody.c.action, custody.c.detail).where(custody.c.action.in_(names))
    for action, detail in conn.execute(query.execution_options(yield_per=500)):
        data = json.loads(detail)
        found[action][data[names[action]]] = data["sha256"]
    return found


def _texts(conn: Connection, entered: dict[str, dict[str, str]]) -> Iterator[Trouble]:
    left = dict(entered["kept"])
    columns = (reports.c.id, reports.c.text, reports.c.sha256)
    for row in conn.execute(select(*columns).execution_options(yield_per=100)):
        known = left.pop(row.id, None)
        if known != row.sha256 or sha256(row.text.encode("utf-8", "surrogatepass")).hexdigest() != row.sha256:
            yield Trouble(
                "text-changed", f"database: reports {row.id}", "the text is not the one the chain of custody holds the hash of"
            )
    for id_ in left:
        yield Trouble("row-missing", f"database: reports {id_}", "the chain of custody knows this report, the table does not")


def _captured(conn: Connection, entered: dict[str, dict[str, str]]) -> Iterator[Trouble]:
    left = dict(entered["received"])
    for row in conn.execute(select(captures.c.id, captures.c.sha256)):
        if left.pop(row.id, None) != row.sha256:
            yield Trouble("row-changed", f"database: captures {row.id}", "its hash is not the one in the chain of custody")
    for id_ in left:
        yield Trouble("row-missing", f"database: captures {id_}", "the chain of custody knows this capture, the table does not")


def _coding(conn: Connection, id_: str, known: str | None) -> Iterator[Trouble]:
    where = f"database: codings {id_}"
    row = conn.execute(select(codings).where(codings.c.id == id_)).one()
    try:
        line = zlib.decompress(row.record)
        coded = from_dict(json.loads(line))
    except (zlib.error, ValueError, TrucewatchError) as error:
        yield Trouble("record-damaged", where, f"the record cannot be read: {error}")
        return
    if sha256(line).hexdigest() != row.sha256 or row.sha256 != known:
        yield Trouble("record-changed", where, "the record is not the one the chain of custody holds the hash of")
    made_claims, made_events = keeping.derived(id_, coded)
    for table, made in ((claims, made_claims), (events, made_events)):
        there = {r["id"]: r for r in conn.execute(select(table).where(table.c.coding == id_)).mappings()}
        for wanted in made:
            found = there.pop(wanted["id"], None)
            if found is None:
                yield Trouble(
                    "row-missing", f"database: {table.name} {wanted['id']} of {id_}", "the record holds it, the table does not"
                )
            elif any(found[key] != value for key, value in wanted.items()):
                yield Trouble(
                    "row-changed", f"database: {table.name} {wanted['id']} of {id_}", "it is not what the record says"
                )
        for extra in there:
            yield Trouble("row-unknown", f"database: {table.name} {extra} of {id_}", "the record holds no such thing")
    if conn.scalar(select(current.c.coding).where(current.c.coding == id_)):
        yield from _keys(conn, coded, made_events)


def _keys(conn: Connection, coded: Coded, made: list[dict[str, Any]]) -> Iterator[Trouble]:
    """The keys by which texts and accounts meet."""
    if coded.report is not None and set(conn.scalars(select(bands.c.band).where(bands.c.report == coded.id))) != set(
        keys_of(coded.report) if coded.text else ()
    ):
        yield Trouble("row-changed", f"database: bands of {coded.id}", "they are not those of the text")
    keys = [row["key"] for row in made]
    there = {(row.event, row.block) for row in conn.execute(select(blocks).where(blocks.c.event.in_(keys)))}
    wanted = {(key, block) for key, account in load_accounts(conn, keys).items() for block in blocks_of(account)}
    if not there <= wanted:
        yield Trouble("row-changed", f"database: blocks of {coded.id}", "they are not those of the events")


def _verdicts(dossier: Dossier) -> Iterator[Trouble]:
    for found in check_verdicts(dossier.read(all_verdicts)):
        yield Trouble("verdicts-changed", f"database: {verdicts.name} {found.id}", found.message)


def _unfinished(dossier: Dossier) -> Iterator[Trouble]:
    query = select(captures.c.name).join(progress, progress.c.capture == captures.c.id).where(progress.c.status == "reading")
    for name in dossier.read(lambda conn: list(conn.scalars(query))):
        yield Trouble(
            "unread-input", name, "received and kept, but its reading was cut off - run `trucewatch add` again", note=True
        )
