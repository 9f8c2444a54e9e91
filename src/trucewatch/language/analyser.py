"""The whole way from a text to its analysis: words, windows, one encoder pass each, decoding.

The same text gives the same analysis in every process: windows depend on the text alone and are read one at a time.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from trucewatch.language import entities
from trucewatch.language import sentences as boundaries
from trucewatch.language.acts import EVENT_HEADS, EVENTS_FILE, ActReader
from trucewatch.language.analysis import Analysis, Sentence, Span, Token
from trucewatch.language.encoder import ENCODER_FILE, RELATIONS_FILE, Encoder
from trucewatch.language.lemmas import Lemmatiser, read_table
from trucewatch.language.pieces import Splitter
from trucewatch.language.spans import log_softmax, spans, starts, transitions, viterbi
from trucewatch.language.trees import best_tree
from trucewatch.language.weights import FOLDER, ModelFacts, check
from trucewatch.language.windows import windows
from trucewatch.language.words import words

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from trucewatch.language.encoder import Scores
    from trucewatch.language.entities import Found

TOKENIZER_FILE = "tokenizer.json"
LEMMAS_FILE = "lemmas.tsv"
FILES = (ENCODER_FILE, RELATIONS_FILE, EVENTS_FILE, TOKENIZER_FILE, LEMMAS_FILE)
SPAN_HEADS = ("attribution", "entity", "mention", "incident")
HEADS = (*SPAN_HEADS, *EVENT_HEADS, "upos", "feats", "script", "deprel")
#: How many lemma scripts are offered to the lemmatiser, best first.
_SCRIPTS = 3
#: Nats by which a verb must lead in a word that was seen only as something else; on GUM and EWT dev six words of seven are mended so.
_DOUBT = 3.0
#: Words whose pieces are looked up at a time; bounds memory on long texts.
_CHUNK = 20_000


@dataclass(frozen=True, slots=True)
class Parse:
    """Decoded trees of one window; heads count from 1 within the window, 0 is a root."""

    upos: tuple[str, ...]
    feats: tuple[str, ...]
    lemmas: tuple[str, ...]
    heads: tuple[int, ...]
    deprels: tuple[str, ...]


class SpanDecoder:
    """Viterbi over one span head."""

    def __init__(self, tags: Sequence[str], learned: Sequence[Sequence[float]] | None = None, lift: float = 0.0) -> None:
        """``learned`` are scores of steps from tag to tag, (tags, tags), where the head was taught any.

        ``lift`` is added to the score of every tag but O, of a head that was taught by annotation which marks a thing only once.
        """
        self._tags = tuple(tags)
        self._lift = np.array([0.0 if tag == "O" else lift for tag in tags], np.float32)
        self._between, self._first = transitions(tags), starts(tags)
        if learned is not None:
            self._between += np.asarray(learned, np.float32)

    def __call__(self, scores: NDArray[np.float32]) -> list[Found]:
        """Spans (label, first, last exclusive, mean probability of its tags)."""
        chances = log_softmax(scores + self._lift)
        path = viterbi(chances, self._between, self._first)
        picked = np.exp(chances[np.arange(len(path)), path])
        found = spans([self._tags[k] for k in path])
        return [(label, a, b, round(float(picked[a:b].mean()), 4)) for label, a, b in found]


class Analyser:
    """Loaded weights, ready to analyse texts. Not for sharing between threads; load one in each process."""

    def __init__(self, path: Path | None = None) -> None:
        folder = path or FOLDER
        self.model_facts: ModelFacts = check(folder, FILES, HEADS)
        labels = self.model_facts.labels
        self._labels = labels
        self.splitter = Splitter.from_file(folder / TOKENIZER_FILE)
        self.encoder = Encoder(folder)
        table, known = read_table(folder / LEMMAS_FILE)
        self._lemmatiser = Lemmatiser(table, known, self.splitter.vocabulary())
        self._decoders: dict[str, SpanDecoder] = {}
        for head in SPAN_HEADS:
            self.lift(head, self.model_facts.lift.get(head, 0.0))
        self.read_act = ActReader(folder, labels)

    def lift(self, head: str, by: float) -> None:
        """Decode a span head with this lift: the manifest's, or another to fit it."""
        facts = self.model_facts
        self._decoders[head] = SpanDecoder(facts.labels[head], facts.transitions.get(head), by)

    def analyse(self, text: str) -> Analysis:
        """Analyse a text; offsets in the answer are code points of it. An empty text gives an empty analysis."""
        offsets = words(text)
        forms = [text[a:b] for a, b in offsets]
        pieces: list[tuple[int, ...]] = []
        casings: list[int] = []
        for k in range(0, len(forms), _CHUNK):
            cut = self.splitter(forms[k : k + _CHUNK])
            pieces += cut.ids
            casings += cut.casings
        builder = _Builder(text, offsets)
        sizes = [len(ids) for ids in pieces]
        for window in windows(forms, sizes, boundaries.blocks(text, offsets)):
            part = slice(window.first, window.last)
            scores = self.encoder.scores(pieces[part], casings[part])
            begins = self._sentence_starts(forms[part], scores, [k - window.first for k in window.breaks])
            parse = self.parse(forms[part], scores, begins)
            builder.add(window.first, begins, parse, self._spans(scores, parse), scores)
        return builder.analysis()

    def _sentence_starts(self, forms: Sequence[str], scores: Scores, breaks: Sequence[int]) -> list[int]:
        chances = np.exp(log_softmax(scores.boundary))[:, 1].tolist()
        found: list[int] = []
        for first, last in zip(breaks, [*breaks[1:], len(forms)], strict=True):
            found += [first + k for k in boundaries.starts(forms[first:last], chances[first:last])]
        return found

    def parse(self, forms: Sequence[str], scores: Scores, begins: Sequence[int]) -> Parse:
        """Decode the trees of a window whose sentences begin at ``begins``."""
        heads = np.zeros(len(forms), np.int64)
        for first, last in zip(begins, [*begins[1:], len(forms)], strict=True):
            table = np.concatenate([scores.arc[first:last, :1], scores.arc[first:last, first + 1 : last + 1]], 1)
            found = best_tree(table)
            heads[first:last] = np.where(found > 0, found + first, 0)
        relations = self.encoder.relations(scores, heads)
        upos = self._upos(forms, scores.upos)
        feats = [self._labels["feats"][k].replace("_", "", 1) for k in scores.feats.argmax(-1)]
        deprels = ["root" if head == 0 else self._relation(int(k)) for head, k in zip(heads, relations, strict=True)]
        lemmas = self._lemmas(forms, upos, scores.script)
        return Parse(tuple(upos), tuple(feats), tuple(lemmas), tuple(heads.tolist()), tuple(deprels))

    def _upos(self, forms: Sequence[str], scores: NDArray[np.float32]) -> list[str]:
        """The likeliest tags; a word that was never seen as a verb is one only where the encoder is sure ("any withdrawal of")."""
        names = self._labels["upos"]
        found = [names[k] for k in scores.argmax(-1)]
        for k, (form, tag) in enumerate(zip(forms, found, strict=True)):
            if tag == "VERB" and (others := self._lemmatiser.never_verb(form)):
                chances = {other: float(scores[k, names.index(other)]) for other in others}
                best = max(chances, key=chances.__getitem__)
                if chances[best] > float(scores[k].max()) - _DOUBT:
                    found[k] = best
        return found

    def _relation(self, k: int) -> str:
        """Name of a relation; only a root may be called so."""
        name = self._labels["deprel"][k]
        return "dep" if name == "root" else name

    def _lemmas(self, forms: Sequence[str], upos: Sequence[str], scripts: NDArray[np.float32]) -> Iterable[str]:
        for form, tag, row in zip(forms, upos, scripts, strict=True):
            yield self._lemmatiser(form, tag, self._best_scripts(row))

    def _best_scripts(self, row: NDArray[np.float32]) -> Iterator[str]:
        """The likeliest lemma scripts of a word; looked for only if asked for: the table knows most words, names need one."""
        names = self._labels["script"]
        yield names[row.argmax()]
        for k in np.argsort(-row, kind="stable")[1:_SCRIPTS]:
            yield names[k]

    def _spans(self, scores: Scores, parse: Parse) -> dict[str, list[Found]]:
        found = entities.merge(self._decoders["entity"](scores.entity), self._decoders["mention"](scores.mention))
        found = entities.tidy(found, parse.upos)
        return {
            "entity": entities.with_facilities(found, parse.lemmas, parse.upos),
            "attribution": self._decoders["attribution"](scores.attribution),
            "incident": self._decoders["incident"](scores.incident),
        }


class _Builder:
    """Collects the windows of one text."""

    def __init__(self, text: str, offsets: Sequence[tuple[int, int]]) -> None:
        self._text, self._offsets = text, offsets
        self._tokens: list[Token] = []
        self._sentences: list[Sentence] = []
        self._found: dict[str, list[Span]] = {"entity": [], "attribution": [], "incident": []}
        self._vectors: list[NDArray[np.float16]] = []
        self._triggers: list[NDArray[np.float16]] = []

    def add(
        self,
        base: int,
        begins: Sequence[int],
        parse: Parse,
        found: dict[str, list[Found]],
        scores: Scores,
    ) -> None:
        """Add a window whose first word is word ``base`` of the text."""
        self._vectors.append(scores.event.astype(np.float16))
        self._triggers.append((1 - np.exp(log_softmax(scores.trigger))[:, 0]).astype(np.float16))
        count = len(parse.heads)
        for first, last in zip(begins, [*begins[1:], count], strict=True):
            a, b = base + first, base + last
            self._sentences.append(Sentence(len(self._sentences), self._offsets[a][0], self._offsets[b - 1][1], a, b))
            self._tokens += [self._token(base, k, parse) for k in range(first, last)]
        for kind, spans_ in found.items():
            self._found[kind] += [self._span(base, *span) for span in spans_]

    def _token(self, base: int, k: int, parse: Parse) -> Token:
        start, end = self._offsets[base + k]
        head = parse.heads[k]
        return Token(
            i=base + k,
            start=start,
            end=end,
            text=self._text[start:end],
            lemma=parse.lemmas[k],
            upos=parse.upos[k],
            feats=parse.feats[k],
            head=base + head - 1 if head else -1,
            deprel=parse.deprels[k],
            sentence=len(self._sentences) - 1,
        )

    def _span(self, base: int, label: str, first: int, last: int, score: float) -> Span:
        a, b = base + first, base + last
        return Span(label, self._offsets[a][0], self._offsets[b - 1][1], a, b, score)

    def analysis(self) -> Analysis:
        """The finished analysis."""
        return Analysis(
            self._text,
            tuple(self._tokens),
            tuple(self._sentences),
            tuple(self._found["entity"]),
            tuple(self._found["attribution"]),
            tuple(self._found["incident"]),
            np.concatenate(self._vectors) if self._vectors else None,
            np.concatenate(self._triggers) if self._triggers else None,
        )
