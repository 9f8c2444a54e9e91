"""Every page in a real browser: no complaint, no request to anybody else, no hindrance axe knows of, readable on a phone and in the dark.

`make screenshots` takes the documentation's pictures on the way; other runs change nothing.
"""

from __future__ import annotations

import json
import re
from urllib.request import urlopen

import pytest

pytest.importorskip("fastapi", reason="the web application is not installed")

from tests.web.browser import MISSING
from tests.web.live import AXE, PHONE, WIDE

from trucewatch.web import vendor

WHY = MISSING or (f"the pages' libraries are not here ({vendor.problem()}): make web-assets" if vendor.problem() else "")
pytestmark = pytest.mark.skipif(bool(WHY), reason=WHY)
needs_axe = pytest.mark.skipif(not AXE.is_file(), reason="no axe here: make test fetches it where npm can")


@pytest.fixture(scope="module")
def ids(site):
    """An incident whose accounts contradict each other, and reports by what is in their title."""
    page = urlopen(f"{site}/").read().decode()
    urlopen(f"{site}/incidents.json")
    rows = re.findall(r'<tr data-id="([^"]+)">(.*?)</tr>', page, re.DOTALL)
    reports = re.findall(r'href="/reports/(r-[^"]+)"><bdi>([^<]*)', urlopen(f"{site}/reports").read().decode())
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
