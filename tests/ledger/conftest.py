"""The demonstration dossier, coded once for all tests of the ledger."""

from __future__ import annotations

import pytest

from trucewatch.cli.demo import code_dossier


@pytest.fixture(scope="session")
def dossier():
    return code_dossier()
