"""One loaded analyser for all tests of the language room."""

import pytest

from trucewatch.language import load
from trucewatch.language.analyser import Analyser


@pytest.fixture(scope="session")
def analyser() -> Analyser:
    """The shipped weights."""
    return load()
