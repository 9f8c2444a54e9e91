"""Bytes -> text: encodings, line ends, control characters. Says so where it had to guess. No I/O."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from charset_normalizer import from_bytes

from trucewatch.reading.reasons import Code, error, note

if TYPE_CHECKING:
    from trucewatch.model import Reason

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_MAGIC = (
    b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"\x7fELF", b"MZ\x90", b"PK\x03\x04", b"Rar!", b"7z\xbc\xaf", b"\xd0\xcf\x11\xe0",
    b"OggS", b"ID3", b"RIFF", b"\x1aE\xdf\xa3", b"SQLite format 3", b"\x00\x00\x00\x18ftyp", b"\x00\x00\x00 ftyp",
    b"\xca\xfe\xba\xbe", b"BZh", b"\xfd7zXZ", b"\x28\xb5\x2f\xfd",
)  # fmt: skip
_META_CHARSET = re.compile(rb"""<meta[^>]{0,200}?charset\s*=\s*["']?\s*([A-Za-z0-9_.:-]{2,40})""", re.IGNORECASE)
_XML_ENCODING = re.compile(rb"""<\?xml[^>]{0,100}?encoding\s*=\s*["']([A-Za-z0-9_.:-]{2,40})["']""", re.IGNORECASE)
_HEADER_CHARSET = re.compile(r"charset\s*=\s*[\"']?([A-Za-z0-9_.:-]{2,40})", re.IGNORECASE)
_STATEFUL = ("iso2022", "hz")
_GUESS_ON = 60_000
_BINARY_SHARE = 0.1
_TOO_FEW = 8
_LEAD_BYTE = 0xC0
_CONTROL_BYTES = bytes(sorted(set(range(32)) - {8, 9, 10, 12, 13, 27})) + b"\x7f"
#: Characters that no one sees and that cut words: controls, soft hyphen, zero width, directional marks, byte order mark.
_INVISIBLE = re.compile(
    "[\x00-\x08\x0b\x0e-\x1f\x7f-\x84\x86-\x9f\u00ad\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]"
)
_JOINER = re.compile("(?<![\u0600-\u0dff])[\u200c\u200d](?![\u0600-\u0dff\u2640\u2642\U0001f000-\U0001ffff])")
_LINE_ENDS = re.compile("\r\n|[\r\x0c\x85\u2028\u2029]")
_SURROGATES = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Decoded:
    """Text and what had to be guessed about it."""

    text: str
    notes: tuple[Reason, ...] = ()


def charset_of(content_type: str | None) -> str | None:
    """The charset a Content-Type header declares."""
    match = _HEADER_CHARSET.search(content_type or "")
    return match[1] if match else None


def declared_charset(head: bytes) -> str | None:
    """The charset that markup declares in its first bytes (``<meta charset>``, ``<?xml encoding>``)."""
    match = _XML_ENCODING.search(head) or _META_CHARSET.search(head)
    return match[1].decode("ascii") if match else None


def looks_binary(data: bytes) -> bool:
    """Whether bytes are no text in any encoding known here: a known file signature, NULs, many control characters."""
    if data.startswith(_MAGIC):
        return True
    head = data[:8192]
    if _bom(head) or _wide(head):
        return False
    controls = len(head) - len(head.translate(None, _CONTROL_BYTES))
    return controls > _BINARY_SHARE * max(len(head), 40) or head.count(0) > 3 + len(head) // 1000


def _bom(data: bytes) -> tuple[bytes, str] | None:
    return next(((mark, name) for mark, name in _BOMS if data.startswith(mark)), None)


def _wide(data: bytes) -> str | None:
    """UTF-16 without a byte order mark: every other byte is (nearly always) zero."""
    head = data[:2000]
    if len(head) < _TOO_FEW or 0 not in head:
        return None
    half = len(head) // 2
    if head[1::2].count(0) > 0.7 * half and head[0::2].count(0) < 0.1 * half:
        return "utf-16-le"
    return "utf-16-be" if head[0::2].count(0) > 0.7 * half and head[1::2].count(0) < 0.1 * half else None


def _known(name: str | None) -> str | None:
    try:
        info = codecs.lookup(name) if name else None
    except (LookupError, ValueError):
        return None
    # "rot13" and "base64" are codecs too, but none that give text from bytes
    return info.name if info and getattr(info, "_is_text_encoding", True) else None


def _strict(data: bytes, name: str) -> str | None:
    try:
        return data.decode(name)
    except (UnicodeError, ValueError):
        return None


def _cut_utf8(data: bytes) -> str | None:
    """UTF-8 that ends inside a character."""
    for cut in (1, 2, 3):
        if len(data) > cut and (text := _strict(data[:-cut], "utf-8")) is not None and data[-cut] >= _LEAD_BYTE:
            return text
    return None


def _guess(data: bytes, declared: str | None) -> Decoded:
    best = from_bytes(data[:_GUESS_ON]).best()
    name = _known(best.encoding) if best else None
    if name in {None, "ascii", "utf-8"} or _strict(data, name or "") is None:
        name = "utf-8" if _mostly_utf8(data) else "cp1252"
    text = data.decode(name or "cp1252", "replace")
    said = f"declared {declared}, " if declared else "no encoding declared, "
    return Decoded(text, (note(Code.ENCODING_GUESSED, f"{said}not valid UTF-8; read as {name}"),))


def _mostly_utf8(data: bytes) -> bool:
    text = data[:_GUESS_ON].decode("utf-8", "replace")
    wide = sum(character > "\x7f" for character in text)
    return wide > 4 * text.count("\ufffd")


def decode(data: bytes, declared: str | None = None) -> Decoded:
    """Bytes as text: byte order mark, UTF-8, the declared charset, or a guess with a note.

    Raises:
        TrucewatchError: ``binary`` where the bytes are no text.
    """
    if looks_binary(data):
        raise error(
            Code.BINARY, "the bytes are not text", next_step="give the report as HTML, text, PDF, feed, WARC or JSON lines"
        )
    if mark := _bom(data):
        return _with_mark(data, *mark)
    name = _known(declared)
    if name and name.replace("_", "").replace("-", "").startswith(_STATEFUL):
        return Decoded(data.decode(name, "replace"))
    if wide := _wide(data):
        return Decoded(data.decode(wide, "replace"), (note(Code.ENCODING_GUESSED, f"no byte order mark; read as {wide}"),))
    if (text := _strict(data, "utf-8")) is not None:
        return Decoded(text)
    if (text := _cut_utf8(data)) is not None:
        return Decoded(text, (note(Code.TRUNCATED, "the last character is cut off"),))
    if name and name != "utf-8" and (text := _strict(data, name)) is not None:
        return Decoded(text)
    return _guess(data, declared)


def _with_mark(data: bytes, mark: bytes, name: str) -> Decoded:
    body = data[len(mark) :]
    text = _strict(body, name)
    if text is not None:
        return Decoded(text)
    cut = (name.startswith("utf-16") and len(body) % 2) or (name.startswith("utf-32") and len(body) % 4)
    text = body.decode(name, "replace")
    if cut:
        return Decoded(text.rstrip("\ufffd"), (note(Code.TRUNCATED, "the last character is cut off"),))
    return Decoded(text, (note(Code.ENCODING_GUESSED, f"marked as {name} but not valid; bad characters replaced"),))


def clean(text: str) -> str:
    """One kind of line end, no invisible characters, no half characters. Nothing else is changed (no NFC)."""
    text = _LINE_ENDS.sub("\n", text)
    text = _JOINER.sub("", _INVISIBLE.sub("", text))
    return whole_characters(text)


def whole_characters(text: str) -> str:
    """``text`` with each lone surrogate replaced by U+FFFD, so that offsets stay and UTF-8 can carry it."""
    return _SURROGATES.sub("\ufffd", text)
