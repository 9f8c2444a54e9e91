"""Read the ontology's tables: tab-separated text with comment lines that cite the source.

This module knows the format and nothing of what the tables say.
"""

from __future__ import annotations

from importlib.resources import files
from typing import TYPE_CHECKING

from trucewatch.model.errors import TrucewatchError

if TYPE_CHECKING:
    from collections.abc import Iterator

#: A row: column name to cell; an empty cell is the empty string.
Row = dict[str, str]

NAMES = (
    "acled.tsv",
    "cameo.tsv",
    "case_labels.tsv",
    "crosswalk.tsv",
    "obligations.tsv",
    "plover_contexts.tsv",
    "plover_modes.tsv",
    "plover_types.tsv",
    "truce.tsv",
    "ucdp.tsv",
)


def read_bytes(name: str) -> bytes:
    """The bytes of one data file of this package.

    Raises:
        TrucewatchError: ``ontology-missing`` when the installation lacks the file.
    """
    try:
        return files(__package__).joinpath("data", name).read_bytes()
    except OSError as error:
        raise TrucewatchError(
            "ontology-missing",
            "an ontology table cannot be read",
            where=name,
            why=str(error),
            next_step="install the package again",
        ) from error


def rows(name: str, data: bytes) -> Iterator[Row]:
    """Rows of a table in file order.

    Args:
        name: file name, for messages.
        data: the file's bytes, UTF-8. Lines starting with ``#`` are comments; the first other line names the columns.

    Raises:
        TrucewatchError: ``ontology-broken`` when a row has another number of cells than the header.
    """
    header: list[str] = []
    for number, line in enumerate(data.decode("utf-8").splitlines(), start=1):
        if not line.strip() or line.startswith("#"):
            continue
        cells = line.split("\t")
        if not header:
            header = cells
            continue
        if len(cells) != len(header):
            raise TrucewatchError(
                "ontology-broken",
                f"{len(cells)} cells where the header has {len(header)}",
                where=f"{name}, line {number}",
                next_step="part cells by single tabs",
            )
        yield dict(zip(header, cells, strict=True))


def words(cell: str) -> tuple[str, ...]:
    """A cell that holds several values parted by ``|``."""
    return tuple(part.strip() for part in cell.split("|") if part.strip())
