"""A coded report as accounts: every event with its words, its participants, where and when, who says so, and its scene.

A scene is what the report tells of the same occurrence in its other sentences. It is evidence for comparing accounts; it is never
written into an event. This module must not compare accounts of different reports.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Literal

from trucewatch.ledger import codec, tables
from trucewatch.ledger.setting import settings, spot, when
from trucewatch.ledger.strands import NAMING, strands
from trucewatch.ledger.words import REFERS, beside
from trucewatch.model.incident import Account, Party, Scene, Voice

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from trucewatch.ledger.setting import Setting
    from trucewatch.model import ActorRef, Claim, Coded, Event, Participant
    from trucewatch.model.incident import Spot

Role = Literal["told", "mention", "word"]
_TOLD = {"happened", "ongoing", "denied"}


def accounts_of(coded: Coded) -> tuple[Account, ...]:
    """Every event of a record as an account, in the record's order; ``group`` and ``origin`` are left to the origins room."""
    around = settings(coded, coded.events)
    plain = [_account(coded, number, event, around[number - 1]) for number, event in enumerate(coded.events, 1)]
    found = strands(coded.events, around)
    more = _said_more(coded, found)
    for number, members in enumerate(found, 1):
        scene = _scene(f"{coded.id}#{number}", [plain[k] for k in members], [around[k] for k in members], more[number - 1])
        for k in members:
            plain[k] = replace(plain[k], scene=scene)
    return tuple(plain)


def _said_more(coded: Coded, found: Sequence[Sequence[int]]) -> list[frozenset[str]]:
    """To each strand the signs of its sentences and of those after them that tell of no other: "The pumps served forty thousand people"."""
    owners: dict[int, set[int]] = {}
    for number, members in enumerate(found):
        for k in members:
            owners.setdefault(coded.events[k].sentence, set()).add(number)
    signs = [frozenset[str]() for _ in found]
    last: set[int] = set()
    for line, sentence in enumerate(coded.sentences):
        last = owners.get(line, last)
        if len(last) == 1:
            (only,) = last
            signs[only] |= beside(coded, sentence.start, sentence.end)
    return signs


def told(account: Account) -> bool:
    """Whether the account takes part in incidents: an act told as happened, going on or denied, not a word about one."""
    return role(account) == "told"


def role(account: Account) -> Role:
    """``told`` (see :func:`told`), ``mention`` (planned, demanded, expected, threatened), ``word`` (a statement about an act)."""
    if tables.family(account.type, account.mode, account.truce).standing == "word" or NAMING.match(account.predicate.text):
        return "word"
    return "told" if account.status in _TOLD else "mention"


def to_json(account: Account) -> str:
    """An account as one compact line."""
    return codec.dump(account)


def from_json(line: str) -> Account:
    """The account that :func:`to_json` wrote.

    Raises:
        TrucewatchError: ``bad-ledger-record``.
    """
    return codec.parse(Account, line)


def _account(coded: Coded, number: int, event: Event, around: Setting) -> Account:
    report = coded.report
    sentence = coded.sentences[event.sentence]
    return Account(
        key=f"{coded.id}/{event.id}",
        report=coded.id,
        event=event.id,
        number=number,
        published=report.published if report else None,
        publisher=report.publisher if report else None,
        title=report.title if report else None,
        type=event.type,
        mode=event.mode,
        truce=event.truce,
        status=event.status,
        actor=_parties(event.actor),
        recipient=_parties(event.recipient),
        instrument=tuple(m.text for m in event.instrument),
        place=spot(coded.places[event.place]) if event.place is not None else None,
        time=when(coded.times[event.time]) if event.time is not None else None,
        harm=event.harm,
        voice=_voice(coded, event),
        predicate=event.predicate,
        start=event.start,
        end=event.end,
        quote=" ".join(coded.text[event.start : event.end].split()),
        sentence=" ".join(coded.text[sentence.start : sentence.end].split()),
        confidence=event.confidence,
        near=tuple(dict.fromkeys((*around.places, *around.near))),
        about=_about(coded),
        line=event.sentence,
        then=tuple(dict.fromkeys((*around.times, *around.then))),
    )


def _parties(found: Iterable[Participant]) -> tuple[Party, ...]:
    return tuple(
        Party(p.text, p.actor.id, p.actor.name, p.actor.type, p.actor.country, p.actor.code) if p.actor else Party(p.text)
        for p in found
    )


def _about(coded: Coded) -> tuple[Spot, ...]:
    spots = {(p.name or p.text): spot(p) for p in reversed(coded.places)}
    return tuple(spots[name] for name in sorted(spots))


def _voice(coded: Coded, event: Event) -> Voice:
    table = {claim.id: claim for claim in coded.claims}
    claim = table.get(event.claim or "")
    rejecter = _rejecter(coded, event) if claim is not None and claim.stance in {"asserts", "accuses"} else None
    if rejecter is not None:
        return _named(rejecter.text, rejecter.actor, "denies")
    if claim is None:
        return Voice()
    words = claim.resolved.text if claim.resolved else " … ".join(m.text for m in claim.source)
    return _named(" ".join(words.split()) or "a source not named", claim.claimant, claim.stance, _via(claim, table))


def _named(words: str, ref: ActorRef | None, stance: str, via: tuple[str, ...] = ()) -> Voice:
    if ref is None:
        return Voice(words, stance=stance, via=via)
    return Voice(words, ref.id, ref.name, ref.country, stance, via)


def _rejecter(coded: Coded, event: Event) -> Participant | None:
    """Whoever rejects a claim that the event stands in ("the army rejected reports by the Front that ..."): that one denies it."""
    if event.status != "denied":
        return None
    around = [e for e in coded.events if e.type == "REJECT" and e.start <= event.predicate.start < e.end and e.id != event.id]
    return next((e.actor[0] for e in around if e.actor), None)


def _via(claim: Claim, table: dict[str, Claim]) -> tuple[str, ...]:
    """Whoever carries the claim on: its media, then the sources of the claims around it."""
    carried = [m.text for m in claim.conduit]
    seen = {claim.id}
    outer = table.get(claim.within or "")
    while outer is not None and outer.id not in seen:
        seen.add(outer.id)
        carried += [m.text for m in outer.source]
        outer = table.get(outer.within or "")
    return tuple(dict.fromkeys(" ".join(text.split()) for text in carried))


def _scene(strand: str, members: Sequence[Account], around: Sequence[Setting], more: frozenset[str]) -> Scene:
    inner = [(a, s) for a, s in zip(members, around, strict=True) if role(a) == "told"] or list(
        zip(members, around, strict=True)
    )
    return Scene(
        strand=strand,
        places=tuple(dict.fromkeys(p for _, s in inner for p in s.places)),
        times=tuple(dict.fromkeys(t for _, s in inner for t in s.times)),
        harm=tuple(dict.fromkeys(h for a, _ in inner for h in a.harm)),
        words=tuple(
            sorted(more.union(*(s.words for _, s in inner)) | ({REFERS} if all(s.refers for _, s in inner) else set()))
        ),
        denied=any(a.status == "denied" for a, _ in inner),
    )
