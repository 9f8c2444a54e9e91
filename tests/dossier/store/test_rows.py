from __future__ import annotations

import hashlib
import math
import random
import tracemalloc

import pytest
from sqlalchemy import Boolean, Float, Integer, LargeBinary, select, text, update
from tests.dossier.store.sample import CAPTURE, add_reports, fill, report, rows_of

from trucewatch.dossier.store import rows
from trucewatch.dossier.store.tables import (
    SEALED,
    captures,
    codings,
    custody,
    events,
    incidents,
    meta,
    metadata,
    progress,
    reports,
)
from trucewatch.model.errors import TrucewatchError


def bad(store, table):
    with store.read() as conn:
        return list(rows.check(conn, table))


def test_what_was_written_is_whole(store):
    fill(store)
    assert [row for table in SEALED for row in bad(store, table)] == []


def test_every_table_with_a_digest_is_checked():
    assert {table.name for table in metadata.tables.values()} - {table.name for table in SEALED} == {
        "custody",
        "bands",
        "blocks",
        "edges",
    }


def test_a_digest_is_the_same_on_both_databases(both):
    for store in both:
        fill(store)

    def digests(store):
        with store.read() as conn:
            return {table.name: sorted(conn.execute(select(table.c.digest)).scalars()) for table in SEALED}

    one, other = (digests(store) for store in both)
    assert one == other
    assert all(len(of_table) >= 12 for of_table in one.values())


def test_the_digest_is_of_canonical_json():
    """Pinned: a dossier written today must be whole tomorrow."""
    row = {"key": "k", "value": "naïve"}
    assert rows.digest(meta, row) == hashlib.sha256('["meta",{"key":"k","value":"naïve"}]'.encode()).hexdigest()
    assert rows.digest(meta, {**row, "digest": "x"}) == rows.digest(meta, row)


def flipped(rng, column, value):
    """Another value of the same kind, as little different as can be."""
    if value is None:
        return {Integer: 0, Float: 0.0}.get(type(column.type), "")
    if isinstance(value, bool) or isinstance(column.type, Boolean):
        return not value
    if isinstance(value, int):
        return value + 1000
    if isinstance(value, float):
        return math.nextafter(value, math.inf)
    if isinstance(value, bytes):
        at = rng.randrange(len(value))
        return value[:at] + bytes([value[at] ^ 1]) + value[at + 1 :]
    at = rng.randrange(len(value)) if value else 0
    return value[:at] + ("x" if value[at : at + 1] != "x" else "y") + value[at + 1 :]


def test_200_changes_behind_the_digests_are_each_named(store):
    """Any table, row and column, the digest's own too; keys and pointers included, with the database's own checks off."""
    fill(store, 8)
    rng = random.Random(20310514)
    for number in range(200):
        table = rng.choice(SEALED)
        column = rng.choice(list(table.columns))
        with store.read() as conn:
            row = rng.choice(conn.execute(select(table)).mappings().all())
        other = flipped(rng, column, row[column.name])
        key = {c.name: row[c.name] for c in table.primary_key}
        meddle(store, table, key, {column.name: other})
        found = bad(store, table)
        now = {**key, **({column.name: other} if column.primary_key else {})}
        assert [one.table for one in found] == [table.name], (number, table.name, column.name, row[column.name], other)
        assert found[0].key == ",".join(f"{name}={value}" for name, value in now.items())
        meddle(store, table, now, {column.name: row[column.name]})
    assert [row for table in SEALED for row in bad(store, table)] == []


def meddle(store, table, key, values):
    with store.engine.connect() as conn:
        if conn.dialect.name == "sqlite":
            conn.connection.driver_connection.execute("PRAGMA foreign_keys=OFF")
        else:
            conn.execute(text("SET session_replication_role = replica"))  # foreign keys sleep
        conn.execute(update(table).where(*[table.c[name] == value for name, value in key.items()]).values(values))
        conn.commit()
        if conn.dialect.name == "sqlite":
            conn.connection.driver_connection.execute("PRAGMA foreign_keys=ON")
        else:
            conn.execute(text("SET session_replication_role = origin"))
            conn.commit()


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE incidents SET disputed = 2 WHERE disputed = 1",  # a truth value that is none
        "UPDATE incidents SET headline = CAST(X'41ff42' AS TEXT)",  # no UTF-8
        "UPDATE incidents SET headline = X'414243'",  # bytes for text
        "UPDATE incidents SET accounts = 'many'",
        "UPDATE incidents SET latitude = 'north'",
        "UPDATE incidents SET digest = CAST(X'ff' AS TEXT)",
    ],
)
def test_values_of_a_kind_that_only_sqlite_would_keep_are_named(both, change):
    store = both[0]
    made = [{**row, "disputed": True} for row in rows_of(incidents, 3)]
    store.in_write(lambda conn: rows.insert(conn, incidents, made))
    store.in_write(lambda conn: conn.exec_driver_sql(change))
    assert len(bad(store, incidents)) == 3
    with store.read() as conn:  # the connection reads text as text again
        assert conn.exec_driver_sql("SELECT 'a'").scalar() == "a"


def test_a_check_of_many_rows_holds_few(store):
    big = [report(n, "x" * 20_000 + str(n)) for n in range(1500)]
    add_reports(store, big)
    del big
    tracemalloc.start()
    assert bad(store, reports) == []
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 10_000_000  # of 30 MB


def test_a_table_without_digests_is_not_passed_off_as_checked(store):
    with pytest.raises(TrucewatchError) as caught:
        bad(store, custody)
    assert caught.value.code == "not-sealed"


def test_defaults_and_nothing_are_filled_in(store):
    store.in_write(lambda conn: rows.insert(conn, captures, [CAPTURE]))
    with store.read() as conn:
        row = conn.execute(select(captures)).mappings().one()
    assert row["published"] is None
    store.in_write(lambda conn: rows.insert(conn, progress, [{"capture": "c", "status": "reading"}]))
    with store.read() as conn:
        assert conn.execute(select(progress.c.reports, progress.c.reasons)).one() == (0, "[]")
    assert bad(store, progress) == bad(store, captures) == []


@pytest.mark.parametrize(
    ("table", "change", "why"),
    [
        (meta, {"value": "a\0b"}, "NUL"),
        (meta, {"value": "\ud800"}, "surrogates"),
        (meta, {"value": 5}, "type int"),
        (meta, {"value": None}, "must have a value"),
        (meta, {"key": "k" * 65}, "more than 64"),
        (meta, {"valu": "v"}, "no such column"),
        (incidents, {"latitude": float("nan")}, "number"),
        (incidents, {"accounts": 2**31}, "too large"),
        (incidents, {"accounts": "3"}, "type str"),
        (incidents, {"disputed": 2}, "true or false"),
        (incidents, {"disputed": "yes"}, "true or false"),
    ],
)
def test_what_one_database_could_not_keep_is_refused_by_both(store, table, change, why):
    with pytest.raises(TrucewatchError) as caught:
        store.in_write(lambda conn: rows.insert(conn, table, [{**rows_of(table, 1)[0], **change}]))
    assert caught.value.code == "unstorable"
    assert why in caught.value.line()


def test_numbers_come_back_as_their_column_has_them(store):
    row = {**rows_of(incidents, 1)[0], "latitude": 5, "longitude": -0.0}
    store.in_write(lambda conn: rows.insert(conn, incidents, [row]))
    assert bad(store, incidents) == []
    with store.read() as conn:
        found = conn.execute(select(incidents.c.latitude, incidents.c.longitude)).one()
    assert [repr(value) for value in found] == ["5.0", "0.0"]


def test_insert_new_leaves_what_is_there(store):
    store.in_write(lambda conn: rows.insert(conn, captures, [CAPTURE]))
    added = store.in_write(
        lambda conn: rows.insert_new(conn, captures, [{**CAPTURE, "id": "other"}, {**CAPTURE, "id": "d", "key": "d"}])
    )
    assert added == 1  # the first has the key of another
    with store.read() as conn:
        assert sorted(conn.execute(select(captures.c.id)).scalars()) == ["c", "d"]
    assert bad(store, captures) == []


def test_upsert_replaces_the_row_as_a_whole(store):
    first, second = rows_of(codings, 2)
    add_reports(store, [{**report(1, "Words."), "id": first["report"]}, {**report(2, "Words."), "id": second["report"]}])
    store.in_write(lambda conn: rows.insert(conn, codings, [first]))
    store.in_write(lambda conn: rows.upsert(conn, codings, [{**first, "record": b"new"}, second]))
    with store.read() as conn:
        found = {row.id: row.record for row in conn.execute(select(codings))}
    assert found == {first["id"]: b"new", second["id"]: second["record"]}
    assert bad(store, codings) == []


def test_update_row_keeps_the_rest_and_sets_the_digest(store):
    row = rows_of(incidents, 1)[0]
    store.in_write(lambda conn: rows.insert(conn, incidents, [row]))
    store.in_write(lambda conn: rows.update_row(conn, incidents, {"id": row["id"]}, {"headline": "Shelling near Aldun"}))
    with store.read() as conn:
        found = conn.execute(select(incidents)).mappings().one()
    assert found["headline"] == "Shelling near Aldun"
    assert found["summary"] == row["summary"]
    assert bad(store, incidents) == []


def test_update_row_blesses_no_change_made_behind_it(store):
    row = rows_of(incidents, 1)[0]
    store.in_write(lambda conn: rows.insert(conn, incidents, [row]))
    meddle(store, incidents, {"id": row["id"]}, {"reports": row["reports"] + 1})
    with pytest.raises(TrucewatchError) as caught:
        store.in_write(lambda conn: rows.update_row(conn, incidents, {"id": row["id"]}, {"headline": "Other"}))
    assert caught.value.code == "damaged"
    assert row["id"] in caught.value.line()
    assert len(bad(store, incidents)) == 1


def test_update_of_a_row_that_is_not_there(store):
    with pytest.raises(TrucewatchError) as caught:
        store.in_write(lambda conn: rows.update_row(conn, meta, {"key": "none"}, {"value": "v"}))
    assert caught.value.code == "no-row"


def test_tables_of_two_keys_name_both(store):
    fill(store, 1)
    made = rows_of(events, 1)[0]
    meddle(store, events, {"coding": made["coding"], "id": made["id"]}, {"type": "OTHER"})
    assert [row.key for row in bad(store, events)] == [f"coding={made['coding']},id={made['id']}"]


def test_large_binaries_are_told_by_their_hash():
    row = rows_of(codings, 1)[0]
    assert isinstance(codings.c.record.type, LargeBinary)
    assert rows.digest(codings, row) == rows.digest(codings, {**row, "record": memoryview(row["record"])})
    assert rows.digest(codings, row) != rows.digest(codings, {**row, "record": row["record"] + b"\0"})
