"""The select tool: vertices, moves, rubber band; delete, copies and drawing order. No window, no mouse."""

from little_regions import circle, rectangle, square

from cardamage_core.annotations.model import Rectangle
from cardamage_gui.canvas import tools
from cardamage_gui.canvas.hit import Hit
from cardamage_gui.canvas.tools import select as selection
from cardamage_gui.canvas.tools.base import Start
from cardamage_gui.canvas.tools.select import MoveRegions, MoveVertex, RubberBand, delete_regions, insert_vertex, select
from cardamage_gui.canvas.tools.sweep import delete_vertex

A, B = square("a"), square("b", at=(100.0, 0.0))
OVER, APART = square("b", at=(20.0, 0.0)), square("c", at=(200.0, 0.0), label="scratch")
ALL = (A, OVER, APART)


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


def test_duplicates_lie_on_top_beside_their_originals_and_are_selected():
    made = selection.duplicate(ALL, ("a", "c"))
    assert made.regions[:3] == ALL
    assert made.text == "Duplicate 2 regions"
    assert made.selection == tuple(r.id for r in made.regions[3:])
    assert made.regions[3].shape.rings[0][0] == (22.0, 22.0)
    assert selection.duplicate(ALL, ()).said


def test_pasting_keeps_the_place_when_there_is_room():
    paste = selection.pasting((A,), width=100, height=100)
    made = paste((), ())
    assert made.regions[0].shape == A.shape
    assert made.regions[0].id != "a"
    assert selection.pasting((APART,), width=100, height=100)((), ()).regions[0].shape.rings[0][1] == (100.0, 10.0)


def test_the_order_changes_or_nothing_happens():
    assert [r.id for r in selection.bring_forward(ALL, ("a",)).regions] == ["b", "a", "c"]
    assert [r.id for r in selection.send_to_back(ALL, ("c",)).regions] == ["c", "a", "b"]
    assert selection.bring_to_front(ALL, ("c",)).regions is None
