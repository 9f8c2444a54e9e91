"""Lemma table, scripts and spelling rules."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trucewatch.language.analyser import LEMMAS_FILE, TOKENIZER_FILE
from trucewatch.language.lemmas import Lemmatiser, apply, read_table, script
from trucewatch.language.pieces import Splitter
from trucewatch.language.weights import FOLDER

ascii_words = st.text(alphabet="abcdefghijklmnopqrstuvwxyz", min_size=1, max_size=12)


@pytest.fixture(scope="module")
def lemmatiser() -> Lemmatiser:
    """The shipped table."""
    table, known = read_table(FOLDER / LEMMAS_FILE)
    return Lemmatiser(table, known, Splitter.from_file(FOLDER / TOKENIZER_FILE).vocabulary())


@given(ascii_words, ascii_words)
def test_a_script_leads_back_to_the_lemma(form: str, lemma: str) -> None:
    assert apply(form, script(form, lemma)) == lemma


@pytest.mark.parametrize(
    ("form", "upos", "proposals", "lemma"),
    [
        ("violated", "VERB", ["l2|"], "violate"),
        ("villages", "NOUN", ["l3|y"], "village"),
        ("shelled", "VERB", ["l2|"], "shell"),
        ("ceasefires", "NOUN", ["l1|"], "ceasefire"),
        ("were", "AUX", [], "be"),
        ("n't", "PART", [], "not"),
        ("Idlib", "PROPN", ["k0|"], "Idlib"),
        ("militias", "NOUN", ["l1|"], "militia"),
        ("besieged", "VERB", ["l2|"], "besiege"),
        ("mobilised", "VERB", ["l2|"], "mobilise"),
        ("displaced", "VERB", ["l2|"], "displace"),
        ("stopped", "VERB", ["l2|"], "stop"),
        ("carries", "VERB", ["l1|"], "carry"),
        ("artillery", "NOUN", ["l0|"], "artillery"),
    ],
)
def test_lemmas_are_words(lemmatiser: Lemmatiser, form: str, upos: str, proposals: list[str], lemma: str) -> None:
    assert lemmatiser(form, upos, proposals) == lemma


@given(st.text(min_size=1, max_size=20).filter(str.strip), st.sampled_from(["NOUN", "VERB", "ADJ", "PROPN", "X"]))
def test_a_lemma_is_never_empty(form: str, upos: str) -> None:
    assert Lemmatiser({}, {})(form, upos, ["l9|", "k2|"])


def test_the_letter_s_alone_is_its_own_lemma() -> None:
    assert Lemmatiser({}, {})("S", "NOUN", []) == "s"


def test_a_word_seen_only_as_a_noun_is_never_a_verb() -> None:
    table = {
        ("withdrawal", "NOUN"): "withdrawal",
        ("march", "NOUN"): "march",
        ("march", "VERB"): "march",
        ("raid", "NOUN"): "raid",
    }
    lemmatiser = Lemmatiser(table, {"VERB": frozenset({"march", "raid"}), "NOUN": frozenset({"withdrawal", "march", "raid"})})
    assert lemmatiser.never_verb("withdrawal") == {"NOUN"}
    assert not any(lemmatiser.never_verb(form) for form in ("march", "raid", "unheard"))
