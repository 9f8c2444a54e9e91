"""ACLED-shaped CSV: ACLED's columns in its order and spellings, one row an incident, our own columns after them with ``tw_`` in front.

The shape, not the data: ``event_id_cnty`` stays empty, as only ACLED gives its ids, and actors have our actor file's names. A value that the
accounts dispute, or that ACLED would have to look up, is left empty. This module must not mint an ACLED id.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from trucewatch import ontology
from trucewatch.publishing.exports import cells, telling

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from trucewatch.dossier.handover import Case, Handover
    from trucewatch.model import Acled as Sub
    from trucewatch.model.incident import Incident, Party
    from trucewatch.model.rows import Cell
    from trucewatch.publishing.exports import Written

#: ACLED's own columns, by its codebook of October 2024, in the order of its files.
OWN: tuple[str, ...] = (
    "event_id_cnty", "event_date", "year", "time_precision", "disorder_type", "event_type", "sub_event_type", "actor1", "assoc_actor_1",
    "inter1", "actor2", "assoc_actor_2", "inter2", "interaction", "civilian_targeting", "iso", "region", "country", "admin1", "admin2",
    "admin3", "location", "latitude", "longitude", "geo_precision", "source", "source_scale", "notes", "fatalities", "tags", "timestamp",
)  # fmt: skip
OURS: tuple[str, ...] = (
    "tw_incident", "tw_category", "tw_begin", "tw_until", "tw_country_iso3", "tw_named_actors", "tw_killed_low", "tw_killed_best",
    "tw_killed_high", "tw_grade", "tw_origins", "tw_reports", "tw_disputed",
)  # fmt: skip
#: Actor types to ACLED's actor categories, where one follows from the type alone.
_INTER = {
    "rebel": "Rebel group", "militia": "Political militia", "civilian": "Civilians", "refugee": "Civilians", "media": "Civilians",
    "education": "Civilians", "medical": "Civilians", "religious": "Civilians", "labour": "Civilians", "ngo": "Civilians",
    "business": "Civilians", "peacekeeper": "External/Other forces", "igo": "External/Other forces",
    "private_military": "External/Other forces",
}  # fmt: skip
_FORCES = ("military", "police", "intelligence")
_CROWDS = {"Protests": "Protesters", "Riots": "Rioters"}
_ORDER = ("State forces", "Rebel group", "Political militia", "Rioters", "Protesters", "Civilians", "External/Other forces")


@dataclass(frozen=True, slots=True)
class Acled:
    """The format ``acled``."""

    name: str = "acled"
    line: str = "incidents in the shape of ACLED's CSV, a row an incident; no ACLED ids"
    suffix: str = ".csv"
    text: bool = True

    def write(self, given: Handover, out: Path) -> Written:
        """Write the incidents."""
        return cells.incident_table(given, out, (*OWN, *OURS), lambda case: {**row(case), **_ours(case)})


def row(case: Case) -> dict[str, Cell]:
    """ACLED's columns of an incident; what is not in it is empty."""
    incident = case.incident
    found = telling.acled(case)
    first, second = telling.parties(case, "actor"), telling.parties(case, "recipient")
    inter = [_crowd(found, first) or _inter(incident, first), _inter(incident, second)]
    disorder = ontology.load().acled_entry(found.sub_event_type).disorder_type if found else None
    killed = telling.toll(incident, "killed")
    precision = telling.time_precision(incident)
    day = telling.middle(incident) if precision else None
    return {
        "event_date": day,
        "year": int(day[:4]) if day else None,
        "time_precision": precision,
        "disorder_type": disorder,
        "event_type": found.event_type if found else None,
        "sub_event_type": found.sub_event_type if found else None,
        **_side(1, first, inter[0]),
        **_side(2, second, inter[1]),
        "interaction": "-".join(sorted((i for i in inter if i), key=_ORDER.index)) if all(inter) else None,
        "civilian_targeting": "Civilian targeting" if inter[1] == "Civilians" and "violence" in (disorder or "") else None,
        **_place(incident),
        "source": telling.publishers(case) or None,
        "notes": telling.sentences(case),
        "fatalities": killed.low if killed else None,
    }


def _side(number: int, found: Sequence[Party], inter: str | None) -> dict[str, Cell]:
    names = [telling.name(party) for party in found]
    others = "; ".join(names[1:]) or None
    return {f"actor{number}": names[0] if names else None, f"assoc_actor_{number}": others, f"inter{number}": inter}


def _crowd(found: Sub | None, doers: Sequence[Party]) -> str | None:
    """ACLED's category of people without arms who protest or riot."""
    known = telling.types(doers)
    return _CROWDS.get(found.event_type) if found and known and known <= telling.UNARMED else None


def _inter(incident: Incident, found: Sequence[Party]) -> str | None:
    """ACLED's category of the first of a side; a state's forces are external elsewhere than at home."""
    if not found or not found[0].type:
        return None
    if found[0].type in _FORCES:
        where = incident.place.country if incident.place else None
        if where is None or found[0].country is None:
            return None
        return "State forces" if found[0].country == where else "External/Other forces"
    return _INTER.get(found[0].type)


def _place(incident: Incident) -> dict[str, Cell]:
    """The place; where only a country is known, its middle is no location."""
    place, precision = incident.place, telling.geo_precision(incident)
    if place is None:
        return {}
    return {
        "country": telling.country(place.country),
        "admin1": place.admin1,
        "location": (place.name or place.text) if precision else None,
        "latitude": place.latitude if precision else None,
        "longitude": place.longitude if precision else None,
        "geo_precision": precision,
    }


def _ours(case: Case) -> dict[str, Cell]:
    incident = case.incident
    killed = telling.toll(incident, "killed")
    return {
        "tw_incident": incident.id,
        "tw_category": incident.truce,
        "tw_begin": incident.begin,
        "tw_until": incident.until,
        "tw_country_iso3": incident.place.country if incident.place else None,
        "tw_named_actors": telling.everyone(case, "actor") or None,
        "tw_killed_low": killed.low if killed else None,
        "tw_killed_best": killed.best if killed else None,
        "tw_killed_high": killed.high if killed else None,
        "tw_grade": incident.corroboration.grade,
        "tw_origins": incident.corroboration.origins,
        "tw_reports": incident.corroboration.reports,
        "tw_disputed": bool(incident.contradictions),
    }
