"""Whatever the text: every offset stays true, no masked name survives, and a second pass changes nothing."""

from __future__ import annotations

import unicodedata
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.dossier.protected_records import broken_offsets, coded, survives

from trucewatch.dossier.masking.names import Name, fold, pieces
from trucewatch.dossier.masking.rewrite import Edit, Rewriter
from trucewatch.dossier.protection import Policy, protect
from trucewatch.model import AtRisk, Claim, Media, Mention, Place

NAMES = [
    "Lena Zorvach",
    "Jean-Pierre Moreauvin",
    "Łucja Żdanowicz",
    "Q'ellat Umirra",
    "Vex",
    "Abu Tarkhun",
    "O'Drummel",
    "Mira K. Oltes",
]
FILLERS = [
    "the", "said", "reporter", "resident", "of", "Orl", "hospital", "Rahma", "camp", "“radicals”", ".", ",", "'s", "minister", "[", "]",
    "sheltering", "Mosque", "[person 1]", "near", "\n\n", "İ", "ß", "ﬁ", "e\u0301", "😀", "Commander", "in",
]  # fmt: skip

VARIANTS = [
    lambda name: name,
    str.upper,
    str.lower,
    lambda name: name.replace(" ", "-"),
    lambda name: name.replace("-", " "),
    lambda name: name.replace(" ", "\u00a0"),
    lambda name: name.replace(" ", " \n"),
    lambda name: unicodedata.normalize("NFD", name),
    lambda name: name[:2] + "\u200d" + name[2:],
    lambda name: name.replace("'", "’") + "’s",
]

words = st.one_of(
    st.sampled_from(FILLERS), st.tuples(st.sampled_from(NAMES), st.sampled_from(VARIANTS)).map(lambda pair: pair[1](pair[0]))
)


@st.composite
def records(draw):
    text = " ".join(draw(st.lists(words, min_size=1, max_size=25)))
    hidden = draw(st.lists(st.sampled_from(NAMES), min_size=1, max_size=3, unique=True))
    spans = draw(st.lists(st.tuples(st.integers(0, len(text)), st.integers(0, len(text))), max_size=8))
    mentions = tuple(Mention(min(s), max(s), text[min(s) : max(s)]) for s in spans)
    persons = tuple(m for m in draw(st.lists(st.sampled_from(mentions), max_size=3))) if mentions else ()
    title = " ".join(draw(st.lists(words, max_size=5)))
    record = coded(
        text, title=title, byline=(draw(words),), url=f"https://x.example/{draw(words)}", media=(Media("image", draw(words)),)
    )
    places = tuple(
        Place(m.start, m.end, m.text, m.text or None, kind, "XVA", None, 46.36, 8.77, 7, 1, 0.5, (m.text,))
        for m, kind in zip(mentions[:2], ("town", "camp"), strict=False)
    )
    claims = tuple(Claim(f"c{k}", (m,), (m,), mentions, "asserts", None, None) for k, m in enumerate(mentions))
    risks = tuple(AtRisk(m.start, m.end, m.text, "e-1") for m in mentions[:1] if draw(st.booleans()))
    return replace(record, places=places, claims=claims, at_risk=risks), persons, tuple(hidden)


def nobody(name):
    return False


@settings(max_examples=300, deadline=None)
@given(records())
def test_offsets_hold_and_no_name_survives(case):
    record, persons, hidden = case
    found = protect(record, Policy(), persons, hidden, is_public=nobody)
    assert broken_offsets(found.coded) == []
    for name in hidden:
        assert not survives(name, found.coded), name
    for mention in found.persons:
        assert found.coded.text[mention.start : mention.end] == mention.text


@settings(max_examples=300, deadline=None)
@given(records())
def test_twice_is_once(case):
    record, persons, hidden = case
    once = protect(record, Policy(), persons, hidden, is_public=nobody)
    twice = protect(once.coded, Policy(), once.persons, hidden, is_public=nobody)
    assert twice.coded == once.coded


@given(st.text(max_size=40))
def test_folding_leads_back(text):
    folded = fold(text)
    assert len(folded.text) == len(folded.starts) == len(folded.ends)
    assert all(0 <= a < b <= len(text) for a, b in zip(folded.starts, folded.ends, strict=True))
    assert list(folded.starts) == sorted(folded.starts)


@given(st.sampled_from(NAMES), st.sampled_from(VARIANTS), st.sampled_from(["", "x ", "( "]), st.sampled_from(["", " y", ")"]))
def test_a_name_is_found_in_each_of_its_spellings(name, variant, before, after):
    text = before + variant(name) + after
    hits = [hit for hit in Name(pieces(name)).find(text, fold(text)) if hit.whole]
    assert hits
    assert pieces(text[hits[0].start : hits[0].end]) == pieces(name)


@given(st.text("ab []", max_size=30), st.data())
def test_rewriting_keeps_order_and_what_is_not_replaced(text, data):
    cuts = sorted(data.draw(st.sets(st.integers(0, len(text)), max_size=6)))
    edits = [Edit(a, b, data.draw(st.text("xyz", max_size=5))) for a, b in zip(cuts[::2], cuts[1::2], strict=False)]
    rewriter = Rewriter(text, edits, str)
    points = [rewriter.span(at, at)[0] for at in range(len(text) + 1)]
    assert points == sorted(points)
    for a in range(len(text)):
        if not any(e.start <= a < e.end for e in edits):
            start, end = rewriter.span(a, a + 1)
            assert rewriter.text[start:end] == text[a]
