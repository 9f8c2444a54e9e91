"""The bulletin as a whole: gathers what may leave, lays out every page, feed and mail, and puts the folder in its place at the end.

The same dossier and choices give the same bytes. This module must not mask, and must not know how a page looks.
"""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, field
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any

from trucewatch import __version__
from trucewatch.dossier.book import agreement_of
from trucewatch.ledger.over_time import Leaf
from trucewatch.ledger.situation import situation, unheld
from trucewatch.model import TrucewatchError
from trucewatch.publishing.bulletins import atlas, groups, passages
from trucewatch.publishing.bulletins.feed import FEWER, feed
from trucewatch.publishing.bulletins.folder import building, check
from trucewatch.publishing.bulletins.frame import Choices, Frame, base_of, licence_of
from trucewatch.publishing.bulletins.gather import gather
from trucewatch.publishing.bulletins.ledger import ledger_pages
from trucewatch.publishing.bulletins.lines import file_name, moment, voices
from trucewatch.publishing.bulletins.mail import digest
from trucewatch.publishing.bulletins.pages import GRADES, Pages, anchor, asset
from trucewatch.publishing.bulletins.timeline import timeline
from trucewatch.publishing.ledger_text import name_of
from trucewatch.publishing.side_by_side import LETTERS, beside
from trucewatch.publishing.words import clean, day

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path

    from trucewatch.dossier.config import Config
    from trucewatch.dossier.project import Dossier
    from trucewatch.ledger.situation import Situation
    from trucewatch.publishing.bulletins.folder import Folder
    from trucewatch.publishing.bulletins.gather import Gathered
    from trucewatch.publishing.bulletins.groups import Group
    from trucewatch.publishing.bulletins.lines import Case, Line

#: Incidents on a page of a list, reports on one, incidents of the digest, and accounts of one position in a frame.
PAGE, PAPERS, DIGEST, FRAMED = 60, 100, 20, 3
_LATEST = 12
_SPOT = 12
#: The day reported on where no report tells of any, and the earliest that can be one.
_NO_DAY, _EARLIEST = "1970-01-01", "1000-01-01"
_FIRM = frozenset({"independent", "opposed sides agree"})


@dataclass(frozen=True, slots=True)
class Written:
    """What was written."""

    path: Path
    incidents: int
    reports: int
    files: int


def write(
    dossier: Dossier,
    out: Path,
    choices: Choices,
    *,
    overwrite: bool = False,
    tell: Callable[[str], None] = lambda _: None,
) -> Written:
    """Write a dossier's bulletin into a folder.

    Args:
        dossier: open for writing, as overrides that were used go on record.
        out: the folder: new, empty, or a bulletin that is to be replaced.
        choices: what was asked for.
        overwrite: whether a bulletin that stands there may be replaced.
        tell: hears what is done, a few words at a time.

    Raises:
        TrucewatchError: where the place is taken, the choices do not fit, or nothing can be written; nothing has changed then.
    """
    if choices.begin and choices.until and choices.begin > choices.until:
        raise TrucewatchError(
            "bad-days", f"no day lies between {choices.begin} and {choices.until}", next_step="give the earlier one first"
        )
    check(out.resolve(), overwrite=overwrite)
    named = choices.agreement or dossier.config.agreement
    base = base_of(dossier.config, choices.base_url)
    agreement = agreement_of(dossier.config, choices.agreement) if named else None
    gathered = gather(dossier, agreement, choices.begin, choices.until, tell)
    frame = frame_of(dossier.config, choices, gathered, base)
    site = Site(frame, gathered, as_of_given=choices.as_of is not None)
    with building(out, overwrite=overwrite) as folder:
        for name, data in site.files():
            folder.write(name, data)
            tell(name)
        _finish(folder, site)
    return Written(out.resolve(), len(gathered.cases), len(gathered.papers), len(folder.hashes) + 1)


def _finish(folder: Folder, site: Site) -> None:
    frame, gathered = site.frame, site.gathered
    folder.finish({
        "dossier": frame.dossier, "title": frame.title, "publisher": frame.publisher,
        "licence": frame.licence.name, "as_of": frame.as_of, "day": frame.day,
        "from": frame.begin, "to": frame.until, "base_url": frame.base_url, "made_by": f"Trucewatch {frame.version}",
        "agreement": gathered.agreement.id if gathered.agreement else None,
        "incidents": len(gathered.cases), "reports": len(gathered.papers), "inputs_not_read": gathered.unread,
        "coders": [{"version": f.version, "model": f.model, "ontology": f.ontology, "gazetteer": f.gazetteer, "actors": f.actors,
                    "reports": number} for f, number in gathered.coders],
        "masked": [{"kind": kind, "reason": reason, "times": number} for kind, reason, number in gathered.masked],
    })  # fmt: skip


def frame_of(config: Config, choices: Choices, gathered: Gathered, base_url: str) -> Frame:
    """What the bulletin says of itself. The day reported on is the last, up to the bulletin's own, that an incident is told of."""
    as_of = choices.as_of or gathered.newest
    single = [one for case in gathered.cases if (one := _single_day(case.line))]
    known = as_of[:10]  # a month or a year, where no more is known
    last = max((one for one in single if not known or one[: len(known)] <= known), default=max(single, default=""))
    return Frame(
        dossier=gathered.dossier,
        name=clean(config.name),
        title=clean(choices.title or config.bulletin_title or config.name),
        publisher=clean(config.bulletin_publisher),
        licence=licence_of(choices.licence or config.bulletin_licence),
        base_url=base_url,
        contact=clean(config.bulletin_contact),
        as_of=as_of,
        day=choices.day or last or moment(as_of)[:10] or _NO_DAY,
        begin=choices.begin,
        until=choices.until,
        version=__version__,
    )


def _single_day(line: Line) -> str:
    """The day of an incident that is told of one day; empty for others."""
    begin, until = (line.begin or "")[:10], (line.until or "")[:10]
    found = begin or until if not (begin and until) or begin == until else ""
    return found if found >= _EARLIEST else ""


def _newest_first(cases: Sequence[Case]) -> list[Case]:
    dated = sorted(
        (c for c in cases if c.line.begin or c.line.until), key=lambda c: (c.line.begin or c.line.until or "", c.line.id)
    )
    return [*reversed(dated), *sorted((c for c in cases if not (c.line.begin or c.line.until)), key=lambda c: c.line.id)]


def paged(name: str, number: int, size: int) -> list[str]:
    """The pages of a list: "incidents.html", "incidents-2.html", ..."""
    return [f"{name}.html", *(f"{name}-{page}.html" for page in range(2, -(-number // size) + 1))]


@dataclass
class Site:
    """One bulletin, laid out."""

    frame: Frame
    gathered: Gathered
    as_of_given: bool = False
    cases: list[Case] = field(init=False)
    lines: list[Line] = field(init=False)

    def __post_init__(self) -> None:
        self.cases = _newest_first(self.gathered.cases)
        self.lines = [case.line for case in self.cases]
        self.papers = {paper.id: paper for paper in self.gathered.papers}
        self.leaves = [Leaf.of(c.incident, c.accounts.values(), c.findings) for c in self.gathered.cases]
        self.regions = groups.regions(self.lines)
        self.themes = groups.themes(self.lines)
        self.filed = groups.filed(self.cases, self.papers)
        names = groups.Names()
        self.publisher_pages = {one.name: f"{names.of('sources', one.name)}.html" for one in self.gathered.publishers}
        ordered = list(reversed(self.gathered.papers))
        self.report_pages = paged("reports", len(ordered), PAPERS)
        self.listed = ordered
        self.where = {paper.id: f"{self.report_pages[at // PAPERS]}#{file_name(paper.id)}" for at, paper in enumerate(ordered)}

    @cached_property
    def pages(self) -> Pages:
        """The templates with what all of them need."""
        shared = {
            "nav": self._nav(), "numbers": self._numbers(), "letters": LETTERS, "anchor": anchor,
            "fictional": bool(self.gathered.agreement and self.gathered.agreement.fictional),
            "cite_bulletin": lambda: passages.whole(self.frame, len(self.papers)),
            "about_bulletin": self._about,
            "cite_case": lambda case: passages.of_case(case, self.frame, self.papers),
            "about_case": lambda case: passages.mail_of_case(case, self.frame, self.papers),
            "cite_group": lambda group: passages.of_group(group, self.frame),
            "about_group": lambda group: f"{group.label}\n\n{passages.of_group(group, self.frame)}",
        }  # fmt: skip
        return Pages(self.frame, shared, {line.id: line.address for line in self.lines})

    @cached_property
    def situation(self) -> Situation:
        """The day's report."""
        if self.gathered.agreement:
            return situation(self.gathered.agreement, self.leaves, self.frame.day)
        return unheld(self.leaves, self.frame.day, self.frame.title)

    def _nav(self) -> list[tuple[str, str]]:
        found = [("index.html", "Situation"), ("map.html", "Map"), ("incidents.html", "Incidents")]
        found += [("ledger.html", "Ledger")] if self.gathered.agreement else []
        return [
            *found,
            ("regions.html", "Regions"),
            ("themes.html", "Themes"),
            ("sources.html", "Sources"),
            ("method.html", "Method"),
        ]

    def _numbers(self) -> dict[str, int]:
        firm = sum(line.grade in _FIRM for line in self.lines)
        return {
            "incidents": len(self.lines), "firm": firm, "one_origin": len(self.lines) - firm,
            "disputed": sum(bool(line.disputed) for line in self.lines),
            "reports": len(self.papers), "origins": len(self.papers) - len(self.gathered.copies),
        }  # fmt: skip

    def _about(self) -> str:
        told = "\n".join(self.situation.sections[0].sentences)
        return f"{self.frame.title}: {day(self.frame.day)}\n\n{told}\n\n{passages.whole(self.frame, len(self.papers))}"

    # -- files ---------------------------------------------------------------------------------------------------------------------------

    def files(self) -> Iterator[tuple[str, bytes]]:
        """Every file of the bulletin but its list."""
        yield "bulletin.css", asset("bulletin.css").encode()
        yield "bulletin.js", asset("bulletin.js").encode()
        yield from self._front()
        yield from self._incident_lists()
        yield from self._groups()
        yield from self._sources()
        if self.gathered.agreement:
            yield from ledger_pages(self.pages, self.gathered, self.frame, self.leaves, self.lines)
        yield from self._incidents()
        yield from self._carried()

    def _front(self) -> Iterator[tuple[str, bytes]]:
        drawn = atlas.drawn(self.lines, root="", anchor="map.html", sheet=atlas.FRONT)
        told = self.situation
        of_day = [line for line in self.lines if line.id in set(told.incidents)]
        yield "index.html", self.pages.page(
            "index.html.j2", "index.html", situation=told, agreement=self.gathered.agreement, map=drawn, of_day=of_day[:PAGE],
            latest=self.lines[:_LATEST], days=timeline(self.lines),
        )  # fmt: skip
        own = atlas.drawn(self.lines, root="")
        apart = own.apart if own else self.lines
        yield "map.html", self.pages.page("map.html.j2", "map.html", map=own, apart=apart, most=_SPOT)
        counts = Counter(line.grade for line in self.lines)
        yield "method.html", self.pages.page(
            "method.html.j2", "method.html", coders=self.gathered.coders, unread=self.gathered.unread, counts=counts, grades=GRADES,
            agreement=self.gathered.agreement, as_of_given=self.as_of_given, protection=self.gathered.policy,
            masked=self.gathered.masked, overrides=self.gathered.overrides,
        )  # fmt: skip

    def _incident_lists(self) -> Iterator[tuple[str, bytes]]:
        yield "index.js", self._index()
        names = paged("incidents", len(self.lines), PAGE)
        for at, name in enumerate(names):
            lines = self.lines[at * PAGE : (at + 1) * PAGE]
            yield name, self.pages.page("incidents.html.j2", name, here="incidents.html", pages=names, at=at, lines=lines)

    def _index(self) -> bytes:
        """What the script searches: an incident a row, its page, headline, quote and the rest; loaded only by who begins to search."""
        rows = [
            [
                line.address,
                line.headline,
                line.quote,
                line.who,
                f"{line.days} {line.place} {line.category} {line.grade} {line.harm}",
            ]
            for line in self.lines
        ]
        return f"window.bulletinIndex = {json.dumps(rows, separators=(',', ':'))};\n".encode()

    def _groups(self) -> Iterator[tuple[str, bytes]]:
        whole = [group for group in self.regions if group.above is None]
        provinces = [(group.label, group.below) for group in whole if group.below]
        lead = "Where incidents are reported: by country, and by province where one is told. Words and gazetteer name a place's country."
        yield self._list("regions", "Regions", "Region", lead, [("Countries", whole), *provinces])
        kinds: dict[str, list[Group]] = {}
        for (kind, _), group in self.filed.items():
            kinds.setdefault(kind, []).append(group)
        tags = [(f"As publishers file their reports: by {kind}", found) for kind, found in kinds.items()]
        lead = "What is reported, by category of ceasefire monitoring; and how publishers themselves file the reports that tell of it."
        yield self._list("themes", "Themes", "Theme", lead, [*groups.by_mark(self.themes), *tags])
        for group in (*self.regions, *self.themes, *self.filed.values()):
            yield from self._group(group)

    def _list(self, sort: str, title: str, column: str, lead: str, sections: Any) -> tuple[str, bytes]:
        found = [(heading, members) for heading, members in sections if members]
        name = f"{sort}.html"
        return name, self.pages.page("groups.html.j2", name, sort=sort, title=title, column=column, lead=lead, sections=found)

    def _group(self, group: Group) -> Iterator[tuple[str, bytes]]:
        names = paged(group.name, len(group.lines), PAGE)
        drawn, days = atlas.drawn(group.lines, root="../"), timeline(group.lines)
        for at, name in enumerate(names):
            lines = group.lines[at * PAGE : (at + 1) * PAGE]
            yield name, self.pages.page(
                "group.html.j2", name, here=f"{group.sort}.html", group=group, pages=names, at=at, lines=lines, map=drawn, days=days,
                most=_SPOT,
            )  # fmt: skip
        title = f"{self.frame.title}: {group.label}"
        yield (
            group.feed,
            feed(
                self.frame,
                group.feed,
                group.page,
                title=title,
                lines=group.lines,
                content=partial(self._entry, path=group.feed),
                most=FEWER,
            ),
        )

    def _sources(self) -> Iterator[tuple[str, bytes]]:
        gathered = self.gathered
        most = sorted(gathered.quoted, key=lambda item: (-item.number, item.publisher, item.who))[:60]
        yield "sources.html", self.pages.page(
            "sources.html.j2", "sources.html", publishers=gathered.publishers, pairs=gathered.pairs, quoted=most,
            pages_of=self.publisher_pages, called=name_of(gathered.agreement) if gathered.agreement else str,
        )  # fmt: skip
        told_in = self._told_in()
        filed = {key: group.page for key, group in self.filed.items()}
        for at, name in enumerate(self.report_pages):
            yield name, self.pages.page(
                "reports.html.j2", name, here="sources.html", pages=self.report_pages, at=at, copies=gathered.copies, where=self.where,
                papers_here=self.listed[at * PAPERS : (at + 1) * PAPERS], told_in=told_in, pages_of=self.publisher_pages,
                filed_pages=filed,
            )  # fmt: skip
        yield from self._publishers(told_in)

    def _told_in(self) -> dict[str, list[Line]]:
        found: dict[str, list[Line]] = {paper: [] for paper in self.papers}
        for case in self.cases:
            for report in dict.fromkeys(teller.report for teller in case.incident.tellers):
                if report in found:
                    found[report].append(case.line)
        return found

    def _publishers(self, told_in: dict[str, list[Line]]) -> Iterator[tuple[str, bytes]]:
        place = {line.id: at for at, line in enumerate(self.lines)}
        quoted, namings = _by_publisher(self.gathered.quoted), _by_publisher(self.gathered.namings)
        papers = _by_publisher(self.gathered.papers)
        for one in self.gathered.publishers:
            mine = {line.id: line for paper in papers[one.name] for line in told_in[paper.id]}
            incidents = sorted(mine.values(), key=lambda line: place[line.id])
            path = self.publisher_pages[one.name]
            yield path, self.pages.page(
                "publisher.html.j2", path, here="sources.html", publisher=one, quoted=quoted.get(one.name, []),
                namings=namings.get(one.name, []), incidents=incidents,
            )  # fmt: skip

    def _incidents(self) -> Iterator[tuple[str, bytes]]:
        terms = {term.id: clean(term.label) for term in self.gathered.agreement.terms} if self.gathered.agreement else {}
        mine: dict[str, list[Group]] = {}
        for group in (*self.regions, *self.themes, *self.filed.values()):
            for line in group.lines:
                mine.setdefault(line.id, []).append(group)
        for at, case in enumerate(self.cases):
            yield from self._incident(
                case, terms, mine.get(case.line.id, []),
                newer=self.lines[at - 1] if at else None, older=self.lines[at + 1] if at + 1 < len(self.lines) else None,
            )  # fmt: skip

    def _incident(
        self, case: Case, terms: dict[str, str], mine: Sequence[Group], *, newer: Line | None, older: Line | None
    ) -> Iterator[tuple[str, bytes]]:
        line, incident, found = case.line, case.incident, beside(case.incident, case.accounts)
        held = [
            (finding, terms.get(finding.term, finding.term), f"ledger/{file_name(finding.term)}.html")
            for finding in case.findings
            if finding.bearing != "no bearing"
        ]
        sides = [(name, label, voices(mine, case.words)) for name, label, mine in found.sides]
        spoken = [(label, voice) for name, label, mine in sides if name != "mentions" for voice in mine[:1] if voice.pieces]
        front = spoken[:2] if len(incident.tellers) > 1 else []
        urls = (self.papers[t.report].url for t in incident.tellers if t.report in self.papers)
        shared = {"line": line, "incident": incident, "found": found, "sides": sides, "papers": self.papers}
        yield line.address, self.pages.page(
            "incident.html.j2", line.address, here="incidents.html", **shared, case=case, findings=held, groups=mine, newer=newer,
            older=older, where=self.where, front=front, tellers={teller.account: teller for teller in incident.tellers},
            sources=list(dict.fromkeys(filter(None, urls))), map=atlas.drawn([line], root="../", sheet=atlas.SMALL),
        )  # fmt: skip
        yield line.embed, self.pages.embed(line.embed, **shared, most=FRAMED)

    # -- what is carried away ------------------------------------------------------------------------------------------------------------

    def _entry(self, line: Line, path: str) -> str:
        up = "" if self.frame.base_url else "../" * path.count("/")
        return self.pages.text(
            "_entry.html.j2", line=line, address=self.frame.url(line.address) if self.frame.base_url else up + line.address
        )

    def _carried(self) -> Iterator[tuple[str, bytes]]:
        entry = partial(self._entry, path="feed.atom")
        yield "feed.atom", feed(self.frame, "feed.atom", "index.html", title=self.frame.title, lines=self.lines, content=entry)
        told = self.situation
        lines = [line for line in self.lines if line.id in set(told.incidents)] or self.lines
        chosen = lines[:DIGEST]
        context = {"situation": told, "lines": chosen, "rest": len(lines) - len(chosen), "style": asset("embed.css")}
        text = "\n".join(self._plain(chosen))
        html = self.pages.text("digest.html.j2", **context)
        yield "digest.eml", digest(self.frame, f"{self.frame.title}: {day(self.frame.day)}", text, html)

    def _plain(self, lines: Iterable[Line]) -> Iterator[str]:
        """The digest as plain text."""
        frame, told = self.frame, self.situation
        yield f"{frame.title}\nSituation report, {day(frame.day)} (as of {day(frame.as_of)})\n"
        for section in told.sections:
            yield f"{section.title.upper()}"
            yield from (clean(sentence) for sentence in section.sentences)
            if section.grid:
                yield from ("  " + " | ".join(clean(cell) for cell in row) for row in (section.grid.head, *section.grid.rows))
            yield ""
        yield "INCIDENTS\n"
        for line in lines:
            apart = f"; disputed: {', '.join(line.disputed)}" if line.disputed else ""
            yield f"* {line.headline}"
            yield from ([f"  “{line.quote}”", f"  {line.who}"] if line.quote else [])
            yield f"  {passages.many(line.reports, 'report')}, {passages.many(line.origins, 'origin')}: {line.grade}{apart}"
            yield from ([f"  {line.harm}"] if line.harm else [])
            yield from ([f"  {frame.url(line.address)}"] if frame.base_url else [])
            yield ""
        yield passages.whole(frame, len(self.papers))


def _by_publisher(items: Iterable[Any]) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = {}
    for item in items:
        found.setdefault(clean(item.publisher), []).append(item)
    return found
