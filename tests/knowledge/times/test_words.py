"""The data file is whole: a header with its source, lower-case keys, values in range."""

import re
from importlib.resources import files

import pytest

from trucewatch.knowledge.times.spans import easter, holiday
from trucewatch.knowledge.times.vocabulary import parse, vocabulary
from trucewatch.model.errors import TrucewatchError

DATA = files("trucewatch.knowledge.times").joinpath("data", "words.toml").read_bytes()


def test_header_cites_a_source():
    head = [line for line in DATA.decode().splitlines()[:8] if line.startswith("#")]
    assert any("Source:" in line for line in head)


def test_keys_and_values():
    words = vocabulary()
    tables = {**words.numbers, **words.strings}
    assert all(key == key.lower().strip() for table in tables.values() for key in table)
    assert set(words.numbers["months"].values()) == set(range(1, 13))
    assert set(words.numbers["weekdays"].values()) == set(range(1, 8))
    assert all(re.fullmatch(r"\d*[DWMY]|T[SMH]", letter) for letter in words.units.values())
    assert all(re.fullmatch(r"PT?\d[HDWMY]", value) for value in words.strings["sets"].values())


def test_every_holiday_rule_can_be_reckoned():
    rules = [rule for rule in vocabulary().strings["holidays"].values() if rule]
    assert all(holiday(rule, 2020).year == 2020 for rule in rules)
    assert easter(2020).isoformat() == "2020-04-12"


def test_a_broken_file_says_so():
    with pytest.raises(TrucewatchError, match="words for time"):
        parse(b"months = 3")
