from __future__ import annotations

from contextlib import contextmanager

import pytest


@pytest.fixture
def file_limit():
    """A disk that fills: no file may grow beyond so many bytes, and a write that would is cut short."""
    resource = pytest.importorskip("resource")

    @contextmanager
    def limit(size):
        before = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
        try:
            yield
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, before)

    return limit
