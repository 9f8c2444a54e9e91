"""A Frictionless Data Package: CSV tables with Table Schema, a codebook in words, and what the export is of.

A folder, or a zip file where the path ends so. Tables are incidents, accounts, events and reports (without their text), linked by foreign keys.
This module must not write a column that the schema does not describe.
"""

from __future__ import annotations

import json
import zipfile
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from trucewatch.publishing.exports import Written, about, cells
from trucewatch.publishing.exports.frames import (
    ACCOUNTS,
    EVENTS,
    FRAMES,
    INCIDENTS,
    REPORTS,
    account_rows,
    events_of,
    incident_row,
    report_row,
)

if TYPE_CHECKING:
    from pathlib import Path

    from trucewatch.dossier.handover import Handover
    from trucewatch.publishing.exports.frames import Column, Frame

_KEYS = {frame.name: frame.columns[0].name for frame in FRAMES}
#: Values that a column may have, where there are few.
_ENUMS = {
    "grade": ["single origin", "several dependent", "independent", "opposed sides agree"],
    "position": ["asserts", "denies", "otherwise", "mentions"],
    "quad": [1, 2, 3, 4],
}
_RANGES = {"where_prec": (1, 7), "date_prec": (1, 5), "latitude": (-90, 90), "longitude": (-180, 180), "confidence": (0, 1)}
_DATE = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class DataPackage:
    """The format ``datapackage``."""

    name: str = "datapackage"
    line: str = "CSV tables with Table Schema and a codebook (Frictionless Data Package): a folder, or a .zip"
    suffix: str = ""
    text: bool = False

    def write(self, given: Handover, out: Path) -> Written:
        """Write the package."""
        folder = out.with_name("package") if out.suffix == ".zip" else out
        folder.mkdir()
        written = Written()
        _tables(given, folder, written)
        described = _described(given, folder, about(given, self.name, written))
        (folder / "datapackage.json").write_text(
            json.dumps(described, ensure_ascii=False, indent=1) + "\n", "utf-8", newline="\n"
        )
        (folder / "codebook.md").write_text(codebook(given.facts["name"]), "utf-8", newline="\n")
        if folder != out:
            _zip(folder, out)
        return written


def _tables(given: Handover, folder: Path, written: Written) -> None:
    with (
        cells.table(folder / "incidents.csv", INCIDENTS.names) as incident,
        cells.table(folder / "accounts.csv", ACCOUNTS.names) as account,
    ):
        for case in given.cases():
            incident(incident_row(case))
            written.rows["incidents"] += 1
            for row in account_rows(case):
                account(row)
                written.rows["accounts"] += 1
    with (
        cells.table(folder / "reports.csv", REPORTS.names) as report,
        cells.table(folder / "events.csv", EVENTS.names) as event,
    ):
        for id_, coded in given.records():
            report(report_row(id_, coded))
            written.rows["reports"] += 1
            for row in events_of(given, id_, coded):
                event(row)
                written.rows["events"] += 1


def _described(given: Handover, folder: Path, facts: dict[str, Any]) -> dict[str, Any]:
    return {
        "profile": "tabular-data-package",
        "name": f"trucewatch-{given.facts['id']}".lower(),
        "title": given.facts["name"],
        "description": "What published reports say happened, and who says so, as Trucewatch coded it. See codebook.md.",
        "resources": [_resource(frame, folder) for frame in FRAMES],
        "trucewatch": facts,
    }


def _resource(frame: Frame, folder: Path) -> dict[str, Any]:
    path = folder / f"{frame.name}.csv"
    return {
        "profile": "tabular-data-resource",
        "name": frame.name,
        "path": path.name,
        "description": f"A row is {frame.row}.",
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "bytes": path.stat().st_size,
        "hash": f"sha256:{sha256(path.read_bytes()).hexdigest()}",
        "dialect": {"delimiter": ",", "lineTerminator": "\n", "quoteChar": '"', "doubleQuote": True, "header": True},
        "schema": schema(frame),
    }


def schema(frame: Frame) -> dict[str, Any]:
    """The Table Schema of a table."""
    links = [
        {"fields": column.name, "reference": {"resource": column.to, "fields": _KEYS[column.to]}}
        for column in frame.columns
        if column.to
    ]
    return {
        "fields": [_field(column, key=column.name == _KEYS[frame.name]) for column in frame.columns],
        "missingValues": [""],
        "primaryKey": _KEYS[frame.name],
        **({"foreignKeys": links} if links else {}),
    }


def _field(column: Column, *, key: bool) -> dict[str, Any]:
    rules: dict[str, Any] = {"required": True} if key else {}
    if column.name in _ENUMS:
        rules["enum"] = _ENUMS[column.name]
    if column.name in _RANGES:
        rules["minimum"], rules["maximum"] = _RANGES[column.name]
    return {
        "name": column.name,
        "type": column.kind,
        "description": column.meaning,
        **({"constraints": rules} if rules else {}),
    }


def codebook(name: str) -> str:
    """The tables and their columns in words."""
    title = " ".join(name.split())
    lines = [
        f"# Codebook: {title}",
        "",
        "What published reports say happened, and who says so. An incident is not a finding.",
        "",
    ]
    lines += [
        "An empty cell means that the value is not known or not stated; it is never filled in. Text that a spreadsheet would run as a"
    ]
    lines += ["formula has an apostrophe in front.", ""]
    for frame in FRAMES:
        lines += [
            f"## {frame.name}.csv",
            "",
            f"A row is {frame.row}.",
            "",
            "| column | type | what it holds |",
            "|---|---|---|",
        ]
        lines += [f"| `{column.name}` | {column.kind} | {column.meaning} |" for column in frame.columns]
        lines.append("")
    return "\n".join(lines)


def _zip(folder: Path, out: Path) -> None:
    """The folder as a zip file whose bytes depend on its files alone."""
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        for path in sorted(folder.iterdir()):
            info = zipfile.ZipInfo(path.name, _DATE)
            info.compress_type, info.external_attr = zipfile.ZIP_DEFLATED, 0o644 << 16
            archive.writestr(info, path.read_bytes())
