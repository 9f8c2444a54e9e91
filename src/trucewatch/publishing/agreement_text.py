"""An agreement in plain words: who, what, where, until when, and what bears on each term.

Says what the record says. It must not look anything up and must not judge.
"""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

from trucewatch.model.agreement import BEARINGS
from trucewatch.publishing.words import clean, day

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from trucewatch.model.agreement import Agreement, Area, Carve, Involved, Match, Period, Source, Term

STAGES = {
    "Pre": "pre-negotiation: about how to talk",
    "SubPar": "substantive, on part of the issues",
    "SubComp": "substantive, comprehensive",
    "Imp": "implements or renegotiates an earlier one",
    "Ren": "renews an earlier commitment",
    "Cea": "ceasefire or what belongs to one",
    "Other": "other",
}
KINDS = {
    "Inter": "between states, on their conflict",
    "InterIntra": "with states on both sides, on a conflict inside one",
    "Intra": "on a conflict inside a state",
    "IntraLocal": "on a part of a conflict, with local parties",
}
_WIDTH, _LABEL = 100, 13
_WHO = {"bearer": "by a bearer or by nobody named", "other": "by somebody known who is no bearer", "anyone": "by anyone"}


def lines(agreement: Agreement, *, only: str | None = None) -> Iterator[str]:
    """The agreement for reading; ``only``: one term's id, shown with everything that bears on it."""
    if only is None:
        yield from _head(agreement)
    names = {involved.actor: involved.name for involved in agreement.involved}
    for term in agreement.terms:
        if only in {None, term.id}:
            yield ""
            yield from _term(term, names, agreement.sources, full=only is not None)


def _head(agreement: Agreement) -> Iterator[str]:
    yield clean(agreement.title) + ("  (FICTIONAL)" if agreement.fictional else "")
    yield f"{clean(agreement.place)}, {day(agreement.date)}  ({agreement.id})"
    yield ""
    coded = f" (coded by {clean(agreement.coded_by)})" if agreement.coded_by else ""
    yield from _row("kind", f"{agreement.kind}: {KINDS[agreement.kind]}")
    yield from _row("stage", f"{agreement.stage}: {STAGES[agreement.stage]}{coded}")
    for label, group in (
        ("parties", agreement.parties),
        ("guarantors", agreement.guarantors),
        ("witnesses", agreement.witnesses),
        ("monitors", agreement.monitors),
        ("bound", agreement.bound),
    ):
        yield from _people(label, group)
    for spell in agreement.status:
        until = f" to {day(spell.until)}" if spell.until else " on"
        yield from _row("status", f"{spell.state} from {day(spell.begin)}{until}" + (f". {spell.note}" if spell.note else ""))
    for basis in agreement.builds_on:
        yield from _row("builds on", f"{basis.agreement} ({', '.join(basis.terms) or 'all its terms'}). {basis.note}")
    if agreement.note:
        yield from _row("note", agreement.note)
    for number, source in enumerate(agreement.sources, 1):
        yield from _row(f"source {number}", _source(source))


def _people(label: str, group: Iterable[Involved]) -> Iterator[str]:
    for involved in group:
        yield from _row(
            label, f"{involved.name} ({involved.actor}): {involved.role}" + (f". {involved.note}" if involved.note else "")
        )
        label = ""


def _source(source: Source) -> str:
    parts = (source.title, source.publisher, day(source.date) if source.date else "", source.url or "", source.note)
    return ", ".join(part for part in parts if part)


def _term(term: Term, names: dict[str, str], sources: Sequence[Source], *, full: bool) -> Iterator[str]:
    yield f"{term.id}  {clean(term.label)}" + (f"  (carried over from {term.origin})" if term.origin else "")
    yield from _row("asks", term.text + (f" ({term.clause})" if term.clause else ""))
    yield from _row("obligation", ", ".join(term.obligations))
    yield from _row("of", ", ".join(f"{names[actor]} ({actor})" if actor in names else actor for actor in term.bearers))
    if term.beneficiaries:
        yield from _row("for", ", ".join(names.get(actor, actor) for actor in term.beneficiaries))
    yield from _row("where", area_words(term.area) if term.area else "no area: it holds anywhere")
    yield from _row("when", period_words(term.period))
    for carve in term.exceptions:
        yield from _row("but", _carve(carve, names))
    if term.certainty != "sure":
        yield from _row(term.certainty, term.why)
    for bearing in BEARINGS:
        yield from _row(bearing, _matches(term.of(bearing), full=full))
    if full and not term.origin:
        for number in term.sources:
            yield from _row(f"source {number}", _source(sources[number - 1]))


def area_words(area: Area) -> str:
    """An area in a line: what it is, how it was drawn, how sure it is."""
    what = {
        "polygon": "an outline",
        "circle": f"within {area.km or 0:g} km of a point",
        "corridor": f"a corridor {area.km or 0:g} km wide to each side of a line",
        "union": f"{len(area.parts)} areas together",
        "difference": "an area less others",
    }.get(area.form, "")
    if area.unit:
        what = f"{area.unit.admin1}, {area.unit.country}" if area.unit.admin1 else area.unit.country
    known = f", border known to about {area.accuracy_km:g} km" if area.accuracy_km else ""
    sure = f" [{area.certainty}]" if area.certainty != "sure" else ""
    return f"{area.label or area.id}: {what}{known}{sure}" + (f". {area.note}" if area.note else "")


def period_words(period: Period) -> str:
    """A period in a line."""
    begin = f"from {_moment(period.begin)}" if period.begin else "from the start"
    held = f"{begin} to {_moment(period.until)}" if period.until else f"{begin} on"
    if period.deadline is None:
        return f"{held}, every day" if period.standing else held
    return f"{held}; to be done by {_moment(period.deadline)}" + (", and kept from then on" if period.standing else "")


def _moment(text: str) -> str:
    date, _, time = text.partition("T")
    return f"{day(date)} {time}".strip()


def _carve(carve: Carve, names: dict[str, str]) -> str:
    side = {"actor": " acting", "target": " as targets", "either": ""}[carve.side]
    actors = f" [{', '.join(names.get(actor, actor) for actor in carve.actors)}{side}]" if carve.actors else ""
    categories = f" [{', '.join(carve.categories)}]" if carve.categories else ""
    return f"{carve.text}{actors}{categories}" + (
        " The parties read it differently, so it excuses nothing by itself." if carve.contested else ""
    )


def _matches(matches: tuple[Match, ...], *, full: bool) -> str:
    if full:
        return "; ".join(match_words(match) for match in matches)
    return ", ".join(dict.fromkeys(_short(match) for match in matches))


def _short(match: Match) -> str:
    denied = "no " if match.status == ("denied",) else ""
    refused = "refused " if match.type == "REJECT" else ""
    return f"{denied}{refused}{match.category or match.type}"


def match_words(match: Match) -> str:
    """What bears on a term, in words."""
    kind = " ".join(
        part
        for part in (match.category, f"({'/'.join(p for p in (match.type, match.mode) if p)})" if match.type else "")
        if part
    )
    told = ", seen by monitors or the report itself" if match.told_by == "monitors" else ""
    told += ", against civilians" if match.against == "civilians" else ""
    some = f", of {', '.join(match.words[:4])}{', ...' if len(match.words) > 4 else ''}" if match.words else ""  # noqa: PLR2004 - a taste
    return f"{kind} {' or '.join(match.status)}, {_WHO[match.who]}{told}{some}" + (f": {match.note}" if match.note else "")


def _row(label: str, value: str) -> Iterator[str]:
    if not value:
        return
    wrapped = textwrap.wrap(clean(value), _WIDTH - _LABEL - 4, break_on_hyphens=False, break_long_words=False)
    shown = label if len(label) <= _LABEL else f"{label}\n  {'':<{_LABEL}}"
    yield f"  {shown:<{_LABEL}}  {wrapped[0]}"
    yield from (f"  {'':<{_LABEL}}  {rest}" for rest in wrapped[1:])
