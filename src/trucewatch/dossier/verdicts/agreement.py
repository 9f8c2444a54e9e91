"""How far reviewers agree: Krippendorff's alpha and plain percentage, a row a field.

Alpha by NLTK (Apache-2.0; the optional extra ``review``): it takes missing verdicts and any metric. PyPI's ``krippendorff`` is GPL, and
``simpledorff`` (MIT) has stood still since 2020, needs pandas and has no ordinal metric. Alpha asks for reviewers who did not see each
other's verdicts (``review --blind``). This module must not hold a figure where there is none to be had: it says why.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from importlib import import_module
from itertools import combinations
from typing import TYPE_CHECKING, Any, Literal

from trucewatch.dossier.verdicts.fields import FIELDS, label
from trucewatch.dossier.verdicts.kinds import CREDIBILITY, RELIABILITY
from trucewatch.dossier.verdicts.state import EVENT, LINK
from trucewatch.model import TrucewatchError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from trucewatch.dossier.verdicts.state import Effective

Scale = Literal["nominal", "ordinal"]
Judgement = tuple[str, str, str | int]
"""Reviewer, unit, value: what alpha is counted from. At most one of a reviewer on a unit."""
_NOT_JUDGED = ("F", 6)  #: "cannot be judged" has no place in an order


@dataclass(frozen=True, slots=True)
class Agreement:
    """Agreement on one field. ``units``: those that two or more reviewers judged; ``percent``: pairs of their values that are equal.

    ``alpha`` is None where it cannot be had, and ``why`` says so.
    """

    field: str
    scale: Scale
    units: int
    reviewers: int
    alpha: float | None
    why: str
    percent: float | None


def agreement(effective: Effective) -> tuple[Agreement, ...]:
    """Agreement on whether there is an event, on each of its fields, on links and on grades.

    Raises:
        TrucewatchError: ``review-extra-missing`` where NLTK is not installed.
    """
    tables: dict[str, list[Judgement]] = {name: [] for name in (EVENT, *FIELDS, LINK, "reliability", "credibility")}
    for name, judgement in (*_events(effective), *_links(effective), *_grades(effective)):
        tables[name].append(judgement)
    return tuple(
        agree(name, found, scale="ordinal" if name in {"reliability", "credibility"} else "nominal")
        for name, found in tables.items()
    )


def _events(effective: Effective) -> Iterator[tuple[str, Judgement]]:
    for key, ruling in effective.rulings.items():
        unit = "/".join(map(str, key))
        for opinion in ruling.opinions:
            yield EVENT, (opinion.reviewer, unit, "keeps" if opinion.keeps else "rejects")
            for name, held in opinion.fields.items():
                yield name, (opinion.reviewer, unit, label(held.value))


def _links(effective: Effective) -> Iterator[tuple[str, Judgement]]:
    for link in effective.opinions_on_links:
        unit = " ".join(sorted("/".join(map(str, anchor.key)) for anchor in (link.one, link.other)))
        yield LINK, (link.reviewer, unit, "same" if link.same else "different")


def _grades(effective: Effective) -> Iterator[tuple[str, Judgement]]:
    for grade in effective.grades:
        unit = f"report {grade.report}" if grade.report else f"incident {grade.incident}"
        if grade.reliability and grade.reliability not in _NOT_JUDGED:
            yield "reliability", (grade.reviewer, unit, list(RELIABILITY).index(grade.reliability))
        if grade.credibility and grade.credibility not in _NOT_JUDGED:
            yield "credibility", (grade.reviewer, unit, list(CREDIBILITY).index(grade.credibility))


def agree(field: str, judgements: Iterable[Judgement], *, scale: Scale = "nominal") -> Agreement:
    """Agreement on one field. For the ordinal scale, values are numbers in their order."""
    units: defaultdict[str, list[Judgement]] = defaultdict(list)
    for judgement in judgements:
        units[judgement[1]].append(judgement)
    paired = {unit: found for unit, found in units.items() if len(found) > 1}
    every = [judgement for found in paired.values() for judgement in found]
    reviewers = len({reviewer for reviewer, _, _ in every})
    counts = Counter(value for _, _, value in every)
    why = "no unit was judged by two reviewers" if not every else "no variation: all gave one value" if len(counts) == 1 else ""
    alpha = None if why else _alpha(every, _ordinal(counts) if scale == "ordinal" else None)
    return Agreement(field, scale, len(paired), reviewers, alpha, why, _percent(paired))


def _percent(paired: Mapping[str, Sequence[Judgement]]) -> float | None:
    pairs = [one[2] == other[2] for found in paired.values() for one, other in combinations(found, 2)]
    return 100 * sum(pairs) / len(pairs) if pairs else None


def _alpha(judgements: Sequence[Judgement], distance: Callable[[Any, Any], float] | None) -> float:
    try:
        library = import_module("nltk.metrics.agreement")
    except ImportError as error:
        raise TrucewatchError(
            "review-extra-missing",
            "NLTK, which counts agreement, is not installed",
            next_step="pip install 'trucewatch[review]'",
        ) from error
    task = library.AnnotationTask(data=list(judgements), **({"distance": distance} if distance else {}))
    return float(task.alpha())


def _ordinal(counts: Mapping[str | int, int]) -> Callable[[Any, Any], float]:
    """Krippendorff's ordinal metric: the square of how many values lie from one to the other, the ends by half."""

    def distance(one: Any, other: Any) -> float:
        low, high = sorted((one, other))
        between = sum(count for value, count in counts.items() if low <= value <= high)
        return float((between - (counts[low] + counts[high]) / 2) ** 2)

    return distance
