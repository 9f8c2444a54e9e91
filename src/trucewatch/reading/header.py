"""Reads the lines above a report: byline, publisher and date, first publisher and date, region and theme lines.

Works on plain lines, so that a page and its text version read alike. No I/O.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING

from trucewatch.reading.blocks import Line, squeeze
from trucewatch.reading.dates import find_date, parse_date
from trucewatch.reading.furniture import is_furniture
from trucewatch.reading.media import media_url
from trucewatch.reading.origin import agency, is_publisher
from trucewatch.reading.rules import table

if TYPE_CHECKING:
    from trucewatch.model import Media

_LONGEST = 240
_LONGEST_STAMP = 130
_NAME = r"(?:[^\W\d_][\w.'’&/-]*\.?|&|of|the|de|la|el|al|and|for|von|van|bin|ibn|di|da|du|des|in)"
_NAMES = re.compile(rf"{_NAME}(?:[ ,]+(?:{_NAME}|\d+)){{0,14}}")
_BY = re.compile(
    r"^(?:words? |text |story |report |analysis |written |reported |compiled |a report )?by:?\s+(?=\S)", re.IGNORECASE
)
_STAMP_WORDS = re.compile(
    r"\b(?:first |originally )?(?:published|posted|released|issued|filed|dated|date|created|uploaded)"
    r"(?:\s+(?:on|at|by|in))?\b\s*:?"
    r"|^(?:on|at)\s|\b\d{1,2}[:.]\d\d\s?(?:[ap]\.?m\.?)?(?:\s?(?:gmt|utc|est|edt|cet|eet|msk|bst|local time))?\b"
    r"|\b(?:mon|tues|wednes|thurs|fri|satur|sun)day\b",
    re.IGNORECASE,
)
_FIRST = re.compile(r"\b(?:first|originally) (?:published|posted)\b", re.IGNORECASE)
_UPDATED = re.compile(r"\b(?:updated?|modified|revised|last edited|accessed|retrieved|archived)\b", re.IGNORECASE)
_EDGES = " \t,;:|·•–—-/()[]*_>"
_VERBISH = re.compile(r"[.!?]\s+\S|[.!?]$|[\"“”]|\b(?:is|was|were|has|have|had|said|will|would|that|after|as|to|with)\b")
_AND = re.compile(r"\s*(?:,|;|\band\b|&|\|)\s*(?:and\s+)?")
_FROM_PLACE = re.compile(r"\s+(?:in|from|reporting from|at)\s+[A-Z].*$")
_ROLE = re.compile(
    r",?\s*\b(?:staff writer|staff reporter|staff|correspondent|special correspondent|editor|reporter|news desk)\b.*$",
    re.IGNORECASE,
)
_WORDS_IN_NAME = 8
_SHORT_VALUE = 30
_LONGEST_NAME = 80
_JOINING = frozenset(
    ("of", "the", "and", "for", "de", "la", "el", "al", "von", "van", "bin", "ibn", "di", "da", "du", "des", "in", "&")
)


@dataclass(frozen=True, slots=True)
class Stamp:
    """A publisher and date line. ``first`` where the line itself says "first published"."""

    publisher: str | None
    published: str | None
    url: str | None = None
    first: bool = False


@dataclass(slots=True)
class Header:
    """Everything header lines told."""

    byline: list[str] = field(default_factory=list)
    stamps: list[Stamp] = field(default_factory=list)
    tags: dict[str, list[str]] = field(default_factory=dict)
    media: list[Media] = field(default_factory=list)
    fields: dict[str, str] = field(default_factory=dict)
    links: dict[str, str] = field(default_factory=dict)

    def take(self, line: Line) -> bool:
        """Read one line into the header; False where it is no header line."""
        text = line.text
        if not text or len(text) > _LONGEST:
            return not text
        if media := media_url(text):
            self.media.append(media)
            return True
        return self._labels(line) or self._byline(line) or self._stamp(line) or is_furniture(text, head=True)

    def _labels(self, line: Line) -> bool:
        parts = labelled(line)
        if any(_is_prose(_labels()[name], value.text) for name, value in parts):
            return False
        for name, value in parts:
            self._field(_labels()[name], value)
        return bool(parts)

    def _field(self, target: str, value: Line) -> None:
        if target.startswith("tag:"):
            known = self.tags.setdefault(target[4:], [])
            known += [item for item in listed(value) if item not in known]
        elif target == "byline":
            self.byline += [name for name in names(value.text) if name not in self.byline]
        elif target == "published":
            found = parse_date(value.text)
            self.stamps.append(Stamp(None, found)) if found else self.fields.setdefault("bad-date", value.text)
        elif value.text and target not in {"updated", "ignored"}:
            self.fields.setdefault(target, value.text.strip("\"'"))
            if value.links:
                self.links.setdefault(target, value.links[0].href)

    def _byline(self, line: Line) -> bool:
        match = _BY.match(line.text)
        if not match or len(line.text) > _LONGEST_STAMP + 70:
            return False
        rest = line.text[match.end() :]
        date = find_date(rest)
        who = rest[: date.start].strip(_EDGES) if date else rest.strip(_EDGES)
        if not who or not _NAMES.fullmatch(who) or not who[0].isupper() or not all(map(_may_be_in_name, _joined(who))):
            return False
        people, publisher = _people(who)
        if publisher or date:
            self.stamps.append(Stamp(publisher, date.value if date else None, _href(line, publisher)))
        self.byline += [name for name in people if name not in self.byline]
        return True

    def _stamp(self, line: Line) -> bool:
        text = line.text
        date = find_date(text)
        if not date or len(text) > _LONGEST_STAMP:
            return False
        before, after = (_bare(part) for part in (text[: date.start], text[date.end :]))
        if _UPDATED.search(text) and not (before and after):
            return True
        if find_date(text[date.end :]):
            after = ""
        who = before or after
        if (before and after) or not _is_name(who):
            return _both(self, before, after, date.value)
        city = who.casefold() in _cities()
        publisher = None if city or not who else who
        self.stamps.append(Stamp(publisher, date.value, _href(line, publisher), bool(_FIRST.search(text))))
        return True


def _is_prose(target: str, value: str) -> bool:
    """Whether a "label" is the first word of a sentence or headline ("Update: Two soldiers were killed.")."""
    if target == "title":
        return False
    if target in {"updated", "ignored"} and not find_date(value) and len(value) > _SHORT_VALUE:
        return True
    return len(value.split()) > _WORDS_IN_NAME and value.endswith((".", "!", "?", ".”", '."'))


def _both(header: Header, before: str, after: str, value: str) -> bool:
    """Words on both sides of a date: "Ann Bell | 3 May 2024 | Valley Herald"."""
    if not (before and after and _is_name(before) and _is_name(after)):
        return False
    publisher, person = (before, after) if is_publisher(before) else (after, before)
    header.stamps.append(Stamp(publisher if is_publisher(publisher) else None, value))
    person = _BY.sub("", person)
    if not is_publisher(person) and person.casefold() not in _cities():
        header.byline += [name for name in names(person) if name not in header.byline]
    return True


def _joined(who: str) -> list[str]:
    return re.sub(r"[,;&]", " ", _FROM_PLACE.sub("", who)).split()


def _bare(text: str) -> str:
    return squeeze(_STAMP_WORDS.sub(" ", text)).strip(_EDGES)


def _is_name(text: str) -> bool:
    """Whether words can be a publisher's or person's name: few, none a verb, each one that may stand in a name."""
    if not text:
        return True
    if len(text.split()) > _WORDS_IN_NAME or _VERBISH.search(text.removesuffix(".")) or not _NAMES.fullmatch(text):
        return False
    return bool(agency(text)) or all(_may_be_in_name(word) for word in re.sub(r"[,;&]", " ", text).split())


def _may_be_in_name(word: str) -> bool:
    """Whether a word can be part of a name: a capital or digit in it, a web host, or a joining word."""
    return any(letter.isupper() or letter.isdigit() for letter in word) or "." in word[:-1] or word in _JOINING


def _href(line: Line, name: str | None) -> str | None:
    at = line.text.find(name) if name else -1
    link = line.link_at(at, at + len(name)) if name and at >= 0 else None
    return link.href or None if link else None


def names(text: str) -> list[str]:
    """The names in a byline: "Ann Bell and Omar Said in Beirut" -> ["Ann Bell", "Omar Said"]."""
    text = _FROM_PLACE.sub("", _BY.sub("", squeeze(text)).strip(_EDGES))
    parts = [_ROLE.sub("", part).strip(_EDGES) or part.strip(_EDGES) for part in _AND.split(text)]
    return [part for part in parts if part and not part.startswith(("http", "www.")) and len(part) <= _LONGEST_NAME]


def _people(who: str) -> tuple[list[str], str | None]:
    """Names of a byline and, where its last part is one, the publisher ("By Ann Bell, Valley Herald")."""
    parts = [part.strip(_EDGES) for part in who.split(",") if part.strip(_EDGES)]
    if len(parts) > 1 and is_publisher(parts[-1]):
        return names(", ".join(parts[:-1])), parts[-1]
    return ([who] if is_publisher(who) and "," not in who else names(who)), None


def listed(value: Line) -> list[str]:
    """The values of a list line: its links where it has some, else the parts between commas."""
    linked = [link.text for link in value.links if link.text]
    parts = linked or re.split(r"\s*[,;|•·]\s*", value.text)
    return [item for part in parts if (item := squeeze(part).strip(" ,;|#"))]


def label_and_value(label: str, value: str) -> Line | None:
    """A label that stands on a line of its own and its value below, as one header line; None where they are not that."""
    name = " ".join(label.lower().rstrip(": ").split())
    short = len(value) <= _LONGEST_NAME and not value.endswith((".", "!", "?"))
    return Line(f"{name}: {value}") if short and _labels().get(name, "ignored") not in {"ignored", "updated", "title"} else None


def labelled(line: Line) -> list[tuple[str, Line]]:
    """The (label, value) pairs of a line such as "Region: Asia Theme: War, Law"; empty where it opens with no known label."""
    starts = list(_label_pattern().finditer(line.text))
    if not starts or starts[0].start() > 0:
        return []
    known = _labels()
    ends = [match.start() for match in starts[1:]] + [len(line.text)]
    pairs = [
        (" ".join(match[1].lower().split()), _slice(line, match.end(), end)) for match, end in zip(starts, ends, strict=True)
    ]
    # a label further right counts only where the first is a list of tags: prose has colons too
    return pairs if known[pairs[0][0]].startswith("tag:") else [(pairs[0][0], _slice(line, starts[0].end(), len(line.text)))]


def _slice(line: Line, start: int, end: int) -> Line:
    text = line.text[start:end]
    links = tuple(link for link in line.links if link.start >= start and link.end <= end)
    return Line(squeeze(text).strip(" ,;"), links)


@cache
def _labels() -> dict[str, str]:
    return {row["label"]: row["field"] for row in table("labels")}


@cache
def _label_pattern() -> re.Pattern[str]:
    words = "|".join(re.escape(label) for label in sorted(_labels(), key=len, reverse=True))
    return re.compile(rf"(?<![\w-])({words})\s*:\s*", re.IGNORECASE)


@cache
def _cities() -> frozenset[str]:
    return frozenset(row["city"].casefold() for row in table("dateline_cities"))
