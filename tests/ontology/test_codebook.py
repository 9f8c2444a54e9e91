"""The codebook says what the data say, and names every word of the contract."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import get_args

import pytest

from trucewatch.model import EventStatus, HarmKind, Outcome, Stance
from trucewatch.ontology import load

sys.path.insert(0, str(Path(__file__).parent))
import tables_of_codebook as tables

TEXT = tables.CODEBOOK.read_text("utf-8")


def test_every_table_is_what_the_data_say():
    assert tables.filled(TEXT) == TEXT, "run: python tests/ontology/tables_of_codebook.py"


def test_every_group_and_scale_has_its_table():
    ontology = load()
    wanted = {f"truce {t.group}" for t in ontology.truces} | {f"scale {d.scale}" for d in ontology.degrees}
    wanted |= {"types", "modes", "contexts", "acled", "obligations", "cameo", "case"}
    assert set(tables.names(TEXT)) == wanted
    assert len(tables.names(TEXT)) == len(wanted)


def test_every_id_of_the_data_stands_in_the_codebook():
    o = load()
    ids = [t.name for t in o.types] + [m for t in o.types for m in o.modes(t.name)] + [c.name for c in o.contexts]
    ids += [t.id for t in o.truces] + [x.id for x in o.obligations] + [c.code for c in o.cameo_codes] + list(o.case_labels)
    missing = [i for i in ids if f"`{i}`" not in TEXT]
    assert not missing
    assert all(f"| {e.sub_event_type} |" in TEXT for e in o.acled_entries)


@pytest.mark.parametrize("words", [EventStatus, Stance, HarmKind, Outcome])
def test_every_word_of_the_contract_is_explained(words):
    assert [w for w in get_args(words) if f"`{w}`" not in TEXT] == []


def test_every_code_word_in_running_text_exists():
    o = load()
    known = {t.name for t in o.types}
    named = set(re.findall(r"`([A-Z]{3,})`", TEXT)) - {"TUR", "SYRREB", "DATE", "TIME", "DURATION", "SET"} - set(o.case_labels)
    assert named <= known


def test_links_within_the_page_lead_somewhere():
    anchors = {
        re.sub(r"[^a-z0-9 -]", "", h.lower()).strip().replace(" ", "-") for h in re.findall(r"^#+ (.+)$", TEXT, re.MULTILINE)
    }
    assert set(re.findall(r"\]\(#([^)]+)\)", TEXT)) <= anchors
