from __future__ import annotations

import pytest

from trucewatch.model import TrucewatchError

from .base import TEXT, agreement, desk, edited, problems, written

SQUARE = "[[[36.0, 35.5], [37.0, 35.5], [37.0, 36.0], [36.0, 36.0], [36.0, 35.5]]]"
PATROLS = "    period: {from: 2020-03-15, until: 2020-12-31, deadline: 2020-06-01}\n"

#: what was done, the edit, the words of the line that is named, what is said of it
BROKEN = [
    ("unknown key", ("label: Patrols", "lable: Patrols"), "lable", "unknown key 'lable' in a term; did you mean 'label'"),
    ("unknown key at the top", ("place: Moscow", "plaice: Moscow"), "plaice", "unknown key 'plaice'"),
    ("unknown actor", ("{actor: TUR, role", "{actor: TRK, role"), "TRK", "unknown actor 'TRK': not in the actor file"),
    ("unknown role", ("[TUR, RUS-MIL]", "[TUR, RUS-XYZ]"), "RUS-XYZ", "unknown actor 'RUS-XYZ': no role 'XYZ'"),
    ("bearer who is not named", ("[TUR, RUS-MIL]", "[TUR, syr.hts]"), "syr.hts", "bound by this term but is named under none"),
    ("no such group", ("bearers: [parties]", "bearers: [guarantors]"), "bearers: [guarantors]", "has no guarantors"),
    ("unknown obligation", ("[joint patrols]", "[joint patrol]"), "[joint patrol]", "did you mean 'joint patrols'"),
    ("31 February", ("date: 2020-03-05\nplace", "date: 2020-02-31\nplace"), "2020-02-31", "February 2020 has 29 days"),
    ("month 13", ("until: 2020-12-31", "until: 2020-13-31"), "2020-13-31", "has month 13"),
    ("a time that is none", ("2020-03-06T00:01", "2020-03-06T25:01"), "25:01", "is no time"),
    ("not a date", ("state: in force, from: 2020-03-05", "state: in force, from: spring"), "spring", "is no date: 'spring'"),
    ("end before start", ("until: 2020-12-31", "until: 2020-03-14"), "2020-03-14", "ends on 2020-03-14, before it starts"),
    ("term before the agreement", ("2020-03-06T00:01", "2019-03-06"), "2019-03-06", "before the agreement of 2020-03-05"),
    ("state before the agreement", ("force, from: 2020-03-05", "force, from: 2020-03-04"), "2020-03-04}", "before the agreement"),
    ("deadline after the end", ("deadline: 2020-06-01", "deadline: 2021-06-01"), "2021-06-01", "after the term ends"),
    ("deadline before the start", ("deadline: 2020-06-01", "deadline: 2020-03-10"), "2020-03-10", "before the term starts"),
    ("no area", ("    area: road\n", ""), "[joint patrols]", "no 'area', and 'joint patrols' needs one"),
    ("unknown area", ("area: road", "area: raod"), "raod", "no area 'raod' under 'areas'; did you mean 'road'"),
    ("self-crossing", (SQUARE, "[[[36.0, 35.5], [37.0, 36.0], [37.0, 35.5], [36.0, 36.0], [36.0, 35.5]]]"), "[[[36.0, 35.5], [37.0, 36.0]",
     r"crosses itself near [36.5, 35."),
    ("unclosed ring", (SQUARE, "[[[36.0, 35.5], [37.0, 35.5], [37.0, 36.0], [36.0, 36.0]]]"), "[[[36.0", "outer ring is not closed"),
    ("a ring of two points", (SQUARE, "[[[36.0, 35.5], [37.0, 35.5], [36.0, 35.5]]]"), "[[[36.0", "has 3 points"),
    ("a hole outside", (SQUARE, SQUARE[:-1] + ", [[40.0, 35.6], [40.2, 35.6], [40.2, 35.8], [40.0, 35.6]]]"), "40.2", "hole lies outside"),
    ("out of range", (SQUARE, SQUARE.replace("37.0, 36.0", "187.0, 36.0")), "187.0", "not on the globe"),
    ("swapped, out of range", (SQUARE, "[[[35.5, 136.0], [35.5, 137.0], [36.0, 137.0], [35.5, 136.0]]]"), "136.0", "look swapped"),
    ("no corridor width", ("    width_km: 6\n", ""), "  road:", "has no 'width_km': a corridor needs a width"),
    ("width of nothing", ("width_km: 6", "width_km: 0"), "width_km: 0", "must be more than 0"),
    ("a key of another shape", ("width_km: 6", "width_km: 6\n    radius_km: 2"), "radius_km", "'radius_km' says nothing of a LineString"),
    ("coordinates that are words", ("[36.20, 35.80]]", "[east, 35.80]]"), "east", "'east' where a number is expected"),
    ("a point of one number", ("[36.20, 35.80]]", "[36.20]]"), "[36.20]]", "a list of [longitude, latitude] is expected"),
    ("a place that is none", ("    lies_in: [SYR]", "    lies_in: [SYR]\n    holds: [Atlantis on the Orontes]"), "Atlantis", "has no place"),
    ("a place that is several", ("    lies_in: [SYR]", "    lies_in: [SYR]\n    holds: [Donetsk]"), "holds", "has 2 places 'Donetsk'"),
    ("a unit that is none", ("lies_in: [SYR/Idlib]", "lies_in: [SYR/Idlip]"), "Idlip", "no first-order unit 'Idlip' in SYR; did you mean 'Idlib'"),
    ("a country that is none", ("lies_in: [SYR]", "lies_in: [QQQ]"), "QQQ", "no country 'QQQ'"),
    ("an id twice", ("- id: patrols", "- id: fire"), "- id: fire\n    label: Patrols", "'fire' stands twice, first in line 26"),
    ("empty text", ("text: They patrol.", 'text: ""'), 'text: ""', "'text' is empty"),
    ("text left out", ("    text: They patrol.\n", "    text:\n"), "    text:\n", "'text' is empty"),
    ("no text", ("    text: They patrol.\n", ""), "- id: patrols", "a term has no 'text'"),
    ("no sources", ("sources:\n  - {title: The truce, publisher: Somebody, date: 2020-03-05}\n", "sources: []\n"), "sources: []", "'sources' is empty"),
    ("sources left out", ("sources:\n  - {title: The truce, publisher: Somebody, date: 2020-03-05}\n", ""), "trucewatch-agreement", "no 'sources'"),
    ("a source that is none", (PATROLS, PATROLS + "    sources: [2]\n"), "sources: [2]", "no source 2; the file has 1"),
    ("unknown category", (PATROLS, PATROLS + "    breaches: [shelings]\n"), "shelings", "did you mean 'shelling'"),
    ("unknown category in full", (PATROLS, PATROLS + "    breaches: [{category: raids}]\n"), "raids", "did you mean 'raid'"),
    ("unknown mode", (PATROLS, PATROLS + "    breaches: [{type: ASSAULT, mode: withdraw}]\n"), "mode: withdraw", "no PLOVER mode 'withdraw'"),
    ("mode without type", (PATROLS, PATROLS + "    breaches: [{category: raid, mode: withdraw}]\n"), "mode: withdraw", "name its 'type' too"),
    ("a match of nothing", (PATROLS, PATROLS + "    breaches: [{who: anyone}]\n"), "who: anyone", "names a 'category' or a 'type'"),
    ("unknown words", (PATROLS, PATROLS + "    breaches: [{category: raid, words: ['@heavy stuff']}]\n"), "@heavy", "no list of words '@heavy stuff'"),
    ("not sure, no reason", (PATROLS, PATROLS + "    certainty: to be verified\n"), "certainty", "say under 'why'"),
    ("beside nothing", (PATROLS, PATROLS + "    beside: [fier]\n"), "fier", "no term 'fier' beside which"),
    ("a number that is none", ("width_km: 6", "width_km: six"), "six", "is no number: 'six'"),
    ("a list that is none", ("bearers: [parties]", "bearers: parties"), "bearers: parties", "'bearers' is a list"),
    ("a map that is none", ("    period: {from: 2020-03-06T00:01}", "    period: always"), "always", "a period is a map of keys"),
    ("unknown stage", ("stage: Cea", "stage: Truce"), "Truce", "'stage' cannot be 'Truce'"),
    ("another form", ("trucewatch-agreement: 1", "trucewatch-agreement: 9"), "agreement: 9", "this version reads form 1, not '9'"),
    ("an area made of itself", ("  square:\n", "  loop: {type: Union, of: [loop, road]}\n  square:\n"), "loop: {type", "'loop' is made of itself"),
    ("a union of one", ("  square:\n", "  one: {type: Union, of: [road], lies_in: [SYR]}\n  square:\n"), "one: {type", "two areas at least"),
    ("no such agreement", ("areas:\n", "builds_on:\n  - {agreement: nowhere-1999}\nareas:\n"), "nowhere", "no agreement 'nowhere-1999' beside this file"),
    ("no such term", ("areas:\n", "builds_on:\n  - {agreement: syr-sochi-2018, terms: [free-movment]}\nareas:\n"), "movment", "did you mean 'free-movement'"),
    ("builds on a later one", ("areas:\n", "builds_on:\n  - {agreement: karsh-2031, terms: [aid]}\nareas:\n"), "karsh", "has errors of its own"),
]  # fmt: skip


def test_the_small_agreement_is_sound(tmp_path):
    assert problems(tmp_path, TEXT) == ()
    found = agreement(tmp_path)
    assert [term.id for term in found.terms] == ["fire", "patrols"]
    assert found.terms[0].bearers == ("TUR", "RUS")
    assert found.terms[1].period.standing is False
    assert found.terms[1].area is not None
    assert found.terms[1].area.km == 6


@pytest.mark.parametrize(("change", "needle", "said"), [case[1:] for case in BROKEN], ids=[case[0] for case in BROKEN])
def test_one_clear_line_by_file_and_line(tmp_path, change, needle, said):
    text = edited(change)
    at = text.index(needle)
    line = text[: at + 1].count("\n") + 1
    found = problems(tmp_path, text)
    assert [problem.line for problem in found] == [line], [p.text() for p in found]
    assert said in found[0].message
    assert found[0].severity == "error"
    assert "\n" not in found[0].text()
    assert found[0].text().startswith(f"{tmp_path / 'small.yaml'}:{line}: error: ")


def test_everything_is_named_at_once_and_sorted(tmp_path):
    text = edited(
        ("actor: TUR, role", "actor: TRK, role"), ("until: 2020-12-31", "until: 2020-02-31"), ("width_km: 6", "width_km: x")
    )
    found = problems(tmp_path, text)
    assert [problem.line for problem in found] == sorted(problem.line for problem in found)
    assert {"TRK" in p.message or "2020-02-31" in p.message or "'x'" in p.message for p in found} == {True}
    assert len(found) == 3


def test_swapped_coordinates_that_are_on_the_globe_are_told_by_the_units_named(tmp_path):
    text = edited(
        ("    coordinates: [[36.76, 35.85], [36.20, 35.80]]\n", "    coordinates: [[15.12, 42.60], [15.30, 42.67]]\n"),
        ("lies_in: [SYR/Idlib]", "lies_in: [YEM/Al Hudaydah]"),
    )
    (found,) = problems(tmp_path, text)
    assert "look swapped" in found.message
    assert "turned round" in found.message


TWICE = """\
  - id: again
    label: Once more
    text: No fire at all.
    obligations: [no fire]
    bearers: [TUR]
    area: road
"""


def test_a_duty_laid_twice_is_a_warning_and_beside_silences_it(tmp_path):
    (found,) = problems(tmp_path, TEXT + TWICE)
    assert found.severity == "warning"
    assert "lays the same duty (no fire) on TUR as the term 'fire' (line 26)" in found.message
    assert problems(tmp_path, TEXT + TWICE + "    beside: [fire]\n") == ()


@pytest.mark.parametrize("apart", [
    TWICE.replace("bearers: [TUR]", "bearers: [RUS-MIL]"),
    TWICE.replace("area: road", "area: {type: Country, country: YEM}"),
    TWICE.replace("area: road", "area: {type: Point, coordinates: [10, 10], radius_km: 5, lies_in: [NGA]}"),
    TWICE.replace("[no fire]", "[no flights]"),
])  # fmt: skip
def test_duties_apart_in_bearer_place_or_kind_do_not_overlap(tmp_path, apart):
    assert problems(tmp_path, TEXT + apart) == ()


def test_duties_apart_in_time_do_not_overlap(tmp_path):
    text = (
        edited(("{from: 2020-03-06T00:01}", "{from: 2020-03-06, until: 2020-04-01}"))
        + TWICE
        + "    period: {from: 2020-04-02}\n"
    )
    assert problems(tmp_path, text) == ()


def test_duties_parted_by_their_object_words_do_not_overlap(tmp_path):
    def only(word):
        keys = "".join(f"    {key}: []\n" for key in ("fulfils", "fulfils_in_part", "obstructs", "prevents"))
        return f"{keys}    breaches: [{{category: shelling, words: [{word}]}}]\n"

    first = edited(("    period: {from: 2020-03-06T00:01}\n", only("mortar")))
    assert problems(tmp_path, first + TWICE + only("rocket")) == ()
    assert len(problems(tmp_path, first + TWICE + only("Mortar"))) == 1


def test_terms_that_contradict_each_other_are_an_error(tmp_path):
    (found,) = problems(tmp_path, TEXT + TWICE + "    beside: [fire]\n    fulfils: [shelling]\n    breaches: []\n")
    assert found.severity == "error"
    assert (
        "contradicts the term 'fire' (line 26): shelling (happened or ongoing) fulfils one and breaches the other"
        in found.message
    )


def test_a_term_that_contradicts_itself_is_an_error(tmp_path):
    (found,) = problems(tmp_path, edited(("    period: {from: 2020-03-06T00:01}\n", "    fulfils: [defaults, shelling]\n")))
    assert found.severity == "error"
    assert "this term contradicts itself: shelling" in found.message


def test_an_area_of_nowhere_in_particular_is_a_warning(tmp_path):
    (found,) = problems(tmp_path, edited(("    width_km: 6\n    lies_in: [SYR/Idlib]\n", "    width_km: 6\n")))
    assert (found.severity, found.line) == ("warning", 16)
    assert "lies_in" in found.message


def test_a_file_of_another_name_than_its_id_is_a_warning(tmp_path):
    (found,) = problems(tmp_path, TEXT, name="other.yaml")
    assert (found.severity, found.line) == ("warning", 2)


def test_agreements_that_build_on_each_other_are_refused(tmp_path):
    other = edited(("id: small", "id: other"), ("areas:\n", "builds_on:\n  - {agreement: small}\nareas:\n"))
    written(tmp_path, other, "other.yaml")
    (found,) = problems(tmp_path, edited(("areas:\n", "builds_on:\n  - {agreement: other}\nareas:\n")))
    assert "'other' has errors of its own" in found.message


def test_terms_are_carried_over_with_their_origin_and_a_new_area(tmp_path):
    written(tmp_path, edited(("id: small", "id: other"), ("date: 2020-03-05\nplace", "date: 2020-03-01\nplace")), "other.yaml")
    basis = "builds_on:\n  - {agreement: other, terms: [patrols], area: square, certainty: to be verified, why: Nobody says.}\nareas:\n"
    found = agreement(tmp_path, edited(("areas:\n", basis)))
    term = found.term("other/patrols")
    assert term is not None
    assert (term.origin, term.certainty, term.why) == ("other", "to be verified", "Nobody says.")
    assert term.area == found.terms[0].area


def test_loading_a_broken_file_is_one_error_that_counts_the_others(tmp_path):
    text = edited(("actor: TUR, role", "actor: TRK, role"), ("width_km: 6", "width_km: x"))
    with pytest.raises(TrucewatchError) as caught:
        agreement(tmp_path, text)
    assert caught.value.code == "agreement-broken"
    assert caught.value.where.endswith("small.yaml:9")
    assert "1 more" in caught.value.next_step


def test_a_match_in_short_is_the_category_with_its_usual_fields(tmp_path):
    found = agreement(
        tmp_path,
        edited(("    period: {from: 2020-03-06T00:01}\n", "    breaches: [shelling]\n    obstructs: [road blocked]\n")),
    )
    (breach,) = found.terms[0].of("breaches")
    (hurdle,) = found.terms[0].of("obstructs")
    assert (breach.category, breach.status, breach.who) == ("shelling", ("happened", "ongoing"), "bearer")
    assert (hurdle.category, hurdle.who) == ("road blocked", "anyone")


def test_defaults_can_be_kept_and_added_to(tmp_path):
    usual = agreement(tmp_path).terms[0].of("breaches")
    more = (
        agreement(tmp_path, edited(("    period: {from: 2020-03-06T00:01}\n", "    breaches: [defaults, overflight]\n")))
        .terms[0]
        .of("breaches")
    )
    assert more[:-1] == usual
    assert more[-1].category == "overflight"


def test_the_desk_is_the_house_s_own(tmp_path):
    actors, gazetteer = desk()
    assert actors.entry("TUR") is not None
    assert gazetteer.lookup("Saraqib")
