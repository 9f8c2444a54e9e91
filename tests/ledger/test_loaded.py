"""The lexicon of loaded words: its linter, and where terms are found."""

from __future__ import annotations

import re
from collections import defaultdict
from importlib.resources import files

import pytest

from trucewatch.ledger.forms import tokens, variants
from trucewatch.ledger.loaded import COLUMNS, Lexicon, _term, lexicon
from trucewatch.model import TrucewatchError

RAW = (files("trucewatch.ledger") / "data" / "loaded.tsv").read_text("utf-8")
ROWS = [line.split("\t") for line in RAW.splitlines() if line and not line.startswith("#")][1:]
REGIONS = {
    "Middle East", "Ukraine", "Africa", "Caucasus", "Balkans", "South Asia", "Southeast Asia", "Northern Ireland", "Colombia",
    "Latin America", "Cyprus",
}  # fmt: skip
ORDER = ["person", "government", "killing", "act", "charge", "territory", "prefix", "dehumanising", "glorifying"]


def found(text):
    words = tokens(text)
    return [
        (hit.term.id, text[words[hit.first].start : words[hit.last - 1].end]) for hit in lexicon().find(words, [(0, len(text))])
    ]


def test_header_says_what_and_when_reread():
    header = " ".join(line for line in RAW.splitlines() if line.startswith("#"))
    assert "Second reading" in header
    assert "2026-11-26" in header
    assert all(f"{name}:" in header for name in ("id", "kind", "valence", "forms", "only", "neutral", "signals", "source"))


def test_bytes_are_tidy():
    assert RAW.endswith("\n")
    assert "\r" not in RAW
    for line in RAW.splitlines():
        for cell in line.split("\t"):
            assert cell == cell.strip()
            assert "  " not in cell or line.startswith("#")


def test_there_are_enough_terms_over_many_conflicts():
    assert len(lexicon().terms) >= 180
    assert {region for term in lexicon().terms for region in term.region} == REGIONS
    for region in REGIONS - {"Latin America"}:
        assert sum(region in term.region for term in lexicon().terms) >= 6, region


def test_rows_are_sorted_and_ids_unique():
    keys = [(ORDER.index(row[1]), row[0]) for row in ROWS]
    assert keys == sorted(keys)
    ids = [row[0] for row in ROWS]
    assert len(ids) == len(set(ids))
    assert all(re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", name) for name in ids)


def test_every_row_signals_something_and_cites_a_source():
    for term in lexicon().terms:
        assert term.signals.endswith("."), term.id
        assert term.source, term.id
        assert all(len(part) > 3 for part in term.source.split("; ")), term.id


def test_every_loaded_word_has_a_plain_counterpart_and_plain_words_need_none():
    for term in lexicon().terms:
        assert bool(term.neutral) == (term.valence != "neutral"), term.id


def test_kind_and_valence_go_together():
    for term in lexicon().terms:
        if term.kind == "glorifying":
            assert term.valence == "glorifies", term.id
        if term.kind in {"dehumanising", "charge"}:
            assert term.valence == "delegitimises", term.id


def test_no_form_belongs_to_two_terms():
    owners = defaultdict(set)
    for term in lexicon().terms:
        for form in term.forms:
            for text in variants(form):
                owners[tuple(token.key for token in tokens(text))].add(term.id)
    assert {form: names for form, names in owners.items() if len(names) > 1} == {}


def test_every_form_is_found_where_its_context_allows():
    unseen = []
    for term in lexicon().terms:
        anywhere = next((" ".join(context.anywhere) for context in term.only if context.anywhere), "")
        for form in term.forms:
            for text in variants(form):
                sentence = (
                    f"{anywhere}: they saw {text.lstrip('=')} that day."
                    if anywhere
                    else f"They saw {text.lstrip('=')} that day."
                )
                if term.id not in {name for name, _ in found(sentence)}:
                    unseen.append((term.id, text))
    assert unseen == []


def test_no_context_is_empty():
    for term in lexicon().terms:
        assert all(c.before or c.after or c.anywhere for c in (*term.only, *term.unless)), term.id


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("The regime fell.", ["regime"]),
        ("The sanctions regime stays.", []),
        ("The regime of silence was extended.", []),
        ("Turkey neutralised 12 terrorists.", ["neutralise", "terrorist"]),
        ("Sappers neutralised mines.", []),
        ("terrorist-held areas", ["terrorist"]),
        ("a counter-terrorist unit", []),
        ("the Al-Aqsa Martyrs' Brigades", []),
        ("He was a martyr.", ["martyr"]),
        ("They fired Patriot missiles.", []),
        ("They were patriots.", ["patriot"]),
        ("the National Front for Liberation", []),
        ("The army liberated the town.", ["liberate"]),
        ("Police executed the plan.", []),
        ("They executed the prisoners.", ["execute"]),
        ("PKK/YPG positions", ["pkk-ypg"]),
        ("a non-governmental body", []),
        ("the non-government side", []),
        ("the people’s militia", ["peoples-militia"]),
        ("armed\nmen", ["gunman"]),
        ("armed\n\nmen", []),
        ("a fighter jet", []),
        ("Bengali food", []),
        ("Bengali terrorists in Rakhine", ["bengali-rohingya"]),
    ],
)
def test_terms_are_found_in_their_sense(text, ids):
    assert [name for name, _ in found(text)] == ids


def test_the_longest_form_wins():
    assert found("a moderate opposition group") == [("moderate-opposition", "moderate opposition")]


def test_variants_write_out_the_choices():
    assert set(variants("organi[s/z]ation(s)")) == {"organisation", "organisations", "organization", "organizations"}
    assert set(variants("degrade (the) base")) == {"degrade base", "degrade the base"}


def test_a_broken_row_names_itself():
    row = list(ROWS[0])
    row[1] = "insult"
    with pytest.raises(TrucewatchError, match=row[0]) as error:
        _term(row)
    assert error.value.code == "framing-lexicon-broken"
    with pytest.raises(TrucewatchError, match=f"{len(COLUMNS) - 1} cells"):
        _term(ROWS[0][:-1])


def test_an_empty_lexicon_finds_nothing():
    assert list(Lexicon(()).find(tokens("The terrorists"), [(0, 14)])) == []
