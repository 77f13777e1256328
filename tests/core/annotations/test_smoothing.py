"""What do simplifying and smoothing leave of an outline?"""

from cardamage_core.annotations import shapes, smoothing
from cardamage_core.annotations.model import Circle, Polygon, Polyline, Region

SQUARE = ((0.0, 0.0), (5.0, 0.1), (10.0, 0.0), (10.0, 10.0), (0.0, 10.0))


def test_a_vertex_within_the_tolerance_goes():
    made = smoothing.reshaped(Region("a", Polygon((SQUARE,))), tolerance=0.5)
    assert set(made.shape.rings[0]) == set(SQUARE) - {(5.0, 0.1)}
    assert smoothing.saved((Region("a", Polygon((SQUARE,))),), (made,)) == (5, 4)


def test_rounding_cuts_each_corner_at_its_quarters():
    square = Polygon((((0.0, 0.0), (8.0, 0.0), (8.0, 8.0), (0.0, 8.0)),))
    made = smoothing.reshaped(Region("a", square), tolerance=0.0, rounds=1)
    assert made.shape.rings[0][:3] == ((2.0, 0.0), (6.0, 0.0), (8.0, 2.0))
    assert shapes.area(made.shape).area == 64 - 4 * 2.0  # four triangles of 2 × 2 / 2


def test_lines_keep_their_ends_and_round_shapes_stay():
    line = Region("l", Polyline(((0.0, 0.0), (5.0, 0.1), (10.0, 0.0))))
    assert smoothing.reshaped(line, tolerance=1.0).shape == Polyline(((0.0, 0.0), (10.0, 0.0)))
    circle = Region("c", Circle(5.0, 5.0, 3.0))
    assert smoothing.reshaped(circle, tolerance=9.0, rounds=3) is circle


def test_a_ring_never_loses_its_last_triangle():
    made = smoothing.reshaped(Region("a", Polygon((SQUARE,))), tolerance=1000.0)
    assert len(made.shape.rings[0]) >= 3
