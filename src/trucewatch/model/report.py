"""A published report as it was read: its text, who published it, when, and where it came from.

Offsets everywhere in Trucewatch index ``Report.text`` in Unicode code points. This module must not do I/O.
"""

from __future__ import annotations

from collections.abc import Mapping  # noqa: TC003 - the JSON Schema is derived from these types at run time
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Literal

from trucewatch.model.errors import Reason  # noqa: TC001 - likewise

Relation = Literal["republished", "translated", "quoted"]


@dataclass(frozen=True, slots=True)
class Origin:
    """Who published the report first, as the report itself declares it.

    ``start`` and ``end`` are the offsets of the declaring words in the text, or None where they stood outside the text (a footer,
    a link element). Agency datelines ("KABUL (Reuters) -") stay in the text and have offsets.
    """

    publisher: str | None
    published: str | None
    url: str | None
    relation: Relation
    start: int | None = None
    end: int | None = None


@dataclass(frozen=True, slots=True)
class Media:
    """A picture, video, sound or document the report shows or links. ``kind``: image, video, audio, document."""

    kind: str
    url: str


@dataclass(frozen=True, slots=True)
class Report:
    """One report. ``id`` is the caller's or derived from the path or URL; dates are ISO 8601 strings as precise as known.

    ``published`` anchors relative dates; ``retrieved`` is when the bytes came in. ``language`` is an ISO 639-1 code.
    """

    id: str
    text: str
    published: str | None = None
    title: str | None = None
    publisher: str | None = None
    byline: tuple[str, ...] = ()
    url: str | None = None
    language: str | None = None
    origin: Origin | None = None
    media: tuple[Media, ...] = ()
    tags: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    retrieved: str | None = None
    notes: tuple[Reason, ...] = ()
    """Reasons for which the record can only be ``partial`` (a truncated file, say)."""
    line: str | None = None
    """The line of the coding contract that the report came in, for whoever asked for it. Not part of the published record."""

    @property
    def sha256(self) -> str:
        """SHA-256 of the text in UTF-8, hexadecimal."""
        return sha256(self.text.encode("utf-8", "surrogatepass")).hexdigest()


@dataclass(frozen=True, slots=True)
class Unread:
    """An input that gave no report, and why: never silence."""

    id: str
    status: Literal["skipped", "failed"]
    reasons: tuple[Reason, ...]
    report: Report | None = None
    """What is known of the report nevertheless (a language not yet coded, say)."""
    line: str | None = None
    """As :attr:`Report.line`."""
