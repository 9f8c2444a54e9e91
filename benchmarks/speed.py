"""Speed, memory and start: the whole coder on 300 articles with two processes, the encoder alone, the first result.

spaCy's en_core_web_sm is measured in the same run where it is installed; otherwise that line says so.
"""

from __future__ import annotations

import argparse
import math
import resource
import subprocess
import sys
import time
from dataclasses import replace
from typing import Any

import trucewatch
from common import corpus, save, table
from trucewatch import language
from trucewatch.model import Report
from trucewatch.run import code_all

FIRST = """
import time; begun = time.perf_counter()
import trucewatch
coder = trucewatch.load()
coded = coder.code("Rebels shelled the village of Aldun on Monday, the army said.", published="2031-05-06")
assert coded.status == "coded"
import resource
print(time.perf_counter() - begun, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
"""


def first_result() -> tuple[float, float]:
    """Seconds from the start of Python's imports to the first record, and peak memory in MB; the better of three starts."""
    found = []
    for _ in range(3):
        out = subprocess.run([sys.executable, "-c", FIRST], capture_output=True, text=True, check=True).stdout.split()
        found.append((float(out[0]), float(out[1])))
    return min(found)


def whole(texts: list[str], jobs: int) -> float:
    """Articles a minute, the workers' start left out (a first round of one article each warms them)."""
    reports = [Report(str(k), text, published="2016-09-12", language="en") for k, text in enumerate(texts)]
    stream = code_all(reports, jobs=jobs)
    for _ in range(jobs):
        next(stream)
    begun = time.perf_counter()
    left = sum(1 for coded in stream if coded.status == "coded")
    return 60.0 * left / (time.perf_counter() - begun)


def encoder(texts: list[str]) -> float:
    """Words a second of the language room alone, one thread."""
    analyser = language.load()
    analyser.analyse(texts[0])
    begun = time.perf_counter()
    words = sum(len(analyser.analyse(text).tokens) for text in texts)
    return words / (time.perf_counter() - begun)


def spacy_speed(texts: list[str]) -> float | None:
    """Words a second of en_core_web_sm's full pipeline, one thread; None where it is not installed."""
    try:
        import spacy  # noqa: PLC0415 - a peer, not a dependency

        nlp = spacy.load("en_core_web_sm")
    except (ImportError, OSError):
        return None
    nlp(texts[0])
    begun = time.perf_counter()
    words = sum(sum(not t.is_space for t in nlp(text)) for text in texts)
    return words / (time.perf_counter() - begun)


def head_costs(texts: list[str]) -> float:
    """How much slower the coder is with the learned event head than with the rules alone, in percent of its time without."""
    coder = trucewatch.load()
    spent = {}
    for judging in (True, False, True, False):
        one = replace(coder, judging=judging)
        begun = time.process_time()
        for text in texts:
            one.code(text)
        spent[judging] = min(spent.get(judging, math.inf), time.process_time() - begun)
    return 100 * (spent[True] / spent[False] - 1)


def memory(texts: list[str]) -> float:
    """Peak memory in MB of one process that codes the articles."""
    coder = trucewatch.load()
    for text in texts:
        coder.code(text)
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> None:
    """Run."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--articles", type=int, default=300)
    parser.add_argument("--jobs", type=int, default=2)
    args = parser.parse_args()
    texts = [row["text"] for row in corpus("attribution/polnear-train.jsonl.xz")[: args.articles]]
    start, start_memory = first_result()
    result: dict[str, Any] = {"articles": len(texts), "first_result_s": round(start, 2), "first_result_mb": round(start_memory)}
    result["articles_a_minute"] = round(whole(texts, args.jobs))
    result["encoder_words_s"] = round(encoder(texts[:40]))
    peer = spacy_speed(texts[:40])
    result["spacy_words_s"] = round(peer) if peer else None
    result["event_head_costs_percent"] = round(head_costs(texts[:40]), 1)
    result["peak_mb"] = round(memory(texts[:60]))
    print(table([*result.items()]))
    save("speed", result)


if __name__ == "__main__":
    main()
