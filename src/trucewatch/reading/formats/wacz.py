"""WACZ (a zip of WARCs with a page list) -> a report a page. Only the parts that hold pages are unpacked, within bounds."""

from __future__ import annotations

import io
import json
import zipfile
from typing import TYPE_CHECKING, BinaryIO, cast

from trucewatch.reading.archives import Bounded, check_bomb
from trucewatch.reading.formats.warc import read_pages
from trucewatch.reading.reasons import Code, error

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from trucewatch.model import Report, Unread
    from trucewatch.reading.source import Source

_PAGE_LISTS = ("pages/pages.jsonl", "pages/extraPages.jsonl")
_LIST_BYTES = 50_000_000


class WaczReader:
    """Reads ``.wacz``."""

    name = "wacz"

    def sniff(self, head: bytes, name: str, content_type: str | None) -> float:  # noqa: ARG002 - every reader's form
        """Sure by ending and signature; any other zip is looked into, for want of a better reader."""
        if not head.startswith(b"PK\x03\x04"):
            return 0.6 if name.lower().endswith(".wacz") else 0.0
        return 0.95 if name.lower().endswith(".wacz") or b"datapackage.json" in head or b"archive/" in head else 0.05

    def read(self, source: Source) -> Iterator[Report | Unread]:
        """A report or ``Unread`` a page, member by member."""
        with source.open() as stream:
            archive = _opened(stream)
            members = _warcs(archive, source)
            pages = _page_urls(archive)
            count = 0
            for result in _results(archive, members, source, lambda url: not pages or _plain(url) in pages):
                count += 1
                yield result
            if pages and not count:  # the list does not match the captures: better all than none
                yield from _results(archive, members, source, lambda _url: True)


def _opened(stream: BinaryIO) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(stream)
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as problem:
        raise error(Code.BAD_ARCHIVE, "the archive cannot be opened", why=str(problem), next_step="is it whole?") from problem


def _warcs(archive: zipfile.ZipFile, source: Source) -> list[zipfile.ZipInfo]:
    found = [info for info in archive.infolist() if info.filename.lower().endswith((".warc", ".warc.gz"))]
    if not found:
        raise error(Code.BINARY, "a zip file without WARC files", next_step="unpack it and give the files in it")
    for info in found:
        check_bomb(info.file_size, info.compress_size, source.options)
    check_bomb(sum(info.file_size for info in found), sum(info.compress_size for info in found), source.options)
    return sorted(found, key=lambda info: info.filename)


def _results(
    archive: zipfile.ZipFile, members: list[zipfile.ZipInfo], source: Source, wanted: Callable[[str], bool]
) -> Iterator[Report | Unread]:
    count = 0
    for info in members:
        with _member(archive, info, source) as stream:
            for result in read_pages(stream, source, wanted, count):
                count += 1
                yield result


def _member(archive: zipfile.ZipFile, info: zipfile.ZipInfo, source: Source) -> BinaryIO:
    try:
        inner = archive.open(info)
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError) as problem:
        raise error(Code.BAD_ARCHIVE, f"{info.filename} cannot be unpacked", why=str(problem)) from problem
    bounded = Bounded(cast("BinaryIO", inner), None, source.options, lambda: info.compress_size)
    return cast("BinaryIO", io.BufferedReader(bounded))


def _page_urls(archive: zipfile.ZipFile) -> frozenset[str]:
    """The addresses in the page lists, if there are any."""
    found: set[str] = set()
    for name in _PAGE_LISTS:
        try:
            with archive.open(name) as stream:
                lines = stream.read(_LIST_BYTES).decode("utf-8", "replace").splitlines()
        except (KeyError, zipfile.BadZipFile, RuntimeError, NotImplementedError, EOFError):
            continue
        found.update(_plain(url) for line in lines if (url := _url(line)))
    return frozenset(found)


def _url(line: str) -> str | None:
    try:
        value = json.loads(line)
    except (ValueError, RecursionError):
        return None
    url = value.get("url") if isinstance(value, dict) else None
    return url if isinstance(url, str) else None


def _plain(url: str) -> str:
    return url.strip("<>").split("#", 1)[0].split("://", 1)[-1].rstrip("/")
