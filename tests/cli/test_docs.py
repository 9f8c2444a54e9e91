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


def parts():
    """Every verb with its section, and every command of a verb that has commands with its own."""
    for verb in _VERBS:
        command = app.get_command(click.Context(app), verb)
        if not isinstance(command, click.Group):
            yield pytest.param(command, section(verb), id=verb)
            continue
        for name, inner in command.commands.items():
            yield pytest.param(inner, section(verb).split(f"\n### {name}\n")[1].split("\n### ")[0], id=f"{verb} {name}")


def test_the_verbs_are_those_that_are_documented_in_their_order():
    assert re.findall(r"^## (\w+)$", TEXT, re.MULTILINE) == list(_VERBS)


def test_the_commands_of_a_verb_are_those_that_are_documented_in_their_order():
    for verb in _VERBS:
        command = app.get_command(click.Context(app), verb)
        commands = list(command.commands) if isinstance(command, click.Group) else []
        assert re.findall(r"^### (\w+)$", section(verb), re.MULTILINE) == commands


@pytest.mark.parametrize(("command", "text"), list(parts()))
def test_every_option_is_documented_and_none_is_invented(command, text):
    options = {
        name for option in command.params if isinstance(option, click.Option) for name in option.opts if name.startswith("--")
    }
    documented = set(re.findall(r"^\| `(--[\w-]+)", text, re.MULTILINE))
    assert documented == options | {"--help"}


@pytest.mark.parametrize("verb", list(_VERBS))
def test_every_verb_has_help_and_examples_that_parse(verb):
    command = import_module(f"trucewatch.cli.{verb}").command
    assert "Examples" in command.epilog
    assert f"trucewatch {verb}" in section(verb)
    commands = [command, *command.commands.values()] if isinstance(command, click.Group) else [command]
    assert all("Examples" in each.epilog for each in commands)
    known = {name for each in commands for option in each.params for name in option.opts}
    for example in re.findall(rf"trucewatch {verb} ([^\n>]*)", "".join(section(verb).split("```")[1::2])):
        assert set(re.findall(r"(?<!\S)--[\w-]+", example)) <= known | {"--help"}
