"""Where and when: the event's own clause decides, a country loses to a town, the statement's time is not the act's."""

from __future__ import annotations

from trees import analysis, events, tree

from trucewatch.coding.links import Linker
from trucewatch.model import Place, Time


def _place(id_: str, words: str, kind: str = "town") -> Place:
    start = analysis(id_).text.index(words)
    return Place(start, start + len(words), words, words, kind, None, None, 1.0, 1.0, 1, 1, 0.9)


def _time(id_: str, words: str, value: str, type_: str = "DATE") -> Time:
    start = analysis(id_).text.index(words)
    return Time(start, start + len(words), words, type_, value, "day")


def test_the_acts_time_is_not_the_statements():
    times = (_time("time-of-act", "Sunday", "2031-05-11"), _time("time-of-act", "Saturday", "2031-05-10"))
    (hit,) = [e for e in events("time-of-act", times=times) if e.type == "ASSAULT"]
    assert hit.time == 1


def test_a_town_wins_over_its_country():
    places = (_place("place-in", "Helm"), _place("place-in", "Peru", "country"))
    (shelled,) = events("place-in", places=places)
    assert shelled.place == 0


def test_where_the_speaker_stands_is_not_where_the_act_took_place():
    places = (_place("place-other", "Oslo"), _place("place-other", "Kesh"))
    (shelled,) = [e for e in events("place-other", places=places) if e.type == "ASSAULT"]
    assert shelled.place == 1


def test_without_a_place_or_time_there_is_none():
    assert [(e.place, e.time) for e in events("simple-past")] == [(None, None)]


def test_nothing_is_taken_from_another_sentence():
    text = analysis("pronoun").text
    places, times = (_place("pronoun", "Kesh"),), (_time("pronoun", "Monday", "2031-05-12"),)
    second = [e for e in events("pronoun", places=places, times=times) if e.predicate.start > text.index(".")]
    assert second
    assert [(e.place, e.time) for e in second] == [(None, None)]


def test_a_duration_is_no_date():
    linker = Linker(tree("could"), (), (_time("could", "days", "P1D", "DURATION"),))
    assert linker.time([3]) is None


def test_a_place_of_unknown_offsets_is_left_out():
    linker = Linker(tree("simple-past"), (Place(900, 905, "Kesh", None, None, None, None, None, None, None, None, 0.1),), ())
    assert linker.place([2], []) is None
