"""The first tables of a dossier, and the words of its reports for search.

Revision ID: 0001
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Makes every table on an empty database."""
    _evidence()
    _codings()
    _origins()
    _incidents()
    _people()
    if op.get_bind().dialect.name == "sqlite":
        _words_of_sqlite()
    else:
        _words_of_postgresql()


def _evidence() -> None:
    op.create_table(
        "meta",
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_meta"),
    )
    op.create_table(
        "custody",
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", sa.String(length=32), nullable=False),
        sa.Column("action", sa.String(length=32), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("prev", sa.String(length=64), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("seq", name="pk_custody"),
    )
    op.create_table(
        "records",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("capture", sa.String(length=40), nullable=False),
        sa.Column("type", sa.String(length=16), nullable=False),
        sa.Column("segment", sa.String(length=120), nullable=False),
        sa.Column("offset", sa.BigInteger(), nullable=False),
        sa.Column("length", sa.BigInteger(), nullable=False),
        sa.Column("stored_sha256", sa.String(length=64), nullable=False),
        sa.Column("payload_sha256", sa.String(length=64), nullable=False),
        sa.Column("payload_size", sa.BigInteger(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_records"),
        sa.UniqueConstraint("segment", "offset", name="uq_records_segment_offset"),
    )
    op.create_index("ix_records_capture", "records", ["capture"])
    op.create_table(
        "captures",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("uri", sa.Text(), nullable=False),
        sa.Column("url", sa.Text()),
        sa.Column("content_type", sa.Text()),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("retrieved", sa.String(length=40), nullable=False),
        sa.Column("published", sa.String(length=40)),
        sa.Column("language", sa.String(length=35)),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_captures"),
        sa.UniqueConstraint("key", name="uq_captures_key"),
    )
    op.create_table(
        "progress",
        sa.Column("capture", sa.String(length=40), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("reports", sa.Integer(), nullable=False),
        sa.Column("reasons", sa.Text(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["capture"], ["captures.id"], name="fk_progress_capture"),
        sa.PrimaryKeyConstraint("capture", name="pk_progress"),
    )
    op.create_index("ix_progress_status", "progress", ["status"])
    op.create_table(
        "reports",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("reasons", sa.Text(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("title", sa.Text()),
        sa.Column("publisher", sa.String(length=500)),
        sa.Column("url", sa.Text()),
        sa.Column("language", sa.String(length=35)),
        sa.Column("published", sa.String(length=40)),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("added", sa.String(length=32), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_reports"),
        sa.UniqueConstraint("seq", name="uq_reports_seq"),
    )
    op.create_index("ix_reports_published", "reports", ["published"])
    op.create_index("ix_reports_publisher", "reports", ["publisher"])
    op.create_index("ix_reports_sha256", "reports", ["sha256"])
    op.create_index("ix_reports_status", "reports", ["status"])
    op.create_table(
        "sightings",
        sa.Column("report", sa.String(length=40), nullable=False),
        sa.Column("capture", sa.String(length=40), nullable=False),
        sa.Column("member", sa.Text(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["capture"], ["captures.id"], name="fk_sightings_capture"),
        sa.ForeignKeyConstraint(["report"], ["reports.id"], name="fk_sightings_report"),
        sa.PrimaryKeyConstraint("report", "capture", name="pk_sightings"),
    )
    op.create_index("ix_sightings_capture", "sightings", ["capture"])


def _codings() -> None:
    op.create_table(
        "codings",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("report", sa.String(length=40), nullable=False),
        sa.Column("coder", sa.String(length=2000), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("record", sa.LargeBinary(), nullable=False),
        sa.Column("persons", sa.Text(), nullable=False),
        sa.Column("at_risk", sa.Text(), nullable=False),
        sa.Column("made", sa.String(length=32), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["report"], ["reports.id"], name="fk_codings_report"),
        sa.PrimaryKeyConstraint("id", name="pk_codings"),
        sa.UniqueConstraint("report", "coder", name="uq_codings_report_coder"),
    )
    op.create_index("ix_codings_report", "codings", ["report"])
    op.create_table(
        "current",
        sa.Column("report", sa.String(length=40), nullable=False),
        sa.Column("coding", sa.String(length=40), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["coding"], ["codings.id"], name="fk_current_coding"),
        sa.ForeignKeyConstraint(["report"], ["reports.id"], name="fk_current_report"),
        sa.PrimaryKeyConstraint("report", name="pk_current"),
        sa.UniqueConstraint("coding", name="uq_current_coding"),
    )
    op.create_table(
        "claims",
        sa.Column("coding", sa.String(length=40), nullable=False),
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("report", sa.String(length=40), nullable=False),
        sa.Column("stance", sa.String(length=16), nullable=False),
        sa.Column("claimant", sa.String(length=120)),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("within", sa.String(length=40)),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["coding"], ["codings.id"], name="fk_claims_coding"),
        sa.PrimaryKeyConstraint("coding", "id", name="pk_claims"),
    )
    op.create_index("ix_claims_claimant", "claims", ["claimant"])
    op.create_index("ix_claims_report", "claims", ["report"])
    op.create_table(
        "events",
        sa.Column("coding", sa.String(length=40), nullable=False),
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("key", sa.String(length=82), nullable=False),
        sa.Column("report", sa.String(length=40), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("type", sa.String(length=16), nullable=False),
        sa.Column("truce", sa.String(length=48)),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("claim", sa.String(length=40)),
        sa.Column("begin", sa.String(length=40)),
        sa.Column("until", sa.String(length=40)),
        sa.Column("place", sa.Text()),
        sa.Column("country", sa.String(length=3)),
        sa.Column("latitude", sa.Float()),
        sa.Column("longitude", sa.Float()),
        sa.Column("precision", sa.Integer()),
        sa.Column("start", sa.Integer(), nullable=False),
        sa.Column("end", sa.Integer(), nullable=False),
        sa.Column("confidence", sa.Float(), nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["coding"], ["codings.id"], name="fk_events_coding"),
        sa.PrimaryKeyConstraint("coding", "id", name="pk_events"),
    )
    op.create_index("ix_events_begin", "events", ["begin"])
    op.create_index("ix_events_confidence", "events", ["confidence"])
    op.create_index("ix_events_key", "events", ["key"])
    op.create_index("ix_events_report", "events", ["report"])
    op.create_index("ix_events_truce", "events", ["truce"])
    op.create_index("ix_events_type", "events", ["type"])


def _origins() -> None:
    op.create_table(
        "bands",
        sa.Column("band", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("report", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(["report"], ["reports.id"], name="fk_bands_report"),
        sa.PrimaryKeyConstraint("band", "report", name="pk_bands"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_bands_report", "bands", ["report"])
    op.create_table(
        "links",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("report", sa.String(length=40), nullable=False),
        sa.Column("other", sa.String(length=40)),
        sa.Column("ghost", sa.String(length=600)),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("joins", sa.Boolean(), nullable=False),
        sa.Column("score", sa.Float(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["report"], ["reports.id"], name="fk_links_report"),
        sa.PrimaryKeyConstraint("id", name="pk_links"),
    )
    op.create_index("ix_links_ghost", "links", ["ghost"])
    op.create_index("ix_links_other", "links", ["other"])
    op.create_index("ix_links_report", "links", ["report"])
    op.create_table(
        "origins",
        sa.Column("report", sa.String(length=40), nullable=False),
        sa.Column("origin", sa.String(length=160), nullable=False),
        sa.Column("publisher", sa.Text()),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["report"], ["reports.id"], name="fk_origins_report"),
        sa.PrimaryKeyConstraint("report", name="pk_origins"),
    )
    op.create_index("ix_origins_origin", "origins", ["origin"])


def _incidents() -> None:
    op.create_table(
        "blocks",
        sa.Column("block", sa.String(length=120), nullable=False),
        sa.Column("event", sa.String(length=82), nullable=False),
        sa.PrimaryKeyConstraint("block", "event", name="pk_blocks"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_blocks_event", "blocks", ["event"])
    op.create_table(
        "edges",
        sa.Column("one", sa.String(length=82), nullable=False),
        sa.Column("other", sa.String(length=82), nullable=False),
        sa.Column("score", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("one", "other", name="pk_edges"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_edges_other", "edges", ["other"])
    op.create_table(
        "incidents",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("headline", sa.Text(), nullable=False),
        sa.Column("type", sa.String(length=16), nullable=False),
        sa.Column("truce", sa.String(length=48)),
        sa.Column("begin", sa.String(length=40)),
        sa.Column("until", sa.String(length=40)),
        sa.Column("place", sa.Text()),
        sa.Column("country", sa.String(length=3)),
        sa.Column("latitude", sa.Float()),
        sa.Column("longitude", sa.Float()),
        sa.Column("precision", sa.Integer()),
        sa.Column("accounts", sa.Integer(), nullable=False),
        sa.Column("reports", sa.Integer(), nullable=False),
        sa.Column("origins", sa.Integer(), nullable=False),
        sa.Column("grade", sa.String(length=24), nullable=False),
        sa.Column("disputed", sa.Boolean(), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_incidents"),
    )
    op.create_index("ix_incidents_begin", "incidents", ["begin"])
    op.create_index("ix_incidents_disputed_id", "incidents", ["disputed", "id"])
    op.create_index("ix_incidents_grade", "incidents", ["grade"])
    op.create_index("ix_incidents_truce", "incidents", ["truce"])
    op.create_index("ix_incidents_type", "incidents", ["type"])
    op.create_table(
        "members",
        sa.Column("event", sa.String(length=82), nullable=False),
        sa.Column("incident", sa.String(length=40), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("event", name="pk_members"),
    )
    op.create_index("ix_members_incident_event", "members", ["incident", "event"])
    op.create_table(
        "aliases",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("incident", sa.String(length=40), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_aliases"),
    )
    op.create_index("ix_aliases_incident", "aliases", ["incident"])


def _people() -> None:
    op.create_table(
        "verdicts",
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("at", sa.String(length=32), nullable=False),
        sa.Column("reviewer", sa.String(length=200), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("report", sa.String(length=40)),
        sa.Column("event", sa.String(length=82)),
        sa.Column("other", sa.String(length=82)),
        sa.Column("incident", sa.String(length=40)),
        sa.Column("payload", sa.Text(), nullable=False),
        sa.Column("undoes", sa.String(length=40)),
        sa.Column("prev", sa.String(length=64), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("seq", name="pk_verdicts"),
        sa.UniqueConstraint("id", name="uq_verdicts_id"),
    )
    op.create_index("ix_verdicts_event", "verdicts", ["event"])
    op.create_index("ix_verdicts_incident", "verdicts", ["incident"])
    op.create_index("ix_verdicts_report", "verdicts", ["report"])
    op.create_index("ix_verdicts_reviewer", "verdicts", ["reviewer"])
    op.create_table(
        "attachments",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("report", sa.String(length=40), nullable=False),
        sa.Column("event", sa.String(length=40)),
        sa.Column("how", sa.String(length=8), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("anchor", sa.Text(), nullable=False),
        sa.Column("now", sa.Text()),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_attachments"),
    )
    op.create_index("ix_attachments_report", "attachments", ["report"])
    op.create_table(
        "feeds",
        sa.Column("url", sa.String(length=2000), nullable=False),
        sa.Column("etag", sa.Text()),
        sa.Column("modified", sa.Text()),
        sa.Column("polled", sa.String(length=32)),
        sa.Column("due", sa.String(length=32)),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("said", sa.Text()),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("url", name="pk_feeds"),
    )


def _words_of_sqlite() -> None:
    """An index over columns of reports, found by ``seq`` (a rowid may change in VACUUM) and kept in step by triggers."""
    op.execute(
        "CREATE VIRTUAL TABLE report_words USING fts5(title, publisher, text, content='reports', content_rowid='seq', "
        "tokenize='unicode61 remove_diacritics 2', prefix='3')"
    )
    new = "INSERT INTO report_words (rowid, title, publisher, text) VALUES (new.seq, new.title, new.publisher, new.text);"
    old = (
        "INSERT INTO report_words (report_words, rowid, title, publisher, text) "
        "VALUES ('delete', old.seq, old.title, old.publisher, old.text);"
    )
    op.execute(f"CREATE TRIGGER report_words_insert AFTER INSERT ON reports BEGIN {new} END")
    op.execute(f"CREATE TRIGGER report_words_delete AFTER DELETE ON reports BEGIN {old} END")
    op.execute(
        f"CREATE TRIGGER report_words_update AFTER UPDATE OF seq, title, publisher, text ON reports BEGIN {old} {new} END"
    )


def _words_of_postgresql() -> None:
    """A table beside reports, written with them (``words.keep``).

    ``pairs`` are keys of two words in a row, by which phrases of common words are found; ``folded`` holds what a tsvector has no room for;
    ``cut`` says that it even lacks words.
    """
    op.execute(
        "CREATE TABLE report_words ("
        "seq integer CONSTRAINT pk_report_words PRIMARY KEY "
        "CONSTRAINT fk_report_words_seq REFERENCES reports (seq) ON DELETE CASCADE ON UPDATE CASCADE, "
        "words tsvector NOT NULL, pairs integer[] NOT NULL, folded text, cut boolean NOT NULL)"
    )
    op.execute("CREATE INDEX ix_report_words_words ON report_words USING gin (words) WITH (fastupdate = off)")
    op.execute("CREATE INDEX ix_report_words_pairs ON report_words USING gin (pairs) WITH (fastupdate = off)")
    op.execute("CREATE INDEX ix_report_words_folded ON report_words (seq) WHERE folded IS NOT NULL")
    op.execute("CREATE INDEX ix_report_words_cut ON report_words (seq) WHERE cut")


def downgrade() -> None:
    """There is nothing before the first tables."""
    raise NotImplementedError("a dossier is not taken back to nothing; restore a backup")
