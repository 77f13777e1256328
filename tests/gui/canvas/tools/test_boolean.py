"""Holes, splits, union, subtraction and intersection. No window, no mouse."""

import pytest
from little_gestures import A, B, size, start
from little_regions import line, square

from cardamage_core.annotations import shapes
from cardamage_gui.canvas.tools import boolean
from cardamage_gui.canvas.tools.boolean import DrawCut, DrawHole

OVER, APART = square("b", at=(20.0, 0.0)), square("c", at=(200.0, 0.0), label="scratch")
ALL = (A, OVER, APART)


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


def test_cutting_leaves_the_first_selected_region_selected():
    made = boolean.unite(ALL, ("b", "a"))
    assert [r.id for r in made.regions] == ["b", "c"]
    assert made.selection == ("b",)
    assert shapes.area(made.regions[0].shape).area == 60 * 40
    assert boolean.subtract(ALL, ("a", "b")).regions[1] is OVER
    assert shapes.area(boolean.intersect(ALL, ("a", "b")).regions[0].shape).area == 20 * 40


def test_what_cannot_be_cut_is_told_and_changes_nothing():
    for made in (
        boolean.unite(ALL, ("a",)),
        boolean.intersect(ALL, ("a", "c")),
        boolean.unite((A, line()), ("a", "l")),
    ):
        assert made.said
        assert made.regions is None
