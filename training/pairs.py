"""Which word joins a marked pair: the lowest word of the tree above both, where it is neither of them.

PLV and CAMEO mark who and whom, not the word of the act. The trees are the encoder's own, from exported weights of the first stage;
``python -m training.pairs FOLDER`` keeps the words found in ``training/runs/pairs.json``.
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from training.corpora import corpora, joined, json_lines, marked_spans
from training.events import PAIRS
from trucewatch import language

if TYPE_CHECKING:
    from collections.abc import Iterator

    from training.own_events import Range
    from trucewatch.language.analysis import Analysis

_WORDS = frozenset({"VERB", "NOUN", "ADJ"})


def head_of(analysis: Analysis, ranges: list[Range]) -> int | None:
    """The token of the first range whose own head lies outside of it."""
    inside = {t.i for t in analysis.tokens if ranges and t.start < ranges[0][1] and ranges[0][0] < t.end}
    return next((i for i in sorted(inside) if analysis.tokens[i].head not in inside), None)


def joining(analysis: Analysis, source: list[Range], target: list[Range]) -> Range | None:
    """The word that joins two participants, or None."""
    a, b = head_of(analysis, source), head_of(analysis, target)
    if a is None or b is None:
        return None
    above = [a, *analysis.ancestors(a)]
    common = next((i for i in (b, *analysis.ancestors(b)) if i in above), None)
    if common is None or common in {a, b}:
        return None
    token = analysis.tokens[common]
    marked = any(start <= token.start < end for start, end in (*source, *target))
    return (token.start, token.end) if token.upos in _WORDS and not marked else None


def pairs() -> Iterator[tuple[str, str, list[Range], list[Range]]]:
    """Identifier, text, source and target of every marked sentence."""
    for row in json_lines(corpora() / "events" / "plv-train.jsonl.xz"):
        yield row["id"], re.sub(r"</?[st]>", "", row["marked"]), *marked_spans(row["marked"])
    for row in json_lines(corpora() / "events" / "cameo-spans-train.jsonl.xz"):
        text, ranges = joined(row["tokens"], row["tags"])
        yield row["id"], text, ranges["S"], ranges["T"]


def main() -> None:
    """Command line."""
    analyser = language.load(Path(sys.argv[1]))
    found = {}
    rows = list(pairs())
    for name, text, source, target in rows:
        word = joining(analyser.analyse(text), source, target)
        if word:
            found[name] = word
    PAIRS.write_text(json.dumps(found) + "\n", encoding="utf-8")
    print(f"{len(found)} of {len(rows)} pairs have a word that joins them")


if __name__ == "__main__":
    main()
