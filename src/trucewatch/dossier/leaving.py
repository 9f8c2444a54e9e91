"""What leaves a dossier: records under its protection policy, packages of its evidence by explicit choice; both on record.

Every way out goes through here, records and incidents by way of ``passing``, so that no export can forget the policy. An override of the allow
list that was used, and every package of unprotected evidence, is an entry in the chain of custody. This module must not lay anything out.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import select

from trucewatch.dossier import chain_rows, judgements, keeping
from trucewatch.dossier.evidence.package import Page, export_bagit, export_wacz
from trucewatch.dossier.evidence.records import StoredRecord
from trucewatch.dossier.masking.policy import Policy
from trucewatch.dossier.protection import Protected, protect
from trucewatch.dossier.sql import canonical
from trucewatch.dossier.store.tables import captures, codings, current, meta, records, reports, sightings
from trucewatch.dossier.verdicts.kinds import to_row
from trucewatch.knowledge.actors import ActorFile
from trucewatch.model import Coded, Mention
from trucewatch.model.contract import to_json

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from sqlalchemy import Connection

    from trucewatch.dossier.config import Config
    from trucewatch.dossier.project import Dossier


@dataclass(frozen=True, slots=True)
class Door:
    """The way out of a dossier: its policy, and the names that are known in it to be at risk."""

    policy: Policy
    at_risk: tuple[str, ...]
    actors: ActorFile

    def let(self, coded: Coded, persons: Iterable[Mention] = ()) -> Protected:
        """A record as it may leave."""
        return protect(coded, self.policy, tuple(persons), self.at_risk, is_public=self._is_public)

    def _is_public(self, name: str) -> bool:
        """Whether the actor file, the dossier's own entries among them, holds exactly this name."""
        return self.actors.is_person_public(name.lower())


def door(dossier: Dossier) -> Door:
    """The dossier's way out.

    Raises:
        TrucewatchError: ``bad-protection`` where ``dossier.toml`` states a policy that cannot be used.
    """
    return door_of(dossier.config, dossier.read(names_at_risk))


def door_of(config: Config, at_risk: tuple[str, ...]) -> Door:
    """The same by the dossier's settings, and the names that are known to be at risk."""
    policy = Policy.from_mapping({"protection": config.protection}, where=str(config.path))
    return Door(policy, at_risk, ActorFile.load(config.actors))


def names_at_risk(conn: Connection) -> tuple[str, ...]:
    """Names of persons whom any report of the dossier names in a threat or bounty."""
    query = select(codings.c.at_risk).join(current, current.c.coding == codings.c.id).where(codings.c.at_risk != "[]")
    return tuple(sorted({name for text in conn.scalars(query) for name in json.loads(text)}))


def report_ids(conn: Connection) -> list[str]:
    """Every report, in order of arrival."""
    return list(conn.scalars(select(reports.c.id).order_by(reports.c.seq)))


def persons(conn: Connection, coded: Coded) -> tuple[Mention, ...]:
    """The person mentions that were kept with a report's current coding."""
    query = select(codings.c.persons).join(current, current.c.coding == codings.c.id).where(current.c.report == coded.id)
    spans = json.loads(conn.scalar(query) or "[]")
    return tuple(Mention(start, end, coded.text[start:end]) for start, end in spans)


def package(dossier: Dossier, kind: str, out: Path, *, why: str, overwrite: bool = False) -> Path:
    """Package the evidence as it is, for an archive or a court: ``bagit`` (everything) or ``wacz`` (what was captured).

    Evidence cannot be masked without ceasing to be evidence; the choice is the caller's, and ``why`` goes into the chain of custody.
    """
    made = _bag(dossier, out, overwrite) if kind == "bagit" else _wacz(dossier, out, overwrite)
    dossier.write(lambda conn: chain_rows.enter(conn, "packaged", {"as": kind, "name": made.name, "why": why}))
    return made


def _bag(dossier: Dossier, out: Path, overwrite: bool) -> Path:
    return export_bagit(_files(dossier), out, _info(dossier), overwrite=overwrite)


def _files(dossier: Dossier) -> Iterator[tuple[str, Path | bytes]]:
    """What goes into a bag: settings, evidence, the chain, the records and verdicts as JSON lines."""
    yield "dossier.toml", dossier.config.path
    yield "evidence/custody.jsonl", dossier.log.path
    for name in dossier.archive.names():
        yield f"evidence/segments/{name}", dossier.archive.path(name)
    yield "coded.jsonl", _lines(to_json(coded) for coded in _all_coded(dossier))
    yield "verdicts.jsonl", _lines(canonical(to_row(verdict)) for verdict in dossier.read(judgements.all_verdicts))


def _all_coded(dossier: Dossier) -> Iterator[Coded]:
    for id_ in dossier.read(report_ids):
        coded = dossier.read(lambda conn, id_=id_: keeping.load(conn, id_))  # type: ignore[misc]
        if coded is not None:
            yield coded


def _lines(lines: Iterable[str]) -> bytes:
    return "".join(f"{line}\n" for line in lines).encode("utf-8")


def _info(dossier: Dossier) -> dict[str, str]:
    id_ = dossier.read(lambda conn: conn.scalar(select(meta.c.value).where(meta.c.key == "id")))
    head = dossier.read(chain_rows.head)
    return {
        "Source-Organization": dossier.config.name,
        "External-Identifier": id_ or "",
        "External-Description": "Evidence of a Trucewatch dossier, unprotected: it holds names that the dossier's policy masks",
        "Chain-Of-Custody-Head": head.hash if head else "",
    }


def _wacz(dossier: Dossier, out: Path, overwrite: bool) -> Path:
    def rows(conn: Connection) -> tuple[list[StoredRecord], list[Page]]:
        kept = [
            StoredRecord(
                type=r.type, record_id=r.id, segment=r.segment, offset=r.offset, length=r.length, stored_sha256=r.stored_sha256,
                payload_sha256=r.payload_sha256, payload_size=r.payload_size,
            )
            for r in conn.execute(select(records).order_by(records.c.segment, records.c.offset))
        ]  # fmt: skip
        query = (
            select(reports.c.title, reports.c.name, captures.c.uri, captures.c.retrieved)
            .join(sightings, sightings.c.report == reports.c.id)
            .join(captures, captures.c.id == sightings.c.capture)
            .where(captures.c.kind == "fetch")
            .order_by(captures.c.seq, reports.c.seq)
        )
        return kept, [Page(title or name, uri, at) for title, name, uri, at in conn.execute(query)]

    kept, pages = dossier.read(rows)
    info = {"title": dossier.config.name, "description": "Evidence of a Trucewatch dossier, unprotected"}
    return export_wacz(dossier.archive, kept, pages, out, info, overwrite=overwrite)
