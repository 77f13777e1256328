"""Outlines, areas and boxes of every kind of shape."""

import math

import pytest

from cardamage_core.annotations import shapes
from cardamage_core.annotations.model import Circle, Dot, Ellipse, Polygon, Polyline, Rectangle

TRIANGLE = Polygon((((0, 0), (4, 0), (0, 3)),))


@pytest.mark.parametrize(
    ("shape", "area", "bounds", "vertices"),
    [
        (TRIANGLE, 6.0, (0, 0, 4, 3), 3),
        (Rectangle(1, 2, 3, 4), 12.0, (1, 2, 4, 6), 4),
        (Circle(5, 5, 2), 4 * math.pi, (3, 3, 7, 7), 4),
        (Ellipse(5, 5, 2, 1), 2 * math.pi, (3, 4, 7, 6), 4),
        (Polyline(((0, 0), (5, 1))), 0.0, (0, 0, 5, 1), 2),
        (Dot(3, 4), 0.0, (3, 4, 3, 4), 1),
        (Polygon(()), 0.0, (0, 0, 0, 0), 0),
    ],
)
def test_every_kind_of_shape_by_hand(shape, area, bounds, vertices):
    assert shapes.area(shape).area == pytest.approx(area, rel=1e-9)
    assert shapes.bounds(shape) == pytest.approx(bounds, abs=0.01)
    assert shapes.vertex_count(shape) == vertices


def test_a_polyline_has_a_line_but_no_outline():
    line = Polyline(((0, 0), (5, 1)))
    assert shapes.outline(line) == ()
    assert shapes.lines(line) == (line.points,)
