"""Rows for every table of a dossier: fictional, and made from a seed."""

from __future__ import annotations

import random
from typing import Any

from sqlalchemy import BigInteger, Boolean, Float, Integer, LargeBinary, Table

from trucewatch.dossier.store import rows
from trucewatch.dossier.store.tables import metadata
from trucewatch.dossier.store.tables import reports as reports_table

WORDS = [
    "army",
    "refused",
    "withdraw",
    "Aldun",
    "mission",
    "said",
    "Varenia",
    "patrol",
    "shelling",
    "café",
    "Kestrian",
    "road",
    "blocked",
    "village",
    "étape",
    "naïve",
    "ŝildo",
    "дом",
    "σοφός",
]


def prose(rng: random.Random, words: int) -> str:
    return " ".join(rng.choice(WORDS) for _ in range(words)).capitalize() + "."


def value(rng: random.Random, column, number: int) -> Any:
    kind = column.type
    if column.nullable and rng.random() < 0.2:
        return None
    if isinstance(kind, Boolean):
        return rng.random() < 0.5
    if isinstance(kind, BigInteger):
        return rng.randrange(2**40) * 1000 + number
    if isinstance(kind, Integer):
        return number
    if isinstance(kind, Float):
        return rng.choice([rng.uniform(-180, 180), float(rng.randrange(100)), 0.1, 1e-300])
    if isinstance(kind, LargeBinary):
        return rng.randbytes(400)
    text = f"{number}-{prose(rng, 30)}"
    return text[: kind.length] if kind.length else text


def rows_of(table: Table, count: int, seed: int = 1) -> list[dict[str, Any]]:
    """Rows that keep the rules: row number n points to the nth row of any other table."""
    rng = random.Random(f"{table.name}{seed}")
    made = []
    for number in range(1, count + 1):
        row = {c.name: value(rng, c, number) for c in table.columns if c.name != "digest"}
        for column in table.columns:
            named = column.primary_key or column.unique or column.foreign_keys
            if named and isinstance(row[column.name], str):
                target = next(iter(column.foreign_keys)).column if column.foreign_keys else column
                row[column.name] = f"{target.table.name[:8]}-{target.name[:8]}-{number}"[
                    : getattr(column.type, "length", None) or 99
                ]
        made.append(row)
    return made


def fill(store, count: int = 12) -> None:
    """The same rows in every table of a store."""

    def write(conn):
        for table in metadata.sorted_tables:
            rows.insert(conn, table, rows_of(table, count))

    store.in_write(write)


def report(number: int, text: str, title: str | None = None, publisher: str | None = None) -> dict[str, Any]:
    """A report as it is kept."""
    return {
        "id": f"r-{number}", "seq": number, "name": f"feed.xml#{number}", "status": "ok", "reasons": "[]",
        "sha256": "0" * 64, "title": title, "publisher": publisher, "facts": "{}", "text": text, "added": "2031-05-14T00:00:00Z",
        "published": "2031-05-14",
    }  # fmt: skip


CAPTURE = {
    "id": "c", "key": "k", "kind": "file", "name": "feed.xml", "uri": "file:feed.xml", "sha256": "0" * 64, "size": 1,
    "retrieved": "2031-05-14T00:00:00Z", "seq": 1,
}  # fmt: skip


def add_reports(store, reports) -> None:
    def write(conn):
        rows.insert(conn, reports_table, reports)

    store.in_write(write)
