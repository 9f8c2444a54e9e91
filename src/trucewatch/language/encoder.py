"""The encoder at work: one window of words in, scores out, through ONNX Runtime on one thread.

One window a run, always: int8 scales depend on everything in a run, so a batch would make a record depend on its
neighbours. For speed on many cores use processes, not threads.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from trucewatch.language.pieces import CLS, SEP

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import onnxruntime
    from numpy.typing import NDArray

ENCODER_FILE = "encoder.int8.onnx"
RELATIONS_FILE = "relations.int8.onnx"
OUTPUTS = (
    "arc",
    "dependent",
    "governor",
    "upos",
    "feats",
    "script",
    "boundary",
    "attribution",
    "entity",
    "mention",
    "incident",
    "event",
    "trigger",
)


@dataclass(frozen=True, slots=True)
class Scores:
    """Scores of the heads over the n words of one window."""

    arc: NDArray[np.float32]  #: (n, 1+n); column 0 is the root
    dependent: NDArray[np.float32]
    governor: NDArray[np.float32]
    upos: NDArray[np.float32]
    feats: NDArray[np.float32]
    script: NDArray[np.float32]
    boundary: NDArray[np.float32]
    attribution: NDArray[np.float32]
    entity: NDArray[np.float32]
    mention: NDArray[np.float32]
    incident: NDArray[np.float32]
    event: NDArray[np.float32]  #: (n, width) what the event head reads of each word
    trigger: NDArray[np.float32]  #: (n, event types) each word as that of an act


def session(path: Path) -> onnxruntime.InferenceSession:
    """An ONNX Runtime session on one CPU thread.

    It keeps its memory from run to run, which is no more than the largest run takes; a plan of it for each shape would be made anew
    for nearly every run, since hardly two windows have the same shape.
    """
    import onnxruntime  # noqa: PLC0415  (slow to import; the analysis types must not need it)

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.enable_mem_pattern = False
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])


class Encoder:
    """The two graphs: encoder with all heads, and relation labels given the heads of a tree."""

    def __init__(self, folder: Path, encoder: str = ENCODER_FILE, relations: str = RELATIONS_FILE) -> None:
        self._encoder = session(folder / encoder)
        self._relations = session(folder / relations)

    def scores(self, pieces: Sequence[Sequence[int]], casings: Sequence[int]) -> Scores:
        """Scores of one window, given the pieces and the casing class of each of its words (one word at least)."""
        lengths = np.fromiter(map(len, pieces), np.int64, len(pieces))
        last = np.cumsum(lengths)
        flat = [piece for word in pieces for piece in word]
        ids = np.array([[CLS, *flat, SEP]], np.int64)
        shapes = np.zeros(ids.shape, np.int64)
        shapes[0, 1:-1] = np.repeat(np.asarray(casings, np.int64), lengths)
        feed = {"ids": ids, "casings": shapes, "first": (last - lengths + 1)[None], "last": last[None]}
        return Scores(*(out[0] for out in self._encoder.run(list(OUTPUTS), feed)))

    def relations(self, scores: Scores, heads: NDArray[np.int64]) -> NDArray[np.int64]:
        """Best relation of each word, given its head in the window (from 1; 0 is the root)."""
        feed = {"dependent": scores.dependent[None], "governor": scores.governor[None], "heads": heads[None]}
        best: NDArray[np.int64] = self._relations.run(["relation"], feed)[0][0].argmax(-1)
        return best
