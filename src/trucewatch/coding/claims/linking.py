"""Which source and which content belong to which cue: a small linear scorer over tree, order and distance.

The weights are in ``data/linker.tsv``, fitted on the training part of PolNeAR by ``benchmarks/claims.py --fit``. For each
content the best cue is chosen, for each cue the best source, "none" being one of the candidates. This module must not find
spans: it links those it is given.
"""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from trucewatch.coding.claims.lexicon import read_rows
from trucewatch.coding.claims.spans import QUOTES, Layout, Relation, Run, overlap

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_MARK_GROUPS = (
    ("c", frozenset({","})),
    ("q", QUOTES),
    ("s", frozenset({".", "!", "?"})),
    (":", frozenset({":"})),
    ("d", frozenset({"—", "–", "--"})),
)
_REACH = 4
"""How many cues to either side of a span are candidates."""
_PATH_STEPS = 4
_BUCKETS = (0, 1, 2, 4, 8, 15, 30, 60)


@dataclass(frozen=True, slots=True)
class Roles:
    """The spans of one text by role, each in text order."""

    source: tuple[Run, ...]
    cue: tuple[Run, ...]
    content: tuple[Run, ...]


@dataclass(frozen=True, slots=True)
class Links:
    """For each content the index of its cue, for each cue the index of its source; None where there is none."""

    content_cue: tuple[int | None, ...]
    cue_source: tuple[int | None, ...]


Weights = dict[str, float]


@lru_cache(maxsize=1)
def weights() -> Weights:
    """The fitted weights: feature -> weight."""
    return {name: float(value) for name, value in read_rows("linker.tsv", 2)}


def bucket(n: int) -> str:
    """Distance class of ``n`` tokens."""
    at = bisect_left(_BUCKETS, n)
    return str(_BUCKETS[at]) if at < len(_BUCKETS) else "far"


def path(layout: Layout, a: int, b: int) -> str:
    """Relations on the way from token ``a`` up and down to token ``b``; "-" when they are not joined within a few steps."""
    tokens = layout.tokens
    up: list[int] = [a]
    while tokens[up[-1]].head >= 0 and len(up) <= _PATH_STEPS:
        up.append(tokens[up[-1]].head)
    down: list[int] = [b]
    while down[-1] not in up and tokens[down[-1]].head >= 0 and len(down) <= _PATH_STEPS:
        down.append(tokens[down[-1]].head)
    if down[-1] not in up:
        return "-"
    climb = up[: up.index(down[-1])]
    steps = [f"<{tokens[i].deprel}" for i in climb] + [f">{tokens[i].deprel}" for i in reversed(down[:-1])]
    return "".join(steps) if len(steps) <= _PATH_STEPS else "-"


class _Scene:
    """The spans of one text with the look-ups that features need."""

    def __init__(self, layout: Layout, roles: Roles) -> None:
        self.layout = layout
        self.roles = roles
        self.heads = {run: layout.head(run) for runs in (roles.source, roles.cue, roles.content) for run in runs}
        self.cue_kind = tuple(self._kind(run) for run in roles.cue)
        self.quoted_sources = {source for source in roles.source if any(overlap(source, content) for content in roles.content)}
        self.starts = {
            "source": [run[0] for run in roles.source],
            "cue": [run[0] for run in roles.cue],
            "content": [run[0] for run in roles.content],
        }
        self._marks = [(name, [t.i for t in layout.tokens if t.text in group]) for name, group in _MARK_GROUPS]

    def _kind(self, run: Run) -> str:
        token = self.layout.tokens[self.heads[run]]
        first = self.layout.tokens[run[0]].text.lower()
        if first in {"according", "per"}:
            return "according"
        if token.upos == "VERB" and token.feature("VerbForm") == "Ger":
            return "participle"
        if token.upos == "VERB" and any(
            self.layout.tokens[c].deprel.endswith(":pass") for c in self.layout.analysis.children(token.i)
        ):
            return "passive"
        return token.upos.lower()

    def between(self, role: str, a: Run, b: Run) -> int:
        """How many spans of ``role`` start between ``a`` and ``b``."""
        low, high = _gap(a, b)
        starts = self.starts[role]
        return max(bisect_left(starts, high) - bisect_left(starts, low), 0)

    def beside(self, cue: Run, side: str) -> bool:
        """Whether a content stands before (after) ``cue`` with no other cue between."""
        at = bisect_left(self.starts["content"], cue[0])
        contents = self.roles.content
        near = contents[max(at - 1, 0) : at] if side == "before" else contents[at : at + 1]
        return any(_order(run, cue) == side and self.between("cue", run, cue) == 0 for run in near)

    def marks(self, a: Run, b: Run) -> str:
        """Marks in the gap between two runs, the boundary tokens included: c(omma), q(uote), s(top), : and d(ash)."""
        low, high = _gap(a, b)
        first, last = max(low - 1, 0), max(high + 1, 0)
        return "".join([name for name, at in self._marks if bisect_left(at, first) < bisect_left(at, last)])


def _gap(a: Run, b: Run) -> Run:
    return (a[1], b[0]) if a[0] <= b[0] else (b[1], a[0])


def _order(a: Run, b: Run) -> str:
    if a[1] <= b[0]:
        return "before"
    return "after" if b[1] <= a[0] else "around"


def _shared(scene: _Scene, span: Run, k: int, role: str) -> list[str]:
    """Features of a span and cue ``k`` that hold for sources and contents alike."""
    layout, cue = scene.layout, scene.roles.cue[k]
    order = _order(span, cue)
    gap = max(cue[0] - span[1], span[0] - cue[1], 0)
    tokens, kind = layout.tokens, scene.cue_kind[k]
    sentences = abs(tokens[scene.heads[span]].sentence - tokens[scene.heads[cue]].sentence)
    paragraphs = abs(layout.paragraph[span[0]] - layout.paragraph[cue[0]])
    way = path(layout, scene.heads[span], scene.heads[cue])
    base, distance = f"{role}:{order}", bucket(gap)
    cues = scene.between("cue", span, cue)
    return [
        base,
        f"{base}:{kind}",
        f"{base}:gap={distance}",
        f"{base}:sentences={min(sentences, 3)}:paragraphs={min(paragraphs, 2)}",
        f"{base}:cues={min(cues, 2)}",
        f"{base}:sources={min(scene.between('source', span, cue), 2)}",
        f"{base}:contents={min(scene.between('content', span, cue), 2)}",
        f"{base}:marks={scene.marks(span, cue)}",
        f"{role}:way={way}",
        f"{role}:way={way}:{kind}",
        f"{role}:quoted={layout.quoted[scene.heads[span]]}{layout.quoted[scene.heads[cue]]}:{order}",
        f"{base}:gap={distance}:cues={min(cues, 1)}:same={sentences == 0}",
    ]


def content_features(scene: _Scene, span: Run, k: int) -> list[str]:
    """Features of a content and cue ``k``."""
    layout, cue = scene.layout, scene.roles.cue[k]
    order = _order(span, cue)
    found = _shared(scene, span, k, "content")
    opening = layout.tokens[span[0]].text in QUOTES or (span[0] > 0 and layout.tokens[span[0] - 1].text in QUOTES)
    first = layout.tokens[span[0]].text.lower()
    found.append(f"content:{order}:opening={opening}:same={layout.paragraph[span[0]] == layout.paragraph[cue[0]]}")
    found.append(f"content:{order}:first={first if first in {'that', 'to', 'of', 'as', 'for', 'whether'} else '_'}")
    other = scene.beside(cue, "after" if order == "before" else "before")
    found.append(f"content:{order}:other-side={other}:opening={opening}")
    found.append(f"content:{order}:lemma={layout.tokens[scene.heads[cue]].lemma.lower()}")
    return found


def source_features(scene: _Scene, span: Run, k: int) -> list[str]:
    """Features of a source and cue ``k``."""
    order = _order(span, scene.roles.cue[k])
    pronoun = scene.layout.tokens[scene.heads[span]].upos == "PRON"
    inside = span in scene.quoted_sources
    return [*_shared(scene, span, k, "source"), f"source:{order}:pronoun={pronoun}", f"source:inside={inside}"]


def _near(scene: _Scene, span: Run) -> list[int]:
    """Cues within reach of ``span``, by number."""
    after = bisect_left(scene.starts["cue"], span[0])
    return list(range(max(0, after - _REACH), min(len(scene.roles.cue), after + _REACH)))


def content_candidates(scene: _Scene) -> list[dict[int, list[str]]]:
    """For each content, its candidate cues with their features."""
    return [{k: content_features(scene, span, k) for k in _near(scene, span)} for span in scene.roles.content]


def source_candidates(scene: _Scene) -> list[dict[int, list[str]]]:
    """For each cue, its candidate sources with their features."""
    table: list[dict[int, list[str]]] = [{} for _ in scene.roles.cue]
    for j, span in enumerate(scene.roles.source):
        for k in _near(scene, span):
            table[k][j] = source_features(scene, span, k)
    return table


def scene(layout: Layout, roles: Roles) -> _Scene:
    """Prepare the spans of one text for feature look-ups."""
    return _Scene(layout, roles)


def chain_features(spans: Sequence[Run], first_pass: Sequence[int | None], layout: Layout, j: int, k: int) -> list[str]:
    """Second-pass features of content ``j`` and cue ``k``: what the contents right before and after it were linked to."""
    found = []
    for name, other in (("previous", j - 1), ("next", j + 1)):
        if not 0 <= other < len(spans):
            continue
        low, high = sorted((j, other))
        if not layout.gap_is_loose(spans[low][1], spans[high][0]):
            continue
        linked = first_pass[other]
        same = "none" if linked is None else "same" if linked == k else "other"
        found.append(f"chain:{name}:{same}")
    return found


def total(features: Sequence[str], table: Mapping[str, float]) -> float:
    """Sum of the features' weights."""
    return sum([table.get(feature, 0.0) for feature in features])


def best(scores: Mapping[int, float], none: float) -> int | None:
    """The candidate with the highest score, or None where ``none``, the score of there being none, is higher."""
    winner, top = None, none
    for key, score in scores.items():
        if score > top:
            winner, top = key, score
    return winner


def link(layout: Layout, roles: Roles, table: Mapping[str, float] | None = None) -> Links:
    """Link every content and source of ``roles`` to its cue."""
    table = weights() if table is None else table
    view = scene(layout, roles)
    none = table.get("content:none", 0.0)
    scored = [{k: total(f, table) for k, f in options.items()} for options in content_candidates(view)]
    first_pass = [best(scores, none) for scores in scored]
    second = []
    for j, scores in enumerate(scored):
        chained = {
            k: score + total(chain_features(roles.content, first_pass, layout, j, k), table) for k, score in scores.items()
        }
        second.append(best(chained, none))
    sources = tuple(
        best({j: total(f, table) for j, f in options.items()}, table.get("source:none", 0.0))
        for options in source_candidates(view)
    )
    return Links(tuple(second), sources)


def relations(roles: Roles, links: Links, rule: str = "tagger") -> list[Relation]:
    """One relation a cue, in text order, its contents joined."""
    found = []
    for k, cue in enumerate(roles.cue):
        source = links.cue_source[k]
        content = tuple(run for run, linked in zip(roles.content, links.content_cue, strict=True) if linked == k)
        found.append(Relation((roles.source[source],) if source is not None else (), (cue,), content, rule))
    return found
