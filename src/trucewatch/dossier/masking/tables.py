"""The two tables of what is protected: roles of persons, kinds of sites. It reads packaged files and nothing of a report."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Literal

from trucewatch.ledger.forms import Context, Words, contexts, variants, words_of
from trucewatch.model import TrucewatchError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

Standing = Literal["public", "private", "title"]
When = Literal["always", "sheltering", "coordinates"]
ROLE_COLUMNS = ("role", "standing", "forms", "placeholder", "source")
SITE_COLUMNS = ("kind", "forms", "placeholder", "when", "unless", "source")
_STANDINGS: Mapping[str, Standing] = {"public": "public", "private": "private", "title": "title"}
_WHENS: Mapping[str, When] = {"always": "always", "sheltering": "sheltering", "coordinates": "coordinates"}


@dataclass(frozen=True, slots=True)
class Role:
    """A function of persons. ``placeholder`` stands for a masked name: "a journalist"."""

    name: str
    standing: Standing
    placeholder: str


@dataclass(frozen=True, slots=True)
class SiteKind:
    """A kind of protected place; ``when`` it is protected; ``unless`` these words stand around its noun."""

    name: str
    placeholder: str
    when: When
    unless: tuple[Context, ...]


def _rows(name: str, columns: tuple[str, ...]) -> list[list[str]]:
    text = (files("trucewatch.dossier") / "data" / name).read_text("utf-8")
    rows = [line.split("\t") for line in text.splitlines() if line and not line.startswith("#")]
    for row in rows:
        if len(row) != len(columns):
            raise _broken(name, row[0], f"{len(row)} cells, {len(columns)} columns")
    if not rows or tuple(rows[0]) != columns:
        raise _broken(name, "the header", f"columns must be {', '.join(columns)}")
    return rows[1:]


def _broken(name: str, where: str, why: str) -> TrucewatchError:
    return TrucewatchError(
        "protection-table-broken", "a table of the protection policy cannot be read", where=f"{name}, {where}", why=why,
        next_step="mend the row or install the package again",
    )  # fmt: skip


@cache
def roles() -> Mapping[Words, Role]:
    """Every form of every role, by its words.

    Raises:
        TrucewatchError: ``protection-table-broken``.
    """
    found: dict[Words, Role] = {}
    for name, standing, forms, placeholder, _ in _rows("public_roles.tsv", ROLE_COLUMNS):
        if standing not in _STANDINGS:
            raise _broken("public_roles.tsv", name, f"unknown standing {standing!r}")
        role = Role(name, _STANDINGS[standing], placeholder)
        found.update((words_of(text), role) for form in forms.split("|") for text in variants(form))
    return found


@cache
def sites() -> Mapping[Words, SiteKind]:
    """Every noun of every kind of protected site, by its words.

    Raises:
        TrucewatchError: ``protection-table-broken``.
    """
    found: dict[Words, SiteKind] = {}
    for name, forms, placeholder, when, unless, _ in _rows("protected_sites.tsv", SITE_COLUMNS):
        if when not in _WHENS:
            raise _broken("protected_sites.tsv", name, f"unknown condition {when!r}")
        kind = SiteKind(name, placeholder, _WHENS[when], tuple(contexts(unless)))
        found.update((words_of(text), kind) for form in forms.split("|") for text in variants(form))
    return found


@cache
def longest_role() -> int:
    """The number of words of the longest form of a role."""
    return max(map(len, roles()), default=0)


@cache
def role_widths() -> Mapping[str, tuple[int, ...]]:
    """The numbers of words that forms of roles have, the longest first, by their first word: most words begin none."""
    return _widths(roles())


@cache
def site_widths() -> Mapping[str, tuple[int, ...]]:
    """The same of the nouns of sites."""
    return _widths(sites())


def _widths(forms: Iterable[Words]) -> dict[str, tuple[int, ...]]:
    found: dict[str, set[int]] = {}
    for words in forms:
        if words:
            found.setdefault(words[0], set()).add(len(words))
    return {first: tuple(sorted(widths, reverse=True)) for first, widths in found.items()}
