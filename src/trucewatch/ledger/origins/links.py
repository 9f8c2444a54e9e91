"""How two reports depend on each other: what kind of copy, which is the earlier, and the evidence in plain English.

A link *joins* its reports into one origin only where the later one is for the most part the earlier one, or says so itself. A passage quoted in
a report of one's own is a link of kind ``quoted`` that joins nothing: what was quoted joins statement by statement (see ``statements``).
This module must not keep or compare more than two reports.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from trucewatch.ledger.origins.alignment import align
from trucewatch.ledger.origins.judging import changed, judge
from trucewatch.ledger.origins.publishers import address_key, day_key, day_words, publisher_key, same_publisher

if TYPE_CHECKING:
    from trucewatch.ledger.origins.alignment import Alignment, Block, Change
    from trucewatch.ledger.origins.judging import Judgement
    from trucewatch.model import Report

LinkKind = Literal["verbatim", "retitled", "trimmed", "edited", "excerpt", "translation", "declared", "agency", "quoted"]
Ground = Literal["declared", "published", "containment", "undecided"]

_SAME = 0.97
_WHOLE = 0.9
_COPY = 0.5
"""A report is a copy where this share of its words stands in the other."""
_SAID_SO = 0.3
"""The same, where it names the other as its origin or both name one."""
_TRACE = 0.15
"""Less than this shared, and two articles of one day and publisher are two articles."""
_LEAST = 20
_QUOTED = 25
_QUOTED_RUN = 12
_TITLE = 0.8
_CONTAINED = 0.2
_PREFIX = 0.4


@dataclass(frozen=True, slots=True)
class Link:
    """Why two reports are one origin, or why one quotes the other; or, with ``ghost``, why a report goes back to one that is not here.

    ``one`` and ``other`` are report ids, ``one < other``; ``other`` is None for a ghost. ``earlier`` is the id of the report that the other
    goes back to, None where that cannot be told; ``ground`` says by what it was told. ``blocks`` and ``changes`` have ``one`` for a and
    ``other`` for b. ``piece`` names the report that is a smaller part of the other (less than half of it), where only that part links them; a
    link that joins nothing has it too where a later report holds the earlier one whole, for round-ups are known by holding several.
    """

    one: str
    other: str | None
    kind: LinkKind
    score: float
    joins: bool
    earlier: str | None
    ground: Ground
    words: str
    blocks: tuple[Block, ...] = ()
    changes: tuple[Change, ...] = ()
    piece: str | None = None
    ghost: str | None = None


@dataclass(frozen=True, slots=True)
class _Pair:
    """What the kinds are told from."""

    a: Report
    b: Report
    shared: Alignment
    judged: Judgement
    earlier: Report | None
    ground: Ground
    named: bool
    """Whether one names the other as its origin."""
    article: bool
    """Whether they declare one article as their origin: one names the other, or both a third."""

    @property
    def most(self) -> float:
        return max(self.shared.share_a, self.shared.share_b)

    @property
    def own(self) -> float:
        """The same without words in quotation marks, which two papers may have from one mouth and not from one another."""
        return self.most * (1 - self.shared.quoted / self.shared.words) if self.shared.words else 0.0

    @property
    def smaller(self) -> Report:
        """The report of which more stands in the other."""
        return self.a if self.shared.share_a > self.shared.share_b else self.b


def relation(a: Report, b: Report, alignment: Alignment) -> Link | None:
    """How two reports depend on each other, or None: no matter shared, or two stories of one make-up.

    Args:
        a: A report.
        b: Another; the order of the two does not matter.
        alignment: ``align(a.text, b.text)``.
    """
    if a.id > b.id:
        a, b, alignment = b, a, alignment.turned()
    earlier, ground = _direction(a, b, alignment)
    named = _names(a, b, alignment) or _names(b, a, alignment)
    article = named or _one_ghost(a, b, alignment)
    judged = judge(a, b, alignment, said_so=article or _one_agency(a, b))
    pair = _Pair(a, b, alignment, judged, earlier, ground, named, article)
    return _told(pair) or _by_text(pair)


def unlike(a: Report, b: Report, alignment: Alignment) -> str:
    """Why two reports that share most of their words are not linked, in plain English; the empty string where that is not the reason."""
    judged = judge(a, b, alignment)
    if not judged.other_story or max(alignment.share_a, alignment.share_b) < _COPY:
        return ""
    return f"the same wording tells of something else: {judged.words}"


def _by_text(pair: _Pair) -> Link | None:
    if pair.judged.other_story or pair.shared.words < _LEAST:
        return None
    least = min(pair.shared.share_a, pair.shared.share_b)
    if pair.most >= _WHOLE or pair.own >= (_SAID_SO if pair.article or _one_agency(pair.a, pair.b) else _COPY):
        piece = pair.smaller.id if least < _COPY and not pair.article else None
        if piece is None or pair.earlier is not pair.smaller or _updated(pair):
            return _link(pair, _kind(pair), joins=True, piece=piece)
    quoted = pair.shared.words >= _QUOTED and pair.shared.longest >= _QUOTED_RUN
    whole = pair.smaller.id if pair.most >= _WHOLE and pair.earlier is pair.smaller else None
    if whole or (quoted and not same_publisher(pair.a.publisher, pair.b.publisher)):
        return _link(pair, "quoted", joins=False, piece=whole)
    return None


def _updated(pair: _Pair) -> bool:
    """Whether the longer and later report is the shorter one brought up to date: it has all of it, and begins with it or bears its title."""
    begins = pair.shared.from_start[1] if pair.smaller is pair.a else pair.shared.from_start[0]
    titled = bool(pair.a.title and pair.b.title) and _same_title(pair.a, pair.b)
    return pair.most >= _WHOLE and (begins or titled)


def _kind(pair: _Pair) -> LinkKind:
    least = min(pair.shared.share_a, pair.shared.share_b)
    if least >= _SAME:
        return "verbatim" if _same_title(pair.a, pair.b) and not pair.shared.changes else _titled(pair)
    if pair.most >= _WHOLE:
        from_start = pair.shared.from_start[0] if pair.smaller is pair.b else pair.shared.from_start[1]
        if least >= _WHOLE:
            return "edited"
        return "trimmed" if from_start and least >= _PREFIX else "excerpt"
    if pair.most < _COPY:
        return "agency" if _one_agency(pair.a, pair.b) else "declared"
    return "edited"


def _titled(pair: _Pair) -> LinkKind:
    return "edited" if pair.shared.changes else "retitled"


def _same_title(a: Report, b: Report) -> bool:
    if not a.title or not b.title:
        return True
    shared = align(a.title, b.title)
    return a.title.casefold() == b.title.casefold() or min(shared.share_a, shared.share_b) >= _TITLE


# --- what reports say themselves ---------------------------------------------------------------------------------------------------


def _told(pair: _Pair) -> Link | None:
    """A link by the reports' own word, where their texts do not show it (a translation, a text rewritten, an address)."""
    for copy, first in ((pair.a, pair.b), (pair.b, pair.a)):
        exact = _same_address(copy, first)
        if (pair.most >= _SAID_SO and not (exact and pair.judged.other_story)) or not _names(copy, first, pair.shared):
            continue
        translated = copy.origin is not None and copy.origin.relation == "translated"
        return _link(pair, "translation" if translated else "declared", joins=True)
    ghost = pair.most < _SAID_SO and _one_ghost(pair.a, pair.b, pair.shared)
    return _link(pair, "declared", joins=True) if ghost else None


def _same_address(copy: Report, first: Report) -> bool:
    named = address_key(copy.origin.url) if copy.origin else ""
    return bool(named) and named == address_key(first.url)


def _names(copy: Report, first: Report, shared: Alignment) -> bool:
    """Whether a report names the other as the one it was taken or translated from."""
    origin = copy.origin
    if origin is None or origin.relation == "quoted" or is_dateline(copy):
        return False
    if _same_address(copy, first):
        return True
    if not same_publisher(origin.publisher, first.publisher):
        return False
    share = max(shared.share_a, shared.share_b)
    if day_key(origin.published) and day_key(origin.published) == day_key(first.published):
        return share >= _TRACE or _other_tongue(copy, first)
    return not day_key(origin.published) and share >= _SAID_SO


def _other_tongue(a: Report, b: Report) -> bool:
    return bool(a.language and b.language and a.language != b.language)


def _one_ghost(a: Report, b: Report, shared: Alignment) -> bool:
    """Whether both name one origin that is neither of them."""
    if not ghost_of(a) or ghost_of(a) != ghost_of(b):
        return False
    exact = bool(a.origin and address_key(a.origin.url))
    return exact or max(shared.share_a, shared.share_b) >= _TRACE or _other_tongue(a, b)


def is_dateline(report: Report) -> bool:
    """Whether the report's origin is an agency's signature in its own text ("KABUL (Reuters) -"), which names no article."""
    origin = report.origin
    return origin is not None and origin.start is not None and not origin.published and not origin.url


def _one_agency(a: Report, b: Report) -> bool:
    return agency_of(a) != "" and agency_of(a) == agency_of(b)


def agency_of(report: Report) -> str:
    """The key of the agency that signs the report, or the empty string."""
    return publisher_key(report.origin.publisher) if report.origin and is_dateline(report) else ""


def ghost_of(report: Report) -> str:
    """The article that a report goes back to by its own word: "South Front, 2020-03-16", or its address; empty where it names no article."""
    origin = report.origin
    if origin is None or origin.relation == "quoted" or is_dateline(report):
        return ""
    if address_key(origin.url):
        return address_key(origin.url)
    day = day_key(origin.published)
    return f"{' '.join(origin.publisher.split())}, {day}" if origin.publisher and day else ""


def ghosts(report: Report) -> tuple[Link, ...]:
    """The origin that a report declares, as a link to an article that need not be here (``ghost``); none where it names no article."""
    ghost, origin = ghost_of(report), report.origin
    if not ghost or origin is None:
        return ()
    kind: LinkKind = "translation" if origin.relation == "translated" else "declared"
    return (
        Link(report.id, None, kind, 1.0, joins=False, earlier=None, ground="declared", words=_declaration(report), ghost=ghost),
    )


def known_as(report: Report) -> tuple[str, ...]:
    """The ghosts that a report would be the original of: its address, its publisher and day."""
    day = day_key(report.published)
    named = f"{' '.join(report.publisher.split())}, {day}" if report.publisher and day else ""
    return tuple(name for name in (address_key(report.url), named) if name)


# --- direction, words ----------------------------------------------------------------------------------------------------------------


def _direction(a: Report, b: Report, shared: Alignment) -> tuple[Report | None, Ground]:
    """Which is the earlier: by declared origin, by the day of publication, by containment, or undecided."""
    copies = _names(a, b, shared), _names(b, a, shared)
    if copies[0] != copies[1]:
        return (b if copies[0] else a), "declared"
    days = day_key(a.published), day_key(b.published)
    if all(days) and days[0] != days[1]:
        return (a if days[0] < days[1] else b), "published"
    if abs(shared.share_a - shared.share_b) >= _CONTAINED:
        return (b if shared.share_a > shared.share_b else a), "containment"
    return None, "undecided"


def _link(pair: _Pair, kind: LinkKind, *, joins: bool, piece: str | None = None) -> Link:
    score = 1.0 if kind in {"declared", "translation"} else pair.most * pair.judged.trust
    return Link(
        pair.a.id,
        pair.b.id,
        kind,
        round(score, 3),
        joins,
        pair.earlier.id if pair.earlier else None,
        pair.ground,
        _words(pair, kind),
        pair.shared.blocks,
        pair.judged.changes if kind in {"edited", "trimmed", "excerpt", "retitled"} else (),
        piece,
    )


_GROUNDS = {
    "declared": "the other says where it comes from",
    "published": "it was published earlier",
    "containment": "it holds more of the shared text",
}


def _words(pair: _Pair, kind: LinkKind) -> str:
    """The evidence in a sentence or two."""
    later, other, share = _sides(pair)
    parts = [f"{share:.0%} of the words of {called(later)} stand in the same order in {called(other)}"]
    if kind in {"translation", "declared"}:
        parts = [_declared_words(pair)]
    elif pair.judged.changes:
        parts.append(f"with {changed(pair.judged.changes)}" if later is pair.b else f"with {_turned(pair)}")
    if kind == "retitled":
        parts.append("under another title")
    if pair.named and kind not in {"translation", "declared"}:
        parts.append(_declared_words(pair))
    if _one_agency(pair.a, pair.b) and pair.a.origin:
        parts.append(f"both are signed by {pair.a.origin.publisher}")
    if pair.earlier is not None and pair.ground != "declared":
        parts.append(f"{called(pair.earlier)} is taken for the earlier because {_GROUNDS[pair.ground]}")
    return "; ".join(part for part in parts if part) + "."


def _turned(pair: _Pair) -> str:
    return changed(pair.shared.turned().changes)


def _sides(pair: _Pair) -> tuple[Report, Report, float]:
    """The later (or smaller) report, the other, and the share of the former that the latter holds."""
    first_is_later = pair.earlier is pair.b or (pair.earlier is None and pair.smaller is pair.a)
    return (pair.a, pair.b, pair.shared.share_a) if first_is_later else (pair.b, pair.a, pair.shared.share_b)


def _declared_words(pair: _Pair) -> str:
    said = [_declaration(report) for report in (pair.a, pair.b) if report.origin and report.origin.relation != "quoted"]
    return "; ".join(dict.fromkeys(part for part in said if part))


def _declaration(report: Report) -> str:
    """What a report declares: "Open Mirror declares: first published by South Front, 16 March 2020 (offsets 4 to 15)"."""
    origin = report.origin
    if origin is None or not (origin.publisher or origin.url):
        return ""
    verb = "translated from" if origin.relation == "translated" else "first published by"
    where = f" (characters {origin.start} to {origin.end})" if origin.start is not None else ""
    parts = [origin.publisher or origin.url or "", day_words(origin.published)]
    return f"{called(report)} declares: {verb} {', '.join(part for part in parts if part)}{where}"


def called(report: Report) -> str:
    """A report by its title, publisher and day, for a sentence."""
    about = ", ".join(part for part in (report.publisher or "", day_words(report.published)) if part)
    title = " ".join((report.title or "").split())
    return f"“{title}” ({about})" if title and about else f"“{title}”" if title else about or report.id
