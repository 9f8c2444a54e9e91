"""What the benchmarks share: where the corpora lie, how results are kept, how scores are reckoned.

A benchmark reads annotated corpora from ``../shared/corpora`` (or ``$CORPORA``), skips with a word where they are missing, prints a table
and writes ``benchmarks/results/NAME.json``.
"""

from __future__ import annotations

import json
import lzma
import os
import sys
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

ROOT = Path(__file__).resolve().parent.parent
CORPORA = Path(os.environ.get("CORPORA", ROOT.parent / "shared" / "corpora"))
RESULTS = ROOT / "benchmarks" / "results"


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


def overlaps(a: tuple[int, int], b: tuple[int, int]) -> bool:
    """Whether two character ranges share a character."""
    return a[0] < b[1] and b[0] < a[1]


def table(rows: Iterable[Sequence[object]]) -> str:
    """Rows as aligned plain text."""
    made = [[str(cell) for cell in row] for row in rows]
    widths = [max(len(r[k]) for r in made if k < len(r)) for k in range(max(map(len, made)))]
    return "\n".join("  ".join(cell.ljust(w) for cell, w in zip(row, widths, strict=False)).rstrip() for row in made)
