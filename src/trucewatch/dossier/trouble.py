"""What ``verify`` finds, as a record, and how one circle of its checks is walked without falling. This module must not check anything itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy.exc import SQLAlchemyError

from trucewatch.model import TrucewatchError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sqlalchemy import Connection

    from trucewatch.dossier.project import Dossier

#: What values that were tampered with may end in, once they are read as what they should be.
_BROKEN = (ValueError, KeyError, TypeError, AttributeError, IndexError, ArithmeticError, AssertionError)


@dataclass(frozen=True, slots=True)
class Trouble:
    """Something that is not as it was left. ``where`` is a file, or a table and key. A ``note`` is no damage (an interrupted command)."""

    code: str
    where: str
    what: str
    note: bool = False


def walked(dossier: Dossier, name: str, check: Callable[[Connection], Iterator[Trouble]]) -> Iterator[Trouble]:
    """What a check finds on one consistent state; that it could not go on is a finding too."""
    found: list[Trouble] = []

    def work(conn: Connection) -> None:
        try:
            found.extend(check(conn))
        except _BROKEN as error:
            found.append(Trouble("not-checked", f"database: {name}", f"values cannot be read: {type(error).__name__}: {error}"))

    try:
        dossier.read(work)
    except (TrucewatchError, SQLAlchemyError) as error:
        yield from found
        yield _told(error, dossier, name)
        return
    yield from found


def _told(error: Exception, dossier: Dossier, name: str) -> Trouble:
    if not isinstance(error, TrucewatchError):
        return Trouble("not-checked", f"database: {name}", str(error))
    what = error.what + (f" ({error.why})" if error.why else "")
    return Trouble(error.code, error.where or str(dossier.folder), f"{name}: {what}")
