"""re3d, five folds by document: what the entity head scores on documents it has not seen.

Each fold starts from a checkpoint of the first stage (trained without re3d), with a fresh entity head, and trains a few
minutes on the other four fifths, then the head alone, as the shipped weights did. With ``--made`` the folds are those that
``training.accelerate`` brought back (``event_fold0.pt`` ...), which never saw their fifth either; only the head alone is trained here.
Two figures a type: strict F1 on the cleaned annotations that the head is taught, and on the corpus as it stands; the difference is what
its unevenness costs.

``python -m training.folds training/runs/stage1.pt`` writes ``benchmarks/results/language_entities.json``.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from training import features
from training.corpora import FOLDS, ROOT, documents_of, read_entities
from training.evaluate import f1, span_counts
from training.export import load, refine
from training.loop import TASKS, WORK, Plan, train
from trucewatch.language.analysis import ENTITY_LABELS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from training.network import Network


def score(network: Network, names: Sequence[str], *, everything: bool) -> Counter[str]:
    """Exact span counts on some documents."""
    source = [d for d in read_entities(everything=everything) if d.name in set(names)]
    return span_counts(network, features.span_documents(source, "entity"), "entity")


def report(counts: Counter[str]) -> dict[str, object]:
    """F1 a type and overall."""
    total = Counter({f"all {k}": sum(counts[f"{label} {k}"] for label in ENTITY_LABELS) for k in ("right", "found", "gold")})
    out: dict[str, object] = {"overall": round(f1(total, "all"), 2)}
    for label in ENTITY_LABELS:
        if counts[f"{label} gold"]:
            out[label] = {"f1": round(f1(counts, label), 2), "gold": counts[f"{label} gold"]}
    return out


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("checkpoint", type=Path, nargs="?", help="a checkpoint that never saw re3d")
    parser.add_argument("--made", action="store_true", help="take event_fold0.pt ... event_fold4.pt of the work folder")
    parser.add_argument("--minutes", type=float, default=2.5)
    parser.add_argument("--folds", type=int, default=FOLDS, help="stop after so many folds")
    arguments = parser.parse_args()
    if arguments.made == bool(arguments.checkpoint):
        parser.error("give a checkpoint, or --made")
    alone = tuple(float(task == "entity") for task in TASKS)
    plan = Plan(WORK / "fold.pt", arguments.minutes, alone, alone, rate=1e-4, head_rate=1.5e-3, save=99, evaluate=99)
    sums: dict[str, Counter[str]] = {"cleaned": Counter(), "as it stands": Counter()}
    for k in range(arguments.folds):
        names = documents_of((d.name for d in read_entities()), k)
        if not arguments.made:
            train(replace(plan, init=arguments.checkpoint, fresh=("taggers.entity",), held_out=names))
        network = load(WORK / f"event_fold{k}.pt" if arguments.made else plan.out)
        refine(network, held_out=names)
        sums["cleaned"] += score(network, names, everything=False)
        sums["as it stands"] += score(network, names, everything=True)
        results = {kind: report(counts) for kind, counts in sums.items()} | {
            "folds": k + 1,
            "minutes": 0 if arguments.made else plan.minutes,
        }
        path = ROOT / "benchmarks" / "results" / "language_entities.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
        print(json.dumps(results), flush=True)


if __name__ == "__main__":
    main()
