"""Every page in a real browser: no complaint, no request to anybody else, no hindrance axe knows of, readable on a phone and in the dark.

`make screenshots` takes the documentation's pictures on the way; other runs change nothing.
"""

from __future__ import annotations

import re
from urllib.request import urlopen

import pytest

pytest.importorskip("fastapi", reason="the web application is not installed")

from tests.web.browser import MISSING
from tests.web.live import AXE, PHONE, WIDE, Visitor

from trucewatch.web import vendor

WHY = MISSING or (f"the pages' libraries are not here ({vendor.problem()}): make web-assets" if vendor.problem() else "")
pytestmark = pytest.mark.skipif(bool(WHY), reason=WHY)
needs_axe = pytest.mark.skipif(not AXE.is_file(), reason="no axe here: make test fetches it where npm can")


def asked(site, path):
    with urlopen(f"{site}{path}") as answer:  # noqa: S310 - our own address
        return answer.read().decode()


@pytest.fixture(scope="module")
def ids(site):
    """An incident whose accounts contradict each other, and reports by what is in their title."""
    page = asked(site, "/")
    rows = re.findall(r'<tr data-id="([^"]+)">(.*?)</tr>', page, re.DOTALL)
    reports = re.findall(r'href="/reports/(r-[^"]+)"><bdi>([^<]*)', asked(site, "/reports"))
    return {
        "incident": next(id_ for id_, row in rows if "contradicted" in row),
        "rtl": next(id_ for id_, title in reports if "هدنة" in title),
        "hostile": next(id_ for id_, title in reports if "&lt;script" in title),
        "report": next(id_ for id_, title in reports if "هدنة" not in title and "&lt;" not in title),
    }


PAGES = {
    "incident": "/incidents/{incident}",
    "report": "/reports/{report}",
    "report-rtl": "/reports/{rtl}",
    "report-hostile": "/reports/{hostile}",
    "reports": "/reports",
    "search": "/reports?q=market",
    "search-none": "/reports?q=zeppelin",
    "ledger": "/ledger",
    "ledger-term": "/ledger?term=ceasefire",
    "sources": "/sources",
    "sources-words": "/sources?publisher=Northern+Voice",
    "review": "/review",
    "review-incident": "/review?incident={incident}&seen=1",
    "review-find": "/review/find?q=market",
    "add": "/add",
    "missing": "/incidents/i-none",
    "wrong": "/?from=soon",
}


@pytest.mark.parametrize("name", PAGES)
def test_a_page(visitor, site, ids, name):
    one = visitor(site)
    one.go(PAGES[name].format(**ids))
    look(one, name)


def look(one, name):
    """The checks that every page passes, at 1280 pixels and on a phone, in light and dark."""
    assert one.page.locator("h1").count() == 1
    one.shot(name)
    assert one.overflow() <= 0, "wider than 1280 pixels"
    if AXE.is_file():
        assert one.hindrances() == []
    one.page.emulate_media(color_scheme="dark")
    if AXE.is_file():
        assert one.hindrances() == [], "in the dark"
    one.shot(f"{name}-dark")
    one.resize(PHONE)
    assert one.overflow() <= 0, "wider than a phone"
    one.shot(f"{name}-phone-dark")
    one.page.emulate_media(color_scheme="light")
    one.shot(f"{name}-phone")
    one.resize(WIDE)


# The overview: map, timeline and list are one


@pytest.fixture(scope="module")
def overview(chromium, site):
    """One visitor whose map is drawn: software rendering takes its time, so all looks at the overview share it."""
    one = Visitor(chromium, site)
    one.go("/")
    one.settle_map()
    yield one
    one.context.close()
    one.quiet()


def rows(one):
    return one.page.locator("#results tr[data-id]").count()


def total(one):
    return int(re.sub(r"\D", "", one.page.inner_text("#list")))


def shown_days(one):
    return int(one.page.get_attribute("#timeline", "data-shown"))


def test_the_overview_as_it_opens(overview):
    assert rows(overview) == total(overview) > 10
    assert overview.page.locator(".counts h3").all_inner_texts() == [
        "BY CATEGORY", "BY WHAT IT RESTS ON", "BY WHO SAYS SO", "BY WHO PUBLISHES IT",
    ]  # fmt: skip
    assert "without a place" in overview.page.inner_text("#apart")
    overview.shot("overview")
    assert overview.overflow() <= 0
    if AXE.is_file():
        assert overview.hindrances() == []


def test_days_that_are_brushed_narrow_map_list_and_address(overview):
    page, before = overview.page, total(overview)
    box = page.locator("#timeline .u-over").bounding_box()
    page.mouse.move(box["x"] + box["width"] * 0.55, box["y"] + 40)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.75, box["y"] + 40, steps=4)
    with page.expect_response(lambda answer: "from=" in answer.url):
        page.mouse.up()
    page.wait_for_function("(n) => Number(document.getElementById('list').innerText.replace(/\\D/g, '')) < n", arg=before)
    assert re.search(r"from=2031-05-\d\d&until=2031-05-\d\d", page.url)
    assert page.input_value("#filters [name=from]") in page.url
    overview.shot("overview-days")
    page.click("#whole")
    page.wait_for_function("(n) => Number(document.getElementById('list').innerText.replace(/\\D/g, '')) === n", arg=before)
    assert "from=" not in page.url


def test_the_list_and_the_timeline_follow_the_map(overview):
    page, before, days = overview.page, total(overview), shown_days(overview)
    page.focus("#map canvas")
    for _ in range(3):
        page.keyboard.press("ArrowRight")
        page.wait_for_timeout(350)
    page.wait_for_function("() => location.search.includes('box=')")
    page.wait_for_function("(n) => Number(document.getElementById('timeline').dataset.shown) < n", arg=days)
    page.wait_for_function("(n) => Number(document.getElementById('list').innerText.replace(/\\D/g, '')) < n", arg=before)
    assert "within the map" in page.inner_text("#apart")
    assert page.locator("#filters input[name=box]").count() == 1
    address = page.url
    page.click("#whole")
    page.wait_for_function("(n) => Number(document.getElementById('timeline').dataset.shown) === n", arg=days)
    assert "box=" in address
    assert "box=" not in page.url


def test_who_does_not_want_the_list_to_follow_says_so(overview):
    page, before = overview.page, overview.page.url
    page.uncheck("#follow")
    page.focus("#map canvas")
    page.keyboard.press("ArrowUp")
    page.wait_for_timeout(900)
    assert page.url == before
    page.check("#follow")


def test_filters_narrow_the_counts_and_stand_in_the_address(visitor, site):
    one = visitor(site, script=False)  # the form and the list do without a script
    one.go("/")
    before = total(one)
    one.page.check("#filters [name=disputed]")
    one.page.click("#filters button")
    assert "disputed=1" in one.page.url
    assert 0 < total(one) < before
    one.page.locator(".counts a").first.click()
    assert "truce=" in one.page.url
    assert one.page.locator(".chips li").count() == 3
    one.page.locator(".chips a").first.click()
    assert total(one) < before
    assert not one.page.locator("#picture").is_visible()


def test_the_overview_in_the_dark_and_on_a_phone(overview):
    page = overview.page
    page.emulate_media(color_scheme="dark")
    overview.settle_map()
    overview.shot("overview-dark")
    if AXE.is_file():
        assert overview.hindrances() == []
    overview.resize(PHONE)
    page.wait_for_timeout(300)
    assert overview.overflow() <= 0
    overview.shot("overview-phone-dark")
    page.emulate_media(color_scheme="light")


# Without a mouse


def test_the_keyboard_reaches_everything(visitor, site):
    one = visitor(site, script=False)
    one.go("/reports")
    one.page.keyboard.press("Tab")
    assert focused(one) == "Skip to the content"
    assert one.page.locator(".skip").bounding_box()["y"] >= 0, "the skip link shows where it has the focus"
    one.page.keyboard.press("Enter")
    assert one.page.url.endswith("#main")
    one.page.keyboard.press("Tab")
    assert one.page.evaluate("() => document.activeElement.closest('main') !== null")
    one.go("/reports")
    met = []
    for _ in range(12):
        one.page.keyboard.press("Tab")
        met.append(focused(one))
        assert one.page.evaluate("() => getComputedStyle(document.activeElement).outlineStyle") != "none", met[-1]
    assert met[3:10] == ["Search", "Overview", "Reports", "Ledger", "Sources", "Review", "Add"]


def focused(one):
    return one.page.evaluate("() => (document.activeElement.innerText || document.activeElement.name || '').trim()")


def test_a_reports_layers_are_switched_and_an_events_words_are_found(visitor, site, ids):
    one = visitor(site)
    one.go(f"/reports/{ids['report']}")
    style = "() => getComputedStyle(document.querySelector('.text .ev')).textDecorationLine"
    assert one.page.evaluate(style) == "underline"
    one.page.uncheck("#show-ev")
    assert one.page.evaluate(style) == "none"
    one.page.check("#show-ev")
    one.page.locator(".event .no").nth(1).click()
    assert one.page.locator(".text .on-e, .text .on-p").count() > 0
    with one.page.expect_download() as download:
        one.page.locator("a[download]").first.click()
    assert download.value.suggested_filename.endswith(".bin")


def test_an_incidents_value_opens_the_report_at_the_words(visitor, site, ids):
    one = visitor(site)
    one.go(f"/incidents/{ids['incident']}")
    assert one.page.locator(".version").count() >= 2
    link = one.page.locator(".account a").first
    key = link.get_attribute("href").rpartition("#")[2]
    link.click()
    one.page.wait_for_url(lambda url: url.endswith(f"#{key}"))
    assert one.page.locator(f'[id="{key}"]').count() == 1
    assert one.page.locator(".event.on, .claim.on").count() == 1


def test_words_that_run_from_right_to_left_keep_their_order(visitor, site, ids):
    one = visitor(site)
    one.go(f"/reports/{ids['rtl']}")
    assert one.page.evaluate("() => getComputedStyle(document.querySelector('h1')).direction") == "rtl"
    paragraphs = one.page.locator(".text p").all()
    ways = [p.evaluate("(each) => getComputedStyle(each).direction") for p in paragraphs]
    assert ways == ["ltr", "rtl"]


# Adding


def test_a_text_is_added_and_its_progress_shown(visitor, site, tmp_path):
    one = visitor(site)
    one.go("/add")
    one.page.fill("#text", "Rebels shelled the village of Aldun on Monday, the army said in a statement.")
    one.page.fill("#title", "From the field")
    one.page.click("#add button")
    one.page.wait_for_selector("#job[data-state=done]")
    assert "added" in one.page.inner_text("#job tbody")
    look(one, "job")
    file = tmp_path / "two.txt"
    file.write_text("Soldiers detained two men in Tessin on Tuesday, residents said.", "utf-8")
    one.go("/add")
    one.page.set_input_files("#files", str(file))
    one.page.click("#add button")
    one.page.wait_for_selector("#job[data-state=done]")
    assert "two.txt" in one.page.inner_text("#job")
