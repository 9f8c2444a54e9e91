"""Weights small enough to travel: integers of a few bits with one scale a row, coded by their frequencies.

A matrix is kept in steps of its row's standard deviation divided by ``fineness``: about ``log2(fineness) + 2`` bits a weight, and an
error of ``0.29 / fineness`` of the deviation. Vectors are kept as they are. What is shipped is quantised anew from what comes back
(:mod:`training.export`), with steps that are wider than these.
"""

from __future__ import annotations

import io
import zlib
from typing import TYPE_CHECKING

import numpy as np
import torch

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from torch import Tensor

MOST = 127  #: largest integer of a weight


def pack(state: Mapping[str, Tensor], path: Path, fineness: float) -> int:
    """Write a state; returns the size of the file in bytes."""
    made: dict[str, object] = {}
    for name, value in state.items():
        if value.ndim != 2 or not value.is_floating_point():
            made[name] = value.clone()
            continue
        x = value.float()
        step = (x.std(1, keepdim=True) / fineness).clamp(min=x.abs().amax(1, keepdim=True) / MOST).clamp(min=1e-12)
        whole = (x / step).round().to(torch.int8).numpy()
        coder = zlib.compressobj(6, zlib.DEFLATED, -15, 9, zlib.Z_HUFFMAN_ONLY)
        coded = np.frombuffer(coder.compress(whole.tobytes()) + coder.flush(), np.uint8)
        made[name] = {"shape": list(x.shape), "step": step, "coded": torch.from_numpy(coded.copy())}
    torch.save(made, path)
    return path.stat().st_size


def unpack(path: Path) -> dict[str, Tensor]:
    """Read a packed state."""
    found = torch.load(io.BytesIO(path.read_bytes()), weights_only=True, map_location="cpu")
    out: dict[str, Tensor] = {}
    for name, value in found.items():
        if isinstance(value, dict):
            whole = np.frombuffer(zlib.decompress(value["coded"].numpy().tobytes(), -15), np.int8).reshape(value["shape"])
            out[name] = torch.from_numpy(whole.copy()).float() * value["step"]
        else:
            out[name] = value
    return out
