"""A gzipped report file (``.jsonl.gz``, ``.html.gz``): unpacked within bounds and handed to its own reader."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from trucewatch.reading.archives import open_gzip

if TYPE_CHECKING:
    from collections.abc import Iterator

    from trucewatch.model import Report, Unread
    from trucewatch.reading.source import Source


class GzipReader:
    """Unpacks gzip."""

    name = "gzip"

    def sniff(self, head: bytes, name: str, content_type: str | None) -> float:  # noqa: ARG002 - every reader's form
        """By signature; a WARC's reader is surer of its own."""
        return 0.4 if head.startswith(b"\x1f\x8b") else 0.0

    def read(self, source: Source) -> Iterator[Report | Unread]:
        """Whatever the unpacked file holds."""
        name = source.name[:-3] if source.name.lower().endswith(".gz") else source.name
        inner = replace(
            source,
            name=name,
            content_type=None,
            opener=lambda: open_gzip(source.open(), source.options),
            depth=source.depth + 1,
        )
        yield from source.dispatch(inner)
