"""Fit the ledger's weights: sets ``ledger/data/strands.tsv`` and ``ledger/data/compare.tsv``.

Logistic regression on marked tellings (folders as in ``incident_sets.py``), drawn to the values set by hand in the column ``prior``:
a small set cannot say much of a feature it seldom shows, and then the prior stands. Strands are fitted with the marked strands before the
event; pairs over accounts of different reports that share a block.
"""

from __future__ import annotations

import argparse
from itertools import combinations
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from incident_clusters import prepare
from incident_sets import IncidentSet, code_all
from trucewatch.ledger import compare, strands, tables
from trucewatch.ledger.blocking import blocks_of
from trucewatch.ledger.profile import profile
from trucewatch.ledger.setting import settings

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

DATA = Path(tables.__file__).parent / "data"
#: Weights that stay as they were set: the set shows too few cases, or such as no collection shows.
HELD = {"no word", "thing other", "kind apart", "one denies", "place near", "spoken", "one strand", "two strands"}
#: Chosen by leaving one set out: within a report the priors do best, and hardly more than their scale is learned.
PULLS = {"strands": 100.0, "compare": 8.0}
#: Added to the bias of ``compare`` after fitting. Pairs are fitted one by one, but an account needs to fit its cluster only on the whole;
#: chosen by leaving one world out (0, 0.5 and 1 were tried).
LEAN = 0.5
_HELD = 1e6
_REACH = 1.0
Example = tuple[dict[str, float], bool]


def marked(found: IncidentSet) -> dict[str, str]:
    """Incident of each account that a telling stands for by its very words."""
    _, homes = prepare(found)
    return {
        a.key: t.incident for t, a in homes.items() if a is not None and t.start < a.predicate.end and a.predicate.start < t.end
    }


def strand_examples(found: IncidentSet) -> Iterator[Example]:
    """Events against the strands before them, as marked; events that are not marked go where the present weights put them.

    Tolls and damage are not marked in every set: unmarked, they teach nothing.
    """
    gold = marked(found)
    for coded in found.records:
        open_: list[tuple[str, strands.Strand]] = []
        for index, (event, around) in enumerate(zip(coded.events, settings(coded, coded.events), strict=True)):
            name = gold.get(f"{coded.id}/{event.id}", "")
            for other, strand in open_ if strands.is_act(event) else ():
                seen = strands.features(event, around, strand)
                if seen is not None and (name or not (other.startswith("-") or around.result or event.harm)):
                    yield seen, other == name
            own = next((s for n, s in open_ if name and n == name), None)
            if own is None and not name:
                own = strands.choose(event, around, [s for _, s in open_], tables.weights("strands"))
            if own is None and strands.is_act(event):
                own = strands.Strand()
                open_.append((name or f"-{index}", own))
            if own is not None:
                strands.join(own, index, event, around, [s for _, s in open_])


def pair_examples(found: IncidentSet) -> Iterator[Example]:
    """Pairs of marked accounts of different reports that meet in a block and are not barred."""
    gold = marked(found)
    accounts, _ = prepare(found)
    profiles = [profile(a) for inside in accounts.values() for a in inside if a.key in gold]
    keys = {p.account.key: blocks_of(p) for p in profiles}
    for a, b in combinations(profiles, 2):
        one, other = a.account, b.account
        if one.report == other.report or not keys[one.key] & keys[other.key]:
            continue
        seen = compare.features(a, b)
        if not any(name.startswith("bar ") for name in seen):
            yield seen, gold[one.key] == gold[other.key]


def fit(examples: Sequence[Example], prior: dict[str, float], *, pull: float, steps: int = 60) -> dict[str, float]:
    """Weights of a logistic regression with a Gaussian prior of precision ``pull`` around ``prior`` (Newton's method, short steps)."""
    names = sorted(prior)
    at = {name: k for k, name in enumerate(names)}
    x = np.zeros((len(examples), len(names)))
    for row, (seen, _) in enumerate(examples):
        for name, value in seen.items():
            if name in at:
                x[row, at[name]] = value
    y = np.array([same for _, same in examples], dtype=float)
    centre = np.array([prior[name] for name in names])
    w = centre.copy()
    hold = np.array([_HELD if name in HELD else pull for name in names])
    for _ in range(steps):
        p = 1 / (1 + np.exp(-(x @ w)))
        gradient = x.T @ (p - y) + hold * (w - centre)
        curve = (x * (p * (1 - p))[:, None]).T @ x + np.diag(hold)
        step: NDArray[np.float64] = np.linalg.solve(curve, gradient)
        reach = min(1.0, _REACH / float(np.abs(step).max() + 1e-12))
        w = w - reach * step
        if float(np.abs(step).max()) < 1e-6:
            break
    return {name: round(float(w[at[name]]), 2) for name in names}


def loss(examples: Sequence[Example], weights: dict[str, float]) -> tuple[float, float]:
    """Mean log-loss, and the share of pairs on the right side of 0 in percent."""
    total = right = 0.0
    for seen, same in examples:
        s = sum(weights.get(name, 0.0) * value for name, value in seen.items())
        total += float(np.log1p(np.exp(-s if same else s)))
        right += (s > 0) == same
    return total / max(1, len(examples)), 100 * right / max(1, len(examples))


def write(name: str, weights: dict[str, float]) -> None:
    """Renew the column ``weight`` of a table; comments, order and priors stay."""
    path = DATA / f"{name}.tsv"
    lines = path.read_text(encoding="utf-8").splitlines()
    made = []
    for line in lines:
        cells = line.split("\t")
        if not line.startswith("#") and cells[0] in weights:
            cells[2] = f"{weights[cells[0]]:g}"
        made.append("\t".join(cells))
    path.write_text("\n".join(made) + "\n", encoding="utf-8")


def priors(name: str) -> dict[str, float]:
    """The column ``prior`` of a table."""
    return {row["feature"]: float(row["prior"]) for row in tables.rows(f"{name}.tsv")}


def main() -> None:
    """Fit both tables, say what it brings on the examples, and write them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folders", nargs="+", type=Path, metavar="FOLDER")
    parser.add_argument("--pull", type=float, help="how strongly weights are drawn to the priors (strands 100, compare 8)")
    parser.add_argument("--dry", action="store_true", help="write nothing")
    options = parser.parse_args()
    sets = code_all(options.folders)
    for name, make in (("strands", strand_examples), ("compare", pair_examples)):
        examples = [example for found in sets for example in make(found)]
        prior = priors(name)
        weights = fit(examples, prior, pull=options.pull or PULLS[name])
        before, after = loss(examples, prior), loss(examples, weights)
        print(f"{name}: {len(examples)} pairs, {sum(same for _, same in examples)} of one occurrence")
        print(f"  by hand log-loss {before[0]:.3f}, right {before[1]:.1f}%; fitted {after[0]:.3f}, {after[1]:.1f}%")
        if not options.dry:
            write(name, weights | ({"bias": round(weights["bias"] + LEAN, 2)} if name == "compare" else {}))
            tables.weights.cache_clear()


if __name__ == "__main__":
    main()
