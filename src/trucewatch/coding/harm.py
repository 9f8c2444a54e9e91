"""Harm to people: how many were killed, injured, missing, detained or displaced, and on which side.

Counts are UCDP's low, best and high. A phrase such as "three militants and two soldiers" is two harms. Missing stays missing: a
bare plural has a low of two and no best. This module only reads words; it attaches nothing to an event (``events`` does).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Literal, cast

from trucewatch.coding.tables import table_rows
from trucewatch.coding.tree import NOMINAL
from trucewatch.model import Harm

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from trucewatch.coding.cast import Cast
    from trucewatch.coding.lexicon import Lexicon
    from trucewatch.coding.tree import Tree
    from trucewatch.language.analysis import Token
    from trucewatch.model import HarmKind

Bounds = tuple[int | None, int | None, int | None]

_DIGITS = re.compile(r"\d{1,3}(?:[,.  ]\d{3})+|\d+")
_RANGE = re.compile(r"^(\d+)\s*[-–]\s*(\d+)$")
_CIVILIAN = frozenset({"CIVILIAN", "JOURNALIST", "AID_WORKER", "REFUGEE", "PROTESTER"})
_PEOPLE = frozenset(
    {
        "people",
        "person",
        "man",
        "woman",
        "child",
        "boy",
        "girl",
        "baby",
        "other",
        "individual",
        "resident",
        "worker",
        "member",
        "fighter",
    }
)
_MAX = 10_000_000
_WINDOW = 4
_COLUMNS = 5
_GROUP_SUBJECT = frozenset({"blast", "attack", "explosion", "strike", "shelling", "clash", "fighting", "bombing", "raid"})


@dataclass(frozen=True, slots=True)
class HarmWord:
    """One row of ``harm.tsv``."""

    kind: HarmKind
    role: Literal["obj", "subj", "of", "number", "mod"]


_TO_DEATH = HarmWord("killed", "obj")  #: "stabbed to death", "beaten to death"


@dataclass(frozen=True, slots=True)
class FoundHarm:
    """A harm and the token of the word that says it."""

    word: int
    harm: Harm


@cache
def harm_words() -> dict[tuple[str, str], HarmWord]:
    """``(lemma, V|N|A)`` to what the word says."""
    return {(r[0], r[1]): HarmWord(cast("HarmKind", r[2]), cast("Literal['obj']", r[3])) for r in table_rows("harm.tsv")}


@cache
def number_words() -> dict[str, tuple[str, Bounds]]:
    """A number word or bounding phrase to its kind and bounds; the first row of a word wins except for "some"."""
    found: dict[str, tuple[str, Bounds]] = {}
    for row in table_rows("numbers.tsv"):
        cells = [int(c) if c else None for c in (*row[2:], "", "", "")[:3]]
        found.setdefault(row[0], (row[1], (cells[0], cells[1], cells[2])))
    return found


def read_number(words: Sequence[str]) -> Bounds | None:
    """Bounds of a number written as words or digits ("1,200", "twenty three", "two dozen", "dozens", "3-5"); None if none."""
    total: int | None = None
    vague: Bounds | None = None
    table = number_words()
    for raw in words:
        word = raw.lower().strip()
        ranged = _RANGE.match(word)
        if ranged:
            low, high = int(ranged[1]), int(ranged[2])
            return (low, None, high) if low <= high else None
        if _DIGITS.fullmatch(word):
            total = int(re.sub(r"[,.  ]", "", word)) if total is None or total == 0 else total + int(re.sub(r"\D", "", word))
            continue
        kind, bounds = table.get(word, ("", (None, None, None)))
        if kind == "number" and bounds[1] is not None:
            total = (total or 0) + bounds[1]
        elif kind == "scale" and bounds[1] is not None:
            total = max(total or 0, 1) * bounds[1]
        elif kind == "vague":
            vague = bounds
    if total is not None:
        return (total, total, total) if total <= _MAX else None
    return vague


def bounded(bounds: Bounds, before: str) -> Bounds:
    """Bounds changed by what stands before the number ("at least", "up to", "more than")."""
    low, best, high = bounds
    words = before.lower().split()
    for size in (3, 2, 1):
        kind = number_words().get(" ".join(words[-size:]), ("", None))[0] if len(words) >= size else ""
        if kind == "lower":
            return low, best, None
        if kind == "above":
            return low, best, None
        if kind in {"upper", "below"}:
            return None, best, high
    return low, best, high


class HarmFinder:
    """Finds harm in one report."""

    def __init__(self, tree: Tree, lexicon: Lexicon, actors: Cast) -> None:
        self.tree = tree
        self.lexicon = lexicon
        self.cast = actors

    def all(self) -> tuple[FoundHarm, ...]:
        """Every harm of the report, in text order, each phrase counted once."""
        seen: set[tuple[int, str]] = set()
        found: list[FoundHarm] = []
        for token in self.tree.tokens:
            for item in self._at(token):
                key = (item.harm.start, item.harm.kind)
                if key not in seen:
                    seen.add(key)
                    found.append(item)
        return tuple(found)

    def _at(self, token: Token) -> Iterator[FoundHarm]:
        pos = {"VERB": "V", "NOUN": "N", "ADJ": "A"}.get(token.upos, "")
        if pos == "V" and any(prep == "to" and self.tree.lemma(c) == "death" for prep, c in self.tree.obliques(token.i)):
            yield from self._found(token, _TO_DEATH, pos)
            return
        word = harm_words().get((token.lemma.lower(), pos))
        if word is None and pos in {"V", "A"}:
            word = harm_words().get((token.text.lower(), "A"))
            pos = "A" if word else pos
        if word is not None:
            yield from self._found(token, word, pos)

    def _found(self, token: Token, word: HarmWord, pos: str) -> Iterator[FoundHarm]:
        for head in self._harmed(token, word, pos):
            if self._human(head, counted=word.role == "number"):
                harm = self._harm(word.kind, head, token)
                if harm is not None:
                    yield FoundHarm(token.i, harm)

    def _harmed(self, token: Token, word: HarmWord, pos: str) -> list[int]:
        tree, i = self.tree, token.i
        if word.role == "number":
            return [i]
        if word.role == "of":
            heads = [c for prep, c in tree.obliques(i) if prep == "of"] + list(tree.kids(i, "nmod:poss"))
        elif word.role == "subj":
            heads = [f.head for f in tree.subjects(i)]
        elif pos == "A":
            heads = self._of_adjective(token)
        elif tree.is_passive(i):
            heads = [f.head for f in tree.subjects(i)]
        else:
            heads = [f.head for f in tree.objects(i)]
        found = [j for h in heads for j in tree.conjuncts(h) if tree.token(j).upos in NOMINAL or j == i]
        return found or ([i] if word.role in {"obj", "mod"} and tree.kids(i, "nummod") else [])

    def _of_adjective(self, token: Token) -> list[int]:
        """As in "three dead", "left five soldiers wounded", "shot two men dead", "two people are missing"."""
        tree = self.tree
        if tree.rel(token.i) == "amod":
            return [token.head]
        left = tree.rel(token.i) in {"advcl", "obj"} and token.head >= 0 and tree.lemma(token.head) == "leave"
        if (tree.rel(token.i) in {"xcomp", "advmod"} or left) and token.head >= 0:
            verb = token.head
            found = tree.subjects(verb) if tree.is_passive(verb) else tree.objects(verb)
            return [f.head for f in found or tree.objects(token.i)] or [token.i]
        heads = [f.head for f in tree.subjects(token.i)]
        return heads or ([token.i] if tree.kids(token.i, "nummod") else [])

    def _human(self, head: int, *, counted: bool) -> bool:
        token = self.tree.token(head)
        if counted or token.upos == "NUM" or token.lemma.lower() in _PEOPLE:
            return True
        if token.lemma.lower() in _GROUP_SUBJECT:
            return False
        if self.cast.label(head) in {"person", "group"} or self.cast.in_agent_class(head):
            return True
        if token.upos in {"ADJ", "VERB"}:
            return bool(self.tree.kids(head, "nummod"))
        return token.upos == "PRON" or (token.upos == "PROPN" and self.cast.label(head) in {"", "person"})

    def _harm(self, kind: HarmKind, head: int, word: Token) -> Harm | None:
        first, last = self.tree.np(head)
        bounds = self._count(head, first)
        if bounds is None:
            return None
        if self._denied(word.i):
            bounds = (0, 0, 0) if bounds[1] in {None, 0} else bounds
        start, end = self.tree.span(first, last)
        who = self.tree.analysis.text[start:end]
        return Harm(kind, *bounds, who, self._side(head, first, last), start, end)

    def _denied(self, i: int) -> bool:
        return any(self.tree.token(c).text.lower() in {"no", "nobody"} for c in self.tree.kids(i, "det", "nsubj:pass", "nsubj"))

    def _count(self, head: int, first: int) -> Bounds | None:
        token = self.tree.token(head)
        if token.text.lower() in {"nobody", "none"} or (token.text.lower() == "one" and self._no(head)):
            return 0, 0, 0
        counters = [c for c in self.tree.kids(head, "nummod", "det", "amod") if c < head and self._counts(c)]
        if token.upos == "NUM" or token.text.lower() in number_words():
            counters.append(head)
        if token.lemma.lower() in {"dozen", "hundred", "thousand", "score"} and token.text.lower().endswith("s"):
            return number_words().get(token.text.lower(), ("", (None, None, None)))[1]
        if counters:
            return self._read(counters)
        if token.upos == "PROPN" and not self.tree.kids(head, "conj"):
            return 1, 1, 1
        if token.upos == "PRON":
            return (1, 1, 1) if token.text.lower() in {"he", "she", "him", "her"} else None
        del first
        return (2, None, None) if token.feature("Number") == "Plur" else (1, 1, 1)

    def _no(self, head: int) -> bool:
        return any(self.tree.token(c).text.lower() == "no" for c in self.tree.kids(head, "det"))

    def _counts(self, c: int) -> bool:
        word = self.tree.token(c).text.lower()
        return bool(_DIGITS.fullmatch(word) or _RANGE.match(word)) or number_words().get(word, ("", None))[0] in {
            "number",
            "scale",
            "vague",
        }

    def _read(self, counters: list[int]) -> Bounds | None:
        ranged = self._range(counters)
        if ranged is not None:
            return ranged
        words: list[str] = []
        first = min(counters)
        for c in sorted(counters):
            inner = sorted([c, *self.tree.kids(c, "compound", "flat", "nummod", "conj")])
            first = min(first, inner[0])
            words += [self.tree.token(j).text for j in inner]
        bounds = read_number(words)
        if bounds is None:
            return None
        before = " ".join(t.text for t in self.tree.tokens[max(0, first - _WINDOW) : first])
        return bounded(bounds, before)

    def _range(self, counters: list[int]) -> Bounds | None:
        """As in "between five and eight", "three or four": low and high, no best; "a hundred and five" is one number."""
        for c in counters:
            for other in self.tree.kids(c, "conj", "nmod"):
                one, two = read_number([self.tree.token(c).text]), read_number([self.tree.token(other).text])
                if one and two and one[1] and two[1] and one[1] < two[1]:
                    return one[1], None, two[1]
        return None

    def _side(self, head: int, first: int, last: int) -> str | None:
        ref = self.cast.ref(first, last)
        if ref is not None and ref.type != "civilian":
            return ref.id
        lemma = self.tree.lemma(head)
        if (ref is not None and ref.type == "civilian") or self.lexicon.in_any(lemma, _CIVILIAN):
            return "civilians" if lemma not in {"people", "person", "other"} else None
        return None
