"""A map of an agreement's areas as one HTML page with an SVG in it: outlines, places, graticule, scale. Nothing is fetched.

It is a sketch of where terms hold, on a map that is right around its middle. It draws no coast and no state's border, for the package
has none that a map of a conflict should rest on. Hatchings and dashes tell areas apart without colour.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import pairwise
from math import cos, floor, log10, radians
from typing import TYPE_CHECKING

import numpy as np
import shapely
from shapely.geometry import Polygon

from trucewatch.ledger.areas import ground
from trucewatch.ledger.sphere import Plane, centre
from trucewatch.model import TrucewatchError
from trucewatch.publishing.agreement_text import area_words
from trucewatch.publishing.words import clean, day

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from jinja2 import Template
    from shapely.geometry.base import BaseGeometry

    from trucewatch.model.agreement import Agreement, Area, Site

_WIDTH, _TALLEST = 900.0, 1000.0
_MARGIN = 0.08
_PATTERNS = 6
_LINES = 5
_LETTER, _HEIGHT = 6.6, 13.0
_WHOLE_DEGREE = 1.0


@dataclass(frozen=True, slots=True)
class Drawn:
    """An area on the map: its path, the number of its pattern, its words and the terms that hold there."""

    name: str
    path: str
    pattern: int
    words: str
    terms: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Label:
    """Words on the map; ``anchor`` is SVG's."""

    x: float
    y: float
    text: str
    anchor: str = "start"


@dataclass(frozen=True, slots=True)
class Frame:
    """The map's window: kilometres on the plane to pixels of the drawing."""

    plane: Plane
    left: float
    top: float
    scale: float
    width: float
    height: float

    def at(self, x: float, y: float) -> tuple[float, float]:
        """Pixels of a point on the plane."""
        return (x - self.left) * self.scale, (self.top - y) * self.scale


def page(agreement: Agreement) -> str:
    """The map as an HTML page.

    Raises:
        TrucewatchError: ``nothing-to-draw`` where no term has an area with a border of its own.
    """
    held = _areas(agreement)
    bounded = [area for area in held if not _flat(area).is_empty]
    if not bounded:
        raise TrucewatchError(
            "nothing-to-draw", "no area of the agreement has a border of its own", where=agreement.id,
            why="countries and provinces are compared by their codes",
        )  # fmt: skip
    frame = _frame(bounded, agreement.places)
    drawn = tuple(_drawn(area, n, held[area], frame) for n, area in enumerate(bounded))
    units = tuple((area_words(area), tuple(held[area])) for area in held if area not in bounded)
    dots, names = _places(agreement.places, frame)
    lines, degrees = _graticule(frame)
    return _template().render(
        title=clean(agreement.title),
        where=f"{clean(agreement.place)}, {day(agreement.date)}",
        fictional=agreement.fictional,
        frame=frame,
        drawn=drawn,
        units=units,
        dots=dots,
        names=names,
        lines=lines,
        degrees=degrees,
        bar=_bar(frame),
        sources=[
            ", ".join(part for part in (clean(s.title), clean(s.publisher), s.date or "") if part) for s in agreement.sources
        ],
    )


@cache
def _template() -> Template:
    from jinja2 import Environment, StrictUndefined  # noqa: PLC0415 - only maps need it

    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    return environment.from_string(files("trucewatch.publishing").joinpath("map_files", "map.html.j2").read_text("utf-8"))


def _areas(agreement: Agreement) -> dict[Area, list[str]]:
    """Each area once, with the terms that hold there; the biggest first, so that none is hidden."""
    held: dict[Area, list[str]] = {}
    for term in agreement.terms:
        if term.area is not None:
            held.setdefault(term.area, []).append(f"{term.id}: {clean(term.label)}")
    return dict(sorted(held.items(), key=lambda pair: -_flat(pair[0]).area))


def _points(area: Area) -> list[tuple[float, float]]:
    own = [*area.line, *(point for polygon in area.polygons for ring in polygon for point in ring)]
    return own + [point for part in area.parts for point in _points(part)]


def _flat(area: Area) -> BaseGeometry:
    """The area on a map around itself."""
    points = _points(area)
    return ground(area, Plane(*centre(points))) if points else Polygon()


def _frame(areas: Sequence[Area], places: Sequence[Site]) -> Frame:
    plane = Plane(*centre([point for area in areas for point in _points(area)]))
    around = [shapely.get_coordinates(ground(area, plane)) for area in areas]
    known = [(site.longitude, site.latitude) for site in places if site.longitude is not None and site.latitude is not None]
    every = np.vstack([*around, *([plane.flat(known)] if known else [])])
    (left, bottom), (right, top) = every.min(axis=0), every.max(axis=0)
    edge = _MARGIN * max(right - left, top - bottom)
    wide, tall = right - left + 2 * edge, top - bottom + 2 * edge
    scale = min(_WIDTH / wide, _TALLEST / tall)
    return Frame(plane, float(left - edge), float(top + edge), float(scale), float(wide * scale), float(tall * scale))


def _drawn(area: Area, number: int, terms: Sequence[str], frame: Frame) -> Drawn:
    rings = [
        ring
        for part in shapely.get_parts(ground(area, frame.plane))
        if isinstance(part, Polygon)
        for ring in (part.exterior, *part.interiors)
    ]
    path = " ".join(_path(frame.at(x, y) for x, y in ring.coords) + "Z" for ring in rings)
    return Drawn(clean(area.label or area.id), path, number % _PATTERNS, clean(area_words(area)), tuple(terms))


def _path(points: Iterator[tuple[float, float]]) -> str:
    return "M" + "L".join(f"{x:.1f},{y:.1f}" for x, y in points)


def _places(places: Sequence[Site], frame: Frame) -> tuple[list[tuple[float, float]], list[Label]]:
    """Dots and names; a name takes the first of four sides where it covers no other."""
    dots: list[tuple[float, float]] = []
    names: list[Label] = []
    taken: list[tuple[float, float, float, float]] = []
    for site in places:
        if site.longitude is None or site.latitude is None:
            continue
        x, y = frame.at(*frame.plane.flat([(site.longitude, site.latitude)])[0])
        dots.append((round(x, 1), round(y, 1)))
        long = len(site.name) * _LETTER
        sides = (
            (Label(x + 7, y + 4, site.name), x + 7),
            (Label(x - 7, y + 4, site.name, "end"), x - 7 - long),
            (Label(x, y - 8, site.name, "middle"), x - long / 2),
            (Label(x, y + 17, site.name, "middle"), x - long / 2),
        )
        for label, left in sides:
            spot = (left, label.y - _HEIGHT, left + long, label.y)
            if not any(_cover(spot, other) for other in taken):
                break
        taken.append(spot)
        names.append(Label(round(label.x, 1), round(label.y, 1), clean(site.name), label.anchor))
    return dots, names


def _cover(one: tuple[float, float, float, float], other: tuple[float, float, float, float]) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def _round_step(span: float) -> float:
    """1, 2 or 5 times a power of ten, so that about ``_LINES`` of them make the span."""
    power = 10.0 ** floor(log10(span / _LINES))
    return next((power * step for step in (1, 2, 5) if power * step * _LINES >= span * 0.6), power * 10)


def _graticule(frame: Frame) -> tuple[list[str], list[Label]]:
    """Lines of longitude and latitude with their degrees at the border."""
    tall = min(frame.height / frame.scale / 111.2, 170.0)
    step = _round_step(tall)
    lat, lon = frame.plane.latitude, frame.plane.longitude
    across = step if abs(lat) < 60 else _round_step(min(tall / max(cos(radians(lat)), 0.05), 360.0))  # noqa: PLR2004 - near the poles
    south, north = max(-90.0, lat - tall), min(90.0, lat + tall)
    reach = min(180.0, frame.width / frame.scale / 111.2 / max(cos(radians(max(abs(south), abs(north)))), 0.05))
    lines, labels = [], []
    for k in range(floor((lon - reach) / across), floor((lon + reach) / across) + 1):
        degrees = k * across
        run = frame.plane.flat([(degrees, value) for value in np.linspace(south, north, 60)])
        lines.append(_path(frame.at(x, y) for x, y in run))
        labels += _where_crossing(run, frame, _degrees((degrees + 180) % 360 - 180, "E", "W"), side=False)
    for k in range(floor(south / step), floor(north / step) + 1):
        degrees = k * step
        if abs(degrees) < 90:  # noqa: PLR2004 - the pole is a point
            run = frame.plane.flat([(value, degrees) for value in np.linspace(lon - reach, lon + reach, 120)])
            lines.append(_path(frame.at(x, y) for x, y in run))
            labels += _where_crossing(run, frame, _degrees(degrees, "N", "S"), side=True)
    return lines, labels


def _where_crossing(run: np.ndarray, frame: Frame, text: str, *, side: bool) -> list[Label]:
    """The degrees where a line meets the left (``side``) or lower border."""
    pixels = [frame.at(x, y) for x, y in run]
    border = 0.0 if side else frame.height
    for (x1, y1), (x2, y2) in pairwise(pixels):
        one, other = (x1, x2) if side else (y1, y2)
        if (one - border) * (other - border) <= 0 and one != other:
            share = (border - one) / (other - one)
            x, y = x1 + share * (x2 - x1), y1 + share * (y2 - y1)
            if 0 <= x <= frame.width and 0 <= y <= frame.height:
                return [Label(round(x + (4 if side else 3), 1), round(y - 4, 1), text)]
    return []


def _degrees(value: float, positive: str, negative: str) -> str:
    return f"{abs(value):g}°{'' if not value else positive if value > 0 else negative}"


def _bar(frame: Frame) -> tuple[float, str]:
    """The scale bar's length in pixels, and its words."""
    km = _round_step(frame.width / frame.scale)
    return round(km * frame.scale, 1), f"{km:g} km" if km >= _WHOLE_DEGREE else f"{km * 1000:g} m"
