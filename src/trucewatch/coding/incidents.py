"""Who and what the encoder finds in a violent incident, joined to the act they belong to.

The encoder marks perpetrators, targets, victims and weapons over whole articles, also where they stand a clause or a sentence away
from the act. What no act has yet goes to the nearest attack of its sentence, else of a neighbouring one. This module must not make acts.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, cast

from trucewatch.coding.participants import Role
from trucewatch.coding.tree import NOMINAL
from trucewatch.model import IncidentRole

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from trucewatch.coding.drafts import Draft
    from trucewatch.coding.tree import Tree
    from trucewatch.language.analysis import Analysis, Span
    from trucewatch.model import Event
    from trucewatch.model.record import IncidentRoleName

HOW = "incident"
_ACTORS = frozenset({"perpetrator", "organisation"})
_NEIGHBOUR = 1000  #: words that a step to a neighbouring sentence counts as


def with_incidents(drafts: Sequence[Draft], tree: Tree, least: float) -> tuple[Draft, ...]:
    """The drafts, with the people, things and weapons of the incidents they tell of, of a score of ``least``."""
    out = list(drafts)
    for span in tree.analysis.incidents:
        if span.score < least:
            continue
        k = _nearest(out, span, tree)
        if k is not None and not _taken(out, span, tree):
            out[k] = _joined(out[k], span, tree)
    return tuple(out)


def _nearest(drafts: Sequence[Draft], span: Span, tree: Tree) -> int | None:
    """The attack that a span belongs to: the nearest of its sentence, else of the sentence before or after."""
    here = tree.token(span.first).sentence
    ranked = []
    for k, draft in enumerate(drafts):
        word = draft.predicate.head
        away = abs(tree.token(word).sentence - here)
        if draft.type == "ASSAULT" and not draft.composed and away <= 1:
            ranked.append((away * _NEIGHBOUR + abs(word - span.first), k))
    return min(ranked)[1] if ranked else None


def _taken(drafts: Sequence[Draft], span: Span, tree: Tree) -> bool:
    """Whether some act has the words already, in whatever role."""
    words = set(range(span.first, span.last))
    heads = {r.head for d in drafts for r in (*d.roles.actors, *d.roles.recipients)} | {
        i for d in drafts for i in d.roles.instruments
    }
    names = {d.predicate.head for d in drafts}
    return bool(words & (heads | names)) or any(not words.isdisjoint(range(*tree.np(h))) for h in heads)


def _joined(draft: Draft, span: Span, tree: Tree) -> Draft:
    inside = range(span.first, span.last)
    head = next((i for i in inside if tree.token(i).head not in inside and tree.token(i).upos in NOMINAL), None)
    if head is None:
        return draft
    roles = draft.roles
    if span.label == "weapon":
        return replace(draft, roles=replace(roles, instruments=(*roles.instruments, head)))
    role = (Role(head, HOW),)
    if span.label in _ACTORS:
        return replace(draft, roles=replace(roles, actors=(*roles.actors, *role)))
    return replace(draft, roles=replace(roles, recipients=(*roles.recipients, *role)))


def incident_roles(analysis: Analysis, events: Iterable[Event]) -> tuple[IncidentRole, ...]:
    """All that the encoder finds, each with the violent event it stands with: the one that has the words, else the nearest."""
    violent = [e for e in events if e.type == "ASSAULT" or (e.type == "COERCE" and e.mode == "seize")]
    return tuple(
        IncidentRole(
            s.start,
            s.end,
            analysis.text[s.start : s.end],
            cast("IncidentRoleName", s.label),
            _event_of(s, analysis, violent),
            s.score,
        )
        for s in analysis.incidents
    )


def _event_of(span: Span, analysis: Analysis, events: Sequence[Event]) -> str | None:
    here = analysis.tokens[span.first].sentence
    ranked = []
    for k, event in enumerate(events):
        people = [(p.start, p.end) for p in (*event.actor, *event.recipient)]
        things = [(m.start, m.end) for m in (*event.instrument, event.predicate)]
        away = abs(event.sentence - here)
        has = any(a < span.end and span.start < b for a, b in (*people, *things))
        if has or away <= 1:
            ranked.append((not has, away, abs(event.predicate.start - span.start), k))
    return events[min(ranked)[-1]].id if ranked else None
