"""What a reviewer types in for a field: the forms, what is allowed, and the value that is made of it, held against the ontology.

This module must not look anything up in a gazetteer or an actor file: a name stays a name, for the caller to resolve.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, NoReturn, cast

from trucewatch import ontology
from trucewatch.dossier.verdicts.fields import HARMS, NONE, STANCES, STATUSES, Coding, Toll, span_of
from trucewatch.model import TrucewatchError
from trucewatch.model.incident import Party, Spot, Voice, When

if TYPE_CHECKING:
    from collections.abc import Callable

    from trucewatch.dossier.verdicts.fields import Field, Value

LONGEST = 300  #: code points of one value's words
_PRECISIONS = range(1, 8)
_SIDED = re.compile(r"^(?P<words>.*?)(?:\s*@(?P<id>[^\s@\[\]]+))?(?:\s*\[(?P<stance>\w+)\])?$")
_SPOT = re.compile(
    r"^(?P<name>[^@]*?)\s*(?:@\s*(?P<lat>-?\d+(?:\.\d+)?)\s*,\s*(?P<lon>-?\d+(?:\.\d+)?))?\s*(?:/\s*(?P<precision>\d))?$"
)
_TOLL = re.compile(
    r"^(?P<kind>[a-z]+)\s+(?P<count>\?|<=\d+|\d+\+?|\d+-\d+|\d+-\d+-\d+)\s*(?:\((?P<who>[^()]*)\))?\s*(?:@(?P<side>\S+))?$"
)


def allowed(field: Field, coding: Coding | None = None) -> tuple[str, ...]:
    """What may be typed in for a field: every value where they can be listed, else the forms with an example.

    ``coding`` adds the modes of its type, for ``type``.
    """
    known = ontology.load()
    if field == "type":
        modes = tuple(f"{coding.type}/{mode}" for mode in _modes(coding.type)) if coding else ()
        return (*(entry.name for entry in known.types), *modes)
    listed = {"truce": (*(t.id for t in known.truces), NONE), "status": STATUSES}
    return listed.get(field) or _FORMS[field]


def _modes(name: str) -> tuple[str, ...]:
    try:
        return ontology.load().modes(name)
    except TrucewatchError:
        return ()


_SIDES = ("words of the report", "words @actor-id", "several; parted; by semicolons", NONE)
_FORMS: dict[str, tuple[str, ...]] = {
    "actor": _SIDES,
    "recipient": _SIDES,
    "place": ("Aldun", "Aldun /3 (where_prec 1 to 7)", "Aldun @36.102,37.204 /1", NONE),
    "time": ("2031-05-04", "2031-05-04T06:30", "2031-05", "2031", "2031-05-04/2031-05-06", NONE),
    "harm": (
        f"one of {', '.join(HARMS)} and a number: killed 3", "killed 2-5 (soldiers)", "killed 2-3-5 (low-best-high)", "injured 2+",
        "injured <=9", "missing ?", "killed 3 (militants) @aldun-front; injured 2", NONE,
    ),
    "claimant": ("words of the report", "words @actor-id", f"words [stance] ({', '.join(STANCES)})", f"{NONE} (the report itself)"),
}  # fmt: skip


def _refuse(field: Field, why: str, coding: Coding | None = None) -> NoReturn:
    raise TrucewatchError(
        "verdict-value", f"not a value of {field}", why=why, next_step=f"allowed: {' | '.join(allowed(field, coding))}"
    )


# --- typed in ---------------------------------------------------------------------------------------------------------------------------


def parse(field: Field, text: str) -> Value:
    """The value that a reviewer typed in, checked.

    Raises:
        TrucewatchError: ``verdict-value``, with what is allowed.
    """
    text = " ".join(text.split())
    value = _PARSERS[field](text)
    return validated(field, value)


def _parse_type(text: str) -> Value:
    name, _, mode = text.partition("/")
    return Coding(name.strip().upper(), mode.strip().lower().strip(NONE) or None)


def _parse_truce(text: str) -> Value:
    return None if text == NONE else text.lower()


def _parse_parties(field: Field) -> Callable[[str], Value]:
    def parties(text: str) -> Value:
        if text == NONE:
            return ()
        return tuple(_party(field, part.strip()) for part in text.split(";"))

    return parties


def _party(field: Field, text: str) -> Party:
    match = _SIDED.match(text)
    if not match or match["stance"]:
        _refuse(field, f"{text!r} is not words, nor words @actor-id")
    return Party(match["words"].strip(), match["id"])


def _parse_place(text: str) -> Value:
    if text == NONE:
        return None
    match = _SPOT.match(text)
    if not match:
        _refuse("place", f"{text!r} is no name, nor name @latitude,longitude /precision")
    name, latitude, longitude, precision = match.group("name", "lat", "lon", "precision")
    return Spot(
        text=name,
        name=name or None,
        latitude=float(latitude) if latitude else None,
        longitude=float(longitude) if longitude else None,
        precision=int(precision) if precision else None,
    )


def _parse_time(text: str) -> Value:
    return None if text == NONE else When("", text.replace(" ", "T", 1) if "/" not in text else text)


def _parse_harm(text: str) -> Value:
    return () if text == NONE else tuple(_toll(part.strip()) for part in text.split(";"))


def _toll(text: str) -> Toll:
    match = _TOLL.match(text)
    if not match:
        _refuse("harm", f"{text!r} is not a kind of harm and a number")
    low, best, high = _counted(match["count"])
    return Toll(match["kind"], low, best, high, (match["who"] or "").strip() or None, match["side"])


def _counted(text: str) -> tuple[int | None, int | None, int | None]:
    if text == "?":
        return None, None, None
    if text.startswith("<="):
        return None, None, int(text[2:])
    if text.endswith("+"):
        return int(text[:-1]), None, None
    numbers = [int(part) for part in text.split("-")]
    if len(numbers) == 1:
        return numbers[0], numbers[0], numbers[0]
    return numbers[0], (numbers[1] if len(numbers) > 2 else None), numbers[-1]  # noqa: PLR2004 - low-best-high


def _parse_claimant(text: str) -> Value:
    if text == NONE:
        return Voice()
    match = _SIDED.match(text)
    if not match:
        _refuse("claimant", f"{text!r} is not words")
    return Voice(match["words"].strip(), match["id"], stance=match["stance"])


_PARSERS: dict[Field, Callable[[str], Value]] = {
    "type": _parse_type,
    "truce": _parse_truce,
    "status": str.lower,
    "actor": _parse_parties("actor"),
    "recipient": _parse_parties("recipient"),
    "place": _parse_place,
    "time": _parse_time,
    "harm": _parse_harm,
    "claimant": _parse_claimant,
}


# --- checked ----------------------------------------------------------------------------------------------------------------------------


def validated(field: Field, value: Value) -> Value:
    """The value, checked against what the field may hold; a time comes back with its precision and bounds.

    Raises:
        TrucewatchError: ``verdict-value``, with what is allowed.
    """
    return _CHECKS[field](field, value)


def _check_type(field: Field, value: Value) -> Value:
    if not isinstance(value, Coding):
        _refuse(field, f"{value!r} is no type")
    known = ontology.load()
    if value.type not in {entry.name for entry in known.types}:
        _refuse(field, f"PLOVER has no type {value.type!r}")
    if value.mode is not None and value.mode not in known.modes(value.type):
        modes = " | ".join(f"{value.type}/{mode}" for mode in known.modes(value.type)) or f"{value.type} has no modes"
        raise TrucewatchError(
            "verdict-value",
            "not a value of type",
            why=f"{value.type} has no mode {value.mode!r}",
            next_step=f"allowed: {modes}",
        )
    return value


def _check_truce(field: Field, value: Value) -> Value:
    if value is not None and value not in {entry.id for entry in ontology.load().truces}:
        _refuse(field, f"there is no ceasefire category {value!r}")
    return value


def _check_status(field: Field, value: Value) -> Value:
    if value not in STATUSES:
        _refuse(field, f"there is no status {value!r}")
    return value


def _check_parties(field: Field, value: Value) -> Value:
    if not isinstance(value, tuple) or not all(isinstance(item, Party) for item in value):
        _refuse(field, f"{value!r} is not a list of parties")
    for party in cast("tuple[Party, ...]", value):
        _check_words(field, party.text, party.id)
        if not party.text:
            _refuse(field, "a party needs the words that name it")
    return value


def _check_words(field: Field, *texts: str | None) -> None:
    for text in texts:
        if text is not None and (len(text) > LONGEST or not text.isprintable() or text != text.strip()):
            _refuse(field, f"words are one line of at most {LONGEST} characters")


def _check_place(field: Field, value: Value) -> Value:
    if value is None:
        return value
    if not isinstance(value, Spot):
        _refuse(field, f"{value!r} is no place")
    _check_words(field, value.text, value.name)
    if (value.latitude is None) != (value.longitude is None):
        _refuse(field, "latitude and longitude go together")
    if value.latitude is None and not (value.name or value.text):
        _refuse(field, "a place needs a name or coordinates")
    if abs(value.latitude or 0) > 90 or abs(value.longitude or 0) > 180:  # noqa: PLR2004 - degrees
        _refuse(field, "latitude goes from -90 to 90, longitude from -180 to 180")
    if value.precision is not None and value.precision not in _PRECISIONS:
        _refuse(field, f"there is no where_prec {value.precision}")
    return value


def _check_time(field: Field, value: Value) -> Value:
    if value is None:
        return value
    if not isinstance(value, When) or not value.value:
        _refuse(field, f"{value!r} is no time")
    parts = value.value.split("/")
    if len(parts) > 2:  # noqa: PLR2004 - begin/end
        _refuse(field, f"{value.value!r} has more than two ends")
    spans = [span_of(part) for part in parts]
    if any(span is None for span in spans):
        _refuse(field, f"{value.value!r} is no ISO 8601 date")
    known = [span for span in spans if span]
    begin, until = known[0][0], known[-1][1]
    if begin > until:
        _refuse(field, f"{value.value!r} ends before it begins")
    return replace(value, precision=known[0][2], begin=begin, until=until)


def _check_harm(field: Field, value: Value) -> Value:
    if not isinstance(value, tuple) or not all(isinstance(item, Toll) for item in value):
        _refuse(field, f"{value!r} is not a list of harm")
    for toll in cast("tuple[Toll, ...]", value):
        _check_words(field, toll.who, toll.side)
        if toll.kind not in HARMS:
            _refuse(field, f"there is no harm {toll.kind!r}")
        numbers = [n for n in (toll.low, toll.best, toll.high) if n is not None]
        if numbers != sorted(numbers) or any(n < 0 for n in numbers):
            _refuse(field, "low, best and high must not fall, nor lie under nought")
    return value


def _check_claimant(field: Field, value: Value) -> Value:
    if not isinstance(value, Voice):
        _refuse(field, f"{value!r} is nobody's words")
    _check_words(field, value.words, value.id)
    if value.stance is not None and value.stance not in STANCES:
        _refuse(field, f"there is no stance {value.stance!r}")
    if not value.words and (value.id or value.stance):
        _refuse(field, "a claimant needs the words that name it")
    return value


_CHECKS: dict[Field, Callable[[Field, Value], Value]] = {
    "type": _check_type,
    "truce": _check_truce,
    "status": _check_status,
    "actor": _check_parties,
    "recipient": _check_parties,
    "place": _check_place,
    "time": _check_time,
    "harm": _check_harm,
    "claimant": _check_claimant,
}
