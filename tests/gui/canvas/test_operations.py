"""What is done to the selected regions without drawing?"""

from little_regions import line, square

from cardamage_core.annotations import shapes
from cardamage_gui.canvas import operations

A, B, C = square("a"), square("b", at=(20.0, 0.0)), square("c", at=(200.0, 0.0), label="scratch")
ALL = (A, B, C)


def test_cutting_leaves_the_first_selected_region_selected():
    made = operations.unite(ALL, ("b", "a"))
    assert [r.id for r in made.regions] == ["b", "c"]
    assert made.selection == ("b",)
    assert shapes.area(made.regions[0].shape).area == 60 * 40
    assert operations.subtract(ALL, ("a", "b")).regions[1] is B
    assert shapes.area(operations.intersect(ALL, ("a", "b")).regions[0].shape).area == 20 * 40


def test_what_cannot_be_cut_is_told_and_changes_nothing():
    for made in (
        operations.unite(ALL, ("a",)),
        operations.intersect(ALL, ("a", "c")),
        operations.unite((A, line()), ("a", "l")),
    ):
        assert made.said
        assert made.regions is None


def test_duplicates_lie_on_top_beside_their_originals_and_are_selected():
    made = operations.duplicate(ALL, ("a", "c"))
    assert made.regions[:3] == ALL
    assert made.text == "Duplicate 2 regions"
    assert made.selection == tuple(r.id for r in made.regions[3:])
    assert made.regions[3].shape.rings[0][0] == (22.0, 22.0)
    assert operations.duplicate(ALL, ()).said


def test_pasting_keeps_the_place_when_there_is_room():
    paste = operations.pasting((A,), width=100, height=100)
    made = paste((), ())
    assert made.regions[0].shape == A.shape
    assert made.regions[0].id != "a"
    assert operations.pasting((C,), width=100, height=100)((), ()).regions[0].shape.rings[0][1] == (100.0, 10.0)


def test_the_order_changes_or_nothing_happens():
    assert [r.id for r in operations.bring_forward(ALL, ("a",)).regions] == ["b", "a", "c"]
    assert [r.id for r in operations.send_to_back(ALL, ("c",)).regions] == ["c", "a", "b"]
    assert operations.bring_to_front(ALL, ("c",)).regions is None
