"""What the learned event head says of an act, given the words that name it and who takes part.

The encoder leaves a vector for each word (``Analysis.vectors``); a small graph reads those of one or a few sentences with a mark
on the predicate, for who takes part, and with marks on predicate, actor and recipient, for what the act is. One act a run, so
that an answer never depends on what is asked beside it. The head gives probabilities of names; what they mean, and what is done
with them, is not this room's business.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from trucewatch.language.encoder import session
from trucewatch.language.spans import log_softmax

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

EVENTS_FILE = "events.onnx"
#: The answers of the head on an act, each a set of labels in the manifest.
EVENT_HEADS = ("event_type", "event_mode", "event_status", "event_acled")
#: Its scores of each word as part of the actor and of the recipient.
PEOPLE = "people"


@dataclass(frozen=True, slots=True)
class ActChances:
    """Probabilities, by label, of an act's type ("-": no act), mode ("TYPE/mode"), status and ACLED sub-event ("-": none)."""

    type: Mapping[str, float]
    mode: Mapping[str, float]
    status: Mapping[str, float]
    acled: Mapping[str, float]


class ActReader:
    """The event head, ready to be asked. Not for sharing between threads."""

    def __init__(self, folder: Path, labels: Mapping[str, tuple[str, ...]]) -> None:
        self._session = session(folder / EVENTS_FILE)
        self._labels = [labels[head] for head in EVENT_HEADS]

    def people(self, vectors: NDArray[np.floating], predicate: Iterable[int]) -> NDArray[np.float32]:
        """Chances, (2, words), that each word of a stretch belongs to the actor and to the recipient of an act.

        Args:
            vectors: (words, width), a slice of ``Analysis.vectors``.
            predicate: positions in the slice of the words that name the act.
        """
        (scores,) = self._run([PEOPLE], vectors, predicate)
        return np.asarray(1 / (1 + np.exp(-scores[0])), np.float32)

    def __call__(
        self, vectors: NDArray[np.floating], predicate: Iterable[int], actor: Iterable[int], recipient: Iterable[int]
    ) -> ActChances:
        """Chances of what an act is.

        Args:
            vectors: (words, width), a slice of ``Analysis.vectors``.
            predicate: positions in the slice of the words that name the act; may be empty, like those of the people.
            actor: positions of the actor's words.
            recipient: positions of the recipient's words.
        """
        found = self._run(EVENT_HEADS, vectors, predicate, actor, recipient)
        chances = [np.exp(log_softmax(scores[0])).tolist() for scores in found]
        return ActChances(*(dict(zip(names, row, strict=True)) for names, row in zip(self._labels, chances, strict=True)))

    def _run(self, wanted: Sequence[str], vectors: NDArray[np.floating], *marked: Iterable[int]) -> list[NDArray[np.float32]]:
        marks = np.zeros((1, 3, len(vectors)), np.float32)
        for row, at in enumerate(marked):
            marks[0, row, list(at)] = 1
        found: list[NDArray[np.float32]] = self._session.run(
            list(wanted), {"words": np.asarray(vectors[None], np.float32), "marks": marks}
        )
        return found
