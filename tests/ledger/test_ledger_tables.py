"""The ledger's data files: whole, sourced, and of one piece with the ontology."""

from __future__ import annotations

from importlib.resources import files

import pytest

from trucewatch import ontology
from trucewatch.ledger import tables
from trucewatch.model import TrucewatchError

NAMES = ("compare", "families", "groups", "limits", "nouns", "objects", "relations", "stopwords", "strands")
FAMILIES = {r["family"] for r in tables.rows("families.tsv")}


@pytest.mark.parametrize("name", NAMES)
def test_a_table_says_where_it_comes_from(name):
    text = (files("trucewatch.ledger") / "data" / f"{name}.tsv").read_text("utf-8")
    comments = [line for line in text.splitlines() if line.startswith("#")]
    assert any("Source:" in line for line in comments)
    assert list(tables.rows(f"{name}.tsv"))


def test_a_row_with_too_few_cells_is_refused(monkeypatch):
    class File:
        def joinpath(self, *_):
            return self

        def read_text(self, **_):
            return "one\tother\tlevel\nshelling\tassault\n"

    monkeypatch.setattr(tables, "files", lambda _: File())
    with pytest.raises(TrucewatchError, match="line 2"):
        list(tables.rows("relations.tsv"))


def test_every_type_mode_and_category_has_a_family():
    known = ontology.load()
    for type_ in known.types:
        for mode in (None, *known.modes(type_.name)):
            assert tables.family(type_.name, mode, None).name in FAMILIES
    for truce in known.truces:
        assert all(tables.family(name, None, truce.id).name in FAMILIES for name in truce.types)


def test_families_name_what_the_ontology_has():
    known = ontology.load()
    for r in tables.rows("families.tsv"):
        assert r["type"] == "*" or known.type(r["type"])
        assert r["truce"] in {"*", "+"} or known.truce(r["truce"])
        assert r["mode"] == "*" or any(r["mode"] in known.modes(t.name) for t in known.types)
        assert r["standing"] in {"act", "word"}


def test_a_word_about_an_act_is_no_act_but_a_signature_is():
    assert tables.family("ACCUSE", "disapprove", None).standing == "word"
    assert tables.family("SUPPORT", None, "agreement signed").standing == "act"
    assert tables.family("REQUEST", "yield", "withdrawal").standing == "act"
    assert tables.family("REQUEST", "yield", None).standing == "word"


def test_relations_name_families_once():
    pairs = [frozenset((r["one"], r["other"])) for r in tables.rows("relations.tsv")]
    assert len(pairs) == len(set(pairs))
    assert {name for pair in pairs for name in pair} <= FAMILIES
    assert {r["level"] for r in tables.rows("relations.tsv")} == {"close", "loose"}


def test_close_families_meet_in_one_group():
    assert {r["family"] for r in tables.rows("groups.tsv")} == FAMILIES
    for r in tables.rows("relations.tsv"):
        if r["level"] == "close":
            assert set(tables.groups(r["one"])) & set(tables.groups(r["other"])), r


def test_groups_are_two_at_most():
    assert all(len(tables.groups(name)) <= 2 for name in FAMILIES)


def test_nouns_can_mean_families_that_are_there():
    assert {name for found in tables.nouns().values() for name in found} <= FAMILIES


@pytest.mark.parametrize("name", ["compare", "strands"])
def test_weights_are_numbers_near_their_priors(name):
    found = list(tables.rows(f"{name}.tsv"))
    assert len({r["feature"] for r in found}) == len(found)
    assert all(abs(float(r["weight"]) - float(r["prior"])) < 4 and r["what"] for r in found)


def test_things_are_found_in_the_plural_and_once():
    assert [t.name for t in tables.things("Two markets, a market and the bus station")] == ["market", "bus station"]


def test_stopwords_are_small_letters_and_once():
    words = [r["word"] for r in tables.rows("stopwords.tsv")]
    assert len(words) == len(set(words))
    assert all(word == word.lower() for word in words)


def test_common_words_are_stems_in_order_with_a_share():
    found = [(r["word"], float(r["share"])) for r in tables.rows("common.tsv")]
    words = [word for word, _ in found]
    assert words == sorted(set(words))
    assert all(0.01 <= share <= 1 for _, share in found)
    assert not set(words) & tables.stopwords()
