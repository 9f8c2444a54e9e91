"""Acts, five folds: what the event head makes of texts of PLV, CAMEO and CASE that it has not seen.

Each fold starts from a checkpoint that saw none of them, and trains a few minutes on the other four fifths, with our own sentences
beside them. Two folds run side by side, a process each. ``python -m training.event_folds training/runs/main.pt`` writes

- ``benchmarks/results/event_folds.json``: the head alone, with the pair given (no predicate);
- ``training/runs/fold0`` ... ``fold4``: weights to code the held-out fifths with, from end to end
  (``benchmarks/events.py --folds training/runs``).
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from training import events
from training.corpora import FOLDS, ROOT, fold_of
from training.evaluate import act_chances
from training.loop import TASKS, WORK, Plan, new_clock, work

if TYPE_CHECKING:
    from collections.abc import Iterable

    from training.features import Document
    from training.network import Network

#: Shares of the tasks in the last stage, in folds; the shipped weights' own adds trees and spans (``run.sh``).
MIX = {"own": 0.2, "plv": 0.4, "cameo": 0.15, "case": 0.25}
HELD = ("plv", "case", "cameo")


def run_fold(k: int, checkpoint: Path, minutes: float) -> None:
    """Train one fold and write the chances of its held-out texts."""
    from training.export import export, load  # noqa: PLC0415

    documents = events.event_documents()
    held = {name: [d for d in documents[name] if fold_of(d.name) == k] for name in HELD}
    mix = dict.fromkeys(TASKS, 0.0) | MIX
    shares = tuple(mix[t] for t in TASKS)
    out = WORK / f"event_fold{k}.pt"
    names = tuple(d.name for part in held.values() for d in part)
    plan = Plan(
        out,
        minutes,
        shares,
        shares,
        rate=1e-4,
        head_rate=5e-4,
        save=99,
        evaluate=99,
        processes=1,
        init=checkpoint,
        held_out=names,
    )
    work(0, plan, *new_clock(plan))
    write_chances(load(out), held, k, WORK / f"event_fold{k}.jsonl")
    export(out, WORK / f"fold{k}", refined=False)
    out.unlink()


def write_chances(network: Network, held: dict[str, list[Document]], k: int, path: Path) -> None:
    """Write the chances of the held-out texts of fold ``k``, a line an act; on PLV from the pair alone."""
    table = events.labels()
    with path.open("w", encoding="utf-8") as handle:
        for corpus, part in held.items():
            for document, act, chances in act_chances(network, part, alone=corpus == "plv"):
                gold = {"types": [table["event_type"][t] for t in act.types]}
                gold["acled"] = [table["event_acled"][act.acled]] if act.acled >= 0 else []
                scored = {h: {table[h][j]: round(float(p), 5) for j, p in enumerate(c) if p > 5e-5} for h, c in chances.items()}
                handle.write(
                    json.dumps({"id": document.name, "corpus": corpus, "fold": k, "gold": gold, "chances": scored}) + "\n"
                )


def best(chances: dict[str, float], known: set[str]) -> str:
    """The likeliest name among those a corpus uses."""
    return max((p, name) for name, p in chances.items() if name in known or not known)[1]


def yields(chances: dict[str, float]) -> dict[str, float]:
    """PLV's YIELD is CONCEDE and RETREAT together; a marked pair has an act."""
    merged = {k: v for k, v in chances.items() if k not in {"CONCEDE", "RETREAT", events.NO_ACT}}
    return merged | {"YIELD": chances.get("CONCEDE", 0.0) + chances.get("RETREAT", 0.0)}


def f1_by_class(gold: list[str], found: list[str]) -> dict[str, tuple[float, int]]:
    """F1 in percent and number of gold items of each gold class."""
    out = {}
    for name in sorted(set(gold)):
        right = sum(g == f == name for g, f in zip(gold, found, strict=True))
        total = gold.count(name) + found.count(name)
        out[name] = (200 * right / total if total else 0.0, gold.count(name))
    return out


def report(files: Iterable[Path]) -> dict[str, Any]:
    """Root macro-F1 on PLV's pairs, weighted F1 of the ACLED sub-event on CASE's snippets, from the chances of all folds."""
    rows = [json.loads(line) for path in files for line in path.read_text(encoding="utf-8").splitlines()]
    plv = [r for r in rows if r["corpus"] == "plv"]
    gold = ["YIELD" if set(r["gold"]["types"]) == {"CONCEDE", "RETREAT"} else r["gold"]["types"][0] for r in plv]
    found = [best(yields(r["chances"]["event_type"]), set()) for r in plv]
    roots = f1_by_class(gold, found)
    case = [r for r in rows if r["corpus"] == "case"]
    wanted = [r["gold"]["acled"][0] for r in case]
    made = [best(r["chances"]["event_acled"], set()) for r in case]
    kept = f1_by_class(wanted, made)
    real = {k: v for k, v in kept.items() if k != events.NO_ACT}
    return {
        "plv, pair given, root macro-F1": round(sum(f for f, _ in roots.values()) / len(roots), 1),
        "plv, accuracy": round(100 * sum(g == f for g, f in zip(gold, found, strict=True)) / len(gold), 1),
        "plv by root": {k: [round(f, 1), n] for k, (f, n) in roots.items()},
        "case, weighted F1, ACLED's types": round(sum(f * n for f, n in real.values()) / sum(n for _, n in real.values()), 1),
        "case by sub-event": {k: [round(f, 1), n] for k, (f, n) in kept.items()},
    }


def run_all(checkpoint: Path, minutes: float) -> None:
    """Run every fold, as many side by side as there are processors."""
    command = [
        sys.executable,
        "-m",
        "training.event_folds",
        str(checkpoint),
        "--minutes",
        str(minutes),
        "--fold",
    ]
    side = os.cpu_count() or 1
    for first in range(0, FOLDS, side):
        running = [subprocess.Popen([*command, str(k)]) for k in range(first, min(FOLDS, first + side))]  # noqa: S603
        if any(process.wait() for process in running):
            raise SystemExit(1)


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("checkpoint", type=Path, help="a checkpoint that saw neither PLV nor CASE")
    parser.add_argument("--minutes", type=float, default=4)
    parser.add_argument("--fold", type=int, help="run this fold alone, in this process")
    parser.add_argument("--report", action="store_true", help="only report on folds that were run")
    arguments = parser.parse_args()
    if arguments.fold is not None:
        run_fold(arguments.fold, arguments.checkpoint, arguments.minutes)
        return
    if not arguments.report:
        run_all(arguments.checkpoint, arguments.minutes)
    result = report(WORK / f"event_fold{k}.jsonl" for k in range(FOLDS)) | {"minutes a fold": arguments.minutes}
    (ROOT / "benchmarks" / "results" / "event_folds.json").write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    print(json.dumps(result, indent=1))


if __name__ == "__main__":
    main()
