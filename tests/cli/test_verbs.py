from __future__ import annotations

import json

import pytest
from jsonschema import Draft202012Validator

from trucewatch import __version__
from trucewatch.cli import _VERBS, run


@pytest.mark.parametrize("verb", [[], *([verb] for verb in _VERBS)])
def test_help_everywhere_with_examples(verb, capsys):
    assert run([*verb, "--help"]) == 0
    out = capsys.readouterr().out
    assert "Usage" in out
    assert "Examples" in out


def test_version(capsys):
    assert run(["--version"]) == 0
    assert __version__ in capsys.readouterr().out


def test_an_unknown_verb_is_told(capsys):
    assert run(["cdoe"]) == 2
    assert "cdoe" in capsys.readouterr().err


def test_schema_is_a_schema(capsys):
    assert run(["schema"]) == 0
    Draft202012Validator.check_schema(json.loads(capsys.readouterr().out))


def test_model_names_what_makes_a_record_and_every_hash(capsys):
    assert run(["model"]) == 0
    text = capsys.readouterr().out
    assert run(["model", "--json"]) == 0
    facts = json.loads(capsys.readouterr().out)
    assert facts["version"] == __version__
    for name, digest in facts["encoder"]["sha256"].items():
        assert name in text
        assert digest in text
    for head in facts["encoder"]["labels"]:
        assert head in text
