"""The ontology: PLOVER, CAMEO, ACLED, UCDP and the ceasefire categories, and the ways between them.

One call, :func:`load`, gives a frozen object with the lookups. What the categories mean stands in the data files and in
``docs/codebook.md``; this module must not hold a category of its own.
"""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from hashlib import sha256
from types import MappingProxyType
from typing import TYPE_CHECKING, TypeVar, cast

from trucewatch.model import Acled, TrucewatchError
from trucewatch.ontology.entries import (
    AcledEntry,
    Bearing,
    Cameo,
    Context,
    Crossing,
    Degree,
    EventType,
    Mode,
    Obligation,
    Truce,
)
from trucewatch.ontology.tables import NAMES, read_bytes, rows, words

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from trucewatch.model import EventStatus

ANY = "*"
NONE = "none"
UNKNOWN = "unknown"
AS_CIVILIANS = "=civilians"

Value = TypeVar("Value")


def acled_records(status: EventStatus) -> bool:
    """Whether ACLED would record an event of this status: only what took place or is taking place."""
    return status in {"happened", "ongoing"}


def _find(table: Mapping[str, Value], key: str, kind: str) -> Value:
    try:
        return table[key]
    except KeyError:
        near = get_close_matches(key, table, n=3)
        raise TrucewatchError(
            "ontology-unknown",
            f"no {kind} {key!r}",
            next_step=f"did you mean {', '.join(map(repr, near))}?" if near else "see docs/codebook.md",
        ) from None


def _choose(row: Crossing, *, government: bool | None, civilians: bool) -> str:
    """The ACLED cell of a row that fits what is known of the two sides."""
    if civilians and row.acled_civilians:
        return row.acled_civilians
    if government is not None:
        sided = row.acled_government if government else row.acled_nonstate
        if sided:
            return sided
    return row.acled


@dataclass(frozen=True)
class Ontology:
    """Every table and the lookups. Made by :func:`load`; safe to share, never changed.

    Lookups raise :class:`~trucewatch.model.TrucewatchError` (``ontology-unknown``) for a name that no table holds.
    """

    version: str  #: first 12 hexadecimal digits of the SHA-256 of the tables
    types: tuple[EventType, ...]
    contexts: tuple[Context, ...]
    truces: tuple[Truce, ...]
    obligations: tuple[Obligation, ...]
    acled_entries: tuple[AcledEntry, ...]
    cameo_codes: tuple[Cameo, ...]
    degrees: tuple[Degree, ...]
    case_labels: Mapping[str, str | None]  #: CASE 2021 Task 2 label to ACLED sub-event type
    crossings: tuple[Crossing, ...]
    _modes: Mapping[str, Mapping[str, Mode]]
    _types: Mapping[str, EventType]
    _truces: Mapping[str, Truce]
    _cameo: Mapping[str, Cameo]
    _acled: Mapping[str, AcledEntry]
    _crossings: Mapping[tuple[str, str, str], Crossing]

    def type(self, name: str) -> EventType:
        """The PLOVER type of this name ("ASSAULT")."""
        return _find(self._types, name, "PLOVER type")

    def quad(self, name: str) -> int:
        """Quad class of a PLOVER type, 1 to 4."""
        return self.type(name).quad

    def modes(self, name: str) -> tuple[str, ...]:
        """Names of the modes of a PLOVER type, in the table's order; empty for a type without modes."""
        return tuple(self._modes.get(self.type(name).name, {}))

    def mode(self, name: str, mode: str) -> Mode:
        """One mode of a PLOVER type."""
        return _find(self._modes.get(self.type(name).name, {}), mode, f"mode of {name}")

    def cameo(self, code: str) -> Cameo:
        """A CAMEO code, two to four digits, as text."""
        return _find(self._cameo, code, "CAMEO code")

    def acled(self, sub_event: str) -> Acled:
        """The record's ACLED value for a sub-event type in ACLED's own spelling."""
        entry = self.acled_entry(sub_event)
        return Acled(entry.event_type, entry.sub_event_type)

    def acled_entry(self, sub_event: str) -> AcledEntry:
        """A sub-event type with its disorder type and definition."""
        return _find(self._acled, sub_event, "ACLED sub-event type")

    def truce(self, category: str) -> Truce:
        """A ceasefire-monitoring category by its id ("patrol cut short")."""
        return _find(self._truces, category, "ceasefire category")

    def degree(self, scale: str, code: int) -> Degree:
        """One value of a UCDP scale ("where_prec", 1)."""
        table = {str(item.code): item for item in self.degrees if item.scale == scale}
        return _find(table, str(code), f"value of {scale}")

    def default_cameo(self, name: str, mode: str | None = None, truce: str | None = None) -> str:
        """The CAMEO code for a PLOVER type, its mode and the ceasefire category, where nothing more is known.

        Returns:
            A code of two to four digits; every type has one.
        """
        return next(row.cameo for row in self._ladder(name, mode, truce) if row.cameo)

    def default_acled(
        self,
        name: str,
        mode: str | None = None,
        truce: str | None = None,
        *,
        government: bool | None = None,
        civilians: bool = False,
    ) -> Acled | None:
        """The ACLED event and sub-event type for an event that took place (see :func:`acled_records`).

        Args:
            name: PLOVER type.
            mode: its mode, if known.
            truce: the ceasefire category, if any.
            government: whether the acting side is a state's forces or their allies; None when that is not known.
            civilians: whether the harmed are known to be civilians.

        Returns:
            None where ACLED would record nothing, or where it hangs on something unknown (who took the ground, say).
        """
        for row in self._ladder(name, mode, truce):
            cell = _choose(row, government=government, civilians=civilians)
            if cell in (NONE, UNKNOWN):
                return None
            if cell == AS_CIVILIANS:
                civilians = True
            elif cell:
                return self.acled(cell)
        return None

    def _ladder(self, name: str, mode: str | None, truce: str | None) -> Iterator[Crossing]:
        """Rows of the crosswalk from the most to the least particular."""
        self.type(name)
        if mode is not None:
            self.mode(name, mode)
        if truce is not None:
            self.truce(truce)
        steps = ((mode or ANY, truce or ANY), (ANY, truce or ANY), (mode or ANY, ANY), (ANY, ANY))
        for step in dict.fromkeys(steps):
            row = self._crossings.get((name, *step))
            if row is not None:
                yield row


def _modes(data: bytes) -> Mapping[str, Mapping[str, Mode]]:
    found: dict[str, dict[str, Mode]] = {}
    for row in rows("plover_modes.tsv", data):
        mode = Mode(row["type"], row["mode"], row["source"], words(row["older"]), row["definition"])
        found.setdefault(mode.type, {})[mode.name] = mode
    return MappingProxyType({name: MappingProxyType(table) for name, table in found.items()})


def _cameo(data: bytes) -> dict[str, Cameo]:
    return {
        row["code"]: Cameo(
            row["code"],
            row["label"],
            int(row["quad"]),
            row["type"] or None,
            row["mode"] or None,
            row["context"] or None,
            row["basis"],
        )
        for row in rows("cameo.tsv", data)
    }


def _truces(data: bytes) -> dict[str, Truce]:
    return {
        row["id"]: Truce(
            row["id"],
            row["group"],
            cast("Bearing", row["bearing"]),
            words(row["types"]),
            words(row["obligations"]),
            row["label"],
            row["description"],
        )
        for row in rows("truce.tsv", data)
    }


def _digest(tables: Mapping[str, bytes]) -> str:
    """A short fingerprint of the tables; line ends of a checkout do not change it."""
    digest = sha256()
    for name in sorted(tables):
        digest.update(name.encode() + b"\0" + tables[name].replace(b"\r\n", b"\n") + b"\0")
    return digest.hexdigest()[:12]


def build(tables: Mapping[str, bytes]) -> Ontology:
    """An ontology from the bytes of its tables (file name to bytes); all of ``tables.NAMES`` are needed.

    Raises:
        TrucewatchError: ``ontology-broken`` for a row that does not fit its header.
    """
    types = {
        row["type"]: EventType(row["type"], int(row["quad"]), row["definition"], row["boundary"])
        for row in rows("plover_types.tsv", tables["plover_types.tsv"])
    }
    contexts = rows("plover_contexts.tsv", tables["plover_contexts.tsv"])
    acled = {row["sub_event_type"]: AcledEntry(**row) for row in rows("acled.tsv", tables["acled.tsv"])}
    crossings = tuple(Crossing(**row) for row in rows("crosswalk.tsv", tables["crosswalk.tsv"]))
    degrees = rows("ucdp.tsv", tables["ucdp.tsv"])
    labels = rows("case_labels.tsv", tables["case_labels.tsv"])
    truces = _truces(tables["truce.tsv"])
    cameo = _cameo(tables["cameo.tsv"])
    return Ontology(
        version=_digest(tables),
        types=tuple(types.values()),
        contexts=tuple(Context(row["context"], words(row["older"]), row["definition"]) for row in contexts),
        truces=tuple(truces.values()),
        obligations=tuple(Obligation(**row) for row in rows("obligations.tsv", tables["obligations.tsv"])),
        acled_entries=tuple(acled.values()),
        cameo_codes=tuple(cameo.values()),
        degrees=tuple(Degree(row["scale"], int(row["code"]), row["label"], row["definition"]) for row in degrees),
        case_labels=MappingProxyType({row["label"]: row["sub_event_type"] or None for row in labels}),
        crossings=crossings,
        _modes=_modes(tables["plover_modes.tsv"]),
        _types=MappingProxyType(types),
        _truces=MappingProxyType(truces),
        _cameo=MappingProxyType(cameo),
        _acled=MappingProxyType(acled),
        _crossings=MappingProxyType({(row.type, row.mode, row.truce): row for row in crossings}),
    )


@cache
def load() -> Ontology:
    """The ontology of this installation, read once.

    Raises:
        TrucewatchError: ``ontology-missing`` or ``ontology-broken`` when the installation's tables are not whole.
    """
    return build({name: read_bytes(name) for name in NAMES})
