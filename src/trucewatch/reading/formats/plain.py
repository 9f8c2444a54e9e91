"""Plain text and Markdown -> report. Both are read by the same rules: pasted articles mix the two. No network."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import yaml

from trucewatch.reading.article import finish, metadata
from trucewatch.reading.blocks import Block, Draft, Line, split_blocks
from trucewatch.reading.decode import charset_of, clean, decode, looks_binary
from trucewatch.reading.inline import unmark

if TYPE_CHECKING:
    from collections.abc import Iterator

    from trucewatch.model import Report, Unread
    from trucewatch.reading.source import Source

_ENDINGS = (".txt", ".text", ".md", ".markdown", ".mdown", ".mkd", ".asc", ".rst")
_FRONT = re.compile(r"\A\s*---[ \t]*\n(.{0,20000}?)\n(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL)
_HEADING = re.compile(r"^#{1,6}\s+(.*?)\s*#*$")
_UNDERLINE = re.compile(r"^(?:={3,}|-{3,})$")
_BULLET = re.compile(r"^(?:[-*+•·‣▪●–—]|\d{1,3}[.)])\s+(?=\S)")
_MARK_BULLET = re.compile(r"^[-*+•·‣▪●]\s+")
_RULE = re.compile(r"^(?:[-*_]\s*){3,}$")
_TABLE_RULE = re.compile(r"^\|?[\s:|-]+\|[\s:|-]*$")
_TAG = re.compile(r"</?[a-zA-Z][^<>\n]{0,300}>|<!--.{0,2000}?-->")
_FENCE = re.compile(r"^(?:```|~~~)")


class PlainReader:
    """Reads text and Markdown; also the last resort for anything that is text."""

    name = "text"

    def sniff(self, head: bytes, name: str, content_type: str | None) -> float:
        """Sure by ending or content type; a weak yes for any other text."""
        if content_type and content_type.lower().startswith(("text/plain", "text/markdown", "text/x-markdown")):
            return 0.6
        if looks_binary(head):
            return 0.0
        return 0.7 if name.lower().endswith(_ENDINGS) else 0.1

    def read(self, source: Source) -> Iterator[Report | Unread]:
        """The one report in a text."""
        decoded = decode(source.data(), charset_of(source.content_type))
        draft = draft_from_text(clean(decoded.text))
        draft.notes += decoded.notes
        yield finish(draft, source)


def draft_from_text(text: str) -> Draft:
    """The blocks of a text (cleaned: LF line ends), with front matter read into the draft."""
    front, body = _front_matter(text)
    draft = Draft([block for lines in split_blocks(body) for block in _blocks(lines)])
    if front:
        metadata(draft, front)
    return draft


def _front_matter(text: str) -> tuple[dict[str, str], str]:
    match = _FRONT.match(text)
    if not match:
        return {}, text
    try:
        data = yaml.safe_load(match[1])
    except (yaml.YAMLError, ValueError, RecursionError):
        return {}, text
    if not isinstance(data, dict):
        return {}, text
    return {str(key): _flat(value) for key, value in data.items() if value is not None}, text[match.end() :]


def _flat(value: Any) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def _blocks(raw: list[str]) -> Iterator[Block]:
    """A run of lines as blocks: headings, list items and table rows for themselves, the rest together."""
    run: list[Line] = []
    for index, line in enumerate(raw):
        below = raw[index + 1] if index + 1 < len(raw) else ""
        kind, text = _kind(line, below, first=index == 0)
        if kind == "none":
            continue
        words = unmark(_TAG.sub(" ", text) if "<" in text and "<http" not in text else text)
        if kind == "text":
            run.append(words)
            continue
        if run:
            yield Block(tuple(run))
            run = []
        if words.text:
            yield Block((words,), "heading" if kind == "heading" else "item" if kind == "item" else "row")
    if run := [line for line in run if line.text]:
        yield Block(tuple(run))


def _kind(line: str, below: str, *, first: bool) -> tuple[str, str]:
    """What a line is by its marks, and its text without them."""
    if _FENCE.match(line) or (_RULE.match(line) and not first) or _TABLE_RULE.match(line) or _UNDERLINE.match(line):
        return "none", ""
    line = line.lstrip("> ") if line.startswith(">") else line
    if match := _HEADING.match(line):
        return "heading", match[1]
    if _UNDERLINE.match(below) and first:
        return "heading", line
    if line.startswith("|") and line.count("|") > 1:
        return "row", " | ".join(cell.strip() for cell in line.strip("|").split("|"))
    if _BULLET.match(line) and not line.startswith(("–", "—")):
        return "item", _MARK_BULLET.sub("", line)
    return "text", line
