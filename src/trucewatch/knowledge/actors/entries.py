"""What the tables hold, in memory: countries, roles, peoples and named actors, and the index of their names.

Builds the index; does not look anything up in a text.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum
from functools import cache
from typing import TYPE_CHECKING

from trucewatch.knowledge.actors.atoms import pieces
from trucewatch.knowledge.actors.tables import cells
from trucewatch.knowledge.actors.vocabulary import ROLE_CODES, ROLE_NAMES, WRITTEN_CODES
from trucewatch.model import TrucewatchError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from trucewatch.knowledge.actors.tables import Table

Row = dict[str, str]
#: Second and later words of a name that reports also write small ("Bosnian Serb army", "Azov regiment").
_COMMON_WORDS = """
army forces force government police rebels fighters militia militias brigade brigades battalion battalions regiment
division movement party group groups cartel gang gangs network coalition alliance administration authorities authority
ministry health military agency news mission office troops separatists guerrillas front region system legion navy
"""
_COMMON = frozenset(_COMMON_WORDS.split())
#: The ``near`` of forms that count only where the text names their bearer in full.
NOWHERE = "-"


class Kind(IntEnum):
    """What a name in the index names."""

    ENTITY = 0  #: a named actor
    STATE = 1  #: a state by its name
    DEMONYM = 2  #: a state by its adjective or the noun for its people
    PEOPLE = 3  #: an ethnic or religious people, or a region
    ROLE = 4  #: a generic word for a kind of actor


@dataclass(frozen=True, slots=True)
class Entry:
    """What a name stands for. ``role`` is the role code of a composed actor or of a role word."""

    id: str
    name: str
    type: str
    country: str | None
    code: str | None
    kind: Kind
    role: str = ""
    since: str = ""
    until: str = ""

    def holds(self, date: str) -> bool:
        """Whether the entry's dates cover ``date`` (an ISO date or its beginning)."""
        return (not self.since or date >= self.since[: len(date)]) and (not self.until or date[: len(self.until)] <= self.until)


@dataclass(frozen=True, slots=True)
class Alias:
    """One written form of an entry.

    ``capitals`` tells for each atom whether it must be capitalised; an ``acronym`` must stand in capitals; ``near``
    holds the country that the report must name (or it must name the entry itself in full) for the form to count;
    ``flags`` hold the marks of the table.
    """

    entry: Entry
    text: str
    capitals: tuple[bool, ...]
    acronym: bool
    near: frozenset[str] = frozenset()
    flags: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Phase:
    """A stretch of time in which an actor's name, type or code was another."""

    since: str
    until: str
    name: str
    type: str
    code: str


@dataclass(slots=True)
class Index:
    """Every name of the actor file by its key, and the lengths in atoms of the names that open with an atom."""

    names: dict[str, tuple[Alias, ...]] = field(default_factory=dict)
    lengths: dict[str, tuple[int, ...]] = field(default_factory=dict)
    phases: dict[str, tuple[Phase, ...]] = field(default_factory=dict)
    countries: dict[str, str] = field(default_factory=dict)
    entries: dict[str, Entry] = field(default_factory=dict)
    unsettled: set[str] = field(default_factory=set)
    """First atoms of the names whose reading depends on what else the text names."""

    def add(self, text: str, entry: Entry, near: str = "", flags: Iterable[str] = ()) -> None:
        """Enter one written form of ``entry``."""
        parts = pieces(text)
        if not parts:
            return
        alias = Alias(
            entry,
            text,
            tuple([part[0].isupper() and not (n and _small(part, parts)) for n, part in enumerate(parts)]),
            is_acronym(text),
            _set((near,) if near else ()),
            _set(tuple(flags)),
        )
        name = " ".join(parts).lower()
        others = self.names.get(name, ())
        self.names[name] = (*others, alias)
        first, count = name.partition(" ")[0], len(parts)
        if near or any(other.entry.id != entry.id for other in others):
            self.unsettled.add(first)
        known = self.lengths.get(first, ())
        if count not in known:
            self.lengths[first] = tuple(sorted((*known, count), reverse=True))

    def remember(self, entry: Entry) -> None:
        """Keep the entry by its id; the first of several rows of one id stands."""
        self.entries.setdefault(entry.id, entry)


def _small(part: str, parts: list[str]) -> bool:
    """Whether a word of a name of three or more may be written small; two are too few ("Lebanese forces")."""
    return len(parts) > 2 and part.lower() in _COMMON  # noqa: PLR2004


def is_acronym(text: str) -> bool:
    """Whether a written form is an acronym, to be matched in capitals only ("IS", "U.S.", "M23")."""
    return text.isupper() and " " not in text


@cache
def _set(values: tuple[str, ...]) -> frozenset[str]:
    return frozenset(values)


def add_states(index: Index, table: Table) -> None:
    """States: names, adjectives, nouns for the people; capitals stand for the government."""
    for row in table.rows:
        iso, name = row["iso3"], row["name"]
        dates = {"since": row["since"], "until": row["until"]}
        index.countries[iso] = name
        state = Entry(iso, name, "state", iso, iso, Kind.STATE, **dates)
        people = Entry(iso, name, "state", iso, iso, Kind.DEMONYM, **dates)
        index.remember(state)
        adjectives = cells(row["adjectives"])
        for text in (name, *cells(row["aliases"])):
            index.add(text, state, flags=("adjective",) if text in adjectives else ())
        _add_demonyms(index, row, people)
        government = composed(index, iso, "GOV")
        for text in cells(row["metonyms"]):
            index.add(text, government, flags=("metonym",))


def _add_demonyms(index: Index, row: Row, people: Entry) -> None:
    """The adjectives and the nouns of a people; a form that is both carries both flags."""
    adjectives, nouns = cells(row["adjectives"]), cells(row["nouns"])
    for text in dict.fromkeys(adjectives + nouns):
        flags = [flag for flag, forms in (("adjective", adjectives), ("noun", nouns)) if text in forms]
        index.add(text, people, flags=flags)


def add_roles(index: Index, table: Table) -> None:
    """Generic role words; a leading '~' marks a word that takes the role before it, '+' a bare word for armed people."""
    for row in table.rows:
        entry = Entry(row["role"], row["name"], row["type"], None, row["role"], Kind.ROLE, role=row["role"])
        loaded = ("loaded",) if row["loaded"] else ()
        for form in cells(row["forms"]):
            flags = {"~": ("transparent",), "+": ("armed",)}.get(form[0], ())
            index.add(form.lstrip("~+"), entry, flags=flags + loaded)


def add_peoples(index: Index, table: Table) -> None:
    """Peoples, faiths and regions."""
    for row in table.rows:
        entry = Entry(row["id"], row["name"], row["type"], row["country"] or None, row["code"], Kind.PEOPLE)
        index.remember(entry)
        _add_demonyms(index, row, entry)


def composed(index: Index, country: str, role: str) -> Entry:
    """The composed actor of a country and a role ("TUR", "MIL")."""
    return Entry(
        f"{country}-{role}",
        f"{index.countries.get(country, country)}: {ROLE_NAMES[role]}",
        ROLE_CODES[role],
        country,
        country + WRITTEN_CODES.get(role, role),
        Kind.ENTITY,
        role=role,
    )


def add_institutions(index: Index, table: Table) -> None:
    """Names of a state's own bodies and the buildings that stand for them: aliases of the composed actor."""
    for row in table.rows:
        country, _, role = row["id"].partition("-")
        entry = composed(index, country, role)
        flags = ("metonym",) if row["metonym"] else ()
        for text in cells(row["aliases"]):
            index.add(text, entry, flags=flags)
        for text in cells(row["near"]):
            index.add(text, entry, near=country, flags=flags)


def _named(row: Row) -> Entry:
    return Entry(
        row["id"],
        row["name"],
        row["type"],
        row["country"] or None,
        row["code"] or None,
        Kind.ENTITY,
        since=row["since"],
        until=row["until"],
    )


def add_named(index: Index, table: Table) -> None:
    """Named actors: groups, organisations, media, persons. Further rows of one id are further offices of a person.

    A ``near`` form with '=' before it is a common word: it counts only where the text names its bearer in full.
    """
    written: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {}
    for row in table.rows:
        entry = _named(row)
        index.remember(entry)
        own = ((row["name"], *cells(row["aliases"])), cells(row["near"]))
        plain, near = written.setdefault(entry.id, own)
        for text in plain:
            index.add(text, entry)
        for text in near:
            common = text.startswith("=")
            index.add(text.lstrip("="), entry, near=NOWHERE if common else entry.country or NOWHERE)


def add_phases(index: Index, table: Table) -> None:
    """Dated changes of an actor's name, type or code."""
    found: dict[str, list[Phase]] = {}
    for row in table.rows:
        phase = Phase(row["since"], row["until"], row["name"], row["type"], row["code"])
        found.setdefault(row["id"], []).append(phase)
    index.phases = {actor: tuple(phases) for actor, phases in found.items()}


_ADDERS = {
    "states": add_states,
    "roles": add_roles,
    "peoples": add_peoples,
    "institutions": add_institutions,
    "groups": add_named,
    "organisations": add_named,
    "media": add_named,
    "persons": add_named,
    "phases": add_phases,
}
#: Columns by which a table given by the user is recognised.
_SHAPES: Mapping[str, str] = {"iso3": "states", "role": "roles", "adjectives": "peoples", "metonym": "institutions"}


def table_kind(table: Table) -> str:
    """Which kind of table this is: by its file name, else by its columns.

    Raises:
        TrucewatchError: ``actor-file-unknown`` when neither tells.
    """
    stem = table.path.stem
    if stem in _ADDERS:
        return stem
    for column, kind in _SHAPES.items():
        if column in table.columns:
            return kind
    if {"id", "name", "aliases", "near", "type", "country", "code", "since", "until"} <= set(table.columns):
        return "groups"
    raise TrucewatchError(
        "actor-file-unknown",
        "this table is none of the actor file's kinds",
        where=table.path.name,
        why="its columns are " + ", ".join(table.columns),
        next_step="use the columns of groups.tsv (docs/actors.md)",
    )


def build(tables: Iterable[Table]) -> Index:
    """The index of all tables; states come first because the others compose their names."""
    index = Index()
    kinds = [(table_kind(table), table) for table in tables]
    order = list(_ADDERS)
    for kind, table in sorted(kinds, key=lambda pair: order.index(pair[0])):
        _ADDERS[kind](index, table)
    return index
