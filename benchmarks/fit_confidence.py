"""Fits the weights of the confidence model: is the event's type the one that was marked?

Logistic regression on plv-train: each event whose participants overlap the marked pair is a case, right when its root is the marked one.
Acts that a governor speaks of are left out: PLV marks one act a sentence, the governor's, so they would all count as wrong; their weight
is set by hand. Two halves are fitted crosswise first, for the expected calibration error; then all of it gives ``coding/data/confidence.tsv``.
"""

from __future__ import annotations

import argparse
import re
from dataclasses import astuple, fields
from typing import TYPE_CHECKING

import numpy as np

import trucewatch
from common import ROOT, corpus, save
from events import YIELD, hits, marked_spans
from trucewatch.coding import events as coding_events
from trucewatch.coding.confidence import Evidence, confidence

if TYPE_CHECKING:
    from numpy.typing import NDArray

NAMES = ["bias", *(f.name for f in fields(Evidence))]
EMBEDDED = -1.5
HEADER = """# Weights of the logistic confidence model. Written by benchmarks/fit_confidence.py from plv-train; see docs/evaluation.md.
feature\tweight
"""


def cases() -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Feature rows (with a leading 1) and whether the type was right."""
    seen: dict[int, Evidence] = {}

    def spy(evidence: Evidence) -> float:
        seen[len(seen)] = evidence
        return confidence(evidence)

    coding_events.confidence = spy
    coder = trucewatch.load()
    rows, right = [], []
    for row in corpus("events/plv-train.jsonl.xz"):
        source, target = marked_spans(row["marked"])
        seen.clear()
        coded = coder.code(re.sub(r"</?[st]>", "", row["marked"]))
        for event, evidence in zip(coded.events, seen.values(), strict=True):
            if hits(event, source, target)[0] >= 1 and not evidence.embedded:
                rows.append([1.0, *astuple(evidence)])
                right.append(float(YIELD.get(event.type, event.type) == row["root"]))
    return np.array(rows), np.array(right)


def fit(x: NDArray[np.float64], y: NDArray[np.float64], *, ridge: float = 1.0) -> NDArray[np.float64]:
    """Newton's method for ridge logistic regression."""
    w = np.zeros(x.shape[1])
    penalty = ridge * np.eye(x.shape[1])
    penalty[0, 0] = 0.0
    for _ in range(30):
        p = 1 / (1 + np.exp(-x @ w))
        hessian = (x * (p * (1 - p))[:, None]).T @ x + penalty
        w += np.linalg.solve(hessian, x.T @ (y - p) - penalty @ w)
    return w


def calibration_error(p: NDArray[np.float64], y: NDArray[np.float64], bins: int = 10) -> float:
    """Expected calibration error over equal-width bins."""
    which = np.minimum((p * bins).astype(int), bins - 1)
    return float(
        sum(abs(p[which == k].mean() - y[which == k].mean()) * (which == k).mean() for k in range(bins) if (which == k).any())
    )


def main() -> None:
    """Run."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true", help="write coding/data/confidence.tsv")
    args = parser.parse_args()
    x, y = cases()
    half = np.arange(len(y)) % 2 == 0
    p = np.empty(len(y))
    for part in (half, ~half):
        p[part] = 1 / (1 + np.exp(-x[part] @ fit(x[~part], y[~part])))
    w = fit(x, y)
    w[NAMES.index("embedded")] = EMBEDDED
    result = {"cases": len(y), "right": round(float(y.mean()), 3), "ece_two_fold": round(calibration_error(p, y), 3)}
    print(result, dict(zip(NAMES, w.round(2).tolist(), strict=True)))
    save("confidence", result)
    if args.write:
        path = ROOT / "src" / "trucewatch" / "coding" / "data" / "confidence.tsv"
        path.write_text(HEADER + "".join(f"{n}\t{v:.3f}\n" for n, v in zip(NAMES, w, strict=True)), encoding="utf-8")


if __name__ == "__main__":
    main()
