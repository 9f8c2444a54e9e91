"""The agreement that a dossier names, made ready once for one run of the application."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trucewatch.ledger.agreements import desks, find, load
from trucewatch.ledger.findings import Book
from trucewatch.model import TrucewatchError

if TYPE_CHECKING:
    from fastapi import Request

    from trucewatch.web.house import House


def book_of(request: Request) -> Book:
    """The dossier's agreement, ready for incidents.

    Raises:
        TrucewatchError: ``no-agreement`` where ``dossier.toml`` names none, or what is wrong with the file.
    """
    state = request.app.state
    if getattr(state, "book", None) is None:
        state.book = _book(state.house)
    made: Book = state.book
    return made


def _book(house: House) -> Book:
    config = house.dossier().config
    name: str = getattr(config, "agreement", "")
    if not name:
        raise TrucewatchError("no-agreement", "the dossier names no agreement", next_step="name one in dossier.toml")
    own = config.folder / name
    path = own if own.is_file() else find(name)
    return Book(load(path, *desks(path, config.actors, config.gazetteers)), config.publishers)
