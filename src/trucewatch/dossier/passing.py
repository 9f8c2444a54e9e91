"""Incidents and reports on their way out of a dossier: as reviewers hold them, told in the words of protected records.

Exports, bulletins, ledgers and what readers see in the browser all go through here, so that masking is done in one place. An account as it may
leave has the protected record's words; of what a reviewer typed only what the record or the actor file knows is kept. Of one incident no
account tells a place more exactly than another may, and origins are numbers. This module must not decide what is masked: that is the policy's.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import select

from trucewatch.dossier import chain_rows, keeping
from trucewatch.dossier.accounts import plain_accounts
from trucewatch.dossier.browse import Filter, incident_order
from trucewatch.dossier.judgements import Judgements
from trucewatch.dossier.leaving import door, persons, report_ids
from trucewatch.dossier.masking.places import TOWNS, anchors, at_sites
from trucewatch.dossier.protection import Masked
from trucewatch.dossier.store.tables import events, incidents, members
from trucewatch.ledger.accounts import accounts_of, told
from trucewatch.ledger.incidents import from_json, line_up, summarise
from trucewatch.model.incident import Party, Spot, Voice

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from sqlalchemy import Connection

    from trucewatch.dossier.leaving import Door
    from trucewatch.dossier.project import Dossier
    from trucewatch.dossier.protection import Protected
    from trucewatch.knowledge.actors import ActorFile
    from trucewatch.model import Coded, Harm, Place
    from trucewatch.model.incident import Account, Incident, When

Point = tuple[float | None, float | None]
"""Latitude and longitude."""
#: Incidents that are read at once.
BATCH = 400
#: Reports whose protected records are kept at hand.
_KEPT = 1024
GIVEN = "[a reviewer's words]"
#: The side of harm that is nobody's.
CIVILIANS = "civilians"
#: Field, kind and reason of what is masked for another report's sake.
AT_SITE = ("places", "site", "position of a protected site that another account names")


class Overlaid(NamedTuple):
    """An account as the machine has it, and as the reviewers hold it."""

    machine: Account
    held: Account


def cases(
    conn: Connection, begin: str | None, until: str | None, only: Sequence[str] | None = None
) -> Iterator[tuple[Incident, list[Account]]]:
    """Incidents with their accounts as the reviewers hold them; ``only``: these, by their ids, instead of those of some days."""
    for incident, found in overlaid(conn, begin, until, only):
        yield incident, [pair.held for pair in found]


def overlaid(
    conn: Connection, begin: str | None, until: str | None, only: Sequence[str] | None = None
) -> Iterator[tuple[Incident, list[Overlaid]]]:
    """The same with what the machine has beside what the reviewers hold."""
    judgements = Judgements(conn)
    order = incident_order(conn, Filter(begin=begin, until=until)) if only is None else only
    for at in range(0, len(order), BATCH):
        ids = order[at : at + BATCH]
        homes: dict[str, list[str]] = {}
        for key, home in conn.execute(select(members.c.event, members.c.incident).where(members.c.incident.in_(ids))):
            homes.setdefault(home, []).append(key)
        machine = plain_accounts(conn, [key for keys in homes.values() for key in keys])
        held = judgements.corrected(machine)
        for id_, summary in _summaries(conn, ids):
            found = [Overlaid(machine[key], held[key]) for key in sorted(homes.get(id_, ())) if key in held]
            yield from_json(summary), found


def _summaries(conn: Connection, ids: Sequence[str]) -> list[tuple[str, str]]:
    found = {row[0]: row[1] for row in conn.execute(select(incidents.c.id, incidents.c.summary).where(incidents.c.id.in_(ids)))}
    return [(id_, found[id_]) for id_ in ids if id_ in found]


# --- a report -----------------------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Passed:
    """What may leave of a report's accounts.

    ``accounts``: an event to its account in the words of the protected record. ``hidden``: points that may not be given away, each with the
    place as it may be told. ``parties``: whom the protected record knows, by their ids and by their words.
    """

    accounts: Mapping[str, Account]
    hidden: Mapping[Point, Place]
    parties: Mapping[str, Party]

    @classmethod
    def of(cls, coded: Coded, safe: Coded) -> Passed:
        """Of a record and the protected one."""
        return cls.made(accounts_of(safe), given_away(coded, safe))

    @classmethod
    def made(cls, accounts: Iterable[Account], hidden: Mapping[Point, Place]) -> Passed:
        """Of accounts of a protected record, and what it may not give away."""
        by_event = {account.event: account for account in accounts}
        return cls(by_event, hidden, _parties(by_event.values()))


def _parties(accounts: Iterable[Account]) -> dict[str, Party]:
    made: dict[str, Party] = {}
    for account in accounts:
        voice = account.voice
        speaker = Party(voice.words, voice.id, voice.name, country=voice.country)
        for party in (*account.actor, *account.recipient, *([speaker] if voice.words else ())):
            for key in (party.id, party.text):
                if key:
                    made.setdefault(key, party)
    return made


def given_away(coded: Coded, safe: Coded) -> dict[Point, Place]:
    """The points of a record that the protected one tells otherwise, with the place as it may be told."""
    pairs = zip(coded.places, safe.places, strict=True)
    return {_point(old): new for old, new in pairs if old.latitude is not None and _point(old) != _point(new)}


def _point(place: Place | Spot) -> Point:
    return place.latitude, place.longitude


def hides(conn: Connection, way: Door, report: str) -> Mapping[Point, Place]:
    """The points that a report may not give away, each with the place as it may be told. Where no site is named nothing is masked for it."""
    coded = keeping.load(conn, report) if way.policy.coarsen_protected_sites else None
    if coded is None or not at_sites(coded, anchors(coded)):
        return {}
    return given_away(coded, way.let(coded, persons(conn, coded)).coded)


def beside(conn: Connection, report: str) -> list[str]:
    """The reports that tell of an incident that a report tells of, itself among them."""
    home = members.join(events, events.c.key == members.c.event)
    mine = select(members.c.incident).select_from(home).where(events.c.report == report)
    query = select(events.c.report).select_from(home).where(members.c.incident.in_(mine)).distinct()
    return sorted(conn.scalars(query))


# --- an incident --------------------------------------------------------------------------------------------------------------------------


def together(found: Iterable[Overlaid], known: Mapping[str, Passed], actors: ActorFile) -> list[Account]:
    """The accounts of one incident as they may leave. ``known``: what may leave of their reports."""
    return coarse(laid(found, known, actors), joined(passed.hidden for passed in known.values()))


def laid(found: Iterable[Overlaid], known: Mapping[str, Passed], actors: ActorFile) -> list[Account]:
    """The same, each by itself: in the words of its protected record, with numbers for origins. Events that are no more are left out."""
    made = []
    for machine, held in found:
        passed = known.get(held.report)
        if passed is not None and held.event in passed.accounts:
            made.append(_Laid(machine, passed.accounts[held.event], passed.parties, actors).over(held))
    return _numbered(made)


def joined(hidden: Iterable[Mapping[Point, Place]]) -> dict[Point, Place]:
    """The points that any of some reports may not give away."""
    return {point: place for points in hidden for point, place in points.items()}


def coarse(accounts: Sequence[Account], hidden: Mapping[Point, Place]) -> list[Account]:
    """Accounts none of which tells a place more exactly than another of their incident may tell it."""
    return [_coarse_account(account, hidden) for account in accounts] if hidden else list(accounts)


def _coarse_account(account: Account, hidden: Mapping[Point, Place]) -> Account:
    def spots(found: Iterable[Spot]) -> tuple[Spot, ...]:
        return tuple([_coarse_spot(spot, hidden) for spot in found])

    scene = account.scene and replace(account.scene, places=spots(account.scene.places))
    place = account.place and _coarse_spot(account.place, hidden)
    return replace(account, place=place, near=spots(account.near), about=spots(account.about), scene=scene)


def _coarse_spot(spot: Spot, hidden: Mapping[Point, Place]) -> Spot:
    known = hidden.get(_point(spot))
    if known is None:
        return spot
    made = replace(spot, latitude=known.latitude, longitude=known.longitude, precision=known.precision, geonameid=None)
    return made if spot.kind in TOWNS else replace(made, text=known.text, name=known.name)


def coarse_record(safe: Coded, hidden: Mapping[Point, Place]) -> Coded:
    """The same for a protected record, whose words stay those of its text. ``hidden``: by the reports :func:`beside` it."""
    places = tuple([_coarse_place(place, hidden) for place in safe.places]) if hidden else safe.places
    return safe if places == safe.places else replace(safe, places=places)


def _coarse_place(place: Place, hidden: Mapping[Point, Place]) -> Place:
    known = hidden.get(_point(place))
    if known is None:
        return place
    name = place.name if place.kind in TOWNS else known.name
    lat, lon = known.latitude, known.longitude
    return replace(place, name=name, latitude=lat, longitude=lon, precision=known.precision, geonameid=None, candidates=())


def _numbered(accounts: Sequence[Account]) -> list[Account]:
    """Accounts whose origins are numbers, in the order in which their incident lists them: an origin's key, and its words, may hold a name.

    Words that an account says anyhow stay.
    """
    ordered = sorted(accounts, key=line_up)
    origins, groups = (_numbers(name, [getattr(account, name) for account in ordered]) for name in ("origin", "group"))
    said = {text for a in accounts for text in (a.publisher, a.voice.words, a.voice.name)}
    made = []
    for account in accounts:
        origin = origins[account.origin]
        words = account.origin_words if account.origin_words in said else account.origin_words and origin
        made.append(replace(account, origin=origin, group=groups[account.group], origin_words=words))
    return made


def _numbers(kind: str, names: Iterable[str]) -> dict[str, str]:
    numbered = {name: f"{kind} {number}" for number, name in enumerate(dict.fromkeys(filter(None, names)), 1)}
    return {"": "", **numbered}


# --- what reviewers typed -----------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Laid:
    """What may stay of a reviewer's words on one event: what its protected record knows, and the actor file by an id.

    A person is named by the record alone: the actor file does not know who is at risk in this dossier.
    """

    plain: Account
    safe: Account
    parties: Mapping[str, Party]
    actors: ActorFile

    def over(self, account: Account) -> Account:
        """The protected account with what reviewers corrected."""
        plain, safe = self.plain, self.safe
        return replace(
            safe,
            report=account.report,
            key=account.key,
            group=account.group,
            origin=account.origin,
            origin_words=account.origin_words,
            type=account.type,
            mode=account.mode,
            truce=account.truce,
            status=account.status,
            actor=self._named(account.actor, plain.actor, safe.actor),
            recipient=self._named(account.recipient, plain.recipient, safe.recipient),
            place=safe.place if account.place == plain.place else self._spot(account.place),
            time=safe.time if account.time == plain.time else _dated(account.time),
            harm=safe.harm if account.harm == plain.harm else self._harm(account.harm),
            voice=safe.voice if account.voice == plain.voice else self._voice(account.voice),
        )

    def _named(self, found: tuple[Party, ...], plain: tuple[Party, ...], safe: tuple[Party, ...]) -> tuple[Party, ...]:
        own = dict(zip(plain, safe, strict=False))  # of one length, unless another program made the one than the other
        named = (own.get(party) or self._known(party.id, party.text) or Party(GIVEN) for party in found)
        return safe if found == plain else tuple(named)

    def _known(self, id_: str | None, words: str) -> Party | None:
        """A party that may be named: by its id, or where none was typed by words that the record has."""
        found = self.parties.get(id_ or words)
        if found is not None or id_ is None:
            return found
        ref = self.actors.entry(id_)
        if ref is None or not ref.name or ref.type == "person":
            return None
        return Party(ref.name, ref.id, ref.name, ref.type, ref.country, ref.code)

    def _spot(self, spot: Spot | None) -> Spot | None:
        """A place as the protected record has it, or only the country and province that it knows."""
        if spot is None:
            return None
        places = (*self.safe.near, *self.safe.about)
        found = {place.name or place.text: place for place in places}.get(spot.name or spot.text)
        if found is not None:
            return found
        country = spot.country if spot.country in {place.country for place in places} else None
        admin1 = spot.admin1 if spot.admin1 in {place.admin1 for place in places} else None
        return Spot(GIVEN, country=country, admin1=admin1, precision=4 if admin1 else 6)

    def _harm(self, found: Iterable[Harm]) -> tuple[Harm, ...]:
        own = dict(zip(self.plain.harm, self.safe.harm, strict=False))
        return tuple([own.get(harm) or self._counted(harm) for harm in found])

    def _counted(self, harm: Harm) -> Harm:
        """Numbers that a reviewer typed, at the record's own words for that kind of harm, else at the clause."""
        at = next((one for one in self.safe.harm if one.kind == harm.kind), self.safe)
        side = harm.side if harm.side == CIVILIANS or (harm.side and self._known(harm.side, "")) else None
        return replace(harm, who=None, side=side, start=at.start, end=at.end)

    def _voice(self, voice: Voice) -> Voice:
        if not voice.words and voice.id is None:
            return Voice(stance=voice.stance)
        found = self._known(voice.id, voice.words) or Party(GIVEN)
        return Voice(found.name or found.text, found.id, found.name, found.country, voice.stance)


def _dated(time: When | None) -> When | None:
    return time and replace(time, text=time.value or "")


# --- many of them -------------------------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class Passing:
    """A pass over incidents and reports: what may leave of the reports that were met last, and the overrides that it rests on.

    ``met`` hears of every protected record, by the report's id, whenever one is made: again where it was let go of in between.
    """

    door: Door
    met: Callable[[str, Protected], None] | None = None
    used: set[tuple[str, str, str, str]] = field(default_factory=set)
    _seen: set[str] = field(default_factory=set)
    _hidden: dict[str, Mapping[Point, Place]] = field(default_factory=dict)
    _known: OrderedDict[str, Passed] = field(default_factory=OrderedDict)

    def record(self, conn: Connection, coded: Coded, report: str = "") -> Coded:
        """A record as it may leave, by itself."""
        made = self.door.let(coded, persons(conn, coded))
        self.used |= {(item.name, item.reason, item.by, item.at) for item in made.overrides}
        self._seen.add(report or coded.id)
        self._hidden[report or coded.id] = given_away(coded, made.coded)
        if self.met is not None:
            self.met(report or coded.id, made)
        return made.coded

    def coarse(self, conn: Connection, safe: Coded, report: str) -> Coded:
        """A record as it may leave beside the others: it tells no place more exactly than a report of the same incident may."""
        return coarse_record(safe, self.hidden(conn, beside(conn, report)))

    def meet_rest(self, conn: Connection) -> None:
        """Make the protected records of all reports that were not met yet, for whoever hears of them."""
        for report in report_ids(conn):
            coded = keeping.load(conn, report) if report not in self._seen else None
            if coded is not None:
                self.record(conn, coded, report)

    def together(self, conn: Connection, found: Sequence[Overlaid]) -> list[Account]:
        """The accounts of one incident as they may leave."""
        return together(found, self._of(conn, found), self.door.actors)

    def laid(self, conn: Connection, found: Sequence[Overlaid]) -> list[Account]:
        """The same, each by itself."""
        return laid(found, self._of(conn, found), self.door.actors)

    def _of(self, conn: Connection, found: Sequence[Overlaid]) -> dict[str, Passed]:
        reports = sorted({pair.held.report for pair in found})
        return {report: passed for report in reports if (passed := self._passed(conn, report)) is not None}

    def hidden(self, conn: Connection, reports: Iterable[str]) -> dict[Point, Place]:
        """The points that any of some reports may not give away."""
        found = sorted(reports)
        for report in found:
            if report not in self._hidden:
                self._hidden[report] = hides(conn, self.door, report)
        return joined(self._hidden[report] for report in found)

    def _passed(self, conn: Connection, report: str) -> Passed | None:
        if report in self._known:
            self._known.move_to_end(report)
            return self._known[report]
        coded = keeping.load(conn, report)
        if coded is None:
            return None
        found = self._known[report] = Passed.of(coded, self.record(conn, coded, report))
        while len(self._known) > _KEPT:
            self._known.popitem(last=False)
        return found

    def log(self, dossier: Dossier) -> None:
        """Put the overrides that were used on record."""
        if self.used:
            names = [list(item) for item in sorted(self.used)]
            dossier.write(lambda conn: chain_rows.enter(conn, "override", {"names": names}))


def outgoing(dossier: Dossier, ids: Iterable[str]) -> Iterator[Protected]:
    """Records as they may leave, in order; the overrides they rest on are put on record at the end."""
    met: dict[str, Protected] = {}
    way = Passing(door(dossier), met.__setitem__)

    def passed(conn: Connection, report: str) -> Protected | None:
        coded = keeping.load(conn, report)
        if coded is None:
            return None
        made = way.coarse(conn, way.record(conn, coded, report), report)
        return roughened(met.pop(report), made)

    try:
        for id_ in ids:
            found = dossier.read(lambda conn, id_=id_: passed(conn, id_))  # type: ignore[misc]
            if found is not None:
                yield found
    finally:
        way.log(dossier)


def roughened(made: Protected, coarse: Coded) -> Protected:
    """A protected record whose places another report made coarse, with how many."""
    number = sum(one != other for one, other in zip(made.coded.places, coarse.places, strict=True))
    return replace(made, coded=coarse, masked=(*made.masked, Masked(*AT_SITE, number))) if number else made


def shown(incident: Incident, accounts: Sequence[Account], sides: Mapping[str, str]) -> Incident:
    """An incident in the words of accounts that may leave; its dates and its grade stay."""
    kept = incident.corroboration
    if not any(told(account) for account in accounts):
        empty = replace(incident, headline=GIVEN, place=None, tellers=(), tolls=(), contradictions=())
        return replace(empty, corroboration=replace(kept, reason=""))
    made = summarise(incident.id, accounts, sides=sides)
    reason = made.corroboration.reason if made.corroboration.grade == kept.grade else ""
    return replace(made, begin=incident.begin, until=incident.until, corroboration=replace(kept, reason=reason))
