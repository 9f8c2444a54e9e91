"""One input as a reader sees it: a name, a stream of bytes, what is known of them, and the limits that hold.

This module opens files; it must not interpret what is in them.
"""

from __future__ import annotations

import io
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, BinaryIO, Protocol

from trucewatch.reading.options import ReadOptions
from trucewatch.reading.reasons import Code, error, too_big

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from trucewatch.model import Report, Unread

#: Bytes shown to a reader's ``sniff``.
HEAD = 4096
_CHUNK = 1 << 16


class Reader(Protocol):
    """What the entry point group ``trucewatch.readers`` holds: an object that reads one format."""

    name: str

    def sniff(self, head: bytes, name: str, content_type: str | None) -> float:
        """How sure the reader is that it can read this: 0 (no) to 1 (yes). A bool will do."""
        ...

    def read(self, source: Source) -> Iterator[Report | Unread]:
        """The source's reports, in order. May raise ``TrucewatchError``; must not hold more than one report."""
        ...


def _nothing(_url: str) -> Source:
    raise error(Code.FETCH_FAILED, "this source cannot fetch links")


def _no_reader(_source: Source) -> Iterator[Report | Unread]:
    raise error(Code.UNKNOWN_FORMAT, "no reader at hand")


@dataclass(frozen=True, slots=True)
class Source:
    """One input. ``opener`` gives a fresh binary stream each time it is called.

    ``id`` becomes the report's id; ``name`` is a file name or URL, for its ending; ``published`` and ``title`` are used where
    the report names none. ``chosen`` is false for what a folder walk found. ``dispatch`` reads a part in another format through the
    registry; ``fetch`` gets a linked page.
    """

    id: str
    name: str
    opener: Callable[[], BinaryIO]
    options: ReadOptions = field(default_factory=ReadOptions)
    content_type: str | None = None
    url: str | None = None
    published: str | None = None
    title: str | None = None
    retrieved: str | None = None
    chosen: bool = True
    depth: int = 0
    dispatch: Callable[[Source], Iterator[Report | Unread]] = _no_reader
    fetch: Callable[[str], Source] = _nothing

    def open(self) -> BinaryIO:
        """A fresh stream at the first byte; the caller closes it."""
        return self.opener()

    def head(self) -> bytes:
        """The first bytes, for sniffing."""
        with self.open() as stream:
            return stream.read(HEAD)

    def data(self, limit: int | None = None) -> bytes:
        """All bytes.

        Raises:
            TrucewatchError: ``too-large`` above ``limit`` (default ``max_text_bytes``), ``empty`` for none.
        """
        limit = self.options.max_text_bytes if limit is None else limit
        with self.open() as stream:
            data = read_up_to(stream, limit)
        if not data.strip(b"\0 \t\r\n\f\v"):
            raise error(Code.EMPTY, "the input is empty")
        return data

    def part(self, id_: str, name: str, data: bytes, *, content_type: str | None = None, url: str | None = None) -> Source:
        """A source for one part of this one (an archive's member, a feed's entry)."""
        return replace(
            self, id=id_, name=name, opener=lambda: io.BytesIO(data), content_type=content_type, url=url, depth=self.depth + 1
        )


def read_up_to(stream: BinaryIO, limit: int) -> bytes:
    """All bytes of a stream, but never more than ``limit``: ``too-large`` is raised instead."""
    chunks: list[bytes] = []
    size = 0
    while chunk := stream.read(_CHUNK):
        size += len(chunk)
        if size > limit:
            raise too_big(limit)
        chunks.append(chunk)
    return b"".join(chunks)
