"""One export, from the dossier to its place: written beside it first, put there whole, with a file that says what it is.

Nothing half-written is ever left under the name that was asked for; what was there stays until the new one is whole. This module must not know
any format.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
import tempfile
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from trucewatch.model import TrucewatchError
from trucewatch.publishing.exports import about

if TYPE_CHECKING:
    from trucewatch.dossier.handover import Handover
    from trucewatch.publishing.exports import DossierExporter

ABOUT = ".about.json"


@dataclass(frozen=True, slots=True)
class Shipped:
    """What lies where. ``about`` is what its ``.about.json`` says."""

    out: Path | None
    about: dict[str, Any]


def place(made: DossierExporter, out: Path | None, name: str, *, overwrite: bool) -> Path | None:
    """Where an export goes: ``out``, else a file or folder named after the dossier, here; None for standard output.

    Raises:
        TrucewatchError: ``bad-option``, ``no-folder``, ``output-exists``.
    """
    if out is not None and str(out) == "-":
        if not made.text:
            raise TrucewatchError("bad-option", f"{made.name} cannot go to standard output", next_step="give --out a path")
        return None
    path = out or Path(f"{name}-{made.name}{made.suffix}")
    if not path.parent.is_dir():
        raise TrucewatchError(
            "no-folder", "the folder of the output does not exist", where=str(path), next_step="make it first"
        )
    taken = next((p for p in (path, beside(path)) if p.exists()), None)
    if taken is not None and not overwrite:
        raise TrucewatchError("output-exists", "there is something of that name", where=str(taken), next_step="add --overwrite")
    if path.is_dir() and not _is_ours(path):
        raise TrucewatchError(
            "output-exists", "this folder is no export, and is not replaced", where=str(path), next_step="choose another path"
        )
    return path


def _is_ours(folder: Path) -> bool:
    """Whether a folder is an export that was written before: nothing is in it but what the file beside it names."""
    try:
        known = json.loads(beside(folder).read_text("utf-8"))["files"]
        return {str(path.relative_to(folder)) for path in folder.rglob("*") if not path.is_dir()} <= set(known)
    except (OSError, ValueError, KeyError, TypeError):
        return not any(folder.iterdir())


def beside(out: Path) -> Path:
    """The file that says what an export is; in a folder, inside it."""
    return out.with_name(out.name + ABOUT)


def ship(given: Handover, made: DossierExporter, out: Path | None) -> Shipped:
    """Write an export and put it in its place.

    Raises:
        TrucewatchError: ``unwritable``, and what the exporter raises. What was there is then as it was.
    """
    try:
        with tempfile.TemporaryDirectory(prefix=".trucewatch-", dir=out.parent if out else None) as folder:
            part = Path(folder) / (out.name if out else "out")
            written = made.write(given, part)
            facts = about(given, made.name, written)
            facts["files"] = _files(part)
            given.finish(made.name, out.name if out else "-")
            if out is None:
                _print(part)
            else:
                _settle(part, out, facts)
    except OSError as error:
        raise TrucewatchError(
            "unwritable", "the export cannot be written", where=str(out or "-"), why=error.strerror or str(error)
        ) from error
    return Shipped(out, facts)


def _files(part: Path) -> dict[str, dict[str, Any]]:
    """Size and hash of every file."""
    if part.is_dir():
        return {str(path.relative_to(part)): _hashed(path) for path in sorted(part.rglob("*")) if path.is_file()}
    return {part.name: _hashed(part)}


def _hashed(path: Path) -> dict[str, Any]:
    digest = sha256()
    with path.open("rb") as stream:
        while chunk := stream.read(1 << 20):
            digest.update(chunk)
    return {"bytes": path.stat().st_size, "sha256": digest.hexdigest()}


def _settle(part: Path, out: Path, facts: dict[str, Any]) -> None:
    """Both into their places: the export, then the file about it; what was there goes last."""
    note = part.with_name("about")
    note.write_text(json.dumps(facts, ensure_ascii=False, indent=1) + "\n", "utf-8", newline="\n")
    for path in (*(p for p in sorted(part.rglob("*")) if p.is_file()), note) if part.is_dir() else (part, note):
        with path.open("rb") as stream:
            os.fsync(stream.fileno())
    old = part.with_name("old")
    if out.is_dir() and not out.is_symlink():
        out.replace(old)  # a folder cannot be replaced by another in one step
    elif part.is_dir() and out.exists():
        out.unlink()
    part.replace(out)
    note.replace(beside(out))
    if old.is_dir():
        shutil.rmtree(old)


def _print(part: Path) -> None:
    with part.open("rb") as stream:
        shutil.copyfileobj(stream, sys.stdout.buffer)
    sys.stdout.buffer.flush()
