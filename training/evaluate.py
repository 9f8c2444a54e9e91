"""Scores of the torch network on gold words: trees, spans. The shipped int8 weights are measured in ``benchmarks/``."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from training import features
from training.network import EVENT_HEADS, NEVER, event_words, same_sentence
from trucewatch.language.analysis import INCIDENT_LABELS
from trucewatch.language.spans import spans, starts, viterbi
from trucewatch.language.trees import best_tree

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from torch import Tensor

    from training.events import ActLabels
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
            right = torch.from_numpy(heads) == batch.row("head")
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
    between, first = network.taggers[head].transitions().detach().numpy(), starts(tags)
    counts: Counter[str] = Counter()
    windows = [w for d in documents for w in features.pack(d.units)]
    with torch.inference_mode():
        for group in features.bucket(windows, 1536):
            batch = features.collate(group)
            scores = network.taggers[head](network.encode(batch), batch.first, batch.last).numpy()
            gold = batch.row(head).numpy()
            for b in range(len(group)):
                n = int((batch.unit[b] >= 0).sum())
                path = viterbi(scores[b, :n], between, first)
                found = set(spans([tags[k] for k in path]))
                wanted = set(spans([tags[max(0, k)] for k in gold[b, :n]]))
                for label, *_ in found & wanted:
                    counts[f"{label} right"] += 1
                for label, *_ in found:
                    counts[f"{label} found"] += 1
                for label, *_ in wanted:
                    counts[f"{label} gold"] += 1
    return counts


def act_chances(
    network: Network, documents: Sequence[Document], *, alone: bool = False
) -> Iterator[tuple[Document, ActLabels, dict[str, Tensor]]]:
    """Each act of some texts with the probabilities of every event head; ``alone`` hides the predicate, so that people alone are given."""
    by_name = {id(u): d for d in documents for u in d.units}
    windows = [list(d.units) for d in documents if any(u.acts for u in d.units)]
    with torch.inference_mode():
        for group in features.bucket(windows, 1536):
            batch = features.collate(group)
            acts = batch.acts
            words = event_words(network, batch, network.encode(batch))
            if alone:
                acts.marks[:, 0] = 0
            scores = network.events(words[acts.text], acts.marks, (batch.unit >= 0)[acts.text])
            chances = [torch.softmax(s, -1) for s in scores[1:]]
            flat = [(unit, act) for window in batch.windows for unit in window for act in unit.acts]
            for k, (unit, act) in enumerate(flat):
                yield by_name[id(unit)], act, {name: c[k] for name, c in zip(EVENT_HEADS, chances, strict=True)}


def found_acts(network: Network, documents: Sequence[Document], least: float = 0.5) -> dict[str, float]:
    """Precision and recall of words taken for acts, and of words taken for people of a given predicate."""
    counts: Counter[str] = Counter()
    with torch.inference_mode():
        for group in features.bucket([list(d.units) for d in documents], 1536):
            batch = features.collate(group)
            words = event_words(network, batch, network.encode(batch))
            gold = batch.row("trigger")
            taken = 1 - torch.softmax(network.events.trigger(words), -1)[..., 0] >= least
            acts = batch.acts
            people = network.events(words[acts.text], acts.alone(), (batch.unit >= 0)[acts.text])[0][acts.people] > 0
            wanted = acts.marks[acts.people, 1:] > 0
            real = (batch.unit >= 0)[acts.text][acts.people].unsqueeze(1)
            for name, f, g in (("trigger", taken & (gold >= 0), gold > 0), ("people", people & real, wanted)):
                counts[f"{name} right"] += int((f & g).sum())
                counts[f"{name} found"] += int(f.sum())
                counts[f"{name} gold"] += int(g.sum())
    shares = {}
    for name in ("trigger", "people"):
        for part, whole in (("precision", "found"), ("recall", "gold")):
            shares[f"{name} {part}"] = round(100 * counts[f"{name} right"] / max(1, counts[f"{name} {whole}"]), 1)
    return shares


def own_accuracy(network: Network, documents: Sequence[Document]) -> dict[str, float]:
    """Share of acts whose type, status, mode and sub-event are right, on texts of our own that were not learned from."""
    counts: Counter[str] = Counter()
    for _, act, chances in act_chances(network, documents):
        for head in EVENT_HEADS:
            gold = act.types if head == "event_type" else (getattr(act, head[6:]),)
            if gold and gold[0] >= 0:
                counts[f"{head} all"] += 1
                counts[head] += int(chances[head].argmax()) in gold
    return {head: round(100 * counts[head] / max(1, counts[f"{head} all"]), 1) for head in EVENT_HEADS}


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
    counts = span_counts(network, data["incident-dev"][::share], "incident")
    out["incident"] = {k: round(f1(counts, k), 1) for k in INCIDENT_LABELS}
    out["own-dev"] = own_accuracy(network, data["own-dev"]) | found_acts(network, data["own-dev"])
    return out
