"""Formats of records as formats of a dossier: JSON lines (the contract, which ``trucewatch add`` reads back), and CSV with a row an event.

What was masked is said beside the file; the lines are the contract's and nothing else. This module must not change a record.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from trucewatch.publishing.events_csv import EventsCsv
from trucewatch.publishing.exports import Written
from trucewatch.publishing.jsonl import JsonLines as Lines

if TYPE_CHECKING:
    from pathlib import Path

    from trucewatch.dossier.handover import Handover
    from trucewatch.publishing import Exporter


@dataclass(frozen=True, slots=True)
class OfRecords:
    """A format of records. ``whole``: reports are written with all their events, whichever were asked for."""

    exporter: Exporter
    name: str
    line: str
    suffix: str
    whole: bool
    text: bool = True

    def write(self, given: Handover, out: Path) -> Written:
        """Write the records."""
        written = Written(whole=self.whole)
        with out.open("w", encoding="utf-8", newline="\n") as stream:
            writer = self.exporter.open(stream)
            for id_, coded in given.records():
                kept = tuple([event for event in coded.events if self.whole or given.takes(id_, event.id)])
                writer.write(coded if len(kept) == len(coded.events) else replace(coded, events=kept))
                written.rows["reports"] += 1
                written.rows["events"] += len(kept)
            writer.close()
        return written


def json_lines() -> OfRecords:
    """The format ``jsonl``."""
    line = "coded records, a JSON line a report: the contract, everything in it; `trucewatch add` reads it back"
    return OfRecords(Lines(), "jsonl", line, ".jsonl", whole=True)


def events_csv() -> OfRecords:
    """The format ``csv``."""
    return OfRecords(
        EventsCsv(), "csv", "events as `trucewatch code --format csv` writes them, a row an event", ".csv", whole=False
    )
