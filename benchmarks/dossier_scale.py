"""How a dossier behaves when it grows: reports are added up to 5,000, 20,000 and 50,000, and at each size everything people do is timed.

    python benchmarks/dossier_scale.py                              # SQLite
    python benchmarks/dossier_scale.py --store postgresql           # a private cluster, with fsync; needs initdb
    python benchmarks/dossier_scale.py --sizes 1000 --out /tmp/x    # a short try
    python benchmarks/dossier_scale.py --steady                     # reports come in the order of their days, 45 a day

Without ``--steady`` reports of all three years come mixed, so that twice as many reports are twice as many accounts of each day and
place. With it a dossier grows by new days, as one does that is kept up.

An added report goes the whole way, WARC, chain of custody, database, origins, incidents, except that its coding is looked up (``replay``); the
time that takes is taken off. Times are wall clock; beside them stands the processor time of this process, which a busy machine falsifies less.
A dossier that is there already is gone on with.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import shutil
import subprocess
import sys
import time
from collections import Counter
from contextlib import ExitStack, contextmanager
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "src")]

from benchmarks.common import RESULTS, save  # noqa: E402
from benchmarks.made_reports import Maker  # noqa: E402
from sqlalchemy import func, select, text  # noqa: E402

from trucewatch.dossier import browse, incident_graph, meeting  # noqa: E402
from trucewatch.dossier.adding import Adding  # noqa: E402
from trucewatch.dossier.desk import DossierDesk  # noqa: E402
from trucewatch.dossier.keeping import coder_json  # noqa: E402
from trucewatch.dossier.project import init, open_dossier  # noqa: E402
from trucewatch.dossier.standing import standing  # noqa: E402
from trucewatch.dossier.store import words  # noqa: E402
from trucewatch.dossier.store.search import search  # noqa: E402
from trucewatch.dossier.store.tables import edges, events, incidents, members, metadata, reports  # noqa: E402
from trucewatch.dossier.store.words import words_of  # noqa: E402
from trucewatch.dossier.verdicts.queue import Filter as Wanted  # noqa: E402
from trucewatch.dossier.verifying import verify  # noqa: E402
from trucewatch.ledger import linkage  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from sqlalchemy import Table

    from trucewatch.dossier.project import Dossier
    from trucewatch.model import Coded, Report, Unread

SIZES = (5_000, 20_000, 50_000)
#: Reports that are added one by one, each as a file of its own, before a size is reached; the others come in files of many lines.
SINGLE = 200
LINES = 500
QUERIES = 20


class Clock:
    """Wall and processor time, and how much of it is not the dossier's but spent on looking up codings."""

    def __init__(self) -> None:
        self.spent = [0.0, 0.0]
        self.inside = 0.0
        self.compared = 0

    def now(self) -> tuple[float, float]:
        """Seconds of wall and of processor time, less what was spent outside."""
        return time.perf_counter() - self.spent[0], time.process_time() - self.spent[1]

    @contextmanager
    def outside(self) -> Iterator[None]:
        """What happens here does not count."""
        begun = time.perf_counter(), time.process_time()
        try:
            yield
        finally:
            self.spent[0] += time.perf_counter() - begun[0]
            self.spent[1] += time.process_time() - begun[1]


class Bench:
    """One store's dossier as it grows."""

    def __init__(self, folder: Path, maker: Maker) -> None:
        self.folder = folder
        self.maker = maker
        self.clock = Clock()
        self.inputs = folder.parent / "inputs"
        self.inputs.mkdir(parents=True, exist_ok=True)

    def code(self, items: Iterable[Report | Unread]) -> Iterator[Coded]:
        """The stand-in for the coder."""
        for item in items:
            with self.clock.outside():
                coded = self.maker.coded(item)
            yield coded

    def add(self, dossier: Dossier, lines: Sequence[str], name: str) -> None:
        """Add reports by one file of lines."""
        with self.clock.outside():
            path = self.inputs / f"{name}.jsonl"
            path.write_text("\n".join(lines), encoding="utf-8")
            adding = Adding(dossier, coder_json(self.maker.facts()), self.code, dossier.reading())
        for done in adding.run([str(path)]):
            if done.outcome not in {"added", "known"}:
                raise SystemExit(f"{done.name}: {done.outcome} {done.reasons}")
        path.unlink()

    def grow(self, dossier: Dossier, size: int) -> list[tuple[float, float]]:
        """Add reports until there are so many; wall and processor seconds of each of the last ones, which come one by one."""
        specs = self.maker.arrivals(size, SIZES[-1])
        there = int(dossier.read(lambda conn: conn.scalar(select(func.count()).select_from(reports))) or 0)
        at = there
        while at < size - SINGLE:
            piece = specs[at : min(at + LINES, size - SINGLE)]
            begun, inside = self.clock.now(), self.clock.inside
            with self.clock.outside():
                lines = [self.maker.line(spec) for spec in piece]
            self.add(dossier, lines, f"{at}")
            spent = [1000 * (now - then) / len(piece) for now, then in zip(self.clock.now(), begun, strict=True)]
            inside = 1000 * (self.clock.inside - inside) / len(piece)
            at += len(piece)
            print(
                f"  {at} reports, {spent[0]:.1f} ms each, {spent[1]:.1f} ms of processor time, {inside:.1f} of them clustering",
                flush=True,
            )
        return [self._one(dossier, self.maker.line(spec), str(number)) for number, spec in enumerate(specs[at:], at)]

    def _one(self, dossier: Dossier, line: str, name: str) -> tuple[float, float]:
        begun = self.clock.now()
        self.add(dossier, [line], name)
        wall, processor = (now - then for now, then in zip(self.clock.now(), begun, strict=True))
        return wall, processor


@contextmanager
def counted(clock: Clock) -> Iterator[None]:
    """Count the pairs that are compared and the time of the clustering."""
    plain, whole = meeting.score, incident_graph.Graph.bring_up

    def score(a: Any, b: Any) -> float | None:
        clock.compared += 1
        return plain(a, b)

    def bring_up(self: Any, *given: Any) -> None:
        begun = clock.now()[1]
        whole(self, *given)
        clock.inside += clock.now()[1] - begun

    meeting.score, linkage.score = score, score
    incident_graph.Graph.bring_up = bring_up  # type: ignore[method-assign]
    try:
        yield
    finally:
        meeting.score, linkage.score = plain, plain
        incident_graph.Graph.bring_up = whole  # type: ignore[method-assign]


def spread(values: Sequence[float]) -> dict[str, float]:
    """Median, 95th percentile and greatest in milliseconds."""
    ordered = sorted(1000 * value for value in values)
    return {
        "median": round(median(ordered), 2),
        "p95": round(ordered[int(0.95 * (len(ordered) - 1))], 2),
        "most": round(ordered[-1], 2),
    }


def timed(work: Callable[[], Any]) -> float:
    """Seconds that something takes."""
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def queries(dossier: Dossier) -> list[str]:
    """Words of all degrees of commonness, pairs of words and phrases."""
    texts = dossier.read(lambda conn: list(conn.scalars(select(reports.c.text).where(reports.c.seq % 50 == 1).limit(1000))))
    held = Counter(word.folded for text in texts for word in {w.folded: w for w in words_of(text)}.values())
    ranked = [word for word, _ in held.most_common()]
    chosen = [ranked[int(len(ranked) ** (k / 13)) - 1] for k in range(14)]
    some = [word.folded for word in words_of(texts[0])]
    return [*chosen, f"{ranked[0]} {ranked[5]}", f"{ranked[3]} -{ranked[4]}", f"{ranked[40]} OR {ranked[90]}", f"{some[4][:4]}*",
            f'"{some[4]} {some[5]} {some[6]}"', "killed soldiers"][:QUERIES]  # fmt: skip


def look(dossier: Dossier) -> dict[str, Any]:
    """What people look at, in milliseconds."""
    asked = queries(dossier)
    found = [timed(lambda words=words: dossier.read(lambda conn: search(conn, words))) for words in asked for _ in range(3)]
    ids = dossier.read(lambda conn: list(conn.scalars(select(incidents.c.id).order_by(incidents.c.accounts.desc()).limit(400))))
    wanted = browse.Filter()
    return {
        "search": spread(found),
        "incident list": spread([timed(lambda: dossier.read(lambda conn: browse.incident_rows(conn, wanted))) for _ in range(5)]),
        "incident page, largest": spread([timed(lambda: dossier.read(lambda conn: browse.incident(conn, ids[0]))) for _ in range(3)]),
        "incident page": spread([timed(lambda id_=id_: dossier.read(lambda conn: browse.incident(conn, id_))) for id_ in ids[::20]]),
        "status": spread([timed(lambda: standing(dossier)) for _ in range(3)]),
        "review queue, first 20": spread([timed(lambda: list(DossierDesk(dossier).items(Wanted(limit=20)))) for _ in range(2)]),
    }  # fmt: skip


def counts(dossier: Dossier) -> dict[str, Any]:
    """How much is in it."""

    def work(conn: Any) -> dict[str, Any]:
        made = {
            table.name: int(conn.scalar(select(func.count()).select_from(table)) or 0)
            for table in (events, edges, incidents, members)
        }
        made["largest incident"] = conn.scalar(select(func.max(incidents.c.accounts)))
        return made

    return dossier.read(work)


def disk(folder: Path) -> dict[str, int]:
    """Megabytes of the database and of the evidence."""
    sizes: Counter[str] = Counter()
    for path in folder.rglob("*"):
        if path.is_file():
            sizes["evidence" if "evidence" in path.parts else "database"] += path.stat().st_size
    return {name: round(size / 1e6) for name, size in sizes.items()}


def at_size(bench: Bench, size: int) -> dict[str, Any]:
    """Grow to a size and measure there."""
    begun = time.perf_counter()
    bench.clock.inside, bench.clock.compared = 0.0, 0
    with ExitStack() as leaving:
        dossier = leaving.enter_context(open_dossier(bench.folder, write=True))
        opening = time.perf_counter() - begun
        before = counts(dossier)["events"]
        with counted(bench.clock):
            last = bench.grow(dossier, size)
        made: dict[str, Any] = {"in it": counts(dossier)}
        new = max(1, made["in it"]["events"] - before)
        made["add one report, ms"] = spread([wall for wall, _ in last]) if last else None
        made["add one report, ms of processor time"] = spread([processor for _, processor in last]) if last else None
        made["clustering, ms of processor time an event"] = round(1000 * bench.clock.inside / new, 3)
        made["pairs compared an event"] = round(bench.clock.compared / new, 1)
        made["pairs compared"] = bench.clock.compared
        made["look, ms"] = look(dossier)
        made["open, s"] = round(opening, 2)
        made["memory, MB"] = round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
        closing = time.perf_counter()
    made["close and seal, s"] = round(time.perf_counter() - closing, 2)
    made["disk, MB"] = disk(bench.folder)
    return made


def checked(folder: Path) -> dict[str, Any]:
    """The time of ``verify``, and what it says."""
    begun = time.perf_counter()
    with open_dossier(folder) as dossier:
        found = [f"{trouble.code} {trouble.where}: {trouble.what}" for trouble in verify(dossier)]
    return {"seconds": round(time.perf_counter() - begun, 1), "troubles": len(found), "first": found[:3]}


def command(folder: Path) -> list[float]:
    """Seconds of the whole command ``trucewatch add`` of one report, with the real coder, three times."""
    taken = []
    for number in range(3):
        path = folder.parent / "inputs" / f"command-{number}.txt"
        path.write_text(
            f"Soldiers shelled the village of Aldun on 1{number} May 2031 and killed {number + 2} people, the mayor said.\n",
            "utf-8",
        )
        words = [sys.executable, "-m", "trucewatch", "add", str(folder), str(path), "--quiet"]
        environment = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
        taken.append(
            round(timed(lambda words=words, environment=environment: subprocess.run(words, check=True, env=environment)), 2)
        )
    return taken


def measured(bench: Bench, sizes: Sequence[int], made: dict[str, Any], tell: Callable[[dict[str, Any]], None]) -> None:
    """Every size in turn that the dossier has not reached yet; ``made`` is what was found before, ``tell`` hears of each."""
    with open_dossier(bench.folder) as dossier:
        there = standing(dossier).reports
    for size in (size for size in sizes if size > there):
        print(f"{size} reports", flush=True)
        made[str(size)] = at_size(bench, size)
        print(made[str(size)], flush=True)
        tell(made)
    made["add, whole command, s"] = command(bench.folder)
    tell(made)
    made["verify"] = checked(bench.folder)
    print(made, flush=True)
    tell(made)


def copied(source: Path, folder: Path, url: str) -> None:
    """Make a dossier on PostgreSQL that holds what one on SQLite holds: its evidence, and every row."""
    init(folder, name="scale", url=url)
    with open_dossier(source) as old, open_dossier(folder, write=True) as new, old.store.read() as giving:
        with new.store.engine.begin() as taking:
            taking.execute(text("TRUNCATE " + ", ".join(f'"{one.name}"' for one in metadata.sorted_tables) + " CASCADE"))
            for one in metadata.sorted_tables:
                print(f"  copies {one.name}", flush=True)
                _copy(giving, taking, one)
        with new.store.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as conn:
            conn.execute(text("VACUUM ANALYZE"))
    shutil.rmtree(folder / "evidence")
    shutil.copytree(source / "evidence", folder / "evidence")


def _copy(giving: Any, taking: Any, one: Table) -> None:
    query = select(one) if one.name != "meta" else select(one).where(one.c.key != "unsealed")
    found = giving.execute(query.execution_options(yield_per=500)).mappings()
    columns = ", ".join(f'"{column.name}"' for column in one.columns)
    cursor = taking.connection.driver_connection.cursor()
    with cursor.copy(f'COPY "{one.name}" ({columns}) FROM STDIN') as out:
        for row in found:
            out.write_row([row[column.name] for column in one.columns])
    if one.name == "reports":
        for row in giving.execute(query.execution_options(yield_per=500)).mappings():
            words.keep(taking, one, [row])


@contextmanager
def server() -> Iterator[str]:
    """The URL of a database on a private cluster that keeps what it was given."""
    from tests.dossier import postgres  # noqa: PLC0415

    programs = postgres.find_programs()
    if programs is None:
        sys.stdout.write("skipped: no initdb here\n")
        raise SystemExit(0)
    postgres.SETTINGS |= {"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on", "shared_buffers": "256MB"}
    with postgres.cluster(programs) as url:
        yield url.replace("postgresql+psycopg://", "postgresql://")


def main() -> None:
    """Measure one store and keep what was found beside the other's."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--store", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument("--steady", action="store_true", help="reports come in the order of their days")
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES)
    parser.add_argument("--out", type=Path, default=ROOT / "out" / "scale", help="where the dossiers are made")
    parser.add_argument("--copy", type=Path, help="begin with the rows of this dossier on SQLite, and grow on")
    given = parser.parse_args()
    name = f"{given.store}, steady" if given.steady else given.store
    folder = given.out / name.replace(", ", "-") / "dossier"
    with ExitStack() as leaving:
        url = leaving.enter_context(server()) if given.store == "postgresql" else "sqlite"
        if given.copy:
            copied(given.copy, folder, url)
        elif not (folder / "dossier.toml").exists():
            folder.parent.mkdir(parents=True, exist_ok=True)
            init(folder, name="scale", url=url)
        whole = tuple(given.sizes) == SIZES
        made = _found().get(name, {}) if whole else {}
        maker = Maker(steady=given.steady)
        measured(Bench(folder, maker), given.sizes, made, lambda made: _save(name, made) if whole else None)


def _found() -> dict[str, Any]:
    """What is kept from before."""
    path = RESULTS / "dossier_scale.json"
    found: dict[str, Any] = json.loads(path.read_text("utf-8")) if path.exists() else {}
    found.pop("date", None)
    return found


def _save(store: str, made: dict[str, Any]) -> None:
    machine = {"processors": os.cpu_count(), "load": round(os.getloadavg()[1], 1)}
    save("dossier_scale", {**_found(), store: {**made, "machine": machine}})


if __name__ == "__main__":
    main()
