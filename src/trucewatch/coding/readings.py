"""What an act is to a truce, by whom or what it befalls: to stop observers is to deny access, to stop a lorry with flour obstructs aid.

Words that many acts share, and acts that only the learned head found, come without a ceasefire category, though the words around them
settle it. The rows of ``data/readings.tsv`` say which; the first that fits counts. This module must not look at who acts, and must not
change what the lexicon decided with a frame of its own.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING, cast

from trucewatch.coding.lexicon import parse_constraint
from trucewatch.coding.tables import table_rows

if TYPE_CHECKING:
    from trucewatch.coding.drafts import Draft
    from trucewatch.coding.lexicon import Constraint
    from trucewatch.coding.predicates import Finder
    from trucewatch.model import EventStatus

_COLUMNS = 10


@dataclass(frozen=True, slots=True)
class Reading:
    """One row: what must have been coded (empty: anything), in which frame, and what becomes of it."""

    types: frozenset[str]
    modes: frozenset[str]
    statuses: frozenset[str]
    truces: frozenset[str]
    frame: tuple[Constraint, ...]
    truce: str
    type: str | None
    mode: str | None
    status: EventStatus | None
    note: str

    def fits(self, draft: Draft) -> bool:
        """Whether the codes are those that the row asks for; the frame is looked at after."""
        return (
            draft.type in self.types
            and (not self.modes or (draft.mode or "-") in self.modes)
            and (not self.statuses or draft.status in self.statuses)
            and (not self.truces or (draft.truce or "-") in self.truces)
        )


@cache
def readings() -> tuple[Reading, ...]:
    """The rows of ``data/readings.tsv``, in order."""
    return tuple(_reading([*row, *[""] * (_COLUMNS - len(row))]) for row in table_rows("readings.tsv"))


def _reading(row: list[str]) -> Reading:
    types, modes, statuses, truces = (frozenset(filter(None, cell.split("|"))) for cell in row[:4])
    frame = tuple(parse_constraint(text) for text in row[4].split())
    status = cast("EventStatus", row[8]) if row[8] else None
    return Reading(types, modes, statuses, truces, frame, row[5], row[6] or None, row[7] or None, status, row[9])


def read(draft: Draft, finder: Finder) -> Draft:
    """The draft as the first row that fits reads it, or as it is."""
    for row in readings():
        if row.fits(draft) and all(finder.holds(c, draft.predicate.head, draft.predicate.support) for c in row.frame):
            return _read(draft, row)
    return draft


def _read(draft: Draft, row: Reading) -> Draft:
    turned = row.type is not None and row.type != draft.type
    return replace(
        draft,
        type=row.type or draft.type,
        mode=None if row.mode == "-" else row.mode or draft.mode,
        cameo=None if turned else draft.cameo,
        truce=row.truce,
        status=row.status or draft.status,
        type_rule=f"{draft.type_rule}>reading:{row.truce}" if turned or row.status else draft.type_rule,
        others=((draft.type, draft.type_rule), *draft.others) if turned else draft.others,
    )
