"""The ledger as one self-contained HTML page: charts as inline SVG, a data table beside each, every finding with its reasons and words.

What is written is hostile text: all of it goes through Jinja2's autoescape; the page's own policy forbids scripts and loading anything at
all. It must be given what may leave (:func:`trucewatch.dossier.book.leaving_leaves`). This module must not mask, fetch or write files.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

from trucewatch.publishing import charts, words
from trucewatch.publishing.ledger_text import CAVEAT, chosen, name_of
from trucewatch.publishing.page import content_hash

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jinja2 import Template
    from markupsafe import Markup

    from trucewatch.dossier.book import Outlook
    from trucewatch.ledger.over_time import Leaf, OverTime, Series
    from trucewatch.ledger.situation import Situation
    from trucewatch.model.agreement import Agreement, Finding, Term

_CONTROLS = {code: 0xFFFD for code in (*range(32), *range(127, 160)) if code not in {9, 10, 13}}


@dataclass(frozen=True, slots=True)
class TermView:
    """A term with its chart, the chart's figures, and the findings on it."""

    term: Term
    chart: Markup | None
    rows: tuple[tuple[str, str, str], ...]
    series: Series | None
    bearing: tuple[tuple[Leaf, Finding], ...]
    rest: tuple[tuple[Leaf, Finding], ...]


def render(
    agreement: Agreement,
    leaves: Sequence[Leaf],
    told: OverTime,
    *,
    term: str | None = None,
    party: str | None = None,
    situation: Situation | None = None,
    outlooks: Sequence[Outlook] = (),
) -> str:
    """The page. The same findings give the same bytes."""
    style = _asset("ledger.css")
    name = name_of(agreement)
    table = charts.matrix(agreement, told, name)
    page = _template().render(
        agreement=agreement,
        told=told,
        caveat=CAVEAT,
        matrix=table,
        matrix_svg=charts.matrix_svg(table),
        words=charts.WORDS,
        terms=[_view(agreement, leaves, told, each, party) for each in agreement.terms if term in {None, each.id}],
        coverage=[row for row in told.coverage if party in {None, row.accused}],
        name=name,
        party=party,
        situation=situation,
        outlooks=outlooks,
        style=style,
        policy=f"default-src 'none'; style-src '{content_hash(style)}'; base-uri 'none'; form-action 'none'",
    )
    return page.translate(_CONTROLS).encode("utf-8", "replace").decode("utf-8") + "\n"


def _view(agreement: Agreement, leaves: Sequence[Leaf], told: OverTime, term: Term, party: str | None) -> TermView:
    found = chosen(leaves, term.id, party)
    bound = party if told.of(term.id, party) else None
    chart = charts.bars(agreement, told, term.id, bound)
    bearing = tuple(pair for pair in found if pair[1].bearing != "no bearing")
    rest = tuple(pair for pair in found if pair[1].bearing == "no bearing")
    drawn = charts.bars_svg(chart, f"t{agreement.terms.index(term)}") if bearing else None
    return TermView(term, drawn, tuple(charts.bars_rows(chart)), told.of(term.id, bound), bearing, rest)


def _asset(name: str) -> str:
    return files("trucewatch.publishing").joinpath("page_files", name).read_text("utf-8").replace("\r\n", "\n")


@cache
def _template() -> Template:
    from jinja2 import Environment, StrictUndefined  # noqa: PLC0415 - only this format needs it

    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    environment.filters["day"] = words.day
    environment.filters["clean"] = words.clean
    return environment.from_string(_asset("ledger.html.j2"))
