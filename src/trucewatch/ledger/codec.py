"""Frozen records to compact JSON and back, exactly: what equals a field's default is left out.

Works for the dataclasses of ``model/incident.py`` and what they hold. This module must not know any of them.
"""

from __future__ import annotations

import json
from dataclasses import MISSING, fields, is_dataclass
from functools import cache
from types import UnionType
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

from trucewatch.model import TrucewatchError

Record = TypeVar("Record")


def dump(record: object) -> str:
    """A record as one line of JSON."""
    return json.dumps(_plain(record), ensure_ascii=False, separators=(",", ":"))


def parse(kind: type[Record], line: str) -> Record:
    """The record of a line that :func:`dump` wrote.

    Raises:
        TrucewatchError: ``bad-ledger-record`` where the line is not one of this kind.
    """
    try:
        made = _build(kind, json.loads(line))
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise TrucewatchError(
            "bad-ledger-record", f"not a stored {kind.__name__}", why=f"{type(error).__name__}: {error}",
            next_step="build the incidents again from the coded reports",
        ) from error  # fmt: skip
    if not isinstance(made, kind):
        raise TrucewatchError("bad-ledger-record", f"not a stored {kind.__name__}")
    return made


def _plain(value: Any) -> Any:
    if is_dataclass(value):
        given = ((f, getattr(value, f.name)) for f in fields(value))
        return {f.name: _plain(found) for f, found in given if f.default is MISSING or found != f.default}
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    return value


@cache
def _hints(kind: type) -> dict[str, Any]:
    return get_type_hints(kind)


def _build(kind: Any, value: Any) -> Any:
    if value is None:
        return None
    if isinstance(kind, type) and is_dataclass(kind):
        hints = _hints(kind)
        return kind(**{name: _build(hints[name], found) for name, found in value.items()})
    origin, arguments = get_origin(kind), get_args(kind)
    if origin is tuple:
        return tuple(_build(arguments[0], item) for item in value)
    if origin in {Union, UnionType}:
        return _build(next(a for a in arguments if a is not type(None)), value)
    return value
