"""A bulletin on the disk: all of it or nothing, and nothing of anybody else's is overwritten.

It is built beside its place and takes it by renaming. A folder that holds anything but a bulletin is refused, and so is a bulletin to which
somebody added a file. This module must not know what a page says.
"""

from __future__ import annotations

import json
import os
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from hashlib import sha256
from shutil import rmtree
from tempfile import mkdtemp
from typing import TYPE_CHECKING, Any

from trucewatch.model import TrucewatchError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

#: The file by which a bulletin is known; it names every other file with its hash.
MARK = "bulletin.json"
KIND = "trucewatch-bulletin"


@dataclass(slots=True)
class Folder:
    """A bulletin in the making."""

    path: Path
    hashes: dict[str, str] = field(default_factory=dict)

    def write(self, name: str, data: bytes) -> None:
        """A file, by its path in the bulletin; each is written once."""
        if name in self.hashes:
            raise TrucewatchError(
                "bulletin-twice", f"two pages would be {name}", next_step="this is a fault of the program: report it"
            )
        target = self.path / name
        target.parent.mkdir(exist_ok=True)
        target.write_bytes(data)
        self.hashes[name] = sha256(data).hexdigest()

    def finish(self, facts: Mapping[str, Any]) -> None:
        """The list of what is in it."""
        found = {"kind": KIND, "format": 1, **facts, "files": dict(sorted(self.hashes.items()))}
        (self.path / MARK).write_text(json.dumps(found, ensure_ascii=False, indent=1) + "\n", "utf-8")


@contextmanager
def building(out: Path, *, overwrite: bool) -> Iterator[Folder]:
    """A folder to write into, that becomes ``out`` at the end of the block; on an error nothing is left and nothing has changed.

    Raises:
        TrucewatchError: ``not-a-bulletin``, ``bulletin-exists``, ``bulletin-changed``, ``unwritable``.
    """
    place = out.resolve()
    check(place, overwrite=overwrite)
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        draft = place.parent / mkdtemp(prefix=f".{place.name}.", suffix=".part", dir=place.parent)
        try:
            yield Folder(draft)
            draft.chmod(0o777 & ~_umask())
            check(place, overwrite=overwrite)
            _take(draft, place)
        finally:
            rmtree(draft, ignore_errors=True)
    except OSError as error:
        raise TrucewatchError(
            "unwritable", "the bulletin cannot be written", where=str(out), why=error.strerror or str(error),
            next_step="choose another folder, or make room; nothing was changed",
        ) from error  # fmt: skip


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def _take(draft: Path, place: Path) -> None:
    """Put the draft in its place; what stood there goes only when it is there."""
    old = draft.with_suffix(".old")
    if place.exists():
        place.rename(old)
    try:
        draft.rename(place)
    except OSError:
        if old.exists():
            old.rename(place)
        raise
    with suppress(OSError):
        rmtree(old)


def check(place: Path, *, overwrite: bool) -> None:
    """Refuse a place that holds something of somebody's.

    Raises:
        TrucewatchError: as for :func:`building`.
    """
    if not place.exists():
        return
    if not place.is_dir():
        raise TrucewatchError("not-a-bulletin", "there is a file here", where=str(place), next_step="choose another folder")
    if not any(place.iterdir()):
        return
    known = _files_of(place)
    if known is None:
        raise TrucewatchError(
            "not-a-bulletin",
            "the folder holds something else than a bulletin",
            where=str(place),
            next_step="choose an empty folder",
        )
    if not overwrite:
        raise TrucewatchError(
            "bulletin-exists", "there is a bulletin here already", where=str(place), next_step="--overwrite replaces it"
        )
    added = next((name for name in _walked(place) if name not in known), None)
    if added is not None:
        raise TrucewatchError(
            "bulletin-changed", "somebody added to the bulletin here", where=str(place), why=f"no bulletin wrote {added}",
            next_step="move it away, or choose another folder",
        )  # fmt: skip


def _files_of(place: Path) -> set[str] | None:
    """The files that the bulletin in a folder names; None where it is none."""
    try:
        found = json.loads((place / MARK).read_text("utf-8"))
        return {MARK, *found["files"]} if found["kind"] == KIND else None
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _walked(place: Path) -> Iterator[str]:
    for here, folders, names in os.walk(place):
        folders.sort()
        linked = (name for name in folders if os.path.islink(os.path.join(here, name)))  # noqa: PTH114, PTH118 - os.walk gives strings
        for name in sorted([*names, *linked]):
            yield os.path.relpath(os.path.join(here, name), place).replace(os.sep, "/")  # noqa: PTH118 - os.walk gives strings
