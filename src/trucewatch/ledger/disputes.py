"""On what the accounts of one incident contradict each other, named and told in one sentence each.

A contradiction is what reports say against each other; it is never settled here. This module must not weigh tellers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from trucewatch.ledger import tables
from trucewatch.ledger.accounts import role
from trucewatch.ledger.english import day_words, listed, number_words, opened, place_words, plural
from trucewatch.ledger.geo import MOVING, meeting, span, wide
from trucewatch.ledger.sides import hostile, party_sides, party_words, same_side
from trucewatch.ledger.tellers import WEAPONS, short
from trucewatch.ledger.words import RESULT
from trucewatch.model.incident import Contradiction, Version

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from trucewatch.model.incident import Account, Matter, Toll

_PATROLS = {
    "patrol held": "a patrol held",
    "patrol cut short": "a patrol cut short",
    "patrol obstructed": "a patrol obstructed",
}
_NOUN = {"killed": "dead", "injured": "wounded", "missing": "missing", "detained": "held", "displaced": "displaced"}


def contradictions(
    accounts: Sequence[Account], tolls: Sequence[Toll], origins: Callable[[Account], str]
) -> tuple[Contradiction, ...]:
    """Every matter on which told accounts do not agree, whether it happened first."""
    told = [a for a in accounts if role(a) == "told"]
    asserted = [a for a in told if a.status != "denied"]
    found = [
        _whether(told, asserted),
        _who(told, asserted),
        _whom(asserted),
        _where(asserted),
        _when(asserted),
        *(_how_many(toll, accounts) for toll in tolls),
        _what(asserted, origins),
    ]
    return tuple(c for c in found if c is not None and len({origins(a) for a in accounts if a.key in _keys(c)}) > 1)


def _keys(found: Contradiction) -> set[str]:
    return {key for version in found.versions for key in version.accounts}


def _whether(told: Sequence[Account], asserted: Sequence[Account]) -> Contradiction | None:
    denied = [a for a in told if a.status == "denied" and not _only_who(a, asserted)]
    if not denied or not asserted:
        return None
    versions = (Version("it happened", _of(asserted)), Version("it did not happen", _of(denied)))
    many = listed(dict.fromkeys(map(short, asserted)))
    return _made("whether", versions, f"{many} {_verb(asserted, 'tell', 'tells')} of it; {_deniers(denied)}.")


def _deniers(denied: Sequence[Account]) -> str:
    """Who denies it; a report that says in its own voice that it did not happen denies nothing of its own."""
    spoken = [a for a in denied if a.voice.words]
    own = [a for a in denied if not a.voice.words]
    parts = []
    if spoken:
        parts.append(f"{listed(map(short, spoken))} {_verb(spoken, 'deny', 'denies')} it")
    if own:
        parts.append(f"{listed(map(short, own))} {_verb(own, 'report', 'reports')} that it did not happen")
    return " and ".join(parts)


def _only_who(denial: Account, asserted: Iterable[Account]) -> bool:
    """Whether a denial leaves the act standing: the same report goes on to say that others did it."""
    if denial.scene is None or not denial.actor:
        return False
    mine = party_sides(denial.actor)
    beside = [a for a in asserted if a.scene is not None and a.scene.strand == denial.scene.strand]
    return any(not (party_sides(a.actor) & mine) or not a.actor for a in beside)


def _who(told: Sequence[Account], asserted: Sequence[Account]) -> Contradiction | None:
    blamed = _by_side(
        _grouped([a for a in asserted if hostile(a) and a.truce != "clash"], lambda a: sorted(party_sides(a.actor)))
    )
    cleared = [a for a in told if a.status == "denied" and hostile(a) and any(_blames(a, side) for side in blamed)]
    if len(blamed) < 2 and not (blamed and cleared):  # noqa: PLR2004
        return None
    named = {side: party_words(side, found) for side, found in blamed.items()}
    versions = [Version(f"{named[side]} did it", _of(found)) for side, found in blamed.items()]
    parts = [
        f"{listed(map(short, found))} {_verb(found, 'say', 'says')} that {named[side]} did it" for side, found in blamed.items()
    ]
    if cleared:
        versions.append(Version("those who are blamed did not do it", _of(cleared)))
        parts.append(_deniers(cleared))
    return _made("who", tuple(versions), "; ".join(parts) + ".")


def _blames(denial: Account, side: str) -> bool:
    return any(same_side(side, own) for own in party_sides(denial.actor))


def _by_side(blamed: Mapping[str, list[Account]]) -> dict[str, list[Account]]:
    """Sides by name, "the army" without a country with the state it may be."""
    merged: dict[str, list[Account]] = {}
    for side in sorted(blamed, key=lambda s: (-len(s), s)):
        home = next((known for known in merged if same_side(known, side)), side)
        merged.setdefault(home, []).extend(blamed[side])
    return dict(sorted(merged.items()))


def _whom(asserted: Sequence[Account]) -> Contradiction | None:
    harmed = _grouped([a for a in asserted if a.harm], lambda a: sorted({h.side for h in a.harm if h.side}))
    if "civilians" not in harmed or len(harmed) < 2:  # noqa: PLR2004
        return None
    fighters = [a for side, found in harmed.items() if side != "civilians" for a in found]
    civil = harmed["civilians"]
    versions = (Version("civilians were harmed", _of(civil)), Version("fighters or soldiers were harmed", _of(fighters)))
    if not set(_of(fighters)) - set(_of(civil)):
        return None
    text = f"{listed(map(short, civil))} {_verb(civil, 'speak', 'speaks')} of civilians, {listed(map(short, fighters))} of fighters."
    return _made("whom", versions, text)


def _where(asserted: Sequence[Account]) -> Contradiction | None:
    still = [a for a in asserted if tables.family(a.type, a.mode, a.truce).name not in MOVING]
    placed = [a for a in still if a.place is not None and a.place.name and not wide(a.place) and _stated_place(a)]
    groups = _grouped(placed, lambda a: [place_words(a.place)] if a.place else [])
    spots = {place_words(a.place): a.place for a in placed if a.place}
    names = [n for n in groups if any(meeting(spots[n], spots[m]) == "apart" for m in groups if m != n)]
    return _told("where", {n: groups[n] for n in names}, "{who} {verb} {what}", ("name", "names")) if len(names) > 1 else None


def _stated_place(account: Account) -> bool:
    """Whether the act's place is one that its scene holds: a place passed through, or that of the speaker, disputes nothing."""
    spots = account.scene.places if account.scene else ()
    return any(account.place is not None and s.name == account.place.name for s in spots)


def _when(asserted: Sequence[Account]) -> Contradiction | None:
    dated: dict[str, list[Account]] = {}
    for account in asserted:
        times = account.scene.times if account.scene else ()
        stated = account.time is not None and any(t.begin == account.time.begin for t in times)
        found = span(account.time) if account.time and stated else None
        if found is not None and found.days == 1:
            dated.setdefault(day_words(found.begin), []).append(account)
    return _told("when", dated, "{who} {verb} {what}", ("give", "gives")) if len(dated) > 1 else None


def _how_many(toll: Toll, accounts: Sequence[Account]) -> Contradiction | None:
    by_key = {a.key: a for a in accounts}
    groups: dict[str, list[Account]] = {}
    for figure in toll.figures:
        if figure.best is not None and not figure.superseded:
            groups.setdefault(f"{number_words(figure.best)} {_NOUN[toll.kind]}", []).append(by_key[figure.account])
    return _told("how many", groups, "{who} {verb} of {what}", ("speak", "speaks")) if len(groups) > 1 else None


def _what(asserted: Sequence[Account], origins: Callable[[Account], str]) -> Contradiction | None:
    """Another weapon, or a patrol held and yet cut short: only where one origin tells the one, and another only the other."""
    for kinds in (WEAPONS, _PATROLS):
        groups = _grouped(asserted, lambda a, k=kinds: [label] if (label := _label(a, k)) else [])  # type: ignore[misc]
        told = {label: {origins(a) for a in found} for label, found in groups.items()}
        unlike = {one for one in told for other in told if told[one] - told[other] and told[other] - told[one]}
        if len(unlike) > 1:
            return _told("what", {k: groups[k] for k in sorted(unlike)}, "{who} {verb} of {what}", ("speak", "speaks"))
    return None


def _label(account: Account, kinds: Mapping[str, str]) -> str:
    """What kind of weapon or patrol an account tells of; nothing for a bare result ("two were killed"), whose kind is not its own."""
    if RESULT.match(account.predicate.text):
        return ""
    return kinds.get(account.truce or "") or kinds.get(tables.family(account.type, account.mode, account.truce).name, "")


def _told(matter: Matter, groups: Mapping[str, list[Account]], form: str, verbs: tuple[str, str]) -> Contradiction:
    versions = tuple(Version(what, _of(found)) for what, found in sorted(groups.items()))
    ordered = sorted(groups.items(), key=lambda item: (min(a.published or "9" for a in item[1]), item[0]))
    parts = [form.format(who=listed(map(short, found)), verb=_verb(found, *verbs), what=what) for what, found in ordered]
    text = "; ".join(parts)
    return _made(matter, versions, f"{text}.")


def _made(matter: Matter, versions: tuple[Version, ...], sentence: str) -> Contradiction:
    return Contradiction(matter, versions, opened(sentence))


def _grouped(accounts: Iterable[Account], names: Callable[[Account], Iterable[str]]) -> dict[str, list[Account]]:
    found: dict[str, list[Account]] = {}
    for account in accounts:
        for name in names(account):
            found.setdefault(name, []).append(account)
    return dict(sorted(found.items()))


def _of(accounts: Iterable[Account]) -> tuple[str, ...]:
    return tuple(sorted({a.key for a in accounts}))


def _verb(accounts: Sequence[Account], many: str, one: str) -> str:
    tellers = {short(a) for a in accounts}
    return many if len(tellers) > 1 or plural(next(iter(tellers), "")) else one
