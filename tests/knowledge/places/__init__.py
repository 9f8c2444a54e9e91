"""Tests of the place room."""
