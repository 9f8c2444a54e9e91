from __future__ import annotations

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import MetaData, Table, Text, create_engine, inspect, select, text
from sqlalchemy.schema import Column
from tests.dossier.store.sample import fill

from trucewatch.dossier.store import rows
from trucewatch.dossier.store.engine import Store, open_engine
from trucewatch.dossier.store.migrate import (
    SCHEMA,
    VERSION_TABLE,
    WORDS_TABLE,
    Schema,
    _config,
    migrate,
    require_current,
    state,
)
from trucewatch.dossier.store.tables import SEALED, meta, metadata
from trucewatch.model.errors import TrucewatchError

SECOND = """
import sqlalchemy as sa
from alembic import op
import os, signal
revision = "0002"
down_revision = "0001"


def upgrade():
    op.create_table("notes", sa.Column("id", sa.String(40), nullable=False), sa.PrimaryKeyConstraint("id", name="pk_notes"))
    with op.batch_alter_table("captures") as captures:  # SQLite makes it anew, with others pointing to it
        captures.add_column(sa.Column("remark", sa.Text()))
        captures.alter_column("name", existing_type=sa.Text(), nullable=True)
    {middle}
    op.execute("UPDATE captures SET remark = 'upgraded'")
"""


@pytest.fixture
def engine(store_url, tmp_path):
    made = open_engine(store_url, tmp_path)
    yield made
    made.dispose()


@pytest.fixture
def second(tmp_path):
    """A schema with one more revision; ``middle`` is what happens half-way."""

    def make(middle="pass"):
        scripts = tmp_path / "migrations"
        shutil.rmtree(scripts, ignore_errors=True)
        shutil.copytree(SCHEMA.scripts, scripts, ignore=shutil.ignore_patterns("__pycache__"))
        (scripts / "versions" / "r0002_notes.py").write_text(SECOND.format(middle=middle), encoding="utf-8")
        tables = MetaData()
        for table in metadata.sorted_tables:
            table.to_metadata(tables)
        Table("notes", tables, Column("id", Text, primary_key=True))
        tables.tables["captures"].append_column(Column("remark", Text))
        return Schema(scripts, tables, "0002")

    return make


def content(engine):
    """Everything in a database: names and definitions of tables, and their rows."""
    with engine.connect() as conn:
        found = inspect(conn)
        names = sorted(name for name in found.get_table_names() if not name.startswith("sqlite_"))
        columns = {name: [(c["name"], str(c["type"]), c["nullable"]) for c in found.get_columns(name)] for name in names}
        cells = {name: sorted(map(repr, conn.execute(text(f'SELECT * FROM "{name}"')).all())) for name in names}  # noqa: S608
    return columns, cells


def test_a_new_database_is_made_at_the_head(engine):
    assert state(engine) == "empty"
    done = migrate(engine)
    assert (done.found, done.after, done.copy, done.said) == ("empty", SCHEMA.head, None, "")
    assert state(engine) == "current"
    before = content(engine)
    assert migrate(engine).found == "current"
    assert content(engine) == before


def test_tables_and_migrations_agree(engine):
    migrate(engine)

    def ours(found, name, kind, reflected, compare_to):
        owner = name if kind == "table" else found.table.name
        return not owner.startswith(WORDS_TABLE)

    with engine.connect() as conn:
        context = MigrationContext.configure(
            conn,
            opts={"compare_type": True, "compare_server_default": True, "include_object": ours, "version_table": VERSION_TABLE},
        )
        assert compare_metadata(context, metadata) == []


def test_the_head_is_the_last_revision():
    assert ScriptDirectory.from_config(_config(SCHEMA)).get_current_head() == SCHEMA.head


def test_an_older_dossier_is_copied_and_upgraded(engine, second, tmp_path):
    migrate(engine)
    store = Store(engine)
    fill(store, 5)
    before = content(engine)
    schema = second()
    assert state(engine, schema) == "older"
    done = migrate(engine, schema=schema)
    assert (done.found, done.before, done.after) == ("older", "0001", "0002")
    assert state(engine, schema) == "current"
    with engine.connect() as conn:
        assert set(conn.execute(text("SELECT remark FROM captures")).scalars()) == {"upgraded"}
        bad = [row for table in SEALED if table.name != "captures" for row in rows.check(conn, table)]
        assert bad == []
    if engine.dialect.name == "sqlite":
        assert str(done.copy) in done.said
        copy = create_engine(f"sqlite:///{done.copy}")
        assert content(copy) == before
        with sqlite3.connect(done.copy) as raw:
            assert raw.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        raw.close()
        copy.dispose()
    else:
        assert done.copy is None
        assert "pg_dump" in done.said


def test_foreign_keys_hold_again_after_an_upgrade(engine, second):
    migrate(engine)
    schema = second()
    migrate(engine, schema=schema)
    store = Store(engine)
    with pytest.raises(TrucewatchError) as caught:
        store.in_write(lambda conn: conn.execute(text("INSERT INTO progress VALUES ('none', 'read', 0, '[]', 'x')")))
    assert caught.value.code == "broken-rule"


def test_no_copy_is_kept_where_none_is_wanted(engine, second, tmp_path):
    migrate(engine)
    done = migrate(engine, schema=second(), backup=False)
    assert done.copy is None
    assert not list(tmp_path.glob("*before-upgrade*"))


@pytest.mark.parametrize(
    "middle",
    [
        "raise KeyError('half-way')",
        "op.execute('SELECT * FROM no_such_table')",
        "op.execute(\"UPDATE progress SET capture = 'nowhere'\")",
    ],
)
def test_a_failure_half_way_leaves_the_database_as_it_was(engine, second, middle, tmp_path):
    migrate(engine)
    fill(Store(engine), 5)
    before = content(engine)
    with pytest.raises(TrucewatchError) as caught:
        migrate(engine, schema=second(middle))
    assert caught.value.code in {"migration-failed", "database-error", "broken-rule"}
    assert content(engine) == before
    assert state(engine) == "current"
    assert not list(tmp_path.glob("*before-upgrade*"))
    assert migrate(engine, schema=second()).found == "older"  # and it can be done again


KILLED = """
import sys
from pathlib import Path
from trucewatch.dossier.store.engine import open_engine
from trucewatch.dossier.store.migrate import SCHEMA, Schema, migrate
url, scripts = sys.argv[1:]
migrate(open_engine(url, Path()), schema=SCHEMA if scripts == "-" else Schema(Path(scripts), SCHEMA.metadata, "0002"))
"""


def killed(url, scripts):
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run([sys.executable, "-c", KILLED, url, str(scripts)], check=False, env=environment, capture_output=True)
    assert done.returncode == -signal.SIGKILL, done.stderr.decode()


def test_a_kill_half_way_leaves_the_database_as_it_was(engine, store_url, second):
    migrate(engine)
    fill(Store(engine), 5)
    before = content(engine)
    killed(store_url, second("os.kill(os.getpid(), signal.SIGKILL)").scripts)
    assert content(engine) == before
    assert state(engine) == "current"
    assert migrate(engine, schema=second()).found == "older"


def test_a_kill_while_a_new_database_is_made_leaves_none(engine, store_url, second):
    schema = second("os.kill(os.getpid(), signal.SIGKILL)")
    killed(store_url, schema.scripts)
    assert state(engine) == "empty"
    assert migrate(engine).found == "empty"
    assert state(engine) == "current"


def refused(engine, schema=SCHEMA):
    before = content(engine)
    with pytest.raises(TrucewatchError) as caught:
        migrate(engine, schema=schema)
    assert content(engine) == before
    assert "nothing was changed" in caught.value.line()
    with pytest.raises(TrucewatchError) as again:
        require_current(engine, schema)
    assert again.value.code == caught.value.code
    return caught.value


def run(engine, *statements):
    with engine.begin() as conn:
        for statement in statements:
            conn.execute(text(statement))


def test_a_newer_dossier_is_refused(engine, second):
    migrate(engine, schema=second())
    assert state(engine) == "newer"
    error = refused(engine)
    assert error.code == "newer"
    assert "made by a newer Trucewatch (revision 0002); this one knows up to 0001" in error.what


@pytest.mark.parametrize(
    "meddling",
    [
        ["DROP TABLE verdicts"],
        ["DROP TABLE report_words"],
        ["ALTER TABLE events ADD COLUMN colour text"],
        ["ALTER TABLE feeds DROP COLUMN said"],
        [f"DELETE FROM {VERSION_TABLE}"],  # noqa: S608
        [f"DROP TABLE {VERSION_TABLE}"],
    ],
)
def test_tables_that_do_not_fit_the_revision_are_refused(engine, meddling):
    migrate(engine)
    run(engine, *meddling)
    assert state(engine) == "half-migrated"
    assert refused(engine).code == "half-migrated"


def test_an_older_dossier_whose_tables_do_not_fit_is_refused(engine, second):
    migrate(engine)
    run(engine, "ALTER TABLE captures ADD COLUMN remark text")
    error = refused(engine, second())
    assert error.code == "half-migrated"
    assert "captures" in error.why


def test_a_newer_revision_with_old_tables_is_refused(engine, second):
    migrate(engine)
    run(engine, f"UPDATE {VERSION_TABLE} SET version_num = '0002'")  # noqa: S608
    assert refused(engine, second()).code == "half-migrated"


@pytest.mark.parametrize(
    "statements",
    [
        ["CREATE TABLE places (id integer)"],
        ["CREATE TABLE alembic_version (version_num text)", "CREATE TABLE events (id integer)"],
    ],
)
def test_a_database_of_another_program_is_refused(engine, statements):
    run(engine, *statements)
    assert state(engine) == "foreign"
    error = refused(engine)
    assert error.code == "foreign"
    assert "a database of its own" in error.next_step


def test_a_file_of_another_program_is_not_changed_by_a_byte(tmp_path):
    path = tmp_path / "dossier.sqlite"
    with sqlite3.connect(path) as raw:
        raw.execute("CREATE TABLE places (id integer)")
    raw.close()
    before = path.read_bytes()
    engine = open_engine("", tmp_path)
    with pytest.raises(TrucewatchError):
        migrate(engine)
    engine.dispose()
    assert path.read_bytes() == before


def test_readers_are_told_of_an_older_or_empty_dossier(engine, second):
    with pytest.raises(TrucewatchError) as caught:
        require_current(engine)
    assert caught.value.code == "empty"
    migrate(engine)
    require_current(engine)
    with pytest.raises(TrucewatchError) as caught:
        require_current(engine, second())
    assert caught.value.code == "older"


def test_two_who_make_a_dossier_at_once_make_one(store_url, tmp_path):
    engines = [open_engine(store_url, tmp_path) for _ in range(4)]
    failures = []

    def make(engine):
        try:
            migrate(engine)
        except Exception as error:  # noqa: BLE001  # whatever a thread raised is told by the test
            failures.append(error)

    threads = [threading.Thread(target=make, args=(engine,)) for engine in engines]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert state(engines[0]) == "current"
    for engine in engines:
        engine.dispose()


def test_a_restored_copy_can_be_used(tmp_path, second):
    engine = open_engine("", tmp_path)
    migrate(engine)
    Store(engine).in_write(lambda conn: rows.insert(conn, meta, [{"key": "k", "value": "v"}]))
    copy = migrate(engine, schema=second()).copy
    engine.dispose()
    (tmp_path / "dossier.sqlite").unlink()
    copy.rename(tmp_path / "dossier.sqlite")
    engine = open_engine("", tmp_path)
    assert migrate(engine).found == "current"
    with engine.connect() as conn:
        assert conn.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
        assert conn.execute(select(meta.c.value)).scalar_one() == "v"
    engine.dispose()


def test_a_folder_with_odd_letters(tmp_path):
    folder = tmp_path / "50% of Étape? #1 & 'more'"
    folder.mkdir()
    engine = open_engine("", folder)
    migrate(engine)
    engine.dispose()
    assert sorted(path.name for path in folder.iterdir()) == ["dossier.sqlite"]
