"""From a file's parts to an ``Agreement``: who, when, where and what, each held against what the house knows.

What is wrong is reported by line and the reading goes on, so that one run names everything. This module must not open files: other
agreements that one builds on are asked for through the desk.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, cast

from trucewatch.knowledge.actors import ROLE_CODES
from trucewatch.ledger.agreements import defaults
from trucewatch.ledger.agreements.form import BEARING_KEYS, FORMAT
from trucewatch.ledger.agreements.plots import Surveyor
from trucewatch.ledger.agreements.problems import Report, near
from trucewatch.ledger.agreements.sites import resolve
from trucewatch.ledger.areas import overlap
from trucewatch.ledger.periods import moment
from trucewatch.model.agreement import Agreement, Basis, Carve, Involved, Match, Period, Source, Spell, Term
from trucewatch.ontology import load as load_ontology

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from trucewatch.knowledge.actors import ActorFile
    from trucewatch.knowledge.places import Gazetteer
    from trucewatch.ledger.agreements.shaping import Cell, Item
    from trucewatch.model.agreement import Area, Bearing

_COMPOSED = re.compile(r"([A-Z]{3})-([A-Z]{3})")
_GROUPS = ("parties", "guarantors", "witnesses", "monitors", "bound")
_PROVES = frozenset({"fulfils", "fulfils in part"})


@dataclass(frozen=True, slots=True)
class Desk:
    """What a file is held against. ``fetch`` gives another agreement by its id, or the reason why there is none."""

    actors: ActorFile
    gazetteer: Gazetteer
    fetch: Callable[[str], Agreement | str]


def actor_name(actor: str, actors: ActorFile) -> str | None:
    """The name of an actor id, composed ones ("TUR-MIL") included; None where the actor file has none."""
    found = actors.entry(actor)
    if found is not None:
        return found.name
    composed = _COMPOSED.fullmatch(actor)
    if composed is None or composed[2] not in ROLE_CODES:
        return None
    country = actors.entry(composed[1])
    return f"{country.name}: {ROLE_CODES[composed[2]].replace('_', ' ')}" if country is not None else None


def made(item: Item, desk: Desk, report: Report) -> Agreement | None:
    """The agreement of a whole file, or None where an error stands in the way."""
    return _Maker(item, desk, report).agreement()


class _Maker:
    def __init__(self, item: Item, desk: Desk, report: Report) -> None:
        self._item = item
        self._desk = desk
        self._report = report
        self._date = item.text("date")
        self._surveyor = Surveyor(desk.gazetteer, report, item.names.get("areas", {}))

    def agreement(self) -> Agreement | None:
        """Everything in the order of the form."""
        item = self._item
        if item.text("trucewatch-agreement") not in {None, FORMAT}:
            self._report.error(
                item.at("trucewatch-agreement"), f"this version reads form {FORMAT}, not {item.text('trucewatch-agreement')!r}"
            )
        people = {group: tuple(self._involved(group)) for group in _GROUPS}
        areas = self._surveyor.named()
        sources = tuple(self._sources())
        bases = tuple(self._bases())
        carried = tuple(self._carried())
        own = tuple(self._terms(people, areas, len(sources)))
        _Overlaps(self._report, item.parts.get("terms", []), own).check()
        spells = tuple(self._spells())
        places = tuple(
            site for part in item.parts.get("places", ()) if (site := resolve(part, self._desk.gazetteer, self._report))
        )
        if self._report.errors:
            return None
        fields: dict[str, Any] = {key: item.text(key) for key in ("id", "title", "date", "place", "kind", "stage")}
        return Agreement(
            **fields,
            parties=people["parties"],
            guarantors=people["guarantors"],
            witnesses=people["witnesses"],
            monitors=people["monitors"],
            bound=people["bound"],
            sources=sources,
            terms=(*own, *carried),
            status=spells,
            builds_on=bases,
            areas=tuple(areas.values()),
            places=places,
            pax=item.value("pax"),
            coded_by=item.text("coded_by") or "",
            fictional=bool(item.value("fictional")),
            note=item.text("note") or "",
        )

    # who

    def _known(self, cell: Cell) -> str | None:
        name = actor_name(str(cell.value), self._desk.actors)
        if name is None:
            composed = _COMPOSED.fullmatch(str(cell.value))
            why = (
                f"no role {composed[2]!r} ({', '.join(ROLE_CODES)})"
                if composed and composed[2] not in ROLE_CODES
                else "not in the actor file"
            )
            self._report.error(cell.line, f"unknown actor {cell.value!r}: {why}")
        return name

    def _involved(self, group: str) -> Iterator[Involved]:
        for part in self._item.parts.get(group, ()):
            cell = part.cells.get("actor")
            name = self._known(cell) if cell else None
            if cell and name is not None:
                yield Involved(str(cell.value), name, part.text("role") or "", part.text("note") or "")

    def _actors(self, part: Item, key: str, people: Mapping[str, tuple[Involved, ...]]) -> tuple[str, ...]:
        """Actor ids of a list; ``parties`` and ``guarantors`` stand for those of the agreement."""
        found: list[str] = []
        for cell in part.lists.get(key, ()):
            if cell.value in _GROUPS:
                found += [involved.actor for involved in people[cell.value]]
                if not people[cell.value]:
                    self._report.error(cell.line, f"the agreement has no {cell.value}")
            elif self._known(cell) is not None:
                found.append(str(cell.value))
        return tuple(dict.fromkeys(found))

    def _bearers(self, part: Item, people: Mapping[str, tuple[Involved, ...]]) -> tuple[str, ...]:
        named = {involved.actor for group in people.values() for involved in group}
        # an actor that is misspelt where it is named must not be missed here as well
        misspelt = len(named) < len({part.text("actor") for group in _GROUPS for part in self._item.parts.get(group, ())})
        found = self._actors(part, "bearers", people)
        for cell in part.lists.get("bearers", ()):
            listed = any(cell.value == actor or str(cell.value).startswith((f"{actor}-", f"{actor}.")) for actor in named)
            if cell.value not in _GROUPS and cell.value in found and not listed and not misspelt:
                self._report.error(
                    cell.line, f"{cell.value} is bound by this term but is named under none of {', '.join(_GROUPS)}"
                )
        return found

    # when

    def _spells(self) -> Iterator[Spell]:
        for part in self._item.parts.get("status", ()):
            begin, until = part.text("from"), part.text("until")
            if begin and until and until < begin:
                self._report.error(part.at("until"), f"ends on {until}, before it starts on {begin}")
            if begin and self._date and begin < self._date:
                self._report.error(part.at("from"), f"starts on {begin}, before the agreement of {self._date}")
            if begin and part.text("state"):
                yield Spell(cast("Any", part.text("state")), begin, until, part.text("note") or "")

    def _period(self, term: Item) -> Period:
        part = term.part("period")
        if part is None:
            return Period(begin=self._date)
        begin, until, deadline = (part.text(key) for key in ("from", "until", "deadline"))
        if begin and self._date and moment(begin).date() < moment(self._date).date():
            self._report.error(part.at("from"), f"the term holds from {begin}, before the agreement of {self._date}")
        if begin and until and moment(until) < moment(begin):
            self._report.error(part.at("until"), f"the term ends on {until}, before it starts on {begin}")
        elif not begin and until and self._date and moment(until).date() < moment(self._date).date():
            self._report.error(part.at("until"), f"the term ends on {until}, before the agreement of {self._date}")
        start = begin or self._date
        if deadline and start and moment(deadline).date() < moment(start).date():
            self._report.error(part.at("deadline"), f"the deadline of {deadline} is before the term starts on {start}")
        if deadline and until and start and moment(start) <= moment(until) and moment(deadline).date() > moment(until).date():
            self._report.error(part.at("deadline"), f"the deadline of {deadline} is after the term ends on {until}")
        return Period(start, until, deadline, bool(part.value("standing", deadline is None)))

    # from where

    def _sources(self) -> Iterator[Source]:
        for part in self._item.parts.get("sources", ()):
            yield Source(
                part.text("title") or "",
                part.text("publisher") or "",
                part.text("date"),
                part.text("url"),
                part.text("note") or "",
            )

    def _bases(self) -> Iterator[Basis]:
        for part in self._item.parts.get("builds_on", ()):
            note = " ".join(text for text in (part.text("note"), part.text("why")) if text)
            yield Basis(part.text("agreement") or "", part.texts("terms"), note)

    def _carried(self) -> Iterator[Term]:
        for part in self._item.parts.get("builds_on", ()):
            self._certainty(part)
            ident = part.text("agreement")
            area = self._area(part, f"{ident}-here")
            other = self._desk.fetch(ident) if ident else None
            if isinstance(other, str):
                self._report.error(part.at("agreement"), other)
            elif other is not None:
                yield from self._carry(part, other, area)

    def _carry(self, part: Item, other: Agreement, area: Area | None) -> Iterator[Term]:
        if self._date and other.date > self._date:
            self._report.error(part.at("agreement"), f"builds on {other.id} of {other.date}, which is later than {self._date}")
        wanted = part.texts("terms")
        for cell in part.lists.get("terms", ()):
            if other.term(str(cell.value)) is None:
                self._report.error(
                    cell.line,
                    f"{other.id} has no term {cell.value!r}{near(str(cell.value), [term.id for term in other.terms])}",
                )
        doubts = (
            {"certainty": part.value("certainty"), "why": part.text("why") or ""}
            if part.value("certainty", "sure") != "sure"
            else {}
        )
        for term in other.terms:
            if not wanted or term.id in wanted:
                yield replace(
                    term,
                    id=term.id if term.origin else f"{other.id}/{term.id}",
                    origin=term.origin or other.id,
                    area=area or term.area,
                    **doubts,
                )

    # what

    def _terms(self, people: Mapping[str, tuple[Involved, ...]], areas: Mapping[str, Area], sources: int) -> Iterator[Term]:
        first: dict[str, int] = {}
        parts = self._item.parts.get("terms", [])
        known = {part.text("id") for part in parts}
        for part in parts:
            ident = part.text("id")
            if ident in first:
                self._report.error(part.at("id"), f"the term id {ident!r} stands twice, first in line {first[ident]}")
            elif ident:
                first[ident] = part.at("id")
            for cell in part.lists.get("beside", ()):
                if cell.value not in known:
                    self._report.error(
                        cell.line,
                        f"no term {cell.value!r} beside which this could stand{near(str(cell.value), [name for name in known if name])}",
                    )
            yield self._term(part, people, areas, sources)

    def _term(self, part: Item, people: Mapping[str, tuple[Involved, ...]], areas: Mapping[str, Area], sources: int) -> Term:
        obligations = part.texts("obligations")
        self._certainty(part)
        for cell in part.lists.get("sources", ()):
            if not 1 <= cell.value <= sources:
                self._report.error(cell.line, f"there is no source {cell.value}; the file has {sources}")
        matches = tuple(self._matches(part, obligations))
        self._contradictions(part, matches)
        return Term(
            id=part.text("id") or "",
            label=part.text("label") or "",
            text=part.text("text") or "",
            obligations=obligations,
            bearers=self._bearers(part, people),
            beneficiaries=self._actors(part, "beneficiaries", people),
            area=self._place_of(part, obligations, areas),
            period=self._period(part),
            exceptions=tuple(self._exceptions(part, people)),
            matches=matches,
            sources=tuple(cell.value for cell in part.lists.get("sources", ())) or tuple(range(1, sources + 1)),
            beside=part.texts("beside"),
            certainty=part.value("certainty", "sure"),
            why=part.text("why") or "",
            clause=part.text("clause") or "",
        )

    def _certainty(self, part: Item) -> None:
        if part.value("certainty", "sure") != "sure" and "why" not in part.cells:
            self._report.error(part.at("certainty"), "say under 'why' what is not sure")

    def _place_of(self, part: Item, obligations: tuple[str, ...], areas: Mapping[str, Area]) -> Area | None:
        given = part.part("area")
        if given is None:
            needing = [name for name in obligations if name in defaults.duties() and defaults.duties()[name].needs_area]
            if needing:
                self._report.error(
                    part.at("obligations"), f"this term has no 'area', and {needing[0]!r} needs one: where must it be kept?"
                )
            return None
        if given.short is not None and given.short in areas:
            return areas[given.short]
        return self._area(part, part.text("id") or "area")

    def _area(self, part: Item, ident: str) -> Area | None:
        given = part.part("area")
        return None if given is None else self._surveyor.area(given, given.short or ident)

    def _exceptions(self, part: Item, people: Mapping[str, tuple[Involved, ...]]) -> Iterator[Carve]:
        for given in part.parts.get("exceptions", ()):
            yield Carve(
                given.text("text") or "",
                self._actors(given, "actors", people),
                given.value("side", "either"),
                given.texts("categories"),
                bool(given.value("contested")),
            )

    def _matches(self, part: Item, obligations: tuple[str, ...]) -> Iterator[Match]:
        found: dict[Match, None] = {}
        for key, bearing in BEARING_KEYS.items():
            usual = [match for name in obligations for match in defaults.matches().get((name, cast("Bearing", bearing)), ())]
            if key not in part.lines:
                found.update(dict.fromkeys(usual))
            for given in part.parts.get(key, ()):
                if given.short == "defaults":
                    found.update(dict.fromkeys(usual))
                elif (match := self._match(given, cast("Bearing", bearing))) is not None:
                    found[match] = None
        yield from found

    def _match(self, given: Item, bearing: Bearing) -> Match | None:
        who = "bearer" if bearing in _PROVES or bearing == "breaches" else "anyone"
        if given.short is not None:
            known = [truce.id for truce in load_ontology().truces]
            if given.short not in known:
                self._report.error(
                    given.line, f"no ceasefire category {given.short!r}{near(given.short, [*known, 'defaults'])}"
                )
                return None
            return Match(bearing, given.short, who=cast("Any", who))
        if not {"category", "type"} & given.lines.keys():
            self._report.error(given.line, "a match names a 'category' or a 'type' at least")
        self._mode(given)
        for cell in given.lists.get("words", ()):
            if str(cell.value).startswith("@") and str(cell.value)[1:] not in defaults.word_lists():
                self._report.error(
                    cell.line,
                    f"no list of words {cell.value!r}; there are {', '.join('@' + name for name in defaults.word_lists())}",
                )
        return Match(
            bearing=bearing,
            category=given.text("category"),
            type=given.text("type"),
            mode=given.text("mode"),
            status=cast("Any", given.texts("status")) or Match(bearing).status,
            who=given.value("who", who),
            told_by=given.value("told_by", "anyone"),
            against=given.value("against", "anyone"),
            words=defaults.expanded(given.texts("words")),
            note=given.text("note") or "",
        )

    def _mode(self, given: Item) -> None:
        kind, mode = given.text("type"), given.text("mode")
        if mode is None:
            return
        modes = load_ontology().modes(kind) if kind else ()
        if mode not in modes:
            why = f"{kind} has {', '.join(modes) or 'none'}" if kind else "name its 'type' too"
            self._report.error(given.at("mode"), f"no PLOVER mode {mode!r}: {why}")

    def _contradictions(self, part: Item, matches: tuple[Match, ...]) -> None:
        clash = _clash(matches, matches)
        if clash is not None:
            self._report.error(part.line, f"this term contradicts itself: {_told(clash)} both fulfils and breaches it")


def _clash(one: tuple[Match, ...], other: tuple[Match, ...]) -> Match | None:
    """An event that keeps by one and breaks by the other, or None."""
    breaking = [match for match in other if match.bearing == "breaches"]
    return next((kept for kept in one if kept.bearing in _PROVES for broken in breaking if _same_event(kept, broken)), None)


def _same_event(one: Match, other: Match) -> bool:
    """Whether one event may fit both, as far as their fields tell; object words that differ part them."""
    return (
        (one.category, one.type, one.mode) == (other.category, other.type, other.mode)
        and bool(set(one.status) & set(other.status))
        and (one.who == other.who or "anyone" in {one.who, other.who})
        and one.told_by == other.told_by
        and one.against == other.against
        and _words_meet(one, other)
    )


def _words_meet(one: Match, other: Match) -> bool:
    return not one.words or not other.words or bool({w.lower() for w in one.words} & {w.lower() for w in other.words})


def _told(match: Match) -> str:
    return " ".join(part for part in (match.category, match.type, match.mode, f"({' or '.join(match.status)})") if part)


class _Overlaps:
    """Terms that lay one duty twice on somebody, or opposite ones."""

    def __init__(self, report: Report, parts: list[Item], terms: tuple[Term, ...]) -> None:
        self._report = report
        self._pairs = list(zip(parts, terms, strict=False))

    def check(self) -> None:
        """Compare every two terms."""
        for n, (part, term) in enumerate(self._pairs):
            for earlier, other in self._pairs[:n]:
                # an area with errors is told of where it stands; here it would count as everywhere
                unsound = ("area" in part.lines and term.area is None) or ("area" in earlier.lines and other.area is None)
                if not unsound and self._meet(term, other):
                    self._compare(part, term, earlier, other)

    @staticmethod
    def _meet(term: Term, other: Term) -> bool:
        shared = set(term.obligations) & set(other.obligations) and set(term.bearers) & set(other.bearers)
        return bool(shared) and _periods_meet(term.period, other.period) and overlap(term.area, other.area)

    def _compare(self, part: Item, term: Term, earlier: Item, other: Term) -> None:
        clash = _clash(term.matches, other.matches) or _clash(other.matches, term.matches)
        same = ", ".join(sorted(set(term.obligations) & set(other.obligations)))
        who = ", ".join(sorted(set(term.bearers) & set(other.bearers)))
        if clash is not None:
            self._report.error(
                part.line,
                f"contradicts the term {other.id!r} (line {earlier.line}): {_told(clash)} fulfils one and breaches the other, for {who}",
            )
        elif (
            term.id not in other.beside
            and other.id not in term.beside
            and any(
                _same_event(mine, theirs) for mine in term.matches for theirs in other.matches if mine.bearing == theirs.bearing
            )
        ):
            self._report.warning(
                part.line,
                f"lays the same duty ({same}) on {who} as the term {other.id!r} (line {earlier.line}), in the same area and"
                " time: an incident would count twice; if that is meant, say so under 'beside'",
            )


def _periods_meet(one: Period, other: Period) -> bool:
    from trucewatch.ledger.periods import overlap as share  # noqa: PLC0415 - areas have one of this name

    return share(one, other)
