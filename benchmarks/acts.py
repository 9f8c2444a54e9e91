"""Acts end to end on texts of our own (``training/data/events``): types, statuses, modes, sub-events and false events.

The texts were written for the event head; the rules were not made with them, and every tenth text was never learned from. That tenth
(``--all`` takes all) is where rules and head are compared: ``--rules`` runs the rules alone. A coded event is paired with a marked act
when the words of one hold the word of the other.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from common import Coders, options, overlaps, rates, save, table
from training import own_events
from trucewatch.coding.judge import REAL

if TYPE_CHECKING:
    from training.own_events import Act, Example

    from trucewatch.model import Coded, Event


def pairs(coded: Coded, example: Example) -> list[tuple[Act, Event | None]]:
    """Each marked word with the event on it: of its type where there is one, else the most confident."""
    found: list[tuple[Act, Event | None]] = []
    for act in example.acts:
        near = [e for e in coded.events if overlaps((e.predicate.start, e.predicate.end), act.predicate)]
        near.sort(key=lambda e: (e.type != act.type, -e.confidence))
        found.append((act, near[0] if near else None))
    return found


def measure(coder: Any, examples: list[Example]) -> dict[str, Any]:
    """Scores over texts; ``errors.py own`` shows the words."""
    n: Counter[str] = Counter()
    for example in examples:
        coded = coder.code(example.text)
        on_marked = [
            any(overlaps((e.predicate.start, e.predicate.end), a.predicate) for a in example.acts) for e in coded.events
        ]
        n["events"] += len(on_marked)
        n["events elsewhere"] += on_marked.count(False)
        for act, event in pairs(coded, example):
            told = event is not None and event.status in REAL
            if not act.type:
                n["no act"] += 1
                n["coded all the same"] += event is not None
                n["told as fact"] += told
            else:
                n["acts"] += 1
                n["found"] += event is not None
                right = event is not None and event.type == act.type
                n["type right"] += right
                if event is not None and right:
                    n["status right"] += event.status == act.status
                    n["mode known"] += bool(act.mode)
                    n["mode right"] += bool(act.mode) and event.mode == act.mode
                    for role, wanted in (("actor", act.actor), ("recipient", act.recipient)):
                        people = [(p.start, p.end) if p.via is None else (p.via.start, p.via.end) for p in getattr(event, role)]
                        hit = any(overlaps(p, wanted) for p in people) if wanted else False
                        n[f"{role} wanted"] += wanted is not None
                        n[f"{role} made"] += bool(people)
                        n[f"{role} right"] += hit
                if event is not None and act.status in REAL:
                    n["acled asked"] += 1
                    made = event.acled.sub_event_type if event.acled else ""
                    n["acled right"] += made == act.acled

    def share(part: str, whole: str) -> float:
        return round(100 * n[part] / n[whole], 1) if n[whole] else 0.0

    result = {
        "texts": len(examples),
        "events": n["events"],
        "events on words that are not marked": n["events elsewhere"],
        "acts": n["acts"],
        "found": share("found", "acts"),
        "type right": share("type right", "acts"),
        "type right, of found": share("type right", "found"),
        "status right, type right": share("status right", "type right"),
        "mode right, type right": share("mode right", "mode known"),
        "sub-event right, of found": share("acled right", "acled asked"),
        "words that are no act": n["no act"],
        "coded all the same": share("coded all the same", "no act"),
        "told as fact": share("told as fact", "no act"),
    }
    for role in ("actor", "recipient"):
        figures = rates(n[f"{role} right"], n[f"{role} made"], n[f"{role} wanted"])
        result[role] = dict(zip(("precision", "recall", "f1"), figures, strict=True))
    return result


def main() -> None:
    """Measure, print, write ``results/acts.json``."""
    parser = options(__doc__)
    parser.add_argument("--all", action="store_true", help="all texts, also those learned from")
    parser.add_argument("--most", type=int, default=100_000, help="at most so many texts")
    args = parser.parse_args()
    examples = own_events.examples() if args.all else own_events.held_out()
    coder = Coders(model=args.model, judging=not args.rules)("0")
    result = measure(coder, examples[: args.most])
    print(table([("what", ""), *((k, str(v)) for k, v in result.items())]))
    if not args.all and args.most >= len(examples):
        save("acts_rules" if args.rules else "acts", result)


if __name__ == "__main__":
    main()
