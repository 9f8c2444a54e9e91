"""From what a format found to a finished report: header off the top, furniture off the rest, origin, language, one text.

Every format ends here, so that a page, its PDF and its plain text give the same report. Works in memory, no I/O.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from trucewatch.model import Origin, Report, Unread
from trucewatch.reading.blocks import Block, Draft, Line, is_hard_wrapped, reflow, rejoin, squeeze
from trucewatch.reading.dates import iso_date, parse_date
from trucewatch.reading.furniture import strip_furniture
from trucewatch.reading.header import Header, label_and_value, listed, names
from trucewatch.reading.language import base_code, detect
from trucewatch.reading.media import is_bare_url, media_url
from trucewatch.reading.origin import Declared, dateline, declared, is_publisher, merge, same_publisher
from trucewatch.reading.reasons import Code, error, note, unread

if TYPE_CHECKING:
    from collections.abc import Sequence

    from trucewatch.model import Reason
    from trucewatch.reading.header import Stamp
    from trucewatch.reading.source import Source

_TITLE_LONGEST = 300
_HEADER_LINES = 40
_TITLE_END = re.compile(r"[.;,][\"'”’)]?$")
_LETTER = re.compile(r"[^\W\d_]")


def finish(draft: Draft, source: Source) -> Report | Unread:
    """The report a draft holds, or why it holds none that can be coded.

    Raises:
        TrucewatchError: ``no-text`` where nothing is left that could be a report.
    """
    header = Header()
    wrapped = is_hard_wrapped(draft.blocks)
    body = _paragraphs(_below_header(draft, header, wrapped), wrapped)
    _take_media(draft, body)
    found = declared(body)
    first = _apply_header(draft, header)
    kept = _report_blocks(body, found, draft)
    text = "\n\n".join(block.text for block in kept)
    if not _LETTER.search(text):
        raise error(Code.NO_TEXT, "no report's text was found", next_step="check that the article itself is in the file")
    origin = _origin(draft, body, kept, found, first, text)
    return judged(_report(draft, source, text, origin), source)


def _below_header(draft: Draft, header: Header, wrapped: bool) -> list[Block]:
    """Read title and header lines off the first blocks; what is left is the body."""
    blocks = list(draft.blocks)
    taken = 0
    while blocks and taken < _HEADER_LINES:
        head, rest = blocks[0], blocks[1:]
        if _is_title_again(head.text, draft.title):
            blocks = rest
        elif draft.title is None and (title := _title(head, rest, wrapped)):
            draft.title = title.text
            left = head.lines[len(title.lines) :]
            blocks = [Block(left, head.kind), *rest] if left else rest
        elif used := _header_lines(head, header, wrapped, whole=bool(rest)):
            left = head.lines[used:]
            blocks = [Block(left, head.kind), *rest] if left else rest
        elif len(rest) > 1 and (pair := label_and_value(head.text, rest[0].text)) and header.take(pair):
            blocks = rest[1:]
        else:
            break
        taken += 1
        draft.title = draft.title or header.fields.get("title")
    return blocks


def _header_lines(block: Block, header: Header, wrapped: bool, *, whole: bool) -> int:
    """How many of a block's first lines are header lines. A block that is the only one left keeps at least a line."""
    if _is_paragraph(block, wrapped):
        return 0
    limit = len(block.lines) if whole else len(block.lines) - 1
    used = 0
    while used < limit and header.take(block.lines[used]):
        used += 1
    return used


def _title(block: Block, rest: Sequence[Block], hard: bool) -> Block | None:
    """The block's first line (or its whole wrapped text) where it stands as a headline: short, no full stop, more below."""
    wrapped = _is_paragraph(block, hard)
    lines = block.lines if wrapped else block.lines[:1]
    title = Block(lines, block.kind)
    text = title.text
    if not rest and len(lines) == len(block.lines):
        return None
    if len(text) > _TITLE_LONGEST or not _LETTER.search(text) or (_TITLE_END.search(text) and block.kind != "heading"):
        return None
    is_header = block.kind != "heading" and not wrapped and Header().take(lines[0])
    return None if is_header else title


def _is_paragraph(block: Block, wrapped: bool) -> bool:
    return len(block.lines) > 1 and len(reflow(block.lines, hard_wrapped=wrapped)) == 1


def _is_title_again(text: str, title: str | None) -> bool:
    return bool(title) and _letters(text) == _letters(title or "")


def _letters(text: str) -> str:
    return re.sub(r"[\W_]+", "", text).casefold()


def _paragraphs(blocks: Sequence[Block], wrapped: bool) -> list[Block]:
    paragraphs = []
    for block in blocks:
        if block.kind == "row":
            paragraphs.append(block)
        else:
            paragraphs += [Block(lines, block.kind) for lines in reflow(block.lines, hard_wrapped=wrapped)]
    return paragraphs


def _take_media(draft: Draft, body: list[Block]) -> None:
    """Move lines that are nothing but an address out of the text."""
    for block in body:
        if media := media_url(block.text):
            draft.media.append(media)
    body[:] = [block for block in body if not is_bare_url(block.text)]


def _report_blocks(body: Sequence[Block], found: Sequence[Declared], draft: Draft) -> list[Block]:
    alone = {item.block for item in found if item.alone}
    kept = strip_furniture([block for index, block in enumerate(body) if index not in alone], draft.byline)
    return rejoin(kept)


def _apply_header(draft: Draft, header: Header) -> list[Origin]:
    """Fill what the draft lacks from the header lines; returns the origins they name."""
    fields = header.fields
    draft.byline = draft.byline or tuple(header.byline)
    draft.url = draft.url or fields.get("url")
    draft.language = draft.language or fields.get("language")
    draft.publisher = draft.publisher or fields.get("publisher")
    draft.media += header.media
    for key, values in header.tags.items():
        draft.tag(key, values)
    if "bad-date" in fields and not header.stamps:
        draft.notes.append(note(Code.BAD_DATE, f"the header's date cannot be read: {fields['bad-date'][:60]}"))
    first = place_stamps(draft, header.stamps)
    if name := fields.get("origin"):
        first.append(Origin(name, None, header.links.get("origin") or None, "republished"))
    if name := fields.get("translated"):
        first.append(Origin(None, None, None, "translated"))
    return first


def place_stamps(draft: Draft, stamps: Sequence[Stamp]) -> list[Origin]:
    """Share out publisher-and-date lines: the page's own, and the first publisher's where there is a second."""
    own, others = _own_stamp(draft, [stamp for stamp in stamps if not stamp.first])
    others += [stamp for stamp in stamps if stamp.first]
    if own:
        draft.publisher = draft.publisher or own.publisher
        draft.published = draft.published or own.published
    return [
        Origin(stamp.publisher, stamp.published, stamp.url or None, "republished")
        for stamp in others
        if stamp.publisher and not same_publisher(stamp.publisher, draft.publisher)
    ]


def _own_stamp(draft: Draft, stamps: Sequence[Stamp]) -> tuple[Stamp | None, list[Stamp]]:
    """The stamp of the page's own publisher: the one named so, else of two dated ones the later (the first, if alike)."""
    if not stamps:
        return None, []
    named = [stamp for stamp in stamps if stamp.publisher]
    own = next((stamp for stamp in named if same_publisher(stamp.publisher, draft.publisher)), None)
    if own is None and draft.publisher is None and named:
        own = max(named, key=lambda stamp: (stamp.published or "")[:10])
        if len(named) == 1 or len({stamp.published for stamp in named}) == 1:
            own = named[0]
    bare = next((stamp for stamp in stamps if not stamp.publisher and stamp.published), None)
    if own is None or not own.published:
        own = replace(bare, publisher=own.publisher if own else None) if bare else own
    others = [stamp for stamp in named if own is None or not same_publisher(stamp.publisher, own.publisher)]
    return own, others


def _origin(  # noqa: PLR0917 - the six things an origin can be read from
    draft: Draft, body: Sequence[Block], kept: Sequence[Block], found: Sequence[Declared], first: Sequence[Origin], text: str
) -> Origin | None:
    """One origin from the phrases in the text, header lines, page metadata and an agency dateline."""
    said = [_placed(item, body, kept, text) for item in found]
    signed = dateline(text, draft.publisher)
    own = draft.publisher or (
        draft.byline[0] if draft.byline and is_publisher(draft.byline[0]) and not said and not first else None
    )
    republished = [item for item in said if item.relation != "quoted"]
    quoted = [item for item in said if item.relation == "quoted"]
    return merge([*republished, *first, *([signed] if signed else []), *draft.origins, *quoted], own)


def _placed(item: Declared, body: Sequence[Block], kept: Sequence[Block], text: str) -> Origin:
    """The origin with its offsets in the finished text, or without where its block is not in it."""
    lines = body[item.block].lines
    at = 0
    for block in kept:
        if any(line is own for line in lines for own in block.lines):
            start = text.find(body[item.block].text, at)
            return replace(item.origin, start=start + item.start, end=start + item.end) if start >= 0 else item.origin
        at += len(block.text) + 2
    return item.origin


def _report(draft: Draft, source: Source, text: str, origin: Origin | None) -> Report:
    return Report(
        id=source.id,
        text=text,
        published=draft.published or source.published,
        title=squeeze(draft.title) if draft.title else source.title,
        publisher=draft.publisher,
        byline=draft.byline,
        url=draft.url or source.url,
        language=draft.language,
        origin=origin,
        media=tuple(dict.fromkeys(draft.media)),
        tags={key: tuple(values) for key, values in draft.tags.items() if values},
        retrieved=source.retrieved,
        notes=tuple(dict.fromkeys(draft.notes)),
    )


def judged(report: Report, source: Source) -> Report | Unread:
    """The report with its language, or an ``Unread`` that keeps it where that language is not coded."""
    options = source.options
    forced = options.language and (base_code(options.language) or options.language)
    code = forced or detect(report.text, report.language).code
    report = replace(report, language=None if code == "und" else code)
    if code in options.coded_languages:
        return report
    name = "an unknown language" if code == "und" else f"language '{code}'"
    coded = ", ".join(options.coded_languages)
    message = f"the report is in {name}; coded now: {coded}. It is kept, not coded"
    return unread(source.id, Code.LANGUAGE_NOT_CODED, message, status="skipped", report=report)


def metadata(draft: Draft, fields: dict[str, str]) -> None:
    """Fill a draft from named fields (front matter, a feed's or JSON line's keys), by the names of ``labels.tsv``."""
    header = Header()
    for key, value in fields.items():
        header.take(Line(f"{key}: {value}"))
    draft.title = draft.title or header.fields.pop("title", None)
    draft.origins += _apply_header(draft, header)


def checked_date(value: object, notes: list[Reason]) -> str | None:
    """A publication date given as a field: ISO 8601, or read from words with a note; None with a note where it is none."""
    if value is None or value == "":
        return None
    if isinstance(value, str) and (exact := iso_date(value)):
        return exact
    found = parse_date(value) if isinstance(value, str) else None
    shown = str(value)[:40]
    result = f"read as {found}" if found else "left out, so relative dates cannot be anchored"
    notes.append(note(Code.BAD_DATE, f"'published' is not an ISO 8601 date: {shown!r}; {result}"))
    return found


def authors(value: str) -> tuple[str, ...]:
    """A byline string as names."""
    return tuple(names(value))


__all__ = ["authors", "checked_date", "finish", "judged", "listed", "metadata", "place_stamps"]
