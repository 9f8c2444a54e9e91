"""Loads the tables of this part: tab-separated files under ``data/``, comments from ``#``, the first row the column names.

A malformed table stops the program with a line that names it: knowledge is data, and a silent gap would be a wrong count. This module must
not interpret what it loads.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files

from trucewatch.model import TrucewatchError


@cache
def table(name: str) -> tuple[dict[str, str], ...]:
    """Rows of ``data/NAME.tsv`` as dicts by column.

    Raises:
        TrucewatchError: ``origins-table-broken`` where a row has the wrong number of cells.
    """
    text = files("trucewatch.ledger.origins").joinpath("data", f"{name}.tsv").read_text("utf-8")
    rows = [(number, line.split("\t")) for number, line in enumerate(text.splitlines(), 1) if line and line[0] != "#"]
    columns = rows[0][1]
    for number, cells in rows[1:]:
        if len(cells) != len(columns):
            why = f"{len(cells)} cells, {len(columns)} columns"
            raise TrucewatchError("origins-table-broken", "a table cannot be read", where=f"{name}.tsv:{number}", why=why)
    return tuple(dict(zip(columns, cells, strict=True)) for _, cells in rows[1:])
