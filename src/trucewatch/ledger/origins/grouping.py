"""Reports that are one origin, from their links: the union of what depends on one another, whatever the order of the reports.

A report that holds pieces of several otherwise unlinked reports whole is a round-up: it does not make them one. This module must not compare
texts, but for reports that name one absent original.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING

from trucewatch.ledger.origins.alignment import align
from trucewatch.ledger.origins.links import ghost_of, is_dateline, relation
from trucewatch.ledger.origins.publishers import day_key

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from trucewatch.ledger.origins.links import Link
    from trucewatch.model import Report


@dataclass(frozen=True, slots=True)
class OriginGroup:
    """Reports that are one origin.

    ``key`` is the id of its first report; ``members`` are the ids, the first published first. ``publisher`` is who published it first, as far
    as is known: the first report's declared origin, or its publisher. ``ghost`` names an original that is declared and not here. ``why`` has a
    sentence for each link that holds the group together, in the order of the members.
    """

    key: str
    members: tuple[str, ...]
    publisher: str | None
    ghost: str | None
    why: tuple[str, ...]


class _Union:
    """Which reports hang together."""

    def __init__(self, items: Iterable[str]) -> None:
        self._parent = {item: item for item in items}

    def root(self, item: str) -> str:
        while self._parent[item] != item:
            self._parent[item] = self._parent[self._parent[item]]
            item = self._parent[item]
        return item

    def join(self, one: str, other: str) -> bool:
        """Put two together; whether that was new."""
        low, high = sorted((self.root(one), self.root(other)))
        self._parent[high] = low
        return low != high


def groups(reports: Collection[Report], links: Iterable[Link]) -> tuple[OriginGroup, ...]:
    """Every report in the group it belongs to (often alone), the groups by their first report.

    Links to reports that are not among ``reports`` join nothing. The outcome does not depend on the order of either.
    """
    known = {report.id: report for report in reports}
    used = _joined(known, [link for link in links if (link.joins or link.piece) and (link.one in known or link.other in known)])
    union = _Union(sorted(known))
    for link in used:
        union.join(link.one, str(link.other))
    members: defaultdict[str, list[Report]] = defaultdict(list)
    for name in sorted(known):
        members[union.root(name)].append(known[name])
    held: defaultdict[str, list[Link]] = defaultdict(list)
    for link in used:
        held[union.root(link.one)].append(link)
    made = [_group(found, held[root]) for root, found in members.items()]
    return tuple(sorted(made, key=lambda group: _age(known[group.key])))


def _joined(known: dict[str, Report], links: Sequence[Link]) -> list[Link]:
    """The links that hold: those between wholes, those that shared ghosts add, and of those of pieces the ones that are not torn."""
    inside = [link for link in links if link.one in known and link.other in known]
    firm = [link for link in inside if link.piece is None]
    firm += _by_ghost(known, firm)
    union = _Union(sorted({*known, *(str(name) for link in links for name in (link.one, link.other))}))
    for link in firm:
        union.join(link.one, str(link.other))
    pieces = list(_of_pieces(union, [link for link in inside if link.piece and link.joins]))
    updates = [link for link in _of_holders(union, links) if link.joins and link.one in known and link.other in known]
    firm += [*pieces, *updates]
    return sorted(firm, key=lambda link: (-link.score, link.one, str(link.other)))


def _holder(link: Link) -> str:
    return str(link.other) if link.piece == link.one else link.one


def _of_pieces(union: _Union, links: Iterable[Link]) -> Iterable[Link]:
    """Each piece goes with one whole. Standing in two that are not copies of each other it does not make them one; the better link counts."""
    found: defaultdict[str, defaultdict[str, list[Link]]] = defaultdict(lambda: defaultdict(list))
    for link in links:
        if link.earlier != link.piece:
            found[union.root(str(link.piece))][union.root(_holder(link))].append(link)
    for wholes in found.values():
        yield from max(wholes.values(), key=lambda held: max((link.score, link.one, str(link.other)) for link in held))


def _of_holders(union: _Union, links: Iterable[Link]) -> Iterable[Link]:
    """A later report that holds one earlier one whole is an update of it; one that holds several, here or elsewhere, is a round-up."""
    found: defaultdict[str, list[Link]] = defaultdict(list)
    for link in links:
        if link.piece and link.earlier == link.piece:
            found[union.root(_holder(link))].append(link)
    for holder, held in found.items():
        if len({union.root(str(link.piece)) for link in held} - {holder}) <= 1:
            yield from held


def _by_ghost(known: dict[str, Report], links: Iterable[Link]) -> list[Link]:
    """Links between reports that declare one absent original, where none was handed in."""
    have = {(link.one, link.other) for link in links}
    named: defaultdict[str, list[Report]] = defaultdict(list)
    for name in sorted(known):
        if ghost := ghost_of(known[name]):
            named[ghost].append(known[name])
    found = []
    for reports in named.values():
        for one, other in combinations(reports, 2):
            if (one.id, other.id) not in have:
                link = relation(one, other, align(one.text, other.text))
                found += [link] if link and link.joins and link.piece is None else []
    return found


def _age(report: Report) -> tuple[str, bool, str]:
    """For sorting: the day first, at which a report that declares another origin comes after one that does not, then the id."""
    copied = report.origin is not None and report.origin.relation != "quoted" and not is_dateline(report)
    return day_key(report.published) or "9", copied, report.id


def _group(reports: Sequence[Report], links: Sequence[Link]) -> OriginGroup:
    ordered = _ordered(reports, links)
    first = ordered[0]
    ghost = next((name for name in map(ghost_of, ordered) if name), None) if ghost_of(first) else None
    declared = first.origin.publisher if first.origin and first.origin.relation != "quoted" else None
    place = {report.id: at for at, report in enumerate(ordered)}
    return OriginGroup(first.id, tuple(place), declared or first.publisher, ghost, tuple(_why(links, place)))


def _ordered(reports: Sequence[Report], links: Sequence[Link]) -> list[Report]:
    """First published first; among those of one day, one that another goes back to comes before it."""
    later = {
        link.other if link.earlier == link.one else link.one for link in links if link.earlier and link.ground != "published"
    }
    return sorted(reports, key=lambda report: (_age(report)[0], report.id in later, *_age(report)[1:]))


def _why(links: Sequence[Link], place: dict[str, int]) -> Iterable[str]:
    """A spanning set of the strongest links: each report's reason to be here, once."""
    union = _Union(sorted(place))
    kept = [link for link in links if union.join(link.one, str(link.other))]
    kept.sort(key=lambda link: sorted((place[link.one], place[str(link.other)]), reverse=True))
    return [link.words for link in kept]
