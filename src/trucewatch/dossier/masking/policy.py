"""The protection policy of a dossier, as its ``dossier.toml`` states it. It reads no file: it is given the parsed table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from trucewatch.model import TrucewatchError

TABLE = "protection"
_FLAGS = ("mask_private_persons", "mask_threatened_persons", "coarsen_protected_sites")
_KEYS = (*_FLAGS, "coarse_degrees", "allow")
_ALLOW_KEYS = ("name", "reason", "by", "at")
_MOST_DEGREES = 10.0


@dataclass(frozen=True, slots=True)
class Override:
    """A name that may leave unmasked: why, who decided it, when (ISO 8601)."""

    name: str
    reason: str
    by: str
    at: str


@dataclass(frozen=True, slots=True)
class Policy:
    """What is masked on the way out of a dossier. The default masks everything it knows how to."""

    mask_private_persons: bool = True
    mask_threatened_persons: bool = True
    coarsen_protected_sites: bool = True
    coarse_degrees: float = 0.1
    allow: tuple[Override, ...] = ()

    @classmethod
    def from_mapping(cls, settings: Mapping[str, Any], *, where: str = "dossier.toml") -> Policy:
        """The policy of a parsed ``dossier.toml``: its table ``[protection]``, the default where it has none.

        Args:
            settings: the whole file as ``tomllib`` gives it.
            where: the file's name, for messages.

        Raises:
            TrucewatchError: ``bad-protection``, naming the file and the key, for an unknown key or a value of the wrong kind.
        """
        table = settings.get(TABLE, {})
        if not isinstance(table, Mapping):
            raise _bad(where, TABLE, "must be a table")
        for key in table:
            if key not in _KEYS:
                raise _bad(where, f"{TABLE}.{key}", f"unknown; known: {', '.join(_KEYS)}")
        flags = {key: _flag(table[key], key, where) for key in _FLAGS if key in table}
        degrees = _degrees(table.get("coarse_degrees", cls().coarse_degrees), where)
        return cls(**flags, coarse_degrees=degrees, allow=_allowed(table.get("allow", ()), where))


def _bad(where: str, key: str, why: str) -> TrucewatchError:
    return TrucewatchError(
        "bad-protection",
        f"the protection policy's {key} cannot be used",
        where=where,
        why=why,
        next_step="see docs/protection.md",
    )


def _flag(value: object, key: str, where: str) -> bool:
    if not isinstance(value, bool):
        raise _bad(where, f"{TABLE}.{key}", f"must be true or false, not {value!r}")
    return value


def _degrees(value: object, where: str) -> float:
    key = f"{TABLE}.coarse_degrees"
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value <= _MOST_DEGREES:
        raise _bad(where, key, f"must be a number of degrees above 0 and up to {_MOST_DEGREES:g}, not {value!r}")
    return float(value)


def _allowed(value: object, where: str) -> tuple[Override, ...]:
    if not isinstance(value, list | tuple):
        raise _bad(where, f"{TABLE}.allow", "must be a list of tables { name, reason, by, at }")
    return tuple(_override(item, f"{TABLE}.allow[{number}]", where) for number, item in enumerate(value))


def _override(item: object, key: str, where: str) -> Override:
    if not isinstance(item, Mapping):
        raise _bad(where, key, "a bare name is not enough: write { name, reason, by, at }")
    for name in item:
        if name not in _ALLOW_KEYS:
            raise _bad(where, f"{key}.{name}", f"unknown; known: {', '.join(_ALLOW_KEYS)}")
    cells = {name: _cell(item.get(name), f"{key}.{name}", where) for name in _ALLOW_KEYS}
    try:
        date.fromisoformat(cells["at"][:10])
    except ValueError as error:
        raise _bad(where, f"{key}.at", f"must be an ISO 8601 date, not {cells['at']!r}") from error
    return Override(**cells)


def _cell(value: object, key: str, where: str) -> str:
    if isinstance(value, date):  # TOML has dates of its own; a datetime is a date
        return value.isoformat()
    if not isinstance(value, str) or not value.strip():
        raise _bad(where, key, "must be given, as words")
    return value.strip()
