"""An analysis in, its claims out: tagger and rules joined, sources resolved, stances read, nesting found.

This module only puts the parts together; each part says in its own module what it knows.
"""

from __future__ import annotations

from dataclasses import replace
from hashlib import sha256
from typing import TYPE_CHECKING

from trucewatch.coding.claims import deeds, linking
from trucewatch.coding.claims.conduits import Conduits
from trucewatch.coding.claims.merge import NESTED, combine, continue_quotes, nests, whole
from trucewatch.coding.claims.rules import Rules
from trucewatch.coding.claims.sources import Sources
from trucewatch.coding.claims.spans import Layout, Relation, Run, hull
from trucewatch.coding.claims.stance import stance_of
from trucewatch.coding.claims.voices import Voices
from trucewatch.model import Claim

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from trucewatch.language.analysis import Analysis
    from trucewatch.model import ActorRef


def tagged_roles(analysis: Analysis) -> linking.Roles:
    """The tagger's spans by role, in text order."""
    runs = {
        role: tuple(sorted((s.first, s.last) for s in analysis.attributions if s.label == role))
        for role in ("source", "cue", "content")
    }
    return linking.Roles(runs["source"], runs["cue"], runs["content"])


def relations_of(layout: Layout) -> list[Relation]:
    """Every attribution relation of a text with a content, in text order of the cues."""
    roles = tagged_roles(layout.analysis)
    tagged = linking.relations(roles, linking.link(layout, roles)) if roles.cue else []
    found = continue_quotes(layout, deeds.said(layout, combine(tagged, Rules(layout).find())))
    return Voices(layout).heard(found)


def enclosing(relations: Sequence[Relation]) -> list[int | None]:
    """For each relation the index of the one that encloses it: the smallest content it lies in."""
    found: list[int | None] = []
    for k, relation in enumerate(relations):
        outer = [j for j, other in enumerate(relations) if j != k and nests(relation, other)]
        if not outer and relation.rule == NESTED:
            outer = [j for j, other in enumerate(relations) if j != k and _shares_content(relation, other)]
        found.append(min(outer, key=lambda j: (_length(hull(relations[j].content)), j), default=None))
    return found


def _length(run: Run) -> int:
    return run[1] - run[0]


def _shares_content(inner: Relation, outer: Relation) -> bool:
    """Whether the agency that reports and the source it cites have the same content."""
    a, b = hull(inner.content), hull(outer.content)
    return outer.rule != NESTED and a[0] < b[1] and b[0] < a[1]


def claim_id(text_sha: str, layout: Layout, relation: Relation) -> str:
    """Content hash of a relation: the same words of the same text give the same id."""
    mentions = [
        [(m.start, m.end) for m in map(layout.mention, runs)] for runs in (relation.source, relation.cue, relation.content)
    ]
    return "c-" + sha256(f"{text_sha}|{mentions}".encode()).hexdigest()[:10]


def find_claims(analysis: Analysis, *, resolve_actor: Callable[[int, int], ActorRef | None]) -> tuple[Claim, ...]:
    """Claims of a text, in text order of their cues.

    Args:
        analysis: the text with its trees, entities and attribution spans.
        resolve_actor: the actor file's answer for the words between two code point offsets, None where it knows none.

    Returns:
        One claim a relation; ``source`` is empty where the source is unnamed, ``within`` names the enclosing claim, ``conduit``
        the media that carry it.
    """
    layout = Layout(analysis)
    relations = relations_of(layout)
    sha = sha256(analysis.text.encode("utf-8", "surrogatepass")).hexdigest()
    ids = [claim_id(sha, layout, relation) for relation in relations]
    within = enclosing(relations)
    sources = Sources(layout, resolve_actor)
    order = sorted(range(len(relations)), key=lambda k: whole(relations[k]))
    made: dict[int, Claim] = {}
    for k in order:
        parent = within[k]
        made[k] = _claim(layout, relations[k], ids[k], ids[parent] if parent is not None else None, sources)
    conduits = Conduits(layout, sources)
    carried = [tuple(map(layout.mention, conduits.of(k, relations, within))) for k in range(len(relations))]
    return tuple(replace(made[k], conduit=carried[k]) if carried[k] else made[k] for k in range(len(relations)))


def _claim(layout: Layout, relation: Relation, own_id: str, within: str | None, sources: Sources) -> Claim:
    stands_for = sources.antecedent(relation.source[0]) if relation.source else None
    claimant = sources.actor(stands_for or relation.source[0]) if relation.source else None
    if relation.source:
        sources.heard(relation.source[0], stands_for)
    return Claim(
        id=own_id,
        source=tuple(map(layout.mention, relation.source)),
        cue=tuple(map(layout.mention, relation.cue)),
        content=tuple(map(layout.mention, sorted(relation.content))),
        stance=stance_of(layout, relation),
        claimant=claimant,
        within=within,
        rule=relation.rule,
        resolved=layout.mention(stands_for) if stands_for else None,
    )
