"""Bearing on terms, measured on any set of marked reports with pairs of incident and term (``tests/ledger/dev_ledger`` by default).

A folder holds ``reports.txt``, ``pairs.tsv`` (incident, agreement, term, bearing), ``states.tsv``, ``groups.tsv``, ``places.tsv`` and its
agreement, ``agreement.yaml`` or named as the pairs name it; what is not beside the pairs is a shipped one. An incident is made of the events
that the coder found in the marked words, as in ``ledger_gold.py``. ``--show`` lists the misses; of the sets that are held (the ``H`` half of
``dev_ledger``, ``dev_f``) only figures are printed, so that they stay of use.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "src")]

from benchmarks.common import macro_f1, save  # noqa: E402
from benchmarks.incident_clusters import prepare  # noqa: E402
from benchmarks.incident_sets import code, sides  # noqa: E402
from benchmarks.ledger_gold import made, table  # noqa: E402

from trucewatch.ledger.agreements import desks, find, load  # noqa: E402
from trucewatch.ledger.findings import Book  # noqa: E402
from trucewatch.model.agreement import BEARINGS  # noqa: E402

if TYPE_CHECKING:
    from trucewatch.model.agreement import Finding
    from trucewatch.model.incident import Account

FOLDER = ROOT / "tests" / "ledger" / "dev_ledger"
#: Folders and halves whose misses are not looked at.
_HELD = frozenset({("dev_ledger", "H"), ("dev_f", "")})


def accounts(folder: Path) -> dict[str, list[Account]]:
    """What the coder found of each incident."""
    _, events = prepare(code(folder))
    found: dict[str, list[Account]] = {}
    for telling, account in events.items():
        if account is not None and account not in found.setdefault(telling.incident, []):
            found[telling.incident].append(account)
    return found


def books(folder: Path, names: set[str]) -> dict[str, Book]:
    """The agreements, by the ids that the pairs name."""
    actors = [folder / "states.tsv", folder / "groups.tsv"]
    found = {}
    for name in sorted(names):
        path = next((own for own in (folder / f"{name}.yaml", folder / "agreement.yaml") if own.exists()), None) or find(name)
        found[name] = Book(load(path, *desks(path, actors, [folder / "places.tsv"])), sides(folder))
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


def report(results: list[dict[str, Any]], name: str) -> dict[str, Any]:
    """Print the figures; return what is kept of them."""
    gold, said = [r["row"]["bearing"] for r in results], [r["bearing"] for r in results]
    score, each = macro_f1(gold, said, BEARINGS)
    right = 100 * sum(g == s for g, s in zip(gold, said, strict=True)) / len(gold)
    print(f"{name}: {len(results)} pairs; bearing macro-F1 {score:.1f}, right {right:.1f} %")
    for bearing, value in each.items():
        print(f"  {bearing:24} {value:5.1f}   ({gold.count(bearing)})")
    return {
        "pairs": len(results),
        "macro_f1": round(score, 1),
        "right": round(right, 1),
        **{k: round(v, 1) for k, v in each.items()},
    }


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, nargs="?", default=FOLDER)
    parser.add_argument("--half", default="", help="only incidents whose id begins so")
    parser.add_argument("--show", action="store_true", help="list the misses")
    parser.add_argument("--keep", action="store_true", help="keep the result in benchmarks/results")
    options = parser.parse_args()
    folder: Path = options.folder.resolve()
    if options.show and not {(folder.name, options.half), (folder.name, "")}.isdisjoint(_HELD):
        parser.error("this set is held: figures only")
    rows = [row for row in table(folder / "pairs.tsv") if row["incident"].startswith(options.half)]
    told, held = accounts(folder), books(folder, {row["agreement"] for row in rows})
    results = [judged(row, told.get(row["incident"], []), held[row["agreement"]]) for row in rows]
    name = f"{folder.name} {options.half}".strip()
    kept = report(results, name)
    misses = [result for result in results if result["bearing"] != result["row"]["bearing"]]
    for result in misses if options.show else ():
        show(result)
    if options.keep:
        save(f"ledger_bearing_{name.removeprefix('dev_ledger ').replace(' ', '_')}", kept)


if __name__ == "__main__":
    main()
