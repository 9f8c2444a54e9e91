"""The fields of an event that a reviewer may mend: what each holds, how it is stored, shown and compared.

Values are the ledger's own types (``Party``, ``Spot``, ``When``, ``Voice``). This module must not hold them against the ontology: a verdict is
read back long after the ontology of its day (``forms`` checks what is new).
"""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import asdict, dataclass, fields, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal, cast, get_args

from trucewatch.model import TrucewatchError
from trucewatch.model.incident import Party, Spot, Voice, When
from trucewatch.model.record import EventStatus, HarmKind, Stance

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from trucewatch.model.incident import Account

Field = Literal["type", "truce", "status", "actor", "recipient", "place", "time", "harm", "claimant"]
FIELDS: tuple[Field, ...] = get_args(Field)
STATUSES: tuple[str, ...] = get_args(EventStatus)
HARMS: tuple[str, ...] = get_args(HarmKind)
STANCES: tuple[str, ...] = get_args(Stance)
NONE = "-"
_ISO = re.compile(r"^(?P<year>\d{4})(?:-(?P<month>\d\d)(?:-(?P<day>\d\d)(?:T(?P<clock>\d\d:\d\d))?)?)?$")


@dataclass(frozen=True, slots=True)
class Coding:
    """A PLOVER type with its mode."""

    type: str
    mode: str | None = None


@dataclass(frozen=True, slots=True)
class Toll:
    """Harm to people as a reviewer reads it: ``Harm`` without its words' place."""

    kind: str
    low: int | None = None
    best: int | None = None
    high: int | None = None
    who: str | None = None
    side: str | None = None


Value = Coding | Spot | When | Voice | tuple[Party, ...] | tuple[Toll, ...] | str | None
"""``type``: Coding; ``truce``, ``status``: text; ``actor``, ``recipient``: parties; ``place``: Spot; ``time``: When; ``harm``: tolls;
``claimant``: Voice."""


@dataclass(frozen=True, slots=True)
class Values:
    """All fields of one event that may be mended, as they stood when somebody looked."""

    type: Coding
    truce: str | None
    status: str
    actor: tuple[Party, ...]
    recipient: tuple[Party, ...]
    place: Spot | None
    time: When | None
    harm: tuple[Toll, ...]
    claimant: Voice

    @classmethod
    def of(cls, account: Account) -> Values:
        """The fields of an account."""
        tolls = tuple(Toll(h.kind, h.low, h.best, h.high, h.who, h.side) for h in account.harm)
        return cls(
            Coding(account.type, account.mode), account.truce, account.status, account.actor, account.recipient,
            account.place, account.time, tolls, account.voice,
        )  # fmt: skip

    def get(self, field: Field) -> Value:
        """The value of one field."""
        return cast("Value", getattr(self, field))

    def put(self, field: Field, value: Value) -> Values:
        """The same with one field changed."""
        changed: dict[str, Any] = {field: value}
        return replace(self, **changed)

    def to_plain(self) -> dict[str, Any]:
        """As plain JSON data."""
        return {name: to_plain(self.get(name)) for name in FIELDS}

    @classmethod
    def from_plain(cls, data: Mapping[str, Any]) -> Values:
        """The inverse of ``to_plain``; raises KeyError, TypeError or ValueError where it is not one."""
        return cls(**{name: from_plain(name, data[name]) for name in FIELDS})


def field_named(name: str) -> Field:
    """The field of this name; ``claim`` is ``claimant``.

    Raises:
        TrucewatchError: ``verdict-field``.
    """
    wanted = "claimant" if name == "claim" else name
    if wanted not in FIELDS:
        raise TrucewatchError("verdict-field", f"no field {name!r} to correct", next_step=f"one of {', '.join(FIELDS)}")
    return wanted


# --- as plain data ----------------------------------------------------------------------------------------------------------------------


def to_plain(value: Value) -> Any:
    """A value as plain JSON data; what is not known is left out of its object."""
    if isinstance(value, tuple):
        return [to_plain(cast("Value", item)) for item in value]
    if value is None or isinstance(value, str):
        return value
    return {name: _listed(part) for name, part in asdict(value).items() if part not in (None, "", ())}


def _listed(part: Any) -> Any:
    return list(part) if isinstance(part, tuple) else part


def from_plain(field: Field, data: Any) -> Any:
    """The inverse of ``to_plain`` for a field; raises KeyError, TypeError or ValueError where it is not one."""
    if field in {"truce", "status"}:
        return _text(data)
    if field in {"actor", "recipient"}:
        return tuple(_record(Party, {"text": "", **item}) for item in data)
    if field == "harm":
        return tuple(_record(Toll, item) for item in data)
    if data is None:
        return None
    blank = {"place": {"text": ""}, "time": {"text": ""}}.get(field, {})
    return _record({"type": Coding, "place": Spot, "time": When, "claimant": Voice}[field], {**blank, **data})


def _text(data: Any) -> str | None:
    if data is not None and not isinstance(data, str):
        raise TypeError(f"{data!r} is not text")
    return data


def _record(kind: type, data: Mapping[str, Any]) -> Any:
    known = {f.name for f in fields(kind)}
    if not known >= data.keys():
        raise ValueError(f"{kind.__name__} has no {', '.join(sorted(data.keys() - known))}")
    return kind(**{name: tuple(part) if isinstance(part, list) else part for name, part in data.items()})


# --- shown and compared -----------------------------------------------------------------------------------------------------------------


def span_of(text: str) -> tuple[str, str, str] | None:
    """First and last day of an ISO date and its precision; None where it is no date."""
    match = _ISO.match(text)
    if not match:
        return None
    year, month, day, clock = match.groups()
    try:
        datetime.fromisoformat(f"{year}-{month or '01'}-{day or '01'}T{clock or '00:00'}:00+00:00")
    except ValueError:
        return None
    if day:
        whole = f"{year}-{month}-{day}"
        return whole, whole, "minute" if clock else "day"
    if month:
        return f"{year}-{month}-01", f"{year}-{month}-{monthrange(int(year), int(month))[1]:02}", "month"
    return f"{year}-01-01", f"{year}-12-31", "year"


def show(value: Value) -> str:
    """A value in the form in which it may be typed in again; what no form holds (a gazetteer number, say) is left out."""
    if isinstance(value, tuple):
        return "; ".join(_SHOWS[type(item)](item) for item in value) or NONE
    if value is None or value == Voice():
        return NONE
    return value if isinstance(value, str) else _SHOWS[type(value)](value)


def _show_spot(spot: Spot) -> str:
    where = "" if spot.latitude is None else f"@{spot.latitude},{spot.longitude}"
    return " ".join(part for part in (spot.name or spot.text, where, f"/{spot.precision}" if spot.precision else "") if part)


def _show_when(when: When) -> str:
    if when.value and all(span_of(part) for part in when.value.split("/")):
        return when.value
    return f"{when.begin}/{when.until}" if when.begin and when.until else when.value or when.text


def _show_toll(toll: Toll) -> str:
    who, side = f" ({toll.who})" if toll.who else "", f" @{toll.side}" if toll.side else ""
    return f"{toll.kind} {_number(toll)}{who}{side}"


def _number(toll: Toll) -> str:
    low, best, high = toll.low, toll.best, toll.high
    if best is not None:
        return str(best) if low == best == high else f"{best if low is None else low}-{best}-{best if high is None else high}"
    if low is not None:
        return f"{low}+" if high is None else f"{low}-{high}"
    return "?" if high is None else f"<={high}"


def _show_voice(voice: Voice) -> str:
    stance = f" [{voice.stance}]" if voice.stance else ""
    return f"{voice.words or voice.name or 'a source it does not name'}{f' @{voice.id}' if voice.id else ''}{stance}"


_SHOWS: dict[type, Callable[[Any], str]] = {
    Coding: lambda coding: f"{coding.type}/{coding.mode}" if coding.mode else coding.type,
    Party: lambda party: f"{party.text} @{party.id}" if party.id else party.text,
    Spot: _show_spot,
    When: _show_when,
    Toll: _show_toll,
    Voice: _show_voice,
}


def label(value: Value) -> str:
    """One word for a value, for counting agreement: ids before words, words without case, places by name, numbers without words."""
    if isinstance(value, tuple):
        return "; ".join(sorted(_one_label(item) for item in value))
    return _one_label(value)


def _one_label(value: Any) -> str:
    if isinstance(value, Spot):
        place = (value.name or value.text).casefold()
        return place or f"{value.latitude:.2f},{value.longitude:.2f}"
    if isinstance(value, Party):
        return value.id or value.text.casefold()
    if isinstance(value, Voice):
        return value.id or value.words.casefold() or NONE
    if isinstance(value, Toll):
        return _show_toll(replace(value, who=None, side=None))
    return show(value)


def agrees(given: Value, known: Value) -> bool:
    """Whether ``known`` says all that ``given`` says: words without case, coordinates to a hundred metres.

    What ``given`` leaves open may be anything. No mode, no number and no source at all are statements, not gaps.
    """
    if isinstance(given, tuple) and isinstance(known, tuple):
        rest = list(known)
        for item in given:
            found = next((other for other in rest if agrees(cast("Value", item), cast("Value", other))), None)
            if found is None:
                return False
            rest.remove(found)
        return not rest
    if type(given) is not type(known) or isinstance(given, Coding | str | None):
        return given == known
    return _agrees(given, known)


def _agrees(given: Any, known: Any) -> bool:
    if isinstance(given, Toll):
        numbers = (given.kind, given.low, given.best, given.high) == (known.kind, known.low, known.best, known.high)
        return numbers and all(part is None or _like(part, getattr(known, name)) for name, part in _open(given, "who", "side"))
    if isinstance(given, When):
        return _show_when(given) == _show_when(known)
    if given == Voice():
        return not (known.words or known.id or known.stance)
    named = {known.name, getattr(known, "text", None), getattr(known, "words", None)} - {None, ""}
    words = {part for _, part in _open(given, "name", "text", "words") if part}
    if words and not any(_like(one, other) for one in words for other in named):
        return False
    exact = _open(given, "id", "stance", "latitude", "longitude", "precision", "geonameid")
    return all(part is None or _like(part, getattr(known, name)) for name, part in exact)


def _open(record: Any, *names: str) -> list[tuple[str, Any]]:
    return [(name, getattr(record, name)) for name in names if hasattr(record, name)]


def _like(one: Any, other: Any) -> bool:
    if isinstance(one, float) and isinstance(other, float | int):
        return abs(one - other) < 0.001  # noqa: PLR2004 - degrees
    return bool(one.casefold() == other.casefold()) if isinstance(one, str) and isinstance(other, str) else bool(one == other)
