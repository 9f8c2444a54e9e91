"""The trained weights: one folder with a manifest that names every file and its sha256.

Nothing is loaded whose hash is not the one in the manifest.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

FOLDER = Path(__file__).parent / "weights"
MANIFEST = "manifest.json"


class WeightsError(RuntimeError):
    """The weights are missing, damaged or of another version; the message says which file and what to do."""


@dataclass(frozen=True, slots=True)
class ModelFacts:
    """What the model is, as records and ``trucewatch model`` show it."""

    name: str
    version: str
    sha256: Mapping[str, str]  #: file -> sha256
    labels: Mapping[str, tuple[str, ...]]  #: head -> label names in the order of its scores
    transitions: Mapping[str, list[list[float]]] = field(default_factory=dict)  #: span head -> learned scores from tag to tag
    lift: Mapping[str, float] = field(default_factory=dict)  #: span head -> what is added to the score of every tag but O


def _digest(path: Path) -> str:
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


def _remedy(folder: Path) -> str:
    return f"Reinstall trucewatch, or make the weights again as training/README.md says (folder: {folder})."


def check(folder: Path | None = None, files: Sequence[str] = (), heads: Sequence[str] = ()) -> ModelFacts:
    """Read the manifest and compare every file with it.

    Args:
        folder: the weights; default the package's own.
        files: names that the manifest must hold.
        heads: heads whose labels it must hold.

    Raises:
        WeightsError: a file is missing or is not the one the manifest means, or the weights were made for another version.
    """
    folder = folder or FOLDER
    try:
        raw = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        message = f"No readable {MANIFEST} beside the weights: {error}. {_remedy(folder)}"
        raise WeightsError(message) from error
    lacking = [name for name in files if name not in raw["sha256"]] + [head for head in heads if head not in raw["labels"]]
    if lacking:
        message = f"The weights were made for another version of trucewatch: they lack {', '.join(lacking)}. {_remedy(folder)}"
        raise WeightsError(message)
    for name, wanted in raw["sha256"].items():
        path = folder / name
        found = _digest(path) if path.is_file() else "missing"
        if found != wanted:
            message = f"{name} is not the file the manifest means (sha256 {found}, wanted {wanted}). {_remedy(folder)}"
            raise WeightsError(message)
    labels = {head: tuple(names) for head, names in raw["labels"].items()}
    return ModelFacts(raw["name"], raw["version"], dict(raw["sha256"]), labels, raw.get("transitions", {}), raw.get("lift", {}))
