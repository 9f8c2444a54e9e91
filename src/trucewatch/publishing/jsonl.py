"""JSON lines: the contract, one report a line. This module must not leave a line out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import IO, TYPE_CHECKING

from trucewatch.model.contract import to_json

if TYPE_CHECKING:
    from trucewatch.model import Coded


@dataclass(frozen=True, slots=True)
class JsonLines:
    """The exporter ``jsonl``."""

    name: str = "jsonl"

    def open(self, stream: IO[str]) -> JsonLinesWriter:
        """A writer on a text stream."""
        return JsonLinesWriter(stream)


@dataclass(frozen=True, slots=True)
class JsonLinesWriter:
    """Writes one line a record."""

    stream: IO[str]

    def write(self, coded: Coded) -> None:
        """Write one line."""
        self.stream.write(to_json(coded) + "\n")

    def close(self) -> None:
        """Nothing is left to write."""
