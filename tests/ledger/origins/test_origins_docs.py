"""The page on origins says what the code does."""

from __future__ import annotations

import re
from pathlib import Path
from typing import get_args

from trucewatch.ledger.origins import LinkKind

from .stories import OTHER, STORY, report
from .test_origins_statements import TUR_MIL, said, told

PAGE = (Path(__file__).resolve().parents[3] / "docs" / "origins.md").read_text("utf-8")


def test_every_kind_of_link_has_its_row():
    rows = re.findall(r"^\| (\w+) \| .* \| (?:yes|\*\*no)", PAGE, re.MULTILINE)
    assert set(rows) == set(get_args(LinkKind))


def test_the_example_runs(capsys):
    reports = [report("a", STORY), report("b", STORY, "2031-05-14"), report("c", OTHER)]
    records = [told(said("The Turkish army", TUR_MIL), report=item.id, publisher=item.publisher) for item in reports]
    names = {"reports": reports, "incident": [(coded, coded.events[0]) for coded in records]}
    (code,) = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    exec(code, names)  # noqa: S102 - our own page
    assert "1 independent origin in 3 reports: Turkey (defence ministry and armed forces)" in capsys.readouterr().out
