"""Hand-checked trees of fictional sentences for the tests of claims: no model, no network."""

from __future__ import annotations

import dataclasses
from functools import lru_cache
from pathlib import Path

from trucewatch.language.analysis import Analysis, Span, from_conllu

HERE = Path(__file__).parent


def _paragraphs(analysis: Analysis, block: str) -> Analysis:
    """Put a line break where the block says ``# newpar`` (between its first and second sentence)."""
    if "# newpar" not in block:
        return analysis
    at = analysis.sentences[1].start - 1
    return dataclasses.replace(analysis, text=f"{analysis.text[:at]}\n{analysis.text[at + 1 :]}")


@lru_cache(maxsize=1)
def trees() -> dict[str, Analysis]:
    """All analyses of ``trees.conllu`` by their id."""
    blocks = (HERE / "trees.conllu").read_text(encoding="utf-8").split("# id = ")[1:]
    found = {}
    for block in blocks:
        name, _, rows = block.partition("\n")
        found[name.strip()] = _paragraphs(from_conllu(rows), block)
    return found


def tagged(analysis: Analysis, **spans: str) -> Analysis:
    """The analysis with attribution spans on the words given by label; several of one label are parted by "|"."""
    made = []
    for label, texts in spans.items():
        for text in texts.split("|"):
            start = analysis.text.index(text)
            end = start + len(text)
            inside = [t.i for t in analysis.tokens if t.start >= start and t.end <= end]
            made.append(Span(label, start, end, inside[0], inside[-1] + 1, 0.9))
    return dataclasses.replace(analysis, attributions=tuple(sorted(made, key=lambda s: s.start)))
