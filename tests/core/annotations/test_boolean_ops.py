"""Do cut regions cover exactly what they should? Small cases by hand, and areas that have to add up.

Which vertices lie in the same place?
"""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cardamage_core import geometry
from cardamage_core.annotations import boolean_ops, shapes
from cardamage_core.annotations.boolean_ops import BooleanOpError
from cardamage_core.annotations.model import Circle, Dot, Origin, Polygon, Polyline, Rectangle, Region


def box(region_id, x0, y0, x1, y1, label="dent", **fields):
    return Region(region_id, Polygon((((x0, y0), (x1, y0), (x1, y1), (x0, y1)),)), label, **fields)


def size(region):
    return shapes.area(region.shape).area


BIG = box("big", 0.0, 0.0, 10.0, 10.0, attributes={"severity": "severe"}, origin=Origin("imported", "via1"))
RIGHT = box("right", 5.0, 0.0, 15.0, 10.0, "scratch")
INSIDE = box("inside", 2.0, 2.0, 4.0, 4.0)
FAR = box("far", 100.0, 100.0, 110.0, 110.0)
LINE = Region("line", Polyline(((0.0, 0.0), (5.0, 5.0))))


def test_a_union_keeps_the_first_regions_label_and_place_and_the_other_goes():
    made = boolean_ops.union((FAR, RIGHT, BIG), ("big", "right"))
    assert [region.id for region in made] == ["far", "big"]
    assert made[1].attributes == {"severity": "severe"}
    assert made[1].origin == BIG.origin
    assert size(made[1]) == 150.0


def test_regions_apart_are_united_to_one_region_of_two_parts():
    (made,) = boolean_ops.union((BIG, FAR), ("big", "far"))
    assert len(made.shape.rings) == 2
    assert size(made) == 200.0


def test_what_is_subtracted_from_inside_is_a_hole_and_stays_itself():
    first, second = boolean_ops.subtract((BIG, INSIDE), ("big", "inside"))
    assert second is INSIDE
    assert size(first) == 96.0
    assert len(first.shape.rings) == 2


def test_an_intersection_is_what_all_have_in_common():
    (made,) = boolean_ops.intersect((BIG, RIGHT), ("right", "big"))
    assert (made.id, made.label, size(made)) == ("right", "scratch", 50.0)


def test_circles_and_rectangles_are_cut_as_polygons():
    pond = Region("pond", Circle(5.0, 5.0, 2.0))
    made = boolean_ops.subtract((Region("r", Rectangle(0.0, 0.0, 10.0, 10.0)), pond), ("r", "pond"))[0]
    assert size(made) == pytest.approx(100 - 4 * math.pi, abs=1e-3)


@pytest.mark.parametrize(
    ("cut", "ids"),
    [
        (boolean_ops.union, ("big",)),
        (boolean_ops.union, ("big", "line")),
        (boolean_ops.intersect, ("big", "far")),
        (boolean_ops.subtract, ("big", "far")),
        (boolean_ops.subtract, ("inside", "big")),
    ],
)
def test_a_cut_that_makes_no_sense_is_refused_in_words(cut, ids):
    with pytest.raises(BooleanOpError) as refused:
        cut((BIG, INSIDE, FAR, LINE), ids)
    assert refused.value.title
    assert refused.value.detail


def test_a_line_splits_a_region_and_the_larger_piece_keeps_its_name():
    kept, fresh = boolean_ops.split((BIG,), ("big",), ((3.0, -5.0), (3.0, 15.0)))
    assert (kept.id, size(kept), size(fresh)) == ("big", 70.0, 30.0)
    assert fresh.id != "big"
    assert (fresh.label, fresh.attributes, fresh.origin) == ("dent", BIG.attributes, BIG.origin)


def test_a_split_leaves_what_is_not_chosen_and_places_pieces_beside_each_other():
    made = boolean_ops.split((BIG, RIGHT, FAR), ("right",), ((0.0, 5.0), (20.0, 5.0)))
    assert [region.id for region in made][:2] == ["big", "right"]
    assert made[3] is FAR


def test_a_line_through_a_hole_cuts_the_ring_in_two_halves():
    ring = boolean_ops.with_hole(BIG, ((4.0, 4.0), (6.0, 4.0), (6.0, 6.0), (4.0, 6.0)))
    kept, fresh = boolean_ops.split((ring,), ("big",), ((-1.0, 5.0), (11.0, 5.0)))
    assert (size(kept), size(fresh)) == (48.0, 48.0)


def test_a_line_that_ends_inside_cuts_nothing():
    with pytest.raises(BooleanOpError, match="no region in two"):
        boolean_ops.split((BIG,), ("big",), ((3.0, -5.0), (3.0, 5.0)))


def test_a_hole_is_open_and_the_border_stays_to_the_last_bit():
    odd = box("odd", 0.1, 0.1, 10.3, 10.7)
    made = boolean_ops.with_hole(odd, ((1.1, 1.1), (2.3, 1.1), (2.3, 2.9)))
    corners = {point for ring in made.shape.rings for point in ring}
    assert corners == {*odd.shape.rings[0], (1.1, 1.1), (2.3, 1.1), (2.3, 2.9)}


def test_a_hole_beside_the_region_or_around_it_is_refused():
    for ring in (FAR.shape.rings[0], ((-1.0, -1.0), (30.0, -1.0), (30.0, 30.0), (-1.0, 30.0))):
        with pytest.raises(BooleanOpError):
            boolean_ops.with_hole(BIG, ring)


def test_a_brush_adds_and_an_eraser_takes_until_nothing_is_left():
    stroke = geometry.stroke_area(((10.0, 5.0), (20.0, 5.0)), 1.0)
    # a band of 10 × 2 and a half disc at its far end; the near one lies inside the region
    assert size(boolean_ops.painted(BIG, stroke)) == pytest.approx(100 + 20 + math.pi / 2, rel=1e-3)
    assert size(boolean_ops.erased(BIG, stroke)) == pytest.approx(100 - math.pi / 2, rel=1e-3)
    assert boolean_ops.erased(FAR, stroke) is FAR
    assert boolean_ops.erased(INSIDE, geometry.stroke_area(((3.0, 3.0),), 50.0)) is None


corners = st.integers(0, 400).map(lambda n: n / 8)
rings = st.lists(st.tuples(corners, corners), min_size=3, max_size=8, unique=True)


@settings(max_examples=60, deadline=None)
@given(rings, rings)
def test_areas_of_union_and_intersection_add_up(first, second):
    a, b = (Region(name, Polygon((tuple(ring),))) for name, ring in (("a", first), ("b", second)))
    if min(size(a), size(b)) < 1:
        return
    (both,) = boolean_ops.union((a, b), ("a", "b"))
    common = geometry.intersection(shapes.area(a.shape), shapes.area(b.shape)).area
    assert size(both) + common == pytest.approx(size(a) + size(b), abs=0.01)


@settings(max_examples=60, deadline=None)
@given(rings, rings)
def test_what_is_subtracted_and_what_is_common_add_up_to_the_whole(first, second):
    a, b = (Region(name, Polygon((tuple(ring),))) for name, ring in (("a", first), ("b", second)))
    if min(size(a), size(b)) < 1:
        return
    try:
        (common,) = boolean_ops.intersect((a, b), ("a", "b"))
        left, other = boolean_ops.subtract((a, b), ("a", "b"))
    except BooleanOpError:  # nothing in common, or nothing left
        return
    assert size(common) + size(left) == pytest.approx(size(a), abs=0.01)
    assert other is b


@settings(max_examples=60, deadline=None)
@given(rings, st.tuples(corners, corners), st.tuples(corners, corners))
def test_the_pieces_of_a_split_add_up(ring, start, end):
    region = Region("a", Polygon((tuple(ring),)))
    if size(region) < 1 or start == end:
        return
    try:
        made = boolean_ops.split((region,), ("a",), (start, end))
    except BooleanOpError:
        return
    assert sum(map(size, made)) == pytest.approx(size(region), abs=0.01 * len(made))


@settings(max_examples=40, deadline=None)
@given(rings, st.lists(st.tuples(corners, corners), min_size=1, max_size=6), st.integers(1, 80))
def test_what_brush_and_eraser_change_is_what_the_stroke_covers(ring, way, radius):
    region = Region("a", Polygon((tuple(ring),)))
    stroke = geometry.stroke_area(way, radius / 8)
    common = geometry.intersection(shapes.area(region.shape), stroke).area
    assert size(boolean_ops.painted(region, stroke)) == pytest.approx(size(region) + stroke.area - common, abs=0.02)
    left = boolean_ops.erased(region, stroke)
    assert (size(left) if left else 0.0) == pytest.approx(size(region) - common, abs=0.02)


LEFT = Region("left", Polygon((((0.0, 0.0), (10.0, 0.0), (10.0, 10.0), (0.0, 10.0)),)))
RIGHT_BORDERS = Region("right", Polygon((((10.0, 0.0), (20.0, 0.0), (20.0, 10.0), (10.0, 10.0)),)))
LINE_BORDERS = Region("line", Polyline(((10.0, 0.0), (10.0, -10.0))))
POINT = Region("point", Dot(10.0, 0.0))
ALL = (LEFT, RIGHT_BORDERS, LINE_BORDERS, POINT)


def test_vertices_of_polygons_and_lines_meet_and_points_stay_alone():
    found = boolean_ops.meeting(ALL, (10.0, 0.0), apart_from="left")
    assert [(corner.region.id, corner.ring, corner.index) for corner in found] == [("right", 0, 0), ("line", 0, 0)]
    assert boolean_ops.meeting(ALL, (10.1, 0.0)) == ()


def test_an_edge_is_shared_whichever_way_it_is_walked():
    (found,) = boolean_ops.beside(ALL, (10.0, 0.0), (10.0, 10.0), apart_from="left")
    assert (found.region.id, found.index) == ("right", 3)
    (grown,) = boolean_ops.inserted((found,), (11.0, 5.0))
    assert grown.region.shape.rings[0][grown.index] == (11.0, 5.0)
    assert len(grown.region.shape.rings[0]) == 5


def test_meeting_vertices_move_and_go_together():
    found = boolean_ops.meeting(ALL, (10.0, 0.0), apart_from="left")
    right, line = boolean_ops.moved(found, (9.0, 1.0))
    assert right.shape.rings[0][0] == line.shape.points[0] == (9.0, 1.0)
    right, line = boolean_ops.deleted(found)
    assert len(right.shape.rings[0]) == 3
    assert line == LINE_BORDERS  # a line keeps two points


def test_regions_are_cut_at_the_edges_of_a_photo():
    inside, across, outside = box("in", 1.0, 1.0, 5.0, 5.0), box("over", -4.0, 2.0, 4.0, 6.0), box("out", 30, 0, 40, 9)
    kept = boolean_ops.clipped((inside, across, outside), width=20, height=10)
    assert [region.id for region in kept] == ["in", "over"]
    assert kept[0] is inside
    assert size(kept[1]) == 16.0
    assert kept[1].label == "dent"


def test_a_line_is_kept_whole_where_it_meets_the_photo_and_a_circle_becomes_what_is_inside():
    line = Region("l", Polyline(((-5.0, 5.0), (5.0, 5.0))), "crack")
    lost = Region("p", Dot(-1.0, 5.0), "chip")
    circle = Region("c", Circle(0.0, 5.0, 3.0), "dent")
    kept = boolean_ops.clipped((line, lost, circle), width=20, height=10)
    assert [region.id for region in kept] == ["l", "c"]
    assert kept[0] is line
    assert size(kept[1]) == pytest.approx(size(circle) / 2, rel=0.01)
