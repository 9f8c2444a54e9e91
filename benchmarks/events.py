"""Events end to end on the training halves of PLV, CAMEO spans and the PLOVER gold records.

The coder reads the bare sentence; the marked pair is used only to pick which of its events to compare. An event is picked by how many
of its participants overlap the pair (actor with source, recipient with target; crossed roles count half), then by confidence, then by
order. No event that overlaps is an error. ``errors.py plv`` and ``errors.py cameo`` show the errors with their words.
"""

from __future__ import annotations

import re
import time
from collections import Counter
from typing import TYPE_CHECKING, Any, cast

from common import Coders, corpus, joined, macro_f1, marked_spans, options, overlaps, save, table
from trucewatch.coding.judge import NO_ACT, weigh

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from trucewatch.coder import Coder
    from trucewatch.model import Coded, Event

ROOTS = [
    "AGREE", "CONSULT", "SUPPORT", "COOPERATE", "AID", "YIELD", "REQUEST", "ACCUSE",
    "REJECT", "THREATEN", "PROTEST", "SANCTION", "MOBILIZE", "COERCE", "ASSAULT",
]  # fmt: skip
YIELD = {"CONCEDE": "YIELD", "RETREAT": "YIELD"}
NONE = "(none)"
OLD_NAMES = {"DEMAND": "REQUEST", "DISAPPROVE": "ACCUSE", "FIGHT": "ASSAULT"}
Span = tuple[int, int]


def touches(people: list[Span], marked: list[Span]) -> bool:
    """Whether any participant overlaps any marked span; a role that is not marked asks for nothing."""
    return not marked or any(overlaps(p, m) for p in people for m in marked)


def hits(event: Event, source: list[Span], target: list[Span]) -> tuple[float, bool]:
    """How well the event's people fit the pair, and whether both do in their roles."""
    actors = [(p.start, p.end) for p in event.actor]
    recipients = [(p.start, p.end) for p in event.recipient]
    straight = touches(actors, source) + touches(recipients, target)
    crossed = touches(actors, target) + touches(recipients, source)
    return max(straight, crossed / 2), straight == 2


def pick(coded: Coded, source: list[Span], target: list[Span]) -> Event | None:
    """The event to compare."""
    ranked = [(-hits(e, source, target)[0], -e.confidence, k) for k, e in enumerate(coded.events)]
    ranked = [r for r in ranked if r[0] < 0]
    return coded.events[min(ranked)[2]] if ranked else None


def pair_chances(coder: Coder, text: str, source: list[Span], target: list[Span]) -> dict[str, float]:
    """What the head says of a marked pair, with no word of an act given: chance of each root."""
    analysis = coder.analyser.analyse(text)
    marks = [[t.i for t in analysis.tokens if any(overlaps((t.start, t.end), m) for m in side)] for side in (source, target)]
    chances = coder.analyser.read_act(cast("NDArray[np.float16]", analysis.vectors), (), *marks).type
    merged = dict.fromkeys(ROOTS, 0.0)
    for kind, chance in chances.items():
        if kind != NO_ACT:
            merged[YIELD.get(kind, kind)] += chance
    return merged


def share(gold: list[str], found: list[str]) -> float:
    """Percent that are alike."""
    return round(100 * sum(g == f for g, f in zip(gold, found, strict=True)) / len(gold), 1)


def plv(coders: Coders) -> dict[str, Any]:
    """Root macro-F1, quad macro-F1 and share of pairs with both people found.

    *Pair given*: the head reads the marked pair, and the event that rules and head found for the pair themselves counts as a rule's word
    does (``rule`` in ``judge.tsv``). *Pair given, head alone* leaves that event out.
    """
    rows = corpus("events/plv-train.jsonl.xz")
    gold, predicted, quads, predicted_quads = [], [], [], []
    given: list[str] = []
    alone: list[str] = []
    both = 0
    begun = time.perf_counter()
    for row in rows:
        source, target = marked_spans(row["marked"])
        text = re.sub(r"</?[st]>", "", row["marked"])
        coder = coders(row["id"])
        coded = coder.code(text)
        event = pick(coded, source, target)
        gold.append(row["root"])
        if coder.judging:
            chances = pair_chances(coder, text, source, target)
            alone.append(weigh(chances, "", 0.0))
            given.append(weigh(chances, YIELD.get(event.type, event.type) if event else "", coder.weights.rule))
        predicted.append(YIELD.get(event.type, event.type) if event else NONE)
        quads.append(str(row["quad"]))
        predicted_quads.append(str(event.quad) if event else NONE)
        both += any(hits(e, source, target)[1] for e in coded.events)
    score, each = macro_f1(gold, predicted, ROOTS)
    quad_score, _ = macro_f1(quads, predicted_quads, ["1", "2", "3", "4"])
    print(table([("root", "F1"), *((k, f"{v:.1f}") for k, v in sorted(each.items(), key=lambda x: x[1]))]))
    result = {
        "rows": len(rows),
        "root_macro_f1": round(score, 1),
        "quad_macro_f1": round(quad_score, 1),
        "both_participants": round(100 * both / len(rows), 1),
        "none": round(100 * predicted.count(NONE) / len(rows), 1),
        "accuracy": share(gold, predicted),
        "per_root": {k: round(v, 1) for k, v in each.items()},
        "seconds": round(time.perf_counter() - begun, 1),
    }
    for name, found in (("pair given", given), ("pair given, head alone", alone)):
        if found:
            result[f"{name}, root_macro_f1"] = round(macro_f1(gold, found, ROOTS)[0], 1)
            result[f"{name}, accuracy"] = share(gold, found)
    print(result)
    return result


def cameo(coders: Coders) -> dict[str, Any]:
    """Span F1 (overlap) of actors against sources and recipients against targets."""
    rows = corpus("events/cameo-spans-train.jsonl.xz")
    found = {role: Counter[str]() for role in ("S", "T")}
    for row in rows:
        text, marked = joined(row["tokens"], row["tags"])
        coded = coders(row["id"]).code(text)
        for role in ("S", "T"):
            gold = marked[role]
            said = {(p.start, p.end) for e in coded.events for p in (e.actor if role == "S" else e.recipient)}
            count = found[role]
            count["gold"] += len(gold)
            count["said"] += len(said)
            count["gold_hit"] += sum(any(overlaps(g, s) for s in said) for g in gold)
            count["said_hit"] += sum(any(overlaps(g, s) for g in gold) for s in said)
    result: dict[str, Any] = {"rows": len(rows)}
    found["both"] = found["S"] + found["T"]
    for role, count in found.items():
        p, r = count["said_hit"] / max(1, count["said"]), count["gold_hit"] / max(1, count["gold"])
        result[role] = {
            "precision": round(100 * p, 1),
            "recall": round(100 * r, 1),
            "f1": round(200 * p * r / max(1e-9, p + r), 1),
        }
    print(result)
    return result


def gold_records(coders: Coders) -> dict[str, Any]:
    """PLOVER gold records: type found among the sentence's events, and as its most confident one."""
    rows = corpus("events/gsr-dev.jsonl.xz")
    any_hit = top_hit = 0
    for row in rows:
        want = OLD_NAMES.get(row["event"], row["event"])
        coded = coders(row["id"]).code(row["text"], published=row.get("date"))
        types = [e.type for e in coded.events]
        any_hit += want in types or (want == "YIELD" and bool({"CONCEDE", "RETREAT"} & set(types)))
        top = max(coded.events, key=lambda e: e.confidence).type if coded.events else NONE
        top_hit += want in {top, YIELD.get(top)}
        if want not in types:
            print("  ", row["id"], want, types, row["text"][:160])
    result = {
        "rows": len(rows),
        "type_among": round(100 * any_hit / len(rows), 1),
        "type_top": round(100 * top_hit / len(rows), 1),
    }
    print(result)
    return result


def main() -> None:
    """Run."""
    parser = options(__doc__)
    parser.add_argument("what", nargs="*", default=["plv", "cameo", "gsr"])
    args = parser.parse_args()
    coders = Coders(model=args.model, folds=args.folds, judging=not args.rules)
    result: dict[str, Any] = {"weights": "five folds" if args.folds else "shipped: they saw these corpora"}
    if "plv" in args.what:
        result["plv"] = plv(coders)
    if "cameo" in args.what:
        result["cameo"] = cameo(coders)
    if "gsr" in args.what:
        result["gsr"] = gold_records(coders)
    if set(args.what) >= {"plv", "cameo", "gsr"}:
        save("events_rules" if args.rules else "events_folds" if args.folds else "events", result)


if __name__ == "__main__":
    main()
