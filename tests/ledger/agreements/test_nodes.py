"""Files that are broken, hostile or too big are refused with a line; TOML knows its lines too."""

from __future__ import annotations

import tomllib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trucewatch.ledger.agreements import lint
from trucewatch.ledger.agreements.nodes import MAX_BYTES, MAX_DEPTH, Unreadable, parse
from trucewatch.model import TrucewatchError

from .base import TEXT, desk, edited, problems, written

BOMB = "a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\n"


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        (BOMB, 1, "anchors (&) and aliases (*) are not read"),
        ("id: x\nparties: *p\n", 2, "anchors (&) and aliases (*) are not read"),
        (
            "id: !!python/object/apply:os.system [ls]\n",
            1,
            "tags (tag:yaml.org,2002:python/object/apply:os.system) are not read",
        ),
        ("id: !local x\n", 1, "tags (!local) are not read"),
        ("a: 1\na: 2\n", 2, "the key 'a' stands twice, first in line 1"),
        ("a: 1\n---\nb: 2\n", 2, "a second document"),
        ("a: [1\nb: 2\n", 2, "is no YAML"),
        ("- a\n- b\n", 1, "an agreement is a map of keys"),
        ("", 1, "the file is empty"),
        ("a: " + "[" * (MAX_DEPTH + 5), 1, f"is nested deeper than {MAX_DEPTH} levels"),
        ("? [a, b]\n: c\n", 1, "a key must be plain text"),
        ("a: \tb\n\tc: d\n", 2, "is no YAML"),
    ],
)
def test_what_is_not_read_is_refused_by_line(tmp_path, text, line, said):
    (found,) = problems(tmp_path, text)
    assert (found.line, found.severity) == (line, "error")
    assert said in found.message


def test_a_deep_file_costs_nothing_but_a_line(tmp_path):
    (found,) = problems(tmp_path, "[" * 500_000)
    assert "nested deeper" in found.message


def test_a_file_that_is_no_text_is_refused_by_line():
    with pytest.raises(Unreadable) as caught:
        parse(b"a: 1\nb: \xff\xfe\n", ".yaml")
    assert (caught.value.line, caught.value.message) == (2, "is not UTF-8 text")


def test_a_file_too_big_or_not_there_is_an_error(tmp_path):
    big = tmp_path / "big.yaml"
    big.write_bytes(b"#" * (MAX_BYTES + 1))
    with pytest.raises(TrucewatchError, match="more than") as caught:
        lint(big, *desk())
    assert caught.value.code == "agreement-too-big"
    with pytest.raises(TrucewatchError) as caught:
        lint(tmp_path / "none.yaml", *desk())
    assert caught.value.code == "no-agreement"


def kind_or_line(data, suffix):
    try:
        return parse(data, suffix).kind
    except Unreadable as refused:
        return refused.line


@settings(deadline=None)
@given(st.text(max_size=300))
def test_no_text_does_more_than_be_refused(text):
    for suffix in (".yaml", ".toml"):
        told = kind_or_line(text.encode("utf-8", "surrogatepass"), suffix)
        assert told == "map" or told >= 1


TOML = """\
trucewatch-agreement = 1
id = "small"
title = "A small truce"
date = 2020-03-05
place = "Moscow"
kind = "InterIntra"
stage = "Cea"
parties = [{actor = "TUR", role = "signed"}]

[[status]]
state = "in force"
from = 2020-03-05

[[sources]]
title = "The truce"
publisher = "Somebody"

[areas.road]
type = "LineString"
coordinates = [
  [36.76, 35.85],
  [36.20, 35.80],
]
width_km = 6
lies_in = ["SYR/Idlib"]

[[terms]]
id = "fire"
label = "Ceasefire"
text = "No fire."
obligations = ["no fire"]
bearers = ["parties"]
area = "road"
period.from = 2020-03-06T00:01:00

[[terms]]
id = "patrols"
label = "Patrols"
text = "They patrol."
obligations = ["joint patrols"]
bearers = ["TUR"]
area = "road"

[terms.period]
from = 2020-03-15
deadline = 2020-06-01
"""


def test_an_agreement_may_be_toml(tmp_path):
    assert problems(tmp_path, TOML, "small.toml") == ()


@pytest.mark.parametrize(
    ("old", "new", "needle"),
    [
        ('stage = "Cea"', 'stage = "Truce"', "stage ="),
        ("width_km = 6", "width_km = 0", "width_km"),
        ("from = 2020-03-15", "from = 2019-03-15", "from = 2019"),
        ('label = "Patrols"', 'labell = "Patrols"', "labell"),
        ("period.from = 2020-03-06T00:01:00", "period.from = 2019-03-06", "period.from"),
    ],
)
def test_toml_problems_have_lines_too(tmp_path, old, new, needle):
    text = TOML.replace(old, new)
    line = text[: text.index(needle) + 1].count("\n") + 1
    assert [found.line for found in problems(tmp_path, text, "small.toml")] == [line]


def test_toml_that_is_none_is_told_by_its_line(tmp_path):
    (found,) = problems(tmp_path, TOML.replace("date = 2020-03-05\nplace", "date = 2020-02-31\nplace"), "small.toml")
    assert found.line == 4
    assert "is no TOML" in found.message


def test_yaml_and_toml_give_the_same_nodes():
    def plain(node):
        if node.kind == "map":
            return {key: plain(value) for key, value in node.pairs.items()}
        return [plain(item) for item in node.items] if node.kind == "list" else node.text

    data = tomllib.loads(TOML)
    assert plain(parse(TOML.encode(), ".toml"))["terms"][0]["id"] == data["terms"][0]["id"]
    assert plain(parse(b"a: [1, {b: x}]", ".yaml")) == plain(parse(b'a = [1, {b = "x"}]', ".toml"))


def test_a_byte_order_mark_and_windows_lines_do_no_harm(tmp_path):
    path = written(tmp_path)
    path.write_bytes(b"\xef\xbb\xbf" + TEXT.replace("\n", "\r\n").encode())
    assert lint(path, *desk()) == ()


def test_hostile_words_stay_on_one_line(tmp_path):
    (found,) = problems(tmp_path, edited(("actor: TUR, role: signed", 'actor: "T\\nUR\\x1b[31m", role: signed')))
    assert "\n" not in found.text()
    assert "\x1b" not in found.text()
