"""Linter of the actor file's tables."""

from __future__ import annotations

import itertools
import re
from collections import defaultdict
from pathlib import Path

import pytest

import trucewatch.knowledge.actors as room
from trucewatch.knowledge.actors.atoms import key
from trucewatch.knowledge.actors.tables import cells, read_table
from trucewatch.knowledge.actors.vocabulary import ACTOR_TYPES, ROLE_CODES

DATA = Path(room.__file__).parent / "data"
TABLES = {path.stem: read_table(path) for path in sorted(DATA.glob("*.tsv"))}
NAMED = ("groups", "organisations", "media", "persons")
ISO_DATE = re.compile(r"^\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?$")
MULTI = ("aliases", "near", "adjectives", "nouns", "metonyms", "forms")
LOADED = {"regime", "terrorist", "terrorists", "terrorist group", "extremists", "puppet", "bandits", "fascists"}


def every_row():
    return [(name, row) for name, table in TABLES.items() for row in table.rows]


def test_all_tables_are_there():
    assert set(TABLES) == {
        "states", "roles", "peoples", "institutions", "groups", "organisations", "media", "persons", "phases",
    }  # fmt: skip


@pytest.mark.parametrize("name", sorted(TABLES))
def test_header_says_what_and_when_reread(name):
    header = " ".join(TABLES[name].header)
    assert len(TABLES[name].header) >= 2
    assert "Second reading" in header
    assert "2026-11-23" in header


@pytest.mark.parametrize("name", sorted(TABLES))
def test_bytes_are_tidy(name):
    text = TABLES[name].path.read_text(encoding="utf-8")
    assert text.endswith("\n")
    assert "\r" not in text
    for line in text.splitlines():
        assert line == line.rstrip(" ")
        for cell in line.split("\t"):
            assert cell == cell.strip()
            assert "  " not in cell


@pytest.mark.parametrize("name", sorted(TABLES))
def test_rows_are_sorted(name):
    rows = TABLES[name].rows
    if name == "roles":
        keys = [(row["role"], row["name"]) for row in rows]
    elif name == "states":
        keys = [(row["iso3"],) for row in rows]
    elif name == "institutions":
        keys = [(row["id"], row["metonym"], row["source"]) for row in rows]
    else:
        keys = [(row["id"], row.get("since", "")) for row in rows]
    assert keys == sorted(keys)


def test_ids_are_unique():
    for name in ("groups", "organisations", "media", "peoples"):
        ids = [row["id"] for row in TABLES[name].rows]
        assert len(ids) == len(set(ids)), [i for i in ids if ids.count(i) > 1]
    offices = [(row["id"], row["since"]) for row in TABLES["persons"].rows]
    assert len(offices) == len(set(offices))
    every = [{row["id"] for row in TABLES[name].rows} for name in (*NAMED, "peoples")]
    assert sum(map(len, every)) == len(set().union(*every))


def test_offices_of_one_person_agree_and_do_not_overlap():
    offices = defaultdict(list)
    for row in TABLES["persons"].rows:
        offices[row["id"]].append(row)
    for rows in offices.values():
        assert len({(row["name"], row["country"]) for row in rows}) == 1
        assert not any(row["aliases"] or row["near"] for row in rows[1:]), rows[0]["id"]
        for before, after in itertools.pairwise(rows):
            assert before["until"]
            assert before["until"] <= after["since"]


def test_dates_are_iso_and_in_order():
    for name, row in every_row():
        since, until = row.get("since", ""), row.get("until", "")
        for date in (since, until):
            assert not date or ISO_DATE.match(date), (name, row)
        if since and until:
            width = min(len(since), len(until))
            assert since[:width] <= until[:width], (name, row)


def test_types_codes_and_countries_are_in_the_vocabularies():
    countries = {row["iso3"] for row in TABLES["states"].rows} | {"", "HKG"}
    for name, row in every_row():
        if "type" in row:
            assert row["type"] in ACTOR_TYPES, (name, row)
        if "country" in row:
            assert row["country"] in countries, (name, row)
        if name == "roles":
            assert row["role"] in ROLE_CODES | {"": ""}
            assert row["type"] == ROLE_CODES[row["role"]]
        if name == "institutions":
            country, _, role = row["id"].partition("-")
            assert country in countries
            assert role in ROLE_CODES
        if name in NAMED:
            assert re.fullmatch(r"[A-Z]{3}([A-Z]{3})*", row["code"]), (name, row)
            assert re.fullmatch(r"[a-z0-9]+(\.[a-z0-9-]+)+", row["id"]), row["id"]


def test_every_row_has_a_source_and_sources_are_known_phrases():
    sources = {row["source"] for _, row in every_row()}
    assert "" not in sources
    assert len(sources) < 30, sources


def test_successors_exist():
    ids = {row["id"] for row in TABLES["groups"].rows} | {row["id"] for row in TABLES["organisations"].rows}
    for name in ("groups", "organisations"):
        for row in TABLES[name].rows:
            assert not row["successor"] or row["successor"] in ids, row


def test_phases_name_known_actors_and_do_not_overlap():
    named = {row["id"] for name in NAMED for row in TABLES[name].rows}
    by_id = defaultdict(list)
    for row in TABLES["phases"].rows:
        country, _, role = row["id"].partition("-")
        assert row["id"] in named or (role in ROLE_CODES and len(country) == 3), row
        by_id[row["id"]].append(row)
    for rows in by_id.values():
        for before, after in itertools.pairwise(rows):
            assert before["until"], before
            assert before["until"] < after["since"], after


def test_no_loaded_word_names_an_actor():
    for name, row in every_row():
        if name in NAMED or name == "institutions":
            for text in (row.get("name", ""), *cells(row["aliases"]), *cells(row["near"])):
                assert key(text) not in LOADED, (name, row)
                assert not re.search(r"\b(terrorists?|regimes?|puppets?|extremists?)\b", text, re.IGNORECASE), (name, text)


def test_forms_are_not_repeated_within_a_row():
    for name, row in every_row():
        own = {key(row["name"])} if name in NAMED else set()
        for column in MULTI:
            keys = [key(text) for text in cells(row.get(column, ""))]
            if column in {"aliases", "near"}:
                assert len(keys) == len(set(keys)), (name, row["name"] if "name" in row else row["id"], column)
                assert not own & set(keys), (name, row.get("name"), column)
            assert "" not in keys


def spans(rows):
    return sorted((row["since"] or "0", row["until"] or "9") for row in rows)


def test_aliases_do_not_collide_unless_dates_or_country_part_them():
    bearers = defaultdict(dict)
    for name in NAMED:
        for row in TABLES[name].rows:
            for text in (row["name"], *cells(row["aliases"]), *cells(row["near"])):
                bearers[key(text)].setdefault(row["id"], row)
    clashes = []
    for text, rows in bearers.items():
        by_country = defaultdict(list)
        for row in rows.values():
            by_country[row["country"]].append(row)
        for same in by_country.values():
            dated = spans(same)
            if any(after[0] < before[1] for before, after in itertools.pairwise(dated)):
                clashes.append((text, [row["id"] for row in same]))
    assert not clashes


def test_all_states_are_there():
    codes = {row["iso3"] for row in TABLES["states"].rows}
    assert len(codes) >= 195
    assert {"SYR", "TUR", "RUS", "USA", "XKX", "PSE", "TWN", "SSD", "VAT", "ESH"} <= codes


def test_the_file_is_wide_enough():
    assert len(TABLES["groups"].rows) > 600
    assert len(TABLES["organisations"].rows) > 250
    assert len(TABLES["media"].rows) > 400
    assert len(TABLES["persons"].rows) > 500


def test_institutions_do_not_borrow_each_other_s_names():
    bearers = defaultdict(set)
    for row in TABLES["institutions"].rows:
        for text in cells(row["aliases"]):
            bearers[key(text)].add(row["id"])
    for name in NAMED:
        for row in TABLES[name].rows:
            for text in (row["name"], *cells(row["aliases"])):
                if key(text) in bearers:
                    bearers[key(text)].add(row["id"])
    assert not {text: ids for text, ids in bearers.items() if len(ids) > 1}
