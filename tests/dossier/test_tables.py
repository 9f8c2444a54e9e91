"""Linter of the protection tables."""

from __future__ import annotations

import re
from importlib.resources import files

import pytest

from trucewatch.dossier.masking import tables
from trucewatch.dossier.masking.places import TOWNS
from trucewatch.ledger.forms import variants, words_of
from trucewatch.model import TrucewatchError

NAMES = {"public_roles.tsv": tables.ROLE_COLUMNS, "protected_sites.tsv": tables.SITE_COLUMNS}


def raw(name):
    return (files("trucewatch.dossier") / "data" / name).read_text("utf-8")


def rows(name):
    lines = [line for line in raw(name).splitlines() if line and not line.startswith("#")]
    return [dict(zip(NAMES[name], line.split("\t"), strict=True)) for line in lines[1:]]


@pytest.mark.parametrize("name", NAMES)
def test_bytes_are_tidy_and_the_header_tells_the_second_reading(name):
    text = raw(name)
    assert text.endswith("\n")
    assert "\r" not in text
    assert "Second reading" in text
    for line in text.splitlines():
        assert all(cell == cell.strip() for cell in line.split("\t"))


@pytest.mark.parametrize("name", NAMES)
def test_every_row_has_a_source_and_its_own_name(name):
    first = NAMES[name][0]
    names = [row[first] for row in rows(name)]
    assert len(names) == len(set(names))
    assert all(re.fullmatch(r"[a-z-]+", found) for found in names)
    assert all(row["source"] for row in rows(name))


@pytest.mark.parametrize("name", NAMES)
def test_no_form_belongs_to_two_rows(name):
    owners = {}
    for row in rows(name):
        for form in row["forms"].split("|"):
            for text in variants(form):
                owner = owners.setdefault(words_of(text), row[NAMES[name][0]])
                assert owner == row[NAMES[name][0]], text


def test_placeholders_read_as_words_and_titles_have_none():
    for role in tables.roles().values():
        assert bool(role.placeholder) == (role.standing != "title"), role
        assert role.standing == "title" or re.fullmatch(r"an? [a-z ]+", role.placeholder)
    assert all(re.fullmatch(r"an? [a-z ]+", kind.placeholder) for kind in tables.sites().values())


def test_the_roles_of_the_brief_are_there():
    standing = {" ".join(form): role.standing for form, role in tables.roles().items()}
    for word in ("minister", "spokesperson", "commander", "president", "ambassador"):
        assert standing[word] == "public"
    for word in ("resident", "witness", "relative", "doctor", "driver", "teacher", "student", "victim", "reporter", "detainee"):
        assert standing[word] == "private"


def test_the_kinds_of_sites_are_there():
    assert {kind.name for kind in tables.sites().values()} == {
        "hospital", "clinic", "camp", "school", "shelter", "worship", "convoy", "distribution",
    }  # fmt: skip
    assert "camp" not in TOWNS


def test_a_broken_table_names_the_row(monkeypatch):
    monkeypatch.setattr(tables, "_rows", lambda *_: [["elder", "secret", "elder", "an elder", "x"]])
    with pytest.raises(TrucewatchError, match="elder") as error:
        tables.roles.__wrapped__()
    assert error.value.code == "protection-table-broken"
