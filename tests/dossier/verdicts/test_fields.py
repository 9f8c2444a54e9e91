"""Fields that a reviewer may mend: what is typed in, what is refused, what is shown, and when two values say the same."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dossier.verdicts.samples import subjects
from trucewatch import ontology
from trucewatch.dossier.verdicts.fields import (
    FIELDS,
    HARMS,
    Coding,
    Toll,
    Values,
    agrees,
    field_named,
    from_plain,
    label,
    show,
    to_plain,
)
from trucewatch.dossier.verdicts.forms import allowed, parse
from trucewatch.model import TrucewatchError
from trucewatch.model.incident import Party, Spot, Voice, When

MACHINE = Values.of(subjects()[0].account)
DAY = When("", "2031-05-04", "day", "2031-05-04", "2031-05-04")
GOOD = [
    ("type", "ASSAULT/heavy-weapons", Coding("ASSAULT", "heavy-weapons")),
    ("type", "assault", Coding("ASSAULT")),
    ("type", "AGREE/-", Coding("AGREE")),
    ("truce", "Small Arms", "small arms"),
    ("truce", "-", None),
    ("status", "denied", "denied"),
    ("actor", "Karsian gunners @karsia-army; the  Front", (Party("Karsian gunners", "karsia-army"), Party("the Front"))),
    ("recipient", "-", ()),
    ("place", "Aldun", Spot("Aldun", "Aldun")),
    ("place", "Aldun @36.102,-37.2 /1", Spot("Aldun", "Aldun", latitude=36.102, longitude=-37.2, precision=1)),
    ("place", "@36.1, 37.2", Spot("", latitude=36.1, longitude=37.2)),
    ("place", "South /4", Spot("South", "South", precision=4)),
    ("place", "-", None),
    ("time", "2031-05-04", DAY),
    ("time", "2032-02", When("", "2032-02", "month", "2032-02-01", "2032-02-29")),
    ("time", "2031", When("", "2031", "year", "2031-01-01", "2031-12-31")),
    ("time", "2031-05-04 06:30", When("", "2031-05-04T06:30", "minute", "2031-05-04", "2031-05-04")),
    ("time", "2031-05-04/2031-05-06", When("", "2031-05-04/2031-05-06", "day", "2031-05-04", "2031-05-06")),
    ("time", "-", None),
    ("harm", "killed 3", (Toll("killed", 3, 3, 3),)),
    ("harm", "killed 2-5 (soldiers) @karsia-army; injured 4+", (Toll("killed", 2, None, 5, "soldiers", "karsia-army"), Toll("injured", 4))),
    ("harm", "missing 1-2-9", (Toll("missing", 1, 2, 9),)),
    ("harm", "displaced <=9; detained ?", (Toll("displaced", None, None, 9), Toll("detained"))),
    ("harm", "-", ()),
    ("claimant", "the mission @osce [denies]", Voice("the mission", "osce", stance="denies")),
    ("claimant", "-", Voice()),
]  # fmt: skip
BAD = [
    ("type", "WAR", "AGREE"),
    ("type", "ASSAULT/hugs", "ASSAULT/heavy-weapons"),
    ("truce", "peace", "shelling"),
    ("status", "maybe", "happened"),
    ("actor", "", "words of the report"),
    ("actor", "the Front;", "words of the report"),
    ("actor", "the Front [denies]", "words of the report"),
    ("actor", "x" * 301, "300"),
    ("place", "", "Aldun"),
    ("place", "Aldun @91,0", "-90 to 90"),
    ("place", "Aldun @0,181", "-180 to 180"),
    ("place", "Aldun /8", "where_prec 8"),
    ("place", "Aldun @36.1", "latitude"),
    ("time", "4 May", "2031-05-04"),
    ("time", "2031-02-30", "ISO 8601"),
    ("time", "2031-13", "ISO 8601"),
    ("time", "2031-05-06/2031-05-04", "ends before it begins"),
    ("time", "2031/2032/2033", "two ends"),
    ("harm", "killed", "killed 3"),
    ("harm", "hurt 3", "killed 3"),
    ("harm", "killed 5-2", "must not fall"),
    ("harm", "killed 3-1-5", "must not fall"),
    ("claimant", "@osce", "words that name"),
    ("claimant", "the mission [sings]", "asserts"),
]


@pytest.mark.parametrize(("field", "text", "value"), GOOD)
def test_what_is_typed_in_is_read(field, text, value):
    assert parse(field, text) == value


@pytest.mark.parametrize(("field", "text", "value"), GOOD)
def test_what_is_shown_may_be_typed_in_again_and_stored(field, text, value):
    assert parse(field, show(value)) == value
    assert from_plain(field, json.loads(json.dumps(to_plain(value)))) == value
    assert agrees(value, value)


@pytest.mark.parametrize(("field", "text", "says"), BAD)
def test_a_wrong_value_is_refused_and_what_is_allowed_is_said(field, text, says):
    with pytest.raises(TrucewatchError) as caught:
        parse(field, text)
    assert caught.value.code == "verdict-value"
    assert says in str(caught.value)


def test_everything_that_is_listed_as_allowed_is_allowed():
    for field in ("type", "truce", "status"):
        for text in allowed(field, Coding("ASSAULT")):
            parse(field, text)
    assert {t.name for t in ontology.load().types} <= set(allowed("type"))
    assert "ASSAULT/aerial" in allowed("type", Coding("ASSAULT"))


def test_modes_of_a_type_of_another_ontology_are_not_listed():
    assert not [form for form in allowed("type", Coding("WAR")) if form.startswith("WAR")]


def test_a_field_is_known_by_name_and_claim_is_claimant():
    assert [field_named(name) for name in FIELDS] == list(FIELDS)
    assert field_named("claim") == "claimant"
    with pytest.raises(TrucewatchError, match="one of type"):
        field_named("colour")


def test_the_fields_of_an_account_go_into_json_and_back():
    assert Values.from_plain(json.loads(json.dumps(MACHINE.to_plain()))) == MACHINE
    assert MACHINE.harm == (Toll("killed", 3, 3, 3, "militants", "aldun-front"),)


@pytest.mark.parametrize(
    ("field", "text", "same"),
    [
        ("actor", "karsian GUNNERS", True),
        ("actor", "Karsian gunners @aldun-front", False),
        ("actor", "Karsian gunners; the Front", False),
        ("place", "aldun", True),
        ("place", "Aldun @36.50001,36.25", True),
        ("place", "Aldun @36.9,36.25", False),
        ("place", "Aldun /3", False),
        ("place", "-", False),
        ("time", "2031-05-04", True),
        ("time", "2031-05", False),
        ("harm", "killed 3", True),
        ("harm", "killed 3 (bakers)", False),
        ("harm", "killed 3-3-4", False),
        ("harm", "-", False),
        ("claimant", "the Aldun Front", True),
        ("claimant", "the Aldun Front [denies]", False),
        ("claimant", "-", False),
        ("type", "ASSAULT", False),
        ("truce", "shelling", True),
    ],
)
def test_a_value_agrees_with_the_machines_where_the_machine_says_all_of_it(field, text, same):
    value = parse(field, text) if field != "type" else Coding("ASSAULT")
    assert agrees(value, MACHINE.get(field)) is same


def test_labels_count_ids_before_words_and_places_by_name():
    assert label(MACHINE.actor) == "karsia-army"
    assert label((Party("B"), Party("a"))) == label((Party("A"), Party("b")))
    assert label(MACHINE.place) == label(Spot("ALDUN")) == "aldun"
    assert label(Spot("", latitude=36.5, longitude=36.251)) == "36.50,36.25"
    assert label(MACHINE.harm) == "killed 3"
    assert label(Voice()) == "-"


numbers = st.lists(st.integers(0, 99), min_size=3, max_size=3).map(sorted)
tolls = st.one_of(
    numbers.map(lambda n: (n[0], n[0], n[0])),
    numbers.map(lambda n: (n[0], None, n[2])),
    numbers.map(tuple),
    numbers.map(lambda n: (n[0], None, None)),
    numbers.map(lambda n: (None, None, n[2])),
    st.just((None, None, None)),
)


@given(st.lists(st.tuples(st.sampled_from(HARMS), tolls), min_size=1, max_size=3))
def test_every_toll_that_may_be_held_is_shown_so_that_it_reads_back(found):
    given_tolls = tuple(Toll(kind, *counts) for kind, counts in found)
    assert parse("harm", show(given_tolls)) == given_tolls


def read(field, text):
    try:
        return parse(field, text)
    except TrucewatchError as error:
        return error


@given(st.sampled_from(FIELDS), st.text(max_size=40))
def test_any_text_is_a_value_or_a_clear_error(field, text):
    found = read(field, text)
    if isinstance(found, TrucewatchError):
        assert found.code == "verdict-value"
        assert "allowed:" in found.next_step
    else:
        assert from_plain(field, json.loads(json.dumps(to_plain(found)))) == found
