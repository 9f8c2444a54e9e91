from __future__ import annotations

import pytest

from trucewatch.model import Report, Unread
from trucewatch.reading import read


@pytest.fixture
def read_bytes(tmp_path):
    """Read bytes from a file of the given name; returns the results as a list."""

    def run(data, name, **kwargs):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data.encode() if isinstance(data, str) else data)
        results = list(read([str(path)], **kwargs))
        assert results
        assert all(isinstance(item, Report | Unread) for item in results)
        return results

    return run


@pytest.fixture
def codes():
    """Reason codes of a result."""

    def of(item):
        return [reason.code for reason in (item.reasons if isinstance(item, Unread) else item.notes)]

    return of
