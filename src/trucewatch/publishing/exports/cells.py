"""CSV and TSV files of a dossier: a header, rows, and no cell that a spreadsheet would run.

Text that begins like a formula gets an apostrophe in front; a number in a column of numbers stays a number, also a negative one. This module
must not know what the columns mean.
"""

from __future__ import annotations

import csv
from contextlib import contextmanager
from typing import TYPE_CHECKING

from trucewatch.publishing.events_csv import cell
from trucewatch.publishing.exports import Written

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    from trucewatch.dossier.handover import Case, Handover
    from trucewatch.model.rows import Cell

    Row = Mapping[str, Cell]
    Add = Callable[[Row], None]


@contextmanager
def table(out: Path, columns: Sequence[str], *, tabs: bool = False) -> Iterator[Callable[[Row], None]]:
    """A file with these columns, open for rows; ``tabs`` makes it a TSV file, which holds no quotes, tabs or line breaks.

    Row values that no column is named after are an error.
    """
    with out.open("w", encoding="utf-8", newline="") as stream:
        write = _tsv(stream.write) if tabs else csv.writer(stream, lineterminator="\n").writerow
        shape = _flat if tabs else _plain
        write(list(columns))
        known = set(columns)

        def add(row: Row) -> None:
            unknown = row.keys() - known
            if unknown:
                raise KeyError(*sorted(unknown))
            write([cell(shape(row.get(name))) for name in columns])

        yield add


def incident_table(given: Handover, out: Path, columns: Sequence[str], row: Callable[[Case], Row]) -> Written:
    """A CSV file with a row an incident."""
    written = Written()
    with table(out, columns) as add:
        for case in given.cases():
            add(row(case))
            written.rows["incidents"] += 1
    return written


def _plain(value: Cell) -> Cell:
    """Truth as words: a spreadsheet reads ``true``, and so does Table Schema."""
    return ("true" if value else "false") if isinstance(value, bool) else value


def _flat(value: Cell) -> Cell:
    """Text in one line without quotes; before it is looked at for formulas, as blanks at its beginning go."""
    return " ".join(value.replace('"', "'").split()) if isinstance(value, str) else _plain(value)


def _tsv(write: Callable[[str], object]) -> Callable[[Sequence[str]], object]:
    return lambda cells: write("\t".join(cells) + "\n")
