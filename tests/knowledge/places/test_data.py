"""Linters for the data files of the place room."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import pytest

from trucewatch.knowledge.places import Gazetteer
from trucewatch.knowledge.places.normalise import key
from trucewatch.knowledge.places.tables import DATA, KINDS, SUPPLEMENT_COLUMNS, Row, read, supplement
from trucewatch.model import TrucewatchError

if TYPE_CHECKING:
    from pathlib import Path


@lru_cache
def rows(name: str) -> list[Row]:
    return list(read(DATA / name))


TABLES = sorted(path.name for path in DATA.glob("*.tsv"))
ISO3 = {row["iso3"] for row in read(DATA / "countries.tsv")}
DEMONYM_KINDS = {"", "ambiguous", "historical", "region", "group", "international"}


@pytest.mark.parametrize("name", TABLES)
def test_every_table_cites_its_source_first(name: str) -> None:
    head = [line for line in (DATA / name).read_text(encoding="utf-8").splitlines()[:8] if line.startswith("#")]
    assert any(line.startswith("# Source:") for line in head)


@pytest.mark.parametrize("name", TABLES)
def test_every_table_has_whole_rows(name: str) -> None:
    assert rows(name)


@pytest.mark.parametrize(("name", "column"), [("countries.tsv", "iso3"), ("demonyms.tsv", "demonym"), ("admin1.tsv", "code"),
                                              ("admin2.tsv", "code"), ("disputed.tsv", "code"), ("stopnames.tsv", "word"),
                                              ("abbreviations.tsv", "code")])  # fmt: skip
def test_no_row_twice(name: str, column: str) -> None:
    values = [row[column] for row in rows(name)]
    assert len(values) == len(set(values))


@pytest.mark.parametrize("name", ["countries.tsv", "admin1.tsv", "admin2.tsv"])
def test_coordinates_are_on_earth(name: str) -> None:
    for row in rows(name):
        assert -90 <= float(row["latitude"]) <= 90
        assert -180 <= float(row["longitude"]) <= 180


def test_all_countries_are_there() -> None:
    assert len(ISO3) >= 249
    assert all(len(code) == 3 and code.isupper() for code in ISO3)


def test_demonyms_name_known_countries_and_kinds() -> None:
    for row in read(DATA / "demonyms.tsv"):
        assert row["kind"] in DEMONYM_KINDS
        assert row["iso3"] in ISO3 or (not row["iso3"] and row["kind"] == "international"), row


def test_codes_of_disputed_and_abbreviated_divisions_exist() -> None:
    codes = {row["code"] for row in read(DATA / "admin1.tsv")}
    for name in ("disputed.tsv", "abbreviations.tsv"):
        assert {row["code"] for row in read(DATA / name)} <= codes


def test_supplement_rows() -> None:
    seen = set()
    for row in supplement(DATA / "supplement.tsv"):
        assert row.country is None or row.country in ISO3, row
        assert row.kind in KINDS
        assert row.latitude is not None
        assert row.longitude is not None
        assert set(row.flags) <= {"disputed", "historical"}
        assert (key(row.name), row.country) not in seen, row.name
        seen.add((key(row.name), row.country))
    assert len(seen) > 400


def test_every_supplement_name_is_found_where_it_says() -> None:
    gazetteer = Gazetteer.load()
    for row in supplement(DATA / "supplement.tsv"):
        for name in (row.name, *row.aliases):
            countries = {c.entry.country for c in gazetteer.lookup(name) if c.match == "exact"}
            assert row.country in countries, name


def test_supplement_divisions_are_known() -> None:
    gazetteer = Gazetteer.load()
    for row in supplement(DATA / "supplement.tsv"):
        if row.admin1:
            assert row.country is not None
            assert key(row.admin1) in {key(entry.name) for entry in gazetteer.divisions(row.country)}, row.name


def test_gazetteer_file_is_lean() -> None:
    assert (DATA / "gazetteer.sqlite").stat().st_size < 30 * 1024 * 1024


def _table(folder: Path, *rows: str) -> Path:
    path = folder / "own.tsv"
    path.write_text("\n".join(("# own", "\t".join(SUPPLEMENT_COLUMNS), *rows)) + "\n", encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("row", "why"),
    [
        ("Hill 402\t\tsite\tSYR\tIdlib\t95\t36\t1\t\tnotes", "beyond 90"),
        ("Hill 402\t\tsite\tSYR\tIdlib\tnorth\t36\t1\t\tnotes", "not a number"),
        ("Hill 402\t\tknoll\tSYR\tIdlib\t35\t36\t1\t\tnotes", "unknown kind"),
        ("Hill 402\t\tsite\tSYR\tIdlib\t35\t36\t9\t\tnotes", "precision"),
        ("Hill 402\t\tsite\tSYR\tIdlib\t35\t36\t1\t\t", "source"),
        ("Hill 402\tsite", "cells"),
    ],
)
def test_a_bad_row_is_named_with_its_line(tmp_path: Path, row: str, why: str) -> None:
    with pytest.raises(TrucewatchError, match=why) as caught:
        Gazetteer.load(extra=[_table(tmp_path, row)])
    assert caught.value.code == "bad-gazetteer-row"
    assert caught.value.where.endswith("own.tsv:3")


def test_a_wrong_column_line_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "own.tsv"
    path.write_text("name\tlat\nX\t1\n", encoding="utf-8")
    with pytest.raises(TrucewatchError, match="columns must be"):
        Gazetteer.load(extra=[path])


def test_own_places_are_found_and_change_the_version(tmp_path: Path) -> None:
    path = _table(tmp_path, "Hill 402\tPoint 402\tsite\tSYR\tIdlib\t35.8\t36.5\t1\t\tfield notes")
    gazetteer = Gazetteer.load(extra=[path])
    assert gazetteer.lookup("point 402")[0].entry.name == "Hill 402"
    assert gazetteer.version.startswith(Gazetteer.load().version + "+")


def test_a_missing_gazetteer_says_so(tmp_path: Path) -> None:
    with pytest.raises(TrucewatchError) as caught:
        Gazetteer.load(tmp_path / "none.sqlite")
    assert caught.value.code == "no-gazetteer"


def test_a_broken_gazetteer_says_so(tmp_path: Path) -> None:
    path = tmp_path / "broken.sqlite"
    path.write_bytes(b"not a database at all" * 300)
    with pytest.raises(TrucewatchError) as caught:
        Gazetteer.load(path).lookup("Idlib")
    assert caught.value.code == "no-gazetteer"
