"""A dossier's incidents held against an agreement: read in batches, judged as the reviewers hold them, told with or without names.

What the terminal shows a reviewer has the accounts as they are. What is to leave goes through :func:`leaving_leaves`: the findings are the
same, and every word in them comes from the protected records, or is left out. This module must not decide what bears on a term.
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
from trucewatch.dossier.leaving import door, persons, report_ids
from trucewatch.dossier.store.tables import incidents, members
from trucewatch.ledger.accounts import accounts_of, told
from trucewatch.ledger.agreements import desks, find, load, shipped
from trucewatch.ledger.findings import Book
from trucewatch.ledger.incidents import from_json, summarise
from trucewatch.ledger.over_time import Leaf
from trucewatch.ledger.predictions import predictions
from trucewatch.model import TrucewatchError
from trucewatch.model.agreement import AreaRelation, Quote
from trucewatch.model.incident import Party, Spot, Voice

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from sqlalchemy import Connection

    from trucewatch.dossier.config import Config
    from trucewatch.dossier.leaving import Door
    from trucewatch.dossier.project import Dossier
    from trucewatch.dossier.verdicts.state import Resolved
    from trucewatch.ledger.predictions import Foretold
    from trucewatch.model import Coded
    from trucewatch.model.agreement import Agreement, Finding
    from trucewatch.model.incident import Account, Incident

#: Incidents that are read at once.
BATCH = 400
#: Reports whose protected records are kept at hand.
_KEPT = 256
GIVEN = "[a reviewer's words]"
_UNTOLD = "The words that decide it are masked."


def findings(dossier: Dossier, agreement: Agreement, begin: str | None = None, until: str | None = None) -> tuple[Finding, ...]:
    """Every incident of the dossier held against every term, the earliest incident first.

    Args:
        dossier: the open dossier.
        agreement: what the incidents are held against.
        begin: ISO date; incidents that ended before it are left out. None: from the first.
        until: ISO date; incidents that began after it are left out. None: to the last. With either, undated incidents are left out.
    """
    return tuple(finding for leaf in leaves(dossier, agreement, begin, until) for finding in leaf.findings)


def leaves(dossier: Dossier, agreement: Agreement, begin: str | None = None, until: str | None = None) -> Iterator[Leaf]:
    """The same incident by incident, those without a finding too; only a batch is in memory at a time."""
    book = Book(agreement)
    with dossier.store.read() as conn:
        for (incident, accounts), found in book.hold_many(_cases(conn, begin, until)):
            yield Leaf.of(incident, accounts, found)


def leaving_leaves(
    dossier: Dossier, agreement: Agreement, begin: str | None = None, until: str | None = None
) -> Iterator[Leaf]:
    """The same as it may leave the dossier, opened for writing: overrides that were used go on record at the end."""
    book, gate = Book(agreement), _Gate(door(dossier))
    sides = dossier.config.publishers
    try:
        with dossier.store.read() as conn:
            for incident, accounts in _cases(conn, begin, until):
                masked = gate.masked(conn, accounts)
                shown = _shown(incident, masked, sides)
                made = _masked(book.hold(incident, accounts), book.hold(shown, masked))
                yield Leaf.of(shown, masked, made)
    finally:
        gate.log(dossier)


def _cases(conn: Connection, begin: str | None, until: str | None) -> Iterator[tuple[Incident, list[Account]]]:
    """Incidents with their accounts as the reviewers hold them."""
    judgements = Judgements(conn)
    order = incident_order(conn, Filter(begin=begin, until=until))
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


# --- as it may leave ------------------------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Gate:
    """Protected records of the reports that were met last, event by event, and the overrides that they rest on."""

    door: Door
    used: set[tuple[str, str, str, str]] = field(default_factory=set)
    _known: OrderedDict[str, Mapping[str, tuple[Account, Account]]] = field(default_factory=OrderedDict)

    def record(self, conn: Connection, coded: Coded) -> Coded:
        """A record as it may leave."""
        made = self.door.let(coded, persons(conn, coded))
        self.used |= {(item.name, item.reason, item.by, item.at) for item in made.overrides}
        return made.coded

    def masked(self, conn: Connection, accounts: Sequence[Account]) -> list[Account]:
        """Accounts in the words of the protected records."""
        made = []
        for account in accounts:
            pair = self._events(conn, account.report).get(account.event)
            if pair is not None:
                made.append(_laid(account, *pair))
        return made

    def _events(self, conn: Connection, report: str) -> Mapping[str, tuple[Account, Account]]:
        """Event to its account as the machine has it, and as it may leave."""
        if report in self._known:
            self._known.move_to_end(report)
            return self._known[report]
        coded = keeping.load(conn, report)
        pairs: dict[str, tuple[Account, Account]] = {}
        if coded is not None:
            shown = accounts_of(self.record(conn, coded))
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


def _shown(incident: Incident, accounts: Sequence[Account], sides: Mapping[str, str]) -> Incident:
    """An incident in the words of accounts that may leave; its dates and its grade stay."""
    kept = incident.corroboration
    if not any(told(account) for account in accounts):
        empty = replace(incident, headline=GIVEN, place=None, tellers=(), tolls=(), contradictions=())
        return replace(empty, corroboration=replace(kept, reason=""))
    made = summarise(incident.id, accounts, sides=sides)
    reason = made.corroboration.reason if made.corroboration.grade == kept.grade else ""
    return replace(made, begin=incident.begin, until=incident.until, corroboration=replace(kept, reason=reason))


def _masked(true: Sequence[Finding], shown: Sequence[Finding]) -> tuple[Finding, ...]:
    """The findings as they are, in words that may leave; where masking hides what decides, the reasons say only that."""
    safe = {finding.term: finding for finding in shown}
    made = []
    for finding in true:
        found = safe.get(finding.term)
        if found is not None and found.bearing == finding.bearing:
            made.append(replace(found, status=finding.status, grade=finding.grade, bearers=finding.bearers))
            continue
        words = tuple([Quote(quote.key, "") for quote in finding.words]) if found is None else found.words
        made.append(
            replace(
                finding,
                reasons=(_UNTOLD,),
                words=words,
                area=AreaRelation("unknown", why="the place is masked or made coarse"),
                alleged_by=found.alleged_by if found else (),
                denied_by=found.denied_by if found else (),
            )
        )
    return tuple(made)


# --- what is foretold -----------------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Outlook:
    """One thing foretold, with what reviewers say became of it, the latest last."""

    foretold: Foretold
    resolved: tuple[Resolved, ...] = ()


def outlooks(dossier: Dossier, *, leaving: bool = False) -> tuple[Outlook, ...]:
    """Every prediction, vow and threat of the dossier's reports, in order of their publication; events that reviewers reject are left out.

    Args:
        dossier: the open dossier; for ``leaving`` it is opened for writing.
        leaving: whether they are to leave: in the words of the protected records, and without the reviewers' own.
    """
    gate = _Gate(door(dossier)) if leaving else None
    made: list[Outlook] = []
    with dossier.store.read() as conn:
        judgements = Judgements(conn)
        said: dict[tuple[str, int, int], list[Resolved]] = {}
        for item in judgements.effective.resolved:
            said.setdefault(item.anchor.key[:3], []).append(replace(item, text="") if leaving else item)
        gone = {ruling.event.rpartition("/")[2] for ruling in judgements.effective.rejected}
        for report in report_ids(conn):
            coded = keeping.load(conn, report)
            if coded is not None:
                shown = gate.record(conn, coded) if gate else coded
                spans = _anchored(coded, report)
                found = [one for one in predictions(replace(shown, id=report)) if one.key.rpartition("/")[2] not in gone]
                made += [Outlook(one, tuple(said.get((report, *spans.get(one.key, (0, 0))), ()))) for one in found]
    if gate:
        gate.log(dossier)
    return tuple(sorted(made, key=lambda item: item.foretold.said or "~"))


def _anchored(coded: Coded, report: str) -> dict[str, tuple[int, int]]:
    """Where a verdict on each thing foretold would hold on to the report's own words: an event's predicate, else the words themselves."""
    own = {f"{report}/{event.id}": (event.predicate.start, event.predicate.end) for event in coded.events}
    return {one.key: own.get(one.key, (one.start, one.end)) for one in predictions(replace(coded, id=report))}


def agreement_of(config: Config, named: str | None = None) -> Agreement:
    """The agreement that a dossier's incidents are held against: the one named, else the one of ``dossier.toml``.

    Raises:
        TrucewatchError: ``no-agreement``, naming those that are shipped; ``agreement-broken``.
    """
    name = named or config.agreement
    if not name:
        raise TrucewatchError(
            "no-agreement", "no agreement is named", where=str(config.path),
            next_step=f'--agreement FILE, or agreement = "..." under [ledger] there; shipped: {", ".join(shipped())}',
        )  # fmt: skip
    beside = config.folder / name
    path = beside if not named and beside.is_file() else find(name)
    return load(path, *desks(path, config.actors, config.gazetteers))
