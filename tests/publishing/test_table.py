from __future__ import annotations

import io

import pytest

from publishing import samples
from trucewatch.publishing import exporter
from trucewatch.publishing.table import Table


def printed(*records, width=None):
    stream = io.StringIO()
    writer = Table(width=width).open(stream)
    for record in records:
        writer.write(record)
    writer.close()
    return stream.getvalue()


@pytest.mark.parametrize("width", [80, 100, 140])
def test_the_table_tells_who_says_what_in_which_words(width):
    flat = " ".join(printed(samples.coded(), width=width).split())
    for part in ("Guns fall on Aldun", "Free Aldun Post", "6 May 2031", "Ana Verin", "republished from Southern Wire, 5 May 2031", "Shelling",
                 "denied", "0.91", "3 killed"):  # fmt: skip
        assert part in flat
    for word in ("shelled", "Karsian", "Aldun", "Mira", "[asserts]"):
        assert word in flat


@pytest.mark.parametrize("width", [60, 80, 140])
def test_lines_keep_the_width_and_carry_no_blanks_or_colour(width):
    for line in printed(samples.coded(), samples.failed(), width=width).splitlines():
        assert len(line) <= width
        assert line == line.rstrip()
        assert "\x1b" not in line


def test_claims_without_events_and_opinions_are_kept_apart():
    text = printed(samples.coded())
    assert "Also said" in text
    assert "the guns had been moved back" in text
    assert "1 sentence of opinion set apart" in text


def test_people_at_risk_are_flagged():
    assert "AT RISK" in printed(samples.coded())


def test_what_failed_is_told_with_its_code():
    text = printed(samples.failed(), samples.skipped())
    assert "FAILED: the PDF holds no text [no-text]" in text
    assert "SKIPPED" in text
    assert "1 skipped, 1 failed" in text


def test_a_report_without_events_says_so():
    assert "No event is coded" in printed(samples.coded(events=(), claims=(), at_risk=()))


@pytest.mark.parametrize(
    "attack", ["\x1b[31mred", "\x1b]8;;http://x\x07link", "[bold]x[/bold]", "\u202eabc", "\x9b2J", ":warning:", "\ud800"]
)
def test_hostile_text_cannot_steer_the_terminal(attack):
    text = printed(samples.hostile(attack), width=200)
    assert not {"\x1b", "\x9b", "\x07", "\u202e", "\ud800"} & set(text)
    if attack.startswith(("[", ":")):
        assert attack in text


def test_same_records_same_bytes():
    assert printed(samples.coded(), samples.failed()) == printed(samples.coded(), samples.failed())


def test_it_comes_in_by_the_entry_point():
    assert exporter("table").name == "table"
