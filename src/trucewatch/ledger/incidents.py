"""An incident in one record: a first, plain summary of the accounts in a cluster. Positions, tolls and contradictions are still to come."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from trucewatch.model.incident import Corroboration, Incident, Teller

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from trucewatch.model.incident import Account


def summarise(id_: str, accounts: Sequence[Account], *, sides: Mapping[str, str] | None = None) -> Incident:
    """The incident that some accounts tell of."""
    del sides
    first = accounts[0]
    place = next((a.place for a in accounts if a.place), None)
    when = next((a.time for a in accounts if a.time and a.time.begin), None)
    tellers = tuple(Teller(a.key, a.report, a.publisher, a.published, a.group, "asserts", "", "", a.quote) for a in accounts)
    origins, reports = len({a.group for a in accounts}), len({a.report for a in accounts})
    grade = "independent" if origins > 1 else "several dependent" if reports > 1 else "single origin"
    return Incident(
        id_, first.truce or first.type, first.type, first.truce, place, when.begin if when else None, when.until if when else None,
        tellers, (), (), Corroboration(grade, origins, reports, f"{origins} origins in {reports} reports"),  # type: ignore[arg-type]
    )  # fmt: skip


def to_dict(incident: Incident) -> dict[str, Any]:
    """As plain data."""
    return asdict(incident)


def from_dict(data: Mapping[str, Any]) -> Incident:
    """The inverse."""
    from trucewatch.ledger import codec  # noqa: PLC0415

    return codec.parse(Incident, json.dumps(data))
