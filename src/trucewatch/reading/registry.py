"""Finds the reader for an input. Built-ins and plug-ins come in by one door: the entry point group ``trucewatch.readers``."""

from __future__ import annotations

from functools import cache
from importlib.metadata import entry_points
from typing import TYPE_CHECKING

from trucewatch.model import TrucewatchError
from trucewatch.reading.decode import looks_binary
from trucewatch.reading.reasons import Code, error

if TYPE_CHECKING:
    from trucewatch.reading.source import Reader, Source

GROUP = "trucewatch.readers"


@cache
def readers() -> tuple[Reader, ...]:
    """Every installed reader, by name. An entry point may hold a reader or a class that makes one.

    Raises:
        TrucewatchError: ``bad-plugin`` where one cannot be loaded, ``no-readers`` where the package is not installed.
    """
    found = tuple(_load(point) for point in sorted(entry_points(group=GROUP), key=lambda point: point.name))
    if not found:
        raise TrucewatchError("no-readers", "no reader is installed", next_step="install the trucewatch package")
    return found


def _load(point: object) -> Reader:
    try:
        thing = point.load()  # type: ignore[attr-defined]
        reader: Reader = thing() if isinstance(thing, type) else thing
    except Exception as problem:
        name = getattr(point, "value", point)
        raise TrucewatchError("bad-plugin", f"the reader {name} cannot be loaded", why=str(problem)) from problem
    return reader


def reader_for(source: Source, head: bytes) -> Reader:
    """The reader that is surest of an input; of equals the first by name.

    Raises:
        TrucewatchError: ``binary`` or ``unknown-format`` where none will have it.
    """
    scored = [(float(reader.sniff(head, source.name, source.content_type)), reader) for reader in readers()]
    score, best = max(scored, key=lambda pair: pair[0])
    if score > 0:
        return best
    if looks_binary(head):
        raise error(
            Code.BINARY, "the bytes are not a report's", next_step="give HTML, text, PDF, feed, WARC, WACZ or JSON lines"
        )
    raise error(Code.UNKNOWN_FORMAT, "no reader knows this format")
