"""Loads the room's rule files: tab-separated tables under ``data/``, comments from ``#``, first row the column names.

A malformed file stops the program at once with a line that names it; rules are data and a silent gap would be a wrong reading.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files

from trucewatch.model import TrucewatchError


@cache
def table(name: str) -> tuple[dict[str, str], ...]:
    """Rows of ``data/NAME.tsv`` as dicts by column.

    Raises:
        TrucewatchError: ``bad-rule-file`` where a row has the wrong number of columns.
    """
    text = files("trucewatch.reading").joinpath("data", f"{name}.tsv").read_text("utf-8")
    rows = [(number, line.split("\t")) for number, line in enumerate(text.splitlines(), 1) if line.strip() and line[0] != "#"]
    columns = rows[0][1]
    for number, cells in rows[1:]:
        if len(cells) != len(columns):
            raise TrucewatchError(
                "bad-rule-file", f"{len(cells)} columns instead of {len(columns)}", where=f"{name}.tsv line {number}"
            )
    return tuple(dict(zip(columns, cells, strict=True)) for _, cells in rows[1:])


def straight(text: str) -> str:
    """``text`` with typographic quotes and dashes as plain ones, one for one, for matching only (offsets stay)."""
    return text.translate(_STRAIGHT)


_STRAIGHT = str.maketrans(
    {"’": "'", "‘": "'", "ʼ": "'", "“": '"', "”": '"', "–": "-", "—": "-", "−": "-", "‑": "-", "\u00a0": " "}
)
