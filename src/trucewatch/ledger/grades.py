"""How well an incident is founded: by one origin, by copies of one, by independent origins, or by opposed sides.

Only who says that it happened counts; copies of one dispatch are one origin however many print it. This module must not say what is true.
"""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING

from trucewatch.ledger.accounts import role
from trucewatch.ledger.english import counted, listed, opened
from trucewatch.ledger.tellers import origin_of, short
from trucewatch.model.incident import Corroboration

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from trucewatch.ledger.sides import Camps
    from trucewatch.model.incident import Account


def corroboration(accounts: Sequence[Account], origins: Mapping[str, str], camps: Camps) -> Corroboration:
    """The grade of an incident, with the reason as a sentence."""
    told = [a for a in accounts if role(a) == "told" and a.status != "denied"]
    reports, sources = {a.report for a in told}, {origin_of(a, origins) for a in told}
    if not told:
        return Corroboration("single origin", 0, 0, "Nobody says that it happened; it is only denied.")
    if len(sources) == 1:
        return _one_origin(told, len(reports))
    pair = _opposed(told, origins, camps)
    papers = listed(_papers(told))
    if pair is not None:
        one, other = pair
        reason = (
            f"Opposed sides say that it happened: {short(one)} and {short(other)}. {_lies_behind(len(sources), len(reports))}"
        )
        return Corroboration("opposed sides agree", len(sources), len(reports), reason)
    reason = f"{_lies_behind(len(sources), len(reports))} It is told by {papers}."
    return Corroboration("independent", len(sources), len(reports), reason)


def _one_origin(told: Sequence[Account], reports: int) -> Corroboration:
    first = min(told, key=lambda a: (a.published or "9", a.key))
    paper = first.publisher or first.title or first.report
    if reports == 1:
        return Corroboration("single origin", 1, 1, f"Only {paper} tells of it.")
    names = [name for name in _papers(told) if name != paper]
    source = first.origin_words or paper
    copies = f" ({listed(names)})" if names else ""
    reason = f"{opened(counted(reports, 'report'))} tell of it{copies}, but all go back to {source}: one origin, not {reports}."
    return Corroboration("several dependent", 1, reports, reason)


def _lies_behind(origins: int, reports: int) -> str:
    return f"{opened(counted(origins, 'independent origin'))} in {counted(reports, 'report')}."


def _papers(told: Sequence[Account]) -> list[str]:
    return list(dict.fromkeys(a.publisher or a.title or a.report for a in told))


def _opposed(told: Sequence[Account], origins: Mapping[str, str], camps: Camps) -> tuple[Account, Account] | None:
    """Two tellers of opposed sides and of two origins, the first published first."""
    sided = [(side, a) for a in told if (side := camps.of(a))]
    for (one, a), (other, b) in combinations(sided, 2):
        if camps.opposed(one, other) and origin_of(a, origins) != origin_of(b, origins):
            return a, b
    return None
