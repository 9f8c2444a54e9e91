"""How each account stands to its incident, and how that reads: "the Hill Brigades (in Upland Radio) deny it".

A denial of having done it, beside an account of what others did, disputes who did it; it is still a denial. This module must not count.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from trucewatch.ledger import tables
from trucewatch.ledger.accounts import role
from trucewatch.ledger.english import lowered, opened, plural
from trucewatch.ledger.words import RESULT
from trucewatch.model.incident import Teller

if TYPE_CHECKING:
    from collections.abc import Mapping

    from trucewatch.model.incident import Account, Position

WEAPONS = {"shelling": "shelling", "air": "an attack from the air", "device": "a bomb or mine", "gunfire": "gunfire"}
"""Families of acts that name a means, in plain words."""
_GENERAL = {"assault", "damage", "violation"}
_STATUS = {
    "planned": "as planned",
    "threatened": "as threatened",
    "demanded": "as demanded",
    "conditional": "as conditional",
    "predicted": "as expected",
}
_STANCE = {
    "admits": ("admits it", "admit it"),
    "accuses": ("accuses others of it", "accuse others of it"),
    "doubts": ("doubts it", "doubt it"),
    "believes": ("believes that it happened", "believe that it happened"),
    "denies": ("is said to deny it", "are said to deny it"),
}


def position(account: Account, family: str) -> Position:
    """How an account stands to an incident whose act is of this family."""
    if role(account) != "told":
        return "mentions"
    if account.status == "denied":
        return "denies"
    own = tables.family(account.type, account.mode, account.truce).name
    alike = own in _GENERAL or tables.level(own, family) in {"same", "close"}
    return "asserts" if alike or RESULT.match(account.predicate.text) else "otherwise"


def origin_of(account: Account, origins: Mapping[str, str]) -> str:
    """Whom the statement goes back to: what the caller knows, what the account says, else its dispatch, else its report."""
    given = origins.get(account.key) or origins.get(account.report)
    return given or account.origin or account.group or account.report


def who(account: Account) -> str:
    """Whoever tells it, with where it was published; a report's own voice is its publisher."""
    paper = account.publisher or account.title or account.report
    if not account.voice.words:
        return paper
    via = f", according to {lowered(account.voice.via[0])}," if account.voice.via else ""
    return f"{opened(account.voice.words)}{via} (in {paper})"


def short(account: Account) -> str:
    """The same for use within a sentence, without where it was published."""
    if not account.voice.words:
        return account.publisher or account.title or account.report
    return lowered(account.voice.words)


def says(account: Account, place: Position, act: str) -> str:
    """What the account says of the incident, to be read after ``who``."""
    many = bool(account.voice.words) and plural(short(account))
    if place == "mentions":
        return (
            f"{'speak' if many else 'speaks'} of it{' ' if account.status in _STATUS else ''}{_STATUS.get(account.status, '')}"
        )
    if place == "denies":
        return ("deny it" if many else "denies it") if account.voice.words else "reports that it did not happen"
    if place == "otherwise":
        kind = WEAPONS.get(tables.family(account.type, account.mode, account.truce).name) or f"{act[:1].lower()}{act[1:]}"
        return f"{'tell' if many else 'tells'} it as {kind}"
    if account.voice.stance in _STANCE:
        return _STANCE[account.voice.stance][many]
    told = ("say that it happened" if many else "says that it happened") if account.voice.words else "reports it"
    return told if account.actor else f"{told}, without saying who did it"


def teller(account: Account, family: str, act: str, origins: Mapping[str, str]) -> Teller:
    """An account as an incident lists it."""
    place = position(account, family)
    return Teller(
        account=account.key,
        report=account.report,
        publisher=account.publisher,
        published=account.published,
        origin=origin_of(account, origins),
        position=place,
        who=who(account),
        says=says(account, place, act),
        quote=account.quote,
    )
