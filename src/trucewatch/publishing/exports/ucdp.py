"""CSV in the shape of UCDP's Georeferenced Event Dataset: its columns in its order, one row an incident, our own after them.

Ids of events, conflicts, dyads and actors are UCDP's to give, and stay empty. ``type_of_violence`` is told only where the accounts agree on
both sides, and both are of a known kind; a side that is disputed is empty. This module must not fill a gap.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from trucewatch.publishing.exports import cells, telling

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from trucewatch.dossier.handover import Case, Handover
    from trucewatch.model.incident import Account, Incident
    from trucewatch.model.rows import Cell
    from trucewatch.publishing.exports import Written

#: UCDP's columns, by the codebook of GED 24.1, in the order of its files.
OWN: tuple[str, ...] = (
    "id", "relid", "year", "active_year", "code_status", "type_of_violence", "conflict_dset_id", "conflict_new_id", "conflict_name",
    "dyad_dset_id", "dyad_new_id", "dyad_name", "side_a_dset_id", "side_a_new_id", "side_a", "side_b_dset_id", "side_b_new_id", "side_b",
    "number_of_sources", "source_article", "source_office", "source_date", "source_headline", "source_original", "where_prec",
    "where_coordinates", "where_description", "adm_1", "adm_2", "latitude", "longitude", "geom_wkt", "priogrid_gid", "country",
    "country_id", "region", "event_clarity", "date_prec", "date_start", "date_end", "deaths_a", "deaths_b", "deaths_civilians",
    "deaths_unknown", "best", "high", "low", "gwnoa", "gwnob",
)  # fmt: skip
OURS: tuple[str, ...] = (
    "tw_incident", "tw_category", "tw_country_iso3", "tw_named_actors", "tw_grade", "tw_origins", "tw_disputed", "tw_contradictions",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Ucdp:
    """The format ``ucdp``."""

    name: str = "ucdp"
    line: str = "incidents in the shape of UCDP GED's CSV, a row an incident; no UCDP ids"
    suffix: str = ".csv"
    text: bool = True

    def write(self, given: Handover, out: Path) -> Written:
        """Write the incidents."""
        return cells.incident_table(given, out, (*OWN, *OURS), lambda case: {**row(case), **_ours(case)})


def row(case: Case) -> dict[str, Cell]:
    """UCDP's columns of an incident; what is not in it is empty."""
    incident = case.incident
    sides = [telling.parties(case, side) for side in ("actor", "recipient")]
    names = ["; ".join(map(telling.name, side)) or None for side in sides]
    killed = telling.toll(incident, "killed")
    precision = telling.date_prec(incident)
    return {
        "year": int(incident.begin[:4]) if incident.begin and precision else None,
        "type_of_violence": _violence(case),
        "side_a": names[0],
        "side_b": names[1],
        **_sources(case),
        **_place(incident),
        "country": telling.country(incident.place.country) if incident.place else None,
        "date_prec": precision,
        "date_start": incident.begin if precision else None,
        "date_end": incident.until if precision else None,
        "best": killed.best if killed else None,
        "high": killed.high if killed else None,
        "low": killed.low if killed else None,
    }


def _violence(case: Case) -> int | None:
    """UCDP's type of violence: 1 a state's forces fight an armed side, 2 armed groups fight each other, 3 force against civilians."""
    if case.incident.type != "ASSAULT" or not telling.asserted(case):
        return None
    doers, others = (telling.types(telling.parties(case, side)) for side in ("actor", "recipient"))
    armed = telling.STATE | telling.GROUPS
    if not doers or not others or not doers <= armed:
        return None
    if others <= telling.UNARMED:
        return 3
    if not others <= armed:
        return None
    return 1 if (doers | others) & telling.STATE else 2


def _sources(case: Case) -> dict[str, Cell]:
    """The reports that tell of it, the first published first, and who says so in them."""
    seen: dict[str, Account] = {}
    for account in sorted(case.accounts, key=lambda a: (a.published or "9", a.report, a.number)):
        seen.setdefault(account.report, account)
    found = list(seen.values())
    said = [t.who for t in case.incident.tellers if t.position in {"asserts", "otherwise"}]
    return {
        "number_of_sources": len(found),
        "source_article": _listed(
            '"{}",{},{}'.format(*(_shown(x) for x in (a.publisher, a.published, a.title))) for a in found
        ),
        "source_office": _listed(_shown(a.publisher) for a in found),
        "source_date": _listed(_shown(a.published) for a in found),
        "source_headline": _listed(_shown(a.title) for a in found),
        "source_original": _listed(dict.fromkeys(said)),
    }


def _shown(words: str | None) -> str:
    return " ".join((words or "").split())


def _listed(parts: Iterable[str]) -> str | None:
    """Several in one cell, as UCDP parts them; a gap keeps its place."""
    kept = list(parts)
    return ";".join(kept) if any(kept) else None


def _place(incident: Incident) -> dict[str, Cell]:
    place = incident.place
    if place is None:
        return {}
    lat, lon = place.latitude, place.longitude
    made: dict[str, Cell] = {
        "where_prec": place.precision,
        "where_coordinates": place.name,
        "where_description": " ".join(place.text.split()),
        "adm_1": place.admin1,
    }
    if lat is None or lon is None:
        return made
    return {**made, "latitude": lat, "longitude": lon, "geom_wkt": f"POINT ({lon!r} {lat!r})", "priogrid_gid": grid(lat, lon)}


def grid(latitude: float, longitude: float) -> int:
    """The PRIO-GRID cell of a point: half a degree wide, counted from 1 in the south-west, 720 to a row."""
    up, right = (min(math.floor((at + most) * 2), 4 * most - 1) for at, most in ((latitude, 90), (longitude, 180)))
    return up * 720 + right + 1


def _ours(case: Case) -> dict[str, Cell]:
    incident = case.incident
    return {
        "tw_incident": incident.id,
        "tw_category": incident.truce,
        "tw_country_iso3": incident.place.country if incident.place else None,
        "tw_named_actors": telling.everyone(case, "actor") or None,
        "tw_grade": incident.corroboration.grade,
        "tw_origins": incident.corroboration.origins,
        "tw_disputed": bool(incident.contradictions),
        "tw_contradictions": " ".join(item.sentence for item in incident.contradictions) or None,
    }
