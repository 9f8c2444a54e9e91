"""A dossier, open: its settings, its database, its evidence, and the one way in which all three are written.

Whatever is written goes through :meth:`Dossier.write`: one transaction, which the chain of custody's file follows. The folder holds

    dossier.toml        settings
    dossier.sqlite      reports, codings, incidents, verdicts (or a PostgreSQL database, by its URL)
    seal.json           the database file's hashes, written when the last writer leaves
    evidence/           WARC segments and the chain of custody

This module must not read reports or code them.
"""

from __future__ import annotations

import secrets
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from sqlalchemy import func, select

from trucewatch.dossier import chain_rows
from trucewatch.dossier.config import Config, read, template
from trucewatch.dossier.evidence.archive import Archive
from trucewatch.dossier.evidence.log import CustodyLog
from trucewatch.dossier.sql import now
from trucewatch.dossier.store import rows
from trucewatch.dossier.store.engine import Store, open_engine
from trucewatch.dossier.store.migrations import migrate
from trucewatch.dossier.store.tables import meta, records
from trucewatch.model import TrucewatchError
from trucewatch.reading import FetchOptions, Payload, ReadOptions

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sqlalchemy import Connection

Result = TypeVar("Result")
DATABASE = "dossier.sqlite"


@dataclass(slots=True)
class Dossier:
    """An open dossier. Get one by :func:`open_dossier` or :func:`init`."""

    config: Config
    store: Store
    archive: Archive
    log: CustodyLog

    @property
    def folder(self) -> Path:
        """The dossier's folder."""
        return self.config.folder

    def write(self, work: Callable[[Connection], Result]) -> Result:
        """Run ``work`` in one write transaction, again from its start where another writer was in the way."""
        result = self.store.in_write(work)
        self.store.in_read(lambda conn: self.log.catch_up(lambda seq: chain_rows.after(conn, seq)))
        return result

    def read(self, work: Callable[[Connection], Result]) -> Result:
        """Run ``work`` on one consistent state."""
        return self.store.in_read(work)

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
        return ReadOptions(language=language, follow_links=follow_links, fetch=fetch)


def init(folder: Path, *, name: str | None = None, url: str = "sqlite") -> Config:
    """Make a new dossier: its folder, a commented ``dossier.toml``, an empty database, the first entry of the chain.

    Raises:
        TrucewatchError: ``dossier-exists``, ``unwritable``, whatever the database says. Nothing is left behind then.
    """
    path = folder / "dossier.toml"
    if path.exists():
        raise TrucewatchError("dossier-exists", "there is a dossier here already", where=str(folder), next_step="choose another folder")
    made = not folder.exists()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with path.open("x", encoding="utf-8") as file:
            file.write(template(name or folder.resolve().name, url))
        config = read(folder)
        with session(config, fresh=True) as dossier:
            dossier.write(lambda conn: _begin(conn, config))
    except OSError as error:
        raise TrucewatchError(
            "unwritable", "the dossier cannot be made", where=str(folder), why=error.strerror or str(error)
        ) from error
    except TrucewatchError:
        path.unlink(missing_ok=True)
        if made:
            _sweep(folder)
        raise
    return config


def _begin(conn: Connection, config: Config) -> None:
    id_ = secrets.token_hex(8)
    rows.insert(conn, meta, [{"key": "id", "value": id_}, {"key": "made", "value": now()}])
    chain_rows.enter(conn, "made", {"dossier": id_, "name": config.name})


def _sweep(folder: Path) -> None:
    """Remove what a failed ``init`` left in a folder that it made."""
    for path in sorted(folder.rglob("*"), reverse=True):
        path.rmdir() if path.is_dir() else path.unlink()
    folder.rmdir()
