from __future__ import annotations

from dataclasses import replace

from publishing import samples
from trucewatch.model import Origin, SentenceSpan
from trucewatch.publishing.accounts import OriginGroup, accounts, origins


def other_report(town="Aldun", **change):
    """The same shelling, told by another publisher in other words."""
    text = f"The army denied that its gunners had shelled {town} on 4 May."
    report = samples.report(id="2", text=text, publisher="Karsia Today", origin=None, url="https://today.example/1")
    words = samples.mention("shelled", text)
    shelled = replace(
        samples.events()[0], predicate=words, start=0, end=len(text), claim=None, harm=(), instrument=(), **change
    )
    return samples.coded(
        id="2", report=report, events=(shelled,), claims=(), sentences=(SentenceSpan(0, len(text)),), at_risk=()
    )


def test_a_denial_in_another_report_makes_it_disputed():
    found = accounts([samples.coded(), other_report(status="denied")])
    assert [account.disputed for account in found] == [True]
    assert {(voice.report, voice.denies) for voice in found[0].voices} >= {(1, False), (2, True)}
    assert found[0].contradictions


def together(*records):
    """Whether some account is told in the first and the second report."""
    return any({1, 2} <= {voice.report for voice in account.voices} for account in accounts(records))


def test_another_place_or_day_keeps_accounts_apart():
    assert together(samples.coded(), other_report())
    elsewhere = replace(samples.coded().places[0], geonameid=43, name="Brod", text="Brod", latitude=31.9, longitude=-41.9)
    assert not together(samples.coded(), replace(other_report("Brod"), places=(elsewhere,)))
    later = replace(samples.coded().times[0], begin="2031-04-01", until="2031-04-01", value="2031-04-01")
    assert not together(samples.coded(), replace(other_report(), times=(later,)))


def test_what_is_only_planned_is_not_told_as_done():
    found = accounts([samples.coded(), other_report(status="planned")])
    assert not [v for account in found for v in account.voices if v.report == 2 and "happened" in v.verb]


def test_a_reprint_is_one_origin_and_no_second_voice():
    copy = samples.coded(
        id="2",
        report=samples.report(id="2", publisher="Mirror", origin=Origin("Free Aldun Post", "2031-05-06", None, "republished")),
    )
    assert origins([samples.coded(), copy]) == (OriginGroup(1, (2,)),)
    assert origins([copy, samples.coded()])[0].first in {1, 2}
    voices = [voice for account in accounts([samples.coded(), copy]) for voice in account.voices]
    assert voices
    assert {(voice.report, voice.copies) for voice in voices} == {(1, 1)}


def test_a_declared_translation_of_the_same_day_is_one_origin():
    first = samples.coded(report=samples.report(origin=None))
    report = samples.report(
        id="2",
        text="Alles ganz anders gesagt.",
        publisher="X",
        language="de",
        origin=Origin("Free Aldun Post", "2031-05-06", None, "translated"),
    )
    assert origins([first, samples.coded(id="2", report=report)]) == (OriginGroup(1, (2,)),)


def test_unlike_reports_are_apart_and_nothing_breaks_on_failures():
    assert len(origins([samples.coded(), other_report(), samples.failed(), samples.skipped()])) == 4
    assert accounts([]) == ()
