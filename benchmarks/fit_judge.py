"""How much the rules weigh against the learned head: sets ``coding/data/judge.tsv``.

One setting after the other is moved over a few values, on texts of our own that neither the head nor the rules were made with
(the held-out tenth of ``training/data/events``) and on the gold set, and the value with the best score is kept. The score is the F1 of acts
whose type and status are right (an event on a word that is not marked counts as half a false one), with half the mean F1 of the people,
less a share of the false events; the gold set's counts as much again.
"""

from __future__ import annotations

import argparse
from dataclasses import asdict, replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import gold
import trucewatch
from acts import measure, own_events
from trucewatch.coding import judge

if TYPE_CHECKING:
    from trucewatch.coder import Coder

VALUES = {
    "unlisted": [0.4, 0.5, 0.6, 0.7, 0.8],
    "listed": [0.05, 0.15, 0.25, 0.4],
    "rule": [0.5, 1.0, 2.0, 3.0],
    "framed": [2.0, 4.0, 6.0],
    "composed": [1.0, 2.0, 3.0, 5.0],
    "status": [0.5, 1.0, 2.0, 3.0],
    "governed": [3.0, 5.0, 7.0],
    "trigger": [0.15, 0.3, 0.45],
    "keep": [0.02, 0.08, 0.2],
    "people": [0.35, 0.5, 0.65, 0.8],
    "acled": [0.2, 0.35, 0.5, 0.65],
    "whole": [0.0, 0.3, 0.5, 0.7],
    "incident": [0.5, 0.6, 0.7, 0.8, 0.95],
    "mode": [0.2, 0.35, 0.5],
}


def score(result: dict[str, Any]) -> float:
    """The figure to make large, in percent."""
    acts = result["acts"]
    typed = acts * result["type right"] / 100
    right = typed * result["status right, type right"] / 100
    elsewhere = result["events on words that are not marked"]
    wrong = result["events"] - typed - elsewhere / 2
    f1 = 200 * right / (acts + typed + wrong)
    people = (result["actor"]["f1"] + result["recipient"]["f1"]) / 2
    rest = (result["sub-event right, of found"] + result["mode right, type right"]) / 2
    return float(f1 + 0.5 * people + 0.1 * rest - 0.3 * result["told as fact"])


def house(coder: Coder) -> float:
    """The same of the gold set, where false events weigh more."""
    f = gold.sentences(coder).figures()
    return float(f["typed_status_f1"] + 0.25 * (f["actor_f1"] + f["recipient_f1"]) - 0.5 * f["false_event_rate"])


def total(coder: Coder, settings: judge.Settings, examples: list[own_events.Example]) -> float:
    """Both scores of a coder with these settings."""
    tried = replace(coder, weights=settings)
    return score(measure(tried, examples)) + house(tried)


def write(settings: judge.Settings, path: Path) -> None:
    """Write the values under the comments that stand there."""
    head = [line for line in path.read_text(encoding="utf-8").splitlines() if line.startswith("#")]
    rows = [f"{name}\t{value:g}" for name, value in asdict(settings).items()]
    path.write_text("\n".join([*head, "name\tvalue", *rows]) + "\n", encoding="utf-8")


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", type=Path, help="folder with other weights")
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--most", type=int, default=100_000)
    options = parser.parse_args()
    examples = own_events.held_out()[: options.most]
    coder = trucewatch.load(model=options.model)
    coder.analyser.analyse = cache(coder.analyser.analyse)  # type: ignore[method-assign]
    best = judge.settings()
    top = total(coder, best, examples)
    print(f"start {top:.2f}", flush=True)
    for _ in range(options.rounds):
        for name, values in VALUES.items():
            for value in values:
                if value == getattr(best, name):
                    continue
                tried = replace(best, **{name: value})
                found = total(coder, tried, examples)
                print(f"  {name} {value:g}: {found:.2f}", flush=True)
                if found > top + 0.02:
                    top, best = found, tried
    print(f"best {top:.2f}: {best}")
    write(best, Path(judge.__file__).parent / "data" / "judge.tsv")


if __name__ == "__main__":
    main()
