"""The ledger's data files: families of acts, how they stand to each other, things, common words, weights.

One cached loader a table; a cell that does not fit is an error, never a default. This module must not compare anything.
"""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files
from math import log
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal, NamedTuple

from trucewatch.model import TrucewatchError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

Standing = Literal["act", "word"]
Level = Literal["same", "close", "loose", "barred"]
ANY = "*"
SOME = "+"
_RARE = 0.01


class Family(NamedTuple):
    """A family of acts, and whether an event of it is an occurrence (``act``) or speaks about one (``word``)."""

    name: str
    standing: Standing


class Thing(NamedTuple):
    """A thing that tells occurrences apart; ``site`` stands somewhere."""

    name: str
    site: bool


def rows(name: str) -> Iterator[dict[str, str]]:
    """Rows of ``ledger/data/<name>``: tab-separated, ``#`` comments, a header line.

    Raises:
        TrucewatchError: ``ledger-table`` when the file is missing or a row has another number of cells than the header.
    """
    try:
        text = files(__package__).joinpath("data", name).read_text(encoding="utf-8")
    except OSError as error:
        raise TrucewatchError(
            "ledger-table",
            "a table of the ledger cannot be read",
            where=name,
            why=str(error),
            next_step="install the package again",
        ) from error
    header: list[str] = []
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        cells = line.split("\t")
        if header and len(cells) != len(header):
            raise TrucewatchError(
                "ledger-table", f"{len(cells)} cells where the header has {len(header)}", where=f"{name}, line {number}"
            )
        if header:
            yield dict(zip(header, cells, strict=True))
        header = header or cells


@cache
def _families() -> tuple[tuple[str, str, str, Family], ...]:
    return tuple(
        (r["type"], r["mode"], r["truce"], Family(r["family"], "act" if r["standing"] == "act" else "word"))
        for r in rows("families.tsv")
    )


@cache
def family(type_: str, mode: str | None, truce: str | None) -> Family:
    """The family of an event's type, mode and ceasefire category; a type of another ontology is a word, which takes part in nothing."""
    for row_type, row_mode, row_truce, found in _families():
        if row_type in {ANY, type_} and _fits(row_mode, mode) and _fits(row_truce, truce):
            return found
    return Family("other", "word")


def _fits(cell: str, value: str | None) -> bool:
    return cell in {ANY, value} or (cell == SOME and value is not None)


@cache
def _relations() -> Mapping[tuple[str, str], Level]:
    table: dict[tuple[str, str], Level] = {}
    for r in rows("relations.tsv"):
        level: Level = "close" if r["level"] == "close" else "loose"
        table[r["one"], r["other"]] = table[r["other"], r["one"]] = level
    return MappingProxyType(table)


def level(one: str, other: str) -> Level:
    """How two families stand to each other."""
    return "same" if one == other else _relations().get((one, other), "barred")


@cache
def kin(name: str) -> frozenset[str]:
    """The families that are not barred for one, itself among them."""
    return frozenset({name} | {other for one, other in _relations() if one == name})


@cache
def groups(name: str) -> tuple[str, ...]:
    """The groups in which a family's accounts meet."""
    return {r["family"]: tuple(r["groups"].split("|")) for r in rows("groups.tsv")}[name]


@cache
def everyday() -> frozenset[str]:
    """The families of acts that dispatches tell of every day."""
    return frozenset(r["family"] for r in rows("groups.tsv") if r["everyday"] == "yes")


@cache
def _things() -> tuple[re.Pattern[str], Mapping[str, Thing]]:
    table: dict[str, Thing] = {}
    for r in rows("objects.tsv"):
        for word in r["words"].split("|"):
            table[word] = Thing(r["object"], r["kind"] == "site")
    words = "|".join(sorted(map(re.escape, table), key=len, reverse=True))
    return re.compile(rf"\b({words})(?:s|es)?\b", re.IGNORECASE), MappingProxyType(table)


def things(text: str) -> tuple[Thing, ...]:
    """The things that a text names, in order of first mention."""
    pattern, table = _things()
    return tuple(dict.fromkeys(table[m[1].lower()] for m in pattern.finditer(text)))


@cache
def stopwords() -> frozenset[str]:
    """Words that say nothing of which occurrence is told."""
    return frozenset(r["word"] for r in rows("stopwords.tsv"))


@cache
def topics() -> frozenset[str]:
    """Words that head a paragraph and name its subject, not a place."""
    return frozenset(r["topic"] for r in rows("topics.tsv"))


@cache
def rarity(word: str) -> float:
    """How much a word's stem tells, 0 to 1: 1 for what fewer than one report in a hundred holds, 0.5 for what one in ten holds."""
    share = _shares().get(word)
    return 1.0 if share is None else max(0.0, min(1.0, log(share) / log(_RARE)))


@cache
def _shares() -> Mapping[str, float]:
    return MappingProxyType({r["word"]: float(r["share"]) for r in rows("common.tsv")})


@cache
def nouns() -> Mapping[str, frozenset[str]]:
    """Nouns that speak of an act again ("the attack", "the patrol"), and the families they can mean."""
    return MappingProxyType({r["noun"]: frozenset(r["families"].split("|")) for r in rows("nouns.tsv")})


@cache
def weights(name: str) -> Mapping[str, float]:
    """Weights in natural log-odds by feature, from ``ledger/data/<name>.tsv``."""
    return MappingProxyType({r["feature"]: float(r["weight"]) for r in rows(f"{name}.tsv")})


@cache
def limits() -> Mapping[str, int]:
    """The ledger's bounds by name (``limits.tsv``)."""
    return MappingProxyType({r["name"]: int(r["value"]) for r in rows("limits.tsv")})
