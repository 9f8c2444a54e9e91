"""The event lexicon: every row well formed, every code known, nothing unreachable; and what the words mean, in samples."""

from __future__ import annotations

from collections import Counter
from importlib.resources import files
from typing import TYPE_CHECKING

import pytest

from trucewatch.coding.lexicon import NO_EVENT, Constraint, Lexicon, inflections, parse_constraint
from trucewatch.language.analysis import ENTITY_LABELS
from trucewatch.model import TrucewatchError

if TYPE_CHECKING:
    from trucewatch.coding.lexicon import Entry

LEXICON = Lexicon.load()
HEADER = "id\tlemma\tpos\tframe\ttype\tmode\tcameo\ttruce\tactor\trecipient\tnote\n"
# asked for by the engine, not by a frame
ENGINE_CLASSES = {"OPPOSITION", "PARTITIVE"}


def ontology_rows(name: str) -> list[dict[str, str]]:
    path = files("trucewatch") / "ontology" / "data" / name
    if not path.is_file():
        pytest.skip(f"{name} is not there")
    lines = [line for line in path.read_text("utf-8").splitlines() if line.strip() and not line.startswith("#")]
    header = lines[0].split("\t")
    return [dict(zip(header, line.split("\t"), strict=False)) for line in lines[1:]]


def described(entry: Entry) -> str:
    return f"{entry.id} ({entry.lemma})"


def events() -> list[Entry]:
    return [entry for entry in LEXICON.entries if not entry.blocks]


# --- the tables -------------------------------------------------------------------------------------------------------------


def test_ids_are_unique():
    rows = Counter(dict.fromkeys((entry.id, entry.frame) for entry in LEXICON.entries))
    ids = Counter(id_ for id_, _ in rows)
    assert [id_ for id_, n in ids.items() if n > 1] == []


def test_no_entry_is_unreachable():
    seen = Counter((e.lemma, e.pos, frozenset(e.frame)) for e in LEXICON.entries)
    assert [key for key, n in seen.items() if n > 1] == []


def test_lexicon_is_wide():
    assert len(LEXICON.entries) >= 2000
    assert {e.type for e in events()} == {row["type"] for row in ontology_rows("plover_types.tsv")}


def test_types_exist():
    known = {row["type"] for row in ontology_rows("plover_types.tsv")}
    assert [described(e) for e in events() if e.type not in known] == []


def test_modes_exist_for_their_type():
    known = {(row["type"], row["mode"]) for row in ontology_rows("plover_modes.tsv")}
    assert [described(e) for e in events() if e.mode and (e.type, e.mode) not in known] == []


def test_cameo_codes_exist():
    known = {row["code"] for row in ontology_rows("cameo.tsv")}
    assert [described(e) for e in events() if e.cameo and e.cameo not in known] == []
    assert [described(e) for e in events() if not e.cameo] == []


def test_truce_categories_exist():
    known = {row["id"] for row in ontology_rows("truce.tsv")}
    assert [(described(e), e.truce) for e in events() if e.truce and e.truce not in known] == []


def test_truce_categories_fit_the_type():
    fits = {row["id"]: row["types"].split("|") for row in ontology_rows("truce.tsv")}
    assert [(described(e), e.type, e.truce) for e in events() if e.truce and e.type not in fits[e.truce]] == []


def test_blocking_entries_have_no_codes():
    assert [described(e) for e in LEXICON.entries if e.blocks and (e.mode or e.cameo or e.truce)] == []


def test_contexts_exist():
    known = {row["context"] for row in ontology_rows("plover_contexts.tsv")}
    assert set(LEXICON.contexts.values()) <= known
    assert len(LEXICON.contexts) >= 300


def test_classes_used_exist_and_classes_are_used():
    used = {v for e in LEXICON.entries for c in e.frame if c.op.endswith("~") for v in c.values}
    used |= {light.noun for light in LEXICON.light_verbs if light.noun.isupper()}
    assert used - set(LEXICON.classes) == set()
    assert set(LEXICON.classes) - used - ENGINE_CLASSES == set()


def test_entity_members_are_entity_labels():
    labels = {m[1:] for members in LEXICON.classes.values() for m in members if m.startswith("@")}
    assert labels <= set(ENTITY_LABELS)


def test_verbs_are_not_light_and_nouns_have_no_object():
    wrong = [
        described(e)
        for e in LEXICON.entries
        for c in e.frame
        if (e.pos == "V" and c.slot == "light") or (e.pos == "N" and c.slot in {"obj", "iobj", "prt"})
    ]
    assert wrong == []


def test_governors_and_light_verbs_are_unique():
    governors = Counter((g.lemma, g.pos) for g in LEXICON.governors)
    light = Counter((v.verb, v.noun) for v in LEXICON.light_verbs)
    assert [key for key, n in governors.items() if n > 1] == []
    assert [key for key, n in light.items() if n > 1] == []


def test_every_governor_effect_is_used():
    assert {g.effect for g in LEXICON.governors} >= {"AGREE", "REJECT", "THREATEN", "REQUEST", "DENY", "STOP", "EVIDENCE"}


@pytest.mark.parametrize(
    "name", ["lexicon.tsv", "classes.tsv", "light.tsv", "governors.tsv", "events_context.tsv", "forms.tsv"]
)
def test_tables_say_where_they_come_from(name):
    text = (files("trucewatch.coding") / "data" / name).read_text("utf-8")
    comments = " ".join(line[1:].strip() for line in text.splitlines() if line.startswith("#"))
    assert "ritten for this project" in comments
    assert "Licence: the project's (Apache-2.0)" in comments
    assert text.endswith("\n")
    assert not [line for line in text.splitlines() if line != line.rstrip()]


# --- the constraint language ------------------------------------------------------------------------------------------------


def test_constraints_are_parsed():
    assert parse_constraint("obj") == Constraint("obj")
    assert parse_constraint("!obj") == Constraint("obj", negated=True)
    assert parse_constraint("obj!~FORCE") == Constraint("obj", op="!~", values=("FORCE",))
    assert parse_constraint("obj=fire|deaf_ear") == Constraint("obj", op="=", values=("fire", "deaf_ear"))
    assert parse_constraint("prep:out_of|from~PLACE") == Constraint("prep", ("out_of", "from"), "~", ("PLACE",))
    assert parse_constraint("of~CEASEFIRE") == Constraint("prep", ("of",), "~", ("CEASEFIRE",))
    assert parse_constraint("!prep:with") == Constraint("prep", ("with",), negated=True)
    assert parse_constraint("prt:up") == Constraint("prt", ("up",))


@pytest.mark.parametrize("text", ["verb", "obj:with", "prep", "obj~", "prep:", "obj==x", "OBJ~X", ""])
def test_broken_constraints_are_refused(text):
    with pytest.raises(ValueError, match=r"\S"):
        parse_constraint(text)


@pytest.mark.parametrize(
    ("row", "why"),
    [
        ("x\tshell\tX\tobj\tASSAULT\t\t\t\t\t\t", "pos 'X'"),
        ("x\tshell\tV\tobj:at\tASSAULT\t\t\t\t\t\t", "obj:at"),
        ("x\tshell\tV\tobj\t\t\t\t\t\t\t", "type"),
        ("x\t\tV\tobj\tASSAULT\t\t\t\t\t\t", "no lemma"),
        ("x\tshell\tV\tobj\tASSAULT\t\t\t\tnobody\t\t", "nobody"),
        ("x\tshell\tV\tobj\tASSAULT\t\t\t\t\t\tnote\tmore", "12 cells"),
    ],
)
def test_a_broken_row_names_file_line_and_reason(row, why):
    with pytest.raises(TrucewatchError) as caught:
        Lexicon.parse({"lexicon.tsv": f"# comment\n{HEADER}{row}\n"})
    assert caught.value.code == "lexicon-broken"
    assert caught.value.where == "lexicon.tsv:3"
    assert why in str(caught.value)


def test_version_changes_with_the_tables():
    row = "x\tshell\tV\tobj\tASSAULT\t\t\t\t\t\t"
    first = Lexicon.parse({"lexicon.tsv": f"{HEADER}{row}\n"})
    second = Lexicon.parse({"lexicon.tsv": f"{HEADER}{row}note\n"})
    assert first.version != second.version
    assert Lexicon.load() is LEXICON
    assert len(LEXICON.version) == 12


# --- what it serves ---------------------------------------------------------------------------------------------------------


def test_the_most_specific_entry_comes_first():
    lexicon = Lexicon.parse(
        {
            "lexicon.tsv": HEADER
            + "a\thit\tV\tobj\tASSAULT\n"
            + "b\thit\tV\tobj=record\t-\n"
            + "c\thit\tV\tobj~FORCE\tASSAULT\n"
            + "d\thit|strike\tV\tobj~REBEL\tASSAULT\n"
        }
    )
    assert [e.id for e in lexicon.entries_for("Hit", "V")] == ["b", "c", "d", "a"]
    assert [e.id for e in lexicon.entries_for("strike", "V")] == ["d"]
    assert lexicon.entries_for("hit", "N") == ()
    assert lexicon.entries_for("hit", "V")[0].type == NO_EVENT


def test_inflected_forms_stand_in_for_lemmas_guessed_wrong():
    for form, lemma in [("freed", "free"), ("expelled", "expel"), ("overran", "overrun"), ("occupied", "occupy")]:
        assert LEXICON.entries_for(form, "V") == LEXICON.entries_for(lemma, "V") != ()
    assert LEXICON.entries_for("beheadings", "N") == LEXICON.entries_for("beheading", "N") != ()
    assert LEXICON.light("launched", "attack") is not None
    assert LEXICON.governor("refused", "V") == LEXICON.governor("refuse", "V")


@pytest.mark.parametrize(
    ("lemma", "forms"),
    [
        ("free", {"frees", "freed", "freeing"}),
        ("occupy", {"occupies", "occupied", "occupying"}),
        ("clash", {"clashes", "clashed", "clashing"}),
        ("raid", {"raids", "raided", "raiding"}),
    ],
)
def test_regular_inflections(lemma, forms):
    assert inflections(lemma, "V") == forms


def test_word_classes_take_multiwords_by_their_tail_and_entities():
    assert LEXICON.in_class("artillery", "WEAPON_HEAVY")
    assert LEXICON.in_class("heavy weapon", "WEAPON_HEAVY")
    assert LEXICON.in_class("multiple_rocket_launcher", "WEAPON_HEAVY")
    assert not LEXICON.in_class("pen", "WEAPON_HEAVY")
    assert LEXICON.in_class("Saraqib", "TERRITORY", "place")
    assert not LEXICON.in_class("Saraqib", "TERRITORY")
    assert not LEXICON.in_class("artillery", "NO_SUCH_CLASS")
    assert "SHELL" in LEXICON.classes_of("rocket")
    assert LEXICON.in_class("troops", "FORCE")


@pytest.mark.parametrize(
    ("verb", "noun", "roles"),
    [
        ("carry_out", "raid", "normal"),
        ("hold", "talk", "both"),
        ("come_under", "fire", "swap"),
        ("conduct", "patrol", "normal"),
        ("reach", "agreement", "both"),
        ("impose", "sanction", "normal"),
    ],
)
def test_light_verbs(verb, noun, roles):
    light = LEXICON.light(verb, noun)
    assert light is not None
    assert light.roles == roles


def test_a_light_verb_does_not_carry_any_noun():
    assert LEXICON.light("carry_out", "banana") is None
    assert LEXICON.light("eat", "raid") is None


@pytest.mark.parametrize(
    ("lemma", "pos", "effect"),
    [
        ("agree", "V", "AGREE"),
        ("refuse", "V", "REJECT"),
        ("rule_out", "V", "REJECT"),
        ("call_on", "V", "REQUEST"),
        ("threaten", "V", "THREATEN"),
        ("vow", "V", "VOW"),
        ("sign", "N", "EVIDENCE"),
        ("likely", "A", "PREDICT"),
        ("deny", "V", "DENY"),
        ("prevent", "V", "PREVENT"),
    ],
)
def test_governors(lemma, pos, effect):
    governor = LEXICON.governor(lemma, pos)
    assert governor is not None
    assert governor.effect == effect


def test_unknown_governor_is_none():
    assert LEXICON.governor("eat", "V") is None
