"""Which points of a shape can be taken, and what does taking them do?"""

import math

import pytest

from cardamage_core.annotations.handles import handles, is_round, move_handle
from cardamage_core.annotations.model import Circle, Ellipse, Polygon, Rectangle, Region


def test_a_circle_has_four_handles_and_each_changes_its_radius():
    circle = Circle(10.0, 20.0, 5.0)
    assert handles(circle) == (((15.0, 20.0), (10.0, 25.0), (5.0, 20.0), (10.0, 15.0)),)
    assert move_handle(Region("c", circle), 0, 2, (7.0, 16.0)).shape == Circle(10.0, 20.0, 5.0)
    assert move_handle(Region("c", circle), 0, 2, (10.0, 8.0)).shape.r == 12.0
    assert move_handle(Region("c", circle), 0, 0, (10.0, 20.0)).shape.r == 0.5


@pytest.mark.parametrize("index", [0, 1, 2, 3])
def test_an_ellipse_whose_handle_is_put_where_it_is_stays(index):
    ellipse = Ellipse(10.0, 20.0, 6.0, 3.0, 0.4)
    same = move_handle(Region("e", ellipse), 0, index, handles(ellipse)[0][index]).shape
    assert (same.rx, same.ry) == (pytest.approx(6.0), pytest.approx(3.0))
    assert math.cos(same.theta - 0.4) == pytest.approx(1.0)


def test_a_handle_of_an_ellipse_turns_it_and_changes_its_own_axis_alone():
    made = move_handle(Region("e", Ellipse(0.0, 0.0, 6.0, 3.0)), 0, 0, (0.0, 8.0)).shape
    assert (made.rx, made.ry, made.theta) == (8.0, 3.0, pytest.approx(math.pi / 2))
    assert handles(made)[0][0] == (pytest.approx(0.0), pytest.approx(8.0))


def test_other_shapes_are_taken_by_their_vertices():
    ring = ((0.0, 0.0), (4.0, 0.0), (0.0, 4.0))
    assert handles(Polygon((ring,))) == (ring,)
    assert move_handle(Region("p", Polygon((ring,))), 0, 0, (1.0, 1.0)).shape.rings[0][0] == (1.0, 1.0)
    moved = move_handle(Region("r", Rectangle(0.0, 0.0, 4.0, 4.0)), 0, 2, (6.0, 5.0))
    assert moved.shape == Rectangle(0.0, 0.0, 6.0, 5.0)
    assert not is_round(moved.shape)
