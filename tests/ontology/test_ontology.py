"""Lookups and the way from PLOVER to CAMEO and ACLED."""

from __future__ import annotations

import time

import pytest

from trucewatch.model import Acled, TrucewatchError
from trucewatch.ontology import acled_records, build, load
from trucewatch.ontology.tables import NAMES, read_bytes


@pytest.fixture(scope="module")
def ontology():
    return load()


@pytest.mark.parametrize(
    ("event", "cameo", "acled"),
    [
        (("ASSAULT", "heavy-weapons", "shelling"), "194", "Shelling/artillery/missile attack"),
        (("ASSAULT", "firearms", "small arms"), "193", "Armed clash"),
        (("ASSAULT", "aerial", "air strike"), "195", "Air/drone strike"),
        (("ASSAULT", "drone", "drone strike"), "195", "Air/drone strike"),
        (("ASSAULT", "explosives", "explosive device"), "1833", "Remote explosive/landmine/IED"),
        (("ASSAULT", "suicide-attack", None), "1831", "Suicide bomb"),
        (("ASSAULT", None, None), "190", "Armed clash"),
        (("ASSAULT", "abduct", "human shields"), "184", "Other"),
        (("ASSAULT", "abduct", "abduction"), "181", "Abduction/forced disappearance"),
        (("COERCE", "arrest", "detention"), "173", "Arrests"),
        (("COERCE", "restrict", "road blocked"), "191", "Other"),
        (("RETREAT", "withdraw", "withdrawal"), "0874", "Non-violent transfer of territory"),
        (("RETREAT", "release", "prisoner exchange"), "0841", "Agreement"),
        (("SUPPORT", None, "agreement signed"), "057", "Agreement"),
        (("MOBILIZE", "militia", "recruitment"), "154", "Change to group/activity"),
        (("PROTEST", "riot", None), "145", "Violent demonstration"),
    ],
)
def test_default_codes(ontology, event, cameo, acled):
    assert ontology.default_cameo(*event) == cameo
    assert ontology.default_acled(*event).sub_event_type == acled


@pytest.mark.parametrize(
    "event",
    [
        ("COOPERATE", None, "patrol held"),
        ("REQUEST", "yield", "withdrawal"),
        ("REJECT", "yield", "withdrawal"),
        ("THREATEN", "violence", "threat to persons"),
        ("ACCUSE", "allege", "violation alleged"),
        ("CONSULT", "phone", None),
        ("COERCE", "restrict", None),
    ],
)
def test_acled_would_record_nothing(ontology, event):
    assert ontology.default_acled(*event) is None


def test_who_took_the_ground_decides_and_is_not_guessed(ontology):
    event = ("ASSAULT", None, "territory seized")
    assert ontology.default_acled(*event) is None
    assert ontology.default_acled(*event, government=True) == Acled("Battles", "Government regains territory")
    assert ontology.default_acled(*event, government=False).sub_event_type == "Non-state actor overtakes territory"


def test_civilians_as_the_harmed_turn_a_clash_into_an_attack_but_not_shelling(ontology):
    assert ontology.default_acled("ASSAULT", "firearms", civilians=True).sub_event_type == "Attack"
    assert ontology.default_acled("ASSAULT", "heavy-weapons", civilians=True).event_type == "Explosions/Remote violence"


@pytest.mark.parametrize("truce", ["attack on civilians", "attack on journalists", "attack on a protected site"])
def test_an_attack_on_the_unarmed_takes_its_means_from_the_mode(ontology, truce):
    assert ontology.default_acled("ASSAULT", None, truce).sub_event_type == "Attack"
    assert ontology.default_acled("ASSAULT", "aerial", truce).sub_event_type == "Air/drone strike"
    assert ontology.default_acled("ASSAULT", "firearms", truce).sub_event_type == "Attack"
    assert ontology.default_cameo("ASSAULT", "aerial", truce) == "195"


def test_every_combination_has_a_cameo_code_and_a_legal_acled_value(ontology):
    known = {(e.event_type, e.sub_event_type) for e in ontology.acled_entries}
    for kind in ontology.types:
        for mode in (None, *ontology.modes(kind.name)):
            for truce in (None, *(t.id for t in ontology.truces)):
                assert ontology.cameo(ontology.default_cameo(kind.name, mode, truce))
                for side in (None, True, False):
                    found = ontology.default_acled(kind.name, mode, truce, government=side, civilians=side is False)
                    assert found is None or (found.event_type, found.sub_event_type) in known


def test_only_what_took_place_is_acled_s():
    assert [s for s in ("happened", "ongoing", "denied", "planned", "conditional") if acled_records(s)] == [
        "happened",
        "ongoing",
    ]


def test_lookups(ontology):
    assert ontology.quad("RETREAT") == 2
    assert ontology.modes("REQUEST") == ontology.modes("REJECT") == ("assist", "change", "yield", "meet")
    assert ontology.modes("AGREE") == ()
    assert ontology.cameo("0871").type == "RETREAT"
    assert ontology.acled("Grenade") == Acled("Explosions/Remote violence", "Grenade")
    assert ontology.truce("patrol cut short").slug == "patrol-cut-short"
    assert ontology.degree("where_prec", 6).label == "Country"
    assert ontology.acled_entry("Attack").disorder_type == "Political violence"
    assert ontology.case_labels["ART_MISS_ATTACK"] == "Shelling/artillery/missile attack"


@pytest.mark.parametrize(
    ("call", "hint"),
    [
        (lambda o: o.type("DEMAND"), "REMAND|codebook"),
        (lambda o: o.mode("ASSAULT", "firearm"), "'firearms'"),
        (lambda o: o.mode("AGREE", "verbal"), "codebook"),
        (lambda o: o.cameo("10871"), "087"),
        (lambda o: o.acled("Shelling"), "codebook|Shelling"),
        (lambda o: o.truce("patrol-cut-short"), "'patrol cut short'"),
        (lambda o: o.degree("where_prec", 8), "codebook"),
        (lambda o: o.default_cameo("ASSAULT", "mail"), "codebook|'"),
        (lambda o: o.default_acled("ASSAULT", None, "shell"), "'shelling'"),
    ],
)
def test_an_unknown_name_is_one_line_with_a_way_on(ontology, call, hint):
    with pytest.raises(TrucewatchError, match=hint) as caught:
        call(ontology)
    assert caught.value.code == "ontology-unknown"
    assert "\n" not in str(caught.value)


def test_the_version_is_the_tables_and_nothing_else(ontology):
    tables = {name: read_bytes(name) for name in NAMES}
    assert build(tables).version == ontology.version
    assert len(ontology.version) == 12
    windows = {name: data.replace(b"\n", b"\r\n") for name, data in tables.items()}
    assert build(windows).version == ontology.version
    assert build({**tables, "ucdp.tsv": tables["ucdp.tsv"] + b"# x\n"}).version != ontology.version


def test_it_is_read_once_and_cannot_be_changed(ontology):
    assert load() is ontology
    with pytest.raises(AttributeError):
        ontology.version = "x"
    with pytest.raises(TypeError):
        ontology.case_labels["X"] = None


def test_it_loads_fast():
    tables = {name: read_bytes(name) for name in NAMES}
    best = min(_seconds(lambda: build(tables)) for _ in range(7))
    assert best < 0.06, "20 ms at rest; thrice that on a busy machine"


def _seconds(call):
    start = time.perf_counter()
    call()
    return time.perf_counter() - start
