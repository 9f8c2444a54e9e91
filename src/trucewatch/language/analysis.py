"""What the language room hands on: a text with its tokens, sentences, tree, entities and attribution spans.

The text is never changed; everything here is a range of its code points. These are plain frozen records: they can be
built by hand (see :func:`from_conllu`) without a model. This module knows no politics and loads nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy as np
    from numpy.typing import NDArray

#: Labels of :attr:`Analysis.entities`.
ENTITY_LABELS = (
    "person",
    "organisation",
    "group",
    "place",
    "weapon",
    "vehicle",
    "facility",
    "quantity",
    "money",
    "time",
    "document",
)
#: Labels of :attr:`Analysis.attributions`, in the words of attribution research (PARC, PolNeAR).
ATTRIBUTION_LABELS = ("source", "cue", "content")

#: Labels of :attr:`Analysis.incidents`: who is in a violent incident, in the terms of MUC-4 (organisation: the perpetrators').
INCIDENT_LABELS = ("perpetrator", "organisation", "target", "victim", "weapon")


@dataclass(frozen=True, slots=True)
class Token:
    """One syntactic word of Universal Dependencies ("don't" is two: "do" and "n't")."""

    i: int  #: index in ``Analysis.tokens``
    start: int  #: code point offset of the first character
    end: int  #: code point offset after the last character
    text: str
    lemma: str
    upos: str
    feats: str  #: "Mood=Ind|Number=Sing", or "" when there are none
    head: int  #: index of the head in ``Analysis.tokens``; -1 for the root of a sentence
    deprel: str  #: UD relation with its subtype ("nsubj:pass"); "root" for a root
    sentence: int  #: index in ``Analysis.sentences``

    def feature(self, name: str) -> str:
        """Value of one feature ("Plur" for ``Number``), or the empty string."""
        for pair in self.feats.split("|"):
            key, _, value = pair.partition("=")
            if key == name:
                return value
        return ""


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence: ``tokens[first:last]``."""

    index: int
    start: int
    end: int
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Span:
    """A labelled run of tokens: ``tokens[first:last]``, characters ``text[start:end]``."""

    label: str
    start: int
    end: int
    first: int
    last: int
    score: float  #: mean probability of the span's tags, 0 to 1


@dataclass(frozen=True)
class Analysis:
    """A text and everything the encoder said of it."""

    text: str
    tokens: tuple[Token, ...]
    sentences: tuple[Sentence, ...]
    entities: tuple[Span, ...] = ()
    attributions: tuple[Span, ...] = ()
    incidents: tuple[Span, ...] = ()
    #: (tokens, width) what the event head reads of each word; None for an analysis built by hand.
    vectors: NDArray[np.float16] | None = field(default=None, compare=False, repr=False)

    #: (tokens,) chance that a word names an act, 0 to 1; None likewise.
    triggers: NDArray[np.float16] | None = field(default=None, compare=False, repr=False)

    @cached_property
    def _children(self) -> tuple[tuple[int, ...], ...]:
        found: list[list[int]] = [[] for _ in self.tokens]
        for token in self.tokens:
            if token.head >= 0:
                found[token.head].append(token.i)
        return tuple(tuple(items) for items in found)

    def children(self, i: int) -> tuple[int, ...]:
        """Indices of the tokens whose head is token ``i``, in text order."""
        return self._children[i]

    def subtree(self, i: int) -> tuple[int, ...]:
        """Sorted indices of token ``i`` and everything below it."""
        seen = {i}
        todo = [i]
        while todo:
            for child in self._children[todo.pop()]:
                if child not in seen:
                    seen.add(child)
                    todo.append(child)
        return tuple(sorted(seen))

    def ancestors(self, i: int) -> Iterator[int]:
        """Heads of token ``i``, nearest first, up to the root."""
        seen = {i}
        head = self.tokens[i].head
        while head >= 0 and head not in seen:
            yield head
            seen.add(head)
            head = self.tokens[head].head

    def text_of(self, first: int, last: int) -> str:
        """The words of ``tokens[first:last]`` exactly as they stand in the text."""
        if last <= first:
            return ""
        return self.text[self.tokens[first].start : self.tokens[last - 1].end]

    def sentence_tokens(self, k: int) -> tuple[Token, ...]:
        """Tokens of sentence ``k``."""
        sentence = self.sentences[k]
        return self.tokens[sentence.first : sentence.last]

    def root(self, k: int) -> Token:
        """Root of sentence ``k``."""
        return next(token for token in self.sentence_tokens(k) if token.head < 0)


def _conllu_sentences(conllu: str) -> Iterator[list[list[str]]]:
    rows: list[list[str]] = []
    for line in [*conllu.splitlines(), ""]:
        if line.startswith("#"):
            continue
        if not line.strip():
            if rows:
                yield rows
            rows = []
            continue
        columns = line.split("\t") if "\t" in line else line.split()
        if columns[0].isdigit():
            rows.append(columns + ["_"] * (10 - len(columns)))


def from_conllu(conllu: str, entities: tuple[Span, ...] = (), attributions: tuple[Span, ...] = ()) -> Analysis:
    """Build an analysis from CoNLL-U rows, for tests and rule work.

    Columns may be parted by tabs or spaces and trailing columns left out. Words are joined by one blank unless the
    tenth column holds ``SpaceAfter=No``; sentences are joined by one blank.
    """
    pieces: list[str] = []
    length = 0
    tokens: list[Token] = []
    sentences: list[Sentence] = []
    for index, rows in enumerate(_conllu_sentences(conllu)):
        first = len(tokens)
        for row in rows:
            head = int(row[6]) if row[6].isdigit() else 0
            tokens.append(
                Token(
                    i=len(tokens),
                    start=length,
                    end=length + len(row[1]),
                    text=row[1],
                    lemma=row[2],
                    upos=row[3],
                    feats="" if row[5] == "_" else row[5],
                    head=first + head - 1 if head else -1,
                    deprel=row[7],
                    sentence=index,
                )
            )
            gap = "" if "SpaceAfter=No" in row[9] else " "
            pieces += [row[1], gap]
            length += len(row[1]) + len(gap)
        sentences.append(Sentence(index, tokens[first].start, tokens[-1].end, first, len(tokens)))
    text = "".join(pieces).rstrip(" ")
    return Analysis(text, tuple(tokens), tuple(sentences), entities, attributions)
