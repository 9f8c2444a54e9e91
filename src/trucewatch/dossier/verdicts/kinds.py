"""A verdict: who said when what of which event, incident or report; a chain of them that shows when one was changed.

Nine kinds. ``accept``: the event is right as it was shown. ``reject``: it is none. ``correct``: one field has another value. ``merge`` and
``split``: two accounts tell of one incident, or of two. ``note``: words. ``grade``: how reliable the source and how credible the information
is, in the letters and digits of the Admiralty code. ``resolve``: what became of a thing predicted, vowed or threatened. ``undo``: an earlier
verdict no longer stands. Nothing is ever changed or removed.
This module must not know what time it is or who sits before the screen: both are given.
"""

from __future__ import annotations

import json
import re
from dataclasses import asdict, dataclass, replace
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, NoReturn, get_args

from trucewatch.dossier.verdicts.fields import Value, Values, field_named, from_plain, to_plain
from trucewatch.dossier.verdicts.forms import validated
from trucewatch.model import TrucewatchError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from trucewatch.dossier.verdicts.fields import Field
    from trucewatch.model import Coded, Event

Kind = Literal["accept", "reject", "correct", "merge", "split", "note", "grade", "resolve", "undo"]
KINDS: tuple[Kind, ...] = get_args(Kind)
Outcome = Literal["came true", "did not", "partly", "cannot be told"]
OUTCOMES: tuple[Outcome, ...] = get_args(Outcome)
START = "0" * 64  #: ``prev`` of the first verdict
RELIABILITY = {
    "A": "completely reliable",
    "B": "usually reliable",
    "C": "fairly reliable",
    "D": "not usually reliable",
    "E": "unreliable",
    "F": "cannot be judged",
}
CREDIBILITY = {
    1: "confirmed by others",
    2: "probably true",
    3: "possibly true",
    4: "doubtful",
    5: "improbable",
    6: "cannot be judged",
}
MOST_WORDS = 10_000  #: code points of a note
_AT = re.compile(r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|\+00:00)$")


class Key(NamedTuple):
    """What an anchor points at, for looking up."""

    report: str
    start: int
    end: int
    type: str


@dataclass(frozen=True, slots=True)
class Anchor:
    """The words that an event was coded from: what a verdict holds on to when a new coder gives the event another id.

    ``start``, ``end``, ``text`` are the predicate's; ``type`` is the machine's, since one word may carry two acts ("agreed to meet").
    """

    report: str
    sha256: str
    start: int
    end: int
    text: str
    sentence_start: int
    sentence_end: int
    type: str

    @classmethod
    def of(cls, coded: Coded, event: Event, report: str | None = None) -> Anchor:
        """The anchor of an event; ``report`` is the dossier's id of the report, where it is not the record's."""
        where = coded.sentences[event.sentence] if event.sentence < len(coded.sentences) else event
        return cls(
            report or coded.id, coded.report.sha256 if coded.report else "", event.predicate.start, event.predicate.end,
            event.predicate.text, where.start, where.end, event.type,
        )  # fmt: skip

    @property
    def key(self) -> Key:
        """What it points at."""
        return Key(self.report, self.start, self.end, self.type)


@dataclass(frozen=True, slots=True)
class Payload:
    """What a verdict says. ``saw``: the event's fields as the reviewer saw them; ``text``: a note, or the reason why.

    ``outcome``: what became of a prediction, vow or threat.
    """

    anchor: Anchor | None = None
    other: Anchor | None = None
    field: Field | None = None
    value: Value = None
    saw: Values | None = None
    text: str = ""
    reliability: str | None = None
    credibility: int | None = None
    outcome: Outcome | None = None

    def to_plain(self) -> dict[str, Any]:
        """As plain JSON data, without what is not said."""
        made: dict[str, Any] = {
            "anchor": asdict(self.anchor) if self.anchor else None,
            "other": asdict(self.other) if self.other else None,
            "field": self.field,
            "saw": self.saw.to_plain() if self.saw else None,
            "text": self.text,
            "reliability": self.reliability,
            "credibility": self.credibility,
            "outcome": self.outcome,
        }
        said = {name: part for name, part in made.items() if part not in (None, "")}
        return {**said, "value": to_plain(self.value)} if self.field else said

    @classmethod
    def from_plain(cls, data: Mapping[str, Any]) -> Payload:
        """The inverse; raises KeyError, TypeError, ValueError or TrucewatchError where it is not one."""
        named = field_named(data["field"]) if "field" in data else None
        return cls(
            anchor=Anchor(**data["anchor"]) if "anchor" in data else None,
            other=Anchor(**data["other"]) if "other" in data else None,
            field=named,
            value=from_plain(named, data["value"]) if named else None,
            saw=Values.from_plain(data["saw"]) if "saw" in data else None,
            text=data.get("text", ""),
            reliability=data.get("reliability"),
            credibility=data.get("credibility"),
            outcome=data.get("outcome"),
        )


@dataclass(frozen=True, slots=True)
class Verdict:
    """One verdict. ``event`` and ``other`` are the dossier's names of events, ``incident`` its id, at the time."""

    seq: int
    id: str
    at: str
    reviewer: str
    kind: Kind
    report: str | None
    event: str | None
    other: str | None
    incident: str | None
    payload: Payload
    undoes: str | None
    prev: str
    digest: str


def canonical(value: Any) -> str:
    """JSON of which there is one only: keys sorted, no blanks; ASCII where the text cannot be UTF-8."""
    text = json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return json.dumps(value, sort_keys=True, ensure_ascii=True, separators=(",", ":"), allow_nan=False)
    return text


def _sha(value: Any) -> str:
    return sha256(canonical(value).encode("utf-8")).hexdigest()


def to_row(verdict: Verdict) -> dict[str, Any]:
    """The verdict as a row of the table ``verdicts``: ``payload`` is canonical JSON."""
    return {
        "seq": verdict.seq,
        "id": verdict.id,
        "at": verdict.at,
        "reviewer": verdict.reviewer,
        "kind": verdict.kind,
        "report": verdict.report,
        "event": verdict.event,
        "other": verdict.other,
        "incident": verdict.incident,
        "payload": canonical(verdict.payload.to_plain()),
        "undoes": verdict.undoes,
        "prev": verdict.prev,
        "digest": verdict.digest,
    }


def from_row(row: Mapping[str, Any]) -> Verdict:
    """The inverse of ``to_row``. Values are not held against today's ontology.

    Raises:
        TrucewatchError: ``verdict-broken``.
    """
    try:
        if row["kind"] not in KINDS:
            raise ValueError(f"there is no kind {row['kind']!r}")  # noqa: TRY301 - told below with its row
        payload = Payload.from_plain(json.loads(row["payload"]))
        rest = {name: row[name] for name in Verdict.__slots__ if name != "payload"}
        return Verdict(payload=payload, **rest)
    except (KeyError, TypeError, ValueError, AttributeError, TrucewatchError) as error:
        raise TrucewatchError(
            "verdict-broken", "not a verdict", where=f"verdict {dict(row).get('seq', '?')}", why=f"{type(error).__name__}: {error}",
            next_step="a dossier's verdicts are only ever added by `trucewatch review`; restore the row from a backup",
        ) from error  # fmt: skip


def sealed(verdict: Verdict) -> str:
    """The digest that a verdict must carry: SHA-256 of the canonical JSON of its row without the digest."""
    return _sha({name: part for name, part in to_row(verdict).items() if name != "digest"})


def _id_of(verdict: Verdict) -> str:
    return "v-" + _sha({name: part for name, part in to_row(verdict).items() if name not in {"digest", "id"}})[:12]


# --- made -------------------------------------------------------------------------------------------------------------------------------


def make(
    previous: Verdict | None,
    *,
    at: str,
    reviewer: str,
    kind: Kind,
    report: str | None = None,
    event: str | None = None,
    other: str | None = None,
    incident: str | None = None,
    payload: Payload | None = None,
    undoes: str | None = None,
) -> Verdict:
    """The next verdict of a chain. ``at`` is an ISO 8601 time in UTC; ``previous`` is the last verdict, or None before the first.

    Raises:
        TrucewatchError: ``verdict-...`` where something is missing, out of place or not allowed.
    """
    made = Verdict(
        seq=previous.seq + 1 if previous else 1, id="", at=at, reviewer=reviewer, kind=kind, report=report, event=event, other=other,
        incident=incident, payload=payload or Payload(), undoes=undoes, prev=previous.digest if previous else START, digest="",
    )  # fmt: skip
    made = _checked(made)
    made = replace(made, id=_id_of(made))
    return replace(made, digest=sealed(made))


#: What each kind needs, and what it may have besides. ``of``: at least one of these.
_EVENT = frozenset({"report", "event", "anchor"})
_PAIR = frozenset({"event", "other", "anchor", "other anchor"})
_NEEDS: dict[Kind, frozenset[str]] = {
    "accept": _EVENT | {"saw"},
    "reject": _EVENT,
    "correct": _EVENT | {"field"},
    "merge": _PAIR,
    "split": _PAIR,
    "note": frozenset({"text"}),
    "grade": frozenset(),
    "resolve": _EVENT | {"outcome"},
    "undo": frozenset({"undoes"}),
}
_MAY: dict[Kind, frozenset[str]] = {
    "accept": frozenset({"incident", "text"}),
    "reject": frozenset({"incident", "text", "saw"}),
    "correct": frozenset({"incident", "text", "saw", "value"}),
    "merge": frozenset({"report", "incident", "text"}),
    "split": frozenset({"report", "incident", "text"}),
    "note": _EVENT | {"incident"},
    "grade": frozenset({"report", "incident", "text", "reliability", "credibility"}),
    "resolve": frozenset({"incident", "text"}),
    "undo": frozenset({"text"}),
}
_OF: dict[Kind, tuple[frozenset[str], ...]] = {
    "note": (frozenset({"report", "event", "incident"}),),
    "grade": (frozenset({"report", "incident"}), frozenset({"reliability", "credibility"})),
}


def _said(verdict: Verdict) -> set[str]:
    payload = verdict.payload
    parts = {
        "report": verdict.report, "event": verdict.event, "other": verdict.other, "incident": verdict.incident, "undoes": verdict.undoes,
        "anchor": payload.anchor, "other anchor": payload.other, "field": payload.field, "value": payload.value, "saw": payload.saw,
        "text": payload.text.strip() or None, "reliability": payload.reliability, "credibility": payload.credibility,
        "outcome": payload.outcome,
    }  # fmt: skip
    return {name for name, part in parts.items() if part is not None}


def _checked(verdict: Verdict) -> Verdict:
    if verdict.kind not in KINDS:
        _refuse("verdict-kind", f"no verdict is called {verdict.kind!r}", next_step=f"one of {', '.join(KINDS)}")
    _check_head(verdict)
    said, kind = _said(verdict), verdict.kind
    missing = sorted(_NEEDS[kind] - said) + [" or ".join(sorted(group)) for group in _OF.get(kind, ()) if not group & said]
    if missing:
        _refuse("verdict-incomplete", f"a verdict `{kind}` lacks: {', '.join(missing)}")
    surplus = sorted(said - _NEEDS[kind] - _MAY[kind])
    if surplus:
        _refuse("verdict-surplus", f"a verdict `{kind}` has no {', '.join(surplus)}")
    _check_anchors(verdict)
    _check_grade(verdict.payload)
    _check_outcome(verdict.payload)
    if verdict.payload.field is None:
        return verdict
    named = field_named(verdict.payload.field)
    payload = replace(verdict.payload, field=named, value=validated(named, verdict.payload.value))
    return replace(verdict, payload=payload)


def _refuse(code: str, what: str, *, why: str = "", next_step: str = "") -> NoReturn:
    raise TrucewatchError(code, what, why=why, next_step=next_step)


def _check_head(verdict: Verdict) -> None:
    if not _AT.match(verdict.at):
        _refuse("verdict-time", f"{verdict.at!r} is not a time in UTC", next_step="ISO 8601, as 2031-05-04T06:30:00Z")
    name = verdict.reviewer
    if not name or name != name.strip() or not name.isprintable():
        _refuse("verdict-reviewer", f"{name!r} is no reviewer's name", next_step="give --reviewer NAME")
    if len(verdict.payload.text) > MOST_WORDS:
        _refuse("verdict-text", f"the words are longer than {MOST_WORDS:,} characters")


def _check_anchors(verdict: Verdict) -> None:
    one, other = verdict.payload.anchor, verdict.payload.other
    if verdict.event and not one:
        _refuse("verdict-incomplete", f"a verdict `{verdict.kind}` on an event lacks: anchor")
    if verdict.report and one and one.report != verdict.report:
        _refuse("verdict-anchor", f"the anchor's words stand in report {one.report}, not in {verdict.report}")
    if one and other and (one.key == other.key or verdict.event == verdict.other):
        _refuse("verdict-pair", f"an event cannot be told {verdict.kind} with or from itself")
    for anchor in (one, other):
        if anchor and not 0 <= anchor.start < anchor.end:
            _refuse("verdict-anchor", f"no words stand from {anchor.start} to {anchor.end}")


def _check_grade(payload: Payload) -> None:
    if payload.reliability is not None and payload.reliability not in RELIABILITY:
        listed = ", ".join(f"{letter} {words}" for letter, words in RELIABILITY.items())
        _refuse("verdict-grade", f"no reliability is called {payload.reliability!r}", next_step=f"allowed: {listed}")
    if payload.credibility is not None and payload.credibility not in CREDIBILITY:
        listed = ", ".join(f"{digit} {words}" for digit, words in CREDIBILITY.items())
        _refuse("verdict-grade", f"no credibility is called {payload.credibility!r}", next_step=f"allowed: {listed}")


def _check_outcome(payload: Payload) -> None:
    if payload.outcome is not None and payload.outcome not in OUTCOMES:
        _refuse("verdict-outcome", f"no outcome is called {payload.outcome!r}", next_step=f"allowed: {', '.join(OUTCOMES)}")


def parse_outcome(text: str) -> Outcome:
    """The outcome that is meant, whatever the case and blanks.

    Raises:
        TrucewatchError: ``verdict-outcome``.
    """
    said = " ".join(text.casefold().split())
    for outcome in OUTCOMES:
        if said == outcome:
            return outcome
    _refuse("verdict-outcome", f"no outcome is called {text!r}", next_step=f"allowed: {', '.join(OUTCOMES)}")


def parse_grade(text: str) -> tuple[str | None, int | None]:
    """Reliability and credibility of "B2", "B" or "2"; unknown letters and digits are left for ``make`` to refuse.

    Raises:
        TrucewatchError: ``verdict-grade`` where the text has another form.
    """
    match = re.fullmatch(r"([A-Z])?\s*(\d)?", text.strip().upper())
    if not match or not match[0]:
        raise TrucewatchError(
            "verdict-grade",
            f"{text!r} is no grade",
            next_step="a letter A to F for the source, a digit 1 to 6 for the information: B2",
        )
    return match[1], int(match[2]) if match[2] else None


# --- checked --------------------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Break:
    """Where a chain is broken. ``code``: order, chain, content, id, undoes; ``message`` for people."""

    seq: int
    id: str
    code: str
    message: str


def check(verdicts: Iterable[Verdict]) -> tuple[Break, ...]:
    """Every break in a chain of verdicts, in their order; none where it is whole. The first must be the first of the dossier."""
    found: list[Break] = []
    seq, prev, known = 0, START, set[str]()
    for verdict in verdicts:
        found += (Break(verdict.seq, verdict.id, code, message) for code, message in _breaks(verdict, seq, prev, known))
        seq, prev = verdict.seq, verdict.digest
        known.add(verdict.id)
    return tuple(found)


def _breaks(verdict: Verdict, seq: int, prev: str, known: set[str]) -> Iterator[tuple[str, str]]:
    if verdict.seq != seq + 1:
        yield "order", f"verdict {verdict.seq} follows verdict {seq}: something between them is missing or was moved"
    elif verdict.prev != prev:
        yield "chain", f"verdict {verdict.seq} does not continue the verdict before it"
    if verdict.id != _id_of(verdict):
        yield "id", f"the id {verdict.id} is not that of its content"
    if verdict.digest != sealed(verdict):
        yield "content", f"verdict {verdict.seq} was changed after it was given"
    if verdict.id in known:
        yield "id", f"the id {verdict.id} stands twice"
    if verdict.undoes is not None and verdict.undoes not in known:
        yield "undoes", f"verdict {verdict.seq} undoes {verdict.undoes}, which does not stand before it"
