"""What holds for every test."""

from __future__ import annotations

from hypothesis import settings

#: A busy machine makes single examples slow; what a test may take as a whole is bounded by pytest's own time limit.
settings.register_profile("house", deadline=None)
settings.load_profile("house")
