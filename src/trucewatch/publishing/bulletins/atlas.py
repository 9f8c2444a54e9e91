"""A bulletin's map, drawn as SVG while it is built: ground, lines contested and not, names, incidents with what is known of their place.

It is flat, with its own degrees, and right around its middle. Marks differ by shape, disputed ones are hollow, and an uncertain place has a
ring as wide as it is uncertain, so that the map reads without colour; colours come from the page's style sheet. A line never decides which
country an incident is in. This module must not look a place up, nor write files.
"""

from __future__ import annotations

import gzip
import json
from collections import Counter
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from math import cos, floor, hypot, log2, log10, radians, sqrt
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely
from markupsafe import Markup, escape

from trucewatch.publishing.basemap import layers
from trucewatch.publishing.basemap.palette import mark
from trucewatch.publishing.words import clean

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from shapely.geometry.base import BaseGeometry

    from trucewatch.publishing.bulletins.lines import Line

ATTRIBUTION = "Made with Natural Earth. Places: GeoNames, CC BY 4.0."
_MARGIN = 0.16
#: From this width in degrees on, the coarse layers do.
_FAR = 24.0
_MOST_LABELS, _MOST_TOWNS = 60, 26
#: Marks nearer than this share of their sizes are one mark.
_CLOSE = 0.9
_LETTER, _HEIGHT, _FOOT = 6.3, 13.0, 16.0
_KM_A_DEGREE = 111.195
_POLE = 84.0

Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Sheet:
    """What a map is drawn on: pixels across, pixels down at least and at most, and the degrees across at least."""

    width: float
    flattest: float
    tallest: float
    degrees: float


WHOLE = Sheet(960, 400, 680, 1.2)
FRONT = Sheet(960, 400, 460, 1.2)
SMALL = Sheet(420, 230, 230, 2.4)


@dataclass(frozen=True, slots=True)
class Spot:
    """A group of incidents that stand so near to one another that one mark stands for them; ``number`` counts spots from 1."""

    number: int
    x: float
    y: float
    lines: tuple[Line, ...]

    @property
    def place(self) -> str:
        """The place most of them are told of."""
        return Counter(line.place for line in self.lines).most_common(1)[0][0]


@dataclass(frozen=True, slots=True)
class Drawn:
    """A map: its SVG, the spots on it in order, and the incidents that no point can be given."""

    svg: Markup
    spots: tuple[Spot, ...]
    apart: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Frame:
    """The window: degrees to pixels. ``west`` to ``east`` may run past 180."""

    west: float
    south: float
    east: float
    north: float
    across: float
    """Pixels to a degree of longitude."""
    up: float
    """Pixels to a degree of latitude."""

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in pixels."""
        return round((self.east - self.west) * self.across), round((self.north - self.south) * self.up)

    @property
    def zoom(self) -> float:
        """About MapLibre's zoom, by which layers say what shows."""
        return log2(self.across * 360 / 512)

    def at(self, longitude: float, latitude: float) -> tuple[float, float]:
        """Pixels of a point."""
        turned = longitude + 360 if longitude < self.west else longitude
        return round((turned - self.west) * self.across, 1), round((self.north - latitude) * self.up, 1)

    def pixels(self, metres: float) -> float:
        """A length on the ground in pixels."""
        return metres / 1000 / _KM_A_DEGREE * self.up


def drawn(lines: Sequence[Line], *, root: str, prefix: str = "map", anchor: str = "", sheet: Sheet = WHOLE) -> Drawn | None:
    """The map of some incidents; None where no point is known of any.

    Args:
        lines: the incidents.
        root: from the map's page to the bulletin's first, for links ("" or "../").
        prefix: begins each id in the drawing, so that two fit on one page.
        anchor: the page whose table tells of a mark that stands for several ("" for the same page).
        sheet: how big it is.
    """
    placed = [line for line in lines if line.longitude is not None and line.latitude is not None]
    if not placed:
        return None
    frame = _frame([(line.longitude or 0.0, line.latitude or 0.0) for line in placed], sheet)
    spots = _spots(placed, frame)
    body = [_ground(frame), *_graticule(frame), *_rings(placed, frame), *_names(spots, frame)]
    body += [_mark(spot, root, anchor) for spot in spots]
    body += _bar(frame)
    apart = tuple(line for line in lines if line.longitude is None or line.latitude is None)
    return Drawn(_document(frame, prefix, _told(placed, apart), body), spots, apart)


def _told(placed: Sequence[Line], apart: Sequence[Line]) -> str:
    kinds = Counter(line.category for line in placed).most_common(4)
    most = "; ".join(f"{name}, {number}" for name, number in kinds)
    disputed = sum(bool(line.disputed) for line in placed)
    return (
        f"{len(placed)} incidents on the map: {most}{'; and others' if len(kinds) > 3 else ''}. {disputed} of them disputed. "  # noqa: PLR2004
        f"{len(apart)} have no place that can be drawn. The table has all of them."
    )


def _document(frame: Frame, prefix: str, told: str, body: Sequence[str]) -> Markup:
    wide, tall = frame.size
    head = (
        f'<svg class="map" viewBox="0 0 {wide} {tall}" width="{wide}" height="{tall}" role="group" '
        f'aria-labelledby="{prefix}-t {prefix}-d"><title id="{prefix}-t">Map of reported incidents</title>'
        f'<desc id="{prefix}-d">{escape(told)}</desc><rect class="sea" width="{wide}" height="{tall}"/>'
    )
    frame_line = f'<rect class="edge" x=".5" y=".5" width="{wide - 1}" height="{tall - 1}"/>'
    return Markup(f"{head}{''.join(body)}{frame_line}</svg>")  # noqa: S704 - parts are escaped


# The window ---------------------------------------------------------------------------------------------------------------------------------


def _frame(points: Sequence[tuple[float, float]], sheet: Sheet) -> Frame:
    """A window round the points, wider where they are one, no taller than a page."""
    west, east = _span(sorted({x for x, _ in points}))
    south, north = min(y for _, y in points), max(y for _, y in points)
    middle = radians(min(75.0, abs((south + north) / 2)))
    squeeze = max(cos(middle), 0.2)
    wide = max((east - west) * (1 + 2 * _MARGIN), sheet.degrees / squeeze)
    tall = max((north - south) * (1 + 2 * _MARGIN), sheet.degrees * sheet.flattest / sheet.width)
    wide = min(360.0, max(wide, tall * sheet.width / sheet.tallest / squeeze))
    across = sheet.width / wide
    up = across / squeeze
    tall = min(max(tall, sheet.flattest / up), 2 * _POLE)
    x, y = (west + east) / 2, max(min((south + north) / 2, _POLE - tall / 2), tall / 2 - _POLE)
    return Frame(x - wide / 2, y - tall / 2, x + wide / 2, y + tall / 2, across, up)


def _span(longitudes: Sequence[float]) -> tuple[float, float]:
    """West and east of points: the way round that leaves out the widest gap; east may be past 180."""
    if len(longitudes) == 1:
        return longitudes[0], longitudes[0]
    gaps = [(b - a, a, b) for a, b in pairwise(longitudes)]
    around = longitudes[0] + 360 - longitudes[-1]
    widest, before, after = max(gaps)
    if around >= widest:
        return longitudes[0], longitudes[-1]
    return after, before + 360


# The ground ---------------------------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Layer:
    """A layer as shapes with their properties, and a tree to find them by."""

    shapes: tuple[BaseGeometry, ...]
    facts: tuple[dict[str, Any], ...]
    tree: shapely.STRtree


@lru_cache(maxsize=12)
def _layer(name: str) -> _Layer:
    packed = layers.layer(name)
    features = json.loads(gzip.decompress(packed))["features"] if packed else []
    shapes: list[BaseGeometry] = []
    facts: list[dict[str, Any]] = []
    for feature in features:
        parts = shapely.get_parts(shapely.from_geojson(json.dumps(feature["geometry"])))
        shapes += list(parts)
        facts += [feature["properties"]] * len(parts)
    return _Layer(tuple(shapes), tuple(facts), shapely.STRtree(shapes))


def _boxes(frame: Frame) -> Iterator[tuple[Box, float]]:
    """The window in the degrees that layers have, with what is to be added to a longitude found there."""
    edge = 6 / frame.across
    south, north = frame.south - edge, frame.north + edge
    for turn in (-360.0, 0.0, 360.0):
        west, east = max(frame.west - edge + turn, -180.0), min(frame.east + edge + turn, 180.0)
        if west < east:
            yield (west, south, east, north), -turn


def _within(name: str, frame: Frame) -> Iterator[tuple[BaseGeometry, dict[str, Any], float]]:
    """Parts of a layer in the window, simplified to what can be seen."""
    layer = _layer(name)
    for box, turn in _boxes(frame):
        for number in sorted(layer.tree.query(shapely.box(*box))):
            shape = layer.shapes[number]
            cut = shapely.clip_by_rect(shape if shape.is_valid else shape.buffer(0), *box)
            simple = shapely.simplify(cut, 0.45 / frame.across, preserve_topology=False)
            if not simple.is_empty:
                yield simple, layer.facts[number], turn


@lru_cache(maxsize=128)
def _ground(frame: Frame) -> str:
    """Sea, land, lakes and lines of a window; incidents of one place share it."""
    size = "world" if frame.east - frame.west > _FAR else "detail"
    land = "".join(_rings_of(shape, frame, turn) for shape, _, turn in _within(f"land-{size}", frame))
    lakes = (_rings_of(shape, frame, turn) for shape, facts, turn in _within(f"lakes-{size}", frame) if _shows(facts, frame))
    made = [_path("land", land), _path("lake", "".join(lakes))]
    if size == "detail":
        lines = (_line(shape, frame, turn) for shape, facts, turn in _within("admin1", frame) if _shows(facts, frame))
        made.append(_path("division", "".join(lines)))
    borders = "".join(_line(shape, frame, turn) for shape, _, turn in _within(f"borders-{size}", frame))
    contested: dict[str, str] = {}
    for shape, facts, turn in _within("disputed", frame):
        kind = str(facts.get("kind"))
        contested[kind] = contested.get(kind, "") + _line(shape, frame, turn)
    made += [_path("border", borders), *(_path(f"contested {kind}", contested[kind]) for kind in sorted(contested))]
    return "".join(made)


def _shows(facts: dict[str, Any], frame: Frame) -> bool:
    return bool(float(facts.get("zoom") or 0) <= frame.zoom + 0.5)


def _path(name: str, data: str) -> str:
    return f'<path class="{name}" d="{data}"/>' if data else ""


def _rings_of(shape: BaseGeometry, frame: Frame, turn: float) -> str:
    rings = []
    for part in shapely.get_parts(shape):
        if part.geom_type == "Polygon":
            rings += [part.exterior, *part.interiors]
    return "".join(_run(ring.coords, frame, turn) + "Z" for ring in rings)


def _line(shape: BaseGeometry, frame: Frame, turn: float) -> str:
    parts = [part for part in shapely.get_parts(shape) if part.geom_type in {"LineString", "LinearRing"}]
    return "".join(_run(part.coords, frame, turn) for part in parts)


def _run(points: Iterable[tuple[float, ...]], frame: Frame, turn: float) -> str:
    """A run of points as path data, in pixels with one decimal, each from the one before."""
    found = np.asarray([point[:2] for point in points])
    x = np.rint((found[:, 0] + turn - frame.west) * frame.across * 10).astype(int)
    y = np.rint((frame.north - found[:, 1]) * frame.up * 10).astype(int)
    steps = [f"{_tenths(a)},{_tenths(b)}" for a, b in zip(np.diff(x), np.diff(y), strict=True) if a or b]
    return f"M{_tenths(x[0])},{_tenths(y[0])}" + (f"l{' '.join(steps)}" if steps else "")


def _tenths(value: int) -> str:
    return f"{value / 10:g}"


def _graticule(frame: Frame) -> list[str]:
    """Degrees at the edge, with a tick; no net over the ground."""
    wide, tall = frame.size
    made = []
    step = _round_step((frame.east - frame.west) / 5)
    for number in range(floor(frame.west / step) + 1, floor(frame.east / step) + 1):
        x, _ = frame.at(number * step, frame.north)
        if x > wide - _bar_of(frame)[1] - 60:
            continue
        words = _degrees((number * step + 180) % 360 - 180, "E", "W")
        made.append(f'<path class="tick" d="M{x:g},{tall}v-5"/><text class="deg" x="{x + 3:g}" y="{tall - 5}">{words}</text>')
    step = _round_step((frame.north - frame.south) / 4)
    for number in range(floor(frame.south / step) + 1, floor(frame.north / step) + 1):
        _, y = frame.at(frame.west, number * step)
        words = _degrees(number * step, "N", "S")
        made.append(f'<path class="tick" d="M0,{y:g}h5"/><text class="deg" x="7" y="{y + 4:g}">{words}</text>')
    return made


def _degrees(value: float, positive: str, negative: str) -> str:
    return f"{round(abs(value), 4):g}°{positive if value > 0 else negative if value < 0 else ''}"


def _round_step(span: float) -> float:
    power = 10.0 ** floor(log10(span))
    return next((power * step for step in (1, 2, 5) if power * step >= span * 0.8), power * 10)


def _bar(frame: Frame) -> list[str]:
    wide, tall = frame.size
    km, long = _bar_of(frame)
    words = f"{km:g} km" if km >= 1 else f"{km * 1000:g} m"
    x, y = wide - long - 14, tall - 14
    line = f'<path class="bar" d="M{x:g},{y - 4}v4h{long:g}v-4"/>'
    return [line, f'<text class="deg" x="{x + long / 2:g}" y="{y - 7}" text-anchor="middle">{words}</text>']


def _bar_of(frame: Frame) -> tuple[float, float]:
    """The scale bar's kilometres, and its pixels."""
    km = _round_step((frame.size[0] / frame.up) * _KM_A_DEGREE / 6)
    return km, round(frame.pixels(km * 1000), 1)


# Incidents ----------------------------------------------------------------------------------------------------------------------------------


def _spots(placed: Sequence[Line], frame: Frame) -> tuple[Spot, ...]:
    """Incidents by where they stand: those of one point together, then points too near to be told apart."""
    points: dict[tuple[float, float], list[Line]] = {}
    for line in placed:
        points.setdefault(frame.at(line.longitude or 0.0, line.latitude or 0.0), []).append(line)
    groups: list[tuple[float, float, list[Line]]] = []
    for (x, y), mine in sorted(points.items(), key=lambda pair: (-len(pair[1]), pair[0])):
        near = next((g for g in groups if hypot(g[0] - x, g[1] - y) < _CLOSE * (_radius(len(g[2])) + _radius(len(mine)))), None)
        if near is None:
            groups.append((x, y, list(mine)))
        else:
            near[2].extend(mine)
    ordered = sorted(groups, key=lambda group: (-len(group[2]), group[1], group[0]))
    return tuple(Spot(number, x, y, tuple(mine)) for number, (x, y, mine) in enumerate(ordered, 1))


def _radius(number: int) -> float:
    """How big a mark is that stands for so many."""
    return 9.0 if number == 1 else round(min(9 + 2.0 * sqrt(number), 28), 1)


def _rings(placed: Sequence[Line], frame: Frame) -> list[str]:
    """A ring round each place that is known only to a district, or was made coarse."""
    wide, _ = frame.size
    found: dict[tuple[tuple[float, float], float], None] = {}
    for line in placed:
        radius = layers.RADIUS.get(line.precision or 0)
        if radius is not None:
            found[frame.at(line.longitude or 0.0, line.latitude or 0.0), round(frame.pixels(radius), 1)] = None
    return [f'<circle class="about" cx="{x:g}" cy="{y:g}" r="{r:g}"/>' for (x, y), r in sorted(found) if r < wide]


def _mark(spot: Spot, root: str, anchor: str) -> str:
    if len(spot.lines) == 1:
        line = spot.lines[0]
        words = clean(line.headline) + (" (disputed)" if line.disputed else "")
        shape = mark(line.group)
        hollow = " hollow" if line.disputed else ""
        drawing = (
            f'<path class="mark m-{shape.group}{hollow}" transform="translate({spot.x - 9:g},{spot.y - 9:g}) scale(.75)" '
            f'd="{shape.path}"/>'
        )
        return f'<a href="{root}{line.address}"><title>{escape(words)}</title>{drawing}</a>'
    number = len(spot.lines)
    disputed = sum(bool(line.disputed) for line in spot.lines)
    radius = _radius(number)
    dashes = " hollow" if disputed else ""
    words = f"{number} incidents, {clean(spot.place)}" + (f"; {disputed} disputed" if disputed else "")
    return (
        f'<a href="{anchor}#spot-{spot.number}"><title>{escape(words)}</title>'
        f'<circle class="many{dashes}" cx="{spot.x:g}" cy="{spot.y:g}" r="{radius:g}"/>'
        f'<text class="count" x="{spot.x:g}" y="{spot.y + 4:g}" text-anchor="middle">{number}</text></a>'
    )


# Names --------------------------------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Name:
    x: float
    y: float
    text: str
    kind: str
    off: float = 6


def _names(spots: Sequence[Spot], frame: Frame) -> list[str]:
    """Names where they cover nothing: of the incidents' places first, then countries, contested areas and towns."""
    taken = [(spot.x - r, spot.y - r, spot.x + r, spot.y + r) for spot in spots if (r := _radius(len(spot.lines)))]
    made: list[str] = []
    used: set[str] = set()
    for name in _wanted(spots, frame):
        if name.text in used or len(made) >= _MOST_LABELS:
            continue
        found = _laid(name, taken, frame)
        if found is not None:
            used.add(name.text)
            made.append(found)
    return made


def _wanted(spots: Sequence[Spot], frame: Frame) -> Iterator[_Name]:
    for spot in spots:
        name = Counter(clean(line.town) for line in spot.lines).most_common(1)[0][0]
        if name:
            yield _Name(spot.x, spot.y, name, "town", _radius(len(spot.lines)) + 5)
    if frame.east - frame.west > 1:
        yield from _of_layer("labels", frame, ("country", "disputed"))
    yield from list(_of_layer("places", frame, ("",)))[:_MOST_TOWNS]


def _of_layer(name: str, frame: Frame, kinds: Sequence[str]) -> Iterator[_Name]:
    layer = _layer(name)
    found = [
        (float(facts.get("zoom") or 0), number)
        for box, _ in _boxes(frame)
        for number in layer.tree.query(shapely.box(*box))
        if (facts := layer.facts[number]).get("kind", "") in kinds and _shows(facts, frame)
    ]
    for _, number in sorted(found):
        shape, facts = layer.shapes[number], layer.facts[number]
        x, y = frame.at(shape.x, shape.y)
        yield _Name(x, y, str(facts["name"]), str(facts.get("kind") or "place"))


def _laid(name: _Name, taken: list[Box], frame: Frame) -> str | None:
    wide, tall = frame.size
    long = len(name.text) * _LETTER * (1.25 if name.kind in {"country", "disputed"} else 1)
    off = name.off
    sides = [(name.x + off, name.y + 4), (name.x - off - long, name.y + 4), (name.x - long / 2, name.y - off)]
    sides.append((name.x - long / 2, name.y + off + _HEIGHT - 3))
    if name.kind in {"country", "disputed"}:
        sides = [(name.x - long / 2, name.y + 4)]
    for x, y in sides:
        spot = (x - 2, y - _HEIGHT + 1, x + long + 2, y + 4)
        inside = spot[0] > 0 and spot[2] < wide and spot[1] > 0 and spot[3] < tall - _FOOT
        if inside and not any(_cover(spot, other) for other in taken):
            taken.append(spot)
            dot = f'<circle class="dot" cx="{name.x:g}" cy="{name.y:g}" r="2"/>' if name.kind == "place" else ""
            words = escape(clean(name.text))
            return f'{dot}<text class="name {name.kind}" x="{x:.1f}" y="{y:.1f}">{words}</text>'
    return None


def _cover(one: Box, other: Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]
