"""Cutting a text at the borders of overlapping layers, so that each piece can be marked with all that covers it.

Pure: spans in, segments out; used by the HTML page and the notebook representation. This module must not make markup.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from trucewatch.model.record import Coded, Event

Layer = Literal[
    "evidence", "predicate", "actor", "recipient", "instrument", "harm", "source", "cue", "content", "place", "time", "risk",
    "opinion", "prediction",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Span:
    """A marked range of the text. ``key`` says of what: the index of the event, claim, place or time as text."""

    layer: Layer
    start: int
    end: int
    key: str = ""


@dataclass(frozen=True, slots=True)
class Segment:
    """A piece of the text in which nothing begins or ends. ``spans`` cover it whole, outermost first."""

    start: int
    end: int
    spans: tuple[Span, ...]

    def keys(self, *layers: Layer) -> tuple[str, ...]:
        """Keys of the spans of these layers, in order, each once."""
        return tuple(dict.fromkeys(span.key for span in self.spans if span.layer in layers))

    def has(self, *layers: Layer) -> bool:
        """Whether one of these layers covers the segment."""
        return any(span.layer in layers for span in self.spans)


def segments(start: int, end: int, spans: Iterable[Span]) -> Iterator[Segment]:
    """Cut ``start`` to ``end`` at every border of the spans.

    The segments follow each other without a gap, and joining their texts gives the text back. Empty spans and what lies outside is left
    out. Cost: the borders times the spans open at each.
    """
    opening: defaultdict[int, list[Span]] = defaultdict(list)
    borders = {start, end}
    for span in spans:
        first, last = max(span.start, start), min(span.end, end)
        if first < last:
            opening[first].append(span)
            borders |= {first, last}
    active: list[Span] = []
    for left, right in pairwise(sorted(borders)):
        active = [span for span in active if span.end > left] + opening[left]
        active.sort(key=lambda span: (span.start, -span.end))
        yield Segment(left, right, tuple(active))


def spans_of(coded: Coded) -> tuple[Span, ...]:
    """Every layer of a record: events with their parts, claims, places, times, people at risk, opinions and predictions."""
    found = [span for index, event in enumerate(coded.events) for span in _event_spans(str(index), event)]
    for index, claim in enumerate(coded.claims):
        found += [Span("source", m.start, m.end, str(index)) for m in claim.source]
        found += [Span("cue", m.start, m.end, str(index)) for m in claim.cue]
        found += [Span("content", m.start, m.end, str(index)) for m in claim.content]
    found += [Span("place", place.start, place.end, str(index)) for index, place in enumerate(coded.places)]
    found += [Span("time", time.start, time.end, str(index)) for index, time in enumerate(coded.times)]
    found += [Span("risk", person.start, person.end, str(index)) for index, person in enumerate(coded.at_risk)]
    for index, sentence in enumerate(coded.sentences):
        if sentence.kind != "statement":
            found.append(Span(sentence.kind, sentence.start, sentence.end, str(index)))
    return tuple(found)


def _event_spans(key: str, event: Event) -> Iterator[Span]:
    yield Span("evidence", event.start, event.end, key)
    yield Span("predicate", event.predicate.start, event.predicate.end, key)
    yield from (Span("actor", p.start, p.end, key) for p in event.actor)
    yield from (Span("recipient", p.start, p.end, key) for p in event.recipient)
    yield from (Span("instrument", m.start, m.end, key) for m in event.instrument)
    yield from (Span("harm", h.start, h.end, key) for h in event.harm)
