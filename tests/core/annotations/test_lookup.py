"""Finding regions among others."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cardamage_core.annotations.lookup import exchange, exchanged, labels_of, with_ids
from cardamage_core.annotations.model import Dot, Region

A, B, C = (
    Region(name, Dot(place, 0), label) for place, (name, label) in enumerate([("a", "x"), ("b", "y"), ("c", "x")])
)
MOVED = msgspec.structs.replace(B, shape=Dot(9, 9))


def test_regions_are_found_by_their_ids_in_drawing_order():
    assert with_ids((A, B, C), ("c", "a", "unknown")) == [A, C]
    assert with_ids((A, B, C), ()) == []


def test_a_region_that_took_the_place_of_itself_is_found():
    assert exchanged((A, B, C), (A, MOVED, C)) == [1]
    assert exchanged((A, B, C), (A, B, C)) == []


@pytest.mark.parametrize("after", [(A, C), (A, B, C, MOVED), (B, A, C), (A, C, B)])
def test_regions_that_came_went_or_moved_took_no_place_of_themselves(after: tuple[Region, ...]):
    assert exchanged((A, B, C), after) is None


def test_regions_take_the_place_of_those_with_their_ids():
    assert exchange((A, B, C), {"b": MOVED, "unknown": A}) == (A, MOVED, C)


def test_the_labels_of_regions():
    assert labels_of((A, B, C)) == {"x", "y"}


@given(st.lists(st.integers(0, 20), unique=True), st.sets(st.integers(0, 20)))
def test_what_is_exchanged_is_found_where_it_stands(there: list[int], wanted: set[int]):
    before = tuple(Region(str(number), Dot(0, 0)) for number in there)
    new = {str(number): Region(str(number), Dot(1, 1)) for number in wanted}
    after = exchange(before, new)
    assert [region.id for region in after] == [region.id for region in before]
    assert exchanged(before, after) == [place for place, number in enumerate(there) if number in wanted]
    assert [region for region in after if region.shape == Dot(1, 1)] == with_ids(after, new)
