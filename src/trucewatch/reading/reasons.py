"""Reason codes of the reading room: why an input gave no report, or only part of one.

``docs/reading.md`` lists the same codes; a test keeps the two together. This module must not do I/O.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Literal

from trucewatch.model import Reason, Report, TrucewatchError, Unread

if TYPE_CHECKING:
    from collections.abc import Mapping


class Code(StrEnum):
    """A stable, kebab-case reason code."""

    BAD_ARCHIVE = "bad-archive"
    BAD_DATE = "bad-date"
    BAD_JSON = "bad-json"
    BAD_WARC_RECORD = "bad-warc-record"
    BINARY = "binary"
    BOMB = "bomb"
    DUPLICATE_ID = "duplicate-id"
    EMPTY = "empty"
    ENCODING_GUESSED = "encoding-guessed"
    FETCH_ADDRESS = "fetch-private-address"
    FETCH_DNS = "fetch-dns"
    FETCH_FAILED = "fetch-failed"
    FETCH_REDIRECTS = "fetch-too-many-redirects"
    FETCH_ROBOTS = "fetch-robots"
    FETCH_SCHEME = "fetch-scheme"
    FETCH_STATUS = "fetch-status"
    FETCH_TIMEOUT = "fetch-timeout"
    FETCH_TOO_LARGE = "fetch-too-large"
    LANGUAGE_NOT_CODED = "language-not-coded"
    MISSING_FIELD = "missing-field"
    NO_TEXT = "no-text"
    NOT_FOUND = "not-found"
    READER_FAILED = "reader-failed"
    REPLACED_CHARACTERS = "replaced-characters"
    SIMPLIFIED = "simplified"
    SUMMARY_ONLY = "summary-only"
    TOO_LARGE = "too-large"
    TRUNCATED = "truncated"
    UNKNOWN_FORMAT = "unknown-format"
    UNREADABLE = "unreadable"


#: What each code means, for the documentation and for ``--help``.
MEANINGS: Mapping[Code, str] = {
    Code.BAD_ARCHIVE: "a zip, gzip or WACZ archive that cannot be opened or is damaged",
    Code.BAD_DATE: "a publication date that is not an ISO 8601 date or datetime",
    Code.BAD_JSON: "a line that is not a JSON object",
    Code.BAD_WARC_RECORD: "a WARC record with a broken header or body",
    Code.BINARY: "bytes that are no text (a picture, a program, an office file)",
    Code.BOMB: "an archive that unpacks to far more than its size or beyond the limit",
    Code.DUPLICATE_ID: "the id was already taken in this run; a number was added",
    Code.EMPTY: "no bytes, or nothing but blanks",
    Code.ENCODING_GUESSED: "the declared encoding was missing or wrong; the text was read with a guessed one",
    Code.FETCH_ADDRESS: "the URL leads to a private, loopback, link-local or reserved address",
    Code.FETCH_DNS: "the host name has no address",
    Code.FETCH_FAILED: "the connection failed or was broken off",
    Code.FETCH_REDIRECTS: "more redirects than allowed, or a redirect without a target",
    Code.FETCH_ROBOTS: "the site's robots.txt asks not to fetch this page, or could not be had",
    Code.FETCH_SCHEME: "neither http nor https, or no host",
    Code.FETCH_STATUS: "the server answered with an error status",
    Code.FETCH_TIMEOUT: "the server took longer than the deadline",
    Code.FETCH_TOO_LARGE: "the answer is bigger than the limit",
    Code.LANGUAGE_NOT_CODED: "the report is in a language that is not yet coded; it is kept, not coded",
    Code.MISSING_FIELD: "a required field is missing or of the wrong type",
    Code.NO_TEXT: "a readable document without a report's text (a scanned PDF, a page without an article)",
    Code.NOT_FOUND: "no such file or folder, or a pattern that matches nothing",
    Code.READER_FAILED: "a reader broke on this input; a defect to report",
    Code.REPLACED_CHARACTERS: "half characters (lone surrogates) were replaced, one for one",
    Code.SIMPLIFIED: "markup too deep or too big was flattened before reading",
    Code.SUMMARY_ONLY: "the feed carries a summary, not the whole report",
    Code.TOO_LARGE: "more text or bytes than the limit",
    Code.TRUNCATED: "the input ends in the middle",
    Code.UNKNOWN_FORMAT: "no reader knows this format",
    Code.UNREADABLE: "the file cannot be opened or read (permissions, a password, damage)",
}

_MEGABYTE = 1_000_000

Status = Literal["skipped", "failed"]


def note(code: Code, message: str) -> Reason:
    """A reason for the record, its message on one line."""
    return Reason(str(code), " ".join(message.split()))


def unread(id_: str, code: Code, message: str, *, status: Status = "failed", report: Report | None = None) -> Unread:
    """An input that gave no report, with one reason."""
    return Unread(id_, status, (note(code, message),), report)


def error(code: Code, what: str, *, why: str = "", next_step: str = "") -> TrucewatchError:
    """The error to raise inside the room; the border turns it into an :class:`Unread`."""
    return TrucewatchError(str(code), what, why=why, next_step=next_step)


def too_big(limit: int) -> TrucewatchError:
    """The error for a report above the size limit (bytes)."""
    size = f"{limit / _MEGABYTE:g} MB" if limit >= _MEGABYTE / 10 else f"{limit:,} bytes"
    return error(Code.TOO_LARGE, f"more than {size} in one report", next_step="split it, or raise the limit")
