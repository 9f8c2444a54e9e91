"""The map of a bulletin: contested lines as contested, uncertain places as uncertain, across the date line, and in words."""

from __future__ import annotations

import re

import pytest
from lxml import etree

from trucewatch.publishing.bulletins.atlas import drawn
from trucewatch.publishing.bulletins.groups import Names, regions
from trucewatch.publishing.bulletins.lines import Line
from trucewatch.publishing.bulletins.timeline import timeline

SVG = {"s": "http://www.w3.org/2000/svg"}


def line(number, longitude=None, latitude=None, **facts):
    known = {
        "id": f"i-{number}", "headline": f"Shelling in Place {number}", "category": "Shelling", "group": "fire", "begin": "2031-05-12",
        "until": "2031-05-12", "place": f"Place {number}", "town": f"Place {number}", "country": "XVA", "admin1": None,
        "latitude": latitude, "longitude": longitude, "precision": 1, "grade": "single origin", "origins": 1, "reports": 1, "accounts": 1,
        "disputed": (), "harm": "", "who": "", "quote": "", "first": "", "updated": "",
    }  # fmt: skip
    return Line(**(known | facts))


def parsed(found):
    return etree.fromstring(found.svg)


def classes(root):
    return {one.get("class") for one in root.iter() if one.get("class")}


def test_nothing_is_drawn_where_no_place_is_known():
    assert drawn([line(1)], root="") is None


def test_contested_lines_are_drawn_as_contested_and_others_not():
    crimea = parsed(drawn([line(1, 33.5, 46.2), line(2, 34.6, 45.3)], root=""))
    assert any(name.startswith("contested ") for name in classes(crimea))
    assert "land" in classes(crimea)
    alps = parsed(drawn([line(1, 9.3, 46.5)], root=""))
    assert "border" in classes(alps)
    assert not any(name.startswith("contested ") for name in classes(alps))


def test_marks_differ_by_shape_and_disputed_ones_are_hollow():
    found = drawn([line(1, 9.0, 46.5), line(2, 9.4, 46.9, group="ground"), line(3, 9.8, 46.2, disputed=("who",))], root="")
    marks = parsed(found).xpath("//*[contains(@class, 'mark')]")
    assert len({one.get("d") for one in marks}) == 2
    assert sum("hollow" in one.get("class") for one in marks) == 1


def test_an_uncertain_place_has_a_ring_as_wide_as_it_is_uncertain():
    found = parsed(drawn([line(1, 9.0, 46.5), line(2, 9.6, 46.9, precision=3), line(3, 9.9, 46.4, precision=4)], root=""))
    near, far = sorted(float(ring.get("r")) for ring in found.xpath("//*[@class='about']"))
    assert far == pytest.approx(2 * near, rel=0.01)


def test_near_ones_share_a_mark_with_their_number_and_lead_to_the_table():
    found = drawn([line(n, 9.0, 46.5) for n in range(5)] + [line(9, 11.0, 47.5)], root="../")
    links = {one.get("href") for one in parsed(found).iter("a")}
    assert links == {"#spot-1", "../incidents/i-9.html"}
    assert [len(spot.lines) for spot in found.spots] == [5, 1]
    assert all(one.find("title").text for one in parsed(found).iter("a"))


def test_the_map_is_told_in_words():
    root = parsed(drawn([line(1, 9.0, 46.5, disputed=("who",)), line(2)], root=""))
    assert root.find("title").text
    assert root.find("desc").text.startswith("1 incidents on the map: Shelling, 1. 1 of them disputed. 1 have no place")


def test_a_window_across_the_date_line_is_one_window():
    found = drawn([line(1, 179.2, -17.0), line(2, -178.9, -18.0)], root="")
    one, other = found.spots
    assert abs(one.x - other.x) < 900
    root = parsed(found)
    assert "land" in classes(root)
    labels = root.xpath("//*[@class='deg']/text()")
    assert any(text.endswith("E") for text in labels)
    assert any(text.endswith("W") for text in labels)


@pytest.mark.parametrize(
    "points", [[(0.0, 89.9)], [(0.0, -89.9)], [(-180.0, 0.0), (180.0, 0.0)], [(-120.0, -60.0), (0.0, 70.0), (120.0, 10.0)]]
)
def test_whatever_the_points_are_the_drawing_stays_in_its_window(points):
    found = drawn([line(n, x, y) for n, (x, y) in enumerate(points)], root="")
    root = parsed(found)
    wide, tall = float(root.get("width")), float(root.get("height"))
    assert 300 < wide < 1000
    assert 100 < tall < 1000
    assert "nan" not in found.svg
    assert "inf" not in re.sub(r"incidents?", "", found.svg)


def test_hostile_names_are_words_on_the_map():
    found = drawn([line(1, 9.0, 46.5, town="<script>x</script>", headline='"><b>')], root="")
    assert "<script>" not in found.svg
    assert "<b>" not in found.svg


def test_regions_part_by_country_and_province_and_keep_what_has_no_place():
    lines = [
        line(1, country="SYR", admin1="Idlib"),
        line(2, country="SYR"),
        line(3, country=None, place=""),
        line(4, country="SYR", admin1="Idlib"),
    ]
    found = {group.label: [one.id for one in group.lines] for group in regions(lines)}
    assert found == {"Syria": ["i-1", "i-2", "i-4"], "Idlib, Syria": ["i-1", "i-4"], "Place not told": ["i-3"]}


def test_names_of_files_are_plain_and_each_once():
    names = Names()
    made = [names.of("regions", words) for words in ("Idlib, Syria", "idlib syria", "إدلب", "../../etc", "Idlib, Syria", "")]
    assert made[0] == "regions/idlib-syria" == made[4]
    assert len(set(made)) == 5
    assert all(re.fullmatch(r"regions/[a-z0-9-]+", name) for name in made)


def test_the_timeline_counts_each_incident_once_and_says_what_it_does_not_show():
    days = ("2031-05-01", "2031-05-01", "2031-05-03", "2031-05-09")
    lines = [line(n, begin=day, until=day, grade="independent" if n == 1 else "single origin") for n, day in enumerate(days)]
    found = timeline([*lines, line(8, begin=None, until=None), line(9, begin="2031-05", until=None)])
    assert found.rows == (("1 May 2031", 2, 1), ("3 May 2031", 1, 1), ("9 May 2031", 1, 1))
    assert (found.unit, found.before, found.undated) == ("day", 0, 2)
    root = etree.fromstring(found.svg)
    assert len(root.xpath("//*[@class='firm']")) == 1
    assert len(root.xpath("//*[@class='thin']")) == 3


def test_a_long_time_is_told_by_weeks_or_years_and_an_outlier_does_not_flatten_it():
    from datetime import date, timedelta  # noqa: PLC0415

    days = [(date(2031, 1, 1) + timedelta(days=3 * n)).isoformat() for n in range(60)]
    lines = [line(n, begin=day, until=day) for n, day in enumerate(days)]
    found = timeline([*lines, line(99, begin="1967-06-05", until="1967-06-10")])
    assert (found.unit, found.before) == ("week", 1)
    assert sum(number for _, number, _ in found.rows) == 60
    assert timeline(lines[:1]) is None
    assert timeline([line(1, begin="0001-01-01", until=None), line(2, begin="9999-12-31", until=None)]) is not None
