"""What the benchmarks share: where the corpora lie, how results are kept, how scores are reckoned.

A benchmark reads annotated corpora from ``../shared/corpora`` (or ``$CORPORA``), skips with a word where they are missing, prints a table
and writes ``benchmarks/results/NAME.json``.
"""

from __future__ import annotations

import argparse
import json
import lzma
import os
import sys
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
from training.corpora import FOLDS, fold_of, joined, marked_spans  # noqa: E402, F401 - the last two are for those that import them here

CORPORA = Path(os.environ.get("CORPORA", ROOT.parent / "shared" / "corpora"))
RESULTS = ROOT / "benchmarks" / "results"
Row = TypeVar("Row")


def corpus(name: str) -> list[dict[str, Any]]:
    """Rows of a compressed JSON-lines corpus; leaves with a word where it is missing."""
    path = CORPORA / name
    if not path.exists():
        sys.stdout.write(f"skipped: no corpus {name} (set CORPORA to the folder that holds it)\n")
        raise SystemExit(0)
    with lzma.open(path, "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def save(name: str, result: dict[str, Any]) -> None:
    """Keep a result with its date."""
    RESULTS.mkdir(parents=True, exist_ok=True)
    dated = {"date": datetime.now(tz=UTC).date().isoformat(), **result}
    (RESULTS / f"{name}.json").write_text(json.dumps(dated, indent=1, sort_keys=True) + "\n", encoding="utf-8")


def sample(rows: Sequence[Row], most: int) -> list[Row]:
    """At most so many rows, evenly spread: some corpora are sorted by label."""
    return [rows[k * len(rows) // most] for k in range(most)] if most < len(rows) else list(rows)


class Coders:
    """The coder to measure with: one for all rows or, in folds, for each row the one whose weights never saw it."""

    def __init__(self, *, model: Path | None = None, folds: Path | None = None, judging: bool = True) -> None:
        import trucewatch  # noqa: PLC0415 - --help must be quick

        paths = [folds / f"fold{k}" for k in range(FOLDS)] if folds else [model]
        self.judging = judging
        self._coders = [replace(trucewatch.load(model=path), judging=judging) for path in paths]

    def __call__(self, name: str) -> Any:
        """The coder for the row of this identifier."""
        return self._coders[fold_of(name) if len(self._coders) > 1 else 0]


def options(description: str | None) -> argparse.ArgumentParser:
    """A parser with what every benchmark of events takes."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--model", type=Path, help="folder with other weights")
    parser.add_argument(
        "--folds", type=Path, help="folder with the weights of training/event_folds.py: each row by weights that never saw it"
    )
    parser.add_argument("--rules", action="store_true", help="the rules alone, without the learned head")
    return parser


def macro_f1(gold: Sequence[str], predicted: Sequence[str], labels: Iterable[str]) -> tuple[float, dict[str, float]]:
    """Unweighted mean of the labels' F1 in percent, and each label's."""
    tp, fp, fn = Counter[str](), Counter[str](), Counter[str]()
    for g, p in zip(gold, predicted, strict=True):
        if g == p:
            tp[g] += 1
        else:
            fp[p] += 1
            fn[g] += 1
    each = {x: 200.0 * tp[x] / max(1, 2 * tp[x] + fp[x] + fn[x]) for x in labels}
    return sum(each.values()) / max(1, len(each)), each


def weighted_f1(
    gold: Sequence[str], predicted: Sequence[str], *, without: str = ""
) -> tuple[float, dict[str, tuple[float, int]]]:
    """Mean of the gold labels' F1 in percent, weighted by their number, and each label's F1 and number; ``without`` is no label."""
    labels = sorted(set(gold) - {without})
    _, each = macro_f1(gold, predicted, labels)
    counts = Counter(gold)
    total = sum(counts[x] for x in labels)
    return sum(each[x] * counts[x] for x in labels) / max(1, total), {x: (each[x], counts[x]) for x in labels}


def micro_f1(gold: Sequence[str], predicted: Sequence[str], none: str = "-") -> float:
    """F1 in percent over all that is marked or made; ``none`` stands for nothing. Without any nothing: the share that is right."""
    right = sum(g == p != none for g, p in zip(gold, predicted, strict=True))
    total = sum(g != none for g in gold) + sum(p != none for p in predicted)
    return 200 * right / total if total else 0.0


def rates(right: int, found: int, gold: int) -> tuple[float, float, float]:
    """Precision, recall and F1 in percent with one digit; 0 where nothing was found or asked for."""
    p, r = 100 * right / max(1, found), 100 * right / max(1, gold)
    return round(p, 1), round(r, 1), round(2 * p * r / (p + r), 1) if p + r else 0.0


def one_to_one(fits: Sequence[Sequence[bool]]) -> list[tuple[int, int]]:
    """The most pairs (row, column) that fit with each row and column in one pair, in order of rows (augmenting paths)."""
    row_of: dict[int, int] = {}

    def place(row: int, tried: set[int]) -> bool:
        fitting = [column for column, fit in enumerate(fits[row]) if fit]
        for column in sorted(fitting, key=lambda c: c in row_of):  # a free one before one that another row must give up
            if column not in tried:
                tried.add(column)
                if column not in row_of or place(row_of[column], tried):
                    row_of[column] = row
                    return True
        return False

    for row in range(len(fits)):
        place(row, set())
    return sorted((row, column) for column, row in row_of.items())


def overlaps(a: tuple[int, int], b: tuple[int, int]) -> bool:
    """Whether two character ranges share a character."""
    return a[0] < b[1] and b[0] < a[1]


def table(rows: Iterable[Sequence[object]]) -> str:
    """Rows as aligned plain text."""
    made = [[str(cell) for cell in row] for row in rows]
    widths = [max(len(r[k]) for r in made if k < len(r)) for k in range(max(map(len, made)))]
    return "\n".join("  ".join(cell.ljust(w) for cell, w in zip(row, widths, strict=False)).rstrip() for row in made)
