"""Verdicts as training data: JSON lines of events before and after, and the project's own annotated texts where these can say it.

The JSON lines hold everything. The annotated texts (``training/data/events``) hold one sentence with every act in it, one actor and one
recipient an act, so a sentence goes there only when each of its events was reviewed and each of their words stands in it; the others are
named with the reason. The texts are those of the reports: whether they may be passed on is their publishers' matter, not this module's.
It must not read or write files.
"""

from __future__ import annotations

import json
import re
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from trucewatch import ontology
from trucewatch.dossier.verdicts.fields import FIELDS, STATUSES, Values
from trucewatch.dossier.verdicts.kinds import Anchor, canonical
from trucewatch.model import TrucewatchError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from trucewatch.dossier.verdicts.fields import Field
    from trucewatch.dossier.verdicts.kinds import Verdict
    from trucewatch.dossier.verdicts.state import Effective, Ruling
    from trucewatch.model import Coded, Event
    from trucewatch.model.incident import Party

_TRAINED = {"accept", "reject", "correct", "merge", "split"}


@dataclass(frozen=True, slots=True)
class Correction:
    """One verdict as an example. ``text`` is the sentence, ``words`` the predicate's place in it; ``after`` is None for what is no event.

    ``field`` names what was corrected, None where the event as a whole was judged. ``other`` is the other account of a merge or split.
    """

    verdict: str
    kind: str
    reviewer: str
    at: str
    report: str
    text: str
    words: tuple[int, int]
    anchor: Anchor
    field: Field | None
    before: Values | None
    after: Values | None
    why: str
    other: Anchor | None = None

    def to_json(self) -> str:
        """One JSON line."""
        return canonical({
            "verdict": self.verdict, "kind": self.kind, "reviewer": self.reviewer, "at": self.at, "report": self.report, "text": self.text,
            "words": list(self.words), "anchor": asdict(self.anchor), "field": self.field,
            "before": self.before.to_plain() if self.before else None, "after": self.after.to_plain() if self.after else None,
            "why": self.why, "other": asdict(self.other) if self.other else None,
        })  # fmt: skip

    @classmethod
    def from_json(cls, line: str) -> Correction:
        """The inverse.

        Raises:
            TrucewatchError: ``bad-correction``.
        """
        try:
            return _from_data(json.loads(line))
        except (ValueError, KeyError, TypeError) as error:
            raise TrucewatchError("bad-correction", "not a line of `review --corrections`", why=str(error)) from error


def _from_data(data: Mapping[str, Any]) -> Correction:
    start, end = data["words"]
    return Correction(
        data["verdict"], data["kind"], data["reviewer"], data["at"], data["report"], data["text"], (start, end),
        Anchor(**data["anchor"]), data["field"],
        Values.from_plain(data["before"]) if data["before"] else None,
        Values.from_plain(data["after"]) if data["after"] else None,
        data["why"], Anchor(**data["other"]) if data["other"] else None,
    )  # fmt: skip


def corrections(standing: Iterable[Verdict], text_of: Callable[[str], str | None]) -> Iterator[Correction]:
    """The verdicts on events and pairs that stand, as examples. ``text_of`` gives the text of a report, None where it is gone."""
    for verdict in standing:
        anchor = verdict.payload.anchor
        if verdict.kind not in _TRAINED or anchor is None:
            continue
        text = text_of(anchor.report)
        if text is not None:
            yield _correction(verdict, anchor, text)


def _correction(verdict: Verdict, anchor: Anchor, text: str) -> Correction:
    payload = verdict.payload
    start, end = min(anchor.sentence_start, anchor.start), max(anchor.sentence_end, anchor.end)
    after = payload.saw if verdict.kind == "accept" else None
    if verdict.kind == "correct" and payload.saw and payload.field:
        after = payload.saw.put(payload.field, payload.value)
    return Correction(
        verdict.id, verdict.kind, verdict.reviewer, verdict.at, anchor.report, text[start:end], (anchor.start - start, anchor.end - start),
        anchor, payload.field, payload.saw, after, payload.text, payload.other,
    )  # fmt: skip


# --- the project's own annotated texts --------------------------------------------------------------------------------------------------


class Left(NamedTuple):
    """A sentence that the annotated texts cannot say, and why."""

    report: str
    text: str
    why: str


@dataclass(frozen=True, slots=True)
class Annotated:
    """Sentences in the format of ``training/data/events``, and those it cannot say."""

    blocks: tuple[str, ...]
    left: tuple[Left, ...]

    @property
    def text(self) -> str:
        """The file."""
        head = "# Sentences of reports with the acts in them as reviewers hold them, for training. The texts are their publishers'.\n\n"
        return head + "\n".join(f"{block}\n" for block in self.blocks)


class _CannotSayError(Exception):
    """Why a sentence cannot be written."""


def annotated(codings: Iterable[tuple[str, Coded]], effective: Effective) -> Annotated:
    """The reviewed sentences of some reports as annotated texts.

    Args:
        codings: today's codings, to which ``effective`` was settled, each with the dossier's id of its report.
        effective: what the verdicts come to.
    """
    blocks: dict[str, str] = {}
    left: list[Left] = []
    for report, coded in codings:
        for number in sorted({event.sentence for event in coded.events}):
            events = [event for event in coded.events if event.sentence == number]
            rulings = [effective.rulings.get(Anchor.of(coded, event, report).key) for event in events]
            if not any(ruling and ruling.opinions for ruling in rulings) or number >= len(coded.sentences):
                continue
            sentence = _Sentence.of(coded, number)
            try:
                blocks.setdefault(sentence.text, _block(sentence, events, rulings))
            except _CannotSayError as error:
                left.append(Left(report, sentence.text, str(error)))
    return Annotated(tuple(blocks.values()), tuple(left))


@dataclass(frozen=True, slots=True)
class _Sentence:
    """A sentence on one line, code point for code point that of the report."""

    start: int
    text: str

    @classmethod
    def of(cls, coded: Coded, number: int) -> _Sentence:
        span = coded.sentences[number]
        raw = coded.text[span.start : span.end]
        return cls(span.start + len(raw) - len(raw.lstrip()), "".join(" " if char.isspace() else char for char in raw.strip()))

    def phrase(self, start: int, end: int) -> str:
        """Words of the sentence by their place in the report, as the format names them: ``army#2`` where they stand twice."""
        begin, until = start - self.start, end - self.start
        if not 0 <= begin < until <= len(self.text):
            raise _CannotSayError("words of an act stand in another sentence")
        words = self.text[begin:until]
        if words != words.strip() or {"|", "#"} & set(words) or words == "-":
            raise _CannotSayError(f"the format cannot name {words!r}")
        places = [m.start() for m in re.finditer(rf"(?<!\w){re.escape(words)}(?!\w)", self.text)]
        if begin not in places:
            raise _CannotSayError(f"{words!r} is not parted from the words around it")
        return words if len(places) == 1 else f"{words}#{places.index(begin) + 1}"

    def named(self, parties: Sequence[Party], event_words: Mapping[str, tuple[int, int]]) -> str:
        """The one participant of a side."""
        if not parties:
            return "-"
        if len(parties) > 1:
            raise _CannotSayError("the format holds one actor and one recipient an act")
        words = parties[0].text
        if words in event_words:
            return self.phrase(*event_words[words])
        at = self.text.find(words)
        if at < 0 or self.text.find(words, at + 1) >= 0:
            raise _CannotSayError(f"{words!r} does not stand in the sentence once")
        return self.phrase(self.start + at, self.start + at + len(words))


def _block(sentence: _Sentence, events: Sequence[Event], rulings: Sequence[Ruling | None]) -> str:
    if sentence.text.startswith("#"):
        raise _CannotSayError("the format takes a line with # for a remark")
    lines = [_line(sentence, event, ruling) for event, ruling in zip(events, rulings, strict=True)]
    return "\n".join([sentence.text, *dict.fromkeys(lines)])


def _line(sentence: _Sentence, event: Event, ruling: Ruling | None) -> str:
    if ruling is None or not ruling.opinions:
        raise _CannotSayError(f"“{event.predicate.text}” was not reviewed")
    word = sentence.phrase(event.predicate.start, event.predicate.end)
    if ruling.rejected:
        return f"  none | {word}"
    values = _values(event, ruling)
    words = {p.text: (p.start, p.end) for p in (*event.actor, *event.recipient)}
    actor, recipient = sentence.named(values.actor, words), sentence.named(values.recipient, words)
    cells = (f"{values.type.type}/{values.type.mode or '-'}", values.status, _acled(event, values), word, actor, recipient)
    return "  " + " | ".join(cells)


def _values(event: Event, ruling: Ruling) -> Values:
    """The fields as the reviewers hold them. One that none of them spoke to makes the event half reviewed."""
    missing = [name for name in ("type", "status", "actor", "recipient") if name not in ruling.fields]
    if missing:
        raise _CannotSayError(f"nobody accepted or corrected {', '.join(missing)} of “{event.predicate.text}”")
    blank = dict.fromkeys(FIELDS) | {name: held.value for name, held in ruling.fields.items()}
    values = Values(**blank)  # type: ignore[arg-type]
    if values.status not in STATUSES:
        raise _CannotSayError(f"there is no status {values.status!r}")
    return values


def _acled(event: Event, values: Values) -> str:
    """ACLED's sub-event type: the machine's where nothing that it rests on was corrected, else the crosswalk's."""
    if values.status not in {"happened", "ongoing"}:
        return "-"
    if (event.type, event.mode, event.truce, event.status) == (
        values.type.type, values.type.mode, values.truce, values.status,
    ):  # fmt: skip
        return event.acled.sub_event_type if event.acled else "-"
    try:
        found = ontology.load().default_acled(values.type.type, values.type.mode, values.truce)
    except TrucewatchError as error:  # a value of another ontology
        raise _CannotSayError(error.what) from error
    return found.sub_event_type if found else "-"
