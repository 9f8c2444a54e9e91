"""Finding the names of the actor file in a run of tokens: longest match, left to right, with case rules.

Says where which names stand and which of several bearers is meant; composes nothing (see ``compose``).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from trucewatch.knowledge.actors.atoms import Atoms, atomise
from trucewatch.knowledge.actors.entries import Kind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from trucewatch.knowledge.actors.entries import Alias, Entry, Index

#: Acronyms that are English words: in a headline all in capitals they are taken for the word.
_WORDS = frozenset(["is", "us", "who", "it", "as", "an", "am", "pa", "ap", "raw", "care", "aim", "act", "mod", "pm"])
#: Parts of speech that no role word has.
_NO_NOUN = frozenset({"VERB", "AUX", "ADV", "ADP", "SCONJ", "CCONJ", "PRON", "DET"})
#: Acronyms of this many letters may be written like a name ("Nato", "Unifil").
_NAME_LIKE = 4


@dataclass(frozen=True, slots=True)
class Hit:
    """A name found: ``tokens[first:last]`` of the run stand for ``entry``, written as ``alias``."""

    first: int
    last: int
    entry: Entry
    alias: Alias

    @property
    def role(self) -> bool:
        """Whether it is a generic role word."""
        return self.entry.kind == Kind.ROLE


@dataclass(frozen=True, slots=True)
class Setting:
    """What is known besides the words: the report's date, the countries and the ids of the actors it names."""

    date: str | None = None
    countries: frozenset[str] = frozenset()
    known: frozenset[str] = frozenset()

    def admits(self, alias: Alias) -> bool:
        """Whether a form that needs its country, or its bearer in full, beside it has that."""
        return not alias.near or bool(alias.near & self.countries) or alias.entry.id in self.known


def _fits(alias: Alias, atoms: Atoms, k: int, count: int, *, shouting: bool) -> bool:
    if alias.acronym:
        shape = "".join(atoms.shapes[k : k + count])
        if shape.isupper():
            return not (shouting and shape.lower() in _WORDS)
        return len(shape) >= _NAME_LIKE and shape.istitle() and shape.lower() not in _WORDS
    shapes = atoms.shapes
    return all(not need or not shapes[k + n][0].islower() for n, need in enumerate(alias.capitals))


def _bearer(aliases: list[Alias], setting: Setting) -> Alias | None:
    """Whom the name means: by date, then by the countries named; None when that does not settle it."""
    if len(aliases) == 1:
        return aliases[0]
    if setting.date:
        aliases = [a for a in aliases if a.entry.holds(setting.date)] or aliases
    aliases = [a for a in aliases if a.entry.id in setting.known] or aliases
    aliases = [a for a in aliases if a.entry.country in setting.countries] or aliases
    aliases = [a for a in aliases if a.entry.kind != Kind.ROLE] or aliases
    aliases = [a for a in aliases if a.entry.kind == Kind.STATE] or aliases
    return aliases[-1] if len({a.entry.id for a in aliases}) == 1 else None


def _match(index: Index, atoms: Atoms, k: int, setting: Setting, *, shouting: bool) -> tuple[int, Alias | None] | None:
    forms = atoms.forms
    for count in index.lengths.get(forms[k], ()):
        end = k + count
        if end > len(forms) or not atoms.closes[end - 1]:
            continue
        name = forms[k] if count == 1 else " ".join(forms[k:end])
        fitting = [
            alias
            for alias in index.names.get(name, ())
            if setting.admits(alias) and _fits(alias, atoms, k, count, shouting=shouting)
        ]
        if fitting:
            return end, _bearer(fitting, setting)
    return None


def _shouting(atoms: Atoms) -> bool:
    """Whether the run is all in capitals (a headline), so that capitals tell nothing."""
    if not atoms.shapes or not atoms.shapes[0].isupper():
        return False
    words = [shape for shape in atoms.shapes if shape.isalpha()]
    return len(words) > 3 and sum(word.isupper() for word in words) > 0.8 * len(words)  # noqa: PLR2004


def _by_lemma(index: Index, lemma: str) -> Alias | None:
    """The role that a lemma names, for a form that the table does not list."""
    return next((a for a in index.names.get(lemma.lower(), ()) if a.entry.kind == Kind.ROLE), None)


def _leftmost(index: Index, atoms: Atoms, k: int, setting: Setting, *, shouting: bool) -> tuple[int, Alias | None] | None:
    """The name at atom ``k``, which opens some; one that opens with "the" gives way to a longer one after it ("The Guardian | Council")."""
    found = _match(index, atoms, k, setting, shouting=shouting)
    if found and atoms.forms[k] == "the" and atoms.forms[k + 1] in index.lengths:
        inner = _match(index, atoms, k + 1, setting, shouting=shouting)
        if inner and inner[0] > found[0]:
            return None
    return found


def scan(index: Index, texts: Sequence[str], lemmas: Sequence[str], tags: Sequence[str], setting: Setting) -> list[Hit]:
    """Every name in a run of tokens, longest first, left to right, none overlapping.

    ``lemmas`` and ``tags`` (UPOS) are parallel to ``texts``, or empty. A name begins and ends with whole tokens. A single
    word that no name fits is tried once more by its lemma, as a role; a verb ("forces", "states") is no role.
    """
    atoms = atomise(texts)
    shouting = _shouting(atoms)
    hits: list[Hit] = []
    k = 0
    while k < len(atoms.forms):
        token = atoms.owner[k]
        known = atoms.opens[k] and atoms.forms[k] in index.lengths
        found = _leftmost(index, atoms, k, setting, shouting=shouting) if known else None
        if found is None and lemmas and atoms.forms[k] != lemmas[token] and atoms.opens[k] and atoms.closes[k]:
            role = _by_lemma(index, lemmas[token])
            found = (k + 1, role) if role else None
        if found is None or (tags and _verbal(found[1], tags[token], found[0] - k)):
            k += 1
            continue
        end, alias = found
        if alias is not None:  # None: a name of several, and nothing tells whose; its parts are not read either
            hits.append(Hit(token, atoms.owner[end - 1] + 1, alias.entry, alias))
        k = end
    return hits


def _verbal(alias: Alias | None, tag: str, count: int) -> bool:
    """Whether a single role word is used as a verb or adverb."""
    return alias is not None and count == 1 and alias.entry.kind == Kind.ROLE and tag in _NO_NOUN
