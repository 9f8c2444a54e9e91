"""The house's own gold set: short texts, the demonstration's reports, and the Idlib sample where it lies beside the checkout.

The texts are in ``tests/gold``; nothing here is a foreign test set. ``--misses`` prints every text that went wrong; ``--pin`` writes
``tests/gold/floors.toml`` anew, two points below what was measured.
"""

from __future__ import annotations

import argparse
import sys
import tomllib
from datetime import UTC, datetime
from hashlib import sha256
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
_SLACK = 2.0
_PINNED = (
    "type_f1", "typed_status_f1", "asserted_recall", "embedded_recall", "status_accuracy", "mode_accuracy", "truce_accuracy", "actor_f1",
    "recipient_f1", "harm_f1", "claim_f1", "stance_accuracy", "place_accuracy", "time_accuracy",
)  # fmt: skip
_FLOORS = """# What the coder must keep on the gold set: percent, two points below what was measured ({date}; demo: three).
# Written by `benchmarks/gold.py --pin`, which lowers none. Raise them when the coder gets better; lower one only by hand and with the reason in
# the commit. Nine that were lowered for weights 1.1.0 are won back with 1.2.0, but for place_accuracy, which stood at 64.7.

[frozen]
sha256 = "{sha}"

[at_least]
{least}

[at_most]
false_event_rate = {most}

[demo]
found = {found}
whole = {whole}
"""


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


def pin(figures: dict[str, float], dossier: dict[str, float]) -> None:
    """Write the floors that ``tests/gold/test_gold.py`` asserts; none is lowered."""
    old = tomllib.loads((GOLD / "floors.toml").read_text(encoding="utf-8"))
    floors = {name: max(figures[name] - _SLACK, old["at_least"].get(name, 0.0)) for name in _PINNED}
    text = _FLOORS.format(
        date=datetime.now(tz=UTC).date().isoformat(),
        sha=sha256((GOLD / "sentences.jsonl").read_bytes()).hexdigest(),
        least="\n".join(f"{name} = {floor:.1f}" for name, floor in floors.items()),
        most=f"{min(figures['false_event_rate'] + _SLACK, old['at_most']['false_event_rate']):.1f}",
        found=f"{max(dossier['found'] - _SLACK - 1, old['demo']['found']):.1f}",
        whole=f"{max(dossier['whole'] - _SLACK - 1, old['demo']['whole']):.1f}",
    )
    (GOLD / "floors.toml").write_text(text, encoding="utf-8")


def main() -> None:
    """Measure, print and keep."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--misses", action="store_true", help="print every text that went wrong")
    parser.add_argument("--pin", action="store_true", help="write the floors anew")
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
    if options.pin:
        pin(total.figures(), recall(found))


if __name__ == "__main__":
    main()
