"""Framing: who calls whom what, with the words.

Every loaded word of a coded report and every plain counterpart, with whom it names and who speaks: a claim's source where the
words stand in its content, the publisher in its own voice elsewhere. It describes words; it never scores a publisher or a person, and
being listed here does not say that a word is undeserved.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from trucewatch.ledger.forms import tokens
from trucewatch.ledger.loaded import Term, lexicon
from trucewatch.ledger.naming import Scene, named, specific
from trucewatch.ledger.quotation import around, is_short, quotations
from trucewatch.model import ActorRef, Claim, Mention, SentenceKind, Stance

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from trucewatch.ledger.loaded import Found
    from trucewatch.model import Coded

#: own: the publisher's words; claim: a source's, by the claim that holds them; quotation: in quotation marks, but no claim tells whose.
Voice = Literal["own", "claim", "quotation"]
#: none; direct: inside what somebody is quoted as saying; fragment: a few quoted words of a source; scare: a few words in marks that no
#: source is given for.
Quoted = Literal["none", "direct", "fragment", "scare"]
UNNAMED = "unnamed source"
UNKNOWN = "unknown publisher"


@dataclass(frozen=True, slots=True)
class Speaker:
    """Whose words they are. ``words`` are the source's, or the publisher's name in its own voice; ``stance`` is the claim's."""

    voice: Voice
    words: str
    actor: ActorRef | None = None
    claim: str | None = None
    stance: Stance | None = None


@dataclass(frozen=True, slots=True)
class Naming:
    """One loaded or plain word in its place.

    ``field`` is text or title; all offsets index it. ``evidence`` is the sentence (the whole title). ``named_words`` are the words that
    tell whom it names, None where the term stands alone; ``named`` is None where the record does not resolve them.
    """

    report: str
    publisher: str
    field: Literal["text", "title"]
    term: Term
    words: Mention
    named: ActorRef | None
    named_words: Mention | None
    speaker: Speaker
    quoted: Quoted
    sentence: int | None
    sentence_kind: SentenceKind
    evidence: Mention


@dataclass(frozen=True, slots=True)
class Row:
    """How often a speaker in a publisher's reports uses a term of somebody, and one sample."""

    publisher: str
    speaker: str
    voice: Voice
    named: str
    term: Term
    count: int
    reports: int
    sample: Naming


@dataclass(frozen=True, slots=True)
class Framing:
    """Rows by publisher, speaker, named and term, in the order of these words."""

    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class SetApart:
    """The report's sentences by kind: what it states, what it judges or exhorts, what it foretells."""

    statements: tuple[Mention, ...]
    opinions: tuple[Mention, ...]
    predictions: tuple[Mention, ...]


def framing(coded: Coded) -> tuple[Naming, ...]:
    """Every term of the lexicon in the title, then in the text, in order.

    A record without a report has none. Source of the terms: ``data/loaded.tsv``.
    """
    return (*_in_title(coded), *_in_text(coded))


def _in_text(coded: Coded) -> Iterator[Naming]:
    words = tokens(coded.text)
    page = _Page("text", Scene.of_text(coded, words), quotations(coded.text))
    sentences = tuple((s.start, s.end) for s in coded.sentences)
    for found in lexicon().find(words, sentences or ((0, len(coded.text)),)):
        yield _naming(coded, found, page)


def _in_title(coded: Coded) -> Iterator[Naming]:
    title = (coded.report.title if coded.report else None) or ""
    words = tokens(title)
    page = _Page("title", Scene.of_title(coded, title, words), quotations(title))
    for found in lexicon().find(words, ((0, len(title)),)):
        yield _naming(coded, found, page)


@dataclass(frozen=True, slots=True)
class _Page:
    field: Literal["text", "title"]
    scene: Scene
    marks: tuple[tuple[int, int], ...]


def _naming(coded: Coded, found: Found, page: _Page) -> Naming:
    text, words = page.scene.text, page.scene.tokens
    start, end = words[found.first].start, words[found.last - 1].end
    index = _sentence(coded, start) if page.field == "text" else None
    claim = innermost(coded, start, end) if page.field == "text" else None
    quoted = _quoted(text, around(page.marks, start, end), claim)
    whom = named(found, page.scene)
    evidence = (coded.sentences[index].start, coded.sentences[index].end) if index is not None else (0, len(text))
    return Naming(
        report=coded.id,
        publisher=(coded.report.publisher if coded.report else None) or UNKNOWN,
        field=page.field,
        term=found.term,
        words=_mention(text, start, end),
        named=whom.actor,
        named_words=whom.words,
        speaker=_speaker(coded, claim, quoted),
        quoted=quoted,
        sentence=index,
        sentence_kind="statement" if index is None else coded.sentences[index].kind,
        evidence=_mention(text, *evidence),
    )


def _sentence(coded: Coded, at: int) -> int | None:
    return next((k for k, s in enumerate(coded.sentences) if s.start <= at < s.end), None)


def _mention(text: str, start: int, end: int) -> Mention:
    return Mention(start, end, text[start:end])


def innermost(coded: Coded, start: int, end: int) -> Claim | None:
    """The claim whose content holds ``text[start:end]`` most closely: the deepest, among equals the shortest."""
    within = {claim.id: claim.within for claim in coded.claims}
    holding = [
        (-_depth(claim.id, within), content.end - content.start, order, claim)
        for order, claim in enumerate(coded.claims)
        for content in claim.content
        if content.start <= start and end <= content.end
    ]
    return min(holding, key=lambda item: item[:3])[3] if holding else None


def _depth(name: str, within: dict[str, str | None]) -> int:
    seen = {name}
    outer = within.get(name)
    while outer is not None and outer not in seen:
        seen.add(outer)
        outer = within.get(outer)
    return len(seen)


def _quoted(text: str, span: tuple[int, int] | None, claim: Claim | None) -> Quoted:
    if span is None:
        return "none"
    if not is_short(text[span[0] : span[1]]):
        return "direct"
    return "fragment" if claim else "scare"


def _speaker(coded: Coded, claim: Claim | None, quoted: Quoted) -> Speaker:
    if claim:
        return Speaker("claim", _source(claim), claim.claimant, claim.id, claim.stance)
    if quoted == "direct":
        return Speaker("quotation", UNNAMED)
    return Speaker("own", _author(coded))


def _source(claim: Claim) -> str:
    if claim.resolved:
        return _line(claim.resolved.text)
    if claim.source:
        return _line(" … ".join(mention.text for mention in claim.source))
    return claim.claimant.name if claim.claimant else UNNAMED


def _author(coded: Coded) -> str:
    """Whose own voice a report speaks in: whoever published it first, where it says so."""
    report = coded.report
    if report and report.origin and report.origin.publisher and report.origin.relation in {"republished", "translated"}:
        return report.origin.publisher
    return (report.publisher if report else None) or UNKNOWN


def _line(text: str) -> str:
    return " ".join(text.split())


def tally(namings_by_report: Iterable[Iterable[Naming]]) -> Framing:
    """Rows publisher x speaker x named x term, with counts and the first naming as a sample.

    Actors of the actor file count under their name, others under their words in small letters; words that stand alone name "".
    The same namings give the same rows, in whatever order the reports come.
    """
    groups: dict[tuple[str, str, Voice, str, str], list[Naming]] = {}
    for naming in (naming for namings in namings_by_report for naming in namings):
        actor = naming.speaker.actor
        speaker = actor.name if actor and specific(actor) else naming.speaker.words
        key = (naming.publisher, speaker, naming.speaker.voice, whom(naming), naming.term.id)
        groups.setdefault(key, []).append(naming)
    return Framing(tuple(_row(key, groups[key]) for key in sorted(groups)))


def whom(naming: Naming) -> str:
    """Whom the words name, for a row: the actor's name, else the words, else nothing."""
    if naming.named:
        return naming.named.name
    return _line(naming.named_words.text).casefold() if naming.named_words else ""


def _row(key: tuple[str, str, Voice, str, str], namings: list[Naming]) -> Row:
    publisher, speaker, voice, name, _ = key
    sample = min(namings, key=lambda n: (n.report, n.field, n.words.start))
    per_report = Counter(naming.report for naming in namings)
    return Row(publisher, speaker, voice, name, sample.term, len(namings), len(per_report), sample)


def set_apart(coded: Coded) -> SetApart:
    """Opinion and prediction sentences apart from what the report states, each with its words."""

    def of(kind: SentenceKind) -> tuple[Mention, ...]:
        return tuple(_mention(coded.text, s.start, s.end) for s in coded.sentences if s.kind == kind)

    return SetApart(of("statement"), of("opinion"), of("prediction"))
