"""Incidents in the database: new accounts meet their like, and only the clusters they touch are worked out anew.

The outcome does not depend on the order in which reports arrived: a pair's comparison is a function of the two accounts, and a cluster a
function of its connected component. What depends on history is only an incident's id, which stays while the incident grows. Called inside a
write transaction. This module must not decide what belongs together: that is the ledger's.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select

from trucewatch.dossier.judgements import Judgements
from trucewatch.dossier.sql import canonical, chunks, short_id
from trucewatch.dossier.store import rows
from trucewatch.dossier.store.tables import aliases, blocks, current, edges, events, incidents, members, origins
from trucewatch.ledger import tables as bounds
from trucewatch.ledger.accounts import from_json
from trucewatch.ledger.blocking import blocks_of
from trucewatch.ledger.cluster import cluster_profiles
from trucewatch.ledger.compare import score
from trucewatch.ledger.incidents import summarise, to_dict
from trucewatch.ledger.profile import Profile, profile

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from sqlalchemy import Connection

    from trucewatch.model.incident import Account, Incident


def machine_accounts(conn: Connection, keys: Iterable[str]) -> dict[str, Account]:
    """Accounts of current codings by event key, as the machine has them, with their report's origin group."""
    found: dict[str, Account] = {}
    for piece in chunks(sorted(set(keys))):
        query = (
            select(events.c.key, events.c.account, origins.c.origin)
            .join(current, current.c.coding == events.c.coding)
            .join(origins, origins.c.report == events.c.report, isouter=True)
            .where(events.c.key.in_(piece))
        )
        for key, text, group in conn.execute(query):
            found[key] = replace(from_json(text), group=group or "")
    return found


def block_keys(found: Profile) -> list[str]:
    """The blocks of an account as the table keeps them: a long one by its hash."""
    return sorted(key if len(key) <= _LONGEST else short_id("b", key, size=64) for key in blocks_of(found))


_LONGEST = 120


def ties_of(found: Mapping[str, Profile]) -> list[tuple[str, str]]:
    """Pairs that hold together what one report tells of one occurrence."""
    strands: defaultdict[str, list[str]] = defaultdict(list)
    for key in sorted(found):
        strands[found[key].strand].append(key)
    return [(keys[0], key) for keys in strands.values() for key in keys[1:]]


def load_accounts(conn: Connection, keys: Iterable[str]) -> dict[str, Account]:
    """The same with the reviewers' corrections laid over."""
    return Judgements(conn).corrected(machine_accounts(conn, keys))


def row_of(made: Incident) -> dict[str, Any]:
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
        "summary": canonical(to_dict(made)),
    }


@dataclass
class Graph:
    """One update of the incidents. ``sides``: whose side a publisher stands on, from the dossier's settings."""

    conn: Connection
    sides: Mapping[str, str] = field(default_factory=dict)
    judgements: Judgements = field(init=False)
    _known: dict[str, Profile | None] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.judgements = Judgements(self.conn)

    def take_in(self, keys: Collection[str]) -> None:
        """New accounts, all of a report at once: compare them with what they meet, then work out the incidents they touch."""
        new = self.profiles(keys)
        if rejected := set(keys) - set(new):
            self.take_out(rejected)
        for key in sorted(new):
            self._meet(new[key])
        self._tie(keys)
        self.refresh(new)

    def take_out(self, keys: Collection[str]) -> None:
        """Accounts that no longer count (recoded, rejected): their neighbours are worked out without them."""
        left: set[str] = set()
        emptied: set[str] = set()
        for piece in chunks(keys):
            left |= set(self._neighbours(piece)) | self._companions(piece)
            emptied |= set(self.conn.scalars(select(members.c.incident).where(members.c.event.in_(piece))))
            rows.remove(self.conn, edges, edges.c.one.in_(piece) | edges.c.other.in_(piece))
            rows.remove(self.conn, blocks, blocks.c.event.in_(piece))
            rows.remove(self.conn, members, members.c.event.in_(piece))
        self._tie(keys)
        self.refresh(left - set(keys))
        self._drop_empty(emptied)

    def refresh(self, keys: Collection[str]) -> None:
        """Work out anew every incident that one of the accounts belongs to."""
        seen: set[str] = set()
        for key in sorted(set(keys)):
            if key not in seen:
                component = self._component(key)
                seen |= component
                self._settle(component)

    def profiles(self, keys: Collection[str]) -> dict[str, Profile]:
        """Accounts as they are compared, with the reviewers' corrections and without those they reject."""
        fresh = set(keys) - set(self._known)
        machine = machine_accounts(self.conn, fresh)
        rejected = self.judgements.rejected(machine)
        kept = {key: account for key, account in machine.items() if key not in rejected}
        made = {key: profile(account) for key, account in self.judgements.corrected(kept).items()}
        self._known.update({key: made.get(key) for key in fresh})
        return {key: found for key in keys if (found := self._known[key]) is not None}

    def _meet(self, new: Profile) -> None:
        """Write an account's blocks, and the edges to whom it meets in them."""
        key = new.account.key
        held = block_keys(new)
        sizes = self._sizes(held)
        rows.remove(self.conn, blocks, blocks.c.event == key)
        rows.remove(self.conn, edges, (edges.c.one == key) | (edges.c.other == key))
        rows.insert(self.conn, blocks, [{"block": block, "event": key} for block in held])
        small = [block for block in held if sizes.get(block, 0) < self.crowd]
        made = []
        for other in self.profiles(self._holders(small) - {key}).values():
            points = None if other.strand == new.strand else score(new, other)
            if points is not None and points > 0:
                one, two = sorted((key, other.account.key))
                made.append({"one": one, "other": two, "score": points})
        rows.insert(self.conn, edges, made)
        for block in held:
            if sizes.get(block, 0) == self.crowd:
                self._crowded(block)

    @property
    def crowd(self) -> int:
        """A block that more accounts hold tells nothing."""
        return bounds.limits()["crowd"]

    def _sizes(self, held: Collection[str]) -> dict[str, int]:
        query = select(blocks.c.block, func.count()).where(blocks.c.block.in_(list(held))).group_by(blocks.c.block)
        return dict(self.conn.execute(query).tuples().all()) if held else {}

    def _holders(self, held: Collection[str]) -> set[str]:
        return set(self.conn.scalars(select(blocks.c.event).where(blocks.c.block.in_(list(held))))) if held else set()

    def _crowded(self, block: str) -> None:
        """A block has become too full: edges that rest on it alone go, as if it had never been."""
        inside = self._holders([block])
        loose: list[tuple[str, str]] = []
        for piece in chunks(sorted(inside)):
            query = select(edges.c.one, edges.c.other).where(edges.c.one.in_(piece), edges.c.score > 0)
            loose += [(one, other) for one, other in self.conn.execute(query) if other in inside]
        touched: set[str] = set()
        for one, other in loose:
            both = self._blocks_of(one) & self._blocks_of(other)
            if not any(size <= self.crowd for size in self._sizes(both).values()):
                rows.remove(self.conn, edges, (edges.c.one == one) & (edges.c.other == other))
                touched |= {one, other}
        self.refresh(touched)

    def _blocks_of(self, key: str) -> set[str]:
        return set(self.conn.scalars(select(blocks.c.block).where(blocks.c.event == key)))

    def _tie(self, touched: Iterable[str]) -> None:
        """Tie together anew what each of some reports tells of one occurrence: edges without a score."""
        for report in sorted({key.partition("/")[0] for key in touched}):
            query = select(events.c.key).join(current, current.c.coding == events.c.coding).where(events.c.report == report)
            found = self.profiles(list(self.conn.scalars(query)))
            rows.remove(self.conn, edges, edges.c.one.in_(list(found)) & (edges.c.score == 0))
            rows.insert(self.conn, edges, [{"one": one, "other": other, "score": 0.0} for one, other in ties_of(found)])

    def _neighbours(self, keys: Collection[str]) -> Iterator[str]:
        for piece in chunks(keys):
            yield from self.conn.scalars(select(edges.c.other).where(edges.c.one.in_(piece)))
            yield from self.conn.scalars(select(edges.c.one).where(edges.c.other.in_(piece)))
        yield from self.judgements.joined(keys)

    def _companions(self, keys: Collection[str]) -> set[str]:
        """Who stands in an incident with one of them."""
        ids = list(self.conn.scalars(select(members.c.incident).where(members.c.event.in_(list(keys)))))
        return set(self.conn.scalars(select(members.c.event).where(members.c.incident.in_(ids)))) if ids else set()

    def _component(self, key: str) -> set[str]:
        """Everything that hangs together with an account, and whoever still stands in an incident with any of it."""
        found = {key}
        front = {key}
        while front:
            front = (set(self._neighbours(sorted(front))) | self._companions(sorted(front))) - found
            found |= front
        return found

    def _settle(self, component: set[str]) -> None:
        """Cluster a component and write its incidents: those clusters that hold something told."""
        found = self.profiles(component)
        ties: list[tuple[str, str]] = []
        for piece in chunks(sorted(found)):
            query = select(edges.c.one, edges.c.other).where(edges.c.one.in_(piece), edges.c.score > 0)
            ties += [(one, other) for one, other in self.conn.execute(query) if other in found]
        must, cannot = self.judgements.pairs(found)
        made = [keys for keys in cluster_profiles(found, ties, must, cannot) if any(found[key].role == "told" for key in keys)]
        self._write(made, {key: item.account for key, item in found.items()}, self._before(component))

    def _before(self, component: Collection[str]) -> dict[str, str]:
        found: dict[str, str] = {}
        for piece in chunks(sorted(component)):
            found.update(
                dict(self.conn.execute(select(members.c.event, members.c.incident).where(members.c.event.in_(piece))).all())
            )
        return found

    def _write(self, clusters: Iterable[frozenset[str]], accounts: Mapping[str, Account], before: Mapping[str, str]) -> None:
        named = self._named(list(clusters), before)
        for id_, keys in named.items():
            made = summarise(id_, [accounts[key] for key in sorted(keys)], sides=self.sides)
            self._incident(made)
            for key in sorted(keys):
                if before.get(key) != id_:
                    rows.upsert(self.conn, members, [{"event": key, "incident": id_}])
        self._leave(set(before) - {key for keys in named.values() for key in keys})
        for old in sorted(set(before.values()) - set(named)):
            self._alias(old, [key for key, id_ in before.items() if id_ == old], named)

    def _leave(self, keys: Collection[str]) -> None:
        """Accounts that belong to no incident any more."""
        for piece in chunks(sorted(keys)):
            rows.remove(self.conn, members, members.c.event.in_(piece))

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
            if id_ not in taken and not self._used(id_):
                return id_
            salt += 1

    def _used(self, id_: str) -> bool:
        return bool(
            self.conn.scalar(select(incidents.c.id).where(incidents.c.id == id_))
            or self.conn.scalar(select(aliases.c.id).where(aliases.c.id == id_))
        )

    def _incident(self, made: Incident) -> None:
        rows.upsert(self.conn, incidents, [row_of(made)])

    def _alias(self, old: str, keys: Collection[str], named: Mapping[str, frozenset[str]]) -> None:
        """An incident that is no more leads to the one most of it went to."""
        votes = Counter({id_: len(cluster_ & set(keys)) for id_, cluster_ in named.items()})
        best, count = max(votes.items(), key=lambda vote: (vote[1], vote[0]), default=("", 0))
        rows.remove(self.conn, incidents, incidents.c.id == old)
        if count:
            rows.upsert(self.conn, aliases, [{"id": old, "incident": best}])

    def _drop_empty(self, ids: Collection[str]) -> None:
        """Incidents that have lost their last member are gone."""
        for piece in chunks(sorted(ids)):
            held = set(self.conn.scalars(select(members.c.incident).where(members.c.incident.in_(piece))))
            rows.remove(self.conn, incidents, incidents.c.id.in_([id_ for id_ in piece if id_ not in held]))
