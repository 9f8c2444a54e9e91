"""What may be seen of a dossier by somebody who is no reviewer: records, incidents and lists under the protection policy.

Records and incidents are those of an export: this room only keeps what ``dossier.passing`` makes, for as long as it holds.
Lines of lists are kept (``masks``), and a team's application makes them ready in the background: a page masks only what is new.
Overrides of the allow list go on record the first time one is used. This module must not decide what is masked: that is the policy's.
"""

from __future__ import annotations

import time
from dataclasses import asdict, dataclass, field, replace
from functools import lru_cache
from hashlib import sha256
from threading import Lock
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from sqlalchemy import select

from trucewatch.dossier import browse, chain_rows, keeping
from trucewatch.dossier.incident_graph import row_of
from trucewatch.dossier.leaving import Door, door_of, names_at_risk, persons, report_ids
from trucewatch.dossier.passing import Passed, beside, coarse_record, given_away, hides, joined, overlaid, shown, together
from trucewatch.dossier.store import tally
from trucewatch.dossier.store.prepared import Prepared, within
from trucewatch.dossier.store.tables import current, events, members
from trucewatch.ledger.accounts import from_json, to_json
from trucewatch.model import Place
from trucewatch.web.bases import Bases
from trucewatch.web.kept import Kept
from trucewatch.web.masks import Masks, program

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from threading import Event

    from sqlalchemy import Connection

    from trucewatch.dossier.passing import Point
    from trucewatch.dossier.protection import Protected
    from trucewatch.model import Coded
    from trucewatch.model.incident import Account, Incident
    from trucewatch.web.house import House

_RECORDS, _INCIDENTS, _HIDDEN = 512, 1024, 60_000
#: Ids that are asked of the database at once, and that are made ready at once in the background.
_BATCH, _PIECE = 500, 20
Kind = TypeVar("Kind")
_CODED = Prepared(select(current.c.report, current.c.coding).where(within(current.c.report, "ids")))
#: (name, reason, by, at) of an override.
Used = tuple[str, str, str, str]
#: A coding and the names at risk.
_Key = tuple[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Shown:
    """What lists and searches show of a report."""

    title: str | None
    publisher: str | None
    url: str | None
    text: str


@dataclass(frozen=True, slots=True)
class _Line(Generic[Kind]):
    """Something masked as it is kept, and the overrides it rests on; ``value`` is None where there is nothing to show."""

    value: Kind | None
    used: tuple[Used, ...] = ()


@dataclass(frozen=True, slots=True)
class _Shelf(Generic[Kind]):
    """Masked things of one kind: how they are written to the store and read from it, and those that were met last."""

    write: Callable[[Kind], Any]
    read: Callable[[Any], Kind]
    kept: Kept[str, _Line[Kind]]


def _rows() -> _Shelf[browse.Row]:
    return _Shelf(asdict, lambda value: browse.Row(**value), Kept(60_000))


def _texts() -> _Shelf[Shown]:
    return _Shelf(asdict, lambda value: Shown(**value), Kept(2048))


def _passed() -> _Shelf[Passed]:
    return _Shelf(_written, _read, Kept(4096))


def _written(passed: Passed) -> Any:
    places = [[*point, asdict(place)] for point, place in passed.hidden.items()]
    return {"accounts": [to_json(account) for account in passed.accounts.values()], "hidden": places}


def _read(value: Any) -> Passed:
    hidden: dict[Point, Place] = {(latitude, longitude): Place(**place) for latitude, longitude, place in value["hidden"]}
    return Passed.made(map(from_json, value["accounts"]), hidden)


@dataclass(frozen=True, slots=True)
class _Told:
    """An incident told anew, its accounts by event key, and the overrides that it rests on."""

    incident: Incident
    accounts: dict[str, Account]
    used: frozenset[Used]


@dataclass(frozen=True, slots=True)
class _Entrance:
    """The way out while ``state`` holds. ``base`` marks what its settings say, ``mark`` that and the names at risk."""

    state: str
    door: Door
    base: str
    mark: str


@dataclass(slots=True)
class Gate:
    """The policy at work for one application."""

    house: House
    _door: _Entrance | None = None
    _bases: Bases = field(default_factory=Bases)
    _masks: Masks | None = None
    _warm: dict[str, str] = field(default_factory=dict)
    _rows: _Shelf[browse.Row] = field(default_factory=_rows)
    _texts: _Shelf[Shown] = field(default_factory=_texts)
    _passed: _Shelf[Passed] = field(default_factory=_passed)
    _records: Kept[_Key, tuple[Coded, Protected]] = field(default_factory=lambda: Kept(_RECORDS))
    _hidden: Kept[_Key, Mapping[Point, Place]] = field(default_factory=lambda: Kept(_HIDDEN))
    _incidents: Kept[str, _Told] = field(default_factory=lambda: Kept(_INCIDENTS))
    _noted: set[Used] = field(default_factory=set)
    _used: set[Used] = field(default_factory=set)
    _lock: Lock = field(default_factory=Lock)

    def record(self, conn: Connection, report: str) -> Coded | None:
        """A report's record of its current coding, as it may be seen."""
        found = self._masked(conn, report)
        if found is None:
            return None
        return coarse_record(found[1].coded, joined(self._hides(conn, one) for one in beside(conn, report)))

    def _masked(self, conn: Connection, report: str) -> tuple[Coded, Protected] | None:
        """A report's record, and the protected one."""
        key = self._key(conn, report)
        found = self._records.get(key) if key else None
        if found is None:
            coded = keeping.load(conn, report) if key else None
            if key is None or coded is None:
                return None
            found = self._records.put(key, (coded, self._way(conn).let(coded, persons(conn, coded))))
            self._hidden.put(key, given_away(coded, found[1].coded))
        self.note(_overrides(found[1]))
        return found

    def _hides(self, conn: Connection, report: str) -> Mapping[Point, Place]:
        """The points that a report may not give away."""
        key = self._key(conn, report)
        found = self._hidden.get(key) if key else None
        if key and found is None:
            found = self._hidden.put(key, hides(conn, self._way(conn), report))
        return found or {}

    def _key(self, conn: Connection, report: str) -> _Key | None:
        """What everything that is kept of a report rests on; None where it has no coding."""
        coding = conn.scalar(select(current.c.coding).where(current.c.report == report))
        return None if coding is None else (str(coding), self._way(conn).at_risk)

    def incident(self, conn: Connection, id_: str) -> tuple[Incident, dict[str, Account]] | None:
        """An incident and its accounts; also by a former id."""
        here = browse.resolve(conn, id_)
        if here is None:
            return None
        told = self._incident(conn, here)
        self.note(told.used)
        return told.incident, told.accounts

    def _incident(self, conn: Connection, id_: str) -> _Told:
        key = self.masked_bases(conn, [id_])[id_]
        return self._incidents.get(key) or self._incidents.put(key, self._told(conn, id_))

    def rows(self, conn: Connection, ids: Sequence[str], *, most: int | None = None) -> list[browse.Row | None]:
        """Incidents as lines of a list, by their ids of today. ``most``: how many are masked anew; those left over are None."""
        keys = self.masked_bases(conn, ids)
        found = self._ready(self._rows, ids, keys, lambda id_: self._row(conn, id_), most)
        return [found[id_].value if id_ in found else None for id_ in ids]

    def name_of(self, conn: Connection, actor: str) -> str:
        """The actor file's name of an actor; empty where it has none."""
        found = self._way(conn).actors.entry(actor)
        return found.name or "" if found else ""

    def reports(self, conn: Connection, ids: Sequence[str]) -> dict[str, Shown]:
        """What may be seen of reports in a list."""
        found = self._ready(self._texts, ids, self._of_reports(conn, ids, "report"), lambda id_: self._text(conn, id_))
        return {id_: line.value for id_, line in found.items() if line.value}

    def _of_reports(self, conn: Connection, ids: Iterable[str], what: str) -> dict[str, str]:
        """What something masked of a report rests on, by its id: its coding, the policy and the names at risk."""
        mark = self._mark(conn)
        return {id_: _digest(what, coding, mark) for id_, coding in _CODED.all(conn, ids=[*ids])}

    def warm(self, stop: Event) -> None:
        """Make ready what lists show and is not ready yet, the latest first, leaving half of the time to others.

        Returns early when ``stop`` is set.
        """
        for rests, work in ((self._all_lines, self._warmed), (self._all_texts, self.reports)):
            keys = self.house.read(rests)
            for ids in _parts([id_ for id_, key in keys.items() if self._warm.get(id_) != key], _PIECE):
                begun = time.monotonic()
                self.house.read(lambda conn, work=work, ids=ids: work(conn, ids))  # type: ignore[misc]
                self._warm |= {id_: keys[id_] for id_ in ids}
                if stop.wait(time.monotonic() - begun):
                    return

    def _all_lines(self, conn: Connection) -> dict[str, str]:
        return self.masked_bases(conn, browse.incident_ids(conn, browse.Filter()))

    def _all_texts(self, conn: Connection) -> dict[str, str]:
        return self._of_reports(conn, report_ids(conn), "report")

    def _warmed(self, conn: Connection, ids: Sequence[str]) -> None:
        self.rows(conn, ids)
        query = select(events.c.report).join(members, members.c.event == events.c.key).where(members.c.incident.in_(ids))
        self.reports(conn, list(conn.scalars(query.distinct())))

    def _ready(
        self,
        shelf: _Shelf[Kind],
        ids: Sequence[str],
        keys: Mapping[str, str],
        make: Callable[[str], _Line[Kind]],
        most: int | None = None,
    ) -> dict[str, _Line[Kind]]:
        """Masked things by id: from memory, from the store, or made and put into both."""
        found = {id_: line for id_ in ids if id_ in keys and (line := shelf.kept.get(keys[id_])) is not None}
        lacking = {keys[id_]: id_ for id_ in ids if id_ in keys and id_ not in found}
        for key, (value, used) in self._stored().get(lacking).items():
            line = _Line(None if value is None else shelf.read(value), tuple(tuple(item) for item in used))
            found[lacking.pop(key)] = shelf.kept.put(key, line)
        fresh: dict[str, Any] = {}
        for key, id_ in list(lacking.items())[:most]:
            found[id_] = shelf.kept.put(key, line := make(id_))
            fresh[key] = [None if line.value is None else shelf.write(line.value), line.used]
        self._stored().put(fresh)
        self.note({item for line in found.values() for item in line.used})
        return found

    def _row(self, conn: Connection, id_: str) -> _Line[browse.Row]:
        told = self._incident(conn, id_)
        columns: dict[str, Any] = row_of(told.incident)
        return _Line(browse.Row(**{name: columns[name] for name in browse.Row.__dataclass_fields__}), tuple(sorted(told.used)))

    def _text(self, conn: Connection, report: str) -> _Line[Shown]:
        masked = self._masked(conn, report)
        made = masked[1].coded.report if masked else None
        if masked is None or made is None:
            return _Line(None)
        return _Line(Shown(made.title, made.publisher, made.url, masked[1].coded.text), _overrides(masked[1]))

    def _passing(self, conn: Connection, report: str) -> _Line[Passed]:
        masked = self._masked(conn, report)
        return _Line(Passed.of(masked[0], masked[1].coded), _overrides(masked[1])) if masked else _Line(None)

    def masked_bases(self, conn: Connection, ids: Sequence[str]) -> dict[str, str]:
        """What a masked incident rests on, by id: :meth:`bases`, the policy and the names at risk."""
        mark = self._mark(conn)
        return {id_: _masked_base(id_, base, mark) for id_, base in self.bases(conn, ids).items()}

    def bases(self, conn: Connection, ids: Sequence[str]) -> dict[str, str]:
        """What an incident rests on, by id: its summary, the codings of its accounts, the verdicts on them."""
        known = self._bases.at(conn)
        return {id_: known[id_] for id_ in ids if id_ in known}

    def _stored(self) -> Masks:
        with self._lock:
            if self._masks is None:
                self._masks = Masks(self.house.folder, program())
            return self._masks

    def close(self) -> None:
        """Close the store of masked lines."""
        with self._lock:
            masks, self._masks = self._masks, None
        if masks is not None:
            masks.close()

    def log(self) -> None:
        """Put on record which overrides were used and are not on record yet; call it outside a transaction."""
        with self._lock:
            new = sorted(self._used - self._noted)
            self._noted |= self._used
        if new:
            with self.house.write() as dossier:
                dossier.write(lambda conn: chain_rows.enter(conn, "override", {"names": [list(item) for item in new]}))

    def note(self, used: Iterable[Used]) -> None:
        """Overrides that were used; :meth:`log` puts them on record."""
        with self._lock:
            self._used.update(used)

    def _way(self, conn: Connection) -> Door:
        """The way out; known names at risk are read again when any report has been coded since."""
        return self._entrance(conn).door

    def _mark(self, conn: Connection) -> str:
        """What every masking rests on beside the record: policy, actor files, publishers' sides, names at risk."""
        return self._entrance(conn).mark

    def _entrance(self, conn: Connection) -> _Entrance:
        state, known = tally.state(conn, ("codings", "current")), self._door
        if known is not None and known.state == state:
            return known
        named = names_at_risk(conn)
        made = door_of(self.house.dossier().config, named) if known is None else replace(known.door, at_risk=named)
        base = self._settings(made) if known is None else known.base
        self._door = _Entrance(state, made, base, _digest(base, *made.at_risk))
        return self._door

    def _settings(self, way: Door) -> str:
        config = self.house.dossier().config
        files = [sha256(path.read_bytes()).hexdigest() for path in config.actors]
        return _digest(repr(way.policy), repr(sorted(config.publishers.items())), *files)

    def _told(self, conn: Connection, id_: str) -> _Told:
        incident, found = next(overlaid(conn, None, None, [id_]))
        reports = sorted({pair.held.report for pair in found})
        lines = self._ready(
            self._passed, reports, self._of_reports(conn, reports, "accounts"), lambda report: self._passing(conn, report)
        )
        known = {report: line.value for report, line in lines.items() if line.value is not None}
        safe = together(found, known, self._way(conn).actors)
        told = shown(incident, safe, self.house.dossier().config.publishers)
        used = frozenset(item for line in lines.values() for item in line.used)
        return _Told(told, {account.key: account for account in safe}, used)


def _overrides(made: Protected) -> tuple[Used, ...]:
    return tuple(sorted({(item.name, item.reason, item.by, item.at) for item in made.overrides}))


@lru_cache(maxsize=1 << 16)
def _masked_base(id_: str, base: str, mark: str) -> str:
    return _digest("incident", id_, base, mark)


def _digest(*parts: str) -> str:
    return sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()


def _parts(ids: Sequence[str], size: int = _BATCH) -> list[Sequence[str]]:
    return [ids[at : at + size] for at in range(0, len(ids), size)]
