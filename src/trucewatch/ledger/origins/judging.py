"""Is a text that agrees with another a copy of it, or another story of the same make-up?

Two reports may share most of their words because one copies the other, or because both are filled from one template: a mission's daily
reports, two shellings told alike, a bulletin. What tells them apart is what differs. A copy keeps the names, days and nearly all figures of its
original, whatever it does to the words between; another story keeps the words and exchanges just these. So each name, figure and date
inside the shared passages is a witness, and the log-odds of "another story" against "a copy" are added up (a likelihood ratio, with the
rates of RATES). Passages without any name, figure or date bear no witness, and the shares decide alone.

The rates are rounded, and softer than what was counted on the made reports of seed 1 (benchmarks/make_reprints.py: in copies 0.2% of names, 10%
of figures and 1% of dates are others; in look-alikes 65, 78 and 80%), because real copies respell names and put "Tuesday" for "yesterday".

This module must not look at anything but the two reports.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import exp, log
from typing import TYPE_CHECKING

from trucewatch.ledger.origins.alignment import align
from trucewatch.ledger.origins.publishers import day_key, same_publisher
from trucewatch.ledger.origins.wording import wording

if TYPE_CHECKING:
    from trucewatch.ledger.origins.alignment import Alignment, Change
    from trucewatch.model import Report

#: How often a name, figure, date inside a shared passage is another one: in a copy, in another story of one template.
RATES = {"name": (0.03, 0.5), "number": (0.10, 0.7), "date": (0.04, 0.7)}
#: Log-odds of "another story" where the whole of one text stands in the other; how much they rise for what does not; and by how much for
#: reports of one outlet on two days, among which templates are common and copies rare. So a text wholly in another needs one name, figure or
#: date to be known by, and one that is in it by half needs several.
PRIOR, LOOSE, _SERIES = 0.3, 8.0, 1.5
#: What each shared word takes off the doubt: sixty without a name, wholly in the other, are known by themselves.
WORD = 0.005
_TITLE_SHARE = 0.5
_FEW, _SEEN = 6, 0.3
_LISTED = 3


@dataclass(frozen=True, slots=True)
class Judgement:
    """``doubt``: log-odds that the texts tell two stories; above 0 they are not linked. ``changes`` are the witnesses for it."""

    doubt: float
    changes: tuple[Change, ...]
    kept: int

    @property
    def other_story(self) -> bool:
        """Whether the texts are two stories of one make-up."""
        return self.doubt > 0

    @property
    def trust(self) -> float:
        """The probability that the one is a copy of the other, as far as names, figures and dates tell."""
        return 1 / (1 + exp(max(-50.0, min(50.0, self.doubt))))

    @property
    def words(self) -> str:
        """What differs, in plain English: "other names (Aldun for Tessin), other figures (5 for 3)"."""
        return changed(self.changes)


def plausible(a: str, b: str) -> bool:
    """Whether two texts name enough of the same to be worth aligning: a cheap look at names, figures and dates, wherever they stand.

    A text that is a copy, by half at least, has about half of its names in the other; stories of one template share few. Texts that name hardly
    anything (lower case, all capitals) are always worth it.
    """
    smaller, larger = sorted((wording(a).content, wording(b).content), key=len)
    return len(smaller) < _FEW or len(smaller & larger) >= _SEEN * len(smaller)


def judge(a: Report, b: Report, alignment: Alignment, *, said_so: bool = False) -> Judgement:
    """Weigh what differs inside the passages that two reports share, their titles included.

    Args:
        a: A report.
        b: Another.
        alignment: Their texts side by side.
        said_so: Whether they themselves declare a common origin: then what they do not share raises no doubt.
    """
    titles = align(a.title or "", b.title or "")
    alike = min(titles.share_a, titles.share_b) >= _TITLE_SHARE
    changes = _different((*alignment.changes, *(titles.changes if alike else ())))
    share = 1.0 if said_so else max(alignment.share_a, alignment.share_b)
    doubt = _prior(a, b, share) - alignment.words * WORD
    doubt += sum(log(RATES[c.kind][1] / RATES[c.kind][0]) for c in changes)
    for (rare, often), kept in zip(RATES.values(), alignment.kept, strict=True):
        doubt += kept * log((1 - often) / (1 - rare))
    return Judgement(doubt, changes, sum(alignment.kept))


def _prior(a: Report, b: Report, share: float) -> float:
    """Log-odds before names, figures and dates are looked at: less shared is more doubt, and so is an outlet's own next report."""
    series = same_publisher(a.publisher, b.publisher) and day_key(a.published) != day_key(b.published)
    return PRIOR + LOOSE * (1 - share) + (_SERIES if series else 0.0)


def _different(changes: tuple[Change, ...]) -> tuple[Change, ...]:
    found: dict[tuple[str, str, str], Change] = {}
    for change in changes:
        found.setdefault((change.kind, change.a.casefold(), change.b.casefold()), change)
    return tuple(found.values())


def changed(changes: tuple[Change, ...]) -> str:
    """Changes in plain English, b's word first: what stands in b for what stands in a."""
    parts = []
    for kind, name in (("name", "names"), ("date", "dates"), ("number", "figures")):
        found = [f"{change.b} for {change.a}" for change in changes if change.kind == kind]
        more = f" and {len(found) - _LISTED} more" if len(found) > _LISTED else ""
        if found:
            parts.append(f"other {name} ({', '.join(found[:_LISTED])}{more})")
    return ", ".join(parts)
