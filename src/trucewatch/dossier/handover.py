"""What an export is given of a dossier: incidents and reports as they may leave, those that were asked for, and what must be said of them.

An exporter sees a dossier through a :class:`Handover` only, so that no format can forget the protection policy. Without it, by a reason that
goes into the chain of custody, everything is as the reviewers hold it. This module must not lay anything out.
"""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select

from trucewatch.dossier import chain_rows, keeping
from trucewatch.dossier.browse import Filter, incident_count, incident_order, incident_query, provenance
from trucewatch.dossier.judgements import Judgements, all_attached
from trucewatch.dossier.leaving import door, report_ids
from trucewatch.dossier.passing import AT_SITE, Passing, overlaid, shown
from trucewatch.dossier.sql import table
from trucewatch.dossier.store.tables import codings, current, events, members, meta, origins, reports

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from sqlalchemy import Connection

    from trucewatch.dossier.passing import Overlaid
    from trucewatch.dossier.project import Dossier
    from trucewatch.dossier.protection import Masked, Protected
    from trucewatch.model import Coded
    from trucewatch.model.incident import Account, Incident


@dataclass(frozen=True, slots=True)
class Case:
    """An incident and its accounts, in the order of their keys."""

    incident: Incident
    accounts: tuple[Account, ...]


@dataclass(frozen=True, slots=True)
class Counted:
    """How many the dossier has, and how many of them were asked for."""

    there: int
    chosen: int


def _silent(_name: str) -> None:
    """Nobody watches."""


@dataclass
class Handover:
    """The dossier as one export is given it; open it for writing, for what is put on record at the end.

    Args:
        dossier: the open dossier.
        wanted: which incidents; formats of reports or events take those that tell of them. The default is everything.
        unprotected: why the protection policy is not applied; None: it is.
        tick: hears of each incident and report that was handed over.
    """

    dossier: Dossier
    wanted: Filter = field(default_factory=Filter)
    unprotected: str | None = None
    tick: Callable[[str], None] = _silent
    _masked: dict[str, tuple[Masked, ...]] = field(default_factory=dict, init=False)
    _coarse: dict[str, int] = field(default_factory=dict, init=False)

    @cached_property
    def facts(self) -> Mapping[str, str]:
        """The dossier's id, name, and when it was made."""
        found = self.dossier.read(lambda conn: table(conn.execute(select(meta.c.key, meta.c.value))))
        return {"id": found.get("id", ""), "name": self.dossier.config.name, "made": found.get("made", "")}

    @cached_property
    def coders(self) -> Sequence[Mapping[str, Any]]:
        """The coders of today's codings, and how many each made."""
        query = select(codings.c.coder, func.count()).join(current, current.c.coding == codings.c.id).group_by(codings.c.coder)
        found = self.dossier.read(lambda conn: sorted((text, count) for text, count in conn.execute(query)))
        return [{**json.loads(text), "codings": count} for text, count in found]

    @property
    def policy(self) -> Mapping[str, Any]:
        """The protection policy in words and numbers, and what it has masked so far; never a name."""
        if self._way is None:
            return {"applied": False, "note": "by explicit choice; the reason is in the dossier's chain of custody"}
        policy = self._way.door.policy
        counts: Counter[tuple[str, str, str]] = Counter()
        for masked in self._masked.values():
            for item in masked:
                counts[item.field, item.kind, item.reason] += item.count
        counts[AT_SITE] += sum(self._coarse.values())
        return {
            "applied": True,
            "mask_private_persons": policy.mask_private_persons,
            "mask_threatened_persons": policy.mask_threatened_persons,
            "coarsen_protected_sites": policy.coarsen_protected_sites,
            "coarse_degrees": policy.coarse_degrees,
            "overrides_used": len(self._way.used),
            "masked": [{"field": f, "kind": k, "reason": r, "count": n} for (f, k, r), n in sorted(counts.items()) if n],
        }

    @cached_property
    def incidents(self) -> Counted:
        """How many incidents there are."""
        return self.dossier.read(lambda conn: Counted(incident_count(conn, Filter()), incident_count(conn, self.wanted)))

    @cached_property
    def reports(self) -> Counted:
        """How many reports there are."""
        there = self.dossier.read(lambda conn: int(conn.scalar(select(func.count()).select_from(reports)) or 0))
        return Counted(there, there if self.chosen is None else len({key.partition("/")[0] for key in self.chosen}))

    @cached_property
    def chosen(self) -> frozenset[str] | None:
        """The events (``report/event``) of the incidents that were asked for; None where everything was."""
        if self.wanted == Filter():
            return None
        query = select(members.c.event).where(members.c.incident.in_(incident_query(self.wanted)))
        return self.dossier.read(lambda conn: frozenset(conn.scalars(query)))

    @cached_property
    def homes(self) -> Mapping[str, str]:
        """The incident of each event (``report/event``) that has one."""
        query = select(members.c.event, members.c.incident).join(events, events.c.key == members.c.event)
        query = query.join(current, current.c.coding == events.c.coding)
        return self.dossier.read(lambda conn: table(conn.execute(query)))

    @cached_property
    def origins(self) -> Mapping[str, str]:
        """The first report of each report's origin group; its own id where it is that, or where the first is not here."""
        here = select(reports.c.id)
        query = select(origins.c.report, origins.c.origin).where(origins.c.origin.in_(here))
        return self.dossier.read(lambda conn: table(conn.execute(query)))

    @cached_property
    def coded_at(self) -> Mapping[str, str]:
        """When each report's current coding was made."""
        query = select(codings.c.report, codings.c.made).join(current, current.c.coding == codings.c.id)
        return self.dossier.read(lambda conn: table(conn.execute(query)))

    def received(self, report: str) -> list[Mapping[str, Any]]:
        """What a report was read from: id and time of the capture; without the policy also its hash, size and address."""
        found = self.dossier.read(lambda conn: provenance(conn, report))
        if self.unprotected is None:
            return [{"id": item.capture, "retrieved": item.retrieved} for item in found]
        return [
            {"id": i.capture, "retrieved": i.retrieved, "sha256": i.sha256, "bytes": i.size, "uri": i.uri, "member": i.member}
            for i in found
        ]

    @cached_property
    def rejected(self) -> frozenset[str]:
        """The events (``report/event``) of which reviewers say that there is no such event."""

        def work(conn: Connection) -> frozenset[str]:
            gone = {ruling.anchor.key for ruling in Judgements(conn).effective.rejected}
            found = all_attached(conn) if gone else []
            return frozenset(f"{a.anchor.report}/{a.event}" for a in found if a.event and a.now and a.now.key in gone)

        return self.dossier.read(work)

    def takes(self, report: str, event: str) -> bool:
        """Whether an event is of an incident that was asked for, and no reviewer says that there is none."""
        key = f"{report}/{event}"
        return key not in self.rejected and (self.chosen is None or key in self.chosen)

    def cases(self) -> Iterator[Case]:
        """The incidents with their accounts, the earliest first, those without a day last."""
        with self.dossier.store.read() as conn:
            ids = None if self.chosen is None else frozenset(incident_order(conn, self.wanted))
            for incident, found in overlaid(conn, None, None):
                if ids is None or incident.id in ids:
                    yield self._case(conn, incident, found)
                    self.tick(incident.headline)

    def records(self) -> Iterator[tuple[str, Coded]]:
        """The reports' records, in order of arrival, each with the report's id in the dossier; a masked record may have another."""
        told = None if self.chosen is None else {key.partition("/")[0] for key in self.chosen}
        with self.dossier.store.read() as conn:
            for id_ in report_ids(conn):
                coded = keeping.load(conn, id_) if told is None or id_ in told else None
                if coded is not None:
                    yield id_, self._record(conn, id_, coded)
                    self.tick(id_)

    def finish(self, format_: str, name: str) -> None:
        """Put on record what the export rests on: overrides that were used, and that the policy was set aside."""
        used = sorted(self._way.used) if self._way else []

        def work(conn: Connection) -> None:
            if used:
                chain_rows.enter(conn, "override", {"names": [list(item) for item in used]})
            if self.unprotected is not None:
                chain_rows.enter(conn, "exported", {"as": format_, "name": name, "why": self.unprotected})

        if used or self.unprotected is not None:
            self.dossier.write(work)

    @cached_property
    def _way(self) -> Passing | None:
        return None if self.unprotected is not None else Passing(door(self.dossier), self._meet)

    def _meet(self, report: str, made: Protected) -> None:
        self._masked[report] = made.masked

    def _record(self, conn: Connection, report: str, coded: Coded) -> Coded:
        if self._way is None:
            return coded
        safe = self._way.record(conn, coded, report)
        made = self._way.coarse(conn, safe, report)
        self._coarse[report] = sum(one != other for one, other in zip(made.places, safe.places, strict=True))
        return made

    def _case(self, conn: Connection, incident: Incident, found: Sequence[Overlaid]) -> Case:
        if self._way is None:
            return Case(incident, tuple([pair.held for pair in found]))
        masked, safe = self._way.laid(conn, found), tuple(self._way.together(conn, found))
        self._coarse[incident.id] = sum(one != other for one, other in zip(masked, safe, strict=True))
        return Case(shown(incident, safe, self.dossier.config.publishers), safe)
