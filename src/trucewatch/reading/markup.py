"""Markup -> a tree that is safe to walk: bounded in depth and size, whatever the page does. No I/O.

libxml2 cuts a page off at 256 levels and other code recurses over the tree, so tags beyond a depth are taken out of the text
before it is parsed; their words stay.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from lxml import etree, html

from trucewatch.reading.blocks import Line, Link, squeeze
from trucewatch.reading.reasons import Code, error

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9:-]{0,40})([^<>]*)>")
_HIDDEN = re.compile(r"<(script|style|noscript|template|svg|math|canvas)(?=[\s/>])", re.IGNORECASE)
_JSON_LD = re.compile(r"<script\b[^<>]{0,300}application/ld\+json[^<>]{0,300}>", re.IGNORECASE)
_XML_HEAD = re.compile(r"^\s*<\?xml[^>]{0,200}\?>")
_VOID = frozenset(
    ["area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track", "wbr"]
)
#: Elements whose end tag may be left out: an unclosed one does not nest.
_LOOSE = frozenset(
    [
        "p",
        "li",
        "dt",
        "dd",
        "tr",
        "td",
        "th",
        "thead",
        "tbody",
        "tfoot",
        "option",
        "optgroup",
        "colgroup",
        "rp",
        "rt",
        "html",
        "head",
        "body",
    ]
)
_BLOCKS = frozenset(
    [
        "address",
        "article",
        "aside",
        "blockquote",
        "body",
        "br",
        "caption",
        "center",
        "dd",
        "details",
        "dialog",
        "div",
        "dl",
        "dt",
        "fieldset",
        "figcaption",
        "figure",
        "footer",
        "form",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "header",
        "hr",
        "html",
        "iframe",
        "legend",
        "li",
        "main",
        "menu",
        "nav",
        "ol",
        "option",
        "p",
        "pre",
        "section",
        "summary",
        "table",
        "tbody",
        "td",
        "tfoot",
        "th",
        "thead",
        "title",
        "tr",
        "ul",
        "video",
        "audio",
    ]
)
_MAX_SCRIPTS = 20
_BREAKS = frozenset(("br", "hr", "lb"))
_SKIPPED = frozenset(
    [
        "script",
        "style",
        "noscript",
        "template",
        "head",
        "svg",
        "math",
        "canvas",
        "object",
        "select",
        "textarea",
        "button",
        "title",
    ]
)


def json_ld(text: str) -> list[str]:
    """The JSON-LD scripts of a page, as text (20 at most)."""
    found: list[str] = []
    for match in _JSON_LD.finditer(text):
        end = text.find("</script", match.end())
        if end < 0 or len(found) == _MAX_SCRIPTS:
            break
        found.append(text[match.end() : end])
    return found


def without_hidden(text: str) -> str:
    """The markup without comments, scripts, styles and drawings. One pass; an unclosed one is left to the parser."""
    return _without_elements(_without_comments(text))


def _without_comments(text: str) -> str:
    pieces: list[str] = []
    at = 0
    while (start := text.find("<!--", at)) >= 0 and (end := text.find("-->", start + 2)) >= 0:
        pieces.append(text[at:start])
        at = end + 3
    return "".join([*pieces, text[at:]])


def _without_elements(text: str) -> str:
    lower = text.lower()
    if len(lower) != len(text):  # a few capitals grow when lowered; then case matters little enough
        lower = text
    pieces: list[str] = []
    at = 0
    unclosed: set[str] = set()
    for match in _HIDDEN.finditer(text):
        name = match[1].lower()
        if match.start() < at or name in unclosed:
            continue
        end = lower.find(f"</{name}", match.end())
        if end < 0:
            unclosed.add(name)
            continue
        close = text.find(">", end)
        pieces += [text[at : match.start()], " "]
        at = close + 1 if close >= 0 else len(text)
    return "".join([*pieces, text[at:]])


def parse(text: str, *, max_depth: int, max_elements: int) -> tuple[html.HtmlElement, bool]:
    """The page's tree and whether it had to be flattened.

    Raises:
        TrucewatchError: ``no-text`` where there is no markup to parse.
    """
    text = _XML_HEAD.sub("", without_hidden(text))
    text, flattened = flatten(text, max_depth, max_elements)
    parser = html.HTMLParser(encoding="utf-8", huge_tree=True, remove_comments=True, remove_pis=True, no_network=True)
    try:
        tree = html.document_fromstring(text.encode("utf-8", "replace"), parser=parser)
    except (etree.LxmlError, ValueError) as problem:
        raise error(Code.NO_TEXT, "the page has no readable markup", why=str(problem)) from problem
    return tree, flattened


def flatten(text: str, max_depth: int, max_elements: int) -> tuple[str, bool]:
    """The markup without the tags that nest deeper than ``max_depth`` or come after the first ``max_elements``; one pass."""
    depth = seen = dropped = at = 0
    hidden: list[str] = []
    pieces: list[str] = []
    for match in _TAG.finditer(text):
        name = (match[2] or "").lower()
        if not name or name in _VOID or name in _LOOSE:
            seen += bool(name)
            over = seen > max_elements
        elif match[1]:
            over = bool(hidden)
            if hidden:
                hidden.pop()
            else:
                depth = max(0, depth - 1)
        else:
            seen += 1
            over = depth >= max_depth or seen > max_elements
            if over and not match[3].endswith("/"):
                hidden.append(name)
            elif not over and not match[3].endswith("/"):
                depth += 1
        if over:
            pieces += [text[at : match.start()], "\n" if name in _BLOCKS else ""]
            at = match.end()
            dropped += 1
    if not dropped:
        return text, False
    pieces.append(text[at:])
    return "".join(pieces), True


def lines_of(root: html.HtmlElement, skip: Iterable[html.HtmlElement] = ()) -> Iterator[tuple[Line, str]]:
    """Each line of visible text with its links, and the name of the block element it stands in; in document order."""
    return walk(root, _BLOCKS, _SKIPPED, skip)


def walk(
    root: etree._Element, blocks: frozenset[str], hidden: frozenset[str] = frozenset(), skip: Iterable[etree._Element] = ()
) -> Iterator[tuple[Line, str]]:
    """Lines of a tree in which ``blocks`` break lines and ``hidden`` elements show nothing. Without recursion."""
    skipped = set(skip)
    words: list[str] = []
    links: list[tuple[str, str]] = []
    inside = 0
    open_blocks = [""]
    for event, element in etree.iterwalk(root, events=("start", "end")):
        name = element.tag if isinstance(element.tag, str) else ""
        gone = name in hidden or element in skipped
        if name in blocks and not inside:
            if line := _line(words, links):
                yield line, open_blocks[-1]
            words, links = [], []
        if event == "start":
            inside += gone
            if not inside:
                _enter(element, name, blocks, words, links)
            if name in blocks and name not in _BREAKS:
                open_blocks.append(name)
        else:
            inside -= gone
            if name in blocks and name not in _BREAKS and len(open_blocks) > 1:
                open_blocks.pop()
            if not inside and element is not root:
                words.append(element.tail or "")
    if line := _line(words, links):
        yield line, open_blocks[-1]


def _enter(element: etree._Element, name: str, blocks: frozenset[str], words: list[str], links: list[tuple[str, str]]) -> None:
    if name == "cell" and any(word.strip() for word in words):
        words.append(" | ")
    words.append((element.text or "") if name else "")
    if name == "a" and element.get("href") and not any(child.tag in blocks for child in element):
        links.append(("".join(element.itertext()), element.get("href", "")))


def _line(words: list[str], links: list[tuple[str, str]]) -> Line | None:
    text = squeeze("".join(words))
    if not text:
        return None
    found: list[Link] = []
    at = 0
    for raw, href in links:
        label = squeeze(raw)
        start = text.find(label, at) if label else -1
        if start >= 0:
            found.append(Link(start, start + len(label), label, "" if href.startswith("#") else href))
            at = start + len(label)
    return Line(text, tuple(found))
