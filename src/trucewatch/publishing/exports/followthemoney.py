"""FollowTheMoney statements, a JSON object a line: incidents as events, who is involved, where, and the articles that tell of it.

Each value is a statement with its own id, so that it can be merged with other data and traced back. Parties are those whom the actor file knows
and on whom the accounts agree; whatever is disputed stands in the event's summary only. This module must not make an entity of a private
person.
"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha1
from typing import TYPE_CHECKING, Any

from trucewatch.model import TrucewatchError
from trucewatch.publishing.exports import Written, telling
from trucewatch.publishing.plain import category

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from trucewatch.dossier.handover import Case, Handover
    from trucewatch.model import Coded
    from trucewatch.model.incident import Party, Spot

#: Actor types that are an entity of their own, and its schema; a holder of public office is a person.
_SCHEMAS = {
    **dict.fromkeys(("government", "legislature", "judiciary", "military", "police", "intelligence", "peacekeeper", "igo"), "PublicBody"),
    **dict.fromkeys(("rebel", "militia", "coalition", "party", "ngo", "criminal", "religious"), "Organization"),
    **dict.fromkeys(("business", "private_military", "media"), "Company"),
    "person": "Person",
}  # fmt: skip
Values = dict[str, list[str | None]]


@dataclass(frozen=True, slots=True)
class FollowTheMoney:
    """The format ``ftm``."""

    name: str = "ftm"
    line: str = "incidents, parties and articles as FollowTheMoney statements (needs trucewatch[followthemoney])"
    suffix: str = ".jsonl"
    text: bool = True

    def write(self, given: Handover, out: Path) -> Written:
        """Write the statements, each once, in the order of their entities."""
        ftm = _library()
        written, seen = Written(), set[str]()
        dataset = ftm.dataset.make({"name": f"trucewatch_{given.facts['id']}", "title": given.facts["name"]})
        with out.open("wb") as stream, ftm.writer(stream, "json") as writer:
            for schema, id_, values in entities(given):
                key = f"{schema} {id_}"
                if key in seen:
                    continue
                seen.add(key)
                written.rows["entities"] += 1
                for statement in ftm.statements(schema, id_, values, dataset):
                    writer.write(statement)
                    written.rows["statements"] += 1
        return written


def entities(given: Handover) -> Iterator[tuple[str, str, Values]]:
    """Schema, id and values of every entity; the same entity may come again."""
    for report, coded in given.records():
        yield "Article", _id(given, report), _article(coded)
    for case in given.cases():
        yield from _event(given, case)


def _id(given: Handover, *parts: str) -> str:
    return "tw-" + sha1("\x1f".join((given.facts["id"], *parts)).encode("utf-8", "surrogatepass")).hexdigest()  # noqa: S324 - a name


def _article(coded: Coded) -> Values:
    found = coded.report
    if found is None:
        return {}
    return {
        "title": [found.title], "publisher": [found.publisher], "publishedAt": [found.published], "sourceUrl": [found.url],
        "language": [found.language],
    }  # fmt: skip


def _event(given: Handover, case: Case) -> Iterator[tuple[str, str, Values]]:
    incident = case.incident
    id_ = _id(given, incident.id)
    sides = (*telling.parties(case, "actor"), *telling.parties(case, "recipient"))
    involved = [party for party in sides if _schema(party)]
    spots = [incident.place] if incident.place else []
    for party in involved:
        yield _schema(party), _id(given, "actor", party.id or ""), {"name": [party.name], "country": [party.country]}
    for spot in spots:
        yield "Address", _id(given, "place", _where(spot)), _address(spot)
    yield "Event", id_, {
        "name": [incident.headline], "recordId": [incident.id], "startDate": [incident.begin], "endDate": [incident.until],
        "summary": [telling.sentences(case)], "keywords": [category(incident.truce, incident.type), incident.corroboration.grade],
        "location": [_where(spot) for spot in spots], "country": [spot.country for spot in spots],
        "addressEntity": [_id(given, "place", _where(spot)) for spot in spots],
        "involved": [_id(given, "actor", party.id or "") for party in involved],
    }  # fmt: skip
    for teller in incident.tellers:
        link: Values = {
            "entity": [id_],
            "document": [_id(given, teller.report)],
            "role": [teller.position],
            "date": [teller.published],
        }
        link["summary"] = [f"{teller.who} {teller.says}: {teller.quote}"]
        yield "Documentation", _id(given, incident.id, teller.account), link


def _schema(party: Party) -> str:
    return _SCHEMAS.get(party.type or "", "") if party.id and party.name else ""


def _where(spot: Spot) -> str:
    return ", ".join(dict.fromkeys(part for part in (spot.name or spot.text, spot.admin1, spot.country) if part))


def _address(spot: Spot) -> Values:
    points = [None if at is None else repr(at) for at in (spot.latitude, spot.longitude)]
    return {
        "full": [_where(spot)],
        "state": [spot.admin1],
        "country": [spot.country],
        "latitude": [points[0]],
        "longitude": [points[1]],
    }


class _Library:
    """The parts of followthemoney that are used here."""

    def __init__(self) -> None:
        from followthemoney.dataset import Dataset  # noqa: PLC0415 - an extra
        from followthemoney.statement import StatementEntity  # noqa: PLC0415
        from followthemoney.statement.serialize import get_statement_writer  # noqa: PLC0415

        self.entity, self.dataset, self.writer = StatementEntity, Dataset, get_statement_writer

    def statements(self, schema: str, id_: str, values: Values, dataset: Any) -> list[Any]:
        """The statements of an entity, in the order of their ids: its values as the library cleans them, and that it exists."""
        entity = self.entity(dataset, {"schema": schema, "id": id_})
        for prop, found in values.items():
            entity.add(prop, [value.encode("utf-8", "backslashreplace").decode() for value in found if value])
        return sorted(entity.statements, key=lambda statement: (statement.prop != "id", statement.prop, statement.value))


def _library() -> _Library:
    try:
        return _Library()
    except ImportError as error:
        raise TrucewatchError(
            "followthemoney-missing", "followthemoney is not installed", next_step="pip install 'trucewatch[followthemoney]'"
        ) from error
