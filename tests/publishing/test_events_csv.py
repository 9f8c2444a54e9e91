from __future__ import annotations

import csv
import io
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publishing import samples
from trucewatch.model.rows import COLUMN_MEANINGS, COLUMNS
from trucewatch.publishing.events_csv import EventsCsv, cell

DOCS = Path(__file__).parents[2] / "docs" / "output.md"


def written(*records):
    stream = io.StringIO(newline="")
    writer = EventsCsv().open(stream)
    for record in records:
        writer.write(record)
    writer.close()
    return stream.getvalue()


def rows(*records):
    return list(csv.DictReader(io.StringIO(written(*records), newline="")))


def test_one_event_a_row_in_the_documented_order():
    text = written(samples.coded())
    assert text.splitlines()[0].split(",") == list(COLUMNS)
    found = rows(samples.coded())
    assert [row["event_id"] for row in found] == ["e-1111111111", "e-2222222222", "e-3333333333"]
    first = found[0]
    assert (first["killed_low"], first["killed_best"], first["injured_best"], first["latitude"]) == ("3", "3", "", "36.5")
    assert (first["claimant"], first["stance"], first["published"], first["time_value"]) == (
        "the Aldun Front",
        "asserts",
        "2031-05-06",
        "2031-05-04",
    )
    assert found[1]["time_value"] == ""
    assert found[2]["at_risk"] == "Mira Tolen"


def test_the_header_is_there_even_when_nothing_is_coded():
    assert written() == written(samples.failed(), samples.skipped()) == ",".join(COLUMNS) + "\n"


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n", " =", "\u00a0=", "＝", "\ufeff="])
def test_a_cell_is_never_a_formula(start):
    assert cell(f"{start}HYPERLINK(1)").startswith("'")


def test_hostile_fields_stay_text():
    for row in rows(samples.hostile("=cmd|' /C calc'!A0")):
        assert not [value for value in row.values() if value.startswith("=")]


@given(st.text())
def test_whatever_the_text_the_file_reads_back(text):
    stream = io.StringIO(newline="")
    csv.writer(stream, lineterminator="\n").writerow([cell(text), "end"])
    stream.getvalue().encode("utf-8")
    assert next(csv.reader(io.StringIO(stream.getvalue(), newline="")))[1] == "end"


def test_numbers_and_gaps():
    assert [cell(value) for value in (None, 0, -3.5, "")] == ["", "0", "-3.5", ""]


def test_the_documentation_holds_the_same_columns():
    documented = re.findall(
        r"^\| `(\w+)` \| (.+?) \|$", DOCS.read_text("utf-8").split("## csv")[1].split("\n## ")[0], re.MULTILINE
    )
    assert documented == list(COLUMN_MEANINGS)
