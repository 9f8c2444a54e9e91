"""Regions and themes: incidents by where, by what, and by how publishers file the reports that tell of them. It makes no markup."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from dataclasses import dataclass, field
from functools import cache
from hashlib import sha256
from typing import TYPE_CHECKING

from trucewatch.knowledge.places.tables import DATA, read
from trucewatch.publishing.basemap.palette import MARKS, mark
from trucewatch.publishing.words import clean

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from trucewatch.publishing.bulletins.gather import Paper
    from trucewatch.publishing.bulletins.lines import Case, Line

NOWHERE = "Place not told"
_SLUG = 48


@dataclass(slots=True)
class Group:
    """Incidents that have something in common. ``sort``: the page that lists it; ``name``: its folder and file; ``below``: parts of it."""

    sort: str
    kind: str
    label: str
    short: str
    name: str
    lines: list[Line] = field(default_factory=list)
    above: Group | None = None
    below: list[Group] = field(default_factory=list)
    note: str = ""
    icon: bool = False

    @property
    def page(self) -> str:
        """Its page, from the bulletin's first."""
        return f"{self.name}.html"

    @property
    def feed(self) -> str:
        """Its feed, likewise."""
        return f"{self.name}.atom"

    @property
    def latest(self) -> str:
        """The latest day that is told in it."""
        return max((line.until or line.begin or "" for line in self.lines), default="")

    @property
    def parts(self) -> list[tuple[str, int]]:
        """The other way to part it: regions by category, themes by place."""
        counted = Counter(line.category if self.sort == "regions" else line.place or NOWHERE for line in self.lines)
        return sorted(counted.items(), key=lambda item: (-item[1], item[0]))


class Names:
    """Names for files out of words, each once: letters and digits, with a hash where words lose something by it."""

    def __init__(self) -> None:
        self._taken: dict[str, str] = {}

    def of(self, folder: str, words: str) -> str:
        """The name for some words in a folder; the same words have the same name."""
        plain = unicodedata.normalize("NFKD", words).encode("ascii", "ignore").decode().lower()
        slug = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:_SLUG].strip("-")
        name = f"{folder}/{slug}" if slug else f"{folder}/{_hash(words)}"
        if self._taken.setdefault(name, words) != words:
            name = f"{name}-{_hash(words)}"
            self._taken[name] = words
        return name


def _hash(words: str) -> str:
    return sha256(words.encode("utf-8", "surrogatepass")).hexdigest()[:8]


def regions(lines: Sequence[Line]) -> list[Group]:
    """Countries with their provinces, the most told of first; what has no place comes last."""
    names = Names()
    found: dict[tuple[str, str], Group] = {}
    for line in sorted(lines, key=lambda line: (line.country or "~", line.admin1 or "", line.id)):
        country = clean(line.country or "")
        if not country:
            label = NOWHERE if not line.place else "Place in no known country"
            group = found.get(("", label)) or found.setdefault(("", label), _region(names, label, label))
            group.lines.append(line)
            continue
        whole = found.get((country, ""))
        if whole is None:
            whole = found[country, ""] = _region(names, country_name(country), country_name(country))
        whole.lines.append(line)
        admin1 = clean(line.admin1 or "")
        if admin1:
            part = found.get((country, admin1))
            if part is None:
                part = found[country, admin1] = _region(names, f"{admin1}, {country_name(country)}", admin1)
                part.above = whole
                whole.below.append(part)
            part.lines.append(line)
    return _ordered(lines, found.values(), last={NOWHERE, "Place in no known country"})


def _region(names: Names, label: str, short: str) -> Group:
    return Group("regions", "Regions", label, short, names.of("regions", label))


def themes(lines: Sequence[Line]) -> list[Group]:
    """Categories, by group of categories as the map's marks have them, the most told of first within."""
    names = Names()
    found: dict[str, Group] = {}
    for line in sorted(lines, key=lambda line: (line.category, line.id)):
        key = line.category
        if key not in found:
            shape = mark(line.group)
            group = Group("themes", "Themes", key, key, names.of("themes", key), icon=True)
            group.note = f"Of the group “{shape.label}”."
            found[key] = group
        found[key].lines.append(line)
    return _ordered(lines, found.values())


def filed(cases: Sequence[Case], papers: Mapping[str, Paper]) -> dict[tuple[str, str], Group]:
    """Incidents by the tags under which publishers file the reports that tell of them."""
    names: Names = Names()
    found: dict[tuple[str, str], Group] = {}
    for case in sorted(cases, key=lambda case: case.line.id):
        tags = {tag for t in case.incident.tellers if t.report in papers for tag in papers[t.report].filed}
        for kind, tag in sorted(tags):
            if (kind, tag) not in found:
                made = Group("themes", "Themes", tag, tag, names.of("filed", f"{kind} {tag}"))
                made.note = f"Publishers file reports that tell of them under this {kind}; the word is theirs."
                found[kind, tag] = made
            found[kind, tag].lines.append(case.line)
    _ordered([case.line for case in cases], found.values())
    return dict(sorted(found.items(), key=lambda item: (item[0][0], -len(item[1].lines), item[0][1])))


def by_mark(found: Iterable[Group]) -> list[tuple[str, list[Group]]]:
    """Themes under the headings of the map's marks."""
    order = [each.label for each in MARKS]
    heads: dict[str, list[Group]] = {}
    for group in found:
        heads.setdefault(mark(group.lines[0].group).label, []).append(group)
    return sorted(heads.items(), key=lambda item: order.index(item[0]) if item[0] in order else len(order))


def _ordered(lines: Sequence[Line], found: Iterable[Group], last: frozenset[str] | set[str] = frozenset()) -> list[Group]:
    """Groups with their incidents in the bulletin's own order, the biggest group first."""
    place = {line.id: number for number, line in enumerate(lines)}
    made = list(found)
    for group in made:
        group.lines.sort(key=lambda line: place[line.id])
        group.below.sort(key=lambda part: (-len(part.lines), part.label))
    return sorted(made, key=lambda group: (group.label in last, -len(group.lines), group.label))


@cache
def _countries() -> dict[str, str]:
    return {row["iso3"]: row["name"] for row in read(DATA / "countries.tsv")}


def country_name(code: str) -> str:
    """A country's name by its ISO 3166-1 code; the code itself where the table has none."""
    return _countries().get(code, code)
