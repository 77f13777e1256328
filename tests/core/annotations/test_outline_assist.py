"""Do the helpers find outlines that are plainly there?"""

import numpy as np
import pytest

from cardamage_core import geometry
from cardamage_core.annotations import outline_assist


@pytest.fixture
def photo():
    """A red disc of radius 60 around (150, 100) on a grey ground with some grain; 300 × 200."""
    random = np.random.default_rng(3)
    y, x = np.mgrid[0:200, 0:300] + 0.5
    disc = (x - 150) ** 2 + (y - 100) ** 2 <= 60**2
    pixels = np.where(disc[..., None], (200, 40, 40), (120, 120, 120))
    return np.clip(pixels + random.normal(0, 6, pixels.shape), 0, 255).astype(np.uint8)


def radius(points):
    return [np.hypot(x - 150, y - 100) for x, y in points]


def test_the_scissors_follow_the_edge_and_keep_both_ends(photo):
    scissors = outline_assist.Scissors(photo, (90.0, 100.0), radius=150)
    way = scissors.path((150.0, 40.0))
    assert (way[0], way[-1]) == ((90.0, 100.0), (150.0, 40.0))
    assert len(way) > 4
    assert all(56 < r < 64 for r in radius(way))


def test_a_point_far_away_is_reached_all_the_same(photo):
    way = outline_assist.Scissors(photo, (90.0, 100.0), radius=30).path((290.0, 190.0))
    assert way[-1] == (290.0, 190.0)


def test_a_box_around_a_disc_becomes_its_outline(photo):
    (ring,) = outline_assist.outline_in_box(photo, (80.0, 30.0, 220.0, 170.0))
    found = geometry.area_of_rings((ring,))
    assert found.area == pytest.approx(np.pi * 60**2, rel=0.03)
    assert all(56 < r < 64 for r in radius(ring))


def test_a_large_photo_is_traced_on_a_small_copy(photo):
    large = photo.repeat(5, axis=0).repeat(5, axis=1)
    rings = outline_assist.outline_in_box(large, (400.0, 150.0, 1100.0, 850.0))
    assert geometry.area_of_rings(rings).area == pytest.approx(25 * np.pi * 60**2, rel=0.03)


def test_a_box_too_small_to_see_anything_in_is_refused(photo):
    with pytest.raises(outline_assist.OutlineError, match="too small"):
        outline_assist.outline_in_box(photo, (10.0, 10.0, 11.0, 11.0))


def test_a_box_on_a_plain_ground_keeps_at_least_its_middle(photo):
    rings = outline_assist.outline_in_box(np.full_like(photo, 90), (100.0, 50.0, 200.0, 150.0))
    assert geometry.area_of_rings(rings).area >= np.pi * 32**2  # 0.65 of half of 100 pixels
