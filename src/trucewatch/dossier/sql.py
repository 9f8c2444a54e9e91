"""Small helpers over SQLAlchemy Core that every part of the dossier uses. This module must not know what the tables mean."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from hashlib import sha256
from itertools import islice
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

Item = TypeVar("Item")
#: Values in one IN (...): both databases take more, but plans get no better.
_CHUNK = 400


def chunks(items: Iterable[Item], size: int = _CHUNK) -> Iterator[Sequence[Item]]:
    """Items in pieces of at most ``size``."""
    left = iter(items)
    while piece := list(islice(left, size)):
        yield piece


def table(found: Iterable[Any]) -> dict[Any, Any]:
    """Rows of two columns as a dictionary."""
    return {key: value for key, value in found}  # noqa: C416 - rows are no tuples to a type checker


def canonical(value: Any) -> str:
    """JSON with sorted keys and no blanks: the same value gives the same text."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def short_id(prefix: str, *parts: str | None, size: int = 16) -> str:
    """An id from a hash of its parts: ``r-1f2e3d4c5b6a7988``."""
    joined = "\x1f".join("\x00" if part is None else part for part in parts)
    return f"{prefix}-{sha256(joined.encode('utf-8', 'surrogatepass')).hexdigest()[:size]}"


def storable(words: str) -> str:
    """Words that both databases keep: what is no character of Unicode (a file's name may hold any byte), and NUL, by its escape."""
    return words.replace("\0", "\\x00").encode("utf-8", "backslashreplace").decode()


def now() -> str:
    """The time in UTC, to the millisecond, ISO 8601."""
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
