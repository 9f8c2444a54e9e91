"""What may be seen of a dossier by somebody who is no reviewer: records, incidents and lists under the protection policy.

Records and incidents are those of an export: this room only keeps what ``dossier.passing`` makes, for as long as it holds.
Lines of lists are kept (``masks``), and a team's application makes them ready in the background: a page masks only what is new.
Overrides of the allow list go on record the first time one is used. This module must not decide what is masked: that is the policy's.
"""

from __future__ import annotations

import time
from dataclasses import asdict, dataclass, field, replace
from hashlib import sha256
from threading import Lock
from typing import TYPE_CHECKING

from sqlalchemy import select

from trucewatch.dossier import browse, chain_rows, keeping
from trucewatch.dossier.incident_graph import row_of
from trucewatch.dossier.judgements import all_verdicts
from trucewatch.dossier.leaving import Door, door, names_at_risk, persons
from trucewatch.dossier.passing import Passed, Point, beside, coarse_record, hides, joined, overlaid, shown, together
from trucewatch.dossier.store.tables import current, events, incidents, members
from trucewatch.web.kept import Kept
from trucewatch.web.masks import Masks, program

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from threading import Event
    from typing import Any

    from sqlalchemy import Connection

    from trucewatch.dossier.protection import Protected
    from trucewatch.model import Coded, Place
    from trucewatch.model.incident import Account, Incident
    from trucewatch.web.house import House

_RECORDS, _INCIDENTS, _LINES, _TEXTS = 512, 1024, 60_000, 2048
#: Ids that are asked of the database at once, and that are made ready at once in the background.
_BATCH, _PIECE = 500, 20
#: (name, reason, by, at) of an override.
Used = tuple[str, str, str, str]
#: A coding and the names at risk.
_Key = tuple[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class _Masked:
    """A protected record, and what may leave of its accounts."""

    protected: Protected
    passed: Passed


@dataclass(frozen=True, slots=True)
class Shown:
    """What lists and searches show of a report."""

    title: str | None
    publisher: str | None
    url: str | None
    text: str


@dataclass(frozen=True, slots=True)
class _Line:
    """A line as it is kept, and the overrides it rests on; ``value`` is None where there is nothing to show."""

    value: Any
    used: tuple[Used, ...] = ()


@dataclass(frozen=True, slots=True)
class _Entrance:
    """The way out at one state of the dossier. ``base`` marks what its settings say, ``mark`` that and the names at risk."""

    head: str
    door: Door
    base: str
    mark: str


@dataclass(slots=True)
class Gate:
    """The policy at work for one application."""

    house: House
    _door: _Entrance | None = None
    _verdicts: tuple[str, list[tuple[str, str]]] | None = None
    _masks: Masks | None = None
    _lines: Kept[str, _Line] = field(default_factory=lambda: Kept(_LINES))
    _texts: Kept[str, _Line] = field(default_factory=lambda: Kept(_TEXTS))
    _records: Kept[_Key, _Masked] = field(default_factory=lambda: Kept(_RECORDS))
    _hidden: Kept[_Key, Mapping[Point, Place]] = field(default_factory=lambda: Kept(_LINES))
    _incidents: Kept[str, tuple[Incident, dict[str, Account]]] = field(default_factory=lambda: Kept(_INCIDENTS))
    _noted: set[Used] = field(default_factory=set)
    _used: set[Used] = field(default_factory=set)
    _lock: Lock = field(default_factory=Lock)

    def record(self, conn: Connection, report: str) -> Coded | None:
        """A report's record of its current coding, as it may be seen."""
        found = self._masked(conn, report)
        if found is None:
            return None
        return coarse_record(found.protected.coded, joined(self._hides(conn, one) for one in beside(conn, report)))

    def _masked(self, conn: Connection, report: str) -> _Masked | None:
        key = self._key(conn, report)
        found = self._records.get(key) if key else None
        if found is None:
            coded = keeping.load(conn, report) if key else None
            if key is None or coded is None:
                return None
            made = self._way(conn).let(coded, persons(conn, coded))
            found = self._records.put(key, _Masked(made, Passed.of(coded, made.coded)))
            self._hidden.put(key, found.passed.hidden)
        self.note(_overrides(found.protected))
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
        key = self.masked_bases(conn, [here])[here]
        return self._incidents.get(key) or self._incidents.put(key, self._told(conn, here))

    def rows(self, conn: Connection, ids: Sequence[str], *, most: int | None = None) -> list[browse.Row | None]:
        """Incidents as lines of a list, by their ids of today. ``most``: how many are masked anew; those left over are None."""
        found = self._ready(ids, self.masked_bases(conn, ids), self._lines, lambda id_: self._line(conn, id_), most)
        return [browse.Row(**found[id_]) if found.get(id_) else None for id_ in ids]

    def name_of(self, conn: Connection, actor: str) -> str:
        """The actor file's name of an actor; empty where it has none."""
        found = self._way(conn).actors.entry(actor)
        return found.name or "" if found else ""

    def reports(self, conn: Connection, ids: Sequence[str]) -> dict[str, Shown]:
        """What may be seen of reports in a list."""
        mark = self._mark(conn)
        query = select(current.c.report, current.c.coding)
        codings = dict(list(row) for part in _parts(ids) for row in conn.execute(query.where(current.c.report.in_(part))))
        keys = {id_: _digest("report", codings[id_], mark) for id_ in ids if id_ in codings}
        found = self._ready(ids, keys, self._texts, lambda id_: self._text(conn, id_))
        return {id_: Shown(**value) for id_, value in found.items() if value}

    def warm(self, stop: Event) -> None:
        """Make ready what lists show, the latest first, leaving half of the time to others; returns early when ``stop`` is set."""
        latest = select(incidents.c.id).order_by(incidents.c.begin.desc().nulls_last(), incidents.c.id)
        for ids in _parts(self.house.read(lambda conn: list(conn.scalars(latest))), _PIECE):
            begun = time.monotonic()
            self.house.read(lambda conn, ids=ids: self._warmed(conn, ids))  # type: ignore[misc]
            if stop.wait(time.monotonic() - begun):
                return

    def _warmed(self, conn: Connection, ids: Sequence[str]) -> None:
        self.rows(conn, ids)
        query = select(events.c.report).join(members, members.c.event == events.c.key).where(members.c.incident.in_(ids))
        self.reports(conn, list(conn.scalars(query.distinct())))

    def _ready(
        self,
        ids: Sequence[str],
        keys: Mapping[str, str],
        kept: Kept[str, _Line],
        make: Callable[[str], _Line],
        most: int | None = None,
    ) -> dict[str, Any]:
        """Lines by id: from memory, from the store, or made and put into both."""
        found = {id_: line for id_ in ids if id_ in keys and (line := kept.get(keys[id_])) is not None}
        lacking = {keys[id_]: id_ for id_ in ids if id_ in keys and id_ not in found}
        for key, value in self._stored().get(lacking).items():
            found[lacking.pop(key)] = kept.put(key, _Line(value[0], tuple(tuple(item) for item in value[1])))
        fresh: dict[str, Any] = {}
        for key, id_ in list(lacking.items())[:most]:
            found[id_] = kept.put(key, line := make(id_))
            fresh[key] = [line.value, line.used]
        self._stored().put(fresh)
        self.note({item for line in found.values() for item in line.used})
        return {id_: line.value for id_, line in found.items()}

    def _line(self, conn: Connection, id_: str) -> _Line:
        told, accounts = self.incident(conn, id_) or (None, {})
        if told is None:
            return _Line(None)
        columns = row_of(told)
        used: set[Used] = set()
        for report in {account.report for account in accounts.values()}:
            masked = self._masked(conn, report)
            used |= _overrides(masked.protected) if masked else set()
        return _Line({name: columns[name] for name in browse.Row.__dataclass_fields__}, tuple(sorted(used)))

    def _text(self, conn: Connection, report: str) -> _Line:
        masked = self._masked(conn, report)
        coded = masked.protected.coded if masked else None
        if masked is None or coded is None or coded.report is None:
            return _Line(None)
        made = coded.report
        return _Line(
            asdict(Shown(made.title, made.publisher, made.url, coded.text)), tuple(sorted(_overrides(masked.protected)))
        )

    def masked_bases(self, conn: Connection, ids: Sequence[str]) -> dict[str, str]:
        """What a masked incident rests on, by id: :meth:`bases`, the policy and the names at risk."""
        mark = self._mark(conn)
        return {id_: _digest("incident", id_, base, mark) for id_, base in self.bases(conn, ids).items()}

    def bases(self, conn: Connection, ids: Sequence[str]) -> dict[str, str]:
        """What an incident rests on, by id: its summary, the codings of its accounts, the verdicts on them."""
        told: dict[str, str] = {}
        codings: dict[str, list[str]] = {}
        query = (
            select(members.c.incident, events.c.coding)
            .join(events, members.c.event == events.c.key)
            .join(current, current.c.coding == events.c.coding)
            .distinct()
        )
        for part in _parts(ids):
            told |= dict(
                list(row) for row in conn.execute(select(incidents.c.id, incidents.c.digest).where(incidents.c.id.in_(part)))
            )
            for id_, coding in conn.execute(query.where(members.c.incident.in_(part))):
                codings.setdefault(id_, []).append(coding)
        for id_, verdict in self._judged(conn):
            if id_ in told:
                codings.setdefault(id_, []).append(verdict)
        return {id_: _digest(id_, str(digest), *sorted(codings.get(id_, ()))) for id_, digest in told.items()}

    def _judged(self, conn: Connection) -> list[tuple[str, str]]:
        """Incident and verdict, for every verdict on an account of it; read again when anything has changed."""
        head = self._entrance(conn).head
        if self._verdicts is None or self._verdicts[0] != head:
            by_id = {verdict.id: verdict for verdict in all_verdicts(conn)}
            given = [
                (key, id_)
                for id_, v in by_id.items()
                for one in (v, by_id.get(v.undoes or "", v))
                for key in (one.event, one.other)
                if key
            ]
            homes: dict[str, str] = {}
            for part in _parts(list(dict(given))):
                homes |= dict(
                    list(row)
                    for row in conn.execute(select(members.c.event, members.c.incident).where(members.c.event.in_(part)))
                )
            self._verdicts = (head, [(homes[key], id_) for key, id_ in given if key in homes])
        return self._verdicts[1]

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

    def note(self, used: set[Used]) -> None:
        """Overrides that were used; :meth:`log` puts them on record."""
        if used:
            with self._lock:
                self._used |= used

    def _way(self, conn: Connection) -> Door:
        """The way out; known names at risk are read again when anything has changed."""
        return self._entrance(conn).door

    def _mark(self, conn: Connection) -> str:
        """What every masking rests on beside the record: policy, actor files, publishers' sides, names at risk."""
        return self._entrance(conn).mark

    def _entrance(self, conn: Connection) -> _Entrance:
        entry = chain_rows.head(conn)
        head = entry.hash if entry else ""
        known = self._door
        if known is not None and known.head == head:
            return known
        made = door(self.house.dossier()) if known is None else replace(known.door, at_risk=names_at_risk(conn))
        base = self._settings(made) if known is None else known.base
        self._door = _Entrance(head, made, base, _digest(base, *made.at_risk))
        return self._door

    def _settings(self, way: Door) -> str:
        config = self.house.dossier().config
        files = [sha256(path.read_bytes()).hexdigest() for path in config.actors]
        return _digest(repr(way.policy), repr(sorted(config.publishers.items())), *files)

    def _told(self, conn: Connection, id_: str) -> tuple[Incident, dict[str, Account]]:
        incident, found = next(overlaid(conn, None, None, [id_]))
        reports = sorted({pair.held.report for pair in found})
        known = {report: masked.passed for report in reports if (masked := self._masked(conn, report)) is not None}
        safe = together(found, known, self._way(conn).actors)
        return shown(incident, safe, self.house.dossier().config.publishers), {account.key: account for account in safe}


def _overrides(made: Protected) -> set[Used]:
    return {(item.name, item.reason, item.by, item.at) for item in made.overrides}


def _digest(*parts: str) -> str:
    return sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()


def _parts(ids: Sequence[str], size: int = _BATCH) -> list[Sequence[str]]:
    return [ids[at : at + size] for at in range(0, len(ids), size)]
