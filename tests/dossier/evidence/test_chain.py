from __future__ import annotations

import hashlib
import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trucewatch.dossier.evidence import check, from_line, link, to_line
from trucewatch.model import TrucewatchError

from .makers import WHEN, chain

_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(st.characters()),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(st.characters(), max_size=5), inner, max_size=3),
    max_leaves=8,
)


def codes(entries):
    return [trouble.code for trouble in check(entries)]


@given(st.dictionaries(st.text(st.characters()), _JSON, max_size=4))
def test_a_line_comes_back_as_the_entry_it_was_made_of(detail):
    entry = link(None, WHEN, "capture", detail)
    assert from_line(to_line(entry)) == entry
    assert entry.is_whole()
    assert to_line(entry).count(b"\n") == 1


def test_the_hash_can_be_made_by_hand():
    first, second = chain(2)
    fields = {"seq": 2, "at": WHEN, "action": "capture", "detail": second.detail, "prev": first.hash}
    plain = json.dumps(fields, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    assert second.hash == hashlib.sha256(plain).hexdigest()
    assert first.prev == "0" * 64


def test_a_sound_chain_has_no_trouble():
    assert codes(chain(20)) == []
    assert codes([]) == []


def test_a_changed_detail_is_named():
    entries = chain(5)
    entries[2] = replace(entries[2], detail={"number": 99})
    found = list(check(entries))
    assert [(trouble.code, trouble.where) for trouble in found] == [("entry-changed", "entry 3")]


def test_an_entry_hashed_anew_no_longer_links():
    entries = chain(5)
    entries[2] = link(entries[1], WHEN, "capture", {"number": 99})
    assert [(trouble.code, trouble.where) for trouble in check(entries)] == [("entry-unlinked", "entry 4")]


def test_gaps_repeats_and_swaps_are_named():
    entries = chain(6)
    assert codes(entries[:2] + entries[4:]) == ["entry-missing"]
    assert codes(entries[1:]) == ["entry-missing"]
    assert codes([*entries[:3], entries[2], *entries[3:]]) == ["entry-out-of-order"]
    assert set(codes([*entries[:2], entries[3], entries[2], *entries[4:]])) == {"entry-missing", "entry-out-of-order"}


@given(st.permutations(range(5)))
def test_any_other_order_is_trouble(order):
    entries = chain(5)
    assert bool(codes([entries[i] for i in order])) == (list(order) != sorted(order))


@pytest.mark.parametrize("at", ["2031-05-14", "2031-05-14T08:15:00", "2031-05-14T08:15:00+02:00", "now", ""])
def test_a_time_that_is_not_utc_is_refused(at):
    with pytest.raises(TrucewatchError, match="ISO 8601"):
        link(None, at, "capture", {})


@pytest.mark.parametrize("detail", [{"a": float("nan")}, {"a": b"x"}, {10: 1, 9: 2}, {"a": {1: 2, "1": 3}}])
def test_a_detail_that_json_cannot_hold_is_refused(detail):
    with pytest.raises(TrucewatchError) as caught:
        link(None, WHEN, "capture", detail)
    assert caught.value.code == "bad-entry"


def test_the_entry_does_not_change_with_what_it_was_made_of():
    detail = {"names": ["a"]}
    entry = link(None, WHEN, "capture", detail)
    detail["names"].append("b")
    assert entry.is_whole()


@pytest.mark.parametrize(
    "spoil",
    [
        lambda line: line.replace(b'"seq":1', b'"seq": 1'),
        lambda line: line.replace(b'"seq":1', b'"seq":true'),
        lambda line: line.replace(b'"action"', b'"Action"'),
        lambda line: line.replace(b'"seq":1', b'"seq":1,"seq":1'),
        lambda line: line[:-1],
        lambda line: line.upper(),
        lambda line: b"[" * 100_000 + line,
        lambda _line: b"null\n",
        lambda _line: b"\xff\n",
    ],
)
def test_a_line_written_otherwise_is_no_entry(spoil):
    line = to_line(link(None, WHEN, "capture", {"a": 1}))
    with pytest.raises(TrucewatchError) as caught:
        from_line(spoil(line))
    assert caught.value.code == "bad-entry"
