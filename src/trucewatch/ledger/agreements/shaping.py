"""Nodes held against the form: what has its right shape becomes an ``Item``, what has not becomes a problem and is left out.

Knows the form's kinds of values (text, date, number, ...), not what they mean together.
"""

from __future__ import annotations

import re
from calendar import month_name, monthrange
from dataclasses import dataclass, field
from difflib import get_close_matches
from math import isfinite
from typing import TYPE_CHECKING, Any

from trucewatch.ledger.agreements.form import FORMS, IDENT, UNIT, Field, choices
from trucewatch.ledger.agreements.problems import Report, near

if TYPE_CHECKING:
    from collections.abc import Callable

    from trucewatch.ledger.agreements.nodes import Node

_DATE = re.compile(r"(\d{4})-(\d{2})-(\d{2})")
_MOMENT = re.compile(r"(\d{4}-\d{2}-\d{2})[T ](\d{2}):(\d{2})(?::00)?")
_FLAGS = {"true": True, "yes": True, "on": True, "false": False, "no": False, "off": False}
_HOURS, _MINUTES = 24, 60


class Misfit(Exception):  # noqa: N818 - a reason, handed on as a problem
    """Why a value does not fit its field."""


@dataclass(frozen=True, slots=True)
class Cell:
    """A value and its line."""

    value: Any
    line: int


@dataclass(slots=True)
class Item:
    """A part of the file whose fields are of their right shape. ``short``: the plain text that stands for it, with ``line``."""

    form: str
    line: int
    short: str | None = None
    cells: dict[str, Cell] = field(default_factory=dict)
    lists: dict[str, list[Cell]] = field(default_factory=dict)
    parts: dict[str, list[Item]] = field(default_factory=dict)
    names: dict[str, dict[str, Item]] = field(default_factory=dict)
    lines: dict[str, int] = field(default_factory=dict)

    def text(self, key: str) -> str | None:
        """A single text, or None."""
        return str(self.cells[key].value) if key in self.cells else None

    def value(self, key: str, default: Any = None) -> Any:
        """A single value, or the default."""
        return self.cells[key].value if key in self.cells else default

    def texts(self, key: str) -> tuple[str, ...]:
        """The texts of a list."""
        return tuple(str(cell.value) for cell in self.lists.get(key, ()))

    def part(self, key: str) -> Item | None:
        """A single part, or None."""
        return next(iter(self.parts.get(key, ())), None)

    def at(self, key: str) -> int:
        """The line of a key, or that of the part."""
        return self.lines.get(key, self.line)


def shaped(node: Node, form: str, report: Report) -> Item:
    """The node as a part of this form; whatever does not fit is reported and left out."""
    item = Item(form, node.line)
    if node.kind != "map":
        report.error(node.line, f"{_a(form)} is a map of keys ({', '.join(list(FORMS[form])[:4])}, ...)")
        return item
    fields = FORMS[form]
    meant: set[str] = set()
    for key, value in node.pairs.items():
        line = node.lines[key]
        if key not in fields:
            report.error(line, f"unknown key {key!r} in {_a(form)}{near(key, fields)}")
            meant.update(get_close_matches(key, fields, n=1, cutoff=0.6))
            continue
        item.lines[key] = line
        if not value.missing:
            _take(item, key, value, report)
    for key, wanted in fields.items():
        if key in meant:
            continue  # a key that is most likely misspelt is not missing as well
        if wanted.required and key not in item.lines:
            report.error(node.line, f"{_a(form)} has no {key!r}: {wanted.doc}")
        elif wanted.required and _empty(item, key) and not _refused(node.pairs[key]):
            report.error(item.at(key), f"{key!r} is empty: {wanted.doc}")
    return item


def _a(form: str) -> str:
    return f"an {form}" if form[0] in "aei" else f"a {form}"


def _empty(item: Item, key: str) -> bool:
    return key not in item.cells and not item.lists.get(key) and not item.parts.get(key) and key not in item.names


def _refused(node: Node) -> bool:
    """Whether something was written there, so that a problem of its own tells why it is not taken."""
    return bool(node.items or node.pairs) or (node.kind == "text" and not node.missing)


def _take(item: Item, key: str, node: Node, report: Report) -> None:
    wanted = FORMS[item.form][key]
    if wanted.named:
        item.names[key] = _named(key, node, wanted, report)
    elif wanted.many:
        nodes = node.items if node.kind == "list" else [node]
        if node.kind != "list":
            report.error(node.line, f"{key!r} is a list: start each of its entries with a hyphen")
        elif wanted.holds == "part":
            item.parts[key] = [_part(entry, wanted, report) for entry in nodes]
        else:
            item.lists[key] = [cell for entry in nodes if (cell := _cell(key, entry, wanted, report)) is not None]
    elif wanted.holds == "part":
        item.parts[key] = [_part(node, wanted, report)]
    elif (cell := _cell(key, node, wanted, report)) is not None:
        item.cells[key] = cell


def _named(key: str, node: Node, wanted: Field, report: Report) -> dict[str, Item]:
    if node.kind != "map":
        report.error(node.line, f"{key!r} is a map of names")
        return {}
    for name in node.pairs:
        if not re.fullmatch(IDENT, name):
            report.error(node.lines[name], f"{name!r} is no name: small letters, digits and hyphens")
    found = {name: shaped(entry, wanted.of, report) for name, entry in node.pairs.items()}
    for name, item in found.items():
        item.line = node.lines[name]
    return found


def _part(node: Node, wanted: Field, report: Report) -> Item:
    if wanted.short and node.kind == "text":
        if not node.text.strip():
            report.error(node.line, "is empty")
        return Item(wanted.of, node.line, short=node.text.strip())
    return shaped(node, wanted.of, report)


def _cell(key: str, node: Node, wanted: Field, report: Report) -> Cell | None:
    try:
        return Cell(_points(node) if wanted.holds == "points" else _plain_of(node, wanted), node.line)
    except Misfit as misfit:
        report.error(node.line, f"{key!r} {misfit}")
        return None


_EXPECTED = {"points": "a list of numbers", "number": "a number", "date": "a date"}


def _plain_of(node: Node, wanted: Field) -> Any:
    if node.kind != "text":
        raise Misfit(f"is a {node.kind} where {_EXPECTED.get(wanted.holds, 'text')} is expected")
    return _plain(node.text.strip(), wanted)


def _plain(text: str, wanted: Field) -> Any:
    if not text:
        raise Misfit("is empty")
    if words := choices(wanted):
        if text not in words:
            some = ", ".join(words) if len(words) < 12 else "see docs/codebook.md"  # noqa: PLR2004 - what fits a line
            raise Misfit(f"cannot be {text!r}{near(text, words) or f': {some}'}")
        return text
    return _READERS.get(wanted.holds, _text)(text, wanted)


def _text(text: str, wanted: Field) -> str:
    del wanted
    return " ".join(text.split())


def _pattern(pattern: str, what: str) -> Callable[[str, Field], str]:
    def check(text: str, wanted: Field) -> str:
        del wanted
        if not re.fullmatch(pattern, text):
            raise Misfit(f"cannot be {text!r}: {what}")
        return text

    return check


def _date(text: str, wanted: Field | None = None) -> str:
    del wanted
    found = _DATE.fullmatch(text)
    if not found:
        raise Misfit(f"is no date: {text!r}; write it like 2020-03-06")
    year, month, day = (int(part) for part in found.groups())
    if not 1 <= month <= 12 or year < 1:  # noqa: PLR2004 - months
        raise Misfit(f"is no date: {text!r} has month {month}")
    last = monthrange(year, month)[1]
    if not 1 <= day <= last:
        raise Misfit(f"is no date: {text!r}, but {month_name[month]} {year} has {last} days")
    return text


def _moment(text: str, wanted: Field) -> str:
    del wanted
    found = _MOMENT.fullmatch(text)
    if not found:
        return _date(text)
    if int(found[2]) >= _HOURS or int(found[3]) >= _MINUTES:
        raise Misfit(f"is no time: {text!r}")
    return f"{_date(found[1])}T{found[2]}:{found[3]}"


def _number(text: str, wanted: Field) -> float:
    try:
        value = float(text)
    except ValueError:
        raise Misfit(f"is no number: {text!r}") from None
    if not isfinite(value):
        raise Misfit(f"is no number: {text!r}")
    if wanted.floor is not None and value <= wanted.floor:
        raise Misfit(f"must be more than {wanted.floor:g}, not {text}")
    return value


def _whole(text: str, wanted: Field) -> int:
    del wanted
    if not re.fullmatch(r"-?\d{1,15}", text):
        raise Misfit(f"is no whole number: {text!r}")
    return int(text)


def _flag(text: str, wanted: Field) -> bool:
    del wanted
    if text.lower() not in _FLAGS:
        raise Misfit(f"is true or false, not {text!r}")
    return _FLAGS[text.lower()]


def _points(node: Node) -> Any:
    """Nested lists of numbers as tuples."""
    if node.kind == "list":
        return tuple(_points(item) for item in node.items)
    if node.kind == "map":
        raise Misfit("is a map where a list of numbers is expected")
    try:
        value = float(node.text)
    except ValueError:
        raise Misfit(f"has {node.text!r} where a number is expected") from None
    if not isfinite(value):
        raise Misfit(f"has {node.text!r} where a number is expected")
    return value


_READERS: dict[str, Callable[[str, Field], Any]] = {
    "id": _pattern(IDENT, "small letters, digits and hyphens"),
    "url": _pattern(r"https?://[^\s<>\"]+", "an address starts with http:// or https://"),
    "unit": _pattern(UNIT, "a unit is a country's code and, after a slash, its unit: SYR/Idlib"),
    "date": _date,
    "moment": _moment,
    "number": _number,
    "whole": _whole,
    "flag": _flag,
}
