"""Regions that share a border keep sharing it, and vertices are deleted by sweeping. No window, no mouse."""

from little_regions import circle, square

from cardamage_core.annotations import shapes
from cardamage_core.annotations.model import Polygon, Region
from cardamage_gui.canvas.tools.base import Start
from cardamage_gui.canvas.tools.select import insert_vertex, move_vertex
from cardamage_gui.canvas.tools.sweep import SweepVertices, delete_vertex

A, B = square("a"), square("b", at=(40.0, 0.0))  # they share the edge from (50, 10) to (50, 50)


def start(at, *, alone=False, selection=("a",), regions=(A, B)):
    return Start(at, 4.0, regions, selection, alone=alone, around=lambda _at: regions)


def points(outcome, region_id):
    return {p for ring in shapes.lines(next(r for r in outcome.regions if r.id == region_id).shape) for p in ring}


def test_a_vertex_of_two_regions_moves_in_both():
    gesture = move_vertex(start((50.0, 10.0)), A, 0, 1, (50.0, 10.0))
    gesture.move((55.0, 5.0), 4.0)
    made = gesture.outcome()
    assert (55.0, 5.0) in points(made, "a") & points(made, "b")
    assert gesture.preview().hidden == {"a", "b"}
    assert "2 regions" in gesture.hint()


def test_with_alt_it_moves_alone():
    gesture = move_vertex(start((50.0, 10.0), alone=True), A, 0, 1, (50.0, 10.0))
    gesture.move((55.0, 5.0), 4.0)
    assert gesture.outcome().regions[1] is B


def test_a_vertex_on_a_shared_edge_comes_into_both():
    gesture = insert_vertex(start((50.0, 30.0)), A, 0, 1)
    gesture.move((60.0, 30.0), 4.0)
    made = gesture.outcome()
    assert (60.0, 30.0) in points(made, "a") & points(made, "b")
    total = sum(shapes.area(r.shape).area for r in made.regions)
    assert total == 3200.0  # what one gains the other loses


def test_a_deleted_shared_vertex_goes_from_both():
    made = delete_vertex(start((50.0, 10.0)), A, 0, 1)
    assert (50.0, 10.0) not in points(made, "a") | points(made, "b")


def test_a_circle_has_no_vertices_to_delete():
    assert delete_vertex(start((120.0, 100.0), regions=(circle(),)), circle(), 0, 0).said


def test_sweeping_deletes_all_vertices_on_the_way_as_one_edit():
    ring = (*((float(x), 10.0) for x in range(10, 51, 5)), (50.0, 50.0), (10.0, 50.0))
    many = Region("a", Polygon((ring,)), "dent")
    gesture = SweepVertices(Start((14.0, 9.0), 2.0, (many,), ("a",)))
    gesture.move((46.0, 11.0), 2.0)
    made = gesture.outcome()
    assert points(made, "a") == {(10.0, 10.0), (50.0, 10.0), (50.0, 50.0), (10.0, 50.0)}
    assert made.text == "Delete 7 vertices"


def test_sweeping_over_nothing_is_no_edit():
    gesture = SweepVertices(start((200.0, 200.0)))
    gesture.move((210.0, 200.0), 2.0)
    assert gesture.outcome().regions is None


def test_vertices_on_top_of_each_other_move_as_one_unless_parted():
    doubled = Region("d", Polygon((((10.0, 10.0), (50.0, 10.0), (50.0, 10.0), (50.0, 50.0)),)), "dent")
    there = (doubled,)
    gesture = move_vertex(start((50.0, 10.0), selection=("d",), regions=there), doubled, 0, 1, (50.0, 10.0))
    gesture.move((60.0, 5.0), 4.0)
    assert gesture.outcome().regions[0].shape.rings[0] == ((10.0, 10.0), (60.0, 5.0), (60.0, 5.0), (50.0, 50.0))
    parted = start((50.0, 10.0), alone=True, selection=("d",), regions=there)
    gesture = move_vertex(parted, doubled, 0, 1, (50.0, 10.0))
    gesture.move((60.0, 5.0), 4.0)
    assert gesture.outcome().regions[0].shape.rings[0][1:3] == ((60.0, 5.0), (50.0, 10.0))


def test_vertices_on_top_of_each_other_are_deleted_as_one():
    ring = ((10.0, 10.0), (50.0, 10.0), (50.0, 10.0), (50.0, 50.0), (10.0, 50.0))
    doubled = Region("d", Polygon((ring,)), "dent")
    begun = start((50.0, 10.0), selection=("d",), regions=(doubled,))
    assert points(delete_vertex(begun, doubled, 0, 1), "d") == {ring[0], ring[3], ring[4]}
    assert points(SweepVertices(begun).outcome(), "d") == {ring[0], ring[3], ring[4]}


def test_a_right_click_takes_only_the_nearest_of_vertices_that_lie_close():
    ring = ((10.0, 10.0), (30.0, 10.0), (33.0, 10.0), (50.0, 10.0), (50.0, 50.0))
    close = Region("d", Polygon((ring,)), "dent")
    gesture = SweepVertices(start((32.5, 10.0), selection=("d",), regions=(close,)))
    gesture.move((32.0, 10.0), 4.0)
    assert points(gesture.outcome(), "d") == {*ring} - {(33.0, 10.0)}
    gesture.move((30.0, 10.0), 4.0)
    assert points(gesture.outcome(), "d") == {*ring} - {(30.0, 10.0), (33.0, 10.0)}
