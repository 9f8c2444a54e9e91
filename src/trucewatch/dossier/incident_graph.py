"""Incidents in the database: new accounts meet their like, and only the clusters they touch are worked out anew.

The outcome does not depend on the order in which reports arrived: a pair's comparison is a function of the two accounts, and a cluster a
function of its connected component. What depends on history is only an incident's id, which stays while the incident grows. Called inside a
write transaction. This module must not decide what belongs together: that is the ledger's.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sqlalchemy import select, union_all

from trucewatch.dossier.accounts import Accounts, load_accounts, machine_accounts
from trucewatch.dossier.judgements import Judgements
from trucewatch.dossier.meeting import Meeting
from trucewatch.dossier.sql import short_id, table
from trucewatch.dossier.store import rows
from trucewatch.dossier.store.prepared import Prepared, within
from trucewatch.dossier.store.tables import aliases, edges, incidents, members
from trucewatch.ledger.cluster import cluster_profiles
from trucewatch.ledger.incidents import summarise, to_json
from trucewatch.ledger.region import Region

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from sqlalchemy import Connection

    from trucewatch.ledger.profile import Profile
    from trucewatch.model.incident import Incident

__all__ = ["Graph", "load_accounts", "machine_accounts", "row_of"]

_with = members.alias("companion")
#: Whom a tie or an incident of today joins with some accounts.
_NEAR = Prepared(
    union_all(
        select(edges.c.other).where(within(edges.c.one, "keys")),
        select(edges.c.one).where(within(edges.c.other, "keys")),
        select(_with.c.event).join(members, members.c.incident == _with.c.incident).where(within(members.c.event, "keys")),
    )
)
_INNER = Prepared(select(edges.c.one, edges.c.other, edges.c.score).where(within(edges.c.one, "keys"), edges.c.score > 0))
_TIES = Prepared(
    union_all(
        select(edges.c.one, edges.c.other, edges.c.score).where(within(edges.c.one, "keys")),
        select(edges.c.one, edges.c.other, edges.c.score).where(within(edges.c.other, "keys")),
    )
)
_HELD = Prepared(select(members.c.incident, members.c.event).where(within(members.c.incident, "ids")))
_BEFORE = Prepared(select(members.c.event, members.c.incident).where(within(members.c.event, "keys")))
_LEFT = rows.removal(members, within(members.c.event, "keys"))
_GONE = rows.removal(incidents, within(incidents.c.id, "ids"))
_USED = Prepared(
    union_all(
        select(incidents.c.id).where(within(incidents.c.id, "ids")), select(aliases.c.id).where(within(aliases.c.id, "ids"))
    )
)


@dataclass(slots=True)
class _Standing:
    """The ledger's tables, as a change of some accounts reads them."""

    conn: Connection
    accounts: Accounts

    def profiles(self, keys: Collection[str]) -> Mapping[str, Profile]:
        """Accounts; those that are gone or rejected are left out."""
        return self.accounts.profiles(keys)

    def ties(self, keys: Collection[str]) -> Iterable[tuple[str, str, float]]:
        """Every tie of some accounts with its score."""
        return [(one, other, score) for one, other, score in _TIES.all(self.conn, keys=sorted(keys))]

    def homes(self, keys: Collection[str]) -> Mapping[str, str]:
        """The incidents in which accounts stand."""
        return table(_BEFORE.all(self.conn, keys=sorted(keys)))

    def held(self, ids: Collection[str]) -> Mapping[str, Collection[str]]:
        """The accounts that incidents hold."""
        found: defaultdict[str, set[str]] = defaultdict(set)
        for id_, key in _HELD.all(self.conn, ids=sorted(ids)):
            found[id_].add(key)
        return found


@dataclass
class Graph:
    """One update of the incidents. ``sides``: whose side a publisher stands on, from the dossier's settings."""

    conn: Connection
    sides: Mapping[str, str] = field(default_factory=dict)
    judgements: Judgements = field(init=False)
    accounts: Accounts = field(init=False)
    meeting: Meeting = field(init=False)

    def __post_init__(self) -> None:
        self.judgements = Judgements(self.conn)
        self.accounts = Accounts(self.conn, self.judgements)
        self.meeting = Meeting(self.conn, self.accounts)

    def bring_up(self, keys: Collection[str]) -> None:
        """Accounts that are new, have changed (recoded, corrected, of another origin now) or are gone (recoded, rejected).

        They are compared with what they meet, and the incidents that they touch are worked out.
        """
        around = self.meeting.bring_up(keys)
        region = Region(_Standing(self.conn, self.accounts))
        made, reached = region.settle(keys, around, self.meeting.regained)
        if self.judgements.bind(region.seen):
            self.refresh(keys, around)
        elif reached:
            self._settle(reached, set(keys), made)

    def refresh(self, keys: Collection[str], around: Collection[str] = ()) -> None:
        """Work out anew every incident that one of some accounts belongs to.

        Args:
            keys: accounts that have changed, or are judged otherwise: their incidents are told anew even where they keep their members.
            around: accounts whose ties alone have changed.
        """
        component = self._component({*keys, *around})
        if component:
            self._settle(component, set(keys), self._whole(component))

    def _near(self, keys: Collection[str]) -> set[str]:
        return {*_NEAR.column(self.conn, keys=sorted(keys)), *self.judgements.joined(keys)}

    def _component(self, keys: Collection[str]) -> set[str]:
        """Everything that hangs together with some accounts, and whoever still stands in an incident with any of it."""
        found = set(keys)
        front = set(keys)
        while front:
            front = self._near(front) - found
            found |= front
        return found

    def _whole(self, component: Collection[str]) -> list[frozenset[str]]:
        """Cluster what hangs together, as reviewers' merges and splits need it."""
        found = self.accounts.profiles(component)
        ties = {(one, other): score for one, other, score in _INNER.all(self.conn, keys=sorted(found)) if other in found}
        must, cannot = self.judgements.pairs(found)
        return list(cluster_profiles(found, ties, must, cannot))

    def _settle(self, reached: Collection[str], changed: set[str], clusters: Iterable[frozenset[str]]) -> None:
        """Write incidents: those clusters that hold something told. ``reached``: who is or was in one of them."""
        found = self.accounts.profiles(reached)
        made = [keys for keys in clusters if any(found[key].role == "told" for key in keys)]
        before = table(_BEFORE.all(self.conn, keys=sorted(reached)))
        named = self._named(made, before)
        self._write(named, before)
        stale = {id_ for id_, keys in named.items() if changed & keys} | _grown(named, before)
        self._tell({id_: named[id_] for id_ in stale}, found)

    def _write(self, named: Mapping[str, frozenset[str]], before: Mapping[str, str]) -> None:
        """Who stands in which incident; those that are no more lead to others."""
        moved = [
            {"event": key, "incident": id_} for id_, keys in named.items() for key in sorted(keys) if before.get(key) != id_
        ]
        rows.upsert(self.conn, members, moved)
        lost = sorted(set(before) - {key for keys in named.values() for key in keys})
        if lost:
            _LEFT.run(self.conn, keys=lost)
        for old in sorted(set(before.values()) - set(named)):
            self._alias(old, [key for key, id_ in before.items() if id_ == old], named)

    def _tell(self, named: Mapping[str, frozenset[str]], found: Mapping[str, Profile]) -> None:
        told = [
            summarise(id_, [found[key].account for key in sorted(keys)], sides=self.sides)
            for id_, keys in sorted(named.items())
        ]
        rows.upsert(self.conn, incidents, [row_of(made) for made in told])

    def _named(self, clusters: list[frozenset[str]], before: Mapping[str, str]) -> dict[str, frozenset[str]]:
        """An id for each cluster: that of the incident most of it comes from, where none has a better right to it."""
        claims = sorted(
            (
                (count, id_, number)
                for number, keys in enumerate(clusters)
                for id_, count in Counter(before[k] for k in keys if k in before).items()
            ),
            key=lambda claim: (-claim[0], claim[1], min(clusters[claim[2]])),
        )
        taken: dict[str, int] = {}
        have: dict[int, str] = {}
        for _, id_, number in claims:
            if id_ not in taken and number not in have:
                taken[id_], have[number] = number, id_
        for number, keys in enumerate(clusters):
            if number not in have:
                have[number] = self._fresh(min(keys), taken)
                taken[have[number]] = number
        return {have[number]: keys for number, keys in enumerate(clusters)}

    def _fresh(self, key: str, taken: Collection[str]) -> str:
        """An id that no incident has or had."""
        salt = 0
        while True:
            id_ = short_id("i", key, str(salt) if salt else None, size=12)
            if id_ not in taken and _USED.first(self.conn, ids=[id_]) is None:
                return id_
            salt += 1

    def _alias(self, old: str, keys: Collection[str], named: Mapping[str, frozenset[str]]) -> None:
        """An incident that is no more leads to the one most of it went to."""
        votes = Counter({id_: len(cluster_ & set(keys)) for id_, cluster_ in named.items()})
        best, count = max(votes.items(), key=lambda vote: (vote[1], vote[0]), default=("", 0))
        _GONE.run(self.conn, ids=[old])
        if count:
            rows.upsert(self.conn, aliases, [{"id": old, "incident": best}])


def _grown(named: Mapping[str, frozenset[str]], before: Mapping[str, str]) -> set[str]:
    """Incidents that have other members than before."""
    had = Counter(before.values())
    same = {id_ for id_, keys in named.items() if had[id_] == len(keys) and all(before.get(key) == id_ for key in keys)}
    return set(named) - same


def row_of(made: Incident) -> dict[str, object]:
    """An incident as the table keeps it."""
    place = made.place
    return {
        "id": made.id,
        "headline": made.headline,
        "type": made.type,
        "truce": made.truce,
        "begin": made.begin,
        "until": made.until,
        "place": (place.name or place.text) if place else None,
        "country": place.country if place else None,
        "latitude": place.latitude if place else None,
        "longitude": place.longitude if place else None,
        "precision": place.precision if place else None,
        "accounts": len(made.tellers),
        "reports": made.corroboration.reports,
        "origins": made.corroboration.origins,
        "grade": made.corroboration.grade,
        "disputed": bool(made.contradictions),
        "summary": to_json(made),
    }
