"""``trucewatch verify``: every hash, every offset, the chain of custody and every row, checked again; what is wrong is named.

From the outside in: the database file against its seal; the rows, against their own digests and the tables' sums; the evidence and the chain of
custody, in the database and as a file; what the chain says was done; what is derived from codings, and the ledger. Changes nothing.
"""

from __future__ import annotations

import json
import zlib
from contextlib import ExitStack
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from trucewatch.dossier import chain_check, chain_rows, config, keeping, search_check, stamping
from trucewatch.dossier.evidence.records import StoredRecord
from trucewatch.dossier.evidence.timestamp import Stamps
from trucewatch.dossier.evidence.verify import verify as verify_evidence
from trucewatch.dossier.graph_check import GraphCheck
from trucewatch.dossier.judgements import all_verdicts, attachment_id
from trucewatch.dossier.origin_graph import keys_of
from trucewatch.dossier.project import open_dossier
from trucewatch.dossier.store import rows, seal
from trucewatch.dossier.store.engine import database_path
from trucewatch.dossier.store.tables import (
    SEALED,
    attachments,
    bands,
    captures,
    claims,
    codings,
    current,
    events,
    progress,
    records,
    verdicts,
)
from trucewatch.dossier.store.tally import TALLIED
from trucewatch.dossier.trouble import Trouble, walked
from trucewatch.dossier.verdicts.kinds import check as check_verdicts
from trucewatch.dossier.verdicts.state import anchors
from trucewatch.model import TrucewatchError
from trucewatch.model.contract import from_dict

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from sqlalchemy import Connection

    from trucewatch.dossier.config import Config
    from trucewatch.dossier.project import Dossier
    from trucewatch.model import Coded

    Tell = Callable[[str], None]

__all__ = ["Trouble", "verify", "verify_folder"]


def verify_folder(folder: Path, tell: Tell = lambda _: None) -> Iterator[Trouble]:
    """Everything that is wrong with the dossier in a folder; that it cannot be opened is a finding, beside what its seal says.

    Raises:
        TrucewatchError: ``no-dossier``, ``bad-config``, ``newer-dossier``: there is nothing to be checked.
    """
    settings = config.read(folder)
    tell("the database file against its seal")
    yield from _seal(settings)
    with ExitStack() as leaving:
        try:
            dossier = leaving.enter_context(open_dossier(folder))
        except TrucewatchError as error:
            where = str(_file(settings) or error.where) if error.code == "no-dossier" else error.where
            yield Trouble(error.code, where, error.what + (f" ({error.why})" if error.why else ""))
            return
        yield from _inside(dossier, tell)


def verify(dossier: Dossier, tell: Tell = lambda _: None) -> Iterator[Trouble]:
    """Everything that is wrong with a dossier, as it is found. ``tell`` hears which circle is being checked."""
    tell("the database file against its seal")
    yield from _seal(dossier.config)
    yield from _inside(dossier, tell)


def _inside(dossier: Dossier, tell: Tell) -> Iterator[Trouble]:
    tell("rows against their digests and sums")
    yield from _rows(dossier)
    tell("the chain of custody and the evidence")
    yield from walked(dossier, "custody", lambda conn: _evidence(conn, dossier))
    yield from _stamps(dossier)
    yield from walked(dossier, "custody", chain_check.check)
    tell("codings against what is derived from them")
    yield from _codings(dossier)
    yield from walked(dossier, "verdicts", _verdicts)
    tell("incidents against their accounts")
    yield from walked(dossier, "incidents", lambda conn: GraphCheck(conn, dossier.config.publishers).run())
    tell("the search index")
    yield from walked(dossier, "search index", _search)
    yield from walked(dossier, "progress", _unfinished)


def _file(settings: Config) -> Path | None:
    return database_path("" if settings.url == "sqlite" else settings.url, settings.folder)


def _seal(settings: Config) -> Iterator[Trouble]:
    path = _file(settings)
    for found in () if path is None else seal.check_seal(path.parent, path.name):
        yield Trouble(found.code, found.where, found.what, note=not found.grave)


def _rows(dossier: Dossier) -> Iterator[Trouble]:
    for table in SEALED:
        yield from walked(dossier, table.name, lambda conn, table=table: _bad(rows.check(conn, table)))  # type: ignore[misc]
    for table in TALLIED:
        yield from walked(dossier, table.name, lambda conn, table=table: _bad(rows.check_sum(conn, table)))  # type: ignore[misc]


def _bad(found: Iterator[rows.BadRow]) -> Iterator[Trouble]:
    for bad in found:
        code, key = ("row-changed", f" {bad.key}") if bad.key else ("rows-changed", "")
        yield Trouble(code, f"database: {bad.table}{key}", bad.what)


def _evidence(conn: Connection, dossier: Dossier) -> Iterator[Trouble]:
    stored = (_stored(row) for row in conn.execute(select(records).order_by(records.c.segment, records.c.offset)))
    for found in verify_evidence(dossier.archive, stored, chain_rows.after(conn, 0), dossier.log):
        where = found.where if "/" in found.where or ":" in found.where else f"database: custody {found.where}"
        yield Trouble(found.code, where, found.what, found.note)


def _stamps(dossier: Dossier) -> Iterator[Trouble]:
    for where in stamping.changed(dossier):
        yield Trouble("timestamp-changed", where, "the token is missing, or not the one that was received")
    for found in Stamps(dossier.archive.folder).check(lambda seq: dossier.read(lambda conn: chain_rows.entry(conn, seq))):
        yield Trouble(found.code, found.where, found.what)


def _stored(row: Any) -> StoredRecord:
    return StoredRecord(
        type=row.type, record_id=row.id, segment=row.segment, offset=row.offset, length=row.length,
        stored_sha256=row.stored_sha256, payload_sha256=row.payload_sha256, payload_size=row.payload_size,
    )  # fmt: skip


def _codings(dossier: Dossier) -> Iterator[Trouble]:
    """Every coding is the one that the chain holds the hash of, and every row of it is what its record says."""
    entered: dict[str, str] = {}
    ids: list[str] = []

    def begin(conn: Connection) -> Iterator[Trouble]:
        entered.update(chain_check.entered(conn).hashes["coded"])
        ids.extend(conn.scalars(select(codings.c.id).order_by(codings.c.id)))
        return iter(())

    yield from walked(dossier, "codings", begin)
    for id_ in ids:
        known = entered.pop(id_, None)
        yield from walked(dossier, f"codings {id_}", lambda conn, id_=id_, known=known: _coding(conn, id_, known))  # type: ignore[misc]
    for id_ in entered:
        yield Trouble("row-missing", f"database: codings {id_}", "the chain of custody knows this coding, the table does not")


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
    yield from _derived(conn, id_, coded)
    if conn.scalar(select(current.c.coding).where(current.c.coding == id_)):
        yield from _bands(conn, coded)


def _derived(conn: Connection, id_: str, coded: Coded) -> Iterator[Trouble]:
    """The claims and events of a coding."""
    for table, made in zip((claims, events), keeping.derived(id_, coded), strict=True):
        there = {r["id"]: r for r in conn.execute(select(table).where(table.c.coding == id_)).mappings()}
        for wanted in made:
            where = f"database: {table.name} {wanted['id']} of {id_}"
            found = there.pop(wanted["id"], None)
            if found is None:
                yield Trouble("row-missing", where, "the record holds it, the table does not")
            elif any(found[key] != value for key, value in wanted.items()):
                yield Trouble("row-changed", where, "it is not what the record says")
        for extra in there:
            yield Trouble("row-unknown", f"database: {table.name} {extra} of {id_}", "the record holds no such thing")


def _bands(conn: Connection, coded: Coded) -> Iterator[Trouble]:
    """The keys by which texts meet."""
    if coded.report is None:
        return
    wanted = set(keys_of(coded.report) if coded.text else ())
    if set(conn.scalars(select(bands.c.band).where(bands.c.report == coded.id))) != wanted:
        yield Trouble("row-changed", f"database: bands of {coded.id}", "they are not those of the text")


def _verdicts(conn: Connection) -> Iterator[Trouble]:
    every = all_verdicts(conn)
    for found in check_verdicts(every):
        yield Trouble("verdicts-changed", f"database: {verdicts.name} {found.id}", found.message)
    there = set(conn.scalars(select(attachments.c.id)))
    for anchor in anchors(every):
        if (id_ := attachment_id(anchor)) not in there:
            yield Trouble(
                "row-missing", f"database: attachments {id_}", "a verdict's anchor has no place in the coding, and no loss"
            )


def _search(conn: Connection) -> Iterator[Trouble]:
    for where, what in search_check.check(conn):
        yield Trouble("index-changed", where, what)


def _unfinished(conn: Connection) -> Iterator[Trouble]:
    query = select(captures.c.name).join(progress, progress.c.capture == captures.c.id).where(progress.c.status == "reading")
    for name in conn.scalars(query):
        what = "received and kept, but its reading was cut off - run `trucewatch add` again"
        yield Trouble("unread-input", name, what, note=True)
