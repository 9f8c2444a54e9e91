"""Bytes come in: each input is kept as evidence before anybody reads it.

A file, a page, a feed's linked page, pasted text or standard input becomes a capture: WARC records on disk, a row with its hash, an entry in
the chain of custody. The same bytes from the same place are one capture, however often they come. This module must not read what is in them.
"""

from __future__ import annotations

import os
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, cast
from urllib.parse import urlsplit, urlunsplit

from sqlalchemy import select

from trucewatch.dossier import chain_rows
from trucewatch.dossier.evidence import Capture, local_uri
from trucewatch.dossier.sql import now, short_id, storable
from trucewatch.dossier.store import rows
from trucewatch.dossier.store.tables import captures, progress, records
from trucewatch.model import TrucewatchError
from trucewatch.reading.fetching import Fetcher
from trucewatch.reading.reasons import Code, too_big

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sqlalchemy import Connection

    from trucewatch.dossier.evidence import Stored
    from trucewatch.dossier.evidence.records import Kind
    from trucewatch.dossier.project import Dossier
    from trucewatch.reading import Payload, ReadOptions
    from trucewatch.reading.fetching import Fetched, Known

_CHUNK = 1 << 20
#: The type of what came without one; the reading room finds out by itself.
_UNKNOWN = "application/octet-stream"


@dataclass(frozen=True, slots=True)
class Received:
    """A capture that is safely kept. ``new`` is false where it was there already; ``read`` tells whether all its reports are in."""

    id: str
    payload: Payload
    new: bool
    read: bool
    language: str | None = None


@dataclass(slots=True)
class Receiver:
    """Takes inputs into a dossier's evidence."""

    dossier: Dossier
    options: ReadOptions
    published: str | None = None
    fetcher: Fetcher | None = None
    make_fetcher: Callable[[Any], Fetcher] = field(default=Fetcher)

    def file(self, name: str, *, chosen: bool = True) -> Received:
        """A file by its path. Its bytes are copied; the file itself is not touched.

        Raises:
            TrucewatchError: ``unreadable``, ``empty``, ``too-large``; ``read-only`` and ``disk-full`` for the dossier itself.
        """
        path = Path(name)
        try:
            size = path.stat().st_size
            if size > self.options.max_archive_bytes:
                raise too_big(self.options.max_archive_bytes)
            if not path.is_file():  # a pipe can be read only once
                with path.open("rb", buffering=0) as stream:
                    return self._bytes(name, "file", _all(cast("BinaryIO", stream), self.options.max_file_bytes), chosen=chosen)
            with path.open("rb") as stream:
                digest, size = _hash(stream)
        except OSError as error:
            raise TrucewatchError(
                str(Code.UNREADABLE), "cannot be read", where=name, why=error.strerror or str(error)
            ) from error
        modified = datetime.fromtimestamp(path.stat().st_mtime, UTC).isoformat(timespec="seconds")
        made = Capture(
            uri=local_uri("file", path.name), kind="file", payload=path, content_type=_UNKNOWN, retrieved=now(),
            metadata={"name": path.name, "path": name, "modified": modified},
        )  # fmt: skip
        return self._keep(made, name, digest, size, chosen=chosen)

    def stdin(self, stream: BinaryIO) -> Received:
        """JSON lines from standard input, to their end."""
        with _spooled(stream, self.options.max_archive_bytes) as (path, digest, size):
            made = Capture(
                uri=local_uri("stdin", "-"), kind="stdin", payload=path, content_type="application/x-ndjson", retrieved=now(),
                metadata={"name": "-"},
            )  # fmt: skip
            return self._keep(made, "-", digest, size, lines=True)

    def text(self, name: str, data: bytes, content_type: str) -> Received:
        """Bytes handed over by a program (pasted text, an upload)."""
        return self._bytes(name, "text", data, content_type=content_type)

    def page(self, url: str, *, known: Known | None = None) -> Received | None:
        """A page by its URL; None where the server says that it is as ``known``.

        Raises:
            TrucewatchError: a ``fetch-...`` code.
        """
        self.fetcher = self.fetcher or self.make_fetcher(self.options.fetch)
        page = self.fetcher.get(url, known=known)
        return None if page.unchanged else self.fetched(url, page)

    def fetched(self, asked: str, page: Fetched) -> Received:
        """A page that was just fetched."""
        parts = urlsplit(page.url)
        made = Capture(
            uri=page.url, kind="fetch", payload=page.body, content_type=page.content_type or _UNKNOWN, retrieved=page.retrieved,
            status_line=f"HTTP/1.1 {page.status} {page.phrase}".strip(), response_headers=page.headers,
            request_line=f"GET {urlunsplit(('', '', parts.path or '/', parts.query, ''))} HTTP/1.1", request_headers=page.request,
            metadata={"asked": asked, "hops": list(page.hops)},
        )  # fmt: skip
        return self._keep(made, asked, sha256(page.body).hexdigest(), len(page.body), url=page.url)

    def close(self) -> None:
        """Close connections."""
        if self.fetcher:
            self.fetcher.close()
            self.fetcher = None

    def _bytes(self, name: str, kind: Kind, data: bytes, *, content_type: str | None = None, chosen: bool = True) -> Received:
        made = Capture(
            uri=local_uri(kind, name), kind=kind, payload=data, content_type=content_type or _UNKNOWN, retrieved=now(),
            metadata={"name": name},
        )  # fmt: skip
        return self._keep(made, name, sha256(data).hexdigest(), len(data), chosen=chosen)

    def _keep(
        self,
        made: Capture,
        name: str,
        digest: str,
        size: int,
        *,
        url: str | None = None,
        lines: bool = False,
        chosen: bool = True,
    ) -> Received:
        """Write a capture unless it is there already."""
        forced = self.options.language
        key = sha256(
            "\x1f".join((digest, url or "", self.published or "", forced or "", "lines" if lines else "")).encode()
        ).hexdigest()
        found = self.dossier.read(lambda conn: _known(conn, key))
        if found is None:
            if size == 0:
                raise TrucewatchError(str(Code.EMPTY), "the input is empty", where=name)
            stored = self.dossier.keep(made)
            found = self.dossier.write(lambda conn: self._row(conn, made, stored, (key, name, digest, size, url)))
        row, new = found
        payload = self.dossier.payload(row, lines=lines, chosen=chosen)
        return Received(row["id"], payload, new, row["status"] == "read", forced)

    def _row(
        self, conn: Connection, made: Capture, stored: Stored, facts: tuple[str, str, str, int, str | None]
    ) -> tuple[dict[str, Any], bool]:
        key, name, digest, size, url = facts
        known = _known(conn, key)
        if known is not None:
            # another process was faster; what we wrote stays accounted for, as a second copy
            self._records(conn, known[0]["id"], stored)
            chain_rows.enter(conn, "received again", _detail(known[0]["id"], made, digest, stored))
            return known[0], False
        if digest != stored.main.payload_sha256:
            raise TrucewatchError(
                str(Code.UNREADABLE), "it changed while it was read", where=name, next_step="add it again when it is at rest"
            )
        id_ = short_id("k", key)
        seq = chain_rows.enter(conn, "received", _detail(id_, made, digest, stored))
        row = {
            "id": id_, "key": key, "kind": made.kind, "name": storable(name), "uri": made.uri, "url": url,
            "content_type": None if made.content_type == _UNKNOWN else made.content_type,
            "sha256": digest, "size": size, "retrieved": made.retrieved, "published": self.published,
            "language": self.options.language, "seq": seq,
        }  # fmt: skip
        rows.insert(conn, captures, [row])
        self._records(conn, id_, stored)
        rows.insert(conn, progress, [{"capture": id_, "status": "reading", "reports": 0, "reasons": "[]"}])
        return {**row, **_main(stored), "status": "reading"}, True

    def _records(self, conn: Connection, capture: str, stored: Stored) -> None:
        rows.insert(
            conn,
            records,
            [
                {
                    "id": item.record_id, "capture": capture, "type": item.type, "segment": item.segment, "offset": item.offset,
                    "length": item.length, "stored_sha256": item.stored_sha256, "payload_sha256": item.payload_sha256,
                    "payload_size": item.payload_size,
                }
                for item in stored.records
            ],
        )  # fmt: skip


def _detail(id_: str, made: Capture, digest: str, stored: Stored) -> dict[str, Any]:
    return {
        "capture": id_,
        "uri": made.uri,
        "sha256": digest,
        "retrieved": made.retrieved,
        "records": [
            [item.record_id, item.type, item.segment, item.offset, item.length, item.stored_sha256] for item in stored.records
        ],
    }


def _main(stored: Stored) -> dict[str, Any]:
    return {"segment": stored.main.segment, "offset": stored.main.offset}


def _known(conn: Connection, key: str) -> tuple[dict[str, Any], bool] | None:
    query = (
        select(captures, progress.c.status, records.c.segment, records.c.offset)
        .join(progress, progress.c.capture == captures.c.id)
        .join(records, records.c.capture == captures.c.id)
        .where(captures.c.key == key, records.c.type.in_(("response", "resource")))
        .order_by(records.c.segment, records.c.offset)
    )
    row = conn.execute(query).mappings().first()
    return None if row is None else (dict(row), False)


def _hash(stream: BinaryIO) -> tuple[str, int]:
    digest, size = sha256(), 0
    while chunk := stream.read(_CHUNK):
        digest.update(chunk)
        size += len(chunk)
    return digest.hexdigest(), size


def _all(stream: BinaryIO, limit: int) -> bytes:
    from trucewatch.reading.source import read_up_to  # noqa: PLC0415

    return read_up_to(stream, limit)


@contextmanager
def _spooled(stream: BinaryIO, limit: int) -> Iterator[tuple[Path, str, int]]:
    """A stream copied to a temporary file, with its hash and size."""
    digest, size = sha256(), 0
    handle, name = tempfile.mkstemp(prefix="trucewatch-")
    path = Path(name)
    try:
        with os.fdopen(handle, "wb") as out:
            while chunk := stream.read(_CHUNK):
                size += len(chunk)
                if size > limit:
                    raise too_big(limit)
                digest.update(chunk)
                out.write(chunk)
        yield path, digest.hexdigest(), size
    finally:
        path.unlink(missing_ok=True)
