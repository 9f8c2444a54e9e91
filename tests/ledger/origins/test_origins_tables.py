"""The tables of the origins part are well formed and do what they are for."""

from __future__ import annotations

from importlib.resources import files

import pytest

from trucewatch.knowledge.actors import ROLE_CODES
from trucewatch.ledger.origins.tables import table
from trucewatch.ledger.origins.wording import fold, is_furniture
from trucewatch.model import TrucewatchError

DATA = files("trucewatch.ledger.origins").joinpath("data")
TABLES = sorted(path.name.removesuffix(".tsv") for path in DATA.iterdir() if path.name.endswith(".tsv"))


@pytest.mark.parametrize("name", TABLES)
def test_every_table_cites_its_source_and_has_no_row_twice(name):
    header = [line for line in DATA.joinpath(f"{name}.tsv").read_text("utf-8").splitlines() if line.startswith("#")]
    assert any(line.startswith("# Source: ") for line in header)
    rows = [tuple(row.values()) for row in table(name)]
    assert rows
    assert len(rows) == len(set(rows))
    assert all(cell and cell == cell.strip() for row in rows for cell in row)


def test_a_broken_table_is_named_with_its_line(monkeypatch, tmp_path):
    tmp_path.joinpath("data").mkdir()
    tmp_path.joinpath("data", "broken.tsv").write_text("# Source: none\nword\tkind\nmay\n", encoding="utf-8")
    monkeypatch.setattr("trucewatch.ledger.origins.tables.files", lambda _: tmp_path)
    with pytest.raises(TrucewatchError, match=r"broken\.tsv:3"):
        table("broken")


def test_furniture_phrases_are_lower_case_and_drop_a_paragraph_of_their_own():
    for row in table("furniture"):
        assert row["how"] in {"starts", "contains", "heads"}
        assert 20 <= int(row["most"]) <= 150
        assert row["phrase"] == row["phrase"].lower()
        if row["how"] != "heads":
            assert is_furniture(row["phrase"].capitalize() + " now.")


def test_notices_drop_short_paragraphs_only():
    for row in table("notices"):
        assert row["relation"] in {"republished", "translated", "quoted"}
        assert is_furniture(f"This text: {row['phrase']} Hill Tribune, 3 May 2024.")
        assert not is_furniture(" ".join([row["phrase"], *["the shelling went on"] * 15]))


def test_number_words_fold_to_their_figures():
    assert all(fold(row["word"].upper()) == row["figure"] for row in table("quantities"))


def test_calendar_has_every_day_and_month():
    kinds = [row["kind"] for row in table("calendar") if len(row["word"]) > 4 or row["word"] in {"may", "june", "july"}]
    assert (kinds.count("day"), kinds.count("month")) == (7, 12)


def test_bodies_have_role_codes_of_the_actor_file():
    assert {row["role"] for row in table("bodies")} <= set(ROLE_CODES)
    assert all(row["phrase"] == row["phrase"].lower() for row in table("bodies"))


def test_unnamed_words_are_single_and_folded():
    assert {row["use"] for row in table("unnamed")} == {"open", "hidden", "small", "plain"}
    assert all(row["word"] == row["word"].lower() and " " not in row["word"] for row in table("unnamed"))
    assert len({row["word"] for row in table("unnamed")}) == len(table("unnamed"))
