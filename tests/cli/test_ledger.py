"""`trucewatch ledger` over a dossier of the demonstration's reports, which are invented: on the terminal, as JSON, as a page, as charts."""

from __future__ import annotations

import json
import re
import sys
import xml.etree.ElementTree as ET
from html import unescape
from importlib.resources import files
from pathlib import Path

import pytest

from trucewatch.cli import run

DEMO = Path(str(files("trucewatch").joinpath("demo")))
DEAL = ("--agreement", "karsh-2031")


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    folder = tmp_path_factory.mktemp("ledger") / "karsh"
    assert run(["init", str(folder)]) == 0
    toml = folder / "dossier.toml"
    text = toml.read_text("utf-8").replace("actors = []", f'actors = ["{DEMO / "states.tsv"}", "{DEMO / "groups.tsv"}"]')
    toml.write_text(text.replace("gazetteers = []", f'gazetteers = ["{DEMO / "places.tsv"}"]'), "utf-8")
    assert run(["add", str(folder), str(DEMO / "reports"), "--quiet"]) == 0
    return str(folder)


@pytest.fixture
def call(home, capsys):
    def called(*arguments):
        code = run(["ledger", home, *map(str, arguments)])
        caught = capsys.readouterr()
        return code, caught.out, caught.err

    return called


def test_the_table_says_what_bears_how_it_stands_why_and_in_which_words(call):
    code, out, _ = call(*DEAL, "--term", "withdraw-weapons")
    assert code == 0
    assert "the Mission observed two howitzers of the Varenian army inside the withdrawal zone" in " ".join(out.split())
    assert re.search(r"^  - breaches, alleged, single origin: .* \[i-[0-9a-f]+\]$", out, re.MULTILINE)
    assert "nothing at all is reported, which is not the same as calm" in out
    assert "There is no score." in out
    assert "\nceasefire:" not in out
    assert "WHO REPORTS ON WHOM" in out


def test_findings_of_one_party_are_those_laid_to_it(call):
    _, out, _ = call(*DEAL, "--party", "xva.nf", "--format", "json")
    found = json.loads(out)["findings"]
    assert found
    assert all("xva.nf" in finding["bearers"] for finding in found)


def test_without_an_agreement_the_shipped_ones_are_named(call):
    code, _, err = call()
    assert code == 2
    assert "no agreement is named" in err
    assert "syr-moscow-2020" in err


@pytest.mark.parametrize(
    ("option", "value", "said"),
    [("--term", "nothing", "no term 'nothing'"), ("--party", "FRA", "binds 'FRA'"), ("--from", "May", "--from 'May'"), ("--situation", "2031-05", "2031-05")],
)  # fmt: skip
def test_what_is_not_there_is_told(call, option, value, said):
    code, out, err = call(*DEAL, option, value)
    assert (code, out) == (2, "")
    assert said in err


def test_the_days_situation_is_printed(call):
    _, out, _ = call(*DEAL, "--situation", "2031-05-12")
    assert out.startswith("Karsh Ceasefire Agreement (an invented agreement): 12 May 2031")
    for title in (
        "OVERVIEW",
        "BY AREA",
        "BY CATEGORY",
        "HARM TO PEOPLE",
        "HOW IT IS FOUNDED",
        "WHAT WAS NOT SEEN",
        "WHAT IS DISPUTED",
        "WHAT WAS KEPT",
    ):
        assert f"\n{title}\n" in out


def test_predictions_need_no_agreement(call):
    code, out, _ = call("--predictions")
    assert code == 0
    assert "“A new offensive seems inevitable.”" in out
    assert json.loads(call("--predictions", "--format", "json")[1])["predictions"]


def test_predictions_are_those_said_within_the_days_asked_for(call):
    every = json.loads(call("--predictions", "--format", "json")[1])["predictions"]
    days = sorted({one["foretold"]["said"][:10] for one in every})
    last = json.loads(call("--predictions", "--format", "json", "--from", days[-1])[1])["predictions"]
    assert {one["foretold"]["said"][:10] for one in last} == {days[-1]}
    assert len(last) < len(every) or len(days) == 1
    assert json.loads(call("--predictions", "--format", "json", "--to", "2000-01-01")[1])["predictions"] == []


def test_the_terminal_shows_the_reviewer_names_and_nothing_else_does(call, tmp_path):
    assert "Lena Marsh" in call(*DEAL)[1]
    for format_ in ("table", "json", "html"):
        out = tmp_path / f"ledger.{format_}"
        assert call(*DEAL, "--format", format_, "--out", out, "--situation", "2031-05-14", "--predictions")[0] == 0
        assert len(out.read_text("utf-8")) > 500
        assert "Marsh" not in out.read_text("utf-8")


def test_the_page_loads_nothing_runs_nothing_and_has_a_table_beside_each_chart(call):
    _, page, _ = call(*DEAL, "--format", "html", "--situation", "2031-05-12", "--predictions")
    assert "default-src 'none'; style-src 'sha256-" in unescape(page)
    assert "<script" not in page
    assert not re.search(r'(?:src|href)="(?!#)', page)
    assert " style=" not in page
    drawings = re.findall(r"<svg.*?</svg>", page, re.DOTALL)
    assert len(drawings) >= 5
    for drawing in drawings:
        ET.fromstring(drawing)  # noqa: S314 - our own
        assert re.search(r'role="img" aria-labelledby="(\w+)"><title id="\1">[^<]{20,}', drawing)
        assert not re.search(r"#[0-9a-f]{3,6}\b|rgb\(", drawing)  # ink only: black and white, and dark mode, by themselves
    assert page.count("The same as a table") == len(drawings)
    ids = re.findall(r'\bid="(\w[\w-]*)"', page)
    assert len(ids) == len(set(ids))


def test_the_same_dossier_gives_the_same_bytes(call):
    assert call(*DEAL, "--format", "html") == call(*DEAL, "--format", "html")
    assert call(*DEAL, "--format", "json") == call(*DEAL, "--format", "json")


def test_charts_without_matplotlib_are_svg_and_one_clear_line(call, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    monkeypatch.setitem(sys.modules, "matplotlib.backends.backend_agg", None)
    code, _, err = call(*DEAL, "--charts", tmp_path / "charts")
    assert code == 2
    assert "pip install 'trucewatch[charts]'" in err
    names = {path.name for path in (tmp_path / "charts").iterdir()}
    assert {"matrix.svg", "ceasefire.svg"} <= names
    for name in names:
        assert ET.parse(tmp_path / "charts" / name).getroot().tag.endswith("svg")  # noqa: S314 - our own


def test_charts_with_matplotlib_are_the_same_bytes_each_time(call, tmp_path):
    pytest.importorskip("matplotlib")
    made = []
    for name in ("one", "two"):
        assert call(*DEAL, "--term", "ceasefire", "--charts", tmp_path / name)[0] == 0
        made.append({path.name: path.read_bytes() for path in (tmp_path / name).iterdir()})
    assert made[0] == made[1]
    assert made[0]["ceasefire.png"].startswith(b"\x89PNG")
    assert set(made[0]) == {"matrix.svg", "matrix.png", "ceasefire.svg", "ceasefire.png"}
