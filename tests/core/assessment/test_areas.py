"""Is the quick sum of areas the same as the plain union?"""

from __future__ import annotations

import random

import pytest

from cardamage_core import geometry
from cardamage_core.assessment.areas import clip, covered_area


def square(x: float, y: float, side: float = 10):
    return geometry.rectangle_area(x, y, side, side)


def test_shapes_apart_add_up():
    assert covered_area([square(0, 0), square(20, 0)]) == 200


def test_a_chain_of_overlaps_counts_once():
    assert covered_area([square(0, 0), square(5, 0), square(10, 0)]) == pytest.approx(200)


def test_touching_squares_add_up():
    assert covered_area([square(0, 0), square(10, 0)]) == pytest.approx(200)


def test_nothing_covers_nothing():
    assert covered_area([]) == 0
    assert covered_area([geometry.area_of_rings(())]) == 0


def test_it_agrees_with_the_plain_union():
    rng = random.Random(5)
    areas = [square(rng.uniform(0, 100), rng.uniform(0, 100), rng.uniform(1, 20)) for _ in range(80)]
    assert covered_area(areas) == pytest.approx(geometry.union(areas).area, rel=1e-6)


def test_clipping_keeps_what_lies_inside_as_it_is():
    inside, half, outside = square(10, 10), square(95, 0), square(200, 0)
    clipped = clip([inside, half, outside], geometry.rectangle_area(0, 0, 100, 100))
    assert clipped[0] is inside
    assert [area.area for area in clipped] == pytest.approx([100, 50, 0])
