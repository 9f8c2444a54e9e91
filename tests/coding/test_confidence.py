"""Confidence is a probability, moves the way its evidence points, and its table names what the coder sees."""

from __future__ import annotations

from dataclasses import fields, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from trees import rows

from trucewatch.coding.confidence import Evidence, confidence, weights

NAMES = [f.name for f in fields(Evidence)]


@given(st.lists(st.floats(0, 1), min_size=len(NAMES), max_size=len(NAMES)))
def test_confidence_is_a_probability(values):
    assert 0.0 <= confidence(Evidence(*values)) <= 1.0


@pytest.mark.parametrize("name", NAMES)
def test_evidence_moves_it_as_its_weight_says(name):
    weight = weights().get(name, 0.0)
    change = confidence(replace(Evidence(), **{name: 1.0})) - confidence(Evidence())
    assert change * weight >= 0


def test_table():
    header, *body = rows("confidence.tsv")
    assert header == ["feature", "weight"]
    assert {r[0] for r in body} == {"bias", *NAMES}
    assert all(abs(float(r[1])) < 10 for r in body)
    assert len({r[0] for r in body}) == len(body)
