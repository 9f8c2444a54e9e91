"""The public record as JSON: one line a report, and the JSON Schema that describes it.

``to_dict`` writes what the contract page says, in its order; ``schema`` is derived from the same frozen types, so that neither can
drift from the other. This module must not read or write files.
"""

from __future__ import annotations

import json
from functools import cache
from typing import TYPE_CHECKING, Any

from trucewatch.model.errors import TrucewatchError
from trucewatch.model.plain import maker, names, plain
from trucewatch.model.record import Coded
from trucewatch.model.report import Report

if TYPE_CHECKING:
    from collections.abc import Mapping

    from trucewatch.model.plain import Make

SCHEMA_VERSION = "1"
_REPORT_HIDDEN = ("id", "text", "notes", "line")
_ENCODE = json.JSONEncoder(ensure_ascii=False, separators=(", ", ": ")).encode


def to_dict(coded: Coded) -> dict[str, Any]:
    """One line of the contract as plain dictionaries and lists."""
    line: dict[str, Any] = {
        "id": coded.id,
        "status": coded.status,
        "reasons": plain(coded.reasons),
        "report": None if coded.report is None else report_to_dict(coded.report),
        "text": coded.text,
    }
    for name in ("sentences", "claims", "events", "actors", "places", "times", "at_risk", "incident_roles", "coder"):
        line[name] = plain(getattr(coded, name))
    return line


def report_to_dict(report: Report) -> dict[str, Any]:
    """The ``report`` part of a line: what is known of the report, less its text."""
    made = {name: plain(getattr(report, name)) for name in names(Report) if name not in _REPORT_HIDDEN}
    return {**made, "sha256": report.sha256}


def to_json(coded: Coded) -> str:
    """One line of the contract, without the line feed. The same record gives the same bytes."""
    line = _ENCODE(to_dict(coded))
    try:
        line.encode("utf-8")
    except UnicodeEncodeError:
        return json.dumps(to_dict(coded), ensure_ascii=True, separators=(", ", ": "))
    # U+2028 and U+2029 are legal in JSON, but some readers of lines split on them
    return line.replace("\u2028", "\\u2028").replace("\u2029", "\\u2029").replace("\u0085", "\\u0085")


def schema() -> dict[str, Any]:
    """JSON Schema (2020-12) of one output line."""
    from pydantic import TypeAdapter  # noqa: PLC0415 - only this verb needs it

    made = TypeAdapter(Coded).json_schema(mode="serialization")
    definitions = made["$defs"]
    report = definitions["Report"]
    for name in _REPORT_HIDDEN:
        report["properties"].pop(name, None)
    report["properties"]["sha256"] = {"type": "string", "pattern": "^[0-9a-f]{64}$"}
    for definition in definitions.values():
        _close(definition)
    properties = made["properties"]
    properties["text"] = {"type": "string", "description": "the exact text that was coded; offsets are code points of it"}
    order = list(to_dict(Coded("", "failed", (), None)))
    top = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:trucewatch:coded:{SCHEMA_VERSION}",
        "title": "One coded report",
        "description": "One line of `trucewatch code --format jsonl`.",
        "type": "object",
        "properties": {name: properties[name] for name in order},
        "required": order,
        "$defs": definitions,
    }
    return _described(top)


def _close(definition: dict[str, Any]) -> None:
    """Every field is always written, whatever its default."""
    if definition.get("type") == "object":
        definition["required"] = list(definition.get("properties", {}))
        for field in definition.get("properties", {}).values():
            field.pop("default", None)


def _described(top: dict[str, Any]) -> dict[str, Any]:
    for field in top["properties"].values():
        field.pop("default", None)
    return top


def from_dict(line: Mapping[str, Any]) -> Coded:
    """The record of one contract line; the inverse of ``to_dict``.

    Raises:
        TrucewatchError: ``bad-record``, when a field is missing or of the wrong kind.
    """
    try:
        report = line["report"]
        full = None if report is None else {**report, "id": line["id"], "text": line["text"], "notes": _notes_of(line)}
        made: Coded = _make_coded()({**line, "report": full})
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise TrucewatchError(
            "bad-record", "not a line of `trucewatch code --format jsonl`", why=f"{type(error).__name__}: {error}",
            next_step="compare it with `trucewatch schema`",
        ) from error  # fmt: skip
    return made


@cache
def _make_coded() -> Make:
    made = maker(Coded)
    assert made is not None  # noqa: S101 - a record is never plain data
    return made


def _notes_of(line: Mapping[str, Any]) -> list[Any]:
    return list(line["reasons"]) if line["status"] == "partial" else []
