"""The main event's ACLED sub-event on CASE 2021's development snippets.

The main event of a snippet is, of its events for which ACLED would record something, the one the coder is surest of (``--first``: the
first in the record). Gold labels that ACLED has nothing for (diplomacy, blame, crime, disasters) count apart: right when no event has a
sub-event; a sub-event made up on one of them is an error of its class all the same. The shipped event head saw these snippets in training
(as a whole, with no word marked); ``--folds`` measures with weights that did not.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from common import Coders, corpus, options, rates, sample, save, table, weighted_f1
from trucewatch.ontology import load

if TYPE_CHECKING:
    from trucewatch.model import Coded, Event

NONE = "-"


def main_event(coded: Coded, *, first: bool = False) -> Event | None:
    """Of the events with an ACLED sub-event the surest (of equals the earlier), or the first."""
    found = [e for e in coded.events if e.acled]
    if first:
        return next(iter(found), None)
    return max(found, key=lambda e: e.confidence, default=None)


def sub_event(event: Event | None) -> str:
    """Sub-event type of an event, or ``NONE``."""
    return event.acled.sub_event_type if event and event.acled else NONE


def measure(coders: Coders, rows: list[dict[str, Any]], *, first: bool = False) -> dict[str, Any]:
    """Weighted F1 over the snippets of ACLED's types, and what becomes of the others."""
    names = load().case_labels
    gold, found = [], []
    for row in rows:
        coded = coders(row["id"]).code(row["text"])
        gold.append(names[row["label"]] or NONE)
        found.append(sub_event(main_event(coded, first=first)))
    overall, each = weighted_f1(gold, found, without=NONE)
    right = Counter(g for g, f in zip(gold, found, strict=True) if g == f)
    counts = Counter(found)
    others = [f for g, f in zip(gold, found, strict=True) if g == NONE]
    return {
        "snippets": len(rows),
        "weighted F1, ACLED's types": round(overall, 1),
        "snippets ACLED has nothing for": len(others),
        "% of them given none": round(100 * others.count(NONE) / max(1, len(others)), 1),
        "% of all given the right one or rightly none": round(100 * right.total() / max(1, len(rows)), 1),
        "by type": {
            k: dict(
                zip(("gold", "found", "precision", "recall", "F1"), (n, counts[k], *rates(right[k], counts[k], n)), strict=True)
            )
            for k, (_, n) in sorted(each.items(), key=lambda item: item[1])
        },
    }


def main() -> None:
    """Measure, print, write ``results/snippets.json`` (with ``_folds``, ``_rules``, ``_first``) where all snippets were read."""
    parser = options(__doc__)
    parser.add_argument("--first", action="store_true", help="the first event is the main one")
    parser.add_argument("--most", type=int, default=100_000, help="at most so many snippets, evenly spread")
    args = parser.parse_args()
    rows = corpus("snippets/case2021-dev.jsonl.xz")
    coders = Coders(model=args.model, folds=args.folds, judging=not args.rules)
    result = measure(coders, sample(rows, args.most), first=args.first)
    result["weights"] = (
        "five folds" if args.folds else "none: rules" if args.rules else "shipped: the event head saw this corpus"
    )
    head = ("sub-event", "gold", "found", "precision", "recall", "F1")
    print(table([head, *((k, *v.values()) for k, v in result["by type"].items())]))
    print({k: v for k, v in result.items() if k != "by type"})
    if args.most >= len(rows):
        save(f"snippets{'_rules' if args.rules else '_folds' if args.folds else ''}{'_first' if args.first else ''}", result)


if __name__ == "__main__":
    main()
