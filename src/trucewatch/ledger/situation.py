"""The day's situation in the shape that ceasefire missions give theirs: 24 hours against the 24 before, by area, by category, with harm.

It says how much rests on one origin, what nobody could see, what is disputed and what was kept, in plain sentences with tables. A number is of
reported incidents, never of what happened. Pure: no file, no clock. This module must not judge an incident.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from trucewatch.ledger.areas import shape
from trucewatch.ledger.english import act_words, iso_words, listed, place_words
from trucewatch.ledger.over_time import KEPT, Leaf, told_days
from trucewatch.ledger.periods import in_force

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from trucewatch.model.agreement import Agreement, Area, Finding
    from trucewatch.model.incident import Incident

ELSEWHERE, NOWHERE = "elsewhere", "place not told"


@dataclass(frozen=True, slots=True)
class Grid:
    """A table: its head, and rows of as many cells."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Section:
    """One part of the report."""

    title: str
    sentences: tuple[str, ...]
    grid: Grid | None = None


@dataclass(frozen=True, slots=True)
class Situation:
    """The report of one day. ``incidents`` are those that fall on it, by id."""

    agreement: str
    day: str
    before: str
    title: str
    sections: tuple[Section, ...]
    incidents: tuple[str, ...]


def situation(agreement: Agreement, leaves: Iterable[Leaf], day: str) -> Situation:
    """The situation report of one ISO date.

    Args:
        agreement: what the incidents were held against.
        leaves: incidents that may fall on the day or the day before; others do no harm.
        day: the ISO date reported on.
    """
    before, now, then, loose = _parted(leaves, day)
    invented = " (an invented agreement)" if agreement.fictional else ""
    sections = (
        _overview(now, then), _areas(agreement, now, then), _categories(now, then), _harm(now, then), _founded(now),
        _unseen(agreement, now, day), _disputed(now), _kept(agreement, now), _loose(loose),
    )  # fmt: skip
    title = f"{agreement.title}{invented}: {iso_words(day)}"
    return Situation(agreement.id, day, before, title, sections, tuple(leaf.incident.id for leaf in now))


def unheld(leaves: Iterable[Leaf], day: str, title: str) -> Situation:
    """The same where there is no agreement: what is told of the day, by province and category; nothing is held against anything.

    Args:
        leaves: as for :func:`situation`; their findings are not looked at.
        day: the ISO date reported on.
        title: what the report is of.
    """
    before, now, then, loose = _parted(leaves, day)
    sections = (
        _counted(now, then), _provinces(now, then), _categories(now, then), _harm(now, then), _founded(now), _disputed(now),
        _loose(loose),
    )  # fmt: skip
    return Situation("", day, before, f"{title}: {iso_words(day)}", sections, tuple(leaf.incident.id for leaf in now))


def _parted(leaves: Iterable[Leaf], day: str) -> tuple[str, list[Leaf], list[Leaf], list[Leaf]]:
    """The day before, and the leaves of the day, of the day before, and of several days with the day among them."""
    before = (date.fromisoformat(day) - timedelta(days=1)).isoformat()
    now, then, loose = [], [], []
    for leaf in leaves:
        days = told_days(leaf.incident)
        if days == (day,):
            now.append(leaf)
        elif days == (before,):
            then.append(leaf)
        elif day in days:
            loose.append(leaf)
    return before, now, then, loose


def _many(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _told(leaves: Sequence[Leaf], wanted: Callable[[Finding], bool]) -> int:
    """Incidents of which at least one finding is wanted."""
    return sum(any(wanted(finding) for finding in leaf.findings) for leaf in leaves)


def _against(finding: Finding) -> bool:
    return finding.bearing == "breaches"


def _keeping(finding: Finding) -> bool:
    return finding.bearing in KEPT


def _counted(now: Sequence[Leaf], then: Sequence[Leaf]) -> Section:
    return Section("Overview", tuple(_numbers(now, then)))


def _numbers(now: Sequence[Leaf], then: Sequence[Leaf]) -> list[str]:
    reports = {voice.report for leaf in now for voice in leaf.voices}
    papers = {voice.publisher for leaf in now for voice in leaf.voices}
    told_by = f"{_many(len(reports), 'report')} by {_many(len(papers), 'publisher')}"
    sentences = [f"{_many(len(now), 'incident')} reported for the day, {len(then)} for the day before, in {told_by}."]
    if not now:
        sentences.append("That nothing is reported does not say that nothing happened.")
    return sentences


def _overview(now: Sequence[Leaf], then: Sequence[Leaf]) -> Section:
    rows = (
        ("told as a breach", str(_told(now, _against)), str(_told(then, _against))),
        ("told as keeping it, whole or in part", str(_told(now, _keeping)), str(_told(then, _keeping))),
        ("told as obstructing it", *_both(now, then, "obstructs")),
        ("told as keeping others from seeing", *_both(now, then, "prevents verification")),
        ("without bearing on a term", *(str(sum(not _bears(leaf) for leaf in part)) for part in (now, then))),
    )
    return Section("Overview", tuple(_numbers(now, then)), Grid(("incidents", "the day", "the day before"), rows))


def _both(now: Sequence[Leaf], then: Sequence[Leaf], bearing: str) -> tuple[str, str]:
    one, other = (str(_told(part, lambda finding: finding.bearing == bearing)) for part in (now, then))
    return one, other


def _bears(leaf: Leaf) -> bool:
    return any(finding.bearing != "no bearing" for finding in leaf.findings)


def _areas(agreement: Agreement, now: Sequence[Leaf], then: Sequence[Leaf]) -> Section:
    names = _labels(agreement)
    one, other = (Counter(name for leaf in part for name in _within(leaf.incident, names)) for part in (now, then))
    ordered = [*dict.fromkeys(names.values()), ELSEWHERE, NOWHERE]
    rows = [
        (name, str(one[name]), str(other[name]))
        for name in ordered
        if one[name] or other[name] or name not in {ELSEWHERE, NOWHERE}
    ]
    towns = Counter(_town(leaf.incident) for leaf in now if leaf.incident.place is not None)
    said = [f"Places: {listed([f'{name} ({number})' for name, number in towns.most_common(8)])}."] if towns else []
    said.append("An incident in two areas counts in both; one that may lie in an area counts there.")
    return Section("By area", tuple(said), Grid(("area", "the day", "the day before"), tuple(rows)))


def _provinces(now: Sequence[Leaf], then: Sequence[Leaf]) -> Section:
    one, other = (Counter(_province(leaf.incident) for leaf in part) for part in (now, then))
    names = sorted(one.keys() | other.keys(), key=lambda name: (name == NOWHERE, -one[name], -other[name], name))
    rows = tuple((name, str(one[name]), str(other[name])) for name in names)
    return Section("By area", (), Grid(("area", "the day", "the day before"), rows) if rows else None)


def _province(incident: Incident) -> str:
    place = incident.place
    if place is None:
        return NOWHERE
    return ", ".join(part for part in (place.admin1, place.country) if part) or place_words(place)


def _labels(agreement: Agreement) -> dict[Area, str]:
    """Each area once, by its label or that of the first term that holds there."""
    found: dict[Area, str] = {}
    for term in agreement.terms:
        if term.area is not None:
            found.setdefault(term.area, term.area.label or term.label)
    return found


def _within(incident: Incident, names: Mapping[Area, str]) -> Iterator[str]:
    if incident.place is None:
        yield NOWHERE
        return
    place = incident.place
    found = [name for area, name in names.items() if shape(area).relation(place).kind in {"inside", "partly"}]
    yield from dict.fromkeys(found) or [ELSEWHERE]


def _town(incident: Incident) -> str:
    place = incident.place
    if place is None:
        return NOWHERE
    return f"{place_words(place)}, {place.admin1}" if place.admin1 else place_words(place)


def _categories(now: Sequence[Leaf], then: Sequence[Leaf]) -> Section:
    one, other = (Counter(_act(leaf.incident) for leaf in part) for part in (now, then))
    names = sorted(one.keys() | other.keys(), key=lambda name: (-one[name], -other[name], name))
    rows = tuple((name, str(one[name]), str(other[name])) for name in names)
    return Section("By category", (), Grid(("category", "the day", "the day before"), rows) if rows else None)


def _act(incident: Incident) -> str:
    return act_words(incident.type, incident.truce)


def _harm(now: Sequence[Leaf], then: Sequence[Leaf]) -> Section:
    kinds = sorted({toll.kind for leaf in (*now, *then) for toll in leaf.incident.tolls})
    rows = tuple((kind, _sum(now, kind), _sum(then, kind)) for kind in kinds)
    if not rows:
        return Section("Harm to people", ("No report tells of harm to people.",))
    said = (
        "Sums of the lowest and of the highest figures told; an incident may be told twice where nobody saw that it is one.",
    )
    return Section("Harm to people", said, Grid(("harm", "the day", "the day before"), rows))


def _sum(leaves: Sequence[Leaf], kind: str) -> str:
    tolls = [toll for leaf in leaves for toll in leaf.incident.tolls if toll.kind == kind]
    if not tolls:
        return "none told"
    low = sum(toll.low or 0 for toll in tolls)
    high = sum(toll.high if toll.high is not None else toll.best or toll.low or 0 for toll in tolls)
    more = " or more" if any(toll.high is None for toll in tolls) else ""
    return f"{low}{more}" if low == high else f"{low} to {high}{more}"


def _founded(now: Sequence[Leaf]) -> Section:
    grades = Counter(leaf.incident.corroboration.grade for leaf in now)
    one = grades["single origin"] + grades["several dependent"]
    sentences = (
        f"{one} of {_many(len(now), 'incident')} rest on one origin, however many reports repeat it.",
        f"{grades['independent']} have independent origins, {grades['opposed sides agree']} are told by opposed sides alike.",
    )
    return Section("How it is founded", sentences if now else ("There is nothing to be founded.",))


def _unseen(agreement: Agreement, now: Sequence[Leaf], day: str) -> Section:
    labels = {term.id: term.label for term in agreement.terms}
    said = []
    for leaf in now:
        hidden = [f for f in leaf.findings if f.bearing == "prevents verification"]
        if hidden:
            terms = listed([f"“{labels[finding.term]}”" for finding in hidden])
            said.append(f"{leaf.headline(hidden[0])}: kept others from seeing {terms}, {hidden[0].status} [{leaf.incident.id}]")
    if not said:
        said.append("No report says that anybody was kept from seeing; that is not to say that monitors saw everything.")
    touched = {finding.term for leaf in now for finding in leaf.findings if finding.bearing != "no bearing"}
    silent = [term.label for term in agreement.terms if term.id not in touched and in_force(term.period, day)]
    if silent:
        said.append(f"Nothing that bears on {listed([f'“{label}”' for label in silent])} is reported: neither kept nor broken.")
    return Section("What was not seen", tuple(said))


def _disputed(now: Sequence[Leaf]) -> Section:
    said = [
        f"{leaf.incident.headline}: {item.sentence} [{leaf.incident.id}]"
        for leaf in now
        for item in leaf.incident.contradictions
    ]
    return Section("What is disputed", tuple(said) or ("No report of the day contradicts another.",))


def _kept(agreement: Agreement, now: Sequence[Leaf]) -> Section:
    labels = {term.id: term.label for term in agreement.terms}
    said = [
        f"{leaf.headline(finding)}: “{labels[finding.term]}” is told as kept{' in part' if 'part' in finding.bearing else ''}, "
        f"{finding.status}, by {listed(finding.alleged_by) or 'nobody named'} [{leaf.incident.id}]"
        for leaf in now
        for finding in leaf.findings
        if _keeping(finding)
    ]
    return Section("What was kept", tuple(said) or ("No report tells of a term being kept on this day.",))


def _loose(loose: Sequence[Leaf]) -> Section:
    said = [f"{leaf.incident.headline} ({leaf.incident.corroboration.grade}) [{leaf.incident.id}]" for leaf in loose]
    return Section("Told of several days, this one among them", tuple(said) or ("Nothing.",))
