"""To whom a statement goes back: the claimant it names, the agency that carries it, or the origin group of its report.

Two papers that quote one ministry are one origin for what it says, however their own texts differ; an anonymous source is no more than the
report that has it. So independence is counted statement by statement and not report by report. This module must not say whether a statement
is true, nor which statements are about the same thing: that is for whoever hands in accounts of one incident.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from trucewatch.ledger.origins.links import agency_of
from trucewatch.ledger.origins.publishers import publisher_key
from trucewatch.ledger.origins.voices import hidden, name_words, source_words, specific, voice

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from trucewatch.model import Claim, Coded, Event

StatementKind = Literal["claimant", "agency", "group"]
_LISTED = 4


@dataclass(frozen=True, slots=True)
class StatementOrigin:
    """To whom one account goes back. Two accounts with one ``key`` are one origin.

    ``name`` is the origin for reading, ``words`` a sentence's worth: "Varenia (government), as quoted by Kestrian Courier". ``carrier`` is who
    printed it, ``why`` the ground in plain English. Keys are compared among accounts of one incident only.
    """

    key: str
    kind: StatementKind
    name: str
    words: str
    carrier: str
    report: str
    why: str


@dataclass(frozen=True, slots=True)
class Independent:
    """One origin among several, with the accounts that go back to it, and why those are one."""

    key: str
    kind: StatementKind
    words: str
    reports: tuple[str, ...]
    why: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Count:
    """How many independent origins a statement has, and which."""

    number: int
    origins: tuple[Independent, ...]
    words: str


def statement_origin(coded: Coded, event: Event, group: str, *, first: str | None = None) -> StatementOrigin:
    """To whom an event's account goes back.

    Args:
        coded: The coded report.
        event: One of its events.
        group: The key of the report's origin group.
        first: Who published the group's first report (``OriginGroup.publisher``). With it an outlet that tells a thing twice in its own voice,
            in two reports that are no copies, is one origin; without it they are two.
    """
    around = tuple(_chain(coded, event.claim))
    for claim in around:
        found = voice(coded, claim)
        if found and found.key != _own(coded):
            kind: StatementKind = "agency" if found.key == (_signed(coded) or ("",))[0] else "claimant"
            return _made(coded, kind, found.key, found.name, f"the claim names its source as “{source_words(claim)}”")
    if medium := _medium(coded, around):
        key, name = medium
        return _made(coded, "agency", key, name, f"nobody is named but {name}, which carries it")
    if local := _local(coded, around):
        return _made(
            coded,
            "claimant",
            f"words:{local}@{group}",
            f"“{local}”",
            "the source is named by no more than its kind, so it is this report's own",
        )
    if agency := _signed(coded):
        return _made(coded, "agency", *agency, f"the report is signed by {agency[1]}")
    return _of_group(coded, group, first, unnamed=bool(around))


def _of_group(coded: Coded, group: str, first: str | None, *, unnamed: bool) -> StatementOrigin:
    """An account that goes back to the first report of its group, and no further."""
    who = first or _carrier(coded)
    key = outlet_key(first) or f"group:{group}"
    if unnamed:
        return _made(
            coded,
            "group",
            key,
            f"an unnamed source of {who}",
            "the source is not named, so it goes back to the group's first report",
        )
    return _made(coded, "group", key, who, "the report's own voice, so it goes back to the group's first report")


def outlet_key(name: str | None) -> str:
    """The key of an outlet as an origin: the actor id of a known medium, else its name as a claimant's would be; empty for none."""
    known = publisher_key(name)
    return known if not known or known.startswith("media.") else f"name:{known}"


def independent(origins: Iterable[StatementOrigin]) -> Count:
    """The independent origins among accounts of one thing, and why each account belongs to its origin.

    The outcome does not depend on the order of the accounts.
    """
    held: defaultdict[str, list[StatementOrigin]] = defaultdict(list)
    for origin in sorted(origins, key=lambda origin: (origin.key, origin.carrier, origin.report)):
        held[origin.key].append(origin)
    found = tuple(_independent(accounts) for accounts in held.values())
    found = tuple(sorted(found, key=lambda one: (-len(one.reports), one.key)))
    reports = {report for one in found for report in one.reports}
    return Count(len(found), found, _counted(found, len(reports)))


def _independent(accounts: Sequence[StatementOrigin]) -> Independent:
    first = accounts[0]
    reports = tuple(dict.fromkeys(account.report for account in accounts))
    why = tuple(dict.fromkeys(f"{account.carrier}: {account.why}" for account in accounts))
    return Independent(first.key, first.kind, _told(first, accounts, len(reports)), reports, why)


def _told(first: StatementOrigin, accounts: Sequence[StatementOrigin], reports: int) -> str:
    """The origin and how it reached us: "Varenia (government), as quoted by 3 papers (A, B and C)"."""
    carriers = list(dict.fromkeys(account.carrier for account in accounts))
    if reports == 1:
        return first.words
    if first.kind == "group":
        return f"{first.name}, in {reports} reports that are no independent accounts of one another"
    verb = "as quoted by" if first.kind == "claimant" else "carried by"
    if len(carriers) == 1:
        return f"{first.name}, {verb} {carriers[0]} in {reports} reports"
    return f"{first.name}, {verb} {len(carriers)} papers ({listed(carriers)})"


def listed(names: Sequence[str]) -> str:
    """Names in a row: "A, B and C"; the first few and the number of the rest where there are many."""
    shown = list(names) if len(names) <= _LISTED else [*names[: _LISTED - 1], f"{len(names) - _LISTED + 1} more"]
    return " and ".join([", ".join(shown[:-1]), shown[-1]]) if len(shown) > 1 else "".join(shown)


def _counted(found: Sequence[Independent], reports: int) -> str:
    origins = f"{len(found)} independent origin{'' if len(found) == 1 else 's'}"
    told = f"{origins} in {reports} report{'' if reports == 1 else 's'}"
    return f"{told}: {'; '.join(one.words for one in found)}." if found else "No account, so no origin."


def _chain(coded: Coded, claim_id: str | None) -> Iterator[Claim]:
    """The claim that holds an event and those around it, innermost first."""
    known, seen = {claim.id: claim for claim in coded.claims}, set[str]()
    while claim_id and claim_id in known and claim_id not in seen:
        seen.add(claim_id)
        yield known[claim_id]
        claim_id = known[claim_id].within


def _medium(coded: Coded, around: Sequence[Claim]) -> tuple[str, str] | None:
    """The first medium that carries the claim without making it, other than the report's own publisher: its key and name."""
    own = _own(coded)
    for claim in around:
        names = [mention.text for mention in claim.conduit]
        names += [source_words(claim)] if _media(claim) else []
        for name in names:
            if outlet_key(name) not in {"", own} and name_words(name):
                return outlet_key(name), " ".join(name.split())
    return None


def _own(coded: Coded) -> str:
    return outlet_key(coded.report.publisher if coded.report else None)


def _local(coded: Coded, around: Sequence[Claim]) -> str:
    """What the innermost claim's source is called where that is no proper name but says more than a kind of person ("village council")."""
    words = source_words(around[0]) if around and not _media(around[0]) else ""
    left = name_words(words)
    kind_only = hidden(words) or bool(around and around[0].claimant and specific(around[0].claimant))
    return "" if kind_only or f"name:{left.replace(' ', '')}" == _own(coded) else left


def _media(claim: Claim) -> bool:
    return claim.claimant is not None and claim.claimant.type == "media"


def _signed(coded: Coded) -> tuple[str, str] | None:
    """The agency that signs the report in its dateline."""
    if coded.report is None or not agency_of(coded.report) or coded.report.origin is None:
        return None
    return outlet_key(coded.report.origin.publisher), str(coded.report.origin.publisher)


def _carrier(coded: Coded) -> str:
    report = coded.report
    return (report.publisher or report.title if report else None) or coded.id


def _made(coded: Coded, kind: StatementKind, key: str, name: str, why: str) -> StatementOrigin:
    carrier = _carrier(coded)
    how = {"claimant": f"{name}, as quoted by {carrier}", "agency": f"{name}, carried by {carrier}"}
    own = f"{name}, in its own voice" if name == carrier else name if carrier in name else f"{name}, as taken over by {carrier}"
    words = how.get(kind, own)
    return StatementOrigin(key, kind, name, words, carrier, coded.id, why)
