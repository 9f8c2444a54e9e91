"""Two ``add`` and a ``review`` at once, as processes: no write may be lost, no lock shown, and the incidents must be those of one after the other.

The two add inputs that overlap, each input by a call of its own; the reviewer accepts, rejects, merges, splits and undoes at random. Then the same is
done by one process, all inputs first, the verdicts in their order after. Writes ``results/together.json``.
"""

from __future__ import annotations

import argparse
import multiprocessing
import random
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

sys.path.insert(0, str(Path(__file__).resolve().parent))

from common import save
from trials import STORES, add, coders, inputs, keys_in, places, state, troubles
from trucewatch.dossier.desk import open_desk
from trucewatch.dossier.project import init, open_dossier
from trucewatch.dossier.verdicts.desk import Request
from trucewatch.model import TrucewatchError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from replay import Replay
    from trucewatch.dossier.desk import DossierDesk
    from trucewatch.dossier.verdicts.kinds import Verdict

_FORK = multiprocessing.get_context("fork")
_REVIEWERS = ("A. Reviewer", "B. Reviewer")


def single(names: Sequence[str]) -> list[str]:
    """Inputs, with folders as their files."""
    return [str(path) for name in names for path in (sorted(Path(name).iterdir()) if Path(name).is_dir() else [Path(name)])]


def adds(folder: Path, coder: Replay, names: Sequence[str], pause: float, said: Any) -> None:
    """One command after the other, each with one input."""
    chance = random.Random(len(names))
    for name in names:
        try:
            said.put(("added", Counter(done.outcome for done in add(folder, coder, [name], go_on=False))))
        except TrucewatchError as error:
            said.put(("error", f"add: {error}"))
        except Exception as error:  # noqa: BLE001 - whatever it is, it is a finding
            said.put(("error", f"add: {type(error).__name__}: {error}"))
        time.sleep(chance.uniform(0, pause))


def reviews(folder: Path, seconds: float, seed: int, said: Any) -> None:
    """Verdicts at random, a few each time the desk is opened."""
    chance, until = random.Random(seed), time.monotonic() + seconds
    while time.monotonic() < until:
        try:
            with open_desk(folder) as desk:
                for _ in range(chance.randint(1, 6)):
                    if (made := verdict(desk, chance)) is not None:
                        said.put(("verdict", made.id))
        except TrucewatchError as error:
            said.put(("error", f"review: {error}"))
        except Exception as error:  # noqa: BLE001 - whatever it is, it is a finding
            said.put(("error", f"review: {type(error).__name__}: {error}"))
        time.sleep(chance.uniform(0, 0.2))


def verdict(desk: DossierDesk, chance: random.Random) -> Verdict | None:
    """One verdict at random; None where there is nothing to judge."""
    keys, reviewer = keys_in(desk.dossier), chance.choice(_REVIEWERS)
    if len(keys) < 2:
        return None
    kind = chance.choice(("accept", "reject", "merge", "merge", "split", "undo", "undo"))
    if kind == "undo":
        standing = [made for made in desk.verdicts(reviewer=reviewer) if made.kind != "undo"]
        try:
            return desk.undo(chance.choice(standing).id, reviewer) if standing else None
        except TrucewatchError as error:
            if error.code != "no-verdict":  # undone already
                raise
            return None
    one, other = chance.sample(keys, 2)
    return desk.record(Request(kind, reviewer, event=one, other=other if kind in {"merge", "split"} else None))  # type: ignore[arg-type]


def serial(folder: Path, url: str, coder: Replay, names: list[str], given: Sequence[Verdict]) -> Any:
    """The same inputs and verdicts, one after the other; the state they end in."""
    init(folder, name="serial", url=url)
    add(folder, coder, names)
    ids: dict[str, str] = {}
    with open_desk(folder) as desk:
        for old in given:
            if old.kind == "undo":
                new = desk.undo(ids[old.undoes or ""], old.reviewer)
            else:
                new = desk.record(Request(old.kind, old.reviewer, event=old.event, other=old.other))
            ids[old.id] = new.id
    with open_dossier(folder) as dossier:
        return state(dossier)


def at_once(
    folder: Path, coder: Replay, names: list[str], seconds: float, seed: int
) -> tuple[Counter[str], list[str], list[str]]:
    """The three processes; what came in, ids of verdicts that were given, errors."""
    chance, said = random.Random(seed), _FORK.Queue()
    shares = [chance.sample(names, len(names)), chance.sample(names, len(names))]
    pause = seconds / len(names) * 0.8
    jobs: list[tuple[Callable[..., None], tuple[Any, ...]]] = [
        (adds, (folder, coder, shares[0], pause, said)), (adds, (folder, coder, shares[1], pause, said)),
        (reviews, (folder, seconds, seed, said)),
    ]  # fmt: skip
    processes = [_FORK.Process(target=job, args=given) for job, given in jobs]
    for process in processes:
        process.start()
    outcomes, verdicts, errors = Counter[str](), list[str](), list[str]()
    while any(process.is_alive() for process in processes) or not said.empty():
        if said.empty():
            time.sleep(0.05)
            continue
        kind, what = said.get()
        if kind == "added":
            outcomes += what
        else:
            (verdicts if kind == "verdict" else errors).append(what)
    errors += [f"a process ended with {process.exitcode}" for process in processes if process.exitcode]
    return outcomes, verdicts, errors


def trial(store: str, seconds: float, seed: int, base: Path, most: int = 48) -> dict[str, Any]:
    """One store's trial; what was found."""
    names = inputs(base / "inputs", most)
    coder, _ = coders(names)
    with places(store, base) as found:
        folder, url = found.new()
        init(folder, name="together", url=url)
        started = time.monotonic()
        outcomes, verdicts, errors = at_once(folder, coder, single(names), seconds, seed)
        took = time.monotonic() - started
        wrong = [str(trouble) for trouble in troubles(folder)]
        with open_desk(folder) as desk:
            given = list(desk.verdicts())
            mine = state(desk.dossier)
        other, url = found.new()
        alone = serial(other, url, coder, names, given)
    return {
        "seconds": round(took, 1), "seed": seed, "inputs": len(single(names)), "outcomes": dict(outcomes), "verdicts": len(verdicts),
        "lost verdicts": len(set(verdicts) - {made.id for made in given}), "errors": errors[:20], "verify": wrong[:20],
        "differs from a serial run": mine.differs(alone), "incidents": len(mine.parts["incidents"]),
    }  # fmt: skip


def main() -> None:
    """Try both stores and keep the result."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--seed", type=int, default=6)
    parser.add_argument("--store", choices=STORES, action="append")
    parser.add_argument("--base", type=Path, help="where to make the dossiers; a tmpfs is quick")
    given = parser.parse_args()
    result = {}
    for store in given.store or STORES:
        with tempfile.TemporaryDirectory(prefix="trials-", dir=given.base) as base:
            result[store] = trial(store, given.seconds, given.seed, Path(base))
        print(store, result[store])
    if not given.store:
        save("together", result)


if __name__ == "__main__":
    main()
