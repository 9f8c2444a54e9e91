from __future__ import annotations

import io
import re
import time
from base64 import b64encode
from dataclasses import replace
from hashlib import sha256
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import html

from publishing import samples
from trucewatch.model import Origin
from trucewatch.publishing.page import Page, paragraphs, render

ALLOWED = {"html", "head", "meta", "title", "style", "body", "a", "header", "p", "h1", "h2", "h3", "h4", "ol", "ul", "li", "strong", "em", "span", "div", "fieldset", "legend", "label", "input", "main", "section", "article", "bdi", "dl", "dt", "dd", "details", "summary", "q", "nav", "footer", "script", "select", "option", "code"}  # fmt: skip


class _Tags(HTMLParser):
    def __init__(self):
        super().__init__()
        self.found, self.attributes = [], []

    def handle_starttag(self, tag, attrs):
        self.found.append(tag)
        self.attributes += attrs


def tags(page):
    parser = _Tags()
    parser.feed(page)
    parser.close()
    return parser


def test_the_text_is_all_there_and_unchanged():
    tree = html.fromstring(render([samples.coded()]))
    for extra in tree.xpath("//*[@class='text']//*[contains(@class,'note') or contains(@class,'vh')]"):
        extra.drop_tree()
    assert "".join(tree.xpath("//*[@class='text']/p[1]//text()")) == samples.TEXT


@given(st.text(alphabet="ab \n\r\t.<&é\u2028", max_size=60))
def test_paragraphs_leave_out_nothing_but_the_gaps(text):
    made = samples.coded(report=samples.report(text=text), sentences=(), claims=(), events=(), places=(), times=(), at_risk=())
    kept = "".join(piece.text for paragraph in paragraphs(made) for piece in paragraph)
    assert "".join(kept.split()) == "".join(text.split())


@pytest.mark.parametrize("attack", samples.ATTACKS)
def test_an_attack_in_any_field_stays_text(attack):
    clean, page = tags(render([samples.hostile("harmless")])), tags(render([samples.hostile(attack)]))
    assert page.found == clean.found
    assert set(page.found) <= ALLOWED
    assert {name for name, _ in page.attributes} == {name for name, _ in clean.attributes}
    assert not [name for name, _ in page.attributes if name.startswith("on")]
    assert not [value for name, value in page.attributes if name in {"href", "src"} and not value.startswith(("#", "http"))]


def test_nothing_is_loaded_from_anywhere():
    page = render([samples.coded(), samples.hostile("x")])
    found = tags(page)
    assert not {"img", "link", "iframe", "object", "embed", "base", "form", "video", "audio"} & set(found.found)
    assert not [name for name, _ in found.attributes if name in {"src", "srcset", "style", "action", "background"}]
    assert "url(" not in page.split("<style>")[1].split("</style>")[0]
    assert "@import" not in page


def test_the_policy_admits_only_the_style_and_script_that_are_there():
    page = render([samples.coded()])
    policy = html.fromstring(page).xpath("//meta[@http-equiv]/@content")[0]
    assert policy.startswith("default-src 'none'")
    assert "unsafe" not in policy
    for name in ("style", "script"):
        inside = re.search(rf"<{name}>(.*?)</{name}>", page, re.DOTALL)[1]
        assert f"{name}-src 'sha256-{b64encode(sha256(inside.encode()).digest()).decode()}'" in policy


def test_every_link_inside_leads_somewhere_and_ids_are_unique():
    tree = html.fromstring(render([samples.coded(), samples.coded(id="2"), samples.failed()]))
    ids = tree.xpath("//@id")
    assert len(ids) == len(set(ids))
    assert {link[1:] for link in tree.xpath("//a/@href") if link.startswith("#")} <= set(ids)


def test_events_find_their_words():
    tree = html.fromstring(render([samples.coded()]))
    assert "".join(tree.xpath("//*[contains(concat(' ', @data-m, ' '), ' p0 ')]//text()")) == "shelled"
    assert "".join(tree.xpath("//*[contains(concat(' ', @data-m, ' '), ' p2 ')]//text()")) == "offered a bounty"
    assert "p0" in tree.xpath("//*[@id='r1e1']/@data-on")[0].split()


def test_it_can_be_used_with_a_screen_reader_and_keyboard():
    tree = html.fromstring(render([samples.coded(), samples.failed()]))
    assert tree.get("lang") == "en"
    assert len(tree.xpath("//main")) == len(tree.xpath("//h1")) == 1
    assert tree.xpath("//a[@class='skip']/@href") == ["#reports"]
    assert all(control.xpath("ancestor::label") for control in tree.xpath("//input | //select"))
    assert all(part.get("aria-label") for part in tree.xpath("//section[@class='text' or @class='findings'] | //nav"))
    assert all(
        reports.xpath(f"//*[@id='{reports.get('aria-labelledby')}']") for reports in tree.xpath("//article[@class='report']")
    )


def test_failures_people_at_risk_and_origins_are_told():
    page = render([samples.coded(), samples.failed()])
    for part in (
        "the PDF holds no text",
        "no-text",
        "People at risk",
        "Mira Tolen",
        "republished from Southern Wire, 5 May 2031",
        "like this",
    ):
        assert part in page


def test_reprints_count_as_one_origin():
    copy = samples.coded(
        id="2",
        report=samples.report(id="2", publisher="Mirror", origin=Origin("Free Aldun Post", "2031-05-06", None, "republished")),
    )
    assert "1 independent origin" in render([samples.coded(), copy])


def test_same_records_same_bytes_and_valid_utf8():
    assert render([samples.coded()]) == render([samples.coded()])
    render([samples.hostile("\ud800\x00\x0b")]).encode("utf-8")


def test_it_waits_for_the_end_and_writes_one_page():
    stream = io.StringIO()
    writer = Page().open(stream)
    writer.write(samples.coded())
    assert not stream.getvalue()
    writer.close()
    assert stream.getvalue().count("<!doctype html>") == 1


def test_no_record_at_all_still_gives_a_page():
    assert "0 reports" in render([])


def test_twenty_reports_take_well_under_a_second():
    many = [replace(samples.coded(), id=str(number)) for number in range(20)]
    render(many[:1])
    start = time.process_time()
    render(many)
    assert time.process_time() - start < 0.8


@settings(max_examples=20, deadline=None)
@given(st.text(max_size=12).filter(str.strip))
def test_any_text_in_any_field_gives_the_same_structure(text):
    assert tags(render([samples.hostile(text)])).found.count("article") == 1
