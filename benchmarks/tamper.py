"""Changes a dossier behind the program's back, one small thing at a time, and asks ``verify`` what is wrong: it must name it every time.

Files: one bit of one byte in a segment, the log, the seal or the database file; a file cut, removed or put in, two lines swapped. PostgreSQL:
one character, byte or number of one row of any table, and rows taken out. Writes ``results/tamper.json``.
"""

from __future__ import annotations

import argparse
import random
import shutil
import sys
import tempfile
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

sys.path.insert(0, str(Path(__file__).resolve().parent))

from sqlalchemy import create_engine, text

from trials import add, coders, inputs, judge, keep, places, recode_all
from trucewatch.dossier.project import init, open_dossier
from trucewatch.dossier.store import rows
from trucewatch.dossier.store.tables import aliases, feeds
from trucewatch.dossier.verifying import verify_folder
from trucewatch.model import TrucewatchError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sqlalchemy import Connection, Engine

    from trucewatch.dossier.trouble import Trouble


@dataclass(slots=True)
class Score:
    """How often a kind of change was named: as wrong with its place, as wrong in its table alone, as a note; and not at all."""

    named: Counter[str] = field(default_factory=Counter)
    table: Counter[str] = field(default_factory=Counter)
    noted: Counter[str] = field(default_factory=Counter)
    missed: defaultdict[str, list[str]] = field(default_factory=lambda: defaultdict(list))

    def see(self, kind: str, what: str, told: Iterator[Trouble], *places: str) -> None:
        """Take in one try. ``places``: words that the finding's place must hold, the first at least. Stops where it is named."""
        found: list[Trouble] = []
        for trouble in told:
            if not trouble.note and all(place in trouble.where for place in places):
                self.named[kind] += 1
                return
            found.append(trouble)
        if any(places[0] in trouble.where and not trouble.note for trouble in found):
            self.table[kind] += 1
        elif any(places[0] in trouble.where for trouble in found):
            self.noted[kind] += 1
        else:
            self.missed[kind].append(f"{what}: {[trouble.where for trouble in found][:3]}")

    def told(self) -> dict[str, Any]:
        """As plain data."""
        return {
            "tries": sum(map(sum, (c.values() for c in (self.named, self.table, self.noted)))) + sum(map(len, self.missed.values())),
            "named": dict(sorted(self.named.items())), "named, table only": dict(sorted(self.table.items())),
            "named, as a note": dict(sorted(self.noted.items())), "missed": {kind: found[:10] for kind, found in self.missed.items()},
        }  # fmt: skip


def found_in(folder: Path) -> Iterator[Trouble]:
    """What verify finds; what it raises is a finding."""
    from trucewatch.dossier.trouble import Trouble  # noqa: PLC0415

    try:
        yield from verify_folder(folder)
    except TrucewatchError as error:
        yield Trouble(error.code, error.where, error.what)


def make(folder: Path, url: str, names: list[str]) -> None:
    """A dossier with rows in every table: two codings, verdicts, an alias, a feed."""
    first, second = coders(names)
    init(folder, name="trial", url=url)
    add(folder, first, names)
    judge(folder)
    recode_all(folder, second)
    with open_dossier(folder, write=True) as dossier:
        dossier.write(_more)


def _more(conn: Connection) -> None:
    """What no trial gives rise to."""
    rows.upsert(conn, feeds, [{"url": "https://news.example/feed", "etag": "x", "failures": 0, "said": "new"}])
    rows.upsert(conn, aliases, [{"id": "i-000000000000", "incident": "i-000000000001"}])


# Files


def flip(path: Path, chance: random.Random) -> str:
    """Change one bit of one byte."""
    data = bytearray(path.read_bytes())
    at = chance.randrange(len(data))
    data[at] ^= 1 << chance.randrange(8)
    path.write_bytes(data)
    return f"byte {at} of {path.name}"


def _cut(path: Path, chance: random.Random) -> str:
    size = path.stat().st_size
    with path.open("r+b") as file:
        file.truncate(chance.randrange(size))
    return f"{path.name} cut"


def _remove(path: Path, _: random.Random) -> str:
    path.unlink()
    return f"{path.name} removed"


def _append(path: Path, chance: random.Random) -> str:
    with path.open("ab") as file:
        file.write(chance.randbytes(chance.randint(1, 200)))
    return f"bytes behind {path.name}"


def _swap(path: Path, chance: random.Random) -> str:
    lines = path.read_bytes().splitlines(keepends=True)
    one, other = sorted(chance.sample(range(len(lines)), 2))
    lines[one], lines[other] = lines[other], lines[one]
    path.write_bytes(b"".join(lines))
    return f"lines {one + 1} and {other + 1} swapped"


def _drop_line(path: Path, chance: random.Random) -> str:
    lines = path.read_bytes().splitlines(keepends=True)
    gone = chance.randrange(len(lines))
    path.write_bytes(b"".join(lines[:gone] + lines[gone + 1 :]))
    return f"line {gone + 1} of {len(lines)} removed"


def on_files(base: Path, names: list[str], flips: int, others: int, seed: int) -> dict[str, Any]:
    """Bytes flipped in the files of a dossier on SQLite, and larger things done to them."""
    chance, score = random.Random(seed), Score()
    whole, work = base / "whole", base / "work"
    make(whole, "sqlite", names)
    segments = sorted(path.relative_to(whole) for path in (whole / "evidence" / "segments").iterdir())
    log, seal, database = Path("evidence/custody.jsonl"), Path("seal.json"), Path("dossier.sqlite")
    kinds: dict[str, tuple[list[Path], int]] = {
        "segment": (segments, 3), "log": ([log], 2), "seal": ([seal], 1), "database": ([database], 4),
    }  # fmt: skip
    weighted = [kind for kind, (_, weight) in kinds.items() for _ in range(weight)]

    def attempt(kind: str, path: Path, do: Callable[[Path, random.Random], str]) -> None:
        shutil.rmtree(work, ignore_errors=True)
        shutil.copytree(whole, work)
        what = do(work / path, chance)
        score.see(kind, what, found_in(work), path.name)

    for number in range(flips):
        kind = weighted[number % len(weighted)]
        attempt(f"flip: {kind}", chance.choice(kinds[kind][0]), flip)
    for number in range(others):
        kind, do = (
            ("cut", _cut), ("removed", _remove), ("bytes behind", _append), ("swapped lines", _swap), ("line removed", _drop_line),
            ("file put in", _remove),
        )[number % 6]  # fmt: skip
        if do in {_swap, _drop_line}:
            attempt(kind, log, do)
        elif kind == "file put in":
            stranger = Path("evidence") / chance.choice(
                ("segments/20310514T000000Z-abcdefabcdef.warc.gz", "segments/x.txt", "notes.txt")
            )
            attempt(kind, stranger, lambda path, chance: f"{path.write_bytes(chance.randbytes(300))} bytes in {path.name}")
        else:
            path = chance.choice([*segments, log, seal, database])
            attempt(f"{kind}: {path.suffix}", path, do)
    return {"seed": seed, **score.told()}


# Rows


@dataclass(slots=True)
class Row:
    """A row of PostgreSQL, as text: what it is in, where, and what it holds."""

    table: str
    ctid: str
    values: dict[str, Any]
    types: dict[str, str]
    keys: list[str]


def on_rows(
    base: Path, names: list[str], changes: int, deletions: int, *, seed: int, server: str | None = None
) -> dict[str, Any]:
    """Rows changed and taken out of a dossier on PostgreSQL."""
    chance, score = random.Random(seed), Score()
    with places("postgresql", base, server) as found:
        folder, url = found.new()
        make(folder, url, names)
        engine = create_engine(url.replace("postgresql:", "postgresql+psycopg:", 1))
        tables = _tables(engine)
        for number in range(changes + deletions):
            row = _pick(engine, tables, chance)
            gone = number >= changes
            column = "" if gone else chance.choice([name for name, kind in row.types.items() if kind != "digest"])
            before = _whole_table(engine, row.table)
            if not _change(engine, row, column, chance):
                continue
            what = f"{row.table}.{column or '(row)'} {[row.values[key] for key in row.keys]}"
            kind = f"{'row removed' if gone else 'changed'}: {row.table}"
            score.see(kind, what, found_in(folder), *_place(engine, row, column))
            _restore(engine, row.table, before)
        left = [trouble for trouble in found_in(folder) if not trouble.note]
        engine.dispose()
    return {"seed": seed, "clean afterwards": not left, **score.told()}


def _tables(engine: Engine) -> dict[str, tuple[dict[str, str], list[str]]]:
    """Columns with their types, and the primary key, of every table that has rows."""
    columns = text(
        "SELECT c.table_name, c.column_name, c.data_type FROM information_schema.columns c JOIN information_schema.tables t "
        "USING (table_schema, table_name) WHERE t.table_schema = 'public' AND t.table_type = 'BASE TABLE' ORDER BY c.ordinal_position"
    )
    keys = text(
        "SELECT t.relname, a.attname FROM pg_index i JOIN pg_class t ON t.oid = i.indrelid JOIN pg_attribute a "
        "ON a.attrelid = t.oid AND a.attnum = ANY(i.indkey) WHERE i.indisprimary AND t.relnamespace = 'public'::regnamespace"
    )
    found: dict[str, tuple[dict[str, str], list[str]]] = {}
    with engine.connect() as conn:
        for table, column, kind in conn.execute(columns):
            found.setdefault(table, ({}, []))[0][column] = kind
        for table, column in conn.execute(keys):
            found[table][1].append(column)
        return {table: facts for table, facts in found.items() if conn.scalar(text(f'SELECT count(*) FROM "{table}"'))}  # noqa: S608


def _pick(engine: Engine, tables: dict[str, tuple[dict[str, str], list[str]]], chance: random.Random) -> Row:
    table = chance.choice(sorted(tables))
    types, keys = tables[table]
    with engine.connect() as conn:
        count = conn.scalar(text(f'SELECT count(*) FROM "{table}"'))  # noqa: S608
        order = ", ".join(map(_quoted, keys or types))
        query = text(f'SELECT ctid::text AS "the ctid", * FROM "{table}" ORDER BY {order} OFFSET :at LIMIT 1')  # noqa: S608
        row = dict(conn.execute(query, {"at": chance.randrange(count or 1)}).mappings().one())
    return Row(table, str(row.pop("the ctid")), row, types, keys)


def _quoted(name: str) -> str:
    return f'"{name}"'


def _change(engine: Engine, row: Row, column: str, chance: random.Random) -> bool:
    """Change a column, or take the row out; False where the database would not have it."""
    from sqlalchemy.exc import DBAPIError  # noqa: PLC0415

    try:
        with engine.begin() as conn:
            conn.execute(text("SET LOCAL session_replication_role = replica"))
            if not column:
                conn.execute(text(f'DELETE FROM "{row.table}" WHERE ctid = CAST(:ctid AS tid)'), {"ctid": row.ctid})  # noqa: S608
                return True
            if row.types[column] == "tsvector":
                changed = f"strip({column})" if chance.random() < 0.5 else f"{column} || 'zzz:1'::tsvector"
                update = text(f'UPDATE "{row.table}" SET {column} = {changed} WHERE ctid = CAST(:ctid AS tid)')  # noqa: S608
                conn.execute(update, {"ctid": row.ctid})
                return True
            query = text(f'UPDATE "{row.table}" SET {_quoted(column)} = :value WHERE ctid = CAST(:ctid AS tid)')  # noqa: S608
            conn.execute(query, {"value": _other(row.values[column], row.types[column], chance), "ctid": row.ctid})
    except DBAPIError:
        return False
    return True


def _other(value: Any, kind: str, chance: random.Random) -> Any:
    """A value with one small change."""
    if kind == "boolean":
        return not value
    if kind in {"integer", "bigint", "double precision"}:
        return (value or 0) + chance.choice((1, -1, 10))
    if isinstance(value, list):
        at = chance.randrange(len(value) + 1)
        return [*value[:at], chance.randrange(1 << 16), *value[at:]]
    if kind == "bytea":
        data = bytearray(value or b"x")
        data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
        return bytes(data)
    if not value:
        return "x"
    at = chance.randrange(len(value))
    return value[:at] + chance.choice([letter for letter in "abcdef0123456789" if letter != value[at]]) + value[at + 1 :]


def _place(engine: Engine, row: Row, column: str) -> list[str]:
    """Words that the finding must hold: the table, and the key as it is now or was."""
    if row.table == "report_words":
        with engine.connect() as conn:
            id_ = conn.scalar(text("SELECT id FROM reports WHERE seq = :seq"), {"seq": row.values["seq"]})
        return ["search index", str(id_)]
    if row.table == "trucewatch_revision":
        return ["postgresql"]
    if row.table in {"bands", "blocks"}:
        return [row.table, str(row.values["report" if row.table == "bands" else "event"])]
    if row.table == "custody":
        return ["custody", "entry" if column == "seq" else str(row.values["seq"])]
    keys = [str(row.values[key]) for key in row.keys if key != column]
    return [row.table, *(keys or [""])]


def _whole_table(engine: Engine, table: str) -> list[dict[str, Any]]:
    with engine.connect() as conn:
        casts = "seq, words::text AS words, pairs, folded, cut" if table == "report_words" else "*"
        return [dict(row) for row in conn.execute(text(f'SELECT {casts} FROM "{table}"')).mappings()]  # noqa: S608


def _restore(engine: Engine, table: str, before: list[dict[str, Any]]) -> None:
    with engine.begin() as conn:
        conn.execute(text("SET LOCAL session_replication_role = replica"))
        conn.execute(text(f'DELETE FROM "{table}"'))  # noqa: S608
        names = list(before[0])
        values = ", ".join(
            "CAST(:words AS tsvector)" if name == "words" and table == "report_words" else f":{name}" for name in names
        )
        conn.execute(text(f'INSERT INTO "{table}" ({", ".join(map(_quoted, names))}) VALUES ({values})'), before)  # noqa: S608


def main() -> None:
    """Tamper and keep the result."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--flips", type=int, default=500)
    parser.add_argument("--others", type=int, default=100)
    parser.add_argument("--changes", type=int, default=500)
    parser.add_argument("--deletions", type=int, default=100)
    parser.add_argument("--seed", type=int, default=5)
    parser.add_argument("--base", type=Path, help="where to make the dossiers; a tmpfs is quick")
    parser.add_argument("--only", choices=("files", "rows"))
    given = parser.parse_args()
    result = {}
    with tempfile.TemporaryDirectory(prefix="trials-", dir=given.base) as made:
        base = Path(made)
        names = inputs(base / "inputs", 14)
        if given.only != "rows":
            result["files"] = on_files(base, names, given.flips, given.others, given.seed)
            print(result["files"])
        if given.only != "files":
            result["rows"] = on_rows(base, names, given.changes, given.deletions, seed=given.seed)
            print(result["rows"])
    keep("tamper", result)


if __name__ == "__main__":
    main()
