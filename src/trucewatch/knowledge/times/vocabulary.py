"""The words for time, read from ``data/words.toml``. This module knows the file's shape; it must not know any English word."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from trucewatch.model.errors import TrucewatchError

NUMBERS = ("months", "weekdays", "weekday_short", "numbers", "ordinals", "parts", "directions")
STRINGS = ("units", "unit_plurals", "seasons", "dayparts", "clocks", "vague", "sets", "holidays")
LISTS = (
    "ambiguous_months",
    "month_lead",
    "year_lead",
    "firm_year_lead",
    "counted",
    "future_cues",
    "reporting_cues",
)


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The tables of the file, each a mapping from a lower-case word or phrase."""

    numbers: dict[str, dict[str, int]]  #: months, weekdays, number words, ...
    strings: dict[str, dict[str, str]]  #: units, seasons, parts of the day, vague phrases, holidays, ...
    lists: dict[str, frozenset[str]]  #: words that decide whether something is a time at all
    units: dict[str, str]  #: every form of a unit, singular and plural, to its ISO letter


def parse(data: bytes) -> Vocabulary:
    """The vocabulary in a file's bytes.

    Raises:
        TrucewatchError: ``times-broken`` when the file is not TOML or lacks a table.
    """
    import tomllib  # noqa: PLC0415 - start time

    try:
        raw = tomllib.loads(data.decode("utf-8"))
        numbers = {name: {str(k): int(v) for k, v in raw[name].items()} for name in NUMBERS}
        strings = {name: {str(k): str(v) for k, v in raw[name].items()} for name in STRINGS}
        lists = {name: frozenset(str(x) for x in raw["lists"][name]) for name in LISTS}
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise TrucewatchError(
            "times-broken",
            "the words for time cannot be read",
            where="words.toml",
            why=str(error),
            next_step="mend the file",
        ) from error
    plurals = strings["unit_plurals"]
    units = strings["units"] | {plurals.get(word, word + "s"): letter for word, letter in strings["units"].items()}
    return Vocabulary(numbers, strings, lists, units)


@cache
def vocabulary() -> Vocabulary:
    """The package's own vocabulary, read once.

    Raises:
        TrucewatchError: ``times-missing`` when the installation lacks the file.
    """
    from importlib.resources import files  # noqa: PLC0415 - draws in tempfile: half of the room's import

    try:
        data = files(__package__).joinpath("data", "words.toml").read_bytes()
    except OSError as error:
        raise TrucewatchError(
            "times-missing",
            "the words for time are not installed",
            where="words.toml",
            why=str(error),
            next_step="install the package again",
        ) from error
    return parse(data)
