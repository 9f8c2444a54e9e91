"""The ledger's pages: the agreement's terms by party and by day, and each finding with its reasons and words. It judges nothing."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from trucewatch.ledger.over_time import LONGEST, NOBODY, over_time
from trucewatch.publishing import charts
from trucewatch.publishing.bulletins.lines import file_name, moment
from trucewatch.publishing.bulletins.pages import anchor
from trucewatch.publishing.ledger_text import CAVEAT, chosen, name_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from trucewatch.ledger.over_time import Count, Leaf, OverTime
    from trucewatch.model.agreement import Agreement, Finding, Term
    from trucewatch.publishing.bulletins.frame import Frame
    from trucewatch.publishing.bulletins.gather import Gathered
    from trucewatch.publishing.bulletins.lines import Line
    from trucewatch.publishing.bulletins.pages import Pages

#: Findings on one page of a term, quotes of one finding, reasons that are named for what does not bear.
PAGE, QUOTES, WHYS = 40, 3, 3


def ledger_pages(
    pages: Pages, gathered: Gathered, frame: Frame, leaves: Sequence[Leaf], lines: Sequence[Line]
) -> Iterator[tuple[str, bytes]]:
    """The ledger and a page or more for each term."""
    agreement = gathered.agreement
    if agreement is None:
        return
    told = over_time(agreement, leaves, begin=frame.begin, until=_until(agreement, frame))
    called = name_of(agreement)
    grid = charts.matrix(agreement, told, called)
    terms = [(term, f"ledger/{file_name(term.id)}.html", told.of(term.id)) for term in agreement.terms]
    yield "ledger.html", pages.page(
        "ledger.html.j2", "ledger.html", agreement=agreement, told=told, caveat=CAVEAT, matrix=grid, matrix_svg=charts.matrix_svg(grid),
        kinds=charts.WORDS, bearings=(*charts.BELOW, *charts.ABOVE), terms=terms, coverage=told.coverage, called=called,
    )  # fmt: skip
    book = _Book(agreement, told, leaves, {line.id: line for line in lines}, called)
    for term in agreement.terms:
        yield from _term(pages, book, term)


def _until(agreement: Agreement, frame: Frame) -> str:
    """The last day that is looked at: a report that names a far year does not stretch the ledger to it."""
    signed = date.fromisoformat(agreement.date[:10])
    wanted = frame.until or moment(frame.as_of)[:10] or frame.day
    return min(wanted, (signed + LONGEST).isoformat())


@dataclass(frozen=True, slots=True)
class _Book:
    """An agreement with what is told of it. ``called``: an actor's name by its id."""

    agreement: Agreement
    told: OverTime
    leaves: Sequence[Leaf]
    lines: Mapping[str, Line]
    called: Callable[[str], str]


def _term(pages: Pages, book: _Book, term: Term) -> Iterator[tuple[str, bytes]]:
    found = chosen(book.leaves, term.id, None)
    bearing = [_shown(leaf, finding, book.lines) for leaf, finding in reversed(found) if finding.bearing != "no bearing"]
    rest = [finding for _, finding in found if finding.bearing == "no bearing"]
    chart = charts.bars(book.agreement, book.told, term.id)
    name = f"ledger/{file_name(term.id)}"
    names = [f"{name}.html", *(f"{name}-{page}.html" for page in range(2, -(-len(bearing) // PAGE) + 1))]
    for at, path in enumerate(names):
        yield path, pages.page(
            "term.html.j2", path, here="ledger.html", agreement=book.agreement, term=term, called=book.called,
            series=book.told.of(term.id), chart=charts.bars_svg(chart, "t") if bearing else None, rows=charts.bars_rows(chart),
            pages=names, at=at, parties=_by_party(book, term), findings=bearing[at * PAGE : (at + 1) * PAGE], rest=len(rest),
            whys=Counter(finding.reasons[0] for finding in rest if finding.reasons).most_common(WHYS),
        )  # fmt: skip


def _shown(leaf: Leaf, finding: Finding, known: Mapping[str, Line]) -> tuple[Line, Finding, list[tuple[str, str]]]:
    line = known[leaf.incident.id]
    quotes = [(quote.text, f"{line.address}#{anchor(quote.key)}") for quote in finding.words if quote.text]
    return line, finding, quotes[:QUOTES]


def _by_party(book: _Book, term: Term) -> list[tuple[str, Count]]:
    made: list[tuple[str, Count]] = []
    for party in (*term.bearers, NOBODY):
        series = book.told.of(term.id, party)
        made += [(book.called(party) if party else "no bearer named", count) for count in (series.counts if series else ())]
    return made
