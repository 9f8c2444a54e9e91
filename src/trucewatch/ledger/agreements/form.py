"""The form of an agreement file: which keys each part has, what stands in them, and the JSON Schema made from that.

One table for all: the reader checks files by it, the schema is made of it, and the documentation is held to it. This module must not
read files.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any, Literal, get_args

from trucewatch.model.agreement import Against, Certainty, Kind, Side, Stage, State, Teller, Who
from trucewatch.model.record import EventStatus

FORMAT = "1"
"""Value of ``trucewatch-agreement`` that this version reads."""

Holds = Literal[
    "text", "id", "date", "moment", "number", "whole", "flag", "url", "choice", "actor", "category", "type", "mode", "obligation",
    "unit", "points", "part",
]  # fmt: skip

IDENT = r"^[a-z0-9]+(-[a-z0-9]+)*$"
UNIT = r"^[A-Z]{3}(/.+)?$"


@dataclass(frozen=True, slots=True)
class Field:
    """One key: what it holds, in words, and how often.

    ``of``: for *choice* the choices, for *part* the form's name. ``many``: a list. ``named``: a map of ids to parts. ``short``: a part
    may be written as plain text instead. ``floor``: a number must be above it.
    """

    holds: Holds
    doc: str
    required: bool = False
    of: str = ""
    many: bool = False
    named: bool = False
    short: bool = False
    floor: float | None = None


CHOICES: dict[str, tuple[str, ...]] = {
    "kind": get_args(Kind),
    "stage": get_args(Stage),
    "state": get_args(State),
    "certainty": get_args(Certainty),
    "status": get_args(EventStatus),
    "who": get_args(Who),
    "teller": get_args(Teller),
    "against": get_args(Against),
    "side": get_args(Side),
    "area": ("Polygon", "MultiPolygon", "Point", "LineString", "Place", "Admin1", "Country", "Union", "Difference"),
}

_CERTAINTY = {
    "certainty": Field("choice", "how sure the facts of this part are; default `sure`", of="certainty"),
    "why": Field("text", "why it is not sure, in a sentence; needed where it is not"),
}
_MATCHES = Field("part", "", of="match", many=True, short=True)

FORMS: dict[str, dict[str, Field]] = {
    "agreement": {
        "trucewatch-agreement": Field("text", "version of the form: `1`", required=True),
        "id": Field("id", "a short name of its own, small letters and hyphens; files carry it as their name", required=True),
        "title": Field("text", "its title", required=True),
        "date": Field("date", "when it was signed or announced", required=True),
        "place": Field("text", "where it was signed", required=True),
        "kind": Field("choice", "PA-X's agreement and conflict level", required=True, of="kind"),
        "stage": Field("choice", "PA-X's stage", required=True, of="stage"),
        "pax": Field("whole", "number of its entry in PA-X, where kind and stage are PA-X's own"),
        "coded_by": Field("text", "who chose kind and stage"),
        "fictional": Field("flag", "`true` for an invented agreement"),
        "note": Field("text", "what a reader should know of the file as a whole"),
        "parties": Field("part", "who made it", required=True, of="involved", many=True),
        "guarantors": Field("part", "who vouches for it", of="involved", many=True),
        "witnesses": Field("part", "who signed or stood by as a witness", of="involved", many=True),
        "monitors": Field("part", "who watches over it", of="involved", many=True),
        "bound": Field("part", "whom the text binds though they did not sign", of="involved", many=True),
        "status": Field("part", "in which state it stood from when to when", required=True, of="spell", many=True),
        "sources": Field("part", "where the facts are from, at least one", required=True, of="source", many=True),
        "builds_on": Field("part", "earlier agreements that it continues; their terms are carried over", of="basis", many=True),
        "areas": Field("part", "areas by name, for the terms to name", of="area", named=True),
        "places": Field("part", "places of the gazetteer that its map names", of="site", many=True, short=True),
        "terms": Field("part", "the duties, one each", required=True, of="term", many=True),
    },
    "involved": {
        "actor": Field("actor", "id of the actor file, or country and role (`TUR-MIL`)", required=True),
        "role": Field("text", "its part in a few words", required=True),
        "note": Field("text", "anything else"),
    },
    "spell": {
        "state": Field("choice", "how it stood", required=True, of="state"),
        "from": Field("date", "first day", required=True),
        "until": Field("date", "last day"),
        "note": Field("text", "what happened, and for `contested` who says what"),
    },
    "source": {
        "title": Field("text", "title of the document", required=True),
        "publisher": Field("text", "who published it", required=True),
        "date": Field("date", "its date"),
        "url": Field("url", "its address; only where it was looked up"),
        "note": Field("text", "what it was used for"),
    },
    "basis": {
        "agreement": Field("id", "id of the other agreement: a file beside this one, or a shipped one", required=True),
        "terms": Field("id", "which of its terms are carried over; default all", many=True),
        "area": Field("part", "where the carried terms hold now, if elsewhere; a name of `areas` or an area", of="area", short=True),
        "note": Field("text", "what is carried over, and why"),
        **_CERTAINTY,
    },
    "site": {
        "place": Field("text", "its name in the gazetteer", required=True),
        "country": Field("text", "ISO 3166-1 alpha-3 code, where the name is not enough"),
        "kind": Field("text", "town, village, road, ...: where the name is not enough"),
        "geonameid": Field("whole", "GeoNames id, where the name is not enough"),
    },
    "area": {
        "type": Field("choice", "GeoJSON's Polygon, MultiPolygon, Point, LineString; or Place, Admin1, Country, Union, Difference",
                      required=True, of="area"),
        "label": Field("text", "its name on the map"),
        "coordinates": Field("points", "GeoJSON's: longitude before latitude, degrees"),
        "width_km": Field("number", "LineString: width of the corridor to *each* side of the line", floor=0),
        "radius_km": Field("number", "Point and Place: radius", floor=0),
        "place": Field("text", "Place: its name in the gazetteer"),
        "geonameid": Field("whole", "Place: its GeoNames id, where the name is not enough"),
        "kind": Field("text", "Place: town, village, ..., where the name is not enough"),
        "country": Field("text", "Place, Admin1, Country: ISO 3166-1 alpha-3 code"),
        "admin1": Field("text", "Admin1: name of the first-order unit"),
        "of": Field("part", "Union: areas that make it up; Difference: an area, and those taken from it", of="area", many=True, short=True),
        "lies_in": Field("unit", "units it lies in (`SYR/Idlib`, `SYR`): decides on places known only by province", many=True),
        "holds": Field("part", "places that are inside by name, wherever their point is set", of="site", many=True, short=True),
        "crosses": Field("part", "roads, rivers, regions that are in it with a part of theirs", of="site", many=True, short=True),
        "accuracy_km": Field("number", "how far off the border may be", floor=0),
        "note": Field("text", "how it was drawn"),
        **_CERTAINTY,
    },
    "term": {
        "id": Field("id", "unique in the file", required=True),
        "label": Field("text", "a few words", required=True),
        "text": Field("text", "what is asked, short, in your own words", required=True),
        "clause": Field("text", 'where in the document: "paragraph 2"'),
        "obligations": Field("obligation", "one or more of the codebook's obligations", required=True, many=True),
        "bearers": Field("actor", "who must keep it: actor ids that the agreement names, or `parties`, `guarantors`", required=True,
                         many=True),
        "beneficiaries": Field("actor", "for whom", many=True),
        "area": Field("part", "where: a name of `areas` or an area; most obligations need one", of="area", short=True),
        "period": Field("part", "when; default from the agreement's date on", of="period"),
        "exceptions": Field("part", "what it does not cover", of="exception", many=True),
        "fulfils": _MATCHES,
        "fulfils_in_part": _MATCHES,
        "breaches": _MATCHES,
        "obstructs": _MATCHES,
        "prevents": _MATCHES,
        "sources": Field("whole", "numbers of the `sources` it rests on, counted from 1; default all", many=True),
        "beside": Field("id", "terms that it is meant to overlap with, so that the linter keeps quiet", many=True),
        **_CERTAINTY,
    },
    "period": {
        "from": Field("moment", "first day or local time; default the agreement's date"),
        "until": Field("moment", "last day or local time; default open"),
        "deadline": Field("moment", "by when it must be done; not having done it before is no breach"),
        "standing": Field("flag", "whether it must be kept every day; default `true` without a deadline, `false` with one"),
    },
    "exception": {
        "text": Field("text", "what is left out, in your own words", required=True),
        "actors": Field("actor", "actors it is about", many=True),
        "side": Field("choice", "whether they act, are acted upon, or either (default)", of="side"),
        "categories": Field("category", "ceasefire categories it is about", many=True),
        "contested": Field("flag", "`true` where the parties read it differently"),
    },
    "match": {
        "category": Field("category", "ceasefire category"),
        "type": Field("type", "PLOVER type"),
        "mode": Field("mode", "PLOVER mode of the type"),
        "status": Field("choice", "statuses, any of them; default happened and ongoing", of="status", many=True),
        "who": Field("choice", "who acts: `bearer` (default), `other`, `anyone`", of="who"),
        "told_by": Field("choice", "who must say so: `anyone` (default) or `monitors`", of="teller"),
        "against": Field("choice", "whom it befell: `anyone` (default) or `civilians`", of="against"),
        "words": Field("text", "one of these must be among its objects; `@heavy weapons` is a list of the tables", many=True),
        "note": Field("text", "why it bears so, for the finding's reasons"),
    },
}  # fmt: skip

_WHAT = {
    "fulfils": "events that fulfil it",
    "fulfils_in_part": "events that fulfil it in part",
    "breaches": "events that breach it",
    "obstructs": "events that make it hard to keep",
    "prevents": "events that keep monitors from seeing whether it is kept",
}
for _key, _doc in _WHAT.items():
    FORMS["term"][_key] = Field("part", f"{_doc}; default by the obligations", of="match", many=True, short=True)

BEARING_KEYS = {
    "fulfils": "fulfils",
    "fulfils_in_part": "fulfils in part",
    "breaches": "breaches",
    "obstructs": "obstructs",
    "prevents": "prevents verification",
}

_PLAIN: dict[str, dict[str, Any]] = {
    "text": {"type": "string", "minLength": 1},
    "id": {"type": "string", "pattern": IDENT},
    "date": {"type": "string", "format": "date", "pattern": r"^\d{4}-\d{2}-\d{2}$"},
    "moment": {"type": "string", "pattern": r"^\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2})?$"},
    "number": {"type": "number"},
    "whole": {"type": "integer"},
    "flag": {"type": "boolean"},
    "url": {"type": "string", "pattern": "^https?://"},
    "actor": {"type": "string", "minLength": 1},
    "unit": {"type": "string", "pattern": UNIT},
    "mode": {"type": "string", "minLength": 1},
    "points": {"type": "array"},
}


@cache
def _listed(holds: str) -> tuple[str, ...]:
    from trucewatch.ontology import load  # noqa: PLC0415 - the form itself needs no tables

    ontology = load()
    return {
        "category": tuple(truce.id for truce in ontology.truces),
        "type": tuple(kind.name for kind in ontology.types),
        "obligation": tuple(entry.id for entry in ontology.obligations),
    }[holds]


def choices(field: Field) -> tuple[str, ...]:
    """What a field of fixed words may hold; empty for any other."""
    if field.holds == "choice":
        return CHOICES[field.of]
    return _listed(field.holds) if field.holds in {"category", "type", "obligation"} else ()


def _value(field: Field) -> dict[str, Any]:
    if field.holds == "part":
        part = {"$ref": f"#/$defs/{field.of}"}
        return {"anyOf": [{"type": "string", "minLength": 1}, part]} if field.short else part
    if words := choices(field):
        return {"enum": list(words)}
    made = dict(_PLAIN[field.holds])
    return made if field.floor is None else {**made, "exclusiveMinimum": field.floor}


def _property(field: Field) -> dict[str, Any]:
    value = _value(field)
    if field.named:
        return {"type": "object", "additionalProperties": value, "propertyNames": {"pattern": IDENT}, "description": field.doc}
    if field.many:
        return {"type": "array", "items": value, **({"minItems": 1} if field.required else {}), "description": field.doc}
    return {**value, "description": field.doc}


def _object(name: str) -> dict[str, Any]:
    fields = FORMS[name]
    return {
        "type": "object",
        "properties": {key: _property(field) for key, field in fields.items()},
        "required": [key for key, field in fields.items() if field.required],
        "additionalProperties": False,
    }


def schema() -> dict[str, Any]:
    """JSON Schema (2020-12) of an agreement file, for editors. The linter knows more: dates, actors, geometry, contradictions."""
    top = _object("agreement")
    top["properties"]["trucewatch-agreement"] = {"enum": [FORMAT, int(FORMAT)], "description": "version of the form"}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:trucewatch:agreement:{FORMAT}",
        "title": "An agreement",
        "description": "A ceasefire or peace agreement as data, for `trucewatch ledger`.",
        **top,
        "$defs": {name: _object(name) for name in FORMS if name != "agreement"},
    }
