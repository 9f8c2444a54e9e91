"""The review queue: which event a reviewer looks at first, and all that a screen needs to show of it.

The order is that of what is at stake: verdicts that lost their event, persons named in threats, incidents that reports or reviewers dispute,
readings that the coder was unsure of, then everything nobody has seen. Nothing is ordered, grouped or chosen by person: persons at risk
bring their event forward so that somebody looks after them, and there is no way to ask for one. This module must not lay anything out.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, get_args

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
        """Act, sides, place and time in one line."""
        values = self.values
        sides = " → ".join(
            "; ".join(dict.fromkeys(party.text for party in side)) for side in (values.actor, values.recipient) if side
        )
        place = (values.place.name or values.place.text) if values.place else ""
        when = show(values.time) if values.time else ""
        return " · ".join(part for part in (_act(values), sides, place, when) if part)

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
    lost = [_lost_item(ruling) for ruling in effective.lost if _asked(wanted, ruling.anchor.report)]
    made = [_item(subject, table, effective) for subject in subjects if _asked(wanted, subject.account.report)]
    kept = [item for item in (*lost, *made) if _kept(item, wanted)]
    yield from sorted(kept, key=_rank)[: wanted.limit]


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


def _asked(wanted: Filter, report: str) -> bool:
    return wanted.report in {None, report}


def _kept(item: Item, wanted: Filter) -> bool:
    values = item.values
    if wanted.incident and (item.case is None or item.case.id != wanted.incident):
        return False
    if (wanted.type and values.type.type != wanted.type) or (wanted.truce and values.truce != wanted.truce):
        return False
    reasons = {reason for reason, _ in item.reasons}
    if wanted.reasons:
        return bool(reasons & set(wanted.reasons))
    return wanted.seen or "seen" not in reasons


def _rank(item: Item) -> tuple[int, float, str, str, int, int]:
    first = min(REASONS.index(reason) for reason, _ in item.reasons)
    return (
        first,
        item.confidence or 0.0,
        item.case.id if item.case else "",
        item.anchor.report,
        item.anchor.start,
        item.anchor.end,
    )


def _item(subject: Subject, cases: dict[str, Case], effective: Effective) -> Item:
    account = subject.account
    laid = apply(account, effective)
    ruling = effective.rulings.get(subject.anchor.key)
    case = cases.get(subject.incident or "")
    return Item(
        event=account.key, anchor=subject.anchor, reasons=tuple(_reasons(subject, case, ruling)), values=Values.of(laid.account),
        machine=Values.of(account), quote=_quote(account), confidence=account.confidence, title=account.title,
        publisher=account.publisher, published=account.published, origin=account.origin_words, alternatives=subject.alternatives,
        notes=subject.notes, at_risk=subject.at_risk, case=case, marks=laid.marks, rejected=laid.rejected,
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
