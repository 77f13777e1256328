"""What does each edit do to a region?"""

import pytest

from cardamage_core.annotations import edits
from cardamage_core.annotations.model import (
    Circle,
    Dot,
    Ellipse,
    Origin,
    Polygon,
    Polyline,
    Rectangle,
    Region,
)  # fmt: skip

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
