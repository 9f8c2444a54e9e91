"""A bulletin in a real browser, opened as files: its style and script are let in, nothing is asked of anybody, it fits a phone."""

from __future__ import annotations

import pytest
from tests.web.browser import MISSING, browser

pytestmark = pytest.mark.skipif(bool(MISSING), reason=MISSING)
NAMES = (
    "index.html",
    "map.html",
    "incidents.html",
    "ledger.html",
    "regions.html",
    "themes.html",
    "sources.html",
    "reports.html",
    "method.html",
)


@pytest.fixture(scope="module")
def chromium():
    with browser() as found:
        yield found


def opened(chromium, site, name, **options):
    page = chromium.new_context(**options).new_page()
    page.wrong, page.asked = [], []
    page.on("console", lambda said: page.wrong.append(said.text))
    page.on("pageerror", lambda error: page.wrong.append(str(error)))
    page.on("request", lambda request: page.asked.append(request.url))
    page.goto(f"file://{site}/{name}")
    return page


def test_pages_open_as_files_with_their_style_and_no_request(chromium, site):
    one = min(path.name for path in (site / "incidents").iterdir())
    page = opened(chromium, site, "index.html", viewport={"width": 390, "height": 800})
    for name in (*NAMES, f"incidents/{one}", f"embed/{one}"):
        page.goto(f"file://{site}/{name}")
        assert page.wrong == [], name
        assert all(url.startswith("file://") for url in page.asked), name
        assert page.evaluate("getComputedStyle(document.body).marginTop") == "0px", name
        assert page.evaluate("document.documentElement.scrollWidth") <= 391, name


def test_it_is_dark_where_the_reader_is(chromium, site):
    light, dark = (
        opened(chromium, site, "index.html", color_scheme=scheme).evaluate("getComputedStyle(document.body).backgroundColor")
        for scheme in ("light", "dark")
    )
    assert light != dark


def test_all_incidents_are_searched_from_the_folder_and_all_is_there_without_a_script(chromium, site):
    page = opened(chromium, site, "incidents.html")
    page.get_by_label("Find among all incidents").fill("prisoner release")
    found = page.locator(".all .row a")
    found.first.wait_for()
    assert found.all_text_contents() == ["Prisoner release in Brod, 11 May 2031"]
    found.first.click()
    assert "Prisoner release" in page.title()
    assert page.wrong == []
    plain = opened(chromium, site, "incidents.html", java_script_enabled=False)
    assert plain.locator(".row:visible").count() > 5


def test_a_long_list_is_narrowed_on_the_spot(chromium, site):
    page = opened(chromium, site, "filed/region-karsh-valley.html")
    assert page.locator(".row").count() > 5
    page.get_by_label("Find on this page").fill("prisoner release")
    assert page.locator(".row:visible").count() == 1


def test_hostile_words_run_nowhere(chromium, site):
    alerts = []
    page = chromium.new_page()
    page.on("dialog", lambda dialog: (alerts.append(dialog.message), dialog.dismiss()))
    page.goto(f"file://{site}/incidents.html")
    page.get_by_label("Find among all incidents").fill("alert(")
    page.locator(".all .row").first.wait_for()
    for name in ("reports.html", "sources.html"):
        page.goto(f"file://{site}/{name}")
    assert alerts == []


def test_the_keyboard_gets_to_the_content_first(chromium, site):
    page = opened(chromium, site, "index.html")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the content"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
