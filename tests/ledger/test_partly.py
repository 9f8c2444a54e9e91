"""What is done only in part, and what a report that was out before the deadline can tell."""

from __future__ import annotations

import pytest

from trucewatch.ledger.partly import in_part
from trucewatch.ledger.periods import deadline_open
from trucewatch.model.agreement import Period


@pytest.mark.parametrize(
    ("clause", "words"),
    [
        ("The army has withdrawn only half of its howitzers", "only half"),
        ("Six out of eighteen guns were moved out", "Six out of eighteen"),
        ("The road was partially reopened", "partially"),
        ("Lorries were let through only after five hours", "only after"),
        ("The army withdrew its howitzers", ""),
        ("It withdrew from the part of town it held", ""),
        ("All but two of the guns left", "All but two"),
        ("The road was opened in one direction", "in one direction"),
        ("Only the wounded were let out", "Only the wounded"),
    ],
)
def test_in_part_by_its_own_words(clause, words):
    assert in_part("withdrawal", clause, clause) == words


def test_the_rest_of_the_sentence_counts_for_plainer_words_alone():
    assert in_part("prisoner exchange", "They exchanged captives", "They exchanged captives, fewer than agreed") == "fewer than"
    assert in_part("prisoner exchange", "They exchanged captives", "They exchanged captives and met only after that") == ""
    assert in_part("prisoner exchange", "They exchanged captives", "They exchanged captives, but dozens more stay behind bars")


def test_fire_is_not_done_by_degrees():
    assert in_part("shelling", "only half of the shells went off", "") == ""


def test_a_report_out_before_the_deadline_tells_of_no_breach():
    period = Period("2034-04-05", None, "2034-04-20")
    assert deadline_open(period, "2034-04-20")
    assert not deadline_open(period, "2034-04-21")
    assert not deadline_open(period, None)
    assert not deadline_open(Period("2034-04-05"), "2034-04-06")
