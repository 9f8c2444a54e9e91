"""Time-boxed training on two processes of one thread each; every few seconds their weights are averaged.

Two OpenMP threads in one process were several times slower than this, and gradients averaged at each step made one process
wait for the other whenever the machine had something else to do. The schedule is driven by the clock, so it always ends on
time: ``--minutes`` of training in all, linear warm-up and linear decay to zero, and a mixture of tasks that changes linearly
from ``--mix`` to ``--mix-end``. Checkpoints are written every ``--save`` minutes; ``--resume`` goes on from one.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import pickle
import random
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
import torch.multiprocessing as mp

from training import events, features
from training.evaluate import quick
from training.network import Network, task_losses

if TYPE_CHECKING:
    from collections.abc import Iterator

WORK = Path(__file__).resolve().parent / "runs"
TASKS = ("trees", "attribution", "entity", "incident", "own", "plv", "cameo", "case")
#: Tasks with few texts: smaller batches.
SMALL = {"entity": 3, "own": 2, "plv": 2, "cameo": 2, "case": 2}


@dataclass(frozen=True, slots=True)
class Plan:
    """Settings of one run."""

    out: Path
    minutes: float
    mix: tuple[float, ...]
    mix_end: tuple[float, ...]
    rate: float = 2.5e-4
    head_rate: float = 1.5e-3
    meet: float = 15.0  #: seconds between two averagings
    pieces: int = 896  #: of a batch of one process; a third for entities, of which there are few
    save: float = 5.0
    evaluate: float = 20.0
    processes: int = 2
    init: Path | None = None
    fresh: tuple[str, ...] = ()  #: parts of the network that ``init`` does not give ("taggers.entity")
    resume: bool = False
    stop: float = math.inf  #: leave off after so many minutes of the schedule
    held_out: tuple[str, ...] = ()  #: re3d documents that must not be seen


def prepare() -> dict[str, Any]:
    """Features of all training data, made once and kept in the work folder; those of acts are made each time."""
    data = _prepared(WORK / "data.pickle")
    incidents = {"incident": features.incident_documents("train"), "incident-dev": features.incident_documents("dev")}
    return data | incidents | events.event_documents()


def _prepared(path: Path) -> dict[str, Any]:
    if path.exists():
        with path.open("rb") as handle:
            return pickle.load(handle)
    trees, vocabulary = features.tree_documents("train")
    data = {
        "vocabulary": vocabulary,
        "trees": trees,
        "trees-dev": features.tree_documents("dev", vocabulary)[0],
        "attribution": features.attribution_documents("train"),
        "attribution-dev": features.attribution_documents("dev"),
        "entity": features.entity_documents(),
    }
    WORK.mkdir(exist_ok=True)
    with path.open("wb") as handle:
        pickle.dump(data, handle)
    return data


def sizes(data: dict[str, Any]) -> dict[str, int]:
    """Number of labels of each head."""
    names = data["vocabulary"] | features.TAGS | events.labels()
    return {k: len(v) for k, v in names.items()}


def kept_sizes() -> dict[str, int]:
    """``sizes`` from the kept features alone: four seconds, where incidents and acts take forty more to prepare."""
    return sizes(_prepared(WORK / "data.pickle"))


#: Share of batches that are shown in lower case: headlines, wires and posts are often written so.
LOWERED = 0.1


def stream(documents: list[features.Document], seed: int, pieces: int) -> Iterator[features.Batch]:
    """Endless batches; every epoch cuts and shuffles anew. No documents, no batches."""
    epoch = 0
    if not documents:
        return
    while True:
        rng = random.Random(seed * 1000 + epoch)
        windows = [w for d in documents for w in features.pack(d.units, rng)]
        batches = features.bucket(windows, pieces, rng)
        rng.shuffle(batches)
        for batch in batches:
            yield features.collate(batch, lower=rng.random() < LOWERED)
        epoch += 1


def groups(module: torch.nn.Module, rate: float, head_rate: float) -> list[dict[str, Any]]:
    """Parameters with their rates: lower for the encoder, no decay on its biases and norms."""
    found: dict[str, list[torch.nn.Parameter]] = {"matrices": [], "vectors": [], "heads": []}
    for name, p in module.named_parameters():
        if p.requires_grad:
            old = "encoder." in name and "casing" not in name
            found["heads" if not old else "matrices" if p.ndim > 1 else "vectors"].append(p)
    rates = {"matrices": (rate, 0.01), "vectors": (rate, 0.0), "heads": (head_rate, 0.01)}
    return [{"params": found[k], "lr": r, "base": r, "weight_decay": decay} for k, (r, decay) in rates.items()]


def factor(progress: float, warm: float = 0.04) -> float:
    """Share of the learning rate at a progress of 0 to 1."""
    return progress / warm if progress < warm else max(0.0, (1 - progress) / (1 - warm))


class Worker:
    """One training process."""

    def __init__(self, rank: int, plan: Plan, shared: torch.Tensor, clock: torch.Tensor, barrier: Any) -> None:
        torch.set_num_threads(1)
        self.rank, self.plan, self.shared, self.clock, self.barrier = rank, plan, shared, clock, barrier
        self.data = prepare()
        held = set(plan.held_out)
        for task in TASKS:
            self.data[task] = [d for d in self.data[task] if d.name not in held]
        torch.manual_seed(17)
        self.network = Network(sizes(self.data), features.TAGS)
        self.network.encoder.load_base(features.base_folder())
        if plan.init:
            state = torch.load(plan.init, weights_only=True)["state"]
            fresh = tuple(plan.fresh)
            self.network.load_state_dict({k: v for k, v in state.items() if not k.startswith(fresh)}, strict=False)
        self.optimiser = torch.optim.AdamW(groups(self.network, plan.rate, plan.head_rate), fused=True, betas=(0.9, 0.98))
        self.named = {n: p for n, p in self.network.named_parameters() if p.requires_grad}
        self.elapsed, self.step = 0.0, 0
        if plan.resume and plan.out.exists():
            self._resume()
        torch.manual_seed(rank + 1 + self.step)
        self.streams = {
            t: stream(self.data[t], 100 * rank + k + 10 + self.step, plan.pieces // SMALL.get(t, 1))
            for k, t in enumerate(TASKS)
        }
        self.choice = random.Random(3 + rank + self.step)
        self.sums: Counter[str] = Counter()
        self.seen: Counter[str] = Counter()

    def _resume(self) -> None:
        """Go on from a checkpoint; heads that are new since start afresh."""
        found = torch.load(self.plan.out, weights_only=True)
        self.network.load_state_dict(found["state"], strict=False)
        for name, state in found["moments"].items():
            if name in self.named:
                self.optimiser.state[self.named[name]] = state
        self.elapsed, self.step = found["elapsed"], found["step"]

    def say(self, *words: object) -> None:
        """One line of the log, from the first process."""
        if self.rank == 0:
            print(time.strftime("%H:%M:%S"), *words, flush=True)

    def save(self, elapsed: float) -> None:
        """Write the checkpoint, whole or not at all."""
        if self.rank:
            return
        state = {
            "state": self.network.state_dict(),
            "moments": {n: self.optimiser.state[p] for n, p in self.named.items() if p in self.optimiser.state},
            "elapsed": elapsed,
            "step": self.step,
            "sizes": sizes(self.data),
        }
        scratch = self.plan.out.with_suffix(".new")
        torch.save(state, scratch)
        scratch.replace(self.plan.out)

    def meet(self) -> None:
        """Replace the weights by the mean over processes."""
        with torch.no_grad():
            torch.cat([p.flatten() for p in self.named.values()], out=self.shared[self.rank])
            self.barrier.wait()
            total = self.shared.mean(0)
            self.barrier.wait()
            at = 0
            for p in self.named.values():
                p.copy_(total[at : at + p.numel()].view_as(p))
                at += p.numel()

    def train_step(self, progress: float) -> None:
        """One batch of a drawn task, forward, backward, applied."""
        for group in self.optimiser.param_groups:
            group["lr"] = group["base"] * factor(progress)
        weights = [a + (b - a) * progress for a, b in zip(self.plan.mix, self.plan.mix_end, strict=True)]
        task = self.choice.choices(TASKS, weights)[0]
        batch = next(self.streams[task])
        losses = task_losses(self.network, batch, self.network.encode(batch), task)
        self.optimiser.zero_grad(set_to_none=True)
        torch.stack(list(losses.values())).sum().backward()
        torch.nn.utils.clip_grad_norm_(self.named.values(), 2.0)
        self.optimiser.step()
        self.step += 1
        self.seen[task] += int(batch.mask.sum())
        for name, loss in losses.items():
            self.sums[name] += loss.item()
            self.sums["n " + name] += 1

    def report(self, progress: float, started: float) -> None:
        """Log mean losses since the last report."""
        means = {k: round(v / self.sums["n " + k], 4) for k, v in self.sums.items() if not k.startswith("n ")}
        speed = 2 * sum(self.seen.values()) / (time.monotonic() - started)
        self.say(f"step {self.step} at {progress:.3f}", json.dumps(means), f"{speed:.0f} pieces/s", dict(self.seen))
        self.sums.clear()

    def run(self) -> None:
        """Train until the time is spent. The clock of all processes starts at the first meeting."""
        self.network.train()
        end = min(self.plan.minutes, self.plan.stop) * 60
        self.meet()
        begun = time.monotonic()
        if self.rank == 0:
            self.clock[0] = begun - self.elapsed
        self.barrier.wait()
        started = float(self.clock[0])
        elapsed = self.elapsed
        due = {
            "meet": elapsed + self.plan.meet,
            "save": elapsed + self.plan.save * 60,
            "evaluate": elapsed + self.plan.evaluate * 60,
        }
        while True:
            self.train_step(min(elapsed, end) / (self.plan.minutes * 60))
            if self.step % 100 == 0:
                self.report(elapsed / (self.plan.minutes * 60), begun)
            elapsed = time.monotonic() - started
            if elapsed < min(due["meet"], end):
                continue
            self.meet()
            if due["meet"] >= end:
                break
            due["meet"] += self.plan.meet
            if elapsed >= due["save"]:
                self.save(elapsed)
                due["save"] += self.plan.save * 60
            if elapsed >= due["evaluate"]:
                self.evaluate()
                due["evaluate"] += self.plan.evaluate * 60
        self.save(end)
        self.say("done", self.step, "steps", dict(self.seen))

    def evaluate(self) -> None:
        """Log scores on a part of the development data (seconds)."""
        if self.rank == 0:
            self.network.eval()
            self.say("EVAL", json.dumps(quick(self.network, self.data)))
            self.network.train()


def work(rank: int, plan: Plan, shared: torch.Tensor, clock: torch.Tensor, barrier: Any) -> None:
    """One process of a plan."""
    Worker(rank, plan, shared, clock, barrier).run()


def new_clock(plan: Plan) -> tuple[torch.Tensor, torch.Tensor, Any]:
    """What the processes of a plan share: room for their weights, the time they began, the place where they meet."""
    network = Network(kept_sizes(), features.TAGS)
    count = sum(p.numel() for p in network.parameters() if p.requires_grad)
    shared = torch.zeros(plan.processes, count).share_memory_()
    clock = torch.zeros(1, dtype=torch.float64).share_memory_()
    return shared, clock, mp.get_context("spawn").Barrier(plan.processes)


def train(plan: Plan) -> None:
    """Run a plan."""
    mp.spawn(work, args=(plan, *new_clock(plan)), nprocs=plan.processes)


def _floats(text: str) -> tuple[float, ...]:
    values = (*map(float, text.split(",")),)
    values += (0.0,) * (len(TASKS) - len(values))
    if len(values) != len(TASKS) or not math.isclose(sum(values), 1, abs_tol=1e-6):
        message = f"shares that add up to 1, for {TASKS}"
        raise argparse.ArgumentTypeError(message)
    return values


def main() -> None:
    """Command line."""
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=WORK / "main.pt")
    parser.add_argument("--minutes", type=float, default=85)
    parser.add_argument("--mix", type=_floats, default="0.7,0.25,0.05")
    parser.add_argument("--mix-end", type=_floats, default="0.5,0.4,0.1")
    parser.add_argument("--rate", type=float, default=2.5e-4)
    parser.add_argument("--head-rate", type=float, default=1.5e-3)
    parser.add_argument("--meet", type=float, default=15.0)
    parser.add_argument("--pieces", type=int, default=896)
    parser.add_argument("--save", type=float, default=5.0)
    parser.add_argument("--evaluate", type=float, default=20.0)
    parser.add_argument("--init", type=Path)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--stop", type=float, default=math.inf)
    parser.add_argument("--resume", action="store_true")
    train(Plan(**vars(parser.parse_args())))


if __name__ == "__main__":
    main()
