"""One self-contained HTML page: each report's text with what was coded from it, and lists that lead to the words and back.

The reports are hostile text: everything goes through Jinja2's autoescape, and the page's own policy forbids loading anything at all;
its one style sheet and one script are admitted by their hashes. This module must not code, and must not fetch or write files.
"""

from __future__ import annotations

import re
from base64 import b64encode
from bisect import bisect_right
from dataclasses import dataclass, field
from functools import cache
from hashlib import sha256
from importlib.resources import files
from typing import IO, TYPE_CHECKING

from trucewatch.model.highlight import segments, spans_of
from trucewatch.publishing import words
from trucewatch.publishing.accounts import accounts, origins
from trucewatch.publishing.views import apart_line, people_at_risk, views

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from jinja2 import Template

    from trucewatch.model import Claim, Coded
    from trucewatch.model.highlight import Segment, Span
    from trucewatch.publishing.views import EventView

_PARAGRAPH = re.compile(r"\n[ \t\r\f\v]*\n\s*")
_CONTROLS = {code: 0xFFFD for code in (*range(32), *range(127, 160)) if code not in {9, 10, 13}}
#: class of the visible mark, the layers that make it; outermost first.
_MARKS = (
    ("op", ("opinion", "prediction")),
    ("cl", ("content",)),
    ("so", ("source", "cue")),
    ("wh", ("actor", "recipient", "harm", "instrument")),
    ("ev", ("predicate",)),
    ("pl", ("place",)),
    ("ti", ("time",)),
    ("ri", ("risk",)),
)
#: letter of a token in ``data-m``, by layer: the script finds the words of an event or claim by it.
_LETTERS = {
    "evidence": "e", "predicate": "p", "actor": "a", "recipient": "r", "instrument": "i", "harm": "h", "source": "s",
    "cue": "q", "content": "c", "place": "l", "time": "t",
}  # fmt: skip
_STATUS_SIGNS = {"happened": "●", "ongoing": "◐", "denied": "✕"}


@dataclass(frozen=True, slots=True)
class Page:
    """The exporter ``html``."""

    name: str = "html"

    def open(self, stream: IO[str]) -> PageWriter:
        """A writer on a text stream; the page is written on ``close``."""
        return PageWriter(stream)


@dataclass(frozen=True, slots=True)
class PageWriter:
    """Keeps the records, and writes one page of them."""

    stream: IO[str]
    records: list[Coded] = field(default_factory=list)

    def write(self, coded: Coded) -> None:
        """Keep one record."""
        self.records.append(coded)

    def close(self) -> None:
        """Write the page."""
        self.stream.write(render(self.records))


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of text under one set of marks. ``tokens`` tie it to events and claims; ``notes`` are events whose words end here."""

    text: str
    marks: tuple[str, ...]
    tokens: str
    anchors: tuple[str, ...]
    notes: tuple[int, ...]
    begins: str


@dataclass(frozen=True, slots=True)
class ClaimView:
    """A claim in plain words; ``tokens`` are the pieces of its words."""

    number: int
    source: str
    stance: str
    content: str
    known_as: str
    carried: str
    events: tuple[int, ...]
    tokens: str


@dataclass(frozen=True, slots=True)
class ReportView:
    """Everything the template needs of one record."""

    number: int
    coded: Coded
    title: str
    facts: tuple[str, ...]
    origin: str
    url: str
    paragraphs: tuple[tuple[Piece, ...], ...]
    events: tuple[tuple[EventView, str], ...]
    claims: tuple[ClaimView, ...]
    apart: str
    at_risk: tuple[str, ...]


def render(records: Sequence[Coded]) -> str:
    """The page of these records as one HTML document. The same records give the same bytes."""
    style, script = _asset("page.css"), _asset("page.js")
    page = _template().render(
        reports=[report_view(number, coded) for number, coded in enumerate(records, 1)],
        accounts=accounts(records),
        origins=origins(records) if len(records) > 1 else (),
        style=style,
        script=script,
        policy=_policy(style, script),
        signs=_STATUS_SIGNS,
        event_count=sum(len(coded.events) for coded in records),
        claim_count=sum(len(coded.claims) for coded in records),
        coder=next((coded.coder for coded in records if coded.coder), None),
    )
    return page.translate(_CONTROLS).encode("utf-8", "replace").decode("utf-8") + "\n"


def report_view(number: int, coded: Coded) -> ReportView:
    """One record as the template wants it."""
    report = coded.report
    byline = ", ".join(words.clean(name) for name in report.byline) if report else ""
    facts = (words.publisher(coded), words.day(report.published if report else None), f"by {byline}" if byline else "")
    url = (report.url or "") if report else ""
    return ReportView(
        number=number,
        coded=coded,
        title=words.title(coded),
        facts=tuple(fact for fact in facts if fact),
        origin=words.origin(report.origin) if report else "",
        url=url if re.match(r"https?://[^\s/]", url) else "",
        paragraphs=tuple(paragraphs(coded)),
        events=tuple((view, _event_tokens(coded, view)) for view in views(coded)),
        claims=tuple(_claim_views(coded)),
        apart=apart_line(coded),
        at_risk=people_at_risk(coded),
    )


def paragraphs(coded: Coded) -> Iterator[tuple[Piece, ...]]:
    """The text in paragraphs (blank lines part them), each cut at the borders of all layers."""
    ranges = _ranges(coded.text)
    starts = [start for start, _ in ranges]
    kept: list[list[Span]] = [[] for _ in ranges]
    for span in spans_of(coded):
        for index in range(max(bisect_right(starts, span.start) - 1, 0), len(ranges)):
            if ranges[index][0] >= span.end:
                break
            kept[index].append(span)
    for (start, end), spans in zip(ranges, kept, strict=True):
        yield tuple(_piece(coded.text, segment) for segment in segments(start, end, spans))


def _ranges(text: str) -> list[tuple[int, int]]:
    borders = [0, *(border for match in _PARAGRAPH.finditer(text) for border in match.span()), len(text)]
    return [(start, end) for start, end in zip(borders[::2], borders[1::2], strict=True) if text[start:end].strip()]


def _piece(text: str, segment: Segment) -> Piece:
    beginning = [span for span in segment.spans if span.start == segment.start]
    return Piece(
        text=text[segment.start : segment.end],
        marks=tuple(name for name, layers in _MARKS if any(span.layer in layers for span in segment.spans)),
        tokens=" ".join(dict.fromkeys(f"{_LETTERS[span.layer]}{span.key}" for span in segment.spans if span.layer in _LETTERS)),
        anchors=tuple(dict.fromkeys(_anchors(beginning))),
        notes=tuple(int(span.key) + 1 for span in segment.spans if span.layer == "predicate" and span.end == segment.end),
        begins=next((span.layer for span in beginning if span.layer in {"opinion", "prediction"}), ""),
    )


def _anchors(beginning: Sequence[Span]) -> Iterator[str]:
    """Ids at this piece's beginning: ``w1`` the words of event 1, ``k1`` those of claim 1 (its cue, which every claim has)."""
    for span in beginning:
        if span.layer == "predicate":
            yield f"w{int(span.key) + 1}"
        elif span.layer == "cue":
            yield f"k{int(span.key) + 1}"


def _event_tokens(coded: Coded, view: EventView) -> str:
    event, key = view.event, view.number - 1
    tokens = [f"{letter}{key}" for letter in "eparih"]
    tokens += [f"l{event.place}"] if event.place is not None else []
    tokens += [f"t{event.time}"] if event.time is not None else []
    index = next((i for i, claim in enumerate(coded.claims) if claim.id == event.claim), None)
    tokens += [f"s{index}", f"q{index}"] if index is not None else []
    return " ".join(tokens)


def _claim_views(coded: Coded) -> Iterator[ClaimView]:
    inside: Mapping[str, list[int]] = {claim.id: [] for claim in coded.claims}
    for number, event in enumerate(coded.events, 1):
        if event.claim is not None and event.claim in inside:
            inside[event.claim].append(number)
    for number, claim in enumerate(coded.claims, 1):
        tokens = " ".join(f"{letter}{number - 1}" for letter in "sqc")
        yield ClaimView(
            number=number,
            source=words.source(claim),
            stance=claim.stance,
            content=words.content(claim),
            known_as=_known_as(claim),
            carried=words.carried(claim).removeprefix(", "),
            events=tuple(inside[claim.id]),
            tokens=tokens,
        )


def _known_as(claim: Claim) -> str:
    """The actor file's name of the claimant, where the words do not say it already."""
    name = words.clean(claim.claimant.name) if claim.claimant else ""
    return name if name and name.casefold() not in words.source(claim).casefold() else ""


def _policy(style: str, script: str) -> str:
    return (
        f"default-src 'none'; style-src '{content_hash(style)}'; script-src '{content_hash(script)}'; base-uri 'none'; form-action 'none'; "
        "object-src 'none'; connect-src 'none'; img-src 'none'"
    )


def content_hash(content: str) -> str:
    """A style or script as the page's own policy admits it."""
    return "sha256-" + b64encode(sha256(content.encode()).digest()).decode()


def _asset(name: str) -> str:
    """A file beside the template; the browser hashes it with line feeds, so we do too."""
    return files("trucewatch.publishing").joinpath("page_files", name).read_text("utf-8").replace("\r\n", "\n")


@cache
def _template() -> Template:
    from jinja2 import Environment, StrictUndefined  # noqa: PLC0415 - only this format needs it

    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    environment.filters["day"] = words.day
    return environment.from_string(_asset("page.html.j2"))
