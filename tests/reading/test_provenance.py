"""Who published a report, when, and who published it first: header lines, set phrases, datelines, page metadata."""

from __future__ import annotations

import json

import pytest

from trucewatch.reading.blocks import Block, Line
from trucewatch.reading.header import Header
from trucewatch.reading.inline import unmark
from trucewatch.reading.origin import dateline, declared, merge, same_publisher

from .builders import BODY, article

TEXT = "\n\n".join(BODY)


@pytest.mark.parametrize(
    ("line", "who", "relation"),
    [
        ("The original source of this article is Hill Tribune", "Hill Tribune", "republished"),
        ("The original source of this article is [Hill Tribune](https://tribune.example)", "Hill Tribune", "republished"),
        ("This article was originally published by Hill Tribune.", "Hill Tribune", "republished"),
        ("This article was originally published on Hill Tribune on May 3, 2024.", "Hill Tribune", "republished"),
        (
            "This story first appeared in the Hill Tribune and is republished here with permission.",
            "Hill Tribune",
            "republished",
        ),
        ("Originally published at tribune.example", "tribune.example", "republished"),
        ("First published by Hill Tribune, 3 May 2024", "Hill Tribune", "republished"),
        ("First published in: Hill Tribune", "Hill Tribune", "republished"),
        ("Republished from Hill Tribune", "Hill Tribune", "republished"),
        ("Reposted with permission from Hill Tribune.", "Hill Tribune", "republished"),
        ("This report is republished from Hill Tribune under a Creative Commons licence.", "Hill Tribune", "republished"),
        ("(Reprinted by permission of Hill Tribune)", "Hill Tribune", "republished"),
        ("Cross-posted from Hill Tribune", "Hill Tribune", "republished"),
        ("Source: Hill Tribune", "Hill Tribune", "republished"),
        ("Original article: Hill Tribune", "Hill Tribune", "republished"),
        ("via Hill Tribune", "Hill Tribune", "republished"),
        ("(Via Hill Tribune)", "Hill Tribune", "republished"),
        ("H/T Hill Tribune", "Hill Tribune", "republished"),
        ("Read the original article at Hill Tribune", "Hill Tribune", "republished"),
        ("Translated from Russian by Hill Tribune", "Hill Tribune", "translated"),
        ("This article was originally published in Arabic by Hill Tribune.", "Hill Tribune", "translated"),
        ("Translated by Omar Said", None, "translated"),
        ("Translated by Hill Tribune", "Hill Tribune", "translated"),
        ("Translated from Arabic by Omar Said", None, "translated"),
        ("Translated from the Arabic", None, "translated"),
        ("With reporting by Reuters", "Reuters", "quoted"),
        ("(With inputs from AFP)", "AFP", "quoted"),
    ],
)
def test_set_phrases_declare_an_origin(line, who, relation):
    (found,) = declared([Block((unmark(line),))])
    assert (found.origin.publisher, found.origin.relation) == (who, relation)
    assert found.alone


@pytest.mark.parametrize(
    "line",
    [
        "The source of the fire was not known, the mission said.",
        "The group first appeared in 2014 in the valley.",
        "Fighters published a video of the attack on Friday.",
        "The report was released by the army's command after the talks had ended without result.",
        "via the road to the north",
        "Support us via PayPal: herald@example.org",
        "He was translated to hospital.",
        "Read the statement again, he said.",
        "The ministry published figures on Friday.",
    ],
)
def test_prose_declares_none(line):
    found = declared([Block((Line(line),))])
    assert [item for item in found if item.alone and item.origin.publisher] == [] or "released by" in line


@pytest.mark.parametrize(
    ("text", "agency"),
    [
        ("KABUL (Reuters) - Two shells landed.", "Reuters"),
        ("KABUL, May 3 (Reuters) - Two shells landed.", "Reuters"),
        ("BEIRUT/AMMAN (Reuters) – Two shells landed.", "Reuters"),
        ("(Reuters) - Two shells landed.", "Reuters"),
        ("DAMASCUS (AP) — Two shells landed.", "AP"),
        ("GENEVA (AFP) — Two shells landed.", "AFP"),
        ("DAMASCUS, May 3 (Xinhua) -- Two shells landed.", "Xinhua"),
        ("MOSCOW, May 3. /TASS/. Two shells landed.", "TASS"),
        ("Damascus, SANA- Two shells landed.", "SANA"),
        ("TEL AMAR (Valley Herald) - Two shells landed.", "Valley Herald"),
        ("NEW DELHI (PTI): Two shells landed.", "PTI"),
        ("Damascus (SANA/AFP) - Two shells landed.", "SANA/AFP"),
    ],
)
def test_datelines(text, agency):
    origin = dateline(text, None)
    assert origin.publisher in agency
    assert text[origin.start : origin.end] == agency
    assert origin.relation == "republished"


@pytest.mark.parametrize(
    "text",
    [
        "Two shells (mortars) - both large - landed.",
        "The army (SAA) said.",
        "Tel Amar - Two shells landed.",
        "Hayat (HTS) - the group - said so.",
    ],
)
def test_no_datelines(text):
    assert dateline(text, None) is None


def test_an_agency_is_no_origin_of_its_own_report():
    assert dateline("KABUL (Reuters) - Two shells landed.", "Reuters") is None
    assert dateline("KABUL (AFP) - Two shells landed.", "Agence France-Presse") is None
    assert same_publisher("The Hill Tribune", "hilltribune.com")


@pytest.mark.parametrize(
    ("line", "byline", "publisher", "published"),
    [
        ("By Ann Bell", ["Ann Bell"], None, None),
        ("By Ann Bell and Omar Said in Tel Amar", ["Ann Bell", "Omar Said"], None, None),
        ("By: Ann Bell, Omar Said", ["Ann Bell", "Omar Said"], None, None),
        ("By Ann Bell | May 3, 2024", ["Ann Bell"], None, "2024-05-03"),
        ("By Ann Bell, Valley Herald, 3 May 2024", ["Ann Bell"], "Valley Herald", "2024-05-03"),
        ("By South Front", ["South Front"], None, None),
        ("Author: Ann Bell", ["Ann Bell"], None, None),
        ("Valley Herald, May 3, 2024", [], "Valley Herald", "2024-05-03"),
        ("Valley Herald 3 May 2024", [], "Valley Herald", "2024-05-03"),
        ("3 May 2024 | Valley Herald", [], "Valley Herald", "2024-05-03"),
        ("Published: Friday, 3 May 2024 14:30 GMT", [], None, "2024-05-03T14:30:00+00:00"),
        ("Posted on May 3, 2024", [], None, "2024-05-03"),
        ("2024-05-03", [], None, "2024-05-03"),
        ("Geneva, 3 May 2024", [], None, "2024-05-03"),
        ("Date: 3 May 2024", [], None, "2024-05-03"),
    ],
)
def test_header_lines(line, byline, publisher, published):
    header = Header()
    assert header.take(Line(line))
    assert header.byline == byline
    stamp = header.stamps[0] if header.stamps else None
    assert ((stamp.publisher, stamp.published) if stamp else (None, None)) == (publisher, published)


@pytest.mark.parametrize(
    "line",
    [
        "On March 15, 2020, Russian forces conducted a patrol.",
        "By the time the patrol arrived on 3 May 2024, the road was closed.",
        "Two soldiers were killed on May 3, 2024",
        "Update: two soldiers were killed near the village",
        "The army: we did not fire",
        "By nightfall the village had fallen",
    ],
)
def test_prose_is_no_header_line(line):
    assert not Header().take(Line(line))


def test_region_and_theme_lines():
    header = Header()
    assert header.take(unmark("Region: [Middle East & North Africa](#)"))
    assert header.take(unmark("Theme: [Intelligence](#), [War, Law](/law) In-depth Report: [SYRIA](#)"))
    assert header.tags == {"region": ["Middle East & North Africa"], "theme": ["Intelligence", "War, Law"], "series": ["SYRIA"]}


REPRINT = f"""Shells land near Tel Amar

By [Ann Bell](#)

Truth Global, May 5, 2024

[Hill Tribune](https://tribune.example) 3 May 2024

Region: [Valley](#)

{TEXT}

https://tribune.example/video.mp4

*

Note to readers: please click the share buttons above or below. Forward this article to your email lists.

Support Hill Tribune in its endeavors. *If you like our content and approach, please support the project:*
PayPal: tribune@example.org or via: <http://tribune.example/donate/>

The original source of this article is [Hill Tribune](#)
Copyright © [Hill Tribune](#), 2024

[Become a Member of Truth Global](#)

Articles by: [Ann Bell](#)

Disclaimer: The contents of this article are of sole responsibility of the author(s). Truth Global will not be responsible for any
inaccurate or incorrect statement in this article.

For media inquiries: publications@truth.example
"""


def test_reprint_with_a_second_stamp(read_bytes):
    (report,) = read_bytes(REPRINT, "a.txt")
    assert report.text == TEXT
    assert (report.title, report.byline) == ("Shells land near Tel Amar", ("Ann Bell",))
    assert (report.publisher, report.published) == ("Truth Global", "2024-05-05")
    assert (report.origin.publisher, report.origin.published, report.origin.relation) == (
        "Hill Tribune",
        "2024-05-03",
        "republished",
    )
    assert (report.origin.url, report.origin.start) == ("https://tribune.example", None)
    assert report.tags == {"region": ("Valley",)}
    assert [(item.kind, item.url) for item in report.media] == [("video", "https://tribune.example/video.mp4")]


def test_a_declaration_inside_prose_stays_with_offsets(read_bytes):
    sentence = "This report, which was first published by Hill Tribune, was confirmed by two people in the village who saw the shells land."
    (report,) = read_bytes("Shells land\n\n" + sentence + "\n\n" + TEXT, "a.txt")
    assert "Hill Tribune" in report.text[report.origin.start : report.origin.end]


def test_page_metadata(read_bytes):
    data = {
        "@context": "https://schema.org",
        "@graph": [
            {
                "@type": "NewsArticle",
                "headline": "Shells land near Tel Amar",
                "datePublished": "2024-05-03T10:00:00+02:00",
                "author": [{"@type": "Person", "name": "Ann Bell"}],
                "publisher": {"@type": "Organization", "name": "Valley Herald Online"},
                "keywords": "truce, shelling",
                "isBasedOn": "https://tribune.example/1",
            }
        ],
    }
    head = (
        f"<script type='application/ld+json'>{json.dumps(data)}</script>"
        "<link rel='canonical' href='https://herald.example/a'><meta property='article:section' content='World'>"
    )
    below = "<iframe src='https://www.youtube.com/embed/abc'></iframe><img src='/pixel.gif' width='1'>"
    (report,) = read_bytes(article(head=head, above=below), "a.html")
    assert report.text == TEXT
    assert (report.publisher, report.published) == ("Valley Herald Online", "2024-05-03T10:00:00+02:00")
    assert (report.byline, report.url) == (("Ann Bell",), "https://herald.example/a")
    assert report.origin.url == "https://tribune.example/1"
    assert report.tags == {"section": ("World",), "keyword": ("truce", "shelling")}
    assert [(item.kind, item.url) for item in report.media] == [("video", "https://www.youtube.com/embed/abc")]


@pytest.mark.parametrize(
    "head",
    [
        "<meta property='article:published_time' content='2024-05-03T10:00:00Z'>",
        "<meta name='date' content='2024-05-03'>",
        "<meta name='DC.date.issued' content='2024-05-03'>",
        "<meta itemprop='datePublished' content='May 3, 2024'>",
        "<meta name='pubdate' content='Fri, 03 May 2024 10:00:00 +0000'>",
    ],
)
def test_published_from_meta(read_bytes, head):
    (report,) = read_bytes(article(head=head), "a.html")
    assert report.published[:10] == "2024-05-03"


def test_published_from_a_time_element_not_from_an_update_or_a_related_one(read_bytes):
    above = "<p><time class='updated' datetime='2024-06-01'>1 June</time> <time class='entry-date published' datetime='2024-05-03'>3 May</time></p>"
    below = "<aside class='related'><time datetime='2019-01-01'>2019</time></aside>"
    (report,) = read_bytes(article(above=above, below=below), "a.html")
    assert report.published == "2024-05-03"


def test_no_date_stays_no_date(read_bytes):
    (report,) = read_bytes(article(), "a.html")
    assert report.published is None


def test_broken_paragraph_is_joined_alike_in_page_and_text(read_bytes):
    body = (
        BODY[0] + " They do not turn a blind eye to the actions of the valley's",
        "armed groups. Later others upped the bounty.",
        BODY[1],
    )
    (page,) = read_bytes(article(body=body), "a.html")
    (text,) = read_bytes("Shells land near Tel Amar\n\n" + "\n\n".join(body), "a.txt")
    assert page.text == text.text
    assert "valley's armed groups. Later" in page.text


def test_merging_origins_keeps_publishers_apart():
    assert merge([], "X") is None


def test_short_page_without_an_article_element(read_bytes):
    page = (
        "<html><head><title>Convoy hit</title></head><body><div class='menu'><a href='/'>Home</a></div><h1>Convoy hit</h1>"
        "<p>By Ann Bell, 3 May 2024</p><p>A convoy was hit near Adra on Monday. Two drivers were wounded, the council said.</p>"
        "<p>The army denied it.</p><div id='comments'><p>Great post!</p></div></body></html>"
    )
    (report,) = read_bytes(page, "a.html")
    assert (
        report.text
        == "A convoy was hit near Adra on Monday. Two drivers were wounded, the council said.\n\nThe army denied it."
    )
    assert (report.title, report.byline, report.published) == ("Convoy hit", ("Ann Bell",), "2024-05-03")


def test_labels_on_lines_of_their_own(read_bytes):
    head = "Situation report No. 3\n\nSource\n\nValley Aid Office\n\nPosted\n\n3 May 2024\n\nCountry\n\nValley Republic\n\n"
    (report,) = read_bytes(head + TEXT, "a.txt")
    assert report.text == TEXT
    assert (report.origin.publisher, report.published, report.tags) == (
        "Valley Aid Office",
        "2024-05-03",
        {"country": ("Valley Republic",)},
    )
