"""The map's style: what MapLibre GL draws, from which files of the package, in which colours.

It names no address outside the application, and no glyph server: MapLibre 6 draws letters with the reader's own fonts where a style
has no `glyphs`. Files and incidents are the business of :mod:`trucewatch.publishing.basemap.layers`. A polygon or line here never decides which
country a record is in.
"""

from __future__ import annotations

from typing import Any, TypeAlias

from trucewatch.publishing.basemap.palette import MARKS, OTHER, PALETTES, Mark, Palette, Theme

Json: TypeAlias = dict[str, Any]
Expression: TypeAlias = list[Any]

ATTRIBUTION = "Natural Earth; places: GeoNames, CC BY 4.0"
#: From this zoom the fine layers stand in for the coarse ones; the page loads them when it first comes near.
DETAIL_ZOOM = 5
DETAILED = ("land", "lakes", "borders")
#: Incidents nearer than this, in pixels, are one cluster, up to this zoom.
CLUSTER_RADIUS, CLUSTER_ZOOM = 46, 9
_FALLBACK = ["system-ui", "sans-serif"]
#: Families no machine has: MapLibre reads weight and slant out of the first name, and the browser goes on to the next.
_REGULAR, _MEDIUM, _STRONG, _SLANTED = ([f"Map {cut}", *_FALLBACK] for cut in ("Regular", "Medium", "Semibold", "Italic"))


def style(theme: Theme, base: str = "/static/map") -> Json:
    """The style of a theme, as MapLibre GL takes it.

    Args:
        theme: ``light`` or ``dark``.
        base: Where the application serves the files of :func:`trucewatch.publishing.basemap.layers.answer`.

    The source ``incidents`` is empty, to be filled by the page; ``metadata`` carries the marks and what is to be loaded near.
    """
    colours = PALETTES[theme]
    return {
        "version": 8,
        "name": f"Trucewatch, {theme}",
        "metadata": {
            "trucewatch:detail": {f"{name}-detail": f"{base}/{name}-detail.geojson" for name in DETAILED}
            | {"admin1": f"{base}/admin1.geojson"},
            "trucewatch:detail-zoom": DETAIL_ZOOM,
            "trucewatch:places": f"{base}/places",
            "trucewatch:theme": theme,
            "trucewatch:marks": _marks(theme, colours),
        },
        "sources": _sources(base),
        "layers": [
            *_ground(colours),
            *_lines(colours),
            *_incident_areas(colours),
            *_names(colours),
            *_incidents(theme, colours),
        ],
    }


def _sources(base: str) -> Json:
    whole = {
        name: _source(f"{base}/{name}.geojson")
        for name in ("land-world", "lakes-world", "borders-world", "disputed", "labels", "places")
    }
    later = {name: _source(_collection()) for name in (*(f"{name}-detail" for name in DETAILED), "admin1", "villages")}
    whole["labels"]["attribution"] = ATTRIBUTION
    return whole | later | {"incidents": _incident_source()}


def _collection() -> Json:
    return {"type": "FeatureCollection", "features": []}


def _source(data: str | Json) -> Json:
    return {"type": "geojson", "data": data, "buffer": 32, "tolerance": 0.3}


def _incident_source() -> Json:
    counts = {each.group: ["+", ["case", ["==", ["get", "group"], each.group], 1, 0]] for each in (*MARKS, OTHER)}
    counts["contested"] = ["+", ["case", ["get", "disputed"], 1, 0]]
    return _source(_collection()) | {
        "cluster": True,
        "clusterRadius": CLUSTER_RADIUS,
        "clusterMaxZoom": CLUSTER_ZOOM,
        "clusterProperties": counts,
        "promoteId": "id",
    }


def _marks(theme: Theme, colours: Palette) -> list[Json]:
    return [_mark(each, theme, colours) for each in (*MARKS, OTHER)]


def _mark(each: Mark, theme: Theme, colours: Palette) -> Json:
    return {"group": each.group, "label": each.label, "path": each.path, "colour": each.colour(theme), "paper": colours.cluster}


# The ground: sea, land, lakes -------------------------------------------------------------------------------------------------------


def _ground(colours: Palette) -> list[Json]:
    sea = {"id": "water", "type": "background", "paint": {"background-color": colours.water}}
    return [sea, *(made(name, band, colours) for name, band in _bands() for made in (_land, _shore, _lakes))]


def _bands() -> list[tuple[str, Json]]:
    """Coarse and fine. The page ends the coarse band at the fine one's zoom once that is loaded, so that no view is ever empty."""
    return [("world", {}), ("detail", {"minzoom": DETAIL_ZOOM})]


def _land(name: str, band: Json, colours: Palette) -> Json:
    return {"id": f"land-{name}", "type": "fill", "source": f"land-{name}", "paint": {"fill-color": colours.land}, **band}


def _shore(name: str, band: Json, colours: Palette) -> Json:
    paint = {"line-color": colours.shore, "line-width": _by_zoom(1, 0.4, 8, 1.1)}
    return {"id": f"shore-{name}", "type": "line", "source": f"land-{name}", "paint": paint, **band}


def _lakes(name: str, band: Json, colours: Palette) -> Json:
    paint = {"fill-color": colours.water, "fill-outline-color": colours.shore}
    return {"id": f"lakes-{name}", "type": "fill", "source": f"lakes-{name}", "filter": _shown(), "paint": paint, **band}


def _by_zoom(low: float, small: float, high: float, big: float) -> Expression:
    return ["interpolate", ["linear"], ["zoom"], low, small, high, big]


def _shown() -> Expression:
    """A feature that is to be seen at this zoom; MapLibre asks at whole zooms."""
    return [">=", ["+", ["zoom"], 0.5], ["to-number", ["get", "zoom"], 0]]


# Lines: divisions, boundaries, what is contested ------------------------------------------------------------------------------------


def _lines(colours: Palette) -> list[Json]:
    return [_divisions(colours), *(_border(name, band, colours) for name, band in _bands()), *_disputed(colours)]


def _divisions(colours: Palette) -> Json:
    paint = {"line-color": colours.division, "line-width": _by_zoom(4, 0.5, 9, 1.4)}
    return {"id": "admin1", "type": "line", "source": "admin1", "minzoom": 4, "filter": _shown(), "paint": paint}


def _border(name: str, band: Json, colours: Palette) -> Json:
    paint = {"line-color": colours.border, "line-width": _by_zoom(1, 0.5, 9, 1.8)}
    return {
        "id": f"borders-{name}",
        "type": "line",
        "source": f"borders-{name}",
        "paint": paint,
        "layout": {"line-join": "round"},
        **band,
    }


#: Dashes, in line widths, and the zoom from which each kind of contested line is drawn.
_DASHES: dict[str, tuple[list[float], float]] = {
    "disputed": ([3, 2], 0),
    "control": ([1.2, 1.6], 0),
    "indefinite": ([5, 1.5, 1, 1.5], 0),
    "region": ([2, 3], 4),
    "zone": ([0.8, 1.6], 6),
    "historical": ([0.8, 3.5], 5),
}


def _disputed(colours: Palette) -> list[Json]:
    return [_contested(kind, dashes, zoom, colours) for kind, (dashes, zoom) in _DASHES.items()]


def _contested(kind: str, dashes: list[float], zoom: float, colours: Palette) -> Json:
    faint = kind in {"zone", "historical", "region"}
    return {
        "id": f"disputed-{kind}",
        "type": "line",
        "source": "disputed",
        "minzoom": zoom,
        "filter": ["==", ["get", "kind"], kind],
        "paint": {
            "line-color": colours.disputed,
            "line-opacity": 0.7 if faint else 1,
            "line-width": _by_zoom(1, 0.6, 9, 1.4 if faint else 2.2),
            "line-dasharray": dashes,
        },
    }


# Names ----------------------------------------------------------------------------------------------------------------------------------


def _names(colours: Palette) -> list[Json]:
    quiet, text, disputed = colours.quiet, colours.text, colours.disputed
    drawn = [
        _label("villages", "villages", quiet, _REGULAR, _by_zoom(8, 10.5, 12, 13)) | {"minzoom": 8},
        _label("divisions", "labels", quiet, _SLANTED, _by_zoom(5, 10, 9, 12.5), kind="division"),
        _label("places", "places", text, _MEDIUM, _by_zoom(4, 11, 10, 14)),
        _label("contested", "labels", disputed, _SLANTED, _by_zoom(4, 11, 9, 14), kind="disputed") | {"minzoom": 4},
        _label("countries", "labels", quiet, _STRONG, _country_size(), kind="country") | {"maxzoom": 7},
    ]
    for layer in drawn:
        layer["paint"] |= {"text-halo-color": colours.halo}
    return [_place_dots(colours), *drawn]


def _country_size() -> Expression:
    rank = ["min", 6, ["to-number", ["get", "rank"], 6]]
    return ["interpolate", ["linear"], ["zoom"], 1, ["-", 12, ["*", 0.5, rank]], 6, ["-", 18, ["*", 0.9, rank]]]


def _place_dots(colours: Palette) -> Json:
    radius = [
        "interpolate",
        ["linear"],
        ["zoom"],
        4,
        ["case", ["has", "capital"], 2.6, 1.7],
        10,
        ["case", ["has", "capital"], 4.5, 3.2],
    ]
    paint = {
        "circle-radius": radius,
        "circle-color": colours.land,
        "circle-stroke-color": colours.text,
        "circle-stroke-width": 1.1,
    }
    return {"id": "place-dots", "type": "circle", "source": "places", "minzoom": 3, "filter": _shown(), "paint": paint}


#: Letters of areas stand apart, those of points beside the point.
_AREA: Json = {"text-letter-spacing": 0.08}
_POINT: Json = {"text-variable-anchor": ["left", "right", "top", "bottom"], "text-radial-offset": 0.5, "text-justify": "auto"}


def _label(name: str, source: str, colour: str, font: list[str], size: Expression, *, kind: str = "") -> Json:
    layout: Json = {"text-field": ["get", "name"], "text-font": font, "text-size": size, "text-max-width": 8}
    layout["symbol-sort-key"] = ["to-number", ["get", "zoom"], 9]
    paint = {"text-color": colour, "text-halo-width": 1.4, "text-halo-blur": 0.4}
    return {
        "id": f"{name}-names",
        "type": "symbol",
        "source": source,
        "filter": ["all", _shown(), ["==", ["get", "kind"], kind]] if kind else _shown(),
        "layout": layout | (_AREA if kind else _POINT),
        "paint": paint,
    }


# Incidents ------------------------------------------------------------------------------------------------------------------------------

_SINGLE: Expression = ["!", ["has", "point_count"]]


def _incident_areas(colours: Palette) -> list[Json]:
    """Discs of incidents placed no better than to a district, or coarsened on purpose; under the names."""
    paint = {
        "circle-radius": _metres(),
        "circle-color": colours.text,
        "circle-opacity": 0.07,
        "circle-stroke-color": colours.text,
        "circle-stroke-opacity": 0.45,
        "circle-stroke-width": 1,
        "circle-pitch-alignment": "map",
    }
    return [
        {
            "id": "incident-areas",
            "type": "circle",
            "source": "incidents",
            "filter": ["all", _SINGLE, ["has", "disc"]],
            "paint": paint,
        }
    ]


def _metres() -> Expression:
    """A radius on the ground: ``disc`` is its pixels at zoom 0, and pixels double with each zoom."""
    return ["interpolate", ["exponential", 2], ["zoom"], 0, ["get", "disc"], 22, ["*", 2**22, ["get", "disc"]]]


def _incidents(theme: Theme, colours: Palette) -> list[Json]:
    return [*_clusters(theme, colours), *_single(colours)]


def _single(colours: Palette) -> list[Json]:
    icon = ["concat", ["get", "group"], ["case", ["get", "disputed"], "-disputed", ""]]
    layout = {
        "icon-image": icon,
        "icon-size": _by_zoom(2, 0.7, 9, 1),
        "icon-allow-overlap": True,
        "icon-ignore-placement": True,
    }
    ring = {
        "circle-radius": 15,
        "circle-opacity": 0,
        "circle-stroke-width": ["case", ["boolean", ["feature-state", "chosen"], False], 2.5, 0],
        "circle-stroke-color": colours.text,
    }
    return [
        {"id": "incident-chosen", "type": "circle", "source": "incidents", "filter": _SINGLE, "paint": ring},
        {"id": "incidents", "type": "symbol", "source": "incidents", "filter": _SINGLE, "layout": layout},
    ]


def _clusters(theme: Theme, colours: Palette) -> list[Json]:
    many = ["has", "point_count"]
    radius = ["interpolate", ["linear"], ["sqrt", ["get", "point_count"]], 1, 12, 10, 24, 40, 38]
    ring = {
        "circle-radius": radius,
        "circle-color": colours.cluster,
        "circle-opacity": 0.94,
        "circle-stroke-width": 3,
        "circle-stroke-color": _commonest(theme),
    }
    layout = {
        "text-field": ["get", "point_count_abbreviated"],
        "text-font": _STRONG,
        "text-size": 12.5,
        "text-allow-overlap": True,
    }
    note = {
        "text-field": ["concat", ["get", "contested"], "?"],
        "text-font": _STRONG,
        "text-size": 10,
        "text-allow-overlap": True,
    }
    note["text-offset"] = [0, 1.05]
    words = {"text-color": colours.cluster_text}
    some = ["all", many, [">", ["get", "contested"], 0], [">=", ["get", "point_count"], 10]]
    return [
        {"id": "clusters", "type": "circle", "source": "incidents", "filter": many, "paint": ring},
        {"id": "cluster-counts", "type": "symbol", "source": "incidents", "filter": many, "layout": layout, "paint": words},
        {
            "id": "cluster-contested",
            "type": "symbol",
            "source": "incidents",
            "filter": some,
            "layout": note,
            "paint": {"text-color": colours.disputed},
        },
    ]


def _commonest(theme: Theme) -> Expression:
    """The colour of the group most of a cluster's incidents are of; the first of the list where two have as many."""
    most = ["max", *(["get", each.group] for each in (*MARKS, OTHER))]
    cases = [part for each in MARKS for part in (["==", ["get", each.group], most], each.colour(theme))]
    return ["case", *cases, OTHER.colour(theme)]
