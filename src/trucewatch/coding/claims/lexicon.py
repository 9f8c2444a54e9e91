"""The attribution lexicon: which words open a claim, in which grammar, and what they say of the source's stance.

Reads the tables in ``data/`` once. This module must not look at a report.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING, get_args

from trucewatch.model import Stance, TrucewatchError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

KINDS = ("verb", "noun", "adverb", "preposition", "passive")
FRAMES = ("clause", "infinitive", "object", "of", "for", "naming", "quote", "adverb", "prepositional", "passive")
STANCES: tuple[Stance, ...] = get_args(Stance)


@dataclass(frozen=True, slots=True)
class CueEntry:
    """One row of ``cues.tsv``."""

    lemma: str
    kind: str
    stance: Stance
    negated: Stance
    frames: frozenset[str]


def read_rows(name: str, columns: int) -> tuple[tuple[str, ...], ...]:
    """Rows of data file ``name`` without comments and the line of column names; each has ``columns`` fields.

    Raises:
        TrucewatchError: ``bad-data-file`` when a row has another number of fields.
    """
    text = (files("trucewatch.coding.claims") / "data" / name).read_text(encoding="utf-8")
    rows = [
        (number, tuple(line.split("\t")))
        for number, line in enumerate(text.splitlines(), 1)
        if line.strip() and not line.startswith("#")
    ]
    for number, row in rows:
        if len(row) != columns:
            raise TrucewatchError(
                "bad-data-file",
                f"{len(row)} fields instead of {columns}",
                where=f"{name}:{number}",
                next_step="separate the fields by one tab each",
            )
    return tuple(row for _, row in rows[1:])


def _stance(value: str, where: str) -> Stance:
    known = next((stance for stance in STANCES if stance == value), None)
    if known is None:
        raise TrucewatchError(
            "bad-data-file", f"unknown stance {value!r}", where=where, next_step=f"use one of {', '.join(STANCES)}"
        )
    return known


@dataclass(frozen=True)
class CueLexicon:
    """Entries by kind and lemma; the first entry of a lemma is its default."""

    entries: Mapping[tuple[str, str], tuple[CueEntry, ...]]

    def get(self, kind: str, lemma: str) -> tuple[CueEntry, ...]:
        """All entries of ``lemma`` as a ``kind`` of cue, default first; empty when it is not known."""
        return self.entries.get((kind, lemma), ())

    def framed(self, kind: str, lemma: str, frame: str) -> CueEntry | None:
        """The entry of ``lemma`` that allows ``frame``."""
        return next((entry for entry in self.get(kind, lemma) if frame in entry.frames), None)


def _by_lemma(entries: Iterable[CueEntry]) -> CueLexicon:
    table: dict[tuple[str, str], tuple[CueEntry, ...]] = {}
    for entry in entries:
        key = (entry.kind, entry.lemma)
        table[key] = (*table.get(key, ()), entry)
    return CueLexicon(table)


@lru_cache(maxsize=1)
def cues() -> CueLexicon:
    """The cue lexicon of ``data/cues.tsv``."""
    entries = []
    for lemma, kind, stance, negated, frames in read_rows("cues.tsv", 5):
        where = f"cues.tsv: {lemma}"
        allowed = frozenset() if frames == "-" else frozenset(frames.split(","))
        entries.append(CueEntry(lemma, kind, _stance(stance, where), _stance(negated, where), allowed))
    return _by_lemma(entries)


@lru_cache(maxsize=1)
def prepositions() -> tuple[tuple[str, ...], ...]:
    """Phrases such as "in the words of", word by word, longest first; "according to" has a rule of its own."""
    found = [
        tuple(lemma.split())
        for (kind, lemma), entries in cues().entries.items()
        if kind == "preposition" and lemma.endswith(" of") and any("prepositional" in entry.frames for entry in entries)
    ]
    return tuple(sorted(found, key=lambda words: (-len(words), words)))


@dataclass(frozen=True, slots=True)
class ModalRow:
    """One row of ``modality.tsv``: a cue's stance is replaced when its content is worded so."""

    sign: str
    subject: str
    stance: Stance
    becomes: Stance


@lru_cache(maxsize=1)
def modality() -> tuple[ModalRow, ...]:
    """The stance changes of ``data/modality.tsv``, in order."""
    return tuple(
        ModalRow(sign, subject, _stance(stance, sign), _stance(becomes, sign))
        for sign, subject, stance, becomes in read_rows("modality.tsv", 4)
    )


@lru_cache(maxsize=8)
def words(name: str) -> Mapping[str, frozenset[str]]:
    """A two-column table of ``data/``: class -> its words."""
    table: dict[str, set[str]] = {}
    for kind, values in read_rows(name, 2):
        table.setdefault(kind, set()).update(value.strip() for value in values.split(";") if value.strip())
    return {kind: frozenset(values) for kind, values in table.items()}
