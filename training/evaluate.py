"""Scores of the torch network on gold words: trees, spans. The shipped int8 weights are measured in ``benchmarks/``."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from training import features
from training.network import NEVER, same_sentence
from trucewatch.language.spans import log_softmax, spans, starts, transitions, viterbi
from trucewatch.language.trees import best_tree

if TYPE_CHECKING:
    from collections.abc import Sequence

    from training.features import Document
    from training.network import Network


def tree_counts(network: Network, documents: Sequence[Document], deprels: Sequence[str]) -> Counter[str]:
    """Counts of right UPOS, features, scripts, heads and labelled heads."""
    counts: Counter[str] = Counter()
    windows = [w for d in documents for w in features.pack(d.units)]
    with torch.inference_mode():
        for group in features.bucket(windows, 1536):
            batch = features.collate(group)
            scores = network.trees(network.encode(batch), batch.first, batch.last)
            arc = scores.arc.masked_fill(~same_sentence(batch.unit), NEVER).numpy()
            heads = _window_trees(arc, batch.unit.numpy())
            relations = network.trees.relations(scores.dependent, scores.governor, torch.from_numpy(heads)).argmax(-1)
            real = batch.unit >= 0
            right = torch.from_numpy(heads) == batch.heads()
            universal = torch.tensor(_universal(deprels))
            gold = batch.row("deprel")
            labelled = right & (gold >= 0) & (universal[relations] == universal[gold.clamp(min=0)])
            counts["words"] += int(real.sum())
            counts["uas"] += int((right & real).sum())
            counts["las"] += int((labelled & real).sum())
            for name in ("upos", "feats", "script"):
                found = getattr(scores, name).argmax(-1)
                counts[name] += int(((found == batch.row(name)) & real).sum())
    return counts


def _universal(deprels: Sequence[str]) -> list[int]:
    """Index of each relation without its subtype."""
    names = [name.split(":")[0] for name in deprels]
    return [deprels.index(name) if name in deprels else k for k, name in enumerate(names)]


def _window_trees(arc: np.ndarray[Any, Any], unit: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    heads = np.zeros(unit.shape, np.int64)
    for b in range(unit.shape[0]):
        for k in range(int(unit[b].max()) + 1):
            at = np.flatnonzero(unit[b] == k)
            first, last = int(at[0]), int(at[-1]) + 1
            part = arc[b, first:last][:, [0, *range(first + 1, last + 1)]]
            found = best_tree(part)
            heads[b, first:last] = np.where(found > 0, found + first, 0)
    return heads


def span_counts(network: Network, documents: Sequence[Document], head: str) -> Counter[str]:
    """Exact span counts a label: "x right", "x found", "x gold"."""
    tags = features.TAGS[head]
    between, first = transitions(tags), starts(tags)
    counts: Counter[str] = Counter()
    windows = [w for d in documents for w in features.pack(d.units)]
    with torch.inference_mode():
        for group in features.bucket(windows, 1536):
            batch = features.collate(group)
            scores = network.taggers[head](network.encode(batch), batch.first, batch.last).numpy()
            gold = batch.row(head).numpy()
            for b in range(len(group)):
                n = int((batch.unit[b] >= 0).sum())
                path = viterbi(log_softmax(scores[b, :n]), between, first)
                found = set(spans([tags[k] for k in path]))
                wanted = set(spans([tags[k] for k in gold[b, :n]]))
                for label, *_ in found & wanted:
                    counts[f"{label} right"] += 1
                for label, *_ in found:
                    counts[f"{label} found"] += 1
                for label, *_ in wanted:
                    counts[f"{label} gold"] += 1
    return counts


def f1(counts: Counter[str], label: str) -> float:
    """F1 in percent."""
    total = counts[f"{label} found"] + counts[f"{label} gold"]
    return 200 * counts[f"{label} right"] / total if total else 0.0


def percent(counts: Counter[str]) -> dict[str, float]:
    """Tree counts as percentages."""
    return {k: round(100 * v / counts["words"], 2) for k, v in counts.items() if k != "words"}


def quick(network: Network, data: dict[str, Any], share: int = 6) -> dict[str, Any]:
    """Scores on every ``share``-th development document."""
    out: dict[str, Any] = {}
    deprels = data["vocabulary"]["deprel"]
    for corpus in ("GUM", "EWT"):
        documents = [d for d in data["trees-dev"] if d.group == corpus][::share]
        out[corpus] = percent(tree_counts(network, documents, deprels))
    counts = span_counts(network, data["attribution-dev"][::share], "attribution")
    out["attribution"] = {k: round(f1(counts, k), 1) for k in ("source", "cue", "content")}
    return out
