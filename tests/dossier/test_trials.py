"""Small, quick versions of the trials in ``benchmarks/``: commands killed, files and rows tampered with, commands at once."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "benchmarks"))

import crash
import tamper
import together
import trials

pytestmark = pytest.mark.skipif(os.name != "posix", reason="needs fork and signals")


@pytest.fixture(scope="module")
def records(tmp_path_factory):
    """Where the coder's records are kept: coded once for all tests here."""
    return tmp_path_factory.mktemp("records") / "trials.jsonl"


@pytest.fixture(autouse=True)
def kept(records, monkeypatch):
    monkeypatch.setattr(trials, "RECORDS", records)


@pytest.fixture(params=["sqlite", "postgresql"])
def store(request):
    """A kind of store, and the server where it is PostgreSQL."""
    return request.param, request.getfixturevalue("postgres").url if request.param == "postgresql" else None


def test_nothing_is_lost_when_commands_are_killed(store, tmp_path):
    kind, server = store
    found = crash.trial(kind, 5, 1, tmp_path, most=5, server=server)
    assert found["findings"] == []
    assert found["kills"] >= 5
    assert found["completed"] == 2 * found["dossiers"]


def test_every_change_of_a_file_is_named(tmp_path):
    found = tamper.on_files(tmp_path, trials.inputs(tmp_path / "inputs", 5), 20, 12, 1)
    assert found["missed"] == {}
    assert found["tries"] == 32


def test_every_change_of_a_row_is_named(tmp_path, postgres):
    found = tamper.on_rows(tmp_path, trials.inputs(tmp_path / "inputs", 5), 25, 8, seed=1, server=postgres.url)
    assert found["missed"] == {}
    assert found["clean afterwards"]


def test_two_adds_and_a_review_at_once(store, tmp_path):
    kind, server = store
    found = together.trial(kind, 4, 1, tmp_path, most=5, server=server)
    assert (found["errors"], found["verify"], found["lost verdicts"]) == ([], [], 0)
    assert found["differs from a serial run"] == []
