"""Linters for the ontology's data files."""

from __future__ import annotations

import re

import pytest

from trucewatch.model import TrucewatchError
from trucewatch.ontology import load
from trucewatch.ontology.tables import NAMES, read_bytes, rows, words

TYPES = [
    "AGREE",
    "CONSULT",
    "SUPPORT",
    "CONCEDE",
    "COOPERATE",
    "AID",
    "RETREAT",
    "REQUEST",
    "ACCUSE",
    "REJECT",
    "THREATEN",
    "PROTEST",
    "SANCTION",
    "MOBILIZE",
    "COERCE",
    "ASSAULT",
]
KEYS = {
    "acled.tsv": ("sub_event_type",),
    "cameo.tsv": ("code",),
    "case_labels.tsv": ("label",),
    "crosswalk.tsv": ("type", "mode", "truce"),
    "obligations.tsv": ("id",),
    "plover_contexts.tsv": ("context",),
    "plover_modes.tsv": ("type", "mode"),
    "plover_types.tsv": ("type",),
    "truce.tsv": ("id",),
    "ucdp.tsv": ("scale", "code"),
}
ACLED = {
    "Battles": {"Armed clash", "Government regains territory", "Non-state actor overtakes territory"},
    "Explosions/Remote violence": {
        "Chemical weapon",
        "Air/drone strike",
        "Suicide bomb",
        "Shelling/artillery/missile attack",
        "Remote explosive/landmine/IED",
        "Grenade",
    },
    "Violence against civilians": {"Sexual violence", "Attack", "Abduction/forced disappearance"},
    "Protests": {"Peaceful protest", "Protest with intervention", "Excessive force against protesters"},
    "Riots": {"Violent demonstration", "Mob violence"},
    "Strategic developments": {
        "Agreement",
        "Arrests",
        "Change to group/activity",
        "Disrupted weapons use",
        "Headquarters or base established",
        "Looting/property destruction",
        "Non-violent transfer of territory",
        "Other",
    },
}


def table(name):
    return list(rows(name, read_bytes(name)))


@pytest.mark.parametrize("name", NAMES)
def test_a_table_cites_its_source_and_has_unique_keys(name):
    text = read_bytes(name).decode("utf-8")
    comment = "\n".join(line for line in text.splitlines() if line.startswith("#"))
    assert "Source" in comment
    assert text.startswith("# ")
    assert "own" in comment or name == "case_labels.tsv", "say whose words these are"
    keys = [tuple(row[k] for k in KEYS[name]) for row in table(name)]
    assert len(keys) == len(set(keys))


@pytest.mark.parametrize("name", NAMES)
def test_cells_are_trimmed_and_sentences_end(name):
    for row in table(name):
        for column, cell in row.items():
            assert cell == " ".join(cell.split()), (name, row)
            if column in {"definition", "description", "boundary"}:
                assert cell.endswith("."), (name, cell)


def test_the_sixteen_types_with_their_quads():
    found = {row["type"]: int(row["quad"]) for row in table("plover_types.tsv")}
    assert list(found) == TYPES
    assert {t for t, q in found.items() if q == 1} == {"AGREE", "CONSULT", "SUPPORT", "CONCEDE"}
    assert {t for t, q in found.items() if q == 2} == {"COOPERATE", "AID", "RETREAT"}
    assert {t for t, q in found.items() if q == 3} == {"REQUEST", "ACCUSE", "REJECT", "THREATEN"}
    assert {t for t, q in found.items() if q == 4} == {"PROTEST", "SANCTION", "MOBILIZE", "COERCE", "ASSAULT"}


def test_modes_belong_to_types_and_older_names_do_not_collide():
    taken = {(row["type"], row["mode"]) for row in table("plover_modes.tsv")}
    for row in table("plover_modes.tsv"):
        assert row["type"] in TYPES
        assert row["source"] in {"manual", "polecat"}
        assert re.fullmatch(r"[a-z]+(-[a-z]+)*", row["mode"])
        assert not {(row["type"], older) for older in words(row["older"])} & taken


def test_contexts_leave_out_what_status_says():
    found = {row["context"] for row in table("plover_contexts.tsv")}
    assert not found & {"historical", "future", "hypothetical", "negation"}
    assert {"military", "diplomatic", "human_rights", "election", "terrorism", "migration", "cyber", "economic"} <= found


def test_cameo_codes_are_complete_as_a_tree():
    codes = {row["code"] for row in table("cameo.tsv")}
    assert {code for code in codes if len(code) == 2} == {f"{i:02}" for i in range(1, 21)}
    for code in codes:
        assert re.fullmatch(r"\d{2,4}", code)
        assert len(code) == 2 or code[:-1] in codes, code
    assert len(codes) > 290


def test_every_cameo_code_but_comments_maps_to_a_plover_type():
    ontology = load()
    for code in ontology.cameo_codes:
        if code.basis == "dropped":
            assert (code.root, code.type) == ("01", None)
            continue
        assert code.type is not None
        assert code.basis in {"table", "manual", "ours"}
        assert code.mode is None or ontology.mode(code.type, code.mode)
        assert code.context is None or code.context in {c.name for c in ontology.contexts}


def test_cameo_quads_follow_the_roots():
    for code in load().cameo_codes:
        root = int(code.root)
        expected = 1 if root <= 5 else 2 if root <= 9 else 3 if root <= 14 else 4
        assert code.quad == expected


def test_acled_spelling_is_exact():
    found: dict[str, set[str]] = {}
    for row in table("acled.tsv"):
        found.setdefault(row["event_type"], set()).add(row["sub_event_type"])
        assert row["disorder_type"] in {
            "Political violence",
            "Demonstrations",
            "Political violence; Demonstrations",
            "Strategic developments",
        }
    assert found == ACLED
    assert sum(map(len, found.values())) == 25


def test_the_thirty_case_labels_cover_acled_s_twenty_five():
    labels = {row["label"]: row["sub_event_type"] for row in table("case_labels.tsv")}
    assert len(labels) == 30
    assert set(labels.values()) - {""} == {sub for subs in ACLED.values() for sub in subs}
    assert {label for label, sub in labels.items() if not sub} == {
        "ATTRIB",
        "DIPLO",
        "MAN_MADE_DISASTER",
        "NATURAL_DISASTER",
        "ORG_CRIME",
    }


def test_ucdp_scales_are_whole():
    found: dict[str, list[int]] = {}
    for row in table("ucdp.tsv"):
        found.setdefault(row["scale"], []).append(int(row["code"]))
    assert found == {
        "type_of_violence": [1, 2, 3],
        "where_prec": [1, 2, 3, 4, 5, 6, 7],
        "date_prec": [1, 2, 3, 4, 5],
        "event_clarity": [1, 2],
    }


def test_truce_categories_refer_to_types_and_obligations_that_exist():
    ontology = load()
    obligations = {o.id for o in ontology.obligations}
    for truce in ontology.truces:
        assert truce.bearing in {"breach", "keeping", "open"}
        assert truce.types
        assert set(truce.types) <= set(TYPES)
        assert set(truce.obligations) <= obligations
        assert re.fullmatch(r"[a-z-]+( [a-z-]+)*", truce.id)
    assert obligations == {o for t in ontology.truces for o in t.obligations}


def test_the_contract_s_own_examples_are_categories():
    found = {t.id for t in load().truces}
    assert found >= {
        "shelling",
        "small arms",
        "air strike",
        "explosive device",
        "advance",
        "withdrawal",
        "patrol held",
        "patrol cut short",
        "patrol obstructed",
        "access denied",
        "weapons in a withdrawal zone",
        "detention",
        "prisoner exchange",
        "humanitarian passage",
        "road blocked",
    }


def test_crosswalk_refers_to_what_exists_and_each_type_has_a_code():
    ontology = load()
    for row in ontology.crossings:
        ontology.type(row.type)
        assert row.mode == "*" or ontology.mode(row.type, row.mode)
        assert row.truce == "*" or row.type in ontology.truce(row.truce).types
        assert ontology.cameo(row.cameo)
        for cell in (row.acled, row.acled_government, row.acled_nonstate, row.acled_civilians):
            assert cell in {"", "none", "unknown", "=civilians"} or ontology.acled(cell)
    bare = {row.type for row in ontology.crossings if (row.mode, row.truce) == ("*", "*")}
    assert bare == set(TYPES)


def test_each_mode_and_each_category_of_a_type_has_a_row():
    ontology = load()
    keys = {(row.type, row.mode, row.truce) for row in ontology.crossings}
    for kind in TYPES:
        for mode in ontology.modes(kind):
            assert (kind, mode, "*") in keys
    for truce in ontology.truces:
        for kind in truce.types:
            assert (kind, "*", truce.id) in keys


def test_default_codes_lead_back_to_their_type():
    ontology = load()
    strays = {
        (row.type, row.mode, row.truce, row.cameo) for row in ontology.crossings if ontology.cameo(row.cameo).type != row.type
    }
    assert strays == KNOWN_STRAYS


#: Where CAMEO has no code on PLOVER's side of the line, the nearest one stands in.
KNOWN_STRAYS = {
    ("RETREAT", "resign", "*", "0831"),
    ("SANCTION", "convict", "*", "116"),
}


def test_a_row_with_a_cell_too_few_is_named_with_its_line():
    with pytest.raises(TrucewatchError, match=r"truce\.tsv, line 3"):
        list(rows("truce.tsv", b"# c\na\tb\n1\n"))
