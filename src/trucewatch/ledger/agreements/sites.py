"""Names of places and units in an agreement file, looked up in the gazetteer: one place, or a problem that says what there is.

Looks up and compares; draws nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from trucewatch.knowledge.places.normalise import key
from trucewatch.ledger.agreements.problems import Report, near
from trucewatch.model import TrucewatchError
from trucewatch.model.agreement import Site, Unit

if TYPE_CHECKING:
    from collections.abc import Sequence

    from trucewatch.knowledge.places import Gazetteer
    from trucewatch.knowledge.places.store import Entry
    from trucewatch.ledger.agreements.shaping import Item

#: A name that is both a town's and its district's means the town.
_COARSE = frozenset({"admin1", "admin2", "country"})
_SHOWN = 4


def site_of(entry: Entry) -> Site:
    """A gazetteer entry as the model's site."""
    return Site(entry.name, entry.kind, entry.country, entry.admin1, entry.latitude, entry.longitude, entry.geonameid)


def resolve(item: Item, gazetteer: Gazetteer, report: Report) -> Site | None:
    """The one place that a part with ``place`` (and country, kind, geonameid) names."""
    name = item.short or item.text("place")
    if name is None:
        return None
    line = item.line if item.short else item.at("place")
    wanted = item.value("geonameid")
    entries = [candidate.entry for candidate in gazetteer.lookup(name)]
    fitting = [entry for entry in entries if _fits(entry, item, wanted)]
    if len(fitting) > 1 and any(entry.kind not in _COARSE for entry in fitting) and item.text("kind") is None:
        fitting = [entry for entry in fitting if entry.kind not in _COARSE]
    if len(fitting) == 1:
        return site_of(fitting[0])
    if fitting:
        report.error(
            line, f"the gazetteer has {len(fitting)} places {name!r} ({_listed(fitting)}); add country, kind or geonameid"
        )
    elif entries:
        report.error(line, f"no place {name!r} in the gazetteer is of this country, kind or id; it has {_listed(entries)}")
    else:
        report.error(line, f"the gazetteer has no place {name!r}; add it to a gazetteer of your own, or give coordinates")
    return None


def _fits(entry: Entry, item: Item, wanted: int | None) -> bool:
    country, kind = item.text("country"), item.text("kind")
    return (
        (wanted is None or entry.geonameid == wanted)
        and (country is None or entry.country == country)
        and (kind is None or entry.kind == kind)
    )


def _listed(entries: Sequence[Entry]) -> str:
    shown = [
        f"{entry.name}, {entry.kind}, {entry.admin1 or '-'}, {entry.country or '-'}"
        + (f", {entry.geonameid}" if entry.geonameid else "")
        for entry in entries[:_SHOWN]
    ]
    more = len(entries) - len(shown)
    return "; ".join(shown) + (f"; and {more} more" if more > 0 else "")


def unit(text: str, line: int, gazetteer: Gazetteer, report: Report) -> Unit | None:
    """A unit written like ``SYR`` or ``SYR/Idlib``, as the gazetteer spells it."""
    country, _, name = text.partition("/")
    return known_unit(country, name or None, line, gazetteer, report)


def known_unit(country: str, name: str | None, line: int, gazetteer: Gazetteer, report: Report) -> Unit | None:
    """A country or first-order unit that the gazetteer knows; names are compared without accents and case."""
    units = _divisions(country, gazetteer)
    if name is None:
        if units or gazetteer.country(country) is not None or _used(country, gazetteer):
            return Unit(country)
        report.error(line, f"the gazetteer has no country {country!r}; write its ISO 3166-1 alpha-3 code")
        return None
    found = [spelt for spelt in units if key(spelt) == key(name)]
    if found:
        return Unit(country, found[0])
    if not units and _used(country, gazetteer, name):
        return Unit(country, name)
    some = f"; it has {', '.join(units[:6])}" if units and not near(name, units) else near(name, units)
    report.error(line, f"the gazetteer has no first-order unit {name!r} in {country}{some}")
    return None


def _divisions(country: str, gazetteer: Gazetteer) -> tuple[str, ...]:
    try:
        return tuple(sorted({entry.name for entry in gazetteer.divisions(country)}))
    except TrucewatchError:
        return ()


def _used(country: str, gazetteer: Gazetteer, admin1: str | None = None) -> bool:
    """Whether a place of the user's own tables lies there: invented countries are in no list of units."""
    return any(entry.country == country and admin1 in {None, entry.admin1} for entry in gazetteer.own)
