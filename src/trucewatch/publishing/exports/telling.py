"""What an incident comes to, for formats that have one row for it: sides on which the accounts agree, precision, numbers of people.

Where accounts dispute who did it, or to whom, neither side is chosen: the value is missing, and the versions stand beside it. Nothing is taken
from a report's date of publication. This module must not write anything.
"""

from __future__ import annotations

from collections import Counter
from datetime import date
from functools import cache
from typing import TYPE_CHECKING, Literal

from trucewatch import ontology
from trucewatch.knowledge.places import Gazetteer
from trucewatch.ledger.accounts import role
from trucewatch.model import TrucewatchError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from trucewatch.dossier.handover import Case
    from trucewatch.model import Acled
    from trucewatch.model.incident import Account, Incident, Party, Toll

#: Actor types (see docs/actors.md) of a state's own forces, of organised armed groups, and of people without arms.
STATE = frozenset({"military", "police", "government", "intelligence", "state"})
GROUPS = frozenset({"rebel", "militia", "private_military", "criminal"})
UNARMED = frozenset(
    {"civilian", "refugee", "supporter", "opposition", "labour", "media", "education", "medical", "religious", "ngo", "people"}
)
_WEEK, _MONTH, _LONGEST, _YEAR = 7, 31, 31, 366


def asserted(case: Case) -> list[Account]:
    """The accounts that tell it as happened; those that tell the incident's own kind of act, where there are any."""
    told = [a for a in case.accounts if role(a) == "told" and a.status != "denied"]
    own = [a for a in told if (a.type, a.truce) == (case.incident.type, case.incident.truce)]
    return own or told


def disputed(case: Case, matter: Literal["who", "whom"]) -> bool:
    """Whether the accounts contradict each other on who did it, or to whom."""
    return any(item.matter == matter for item in case.incident.contradictions)


def parties(case: Case, side: Literal["actor", "recipient"]) -> tuple[Party, ...]:
    """Who did it (or to whom), as most origins name them, those whom the actor file knows first; empty where it is disputed."""
    if disputed(case, "who" if side == "actor" else "whom"):
        return ()
    votes: dict[tuple[str, ...], set[str]] = {}
    found: dict[tuple[str, ...], tuple[Party, ...]] = {}
    for account in asserted(case):
        named: tuple[Party, ...] = getattr(account, side)
        if named:
            key = tuple(sorted({party.id or party.text.casefold() for party in named}))
            votes.setdefault(key, set()).add(account.origin or account.group or account.report)
            found.setdefault(key, named)
    best = min(votes, key=lambda key: (not any(p.id for p in found[key]), -len(votes[key]), key), default=None)
    return () if best is None else _once(found[best])


def _once(named: Iterable[Party]) -> tuple[Party, ...]:
    return tuple({party.id or party.text.casefold(): party for party in named}.values())


def everyone(case: Case, side: Literal["actor", "recipient"]) -> str:
    """Everybody who is named by any account, disputed or not, parted by ``; ``."""
    return "; ".join(dict.fromkeys(name(party) for a in case.accounts if role(a) == "told" for party in getattr(a, side)))


def name(party: Party) -> str:
    """A party by the actor file's name, else in the report's words."""
    return party.name or " ".join(party.text.split())


def types(found: Iterable[Party]) -> set[str]:
    """The actor types that are known of some parties."""
    return {party.type for party in found if party.type}


def acled(case: Case) -> Acled | None:
    """ACLED's event and sub-event type; None where ACLED would record nothing, or nobody tells it as happened."""
    if not asserted(case):
        return None
    doers, harmed = types(parties(case, "actor")), types(parties(case, "recipient"))
    government = bool(doers & STATE) if doers else None
    modes = Counter(a.mode for a in asserted(case) if a.type == case.incident.type)
    mode = min(modes, key=lambda m: (-modes[m], m is None, m or ""), default=None)
    civilians = bool(harmed) and harmed <= UNARMED
    try:
        return ontology.load().default_acled(
            case.incident.type, mode, case.incident.truce, government=government, civilians=civilians
        )
    except TrucewatchError:  # a record of another ontology
        return None


def toll(incident: Incident, kind: str) -> Toll | None:
    """How many people of one kind of harm; None where no account gives a number."""
    return next((item for item in incident.tolls if item.kind == kind), None)


def days(incident: Incident) -> int | None:
    """How many days the stretch has in which it happened; None where it has no beginning or no end."""
    begin, until = _day(incident.begin), _day(incident.until)
    return None if begin is None or until is None else (until - begin).days + 1


def middle(incident: Incident) -> str | None:
    """The day in the middle of that stretch."""
    begin, until = _day(incident.begin), _day(incident.until)
    if begin is None or until is None:
        return None
    return date.fromordinal((begin.toordinal() + until.toordinal()) // 2).isoformat()


def date_prec(incident: Incident) -> int | None:
    """UCDP's precision of the date, 1 (the day) to 5 (up to a year)."""
    width = days(incident)
    if width is None or not 1 <= width <= _YEAR:
        return None
    return 1 if width == 1 else 2 if width < _WEEK else 3 if width == _WEEK else 4 if width <= _LONGEST else 5


def time_precision(incident: Incident) -> int | None:
    """ACLED's precision of the date: 1 the day, 2 a week, 3 a month; None where less is known."""
    width = days(incident)
    if width is None or not 1 <= width <= _MONTH:
        return None
    return 1 if width == 1 else 2 if width <= _WEEK else 3


#: UCDP's precision of the place to ACLED's: 1 the place, 2 near it or a district, 3 a province or a stretch.
_GEO = {1: 1, 2: 2, 3: 2, 4: 3, 5: 3}


def geo_precision(incident: Incident) -> int | None:
    """ACLED's precision of the place, 1 to 3; None where only a country is known, or nothing."""
    place = incident.place
    return _GEO.get(place.precision) if place and place.precision and place.latitude is not None else None


def _day(written: str | None) -> date | None:
    try:
        return date.fromisoformat(written[:10]) if written else None
    except ValueError:
        return None


@cache
def country(iso3: str | None) -> str | None:
    """A country's name in English by its code; None where the gazetteer does not know it."""
    entry = Gazetteer.load().country(iso3) if iso3 else None
    return entry.name if entry else None


def sentences(case: Case) -> str:
    """The incident in sentences: what, how well founded, and on what the accounts contradict each other."""
    incident = case.incident
    parts = (f"{incident.headline}.", incident.corroboration.reason, *(item.sentence for item in incident.contradictions))
    return " ".join(part for part in parts if part)


def publishers(case: Case) -> str:
    """Who published the accounts, parted by ``; ``, in order of publication."""
    return "; ".join(dict.fromkeys(t.publisher for t in case.incident.tellers if t.publisher))
