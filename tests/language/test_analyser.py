"""From raw text to analysis with the shipped weights."""

import json
import shutil
import subprocess
import sys
from dataclasses import astuple
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from trucewatch.language import ATTRIBUTION_LABELS, ENTITY_LABELS, Analysis, WeightsError, load
from trucewatch.language.analyser import Analyser
from trucewatch.language.weights import FOLDER, check

REPORT = """Syrian government forces shelled the town of Sarmin on Monday, killing three civilians, activists said.

"We don't have any ambulances left," Dr. Ahmed al-Khatib told Reuters. He added that Russia's warplanes had violated
the ceasefire. The U.S. State Department denied that.
"""
pieces = st.sampled_from(
    [
        "The army said",
        " ",
        "\n",
        "\n\n",
        ".",
        '"',
        "don't",
        "Gen. Ali",
        "3,000",
        "🚀",
        "e\u0301",
        "\u200b",
        "\x00",
        "على",
        "北京",
        "…",
        "—",
        "’s",
    ]
)


def assert_sound(analysis: Analysis) -> None:
    """Offsets round-trip, tokens and sentences in order, every sentence a tree."""
    at = 0
    for i, token in enumerate(analysis.tokens):
        assert token.i == i
        assert at <= token.start < token.end
        assert analysis.text[token.start : token.end] == token.text
        assert token.lemma
        assert token.deprel
        sentence = analysis.sentences[token.sentence]
        assert sentence.first <= i < sentence.last
        assert token.head == -1 or sentence.first <= token.head < sentence.last
        at = token.end
    first = 0
    for k, sentence in enumerate(analysis.sentences):
        assert (sentence.index, sentence.first) == (k, first)
        assert sentence.start == analysis.tokens[sentence.first].start
        assert sentence.end == analysis.tokens[sentence.last - 1].end
        roots = [t.i for t in analysis.sentence_tokens(k) if t.head == -1]
        assert len(roots) == 1
        assert analysis.subtree(roots[0]) == tuple(range(sentence.first, sentence.last))
        first = sentence.last
    assert first == len(analysis.tokens)
    for span in (*analysis.entities, *analysis.attributions):
        assert span.label in ENTITY_LABELS + ATTRIBUTION_LABELS
        assert span.start == analysis.tokens[span.first].start
        assert span.end == analysis.tokens[span.last - 1].end
        assert 0 <= span.score <= 1


def test_a_report(analyser: Analyser) -> None:
    analysis = analyser.analyse(REPORT)
    assert_sound(analysis)
    assert len(analysis.sentences) == 4
    assert analysis.root(0).lemma in {"shell", "say"}
    assert {"source", "cue", "content"} <= {s.label for s in analysis.attributions}
    assert "Sarmin" in {t.lemma for t in analysis.tokens}


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(pieces, max_size=40).map("".join))
def test_any_text_gives_sound_offsets(analyser: Analyser, text: str) -> None:
    analysis = analyser.analyse(text)
    assert analysis.text == text
    assert_sound(analysis)


@pytest.mark.parametrize("text", ["", " \n\t ", "\x00", ".", "\ufeff"])
def test_next_to_nothing_is_analysed(analyser: Analyser, text: str) -> None:
    assert_sound(analyser.analyse(text))


@pytest.mark.parametrize("unit", ["word ", "x", "a, ", "(", "\n"])
def test_a_sentence_without_end_is_cut(analyser: Analyser, unit: str) -> None:
    assert_sound(analyser.analyse(unit * (6_000 // len(unit))))


def test_a_blank_line_always_ends_a_sentence(analyser: Analyser) -> None:
    assert len(analyser.analyse("Shelling of the\n\nnorthern town").sentences) == 2


def test_what_stands_in_another_window_changes_nothing(analyser: Analyser) -> None:
    alone = analyser.analyse(REPORT * 12)
    again = analyser.analyse(REPORT * 12)
    assert alone == again


_SCRIPT = """
import json, sys
from dataclasses import astuple
from trucewatch.language import load
analysis = load().analyse(sys.stdin.read())
print(json.dumps([[astuple(x) for x in part] for part in (analysis.tokens, analysis.entities, analysis.attributions)]))
"""


def test_another_process_says_the_same(analyser: Analyser) -> None:
    analyser.analyse("Something else was read before.")
    here = analyser.analyse(REPORT)
    mine = [[astuple(x) for x in part] for part in (here.tokens, here.entities, here.attributions)]
    done = subprocess.run([sys.executable, "-c", _SCRIPT], input=REPORT, capture_output=True, text=True, check=True)
    assert json.loads(done.stdout) == json.loads(json.dumps(mine))


def test_the_weights_are_small_enough() -> None:
    assert sum(p.stat().st_size for p in FOLDER.iterdir()) < 30_000_000


def test_every_shipped_file_is_named_in_the_manifest() -> None:
    named = set(check().sha256) | {"manifest.json", "MODEL_CARD.md"}
    assert {p.name for p in FOLDER.iterdir() if not p.name.startswith(".")} == named


def test_a_changed_file_is_refused(tmp_path: Path) -> None:
    for path in FOLDER.iterdir():
        shutil.copyfile(path, tmp_path / path.name)
    with (tmp_path / "lemmas.tsv").open("a", encoding="utf-8") as handle:
        handle.write("# changed\n")
    with pytest.raises(WeightsError, match=r"lemmas\.tsv is not the file"):
        load(tmp_path)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match=r"manifest\.json"):
        load(tmp_path)
    shutil.copyfile(FOLDER / "manifest.json", tmp_path / "manifest.json")
    with pytest.raises(WeightsError, match="missing"):
        load(tmp_path)


def test_weights_of_another_version_are_named(tmp_path: Path) -> None:
    record = json.loads((FOLDER / "manifest.json").read_text(encoding="utf-8"))
    del record["labels"]["event_type"]
    (tmp_path / "manifest.json").write_text(json.dumps(record), encoding="utf-8")
    with pytest.raises(WeightsError, match=r"another version of trucewatch: they lack event_type"):
        load(tmp_path)
