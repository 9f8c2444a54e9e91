"""Pages out of templates: what a report holds cannot break the page, and looking for it costs nothing."""

from __future__ import annotations

import pytest

pytest.importorskip("fastapi", reason="the web application is not installed")

from hypothesis import example, given
from hypothesis import strategies as st

from trucewatch.web.render import _CONTROLS, _written


@given(st.text(st.characters()))
@example("".join(map(chr, range(0x180))))
@example("\ud800 lone")
@example("“plain” text\r\n\twith tabs: ✕ é Â\xa0")
def test_a_page_has_no_control_character_and_no_lone_surrogate(text):
    assert _written(text) == text.translate(_CONTROLS).encode("utf-8", "replace")


@pytest.mark.parametrize("code", sorted(_CONTROLS))
def test_each_control_character_is_replaced_wherever_it_stands(code):
    for text in (chr(code), f"a{chr(code)}", f"é{chr(code)}“"):
        assert chr(code) not in _written(text).decode()
