"""GeoJSON (RFC 7946): a feature collection, a feature an incident, WGS 84, longitude first.

An incident without a point has a null geometry, as the standard has it. What the export is of stands in the member ``trucewatch``. This module
must not write a coordinate that is not the incident's own.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from trucewatch.publishing.exports import Written, about
from trucewatch.publishing.exports.frames import incident_row

if TYPE_CHECKING:
    from pathlib import Path

    from trucewatch.dossier.handover import Case, Handover

_ENCODE = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode
_SPOT = ("incident_id", "latitude", "longitude")


@dataclass(frozen=True, slots=True)
class GeoJson:
    """The format ``geojson``."""

    name: str = "geojson"
    line: str = "incidents on the map (RFC 7946), a feature an incident"
    suffix: str = ".geojson"
    text: bool = True

    def write(self, given: Handover, out: Path) -> Written:
        """Write the incidents, a feature a line."""
        written = Written()
        with out.open("w", encoding="utf-8", errors="backslashreplace", newline="\n") as stream:
            stream.write('{"type":"FeatureCollection","features":[')
            for case in given.cases():
                stream.write((",\n" if written.rows["incidents"] else "\n") + _ENCODE(feature(case)))
                written.rows["incidents"] += 1
                written.rows["points"] += case.incident.place is not None and case.incident.place.latitude is not None
            stream.write(f'\n],"trucewatch":{_ENCODE(about(given, self.name, written))}}}\n')
        return written


def feature(case: Case) -> dict[str, Any]:
    """An incident as a feature."""
    row = incident_row(case)
    point = [row.get("longitude"), row.get("latitude")]
    return {
        "type": "Feature",
        "id": row["incident_id"],
        "geometry": None if None in point else {"type": "Point", "coordinates": point},
        "properties": {name: value for name, value in row.items() if name not in _SPOT},
    }
