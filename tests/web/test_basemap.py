"""The map's style: nothing from outside, everything defined, both themes alike and legible, no meaning by colour alone."""

from __future__ import annotations

import json
import re

import pytest

from trucewatch.ontology import load
from trucewatch.publishing.basemap import layers
from trucewatch.publishing.basemap.palette import MARKS, OTHER, PALETTES, mark
from trucewatch.web import basemap

THEMES = sorted(PALETTES)


def luminance(colour):
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one, two):
    bright, dim = sorted((luminance(one), luminance(two)), reverse=True)
    return (bright + 0.05) / (dim + 0.05)


@pytest.mark.parametrize("theme", THEMES)
def test_no_address_leaves_the_application(theme):
    style = basemap.style(theme)
    text = json.dumps(style)
    assert "://" not in text
    assert "//" not in text
    assert "glyphs" not in style
    assert "sprite" not in style
    for address in re.findall(r'"(/[^"]*)"', text):
        assert address.startswith("/static/map/")


@pytest.mark.parametrize("theme", THEMES)
def test_every_address_is_answered(theme):
    for address in re.findall(r'"/static/map/([^"]+\.geojson)"', json.dumps(basemap.style(theme))):
        assert layers.answer(address) is not None


@pytest.mark.parametrize("theme", THEMES)
def test_every_layer_has_its_source_and_a_name_of_its_own(theme):
    style = basemap.style(theme)
    names = [layer["id"] for layer in style["layers"]]
    assert len(names) == len(set(names))
    assert {layer["source"] for layer in style["layers"] if "source" in layer} == set(style["sources"])


def test_the_themes_differ_in_colours_alone():
    light, dark = (json.dumps(basemap.style(theme)) for theme in ("light", "dark"))
    assert re.sub(r"#[0-9a-f]{6}|light|dark", "", light) == re.sub(r"#[0-9a-f]{6}|light|dark", "", dark)


def test_another_place_for_the_files():
    assert '"/elsewhere/disputed.geojson"' in json.dumps(basemap.style("light", base="/elsewhere"))


def test_the_sources_are_named_on_the_map():
    said = [source["attribution"] for source in basemap.style("dark")["sources"].values() if "attribution" in source]
    assert said == ["Natural Earth; places: GeoNames, CC BY 4.0"]


@pytest.mark.parametrize("theme", THEMES)
def test_names_and_marks_stand_out_from_the_ground(theme):
    colours = PALETTES[theme]
    for ground in (colours.land, colours.water):
        assert contrast(colours.text, ground) >= 7
        assert contrast(colours.quiet, ground) >= 4.5
        assert contrast(colours.disputed, ground) >= 4.5
        for each in (*MARKS, OTHER):
            assert contrast(each.colour(theme), ground) >= 4.5
    assert contrast(colours.border, colours.land) >= 3
    assert contrast(colours.cluster_text, colours.cluster) >= 7


def test_every_group_of_categories_has_a_mark_of_its_own_shape():
    groups = {category.group for category in load().truces}
    assert {each.group for each in MARKS} == groups
    assert len({each.path for each in (*MARKS, OTHER)}) == len(MARKS) + 1
    assert mark(None) is OTHER


def test_contested_lines_are_told_from_boundaries_without_colour():
    style = basemap.style("light")
    dashes = [tuple(layer["paint"]["line-dasharray"]) for layer in style["layers"] if layer["id"].startswith("disputed-")]
    assert len(set(dashes)) == len(dashes) == 6
    assert not any("line-dasharray" in layer["paint"] for layer in style["layers"] if layer["id"].startswith("borders-"))
