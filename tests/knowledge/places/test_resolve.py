"""Sentences here are made up."""

from __future__ import annotations

import pickle
import re
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from trucewatch.knowledge.places import Gazetteer, Hints, PlaceMention

if TYPE_CHECKING:
    from trucewatch.model import Place


@pytest.fixture(scope="module")
def gazetteer() -> Gazetteer:
    return Gazetteer.load()


def places(gazetteer: Gazetteer, text: str, *names: str, hints: Hints | None = None) -> list[Place]:
    found = [
        PlaceMention(m.start(), m.end(), m.group()) for name in names for m in re.finditer(rf"\b{re.escape(name)}(?!\w)", text)
    ]
    found.sort(key=lambda mention: mention.start)
    return list(gazetteer.resolve(found, text=text, hints=hints))


def one(gazetteer: Gazetteer, text: str, name: str, *others: str) -> Place:
    return next(place for place in places(gazetteer, text, name, *others) if place.text == name)


@pytest.mark.parametrize(
    ("text", "name", "others", "expected"),
    [
        ("Protesters marched in Tbilisi, where Georgia holds a vote.", "Georgia", ("Tbilisi",), ("GEO", "country")),
        ("Police in Atlanta, Georgia, opened a road.", "Georgia", ("Atlanta",), ("USA", "admin1")),
        ("Georgia closed its border.", "Georgia", (), ("GEO", "country")),
        ("Libyan militias clashed in Tripoli and Misrata.", "Tripoli", ("Misrata",), ("LBY", "city")),
        ("The Lebanese army sent troops to Tripoli from Beirut.", "Tripoli", ("Beirut",), ("LBN", "city")),
        ("Shells fell on the town of Idlib in Syria.", "Idlib", ("Syria",), ("SYR", "city")),
        ("Shells fell on Idlib province in Syria.", "Idlib", ("Syria",), ("SYR", "admin1")),
        ("Shells fell all over Idlib.", "Idlib", (), ("SYR", "admin1")),
        ("A bus left Paris, Texas.", "Paris", ("Texas",), ("USA", "town")),
        ("A bus left Paris.", "Paris", (), ("FRA", "city")),
        ("A bus left Birmingham, Ala., at noon.", "Birmingham", ("Ala.",), ("USA", "city")),
        ("Syria's Idlib was calm.", "Idlib", ("Syria",), ("SYR", "admin1")),
        ("The army of Niger left Agadez.", "Niger", ("Agadez",), ("NER", "country")),
        ("In Gaza the truce held.", "Gaza", (), ("PSE", "admin1")),
        ("An IED hit a convoy near the town of Ras al-Ayn in Syria.", "Ras al-Ayn", ("Syria",), ("SYR", "town")),
        ("Syrian troops entered Ariha.", "Ariha", (), ("SYR", "town")),
    ],
)
def test_disambiguation(gazetteer: Gazetteer, text: str, name: str, others: tuple[str, ...], expected: tuple[str, str]) -> None:
    place = one(gazetteer, text, name, *others)
    assert (place.country, place.kind) == expected
    assert 0 < place.confidence <= 1


def test_ras_al_ayn_is_the_one_in_hasakah(gazetteer: Gazetteer) -> None:
    place = one(gazetteer, "In northern Syria an IED hit a convoy near the town of Ras al-Ayn.", "Ras al-Ayn", "northern Syria")
    assert (place.admin1, place.geonameid, place.precision) == ("Al-Hasakah", 165509, 2)
    assert any("ISR" in candidate for candidate in place.candidates)


@pytest.mark.parametrize(
    ("text", "name", "precision"),
    [
        ("Shells hit Saraqib in Syria.", "Saraqib", 1),
        ("Shells hit a post near Saraqib in Syria.", "Saraqib", 2),
        ("It happened a few km west of the government-held town of Saraqib.", "Saraqib", 2),
        ("Shells hit Afrin district in Syria.", "Afrin", 3),
        ("Shells hit Idlib province.", "Idlib", 4),
        ("Shells hit Greater Idlib.", "Greater Idlib", 5),
        ("In Syria the patrol went along the M4 highway.", "M4 highway", 5),
        ("Shells hit northwestern Syria.", "northwestern Syria", 5),
        ("Shells hit Syria.", "Syria", 6),
        ("A ship was hit in the Red Sea.", "Red Sea", 7),
    ],
)
def test_precision_follows_ucdp(gazetteer: Gazetteer, text: str, name: str, precision: int) -> None:
    assert one(gazetteer, text, name, *(["Syria"] if name != "Syria" and name in text else [])).precision == precision


def test_part_of_a_country_lies_in_that_part(gazetteer: Gazetteer) -> None:
    north = one(gazetteer, "Shells hit northern Syria.", "northern Syria")
    whole = one(gazetteer, "Shells hit Syria.", "Syria")
    assert north.country == "SYR"
    assert north.kind == "region"
    assert north.geonameid is None
    assert (north.latitude or 0) > (whole.latitude or 0)


def test_south_africa_is_no_part_of_africa(gazetteer: Gazetteer) -> None:
    place = one(gazetteer, "Leaders met in South Africa.", "South Africa")
    assert (place.name, place.country, place.kind) == ("South Africa", "ZAF", "country")


def test_an_unknown_name_stays_without_coordinates(gazetteer: Gazetteer) -> None:
    place = one(gazetteer, "Syrian troops near Qwxzvillium.", "Qwxzvillium")
    assert (place.name, place.country, place.latitude, place.precision, place.confidence) == (None, None, None, None, 0.0)


def test_a_road_number_needs_its_country(gazetteer: Gazetteer) -> None:
    assert one(gazetteer, "A lorry broke down on the M4 highway.", "M4 highway").name is None


def test_a_transliteration_needs_its_country(gazetteer: Gazetteer) -> None:
    assert one(gazetteer, "Troops entered Seraaqib.", "Seraaqib").name is None
    known = one(gazetteer, "Syrian troops entered Seraaqib.", "Seraaqib")
    assert known.geonameid == 164816
    assert known.confidence < 0.7


@pytest.mark.parametrize("name", ["Orl", "Brod"])
def test_a_short_alias_stays_unknown(gazetteer: Gazetteer, name: str) -> None:
    assert one(gazetteer, f"Fighters met near {name}.", name).name is None


def test_a_short_transliteration_stays_unknown(gazetteer: Gazetteer) -> None:
    assert one(gazetteer, "Syrian troops entered Humz.", "Humz").name is None


def test_short_names_of_their_own_are_resolved(gazetteer: Gazetteer) -> None:
    assert one(gazetteer, "Shells hit Homs.", "Homs").country == "SYR"
    assert one(gazetteer, "Ships left Aden.", "Aden").country == "YEM"


def test_hints_decide_only_where_the_text_does_not(gazetteer: Gazetteer) -> None:
    text = "Shells fell on Tripoli."
    assert places(gazetteer, text, "Tripoli", hints=Hints(countries=("LBN",)))[0].country == "LBN"
    assert places(gazetteer, text, "Tripoli", hints=Hints(countries=("LBY",)))[0].country == "LBY"


def test_a_demonym_gives_its_country_when_asked(gazetteer: Gazetteer) -> None:
    mention = PlaceMention(4, 11, "Turkish", is_adjective=True)
    (place,) = gazetteer.resolve([mention], text="The Turkish army left.")
    assert (place.country, place.kind, place.precision) == ("TUR", "country", 6)


def test_order_of_mentions_is_kept(gazetteer: Gazetteer) -> None:
    text = "From Homs to Hama in Syria."
    mentions = [PlaceMention(13, 17, "Hama"), PlaceMention(5, 9, "Homs")]
    assert [place.text for place in gazetteer.resolve(mentions, text=text)] == ["Hama", "Homs"]


def test_disputed_places_are_marked(gazetteer: Gazetteer) -> None:
    assert all(c.entry.disputed for c in gazetteer.lookup("Golan Heights"))
    assert any(c.entry.disputed and c.entry.country == "UKR" for c in gazetteer.lookup("Simferopol"))


def test_same_answer_in_threads_and_after_pickling(gazetteer: Gazetteer) -> None:
    text = "Syrian troops left Saraqib for Maarat al-Numan, near Idlib."
    names = ("Saraqib", "Maarat al-Numan", "Idlib")
    expected = places(gazetteer, text, *names)
    with ThreadPoolExecutor(4) as pool:
        assert all(answer == expected for answer in pool.map(lambda _: places(Gazetteer.load(), text, *names), range(4)))
    assert places(pickle.loads(pickle.dumps(gazetteer)), text, *names) == expected  # noqa: S301


def test_loading_reads_nothing() -> None:
    begin = time.process_time()
    Gazetteer.load()
    assert time.process_time() - begin < 0.05


def test_lookups_are_quick(gazetteer: Gazetteer) -> None:
    begin = time.process_time()
    for number in range(500):
        gazetteer.lookup(f"Saraqib {number}")
    assert time.process_time() - begin < 1.0
