"""The small trees of ``trees.conllu`` by their ids, and what the coding room makes of them; no model is loaded."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

from trucewatch import ontology
from trucewatch.coding.cast import Cast
from trucewatch.coding.events import Context, find_events
from trucewatch.coding.harm import HarmFinder
from trucewatch.coding.lexicon import Lexicon
from trucewatch.coding.tree import Tree
from trucewatch.knowledge.actors import ActorFile
from trucewatch.language.analysis import Analysis, Span, from_conllu

if TYPE_CHECKING:
    from collections.abc import Sequence

    from trucewatch.model import Event, Harm, Place, Time

LEXICON = Lexicon.load()


@cache
def actors() -> ActorFile:
    """The actor file, loaded once."""
    return ActorFile.load()


@cache
def blocks() -> dict[str, str]:
    """CoNLL-U text by id."""
    text = (Path(__file__).parent / "trees.conllu").read_text("utf-8")
    parts = text.split("# id = ")[1:]
    return {part.partition("\n")[0]: part.partition("\n")[2] for part in parts}


@cache
def analysis(id_: str) -> Analysis:
    """The analysis of one block, with its entities."""
    block = blocks()[id_]
    bare = from_conllu(block)
    rows = [line.split()[3:] for line in block.splitlines() if line.startswith("# entity")]
    spans = tuple(_span(bare, label, int(first), int(last)) for label, first, last in rows)
    return Analysis(bare.text, bare.tokens, bare.sentences, spans)


def _span(bare: Analysis, label: str, first: int, last: int) -> Span:
    return Span(label, bare.tokens[first].start, bare.tokens[last - 1].end, first, last, 1.0)


def tree(id_: str) -> Tree:
    """The coder's view of one block."""
    return Tree(analysis(id_), LEXICON.forms)


def events(id_: str, places: Sequence[Place] = (), times: Sequence[Time] = ()) -> tuple[Event, ...]:
    """What the coding room makes of one block."""
    made = tree(id_)
    cast = Cast(made, LEXICON, actors(), None, times)
    return find_events(Context(made, LEXICON, ontology.load(), cast, places, times, ()))


def harms(id_: str) -> tuple[Harm, ...]:
    """The harm that one block tells of."""
    made = tree(id_)
    return tuple(found.harm for found in HarmFinder(made, LEXICON, Cast(made, LEXICON, actors())).all())


def told(id_: str) -> list[tuple[str, str]]:
    """Type and status of the events of one block, sorted."""
    return sorted((e.type, e.status) for e in events(id_))


def rows(name: str) -> list[list[str]]:
    """Header and rows of a data table of the coding room."""
    text = (files("trucewatch.coding") / "data" / name).read_text("utf-8")
    return [line.split("\t") for line in text.splitlines() if line and not line.startswith("#")]
