"""The tables of a dossier that formats with tables share: incidents, accounts, events, reports. Columns with their meaning, and rows.

The meanings are the codebook of the data package, the column descriptions of the Datasette file and the tables of ``docs/exports.md``.
Missing is None. This module must not write files.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from trucewatch.model.rows import COLUMN_MEANINGS, event_rows, joined, report_cells
from trucewatch.publishing.exports import telling
from trucewatch.publishing.plain import category

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from trucewatch.dossier.handover import Case, Handover
    from trucewatch.model import Coded
    from trucewatch.model.incident import Account, Spot
    from trucewatch.model.rows import Cell

    Row = Mapping[str, Cell]

Kind = Literal["string", "integer", "number", "boolean", "date"]
HARMS = ("killed", "injured", "missing", "detained", "displaced")


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its name, kind and meaning; ``to`` names the table whose key it points to."""

    name: str
    kind: Kind
    meaning: str
    to: str | None = None


@dataclass(frozen=True, slots=True)
class Frame:
    """A table: what a row is, and its columns, the first of which is its key."""

    name: str
    row: str
    columns: tuple[Column, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """The columns' names, in order."""
        return tuple(column.name for column in self.columns)


_TOLLS = tuple(
    Column(f"{kind}_{bound}", "integer", f"people {kind}: {meaning}")
    for kind in HARMS
    for bound, meaning in (("low", "the lowest number told"), ("best", "the number most origins give"), ("high", "the highest number told"))
)  # fmt: skip
_PLACE = (
    Column("place", "string", "the place, by the gazetteer's name, else in the report's words"),
    Column("place_kind", "string", "what kind of place"),
    Column("country", "string", "ISO 3166-1 alpha-3"),
    Column("admin1", "string", "first-level division"),
    Column("latitude", "number", "degrees, WGS 84; rounded at protected sites"),
    Column("longitude", "number", "degrees, WGS 84; rounded at protected sites"),
    Column("where_prec", "integer", "precision of the place, UCDP's: 1 (exact) to 7 (international)"),
)
INCIDENTS = Frame(
    "incidents",
    "an incident: one occurrence as one or more accounts tell it",
    (
        Column("incident_id", "string", "id of the incident in the dossier; no other project's id"),
        Column("headline", "string", "what, where and when, in a line"),
        Column("type", "string", "PLOVER type"),
        Column("category", "string", "ceasefire-monitoring category"),
        Column("category_label", "string", "the category in words"),
        Column("begin", "date", "first day it can be"),
        Column("until", "date", "last day it can be"),
        Column("date_prec", "integer", "precision of the date, UCDP's: 1 (the day) to 5 (more than a month)"),
        *_PLACE,
        Column("actor", "string", "who did it, where the accounts do not dispute it; parted by `; `"),
        Column("actor_id", "string", "their ids in the actor file"),
        Column("recipient", "string", "to whom, where the accounts do not dispute it; parted by `; `"),
        Column("recipient_id", "string", "their ids in the actor file"),
        Column("named_actors", "string", "everybody whom any account names as acting"),
        *_TOLLS,
        Column("accounts", "integer", "accounts in it"),
        Column("reports", "integer", "reports that tell of it"),
        Column("origins", "integer", "independent origins behind those who say that it happened"),
        Column("grade", "string", "corroboration: single origin, several dependent, independent, opposed sides agree"),
        Column("disputed", "boolean", "whether accounts contradict each other"),
        Column("contradictions", "string", "on what they contradict each other, in sentences"),
        Column("asserted_by", "string", "who says that it happened; parted by `; `"),
        Column("denied_by", "string", "who denies it; parted by `; `"),
        Column("publishers", "string", "who published the accounts; parted by `; `"),
        Column("first_published", "string", "when the first account was published, ISO 8601"),
        Column("last_published", "string", "when the last account was published, ISO 8601"),
    ),
)
ACCOUNTS = Frame(
    "accounts",
    "an account: one event of one report, in its incident",
    (
        Column("account_id", "string", "report and event id, parted by a slash"),
        Column("incident_id", "string", "the incident that it belongs to", "incidents"),
        Column("report_id", "string", "the report that tells it", "reports"),
        Column("event_id", "string", "id of the event within its report"),
        Column("position", "string", "asserts, denies, otherwise or mentions"),
        Column("who", "string", "who tells it"),
        Column("says", "string", "how they stand to the incident, to be read after who"),
        Column("publisher", "string", "who published it"),
        Column("published", "string", "date of publication, ISO 8601"),
        Column("type", "string", "PLOVER type"),
        Column("category", "string", "ceasefire-monitoring category"),
        Column("status", "string", "happened, ongoing, denied, planned, threatened, demanded, conditional or predicted"),
        Column("actor", "string", "who acts; parted by `; `"),
        Column("recipient", "string", "to whom it is done; parted by `; `"),
        *_PLACE,
        Column("time_begin", "string", "first day it can be"),
        Column("time_until", "string", "last day it can be"),
        Column("origin", "string", "number of the origin that it goes back to, within its incident"),
        Column("quote", "string", "the words"),
        Column("confidence", "number", "0 to 1"),
    ),
)
_INTEGERS = {"quad", "geonameid", "where_prec", "start", "end", "sentence"} | {
    f"{kind}_{bound}" for kind in HARMS for bound in ("low", "best", "high")
}
_NUMBERS = {"latitude", "longitude", "place_confidence", "confidence"}
_LINKS = {"incident_id": "incidents", "report_id": "reports"}


def _kind(name: str) -> Kind:
    return "integer" if name in _INTEGERS else "number" if name in _NUMBERS else "string"


EVENTS = Frame(
    "events",
    "an event of one report, as `trucewatch code --format csv` has it, with its incident",
    (
        Column("event_key", "string", "report and event id, parted by a slash"),
        Column("incident_id", "string", "the incident that it belongs to; empty where it is in none", "incidents"),
        *(Column(name, _kind(name), meaning, _LINKS.get(name)) for name, meaning in COLUMN_MEANINGS),
    ),
)
REPORTS = Frame(
    "reports",
    "a report, coded or not",
    (
        Column("report_id", "string", "id of the report in the dossier"),
        Column("status", "string", "coded, partial, skipped or failed"),
        Column("reasons", "string", "why it is not coded, or only in part; parted by `; `"),
        Column("title", "string", "title"),
        Column("publisher", "string", "who published it"),
        Column("byline", "string", "who signed it; parted by `; `"),
        Column("published", "string", "date of publication, ISO 8601"),
        Column("url", "string", "address"),
        Column("language", "string", "language code"),
        Column("sha256", "string", "SHA-256 of the text as it left"),
        Column("origin_publisher", "string", "who published it first, as the report declares"),
        Column("origin_published", "string", "when it was first published"),
        Column("origin_url", "string", "where it was first published"),
        Column("origin_relation", "string", "republished, translated or quoted"),
        Column("events", "integer", "events coded from it"),
    ),
)
FRAMES = (REPORTS, INCIDENTS, ACCOUNTS, EVENTS)


def incident_row(case: Case) -> dict[str, Cell]:
    """The row of an incident."""
    incident = case.incident
    actors, recipients = telling.parties(case, "actor"), telling.parties(case, "recipient")
    dates = sorted(t.published for t in incident.tellers if t.published)
    tolls = {f"{t.kind}_{bound}": getattr(t, bound) for t in incident.tolls for bound in ("low", "best", "high")}
    return {
        "incident_id": incident.id,
        "headline": incident.headline,
        "type": incident.type,
        "category": incident.truce,
        "category_label": category(incident.truce, incident.type) if incident.truce else None,
        "begin": incident.begin and incident.begin[:10],
        "until": incident.until and incident.until[:10],
        "date_prec": telling.date_prec(incident),
        **_spot(incident.place),
        "actor": joined(map(telling.name, actors)),
        "actor_id": joined(party.id for party in actors),
        "recipient": joined(map(telling.name, recipients)),
        "recipient_id": joined(party.id for party in recipients),
        "named_actors": telling.everyone(case, "actor") or None,
        **{column.name: tolls.get(column.name) for column in _TOLLS},
        "accounts": len(case.accounts),
        "reports": incident.corroboration.reports,
        "origins": incident.corroboration.origins,
        "grade": incident.corroboration.grade,
        "disputed": bool(incident.contradictions),
        "contradictions": " ".join(item.sentence for item in incident.contradictions) or None,
        "asserted_by": _tellers(case, "asserts"),
        "denied_by": _tellers(case, "denies"),
        "publishers": telling.publishers(case) or None,
        "first_published": dates[0] if dates else None,
        "last_published": dates[-1] if dates else None,
    }


def _tellers(case: Case, position: str) -> str | None:
    return "; ".join(dict.fromkeys(t.who for t in case.incident.tellers if t.position == position)) or None


def _spot(place: Spot | None) -> dict[str, Cell]:
    if place is None:
        return {}
    return {
        "place": place.name or place.text, "place_kind": place.kind, "country": place.country, "admin1": place.admin1,
        "latitude": place.latitude, "longitude": place.longitude, "where_prec": place.precision,
    }  # fmt: skip


def account_rows(case: Case) -> Iterator[dict[str, Cell]]:
    """The rows of an incident's accounts."""
    tellers = {teller.account: teller for teller in case.incident.tellers}
    for account in case.accounts:
        teller = tellers.get(account.key)
        yield {
            **_account(account),
            "incident_id": case.incident.id,
            "position": teller.position if teller else None,
            "who": teller.who if teller else None,
            "says": teller.says if teller else None,
        }


def _account(account: Account) -> dict[str, Cell]:
    return {
        "account_id": account.key,
        "report_id": account.report,
        "event_id": account.event,
        "publisher": account.publisher,
        "published": account.published,
        "type": account.type,
        "category": account.truce,
        "status": account.status,
        "actor": joined(map(telling.name, account.actor)),
        "recipient": joined(map(telling.name, account.recipient)),
        **_spot(account.place),
        "time_begin": account.time.begin if account.time else None,
        "time_until": account.time.until if account.time else None,
        "origin": account.origin or account.group or None,
        "quote": account.quote,
        "confidence": account.confidence,
    }


def events_of(given: Handover, report: str, coded: Coded) -> Iterator[dict[str, Cell]]:
    """The rows of a record's events that were asked for."""
    for row in event_rows(coded):
        event = str(row["event_id"])
        if given.takes(report, event):
            key = f"{report}/{event}"
            yield {**row, "event_key": key, "incident_id": given.homes.get(key), "report_id": report}


def report_row(report: str, coded: Coded) -> dict[str, Cell]:
    """The row of a report."""
    found = coded.report
    shared = report_cells(coded)
    return {
        **{name: shared[name] for name in REPORTS.names if name in shared},
        "report_id": report,
        "status": coded.status,
        "reasons": joined(f"{reason.code}: {reason.message}" for reason in coded.reasons),
        "byline": joined(found.byline) if found else None,
        "language": found.language if found else None,
        "sha256": shared["report_sha256"],
        "origin_url": found.origin.url if found and found.origin else None,
        "events": len(coded.events),
    }
