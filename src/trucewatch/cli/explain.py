"""`trucewatch explain`: why an event was coded as it was.

Shows what the record says of itself: words, rules, alternatives. It must not work out what the coder did not write down.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import click

from trucewatch.model import TrucewatchError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from trucewatch.model import Claim, Coded, Event, Participant, Place, Time

_LISTED = 10
_WRAP = 96


class Found(NamedTuple):
    """An event and its record."""

    coded: Coded
    event: Event


@click.command(
    name="explain",
    epilog="""\b
Examples:
  trucewatch explain coded.jsonl#e-1f2e3d4c5b     an event by its id
  trucewatch explain coded.jsonl#3                the third event of the file
  trucewatch explain report.html#1                code the report now, explain its first event
  trucewatch explain coded.jsonl#3 --json""",
)
@click.argument("target", metavar="FILE#EVENT")
@click.option(
    "--published", metavar="DATE", help="ISO 8601 date of publication, for a report that is coded now and states none."
)
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
def command(target: str, published: str | None, as_json: bool) -> None:
    """Show why an event was coded as it was: which words, which rule or head, which alternatives.

    FILE is an output of `trucewatch code --format jsonl`, or a report (file or URL) that is coded now. EVENT is an event's id,
    or its number in the file, counted from 1.
    """
    where, _, wanted = target.rpartition("#")
    if not where:
        where, wanted = target, ""
    found = find(records(where, published), wanted, where)
    click.echo(json.dumps(as_data(found), indent=2, ensure_ascii=False) if as_json else "\n".join(lines(found)))


def records(where: str, published: str | None = None) -> Iterator[Coded]:
    """The records of a coded file, or those of a report coded now."""
    path = Path(where)
    if path.is_file() and _is_coded(path):
        yield from _coded_lines(path)
        return
    from trucewatch.coder import load  # noqa: PLC0415 - a coded file needs no coder
    from trucewatch.reading import read  # noqa: PLC0415

    coder = None
    for item in read([where], published=published):
        coder = coder or load()
        yield coder.code(item)


def _is_coded(path: Path) -> bool:
    with path.open("rb") as stream:
        first = stream.readline(1 << 26)
    try:
        line = json.loads(first)
    except ValueError:
        return False
    return isinstance(line, dict) and {"events", "claims", "coder"} <= line.keys()


def _coded_lines(path: Path) -> Iterator[Coded]:
    from trucewatch.model.contract import from_dict  # noqa: PLC0415 - --help must be quick

    with path.open(encoding="utf-8", errors="strict") as stream:
        for number, line in enumerate(stream, 1):
            try:
                yield from_dict(json.loads(line))
            except (ValueError, RecursionError) as error:
                raise TrucewatchError(
                    "bad-record", "not a line of `trucewatch code --format jsonl`", where=f"{path}:{number}", why=str(error),
                    next_step="cut off a half-written last line with --resume, or code anew",
                ) from error  # fmt: skip


def find(found: Iterable[Coded], wanted: str, where: str) -> Found:
    """The event with this id or number.

    Raises:
        TrucewatchError: ``no-event`` (the first events are named), or ``not-coded`` where nothing there is coded.
    """
    number = int(wanted) if wanted.isdecimal() else 0
    seen: list[Found] = []
    count = 0
    reasons: list[str] = []
    for coded in found:
        reasons += [f"{reason.code}: {reason.message}" for reason in coded.reasons if coded.status in {"failed", "skipped"}]
        for event in coded.events:
            count += 1
            if count == number or event.id == wanted:
                return Found(coded, event)
            seen += [Found(coded, event)] if len(seen) < _LISTED else []
    if not count:
        raise TrucewatchError("not-coded", "there is no event", where=where, why=reasons[0] if reasons else "nothing was coded")
    from trucewatch.publishing import words  # noqa: PLC0415 - --help must be quick

    listed = "; ".join(
        f"{n} = {f.event.id} {words.act(f.event)} “{words.clean(f.event.predicate.text)}”" for n, f in enumerate(seen, 1)
    )
    what = f"there is no event {wanted!r}" if wanted else "name an event: FILE#EVENT"
    step = f"of {count} there: {listed}" if count > len(seen) else f"there: {listed}"
    raise TrucewatchError("no-event", what, where=where, next_step=step)


def as_data(found: Found) -> dict[str, object]:
    """Everything the explanation is made of."""
    from trucewatch.publishing import words  # noqa: PLC0415 - --help must be quick

    coded, event = found
    sentence = coded.sentences[event.sentence] if event.sentence < len(coded.sentences) else None
    return {
        "report": {"id": coded.id, "title": words.title(coded), "publisher": words.publisher(coded)},
        "event": asdict(event),
        "sentence": coded.text[sentence.start : sentence.end] if sentence else None,
        "evidence": coded.text[event.start : event.end],
        "claims": [asdict(claim) for claim in words.chain(coded, event.claim)],
        "place": asdict(coded.places[event.place]) if event.place is not None else None,
        "time": asdict(coded.times[event.time]) if event.time is not None else None,
        "at_risk": [asdict(person) for person in coded.at_risk if person.event == event.id],
        "coder": asdict(coded.coder) if coded.coder else None,
    }


def lines(found: Found) -> Iterator[str]:
    """The explanation, for reading."""
    from trucewatch.publishing import words  # noqa: PLC0415 - --help must be quick

    coded, event = found
    yield words.clean(f"{words.act(event)} ({words.type_of(event)}), {event.status}: {words.STATUSES.get(event.status, '')}")
    yield f"event {words.clean(event.id)} in {words.title(coded)}" + (
        f" ({words.publisher(coded)})" if words.publisher(coded) else ""
    )
    yield ""
    yield from _row("words", _marked(found))
    yield ""
    yield from _row("type", f"{words.type_of(event)}, made by {event.basis.type_rule}")
    yield from _row("codes", _codes(event))
    yield from _row("status", f"{event.status}, made by {event.basis.status_rule}")
    yield from _row("confidence", f"{event.confidence:.2f}")
    for note in event.basis.notes:
        yield from _row("note", words.clean(note))
    for other in event.basis.alternatives:
        score = "" if other.score is None else f", {other.score:.2f}"
        yield from _row("instead", f"{other.field} {other.value}, for which {other.by} spoke{score}")
    if not event.basis.alternatives:
        yield from _row("instead", "no other reading was considered")
    yield ""
    yield from _sides("actor", event.actor, "not stated in the words; none is invented")
    yield from _sides("recipient", event.recipient, "not stated in the words")
    for tool in event.instrument:
        yield from _row("with", words.clean(tool.text))
    if event.harm:
        yield from _row("harm", words.harm(event.harm))
    yield from _row("place", _place(coded.places[event.place]) if event.place is not None else "not stated; none is filled in")
    yield from _row(
        "time", _time(coded.times[event.time]) if event.time is not None else "not stated; the day of publication is not used"
    )
    yield ""
    yield from _claims(words.chain(coded, event.claim))
    for person in coded.at_risk:
        if person.event == event.id:
            yield from _row("at risk", f"{words.clean(person.text)}: named in a threat; do not spread the name")
    if coded.coder:
        yield from _row("coder", ", ".join(f"{name} {value}" for name, value in asdict(coded.coder).items()))


def _row(label: str, value: str) -> Iterator[str]:
    import textwrap  # noqa: PLC0415 - --help must be quick

    from trucewatch.publishing.words import clean  # noqa: PLC0415

    wrapped = textwrap.wrap(clean(value), _WRAP - 13, break_on_hyphens=False) or [""]
    yield f"{label:<11}  {wrapped[0]}"
    yield from (f"{'':13}{rest}" for rest in wrapped[1:])


def _marked(found: Found) -> str:
    """The sentence, the evidence in «» and the words that name the act in [[ ]]."""
    from trucewatch.publishing.words import clean  # noqa: PLC0415 - --help must be quick

    coded, event = found
    span = coded.sentences[event.sentence] if event.sentence < len(coded.sentences) else event
    signs = [(event.start, 1, "«"), (event.end, 0, "»"), (event.predicate.start, 2, "[["), (event.predicate.end, -1, "]]")]
    text, at, first = "", min(span.start, event.start), max(span.end, event.end)
    for place, _, sign in sorted(signs):
        text += coded.text[at:place] + sign
        at = place
    return clean(text + coded.text[at:first])


def _codes(event: Event) -> str:
    acled = f"{event.acled.event_type}: {event.acled.sub_event_type}" if event.acled else "would record nothing"
    parts = (f"CAMEO {event.cameo or 'none'}", f"quad {event.quad}", f"truce {event.truce or 'none'}", f"ACLED {acled}")
    return "; ".join(parts) + (f"; context {', '.join(event.context)}" if event.context else "")


def _sides(label: str, participants: tuple[Participant, ...], none: str) -> Iterator[str]:
    from trucewatch.publishing.words import clean  # noqa: PLC0415 - --help must be quick

    for found in participants:
        known = "not in the actor file; kept as written"
        if found.actor:
            code = f", code {found.actor.code}" if found.actor.code else ""
            known = f"in the actor file: {clean(found.actor.name)} ({found.actor.id}{code})"
        via = f", reached from “{clean(found.via.text)}”" if found.via else ""
        yield from _row(label, f"“{clean(found.text)}” - {known}{via}")
    if not participants:
        yield from _row(label, none)


def _place(place: Place) -> str:
    from trucewatch.publishing import words  # noqa: PLC0415 - --help must be quick

    if place.name is None:
        return f"“{words.clean(place.text)}” - not in the gazetteer; kept as written"
    spot = "" if place.latitude is None else f", {place.latitude:.4f} {place.longitude:.4f}"
    number = f", GeoNames {place.geonameid}" if place.geonameid is not None else ""
    others = f"; others considered: {' | '.join(words.clean(c) for c in place.candidates)}" if place.candidates else ""
    exact = f", where_prec {place.precision}" if place.precision is not None else ""
    return (
        f"“{words.clean(place.text)}” - {words.where(place)} ({place.kind or 'place'}{spot}{number}{exact}, "
        f"confidence {place.confidence:.2f}){others}"
    )


def _time(time: Time) -> str:
    from trucewatch.publishing import words  # noqa: PLC0415 - --help must be quick

    bounds = f", from {time.begin or 'open'} to {time.until or 'open'}" if time.begin or time.until else ""
    value = f"{time.type} {time.value or 'value not known'}, precise to {time.precision or 'nothing'}"
    return f"“{words.clean(time.text)}” - {value}{bounds}"


def _claims(chain: tuple[Claim, ...]) -> Iterator[str]:
    from trucewatch.publishing import words  # noqa: PLC0415 - --help must be quick

    if not chain:
        yield from _row("says", "the report in its own voice: the words stand in nobody's claim")
    for depth, claim in enumerate(chain):
        cue = words.clean(" … ".join(m.text for m in claim.cue))
        known = f"; in the actor file: {words.clean(claim.claimant.name)} ({claim.claimant.id})" if claim.claimant else ""
        pronoun = f"; the words are “{words.clean(claim.source[0].text)}”" if claim.resolved and claim.source else ""
        rule = f"; linked by {claim.rule}" if claim.rule else ""
        yield from _row(
            "says" if depth == 0 else "told by", f"{words.source(claim)} {claim.stance}, by “{cue}”{pronoun}{known}{rule}"
        )
        for medium in claim.conduit:
            yield from _row("via", f"“{words.clean(medium.text)}” - a conduit: it carries this claim and does not make it")
