"""The review queue: which event a reviewer looks at first, and all that a screen needs to show of it.

The order is that of what is at stake: verdicts that lost their event, persons named in threats, incidents that reports or reviewers dispute,
readings that the coder was unsure of, then everything nobody has seen. Nothing is ordered, grouped or chosen by person: persons at risk
bring their event forward so that somebody looks after them, and there is no way to ask for one. This module must not lay anything out.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, NamedTuple, get_args

from trucewatch import ontology
from trucewatch.dossier.verdicts.attach import apply
from trucewatch.dossier.verdicts.fields import Coding, Values, show
from trucewatch.model import TrucewatchError
from trucewatch.model.incident import Voice

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from trucewatch.dossier.verdicts.attach import Mark
    from trucewatch.dossier.verdicts.kinds import Anchor, Verdict
    from trucewatch.dossier.verdicts.state import Dispute, Effective, Ruling
    from trucewatch.model import Alternative
    from trucewatch.model.incident import Account

Reason = Literal["lost", "at risk", "disputed", "reviewers differ", "low confidence", "unseen", "seen"]
REASONS: tuple[Reason, ...] = get_args(Reason)
LOW = 0.5  #: below this, the coder's confidence is low
OWN_VOICE = "the report itself"
AT_RISK = "[a person at risk]"


@dataclass(frozen=True, slots=True)
class Subject:
    """An event that may be looked at: the machine's account, its anchor, and what the account does not hold."""

    account: Account
    anchor: Anchor
    alternatives: tuple[Alternative, ...] = ()
    notes: tuple[str, ...] = ()
    at_risk: tuple[str, ...] = ()
    incident: str | None = None


@dataclass(frozen=True, slots=True)
class Case:
    """An incident as the queue needs it. ``matters``: what its accounts contradict each other on."""

    id: str
    headline: str
    disputed: bool = False
    matters: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Filter:
    """Which items are wanted. ``seen``: also what was reviewed. ``blind``: as if the reviewer were alone, for counting agreement.

    There is no field for a person, by design.
    """

    reviewer: str = ""
    blind: bool = False
    seen: bool = False
    reasons: tuple[Reason, ...] = ()
    report: str | None = None
    incident: str | None = None
    type: str | None = None
    truce: str | None = None
    limit: int | None = None


@dataclass(frozen=True, slots=True)
class Item:
    """One screen: an event, why it is here, what is coded and who said what of it.

    ``values`` are what stands now, the reviewers' laid over the machine's, and ``marks`` name what they changed; ``machine`` is what the coder
    has. ``quote`` is before, words, after. For a lost verdict there is no event: ``values`` are those that the reviewer saw.
    """

    event: str
    anchor: Anchor
    reasons: tuple[tuple[Reason, str], ...]
    values: Values
    machine: Values
    quote: tuple[str, str, str]
    confidence: float | None
    title: str | None = None
    publisher: str | None = None
    published: str | None = None
    origin: str = ""
    alternatives: tuple[Alternative, ...] = ()
    notes: tuple[str, ...] = ()
    at_risk: tuple[str, ...] = ()
    case: Case | None = None
    marks: tuple[Mark, ...] = ()
    rejected: bool = False
    verdicts: tuple[Verdict, ...] = ()
    disputes: tuple[Dispute, ...] = ()

    @property
    def lost(self) -> bool:
        """Whether this is a verdict that lost its event."""
        return self.confidence is None

    @property
    def headline(self) -> str:
        """Act, sides, place and time in one line, which may go into a list: a person at risk is not named in it."""
        values = self.values
        sides = " → ".join(
            "; ".join(dict.fromkeys(self._masked(party.text) for party in side))
            for side in (values.actor, values.recipient)
            if side
        )
        place = (values.place.name or values.place.text) if values.place else ""
        when = show(values.time) if values.time else ""
        return " · ".join(part for part in (_act(values), sides, place, when) if part)

    def _masked(self, words: str) -> str:
        return AT_RISK if any(name in words for name in self.at_risk) else words

    @property
    def says(self) -> str:
        """Who says so."""
        voice = self.values.claimant
        if not voice.words and not voice.stance:
            return OWN_VOICE
        via = f", via {', '.join(voice.via)}" if voice.via else ""
        return f"{voice.words or voice.name or 'a source it does not name'} [{voice.stance or 'asserts'}]{via}"

    @property
    def codes(self) -> tuple[tuple[str, str], ...]:
        """Every field with its value as it is typed in."""
        return tuple((name, show(getattr(self.values, name))) for name in Values.__slots__)


def _act(values: Values) -> str:
    try:
        if values.truce:
            return ontology.load().truce(values.truce).label
    except TrucewatchError:  # a category of another ontology
        return values.truce or ""
    return show(values.type)


def queue(
    subjects: Iterable[Subject],
    cases: Iterable[Case],
    effective: Effective,
    wanted: Filter | None = None,
) -> Iterator[Item]:
    """The items that are wanted, what matters most first.

    Args:
        subjects: the events of today's coding.
        cases: their incidents.
        effective: what the verdicts come to, settled to that coding; for a blind reviewer, of that reviewer's verdicts alone
            (``heard``).
        wanted: which items; by default all that nobody has seen and all that are open.
    """
    wanted = wanted or Filter()
    table = {case.id: case for case in cases}
    found = [_lost(ruling) for ruling in effective.lost]
    found += [_Place.of(subject, table.get(subject.incident or ""), effective) for subject in subjects]
    kept = sorted((place for place in found if _kept(place, wanted, effective)), key=_rank)
    for place in kept[: wanted.limit]:
        yield place.item or _item(place, effective)


class _Place(NamedTuple):
    """An event's place in the queue, found before its screen is made: there may be very many."""

    reasons: tuple[tuple[Reason, str], ...]
    anchor: Anchor
    confidence: float
    case: Case | None
    subject: Subject | None
    item: Item | None = None

    @classmethod
    def of(cls, subject: Subject, case: Case | None, effective: Effective) -> _Place:
        reasons = tuple(_reasons(subject, case, effective.rulings.get(subject.anchor.key)))
        return cls(reasons, subject.anchor, subject.account.confidence, case, subject)

    def coded(self, effective: Effective) -> tuple[str, str | None]:
        """Type and ceasefire category as they stand now."""
        if self.subject:
            account = apply(self.subject.account, effective).account
            return account.type, account.truce
        return (self.item.values.type.type, self.item.values.truce) if self.item else ("", None)


def _lost(ruling: Ruling) -> _Place:
    item = _lost_item(ruling)
    return _Place(item.reasons, item.anchor, 0.0, None, None, item)


def heard(verdicts: Iterable[Verdict], wanted: Filter) -> tuple[Verdict, ...]:
    """The verdicts that a filter lets the reviewer know of: all, or for a blind reviewer only their own and what undoes these."""
    every = tuple(verdicts)
    if not wanted.blind:
        return every
    mine = {verdict.id for verdict in every if verdict.reviewer == wanted.reviewer}
    for verdict in every:  # an undo follows what it undoes
        if verdict.undoes in mine:
            mine.add(verdict.id)
    return tuple(verdict for verdict in every if verdict.id in mine)


def _kept(place: _Place, wanted: Filter, effective: Effective) -> bool:
    if wanted.report not in {None, place.anchor.report}:
        return False
    if wanted.incident and (place.case is None or place.case.id != wanted.incident):
        return False
    reasons = {reason for reason, _ in place.reasons}
    asked = bool(reasons & set(wanted.reasons)) if wanted.reasons else wanted.seen or "seen" not in reasons
    if not asked or not (wanted.type or wanted.truce):
        return asked
    coded, truce = place.coded(effective)
    return wanted.type in {None, coded} and wanted.truce in {None, truce}


def _rank(place: _Place) -> tuple[int, float, str, str, int, int]:
    first = min(REASONS.index(reason) for reason, _ in place.reasons)
    case = place.case.id if place.case else ""
    return first, place.confidence, case, place.anchor.report, place.anchor.start, place.anchor.end


def _item(place: _Place, effective: Effective) -> Item:
    subject = place.subject
    if subject is None:  # a lost verdict brings its item
        raise AssertionError
    account = subject.account
    laid = apply(account, effective)
    ruling = effective.rulings.get(subject.anchor.key)
    return Item(
        event=account.key, anchor=subject.anchor, reasons=place.reasons, values=Values.of(laid.account),
        machine=Values.of(account), quote=_quote(account), confidence=account.confidence, title=account.title,
        publisher=account.publisher, published=account.published, origin=account.origin_words, alternatives=subject.alternatives,
        notes=subject.notes, at_risk=subject.at_risk, case=place.case, marks=laid.marks, rejected=laid.rejected,
        verdicts=ruling.verdicts if ruling else (), disputes=laid.disputes,
    )  # fmt: skip


def _reasons(subject: Subject, case: Case | None, ruling: Ruling | None) -> Iterator[tuple[Reason, str]]:
    """Why an event is in the queue. Once reviewed, only the reviewers' own difference keeps it there."""
    if ruling and ruling.disputes:
        yield "reviewers differ", "; ".join(_differ(dispute) for dispute in ruling.disputes)
        return
    if ruling and ruling.opinions:
        yield "seen", f"reviewed by {', '.join(ruling.reviewers)}"
        return
    if subject.at_risk:
        yield "at risk", "a person is named in a threat: do not spread the name"
    if case and case.disputed:
        yield "disputed", f"reports contradict each other on {', '.join(case.matters) or 'this incident'}"
    if subject.account.confidence < LOW:
        yield "low confidence", f"the coder gives it {subject.account.confidence:.2f}"
    yield "unseen", "nobody has looked at it"


def _differ(dispute: Dispute) -> str:
    return f"{dispute.matter}: " + ", ".join(f"{name} has {value}" for name, value in dispute.sides)


def _quote(account: Account) -> tuple[str, str, str]:
    """The sentence around the predicate; the clause where the sentence does not hold its words once."""
    words = account.predicate.text
    at = account.predicate.start - account.start
    if account.quote[at : at + len(words)] != words or at < 0:
        at = account.quote.find(words)
    whole = account.sentence.find(account.quote)
    if at < 0:
        return account.sentence or account.quote, words, ""
    text, at = (account.sentence, at + whole) if whole >= 0 and account.quote else (account.quote, at)
    return text[:at], text[at : at + len(words)], text[at + len(words) :]


def _lost_item(ruling: Ruling) -> Item:
    """A verdict whose event is no longer coded, with what its reviewer saw."""
    saw = next((v.payload.saw for v in reversed(ruling.verdicts) if v.payload.saw), None)
    values = saw or _nothing(ruling)
    for name, held in ruling.fields.items():
        values = values.put(name, held.value)
    why = ruling.lost.why if ruling.lost else ""
    return Item(
        event=ruling.event, anchor=ruling.anchor, reasons=(("lost", why),), values=values, machine=values,
        quote=("", ruling.anchor.text, ""), confidence=None, verdicts=ruling.verdicts, disputes=ruling.disputes,
    )  # fmt: skip


def _nothing(ruling: Ruling) -> Values:
    return Values(Coding(ruling.anchor.type), None, "happened", (), (), None, None, (), Voice())
