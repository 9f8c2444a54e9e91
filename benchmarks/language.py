"""Accuracy and speed of the language room, as shipped (int8, one window a run).

``python benchmarks/language.py`` prints a table and writes ``benchmarks/results/language.json``. The corpora are looked for
in ``../shared/corpora`` or where ``CORPORA`` says; without them it says so and stops. With ``--graphs FOLDER`` the fp32 graphs
that ``training.export`` leaves behind are measured too, and the loss to int8 shown. Where the environment variable
``SPACY_PYTHON`` names a Python with spaCy and en_core_web_sm, its speed is measured on the same texts.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from training import corpora  # noqa: E402
from trucewatch.language import load  # noqa: E402
from trucewatch.language.encoder import Encoder  # noqa: E402
from trucewatch.language.spans import spans  # noqa: E402
from trucewatch.language.windows import LIMIT  # noqa: E402
from trucewatch.language.words import words  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from trucewatch.language.analyser import Analyser

RESULTS = ROOT / "benchmarks" / "results"
TARGETS = {
    "GUM upos": 97.9,
    "GUM las": 90.0,
    "EWT upos": 97.0,
    "EWT las": 89.5,
    "GUM raw sentences": 94.0,
    "GUM raw words": 99.0,
    "attribution source": 81.0,
    "attribution cue": 74.0,
    "attribution content": 67.0,
    "entities, as it stands overall": 66.0,
    "entities, cleaned overall": 66.0,
    "speed ratio": 0.8,
    "start seconds": 2.0,
    "start megabytes": 500.0,
}


def f1(right: int, found: int, wanted: int) -> float:
    """F1 in percent."""
    return round(200 * right / (found + wanted), 2) if found + wanted else 0.0


# ------------------------------------------------------------------------------------------------ trees, gold words
def sentence_windows(sentences: Sequence[corpora.Sentence], analyser: Analyser) -> Iterator[list[Any]]:
    """Runs of consecutive sentences of at most LIMIT pieces, with their pieces."""
    window: list[Any] = []
    total = 0
    for sentence in sentences:
        pieces = analyser.splitter(sentence.words)
        size = sum(map(len, pieces.ids))
        if window and total + size > LIMIT:
            yield window
            window, total = [], 0
        window.append((sentence, pieces))
        total += size
    if window:
        yield window


def gold_trees(analyser: Analyser, documents: Iterable[corpora.TreeDocument]) -> dict[str, float]:
    """UPOS, features, lemmas, UAS, LAS (universal relations) on gold words and sentences."""
    counts: Counter[str] = Counter()
    for document in documents:
        for window in sentence_windows(document.sentences, analyser):
            forms = [w for s, _ in window for w in s.words]
            scores = analyser.encoder.scores(
                [p for _, cut in window for p in cut.ids], [c for _, cut in window for c in cut.casings]
            )
            begins = np.cumsum([0, *(len(s.words) for s, _ in window)])[:-1].tolist()
            parse = analyser.parse(forms, scores, begins)
            for (sentence, _), base in zip(window, begins, strict=True):
                for i, word in enumerate(sentence.words):
                    k = base + i
                    head = parse.heads[k] - base if parse.heads[k] else 0
                    right = head == sentence.heads[i]
                    relation = parse.deprels[k].split(":")[0] == sentence.deprels[i].split(":")[0]
                    counts["words"] += 1
                    counts["upos"] += parse.upos[k] == sentence.upos[i]
                    counts["feats"] += (parse.feats[k] or "_") == sentence.feats[i]
                    counts["lemma"] += parse.lemmas[k] == sentence.lemmas[i]
                    counts["lemma without case"] += parse.lemmas[k].lower() == sentence.lemmas[i].lower()
                    counts["uas"] += right
                    counts["las"] += right and relation
                    counts["las with subtypes"] += right and parse.deprels[k] == sentence.deprels[i]
                    counts["content words"] += word.isalpha()
    total = counts.pop("words")
    counts.pop("content words")
    return {k: round(100 * v / total, 2) for k, v in counts.items()} | {"words": total}


# ------------------------------------------------------------------------------------------------ raw text
def raw_text(document: corpora.TreeDocument, *, paragraphs: bool) -> tuple[str, list[tuple[int, int, int]]]:
    """Text of a document and its gold words (start, end, sentence)."""
    parts: list[str] = []
    gold: list[tuple[int, int, int]] = []
    length = 0
    for k, sentence in enumerate(document.sentences):
        gap = ("\n\n" if sentence.paragraph and paragraphs else " ") if k else ""
        length += len(gap)
        gold += [(length + a, length + b, k) for a, b in sentence.spans]
        parts += [gap, sentence.text]
        length += len(sentence.text)
    return "".join(parts), gold


def raw_scores(analyser: Analyser, documents: Sequence[corpora.TreeDocument], *, paragraphs: bool) -> dict[str, float]:
    """Word and sentence F1, and UPOS and LAS F1 on the words found, from raw text (as CoNLL 2018 counts)."""
    c: Counter[str] = Counter()
    for document in documents:
        text, gold = raw_text(document, paragraphs=paragraphs)
        analysis = analyser.analyse(text)
        found = {(t.start, t.end): t for t in analysis.tokens}
        rows = [(s, i) for s in document.sentences for i in range(len(s.words))]
        bases = np.cumsum([0, *(len(s.words) for s in document.sentences)])
        ends: dict[int, list[int]] = {}
        for start, end, k in gold:
            ends.setdefault(k, []).extend((start, end))
        wanted = {(v[0], v[-1]) for v in ends.values()}
        mine = {(s.start, s.end) for s in analysis.sentences}
        c["sentences right"] += len(wanted & mine)
        c["sentences"] += len(wanted) + len(mine)
        c["words"] += len(gold) + len(analysis.tokens)
        for (start, end, k), (sentence, i) in zip(gold, rows, strict=True):
            token = found.get((start, end))
            if token is None:
                continue
            c["words right"] += 1
            c["upos right"] += token.upos == sentence.upos[i]
            head = gold[bases[k] + sentence.heads[i] - 1][:2] if sentence.heads[i] else None
            theirs = analysis.tokens[token.head] if token.head >= 0 else None
            attached = (theirs.start, theirs.end) == head if theirs else head is None
            c["las right"] += attached and token.deprel.split(":")[0] == sentence.deprels[i].split(":")[0]
    return {
        "words": round(200 * c["words right"] / c["words"], 2),
        "sentences": round(200 * c["sentences right"] / c["sentences"], 2),
        "upos": round(200 * c["upos right"] / c["words"], 2),
        "las": round(200 * c["las right"] / c["words"], 2),
    }


# ------------------------------------------------------------------------------------------------ attribution
def painted_spans(document: corpora.SpanDocument) -> set[tuple[str, int, int]]:
    """Gold spans on our words, later relations over earlier ones, as the head was taught."""
    painted: list[tuple[str, int] | None] = [None] * len(document.text)
    for start, end, label, group in document.spans:
        painted[start:end] = [(label, group)] * (min(end, len(painted)) - start)
    offsets = words(document.text)
    tags: list[str] = []
    previous, last = None, 0
    for a, b in offsets:
        if "\n" in document.text[last:a]:
            previous = None
        mark = next((painted[i] for i in range(a, b) if painted[i]), None)
        tags.append(("I-" if mark == previous else "B-") + mark[0] if mark else "O")
        previous, last = mark, b
    return {(label, offsets[a][0], offsets[b - 1][1]) for label, a, b in spans(tags)}


def attribution(analyser: Analyser, documents: Sequence[corpora.SpanDocument]) -> dict[str, Any]:
    """Exact span F1 from raw text, a role; and the part of contents found at least in part."""
    c: Counter[str] = Counter()
    for document in documents:
        wanted = painted_spans(document)
        found = {(s.label, s.start, s.end) for s in analyser.analyse(document.text).attributions}
        for key, group in (("right", wanted & found), ("found", found), ("wanted", wanted)):
            c.update(f"{label} {key}" for label, *_ in group)
    roles = ("source", "cue", "content")
    return {r: f1(c[f"{r} right"], c[f"{r} found"], c[f"{r} wanted"]) for r in roles} | {"counts": dict(sorted(c.items()))}


# ------------------------------------------------------------------------------------------------ speed, memory
def speed(analyser: Analyser, texts: Sequence[str]) -> dict[str, Any]:
    """Words a second of processor time on one thread, and spaCy's small English pipeline beside it where it is installed."""
    analyser.analyse(texts[0])
    started, count = time.process_time(), 0
    for text in texts:
        count += len(analyser.analyse(text).tokens)
    out: dict[str, Any] = {"words": count, "ours": round(count / (time.process_time() - started))}
    theirs = spacy_speed(texts)
    if theirs is None:
        out["en_core_web_sm"] = "not measured: SPACY_PYTHON is not set"
    else:
        out |= {"en_core_web_sm": theirs, "ratio": round(out["ours"] / theirs, 2)}
    return out


_SPACY = """
import json, sys, time, os
import spacy
nlp = spacy.load(os.environ.get("SPACY_MODEL", "en_core_web_sm"))
texts = json.load(sys.stdin)
nlp(texts[0])
started = time.process_time()
words = sum(len(nlp(text)) for text in texts)
print(words / (time.process_time() - started))
"""


def spacy_speed(texts: Sequence[str]) -> int | None:
    """Words a second of spaCy's whole small English pipeline on one thread, if there is one to run."""
    python = os.environ.get("SPACY_PYTHON")
    if not python:
        return None
    environment = os.environ | {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
    done = subprocess.run(
        [python, "-c", _SPACY], input=json.dumps(list(texts)), capture_output=True, text=True, check=True, env=environment
    )
    return round(float(done.stdout))


_START = """
import resource, time
t = time.perf_counter()
import trucewatch.language
trucewatch.language.load().analyse("The army said rebels had shelled the town on Monday.")
print(time.perf_counter() - t, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
"""


def start() -> dict[str, float]:
    """Seconds to the first result and megabytes of a fresh process."""
    environment = {"PYTHONPATH": str(ROOT / "src"), "PATH": ""}
    done = subprocess.run([sys.executable, "-c", _START], capture_output=True, text=True, check=True, env=environment)
    seconds, megabytes = map(float, done.stdout.split())
    return {"seconds": round(seconds, 2), "megabytes": round(megabytes, 1)}


def measure(analyser: Analyser, share: int) -> dict[str, Any]:
    """Everything that depends on the weights."""
    trees = corpora.read_trees("dev")
    out: dict[str, Any] = {}
    for corpus in ("GUM", "EWT"):
        documents = [d for d in trees if d.corpus == corpus][::share]
        out[corpus] = gold_trees(analyser, documents)
        out[f"{corpus} raw"] = raw_scores(analyser, documents, paragraphs=True)
        out[f"{corpus} raw, no paragraphs"] = raw_scores(analyser, documents, paragraphs=False)
    news = [d for d in trees if d.name.startswith("GUM_news")]
    out["GUM news"] = gold_trees(analyser, news)
    out["attribution"] = attribution(analyser, corpora.read_attributions("dev")[::share])
    return out


def table(results: dict[str, Any]) -> None:
    """Print one line a figure, with what was to be reached."""
    for group, figures in results.items():
        if not isinstance(figures, dict):
            continue
        for name, value in figures.items():
            if isinstance(value, int | float):
                wanted = TARGETS.get(f"{group} {name}")
                print(f"{group:26} {name:22} {value:>10}{f'   to reach {wanted}' if wanted else ''}")
            elif isinstance(value, str):
                print(f"{group:26} {name:22} {value}")


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--weights", type=Path)
    parser.add_argument("--graphs", type=Path, help="folder with encoder.onnx and relations.onnx in fp32")
    parser.add_argument("--share", type=int, default=1, help="measure every n-th document only")
    parser.add_argument("--speed-only", action="store_true")
    parser.add_argument("--out", type=Path, default=RESULTS / "language.json")
    arguments = parser.parse_args()
    if not corpora.corpora().is_dir():
        print("skipped: the corpora are not here (../shared/corpora, or the folder that CORPORA names)")
        return
    analyser = load(arguments.weights)
    results: dict[str, Any] = {"model": {"name": analyser.model_facts.name, "version": analyser.model_facts.version}}
    texts = [d.text for d in corpora.read_attributions("train")[:40]]
    results["speed"] = speed(analyser, texts)
    results["start"] = start()
    if not arguments.speed_only:
        results |= measure(analyser, arguments.share)
        if arguments.graphs:
            analyser.encoder = Encoder(arguments.graphs, "encoder.onnx", "relations.onnx")
            results["fp32"] = (full := measure(analyser, arguments.share))
            results["lost to int8"] = {
                f"{group} {name}": round(value - results[group][name], 2)
                for group, figures in full.items()
                for name, value in figures.items()
                if isinstance(value, float)
            }
    folds = RESULTS / "language_entities.json"
    if folds.is_file():
        record = json.loads(folds.read_text(encoding="utf-8"))
        for kind in ("cleaned", "as it stands"):
            results[f"entities, {kind}"] = {k: v["f1"] if isinstance(v, dict) else v for k, v in record[kind].items()}
    results["memory"] = {"megabytes": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)}
    table(results)
    arguments.out.parent.mkdir(parents=True, exist_ok=True)
    arguments.out.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
