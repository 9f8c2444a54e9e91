"""Predictions, vows and threats in the demonstration's reports, which are invented."""

from __future__ import annotations

import pytest

from trucewatch.ledger.accounts import accounts_of
from trucewatch.ledger.predictions import foretold, predictions


@pytest.fixture(scope="module")
def found(dossier):
    return [one for coded in dossier for one in predictions(coded)]


def test_the_papers_own_prediction_is_logged_with_its_day_and_words(found):
    one = next(one for one in found if one.words == "A new offensive seems inevitable.")
    assert (one.sort, one.who, one.is_event, one.said) == ("prediction", "", False, "2031-05-15")
    assert one.publisher == "Kestrian Courier"


def test_a_vow_names_who_made_it_and_whom_it_concerns(found):
    one = next(one for one in found if one.words.startswith("to block the road until"))
    assert (one.sort, one.who, one.about, one.is_event) == ("vow", "protest organisers", ("the road",), True)


def test_a_vow_without_an_event_is_logged_by_its_claim(found):
    one = next(one for one in found if "300 more troops" in one.words)
    assert (one.sort, one.who, one.is_event) == ("vow", "Sorland", False)


def test_nothing_told_as_done_is_among_them_and_all_else_is(dossier, found):
    accounts = {account.key: account for coded in dossier for account in accounts_of(coded)}
    events = {one.key for one in found if one.is_event}
    assert events == {key for key, account in accounts.items() if foretold(account)}
    assert not {accounts[key].status for key in events} & {"happened", "ongoing", "denied"}


def test_each_stands_on_its_words_and_once(dossier, found):
    texts = {coded.id: coded.text for coded in dossier}
    for one in found:
        assert " ".join(texts[one.report][one.start : one.end].split())[:20] == one.words[:20]
    plain = [(one.report, one.start, one.end) for one in found if not one.is_event]
    assert len(set(plain)) == len(plain)
