"""Findings against a gold ledger: 120 pairs of incident and term, over three fictional agreements.

An incident is made of the events that the coder found in the marked words of its reports, so that what the coder misses counts against the
ledger. Area and period are judged twice: by the place and date that the reports' coding gives, and by those that the author meant. Prints the
scores and the misses by kind (``--show`` lists them); writes results/ledger_gold.json.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "src")]

from benchmarks.common import macro_f1, save  # noqa: E402
from benchmarks.incident_clusters import prepare  # noqa: E402
from benchmarks.incident_sets import code, sides  # noqa: E402

from trucewatch.cli.demo import code_dossier  # noqa: E402
from trucewatch.ledger.accounts import accounts_of  # noqa: E402
from trucewatch.ledger.agreements import desks, find, load  # noqa: E402
from trucewatch.ledger.areas import shape  # noqa: E402
from trucewatch.ledger.findings import Book  # noqa: E402
from trucewatch.ledger.incidents import summarise  # noqa: E402
from trucewatch.ledger.periods import relation as period_relation  # noqa: E402
from trucewatch.model.agreement import BEARINGS  # noqa: E402
from trucewatch.model.incident import Spot, When  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Sequence

    from trucewatch.model.agreement import Agreement, Finding, Term
    from trucewatch.model.incident import Account, Incident

GOLD = ROOT / "tests" / "ledger" / "gold_ledger"
WORLDS = ROOT / "tests" / "ledger" / "gold"


@dataclass(frozen=True, slots=True)
class World:
    """An agreement, and its incidents with what the coder found of them. ``meant``: place and date as the author has them."""

    agreement: Agreement
    accounts: dict[str, list[Account]]
    meant: dict[str, tuple[Spot | None, When]]


def table(path: Path) -> list[dict[str, str]]:
    """Rows of a tab-separated file with a header."""
    lines = [line for line in path.read_text("utf-8").splitlines() if line.strip() and not line.startswith("#")]
    head = lines[0].split("\t")
    return [dict(zip(head, line.split("\t"), strict=False)) for line in lines[1:]]


def marked_world(letter: str) -> World:
    """A gold world with its agreement."""
    folder = WORLDS / letter
    actors = [folder / "states.tsv", folder / "groups.tsv"]
    path = GOLD / f"{letter}.yaml"
    agreement = load(path, *desks(path, actors, [folder / "places.tsv"]))
    accounts, events = prepare(code(folder))
    del accounts
    found: dict[str, list[Account]] = {}
    for telling, account in events.items():
        if account is not None and account not in found.setdefault(telling.incident, []):
            found[telling.incident].append(account)
    return World(agreement, found, meant(table(folder / "incidents.tsv"), folder / "places.tsv"))


def demo_world() -> World:
    """The demonstration with its agreement; the words that tell each incident are named by the gold."""
    records = {coded.id: coded for coded in code_dossier()}
    every = {name: accounts_of(coded) for name, coded in records.items()}
    rows = table(GOLD / "demo_incidents.tsv")
    found: dict[str, list[Account]] = {}
    for row in rows:
        for part in row["told"].split(" | "):
            name, _, words = part.partition(": ")
            for phrase in words.split("; "):
                start = records[name].text.find(phrase)
                if start < 0:
                    continue
                account = account_on(start, start + len(phrase), every[name])
                if account is not None and account not in found.setdefault(row["id"], []):
                    found[row["id"]].append(account)
    path = find("karsh-2031")
    demo = ROOT / "src" / "trucewatch" / "demo"
    return World(load(path, *desks(path)), found, meant(rows, demo / "places.tsv"))


def account_on(start: int, end: int, accounts: Sequence[Account]) -> Account | None:
    """The account whose act stands in some words, else the one whose clause holds most of them."""
    on = [a for a in accounts if a.predicate.start < end and start < a.predicate.end]
    beside = [a for a in accounts if a.start < end and start < a.end]
    return min(on or beside, key=lambda a: (abs(a.predicate.start - start), a.key), default=None)


def meant(rows: list[dict[str, str]], places: Path) -> dict[str, tuple[Spot | None, When]]:
    """Place and date as the author has them."""
    known = {row["name"]: row for row in table(places)}
    found = {}
    for row in rows:
        place = known.get(row["place"])
        spot = None
        if place:
            spot = Spot(
                row["place"], row["place"], place["kind"], place["country"], place["admin1"] or None, float(place["latitude"]),
                float(place["longitude"]), None, int(place["precision"] or 1),
            )  # fmt: skip
        found[row["id"]] = (spot, When(row["date"], row["date"], "day", row["date"], row["date"]))
    return found


def judged(world: World, row: dict[str, str], book: Book) -> dict[str, Any]:
    """What the ledger says of one pair."""
    accounts = world.accounts.get(row["incident"], [])
    term = world.agreement.term(row["term"])
    if term is None:
        raise SystemExit(f"no term {row['term']} in {world.agreement.id}")
    incident = made(row["incident"], accounts)
    finding = next((f for f in book.hold(incident, accounts) if f.term == term.id), None) if incident else None
    spot, when = world.meant[row["incident"]]
    return {
        "row": row,
        "bearing": finding.bearing if finding else "no bearing",
        "finding": finding,
        "area": area_of(term, incident.place if incident else None),
        "period": period_of(term, incident),
        "area_given": area_of(term, spot) if spot or term.area is None else None,
        "period_given": period_relation(term.period, when).kind,
        "coded": bool(accounts),
    }


def made(id_: str, accounts: list[Account]) -> Incident | None:
    """The incident of some accounts; None where nothing told was coded."""
    from trucewatch.ledger.accounts import told  # noqa: PLC0415

    if not any(told(account) for account in accounts):
        accounts = [replace(account, status="happened") for account in accounts]
    return summarise(id_, accounts) if any(told(account) for account in accounts) else None


def area_of(term: Term, spot: Spot | None) -> str:
    """Where a place lies to a term."""
    if term.area is None:
        return "-"
    return shape(term.area).relation(spot).kind if spot else "unknown"


def period_of(term: Term, incident: Incident | None) -> str:
    """Where an incident's time lies to a term."""
    when = When("", None, None, incident.begin, incident.until) if incident and (incident.begin or incident.until) else None
    return period_relation(term.period, when).kind


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--show", action="store_true", help="list the misses")
    arguments = parser.parse_args()
    worlds = {"a": marked_world("a"), "b": marked_world("b"), "karsh-2031": demo_world()}
    books = {name: Book(world.agreement, sides(WORLDS / name)) for name, world in worlds.items()}
    results = [judged(worlds[row["agreement"]], row, books[row["agreement"]]) for row in table(GOLD / "pairs.tsv")]
    gold = [r["row"]["bearing"] for r in results]
    score, each = macro_f1(gold, [r["bearing"] for r in results], BEARINGS)
    right = {
        "area": share(results, "area", "area"),
        "area, place given": share(results, "area", "area_given"),
        "period": share(results, "period", "period"),
        "period, date given": share(results, "period", "period_given"),
    }
    same = 100 * sum(g == r["bearing"] for g, r in zip(gold, results, strict=True)) / len(gold)
    print(f"{len(results)} pairs; bearing macro-F1 {score:.1f}, right {same:.1f} %")
    for name, value in each.items():
        print(f"  {name:24} {value:5.1f}   ({gold.count(name)})")
    for name, value in right.items():
        print(f"{name:24} {value:5.1f} % right")
    misses = Counter((g, r["bearing"]) for g, r in zip(gold, results, strict=True) if g != r["bearing"])
    for (was, said), count in misses.most_common():
        print(f"  {count:3} x {was} -> {said}")
    for key in ("area", "area_given", "period", "period_given"):
        column = key.removesuffix("_given")
        wrong = Counter((r["row"][column], r[key]) for r in results if r["row"][column] not in {"", "-", r[key]} and r[key])
        print(f"{key}: " + ", ".join(f"{n} x {was} -> {said}" for (was, said), n in wrong.most_common()))
    if arguments.show:
        show(results)
    save("ledger_gold", {"pairs": len(results), "bearing_macro_f1": round(score, 1), "bearing": {k: round(v, 1) for k, v in each.items()},
                         **{k: round(v, 1) for k, v in right.items()}})  # fmt: skip


def share(results: list[dict[str, Any]], column: str, key: str) -> float:
    """Percent of the pairs with a gold value that are right."""
    asked = [r for r in results if r["row"][column] not in {"", "-"} and r[key] is not None]
    return 100 * sum(r["row"][column] == r[key] for r in asked) / max(1, len(asked))


def show(results: list[dict[str, Any]]) -> None:
    """The pairs that are wrong."""
    for r in results:
        finding: Finding | None = r["finding"]
        if r["bearing"] != r["row"]["bearing"]:
            why = " ".join(finding.reasons)[:200] if finding else ("no match" if r["coded"] else "nothing coded")
            print(
                f"{r['row']['incident']} {r['row']['term']}: {r['row']['bearing']} -> {r['bearing']} [{why}] gold: {r['row']['why']}"
            )


if __name__ == "__main__":
    main()
