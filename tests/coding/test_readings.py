"""The table of readings: every row well formed and of one piece with the ontology; and what it makes of a few sentences."""

from __future__ import annotations

import pytest

import trucewatch
from trucewatch.coding.again import nouns
from trucewatch.coding.drafts import raised_truces
from trucewatch.coding.readings import readings
from trucewatch.model import Report
from trucewatch.ontology import load

TYPES = {truce.id: truce.types for truce in load().truces}


def test_a_reading_gives_a_category_of_its_type():
    for row in readings():
        assert row.truce in TYPES, row
        assert (row.types if row.type is None else {row.type}) & set(TYPES[row.truce]), row


def test_what_a_governor_makes_has_a_category_of_its_type():
    for (type_, inner), truce in raised_truces().items():
        assert inner in TYPES, inner
        assert type_ in TYPES[truce], (type_, truce)
        assert type_ not in TYPES[inner], (type_, inner)


@pytest.fixture(scope="module")
def coder():
    return trucewatch.load()


@pytest.mark.parametrize(
    ("text", "category", "status"),
    [
        ("Armed men did not allow the observers to enter Avdiivka.", "access denied", "happened"),
        ("Residents stopped the joint patrol near Ariha.", "patrol obstructed", "happened"),
        ("Gunmen looted a lorry with flour near Horlivka.", "aid obstructed", "happened"),
        ("Soldiers have dug up the M4 near Ariha.", "road blocked", "happened"),
        (
            "The mission observed two tanks near Popasna in violation of withdrawal lines.",
            "weapons in a withdrawal zone",
            "happened",
        ),
        ("The mission heard no explosions in Popasna.", "explosion", "denied"),
        ("The joint patrol near Ariha did not take place.", "patrol held", "denied"),
        ("Soldiers cleared 40 mines near Popasna.", "demining", "happened"),
    ],
)
def test_read_in_words(coder, text, category, status):
    coded = coder.code(Report("r", text, published="2020-03-20", language="en"))
    assert (category, status) in {(event.truce, event.status) for event in coded.events}


def test_where_a_patrol_went_is_nobody_whom_it_went_with(coder):
    text = (
        "On 15 March, Russian and Turkish forces conducted a first joint patrol in Greater Idlib in the framework of the new "
        "de-escalation agreement reached in Moscow."
    )
    patrol = coder.code(Report("r", text, published="2020-03-17", language="en")).events[0]
    assert patrol.truce == "patrol held"
    assert patrol.recipient == ()
    assert patrol.place is not None


def coded(coder, text):
    return coder.code(Report("r", text, published="2020-03-20", language="en")).events


@pytest.mark.parametrize(
    ("first", "second", "noun", "category"),
    [
        ("Rebels shelled Ariha on Monday.", "For this bombardment there will be a bill.", "bombardment", "shelling"),
        ("Gunmen abducted three engineers near Ariha.", "It is not possible to attribute the abduction.", "abduction", "abduction"),
        ("The army freed 30 prisoners at Ariha.", "A minister welcomed the release.", "release", "prisoner release"),
        ("A car bomb exploded at the market of Ariha.", "No group has claimed the blast.", "blast", "explosive device"),
    ],
)  # fmt: skip
def test_a_definite_noun_names_an_act_again(coder, first, second, noun, category):
    events = coded(
        coder, f"{first} It rained all day. Shops stayed shut until the evening. Few people were in the streets. {second}"
    )
    again = next(e for e in events if e.predicate.text == noun)
    first = next(e for e in events if e.id == again.basis.again)
    assert again.truce == first.truce == category
    assert again.type == first.type
    assert again.actor == again.recipient == ()
    assert first.predicate.end < again.predicate.start


@pytest.mark.parametrize(
    "text",
    [
        "The army said the bombardment was a provocation.",  # nothing told before
        "Gunmen abducted three engineers near Ariha. The army stressed the need for an attack helicopter.",
        "Rebels shelled Ariha on Monday. A bombardment is a crime.",
        "Rebels shelled Ariha on Monday. The prisoner release was a gesture.",  # another act
    ],
)
def test_what_names_nothing_again(coder, text):
    assert all(event.basis.again is None for event in coded(coder, text))


def test_the_table_of_nouns_has_categories_of_the_ontology():
    assert set().union(*nouns().values()) <= set(TYPES)
