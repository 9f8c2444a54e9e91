"""An incident as lists, maps and the feed show it: one line with the words of its evidence. It reads no dossier and makes no markup."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from hashlib import sha256
from itertools import pairwise
from typing import TYPE_CHECKING

from trucewatch.publishing import plain
from trucewatch.publishing.basemap import layers
from trucewatch.publishing.words import clean, count, excerpt

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from trucewatch.dossier.book import Held
    from trucewatch.model.agreement import Finding
    from trucewatch.model.incident import Account, Incident, Teller

_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,60}")
_ORDER = {"asserts": 0, "otherwise": 1, "denies": 2, "mentions": 3}
_QUOTE = 220


@dataclass(frozen=True, slots=True)
class Words:
    """A sentence of a report as one line, and where in it the words stand that tell."""

    whole: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Voice:
    """Accounts that one teller gives in one sentence, of one position; ``pieces``: the sentence, in runs that tell and runs that do not."""

    tellers: tuple[Teller, ...]
    pieces: tuple[tuple[str, bool], ...]

    @property
    def says(self) -> str:
        """What they say of the incident, to be read after who says it."""
        return "; ".join(dict.fromkeys(clean(teller.says) for teller in self.tellers))


@dataclass(frozen=True, slots=True)
class Line:
    """One incident. ``precision`` is UCDP's where_prec; a place told only to a country has no point. ``updated``: RFC 3339, "" unknown."""

    id: str
    headline: str
    category: str
    group: str | None
    begin: str | None
    until: str | None
    place: str
    town: str
    country: str | None
    admin1: str | None
    latitude: float | None
    longitude: float | None
    precision: int | None
    grade: str
    origins: int
    reports: int
    accounts: int
    disputed: tuple[str, ...]
    harm: str
    who: str
    quote: str
    first: str
    updated: str

    @property
    def address(self) -> str:
        """Its page, from the bulletin's first."""
        return f"incidents/{file_name(self.id)}.html"

    @property
    def embed(self) -> str:
        """Its page for other sites."""
        return f"embed/{file_name(self.id)}.html"

    @property
    def days(self) -> str:
        """When, in words; empty where no day is told."""
        return plain.between(self.begin, self.until)


@dataclass(frozen=True, slots=True)
class Case:
    """An incident with its accounts by event key, the words of each, and what it was found to mean."""

    line: Line
    incident: Incident
    accounts: Mapping[str, Account]
    words: Mapping[str, Words]
    findings: tuple[Finding, ...]


def case_of(held: Held) -> Case:
    """What the bulletin keeps of an incident: accounts without the hints that only comparing needs."""
    slim = {a.key: replace(a, near=(), about=(), then=(), scene=None) for a in held.accounts}
    words = {key: words_of(account) for key, account in slim.items()}
    return Case(_line(held.incident, words), held.incident, slim, words, held.findings)


def words_of(account: Account) -> Words:
    """The sentence of an account, and its clause in it."""
    sentence, clause = clean(account.sentence), clean(account.quote)
    at = sentence.find(clause) if clause else -1
    if at < 0:
        return Words(clause or sentence, 0, len(clause or sentence))
    return Words(sentence, at, at + len(clause))


def voices(tellers: Iterable[Teller], words: Mapping[str, Words]) -> tuple[Voice, ...]:
    """Accounts as they are read: what one teller says in one sentence is one voice, however many events it was coded as."""
    groups: dict[tuple[str, str, str], list[Teller]] = {}
    for teller in tellers:
        said = words.get(teller.account)
        groups.setdefault((teller.report, teller.who, said.whole if said else teller.account), []).append(teller)
    return tuple(
        Voice(tuple(mine), _pieces([words[t.account] for t in mine if t.account in words])) for mine in groups.values()
    )


def _pieces(found: Sequence[Words]) -> tuple[tuple[str, bool], ...]:
    if not found:
        return ()
    whole = found[0].whole
    borders = sorted({0, len(whole), *(edge for item in found for edge in (item.start, item.end))})
    runs: list[tuple[str, bool]] = []
    for start, end in pairwise(borders):
        tells = any(item.start <= start and end <= item.end for item in found)
        if runs and runs[-1][1] == tells:
            runs[-1] = (runs[-1][0] + whole[start:end], tells)
        else:
            runs.append((whole[start:end], tells))
    return tuple(runs)


def _line(incident: Incident, words: Mapping[str, Words]) -> Line:
    place, founded = incident.place, incident.corroboration
    drawn = place is not None and (place.precision or 0) < layers.COUNTRY
    lead = _lead(incident.tellers)
    dated = sorted(filter(None, (moment(teller.published) for teller in incident.tellers)))
    return Line(
        id=incident.id,
        headline=clean(incident.headline),
        category=plain.category(incident.truce, incident.type),
        group=plain.group(incident.truce),
        begin=incident.begin,
        until=incident.until,
        place=plain.spot(place),
        town=clean(place.name or "") if place else "",
        country=place.country if place else None,
        admin1=place.admin1 if place else None,
        latitude=place.latitude if place and drawn else None,
        longitude=place.longitude if place and drawn else None,
        precision=place.precision if place else None,
        grade=founded.grade,
        origins=founded.origins,
        reports=len({teller.report for teller in incident.tellers}),
        accounts=len(incident.tellers),
        disputed=tuple(dict.fromkeys(item.matter for item in incident.contradictions)),
        harm=", ".join(f"{count(toll.low, toll.best, toll.high)} {toll.kind}" for toll in incident.tolls),
        who=clean(lead.who) if lead else "",
        quote=_short(words[lead.account]) if lead and lead.account in words else "",
        first=dated[0] if dated else "",
        updated=dated[-1] if dated else "",
    )


def _lead(tellers: Iterable[Teller]) -> Teller | None:
    """Whose words stand first: who says that it happened, the first published."""
    return min(tellers, key=lambda t: (_ORDER[t.position], moment(t.published) or "~", t.account), default=None)


def _short(words: Words) -> str:
    whole = words.whole
    if len(whole) <= _QUOTE:
        return whole
    from trucewatch.model import Mention  # noqa: PLC0415 - only long sentences

    told = whole[words.start : words.end][:_QUOTE]
    focus = Mention(words.start, words.start + len(told), told)
    before, middle, after = excerpt(whole, 0, len(whole), focus, _QUOTE)
    return f"{before}{' ' if before else ''}{middle}{' ' if after[:1].isalnum() or after[:1] == '…' else ''}{after}"


def moment(iso: str | None) -> str:
    """A date or time as RFC 3339 in UTC: midnight, the month's or year's first day where no more is known; "" where it is no date."""
    text = (iso or "").strip()
    if re.fullmatch(r"\d{4}(-\d{2})?", text):
        text = f"{text}-01-01"[:10] if len(text) == len("2031") else f"{text}-01"
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return ""
    try:
        whole = found.replace(tzinfo=found.tzinfo or UTC).astimezone(UTC)
    except (OverflowError, ValueError):
        return ""
    return whole.strftime("%Y-%m-%dT%H:%M:%SZ") if whole.year > 999 else ""  # noqa: PLR2004 - strftime pads no year


def file_name(name: str) -> str:
    """A name for a file of whatever an id is: itself where it is plain, a hash of it elsewhere."""
    return name if _ID.fullmatch(name) else sha256(name.encode("utf-8", "surrogatepass")).hexdigest()[:20]
