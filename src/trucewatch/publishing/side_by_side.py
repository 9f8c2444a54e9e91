"""Accounts of one incident side by side: matter by matter, with letters where they differ; and numbers on one line with whose they are.

The web application and the bulletins show the same from here. This module must not read the dossier or make markup.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from trucewatch.publishing import plain

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from trucewatch.model.incident import Account, Contradiction, Incident, Teller, Toll

#: Accounts that stand side by side in the comparison; the rest is in the columns above it.
MOST_COMPARED = 24
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
#: Label, the matter of a contradiction on it, and the words of an account.
_LINES: tuple[tuple[str, str, Callable[[Account], str]], ...] = (
    ("What", "what", lambda a: plain.category(a.truce, a.type)),
    ("Told as", "whether", lambda a: a.status),
    ("Who", "who", lambda a: plain.parties(a.actor)),
    ("To whom", "whom", lambda a: plain.parties(a.recipient)),
    ("Where", "where", lambda a: plain.spot(a.place)),
    ("When", "when", lambda a: plain.when(a.time)),
    ("Harm", "how many", plain.harmed),
    ("Says so", "", lambda a: plain.voice(a.voice)),
)


@dataclass(frozen=True, slots=True)
class Cell:
    """What one account has on a matter; ``letter`` names its version where accounts contradict each other."""

    text: str
    letter: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """A matter over all accounts."""

    label: str
    apart: bool
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Mark:
    """A number on the range of a toll, in pixels from its left edge. ``left``, ``at`` and ``right`` are low, best, high."""

    label: str
    left: float
    at: float | None
    right: float
    superseded: bool


@dataclass(frozen=True, slots=True)
class Beside:
    """An incident's accounts beside one another.

    ``sides``: position, its label, who stands there. ``origins``: an origin's key to its number in this incident; the key is not for readers.
    ``lines`` are matters over the tellers of ``compared``. ``tolls``: a range, its figures drawn, the greatest number of them.
    """

    sides: tuple[tuple[str, str, tuple[Teller, ...]], ...]
    origins: Mapping[str, int]
    compared: tuple[Teller, ...]
    lines: tuple[Line, ...]
    tolls: tuple[tuple[Toll, tuple[Mark, ...], int], ...]


def beside(incident: Incident, accounts: Mapping[str, Account]) -> Beside:
    """The accounts of an incident, by event key, beside one another; at most ``MOST_COMPARED`` of them line by line."""
    tellers = incident.tellers
    compared = tuple(teller for teller in tellers if teller.account in accounts)[:MOST_COMPARED]
    places = ((name, label, tuple(t for t in tellers if t.position == name)) for name, label in plain.POSITIONS.items())
    return Beside(
        sides=tuple(side for side in places if side[2]),
        origins={name: number for number, name in enumerate(dict.fromkeys(teller.origin for teller in tellers), 1)},
        compared=compared,
        lines=tuple(_line(spec, compared, accounts, incident.contradictions) for spec in _LINES),
        tolls=tuple((toll, _marks(toll), _greatest(toll)) for toll in incident.tolls),
    )


def _line(
    spec: tuple[str, str, Callable[[Account], str]],
    compared: Sequence[Teller],
    accounts: Mapping[str, Account],
    contradictions: Sequence[Contradiction],
) -> Line:
    label, matter, words = spec
    letters: dict[str, str] = {}
    for item in contradictions:
        if item.matter == matter:
            for letter, version in zip(LETTERS, item.versions, strict=False):
                letters |= dict.fromkeys(version.accounts, letter)
    cells = tuple(Cell(words(accounts[t.account]), letters.get(t.account, "")) for t in compared)
    return Line(label, bool(letters), cells)


#: Pixels from nought to the highest number.
_WIDTH = 300


def _greatest(toll: Toll) -> int:
    return max([n for f in toll.figures for n in (f.low, f.best, f.high) if n is not None], default=0)


def _marks(toll: Toll) -> tuple[Mark, ...]:
    """The figures on a line from nought to the highest; one that is open upwards ("at least two") runs to the end."""
    most = _greatest(toll)
    scale = _WIDTH / (most or 1)
    marks = []
    for figure in toll.figures:
        known = [n for n in (figure.low, figure.best, figure.high) if n is not None]
        if known:
            is_open = figure.high is None and figure.best is None
            ends = min(known) * scale, (most if is_open else max(known)) * scale
            best = None if figure.best is None else round(figure.best * scale, 1)
            marks.append(Mark(figure.who, round(ends[0], 1), best, round(ends[1], 1), figure.superseded))
    return tuple(marks)
