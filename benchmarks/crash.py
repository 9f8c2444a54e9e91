"""Kills ``init`` and ``add``, and ``recode``, with SIGKILL at seeded random moments, and looks at what is left: nothing may be lost.

After each kill ``verify`` may find notes only, and every input is wholly in, or told of. A dossier is killed several times; then the
same call must complete, and the end must be that of a run that nobody killed. Writes ``results/crash.json``.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import random
import signal
import sys
import tempfile
import time
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any

sys.path.insert(0, str(Path(__file__).resolve().parent))

from sqlalchemy import select
from sqlalchemy.engine.default import DefaultDialect

from trials import STORES, Second, State, add, coders, inputs, judge, keep, places, recode_all, state, troubles
from trucewatch.dossier import project
from trucewatch.dossier.desk import open_desk
from trucewatch.dossier.evidence import CustodyLog, archive, log
from trucewatch.dossier.evidence.archive import Writer
from trucewatch.dossier.evidence.disk import write_all
from trucewatch.dossier.project import init, open_dossier
from trucewatch.dossier.store import session
from trucewatch.dossier.store.engine import Store
from trucewatch.dossier.store.tables import attachments, progress, sightings
from trucewatch.model import TrucewatchError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from replay import Replay
    from trials import Places

#: Where a command is; the number goes through shared memory.
STAGES = ("between", "init", "migrate", "recover", "transaction", "commit", "warc", "log", "seal")
_FORK = multiprocessing.get_context("fork")


@dataclass(frozen=True, slots=True)
class Aim:
    """When to kill: ``delay`` seconds after the ``nth`` entry into a stage, or, without one, after the start."""

    stage: str | None
    nth: int
    delay: float


def aimed(chance: random.Random, verb: str, length: float) -> Aim:
    """A random moment; half of them by the clock, half in a stage."""
    if chance.random() < 0.5:
        return Aim(None, 0, chance.uniform(0.0, length))
    early = ("init", "migrate", "recover") if verb == "add" else ("recover",)
    if chance.random() < 0.3:
        return Aim(chance.choice(early), 1, chance.expovariate(1 / 0.01))
    stage = chance.choice(
        ("transaction", "commit", "warc", "log", "seal") if verb == "add" else ("transaction", "commit", "log", "seal")
    )
    nth = 1 if stage == "seal" else chance.randint(1, 6 if stage == "warc" else 16)
    return Aim(stage, nth, chance.uniform(0, 0.0006) if stage == "commit" else chance.expovariate(1 / 0.002))


@dataclass(slots=True)
class Watched:
    """Tells the parent, from inside the command, which stage it is in, and when its moment has come."""

    aim: Aim
    stage: Any = field(default_factory=lambda: _FORK.RawValue("i", 0))
    bell: tuple[int, int] = field(default_factory=os.pipe)
    seen: int = 0

    @contextmanager
    def inside(self, name: str) -> Iterator[None]:
        """Mark a stage."""
        before, self.stage.value = self.stage.value, STAGES.index(name)
        if name == self.aim.stage:
            self.seen += 1
            if self.seen == self.aim.nth:
                os.write(self.bell[1], b"!")
        try:
            yield
        finally:
            self.stage.value = before

    def wrap(self, owner: Any, name: str, stage: str) -> None:
        """Mark a function as a stage."""
        plain = getattr(owner, name)

        @wraps(plain)
        def marked(*args: Any, **kwargs: Any) -> Any:
            with self.inside(stage):
                return plain(*args, **kwargs)

        setattr(owner, name, marked)

    def everywhere(self) -> None:
        """Mark every stage of storing, and make the disk a slow one. Only in the child."""
        archive.write_all = log.write_all = _slowly  # type: ignore[attr-defined]
        os.fsync = _late(os.fsync)
        self.wrap(project, "_recover", "recover")
        self.wrap(project, "_begin", "init")
        self.wrap(project, "_drafted", "init")
        self.wrap(session, "migrate", "migrate")
        self.wrap(session, "make_seal", "seal")
        self.wrap(Writer, "store", "warc")
        self.wrap(CustodyLog, "catch_up", "log")
        self.wrap(DefaultDialect, "do_commit", "commit")
        plain = Store.write

        @contextmanager
        def write(store: Store) -> Iterator[Any]:
            with self.inside("transaction"), plain(store) as conn:
                yield conn

        Store.write = write  # type: ignore[method-assign]


def _slowly(handle: Any, data: bytes) -> None:
    """Writes in two parts, as a disk may."""
    half = len(data) // 2
    for part in (data[:half], data[half:]):
        write_all(handle, part)
        time.sleep(0.0005)


def _late(plain: Callable[[int], None]) -> Callable[[int], None]:
    def sync(handle: int) -> None:
        time.sleep(0.001)
        plain(handle)

    return sync


def killed(work: Callable[[], object], aim: Aim) -> str | None:
    """Run ``work`` in a child and kill it at its moment; the stage in which it died, None where it ended before."""
    watched = Watched(aim)

    def child() -> None:
        watched.everywhere()
        work()
        os._exit(0)

    process = _FORK.Process(target=child)
    process.start()
    os.close(watched.bell[1])  # so that the child's end rings too
    if aim.stage:
        os.read(watched.bell[0], 1)
    process.join(aim.delay) if aim.delay > 0.02 else time.sleep(aim.delay)
    os.close(watched.bell[0])
    if process.exitcode is None:
        process.kill()
    process.join()
    if process.exitcode not in {0, -signal.SIGKILL}:
        raise SystemExit(f"the command failed by itself: {process.exitcode}")
    return STAGES[watched.stage.value] if process.exitcode else None


def finished(work: Callable[[], object]) -> bool:
    """Run ``work`` in a child to its end; whether it ended well."""
    process = _FORK.Process(target=work)
    process.start()
    process.join()
    return process.exitcode == 0


@dataclass(slots=True)
class Trial:
    """One store's trial: what a run without kills ends in, and what was found."""

    places: Places
    names: list[str]
    first: Replay
    second: Second
    chance: random.Random
    added: State | None = None
    recoded: State | None = None
    members: dict[str, frozenset[str]] = field(default_factory=dict)
    lengths: dict[str, float] = field(default_factory=dict)
    fell: dict[str, Counter[str]] = field(default_factory=lambda: {"add": Counter(), "recode": Counter()})
    notes: Counter[str] = field(default_factory=Counter)
    findings: list[str] = field(default_factory=list)
    completed: int = 0

    def reference(self) -> None:
        """The run that nobody kills."""
        folder, url = self.places.new()
        started = time.monotonic()
        self._add(folder, url)
        self.lengths["add"] = time.monotonic() - started
        with open_dossier(folder) as dossier:
            self.added = state(dossier)
            self.members = _members(dossier)
        judge(folder)
        started = time.monotonic()
        recode_all(folder, self.second)
        self.lengths["recode"] = time.monotonic() - started
        with open_dossier(folder) as dossier:
            self.recoded = state(dossier)
        self._check(folder, "reference")
        self.places.drop(folder)

    def life(self, kills: int) -> None:
        """A dossier from its making to its recoding, killed so many times (about two thirds in adding)."""
        folder, url = self.places.new()
        in_add = kills * 3 // 5
        self._killed(folder, "add", in_add, lambda: self._add(folder, url))
        self._compare(folder, self.added, "add")
        judge(folder)
        before = self._verdicts(folder)
        self._killed(folder, "recode", kills - in_add, lambda: recode_all(folder, self.second))
        self._compare(folder, self.recoded, "recode")
        if self._verdicts(folder) != before:
            self.findings.append("recode: a verdict was lost or is attached elsewhere")
        self.places.drop(folder)

    def _killed(self, folder: Path, verb: str, kills: int, work: Callable[[], object]) -> None:
        done = 0
        while done < kills:
            aim = aimed(self.chance, verb, self.lengths[verb] * (1 - done / (kills + 1)))
            stage = killed(work, aim)
            if stage is None:  # it ended before its moment: begin again where there is something left to do
                break
            done += 1
            self.fell[verb][stage] += 1
            self._check(folder, f"{verb}, killed in {stage}")
        if finished(work):
            self.completed += 1
        else:
            self.findings.append(f"{verb}: the call did not complete after its kills")
        self._check(folder, f"{verb}, completed")

    def _add(self, folder: Path, url: str) -> None:
        if not (folder / "dossier.toml").exists():
            init(folder, name="trial", url=url)
        add(folder, self.first, self.names)

    def _check(self, folder: Path, when: str) -> None:
        try:
            found = troubles(folder)
        except TrucewatchError as error:
            if error.code != "no-dossier":
                self.findings.append(f"{when}: {error}")
            return
        self.notes.update(trouble.code for trouble in found if trouble.note)
        self.findings += [f"{when}: {trouble}" for trouble in found if not trouble.note]
        if not any(trouble.code == "no-dossier" for trouble in found):
            self._whole(folder, {trouble.where for trouble in found if trouble.code == "unread-input"}, when)

    def _whole(self, folder: Path, told: set[str], when: str) -> None:
        """Every capture is wholly in, or told of."""
        with open_dossier(folder) as dossier:
            mine = _members(dossier)
            query = select(progress.c.capture).where(progress.c.status != "read")
            unread = set(dossier.read(lambda conn: list(conn.scalars(query))))
        if len(told) != len(unread):
            self.findings.append(f"{when}: {len(unread)} inputs are cut off, {len(told)} are told of")
        self.findings += [
            f"{when}: capture {capture} is marked as read and lacks reports"
            for capture, reports in mine.items()
            if capture not in unread and self.members and reports != self.members.get(capture)
        ]

    def _compare(self, folder: Path, wanted: State | None, verb: str) -> None:
        if wanted is not None:
            with open_dossier(folder) as dossier:
                self.findings += [
                    f"{verb}: the end is another than without kills: {one}" for one in state(dossier).differs(wanted)
                ]

    def _verdicts(self, folder: Path) -> list[tuple[Any, ...]]:
        with open_dossier(folder) as dossier:
            query = select(attachments.c.id, attachments.c.report).order_by(attachments.c.id)
            rows = dossier.read(lambda conn: [tuple(row) for row in conn.execute(query)])
        with open_desk(folder) as desk:
            return [*rows, *((verdict.kind, verdict.event, verdict.digest) for verdict in desk.verdicts())]


def _members(dossier: Any) -> dict[str, frozenset[str]]:
    query = select(sightings.c.capture, sightings.c.report)
    found: dict[str, set[str]] = {}
    for capture, report in dossier.read(lambda conn: conn.execute(query).all()):
        found.setdefault(capture, set()).add(report)
    return {capture: frozenset(reports) for capture, reports in found.items()}


def trial(store: str, kills: int, seed: int, base: Path, *, most: int = 14, server: str | None = None) -> dict[str, Any]:
    """Kill so many times on a store; what was found."""
    names = inputs(base / "inputs", most)
    first, second = coders(names)
    with places(store, base, server) as found:
        made = Trial(found, names, first, second, random.Random(seed))
        made.reference()
        lives = 0
        while (left := kills - sum(sum(fell.values()) for fell in made.fell.values())) > 0:
            made.life(min(left, 8))
            lives += 1
            print(f"{store}: {kills - left} of {kills}, {len(made.findings)} findings", file=sys.stderr, flush=True)
    return {
        "kills": sum(sum(fell.values()) for fell in made.fell.values()), "seed": seed, "dossiers": lives, "reports": most,
        "fell": {verb: dict(sorted(fell.items())) for verb, fell in made.fell.items()}, "completed": made.completed,
        "notes": dict(sorted(made.notes.items())), "findings": sorted(set(made.findings))[:50], "found": len(made.findings),
    }  # fmt: skip


def main() -> None:
    """Kill on both stores and keep the result."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=200, help="on each store")
    parser.add_argument("--seed", type=int, default=4)
    parser.add_argument("--store", choices=STORES, action="append")
    parser.add_argument("--base", type=Path, help="where to make the dossiers; a tmpfs is quick")
    given = parser.parse_args()
    result = {}
    for store in given.store or STORES:
        with tempfile.TemporaryDirectory(prefix="trials-", dir=given.base) as base:
            result[store] = trial(store, given.kills, given.seed, Path(base))
        print(store, result[store])
    keep("crash", result)


if __name__ == "__main__":
    main()
