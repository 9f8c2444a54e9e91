"""Opens the store of a dossier for one command, and leaves it sealed.

Who writes shares the folder's lock from opening to closing; who leaves last seals. Who only reads takes no lock, makes nothing and
changes no byte. This module must not write rows.
"""

from __future__ import annotations

from contextlib import ExitStack, contextmanager, suppress
from typing import TYPE_CHECKING

from trucewatch.dossier.store.engine import BUSY, DATABASE, Store, database_path, open_engine
from trucewatch.dossier.store.lock import FolderLock
from trucewatch.dossier.store.migrate import SCHEMA, Schema, migrate, require_current
from trucewatch.dossier.store.seal import Seal, Sealed, break_seal, make_seal, needs_seal
from trucewatch.model.errors import TrucewatchError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from sqlalchemy import Engine


@contextmanager
def open_store(
    url: str,
    folder: Path,
    *,
    read_only: bool = False,
    backup: bool = True,
    busy: float = BUSY,
    schema: Schema = SCHEMA,
    tell: Callable[[str], None] | None = None,
) -> Iterator[Store]:
    """The store of the dossier in ``folder``, its tables up to date, for the length of the block.

    ``tell`` is called with a line where an older dossier was upgraded. Read-only use of a dossier that is not up to date raises
    ``TrucewatchError`` (``older``, ``empty``), as it changes nothing.
    """
    path = database_path(url, folder)
    with ExitStack() as leaving:
        if read_only:
            engine = _engine(leaving, url, folder, read_only=True, busy=busy)
            require_current(engine, schema)
            yield Store(engine)
            return
        visit = None if path is None else leaving.enter_context(_visit(path))
        engine = _engine(leaving, url, folder, read_only=False, busy=busy)
        prepare = None if visit is None else break_seal(visit.sealed)
        done = migrate(engine, backup=backup, schema=schema, prepare=prepare)
        if visit is not None:
            visit.ours = True
        if done.said and tell is not None:
            tell(done.said)
        yield Store(engine, prepare=prepare)


def reseal(folder: Path, name: str = DATABASE) -> Seal:
    """Seals the file of a dossier as it is and forgets the doubts of former checks: for who has restored a copy, or looked into them.

    It blesses whatever the file holds, so that the caller puts it on record. ``TrucewatchError`` ``in-use`` while anybody has it open.
    """
    sealed = Sealed(folder.resolve() / name)
    lock = FolderLock(sealed.path.parent)
    try:
        made = make_seal(sealed, forget_doubts=True) if lock.own() else None
    finally:
        lock.release()
    if made is None:
        raise TrucewatchError(
            "in-use", "another command has the dossier open", where=str(sealed.path), next_step="try again later"
        )
    return made


def _engine(leaving: ExitStack, url: str, folder: Path, *, read_only: bool, busy: float) -> Engine:
    engine = open_engine(url, folder, read_only=read_only, busy=busy)
    leaving.callback(engine.dispose)
    return engine


class _Visit:
    """What is known of a writer at his leaving: whether the database is a dossier of this version (``ours``), and so to be sealed."""

    __slots__ = ("ours", "sealed")

    def __init__(self, path: Path) -> None:
        self.sealed = Sealed(path)
        self.ours = False


@contextmanager
def _visit(path: Path) -> Iterator[_Visit]:
    lock = FolderLock(path.parent)
    lock.share()
    visit = _Visit(path)
    try:
        yield visit
    except BaseException:
        with suppress(Exception):  # the error that ended the block is the one to tell
            _leave(lock, visit)
        raise
    else:
        _leave(lock, visit)
    finally:
        lock.release()


def _leave(lock: FolderLock, visit: _Visit) -> None:
    """Seals if nobody else writes and something was written."""
    if visit.ours and lock.own() and needs_seal(visit.sealed):
        make_seal(visit.sealed)
