"""What a page's address asks for: filters over incidents, pages of lists; and addresses that ask for a little more or less.

A view is all in its address, so that it can be sent to a colleague. This module must not read the dossier.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from trucewatch.dossier.browse import Filter
from trucewatch.model import TrucewatchError
from trucewatch.reading.dates import iso_date

if TYPE_CHECKING:
    from collections.abc import Mapping

PAGE = 50
#: Names in addresses, in the order in which they are written.
TEXTS = ("text", "truce", "type", "grade", "country", "place", "publisher", "voice")
NAMES = ("from", "until", *TEXTS, "disputed", "box")
LABELS = {"text": "words", "truce": "category", "type": "act", "box": "map view", "disputed": "accounts contradict",
          "voice": "who says so"}  # fmt: skip
_BOX = re.compile(r"-?\d{1,3}(\.\d{1,9})?(,-?\d{1,3}(\.\d{1,9})?){3}")
_LONGEST = 300
_MOST_PAGES = 2_000


@dataclass(frozen=True, slots=True)
class Asked:
    """A list as it was asked for. ``given`` holds what the address says, without what is empty; ``page`` counts from 1."""

    given: Mapping[str, str]
    page: int = 1

    @classmethod
    def of(cls, params: Mapping[str, str]) -> Asked:
        """From the parameters of an address; what is unknown there is left alone."""
        given = {name: params[name].strip()[:_LONGEST] for name in NAMES if params.get(name, "").strip()}
        number = params.get("page", "1")
        page = int(number) if number.isascii() and number.isdigit() and len(number) < 6 else 1  # noqa: PLR2004 - digits
        return cls(given, min(max(page, 1), _MOST_PAGES))

    @property
    def offset(self) -> int:
        """Rows before this page."""
        return (self.page - 1) * PAGE

    @property
    def filter(self) -> Filter:
        """The filter.

        Raises:
            TrucewatchError: ``bad-date``, ``bad-box``.
        """
        texts = {name: self.given.get(name) for name in TEXTS}
        return Filter(
            begin=_day(self.given.get("from")),
            until=_day(self.given.get("until")),
            disputed=True if self.given.get("disputed") else None,
            box=_box(self.given.get("box")),
            **texts,
        )

    def address(self, **changes: str | int | None) -> str:
        """The query of the same list with some parameters changed, or dropped where None; from its first page, unless one is given."""
        merged: dict[str, str | int | None] = {**self.given, **{name.rstrip("_"): value for name, value in changes.items()}}
        kept = {name: merged[name] for name in (*NAMES, "page") if merged.get(name) not in {None, ""}}
        return f"?{urlencode(kept)}" if kept else "?"

    @property
    def chips(self) -> list[tuple[str, str, str]]:
        """What is asked for, one by one: name, value, and the address without it."""
        return [(LABELS.get(name, name), value, self.address(**{name: None})) for name, value in self.given.items()]


def _day(text: str | None) -> str | None:
    if text is not None and iso_date(text) is None:
        raise TrucewatchError("bad-date", f"{text!r} is not an ISO 8601 date", next_step="write it like 2031-05-14")
    return text


def _box(text: str | None) -> tuple[float, float, float, float] | None:
    if text is None:
        return None
    if not _BOX.fullmatch(text):
        raise TrucewatchError("bad-box", f"{text!r} is no box", next_step="west,south,east,north in degrees")
    west, south, east, north = (float(part) for part in text.split(","))
    return west, south, east, north
