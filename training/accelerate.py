"""The same training on an accelerator, with a teacher: the plan of ``run.sh`` in minutes instead of hours.

``prepare`` gathers what travels (features, base encoders, in a few tens of megabytes), ``plan`` trains on a machine that has nothing
but torch, ``fetch`` unpacks what came back into checkpoints for :mod:`training.export`:

1. a teacher (MPNet) and a student (MiniLM) learn trees, attribution, incidents and our own texts;
2. the student goes on under the teacher; meanwhile six copies of the teacher learn PLV, CAMEO, CASE and re3d too, one all of it and
   five without a fifth each;
3. six copies of the student go on under those six: the shipped one, and those of the five folds.

All is driven by the clock, so it ends on time on any card.
"""

from __future__ import annotations

import argparse
import json
import lzma
import pickle
import random
import subprocess
import sys
import tarfile
import time
from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from torch.utils.data import DataLoader, IterableDataset

from training import features, packing
from training.corpora import FOLDS, ROOT, documents_of, fold_of
from training.distil import Teaching
from training.evaluate import quick
from training.event_folds import report, write_chances
from training.loop import SMALL as DIVIDED
from training.loop import TASKS, WORK, groups, stream
from training.network import CHAINS, LARGE, SMALL, Network, task_losses

if TYPE_CHECKING:
    from collections.abc import Iterator

DATA, STUDENT, TEACHER = "data.xz", "student.packed", ("teacher-0.packed", "teacher-1.packed")
NEW = ("entity", "plv", "cameo", "case")  #: what the folds are made of; the first stages see only the entities of our own
FIRST = {"trees": 0.36, "attribution": 0.26, "incident": 0.14, "own": 0.2, "entity": 0.04}
LAST = {
    "trees": 0.2,
    "attribution": 0.18,
    "incident": 0.1,
    "own": 0.17,
    "entity": 0.1,
    "plv": 0.12,
    "cameo": 0.04,
    "case": 0.09,
}
TEACHER_LAST = {
    "trees": 0.07,
    "attribution": 0.08,
    "incident": 0.06,
    "own": 0.16,
    "entity": 0.13,
    "plv": 0.22,
    "cameo": 0.08,
    "case": 0.2,
}
KEPT = ("encoder.word.weight",)  #: frozen weights, which need not come back


@dataclass(frozen=True, slots=True)
class Job:
    """One training process."""

    out: Path
    seconds: float
    large: bool
    fold: int  #: -1 holds out all of ``NEW``; ``FOLDS`` holds out nothing
    mix: dict[str, float]
    rate: float
    head_rate: float
    pieces: int
    init: Path | None = None
    teacher: Path | None = None
    start: float = 1.0  #: share of the rates at the beginning, after warming up
    end: float = 0.0
    workers: int = 2
    evaluate: bool = False


def held(data: dict[str, Any], fold: int) -> set[str]:
    """Texts that a job must not see."""
    names = [d.name for d in data["entity"] if not d.name.startswith("synthetic")]
    if fold < 0:
        return {d.name for task in NEW[1:] for d in data[task]} | set(names)
    if fold >= FOLDS:
        return set()
    return {d.name for task in NEW[1:] for d in data[task] if fold_of(d.name) == fold} | set(documents_of(names, fold))


class Batches(IterableDataset[tuple[str, features.Batch]]):
    """Endless batches of drawn tasks; each loader process draws its own."""

    def __init__(self, data: dict[str, Any], mix: dict[str, float], pieces: int) -> None:
        super().__init__()
        self.data, self.mix, self.pieces = data, mix, pieces

    def __iter__(self) -> Iterator[tuple[str, features.Batch]]:
        info = torch.utils.data.get_worker_info()
        seed = 1 + (info.id if info else 0)
        rng = random.Random(seed)
        streams = {t: stream(self.data[t], 100 * seed + TASKS.index(t), self.pieces // DIVIDED.get(t, 1)) for t in self.mix}
        while True:
            task = rng.choices(list(self.mix), list(self.mix.values()))[0]
            batch = next(streams[task])
            batch.windows = []
            yield task, batch


def load_data(folder: Path) -> dict[str, Any]:
    """What ``prepare`` packed."""
    with lzma.open(folder / DATA) as handle:
        found: dict[str, Any] = pickle.load(handle)
    return found


def base(folder: Path, *, large: bool) -> dict[str, torch.Tensor]:
    """Weights of a base encoder."""
    parts = TEACHER if large else (STUDENT,)
    return {k: v for part in parts for k, v in packing.unpack(folder / part).items()}


def build(folder: Path, data: dict[str, Any], *, large: bool, init: Path | None) -> Network:
    """A network as a job begins with it."""
    torch.manual_seed(17)
    network = Network(data["sizes"], features.TAGS, LARGE if large else SMALL)
    if init:
        network.load_state_dict(torch.load(init, weights_only=True, map_location="cpu"))
        return network
    network.encoder.take(base(folder, large=large))
    return network


def share(progress: float, job: Job, warm: float = 0.05) -> float:
    """Share of the rates at a progress of 0 to 1."""
    at = job.start + (job.end - job.start) * min(1.0, progress)
    return at * min(1.0, progress / warm)


class Sums:
    """Losses since the last line of the log, kept on the device, and how much was read."""

    def __init__(self, job: Job) -> None:
        self.job, self.begun = job, time.monotonic()
        self.losses: dict[str, torch.Tensor] = {}
        self.counts: Counter[str] = Counter()
        self.places = self.steps = 0

    def add(self, losses: dict[str, torch.Tensor], places: int) -> None:
        """One step."""
        self.steps += 1
        self.places += places
        for name, loss in losses.items():
            self.losses[name] = self.losses.get(name, 0) + loss.detach()
            self.counts[name] += 1
        if self.steps % 400 == 0:
            self.tell()

    def tell(self) -> None:
        """One line of the log."""
        spent = time.monotonic() - self.begun
        means = json.dumps({k: round(float(v) / self.counts[k], 3) for k, v in self.losses.items()})
        say(self.job, f"{spent:.0f} s, step {self.steps}, {self.places / spent:.0f} places/s {means}")
        self.losses.clear()
        self.counts.clear()


def say(job: Job, words: str) -> None:
    """A line of the log."""
    print(time.strftime("%H:%M:%S"), job.out.stem, words, flush=True)


class Run:
    """One job at work."""

    def __init__(self, job: Job, folder: Path) -> None:
        torch.set_float32_matmul_precision("high")
        self.job, self.data = job, load_data(folder)
        self.device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
        self.hold = held(self.data, job.fold)
        seen = {t: [d for d in self.data[t] if d.name not in self.hold] for t in job.mix}
        loader = DataLoader(Batches(seen, job.mix, job.pieces), batch_size=None, num_workers=job.workers, prefetch_factor=3)
        self.batches = iter(loader)
        next(self.batches)
        self.network = build(folder, self.data, large=job.large, init=job.init).to(self.device).train()
        self.teaching: Teaching | None = None
        parts = torch.nn.ModuleDict({"network": self.network})
        if job.teacher:
            self.teaching = Teaching(build(folder, self.data, large=True, init=job.teacher)).to(self.device)
            parts["bridge"] = self.teaching.bridge
            for name in CHAINS:
                self.network.taggers[name].between.data.copy_(self.teaching.teacher.taggers[name].between)
        self.optimiser = torch.optim.AdamW(
            groups(parts, job.rate, job.head_rate), fused=self.device.type == "cuda", betas=(0.9, 0.98)
        )

    def step(self, progress: float) -> tuple[dict[str, torch.Tensor], int]:
        """One batch, forward, backward, applied; returns the losses and the places of the batch."""
        task, host = next(self.batches)
        batch = host.to(self.device)
        for group in self.optimiser.param_groups:
            group["lr"] = group["base"] * share(progress, self.job)
        with torch.autocast(self.device.type, torch.bfloat16, enabled=self.device.type == "cuda"):
            layers = self.network.encode(batch)
            losses = task_losses(self.network, batch, layers, task)
            if self.teaching:
                losses |= self.teaching(self.network, batch, layers, trees=task == "trees")
        self.optimiser.zero_grad(set_to_none=True)
        torch.stack([x.float() for x in losses.values()]).sum().backward()
        torch.nn.utils.clip_grad_norm_([p for g in self.optimiser.param_groups for p in g["params"]], 2.0)
        self.optimiser.step()
        return losses, host.ids.numel()

    def train(self) -> None:
        """Until the time is spent; then write the weights, the chances of what a fold held out, and the scores."""
        job, sums = self.job, Sums(self.job)
        while (progress := (time.monotonic() - sums.begun) / job.seconds) < 1:
            sums.add(*self.step(progress))
        sums.tell()
        network = self.network.cpu().eval()
        torch.save(network.state_dict(), job.out.with_suffix(".new"))
        job.out.with_suffix(".new").replace(job.out)
        torch.set_num_threads(4)
        if 0 <= job.fold < FOLDS:
            part = {task: [d for d in self.data[task] if d.name in self.hold] for task in ("plv", "case", "cameo")}
            write_chances(network, part, job.fold, job.out.with_suffix(".jsonl"))
        if job.evaluate:
            say(job, "EVAL " + json.dumps(quick(network, self.data)))


def jobs(work: Path, seconds: float) -> list[list[Job]]:
    """The plan, in rounds of jobs side by side."""
    first, middle, last = 0.24 * seconds, 0.36 * seconds, 0.40 * seconds
    teacher, student = work / "teacher.pt", work / "student.pt"
    early = Job(
        teacher, first, large=True, fold=-1, mix=FIRST, rate=8e-5, head_rate=1e-3, pieces=4096, workers=4, evaluate=True
    )
    small = replace(early, out=work / "warm.pt", large=False, rate=3e-4, head_rate=1.5e-3, end=0.9, workers=3, evaluate=False)
    go_on = replace(
        small, out=student, seconds=middle, init=small.out, teacher=teacher, pieces=8192, end=0.5, workers=4, evaluate=True
    )
    tune = Job(teacher, 0.9 * middle, large=True, fold=0, mix=TEACHER_LAST, rate=4e-5, head_rate=5e-4, pieces=3072, workers=1)
    study = Job(student, last, large=False, fold=0, mix=LAST, rate=2.5e-4, head_rate=1e-3, pieces=6144, start=0.8)
    folds = [FOLDS, *range(FOLDS)]
    teachers = [replace(tune, out=work / f"teacher{k}.pt", init=teacher, fold=k, evaluate=k == FOLDS) for k in folds]
    students = [
        replace(study, out=work / f"student{k}.pt", init=student, teacher=work / f"teacher{k}.pt", fold=k, evaluate=k == FOLDS)
        for k in folds
    ]
    return [[early, small], [go_on, *teachers], students]


def plan(folder: Path, work: Path, out: Path, seconds: float) -> None:
    """Run the plan; evaluations may go on while the next round runs."""
    work.mkdir(parents=True, exist_ok=True)
    running: list[subprocess.Popen[bytes]] = []
    for number, round_ in enumerate(jobs(work, seconds)):
        with (work / f"round{number}.pickle").open("wb") as handle:
            pickle.dump(round_, handle)
        for k in range(len(round_)):
            command = [sys.executable, "-m", "training.accelerate", "job", str(folder), str(work), str(number), str(k)]
            running.append(subprocess.Popen(command))  # noqa: S603
        while not all(job.out.exists() for job in round_):
            time.sleep(0.5)
            if any(p.poll() for p in running):
                message = f"a job of round {number} failed"
                raise SystemExit(message)
    give(work, out)
    for process in running:
        process.wait()
    with tarfile.open(out / "chances.tar.xz", "w:xz") as archive:
        for path in sorted(work.glob("*.jsonl")):
            archive.add(path, path.name)


def give(work: Path, out: Path) -> None:
    """Pack the shipped student, and what tells the folds' students from it."""
    out.mkdir(parents=True, exist_ok=True)
    states = {k: torch.load(work / f"student{k}.pt", weights_only=True) for k in range(FOLDS + 1)}
    packing.pack({n: v for n, v in states[FOLDS].items() if n not in KEPT}, out / "student5.packed", 40)
    reference = packing.unpack(out / "student5.packed")
    for k in range(FOLDS):
        change = {n: states[k][n] - v if v.is_floating_point() else states[k][n] for n, v in reference.items()}
        size = packing.pack(change, out / f"student{k}.packed", 5)
        print(f"fold {k}: {size} bytes", flush=True)


def prepare(folder: Path) -> None:
    """Gather what travels."""
    from tokenizers import Tokenizer  # noqa: PLC0415

    from training import loop, teacher  # noqa: PLC0415

    folder.mkdir(parents=True, exist_ok=True)
    data = loop.prepare()
    data["sizes"] = loop.sizes(data)
    numbers = Tokenizer.from_file(str(features.base_folder() / "tokenizer.json")).get_vocab()
    used = torch.zeros(len(numbers))
    for task in (*TASKS, "trees-dev", "attribution-dev", "incident-dev", "own-dev"):
        for document in data[task]:
            for unit in document.units:
                used[[p for word in unit.pieces for p in word]] = 1
    used[[features.CLS, features.SEP]] = 1
    with lzma.open(folder / DATA, "wb", preset=6) as handle:
        pickle.dump(data, handle)
    small = Network(data["sizes"], features.TAGS)
    small.encoder.load_base(features.base_folder())
    large = teacher.base_state(sorted(numbers, key=numbers.__getitem__))
    mine = {k: v for k, v in small.encoder.state_dict().items() if k != "casing.weight"}  # casing begins afresh in each job
    for state in (mine, large):
        state["word.weight"] = state["word.weight"] * used[:, None]
    packing.pack(mine, folder / STUDENT, 30)
    early = {k: v for k, v in large.items() if not k.startswith("layers.") or int(k.split(".")[1]) < 3}
    packing.pack(early, folder / TEACHER[0], 10)
    packing.pack({k: v for k, v in large.items() if k not in early}, folder / TEACHER[1], 10)


def fetch(folder: Path) -> None:
    """What came back -> ``final.pt`` and ``fold0.pt`` ... ``fold4.pt`` in the work folder, with the exact base words."""
    from training import loop  # noqa: PLC0415

    sizes = loop.kept_sizes()
    small = Network(sizes, features.TAGS)
    small.encoder.load_base(features.base_folder())
    frozen = {k: small.state_dict()[k] for k in KEPT}
    reference = packing.unpack(folder / "student5.packed")
    torch.save({"state": reference | frozen, "sizes": sizes}, WORK / "final.pt")
    for k in range(FOLDS):
        change = packing.unpack(folder / f"student{k}.packed")
        state = {n: v + change[n] if v.is_floating_point() else change[n] for n, v in reference.items()}
        torch.save({"state": state | frozen, "sizes": sizes}, WORK / f"event_fold{k}.pt")
    with tarfile.open(folder / "chances.tar.xz") as archive:
        archive.extractall(WORK / "chances", filter="data")
    result = {}
    for who in ("student", "teacher"):
        result[who] = report(WORK / "chances" / f"{who}{k}.jsonl" for k in range(FOLDS))
    (ROOT / "benchmarks" / "results" / "event_folds.json").write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("prepare").add_argument("folder", type=Path)
    commands.add_parser("fetch").add_argument("folder", type=Path)
    whole = commands.add_parser("plan")
    for name in ("folder", "work", "out"):
        whole.add_argument(name, type=Path)
    whole.add_argument("--seconds", type=float, default=480)
    one = commands.add_parser("job")
    for name in ("folder", "work"):
        one.add_argument(name, type=Path)
    one.add_argument("round", type=int)
    one.add_argument("index", type=int)
    arguments = parser.parse_args()
    if arguments.command == "prepare":
        prepare(arguments.folder)
    elif arguments.command == "fetch":
        fetch(arguments.folder)
    elif arguments.command == "plan":
        plan(arguments.folder, arguments.work, arguments.out, arguments.seconds)
    else:
        with (arguments.work / f"round{arguments.round}.pickle").open("rb") as handle:
            Run(pickle.load(handle)[arguments.index], arguments.folder).train()


if __name__ == "__main__":
    main()
