"""What bears on a term by its obligations, and what obligations are by nature: the tables of this room, loaded once.

Reads the room's own data files and nothing else.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Literal, cast

from trucewatch.model.agreement import Against, Bearing, Match, Teller, Who
from trucewatch.ontology.tables import Row, rows, words

if TYPE_CHECKING:
    from collections.abc import Iterator

    from trucewatch.model.record import EventStatus

Nature = Literal["refrain", "act", "allow"]
_TOOK_PLACE: tuple[EventStatus, ...] = ("happened", "ongoing")


@dataclass(frozen=True, slots=True)
class Duty:
    """An obligation by nature: kept by not doing, by doing, or by letting others do; and whether it needs an area."""

    nature: Nature
    needs_area: bool


def _rows(name: str) -> Iterator[Row]:
    return rows(name, files("trucewatch.ledger.agreements").joinpath("data", name).read_bytes())


@cache
def duties() -> dict[str, Duty]:
    """Obligation to what it is by nature."""
    return {row["obligation"]: Duty(cast("Nature", row["nature"]), row["area"] == "needed") for row in _rows("duties.tsv")}


@cache
def word_lists() -> dict[str, tuple[str, ...]]:
    """The lists of object words that ``@name`` stands for."""
    return {row["list"]: words(row["words"]) for row in _rows("words.tsv")}


@cache
def matches() -> dict[tuple[str, Bearing], tuple[Match, ...]]:
    """Obligation and bearing to what bears so by default."""
    found: dict[tuple[str, Bearing], tuple[Match, ...]] = {}
    for row in _rows("bearings.tsv"):
        place = (row["obligation"], cast("Bearing", row["bearing"]))
        found[place] = (*found.get(place, ()), *_matches(row))
    return found


def _matches(row: Row) -> Iterator[Match]:
    for kind in words(row["type"]) or (None,):
        yield Match(
            bearing=cast("Bearing", row["bearing"]),
            category=row["category"],
            type=kind,
            status=cast("tuple[EventStatus, ...]", words(row["status"])) or _TOOK_PLACE,
            who=cast("Who", row["who"]),
            told_by=cast("Teller", row["told_by"]),
            against=cast("Against", row["against"] or "anyone"),
            words=expanded(words(row["words"])),
            note=row["note"],
        )


def expanded(given: tuple[str, ...]) -> tuple[str, ...]:
    """Object words with the lists they name written out."""
    return tuple(word for item in given for word in (word_lists().get(item[1:], ()) if item.startswith("@") else (item,)))
