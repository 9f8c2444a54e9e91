"""What reports say is to come: predictions, vows and threats, each with who said it, when, in which words, and by when it is to be.

They are logged as what they are. Nothing that is foretold counts as having happened, and what became of it is for a reviewer to say. Works on
coded records alone. This module must not resolve anything.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from trucewatch.ledger.accounts import accounts_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from trucewatch.model import Claim, Coded, Event, SentenceSpan
    from trucewatch.model.incident import Account

Sort = Literal["prediction", "vow", "threat"]
_OF_STATUS: dict[str, Sort] = {"predicted": "prediction", "threatened": "threat"}
_OF_STANCE: dict[str, Sort] = {"vows": "vow", "predicts": "prediction", "threatens": "threat"}
#: What a vow is of: an act that is told as done within one is no vow.
_OPEN = {"predicted", "threatened", "planned", "conditional", "demanded"}


@dataclass(frozen=True, slots=True)
class Foretold:
    """One prediction, vow or threat.

    ``key`` is the event's dossier-wide name ("<report>/<event>") where an event was coded of it, else that of its claim ("<report>/c-...") or
    sentence ("<report>/s12"). ``who`` empty: the report itself. ``said``: ISO date of publication. ``about``: whom it concerns; ``when``: its
    words for by when, ``begin`` and ``until`` their ISO dates, where they are told. ``start`` and ``end``: where the words stand in the text.
    """

    key: str
    sort: Sort
    report: str
    publisher: str | None
    said: str | None
    who: str
    who_id: str | None
    words: str
    about: tuple[str, ...] = ()
    place: str | None = None
    when: str | None = None
    begin: str | None = None
    until: str | None = None
    start: int = 0
    end: int = 0
    is_event: bool = False


def foretold(account: Account) -> bool:
    """Whether an account tells of something to come, which a reviewer may resolve."""
    return account.status in _OF_STATUS or (account.voice.stance in _OF_STANCE and account.status in _OPEN)


def predictions(coded: Coded) -> tuple[Foretold, ...]:
    """Everything that a record says is to come, in the order of its text; one thing said once is listed once."""
    claims = {claim.id: claim for claim in coded.claims}
    found: list[tuple[int, int, Foretold]] = []
    for account, event in zip(accounts_of(coded), coded.events, strict=True):
        sort = _sort(event, claims)
        if sort is not None:
            found.append((event.start, event.end, _of_event(account, sort)))
    taken = [(start, end) for start, end, _ in found]
    for start, end, one in (*_of_claims(coded), *_of_sentences(coded)):
        if not any(a < end and start < b for a, b in taken):
            found.append((start, end, one))
            taken.append((start, end))
    return tuple(one for _, _, one in sorted(found, key=lambda item: (item[0], item[1], item[2].key)))


def _sort(event: Event, claims: dict[str, Claim]) -> Sort | None:
    claim = claims.get(event.claim or "")
    if claim is not None and claim.stance in _OF_STANCE and event.status in _OPEN:
        return _OF_STANCE[claim.stance]
    return _OF_STATUS.get(event.status)


def _of_event(account: Account, sort: Sort) -> Foretold:
    voice, time, place = account.voice, account.time, account.place
    about = tuple(dict.fromkeys(party.text for party in (*account.actor, *account.recipient)))
    return Foretold(
        key=account.key, sort=sort, report=account.report, publisher=account.publisher, said=account.published, who=voice.words,
        who_id=voice.id, words=account.quote, about=about, place=(place.name or place.text) if place else None,
        when=time.text if time else None, begin=time.begin if time else None, until=time.until if time else None,
        start=account.start, end=account.end, is_event=True,
    )  # fmt: skip


def _of_claims(coded: Coded) -> Iterator[tuple[int, int, Foretold]]:
    for claim in coded.claims:
        if claim.stance not in _OF_STANCE or not claim.content:
            continue
        start, end = claim.content[0].start, claim.content[-1].end
        source = claim.resolved.text if claim.resolved else " … ".join(mention.text for mention in claim.source)
        who = " ".join(source.split()) or "a source not named"
        words = " … ".join(" ".join(mention.text.split()) for mention in claim.content)
        claimant = claim.claimant.id if claim.claimant else None
        yield start, end, _plain(coded, claim.id, _OF_STANCE[claim.stance], (who, claimant), words, (start, end))


def _of_sentences(coded: Coded) -> Iterator[tuple[int, int, Foretold]]:
    for number, sentence in enumerate(coded.sentences, 1):
        if sentence.kind == "prediction":
            words = _words(coded, sentence)
            span = (sentence.start, sentence.end)
            yield *span, _plain(coded, f"s{number}", "prediction", ("", None), words, span)


def _words(coded: Coded, sentence: SentenceSpan) -> str:
    return " ".join(coded.text[sentence.start : sentence.end].split())


def _plain(coded: Coded, name: str, sort: Sort, who: tuple[str, str | None], words: str, span: tuple[int, int]) -> Foretold:  # noqa: PLR0917
    report = coded.report
    inside = [time for time in coded.times if span[0] <= time.start < span[1] and time.type in {"DATE", "TIME"}]
    time = inside[0] if len(inside) == 1 else None
    return Foretold(
        key=f"{coded.id}/{name}", sort=sort, report=coded.id, publisher=report.publisher if report else None,
        said=report.published if report else None, who=who[0], who_id=who[1], words=words, when=time.text if time else None,
        begin=time.begin if time else None, until=time.until if time else None, start=span[0], end=span[1],
    )  # fmt: skip
