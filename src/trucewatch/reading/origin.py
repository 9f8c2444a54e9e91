"""Who published a report first, as the report says: set phrases, agency datelines, a second publisher line.

The phrases and agencies are data (``data/origins.tsv``, ``data/agencies.tsv``). No I/O.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING, cast
from urllib.parse import urlsplit

from trucewatch.model import Origin
from trucewatch.reading.blocks import squeeze
from trucewatch.reading.dates import find_date
from trucewatch.reading.furniture import is_furniture
from trucewatch.reading.rules import straight, table

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from trucewatch.model import Relation
    from trucewatch.reading.blocks import Block, Line, Link

_WHO = (
    r"(?P<who>[^\n;|]{2,90}?)"
    r"(?=$|[;|)\]\n]|[.,](?=\s|$)|\s+(?:on|in|at|and|under|as|by|-|for|with|here)\s|\s+copyright\b|\s+\()"
)
_MONTH = "(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)"
_DATE = rf"(?:\d{{1,2}}|{_MONTH})[\w., ]{{3,28}}?"
_PIECE = (
    r"(?:news )?(?:article|report|story|piece|post|text|item|dispatch|content|analysis|interview|essay|press release|statement|"
    r"commentary|column|op-ed|account|video|material|information|publication)"
)
_LANG = (
    r"(?:arabic|russian|ukrainian|french|spanish|turkish|persian|farsi|dari|pashto|kurdish|hebrew|german|italian|chinese|portuguese|"
    r"polish|burmese|amharic|tigrinya|somali|urdu|hindi|bengali|armenian|azerbaijani|azeri|georgian|serbian|croatian|bosnian|"
    r"japanese|korean|indonesian|swahili|hausa|sinhala|tamil|thai|dutch|swedish|greek|romanian|czech|hungarian)"
)
_ARTICLE = re.compile(
    r"^(?:the )?(?:website|site|web site|blog|magazine|newspaper|page|news agency|portal)(?: of)? ", re.IGNORECASE
)
_TRAILING = re.compile(
    r"(?:\s+(?:website|here|originally|today|and is|and has|under a|under the|earlier|with permission|in full).*)$",
    re.IGNORECASE,
)
_HOST = re.compile(r"^(?:https?://)?(?:www\.)?([a-z0-9-]+(?:\.[a-z0-9-]+)+)(/\S*)?$", re.IGNORECASE)
_NOT_A_NAME = re.compile(
    r"^(?:us|me|him|her|them|this|that|it|here|(?:the|a|an)$|permission|author|the author|staff|our|my|his|their"
    r"|anonymous|unknown"
    r"|clicking|following|using|many|several|some|all|local|various|multiple|social media|wire reports?|wires?)\b",
    re.IGNORECASE,
)
#: What comes before a translator's name, who is no publisher.
_TRANSLATOR = re.compile(r"\btranslat(?:ed|ion)\b[^.;]{0,60}\bby:? $", re.IGNORECASE)
_TIME = re.compile(rf"^(?:\d[\d:./-]*$|{_MONTH}[a-z]*\.? \d|\d{{1,2}} {_MONTH}|(?:19|20)\d\d\b)", re.IGNORECASE)
_DONATION = re.compile(r"paypal|patreon|donat|gofundme|ko-fi|buymeacoffee|bitcoin|@", re.IGNORECASE)
_EDGES = " \t,;:|–—-/()[]*_<>.\"'“”‘’"
_LOOK_AT = 1200
_OWN_WORDS = 50

_PLACE = r"[^\W\d_][\w’'.-]*(?:[ /-][^\W\d_][\w’'.-]*){0,4}"
_REST = r"(?:\s*[,/]\s*[\w’'. -]{2,40}){0,3}"
_DATELINES = (
    re.compile(rf"^(?P<place>{_PLACE}{_REST})?\s*[(\[](?P<who>[^()\[\]\n]{{2,60}})[)\]]\s*(?:[-–—:]|--)+\s*"),
    re.compile(rf"^(?P<place>{_PLACE}{_REST})[.,]?\s*/(?P<who>[A-Z][^/\n]{{1,40}})/\.?\s*(?:[-–—:]+\s*)?"),
    re.compile(rf"^(?P<place>{_PLACE}),\s*(?:[\w. ]{{3,20}},\s*)?(?P<who>[A-Z][\w’' /-]{{1,30}}?)\s?[-–—:]+\s*(?=[A-Z“\"])"),
    re.compile(r"^(?P<place>)(?P<who>[A-Z][\w’' ]{1,25}),\s+[^\W\d_]+\.? \d{1,2}\.?\s*(?:[-–—]+|/[A-Z]+/\.?)\s*"),
)
_UNKNOWN_AGENCY = re.compile(r"[A-Z][\w.&’'-]*(?: (?:[A-Z][\w.&’'-]*|of|the|for)){0,3}")


@dataclass(frozen=True, slots=True)
class Declared:
    """An origin found in a block: where its words are, and whether the block says nothing else."""

    origin: Origin
    block: int
    start: int
    end: int
    alone: bool


@cache
def _phrases() -> tuple[tuple[str, Relation, re.Pattern[str]], ...]:
    return tuple((row["where"], cast("Relation", row["relation"]), compile_phrase(row["phrase"])) for row in table("origins"))


def compile_phrase(phrase: str) -> re.Pattern[str]:
    """A phrase of ``data/origins.tsv`` as a compiled expression."""
    for name, form in (("{who}", _WHO), ("{date}", _DATE), ("{lang}", _LANG), ("{piece}", _PIECE)):
        phrase = phrase.replace(name, form)
    return re.compile(phrase, re.IGNORECASE)


@cache
def _agencies() -> dict[str, str]:
    known: dict[str, str] = {}
    for row in table("agencies"):
        for form in (row["name"], row["signature"], *row["other"].split(";")):
            known.setdefault(form.strip().casefold(), row["name"])
    known.pop("-", None)
    return known


def agency(name: str) -> str | None:
    """The agency that signs so, under its full name, or None."""
    return _agencies().get(squeeze(name).strip(_EDGES).casefold())


def is_publisher(name: str) -> bool:
    """Whether a name has a publisher's word in it (News, Agency, Ministry, ".org")."""
    folded = name.casefold()
    return any(word in _publisher_words() for word in folded.split()) or bool(
        re.search(r"\w\.(?:com|org|net|info|[a-z]{2})$", folded)
    )


@cache
def _publisher_words() -> frozenset[str]:
    return frozenset(row["word"] for row in table("publisher_words"))


def same_publisher(one: str | None, other: str | None) -> bool:
    """Whether two names are one publisher's: by agency file, or alike but for case, "the" and a web ending."""
    return bool(one and other) and _key(one or "") == _key(other or "")


def _key(name: str) -> str:
    known = agency(name) or name
    folded = re.sub(
        r"^(?:https?://)?(?:www\.)?|^the\s+|\.(?:com|org|net|info|[a-z]{2})(?:\.[a-z]{2})?/?$", "", known.casefold()
    )
    return re.sub(r"[\W_]+", "", folded)


def declared(blocks: Sequence[Block]) -> list[Declared]:
    """Every origin that a set phrase declares, in order of the blocks."""
    found = []
    for index, block in enumerate(blocks):
        offset = 0
        for line in block.lines:
            if item := _in_line(line, index, offset, alone_in_block=len(block.lines) == 1):
                found.append(item)
            offset += len(line.text) + 1
    return found


def _in_line(line: Line, index: int, offset: int, *, alone_in_block: bool) -> Declared | None:
    """The first phrase that matches a line. Long prose is searched at its two ends only, where such notes stand."""
    text = straight(line.text)
    for base, piece in _ends(text):
        for where, relation, pattern in _phrases():
            match = pattern.search(piece)
            if not match or (where == "whole" and is_furniture(line.text)):
                continue
            origin = _origin(line, match, base, relation)
            if origin is None:
                continue
            start, end = base + match.start(), base + match.end()
            alone = alone_in_block and len(text) - (end - start) <= _OWN_WORDS
            return Declared(origin, index, offset + start, offset + end, alone)
    return None


def _ends(text: str) -> Iterable[tuple[int, str]]:
    if len(text) <= 2 * _LOOK_AT:
        return [(0, text)]
    return [(0, text[:_LOOK_AT]), (len(text) - _LOOK_AT, text[-_LOOK_AT:])]


def _origin(line: Line, match: re.Match[str], base: int, relation: Relation) -> Origin | None:
    groups = match.groupdict()
    if "who" not in groups:
        return Origin(None, None, None, relation)
    start, end = base + match.start("who"), base + match.end("who")
    link = line.link_at(start, end)
    raw = link.text if link and link.text else line.text[start:end]
    if _DONATION.search(raw) or (link and _DONATION.search(link.href)):
        return None
    date = find_date(line.text[start : start + 160])
    name, url = _name(raw, link)
    if name and _TRANSLATOR.search(match.string[: match.start("who")]) and not is_publisher(name):
        return Origin(None, None, url, "translated")
    if not name and not url:
        return None
    return Origin(name, date.value if date else None, url, relation)


def _name(raw: str, link: Link | None) -> tuple[str | None, str | None]:
    """The publisher's name and address from the words of a declaration."""
    text = squeeze(raw).strip(_EDGES)
    if found := find_date(text):
        text = text[: found.start].strip(_EDGES)
    text = _TRAILING.sub("", _ARTICLE.sub("", text)).strip(_EDGES)
    text = re.sub(r"^the (?=[A-Z])", "", text)
    url = link.href if link and link.href.startswith("http") else None
    if host := _HOST.match(text):
        return host[1].removeprefix("www."), url or (text if text.startswith("http") else None)
    if (
        not text
        or _NOT_A_NAME.match(text)
        or _TIME.match(text)
        or not (text[0].isupper() or text[0].isdigit() or any(c.isupper() for c in text[:8]))
    ):
        return None, url
    return text, url


def dateline(text: str, publisher: str | None) -> Origin | None:
    """The agency that signs a report's first paragraph, with the offsets of its name; None for the publisher itself."""
    head = text[:160].split("\n", 1)[0]
    for form in _DATELINES:
        match = form.match(head)
        name = _signature(match) if match else None
        if match and name and not same_publisher(name, publisher):
            return Origin(name, None, None, "republished", match.start("who"), match.end("who"))
    return None


def _signature(match: re.Match[str]) -> str | None:
    who = match["who"]
    for part in re.split(r"[/,;]| and ", who):
        if agency(part):
            return squeeze(part).strip(_EDGES)
    place = match["place"] or ""
    closed = match.string[match.end("who")] in ")]"
    # an unknown name counts only after a place in capitals: "KAFR NABIL (Valley Herald) -"
    return who if closed and place and place.split(",")[0].isupper() and _UNKNOWN_AGENCY.fullmatch(who) else None


def merge(found: Sequence[Origin], publisher: str | None) -> Origin | None:
    """One origin out of several statements, the first leading; what later ones add on the same publisher is taken in."""
    candidates = [item for item in found if not same_publisher(item.publisher, publisher)]
    if not candidates:
        return None
    best = next((item for item in candidates if item.publisher), candidates[0])
    for other in candidates:
        if other.publisher is None or best.publisher is None or same_publisher(other.publisher, best.publisher):
            best = _filled(best, other)
    return best


def _filled(best: Origin, other: Origin) -> Origin:
    has_place = best.start is not None
    return replace(
        best,
        publisher=best.publisher or other.publisher,
        published=best.published or other.published,
        url=best.url or other.url,
        relation=other.relation if other.relation == "translated" else best.relation,
        start=best.start if has_place else other.start,
        end=best.end if has_place else other.end,
    )


def host_of(url: str | None) -> str | None:
    """The host of an address without "www.", lower case; None where there is none."""
    try:
        host = urlsplit(url or "").hostname
    except ValueError:
        return None
    return host.removeprefix("www.") if host else None
