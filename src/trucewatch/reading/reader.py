"""The room's one door: names of sources in, reports out, in order and one at a time.

Nothing an input does may stop the others or pass in silence: each gives at least one report or one ``Unread`` with a reason.
"""

from __future__ import annotations

import io
import sys
from dataclasses import dataclass, field, replace
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, cast

from trucewatch.model import Report, TrucewatchError, Unread
from trucewatch.reading.dates import iso_date
from trucewatch.reading.formats.jsonl import JsonLinesReader
from trucewatch.reading.inputs import Input, expand
from trucewatch.reading.options import ReadOptions
from trucewatch.reading.reasons import Code, error, note, unread
from trucewatch.reading.registry import reader_for
from trucewatch.reading.source import HEAD, Source, read_up_to

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from trucewatch.reading.fetching import Fetcher

_DEEPEST = 4
_NOT_FOR_US = {str(Code.BINARY), str(Code.UNKNOWN_FORMAT)}


def read(
    sources: Iterable[str],
    *,
    published: str | None = None,
    options: ReadOptions | None = None,
    stdin: BinaryIO | None = None,
) -> Iterator[Report | Unread]:
    """Read reports from files, folders, patterns, http(s) URLs and ``-`` (JSON lines from standard input).

    Args:
        sources: what to read, in the order in which it shall come out.
        published: ISO 8601 date or datetime for reports that name no date of publication themselves.
        options: limits, language, fetching.
        stdin: the stream for ``-`` (default: standard input).

    Returns:
        An iterator that gives at least one item for each source: a :class:`Report`, or an :class:`Unread` with a reason code
        (see ``docs/reading.md``). It holds one report at a time. Ids are unique in one call.

    Raises:
        TrucewatchError: ``bad-date`` where ``published`` is not ISO 8601 (at once, before anything is read).
    """
    words = (sources,) if isinstance(sources, str) else sources
    session = _Session(options or ReadOptions(), checked_date(published), stdin)
    return session.run(words)


def checked_date(published: str | None) -> str | None:
    """A publication date in its usual form.

    Raises:
        TrucewatchError: ``bad-date`` where it is not ISO 8601.
    """
    made = iso_date(published) if published is not None else None
    if published is not None and made is None:
        raise TrucewatchError(
            str(Code.BAD_DATE),
            f"{published!r} is not an ISO 8601 date",
            next_step="write it like 2020-03-17 or 2020-03-17T09:30Z",
        )
    return made


@dataclass(frozen=True, slots=True)
class Payload:
    """Bytes in hand, and what is known of them. ``opener`` gives a fresh stream each time; ``chosen`` is false for what a walk found."""

    id: str
    opener: Callable[[], BinaryIO]
    name: str | None = None
    content_type: str | None = None
    url: str | None = None
    retrieved: str | None = None
    published: str | None = None
    chosen: bool = True
    lines: bool = False
    """Whether these are the JSON lines of standard input."""


def read_payload(
    payload: Payload, *, options: ReadOptions | None = None, fetch: Callable[[str], Payload] | None = None
) -> Iterator[Report | Unread]:
    """Read reports from bytes that were received before, as :func:`read` would have.

    Args:
        payload: the bytes.
        options: limits, language, whether a feed's links are followed.
        fetch: how a page that a feed links to is had; without it such links give a reason.

    Returns:
        At least one item; ids are unique in one call.
    """
    session = _Session(options or ReadOptions(), payload.published, None, pages=fetch or _no_pages)
    return session.run_payload(payload)


def _no_pages(url: str) -> Payload:
    raise error(Code.FETCH_FAILED, f"{url}: links are not followed here")


@dataclass(slots=True)
class _Session:
    """One call of :func:`read`: its options, its fetcher, the ids it has given out."""

    options: ReadOptions
    published: str | None
    stdin: BinaryIO | None
    seen: set[bytes] = field(default_factory=set)
    fetcher: Fetcher | None = None
    pages: Callable[[str], Payload] | None = None

    def run_payload(self, payload: Payload) -> Iterator[Report | Unread]:
        def produce() -> Iterator[Report | Unread]:
            source = self._of(payload)
            return JsonLinesReader().read(source) if payload.lines else self._read(source)

        for result in self._guarded(payload.id, payload.chosen, produce):
            yield self._unique(result)

    def run(self, words: Iterable[str]) -> Iterator[Report | Unread]:
        try:
            for item in expand(words):
                for result in self._results(item):
                    yield self._unique(result)
        finally:
            if self.fetcher:
                self.fetcher.close()

    def _results(self, item: Input | Unread) -> Iterator[Report | Unread]:
        if isinstance(item, Unread):
            return iter((item,))
        return self._guarded(item.name, item.chosen, lambda: self._input(item))

    def _input(self, item: Input) -> Iterator[Report | Unread]:
        if item.kind == "stdin":
            return JsonLinesReader().read(self._source("-", _kept(self.stdin or sys.stdin.buffer)))
        source = self._fetched(item.name) if item.kind == "url" else self._file(item)
        return self._read(source)

    def _source(self, name: str, opener: Callable[[], BinaryIO], *, chosen: bool = True) -> Source:
        return Source(
            id=name,
            name=name,
            opener=opener,
            options=self.options,
            published=self.published,
            chosen=chosen,
            dispatch=self._part,
            fetch=self._fetched,
        )

    def _file(self, item: Input) -> Source:
        path = Path(item.name)
        if path.is_file():
            return self._source(item.name, lambda: path.open("rb"), chosen=item.chosen)
        with path.open("rb", buffering=0) as stream:  # a pipe can be read only once
            data = read_up_to(cast("BinaryIO", stream), self.options.max_file_bytes)
        return self._source(item.name, lambda: io.BytesIO(data), chosen=item.chosen)

    def _of(self, payload: Payload) -> Source:
        source = self._source(payload.id, payload.opener, chosen=payload.chosen)
        return replace(
            source,
            name=payload.name or payload.url or payload.id,
            content_type=payload.content_type,
            url=payload.url,
            retrieved=payload.retrieved,
            published=payload.published or self.published,
        )

    def _fetched(self, url: str) -> Source:
        if self.pages is not None:
            return self._of(self.pages(url))
        from trucewatch.reading.fetching import Fetcher  # noqa: PLC0415 - only who reads URLs pays for the network's modules

        self.fetcher = self.fetcher or Fetcher(self.options.fetch)
        page = self.fetcher.get(url)
        source = self._source(url, lambda: io.BytesIO(page.body))
        return replace(source, name=page.url, content_type=page.content_type, url=page.url, retrieved=page.retrieved)

    def _part(self, source: Source) -> Iterator[Report | Unread]:
        return self._guarded(source.id, source.chosen, lambda: self._read(source))

    def _read(self, source: Source) -> Iterator[Report | Unread]:
        if source.depth > _DEEPEST:
            raise error(Code.BOMB, "archives within archives within archives")
        head = source.head()
        if not head:
            raise error(Code.EMPTY, "the input is empty")
        return reader_for(source, head[:HEAD]).read(source)

    def _guarded(self, id_: str, chosen: bool, produce: Callable[[], Iterator[Report | Unread]]) -> Iterator[Report | Unread]:
        """What ``produce`` gives; any error becomes an ``Unread``, and so does giving nothing."""
        count = 0
        try:
            for result in produce():
                count += 1
                yield result
        except TrucewatchError as problem:
            skipped = problem.code in _NOT_FOR_US and not chosen
            yield Unread(id_, "skipped" if skipped else "failed", (problem.reason(),))
        except OSError as problem:
            yield unread(id_, Code.UNREADABLE, f"cannot be read: {problem.strerror or problem}")
        except Exception as problem:  # noqa: BLE001 - a reader's defect must cost one input, not the run
            yield unread(id_, Code.READER_FAILED, f"{type(problem).__name__}: {str(problem)[:200]}")
        else:
            if not count:
                yield unread(id_, Code.NO_TEXT, "no report was found in it")

    def _unique(self, result: Report | Unread) -> Report | Unread:
        """The result under an id not yet given out in this call."""
        id_ = result.id
        number = 1
        while (key := blake2b(id_.encode("utf-8", "surrogatepass"), digest_size=12).digest()) in self.seen:
            number += 1
            id_ = f"{result.id}~{number}"
        self.seen.add(key)
        if id_ == result.id:
            return result
        reason = note(Code.DUPLICATE_ID, f"the id {result.id!r} was already taken; this is {id_!r}")
        if isinstance(result, Report):
            return replace(result, id=id_, notes=(*result.notes, reason))
        report = replace(result.report, id=id_) if result.report else None
        return replace(result, id=id_, reasons=(*result.reasons, reason), report=report)


class _Kept(io.RawIOBase):
    """A stream that is not ours to close."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray) -> int:  # type: ignore[override]
        data = self._stream.read1(len(buffer)) if hasattr(self._stream, "read1") else self._stream.read(len(buffer))
        buffer[: len(data)] = data
        return len(data)


def _kept(stream: BinaryIO) -> Callable[[], BinaryIO]:
    return lambda: cast("BinaryIO", io.BufferedReader(_Kept(stream)))


__all__ = ["Payload", "read", "read_payload"]
