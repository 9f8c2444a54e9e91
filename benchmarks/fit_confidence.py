"""Fits the weights of the confidence model: is the event's type the one that was marked?

Logistic regression on two sets that the head did not learn from: plv-train coded in five folds (each event whose participants overlap
the marked pair is a case, right when its root is the marked one), and every tenth of our own texts (each event on a marked word).
Acts that a governor speaks of are left out of the first: PLV marks one act a sentence, the governor's, so they would all count as
wrong. Two halves are fitted crosswise first, for the expected calibration error; then all of it gives ``coding/data/confidence.tsv``.
"""

from __future__ import annotations

import re
from dataclasses import astuple, fields
from typing import TYPE_CHECKING

import numpy as np

from acts import own_events
from common import ROOT, Coders, corpus, marked_spans, options, overlaps, save
from events import YIELD, hits
from trucewatch.coding import events as coding_events
from trucewatch.coding.confidence import Evidence, confidence

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from trucewatch.model import Event

#: Weight of an act that a governor speaks of, set by hand as before: PLV marks the governor's act, and it is what the sentence asserts.
EMBEDDED = -1.5
NAMES = ["bias", *(f.name for f in fields(Evidence))]
HEADER = """# Weights of the logistic confidence model. Written by benchmarks/fit_confidence.py from plv-train in folds and texts of our own;
# see docs/evaluation.md.
feature\tweight
"""


def spied(coders: Coders) -> Callable[[str, str], list[tuple[Event, Evidence]]]:
    """A function that codes a text and gives its events with the evidence behind each."""
    seen: list[Evidence] = []

    def spy(evidence: Evidence) -> float:
        seen.append(evidence)
        return confidence(evidence)

    coding_events.confidence = spy

    def code(name: str, text: str) -> list[tuple[Event, Evidence]]:
        seen.clear()
        return list(zip(coders(name).code(text).events, seen, strict=True))

    return code


def cases(coders: Coders) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.bool_]]:
    """Feature rows (with a leading 1), whether the type was right, and which rows are PLV's."""
    rows: list[list[float]] = []
    right: list[float] = []
    code = spied(coders)
    for row in corpus("events/plv-train.jsonl.xz"):
        source, target = marked_spans(row["marked"])
        for event, evidence in code(row["id"], re.sub(r"</?[st]>", "", row["marked"])):
            if hits(event, source, target)[0] >= 1 and not evidence.embedded:
                rows.append([1.0, *astuple(evidence)])
                right.append(float(YIELD.get(event.type, event.type) == row["root"]))
    first = len(rows)
    for k, example in enumerate(own_events.held_out()):
        for event, evidence in code(str(k), example.text):
            acts = [a for a in example.acts if overlaps((event.predicate.start, event.predicate.end), a.predicate)]
            if acts:
                rows.append([1.0, *astuple(evidence)])
                right.append(float(any(a.type == event.type for a in acts)))
    return np.array(rows), np.array(right), np.arange(len(rows)) < first


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
    parser = options(__doc__)
    parser.add_argument("--write", action="store_true", help="write coding/data/confidence.tsv")
    args = parser.parse_args()
    x, y, plv = cases(Coders(model=args.model, folds=args.folds))
    half = np.arange(len(y)) // 7 % 2 == 0
    p = np.empty(len(y))
    for part in (half, ~half):
        p[part] = 1 / (1 + np.exp(-x[part] @ fit(x[~part], y[~part])))
    w = fit(x, y)
    w[NAMES.index("embedded")] = EMBEDDED
    shipped = 1 / (1 + np.exp(-x @ w))
    result: dict[str, object] = {
        "cases": len(y),
        "right": round(float(y.mean()), 3),
        "ece_two_fold": round(calibration_error(p, y), 3),
    }
    result["ece as shipped, embedded set by hand"] = round(calibration_error(shipped, y), 3)
    for name, part in (("plv", plv), ("own", ~plv)):
        result[name] = {
            "cases": int(part.sum()),
            "right": round(float(y[part].mean()), 3),
            "ece": round(calibration_error(p[part], y[part]), 3),
        }
    print(result, dict(zip(NAMES, w.round(2).tolist(), strict=True)))
    save("confidence", result)
    if args.write:
        path = ROOT / "src" / "trucewatch" / "coding" / "data" / "confidence.tsv"
        path.write_text(HEADER + "".join(f"{n}\t{v:.3f}\n" for n, v in zip(NAMES, w, strict=True)), encoding="utf-8")


if __name__ == "__main__":
    main()
