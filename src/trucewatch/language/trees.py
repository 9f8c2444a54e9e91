"""Arc scores -> the best tree with one root (Chu-Liu-Edmonds)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

NEVER = -1e9


def best_tree(scores: NDArray[np.float32]) -> NDArray[np.int64]:
    """Heads of the best tree with exactly one root.

    ``scores`` is (n, n+1): word i, head j, column 0 the root; a word's own column is ignored. Heads count from 1, 0 is the
    root. The greedy answer is taken when it is a tree already (most sentences); otherwise the three likeliest roots are
    tried in turn.
    """
    n = scores.shape[0]
    table = scores.astype(np.float64)
    table[np.arange(n), np.arange(1, n + 1)] = NEVER
    heads: NDArray[np.int64] = table.argmax(1)
    if int((heads == 0).sum()) == 1 and not _has_cycle(heads):
        return heads
    best, best_score = heads, -np.inf
    for root in np.argsort(-table[:, 0], kind="stable")[:3]:
        single = table.copy()
        single[:, 0] = NEVER
        single[root, 1:] = NEVER
        single[root, 0] = table[root, 0]
        found = _edmonds(single)
        score = single[np.arange(n), found].sum()
        if score > best_score:
            best, best_score = found, score
    return best


def _has_cycle(heads: NDArray[np.int64]) -> bool:
    return bool(_cycle([-1, *heads.tolist()]))


def _cycle(heads: list[int]) -> list[int]:
    """Members of one cycle of ``heads`` (node 0 is the root), or nothing."""
    state = [0] * len(heads)
    state[0] = 2
    for start in range(1, len(heads)):
        path = []
        node = start
        while state[node] == 0:
            state[node] = 1
            path.append(node)
            node = heads[node]
        if state[node] == 1:
            return path[path.index(node) :]
        for seen in path:
            state[seen] = 2
    return []


def _edmonds(scores: NDArray[np.float64]) -> NDArray[np.int64]:
    n = scores.shape[0]
    graph = np.full((n + 1, n + 1), NEVER)
    graph[1:] = scores
    return _solve(graph)[1:]


def _solve(graph: NDArray[np.float64]) -> NDArray[np.int64]:
    """Best head of each node of a dense graph (row: dependent), node 0 the root; contracts one cycle at a time.

    The loop unrolls what is usually written as recursion, so that a long sentence cannot exhaust the stack.
    """
    stack = []
    heads: NDArray[np.int64] = graph.argmax(1)
    cycle = _cycle([-1, *heads[1:].tolist()])
    while cycle:
        graph, frame = _contract(graph, heads, cycle)
        stack.append(frame)
        heads = graph.argmax(1)
        cycle = _cycle([-1, *heads[1:].tolist()])
    for frame in reversed(stack):
        heads = _expand(heads, frame)
    return heads


@dataclass(frozen=True, slots=True)
class _Contracted:
    """What is needed to open a contracted cycle again."""

    heads: NDArray[np.int64]  #: greedy heads before
    rest: list[int]  #: nodes outside the cycle
    enter: NDArray[np.int64]  #: member that takes the cycle's head, for each outside head
    leave: NDArray[np.int64]  #: member that is the head of each outside node attached to the cycle


def _contract(
    graph: NDArray[np.float64], heads: NDArray[np.int64], cycle: list[int]
) -> tuple[NDArray[np.float64], _Contracted]:
    inside = set(cycle)
    rest = [i for i in range(graph.shape[0]) if i not in inside]
    members = np.array(cycle)
    k = len(rest)
    smaller = np.full((k + 1, k + 1), NEVER)
    smaller[:k, :k] = graph[np.ix_(rest, rest)]
    gains = graph[np.ix_(cycle, rest)] - graph[members, heads[members]][:, None]
    enter = members[gains.argmax(0)]
    smaller[k, :k] = gains.max(0)
    outward = graph[np.ix_(rest, cycle)]
    leave = members[outward.argmax(1)]
    smaller[1:k, k] = outward.max(1)[1:]
    return smaller, _Contracted(heads, rest, enter, leave)


def _expand(solved: NDArray[np.int64], frame: _Contracted) -> NDArray[np.int64]:
    k = len(frame.rest)
    heads = frame.heads.copy()
    for i in range(1, k):
        heads[frame.rest[i]] = frame.leave[i] if solved[i] == k else frame.rest[solved[i]]
    source = int(solved[k])
    heads[frame.enter[source]] = frame.rest[source]
    return heads
