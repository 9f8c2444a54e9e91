"""The documentation of the command line cannot fall behind: every verb and option is in it, and nothing else."""

from __future__ import annotations

import re
from importlib import import_module
from pathlib import Path

import click
import pytest

from trucewatch.cli import _VERBS, app

TEXT = (Path(__file__).parents[2] / "docs" / "command-line.md").read_text("utf-8")


def section(verb):
    return TEXT.split(f"\n## {verb}\n")[1].split("\n## ")[0]


def test_the_verbs_are_those_that_are_documented_in_their_order():
    assert re.findall(r"^## (\w+)$", TEXT, re.MULTILINE) == list(_VERBS)


@pytest.mark.parametrize("verb", list(_VERBS))
def test_every_option_is_documented_and_none_is_invented(verb):
    command = app.get_command(click.Context(app), verb)
    options = {
        name for option in command.params if isinstance(option, click.Option) for name in option.opts if name.startswith("--")
    }
    documented = set(re.findall(r"^\| `(--[\w-]+)", section(verb), re.MULTILINE))
    assert documented == options | {"--help"}


@pytest.mark.parametrize("verb", list(_VERBS))
def test_every_verb_has_help_and_examples_that_parse(verb):
    command = import_module(f"trucewatch.cli.{verb}").command
    assert "Examples" in command.epilog
    assert f"trucewatch {verb}" in section(verb)
    known = {name for option in command.params for name in option.opts}
    for example in re.findall(rf"trucewatch {verb} ([^\n>]*)", section(verb).split("```")[1]):
        assert set(re.findall(r"(?<!\S)--[\w-]+", example)) <= known | {"--help"}
