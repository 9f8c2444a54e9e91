"""The codebook's tables, rendered from the ontology; run as a script it writes them into docs/codebook.md again."""

from __future__ import annotations

import re
from pathlib import Path

from trucewatch.ontology import Ontology, load

CODEBOOK = Path(__file__).parents[2] / "docs" / "codebook.md"
_BLOCK = re.compile(r"(<!-- table: ([a-z_ ]+) -->\n).*?(<!-- end -->)", re.DOTALL)
_QUADS = {1: "verbal cooperation", 2: "material cooperation", 3: "verbal conflict", 4: "material conflict"}
_BEARING = {"breach": "against", "keeping": "for", "open": "depends"}


def _table(header: list[str], body: list[list[str]]) -> str:
    lines = [header, ["---"] * len(header), *body]
    return "".join(f"| {' | '.join(cells)} |\n" for cells in lines)


def _types(o: Ontology) -> str:
    body = [[f"`{t.name}`", f"{t.quad}", t.definition, t.boundary] for t in o.types]
    return _table(["type", "quad", "what it is", "where it ends"], body)


def _modes(o: Ontology) -> str:
    found = [o.mode(t.name, m) for t in o.types for m in o.modes(t.name)]
    body = [[f"`{m.type}`", f"`{m.name}`", m.definition, ", ".join(m.older)] for m in found]
    return _table(["type", "mode", "what it is", "elsewhere called"], body)


def _contexts(o: Ontology) -> str:
    body = [[f"`{c.name}`", c.definition, ", ".join(c.older)] for c in o.contexts]
    return _table(["context", "what it is about", "elsewhere called"], body)


def _acled(o: Ontology) -> str:
    body = [[e.event_type, e.sub_event_type, e.disorder_type, e.definition] for e in o.acled_entries]
    return _table(["event type", "sub-event type", "disorder type", "what it is"], body)


def _truce(o: Ontology, group: str) -> str:
    body = [
        [f"`{t.id}`", t.description, " ".join(f"`{x}`" for x in t.types), ", ".join(t.obligations) or "-", _BEARING[t.bearing]]
        for t in o.truces
        if t.group == group
    ]
    return _table(["category", "what it is", "comes with", "bears on", "how"], body)


def _obligations(o: Ontology) -> str:
    return _table(["obligation", "what it asks"], [[f"`{x.id}`", x.description] for x in o.obligations])


def _scale(o: Ontology, scale: str) -> str:
    body = [[f"`{d.code}`", d.label, d.definition] for d in o.degrees if d.scale == scale]
    return _table([f"`{scale}`", "short", "what it means"], body)


def _cameo(o: Ontology) -> str:
    def reading(kind: str | None, mode: str | None) -> str:
        return "not coded" if kind is None else f"{kind}, {mode}" if mode else kind

    body = [[f"`{c.code}`", c.label, reading(c.type, c.mode), c.basis] for c in o.cameo_codes]
    return _table(["CAMEO", "short", "PLOVER", "basis"], body)


def _case(o: Ontology) -> str:
    body = [[f"`{label}`", sub or "none"] for label, sub in o.case_labels.items()]
    return _table(["CASE 2021 label", "ACLED sub-event type"], body)


def render(name: str) -> str:
    """The table of this name as Markdown."""
    o = load()
    if name.startswith("truce "):
        return _truce(o, name.removeprefix("truce "))
    if name.startswith("scale "):
        return _scale(o, name.removeprefix("scale "))
    makers = {
        "types": _types,
        "modes": _modes,
        "contexts": _contexts,
        "acled": _acled,
        "obligations": _obligations,
        "cameo": _cameo,
        "case": _case,
    }
    return makers[name](o)


def filled(text: str) -> str:
    """The codebook's text with every table rendered afresh."""
    return _BLOCK.sub(lambda m: f"{m[1]}\n{render(m[2])}\n{m[3]}", text)


def names(text: str) -> list[str]:
    """Names of the tables in the codebook, in order."""
    return [m[2] for m in _BLOCK.finditer(text)]


if __name__ == "__main__":
    CODEBOOK.write_text(filled(CODEBOOK.read_text("utf-8")), "utf-8")
