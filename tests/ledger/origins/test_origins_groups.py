"""Reports that are one origin."""

from __future__ import annotations

import random

from hypothesis import given, settings
from hypothesis import strategies as st

from trucewatch.ledger.origins import find, groups

from .stories import LOOK_ALIKE, OTHER, STORY, declared, report, text

FAMILY = (
    report("e", STORY, "2031-05-13"),
    report("b", STORY, "2031-05-14", title="Market in ruins"),
    report("d", STORY[:6], "2031-05-15"),
    report("a", STORY[4:7], "2031-05-16"),
    report("c", LOOK_ALIKE, "2031-05-12", title="Shells hit Orsova market"),
    report("f", OTHER, "2031-05-13", title="Farmers freed"),
)


LINKS = find(FAMILY)


def members(reports):
    return [group.members for group in groups(reports, find(reports))]


def test_copies_are_one_origin_and_the_first_published_stands_first():
    assert members(FAMILY) == [("c",), ("e", "b", "d", "a"), ("f",)]


def test_a_group_says_why_each_report_is_in_it():
    (found,) = [group for group in groups(FAMILY, find(FAMILY)) if group.key == "e"]
    assert found.publisher == "Paper e"
    assert len(found.why) == len(found.members) - 1
    assert all("stand in the same order" in why for why in found.why)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000))
def test_the_order_of_reports_and_links_does_not_matter(seed):
    chance, reports = random.Random(seed), list(FAMILY)
    chance.shuffle(reports)
    links = list(find(reports))
    assert tuple(links) == LINKS
    chance.shuffle(links)
    assert groups(reports, links) == groups(FAMILY, LINKS)


def test_links_to_reports_that_are_elsewhere_are_left_aside():
    assert [group.members for group in groups(FAMILY[:1], find(FAMILY))] == [("e",)]


def test_a_round_up_does_not_make_its_pieces_one():
    pieces = [report("a", STORY[:3]), report("b", OTHER[:3], title="Farmers freed")]
    review = report("z", (*STORY[:3], *OTHER[:3], *LOOK_ALIKE[7:], "The week ended quietly."), "2031-05-20", title="The week")
    assert members([*pieces, review]) == [("a",), ("b",), ("z",)]


def test_a_round_up_is_known_even_if_only_one_of_its_pieces_is_handed_in():
    pieces = [report("a", STORY[:3]), report("b", OTHER[:3], title="Farmers freed")]
    review = report("z", (*STORY[:3], *OTHER[:3], *LOOK_ALIKE[7:], "The week ended quietly."), "2031-05-20", title="The week")
    links = find([*pieces, review])
    assert [group.members for group in groups([pieces[0], review], links)] == [("a",), ("z",)]


def test_a_later_report_that_takes_one_earlier_whole_is_its_update():
    brief = report("a", STORY[:3])
    update = report("b", (*STORY[:3], *OTHER, *OTHER[:1]), "2031-05-14")
    assert members([brief, update]) == [("a", "b")]


def test_a_digest_that_holds_one_report_somewhere_is_no_copy_of_it():
    brief = report("a", STORY[:3])
    digest = report("b", (*OTHER, *STORY[:3]), "2031-05-14", title="The day in brief")
    assert members([brief, digest]) == [("a",), ("b",)]
    assert [link.kind for link in find([brief, digest])] == ["quoted"]


def test_a_piece_that_stands_in_two_look_alikes_does_not_make_them_one():
    piece = report("p", STORY[4:8], "2031-05-30", title=STORY[4][:40])
    found = members([FAMILY[0], FAMILY[4], piece])
    assert ("e", "p") in found
    assert ("c",) in found


def test_reprints_of_an_absent_original_are_one_origin_with_its_name():
    origin = declared("South Front", "2020-03-16")
    reports = [report("b", STORY[:5], origin=origin), report("c", STORY[3:], "2031-05-14", origin=origin)]
    (found,) = groups(reports, ())  # the links may be those of a database that has not met them
    assert (found.members, found.ghost, found.publisher) == (("b", "c"), "South Front, 2020-03-16", "South Front")


def test_two_articles_of_an_absent_publisher_stay_two():
    origin = declared("South Front", "2020-03-16")
    assert len(groups([report("b", STORY, origin=origin), report("c", OTHER, origin=origin)], ())) == 2


def test_the_declared_original_stands_before_its_copy_of_the_same_day():
    reports = [report("a", STORY, origin=declared("Paper b")), report("b", STORY)]
    assert members(reports) == [("b", "a")]


def test_a_hundred_reprints_are_one_origin():
    reports = [report(f"r{number:03}", STORY, f"2031-05-{13 + number % 9}") for number in range(150)]
    found = groups(reports, find(reports))
    assert [len(group.members) for group in found] == [150]


def test_no_reports_no_groups():
    assert groups((), ()) == ()
    assert find(()) == ()


def test_a_report_without_words_is_alone():
    reports = [report("a", ""), report("b", "..."), report("c", text(STORY))]
    assert [group.members for group in groups(reports, find(reports))] == [("a",), ("b",), ("c",)]
