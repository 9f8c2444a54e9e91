"""A checkpoint -> the shipped folder: two ONNX graphs in int8, tokenizer, lemma table, manifest with sha256.

``python -m training.export training/runs/main.pt`` writes into the package; any checkpoint will do, also one of a run that is
still going on.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import logging
import pickle
import random
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from training import events, features, lexicon
from training.loop import WORK
from training.network import CHAINS, SMALL, Network
from trucewatch.language.acts import EVENT_HEADS, EVENTS_FILE, PEOPLE
from trucewatch.language.encoder import ENCODER_FILE, OUTPUTS, RELATIONS_FILE
from trucewatch.language.weights import FOLDER, MANIFEST

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

NAME = "trucewatch-en"
VERSION = "1.2.0"
#: MUC-4 marks a person or thing once an article, so the head learns to be shy; set on every other article of its development part
#: (``benchmarks/incidents.py --fit``).
LIFT = {"incident": 1.0}


class EncoderGraph(nn.Module):
    """Encoder and all heads over one window.

    The same sums as in training, in an order that suits one window: all mixtures of layers in one product, and words picked
    by index.
    """

    def __init__(self, network: Network) -> None:
        super().__init__()
        self.network = network

    def forward(self, ids: Tensor, casings: Tensor, first: Tensor, last: Tensor) -> tuple[Tensor, ...]:
        """Outputs in the order of ``trucewatch.language.encoder.OUTPUTS``."""
        network = self.network
        taggers = [network.taggers[k] for k in OUTPUTS[7:11]]
        stack = torch.cat(network.encoder(ids, casings, None), 0)
        weights = torch.stack([torch.softmax(m.mix.weights, 0) for m in (network.trees, *taggers, network.events)])
        mixed = (weights @ stack.flatten(1)).view(len(weights), -1, stack.shape[2])
        words = (mixed[:, first[0]] + mixed[:, last[0]]) * 0.5
        trees = network.trees.score(mixed[:1, :1], words[:1])
        spans = tuple(tagger.score(words[k : k + 1]) for k, tagger in enumerate(taggers, 1))
        return (*(getattr(trees, k) for k in OUTPUTS[:7]), *spans, *self.events(words[len(taggers) + 1 :]))

    def events(self, mixed: Tensor) -> tuple[Tensor, Tensor]:
        """What acts read of the words, and the score of each word as that of an act of each type."""
        words = self.network.events.words(mixed)
        return words, self.network.events.trigger(words)


class RelationGraph(nn.Module):
    """Relation scores given heads."""

    def __init__(self, network: Network) -> None:
        super().__init__()
        self.trees = network.trees

    def forward(self, dependent: Tensor, governor: Tensor, heads: Tensor) -> Tensor:
        """(1, W, R), (1, 1+W, R), (1, W) -> (1, W, relations)."""
        scores: Tensor = self.trees.relations(dependent, governor, heads)
        return scores


class EventGraph(nn.Module):
    """The event head for one act."""

    def __init__(self, network: Network) -> None:
        super().__init__()
        self.events = network.events

    def forward(self, words: Tensor, marks: Tensor) -> tuple[Tensor, ...]:
        """(1, W, act), (1, 3, W) -> scores of people and those of ``EVENT_HEADS``."""
        scores: tuple[Tensor, ...] = self.events(words, marks, None)
        return scores


def _onnx(graph: nn.Module, inputs: Mapping[str, Tensor], outputs: Sequence[str], path: Path) -> None:
    axes = {"ids": {1: "T"}, "casings": {1: "T"}, "governor": {1: "V"}, "marks": {2: "W"}, PEOPLE: {2: "W"}}
    dynamic = {k: axes.get(k, {1: "W"}) for k in (*inputs, *outputs) if k not in EVENT_HEADS}
    if "governor" in outputs:
        dynamic |= {"governor": {1: "V"}, "arc": {1: "W", 2: "V"}}
    torch.onnx.export(
        graph.eval(),
        tuple(inputs.values()),
        str(path),
        input_names=list(inputs),
        output_names=list(outputs),
        dynamic_axes=dynamic,
        opset_version=17,
        dynamo=False,
    )


def graphs(network: Network, folder: Path) -> None:
    """Write ``encoder.onnx`` and ``relations.onnx`` in fp32."""
    words = torch.arange(1, 17)[None]
    window = {"ids": torch.randint(5, 30000, (1, 24)), "casings": torch.ones(1, 24, dtype=torch.long)}
    window |= {"first": words, "last": words + 1}
    _onnx(EncoderGraph(network), window, OUTPUTS, folder / "encoder.onnx")
    wide = network.trees.rel_dependent.out_features
    arcs = {"dependent": torch.randn(1, 16, wide), "governor": torch.randn(1, 17, wide), "heads": words}
    _onnx(RelationGraph(network), arcs, ["relation"], folder / "relations.onnx")
    marks = (torch.arange(16) % 3 == torch.arange(3)[:, None]).float()[None]
    _onnx(
        EventGraph(network),
        {"words": torch.randn(1, 16, SMALL.act), "marks": marks},
        (PEOPLE, *EVENT_HEADS),
        folder / EVENTS_FILE,
    )


def quantise(source: Path, target: Path) -> None:
    """Dynamic int8, one scale a channel; seven bits of weights.

    Eight bits overflow 16-bit sums on processors without VNNI, and so give other scores there; seven give the same
    integers everywhere.
    """
    from onnxruntime.quantization import QuantType, quantize_dynamic  # noqa: PLC0415

    logging.getLogger().setLevel(logging.ERROR)
    quantize_dynamic(source, target, weight_type=QuantType.QInt8, per_channel=True, reduce_range=True)


def refine(network: Network, epochs: int = 20, rate: float = 1e-3, held_out: Sequence[str] = ()) -> None:
    """Train the entity head alone a little longer: it has the least data, and the frozen layers are computed once."""
    torch.set_num_threads(1)
    with (WORK / "data.pickle").open("rb") as handle:
        documents: list[features.Document] = pickle.load(handle)["entity"]
    windows = [w for d in documents if d.name not in held_out for w in features.pack(d.units)]
    batches = [features.collate(group) for group in features.bucket(windows, 1024)]
    with torch.no_grad():
        kept = [(batch, network.encode(batch)) for batch in batches]
    head = network.taggers["entity"].train()
    optimiser = torch.optim.AdamW(head.parameters(), lr=rate)
    rng = random.Random(1)
    for epoch in range(epochs):
        optimiser.param_groups[0]["lr"] = rate * (1 - epoch / epochs)
        rng.shuffle(kept)
        for batch, layers in kept:
            scores = head(layers, batch.first, batch.last).flatten(0, 1)
            loss = F.cross_entropy(scores, batch.row("entity").flatten(), ignore_index=features.IGNORE)
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
    network.eval()


def load(checkpoint: Path) -> Network:
    """The network of a checkpoint."""
    found = torch.load(checkpoint, weights_only=True, map_location="cpu")
    network = Network(found["sizes"], features.TAGS)
    network.load_state_dict(found["state"])
    return network.eval()


def labels() -> dict[str, list[str]]:
    """Label names of every head."""
    with (WORK / "data.pickle").open("rb") as handle:
        vocabulary: dict[str, list[str]] = pickle.load(handle)["vocabulary"]
    return vocabulary | features.TAGS | events.labels()


def transitions(network: Network) -> dict[str, list[list[float]]]:
    """Learned scores from tag to tag of the span heads that are chains."""
    tables = {k: network.taggers[k].between.detach().double() for k in sorted(CHAINS)}
    return {k: [[round(x, 4) for x in row] for row in table.tolist()] for k, table in tables.items()}


def manifest(folder: Path, version: str, chains: Mapping[str, list[list[float]]]) -> None:
    """Write the manifest over the files of ``folder``."""
    names = sorted(p.name for p in folder.iterdir() if p.suffix in {".onnx", ".json", ".tsv"} and p.name != MANIFEST)
    digests = {name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in names}
    record = {"name": NAME, "version": version, "sha256": digests, "labels": labels(), "transitions": chains, "lift": LIFT}
    (folder / MANIFEST).write_text(json.dumps(record, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def export(checkpoint: Path, folder: Path, version: str = VERSION, *, refined: bool = True) -> None:
    """Write the shipped folder; it changes only once everything is made. The entity head is not ``refined`` where it does not matter."""
    torch.manual_seed(17)
    network = load(checkpoint)
    if refined:
        refine(network)
    with tempfile.TemporaryDirectory() as scratch_name:
        scratch = Path(scratch_name)
        graphs(network, scratch)
        if refined:
            shutil.copyfile(scratch / "encoder.onnx", WORK / "encoder.onnx")
            shutil.copyfile(scratch / "relations.onnx", WORK / "relations.onnx")
        made = scratch / "made"
        made.mkdir()
        quantise(scratch / "encoder.onnx", made / ENCODER_FILE)
        quantise(scratch / "relations.onnx", made / RELATIONS_FILE)
        shutil.copyfile(scratch / EVENTS_FILE, made / EVENTS_FILE)
        shutil.copyfile(features.base_folder() / "tokenizer.json", made / "tokenizer.json")
        lexicon.write(made / "lemmas.tsv")
        manifest(made, version, transitions(network))
        folder.mkdir(parents=True, exist_ok=True)
        for path in made.iterdir():
            shutil.copyfile(path, folder / f".{path.name}")
            (folder / f".{path.name}").replace(folder / path.name)


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("checkpoint", type=Path)
    parser.add_argument("--folder", type=Path, default=FOLDER)
    parser.add_argument("--version", default=VERSION)
    arguments = parser.parse_args()
    export(arguments.checkpoint, arguments.folder, arguments.version)


if __name__ == "__main__":
    main()
