"""W3C Web Annotations (JSON-LD): the spans of the records - events, claims, places, times - as annotations of their reports' texts.

Each has the words (``TextQuoteSelector``) and their place in code points (``TextPositionSelector``), so that it finds them again in another
copy. The source is the report's text, with its address where it has one; the texts themselves are not in the file. This module must not point
at words that are not there.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from trucewatch.publishing.exports import Written, about

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from trucewatch.dossier.handover import Handover
    from trucewatch.model import Claim, Coded, Event, Place, Time

CONTEXT = "http://www.w3.org/ns/anno.jsonld"
_AROUND = 32
_ENCODE = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


@dataclass(frozen=True, slots=True)
class Annotations:
    """The format ``annotations``."""

    name: str = "annotations"
    line: str = "events, claims, places and times as W3C Web Annotations on the reports' words (JSON-LD)"
    suffix: str = ".jsonld"
    text: bool = True

    def write(self, given: Handover, out: Path) -> Written:
        """Write one collection with one page, an annotation a line."""
        written = Written()
        base = f"urn:trucewatch:{given.facts['id']}"
        with out.open("w", encoding="utf-8", errors="backslashreplace", newline="\n") as stream:
            stream.write(f'{{"@context":{_ENCODE([CONTEXT, _OURS])},"id":"{base}:annotations","type":"AnnotationCollection",')
            stream.write(f'"label":{_ENCODE(given.facts["name"])},')
            stream.write(f'"first":{{"id":"{base}:annotations:1","type":"AnnotationPage","startIndex":0,"items":[')
            for report, coded in given.records():
                for kind, made in _spans(given, report, coded):
                    stream.write((",\n" if written.rows.total() else "\n") + _ENCODE({**made, "id": f"{base}:{made['id']}"}))
                    written.rows[kind] += 1
            facts = _ENCODE(about(given, self.name, written))
            stream.write(f'\n]}},"total":{written.rows.total()},"tw:about":{facts}}}\n')
        return written


#: What the file adds to the standard's context; values of ``tw:about`` are plain JSON to readers of linked data.
_OURS = {"tw": "urn:trucewatch:terms:", "tw:about": {"@id": "tw:about", "@type": "@json"}}


def _spans(given: Handover, report: str, coded: Coded) -> Iterator[tuple[str, dict[str, Any]]]:
    """The annotations of a record, each with its kind; ids are names within the dossier."""
    events = [event for event in coded.events if given.takes(report, event.id)]
    for event in events:
        yield "events", _made(coded, report, event.id, _event(event), _whole(event))
    claims, places, times = coded.claims, set(range(len(coded.places))), set(range(len(coded.times)))
    if given.chosen is not None:  # what belongs to the events that were asked for
        claims = tuple(claim for claim in coded.claims if claim.id in {event.claim for event in events})
        places &= {event.place for event in events}
        times &= {event.time for event in events}
    for claim in claims:
        spans = [(m.start, m.end) for m in (*claim.source, *claim.cue, *claim.content)]
        yield "claims", _made(coded, report, claim.id, _claim(claim), spans)
    for number in sorted(places):
        place = coded.places[number]
        yield "places", _made(coded, report, f"p{number}", _place(place), [(place.start, place.end)])
    for number in sorted(times):
        time = coded.times[number]
        yield "times", _made(coded, report, f"t{number}", _time(time), [(time.start, time.end)])


def _whole(event: Event) -> list[tuple[int, int]]:
    """The words that name the act, then the clause that is the evidence."""
    return [(event.predicate.start, event.predicate.end), (event.start, event.end)]


def _made(coded: Coded, report: str, key: str, body: list[dict[str, Any]], spans: list[tuple[int, int]]) -> dict[str, Any]:
    targets = [_target(coded, report, *span) for span in dict.fromkeys(spans)]
    return {
        "id": f"{report}:{key}",
        "type": "Annotation",
        "motivation": {"e": "classifying", "c": "commenting"}.get(key[0], "identifying"),
        "body": body,
        "target": targets[0] if len(targets) == 1 else targets,
    }


def _target(coded: Coded, report: str, start: int, end: int) -> dict[str, Any]:
    text, found = coded.text, coded.report
    url = found.url if found else None
    return {
        "type": "SpecificResource",
        "source": {"id": f"urn:trucewatch:{report}", "type": "Text", **({"via": url} if url else {})},
        "selector": [
            {"type": "TextPositionSelector", "start": start, "end": end},
            {
                "type": "TextQuoteSelector",
                "exact": text[start:end],
                "prefix": text[max(0, start - _AROUND) : start],
                "suffix": text[end : end + _AROUND],
            },
        ],
    }


def _text(value: str, purpose: str) -> dict[str, Any]:
    return {"type": "TextualBody", "value": value, "format": "text/plain", "purpose": purpose}


def _event(event: Event) -> list[dict[str, Any]]:
    tags = [event.type, event.mode, event.truce, event.status]
    said = {"actor": [p.text for p in event.actor], "recipient": [p.text for p in event.recipient]}
    words = [f"{role}: {'; '.join(found)}" for role, found in said.items() if found]
    return [*(_text(tag, "tagging") for tag in tags if tag), *(_text(text, "describing") for text in words)]


def _claim(claim: Claim) -> list[dict[str, Any]]:
    who = claim.claimant.name if claim.claimant else " … ".join(m.text for m in claim.source)
    return [_text(claim.stance, "tagging"), *([_text(f"who: {who}", "describing")] if who else [])]


def _place(place: Place) -> list[dict[str, Any]]:
    """The gazetteer's name and point; its GeoNames entry as a resource of its own."""
    made = [_text(part, "identifying") for part in (place.name,) if part]
    if place.latitude is not None and place.longitude is not None:
        made.append(_text(f"geo:{place.latitude},{place.longitude}", "identifying"))
    if place.geonameid and place.geonameid > 0:
        made.append(
            {"type": "SpecificResource", "source": f"https://sws.geonames.org/{place.geonameid}/", "purpose": "identifying"}
        )
    return [_text("place", "tagging"), *made]


def _time(time: Time) -> list[dict[str, Any]]:
    return [_text("time", "tagging"), *([_text(time.value, "identifying")] if time.value else [])]
