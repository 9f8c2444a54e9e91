"""Incidents in the database: new accounts meet their like, and only the clusters they touch are worked out anew.

The outcome does not depend on the order in which reports arrived: a pair's comparison is a function of the two accounts, and a cluster a
function of its connected component. What depends on history is only an incident's id, which stays while the incident grows. Called inside a
write transaction. This module must not decide what belongs together: that is the ledger's.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from sqlalchemy import delete, func, select

from trucewatch.dossier.judgements import Judgements
from trucewatch.dossier.sql import canonical, chunks, short_id
from trucewatch.dossier.store import rows
from trucewatch.dossier.store.tables import aliases, blocks, current, edges, events, incidents, members, origins
from trucewatch.ledger.accounts import from_json, told
from trucewatch.ledger.blocking import MOST_HELD
from trucewatch.ledger.blocking import blocks as blocks_of
from trucewatch.ledger.cluster import cluster
from trucewatch.ledger.compare import compare
from trucewatch.ledger.incidents import summarise

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


def load_accounts(conn: Connection, keys: Iterable[str]) -> dict[str, Account]:
    """The same with the reviewers' corrections laid over."""
    return Judgements(conn).corrected(machine_accounts(conn, keys))


@dataclass
class Graph:
    """One update of the incidents. ``sides``: whose side a publisher stands on, from the dossier's settings."""

    conn: Connection
    sides: Mapping[str, str] = field(default_factory=dict)
    judgements: Judgements = field(init=False)

    def __post_init__(self) -> None:
        self.judgements = Judgements(self.conn)

    def take_in(self, keys: Collection[str]) -> None:
        """New accounts: compare them with what they meet, then work out the incidents they touch."""
        accounts = self._counting(keys)
        for account in accounts.values():
            self._meet(account)
        self.refresh(accounts)

    def take_out(self, keys: Collection[str]) -> None:
        """Accounts that no longer count (recoded, rejected): their neighbours are worked out without them."""
        left: set[str] = set()
        emptied: set[str] = set()
        for piece in chunks(keys):
            left |= set(self._neighbours(piece)) | self._companions(piece)
            emptied |= set(self.conn.scalars(select(members.c.incident).where(members.c.event.in_(piece))))
            self.conn.execute(delete(edges).where(edges.c.one.in_(piece) | edges.c.other.in_(piece)))
            self.conn.execute(delete(blocks).where(blocks.c.event.in_(piece)))
            self.conn.execute(delete(members).where(members.c.event.in_(piece)))
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

    def _counting(self, keys: Collection[str]) -> dict[str, Account]:
        """Those accounts that take part in incidents."""
        machine = machine_accounts(self.conn, keys)
        rejected = self.judgements.rejected(machine)
        return {key: a for key, a in self.judgements.corrected(machine).items() if key not in rejected and told(a)}

    def _meet(self, account: Account) -> None:
        """Write an account's blocks, and the edges to whom it meets in them."""
        keys = sorted(blocks_of(account))
        self.conn.execute(delete(blocks).where(blocks.c.event == account.key))
        met = self._held_by(keys) - {account.key}
        if keys:
            self.conn.execute(blocks.insert(), [{"block": key, "event": account.key} for key in keys])
        self.conn.execute(delete(edges).where((edges.c.one == account.key) | (edges.c.other == account.key)))
        made = []
        for other in self._counting(met).values():
            comparison = compare(account, other)
            if comparison.score > 0 and not comparison.barred:
                one, two = sorted((account.key, other.key))
                made.append({"one": one, "other": two, "score": comparison.score})
        if made:
            self.conn.execute(edges.insert(), made)

    def _held_by(self, keys: Collection[str]) -> set[str]:
        """Who holds one of the blocks; blocks that too many hold tell nothing and are left out."""
        sizes = dict(
            self.conn.execute(
                select(blocks.c.block, func.count()).where(blocks.c.block.in_(list(keys))).group_by(blocks.c.block)
            ).all()
        )
        small = [key for key, size in sizes.items() if size <= MOST_HELD]
        if not small:
            return set()
        return set(self.conn.scalars(select(blocks.c.event).where(blocks.c.block.in_(small))))

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
        """Cluster a component and write its incidents."""
        accounts = self._counting(component)
        scores: dict[tuple[str, str], float] = {}
        for piece in chunks(sorted(accounts)):
            found = self.conn.execute(select(edges).where(edges.c.one.in_(piece)))
            scores.update({(row.one, row.other): row.score for row in found if row.other in accounts})
        must, cannot = self.judgements.pairs(accounts)
        clusters = cluster(accounts, scores, must=must, cannot=cannot)
        before = self._before(component)
        self._write(clusters, accounts, before)

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
        for old in sorted(set(before.values()) - set(named)):
            self._alias(old, [key for key, id_ in before.items() if id_ == old], named)

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
        from trucewatch.ledger.incidents import to_dict  # noqa: PLC0415

        place, when = made.place, made.when
        rows.upsert(
            self.conn,
            incidents,
            [{
                "id": made.id,
                "headline": made.headline,
                "type": made.type,
                "truce": made.truce,
                "begin": when.begin if when else None,
                "until": when.until if when else None,
                "place": (place.name or place.text) if place else None,
                "country": place.country if place else None,
                "latitude": place.latitude if place else None,
                "longitude": place.longitude if place else None,
                "precision": place.precision if place else None,
                "accounts": made.account_count,
                "reports": made.report_count,
                "origins": made.origin_count,
                "grade": made.grade,
                "disputed": made.disputed,
                "summary": canonical(to_dict(made)),
            }],
        )  # fmt: skip

    def _alias(self, old: str, keys: Collection[str], named: Mapping[str, frozenset[str]]) -> None:
        """An incident that is no more leads to the one most of it went to."""
        votes = Counter({id_: len(cluster_ & set(keys)) for id_, cluster_ in named.items()})
        best, count = max(votes.items(), key=lambda vote: (vote[1], vote[0]), default=("", 0))
        self.conn.execute(delete(incidents).where(incidents.c.id == old))
        if count:
            rows.upsert(self.conn, aliases, [{"id": old, "incident": best}])

    def _drop_empty(self, ids: Collection[str]) -> None:
        """Incidents that have lost their last member are gone."""
        for piece in chunks(sorted(ids)):
            held = set(self.conn.scalars(select(members.c.incident).where(members.c.incident.in_(piece))))
            gone = [id_ for id_ in piece if id_ not in held]
            self.conn.execute(delete(incidents).where(incidents.c.id.in_(gone)))
