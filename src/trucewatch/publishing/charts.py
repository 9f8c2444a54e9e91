"""Charts of the ledger as SVG: findings of a term day by day, and terms by parties. To be read in black and white, in the dark, and aloud.

Kinds are told apart by hatching and by where they stand, never by colour alone, and every bar carries its number; a description and the
same figures as a table go with each. The same findings give the same bytes. This module must not count anything itself, and writes no file.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from markupsafe import Markup, escape

from trucewatch.ledger.over_time import NOBODY
from trucewatch.publishing.words import clean, day

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from trucewatch.ledger.over_time import OverTime
    from trucewatch.model.agreement import Agreement, Bearing

#: What a chart shows of each day, from the line outward: against it below, keeping it above.
ABOVE: tuple[Bearing, ...] = ("fulfils", "fulfils in part")
BELOW: tuple[Bearing, ...] = ("breaches", "obstructs", "prevents verification")
LETTERS = {"fulfils": "K", "fulfils in part": "P", "breaches": "B", "obstructs": "O", "prevents verification": "V"}
WORDS = {
    "fulfils": "kept",
    "fulfils in part": "kept in part",
    "breaches": "breaches",
    "obstructs": "obstructions",
    "prevents verification": "verification prevented",
}
#: A chart has no more columns than this: days, or weeks where there are more days.
MOST_COLUMNS = 62
_WEEK = 7


@dataclass(frozen=True, slots=True)
class Bars:
    """One term over time. ``columns``: label and the number of each bearing, solidly founded and resting on one origin apart."""

    id: str
    title: str
    unit: str
    columns: tuple[tuple[str, tuple[tuple[Bearing, int, int], ...]], ...]
    undated: int

    @property
    def alt(self) -> str:
        """The chart in words."""
        totals: Counter[str] = Counter()
        for _, parts in self.columns:
            for bearing, many, one in parts:
                totals[WORDS[bearing]] += many + one
        told = ", ".join(f"{number} {name}" for name, number in totals.items()) or "nothing"
        return f"{self.title}, by {self.unit}, {self.columns[0][0]} to {self.columns[-1][0]}: {told}; {self.undated} undated."


@dataclass(frozen=True, slots=True)
class Matrix:
    """Terms by parties; each cell has the number of each bearing."""

    title: str
    parties: tuple[str, ...]
    rows: tuple[tuple[str, tuple[tuple[tuple[Bearing, int], ...] | None, ...]], ...]
    """A term's label, and a cell for each party: None where the term does not bind it."""

    @property
    def alt(self) -> str:
        """The matrix in words."""
        return f"{self.title}: {len(self.rows)} terms by {len(self.parties)} parties; the table below has every number."


def bars(agreement: Agreement, told: OverTime, term: str, party: str | None = None) -> Bars:
    """The chart of one term."""
    series = told.of(term, party)
    counts = series.counts if series else ()
    first, last = date.fromisoformat(told.begin), date.fromisoformat(told.until)
    step = 1 if (last - first).days < MOST_COLUMNS else _WEEK * -(-(last - first).days // (_WEEK * MOST_COLUMNS))
    starts = [first + timedelta(days=k) for k in range(0, (last - first).days + 1, step)]
    numbers: dict[tuple[int, Bearing, bool], int] = Counter()
    for count in counts:
        if count.day is not None:
            at = (date.fromisoformat(count.day) - first).days // step
            numbers[at, count.bearing, count.grade in {"independent", "opposed sides agree"}] += count.number
    columns = []
    for at, start in enumerate(starts):
        parts = [(kind, numbers[at, kind, True], numbers[at, kind, False]) for kind in (*ABOVE, *BELOW)]
        columns.append((start.isoformat(), tuple(part for part in parts if part[1] or part[2])))
    undated = sum(count.number for count in counts if count.day is None)
    label = next((clean(each.label) for each in agreement.terms if each.id == term), term)
    unit = "day" if step == 1 else f"{step // _WEEK} weeks" if step > _WEEK else "week"
    return Bars(term, label, unit, tuple(columns), undated)


def matrix(agreement: Agreement, told: OverTime, name: Callable[[str], str]) -> Matrix:
    """Terms by parties."""
    parties = tuple(dict.fromkeys(bearer for term in agreement.terms for bearer in term.bearers))
    rows = []
    for term in agreement.terms:
        cells: list[tuple[tuple[Bearing, int], ...] | None] = []
        for party in (*parties, NOBODY):
            series = told.of(term.id, party)
            pairs = [(kind, series.total(kind)) for kind in (*BELOW, *ABOVE)] if series else []
            cells.append(tuple(pair for pair in pairs if pair[1]) if series else None)
        rows.append((clean(term.label), tuple(cells)))
    return Matrix(
        "What is reported of each party on each term", (*(name(party) for party in parties), "no bearer named"), tuple(rows)
    )


# --- drawn -------------------------------------------------------------------------------------------------------------------------------

_STYLE = (
    "svg{color:#1f2328;background:#fff}@media(prefers-color-scheme:dark){svg{color:#e7e3da;background:#15171a}}"
    "text{font:12px system-ui,sans-serif;fill:currentColor}.s{font-size:10px}"
    ".b{stroke:currentColor;stroke-width:1}.l{stroke:currentColor;stroke-width:1;fill:none}.f{stroke-opacity:.35}"
)
_HATCH = {
    "fulfils": '<circle cx="3" cy="3" r="1" fill="currentColor"/>',
    "fulfils in part": '<circle cx="3" cy="3" r="1.6" fill="none" stroke="currentColor"/>',
    "breaches": '<path d="M0,6L6,0" stroke="currentColor" stroke-width="1.6"/>',
    "obstructs": '<path d="M0,3L6,3" stroke="currentColor"/>',
    "prevents verification": '<path d="M0,3L6,3M3,0L3,6" stroke="currentColor" stroke-width=".8"/>',
}


def _defs(prefix: str) -> str:
    made = [
        f'<pattern id="{prefix}{LETTERS[kind]}" width="6" height="6" patternUnits="userSpaceOnUse">{shape}</pattern>'
        for kind, shape in _HATCH.items()
    ]
    return f"<defs>{''.join(made)}</defs>"


def _document(prefix: str, size: tuple[int, int], alt: str, body: Sequence[str], *, alone: bool) -> Markup:
    style = f"<style>{_STYLE}</style>" if alone else ""
    space = ' xmlns="http://www.w3.org/2000/svg"' if alone else ""
    box = f'viewBox="0 0 {size[0]} {size[1]}" width="{size[0]}" height="{size[1]}"'
    head = f'<svg{space} class="chart" {box} role="img" aria-labelledby="{prefix}t">'
    return Markup(f'{head}<title id="{prefix}t">{escape(alt)}</title>{style}{_defs(prefix)}{"".join(body)}</svg>')  # noqa: S704 - parts are escaped


def _text(x: float, y: float, words: str, *, anchor: str = "start", small: bool = False) -> str:
    size = ' class="s"' if small else ""
    return f'<text x="{x:g}" y="{y:g}" text-anchor="{anchor}"{size}>{escape(words)}</text>'


_BAR, _LEFT, _TOP, _UNIT_MOST, _ROOM = 16, 48, 34, 18, 110


def bars_svg(chart: Bars, prefix: str = "c", *, alone: bool = False) -> Markup:
    """The chart of a term: what keeps it above the line, what is against it below; full frames are well founded, dashed rest on one origin."""
    up = max((sum(m + o for kind, m, o in parts if kind in ABOVE) for _, parts in chart.columns), default=0)
    down = max((sum(m + o for kind, m, o in parts if kind in BELOW) for _, parts in chart.columns), default=0)
    unit = min(_UNIT_MOST, _ROOM / max(up, down, 1))
    line = _TOP + max(up, 1) * unit
    width = _LEFT + max(len(chart.columns) * _BAR, 420) + 12
    height = round(line + max(down, 1) * unit + 66)
    body = [
        _text(0, 14, f"{chart.title} (findings by {chart.unit})"),
        _text(_LEFT - 6, line - 4, "kept", anchor="end", small=True),
    ]
    body.append(_text(_LEFT - 6, line + 12, "against", anchor="end", small=True))
    for k, (label, parts) in enumerate(chart.columns):
        x = _LEFT + k * _BAR
        body += _column(prefix, x, line, unit, parts)
        if k % max(1, -(-len(chart.columns) // 8)) == 0:
            body.append(_text(x, height - 34, label[5:], small=True))
    body.append(f'<path class="l" d="M{_LEFT - 4},{line:g}H{width - 8}"/>')
    body += _key(prefix, height - 14)
    return _document(prefix, (round(width), height), chart.alt, body, alone=alone)


def _column(prefix: str, x: float, line: float, unit: float, parts: Sequence[tuple[Bearing, int, int]]) -> list[str]:
    made: list[str] = []
    for kinds, sign in ((ABOVE, -1), (BELOW, 1)):
        at = line
        for kind, many, one in parts:
            if kind not in kinds:
                continue
            for number, dashed in ((many, ""), (one, ' stroke-dasharray="2 2"')):
                if number:
                    top = at if sign > 0 else at - number * unit
                    box = f'x="{x:g}" y="{top:g}" width="{_BAR - 4}" height="{number * unit:g}"'
                    made.append(f'<rect class="b" {box} fill="url(#{prefix}{LETTERS[kind]})"{dashed}/>')
                    at += sign * number * unit
        total = sum(many + one for kind, many, one in parts if kind in kinds)
        if total:
            made.append(_text(x + _BAR / 2 - 2, at + (11 if sign > 0 else -3), str(total), anchor="middle", small=True))
    return made


def _key(prefix: str, y: float) -> list[str]:
    made, x = [], 0.0
    for kind in (*ABOVE, *BELOW):
        made.append(f'<rect class="b" x="{x:g}" y="{y - 10:g}" width="14" height="12" fill="url(#{prefix}{LETTERS[kind]})"/>')
        made.append(_text(x + 18, y, WORDS[kind], small=True))
        x += 30 + 5.6 * len(WORDS[kind])
    return made


_CELL, _ROW, _NAMES = 104, 30, 250


def matrix_svg(chart: Matrix, prefix: str = "m", *, alone: bool = False) -> Markup:
    """The matrix: in each cell a letter with its number a bearing, hatched by the most frequent; bars where a term binds not."""
    width, height = _NAMES + _CELL * len(chart.parties) + 8, 50 + _ROW * len(chart.rows) + 26
    body = [
        _text(_NAMES + k * _CELL + 4, 40 - 12 * (k % 2), _cut(name, 26), small=True) for k, name in enumerate(chart.parties)
    ]
    for r, (label, cells) in enumerate(chart.rows):
        y = 48 + r * _ROW
        body.append(_text(0, y + 19, _cut(label, 40)))
        for k, cell in enumerate(cells):
            body += _cell(prefix, _NAMES + k * _CELL, y, cell)
    body.append(
        _text(
            0, height - 8, "B breaches, O obstructs, V verification prevented, K kept, P kept in part; · not bound", small=True
        )
    )
    return _document(prefix, (width, height), chart.alt, body, alone=alone)


def _cut(words: str, most: int) -> str:
    return words if len(words) <= most else words[: most - 1] + "…"


def _cell(prefix: str, x: float, y: float, cell: tuple[tuple[Bearing, int], ...] | None) -> list[str]:
    if cell is None:
        return [_text(x + _CELL / 2, y + 19, "·", anchor="middle")]
    frame = f'x="{x + 2:g}" y="{y + 2:g}" width="{_CELL - 6}" height="{_ROW - 4}"'
    made = [f'<rect class="b f" {frame} fill="none"/>']
    if cell:
        most = max(cell, key=lambda pair: pair[1])[0]
        made.append(
            f'<rect class="b" x="{x + 2:g}" y="{y + 2:g}" width="14" height="{_ROW - 4}" fill="url(#{prefix}{LETTERS[most]})"/>'
        )
    words = " ".join(f"{LETTERS[kind]}{number}" for kind, number in cell) or "none told"
    return [*made, _text(x + 22, y + 19, words, small=True)]


def bars_rows(chart: Bars) -> list[tuple[str, str, str]]:
    """The figures of a chart as rows: when, what, how many with how many of them on one origin."""
    rows = [
        (day(label), WORDS[kind], f"{many + one} ({one} on one origin)")
        for label, parts in chart.columns
        for kind, many, one in parts
    ]
    return rows + ([("undated", "all", str(chart.undated))] if chart.undated else [])
