"""Sentences written for this project, filled from lists: support for entity types of which re3d has a few dozen.

The templates and lists are in ``data/conflict_sentences.txt``. Filling is drawn with a fixed seed, so the same file
always gives the same sentences.
"""

from __future__ import annotations

import random
import re
from pathlib import Path

from training.corpora import SpanDocument

DATA = Path(__file__).parent / "data" / "conflict_sentences.txt"
LABELS = {
    "w": "weapon",
    "v": "vehicle",
    "o": "organisation",
    "p": "place",
    "n": "person",
    "t": "time",
    "q": "quantity",
    "g": "group",
    "m": "money",
    "d": "document",
}
_LISTS = {"weapons": "w", "vehicles": "v", "organisations": "o", "places": "p", "persons": "n", "times": "t"}
_LISTS |= {"quantities": "q", "groups": "g", "money": "m", "documents": "d"}
#: Words of a filling that are not part of the entity ("on Monday", "hundreds of").
_COUNTED = ("{q} ", "{q} stored ", "its ", "No ")  #: what follows these takes no article
_OUTSIDE = re.compile(r"^(?:on|at|in|between) | of$")


def read(path: Path = DATA) -> tuple[list[str], dict[str, list[str]]]:
    """Templates, and the fillings of each slot."""
    templates: list[str] = []
    fillings: dict[str, list[str]] = {}
    section = ""
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            section = _LISTS[line.strip("[]")]
        elif section:
            fillings.setdefault(section, []).extend(part.strip() for part in line.split("|"))
        elif line and not line.startswith("#"):
            templates.append(line)
    return templates, fillings


def fill(template: str, fillings: dict[str, list[str]], rng: random.Random) -> SpanDocument:
    """One sentence with its spans."""
    parts: list[str] = []
    spans: list[tuple[int, int, str, int]] = []
    length = at = 0
    for match in re.finditer(r"\{(\w)\}", template):
        before = template[at : match.start()]
        choice = fillings[match[1]]
        if template[: match.start()].endswith(_COUNTED):
            choice = [word for word in choice if not word.lower().startswith(("a ", "an ", "the "))]
        word = rng.choice(choice)
        if not (parts or before):
            word = word[0].upper() + word[1:]
        length += len(before)
        lead = _OUTSIDE.match(word.lower())
        start = lead.end() if lead and not lead[0].startswith(" ") else 0
        end = len(word) - 3 if word.endswith(" of") else len(word)
        spans.append((length + start, length + end, LABELS[match[1]], len(spans)))
        parts += [before, word]
        length += len(word)
        at = match.end()
    return SpanDocument("", "".join(parts) + template[at:], spans)


def documents(count: int = 30, sentences: int = 6, seed: int = 5) -> list[SpanDocument]:
    """``count`` short texts of ``sentences`` unconnected sentences each."""
    templates, fillings = read()
    rng = random.Random(seed)
    out = []
    for k in range(count):
        text, spans = "", []
        for _ in range(sentences):
            made = fill(rng.choice(templates), fillings, rng)
            spans += [(a + len(text), b + len(text), label, len(spans) + i) for i, (a, b, label, _) in enumerate(made.spans)]
            text += made.text + " "
        out.append(SpanDocument(f"synthetic {k}", text.rstrip(), spans))
    return out
