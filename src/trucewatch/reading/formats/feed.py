"""RSS and Atom feeds -> a report an entry: full content, or the linked page where the caller asks for it, or the summary.

Opens no connection itself; a link is fetched through the source.
"""

from __future__ import annotations

import io
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from trucewatch.model import Media, Origin, Report, TrucewatchError, Unread
from trucewatch.reading.article import finish
from trucewatch.reading.blocks import Block, Draft, squeeze
from trucewatch.reading.dates import parse_date
from trucewatch.reading.decode import clean
from trucewatch.reading.formats.plain import draft_from_text
from trucewatch.reading.header import names
from trucewatch.reading.markup import lines_of, parse
from trucewatch.reading.media import kind_of
from trucewatch.reading.reasons import Code, error, note, unread

if TYPE_CHECKING:
    from collections.abc import Iterator

    from trucewatch.reading.source import Source

_ROOT = re.compile(rb"<(?:rss|feed|rdf:RDF|channel)[\s>]")
_ENDING = re.compile(rb"</(?:rss|feed|rdf:RDF|channel)\s*>\s*(?:<!--.{0,500}-->\s*)?$", re.DOTALL)
_DTD = re.compile(rb"<!DOCTYPE[^\[>]{0,300}\[")
_DTD_END = re.compile(rb"\]\s*>")
_MORE = re.compile(r"(?:…|\.\.\.|\[…\]|\[\.\.\.\]|read more\.?|continue reading.{0,80})\s*$", re.IGNORECASE)
_POST_APPEARED = re.compile(r"^The post .{3,300} (?:appeared first|first appeared) on .{2,100}$", re.DOTALL)
_WHOLE = 1200
_SUFFIX = re.compile(r"\s*(?:[-–|:»]\s*)?\b(?:RSS(?: feed)?|news feed|latest news|all articles|feed)$", re.IGNORECASE)


class FeedReader:
    """Reads RSS and Atom."""

    name = "feed"

    def sniff(self, head: bytes, name: str, content_type: str | None) -> float:
        """Sure where the root element is a feed's."""
        if _ROOT.search(head[:2048]) and b"<html" not in head[:1024].lower():
            return 0.9
        kind = (content_type or "").lower()
        if kind.startswith(("application/rss+xml", "application/atom+xml")):
            return 0.7
        return 0.5 if name.lower().endswith((".rss", ".atom")) and head.lstrip()[:1] == b"<" else 0.0

    def read(self, source: Source) -> Iterator[Report | Unread]:
        """A report or ``Unread`` an entry, in the feed's order."""
        data = source.data()
        parsed = _parsed(data, source)
        entries = parsed.get("entries") or []
        if not entries:
            self._nothing(parsed)
        cut = not _ENDING.search(data[-1000:])
        for number, entry in enumerate(entries, 1):
            item = self._entry(entry, parsed.get("feed") or {}, replace(source, id=f"{source.id}#{number}"))
            yield _cut_short(item) if cut and number == len(entries) else item

    def _nothing(self, parsed: Any) -> None:
        if parsed.get("bozo"):
            raise error(Code.UNREADABLE, "the feed cannot be parsed", why=str(parsed.get("bozo_exception"))[:150])
        raise error(Code.EMPTY, "the feed has no entries")

    def _entry(self, entry: Any, feed: Any, source: Source) -> Report | Unread:
        link = _web(entry.get("link"))
        markup, full = _content(entry)
        problem: TrucewatchError | None = None
        if not full and link and source.options.follow_links:
            try:
                return self._linked(link, entry, feed, source)
            except TrucewatchError as raised:
                problem = raised
        try:
            return self._summary(entry, feed, replace(source, url=link or source.url), (markup, full), problem)
        except TrucewatchError as raised:
            reason = problem or raised
            return unread(source.id, Code(reason.code), reason.line(), status="failed" if problem else "skipped")

    def _linked(self, link: str, entry: Any, feed: Any, source: Source) -> Report | Unread:
        """The entry's page, with what the feed knows where the page says nothing."""
        page = source.fetch(link)
        results = list(source.dispatch(replace(page, id=source.id, depth=source.depth + 1, published=source.published)))
        first = results[0]
        if isinstance(first, Unread):
            raise TrucewatchError(first.reasons[0].code, first.reasons[0].message)
        known = _draft(entry, feed, [])
        published = first.published if first.published != source.published else None
        return replace(
            first,
            published=published or known.published or source.published,
            title=first.title or known.title,
            publisher=first.publisher or known.publisher,
            byline=first.byline or known.byline,
        )

    def _summary(
        self, entry: Any, feed: Any, source: Source, content: tuple[str, bool], problem: TrucewatchError | None
    ) -> Report | Unread:
        markup, full = content
        text_only = "<" not in markup
        blocks = draft_from_text(clean(markup)).blocks if text_only else _blocks(clean(markup), source)
        if not blocks:
            raise error(Code.NO_TEXT, "the entry has no text", next_step="follow the links to read the pages")
        draft = _draft(entry, feed, blocks)
        if problem:
            draft.notes.append(problem.reason())
        if not full:
            draft.notes.append(note(Code.SUMMARY_ONLY, "the feed carries a summary; follow the links to read the whole report"))
        return finish(draft, source)


def _parsed(data: bytes, source: Source) -> Any:
    import feedparser  # noqa: PLC0415 - only readers of feeds pay for it

    # entity definitions are a bomb's fuse, and no feed needs them
    headers = {"content-type": source.content_type} if source.content_type else {}
    return feedparser.parse(
        io.BytesIO(_without_dtd(data)), response_headers=headers, sanitize_html=False, resolve_relative_uris=False
    )


def _without_dtd(data: bytes) -> bytes:
    start = _DTD.search(data[:4096])
    end = _DTD_END.search(data, start.end()) if start else None
    return data[: start.start()] + data[end.end() :] if start and end else data


def _content(entry: Any) -> tuple[str, bool]:
    """The longest text an entry carries, and whether it looks like the whole report."""
    bodies = [str(item.get("value") or "") for item in entry.get("content") or []]
    summary = str(entry.get("summary") or "")
    best = max([*bodies, summary], key=len, default="")
    words = squeeze(re.sub(r"<[^>]{0,2000}>", " ", best))
    whole = (bool(bodies) and best in bodies and len(best) > len(summary)) or len(words) >= _WHOLE
    return best, whole and not _MORE.search(words)


def _blocks(markup: str, source: Source) -> list[Block]:
    options = source.options
    tree, _ = parse(f"<html><body>{markup}</body></html>", max_depth=options.max_depth, max_elements=options.max_elements)
    blocks = [
        Block((line,), "item" if name == "li" else "heading" if re.fullmatch("h[1-6]", name) else "text")
        for line, name in lines_of(tree)
    ]
    return [block for block in blocks if not _POST_APPEARED.match(block.text)]


def _draft(entry: Any, feed: Any, blocks: list[Block]) -> Draft:
    """What the feed's elements say of an entry."""
    publisher = _SUFFIX.sub("", squeeze(str(feed.get("title") or ""))) or None
    draft = Draft(blocks, title=squeeze(re.sub(r"<[^>]{0,500}>", "", str(entry.get("title") or ""))) or None)
    draft.publisher = publisher
    draft.url = _web(entry.get("link"))
    people = [str(person.get("name") or "") for person in entry.get("authors") or []]
    draft.byline = tuple(dict.fromkeys(name for person in people for name in names(person) if "@" not in name))
    draft.published = next(
        (value for key in ("published", "created", "updated") if (value := parse_date(str(entry.get(key) or "")))), None
    )
    draft.language = entry.get("language") or feed.get("language")
    draft.tag("keyword", (str(tag.get("term") or "") for tag in entry.get("tags") or []))
    origin = entry.get("source") or {}
    name = squeeze(str(origin.get("title") or ""))
    if name:
        draft.origins.append(Origin(name, None, _web(origin.get("href") or origin.get("link")), "republished"))
    draft.media += _media(entry)
    return draft


def _media(entry: Any) -> Iterator[Media]:
    for item in [*(entry.get("enclosures") or []), *(entry.get("media_content") or [])]:
        url = _web(item.get("href") or item.get("url"))
        kind = str(item.get("type") or item.get("medium") or "").split("/")[0]
        if url:
            yield Media(kind if kind in {"image", "video", "audio"} else kind_of(url) or "document", url)


def _web(value: Any) -> str | None:
    text = str(value or "").strip()
    return text if text.startswith(("http://", "https://")) else None


def _cut_short(item: Report | Unread) -> Report | Unread:
    reason = note(Code.TRUNCATED, "the feed ends before its closing tag; this entry may be cut")
    if isinstance(item, Report):
        return replace(item, notes=(*item.notes, reason))
    return replace(item, reasons=(*item.reasons, reason))
