"""What a web page says about its report outside the body: our own pass over the raw tree, before the body is extracted.

Byline, publisher, date, tags, media and origin from meta elements, JSON-LD, microdata and the lines around the headline.
No I/O.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin

from trucewatch.model import Media, Origin
from trucewatch.reading.article import place_stamps
from trucewatch.reading.blocks import Block, Draft, squeeze
from trucewatch.reading.dates import date_in_url, parse_date
from trucewatch.reading.header import Header, names
from trucewatch.reading.markup import json_ld, lines_of
from trucewatch.reading.media import kind_of
from trucewatch.reading.origin import declared, host_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from lxml.html import HtmlElement

    from trucewatch.reading.blocks import Line

_PUBLISHED = [
    "article:published_time",
    "og:published_time",
    "datepublished",
    "dc.date.issued",
    "dcterms.issued",
    "dc.date",
    "dcterms.date",
    "dc.date.created",
    "dcterms.created",
    "date",
    "pubdate",
    "publishdate",
    "publish-date",
    "publish_date",
    "publication_date",
    "publicationdate",
    "sailthru.date",
    "parsely-pub-date",
    "cxenseparse:recs:publishtime",
    "article.published",
    "article_date_original",
    "rnews:datepublished",
    "originalpublicationdate",
    "date_published",
    "datecreated",
    "citation_publication_date",
    "citation_date",
    "timestamp",
]
_AUTHOR = [
    "author",
    "article:author_name",
    "byl",
    "parsely-author",
    "sailthru.author",
    "dc.creator",
    "dcterms.creator",
    "dc.creator.name",
    "citation_author",
    "article.author",
]
_PUBLISHER = [
    "og:site_name",
    "publisher",
    "dc.publisher",
    "dcterms.publisher",
    "article:publisher_name",
    "citation_publisher",
    "copyright.holder",
    "application-name",
]
_TITLE = ["og:title", "twitter:title", "dc.title", "dcterms.title", "citation_title", "headline"]
_TAGS = {
    "section": ["article:section", "og:article:section", "parsely-section"],
    "keyword": ["article:tag", "og:article:tag", "keywords", "news_keywords", "parsely-tags"],
}
_SYNDICATED = ["syndication-source", "original-source"]
_TITLE_PARTS = re.compile(r"\s+[-–—|»·:]+\s+")
_BY_CLASS = re.compile(r"(?:^|[\s_-])(?:byline|author|writer|contributor)s?(?:[\s_-]|$)", re.IGNORECASE)
_DATE_CLASS = re.compile(
    r"publish|entry-date|post-date|posted-on|article-date|pubdate|dateline|timestamp|created", re.IGNORECASE
)
_NOT_PUBLISHED = re.compile(r"updat|modif|comment|related|footer|sidebar", re.IGNORECASE)
_ASIDE = re.compile(
    r"related|comment|sidebar|footer|nav|menu|recommend|trending|popular|widget|promo|share|logo|avatar|icon|sprite|pixel",
    re.IGNORECASE,
)
_ABOVE, _BELOW = 14, 24
_LONG_LINE = 220
_MAX_MEDIA = 60
_BIGGEST_GRAPH = 1000


def read_page(tree: HtmlElement, raw: str, url: str | None) -> Draft:
    """A draft with everything but the body. ``raw`` is the page's markup, ``url`` where it was fetched, if known."""
    draft = Draft([])
    metas = _metas(tree)
    canonical = _canonical(tree, metas, url)
    draft.url = url or canonical
    _from_metas(draft, metas)
    _from_json_ld(draft, raw)
    _from_markup(draft, tree)
    _titles(draft, tree)
    _from_lines(draft, tree)
    if canonical and url and host_of(canonical) and host_of(canonical) != host_of(url):
        draft.origins.append(Origin(None, None, canonical, "republished"))
    draft.published = draft.published or (date_in_url(draft.url) if draft.url else None)
    draft.media += _media(tree, metas, draft.url)
    return draft


def _metas(tree: HtmlElement) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for meta in tree.iter("meta"):
        key = (meta.get("property") or meta.get("name") or meta.get("itemprop") or "").strip().lower()
        value = squeeze(meta.get("content") or "")
        if key and value:
            found.setdefault(key, []).append(value[:2000])
    return found


def _first(metas: dict[str, list[str]], keys: Iterable[str]) -> str | None:
    return next((metas[key][0] for key in keys if key in metas), None)


def _canonical(tree: HtmlElement, metas: dict[str, list[str]], url: str | None) -> str | None:
    href = next((link.get("href") for link in tree.iter("link") if (link.get("rel") or "").lower() == "canonical"), None)
    href = href or _first(metas, ["og:url"])
    return _absolute(href, url) if href else None


def _absolute(href: str, base: str | None) -> str | None:
    try:
        full = urljoin(base or "", href.strip())
    except ValueError:
        return None
    return full if full.startswith(("http://", "https://")) else None


def _from_metas(draft: Draft, metas: dict[str, list[str]]) -> None:
    draft.publisher = _first(metas, _PUBLISHER)
    published = (parse_date(value) for key in _PUBLISHED for value in metas.get(key, []))
    draft.published = next((value for value in published if value), None)
    authors = [name for key in _AUTHOR for value in metas.get(key, []) if not value.startswith("http") for name in names(value)]
    draft.byline = tuple(dict.fromkeys(authors))[:10]
    for tag, keys in _TAGS.items():
        draft.tag(tag, (part for key in keys for value in metas.get(key, []) for part in value.split(",")))
    if source := _first(metas, _SYNDICATED):
        draft.origins.append(Origin(None, None, source, "republished"))


def _from_json_ld(draft: Draft, raw: str) -> None:
    for script in json_ld(raw):
        for item in _items(script):
            _from_item(draft, item)


def _items(script: str) -> Iterator[dict[str, Any]]:
    """The objects of a JSON-LD script that describe an article."""
    try:
        data = json.loads(script.strip().strip(";"), strict=False)
    except (ValueError, RecursionError):
        return
    queue = [data]
    while queue and len(queue) < _BIGGEST_GRAPH:
        item = queue.pop(0)
        if isinstance(item, list):
            queue += item
        elif isinstance(item, dict):
            queue += [
                value for key, value in item.items() if key in {"@graph", "mainEntity"} and isinstance(value, list | dict)
            ]
            kind = item.get("@type")
            if any(str(name).endswith(("Article", "Report", "BlogPosting", "PressRelease")) for name in _listed(kind)):
                yield item


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _names_of(value: Any) -> list[str]:
    """Names in a JSON-LD value: a string, an object with a name, or a list of either."""
    found = (item.get("name") if isinstance(item, dict) else item for item in _listed(value))
    return [squeeze(name) for item in found for name in _listed(item) if isinstance(name, str) and not name.startswith("http")]


def _from_item(draft: Draft, item: dict[str, Any]) -> None:
    draft.publisher = draft.publisher or next(iter(_names_of(item.get("publisher"))), None)
    draft.published = draft.published or parse_date(str(item.get("datePublished") or ""))
    draft.title = draft.title or next(iter(_names_of(item.get("headline"))), None)
    draft.byline = draft.byline or tuple(_names_of(item.get("author")))[:10]
    draft.language = draft.language or next(iter(_names_of(item.get("inLanguage"))), None)
    draft.tag("section", _names_of(item.get("articleSection")))
    draft.tag("keyword", (part for value in _names_of(item.get("keywords")) for part in value.split(",")))
    draft.tag("country", _names_of(item.get("contentLocation")))
    for key, relation in (("isBasedOn", "republished"), ("translationOfWork", "translated")):
        for base in _listed(item.get(key)):
            address = base.get("url") or base.get("@id") if isinstance(base, dict) else base
            name = next(iter(_names_of(base.get("publisher"))), None) if isinstance(base, dict) else None
            if name or (isinstance(address, str) and address.startswith("http")):
                draft.origins.append(Origin(name, None, address if isinstance(address, str) else None, relation))  # type: ignore[arg-type]


def _from_markup(draft: Draft, tree: HtmlElement) -> None:
    """Microdata, ``rel`` links and time elements."""
    draft.published = draft.published or _time_element(tree)
    if not draft.byline:
        marked = tree.xpath("//*[@rel='author' or @itemprop='author']")
        draft.byline = tuple(dict.fromkeys(name for item in marked[:6] for name in names(squeeze(item.text_content())[:120])))
    if not draft.language:
        draft.language = tree.get("lang") or tree.get("{http://www.w3.org/XML/1998/namespace}lang")


def _time_element(tree: HtmlElement) -> str | None:
    """The datetime of the element that looks most like the article's date of publication."""
    best: tuple[int, str] | None = None
    for item in tree.xpath("//time | //*[@itemprop='datePublished'] | //abbr[contains(@class, 'published')]")[:40]:
        marks = " ".join(item.get(name) or "" for name in ("class", "itemprop", "id")) + (
            " publish" if "pubdate" in item.attrib else ""
        )
        around = " ".join((up.get("class") or "") + " " + up.tag for up in item.iterancestors() if isinstance(up.tag, str))
        value = parse_date(item.get("datetime") or item.get("content") or item.get("title") or item.text_content()[:80])
        if not value or _NOT_PUBLISHED.search(marks) or _NOT_PUBLISHED.search(around):
            continue
        score = 2 * bool(_DATE_CLASS.search(marks)) + bool(re.search(r"\b(?:article|main|header)\b", around))
        if best is None or score > best[0]:
            best = (score, value)
    return best[1] if best else None


def _titles(draft: Draft, tree: HtmlElement) -> None:
    """The headline (h1, og:title, title), and the publisher where ``<title>`` ends in its name."""
    heads = [text for item in tree.iter("h1") if (text := squeeze(item.text_content()))]
    whole = squeeze(tree.findtext(".//title") or "")
    metas = _metas(tree)
    known = draft.title or _first(metas, _TITLE)
    title = next((head for head in heads if whole and head in whole), None) or known or (heads[0] if heads else None)
    parts = _TITLE_PARTS.split(whole)
    if len(parts) > 1 and (title is None or (whole.startswith(title) and len(title) < len(whole))):
        draft.publisher = draft.publisher or parts[-1].strip() or None
        title = title or _TITLE_PARTS.split(whole, maxsplit=0)[0]
    draft.title = (title or whole or None) and squeeze(title or whole)[:500]


def _from_lines(draft: Draft, tree: HtmlElement) -> None:
    """Lines around the headline (byline, dates, region, theme) and the declarations below the article."""
    lines = [line for line, _ in lines_of(tree, skip=tree.xpath("//nav | //aside | //form"))]
    header = Header()
    for line in _around_title(lines, draft.title):
        header.take(line)
    draft.byline = draft.byline or tuple(header.byline)
    for key, values in header.tags.items():
        draft.tag(key, values)
    draft.origins += place_stamps(draft, header.stamps)
    draft.origins[:0] = [item.origin for item in declared([Block((line,)) for line in lines])]


def _around_title(lines: Sequence[Line], title: str | None) -> list[Line]:
    """The short lines just above the headline and those below it, up to the first paragraph."""
    at = next((index for index, line in enumerate(lines) if title and line.text == title), -1)
    above = [line for line in lines[max(0, at - _ABOVE) : max(0, at)] if len(line.text) <= _LONG_LINE]
    below = []
    for line in lines[at + 1 : at + 1 + _BELOW]:
        if len(line.text) > _LONG_LINE:
            break
        below.append(line)
    return above + below


def _media(tree: HtmlElement, metas: dict[str, list[str]], base: str | None) -> list[Media]:
    found: dict[Media, None] = {}
    for kind, href in _media_links(tree, metas):
        url = _absolute(href, base) or (href if href.startswith("//") else None)
        if url and len(found) < _MAX_MEDIA:
            found[Media(kind, url)] = None
    return list(found)


def _media_links(tree: HtmlElement, metas: dict[str, list[str]]) -> Iterator[tuple[str, str]]:
    for name in ("video", "audio"):
        for value in [*metas.get(f"og:{name}:url", []), *metas.get(f"og:{name}", [])]:
            yield name, value
    if image := _first(metas, ["og:image:url", "og:image"]):
        yield "image", image
    for item in tree.iter("video", "audio", "source", "iframe", "embed", "img", "a"):
        href = item.get("src") or item.get("data-src") or (item.get("href") if item.tag == "a" else None)
        if href and not _is_aside(item) and (kind := _kind(item, href)):
            yield kind, href


def _kind(item: HtmlElement, href: str) -> str | None:
    if item.tag in {"video", "audio"}:
        return str(item.tag)
    if item.tag == "source":
        parent = item.getparent()
        return str(parent.tag) if parent is not None and parent.tag in {"video", "audio"} else None
    if item.tag == "img":
        return None if href.startswith("data:") or item.get("width") in {"1", "0"} else "image"
    kind = kind_of(href)
    return kind if item.tag in {"iframe", "embed"} or kind in {"video", "audio", "document"} else None


def _is_aside(item: HtmlElement) -> bool:
    """Whether an element stands in the page's margins."""
    for up in (item, *item.iterancestors()):
        if up.tag in {"nav", "aside", "footer", "header"} or _ASIDE.search(f"{up.get('class') or ''} {up.get('id') or ''}"):
            return True
        if up.tag in {"article", "main", "body"}:
            return False
    return False
