"""The map's layers: whole, small, valid, and named for where they come from."""

from __future__ import annotations

import gzip
import json
from itertools import pairwise

import pytest

from trucewatch.publishing.basemap import layers

TOPICS = {
    "land-world",
    "land-detail",
    "lakes-world",
    "lakes-detail",
    "borders-world",
    "borders-detail",
    "admin1",
    "disputed",
    "labels",
    "places",
}
ROWS = [
    line.split("\t")
    for line in (layers.DATA / "disputed.tsv").read_text("utf-8").splitlines()
    if line and not line.startswith("#")
]


def read(name):
    return json.loads(gzip.decompress(layers.layer(name)))


def rings(geometry):
    if geometry["type"] == "Polygon":
        yield from geometry["coordinates"]
    if geometry["type"] == "MultiPolygon":
        for polygon in geometry["coordinates"]:
            yield from polygon


def points(value):
    if isinstance(value[0], int | float):
        yield value
    else:
        for each in value:
            yield from points(each)


def area(ring):
    return sum(x1 * y2 - x2 * y1 for (x1, y1), (x2, y2) in pairwise(ring)) / 2


def test_the_layers_are_the_ones_the_style_draws():
    assert set(layers.LAYERS) == TOPICS


def test_all_of_them_together_are_small():
    assert sum(len(layers.layer(name)) for name in layers.LAYERS) < 4_000_000


@pytest.mark.parametrize("name", sorted(TOPICS))
def test_a_layer_is_geojson_on_the_globe_that_says_where_it_is_from(name):
    content = read(name)
    assert content["type"] == "FeatureCollection"
    assert "Natural Earth" in content["attribution"] or "GeoNames, CC BY 4.0" in content["attribution"]
    for feature in content["features"]:
        for longitude, latitude in points(feature["geometry"]["coordinates"]):
            assert -180 <= longitude <= 180
            assert -90 <= latitude <= 90


@pytest.mark.parametrize("name", ["land-world", "land-detail", "lakes-world", "lakes-detail"])
def test_every_ring_is_closed_and_has_an_area(name):
    for feature in read(name)["features"]:
        for ring in rings(feature["geometry"]):
            assert ring[0] == ring[-1]
            assert len(ring) >= 4
            assert area(ring) != 0


def test_packing_keeps_no_date_so_that_the_same_layer_is_the_same_bytes():
    assert {layers.layer(name)[4:8] for name in layers.LAYERS} == {b"\0\0\0\0"}


def test_contested_areas_have_a_point_a_note_and_take_no_side():
    head, *rows = ROWS
    assert head == ["name", "latitude", "longitude", "zoom", "lines", "note", "source"]
    assert [row[0] for row in rows] == sorted(row[0] for row in rows)
    for row in rows:
        assert -90 <= float(row[1]) <= 90
        assert -180 <= float(row[2]) <= 180
        assert row[5]


def test_every_area_that_names_a_line_has_one_drawn():
    drawn = {feature["properties"].get("name") for feature in read("disputed")["features"]}
    assert {row[0] for row in ROWS[1:] if row[4]} <= drawn


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("Crimea", "disputed"),
        ("Kosovo", "disputed"),
        ("Golan Heights", "control"),
        ("Western Sahara", "control"),
        ("Kashmir, Line of Control", "control"),
        ("Northern Cyprus", "control"),
        ("Somaliland", "disputed"),
        ("Abkhazia", "region"),
        ("South Ossetia", "region"),
        ("Transnistria", "region"),
        ("Nagorno-Karabakh", "historical"),
    ],
)
def test_a_contested_line_is_drawn_as_what_it_is(name, kind):
    kinds = {
        feature["properties"]["kind"] for feature in read("disputed")["features"] if feature["properties"].get("name") == name
    }
    assert kind in kinds


def test_a_contested_area_is_no_country_on_the_map():
    countries = {
        feature["properties"]["name"] for feature in read("labels")["features"] if feature["properties"]["kind"] == "country"
    }
    assert not countries & {row[0] for row in ROWS[1:]}
    assert {"Syria", "Israel", "Ukraine", "Georgia", "India", "Pakistan"} <= countries


def test_a_quarter_does_not_hide_its_town():
    zooms = {feature["properties"]["name"]: feature["properties"]["zoom"] for feature in reversed(read("places")["features"])}
    assert zooms["Mariupol"] < zooms["Pravyi Bereh"]
    assert zooms["Damascus"] <= 3.5


def test_a_layer_is_answered_as_it_lies_or_unpacked_for_who_cannot():
    body, headers = layers.answer("disputed.geojson")
    assert headers["Content-Encoding"] == "gzip"
    plain, others = layers.answer("disputed.geojson", accept_encoding="identity")
    assert "Content-Encoding" not in others
    assert gzip.decompress(body) == plain
    assert headers["ETag"] == others["ETag"]


@pytest.mark.parametrize(
    "name",
    [
        "",
        "x.geojson",
        "../data/README.md",
        "disputed",
        "places/1/2.geojson",
        "places/a/b.geojson",
        "places/90/0.geojson",
        "places/32.geojson",
    ],
)
def test_nothing_else_is_answered(name):
    assert layers.answer(name) is None


def test_small_places_come_by_cell():
    found = json.loads(gzip.decompress(layers.villages(32, 36)))
    assert any(
        feature["properties"]["name"] == "Jasim" or feature["properties"]["name"].startswith("Zāk")
        for feature in found["features"]
    )
    for feature in found["features"]:
        longitude, latitude = feature["geometry"]["coordinates"]
        assert 36 <= longitude <= 38
        assert 32 <= latitude <= 34
    assert json.loads(gzip.decompress(layers.villages(-40, -30)))["features"] == []


def test_a_radius_becomes_pixels_of_the_ground():
    feature = layers.incident("i", "t", 0.0, 60.0, group="fire", radius=10_000)
    on_equator = layers.incident("i", "t", 0.0, 0.0, group="fire", radius=10_000)
    assert feature["properties"]["disc"] == pytest.approx(2 * on_equator["properties"]["disc"])
    assert "disc" not in layers.incident("i", "t", 0.0, 0.0, group=None)["properties"]
    assert layers.incident("i", "t", 0.0, 0.0, group="unheard of")["properties"]["group"] == "other"
