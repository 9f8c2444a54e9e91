"""The words of reports as full-text search sees them, and their index on PostgreSQL.

A word is what SQLite's tokenizer ``unicode61 remove_diacritics 2`` calls one, told again in Python, so that both databases find the
same reports: PostgreSQL's own parser would cut hosts, numbers and hyphens its own way, and differently by the server's locale.
SQLite keeps its index by triggers; PostgreSQL's is written here, with the row. This module must not rank or query.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING, Any, NamedTuple
from zlib import crc32

from sqlalchemy import text

from trucewatch.dossier.store.tables import reports

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from sqlalchemy import Connection, Table

#: Marks that belong to a word: the bits of ``sqlite3Fts5UnicodeIsdiacritic``, from U+0300.
_MARKS = "".join(chr(0x300 + bit) for bit in range(64) if (0x000361F8 << 32 | 0x08029FDF) >> bit & 1)
#: Letters and digits of any script; and private use, as SQLite has it.
LETTER = r"(?:[^\W_]|[\ue000-\uf8ff])"
_WORD = re.compile(rf"{LETTER}(?:{LETTER}|[{_MARKS}])*")
#: Limits of a tsvector: positions of one word, positions in all, bytes in all (1 MiB; kept well below), characters of a word.
WORD_POSITIONS = 255
POSITIONS = 16_000
VECTOR_BYTES = 900_000
WORD_LENGTH = 500
#: Keys for pairs of words: so few that the index of common ones stays small, so many that a report holds one by chance in a hundred cases.
PAIRS = 1 << 16
#: Positions between title, publisher and text, so that no phrase runs from one into the next.
GAP = 3


class Word(NamedTuple):
    """A word of a text: where it stands, and its ``folded`` form (lower case, Latin letters without accents)."""

    start: int
    end: int
    folded: str


def words_of(content: str) -> Iterator[Word]:
    """The words of a text in order."""
    for match in _WORD.finditer(content):
        yield Word(match.start(), match.end(), fold(match.group()))


@lru_cache(maxsize=100_000)
def fold(word: str) -> str:
    """A word as it is compared."""
    if word.isascii():
        return word.lower()
    return "".join(_folded(letter) for letter in word if letter not in _MARKS)


@lru_cache(maxsize=10_000)
def _folded(letter: str) -> str:
    base = unicodedata.normalize("NFD", letter)[0]
    if base.isascii():
        return base.lower()
    return next((folded for folded in (letter.casefold(), letter.lower()) if len(folded) == 1), letter)


def keep(conn: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Writes the words of reports that were just written, where triggers do not; does nothing for other tables."""
    if table.name != reports.name or conn.dialect.name == "sqlite" or not rows:
        return
    conn.execute(
        text(
            "INSERT INTO report_words (seq, words, pairs, folded, cut) "
            "VALUES (:seq, CAST(:words AS tsvector), CAST(:pairs AS integer[]), :folded, :cut) "
            "ON CONFLICT (seq) DO UPDATE SET words = excluded.words, pairs = excluded.pairs, folded = excluded.folded, "
            "cut = excluded.cut"
        ),
        [{"seq": row["seq"], **indexed(row)} for row in rows],
    )


def rebuild(conn: Connection) -> None:
    """Makes the index of all reports anew: for a database whose words were damaged while its rows are whole."""
    if conn.dialect.name == "sqlite":
        conn.execute(text("INSERT INTO report_words (report_words) VALUES ('rebuild')"))
        return
    conn.execute(text("DELETE FROM report_words"))
    last = -1
    while some := conn.execute(_SOME, {"last": last}).mappings().all():
        keep(conn, reports, [{str(name): value for name, value in row.items()} for row in some])
        last = some[-1]["seq"]


_SOME = text("SELECT seq, title, publisher, text FROM reports WHERE seq > :last ORDER BY seq LIMIT 100")


def indexed(row: Mapping[str, Any]) -> dict[str, Any]:
    """A report's words as the index holds them.

    Its tsvector, and the keys of its pairs of words; where the vector cannot hold all positions, the words themselves; and whether it lacks
    words (``cut``).
    """
    places: dict[str, list[str]] = {}
    folded: list[str] = []
    at = 1
    whole = True
    for part, weight in (("title", "A"), ("publisher", "B"), ("text", "")):
        for word in words_of(row[part] or ""):
            name = word.folded[:WORD_LENGTH]
            mine = places.setdefault(name, [])
            if at <= POSITIONS and len(mine) < WORD_POSITIONS:
                mine.append(f"{at}{weight}")
            else:
                whole = False
            folded.append(name)
            at += 1
        folded.append("")
        at += GAP
    vector, fits = _vector(places)
    pairs = sorted({pair(one, other) for one, other in pairwise(folded) if one and other})
    return {"words": vector, "pairs": pairs, "folded": None if whole and fits else f" {' '.join(folded)} ", "cut": not fits}


def pair(one: str, other: str) -> int:
    """The key of two words that stand one after the other; some pairs share one, so that it finds what may hold a phrase, and a few more."""
    return crc32(f"{one} {other}".encode()) % PAIRS


def _vector(places: Mapping[str, Sequence[str]]) -> tuple[str, bool]:
    """A tsvector literal within the limit of bytes, and whether it holds everything."""
    parts: list[str] = []
    room = VECTOR_BYTES
    whole = True
    for name, mine in places.items():
        size = len(name.encode()) + 2 * len(mine) + 8
        if room < size:
            whole = False
            continue
        room -= size
        parts.append(f"'{name}':{','.join(mine)}" if mine else f"'{name}'")  # a word holds letters and digits alone
    return " ".join(parts), whole
