"""What does each edit do to a region?

Where do copies go, and what lies above what?

Which points of a shape can be taken, and what does taking them do?

What do simplifying and smoothing leave of an outline?
"""

import math

import pytest

from cardamage_core.annotations import edits, shapes
from cardamage_core.annotations.edits import handles, is_round, move_handle
from cardamage_core.annotations.model import Circle, Dot, Ellipse, Origin, Polygon, Polyline, Rectangle, Region

SQUARE = ((0.0, 0.0), (10.0, 0.0), (10.0, 10.0), (0.0, 10.0))
HOLE = ((4.0, 4.0), (6.0, 4.0), (6.0, 6.0))
FAR = ((20.0, 0.0), (30.0, 0.0), (30.0, 10.0))
PREDICTED = Origin("predicted", model="m", score=0.75)


def region(shape):
    return Region("r", shape, "dent", {"note": "old"}, PREDICTED, extra={"via": {"key": "7"}})


def test_a_vertex_moves_and_everything_else_stays():
    moved = edits.move_vertex(region(Polygon((SQUARE, HOLE))), 1, 2, (7.0, 8.0))
    assert moved == region(Polygon((SQUARE, ((4.0, 4.0), (6.0, 4.0), (7.0, 8.0)))))


def test_a_vertex_is_inserted_before_another_or_at_the_end():
    one = region(Polygon((HOLE,)))
    assert edits.insert_vertex(one, 0, 1, (5.0, 3.0)).shape.rings[0] == (HOLE[0], (5.0, 3.0), *HOLE[1:])
    assert edits.insert_vertex(one, 0, 3, (5.0, 3.0)).shape.rings[0] == (*HOLE, (5.0, 3.0))


def test_a_vertex_is_deleted():
    assert edits.delete_vertex(region(Polygon((SQUARE,))), 0, 3).shape == Polygon((SQUARE[:3],))


@pytest.mark.parametrize(("rings", "left"), [((SQUARE, HOLE), (SQUARE,)), ((SQUARE, FAR), (SQUARE,))])
def test_a_hole_or_part_of_three_vertices_goes_away_as_a_whole(rings, left):
    assert edits.delete_vertex(region(Polygon(rings)), 1, 0).shape == Polygon(left)


@pytest.mark.parametrize("shape", [Polygon((HOLE,)), Polyline(HOLE[:2]), Dot(1.0, 2.0)])
def test_the_last_vertices_of_a_shape_stay(shape):
    assert edits.delete_vertex(region(shape), 0, 0) == region(shape)


def test_a_triangle_around_a_hole_stays_because_the_hole_would_become_solid():
    triangle = ((0.0, 0.0), (30.0, 0.0), (0.0, 30.0))
    one = region(Polygon((triangle, HOLE)))
    assert edits.delete_vertex(one, 0, 0) == one


@pytest.mark.parametrize(
    ("corner", "xy", "expected"),
    [
        (0, (2.0, 3.0), Rectangle(2.0, 3.0, 8.0, 17.0)),
        (1, (12.0, 3.0), Rectangle(0.0, 3.0, 12.0, 17.0)),
        (2, (12.0, 30.0), Rectangle(0.0, 0.0, 12.0, 30.0)),
        (3, (-5.0, 30.0), Rectangle(-5.0, 0.0, 15.0, 30.0)),
        (2, (-4.0, -6.0), Rectangle(-4.0, -6.0, 4.0, 6.0)),  # over the far corner
    ],
)
def test_a_corner_of_a_rectangle_moves_and_the_far_corner_stays(corner, xy, expected):
    assert edits.move_vertex(region(Rectangle(0.0, 0.0, 10.0, 20.0)), 0, corner, xy).shape == expected


def test_a_rectangle_with_a_new_vertex_becomes_a_polygon():
    bent = edits.insert_vertex(region(Rectangle(0.0, 0.0, 10.0, 20.0)), 0, 1, (5.0, -2.0))
    assert bent.shape == Polygon((((0.0, 0.0), (5.0, -2.0), (10.0, 0.0), (10.0, 20.0), (0.0, 20.0)),))


def test_a_circle_with_a_moved_vertex_becomes_a_polygon():
    bent = edits.move_vertex(region(Circle(50.0, 50.0, 10.0)), 0, 3, (99.0, 98.0))
    assert bent.shape.rings[0][3] == (99.0, 98.0)
    assert len(bent.shape.rings[0]) == 128


def test_a_point_and_a_line_move_by_their_vertices():
    assert edits.move_vertex(region(Dot(1.0, 2.0)), 0, 0, (3.0, 4.0)).shape == Dot(3.0, 4.0)
    assert edits.move_vertex(region(Polyline(HOLE)), 0, 1, (9.0, 9.0)).shape == Polyline((HOLE[0], (9.0, 9.0), HOLE[2]))


@pytest.mark.parametrize(
    ("shape", "expected"),
    [
        (Polygon((HOLE,)), Polygon((((5.0, 2.0), (7.0, 2.0), (7.0, 4.0)),))),
        (Polyline(HOLE[:2]), Polyline(((5.0, 2.0), (7.0, 2.0)))),
        (Rectangle(0.0, 0.0, 3.0, 4.0), Rectangle(1.0, -2.0, 3.0, 4.0)),
        (Circle(5.0, 5.0, 2.0), Circle(6.0, 3.0, 2.0)),
        (Ellipse(5.0, 5.0, 2.0, 1.0, 0.5), Ellipse(6.0, 3.0, 2.0, 1.0, 0.5)),
        (Dot(0.0, 0.0), Dot(1.0, -2.0)),
    ],
)
def test_every_shape_moves_as_a_whole(shape, expected):
    assert edits.move(region(shape), 1.0, -2.0) == region(expected)


def test_label_review_and_attributes_change_and_the_old_value_stays_as_it_was():
    old = region(Dot(0.0, 0.0))
    assert edits.set_label(old, "scratch").label == "scratch"
    assert edits.set_review(old, "accepted").review == "accepted"
    assert edits.set_attribute(old, "depth", 3).attributes == {"note": "old", "depth": 3}
    assert edits.set_attribute(old, "note", None).attributes == {}
    assert old == region(Dot(0.0, 0.0))


def test_a_drawn_region_has_an_id_of_its_own():
    first, second = edits.draw(Dot(0.0, 0.0), "dent"), edits.draw(Dot(0.0, 0.0), "dent")
    assert first.id != second.id
    assert (first.label, first.origin.kind) == ("dent", "drawn")


def test_lists_of_regions_are_changed_by_id():
    one, two, three = (Region(name, Dot(0.0, 0.0)) for name in "abc")
    new = Region("b", Dot(5.0, 5.0))
    assert edits.replace((one, two, three), two, new) == (one, new, three)
    assert edits.add((one,), two, three) == (one, two, three)
    assert edits.remove((one, two, three), new, one) == (three,)


def test_many_vertices_go_at_once_by_the_numbers_they_had():
    made = edits.delete_vertices(region(Polygon((SQUARE, HOLE))), {(0, 3), (1, 0), (1, 2)})
    assert made.shape == Polygon((SQUARE[:3],))  # the hole of three goes as a whole
    assert len(edits.delete_vertices(region(Polygon((SQUARE,))), {(0, i) for i in range(4)}).shape.rings[0]) == 3


A, B, C = (Region(name, Dot(1.0, 2.0), review="accepted", extra={"via": 1}) for name in "abc")


def names(regions):
    return "".join(region.id for region in regions)


def test_regions_rise_one_place_and_groups_keep_their_order():
    assert names(edits.raised((A, B, C), {"a"})) == "bac"
    assert names(edits.raised((A, B, C), {"a", "b"})) == "cab"
    assert names(edits.raised((A, B, C), {"c"})) == "abc"
    assert names(edits.lowered((A, B, C), {"b", "c"})) == "bca"


def test_regions_go_to_the_front_and_to_the_back():
    assert names(edits.to_front((A, B, C), {"a", "b"})) == "cab"
    assert names(edits.to_back((A, B, C), {"c"})) == "cab"


def test_a_copy_has_an_id_of_its_own_and_nobody_has_reviewed_it():
    (copy,) = edits.copied((A,), dx=8.0, dy=-1.0)
    assert copy.id != "a"
    assert (copy.shape, copy.review, copy.extra) == (Dot(9.0, 1.0), "unreviewed", {})


def test_pasted_regions_are_moved_together_into_a_smaller_photo():
    pair = (Region("a", Rectangle(80.0, 10.0, 20.0, 20.0)), Region("b", Rectangle(60.0, 10.0, 5.0, 5.0)))
    first, second = edits.fitted(pair, width=50.0, height=100.0)
    assert (first.shape.x, second.shape.x) == (30.0, 10.0)
    assert edits.fitted(pair, width=200.0, height=100.0) == pair


def test_what_is_larger_than_the_photo_begins_at_its_edge():
    (one,) = edits.fitted((Region("a", Rectangle(10.0, 0.0, 90.0, 5.0)),), width=50.0, height=100.0)
    assert one.shape.x == 0.0


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


SQUARE_SMOOTHING = ((0.0, 0.0), (5.0, 0.1), (10.0, 0.0), (10.0, 10.0), (0.0, 10.0))


def test_a_vertex_within_the_tolerance_goes():
    made = edits.reshaped(Region("a", Polygon((SQUARE_SMOOTHING,))), tolerance=0.5)
    assert set(made.shape.rings[0]) == set(SQUARE_SMOOTHING) - {(5.0, 0.1)}
    assert edits.saved((Region("a", Polygon((SQUARE_SMOOTHING,))),), (made,)) == (5, 4)


def test_rounding_cuts_each_corner_at_its_quarters():
    square = Polygon((((0.0, 0.0), (8.0, 0.0), (8.0, 8.0), (0.0, 8.0)),))
    made = edits.reshaped(Region("a", square), tolerance=0.0, rounds=1)
    assert made.shape.rings[0][:3] == ((2.0, 0.0), (6.0, 0.0), (8.0, 2.0))
    assert shapes.area(made.shape).area == 64 - 4 * 2.0  # four triangles of 2 × 2 / 2


def test_lines_keep_their_ends_and_round_shapes_stay():
    line = Region("l", Polyline(((0.0, 0.0), (5.0, 0.1), (10.0, 0.0))))
    assert edits.reshaped(line, tolerance=1.0).shape == Polyline(((0.0, 0.0), (10.0, 0.0)))
    circle = Region("c", Circle(5.0, 5.0, 3.0))
    assert edits.reshaped(circle, tolerance=9.0, rounds=3) is circle


def test_a_ring_never_loses_its_last_triangle():
    made = edits.reshaped(Region("a", Polygon((SQUARE_SMOOTHING,))), tolerance=1000.0)
    assert len(made.shape.rings[0]) >= 3
