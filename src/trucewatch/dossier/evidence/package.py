"""Packages for others: a BagIt bag (RFC 8493) of whatever files the caller names, a WACZ 1.1.1 of captures.

The same content gives the same bytes: no clock and no file time goes in but what the caller names. A package is written beside its
place and then put there, whole or not at all. This module does not choose what leaves the house: the caller does.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import re
import secrets
import shutil
import zipfile
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, BinaryIO, cast

from trucewatch.dossier.evidence import cdxj
from trucewatch.dossier.evidence.disk import CHUNK, read_plainly, said_plainly
from trucewatch.dossier.evidence.members import Member
from trucewatch.dossier.evidence.records import checked_segment, iso, utc
from trucewatch.model import TrucewatchError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from trucewatch.dossier.evidence.archive import Archive
    from trucewatch.dossier.evidence.chain import JSON
    from trucewatch.dossier.evidence.records import StoredRecord

_EPOCH = (1980, 1, 1, 0, 0, 0)
_LABEL = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]*")
_LINE_ENDS = re.compile(r"[\r\n]")
_DECLARATION = b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
_WACZ_VERSION = "1.1.1"
_OWN_KEYS = frozenset(("profile", "resources", "wacz_version"))


@dataclass(frozen=True, slots=True)
class Page:
    """A report as a WACZ lists it: its title, the URI it was captured from and when (ISO 8601 with zone)."""

    title: str
    url: str
    timestamp: str


def export_bagit(
    files: Iterable[tuple[str, Path | bytes]], out: Path, info: Mapping[str, str], *, overwrite: bool = False
) -> Path:
    """Write a bag: a folder, or a zip file where ``out`` ends in ``.zip``.

    ``files`` are names below the bag's ``data/`` (with ``/``) and where their bytes are; ``info`` goes into ``bag-info.txt``, with
    the sums that belong there. Name a ``Bagging-Date`` there if one is wanted.

    Raises:
        TrucewatchError: ``exists``, ``bad-package`` for a name or label that cannot be, ``unreadable``, ``disk-full``, ``read-only``.
    """
    zipped = out.suffix.lower() == ".zip"
    with _beside(out, overwrite=overwrite) as part:
        if zipped:
            with zipfile.ZipFile(part, "w") as archive:
                _fill_bag(_ZipSink(archive, f"{_bag_name(out)}/"), files, info)
        else:
            (part / "data").mkdir(parents=True)
            _fill_bag(_FolderSink(part), files, info)
    return out


def export_wacz(
    archive: Archive,
    records: Iterable[StoredRecord],
    pages: Iterable[Page],
    out: Path,
    info: Mapping[str, str],
    *,
    overwrite: bool = False,
) -> Path:
    """Write a WACZ of ``records`` (ordered by segment and offset) and its list of pages.

    Segments go in under their names, with just these records, bit for bit; with all of them they are the segments themselves.
    ``info`` (``title``, ``description``, ``created``, ``software``, ...) goes into ``datapackage.json``.

    Raises:
        TrucewatchError: ``exists``, ``bad-package``, ``evidence-damaged``, ``evidence-missing``, ``disk-full``, ``read-only``.
    """
    if wrong := _OWN_KEYS & set(info):
        raise _bad(f"{min(wrong)!r} is not for the caller to say")
    with _beside(out, overwrite=overwrite) as part, zipfile.ZipFile(part, "w") as zipped:
        sink = _ZipSink(zipped)
        lines = _write_segments(sink, archive, records)
        index, blocks = cdxj.packed(lines, "index.cdx.gz")
        sink.add("indexes/index.cdx.gz", index)
        sink.add("indexes/index.idx", blocks)
        sink.add("pages/pages.jsonl", _page_list(pages))
        package = _json({"profile": "data-package", "resources": sink.resources(), "wacz_version": _WACZ_VERSION, **info})
        digest = sink.add("datapackage.json", package).sha256
        sink.add("datapackage-digest.json", _json({"path": "datapackage.json", "hash": f"sha256:{digest}"}))
    return out


@dataclass(frozen=True, slots=True)
class _Added:
    name: str
    size: int
    sha256: str


@dataclass(slots=True)
class _FolderSink:
    """Files below a folder."""

    folder: Path
    added: list[_Added] = field(default_factory=list)

    def add(self, name: str, source: Path | bytes) -> _Added:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("xb") as out:
            self.added.append(_copied(name, source, out))
        return self.added[-1]


@dataclass(slots=True)
class _ZipSink:
    """Files in a zip: stored as they are, since they are packed or small, with no time of their own."""

    archive: zipfile.ZipFile
    prefix: str = ""
    added: list[_Added] = field(default_factory=list)

    def add(self, name: str, source: Path | bytes) -> _Added:
        size = len(source) if isinstance(source, bytes) else _size(source)
        with self.open(name, size) as out:
            self.added.append(_copied(name, source, out))
        return self.added[-1]

    def open(self, name: str, most: int) -> BinaryIO:
        """A stream into the zip for at most so many bytes."""
        entry = zipfile.ZipInfo(self.prefix + name, _EPOCH)
        entry.external_attr = 0o644 << 16
        entry.create_system = 3
        entry.file_size = most  # by which zipfile chooses the form for big files
        return cast("BinaryIO", self.archive.open(entry, "w"))

    def resources(self) -> list[dict[str, JSON]]:
        """The files as a data package lists them."""
        return [
            {
                "name": PurePosixPath(file.name).name.lower(),
                "path": file.name,
                "hash": f"sha256:{file.sha256}",
                "bytes": file.size,
            }
            for file in self.added
        ]


def _copied(name: str, source: Path | bytes, out: BinaryIO) -> _Added:
    digest, size = hashlib.sha256(), 0
    with _opened(source) as stream:
        while data := stream.read(CHUNK):
            out.write(data)
            digest.update(data)
            size += len(data)
    return _Added(name, size, digest.hexdigest())


def _size(path: Path) -> int:
    """The file's length; 0 for one that cannot be asked, which opening it will tell."""
    try:
        return path.stat().st_size
    except OSError:
        return 0


def _opened(source: Path | bytes) -> BinaryIO:
    if isinstance(source, bytes):
        return io.BytesIO(source)
    try:
        with read_plainly(source):
            return source.open("rb")
    except FileNotFoundError as problem:
        raise TrucewatchError("unreadable", "no such file", where=str(source)) from problem


def _fill_bag(sink: _FolderSink | _ZipSink, files: Iterable[tuple[str, Path | bytes]], info: Mapping[str, str]) -> None:
    seen: set[str] = set()
    for name, source in files:
        if name in seen:
            raise _bad(f"two files are called {name!r}")
        seen.add(name)
        sink.add(f"data/{_checked_name(name)}", source)
    payload = list(sink.added)
    oxum = f"{sum(file.size for file in payload)}.{len(payload)}"
    sink.add("bagit.txt", _DECLARATION)
    sink.add("bag-info.txt", _bag_info({**info, "Payload-Oxum": oxum}))
    sink.add("manifest-sha256.txt", _manifest(payload))
    sink.add("tagmanifest-sha256.txt", _manifest(sink.added[len(payload) :]))


def _manifest(files: Iterable[_Added]) -> bytes:
    lines = sorted((_escaped(file.name), file.sha256) for file in files)
    return "".join(f"{sha256}  {name}\n" for name, sha256 in lines).encode()


def _escaped(name: str) -> str:
    """A name in a manifest: the signs that would end its line, and the sign that escapes them (RFC 8493, 2.1.3)."""
    return name.replace("%", "%25").replace("\n", "%0A").replace("\r", "%0D")


def _bag_info(info: Mapping[str, str]) -> bytes:
    for label, value in info.items():
        if not _LABEL.fullmatch(label) or _LINE_ENDS.search(value):
            raise _bad(f"{label!r} cannot stand in bag-info.txt")
    return "".join(f"{label}: {value}\n" for label, value in info.items()).encode()


def _checked_name(name: str) -> str:
    parts = name.split("/")
    odd = "\\" in name or "\0" in name or name.encode("utf-8", "replace").decode() != name
    if odd or any(part in {"", ".", ".."} for part in parts):
        raise _bad(f"{name!r} is not a name below a folder")
    return name


def _bag_name(out: Path) -> str:
    return out.name[: -len(out.suffix)] or "bag"


def _write_segments(sink: _ZipSink, archive: Archive, records: Iterable[StoredRecord]) -> list[str]:
    """The segments with the records given; gives the index's lines."""
    lines: list[str] = []
    segment = _Segment(sink, archive)
    try:
        for record in records:
            lines.extend(segment.add(record))
    finally:
        segment.close()
    return lines


@dataclass(slots=True)
class _Segment:
    """The segment being written into the zip."""

    sink: _ZipSink
    archive: Archive
    name: str = ""
    size: int = 0
    digest: hashlib._Hash = field(default_factory=hashlib.sha256)
    _source: BinaryIO | None = None
    _out: BinaryIO | None = None

    def add(self, record: StoredRecord) -> Iterator[str]:
        """Copy a record; gives its line of the index where it is a page or file."""
        if record.segment != self.name:
            self._begin(record.segment)
        start = self.size
        self._copy(record)
        if record.type in {"response", "resource"}:
            yield self._line(record, start)

    def close(self) -> None:
        """End the segment."""
        if self._source and self._out:
            self._source.close()
            self._out.close()
            self.sink.added.append(_Added(f"archive/{self.name}", self.size, self.digest.hexdigest()))
            self._source = self._out = None

    def _begin(self, name: str) -> None:
        self.close()
        if f"archive/{checked_segment(name)}" in {file.name for file in self.sink.added}:
            raise TrucewatchError("records-unsorted", "the records are not ordered by segment", where=name)
        try:
            self._source = self.archive.open_segment(name)
        except FileNotFoundError as problem:
            raise TrucewatchError("evidence-missing", "no such segment", where=name, next_step="check the dossier") from problem
        self._out = self.sink.open(f"archive/{name}", _size(self.archive.path(name)))
        self.name, self.size, self.digest = name, 0, hashlib.sha256()

    def _copy(self, record: StoredRecord) -> None:
        source, out = cast("BinaryIO", self._source), cast("BinaryIO", self._out)
        source.seek(record.offset)
        stored, left = hashlib.sha256(), record.length
        while left and (data := source.read(min(CHUNK, left))):
            out.write(data)
            stored.update(data)
            self.digest.update(data)
            left -= len(data)
        if left or stored.hexdigest() != record.stored_sha256:
            where = f"{record.segment} at byte {record.offset}"
            raise TrucewatchError(
                "evidence-damaged", "a record is not what was stored", where=where, next_step="check the dossier"
            )
        self.size += record.length

    def _line(self, record: StoredRecord, start: int) -> str:
        source = cast("BinaryIO", self._source)
        source.seek(record.offset)
        member = Member(source)
        url = member.headers["warc-target-uri"]
        fields: dict[str, JSON] = {"url": url, "mime": member.media_type()}
        if (status := member.status()) is not None:
            fields["status"] = str(status)
        fields |= {
            "digest": f"sha256:{record.payload_sha256}",
            "length": str(record.length),
            "offset": str(start),
            "filename": record.segment,
            "recordDigest": f"sha256:{record.stored_sha256}",
        }
        return cdxj.line(url, member.headers["warc-date"], fields)


def _page_list(pages: Iterable[Page]) -> bytes:
    lines: list[dict[str, JSON]] = [{"format": "json-pages-1.0", "id": "pages", "title": "Reports"}]
    for page in pages:
        at = iso(utc(page.timestamp))
        name = hashlib.sha256(f"{page.url}\n{at}\n{page.title}".encode("utf-8", "backslashreplace")).hexdigest()[:22]
        lines.append({"id": name, "url": page.url, "ts": at, "title": page.title})
    return b"".join(json.dumps(line).encode() + b"\n" for line in lines)


def _json(value: Mapping[str, object]) -> bytes:
    return json.dumps(value, indent=2).encode() + b"\n"


@contextmanager
def _beside(out: Path, *, overwrite: bool) -> Iterator[Path]:
    """A name beside ``out`` to write to, which takes its place at the end and goes where anything fails."""
    _check_free(out, overwrite=overwrite)
    part = out.with_name(f".{out.name}.{secrets.token_hex(4)}.part")
    try:
        with said_plainly(out):
            yield part
            if part.is_file():
                _make_last(part)
            _put(part, out, overwrite=overwrite)
    finally:
        _remove(part)


def _make_last(path: Path) -> None:
    with path.open("r+b") as stream:
        os.fsync(stream.fileno())


def _put(part: Path, out: Path, *, overwrite: bool) -> None:
    _check_free(out, overwrite=overwrite)  # something may have come meanwhile
    if not out.exists():
        part.rename(out)
        return
    old = out.with_name(f".{out.name}.{secrets.token_hex(4)}.old")
    out.rename(old)
    try:
        part.rename(out)
    except OSError:
        old.rename(out)
        raise
    _remove(old)


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)


def _check_free(out: Path, *, overwrite: bool) -> None:
    """Whether the place may be taken. A folder that is no bag is never overwritten: it may be anything."""
    if not out.exists():
        return
    if not overwrite:
        raise TrucewatchError(
            "exists", "something of that name is there", where=str(out), next_step="choose another, or overwrite"
        )
    if out.is_dir() and not (out / "bagit.txt").is_file():
        raise TrucewatchError("exists", "a folder that is no bag is there", where=str(out), next_step="choose another name")


def _bad(what: str) -> TrucewatchError:
    return TrucewatchError("bad-package", what)
