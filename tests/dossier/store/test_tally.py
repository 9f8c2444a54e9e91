from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest
from sqlalchemy import text
from tests.dossier.store.sample import fill, rows_of

from trucewatch.dossier.store import rows, tally
from trucewatch.dossier.store.engine import is_sqlite
from trucewatch.dossier.store.prepared import within
from trucewatch.dossier.store.tables import aliases, edges, members
from trucewatch.dossier.store.tally import TALLIED


def wrong(store):
    with store.read() as conn:
        return [bad for table in TALLIED for bad in rows.check_sum(conn, table)]


def behind(store, statement):
    """What somebody does who does not go by the program."""
    if is_sqlite(store.engine):
        with closing(sqlite3.connect(store.engine.url.database, isolation_level=None)) as conn:
            conn.execute(statement)
        return
    with store.engine.begin() as conn:
        conn.execute(text("SET LOCAL session_replication_role = replica"))
        conn.execute(text(statement))


def test_all_that_is_written_replaced_and_removed_is_counted(store):
    fill(store)
    assert wrong(store) == []
    gone = rows.removal(members, within(members.c.event, "keys"))
    with store.write() as conn:
        some = rows_of(aliases, 3)
        rows.upsert(conn, aliases, [{**row, "incident": "i-other"} for row in some])
        rows.upsert(conn, aliases, [some[0], {**some[0], "incident": "i-last"}])  # the same key twice in one call
        rows.upsert(conn, edges, [{**row, "score": 0.5} for row in rows_of(edges, 5)])
        gone.run(conn, keys=[row["event"] for row in rows_of(members, 4)])
    assert wrong(store) == []


def test_what_is_rolled_back_is_not_counted(store):
    fill(store)

    def fail(conn):
        rows.upsert(conn, aliases, [{"id": "i-new", "incident": "i-other"}])
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        store.in_write(fail)
    assert wrong(store) == []


@pytest.mark.parametrize("table", TALLIED, ids=lambda table: table.name)
def test_a_row_taken_out_is_missed(store, table):
    fill(store)
    key = next(iter(table.primary_key)).name
    behind(store, f'DELETE FROM {table.name} WHERE "{key}" = (SELECT MIN("{key}") FROM {table.name})')  # noqa: S608
    found = [bad for bad in wrong(store) if bad.table == table.name]
    assert [bad.what for bad in found] == ["1 row missing"]


def test_a_row_put_in_or_changed_where_rows_have_no_digest(store):
    fill(store)
    behind(store, "INSERT INTO edges (one, other, score) VALUES ('a', 'b', 1)")
    assert [(bad.table, bad.what) for bad in wrong(store)] == [("edges", "1 row too many")]
    behind(store, "DELETE FROM edges WHERE one = 'a'")
    behind(store, "UPDATE edges SET score = score + 1 WHERE one = (SELECT MIN(one) FROM edges)")
    assert [(bad.table, bad.what) for bad in wrong(store)] == [("edges", "a row is not one of those that were written")]


def test_a_sum_that_was_taken_out_or_spoilt(store):
    fill(store)
    behind(store, "UPDATE meta SET value = 'x' WHERE key = 'rows of edges'")
    behind(store, "DELETE FROM meta WHERE key = 'rows of links'")
    assert {(bad.table, bad.what) for bad in wrong(store)} == {
        ("edges", "its sum in meta cannot be read"),
        ("meta", "the sum over the table's rows is gone"),
    }


def test_a_sum_reads_as_it_was_written():
    made = tally.Tally()
    made.add("f" * 64)
    made.add("1" * 64)
    made.add("f" * 64, -1)
    assert tally.parse(str(made)) == made == tally.Tally(1, int("1" * 64, 16))


def test_the_mark_of_some_tables_is_another_when_their_rows_are_and_the_same_when_others_are(store):
    fill(store)

    def mark():
        with store.read() as conn:
            return tally.state(conn, ("aliases", "members"))

    before, row = mark(), rows_of(aliases, 1)[0]
    with store.write() as conn:
        rows.upsert(conn, edges, [{**rows_of(edges, 1)[0], "score": 0.125}])
    assert mark() == before
    with store.write() as conn:
        rows.upsert(conn, aliases, [{**row, "incident": "i-other"}])
    assert mark() != before
    with store.write() as conn:
        rows.upsert(conn, aliases, [row])
    assert mark() == before
