"""Framing: who calls whom what. All texts are fictional."""

from __future__ import annotations

from dataclasses import replace
from itertools import permutations

import pytest

from trucewatch.ledger.framing import UNNAMED, framing, innermost, set_apart, tally, whom
from trucewatch.ledger.quotation import quotations
from trucewatch.model import Actor, ActorRef, Claim, Coded, Mention, Origin, Report, SentenceSpan

FRONT = ActorRef("xva.nf", "Northern Front", "rebel", "XVA", "XVAREB")
STATE = ActorRef("XVA-GOV", "Varenia: government", "government", "XVA", "XVAGOV")
KESTRIA = ActorRef("XVK", "Kestria", "state", "XVK", "XVK")


def mention(text, words):
    start = text.index(words)
    return Mention(start, start + len(words), words)


def coded(text, *, title=None, publisher="Northern Voice", actors=(), claims=(), kinds=(), **report):
    sentences, start = [], 0
    for k, part in enumerate(text.split(". ")):
        sentences.append(SentenceSpan(start, start + len(part), kinds[k] if k < len(kinds) else "statement"))
        start += len(part) + 2
    made = Report("r1", text, title=title, publisher=publisher, language="en", **report)
    found = tuple(
        Actor(r.id, r.name, r.type, r.country, r.code, tuple(mention(text, w) for w in words)) for r, *words in actors
    )
    return Coded("r1", "coded", (), made, sentences=tuple(sentences), actors=found, claims=tuple(claims))


def claim(text, name, source, content, *, within=None, stance="asserts", ref=None):
    return Claim(name, (mention(text, source),) if source else (), (), (mention(text, content),), stance, ref, within)


def only(record):
    (naming,) = framing(record)
    return naming


def test_words_outside_claims_are_the_publishers_own():
    naming = only(coded("The regime fled"))
    assert (naming.speaker.voice, naming.speaker.words, naming.term.id) == ("own", "Northern Voice", "regime")
    assert (naming.field, naming.words.text, naming.evidence.text) == ("text", "regime", "The regime fled")


def test_a_reprint_speaks_in_the_voice_of_whom_it_reprints():
    naming = only(coded("The regime fled", origin=Origin("State News", None, None, "republished")))
    assert (naming.publisher, naming.speaker.words) == ("Northern Voice", "State News")
    assert only(coded("The regime fled", origin=Origin("State News", None, None, "quoted"))).speaker.words == "Northern Voice"


def test_the_innermost_claim_speaks():
    text = "The mayor said that Kess told him that the regime had fled"
    outer = claim(text, "c1", "The mayor", "that Kess told him that the regime had fled")
    inner = claim(text, "c2", "Kess", "that the regime had fled", within="c1")
    record = coded(text, claims=(outer, inner))
    assert only(record).speaker.words == "Kess"
    assert only(record).speaker.claim == "c2"
    assert innermost(record, 0, 3) is None


def test_words_of_the_source_are_not_the_sources_words():
    text = "The rebels said that Orl was quiet"
    assert only(coded(text, claims=(claim(text, "c1", "The rebels", "that Orl was quiet"),))).speaker.voice == "own"


def test_a_denial_shows_its_stance():
    text = "The Front denied that it is a terrorist group"
    record = coded(text, claims=(claim(text, "c1", "The Front", "that it is a terrorist group", stance="denies", ref=FRONT),))
    assert (only(record).speaker.stance, only(record).speaker.actor) == ("denies", FRONT)


def test_an_unnamed_source_stays_unnamed():
    text = "It is said that the regime fled"
    assert only(coded(text, claims=(claim(text, "c1", "", "the regime fled"),))).speaker.words == UNNAMED


@pytest.mark.parametrize(
    ("text", "quoted", "voice"),
    [
        ("He met the “regime” in Orl", "scare", "own"),
        ("He met the 'regime' in Orl", "scare", "own"),
        ("“The regime has left us nothing but dust.” He wept", "direct", "quotation"),
        ("The rebels' plan and the villagers' fears", "none", "own"),
        ('"We shall never meet the regime in this life', "direct", "quotation"),
    ],
)
def test_quotation_marks(text, quoted, voice):
    naming = only(coded(text))
    assert (naming.quoted, naming.speaker.voice) == (quoted, voice)


def test_a_few_quoted_words_in_a_claim_are_a_fragment_of_it():
    text = "The army spoke of provocations by “radicals”"
    record = coded(text, claims=(claim(text, "c1", "The army", "provocations by “radicals”"),))
    assert [n.quoted for n in framing(record)] == ["none", "fragment"]


def test_a_quotation_ends_with_its_paragraph():
    text = "“One two\n\nthree ”four” five"
    assert (1, 8) in quotations(text)


@pytest.mark.parametrize(
    ("text", "actors", "named", "words"),
    [
        ("The Kestrian-backed terrorists fled", [(KESTRIA, "Kestrian")], None, "Kestrian-backed terrorists"),
        ("Front terrorists fled", [(FRONT, "Front")], FRONT, "Front terrorists"),
        ("The terrorist group Northern Front fled", [(FRONT, "Northern Front")], FRONT, "terrorist group Northern Front"),
        ("The terrorists of the Northern Front fled", [(FRONT, "Northern Front")], FRONT, "terrorists of the Northern Front"),
        ("Varenia's regime fled", [(STATE, "Varenia")], STATE, "Varenia's regime"),
        ("Varenia's terrorists fled", [(STATE, "Varenia")], None, None),
        ("The Varenian regime fled", [(STATE, "Varenian regime")], STATE, "Varenian regime"),
        ("The Front is a terrorist group", [(FRONT, "The Front")], FRONT, "The Front"),
        ("Renn called the Front a terrorist group", [(FRONT, "Front")], FRONT, "Front"),
        ("Kestria, the opposition and Sorland met", [(KESTRIA, "Kestria")], None, None),
        ("Terrorists met Kestria", [(KESTRIA, "Kestria")], None, None),
    ],
)  # fmt: skip
def test_whom_the_words_name(text, actors, named, words):
    naming = framing(coded(text, actors=actors))[0]
    if "backed" in text:
        naming = next(n for n in framing(coded(text, actors=actors)) if n.term.id == "terrorist")
    assert naming.named == named
    assert (naming.named_words.text if naming.named_words else None) == words


def test_a_generic_role_names_nobody():
    role = ActorRef("UAF", "armed group, unidentified", "unidentified_armed", None, "UAF")
    assert only(coded("The terrorists fled", actors=[(role, "terrorists")])).named is None


def test_a_prefix_takes_what_it_doubts():
    assert framing(coded('The so-called "Grey Bands" fled'))[0].named_words.text == 'so-called "Grey Bands'
    assert framing(coded("The so-called people of Orl fled"))[0].named_words.text == "so-called people"


def test_the_title_counts_too_and_its_capitals_are_not_names():
    record = coded("The Front fled", title="Terrorists Hit Northern Front Convoy Near Orl", actors=[(FRONT, "Front")])
    naming = only(record)
    assert (naming.field, naming.named, naming.named_words) == ("title", None, None)
    assert naming.words.text == record.report.title[naming.words.start : naming.words.end]


def test_a_record_without_a_report_has_none():
    assert framing(Coded("x", "failed", (), None)) == ()


def test_tally_counts_and_does_not_depend_on_order():
    one = replace(
        coded("The regime fled. The regime fell. Varenian regime troops died", actors=[(STATE, "Varenian regime")]), id="a"
    )
    two = replace(coded("The regime fled"), id="b")
    other = replace(coded("The regime fled", publisher="Open Mirror"), id="c")
    tallies = {tally(framing(record) for record in order) for order in permutations((one, two, other))}
    assert len(tallies) == 1
    (made,) = tallies
    rows = {(row.publisher, row.named, row.term.id): row for row in made.rows}
    assert (rows["Northern Voice", "", "regime"].count, rows["Northern Voice", "", "regime"].reports) == (3, 2)
    assert rows["Northern Voice", "", "regime"].sample.report == "a"
    assert rows["Open Mirror", "", "regime"].count == 1
    assert sum(row.count for row in made.rows) == sum(len(framing(r)) for r in (one, two, other))


def test_set_apart_keeps_the_words():
    record = coded("Orl was shelled. Shame on them. War will come", kinds=("statement", "opinion", "prediction"))
    apart = set_apart(record)
    assert [m.text for m in apart.statements] == ["Orl was shelled"]
    assert [m.text for m in apart.opinions] == ["Shame on them"]
    assert [m.text for m in apart.predictions] == ["War will come"]


def test_in_the_demonstration_the_ministry_says_terrorists_and_the_paper_says_regime(dossier):
    rows = {(r.publisher, r.speaker, r.voice, r.term.id) for r in tally(framing(c) for c in dossier).rows}
    assert ("Varenia State News", "ministry spokeswoman Ilva Renn", "claim", "terrorist") in rows
    assert ("Varenia State News", "ministry spokeswoman Ilva Renn", "claim", "human-shields") in rows
    assert ("Northern Voice", "Northern Voice", "own", "regime") in rows
    assert ("Open Mirror", "Varenia State News", "own", "rebel") in rows
    assert not any(
        publisher == "Karsh Monitoring Mission" and term in {"terrorist", "regime"} for publisher, _, _, term in rows
    )


def test_every_offset_points_at_its_words(dossier):
    for record in dossier:
        for n in framing(record):
            text = record.text if n.field == "text" else record.report.title
            for m in filter(None, (n.words, n.named_words, n.evidence)):
                assert text[m.start : m.end] == m.text
            assert isinstance(whom(n), str)
