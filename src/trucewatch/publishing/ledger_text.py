"""The ledger in plain lines for a terminal: term by term what bears on it, as a situation report, and what is foretold.

Everything printed comes from the findings; no number is made here that is not told with its parts. This module must not open anything.
"""

from __future__ import annotations

import textwrap
from collections import Counter
from typing import TYPE_CHECKING

from trucewatch.publishing.words import clean, day

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from trucewatch.dossier.book import Outlook
    from trucewatch.ledger.over_time import Leaf, OverTime
    from trucewatch.ledger.situation import Grid, Situation
    from trucewatch.model.agreement import Agreement, Finding, Term

_WIDTH = 116
_QUOTES, _COVERED = 3, 12
#: What a line begins with, by bearing; each is told apart without colour.
SIGNS = {
    "breaches": "-",
    "obstructs": "/",
    "prevents verification": "?",
    "fulfils": "+",
    "fulfils in part": "±",
    "no bearing": " ",
}
CAVEAT = (
    "Counts are of reported incidents, not of what happened: who reports on whom decides what is counted. There is no score."
)


def chosen(leaves: Sequence[Leaf], term: str | None, party: str | None) -> list[tuple[Leaf, Finding]]:
    """The findings on one term, of one party, or all."""
    return [
        (leaf, finding)
        for leaf in leaves
        for finding in leaf.findings
        if term in {None, finding.term} and (party is None or party in finding.bearers)
    ]


def lines(
    agreement: Agreement, leaves: Sequence[Leaf], told: OverTime, *, term: str | None = None, party: str | None = None
) -> Iterator[str]:
    """The ledger, term by term."""
    yield from head(agreement, told)
    found = chosen(leaves, term, party)
    for each in agreement.terms:
        if term in {None, each.id}:
            yield ""
            yield from _of_term(each, [pair for pair in found if pair[1].term == each.id], told, party)
    if term is None and party is None and told.areas:
        yield ""
        yield from by_area(told)
    yield ""
    yield from coverage(told, agreement, party)


def by_area(told: OverTime) -> Iterator[str]:
    """Days quiet in each area, over the terms that hold there."""
    yield "Days quiet by area, over the terms that hold there:"
    for stretch in told.areas:
        yield from _wrapped(f"{clean(stretch.area)} ({', '.join(stretch.terms)}): {stretch.quiet.words}", "  ")


def head(agreement: Agreement, told: OverTime) -> Iterator[str]:
    """What was held against what."""
    invented = " (an invented agreement)" if agreement.fictional else ""
    yield f"{clean(agreement.title)}{invented}, {day(agreement.date)}: {day(told.begin)} to {day(told.until)}"
    yield f"{told.incidents} incidents in {told.reports} reports; {told.one_origin} of them rest on one origin. {CAVEAT}"


def name_of(agreement: Agreement) -> Callable[[str], str]:
    """The agreement's names of actors, by id."""
    names = {involved.actor: clean(involved.name) for involved in agreement.involved}
    return lambda actor: names.get(actor, actor)


def _of_term(term: Term, found: Sequence[tuple[Leaf, Finding]], told: OverTime, party: str | None) -> Iterator[str]:
    yield f"{term.id}: {clean(term.label)}"
    bearing = [pair for pair in found if pair[1].bearing != "no bearing"]
    series = told.of(term.id, party) or told.of(term.id)
    if series is not None:
        yield f"  {series.quiet.words}"
        yield f"  {series.trend.words}"
    if not bearing:
        yield "  Nothing that bears on it is reported."
    for leaf, finding in bearing:
        yield from _of_finding(leaf, finding)
    rest = [pair for pair in found if pair[1].bearing == "no bearing"]
    for why, number in Counter(finding.reasons[0] for _, finding in rest).most_common(_QUOTES):
        ids = ", ".join(leaf.incident.id for leaf, finding in rest if finding.reasons[0] == why)
        yield from _wrapped(f"no bearing: {clean(why)}{f' ({number} incidents)' if number > 1 else ''} [{ids}]", "  ")


def _of_finding(leaf: Leaf, finding: Finding) -> Iterator[str]:
    stands = f"{finding.bearing}, {finding.status}, {finding.grade}"
    yield f"  {SIGNS[finding.bearing]} {stands}: {clean(leaf.headline(finding))} [{finding.incident}]"
    yield from _wrapped(" ".join(clean(reason) for reason in finding.reasons), "      ")
    denied = f"; denied by {'; '.join(clean(who) for who in finding.denied_by)}" if finding.denied_by else ""
    yield from _wrapped(f"said by {'; '.join(clean(who) for who in finding.alleged_by)}{denied}", "      ")
    for quote in finding.words[:_QUOTES]:
        yield from _wrapped(f"“{clean(quote.text)}” [{quote.key}]", "      ")


def coverage(told: OverTime, agreement: Agreement, party: str | None = None) -> Iterator[str]:
    """Who reports on whom."""
    rows = [row for row in told.coverage if party in {None, row.accused}]
    yield "WHO REPORTS ON WHOM"
    name = name_of(agreement)
    for row in rows[:_COVERED]:
        side = f" (side: {name(row.side)})" if row.side else ""
        voice = f", {clean(row.claimant)}" if row.claimant else ", its own voice"
        whom = name(row.accused) if row.accused else "nobody named"
        yield f"  {whom}: {row.breaches} told as breaches, {row.kept} as keeping, in {clean(row.publisher)}{side}{voice}"
    if len(rows) > _COVERED:
        yield f"  and {len(rows) - _COVERED} more"
    if not rows:
        yield "  nobody on anybody"


def situation_lines(found: Situation) -> Iterator[str]:
    """A situation report."""
    yield clean(found.title)
    for section in found.sections:
        yield ""
        yield section.title.upper()
        for sentence in section.sentences:
            yield from _wrapped(clean(sentence), "  ")
        if section.grid is not None:
            yield from _grid(section.grid)


def _grid(grid: Grid) -> Iterator[str]:
    rows = [tuple(clean(cell) for cell in row) for row in (grid.head, *grid.rows)]
    widths = [max(len(row[k]) for row in rows) for k in range(len(grid.head))]
    for row in rows:
        first, *rest = row
        yield "  " + "  ".join(
            [first.ljust(widths[0]), *(cell.rjust(width) for cell, width in zip(rest, widths[1:], strict=True))]
        )


def outlook_lines(found: Sequence[Outlook]) -> Iterator[str]:
    """What is foretold, and what reviewers say became of it."""
    if not found:
        yield "No report predicts, vows or threatens anything."
    for item in found:
        one = item.foretold
        who = clean(one.who) or f"{clean(one.publisher or 'the report')}, its own voice"
        yield f"{one.sort}, {day(one.said) or 'undated'}: {who} [{one.key}]"
        yield from _wrapped(f"“{clean(one.words)}”", "    ")
        about = f"about {'; '.join(clean(name) for name in one.about)}" if one.about else ""
        due = f"by when: {clean(one.when)}{f' ({one.until})' if one.until else ''}" if one.when else "no date told"
        yield from _wrapped("; ".join(part for part in (about, due) if part), "    ")
        for said in item.resolved:
            note = f": {clean(said.text)}" if said.text else ""
            yield from _wrapped(f"{said.outcome}, says {clean(said.reviewer)} on {said.at[:10]}{note}", "    = ")
        if not item.resolved:
            yield "    = open"


def _wrapped(text: str, indent: str) -> list[str]:
    return textwrap.wrap(
        text, _WIDTH, initial_indent=indent, subsequent_indent=" " * len(indent), break_long_words=False, break_on_hyphens=False
    )


def compact(agreement: Agreement, leaves: Sequence[Leaf]) -> Iterator[str]:
    """A line a finding, term by term: what bears on it, how it stands, who says so, in which words."""
    found = [pair[1] for pair in chosen(leaves, None, None) if pair[1].bearing != "no bearing"]
    for term in agreement.terms:
        for finding in found:
            if finding.term == term.id:
                yield textwrap.shorten(
                    f"{SIGNS[finding.bearing]} {clean(term.label)}: {_short(finding)}", _WIDTH + 8, placeholder=" …”"
                )


def _short(finding: Finding) -> str:
    others = len(finding.alleged_by) - 1
    who = (clean(finding.alleged_by[0]) if finding.alleged_by else "") + (f" and {others} more" if others > 0 else "")
    denied = f", denied by {clean(finding.denied_by[0])}" if finding.denied_by else ""
    words = clean(finding.words[0].text) if finding.words else ""
    return f"{finding.status}; {who}{denied}: “{words}”"
