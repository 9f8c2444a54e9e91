"""What holds for every export: nothing masked gets out, nothing is half-written, the same dossier gives the same bytes, the counts are true."""

from __future__ import annotations

import csv
import json
import shutil
import sqlite3
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from publishing import exports_dossier as made
from publishing.conftest import NEEDS, every
from trucewatch.cli import run
from trucewatch.dossier.book import leaving
from trucewatch.dossier.browse import Filter
from trucewatch.dossier.desk import DossierDesk
from trucewatch.dossier.handover import Handover
from trucewatch.dossier.leaving import report_ids
from trucewatch.dossier.passing import outgoing
from trucewatch.dossier.project import open_dossier
from trucewatch.dossier.store.tables import events
from trucewatch.dossier.verdicts.desk import Request
from trucewatch.dossier.verifying import verify_folder
from trucewatch.model import TrucewatchError
from trucewatch.publishing import exports
from trucewatch.publishing.exports import cells, formats, frames, shipping

NAMES = sorted(made.name for made in formats())
RISKY = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")


@pytest.fixture
def folder(export_dossier, tmp_path):
    return Path(shutil.copytree(export_dossier, tmp_path / "karsh"))


def text_of(path):
    """Everything that can be read in an export, whatever its form: bytes, the rows of a database, the values of a Parquet file."""
    files = sorted(path.rglob("*")) if path.is_dir() else [path]
    parts = []
    for file in files:
        data = file.read_bytes()
        parts.append(data.decode("utf-8", "replace"))
        if data.startswith(b"SQLite format 3"):
            with sqlite3.connect(file) as conn:
                parts.extend(conn.iterdump())
        if data.startswith(b"PAR1"):
            pq = pytest.importorskip("pyarrow.parquet")
            parts.append(json.dumps(pq.read_table(file).to_pylist(), default=repr, ensure_ascii=False))
    return "\n".join(parts)


@pytest.mark.parametrize("name", NAMES)
def test_masked_names_are_in_no_export(exported, name):
    text = text_of(exported.path(name)) + json.dumps(exported.about(name))
    for words in (made.PRIVATE, "Tarn", made.THREATENED, "Marsh", "Al-Rahma", "Rahma", "Vendt", "Ana Reviewer"):
        assert words not in text


@pytest.mark.parametrize("name", NAMES)
def test_the_names_are_there_without_the_policy_or_the_test_above_proves_nothing(bare, name):
    text = text_of(bare.path(name))
    if name not in {"ftm", "geoparquet"}:  # their names are those of the actor file, and quotes
        assert made.THREATENED in text or made.PRIVATE in text
    assert bare.about(name)["protection"]["applied"] is False


@pytest.mark.parametrize("name", [name for name in NAMES if name != "prov"])
def test_the_point_of_a_protected_site_is_in_no_row_though_another_report_of_the_incident_names_the_town_alone(
    exported, bare, name
):
    assert str(made.EXACT[0]) in text_of(bare.path(name))
    assert str(made.EXACT[0]) not in text_of(exported.path(name))
    assert "46.4" in text_of(exported.path(name))
    masked = {(item["field"], item["reason"]) for item in exported.about(name)["protection"]["masked"]}
    assert ("places", "position of a protected site that another account names") in masked


def test_the_records_of_a_dossier_export_are_those_of_an_export(folder):
    with open_dossier(folder, write=True) as dossier:
        told = list(outgoing(dossier, dossier.read(report_ids)))
        assert [found.coded for found in told] == [coded for _, coded in Handover(dossier).records()]
    assert made.EXACT[0] not in {place.latitude for found in told for place in found.coded.places}
    assert any(
        item.reason == "position of a protected site that another account names" for found in told for item in found.masked
    )


def test_two_exports_of_one_dossier_are_the_same_bytes(exported, export_dossier, tmp_path):
    again = every(export_dossier, tmp_path)
    assert again.files() == exported.files()


@pytest.mark.parametrize("name", NAMES)
def test_every_export_says_coders_policy_and_counts(exported, name):
    about = exported.about(name)
    assert about["format"] == name
    assert about["coders"][0]["model"] == "trucewatch-en-0.1.0"
    assert about["protection"]["applied"]
    assert about["rows_in"]["reports"] == {"dossier": 7, "chosen": 7}
    assert about["rows_out"]
    assert all(len(item["sha256"]) == 64 for item in about["files"].values())


def test_incidents_in_are_incidents_out(exported):
    found = exported.about("geojson")["rows_in"]["incidents"]["dossier"]
    assert found >= 3
    for name in ("acled", "ucdp", "geojson", "geopackage", "datapackage", "sqlite", "prov"):
        assert exported.about(name)["rows_out"]["incidents"] == found


# -- formulas -----------------------------------------------------------------------------------------------------------------------


def rows(path, delimiter=","):
    quoting = csv.QUOTE_NONE if delimiter == "\t" else csv.QUOTE_MINIMAL
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream, delimiter=delimiter, quoting=quoting))


def is_number(cell):
    try:
        float(cell)
    except ValueError:
        return False
    return True


@pytest.mark.parametrize("name", ["acled", "ucdp", "cameo", "csv", "datapackage"])
def test_no_cell_begins_like_a_formula_and_longitudes_stay_numbers(bare, name):
    path = bare.path(name)
    tables = sorted(path.glob("*.csv")) if path.is_dir() else [path]
    cells_, west = [], []
    for table in tables:
        for row in rows(table, "\t" if table.suffix == ".tsv" else ","):
            cells_ += row.values()
            west += [row[key] for key in ("longitude", "Lon") if row.get(key)]
    assert not [cell for cell in cells_ if cell.startswith(RISKY) and not is_number(cell)]
    assert "-40.25" in west
    assert any(cell.startswith("'") for cell in cells_)


@given(
    st.text(max_size=12), st.sampled_from(["=", "+", "-", "@", "\t=", "\r=", " =", "\u2003=", "\n-", '"=', "＝"]), st.booleans()
)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_words_come_no_cell_is_a_formula(tmp_path, tail, head, tabs):
    out = tmp_path / "t"
    out.unlink(missing_ok=True)
    with cells.table(out, ("words", "number"), tabs=tabs) as add:
        add({"words": head + tail, "number": -40.25})
        add({"words": tail, "number": None})
    found = rows(out, "\t" if tabs else ",")
    assert [len(row) for row in found] == [2, 2]
    assert not any(row["words"].startswith(RISKY) for row in found)
    assert found[0]["number"] == "-40.25"


def test_a_value_without_a_column_is_an_error(tmp_path):
    with cells.table(tmp_path / "t", ("a",)) as add, pytest.raises(KeyError):
        add({"b": 1})


# -- the documentation ---------------------------------------------------------------------------------------------------------------


def test_the_page_on_exports_names_every_format_and_every_column_of_incidents():
    text = (Path(__file__).parents[2] / "docs" / "exports.md").read_text("utf-8")
    assert {line.split("`")[1] for line in text.splitlines() if line.startswith("| `") and line.count("|") == 5} == set(NAMES)
    listed = text.split("## datapackage")[1].split("\n## ")[0]
    found = [tuple(cell.strip(" `") for cell in line.split("|")[1:3]) for line in listed.splitlines() if line.startswith("| `")]
    assert found == [(column.name, column.meaning.strip(" `")) for column in frames.INCIDENTS.columns]


# -- the command line ---------------------------------------------------------------------------------------------------------------


def test_the_list_names_every_format(capsys):
    assert run(["export", "--list"]) == 0
    assert [line.split()[0] for line in capsys.readouterr().out.splitlines()] == NAMES


def test_an_export_lies_under_its_own_name_and_is_not_replaced_unasked(folder, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert run(["export", str(folder), "--to", "geojson"]) == 0
    assert "masked by the policy" in capsys.readouterr().err
    assert (tmp_path / "karsh-geojson.geojson").is_file()
    assert run(["export", str(folder), "--to", "geojson"]) == 2
    assert "--overwrite" in capsys.readouterr().err
    for name in ("geojson", "sqlite"):
        assert run(["export", str(folder), "--to", name, "--overwrite"]) == 0
        assert run(["export", str(folder), "--to", name, "--overwrite", "--quiet"]) == 0
    assert not list(tmp_path.glob(".trucewatch-*"))


def test_a_folder_that_is_no_export_is_never_replaced(folder, tmp_path, capsys):
    home = tmp_path / "home"
    home.mkdir()
    for name in ("geojson", "sqlite"):
        (home / "letter.txt").write_text("dear", "utf-8")
        assert run(["export", str(folder), "--to", name, "--out", str(home), "--overwrite"]) == 2
        assert "no export" in capsys.readouterr().err
    (home / "letter.txt").unlink()
    assert run(["export", str(folder), "--to", "sqlite", "--out", str(home), "--overwrite"]) == 0
    assert run(["export", str(folder), "--to", "datapackage", "--out", str(home), "--overwrite"]) == 0
    (home / "letter.txt").write_text("dear", "utf-8")
    assert run(["export", str(folder), "--to", "datapackage", "--out", str(home), "--overwrite"]) == 2
    assert (home / "letter.txt").read_text("utf-8") == "dear"


def test_text_goes_to_standard_output_and_a_database_does_not(folder, capfdbinary):
    assert run(["export", str(folder), "--to", "plover", "--out", "-"]) == 0
    out = capfdbinary.readouterr().out
    assert all(json.loads(line)["event"] for line in out.splitlines())
    assert run(["export", str(folder), "--to", "geopackage", "--out", "-"]) == 2


@pytest.mark.parametrize(
    ("options", "word"),
    [
        (["--to", "dbf"], "dbf"),
        (["--to", "acled", "--from", "yesterday"], "--from"),
        (["--to", "acled", "--truce", "shellings"], "shelling"),
        (["--to", "acled", "--grade", "good"], "independent"),
        (["--to", "acled", "--unprotected", " "], "reason"),
        (["--to", "acled", "--out", "/nowhere/at/all.csv"], "folder"),
        ([], "--to"),
    ],
)
def test_what_is_wrong_is_told_in_a_line(folder, options, word, capsys):
    assert run(["export", str(folder), *options]) == 2
    assert word in capsys.readouterr().err


def test_without_the_policy_it_is_on_record_with_the_reason_and_the_dossier_still_verifies(folder, tmp_path):
    out = tmp_path / "coded.jsonl"
    assert run(["export", str(folder), "--to", "jsonl", "--out", str(out), "--unprotected", "order 12/2031"]) == 0
    entry = json.loads((folder / "evidence" / "custody.jsonl").read_text("utf-8").splitlines()[-1])
    assert (entry["action"], entry["detail"]) == ("exported", {"as": "jsonl", "name": "coded.jsonl", "why": "order 12/2031"})
    assert "order 12/2031" not in out.with_name("coded.jsonl.about.json").read_text("utf-8")
    assert list(verify_folder(folder)) == []


def test_a_name_that_is_allowed_leaves_and_its_use_is_on_record(folder, tmp_path):
    toml = folder / "dossier.toml"
    allow = f'\n[[protection.allow]]\nname = "{made.PRIVATE}"\nreason = "asked to be named"\nby = "A. Reviewer"\nat = "2031-05-21"\n'
    toml.write_text(toml.read_text("utf-8") + allow, "utf-8")
    assert run(["export", str(folder), "--to", "plover", "--out", str(tmp_path / "p.jsonl")]) == 0
    assert made.PRIVATE in (tmp_path / "p.jsonl").read_text("utf-8")
    assert json.loads((tmp_path / "p.jsonl.about.json").read_text("utf-8"))["protection"]["overrides_used"] == 1
    assert '"action":"override"' in (folder / "evidence" / "custody.jsonl").read_text("utf-8").splitlines()[-1]


def test_what_fails_half_way_leaves_nothing_and_what_was_there_stays(folder, tmp_path, monkeypatch):
    out = tmp_path / "out.geojson"
    out.write_text("what was there", "utf-8")
    monkeypatch.setattr("trucewatch.publishing.exports.geojson.feature", lambda _: 1 / 0)
    with open_dossier(folder, write=True) as dossier, pytest.raises(ZeroDivisionError):
        shipping.ship(Handover(dossier), exports.exporter("geojson"), out)
    assert [path.name for path in tmp_path.iterdir() if path != folder] == ["out.geojson"]
    assert out.read_text("utf-8") == "what was there"


def test_an_output_that_cannot_be_written_is_one_clear_error(folder, tmp_path):
    with open_dossier(folder, write=True) as dossier, pytest.raises(TrucewatchError) as error:
        shipping.ship(Handover(dossier), exports.exporter("geojson"), tmp_path / "gone" / "out.geojson")
    assert error.value.code == "unwritable"


# -- filters ------------------------------------------------------------------------------------------------------------------------


def test_filters_choose_incidents_and_what_tells_of_them(folder, tmp_path):
    chosen = every(
        folder,
        tmp_path,
        "geojson",
        "jsonl",
        "plover",
        "sqlite",
        "annotations",
        wanted=Filter(begin="2031-05-06", until="2031-05-06"),
    )
    about = chosen.about("geojson")
    assert about["filters"] == {"begin": "2031-05-06", "until": "2031-05-06"}
    assert about["rows_in"]["incidents"]["chosen"] == about["rows_out"]["incidents"] == 1
    assert about["rows_in"]["reports"] == {"dossier": 7, "chosen": 1}
    assert chosen.about("jsonl")["rows_out"] == {"events": 1, "reports": 1}
    assert chosen.about("plover")["rows_out"] == {"events": 1}
    assert chosen.about("sqlite")["rows_out"]["reports"] == 1
    assert chosen.about("annotations")["rows_out"] == {"events": 1, "places": 1, "times": 1}
    with sqlite3.connect(chosen.path("sqlite") / "dossier.db") as conn:
        assert conn.execute("PRAGMA foreign_key_check").fetchall() == []


def test_what_a_reviewer_rejects_is_in_no_rows_and_counted(folder, tmp_path):
    with open_dossier(folder, write=True) as dossier:
        query = select(events.c.key).where(events.c.truce == "detention")
        key = dossier.read(lambda conn: conn.scalar(query))
        DossierDesk(dossier).record(Request("reject", "Ana Reviewer", event=key))
    left = every(folder, tmp_path, "plover", "cameo", "sqlite", "geojson", "jsonl", "annotations")
    for name in ("plover", "cameo", "sqlite", "geojson", "annotations"):
        assert left.about(name)["left_out"]["rejected by a reviewer"] == 1
        assert key.rpartition("/")[2] not in text_of(left.path(name))
    assert left.about("jsonl")["left_out"] == {}
    assert key.rpartition("/")[2] in left.path("jsonl").read_text("utf-8")


def test_a_filter_that_finds_nothing_gives_whole_empty_files(folder, tmp_path):
    names = ("acled", "annotations", "datapackage", "geojson", "geopackage", "geoparquet")
    empty = every(folder, tmp_path, *names, wanted=Filter(begin="1990-01-01", until="1990-01-02"))
    for name in set(names) - NEEDS.keys():
        assert not sum(empty.about(name)["rows_out"].values())
    assert json.loads(empty.path("geojson").read_text("utf-8"))["features"] == []
    assert json.loads(empty.path("annotations").read_text("utf-8"))["total"] == 0


def test_incidents_for_bulletins_and_ledgers_do_not_give_the_point_away_either(export_dossier, tmp_path):
    folder = Path(shutil.copytree(export_dossier, tmp_path / "karsh"))
    with open_dossier(folder, write=True) as dossier:
        held = list(leaving(dossier, None))
    spots = [
        s for one in held for a in one.accounts for s in (a.place, *a.near, *a.about, *(a.scene.places if a.scene else ())) if s
    ]
    assert any(spot.latitude is not None for spot in spots)
    assert made.EXACT[0] not in {spot.latitude for spot in spots}
