"""The house's own gold set: short texts, the demonstration's reports, and the Idlib sample where it lies beside the checkout.

The texts are in ``tests/gold``; nothing here is a foreign test set. ``--misses`` prints every text that went wrong.
"""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING, Any

from common import ROOT, save, table

sys.path.insert(0, str(ROOT / "tests" / "gold"))

from expect import Check, checks, read_expectations
from scorer import Counts, Score, read_gold, score

import trucewatch
from trucewatch.cli.demo import code_dossier
from trucewatch.model import Report
from trucewatch.reading import read

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from trucewatch.coder import Coder

GOLD = ROOT / "tests" / "gold"
SAMPLES = ROOT.parent / "shared" / "samples"
_TOP = 25


def sentences(coder: Coder) -> Score:
    """Score of the short texts."""
    gold = read_gold(GOLD / "sentences.jsonl")
    return score(gold, [coder.code(Report(t.id, t.text, published=t.published, language="en")) for t in gold])


def demo() -> tuple[Check, ...]:
    """Checks of the demonstration's five reports."""
    records = {coded.id: coded for coded in code_dossier()}
    return tuple(c for id_, wanted in read_expectations(GOLD / "demo.yaml").items() for c in checks(wanted, records[id_]))


def idlib(coder: Coder) -> dict[str, tuple[Check, ...]]:
    """Checks of both files of the sample; empty where they are missing."""
    found: dict[str, tuple[Check, ...]] = {}
    for stem, wanted in read_expectations(GOLD / "idlib.yaml").items():
        for path in (SAMPLES / f"{stem}.txt", SAMPLES / f"{stem}.html"):
            if not path.exists():
                print(f"skipped: no sample {path.name} beside the checkout")
                continue
            found[path.name] = checks(wanted, coder.code(next(iter(read([str(path)])))))
    return found


def recall(found: Sequence[Check]) -> dict[str, float]:
    """Share found, and share found with every field right, in percent."""
    return {
        "found": round(100.0 * sum(c.found for c in found) / max(1, len(found)), 1),
        "whole": round(100.0 * sum(c.found and not c.wrong for c in found) / max(1, len(found)), 1),
        "of": len(found),
    }


def rows_of(name: str, counts: dict[str, Counts]) -> str:
    """Precision, recall and F1 of each label."""
    head = (name, "P", "R", "F1", "n")
    rows = ((k, f"{c.precision:.1f}", f"{c.recall:.1f}", f"{c.f1:.1f}", c.tp + c.fn) for k, c in sorted(counts.items()))
    return table([head, *rows])


def shown(title: str, found: Iterable[Check]) -> None:
    """The checks that failed."""
    for check in found:
        if check.wrong:
            print(f"  {title}: {check.name}: {', '.join(check.wrong)}")


def main() -> None:
    """Measure, print and keep."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--misses", action="store_true", help="print every text that went wrong")
    options = parser.parse_args()
    coder = trucewatch.load()
    total = sentences(coder)
    print(table([("figure", "%"), *total.figures().items()]), "\n")
    print(rows_of("type", total.by_type), "\n")
    print(table([("status", "right", "of"), *((s, c.tp, c.tp + c.fn) for s, c in sorted(total.by_status.items()))]), "\n")
    print(table([("confused", "gold", "coded", "times"), *((*k, n) for k, n in total.confusions.most_common(_TOP))]), "\n")
    print("events in texts without any:", " ".join(total.empty_with_any) or "none", "\n")
    if options.misses:
        print(table(total.misses), "\n")
    found, sample = demo(), idlib(coder)
    result: dict[str, Any] = {
        "sentences": total.figures(),
        "demo": recall(found),
        "idlib": {k: recall(v) for k, v in sample.items()},
    }
    print("demo", result["demo"])
    shown("demo", found)
    for name, each in sample.items():
        print(name, result["idlib"][name])
        shown(name, each)
    save("gold", result)


if __name__ == "__main__":
    main()
