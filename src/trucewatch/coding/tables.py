"""The small tables of the coding room (``data/*.tsv``): comment lines and a header left out. This module must not read meaning into a cell."""

from __future__ import annotations

from importlib.resources import files


def table_rows(name: str) -> list[list[str]]:
    """Cells of each row of ``data/NAME``, in order; the table's own words are checked where they are used."""
    text = (files("trucewatch.coding") / "data" / name).read_text("utf-8")
    return [line.split("\t") for line in text.splitlines() if line and not line.startswith("#")][1:]
