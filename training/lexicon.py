"""The lemma table: (form, UPOS) -> the lemma it most often has in the UD training part.

Proper nouns, numbers and symbols stand in it only where the lemma differs from the form.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from typing import TYPE_CHECKING

from training.corpora import read_trees

if TYPE_CHECKING:
    from pathlib import Path

_WORD = re.compile(r"[^\W\d_]+(?:['’.-][^\W\d_]+)*\.?|['’]\w+|n['’]t")
_AS_WRITTEN = {"PROPN", "NUM", "SYM", "X", "PUNCT"}
HEADER = "# form, UPOS, lemma: the most frequent lemma in the training part of UD English GUM and EWT (CC BY-SA 4.0)"


def counts() -> dict[tuple[str, str], Counter[str]]:
    """How often each form and UPOS has each lemma; forms in lower case unless the lemma is not."""
    found: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for document in read_trees("train"):
        for s in document.sentences:
            for form, upos, lemma in zip(s.words, s.upos, s.lemmas, strict=True):
                if _WORD.fullmatch(form) and lemma not in {"_", ""} and " " not in lemma:
                    found[form if upos in _AS_WRITTEN else form.lower(), upos][lemma] += 1
    return found


def write(path: Path) -> int:
    """Write the table; returns the number of its rows."""
    rows = []
    for (form, upos), lemmas in sorted(counts().items()):
        lemma = min(lemmas, key=lambda x: (-lemmas[x], x))
        if not (upos in _AS_WRITTEN and (lemma == form or lemmas[form])):
            rows.append(f"{form}\t{upos}\t{lemma}")
    path.write_text("\n".join([HEADER, *rows]) + "\n", encoding="utf-8")
    return len(rows)
