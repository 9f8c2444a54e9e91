r"""Markdown's inline marks -> plain words with links: ``[South Front](#)``, ``\$25,000``, ``*if you can*``, ``<http://...>``.

Escapes and links are taken off in any text; emphasis only where the marks hug words. No I/O.
"""

from __future__ import annotations

import html
import re

from trucewatch.reading.blocks import Line, Link, squeeze

_MARKS = re.compile(r"[\\\[\]*_~`<&]")
_ESCAPE = re.compile(r"\\([!-/:-@\[-`{-~])")
_ENTITY = re.compile(r"&(?:[a-z]{2,8}|#\d{2,5}|#x[0-9a-f]{2,4});", re.IGNORECASE)
_LINK = re.compile(
    r"(!?)\[([^\[\]\n]{0,500})\]\((\s*<?[^()\s]{0,2000}(?:\([^()\s]{0,200}\)[^()\s]{0,500})?>?)(?:\s+[\"'][^\"'\n]{0,300}[\"'])?\s*\)"
)
_AUTOLINK = re.compile(r"<((?:https?://|mailto:)[^<>\s]{1,2000})>")
_REFERENCE = re.compile(r"\[([^\[\]\n]{1,300})\]\[[^\[\]\n]{0,80}\]")
_FOOTNOTE = re.compile(r"\[\^[^\[\]\s]{1,20}\]")
_EMPHASIS = (
    re.compile(r"(?<![\w*\\])(\*{1,3})(?=[^\s*])([^*\n]{1,2000}?)(?<=[^\s*\\])\1(?![\w*])"),
    re.compile(r"(?<![\w_\\])(_{1,3})(?=[^\s_])([^_\n]{1,2000}?)(?<=[^\s_\\])\1(?![\w_])"),
    re.compile(r"(?<![\w~])(~~)(?=\S)([^~\n]{1,2000}?)(?<=\S)\1(?!\w)"),
    re.compile(r"(?<!`)(`)([^`\n]{1,300})\1(?!`)"),
)
#: Stands for an escaped character while the marks are taken off (private use area, offset by the character's code).
_KEPT = 0xF0000


def _hide(match: re.Match[str]) -> str:
    return chr(_KEPT + ord(match[1]))


def _show(text: str) -> str:
    return (
        "".join(chr(ord(c) - _KEPT) if _KEPT <= ord(c) < _KEPT + 128 else c for c in text) if text.isascii() is False else text
    )


def unmark(raw: str) -> Line:
    """One line of Markdown (or plain text) as words and links. Linear in the length of the line."""
    if not _MARKS.search(raw):
        return Line(squeeze(raw))
    text = _ESCAPE.sub(_hide, raw)
    text = _AUTOLINK.sub(r"[\1](\1)", text)
    pieces: list[str] = []
    links: list[tuple[int, str, str]] = []
    at = 0
    for match in _LINK.finditer(text):
        pieces.append(text[at : match.start()])
        at = match.end()
        if match[1]:  # an image: its words describe a picture, they are not the report's
            links.append((-1, "", match[3]))
            continue
        links.append((len(pieces), match[2], match[3]))
        pieces.append(match[2])
    pieces.append(text[at:])
    return _assemble(pieces, links)


def _assemble(pieces: list[str], links: list[tuple[int, str, str]]) -> Line:
    """Mark off each piece's words with a separator, strip the marks from the whole, then find the links again."""
    linked = {index: href for index, _, href in links if index >= 0}
    joined = "".join(f"\ue000{piece}\ue001" if i in linked else piece for i, piece in enumerate(pieces))
    text = _strip_marks(joined)
    words: list[str] = []
    found: list[Link] = []
    hrefs = iter(linked[i] for i in sorted(linked))
    start = length = 0
    for piece in re.split("([\ue000\ue001])", text):
        if piece == "\ue000":
            start = length
        elif piece == "\ue001":
            words_in = "".join(words)[start:]
            found.append(Link(start, length, words_in, _href(next(hrefs, ""))))
        else:
            words.append(piece)
            length += len(piece)
    return _squeezed("".join(words), found)


def _strip_marks(text: str) -> str:
    text = _FOOTNOTE.sub("", _REFERENCE.sub(r"\1", text))
    for form in _EMPHASIS:
        text = form.sub(r"\2", text)
    text = _ENTITY.sub(lambda match: html.unescape(match.group()), text)
    return _show(text)


def _href(raw: str) -> str:
    href = _show(raw.strip().strip("<>"))
    return "" if href.startswith("#") else href


def _squeezed(text: str, links: list[Link]) -> Line:
    """The line with its blanks normalised and the links' offsets moved along."""
    line = squeeze(text)
    moved: list[Link] = []
    at = 0
    for link in links:
        words = squeeze(link.text)
        start = line.find(words, at) if words else -1
        if start >= 0:
            moved.append(Link(start, start + len(words), words, link.href))
            at = start + len(words)
    return Line(line, tuple(moved))
