"""`trucewatch bulletin` as a user calls it; what a bulletin holds is tested beside the bulletins."""

from __future__ import annotations

import json

import pytest

from trucewatch.cli import run


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    folder = tmp_path_factory.mktemp("cli") / "karsh"
    assert run(["init", str(folder)]) == 0
    return folder


def test_an_empty_dossier_gives_an_empty_bulletin(home, tmp_path, capsys):
    assert (
        run(["bulletin", str(home), "--out", str(tmp_path / "site"), "--as-of", "2031-05-14", "--title", "Karsh", "--quiet"])
        == 0
    )
    assert "0 incidents of 0 reports" in capsys.readouterr().err
    listed = json.loads((tmp_path / "site" / "bulletin.json").read_text("utf-8"))
    assert (listed["title"], listed["as_of"], listed["licence"]) == ("Karsh", "2031-05-14", "CC BY 4.0")
    assert run(["bulletin", str(home), "--out", str(tmp_path / "site")]) == 2
    assert "--overwrite replaces it" in capsys.readouterr().err
    assert run(["bulletin", str(home), "--out", str(tmp_path / "site"), "--overwrite", "--licence", "CC0-1.0"]) == 0
    assert json.loads((tmp_path / "site" / "bulletin.json").read_text("utf-8"))["licence"] == "CC0 1.0"


@pytest.mark.parametrize("option", ["--from", "--to", "--day", "--as-of"])
@pytest.mark.parametrize("value", ["yesterday", "2031-5-1", "20310501", "2031-02-30"])
def test_a_date_that_is_none_is_named(home, tmp_path, capsys, option, value):
    assert run(["bulletin", str(home), "--out", str(tmp_path / "site"), option, value]) == 2
    assert f"{option} {value!r} is not an ISO 8601 date" in capsys.readouterr().err
    assert not (tmp_path / "site").exists()


def test_an_agreement_that_is_not_there_is_named_before_anything_is_written(home, tmp_path, capsys):
    assert run(["bulletin", str(home), "--out", str(tmp_path / "site"), "--agreement", "nowhere-1900"]) == 2
    assert "nowhere-1900" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []
