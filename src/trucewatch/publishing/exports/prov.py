"""W3C PROV-JSON: where everything comes from. Bytes received, reports read from them, records coded by a coder, incidents told from records.

Reprints are derived from the first report of their origin group, and attributed to their publishers. Who reviewed is not in it. The hash and
address of the bytes are left out under the protection policy: they lead to the unmasked text. This module must not name a person.
"""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import asdict, dataclass, field
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from trucewatch import __version__
from trucewatch.publishing.exports import Written, about

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from trucewatch.dossier.handover import Case, Handover
    from trucewatch.model import Coded, CoderFacts

_ROLES = {
    "wasDerivedFrom": ("prov:generatedEntity", "prov:usedEntity"),
    "wasGeneratedBy": ("prov:entity", "prov:activity"),
    "used": ("prov:activity", "prov:entity"),
    "wasAssociatedWith": ("prov:activity", "prov:agent"),
    "wasAttributedTo": ("prov:entity", "prov:agent"),
}


@dataclass(frozen=True, slots=True)
class Prov:
    """The format ``prov``."""

    name: str = "prov"
    line: str = "provenance: bytes, reports, records, incidents, and what made them (W3C PROV-JSON)"
    suffix: str = ".json"
    text: bool = True

    def write(self, given: Handover, out: Path) -> Written:
        """Write the document."""
        written, made = Written(), _Document()
        for report, coded in given.records():
            made.report(given, report, coded)
            written.rows["reports"] += 1
        made.first_published(given)
        for case in given.cases():
            made.incident(case)
            written.rows["incidents"] += 1
        written.rows["captures"] = sum(name.startswith("tw:k-") for name in made.parts["entity"])
        facts = json.dumps(about(given, self.name, written), ensure_ascii=False)
        made.parts["entity"]["tw:export"] = {"prov:type": _name("tw:Export"), "tw:about": facts}
        text = json.dumps({"prefix": {"tw": "urn:trucewatch:"}, **made.parts}, ensure_ascii=False, indent=1) + "\n"
        out.write_bytes(text.encode("utf-8", "backslashreplace"))
        return written


def _name(name: str) -> dict[str, str]:
    return {"$": name, "type": "prov:QUALIFIED_NAME"}


def _ours(facts: Mapping[str, Any]) -> dict[str, Any]:
    return {f"tw:{key}": value for key, value in facts.items()}


@dataclass(slots=True)
class _Document:
    """The document as it grows: kinds of statements, each by its name."""

    parts: defaultdict[str, dict[str, Any]] = field(default_factory=lambda: defaultdict(dict))
    count: int = 0

    def report(self, given: Handover, report: str, coded: Coded) -> None:
        """A report with the bytes it was read from, its publisher, its first publication and its coding."""
        found, name = coded.report, f"tw:{report}"
        facts = {name: getattr(found, name) for name in ("published", "url", "sha256", "language")} if found else {}
        self._entity(name, "Report", {"prov:label": found.title if found else None, "tw:status": coded.status, **_ours(facts)})
        for received in given.received(report):
            self._entity(f"tw:{received['id']}", "Evidence", _ours({key: received[key] for key in received if key != "id"}))
            self._link("wasDerivedFrom", name, f"tw:{received['id']}")
        if found and found.publisher:
            self._link("wasAttributedTo", name, self._publisher(found.publisher))
        if coded.coder:
            self._coding(report, coded.coder, given.coded_at.get(report))

    def first_published(self, given: Handover) -> None:
        """Reprints, derived from the first report of their origin group, where both are in the document."""
        for report, first in sorted(given.origins.items()):
            if first != report and {f"tw:{report}", f"tw:{first}"} <= self.parts["entity"].keys():
                self._link("wasDerivedFrom", f"tw:{report}", f"tw:{first}", {"prov:type": _name("prov:PrimarySource")})

    def _coding(self, report: str, coder: CoderFacts, at: str | None) -> None:
        activity, record = f"tw:coding-of-{report}", f"tw:record-of-{report}"
        self.parts["activity"][activity] = {"prov:type": _name("tw:Coding"), **({"prov:endTime": at} if at else {})}
        self._entity(record, "Record", {})
        self._link("wasGeneratedBy", record, activity)
        self._link("used", activity, f"tw:{report}")
        self._link("wasDerivedFrom", record, f"tw:{report}")
        facts = asdict(coder)
        agent = f"tw:coder-{_short(*facts.values())}"
        self._agent(agent, "prov:SoftwareAgent", f"Trucewatch {coder.version}", facts)
        self._link("wasAssociatedWith", activity, agent)

    def incident(self, case: Case) -> None:
        """An incident, derived from the records of the reports that tell of it."""
        name = f"tw:{case.incident.id}"
        self._entity(name, "Incident", {"prov:label": case.incident.headline, "tw:grade": case.incident.corroboration.grade})
        for report in sorted({account.report for account in case.accounts}):
            self._link("wasDerivedFrom", name, f"tw:record-of-{report}")
        agent = f"tw:trucewatch-{__version__}"
        self._agent(agent, "prov:SoftwareAgent", f"Trucewatch {__version__}", {})
        self._link("wasAttributedTo", name, agent)

    def _publisher(self, name: str) -> str:
        agent = f"tw:publisher-{_short(name)}"
        self._agent(agent, "prov:Organization", name, {})
        return agent

    def _agent(self, name: str, kind: str, label: str, facts: Mapping[str, Any]) -> None:
        self.parts["agent"][name] = {"prov:type": _name(kind), "prov:label": label, **_ours(facts)}

    def _entity(self, name: str, kind: str, facts: Mapping[str, Any]) -> None:
        self.parts["entity"][name] = {"prov:type": _name(f"tw:{kind}"), **{key: value for key, value in facts.items() if value}}

    def _link(self, relation: str, one: str, other: str, facts: Mapping[str, Any] | None = None) -> None:
        self.count += 1
        first, second = _ROLES[relation]
        self.parts[relation][f"_:l{self.count}"] = {first: one, second: other, **(facts or {})}


def _short(*parts: str) -> str:
    return sha256("\x1f".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:12]
