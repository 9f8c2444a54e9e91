"""A cluster of accounts as an incident that people can read: what, where, when, who says so, what is disputed, how well it is founded.

Nothing is added to what the accounts say, and no teller is believed over another. This module must not cluster.
"""

from __future__ import annotations

from collections import Counter
from datetime import date
from typing import TYPE_CHECKING

from trucewatch.ledger import codec, tables
from trucewatch.ledger.accounts import role
from trucewatch.ledger.disputes import contradictions
from trucewatch.ledger.english import act_words, day_words, place_words
from trucewatch.ledger.geo import span, wide
from trucewatch.ledger.grades import corroboration
from trucewatch.ledger.occasion import stated
from trucewatch.ledger.sides import Camps
from trucewatch.ledger.tellers import origin_of, teller
from trucewatch.ledger.tolls import tolls
from trucewatch.model import TrucewatchError
from trucewatch.model.incident import Incident

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from trucewatch.ledger.geo import Span
    from trucewatch.model.incident import Account, Spot, When

_GENERAL = {"assault", "damage", "violation", "measure", "concession"}
_LINES = {"road", "river", "water", "line"}
_AT = {"crossing", "camp", "site", "bridge", "checkpoint"}


def summarise(
    id: str,  # noqa: A002 - the field's name
    accounts: Iterable[Account],
    *,
    origins: Mapping[str, str] | None = None,
    sides: Mapping[str, str] | None = None,
) -> Incident:
    """The incident of a cluster of accounts.

    Args:
        id: the incident's name, as the caller gives it.
        accounts: the cluster; at least one of them is told.
        origins: account key, or report id, to the origin that the statement goes back to; ``Account.origin`` and ``group`` stand otherwise.
        sides: publisher to the side it speaks for: an actor id, or any name of the caller's.

    Raises:
        TrucewatchError: ``empty-incident`` where nothing told is among the accounts.
    """
    ordered = sorted(accounts, key=line_up)
    told = [a for a in ordered if role(a) == "told"]
    if not told:
        raise TrucewatchError("empty-incident", "nothing in the cluster is told as an act", where=id)
    given = origins or {}
    lead = _lead(told, given)
    place, when = _place(told), _when(told)
    harm = tolls(ordered, given)
    act = act_words(lead.type, lead.truce)
    family = tables.family(lead.type, lead.mode, lead.truce).name
    return Incident(
        id=id,
        headline=_headline(act, place, when),
        type=lead.type,
        truce=lead.truce,
        place=place,
        begin=_iso(when.begin) if when else None,
        until=_iso(when.until) if when else None,
        tellers=tuple(teller(a, family, act_words(a.type, a.truce), given) for a in ordered),
        tolls=harm,
        contradictions=contradictions(ordered, harm, lambda a: origin_of(a, given)),
        corroboration=corroboration(ordered, given, Camps(ordered, sides or {})),
    )


def line_up(account: Account) -> tuple[str, str, int]:
    """Where an account stands in the line of its incident's tellers, as a key for sorting: the first published first."""
    return account.published or "9", account.report, account.number


def to_json(incident: Incident) -> str:
    """An incident as one compact line."""
    return codec.dump(incident)


def from_json(line: str) -> Incident:
    """The incident that :func:`to_json` wrote.

    Raises:
        TrucewatchError: ``bad-ledger-record``.
    """
    return codec.parse(Incident, line)


def _lead(told: Sequence[Account], origins: Mapping[str, str]) -> Account:
    """The account whose kind of act most origins tell; particular kinds before general ones, asserted before denied."""
    firm = [a for a in told if a.status != "denied"] or list(told)
    votes: dict[str, set[str]] = {}
    for a in firm:
        votes.setdefault(_kind(a), set()).add(origin_of(a, origins))

    def rank(a: Account) -> tuple[bool, int, bool, float, str]:
        family = tables.family(a.type, a.mode, a.truce).name
        return family in _GENERAL, -len(votes[_kind(a)]), a.truce is None, -a.confidence, a.key

    return min(firm, key=rank)


def _kind(account: Account) -> str:
    return account.truce or f"{account.type} {account.mode}"


def _place(told: Sequence[Account]) -> Spot | None:
    """The most precise place that is stated, the one most reports state first."""
    places = [s for a in told for s in stated(a) or (a.scene.places if a.scene else ())]
    known = [s for s in places if s.name] or places
    votes = Counter(place_words(s) for s in known)
    return min(known, key=lambda s: (wide(s), -votes[place_words(s)], s.precision or 9, place_words(s)), default=None)


def _when(told: Sequence[Account]) -> Span | None:
    """The shortest stretch of days that is stated, the one most reports state first."""
    stated = {(a.report, s[:2]): s for a in told for t in _times(a) if (s := span(t)) is not None}
    votes = Counter(days for _, days in stated)
    return min(stated.values(), key=lambda s: (s.days, -votes[s[:2]], s[:2]), default=None)


def _times(account: Account) -> tuple[When, ...]:
    return account.scene.times if account.scene else ((account.time,) if account.time else ())


def _headline(act: str, place: Spot | None, when: Span | None) -> str:
    where = f" {_preposition(place)} {place_words(place)}" if place else ""
    if when is None:
        return f"{act}{where}"
    days = day_words(when.begin) if when.days == 1 else f"between {day_words(when.begin)} and {day_words(when.until)}"
    return f"{act}{where}, {days}"


def _preposition(place: Spot) -> str:
    if place.precision == 2:  # noqa: PLR2004 - UCDP's "near a place"
        return "near"
    kind = place.kind or ""
    return "on the" if kind in _LINES else ("at" if kind in _AT else "in")


def _iso(day: int) -> str:
    return date.fromordinal(day).isoformat()
