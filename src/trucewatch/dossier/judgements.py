"""Verdicts in the database: what reviewers said, where it stands in today's coding, and what it means for the ledger.

Verdicts are only ever added. Where each one's anchor stands in the current coding is derived (``attachments``) and made anew when a report is
recoded. This module must not decide what a verdict means: that is the verdicts room's.
"""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import asdict, dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from trucewatch.dossier import chain_rows
from trucewatch.dossier.sql import canonical, short_id
from trucewatch.dossier.store import rows
from trucewatch.dossier.store.prepared import Prepared, within
from trucewatch.dossier.store.tables import attachments, verdicts
from trucewatch.dossier.verdicts.attach import Attached, apply, key_of, settle
from trucewatch.dossier.verdicts.kinds import Anchor, Verdict, from_row, to_row
from trucewatch.dossier.verdicts.state import Effective, anchors, effective

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from sqlalchemy import Connection

    from trucewatch.dossier.verdicts.attach import How
    from trucewatch.model import Coded
    from trucewatch.model.incident import Account


#: Rows of either table that are kept as they were read: all of them are read again for every verdict.
_KEPT = 16_384
_ANY = Prepared(select(verdicts.c.seq).limit(1))
_ALL = Prepared(select(verdicts).order_by(verdicts.c.seq))
_LAST = Prepared(select(verdicts).order_by(verdicts.c.seq.desc()).limit(1))
_NAMES = tuple(column.name for column in verdicts.columns)
_at = attachments.c
_places = select(_at.anchor, _at.event, _at.how, _at.why, _at.now).order_by(_at.id)
_PLACES = Prepared(_places)
_OF_REPORTS = Prepared(_places.where(within(_at.report, "reports")))


def all_verdicts(conn: Connection) -> list[Verdict]:
    """Every verdict, in order."""
    return [_verdict(row) for row in _ALL.all(conn)]


def last(conn: Connection) -> Verdict | None:
    """The last verdict."""
    row = _LAST.first(conn)
    return None if row is None else _verdict(row)


def all_attached(conn: Connection, reports: Iterable[str] | None = None) -> list[Attached]:
    """Where every anchor stands in the current codings."""
    found = _PLACES.all(conn) if reports is None else _OF_REPORTS.all(conn, reports=sorted(reports))
    return [_attached(*row) for row in found]


@lru_cache(maxsize=_KEPT)
def _attached(anchor: str, event: str | None, how: How, why: str, now: str | None) -> Attached:
    return Attached(_anchor(anchor), event, how, why, _anchor(now) if now else None)


def _anchor(written: str) -> Anchor:
    return Anchor(**json.loads(written))


def add(conn: Connection, verdict: Verdict, coded: Iterable[Coded]) -> None:
    """Write a verdict down, with where its anchors stand in the codings of their reports."""
    rows.insert(conn, verdicts, [_row(verdict)])
    chain_rows.enter(conn, "verdict", {"verdict": verdict.id, "digest": verdict.digest, "reviewer": verdict.reviewer})
    for record in coded:
        reattach(conn, record, [verdict])


def _row(verdict: Verdict) -> dict[str, Any]:
    """A verdict's own digest is the table's ``hash``; the table's ``digest`` is of the row."""
    row = dict(to_row(verdict))
    row["hash"] = row.pop("digest")
    return row


@lru_cache(maxsize=_KEPT)
def _verdict(row: tuple[Any, ...]) -> Verdict:
    data = dict(zip(_NAMES, row, strict=True))
    data["digest"] = data.pop("hash")
    return from_row(data)


def reattach(conn: Connection, coded: Coded, given: Iterable[Verdict] | None = None) -> Counter[str]:
    """Find the anchors of one report in its coding; counts of same, moved and lost."""
    every = all_verdicts(conn) if given is None else list(given)
    mine = [anchor for anchor in anchors(every) if anchor.report == coded.id]
    found = settle(mine, coded)
    if found:
        rows.upsert(conn, attachments, [_attachment(item) for item in found])
    return Counter(item.how for item in found)


def attachment_id(anchor: Anchor) -> str:
    """The key of an anchor's row."""
    return short_id("a", *(str(part) for part in anchor.key))


def _attachment(item: Attached) -> dict[str, Any]:
    anchor = item.anchor
    return {
        "id": attachment_id(anchor),
        "report": anchor.report,
        "event": item.event,
        "how": item.how,
        "why": item.why,
        "anchor": canonical(asdict(anchor)),
        "now": canonical(asdict(item.now)) if item.now else None,
    }


def current(conn: Connection) -> Effective:
    """What all verdicts come to today."""
    return effective(all_verdicts(conn), all_attached(conn))


@dataclass(slots=True)
class Judgements:
    """What the verdicts mean for accounts, read once a transaction."""

    conn: Connection
    _effective: Effective | None = None
    _none: bool | None = None
    _pairs: list[tuple[str, str, bool]] = field(default_factory=list)

    @property
    def none(self) -> bool:
        """Whether nobody has said anything yet."""
        if self._none is None:
            self._none = _ANY.first(self.conn) is None
        return self._none

    @property
    def effective(self) -> Effective:
        """What all verdicts come to."""
        if self._effective is None:
            self._effective = Effective() if self.none else current(self.conn)
            self._pairs = self._linked(self._effective)
        return self._effective

    def _linked(self, found: Effective) -> list[tuple[str, str, bool]]:
        """Merges and splits as pairs of event keys of today."""
        where = {
            item.now.key: f"{item.anchor.report}/{item.event}" for item in all_attached(self.conn) if item.now and item.event
        }
        made = []
        for link in (*found.merges, *found.splits):
            one, other = where.get(link.one.key), where.get(link.other.key)
            if one and other and one != other:
                made.append((min(one, other), max(one, other), link.same))
        return sorted(made)

    def corrected(self, accounts: Mapping[str, Account]) -> dict[str, Account]:
        """The accounts as the reviewers hold them."""
        if self.none:
            return dict(accounts)
        return {key: apply(account, self.effective).account for key, account in accounts.items()}

    def rejected(self, accounts: Mapping[str, Account]) -> set[str]:
        """Keys of machine accounts that the latest word rejects."""
        if self.none:
            return set()
        gone = {ruling.anchor.key for ruling in self.effective.rejected}
        return {key for key, account in accounts.items() if key_of(account) in gone}

    def pairs(self, keys: Iterable[str]) -> tuple[set[tuple[str, str]], set[tuple[str, str]]]:
        """Must-links and cannot-links among some events."""
        if self.none:
            return set(), set()
        _ = self.effective
        wanted = set(keys)
        inside = [pair for pair in self._pairs if pair[0] in wanted and pair[1] in wanted]
        return {pair[:2] for pair in inside if pair[2]}, {pair[:2] for pair in inside if not pair[2]}

    def bind(self, keys: Collection[str]) -> bool:
        """Whether a merge or a split concerns one of some events."""
        if self.none:
            return False
        _ = self.effective
        return any(a in keys or b in keys for a, b, _same in self._pairs)

    def joined(self, keys: Iterable[str]) -> set[str]:
        """Whom a merge joins with one of some events."""
        if self.none:
            return set()
        _ = self.effective
        wanted = set(keys)
        found = {b for a, b, same in self._pairs if same and a in wanted} | {
            a for a, b, same in self._pairs if same and b in wanted
        }
        return found - wanted
