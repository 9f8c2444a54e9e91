"""Bearing on terms, measured on the set that may be tuned to (``tests/ledger/dev_ledger``): its ``D`` half, or its ``H`` half.

An incident is made of the events that the coder found in the marked words, as in ``ledger_gold.py``. ``--half D`` lists its misses on
demand; of ``--half H`` only figures are printed, so that it stays of use.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "src")]

from benchmarks.common import macro_f1, save  # noqa: E402
from benchmarks.incident_clusters import prepare  # noqa: E402
from benchmarks.incident_sets import code  # noqa: E402
from benchmarks.ledger_gold import made, table  # noqa: E402

from trucewatch.ledger.agreements import desks, find, load  # noqa: E402
from trucewatch.ledger.findings import Book  # noqa: E402
from trucewatch.model.agreement import BEARINGS  # noqa: E402

if TYPE_CHECKING:
    from trucewatch.model.agreement import Finding
    from trucewatch.model.incident import Account

FOLDER = ROOT / "tests" / "ledger" / "dev_ledger"


def accounts() -> dict[str, list[Account]]:
    """What the coder found of each incident."""
    _, events = prepare(code(FOLDER))
    found: dict[str, list[Account]] = {}
    for telling, account in events.items():
        if account is not None and account not in found.setdefault(telling.incident, []):
            found[telling.incident].append(account)
    return found


def books(names: set[str]) -> dict[str, Book]:
    """The agreements, by the ids that the pairs name."""
    actors = [FOLDER / "states.tsv", FOLDER / "groups.tsv"]
    found = {}
    for name in sorted(names):
        own = FOLDER / f"{name}.yaml"
        path = own if own.exists() else find(name)
        found[name] = Book(load(path, *desks(path, actors, [FOLDER / "places.tsv"])))
    return found


def judged(row: dict[str, str], told: list[Account], book: Book) -> dict[str, Any]:
    """What the ledger says of one pair."""
    if book.agreement.term(row["term"]) is None:
        raise SystemExit(f"no term {row['term']} in {book.agreement.id}")
    incident = made(row["incident"], told)
    held = book.hold(incident, told) if incident else ()
    finding: Finding | None = next((f for f in held if f.term == row["term"]), None)
    return {"row": row, "told": told, "finding": finding, "bearing": finding.bearing if finding else "no bearing"}


def show(result: dict[str, Any]) -> None:
    """One miss, with what was coded."""
    row = result["row"]
    print(f"\n{row['incident']} {row['term']}: {row['bearing']} -> {result['bearing']}")
    for a in result["told"]:
        actors = [f"{p.text}={p.id}" for p in a.actor]
        others = [f"{p.text}={p.id}" for p in a.recipient]
        print(
            f"    {a.type}/{a.mode} {a.truce} {a.status} “{a.predicate.text}” {actors} -> {others} {a.voice.words} | {a.quote}"
        )
    if not result["told"]:
        print("    nothing coded")
    elif result["finding"]:
        print("    " + " ".join(result["finding"].reasons)[:300])


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--half", choices=("D", "H"), default="D")
    parser.add_argument("--show", action="store_true", help="list the misses of the D half")
    parser.add_argument("--keep", action="store_true", help="keep the result in benchmarks/results")
    options = parser.parse_args()
    rows = [row for row in table(FOLDER / "pairs.tsv") if row["incident"].startswith(options.half)]
    told, held = accounts(), books({row["agreement"] for row in rows})
    results = [judged(row, told.get(row["incident"], []), held[row["agreement"]]) for row in rows]
    gold, said = [row["bearing"] for row in rows], [r["bearing"] for r in results]
    score, each = macro_f1(gold, said, BEARINGS)
    right = 100 * sum(g == s for g, s in zip(gold, said, strict=True)) / len(gold)
    print(f"{options.half}: {len(rows)} pairs; bearing macro-F1 {score:.1f}, right {right:.1f} %")
    for name, value in each.items():
        print(f"  {name:24} {value:5.1f}   ({gold.count(name)})")
    for (was, got), count in Counter((g, s) for g, s in zip(gold, said, strict=True) if g != s).most_common():
        print(f"  {count:3} x {was} -> {got}")
    if options.show and options.half == "D":
        for result in results:
            if result["bearing"] != result["row"]["bearing"]:
                show(result)
    if options.keep:
        each = {k: round(v, 1) for k, v in each.items()}
        save(
            f"ledger_bearing_{options.half}",
            {"pairs": len(rows), "macro_f1": round(score, 1), "right": round(right, 1), **each},
        )


if __name__ == "__main__":
    main()
