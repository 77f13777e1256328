"""What does each gesture make of regions? Pure: no window, no mouse."""

from little_regions import circle, rectangle, square

from cardamage_core.annotations.model import Polygon, Rectangle
from cardamage_gui.canvas import tools
from cardamage_gui.canvas.hit import Hit
from cardamage_gui.canvas.tools.base import Start
from cardamage_gui.canvas.tools.polygon import DrawPolygon
from cardamage_gui.canvas.tools.select import (
    MoveRegions,
    MoveVertex,
    RubberBand,
    delete_regions,
    insert_vertex,
    select,
)
from cardamage_gui.canvas.tools.shapes import DrawRectangle
from cardamage_gui.canvas.tools.sweep import delete_vertex

A, B = square("a"), square("b", at=(100.0, 0.0))


def start(at, *, selection=("a",), shift=False, label="dent"):
    return Start(at, 4.0, (A, B), selection, label=label, shift=shift)


def ring(outcome, region_id="a"):
    return next(r for r in outcome.regions if r.id == region_id).shape.rings[0]


def test_a_dragged_vertex_keeps_its_distance_from_the_pointer():
    gesture = MoveVertex(start((11.0, 12.0)), A, 0, 0, (10.0, 10.0))
    gesture.move((21.0, 7.0), 4.0)
    assert ring(gesture.outcome())[0] == (20.0, 5.0)
    assert gesture.outcome().regions[1] is B
    assert gesture.outcome().text == "Move vertex"


def test_a_vertex_that_was_only_pressed_is_no_edit():
    assert MoveVertex(start((10.0, 10.0)), A, 0, 0, (10.0, 10.0)).outcome().regions is None
    gesture = MoveVertex(start((10.0, 10.0)), A, 0, 0, (10.0, 10.0))
    gesture.move((30.0, 30.0), 4.0)
    gesture.move((10.0, 10.0), 4.0)
    assert gesture.outcome().regions is None


def test_pressing_an_edge_inserts_a_vertex_after_the_edges_first():
    gesture = insert_vertex(start((30.0, 10.0)), A, 0, 0)
    assert ring(gesture.outcome())[:3] == ((10.0, 10.0), (30.0, 10.0), (50.0, 10.0))
    gesture.move((30.0, 0.0), 4.0)
    assert ring(gesture.outcome())[1] == (30.0, 0.0)
    assert gesture.outcome().text == "Insert vertex"


def test_a_vertex_on_the_closing_edge_comes_last():
    gesture = insert_vertex(start((10.0, 30.0)), A, 0, 3)
    assert ring(gesture.outcome())[-1] == (10.0, 30.0)


def test_deleting_a_vertex_leaves_a_triangle_and_a_triangle_stays():
    outcome = delete_vertex(start((10.0, 10.0)), A, 0, 0)
    assert ring(outcome) == ((50.0, 10.0), (50.0, 50.0), (10.0, 50.0))
    assert delete_vertex(Start((50.0, 10.0), 4.0, outcome.regions), outcome.regions[0], 0, 0).regions is None


def test_deleting_regions_names_what_goes():
    assert delete_regions((A, B), ("a",)).regions == (B,)
    assert delete_regions((A, B), ("a",)).text == "Delete dent"
    assert delete_regions((A, B), ("a", "b")).text == "Delete 2 regions"
    assert delete_regions((A, B), ()).regions is None


def test_a_region_follows_the_pointer_only_beyond_a_clicks_width():
    gesture = MoveRegions(start((30.0, 30.0)), "a")
    gesture.move((31.0, 31.0), 4.0)
    assert gesture.outcome().selection == ("a",)
    gesture.move((40.0, 25.0), 4.0)
    assert ring(gesture.outcome())[0] == (20.0, 5.0)
    assert gesture.preview().hidden == {"a"}


def test_all_selected_regions_move_together():
    gesture = MoveRegions(start((30.0, 30.0), selection=("a", "b")), "a")
    gesture.move((30.0, 40.0), 4.0)
    assert ring(gesture.outcome(), "b")[0] == (110.0, 20.0)
    assert gesture.outcome().text == "Move 2 regions"


def test_a_band_selects_what_lies_inside_and_shift_adds():
    gesture = RubberBand(start((0.0, 0.0), selection=("b",)))
    gesture.move((60.0, 60.0), 4.0)
    assert gesture.outcome().selection == ("a",)
    added = RubberBand(start((60.0, 60.0), selection=("b",), shift=True))
    added.move((0.0, 0.0), 4.0)
    assert added.outcome().selection == ("b", "a")


def test_a_click_selects_one_and_shift_toggles():
    assert select(start((0, 0)), "b").selection == ("b",)
    assert select(start((0, 0)), "").selection == ()
    assert select(start((0, 0), shift=True), "b").selection == ("a", "b")
    assert select(start((0, 0), shift=True), "a").selection == ()


def test_a_polygon_grows_by_clicks_and_closes_on_its_first_point():
    gesture = DrawPolygon(start((0.0, 0.0)))
    for point in ((20.0, 0.0), (20.0, 20.0)):
        assert not gesture.press(point, 4.0)
        assert not gesture.release(point, 4.0)
    assert gesture.press((1.0, 1.0), 4.0)
    made = gesture.outcome().regions[-1]
    assert made.shape == Polygon((((0.0, 0.0), (20.0, 0.0), (20.0, 20.0)),))
    assert made.label == "dent"
    assert gesture.outcome().regions[:2] == (A, B)


def test_two_points_are_no_polygon():
    gesture = DrawPolygon(start((0.0, 0.0)))
    gesture.press((20.0, 0.0), 4.0)
    assert not gesture.close()
    gesture.press((20.0, 9.0), 4.0)
    assert gesture.close()


def test_backspace_takes_points_back_until_none_is_left():
    gesture = DrawPolygon(start((0.0, 0.0)))
    gesture.press((20.0, 0.0), 4.0)
    assert gesture.back()
    assert gesture.points == [(0.0, 0.0)]
    assert not gesture.back()


def test_a_rectangle_is_drawn_from_any_corner():
    gesture = DrawRectangle(start((50.0, 40.0)))
    gesture.move((10.0, 20.0), 4.0)
    assert gesture.release((10.0, 20.0), 4.0)
    made = gesture.outcome()
    assert made.regions[-1].shape == Rectangle(10.0, 20.0, 40.0, 20.0)
    assert made.selection == (made.regions[-1].id,)


def test_a_rectangle_may_be_clicked_twice_instead_of_dragged():
    gesture = DrawRectangle(start((10.0, 10.0)))
    assert not gesture.release((10.0, 10.0), 4.0)
    assert gesture.press((30.0, 30.0), 4.0)


def test_a_corner_of_a_rectangle_keeps_it_a_rectangle():
    begun = Start((10.0, 10.0), 4.0, (rectangle(),), ("r",))
    gesture = tools.TOOLS["select"].begin(begun, Hit("vertex", "r", 0, 0))
    gesture.move((0.0, 0.0), 4.0)
    assert gesture.outcome().regions[0].shape == Rectangle(0.0, 0.0, 50.0, 30.0)


def test_a_selected_circle_is_moved_as_a_whole_by_its_edge():
    begun = Start((120.0, 100.0), 4.0, (circle(),), ("c",))
    gesture = tools.TOOLS["select"].begin(begun, Hit("region", "c"))
    gesture.move((130.0, 100.0), 4.0)
    assert gesture.outcome().regions[0].shape.cx == 110.0
