"""A dossier, open: its settings, its database, its evidence, and the one way in which all three are written.

Whatever is written goes through :meth:`Dossier.write`: one transaction, which the chain of custody's file follows. The folder holds

    dossier.toml        settings
    dossier.sqlite      reports, codings, incidents, verdicts (or a PostgreSQL database, by its URL)
    seal.json           the database file's hashes, written when the last writer leaves
    evidence/           WARC segments and the chain of custody

This module must not read reports or code them.
"""

from __future__ import annotations

import os
import secrets
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from shutil import rmtree
from typing import TYPE_CHECKING, Any, TypeVar

from sqlalchemy import func, select

from trucewatch.dossier import chain_rows
from trucewatch.dossier.config import FILE, Config, read, template
from trucewatch.dossier.evidence import Archive, CustodyLog
from trucewatch.dossier.evidence.disk import sync_folder
from trucewatch.dossier.sql import now
from trucewatch.dossier.store import rows
from trucewatch.dossier.store.engine import place
from trucewatch.dossier.store.session import open_store
from trucewatch.dossier.store.tables import meta, records
from trucewatch.model import TrucewatchError
from trucewatch.reading import FetchOptions, Payload, ReadOptions

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from sqlalchemy import Connection

    from trucewatch.dossier.evidence import Capture, Entry, Stored, Writer
    from trucewatch.dossier.store.engine import Store

Result = TypeVar("Result")


@dataclass(slots=True)
class Dossier:
    """An open dossier. Get one by :func:`open_dossier` or :func:`init`."""

    config: Config
    store: Store
    archive: Archive
    log: CustodyLog
    writer: Writer | None = None

    @property
    def folder(self) -> Path:
        """The dossier's folder."""
        return self.config.folder

    def write(self, work: Callable[[Connection], Result]) -> Result:
        """Run ``work`` in one write transaction, again from its start where another writer was in the way."""
        made: list[Entry | None] = []

        def noted(conn: Connection) -> Result:
            result = work(conn)
            made[:] = chain_rows.made_in(conn)
            return result

        result = self.store.in_write(noted)
        if len(made) > 1:
            self.follow(made)
        return result

    def read(self, work: Callable[[Connection], Result]) -> Result:
        """Run ``work`` on one consistent state."""
        with self.store.read() as conn:
            return work(conn)

    def follow(self, made: Sequence[Entry | None] = ()) -> None:
        """Bring the chain's file up to the database. ``made``: the entries that were committed just now, after the one before them."""
        self.log.catch_up(lambda seq: self._entries_after(seq, made))

    def _entries_after(self, seq: int, made: Sequence[Entry | None]) -> Iterator[Entry]:
        known = [entry for entry in made if entry is not None]
        if known and known[0].seq == seq + 1:
            yield from known
            return
        with self.store.read() as conn:
            yield from chain_rows.after(conn, seq)

    def keep(self, capture: Capture) -> Stored:
        """Write a capture to the evidence; its rows are to follow before the dossier is closed."""
        if self.writer is None:
            raise TrucewatchError("read-only", "the dossier was opened for reading", where=str(self.folder))
        return self.writer.store(capture)

    def known_end(self, segment: str) -> int | None:
        """Where a segment ends by what the database knows; None where it knows no such segment."""
        query = select(func.max(records.c.offset + records.c.length)).where(records.c.segment == segment)
        end: int | None = self.read(lambda conn: conn.scalar(query))
        return end

    def payload(self, capture: Any, *, lines: bool = False, chosen: bool = True) -> Payload:
        """The bytes of a capture, for the reading room. ``capture``: a row with ``segment`` and ``offset`` of its main record."""
        segment, offset = capture["segment"], capture["offset"]
        return Payload(
            id=capture["name"],
            opener=lambda: self.archive.open_payload(segment, offset),
            name=capture["url"] or capture["name"],
            content_type=capture["content_type"],
            url=capture["url"],
            retrieved=capture["retrieved"] if capture["kind"] == "fetch" else None,
            published=capture["published"],
            chosen=chosen,
            lines=lines or capture["kind"] == "stdin",
        )

    def reading(self, *, language: str | None = None, follow_links: bool = False, allow_private: bool = False) -> ReadOptions:
        """The options with which this dossier reads."""
        fetch = FetchOptions(
            allow_private=allow_private, private_hosts=self.config.private_hosts, obey_robots=self.config.obey_robots
        )
        return ReadOptions(language=language, follow_links=follow_links, fetch=fetch, keep_lines=True)


def init(folder: Path, *, name: str | None = None, url: str = "sqlite") -> Config:
    """Make a new dossier: its folder, a commented ``dossier.toml``, an empty database, the first entry of the chain.

    Raises:
        TrucewatchError: ``dossier-exists``, ``unwritable``, whatever the database says. Nothing is left behind then.
    """
    if (folder / FILE).exists():
        raise TrucewatchError(
            "dossier-exists", "there is a dossier here already", where=str(folder), next_step="choose another folder"
        )
    made = not folder.exists()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        config = _drafted(folder, template(name or folder.resolve().name, url))
        with opened(config, write=True) as dossier:
            dossier.write(lambda conn: _begin(conn, config, _intended(folder)))
        (folder / _DRAFT).replace(folder / FILE)
        sync_folder(folder)
        (folder / _INTENT).unlink()
    except OSError as error:
        raise TrucewatchError(
            "unwritable", "the dossier cannot be made", where=str(folder), why=error.strerror or str(error),
            next_step="choose another folder, or make room; nothing was made",
        ) from error  # fmt: skip
    except TrucewatchError:
        _sweep(folder, whole=made)
        raise
    return read(folder)


#: While a dossier is made: its settings, which take their name last of all, and the id that it is to have, so that the same call goes on.
_DRAFT = ".dossier.toml.new"
_INTENT = ".dossier.id.new"


def _drafted(folder: Path, text: str) -> Config:
    if not (folder / _INTENT).exists():
        _write(folder / _INTENT, secrets.token_hex(8))
    _write(folder / _DRAFT, text)
    return read(folder, _DRAFT)


def _write(path: Path, text: str) -> None:
    """A small file, whole or not at all."""
    part = path.with_name(f"{path.name}.part")
    with part.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)


def _intended(folder: Path) -> str:
    return (folder / _INTENT).read_text("utf-8")


@contextmanager
def open_dossier(folder: Path, *, write: bool = False, tell: Callable[[str], None] | None = None) -> Iterator[Dossier]:
    """The dossier in a folder, for the length of the block.

    Args:
        folder: where it lies.
        write: whether it is to be changed; who only reads changes no byte of it.
        tell: hears of an upgrade of the database, and of what an interrupted command had left half written.

    Raises:
        TrucewatchError: ``no-dossier``, ``bad-config``, ``bad-protection``, ``newer-dossier``, or what the store and the evidence say.
    """
    with opened(read(folder), write=write, tell=tell) as dossier:
        if dossier.read(lambda conn: conn.scalar(select(meta.c.value).where(meta.c.key == "id"))) is None:
            raise TrucewatchError(
                "no-dossier",
                "the database holds no dossier",
                where=str(folder),
                next_step="put back the database that belongs here",
            )
        yield dossier


@contextmanager
def opened(config: Config, *, write: bool, tell: Callable[[str], None] | None = None) -> Iterator[Dossier]:
    """As :func:`open_dossier`, by its settings, also where the database is new."""
    url = "" if config.url == "sqlite" else config.url
    archive = Archive(config.folder / "evidence", size_limit=config.segment_bytes)
    log = CustodyLog(config.folder / "evidence" / "custody.jsonl")
    with open_store(url, config.folder, read_only=not write, tell=tell) as store:
        dossier = Dossier(config, store, archive, log)
        if not write:
            yield dossier
            return
        _recover(dossier, tell)
        with archive.writer(dossier.known_end) as dossier.writer:
            yield dossier


def _recover(dossier: Dossier, tell: Callable[[str], None] | None) -> None:
    """Put right what an interrupted command left: the chain's file is brought up, bytes that nobody accounts for are cut off."""
    dossier.follow()
    for cut in dossier.archive.recover(dossier.known_end):
        detail = {"segment": cut.segment, "start": cut.start, "length": cut.length, "sha256": cut.sha256}
        dossier.write(lambda conn, detail=detail: chain_rows.enter(conn, "cut", detail))  # type: ignore[misc]
        if tell is not None:
            tell(f"{cut.segment}: {cut.length:,} bytes of an interrupted write were removed; the chain of custody says so")


def _begin(conn: Connection, config: Config, id_: str) -> None:
    there = conn.scalar(select(meta.c.value).where(meta.c.key == "id"))
    if there is not None and there != id_:
        raise TrucewatchError(
            "database-taken", "the database holds another dossier", where=place(conn.engine),
            next_step="give this one a database of its own; nothing was changed",
        )  # fmt: skip
    if there is None:
        rows.insert(conn, meta, [{"key": "id", "value": id_}, {"key": "made", "value": now()}])
        chain_rows.enter(conn, "made", {"dossier": id_, "name": config.name})


def _sweep(folder: Path, *, whole: bool) -> None:
    """Remove what a failed ``init`` left: all of a folder that it made, its own two files in another."""
    with suppress(OSError):
        if whole:
            rmtree(folder)
        for name in (_DRAFT, _INTENT):
            (folder / name).unlink(missing_ok=True)
