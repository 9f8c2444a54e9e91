"""Several processes: order, deaths, bounded memory. The worker functions are tiny; no coder is loaded."""

from __future__ import annotations

import os
import time

from trucewatch.model import Coded, Report, Unread
from trucewatch.run import spread


def start():
    """Nothing to load."""


def code(item):
    if isinstance(item, Unread):
        return Coded(item.id, item.status, item.reasons, item.report)
    if item.text == "die":
        os._exit(9)
    if item.text == "slow":
        time.sleep(0.3)
    return Coded(item.id, "coded", (), item)


def reports(texts):
    return [Report(str(number), text) for number, text in enumerate(texts)]


def test_order_is_input_order_even_when_the_first_is_slow():
    made = list(spread(reports(["slow", *["quick"] * 12]), 2, code=code, start=start))
    assert [coded.id for coded in made] == [str(number) for number in range(13)]


def test_a_report_that_ends_its_process_fails_alone():
    made = list(spread(reports(["a", "b", "die", *"cdefghijkl"]), 2, code=code, start=start))
    assert [coded.id for coded in made] == [str(number) for number in range(13)]
    assert [coded.id for coded in made if coded.status == "failed"] == ["2"]
    assert made[2].reasons[0].code == "worker-died"
    assert made[2].text == "die"


def test_input_is_read_only_as_far_as_needed():
    seen = []

    def items():
        for report in reports(["x"] * 100):
            seen.append(report)
            yield report

    made = spread(items(), 2, code=code, start=start)
    next(made)
    made.close()
    assert len(seen) <= 8
