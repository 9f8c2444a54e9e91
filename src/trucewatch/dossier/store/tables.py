"""The tables of a dossier, for SQLite and PostgreSQL alike.

Reports, claims, events, incidents and verdicts are separate tables: none overwrites another. Every row of a *sealed* table carries a
``digest`` over its other columns, so that ``verify`` can name a row that was changed behind the program's back. What is derived
(events and claims of a coding, incidents) can be made again; what is evidence or verdict is only ever added to. Times are ISO 8601
UTC strings, as everywhere in Trucewatch. This module must not open a connection.
"""

from __future__ import annotations

from sqlalchemy import BigInteger as Long
from sqlalchemy import (
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)

#: Names of constraints are fixed, so that a later migration can name them on either database.
NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}
metadata = MetaData(naming_convention=NAMING)


def _digest() -> Column[str]:
    return Column("digest", String(64), nullable=False)


#: Facts of the dossier: its id, when it was made, the state of its seal.
meta = Table("meta", metadata, Column("key", String(64), primary_key=True), Column("value", Text, nullable=False), _digest())

#: The chain of custody: the authority on what happened in which order; ``evidence/custody.jsonl`` mirrors it.
custody = Table(
    "custody",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("at", String(32), nullable=False),
    Column("action", String(32), nullable=False),
    Column("detail", Text, nullable=False),  # canonical JSON
    Column("prev", String(64), nullable=False),
    Column("hash", String(64), nullable=False),
)

#: WARC records, each with where it lies and what its bytes hash to.
records = Table(
    "records",
    metadata,
    Column("id", String(64), primary_key=True),  # WARC-Record-ID
    Column("capture", String(40), nullable=False, index=True),
    Column("type", String(16), nullable=False),
    Column("segment", String(120), nullable=False),
    Column("offset", Long, nullable=False),
    Column("length", Long, nullable=False),
    Column("stored_sha256", String(64), nullable=False),
    Column("payload_sha256", String(64), nullable=False),
    Column("payload_size", Long, nullable=False),
    _digest(),
    UniqueConstraint("segment", "offset"),
)

#: What was received: one row an input's bytes, idempotent by content (``key`` is a hash of bytes and, for a fetch, URL).
captures = Table(
    "captures",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("key", String(64), nullable=False, unique=True),
    Column("kind", String(16), nullable=False),  # fetch, file, text, stdin
    Column("name", Text, nullable=False),  # as the caller named it
    Column("uri", Text, nullable=False),
    Column("url", Text),  # after redirects
    Column("content_type", Text),
    Column("sha256", String(64), nullable=False),
    Column("size", Long, nullable=False),
    Column("retrieved", String(40), nullable=False),
    Column("published", String(40)),  # what the caller gave for reports that state none
    Column("language", String(35)),  # what the caller forced
    Column("seq", Integer, nullable=False),  # custody entry
    _digest(),
)

#: How far the reading of a capture has come: ``reading`` until every report in it is in. It changes; its digest follows.
progress = Table(
    "progress",
    metadata,
    Column("capture", String(40), ForeignKey("captures.id"), primary_key=True),
    Column("status", String(16), nullable=False, index=True),  # reading, read, failed
    Column("reports", Integer, nullable=False, default=0),
    Column("reasons", Text, nullable=False, default="[]"),
    _digest(),
)

#: Reports as they were read, and inputs that gave none (``status`` skipped or failed, with reasons).
reports = Table(
    "reports",
    metadata,
    Column("id", String(40), primary_key=True),  # r-...: a hash of text, title, publisher, URL and date
    Column("seq", Integer, nullable=False, unique=True),  # order of arrival
    Column("name", Text, nullable=False),  # the id that the reading room gave: "feed.xml#3"
    Column("status", String(16), nullable=False, index=True),
    Column("reasons", Text, nullable=False),
    Column("sha256", String(64), nullable=False, index=True),  # of the text
    Column("title", Text),
    Column("publisher", String(500), index=True),  # bounded, as PostgreSQL indexes no longer words
    Column("url", Text),
    Column("language", String(35)),  # BCP 47
    Column("published", String(40), index=True),
    Column("facts", Text, nullable=False),  # the contract's `report` object
    Column("text", Text, nullable=False),
    Column("added", String(32), nullable=False),
    _digest(),
)

#: Where a report was met: the first time and whenever the same report came in again.
sightings = Table(
    "sightings",
    metadata,
    Column("report", String(40), ForeignKey("reports.id"), primary_key=True),
    Column("capture", String(40), ForeignKey("captures.id"), primary_key=True, index=True),
    Column("member", Text, nullable=False),
    _digest(),
)

#: Codings: what a coder made of a report. A new coder adds one; ``current`` says which the ledger reads.
codings = Table(
    "codings",
    metadata,
    Column("id", String(40), primary_key=True),  # c-...: a hash of report and coder
    Column("report", String(40), ForeignKey("reports.id"), nullable=False, index=True),
    Column("coder", String(2000), nullable=False),  # canonical JSON of CoderFacts
    Column("status", String(16), nullable=False),
    Column("sha256", String(64), nullable=False),  # of the record's JSON line
    Column("record", LargeBinary, nullable=False),  # the contract's line, zlib
    Column("persons", Text, nullable=False),  # person mentions (start, end), for the protection policy
    Column("at_risk", Text, nullable=False),  # names of persons named in threats, canonical JSON; for reviewers and the policy
    Column("made", String(32), nullable=False),
    _digest(),
    UniqueConstraint("report", "coder"),
)

#: Which coding of a report counts.
current = Table(
    "current",
    metadata,
    Column("report", String(40), ForeignKey("reports.id"), primary_key=True),
    Column("coding", String(40), ForeignKey("codings.id"), nullable=False, unique=True),
    _digest(),
)

claims = Table(
    "claims",
    metadata,
    Column("coding", String(40), ForeignKey("codings.id"), primary_key=True),
    Column("id", String(40), primary_key=True),
    Column("report", String(40), nullable=False, index=True),
    Column("stance", String(16), nullable=False),
    Column("claimant", String(120), index=True),  # actor id
    Column("source", Text, nullable=False),  # words
    Column("content", Text, nullable=False),  # words
    Column("within", String(40)),
    _digest(),
)

#: Events of current and former codings. ``key`` is the dossier-wide name of an event of the ledger: report and event id.
events = Table(
    "events",
    metadata,
    Column("coding", String(40), ForeignKey("codings.id"), primary_key=True),
    Column("id", String(40), primary_key=True),
    Column("key", String(82), nullable=False, index=True),
    Column("report", String(40), nullable=False, index=True),
    Column("number", Integer, nullable=False),  # from 1 in its report
    Column("type", String(16), nullable=False, index=True),
    Column("truce", String(48), index=True),
    Column("status", String(16), nullable=False),
    Column("claim", String(40)),
    Column("begin", String(40), index=True),
    Column("until", String(40)),
    Column("place", Text),
    Column("country", String(3)),
    Column("latitude", Float),
    Column("longitude", Float),
    Column("precision", Integer),
    Column("start", Integer, nullable=False),  # of the predicate
    Column("end", Integer, nullable=False),
    Column("confidence", Float, nullable=False, index=True),
    Column("account", Text, nullable=False),  # the ledger's view, canonical JSON
    _digest(),
)

#: Keys by which texts meet that may be copies of one another (bands of MinHash).
bands = Table(
    "bands",
    metadata,
    Column("band", Long, primary_key=True, autoincrement=False),
    Column("report", String(40), ForeignKey("reports.id"), primary_key=True, index=True),
    sqlite_with_rowid=False,
)

#: Why two reports are one origin. ``other`` may be a report that is not here: then ``ghost`` names it.
links = Table(
    "links",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("report", String(40), ForeignKey("reports.id"), nullable=False, index=True),
    Column("other", String(40), index=True),
    Column("ghost", String(600), index=True),
    Column("kind", String(16), nullable=False),
    Column("joins", Boolean, nullable=False),  # whether it makes the two one origin
    Column("score", Float, nullable=False),
    Column("detail", Text, nullable=False),  # canonical JSON of the ledger's Link
    _digest(),
)

#: The origin group of each report: the id of the group's first report.
origins = Table(
    "origins",
    metadata,
    Column("report", String(40), ForeignKey("reports.id"), primary_key=True),
    Column("origin", String(160), nullable=False, index=True),
    Column("publisher", Text),  # of the group's first report, as far as known
    _digest(),
)

#: Keys by which accounts meet that may tell of one incident.
blocks = Table(
    "blocks",
    metadata,
    Column("block", String(120), primary_key=True),
    Column("event", String(82), primary_key=True, index=True),  # events.key
    sqlite_with_rowid=False,
)

#: Pairs of accounts that were compared and speak for one incident.
edges = Table(
    "edges",
    metadata,
    Column("one", String(82), primary_key=True),
    Column("other", String(82), primary_key=True, index=True),
    Column("score", Float, nullable=False),
    sqlite_with_rowid=False,
)

#: Incidents: clusters of accounts. Derived from events and verdicts; the id stays while the cluster grows.
incidents = Table(
    "incidents",
    metadata,
    Column("id", String(40), primary_key=True),  # i-...
    Column("headline", Text, nullable=False),
    Column("type", String(16), nullable=False, index=True),
    Column("truce", String(48), index=True),
    Column("begin", String(40), index=True),
    Column("until", String(40)),
    Column("place", Text),
    Column("country", String(3)),
    Column("latitude", Float),
    Column("longitude", Float),
    Column("precision", Integer),
    Column("accounts", Integer, nullable=False),
    Column("reports", Integer, nullable=False),
    Column("origins", Integer, nullable=False),
    Column("grade", String(24), nullable=False, index=True),  # corroboration
    Column("disputed", Boolean, nullable=False),
    Column("summary", Text, nullable=False),  # canonical JSON of the ledger's Incident
    _digest(),
)

#: Which incident an event of the ledger belongs to: exactly one.
members = Table(
    "members",
    metadata,
    Column("event", String(82), primary_key=True),  # events.key
    Column("incident", String(40), nullable=False),
    _digest(),
)

#: Former ids of an incident, so that an old link still leads somewhere.
aliases = Table(
    "aliases",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("incident", String(40), nullable=False, index=True),
    _digest(),
)

#: What reviewers said, in order; append-only. ``undoes`` names the verdict that this one takes back.
verdicts = Table(
    "verdicts",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("id", String(40), nullable=False, unique=True),
    Column("at", String(32), nullable=False),
    Column("reviewer", String(200), nullable=False, index=True),
    Column("kind", String(16), nullable=False),
    Column("report", String(40), index=True),
    Column("event", String(82), index=True),  # events.key at the time
    Column("other", String(82)),
    Column("incident", String(40), index=True),  # incident id at the time
    Column("payload", Text, nullable=False),  # canonical JSON: anchor words and offsets, field, value, note
    Column("undoes", String(40)),
    Column("prev", String(64), nullable=False),
    Column("hash", String(64), nullable=False),  # of the verdict itself, which the next one names; ``digest`` is the row's
    _digest(),
)

#: Where the anchors of verdicts stand in the current codings. Derived; ``event`` is null where it was lost in recoding.
attachments = Table(
    "attachments",
    metadata,
    Column("id", String(40), primary_key=True),  # a-...: a hash of what the anchor points at
    Column("report", String(40), nullable=False, index=True),
    Column("event", String(40)),  # the event's id in the coding
    Column("how", String(8), nullable=False),  # same, moved, lost
    Column("why", Text, nullable=False),
    Column("anchor", Text, nullable=False),  # canonical JSON
    Column("now", Text),  # the same, as it stands today
    _digest(),
)

#: Feeds that `watch` polls. It changes with every poll; its digest follows.
feeds = Table(
    "feeds",
    metadata,
    Column("url", String(2000), primary_key=True),
    Column("etag", Text),
    Column("modified", Text),
    Column("polled", String(32)),
    Column("due", String(32)),
    Column("failures", Integer, nullable=False, default=0),
    Column("said", Text),
    _digest(),
)

Index("ix_incidents_disputed_id", incidents.c.disputed, incidents.c.id)
Index("ix_members_incident_event", members.c.incident, members.c.event)
#: Tables whose rows carry a digest.
SEALED = tuple(table for table in metadata.sorted_tables if "digest" in table.c)
