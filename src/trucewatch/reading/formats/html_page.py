"""HTML pages -> report: our own pass for what surrounds the body, trafilatura for the body. No network."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from trucewatch.reading.article import finish
from trucewatch.reading.blocks import Block
from trucewatch.reading.decode import charset_of, clean, declared_charset, decode, looks_binary
from trucewatch.reading.markup import lines_of, parse, walk
from trucewatch.reading.page import read_page
from trucewatch.reading.reasons import Code, note

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml import etree
    from lxml.html import HtmlElement

    from trucewatch.model import Reason, Report, Unread
    from trucewatch.reading.blocks import Draft, Line
    from trucewatch.reading.source import Source

_ENDINGS = (".html", ".htm", ".xhtml", ".shtml")
_MARKS = re.compile(rb"<(?:!doctype\s+html|html|head|body|article|div|p|meta|h1|title)\b", re.IGNORECASE)
_BOX = re.compile(
    r"share|social|breadcrumb|related|comment|sidebar|newsletter|subscribe|donat|cookie|promo|advert|byline|meta|nav|footer",
    re.IGNORECASE,
)
_CUT = re.compile(r"<[a-zA-Z/][^<>]{0,400}$")
_TEI_BLOCKS = frozenset(
    ["body", "p", "head", "list", "item", "quote", "table", "row", "code", "div", "ab", "lb", "hi-block", "figure", "graphic"]
)
_HEADINGS = frozenset(["h1", "h2", "h3", "h4", "h5", "h6", "head"])
_MENU = 60
_FEW = 250
_SHARE = 0.6


class HtmlReader:
    """Reads one web page."""

    name = "html"

    def sniff(self, head: bytes, name: str, content_type: str | None) -> float:
        """Sure by content type or ending, or by the first tags."""
        kind = (content_type or "").lower()
        if kind.startswith(("text/html", "application/xhtml")):
            return 0.8
        if looks_binary(head):
            return 0.0
        marks = len(_MARKS.findall(head))
        if name.lower().endswith(_ENDINGS):
            return 0.75
        return 0.65 if marks and head.lstrip()[:1] == b"<" else 0.0

    def read(self, source: Source) -> Iterator[Report | Unread]:
        """The one report of a page."""
        data = source.data()
        decoded = decode(data, charset_of(source.content_type) or declared_charset(data[:4096]))
        yield read_markup(clean(decoded.text), source, *decoded.notes)


def read_markup(text: str, source: Source, *notes: Reason) -> Report | Unread:
    """The report of a page's (or feed entry's) markup."""
    options = source.options
    tree, flattened = parse(text, max_depth=options.max_depth, max_elements=options.max_elements)
    draft = read_page(tree, text, source.url)
    draft.notes += notes
    if flattened:
        draft.notes.append(note(Code.SIMPLIFIED, "the page's markup is too deep or too big and was flattened"))
    if _CUT.search(text[-500:]) and "</html>" not in text[-500:].lower():
        draft.notes.append(note(Code.TRUNCATED, "the page ends inside a tag"))
    draft.blocks = body_blocks(tree, draft)
    return finish(draft, source)


def body_blocks(tree: HtmlElement, draft: Draft) -> list[Block]:
    """The article's blocks: trafilatura's, or all paragraphs of the article element where that finds much less."""
    import trafilatura  # noqa: PLC0415 - half a second that only readers of pages pay

    own = _own_blocks(tree)
    document: Any = trafilatura.bare_extraction(tree, include_comments=False, with_metadata=False, include_tables=True)
    found = _tree_blocks(document.body) if document is not None and document.body is not None else []
    size, own_size = (_size(blocks, draft.title) for blocks in (found, own))
    return own if own_size and (not size or (size < _FEW and own_size > size) or size < _SHARE * own_size) else found


def _size(blocks: list[Block], title: str | None) -> int:
    return sum(len(block.text) for block in blocks if block.text != title)


def _own_blocks(tree: HtmlElement) -> list[Block]:
    """Every paragraph of the element that holds the article, margins left out."""
    root = _container(tree)
    boxes = [item for item in root.iter() if isinstance(item.tag, str) and item is not root and _is_box(item)]
    blocks = [_block(line, name) for line, name in lines_of(root, skip=boxes)]
    if root.tag == "body":  # no article element: loose short lines are menus
        blocks = [block for block in blocks if block.kind != "text" or len(block.text) > _MENU or block.text.endswith(".")]
    return blocks


def _container(tree: HtmlElement) -> HtmlElement:
    found = tree.xpath(
        "//*[@itemprop='articleBody'] | //article | //main | //*[@role='main' or @id='content' or @id='main-content']"
        " | //div[contains(@class, 'entry-content') or contains(@class, 'article-body') or contains(@class, 'post-content')"
        " or contains(@class, 'story-body') or contains(@class, 'article__body') or contains(@class, 'field--name-body')]"
    )[:50]
    body = tree.find(".//body")
    sized = [(sum(len(p.text_content()) for p in item.iter("p", "li")), -index, item) for index, item in enumerate(found)]
    best = max(sized, key=lambda entry: entry[:2], default=(0, 0, tree))
    return best[2] if best[0] else (body if body is not None else tree)


def _is_box(item: HtmlElement) -> bool:
    if item.tag in {"nav", "aside", "footer", "form", "figure", "figcaption"}:
        return True
    marks = f"{item.get('class') or ''} {item.get('id') or ''}"
    return bool(marks.strip()) and item.tag not in {"article", "main", "body"} and bool(_BOX.search(marks))


def _block(line: Line, name: str) -> Block:
    kind = (
        "heading" if name in _HEADINGS else "item" if name in {"li", "item", "dd", "dt"} else "row" if name == "row" else "text"
    )
    return Block((line,), kind)  # type: ignore[arg-type]


def _tree_blocks(body: etree._Element) -> list[Block]:
    """The blocks of trafilatura's result tree."""
    return [_block(line, name) for line, name in walk(body, _TEI_BLOCKS)]
