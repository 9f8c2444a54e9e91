"""What readers carry away: the feed by a feed reader, the digest by a mail reader, citations."""

from __future__ import annotations

import email
from email.policy import default
from email.utils import parsedate_to_datetime
from urllib.parse import parse_qs, urlsplit

import feedparser
import pytest
from lxml import etree, html
from tests.publishing.bulletins.conftest import SCRIPT, built, contents

from trucewatch.publishing.bulletins.frame import is_mail, licence_of, web_address
from trucewatch.publishing.bulletins.lines import moment
from trucewatch.publishing.bulletins.passages import mailto

ATOM = {"a": "http://www.w3.org/2005/Atom"}


def feeds(folder):
    return {name: data for name, data in contents(folder).items() if name.endswith(".atom")}


def test_feeds_have_what_atom_requires(site, abroad):
    for folder in (site, abroad):
        assert len(feeds(folder)) > 5
        for name, data in feeds(folder).items():
            root = etree.fromstring(data)
            for path in (".", "a:entry"):
                for one in root.xpath(path, namespaces=ATOM):
                    assert all(one.xpath(f"count(a:{tag})", namespaces=ATOM) == 1 for tag in ("id", "title", "updated")), name
            assert root.xpath("a:author/a:name/text()", namespaces=ATOM)
            assert root.xpath("count(a:link[@rel='self'])", namespaces=ATOM) == 1
            ids = root.xpath("//a:id/text()", namespaces=ATOM)
            assert len(ids) == len(set(ids))
            assert all(one.startswith("urn:uuid:") for one in ids)
            assert "Codes and counts" in root.xpath("string(a:rights)", namespaces=ATOM)


def test_a_feed_reader_reads_them(site):
    found = feedparser.parse((site / "feed.atom").read_bytes())
    assert not found.bozo
    assert found.version == "atom10"
    assert found.feed.updated == max(entry.updated for entry in found.entries) == "2031-05-15T00:00:00Z"
    assert all((site / entry.link).is_file() for entry in found.entries)
    assert all(entry.content[0].type == "text/html" and entry.content[0].value for entry in found.entries)
    assert not any(SCRIPT in entry.content[0].value for entry in found.entries)


def test_contents_of_entries_hold_no_markup_of_reports(site):
    root = etree.fromstring((site / "feed.atom").read_bytes())
    for content in root.xpath("//a:content/text()", namespaces=ATOM):
        piece = html.fragment_fromstring(content, create_parent="div")
        assert {child.tag for child in piece.iter()} <= {"div", "p", "blockquote", "a"}


def test_ids_stay_wherever_the_bulletin_stands(site, abroad):
    def by_headline(folder):
        found = feedparser.parse((folder / "feed.atom").read_bytes())
        return {entry.id: entry.title for entry in found.entries}

    assert by_headline(site) == by_headline(abroad)
    there = feedparser.parse((abroad / "feed.atom").read_bytes())
    assert all(entry.link.startswith("https://watch.example/karsh/incidents/") for entry in there.entries)
    assert next(link.href for link in there.feed.links if link.rel == "self") == "https://watch.example/karsh/feed.atom"


def test_the_digest_is_a_mail_to_nobody_yet(site):
    found = email.message_from_bytes((site / "digest.eml").read_bytes(), policy=default)
    assert not found.defects
    assert [found[name] for name in ("To", "Cc", "Bcc", "From")] == [None] * 4
    assert "14 May 2031" in found["Subject"]
    assert parsedate_to_datetime(found["Date"]).date().isoformat() == "2031-05-15"
    assert found["Message-ID"].endswith("@trucewatch.invalid>")
    assert found.get_content_type() == "multipart/alternative"
    plain, rich = found.iter_parts()
    assert (plain.get_content_type(), rich.get_content_type()) == ("text/plain", "text/html")
    assert "Explosive device near Brod" in plain.get_content()
    assert "a roadside bomb killed two soldiers" in plain.get_content()
    page = html.fromstring(rich.get_content())
    assert not page.xpath("//script | //img | //link | //@onerror")
    assert "How it is founded" in page.text_content()


def test_the_digests_sender_is_the_contact_where_it_is_an_address(own, tmp_path):
    toml = own / "dossier.toml"
    toml.write_text(toml.read_text("utf-8").replace('contact = ""', 'contact = "desk@watch.example"'), "utf-8")
    built(own, tmp_path / "out", begin="2031-05-11", until="2031-05-11")
    found = email.message_from_bytes((tmp_path / "out" / "digest.eml").read_bytes(), policy=default)
    assert found["From"] == "desk@watch.example"
    assert found["To"] is None
    assert 'href="mailto:desk@watch.example"' in (tmp_path / "out" / "method.html").read_text("utf-8")


def test_a_mail_link_survives_any_words():
    link = mailto("Ünï &?=\r\nBcc: a@b.example", "line one\nline & two #3 \ud800")
    parts = urlsplit(link)
    assert parts.scheme == "mailto"
    assert parts.path == ""
    found = parse_qs(parts.query, strict_parsing=True)
    assert list(found) == ["subject", "body"]
    assert found["body"][0].splitlines()[1].startswith("line & two #3")
    assert "\n" not in found["subject"][0]


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        ("2031-05-14", "2031-05-14T00:00:00Z"),
        ("2031-05-14T09:30:00+02:00", "2031-05-14T07:30:00Z"),
        ("2031-05", "2031-05-01T00:00:00Z"),
        ("2031", "2031-01-01T00:00:00Z"),
        ("0001-01-01T00:00:00+14:00", ""),
        ("yesterday", ""),
        ("", ""),
        (None, ""),
    ],
)
def test_times_are_those_of_the_data_in_utc(given, wanted):
    assert moment(given) == wanted


@pytest.mark.parametrize(
    "url",
    ["javascript:alert(1)", "//example.org/x", "https://", "http:example.org", "https://a b", 'https://a/"x', "data:text/html,x",
     "https://a/\u202e", "https://[1", "file:///etc/passwd", ""],
)  # fmt: skip
def test_what_is_no_web_address_is_no_link(url):
    assert web_address(url) == ""


def test_licences_and_contacts():
    assert licence_of("cc-by-4.0").url == "https://creativecommons.org/licenses/by/4.0/"
    assert licence_of("All rights reserved").url == ""
    assert licence_of("https://example.org/terms").url == "https://example.org/terms"
    assert is_mail("desk@watch.example")
    assert not any(
        map(is_mail, ("desk", "a@b", "a b@c.example", "a@b@c.example", "<a@b.example>", "a@b.example\nBcc: c@d.example"))
    )
