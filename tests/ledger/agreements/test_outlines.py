from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree
from shapely.geometry import Point
from shapely.geometry import shape as geometry

from trucewatch.ledger.agreements import desks, find, load, shipped
from trucewatch.ledger.areas import relation
from trucewatch.ledger.outlines import collection, feature, outline
from trucewatch.model import TrucewatchError
from trucewatch.model.agreement import Agreement, Area, Involved, Source, Term, Unit
from trucewatch.model.incident import Spot
from trucewatch.publishing.agreement_map import page


def agreement(name):
    path = find(name)
    return load(path, *desks(path))


@settings(max_examples=40, deadline=None)
@given(st.floats(-180, 180), st.floats(-84, 84), st.floats(20, 400), st.floats(-1.5, 1.5), st.floats(-1.5, 1.5))
def test_the_outline_holds_the_points_that_the_area_holds(lon, lat, km, east, north):
    area = Area("a", "circle", line=((lon, lat),), km=km)
    found = outline(area)
    assert found.is_valid
    assert found.bounds[0] >= -180
    assert found.bounds[2] <= 180
    y = max(-89.0, min(89.0, lat + north * km / 111))
    x = (lon + east * km / 111 / 0.5 + 180) % 360 - 180
    told = relation(area, Spot("x", latitude=y, longitude=x, precision=1))
    if told.km > 0.01 * km + 1:
        assert found.intersects(Point(x, y)) == told.point_inside


def test_an_outline_over_180_degrees_is_cut_there():
    found = outline(Area("a", "corridor", line=((179.0, 10.0), (-179.0, 10.0)), km=20))
    assert found.geom_type == "MultiPolygon"
    assert (found.bounds[0], found.bounds[2]) == (-180, 180)


@pytest.mark.parametrize("pole", [90.0, -90.0])
def test_an_outline_around_a_pole_runs_along_it(pole):
    found = outline(Area("a", "circle", line=((20.0, 0.98 * pole),), km=400))
    assert pole in (found.bounds[1], found.bounds[3])
    assert found.intersects(Point(-100, pole * 0.999))


def test_a_hole_stays_one():
    ring = ((36.0, 35.5), (37.0, 35.5), (37.0, 36.0), (36.0, 36.0), (36.0, 35.5))
    hole = ((36.4, 35.7), (36.6, 35.7), (36.6, 35.8), (36.4, 35.8), (36.4, 35.7))
    made = feature(Area("a", "polygon", polygons=((ring, hole),)), agreement="x")
    assert len(made["geometry"]["coordinates"]) == 2
    assert made["properties"]["agreement"] == "x"


def test_units_have_codes_and_no_geometry():
    made = feature(Area("a", "unit", unit=Unit("SYR", "Idlib")))
    assert made["geometry"] is None
    assert made["properties"]["lies_in"] == ["SYR/Idlib"]


@pytest.mark.parametrize("name", shipped())
def test_the_areas_of_every_shipped_agreement_are_geojson(name):
    made = json.loads(json.dumps(collection(agreement(name))))
    assert made["features"]
    assert {term for f in made["features"] for term in f["properties"]["terms"]} == {
        t.id for t in agreement(name).terms if t.area
    }
    for each in made["features"]:
        assert each["geometry"] is None or geometry(each["geometry"]).is_valid


@pytest.mark.parametrize("name", shipped())
def test_the_map_is_one_page_that_fetches_nothing(name):
    found = agreement(name)
    text = page(found)
    assert "default-src 'none'" in text
    assert not any(word in text for word in ("http:", "https:", "src=", "@import", "<script", "<link"))
    root = etree.fromstring(text[text.index("<svg viewBox") : text.index("</svg>") + 6])
    drawn = {area.id for term in found.terms if (area := term.area) and outline(area) is not None}
    assert len([path for path in root.iter("path") if "area" in path.get("class", "")]) == len(drawn)
    words = [label.text for label in root.iter("text")]
    assert {site.name for site in found.places} <= set(words)
    assert any(word.endswith("km") for word in words)
    assert any("°" in word for word in words)


def test_hostile_words_on_the_map_are_text():
    area = Area("a", "circle", label="<b>x</b>", line=((10.0, 10.0),), km=5)
    term = Term("t", "<script>alert(1)</script>", "x", ("no fire",), ("TUR",), area=area)
    made = Agreement(
        "x",
        "</title><script>",
        "2020-01-01",
        "<i>",
        "Inter",
        "Cea",
        (Involved("TUR", "Turkey", "x"),),
        (Source("<s>", "p"),),
        (term,),
    )
    text = page(made)
    assert "<script" not in text
    assert "&lt;script&gt;" in text


def test_where_only_codes_are_named_there_is_nothing_to_draw():
    term = Term("t", "x", "x", ("no fire",), ("TUR",), area=Area("a", "country", unit=Unit("SYR")))
    made = Agreement("x", "X", "2020-01-01", "y", "Inter", "Cea", (), (), (term,))
    with pytest.raises(TrucewatchError) as caught:
        page(made)
    assert caught.value.code == "nothing-to-draw"
