"""Areas worked out by hand."""

import itertools
import math

import numpy as np
import pytest
import shapely
from hypothesis import example, given, settings
from hypothesis import strategies as st

from cardamage_core import geometry

SQUARE = ((0.0, 0.0), (10.0, 0.0), (10.0, 10.0), (0.0, 10.0))
HOLE = ((2.0, 2.0), (4.0, 2.0), (4.0, 4.0), (2.0, 4.0))


def test_a_ring_inside_another_is_a_hole():
    assert geometry.area_of_rings([SQUARE, HOLE]).area == 96.0


def test_a_ring_beside_another_is_another_part():
    beside = tuple((x + 20, y) for x, y in HOLE)
    assert geometry.area_of_rings([SQUARE, beside]).area == 104.0


def test_a_bow_tie_keeps_both_wings():
    assert geometry.area_of_rings([((0, 0), (10, 10), (10, 0), (0, 10))]).area == pytest.approx(50.0)


def test_a_ring_of_two_points_covers_nothing():
    assert geometry.area_of_rings([((0, 0), (5, 5))]).area == 0.0


def test_overlaps_count_once_in_a_union():
    first = geometry.rectangle_area(0, 0, 10, 10)
    second = geometry.rectangle_area(5, 0, 10, 10)
    assert geometry.union([first, second]).area == 150.0


def test_touching_squares_share_no_area():
    shared = geometry.intersection(geometry.rectangle_area(0, 0, 1, 1), geometry.rectangle_area(1, 0, 1, 1))
    assert shared.area == 0.0
    assert shared.geom_type in ("Polygon", "MultiPolygon")


def test_an_ellipse_ring_has_the_exact_area_whatever_its_turn():
    ring = geometry.ellipse_ring(5, 5, 3, 2, theta=0.7)
    assert geometry.area_of_rings([ring]).area == pytest.approx(math.pi * 6, rel=1e-9)


def test_an_ellipse_turned_by_a_quarter_lies_the_other_way():
    xs, ys = zip(*geometry.ellipse_ring(0, 0, 10, 1, theta=math.pi / 2), strict=True)
    assert max(ys) == pytest.approx(10, rel=1e-3)
    assert max(xs) == pytest.approx(1, rel=1e-3)


def test_simplifying_drops_a_vertex_on_a_straight_edge():
    assert len(geometry.simplify_ring((*SQUARE[:1], (5.0, 0.1), *SQUARE[1:]), 0.5)) == 4


@pytest.mark.parametrize(("p", "distance"), [((5, 3), 3.0), ((-3, 4), 5.0), ((13, 4), 5.0)])
def test_distance_to_a_segment_by_hand(p, distance):
    assert geometry.distance_to_segment(p, (0, 0), (10, 0)) == distance


def test_distance_to_a_segment_of_no_length_is_that_to_its_point():
    assert geometry.distance_to_segment((3, 4), (0, 0), (0, 0)) == 5.0


coordinate = st.integers(-50, 50).map(float)
ring = st.lists(st.tuples(coordinate, coordinate), min_size=3, max_size=9)


@settings(deadline=None)
@given(st.lists(ring, min_size=1, max_size=3))
def test_rings_of_an_area_cover_the_same_area(rings):
    area = geometry.area_of_rings(rings)
    again = geometry.area_of_rings(geometry.rings_of_area(area))
    assert again.area == pytest.approx(area.area, abs=1e-2)


@settings(deadline=None)
@given(ring, ring)
def test_union_and_intersection_add_up(first, second):
    a, b = geometry.area_of_rings([first]), geometry.area_of_rings([second])
    total = geometry.union([a, b]).area + geometry.intersection(a, b).area
    assert total == pytest.approx(a.area + b.area, abs=1e-2)


def test_a_thin_sliver_is_not_lost_in_an_intersection():
    """Plain floating point answers 0 here; by inclusion and exclusion it is 17 + 6.4707 - 22.9854."""
    a = geometry.area_of_rings([((0, 0), (0, 1), (-34, -1))])
    b = geometry.area_of_rings([((1, -12), (0, 0), (-34, -1), (-1, 0))])
    assert geometry.intersection(a, b).area == pytest.approx(0.4854, abs=1e-3)


@pytest.mark.parametrize(("tolerance", "most"), [(0.0, 33), (0.5, 13), (5.0, 5)])
def test_a_dab_of_the_brush_has_as_few_vertices_as_its_tolerance_allows(tolerance, most):
    """A circle of radius 14: an n-gon in it lies 14 × (1 − cos(π / n)) inside at most."""
    dab = geometry.stroke_area(((50.0, 50.0),), 14.0, tolerance=tolerance)
    assert len(dab.exterior.coords) == most
    inside = min(math.dist((50.0, 50.0), midway) for midway in _middles(dab.exterior.coords))
    assert 14.0 - inside <= max(tolerance, 0.07)


def _middles(coords):
    return [((ax + bx) / 2, (ay + by) / 2) for (ax, ay), (bx, by) in itertools.pairwise(coords)]


def test_pairs_become_groups_of_all_that_hang_together():
    assert geometry.connected_components(6, [(0, 1), (4, 5), (1, 4)]) == [[0, 1, 4, 5], [2], [3]]
    assert geometry.connected_components(3, np.array([[2, 0], [1, 1], [0, 2], [2, 0]])) == [[0, 2], [1]]


def test_without_pairs_each_is_its_own_group():
    assert geometry.connected_components(3, []) == geometry.connected_components(3, [(1, 1)]) == [[0], [1], [2]]
    assert geometry.connected_components(0, []) == []


def test_long_chains_in_any_order_are_one_group():
    links = np.random.default_rng(0).permutation([(i, i + 1) for i in range(20_000) if i != 7_000])
    assert [len(group) for group in geometry.connected_components(20_001, links)] == [7_001, 13_000]


CORNER = st.tuples(*[st.integers(0, 12).map(float)] * 2)


@settings(deadline=None, max_examples=60)
@given(st.lists(st.lists(CORNER, min_size=3, max_size=9), min_size=1, max_size=4))
@example([[(0.0, 10.0), (0.0, 0.0), (1.0, 10.0), (12.0, 6.0)]])  # (2.67, 9.11) lies on a line
def test_the_faces_between_lines_follow_the_even_odd_rule(rings):
    area = geometry._faces_of(rings)
    lines = shapely.MultiLineString([[*ring, ring[0]] for ring in rings])
    for x, y in itertools.product(np.arange(0.37, 12, 2.3), np.arange(0.41, 12, 2.9)):
        if lines.distance(shapely.Point(x, y)) < 1e-6:
            continue  # on a line, where inside and outside are a matter of rounding
        crossed = [_is_crossed(a, b, x, y) for ring in rings for a, b in zip(ring, ring[1:] + ring[:1], strict=True)]
        assert area.contains(shapely.Point(x, y)) == (sum(crossed) % 2 == 1)


def _is_crossed(a, b, x, y):
    """Whether the line a–b crosses a ray to the right of (x, y)."""
    return (a[1] > y) != (b[1] > y) and a[0] + (y - a[1]) * (b[0] - a[0]) / (b[1] - a[1]) > x


def random_ring(points, seed=0):
    return np.random.default_rng(seed).random((points, 2)) * 1000


TANGLES = {
    "3,000 random points": [random_ring(3000)],
    "50,000 random points": [random_ring(50_000)],
    "1,000 random triangles": [random_ring(3, seed) for seed in range(1000)],
    "one ring 2,000 times": [random_ring(5)] * 2000,
    "all through one point": [np.array([(500 * math.cos(i * 2.5), 500 * math.sin(i * 2.5)) for i in range(3000)])],
    "on one line": [np.column_stack([random_ring(3000)[:, 0]] * 2)],
    "one point": [np.zeros((3000, 2))],
    "far away": [random_ring(3000) * 1e6],
    "narrow strokes": [np.array([(i * 0.01 + 1000 * (i % 2), 1000.0 * (i % 2)) for i in range(20_000)])],
}


@pytest.mark.parametrize("name", TANGLES)
def test_the_work_for_a_tangle_is_bounded(pairs_looked_at, monkeypatch, name):
    overlaid = []
    faces_of = geometry._faces_of
    monkeypatch.setattr(geometry, "_faces_of", lambda rings: overlaid.append(rings) or faces_of(rings))
    area = geometry.area_of_rings(TANGLES[name])
    assert area.is_valid
    assert geometry.intersection(area, geometry.rectangle_area(0, 0, 500, 500)).area <= 250_000
    assert sum(pairs_looked_at) < 20_000_000  # 50,000 random lines alone have a billion whose boxes overlap
    assert all(geometry._crossings(rings) <= geometry.MOST_CROSSINGS for rings in overlaid)


def test_a_tangle_keeps_about_its_place_and_is_called_one():
    tangle = TANGLES["3,000 random points"]
    assert geometry.is_tangled(tangle)
    assert 200_000 < geometry.area_of_rings(tangle).area < 800_000  # every second face of a square of 1,000 pixels


@pytest.mark.parametrize("far", [1e308, -1e308, 1e12, float("inf"), float("nan")])
def test_points_out_of_sight_are_no_crash(far):
    area = geometry.area_of_rings([((0.0, 0.0), (far, 0.0), (0.0, far)), ((0.0, 0.0), (9.0, 0.0), (9.0, far))])
    geometry.intersection(area, geometry.rectangle_area(0, 0, 10, 10))
    geometry.union([area, area])


def test_many_crossings_and_parts_are_no_tangle_and_exact():
    assert not geometry.is_tangled([random_ring(80)])
    steps = [(float(i), float(i % 2)) for i in range(1000)]  # crossed by a straight line at each step
    assert not geometry.is_tangled([(*steps, (999.0, 0.5), (0.0, 0.5))])
    islands = [[(10.0 * i, 0.0), (10.0 * i + 4, 0.0), (10.0 * i, 4.0)] for i in range(1000)]
    holes = [[(10.0 * i + 1, 1.0), (10.0 * i + 2, 1.0), (10.0 * i + 1, 2.0)] for i in range(1000)]
    assert geometry.area_of_rings([*islands, *holes]).area == pytest.approx(1000 * (8.0 - 0.5))
