"""Incidents held against the terms of an agreement: what bears on which duty, by whom, and how well that is told.

For each term the accounts of an incident are matched against what fulfils, breaches, obstructs it or keeps others from seeing (the term's
own list, from ``agreements/data/bearings.tsv`` by default); then the place is held against the term's area and the time against its period
and deadline. What is of the right kind but elsewhere, at another time or excepted is a finding too, of *no bearing*, and says why. Nothing
is summed up to a score, and what an agreement means in law is not decided here. Pure: no file, no database, no clock.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Literal, NamedTuple, TypeAlias

from trucewatch.ledger.areas import shape
from trucewatch.ledger.english import act_words
from trucewatch.ledger.naming_parties import anybody, named_in_full
from trucewatch.ledger.objects import for_monitors, has_words, single_words
from trucewatch.ledger.occasion import most_told, named_time
from trucewatch.ledger.partly import in_part
from trucewatch.ledger.periods import deadline_open
from trucewatch.ledger.periods import relation as period_relation
from trucewatch.ledger.tellers import origin_of, short
from trucewatch.model.agreement import AreaRelation, Finding, PeriodRelation, Quote, bearers_among, belongs_to
from trucewatch.model.incident import Party, When

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from trucewatch.ledger.areas import Shape
    from trucewatch.model.agreement import Agreement, Bearing, Carve, Match, Status, Term
    from trucewatch.model.incident import Account, Incident, Spot, Voice

#: The graver first: where accounts of as many origins differ, the graver bearing is the finding, and the other is told beside it.
_GRAVITY: tuple[Bearing, ...] = ("breaches", "prevents verification", "obstructs", "fulfils in part", "fulfils")
_EVERYWHERE = AreaRelation("inside", 1.0, why="the term holds everywhere")
_NOWHERE = AreaRelation("unknown", why="no report says where")
_NO_ORIGINS: Mapping[str, str] = {}
_QUOTED = 6
#: Kinds of people who are no side of a war, though no state or group is named with them: their roadblock is not a bearer's.
_NO_PARTY = frozenset({"civilian", "labour", "education", "refugee", "medical", "media", "religious", "business", "criminal"})
_UNARMED = frozenset({"civilian", "media", "ngo", "refugee", "medical", "education"})
_STATE_VOICES = frozenset({"MIL", "GOV"})
_Actors = Literal["bearer", "other", "nobody"]
_Kind = tuple[str | None, str, str | None, str]
_BEARING_WORDS: Mapping[Bearing, str] = {
    "fulfils": "keeps",
    "fulfils in part": "keeps in part",
    "breaches": "is against",
    "obstructs": "stands in the way of",
    "prevents verification": "keeps others from seeing whether anybody keeps",
    "no bearing": "has no bearing on",
}


@dataclass(slots=True, eq=False)
class _Look:
    """An account with what many terms ask of it, each looked up once, and not before it is asked."""

    account: Account
    kind: _Kind
    side: str = ""
    _origin: str = ""
    _said: str = ""
    _somebody: bool | None = None
    _bearers: dict[tuple[str, ...], tuple[str, ...]] = field(default_factory=dict)
    _speakers: dict[tuple[str, ...], tuple[str, ...]] = field(default_factory=dict)
    _words: dict[tuple[str, ...], bool] = field(default_factory=dict)
    _said_words: frozenset[str] | None = None
    observed: bool | None = None

    @property
    def origin(self) -> str:
        """Whom it goes back to."""
        if not self._origin:
            self._origin = origin_of(self.account, _NO_ORIGINS)
        return self._origin

    @property
    def said(self) -> str:
        """Whoever tells it."""
        if not self._said:
            self._said = short(self.account)
        return self._said

    @property
    def somebody(self) -> bool:
        """Whether it is known who acted."""
        if self._somebody is None:
            self._somebody = _known(self.account.actor, self.account.type == "ASSAULT")
        return self._somebody

    def bearers(self, among: tuple[str, ...]) -> tuple[str, ...]:
        """Which of a term's bearers are said to have acted."""
        found = self._bearers.get(among)
        if found is None:
            found = self._bearers[among] = _acting(self.account.actor, among)
        return found

    def speakers(self, among: tuple[str, ...]) -> tuple[str, ...]:
        """Which of a term's bearers are the voice."""
        if among not in self._speakers:
            self._speakers[among] = bearers_among((_party(self.account.voice),), among)
        return self._speakers[among]

    def holds(self, words: tuple[str, ...]) -> bool:
        """Whether one of the words stands among its objects or in its clause."""
        if words not in self._words:
            if self._said_words is None:
                self._said_words = single_words(self.account)
            self._words[words] = has_words(self.account, words, self._said_words)
        return self._words[words]


@lru_cache(maxsize=20_000)
def _acting(actor: tuple[Party, ...], among: tuple[str, ...]) -> tuple[str, ...]:
    """The same few actors come again and again."""
    return bearers_among(actor, among)


@lru_cache(maxsize=20_000)
def _known(actor: tuple[Party, ...], violent: bool) -> bool:
    return any(_somebody(party) and not (violent and anybody(party)) for party in actor)


def _looked(account: Account, side: str = "") -> _Look:
    return _Look(account, (account.truce, account.type, account.mode, account.status), side)


@dataclass(slots=True, eq=False)  # not frozen: a million of them are made, and never changed
class Hit:
    """One account that fits one match of a term."""

    look: _Look
    match: Match
    bearers: tuple[str, ...]
    who: _Actors

    @property
    def account(self) -> Account:
        """The account itself."""
        return self.look.account


@dataclass(slots=True, eq=False)
class _Held:
    """An incident on its way through the terms; what does not hang on the term is worked out once."""

    incident: Incident
    accounts: tuple[_Look, ...]
    when: When | None

    @property
    def spot(self) -> Spot | None:
        return self.incident.place


def _held(incident: Incident, accounts: Iterable[Account], sides: Mapping[str, str]) -> _Held:
    undated = incident.begin is None and incident.until is None
    when = None if undated else When("", None, None, incident.begin, incident.until)
    return _Held(incident, tuple([_looked(account, sides.get(account.publisher or "", "")) for account in accounts]), when)


@dataclass(frozen=True, slots=True)
class _Duty:
    """Terms of which the same acts of the same bearers are told: they differ in where and when they hold."""

    number: int
    terms: tuple[Term, ...]
    bearers: tuple[str, ...]
    matches: tuple[Match, ...]


@dataclass(slots=True, eq=False)
class _Told:
    """What an incident's accounts tell of one duty, before that is held against where and when a term holds.

    ``named``: how the sentence on its time ends, where the day is named beside the act only.
    """

    bearing: Bearing
    chosen: tuple[Hit, ...]
    status: Status
    spot: Spot | None
    when: When | None
    named: str
    words: tuple[Quote, ...]
    bearers: tuple[str, ...]
    alleged_by: tuple[str, ...]
    denied_by: tuple[str, ...]
    act: str
    deed: str
    note: str
    by_whom: str
    others: tuple[str, ...]
    undone: bool
    published: str | None


_Case: TypeAlias = tuple["Incident", "Sequence[Account]"]


class _Ground(NamedTuple):
    """Where a place lies to a term: the relation, why the term does not bear there, and what to say of it."""

    area: AreaRelation
    excuse: str
    line: str


class _Season(NamedTuple):
    """When a time lies to a term: the relation, why the term does not bear then, and what to say of it."""

    period: PeriodRelation
    excuse: str
    line: str


@dataclass(slots=True)
class Book:
    """An agreement, made ready for many incidents: which terms a kind of act can bear on is looked up, not searched.

    Where a place and a time lie to a term is worked out once for each place and time. ``sides``: the actor id on whose side a publisher stands.
    """

    agreement: Agreement
    sides: Mapping[str, str] = field(default_factory=dict)
    _by_kind: dict[_Kind, list[tuple[_Duty, Match]]] = field(default_factory=dict)
    _duties: tuple[_Duty, ...] = ()
    _order: dict[str, int] = field(default_factory=dict)
    _shapes: dict[str, Shape] = field(default_factory=dict)
    _grounds: dict[Spot | None, dict[str, _Ground]] = field(default_factory=dict)
    _seasons: dict[tuple[str | None, str | None, str | None, str | None], dict[str, _Season]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._order = {term.id: number for number, term in enumerate(self.agreement.terms)}
        self._shapes = {term.id: shape(term.area) for term in self.agreement.terms if term.area is not None}
        alike: dict[tuple[tuple[Match, ...], tuple[str, ...]], list[Term]] = {}
        for term in self.agreement.terms:
            alike.setdefault((term.matches, term.bearers), []).append(term)
        self._duties = tuple(
            _Duty(number, tuple(terms), bearers, matches) for number, ((matches, bearers), terms) in enumerate(alike.items())
        )

    def hold(self, incident: Incident, accounts: Iterable[Account]) -> tuple[Finding, ...]:
        """The findings of one incident, in the order of the terms: those that bear, and those that would but for place, time or exception."""
        held = _held(incident, named_in_full(tuple(accounts), self.sides), self.sides)
        hits: dict[int, list[Hit]] = {}
        for look in held.accounts:
            for duty, match in self._of_kind(look):
                found = self._fits(look, match, duty.bearers)
                if found is not None:
                    hits.setdefault(duty.number, []).append(found)
        made = [finding for number, of_duty in hits.items() for finding in self._findings(held, self._duties[number], of_duty)]
        made.sort(key=lambda finding: self._order[finding.term])
        return tuple(made)

    def hold_many(self, cases: Iterable[_Case]) -> Iterator[tuple[_Case, tuple[Finding, ...]]]:
        """The findings of many incidents, in their order: the same, with the places of some hundreds put on the map at once."""
        some: list[_Case] = []
        for case in cases:
            some.append(case)
            if len(some) == _AT_ONCE:
                yield from self._hold_some(some)
                some = []
        yield from self._hold_some(some)

    def _hold_some(self, some: Sequence[_Case]) -> Iterator[tuple[_Case, tuple[Finding, ...]]]:
        spots = (spot for incident, accounts in some for spot in (incident.place, *(account.place for account in accounts)))
        new = [spot for spot in dict.fromkeys(spots) if spot is not None and spot not in self._grounds]
        for term in self.agreement.terms if new else ():
            if term.area is not None:
                for spot, area in zip(new, self._shapes[term.id].relations(new), strict=True):
                    self._grounds_of(spot)[term.id] = _ground(area)
        for case in some:
            yield case, self.hold(*case)

    def _of_kind(self, look: _Look) -> list[tuple[_Duty, Match]]:
        """Every duty and match that the kind of act can fit."""
        if look.kind not in self._by_kind:
            self._by_kind[look.kind] = [
                (duty, match) for duty in self._duties for match in duty.matches if _kind_fits(look.account, match)
            ]
        return self._by_kind[look.kind]

    def _fits(self, look: _Look, match: Match, among: tuple[str, ...]) -> Hit | None:
        if match.words and not look.holds(match.words):
            return None
        if match.told_by == "monitors" and not self._observed(look):
            return None
        if match.against == "civilians" and not _befell_civilians(look.account):
            return None
        bearers = look.bearers(among)
        who: _Actors = "bearer" if bearers else "other" if look.somebody else "nobody"
        if (match.who == "bearer" and who == "other") or (match.who == "other" and who != "other"):
            return None
        return Hit(look, _by_degree(look.account, match), bearers, who)

    def _observed(self, look: _Look) -> bool:
        """Whether monitors say it, or the report with its own eyes."""
        if look.observed is None:
            voice = look.account.voice
            look.observed = not voice.words or any(belongs_to(_party(voice), m.actor) for m in self.agreement.monitors)
        return look.observed

    def _findings(self, held: _Held, duty: _Duty, hits: Sequence[Hit]) -> Iterator[Finding]:
        told = _told(held, duty.bearers, hits)
        grounds, seasons = self._grounds_of(told.spot), self._seasons_of(told.when)
        incident, grade = held.incident.id, held.incident.corroboration.grade
        for term in duty.terms:
            ground = grounds.get(term.id) or self._ground(grounds, term, told.spot)
            season = seasons.get(term.id) or _season(seasons, term, told.when)
            excuse = ground.excuse or season.excuse or _excuse(term, told, season.period)
            yield Finding(
                incident=incident,
                agreement=self.agreement.id,
                term=term.id,
                bearing="no bearing" if excuse else told.bearing,
                status=told.status,
                reasons=tuple(_reasons(term, told, ground, season, excuse)),
                words=told.words,
                area=ground.area,
                period=season.period,
                grade=grade,
                bearers=told.bearers,
                alleged_by=told.alleged_by,
                denied_by=told.denied_by,
                deed=told.deed,
            )

    def _grounds_of(self, spot: Spot | None) -> dict[str, _Ground]:
        """What is known so far of a place and the terms; forgotten where places grow too many."""
        if len(self._grounds) > _REMEMBERED:
            self._grounds.clear()
        return self._grounds.setdefault(spot, {})

    def _seasons_of(self, when: When | None) -> dict[str, _Season]:
        if len(self._seasons) > _REMEMBERED:
            self._seasons.clear()
        key = (None, None, None, None) if when is None else (when.begin, when.until, when.value, when.precision)
        return self._seasons.setdefault(key, {})

    def _ground(self, known: dict[str, _Ground], term: Term, spot: Spot | None) -> _Ground:
        if term.area is None:
            made = _Ground(_EVERYWHERE, "", "")
        else:
            made = _ground(_NOWHERE if spot is None else self._shapes[term.id].relation(spot))
        known[term.id] = made
        return made


def _ground(area: AreaRelation) -> _Ground:
    return _Ground(area, f"It lies {area.words}." if area.kind == "outside" else "", _where(area))


def _season(known: dict[str, _Season], term: Term, when: When | None) -> _Season:
    period = period_relation(term.period, when)
    excuse = f"It was {period.words}." if period.kind in {"before", "after"} else ""
    line = (
        "" if not period.words else f"It was {period.words}" if period.kind != "unknown" else "When it happened is not known."
    )
    known[term.id] = made = _Season(period, excuse, line)
    return made


def hold(agreement: Agreement, incidents: Iterable[tuple[Incident, Iterable[Account]]]) -> Iterator[Finding]:
    """The findings of many incidents, in their order."""
    for _, found in Book(agreement).hold_many((incident, tuple(accounts)) for incident, accounts in incidents):
        yield from found


# --- does an account fit -----------------------------------------------------------------------------------------------------------------


def _kind_fits(account: Account, match: Match) -> bool:
    """Whether category, type, mode and status fit."""
    return (
        match.category in {None, account.truce}
        and match.type in {None, account.type}
        and match.mode in {None, account.mode}
        and account.status in match.status
    )


def _by_degree(account: Account, match: Match) -> Match:
    """The match, in part where the account says that what was done was done only in part."""
    if match.bearing != "fulfils" or account.status != "happened" or for_monitors(match.words):
        return match
    words = in_part(account.truce, account.quote, account.sentence)
    return _partly(match, words) if words else match


@lru_cache(maxsize=2_000)
def _partly(match: Match, words: str) -> Match:
    return replace(match, bearing="fulfils in part", note=f"in part, “{words}”")


def _befell_civilians(account: Account) -> bool:
    """Whether a recipient is a civilian, or somebody else who takes no part in fighting."""
    return any(party.type in _UNARMED for party in account.recipient)


def _somebody(party: Party) -> bool:
    """Whether a participant is known to be somebody: an entry of its own, or people who are no side; "militants" may be anybody's."""
    if party.id is None:
        return False
    return party.country is not None or party.id != party.code or party.type in _NO_PARTY


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


def _told(held: _Held, among: tuple[str, ...], hits: Sequence[Hit]) -> _Told:
    """What the accounts that fit come to."""
    bearing, chosen = _weighed(hits, among)
    deniers = _deniers(held, chosen)
    accounts = [hit.look.account for hit in chosen]
    when, beside = (held.when, False) if held.when is not None else named_time(accounts)
    first = next((hit for hit in chosen if hit.match.bearing == bearing), chosen[0])
    lead = first.account
    act = f"“{lead.predicate.text}” ({lead.truce or lead.type}, told as {lead.status})"
    return _Told(
        bearing=bearing,
        chosen=chosen,
        status=_status(among, bearing, chosen, deniers),
        spot=most_told(accounts, held.spot),
        when=when,
        named=", by the day named beside it." if beside else ".",
        words=tuple([Quote(hit.look.account.key, hit.look.account.quote) for hit in chosen[:_QUOTED]]),
        bearers=tuple(dict.fromkeys([bearer for hit in chosen for bearer in hit.bearers])),
        alleged_by=tuple(dict.fromkeys([hit.look.said for hit in chosen])),
        denied_by=tuple(dict.fromkeys([look.said for look in deniers])),
        act=f"{act} {_BEARING_WORDS[bearing]}",
        deed=act_words(lead.type, lead.truce),
        note=f": {first.match.note}" if first.match.note else "",
        by_whom=_by_whom(chosen),
        others=tuple(_others(bearing, hits)),
        undone=bearing == "breaches" and all(hit.look.account.status == "denied" for hit in chosen),
        published=_last_published(chosen),
    )


def _last_published(chosen: Sequence[Hit]) -> str | None:
    """When the last of the matched accounts was published; None where that is not known of one."""
    dates = [hit.account.published for hit in chosen]
    return None if None in dates else max(date for date in dates if date is not None)


def _weighed(hits: Sequence[Hit], among: tuple[str, ...]) -> tuple[Bearing, tuple[Hit, ...]]:
    """The bearing that most origins tell, the graver among equals.

    What was done and cut short, or done and hindered, is kept in part: the accounts of both are of one occurrence. What a bearer says of his
    own keeping counts once, however many carry it.
    """
    hits = _sided(hits)
    tellers: defaultdict[Bearing, set[str]] = defaultdict(set)
    for hit in hits:
        tellers[hit.match.bearing].add(_own_word(hit, among) or hit.look.origin)
    if "fulfils" in tellers and ({"fulfils in part", "obstructs"} & tellers.keys()):
        tellers["fulfils in part"] |= tellers.pop("fulfils") | tellers.pop("obstructs", set())
    best = min(tellers, key=lambda bearing: (-len(tellers[bearing]), _GRAVITY.index(bearing)))
    kinds = {best, "fulfils", "obstructs"} if best == "fulfils in part" else {best}
    chosen = [hit for hit in hits if hit.match.bearing in kinds]
    chosen.sort(key=lambda hit: (hit.match.bearing != best, hit.look.account.published or "", hit.look.account.key))
    return best, tuple(chosen)


def _sided(hits: Sequence[Hit]) -> Sequence[Hit]:
    """Accounts that name nobody go with those that say who did it: they are no word on whether a bearer did.

    Where more origins lay an act to somebody whom the term does not bind than to a bearer, an account that names nobody obstructs too.
    """
    apart = [hit for hit in hits if hit.match.who == "other"]
    if not apart or len(apart) == len(hits):
        return hits
    others = {hit.look.origin: hit for hit in apart}
    bearers = {hit.look.origin for hit in hits if hit.who == "bearer" and hit.match.bearing == "breaches"}
    if len(others) <= len(bearers):
        return hits
    match = next(iter(others.values())).match
    return [
        Hit(hit.look, match, (), "nobody") if hit.who == "nobody" and hit.match.bearing == "breaches" and _acts(hit) else hit
        for hit in hits
    ]


def _own_word(hit: Hit, among: tuple[str, ...]) -> str:
    """Whose word of his own keeping an account is: a bearer's, "the army's" that no state is told of, or nobody's."""
    if hit.match.bearing != "fulfils" or hit.who == "other":
        return ""
    voice = hit.account.voice
    if not voice.words:
        return f"{hit.look.side} itself" if hit.look.side in among else ""
    if voice.id in _STATE_VOICES:
        return next((f"{bearer} itself" for bearer in among if bearer.isupper()), "")
    return next((f"{bearer} itself" for bearer in hit.look.speakers(among)), "")


def _acts(hit: Hit) -> bool:
    """Whether it tells of something done, by the default that a bearer did it."""
    return hit.match.who == "bearer" and hit.account.status != "denied"


_REMEMBERED = 50_000
_AT_ONCE = 500


def _excuse(term: Term, told: _Told, period: PeriodRelation) -> str:
    """Why what would bear at its place and time does not: the sentence, or nothing."""
    if told.undone and (
        period.deadline == "before" or (period.deadline == "unknown" and deadline_open(term.period, told.published))
    ):
        return "The deadline was still to come, so that not having done it was no breach yet."
    for carve in term.exceptions:
        if not carve.contested and all(_carved(carve, hit.account) for hit in told.chosen):
            return f"The term makes an exception: {carve.text}"
    return ""


def _status(among: tuple[str, ...], bearing: Bearing, chosen: Sequence[Hit], deniers: Sequence[_Look]) -> Status:
    """How a finding stands: what burdens a bearer is *admitted* by him alone; a sole origin that takes it back has withdrawn it."""
    if bearing in {"breaches", "obstructs", "prevents verification"} and any(_admits(hit, among) for hit in chosen):
        return "admitted"
    origins = {hit.look.origin for hit in chosen}
    if not deniers:
        return "corroborated" if len(origins) > 1 else "alleged"
    last = max([hit.look.account.published or "" for hit in chosen])
    taken_back = {look.origin for look in deniers} == origins
    if taken_back and min([look.account.published or "" for look in deniers]) > last:
        return "withdrawn"
    return "contested"


# --- who stands where ------------------------------------------------------------------------------------------------------------------------


def _deniers(held: _Held, chosen: Sequence[Hit]) -> list[_Look]:
    """Accounts that say the opposite of the matched ones on the same act; for what was not done, those that say that it was."""
    told_not = all(hit.account.status == "denied" for hit in chosen)
    against = {"happened", "ongoing"} if told_not else {"denied"}
    opposed = [look for look in held.accounts if look.account.status in against]
    if not opposed:
        return []
    mine = {hit.account.key for hit in chosen}
    kinds = {hit.look.kind[:2] for hit in chosen}
    return [look for look in opposed if look.account.key not in mine and look.kind[:2] in kinds]


def _admits(hit: Hit, among: tuple[str, ...]) -> bool:
    """Whether the voice is a bearer's who says it of himself."""
    voice = hit.account.voice
    if not hit.bearers or not voice.words or voice.id is None or voice.stance in {"denies", "accuses"}:
        return False
    return not set(hit.look.speakers(among)).isdisjoint(hit.bearers)


# --- in words --------------------------------------------------------------------------------------------------------------------------------


def _reasons(term: Term, told: _Told, ground: _Ground, season: _Season, excuse: str) -> Iterator[str]:
    """Sentences, the decisive one first."""
    if excuse:
        yield excuse
    yield f"{told.act} “{term.label}”{told.note}."
    yield told.by_whom
    if not excuse:
        if ground.line:
            yield ground.line
        if season.line:
            yield season.line if season.period.kind == "unknown" else season.line + told.named
    yield from told.others
    for carve in term.exceptions:
        if carve.contested and any(_carved(carve, hit.account) for hit in told.chosen):
            yield f"The parties read the term differently here: {carve.text}"
    if term.certainty != "sure" and term.why:
        yield f"Of the term itself: {term.certainty}. {term.why}"


def _others(of: Bearing, hits: Sequence[Hit]) -> Iterator[str]:
    """What other accounts make of it."""
    for bearing in sorted({hit.match.bearing for hit in hits} - {of}, key=_GRAVITY.index):
        voices = dict.fromkeys(hit.look.said for hit in hits if hit.match.bearing == bearing)
        yield f"By the account of {_listed(list(voices))} it {_BEARING_WORDS[bearing]} the term."


@lru_cache(maxsize=50_000)
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
