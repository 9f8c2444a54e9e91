"""JSON lines -> reports, one a line. The caller's text is kept to the character: its offsets are the contract. No network.

A line of ``trucewatch code --format jsonl`` is a report too: what is known of it stands in its ``report`` object, and one that was not coded
says why.
"""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any, BinaryIO

from trucewatch.model import Origin, Reason, Report, TrucewatchError, Unread
from trucewatch.reading.article import authors, checked_date, judged
from trucewatch.reading.blocks import Block, Line
from trucewatch.reading.decode import charset_of, decode, whole_characters
from trucewatch.reading.origin import dateline, declared, merge
from trucewatch.reading.reasons import Code, error, note, too_big, unread

if TYPE_CHECKING:
    from collections.abc import Iterator

    from trucewatch.reading.source import Source

_ENDINGS = (".jsonl", ".ndjson", ".jsonlines", ".json")
_LINE = re.compile(r"[^\n]+")
_STDIN_HINT = " - standard input holds JSON lines; name any other report as a file"
_OPTIONAL = ("title", "publisher", "url", "language")


class JsonLinesReader:
    """Reads JSON lines (or one JSON object) by the fields of the coding contract."""

    name = "jsonl"

    def sniff(self, head: bytes, name: str, content_type: str | None) -> float:
        """Sure by ending or content type, or where the first line opens an object."""
        if content_type and re.match(r"application/(?:x-)?(?:ndjson|jsonl|json-?lines|json)\b", content_type.lower()):
            return 0.9
        if name.lower().endswith(_ENDINGS):
            return 0.85
        return 0.5 if re.match(rb"\s*\{\s*\"\w+\"\s*:", head) else 0.0

    def read(self, source: Source) -> Iterator[Report | Unread]:
        """A report or an ``Unread`` a line; blank lines are passed over."""
        number = 0
        with source.open() as stream:
            for number, raw in _numbered(stream, source.options.max_text_bytes * 2):
                yield self._line(raw, number, source)
        if not number:
            raise error(Code.EMPTY, "there is no line in it")

    def _line(self, raw: bytes | None, number: int, source: Source) -> Report | Unread:
        fallback = f"{source.id}#{number}"
        if raw is None:
            return unread(fallback, Code.TOO_LARGE, f"line {number} is longer than the limit")
        try:
            decoded = decode(raw, charset_of(source.content_type))
            fields = parse_object(decoded.text)
        except TrucewatchError as problem:
            hint = _STDIN_HINT if fallback == "-#1" else ""
            return unread(fallback, Code(problem.code), f"line {number}: {problem.line()}{hint}")
        id_ = given_id(fields, fallback)
        line = decoded.text if source.options.keep_lines and is_coded(fields) else None
        try:
            if is_coded(fields) and not fields["text"] and (known := uncoded(fields, id_)):
                return replace(known, line=line)
            report = report_of(flat(fields), replace(source, id=id_), decoded.notes)
            return replace(judged(report, replace(source, id=id_)), line=line)
        except TrucewatchError as problem:
            return unread(id_, Code(problem.code), f"line {number}: {problem.line()}")


def _numbered(stream: BinaryIO, limit: int) -> Iterator[tuple[int, bytes | None]]:
    """The non-blank lines with their numbers; None for one longer than ``limit``, whose rest is read past."""
    number = 0
    while raw := stream.readline(limit + 1):
        number += 1
        if len(raw) > limit:
            while not raw.endswith(b"\n") and (raw := stream.readline(limit)):
                pass
            yield number, None
        elif raw.strip():
            yield number, raw.rstrip(b"\r\n")


def parse_object(text: str) -> dict[str, Any]:
    """The JSON object of a line.

    Raises:
        TrucewatchError: ``bad-json``.
    """
    try:
        value = json.loads(text)
    except RecursionError as problem:
        raise error(Code.BAD_JSON, "nested too deep to be a report") from problem
    except ValueError as problem:
        raise error(Code.BAD_JSON, "not valid JSON", why=str(problem)) from problem
    if not isinstance(value, dict):
        raise error(Code.BAD_JSON, f"a JSON {type(value).__name__}, not an object")
    return value


def is_coded(fields: dict[str, Any]) -> bool:
    """Whether a line is one of the coding contract: text, status, report and the coder that it names."""
    known = (
        isinstance(fields.get("text"), str) and isinstance(fields.get("status"), str) and isinstance(fields.get("coder"), dict)
    )
    return known and "report" in fields and isinstance(fields.get("reasons"), list)


def flat(fields: dict[str, Any]) -> dict[str, Any]:
    """The fields of a report, wherever in the line they stand."""
    inner = fields.get("report") if is_coded(fields) else None
    return {**inner, "id": fields.get("id"), "text": fields["text"]} if isinstance(inner, dict) else fields


def uncoded(fields: dict[str, Any], id_: str) -> Unread | None:
    """What a line of the contract without a text says: that there was none, and why; None where it does not."""
    reasons = [
        Reason(r["code"], r["message"]) for r in fields["reasons"] if isinstance(r, dict) and {"code", "message"} <= r.keys()
    ]
    if fields["status"] not in {"skipped", "failed"} or not reasons or not all(isinstance(r.code, str) for r in reasons):
        return None
    return Unread(id_, fields["status"], tuple(reasons))


def given_id(fields: dict[str, Any], fallback: str) -> str:
    """The caller's id as text, or the fallback."""
    value = fields.get("id")
    if isinstance(value, bool) or not isinstance(value, str | int | float) or value == "":
        return fallback
    return whole_characters(str(value))


def report_of(fields: dict[str, Any], source: Source, notes: tuple[Reason, ...] = ()) -> Report:
    """The report that a line's fields describe, its text untouched.

    Raises:
        TrucewatchError: ``missing-field``, ``empty`` or ``too-large``.
    """
    kept = list(notes)
    text = _text(fields, source, kept)
    known = {name: _optional(fields, name, kept) for name in _OPTIONAL}
    published = checked_date(fields.get("published"), kept) or (source.published if not fields.get("published") else None)
    return Report(
        id=source.id,
        text=text,
        published=published,
        title=known["title"],
        publisher=known["publisher"],
        byline=_byline(fields, kept),
        url=known["url"],
        language=known["language"],
        origin=origin_of(text, known["publisher"]),
        retrieved=source.retrieved,
        notes=tuple(kept),
    )


def _text(fields: dict[str, Any], source: Source, notes: list[Reason]) -> str:
    text = fields.get("text")
    if not isinstance(text, str):
        what = "'text' is missing" if text is None else f"'text' is a JSON {type(text).__name__}, not a string"
        raise error(Code.MISSING_FIELD, what)
    if not text.strip():
        raise error(Code.EMPTY, "'text' is empty")
    if len(text) > source.options.max_text_bytes:
        raise too_big(source.options.max_text_bytes)
    whole = whole_characters(text)
    if whole != text:
        notes.append(note(Code.REPLACED_CHARACTERS, "lone surrogates in 'text' were replaced by U+FFFD, one for one"))
    return whole


def _optional(fields: dict[str, Any], name: str, notes: list[Reason]) -> str | None:
    value = fields.get(name)
    if value is None or isinstance(value, str):
        return whole_characters(value) or None if value else None
    notes.append(note(Code.MISSING_FIELD, f"'{name}' is a JSON {type(value).__name__}, not a string; left out"))
    return None


def _byline(fields: dict[str, Any], notes: list[Reason]) -> tuple[str, ...]:
    value = fields.get("byline")
    if isinstance(value, list):
        return tuple(whole_characters(item) for item in value if isinstance(item, str) and item)
    text = _optional(fields, "byline", notes)
    return authors(text) if text else ()


def origin_of(text: str, publisher: str | None) -> Origin | None:
    """The origin that a text declares, with offsets into it as it stands."""
    lines = [(match.start(), Block((Line(match.group()),))) for match in _LINE.finditer(text)]
    found = declared([block for _, block in lines])
    said = [
        replace(item.origin, start=lines[item.block][0] + item.start, end=lines[item.block][0] + item.end) for item in found
    ]
    signed = _signed(text, publisher)
    return merge(
        [*(o for o in said if o.relation != "quoted"), *signed, *(o for o in said if o.relation == "quoted")], publisher
    )


def _signed(text: str, publisher: str | None) -> list[Origin]:
    lead = len(text) - len(text.lstrip())
    found = dateline(text[lead:], publisher)
    if not found or found.start is None or found.end is None:
        return []
    return [replace(found, start=found.start + lead, end=found.end + lead)]
