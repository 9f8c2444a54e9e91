"""BIO scores -> the best sequence of tags that is well formed, and tags -> spans."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

_NEVER = -1e4


def transitions(tags: Sequence[str]) -> NDArray[np.float32]:
    """(n, n) penalties: I-x may follow only B-x or I-x."""
    table = np.zeros((len(tags), len(tags)), np.float32)
    for j, tag in enumerate(tags):
        if tag.startswith("I-"):
            for i, before in enumerate(tags):
                if before[2:] != tag[2:] or before == "O":
                    table[i, j] = _NEVER
    return table


def starts(tags: Sequence[str]) -> NDArray[np.float32]:
    """(n,) penalties of a first tag: no I-x."""
    return np.array([_NEVER if tag.startswith("I-") else 0.0 for tag in tags], np.float32)


def log_softmax(scores: NDArray[np.float32]) -> NDArray[np.float32]:
    """Log probabilities along the last axis."""
    shifted = scores - scores.max(-1, keepdims=True)
    return np.asarray(shifted - np.log(np.exp(shifted).sum(-1, keepdims=True)), np.float32)


def viterbi(scores: NDArray[np.float32], between: NDArray[np.float32], first: NDArray[np.float32]) -> NDArray[np.int64]:
    """Best sequence of tags of the words.

    ``scores`` is (words, tags), ``between`` (tags, tags) the score of a step from row to column, ``first`` (tags,) that of a
    first tag. Where no step scores more than nothing and the best tags of the words cost none, they are the answer.
    """
    count = scores.shape[0]
    greedy: NDArray[np.int64] = scores.argmax(-1)
    if count == 0:
        return greedy
    if between.max() <= 0 and first[greedy[0]] == 0 and not between[greedy[:-1], greedy[1:]].any():
        return greedy
    into = np.ascontiguousarray(between.T)
    tables = np.empty((count - 1, *into.shape), np.float32)  # of each step: what a tag (row) scores after another (column)
    best = scores[0] + first
    for table, score in zip(tables, scores[1:], strict=True):
        np.add(best, into, out=table)
        np.maximum.reduce(table, 1, out=best)
        best += score
    path = [int(best.argmax())]
    for back in reversed(tables.argmax(2).tolist()):
        path.append(back[path[-1]])
    return np.array(path[::-1], np.int64)


def spans(tags: Sequence[str]) -> list[tuple[str, int, int]]:
    """Runs (label, first, last exclusive) of a tag sequence; a stray I-x opens a span."""
    found: list[tuple[str, int, int]] = []
    label, first = "", 0
    for i, tag in enumerate([*tags, "O"]):
        if label and (tag[0] != "I" or tag[2:] != label):
            found.append((label, first, i))
            label = ""
        if tag[0] == "B" or (tag[0] == "I" and not label):
            label, first = tag[2:], i
    return found
