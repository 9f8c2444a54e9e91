"""Incidents and reports on their way out of a dossier: as reviewers hold them, told in the words of protected records.

Whatever lays out many incidents (the ledger, a bulletin) reads through here, batch by batch, so that masking is done in one place. An account
as it may leave has the protected record's words; of a reviewer's own words only what the actor file or the record knows is kept. This module
must not decide what is masked: that is the policy's.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from sqlalchemy import select

from trucewatch.dossier import chain_rows, keeping
from trucewatch.dossier.accounts import plain_accounts
from trucewatch.dossier.browse import Filter, incident_order
from trucewatch.dossier.judgements import Judgements
from trucewatch.dossier.leaving import persons, report_ids
from trucewatch.dossier.masking.places import TOWNS, anchors, at_sites
from trucewatch.dossier.store.tables import incidents, members
from trucewatch.ledger.accounts import accounts_of, told
from trucewatch.ledger.incidents import from_json, summarise
from trucewatch.model.incident import Party, Spot, Voice

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from sqlalchemy import Connection

    from trucewatch.dossier.leaving import Door
    from trucewatch.dossier.project import Dossier
    from trucewatch.dossier.protection import Protected
    from trucewatch.model import Coded, Place
    from trucewatch.model.incident import Account, Incident

Point = tuple[float | None, float | None]
"""Latitude and longitude."""
#: Incidents that are read at once.
BATCH = 400
#: Reports whose protected records are kept at hand.
_KEPT = 1024
GIVEN = "[a reviewer's words]"


def cases(
    conn: Connection, begin: str | None, until: str | None, only: Sequence[str] | None = None
) -> Iterator[tuple[Incident, list[Account]]]:
    """Incidents with their accounts as the reviewers hold them; ``only``: these, by their ids, instead of those of some days."""
    judgements = Judgements(conn)
    order = incident_order(conn, Filter(begin=begin, until=until)) if only is None else only
    for at in range(0, len(order), BATCH):
        ids = order[at : at + BATCH]
        homes: dict[str, list[str]] = {}
        for key, home in conn.execute(select(members.c.event, members.c.incident).where(members.c.incident.in_(ids))):
            homes.setdefault(home, []).append(key)
        accounts = judgements.corrected(plain_accounts(conn, [key for keys in homes.values() for key in keys]))
        for id_, summary in _summaries(conn, ids):
            yield from_json(summary), [accounts[key] for key in sorted(homes.get(id_, ())) if key in accounts]


def _summaries(conn: Connection, ids: Sequence[str]) -> list[tuple[str, str]]:
    found = {row[0]: row[1] for row in conn.execute(select(incidents.c.id, incidents.c.summary).where(incidents.c.id.in_(ids)))}
    return [(id_, found[id_]) for id_ in ids if id_ in found]


@dataclass(slots=True)
class Passing:
    """Protected records of the reports that were met last, event by event, and the overrides that they rest on.

    ``met`` hears of every protected record, by the report's id, whenever one is made: again where it was let go of in between.
    """

    door: Door
    met: Callable[[str, Protected], None] | None = None
    used: set[tuple[str, str, str, str]] = field(default_factory=set)
    _seen: set[str] = field(default_factory=set)
    _hidden: dict[str, dict[Point, Place]] = field(default_factory=dict)
    _known: OrderedDict[str, Mapping[str, tuple[Account, Account]]] = field(default_factory=OrderedDict)

    def record(self, conn: Connection, coded: Coded, report: str = "") -> Coded:
        """A record as it may leave."""
        made = self.door.let(coded, persons(conn, coded))
        self.used |= {(item.name, item.reason, item.by, item.at) for item in made.overrides}
        self._seen.add(report or coded.id)
        self._hidden[report or coded.id] = _given_away(coded, made.coded)
        if self.met is not None:
            self.met(report or coded.id, made)
        return made.coded

    def meet_rest(self, conn: Connection) -> None:
        """Make the protected records of all reports that were not met yet, for whoever hears of them."""
        for report in report_ids(conn):
            coded = keeping.load(conn, report) if report not in self._seen else None
            if coded is not None:
                self.record(conn, coded, report)

    def masked(self, conn: Connection, accounts: Sequence[Account]) -> list[Account]:
        """Accounts in the words of the protected records."""
        made = []
        for account in accounts:
            pair = self._events(conn, account.report).get(account.event)
            if pair is not None:
                made.append(_laid(account, *pair))
        return made

    def together(self, conn: Connection, accounts: Sequence[Account]) -> list[Account]:
        """The accounts of one incident as they may leave: none tells a place more exactly than another of them may tell it."""
        masked = self.masked(conn, accounts)
        hidden = self.hidden(conn, {account.report for account in accounts})
        return [coarsened(account, hidden) for account in masked] if hidden else masked

    def hidden(self, conn: Connection, found: Iterable[str]) -> dict[Point, Place]:
        """The points that any of some reports may not give away, with the place as it may be told."""
        made: dict[Point, Place] = {}
        for report in sorted(found) if self.door.policy.coarsen_protected_sites else ():
            if report not in self._hidden:
                self._hidden[report] = self._points(conn, report)
            made.update(self._hidden[report])
        return made

    def _points(self, conn: Connection, report: str) -> dict[Point, Place]:
        coded = keeping.load(conn, report)
        if coded is None or not at_sites(coded, anchors(coded)):
            return {}
        return _given_away(coded, self.door.let(coded, persons(conn, coded)).coded)

    def _events(self, conn: Connection, report: str) -> Mapping[str, tuple[Account, Account]]:
        """Event to its account as the machine has it, and as it may leave."""
        if report in self._known:
            self._known.move_to_end(report)
            return self._known[report]
        coded = keeping.load(conn, report)
        pairs: dict[str, tuple[Account, Account]] = {}
        if coded is not None:
            shown = accounts_of(self.record(conn, coded, report))
            pairs = {plain.event: (plain, safe) for plain, safe in zip(accounts_of(coded), shown, strict=True)}
        self._known[report] = pairs
        while len(self._known) > _KEPT:
            self._known.popitem(last=False)
        return pairs

    def log(self, dossier: Dossier) -> None:
        """Put the overrides that were used on record."""
        if self.used:
            names = [list(item) for item in sorted(self.used)]
            dossier.write(lambda conn: chain_rows.enter(conn, "override", {"names": names}))


def _given_away(coded: Coded, safe: Coded) -> dict[Point, Place]:
    """The points of a record that the protected one tells otherwise, with the place as it may be told."""
    pairs = zip(coded.places, safe.places, strict=True)
    return {_point(old): new for old, new in pairs if old.latitude is not None and _point(old) != _point(new)}


def _point(place: Place | Spot) -> Point:
    return place.latitude, place.longitude


def coarsened(account: Account, hidden: Mapping[Point, Place]) -> Account:
    """An account in which no place is told more exactly than another account of the incident may tell it."""

    def spots(found: Iterable[Spot]) -> tuple[Spot, ...]:
        return tuple([_made_coarse(spot, hidden) for spot in found])

    scene = account.scene and replace(account.scene, places=spots(account.scene.places))
    place = account.place and _made_coarse(account.place, hidden)
    return replace(account, place=place, near=spots(account.near), about=spots(account.about), scene=scene)


def _made_coarse(spot: Spot, hidden: Mapping[Point, Place]) -> Spot:
    known = hidden.get(_point(spot))
    if known is None:
        return spot
    coarse = replace(spot, latitude=known.latitude, longitude=known.longitude, precision=known.precision, geonameid=None)
    return coarse if spot.kind in TOWNS else replace(coarse, text=known.text, name=known.name)


def _laid(account: Account, plain: Account, safe: Account) -> Account:
    """A protected account with what reviewers corrected; of their own words only what the actor file or the record knows is kept."""
    places = {spot.name or spot.text: spot for spot in (*safe.near, *safe.about)}
    return replace(
        safe,
        report=account.report,
        key=account.key,
        group=account.group,
        origin=account.origin,
        type=account.type,
        mode=account.mode,
        truce=account.truce,
        status=account.status,
        actor=safe.actor if account.actor == plain.actor else _named(account.actor),
        recipient=safe.recipient if account.recipient == plain.recipient else _named(account.recipient),
        place=safe.place if account.place == plain.place else _spot(account.place, places),
        time=account.time and replace(account.time, text=account.time.value or ""),
        harm=safe.harm if account.harm == plain.harm else tuple([replace(item, who=None) for item in account.harm]),
        voice=safe.voice if account.voice == plain.voice else _voice(account.voice),
    )


def _named(parties: Sequence[Party]) -> tuple[Party, ...]:
    return tuple([replace(party, text=party.name or GIVEN) for party in parties])


def _spot(spot: Spot | None, known: Mapping[str, Spot]) -> Spot | None:
    """A reviewer's place as the protected record has it, or only its country and province."""
    if spot is None:
        return None
    found = known.get(spot.name or spot.text)
    return found or Spot(GIVEN, country=spot.country, admin1=spot.admin1, precision=4 if spot.admin1 else 6)


def _voice(voice: Voice) -> Voice:
    return replace(voice, words=(voice.name or GIVEN) if voice.words else "", via=())


def shown(incident: Incident, accounts: Sequence[Account], sides: Mapping[str, str]) -> Incident:
    """An incident in the words of accounts that may leave; its dates and its grade stay."""
    kept = incident.corroboration
    if not any(told(account) for account in accounts):
        empty = replace(incident, headline=GIVEN, place=None, tellers=(), tolls=(), contradictions=())
        return replace(empty, corroboration=replace(kept, reason=""))
    made = summarise(incident.id, accounts, sides=sides)
    reason = made.corroboration.reason if made.corroboration.grade == kept.grade else ""
    return replace(made, begin=incident.begin, until=incident.until, corroboration=replace(kept, reason=reason))
