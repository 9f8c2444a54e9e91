"""Incidents held against the terms of an agreement: what bears on which duty, by whom, and how well that is told.

For each term the accounts of an incident are matched against what fulfils, breaches, obstructs it or keeps others from seeing (the term's
own list, from ``agreements/data/bearings.tsv`` by default); then the place is held against the term's area and the time against its period
and deadline. What is of the right kind but elsewhere, at another time or excepted is a finding too, of *no bearing*, and says why. Nothing
is summed up to a score, and what an agreement means in law is not decided here. Pure: no file, no database, no clock.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Literal

from trucewatch.ledger.areas import shape
from trucewatch.ledger.periods import relation as period_relation
from trucewatch.ledger.tellers import origin_of, short
from trucewatch.model.agreement import AreaRelation, Finding, PeriodRelation, Quote, bearers_among, belongs_to
from trucewatch.model.incident import Party, When

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from trucewatch.model.agreement import Agreement, Bearing, Carve, Match, Status, Term
    from trucewatch.model.incident import Account, Incident, Spot, Voice

#: The graver first: where accounts of as many origins differ, the graver bearing is the finding, and the other is told beside it.
_GRAVITY: tuple[Bearing, ...] = ("breaches", "prevents verification", "obstructs", "fulfils in part", "fulfils")
_EVERYWHERE = AreaRelation("inside", 1.0, why="the term holds everywhere")
_QUOTED = 6
_Actors = Literal["bearer", "other", "nobody"]
_BEARING_WORDS: Mapping[Bearing, str] = {
    "fulfils": "keeps",
    "fulfils in part": "keeps in part",
    "breaches": "is against",
    "obstructs": "stands in the way of",
    "prevents verification": "keeps others from seeing whether anybody keeps",
    "no bearing": "has no bearing on",
}


@dataclass(frozen=True, slots=True)
class Hit:
    """One account that fits one match of a term."""

    account: Account
    match: Match
    bearers: tuple[str, ...]
    who: _Actors


@dataclass(frozen=True, slots=True)
class _Held:
    """An incident on its way through the terms."""

    incident: Incident
    accounts: tuple[Account, ...]

    @property
    def spot(self) -> Spot | None:
        return self.incident.place

    @property
    def when(self) -> When | None:
        found = self.incident
        if found.begin is None and found.until is None:
            return None
        return When("", None, None, found.begin, found.until)


@dataclass(slots=True)
class Book:
    """An agreement, made ready for many incidents: which terms a kind of act can bear on is looked up, not searched."""

    agreement: Agreement
    _by_kind: dict[tuple[str | None, str], list[tuple[Term, Match]]] = field(default_factory=dict)
    _order: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._order = {term.id: number for number, term in enumerate(self.agreement.terms)}

    def hold(self, incident: Incident, accounts: Iterable[Account]) -> tuple[Finding, ...]:
        """The findings of one incident, in the order of the terms: those that bear, and those that would but for place, time or exception."""
        held = _Held(incident, tuple(accounts))
        hits: defaultdict[str, list[Hit]] = defaultdict(list)
        terms: dict[str, Term] = {}
        for account in held.accounts:
            for term, match in self._of_kind(account):
                found = self._fits(account, match, term)
                if found is not None:
                    hits[term.id].append(found)
                    terms[term.id] = term
        return tuple(self._finding(held, terms[id_], hits[id_]) for id_ in sorted(hits, key=self._order.__getitem__))

    def _of_kind(self, account: Account) -> list[tuple[Term, Match]]:
        """Every term and match that the kind of act can fit."""
        key = (account.truce, f"{account.type}/{account.mode}/{account.status}")
        if key not in self._by_kind:
            self._by_kind[key] = [
                (term, match) for term in self.agreement.terms for match in term.matches if _kind_fits(account, match)
            ]
        return self._by_kind[key]

    def _fits(self, account: Account, match: Match, term: Term) -> Hit | None:
        if match.words and not _has_words(account, match.words):
            return None
        if match.told_by == "monitors" and not self._observed(account.voice):
            return None
        bearers = bearers_among(account.actor, term.bearers)
        who: _Actors = "bearer" if bearers else "other" if any(_somebody(p) for p in account.actor) else "nobody"
        if (match.who == "bearer" and who == "other") or (match.who == "other" and who != "other"):
            return None
        return Hit(account, match, bearers, who)

    def _observed(self, voice: Voice) -> bool:
        """Whether monitors say it, or the report with its own eyes."""
        if not voice.words:
            return True
        return any(belongs_to(_party(voice), involved.actor) for involved in self.agreement.monitors)

    def _finding(self, held: _Held, term: Term, hits: Sequence[Hit]) -> Finding:
        bearing, chosen = _weighed(hits)
        area = _area(term, held, chosen)
        when, beside = _when(held, chosen)
        period = period_relation(term.period, when)
        excepted = next(
            (carve for carve in term.exceptions if not carve.contested and all(_carved(carve, h.account) for h in chosen)), None
        )
        excuse = _excuse(bearing, chosen, area, period, excepted)
        deniers = _deniers(held, chosen)
        return Finding(
            incident=held.incident.id,
            agreement=self.agreement.id,
            term=term.id,
            bearing="no bearing" if excuse else bearing,
            status=self._status(held, term, bearing, chosen, deniers),
            reasons=tuple(_reasons(term, bearing, chosen, hits, _Where(area, period, excuse, beside))),
            words=tuple(Quote(h.account.key, h.account.quote) for h in chosen[:_QUOTED]),
            area=area,
            period=period,
            grade=held.incident.corroboration.grade,
            bearers=tuple(dict.fromkeys(bearer for h in chosen for bearer in h.bearers)),
            alleged_by=tuple(dict.fromkeys(short(h.account) for h in chosen)),
            denied_by=tuple(dict.fromkeys(short(account) for account in deniers)),
        )

    def _status(self, held: _Held, term: Term, bearing: Bearing, chosen: Sequence[Hit], deniers: Sequence[Account]) -> Status:
        """How a finding stands: what burdens a bearer is *admitted* by him alone; a sole origin that takes it back has withdrawn it."""
        del held
        origins = {origin_of(h.account, {}) for h in chosen}
        if bearing in {"breaches", "obstructs", "prevents verification"} and any(_admits(h, term) for h in chosen):
            return "admitted"
        last = max((h.account.published or "" for h in chosen), default="")
        if deniers and {origin_of(a, {}) for a in deniers} == origins and min(a.published or "" for a in deniers) > last:
            return "withdrawn"
        if deniers:
            return "contested"
        return "corroborated" if len(origins) > 1 else "alleged"


def hold(agreement: Agreement, incidents: Iterable[tuple[Incident, Iterable[Account]]]) -> Iterator[Finding]:
    """The findings of many incidents, in their order."""
    book = Book(agreement)
    for incident, accounts in incidents:
        yield from book.hold(incident, accounts)


# --- does an account fit -----------------------------------------------------------------------------------------------------------------


def _kind_fits(account: Account, match: Match) -> bool:
    """Whether category, type, mode and status fit."""
    return (
        match.category in {None, account.truce}
        and match.type in {None, account.type}
        and match.mode in {None, account.mode}
        and account.status in match.status
    )


def _has_words(account: Account, words: tuple[str, ...]) -> bool:
    """Whether one of the words stands among the objects or in the clause."""
    pattern = _pattern(words)
    objects = (*(party.text for party in account.recipient), *account.instrument)
    return bool(pattern.search(account.quote) or any(pattern.search(text) for text in objects))


@lru_cache(maxsize=512)
def _pattern(words: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{'|'.join(re.escape(word) for word in words)})\b", re.IGNORECASE)


def _somebody(party: Party) -> bool:
    """Whether a participant is known to be somebody: an entry of its own, or civilians; "militants" may be anybody's."""
    if party.id is None:
        return False
    return party.country is not None or party.id != party.code or party.type == "civilian"


def _carved(carve: Carve, account: Account) -> bool:
    """Whether an exception covers an account."""
    sides = {
        "actor": account.actor,
        "target": account.recipient,
        "either": (*account.actor, *account.recipient),
    }[carve.side]
    by_actor = bool(carve.actors) and any(belongs_to(party, actor) for party in sides for actor in carve.actors)
    by_kind = bool(carve.categories) and account.truce in carve.categories
    if carve.actors and carve.categories:
        return by_actor and by_kind
    return by_actor or by_kind


def _party(voice: Voice) -> Party:
    """A voice as a participant, so that it can be asked whose it is."""
    id_ = voice.id or ""
    role = id_.rpartition("-")[2]
    kind = "military" if role == "MIL" else "government" if role == "GOV" or id_ == voice.country else None
    return Party(voice.words, voice.id, voice.name, kind, voice.country)


# --- which bearing, where, when ------------------------------------------------------------------------------------------------------------


def _weighed(hits: Sequence[Hit]) -> tuple[Bearing, list[Hit]]:
    """The bearing that most origins tell, the graver among equals.

    What was done and cut short, or done and hindered, is kept in part: the accounts of both are of one occurrence.
    """
    tellers: defaultdict[Bearing, set[str]] = defaultdict(set)
    for hit in hits:
        tellers[hit.match.bearing].add(origin_of(hit.account, {}))
    if "fulfils" in tellers and ({"fulfils in part", "obstructs"} & tellers.keys()):
        tellers["fulfils in part"] |= tellers.pop("fulfils") | tellers.pop("obstructs", set())
    best = min(tellers, key=lambda bearing: (-len(tellers[bearing]), _GRAVITY.index(bearing)))
    kinds = {best, "fulfils", "obstructs"} if best == "fulfils in part" else {best}
    chosen = [hit for hit in hits if hit.match.bearing in kinds]
    chosen.sort(key=lambda hit: (hit.match.bearing != best, hit.account.published or "", hit.account.key))
    return best, chosen


def _area(term: Term, held: _Held, chosen: Sequence[Hit]) -> AreaRelation:
    """Where it was: the matched accounts' own place, else the incident's."""
    if term.area is None:
        return _EVERYWHERE
    spots = [hit.account.place for hit in chosen if hit.account.place is not None]
    spot = min(spots, key=lambda s: s.precision or _VAGUE, default=None) or held.spot
    if held.spot is not None and spot is not None and (held.spot.precision or _VAGUE) < (spot.precision or _VAGUE):
        spot = held.spot
    if spot is None:
        return AreaRelation("unknown", why="no report says where")
    return shape(term.area).relation(spot)


_VAGUE = 9


def _when(held: _Held, chosen: Sequence[Hit]) -> tuple[When | None, bool]:
    """When it was, and whether that is only the day named beside the act ("since 13 March"), which no report ties to it."""
    if held.when is not None:
        return held.when, False
    stated = [
        time for hit in chosen for time in (hit.account.scene.times if hit.account.scene else ()) if time.begin or time.until
    ]
    if stated:
        return stated[0], False
    near = [
        hit.account.then[0] for hit in chosen if hit.account.then and (hit.account.then[0].begin or hit.account.then[0].until)
    ]
    return (near[0], True) if near else (None, False)


def _excuse(bearing: Bearing, chosen: Sequence[Hit], area: AreaRelation, period: PeriodRelation, excepted: Carve | None) -> str:
    """Why what would bear does not: the sentence, or nothing."""
    if area.kind == "outside":
        return f"It lies {area.words}."
    if period.kind in {"before", "after"}:
        return f"It was {period.words}."
    undone = bearing == "breaches" and all(hit.account.status == "denied" for hit in chosen)
    if undone and period.deadline == "before":
        return "The deadline was still to come, so that not having done it was no breach yet."
    if excepted is not None:
        return f"The term makes an exception: {excepted.text}"
    return ""


# --- who stands where ------------------------------------------------------------------------------------------------------------------------


def _deniers(held: _Held, chosen: Sequence[Hit]) -> list[Account]:
    """Accounts that say the opposite of the matched ones on the same act; for what was not done, those that say that it was."""
    mine = {hit.account.key for hit in chosen}
    kinds = {(hit.account.truce, hit.account.type) for hit in chosen}
    told_not = all(hit.account.status == "denied" for hit in chosen)
    against = {"happened", "ongoing"} if told_not else {"denied"}
    return [
        account
        for account in held.accounts
        if account.key not in mine and account.status in against and (account.truce, account.type) in kinds
    ]


def _admits(hit: Hit, term: Term) -> bool:
    """Whether the voice is a bearer's who says it of himself."""
    voice = hit.account.voice
    if not voice.words or voice.id is None or voice.stance in {"denies", "accuses"}:
        return False
    own = bearers_among((_party(voice),), term.bearers)
    return bool(set(own) & set(hit.bearers))


# --- in words --------------------------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Where:
    """Place and time of a finding in relation to its term; ``beside``: the day is named beside the act only."""

    area: AreaRelation
    period: PeriodRelation
    excuse: str
    beside: bool


def _reasons(term: Term, bearing: Bearing, chosen: Sequence[Hit], hits: Sequence[Hit], where: _Where) -> Iterator[str]:
    """Sentences, the decisive one first."""
    area, period, excuse = where.area, where.period, where.excuse
    if excuse:
        yield excuse
    first = next((hit for hit in chosen if hit.match.bearing == bearing), chosen[0])
    kind = first.account.truce or first.account.type
    act = f"“{first.account.predicate.text}” ({kind}, told as {first.account.status})"
    note = f": {first.match.note}" if first.match.note else ""
    yield f"{act} {_BEARING_WORDS[bearing]} “{term.label}”{note}."
    yield _by_whom(chosen)
    if not excuse:
        if term.area is not None:
            yield _where(area)
        if period.words:
            known = f"It was {period.words}" + (", by the day named beside it." if where.beside else ".")
            yield known if period.kind != "unknown" else "When it happened is not known."
    others = sorted({hit.match.bearing for hit in hits} - {bearing}, key=_GRAVITY.index)
    for other in others:
        voices = dict.fromkeys(short(hit.account) for hit in hits if hit.match.bearing == other)
        yield f"By the account of {_listed(list(voices))} it {_BEARING_WORDS[other]} the term."
    for carve in term.exceptions:
        if carve.contested and any(_carved(carve, hit.account) for hit in chosen):
            yield f"The parties read the term differently here: {carve.text}"
    if term.certainty != "sure" and term.why:
        yield f"Of the term itself: {term.certainty}. {term.why}"


def _where(area: AreaRelation) -> str:
    if area.kind == "unknown":
        return f"Whether it lies in the area is not known: {area.why}."
    return f"It lies {area.words}."


def _by_whom(chosen: Sequence[Hit]) -> str:
    bearers = list(dict.fromkeys(party.text for hit in chosen if hit.who == "bearer" for party in hit.account.actor))
    others = list(dict.fromkeys(party.text for hit in chosen if hit.who == "other" for party in hit.account.actor))
    if bearers and others:
        return f"Some say that {_listed(bearers)} did it, whom the term binds, others that {_listed(others)} did, whom it does not bind."
    if bearers:
        return f"It is laid to {_listed(bearers)}, whom the term binds."
    if others:
        return f"It is laid to {_listed(others)}, whom the term does not bind."
    undone = all(hit.account.status == "denied" for hit in chosen)
    return "No report says who was to do it." if undone else "No report says who did it."


def _listed(names: Sequence[str]) -> str:
    shown = [" ".join(name.split()) for name in names[:_NAMED]]
    if len(names) > _NAMED:
        shown.append(f"{len(names) - _NAMED} more")
    return shown[0] if len(shown) == 1 else f"{', '.join(shown[:-1])} and {shown[-1]}" if shown else "nobody"


_NAMED = 4
