"""The chain of custody: entries each of which carries the hash of the one before. Pure; must not do I/O.

An entry's hash is SHA-256 over the canonical JSON (sorted keys, no blanks, UTF-8) of its ``action``, ``at``, ``detail``, ``prev``
and ``seq``. Whoever knows the last hash can tell whether anything before it was changed, left out or put elsewhere.
"""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias, cast

from trucewatch.dossier.evidence.trouble import Trouble
from trucewatch.model import TrucewatchError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

JSON: TypeAlias = "bool | int | float | str | Sequence[JSON] | Mapping[str, JSON] | None"

#: ``prev`` of the first entry.
START = "0" * 64
_HEX = re.compile(r"[0-9a-f]{64}")
_UTC = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,6})?(?:Z|\+00:00)")
_FIELDS = frozenset(("action", "at", "detail", "hash", "prev", "seq"))


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing done with the evidence. ``seq`` counts from 1, ``at`` is ISO 8601 UTC, ``hash`` and ``prev`` are 64 hex digits."""

    seq: int
    at: str
    action: str
    detail: Mapping[str, JSON]
    prev: str
    hash: str

    def message(self) -> bytes:
        """What ``hash`` is the SHA-256 of."""
        return canonical({"action": self.action, "at": self.at, "detail": self.detail, "prev": self.prev, "seq": self.seq})

    def is_whole(self) -> bool:
        """Whether the hash is that of the entry."""
        return hashlib.sha256(self.message()).hexdigest() == self.hash


def canonical(value: JSON) -> bytes:
    """A value as JSON with sorted keys and no blanks, in UTF-8; a lone surrogate as its escape.

    Raises:
        TrucewatchError: ``bad-entry`` for what JSON cannot hold.
    """
    try:
        text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    except (TypeError, ValueError, RecursionError) as problem:
        raise TrucewatchError("bad-entry", "a detail cannot be written as JSON", why=str(problem)) from problem
    return text.encode("utf-8", "backslashreplace")


def link(prev: Entry | None, at: str, action: str, detail: Mapping[str, JSON]) -> Entry:
    """The entry that follows ``prev`` (None for the first).

    Raises:
        TrucewatchError: ``bad-entry`` for a time that is not ISO 8601 UTC or a detail that JSON cannot hold as it is.
    """
    if not _UTC.fullmatch(at):
        raise TrucewatchError("bad-entry", f"{at!r} is not a time in ISO 8601, UTC")
    written = canonical(detail)
    settled = cast("dict[str, JSON]", json.loads(written))
    if canonical(settled) != written:
        raise TrucewatchError("bad-entry", "a detail has keys that are not text")
    draft = Entry(prev.seq + 1 if prev else 1, at, action, settled, prev.hash if prev else START, "")
    return Entry(draft.seq, at, action, settled, draft.prev, hashlib.sha256(draft.message()).hexdigest())


def to_line(entry: Entry) -> bytes:
    """The entry as a line of the custody log, with its line end."""
    fields: dict[str, JSON] = {
        "action": entry.action,
        "at": entry.at,
        "detail": entry.detail,
        "hash": entry.hash,
        "prev": entry.prev,
        "seq": entry.seq,
    }
    return canonical(fields) + b"\n"


def from_line(line: bytes) -> Entry:
    """The entry of a line, which must be just what :func:`to_line` writes. Its hash is not checked.

    Raises:
        TrucewatchError: ``bad-entry``.
    """
    try:
        value = json.loads(line)
    except (ValueError, RecursionError) as problem:
        raise TrucewatchError("bad-entry", "not a line of JSON", why=str(problem)) from problem
    if not isinstance(value, dict) or frozenset(value) != _FIELDS or not _is_typed(value):
        raise TrucewatchError("bad-entry", "not the fields of an entry")
    entry = Entry(value["seq"], value["at"], value["action"], value["detail"], value["prev"], value["hash"])
    if to_line(entry) != line:
        raise TrucewatchError("bad-entry", "not written as entries are written")
    return entry


def _is_typed(value: Mapping[str, object]) -> bool:
    return (
        type(value["seq"]) is int
        and isinstance(value["detail"], dict)
        and all(isinstance(value[name], str) for name in ("action", "at", "hash", "prev"))
        and bool(_HEX.fullmatch(str(value["hash"])))
    )


def check(entries: Iterable[Entry]) -> Iterator[Trouble]:
    """Every wrong hash, gap and wrong order in a chain from its first entry on."""
    follower = Follower()
    for entry in entries:
        yield from follower.see(entry)


@dataclass(slots=True)
class Follower:
    """Checks entries one by one as they come; ``last`` is the furthest one seen."""

    last: Entry | None = None

    def see(self, entry: Entry) -> list[Trouble]:
        """What is wrong with the next entry."""
        where = f"entry {entry.seq}"
        found = [] if _holds(entry) else [Trouble("entry-changed", where, "its hash is not that of what it says")]
        due = self.last.seq + 1 if self.last else 1
        if entry.seq < due:
            return [*found, Trouble("entry-out-of-order", where, f"comes where entry {due} is due")]
        if entry.seq > due:
            gap = f"entry {due} is" if entry.seq == due + 1 else f"entries {due} to {entry.seq - 1} are"
            found.append(Trouble("entry-missing", where, f"{gap} missing before it"))
        elif entry.prev != (self.last.hash if self.last else START):
            found.append(Trouble("entry-unlinked", where, "does not carry the hash of the entry before it"))
        self.last = entry
        return found


def _holds(entry: Entry) -> bool:
    try:
        return entry.is_whole()
    except TrucewatchError:
        return False
