"""Search over a big dossier: fills a database with invented reports, and measures queries, sizes, writing, checking and sealing.

Words are drawn by Zipf's law from an invented vocabulary, so that common and rare words are as common and rare as in prose. A URL of an
empty PostgreSQL database may be given; without one, an SQLite file in a temporary folder is used.
"""

from __future__ import annotations

import argparse
import random
import statistics
import tempfile
import time
from itertools import accumulate
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import text

from trucewatch.dossier.store import rows, search
from trucewatch.dossier.store.engine import is_sqlite
from trucewatch.dossier.store.seal import check_seal
from trucewatch.dossier.store.session import open_store
from trucewatch.dossier.store.tables import reports

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sqlalchemy import Connection

    from trucewatch.dossier.store.engine import Store

SYLLABLES = [
    "ka",
    "ren",
    "dol",
    "mi",
    "sha",
    "tor",
    "ve",
    "lin",
    "as",
    "bru",
    "hel",
    "no",
    "quo",
    "pes",
    "ta",
    "rim",
    "zel",
    "ou",
]
STAMP = "2031-05-14T00:00:00Z"


def vocabulary(rng: random.Random, size: int) -> list[str]:
    """Words of two to four syllables, each once; short ones first, as common words are short."""
    words: dict[str, None] = {}
    while len(words) < size:
        words["".join(rng.choice(SYLLABLES) for _ in range(2 + min(2, len(words) // 300)))] = None
    return list(words)


def invented(count: int, words: list[str]) -> Iterator[dict[str, Any]]:
    """Reports of 100 to 900 words; one in 500 has 20,000, as mission reports do."""
    rng = random.Random(7)
    weights = list(accumulate(1 / (rank + 2) for rank in range(len(words))))
    for number in range(1, count + 1):
        length = 20_000 if number % 500 == 0 else rng.randrange(100, 900)
        content = " ".join(rng.choices(words, cum_weights=weights, k=length))
        yield {
            "id": f"r-{number:08}",
            "seq": number,
            "name": f"all#{number}",
            "status": "ok",
            "reasons": "[]",
            "sha256": "0" * 64,
            "title": " ".join(rng.choices(words, cum_weights=weights, k=8)),
            "publisher": f"Paper {number % 40}",
            "published": f"2031-{number % 12 + 1:02}-{number % 28 + 1:02}",
            "facts": "{}",
            "text": content,
            "added": STAMP,
        }


def queries(words: list[str]) -> dict[str, str]:
    """One of each kind; the words' ranks are in the names."""
    return {
        "the commonest word": words[0],
        "a word in most reports": words[30],
        "a word in some (rank 3,000)": words[3000],
        "a rare word": words[-5],
        "two common words": f"{words[5]} {words[20]}",
        "phrase of two common words": f'"{words[0]} {words[1]}"',
        "phrase of two middling words": f'"{words[40]} {words[60]}"',
        "phrase of three common words": f'"{words[2]} {words[0]} {words[1]}"',
        "common but not common": f"{words[3]} -{words[4]}",
        "one OR another (ranks 500, 900)": f"{words[500]} OR {words[900]}",
        "prefix of three letters": f"{words[3000][:3]}*",
        "prefix of five letters": f"{words[3000][:5]}*",
        "publisher": "paper 17",
    }


def clock(conn: Connection) -> Callable[[], float]:
    """Seconds of processor time of this process and, of a server on this machine, of the process that serves this connection."""
    if is_sqlite(conn):
        return time.process_time
    stat = Path(f"/proc/{conn.execute(text('SELECT pg_backend_pid()')).scalar_one()}/schedstat")

    def both() -> float:
        return time.process_time() + (int(stat.read_text().split()[0]) / 1e9 if stat.exists() else 0.0)

    return both


def measured(conn: Connection, query: str) -> tuple[float, float, int]:
    """Median milliseconds of seven searches, by the clock and of processor time, and the number found.

    On a busy machine the clock tells of the others.
    """
    taken, worked = [], []
    busy = clock(conn)
    for _ in range(7):
        begun, spent = time.perf_counter(), busy()
        search.search(conn, query, 20)
        taken.append((time.perf_counter() - begun) * 1000)
        worked.append((busy() - spent) * 1000)
    return statistics.median(taken), statistics.median(worked), search.count(conn, query)


def fill(store: Store, count: int, words: list[str]) -> float:
    """Writes the reports, a thousand a transaction; gives the seconds that writing took, inventing left out."""
    spent = 0.0
    some: list[dict[str, Any]] = []
    for report in invented(count, words):
        some.append(report)
        if len(some) == 1000 or report["seq"] == count:
            begun = time.perf_counter()
            store.in_write(lambda conn: rows.insert(conn, reports, some))
            spent += time.perf_counter() - begun
            some.clear()
    return spent


def size_of(conn: Connection) -> dict[str, float]:
    """Megabytes of the whole, and of what search needs."""
    if is_sqlite(conn):
        whole = "SELECT page_count * page_size FROM pragma_page_count, pragma_page_size"
        words = "SELECT sum(length(block)) FROM report_words_data"
    else:
        whole = "SELECT pg_database_size(current_database())"
        words = "SELECT pg_total_relation_size('report_words')"
    return {name: conn.execute(text(asked)).scalar_one() / 1e6 for name, asked in (("whole", whole), ("words", words))}


def main() -> None:
    """Fills, measures and prints."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--reports", type=int, default=50_000)
    parser.add_argument("--url", default="", help="of an empty database; a temporary SQLite file without it")
    given = parser.parse_args()
    words = vocabulary(random.Random(1), 40_000)
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        with open_store(given.url, folder) as store:
            spent = fill(store, given.reports, words)
            print(f"{store.engine.dialect.name}: {given.reports:,} reports written in {spent:.1f} s")
            if not is_sqlite(store.engine):
                with store.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as conn:
                    conn.execute(text("ANALYZE"))
            begun = time.perf_counter()
        print(f"sealed in {time.perf_counter() - begun:.2f} s")
        report(given.url, folder, words)


def report(url: str, folder: Path, words: list[str]) -> None:
    """Searches a filled database as a reader would, and checks it."""
    with open_store(url, folder, read_only=True) as store, store.read() as conn:
        for name, megabytes in size_of(conn).items():
            print(f"size, {name}: {megabytes:,.0f} MB")
        slowest = [0.0, 0.0]
        for name, query in queries(words).items():
            taken, worked, found = measured(conn, query)
            slowest = [max(slowest[0], taken), max(slowest[1], worked)]
            print(f"{taken:8.1f} ms {worked:8.1f} ms of processor time {found:8,} found  {name}")
        print(f"{slowest[0]:8.1f} ms {slowest[1]:8.1f} ms of processor time, the slowest")
        begun = time.perf_counter()
        bad = sum(1 for _ in rows.check(conn, reports))
        print(f"digests of all reports checked in {time.perf_counter() - begun:.1f} s, {bad} bad")
    if not url:
        begun = time.perf_counter()
        troubles = len(list(check_seal(folder)))
        print(f"seal checked in {time.perf_counter() - begun:.2f} s, {troubles} troubles")


if __name__ == "__main__":
    main()
