"""What leaves a dossier without harming anybody: names of private and threatened persons masked, protected sites made coarse.

On by default for whatever leaves a dossier; a reviewer inside sees everything. Where it is not known who somebody is, the name is masked;
an allow list lifts that, with a reason, by name and date. It must not rank, score or locate anyone.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import TYPE_CHECKING

from trucewatch.dossier.masking.mask import Mask, Rule
from trucewatch.dossier.masking.names import Name, fold, pieces
from trucewatch.dossier.masking.persons import Person, core, gathered, name_runs, roles_beside, threatened_names, unlisted
from trucewatch.dossier.masking.places import PLACEHOLDER, anchors, at_sites, is_town, town_in
from trucewatch.dossier.masking.policy import Override, Policy
from trucewatch.dossier.masking.rewrite import Rewriter
from trucewatch.dossier.masking.tables import sites
from trucewatch.knowledge.actors import ActorFile
from trucewatch.ledger.forms import tokens
from trucewatch.model import Mention, TrucewatchError

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Sequence

    from trucewatch.dossier.masking.names import Hit
    from trucewatch.dossier.masking.places import Anchor
    from trucewatch.model import Coded, Media, Place, Report

__all__ = ["Masked", "Override", "Policy", "Protected", "Threatened", "at_risk", "protect"]

_LEAST_SITE_NAME = 5
_MOST_PASSES = 4
#: Degrees up to which a rounded point still lies within UCDP's "near" (about 25 km), and within a district.
_NEAR, _DISTRICT = 0.2, 0.5


@dataclass(frozen=True, slots=True)
class Masked:
    """How often something was masked, and why; never what. ``field``: text, title, byline, publisher, tags, url, media, id, places."""

    field: str
    kind: str
    reason: str
    count: int


@dataclass(frozen=True, slots=True)
class Protected:
    """A record that may leave, what was done to it, and which decisions of the allow list it rests on.

    ``persons`` are the person mentions that are left, in the new text: protecting again with them changes nothing.
    """

    coded: Coded
    masked: tuple[Masked, ...]
    overrides: tuple[Override, ...]
    persons: tuple[Mention, ...] = ()


@dataclass(frozen=True, slots=True)
class Threatened:
    """A person named in a threat, for the reviewer's eyes: the name unmasked, where it stands, the events that threaten."""

    name: str
    mentions: tuple[Mention, ...]
    events: tuple[str, ...]


def at_risk(coded: Coded) -> tuple[Threatened, ...]:
    """Persons whom the report names in a threat or bounty, with every place their names stand in the text: not for publication."""
    found = gathered((person.start, name) for person in coded.at_risk for name in threatened_names(person.text))
    folded = fold(coded.text)
    made = []
    for person in sorted(found, key=lambda p: p.first):
        hits = {(hit.start, hit.end) for name in person.names for hit in name.find(coded.text, folded)}
        outer = [(a, b) for a, b in sorted(hits) if not any((c, d) != (a, b) and c <= a and b <= d for c, d in hits)]
        own = [(risk, name) for risk in coded.at_risk for name in threatened_names(risk.text) if _is(person, name)]
        mentions = tuple(Mention(a, b, coded.text[a:b]) for a, b in outer)
        events = tuple(dict.fromkeys(risk.event for risk, _ in own))
        made.append(Threatened(max((name for _, name in own), key=len), mentions, events))
    return tuple(made)


def protect(
    coded: Coded,
    policy: Policy,
    persons: Sequence[Mention] = (),
    also: Collection[str] = (),
    *,
    is_public: Callable[[str], bool] | None = None,
) -> Protected:
    """The record as it may leave the dossier.

    Args:
        coded: the record.
        policy: what to mask.
        persons: the person mentions of its text (``Coded.persons``), kept when it was coded.
        also: names known to be at risk from other reports of the dossier.
        is_public: whether a name is that of a holder of public office; default the built-in actor file.

    Returns:
        A record in which every offset points into its new text. What is masked is masked in every field.

    Raises:
        TrucewatchError: ``bad-person-mention``, when a mention's words are not the text's.
    """
    if coded.report is None:
        return Protected(coded, (), ())
    _check(coded, persons)
    given = (policy, tuple(also), is_public or _in_actor_file)
    made = _Case(coded, tuple(persons), *given).protected()
    for _ in range(_MOST_PASSES):  # a masked name can lay its neighbour bare; a pass that changes nothing is the last
        again = _Case(made.coded, made.persons, *given).protected()
        if again.coded == made.coded:
            break
        overrides = tuple(o for o in policy.allow if o in {*made.overrides, *again.overrides})
        made = replace(again, masked=_summed(made.masked, again.masked), overrides=overrides)
    return made


def _summed(*parts: tuple[Masked, ...]) -> tuple[Masked, ...]:
    counts: Counter[tuple[str, str, str]] = Counter()
    for masked in (masked for part in parts for masked in part):
        counts[masked.field, masked.kind, masked.reason] += masked.count
    return tuple(Masked(*key, count) for key, count in sorted(counts.items()))


def _in_actor_file(name: str) -> bool:
    """Whether a written form in the actor file is exactly this name; in small letters no surname within it is looked up."""
    return ActorFile.load().is_person_public(name.lower())


def _check(coded: Coded, persons: Iterable[Mention]) -> None:
    for mention in persons:
        if coded.text[mention.start : mention.end] != mention.text:
            raise TrucewatchError(
                "bad-person-mention", "a person's mention does not stand in the report's text", where=coded.id,
                why=f"offsets {mention.start} to {mention.end}", next_step="code the report again, with its persons",
            )  # fmt: skip


def _is(person: Person, name: str) -> bool:
    return any(known.pieces == pieces(name) or pieces(name) == (known.surname,) for known in person.names)


class _Case:
    """One record and everything that is decided about it."""

    def __init__(
        self,
        coded: Coded,
        persons: tuple[Mention, ...],
        policy: Policy,
        also: tuple[str, ...],
        is_public: Callable[[str], bool],
    ) -> None:
        self.coded, self.policy, self.mentions, self.also, self.is_public = coded, policy, persons, also, is_public
        self.words = tokens(coded.text)
        self.used: dict[str, Override] = {}
        self.anchors = anchors(coded) if policy.coarsen_protected_sites else ()
        self.spans = self._person_spans()
        self.people = self._people()
        self.counts: Counter[tuple[str, str, str]] = Counter()

    # -- who ------------------------------------------------------------------------------------------------------------------

    def _person_spans(self) -> tuple[tuple[int, int], ...]:
        """Where names of persons stand in the text, less what is an actor, a place or a medium."""
        others = self._others()
        given = [span for span in map(self._core_span, self.mentions) if span and not self._is_other(span, others)]
        sure = [*given, *self._risky_spans()]
        taken = [*sure, *others]
        return tuple(dict.fromkeys((*sure, *unlisted(self.coded.text, self.words, taken))))

    def _core_span(self, mention: Mention) -> tuple[int, int] | None:
        if PLACEHOLDER.search(mention.text):
            return None
        name = core(mention.text)
        start = mention.start + mention.text.rfind(name)
        return (start, start + len(name)) if name else None

    def _risky_spans(self) -> Iterator[tuple[int, int]]:
        for risk in self.coded.at_risk:
            for name in () if PLACEHOLDER.search(risk.text) else threatened_names(risk.text):
                start = risk.start + risk.text.find(name)
                yield start, start + len(name)

    def _others(self) -> list[tuple[int, int]]:
        """Spans of the text that are actors, places or media, and no persons."""
        coded = self.coded
        found = [(m.start, m.end) for actor in coded.actors if actor.type != "person" for m in actor.mentions]
        found += [(place.start, place.end) for place in coded.places if place.name]
        found += [(m.start, m.end) for claim in coded.claims for m in claim.conduit]
        return found + [anchor.name for anchor in self.anchors if anchor.name]

    def _is_other(self, span: tuple[int, int], others: Sequence[tuple[int, int]]) -> bool:
        """Whether a supposed person is something else: covered by an actor or place, or the publisher."""
        if any(a <= span[0] and span[1] <= b for a, b in others):
            return True
        report, name = self.coded.report, pieces(self.coded.text[slice(*span)])
        media = [report.publisher, report.origin.publisher if report.origin else None] if report else []
        return any(set(name) <= {*pieces(medium), "the"} for medium in media if medium and name)

    def _people(self) -> list[Person]:
        text, coded = self.coded.text, self.coded
        risky = [name for risk in coded.at_risk if not PLACEHOLDER.search(risk.text) for name in threatened_names(risk.text)]
        outside = [(-1, name) for name in (*risky, *(core(name) for name in self.also))]
        people = gathered([*((start, text[start:end]) for start, end in self.spans), *outside])
        threatened = {pieces(name) for _, name in outside}
        bylines = {pieces(name) for name in coded.report.byline} if coded.report else set()
        folded = fold(text)
        for person in people:
            named = {name.pieces for name in person.names}
            person.threatened = bool(named & threatened)
            person.known = bool(named & bylines) or self._in_office(person)
            person.names += self._fuller(person)
            hits = sorted(
                {(hit.start, hit.end) for name in person.names for hit in name.find(text, folded) if self._may_be(hit)}
            )
            person.first = hits[0][0] if hits else -1
            person.found_roles += [role for start, end in hits for role in roles_beside(self.words, text, start, end)]
        return people

    def _fuller(self, person: Person) -> list[Name]:
        """Of somebody known by one name only: the name with the word before it ("Ellwood", "Tobias Ellwood")."""
        lone = {name.surname for name in person.names}
        if any(len(name.pieces) > 1 for name in person.names):
            return []
        runs = [self.words[last - 2 : last] for first, last in name_runs(self.words) if last - first > 1]
        found = (pieces(self.coded.text[a.start : b.end]) for a, b in runs)
        return [Name(full) for full in dict.fromkeys(found) if len(full) > 1 and full[-1] in lone]

    def _may_be(self, hit: Hit) -> bool:
        """Whether a name that stands alone is not a part of another, longer one."""
        return hit.whole or not any(a <= hit.start and hit.end <= b and b - a > hit.end - hit.start for a, b in self.spans)

    def _in_office(self, person: Person) -> bool:
        """Whether the actor file holds the person's fullest name; the surname of an office-holder is not enough."""
        most = max(len(name.pieces) for name in person.names)
        full = {name.pieces for name in person.names if len(name.pieces) == most}
        offices = [m for actor in self.coded.actors if actor.type == "person" for m in actor.mentions]
        spans = [span for span in self.spans if pieces(self.coded.text[slice(*span)]) in full]
        if any(m.start <= a and b <= m.end for m in offices for a, b in spans):
            return True
        return any(self.is_public(" ".join(name)) for name in full)

    # -- what is written ---------------------------------------------------------------------------------------------------------

    def _allowed(self, names: Iterable[tuple[str, ...]]) -> bool:
        wanted = set(names)
        found = [override for override in self.policy.allow if {pieces(override.name), pieces(core(override.name))} & wanted]
        self.used.update((override.name, override) for override in found)
        return bool(found)

    def _is_masked(self, person: Person) -> bool:
        threatened = person.threatened and self.policy.mask_threatened_persons
        private = not person.public and self.policy.mask_private_persons
        return (threatened or private) and not self._allowed(name.pieces for name in person.names)

    def _person_rules(self, people: Sequence[Person]) -> Iterator[Rule]:
        """A rule a person, in the order in which they appear; persons of one role are numbered where there are several."""
        ordered = sorted(people, key=lambda p: (p.first < 0, p.first, [name.pieces for name in p.names]))
        labels = Counter(_label(person) for person in ordered)
        taken = set(PLACEHOLDER.findall(self.coded.text))
        for person in ordered:
            words = _placeholder(_label(person), several=labels[_label(person)] > 1, taken=taken)
            taken.add(words)
            yield Rule(tuple(person.names), words, "person", _reason(person))

    def _site_rules(self) -> Iterator[Rule]:
        for anchor in self.anchors:
            if anchor.name is None:
                continue
            full, noun = self.coded.text[slice(*anchor.name)], anchor.kind.placeholder
            bare = _without_noun(self.coded, anchor)
            if self._allowed((pieces(full), pieces(bare))):
                continue
            town = town_in(self.coded, *anchor.name)
            words = f"[{noun} in {town}]" if town else f"[{noun}]"
            names = [Name(pieces(full), parts=False)]
            if len("".join(pieces(bare))) >= _LEAST_SITE_NAME and not self._is_town(bare):
                names.append(Name(pieces(bare), parts=False))
            yield Rule(tuple(names), words, "site", f"protected site: {anchor.kind.name}")

    def _is_town(self, name: str) -> bool:
        return any(
            is_town(place) and pieces(name) in {pieces(place.text), pieces(place.name or "")} for place in self.coded.places
        )

    def _mask(self) -> Mask:
        hidden = [person for person in self.people if self._is_masked(person)]
        rules = (*self._person_rules(hidden), *_first_of_each(self._site_rules()))
        keep = [name for person in self.people if person not in hidden for name in person.names]
        coded = self.coded
        others = [m.text for actor in coded.actors if actor.type != "person" for m in actor.mentions]
        others += [place.text for place in coded.places if is_town(place)]
        others += [place.name for place in coded.places if place.name and is_town(place)]
        return Mask(rules, (*keep, *(Name(pieces(text), parts=False) for text in others if pieces(text))))

    # -- the record --------------------------------------------------------------------------------------------------------------

    def protected(self) -> Protected:
        mask = self._mask()
        chosen = mask.edits(self.coded.text, tuple(self._sure(mask)))
        self._count("text", (rule for _, rule in chosen))
        rewriter = Rewriter(self.coded.text, [edit for edit, _ in chosen], mask.string)
        made = self._record(mask, rewriter)
        places = self._places(made) if self.policy.coarsen_protected_sites else made.places
        masked = tuple(Masked(*key, count) for key, count in sorted(self.counts.items()) if count)
        overrides = tuple(override for override in self.policy.allow if override.name in self.used)
        return Protected(replace(made, places=places), masked, overrides, tuple(self._left(rewriter)))

    def _count(self, field: str, rules: Iterable[Rule]) -> None:
        self.counts.update((field, rule.kind, rule.reason) for rule in rules)

    def _sure(self, mask: Mask) -> Iterator[tuple[int, int, Rule]]:
        """Spans of the text that are a masked name, whatever the words around them."""
        names = {name.pieces: rule for rule in mask.rules for name in rule.names}
        spans = [*self.spans, *(anchor.name for anchor in self.anchors if anchor.name)]
        for start, end in spans:
            rule = names.get(pieces(self.coded.text[start:end]))
            if rule:
                yield start, end, rule

    def _record(self, mask: Mask, rewriter: Rewriter) -> Coded:
        coded, report = self.coded, self.coded.report
        if report is None:
            return coded
        name = coded.id
        for address in dict.fromkeys((coded.id, report.id)):
            rule = mask.carries(address)
            if rule:
                self._count("id", (rule,))
                name = f"masked-{sha256(rewriter.text.encode('utf-8', 'surrogatepass')).hexdigest()[:12]}"
        made = rewriter.record(replace(coded, id=name, report=None))
        return replace(made, report=self._report(replace(report, id=name), mask, rewriter))

    def _report(self, report: Report, mask: Mask, rewriter: Rewriter) -> Report:
        for field, strings in _strings(report).items():
            self._count(field, (rule for text in strings for _, rule in mask.edits(text)))
        origin = replace(report.origin, url=self._address("url", report.origin.url, mask)) if report.origin else None
        media = tuple(item for item in report.media if self._keeps(item, mask))
        bare = replace(report, text="", url=self._address("url", report.url, mask), origin=origin, media=media)
        return replace(rewriter.record(bare), text=rewriter.text)

    def _address(self, field: str, address: str | None, mask: Mask) -> str | None:
        """The address, or None where it carries a masked name."""
        rule = mask.carries(address) if address else None
        self._count(field, (rule,) if rule else ())
        return None if rule else address

    def _keeps(self, item: Media, mask: Mask) -> bool:
        return self._address("media", item.url, mask) is not None

    def _places(self, made: Coded) -> tuple[Place, ...]:
        """Places at protected sites lose their exact position, sites themselves their name."""
        hit = at_sites(self.coded, self.anchors)
        named = [anchor.name for anchor in self.anchors if anchor.name]
        found = []
        for k, (old, place) in enumerate(zip(self.coded.places, made.places, strict=True)):
            if k not in hit and place.name == old.name:
                found.append(place)
                continue
            coarse = self._coarse(place)
            site = not is_town(old) and any(a < old.end and old.start < b for a, b in named)
            found.append(replace(coarse, name=place.text if site and PLACEHOLDER.search(place.text) else place.name))
            self.counts["places", "site", "position of a protected site"] += coarse != place
        return tuple(found)

    def _coarse(self, place: Place) -> Place:
        degrees = self.policy.coarse_degrees
        level = 2 if degrees <= _NEAR else 3 if degrees <= _DISTRICT else 4
        known = place.latitude is not None or place.precision is not None
        return replace(
            place,
            latitude=_rounded(place.latitude, degrees),
            longitude=_rounded(place.longitude, degrees),
            precision=max(place.precision or level, level) if known else None,
            geonameid=None,
            candidates=(),
        )

    def _left(self, rewriter: Rewriter) -> Iterator[Mention]:
        for mention in self.mentions:
            start, end = rewriter.span(mention.start, mention.end)
            if rewriter.text[start:end] == mention.text:
                yield Mention(start, end, mention.text)


def _rounded(degrees: float | None, step: float) -> float | None:
    return None if degrees is None else round(round(degrees / step) * step, 6)


def _label(person: Person) -> str:
    return person.role.placeholder if person.role else "person"


def _reason(person: Person) -> str:
    if person.threatened:
        return "threatened"
    return f"private role: {person.role.name}" if person.role else "no public function known"


def _placeholder(label: str, *, several: bool, taken: Collection[str]) -> str:
    """As in "[a journalist]", "[journalist 2]" where there are several, "[person 1]" for those without a role."""
    if label != "person" and not several and f"[{label}]" not in taken:
        return f"[{label}]"
    noun = label.removeprefix("a ").removeprefix("an ")
    number = 1
    while f"[{noun} {number}]" in taken:
        number += 1
    return f"[{noun} {number}]"


def _first_of_each(rules: Iterable[Rule]) -> Iterator[Rule]:
    """One rule a site: what the first mention says of its town stands for all."""
    seen: set[tuple[str, ...]] = set()
    for rule in rules:
        names = tuple(name for name in rule.names if name.pieces not in seen)
        seen.update(name.pieces for name in names)
        if names:
            yield replace(rule, names=names)


def _without_noun(coded: Coded, anchor: Anchor) -> str:
    """The name of a site less the noun of its kind: "Al-Rahma" of "Al-Rahma Hospital"."""
    if anchor.name is None:
        return ""
    words = tokens(coded.text[slice(*anchor.name)])
    nouns = {form for form, kind in sites().items() if kind.name == anchor.kind.name}
    width = next((w for w in range(len(words), 0, -1) if tuple(word.key for word in words[-w:]) in nouns), 0)
    if width:
        kept = words[:-width]
    else:
        width = next((w for w in range(len(words), 0, -1) if tuple(word.key for word in words[:w]) in nouns), 0)
        kept = words[width:]
    return coded.text[anchor.name[0] + kept[0].start : anchor.name[0] + kept[-1].end] if kept else ""


def _strings(report: Report) -> dict[str, tuple[str, ...]]:
    """The strings of a report beside its text, by field, for counting."""
    tags = tuple(text for key, values in report.tags.items() for text in (key, *values))
    origin = report.origin.publisher if report.origin else None
    return {
        "title": (report.title,) if report.title else (),
        "byline": report.byline,
        "publisher": tuple(text for text in (report.publisher, origin) if text),
        "tags": tags,
    }
