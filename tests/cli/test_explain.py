from __future__ import annotations

import json
from dataclasses import replace

import pytest

from publishing import samples
from trucewatch.cli import run
from trucewatch.model import Mention
from trucewatch.model.contract import to_json


@pytest.fixture
def coded_file(tmp_path):
    path = tmp_path / "a#b.jsonl"
    path.write_text("".join(to_json(record) + "\n" for record in (samples.failed(), samples.coded())), encoding="utf-8")
    return path


def told(capsys, *arguments):
    assert run(["explain", *arguments]) == 0
    return " ".join(capsys.readouterr().out.split())


@pytest.mark.parametrize("event", ["1", "e-1111111111"])
def test_it_shows_words_rules_and_alternatives(coded_file, capsys, event):
    text = told(capsys, f"{coded_file}#{event}")
    for part in ("«On 4 May, Karsian gunners [[shelled]] the village of Aldun, killing three militants»", "lexicon:shell.v+instrument", "tense:past",
                 "type MOBILIZE, for which head spoke, 0.06", "Army of Karsia (karsia-army, code KRSMIL)", "not in the actor file", "Aldun, North",
                 "GeoNames 42", "2031-05-04", "the Aldun Front asserts", "3 killed", "gazetteer g1"):  # fmt: skip
        assert part in text


def test_gaps_are_named_and_people_at_risk_flagged(coded_file, capsys):
    text = told(capsys, f"{coded_file}#3")
    assert "place not stated" in text
    assert "the day of publication is not used" in text
    assert "in its own voice" in text
    assert "Mira Tolen: named in a threat" in text


def test_a_pronoun_shows_what_led_there(coded_file, capsys):
    assert "reached from “it”" in told(capsys, f"{coded_file}#e-2222222222")


@pytest.fixture
def carried_file(tmp_path):
    first, *rest = samples.claims()
    media = (Mention(0, 7, "Reuters"), Mention(0, 15, "the Valley Post"))
    path = tmp_path / "carried.jsonl"
    path.write_text(to_json(samples.coded(claims=(replace(first, conduit=media), *rest))) + "\n", encoding="utf-8")
    return path


def test_the_media_that_carry_a_claim_are_named_after_it_nearest_first(carried_file, capsys):
    text = told(capsys, f"{carried_file}#1")
    said, nearest, next_one = map(
        text.index, ("the Aldun Front asserts", "via “Reuters” - a conduit", "via “the Valley Post” - a conduit")
    )
    assert said < nearest < next_one
    assert "via" not in told(capsys, f"{carried_file}#2").split()


def test_json_holds_the_media_that_carry_a_claim(carried_file, capsys):
    made = json.loads(told(capsys, f"{carried_file}#1", "--json"))
    assert [medium["text"] for medium in made["claims"][0]["conduit"]] == ["Reuters", "the Valley Post"]


def test_json(coded_file, capsys):
    made = json.loads(told(capsys, f"{coded_file}#2", "--json"))
    assert made["event"]["status"] == "denied"
    assert made["claims"][0]["stance"] == "denies"
    assert made["evidence"] == "it had fired on the village"


@pytest.mark.parametrize("wanted", ["#e-nothing", "#9", "#0", "#"])
def test_no_such_event_lists_those_there_are(coded_file, capsys, wanted):
    assert run(["explain", f"{coded_file}{wanted}"]) == 2
    err = capsys.readouterr().err
    assert "e-1111111111" in err
    assert err.count("\n") == 1


def test_a_broken_line_is_named(coded_file, capsys):
    coded_file.write_text(coded_file.read_text() + '{"id": "half', encoding="utf-8")
    assert run(["explain", f"{coded_file}#99"]) == 2
    assert f"{coded_file}:3" in capsys.readouterr().err


@pytest.mark.usefixtures("fake_coder")
def test_a_report_is_coded_now(reports, capsys):
    assert "shelled" in told(capsys, f"{reports / 'a.txt'}#1")
    assert run(["explain", f"{reports / 'none.txt'}#1"]) == 2
    assert "there is no event" in capsys.readouterr().err


@pytest.mark.parametrize("attack", ["\x1b[31m", "\u202e"])
def test_hostile_text_cannot_steer_the_terminal(tmp_path, capsys, attack):
    path = tmp_path / "x.jsonl"
    path.write_text(to_json(samples.hostile(attack)) + "\n", encoding="utf-8")
    assert run(["explain", f"{path}#1"]) == 0
    out = capsys.readouterr().out
    assert "\x1b" not in out
    assert "\u202e" not in out
