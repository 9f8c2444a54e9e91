"""Frozen records to plain data and back, with what their types say worked out once a type.

The contract and the ledger's codec are made of it; both read hundreds of thousands of records. This module must not know any of them.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from dataclasses import fields, is_dataclass
from functools import cache
from types import UnionType
from typing import Any, Union, cast, get_args, get_origin, get_type_hints

Make = Callable[[Any], Any]
_ATOMS = frozenset((str, int, float, bool, type(None)))


def plain(value: Any) -> Any:
    """A value as dictionaries, lists and what JSON has by itself; a record's fields in their order."""
    if type(value) in _ATOMS:
        return value
    if isinstance(value, tuple | list):
        return [item if type(item) in _ATOMS else plain(item) for item in value]
    if is_dataclass(value):
        given = ((name, getattr(value, name)) for name in names(cast("Any", type(value))))
        return {name: found if type(found) in _ATOMS else plain(found) for name, found in given}
    if isinstance(value, Mapping):
        return {key: plain(item) for key, item in value.items()}
    return value


@cache
def names(kind: Hashable) -> tuple[str, ...]:
    """The names of a record's fields, in order."""
    return tuple(field.name for field in fields(cast("Any", kind)))


@cache
def maker(kind: Any, *, strict: bool = False) -> Make | None:
    """How a value of a type is made from plain data; None where the data is the value.

    Data with a field that its record lacks is a ``TypeError`` where ``strict``, and else leaves it aside.
    """
    if isinstance(kind, type) and is_dataclass(kind):
        return _record(kind, strict=strict)
    origin, arguments = get_origin(kind), get_args(kind)
    if origin is tuple:
        return _each(maker(arguments[0], strict=strict))
    if origin in {Union, UnionType}:
        return _perhaps(maker(next(a for a in arguments if a is not type(None)), strict=strict))
    if origin is Mapping:
        return _table(maker(arguments[1], strict=strict))
    return None


def _record(kind: type, *, strict: bool) -> Make:
    hints = get_type_hints(kind)
    nested = [(name, make) for name in names(kind) if (make := maker(hints[name], strict=strict)) is not None]

    def filled(value: dict[str, Any]) -> Any:
        for name, make in nested:
            if name in value:
                value[name] = make(value[name])
        return kind(**value)

    if strict:
        return lambda value: filled({**value})
    known = names(kind)
    return lambda value: filled({name: value[name] for name in known if name in value})


def _each(make: Make | None) -> Make:
    return tuple if make is None else lambda value: tuple([make(item) for item in value])


def _perhaps(make: Make | None) -> Make | None:
    return None if make is None else lambda value: None if value is None else make(value)


def _table(make: Make | None) -> Make:
    return dict if make is None else lambda value: {key: make(item) for key, item in value.items()}
