"""Findings over time: per term and per party, day by day, with how well each is founded; and who reports on whom.

Every number stands with its parts: what was told, by how many origins, disputed or not. There is no score of compliance here: a day without
a report is not a calm day, and a week with fewer reported breaches may be a week with fewer reporters. Pure: no file, no clock. This
module must not judge an incident, and must not lay anything out.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING

from trucewatch.ledger.english import act_words, iso_words
from trucewatch.ledger.geo import ordinal
from trucewatch.ledger.periods import in_force
from trucewatch.ledger.tellers import origin_of, short

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from trucewatch.model.agreement import Agreement, Area, Bearing, Finding, Period, Status, Term
    from trucewatch.model.incident import Account, Grade, Incident

WEEK = 7
#: The bearing that a duty is judged by first, for the quiet days.
AGAINST: Bearing = "breaches"
KEPT: tuple[Bearing, ...] = ("fulfils", "fulfils in part")
#: In place of a party: findings in which no bearer is named.
NOBODY = ""
_ISO_DAY = 10
#: No ledger reaches further: a report that names a far year does not stretch it.
LONGEST = timedelta(days=40 * 366)
_FAR = "9900"


@dataclass(frozen=True, slots=True)
class Voiced:
    """Who tells one account. ``claimant`` empty: the report's own voice. ``claimant_id``: an id of the actor file."""

    account: str
    report: str
    publisher: str | None
    published: str | None
    claimant: str
    claimant_id: str | None
    origin: str


@dataclass(frozen=True, slots=True)
class Leaf:
    """One incident with its findings, and who tells of it."""

    incident: Incident
    findings: tuple[Finding, ...]
    voices: tuple[Voiced, ...]

    @classmethod
    def of(cls, incident: Incident, accounts: Iterable[Account], findings: Iterable[Finding]) -> Leaf:
        """The leaf of an incident, without its accounts' bulk."""
        return cls(incident, tuple(findings), tuple(_voiced(account) for account in accounts))

    def headline(self, finding: Finding) -> str:
        """The incident's headline, with the act that bears on the term where the incident is named after another."""
        named, own = self.incident.headline, act_words(self.incident.type, self.incident.truce)
        return f"{finding.deed}{named[len(own) :]}" if finding.deed and named.startswith(own) else named

    @property
    def one_origin(self) -> bool:
        """Whether all that is told of it goes back to one origin."""
        return self.incident.corroboration.grade in {"single origin", "several dependent"}


def _voiced(account: Account) -> Voiced:
    claimant = short(account) if account.voice.words else ""
    published = (account.published or "")[:_ISO_DAY] or None
    who = (account.publisher, published, claimant, account.voice.id)
    return Voiced(account.key, account.report, *who, origin_of(account, {}))


@dataclass(frozen=True, slots=True)
class Count:
    """Findings of one kind that fall on one day. ``day`` None: no day is told."""

    day: str | None
    bearing: Bearing
    status: Status
    grade: Grade
    number: int


@dataclass(frozen=True, slots=True)
class Quiet:
    """Days in force; those of them on which no breach is reported; and of those, the days of which any report tells anything at all."""

    in_force: int
    without_breach: int
    of_those_reported: int

    @property
    def words(self) -> str:
        """In one sentence, with what it does not say."""
        if not self.in_force:
            return "The term was not in force on any of these days."
        silent = self.without_breach - self.of_those_reported
        told = f"On {self.without_breach} of {self.in_force} days in force no breach is reported"
        if not silent:
            return f"{told}; reports tell of something on all of those." if self.without_breach else f"{told}."
        return f"{told}; on {silent} of those nothing at all is reported, which is not the same as calm."


@dataclass(frozen=True, slots=True)
class Trend:
    """The last week against the week before. ``reports``: published in either, whatever they tell."""

    week: tuple[str, str]
    before: tuple[str, str]
    counts: tuple[tuple[Bearing, int, int], ...]
    reports: tuple[int, int]

    @property
    def words(self) -> str:
        """The plain numbers in one sentence."""
        told = "; ".join(f"{bearing}: {now}, the week before {then}" for bearing, now, then in self.counts)
        papers = f"reports published: {self.reports[0]}, the week before {self.reports[1]}"
        return f"In the week to {iso_words(self.week[1])}: {told + '; ' if told else 'nothing that bears; '}{papers}."


@dataclass(frozen=True, slots=True)
class Series:
    """One term, of everybody (``party`` None), of one of its bearers, or where no bearer is named (``NOBODY``)."""

    term: str
    party: str | None
    counts: tuple[Count, ...]
    quiet: Quiet
    trend: Trend

    def total(self, *bearings: Bearing) -> int:
        """Findings of these bearings, dated or not."""
        return sum(count.number for count in self.counts if count.bearing in bearings)


@dataclass(frozen=True, slots=True)
class Stretch:
    """The days quiet of one area, over all terms that hold there: what is told of it, and not of elsewhere, counts."""

    area: str
    terms: tuple[str, ...]
    quiet: Quiet


@dataclass(frozen=True, slots=True)
class Coverage:
    """Who reports on whom. ``accused`` is a bearer, or None where no bearer is named; ``claimant`` empty for the publisher's own voice."""

    accused: str | None
    publisher: str
    side: str | None
    claimant: str
    breaches: int
    kept: int


@dataclass(frozen=True, slots=True)
class OverTime:
    """The ledger from ``begin`` to ``until``, both included."""

    agreement: str
    begin: str
    until: str
    incidents: int
    reports: int
    one_origin: int
    series: tuple[Series, ...]
    coverage: tuple[Coverage, ...]
    areas: tuple[Stretch, ...] = ()

    def of(self, term: str, party: str | None = None) -> Series | None:
        """The series of a term and party."""
        return next((one for one in self.series if (one.term, one.party) == (term, party)), None)


def over_time(
    agreement: Agreement,
    leaves: Sequence[Leaf],
    *,
    begin: str | None = None,
    until: str | None = None,
    sides: Mapping[str, str] | None = None,
) -> OverTime:
    """The findings of some incidents over time.

    Args:
        agreement: what they were held against.
        leaves: incidents with their findings.
        begin: first ISO date; None: the first incident's, but not before the agreement's own.
        until: last ISO date; None: the last on which a report was published or an incident fell.
        sides: publisher to the side it speaks for, an actor id.
    """
    first, last = window(agreement, leaves, begin, until)
    days = tuple(_days(first, last))
    told = {day for leaf in leaves for day in told_days(leaf.incident)}
    published = Counter({report: day for leaf in leaves for report, day in _published(leaf)}.values())
    frame = _Frame(days, frozenset(told), published)
    found = [(leaf, finding) for leaf in leaves for finding in leaf.findings if finding.bearing != "no bearing"]
    by_term: dict[str, list[tuple[Leaf, Finding]]] = {term.id: [] for term in agreement.terms}
    for leaf, finding in found:
        by_term[finding.term].append((leaf, finding))
    made = [
        _series(term, party, by_term[term.id], frame) for term in agreement.terms for party in (None, *term.bearers, NOBODY)
    ]  # fmt: skip
    return OverTime(
        agreement.id, first, last, len(leaves), len({v.report for leaf in leaves for v in leaf.voices}),
        sum(leaf.one_origin for leaf in leaves), tuple(made), tuple(_coverage(found, sides or {})),
        tuple(_stretches(agreement, leaves, days)),
    )  # fmt: skip


def window(agreement: Agreement, leaves: Iterable[Leaf], begin: str | None, until: str | None) -> tuple[str, str]:
    """First and last day, where they are not given; what is known to the month only, and years far off, stretch nothing."""
    begins: list[str] = []
    ends: list[str] = []
    for leaf in leaves:
        begins += _day_of(leaf.incident.begin)
        ends += [day for voice in leaf.voices for day in _day_of(voice.published)]
    first = begin or max(agreement.date[:_ISO_DAY], min(begins, default=""))
    far = (date.fromisoformat(first) + LONGEST).isoformat() if first < _FAR else first
    near = [day for day in (ends or begins) if day <= far]
    last = until or max(near, default=first)
    return first, max(first, last)


def _day_of(stamp: str | None) -> list[str]:
    """The day of an ISO stamp, as a list of one; none where it names no day of the calendar."""
    return [stamp[:_ISO_DAY]] if stamp and ordinal(stamp) is not None else []


def told_days(incident: Incident) -> tuple[str, ...]:
    """Every day that an incident may fall on; none where no day is told."""
    if incident.begin is None:
        return (incident.until[:_ISO_DAY],) if incident.until else ()
    return tuple(_days(incident.begin[:_ISO_DAY], (incident.until or incident.begin)[:_ISO_DAY]))


def _days(first: str, last: str) -> Iterator[str]:
    day, end = date.fromisoformat(first), date.fromisoformat(last)
    while day <= end:
        yield day.isoformat()
        day += timedelta(days=1)


def _published(leaf: Leaf) -> Iterator[tuple[str, str]]:
    for voice in leaf.voices:
        if voice.published:
            yield voice.report, voice.published


@dataclass(frozen=True, slots=True)
class _Frame:
    """The days looked at, those that any incident is told of, and how many reports were published on each."""

    days: tuple[str, ...]
    told: frozenset[str]
    published: Counter[str]


def _series(term: Term, party: str | None, found: Sequence[tuple[Leaf, Finding]], frame: _Frame) -> Series:
    mine = [(leaf, finding) for leaf, finding in found if party is None or party in (finding.bearers or (NOBODY,))]
    inside = set(frame.days)
    counts: Counter[tuple[str | None, Bearing, Status, Grade]] = Counter()
    loud: set[str] = set()
    for leaf, finding in mine:
        days = told_days(leaf.incident)
        day = next((day for day in days if day in inside), None)
        if days and day is None:
            continue
        counts[day, finding.bearing, finding.status, finding.grade] += 1
        if finding.bearing == AGAINST and finding.status != "withdrawn":
            loud.update(days)
    return Series(
        term.id, party,
        tuple(Count(*key, number) for key, number in sorted(counts.items(), key=lambda item: (item[0][0] or "", *item[0][1:]))),
        _quiet(term, loud, frame), _trend(counts, frame),
    )  # fmt: skip


def _quiet(term: Term, loud: set[str], frame: _Frame) -> Quiet:
    held = _held(term.period, frame.days)
    still = [day for day in held if day not in loud]
    return Quiet(len(held), len(still), sum(day in frame.told for day in still))


@lru_cache(maxsize=256)
def _held(period: Period, days: tuple[str, ...]) -> tuple[str, ...]:
    """Those of some days on which a term holds: every party of it asks, and the days stay while incidents come in."""
    return tuple(day for day in days if in_force(period, day))


def _stretches(agreement: Agreement, leaves: Sequence[Leaf], days: tuple[str, ...]) -> Iterator[Stretch]:
    """Days quiet by area; terms that hold everywhere have none of their own."""
    by_area: dict[Area, list[Term]] = {}
    for term in agreement.terms:
        if term.area is not None:
            by_area.setdefault(term.area, []).append(term)
    for area, terms in by_area.items():
        names = {term.id for term in terms}
        told: set[str] = set()
        loud: set[str] = set()
        for leaf in leaves:
            here = [f for f in leaf.findings if f.term in names and f.area.kind in {"inside", "partly"}]
            told.update(told_days(leaf.incident) if here else ())
            if any(f.bearing == AGAINST and f.status != "withdrawn" for f in here):
                loud.update(told_days(leaf.incident))
        covered = {day for term in terms for day in _held(term.period, days)}
        held = [day for day in days if day in covered]
        still = [day for day in held if day not in loud]
        quiet = Quiet(len(held), len(still), sum(day in told for day in still))
        yield Stretch(area.label or area.id or terms[0].label, tuple(term.id for term in terms), quiet)


def _trend(counts: Counter[tuple[str | None, Bearing, Status, Grade]], frame: _Frame) -> Trend:
    last = date.fromisoformat(frame.days[-1])
    week = [(last - timedelta(days=k)).isoformat() for k in range(WEEK)]
    before = [(last - timedelta(days=k)).isoformat() for k in range(WEEK, 2 * WEEK)]
    now: Counter[Bearing] = Counter()
    then: Counter[Bearing] = Counter()
    for (day, bearing, _, _), number in counts.items():
        if day in week:
            now[bearing] += number
        elif day in before:
            then[bearing] += number
    papers = [sum(frame.published[day] for day in span) for span in (week, before)]
    both = sorted(now.keys() | then.keys())
    rows = tuple((bearing, now[bearing], then[bearing]) for bearing in both)
    return Trend((week[-1], week[0]), (before[-1], before[0]), rows, (papers[0], papers[1]))


def _coverage(found: Iterable[tuple[Leaf, Finding]], sides: Mapping[str, str]) -> Iterator[Coverage]:
    """Each teller of an incident counts once for each party it is laid to."""
    against: Counter[tuple[str | None, str, str]] = Counter()
    kept: Counter[tuple[str | None, str, str]] = Counter()
    seen: set[tuple[str, str | None, str, str, bool]] = set()
    for leaf, finding in found:
        if finding.bearing != AGAINST and finding.bearing not in KEPT:
            continue
        quoted = {quote.key for quote in finding.words}
        for accused in finding.bearers or (None,):
            for voice in leaf.voices:
                who = (accused, voice.publisher or "?", voice.claimant)
                once = (leaf.incident.id, *who, finding.bearing == AGAINST)
                if voice.account in quoted and once not in seen:
                    seen.add(once)
                    (against if finding.bearing == AGAINST else kept)[who] += 1
    for who in sorted(against.keys() | kept.keys(), key=lambda who: (who[0] or "~", -against[who] - kept[who], who[1:])):
        yield Coverage(who[0], who[1], sides.get(who[1]), who[2], against[who], kept[who])
