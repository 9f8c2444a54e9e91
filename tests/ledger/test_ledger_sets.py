"""The two sets of fictional reports, marked, as the benchmark reads them: reckoning, and floors that only rise."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "benchmarks"))

import incident_clusters  # noqa: E402
import incident_score as score  # noqa: E402
import incident_sets  # noqa: E402
from fit_incidents import fit, priors  # noqa: E402
from trucewatch.model import TrucewatchError  # noqa: E402

SETS = Path(__file__).parent


@pytest.mark.parametrize(
    ("name", "found", "tellings", "merged"), [("dev", 0.93, 0.82, 1), ("held", 0.93, 0.78, 0), ("dev_f", 0.72, 0.53, 7)]
)
def test_a_set_is_clustered_as_well_as_before(name, found, tellings, merged):
    result = incident_clusters.measure(incident_sets.code(SETS / name))
    ledger, plain = result["ledger"], result["type, place, day equal"]
    assert ledger["found tellings"]["B-cubed F1"] >= 100 * found
    assert ledger["all tellings"]["B-cubed F1"] >= 100 * tellings
    assert ledger["all tellings"]["B-cubed F1"] > plain["all tellings"]["B-cubed F1"] + 20
    assert len(ledger["false merges"]) <= merged


@pytest.mark.parametrize("name", ["dev", "held", "dev_c", "dev_d", "dev_e", "dev_f"])
def test_hard_pairs_name_incidents_that_are_told(name):
    marked, hard = incident_sets.read(SETS / name)
    told = {t.incident for m in marked for t in m.tellings}
    assert hard
    assert {i for pair in hard for i in pair} <= told


def test_marks_are_stripped_and_offsets_kept():
    text, tellings = incident_sets.strip("They [[a1|shelled]] Orl, [[a1|killing]] two.", "r")
    assert text == "They shelled Orl, killing two."
    assert [text[t.start : t.end] for t in tellings] == ["shelled", "killing"]


def test_a_block_without_a_rule_is_refused():
    with pytest.raises(TrucewatchError, match="no line ---"):
        incident_sets.parse("## r1\npublisher: A\n\ntext")


def test_a_header_that_is_not_known_is_refused():
    with pytest.raises(TrucewatchError, match="not a header"):
        incident_sets.parse("## r1\nauthor: A\n---\ntext")


def test_an_origin_is_read():
    (found,) = incident_sets.parse("## r1\norigin: republished | State News | 2032-05-13\n---\ntext")
    assert found.report.origin is not None
    assert (found.report.origin.publisher, found.report.origin.published) == ("State News", "2032-05-13")


def test_b_cubed_of_one_split_and_one_merge():
    assert score.b_cubed(["a", "a", "b", "b"], ["1", "1", "1", "2"]) == (66.7, 75.0, 70.6)
    assert score.b_cubed(["a", "b"], ["1", "2"]) == (100.0, 100.0, 100.0)


def test_pairs_and_rand():
    assert score.pairs(["a", "a", "b"], ["1", "1", "1"]) == (33.3, 100.0, 50.0)
    assert score.rand(["a", "a", "b", "b"], ["1", "1", "2", "2"]) == 100.0
    assert score.rand(["a", "a", "b", "b"], ["1", "2", "1", "2"]) == -50.0


def test_false_merges_are_hard_pairs_in_one_cluster():
    assert score.false_merges(["a", "b", "c"], ["1", "1", "2"], [("a", "b"), ("b", "c")]) == [("a", "b")]


def test_fitting_stays_at_the_prior_where_nothing_is_seen():
    prior = {"bias": -1.0, "seen": 0.0, "unseen": 0.7}
    made = fit([({"bias": 1.0, "seen": 1.0}, True), ({"bias": 1.0}, False)] * 20, prior, pull=1.0)
    assert made["unseen"] == 0.7
    assert made["seen"] > 1
    assert set(priors("compare")) >= {"bias", "place same"}
