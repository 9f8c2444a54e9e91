"""One event as people read it: every field in plain words, made once for the table, the page and the demo.

This module must not lay anything out or leave a field's gap filled: what the record lacks is the empty string.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from trucewatch.publishing import words

if TYPE_CHECKING:
    from trucewatch.model import Claim, Coded, Event


@dataclass(frozen=True, slots=True)
class EventView:
    """An event in plain words. ``number`` counts from 1 within its report; ``words`` is before, predicate, after."""

    number: int
    event: Event
    act: str
    type: str
    status: str
    status_means: str
    actor: str
    recipient: str
    instrument: str
    place: str
    date: str
    harm: str
    claimant: str
    stance: str
    confidence: str
    words: tuple[str, str, str]
    at_risk: tuple[str, ...]

    @classmethod
    def of(cls, coded: Coded, number: int, *, width: int = 160) -> EventView:
        """Event ``number`` (from 1) of a record; ``width`` bounds the quoted words."""
        return _view(coded, number, coded.events[number - 1], width)

    @property
    def quote(self) -> str:
        """The words in one line."""
        before, focus, after = self.words
        tight = after[:1] in ",.;:!?)’”" if after else True
        return f"{before} {focus}{'' if tight else ' '}{after}".strip()


def views(coded: Coded, *, width: int = 160) -> tuple[EventView, ...]:
    """Every event of a record in plain words; ``width`` bounds the quoted words."""
    return tuple(_view(coded, number, event, width) for number, event in enumerate(coded.events, 1))


def _view(coded: Coded, number: int, event: Event, width: int) -> EventView:
    place = coded.places[event.place] if event.place is not None else None
    time = coded.times[event.time] if event.time is not None else None
    return EventView(
        number=number,
        event=event,
        act=words.act(event),
        type=words.type_of(event),
        status=words.clean(event.status),
        status_means=words.STATUSES.get(event.status, ""),
        actor=words.side(event.actor),
        recipient=words.side(event.recipient),
        instrument=words.clean("; ".join(m.text for m in event.instrument)),
        place=words.where(place),
        date=words.when(time),
        harm=words.harm(event.harm),
        claimant=words.claimant(coded, event),
        stance=words.stance(coded, event),
        confidence=f"{event.confidence:.2f}",
        words=words.excerpt(coded.text, event.start, event.end, event.predicate, width),
        at_risk=people_at_risk(coded, event.id),
    )


def people_at_risk(coded: Coded, event_id: str | None = None) -> tuple[str, ...]:
    """Names of people at risk, of one event or of the whole record; of "Tolen" and "Mira Tolen" only the longer."""
    names = dict.fromkeys(words.clean(person.text) for person in coded.at_risk if event_id in {None, person.event})
    return tuple(name for name in names if not any(name != other and name in other for other in names))


def claims_without_events(coded: Coded) -> tuple[Claim, ...]:
    """Claims whose content holds no event, neither directly nor through a claim inside them."""
    used = {claim.id for event in coded.events for claim in words.chain(coded, event.claim)}
    return tuple(claim for claim in coded.claims if claim.id not in used)


def set_apart(coded: Coded) -> tuple[int, int]:
    """How many sentences are the report's opinion, and how many its prediction."""
    kinds = [sentence.kind for sentence in coded.sentences]
    return kinds.count("opinion"), kinds.count("prediction")


def apart_line(coded: Coded) -> str:
    """The same in words: "3 sentences of opinion set apart", or the empty string."""
    opinion, prediction = set_apart(coded)
    parts = [
        f"{n} {'sentence' if n == 1 else 'sentences'} of {kind}"
        for n, kind in ((opinion, "opinion"), (prediction, "prediction"))
        if n
    ]
    return f"{' and '.join(parts)} set apart" if parts else ""
