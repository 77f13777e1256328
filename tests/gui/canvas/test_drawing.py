"""What do the drawing gestures make? Pure: no window, no mouse."""

import math

import pytest
from little_regions import line, rectangle, square, with_hole

from cardamage_core.annotations import shapes
from cardamage_core.annotations.model import Circle, Dot, Ellipse, Polygon, Polyline, Region
from cardamage_gui.canvas.tools.base import Answer, Start
from cardamage_gui.canvas.tools.boolean import DrawCut, DrawHole
from cardamage_gui.canvas.tools.brush import Brush, Eraser
from cardamage_gui.canvas.tools.lasso import DrawBox, Lasso
from cardamage_gui.canvas.tools.polygon import DrawPolyline
from cardamage_gui.canvas.tools.shapes import DrawEllipse, PlacePoint
from cardamage_gui.canvas.tools.sweep import Reshape

A, B = square("a"), square("b", at=(100.0, 0.0))
ALL = (A, B)


def start(at, *, selection=(), regions=ALL, shift=False, locked=(), photo=None, brush=5.0):
    def around(point):
        return tuple(r for r in regions if _holds(r, point) and r.id not in locked)

    locked = frozenset(locked)
    return Start(
        at, 4.0, regions, selection, "dent", shift=shift, locked=locked, around=around, brush=brush, photo=photo
    )


def _holds(region, point):
    x0, y0, x1, y1 = shapes.bounds(region.shape)
    return x0 - 1 <= point[0] <= x1 + 1 and y0 - 1 <= point[1] <= y1 + 1


def size(region):
    return shapes.area(region.shape).area


def drag(gesture, *ways):
    for way in ways:
        gesture.move(way, 4.0)
    assert gesture.release(ways[-1], 4.0)
    return gesture.outcome()


def test_an_ellipse_fills_the_box_that_was_dragged():
    made = drag(DrawEllipse(start((10.0, 20.0))), (50.0, 40.0))
    assert made.regions[-1].shape == Ellipse(30.0, 30.0, 20.0, 10.0)
    assert made.text == "Draw ellipse"


def test_with_shift_a_circle_is_drawn_from_its_middle():
    made = drag(DrawEllipse(start((10.0, 20.0), shift=True)), (13.0, 24.0))
    assert made.regions[-1].shape == Circle(10.0, 20.0, 5.0)


def test_a_line_needs_two_points_and_never_closes():
    gesture = DrawPolyline(start((0.0, 0.0)))
    assert not gesture.close()
    gesture.press((20.0, 0.0), 4.0)
    gesture.press((20.0, 20.0), 4.0)
    assert not gesture.press((0.0, 0.0), 4.0)
    assert gesture.close()
    assert gesture.outcome().regions[-1].shape == Polyline(((0.0, 0.0), (20.0, 0.0), (20.0, 20.0), (0.0, 0.0)))


def test_a_point_lies_where_the_button_goes_up():
    made = drag(PlacePoint(start((5.0, 5.0))), (7.0, 8.0))
    assert made.regions[-1].shape == Dot(7.0, 8.0)


def test_a_box_is_only_a_wish():
    gesture = DrawBox(start((50.0, 40.0)))
    assert gesture.wants() is None
    made = drag(gesture, (10.0, 20.0))
    assert gesture.wants().payload == (10.0, 20.0, 50.0, 40.0)
    assert made.regions is None


def hole(begun):
    gesture = DrawHole(begun)
    for point in ((40.0, 20.0), (40.0, 40.0), (20.0, 40.0)):
        gesture.press(point, 4.0)
    assert gesture.press((20.0, 20.0), 4.0)
    return gesture.outcome()


@pytest.mark.parametrize("selection", [("a",), ()])
def test_a_hole_is_cut_out_of_the_selected_region_or_the_one_below(selection):
    made = hole(start((20.0, 20.0), selection=selection))
    assert size(made.regions[0]) == 1600 - 400
    assert made.regions[1] is B
    assert made.selection == ("a",)


def test_a_hole_over_nothing_says_what_to_do():
    made = hole(start((20.0, 20.0), selection=("b",)))
    assert made.regions is None
    assert "outside" in made.said


def test_a_dragged_line_splits_the_selected_region_and_selects_both_pieces():
    gesture = DrawCut(start((30.0, 0.0), selection=("a",)))
    gesture.move((30.0, 60.0), 4.0)
    assert gesture.release((30.0, 60.0), 4.0)
    made = gesture.outcome()
    assert sorted(map(size, made.regions)) == [800.0, 800.0, 1600.0]
    assert len(made.selection) == 2


def test_a_line_clicked_around_a_corner_splits_too():
    gesture = DrawCut(start((0.0, 30.0), selection=("a",)))
    assert not gesture.release((0.0, 30.0), 4.0)
    gesture.press((30.0, 30.0), 4.0)
    gesture.press((30.0, 60.0), 4.0)
    assert gesture.close()
    assert sorted(map(size, gesture.outcome().regions)) == [400.0, 1200.0, 1600.0]


def test_a_split_without_selection_or_beside_the_region_is_told():
    for selection in ((), ("b",)):
        gesture = DrawCut(start((30.0, 0.0), selection=selection))
        gesture.release((30.0, 60.0), 4.0)
        assert gesture.outcome().said
        assert gesture.outcome().regions is None


def test_a_brush_adds_to_the_selected_region_and_stays_in_the_photo():
    gesture = Brush(start((45.0, 30.0), selection=("a",), photo=(0.0, 0.0, 60.0, 60.0)))
    made = drag(gesture, (50.0, 30.0), (80.0, 30.0))
    # a band of 10 × 10 between the region's edge at 50 and the photo's at 60
    assert size(made.regions[0]) == pytest.approx(1700.0, rel=1e-6)
    assert made.text == "Brush"


def test_a_brush_without_selection_makes_a_region_whose_id_stays_through_the_stroke():
    gesture = Brush(start((70.0, 70.0)))
    first = gesture.preview().regions[0].id
    made = drag(gesture, (80.0, 70.0))
    assert made.selection == (first,)
    assert size(made.regions[-1]) == pytest.approx(10 * 10 + math.pi * 25, rel=0.02)  # as fine as one sees


def test_a_brush_beyond_the_photo_makes_nothing():
    assert drag(Brush(start((70.0, 70.0), photo=(0.0, 0.0, 20.0, 20.0))), (80.0, 70.0)).regions is None


def test_an_eraser_takes_from_what_it_begins_on_and_deletes_what_it_rubs_out():
    made = drag(Eraser(start((30.0, 10.0))), (30.0, 50.0))
    assert size(made.regions[0]) == pytest.approx(1600 - 400, rel=0.01)
    assert len(made.regions[0].shape.rings) == 2
    gone = drag(Eraser(start((30.0, 30.0), selection=("a",), brush=60.0)), (31.0, 30.0))
    assert gone.regions == (B,)
    assert drag(Eraser(start((300.0, 300.0))), (310.0, 300.0)).said


def test_an_eraser_leaves_a_locked_region():
    assert drag(Eraser(start((30.0, 30.0), selection=("a",), locked=("a",))), (30.0, 50.0)).regions is None


class Corner:
    """A tracer that goes along x first, then along y."""

    def __init__(self, seed):
        self.seed = seed

    def path(self, to):
        return (self.seed, (to[0], self.seed[1]), to)


def test_the_lasso_is_straight_until_its_ways_are_there():
    gesture = Lasso(start((0.0, 0.0)))
    request = gesture.wants()
    assert request.payload.at == (0.0, 0.0)
    assert gesture.wants() is None
    gesture.move((30.0, 20.0), 4.0)
    assert gesture.preview().path == ((0.0, 0.0), (30.0, 20.0))
    assert not gesture.take(Answer(request, Corner((0.0, 0.0))))
    assert gesture.preview().path == ((0.0, 0.0), (30.0, 0.0), (30.0, 20.0))
    assert gesture.preview().marks == ((0.0, 0.0),)


def test_the_lasso_closes_along_the_edge_too():
    gesture = Lasso(start((0.0, 0.0)))
    gesture.take(Answer(gesture.wants(), Corner((0.0, 0.0))))
    assert not gesture.press((30.0, 20.0), 4.0)
    request = gesture.wants()
    assert request.payload.at == (30.0, 20.0)
    gesture.take(Answer(request, Corner((30.0, 20.0))))
    assert gesture.press((1.0, 1.0), 4.0)
    ring = ((0.0, 0.0), (30.0, 0.0), (30.0, 20.0), (0.0, 20.0))
    assert gesture.outcome().regions[-1].shape == Polygon((ring,))
    assert gesture.back()


def test_reshaping_shows_what_is_saved_and_leaves_round_shapes():
    bumpy = Polygon((((10.0, 10.0), (30.0, 10.4), (50.0, 10.0), (50.0, 50.0), (10.0, 50.0)),))
    regions = (Region("a", bumpy, "dent"), B)
    gesture = Reshape(Start((0.0, 0.0), 4.0, regions, ("a",)))
    gesture.set(tolerance=1.0, rounds=0)
    assert gesture.saved() == (5, 4)
    assert gesture.preview().hidden == {"a"}
    assert not gesture.release((0.0, 0.0), 4.0)
    assert gesture.close()
    assert gesture.outcome().text == "Simplify"
    gesture.set(tolerance=0.0, rounds=1)
    assert gesture.saved() == (5, 10)
    assert gesture.outcome().text == "Smooth"


def test_lines_have_no_area_to_paint_on_or_cut():
    gesture = Brush(start((70.0, 70.0), regions=(line(), rectangle(), with_hole()), selection=("l",)))
    assert len(drag(gesture, (75.0, 70.0)).regions) == 4
