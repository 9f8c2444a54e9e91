"""The map in a real browser: offline, under the application's content policy, in both themes."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from trucewatch.web import vendor
from web.browser import MISSING
from web.map_server import served

WHY = MISSING or (
    f"the web application's libraries are not here ({vendor.problem()}): make web-assets" if vendor.problem() else ""
)
pytestmark = pytest.mark.skipif(bool(WHY), reason=WHY)
#: Where screenshots are kept for whoever wants to look at them.
SHOTS = Path(os.environ["MAP_SHOTS"]) if "MAP_SHOTS" in os.environ else None
PATIENCE = 120_000


@pytest.fixture(scope="module")
def room(chromium):
    with served() as base:
        yield base, chromium


@pytest.fixture
def opened(room):
    base, chromium = room
    page = chromium.new_page(viewport={"width": 1000, "height": 700})
    page.set_default_timeout(PATIENCE)
    page.asked, page.said = [], []
    page.on("request", lambda request: page.asked.append(request.url))
    page.on("console", lambda message: page.said.append(message.text))
    page.on("pageerror", lambda error: page.said.append(str(error)))

    def opening(query):
        page.goto(f"{base}/?{query}")
        page.wait_for_function("() => window.ready === true")
        page.evaluate("() => window.settled()")
        return page

    yield opening
    page.close()


def looked_at(page, name):
    shot = page.screenshot()
    if SHOTS:
        SHOTS.mkdir(parents=True, exist_ok=True)
        (SHOTS / f"map-{name}.png").write_bytes(shot)
    return shot


def named(page, layer):
    return set(
        page.evaluate(
            "(layer) => window.map.queryRenderedFeatures({layers: [layer]}).map((each) => each.properties.name)", layer
        )
    )


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_it_draws_ground_names_and_incidents_and_asks_nobody_else(opened, room, theme):
    page = opened(f"theme={theme}&z=6")
    looked_at(page, f"levant-{theme}")
    base, _ = room
    assert [url for url in page.asked if not url.startswith((base, "data:", "blob:"))] == []
    assert page.said == []
    assert page.evaluate("() => window.broken") == []
    assert {"Damascus", "Aleppo"} <= named(page, "places-names")
    assert "Syria" in named(page, "countries-names")
    assert "Northern Cyprus" in named(page, "contested-names")
    assert page.evaluate("() => window.map.queryRenderedFeatures({layers: ['clusters', 'incidents']}).length") > 5
    assert page.evaluate("() => window.map.queryRenderedFeatures({layers: ['disputed-control']}).length") > 0
    assert "GeoNames" in page.inner_text(".maplibregl-ctrl-attrib")


def test_letters_have_ink_without_a_glyph_server(opened):
    page = opened("x=38.9&y=27&z=5")  # land without incidents
    with_names = page.screenshot()
    page.evaluate(
        "() => window.map.getStyle().layers.filter((l) => l.type === 'symbol').forEach((l) => window.map.setLayoutProperty(l.id, 'visibility', 'none'))"
    )
    page.evaluate("() => window.settled()")
    assert page.screenshot() != with_names


def test_a_change_of_theme_keeps_the_incidents(opened):
    page = opened("theme=light&z=6")
    page.evaluate("() => window.change('dark')")
    page.evaluate("() => window.settled()")
    assert page.get_attribute("#map", "data-map-theme") == "dark"
    assert page.evaluate("() => window.map.queryRenderedFeatures({layers: ['clusters', 'incidents']}).length") > 5
    assert page.evaluate("() => window.broken") == []


def test_a_click_chooses_an_incident(opened):
    page = opened("x=36.67&y=35.8&z=9")
    looked_at(page, "near-light")
    features = page.evaluate(
        "() => window.map.queryRenderedFeatures({layers: ['incidents']}).map((f) => { const p = window.map.project(f.geometry.coordinates); return [f.properties.id, p.x, p.y]; })"
    )
    name, x, y = features[0]
    page.mouse.click(x, y)
    page.wait_for_function("() => window.chosen !== undefined")
    assert page.evaluate("() => window.chosen") == name
