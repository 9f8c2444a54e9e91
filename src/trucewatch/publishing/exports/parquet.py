"""Parquet: ``parquet`` has a row an event, ``geoparquet`` (GeoParquet 1.1) a row an incident with its point.

Types are those of the columns' kinds, missing is null, and the file says in its metadata what it is of. Rows are written in groups, so that
only one is in memory. pyarrow writes it; its name and version stand in the file. This module must not choose what is written.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from trucewatch.model import TrucewatchError
from trucewatch.publishing.exports import Written, about
from trucewatch.publishing.exports.frames import EVENTS, INCIDENTS, events_of, incident_row

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
    from pathlib import Path

    from trucewatch.dossier.handover import Handover
    from trucewatch.publishing.exports.frames import Frame, Row

_GROUP = 20_000
#: The sides of a row's box, which lets readers skip what lies elsewhere.
_SIDES = ("xmin", "ymin", "xmax", "ymax")


@dataclass(frozen=True, slots=True)
class Parquet:
    """The format ``parquet``."""

    name: str = "parquet"
    line: str = "events as Parquet, a row an event (needs trucewatch[parquet])"
    suffix: str = ".parquet"
    text: bool = False

    def write(self, given: Handover, out: Path) -> Written:
        """Write the events."""
        written = Written()
        rows = (row for report, coded in given.records() for row in events_of(given, report, coded))
        _write(out, EVENTS, rows, written, lambda: {"trucewatch": about(given, self.name, written)})
        return written


@dataclass(frozen=True, slots=True)
class GeoParquet:
    """The format ``geoparquet``."""

    name: str = "geoparquet"
    line: str = "incidents as GeoParquet 1.1, a row an incident (needs trucewatch[parquet])"
    suffix: str = ".parquet"
    text: bool = False

    def write(self, given: Handover, out: Path) -> Written:
        """Write the incidents."""
        written = Written()
        box: list[float] = []
        rows = (_placed(incident_row(case), box) for case in given.cases())
        _write(out, INCIDENTS, rows, written, lambda: {"geo": _geo(box), "trucewatch": about(given, self.name, written)})
        return written


def _placed(row: dict[str, Any], box: list[float]) -> dict[str, Any]:
    """A row with its point as WKB; ``box`` grows with it: west, south, east, north."""
    lat, lon = row.get("latitude"), row.get("longitude")
    if lat is None or lon is None:
        return {**row, "geometry": None}
    box[:] = [min(box[0], lon), min(box[1], lat), max(box[2], lon), max(box[3], lat)] if box else [lon, lat, lon, lat]
    return {**row, "geometry": point(lon, lat), "bbox": dict(zip(_SIDES, (lon, lat, lon, lat), strict=True))}


def point(longitude: float, latitude: float) -> bytes:
    """A point as little-endian WKB."""
    from shapely import Point, to_wkb  # noqa: PLC0415 - only here

    made: bytes = to_wkb(Point(longitude, latitude), byte_order=1)
    return made


def _geo(box: list[float]) -> dict[str, Any]:
    """GeoParquet's metadata; no ``crs`` means longitude and latitude in WGS 84."""
    column: dict[str, Any] = {"encoding": "WKB", "geometry_types": ["Point"] if box else []}
    if box:
        column["bbox"] = list(box)
    column["covering"] = {"bbox": {side: ["bbox", side] for side in _SIDES}}
    return {"version": "1.1.0", "primary_column": "geometry", "columns": {"geometry": column}}


def _write(out: Path, frame: Frame, rows: Iterable[Row], written: Written, notes: Callable[[], Mapping[str, Any]]) -> None:
    pa, pq = _arrow()
    schema = _schema(pa, frame, point=frame is INCIDENTS)
    with pq.ParquetWriter(out, schema, compression="zstd", write_statistics=True) as writer:
        for group in _groups(rows, {column.name for column in frame.columns if column.kind == "date"}):
            writer.write_table(pa.Table.from_pylist(group, schema=schema))
            written.rows[frame.name] += len(group)
        if not written.rows[frame.name]:
            writer.write_table(schema.empty_table())
            written.rows[frame.name] = 0
        writer.add_key_value_metadata({key: json.dumps(value, ensure_ascii=False) for key, value in notes().items()})


def _groups(rows: Iterable[Row], days: Collection[str]) -> Iterator[list[dict[str, Any]]]:
    group: list[dict[str, Any]] = []
    for row in rows:
        group.append({name: _day(value) if name in days else _clean(value) for name, value in row.items()})
        if len(group) == _GROUP:
            yield group
            group = []
    if group:
        yield group


def _day(value: Any) -> date | None:
    return date.fromisoformat(value) if value else None


def _clean(value: Any) -> Any:
    """Text that is no Unicode, by escapes: Parquet holds UTF-8."""
    return value.encode("utf-8", "backslashreplace").decode() if isinstance(value, str) else value


def _schema(pa: Any, frame: Frame, *, point: bool) -> Any:
    kinds = {
        "string": pa.string(), "integer": pa.int64(), "number": pa.float64(), "boolean": pa.bool_(), "date": pa.date32(),
    }  # fmt: skip
    fields = [pa.field(column.name, kinds[column.kind], metadata={"description": column.meaning}) for column in frame.columns]
    box = pa.struct([pa.field(side, pa.float64(), nullable=False) for side in _SIDES])
    return pa.schema([*fields, pa.field("geometry", pa.binary()), pa.field("bbox", box)] if point else fields)


def _arrow() -> tuple[Any, Any]:
    try:
        import pyarrow as pa  # noqa: PLC0415 - an extra
        import pyarrow.parquet as pq  # noqa: PLC0415
    except ImportError as error:
        raise TrucewatchError(
            "parquet-missing", "pyarrow is not installed", next_step="pip install 'trucewatch[parquet]'"
        ) from error
    return pa, pq
