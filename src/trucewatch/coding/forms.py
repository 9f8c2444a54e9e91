"""From a word as it stands to the lemma the lexicon knows: English inflection, run forwards over the lexicon's own vocabulary.

The encoder's lemmas are learned and sometimes wrong ("fre" for "freed"); the coder cannot miss an act for that. Every lemma of the
lexicon's tables is inflected once, and a word that is one of these forms gets that lemma. No I/O but ``data/irregular.tsv``.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from trucewatch.coding.lexicon import Lexicon

_VOWELS = "aeiou"
_SIBILANT = ("s", "x", "z", "ch", "sh", "o")
_SHORT = 3

Forms = dict[tuple[str, str], str]


@cache
def irregular() -> Mapping[tuple[str, str], tuple[str, ...]]:
    """``(lemma, V or N)`` to its irregular forms."""
    text = (files("trucewatch.coding") / "data" / "irregular.tsv").read_text("utf-8")
    rows = [line.split("\t") for line in text.splitlines() if line and not line.startswith("#")][1:]
    return {(row[0], row[1]): tuple(row[2].split("|")) for row in rows}


def inflections(lemma: str, pos: str) -> set[str]:
    """The forms of a verb ("V": -s, -ed, -ing and irregular ones) or noun ("N": plural), the lemma included."""
    found = {lemma, *irregular().get((lemma, pos), ())}
    found.add(_with_s(lemma))
    if pos == "N":
        return found | _noun_extra(lemma)
    return found | set(_past_and_participle(lemma))


def _with_s(lemma: str) -> str:
    if lemma.endswith("y") and lemma[-2:-1] not in _VOWELS:
        return lemma[:-1] + "ies"
    return lemma + ("es" if lemma.endswith(_SIBILANT) else "s")


def _noun_extra(lemma: str) -> set[str]:
    if lemma.endswith("man"):
        return {lemma[:-3] + "men"}
    return {lemma + "s"} if lemma.endswith("o") else set()


def _past_and_participle(lemma: str) -> Iterator[str]:
    if lemma.endswith("e"):
        yield lemma + "d"
        yield lemma + "ing" if lemma.endswith(("ee", "oe", "ye")) else lemma[:-1] + "ing"
        return
    if lemma.endswith("y") and lemma[-2:-1] not in _VOWELS:
        yield from (lemma[:-1] + "ied", lemma + "ing")
        return
    yield from (lemma + "ed", lemma + "ing")
    if len(lemma) >= _SHORT and lemma[-1] not in _VOWELS + "wxy" and lemma[-2] in _VOWELS and lemma[-3] not in _VOWELS:
        yield from (lemma + lemma[-1] + "ed", lemma + lemma[-1] + "ing")
    if lemma.endswith("c"):
        yield from (lemma + "ked", lemma + "king")


def vocabulary(lexicon: Lexicon) -> Iterator[tuple[str, str]]:
    """Every ``(lemma, V or N)`` of the lexicon's tables; of a multiword the part that inflects."""
    for entry in lexicon.entries:
        if entry.pos != "A":
            yield _inflecting(entry.lemma, entry.pos), entry.pos
    for governor in lexicon.governors:
        if governor.pos != "A":
            yield _inflecting(governor.lemma, governor.pos), governor.pos
    for light in lexicon.light_verbs:
        yield _inflecting(light.verb, "V"), "V"
    for members in lexicon.classes.values():
        for member in members:
            if not member.startswith("@"):
                yield _inflecting(member, "N"), "N"


def _inflecting(lemma: str, pos: str) -> str:
    """A verb inflects its first word ("carry_out"), a noun its last ("rocket_launcher")."""
    words = lemma.split("_")
    return words[0] if pos == "V" else words[-1]


@cache
def forms_of(lexicon_version: str, words: frozenset[tuple[str, str]]) -> Forms:
    """Form and part of speech to lemma; where two lemmas share a form, the one that is the form itself, then the shorter."""
    del lexicon_version
    found: Forms = {}
    for lemma, pos in _ordered(words):
        for form in inflections(lemma, pos):
            found.setdefault((form, pos), lemma)
        found[lemma, pos] = lemma
    return found


def _ordered(words: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    return sorted((w for w in words if w[0]), key=lambda w: (len(w[0]), w))


def forms(lexicon: Lexicon) -> Forms:
    """The forms of a lexicon's vocabulary, made once a lexicon."""
    return forms_of(lexicon.version, frozenset(vocabulary(lexicon)))
