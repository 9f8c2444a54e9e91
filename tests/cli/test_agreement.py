from __future__ import annotations

import json

import pytest
from jsonschema import Draft202012Validator

from trucewatch.cli import run
from trucewatch.ledger.agreements import shipped


def test_a_sound_agreement_passes(capsys):
    assert run(["agreement", "lint", "syr-moscow-2020", "karsh-2031"]) == 0
    told = capsys.readouterr()
    assert told.out == ""
    assert "nothing is wrong in 2 agreements" in told.err


def test_a_bad_one_is_named_by_file_and_line_with_exit_code_2(tmp_path, capsys):
    path = tmp_path / "bad.yaml"
    path.write_text("id: bad\ntitle: Bad\nstage: Cease\n")
    assert run(["agreement", "lint", str(path)]) == 2
    told = capsys.readouterr()
    assert f"{path}:3: error: 'stage' cannot be 'Cease'" in told.out
    assert run(["agreement", "lint", str(path), "--json"]) == 2
    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert {"file", "line", "severity", "message"} == set(rows[0])


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["agreement", "lint", "nowhere.yaml"], "there is no such agreement"),
        (["agreement", "lint"], "name an agreement"),
        (["agreement", "show"], "name an agreement, or say --list"),
        (["agreement", "show", "syr-moscow-2020", "--term", "peace"], "syr-moscow-2020 has no term 'peace'"),
        (["agreement", "map", "syr-moscow-2020", "--out", "/nowhere/at/all.html"], "the map cannot be written"),
    ],
)
def test_what_cannot_be_done_is_said_in_a_line(arguments, said, capsys):
    assert run(arguments) == 2
    assert said in capsys.readouterr().err


def test_the_terms_in_plain_words(capsys):
    assert run(["agreement", "show", "syr-moscow-2020"]) == 0
    told = capsys.readouterr().out
    assert "Moscow, 5 March 2020  (syr-moscow-2020)" in told
    assert "a corridor 6 km wide to each side of a line" in told
    assert "syr-sochi-2018/withdraw-heavy-weapons  Heavy weapons out of the zone  (carried over from syr-sochi-2018)" in told
    assert "to be done by 10 October 2018, and kept from then on" in told
    assert max(map(len, told.splitlines())) <= 120


def test_one_term_with_all_that_bears_on_it(capsys):
    assert run(["agreement", "show", "karsh-2031", "--term", "joint-patrols"]) == 0
    told = capsys.readouterr().out
    assert told.startswith("joint-patrols")
    assert "patrol cut short happened or ongoing, by anyone" in told
    assert "withdraw-weapons" not in told


def test_every_shipped_agreement_is_listed(capsys):
    assert run(["agreement", "show", "--list"]) == 0
    told = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in told] == list(shipped())
    assert told[-1].endswith("(fictional)")


def test_json_for_programs(capsys):
    assert run(["agreement", "show", "yem-stockholm-2018", "--json", "--term", "redeployment"]) == 0
    data = json.loads(capsys.readouterr().out)
    assert [term["id"] for term in data["terms"]] == ["redeployment"]
    assert data["terms"][0]["period"]["deadline"] == "2019-01-08"
    assert run(["agreement", "lint", "--schema"]) == 0
    Draft202012Validator.check_schema(json.loads(capsys.readouterr().out))


def test_a_map_and_geojson(tmp_path, capsys):
    out = tmp_path / "map.html"
    assert run(["agreement", "map", "ukr-minsk-2015", "--out", str(out)]) == 0
    assert "<svg" in out.read_text("utf-8")
    assert run(["agreement", "map", "ukr-minsk-2015"]) == 0
    assert json.loads(capsys.readouterr().out)["type"] == "FeatureCollection"


def test_own_actors_and_places_can_be_named(tmp_path, capsys):
    from trucewatch.ledger.agreements import DEMO, find  # noqa: PLC0415

    demo = find(DEMO)
    own = tmp_path / "mine.yaml"
    own.write_text(demo.read_text("utf-8").replace("id: karsh-2031", "id: mine"), "utf-8")
    assert run(["agreement", "lint", str(own)]) == 2
    assert "unknown actor 'xva.nf'" in capsys.readouterr().out
    tables = [
        "--actors",
        str(demo.parent / "states.tsv"),
        "--actors",
        str(demo.parent / "groups.tsv"),
        "--gazetteer",
        str(demo.parent / "places.tsv"),
    ]
    assert run(["agreement", "lint", str(own), *tables]) == 0
