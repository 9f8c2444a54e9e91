"""The tables of docs/agreements.md, rendered from the form and the data; run as a script it writes them into the page again."""

from __future__ import annotations

import re
from pathlib import Path

from trucewatch.ledger.agreements.defaults import duties
from trucewatch.ledger.agreements.form import FORMS, Field
from trucewatch.ledger.areas import reaches

PAGE = Path(__file__).parents[3] / "docs" / "agreements.md"
_BLOCK = re.compile(r"(<!-- table: ([a-z_ ]+) -->\n).*?(<!-- end -->)", re.DOTALL)
_HOLDS = {
    "whole": "whole number",
    "points": "coordinates",
    "moment": "date or time",
    "flag": "true or false",
    "choice": "word",
    "url": "address",
}


def _table(header: list[str], body: list[list[str]]) -> str:
    return "".join(f"| {' | '.join(cells)} |\n" for cells in [header, ["---"] * len(header), *body])


def _holds(field: Field) -> str:
    one = f"[{field.of}](#{field.of})" if field.holds == "part" else _HOLDS.get(field.holds, field.holds)
    one = f"{one} or name" if field.short else one
    return f"names, each {one}" if field.named else f"list of {one}" if field.many else one


def _form(name: str) -> str:
    body = [[f"`{key}`" + (" *" if f.required else ""), _holds(f), f.doc.replace("|", "/")] for key, f in FORMS[name].items()]
    return _table(["key", "holds", "what it is"], body)


def _duties() -> str:
    kept = {"refrain": "by not doing", "act": "by doing", "allow": "by letting others do"}
    return _table(
        ["obligation", "kept", "needs an area"],
        [[f"`{k}`", kept[d.nature], "yes" if d.needs_area else "no"] for k, d in duties().items()],
    )


def _reaches() -> str:
    how = {"disc": "a disc of {:.0f} km", "unit": "its province", "country": "its country", "none": "nothing"}
    return _table(
        ["`where_prec`", "what it is", "held against an area as"],
        [[f"`{n}`", r.words, how[r.how].format(r.radius)] for n, r in reaches().items()],
    )


def render(name: str) -> str:
    """The table of this name as Markdown."""
    return {"duties": _duties, "reaches": _reaches}.get(name, lambda: _form(name.removeprefix("form ")))()


def filled(text: str) -> str:
    """The page's text with every table rendered afresh."""
    return _BLOCK.sub(lambda m: f"{m[1]}\n{render(m[2])}\n{m[3]}", text)


def names(text: str) -> list[str]:
    """Names of the tables in the page, in order."""
    return [m[2] for m in _BLOCK.finditer(text)]


if __name__ == "__main__":
    PAGE.write_text(filled(PAGE.read_text("utf-8")), "utf-8")
