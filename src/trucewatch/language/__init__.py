"""Text -> :class:`Analysis`: words, sentences, trees, entities and attribution spans. Knows no politics.

>>> import trucewatch.language
>>> analyser = trucewatch.language.load()
>>> analysis = analyser.analyse("The army said rebels had shelled Idlib.")
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from trucewatch.language.analysis import (
    ATTRIBUTION_LABELS,
    ENTITY_LABELS,
    Analysis,
    Sentence,
    Span,
    Token,
    from_conllu,
)
from trucewatch.language.weights import ModelFacts, WeightsError

if TYPE_CHECKING:
    from pathlib import Path

    from trucewatch.language.analyser import Analyser

__all__ = [
    "ATTRIBUTION_LABELS",
    "ENTITY_LABELS",
    "Analysis",
    "ModelFacts",
    "Sentence",
    "Span",
    "Token",
    "WeightsError",
    "from_conllu",
    "load",
]


def load(path: Path | None = None) -> Analyser:
    """Load the shipped weights, or those in the folder ``path``; every file is checked against its sha256.

    Raises:
        WeightsError: a file is missing or damaged.
    """
    from trucewatch.language.analyser import Analyser  # noqa: PLC0415  (numpy and ONNX Runtime only when needed)

    return Analyser(path)
