from __future__ import annotations

import builtins

import pytest
from lxml import html

from publishing import samples
from trucewatch.model import TrucewatchError
from trucewatch.model.rows import COLUMNS


def test_pandas_gets_one_row_an_event():
    frame = samples.coded().to_pandas()
    assert list(frame.columns) == list(COLUMNS)
    assert list(frame["status"]) == ["happened", "denied", "threatened"]
    assert samples.failed().to_pandas().empty


def test_without_pandas_it_says_what_to_install(monkeypatch):
    real = builtins.__import__

    def without(name, *rest):
        if name == "pandas":
            raise ImportError(name)
        return real(name, *rest)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(TrucewatchError, match="pip install") as caught:
        samples.coded().to_pandas()
    assert caught.value.code == "pandas-missing"


@pytest.mark.parametrize("attack", samples.ATTACKS)
def test_the_notebook_view_escapes_everything(attack):
    tree = html.fromstring(samples.hostile(attack)._repr_html_())
    assert {element.tag for element in tree.iter()} <= {
        "div",
        "strong",
        "small",
        "span",
        "table",
        "thead",
        "tbody",
        "tr",
        "th",
        "td",
    }


def test_the_notebook_view_holds_the_text_and_the_failures():
    assert samples.TEXT in "".join(html.fromstring(samples.coded()._repr_html_()).itertext())
    assert "no-text" in samples.failed()._repr_html_()
