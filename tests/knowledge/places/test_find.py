"""Sentences here are made up."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import pytest

from trucewatch.knowledge.places import Gazetteer
from trucewatch.language.analysis import Analysis, Span, from_conllu

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="module")
def gazetteer() -> Gazetteer:
    return Gazetteer.load()


def analysis(tagged: str, *entities: tuple[str, str]) -> Analysis:
    """Build an analysis from "word/UPOS" pairs; entities are (label, words)."""
    rows = []
    for number, pair in enumerate(tagged.split(), start=1):
        word, _, upos = pair.rpartition("/")
        rows.append("\t".join((str(number), word, word.lower(), upos, "_", "_", "0" if number == 1 else "1", "dep", "_", "_")))
    bare = from_conllu("\n".join(rows))
    spans = []
    for label, words in entities:
        start = bare.text.index(words)
        inside = [t.i for t in bare.tokens if start <= t.start and t.end <= start + len(words)]
        spans.append(Span(label, start, start + len(words), inside[0], inside[-1] + 1, 0.9))
    return from_conllu("\n".join(rows), tuple(spans))


def texts(
    gazetteer: Gazetteer, tagged: str, *entities: tuple[str, str], exclude: tuple[tuple[int, int], ...] = ()
) -> list[str]:
    text = analysis(tagged, *entities)
    mentions = gazetteer.find(text, exclude)
    assert all(text.text[m.start : m.end] == m.text for m in mentions)
    return [mention.text for mention in mentions]


@pytest.mark.parametrize(
    ("tagged", "expected"),
    [
        ("Shells/NOUN hit/VERB Saraqib/PROPN today/NOUN", ["Saraqib"]),
        ("Troops/NOUN left/VERB southern/ADJ Idlib/PROPN", ["southern Idlib"]),
        ("A/DET blast/NOUN near/ADP Ras/PROPN al-Ayn/PROPN", ["Ras al-Ayn"]),
        ("A/DET patrol/NOUN on/ADP the/DET M4/PROPN highway/NOUN", ["M4 highway"]),
        ("Traffic/NOUN on/ADP Highway/PROPN 1/NUM stopped/VERB", ["Highway 1"]),
        ("Aid/NOUN enters/VERB at/ADP Bab/PROPN al-Hawa/PROPN crossing/NOUN", ["Bab al-Hawa crossing"]),
        ("Fire/NOUN along/ADP the/DET Line/PROPN of/ADP Contact/PROPN", ["Line of Contact"]),
        ("Turkish/ADJ and/CCONJ Russian/ADJ troops/NOUN met/VERB", []),
        ("In/ADP March/PROPN the/DET Army/PROPN left/VERB", []),
        ("Jordan/PROPN Peele/PROPN spoke/VERB", []),
        ("The/DET Washington/PROPN Post/PROPN said/VERB", []),
        ("It/PRON was/AUX nice/ADJ and/CCONJ mobile/ADJ", []),
        ("He/PRON left/VERB South/PROPN Sudan/PROPN", ["South Sudan"]),
        ("The/DET U.S./PROPN and/CCONJ the/DET UK/PROPN agreed/VERB", ["U.S.", "UK"]),
        ("The/DET DPRK/PROPN left/VERB the/DET UAE/PROPN", ["DPRK", "UAE"]),
        ("The/DET EU/PROPN met/VERB", ["EU"]),
        ("The/DET US/PROPN Army/PROPN left/VERB", []),
        ("It/PRON told/VERB us/PRON so/ADV", []),
        ("The/DET Bank/PROPN of/ADP Lebanon/PROPN closed/VERB", []),
        ("Trucks/NOUN left/VERB Nyala/PROPN for/ADP El/PROPN Fasher/PROPN", ["Nyala", "El Fasher"]),
        ("The/DET Vatican/PROPN agreed/VERB", ["Vatican"]),
        ("A/DET man/NOUN of/ADP Norfolk/PROPN ,/PUNCT Va./PROPN spoke/VERB", ["Norfolk", "Va."]),
        ("He/PRON met/VERB Story/PROPN and/CCONJ Cole/PROPN", []),
        ("Shells/NOUN fell/VERB in/ADP Homs/PROPN ,/PUNCT Hama/PROPN and/CCONJ Saraqib/PROPN", ["Homs", "Hama", "Saraqib"]),
        ("AHM/PROPN and/CCONJ SOL/PROPN spoke/VERB", []),
    ],
)
def test_gazetteer_alone(gazetteer: Gazetteer, tagged: str, expected: list[str]) -> None:
    assert texts(gazetteer, tagged) == expected


def test_names_of_people_and_organisations_are_left_alone(gazetteer: Gazetteer) -> None:
    assert texts(gazetteer, "Paris/PROPN Hilton/PROPN spoke/VERB", ("person", "Paris Hilton")) == []
    assert texts(gazetteer, "The/DET Bank/PROPN of/ADP Lebanon/PROPN closed/VERB", ("organisation", "Bank of Lebanon")) == []


def test_a_country_that_owns_an_organisation_is_found(gazetteer: Gazetteer) -> None:
    found = texts(gazetteer, "Ukraine/PROPN 's/PART ministry/NOUN said/VERB", ("organisation", "Ukraine 's ministry"))
    assert found in ([], ["Ukraine"])


def test_a_marked_place_counts_even_when_unknown(gazetteer: Gazetteer) -> None:
    assert texts(gazetteer, "They/PRON left/VERB Qwxzville/PROPN", ("place", "Qwxzville")) == ["Qwxzville"]


@pytest.mark.parametrize(
    ("tagged", "marked"),
    [
        ("South/PROPN Front/PROPN reported/VERB it/PRON", "South Front"),
        ("They/PRON would/AUX kill/VERB Poddubny/PROPN", "Poddubny"),
        ("They/PRON told/VERB Qwxzville/PROPN so/ADV", "Qwxzville"),
        ("Along/ADP the/DET highway/NOUN", "the highway"),
        ("In/ADP the/DET town/NOUN of/ADP tents/NOUN", "the town of"),
    ],
)
def test_a_marked_name_nobody_knows_needs_a_word_of_place(gazetteer: Gazetteer, tagged: str, marked: str) -> None:
    assert texts(gazetteer, tagged, ("place", marked)) == []


@pytest.mark.parametrize(
    ("tagged", "marked", "expected"),
    [
        ("In/ADP the/DET Riverdale/PROPN area/NOUN", "the Riverdale area", ["Riverdale"]),
        (
            "Near/ADP Crown/PROPN Heights/PROPN in/ADP Brooklyn/PROPN",
            "Crown Heights in Brooklyn",
            ["Crown Heights", "Brooklyn"],
        ),
        ("In/ADP southern/ADJ Idlib/PROPN today/NOUN", "southern Idlib", ["southern Idlib"]),
    ],
)
def test_a_marked_span_is_cut_to_its_names(gazetteer: Gazetteer, tagged: str, marked: str, expected: list[str]) -> None:
    assert texts(gazetteer, tagged, ("place", marked)) == expected


def test_a_country_marked_as_an_organisation_is_found_unless_it_qualifies_an_actor(gazetteer: Gazetteer) -> None:
    assert texts(gazetteer, "The/DET U.S./PROPN agreed/VERB", ("organisation", "The U.S.")) == ["U.S."]
    assert texts(gazetteer, "The/DET U.S./PROPN troops/NOUN left/VERB", ("organisation", "The U.S. troops")) == []


def test_a_capital_that_acts_as_a_government_is_no_place(gazetteer: Gazetteer) -> None:
    tagged = "Groups/NOUN supported/VERB by/ADP Ankara/PROPN met/VERB"
    assert texts(gazetteer, tagged, ("organisation", "Ankara")) == []
    assert texts(gazetteer, "They/PRON met/VERB in/ADP Ankara/PROPN", ("organisation", "Ankara")) == ["Ankara"]


def test_the_surname_of_a_person_is_no_place(gazetteer: Gazetteer) -> None:
    tagged = "Ann/PROPN Lincoln/PROPN left/VERB ./PUNCT Lincoln/PROPN spoke/VERB"
    assert texts(gazetteer, tagged, ("person", "Ann Lincoln")) == []


def test_a_name_in_a_time_is_no_place(gazetteer: Gazetteer) -> None:
    assert texts(gazetteer, "At/ADP 7/NUM a.m./NOUN CT/PROPN", ("time", "7 a.m. CT")) == []


def test_a_marked_demonym_is_no_place(gazetteer: Gazetteer) -> None:
    assert texts(gazetteer, "The/DET Turkish/ADJ column/NOUN", ("place", "Turkish")) == []


def test_a_marked_common_noun_is_no_place(gazetteer: Gazetteer) -> None:
    assert texts(gazetteer, "They/PRON left/VERB the/DET area/NOUN", ("place", "the area")) == []


def test_type_words_before_a_marked_name_are_left_out(gazetteer: Gazetteer) -> None:
    tagged = "West/ADV of/ADP the/DET rebel-held/ADJ town/NOUN of/ADP Saraqib/PROPN"
    assert texts(gazetteer, tagged, ("place", "the rebel-held town of Saraqib")) == ["Saraqib"]


def test_marked_function_words_are_no_places(gazetteer: Gazetteer) -> None:
    assert texts(gazetteer, "The/DET South/PROPN burned/VERB", ("place", "The"), ("place", "South")) == []


def test_the_longer_name_wins(gazetteer: Gazetteer) -> None:
    assert texts(gazetteer, "In/ADP the/DET Gaza/PROPN Strip/PROPN", ("place", "Gaza")) == ["Gaza Strip"]


def test_excluded_ranges_are_left_alone(gazetteer: Gazetteer) -> None:
    assert texts(gazetteer, "Shells/NOUN hit/VERB Saraqib/PROPN", exclude=((10, 17),)) == []


def test_mentions_come_in_order_and_apart(gazetteer: Gazetteer) -> None:
    text = analysis("From/ADP Homs/PROPN to/ADP Hama/PROPN and/CCONJ on/ADV to/ADP Aleppo/PROPN in/ADP Syria/PROPN")
    mentions = gazetteer.find(text)
    assert [m.text for m in mentions] == ["Homs", "Hama", "Aleppo", "Syria"]
    assert all(a.end <= b.start for a, b in itertools.pairwise(mentions))


def test_a_place_of_a_table_of_ones_own_needs_no_word_of_place(tmp_path: Path) -> None:
    table = tmp_path / "mine.tsv"
    header = "name\taliases\tkind\tcountry\tadmin1\tlatitude\tlongitude\tprecision\tflags\tsource\n"
    rows = [
        "Merrowby\t\tvillage\t\t\t-38.1\t-118.1\t1\t\tinvented\n",
        "Lissamere dam\t\tsite\t\t\t-38.2\t-118.2\t1\t\tinvented\n",
    ]
    table.write_text(header + "".join(rows), encoding="utf-8")
    own = Gazetteer.load(extra=[table])
    assert texts(own, "Shots/NOUN ,/PUNCT Merrowby/PROPN side/NOUN") == ["Merrowby"]
    assert texts(own, "Lissamere/PROPN dam/NOUN ,/PUNCT team/NOUN refused/VERB") == ["Lissamere dam"]
    assert texts(own, "Merrowby/PROPN Hale/PROPN spoke/VERB", ("person", "Merrowby Hale")) == []
