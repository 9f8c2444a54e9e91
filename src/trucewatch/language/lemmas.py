"""Lemma scripts: how to get from a form to its lemma, and back.

A script is "cut n letters, put these in their place", written ``l2|y`` (lower-case the form first) or ``k2|y`` (keep its
case); ``=`` keeps the form as it stands. The table of known pairs comes first; a script's answer counts only when it
is a word somebody has seen (so no "violat" and no "villay").
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

KEEP = "="


def script(form: str, lemma: str) -> str:
    """The script that turns ``form`` into ``lemma``."""
    low = form.lower()
    if lemma == form and lemma != low:
        return KEEP
    target = lemma.lower()
    shared = 0
    while shared < min(len(low), len(target)) and low[shared] == target[shared]:
        shared += 1
    case = "l" if lemma == target else "k"
    return f"{case}{len(low) - shared}|{lemma[shared:]}"


def apply(form: str, rule: str) -> str:
    """The lemma that script ``rule`` makes of ``form``."""
    if rule == KEEP:
        return form
    cut, _, suffix = rule[1:].partition("|")
    base = form.lower() if rule[0] == "l" else form
    return base[: len(base) - int(cut)] + suffix


#: Lemma table: (form, UPOS) -> lemma. Known: UPOS -> lemmas seen with it.
Table = dict[tuple[str, str], str]
Known = dict[str, frozenset[str]]


def read_table(path: Path) -> tuple[Table, Known]:
    """Read the lemma table: lines of form, UPOS and lemma parted by tabs; "#" opens a comment line."""
    table: Table = {}
    known: dict[str, set[str]] = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            form, upos, lemma = line.split("\t")
            table[form, upos] = lemma
            known.setdefault(upos, set()).add(lemma)
    return table, {upos: frozenset(lemmas) for upos, lemmas in known.items()}


_AS_WRITTEN = frozenset({"PROPN", "NUM", "SYM", "X", "PUNCT"})


@dataclass(frozen=True)
class Lemmatiser:
    """Table first; then the encoder's scripts and the spelling rules, whichever first gives a word that exists."""

    table: Table
    known: Known
    vocabulary: frozenset[str] = frozenset()  #: words of English, in lower case, of whatever class

    def __call__(self, form: str, upos: str, proposals: Iterable[str] = ()) -> str:
        """Lemma of ``form`` used as ``upos``; never empty. ``proposals`` are lemma scripts, best first."""
        low = form.lower()
        found = self.table.get((form, upos)) or self.table.get((low, upos))
        if found:
            return found
        made = filter(None, (apply(form, rule) for rule in proposals))
        if upos in _AS_WRITTEN:
            return self._name(form, next(made, form))
        offered = list(made)
        regular = candidates(low, upos)
        whole = low in self.vocabulary  # "raid" is no form of "rai", "blockade" none of "block"
        proposed = [lemma for lemma in offered if lemma in regular or not whole]
        for words in (self.known.get(upos, frozenset()), self.vocabulary):
            for lemma in (*proposed[:1], *regular, *proposed[1:]):
                if lemma in words and lemma != low:
                    return lemma
            if low in words:
                return low
        return self._guess(low, offered, regular) or low

    def never_verb(self, form: str) -> frozenset[str]:
        """The classes of a form that was seen in training, but never as a verb, nor as what may be a form of one; else none."""
        low = form.lower()
        tags = self._seen.get(form) or self._seen.get(low, frozenset())
        verbs = self.known.get("VERB", frozenset())
        if not tags or tags & {"VERB", "AUX"} or low in verbs or any(lemma in verbs for lemma in candidates(low, "VERB")):
            return frozenset()
        return tags

    @cached_property
    def _seen(self) -> dict[str, frozenset[str]]:
        seen: dict[str, set[str]] = {}
        for form, tag in self.table:
            seen.setdefault(form, set()).add(tag)
        return {form: frozenset(tags) for form, tags in seen.items()}

    def _name(self, form: str, first: str) -> str:
        """Names stay as written, save a plural whose singular is known ("Kurds")."""
        names = self.known.get("PROPN", frozenset())
        return first if first in names or first.lower() in self.vocabulary else form

    def _guess(self, low: str, offered: list[str], regular: list[str]) -> str:
        """Nothing is known: what the encoder and the spelling rules agree on, else the rules, else the form."""
        if offered and (offered[0] in regular or offered[0] == low):
            return offered[0]
        return regular[0] if regular else low


_VOWELS = "aeiou"
#: Stems with these endings usually lost an "e" ("violat", "negotiat", "mobiliz", "emerg").
_WANT_E = (
    "at",
    "iz",
    "is",
    "v",
    "c",
    "u",
    "dg",
    "rg",
    "ang",
    "eng",
    "ibl",
    "abl",
    "tl",
    "dl",
    "gl",
    "ur",
    "ir",
    "or",
    "as",
    "us",
    "os",
)


def candidates(form: str, upos: str) -> list[str]:
    """Lemmas of a regularly inflected form by the rules of spelling, likeliest first."""
    if upos == "NOUN" or (upos == "VERB" and form.endswith("s")):
        return _drop_s(form)
    if upos == "VERB":
        for suffix in ("ing", "ed"):
            if form.endswith(suffix) and len(form) > len(suffix) + 2:
                return _restore(form[: -len(suffix)], suffix)
    if upos == "ADJ":
        for suffix in ("iest", "ier"):
            if form.endswith(suffix):
                return [form[: -len(suffix)] + "y"]
    return []


def _drop_s(form: str) -> list[str]:
    if form.endswith("ies") and len(form) > 4:  # noqa: PLR2004  (lies, ties, dies)
        return [form[:-3] + "y", form[:-1]]
    if form.endswith(("sses", "shes", "ches", "xes", "zes", "oes")):
        return [form[:-2], form[:-1]]
    if form.endswith("s") and not form.endswith(("ss", "us", "is")):
        return [form[:-1]]
    return []


def _restore(stem: str, suffix: str) -> list[str]:
    """Stems before -ing and -ed: "violat" is "violate", "stopp" is "stop", "carri" is "carry"."""
    if suffix == "ed" and stem.endswith("i"):
        return [stem[:-1] + "y"]
    if len(stem) > 2 and stem[-1] == stem[-2] and stem[-1] not in "lszf":  # noqa: PLR2004
        return [stem[:-1], stem]
    if len(stem) < 2:  # noqa: PLR2004
        return [stem]
    closed = stem[-1] not in _VOWELS + "wxy" and stem[-2] in _VOWELS and stem[-3:-2] not in tuple(_VOWELS)
    wants_e = stem.endswith(_WANT_E) or (closed and len(stem) <= 4)  # noqa: PLR2004
    return [stem + "e", stem] if wants_e else [stem, stem + "e"]
