"""Places against GeoWebNews: gold spans resolved, and end to end from raw text.

GeoWebNews gives GeoNames ids without coordinates. A gold id is placed by our own gazetteer where it has it (most); ids it does
not have can only be counted as missed, so every figure is given over all gold ids ("all") and over those that can be placed
("placeable"). Right is the same id, or less than 161 km (100 miles) from it. The rules that find
names were made on the documents with even ids; end to end is measured on the others. Usage: ``python benchmarks/places.py``.
"""

from __future__ import annotations

import json
import lzma
import math
import os
import sys
import time
from collections import Counter, defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from trucewatch import language
from trucewatch.knowledge.places import Gazetteer, PlaceMention
from trucewatch.model import Place, TrucewatchError

if TYPE_CHECKING:
    from collections.abc import Sequence

ROOT = Path(__file__).resolve().parent
CORPORA = Path(os.environ.get("CORPORA", ROOT.parent.parent / "shared" / "corpora"))
MILES_100 = 161.0
#: GeoNames ids of continents and wide regions that our tables hold under ids of their own.
WIDE = {6255146: "Africa", 6255148: "Europe", 6255147: "Asia", 6269133: "Middle East", 6255149: "North America",
        6255150: "South America", 6255151: "Oceania", 363196: "Mediterranean Sea", 1545739: "Indian Ocean",
        4030875: "Pacific Ocean", 235616: "Gulf region", 173866: "Ghouta", 1267384: "Cauvery River"}  # fmt: skip
Span = tuple[int, int]
INNER = {"Embedded_Non_Lit", "Embedded_Literal"}
ADJECTIVES = {"Non_Literal_Modifier", "Literal_Modifier", "Embedded_Non_Lit", "Mixed"}


def documents() -> list[dict[str, Any]]:
    """The corpus, or one clear line and exit."""
    path = CORPORA / "places" / "geowebnews.jsonl.xz"
    if not path.is_file():
        print(f"skipped: {path} is missing (set CORPORA)")
        sys.exit(0)
    with lzma.open(path, "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def gold_entry(gazetteer: Gazetteer, number: int) -> Any:
    """The gazetteer's entry for a gold id, or None."""
    if number in WIDE:
        found = gazetteer.lookup(WIDE[number])
        return next((c.entry for c in found if c.entry.supplement), None)
    try:
        return gazetteer.entry(number)
    except TrucewatchError:
        return None


def kilometres(place: Place, entry: Any) -> float:
    """Great-circle distance; infinite without coordinates."""
    if place.latitude is None or place.longitude is None or entry.latitude is None:
        return math.inf
    lat1, lat2 = math.radians(place.latitude), math.radians(entry.latitude)
    east = math.radians(place.longitude - entry.longitude)
    cosine = math.sin(lat1) * math.sin(lat2) + math.cos(lat1) * math.cos(lat2) * math.cos(east)
    return 6371.0 * math.acos(max(-1.0, min(1.0, cosine)))


def is_right(place: Place, number: int, entry: Any) -> bool:
    """Same id, nearer than 161 km, or a part of the country that the gold names ("northern Syria" for Syria)."""
    if entry is not None and entry.kind == "country" and place.kind == "region" and place.country == entry.country:
        return True
    return place.geonameid == number or (entry is not None and kilometres(place, entry) < MILES_100)


def mentions_of(gazetteer: Gazetteer, document: dict[str, Any]) -> list[tuple[PlaceMention, int]]:
    """Gold spans with an id, nested ones and all."""
    pairs = []
    for item in document["toponyms"]:
        if item["geonameid"] and item["geonameid"].isdigit():
            adjective = item["type"] in ADJECTIVES and gazetteer.demonym(item["phrase"]) is not None
            pairs.append((PlaceMention(item["start"], item["end"], item["phrase"], adjective), int(item["geonameid"])))
    return sorted(pairs, key=lambda pair: (pair[0].start, pair[0].end))


def gold_spans(gazetteer: Gazetteer, docs: list[dict[str, Any]], *, verbose: bool) -> dict[str, float]:
    """Resolve every gold span of every document."""
    counts: Counter[str] = Counter()
    seconds = 0.0
    for document in docs:
        pairs = mentions_of(gazetteer, document)
        begin = time.perf_counter()
        places = gazetteer.resolve([mention for mention, _ in pairs], text=document["text"])
        seconds += time.perf_counter() - begin
        for place, (_, number) in zip(places, pairs, strict=True):
            entry = gold_entry(gazetteer, number)
            right = is_right(place, number, entry)
            counts["all"] += 1
            counts["right"] += right
            counts["answered"] += place.name is not None
            counts["placeable"] += entry is not None
            counts["placeable right"] += right and entry is not None
            if entry is not None and entry.country:
                counts["country known"] += 1
                counts["country right"] += place.country == entry.country
            if verbose and not right:
                gold = f"{entry.name}, {entry.country}, {entry.kind}" if entry else "?"
                print(
                    document["id"],
                    place.text,
                    "->",
                    place.name,
                    place.kind,
                    place.admin1,
                    place.country,
                    "| gold",
                    number,
                    gold,
                )
    return {
        "gold spans": counts["all"],
        "within 161 km, all": 100 * counts["right"] / counts["all"],
        "placeable share": 100 * counts["placeable"] / counts["all"],
        "within 161 km, placeable": 100 * counts["placeable right"] / counts["placeable"],
        "within 161 km, answered": 100 * counts["right"] / counts["answered"],
        "answered share": 100 * counts["answered"] / counts["all"],
        "country right": 100 * counts["country right"] / counts["country known"],
        "mentions a second": counts["all"] / seconds,
    }


@dataclass(frozen=True)
class Gold:
    """Toponyms to be found in one document: GeoNames id by range, and the ranges of capitalised toponyms that need not be."""

    wanted: dict[Span, int]
    spared: list[Span]


def gold_of(gazetteer: Gazetteer, document: dict[str, Any], *, literal: bool) -> Gold:
    """Named toponyms with a GeoNames id that are no bare adjective and lie in no other name.

    ``literal`` leaves out, too, what is a place's name but no place in the sentence: modifiers of actors ("US officials") and
    names of institutions that the corpus counts as toponyms. Streets and the like without an id are spared in both.
    """
    types: dict[Span, set[str]] = defaultdict(set)
    for item in document["toponyms"]:
        if any(char.isupper() for char in item["phrase"]):
            types[item["start"], item["end"]].add(item["type"])
    inner = [span for span, names in types.items() if names & INNER]
    wanted = {}
    for mention, number in mentions_of(gazetteer, document):
        span = (mention.start, mention.end)
        actor = types[span] <= {"Non_Literal_Modifier"} or "Non_Toponym" in types[span]
        nested = any(span[0] >= start and span[1] <= end for start, end in inner)
        if types[span] and not (mention.is_adjective or nested or (literal and actor)):
            wanted[span] = number
    return Gold(wanted, [span for span in types if span not in wanted])


def _score(places: Sequence[Place], gold: Gold, gazetteer: Gazetteer) -> Counter[str]:
    counts = Counter(gold=len(gold.wanted), found=len(places))
    left = dict(gold.wanted)
    others = []
    for place in places:
        span = (place.start, place.end)
        span = span if span in left else (place.end - len(place.text.split(" ", 1)[-1]), place.end)
        if span not in left:
            others.append(place)
            continue
        number = left.pop(span)
        counts["exact"] += 1
        counts["right"] += is_right(place, number, gold_entry(gazetteer, number))
    for place in others:
        touched = next((span for span in left if span[0] < place.end and place.start < span[1]), None)
        if touched:
            del left[touched]
            counts["overlap"] += 1
        else:
            counts["spared"] += any(start < place.end and place.start < end for start, end in gold.spared)
    counts["overlap"] += counts["exact"]
    return counts


def _f1(counts: Counter[str], what: str) -> float:
    return 200 * counts[what] / (counts["found"] + counts["gold"])


def end_to_end(gazetteer: Gazetteer, docs: list[dict[str, Any]]) -> dict[str, float]:
    """Find and resolve from raw text, scored against all named toponyms and against the literal ones."""
    try:
        analyser = language.load()
    except (language.WeightsError, TrucewatchError, ImportError, OSError) as error:
        print(f"end to end skipped: {error}")
        return {}
    totals = {"all": Counter[str](), "literal": Counter[str]()}
    seconds, words = 0.0, 0
    for document in docs:
        analysis = analyser.analyse(document["text"])
        begin = time.process_time()
        places = gazetteer.resolve(gazetteer.find(analysis), text=document["text"])
        seconds += time.process_time() - begin
        words += len(document["text"].split())
        for name, total in totals.items():
            total.update(_score(places, gold_of(gazetteer, document, literal=name == "literal"), gazetteer))
    results: dict[str, float] = {"documents": len(docs), "ms per 700 words": 700_000 * seconds / words}
    for name, total in totals.items():
        results |= {
            f"{name}: gold": total["gold"],
            f"{name}: found": total["found"],
            f"{name}: found, a toponym not asked for": total["spared"],
            f"{name}: exact P": 100 * total["exact"] / total["found"],
            f"{name}: exact R": 100 * total["exact"] / total["gold"],
            f"{name}: exact F1": _f1(total, "exact"),
            f"{name}: overlap F1": _f1(total, "overlap"),
            f"{name}: within 161 km F1": _f1(total, "right"),
        }
    return results


def main() -> None:
    """Run, print, write ``results/places.json``. ``-v`` lists errors of gold spans."""
    gazetteer = Gazetteer.load()
    docs = documents()
    odd = [document for document in docs if int(document["id"]) % 2]
    results = {
        "gold spans, whole corpus": gold_spans(gazetteer, docs, verbose="-v" in sys.argv),
        "end to end, odd ids": end_to_end(gazetteer, odd),
    }
    for part, figures in results.items():
        print(part)
        for name, value in figures.items():
            print(f"  {name:42} {value:8.1f}")
    rounded = {part: {name: round(value, 1) for name, value in figures.items()} for part, figures in results.items()}
    facts = {"corpus": "GeoWebNews", "gazetteer": gazetteer.version, "results": rounded}
    folder = ROOT / "results"
    folder.mkdir(exist_ok=True)
    (folder / "places.json").write_text(json.dumps(facts, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
