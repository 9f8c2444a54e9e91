"""A record in a notebook: the text with its events, sources, places and times marked. Every word of the report is escaped.

This module must not do I/O or load anything.
"""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from trucewatch.model.highlight import segments, spans_of

if TYPE_CHECKING:
    from trucewatch.model.highlight import Layer, Segment
    from trucewatch.model.record import Coded

_MARKS: tuple[tuple[tuple[Layer, ...], str, str], ...] = (
    (("predicate",), "event", "background:#b4530933;border-bottom:3px solid #b45309"),
    (("actor", "recipient"), "who", "border-bottom:1px solid #b45309"),
    (("source", "cue"), "claim", "border-bottom:3px double #1d5fa8"),
    (("place",), "place", "border-bottom:2px dotted #2f7d4f"),
    (("time",), "time", "border-bottom:2px dashed #7a4fa3"),
)
_LIMIT = 200_000


def to_html(coded: Coded) -> str:
    """The record as a piece of HTML for a notebook."""
    title = escape((coded.report.title if coded.report else None) or coded.id)
    counts = f"{coded.status} · {len(coded.events)} events · {len(coded.claims)} claims"
    reasons = "".join(f"<div>{escape(reason.message)} [{escape(reason.code)}]</div>" for reason in coded.reasons)
    legend = " ".join(f'<span style="{style}">{name}</span>' for _, name, style in _MARKS)
    marked = "".join(_mark(coded.text, segment) for segment in segments(0, min(len(coded.text), _LIMIT), spans_of(coded)))
    return (
        f'<div style="max-width:44rem"><strong>{title}</strong><div><small>{counts} · {legend}</small></div>{reasons}'
        f'<div dir="auto" style="white-space:pre-line;font-family:Georgia,serif;line-height:1.7">{marked}</div>{_rows(coded)}</div>'
    )


def _mark(text: str, segment: Segment) -> str:
    made = escape(text[segment.start : segment.end])
    for layers, name, style in reversed(_MARKS):
        if segment.has(*layers):
            made = f'<span title="{name}" style="{style}">{made}</span>'
    return made


def _rows(coded: Coded) -> str:
    if not coded.events:
        return ""
    head = "".join(f"<th>{name}</th>" for name in ("type", "category", "actor", "recipient", "status", "confidence", "words"))
    body = "".join(
        "<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in (
            event.type, event.truce or "", "; ".join(p.text for p in event.actor), "; ".join(p.text for p in event.recipient),
            event.status, f"{event.confidence:.2f}", event.predicate.text,
        )) + "</tr>"
        for event in coded.events
    )  # fmt: skip
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
