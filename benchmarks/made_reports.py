"""As many coded reports as are asked for, made from the records that ``replay`` keeps: for speed and strength, not for accuracy.

A copy tells the invented stories anew: other words (letters changed, lengths kept, so that every offset holds), other dates within three years,
other places among some 200. Words by which the ledger knows things, function words, actors and numbers stay. One report in ten is reprinted by
another publisher. The order of arrival is mixed, or that of the days of publication, a steady number a day. A report's URL says how it
was made, so that its record can be made when it is asked for.
"""

from __future__ import annotations

import json
import random
import re
import string
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import cache
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from benchmarks.common import ROOT

from trucewatch.ledger import tables
from trucewatch.ledger.origins.tables import table
from trucewatch.model import Coded, Report, Unread
from trucewatch.model.contract import from_dict

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

REPLAY = ROOT / "out" / "replay.jsonl"
DAYS = 3 * 365
PLACES = 208
LENGTHS = range(3, 16)
REPRINTED = 10
_WORD = re.compile(r"[^\W\d_]+")
_DATE = re.compile(r"^(\d{4})-(\d{2})-(\d{2})")
_POINTS = {"village", "town", "city", "crossing", "site", "camp"}
_VOWELS, _CONSONANTS = "aeiou", "bcdfghjklmnpqrstvwxyz"
_REPRINTERS = ("Daily Echo", "Wire Digest", "Monitor Today", "The Courier", "Valley Mirror", "News Basket")


@dataclass(frozen=True, slots=True)
class Spec:
    """How a report is made: record ``base`` told in the words of ``copy``; ``reprint`` is 0 for the first telling."""

    base: int
    copy: int
    reprint: int = 0

    @property
    def url(self) -> str:
        """The address, from which the spec can be read again."""
        host = _REPRINTERS[self.base % len(_REPRINTERS)].replace(" ", "").lower() if self.reprint else "first"
        return f"https://{host}.example/{self.copy}/{self.base}/{self.reprint}"

    @classmethod
    def of(cls, url: str) -> Spec:
        """The spec of an address."""
        copy, base, reprint = url.rsplit("/", 3)[1:]
        return cls(int(base), int(copy), int(reprint))


@cache
def days_of(copy: int) -> int:
    """How many days later a copy tells its stories than they were told."""
    return _Copy(copy).days


@cache
def kept_words() -> frozenset[str]:
    """Words that every copy keeps: those that the ledger and the origins know by themselves."""
    origins = [row["word"] for name in ("calendar", "quantities") for row in table(name)]
    return tables.stopwords() | frozenset(tables.nouns()) | frozenset(origins)


class Maker:
    """Makes specs, reports and records; codes what it made.

    ``steady``: reports come in the order of their days, the same number on each day of three years. What a copy would tell later than that is
    told as much earlier, with all of its dates.
    """

    def __init__(self, path: Path = REPLAY, *, steady: bool = False) -> None:
        self.steady = steady
        with path.open(encoding="utf-8") as lines:
            self.bases: list[dict[str, Any]] = [json.loads(line) for line in lines]
        self._copies: dict[int, _Copy] = {}
        self._days = [date.fromisoformat(base["report"]["published"][:10]).toordinal() for base in self.bases]

    def specs(self, count: int) -> list[Spec]:
        """The first ``count`` reports in their mixed order of arrival; a shorter list begins a longer one."""
        chance = random.Random(7)
        order = [Spec(base, copy) for copy in range(220) for base in range(len(self.bases))]
        chance.shuffle(order)
        made: list[Spec] = []
        for spec in order:
            made.append(spec)
            if len(made) % REPRINTED == REPRINTED - 1:
                first = made[-1 - chance.randrange(min(len(made), 2000))]
                made.append(replace(first, reprint=len(made)))
            if len(made) >= count:
                return made[:count]
        raise ValueError(f"no more than {len(made)} reports can be made")

    def arrivals(self, count: int, all_told: int) -> list[Spec]:
        """The first ``count`` reports as they arrive, of ``all_told`` that make up the three years where the flow is steady."""
        if not self.steady:
            return self.specs(count)
        order = sorted(self.specs(max(count, all_told)), key=lambda spec: (self._day(spec), spec.url))
        return order[:count]

    def _day(self, spec: Spec) -> int:
        return self._days[spec.base] + self._shift(spec) + spec.reprint % 3

    def _shift(self, spec: Spec) -> int:
        """By how many days all dates of a report are moved."""
        days = days_of(spec.copy)
        begun = self._days[spec.base] - min(self._days)
        return (days + begun) % DAYS - begun if self.steady else days

    def line(self, spec: Spec) -> str:
        """A report as a line for ``trucewatch add``."""
        coded = self.record(spec)
        report = coded["report"]
        fields = {name: report[name] for name in ("title", "publisher", "published", "url", "language")}
        return json.dumps({"id": spec.url, "text": coded["text"], **fields}, ensure_ascii=False)

    def record(self, spec: Spec) -> dict[str, Any]:
        """A made record as plain data."""
        copy = self._copies.get(spec.copy)
        if copy is None:
            self._copies = {**dict(list(self._copies.items())[-50:]), spec.copy: (copy := _Copy(spec.copy))}
        made = copy.record(self.bases[spec.base], self._shift(spec))
        made["report"]["url"] = spec.url
        if spec.reprint:
            made["report"]["publisher"] = _REPRINTERS[spec.base % len(_REPRINTERS)]
            made["report"]["published"] = _shifted(made["report"]["published"], spec.reprint % 3)
        return made

    def facts(self) -> Any:
        """The coder's versions."""
        return from_dict(self.bases[0]).coder

    def __call__(self, items: Iterable[Report | Unread]) -> Iterator[Coded]:
        """Code reports, in order."""
        for item in items:
            yield self.coded(item)

    def coded(self, item: Report | Unread) -> Coded:
        """The record of one report."""
        if isinstance(item, Unread):
            return Coded(item.id, item.status, item.reasons, item.report, coder=self.facts())
        return replace(from_dict(self.record(Spec.of(item.url or ""))), id=item.id, report=item)


@dataclass(slots=True)
class _Copy:
    """One retelling: its letters, its days, its places."""

    number: int
    letters: dict[int, int] = field(init=False)
    days: int = field(init=False)

    def __post_init__(self) -> None:
        chance = random.Random(self.number)
        table: dict[str, str] = {}
        for group in (_VOWELS, _CONSONANTS):
            mixed = "".join(chance.sample(group, len(group)))
            table |= dict(zip(group + group.upper(), mixed + mixed.upper(), strict=True))
        self.letters = str.maketrans(table)
        self.days = chance.randrange(DAYS)

    def record(self, base: dict[str, Any], days: int) -> dict[str, Any]:
        """A record in these words and places, so many days later."""
        text = self._text(base)
        made = self._walked(base, text)
        made["text"] = text
        report = made["report"]
        report["title"] = self._words(report["title"] or "")
        report["published"] = _shifted(report["published"], days)
        report["sha256"] = sha256(text.encode()).hexdigest()
        made["places"] = [self._place(place) for place in made["places"]]
        for time in made["times"]:
            time |= {name: _shifted(time[name], days) for name in ("value", "begin", "until")}
        return made

    def _text(self, base: dict[str, Any]) -> str:
        kept = [(m["start"], m["end"]) for actor in base["actors"] for m in actor["mentions"]]
        kept += [(time["start"], time["end"]) for time in base["times"]]
        text = list(self._words(base["text"]))
        for start, end in kept:
            text[start:end] = base["text"][start:end]
        for place in base["places"]:
            if place["name"] and place["name"] == place["text"]:
                text[place["start"] : place["end"]] = self._home(place).name(len(place["text"]))
        return "".join(text)

    def _words(self, text: str) -> str:
        return _WORD.sub(lambda match: self._word(match[0]), text)

    def _word(self, word: str) -> str:
        if word.lower() in kept_words() or tables.things(word):
            return word
        return word.translate(self.letters)

    def _walked(self, value: Any, text: str) -> Any:
        """The same data, with the new text wherever words are quoted by offsets."""
        if isinstance(value, list):
            return [self._walked(item, text) for item in value]
        if not isinstance(value, dict):
            return value
        made = {name: self._walked(item, text) for name, item in value.items()}
        if "start" in made and isinstance(made.get("text"), str):
            made["text"] = text[made["start"] : made["end"]]
        return made

    def _home(self, place: dict[str, Any]) -> Where:
        return world(len(place["text"]), sha256(f"{self.number} {place['name']}".encode()).digest()[0])

    def _place(self, place: dict[str, Any]) -> dict[str, Any]:
        if place["name"] is None or place["kind"] not in _POINTS:
            return place
        home = self._home(place)
        name = home.name(len(place["text"]))
        return place | {"name": name, "admin1": home.admin1, "latitude": home.latitude, "longitude": home.longitude}


@dataclass(frozen=True, slots=True)
class Where:
    """A place of the world of copies."""

    stem: str
    admin1: str
    latitude: float
    longitude: float

    def name(self, length: int) -> str:
        """Its name, of so many letters."""
        return self.stem[:length]


@cache
def world(length: int, pick: int) -> Where:
    """One of the places whose names have so many letters; ``pick`` is 0 to 255, and a few places are told of most."""
    size = min(max(length, LENGTHS[0]), LENGTHS[-1])
    chance = random.Random(f"{size} {int((PLACES // len(LENGTHS)) * (pick / 256) ** 2)}")
    stem = "".join(chance.choice(string.ascii_lowercase) for _ in range(max(length, 1))).capitalize()
    return Where(
        stem, f"Province {chance.randrange(20)}", round(40 + chance.random() * 4, 3), round(-40 + chance.random() * 4, 3)
    )


def _shifted(value: str | None, days: int) -> str | None:
    """An ISO date so many days later; anything else as it is."""
    match = _DATE.match(value or "")
    if value is None or match is None:
        return value
    return (date(*(int(part) for part in match.groups())) + timedelta(days)).isoformat() + value[match.end() :]
