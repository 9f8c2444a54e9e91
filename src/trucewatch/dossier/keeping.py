"""Reports and their codings in the database: one transaction a report, everything in or nothing.

A report is known by what was published (text, title, publisher, URL, date), so that one met again is a sighting and not a second report. A
coding by another coder is added beside the old one; ``current`` says which the ledger reads. This module must not code or cluster.
"""

from __future__ import annotations

import json
import zlib
from dataclasses import dataclass, replace
from functools import lru_cache
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, func, select

from trucewatch.dossier import chain_rows
from trucewatch.dossier.sql import canonical, now, short_id, storable
from trucewatch.dossier.store import rows
from trucewatch.dossier.store.prepared import Prepared
from trucewatch.dossier.store.tables import claims, codings, current, events, reports, sightings
from trucewatch.ledger.accounts import accounts_of, to_json
from trucewatch.ledger.origins.statements import statement_origin
from trucewatch.model import Coded, Mention, Reason, Report, Unread
from trucewatch.model.contract import from_dict, report_to_dict
from trucewatch.model.contract import to_json as record_line

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Connection

    from trucewatch.model import CoderFacts
    from trucewatch.model.incident import Account


_KNOWN = Prepared(select(reports.c.id).where(reports.c.id == bindparam("id")))
_LAST = Prepared(select(func.max(reports.c.seq)))
_SIGHTED = Prepared(
    select(sightings.c.report).where(sightings.c.report == bindparam("report"), sightings.c.capture == bindparam("capture"))
)
_CURRENT = Prepared(select(current.c.coding).where(current.c.report == bindparam("report")))
_HASH = Prepared(select(reports.c.sha256).where(reports.c.id == bindparam("id")))
_PERSONS = Prepared(
    select(codings.c.persons).join(current, current.c.coding == codings.c.id).where(current.c.report == bindparam("report"))
)
_CODING = Prepared(select(codings.c.id).where(codings.c.id == bindparam("id")))
_OF_CODING = Prepared(select(codings.c.record).where(codings.c.id == bindparam("coding")))
_RECORD = Prepared(
    select(codings.c.record).join(current, current.c.coding == codings.c.id).where(current.c.report == bindparam("report"))
)
_REPORT = Prepared(
    select(reports.c.facts, reports.c.text, reports.c.status, reports.c.reasons).where(reports.c.id == bindparam("id"))
)


@dataclass(frozen=True, slots=True)
class Coding:
    """A coding that was just stored. ``keys`` are its events, ``gone`` those of the coding that it replaces."""

    report: str
    keys: tuple[str, ...]
    gone: tuple[str, ...] = ()


def report_id(item: Report | Unread, capture: str) -> str:
    """A report's id: from what was published; of an input that gave none, from the capture and its place in it."""
    if isinstance(item, Unread):
        return short_id("r", capture, item.id, item.reasons[0].code if item.reasons else "")
    return short_id("r", item.sha256, item.title, item.publisher, item.url, item.published)


def coder_json(facts: CoderFacts) -> str:
    """A coder's versions as the database writes them."""
    return canonical(
        {
            "version": facts.version,
            "model": facts.model,
            "ontology": facts.ontology,
            "gazetteer": facts.gazetteer,
            "actors": facts.actors,
        }
    )


def known(conn: Connection, id_: str) -> bool:
    """Whether a report is here."""
    return _KNOWN.first(conn, id=id_) is not None


def has_coding(conn: Connection, id_: str, coder: str) -> bool:
    """Whether a report's current coding is of this coder."""
    query = (
        select(codings.c.id)
        .join(current, current.c.coding == codings.c.id)
        .where(codings.c.report == id_, codings.c.coder == coder)
    )
    return conn.scalar(query) is not None


def sight(conn: Connection, id_: str, capture: str, member: str, *, entered: bool = False) -> bool:
    """Write down that a report was met in a capture, unless the chain says so already; False where that was known."""
    if _SIGHTED.first(conn, report=id_, capture=capture) is not None:
        return False
    rows.insert(conn, sightings, [{"report": id_, "capture": capture, "member": storable(member)}])
    if not entered:
        chain_rows.enter(conn, "met", {"report": id_, "capture": capture})
    return True


def keep(conn: Connection, coded: Coded, *, capture: str, member: str) -> None:
    """Write a report's row, unless it is there. ``coded.id`` is the report's id in the dossier."""
    new = not known(conn, coded.id)
    if new:
        rows.insert(conn, reports, [_report_row(conn, coded, member)])
        chain_rows.enter(conn, "kept", {"report": coded.id, "sha256": _text_hash(coded), "capture": capture})
    sight(conn, coded.id, capture, member, entered=new)


def _report_row(conn: Connection, coded: Coded, member: str) -> dict[str, Any]:
    report = coded.report
    last = _LAST.value(conn)
    unread = coded.status if coded.status in {"skipped", "failed"} and not coded.text else "read"
    return {
        "id": coded.id, "seq": (last or 0) + 1, "name": storable(member), "status": unread,
        "reasons": storable(canonical([[reason.code, reason.message] for reason in coded.reasons])),
        "sha256": _text_hash(coded), "title": report.title if report else None, "publisher": report.publisher if report else None,
        "url": report.url if report else None, "language": (report.language or None) if report else None,
        "published": report.published if report else None, "facts": canonical(report_to_dict(report)) if report else "null",
        "text": coded.text, "added": now(),
    }  # fmt: skip


def _text_hash(coded: Coded) -> str:
    return sha256(coded.text.encode("utf-8", "surrogatepass")).hexdigest()


def add_coding(conn: Connection, coded: Coded, persons: Sequence[Mention] = (), *, capture: str | None = None) -> Coding | None:
    """Store a coding and make it the current one; None where that very coding is current already.

    ``capture``: where it was received; None for one that was made here.
    """
    if coded.coder is None:
        return None
    coder = coder_json(coded.coder)
    id_ = short_id("c", coded.id, coder)
    before = _CURRENT.value(conn, report=coded.id)
    if before == id_:
        return None
    _put(conn, id_, coded, coder, persons, capture)
    gone = tuple(conn.scalars(select(events.c.key).where(events.c.coding == before))) if before else ()
    rows.upsert(conn, current, [{"report": coded.id, "coding": id_}])
    return Coding(coded.id, tuple(f"{coded.id}/{event.id}" for event in coded.events), gone)


def add_former(conn: Connection, coded: Coded, *, capture: str) -> bool:
    """Store a coding that was received beside the current one of a report that is here.

    Returns:
        False where one by its coder is here already, or where it is of another text than the report's.
    """
    if coded.coder is None or _HASH.value(conn, id=coded.id) != _text_hash(coded):
        return False
    spans = json.loads(_PERSONS.value(conn, report=coded.id) or "[]")
    persons = [Mention(start, end, coded.text[start:end]) for start, end in spans]
    coder = coder_json(coded.coder)
    return _put(conn, short_id("c", coded.id, coder), coded, coder, persons, capture)


def _put(conn: Connection, id_: str, coded: Coded, coder: str, persons: Sequence[Mention], capture: str | None) -> bool:  # noqa: PLR0917
    """Store a coding, unless it is here."""
    if _CODING.first(conn, id=id_) is not None:
        return False
    line = record_line(coded)
    digest = sha256(line.encode()).hexdigest()
    rows.insert(conn, codings, [_coding_row(id_, coded, coder, line=line, digest=digest, persons=persons)])
    rows.insert(conn, claims, [_claim_row(id_, coded, number) for number in range(len(coded.claims))])
    rows.insert(conn, events, _event_rows(id_, coded))
    source = {"received in": capture} if capture else {}
    chain_rows.enter(conn, "coded", {"report": coded.id, "coding": id_, "sha256": digest, "coder": coder, **source})
    return True


def _coding_row(id_: str, coded: Coded, coder: str, *, line: str, digest: str, persons: Sequence[Mention]) -> dict[str, Any]:
    return {
        "id": id_, "report": coded.id, "coder": coder, "status": coded.status, "sha256": digest,
        "record": zlib.compress(line.encode(), 6), "persons": canonical([[p.start, p.end] for p in persons]),
        "at_risk": canonical(sorted({risk.text for risk in coded.at_risk})), "made": now(),
    }  # fmt: skip


def _claim_row(coding: str, coded: Coded, number: int) -> dict[str, Any]:
    claim = coded.claims[number]
    return {
        "coding": coding, "id": claim.id, "report": coded.id, "stance": claim.stance,
        "claimant": claim.claimant.id if claim.claimant else None, "source": " … ".join(m.text for m in claim.source),
        "content": " … ".join(m.text for m in claim.content), "within": claim.within,
    }  # fmt: skip


#: Stands in an origin's key for the report's origin group, which is not known when a report is coded, and may change.
GROUP = "%group%"


def _with_origin(coded: Coded, account: Account) -> Account:
    """An account with the origin of its statement; empty where that is the report's own group."""
    found = statement_origin(coded, coded.events[account.number - 1], GROUP)
    if found.kind == "group":
        return replace(account, origin_words=_UNNAMED if found.words.startswith("an unnamed") else "")
    return replace(account, origin=found.key, origin_words=found.words)


_UNNAMED = f"an unnamed source of {GROUP}"


def _event_rows(coding: str, coded: Coded) -> list[dict[str, Any]]:
    found = []
    for account in (_with_origin(coded, account) for account in accounts_of(coded)):
        place, time = account.place, account.time
        event = coded.events[account.number - 1]
        found.append({
            "coding": coding, "id": event.id, "key": account.key, "report": coded.id, "number": account.number, "type": event.type,
            "truce": event.truce, "status": event.status, "claim": event.claim, "begin": time.begin if time else None,
            "until": time.until if time else None, "place": (place.name or place.text) if place else None,
            "country": place.country if place else None, "latitude": place.latitude if place else None,
            "longitude": place.longitude if place else None, "precision": place.precision if place else None,
            "start": event.predicate.start, "end": event.predicate.end, "confidence": event.confidence,
            "account": to_json(account),
        })  # fmt: skip
    return found


def derived(coding: str, coded: Coded) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """The claim and event rows that a coding must have; ``verify`` compares them with those that are there."""
    return [_claim_row(coding, coded, number) for number in range(len(coded.claims))], _event_rows(coding, coded)


def load(conn: Connection, report: str, *, coding: str | None = None) -> Coded | None:
    """A report's record: of its current coding, or of the one asked for."""
    blob = _OF_CODING.value(conn, coding=coding) if coding else _RECORD.value(conn, report=report)
    if blob is None:
        return None
    return _kept(blob) if len(blob) <= _SMALL else _unpacked(blob)


def _unpacked(record: bytes) -> Coded:
    made: Coded = from_dict(json.loads(zlib.decompress(record)))
    return made


#: Records up to so many bytes are kept as they were read last: the review queue looks into the same ones after every verdict.
_SMALL = 1 << 16
_kept = lru_cache(maxsize=512)(_unpacked)


def load_report(conn: Connection, id_: str) -> Report | None:
    """A report as it was read, to be coded again; None where it is not here or held no text."""
    row = _REPORT.first(conn, id=id_)
    if row is None or row[0] == "null":
        return None
    facts, text, status, reasons = row
    report = from_dict({"id": id_, "status": "coded", "reasons": [], "report": json.loads(facts), "text": text}).report
    notes = tuple(Reason(code, message) for code, message in json.loads(reasons)) if status == "read" else ()
    return replace(report, notes=notes) if report else None
