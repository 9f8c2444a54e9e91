"""The page on agreements says what the form says, and its example is one."""

from __future__ import annotations

import re
from typing import get_args

import pytest

from trucewatch.ledger.agreements import shipped
from trucewatch.ledger.agreements.form import CHOICES, FORMS
from trucewatch.model.agreement import Bearing, Status

from . import tables_of_docs as tables
from .base import agreement, problems

TEXT = tables.PAGE.read_text("utf-8")
EXAMPLES = re.findall(r"```yaml\n(.*?)```", TEXT, re.DOTALL)


def whole():
    (found,) = [text for text in EXAMPLES if text.startswith("trucewatch-agreement")]
    return found


def test_every_table_is_what_the_form_says():
    assert tables.filled(TEXT) == TEXT, "run: python -m tests.ledger.agreements.tables_of_docs"


def test_every_part_of_the_form_has_its_table_and_heading():
    assert set(tables.names(TEXT)) == {f"form {name}" for name in FORMS} | {"duties", "reaches"}
    assert {heading.lower() for heading in re.findall(r"^### (\w+)$", TEXT, re.MULTILINE)} >= set(FORMS) - {"agreement"}


def test_the_worked_example_passes_the_linter(tmp_path):
    assert [problem.text() for problem in problems(tmp_path, whole(), "example-2020.yaml")] == []
    assert len(agreement(tmp_path, whole(), "example-2020.yaml").terms) >= 3


@pytest.mark.parametrize("snippet", [text for text in EXAMPLES if text.startswith("- id:")])
def test_every_term_on_the_page_may_stand_in_the_example(tmp_path, snippet):
    more = "".join(f"  {line}\n" if line else "\n" for line in snippet.splitlines())
    found = problems(tmp_path, whole() + more, "example-2020.yaml")
    assert [problem.text() for problem in found if problem.severity == "error"] == []


@pytest.mark.parametrize(
    "word", [*get_args(Bearing), *get_args(Status), *shipped(), *(w for k in ("kind", "stage", "state") for w in CHOICES[k])]
)
def test_every_word_is_explained(word):
    assert f"`{word}`" in TEXT
