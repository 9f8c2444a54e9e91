"""The Atom feed (RFC 4287): incidents, the latest told first. Ids stay wherever the bulletin stands; times are those of the reports.

This module must not read a clock, and writes no file.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from trucewatch.publishing.bulletins.lines import moment

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from trucewatch.publishing.bulletins.frame import Frame
    from trucewatch.publishing.bulletins.lines import Line

_ATOM = "http://www.w3.org/2005/Atom"
#: Entries of the bulletin's feed, and of one region's or theme's; who reads more goes to the pages.
MOST, FEWER = 100, 30
#: Where no report says when it was published.
_EPOCH = "1970-01-01T00:00:00Z"
_NOT_XML = {code: 0xFFFD for code in (*range(32), *range(0xD800, 0xE000), 0xFFFE, 0xFFFF) if code not in {9, 10, 13}}


def feed(
    frame: Frame,
    path: str,
    page: str,
    *,
    title: str,
    lines: Sequence[Line],
    content: Callable[[Line], str],
    most: int = MOST,
) -> bytes:
    """A feed.

    Args:
        frame: the bulletin's facts.
        path: where the feed will stand.
        page: the page that it is the feed of.
        title: its title.
        lines: the incidents; the latest updated are taken.
        content: an incident as a piece of HTML, its links as they are from the feed.
        most: how many.
    """
    root = ET.Element("feed", {"xmlns": _ATOM, "xml:lang": "en"})
    up = "" if frame.base_url else "../" * path.count("/")
    chosen = sorted(lines, key=lambda line: (line.updated, line.id), reverse=True)[:most]
    updated = max((line.updated for line in chosen), default="") or moment(frame.as_of) or _EPOCH
    _put(root, "id", frame.urn("feed", page))
    _put(root, "title", title)
    _put(root, "subtitle", "What is reported, by whom, in which words. Counts are of reports, not of what happened.")
    _put(root, "updated", updated)
    _put(ET.SubElement(root, "author"), "name", frame.publisher or frame.title)
    _link(root, "self", frame.url(path) if frame.base_url else path.rpartition("/")[2], "application/atom+xml")
    _link(root, "alternate", frame.url(page) if frame.base_url else up + page, "text/html")
    _put(root, "rights", f"Codes and counts: {frame.licence.name}. Quoted words are their publishers'.")
    ET.SubElement(root, "generator", {"version": frame.version}).text = "Trucewatch"
    for line in chosen:
        _entry(root, frame, line, up, content(line))
    ET.indent(root, " ")
    text: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return text + b"\n"


def _entry(root: ET.Element, frame: Frame, line: Line, up: str, content: str) -> None:
    entry = ET.SubElement(root, "entry")
    _put(entry, "id", frame.urn("incident", line.id))
    _put(entry, "title", line.headline + (" (disputed)" if line.disputed else ""))
    _put(entry, "updated", line.updated or moment(frame.as_of) or _EPOCH)
    if line.first:
        _put(entry, "published", line.first)
    _link(entry, "alternate", frame.url(line.address) if frame.base_url else up + line.address, "text/html")
    for term, label in (("grade", line.grade), ("category", line.category), ("place", line.place)):
        if label:
            ET.SubElement(entry, "category", {"term": _safe(label), "scheme": f"urn:x-trucewatch:{term}"})
    _put(entry, "content", content, {"type": "html"})


def _put(parent: ET.Element, name: str, text: str, facts: dict[str, str] | None = None) -> None:
    ET.SubElement(parent, name, facts or {}).text = _safe(text)


def _link(parent: ET.Element, rel: str, href: str, kind: str) -> None:
    ET.SubElement(parent, "link", {"rel": rel, "type": kind, "href": href})


def _safe(text: str) -> str:
    return text.translate(_NOT_XML)
