"""Places against GeoWebNews: gold spans resolved, and end to end once the encoder's weights are there.

GeoWebNews gives GeoNames ids without coordinates. A gold id is placed by our own gazetteer where it has it (most); ids it does
not have can only be counted as missed, so every figure is given over all gold ids ("all") and over those that can be placed
("placeable"). Right is the same id, or less than 161 km (100 miles) from it. Usage: ``python benchmarks/places.py``.
"""

from __future__ import annotations

import json
import lzma
import math
import os
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

from trucewatch import language
from trucewatch.knowledge.places import Gazetteer, PlaceMention
from trucewatch.model import Place, TrucewatchError

ROOT = Path(__file__).resolve().parent
CORPORA = Path(os.environ.get("CORPORA", ROOT.parent.parent / "shared" / "corpora"))
MILES_100 = 161.0
#: GeoNames ids of continents and wide regions that our tables hold under ids of their own.
WIDE = {6255146: "Africa", 6255148: "Europe", 6255147: "Asia", 6269133: "Middle East", 6255149: "North America",
        6255150: "South America", 6255151: "Oceania", 363196: "Mediterranean Sea", 1545739: "Indian Ocean",
        4030875: "Pacific Ocean", 235616: "Gulf region", 173866: "Ghouta", 1267384: "Cauvery River"}  # fmt: skip
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


def end_to_end(gazetteer: Gazetteer, docs: list[dict[str, Any]]) -> dict[str, float]:
    """Find and resolve from raw text. A gold toponym is one with an id that is no bare adjective and lies in no other name."""
    try:
        analyser = language.load()
    except (language.WeightsError, TrucewatchError, ImportError, OSError) as error:
        print(f"end to end skipped: {error}")
        return {}
    counts: Counter[str] = Counter()
    for document in docs:
        text = document["text"]
        gold = {
            (m.start, m.end): number
            for m, number in mentions_of(gazetteer, document)
            if not m.is_adjective and not any(m.start >= s and m.end <= e for s, e in embedded(document))
        }
        found = gazetteer.find(analyser.analyse(text))
        places = gazetteer.resolve(found, text=text)
        counts["gold"] += len(gold)
        counts["found"] += len(places)
        for place in places:
            start = place.end - len(place.text.split(" ", 1)[-1]) if (place.start, place.end) not in gold else place.start
            number = gold.pop((place.start, place.end), None) or gold.pop((start, place.end), None)
            if number is None:
                if "-v" in sys.argv:
                    print("extra", document["id"], place.text, "->", place.name, place.country)
                continue
            entry = gold_entry(gazetteer, number)
            counts["matched"] += 1
            counts["right"] += is_right(place, number, entry)
        if "-v" in sys.argv:
            for start, end in gold:
                print("missed", document["id"], text[start:end])
    precision, recall = counts["matched"] / counts["found"], counts["matched"] / counts["gold"]
    right_precision, right_recall = counts["right"] / counts["found"], counts["right"] / counts["gold"]
    return {
        "documents": len(docs),
        "found exact P": 100 * precision,
        "found exact R": 100 * recall,
        "found exact F1": 200 * precision * recall / (precision + recall),
        "end to end within 161 km F1": 200 * right_precision * right_recall / (right_precision + right_recall),
    }


def embedded(document: dict[str, Any]) -> list[tuple[int, int]]:
    """Ranges of toponyms that are only a part of another name."""
    inner = {"Embedded_Non_Lit", "Embedded_Literal"}
    return [(item["start"], item["end"]) for item in document["toponyms"] if item["type"] in inner]


def main() -> None:
    """Run, print, write ``results/places.json``. ``-v`` lists errors, ``--documents N``: end to end on N only."""
    gazetteer = Gazetteer.load()
    docs = documents()
    results = gold_spans(gazetteer, docs, verbose="-v" in sys.argv)
    if "--documents" in sys.argv:
        wanted = int(sys.argv[sys.argv.index("--documents") + 1])
        docs = docs[:: max(1, len(docs) // wanted)][:wanted]
    results |= end_to_end(gazetteer, docs)
    for name, value in results.items():
        print(f"{name:28} {value:10.1f}")
    folder = ROOT / "results"
    folder.mkdir(exist_ok=True)
    rounded = {name: round(value, 1) for name, value in results.items()}
    facts = {"corpus": "GeoWebNews", "gazetteer": gazetteer.version, "results": rounded}
    (folder / "places.json").write_text(json.dumps(facts, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
