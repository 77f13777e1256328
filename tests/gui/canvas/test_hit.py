"""Hit testing and snapping. Distances worked out by hand on a square from (10, 10) to (50, 50)."""

import numpy as np
from little_regions import LABELS, circle, dot, line, square, with_hole
from qtpy.QtGui import QColor

from cardamage_gui.canvas.hit import NOTHING, Hit, nearest_on_edge, snapped, under
from cardamage_gui.canvas.scene import Scene, item_of, polygon_of, thinned


def scene_of(*regions):
    labels = {label.name: label for label in LABELS}
    return Scene(item_of(region, labels, {}, QColor("red")) for region in regions)


def test_the_inside_of_a_square_is_the_square():
    assert under(scene_of(square()), (30, 30), reach=3) == Hit("region", "a")


def test_a_point_outside_beyond_reach_is_nothing():
    assert under(scene_of(square()), (54, 30), reach=3) == NOTHING
    assert under(scene_of(square()), (52, 30), reach=3) == Hit("region", "a")


def test_a_hole_is_not_the_region():
    scene = scene_of(with_hole())
    assert under(scene, (30, 30), reach=3) == NOTHING
    assert under(scene, (15, 30), reach=3) == Hit("region", "h")


def test_vertices_are_only_found_on_selected_regions():
    scene = scene_of(square())
    assert under(scene, (11, 11), reach=3) == Hit("region", "a")
    assert under(scene, (11, 11), reach=3, selected=("a",)) == Hit("vertex", "a", 0, 0)


def test_the_nearest_of_two_vertices_in_reach_is_found():
    assert under(scene_of(square()), (35, 9), reach=60, selected=("a",)) == Hit("vertex", "a", 0, 1)


def test_an_edge_is_named_by_its_first_vertex_the_closing_edge_by_the_last():
    scene = scene_of(square())
    assert under(scene, (51, 30), reach=3, selected=("a",)) == Hit("edge", "a", 0, 1)
    assert under(scene, (9, 30), reach=3, selected=("a",)) == Hit("edge", "a", 0, 3)


def test_an_edge_of_a_hole_is_named_by_its_ring():
    assert under(scene_of(with_hole()), (30, 21), reach=3, selected=("h",)) == Hit("edge", "h", 1, 0)


def test_an_open_line_has_no_closing_edge():
    scene = scene_of(line())
    assert under(scene, (50, 7), reach=3) == Hit("region", "l")
    assert under(scene, (50, 6), reach=3, selected=("l",)) == Hit("edge", "l", 0, 0)


def test_a_point_is_hit_within_reach():
    assert under(scene_of(dot()), (72, 70), reach=3) == Hit("region", "d")
    assert under(scene_of(dot()), (74, 70), reach=3) == NOTHING


def test_a_circle_offers_four_handles_and_no_edge():
    assert under(scene_of(circle()), (120, 100), reach=3, selected=("c",)) == Hit("vertex", "c", 0, 0)
    assert under(scene_of(circle()), (114.1, 114.1), reach=3, selected=("c",)) == Hit("region", "c")


def test_the_last_drawn_lies_on_top():
    assert under(scene_of(square("a"), square("b")), (30, 30), reach=3).region == "b"


def test_an_outline_of_the_car_gives_way_to_what_lies_on_the_car():
    scene = scene_of(square("a"), square("car", label="car"))
    assert under(scene, (30, 30), reach=3).region == "a"


def test_the_foot_on_an_edge_is_between_its_ends():
    item = scene_of(square()).items[0]
    assert nearest_on_edge(item, Hit("edge", "a", 0, 0), (30.0, 4.0)) == (30.0, 10.0)
    assert nearest_on_edge(item, Hit("edge", "a", 0, 0), (99.0, 4.0)) == (50.0, 10.0)


def test_culling_keeps_what_touches_the_area():
    scene = scene_of(square("a"), square("b", at=(100, 0)))
    assert [item.id for item in scene.within((0, 0, 60, 60))] == ["a"]
    assert [item.id for item in scene.within((50, 0, 110, 60))] == ["a", "b"]
    assert scene_of().within((0, 0, 9, 9)) == []


def test_the_middle_of_a_region_lies_inside_it_even_around_a_hole():
    item = scene_of(with_hole()).items[0]
    x, y = item.middle()
    assert 10 < x < 50
    assert 10 < y < 50
    assert not (20 < x < 40 and 20 < y < 40)


def test_thinning_drops_vertices_of_one_cell_and_keeps_the_first():
    points = np.array([[i * 0.25, 0.0] for i in range(16)])  # 0, 0.25 … 3.75
    assert thinned(points, 1.0)[:, 0].tolist() == [0.0, 0.75, 1.5, 2.75, 3.5]  # cells 0, 1, 2, 3, 4
    assert thinned(points, 0.0) is points


def test_a_polygon_written_through_memory_holds_the_points():
    polygon = polygon_of(np.array([[1.0, 2.0], [3.5, 4.0]]))
    assert [(p.x(), p.y()) for p in polygon] == [(1.0, 2.0), (3.5, 4.0)]
    assert polygon_of(np.zeros((0, 2))).isEmpty()


def test_a_held_point_jumps_to_the_nearest_vertex_else_to_an_edge():
    there = scene_of(square("a"), square("b", at=(40.0, 0.0)))
    assert snapped(there, (49.0, 12.0), reach=5.0) == (50.0, 10.0)
    assert snapped(there, (30.0, 12.0), reach=5.0) == (30.0, 10.0)
    assert snapped(there, (30.0, 30.0), reach=5.0) is None
    assert snapped(there, (11.0, 11.0), reach=5.0, apart_from={"a"}) is None
