"""A dossier finds the links that are found in memory, and looks no closer. All stories are invented."""

from __future__ import annotations

import json

import pytest
from sqlalchemy import select
from tests.ledger.origins.stories import LOOK_ALIKE, OTHER, STORY, text

from trucewatch.dossier import keeping, origin_graph
from trucewatch.dossier.adding import Adding
from trucewatch.dossier.keeping import coder_json
from trucewatch.dossier.leaving import report_ids
from trucewatch.dossier.project import init, open_dossier
from trucewatch.dossier.store.tables import links
from trucewatch.ledger.origins import align, find
from trucewatch.model import Coded, CoderFacts

FACTS = CoderFacts("1", "m", "o", "g", "a")
#: One template: what it is filled with differs throughout.
TEMPLATE = (
    "On the road from {0} to {1} the drivers waited since the early morning for somebody to open the barrier. "
    "A woman of {2} sold them tea and bread, and said that {3} had promised to send a doctor before the night. "
    "Towards noon the men of {4} came down the hill with their sheep, and nobody in {5} could say who had let them pass. "
    "What happened after that is told in {6} otherwise than in {7}, where they have not forgotten how the last winter went."
)
HERE = TEMPLATE.format("Aldun", "Tessin", "Orl", "Brand", "Brod", "Lumen", "Mern", "Karsh")
THERE = TEMPLATE.format("Varn", "Sollen", "Quill", "Hest", "Ulm", "Darn", "Pell", "Ostra")


@pytest.fixture
def added(tmp_path, monkeypatch):
    """A dossier of the stories, and which texts were aligned."""
    aligned = []
    monkeypatch.setattr(origin_graph, "align", lambda a, b: aligned.append({a, b}) or align(a, b))
    stories = (
        text(STORY),
        text(STORY[2:]),
        text(LOOK_ALIKE),
        text(OTHER),
        HERE,
        THERE,
        HERE.replace("tea and bread", "bread"),
        HERE,
    )
    lines = tmp_path / "reports.jsonl"
    facts = [
        {"id": str(k), "text": story, "publisher": f"Paper {k}", "published": f"2031-05-1{k}", "language": "en"}
        for k, story in enumerate(stories)
    ]
    lines.write_text("".join(json.dumps(line) + "\n" for line in facts), "utf-8")
    init(tmp_path / "karsh", name="Karsh")
    with open_dossier(tmp_path / "karsh", write=True) as dossier:
        adding = Adding(dossier, coder_json(FACTS), _code, dossier.reading(language="en"))
        assert [one.outcome for one in adding.run([str(lines)])] == ["added"] * len(stories)
        yield dossier, aligned


def _code(items):
    for item in items:
        yield Coded(item.id, "coded", (), item, coder=FACTS)


def test_links_of_a_dossier_are_those_found_in_memory(added):
    dossier, _ = added
    there = dossier.read(lambda conn: {origin_graph.link_of(detail) for detail in conn.scalars(select(links.c.detail))})
    reports = dossier.read(lambda conn: [keeping.load_report(conn, id_) for id_ in report_ids(conn)])
    assert there == set(find(reports))
    assert len(there) > 2


def test_stories_of_one_template_that_name_other_things_are_not_aligned(added):
    _, aligned = added
    assert {HERE, HERE.replace("tea and bread", "bread")} in aligned
    assert {HERE, THERE} not in aligned
