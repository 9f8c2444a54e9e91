"""Incidents by the day they are told of, as bars: a full bar has independent origins, a hollow one rests on one. It reads no dossier.

Each bar carries its number, and the same figures go with it as rows. A day without a bar is a day of which nothing is reported, not a calm one.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from markupsafe import Markup, escape

from trucewatch.publishing.words import day

if TYPE_CHECKING:
    from collections.abc import Sequence

    from trucewatch.publishing.bulletins.lines import Line

_COLUMNS = 60
#: Days to a bar, the first that shows this share of the incidents.
_STEPS, _SHARE = (1, 7, 30, 365), 0.9
_WIDTH, _LEFT, _TOP, _TALL, _FOOT = 960, 8, 26, 84, 24
_WIDEST = 30
_FIRM = frozenset({"independent", "opposed sides agree"})
_NAMES = {1: "day", 7: "week", 30: "30 days", 365: "year"}


@dataclass(frozen=True, slots=True)
class Timeline:
    """The bars. ``rows``: when, incidents, how many of them on one origin; ``before`` and ``undated`` are not shown."""

    svg: Markup
    unit: str
    rows: tuple[tuple[str, int, int], ...]
    before: int
    undated: int


@dataclass(frozen=True, slots=True)
class _Column:
    start: date
    firm: int
    thin: int


def timeline(lines: Sequence[Line], prefix: str = "days") -> Timeline | None:
    """The bars of some incidents; None where they fall on one day or none. An incident of several days counts on its first."""
    found = [(when, line.grade in _FIRM) for line in lines if (when := _day(line)) is not None]
    if len({when for when, _ in found}) < 2:  # noqa: PLR2004 - one bar says nothing
        return None
    last = max(when for when, _ in found)
    step = next((s for s in _STEPS if _shown(found, last, s) >= _SHARE * len(found)), _STEPS[-1])
    first = max(min(when for when, _ in found), last - timedelta(days=step * _COLUMNS - 1))
    number = (last - first).days // step + 1
    counted = [[0, 0] for _ in range(number)]
    for when, firm in found:
        if when >= first:
            counted[(when - first).days // step][0 if firm else 1] += 1
    columns = [_Column(first + timedelta(days=step * k), firm, thin) for k, (firm, thin) in enumerate(counted)]
    rows = tuple((day(c.start.isoformat()), c.firm + c.thin, c.thin) for c in columns if c.firm + c.thin)
    before = sum(when < first for when, _ in found)
    return Timeline(_drawn(columns, _NAMES[step], prefix), _NAMES[step], rows, before, len(lines) - len(found))


def _day(line: Line) -> date | None:
    try:
        return date.fromisoformat((line.begin or line.until or "")[:10])
    except ValueError:
        return None


def _shown(found: Sequence[tuple[date, bool]], last: date, step: int) -> int:
    return sum((last - when).days < step * _COLUMNS for when, _ in found)


def _drawn(columns: Sequence[_Column], unit: str, prefix: str) -> Markup:
    most = max(c.firm + c.thin for c in columns)
    wide = min(_WIDEST, (_WIDTH - 2 * _LEFT) / len(columns))
    total = sum(c.firm + c.thin for c in columns)
    told = f"Incidents by {unit}, {day(columns[0].start.isoformat())} to {day(columns[-1].start.isoformat())}: {total}, at most {most} in one."
    body = [_bar(c, _LEFT + k * wide, wide, most) for k, c in enumerate(columns)]
    line, every = _TOP + _TALL, max(1, -(-len(columns) // 10))
    for k in range(0, len(columns), every):
        iso = columns[k].start.isoformat()
        words = day(iso[:7]) if unit in {"30 days", "year"} else day(iso) if not k else day(iso).rsplit(" ", 1)[0]
        body.append(f'<text class="deg" x="{_LEFT + k * wide:.1f}" y="{line + 16}">{escape(words)}</text>')
    body.append(f'<path class="tick" d="M{_LEFT},{line}H{_LEFT + len(columns) * wide:.1f}"/>')
    head = f'<svg class="days" viewBox="0 0 {_WIDTH} {line + _FOOT}" width="{_WIDTH}" height="{line + _FOOT}" role="img" '
    return Markup(f'{head}aria-labelledby="{prefix}-t"><title id="{prefix}-t">{escape(told)}</title>{"".join(body)}</svg>')  # noqa: S704 - parts are escaped


def _bar(column: _Column, x: float, wide: float, most: int) -> str:
    total = column.firm + column.thin
    if not total:
        return ""
    unit = _TALL / most
    at, box = _TOP + _TALL, f'x="{x + 1:.1f}" width="{max(wide - 3, 1.5):.1f}"'
    firm, thin = column.firm * unit, column.thin * unit
    made = f'<rect class="firm" {box} y="{at - firm:.1f}" height="{firm:.1f}"/>' if column.firm else ""
    made += f'<rect class="thin" {box} y="{at - firm - thin:.1f}" height="{thin:.1f}"/>' if column.thin else ""
    return f'{made}<text class="deg" x="{x + wide / 2 - 0.5:.1f}" y="{at - firm - thin - 4:.1f}" text-anchor="middle">{total}</text>'
