"""Linters of the claims room's data files."""

from __future__ import annotations

import pytest

from trucewatch.coding.claims import lexicon
from trucewatch.coding.claims.linking import weights

FILES = {"cues.tsv": 5, "modality.tsv": 4, "people.tsv": 2, "opinion.tsv": 2, "phrases.tsv": 2, "linker.tsv": 2, "deeds.tsv": 2}


@pytest.mark.parametrize("name", FILES)
def test_a_file_says_where_it_comes_from(name):
    text = (lexicon.files("trucewatch.coding.claims") / "data" / name).read_text(encoding="utf-8")
    assert "# source:" in text


@pytest.mark.parametrize("name", FILES)
def test_rows_are_whole_and_not_repeated(name):
    rows = lexicon.read_rows(name, FILES[name])
    assert rows
    assert len(set(rows)) == len(rows)
    assert all(field == field.strip() and field for row in rows for field in row)


def test_cues_use_known_kinds_and_frames():
    for (kind, lemma), entries in lexicon.cues().entries.items():
        assert kind in lexicon.KINDS
        assert lemma == lemma.lower()
        frames = [frame for entry in entries for frame in entry.frames]
        assert set(frames) <= set(lexicon.FRAMES)
        assert len(frames) == len(set(frames)), f"two rows of {lemma} claim one frame"


def test_every_stance_has_a_cue():
    used = {entry.stance for entries in lexicon.cues().entries.values() for entry in entries}
    assert used == set(lexicon.STANCES)


def test_modality_names_known_signs():
    assert {row.sign for row in lexicon.modality()} <= {"future", "obligation", "negated"}
    assert {row.subject for row in lexicon.modality()} <= {"self", "any"}


@pytest.mark.parametrize("name", ["people.tsv", "opinion.tsv", "phrases.tsv"])
def test_word_classes_are_lower_case(name):
    assert all(word == word.lower() for words in lexicon.words(name).values() for word in words)


@pytest.mark.parametrize("name", ["people.tsv", "opinion.tsv", "phrases.tsv"])
def test_every_word_class_is_explained_in_the_header(name):
    text = (lexicon.files("trucewatch.coding.claims") / "data" / name).read_text(encoding="utf-8")
    header = "\n".join(line for line in text.splitlines() if line.startswith("#"))
    assert [kind for kind in lexicon.words(name) if kind not in header] == []


def test_a_medium_is_not_a_person_or_hearsay():
    phrases, people = lexicon.words("phrases.tsv"), lexicon.words("people.tsv")
    assert not phrases["medium"] & (phrases["hearsay"] | people["person"])
    assert not phrases["hearsay"] & people["body"]


def test_phrases_that_open_a_claim_end_in_of():
    assert ("in", "the", "words", "of") in lexicon.prepositions()
    assert all(phrase[-1] == "of" for phrase in lexicon.prepositions())


def test_what_judges_only_as_a_predicate_is_an_evaluation():
    opinion = lexicon.words("opinion.tsv")
    assert opinion["plain"] <= opinion["evaluation"]


def test_no_given_name_is_of_both_genders():
    people = lexicon.words("people.tsv")
    assert not people["name-m"] & people["name-f"]


def test_the_linker_has_weights_for_both_choices_of_none():
    assert {"content:none", "source:none"} <= weights().keys()
    assert all(abs(value) < 50 for value in weights().values())


def test_a_row_with_a_missing_field_is_named():
    with pytest.raises(lexicon.TrucewatchError, match=r"people\.tsv:\d+: 2 fields instead of 3"):
        lexicon.read_rows("people.tsv", 3)
