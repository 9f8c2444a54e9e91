"""Sets of fictional reports in which every telling of an incident is marked: read, stripped of marks, coded.

A folder holds ``reports.txt`` (blocks ``## id``, headers, ``---``, body with ``[[incident|words]]``), the own tables ``states.tsv``,
``groups.tsv`` and ``places.tsv``, and ``hard.tsv`` (pairs of incidents that are easily taken for one). This module must not score.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from trucewatch.model import Origin, Report, TrucewatchError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from trucewatch.model import Coded

_MARK = re.compile(r"\[\[([^\]|]+)\|([^\]]*)\]\]")
_HEADERS = {"publisher", "published", "title", "origin"}


@dataclass(frozen=True, slots=True)
class Telling:
    """Marked words of a report that tell of an incident; offsets in the text without marks."""

    report: str
    incident: str
    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class Marked:
    """A report without its marks, and the tellings."""

    report: Report
    tellings: tuple[Telling, ...]


@dataclass(frozen=True, slots=True)
class IncidentSet:
    """A folder: coded reports, tellings, pairs not to be merged."""

    name: str
    records: tuple[Coded, ...]
    tellings: tuple[Telling, ...]
    hard: tuple[tuple[str, str], ...]


def strip(text: str, report: str) -> tuple[str, tuple[Telling, ...]]:
    """The text without marks, and what they marked."""
    parts: list[str] = []
    found: list[Telling] = []
    at = done = 0
    for match in _MARK.finditer(text):
        parts.append(text[at : match.start()])
        done += match.start() - at
        found.append(Telling(report, match[1].strip(), done, done + len(match[2]), match[2]))
        parts.append(match[2])
        done += len(match[2])
        at = match.end()
    parts.append(text[at:])
    return "".join(parts), tuple(found)


def parse(text: str, where: str = "reports.txt") -> tuple[Marked, ...]:
    """Every block of a ``reports.txt``.

    Raises:
        TrucewatchError: ``bad-incident-set`` for a block without a rule, a header that is not known, or an id used twice.
    """
    made = tuple(_block(block, where) for block in re.split(r"^## ", text, flags=re.MULTILINE)[1:])
    if len({m.report.id for m in made}) < len(made):
        raise TrucewatchError("bad-incident-set", "an id names two reports", where=where)
    return made


def _block(block: str, where: str) -> Marked:
    head, rule, body = block.partition("\n---\n")
    name, *lines = head.strip().splitlines()
    if not rule:
        raise TrucewatchError("bad-incident-set", f"no line --- in {name}", where=where)
    headers = dict(_header(line, where) for line in lines if line.strip())
    clean, tellings = strip(body.strip(), name.strip())
    report = Report(
        name.strip(),
        clean,
        published=headers.get("published"),
        title=_plain(headers.get("title")),
        publisher=headers.get("publisher"),
        language="en",
        origin=_origin(headers.get("origin")),
    )
    return Marked(report, tellings)


def _header(line: str, where: str) -> tuple[str, str]:
    key, colon, value = line.partition(":")
    if not colon or key.strip() not in _HEADERS:
        raise TrucewatchError("bad-incident-set", f"not a header: {line!r}", where=where)
    return key.strip(), value.strip()


def _plain(title: str | None) -> str | None:
    return None if title is None else _MARK.sub(r"\2", title)


def _origin(line: str | None) -> Origin | None:
    if not line:
        return None
    relation, publisher, published = ([part.strip() for part in line.split("|")] + ["", ""])[:3]
    if relation not in {"republished", "translated", "quoted"}:
        raise TrucewatchError("bad-incident-set", f"no such relation: {relation!r}")
    return Origin(publisher or None, published or None, None, relation)  # type: ignore[arg-type]


def pairs(text: str) -> Iterator[tuple[str, str]]:
    """Incident pairs of a ``hard.tsv``."""
    lines = [line.split("\t") for line in text.splitlines() if line.strip() and not line.startswith("#")]
    for line in lines:
        if line[0] != "id1":
            yield line[0], line[1]


def read(folder: Path) -> tuple[tuple[Marked, ...], tuple[tuple[str, str], ...]]:
    """A folder's reports and hard pairs, not coded."""
    marked = parse((folder / "reports.txt").read_text(encoding="utf-8"), str(folder / "reports.txt"))
    hard = folder / "hard.tsv"
    return marked, tuple(pairs(hard.read_text(encoding="utf-8"))) if hard.exists() else ()


def code(folder: Path) -> IncidentSet:
    """A folder, read and coded with its own tables."""
    import trucewatch  # noqa: PLC0415 - --help must be quick

    coder = trucewatch.load(actors=[folder / "states.tsv", folder / "groups.tsv"], gazetteers=[folder / "places.tsv"])
    marked, hard = read(folder)
    records = tuple(coder.code(m.report) for m in marked)
    return IncidentSet(folder.name, records, tuple(t for m in marked for t in m.tellings), hard)


def sides(folder: Path) -> dict[str, str]:
    """The actor id on whose side each publisher stands, where the folder's ``publishers.tsv`` says so."""
    ids = {row["name"]: row.get("id") or row["iso3"] for name in ("states.tsv", "groups.tsv") for row in _rows(folder / name)}
    return {row["publisher"]: ids[row["side"]] for row in _rows(folder / "publishers.tsv") if row.get("side") in ids}


def _rows(path: Path) -> list[dict[str, str]]:
    if not path.exists():
        return []
    lines = [
        line.split("\t") for line in path.read_text(encoding="utf-8").splitlines() if line.strip() and not line.startswith("#")
    ]
    return [dict(zip(lines[0], line, strict=False)) for line in lines[1:]]


def code_all(folders: Sequence[Path]) -> list[IncidentSet]:
    """Several folders."""
    return [code(folder) for folder in folders]
