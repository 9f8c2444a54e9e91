"""Acts to learn from, as units: our own sentences, PLV's marked pairs, CAMEO's spans and CASE's snippets.

Each corpus labels another part of an act. What it does not say is left out of the loss: PLV gives a pair and a root (YIELD is
CONCEDE or RETREAT), CAMEO a pair and a quad class, CASE an ACLED sub-event of a whole snippet, our own sentences everything.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from training import own_events
from training.corpora import corpora, joined, json_lines, marked_spans
from training.features import IGNORE, Document, Unit, base_folder
from trucewatch.language.pieces import Splitter
from trucewatch.language.words import words
from trucewatch.ontology import load

if TYPE_CHECKING:
    from collections.abc import Sequence

    from training.own_events import Example, Range

PAIRS = Path(__file__).resolve().parent / "runs" / "pairs.json"  #: the word that joins a marked pair (see ``training.pairs``)
NO_ACT = "-"  #: type of words that look like an act and are none; sub-event of what ACLED does not record


def labels() -> dict[str, list[str]]:
    """Names of the classes of the event head, in the order of its scores."""
    ontology = load()
    types = [t.name for t in ontology.types]
    modes = [f"{t}/{m}" for t in types for m in ontology.modes(t)]
    return {
        "event_type": [NO_ACT, *types],
        "event_mode": [NO_ACT, *modes],
        "event_status": list(own_events.STATUSES),
        "event_acled": [NO_ACT, *(e.sub_event_type for e in ontology.acled_entries)],
    }


@dataclass(frozen=True, slots=True)
class ActLabels:
    """One act over the words of its unit; ``types`` are the types it may be, empty where that is not known."""

    predicate: tuple[int, ...] = ()
    actor: tuple[int, ...] = ()
    recipient: tuple[int, ...] = ()
    types: tuple[int, ...] = ()
    mode: int = IGNORE
    status: int = IGNORE
    acled: int = IGNORE


class Builder:
    """Texts and character ranges -> units with acts over words."""

    def __init__(self) -> None:
        self.splitter = Splitter.from_file(base_folder() / "tokenizer.json")
        self.index = {head: {name: k for k, name in enumerate(names)} for head, names in labels().items()}
        found = json.loads(PAIRS.read_text(encoding="utf-8")) if PAIRS.exists() else {}
        self.joining: dict[str, list[Range]] = {name: [tuple(word)] for name, word in found.items()}
        self.quads: dict[int, tuple[int, ...]] = {}
        for kind in load().types:
            self.quads[kind.quad] = (*self.quads.get(kind.quad, ()), self.index["event_type"][kind.name])

    def document(
        self, name: str, group: str, text: str, acts: Sequence[tuple[list[Range], list[Range], list[Range], ActLabels]]
    ) -> Document:
        """One text; an act is the ranges of predicate, actor and recipient, and its labels."""
        offsets = words(text)
        cut = self.splitter([text[a:b] for a, b in offsets])
        made = []
        for predicate, actor, recipient, known in acts:
            at = [
                tuple(k for k, (a, b) in enumerate(offsets) if any(a < d and c < b for c, d in ranges))
                for ranges in (predicate, actor, recipient)
            ]
            made.append(ActLabels(*at, known.types, known.mode, known.status, known.acled))
        rows = {}
        if group == "own":  # here every act is marked, so the other words name none
            rows["trigger"] = [0] * len(offsets)
            for act in made:
                for k in act.predicate:
                    rows["trigger"][k] = act.types[0] or rows["trigger"][k]
        unit = Unit(list(cut.ids), list(cut.casings), rows, [text[a:b] for a, b in offsets], made)
        return Document(name, group, [unit])

    def own(self, examples: Sequence[Example]) -> list[Document]:
        """Sentences of the project's own."""
        out = []
        for example in examples:
            acts = []
            for act in example.acts:
                real = act.status in {"happened", "ongoing"}
                known = ActLabels(types=(self.index["event_type"][act.type or NO_ACT],))
                if act.type:
                    known = ActLabels(
                        types=known.types,
                        mode=self.index["event_mode"][f"{act.type}/{act.mode}" if act.mode else NO_ACT],
                        status=self.index["event_status"][act.status],
                        acled=self.index["event_acled"][act.acled or NO_ACT] if real else IGNORE,
                    )
                acts.append(
                    ([act.predicate], [act.actor] if act.actor else [], [act.recipient] if act.recipient else [], known)
                )
            named = {a.acled for a in example.acts if a.acled}
            if len(named) <= 1:  # the text as a whole, as CASE labels it
                acts.append(([], [], [], ActLabels(acled=self.index["event_acled"][named.pop() if named else NO_ACT])))
            out.append(self.document(example.where, "own", example.text, acts))
        return out

    def plv(self) -> list[Document]:
        """PLV's training pairs."""
        out = []
        for row in json_lines(corpora() / "events" / "plv-train.jsonl.xz"):
            source, target = marked_spans(row["marked"])
            names = ("CONCEDE", "RETREAT") if row["root"] == "YIELD" else (row["root"],)
            known = ActLabels(types=tuple(self.index["event_type"][n] for n in names))
            out.append(
                self.document(
                    row["id"],
                    "plv",
                    re.sub(r"</?[st]>", "", row["marked"]),
                    [(self.joining.get(row["id"], []), source, target, known)],
                )
            )
        return out

    def cameo(self) -> list[Document]:
        """CAMEO's marked sentences, with the quad class where it is known."""
        out = []
        for row in json_lines(corpora() / "events" / "cameo-spans-train.jsonl.xz"):
            text, ranges = joined(row["tokens"], row["tags"])
            known = ActLabels(types=self.quads.get(row["quad"], ()))
            word = self.joining.get(row["id"], [])
            if word or (known.types and (ranges["S"] or ranges["T"])):
                out.append(self.document(row["id"], "cameo", text, [(word, ranges["S"], ranges["T"], known)]))
        return out

    def case(self) -> list[Document]:
        """CASE's snippets, with the ACLED sub-event of the whole."""
        table = load().case_labels
        out = []
        for row in json_lines(corpora() / "snippets" / "case2021-dev.jsonl.xz"):
            known = ActLabels(acled=self.index["event_acled"][table[row["label"]] or NO_ACT])
            out.append(self.document(row["id"], "case", row["text"], [([], [], [], known)]))
        return out


def event_documents() -> dict[str, list[Document]]:
    """All corpora of acts, by name."""
    builder = Builder()
    examples = own_events.examples()
    return {
        "own": builder.own([e for e in examples if not own_events.is_held(e)]),
        "own-dev": builder.own([e for e in examples if own_events.is_held(e)]),
        "plv": builder.plv(),
        "cameo": builder.cameo(),
        "case": builder.case(),
    }


def describe(documents: dict[str, list[Document]]) -> dict[str, Any]:
    """Number of texts and acts of each corpus."""
    return {k: {"texts": len(v), "acts": sum(len(u.acts) for d in v for u in d.units)} for k, v in documents.items()}
