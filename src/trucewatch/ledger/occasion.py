"""Where and when an act was by several accounts of it: the places they state, the days they name.

A dateline is where a report was written: it is an act's place only where its report states no other. This module must not guess a place.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from trucewatch.model.incident import Account, Spot, When

_VAGUE = 9


def stated(account: Account) -> tuple[Spot, ...]:
    """An account's own place; those of its scene where that is only the dateline that its sentence begins with."""
    if account.place is None:
        return ()
    around = account.scene.places if account.scene else ()
    if around and account.place not in around and account.sentence.startswith(account.place.text.upper()):
        return around
    return (account.place,)


def most_told(accounts: Sequence[Account], otherwise: Spot | None) -> Spot | None:
    """The exact place that most of some accounts state; the incident's counts as one more, and stands where they state none."""
    spots = [spot for account in accounts if account.place is not None for spot in stated(account)]
    if otherwise is not None:
        spots.append(otherwise)
    if len(set(spots)) <= 1:
        return spots[0] if spots else None
    votes = Counter(spot.name or spot.text for spot in spots)
    return min(spots, key=lambda s: (s.precision or _VAGUE, -votes[s.name or s.text]), default=None)


def named_time(accounts: Sequence[Account]) -> tuple[When | None, bool]:
    """When it was, and whether that is only the day named beside the act ("since 13 March"), which no report ties to it."""
    told = [time for a in accounts for time in (a.scene.times if a.scene else ()) if time.begin or time.until]
    if told:
        return told[0], False
    near = [a.then[0] for a in accounts if a.then and (a.then[0].begin or a.then[0].until)]
    return (near[0], True) if near else (None, False)
