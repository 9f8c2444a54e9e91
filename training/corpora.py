"""Readers of the training corpora: compressed CoNLL-U and JSON lines -> typed documents.

The corpora lie beside the repository (``../shared/corpora``) or where the environment variable ``CORPORA`` says. None of
their text enters the repository.
"""

from __future__ import annotations

import json
import lzma
import os
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

ROOT = Path(__file__).resolve().parent.parent


def corpora() -> Path:
    """Folder of the corpora; it need not exist."""
    return Path(os.environ.get("CORPORA") or ROOT.parent / "shared" / "corpora")


@dataclass(slots=True)
class Sentence:
    """One UD sentence; ``head`` counts from 1, 0 is the root; ``starts``/``ends`` are offsets into ``text``."""

    text: str
    words: list[str] = field(default_factory=list)
    lemmas: list[str] = field(default_factory=list)
    upos: list[str] = field(default_factory=list)
    feats: list[str] = field(default_factory=list)
    heads: list[int] = field(default_factory=list)
    deprels: list[str] = field(default_factory=list)
    misc: list[str] = field(default_factory=list)
    spans: list[tuple[int, int]] = field(default_factory=list)
    paragraph: bool = False  #: first of a paragraph


@dataclass(slots=True)
class TreeDocument:
    """A UD document; ``corpus`` is GUM or EWT."""

    name: str
    corpus: str
    sentences: list[Sentence]


def _lines(path: Path) -> Iterator[str]:
    with lzma.open(path, "rt", encoding="utf-8") as handle:
        for line in handle:
            yield line.rstrip("\n")


def _rows_to_sentence(text: str, rows: list[list[str]], *, paragraph: bool) -> Sentence:
    sentence = Sentence(text, paragraph=paragraph)
    position = 0
    fused_end = fused_until = 0
    for row in rows:
        if "." in row[0]:
            continue
        while position < len(text) and text[position].isspace():
            position += 1
        if "-" in row[0]:
            fused_until = int(row[0].split("-")[1])
            fused_end = position + len(row[1])
            continue
        end = position + len(row[1])
        if fused_until and int(row[0]) == fused_until:
            end, fused_until = fused_end, 0
        elif fused_until:
            end = min(end, fused_end)
        sentence.spans.append((position, end))
        position = end
        sentence.words.append(row[1])
        sentence.lemmas.append(row[2])
        sentence.upos.append(row[3])
        sentence.feats.append(row[5])
        sentence.heads.append(int(row[6]))
        sentence.deprels.append(row[7])
        sentence.misc.append(row[9])
    return sentence


def read_trees(split: str) -> list[TreeDocument]:
    """Documents of the UD corpus ("train" or "dev")."""
    documents: list[TreeDocument] = []
    rows: list[list[str]] = []
    text, paragraph = "", False
    for line in _lines(corpora() / "ud-english" / f"{split}.conllu.xz"):
        if line.startswith("# newdoc"):
            name = line.partition("=")[2].strip()
            documents.append(TreeDocument(name, "GUM" if name.startswith("GUM_") else "EWT", []))
            paragraph = True
        elif line.startswith("# newpar"):
            paragraph = True
        elif line.startswith("# text = "):
            text = line[9:]
        elif line and not line.startswith("#"):
            rows.append(line.split("\t"))
        elif not line and rows:
            documents[-1].sentences.append(_rows_to_sentence(text, rows, paragraph=paragraph))
            rows, paragraph = [], False
    return documents


_BRACKET = re.compile(r"\((\d+)-([a-z]+)|(\d+)\)|\)")


def gum_mentions(sentence: Sentence) -> list[tuple[int, int, str]]:
    """Entity mentions (first, last exclusive, type) of a GUM sentence; those broken over a sentence end are left out."""
    found: list[tuple[int, int, str]] = []
    open_: list[tuple[str, str, int]] = []
    for i, misc in enumerate(sentence.misc):
        value = next((pair[7:] for pair in misc.split("|") if pair.startswith("Entity=")), "")
        for match in _BRACKET.finditer(value):
            if match[1]:
                open_.append((match[1], match[2], i))
                continue
            k = next((k for k in range(len(open_) - 1, -1, -1) if match[3] in (None, open_[k][0])), None)
            if k is not None:
                _, kind, first = open_.pop(k)
                found.append((first, i + 1, kind))
    return found


FOLDS = 5


def fold_of(name: str) -> int:
    """The fold in which a sentence of PLV, CAMEO or CASE is held out: the number in its identifier, modulo the folds."""
    return int(re.sub(r"\D", "", name)) % FOLDS


def documents_of(names: Iterable[str], k: int) -> tuple[str, ...]:
    """The documents that fold ``k`` holds out: every fifth by identifier (a hash, so by chance)."""
    return tuple(sorted(names)[k::FOLDS])


def marked_spans(marked: str) -> tuple[list[tuple[int, int]], list[tuple[int, int]]]:
    """tuple[int, int]s of the marked source and target in the text without its marks."""
    found: dict[str, list[tuple[int, int]]] = {"s": [], "t": []}
    opened: dict[str, int] = {}
    shift = 0
    for match in re.finditer(r"</?[st]>", marked):
        at = match.start() - shift
        shift += len(match[0])
        if match[0][1] == "/":
            found[match[0][2]].append((opened[match[0][2]], at))
        else:
            opened[match[0][1]] = at
    return found["s"], found["t"]


def joined(tokens: Sequence[str], tags: Sequence[str]) -> tuple[str, dict[str, list[tuple[int, int]]]]:
    """Tokens joined by blanks, and the ranges of the BIO roles."""
    ranges: dict[str, list[tuple[int, int]]] = {"S": [], "T": []}
    length = 0
    for token, tag in zip(tokens, tags, strict=True):
        if tag[2:] in ranges:
            found = ranges[tag[2:]]
            if tag[0] == "I" and found:
                found[-1] = (found[-1][0], length + len(token))
            else:
                found.append((length, length + len(token)))
        length += len(token) + 1
    return " ".join(tokens), ranges


@dataclass(slots=True)
class SpanDocument:
    """A text with labelled character ranges; ``group`` keeps the parts of one relation together."""

    name: str
    text: str
    spans: list[tuple[int, int, str, int]]  #: start, end, label, group


def json_lines(path: Path) -> Iterator[dict[str, Any]]:
    """Records of a compressed JSON lines file."""
    for line in _lines(path):
        if line.strip():
            yield json.loads(line)


def read_attributions(split: str) -> list[SpanDocument]:
    """PolNeAR articles with source, cue and content ranges, in the order of the file."""
    documents = []
    for record in json_lines(corpora() / "attribution" / f"polnear-{split}.jsonl.xz"):
        spans = [
            (start, end, role, group)
            for group, relation in enumerate(record["attributions"])
            for role in ("source", "cue", "content")
            for start, end in relation.get(role) or []
        ]
        documents.append(SpanDocument(record["id"], record["text"], spans))
    return documents


def read_incidents(split: str) -> list[SpanDocument]:
    """MUC-4 articles with the people and things of their incidents; a phrase is marked where the annotation points at it.

    The same words elsewhere in the article have the label "" : it is not known whether they belong to an incident there.
    """
    roles = {"PerpInd": "perpetrator", "PerpOrg": "organisation", "Target": "target", "Victim": "victim", "Weapon": "weapon"}
    documents = []
    for record in json_lines(corpora() / "incidents" / f"muc4-{split}.jsonl.xz"):
        text: str = record["doctext"]
        found = {
            (start, start + len(phrase), roles[role])
            for template in record["templates"]
            for role in roles
            for entity in template[role]
            for phrase, start in entity
        }
        again = {
            (m.start(), m.end(), "")
            for phrase in {text[a:b] for a, b, _ in found}
            for m in re.finditer(rf"(?<!\w){re.escape(phrase)}(?!\w)", text)
        }
        spans = [*sorted(again, key=lambda s: s[:2]), *sorted(found, key=lambda s: (s[0] - s[1], s))]
        paragraphs = re.sub(r" {4,}", lambda m: "\n" + " " * (len(m.group()) - 1), text)
        documents.append(SpanDocument(record["docid"], paragraphs, [(*span, k) for k, span in enumerate(spans)]))
    return documents


#: re3d's names -> ours. What is not here ("Money" is) is not taught.
RE3D = {
    "Location": "place",
    "Organisation": "organisation",
    "Person": "person",
    "Nationality": "group",
    "Weapon": "weapon",
    "MilitaryPlatform": "vehicle",
    "Vehicle": "vehicle",
    "Temporal": "time",
    "Quantity": "quantity",
    "Money": "money",
    "DocumentReference": "document",
}


#: Types whose unverified annotations are good enough to learn from when written with a capital.
_SUGGESTED = {"Location", "Nationality", "Organisation", "Person"}


def _usable(entity: dict[str, Any], text: str) -> bool:
    """Whether an annotation should be learned from.

    re3d mixes what people marked (``sure``) with what patterns suggested. The suggestions hold "ss Syria" from "across
    Syria" as a ship and "deny" as a person; of these only capitalised names that begin and end with a word are taken.
    """
    start, end, kind = entity["start"], entity["end"], entity["type"]
    if kind not in RE3D or not text[start:end].strip():
        return False
    cut = (start > 0 and text[start - 1].isalnum()) or (end < len(text) and text[end].isalnum() and text[end - 1].isalnum())
    if entity["sure"]:
        return not cut
    words = text[start:end].split()
    return not cut and kind in _SUGGESTED and words[0][0].isupper() and (kind != "Person" or len(words) > 1)


def read_entities(*, everything: bool = False) -> list[SpanDocument]:
    """re3d documents; annotations in the order of painting: suggested before verified, shorter before longer.

    With ``everything`` none is left out, and the longer simply wins: the corpus as it stands.
    """
    documents = []
    for record in json_lines(corpora() / "entities" / "re3d-train.jsonl.xz"):
        kept = [e for e in record["entities"] if e["type"] in RE3D and (everything or _usable(e, record["text"]))]
        kept.sort(key=lambda e: (e["sure"] and not everything, e["end"] - e["start"], e["start"]))
        spans = [(e["start"], e["end"], RE3D[e["type"]], k) for k, e in enumerate(kept)]
        documents.append(SpanDocument(record["id"], record["text"], spans))
    return documents
