"""Codings that come in from outside: a line of the coding contract is kept as the coding of the coder that it names, if it is one.

A line is untrusted. It is kept only where every field is of its kind, every offset points at the words that it claims, and nothing would be
lost; else the report is coded anew and the record says why. Names of a newer ontology are kept as they are. This module must not write.
"""

from __future__ import annotations

import json
import math
import re
from dataclasses import fields, is_dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from trucewatch.model import Coded, TrucewatchError
from trucewatch.model.contract import from_dict, to_dict
from trucewatch.reading.dates import iso_date

if TYPE_CHECKING:
    from collections.abc import Iterator

    from trucewatch.model import Event, Report

CODE = "coding-not-kept"
_ID = re.compile(r"[\w.:-]{1,40}")
_REPORT = re.compile(r"r-[0-9a-f]{16}")
_DATE = re.compile(r"\d{4}(?:-\d\d(?:-\d\d(?:T[\d:.]+(?:Z|[+-]\d\d:?\d\d)?)?)?)?")


def given(line: str) -> Coded:
    """The record of a line of the contract.

    Raises:
        TrucewatchError: ``coding-not-kept``, with what is wrong with it.
    """
    try:
        plain = json.loads(line)
        made = from_dict(plain)
        _adapter().validate_json(json.dumps(_shaped(plain)), strict=True)
    except TrucewatchError as error:
        raise _bad(error.why or error.what) from error
    except (ValueError, RecursionError, KeyError) as error:  # pydantic's error is a ValueError
        raise _bad(" ".join(str(error).split())[:160]) from error
    lost = _lost(plain, to_dict(made), "line")
    problem = next(iter(_problems(made, plain)), None) if lost is None else f"{lost} would be lost"
    if problem:
        raise _bad(problem)
    return made


def own_id(coded: Coded) -> str | None:
    """The id of a record that a dossier gave it, for one whose id says nothing of its text."""
    return coded.id if _REPORT.fullmatch(coded.id) else None


def _bad(why: str) -> TrucewatchError:
    return TrucewatchError(
        CODE, "the line's own coding is not kept, the report is coded anew", why=why, next_step="the line is kept as evidence"
    )


def _shaped(plain: dict[str, Any]) -> dict[str, Any]:
    """A line in the shape of the record: the text within the report."""
    report = plain["report"]
    whole = report and {**report, "id": plain["id"], "text": plain["text"]}
    return {**plain, "report": whole}


@cache
def _adapter() -> Any:
    from pydantic import TypeAdapter  # noqa: PLC0415 - only where coded lines come in

    return TypeAdapter(Coded)


def _lost(had: Any, kept: Any, where: str) -> str | None:
    """The first part of a line that its record does not hold as it was."""
    if isinstance(had, dict) and isinstance(kept, dict):
        if had.keys() != kept.keys():
            return f"{where}.{min(had.keys() ^ kept.keys())}"
        return next((found for key in had if (found := _lost(had[key], kept[key], f"{where}.{key}"))), None)
    if isinstance(had, list) and isinstance(kept, list) and len(had) == len(kept):
        pairs = enumerate(zip(had, kept, strict=True))
        return next((found for number, pair in pairs if (found := _lost(*pair, f"{where}[{number}]"))), None)
    return None if type(had) is type(kept) and had == kept else where


def _problems(coded: Coded, plain: dict[str, Any]) -> Iterator[str]:
    """What is wrong with a record whose fields are of the right kinds."""
    report = coded.report
    if report is None and (coded.events or coded.claims or coded.status in {"coded", "partial"}):
        yield "it has no report"
    if report is not None and plain["report"]["sha256"] != report.sha256:
        yield "report.sha256 is not that of the text"
    if report is not None and report.published and not (iso_date(report.published) or _DATE.fullmatch(report.published)):
        yield "report.published is no ISO 8601 date"
    yield from _spans(coded, coded.text)
    yield from _numbers(coded)
    yield from _links(coded)
    for event in coded.events:
        yield from _names(event)
    for time in coded.times:
        if any(day is not None and not _DATE.fullmatch(day) for day in (time.begin, time.until)):
            yield f"the time {time.text!r} has a bound that is no ISO 8601 date"


def _parts(value: Any) -> Iterator[Any]:
    """Every record within a record."""
    if is_dataclass(value):
        yield value
        for item in fields(value):
            yield from _parts(getattr(value, item.name))
    elif isinstance(value, tuple):
        for item in value:
            yield from _parts(item)


def _spans(coded: Coded, text: str) -> Iterator[str]:
    for part in _parts(coded):
        start, end = getattr(part, "start", None), getattr(part, "end", None)
        if not isinstance(start, int) or not isinstance(end, int):
            continue
        if not 0 <= start <= end <= len(text) or getattr(part, "text", text[start:end]) != text[start:end]:
            yield f"a {type(part).__name__} does not stand at {start} to {end}"


def _numbers(coded: Coded) -> Iterator[str]:
    for part in _parts(coded):
        for item in fields(part):
            value = getattr(part, item.name)
            most = _MOST.get(item.name)
            if isinstance(value, float) and not math.isfinite(value):
                yield f"a {type(part).__name__}'s {item.name} is no number"
            elif most and isinstance(value, int | float) and not most[0] <= value <= most[1]:
                yield f"a {type(part).__name__}'s {item.name} is out of bounds"


_MOST = {
    "confidence": (0, 1), "score": (-1e9, 1e9), "latitude": (-90, 90), "longitude": (-180, 180), "quad": (1, 4), "geonameid": (-(2**62), 2**62),
    "low": (0, 2**53), "best": (0, 2**53), "high": (0, 2**53), "precision": (1, 7),
}  # fmt: skip


def _links(coded: Coded) -> Iterator[str]:
    """Ids are unique, and what points at another part of the record points at one that is there."""
    claims, events = [claim.id for claim in coded.claims], [event.id for event in coded.events]
    for ids in (claims, events):
        if len(set(ids)) != len(ids) or not all(_ID.fullmatch(id_) for id_ in ids):
            yield "the ids of its events or claims are no ids, or not unique"
    for event in coded.events:
        there = (event.place, len(coded.places)), (event.time, len(coded.times)), (event.sentence, len(coded.sentences))
        if any(at is not None and not 0 <= at < count for at, count in there) or event.claim not in {None, *claims}:
            yield f"the event {event.id} points at a place, time, sentence or claim that is not there"
    if any(claim.within not in {None, *claims} for claim in coded.claims):
        yield "a claim stands within one that is not there"


def _names(event: Event) -> Iterator[str]:
    """Names of an ontology are short; they may be another's than today's."""
    for name, most in (("type", 16), ("truce", 48), ("mode", 48)):
        value = getattr(event, name)
        if value is not None and not 0 < len(value) <= most:
            yield f"the event {event.id} has no {name} that can be kept"


def text_of(coded: Coded) -> Report | None:
    """The report of a record as the coder is to read it; None where there is nothing to read."""
    return coded.report if coded.status in {"coded", "partial"} else None
