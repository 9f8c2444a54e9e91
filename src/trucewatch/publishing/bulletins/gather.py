"""What may leave of a dossier, gathered for a bulletin in one pass: incidents, reports, who reprints and quotes whom, what was masked.

Every word here is of a protected record. What is counted of sources is counted from those too, so that a table cannot name whom the policy
masks. This module must not lay anything out.
"""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from trucewatch.dossier.book import leaving
from trucewatch.dossier.store.tables import links, meta, origins, reports
from trucewatch.ledger.english import lowered
from trucewatch.ledger.framing import framing, tally
from trucewatch.publishing import words
from trucewatch.publishing.bulletins.frame import web_address
from trucewatch.publishing.bulletins.lines import case_of, moment
from trucewatch.publishing.words import clean

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from sqlalchemy import Connection

    from trucewatch.dossier.masking.policy import Policy
    from trucewatch.dossier.project import Dossier
    from trucewatch.dossier.protection import Protected
    from trucewatch.ledger.framing import Naming, Row
    from trucewatch.model import CoderFacts, Report
    from trucewatch.model.agreement import Agreement
    from trucewatch.publishing.bulletins.lines import Case

#: Tags of a report by which its publisher files it: how many are kept, and how long kind and tag may be.
_MOST_TAGS, _KIND, _TAG = 12, 24, 60


@dataclass(frozen=True, slots=True)
class Paper:
    """A report as the bulletin lists it: not its text. ``sha256`` of the text, only where nothing of the report was masked.

    ``source`` says in words where it is from, ``source_url`` and ``source_name`` the same as it declares it. ``filed``: kind of tag and tag.
    """

    id: str
    title: str
    publisher: str
    published: str | None
    url: str
    language: str | None
    source: str
    source_name: str
    source_url: str
    filed: tuple[tuple[str, str], ...]
    events: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Pair:
    """Reports of one publisher that copy another's; ``outside``: what they copy is not among the reports here."""

    copier: str
    source: str
    kinds: tuple[str, ...]
    number: int
    outside: bool
    sure: bool


@dataclass(frozen=True, slots=True)
class Quoted:
    """Whom a publisher's reports quote, with which stances, how often."""

    publisher: str
    who: str
    stances: tuple[tuple[str, int], ...]
    number: int


@dataclass(frozen=True, slots=True)
class Publisher:
    """A publisher in numbers. ``first``: its reports that no other here is known to come before."""

    name: str
    side: str
    reports: int
    first: int
    begin: str | None
    until: str | None


@dataclass(frozen=True, slots=True)
class Gathered:
    """Everything a bulletin shows. ``copies``: a report to the one that its origin group began with, where that is another."""

    dossier: str
    agreement: Agreement | None
    cases: tuple[Case, ...]
    papers: tuple[Paper, ...]
    publishers: tuple[Publisher, ...]
    pairs: tuple[Pair, ...]
    quoted: tuple[Quoted, ...]
    namings: tuple[Row, ...]
    copies: Mapping[str, str]
    unread: int
    coders: tuple[tuple[CoderFacts, int], ...]
    masked: tuple[tuple[str, str, int], ...]
    overrides: int
    policy: Policy

    @property
    def newest(self) -> str:
        """When the newest report was published, as it says itself; empty where none says."""
        return max(
            (paper.published for paper in self.papers if paper.published and moment(paper.published)), key=moment, default=""
        )


@dataclass(slots=True)
class _Sources:
    """Listens to each protected record as it is made; one that is met again changes nothing."""

    papers: dict[str, Paper] = field(default_factory=dict)
    quoted: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    namings: list[tuple[Naming, ...]] = field(default_factory=list)
    coders: Counter[CoderFacts] = field(default_factory=Counter)
    masked: Counter[tuple[str, str]] = field(default_factory=Counter)
    overrides: set[str] = field(default_factory=set)
    tell: Callable[[str], None] = lambda _: None

    def met(self, report: str, made: Protected) -> None:
        if report in self.papers or made.coded.report is None:
            return
        coded, found = made.coded, made.coded.report
        self.tell(clean(found.title or report))
        self.papers[report] = _paper(report, found, len(coded.events), whole=not made.masked)
        publisher = _name(found.publisher)
        self.quoted.update((publisher, _whom(words.source(claim)), claim.stance) for claim in coded.claims if claim.source)
        self.namings.append(framing(coded))
        if coded.coder:
            self.coders[coded.coder] += 1
        for item in made.masked:
            self.masked[item.kind, item.reason] += item.count
        self.overrides.update(item.name for item in made.overrides)


def gather(
    dossier: Dossier,
    agreement: Agreement | None,
    begin: str | None,
    until: str | None,
    tell: Callable[[str], None] = lambda _: None,
) -> Gathered:
    """Everything, from a dossier that is open for writing: overrides that were used go on record.

    Args:
        dossier: the open dossier.
        agreement: what incidents are held against, if anything.
        begin: ISO date; incidents that ended before it, and undated ones, are left out.
        until: ISO date; incidents that began after it, and undated ones, are left out. With either, only reports that tell are listed.
        tell: hears the title of each report.
    """
    heard = _Sources(tell=tell)
    cases = tuple(case_of(held) for held in leaving(dossier, agreement, begin, until, met=heard.met))
    papers = tuple(sorted(heard.papers.values(), key=lambda paper: (moment(paper.published), paper.id)))
    copies, found = dossier.read(lambda conn: (_copies(conn, heard.papers), _links(conn, heard.papers)))
    from trucewatch.dossier.leaving import door  # noqa: PLC0415 - the policy alone

    return Gathered(
        dossier=dossier.read(lambda conn: str(conn.scalar(select(meta.c.value).where(meta.c.key == "id")))),
        agreement=agreement,
        cases=cases,
        papers=papers,
        publishers=_publishers(papers, copies, dossier.config.publishers),
        pairs=_pairs(found, heard.papers),
        quoted=_quoted(heard.quoted),
        namings=tally(heard.namings).rows,
        copies=copies,
        unread=dossier.read(_unread),
        coders=tuple(sorted(heard.coders.items(), key=lambda item: (-item[1], item[0].version, item[0].gazetteer))),
        masked=tuple((kind, reason, number) for (kind, reason), number in sorted(heard.masked.items())),
        overrides=len(heard.overrides),
        policy=door(dossier).policy,
    )


def _unread(conn: Connection) -> int:
    return int(conn.scalar(select(func.count()).where(reports.c.status != "read")) or 0)


def _name(publisher: str | None) -> str:
    return clean(publisher or "") or "publisher not known"


def _whom(text: str) -> str:
    return lowered(clean(text)[:120])


def _paper(report: str, found: Report, events: int, *, whole: bool) -> Paper:
    origin = found.origin
    return Paper(
        id=report,
        title=clean(found.title or "") or "untitled report",
        publisher=_name(found.publisher),
        published=found.published,
        url=web_address(found.url),
        language=found.language,
        source=words.origin(origin),
        source_name=clean(origin.publisher or "") if origin else "",
        source_url=web_address(origin.url) if origin else "",
        filed=tuple(_filed(found)),
        events=events,
        sha256=found.sha256 if whole else "",
    )


def _filed(report: Report) -> Iterable[tuple[str, str]]:
    """How the publisher files it: a tag is short; what is longer is no tag."""
    found = [(clean(kind).replace("_", " "), clean(tag)) for kind, tags in sorted(report.tags.items()) for tag in tags]
    return [(kind, tag) for kind, tag in dict.fromkeys(found) if 0 < len(tag) <= _TAG and len(kind) <= _KIND][:_MOST_TAGS]


# Sources ------------------------------------------------------------------------------------------------------------------------------------


def _copies(conn: Connection, papers: Mapping[str, Paper]) -> dict[str, str]:
    """Reports to the first of their origin group, where that is another and is here."""
    rows = conn.execute(select(origins.c.report, origins.c.origin))
    return {report: first for report, first in rows if report in papers and first in papers and first != report}


@dataclass(frozen=True, slots=True)
class _Copy:
    one: str
    other: str
    kind: str
    earlier: str | None


def _links(conn: Connection, papers: Mapping[str, Paper]) -> list[_Copy]:
    query = select(links.c.report, links.c.other, links.c.kind, links.c.detail).where(links.c.joins).order_by(links.c.id)
    rows = [(one, other, kind, json.loads(detail).get("earlier")) for one, other, kind, detail in conn.execute(query)]
    return [_Copy(*row) for row in rows if row[0] in papers and row[1] in papers]


def _pairs(found: Iterable[_Copy], papers: Mapping[str, Paper]) -> tuple[Pair, ...]:
    """Who copies whom: by the texts, and by what reports declare of sources that are not here."""
    kinds: dict[tuple[str, str, bool, bool], Counter[str]] = {}
    linked = set()
    for item in found:
        source = item.earlier if item.earlier in {item.one, item.other} else item.other
        copier = item.one if source == item.other else item.other
        linked.add(copier)
        key = (papers[copier].publisher, papers[source or item.other].publisher, False, item.earlier is not None)
        kinds.setdefault(key, Counter())[item.kind] += 1
    for paper in papers.values():
        if paper.source_name and paper.id not in linked:
            kinds.setdefault((paper.publisher, paper.source_name, True, True), Counter())["declared"] += 1
    made = [
        Pair(copier, source, tuple(sorted(counted)), sum(counted.values()), outside, sure)
        for (copier, source, outside, sure), counted in kinds.items()
    ]
    return tuple(sorted(made, key=lambda pair: (-pair.number, pair.copier, pair.source, pair.outside, pair.sure)))


def _quoted(counted: Counter[tuple[str, str, str]]) -> tuple[Quoted, ...]:
    stances: dict[tuple[str, str], Counter[str]] = {}
    for (publisher, who, stance), number in counted.items():
        stances.setdefault((publisher, who), Counter())[stance] += number
    made = [
        Quoted(publisher, who, tuple(sorted(found.items(), key=lambda item: (-item[1], item[0]))), sum(found.values()))
        for (publisher, who), found in stances.items()
    ]
    return tuple(sorted(made, key=lambda item: (item.publisher, -item.number, item.who)))


def _publishers(papers: Iterable[Paper], copies: Mapping[str, str], sides: Mapping[str, str]) -> tuple[Publisher, ...]:
    groups: dict[str, list[Paper]] = {}
    for paper in papers:
        groups.setdefault(paper.publisher, []).append(paper)
    made = []
    for name, mine in groups.items():
        dated = sorted((paper.published for paper in mine if moment(paper.published)), key=moment)
        first = sum(paper.id not in copies for paper in mine)
        made.append(Publisher(name, sides.get(name, ""), len(mine), first, *((dated[0], dated[-1]) if dated else (None, None))))
    return tuple(sorted(made, key=lambda one: (-one.reports, one.name)))
