"""How fast incidents are held against an agreement: synthetic incidents of five accounts each, 40 terms, all from a seed.

Prints the seconds of ``findings.hold`` over all of them, on its first run (maps of areas are made ready then too), with those of the processor.
The terms are those of the invented agreement of the demonstration, copied with their areas shifted and their periods cut; the incidents lie on
a grid over its valley. With ``--dossier FOLDER`` the findings of that dossier are timed instead, database and JSON included; with ``--made``
those of a dossier of the synthetic incidents.
"""

from __future__ import annotations

import argparse
import gc
import time
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from common import save, table
from trucewatch.ledger.agreements import DEMO, desks, find, load
from trucewatch.ledger.findings import hold
from trucewatch.ledger.incidents import summarise
from trucewatch.model import Mention
from trucewatch.model.incident import Account, Party, Scene, Spot, Voice, When

if TYPE_CHECKING:
    from trucewatch.model.agreement import Agreement, Area, Period, Term
    from trucewatch.model.incident import Incident

FIRST, DAYS = date(2031, 5, 1), 360
KINDS = (
    ("ASSAULT", "heavy-weapons", "shelling", "shelled"),
    ("ASSAULT", "firearms", "small arms", "fired"),
    ("ASSAULT", "drone", "drone strike", "struck"),
    ("COERCE", "restrict", "road blocked", "blocked"),
    ("COERCE", "restrict", "monitors obstructed", "stopped"),
    ("COOPERATE", None, "patrol held", "patrolled"),
    ("COOPERATE", None, "patrol cut short", "cut short"),
    ("RETREAT", None, "withdrawal", "withdrew"),
    ("AID", None, "aid delivered", "delivered"),
    ("CONSULT", "third-party", "talks held", "met"),
)
SIDES = (
    Party("the army", "XVA-MIL", "Varenia: military", "military", "XVA", "XVAMIL"),
    Party("the Front", "xva.nf", "Northern Front", "rebel", "XVA", "XVAREB"),
    Party("gunmen"),
)
VOICES = (
    Voice(),
    Voice("the ministry", "XVA-GOV", "Varenia: government", "XVA", "asserts"),
    Voice("the mission", "xva.kmm", "Karsh Monitoring Mission", None, "asserts"),
    Voice("the Front", "xva.nf", "Northern Front", "XVA", "denies"),
)


def agreement(terms: int) -> Agreement:
    """The invented agreement with so many terms."""
    path = find(DEMO)
    made = load(path, *desks(path))
    return replace(made, terms=tuple(_copy(made.terms[k % len(made.terms)], k) for k in range(terms)))


def _copy(term: Term, number: int) -> Term:
    shift = 0.01 * number
    area = _moved(term.area, shift) if term.area else None
    period: Period = replace(term.period, until=(FIRST + timedelta(days=60 + 8 * number)).isoformat())
    return replace(term, id=f"{term.id}-{number}", area=area, period=period)


def _moved(area: Area, shift: float) -> Area:
    polygons = tuple(tuple(tuple((x + shift, y) for x, y in ring) for ring in rings) for rings in area.polygons)
    line = tuple((x + shift, y) for x, y in area.line)
    return replace(area, polygons=polygons, line=line, parts=tuple(_moved(part, shift) for part in area.parts))


def cases(count: int, seed: int) -> list[tuple[Incident, tuple[Account, ...]]]:
    """So many incidents with five accounts each."""
    random = Random(seed)
    spots = [
        Spot(
            f"P{k}",
            f"P{k}",
            "village",
            "XVA",
            "North",
            30 + (k // 20) * 0.025,
            -40.4 + (k % 20) * 0.025,
            None,
            random.choice((1, 1, 2)),
        )
        for k in range(400)
    ]
    made = []
    for n in range(count):
        type_, mode, truce, verb = random.choice(KINDS)
        spot, side = random.choice(spots), random.choice(SIDES)
        day = (FIRST + timedelta(days=random.randrange(DAYS))).isoformat()
        told = tuple(_account(random, n, k, (type_, mode, truce, verb), spot, side, day) for k in range(5))
        made.append((summarise(f"i-{n}", told), told))
    return made


def _account(random: Random, n: int, k: int, kind: tuple[Any, ...], spot: Spot, side: Party, day: str) -> Account:  # noqa: PLR0917
    type_, mode, truce, verb = kind
    status = "denied" if k and random.random() < 0.1 else "happened"
    voice, report = random.choice(VOICES), f"r{n}-{k}"
    when = When(day, day, "day", day, day)
    quote = f"{side.text} {verb} heavy weapons and a bridge at {spot.text} in the {k}th telling"
    return Account(
        key=f"{report}/e1", report=report, event="e1", number=1, published=day, publisher=f"Paper {random.randrange(30)}", title=None,
        type=type_, mode=mode, truce=truce, status=status, actor=(side,), recipient=(), instrument=(), place=spot, time=when, harm=(),
        voice=voice, predicate=Mention(0, 1, verb), start=0, end=1, quote=quote, sentence=quote, confidence=0.8,
        scene=Scene(f"{report}#1", (spot,), (when,), (), ()),
    )  # fmt: skip


def measure(count: int, terms: int, seed: int) -> dict[str, Any]:
    """Hold so many incidents against so many terms."""
    made, held = cases(count, seed), agreement(terms)
    gc.freeze()  # what was made up is not the ledger's to collect
    start, busy = time.perf_counter(), time.process_time()
    found = list(hold(held, made))
    seconds, processor = time.perf_counter() - start, time.process_time() - busy
    bearing = sum(finding.bearing != "no bearing" for finding in found)
    times = {"seconds": round(seconds, 2), "processor": round(processor, 2)}
    return {"incidents": count, "terms": terms, "findings": len(found), "bearing": bearing} | times


def measure_dossier(folder: Path, name: str) -> dict[str, Any]:
    """The findings of a dossier."""
    from trucewatch.dossier.book import findings  # noqa: PLC0415
    from trucewatch.dossier.project import open_dossier  # noqa: PLC0415

    path = find(name)
    held = load(path, *desks(path))
    with open_dossier(folder) as dossier:
        start = time.perf_counter()
        found = findings(dossier, held)
        seconds = time.perf_counter() - start
    return {"dossier": folder.name, "terms": len(held.terms), "findings": len(found), "seconds": round(seconds, 2)}


def measure_made(count: int, terms: int, seed: int) -> dict[str, Any]:
    """The findings of a dossier into which so many synthetic incidents are written."""
    from trucewatch.dossier.book import leaves  # noqa: PLC0415
    from trucewatch.dossier.project import init, open_dossier  # noqa: PLC0415

    held = agreement(terms)
    with TemporaryDirectory() as folder:
        init(Path(folder) / "made")
        with open_dossier(Path(folder) / "made", write=True) as dossier:
            dossier.write(lambda conn: _fill(conn, cases(count, seed)))
            gc.collect()
            start, busy = time.perf_counter(), time.process_time()
            found = sum(len(leaf.findings) for leaf in leaves(dossier, held))
            seconds, processor = time.perf_counter() - start, time.process_time() - busy
    times = {"seconds": round(seconds, 2), "processor": round(processor, 2)}
    return {"incidents in a dossier": count, "terms": terms, "findings": found} | times


def _fill(conn: Any, made: list[tuple[Incident, tuple[Account, ...]]]) -> None:
    """Write incidents and what they hang on: a report, a coding and an event an account."""
    from trucewatch.dossier.incident_graph import row_of  # noqa: PLC0415
    from trucewatch.dossier.store import rows, tables  # noqa: PLC0415
    from trucewatch.ledger.accounts import to_json  # noqa: PLC0415

    told = [account for _, accounts in made for account in accounts]
    empty = {
        "reasons": "[]",
        "sha256": "",
        "title": None,
        "url": None,
        "language": "en",
        "facts": "{}",
        "text": "",
        "added": "",
    }
    rows.insert(conn, tables.reports, [
        {"id": a.report, "seq": n, "name": a.report, "status": "coded", "publisher": a.publisher, "published": a.published, **empty}
        for n, a in enumerate(told)
    ])  # fmt: skip
    coding = {"coder": "{}", "status": "coded", "sha256": "", "record": b"", "persons": "[]", "at_risk": "[]", "made": ""}
    rows.insert(conn, tables.codings, [{"id": f"c-{a.report}", "report": a.report, **coding} for a in told])
    rows.insert(conn, tables.current, [{"report": a.report, "coding": f"c-{a.report}"} for a in told])
    where = {
        "claim": None,
        "until": None,
        "place": None,
        "country": None,
        "latitude": None,
        "longitude": None,
        "precision": None,
    }
    rows.insert(conn, tables.events, [
        {
            "coding": f"c-{a.report}", "id": a.event, "key": a.key, "report": a.report, "number": 1, "type": a.type, "truce": a.truce,
            "status": a.status, "begin": None, "start": 0, "end": 1, "confidence": a.confidence, "account": to_json(a), **where,
        }
        for a in told
    ])  # fmt: skip
    rows.insert(
        conn, tables.members, [{"event": a.key, "incident": incident.id} for incident, accounts in made for a in accounts]
    )
    rows.insert(conn, tables.incidents, [row_of(incident) for incident, _ in made])


def main() -> None:
    """Measure, print, and on demand write ``results/ledger_findings.json``."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--incidents", type=int, default=20_000)
    parser.add_argument("--terms", type=int, default=40)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--dossier", type=Path)
    parser.add_argument("--made", action="store_true", help="from a dossier of the synthetic incidents")
    parser.add_argument("--agreement", default=DEMO)
    parser.add_argument("--keep", action="store_true", help="keep the result in benchmarks/results")
    options = parser.parse_args()
    given = (options.incidents, options.terms, options.seed)
    run = measure_made if options.made else measure
    found = measure_dossier(options.dossier, options.agreement) if options.dossier else run(*given)
    print(table([tuple(found), tuple(found.values())]))
    if options.keep:
        save("ledger_findings_dossier" if options.made else "ledger_findings", {"runs": [found]})


if __name__ == "__main__":
    main()
