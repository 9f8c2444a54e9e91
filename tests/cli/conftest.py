from __future__ import annotations

from dataclasses import replace

import pytest

import trucewatch.coder
from publishing import samples
from trucewatch.model import Coded, Reason, Unread


class FakeCoder:
    """Codes nothing, quickly: the events of a sample for each report, a failure for what could not be read."""

    facts = samples.FACTS

    def code(self, item):
        if isinstance(item, Unread):
            return Coded(item.id, item.status, item.reasons, item.report, coder=samples.FACTS)
        if "BREAK" in item.text:
            return Coded(item.id, "failed", (Reason("coder-error", "broken"),), item, coder=samples.FACTS)
        if "CTRL-C" in item.text:
            raise KeyboardInterrupt
        return replace(samples.coded(), id=item.id, report=replace(samples.report(), id=item.id))

    def stream(self, items):
        return map(self.code, items)


@pytest.fixture
def fake_coder(monkeypatch):
    monkeypatch.setattr(trucewatch.coder, "load", lambda **_: FakeCoder())


@pytest.fixture
def reports(tmp_path):
    folder = tmp_path / "reports"
    folder.mkdir()
    for name in "abc":
        (folder / f"{name}.txt").write_text(
            f"Report {name}. Rebels shelled the village of Aldun on Monday, the army said in a statement."
        )
    return folder
