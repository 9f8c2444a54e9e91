"""CSV: one event a row, for spreadsheets. The columns and their order are ``trucewatch.model.rows.COLUMNS``.

Reports hold hostile text: a cell that a spreadsheet would take for a formula gets an apostrophe in front. This module must not
write a row for a report without events; what failed is told on standard error by the command line.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING

from trucewatch.model.rows import COLUMNS, event_rows

if TYPE_CHECKING:
    from trucewatch.model import Coded
    from trucewatch.model.rows import Cell

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_CONTROLS = {code: 0xFFFD for code in range(32) if code not in {9, 10}}


@dataclass(frozen=True, slots=True)
class EventsCsv:
    """The exporter ``csv``: RFC 4180 with line feeds, UTF-8, always a header."""

    name: str = "csv"

    def open(self, stream: IO[str]) -> EventsCsvWriter:
        """A writer on a text stream; writes the header at once."""
        writer = EventsCsvWriter(stream)
        csv.writer(stream, lineterminator="\n").writerow(COLUMNS)
        return writer


@dataclass(frozen=True, slots=True)
class EventsCsvWriter:
    """Writes one row an event."""

    stream: IO[str]

    def write(self, coded: Coded) -> None:
        """Write the events of one record."""
        rows = csv.writer(self.stream, lineterminator="\n")
        for row in event_rows(coded):
            rows.writerow([cell(row[name]) for name in COLUMNS])

    def close(self) -> None:
        """Nothing is left to write."""


def cell(value: Cell) -> str:
    """A value as a cell: numbers as they are, None empty, text without what a spreadsheet would run or choke on."""
    if value is None:
        return ""
    if not isinstance(value, str):
        return repr(value)
    # a lone carriage return is not quoted by the csv module, and readers take it for the end of the row
    text = value.replace("\r\n", "\n").replace("\r", "\n").translate(_CONTROLS).encode("utf-8", "replace").decode("utf-8")
    return f"'{text}" if text.lstrip(" \u00a0\ufeff").startswith(_FORMULA) else text
