"""Agreement, held against figures worked by hand in the literature."""

from __future__ import annotations

import sys

import pytest

from dossier.verdicts.samples import Chain
from trucewatch.dossier.verdicts.agreement import agree, agreement
from trucewatch.dossier.verdicts.state import effective
from trucewatch.model import TrucewatchError

#: Krippendorff (2011), "Computing Krippendorff's Alpha-Reliability": section B, two observers, no value missing, nominal: 0.692
TWO = {"Meg": "a a b b d c c c e d d a", "Owen": "b a b b b c c c e d d d"}
#: section C, four observers, twelve units, values missing: 0.743 nominal; section D, the same data: 0.815 ordinal
FOUR = {
    "A": "1 2 3 3 2 1 4 1 2 . . .",
    "B": "1 2 3 3 2 2 4 1 2 5 . 3",
    "C": ". 3 3 3 2 3 4 2 2 5 1 .",
    "D": "1 2 3 3 2 4 4 1 2 5 1 .",
}
#: Wikipedia, "Krippendorff's alpha": three coders, fifteen units, values missing: 0.691 nominal
THREE = {
    "A": ". . . . . 3 4 1 2 1 1 3 3 . 3",
    "B": "1 . 2 1 3 3 4 3 . . . . . . .",
    "C": ". . 2 1 3 4 4 . 2 1 1 3 3 . 4",
}


def judgements(table, kind=str):
    return [(who, f"u{n}", kind(value)) for who, row in table.items() for n, value in enumerate(row.split()) if value != "."]


def by_hand(table):
    """Nominal alpha from the coincidence matrix, as the paper works it: 1 - (n - 1) * sum(o_ck) / sum(n_c * n_k), for c < k."""
    columns = [[v for v in column if v != "."] for column in zip(*(row.split() for row in table.values()), strict=True)]
    columns = [column for column in columns if len(column) > 1]
    every = [value for column in columns for value in column]
    total = len(every)
    apart = sum(sum(a < b for a in c for b in c) / (len(c) - 1) for c in columns)
    kinds = sorted(set(every))
    chance = sum(every.count(a) * every.count(b) for a in kinds for b in kinds if a < b)
    return 1 - (total - 1) * apart / chance


@pytest.mark.parametrize(("table", "alpha"), [(TWO, 0.692), (THREE, 0.691), (FOUR, 0.743)])
def test_nominal_alpha_is_that_of_the_literature(table, alpha):
    pytest.importorskip("nltk")
    found = agree("status", judgements(table))
    assert round(found.alpha, 3) == alpha
    assert found.alpha == pytest.approx(by_hand(table))


def test_ordinal_alpha_is_that_of_the_literature():
    pytest.importorskip("nltk")
    found = agree("reliability", judgements(FOUR, int), scale="ordinal")
    assert round(found.alpha, 3) == 0.815
    assert (found.units, found.reviewers) == (11, 4)


def test_percentage_counts_pairs():
    pytest.importorskip("nltk")
    assert agree("status", judgements(TWO)).percent == pytest.approx(100 * 9 / 12)


def test_one_reviewer_has_no_agreement_and_the_reason_is_given():
    found = agree("status", judgements({"A": "1 2 3"}))
    assert (found.alpha, found.percent, found.units, found.reviewers) == (None, None, 0, 0)
    assert found.why == "no unit was judged by two reviewers"


def test_reviewers_who_never_meet_have_none_either():
    assert agree("status", judgements({"A": "1 2 .", "B": ". . 3"})).why == "no unit was judged by two reviewers"


def test_without_variation_there_is_no_alpha_but_a_percentage():
    found = agree("status", judgements({"A": "1 1 1", "B": "1 1 1"}))
    assert (found.alpha, found.percent) == (None, 100.0)
    assert found.why == "no variation: all gave one value"


def test_what_only_one_reviewer_gave_does_not_count_as_variation():
    assert agree("status", judgements({"A": "1 1 2", "B": "1 1 ."})).alpha is None


def test_a_missing_library_is_said_with_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "nltk.metrics.agreement", None)
    with pytest.raises(TrucewatchError, match=r"trucewatch\[review\]") as caught:
        agree("status", judgements(TWO))
    assert caught.value.code == "review-extra-missing"


def test_fields_links_events_and_grades_each_have_a_row():
    pytest.importorskip("nltk")
    chain = Chain()
    for reviewer, status, third in (("Ana", "denied", "accept"), ("Ben", "happened", "reject")):
        chain.add(reviewer, "accept", 1)
        chain.add(reviewer, "correct", 2, field="status", value=status)
        chain.add(reviewer, third, 3)
        chain.add(reviewer, "merge", 1, 2)
        chain.add(reviewer, "grade", report="r-1", reliability="B", credibility=6)
        chain.add(reviewer, "grade", report="r-2", reliability="D" if reviewer == "Ana" else "F", credibility=2)
    rows = {row.field: row for row in agreement(effective(chain.verdicts))}
    assert list(rows) == [
        "event", "type", "truce", "status", "actor", "recipient", "place", "time", "harm", "claimant", "link", "reliability", "credibility",
    ]  # fmt: skip
    assert (rows["event"].units, rows["event"].percent) == (3, pytest.approx(200 / 3))
    assert (rows["status"].units, rows["status"].percent) == (2, 50.0)
    assert rows["status"].alpha == pytest.approx(0.0)
    assert (rows["link"].units, rows["link"].why) == (1, "no variation: all gave one value")
    assert (rows["reliability"].units, rows["reliability"].scale) == (1, "ordinal")
    assert (rows["credibility"].units, rows["credibility"].percent) == (1, 100.0)
