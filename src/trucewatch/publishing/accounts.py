"""Who says the same thing, who denies it, and which reports are copies of one: a first, cautious look across a few reports.

Two events are put together only where act, sides, place and day agree as far as they are stated, on two of them at least; whatever
is contradicted keeps them apart. Reprints count as one origin. Meant for a page or a screen of reports, not for a collection:
grouping into incidents with reversible merges is the ledger's work. This module must not change a record.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING, NamedTuple

from trucewatch import ontology
from trucewatch.model import TrucewatchError
from trucewatch.publishing import words
from trucewatch.publishing.views import EventView

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from trucewatch.model import Coded, Event, Participant, Place, Time

_TOLD = {"happened", "ongoing", "denied"}
_ENOUGH = 2
_SHINGLE = 5
_SAME_TEXT = 0.6
_SHARED_TEXT = 0.3
_COMMON = 40  # a shingle in more reports than this is boilerplate
_WIDE_PLACES = {"country", "admin1", "admin2", "region"}
#: more events than this are not compared: a page of them is no longer read as a whole
MOST_EVENTS = 3000


class Member(NamedTuple):
    """One event of one record. ``report`` and ``number`` count from 1."""

    report: int
    number: int
    coded: Coded
    event: Event

    @property
    def place(self) -> Place | None:
        """Where it took place."""
        return self.coded.places[self.event.place] if self.event.place is not None else None

    @property
    def time(self) -> Time | None:
        """When it took place."""
        return self.coded.times[self.event.time] if self.event.time is not None else None

    @property
    def denies(self) -> bool:
        """Whether it is told as not having happened."""
        return self.event.status == "denied"


@dataclass(frozen=True, slots=True)
class Voice:
    """One who tells of it. ``copies`` counts the other reports of the same origin that carry the same words of theirs."""

    who: str
    verb: str
    denies: bool
    report: int
    event: int
    copies: int
    quote: str


@dataclass(frozen=True, slots=True)
class Account:
    """One thing told, and everybody who tells or denies it."""

    headline: str
    voices: tuple[Voice, ...]
    origin_count: int
    report_count: int

    @property
    def disputed(self) -> bool:
        """Whether some say that it happened and others that it did not."""
        return len({voice.denies for voice in self.voices}) > 1


@dataclass(frozen=True, slots=True)
class OriginGroup:
    """Reports that are one dispatch: the first published and its copies, by number from 1."""

    first: int
    copies: tuple[int, ...] = ()


def accounts(records: Sequence[Coded]) -> tuple[Account, ...]:
    """What several accounts tell, disputed things first, then by the number of origins.

    Returns:
        Nothing for more than ``MOST_EVENTS`` events.
    """
    members = [
        Member(report, number, coded, event)
        for report, coded in enumerate(records, 1)
        for number, event in enumerate(coded.events, 1)
        if event.status in _TOLD
    ]
    if len(members) > MOST_EVENTS:
        return ()
    home = {number: group.first for group in origins(records) for number in (group.first, *group.copies)}
    made = [_account(cluster, home) for cluster in _clusters(members)]
    told = [account for account in made if len(account.voices) > 1]
    return tuple(sorted(told, key=lambda account: (not account.disputed, -account.origin_count, -account.report_count)))


def _clusters(members: Iterable[Member]) -> list[list[Member]]:
    by_type: defaultdict[str, list[list[Member]]] = defaultdict(list)
    every: list[list[Member]] = []
    for member in members:
        scored = [(_score(cluster, member), index) for index, cluster in enumerate(by_type[member.event.type])]
        best, at = max(scored, key=lambda pair: (pair[0], -pair[1]), default=(0, 0))
        if best >= _ENOUGH:
            by_type[member.event.type][at].append(member)
        else:
            every.append([member])
            by_type[member.event.type].append(every[-1])
    return every


def _score(cluster: Sequence[Member], member: Member) -> int:
    """How many of sides, place and day agree with the best member; 0 where any member contradicts."""
    scores = [_agreement(other, member) for other in cluster]
    return 0 if any(score is None for score in scores) else max(score or 0 for score in scores)


def _agreement(one: Member, other: Member) -> int | None:
    """Points of agreement of two events of one type; None where they cannot be the same."""
    if one.report == other.report and one.denies == other.denies:
        return None  # one report's two sentences on a matter are two things told, until coreference says otherwise
    if not _same_kind(one.event.truce, other.event.truce):
        return None
    actor, place, time = (
        _sides(one.event.actor, other.event.actor),
        _places(one.place, other.place),
        _times(one.time, other.time),
    )
    if actor is None or place is None or time is None:
        return None
    return actor + place + time + (_sides(one.event.recipient, other.event.recipient) or 0)


def _same_kind(one: str | None, other: str | None) -> bool:
    if one is None or other is None or one == other:
        return True
    try:
        return ontology.load().truce(one).group == ontology.load().truce(other).group == "fire"
    except TrucewatchError:
        return False


def _sides(one: Sequence[Participant], other: Sequence[Participant]) -> int | None:
    """1 where they share somebody, 0 where one is not known, None where both are known and share nobody."""
    if not one or not other:
        return 0
    ids = [{p.actor.id for p in side if p.actor and words.specific(p.actor)} for side in (one, other)]
    texts = [{_plain(p.text) for p in side} for side in (one, other)]
    if ids[0] & ids[1] or texts[0] & texts[1]:
        return 1
    return None if all(ids) else 0


def _plain(text: str) -> str:
    return re.sub(r"^(the|a|an|its|their|some)\s+", "", words.clean(text).casefold())


def _places(one: Place | None, other: Place | None) -> int | None:
    if one is None or other is None:
        return 0
    if one.geonameid is not None and one.geonameid == other.geonameid:
        return 1
    if _place_name(one) == _place_name(other):
        return 1
    within = one.kind in _WIDE_PLACES or other.kind in _WIDE_PLACES
    return 0 if within and (one.country or other.country) == (other.country or one.country) else None


def _place_name(place: Place) -> str:
    return words.clean(place.name or place.text).casefold()


def _times(one: Time | None, other: Time | None) -> int | None:
    bounds = [(time.begin, time.until) if time and time.begin and time.until else None for time in (one, other)]
    if bounds[0] is None or bounds[1] is None:
        return 0
    (begin, until), (other_begin, other_until) = bounds[0], bounds[1]
    return 1 if begin[:10] <= other_until[:10] and other_begin[:10] <= until[:10] else None


def _account(cluster: Sequence[Member], home: dict[int, int]) -> Account:
    groups: dict[tuple[int, str, bool], list[Member]] = {}
    for member in cluster:
        groups.setdefault((home[member.report], _teller(member), member.denies), []).append(member)
    return Account(
        headline=_headline(cluster),
        voices=tuple(_voice(members, home, any(m.event.actor for m in cluster)) for members in groups.values()),
        origin_count=len({home[member.report] for member in cluster}),
        report_count=len({member.report for member in cluster}),
    )


def _voice(members: Sequence[Member], home: dict[int, int], named: bool) -> Voice:
    """One voice; ``named``: somebody in the cluster says who did it, so that not saying it is worth a word."""
    first = next((m for m in members if m.report == home[m.report]), members[0])
    gap = " without saying who did it" if named and not first.event.actor and not first.denies else ""
    return Voice(
        who=_who(first),
        verb=_verb(first) + gap,
        denies=first.denies,
        report=first.report,
        event=first.number,
        copies=len({m.report for m in members}) - 1,
        quote=EventView.of(first.coded, first.number, width=110).quote,
    )


def _teller(member: Member) -> str:
    """Who tells it, for comparing: the claimant's id or words; nothing for the report's own voice."""
    found = words.chain(member.coded, member.event.claim)
    if not found:
        return ""
    return found[0].claimant.id if found[0].claimant else _plain(words.source(found[0]))


def _who(member: Member) -> str:
    paper = words.publisher(member.coded) or words.title(member.coded)
    return f"{words.claimant(member.coded, member.event)} (in {paper})" if member.event.claim else f"{paper}, in its own voice,"


def _verb(member: Member) -> str:
    stance = words.stance(member.coded, member.event)
    if member.denies:
        return "denies it" if stance in {"", "denies"} else f"{words.STANCES.get(stance, stance)} it did not happen"
    return {"": "reports it", "denies": "is said to deny it", "admits": "admits it", "accuses": "accuses them of it"}.get(
        stance, "says it happened"
    )


def _headline(cluster: Sequence[Member]) -> str:
    """The act and, of each other field, the first that a member states."""
    first = min(cluster, key=lambda m: (m.event.truce is None, m.denies, m.report))
    sides = [
        next((words.side(s) for s in found if s), "")
        for found in ([m.event.actor for m in cluster], [m.event.recipient for m in cluster])
    ]
    place = next((words.where(m.place) for m in cluster if m.place), "")
    date = next((words.when(m.time) for m in cluster if m.time and m.time.begin), "")
    return " · ".join(
        part for part in (words.act(first.event), " → ".join(side for side in sides if side), place, date) if part
    )


def origins(records: Sequence[Coded]) -> tuple[OriginGroup, ...]:
    """Reports grouped by dispatch: copies by their own word or by their text, each under the first published."""
    parent = list(range(len(records)))

    def root(index: int) -> int:
        while parent[index] != index:
            index = parent[index]
        return index

    for one, other in _same_dispatch(records):
        low, high = sorted((root(one), root(other)))
        parent[high] = low
    groups: defaultdict[int, list[int]] = defaultdict(list)
    for index in range(len(records)):
        groups[root(index)].append(index)
    return tuple(_group(members, records) for members in groups.values())


def _group(members: Sequence[int], records: Sequence[Coded]) -> OriginGroup:
    def age(index: int) -> tuple[bool, str, int]:
        report = records[index].report
        return (
            bool(report and report.origin and report.origin.relation != "quoted"),
            (report.published if report else None) or "9",
            index,
        )

    first = min(members, key=age)
    return OriginGroup(first + 1, tuple(index + 1 for index in members if index != first))


def _same_dispatch(records: Sequence[Coded]) -> Iterator[tuple[int, int]]:
    shingles = [_shingles(coded.text) for coded in records]
    shared = _shared(shingles)
    for one, other in combinations(range(len(records)), 2):
        common = shared[one, other] / max(min(len(shingles[one]), len(shingles[other])), 1)
        if (
            common >= _SAME_TEXT
            or _declared(records[one], records[other], common)
            or _declared(records[other], records[one], common)
        ):
            yield one, other


def _shingles(text: str) -> frozenset[tuple[str, ...]]:
    tokens = re.findall(r"\w+", text.casefold())
    return frozenset(zip(*(tokens[k:] for k in range(_SHINGLE)), strict=False))


def _shared(shingles: Sequence[frozenset[tuple[str, ...]]]) -> Counter[tuple[int, int]]:
    """How many runs of words each two texts share, by way of an index, so that unlike texts cost nothing."""
    index: defaultdict[tuple[str, ...], list[int]] = defaultdict(list)
    for number, found in enumerate(shingles):
        for shingle in found:
            index[shingle].append(number)
    return Counter(pair for numbers in index.values() if len(numbers) <= _COMMON for pair in combinations(sorted(numbers), 2))


def _declared(copy: Coded, first: Coded, common: float) -> bool:
    """Whether a report says that it republishes or translates the other one."""
    if copy.report is None or first.report is None or copy.report.origin is None or copy.report.origin.relation == "quoted":
        return False
    origin = copy.report.origin
    if origin.url and origin.url == first.report.url:
        return True
    same_name = bool(origin.publisher) and _plain(origin.publisher or "") == _plain(first.report.publisher or "")
    same_day = bool(origin.published) and (origin.published or "")[:10] == (first.report.published or "")[:10]
    return same_name and (common >= _SHARED_TEXT or (origin.relation == "translated" and same_day))
