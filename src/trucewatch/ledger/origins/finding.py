"""Links among reports in memory: for a benchmark, a page, a small collection. A database does the same steps one report at a time.

This module must not decide what a copy is (``links``) nor store anything.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING

from trucewatch.ledger.origins.alignment import align
from trucewatch.ledger.origins.judging import plausible
from trucewatch.ledger.origins.links import ghost_of, known_as, relation
from trucewatch.ledger.origins.signatures import MOST_HELD, Signature, signature, worth

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from trucewatch.ledger.origins.links import Link
    from trucewatch.model import Report

Pair = tuple[str, str]


def find(reports: Iterable[Report]) -> tuple[Link, ...]:
    """Every link among the reports, by ids. Their order does not matter; ids must be unique."""
    known = {report.id: report for report in sorted(reports, key=lambda report: report.id)}
    signatures = {name: signature(report.text) for name, report in known.items()}
    alike = {(a, b) for a, b in _candidates(signatures) if plausible(known[a].text, known[b].text)}
    pairs = sorted({*_same_words(signatures), *alike, *_named(known)})
    found = (relation(known[a], known[b], align(known[a].text, known[b].text)) for a, b in pairs)
    return tuple(link for link in found if link)


def _same_words(signatures: Mapping[str, Signature]) -> Iterator[Pair]:
    """Each of the reports of the same words with the first of them: as many as there are, they cost one comparison each."""
    first: dict[int, str] = {}
    for name, found in signatures.items():
        if found.words and first.setdefault(found.exact, name) != name:
            yield first[found.exact], name


def _candidates(signatures: Mapping[str, Signature]) -> Iterator[Pair]:
    """Pairs that share enough keys that are not held by too many; one report at a time, because there may be millions that share one."""
    holders: defaultdict[int, list[str]] = defaultdict(list)
    for name, found in signatures.items():
        for band in found.bands:
            holders[band].append(name)
    telling = {band: names for band, names in holders.items() if len(names) <= MOST_HELD}
    keys = {name: sum(band in telling for band in found.bands) for name, found in signatures.items()}
    for name, found in signatures.items():
        shared = Counter(other for band in found.bands for other in telling.get(band, ()))
        for other, count in shared.items():
            if other < name and worth(count, keys[other], keys[name]):
                yield other, name


def _named(known: Mapping[str, Report]) -> Iterator[Pair]:
    """Reports that declare an origin, with what may be it and with others that declare the same."""
    called: defaultdict[str, list[str]] = defaultdict(list)
    for name, report in known.items():
        for ghost in dict.fromkeys((*known_as(report), ghost_of(report))):
            if ghost:
                called[ghost].append(name)
    for names in called.values():
        yield from _among(names[:MOST_HELD], known)


def _among(names: Sequence[str], known: Mapping[str, Report]) -> Iterator[Pair]:
    for at, other in enumerate(names):
        for one in names[:at]:
            if ghost_of(known[one]) or ghost_of(known[other]):
                yield one, other
