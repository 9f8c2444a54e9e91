from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from trucewatch.model.highlight import Span, segments

LAYERS = ("evidence", "predicate", "place", "time")
SPANS = st.lists(
    st.builds(
        lambda layer, start, length: Span(layer, start, start + length),
        st.sampled_from(LAYERS),
        st.integers(-3, 30),
        st.integers(0, 20),
    )
)


@given(st.integers(0, 10), st.integers(0, 25), SPANS)
def test_segments_tile_the_range_and_carry_exactly_what_covers_them(start, length, spans):
    end = start + length
    made = list(segments(start, end, spans))
    assert [piece.start for piece in made[1:]] == [piece.end for piece in made[:-1]]
    if length:
        assert (made[0].start, made[-1].end) == (start, end)
    for piece in made:
        covering = {span for span in spans if span.start <= piece.start and piece.end <= span.end}
        assert set(piece.spans) == covering
        assert all(
            not piece.start < border < piece.end for span in spans if span.start < span.end for border in (span.start, span.end)
        )


def test_the_outermost_comes_first():
    [_, inner, _] = segments(0, 9, [Span("predicate", 3, 5, "0"), Span("evidence", 0, 9, "0")])
    assert [span.layer for span in inner.spans] == ["evidence", "predicate"]
    assert inner.keys("predicate", "evidence") == ("0",)
    assert inner.has("predicate")
