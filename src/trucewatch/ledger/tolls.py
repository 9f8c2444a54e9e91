"""Harm of an incident: every number with whose number it is, and the range over them.

The latest number of an origin counts; earlier ones are kept as superseded. Numbers are never added up over accounts. This module must not
choose whom to believe.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

from trucewatch.ledger.accounts import role
from trucewatch.ledger.tellers import origin_of, who
from trucewatch.model.incident import Figure, Toll

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from trucewatch.model import Harm
    from trucewatch.model.incident import Account

_AMONG = re.compile(r"\b(?:among them|among whom|including|of them|of whom)\b", re.IGNORECASE)
KINDS = ("killed", "injured", "missing", "detained", "displaced")


def tolls(accounts: Iterable[Account], origins: Mapping[str, str]) -> tuple[Toll, ...]:
    """The harm of an incident by kind, in a fixed order; only what is told as having happened counts."""
    told = [a for a in accounts if role(a) == "told" and a.status != "denied"]
    found = [_toll(kind, _figures(kind, told, origins)) for kind in KINDS]
    return tuple(toll for toll in found if toll.figures)


def _figures(kind: str, accounts: Sequence[Account], origins: Mapping[str, str]) -> list[Figure]:
    """Every account's number; of one report's accounts the highest, of one origin's reports the latest is current."""
    made = [f for a in accounts if (f := _figure(kind, a, origins)) is not None]
    current: dict[str, Figure] = {}
    for figure in sorted(made, key=lambda f: (f.published or "", _size(f), f.account)):
        current[figure.origin] = figure
    kept = {f.account for f in current.values()}
    marked = [replace(f, superseded=f.account not in kept) for f in made]
    return sorted(_once(marked), key=lambda f: (f.published or "9", f.superseded, f.account))


def _once(figures: Iterable[Figure]) -> list[Figure]:
    """Without what an origin only repeats: the same number, told again."""
    found: dict[tuple[str, int | None, int | None, int | None], Figure] = {}
    for f in sorted(figures, key=lambda f: (f.superseded, f.published or "9", f.account)):
        found.setdefault((f.origin, f.low, f.best, f.high), f)
    return list(found.values())


def _figure(kind: str, account: Account, origins: Mapping[str, str]) -> Figure | None:
    items = [h for h in account.harm if h.kind == kind]
    if not items:
        return None
    return Figure(
        kind=kind,
        low=_total([h.low for h in items], account),
        best=_total([h.best for h in items], account),
        high=_total([h.high for h in items], account),
        account=account.key,
        who=who(account),
        origin=origin_of(account, origins),
        published=account.published,
        harmed=_harmed(items),
    )


def _harmed(items: Sequence[Harm]) -> str | None:
    words = list(dict.fromkeys(h.who for h in items if h.who))
    return "; ".join(words) or None


def _total(numbers: Sequence[int | None], account: Account) -> int | None:
    """The sum over the groups of one account, the greatest where one group is among the other; None where one is not known."""
    known = [n for n in numbers if n is not None]
    if len(known) < len(numbers):
        return None
    return max(known) if _AMONG.search(account.sentence) else sum(known)


def _size(figure: Figure) -> int:
    return next((n for n in (figure.best, figure.high, figure.low) if n is not None), -1)


def _toll(kind: str, figures: Sequence[Figure]) -> Toll:
    current = [f for f in figures if not f.superseded]
    floors = [n for f in current if (n := f.low if f.low is not None else f.best) is not None]
    tops = [n for f in current if (n := f.high if f.high is not None else f.best) is not None]
    votes = Counter(f.best for f in current if f.best is not None)
    latest = {f.best: f.published or "" for f in current if f.best is not None}
    best = max(votes, key=lambda n: (votes[n], latest[n], n), default=None)
    return Toll(kind, min(floors, default=None), best, max(tops, default=None), tuple(figures))
