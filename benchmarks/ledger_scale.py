"""How the ledger grows: synthetic accounts of 5,000 to 50,000 reports over three years and 200 places, added one report at a time.

Prints the time of adding, the pairs compared, the pairs that comparing everything would cost, and the time of clustering all that is new.
The accounts are made up from a seed: places lie on a grid, occurrences fall on days and places (some places see ten times as many), each is
told by one to eight reports, and one account in five is vague (no place, or no day).
"""

from __future__ import annotations

import argparse
import time
from datetime import date, timedelta
from random import Random
from typing import Any

from common import save, table
from trucewatch.ledger.memory import Ledger
from trucewatch.model import Harm, Mention
from trucewatch.model.incident import Account, Party, Scene, Spot, Voice, When

FIRST = date(2031, 1, 1)
DAYS, PLACES = 1095, 200
KINDS = (
    ("ASSAULT", "heavy-weapons", "shelling", "shelled"),
    ("ASSAULT", "firearms", "small arms", "fired"),
    ("ASSAULT", None, "attack on civilians", "killed"),
    ("ASSAULT", "drone", "drone strike", "struck"),
    ("COERCE", "arrest", "detention", "arrested"),
    ("COERCE", "restrict", "road blocked", "blocked"),
    ("COOPERATE", None, "patrol held", "patrolled"),
    ("CONSULT", "third-party", "talks held", "met"),
)
THINGS = ("market", "school", "bridge", "farm", "mill", "checkpoint", "clinic", "house")
WORDS = ("roof", "cellar", "tractor", "orchard", "teacher", "shepherd", "nurse", "window", "smoke", "siren", "ridge", "well")
SIDES = (
    Party("the army", "XQA-MIL", "military", "military", "XQA", "XQAMIL"),
    Party("the Front", "xqa.f", "Front", "rebel", "XQA", "XQAREB"),
)


def places(random: Random) -> list[Spot]:
    """Points about 8 km apart, in ten provinces."""
    return [
        Spot(f"Place{k}", f"Place{k}", "village", "XQA", f"P{k // 20}", 30 + (k // 15) * 0.08, -40 + (k % 15) * 0.08, None, 1)
        for k in random.sample(range(PLACES), PLACES)
    ]


def occurrence(random: Random, spots: list[Spot]) -> tuple[Any, ...]:
    """Kind, place, day, dead, words of one made-up occurrence; hot places come up more often."""
    spot = spots[min(int(random.expovariate(1 / 40)), PLACES - 1)]
    day = FIRST + timedelta(days=random.randrange(DAYS))
    words = tuple(sorted({f"object {random.choice(THINGS)}", *(f"word {w}" for w in random.sample(WORDS, 2))}))
    return random.choice(KINDS), spot, day, random.randrange(6), words, random.choice(SIDES)


def account(random: Random, told: tuple[Any, ...], report: str, number: int, published: date) -> Account:
    """One account of an occurrence, exact or vague."""
    (type_, mode, truce, verb), spot, day, dead, words, side = told
    vague = random.random()
    where = () if vague < 0.1 else (spot,)
    when = () if 0.1 <= vague < 0.2 else (When(day.isoformat(), day.isoformat(), "day", day.isoformat(), day.isoformat()),)
    harm = (Harm("killed", dead, dead, dead, "people", None, 0, 1),) if dead and random.random() < 0.5 else ()
    quote = f"{side.text} {verb} {' '.join(words)} {random.random():.6f}"
    return Account(
        key=f"{report}/e{number}", report=report, event=f"e{number}", number=number, published=published.isoformat(),
        publisher=f"Paper {random.randrange(40)}", title=None, type=type_, mode=mode, truce=truce, status="happened", actor=(side,),
        recipient=(), instrument=(), place=where[0] if where else None, time=when[0] if when else None, harm=harm, voice=Voice(),
        predicate=Mention(0, 1, verb), start=0, end=1, quote=quote, sentence=quote, confidence=0.8,
        scene=Scene(f"{report}#{number // 2}", where, when, harm, words),
    )  # fmt: skip


def reports(count: int, seed: int) -> list[list[Account]]:
    """So many reports of about six accounts: three occurrences each, told in one or more events, published within days."""
    random = Random(seed)
    spots = places(random)
    every = sorted((occurrence(random, spots) for _ in range(count)), key=lambda told: told[2])
    made = []
    for k in range(count):
        at = sorted(min(max(int(random.gauss(k, 3)), 0), count - 1) for _ in range(3))
        published = max(every[i][2] for i in at) + timedelta(days=random.choice((0, 1, 1, 2)))
        told = [every[i] for i in at for _ in range(2)]
        made.append([account(random, one, f"r{k}", n, published) for n, one in enumerate(told)])
    random.shuffle(made)
    return made


def measure(count: int, seed: int) -> dict[str, Any]:
    """Add so many reports one by one, then cluster."""
    made = reports(count, seed)
    ledger = Ledger()
    start = time.perf_counter()
    for report in made:
        ledger.add_accounts(report)
    added = time.perf_counter() - start
    start = time.perf_counter()
    clusters = ledger.clusters()
    clustered = time.perf_counter() - start
    n = len(ledger.profiles)
    return {
        "reports": count,
        "accounts": n,
        "pairs compared": ledger.compared,
        "compared an account": round(ledger.compared / max(1, n), 1),
        "share of all pairs": f"{ledger.compared / (n * (n - 1) / 2):.1e}",
        "seconds to add": round(added, 1),
        "ms a report": round(1000 * added / count, 2),
        "seconds to cluster all": round(clustered, 1),
        "incidents": len(clusters),
        "largest": max(map(len, clusters)),
    }


def main() -> None:
    """Measure, print, write ``results/ledger_scale.json``."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--reports", type=int, nargs="+", default=[5_000, 20_000, 50_000])
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", action="store_true", help="keep the result in benchmarks/results")
    options = parser.parse_args()
    found = [measure(count, options.seed) for count in options.reports]
    print(table([tuple(found[0]), *(tuple(f.values()) for f in found)]))
    if options.keep:
        save("ledger_scale", {"runs": found})


if __name__ == "__main__":
    main()
