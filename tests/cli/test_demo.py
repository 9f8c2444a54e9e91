"""The demonstration end to end, with the real coder: what a person sees first must work."""

from __future__ import annotations

import json
from contextlib import redirect_stdout
from io import StringIO

import pytest
from jsonschema import Draft202012Validator

from trucewatch.cli import run
from trucewatch.model.contract import from_dict, schema, to_json


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    out = tmp_path_factory.mktemp("demo") / "made"
    printed = StringIO()
    with redirect_stdout(printed):
        code = run(["demo", "--out", str(out)])
    return code, printed.getvalue(), out


def test_it_codes_five_reports_and_says_where_the_page_lies(demo):
    code, text, out = demo
    assert code == 0
    assert str(out / "page.html") in text
    records = [json.loads(line) for line in (out / "coded.jsonl").read_text("utf-8").splitlines()]
    assert [record["status"] for record in records] == ["coded"] * 5
    assert sum(len(record["events"]) for record in records) >= 25
    assert (out / "events.csv").read_text("utf-8").count("\n") > 25
    assert (out / "page.html").read_text("utf-8").startswith("<!doctype html>")


def test_it_names_the_reprint_and_the_dispute(demo):
    _, text, _ = demo
    assert "one origin, not two" in text
    assert "So 5 reports are 4 independent origins." in text
    assert "DISPUTED" in text
    assert "denies it" in text


def test_it_ends_with_the_ledger_of_the_invented_agreement(demo):
    part = demo[1].split("HELD AGAINST THE KARSH CEASEFIRE AGREEMENT (invented)")[1].split("The words behind")[0]
    found = [line for line in part.splitlines() if line[:2] in {"- ", "/ ", "? ", "+ ", "± "}]
    assert 8 <= len(found) <= 23
    assert all(len(line) <= 124 for line in found)
    assert any(
        line.startswith("- Heavy weapons out of the zone: alleged; Karsh Monitoring Mission: “South of Brod") for line in found
    )


def test_its_records_keep_the_contract(demo):
    validator = Draft202012Validator(schema())
    for line in (demo[2] / "coded.jsonl").read_text("utf-8").splitlines():
        record = json.loads(line)
        validator.validate(record)
        assert to_json(from_dict(record)) == line
        for event in record["events"]:
            word = event["predicate"]
            assert record["text"][word["start"] : word["end"]] == word["text"]


def test_no_path_of_this_machine_is_in_the_files(demo):
    out = demo[2]
    for path in out.iterdir():
        assert str(out.parent) not in path.read_text("utf-8")
        assert "/reports/" not in path.read_text("utf-8")


def test_a_folder_that_cannot_be_made_is_told(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr("trucewatch.cli.demo.code_dossier", list)
    (tmp_path / "file").write_text("")
    assert run(["demo", "--out", str(tmp_path / "file" / "x")]) == 2
    assert "cannot be written" in capsys.readouterr().err
