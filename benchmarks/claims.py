"""How well claims are linked and found: relations against PolNeAR's gold ones.

Two tables: gold spans -> relations (the linker alone), and raw text -> relations (tagger, linker and rules together).
``--fit`` fits the linker's weights on the training part and writes them to the package.

Usage: python benchmarks/claims.py [--limit N] [--fit] [--analyses FOLDER]
"""

from __future__ import annotations

import argparse
import json
import lzma
import math
import os
import pickle
import random
import sys
import time
from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from trucewatch.coding.claims import linking
from trucewatch.coding.claims.find import relations_of
from trucewatch.coding.claims.spans import Layout, Relation, Run, hull, inside

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from trucewatch.language import Analysis

ROOT = Path(__file__).resolve().parent.parent
CORPORA = Path(os.environ.get("CORPORA") or ROOT.parent / "shared" / "corpora")
WEIGHTS = ROOT / "src" / "trucewatch" / "coding" / "claims" / "data" / "linker.tsv"
ROLES = ("source", "cue", "content")
LEAST_COUNT = 6
LEAST_WEIGHT = 0.05


@dataclass(frozen=True)
class Article:
    """One article: its analysis and its gold relations over token runs."""

    analysis: Analysis
    gold: tuple[Relation, ...]


def records(split: str) -> Iterator[dict[str, Any]]:
    """The articles of one part of PolNeAR."""
    path = CORPORA / "attribution" / f"polnear-{split}.jsonl.xz"
    if not path.exists():
        sys.exit(f"claims benchmark skipped: {path} is missing; set CORPORA to the folder of the corpora")
    with lzma.open(path, "rt", encoding="utf-8") as handle:
        for line in handle:
            yield json.loads(line)


def run_of(starts: list[int], ends: list[int], span: list[int]) -> Run | None:
    """Tokens that overlap a character range."""
    first, last = bisect_right(ends, span[0]), bisect_left(starts, span[1])
    return (first, last) if first < last else None


def gold_relations(analysis: Analysis, record: dict[str, Any]) -> tuple[Relation, ...]:
    """Gold relations over tokens; those without cue or content are left out, as they are no relation."""
    starts, ends = [t.start for t in analysis.tokens], [t.end for t in analysis.tokens]
    found = []
    for item in record["attributions"]:
        runs = {role: tuple(r for s in item[role] if (r := run_of(starts, ends, s))) for role in ROLES}
        if runs["cue"] and runs["content"]:
            found.append(Relation(runs["source"], runs["cue"], runs["content"], "gold"))
    return tuple(found)


def articles(split: str, folder: Path | None, limit: int) -> list[Article]:
    """Articles with analyses by the shipped encoder, or those pickled in ``folder`` by an earlier run."""
    cached: dict[str, Analysis] = {}
    path = folder / f"{split}.pkl" if folder else None
    if path and path.exists():
        cached = pickle.loads(path.read_bytes())  # noqa: S301  (our own file)
    found = []
    analyser = None
    for record in list(records(split))[:limit]:
        analysis = cached.get(record["id"])
        if analysis is None:
            if path and path.exists():
                continue
            if analyser is None:
                from trucewatch.language import load  # noqa: PLC0415  (needs the weights)

                analyser = load()
            analysis = cached[record["id"]] = analyser.analyse(record["text"])
        found.append(Article(analysis, gold_relations(analysis, record)))
    if path and not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(pickle.dumps(cached))
    return found


def roles_of(relations: Iterable[Relation]) -> linking.Roles:
    """All spans of ``relations`` by role, in text order."""
    runs = {role: tuple(sorted({r for rel in relations for r in getattr(rel, role)})) for role in ROLES}
    return linking.Roles(runs["source"], runs["cue"], runs["content"])


@dataclass(frozen=True)
class Task:
    """A choice to learn: candidates with features, and the right ones (empty: none is right)."""

    options: dict[int, list[str]]
    right: frozenset[int]
    none: str


def tasks_of(article: Article) -> Iterator[Task]:
    """The linker's choices in one article, with the gold neighbours' links as chain features."""
    layout = Layout(article.analysis)
    roles = roles_of(article.gold)
    view = linking.scene(layout, roles)
    right_cue: dict[Run, set[int]] = defaultdict(set)
    right_source: dict[int, set[int]] = defaultdict(set)
    for relation in article.gold:
        k = roles.cue.index(relation.cue[0])
        for run in relation.content:
            right_cue[run].add(k)
        right_source[k].update(roles.source.index(run) for run in relation.source)
    first = [min(right_cue[run], default=None) for run in roles.content]
    for j, options in enumerate(linking.content_candidates(view)):
        known = [link if random.random() > 0.1 else None for link in first]
        chained = {k: f + linking.chain_features(roles.content, known, layout, j, k) for k, f in options.items()}
        chosen = chained if random.random() < 0.6 else options
        yield Task(chosen, frozenset(right_cue[roles.content[j]]), "content:none")
    for k, options in enumerate(linking.source_candidates(view)):
        yield Task(options, frozenset(right_source[k]), "source:none")
    yield from _dropped(roles, view, right_cue)


def _dropped(roles: linking.Roles, view: Any, right_cue: dict[Run, set[int]]) -> Iterator[Task]:
    """Contents whose cue the tagger would have missed: "none" is right then."""
    for j, options in enumerate(linking.content_candidates(view)):
        if random.random() < 0.06:
            left = {k: f for k, f in options.items() if k not in right_cue[roles.content[j]]}
            yield Task(left, frozenset(), "content:none")


def fit(train: list[Article], epochs: int = 6, rate: float = 0.15) -> linking.Weights:
    """Averaged stochastic gradient ascent on the log-likelihood of the right choices."""
    random.seed(11)
    tasks = [task for article in train for task in tasks_of(article)]
    counts = Counter(f for task in tasks for features in task.options.values() for f in features)
    tasks = [_common(task, counts) for task in tasks]
    table: dict[str, float] = defaultdict(float)
    total: dict[str, float] = defaultdict(float)
    for epoch in range(epochs):
        random.shuffle(tasks)
        for task in tasks:
            _step(task, table, rate / (1 + epoch))
        for name, value in table.items():
            total[name] += value
    return {name: value / epochs for name, value in total.items() if abs(value / epochs) >= LEAST_WEIGHT}


def _common(task: Task, counts: Counter[str]) -> Task:
    kept = {k: [f for f in features if counts[f] >= LEAST_COUNT] for k, features in task.options.items()}
    return Task(kept, task.right, task.none)


def _step(task: Task, table: dict[str, float], rate: float) -> None:
    options: dict[int | None, list[str]] = {**task.options, None: [task.none]}
    scores = {k: sum(table.get(f, 0.0) for f in features) for k, features in options.items()}
    top = max(scores.values())
    chance = {k: math.exp(score - top) for k, score in scores.items()}
    mass = sum(chance.values())
    right = task.right & task.options.keys() or {None}
    right_mass = sum(chance[k] for k in right)
    for k, features in options.items():
        gradient = (chance[k] / right_mass if k in right else 0.0) - chance[k] / mass
        for f in features:
            table[f] += rate * (gradient - 1e-5 * table.get(f, 0.0))


def write_weights(table: linking.Weights) -> None:
    """Write the fitted weights beside the linker."""
    head = (
        "# Weights of the linker: which cue a content belongs to, and which source a cue has.\n#\n"
        "# source: fitted by benchmarks/claims.py --fit on relations of the training part of PolNeAR 1.0 (Newell et al. 2018)\n"
        "#   over trees of the shipped encoder; weights only, none of its text is here.\n"
        "feature\tweight\n"
    )
    rows = "".join(f"{name}\t{value:.3f}\n" for name, value in sorted(table.items()))
    WEIGHTS.write_text(head + rows, encoding="utf-8")


def linking_scores(dev: list[Article]) -> dict[str, float]:
    """Accuracy of links and relations given gold spans."""
    hits: Counter[str] = Counter()
    for article in dev:
        roles = roles_of(article.gold)
        layout = Layout(article.analysis)
        links = linking.link(layout, roles)
        made = {r.cue[0]: r for r in linking.relations(roles, links)}
        for relation in article.gold:
            found = made[relation.cue[0]]
            hits["relations"] += 1
            hits["source"] += _fits(found.source, relation.source, any_of=True)
            hits["content"] += set(found.content) == set(relation.content)
            hits["whole"] += _fits(found.source, relation.source, any_of=True) and set(found.content) == set(relation.content)
            hits["contents"] += len(relation.content)
            hits["content links"] += len(set(found.content) & set(relation.content))
    return {
        "content span -> cue": 100 * hits["content links"] / hits["contents"],
        "cue -> source": 100 * hits["source"] / hits["relations"],
        "cue -> all contents": 100 * hits["content"] / hits["relations"],
        "whole relation": 100 * hits["whole"] / hits["relations"],
        "relations": hits["relations"],
    }


def _fits(found: tuple[Run, ...], gold: tuple[Run, ...], *, any_of: bool = False) -> bool:
    return set(found) == set(gold) or (any_of and bool(set(found) & set(gold)))


def _trimmed(layout: Layout, runs: tuple[Run, ...]) -> frozenset[Run]:
    return frozenset(t for run in runs if (t := layout.trim(run)))


def _tokens(runs: Iterable[Run]) -> set[int]:
    return {i for run in runs for i in range(*run)}


def _same(layout: Layout, a: Relation, b: Relation) -> dict[str, bool]:
    """Whether two relations are the same exactly (ends trimmed of punctuation), and by overlap of each role."""
    exact = all(_trimmed(layout, getattr(a, r)) == _trimmed(layout, getattr(b, r)) for r in ROLES)
    cue = bool(_tokens(a.cue) & _tokens(b.cue))
    sources, contents = _tokens(a.source), _tokens(a.content)
    source = bool(sources & _tokens(b.source)) or (not sources and not b.source)
    content = bool(contents & _tokens(b.content))
    return {"exact": exact, "cue": cue, "overlap": cue and source and content}


def _top_level(relations: list[Relation]) -> list[Relation]:
    """Relations that lie in no other's content: PolNeAR marks one layer only."""
    hulls = [hull(r.content) for r in relations]
    return [
        r
        for k, r in enumerate(relations)
        if not any(j != k and inside(hull((*r.source, *r.cue, *r.content)), h) for j, h in enumerate(hulls))
    ]


def end_to_end_scores(dev: list[Article], only: str = "") -> tuple[dict[str, float], dict[str, list[int]]]:
    """Precision, recall and F1 of relations from raw text; and, a rule, how many it made and how many were right."""
    totals: Counter[str] = Counter()
    by_rule: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0])
    for article in dev:
        layout = Layout(article.analysis)
        made = [r for r in _top_level(list(relations_of(layout))) if r.content and r.rule.startswith(only)]
        totals["made"] += len(made)
        totals["gold"] += len(article.gold)
        for relation in made:
            verdicts = [_same(layout, relation, gold) for gold in article.gold]
            tally = by_rule[relation.rule]
            tally[0] += 1
            tally[1] += any(v["overlap"] for v in verdicts)
            tally[2] += any(v["exact"] for v in verdicts)
            for kind in ("exact", "cue", "overlap"):
                totals[kind] += any(v[kind] for v in verdicts)
        for gold in article.gold:
            for kind in ("exact", "cue", "overlap"):
                totals[f"found {kind}"] += any(_same(layout, r, gold)[kind] for r in made)
    scores: dict[str, float] = {}
    for kind in ("exact", "overlap", "cue"):
        p = 100 * totals[kind] / max(totals["made"], 1)
        r = 100 * totals[f"found {kind}"] / max(totals["gold"], 1)
        scores |= {f"{kind} P": p, f"{kind} R": r, f"{kind} F1": 2 * p * r / max(p + r, 1e-9)}
    return scores, dict(by_rule)


def speed(dev: list[Article]) -> float:
    """Milliseconds an article for finding claims, the analysis given."""
    from trucewatch.coding.claims import find_claims  # noqa: PLC0415

    begin = time.process_time()
    for article in dev:
        find_claims(article.analysis, resolve_actor=lambda _start, _end: None)
    return 1000 * (time.process_time() - begin) / max(len(dev), 1)


def main() -> None:
    """Fit if asked, measure, print, and write ``results/claims.json``."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--limit", type=int, default=10_000, help="articles at most")
    parser.add_argument("--fit", action="store_true", help="fit the linker on the training part first")
    parser.add_argument("--analyses", type=Path, default=None, help="folder that keeps analyses between runs")
    options = parser.parse_args()
    if options.fit:
        write_weights(fit(articles("train", options.analyses, options.limit)))
        linking.weights.cache_clear()
    dev = articles("dev", options.analyses, options.limit)
    linked = linking_scores(dev)
    found, by_rule = end_to_end_scores(dev)
    result = {"linking, gold spans": linked, "end to end": found, "rules": by_rule, "ms an article": speed(dev)}
    for name in ("linking, gold spans", "end to end"):
        print(f"\n{name} (polnear-dev, {len(dev)} articles)")
        for key, value in result[name].items():  # type: ignore[attr-defined]
            print(f"  {key:<24}{value:8.1f}")
    print("\nrule                      made  right by overlap  exact")
    for rule, (made, right, exact) in sorted(by_rule.items(), key=lambda item: -item[1][0]):
        print(f"  {rule:<24}{made:6}{right:10}{exact:13}")
    print(f"\n{result['ms an article']:.1f} ms an article")
    target = ROOT / "benchmarks" / "results" / "claims.json"
    target.parent.mkdir(exist_ok=True)
    target.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
