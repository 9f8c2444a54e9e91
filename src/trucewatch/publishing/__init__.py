"""Exports: one module a format, each an entry point of the group ``trucewatch.exporters``; the built-ins come by the same door.

An exporter has a ``name`` and ``open(stream)``, which gives a writer with ``write(coded)`` and ``close()``. These are formats of coded records,
as they come; formats of a whole dossier are another group, in :mod:`trucewatch.publishing.exports`. This room codes nothing.
"""

from __future__ import annotations

from importlib.metadata import entry_points
from typing import IO, TYPE_CHECKING, Any, Protocol

from trucewatch.model import TrucewatchError

if TYPE_CHECKING:
    from trucewatch.model import Coded

GROUP = "trucewatch.exporters"


class Writer(Protocol):
    """Writes records to one stream, in order."""

    def write(self, coded: Coded) -> None:
        """Write one record (or keep it until ``close``)."""

    def close(self) -> None:
        """Write what is left; the stream stays open."""


class Exporter(Protocol):
    """A format."""

    @property
    def name(self) -> str:
        """What it is called."""

    def open(self, stream: IO[str]) -> Writer:
        """A writer on a text stream."""


def exporter(name: str) -> Exporter:
    """The exporter of a format.

    Raises:
        TrucewatchError: ``unknown-format``.
    """
    made: Exporter = plugged(GROUP, name)
    return made


def plugged(group: str, name: str) -> Any:
    """What an entry point of a group of formats makes.

    Raises:
        TrucewatchError: ``unknown-format``.
    """
    found = {point.name: point for point in entry_points(group=group)}
    if name not in found:
        raise TrucewatchError(
            "unknown-format", f"there is no format {name!r}", next_step=f"use one of {', '.join(sorted(found))}"
        )
    return found[name].load()()
