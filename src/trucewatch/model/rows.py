"""One event a row: the columns of the CSV export and of ``Coded.to_pandas()``, in their documented order.

Missing stays missing (None). This module must not do I/O.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from trucewatch.model.record import Claim, Coded, Event, Harm, Participant, Place, Time
    from trucewatch.model.report import Origin, Report

    Cell = str | int | float | None

_KINDS = ("killed", "injured", "missing", "detained", "displaced")

#: Columns in order, with what each holds; ``docs/output.md`` carries the same table and a test holds the two together.
COLUMN_MEANINGS: tuple[tuple[str, str], ...] = (
    ("report_id", "id of the report's record"),
    ("event_id", "id of the event; stable for the same text, coder and settings"),
    ("title", "the report's title"),
    ("publisher", "who published the report"),
    ("published", "date of publication, ISO 8601"),
    ("url", "address of the report"),
    ("origin_publisher", "who published it first, as the report declares"),
    ("origin_published", "when it was first published"),
    ("origin_relation", "republished, translated or quoted"),
    ("type", "PLOVER type"),
    ("mode", "PLOVER mode"),
    ("context", "PLOVER contexts, parted by `; `"),
    ("cameo", "CAMEO code, text"),
    ("quad", "quad class, 1 to 4"),
    ("acled_event_type", "ACLED event type, in ACLED's spelling"),
    ("acled_sub_event_type", "ACLED sub-event type"),
    ("truce", "ceasefire-monitoring category"),
    ("status", "happened, ongoing, denied, planned, threatened, demanded, conditional or predicted"),
    ("actor", "words for who acts, parted by `; `"),
    ("actor_id", "their ids in the actor file, in the same order; empty where unknown"),
    ("actor_code", "their CAMEO-style codes, in the same order"),
    ("recipient", "words for whom it is done to"),
    ("recipient_id", "their ids in the actor file"),
    ("recipient_code", "their CAMEO-style codes"),
    ("instrument", "weapon, device or means"),
    ("claim_id", "claim the event stands in; empty: the report's own voice"),
    ("claimant", "words for who makes the claim; a pronoun is replaced by what it stands for"),
    ("claimant_id", "the claimant's id in the actor file"),
    ("stance", "stance of the claim"),
    ("place", "the report's words for the place"),
    ("place_name", "the gazetteer's name"),
    ("place_kind", "what kind of place"),
    ("country", "ISO 3166-1 alpha-3"),
    ("admin1", "first-level division"),
    ("latitude", "degrees, WGS 84"),
    ("longitude", "degrees, WGS 84"),
    ("geonameid", "GeoNames id"),
    ("where_prec", "precision of the place, 1 (exact) to 7 (international)"),
    ("place_confidence", "0 to 1"),
    ("time", "the report's words for the time"),
    ("time_value", "TIMEX3 value"),
    ("time_precision", "year, month, week, day, hour, minute or vague"),
    ("time_begin", "first day it can be"),
    ("time_until", "last day it can be"),
    *((f"{kind}_{bound}", f"{kind}: {bound} estimate, summed over the event's harms; empty where no number can be read")
      for kind in _KINDS for bound in ("low", "best", "high")),
    ("harmed", "words for who was harmed, parted by `; `"),
    ("predicate", "the words that name the act"),
    ("evidence", "the clause that is the evidence"),
    ("start", "offset of the evidence's first code point in the report's text"),
    ("end", "offset after its last code point"),
    ("sentence", "index of the sentence, from 0"),
    ("sentence_kind", "statement, opinion or prediction"),
    ("at_risk", "persons named in a threat; keep them out of what you publish"),
    ("confidence", "0 to 1"),
    ("type_rule", "what made the type: lexicon:ENTRY, composition:..., head:TYPE 0.93 over RULE, or head:TYPE 0.93, unlisted"),
    ("status_rule", "what made the status: the steps of the status algebra, or head:STATUS 0.97 over STEPS"),
    ("report_status", "coded or partial"),
    ("report_sha256", "SHA-256 of the text"),
    ("coder", "version of the coder"),
    ("model", "version of the model"),
    ("conduit", "news media that carry the claim without making it, nearest first, parted by `; `"),
)  # fmt: skip
COLUMNS: tuple[str, ...] = tuple(name for name, _ in COLUMN_MEANINGS)


def event_rows(coded: Coded) -> Iterator[dict[str, Cell]]:
    """One row an event, in the report's order; keys are ``COLUMNS``."""
    claims = {claim.id: claim for claim in coded.claims}
    shared = report_cells(coded)
    for event in coded.events:
        cells = {
            **shared,
            **_act_cells(event),
            **_side_cells("actor", event.actor),
            **_side_cells("recipient", event.recipient),
            **_claim_cells(claims.get(event.claim or "")),
            **_place_cells(coded.places[event.place] if event.place is not None else None),
            **_time_cells(coded.times[event.time] if event.time is not None else None),
            **_harm_cells(event.harm),
            **_evidence_cells(coded, event),
        }
        yield {name: cells.get(name) for name in COLUMNS}


def joined(parts: Iterable[str | None]) -> str | None:
    """Parts in one cell; a gap keeps its place unless all are gaps."""
    kept = [part or "" for part in parts]
    return "; ".join(kept) if any(kept) else None


def report_cells(coded: Coded) -> dict[str, Cell]:
    """What every row says of its report."""
    report: Report | None = coded.report
    origin: Origin | None = report.origin if report else None
    return {
        "report_id": coded.id,
        "title": report.title if report else None,
        "publisher": report.publisher if report else None,
        "published": report.published if report else None,
        "url": report.url if report else None,
        "origin_publisher": origin.publisher if origin else None,
        "origin_published": origin.published if origin else None,
        "origin_relation": origin.relation if origin else None,
        "report_status": coded.status,
        "report_sha256": report.sha256 if report else None,
        "coder": coded.coder.version if coded.coder else None,
        "model": coded.coder.model if coded.coder else None,
    }


def _act_cells(event: Event) -> dict[str, Cell]:
    return {
        "event_id": event.id,
        "type": event.type,
        "mode": event.mode,
        "context": joined(event.context),
        "cameo": event.cameo,
        "quad": event.quad,
        "acled_event_type": event.acled.event_type if event.acled else None,
        "acled_sub_event_type": event.acled.sub_event_type if event.acled else None,
        "truce": event.truce,
        "status": event.status,
        "instrument": joined(m.text for m in event.instrument),
        "confidence": event.confidence,
        "type_rule": event.basis.type_rule,
        "status_rule": event.basis.status_rule,
    }


def _side_cells(name: Literal["actor", "recipient"], participants: tuple[Participant, ...]) -> dict[str, Cell]:
    return {
        name: joined(p.text for p in participants),
        f"{name}_id": joined(p.actor.id if p.actor else None for p in participants),
        f"{name}_code": joined(p.actor.code if p.actor else None for p in participants),
    }


def _claim_cells(claim: Claim | None) -> dict[str, Cell]:
    if claim is None:
        return {}
    words = claim.resolved.text if claim.resolved else joined(m.text for m in claim.source)
    return {
        "claim_id": claim.id,
        "claimant": words or (claim.claimant.name if claim.claimant else None),
        "claimant_id": claim.claimant.id if claim.claimant else None,
        "stance": claim.stance,
        "conduit": joined(m.text for m in claim.conduit),
    }


def _place_cells(place: Place | None) -> dict[str, Cell]:
    if place is None:
        return {}
    return {
        "place": place.text,
        "place_name": place.name,
        "place_kind": place.kind,
        "country": place.country,
        "admin1": place.admin1,
        "latitude": place.latitude,
        "longitude": place.longitude,
        "geonameid": place.geonameid,
        "where_prec": place.precision,
        "place_confidence": place.confidence,
    }


def _time_cells(time: Time | None) -> dict[str, Cell]:
    if time is None:
        return {}
    return {
        "time": time.text,
        "time_value": time.value,
        "time_precision": time.precision,
        "time_begin": time.begin,
        "time_until": time.until,
    }


def _harm_cells(harms: tuple[Harm, ...]) -> dict[str, Cell]:
    cells: dict[str, Cell] = {"harmed": joined(harm.who for harm in harms)}
    for kind in _KINDS:
        found = [harm for harm in harms if harm.kind == kind]
        cells[f"{kind}_low"] = (
            sum(harm.low for harm in found if harm.low is not None) if any(h.low is not None for h in found) else None
        )
        cells[f"{kind}_best"] = _total([harm.best for harm in found])
        cells[f"{kind}_high"] = _total([harm.high for harm in found])
    return cells


def _total(numbers: list[int | None]) -> int | None:
    """The sum; None where one of them is not known, for then the sum is not known either."""
    known = [number for number in numbers if number is not None]
    return sum(known) if known and len(known) == len(numbers) else None


def _evidence_cells(coded: Coded, event: Event) -> dict[str, Cell]:
    return {
        "predicate": event.predicate.text,
        "evidence": coded.text[event.start : event.end],
        "start": event.start,
        "end": event.end,
        "sentence": event.sentence,
        "sentence_kind": coded.sentences[event.sentence].kind if event.sentence < len(coded.sentences) else None,
        "at_risk": joined(p.text for p in coded.at_risk if p.event == event.id),
    }
