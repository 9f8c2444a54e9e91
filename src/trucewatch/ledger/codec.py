"""Frozen records to compact JSON and back, exactly: what equals a field's default is left out.

Works for the dataclasses of ``model/incident.py`` and what they hold. This module must not know any of them.
"""

from __future__ import annotations

import json
from dataclasses import MISSING, fields, is_dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar, cast

from trucewatch.model import TrucewatchError
from trucewatch.model.plain import maker

if TYPE_CHECKING:
    from collections.abc import Hashable

    from trucewatch.model.plain import Make

Record = TypeVar("Record")
_ATOMS = frozenset((str, int, float, bool, type(None)))
_ENCODE = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def dump(record: object) -> str:
    """A record as one line of JSON."""
    return _ENCODE(_plain(record))


def parse(kind: type[Record], line: str) -> Record:
    """The record of a line that :func:`dump` wrote.

    Raises:
        TrucewatchError: ``bad-ledger-record`` where the line is not one of this kind.
    """
    try:
        made = _maker(cast("Any", kind))(json.loads(line))
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise TrucewatchError(
            "bad-ledger-record", f"not a stored {kind.__name__}", why=f"{type(error).__name__}: {error}",
            next_step="build the incidents again from the coded reports",
        ) from error  # fmt: skip
    if not isinstance(made, kind):
        raise TrucewatchError("bad-ledger-record", f"not a stored {kind.__name__}")
    return made


def _plain(value: Any) -> Any:
    if type(value) in _ATOMS:
        return value
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    if is_dataclass(value):
        found = ((name, getattr(value, name), default) for name, default in _fields(cast("Any", type(value))))
        return {name: _plain(given) for name, given, default in found if default is MISSING or given != default}
    return value


@cache
def _fields(kind: Hashable) -> tuple[tuple[str, Any], ...]:
    return tuple((field.name, field.default) for field in fields(cast("Any", kind)))


@cache
def _maker(kind: Hashable) -> Make:
    made = maker(kind, strict=True)
    if made is None:
        raise TypeError(f"{kind} is no record")
    return made
