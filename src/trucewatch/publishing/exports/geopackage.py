"""GeoPackage 1.3 (OGC 12-128r17): a layer of incidents, a table of their accounts, in one file that QGIS opens.

Points are WGS 84; an incident without one is a row with an empty geometry column. Timestamps in the file are the dossier's own, so that the
same dossier gives the same bytes. This module must not write a coordinate that is not the incident's own.
"""

from __future__ import annotations

import json
import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from trucewatch.publishing.exports import Written, about, databases
from trucewatch.publishing.exports.frames import ACCOUNTS, INCIDENTS, account_rows, incident_row
from trucewatch.publishing.exports.parquet import point

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from trucewatch.dossier.handover import Handover
    from trucewatch.publishing.exports.frames import Frame

_WGS84 = (
    'GEOGCS["WGS 84",DATUM["WGS_1984",SPHEROID["WGS 84",6378137,298.257223563]],PRIMEM["Greenwich",0],'
    'UNIT["degree",0.0174532925199433],AUTHORITY["EPSG","4326"]]'
)
_SYSTEMS = (
    ("Undefined Cartesian SRS", -1, "NONE", -1, "undefined", "undefined Cartesian coordinate reference system"),
    ("Undefined geographic SRS", 0, "NONE", 0, "undefined", "undefined geographic coordinate reference system"),
    ("WGS 84", 4326, "EPSG", 4326, _WGS84, "longitude and latitude in degrees"),
)
#: The tables that the standard asks for.
_TABLES = (
    """CREATE TABLE gpkg_spatial_ref_sys (srs_name TEXT NOT NULL, srs_id INTEGER PRIMARY KEY, organization TEXT NOT NULL,
    organization_coordsys_id INTEGER NOT NULL, definition TEXT NOT NULL, description TEXT)""",
    """CREATE TABLE gpkg_contents (table_name TEXT NOT NULL PRIMARY KEY, data_type TEXT NOT NULL, identifier TEXT UNIQUE,
    description TEXT DEFAULT '', last_change DATETIME NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ','now')), min_x DOUBLE,
    min_y DOUBLE, max_x DOUBLE, max_y DOUBLE, srs_id INTEGER,
    CONSTRAINT fk_gc_r_srs_id FOREIGN KEY (srs_id) REFERENCES gpkg_spatial_ref_sys(srs_id))""",
    """CREATE TABLE gpkg_geometry_columns (table_name TEXT NOT NULL, column_name TEXT NOT NULL, geometry_type_name TEXT NOT NULL,
    srs_id INTEGER NOT NULL, z TINYINT NOT NULL, m TINYINT NOT NULL, CONSTRAINT pk_geom_cols PRIMARY KEY (table_name, column_name),
    CONSTRAINT uk_gc_table_name UNIQUE (table_name), CONSTRAINT fk_gc_tn FOREIGN KEY (table_name) REFERENCES gpkg_contents(table_name),
    CONSTRAINT fk_gc_srs FOREIGN KEY (srs_id) REFERENCES gpkg_spatial_ref_sys (srs_id))""",
    """CREATE TABLE gpkg_extensions (table_name TEXT, column_name TEXT, extension_name TEXT NOT NULL, definition TEXT NOT NULL,
    scope TEXT NOT NULL, CONSTRAINT ge_tce UNIQUE (table_name, column_name, extension_name))""",
    """CREATE TABLE gpkg_metadata (id INTEGER CONSTRAINT m_pk PRIMARY KEY ASC NOT NULL, md_scope TEXT NOT NULL DEFAULT 'dataset',
    md_standard_uri TEXT NOT NULL, mime_type TEXT NOT NULL DEFAULT 'text/xml', metadata TEXT NOT NULL DEFAULT '')""",
    """CREATE TABLE gpkg_metadata_reference (reference_scope TEXT NOT NULL, table_name TEXT, column_name TEXT, row_id_value INTEGER,
    timestamp DATETIME NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ','now')), md_file_id INTEGER NOT NULL, md_parent_id INTEGER,
    CONSTRAINT crmr_mfi_fk FOREIGN KEY (md_file_id) REFERENCES gpkg_metadata(id))""",
)
_NOWHERE = (None,) * 4
_METADATA = "http://www.geopackage.org/spec/#extension_metadata"


@dataclass(frozen=True, slots=True)
class GeoPackage:
    """The format ``geopackage``."""

    name: str = "geopackage"
    line: str = "incidents as a map layer and their accounts as a table, for QGIS and others (OGC GeoPackage)"
    suffix: str = ".gpkg"
    text: bool = False

    def write(self, given: Handover, out: Path) -> Written:
        """Write the incidents and accounts."""
        written = Written()
        # "GPKG", and version 1.3.0
        with databases.database(out, "application_id = 1196444487", "user_version = 10300") as conn:
            _frame(conn)
            databases.create(conn, INCIDENTS, key="fid", extra=("geom POINT",))
            databases.create(conn, ACCOUNTS, key="fid")
            box: list[float] = []
            for case in given.cases():
                row = incident_row(case)
                databases.insert(conn, INCIDENTS, [row], geom=_geometry(row, box))
                written.rows["incidents"] += 1
                written.rows["accounts"] += databases.insert(conn, ACCOUNTS, account_rows(case))
            at = _time(given.facts["made"])
            _contents(conn, INCIDENTS, "features", at, box)
            _contents(conn, ACCOUNTS, "attributes", at)
            conn.execute("INSERT INTO gpkg_geometry_columns VALUES ('incidents', 'geom', 'POINT', 4326, 0, 0)")
            _about(conn, json.dumps(about(given, self.name, written), ensure_ascii=False), at)
        return written


def _frame(conn: sqlite3.Connection) -> None:
    for statement in _TABLES:
        conn.execute(statement)
    conn.executemany("INSERT INTO gpkg_spatial_ref_sys VALUES (?, ?, ?, ?, ?, ?)", _SYSTEMS)


def _geometry(row: Mapping[str, Any], box: list[float]) -> bytes | None:
    """The standard's header (little-endian, no envelope, EPSG 4326) and WKB; ``box`` grows with it."""
    lat, lon = row.get("latitude"), row.get("longitude")
    if lat is None or lon is None:
        return None
    box[:] = [min(box[0], lon), min(box[1], lat), max(box[2], lon), max(box[3], lat)] if box else [lon, lat, lon, lat]
    return b"GP\x00\x01" + struct.pack("<i", 4326) + point(lon, lat)


def _contents(conn: sqlite3.Connection, frame: Frame, kind: str, at: str, box: Sequence[float | None] = ()) -> None:
    values = [
        frame.name,
        kind,
        frame.name,
        f"A row is {frame.row}.",
        at,
        *(box or _NOWHERE),
        4326 if kind == "features" else None,
    ]
    conn.execute(f"INSERT INTO gpkg_contents VALUES ({', '.join('?' * len(values))})", values)  # noqa: S608 - no names of others


def _about(conn: sqlite3.Connection, facts: str, at: str) -> None:
    """What the file is of, where the standard has a place for it."""
    conn.execute("INSERT INTO gpkg_metadata VALUES (1, 'dataset', 'urn:trucewatch:about', 'application/json', ?)", [facts])
    conn.execute("INSERT INTO gpkg_metadata_reference VALUES ('geopackage', NULL, NULL, NULL, ?, 1, NULL)", [at])
    for name in ("gpkg_metadata", "gpkg_metadata_reference"):
        conn.execute("INSERT INTO gpkg_extensions VALUES (?, NULL, 'gpkg_metadata', ?, 'read-write')", [name, _METADATA])


def _time(made: str) -> str:
    """When the dossier was made, as the standard writes it."""
    return made if len(made) == len("2031-05-01T00:00:00.000Z") else "1970-01-01T00:00:00.000Z"
