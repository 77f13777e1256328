"""What is done to the selected regions without drawing?"""

from little_regions import line, square

from cardamage_core.annotations import shapes
from cardamage_gui.canvas.tools import boolean, select

A, B, C = square("a"), square("b", at=(20.0, 0.0)), square("c", at=(200.0, 0.0), label="scratch")
ALL = (A, B, C)


def test_cutting_leaves_the_first_selected_region_selected():
    made = boolean.unite(ALL, ("b", "a"))
    assert [r.id for r in made.regions] == ["b", "c"]
    assert made.selection == ("b",)
    assert shapes.area(made.regions[0].shape).area == 60 * 40
    assert boolean.subtract(ALL, ("a", "b")).regions[1] is B
    assert shapes.area(boolean.intersect(ALL, ("a", "b")).regions[0].shape).area == 20 * 40


def test_what_cannot_be_cut_is_told_and_changes_nothing():
    for made in (
        boolean.unite(ALL, ("a",)),
        boolean.intersect(ALL, ("a", "c")),
        boolean.unite((A, line()), ("a", "l")),
    ):
        assert made.said
        assert made.regions is None


def test_duplicates_lie_on_top_beside_their_originals_and_are_selected():
    made = select.duplicate(ALL, ("a", "c"))
    assert made.regions[:3] == ALL
    assert made.text == "Duplicate 2 regions"
    assert made.selection == tuple(r.id for r in made.regions[3:])
    assert made.regions[3].shape.rings[0][0] == (22.0, 22.0)
    assert select.duplicate(ALL, ()).said


def test_pasting_keeps_the_place_when_there_is_room():
    paste = select.pasting((A,), width=100, height=100)
    made = paste((), ())
    assert made.regions[0].shape == A.shape
    assert made.regions[0].id != "a"
    assert select.pasting((C,), width=100, height=100)((), ()).regions[0].shape.rings[0][1] == (100.0, 10.0)


def test_the_order_changes_or_nothing_happens():
    assert [r.id for r in select.bring_forward(ALL, ("a",)).regions] == ["b", "a", "c"]
    assert [r.id for r in select.send_to_back(ALL, ("c",)).regions] == ["c", "a", "b"]
    assert select.bring_to_front(ALL, ("c",)).regions is None
