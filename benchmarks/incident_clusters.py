"""Incidents against marked reports: does the ledger put together what tells of one occurrence, and keep apart what does not?

Reads folders of fictional reports in which every telling is marked (``incident_sets.py``), codes them, clusters them, and scores the
tellings. A telling stands for the coder's event on its words, else for the nearest one of its sentence that is not on the words of another
incident's telling; a telling without one counts as a cluster of its own, so that what the coder misses is not left out of the score.
"""

from __future__ import annotations

import argparse
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import incident_score as score
from common import overlaps, save, table
from incident_sets import IncidentSet, code_all
from trucewatch.ledger import tables
from trucewatch.ledger.accounts import accounts_of, role, told
from trucewatch.ledger.memory import Ledger

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from incident_sets import Telling
    from trucewatch.model.incident import Account

_RANK = {"told": 0, "mention": 1, "word": 2}


def event_on(telling: Telling, accounts: Sequence[Account]) -> Account | None:
    """The account on a telling's very words."""
    on = [a for a in accounts if overlaps((telling.start, telling.end), (a.predicate.start, a.predicate.end))]
    return min(on, key=lambda a: (_RANK[role(a)], a.predicate.end - a.predicate.start, a.key), default=None)


def event_of(telling: Telling, accounts: Sequence[Account], taken: Mapping[str, str]) -> Account | None:
    """The account that a telling stands for: on its words, else the nearest of its sentence that takes part in an occurrence.

    ``taken``: the incident on whose words each account is; another incident's is no account of this one.
    """
    on = event_on(telling, accounts)
    if on is not None:
        return on
    span = (telling.start, telling.end)
    free = [a for a in accounts if taken.get(a.key, telling.incident) == telling.incident]
    beside = [a for a in free if _in_sentence(telling, a) and a.scene is not None]
    fitting = [a for a in beside if _compatible(telling, a) and (role(a) == "told" or overlaps(span, (a.start, a.end)))]
    return min(
        fitting, key=lambda a: (not overlaps(span, (a.start, a.end)), _RANK[role(a)], _gap(telling, a), a.key), default=None
    )


def _compatible(telling: Telling, account: Account) -> bool:
    """Whether a noun that names an act ("talks", "the raid") can name the account's; a word about an act carries any noun."""
    can = [families for word in telling.text.lower().split() if (families := tables.nouns().get(word))]
    if not can:
        return True
    if not overlaps((telling.start, telling.end), (account.start, account.end)):
        return False
    if role(account) == "word":
        return True
    own = tables.family(account.type, account.mode, account.truce).name
    return any(tables.level(own, name) in {"same", "close"} for name in can[-1])


def _in_sentence(telling: Telling, account: Account) -> bool:
    return account.report == telling.report and account.line == _LINES[telling]


_LINES: dict[Telling, int] = {}


def _gap(telling: Telling, account: Account) -> int:
    return max(account.predicate.start - telling.end, telling.start - account.predicate.end, 0)


def prepare(
    found: IncidentSet, *, shared: bool = False
) -> tuple[dict[str, tuple[Account, ...]], dict[Telling, Account | None]]:
    """Accounts by report, and the account that each telling stands for; ``shared``: an account may stand for two incidents' tellings."""
    accounts = {coded.id: accounts_of(coded) for coded in found.records}
    by_id = {coded.id: coded for coded in found.records}
    for t in found.tellings:
        sentences = by_id[t.report].sentences
        _LINES[t] = next((k for k, s in enumerate(sentences) if s.start <= t.start < s.end), -1)
    on = [(t.incident, event_on(t, accounts[t.report])) for t in found.tellings]
    taken = {} if shared else {account.key: incident for incident, account in on if account is not None}
    return accounts, {t: event_of(t, accounts[t.report], taken) for t in found.tellings}


def by_ledger(accounts: Mapping[str, Sequence[Account]]) -> dict[str, str]:
    """Cluster of each account, as the ledger finds it."""
    ledger = Ledger()
    for found in accounts.values():
        ledger.add_accounts(found)
    return {key: min(members) for members in ledger.clusters() for key in members}


def by_strand(accounts: Mapping[str, Sequence[Account]]) -> dict[str, str]:
    """Each report's occurrences by themselves: no report is joined with another."""
    return {a.key: (a.scene.strand if a.scene else a.key) for found in accounts.values() for a in found}


def by_equality(accounts: Mapping[str, Sequence[Account]]) -> dict[str, str]:
    """A baseline: type, place and day are equal; what lacks place or day stays alone."""

    def name(a: Account) -> str:
        if not told(a) or a.place is None or a.time is None or not a.time.begin:
            return a.key
        return f"{a.type}|{a.place.name or a.place.text}|{a.time.begin[:10]}"

    return {a.key: name(a) for found in accounts.values() for a in found}


def by_category(accounts: Mapping[str, Sequence[Account]]) -> dict[str, str]:
    """A baseline: the type and the place named beside, and the day or that of publication."""

    def name(a: Account) -> str:
        spots = a.near or a.about
        if not told(a) or not spots:
            return a.key
        return (
            f"{a.type}|{spots[0].name or spots[0].text}|{(a.time.begin if a.time and a.time.begin else a.published or '')[:10]}"
        )

    return {a.key: name(a) for found in accounts.values() for a in found}


SYSTEMS = {
    "ledger": by_ledger,
    "one report at a time": by_strand,
    "type, place, day equal": by_equality,
    "the same, guessed": by_category,
}


def measure(found: IncidentSet, systems: Mapping[str, Any] = SYSTEMS, *, shared: bool = False) -> dict[str, Any]:
    """Every figure of a folder."""
    accounts, homes = prepare(found, shared=shared)
    gold = [t.incident for t in found.tellings]
    seen = [t for t in found.tellings if homes[t] is not None]
    result: dict[str, Any] = {
        "reports": len(found.records),
        "incidents": len(set(gold)),
        "tellings": len(gold),
        "% of tellings found": round(100 * len(seen) / max(1, len(gold)), 1),
    }
    perfect = [t.incident if homes[t] else f"?{k}" for k, t in enumerate(found.tellings)]
    result["B-cubed F1 if all found were right"] = score.b_cubed(gold, perfect)[2]
    for name, system in systems.items():
        home = system(accounts)
        own = [home[a.key] if (a := homes[t]) else f"?{k}" for k, t in enumerate(found.tellings)]
        only = [(t.incident, home[a.key]) for t in seen if (a := homes[t])]
        result[name] = _figures(gold, own, only, found.hard)
        told = _by_report(found.tellings, own)
        result[name]["a report's account"] = _scores([g for g, _ in told], [s for _, s in told])
    return result


def _by_report(tellings: Sequence[Telling], own: Sequence[str]) -> list[tuple[str, str]]:
    """One item a report and incident: the incident, and the cluster that holds most of its tellings there (found ones before others)."""
    groups: dict[tuple[str, str], Counter[str]] = {}
    for telling, cluster in zip(tellings, own, strict=True):
        groups.setdefault((telling.report, telling.incident), Counter())[cluster] += 1
    made = []
    for (_, incident), votes in groups.items():
        made.append((incident, min(votes, key=lambda c: (c.startswith("?"), -votes[c], c))))
    return made


def _scores(gold: Sequence[str], system: Sequence[str]) -> dict[str, float]:
    p, r, f = score.b_cubed(gold, system)
    return {
        "B-cubed P": p,
        "B-cubed R": r,
        "B-cubed F1": f,
        "pairs F1": score.pairs(gold, system)[2],
        "ARI": score.rand(gold, system),
    }


def _figures(
    gold: Sequence[str], own: Sequence[str], only: Sequence[tuple[str, str]], hard: Sequence[tuple[str, str]]
) -> dict[str, Any]:
    found = [g for g, _ in only], [s for _, s in only]
    figures: dict[str, Any] = {}
    for label, (g, s) in (("all tellings", (gold, own)), ("found tellings", found)):
        figures[label] = _scores(g, s)
    figures["hard pairs"] = len(hard)
    figures["false merges"] = [" ".join(pair) for pair in score.false_merges(gold, own, hard)]
    figures["clusters that hold several incidents"] = sum(
        len({g for g, s in only if s == name}) > 1 for name in Counter(s for _, s in only)
    )
    return figures


def main() -> None:
    """Measure, print, write ``results/incident_clusters.json``."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folders", nargs="+", type=Path, metavar="FOLDER")
    parser.add_argument("--keep", action="store_true", help="keep the result in benchmarks/results")
    parser.add_argument(
        "--shared", action="store_true", help="as until 2026-11-26 morning: an event may stand for tellings of two incidents"
    )
    options = parser.parse_args()
    results = {found.name: measure(found, shared=options.shared) for found in code_all(options.folders)}
    for name, result in results.items():
        print(f"{name}: " + ", ".join(f"{v} {k}" for k, v in result.items() if not isinstance(v, dict)))
        head = ("system", "tellings", "B-cubed P", "B-cubed R", "B-cubed F1", "pairs F1", "ARI", "false merges")
        rows = [
            (system, label, *result[system][label].values(), len(result[system]["false merges"]))
            for system in SYSTEMS
            for label in ("all tellings", "found tellings", "a report's account")
        ]
        print(table([head, *rows]))
        print("false merges:", ", ".join(result["ledger"]["false merges"]) or "none")
    if options.keep:
        save("incident_clusters", results)


if __name__ == "__main__":
    main()
