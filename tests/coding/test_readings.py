"""The table of readings: every row well formed and of one piece with the ontology; and what it makes of a few sentences."""

from __future__ import annotations

import pytest

import trucewatch
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
