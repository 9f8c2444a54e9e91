"""A SQLite file for Datasette: reports, incidents, accounts, events and claims, linked by foreign keys and searched by words.

Beside it, ``metadata.json`` tells Datasette what tables and columns mean. Reports are with their text, so that it can be searched: think before
the file is published. This module must not leave a key that leads nowhere.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from trucewatch.publishing.exports import Written, about, databases
from trucewatch.publishing.exports.frames import (
    ACCOUNTS,
    EVENTS,
    INCIDENTS,
    REPORTS,
    Column,
    Frame,
    account_rows,
    events_of,
    incident_row,
    report_row,
)

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator
    from pathlib import Path

    from trucewatch.dossier.handover import Handover
    from trucewatch.model import Coded
    from trucewatch.publishing.exports.frames import Row

WITH_TEXT = Frame("reports", REPORTS.row, (*REPORTS.columns, Column("text", "string", "the text as it left")))
CLAIMS = Frame(
    "claims",
    "a claim: who says what in a report",
    (
        Column("claim_key", "string", "report and claim id, parted by a slash"),
        Column("report_id", "string", "the report", "reports"),
        Column("claim_id", "string", "id of the claim within its report"),
        Column("stance", "string", "asserts, denies, admits, accuses, vows, threatens, demands, doubts, predicts or believes"),
        Column("source", "string", "the words for who makes it"),
        Column("claimant_id", "string", "who that is in the actor file"),
        Column("claimant", "string", "their name there"),
        Column("content", "string", "the words that are claimed"),
        Column("within", "string", "the claim that encloses it"),
    ),
)
_ALL = (WITH_TEXT, INCIDENTS, ACCOUNTS, EVENTS, CLAIMS)
_SEARCH = {
    "reports": ("title", "publisher", "text"),
    "incidents": ("headline", "contradictions", "asserted_by"),
    "accounts": ("who", "quote"),
}
_FACETS = {
    "reports": ["publisher", "status"], "incidents": ["category", "grade", "disputed", "country"], "accounts": ["position", "status"],
    "events": ["type", "status", "truce"], "claims": ["stance", "claimant"],
}  # fmt: skip
_INDEXED = (
    ("incidents", "begin"), ("incidents", "category"), ("accounts", "incident_id"), ("accounts", "report_id"),
    ("events", "incident_id"), ("events", "report_id"), ("claims", "report_id"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Datasette:
    """The format ``sqlite``: a folder with the database and what Datasette is to say of it."""

    name: str = "sqlite"
    line: str = "a folder with a SQLite file that Datasette opens, with its metadata.json: everything, linked, full-text search"
    suffix: str = ""
    text: bool = False

    def write(self, given: Handover, out: Path) -> Written:
        """Write the database and ``metadata.json``."""
        written = Written()
        out.mkdir()
        with databases.database(out / "dossier.db") as conn:
            for frame in _ALL:
                databases.create(conn, frame)
            _incidents(conn, given, written)
            _reports(conn, given, written)
            for table, column in _INDEXED:
                conn.execute(f"CREATE INDEX idx_{table}_{column} ON {table} ({column})")
            for table, columns in _SEARCH.items():
                _searched(conn, table, columns)
            facts = about(given, self.name, written)
            conn.execute("CREATE TABLE about (name TEXT PRIMARY KEY NOT NULL, value TEXT NOT NULL)")
            conn.executemany(
                "INSERT INTO about VALUES (?, ?)", [(name, json.dumps(v, ensure_ascii=False)) for name, v in facts.items()]
            )
        metadata = json.dumps(_metadata(given), ensure_ascii=False, indent=1) + "\n"
        (out / "metadata.json").write_text(metadata, "utf-8", newline="\n")
        return written


def _incidents(conn: sqlite3.Connection, given: Handover, written: Written) -> None:
    for case in given.cases():
        written.rows["incidents"] += databases.insert(conn, INCIDENTS, [incident_row(case)])
        written.rows["accounts"] += databases.insert(conn, ACCOUNTS, account_rows(case))


def _reports(conn: sqlite3.Connection, given: Handover, written: Written) -> None:
    for report, coded in given.records():
        row = {**report_row(report, coded), "text": coded.text}
        written.rows["reports"] += databases.insert(conn, WITH_TEXT, [row])
        written.rows["events"] += databases.insert(conn, EVENTS, events_of(given, report, coded))
        written.rows["claims"] += databases.insert(conn, CLAIMS, _claims(report, coded))


def _claims(report: str, coded: Coded) -> Iterator[Row]:
    for claim in coded.claims:
        yield {
            "claim_key": f"{report}/{claim.id}",
            "report_id": report,
            "claim_id": claim.id,
            "stance": claim.stance,
            "source": " … ".join(m.text for m in claim.source) or None,
            "claimant_id": claim.claimant.id if claim.claimant else None,
            "claimant": claim.claimant.name if claim.claimant else None,
            "content": " … ".join(m.text for m in claim.content),
            "within": claim.within,
        }


def _searched(conn: sqlite3.Connection, table: str, columns: tuple[str, ...]) -> None:
    """A full-text index over a table's columns, under the name by which Datasette finds it."""
    listed = ", ".join(columns)
    conn.execute(f'CREATE VIRTUAL TABLE {table}_fts USING fts5({listed}, content="{table}")')
    conn.execute(f"INSERT INTO {table}_fts ({table}_fts) VALUES ('rebuild')")  # noqa: S608 - names are our own
    conn.execute(f"INSERT INTO {table}_fts ({table}_fts) VALUES ('optimize')")  # noqa: S608 - likewise


def _metadata(given: Handover) -> dict[str, Any]:
    """What Datasette shows of the file, its tables and their columns."""
    applied = given.policy["applied"]
    return {
        "title": given.facts["name"],
        "description": "A Trucewatch dossier: what published reports say happened, and who says so. An incident is not a finding. "
        + (
            "Names and places are masked by the dossier's policy."
            if applied
            else "UNPROTECTED: it holds names that the policy masks."
        ),
        "databases": {
            "dossier": {
                "tables": {
                    frame.name: {
                        "description": f"A row is {frame.row}.",
                        "columns": {column.name: column.meaning for column in frame.columns},
                        "facets": _FACETS[frame.name],
                        **({"sort_desc": "begin", "label_column": "headline"} if frame is INCIDENTS else {}),
                        **({"label_column": "title"} if frame is WITH_TEXT else {}),
                    }
                    for frame in _ALL
                }
            }
        },
    }
