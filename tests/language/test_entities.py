"""Entities of two heads, mended and joined."""

from trucewatch.language.entities import merge, tidy, with_facilities


def test_the_second_head_fills_only_gaps() -> None:
    first = [("organisation", 2, 4, 0.9)]
    second = [("place", 0, 1, 0.9), ("person", 3, 5, 0.9), ("event", 6, 7, 0.9), ("place", 8, 9, 0.2)]
    assert merge(first, second) == [("place", 0, 1, 0.9), ("organisation", 2, 4, 0.9)]


def test_a_name_is_not_a_vehicle() -> None:
    assert merge([("vehicle", 0, 1, 0.8)], [("organisation", 0, 1, 0.9)]) == [("organisation", 0, 1, 0.9)]


def test_an_article_belongs_to_its_noun() -> None:
    found = [("weapon", 0, 1, 0.8), ("weapon", 1, 3, 0.9)]
    assert tidy(found, ["DET", "PROPN", "NOUN"]) == [("weapon", 0, 3, 0.9)]


def test_a_conjunction_ends_no_entity_and_function_words_are_none() -> None:
    found = [("organisation", 0, 2, 0.5), ("quantity", 3, 4, 0.5)]
    assert tidy(found, ["NOUN", "CCONJ", "NOUN", "ADP"]) == [("organisation", 0, 1, 0.5)]


def test_two_numbers_side_by_side_stay_two() -> None:
    found = [("quantity", 0, 1, 0.5), ("quantity", 1, 2, 0.5)]
    assert tidy(found, ["NUM", "NUM"]) == found


def test_a_place_headed_by_a_building_is_a_facility() -> None:
    lemmas, upos = ["the", "hospital", "in", "Horlivka"], ["DET", "NOUN", "ADP", "PROPN"]
    assert with_facilities([("place", 0, 4, 0.9)], lemmas, upos) == [("facility", 0, 4, 0.9)]
    assert with_facilities([("place", 3, 4, 0.9)], lemmas, upos) == [("place", 3, 4, 0.9)]
