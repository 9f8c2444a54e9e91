"""A dossier's incidents held against an agreement: read in batches, judged as the reviewers hold them, told with or without names.

What the terminal shows a reviewer has the accounts as they are. What is to leave goes through :func:`leaving_leaves`: the findings are the
same, and every word in them comes from the protected records, or is left out. This module must not decide what bears on a term.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from trucewatch.dossier import keeping
from trucewatch.dossier.judgements import Judgements
from trucewatch.dossier.leaving import door, report_ids
from trucewatch.dossier.passing import Passing, cases, overlaid, shown
from trucewatch.ledger.agreements import desks, find, load, shipped
from trucewatch.ledger.findings import Book
from trucewatch.ledger.over_time import Leaf
from trucewatch.ledger.predictions import predictions
from trucewatch.model import TrucewatchError
from trucewatch.model.agreement import AreaRelation, Quote

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from trucewatch.dossier.config import Config
    from trucewatch.dossier.project import Dossier
    from trucewatch.dossier.protection import Protected
    from trucewatch.dossier.verdicts.state import Resolved
    from trucewatch.ledger.predictions import Foretold
    from trucewatch.model import Coded
    from trucewatch.model.agreement import Agreement, Finding
    from trucewatch.model.incident import Account, Incident

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


def leaves(
    dossier: Dossier,
    agreement: Agreement,
    begin: str | None = None,
    until: str | None = None,
    *,
    only: Sequence[str] | None = None,
) -> Iterator[Leaf]:
    """The same incident by incident, those without a finding too; only a batch is in memory at a time. ``only``: ids of incidents."""
    book = Book(agreement, dossier.config.publishers)
    with dossier.store.read() as conn:
        for (incident, accounts), found in book.hold_many(cases(conn, begin, until, only)):
            yield Leaf.of(incident, accounts, found)


def leaving_leaves(
    dossier: Dossier,
    agreement: Agreement,
    begin: str | None = None,
    until: str | None = None,
    *,
    only: Sequence[str] | None = None,
    log: Callable[[set[tuple[str, str, str, str]]], None] | None = None,
) -> Iterator[Leaf]:
    """The same as it may leave the dossier, opened for writing: overrides that were used go on record at the end, by ``log`` if given."""
    for held in leaving(dossier, agreement, begin, until, only=only, log=log):
        yield Leaf.of(held.incident, held.accounts, held.findings)


# --- as it may leave ------------------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Held:
    """An incident with its accounts, and what it was found to mean for each term; no findings where nothing was held against."""

    incident: Incident
    accounts: tuple[Account, ...]
    findings: tuple[Finding, ...]


def leaving(
    dossier: Dossier,
    agreement: Agreement | None,
    begin: str | None = None,
    until: str | None = None,
    *,
    met: Callable[[str, Protected], None] | None = None,
    only: Sequence[str] | None = None,
    log: Callable[[set[tuple[str, str, str, str]]], None] | None = None,
) -> Iterator[Held]:
    """Incidents as they may leave the dossier, opened for writing, the earliest first.

    Args:
        dossier: the open dossier; overrides that were used go on record at the end.
        agreement: what the incidents are held against; None: nothing.
        begin: as in :func:`findings`.
        until: likewise.
        met: hears of the protected record of each report, by its id: of all reports where no days are given, else of those that tell.
        only: ids of the incidents to take; None: those of the days.
        log: puts the overrides that were used on record; then the dossier may be open for reading alone.
    """
    sides = dossier.config.publishers
    book = Book(agreement, sides) if agreement else None
    gate = Passing(door(dossier), met)
    try:
        with dossier.store.read() as conn:
            for incident, found in overlaid(conn, begin, until, only):
                masked, accounts = gate.together(conn, found), [pair.held for pair in found]
                told = shown(incident, masked, sides)
                made = findings_told(book.hold(incident, accounts), book.hold(told, masked)) if book else ()
                yield Held(told, tuple(masked), made)
            if met is not None and not (begin or until):
                gate.meet_rest(conn)
    finally:
        if log is None:
            gate.log(dossier)
        else:
            log(gate.used)


def findings_told(true: Sequence[Finding], shown: Sequence[Finding]) -> tuple[Finding, ...]:
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
    gate = Passing(door(dossier)) if leaving else None
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
