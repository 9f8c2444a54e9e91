"""Time expressions on AQUAINT TimeML (TempEval-3's development half), beside HeidelTime's quoted figure.

Value F1 as in TempEval-3: a span that overlaps a gold span with the same ``value``. HeidelTime's
73.0 is a quoted figure for AQUAINT, not run here. ``iso`` forgives spelling only: "2000-W6" is
"2000-W06", trailing "-XX" says nothing.
"""

from __future__ import annotations

import re
import time
from collections import Counter
from datetime import date
from typing import TYPE_CHECKING, Any

from common import corpus, overlaps, save, table
from trucewatch.knowledge.times import find

if TYPE_CHECKING:
    from trucewatch.model.record import Time


def iso(value: str | None) -> str:
    """A value with ISO 8601's week padding and without unknown trailing parts."""
    return re.sub(r"(?:-XX)+$", "", re.sub(r"-W(\d)(?!\d)", r"-W0\1", value or ""))


def compare(row: dict[str, Any], found: tuple[Time, ...], counts: Counter[str], errors: Counter[str]) -> None:
    """Count one document's hits and note its errors."""
    text, used = row["text"], set()
    for gold in row["times"]:
        words = " ".join(text[gold["start"] : gold["end"]].split())
        hits = [k for k, t in enumerate(found) if k not in used and overlaps((t.start, t.end), (gold["start"], gold["end"]))]
        if not hits:
            errors[f"missed   {words} = {gold['value']}"] += 1
            continue
        used.add(hits[0])
        t = found[hits[0]]
        counts["relaxed"] += 1
        counts["strict"] += (t.start, t.end) == (gold["start"], gold["end"])
        counts["type"] += t.type == gold["type"]
        counts["value"] += t.value == gold["value"]
        counts["iso"] += iso(t.value) == iso(gold["value"])
        if iso(t.value) != iso(gold["value"]):
            errors[f"value    {t.text!r} ({row['published'][:10]}): {t.value}, gold {gold['value']}"] += 1
    for k, t in enumerate(found):
        if k not in used:
            errors[f"invented {t.text!r} = {t.value}"] += 1
    counts["gold"] += len(row["times"])
    counts["found"] += len(found)


def main() -> None:
    """Measure, print and save."""
    rows = corpus("times/aquaint-timeml.jsonl.xz")
    counts, errors = Counter[str](), Counter[str]()
    find("warm up on 1 May 2020", anchor=None)
    spent = 0.0
    for row in rows:
        begin = time.process_time()
        found = find(row["text"], anchor=date.fromisoformat(row["published"][:10]))
        spent += time.process_time() - begin
        compare(row, found, counts, errors)
    f1 = {
        k: round(200 * counts[k] / (counts["gold"] + counts["found"]), 1) for k in ("relaxed", "strict", "type", "value", "iso")
    }
    words = sum(len(row["text"].split()) for row in rows)
    speed = round(1000 * spent / words * 700, 2)
    print(table([["spans", "F1"], *f1.items(), ["HeidelTime value (quoted)", 73.0], ["ms per 700 words", speed]]))
    print(f"gold {counts['gold']}, found {counts['found']}\n")
    print("\n".join(f"{n:3} {error}" for error, n in errors.most_common(150)))
    save(
        "times", {"corpus": "aquaint-timeml", "f1": f1, "gold": counts["gold"], "found": counts["found"], "ms_700_words": speed}
    )


if __name__ == "__main__":
    main()
