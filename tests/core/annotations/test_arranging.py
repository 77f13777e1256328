"""Where do copies go, and what lies above what?"""

from cardamage_core.annotations import arranging
from cardamage_core.annotations.model import Dot, Rectangle, Region

A, B, C = (Region(name, Dot(1.0, 2.0), review="accepted", extra={"via": 1}) for name in "abc")


def names(regions):
    return "".join(region.id for region in regions)


def test_regions_rise_one_place_and_groups_keep_their_order():
    assert names(arranging.raised((A, B, C), {"a"})) == "bac"
    assert names(arranging.raised((A, B, C), {"a", "b"})) == "cab"
    assert names(arranging.raised((A, B, C), {"c"})) == "abc"
    assert names(arranging.lowered((A, B, C), {"b", "c"})) == "bca"


def test_regions_go_to_the_front_and_to_the_back():
    assert names(arranging.to_front((A, B, C), {"a", "b"})) == "cab"
    assert names(arranging.to_back((A, B, C), {"c"})) == "cab"


def test_a_copy_has_an_id_of_its_own_and_nobody_has_reviewed_it():
    (copy,) = arranging.copied((A,), dx=8.0, dy=-1.0)
    assert copy.id != "a"
    assert (copy.shape, copy.review, copy.extra) == (Dot(9.0, 1.0), "unreviewed", {})


def test_pasted_regions_are_moved_together_into_a_smaller_photo():
    pair = (Region("a", Rectangle(80.0, 10.0, 20.0, 20.0)), Region("b", Rectangle(60.0, 10.0, 5.0, 5.0)))
    first, second = arranging.fitted(pair, width=50.0, height=100.0)
    assert (first.shape.x, second.shape.x) == (30.0, 10.0)
    assert arranging.fitted(pair, width=200.0, height=100.0) == pair


def test_what_is_larger_than_the_photo_begins_at_its_edge():
    (one,) = arranging.fitted((Region("a", Rectangle(10.0, 0.0, 90.0, 5.0)),), width=50.0, height=100.0)
    assert one.shape.x == 0.0
