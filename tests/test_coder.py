"""The whole coder with the shipped model: every offset round-trips, nothing raises, the same text gives the same bytes, order is kept."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from typing import TYPE_CHECKING, Any, get_args

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import trucewatch
from trucewatch.model import Coded, EventStatus, Origin, Reason, Report, Stance, Unread
from trucewatch.model.contract import from_dict, to_dict, to_json

if TYPE_CHECKING:
    from collections.abc import Iterator

    from trucewatch.coder import Coder

BULLETIN = """Orvash, 4 May. The Highland Front said on Sunday that army mortars hit the Kesh checkpoint on Saturday night, killing two of its fighters.
The army denied any shelling. “We will answer every attack,” General Aro told reporters. He accused the Front of moving guns to Kesh.

The joint patrol turned back at the Sefra road after villagers blocked the column with tractors. No one was hurt. 🚜 Über 30 Dörfer…
If the army withdraws, the Front will release three captives. Norway urged both sides to open the road; France and Peru agreed to send observers.
"""
STATUSES = set(get_args(EventStatus))
STANCES = set(get_args(Stance))
WORDS = st.sampled_from(
    ["The army", "rebels", "said", "that", "shelled", "Kesh", "refused to", "withdraw", "if", "“", "”", "\n\n", ".", ",", "two soldiers", "killed",
     "on Sunday", "of", "and", "not", "3-5", "'s", "—", "will", "https://example.org", "\u200b", "U.S.", "e\u0301", "🚜", "(", ")", "..."],
)  # fmt: skip
QUICK = settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


@pytest.fixture(scope="module")
def coder() -> Coder:
    return trucewatch.load()


@pytest.fixture(scope="module")
def bulletin(coder) -> Coded:
    return coder.code(BULLETIN, published="2031-05-04", id="b")


def _ranges(value: Any) -> Iterator[Any]:
    """Every record below ``value`` that has a start and an end."""
    if is_dataclass(value):
        if isinstance(getattr(value, "start", None), int):
            yield value
        for f in fields(value):
            yield from _ranges(getattr(value, f.name))
    elif isinstance(value, tuple):
        for item in value:
            yield from _ranges(item)


def check(coded: Coded) -> None:
    """What holds for every record."""
    text = coded.text
    for span in _ranges(coded):
        assert 0 <= span.start < span.end <= len(text), span
        if hasattr(span, "text"):
            assert span.text == text[span.start : span.end], span
    ids = {claim.id for claim in coded.claims}
    assert len(ids) == len(coded.claims)
    assert len({e.id for e in coded.events}) == len(coded.events)
    assert all(c.stance in STANCES and c.within in {None, *ids} for c in coded.claims)
    for event in coded.events:
        assert event.status in STATUSES
        assert event.claim in {None, *ids}
        assert 0.0 <= event.confidence <= 1.0
        assert event.start <= event.predicate.start < event.predicate.end <= event.end
        assert event.place is None or coded.places[event.place]
        assert event.time is None or coded.times[event.time]
        assert 0 <= event.sentence < len(coded.sentences)
        assert event.quad in {1, 2, 3, 4}
    assert {p.event for p in coded.at_risk} <= {e.id for e in coded.events}


def test_every_offset_round_trips(bulletin):
    assert bulletin.status == "coded"
    assert bulletin.events
    assert bulletin.claims
    assert bulletin.places or bulletin.times
    check(bulletin)


def test_sentences_cover_the_text_in_order(bulletin):
    ends = [0, *(s.end for s in bulletin.sentences)]
    assert all(a <= s.start for a, s in zip(ends, bulletin.sentences, strict=False))
    covered = "".join(bulletin.text[s.start : s.end] for s in bulletin.sentences)
    assert "".join(covered.split()) == "".join(bulletin.text.split())


def test_same_text_gives_the_same_bytes(coder, bulletin):
    again = coder.code(BULLETIN, published="2031-05-04", id="b")
    assert to_json(again).encode() == to_json(bulletin).encode()


def test_a_fresh_coder_gives_the_same_bytes(bulletin):
    assert to_json(trucewatch.load().code(BULLETIN, published="2031-05-04", id="b")) == to_json(bulletin)


def test_the_record_survives_its_json(bulletin):
    assert to_dict(from_dict(to_dict(bulletin))) == to_dict(bulletin)


def test_what_was_coded_before_does_not_matter(coder, bulletin):
    coder.code("Rebels killed nine in Brod. He denied it.")
    assert to_json(coder.code(BULLETIN, published="2031-05-04", id="b")) == to_json(bulletin)


def test_record_says_what_made_it(coder, bulletin):
    assert bulletin.coder == coder.facts
    assert all((coder.facts.version, coder.facts.model, coder.facts.ontology, coder.facts.gazetteer, coder.facts.actors))


# --- doors ------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["", " ", "\n\n\t"])
def test_empty_text_fails_with_a_reason(coder, text):
    coded = coder.code(text)
    assert (coded.status, [r.code for r in coded.reasons], coded.events) == ("failed", ["empty"], ())


def test_unread_passes_through(coder):
    reasons = (Reason("unreadable", "no"),)
    coded = coder.code(Unread("x", "failed", reasons))
    assert (coded.id, coded.status, coded.reasons, coded.text) == ("x", "failed", reasons, "")


def test_another_language_is_kept_and_not_coded(coder):
    coded = coder.code(Report("d", "Die Armee beschoss das Dorf.", language="de"))
    assert (coded.status, coded.events, coded.text) == ("skipped", (), "Die Armee beschoss das Dorf.")
    assert coded.reasons[0].code == "language-not-coded"


def test_notes_make_a_record_partial(coder):
    note = Reason("truncated", "the file ends early")
    coded = coder.code(Report("p", "The army shelled Kesh.", language="en", notes=(note,)))
    assert (coded.status, coded.reasons) == ("partial", (note,))


def test_order_is_input_order(coder):
    reports = [
        Report("a", "The army shelled Kesh.", language="en"),
        Unread("b", "skipped", (Reason("x", "y"),)),
        Report("c", "", language="en"),
    ]
    assert [coded.id for coded in coder.stream(reports)] == ["a", "b", "c"]


def test_id_of_a_bare_text_is_its_hash(coder):
    first, again, other = (
        coder.code(t).id for t in ("The army shelled Kesh.", "The army shelled Kesh.", "The army shelled Orl.")
    )
    assert first == again != other


def test_dates_are_anchored_on_publication_or_have_no_value(coder):
    text = "Rebels attacked a convoy on Saturday."
    dated, bare = coder.code(text, published="2031-05-04"), coder.code(text)
    assert [t.value for t in dated.times] == ["2031-05-03"]
    assert [t.begin for t in bare.times] == [None]


def test_a_reprint_counts_dates_from_its_origin(coder):
    origin = Origin("Varenia State News", "2031-05-04", None, "republished")
    report = Report("r", "Rebels attacked a convoy on Saturday.", published="2031-05-14", language="en", origin=origin)
    assert [t.value for t in coder.code(report).times] == ["2031-05-03"]


# --- whatever the text ------------------------------------------------------------------------------------------------------


@QUICK
@given(text=st.text(max_size=200))
def test_any_text_gives_a_valid_record(coder, text):
    coded = coder.code(text)
    assert coded.status == ("coded" if text.strip() else "failed"), coded.reasons
    assert coded.text == text
    check(coded)


@QUICK
@given(words=st.lists(WORDS, min_size=1, max_size=40))
def test_any_words_give_a_valid_record(coder, words):
    text = " ".join(words)
    coded = coder.code(text, published="2031-05-04")
    assert coded.status == ("coded" if text.strip() else "failed"), coded.reasons
    check(coded)
    assert to_json(coder.code(text, published="2031-05-04")) == to_json(coded)


@pytest.mark.parametrize(
    "text",
    [
        "a" * 20_000,
        "(" * 3_000,
        "The army shelled Kesh. " * 150,
        "\x00The army\x00 shelled Kesh.",
        "۞ " * 500,
    ],
)
def test_odd_texts(coder, text):
    coded = coder.code(text)
    assert coded.status == "coded", coded.reasons
    check(coded)


def test_a_lone_surrogate_is_replaced_and_told(coder):
    coded = coder.code("\ud800 The army shelled Kesh.")
    assert coded.status == "partial"
    assert [reason.code for reason in coded.reasons] == ["surrogates-replaced"]
    assert coded.text.startswith("\ufffd The army")
    check(coded)


def test_a_megabyte_without_a_sentence_end_is_refused_with_a_reason(coder):
    coded = coder.code("shelled the village of Kesh and " * 33_000)
    assert coded.status == "failed"
    assert [reason.code for reason in coded.reasons] == ["no-sentences"]


@pytest.mark.parametrize(
    "text",
    ["The Mission heard shelling near Idlib.", "Soldiers heard gunfire from the village.", "Monitors heard no shelling."],
)
def test_who_heard_the_shelling_did_not_shell(coder, text):
    (event,) = coder.code(Report("r", text, language="en")).events
    assert event.type == "ASSAULT"
    assert event.actor == ()
