"""Where places lie to areas: checked against an independent reckoning on the sphere, by dense sampling and the haversine formula."""

from __future__ import annotations

from itertools import pairwise
from math import asin, atan2, cos, degrees, hypot, pi, radians, sin, sqrt

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from trucewatch.ledger.areas import NEAR, overlap, reaches, relation, shape
from trucewatch.ledger.sphere import Plane, centre, densified, haversine
from trucewatch.model.agreement import Area, Site, Unit
from trucewatch.model.incident import Spot
from trucewatch.ontology import load as load_ontology

R = 6371.0088
LON = st.floats(-180, 180)
LAT = st.floats(-75, 75)
WIDTH = st.floats(2, 60)


def spot(lon, lat, precision=1, **more):
    fields = {"country": "SYR", "admin1": "Idlib", "name": "X"} | more
    return Spot("x", kind="town", latitude=lat, longitude=lon, precision=precision, **fields)


def corridor(line, km, **more):
    return Area("a", "corridor", line=tuple(line), km=km, **more)


def away(start, bearing, km):
    """The point so many kilometres from another in a direction: spherical trigonometry, independent of the maps."""
    lon, lat = map(radians, start)
    c = km / R
    to = asin(sin(lat) * cos(c) + cos(lat) * sin(c) * cos(bearing))
    along = lon + atan2(sin(bearing) * sin(c) * cos(lat), cos(c) - sin(lat) * sin(to))
    return ((degrees(along) + 180) % 360 - 180, degrees(to))


def great_circle(one, other):
    """Haversine, written anew."""
    (x1, y1), (x2, y2) = one, other
    h = sin(radians(y2 - y1) / 2) ** 2 + cos(radians(y1)) * cos(radians(y2)) * sin(radians(x2 - x1) / 2) ** 2
    return 2 * R * asin(min(1, sqrt(h)))


def between(one, other, share):
    """A point on the shortest way, by vectors."""
    a, b = ((cos(radians(y)) * cos(radians(x)), cos(radians(y)) * sin(radians(x)), sin(radians(y))) for x, y in (one, other))
    angle = great_circle(one, other) / R
    if angle < 1e-9:
        return one
    v = [(sin((1 - share) * angle) * p + sin(share * angle) * q) / sin(angle) for p, q in zip(a, b, strict=True)]
    return degrees(atan2(v[1], v[0])), degrees(atan2(v[2], hypot(v[0], v[1])))


def to_line(point, line, step=0.4):
    """Distance from a point to a line by dense sampling; too long by less than step²/8d."""
    found = []
    for one, other in pairwise(line):
        count = max(1, int(great_circle(one, other) / step))
        found += [great_circle(point, between(one, other, k / count)) for k in range(count + 1)]
    return min(found)


# the maps


@settings(deadline=None)
@given(LON, st.floats(-90, 90), LON, st.floats(-90, 90))
def test_the_map_is_right_in_distance_from_its_middle_and_goes_back(lon, lat, x, y):
    plane = Plane(lon, lat)
    far = great_circle((lon, lat), (x, y))
    assume(far < R * pi * 0.999)
    flat = plane.flat([(x, y)])
    assert hypot(*flat[0]) == pytest.approx(far, abs=1e-3)
    back = tuple(plane.degrees(flat)[0])
    assert great_circle(back, (x, y)) < 1e-3


@settings(deadline=None)
@given(LON, LAT, st.floats(0, 2 * pi), st.floats(0, 400))
def test_haversine_and_its_symmetry(lon, lat, bearing, km):
    there = away((lon, lat), bearing, km)
    assert haversine((lon, lat), there) == pytest.approx(km, abs=1e-4)
    assert haversine((lon, lat), there) == haversine(there, (lon, lat))


def test_the_middle_of_points_across_180_degrees_is_there_and_not_at_greenwich():
    assert abs(centre([(179, 10), (-179, 10)])[0]) == pytest.approx(180)


@settings(deadline=None)
@given(LON, LAT, st.floats(0, 2 * pi), st.floats(1, 900))
def test_a_line_is_made_denser_on_the_shortest_way(lon, lat, bearing, km):
    end = away((lon, lat), bearing, km)
    run = [tuple(map(float, point)) for point in densified([(lon, lat), end], 20)]
    steps = [great_circle(a, b) for a, b in pairwise(run)]
    assert max(steps) <= 20.001
    assert sum(steps) == pytest.approx(km, rel=1e-6)


# corridors


@settings(max_examples=60, deadline=None)
@given(LON, LAT, st.floats(0, 2 * pi), st.floats(5, 250), st.floats(-0.8, 0.8), st.floats(5, 150), WIDTH, st.floats(0, 2 * pi), st.floats(0, 1),
       st.floats(-1.5, 1.5))  # fmt: skip
def test_a_point_is_inside_a_corridor_if_and_only_if_it_is_near_enough_to_its_line(  # noqa: PLR0917
    lon, lat, bearing, first, turn, second, width, side, along, off
):
    start = (lon, lat)
    middle = away(start, bearing, first)
    line = (start, middle, away(middle, bearing + turn, second))
    point = away(between(*line[:2], along), side, abs(off) * width)
    far = to_line(point, line)
    found = relation(corridor(line, width), spot(*point))
    assert found.point_inside == (far <= width) or abs(far - width) < 0.002 * width + 0.05
    assert found.km == pytest.approx(abs(far - width), abs=0.002 * width + 0.1) or found.point_inside


@settings(max_examples=60, deadline=None)
@given(st.floats(-60, 60), st.floats(0.05, 2), st.floats(0.05, 2), WIDTH, st.floats(-170, 170), st.floats(-1.4, 1.4))
def test_a_corridor_across_180_degrees_is_like_the_same_one_elsewhere(lat, west, east, width, turn, off):  # noqa: PLR0917 - hypothesis gives them
    def turned(point, by):
        return ((point[0] + by + 180) % 360 - 180, point[1])

    line = ((180 - west, lat), (-180 + east, lat + 0.3))
    point = away(between(*line, 0.5), 0.0, abs(off) * width)
    here = relation(corridor(line, width), spot(*point, precision=2))
    there = relation(corridor([turned(p, turn) for p in line], width), spot(*turned(point, turn), precision=2))
    assert here.kind == there.kind or abs(here.share - there.share) < 1e-3
    assert here.share == pytest.approx(there.share, abs=1e-3)
    assert here.km == pytest.approx(there.km, abs=1e-2)


@settings(max_examples=30, deadline=None)
@given(st.floats(0, 360), st.floats(5, 100), st.floats(0, 250), st.sampled_from([1, -1]))
def test_a_circle_around_a_pole_is_one(lon, radius, away_from_it, pole):
    assume(abs(away_from_it - radius) > 0.01 * radius + 1.1)
    area = Area("a", "circle", line=((0.0, 90.0 * pole),), km=radius)
    found = relation(area, spot(lon - 180, pole * (90 - degrees(away_from_it / R))))
    assert found.kind == ("inside" if away_from_it < radius else "outside")
    assert found.km == pytest.approx(abs(radius - away_from_it), abs=0.001 * radius + 0.01)


@settings(max_examples=40, deadline=None)
@given(LON, LAT, st.floats(0, 2 * pi), st.floats(0, 60), st.lists(WIDTH, min_size=2, max_size=4), st.sampled_from([1, 2, 3]))
def test_a_wider_corridor_never_holds_less_of_a_place(lon, lat, bearing, off, widths, precision):  # noqa: PLR0917 - hypothesis gives them
    line = ((lon, lat), away((lon, lat), bearing, 80))
    where = spot(*away((lon, lat), bearing + pi / 2, off), precision=precision)
    shares = [relation(corridor(line, width), where).share for width in sorted(widths)]
    assert all(small <= big + 0.002 for small, big in pairwise(shares))


@settings(max_examples=40, deadline=None)
@given(LON, LAT, st.floats(0, 2 * pi), st.floats(0, 40))
def test_which_end_of_a_line_comes_first_does_not_matter(lon, lat, bearing, off):
    line = ((lon, lat), away((lon, lat), bearing, 120))
    where = spot(*away(line[1], bearing + 1, off), precision=2)
    one, other = relation(corridor(line, 10), where), relation(corridor(line[::-1], 10), where)
    assert one.share == pytest.approx(other.share, abs=1e-6)
    assert one.km == pytest.approx(other.km, abs=1e-6)


@settings(max_examples=12, deadline=None)
@given(LON, st.floats(-50, 50), st.floats(0, 2 * pi), st.floats(1100, 2500), st.floats(0, 1), st.floats(0, 2))
def test_an_area_too_big_for_one_map_is_right_everywhere(lon, lat, bearing, long, along, off):  # noqa: PLR0917 - hypothesis gives them
    line = ((lon, lat), away((lon, lat), bearing, long))
    area = corridor(line, 30)
    point = away(between(*line, along), bearing + pi / 2, off * 30)
    near = [between(*line, max(0, min(1, along + k * 40 / long))) for k in (-1, 0, 1)]
    far = to_line(point, near)
    assume(abs(far - 30) > 0.2)
    found = relation(area, spot(*point))
    assert long / 2 > NEAR
    assert found.point_inside == (far < 30)
    assert found.km == pytest.approx(abs(far - 30), abs=0.2)


# polygons and holes

SQUARE = ((36.0, 35.5), (37.0, 35.5), (37.0, 36.0), (36.0, 36.0), (36.0, 35.5))
HOLE = ((36.4, 35.7), (36.6, 35.7), (36.6, 35.8), (36.4, 35.8), (36.4, 35.7))


def test_a_hole_is_outside_and_its_border_is_a_border():
    area = Area("a", "polygon", polygons=((SQUARE, HOLE),))
    inside, in_hole = relation(area, spot(36.2, 35.75)), relation(area, spot(36.5, 35.75))
    assert (inside.kind, in_hole.kind) == ("inside", "outside")
    assert in_hole.km == pytest.approx(5.56, abs=0.05)
    assert relation(area, spot(36.5, 35.75, precision=2)).kind == "partly"
    assert relation(Area("a", "polygon", polygons=((SQUARE,),)), spot(36.5, 35.75)).kind == "inside"


def test_a_difference_is_the_polygon_with_the_hole():
    whole, taken = Area("w", "polygon", polygons=((SQUARE,),)), Area("h", "polygon", polygons=((HOLE,),))
    cut, holed = Area("d", "difference", parts=(whole, taken)), Area("a", "polygon", polygons=((SQUARE, HOLE),))
    for lon in (36.1, 36.39, 36.5, 36.7, 37.1):
        one, other = (relation(area, spot(lon, 35.75, precision=2)) for area in (cut, holed))
        assert (one.kind, one.share) == (other.kind, pytest.approx(other.share))


def test_a_union_holds_what_either_holds():
    near, far = Area("n", "circle", line=((36.0, 35.5),), km=5), Area("f", "circle", line=((40.0, 35.5),), km=5)
    both = Area("u", "union", parts=(near, far))
    assert [relation(both, spot(lon, 35.5)).kind for lon in (36.0, 38.0, 40.0)] == ["inside", "outside", "inside"]


@settings(max_examples=40, deadline=None)
@given(LON, LAT, st.floats(-40, 40), st.sampled_from([2, 3]))
def test_an_uncertain_place_at_a_straight_border_is_inside_by_the_segment_of_its_disc(lon, lat, off, precision):
    r = reaches()[precision].radius
    line = (away((lon, lat), pi / 2, 300), (lon, lat), away((lon, lat), -pi / 2, 300))
    where = spot(*away((lon, lat), 0.0, 100 + off), precision=precision)
    d = max(-1.0, min(1.0, off / r))
    expected = (pi / 2 - asin(d) - d * sqrt(1 - d * d)) / pi
    found = relation(corridor(line, 100), where)
    assert found.share == pytest.approx(expected, abs=0.02)
    assert (found.kind == "partly") == (0.001 < found.share < 0.999)


# precision and codes


def test_every_precision_of_the_scale_has_its_row():
    assert sorted(reaches()) == sorted(d.code for d in load_ontology().degrees if d.scale == "where_prec")


CORRIDOR = corridor(
    ((36.76, 35.85), (36.20, 35.80)), 6, lies_in=(Unit("SYR", "Idlib"), Unit("SYR", "Latakia")), accuracy_km=4,
    holds=(Site("Trumba", "village", "SYR", "Idlib", 35.85, 36.76),), crosses=(Site("M4 highway", "road", "SYR", None, 35.8, 36.65),),
)  # fmt: skip


@pytest.mark.parametrize(
    ("where", "kind", "share", "by"),
    [
        (spot(36.5, 35.82), "inside", 1.0, "disc"),
        (spot(36.5, 36.2), "outside", 0.0, "disc"),
        (spot(36.5, 35.85, precision=5), "partly", None, "disc"),
        (spot(36.7, 35.8, precision=4), "unknown", None, ""),
        (spot(38.0, 36.0, precision=4, admin1="Raqqa"), "outside", 0.0, "unit"),
        (spot(35.0, 39.0, precision=6, admin1=None), "unknown", None, ""),
        (spot(35.0, 39.0, precision=6, country="TUR", admin1=None), "outside", 0.0, "unit"),
        (spot(36.5, 35.82, precision=7), "unknown", None, ""),
        (spot(36.5, 35.82, precision=None), "unknown", None, ""),
        (spot(None, None, precision=1), "unknown", None, ""),
        (spot(30.0, 30.0, precision=1, name="Trumba"), "inside", 1.0, "name"),
        (spot(36.65, 35.80, precision=5, name="M4 highway"), "partly", None, "name"),
        (spot(39.0, 36.0, precision=5, name="M4 highway"), "partly", None, "name"),
        (spot(39.0, 36.0, precision=5, name="M4 highway", country="IRQ"), "outside", 0.0, "disc"),
    ],
)
def test_a_place_of_each_precision_against_a_corridor(where, kind, share, by):
    found = relation(CORRIDOR, where)
    assert (found.kind, found.by) == (kind, by)
    if share is not None or kind == "unknown":
        assert found.share == share
    assert found.words


def test_the_words_say_how_far_and_how_sure():
    assert relation(CORRIDOR, spot(36.5, 35.82)).words.startswith(
        "inside the area, 5.2 km from its border; the place is known to within 1.0 km"
    )
    partly = relation(CORRIDOR, spot(36.5, 35.88, precision=2))
    assert "partly inside the area: its point is" in partly.words
    assert "% of it is inside" in partly.words
    assert relation(CORRIDOR, spot(36.5, 35.875)).doubtful
    assert "only known to about 4.0 km" in relation(CORRIDOR, spot(36.5, 35.875)).words


IDLIB = Area("i", "unit", unit=Unit("SYR", "Idlib"))
SYRIA = Area("s", "country", unit=Unit("SYR"))


@pytest.mark.parametrize(
    ("area", "where", "kind"),
    [
        (IDLIB, spot(36.6, 35.9), "inside"),
        (IDLIB, spot(36.6, 35.9, precision=4), "inside"),
        (IDLIB, spot(36.6, 35.9, precision=2), "partly"),
        (IDLIB, spot(36.6, 35.9, admin1="Aleppo"), "outside"),
        (IDLIB, spot(36.6, 35.9, admin1="Aleppo", precision=2), "unknown"),
        (IDLIB, spot(36.6, 35.9, admin1=None), "unknown"),
        (IDLIB, spot(36.6, 35.9, precision=6, admin1=None), "unknown"),
        (IDLIB, spot(36.6, 35.9, country="TUR", admin1="Hatay"), "outside"),
        (IDLIB, spot(36.6, 35.9, country=None, admin1=None), "unknown"),
        (SYRIA, spot(36.6, 35.9, precision=6, admin1=None), "inside"),
        (SYRIA, spot(36.6, 35.9, country="TUR"), "outside"),
        (SYRIA, spot(36.6, 35.9, precision=7), "unknown"),
        (Area("d", "difference", parts=(SYRIA, IDLIB)), spot(36.6, 35.9), "outside"),
        (Area("d", "difference", parts=(SYRIA, IDLIB)), spot(37.1, 36.2, admin1="Aleppo"), "inside"),
        (Area("d", "difference", parts=(SYRIA, IDLIB)), spot(37.1, 36.2, admin1=None), "unknown"),
        (Area("d", "difference", parts=(IDLIB, CORRIDOR)), spot(36.5, 35.82), "outside"),
        (Area("d", "difference", parts=(IDLIB, CORRIDOR)), spot(36.5, 35.88), "partly"),
        (Area("u", "union", parts=(CORRIDOR, Area("l", "unit", unit=Unit("SYR", "Latakia")))), spot(36.5, 35.82), "inside"),
        (Area("u", "union", parts=(CORRIDOR, Area("l", "unit", unit=Unit("SYR", "Latakia")))), spot(37.0, 37.0), "outside"),
    ],
)
def test_countries_and_provinces_are_compared_by_their_codes(area, where, kind):
    found = relation(area, where)
    assert found.kind == kind
    assert found.words


def test_many_places_at_once_are_as_one_by_one():
    spots = [spot(36 + n / 20, 35.5 + n % 7 / 10, precision=1 + n % 3) for n in range(60)]
    for area in (CORRIDOR, IDLIB, Area("u", "union", parts=(CORRIDOR, IDLIB))):
        assert shape(area).relations(spots) == tuple(relation(area, each) for each in spots)


def test_far_away_the_distance_is_still_right():
    far = relation(CORRIDOR, spot(-60.0, -30.0, country="ARG"))
    assert far.km == pytest.approx(to_line((-60.0, -30.0), CORRIDOR.line) - 6, rel=1e-3)


@pytest.mark.parametrize(
    ("one", "other", "meet"),
    [
        (None, CORRIDOR, True),
        (CORRIDOR, CORRIDOR, True),
        (CORRIDOR, Area("c", "circle", line=((40.0, 35.0),), km=10), False),
        (CORRIDOR, Area("c", "circle", line=((36.5, 35.9),), km=10), True),
        (CORRIDOR, IDLIB, True),
        (CORRIDOR, SYRIA, True),
        (CORRIDOR, Area("t", "country", unit=Unit("TUR")), False),
        (IDLIB, Area("l", "unit", unit=Unit("SYR", "Latakia")), False),
        (IDLIB, SYRIA, True),
        (Area("u", "union", parts=(IDLIB, CORRIDOR)), Area("t", "country", unit=Unit("TUR")), False),
        (Area("u", "union", parts=(IDLIB, CORRIDOR)), SYRIA, True),
        (Area("c", "circle", line=((36.5, 35.9),), km=10), SYRIA, True),
    ],
)
def test_whether_areas_share_ground(one, other, meet):
    assert overlap(one, other) is meet
    assert overlap(other, one) is meet
